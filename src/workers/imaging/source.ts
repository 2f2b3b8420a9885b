/**
 * Reads a picked file piece by piece: headers are looked at without bringing 50 MB into memory.
 * Pure over a `slice`; runs in workers and in Node. Reading past the end gives fewer bytes, never an error.
 */

export interface ByteSource {
  readonly size: number;
  /** Bytes from `at`, at most `length`; shorter at the end of the file. */
  readonly read: (at: number, length: number) => Promise<Uint8Array>;
}

const windowBytes = 64 * 1024;

/** Keeps one window, so that walking small headers costs one slice per 64 KiB. */
export function blobSource(blob: Blob): ByteSource {
  let start = 0;
  let held: Uint8Array = new Uint8Array(0);
  return {
    size: blob.size,
    async read(at, length) {
      if (at < 0 || at >= blob.size || length <= 0) return new Uint8Array(0);
      const end = Math.min(blob.size, at + length);
      if (at < start || end > start + held.length) {
        held = new Uint8Array(await blob.slice(at, Math.max(end, Math.min(blob.size, at + windowBytes))).arrayBuffer());
        start = at;
      }
      return held.subarray(at - start, end - start);
    },
  };
}

/** ASCII of bytes, for magic numbers and box names. */
export const ascii = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));
