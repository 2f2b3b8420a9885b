/** Runs the frozen vectors of notices that a service ends (make-ending.ts) against the code as it is now. No Node import. */

import { readEnding } from "../../src/protocol/ending.ts";
import type { B64, Signed } from "../../src/protocol/wire.ts";
import endings from "./endings.json" with { type: "json" };
import { family, seen } from "./family.ts";

interface EndingInput {
  readonly keys: readonly B64[];
  readonly statement: Signed;
}

export const endingRuns = [
  () =>
    family<EndingInput>("endings", endings, async ({ keys, statement }) => {
      const read = await readEnding(
        statement,
        keys.map((sign) => ({ sign })),
      );
      return seen(read.ok ? read : { ok: false, error: { type: read.error } }, (value) => value);
    }),
];
