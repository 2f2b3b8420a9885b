/**
 * Keyrings and chains between the registry of this browser and the server (SPEC S-Y): publishes what was made here, fetches
 * what other devices made. Runs with the drainer, in the page's worker and in the service worker; needs no key, judges
 * nothing: what came is looked at by the worker that can verify it, when the satchel is open.
 *
 * Surprising fact: a conflict is not resolved here. What was due is put back as a wish, because only somebody with the
 * code in hand can make another one.
 */

import type { ServerTime, Signed, WayState } from "../protocol/wire.ts";
import type { PrincipalId } from "../shared/ids.ts";
import type { Clock } from "../shared/ports.ts";
import type { KeyringWish, Profile, Registry } from "../storage/ports.ts";
import type { KeysTransport, Outcome, PullPage } from "./ports.ts";

export interface KeysExchange {
  /** The chain as it is now; another tab or an unlock may have made it longer. */
  readonly statements: () => Promise<readonly Signed[]>;
  /** This device was put out: nothing is to leave. */
  readonly isOut: () => Promise<boolean>;
  /** The server has let it in again: it had lied, or erred. */
  readonly isIn: () => Promise<void>;
  /** What a pull said; true when there is something to fetch. */
  readonly heard: (page: Pick<PullPage, "keyring" | "chain" | "way">) => Promise<boolean>;
  /** What a refusal of any request says about keys; true when there is something to fetch. */
  readonly refused: (step: string, error: string, time: number | null) => Promise<boolean>;
  /** Publishes what is due and, with a session, fetches what was heard of. Never throws for what the network does. */
  readonly turn: (session: string | null) => Promise<void>;
}

export interface KeysDeps {
  readonly registry: Pick<Registry, "get" | "update">;
  readonly database: string;
  readonly principal: PrincipalId;
  readonly transport: KeysTransport;
  readonly clock: Clock;
  /** Something was stored that an open satchel should look at. */
  readonly onSeen?: () => void;
}

type Patch = Parameters<Registry["update"]>[2];

/** The stronger of two wishes. */
export const bothWishes = (...wishes: readonly Profile["keyringWish"][]): KeyringWish | null =>
  (["rotate", "rotate-later", "renew"] as const).find((wish) => wishes.includes(wish)) ?? null;

const sameWay = (a: WayState | undefined, b: WayState): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Two tabs and a service worker write the same row: tried again as long as somebody else was first. */
const mostTries = 20;

