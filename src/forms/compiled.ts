/**
 * A form made ready to run: ids become places in lists, conditions become closures, once per form. Pure.
 *
 * Surprising fact: nothing is computed in order. What is visible is asked for, field by field, and remembered for one run,
 * so the order of fields and of answers does not matter; a field that depends on itself is hidden.
 */

import { decimalOf, rounded } from "./decimal.ts";
import {
  type Compiled,
  comparedIn,
  compile,
  type ExprFaultCode,
  type Reader,
  type Scope,
  spanOf,
  type Type,
  type Value,
} from "./expr.ts";
import type { AnswerValue, Constraint, Expr, Field, Form, FormPage, FormState, Requirement } from "./model.ts";
import { departementOf, departementOfPostal, regionOf } from "./regions.ts";

/**
 * What expressions are evaluated in: the answers of the form, or those of one row of a repeat, and what this run knows of
 * them. Lists are by `Slot.at`.
 */
export interface Env {
  readonly run: Run;
  /** "" at the top. */
  readonly row: string;
  /** What their keys begin with: "" or "<repeat>/<row>/". */
  readonly prefix: string;
  readonly shown: Uint8Array;
  readonly known: Uint8Array;
  readonly values: Value[];
}

/** One evaluation of a form on a state. */
export interface Run extends Env {
  readonly state: FormState;
  readonly today: string | undefined;
  readonly pages: CompiledForm["pages"];
  readonly pageShown: Uint8Array;
  /** Rows of a repeat. */
  readonly rows: (readonly Env[] | undefined)[];
}

export type Test = (env: Env) => boolean;

export interface CompiledConstraint {
  readonly constraint: Constraint;
  readonly test: Test;
  /** What it compares must be there, else it is not judged. */
  readonly reads: readonly ((env: Env) => Value)[];
}

/** One field and its place. */
export interface Slot {
  readonly field: Field;
  /** Place in the form, or in its row. */
  readonly at: number;
  /** Place of its page; -1 on none; null in a row. */
  readonly page: number | null;
  readonly test: Test | null;
  readonly calc: Compiled<Env> | null;
  readonly constraints: readonly CompiledConstraint[];
  /** Of a repeat. */
  readonly inner: readonly Slot[];
  /** What its last answer was worth: most stay the same from one run to the next. */
  last: { readonly answer: AnswerValue; readonly value: Value } | null;
}

export interface CompiledRequirement {
  readonly requirement: Requirement;
  readonly page: number;
  readonly test: Test | null;
}

export interface ExprFault {
  readonly code: ExprFaultCode;
  readonly at: string;
  /** See `OnFault`. */
  readonly about: readonly string[];
}

export interface CompiledForm {
  readonly slots: readonly Slot[];
  readonly placeOf: ReadonlyMap<string, number>;
  readonly pages: readonly { readonly page: FormPage; readonly test: Test | null; readonly slots: readonly Slot[] }[];
  readonly requirements: readonly CompiledRequirement[];
  /** What is wrong with its expressions; they are blank. */
  readonly faults: readonly ExprFault[];
}

/** 0: not asked yet; open: being asked. */
const SHOWN = 1;
const HIDDEN = 2;
const OPEN = 3;

const blankEnv = (size: number, row: string, prefix: string): Omit<Env, "run"> => ({
  row,
  prefix,
  shown: new Uint8Array(size),
  known: new Uint8Array(size),
  values: new Array(size),
});

export function createRun({ slots, pages }: CompiledForm, state: FormState, today: string | undefined): Run {
  const run: Mutable<Run> = {
    ...blankEnv(slots.length, "", ""),
    run: undefined as unknown as Run,
    state,
    today,
    pages,
    pageShown: new Uint8Array(pages.length),
    rows: [],
  };
  run.run = run;
  return run;
}

export function isPageShown(run: Run, at: number): boolean {
  const page = run.pages[at];
  const before = run.pageShown[at];
  if (page === undefined || before !== 0) return before === SHOWN;
  run.pageShown[at] = OPEN;
  const shown = page.test === null || page.test(run);
  run.pageShown[at] = shown ? SHOWN : HIDDEN;
  return shown;
}

