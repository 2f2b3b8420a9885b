/** Runs the frozen vectors of an organisation's helpers (make-helpers.ts) against the code as it is now. No Node import. */

import { readChain } from "../../src/protocol/statements.ts";
import type { Signed } from "../../src/protocol/wire.ts";
import { family, principalText, seen } from "./family.ts";
import helpers from "./helpers.json" with { type: "json" };

export const helperRuns = [
  () => family<readonly Signed[]>("helpers", helpers, async (input) => seen(await readChain(input), principalText)),
];
