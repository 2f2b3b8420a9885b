/** Records and chance for the tests of the satchel's rules. */
import { createDossier } from "../../../src/satchel/dossier.ts";
import type { BlobPointer, DossierRecord, Page, PaperRecord } from "../../../src/satchel/model.ts";
import { createPaper } from "../../../src/satchel/paper.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import type { BlobId, LetterId } from "../../../src/shared/ids.ts";
import type { Random } from "../../../src/shared/ports.ts";

/** Bytes that count up: never twice the same, the same in every run. */
export function countingRandom(start = 1): Random {
  let next = start;
  return {
    bytes: (length) => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 1) {
        next = (next * 1103515245 + 12345) & 0x7fffffff;
        bytes[at] = next >> 16;
      }
      return bytes;
    },
  };
}

export const blobId = (name: string): BlobId => name as BlobId;
export const letterId = (name: string): LetterId => name as LetterId;

export const pointer = (name: string): BlobPointer => ({
  blob: blobId(name),
  key: `key-${name}` as B64,
  hash: `hash-${name}` as B64,
  bytes: 100,
  sealedLength: 140,
  root: `root-${name}` as B64,
  mime: "image/webp",
});

export const page = (name: string, more: Partial<Page> = {}): Page => ({
  position: 1,
  turn: 0,
  state: "ready",
  readable: pointer(`${name}-readable`),
  preview: pointer(`${name}-preview`),
  original: null,
  ...more,
});

export const paper = (more: Partial<PaperRecord> = {}): PaperRecord => ({ ...createPaper(1000), ...more });

export const keptPaper = (more: Partial<PaperRecord> = {}): PaperRecord =>
  paper({ status: "kept", pages: { p1: page("p1"), p2: page("p2", { position: 2 }) }, ...more });

export const dossier = (more: Partial<DossierRecord> = {}): DossierRecord => ({
  ...createDossier(
    { procedure: "domiciliation", formVersion: 1, organisation: "ccas", language: "fr", page: "names" },
    countingRandom(),
    1000,
  ),
  ...more,
});
