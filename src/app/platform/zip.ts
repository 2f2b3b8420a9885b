/**
 * Several files as one, uncompressed (ZIP, APPNOTE 6.3.10 with "store"): pictures and PDF do not get smaller, and a browser
 * asks before it saves several files in a row. Runs in the page.
 *
 * Surprising fact: nothing is copied. The archive is a Blob over the given buffers, with small headers between them.
 */

export interface ZipEntry {
  /** Words and digits; kept as UTF-8. */
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as ZIP wants it (ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/** 1 January 1980: when something was saved is nobody's business. */
const date = 0x0021;
const utf8Names = 0x0800;

function record(
  signature: number,
  sizes: readonly (2 | 4)[],
  values: readonly number[],
  tail: Uint8Array<ArrayBuffer>,
) {
  const bytes = new Uint8Array(4 + sizes.reduce<number>((sum, size) => sum + size, 0) + tail.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signature, true);
  let at = 4;
  for (const [n, size] of sizes.entries()) {
    if (size === 2) view.setUint16(at, values[n] ?? 0, true);
    else view.setUint32(at, values[n] ?? 0, true);
    at += size;
  }
  bytes.set(tail, at);
  return bytes;
}

/** @returns a Blob of type application/zip, in the order given. */
export function zipOf(entries: readonly ZipEntry[]): Blob {
  const parts: (Uint8Array<ArrayBuffer> | ArrayBuffer)[] = [];
  const central: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const path = new TextEncoder().encode(name);
    const length = bytes.byteLength;
    const shared = [utf8Names, 0, 0, date, crc32(new Uint8Array(bytes)), length, length, path.length, 0];
    const local = record(0x04034b50, [2, 2, 2, 2, 2, 4, 4, 4, 2, 2], [20, ...shared], path);
    central.push(
      record(
        0x02014b50,
        [2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4],
        [20, 20, ...shared, 0, 0, 0, 0, offset],
        path,
      ),
    );
    parts.push(local, bytes);
    offset += local.length + length;
  }
  const size = central.reduce((sum, each) => sum + each.length, 0);
  const end = record(
    0x06054b50,
    [2, 2, 2, 2, 4, 4, 2],
    [0, 0, entries.length, entries.length, size, offset, 0],
    new Uint8Array(),
  );
  return new Blob([...parts, ...central, end], { type: "application/zip" });
}
