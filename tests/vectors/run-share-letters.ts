/** Runs the frozen vectors of shares (make-share-letters.ts) against the code as it is now. No Node import. */

import { letterManifest, verifyLetter } from "../../src/protocol/letters.ts";
import { readEndedProof } from "../../src/protocol/proofs.ts";
import { readChain } from "../../src/protocol/statements.ts";
import type { Letter, Signed } from "../../src/protocol/wire.ts";
import type { B64 } from "../../src/shared/bytes.ts";
import { family, seen } from "./family.ts";
import shares from "./share-letters.json" with { type: "json" };

export const shareLetterRuns = [
  () =>
    family<{ letter: Letter; key: B64 }>("shares", shares.letters, async ({ letter, key }) => {
      const manifest = await letterManifest(letter);
      return seen(await verifyLetter(letter, key), ({ v, until, ...rest }) => {
        const { suite, letter: id, from, to, toKey, blobs } = rest;
        return { head: { v, suite, letter: id, from, to, toKey, until, blobs }, manifest };
      });
    }),
  () =>
    family<{ signed: Signed; sender: readonly Signed[] }>("ends of shares", shares.ends, async ({ signed, sender }) => {
      const chain = await readChain(sender);
      if (!chain.ok) throw new Error(`the chain of a vector does not read: ${chain.error.type}`);
      return seen(await readEndedProof(signed, chain.value), (proof) => proof);
    }),
];
