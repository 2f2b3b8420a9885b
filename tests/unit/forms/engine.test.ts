/** The engine of forms: conditions with blanks, steps, validity, what leaves. */
import { describe, expect, test } from "vitest";
import {
  allProblems,
  checkAnswer,
  nextStep,
  previousStep,
  problemsOf,
  progressOf,
  resumeStep,
  reviewLines,
  viewForm,
  visibleParts,
} from "../../../src/forms/engine.ts";
import { compile, type Kind, type Scope, type Value } from "../../../src/forms/expr.ts";
import type { AnswerValue, Expr, Field, Form, FormState } from "../../../src/forms/model.ts";
import { choice, field, formOf, no, shelter, stateOf, text, unknown, when, yes } from "./fixtures.ts";

const today = "2026-11-21";

describe("conditions", () => {
  const values: Readonly<Record<string, Value>> = {
    word: "a",
    same: "a",
    yes: true,
    no: false,
    list: ["a", "b"],
    none: [],
    unknown: null,
  };
  const kinds: Readonly<Record<string, Kind>> = { yes: "yes-no", no: "yes-no", list: "choices", none: "choices" };
  const scope: Scope<null> = {
    today: () => today,
    find: (id) => ({ type: { kind: kinds[id] ?? "text" }, value: () => values[id] }),
  };
  const holds = (condition: Expr): boolean => compile(condition, scope, () => undefined).test(null);
  const blank: Expr = ["answer", "blank"];
  const word: Expr = ["answer", "word"];

  test.each<[string, Expr, boolean]>([
    ["equal", ["=", word, "a"], true],
    ["not equal", ["=", word, "b"], false],
    ["two answers", ["=", word, ["answer", "same"]], true],
    ["different", ["!=", word, "b"], true],
    ["not different", ["!=", word, "a"], false],
    ["blank = x is false", ["=", blank, "a"], false],
    ["blank != x is false too", ["!=", blank, "a"], false],
    ["x != blank is false too", ["!=", "a", blank], false],
    ["unknown = x is false", ["=", ["answer", "unknown"], "a"], false],
    ["unknown != x is false", ["!=", ["answer", "unknown"], "a"], false],
    ["blank = blank is false", ["=", blank, blank], false],
    ["other types are not comparable", ["!=", ["answer", "yes"], "a"], false],
    ["a list is not comparable", ["!=", ["answer", "list"], "a"], false],
    ["yes", ["answer", "yes"], true],
    ["no", ["answer", "no"], false],
    ["a word alone is not a yes", word, false],
    ["a blank alone is false", blank, false],
    ["not of a blank comparison is true", ["not", ["=", blank, "a"]], true],
    ["and of nothing", ["and"], true],
    ["or of nothing", ["or"], false],
    ["and", ["and", ["answer", "yes"], ["=", word, "a"]], true],
    ["and with one false", ["and", ["answer", "yes"], ["answer", "no"]], false],
    ["or", ["or", ["answer", "no"], ["=", word, "a"]], true],
    ["in", ["in", word, ["x", "a"]], true],
    ["not in", ["in", word, ["x"]], false],
    ["blank in", ["in", blank, ["a"]], false],
    ["contains", ["contains", ["answer", "list"], "b"], true],
    ["does not contain", ["contains", ["answer", "list"], "c"], false],
    ["blank contains", ["contains", blank, "a"], false],
    ["a word contains nothing", ["contains", word, "a"], false],
    ["empty of blank", ["empty", blank], true],
    ["empty of an empty list", ["empty", ["answer", "none"]], true],
    ["empty of a word", ["empty", word], false],
    ["I do not know is an answer", ["empty", ["answer", "unknown"]], false],
    ["a nested condition as operand", ["=", ["=", word, "a"], true], true],
  ])("%s", (_name, condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });
});

