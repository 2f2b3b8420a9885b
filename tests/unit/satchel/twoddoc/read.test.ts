/**
 * D7: 2D-Doc codes of versions 1 to 4 are read as their makers wrote them; what is changed does not match; what is broken is
 * refused with a reason and never crashes. Runs in Node over frozen vectors (own keys, and specimens of the ANTS).
 */
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paperType } from "../../../../src/satchel/paper-types.ts";
import {
  checkTwoDDoc,
  type IssuerKey,
  type KeyPack,
  type VerifyTwoDDoc,
} from "../../../../src/satchel/twoddoc/check.ts";
import { allFieldSpecs, documentKinds, isSecret } from "../../../../src/satchel/twoddoc/fields.ts";
import { longestCode, offersOf, readTwoDDoc, type TwoDDoc } from "../../../../src/satchel/twoddoc/read.ts";

type Field = readonly [string, string, Readonly<Record<string, unknown>>?];
interface Vectors {
  readonly keys: readonly KeyRow[];
  readonly own: readonly {
    readonly name: string;
    readonly code: string;
    readonly header: readonly unknown[];
    readonly fields: readonly Field[];
    readonly annex: string;
  }[];
  readonly outsideKey: KeyRow;
  readonly outside: readonly {
    readonly name: string;
    readonly code: string;
    readonly genuine: boolean;
    readonly fields: readonly Field[];
  }[];
}
interface KeyRow {
  readonly authority: string;
  readonly certificate: string;
  readonly curve: IssuerKey<unknown>["curve"];
  readonly spki: string;
}

const root = new URL("../../../..", import.meta.url).pathname;
const vectors: Vectors = JSON.parse(readFileSync(`${root}/tests/vectors/two-d-doc.json`, "utf8"));
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64url"));
const today = "2026-11-22";

const imported = async ({ authority, certificate, curve, spki }: KeyRow): Promise<IssuerKey<webcrypto.CryptoKey>> => ({
  ...{ authority, certificate, curve, from: null, until: null },
  key: await webcrypto.subtle.importKey("spki", bytesOf(spki), { name: "ECDSA", namedCurve: curve }, false, ["verify"]),
});
const keys = await Promise.all([...vectors.keys, vectors.outsideKey].map(imported));
const pack: KeyPack<webcrypto.CryptoKey> = { keys, nextUpdate: "2027-01-01" };
const hashes: Readonly<Record<number, string>> = { 64: "SHA-256", 96: "SHA-384", 132: "SHA-512" };
const verify: VerifyTwoDDoc<webcrypto.CryptoKey> = (key, signature, signed) =>
  webcrypto.subtle.verify({ name: "ECDSA", hash: hashes[signature.length] ?? "" }, key, signature, signed);

function read(bytes: Uint8Array): TwoDDoc {
  const found = readTwoDDoc(bytes);
  if (!found.ok) throw new Error(`refused: ${found.error}`);
  return found.value;
}
const check = (doc: TwoDDoc, keysHere: KeyPack<webcrypto.CryptoKey> | null = pack, day = today) =>
  checkTwoDDoc(doc, keysHere, verify, day);

describe("D7: the vectors", () => {
  test.each(vectors.own)("$name", async ({ code, header, fields, annex }) => {
    const doc = read(bytesOf(code));
    const { version, document, issued, signed, country } = doc.header;
    expect([version, document, issued, signed, country]).toEqual(header);
    const usual = { truncated: false, known: true, date: null, fits: true };
    expect(doc.fields).toMatchObject(fields.map(([id, value, other]) => ({ id, value, ...usual, ...other })));
    expect(doc.fields).toHaveLength(fields.length);
    expect(doc.annex).toBe(annex);
    expect(await check(doc)).toEqual({ state: "checked", oldList: false });
  });

  test.each(vectors.outside)("$name", async ({ code, genuine, fields }) => {
    const doc = read(bytesOf(code));
    expect(doc.fields.map(({ id, value }) => [id, value])).toEqual(fields);
    expect(doc.fields.filter((field) => !field.fits)).toEqual([]);
    expect((await check(doc)).state).toBe(genuine ? "checked" : "does-not-match");
  });
});

