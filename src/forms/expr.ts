/**
 * Conditions and calculations of forms: a closed set of typed prefix arrays, no user code. Pure. Compiled once per form to
 * closures; the same pass finds what is wrong with them, so what was checked is what runs.
 *
 * Null rules (those of Démarches simplifiées): a blank, hidden or "I do not know" answer makes every comparison false, "!="
 * too. Values of different types are never comparable: false. `not` turns a condition round, so ["not", ["=", a, b]] is
 * true for a blank. "empty" is true for blank and hidden; "I do not know" is an answer, so it is not empty. "+", "-", "*"
 * and "/" with a blank are blank; "sum", "min", "max" and "count" pass over blanks.
 *
 * Surprising fact: somebody born "in 1984" has an age between two bounds. A comparison is true only where it is true of
 * both, and a calculation whose bounds differ is blank: many people know the year alone, and their page must open.
 */

import { type Decimal, decimalOfInteger, decimalOfNumber, over, plus, times } from "./decimal.ts";
import type { Expr, Operand } from "./model.ts";
import { addDays, addMonths, isDay } from "./remedies/calendar.ts";

/** What an answer is worth; undefined = blank or hidden, null = "I do not know". Lists: choices, rows, answers of rows. */
export type Value = string | boolean | Decimal | readonly Value[] | null | undefined;

export type Kind =
  | "yes-no"
  | "number"
  | "text"
  | "choice"
  | "choices"
  | "date"
  | "place"
  | "rows"
  /** Of what could not be understood; its fault is told once. */
  | "nothing";

export interface Type {
  readonly kind: Kind;
  /** The answers of all rows of a repeat. */
  readonly many?: boolean;
  /** Ids that a choice may have. */
  readonly choices?: readonly string[];
}

/** Where one field can be read. `E`: what the engine knows while it evaluates. */
export interface Reader<E> {
  readonly type: Type;
  readonly value: (env: E) => Value;
  /** Of a place or an address. */
  readonly departement?: (env: E) => string | undefined;
  readonly region?: (env: E) => string | undefined;
  /** Of a repeat: one for each row, and what can be read there. */
  readonly rows?: (env: E) => readonly E[];
  readonly inside?: Scope<E>;
}

export interface Scope<E> {
  /** Undefined: there is no such field, or it cannot be read from here. */
  readonly find: (id: string) => Reader<E> | undefined;
  /** "YYYY-MM-DD"; undefined where the day is not known. */
  readonly today: (env: E) => string | undefined;
}

export type ExprFaultCode =
  | "unknown-field"
  | "unknown-operator"
  | "bad-operands"
  | "bad-type"
  | "unknown-choice"
  | "too-deep";
/** `about`: what it is about (an id, an operator, the types that do not go together); check.ts makes the sentence. */
export type OnFault = (code: ExprFaultCode, ...about: readonly string[]) => void;

export interface Compiled<E> {
  readonly type: Type;
  readonly test: (env: E) => boolean;
  readonly value: (env: E) => Value;
}

interface Numeric<E> {
  readonly low: (env: E) => Decimal | undefined;
  /** The same function as `low` where nothing is in doubt. */
  readonly high: (env: E) => Decimal | undefined;
}

interface Node<E> extends Compiled<E> {
  readonly number?: Numeric<E>;
  /** For a literal: what it is. */
  readonly literal?: Operand;
}

/** Deeper ones are refused by checkForm, and blank. */
export const maxDepth = 32;

/** Months or days that a date is moved by: a hundred years of days. */
const mostMoved = 36_525;

export const isExpr = (operand: unknown): operand is Expr => Array.isArray(operand);

/** The expressions directly inside one. By operator, because the list of "in" could begin with the word "answer". */
export function innerOf(expr: Expr): readonly Expr[] {
  switch (expr[0]) {
    case "answer":
    case "today":
      return [];
    case "in":
    case "in-departement":
    case "in-region":
      return [expr[1]].filter(isExpr);
    default:
      return (expr.slice(1) as readonly unknown[]).filter(isExpr);
  }
}

/** Every field id that an expression reads, each once. */
export const readsOf = (expr: Expr): readonly string[] =>
  expr[0] === "answer" ? [expr[1]] : [...new Set(innerOf(expr).flatMap(readsOf))];

