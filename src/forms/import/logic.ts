/**
 * The conditions of Démarches simplifiées, as it keeps them inside, in our notation. Pure. The public schema does not hold them
 * yet (form-systems 5.2): this is for the day when it does, and for an author who has them.
 *
 * Its null rule is ours: a comparison with a blank or hidden answer is false, "is not" and "does not contain" too. Surprising:
 * so `ExcludeOperator` is not simply the opposite of `IncludeOperator`: it wants something to be ticked.
 */
import { err, ok, type Result } from "../../shared/result.ts";
import { maxDepth } from "../expr.ts";
import type { Expr, Field, FormFile, Literal } from "../model.ts";
import { inseeOf } from "../places/countries.ts";
import { wordAt } from "../words.ts";
import { cleanLine } from "./clean.ts";

export interface LogicFault {
  readonly code:
    | "not-a-condition"
    | "unknown-term"
    | "unknown-field"
    | "cannot-be-tested"
    | "unknown-choice"
    | "unfinished"
    | "too-deep"
    | "too-many";
  /** Such as "operands[1].left". */
  readonly path: string;
}

/** Terms of one condition. */
const MOST = 2000;

type Map = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Map => typeof value === "object" && value !== null && !Array.isArray(value);

/** Both ways in which its classes are written: "Logic::IncludeOperator" and "Logic::Include". */
const termOf = (value: Map): string =>
  typeof value.term === "string" ? value.term.replace(/^Logic::/, "").replace(/Operator$/, "") : "";

const comparisons: Readonly<Record<string, "=" | "!=" | "<" | "<=" | ">" | ">=">> = {
  Eq: "=",
  NotEq: "!=",
  LessThan: "<",
  LessThanEq: "<=",
  GreaterThan: ">",
  GreaterThanEq: ">=",
};

