import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blobLayout, blobRootFromHashes, sealedLengthOf } from "../../../src/protocol/blob-root.ts";
import { readCarried, readReceipt, signCarried, writeReceipt } from "../../../src/protocol/carried.ts";
import {
  blobItem,
  type CarrierItem,
  type CarrierSink,
  composeCarrier,
  judgeCarrier,
  type OpenedCarrier,
  packChain,
  packTicket,
  placesOf,
  readCarrier,
} from "../../../src/protocol/carrier.ts";
import { canPrint, carrierPage } from "../../../src/protocol/carrier-page.ts";
import { carrier as limits } from "../../../src/protocol/limits.ts";
import { padme } from "../../../src/protocol/padding.ts";
import { b64, sha256 } from "../../../src/protocol/sign.ts";
import type { ServerTime } from "../../../src/protocol/wire.ts";
import { type Bytes, concat, equalBytes, utf8 } from "../../../src/shared/bytes.ts";
import { ok } from "../../../src/shared/result.ts";
import { type CarrierFacts, carrierFile, inChunks, PAGE } from "../../support/carrier-file.ts";
import { createPerson, newBlobId, random } from "../server/people.ts";

const KEYS = [b64(new Uint8Array(16).fill(7))];
const person = await createPerson();
const desk = await createPerson("organisation");
const stranger = await createPerson();

const contents = async () => {
  const blobs = [await person.blob(200), await person.blob(70_000)];
  const refs = blobs.map((blob) => blob.ref);
  return {
    ops: [(await person.op()).op, (await person.op({}, 1024)).op],
    letters: [(await person.letter(desk, refs)).letter],
    blobs,
  };
};
const whole = await carrierFile(person, await contents(), { keys: KEYS });

