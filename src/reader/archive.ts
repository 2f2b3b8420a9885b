/** "Enregistrer tout": the same archive as "Tout emporter" makes, out of an opened copy. Runs in the page of the reader. */

import type { CopyError } from "../crypto/sealed-copy.ts";
import { exportHtml } from "../satchel/export-html.ts";
import { planExport } from "../satchel/export-index.ts";
import type { CopyFile } from "../satchel/export-manifest.ts";
import { crc32, createZipWriter, zipLimits } from "../satchel/export-zip.ts";
import { pointersIn } from "../satchel/join.ts";
import { type Bytes, utf8 } from "../shared/bytes.ts";
import type { BlobId, LetterId } from "../shared/ids.ts";
import { ok, type Result } from "../shared/result.ts";
import type { OpenCopy } from "./open.ts";

/** A file of the copy as a Blob of its own, with its check sum. */
export async function contentOf(
  copy: OpenCopy,
  file: CopyFile,
): Promise<Result<{ readonly content: Blob; readonly crc: number }, CopyError>> {
  const parts: Bytes[] = [];
  let crc = 0;
  for await (const piece of copy.pieces(file)) {
    if (!piece.ok) return piece;
    crc = crc32(piece.value, crc);
    parts.push(piece.value);
  }
  return ok({ content: new Blob(parts, { type: file.mime }), crc });
}

/** "too-large": more than 4 GB; its files can be saved one by one. */
export async function archiveOf(copy: OpenCopy): Promise<Result<Blob | "too-large", CopyError>> {
  const { manifest } = copy;
  const files = new Map(manifest.files.map((file) => [file.blob, file]));
  const named = manifest.records.flatMap(({ record }) => pointersIn(record).map((pointer) => pointer.blob));
  const plan = planExport({
    records: manifest.records,
    proofs: new Map(Object.entries(manifest.proofs) as [LetterId, (typeof manifest.proofs)[LetterId]][]),
    words: manifest.words,
    made: manifest.made,
    missing: new Set<BlobId>(named.filter((blob) => !files.has(blob))),
  });
  const zip = createZipWriter();
  const parts: BlobPart[] = [];
  const texts = [
    { path: plan.readable, text: exportHtml(manifest.words, plan.index) },
    { path: "index.json", text: `${JSON.stringify(plan.index, null, 1)}\n` },
    ...plan.texts,
  ];
  for (const { path, text } of texts) {
    const bytes = utf8(text);
    parts.push(zip.before({ name: path, length: bytes.length, crc: crc32(bytes) }), bytes);
  }
  for (const { path, pointer } of plan.files) {
    const file = files.get(pointer.blob);
    if (file === undefined) continue;
    const read = await contentOf(copy, file);
    if (!read.ok) return read;
    parts.push(zip.before({ name: path, length: file.bytes, crc: read.value.crc }), read.value.content);
    if (zip.size() > zipLimits.bytes) return ok("too-large");
  }
  return ok(new Blob([...parts, ...zip.end()], { type: "application/zip" }));
}