/** Ids that are compared or counted with, not only asked whether they are empty. */
export const comparedIn = (expr: Expr): readonly string[] => {
  if (expr[0] === "answer") return [expr[1]];
  return expr[0] === "empty" ? [] : [...new Set(innerOf(expr).flatMap(comparedIn))];
};

/** 1 for an expression without another inside. Stops counting just over `maxDepth`. */
export const depthOf = (expr: Expr, left: number = maxDepth): number =>
  left < 0 ? 1 : 1 + innerOf(expr).reduce((deepest, inner) => Math.max(deepest, depthOf(inner, left - 1)), 0);

/* ---- dates: what one covers, in minutes ---- */

interface Span {
  readonly from: number;
  readonly to: number;
}

const MINUTES_OF_DAY = 1440;
const DAYS_OF_400 = 146_097;
const dateShape = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2}))?)?)?$/;

/** Undefined for what is no date: "2026-02-30". */
export function spanOf(date: string): Span | undefined {
  const match = dateShape.exec(date);
  if (match === null) return undefined;
  const [year = 0, month, day, hour, minute] = match
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  // Years before 100 would be taken for 19xx; the calendar comes round every 400 years.
  const at = (y: number, m: number, d: number): number =>
    Date.UTC(y + 400, m, d) / 60_000 - DAYS_OF_400 * MINUTES_OF_DAY;
  if (month === undefined) return { from: at(year, 0, 1), to: at(year + 1, 0, 1) - 1 };
  if (month < 1 || month > 12) return undefined;
  if (day === undefined) return { from: at(year, month - 1, 1), to: at(year, month, 1) - 1 };
  const from = at(year, month - 1, day);
  if (new Date(from * 60_000).getUTCMonth() !== month - 1 || day < 1) return undefined;
  if (hour === undefined || minute === undefined) return { from, to: from + MINUTES_OF_DAY - 1 };
  if (hour > 23 || minute > 59) return undefined;
  return { from: from + hour * 60 + minute, to: from + hour * 60 + minute };
}

const dayOf = (minutes: number): number => Math.floor(minutes / MINUTES_OF_DAY);

/** Whole years between two moments; born on 29 February, a year is full on 1 March. */
function yearsBetween(from: number, to: number): number {
  const [a, b] = [new Date(from * 60_000), new Date(to * 60_000)];
  const years = b.getUTCFullYear() - a.getUTCFullYear();
  const before =
    b.getUTCMonth() < a.getUTCMonth() || (b.getUTCMonth() === a.getUTCMonth() && b.getUTCDate() < a.getUTCDate());
  return before ? years - 1 : years;
}

/* ---- comparing ---- */

type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** True only where it is sure: `[al, ah]` and `[bl, bh]` are what the two sides may be. */
function surely<T extends bigint | string>(op: Comparison, al: T, ah: T, bl: T, bh: T): boolean {
  switch (op) {
    case "=":
      return al === ah && bl === bh && al === bl;
    case "!=":
      return ah < bl || bh < al;
    case "<":
      return ah < bl;
    case "<=":
      return ah <= bl;
    case ">":
      return al > bh;
    case ">=":
      return al >= bh;
  }
}

/** The first and the last minute of a valid date, written so that texts compare as dates do. */
const firstOf = (date: string): string => date + "0000-01-01T00:00".slice(date.length);
const lastOf = (date: string): string => date + "9999-12-31T23:59".slice(date.length);

/** The same date, written alike, is equal even where its day is not known. */
function compareDates(op: Comparison, a: Value, b: Value): boolean {
  if (typeof a !== "string" || typeof b !== "string") return false;
  if (a === b) return op === "=" || op === "<=" || op === ">=";
  return op !== "=" && surely(op, firstOf(a), lastOf(a), firstOf(b), lastOf(b));
}

/* ---- compiling ---- */

const YES_NO: Type = { kind: "yes-no" };
const NUMBER: Type = { kind: "number" };
const NOTHING: Type = { kind: "nothing" };

/** "number", or "rows of number". */
const nameOf = ({ kind, many }: Type): string => (many ? `rows of ${kind}` : kind);

const isWord = ({ kind, many }: Type): boolean => !many && (kind === "text" || kind === "choice" || kind === "place");

/**
 * Never throws, whatever the array is: what cannot be understood is told to `fault` and is blank. Ids and operators are
 * those of model.ts.
 */
