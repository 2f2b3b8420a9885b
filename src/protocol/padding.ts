/**
 * Sizes that a sealed thing may have: buckets for records and letters, Padmé for streams. Runs everywhere; the server
 * refuses other sizes, so no client can forget to hide a length.
 */

const smallBuckets = [256, 1024, 4096, 16384, 65536] as const;
const largeStep = 65536;

/** The smallest bucket that holds `length` bytes: 256, 1024, 4096, 16384, 65536, then multiples of 65536. */
export const bucketOf = (length: number): number =>
  smallBuckets.find((bucket) => bucket >= length) ?? Math.ceil(length / largeStep) * largeStep;

export const isBucket = (length: number): boolean => length > 0 && bucketOf(length) === length;

/**
 * Padmé (Nikitin and others, PETS 2019): rounds `length` up so that only about log log bits of it show; adds at most 12 %.
 * @param length an integer, at least 2, at most 2^52.
 */
export function padme(length: number): number {
  const exponent = Math.floor(Math.log2(length));
  const step = 2 ** (exponent - (Math.floor(Math.log2(exponent)) + 1));
  return step <= 1 ? length : Math.ceil(length / step) * step;
}
