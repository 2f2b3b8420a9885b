/**
 * Tells the server that a visit is over (SPEC P-N6), so that its session opens nothing any more. Runs in the kiosk's worker.
 *
 * Surprising fact: nobody waits for the answer, and it is never said again. A visit that was not heard of ends by itself.
 */

import { routes } from "../../protocol/wire.ts";
import { type AskDeps, askWith, bodyOf } from "../common/blob-reader.ts";

/** @param token the session of the visit. Never throws for what the network does. */
export function createVisitEnd(deps: AskDeps): (token: string) => Promise<void> {
  const ask = askWith(deps);
  return async (token) => {
    const asked = await ask(routes.sessionEnd, { method: "POST", headers: { authorization: `Bearer ${token}` } });
    if (asked !== undefined) await bodyOf(asked.response, deps.timers);
  };
}