const silent: CarrierSink<never> = { opened: async () => ok(undefined), bytes: async () => ok(undefined) };
const read = (bytes: Uint8Array, chunk: () => number = () => 50_000) => readCarrier(inChunks(bytes, chunk), silent);
const typeOf = async (bytes: Uint8Array): Promise<string> => {
  const result = await read(bytes);
  return result.ok ? "ok" : result.error.type;
};
const changed = (bytes: Uint8Array, at: number): Bytes => {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
/** Small numbers from a seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 8;
  };
}

describe("P-C: the carrier's file", () => {
  test("reads whole, in chunks of any size, with every item where it is said to be", async () => {
    const taken: Uint8Array[] = [];
    let opened: OpenedCarrier | undefined;
    const roll = dice(1);
    const result = await readCarrier(
      inChunks(whole.bytes, () => roll() % 3000),
      {
        opened: async (value) => {
          opened = value;
          return ok(undefined);
        },
        bytes: async (bytes) => {
          taken.push(bytes);
          return ok(undefined);
        },
      },
    );
    expect(result.ok && result.value).toBe(opened);
    expect(opened?.manifest).toMatchObject({ file: whole.file, from: person.id, home: { keys: KEYS } });
    expect(opened?.statements).toEqual(person.statements);
    const payload = concat(...taken);
    expect(payload.length).toBe(opened?.manifest.bytes);
    expect(opened?.payloadAt).toBe(whole.before.length);
    expect(whole.bytes.slice(whole.before.length, -whole.after.length)).toEqual(payload);
    const places = placesOf(opened?.manifest.items ?? []);
    expect(places.map((place) => place.kind)).toEqual([
      "chain",
      "op",
      "op",
      "letter",
      "ticket",
      "blob",
      "ticket",
      "blob",
    ]);
    for (const place of places.filter((each) => each.kind !== "blob"))
      expect(b64(await sha256(payload.slice(place.at, place.at + place.bytes)))).toBe(place.hash);
  });

  test("reads one byte at a time and all at once", async () => {
    expect((await read(whole.bytes, () => 1)).ok).toBe(true);
    expect((await read(whole.bytes, () => whole.bytes.length)).ok).toBe(true);
  });

  test("a changed byte in any region is refused: page, manifest, every item, what stands after", async () => {
    const places = placesOf(await read(whole.bytes).then((each) => (each.ok ? each.value.manifest.items : [])));
    const start = whole.before.length;
    const regions: readonly (readonly [number, number])[] = [
      [0, start],
      ...places.map((place) => [start + place.at, start + place.at + place.bytes] as const),
      [whole.bytes.length - whole.after.length, whole.bytes.length],
    ];
    const roll = dice(2);
    const seen = new Set<string>();
    for (const [from, to] of regions) {
      const places = [from, to - 1, ...Array.from({ length: 12 }, () => from + (roll() % (to - from)))];
      for (const at of places) {
        const type = await typeOf(changed(whole.bytes, at));
        expect(["damaged", "not-carrier", "newer", "cut"], `byte ${at}`).toContain(type);
        seen.add(type);
      }
    }
    expect(seen).toContain("damaged");
  });

  test("cut anywhere it is refused as cut, and never as whole", async () => {
    const roll = dice(3);
    const end = whole.bytes.length;
    const marks = [1, 8, 400, whole.before.length - 1, whole.before.length, end - whole.after.length, end - 1];
    for (const at of [...marks, ...Array.from({ length: 20 }, () => 1 + (roll() % (end - 1)))])
      expect(await typeOf(whole.bytes.subarray(0, at)), `cut at ${at}`).toBe("cut");
  });

  test("whatever is changed, cut, doubled or mixed: never a crash, never an acceptance (B2)", async () => {
    const { bytes } = whole;
    const place = fc.nat({ max: bytes.length - 1 });
    const edit = fc.oneof(
      fc.record({ at: place, put: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
      fc.record({ at: place, drop: fc.integer({ min: 1, max: 2000 }) }),
      fc.record({ at: place, again: fc.integer({ min: 1, max: 2000 }) }),
    );
    const edited = (edits: readonly { at: number; put?: Uint8Array; drop?: number; again?: number }[]): Bytes => {
      let now: Bytes = Uint8Array.from(bytes);
      for (const { at, put, drop, again } of edits) {
        const from = Math.min(at, now.length);
        if (put !== undefined) now = concat(now.subarray(0, from), put, now.subarray(from + put.length));
        else if (drop !== undefined) now = concat(now.subarray(0, from), now.subarray(from + drop));
        else now = concat(now.subarray(0, from + (again ?? 0)), now.subarray(from));
      }
      return now;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 100, max: 9000 }),
        async (edits, size) => {
          const content = edited(edits);
          const result = await read(content, () => size);
          return result.ok === equalBytes(content, bytes);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("bytes behind the end are refused", async () => {
    expect(await typeOf(concat(whole.bytes, Uint8Array.of(10)))).not.toBe("ok");
  });

  test("what is nothing of ours is told apart", async () => {
    expect(await typeOf(new Uint8Array(0))).toBe("not-carrier");
    expect(await typeOf(random.bytes(100_000))).toBe("not-carrier");
    expect(await typeOf(utf8("%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"))).toBe("not-carrier");
    const at = Buffer.from(whole.bytes).indexOf("BESACE-PORTEUR\0") + "BESACE-PORTEUR\0".length;
    const newer = Uint8Array.from(whole.bytes);
    newer[at] = 2;
    expect(await typeOf(newer)).toBe("newer");
  });

  const bad = async (facts: Partial<CarrierFacts>, more: Awaited<ReturnType<typeof contents>>) =>
    typeOf((await carrierFile(person, more, { keys: KEYS, ...facts })).bytes);

  test("a manifest that its maker signed wrongly is refused: order, doubles, a blob without ticket, two chains", async () => {
    const more = await contents();
    const without = (kind: CarrierItem[0]) => (items: readonly CarrierItem[]) =>
      items.filter((item) => item[0] !== kind);
    expect(await bad({ items: (items) => [...items].reverse() }, more)).toBe("damaged");
    expect(await bad({ items: (items) => [...items, items[1] as CarrierItem] }, more)).toBe("damaged");
    expect(await bad({ items: without("ticket") }, more)).toBe("damaged");
    expect(await bad({ items: without("chain") }, more)).toBe("damaged");
    expect(await bad({ items: (items) => items.slice(0, 1) }, more)).toBe("damaged");
  });

  test("items of somebody else, or with another id than the manifest says, are refused though their hash is right", async () => {
    const mine = await contents();
    const op = (await stranger.op()).op;
    const letter = (await stranger.letter(desk)).letter;
    expect(await bad({}, { ...mine, ops: [op] })).toBe("damaged");
    expect(await bad({}, { ...mine, letters: [letter] })).toBe("damaged");
    const swapped = (items: readonly CarrierItem[]): readonly CarrierItem[] => {
      const [chain, first, second, ...rest] = items as [CarrierItem, CarrierItem, CarrierItem];
      const [kind, id, bytes, hash] = first;
      return [chain, [kind, second[1], bytes, hash], [second[0], id, second[2], second[3]], ...rest];
    };
    expect(await bad({ items: swapped }, mine)).toBe("damaged");
    const other = await stranger.blob(300);
    const ticket = await stranger.ticket(other.ref);
    const foreignTicket = { ...person, ticket: async () => ticket };
    const file = await carrierFile(foreignTicket, { ...mine, blobs: [other] }, { keys: KEYS });
    expect(await typeOf(file.bytes)).toBe("damaged");
  });

  test("a sink that refuses ends the reading with its own refusal", async () => {
    const full = { ok: false, error: { type: "full" } } as const;
    const result = await readCarrier(
      inChunks(whole.bytes, () => 1000),
      { ...silent, bytes: async () => full },
    );
    expect(result).toEqual(full);
  });

  test("P-C7: for another server, and older than the desks' old keys", async () => {
    const opened = await read(whole.bytes);
    if (!opened.ok) throw new Error("it reads");
    const { manifest } = opened.value;
    const other = [b64(new Uint8Array(16).fill(9))];
    expect(judgeCarrier(manifest, [...other, ...KEYS], manifest.madeAt)).toEqual(ok(undefined));
    expect(judgeCarrier(manifest, other, manifest.madeAt)).toEqual({
      ok: false,
      error: { type: "foreign", home: "https://besace.example/" },
    });
    expect(judgeCarrier(manifest, KEYS, manifest.madeAt + limits.ageMs).ok).toBe(true);
    expect(judgeCarrier(manifest, KEYS, manifest.madeAt - limits.ageMs * 9).ok).toBe(true);
    const tenYears = manifest.madeAt + 10 * 366 * 86_400_000;
    expect(judgeCarrier(manifest, KEYS, tenYears)).toEqual({
      ok: false,
      error: { type: "old", madeAt: manifest.madeAt },
    });
  });

  test("200 MB stream by while a few segments are held", { timeout: 120_000 }, async () => {
    const plain = padme(7 * 1024 * 1024);
    const length = sealedLengthOf(plain);
    const segment = new Uint8Array(blobLayout.sealedSegmentBytes).fill(5);
    const header = new Uint8Array(blobLayout.headerBytes).fill(6);
    /** The same bytes in every blob: what counts is how many there are. */
    function* blobBytes(): Generator<Bytes> {
      yield header;
      for (let left = length - header.length; left > 0; left -= segment.length)
        yield left >= segment.length ? segment : segment.slice(0, left);
    }
    const hashes: Bytes[] = [];
    for (const piece of blobBytes()) hashes.push(await sha256(piece));
    const root = await blobRootFromHashes(length, hashes);
    const chain = await packChain(person.id, person.statements);
    const items: CarrierItem[] = [chain.item];
    const tickets: Bytes[] = [];
    const count = Math.floor((limits.payloadBytes - 100_000) / length);
    for (let n = 0; n < count; n += 1) {
      const ref = { blob: newBlobId(), length, root };
      const ticket = await packTicket(ref, await person.ticket(ref));
      items.push(ticket.item, blobItem(ref));
      tickets.push(ticket.bytes);
    }
    const home = { url: "https://besace.example/", keys: KEYS };
    const facts = { file: b64(random.bytes(16)), from: person.id, madeAt: 1, home, items };
    const { before, after, bytes } = await composeCarrier(person.identity.privateKey, facts, PAGE);
    expect(bytes).toBeGreaterThan(190 * 1024 * 1024);
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield before;
      yield chain.bytes;
      for (const ticket of tickets) {
        yield ticket;
        yield* blobBytes();
      }
      yield after;
    }
    let most = 0;
    let seen = 0;
    const start = process.memoryUsage().arrayBuffers;
    const result = await readCarrier(stream(), {
      ...silent,
      bytes: async (chunk) => {
        seen += chunk.length;
        most = Math.max(most, process.memoryUsage().arrayBuffers - start);
        return ok(undefined);
      },
    });
    expect(result.ok).toBe(true);
    expect(seen).toBe(items.reduce((sum, item) => sum + item[2], 0));
    // Whatever the collector has not taken back yet included.
    expect(most).toBeLessThan(64 * 1024 * 1024);
  });
});

