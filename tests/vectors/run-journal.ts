/** Runs the frozen vectors of journals (make-journal.ts) against the code as it is now. No Node import. */

import { importPrivate } from "../../src/crypto/primitives.ts";
import {
  type JournalLine,
  journalHash,
  journalStart,
  openJournalLine,
  readJournalHead,
} from "../../src/protocol/journal.ts";
import { readChain } from "../../src/protocol/statements.ts";
import type { Signed } from "../../src/protocol/wire.ts";
import type { B64 } from "../../src/shared/bytes.ts";
import type { PrincipalId } from "../../src/shared/ids.ts";
import { bytesOf, family, seen } from "./family.ts";
import chains from "./journal-chains.json" with { type: "json" };
import heads from "./journal-heads.json" with { type: "json" };
import lines from "./journal-lines.json" with { type: "json" };

interface LineInput {
  readonly satchel: PrincipalId;
  readonly key: { readonly box: B64; readonly pkcs8: string };
  readonly line: JournalLine;
}
interface ChainInput {
  readonly satchel: PrincipalId;
  readonly lines: readonly JournalLine[];
}
interface HeadInput {
  readonly statements: readonly Signed[];
  readonly head: Signed;
}

export const journalRuns = [
  () =>
    family<LineInput>("journal-lines", lines, async ({ satchel, key, line }) => {
      const privateKey = await importPrivate("box", bytesOf(key.pkcs8));
      if (privateKey === undefined) throw new Error("the box key of a vector reads");
      const read = await openJournalLine({ privateKey, box: key.box }, satchel, line);
      return read.ok ? { result: "ok", value: read.value } : { result: read.error };
    }),
  () =>
    family<ChainInput>("journal-chains", chains, async ({ satchel, lines: given }) => {
      const hashes = [await journalStart(satchel)];
      for (const [at, line] of given.entries()) hashes.push(await journalHash(hashes[at] ?? ("" as B64), at + 1, line));
      return { result: "ok", value: hashes };
    }),
  () =>
    family<HeadInput>("journal-heads", heads, async ({ statements, head }) => {
      const chain = await readChain(statements);
      if (!chain.ok) throw new Error(`the chain of a vector does not read: ${chain.error.type}`);
      return seen(await readJournalHead(head, chain.value), (value) => value);
    }),
];
