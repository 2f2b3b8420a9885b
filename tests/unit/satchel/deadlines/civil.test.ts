/** Dates without hours: every day around leap years and centuries, leap days, ends of months and years, partial dates, time zones. Runs in Node. */
import { describe, expect, test } from "vitest";
import {
  addDays,
  addMonths,
  civilDate,
  civilDateAt,
  covered,
  dayNumber,
  daysBetween,
  isCivilDate,
  lastDayOfTerm,
  monthOf,
  weekNumber,
  weekStart,
} from "../../../../src/satchel/deadlines/civil.ts";
import { readClock } from "../../../../src/satchel/deadlines/clock.ts";

const dayMs = 86_400_000;

test.each([
  [1999, 2002],
  [2024, 2034],
  [2099, 2102],
  [2399, 2402],
])("every day from %i to %i has a number, and the platform's calendar agrees", (from, to) => {
  const wrong: string[] = [];
  for (let day = Date.UTC(from, 0, 1) / dayMs; day < Date.UTC(to, 0, 1) / dayMs; day += 1) {
    const text = new Date(day * dayMs).toISOString().slice(0, 10);
    if (civilDate(day) !== text || dayNumber(text) !== day) wrong.push(text);
  }
  expect(wrong).toEqual([]);
});

test.each([
  ["2024-02-29", true],
  ["2025-02-29", false],
  ["2100-02-29", false],
  ["2000-02-29", true],
  ["2026-04-31", false],
  ["2026-13-01", false],
  ["2026-00-10", false],
  ["2026-01-00", false],
  ["2026-1-1", false],
  ["2026-01", false],
  ["", false],
  ["2026-01-01T00:00", false],
])("%s is a day: %s", (text, expected) => {
  expect(isCivilDate(text)).toBe(expected);
});

test.each([
  ["2026", "2026-01-01", "2026-12-31"],
  ["2028-02", "2028-02-01", "2028-02-29"],
  ["2026-11-22", "2026-11-22", "2026-11-22"],
])("%s covers %s to %s", (date, first, last) => {
  expect(covered(date)).toEqual({ first, last });
});

test.each(["", "26", "2026-13", "2026-02-30", "demain"])("%j covers nothing", (date) => {
  expect(covered(date)).toBeUndefined();
});

test.each([
  ["2026-12-31", 1, "2027-01-01"],
  ["2027-01-01", -1, "2026-12-31"],
  ["2028-02-28", 1, "2028-02-29"],
  ["2027-02-28", 1, "2027-03-01"],
  ["2026-03-28", 2, "2026-03-30"],
  ["2026-10-24", 2, "2026-10-26"],
  ["2026-11-22", -120, "2026-07-25"],
])("%s and %i days is %s", (date, days, expected) => {
  expect(addDays(date, days)).toBe(expected);
  expect(daysBetween(date, expected)).toBe(days);
});

test.each([
  ["2026-01-31", 1, "2026-02-28"],
  ["2028-01-31", 1, "2028-02-29"],
  ["2028-02-29", 12, "2029-02-28"],
  ["2028-02-29", 48, "2032-02-29"],
  ["2026-11-30", 3, "2027-02-28"],
  ["2026-12-15", 1, "2027-01-15"],
  ["2027-01-15", -1, "2026-12-15"],
  ["2026-05-31", -3, "2026-02-28"],
  ["2026-02-28", -24, "2024-02-28"],
])("%s and %i months is %s", (date, months, expected) => {
  expect(addMonths(date, months)).toBe(expected);
});

test.each([
  ["2026-11-22", 12, "2027-11-21"],
  ["2027-01-01", 12, "2027-12-31"],
  ["2028-02-29", 12, "2029-02-28"],
  ["2024-02-29", 48, "2028-02-28"],
  ["2027-03-01", 12, "2028-02-29"],
  ["2026-01-31", 1, "2026-02-28"],
  ["2026-08-31", 1, "2026-09-30"],
])("what begins on %s and lasts %i months ends on %s", (start, months, expected) => {
  expect(lastDayOfTerm(start, months)).toBe(expected);
});

