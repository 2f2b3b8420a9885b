/**
 * Opens snappy blocks (raw format, no framing). Pure; runs anywhere. Source: google/snappy, format_description.txt.
 *
 * Surprising fact: Chromium uses it twice for IndexedDB: LevelDB compresses table blocks, and Blink compresses the
 * value itself before it reaches LevelDB, so a plain search of the files misses text that is there.
 */

/** `complete` is false when the input ended early or made no sense; `bytes` is what could be opened until then. */
export type SnappyResult = { readonly bytes: Uint8Array; readonly complete: boolean };

const NOTHING: SnappyResult = { bytes: new Uint8Array(0), complete: false };

/** A little-endian base-128 number: its value and the offset behind it, or undefined. */
export function readVarint(input: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let i = at; i < at + 10; i++) {
    const byte = input[i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next: i + 1 };
    scale *= 128;
  }
  return undefined;
}

function littleEndian(input: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + (input[at + i] ?? 0);
  return value;
}

/**
 * Opens the block that begins at `start`. Bytes behind the block are ignored.
 * @param limit largest opened size in bytes that is believed.
 */
export function openSnappy(input: Uint8Array, start = 0, limit = 64 * 1024 * 1024): SnappyResult {
  const length = readVarint(input, start);
  if (length === undefined || length.value > limit) return NOTHING;
  // No snappy element yields more than 64 bytes from 2, so a wild length is known before memory is taken for it.
  if (length.value > (input.length - length.next + 8) * 32) return NOTHING;
  const out = new Uint8Array(length.value);
  let to = 0;
  let at = length.next;
  const partial = (): SnappyResult => ({ bytes: out.subarray(0, to), complete: false });
  while (to < out.length) {
    const tag = input[at];
    if (tag === undefined) return partial();
    at++;
    if ((tag & 3) === 0) {
      let size = tag >> 2;
      if (size >= 60) {
        const extra = size - 59;
        size = littleEndian(input, at, extra);
        at += extra;
      }
      size += 1;
      if (at + size > input.length || to + size > out.length) {
        const room = Math.min(size, Math.max(0, input.length - at), out.length - to);
        out.set(input.subarray(at, at + room), to);
        to += room;
        return partial();
      }
      out.set(input.subarray(at, at + size), to);
      at += size;
      to += size;
    } else {
      let size: number;
      let back: number;
      if ((tag & 3) === 1) {
        size = ((tag >> 2) & 7) + 4;
        back = ((tag >> 5) << 8) | littleEndian(input, at, 1);
        at += 1;
      } else {
        const wide = (tag & 3) === 2 ? 2 : 4;
        size = (tag >> 2) + 1;
        back = littleEndian(input, at, wide);
        at += wide;
      }
      if (at > input.length || back === 0 || back > to || to + size > out.length) return partial();
      // Byte by byte: a copy may overlap what it writes.
      for (let i = 0; i < size; i++, to++) out[to] = out[to - back] as number;
    }
  }
  return { bytes: out, complete: true };
}
