/**
 * B2: the laws of the merge on records that no form ever made: any answers, any maps, fields of a newer version. The laws
 * of edits that the app makes are in merge.test.ts.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinUnrelated } from "../../../src/satchel/incoming.ts";
import { mergeRecords, sameValue } from "../../../src/satchel/merge.ts";
import type { SatchelRecord } from "../../../src/satchel/model.ts";

type Json = unknown;
type JsonMap = Readonly<Record<string, Json>>;

const key = fc.constantFrom("a", "b", "c", "d");
const scalar = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom("x", "y", "z", true, false));
const answer = fc.oneof(
  scalar.map((value) => ({ v: "text", text: String(value) })),
  fc.subarray(["p", "q", "r"]).map((ids) => ({ v: "choices", ids })),
);
/** "future": a field, and one inside a row, that this version has never heard of. */
const dossier: fc.Arbitrary<JsonMap> = fc.record({
  t: fc.constant("dossier"),
  status: fc.constantFrom("draft", "ready", "sent", "a-newer-step"),
  answers: fc.dictionary(key, answer, { maxKeys: 4 }),
  rows: fc.dictionary(
    key,
    fc.record({ repeat: fc.constant("kids"), position: fc.nat(3), removed: fc.boolean(), future: scalar }),
    { maxKeys: 3 },
  ),
  attached: fc.dictionary(key, fc.record({ papers: fc.subarray(["p1", "p2"]), missing: fc.boolean() }), { maxKeys: 2 }),
  future: fc.dictionary(key, fc.oneof(scalar, fc.dictionary(key, scalar, { maxKeys: 2 })), { maxKeys: 3 }),
  declaration: fc.constant(null),
});
const profile: fc.Arbitrary<JsonMap> = fc
  .dictionary(key, fc.oneof(scalar, fc.dictionary(key, scalar, { maxKeys: 3 })), { maxKeys: 4 })
  .map((fields) => ({ ...fields, t: "profile" }));

const merge = (base: JsonMap | null, mine: JsonMap, theirs: JsonMap): JsonMap =>
  mergeRecords({
    base: base as SatchelRecord | null,
    mine: mine as unknown as SatchelRecord,
    theirs: theirs as unknown as SatchelRecord,
  }) as unknown as JsonMap;
const join = (known: JsonMap | null, mine: JsonMap, theirs: JsonMap): JsonMap =>
  joinUnrelated(
    known as SatchelRecord | null,
    mine as unknown as SatchelRecord,
    theirs as unknown as SatchelRecord,
  ) as unknown as JsonMap;

const isMap = (value: Json): value is JsonMap => typeof value === "object" && value !== null && !Array.isArray(value);
const mapAt = (record: JsonMap, field: string): JsonMap => (isMap(record[field]) ? (record[field] as JsonMap) : {});
const othersOf = (record: JsonMap): Readonly<Record<string, readonly Json[]>> =>
  (record.others ?? {}) as Readonly<Record<string, readonly Json[]>>;
/** Everything that the record still says about one answer, wherever it stands. */
const valuesOf = (record: JsonMap, path: string, value: Json): readonly string[] =>
  [value, ...(othersOf(record)[path] ?? [])]
    .filter((each) => each !== undefined)
    .map((each) => JSON.stringify(each))
    .sort();

for (const [name, record] of [
  ["a dossier", dossier],
  ["a profile", profile],
] as const) {
  const three = fc.tuple(record, record, record);
  describe(`${name} of any shape`, () => {
    test("identity: one side unchanged gives the other, equal sides give themselves", () => {
      fc.assert(
        fc.property(record, record, (base, other) => {
          expect(sameValue(merge(base, base, other), other)).toBe(true);
          expect(sameValue(merge(base, other, base), other)).toBe(true);
          expect(sameValue(merge(base, other, structuredClone(other)), other)).toBe(true);
          expect(sameValue(merge(null, other, structuredClone(other)), other)).toBe(true);
        }),
        { numRuns: 300 },
      );
    });

    test("determinism: the same, in whatever order the keys were written, and nothing is changed in place", () => {
      const turned = (value: Json): Json =>
        isMap(value)
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([field, inner]) => [field, turned(inner)]),
            )
          : value;
      fc.assert(
        fc.property(three, ([base, mine, theirs]) => {
          const before = JSON.stringify([base, mine, theirs]);
          const once = merge(base, mine, theirs);
          expect(
            sameValue(merge(turned(base) as JsonMap, turned(mine) as JsonMap, turned(theirs) as JsonMap), once),
          ).toBe(true);
          expect(JSON.stringify([base, mine, theirs])).toBe(before);
        }),
        { numRuns: 300 },
      );
    });

    test("unknown fields pass: what only one side has of them is in the result, whole", () => {
      fc.assert(
        fc.property(three, key, scalar, ([base, mine, theirs], field, value) => {
          const withNew = { ...mine, future2: { [field]: value } };
          expect(merge(base, withNew, theirs).future2).toEqual({ [field]: value });
          expect(merge(base, theirs, withNew).future2).toEqual({ [field]: value });
        }),
        { numRuns: 200 },
      );
    });

    test("it ends: merging the result with either side again, on top of the server's, changes nothing more", () => {
      fc.assert(
        fc.property(three, ([base, mine, theirs]) => {
          const once = merge(base, mine, theirs);
          // `once` is what this device sends, based on theirs; the other device takes it over as it is.
          expect(sameValue(merge(theirs, theirs, once), once)).toBe(true);
          expect(sameValue(merge(theirs, once, once), once)).toBe(true);
        }),
        { numRuns: 200 },
      );
    });
  });
}