/** Where a field is: a row knows its own, every other is at the top. */
const home = (env: Env, slot: Slot): Env => (slot.page === null ? env : env.run);

/** Whether a field is visible. What asks for itself is hidden (checkForm refuses such a form). */
export function isShown(from: Env, slot: Slot): boolean {
  const env = home(from, slot);
  const before = env.shown[slot.at];
  if (before !== 0) return before === SHOWN;
  env.shown[slot.at] = OPEN;
  const shown = (slot.page === null || isPageShown(env.run, slot.page)) && (slot.test === null || slot.test(env));
  env.shown[slot.at] = shown ? SHOWN : HIDDEN;
  return shown;
}

/** The rows of a repeat that were not removed, in order; asked only where the repeat is visible. */
export function rowsOf(run: Run, slot: Slot): readonly Env[] {
  const before = run.rows[slot.at];
  if (before !== undefined) return before;
  const rows = Object.entries(run.state.rows)
    .filter(([, row]) => row.repeat === slot.field.id && !row.removed)
    .sort(([idA, a], [idB, b]) => a.position - b.position || (idA < idB ? -1 : 1))
    .map(([id]): Env => ({ ...blankEnv(slot.inner.length, id, `${slot.field.id}/${id}/`), run }));
  run.rows[slot.at] = rows;
  return rows;
}

const answerIn = (env: Env, slot: Slot): AnswerValue | undefined => env.run.state.answers[env.prefix + slot.field.id];

function worthNow(env: Env, slot: Slot): Value {
  const { field, calc } = slot;
  if (field.type === "repeat") return rowsOf(env.run, slot).map(({ row }) => row);
  if (calc === null) {
    const answer = answerIn(env, slot);
    if (answer === undefined) return undefined;
    if (slot.last?.answer !== answer) slot.last = { answer, value: worth(field, answer) };
    return slot.last.value;
  }
  // A calculation as it is shown: what other expressions read is what the person reads.
  const value = calc.value(env);
  return typeof value === "bigint" && field.type === "calc" ? rounded(value, field.decimals ?? 2) : value;
}

/** What a visible field is worth; undefined for a hidden one. */
export function read(from: Env, slot: Slot): Value {
  if (!isShown(from, slot)) return undefined;
  const env = home(from, slot);
  if (env.known[slot.at] === 0) {
    env.values[slot.at] = worthNow(env, slot);
    env.known[slot.at] = 1;
  }
  return env.values[slot.at];
}

/* ---- types ---- */

const OTHER = "other";

/** What an answer to a field is for expressions; a calculation has the type of its expression. */
export function typeOfField(field: Field): Type {
  switch (field.type) {
    case "integer":
    case "decimal":
      return { kind: "number" };
    case "yesno":
    case "checkbox":
    case "signature":
      return { kind: "yes-no" };
    case "choice":
    case "choices": {
      const ids = field.choices.map(({ id }) => id);
      const choices = field.other === true ? [...ids, OTHER] : ids;
      return { kind: field.type, choices };
    }
    case "civility":
      return { kind: "choice", choices: ["madame", "monsieur"] };
    case "linked":
      return {
        kind: "choices",
        choices: field.choices.flatMap(({ id, choices }) => [id, ...choices.map((c) => c.id)]),
      };
    case "date":
    case "datetime":
      return { kind: "date" };
    case "commune":
    case "departement":
    case "region":
    case "country":
    case "address":
      return { kind: "place" };
    case "repeat":
      return { kind: "rows" };
    case "info":
    case "calc":
      return { kind: "nothing" };
    default:
      return { kind: "text" };
  }
}

