/**
 * The pass that this desk was given for a factor (SPEC P-I2), in memory and nowhere else, and said with every question. Runs in
 * the desk worker.
 */

import { passHeader } from "../../protocol/login.ts";

type Fetch = WindowOrWorkerGlobalScope["fetch"];

export interface Passes {
  readonly text: () => string | null;
  /** Server time at which it ends if it is not renewed; 0 without one. */
  readonly until: () => number;
  readonly set: (text: string, until: number) => void;
  readonly drop: () => void;
}

export function createPasses(): Passes {
  let held: { readonly text: string; readonly until: number } | null = null;
  return {
    text: () => held?.text ?? null,
    until: () => held?.until ?? 0,
    set: (text, until) => {
      held = { text, until };
    },
    drop: () => {
      held = null;
    },
  };
}

/** Says the pass to our server alone: every path of ours begins with a slash. */
export const withPass =
  (send: Fetch, passes: Passes): Fetch =>
  (input, init) => {
    const text = passes.text();
    if (text === null || typeof input !== "string" || !input.startsWith("/v1/")) return send(input, init);
    const headers = new Headers(init?.headers);
    headers.set(passHeader, text);
    return send(input, { ...init, headers });
  };
