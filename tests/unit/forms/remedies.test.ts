/** After a decision: days, time limits, silence, and the appeal that is prepared. Runs in Node. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isProcedureId } from "../../../src/forms/catalogue/index.ts";
import { recours } from "../../../src/forms/catalogue/recours.ts";
import { viewForm } from "../../../src/forms/engine.ts";
import type { Answers, AnswerValue } from "../../../src/forms/model.ts";
import {
  addDays,
  addMonths,
  daysFrom,
  easter,
  isDay,
  isWorkingDay,
  publicHolidays,
  workingDayFrom,
} from "../../../src/forms/remedies/calendar.ts";
import { decisionRules, reviewBefore, sources } from "../../../src/forms/remedies/kinds.ts";
import { appealAnswers, countedFrom, lastDay, remediesOf, silenceOf } from "../../../src/forms/remedies/remedies.ts";
import * as civil from "../../../src/satchel/deadlines/civil.ts";
import { stateOf } from "./fixtures.ts";

const anyDay = fc.integer({ min: 0, max: 60_000 }).map((days) => addDays("1970-01-01", days));

describe("days", () => {
  test.each([
    ["2026-01-31", 1, "2026-02-28"],
    ["2028-01-31", 1, "2028-02-29"],
    ["2027-12-31", 2, "2028-02-29"],
    ["2026-12-31", 2, "2027-02-28"],
    ["2028-02-29", 12, "2029-02-28"],
    ["2028-02-29", 2, "2028-04-29"],
    ["2026-08-31", 4, "2026-12-31"],
    ["2026-10-31", 4, "2027-02-28"],
    ["2026-11-15", 2, "2027-01-15"],
    ["2026-03-01", 2, "2026-05-01"],
    ["2026-05-31", 0, "2026-05-31"],
  ])("%s and %i months is %s", (from, months, expected) => {
    expect(addMonths(from, months)).toBe(expected);
  });

  test("agree with the calendar of the satchel", () => {
    fc.assert(
      fc.property(anyDay, anyDay, fc.integer({ min: 0, max: 40 }), (from, to, count) => {
        expect(addMonths(from, count)).toBe(civil.addMonths(from, count));
        expect(addDays(from, count)).toBe(civil.addDays(from, count));
        expect(daysFrom(from, to)).toBe(civil.daysBetween(from, to));
        expect(isDay(from)).toBe(true);
      }),
    );
  });

  test.each(["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026", "", "2026-02-28T00:00"])(
    "%s is no day",
    (text) => {
      expect(isDay(text)).toBe(false);
    },
  );

  test.each([
    [2000, "2000-04-23"],
    [2008, "2008-03-23"],
    [2011, "2011-04-24"],
    [2024, "2024-03-31"],
    [2026, "2026-04-05"],
    [2027, "2027-03-28"],
    [2038, "2038-04-25"],
  ])("Easter of %i is %s", (year, day) => {
    expect(easter(year)).toBe(day);
  });

  test("eleven holidays a year, Mondays and a Thursday among them", () => {
    expect(publicHolidays(2027)).toEqual([
      "2027-01-01",
      "2027-03-29",
      "2027-05-01",
      "2027-05-06",
      "2027-05-08",
      "2027-05-17",
      "2027-07-14",
      "2027-08-15",
      "2027-11-01",
      "2027-11-11",
      "2027-12-25",
    ]);
  });

  test.each([
    ["2026-12-24", "2026-12-24"],
    ["2026-12-25", "2026-12-28"],
    ["2026-12-31", "2026-12-31"],
    ["2027-01-01", "2027-01-04"],
    ["2027-05-15", "2027-05-18"],
    ["2027-05-06", "2027-05-07"],
  ])("from %s on the first working day is %s", (day, expected) => {
    expect(workingDayFrom(day)).toBe(expected);
    expect(isWorkingDay(expected)).toBe(true);
  });
});

describe("the last day", () => {
  const of = (kind: string, place = 0) => decisionRules.find((rule) => rule.id === kind)?.remedies[place];

  test.each([
    ["caf", "2026-11-22", "2027-01-22"],
    ["caf", "2026-12-31", "2027-02-28"],
    // A Saturday: no source says that it moves for the commission.
    ["caf", "2026-11-23", "2027-01-23"],
    ["rsa", "2027-06-30", "2027-08-30"],
    ["mdph", "2027-12-29", "2028-02-29"],
    // A Saturday, then a Sunday, then New Year's Day on a Friday: the court is open on the Monday.
    ["ccas", "2026-11-23", "2027-01-25"],
    ["ccas", "2026-11-24", "2027-01-25"],
    ["ccas", "2026-11-01", "2027-01-04"],
    ["legal-aid", "2026-11-22", "2026-12-07"],
    ["legal-aid", "2026-12-20", "2027-01-04"],
    ["legal-aid", "2028-02-15", "2028-03-01"],
    ["legal-aid", "2027-02-15", "2027-03-02"],
  ] as const)("%s, known on %s: %s", (kind, from, expected) => {
    const rule = of(kind);
    expect(rule && lastDay(from, rule)).toBe(expected);
  });

  test("is never before the day it counts from, and at most a week after the bare count", () => {
    fc.assert(
      fc.property(anyDay, fc.constantFrom(...decisionRules.flatMap((rule) => rule.remedies)), (from, rule) => {
        const last = lastDay(from, rule);
        const bare = lastDay(from, { ...rule, moves: false });
        expect(last >= bare && daysFrom(bare, last) <= 7).toBe(true);
        expect(daysFrom(from, bare)).toBeGreaterThan(0);
      }),
    );
  });

  test.each([
    ["the reception counts", "2026-11-02", "2026-11-06", "2026-11-06"],
    ["without it, the letter's date", "2026-11-02", null, "2026-11-02"],
    ["without the letter's date, the reception", null, "2026-11-06", "2026-11-06"],
    ["a reception before the letter is a slip", "2026-11-02", "2026-01-06", "2026-11-02"],
    ["a day that does not exist is not known", "2026-02-30", null, null],
    ["a month alone is not enough to count", "2026-11", null, null],
    ["nothing known", null, null, null],
  ] as const)("%s", (_name, written, received, expected) => {
    expect(countedFrom({ kind: "caf", written, received })).toBe(expected);
  });

  test("says how many days are left, and keeps what is past", () => {
    const decision = { kind: "legal-aid", written: null, received: "2026-11-07" } as const;
    const left = (today: string) => remediesOf(decision, today).map((remedy) => remedy.left);
    expect(left("2026-11-20")).toEqual([2]);
    expect(left("2026-11-22")).toEqual([0]);
    expect(left("2026-11-25")).toEqual([-3]);
  });

  test("without a date there is a remedy and no day", () => {
    const [first] = remediesOf({ kind: "rsa", written: null, received: null }, "2026-11-22");
    expect(first).toMatchObject({ last: null, left: null, rule: { to: "department" } });
  });

  test("where no rule was read, or the rules have to be read again, nothing is counted", () => {
    const dated = { written: "2026-11-02", received: null };
    expect(remediesOf({ kind: "prefecture", ...dated }, "2026-11-22")).toEqual([]);
    expect(remediesOf({ kind: "other", ...dated }, "2026-11-22")).toEqual([]);
    expect(remediesOf({ kind: "caf", ...dated }, reviewBefore)).toEqual([]);
    expect(silenceOf("mdph", "request", "2026-11-02", reviewBefore)).toBeNull();
  });
});

describe("silence", () => {
  test.each([
    ["mdph", "request", "2026-07-22", "2026-11-21", { means: "refused", on: "2026-11-22", reached: false }],
    ["mdph", "request", "2026-07-22", "2026-11-22", { means: "refused", on: "2026-11-22", reached: true }],
    ["mdph", "request", "2026-10-31", "2027-02-28", { means: "refused", on: "2027-02-28", reached: true }],
    ["mdph", "remedy", "2026-09-22", "2026-11-22", { means: "refused", on: "2026-11-22", reached: true }],
    ["c2s", "request", "2026-09-22", "2026-11-22", { means: "accepted", on: "2026-11-23", reached: false }],
    ["c2s", "request", "2026-12-31", "2027-03-01", { means: "accepted", on: "2027-03-01", reached: true }],
    ["caf", "remedy", "2026-09-22", "2026-11-22", { means: "refused", on: "2026-11-22", reached: true }],
    ["caf", "request", "2026-01-22", "2026-11-22", null],
    ["rsa", "remedy", "2026-01-22", "2026-11-22", null],
    ["ccas", "request", "2026-01-22", "2026-11-22", null],
    ["legal-aid", "remedy", "2026-01-22", "2026-11-22", null],
    ["mdph", "request", "2026-07", "2026-11-22", null],
  ] as const)("%s, %s of %s, seen on %s", (kind, of, asked, today, expected) => {
    expect(silenceOf(kind, of, asked, today)).toEqual(expected);
  });
});

describe("the days that the appeal itself counts", () => {
  const choice = (id: string): AnswerValue => ({ v: "choice", id });
  const on = (date: string): AnswerValue => ({ v: "date", date });
  const counts = (answers: Answers, today = "2026-11-22") => {
    const { calculated } = viewForm(recours, stateOf(answers), { today });
    const said = (id: string) => {
      const value = calculated[id];
      return value?.v === "date" ? value.date : value?.v === "number" ? Number(value.number) : null;
    };
    return { last: said("counted_last_day"), left: said("days_left"), refused: said("refused_on") };
  };

  test("F4 a corrected date moves the last day", () => {
    const answers = { decision_by: choice("caf"), decision_date: on("2026-11-02") };
    expect(counts(answers)).toMatchObject({ last: "2027-01-02", left: 41 });
    expect(counts({ ...answers, received_date: on("2026-11-06") })).toMatchObject({ last: "2027-01-06", left: 45 });
    expect(counts({ ...answers, received_date: on("2026-01-06") })).toMatchObject({ last: "2027-01-02" });
    expect(counts({ ...answers, received_date: { v: "unknown" } })).toMatchObject({ last: "2027-01-02" });
    expect(counts({ decision_by: choice("caf"), decision_date: { v: "unknown" } })).toMatchObject({
      last: null,
      left: null,
    });
    expect(counts({ decision_by: choice("legal-aid"), received_date: on("2026-11-20") })).toMatchObject({
      last: "2026-12-05",
      left: 13,
    });
  });

  test("F4 the earlier day counts, and the letter's alone where no rule was read or the rules are old", () => {
    const answers = { decision_by: choice("caf"), received_date: on("2026-11-06") };
    expect(counts({ ...answers, last_day: on("2026-12-01") }).left).toBe(9);
    expect(counts({ ...answers, last_day: on("2027-03-01") }).left).toBe(45);
    const prefecture = { decision_by: choice("prefecture"), received_date: on("2026-11-20") };
    expect(counts(prefecture)).toEqual({ last: null, left: null, refused: null });
    expect(counts({ ...prefecture, last_day: on("2026-11-24") }).left).toBe(2);
    expect(counts(answers, reviewBefore)).toMatchObject({ last: null, left: null });
  });

  test("F4 it is what forms/remedies counts, or earlier by the days without post", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...decisionRules),
        fc.option(anyDay, { nil: null }),
        fc.option(anyDay, { nil: null }),
        ({ id, by }, written, received) => {
          const remedy = remediesOf({ kind: id, written, received }, "2026-11-22").find(
            ({ rule }) => rule.procedure === "recours",
          );
          const { last } = counts({
            decision_by: choice(by),
            ...(written === null ? {} : { decision_date: on(written) }),
            ...(received === null ? {} : { received_date: on(received) }),
          });
          if (typeof last !== "string") expect(remedy?.last ?? null).toBeNull();
          else expect(remedy?.last != null && last <= remedy.last && daysFrom(last, remedy.last) <= 7).toBe(true);
        },
      ),
    );
  });

  test.each([
    ["caf", "2026-12-31", "2027-02-28"],
    ["mdph", "2027-12-31", "2028-02-29"],
    ["mdph", "2026-09-30", "2026-11-30"],
    ["department", "2026-09-30", null],
    ["legal-aid", "2026-09-30", null],
    ["prefecture", "2026-09-30", null],
  ])("F4 no answer of %s to an appeal of %s is a refusal on %s", (by, sent, expected) => {
    expect(counts({ decision_by: choice(by), sent_on: on(sent) }).refused).toBe(expected);
    expect(counts({ decision_by: choice(by), sent_on: on(sent) }, reviewBefore).refused).toBeNull();
  });
});

describe("the appeal that is prepared", () => {
  const choicesOf = (id: string) => {
    const field = recours.fields.find((each) => each.id === id);
    return field?.type === "choice" ? field.choices.map((choice) => choice.id) : [];
  };

  test("has answers that the procedure knows", () => {
    for (const rule of decisionRules) {
      const decision = { kind: rule.id, written: "2026-11-02", received: "2026-11-06" };
      for (const remedy of [...remediesOf(decision, "2026-11-22"), null]) {
        for (const [id, answer] of Object.entries(appealAnswers(decision, remedy))) {
          const field = recours.fields.find((each) => each.id === id);
          expect(field?.type).toBe(answer.v);
          if (answer.v === "choice") expect(choicesOf(id)).toContain(answer.id);
        }
      }
    }
  });

  test("has the dates and to whom; the last day is counted by the form, and copied only where silence began it", () => {
    const decision = { kind: "rsa", written: "2026-11-02", received: "2026-11-06" } as const;
    const [remedy = null] = remediesOf(decision, "2026-11-22");
    expect(appealAnswers(decision, remedy)).toEqual({
      decision_by: { v: "choice", id: "department" },
      decision_date: { v: "date", date: "2026-11-02" },
      received_date: { v: "date", date: "2026-11-06" },
      to_whom: { v: "choice", id: "department" },
    });
    expect(appealAnswers({ kind: "other", written: "2026-02-30", received: null }, null)).toEqual({});
    const silent = { kind: "mdph", written: "2026-11-22", received: null, silent: true } as const;
    expect(appealAnswers(silent, remediesOf(silent, "2026-11-23")[1] ?? null)).toEqual({
      decision_by: { v: "choice", id: "mdph" },
      decision_kind: { v: "choice", id: "no-answer" },
      last_day: { v: "date", date: "2027-01-22" },
      to_whom: { v: "choice", id: "mdph" },
    });
  });

  test("every rule names a source, and the procedure that prepares it exists", () => {
    for (const rule of decisionRules) {
      const named = [...rule.remedies, rule.silence, rule.silenceAfter].filter((each) => each !== undefined);
      for (const { source } of named) expect(sources[source].verifiedOn < reviewBefore).toBe(true);
    }
    const prepared = decisionRules.flatMap((rule) => rule.remedies.map((remedy) => remedy.procedure));
    expect(prepared.filter((id) => id !== null && !isProcedureId(id))).toEqual([]);
  });
});
