/** Calculations and typed conditions: exact sums, dates in doubt, rows, places, and what is refused at load. */
import { describe, expect, test } from "vitest";
import { compiledForm } from "../../../src/forms/compiled.ts";
import { allProblems, viewForm } from "../../../src/forms/engine.ts";
import type { AnswerValue, Expr, Field, FormState } from "../../../src/forms/model.ts";
import { departements, regionOf as regionByName } from "../../../src/forms/places/divisions.ts";
import { departementOf, departementOfPostal, regionOf } from "../../../src/forms/regions.ts";
import { choice, field, formOf, no, stateOf, text, unknown, yes } from "./fixtures.ts";

const today = "2026-11-22";
const number = (value: string): AnswerValue => ({ v: "number", number: value });
const date = (value: string): AnswerValue => ({ v: "date", date: value });
const place = (code: string | null): AnswerValue => ({ v: "place", code, name: "x" });
const address = (more: object): AnswerValue => ({
  v: "address",
  street: "1 rue X",
  more: "",
  postal: "",
  city: "",
  code: null,
  country: "",
  ...more,
});
const of = (id: string, type: Field["type"], more: object = {}): Field =>
  ({ id, type, required: false, unknown: true, ...more }) as Field;

const rows = of("people", "repeat", {
  max: 9,
  fields: [
    of("income", "decimal"),
    of("born", "date", { partial: true }),
    of("twice", "calc", { value: ["*", ["answer", "income"], 2] }),
  ],
});
const fields: readonly Field[] = [
  of("a", "decimal"),
  of("b", "decimal"),
  of("born", "date", { partial: true }),
  of("since", "date", { partial: true }),
  of("meeting", "datetime"),
  of("town", "commune"),
  of("dept", "departement"),
  of("region", "region"),
  of("home", "address"),
  of("flag", "yesno"),
  of("tick", "checkbox"),
  of("one", "choice", { choices: [{ id: "x" }, { id: "y" }], other: true }),
  of("some", "choices", { choices: [{ id: "x" }, { id: "y" }] }),
  of("pair", "linked", { choices: [{ id: "p", choices: [{ id: "q" }] }] }),
  of("word", "text", { maxLength: 20 }),
];
const everything: readonly Field[] = [
  ...fields.filter(({ id }) => id !== "born"),
  of("birth", "date", { partial: true }),
  rows,
];

const answers: Readonly<Record<string, AnswerValue>> = {
  a: number("0.1"),
  b: number("0.2"),
  birth: date("1984"),
  since: date("2026-08-22"),
  meeting: { v: "datetime", at: "2026-11-22T09:00" },
  town: place("93066"),
  dept: place("2A"),
  region: place("11"),
  home: address({ postal: "20250" }),
  flag: yes,
  tick: no,
  one: { v: "other", text: "" },
  some: { v: "choices", ids: ["x"] },
  pair: { v: "pair", first: "p", second: "q" },
  word: text("w"),
  "people/r1/income": number("100.1"),
  "people/r1/born": date("2010-01-01"),
  "people/r2/income": number("50.05"),
  "people/r2/born": date("1990-01-01"),
  "people/r3/income": unknown,
};
const state = (more: Readonly<Record<string, AnswerValue>> = {}): FormState =>
  stateOf(
    { ...answers, ...more },
    {
      rows: {
        r1: { repeat: "people", position: 1, removed: false },
        r2: { repeat: "people", position: 2, removed: false },
        r3: { repeat: "people", position: 3, removed: false },
        gone: { repeat: "people", position: 4, removed: true },
      },
    },
  );

