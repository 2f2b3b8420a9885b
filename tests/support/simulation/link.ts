/**
 * The line between a device and the model server, in virtual time: delays, requests and answers that get lost (with
 * part of a body stored), duplicates that arrive late, portals, expired sessions, a busy server, a poisoned item.
 */

import type { B64 } from "../../../src/protocol/wire.ts";
import type { BlobId, PrincipalId } from "../../../src/shared/ids.ts";
import type { Outcome, Transport } from "../../../src/sync/ports.ts";
import type { Dice } from "./random.ts";
import { headOf, letterHeadOf, proofOf } from "./sealing.ts";
import type { ModelServer } from "./server.ts";
import type { World } from "./world.ts";

export type PoisonKind = "none" | "breaks-the-line" | "server-error" | "refused";

export interface LinkState {
  /** 0 to 1: how bad the line is now; 0 = perfect. */
  badness: number;
  /** Ids (op, letter, blob) that are poison, and what they do. */
  readonly poison: Map<string, Exclude<PoisonKind, "none">>;
  /** Sessions that the server still knows. */
  readonly sessions: Set<string>;
  /** Requests since the beginning. */
  count: number;
  /** Every request in order, for INV-5 and I12: what it was and the ids that it carried. */
  readonly requests: { readonly at: number; readonly what: string; readonly ids: readonly string[] }[];
  /** When the server asked for a pause, for which items and until when. */
  readonly pauses: { readonly at: number; readonly until: number; readonly ids: readonly string[] }[];
  /** Authentic answers that a drainer got about each item (I11). */
  readonly heard: Map<string, number>;
}

export const createLinkState = (): LinkState => ({
  badness: 0,
  poison: new Map(),
  sessions: new Set(),
  count: 0,
  requests: [],
  pauses: [],
  heard: new Map(),
});

export interface LinkDeps {
  readonly world: World;
  readonly dice: Dice;
  readonly server: ModelServer;
  readonly state: LinkState;
  readonly who: PrincipalId;
  /** Told of every request and what became of it; for whoever replays a seed. */
  readonly trace: ((line: string) => void) | undefined;
}

const refused = (status: number, error: string, time: number, retryAfterMs: number | null = null): Outcome<never> => ({
  type: "refused",
  status,
  error,
  retry: status >= 500 || status === 401 ? "later" : "never",
  retryAfterMs,
  time,
});

const shortId = (id: string): string => id.replace(/_+A$/, "");

function said(outcome: Outcome<unknown>): string {
  if (outcome.type === "lost") return outcome.reason;
  if (outcome.type === "refused") return `${outcome.status} ${outcome.error}`;
  const text = JSON.stringify(outcome.value, (key, value) =>
    key === "body" || key === "enc" || key === "root" || key === "head" ? undefined : value,
  );
  return text.replace(/_+A/g, "");
}

