/**
 * Refuses a form definition that could not be filled in: duplicate and dangling ids, cycles, pages that lead nowhere. Pure.
 *
 * Runs over the catalogue in tests and over any form that comes from outside before it is shown. All faults are listed
 * at once, each with the place where it is.
 */

import { err, ok, type Result } from "../shared/result.ts";
import { compiledForm, type ExprFault } from "./compiled.ts";
import { checkStep, notForeseenStep } from "./engine.ts";
import { depthOf, isExpr, maxDepth, readsOf } from "./expr.ts";
import { formatNames, maskSlots } from "./formats.ts";
import type { Expr, Field, Form, Requirement } from "./model.ts";
import { dayOfBound } from "./validity.ts";
import { reservedIds } from "./words.ts";

export { wordGroups } from "./words.ts";

export interface FormFault {
  readonly code:
    | "bad-id"
    | "reserved-id"
    | "duplicate-id"
    | "unknown-field"
    | "unknown-requirement"
    | "unknown-choice"
    | "unplaced"
    | "empty-page"
    | "nested-repeat"
    | "no-choices"
    | "too-deep"
    | "cycle"
    | "bad-number"
    /** A mask, a format or a bound that says nothing. */
    | "bad-format"
    /** Operators, operands and types of conditions and calculations. */
    | "unknown-operator"
    | "bad-operands"
    | "bad-type"
    /** The shape of a file (read.ts). */
    | "shape"
    /** Words (read.ts). */
    | "missing-word"
    | "unknown-word";
  /** Where: "page where", "field birthdate", ... */
  readonly at: string;
  /** One sentence for the author of the form. */
  readonly message: string;
  /** In a file: where it is, from the top (read.ts). */
  readonly path?: readonly (string | number)[];
}

const fieldId = /^[a-z][a-z0-9_]*$/;
const kebabId = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** What every object has under that name would be taken for an answer, a choice or a paper that nobody gave. */
const isBuiltIn = (id: string): boolean => id in {};
const builtIn = "every object has this name already";

const repeated = (ids: readonly string[]): readonly string[] => [
  ...new Set(ids.filter((id, place) => ids.indexOf(id) !== place)),
];

/** What an operator takes, as an author is told. */
const takes: Readonly<Record<string, string>> = {
  condition: "something that is true or false",
  number: "at most six digits after the dot, and no exponent",
  list: "a list that begins with an operator, a text, a number, true or false",
  answer: "the id of a field",
  and: "conditions",
  or: "conditions",
  not: "one condition",
  in: "an answer (a choice, a text or a place) and a list of texts",
  contains: "a list of choices and a text",
  empty: "one answer",
  if: "a condition and two values of one type",
  count: "a list, or the rows of a repeat and a condition",
  today: "nothing",
  age: "one or two dates",
  "days-between": "two dates",
  "add-months": "a date and a whole number of months",
  "add-days": "a date and a whole number of days",
  "in-departement": "a place or an address, and a list of codes",
  "in-region": "a place or an address, and a list of codes",
  "-": "two numbers",
  "/": "two numbers",
  "+": "numbers, not answers of rows",
  "*": "numbers, not answers of rows",
  sum: "numbers",
  min: "numbers",
  max: "numbers",
};

const typeWords: Readonly<Record<string, string>> = {
  "yes-no": "a yes or no",
  number: "a number",
  text: "a text",
  choice: "a choice",
  choices: "a list of choices",
  date: "a date",
  place: "a place",
  rows: "a list of rows",
};
const typeWord = (name = ""): string =>
  name.startsWith("rows of ")
    ? `the answers of rows (${typeWords[name.slice("rows of ".length)] ?? name})`
    : (typeWords[name] ?? name);