/** The form with one more calculation; its value as sent. */
function result(value: Expr, more: Readonly<Record<string, AnswerValue>> = {}, decimals = 6): AnswerValue | undefined {
  const form = formOf([...everything, of("result", "calc", { value, decimals })]);
  expect(compiledForm(form).faults).toEqual([]);
  return viewForm(form, state(more), { today }).calculated.result;
}
const shows = (condition: Expr, more: Readonly<Record<string, AnswerValue>> = {}): boolean => {
  const form = formOf([...everything, of("shown", "text", { maxLength: 9, if: condition })]);
  expect(compiledForm(form).faults).toEqual([]);
  return viewForm(form, state(more), { today }).steps.some(({ id }) => id === "shown");
};
const A: Expr = ["answer", "a"];
const B: Expr = ["answer", "b"];

describe("calculations", () => {
  test.each<[string, Expr, string]>([
    ["plus is exact", ["+", A, B], "0.3"],
    ["several", ["+", A, B, 1, 2.5], "3.8"],
    ["minus", ["-", A, B], "-0.1"],
    ["times", ["*", A, B, 100], "2"],
    ["over", ["/", 10, 4], "2.5"],
    [
      "resources minus charges per person",
      ["/", ["-", ["sum", ["answer", "income"]], 50], ["+", 1, ["count", ["answer", "people"]]]],
      "25.0375",
    ],
    ["sum over rows passes over what is not known", ["sum", ["answer", "income"]], "150.15"],
    ["sum of rows and fields", ["sum", ["answer", "income"], A], "150.25"],
    ["sum of a calculation in rows", ["sum", ["answer", "twice"]], "300.3"],
    ["min", ["min", ["answer", "income"], 60], "50.05"],
    ["max", ["max", A, B], "0.2"],
    ["rows", ["count", ["answer", "people"]], "3"],
    ["answers in rows", ["count", ["answer", "income"]], "2"],
    ["ticked choices", ["count", ["answer", "some"]], "1"],
    ["rows where", ["count", ["answer", "people"], ["<", ["age", ["answer", "born"]], 18]], "1"],
    ["rows where, reading outside", ["count", ["answer", "people"], [">", ["answer", "income"], A]], "2"],
    ["days", ["days-between", ["answer", "since"], ["today"]], "92"],
    ["age on a day", ["age", "2000-11-23", ["today"]], "25"],
    ["born on a leap day", ["age", "2008-02-29", "2026-02-28"], "17"],
    ["one or the other", ["if", ["answer", "flag"], A, B], "0.1"],
  ])("%s", (_name, value, expected) => {
    expect(result(value)).toEqual(number(expected));
  });

  test.each<[string, Expr, string | null]>([
    ["months", ["add-months", "2026-12-31", 2], "2027-02-28"],
    ["months of a leap year", ["add-months", "2027-12-31", 2], "2028-02-29"],
    ["days", ["add-days", "2026-12-20", 15], "2027-01-04"],
    ["days before", ["add-days", "2026-01-01", -1], "2025-12-31"],
    ["of a calculation", ["add-days", ["add-months", ["today"], 1], 1], "2026-12-23"],
    ["of a month alone", ["add-months", "2026-07", 2], null],
    ["out of the calendar", ["add-days", "9999-12-31", 1], null],
  ])("a day moved by %s", (_name, value, expected) => {
    expect(result(value)).toEqual(expected === null ? undefined : { v: "date", date: expected });
  });

  test("a blank makes a result blank, and the sum of nothing is nothing", () => {
    expect(result(["+", A, ["answer", "b"]], { b: unknown })).toBeUndefined();
    expect(result(["/", A, 0])).toBeUndefined();
    expect(result(["sum", B], { b: unknown })).toEqual(number("0"));
    expect(result(["min", B], { b: unknown })).toBeUndefined();
    expect(viewForm(formOf([of("r", "calc", { value: ["today"] })]), stateOf({})).calculated).toEqual({});
  });

  test("what is shown is what counts: a calculation is read as it is rounded", () => {
    const form = formOf([
      of("third", "calc", { value: ["/", 1, 3] }),
      of("three", "calc", { value: ["*", ["answer", "third"], 3] }),
    ]);
    expect(viewForm(form, stateOf({})).calculated).toEqual({ third: number("0.33"), three: number("0.99") });
  });

  test("in each row, under the key of the row", () => {
    const view = viewForm(formOf(everything), state(), { today });
    expect(view.calculated["people/r1/twice"]).toEqual(number("200.2"));
    expect(view.calculated["people/r3/twice"]).toBeUndefined();
    expect(view.calculated["people/gone/twice"]).toBeUndefined();
  });

  test("other types", () => {
    expect(result(["today"])).toEqual(date(today));
    expect(result([">", A, B])).toEqual(no);
    expect(result(["if", ["answer", "flag"], "yes-word", "no-word"])).toEqual(text("yes-word"));
  });
});

