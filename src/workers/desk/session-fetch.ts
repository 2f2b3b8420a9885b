/**
 * Gives what a desk hands in the session that it reads with (SPEC P-H14). Runs in the desk worker, around the drainer's fetch.
 *
 * Surprising fact: what authorises itself needs no session, but for one moment: what a helper signed offline just before others
 * changed the organisation's keys is taken only from a browser that is still in the team.
 */

import { routes } from "../../protocol/wire.ts";

type Fetch = WindowOrWorkerGlobalScope["fetch"];

const handIn: readonly string[] = [routes.push, routes.letters, routes.proofs];

/** The last session that was used for reading is said with what is handed in. */
export function withSession(send: Fetch): Fetch {
  let session: string | null = null;
  return (input, init) => {
    const headers = new Headers(init?.headers);
    session = headers.get("authorization") ?? session;
    if (session === null || typeof input !== "string" || !handIn.includes(input)) return send(input, init);
    headers.set("authorization", session);
    return send(input, { ...init, headers });
  };
}
