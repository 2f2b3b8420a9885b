/**
 * Refuses a form definition that could not be filled in: duplicate and dangling ids, cycles, pages that lead nowhere. Pure.
 *
 * Runs over the catalogue in tests and over any form that comes from outside before it is shown. All faults are listed
 * at once, each with the place where it is.
 */

import { err, ok, type Result } from "../shared/result.ts";
import { checkStep, notForeseenStep } from "./engine.ts";
import { depthOf, innerOf, maxDepth, readsOf } from "./expr.ts";
import type { Expr, Field, Form } from "./model.ts";
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
    | "bad-number";
  /** Where: "page where", "field birthdate", ... */
  readonly at: string;
  /** One sentence for the author of the form. */
  readonly message: string;
}

const fieldId = /^[a-z][a-z0-9_]*$/;
const kebabId = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const repeated = (ids: readonly string[]): readonly string[] => [
  ...new Set(ids.filter((id, place) => ids.indexOf(id) !== place)),
];

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
    if (!kebabId.test(requirement.id)) fault("bad-id", `requirement ${requirement.id}`, "small letters and dashes");
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

  for (const field of everyField) {
    const at = `field ${field.id}`;
    if (field.type === "choice" || field.type === "choices") {
      if (field.choices.length === 0) fault("no-choices", at, "nothing can be chosen");
      for (const id of repeated(field.choices.map((choice) => choice.id))) {
        fault("duplicate-id", at, `two choices are "${id}"`);
      }
      for (const choice of field.choices) {
        if (!kebabId.test(choice.id)) fault("bad-id", at, `choice "${choice.id}": small letters, digits and dashes`);
      }
    }
    if ("maxLength" in field && (!Number.isInteger(field.maxLength) || field.maxLength < 1)) {
      fault("bad-number", at, "maxLength is a whole number from 1 up");
    }
    if (field.type === "repeat") {
      if (field.fields.length === 0) fault("empty-page", at, "a row asks for nothing");
      if (!Number.isInteger(field.max) || field.max < 1) fault("bad-number", at, "max is a whole number from 1 up");
    }
  }
  for (const field of inner) {
    if (field.type === "repeat") fault("nested-repeat", `field ${field.id}`, "a repeat inside a repeat");
  }

  /** Checks one condition; `scope`: the fields it may read. */
  const checkCondition = (condition: Expr, at: string, scope: ReadonlyMap<string, Field>): void => {
    if (depthOf(condition) > maxDepth) {
      fault("too-deep", at, `the condition is more than ${maxDepth} deep`);
      return;
    }
    for (const id of readsOf(condition)) {
      if (!scope.has(id)) fault("unknown-field", at, `its condition reads "${id}", which it cannot`);
    }
    const compared = (expr: Expr): void => {
      const pairs: (readonly [unknown, unknown])[] =
        expr[0] === "=" || expr[0] === "!="
          ? [
              [expr[1], expr[2]],
              [expr[2], expr[1]],
            ]
          : expr[0] === "in"
            ? expr[2].map((value) => [expr[1], value] as const)
            : expr[0] === "contains"
              ? [[expr[1], expr[2]]]
              : [];
      for (const [left, right] of pairs) {
        if (!Array.isArray(left) || left[0] !== "answer" || typeof right !== "string") continue;
        const field = scope.get(String(left[1]));
        if (field?.type !== "choice" && field?.type !== "choices") continue;
        if (!field.choices.some((choice) => choice.id === right)) {
          fault("unknown-choice", at, `"${field.id}" has no choice "${right}"`);
        }
      }
      innerOf(expr).forEach(compared);
    };
    compared(condition);
  };

  const graph = new Map<string, readonly string[]>();
  const needs = (node: string, condition: Expr | undefined, at: string, scope: ReadonlyMap<string, Field>): void => {
    if (condition === undefined) return;
    checkCondition(condition, at, scope);
    const reads = depthOf(condition) > maxDepth ? [] : readsOf(condition);
    graph.set(node, [...(graph.get(node) ?? []), ...reads.map((id) => `field ${id}`)]);
  };
  for (const page of form.pages) {
    needs(`page ${page.id}`, page.if, `page ${page.id}`, top);
    for (const id of page.fields) graph.set(`field ${id}`, [...(graph.get(`field ${id}`) ?? []), `page ${page.id}`]);
  }
  for (const field of form.fields) {
    needs(`field ${field.id}`, field.if, `field ${field.id}`, top);
    if (field.type !== "repeat") continue;
    const scope = new Map([...top, ...field.fields.map((each) => [each.id, each] as const)]);
    for (const each of field.fields) needs(`field ${each.id}`, each.if, `field ${each.id}`, scope);
  }
  for (const requirement of form.requirements) {
    needs(`requirement ${requirement.id}`, requirement.if, `requirement ${requirement.id}`, top);
  }
  const cycle = findCycle(graph);
  if (cycle !== undefined) fault("cycle", cycle[0] ?? "", `each needs the next: ${cycle.join(" > ")}`);

  return faults.length === 0 ? ok(form) : err(faults);
}
