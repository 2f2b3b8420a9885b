/**
 * Opens what Firefox packs in ways of its own: session files (mozLz4) and framed snappy (large values of IndexedDB, the
 * Cache API). Pure; runs anywhere. Sources: lz4_Block_format.md, google/snappy framing_format.txt.
 *
 * Surprising: a cut file is the rule here, because browsers are killed while they write; what could be opened is given.
 */
import { openSnappy } from "./snappy.ts";

export const mozLz4Magic = Buffer.from("mozLz40\0");
export const framedSnappyMagic = Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59]);

/** A length that goes on in further bytes while they are 255. */
function longer(input: Uint8Array, at: number, length: number): { readonly length: number; readonly next: number } {
  if (length !== 15) return { length, next: at };
  let [all, next] = [length, at];
  for (let byte = 255; byte === 255 && next < input.length; next++) {
    byte = input[next] ?? 0;
    all += byte;
  }
  return { length: all, next };
}

/** Opens an LZ4 block of `size` opened bytes that begins at `start`. */
export function openLz4(input: Uint8Array, start: number, size: number): Uint8Array {
  const out = new Uint8Array(Math.min(size, 64 * 1024 * 1024));
  let to = 0;
  for (let at = start; at < input.length && to < out.length; ) {
    const token = input[at] ?? 0;
    const literal = longer(input, at + 1, token >> 4);
    const room = Math.min(literal.length, input.length - literal.next, out.length - to);
    out.set(input.subarray(literal.next, literal.next + room), to);
    to += room;
    at = literal.next + literal.length;
    if (at + 1 >= input.length) break;
    const back = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8);
    if (back === 0 || back > to) break;
    const match = longer(input, at + 2, token & 15);
    // Byte by byte: a copy may overlap what it writes.
    for (let left = match.length + 4; left > 0 && to < out.length; left--, to++) out[to] = out[to - back] ?? 0;
    at = match.next;
  }
  return out.subarray(0, to);
}

/** `at`: where the magic begins; eight bytes of it, then the opened size. */
export function openMozLz4(input: Uint8Array, at: number): Uint8Array {
  const size = new DataView(input.buffer, input.byteOffset, input.byteLength).getUint32(at + 8, true);
  return openLz4(input, at + 12, size);
}

/** Every chunk that can be opened, one after the other. `at`: where the magic begins. */
export function openFramedSnappy(input: Uint8Array, start: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = start; at + 4 <= input.length; ) {
    const type = input[at];
    const length = (input[at + 1] ?? 0) | ((input[at + 2] ?? 0) << 8) | ((input[at + 3] ?? 0) << 16);
    // The first four bytes of a chunk's data are its checksum.
    const data = input.subarray(at + 8, at + 4 + length);
    if (type === 0x00) parts.push(openSnappy(data).bytes);
    else if (type === 0x01) parts.push(data);
    else if (type !== 0xff && type !== 0xfe && (type ?? 0) < 0x80) break;
    at += 4 + length;
  }
  return Buffer.concat(parts);
}
