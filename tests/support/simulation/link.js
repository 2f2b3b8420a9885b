/**
 * The line between a device and the model server, in virtual time: delays, requests and answers that get lost (with
 * part of a body stored), duplicates that arrive late, portals, expired sessions, a busy server, one poisoned item.
 */
import { letterHead } from "../../../src/protocol/letters.ts";
import { opHead } from "../../../src/protocol/ops.ts";
export const createLinkState = () => ({
  badness: 0,
  poison: new Map(),
  sessions: new Set(),
  counts: { poisoned: 0, healthy: 0 },
  requests: [],
});
const refused = (status, error, time, retryAfterMs = null) => ({
  type: "refused",
  status,
  error,
  retry: status >= 500 || status === 401 ? "later" : "never",
  retryAfterMs,
  time,
});
export function createLink({ world, dice, server, state }) {
  const sleep = (ms) => new Promise((resolve) => world.after(ms, resolve));
  /** `handle` is what the server does; it may run zero, one or two times, and late. */
  const exchange = async (ids, session, bytes, serve) => {
    const started = world.now();
    const handle = (part) => (poison === undefined ? serve(part) : refused(500, "internal", world.now()));
    const poison = ids.map((id) => state.poison.get(id)).find((kind) => kind !== undefined);
    state.counts = {
      poisoned: state.counts.poisoned + (poison === undefined ? 0 : 1),
      healthy: state.counts.healthy + (poison === undefined ? 1 : 0),
    };
    state.requests.push([...ids]);
    const bad = state.badness;
    await sleep(20 + dice.below(400) + Math.floor(bytes / (bad > 0 ? 8 : 200)));
    if (poison === "breaks-the-line") return { type: "lost", reason: "unreachable" };
    if (dice.chance(bad * 0.1)) return { type: "lost", reason: "not-let-through" };
    if (dice.chance(bad * 0.25)) {
      // The request is cut: for a body that is stored as it comes, a part of it has arrived.
      if (bytes > 0 && dice.chance(0.5)) handle(dice.next());
      return { type: "lost", reason: "unreachable" };
    }
    if (dice.chance(bad * 0.1)) world.after(dice.below(60_000), () => handle(1));
    if (poison === "server-error") return refused(500, "internal", world.now());
    if (poison === "refused") return refused(422, "bad-format", world.now());
    if (session !== null && !state.sessions.has(session)) return refused(401, "unauthenticated", world.now());
    if (dice.chance(bad * 0.03)) return refused(503, "busy", world.now(), 1000 * dice.below(30));
    const answer = handle(1);
    await sleep(10 + dice.below(200));
    if (dice.chance(bad * 0.25)) return { type: "lost", reason: "timeout" };
    if (typeof answer === "object" && answer !== null && "type" in answer && answer.type === "refused") return answer;
    return { type: "answer", value: answer, time: world.now(), tookMs: world.now() - started };
  };
  return {
    register: () => exchange([], null, 0, () => ({ epoch: "m" })),
    challenge: () => exchange([], null, 0, () => ({ challenge: "YQ" })),
    session: () =>
      exchange([], null, 0, () => {
        const token = `s${state.sessions.size}-${dice.below(1_000_000)}`;
        state.sessions.add(token);
        return { token, lifetimeMs: 1 };
      }),
    push: (session, ops) =>
      exchange(
        ops.map((op) => {
          const head = opHead(op);
          return head.ok ? head.value.op : "";
        }),
        session,
        0,
        () => ({ verdicts: server.push(ops, world.now()) }),
      ),
    letter: (session, letter) => {
      const head = letterHead(letter);
      return exchange([head.ok ? head.value.letter : ""], session, 0, () => ({
        verdict: { type: "ok", proofs: server.letter(letter, world.now()) },
      }));
    },
    proof: (session) => exchange([], session, 0, () => null),
    pull: (session, cursor, limit) => exchange(["pull"], session, 0, () => server.pull(cursor, limit, world.now())),
    blobCreate: (session, { blob }, length) =>
      exchange([blob], session, 0, () =>
        server.create(blob, length) === "exists" ? refused(409, "offset", world.now()) : null,
      ),
    blobHead: (session, { blob }) =>
      exchange([blob], session, 0, () => server.head(blob) ?? refused(404, "", world.now())),
    blobPatch: (session, { blob }, offset, bytes) =>
      exchange([blob], session, bytes.length, (part) => {
        const arrived = part >= 1 ? bytes : bytes.subarray(0, Math.floor(bytes.length * part));
        const status = server.patch(blob, offset, arrived, world.now());
        if (status === "absent") return refused(404, "", world.now());
        return status === "offset" ? refused(409, "", world.now()) : status;
      }),
  };
}