describe("P-C1: the page", () => {
  test("is a PDF whose table points at its objects, with the sealed part as one attachment", () => {
    const sealed = Uint8Array.from({ length: 1000 }, (_, at) => at % 256);
    const { head, tail } = carrierPage(PAGE, sealed.length);
    const file = Buffer.from(concat(head, sealed, tail));
    const text = file.toString("latin1");
    const xref = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
    expect(text.startsWith("xref\n", xref)).toBe(true);
    const rows = [...text.slice(xref).matchAll(/^(\d{10}) 00000 n $/gm)].map((row) => Number(row[1]));
    expect(rows).toHaveLength(8);
    for (const [n, offset] of rows.entries()) expect(text.startsWith(`${n + 1} 0 obj\n`, offset)).toBe(true);
    const stream = text.indexOf("stream\n", rows[7]) + 7;
    expect(Number(/\/Length (\d+)/.exec(text.slice(rows[7]))?.[1])).toBe(1000);
    expect(file.subarray(stream, stream + 1000)).toEqual(Buffer.from(sealed));
    expect(text.slice(stream + 1000)).toMatch(/^\nendstream\nendobj\nxref/);
  });

  test("the built-in fonts print French and English, and no Arabic", () => {
    expect(canPrint("Où ? « Là », cœur d’été… 5 €")).toBe(true);
    expect(canPrint("حقيبة")).toBe(false);
  });

  test("long paragraphs are broken into lines", () => {
    const { head } = carrierPage({ title: "T", paragraphs: ["mot ".repeat(100).trim()] }, 1);
    expect(
      Buffer.from(head)
        .toString("latin1")
        .match(/ Tj T\*/g)?.length,
    ).toBeGreaterThan(5);
  });
});