describe("what is visible", () => {
  const form = formOf([
    shelter,
    when("other_words", ["=", ["answer", "shelter"], "other"]),
    when("more", ["not", ["empty", ["answer", "other_words"]]]),
    when("not_home", ["!=", ["answer", "shelter"], "home"]),
    field("last"),
  ]);
  const ids = (answers: Readonly<Record<string, AnswerValue>>): readonly string[] =>
    viewForm(form, stateOf(answers)).steps.map((step) => step.id);

  test.each<[string, Readonly<Record<string, AnswerValue>>, readonly string[]]>([
    ["nothing answered", {}, ["shelter", "last", "check"]],
    ["I do not know", { shelter: unknown }, ["shelter", "last", "check"]],
    ["home", { shelter: choice("home") }, ["shelter", "last", "check"]],
    ["other", { shelter: choice("other") }, ["shelter", "other-words", "not-home", "last", "check"]],
    [
      "a chain of two",
      { shelter: choice("other"), other_words: text("x") },
      ["shelter", "other-words", "more", "not-home", "last", "check"],
    ],
    [
      "the answer of a hidden question is blank to others",
      { shelter: choice("street"), other_words: text("x"), more: text("y") },
      ["shelter", "not-home", "last", "check"],
    ],
    ["an answer of another type is blank", { shelter: text("other") }, ["shelter", "last", "check"]],
  ])("%s", (_name, answers, expected) => {
    expect(ids(answers)).toEqual(expected);
  });

  test("hidden answers never leave, and come back with their question", () => {
    const answers = { shelter: choice("street"), other_words: text("x"), more: text("y"), last: text("z") };
    expect([...visibleParts(viewForm(form, stateOf(answers))).answers].sort()).toEqual(["last", "shelter"]);
    const back = viewForm(form, stateOf({ ...answers, shelter: choice("other") }));
    expect([...back.answerKeys].sort()).toEqual(["last", "more", "other_words", "shelter"]);
    expect(back.answer("other_words")).toEqual(text("x"));
    expect(viewForm(form, stateOf(answers)).answer("other_words")).toBeUndefined();
  });

  test("a hidden page hides its fields", () => {
    const hidden: Form = {
      ...formOf([shelter, field("inside"), when("reads_inside", ["=", ["answer", "inside"], "x"])]),
      pages: [
        { id: "shelter", section: "all", fields: ["shelter"] },
        { id: "inside", section: "all", fields: ["inside"], if: ["=", ["answer", "shelter"], "home"] },
        { id: "reads", section: "all", fields: ["reads_inside"] },
      ],
    };
    const steps = (answers: Readonly<Record<string, AnswerValue>>) =>
      viewForm(hidden, stateOf(answers)).steps.map((step) => step.id);
    expect(steps({ inside: text("x") })).toEqual(["shelter", "check"]);
    expect(steps({ inside: text("x"), shelter: choice("home") })).toEqual(["shelter", "inside", "reads", "check"]);
  });

  test("a cycle that nobody refused hides and does not hang", () => {
    const round = formOf([when("a", ["=", ["answer", "b"], "x"]), when("b", ["=", ["answer", "a"], "x"])]);
    expect(viewForm(round, stateOf({ a: text("x"), b: text("x") })).steps.map((step) => step.id)).toEqual(["check"]);
  });
});

describe("moving about", () => {
  const form = formOf([shelter, when("street_name", ["=", ["answer", "shelter"], "street"]), field("last")], {
    notForeseen: true,
  });
  const view = viewForm(form, stateOf({}));

  test("next and previous skip what is hidden, from a hidden place too", () => {
    expect(nextStep(view, "shelter")?.id).toBe("last");
    expect(nextStep(view, "street-name")?.id).toBe("last");
    expect(nextStep(view, "last")?.id).toBe("not-foreseen");
    expect(nextStep(view, "not-foreseen")?.id).toBe("check");
    expect(nextStep(view, "check")).toBeUndefined();
    expect(previousStep(view, "last")?.id).toBe("shelter");
    expect(previousStep(view, "street-name")?.id).toBe("shelter");
    expect(previousStep(view, "shelter")).toBeUndefined();
  });

  test("progress counts what is asked now", () => {
    expect(progressOf(view, "last")).toEqual({ n: 2, total: 3 });
    const street = viewForm(form, stateOf({ shelter: choice("street") }));
    expect(progressOf(street, "last")).toEqual({ n: 3, total: 4 });
    expect(progressOf(view, "check")).toBeNull();
    expect(progressOf(view, "street-name")).toBeNull();
  });

  test("resumes at the step, at the one before a hidden one, or at the first", () => {
    expect(resumeStep(view, "last").id).toBe("last");
    expect(resumeStep(view, "street-name").id).toBe("shelter");
    expect(resumeStep(view, "a-page-of-another-version").id).toBe("shelter");
  });
});