test("months have their first and last day, over years too", () => {
  expect(monthOf("2026-11-22")).toEqual({ first: "2026-11-01", last: "2026-11-30" });
  expect(monthOf("2026-11-22", 3)).toEqual({ first: "2027-02-01", last: "2027-02-28" });
  expect(monthOf("2026-01-05", -1)).toEqual({ first: "2025-12-01", last: "2025-12-31" });
});

test("weeks begin on Monday, through the end of a year", () => {
  expect(new Date("2026-12-28").getUTCDay()).toBe(1);
  const week = weekNumber("2026-12-28");
  for (let day = 0; day < 7; day += 1) expect(weekNumber(addDays("2026-12-28", day))).toBe(week);
  expect(weekNumber("2026-12-27")).toBe(week - 1);
  expect(weekNumber("2027-01-04")).toBe(week + 1);
  expect(weekStart(week)).toBe("2026-12-28");
});

describe("the day at an instant", () => {
  test.each([
    ["2026-11-22T23:30:00Z", 60, "2026-11-23"],
    ["2026-11-22T22:59:59Z", 60, "2026-11-22"],
    ["2026-12-31T23:00:00Z", 60, "2027-01-01"],
    ["2027-01-01T03:00:00Z", -240, "2026-12-31"],
    ["2026-06-30T22:00:00Z", 120, "2026-07-01"],
    ["2028-02-28T23:30:00Z", 60, "2028-02-29"],
    ["1969-12-31T23:30:00Z", 0, "1969-12-31"],
  ])("%s, %i minutes east, is %s", (instant, minutes, expected) => {
    expect(civilDateAt(Date.parse(instant), minutes)).toBe(expected);
  });

  test("is the wall's in Paris on each hour of the days when clocks change", () => {
    const wall = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Paris", dateStyle: "short" });
    const zone = new Intl.DateTimeFormat("en-US", { timeZone: "Europe/Paris", timeZoneName: "longOffset" });
    for (const start of ["2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"])
      for (let hour = 0; hour < 48; hour += 1) {
        const now = Date.parse(start) + hour * 3_600_000;
        const east = /GMT\+0(\d)/.exec(zone.format(now))?.[1];
        expect(civilDateAt(now, Number(east) * 60)).toBe(wall.format(now));
      }
  });
});

describe("the phone's clock", () => {
  const day = (text: string): number => Date.parse(`${text}T12:00:00Z`);
  const days = (count: number): number => count * dayMs;

  test.each([
    ["no server was ever met", day("2026-11-22"), null, "2026-11-22", "unchecked"],
    [
      "it agreed an hour ago",
      day("2026-11-22"),
      { at: day("2026-11-22") - 3_600_000, offset: 900 },
      "2026-11-22",
      "checked",
    ],
    [
      "its zone was wrong by hours",
      day("2026-11-22"),
      { at: day("2026-11-21"), offset: 14 * 3_600_000 },
      "2026-11-23",
      "checked",
    ],
    ["it is a year ahead", day("2027-11-22"), { at: day("2027-11-20"), offset: -days(365) }, "2026-11-22", "corrected"],
    ["it is a year behind", day("2025-11-22"), { at: day("2025-11-20"), offset: days(365) }, "2026-11-22", "corrected"],
    [
      "it was set back a year since",
      day("2025-11-22"),
      { at: day("2026-11-20"), offset: 0 },
      "2026-11-20",
      "backwards",
    ],
    ["its battery was empty", day("2019-01-01"), { at: day("2026-11-20"), offset: 0 }, "2026-11-20", "backwards"],
    ["it was set a year ahead since", day("2027-11-22"), { at: day("2026-11-20"), offset: 0 }, "2027-11-22", "far"],
    ["nobody used it for seven months", day("2027-06-22"), { at: day("2026-11-20"), offset: 0 }, "2027-06-22", "far"],
  ])("when %s", (_case, now, seen, today, trust) => {
    expect(readClock(now, 60, seen)).toEqual({ today, trust });
  });
});