export function compile<E>(expr: Operand, scope: Scope<E>, fault: OnFault): Compiled<E> {
  if (isExpr(expr) && depthOf(expr) > maxDepth) {
    fault("too-deep");
    return blank();
  }
  return node(expr, scope, fault);
}

const blank = <E>(): Node<E> => ({ type: NOTHING, test: () => false, value: () => undefined });

const testing = <E>(test: (env: E) => boolean): Node<E> => ({ type: YES_NO, test, value: test });

function counting<E>(low: Numeric<E>["low"], high: Numeric<E>["low"] = low): Node<E> {
  const value =
    low === high
      ? low
      : (env: E): Value => {
          const least = low(env);
          return least === high(env) ? least : undefined;
        };
  return { type: NUMBER, test: () => false, value, number: { low, high } };
}

function literal<E>(value: string | number | boolean, fault: OnFault): Node<E> {
  if (typeof value === "boolean") return { ...testing(() => value), literal: value };
  if (typeof value === "string") {
    return { type: { kind: "text" }, test: () => false, value: () => value, literal: value };
  }
  const decimal = decimalOfNumber(value);
  if (decimal === undefined) fault("bad-operands", "number");
  return { ...counting(() => decimal), literal: value };
}

function node<E>(operand: unknown, scope: Scope<E>, fault: OnFault): Node<E> {
  if (typeof operand === "string" || typeof operand === "number" || typeof operand === "boolean") {
    return literal(operand, fault);
  }
  if (!Array.isArray(operand)) {
    fault("bad-operands", "list");
    return blank();
  }
  const [op, ...args] = operand as readonly unknown[];
  const name = String(op);
  const wrong = (code: ExprFaultCode, ...about: readonly string[]): Node<E> => {
    fault(code, ...about);
    return blank();
  };
  const needs = (least: number, most: number = least): boolean => {
    if (args.length >= least && args.length <= most) return true;
    fault("bad-operands", name);
    return false;
  };
  const inner = (at: number): Node<E> => node(args[at], scope, fault);
  const all = (): readonly Node<E>[] => args.map((arg) => node(arg, scope, fault));
  const known = (each: Node<E>): boolean => each.type.kind !== "nothing";
  const wrongType = (got: Node<E>): Node<E> => (known(got) ? wrong("bad-type", name, nameOf(got.type)) : blank());
  const condition = (each: Node<E>): boolean => {
    if (!known(each) || (each.type.kind === "yes-no" && !each.type.many)) return known(each);
    wrongType(each);
    return false;
  };
  const texts = (value: unknown): readonly string[] | undefined =>
    Array.isArray(value) && value.every((each) => typeof each === "string") ? value : undefined;
  const knownChoice = (type: Type, id: string): void => {
    if (type.choices !== undefined && !type.choices.includes(id)) fault("unknown-choice", id);
  };

  switch (op) {
    case "answer": {
      if (!needs(1)) return blank();
      const reader = scope.find(String(args[0]));
      if (reader === undefined) return wrong("unknown-field", String(args[0]));
      const { value, type } = reader;
      if (type.kind === "number" && !type.many) {
        return counting((env) => {
          const found = value(env);
          return typeof found === "bigint" ? found : undefined;
        });
      }
      return { type, value, test: (env) => value(env) === true };
    }
    case "=":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=": {
      if (!needs(2)) return blank();
      const [a, b] = [inner(0), inner(1)];
      return known(a) && known(b) ? comparing(op, a, b, wrong) : blank();
    }
    case "and":
    case "or": {
      const parts = all();
      if (!parts.map(condition).every(Boolean)) return blank();
      const tests = parts.map(({ test }) => test);
      return testing(
        op === "and" ? (env) => tests.every((test) => test(env)) : (env) => tests.some((test) => test(env)),
      );
    }
    case "not": {
      if (!needs(1)) return blank();
      const each = inner(0);
      return condition(each) ? testing((env) => !each.test(env)) : blank();
    }
    case "empty": {
      if (!needs(1)) return blank();
      const { value } = inner(0);
      return testing((env) => {
        const found = value(env);
        return found === undefined || found === "" || (Array.isArray(found) && found.length === 0);
      });
    }
    case "in": {
      if (!needs(2)) return blank();
      const each = inner(0);
      const list = texts(args[1]);
      if (list === undefined) return wrong("bad-operands", name);
      if (!isWord(each.type)) return wrongType(each);
      for (const id of list) knownChoice(each.type, id);
      return testing((env) => {
        const found = each.value(env);
        return typeof found === "string" && list.includes(found);
      });
    }
    case "contains": {
      if (!needs(2)) return blank();
      const each = inner(0);
      const wanted = args[1];
      if (typeof wanted !== "string") return wrong("bad-operands", name);
      if (each.type.kind !== "choices" && !each.type.many) return wrongType(each);
      knownChoice(each.type, wanted);
      return testing((env) => {
        const found = each.value(env);
        return Array.isArray(found) && found.includes(wanted);
      });
    }
    case "if": {
      if (!needs(3)) return blank();
      const [when, yes, no] = [inner(0), inner(1), inner(2)];
      if (!condition(when) || !known(yes) || !known(no)) return blank();
      if (yes.number !== undefined && no.number !== undefined) {
        const [a, b] = [yes.number, no.number];
        const low = (env: E) => (when.test(env) ? a.low(env) : b.low(env));
        const sure = a.low === a.high && b.low === b.high;
        return counting(low, sure ? low : (env) => (when.test(env) ? a.high(env) : b.high(env)));
      }
      if (yes.type.kind !== no.type.kind) return wrong("bad-type", name, nameOf(yes.type), nameOf(no.type));
      const value = (env: E): Value => (when.test(env) ? yes.value(env) : no.value(env));
      return { type: yes.type, value, test: (env) => value(env) === true };
    }
    case "+":
    case "*":
    case "-":
    case "/":
    case "sum":
    case "min":
    case "max": {
      if (!needs(op === "-" || op === "/" ? 2 : 1, op === "-" || op === "/" ? 2 : 100)) return blank();
      const parts = all();
      const lists = op === "sum" || op === "min" || op === "max";
      const bad = parts.find(({ type }) => type.kind !== "number" || (type.many === true && !lists));
      if (bad !== undefined) return wrongType(bad);
      return calculating(op, parts);
    }
    case "count": {
      if (!needs(1, 2)) return blank();
      const each = inner(0);
      if (args.length === 1) {
        if (each.type.kind !== "choices" && each.type.kind !== "rows" && !each.type.many) return wrongType(each);
        return counting((env) => {
          const found = each.value(env);
          if (found === null) return undefined;
          return decimalOfInteger(Array.isArray(found) ? found.length : 0);
        });
      }
      const id = isExpr(args[0]) && args[0][0] === "answer" ? args[0][1] : "";
      const { rows, inside } = scope.find(id) ?? {};
      if (rows === undefined || inside === undefined) return wrongType(each);
      const holds = node(args[1], inside, fault);
      if (!condition(holds)) return blank();
      return counting((env) => decimalOfInteger(rows(env).filter(holds.test).length));
    }
    case "today":
      return needs(0) ? { type: { kind: "date" }, value: scope.today, test: () => false } : blank();
    case "age":
    case "days-between": {
      if (!needs(op === "age" ? 1 : 2, 2)) return blank();
      const from = inner(0);
      const until: Node<E> =
        args.length === 2 ? inner(1) : { type: { kind: "date" }, value: scope.today, test: () => false };
      for (const each of [from, until]) if (!isDate(each)) return wrongType(each);
      const between = op === "age" ? yearsBetween : (start: number, end: number): number => dayOf(end) - dayOf(start);
      const bound = (low: boolean) => (env: E) => {
        const [a, b] = [from.value(env), until.value(env)];
        const [start, end] = [
          typeof a === "string" ? spanOf(a) : undefined,
          typeof b === "string" ? spanOf(b) : undefined,
        ];
        if (start === undefined || end === undefined) return undefined;
        return decimalOfInteger(low ? between(start.to, end.from) : between(start.from, end.to));
      };
      return counting(bound(true), bound(false));
    }
    case "add-months":
    case "add-days": {
      if (!needs(2)) return blank();
      const from = inner(0);
      const [, count] = args;
      if (!isDate(from)) return wrongType(from);
      if (typeof count !== "number" || !Number.isInteger(count) || Math.abs(count) > mostMoved)
        return wrong("bad-operands", name);
      const value = (env: E): Value => {
        const day = from.value(env);
        if (typeof day !== "string" || !isDay(day)) return undefined;
        const moved = op === "add-months" ? addMonths(day, count) : addDays(day, count);
        return isDay(moved) ? moved : undefined;
      };
      return { type: { kind: "date" }, value, test: () => false };
    }
    case "in-departement":
    case "in-region": {
      if (!needs(2)) return blank();
      const list = texts(args[1]);
      if (list === undefined) return wrong("bad-operands", name);
      const each = inner(0);
      const reader = isExpr(args[0]) && args[0][0] === "answer" ? scope.find(args[0][1]) : undefined;
      const place = op === "in-region" ? reader?.region : reader?.departement;
      if (place === undefined) return wrongType(each);
      return testing((env) => {
        const code = place(env);
        return code !== undefined && list.includes(code);
      });
    }
    default:
      return wrong("unknown-operator", name);
  }

  function comparing(how: Comparison, a: Node<E>, b: Node<E>, wrongPair: typeof wrong): Node<E> {
    if (a.number !== undefined && b.number !== undefined) {
      const [x, y] = [a.number, b.number];
      return testing((env) => {
        const [al, bl] = [x.low(env), y.low(env)];
        if (al === undefined || bl === undefined) return false;
        const [ah, bh] = [x.high === x.low ? al : x.high(env), y.high === y.low ? bl : y.high(env)];
        return ah !== undefined && bh !== undefined && surely(how, al, ah, bl, bh);
      });
    }
    const dates = [a, b].filter((each) => each.type.kind === "date" && !each.type.many).length;
    if (dates > 0) {
      for (const each of [a, b]) {
        if (!isDate(each)) return wrongPair("bad-type", how, nameOf(a.type), nameOf(b.type));
      }
      return testing((env) => compareDates(how, a.value(env), b.value(env)));
    }
    const same = isWord(a.type)
      ? isWord(b.type)
      : a.type.kind === "yes-no" && b.type.kind === "yes-no" && !a.type.many && !b.type.many;
    if (!same) return wrongPair("bad-type", how, nameOf(a.type), nameOf(b.type));
    if (how !== "=" && how !== "!=") return wrongPair("bad-type", how, nameOf(a.type), nameOf(b.type));
    for (const [one, other] of [[a, b] as const, [b, a] as const]) {
      if (typeof other.literal === "string") knownChoice(one.type, other.literal);
    }
    return testing((env) => {
      const [x, y] = [a.value(env), b.value(env)];
      return typeof x === typeof y && (x ?? null) !== null && (x === y) === (how === "=");
    });
  }
}