describe("validity, on Continuer", () => {
  const codes = (one: Field, answer: AnswerValue | undefined) =>
    checkAnswer(one, one.id, answer, today).map((problem) => problem.code);
  const date = field("born", { type: "date", partial: true, past: true } as Partial<Field>);
  const fullDate = field("on", { type: "date", partial: false } as Partial<Field>);

  test.each<[string, Field, AnswerValue | undefined, readonly string[]]>([
    ["optional blank", field("a"), undefined, []],
    ["useful blank", field("a", { required: true }), undefined, ["missing"]],
    ["useful, spaces only", field("a", { required: true }), text("  "), ["missing"]],
    ["unknown where it may be", field("a", { required: true, unknown: true }), unknown, []],
    ["unknown where it may not", field("a", { required: true }), unknown, ["missing"]],
    [
      "as long as allowed, counted in characters",
      field("a", { maxLength: 3 } as Partial<Field>),
      text("é👍🏽".slice(0, 3)),
      [],
    ],
    ["too long", field("a", { maxLength: 3 } as Partial<Field>), text("abcd"), ["too-long"]],
    ["phone", field("a", { type: "phone" } as Partial<Field>), text("0612345678"), []],
    ["international phone", field("a", { type: "phone" } as Partial<Field>), text("+33612345678"), []],
    ["short phone", field("a", { type: "phone" } as Partial<Field>), text("06123"), ["phone"]],
    ["email", field("a", { type: "email" } as Partial<Field>), text("a@b.fr"), []],
    ["no email", field("a", { type: "email" } as Partial<Field>), text("a@b"), ["email"]],
    ["a choice", shelter, choice("home"), []],
    ["a choice of another version", shelter, choice("castle"), ["choice"]],
    ["another type", shelter, yes, ["choice"]],
    ["a year", date, { v: "date", date: "1984" }, []],
    ["a year that comes", date, { v: "date", date: "2027" }, ["future"]],
    ["this month", date, { v: "date", date: "2026-11" }, []],
    ["tomorrow", date, { v: "date", date: "2026-11-22" }, ["future"]],
    ["a month alone where all is asked", fullDate, { v: "date", date: "2026-11" }, ["day-missing"]],
    ["typed and not readable", date, text("31/02/1984"), ["no-such-day"]],
    ["typed without a month", date, text("12//1984"), ["month-missing"]],
    ["two digits", date, text("1/1/84"), ["year-digits"]],
    ["two faults at once", date, text("45/13/1984"), ["day-range", "month-range"]],
  ])("%s", (_name, one, answer, expected) => {
    expect(codes(one, answer)).toEqual(expected);
  });

  test("faults of a date name their box", () => {
    expect(checkAnswer(date, "born", text("12//1984"), today)).toEqual([
      { key: "born", field: "born", code: "month-missing", part: "month" },
    ]);
  });

  test("only visible questions are judged", () => {
    const form = formOf([shelter, field("why", { required: true, if: ["=", ["answer", "shelter"], "other"] })]);
    expect(allProblems(viewForm(form, stateOf({})), today)).toEqual([]);
    expect(allProblems(viewForm(form, stateOf({ shelter: choice("other") })), today)).toEqual([
      { step: "why", problems: [{ key: "why", field: "why", code: "missing" }] },
    ]);
    expect(problemsOf(viewForm(form, stateOf({})), "why", today)).toEqual([]);
  });
});

