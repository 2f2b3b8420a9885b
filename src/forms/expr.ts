/**
 * Conditions of forms: a closed set of typed prefix arrays, no user code. Pure.
 *
 * Null rules: a blank, hidden or "I do not know" answer makes every comparison false, "!=" too. Values of different types
 * are never comparable: false. `not` turns a condition round, so ["not", ["=", a, b]] is true for a blank. "empty" is
 * true for blank and hidden; "I do not know" is an answer, so it is not empty.
 */

import type { Expr, Operand } from "./model.ts";

/** What an answer is worth in a condition; undefined = blank or hidden, null = "I do not know". */
export type Value = string | number | boolean | readonly string[] | null | undefined;

/** Deeper conditions are refused by checkForm. */
export const maxDepth = 32;

const isExpr = (operand: Operand): operand is Expr => Array.isArray(operand);

function worthOf(operand: Operand, read: (id: string) => Value): Value {
  if (!isExpr(operand)) return operand;
  return operand[0] === "answer" ? read(operand[1]) : holds(operand, read);
}

const comparable = (a: Value, b: Value): boolean =>
  (typeof a === "string" && typeof b === "string") || (typeof a === "boolean" && typeof b === "boolean");

/** True when the condition holds. `read` gives the value of a field id; it never throws for an unknown one. */
export function holds(expr: Expr, read: (id: string) => Value): boolean {
  switch (expr[0]) {
    case "answer":
      return read(expr[1]) === true;
    case "=":
    case "!=": {
      const [a, b] = [worthOf(expr[1], read), worthOf(expr[2], read)];
      return comparable(a, b) && (a === b) === (expr[0] === "=");
    }
    case "and":
      return innerOf(expr).every((inner) => holds(inner, read));
    case "or":
      return innerOf(expr).some((inner) => holds(inner, read));
    case "not":
      return !holds(expr[1], read);
    case "in": {
      const value = worthOf(expr[1], read);
      return typeof value === "string" && expr[2].includes(value);
    }
    case "contains": {
      const value = worthOf(expr[1], read);
      return Array.isArray(value) && value.includes(expr[2]);
    }
    case "empty": {
      const value = worthOf(expr[1], read);
      return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
    }
    default:
      return false;
  }
}

/** The conditions directly inside one. By operator, because the list of "in" could begin with the word "answer". */
export function innerOf(expr: Expr): readonly Expr[] {
  switch (expr[0]) {
    case "answer":
      return [];
    case "in":
    case "in-departement":
    case "in-region":
      return [expr[1]];
    default:
      return (expr.slice(1) as readonly Operand[]).filter(isExpr);
  }
}

/** Every field id that a condition reads, each once. */
export const readsOf = (expr: Expr): readonly string[] =>
  expr[0] === "answer" ? [expr[1]] : [...new Set(innerOf(expr).flatMap(readsOf))];

/** 1 for a condition without another inside. */
export const depthOf = (expr: Expr): number =>
  1 + innerOf(expr).reduce((deepest, inner) => Math.max(deepest, depthOf(inner)), 0);