describe("a birth known in part", () => {
  const age: Expr = ["age", ["answer", "birth"]];
  test.each<[string, Expr, boolean]>([
    ["is surely of age", [">=", age, 18], true],
    ["is surely under 43", ["<", age, 43], true],
    ["may be 41 or 42: neither is sure", ["=", age, 42], false],
    ["nor that it is not", ["!=", age, 42], false],
    ["surely not 50", ["!=", age, 50], true],
    ["surely before this year", ["<", ["answer", "birth"], "2026-01-01"], true],
    ["written alike is equal", ["=", ["answer", "birth"], "1984"], true],
    ["a day inside is not sure", ["=", ["answer", "birth"], "1984-07-05"], false],
    ["nor that it differs", ["!=", ["answer", "birth"], "1984-07-05"], false],
    ["another year does", ["!=", ["answer", "birth"], "1985-07-05"], true],
  ])("%s", (_name, condition, expected) => {
    expect(shows(condition)).toBe(expected);
  });
  test("has no age to show unless it is sure", () => {
    expect(result(age)).toBeUndefined();
    expect(result(["age", ["answer", "birth"], "2026-12-31"])).toEqual(number("42"));
    expect(result(["-", 100, age])).toBeUndefined();
    expect(shows([">", ["-", 100, age], 57])).toBe(true);
    expect(shows([">", ["-", 100, age], 58])).toBe(false);
    expect(result(["*", 2, age])).toBeUndefined();
  });
});

describe("conditions", () => {
  test.each<[string, Expr, boolean]>([
    ["numbers", ["<", A, B], true],
    ["numbers by value", ["=", ["+", A, B], 0.3], true],
    ["a number that is blank", ["<", ["answer", "zero"], 1], false],
    ["a date and a moment", ["<=", ["answer", "since"], ["answer", "meeting"]], true],
    ["today", ["<", ["answer", "since"], ["today"]], true],
    ["commune in a département", ["in-departement", ["answer", "town"], ["75", "93"]], true],
    ["commune in a région", ["in-region", ["answer", "town"], ["11"]], true],
    ["département", ["in-departement", ["answer", "dept"], ["2A"]], true],
    ["département in a région", ["in-region", ["answer", "dept"], ["94"]], true],
    ["région", ["in-region", ["answer", "region"], ["84"]], false],
    ["address by its postal code", ["in-departement", ["answer", "home"], ["2B"]], true],
    ["a place by its code", ["=", ["answer", "town"], "93066"], true],
    ["autre", ["=", ["answer", "one"], "other"], true],
    ["second level", ["contains", ["answer", "pair"], "q"], true],
    ["unticked is no", ["=", ["answer", "tick"], false], true],
    ["rows hold an answer", ["contains", ["answer", "names"], "Zoé"], false],
    ["no rows", ["empty", ["answer", "people"]], false],
  ])("%s", (_name, condition, expected) => {
    const known = JSON.stringify(condition);
    if (known.includes('"zero"') || known.includes('"names"')) {
      const extra = [
        of("zero", "integer"),
        of("others", "repeat", { max: 2, fields: [of("names", "text", { maxLength: 9 })] }),
      ];
      const form = formOf([...everything, ...extra, of("shown", "text", { maxLength: 9, if: condition })]);
      expect(compiledForm(form).faults).toEqual([]);
      expect(viewForm(form, state(), { today }).steps.some(({ id }) => id === "shown")).toBe(expected);
    } else expect(shows(condition)).toBe(expected);
  });

  test("a place that was typed is an answer, and is equal to nothing", () => {
    const typed = { town: place(null) };
    expect(shows(["=", ["answer", "town"], "93066"], typed)).toBe(false);
    expect(shows(["!=", ["answer", "town"], "93066"], typed)).toBe(false);
    expect(shows(["empty", ["answer", "town"]], typed)).toBe(false);
    expect(shows(["in-departement", ["answer", "town"], ["93"]], typed)).toBe(false);
  });

  test("a box never touched is blank, one unticked again is a no", () => {
    const untouched = formOf([
      of("tick", "checkbox"),
      of("shown", "text", { maxLength: 9, if: ["=", ["answer", "tick"], false] }),
    ]);
    expect(viewForm(untouched, stateOf({})).steps.length).toBe(2);
    expect(viewForm(untouched, stateOf({ tick: no })).steps.length).toBe(3);
  });
});

