import fc from "fast-check";
import { expect, test } from "vitest";
import { createSha256 } from "../../../src/crypto/sha256.ts";
import {
  contentHash,
  openStream,
  openStreamPieces,
  type SealedBlob,
  type SealedPiece,
  sealStream,
  sealStreamPieces,
  splitBlob,
  streamKeyFrom,
} from "../../../src/crypto/stream.ts";
import { blobRootOf, blobWireBytes, isBlobLength } from "../../../src/protocol/blob-root.ts";
import { padme } from "../../../src/protocol/padding.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import { type Bytes, concat } from "../../../src/shared/bytes.ts";
import { random, withBit } from "./support.ts";

const open = (blob: SealedBlob, segments: readonly Bytes[] = blob.segments, header: Bytes = blob.header) =>
  openStream(blob, header, async (index) => segments[index], segments.length);

test("any content comes back, with the length and root that the wire will have", { timeout: 120_000 }, async () => {
  const lengths = fc.oneof(
    fc.integer({ min: 0, max: 3000 }),
    fc.constantFrom(65_527, 65_528, 65_529, 131_064, 131_065, 200_000),
  );
  await fc.assert(
    fc.asyncProperty(lengths, async (length) => {
      const content = random.bytes(length);
      const blob = await sealStream(content, random);
      expect(await open(blob)).toEqual({ ok: true, value: content });
      const wire = blobWireBytes(blob.header, blob.segments);
      expect(wire.length).toBe(blob.length);
      expect(isBlobLength(blob.length)).toBe(true);
      expect(await blobRootOf([wire])).toEqual({ root: blob.root, length: blob.length });
      expect(blob.hash).toBe(await contentHash(content));
      expect(splitBlob(wire)).toEqual({ header: blob.header, segments: blob.segments });
    }),
    { numRuns: 25 },
  );
});

test("every attempt has its own key and blob id", async () => {
  const content = random.bytes(100);
  const [one, two] = [await sealStream(content, random), await sealStream(content, random)];
  expect(one.blob).not.toBe(two.blob);
  expect(one.key).not.toEqual(two.key);
  expect(one.hash).toBe(two.hash);
});

test("every changed or cut byte of a small blob is refused", async () => {
  const blob = await sealStream(random.bytes(40), random);
  const wire = blobWireBytes(blob.header, blob.segments);
  for (let at = 0; at < wire.length; at += 1) {
    for (const bytes of [withBit(wire, at * 8 + (at % 8)), wire.slice(0, at)]) {
      const split = splitBlob(bytes);
      if (split === undefined) continue;
      expect((await open(blob, split.segments, split.header)).ok, `byte ${at}`).toBe(false);
    }
  }
});

test("no other order, number or mixture of segments opens", { timeout: 120_000 }, async () => {
  const blob = await sealStream(random.bytes(150_000), random);
  const other = await sealStream(random.bytes(150_000), random);
  const all = [...blob.segments, ...other.segments];
  const right = [0, 1, 2].map((index) => all[index]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }), async (order) => {
      const segments = order.map((index) => all[index] ?? new Uint8Array(0));
      const same = segments.length === 3 && segments.every((segment, index) => segment === right[index]);
      expect((await open(blob, segments)).ok).toBe(same);
    }),
    { numRuns: 80 },
  );
});

test("cut, carried on, swapped: each refusal has its name", async () => {
  const blob = await sealStream(random.bytes(150_000), random);
  const [a, b, c] = blob.segments;
  if (a === undefined || b === undefined || c === undefined) throw new Error("three segments");
  const typeOf = async (segments: readonly Bytes[]) => {
    const opened = await open(blob, segments);
    return opened.ok ? "ok" : opened.error.type;
  };
  expect(await typeOf([a])).toBe("truncated");
  expect(await typeOf([a, b])).toBe("truncated");
  expect(await typeOf([a, b, c, c])).toBe("extended");
  expect(await typeOf([b, a, c])).toBe("bad-segment");
  expect(await typeOf([])).toBe("truncated");
});

test("the wrong key is told before any segment is read", async () => {
  const blob = await sealStream(random.bytes(10), random);
  let reads = 0;
  const opened = await openStream(
    { blob: blob.blob, key: random.bytes(32) },
    blob.header,
    async () => {
      reads += 1;
      return undefined;
    },
    1,
  );
  expect(opened).toEqual({ ok: false, error: { type: "wrong-key" } });
  expect(reads).toBe(0);
});

async function piecesOf(chunks: readonly Bytes[], length: number): Promise<readonly SealedPiece[]> {
  const pieces: SealedPiece[] = [];
  for await (const piece of sealStreamPieces(chunks, length, random, await createSha256())) pieces.push(piece);
  return pieces;
}

test("a content read in chunks of any size seals to the same layout, one segment at a time", async () => {
  const content = random.bytes(300_000);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300_000 }), { maxLength: 6 }), async (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), content.length];
      const pieces = await piecesOf(
        at.slice(1).map((end, index) => content.slice(at[index], end)),
        content.length,
      );
      const [head] = pieces;
      const done = pieces.at(-1);
      if (head?.type !== "header" || done?.type !== "done") throw new Error("header first, done last");
      const segments = pieces.flatMap((piece) => (piece.type === "segment" ? [piece.segment] : []));
      expect(segments).toHaveLength(head.count);
      expect(done.hash).toBe(await contentHash(content));
      expect((await blobRootOf([head.header, ...segments])).root).toBe(done.root);
      const opened: Bytes[] = [];
      for await (const piece of openStreamPieces(head, head.header, async (index) => segments[index], head.count)) {
        if (!piece.ok) throw new Error(piece.error.type);
        expect(piece.value.length).toBeLessThanOrEqual(65_536);
        opened.push(piece.value);
      }
      expect(concat(...opened)).toEqual(content);
    }),
    { numRuns: 12 },
  );
});

test("a file that changed while it was read makes no blob", async () => {
  for (const length of [99, 101, 70_000]) {
    const pieces = await piecesOf([random.bytes(100)], length);
    expect(pieces.at(-1)).toEqual({ type: "length-differs" });
  }
});

test("Padmé adds at most 12 % and never shrinks", () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 2 ** 40 }), (length) => {
      const padded = padme(length);
      expect(padded).toBeGreaterThanOrEqual(length);
      expect(padded).toBeLessThanOrEqual(length * 1.12);
      expect(padme(padded)).toBe(padded);
    }),
  );
});

test("a key is 32 bytes", async () => {
  const blob = await sealStream(random.bytes(1), random);
  expect(streamKeyFrom(blob.blob, b64(blob.key))).toEqual({ blob: blob.blob, key: blob.key });
  expect(streamKeyFrom(blob.blob, b64(random.bytes(31)))).toBeUndefined();
});