/** What an answer is worth in an expression; undefined when it does not fit the field. */
function worth(field: Field, answer: AnswerValue): Value {
  if (answer.v === "unknown") return field.unknown ? null : undefined;
  switch (field.type) {
    case "choice":
    case "civility":
      if (answer.v === "other") return field.type === "choice" && field.other === true ? OTHER : undefined;
      return answer.v === "choice" ? answer.id : undefined;
    case "choices":
      if (answer.v !== "choices") return undefined;
      return answer.other === undefined ? answer.ids : [...answer.ids, OTHER];
    case "linked":
      if (answer.v !== "pair") return undefined;
      return answer.second === null ? [answer.first] : [answer.first, answer.second];
    case "date":
      return answer.v === "date" && spanOf(answer.date) !== undefined ? answer.date : undefined;
    case "datetime":
      return answer.v === "datetime" && spanOf(answer.at) !== undefined ? answer.at : undefined;
    case "integer":
    case "decimal":
      return answer.v === "number" ? decimalOf(answer.number) : undefined;
    case "yesno":
    case "checkbox":
      return answer.v === "yesno" ? answer.yes : undefined;
    case "signature":
      return answer.v === "signature" ? true : undefined;
    case "commune":
    case "departement":
    case "region":
    case "country":
      // A name without its code is an answer, and nothing can be compared with it.
      return answer.v === "place" ? (answer.code ?? null) : answer.v === "text" ? null : undefined;
    case "address":
      if (answer.v === "text") return answer.text.trim() === "" ? undefined : null;
      return answer.v === "address" ? (answer.code ?? null) : undefined;
    case "repeat":
    case "info":
    case "calc":
      return undefined;
    default:
      return answer.v === "text" ? answer.text : undefined;
  }
}

/** The département of an answer about a place. */
function departementIn(field: Field, answer: AnswerValue | undefined): string | undefined {
  if (answer?.v === "place" && answer.code !== null && (field.type === "commune" || field.type === "departement")) {
    return departementOf(answer.code);
  }
  if (answer?.v !== "address" || field.type !== "address") return undefined;
  return answer.code === null ? departementOfPostal(answer.postal) : departementOf(answer.code);
}

function regionIn(field: Field, answer: AnswerValue | undefined): string | undefined {
  if (field.type === "region") return answer?.v === "place" ? (answer.code ?? undefined) : undefined;
  const departement = departementIn(field, answer);
  return departement === undefined ? undefined : regionOf(departement);
}

/* ---- compiling ---- */

const compiledForms = new WeakMap<Form, CompiledForm>();

