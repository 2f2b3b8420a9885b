/**
 * A form made ready to run: ids become places in lists, conditions become closures, once per form. Pure.
 *
 * Surprising fact: nothing is computed in order. What is visible is asked for, field by field, and remembered for one run,
 * so the order of fields and of answers does not matter; a field that depends on itself is hidden.
 */

import { decimalOf, decimalText } from "./decimal.ts";
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

/** What expressions are evaluated in: a run, and in a repeat one row of it. */
export interface Env {
  readonly run: Run;
  readonly row: RowRun | null;
}

export interface CompiledConstraint {
  readonly constraint: Constraint;
  readonly test: (env: Env) => boolean;
  /** What it compares must be there, else it is not judged. */
  readonly reads: readonly ((env: Env) => Value)[];
}

/** One field and its place. */
export interface Slot {
  readonly field: Field;
  readonly at: number;
  /** Place of its page; -1 on none. In a row: 0. */
  readonly page: number;
  readonly test: ((env: Env) => boolean) | null;
  readonly worth: (answer: AnswerValue | undefined) => Value;
  readonly calc: Compiled<Env> | null;
  readonly constraints: readonly CompiledConstraint[];
  readonly inner: readonly Slot[];
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
  readonly pages: readonly { readonly page: FormPage; readonly test: ((env: Env) => boolean) | null }[];
  readonly requirements: readonly {
    readonly requirement: Requirement;
    readonly page: number;
    readonly test: ((env: Env) => boolean) | null;
  }[];
  /** What is wrong with its expressions; they are blank. */
  readonly faults: readonly ExprFault[];
}

/** 0: not asked yet; open: being asked. */
const SHOWN = 1;
const HIDDEN = 2;
const OPEN = 3;

export interface RowRun {
  readonly id: string;
  readonly prefix: string;
  readonly repeat: Slot;
  readonly env: Env;
  readonly shown: Uint8Array;
  readonly known: Uint8Array;
  readonly values: Value[];
}

/** One evaluation of a form on a state. */
export interface Run {
  readonly compiled: CompiledForm;
  readonly state: FormState;
  readonly today: string | undefined;
  readonly env: Env;
  readonly shown: Uint8Array;
  readonly pageShown: Uint8Array;
  readonly known: Uint8Array;
  readonly values: Value[];
  readonly rows: (readonly RowRun[] | undefined)[];
}

export function createRun(compiled: CompiledForm, state: FormState, today: string | undefined): Run {
  const size = compiled.slots.length;
  const env: { run: Run; row: null } = { run: undefined as unknown as Run, row: null };
  env.run = {
    compiled,
    state,
    today,
    env,
    shown: new Uint8Array(size),
    pageShown: new Uint8Array(compiled.pages.length),
    known: new Uint8Array(size),
    values: [],
    rows: [],
  };
  return env.run;
}

/** Remembers in `list`; what asks for itself is hidden (checkForm refuses such a form). */
function once(list: Uint8Array, at: number, holds: () => boolean): boolean {
  const before = list[at];
  if (before !== 0) return before === SHOWN;
  list[at] = OPEN;
  const shown = holds();
  list[at] = shown ? SHOWN : HIDDEN;
  return shown;
}

export function pageShown(run: Run, at: number): boolean {
  const page = run.compiled.pages[at];
  return page !== undefined && once(run.pageShown, at, () => page.test?.(run.env) ?? true);
}

export const slotShown = (run: Run, slot: Slot): boolean =>
  once(run.shown, slot.at, () => pageShown(run, slot.page) && (slot.test?.(run.env) ?? true));

export const innerShown = (row: RowRun, slot: Slot): boolean =>
  once(row.shown, slot.at, () => slot.test?.(row.env) ?? true);

/** The rows of a repeat that were not removed, in order; asked only where the repeat is visible. */
export function rowsOf(run: Run, slot: Slot): readonly RowRun[] {
  const before = run.rows[slot.at];
  if (before !== undefined) return before;
  const rows = Object.entries(run.state.rows)
    .filter(([, row]) => row.repeat === slot.field.id && !row.removed)
    .sort(([idA, a], [idB, b]) => a.position - b.position || (idA < idB ? -1 : 1))
    .map(([id]): RowRun => {
      const env: { run: Run; row: RowRun } = { run, row: undefined as unknown as RowRun };
      const size = slot.inner.length;
      env.row = {
        id,
        prefix: `${slot.field.id}/${id}/`,
        repeat: slot,
        env,
        shown: new Uint8Array(size),
        known: new Uint8Array(size),
        values: [],
      };
      return env.row;
    });
  run.rows[slot.at] = rows;
  return rows;
}