function exprSentence({ code, about: [first = "", second, third] }: ExprFault): string {
  switch (code) {
    case "too-deep":
      return `it is more than ${maxDepth} deep`;
    case "unknown-field":
      return `it reads "${first}", which it cannot`;
    case "unknown-operator":
      return `there is no "${first}"`;
    case "unknown-choice":
      return `there is no choice "${first}"`;
    case "bad-operands":
      return `"${first}" takes ${takes[first] ?? "two values"}`;
    case "bad-type":
      return third === undefined
        ? `"${first}" takes ${takes[first] ?? "two values"}, not ${typeWord(second)}`
        : `"${first}" cannot compare ${typeWord(second)} with ${typeWord(third)}`;
  }
}

/** A way round through the graph, or undefined. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (node: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const found = walk(next, [...way, node]);
      if (found !== undefined) return found;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const found = walk(node, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

type OnFault = (code: FormFault["code"], at: string, message: string) => void;

/** What must be true of a field by its type. */
function checkField(field: Field, fault: OnFault): void {
  const at = `field ${field.id}`;
  const least = (name: string, value: number | undefined, from: number): void => {
    if (value !== undefined && (!Number.isInteger(value) || value < from)) {
      fault("bad-number", at, `${name} is a whole number from ${from} up`);
    }
  };
  const inOrder = (min: number | undefined, max: number | undefined): void => {
    if (min !== undefined && max !== undefined && min > max) fault("bad-number", at, "min is over max");
  };
  for (const message of repeated((field.constraints ?? []).map((each) => each.message))) {
    fault("duplicate-id", at, `two constraints say "${message}"`);
  }
  for (const { message } of field.constraints ?? []) {
    if (!kebabId.test(message)) fault("bad-id", at, `message "${message}": small letters, digits and dashes`);
  }
  if (field.type === "choice" || field.type === "choices" || field.type === "linked") {
    const ids = field.choices.flatMap((choice) =>
      field.type === "linked" && "choices" in choice ? [choice.id, ...choice.choices.map(({ id }) => id)] : [choice.id],
    );
    if (ids.length === 0) fault("no-choices", at, "nothing can be chosen");
    for (const id of repeated(ids)) fault("duplicate-id", at, `two choices are "${id}"`);
    for (const id of ids) {
      if (!kebabId.test(id)) fault("bad-id", at, `choice "${id}": small letters, digits and dashes`);
      if (isBuiltIn(id)) fault("reserved-id", at, `choice "${id}": ${builtIn}`);
    }
    if (field.type !== "linked" && field.other === true && ids.includes("other")) {
      fault("reserved-id", at, `"other" is the answer in the person's own words: no choice may have this id beside it`);
    }
    if (field.type === "choices" && field.none !== undefined && !ids.includes(field.none)) {
      fault("unknown-choice", at, `none: there is no choice "${field.none}"`);
    }
  }
  if ("maxLength" in field) {
    if (!Number.isInteger(field.maxLength) || field.maxLength < 1) {
      fault("bad-number", at, "maxLength is a whole number from 1 up");
    }
  }
  if (field.type === "integer" || field.type === "decimal") inOrder(field.min, field.max);
  if (
    "decimals" in field &&
    (!Number.isInteger(field.decimals ?? 0) || (field.decimals ?? 0) < 0 || (field.decimals ?? 0) > 6)
  ) {
    fault("bad-number", at, "decimals is a whole number from 0 to 6");
  }
  if (field.type === "formatted") {
    if ((field.format === undefined) === (field.masks === undefined)) {
      fault("bad-format", at, "it has either a format or masks");
    } else if (field.masks === undefined && !formatNames.includes(field.format)) {
      fault("bad-format", at, `there is no format "${field.format}"; there are: ${formatNames.join(", ")}`);
    }
    for (const mask of field.masks ?? []) {
      if (maskSlots(mask) === undefined)
        fault("bad-format", at, `"${mask}" asks for nothing: A is a letter, 9 a digit, X either`);
    }
  }
  if (field.type === "date" || field.type === "datetime") {
    const days = [field.min, field.max].map((each) =>
      each === undefined ? undefined : dayOfBound(each, "2026-01-31"),
    );
    for (const [place, bound] of [field.min, field.max].entries()) {
      if (bound !== undefined && days[place] === undefined) {
        fault("bad-format", at, `"${bound}" is no bound: a date, "today", or "today-18y", "today+3m", "today-90d"`);
      }
    }
    const [min, max] = days;
    if (min !== undefined && max !== undefined && min > max) fault("bad-number", at, "min is after max");
  }
  if (field.type === "repeat") {
    if (field.fields.length === 0) fault("empty-page", at, "a row asks for nothing");
    if (!Number.isInteger(field.max) || field.max < 1) fault("bad-number", at, "max is a whole number from 1 up");
    least("min", field.min, 0);
    inOrder(field.min, field.max);
  }
}

