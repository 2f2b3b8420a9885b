/** Runs the frozen vectors of published forms (make-published.ts) against the code as it is now. No Node import. */

import { isPublishedFile, readPublication } from "../../src/protocol/published.ts";
import { readChain } from "../../src/protocol/statements.ts";
import type { Signed } from "../../src/protocol/wire.ts";
import { bytesOf, family, seen } from "./family.ts";
import published from "./published.json" with { type: "json" };

interface PublishedInput {
  readonly statements: readonly Signed[];
  /** Null: a withdrawal. */
  readonly file: string | null;
  readonly publication: Signed;
}

export const publishedRuns = [
  () =>
    family<PublishedInput>("published", published, async ({ statements, file, publication }) => {
      const chain = await readChain(statements);
      if (!chain.ok) throw new Error(`the chain of a vector does not read: ${chain.error.type}`);
      const read = await readPublication(publication, chain.value);
      if (read.ok && file !== null && !(await isPublishedFile(bytesOf(file), read.value)))
        return { result: "other-file" };
      return seen(read, (value) => value);
    }),
];