/** A calculation as it is shown: what other expressions read is what the person reads. */
function calculated(slot: Slot, env: Env): Value {
  const value = slot.calc?.value(env);
  if (typeof value !== "bigint") return value;
  const decimals = slot.field.type === "calc" ? (slot.field.decimals ?? 2) : 0;
  return decimalOf(decimalText(value, decimals));
}

function remembered(known: Uint8Array, values: Value[], at: number, compute: () => Value): Value {
  if (known[at] === 1) return values[at];
  const value = compute();
  known[at] = 1;
  values[at] = value;
  return value;
}

/** What a visible field is worth; undefined for a hidden one. */
export function readSlot(run: Run, slot: Slot): Value {
  if (!slotShown(run, slot)) return undefined;
  return remembered(run.known, run.values, slot.at, () => {
    if (slot.field.type === "repeat") return rowsOf(run, slot).map((row) => row.id);
    return slot.calc === null ? slot.worth(run.state.answers[slot.field.id]) : calculated(slot, run.env);
  });
}

export function readInner(row: RowRun, slot: Slot): Value {
  if (!innerShown(row, slot)) return undefined;
  return remembered(row.known, row.values, slot.at, () =>
    slot.calc === null ? slot.worth(row.env.run.state.answers[row.prefix + slot.field.id]) : calculated(slot, row.env),
  );
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
function worth(field: Field, answer: AnswerValue | undefined): Value {
  if (answer === undefined) return undefined;
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

  const slotOf = (field: Field, at: number, page: number): Mutable<Slot> => ({
    field,
    at,
    page,
    test: null,
    worth: (answer) => worth(field, answer),
    calc: null,
    constraints: [],
    inner: field.type === "repeat" ? field.fields.map((each, place) => slotOf(each, place, 0)) : [],
  });
  const slots = form.fields.map((field, at) => slotOf(field, at, placed.get(field.id) ?? -1));
  const placeOf = new Map(slots.map((slot) => [slot.field.id, slot.at]));
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
  const placeReaders = (
    field: Field,
    answerIn: (env: Env) => AnswerValue | undefined,
  ): Pick<Reader<Env>, "departement" | "region"> =>
    typeOfField(field).kind === "place"
      ? {
          departement: (env) => departementIn(field, answerIn(env)),
          region: (env) => regionIn(field, answerIn(env)),
        }
      : {};

  const scopes = new Map<Slot | null, Scope<Env>>();
  const scopeOf = (repeat: Slot | null): Scope<Env> => {
    const before = scopes.get(repeat);
    if (before !== undefined) return before;
    const scope: Scope<Env> = {
      today: (env) => env.run.today,
      find: (id) => (repeat === null ? undefined : inRow(repeat, id)) ?? atTop(id),
    };
    scopes.set(repeat, scope);
    return scope;
  };
  const inRow = (repeat: Slot, id: string): Reader<Env> | undefined => {
    const slot = repeat.inner.find((each) => each.field.id === id);
    if (slot === undefined) return undefined;
    const answerIn = (env: Env): AnswerValue | undefined =>
      env.row !== null && innerShown(env.row, slot) ? env.run.state.answers[env.row.prefix + id] : undefined;
    return {
      type: typeOf(slot),
      value: (env) => (env.row === null ? undefined : readInner(env.row, slot)),
      ...placeReaders(slot.field, answerIn),
    };
  };
  const atTop = (id: string): Reader<Env> | undefined => {
    const place = placeOf.get(id);
    const slot = place === undefined ? undefined : slots[place];
    if (slot === undefined) {
      const found = innerOf.get(id);
      if (found === undefined) return undefined;
      const { slot: repeat, each } = found;
      return {
        type: { ...typeOf(each), many: true },
        value: (env) =>
          slotShown(env.run, repeat)
            ? rowsOf(env.run, repeat).flatMap((row) => {
                const value = readInner(row, each);
                return value === undefined || value === null ? [] : [value];
              })
            : undefined,
      };
    }
    const answerOf = (env: Env): AnswerValue | undefined =>
      slotShown(env.run, slot) ? env.run.state.answers[id] : undefined;
    return {
      type: typeOf(slot),
      value: (env) => readSlot(env.run, slot),
      ...placeReaders(slot.field, answerOf),
      ...(slot.field.type === "repeat"
        ? {
            rows: (env: Env) => (slotShown(env.run, slot) ? rowsOf(env.run, slot).map((row) => row.env) : []),
            inside: scopeOf(slot),
          }
        : {}),
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
  const condition = (expr: Expr | undefined, scope: Scope<Env>, at: string): ((env: Env) => boolean) | null => {
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
    pages: form.pages.map((page) => ({ page, test: condition(page.if, top, `page ${page.id}`) })),
    requirements: form.requirements.map((requirement) => ({
      requirement,
      page: form.pages.findIndex((page) => page.requirement === requirement.id),
      test: condition(requirement.if, top, `requirement ${requirement.id}`),
    })),
    faults,
  };
}
