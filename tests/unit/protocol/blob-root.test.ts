import fc from "fast-check";
import { expect, test } from "vitest";
import {
  blobLayout,
  blobRootFromHashes,
  blobRootOf,
  isBlobLength,
  plainLengthOf,
  sealedLengthOf,
} from "../../../src/protocol/blob-root.ts";
import { isBucket, padme } from "../../../src/protocol/padding.ts";
import { sha256 } from "../../../src/protocol/sign.ts";
import { withBit } from "../crypto/support.ts";

const bytes = new Uint8Array(57 + 65_552 * 2 + 999).map((_, at) => (at * 31) & 255);

test("the root does not depend on how the bytes arrive", async () => {
  const whole = await blobRootOf([bytes]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 30 }), async (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(await blobRootOf(chunks)).toEqual(whole);
    }),
  );
  const single = async function* () {
    for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
  };
  expect(await blobRootOf(single())).toEqual(whole);
});

test("it is the hash of the hashes of header and segments", async () => {
  const ends = [0, 57, 57 + 65_552, 57 + 2 * 65_552, bytes.length];
  const hashes = await Promise.all(ends.slice(1).map((end, at) => sha256(bytes.slice(ends[at], end))));
  expect((await blobRootOf([bytes])).root).toBe(await blobRootFromHashes(bytes.length, hashes));
});

test("any changed or missing byte gives another root", async () => {
  const { root } = await blobRootOf([bytes]);
  const places = fc.integer({ min: 0, max: bytes.length * 8 - 1 });
  await fc.assert(
    fc.asyncProperty(places, async (bit) => {
      expect((await blobRootOf([withBit(bytes, bit)])).root).not.toBe(root);
      expect((await blobRootOf([bytes.subarray(0, bit >> 3)])).root).not.toBe(root);
    }),
    { numRuns: 40 },
  );
});

test("sealed and plain lengths are each other's inverse, and no other length is a blob's", () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 10 ** 9 }), (plain) => {
      expect(plainLengthOf(sealedLengthOf(plain))).toBe(plain);
      expect(isBlobLength(sealedLengthOf(padme(plain)))).toBe(true);
    }),
  );
  const full = blobLayout.headerBytes + blobLayout.sealedSegmentBytes;
  for (const length of [0, 57, 57 + 23, full + 1, full + 16, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(plainLengthOf(length), `${length}`).toBeUndefined();
});

test("buckets are 256, 1024, 4096, 16384 and multiples of 65536", () => {
  const buckets = Array.from({ length: 200_000 }, (_, length) => length).filter(isBucket);
  expect(buckets).toEqual([256, 1024, 4096, 16_384, 65_536, 131_072, 196_608]);
});