function checkRequirement(requirement: Requirement, fault: OnFault): void {
  const at = `requirement ${requirement.id}`;
  for (const id of repeated((requirement.alternatives ?? []).map((each) => each.id))) {
    fault("duplicate-id", at, `two alternatives are "${id}"`);
  }
  for (const rule of [requirement, ...(requirement.alternatives ?? [])]) {
    if (!kebabId.test(rule.id)) fault("bad-id", at, `"${rule.id}": small letters, digits and dashes`);
    if (isBuiltIn(rule.id)) fault("reserved-id", at, `"${rule.id}": ${builtIn}`);
    for (const [name, value] of [
      ["count", rule.count],
      ["sides", rule.sides],
      ["maxAgeDays", rule.maxAgeDays],
    ] as const) {
      if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
        fault("bad-number", at, `${name} is a whole number from 1 up`);
      }
    }
    if ((rule.count ?? 1) > requirement.maxPapers) fault("bad-number", at, "it asks for more papers than it takes");
  }
}

/** @returns the same form, or every fault found in it. */
export function checkForm(form: Form): Result<Form, readonly FormFault[]> {
  const faults: FormFault[] = [];
  const fault = (code: FormFault["code"], at: string, message: string): void => {
    faults.push({ code, at, message });
  };

  const inner = form.fields.flatMap((field) => (field.type === "repeat" ? field.fields : []));
  const everyField = [...form.fields, ...inner];
  const top = new Map(form.fields.map((field) => [field.id, field]));

  if (!kebabId.test(form.id)) fault("bad-id", "form", `"${form.id}" is not small letters and dashes`);
  for (const [name, value] of [
    ["version", form.version],
    ["minutes", form.minutes],
  ] as const) {
    if (!Number.isInteger(value) || value < 1) fault("bad-number", "form", `${name} is a whole number from 1 up`);
  }
  for (const field of everyField) {
    if (!fieldId.test(field.id)) fault("bad-id", `field ${field.id}`, "small letters, digits and underscores");
    if (reservedIds.includes(field.id)) fault("reserved-id", `field ${field.id}`, "this name is a group of words");
    if (isBuiltIn(field.id)) fault("reserved-id", `field ${field.id}`, builtIn);
  }
  for (const page of form.pages) {
    if (!kebabId.test(page.id)) fault("bad-id", `page ${page.id}`, "small letters, digits and dashes");
    if (page.id === checkStep || page.id === notForeseenStep) {
      fault("reserved-id", `page ${page.id}`, "this step is made by the engine");
    }
  }
  for (const id of repeated(everyField.map((field) => field.id))) {
    fault("duplicate-id", `field ${id}`, "two fields have this id (fields of repeats count)");
  }
  for (const id of repeated(form.pages.map((page) => page.id)))
    fault("duplicate-id", `page ${id}`, "two pages have it");
  for (const id of repeated(form.requirements.map((each) => each.id))) {
    fault("duplicate-id", `requirement ${id}`, "two requirements have it");
  }
  for (const requirement of form.requirements) {
    if (!Number.isInteger(requirement.maxPapers) || requirement.maxPapers < 1) {
      fault("bad-number", `requirement ${requirement.id}`, "maxPapers is a whole number from 1 up");
    }
  }

  for (const page of form.pages) {
    const at = `page ${page.id}`;
    for (const id of page.fields) if (!top.has(id)) fault("unknown-field", at, `there is no field "${id}"`);
    if (page.requirement !== undefined) {
      if (!form.requirements.some((each) => each.id === page.requirement)) {
        fault("unknown-requirement", at, `there is no requirement "${page.requirement}"`);
      }
      if (page.fields.length > 0) fault("empty-page", at, "a page asks for papers or for answers, not both");
    } else if (page.fields.length === 0) fault("empty-page", at, "it asks for nothing");
  }
  const placed = form.pages.flatMap((page) => page.fields);
  for (const id of repeated(placed)) fault("duplicate-id", `field ${id}`, "it is on two pages");
  for (const id of top.keys()) if (!placed.includes(id)) fault("unplaced", `field ${id}`, "it is on no page");
  const asked = form.pages.flatMap((page) => (page.requirement === undefined ? [] : [page.requirement]));
  for (const id of repeated(asked)) fault("duplicate-id", `requirement ${id}`, "two pages ask for it");
  for (const { id } of form.requirements) {
    if (!asked.includes(id)) fault("unplaced", `requirement ${id}`, "no page asks for it");
  }

  for (const field of everyField) checkField(field, fault);
  for (const requirement of form.requirements) checkRequirement(requirement, fault);
  for (const section of form.sections ?? []) {
    if (!form.pages.some((page) => page.section === section.id)) {
      fault("unplaced", `section ${section.id}`, "no page is in it");
    }
  }
  for (const [what, ids] of [
    ["section", form.sections],
    ["human", form.humans],
    ["remedy", form.remedies],
  ] as const) {
    for (const id of repeated((ids ?? []).map((each) => each.id))) {
      fault("duplicate-id", `${what} ${id}`, "two of them have this id");
    }
  }
  for (const [what, delay] of [
    ["answerWithin", form.answerWithin],
    ...(form.humans ?? []).map((human) => [`human ${human.id}`, human] as const),
    ...(form.remedies ?? []).map((remedy) => [`remedy ${remedy.id}`, remedy.within] as const),
  ] as const) {
    if (delay?.source !== undefined && form.sources[delay.source] === undefined) {
      fault("bad-number", what, `there is no source number ${delay.source} (the first is 0)`);
    }
  }
  if (form.receiver === "portal" && form.portal === undefined) {
    fault("bad-number", "form", "a form for a portal says which: portal");
  }
  for (const field of inner) {
    if (field.type === "repeat") fault("nested-repeat", `field ${field.id}`, "a repeat inside a repeat");
  }

  for (const each of compiledForm(form).faults) fault(each.code, each.at, exprSentence(each));

  const graph = new Map<string, readonly string[]>();
  const needs = (node: string, expr: Expr | undefined): void => {
    if (expr === undefined || !isExpr(expr) || depthOf(expr) > maxDepth) return;
    graph.set(node, [...(graph.get(node) ?? []), ...readsOf(expr).map((id) => `field ${id}`)]);
  };
  for (const page of form.pages) {
    needs(`page ${page.id}`, page.if);
    for (const id of page.fields) graph.set(`field ${id}`, [...(graph.get(`field ${id}`) ?? []), `page ${page.id}`]);
  }
  for (const field of form.fields) {
    const all = field.type === "repeat" ? [field, ...field.fields] : [field];
    for (const each of all) {
      needs(`field ${each.id}`, each.if);
      if (each.type === "calc") needs(`field ${each.id}`, each.value);
    }
  }
  for (const requirement of form.requirements) needs(`requirement ${requirement.id}`, requirement.if);
  const cycle = findCycle(graph);
  if (cycle !== undefined) fault("cycle", cycle[0] ?? "", `each needs the next: ${cycle.join(" > ")}`);

  return faults.length === 0 ? ok(form) : err(faults);
}
