/** What checkForm refuses, each with a clear place. */
import { describe, expect, test } from "vitest";
import { checkForm } from "../../../src/forms/check.ts";
import type { Expr, Field, Form } from "../../../src/forms/model.ts";
import { field, formOf, shelter, when } from "./fixtures.ts";

const faults = (form: Form): readonly string[] => {
  const result = checkForm(form);
  return result.ok ? [] : result.error.map((fault) => `${fault.code} ${fault.at}`);
};
const page = (id: string, fields: readonly string[], more: Partial<Form["pages"][number]> = {}) => ({
  id,
  section: "all",
  fields,
  ...more,
});
const repeat = (fields: readonly Field[]): Field => field("rows", { type: "repeat", max: 3, fields } as Partial<Field>);
const deep = (levels: number): Expr => (levels === 0 ? ["answer", "shelter"] : ["not", deep(levels - 1)]);

describe("a form", () => {
  test("that is right comes back as it is", () => {
    const form = formOf([shelter, when("more", ["=", ["answer", "shelter"], "other"]), repeat([field("inner")])]);
    expect(checkForm(form)).toEqual({ ok: true, value: form });
  });

  test.each<[string, Form, readonly string[]]>([
    ["two fields of one id", formOf([field("a"), field("a")], { pages: [page("p", ["a"])] }), ["duplicate-id field a"]],
    [
      "a field of a repeat with the id of another",
      formOf([field("a"), repeat([field("a")])]),
      ["duplicate-id field a"],
    ],
    [
      "two pages of one id",
      formOf([field("a"), field("b")], { pages: [page("p", ["a"]), page("p", ["b"])] }),
      ["duplicate-id page p"],
    ],
    [
      "a field on two pages",
      formOf([field("a")], { pages: [page("p", ["a"]), page("q", ["a"])] }),
      ["duplicate-id field a"],
    ],
    ["a field on no page", formOf([field("a"), field("b")], { pages: [page("p", ["a"])] }), ["unplaced field b"]],
    [
      "a page with an unknown field",
      formOf([field("a")], { pages: [page("p", ["a", "b"])] }),
      ["unknown-field page p"],
    ],
    ["an empty page", formOf([field("a")], { pages: [page("p", ["a"]), page("q", [])] }), ["empty-page page q"]],
    [
      "an unknown requirement",
      formOf([field("a")], { pages: [page("p", ["a"]), page("q", [], { requirement: "r" })] }),
      ["unknown-requirement page q"],
    ],
    [
      "a requirement that no page asks for",
      formOf([field("a")], { requirements: [{ id: "r", kinds: [], required: false, maxPapers: 1 }] }),
      ["unplaced requirement r"],
    ],
    ["a condition on nothing", formOf([when("a", ["=", ["answer", "zz"], "x"])]), ["unknown-field field a"]],
    [
      "a condition on a row from outside",
      formOf([repeat([field("inner")]), when("a", ["=", ["answer", "inner"], "x"])]),
      ["bad-type field a"],
    ],
    [
      "a condition on a choice that is not there",
      formOf([shelter, when("a", ["=", ["answer", "shelter"], "castle"])]),
      ["unknown-choice field a"],
    ],
    [
      "the same, in a list",
      formOf([shelter, when("a", ["in", ["answer", "shelter"], ["home", "castle"]])]),
      ["unknown-choice field a"],
    ],
    [
      "a list of words that looks like a condition is none",
      formOf([field("b"), when("a", ["in", ["answer", "b"], ["answer", "zz"]])]),
      [],
    ],
    [
      "a cycle of two",
      formOf([when("a", ["=", ["answer", "b"], "x"]), when("b", ["=", ["answer", "a"], "x"])]),
      ["cycle field a"],
    ],
    ["a field that needs itself", formOf([when("a", ["empty", ["answer", "a"]])]), ["cycle field a"]],
    [
      "a cycle through a page",
      formOf([field("a")], { pages: [page("p", ["a"], { if: ["=", ["answer", "a"], "x"] })] }),
      ["cycle page p"],
    ],
    [
      "a repeat in a repeat",
      formOf([repeat([field("r2", { type: "repeat", max: 1, fields: [field("x")] } as never)])]),
      ["nested-repeat field r2"],
    ],
    [
      "a choice without choices",
      formOf([field("a", { type: "choice", choices: [] } as Partial<Field>)]),
      ["no-choices field a"],
    ],
    [
      "a choice twice",
      formOf([field("a", { type: "choice", choices: [{ id: "x" }, { id: "x" }] } as Partial<Field>)]),
      ["duplicate-id field a"],
    ],
    ["a name that every object has", formOf([field("constructor")]), ["reserved-id field constructor"]],
    [
      "a choice of such a name",
      formOf([field("a", { type: "choice", choices: [{ id: "constructor" }] } as Partial<Field>)]),
      ["reserved-id field a"],
    ],
    [
      "papers of such a name",
      formOf([field("a")], {
        requirements: [{ id: "constructor", kinds: [], required: false, maxPapers: 1 }],
        pages: [page("p", ["a"]), page("q", [], { requirement: "constructor" })],
      }),
      ["reserved-id requirement constructor"],
    ],
    ["a name that hides words", formOf([field("pages")]), ["reserved-id field pages"]],
    ["a step of the engine", formOf([field("a")], { pages: [page("check", ["a"])] }), ["reserved-id page check"]],
    ["an id with a slash", formOf([field("a/b")], { pages: [page("p", ["a/b"])] }), ["bad-id field a/b"]],
    ["a condition too deep", formOf([shelter, when("a", deep(40))]), ["too-deep field a"]],
    ["no length", formOf([field("a", { maxLength: 0 } as Partial<Field>)]), ["bad-number field a"]],
    ["no version", formOf([field("a")], { version: 0 }), ["bad-number form"]],
  ])("with %s", (_name, form, expected) => {
    expect(faults(form)).toEqual(expected);
  });

  test("says all its faults at once, in words", () => {
    const result = checkForm(formOf([when("a", ["=", ["answer", "zz"], "x"]), field("b"), field("b")]));
    expect(result.ok ? [] : result.error.map((fault) => fault.message)).toEqual([
      "two fields have this id (fields of repeats count)",
      "two pages have it",
      "it is on two pages",
      'it reads "zz", which it cannot',
    ]);
  });
});