/** The same form object is compiled once; a form is data and never changed in place. */
export function compiledForm(form: Form): CompiledForm {
  const before = compiledForms.get(form);
  if (before !== undefined) return before;
  const compiled = compileForm(form);
  compiledForms.set(form, compiled);
  return compiled;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function compileForm(form: Form): CompiledForm {
  const faults: ExprFault[] = [];
  const placed = new Map<string, number>();
  for (const [at, page] of form.pages.entries()) for (const id of page.fields) if (!placed.has(id)) placed.set(id, at);

  const slotOf = (field: Field, at: number, page: number | null): Mutable<Slot> => ({
    field,
    at,
    page,
    test: null,
    calc: null,
    constraints: [],
    inner: field.type === "repeat" ? field.fields.map((each, place) => slotOf(each, place, null)) : [],
    last: null,
  });
  const slots = form.fields.map((field, at) => slotOf(field, at, placed.get(field.id) ?? -1));
  const placeOf = new Map(slots.map((slot) => [slot.field.id, slot.at]));
  const slotCalled = (id: string): Slot | undefined => slots[placeOf.get(id) ?? -1];
  /** Fields of repeats, as they are read from outside. */
  const innerOf = new Map(slots.flatMap((slot) => slot.inner.map((each) => [each.field.id, { slot, each }] as const)));

  const expression = (expr: Expr, scope: Scope<Env>, at: string): Compiled<Env> =>
    compile(expr, scope, (code, ...about) => faults.push({ code, at, about }));

  /** Calculations may read each other: each is compiled when it is first read. */
  const waiting = new Map<Slot, () => void>();
  const typeOf = (slot: Slot): Type => {
    if (slot.field.type !== "calc") return typeOfField(slot.field);
    waiting.get(slot)?.();
    return slot.calc?.type ?? { kind: "nothing" };
  };

  const scopes = new Map<Slot | null, Scope<Env>>();
  const scopeOf = (repeat: Slot | null): Scope<Env> => {
    const before = scopes.get(repeat);
    if (before !== undefined) return before;
    const scope: Scope<Env> = {
      today: (env) => env.run.today,
      find: (id) => {
        const slot = repeat?.inner.find(({ field }) => field.id === id) ?? slotCalled(id);
        return slot === undefined ? inAllRows(id) : readerOf(slot);
      },
    };
    scopes.set(repeat, scope);
    return scope;
  };
  const readerOf = (slot: Slot): Reader<Env> => {
    const { field } = slot;
    const type = typeOf(slot);
    const value = (env: Env): Value => read(env, slot);
    if (type.kind === "place") {
      const answerOf = (env: Env) => (isShown(env, slot) ? answerIn(home(env, slot), slot) : undefined);
      return {
        type,
        value,
        departement: (env) => departementIn(field, answerOf(env)),
        region: (env) => regionIn(field, answerOf(env)),
      };
    }
    if (field.type !== "repeat") return { type, value };
    return {
      type,
      value,
      rows: (env) => (isShown(env, slot) ? rowsOf(env.run, slot) : []),
      inside: scopeOf(slot),
    };
  };
  const inAllRows = (id: string): Reader<Env> | undefined => {
    const found = innerOf.get(id);
    if (found === undefined) return undefined;
    const { slot, each } = found;
    return {
      type: { ...typeOf(each), many: true },
      value: (env) =>
        isShown(env, slot)
          ? rowsOf(env.run, slot)
              .map((row) => read(row, each))
              .filter((value) => value !== undefined && value !== null)
          : undefined,
    };
  };

  const each = [
    ...slots.map((slot) => [slot, null] as const),
    ...slots.flatMap((slot) => slot.inner.map((inner) => [inner as Mutable<Slot>, slot] as const)),
  ];
  for (const [slot, repeat] of each) {
    const { field } = slot;
    if (field.type !== "calc") continue;
    waiting.set(slot, () => {
      waiting.delete(slot);
      slot.calc = expression(field.value, scopeOf(repeat), `field ${field.id}, value`);
    });
  }
  for (const compileNow of [...waiting.values()]) compileNow();
  const condition = (expr: Expr | undefined, scope: Scope<Env>, at: string): Test | null => {
    if (expr === undefined) return null;
    const { type, test } = expression(expr, scope, at);
    if (type.kind !== "nothing" && (type.kind !== "yes-no" || type.many)) {
      faults.push({ code: "bad-type", at, about: ["condition", type.kind] });
    }
    return test;
  };
  for (const [slot, repeat] of each) {
    const { field } = slot;
    const scope = scopeOf(repeat);
    slot.test = condition(field.if, scope, `field ${field.id}`);
    slot.constraints = (field.constraints ?? []).map((constraint): CompiledConstraint => {
      const at = `field ${field.id}, constraint ${constraint.message}`;
      const reads = comparedIn(constraint.must).flatMap((id) => {
        const reader = scope.find(id);
        return reader === undefined || reader.type.many || reader.type.kind === "rows" ? [] : [reader.value];
      });
      return { constraint, test: condition(constraint.must, scope, at) ?? (() => true), reads };
    });
  }
  const top = scopeOf(null);
  return {
    slots,
    placeOf,
    pages: form.pages.map((page) => ({
      page,
      test: condition(page.if, top, `page ${page.id}`),
      slots: page.fields.flatMap((id) => slotCalled(id) ?? []),
    })),
    requirements: form.requirements.map((requirement) => ({
      requirement,
      page: form.pages.findIndex((page) => page.requirement === requirement.id),
      test: condition(requirement.if, top, `requirement ${requirement.id}`),
    })),
    faults,
  };
}
