/** Conditions of Démarches simplifiées in our notation: one vector per class, and "untouched" apart from "explicitly no". */
import { describe, expect, test } from "vitest";
import { viewForm } from "../../../../src/forms/engine.ts";
import { importDs } from "../../../../src/forms/import/ds.ts";
import { importLogic } from "../../../../src/forms/import/logic.ts";
import { readSchema } from "../../../../src/forms/import/schema.ts";
import type { AnswerValue, Expr, FormFile } from "../../../../src/forms/model.ts";
import { champs, context, schemaOf } from "./fixture.ts";

const found = readSchema(schemaOf(champs));
if (!found.ok) throw new Error("the fixture is a schema");
const { file } = importDs(found.value, context);

const champ = (n: number) => ({ term: "Logic::ChampValue", stable_id: n });
const constant = (value: unknown) => ({ term: "Logic::Constant", value });
const two = (term: string, left: unknown, right: unknown) => ({ term: `Logic::${term}`, left, right });
const all = (term: string, ...operands: readonly unknown[]) => ({ term: `Logic::${term}`, operands });

/** Whether a question with this condition is shown beside these answers. */
function shown(tree: unknown, answers: Readonly<Record<string, AnswerValue>>): boolean {
  const read = importLogic(tree, file);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const form: FormFile["form"] = {
    ...file.form,
    fields: file.form.fields.map((field) => (field.id === "q_37" ? { ...field, if: read.value } : field)),
  };
  const view = viewForm(form, { answers, rows: {}, attached: {}, notForeseen: "" }, { today: "2026-11-22" });
  return view.steps.some((step) => step.id === "q-37");
}
const expr = (tree: unknown): Expr | string => {
  const read = importLogic(tree, file);
  return read.ok ? read.value : `${read.error.code} ${read.error.path}`;
};

const yes: AnswerValue = { v: "yesno", yes: true };
const no: AnswerValue = { v: "yesno", yes: false };
const unknown: AnswerValue = { v: "unknown" };
const number = (text: string): AnswerValue => ({ v: "number", number: text });
const choice = (id: string): AnswerValue => ({ v: "choice", id });
const ticked = (...ids: readonly string[]): AnswerValue => ({ v: "choices", ids });
const place = (code: string | null): AnswerValue => ({ v: "place", code, name: "x" });

describe("one vector per class", () => {
  test.each([
    ["Eq", two("Eq", champ(22), constant(2)), ["=", ["answer", "q_22"], 2]],
    ["NotEq", two("NotEq", champ(22), constant(2)), ["!=", ["answer", "q_22"], 2]],
    ["LessThan", two("LessThan", champ(21), constant(1.5)), ["<", ["answer", "q_21"], 1.5]],
    ["LessThanEq", two("LessThanEq", champ(22), constant(2)), ["<=", ["answer", "q_22"], 2]],
    ["GreaterThan", two("GreaterThan", champ(22), constant(2)), [">", ["answer", "q_22"], 2]],
    ["GreaterThanEq", two("GreaterThanEq", champ(22), constant(2)), [">=", ["answer", "q_22"], 2]],
    ["a constant on the left", two("LessThan", constant(2), champ(22)), [">", ["answer", "q_22"], 2]],
    [
      "IncludeOperator",
      two("IncludeOperator", champ(28), constant("Retraite")),
      ["contains", ["answer", "q_28"], "retraite"],
    ],
    ["Include", two("Include", champ(28), constant("Retraite")), ["contains", ["answer", "q_28"], "retraite"]],
    [
      "InDepartementOperator",
      two("InDepartementOperator", champ(11), constant("2A")),
      ["in-departement", ["answer", "q_11"], ["2A"]],
    ],
    ["InRegionOperator", two("InRegionOperator", champ(10), constant("84")), ["in-region", ["answer", "q_10"], ["84"]]],
    [
      "And",
      all("And", two("Eq", champ(26), constant(true)), two("Eq", champ(22), constant(1))),
      ["and", ["=", ["answer", "q_26"], true], ["=", ["answer", "q_22"], 1]],
    ],
    [
      "Or",
      all("Or", two("Eq", champ(26), constant(true)), two("Eq", champ(22), constant(1))),
      ["or", ["=", ["answer", "q_26"], true], ["=", ["answer", "q_22"], 1]],
    ],
    ["And of one", all("And", two("Eq", champ(26), constant(false))), ["=", ["answer", "q_26"], false]],
    ["a choice by its words", two("Eq", champ(27), constant("Mère")), ["=", ["answer", "q_27"], "mere"]],
    ["other", two("Eq", champ(27), constant("__other__")), ["=", ["answer", "q_27"], "other"]],
    ["a country", two("Eq", champ(14), constant("MA")), ["=", ["answer", "q_14"], "99350"]],
    ["a région", two("Eq", champ(13), constant("84")), ["=", ["answer", "q_13"], "84"]],
    ["a département", two("NotEq", champ(12), constant("31")), ["!=", ["answer", "q_12"], "31"]],
  ])("%s", (_name, tree, wanted) => expect(expr(tree)).toEqual(wanted));

  test("what cannot be taken over says why and where", () => {
    expect(expr(null)).toBe("not-a-condition ");
    expect(expr({ term: "Logic::Eval", code: "x" })).toBe("unknown-term ");
    expect(expr({ term: "constructor" })).toBe("unknown-term ");
    expect(expr(two("Eq", champ(999), constant(1)))).toBe("unknown-field left");
    expect(expr(two("Eq", champ(3), constant("x")))).toBe("cannot-be-tested ");
    expect(expr(two("Eq", champ(27), constant("Tante")))).toBe("unknown-choice ");
    expect(expr(two("Eq", champ(28), constant("Retraite")))).toBe("cannot-be-tested ");
    expect(expr(two("IncludeOperator", champ(27), constant("Mère")))).toBe("cannot-be-tested ");
    expect(expr(two("InRegionOperator", champ(22), constant("84")))).toBe("cannot-be-tested ");
    expect(expr(two("EmptyOperator", { term: "Logic::Empty" }, { term: "Logic::Empty" }))).toBe("unfinished ");
    expect(expr(two("Eq", { term: "Logic::Empty" }, constant(1)))).toBe("unfinished left");
    expect(expr(all("And"))).toBe("not-a-condition ");
    expect(expr(all("Or", two("Eq", champ(26), constant("yes"))))).toBe("not-a-condition operands[0]");
    expect(expr(two("Eq", champ(22), champ(20)))).toBe("unknown-term right");
    let deep: unknown = two("Eq", champ(22), constant(1));
    for (let at = 0; at < 40; at += 1) deep = all("And", deep, deep);
    expect(expr(deep)).toMatch(/^too-deep operands\[0\]/);
    const wide = all("Or", ...Array.from({ length: 3000 }, () => two("Eq", champ(22), constant(1))));
    expect(expr(wide)).toMatch(/^too-many/);
    const cyclic: { term: string; operands: unknown[] } = { term: "Logic::And", operands: [] };
    cyclic.operands.push(cyclic);
    expect(expr(cyclic)).toMatch(/^too-deep/);
  });
});