export function createKeysExchange(deps: KeysDeps): KeysExchange {
  const { registry, database, transport } = deps;
  /** Heard of and not fetched yet. */
  let newer = false;
  let chain = false;
  /** Epoch that a pull said last. */
  let heardOf = 0;

  const read = async (): Promise<Profile | undefined> => {
    const held = await registry.get(database);
    return held.ok ? held.value : undefined;
  };

  /** Compare-and-set; a registry that cannot be written now is written at the next run. */
  async function change(apply: (profile: Profile) => Patch | null): Promise<boolean> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const profile = await read();
      const patch = profile === undefined ? null : apply(profile);
      if (profile === undefined || patch === null) return false;
      const updated = await registry.update(database, profile.revision, patch);
      if (updated.ok) return true;
      if (updated.error.type !== "stale") return false;
    }
    return false;
  }

  /** The keyring that was due is at the server: what it wished is settled. */
  const kept = (signed: Signed) =>
    change(({ keyringDue, keyring }) => {
      if (keyringDue?.signed.sig !== signed.sig) return null;
      const { wish: _wish, ...stored } = keyringDue;
      const newest = keyring === undefined || keyring.epoch < stored.epoch ? stored : keyring;
      return { keyring: newest, keyringDue: null, keyringTrouble: null, keyringBehind: null };
    });

  /** It cannot go as it is: the wish waits for the code again. */
  const putBack = (signed: Signed, patch: Patch) =>
    change(({ keyringDue, keyringWish }) =>
      keyringDue?.signed.sig === signed.sig
        ? { keyringDue: null, keyringWish: bothWishes(keyringWish, keyringDue.wish) ?? "renew", ...patch }
        : null,
    );

  /** S-Y4: the chain became longer here, after the registration. */
  async function registerAgain(): Promise<boolean> {
    const profile = await read();
    if (profile?.statementsDue !== true) return true;
    const { statements } = profile;
    const outcome = await transport.register(statements);
    if (outcome.type !== "answer") {
      if (outcome.type === "refused") await refused("register", outcome.error, outcome.time);
      return false;
    }
    await change((now) => (now.statements.length === statements.length ? { statementsDue: false } : null));
    return true;
  }

  async function publish(): Promise<void> {
    const signed = (await read())?.keyringDue?.signed;
    // It speaks of the chain: the server has to know that first.
    if (!(await registerAgain()) || signed === undefined) return;
    const outcome = await transport.keyring(signed);
    if (outcome.type !== "answer") return void (await noteRefused(outcome));
    const { verdict } = outcome.value;
    if (verdict.type === "ok") await kept(signed);
    else if (verdict.type === "conflict") {
      await putBack(signed, { keyringSeen: verdict.current });
      chain = true;
    } else if (verdict.retry !== "later") {
      await putBack(signed, { keyringTrouble: "refused" });
      // Made on a root, or in a chain, that is not the newest any more.
      newer = true;
      chain = true;
    }
    deps.onSeen?.();
  }

  async function fetchNewer(session: string): Promise<void> {
    if (newer) {
      const held = await transport.heldKeyring(session);
      if (held.type !== "answer") return void (await noteRefused(held));
      newer = false;
      const { keyring, way } = held.value;
      await change((profile) => {
        const own = keyring !== null && keyring.sig === profile.keyring?.signed.sig;
        // S-Y6: it has what this device believes; whatever it showed before, it is not behind.
        const news = own ? { keyringBehind: null } : keyring === null ? {} : { keyringSeen: keyring };
        return { way, ...news, keyringHeard: heardOf };
      });
      deps.onSeen?.();
    }
    if (chain) {
      const answer = await transport.chain(session, deps.principal);
      if (answer.type !== "answer") return void (await noteRefused(answer));
      chain = false;
      await change(() => ({ chainSeen: answer.value.statements }));
      deps.onSeen?.();
    }
  }

  async function noteRefused(outcome: Exclude<Outcome<unknown>, { readonly type: "answer" }>): Promise<boolean> {
    return outcome.type === "refused" ? refused("keys", outcome.error, outcome.time) : false;
  }

  async function refused(step: string, error: string, time: number | null): Promise<boolean> {
    if (error === "device-removed") {
      await change(({ removedAt }) => (removedAt == null ? { removedAt: deps.clock.now() } : null));
      deps.onSeen?.();
    }
    if (error === "blocked") {
      const none: WayState = { tries: 0, frozen: false, blockedAt: null, openedAt: null };
      await change(({ way = none }) =>
        way.blockedAt === null ? { way: { ...way, blockedAt: (time ?? deps.clock.now()) as ServerTime } } : null,
      );
      deps.onSeen?.();
    }
    if (step === "register" && error === "id-taken") chain = true;
    return chain;
  }

  return {
    statements: async () => (await read())?.statements ?? [],
    isOut: async () => (await read())?.removedAt != null,
    isIn: async () => void (await change(() => ({ removedAt: null }))),
    refused,

    async heard({ keyring, chain: statements, way }) {
      if (keyring === undefined && way === undefined) return false;
      const profile = await read();
      if (profile === undefined) return false;
      if (way !== undefined && !sameWay(profile.way, way)) {
        await change(() => ({ way }));
        deps.onSeen?.();
      }
      // S-Y4: another device added or removed one; one of ours that it lacks is on its way.
      if (statements !== undefined && statements > profile.statements.length && profile.chainSeen == null) chain = true;
      // S-Y6: a server that was set back hears again what it knew.
      if (statements !== undefined && statements < profile.statements.length && profile.statementsDue !== true)
        await change(() => ({ statementsDue: true }));
      heardOf = keyring ?? 0;
      const known = profile.keyring?.epoch ?? 0;
      if (keyring === 0 && profile.keyring !== undefined && profile.keyringDue == null) {
        // S-Y6: a server that lost it gets it again.
        const lost = { ...profile.keyring, wish: "renew" as const };
        await change(({ keyringDue }) => (keyringDue == null ? { keyringDue: lost } : null));
        return true;
      }
      if (keyring !== undefined && keyring > 0 && keyring !== known && keyring !== profile.keyringHeard) {
        newer = true;
        chain = true;
      }
      return newer || chain;
    },

    async turn(session) {
      await publish();
      if (session !== null && (newer || chain)) await fetchNewer(session);
    },
  };
}
