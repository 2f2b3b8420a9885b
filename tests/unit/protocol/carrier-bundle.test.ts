/** P-C11: a shared computer's file. What several people left there, in one file, made without any of their keys. */
import { describe, expect, test } from "vitest";
import { readReceipts, signPostboxCarried, writeReceipts } from "../../../src/protocol/carried.ts";
import { type CarrierSink, type OpenedCarrier, readCarrier } from "../../../src/protocol/carrier.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import type { ServerTime } from "../../../src/protocol/wire.ts";
import { concat } from "../../../src/shared/bytes.ts";
import { ok } from "../../../src/shared/result.ts";
import { type BundleFacts, type BundlePart, bundleFile, inChunks } from "../../support/carrier-file.ts";
import { newKeyring } from "../server/keyrings.ts";
import { createPerson, random } from "../server/people.ts";

const KEYS = [b64(new Uint8Array(16).fill(7))];
const [first, second, desk, stranger] = await Promise.all([
  createPerson(),
  createPerson(),
  createPerson("organisation"),
  createPerson(),
]);
const box = b64(random.bytes(65));
const blob = await first.blob(70_000);
const letters = {
  first: (await first.letter(desk, [blob.ref])).letter,
  second: (await second.letter(second, [])).letter,
  stranger: (await stranger.letter(desk, [])).letter,
};
const parts: readonly BundlePart[] = [
  { person: first, contents: { letters: [letters.first], blobs: [blob] } },
  { person: second, contents: { letters: [letters.second] } },
];
const make = (facts: Partial<BundleFacts> = {}) => bundleFile(parts, { keys: KEYS, ...facts });

async function read(bytes: Uint8Array, chunk = 3000) {
  const packs: OpenedCarrier[] = [];
  const given: Uint8Array[] = [];
  const sink: CarrierSink<never> = {
    opened: async (pack) => {
      packs.push(pack);
      return ok(undefined);
    },
    bytes: async (piece) => {
      given.push(piece.slice());
      return ok(undefined);
    },
  };
  const result = await readCarrier(
    inChunks(bytes, () => chunk),
    sink,
  );
  return { type: result.ok ? "ok" : result.error.type, packs, given: concat(...given) };
}

describe("P-C11: a shared computer's file", () => {
  test("is read pack by pack, each with its own chain and its own list, under one key that is nobody's", async () => {
    const { bytes, files, starts } = await make();
    const seen = await read(bytes);
    expect(seen.type).toBe("ok");
    expect(seen.packs.map(({ manifest }) => [manifest.file, manifest.from, manifest.v])).toEqual([
      [files[0], first.id, 2],
      [files[1], second.id, 2],
    ]);
    expect(seen.packs.map(({ payloadAt }) => payloadAt)).toEqual(starts);
    expect(seen.packs.map(({ manifest }) => manifest.items.map(([kind]) => kind))).toEqual([
      ["chain", "letter", "ticket", "blob"],
      ["chain", "letter"],
    ]);
    const makers = new Set(seen.packs.map(({ manifest }) => (manifest.v === 2 ? manifest.by : "")));
    expect([...makers]).toHaveLength(1);
    for (const { principal } of seen.packs) expect([...makers]).not.toContain(principal.sign);
    expect(seen.given.length).toBe(seen.packs.reduce((sum, { manifest }) => sum + manifest.bytes, 0));
    for (const chunk of [1, bytes.length]) expect((await read(bytes, chunk)).type).toBe("ok");
  });

  test("a changed byte anywhere refuses it whole; cut anywhere it is cut", async () => {
    const { bytes } = await make();
    const types = new Set<string>();
    for (let at = 20; at < bytes.length; at += Math.ceil(bytes.length / 150)) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      types.add((await read(changed, 50_000)).type);
      if (at > 4000) expect((await read(bytes.slice(0, at), 50_000)).type).toBe("cut");
    }
    expect([...types].every((type) => type === "damaged" || type === "not-carrier" || type === "newer")).toBe(true);
    expect(types.has("damaged")).toBe(true);
  });

  test("a keyring goes with the chain of the satchel that signed it; somebody else's, or one in a person's file, is refused", async () => {
    const mine = await bundleFile(
      [
        {
          person: second,
          contents: { letters: [letters.second] },
          keyring: (await newKeyring(first, box, { epoch: 1 })).signed,
        },
      ],
      { keys: KEYS },
    );
    expect((await read(mine.bytes)).type).toBe("damaged");
    const own = await bundleFile(
      [
        {
          person: second,
          contents: { letters: [letters.second] },
          keyring: (await newKeyring(second, box, { epoch: 1 })).signed,
        },
      ],
      { keys: KEYS },
    );
    const seen = await read(own.bytes);
    expect(seen.type).toBe("ok");
    expect(seen.packs[0]?.keyring).not.toBeNull();
  });

  test("an item that its satchel did not sign, ops, the same name twice: refused", async () => {
    const foreign = await bundleFile([{ person: first, contents: { letters: [letters.stranger] } }], { keys: KEYS });
    expect((await read(foreign.bytes)).type).toBe("damaged");
    const twice = await make({
      packs: (packs) => packs.map((pack) => ({ ...pack, file: packs[0]?.file ?? pack.file })),
    });
    expect((await read(twice.bytes)).type).toBe("damaged");
    const op = await make({
      packs: ([pack, ...rest]) =>
        pack === undefined
          ? rest
          : [
              {
                ...pack,
                items: pack.items.map(([kind, id, length, hash]) => [
                  kind === "letter" ? "op" : kind,
                  id,
                  length,
                  hash,
                ]),
              },
              ...rest,
            ],
    });
    expect((await read(op.bytes)).type).toBe("damaged");
  });

  test("two files joined into one are refused: one page, one maker", async () => {
    const [one, other] = [await make(), await make()];
    const spliced = concat(
      one.bytes.slice(0, (one.starts[1] ?? 0) - 500),
      other.bytes.slice((other.starts[1] ?? 0) - 500),
    );
    expect((await read(spliced)).type).not.toBe("ok");
  });

  test("its receipt has a line for each pack; a line that is damaged refuses all", async () => {
    const { privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    const receiptOf = async (from: typeof first.id) => ({
      v: 1 as const,
      statement: await signPostboxCarried(privateKey, {
        file: b64(random.bytes(16)),
        manifest: b64(random.bytes(32)),
        from,
        at: 1 as ServerTime,
        chain: 2,
        keyring: 1,
        ops: [],
        letters: [],
        proofs: [],
        blobs: [],
      }),
      proofs: [],
      keys: [],
    });
    const receipts = [await receiptOf(first.id), await receiptOf(second.id)];
    const text = writeReceipts(receipts, ["Récépissé", "deux\nlignes"]);
    const back = readReceipts(text);
    expect(back.ok && back.value).toEqual(receipts);
    expect(readReceipts(text.replace('{"v":1', '{"v":"x"'))).toMatchObject({ error: { type: "damaged" } });
    expect(readReceipts("rien")).toMatchObject({ error: { type: "not-receipt" } });
  });
});