export function createLink({ world, dice, server, state, who, trace }: LinkDeps): Transport {
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => world.after(ms, resolve));

  /** Only reading asks for a session (P-W3). `serve` is what the server does; it may run zero, one or two times, and late. */
  const exchange = async <T>(
    what: string,
    ids: readonly string[],
    session: string | null,
    bytes: number,
    serve: (part: number) => T | Outcome<never>,
  ): Promise<Outcome<T>> => {
    const outcome = await exchanged(what, ids, session, bytes, serve);
    trace?.(`${what} ${ids.map(shortId).join(" ")}: ${said(outcome)}`);
    return outcome;
  };

  const exchanged = async <T>(
    what: string,
    ids: readonly string[],
    session: string | null,
    bytes: number,
    serve: (part: number) => T | Outcome<never>,
  ): Promise<Outcome<T>> => {
    const started = world.now();
    const poison = state.poison.size === 0 ? undefined : ids.map((id) => state.poison.get(id)).find((kind) => kind);
    const handle = (part: number): T | Outcome<never> =>
      poison === undefined ? serve(part) : refused(500, "internal", world.now());
    state.count += 1;
    state.requests.push({ at: started, what, ids });
    const bad = state.badness;
    await sleep(20 + dice.below(400) + Math.floor(bytes / (bad > 0 ? 8 : 200)));
    if (poison === "breaks-the-line") return { type: "lost", reason: "unreachable" };
    if (bad > 0) {
      if (dice.chance(bad * 0.1)) return { type: "lost", reason: "not-let-through" };
      if (dice.chance(bad * 0.25)) {
        // The request is cut: for a body that is stored as it comes, a part of it has arrived.
        if (bytes > 0 && dice.chance(0.5)) handle(dice.next());
        return { type: "lost", reason: "unreachable" };
      }
      if (dice.chance(bad * 0.1)) world.after(dice.below(60_000), () => handle(1));
    }
    const heard = (): void => {
      for (const id of ids) state.heard.set(id, (state.heard.get(id) ?? 0) + 1);
    };
    const refuse = (outcome: Outcome<never>): Outcome<never> => {
      heard();
      return outcome;
    };
    if (poison === "server-error") return refuse(refused(500, "internal", world.now()));
    if (poison === "refused") return refuse(refused(422, "bad-format", world.now()));
    if (session !== null && !state.sessions.has(session)) return refused(401, "unauthenticated", world.now());
    if (bad > 0 && dice.chance(bad * 0.03)) {
      const pauseMs = 1000 * dice.below(30);
      state.pauses.push({ at: world.now(), until: world.now() + pauseMs, ids });
      return refuse(refused(503, "busy", world.now(), pauseMs));
    }
    const answer = handle(1);
    await sleep(10 + dice.below(200));
    if (bad > 0 && dice.chance(bad * 0.25)) return { type: "lost", reason: "timeout" };
    heard();
    if (typeof answer === "object" && answer !== null && "type" in answer && answer.type === "refused")
      return answer as Outcome<never>;
    return { type: "answer", value: answer as T, time: world.now(), tookMs: world.now() - started };
  };

  return {
    register: () => exchange("register", [], null, 0, () => ({ epoch: server.epoch() })),
    challenge: () => exchange("challenge", [], null, 0, () => ({ challenge: "YQ" as B64 })),
    session: () =>
      exchange("session", [], null, 0, () => {
        const token = `s${state.sessions.size}-${dice.below(1_000_000)}`;
        state.sessions.add(token);
        return { token, lifetimeMs: 1 };
      }),
    push: (_session, ops) =>
      exchange(
        "push",
        ops.map((op) => headOf(op).op),
        null,
        0,
        () => ({ verdicts: server.push(ops, world.now()) }),
      ),
    letter: (_session, letter) =>
      exchange("letter", [letterHeadOf(letter).letter], null, 0, () => ({
        verdict: server.letter(letter, world.now()),
      })),
    proof: (_session, proof) =>
      exchange("proof", [`proof:${proofOf(proof).letter}`], null, 0, () => {
        const code = server.proof(proof, world.now());
        if (code === null) return null;
        return refused(code === "opened" ? 409 : code === "gone" ? 410 : 422, code, world.now());
      }),
    pull: (session, cursor, limit) =>
      exchange("pull", ["pull"], session, 0, () => {
        const answer = server.pull(who, cursor, limit, world.now());
        for (const row of answer.rows)
          if (row.type === "blob" && row.state === "again")
            state.heard.set(row.blob, (state.heard.get(row.blob) ?? 0) + 1);
        return answer;
      }),
    blobCreate: (_session, { blob }, length, ticket) =>
      exchange("create", [blob], null, 0, () => {
        const verdict = server.create(who, blob, length, ticket.body, world.now());
        if (verdict === "created") return null;
        return verdict === "quota"
          ? refused(507, "quota", world.now())
          : refused(409, verdict === "known" ? "offset" : "id-taken", world.now());
      }),
    blobHead: (_session, { blob }) =>
      exchange("head", [blob], null, 0, () => server.head(blob) ?? refused(404, "", world.now())),
    blobPatch: (_session, { blob }, offset, bytes) =>
      exchange("patch", [blob], null, bytes.length, (part) => {
        const arrived = part >= 1 ? bytes : bytes.subarray(0, Math.floor(bytes.length * part));
        const status = server.patch(blob as BlobId, offset, arrived, world.now());
        if (status === "absent") return refused(404, "", world.now());
        return status === "offset" ? refused(409, "", world.now()) : status;
      }),
  };
}
