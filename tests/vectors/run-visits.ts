/** Runs the frozen vectors of visits (make-visits.ts) against the code as it is now. No Node import. */

import { readChain } from "../../src/protocol/statements.ts";
import { readVisit } from "../../src/protocol/visits.ts";
import type { Signed } from "../../src/protocol/wire.ts";
import { family, seen } from "./family.ts";
import visits from "./visits.json" with { type: "json" };

interface VisitInput {
  readonly statements: readonly Signed[];
  readonly now: number;
  readonly visit: Signed;
}

export const visitRuns = [
  () =>
    family<VisitInput>("visits", visits, async ({ statements, now, visit }) => {
      const chain = await readChain(statements);
      if (!chain.ok) throw new Error(`the chain of a vector does not read: ${chain.error.type}`);
      return seen(await readVisit(visit, chain.value, now), (read) => read);
    }),
];