describe("D7: what was changed does not match", () => {
  const bill = bytesOf(vectors.own[0]?.code ?? "");
  const unit = bill.indexOf(0x1f);
  const changed = (at: number, to: string): Uint8Array => {
    const bytes = bill.slice();
    bytes.set(Buffer.from(to, "latin1"), at);
    return bytes;
  };

  test("wherever one letter of the message is another", async () => {
    const states = new Set<string>();
    for (let at = 24; at < unit; at += 3) {
      if (bill[at] === 0x1d) continue;
      const found = readTwoDDoc(changed(at, bill[at] === 0x41 ? "B" : "A"));
      states.add(found.ok ? (await check(found.value)).state : found.error);
    }
    expect(states).not.toContain("checked");
    expect(states).toContain("does-not-match");
  });

  test("when a date of the header is another, or the signature", async () => {
    expect((await check(read(changed(12, "2402")))).state).toBe("does-not-match");
    const other = String.fromCharCode(bill[unit + 1] ?? 0) === "A" ? "B" : "A";
    expect((await check(read(changed(unit + 1, other)))).state).toBe("does-not-match");
  });

  test("when the message of one code stands before the signature of another", async () => {
    const bank = bytesOf(vectors.own[1]?.code ?? "");
    const mixed = Buffer.concat([bill.subarray(0, unit), bank.subarray(bank.indexOf(0x1f))]);
    expect((await check(read(mixed))).state).toBe("does-not-match");
  });

  test("and the annex, which nobody signed, gives no field", () => {
    const doc = read(bytesOf(vectors.own.find((each) => each.annex !== "")?.code ?? ""));
    expect(doc.annex).toContain("NOT SIGNED");
    expect(JSON.stringify(offersOf(doc))).not.toContain("NOT SIGNED");
  });
});

describe("D7: the three states", () => {
  const doc = read(bytesOf(vectors.own[0]?.code ?? ""));
  const only = (change: Partial<IssuerKey<webcrypto.CryptoKey>>): KeyPack<webcrypto.CryptoKey> => ({
    ...pack,
    keys: keys.slice(0, 1).map((key) => ({ ...key, ...change })),
  });

  test.each<[string, KeyPack<webcrypto.CryptoKey> | null, object]>([
    ["no list on this device", null, { state: "not-checked", why: "no-list" }],
    ["an empty list", { ...pack, keys: [] }, { state: "not-checked", why: "unknown-key" }],
    [
      "another certificate of the same authority",
      only({ certificate: "0009" }),
      { state: "not-checked", why: "unknown-key" },
    ],
    ["another authority", only({ authority: "FR01" }), { state: "not-checked", why: "unknown-key" }],
    ["a key that began later", only({ from: "2025-03-28" }), { state: "not-checked", why: "not-its-time" }],
    ["a key that had ended", only({ until: "2025-03-26" }), { state: "not-checked", why: "not-its-time" }],
    ["a key of that very day", only({ from: "2025-03-27", until: "2025-03-27" }), { state: "checked", oldList: false }],
    ["a key of another curve under that name", only({ curve: "P-384" }), { state: "does-not-match" }],
    [
      "two keys under one name",
      { ...pack, keys: [...only({ key: keys.at(-1)?.key as webcrypto.CryptoKey }).keys, ...keys] },
      { state: "checked", oldList: false },
    ],
  ])("%s", async (_case, keysHere, state) => {
    expect(await check(doc, keysHere)).toEqual(state);
  });

  test("a list that should have been renewed is said to be old", async () => {
    expect(await check(doc, pack, "2027-01-01")).toEqual({ state: "checked", oldList: false });
    expect(await check(doc, pack, "2027-01-02")).toEqual({ state: "checked", oldList: true });
  });
});