const answered = (answers: JsonMap): JsonMap => ({ t: "dossier", status: "draft", answers, rows: {}, attached: {} });
const texts = fc.dictionary(
  key,
  scalar.map((value) => ({ v: "text", text: String(value) })),
  { maxKeys: 4 },
);

describe("answers", () => {
  test("no loss: every answer that a side wrote stands, or is one tap away", () => {
    fc.assert(
      fc.property(texts, texts, texts, (before, left, right) => {
        const result = merge(answered(before), answered(left), answered(right));
        for (const side of [left, right])
          for (const [field, value] of Object.entries(side)) {
            if (JSON.stringify(before[field]) === JSON.stringify(value)) continue;
            const there = valuesOf(result, `answers.${field}`, mapAt(result, "answers")[field]);
            expect(there).toContain(JSON.stringify(value));
          }
      }),
      { numRuns: 500 },
    );
  });

  test("commutes up to which of two answers stands: both devices keep the same values", () => {
    fc.assert(
      fc.property(texts, texts, texts, (before, left, right) => {
        const [one, two] = [
          merge(answered(before), answered(left), answered(right)),
          merge(answered(before), answered(right), answered(left)),
        ];
        for (const field of ["a", "b", "c", "d"]) {
          const path = `answers.${field}`;
          expect(valuesOf(one, path, mapAt(one, "answers")[field])).toEqual(
            valuesOf(two, path, mapAt(two, "answers")[field]),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  test("two states of which nobody knows the newer: nothing is lost, the server's stands, mine wins where I wrote", () => {
    fc.assert(
      fc.property(texts, texts, texts, (known, left, right) => {
        const result = join(answered(known), answered(left), answered(right));
        const all = [known, left, right];
        for (const field of ["a", "b", "c", "d"]) {
          const now = mapAt(result, "answers")[field];
          const there = valuesOf(result, `answers.${field}`, now);
          const wrote = left[field] !== undefined && JSON.stringify(left[field]) !== JSON.stringify(known[field]);
          // What was cleared here since, and stands there as it was known, stays cleared.
          if (left[field] === undefined && known[field] !== undefined) continue;
          if (wrote) expect(now).toEqual(left[field]);
          else if (right[field] !== undefined) expect(now).toEqual(right[field]);
          if (wrote) expect(there).toContain(JSON.stringify(left[field]));
          const news = right[field] !== undefined && !sameValue(right[field], known[field]);
          if (news) expect(there).toContain(JSON.stringify(right[field]));
          if (now !== undefined) expect(all.some((each) => sameValue(each[field], now))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("three devices and a server, in any order: equal in the end, and no answer is lost without having been seen", () => {
    const step = fc.record({ device: fc.nat(2), write: fc.option(fc.tuple(key, fc.nat(1000)), { freq: 1 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 24 }), (steps) => {
        let server = { revision: 0, record: answered({}) };
        const devices = [0, 1, 2].map(() => ({ base: server, mine: server.record }));
        const seen = new Set<string>();
        const written = new Map<string, string>();
        let n = 0;
        const sync = (device: (typeof devices)[number] | undefined): void => {
          if (device === undefined) return;
          const next = merge(device.base.record, device.mine, server.record);
          if (!sameValue(next, server.record)) server = { revision: server.revision + 1, record: next };
          device.base = server;
          device.mine = server.record;
        };
        for (const { device: i, write } of steps) {
          const device = devices[i];
          if (device === undefined) continue;
          if (write === null) {
            sync(device);
            continue;
          }
          const [field, number] = write;
          n += 1;
          const text = `${number}-${n}`;
          const old = mapAt(device.mine, "answers")[field];
          if (isMap(old)) seen.add(String(old.text));
          written.set(text, field);
          device.mine = { ...device.mine, answers: { ...mapAt(device.mine, "answers"), [field]: { v: "text", text } } };
        }
        for (let round = 0; round < 2; round += 1) for (const device of devices) sync(device);
        for (const device of devices) expect(device.mine).toEqual(server.record);
        for (const [text, field] of written) {
          if (seen.has(text)) continue;
          const there = valuesOf(server.record, `answers.${field}`, mapAt(server.record, "answers")[field]);
          expect(there).toContain(JSON.stringify({ v: "text", text }));
        }
      }),
      { numRuns: 400 },
    );
  });
});
