/**
 * "Tout emporter": everything of the open satchel in one archive that any computer opens (satchel/EXPORT.md). Runs in the
 * satchel worker; needs no network.
 *
 * Surprising fact: each stream is read and checked before anything is named, because the index must say what is missing.
 */

import { createSha256 } from "../../crypto/sha256.ts";
import { exportHtml } from "../../satchel/export-html.ts";
import { planExport } from "../../satchel/export-index.ts";
import type { ExportWords } from "../../satchel/export-words.ts";
import { crc32, createZipWriter, zipLimits } from "../../satchel/export-zip.ts";
import type { BlobPointer } from "../../satchel/model.ts";
import { utf8 } from "../../shared/bytes.ts";
import type { BlobId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { OutCopy, OutRefusal, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { createBlobParts, everythingOf, fetchAway, isLostBytes, plainPieces } from "./export-streams.ts";
import type { Space } from "./space.ts";

interface Read {
  readonly content: Blob;
  readonly crc: number;
}

async function readStream(session: Session, pointer: BlobPointer): Promise<Result<Read | null, WorkerError>> {
  const parts = createBlobParts();
  let crc = 0;
  for await (const piece of plainPieces(session.store, pointer, await createSha256())) {
    if (!piece.ok) return isLostBytes(piece.error) ? ok(null) : piece;
    crc = crc32(piece.value, crc);
    parts.add(piece.value);
  }
  return ok({ content: parts.blob(pointer.mime), crc });
}

export async function exportAll(
  session: Session,
  deps: Pick<SatchelDeps, "clock"> & { readonly space: Pick<Space, "fetchBack"> },
  words: ExportWords,
): Promise<Result<OutCopy, WorkerError | OutRefusal>> {
  const fetched = await fetchAway(session, deps.space);
  if (!fetched.ok) return fetched;
  const all = await everythingOf(session);
  if (!all.ok) return all;
  const { records, proofs } = all.value;
  if (!records.some(({ record }) => record.t !== "profile")) return err({ type: "nothing" });
  const read = new Map<BlobId, Read>();
  const missing = new Set<BlobId>();
  const pages = records.flatMap(({ record }) => (record.t === "paper" ? Object.values(record.pages) : []));
  for (const pointer of pages.flatMap((page) => [page.readable, page.original])) {
    if (pointer === null || read.has(pointer.blob)) continue;
    const stream = await readStream(session, pointer);
    if (!stream.ok) return stream;
    if (stream.value === null) missing.add(pointer.blob);
    else read.set(pointer.blob, stream.value);
  }
  const plan = planExport({ records, proofs, words, made: deps.clock.now(), missing });
  const zip = createZipWriter();
  const parts: BlobPart[] = [];
  const addText = (path: string, text: string): void => {
    const bytes = utf8(text);
    parts.push(zip.before({ name: path, length: bytes.length, crc: crc32(bytes) }), bytes);
  };
  addText(plan.readable, exportHtml(words, plan.index));
  addText("index.json", `${JSON.stringify(plan.index, null, 1)}\n`);
  for (const { path, text } of plan.texts) addText(path, text);
  for (const { path, pointer } of plan.files) {
    const held = read.get(pointer.blob);
    if (held === undefined) continue;
    parts.push(zip.before({ name: path, length: held.content.size, crc: held.crc }), held.content);
  }
  if (zip.size() > zipLimits.bytes || plan.files.length + plan.texts.length + 2 > zipLimits.files)
    return err({ type: "too-large" });
  const { papers, dossiers } = plan.index;
  return ok({
    file: new Blob([...parts, ...zip.end()], { type: "application/zip" }),
    papers: records.filter((kept) => kept.record.t === "paper").length,
    dossiers: dossiers.length,
    missing: papers.filter((paper) => paper.missing.length > 0).length,
  });
}
