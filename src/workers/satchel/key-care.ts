/**
 * The door to ways.ts, which follows and makes keyrings: loaded when there is something to do, so that an ordinary unlock
 * stays small. Runs in the satchel worker.
 *
 * Surprising fact: where that part cannot be loaded (no network before it was kept here) the satchel opens all the same:
 * what it would have done is done at the next occasion, and nothing is lost by waiting.
 */

import type { Identity } from "../../crypto/identity.ts";
import type { Secret } from "../../crypto/secret.ts";
import type { KeyringBody } from "../../protocol/keyring.ts";
import { parseBody } from "../../protocol/sign.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { Timers } from "../../shared/ports.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { Profile, StoredWrap } from "../../storage/ports.ts";
import { updateProfile } from "../common/codes.ts";
import { createLoader } from "../common/loaded.ts";
import type { SatchelApi, UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import type { Held } from "./keyring-life.ts";
import type { Opening } from "./opening.ts";
import { pinWhatIsNew } from "./pins.ts";
import { sealCard } from "./sealed-card.ts";

type MakeWrap = (session: Session, profile: Profile, secret: Secret) => Promise<Result<StoredWrap, WorkerError>>;

export interface KeyCare extends Pick<SatchelApi, "comeBack" | "comeBackOpen" | "comeBackForget"> {
  /** Something came for the open satchel: looked at in the background. */
  readonly look: () => void;
  /**
   * The right code was just given: wraps follow the root and what is wished for is made, in the background. Where another
   * device was first, it is made once more on what that one made, without asking again.
   */
  readonly renew: (code: string) => void;
  /** What was made with the code that was just given is on its way: it is not asked for again now. */
  readonly isRenewing: () => boolean;
  /** The code that was just given is forgotten. */
  readonly forgetCode: () => void;
  /** Before another code takes its place: whatever is being made with the old one is not kept. */
  readonly codeChanges: () => void;
  /** The same for a satchel that is open beside the open one, while its code is in hand; done when this resolves. */
  readonly renewOther: (other: Session, code: string) => Promise<Result<Held, WorkerError>>;
  /** Adds the removal to the chain and wishes for a new root. */
  readonly putOut: (session: Session, device: DeviceId) => Promise<Result<void, WorkerError>>;
  /** On a device that does not know the newest card: what was typed becomes the card here if the keyring says so. */
  readonly takeCard: (
    session: Session,
    profile: Profile,
    typed: string,
    wrap: MakeWrap,
  ) => Promise<Result<void, WorkerError | UnlockRefusal>>;
  /** "1234 5678 9012"; null where it cannot be computed now. */
  readonly blockNumber: (card: Secret) => Promise<string | null>;
}

type Ways = typeof import("./ways.ts");

/** How long an answer to what was made with a code may take, before the code is forgotten (decisions/0016). */
const inHandMs = 30_000;

export const createWaysLoader = (deps: Pick<SatchelDeps, "log">): (() => Promise<Result<Ways, WorkerError>>) =>
  createLoader(deps, "ways-not-loaded", () => import("./ways.ts"));

/** True when an unlock has to look at keyrings or the chain before the satchel opens. */
const hasNews = (profile: Profile): boolean =>
  profile.keyringSeen != null ||
  profile.chainSeen != null ||
  profile.sealedBox === undefined ||
  (profile.keyring?.root ?? 0) > (profile.rootEpoch ?? 0);

/** True when a code in hand has nothing to do: all that is wished for is made, and lists every device of the chain. */
function isSettled(profile: Profile, { principal }: Identity): boolean {
  const newest = profile.keyringDue ?? profile.keyring;
  if (hasNews(profile) || profile.keyringWish != null || newest == null) return false;
  // Signed here, or verified before it was stored: only its list is looked at.
  const body = parseBody(newest.signed.body)?.value as Pick<KeyringBody, "devices" | "desks"> | undefined;
  // A desk may have changed its keys since: only the pinned chains tell.
  if ((body?.desks.length ?? 0) > 0) return false;
  const listed = new Set(body?.devices.map(({ device }) => device));
  const able = [...principal.devices].flatMap(([id, { box }]) => (box === null ? [] : [id]));
  return able.length === listed.size && able.every((id) => listed.has(id));
}

/** At an unlock: the profile and identity to open with. Whatever goes wrong, the satchel opens as it is. */
export const keysLooker =
  (
    deps: Omit<SatchelDeps, "lookAtKeys">,
    load: () => Promise<Result<Ways, WorkerError>>,
  ): ((profile: Profile, identity: Identity) => Promise<Held>) =>
  async (profile, identity) => {
    if (!hasNews(profile)) return { profile, identity };
    const ways = await load();
    if (!ways.ok) return { profile, identity };
    const looked = await ways.value.createKeyringLife(deps).look(profile.database, identity);
    if (looked.ok) return looked.value;
    deps.log.note("keys-look", { error: looked.error.type });
    return { profile, identity };
  };

export function createKeyCare(
  deps: SatchelDeps,
  opening: Opening,
  load: () => Promise<Result<Ways, WorkerError>>,
  /** A new root was followed: what waited for it can be opened. */
  onRoot: () => void,
  timers: Timers,
): KeyCare {
  let back: ReturnType<Ways["createComeBack"]> | undefined;

  /** The code with which a keyring was made that is on its way. */
  let inHand: { readonly database: string; readonly code: string; readonly cancel: () => void } | undefined;
  let codes = 0;
  function forgetCode(): void {
    inHand?.cancel();
    if (inHand !== undefined) deps.emit({ type: "opening" });
    inHand = undefined;
  }
  function keepCode(database: string, code: string): void {
    inHand?.cancel();
    inHand = { database, code, cancel: timers.after(inHandMs, forgetCode) };
  }

  /** After a look: what the server did not take is made once more, on what it has. */
  async function renewAgain(session: Session, ways: Ways, { profile, identity }: Held): Promise<void> {
    const { database, keyringWish, keyringDue, keyringSeen, chainSeen } = profile;
    if (inHand === undefined || keyringDue != null || keyringSeen != null || chainSeen != null) return;
    const { code } = inHand;
    const isOurs = inHand.database === database;
    if (isOurs && keyringWish != null && keyringWish !== "rotate-later") {
      const held = await renewNow({ ...session, profile, identity }, ways, { identity, code, codes });
      if (held.ok) goOn({ ...session, profile, identity }, held.value);
      else deps.log.note("keys-again", { error: held.error.type });
    }
    forgetCode();
  }

  /** One look or renewal of the open satchel at a time: each begins from what the one before left. */
  let turn: Promise<unknown> = Promise.resolve();
  function background(
    event: string,
    isIdle: (profile: Profile, identity: Identity) => boolean,
    work: (session: Session, ways: Ways) => Promise<Result<unknown, WorkerError>>,
  ): void {
    turn = turn
      .then(async () => {
        const done = await opening.within(async (session): Promise<Result<unknown, WorkerError>> => {
          const held = await deps.registry.get(session.profile.database);
          if (held.ok && held.value !== undefined && isIdle(held.value, session.identity)) return ok(undefined);
          const ways = await load();
          return ways.ok ? work(session, ways.value) : ways;
        });
        if (!done.ok && done.error.type !== "locked") deps.log.note(event, { error: done.error.type });
      })
      .catch((error: unknown) => deps.log.note(event, { error: error instanceof Error ? error.name : "unknown" }));
  }

  /** Nothing to look at; and if what is in hand was taken, it is forgotten. */
  function isQuiet(profile: Profile): boolean {
    if (hasNews(profile)) return false;
    if (inHand?.database === profile.database && profile.keyringDue == null && profile.keyringWish == null)
      forgetCode();
    return true;
  }

  /** @returns what the session goes on with; one that was locked meanwhile forgets it. */
  function goOn(before: Session, held: Held): void {
    opening.follow(held);
    if (held.profile.revision !== before.profile.revision) deps.emit({ type: "opening" });
    if (held.identity.epoch !== before.identity.epoch) onRoot();
  }

  async function lookNow(session: Session, ways: Ways): Promise<Result<Held, WorkerError>> {
    const looked = await ways.createKeyringLife(deps).look(session.profile.database, session.identity);
    if (looked.ok) goOn(session, looked.value);
    return looked;
  }

  /** `identity`: just looked; `given`: how many codes there had been when this one was given. */
  async function renewNow(
    session: Session,
    ways: Ways,
    { identity, code, codes: given }: { readonly identity: Identity; readonly code: string; readonly codes: number },
  ): Promise<Result<Held, WorkerError>> {
    const deployment = await deps.deployments.current();
    const pins = await pinWhatIsNew(session, deps, deployment);
    if (!pins.ok) return pins;
    const keys = Object.values(pins.value.serverKeys).map((sign) => ({ sign }));
    const statement = deployment?.shareBox;
    const serverBox = statement === undefined ? undefined : await ways.readServerBox(statement, keys);
    const held = await ways.createKeyringLife(deps).renew(session.profile.database, identity, {
      code,
      isRight: () => codes === given,
      serverBox: serverBox ?? null,
      organisations: Object.values(pins.value.organisations).map(({ statements }) => statements),
    });
    if (!held.ok) return held;
    const { profile } = held.value;
    if (profile.keyringDue != null || profile.statementsDue === true) deps.couriers.kick("commit", profile.database);
    return held;
  }

  async function comingBack() {
    const ways = await load();
    if (!ways.ok) return ways;
    back ??= ways.value.createComeBack(deps, opening);
    return ok(back);
  }

  return {
    look: () =>
      background("keys-look", isQuiet, async (session, ways) => {
        const looked = await lookNow(session, ways);
        if (looked.ok) await renewAgain(session, ways, looked.value);
        return looked;
      }),

    isRenewing: () => inHand !== undefined,
    forgetCode,
    codeChanges() {
      codes += 1;
      forgetCode();
    },

    renew(code) {
      const given = codes;
      background("keys-renew", isSettled, async (session, ways) => {
        const looked = await lookNow(session, ways);
        if (!looked.ok) return looked;
        const { identity } = looked.value;
        const held = await renewNow(session, ways, { identity, code, codes: given });
        if (!held.ok) return held;
        if (held.value.profile.keyringDue != null && codes === given) keepCode(held.value.profile.database, code);
        goOn({ ...session, ...looked.value }, held.value);
        return held;
      });
    },

    async renewOther(other, code) {
      const ways = await load();
      return ways.ok ? renewNow(other, ways.value, { identity: other.identity, code, codes }) : ways;
    },

    async putOut(session, device) {
      const ways = await load();
      if (!ways.ok) return ways;
      const looked = await lookNow(session, ways.value);
      if (!looked.ok) return looked;
      const out = await ways.value
        .createKeyringLife(deps)
        .putOut(session.profile.database, looked.value.identity, device);
      if (!out.ok) return out;
      goOn(session, out.value);
      return ok(undefined);
    },

    async takeCard(session, profile, typed, makeWrap) {
      const ways = await load();
      if (!ways.ok) return ways;
      const card = await ways.value.cardOfKeyring(profile, session.identity, typed, deps.home());
      if (!card.ok) return card;
      const { face, secret } = card.value;
      const wrap = profile.cardOff === true ? null : await makeWrap(session, profile, secret);
      if (wrap !== null && !wrap.ok) return wrap;
      const sealedCard = await sealCard(session.identity, face, deps.random);
      const held = await updateProfile(deps.registry, profile.database, (now) => ({
        sealedCard,
        cardDrilled: true,
        cardDrilledAt: deps.clock.now(),
        wraps: [...now.wraps.filter(({ pair }) => pair !== "D+C"), ...(wrap === null ? [] : [wrap.value])],
      }));
      if (held.ok) deps.emit({ type: "opening" });
      return held.ok ? ok(undefined) : held;
    },

    async blockNumber(card) {
      const ways = await load();
      return ways.ok ? (await ways.value.cardProofs(card)).block : null;
    },

    async comeBack(input) {
      const tool = await comingBack();
      return tool.ok ? tool.value.comeBack(input) : tool;
    },
    async comeBackOpen(input) {
      const tool = await comingBack();
      return tool.ok ? tool.value.comeBackOpen(input) : tool;
    },
    async comeBackForget() {
      back?.forget();
      return ok(undefined);
    },
  };
}