describe("constraints", () => {
  const form = formOf([
    of("rent", "decimal", {
      constraints: [{ must: ["<=", ["answer", "rent"], ["answer", "income"]], message: "over-income" }],
    }),
    of("income", "decimal"),
    of("shares", "repeat", {
      max: 5,
      fields: [of("share", "integer", { constraints: [{ must: ["<=", ["answer", "share"], 100], message: "over" }] })],
      constraints: [{ must: ["=", ["sum", ["answer", "share"]], 100], message: "whole" }],
    }),
  ]);
  const problems = (given: Readonly<Record<string, AnswerValue>>, rowIds: readonly string[] = []) =>
    allProblems(
      viewForm(
        form,
        stateOf(given, {
          rows: Object.fromEntries(rowIds.map((id, position) => [id, { repeat: "shares", position, removed: false }])),
        }),
        { today },
      ),
      today,
    ).flatMap(({ problems: found }) => found.map(({ key, code, message }) => [key, code, message]));

  test("are told with their own words", () => {
    expect(problems({ rent: number("500"), income: number("400") })).toEqual([["rent", "constraint", "over-income"]]);
    expect(problems({ rent: number("400"), income: number("400") })).toEqual([]);
  });
  test("are not judged while what they compare is not known, nor on a blank", () => {
    expect(problems({ rent: number("500") })).toEqual([]);
    expect(problems({ rent: number("500"), income: unknown })).toEqual([]);
    expect(problems({ income: number("1") })).toEqual([]);
  });
  test("are not told beside what is wrong by itself", () => {
    expect(problems({ rent: number("500.123"), income: number("400") })).toEqual([["rent", "decimals", undefined]]);
  });
  test("hold in rows and over rows", () => {
    expect(problems({ "shares/r1/share": number("60"), "shares/r2/share": number("40") }, ["r1", "r2"])).toEqual([]);
    expect(problems({ "shares/r1/share": number("101") }, ["r1"])).toEqual([
      ["shares", "constraint", "whole"],
      ["shares/r1/share", "constraint", "over"],
    ]);
    expect(problems({})).toEqual([]);
  });
});