/** A comparison turned round, when the constant stands on the left. */
const turned = { "=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

interface Operands {
  readonly field: Field;
  readonly value: unknown;
  readonly swapped: boolean;
}

/**
 * @param file a form that came from the same procedure: fields are found by their stable ids, choices by their words.
 * @returns the condition, or the first reason why it cannot be taken over; then the question stays shown.
 */
export function importLogic(tree: unknown, file: FormFile): Result<Expr, LogicFault> {
  const fields = new Map(
    file.form.fields.flatMap((field) =>
      [field, ...(field.type === "repeat" ? field.fields : [])].map((one) => [one.id, one]),
    ),
  );
  let terms = 0;

  const choiceId = (field: Field, label: string, path: string): Result<string, LogicFault> => {
    if (label === "__other__" && field.type === "choice" && field.other === true) return ok("other");
    const choices = field.type === "choice" || field.type === "choices" ? field.choices : [];
    const wanted = cleanLine(label);
    const found = choices.find(({ id }) => wordAt(file.words.fr, `${field.id}.choices.${id}`) === wanted);
    return found === undefined ? err({ code: "unknown-choice", path }) : ok(found.id);
  };

  /** What a constant is worth beside this field. */
  function literal(field: Field, value: unknown, path: string): Result<Literal, LogicFault> {
    switch (field.type) {
      case "yesno":
      case "checkbox":
        return typeof value === "boolean" ? ok(value) : err({ code: "not-a-condition", path });
      case "integer":
      case "decimal":
        return typeof value === "number" && Number.isFinite(value) ? ok(value) : err({ code: "not-a-condition", path });
      case "choice":
      case "choices":
        return typeof value === "string" ? choiceId(field, value, path) : err({ code: "not-a-condition", path });
      case "departement":
      case "region":
        return typeof value === "string" ? ok(value) : err({ code: "not-a-condition", path });
      case "country": {
        const code = typeof value === "string" ? inseeOf(value) : undefined;
        return code === undefined ? err({ code: "unknown-choice", path }) : ok(code);
      }
      default:
        return err({ code: "cannot-be-tested", path });
    }
  }

  /** One side a field, the other a constant. */
  function sides(value: Map, path: string): Result<Operands, LogicFault> {
    const { left, right } = value;
    if (!isMap(left) || !isMap(right)) return err({ code: "not-a-condition", path });
    const swapped = termOf(left) === "Constant";
    const [asked, constant] = swapped ? [right, left] : [left, right];
    const [askedPath, constantPath] = swapped ? [`${path}right`, `${path}left`] : [`${path}left`, `${path}right`];
    for (const [side, at] of [
      [asked, askedPath],
      [constant, constantPath],
    ] as const)
      if (termOf(side) === "Empty") return err({ code: "unfinished", path: at });
    if (termOf(asked) !== "ChampValue") return err({ code: "unknown-term", path: askedPath });
    if (termOf(constant) !== "Constant") return err({ code: "unknown-term", path: constantPath });
    const field = fields.get(`q_${String(asked.stable_id)}`);
    if (field === undefined) return err({ code: "unknown-field", path: askedPath });
    return ok({ field, value: constant.value, swapped });
  }

  function compare(value: Map, operator: "=" | "!=" | "<" | "<=" | ">" | ">=", path: string): Result<Expr, LogicFault> {
    const read = sides(value, path);
    if (!read.ok) return read;
    const { field, swapped } = read.value;
    if (field.type === "choices") return err({ code: "cannot-be-tested", path });
    const right = literal(field, read.value.value, path);
    return right.ok ? ok([swapped ? turned[operator] : operator, ["answer", field.id], right.value]) : right;
  }

  function contains(value: Map, wanted: boolean, path: string): Result<Expr, LogicFault> {
    const read = sides(value, path);
    if (!read.ok) return read;
    const { field } = read.value;
    if (field.type !== "choices") return err({ code: "cannot-be-tested", path });
    const right = literal(field, read.value.value, path);
    if (!right.ok) return right;
    const holds: Expr = ["contains", ["answer", field.id], String(right.value)];
    return ok(wanted ? holds : ["and", [">", ["count", ["answer", field.id]], 0], ["not", holds]]);
  }

  function within(
    value: Map,
    operator: "in-departement" | "in-region",
    wanted: boolean,
    path: string,
  ): Result<Expr, LogicFault> {
    const read = sides(value, path);
    if (!read.ok) return read;
    const { field } = read.value;
    if (!["address", "commune", "departement", "region"].includes(field.type))
      return err({ code: "cannot-be-tested", path });
    if (typeof read.value.value !== "string") return err({ code: "not-a-condition", path });
    const holds: Expr = [operator, ["answer", field.id], [read.value.value]];
    return ok(wanted ? holds : ["and", ["not", ["empty", ["answer", field.id]]], ["not", holds]]);
  }

  function condition(value: unknown, path: string, depth: number): Result<Expr, LogicFault> {
    terms += 1;
    if (depth > maxDepth) return err({ code: "too-deep", path });
    if (terms > MOST) return err({ code: "too-many", path });
    if (!isMap(value)) return err({ code: "not-a-condition", path });
    const term = termOf(value);
    if (term === "And" || term === "Or") {
      if (!Array.isArray(value.operands) || value.operands.length === 0) return err({ code: "not-a-condition", path });
      const parts: Expr[] = [];
      for (const [place, operand] of value.operands.entries()) {
        const part = condition(operand, `${path}operands[${place}].`, depth + 1);
        if (!part.ok) return part;
        parts.push(part.value);
      }
      const [only] = parts;
      return ok(parts.length === 1 && only !== undefined ? only : [term === "And" ? "and" : "or", ...parts]);
    }
    const operator = Object.hasOwn(comparisons, term) ? comparisons[term] : undefined;
    if (operator !== undefined) return compare(value, operator, path);
    switch (term) {
      case "Include":
        return contains(value, true, path);
      case "Exclude":
        return contains(value, false, path);
      case "InDepartement":
        return within(value, "in-departement", true, path);
      case "NotInDepartement":
        return within(value, "in-departement", false, path);
      case "InRegion":
        return within(value, "in-region", true, path);
      case "NotInRegion":
        return within(value, "in-region", false, path);
      case "Empty":
        // The place that its author has left open.
        return err({ code: "unfinished", path });
      default:
        return err({ code: term === "" ? "not-a-condition" : "unknown-term", path });
    }
  }

  const read = condition(tree, "", 1);
  return read.ok ? read : err({ ...read.error, path: read.error.path.replace(/\.$/, "") });
}