const isDate = <E>({ type, literal: text }: Node<E>): boolean =>
  (type.kind === "date" && !type.many) || (typeof text === "string" && spanOf(text) !== undefined);

type Fold = (a: Decimal, b: Decimal) => Decimal | undefined;

const least: Fold = (a, b) => (a < b ? a : b);
const most: Fold = (a, b) => (a > b ? a : b);

function calculating<E>(op: "+" | "*" | "-" | "/" | "sum" | "min" | "max", parts: readonly Node<E>[]): Node<E> {
  const fold: Fold =
    op === "*"
      ? times
      : op === "/"
        ? over
        : op === "-"
          ? (a, b) => plus(a, -b)
          : op === "min"
            ? least
            : op === "max"
              ? most
              : plus;
  const skips = op === "sum" || op === "min" || op === "max";
  const sure = parts.every(({ number }) => number === undefined || number.low === number.high);
  /** The values of one operand at one bound; a list for the answers of rows. */
  const values = ({ number, value }: Node<E>, env: E, low: boolean): readonly (Decimal | undefined)[] => {
    if (number !== undefined) {
      // A product or quotient of what is in doubt is not worked out.
      if ((op === "*" || op === "/") && number.low !== number.high)
        return [number.low(env) === number.high(env) ? number.low(env) : undefined];
      return [(low ? number.low : number.high)(env)];
    }
    const found = value(env);
    return Array.isArray(found) ? found.map((each) => (typeof each === "bigint" ? each : undefined)) : [];
  };
  const bound =
    (low: boolean) =>
    (env: E): Decimal | undefined => {
      let result: Decimal | undefined;
      let any = false;
      for (const [place, part] of parts.entries()) {
        for (const each of values(part, env, op === "-" && place > 0 ? !low : low)) {
          if (each === undefined) {
            if (skips) continue;
            return undefined;
          }
          result = any ? (result === undefined ? undefined : fold(result, each)) : each;
          any = true;
        }
      }
      return any || op !== "sum" ? result : 0n;
    };
  const low = bound(true);
  return counting(low, sure ? low : bound(false));
}