describe("D7: what is no code is refused with a reason", () => {
  const text = (value: string) => new Uint8Array(Buffer.from(value, "latin1"));
  const head = "DC04BS010001240024010001FR";
  const signature = "A".repeat(103);
  test.each<[string, Uint8Array, string]>([
    ["nothing", text(""), "not-2d-doc"],
    ["a card of this app", text("BSC1ABCDEF"), "not-2d-doc"],
    ["an address of the web", text("https://example.org"), "not-2d-doc"],
    ["the binary form", new Uint8Array([0xdc, 4, 1, 2, 3]), "binary"],
    ["a later version", text(head.replace("04", "05")), "newer"],
    ["version 0", text(head.replace("04", "00")), "damaged"],
    ["letters for a version", text(head.replace("04", "AB")), "damaged"],
    ["a header that is cut", text(head.slice(0, 20)), "damaged"],
    ["a date that is none", text(head.replace("2400", "24G0")), "damaged"],
    ["another perimeter", text(head.replace("0001FR", "0002FR")), "other-perimeter"],
    ["no signature", text(`${head}2475001`), "no-signature"],
    ["an empty signature", text(`${head}2475001\u001f`), "no-signature"],
    ["a short signature", text(`${head}2475001\u001f${"A".repeat(90)}`), "damaged"],
    ["a long signature", text(`${head}2475001\u001f${"A".repeat(120)}`), "damaged"],
    ["a signature with letters that are none", text(`${head}2475001\u001f${"1".repeat(103)}`), "damaged"],
    ["a signature with a second text", text(`${head}2475001\u001f${"A".repeat(102)}B`), "damaged"],
    ["no field", text(`${head}\u001f${signature}`), "damaged"],
    ["a field without an id", text(`${head}\u001d\u001d\u001f${signature}`), "damaged"],
    ["the separator inside the header", text(`DC04BS01\u001f${signature}`), "damaged"],
    ["more than a barcode holds", text(`${head}25${"A".repeat(longestCode)}\u001f${signature}`), "not-2d-doc"],
  ])("%s", (_case, bytes, error) => {
    expect(readTwoDDoc(bytes)).toEqual({ ok: false, error });
  });

  test("200 random corruptions of real codes never crash, and none of them is taken for genuine", async () => {
    const codes = [...vectors.own, ...vectors.outside].map((each) => bytesOf(each.code));
    const genuine = new Set(codes.map((code) => Buffer.from(code).toString("latin1")));
    const change = fc.record({
      kind: fc.constantFrom("letter", "letter", "flip", "cut", "drop", "insert", "swap"),
      at: fc.nat(9999),
      byte: fc.integer({ min: 0, max: 255 }),
    });
    const corrupt = (code: Uint8Array, { kind, at, byte }: { kind: string; at: number; byte: number }): Uint8Array => {
      const place = Math.floor((at * code.length) / 10_000);
      const [before, here, after] = [
        code.subarray(0, place),
        code.subarray(place, place + 1),
        code.subarray(place + 1),
      ];
      if (kind === "letter") return Buffer.concat([before, Buffer.from([0x41 + (byte % 24)]), after]);
      if (kind === "cut") return before.slice();
      if (kind === "drop") return Buffer.concat([before, after]);
      if (kind === "insert") return Buffer.concat([before, [byte], here, after].map((part) => Buffer.from(part)));
      if (kind === "swap") return Buffer.concat([after, here, before]);
      return Buffer.concat([before, Buffer.from([byte ^ (here[0] ?? 0)]), after]);
    };
    const seen = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...codes),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (code, changes) => {
          const bytes = changes.reduce(corrupt, code);
          const found = readTwoDDoc(bytes);
          seen[found.ok ? "read" : "refused"] += 1;
          if (!found.ok || genuine.has(Buffer.from(bytes).toString("latin1"))) return;
          const { state } = await check(found.value);
          // Only what is not signed may have changed: padding and what stands behind the signature.
          const same = codes.some((each) =>
            Buffer.from(each).subarray(0, each.indexOf(0x1f)).equals(found.value.signedBytes),
          );
          expect(state === "checked" && !same).toBe(false);
          offersOf(found.value);
        },
      ),
      { seed: 2_026_1122, numRuns: 200 },
    );
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(10);
  });

  test("nor do bytes that are nothing at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, headed) => {
        const whole = headed ? Buffer.concat([text(head), bytes]) : bytes;
        expect(typeof readTwoDDoc(whole).ok).toBe("boolean");
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});