describe("what is refused at load", () => {
  const faults = (condition: unknown, more: readonly Field[] = []): readonly string[] =>
    compiledForm(
      formOf([...everything, ...more, of("shown", "text", { maxLength: 9, if: condition as Expr })]),
    ).faults.map(({ code }) => code);
  test.each<[string, unknown, string]>([
    ["an operator that there is not", ["eval", "1"], "unknown-operator"],
    ["an object", { "=": 1 }, "bad-operands"],
    ["null inside", ["not", null], "bad-operands"],
    ["too few operands", ["=", A], "bad-operands"],
    ["too many", ["not", ["answer", "flag"], ["answer", "flag"]], "bad-operands"],
    ["a field that there is not", ["empty", ["answer", "zz"]], "unknown-field"],
    ["a number for a condition", ["+", A, B], "bad-type"],
    ["a word for a condition", ["answer", "word"], "bad-type"],
    ["a word in and", ["and", ["answer", "word"]], "bad-type"],
    ["a number with a word", ["=", A, "x"], "bad-type"],
    ["a word with less", ["<", ["answer", "word"], "x"], "bad-type"],
    ["a date with a word", ["=", ["answer", "birth"], "hier"], "bad-type"],
    ["a list with equal", ["=", ["answer", "some"], "x"], "bad-type"],
    ["a word that contains", ["contains", ["answer", "word"], "x"], "bad-type"],
    ["a number in a list", ["in", A, ["1"]], "bad-type"],
    ["a list of numbers", ["in", ["answer", "word"], [1]], "bad-operands"],
    ["a choice that there is not", ["=", ["answer", "one"], "z"], "unknown-choice"],
    ["in a list", ["in", ["answer", "one"], ["x", "z"]], "unknown-choice"],
    ["in what is ticked", ["contains", ["answer", "some"], "z"], "unknown-choice"],
    ["plus over rows", [">", ["+", ["answer", "income"]], 1], "bad-type"],
    ["age of a number", [">", ["age", A], 1], "bad-type"],
    ["count of a word", [">", ["count", ["answer", "word"]], 1], "bad-type"],
    ["count where, of no repeat", [">", ["count", ["answer", "some"], ["answer", "flag"]], 1], "bad-type"],
    ["a word in a département", ["in-departement", ["answer", "word"], ["75"]], "bad-type"],
    ["two types in if", ["=", ["if", ["answer", "flag"], 1, "x"], 1], "bad-type"],
    ["a number with an exponent", ["=", A, 1e30], "bad-operands"],
    ["half a month", ["add-months", ["today"], 0.5], "bad-operands"],
    ["a count that is asked", ["add-days", ["today"], A], "bad-operands"],
    ["more than a hundred years", ["add-days", ["today"], 1e6], "bad-operands"],
    ["a number moved", ["add-days", A, 1], "bad-type"],
  ])("%s", (_name, condition, code) => {
    expect(faults(condition)).toEqual([code]);
  });
  test("more than 32 deep, thousands too, without a fall", () => {
    let deep: unknown = ["answer", "flag"];
    for (let level = 0; level < 5000; level++) deep = ["not", deep];
    expect(faults(deep)).toEqual(["too-deep"]);
  });
  test("a calculation that reads itself has no value", () => {
    const form = formOf([of("loop", "calc", { value: ["+", ["answer", "loop"], 1] })]);
    expect(viewForm(form, stateOf({})).calculated).toEqual({});
  });
});

test("départements and régions are those of the packs", () => {
  for (const { code } of departements)
    expect([code, regionOf(code)]).toEqual([code, regionByName(code) === "" ? undefined : regionOf(code)]);
  const known = departements.filter(({ code }) => regionOf(code) !== undefined);
  expect(known.map(({ code }) => [code, regionOf(code)])).toEqual(known.map(({ code, region }) => [code, region]));
  expect(known.length).toBe(101);
  expect(departementOf("97411")).toBe("974");
  expect(departementOf("99350")).toBeUndefined();
  expect(departementOf("75;DROP")).toBeUndefined();
  expect([
    departementOfPostal("20000"),
    departementOfPostal("20600"),
    departementOfPostal("97400"),
    departementOfPostal("x"),
  ]).toEqual(["2A", "2B", "974", undefined]);
  expect(choice("x").v).toBe("choice");
  expect(field("x").id).toBe("x");
});
