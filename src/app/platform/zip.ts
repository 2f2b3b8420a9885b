/**
 * Several files as one archive: a browser asks before it saves several files in a row. Runs in the page; the format is in
 * satchel/export-zip.ts.
 *
 * Surprising fact: nothing is copied. The archive is a Blob over the given buffers, with small headers between them.
 */

import { crc32, createZipWriter } from "../../satchel/export-zip.ts";

export interface ZipEntry {
  /** Words and digits; kept as UTF-8. */
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

/** @returns a Blob of type application/zip, in the order given. */
export function zipOf(entries: readonly ZipEntry[]): Blob {
  const zip = createZipWriter();
  const parts = entries.flatMap(({ name, bytes }) => [
    zip.before({ name, length: bytes.byteLength, crc: crc32(new Uint8Array(bytes)) }),
    bytes,
  ]);
  return new Blob([...parts, ...zip.end()], { type: "application/zip" });
}