describe("repeated rows", () => {
  const people: Field = {
    id: "people",
    type: "repeat",
    required: false,
    unknown: false,
    max: 2,
    if: ["=", ["answer", "has_people"], true],
    fields: [
      field("person_name", { required: true }),
      field("person_adult", { type: "yesno" } as Partial<Field>),
      field("person_work", { if: ["answer", "person_adult"] }),
    ],
  };
  const form = formOf([
    field("has_people", { type: "yesno" } as Partial<Field>),
    people,
    when("alone", ["empty", ["answer", "people"]]),
  ]);
  const rows = {
    r2: { repeat: "people", position: 2, removed: false },
    r1: { repeat: "people", position: 1, removed: false },
    r0: { repeat: "people", position: 0, removed: true },
    other: { repeat: "elsewhere", position: 0, removed: false },
  };
  const answers = {
    has_people: yes,
    "people/r0/person_name": text("gone"),
    "people/r1/person_name": text("Ana"),
    "people/r1/person_adult": no,
    "people/r1/person_work": text("hidden"),
    "people/r2/person_adult": yes,
    "people/r2/person_work": text("baker"),
  };
  const view = viewForm(form, stateOf(answers, { rows }));

  test("come in order, without removed ones, each with its own visible fields", () => {
    expect(view.rows.get("people")?.map((row) => [row.row, row.fields.map((each) => each.id)])).toEqual([
      ["r1", ["person_name", "person_adult"]],
      ["r2", ["person_name", "person_adult", "person_work"]],
    ]);
    expect(view.steps.map((step) => step.id)).toEqual(["has-people", "people", "check"]);
  });

  test("only what is visible of them leaves", () => {
    expect([...view.answerKeys].sort()).toEqual([
      "has_people",
      "people/r1/person_adult",
      "people/r1/person_name",
      "people/r2/person_adult",
      "people/r2/person_work",
    ]);
    expect([...view.rowKeys].sort()).toEqual(["r1", "r2"]);
    const closed = viewForm(form, stateOf({ ...answers, has_people: no }, { rows }));
    expect([...closed.answerKeys]).toEqual(["has_people"]);
    expect(closed.rowKeys.size).toBe(0);
  });

  test("are judged row by row", () => {
    expect(problemsOf(view, "people", today)).toEqual([
      { key: "people/r2/person_name", field: "person_name", code: "missing" },
    ]);
    const many = { ...rows, r3: { repeat: "people", position: 3, removed: false } };
    const problems = problemsOf(viewForm(form, stateOf(answers, { rows: many })), "people", today);
    expect(problems[0]).toEqual({ key: "people", field: "people", code: "too-many-rows", max: 2 });
  });

  test("are listed with their place", () => {
    const lines = reviewLines(view).filter((line) => line.kind === "answer" && line.row !== null);
    expect(lines.map((line) => line.kind === "answer" && [line.row?.n, line.field.id])).toEqual([
      [1, "person_name"],
      [1, "person_adult"],
      [2, "person_name"],
      [2, "person_adult"],
      [2, "person_work"],
    ]);
  });
});

describe("papers and the last pages", () => {
  const form = formOf([shelter], {
    notForeseen: true,
    pages: [
      { id: "shelter", section: "all", fields: ["shelter"] },
      { id: "proof", section: "papers", fields: [], requirement: "proof" },
      { id: "extra", section: "papers", fields: [], requirement: "extra" },
    ],
    requirements: [
      { id: "proof", kinds: ["pay-slip"], required: true, maxPapers: 1 },
      { id: "extra", kinds: [], required: false, maxPapers: 2, if: ["=", ["answer", "shelter"], "home"] },
    ],
  });

  test("a missing paper is said and stops nothing", () => {
    const view = viewForm(form, stateOf({}, { attached: { proof: { papers: [], missing: true } } }));
    expect(allProblems(view, today)).toEqual([]);
  });

  test("the list to read again tells a paper that is not there from one not asked for yet", () => {
    const said = (attached: FormState["attached"]) =>
      reviewLines(viewForm(form, stateOf({}, { attached }))).flatMap((line) =>
        line.kind === "papers" ? [line.said] : [],
      );
    expect(said({})).toEqual([false]);
    expect(said({ proof: { papers: [], missing: true } })).toEqual([true]);
    expect(said({ proof: { papers: ["p"], missing: true } })).toEqual([false]);
  });

  test("too many papers are said", () => {
    const view = viewForm(form, stateOf({}, { attached: { proof: { papers: ["p", "q"], missing: false } } }));
    expect(problemsOf(view, "proof", today)).toEqual([
      { key: "proof", field: "proof", code: "too-many-papers", max: 1 },
    ]);
  });

  test("the list to read again holds everything visible, blanks too", () => {
    const attached = { proof: { papers: ["p"], missing: false }, extra: { papers: ["q"], missing: false } };
    const view = viewForm(form, stateOf({}, { attached, notForeseen: "my dog" }));
    expect(reviewLines(view)).toEqual([
      { kind: "answer", step: "shelter", section: "all", field: shelter, key: "shelter", row: null, answer: null },
      {
        kind: "papers",
        step: "proof",
        section: "papers",
        requirement: form.requirements[0],
        papers: ["p"],
        said: false,
      },
      { kind: "not-foreseen", step: "not-foreseen", text: "my dog" },
    ]);
    expect(visibleParts(view).requirements).toEqual(["proof"]);
  });
});
