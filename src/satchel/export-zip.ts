/**
 * The bytes around the files of a ZIP archive (APPNOTE 6.3.10, method "store": pictures and PDF do not get smaller). Pure,
 * runs in page, worker and Node.
 *
 * Surprising: nothing here holds a file. Whoever writes the archive hands in lengths and check sums and puts these headers
 * between the bytes, so that an archive of any size passes through a few kilobytes of memory.
 */

import type { Bytes } from "../shared/bytes.ts";

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (ISO 3309), piece by piece: hand in what the piece before gave. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before >>> 0;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

export interface ZipFacts {
  /** Path inside the archive, "/" between its parts; written as UTF-8. */
  readonly name: string;
  readonly length: number;
  readonly crc: number;
}

/** 1 January 1980: when something was saved is nobody's business. */
const date = 0x0021;
const utf8Names = 0x0800;
/** As Unix writes them: Info-ZIP's unzip takes UTF-8 names as they are only then. Mode 0644, a plain file. */
const madeByUnix = 0x0314;
const unixFile = (0o100644 << 16) >>> 0;

/** Sizes and places that this form can say; an archive beyond that would need ZIP64. */
export const zipLimits = { bytes: 0xffff_fffe, files: 0xfffe } as const;

function record(signature: number, sizes: readonly (2 | 4)[], values: readonly number[], tail: Uint8Array): Bytes {
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

export interface ZipWriter {
  /** What stands before the bytes of this file. */
  readonly before: (file: ZipFacts) => Bytes;
  /** What stands after the last file; nothing follows. */
  readonly end: () => readonly Bytes[];
  /** Bytes of the whole archive if it ended now. */
  readonly size: () => number;
}

export function createZipWriter(): ZipWriter {
  const central: Bytes[] = [];
  let offset = 0;
  let listed = 0;
  return {
    before({ name, length, crc }) {
      const path = new TextEncoder().encode(name);
      const shared = [utf8Names, 0, 0, date, crc, length, length, path.length, 0];
      const local = record(0x04034b50, [2, 2, 2, 2, 2, 4, 4, 4, 2, 2], [20, ...shared], path);
      const entry = record(
        0x02014b50,
        [2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4],
        [madeByUnix, 20, ...shared, 0, 0, 0, unixFile, offset],
        path,
      );
      central.push(entry);
      listed += entry.length;
      offset += local.length + length;
      return local;
    },
    end: () => [
      ...central,
      record(
        0x06054b50,
        [2, 2, 2, 2, 4, 4, 2],
        [0, 0, central.length, central.length, listed, offset, 0],
        new Uint8Array(0),
      ),
    ],
    size: () => offset + listed + 22,
  };
}