describe("untouched is not 'no'", () => {
  // For each type: a condition, then what makes it true, what makes it false, and the untouched question: always false.
  const vectors: readonly (readonly [string, unknown, string, AnswerValue, AnswerValue])[] = [
    ["yes_no is yes", two("Eq", champ(26), constant(true)), "q_26", yes, no],
    ["yes_no is no", two("Eq", champ(26), constant(false)), "q_26", no, yes],
    ["yes_no is not yes", two("NotEq", champ(26), constant(true)), "q_26", no, yes],
    ["checkbox is ticked", two("Eq", champ(25), constant(true)), "q_25", yes, no],
    ["checkbox is not ticked", two("Eq", champ(25), constant(false)), "q_25", no, yes],
    ["integer", two("NotEq", champ(22), constant(2)), "q_22", number("3"), number("2")],
    ["decimal", two("LessThan", champ(21), constant(1.5)), "q_21", number("1.49"), number("1.5")],
    ["drop-down", two("Eq", champ(27), constant("Mère")), "q_27", choice("mere"), choice("pere")],
    ["drop-down is not", two("NotEq", champ(27), constant("Mère")), "q_27", choice("pere"), choice("mere")],
    [
      "drop-down on other, without words",
      two("Eq", champ(27), constant("__other__")),
      "q_27",
      { v: "other", text: "" },
      choice("mere"),
    ],
    [
      "multiple contains",
      two("IncludeOperator", champ(28), constant("Retraite")),
      "q_28",
      ticked("salaire", "retraite"),
      ticked("salaire"),
    ],
    [
      "multiple does not contain",
      two("ExcludeOperator", champ(28), constant("Retraite")),
      "q_28",
      ticked("salaire"),
      ticked("retraite"),
    ],
    [
      "commune in a département",
      two("InDepartementOperator", champ(11), constant("2A")),
      "q_11",
      place("2A004"),
      place("2B033"),
    ],
    [
      "commune not in a département",
      two("NotInDepartementOperator", champ(11), constant("2A")),
      "q_11",
      place("97411"),
      place("2A004"),
    ],
    ["commune in a région", two("InRegionOperator", champ(11), constant("94")), "q_11", place("2A004"), place("31555")],
    [
      "commune not in a région",
      two("NotInRegionOperator", champ(11), constant("94")),
      "q_11",
      place("31555"),
      place("2A004"),
    ],
    ["département", two("Eq", champ(12), constant("31")), "q_12", place("31"), place("75")],
    ["région is not", two("NotEq", champ(13), constant("84")), "q_13", place("11"), place("84")],
    ["country", two("Eq", champ(14), constant("MA")), "q_14", place("99350"), place("99352")],
    [
      "address in a région",
      two("InRegionOperator", champ(10), constant("76")),
      "q_10",
      { v: "address", street: "1 rue Haute", more: "", postal: "31000", city: "Toulouse", code: "31555", country: "" },
      { v: "address", street: "1 rue Haute", more: "", postal: "75011", city: "Paris", code: "75056", country: "" },
    ],
  ];
  test.each(vectors)("%s", (_name, tree, field, holds, fails) => {
    expect(shown(tree, { [field]: holds })).toBe(true);
    expect(shown(tree, { [field]: fails })).toBe(false);
    expect(shown(tree, {})).toBe(false);
  });

  test("nothing ticked is blank, and 'I do not know' makes no comparison true", () => {
    const excludes = two("ExcludeOperator", champ(28), constant("Retraite"));
    expect(shown(excludes, { q_28: ticked() })).toBe(false);
    expect(shown(excludes, { q_28: unknown })).toBe(false);
    expect(shown(two("NotEq", champ(22), constant(2)), { q_22: unknown })).toBe(false);
    expect(shown(two("NotEq", champ(12), constant("31")), { q_12: place(null) })).toBe(false);
  });
});