describe("P-C8: the statement and the receipt", async () => {
  const server = await createPerson("organisation");
  const key = { id: KEYS[0] as (typeof KEYS)[0], sign: server.principal.sign };
  const said = {
    file: whole.file,
    manifest: b64(new Uint8Array(32)),
    from: person.id,
    at: 1_800_000_000_000 as ServerTime,
    ops: [],
    letters: [],
    proofs: [],
    blobs: [newBlobId()],
  };
  const statement = await signCarried(server.identity.privateKey, said);

  test("is believed from a pinned server key only", async () => {
    expect(await readCarried(statement, [key])).toEqual(ok({ t: "carried", v: 1, ...said }));
    expect(await readCarried(statement, [{ sign: stranger.principal.sign }, key])).toMatchObject({ ok: true });
    expect(await readCarried(statement, [{ sign: stranger.principal.sign }])).toEqual({
      ok: false,
      error: "bad-signature",
    });
    expect(await readCarried(statement, [])).toEqual({ ok: false, error: "bad-signature" });
  });

  test("travels as a text that says what it is, and reads back", () => {
    const receipt = { v: 1, statement, proofs: [], keys: [key] } as const;
    const text = writeReceipt(receipt, ["Récépissé de porteur", "Rien à lire ici.\nVraiment."]);
    expect(text.split("\n").slice(0, 3)).toEqual(["Récépissé de porteur", "Rien à lire ici. Vraiment.", ""]);
    expect(readReceipt(text)).toEqual(ok(receipt));
    expect(readReceipt(text.replaceAll("\n", "\r\n"))).toEqual(ok(receipt));
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: text.length }), (noise, at) => {
        const read = readReceipt(`${text.slice(0, at)}${noise}${text.slice(at + noise.length)}`);
        return read.ok || ["not-receipt", "newer", "damaged"].includes(read.error.type);
      }),
    );
    const type = (file: string) => {
      const result = readReceipt(file);
      return result.ok ? "ok" : result.error.type;
    };
    expect(type("bonjour")).toBe("not-receipt");
    expect(type(text.slice(0, -20))).toBe("damaged");
    expect(type(text.replace("RECEPISSE-1", "RECEPISSE-2"))).toBe("newer");
  });
});