describe("what is offered to keep", () => {
  const offered = (name: string) =>
    offersOf(read(bytesOf(vectors.own.find((each) => each.name === name)?.code ?? ""))).map(
      ({ field, proposed }) => [field.meaning, proposed] as const,
    );

  test("plain facts are proposed; numbers that open accounts, shortened ones and others' facts are not", () => {
    expect(offered("version 4, a tax notice")).toEqual([
      ["tax-parts", true],
      ["tax-reference", false],
      ["income-year", true],
      ["full-name", true],
      ["collected-on", true],
      ["reference-income", true],
      ["tax-number", false],
      ["address", true],
    ]);
    expect(offered("version 2, bank details, no date of the document")).toEqual([
      ["full-name", true],
      ["iban", false],
      ["bic", false],
    ]);
    expect(offered("version 3, a pay slip")).toContainEqual(["siret", false]);
    expect(offered("a field shortened by its maker")[0]).toEqual(["full-name", false]);
  });

  test("nothing that is unknown, empty, or not as it should be", () => {
    expect(offered("an id of a later specification")).toEqual([["postal-code", true]]);
    expect(offered("an empty field")).toEqual([["given-names", true]]);
    expect(offered("a day of birth, and one that does not exist")).toEqual([["birthdate", true]]);
  });
});

describe("the tables", () => {
  const specs = allFieldSpecs();
  const words = (language: string): Readonly<Record<string, Readonly<Record<string, string>>>> =>
    JSON.parse(readFileSync(`${root}/locales/${language}/twoddoc.json`, "utf8"));

  test("have each id once, with lengths that make sense", () => {
    expect(specs.length).toBeGreaterThan(230);
    expect(specs.filter((spec) => !/^[A-Z0-9]{2}$/.test(spec.id) || !(spec.min >= 0))).toEqual([]);
    expect(specs.filter((spec) => spec.max !== null && spec.max < spec.min)).toEqual([]);
    const lengths = { hex: 4, day: 8, minute: 12, text: 0 };
    expect(specs.filter((spec) => spec.form !== "text" && spec.max !== lengths[spec.form])).toEqual([]);
    // The specification has 4 letters where a later table of others has 6.
    expect(specs.find((spec) => spec.id === "06")).toMatchObject({ min: 4, max: 4 });
  });

  test("lead to kinds of paper that exist", () => {
    const kinds = Object.values(documentKinds).filter((kind) => kind !== null);
    expect(kinds.filter((kind) => paperType(kind) === undefined)).toEqual([]);
  });

  test.each(["fr", "en", "ar"])("have their words in %s", (language) => {
    const said = words(language);
    const sorted = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort();
    expect(sorted(Object.keys(said.meanings ?? {}))).toEqual(
      sorted(specs.map((spec) => spec.meaning).filter((meaning) => meaning !== "other")),
    );
    expect(sorted(Object.keys(said.whose ?? {}))).toEqual(
      sorted(specs.map((spec) => spec.whose).filter((whose) => whose !== "none" && whose !== "self")),
    );
    expect(sorted(Object.keys(said.documents ?? {}))).toEqual(sorted(Object.keys(documentKinds)));
    expect(sorted(Object.keys(said.states ?? {}))).toEqual(["checked", "does-not-match", "not-checked"]);
    expect(sorted(Object.keys(said.why ?? {}))).toEqual(["no-list", "not-its-time", "old-list", "unknown-key"]);
    expect(sorted(Object.keys(said.refusals ?? {}))).toEqual(
      sorted(["not-2d-doc", "binary", "newer", "other-perimeter", "no-signature", "damaged"]),
    );
  });

  test("hide what opens accounts", () => {
    expect(["iban", "tax-number", "machine-zone"].every(isSecret)).toBe(true);
    expect(["given-names", "city"].some(isSecret)).toBe(false);
  });
});
