/** What lies open on disk: always as many weeks, true ones among decoys that stay where they are. Runs in Node. */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, weekNumber } from "../../../../src/satchel/deadlines/civil.ts";
import {
  decoysAtLeast,
  drawWeekMarks,
  isMarkedWeek,
  markCount,
  markWeeks,
} from "../../../../src/satchel/deadlines/marks.ts";

function ranks(secret: string): (week: number) => number {
  const known = new Map<number, number>();
  return (week) => {
    const rank = known.get(week) ?? createHmac("sha256", secret).update(String(week)).digest().readUInt32BE(0);
    known.set(week, rank);
    return rank;
  };
}
const mine = ranks("one satchel");
const today = "2026-11-22";

const anyDays = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 40 });
const from = (aheads: readonly number[]): readonly string[] => aheads.map((ahead) => addDays(today, ahead));

describe("two satchels with different deadlines", () => {
  test("give sets of the same size, sorted, within the same weeks", () => {
    fc.assert(
      fc.property(anyDays, anyDays, fc.string(), fc.string(), (a, b, secretA, secretB) => {
        const sets = [drawWeekMarks(from(a), today, ranks(secretA)), drawWeekMarks(from(b), today, ranks(secretB))];
        for (const marks of sets) {
          expect(marks).toHaveLength(markCount);
          expect(new Set(marks).size).toBe(markCount);
          expect([...marks].sort((x, y) => x - y)).toEqual(marks);
          expect(marks.filter((week) => week < weekNumber(today) || week >= weekNumber(today) + markWeeks)).toEqual([]);
        }
      }),
      { seed: 11, numRuns: 40 },
    );
  });

  test("and so does one without any", () => {
    expect(drawWeekMarks([], today, mine)).toHaveLength(markCount);
  });
});

test("the nearest deadlines are marked, and some marks mean nothing", () => {
  const days = from([3, 17, 40, 41, 75, 100, 120, 140, 160]);
  const marks = drawWeekMarks(days, today, mine);
  const near = [...new Set(days.map(weekNumber))].slice(0, markCount - decoysAtLeast);
  expect(marks).toEqual(expect.arrayContaining(near));
  expect(marks.filter((week) => !days.map(weekNumber).includes(week))).toHaveLength(decoysAtLeast);
});

test("a satchel where every week has something still gives as many", () => {
  expect(drawWeekMarks(from(Array.from({ length: 200 }, (_, day) => day)), today, mine)).toHaveLength(markCount);
});

test("the same again gives the same; a new deadline moves one mark at most", () => {
  fc.assert(
    fc.property(anyDays, fc.integer({ min: 0, max: 180 }), (aheads, added) => {
      const before = drawWeekMarks(from(aheads), today, mine);
      expect(drawWeekMarks(from([...aheads].reverse()), today, mine)).toEqual(before);
      const after = drawWeekMarks(from([...aheads, added]), today, mine);
      expect(after.filter((week) => !before.includes(week)).length).toBeLessThanOrEqual(1);
    }),
    { seed: 12, numRuns: 40 },
  );
});

test("a week later, what stays ahead stays marked: watching the file tells nothing new", () => {
  const days = from([30, 60]);
  const before = drawWeekMarks(days, today, mine);
  const after = drawWeekMarks(days, addDays(today, 7), mine);
  const gone = before.filter((week) => week === weekNumber(today)).length;
  expect(before.filter((week) => !after.includes(week)).length).toBeLessThanOrEqual(gone + 1);
});

test("the sentence is for the weeks that are marked", () => {
  const marks = drawWeekMarks(from([8]), today, mine);
  expect(isMarkedWeek(marks, addDays(today, 8))).toBe(true);
  expect(isMarkedWeek([], today)).toBe(false);
});
