/**
 * Forms and answers by seed: for property tests, for the comparison with another engine, and for the bench. Pure.
 *
 * Surprising fact: a field reads earlier ones only, so a random form has no cycle and passes checkForm; answers do not always
 * fit their field, because the engine must bear that.
 */
import type { AnswerValue, Constraint, Expr, Field, Form, FormState, Operand } from "../../src/forms/model.ts";

/** A small generator of numbers (mulberry32): the same seed, the same form, on every machine. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface FormShape {
  readonly fields: number;
  /** Share of fields with a condition, 0 to 1. */
  readonly conditional: number;
  readonly repeats: number;
  /** Only what another engine of forms has too (tests/support/xforms.ts). */
  readonly portable: boolean;
}

const pick = <T>(random: () => number, list: readonly T[]): T => {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error("picks from something");
  return found;
};

const everyday = ["text", "integer", "decimal", "yesno", "choice", "choices", "date"] as const;
const rare = [
  "checkbox",
  "civility",
  "commune",
  "address",
  "linked",
  "datetime",
  "signature",
  "iban",
  "longText",
  "info",
] as const;
const choices = ["alpha", "beta", "gamma"].map((id) => ({ id }));

function plainField(random: () => number, id: string, type: Field["type"], portable: boolean): Field {
  const base = { id, type, required: random() < 0.4, unknown: !portable && random() < 0.4 };
  switch (type) {
    case "text":
    case "longText":
      return { ...base, maxLength: 40 } as Field;
    case "choice":
      return { ...base, choices, ...(portable ? {} : { other: random() < 0.3 }) } as Field;
    case "choices":
      return { ...base, choices, ...(portable || random() < 0.7 ? {} : { none: "gamma" }) } as Field;
    case "linked":
      return {
        ...base,
        choices: [
          { id: "one", choices: [{ id: "first" }] },
          { id: "two", choices: [] },
        ],
      } as Field;
    case "date":
      return { ...base, partial: !portable } as Field;
    case "integer":
      return { ...base, min: 0, max: 50 } as Field;
    case "decimal":
      return { ...base, decimals: 2 } as Field;
    default:
      return base as Field;
  }
}

/** A condition on some earlier fields; undefined when none can be compared. */
function conditionOn(random: () => number, known: readonly Field[], depth = 0): Expr | undefined {
  if (known.length === 0) return undefined;
  const turn = random();
  if (depth < 3 && turn < 0.35) {
    const parts = [conditionOn(random, known, depth + 1), conditionOn(random, known, depth + 1)].filter(
      (part) => part !== undefined,
    );
    return parts.length === 0 ? undefined : ([random() < 0.5 ? "and" : "or", ...parts] as unknown as Expr);
  }
  if (turn < 0.45) {
    const inner = conditionOn(random, known, depth + 1);
    return inner === undefined ? undefined : ["not", inner];
  }
  const field = pick(random, known);
  const read: Expr = ["answer", field.id];
  switch (field.type) {
    case "integer":
    case "decimal":
      return [pick(random, ["<", "<=", ">", ">=", "=", "!="] as const), read, Math.floor(random() * 40)];
    case "calc":
      return [pick(random, ["<", ">", ">="] as const), read, Math.floor(random() * 80)];
    case "yesno":
    case "checkbox":
      return random() < 0.5 ? read : ["=", read, random() < 0.5];
    case "choice":
      return random() < 0.6 ? [pick(random, ["=", "!="] as const), read, "alpha"] : ["in", read, ["alpha", "beta"]];
    case "choices":
      return ["contains", read, pick(random, ["alpha", "beta"])];
    case "date":
      return [
        pick(random, ["<", ">", "<=", ">="] as const),
        read,
        pick(random, ["2000-01-01", "1984-07-05", "2026-11-22"]),
      ];
    case "text":
      return random() < 0.5 ? ["empty", read] : [pick(random, ["=", "!="] as const), read, "x"];
    default:
      return ["empty", read];
  }
}

/** Some sum over what is known; undefined when there is nothing to add. */
function sumOf(random: () => number, known: readonly Field[]): Expr | undefined {
  const numbers = known.filter(({ type }) => type === "integer" || type === "decimal" || type === "calc");
  const repeats = known.filter((field) => field.type === "repeat");
  const inRows = repeats
    .flatMap((field) => (field.type === "repeat" ? field.fields : []))
    .filter(({ type }) => type === "integer");
  const [inner] = inRows;
  const [repeat] = repeats;
  if (inner !== undefined && repeat !== undefined && random() < 0.6) {
    return random() < 0.5 ? ["sum", ["answer", inner.id]] : ["count", ["answer", repeat.id]];
  }
  if (numbers.length === 0) return undefined;
  const operand = (): Operand => ["answer", pick(random, numbers).id];
  return random() < 0.6 ? ["+", operand(), operand()] : ["-", operand(), Math.floor(random() * 10)];
}

/** A form that checkForm accepts, the same for the same seed. */
export function randomForm(seed: number, shape: FormShape): Form {
  const random = randomOf(seed);
  const fields: Field[] = [];
  const types = shape.portable ? everyday : [...everyday, ...everyday, ...rare];
  const every = Math.max(1, Math.floor(shape.fields / (shape.repeats + 1)));
  for (let at = 0; at < shape.fields; at++) {
    const id = `f${at}`;
    const known = [...fields];
    const condition = random() < shape.conditional ? conditionOn(random, known) : undefined;
    const when = condition === undefined ? {} : { if: condition };
    if (shape.repeats > 0 && at > 0 && at % every === 0) {
      const inner = [`f${at}_a`, `f${at}_b`].map((name, n) =>
        plainField(random, name, n === 0 ? "integer" : "text", shape.portable),
      );
      const [first, second] = inner;
      const fieldsInRow =
        first === undefined || second === undefined
          ? []
          : [first, { ...second, if: [">", ["answer", first.id], 10] } as Field];
      fields.push({ id, type: "repeat", required: false, unknown: false, max: 6, fields: fieldsInRow, ...when });
      continue;
    }
    const value = random() < 0.12 ? sumOf(random, known) : undefined;
    if (value !== undefined) {
      fields.push({ id, type: "calc", required: false, unknown: false, value, decimals: 6, ...when });
      continue;
    }
    const field = plainField(random, id, pick(random, types), shape.portable);
    const constraints: readonly Constraint[] =
      field.type === "integer" && random() < 0.4 ? [{ must: ["!=", ["answer", id], 13], message: "not-this" }] : [];
    fields.push({ ...field, ...when, ...(constraints.length === 0 ? {} : { constraints }) });
  }
  const pages = fields.map((field, at) => {
    const condition = random() < shape.conditional / 4 ? conditionOn(random, fields.slice(0, at)) : undefined;
    return {
      id: `p${at}`,
      section: `s${Math.floor(at / 10)}`,
      fields: [field.id],
      ...(condition === undefined ? {} : { if: condition }),
    };
  });
  return {
    id: "random",
    version: 1,
    icon: "autre",
    official: null,
    sources: [],
    reviewBefore: "2027-01-01",
    minutes: 1,
    fields,
    pages,
    requirements: [],
    notForeseen: false,
    declaration: false,
  };
}

/** What one person does: an answer, an answer taken away, a row more, a row taken out. */
export type Action =
  | { readonly do: "answer"; readonly key: string; readonly answer: AnswerValue | null }
  | {
      readonly do: "row";
      readonly repeat: string;
      readonly row: string;
      readonly removed: boolean;
      readonly position: number;
    };

function answerFor(random: () => number, field: Field, portable: boolean): AnswerValue {
  if (!portable && random() < 0.1) return { v: "unknown" };
  if (!portable && random() < 0.05) return { v: "text", text: "what does not fit" };
  switch (field.type) {
    case "integer":
      return { v: "number", number: String(Math.floor(random() * 60)) };
    case "decimal":
      return { v: "number", number: String(Math.floor(random() * 400) / 4) };
    case "yesno":
    case "checkbox":
      return { v: "yesno", yes: random() < 0.5 };
    case "choice":
      return { v: "choice", id: pick(random, choices).id };
    case "choices": {
      const ids = choices.map(({ id }) => id).filter(() => random() < 0.5);
      return { v: "choices", ids: ids.length === 0 ? ["alpha"] : ids };
    }
    case "date":
      return {
        v: "date",
        date: pick(random, ["1984-07-05", "2000-01-01", "2026-11-22", ...(portable ? [] : ["1990", "1991-02"])]),
      };
    case "datetime":
      return { v: "datetime", at: "2026-11-22T14:30" };
    case "civility":
      return { v: "choice", id: "madame" };
    case "linked":
      return { v: "pair", first: "one", second: random() < 0.5 ? "first" : null };
    case "commune":
      return { v: "place", code: random() < 0.5 ? "93066" : null, name: "x" };
    default:
      return { v: "text", text: pick(random, ["x", "y", "Zoé"]) };
  }
}

/** Actions on a form; every key is answered at most once, so that their order may change. */
export function randomScript(form: Form, seed: number, portable: boolean, share = 0.7): readonly Action[] {
  const random = randomOf(seed ^ 0x5bd1e995);
  return form.fields.flatMap((field): readonly Action[] => {
    if (field.type === "calc" || field.type === "info") return [];
    if (field.type !== "repeat") {
      if (random() > share) return [];
      return [{ do: "answer", key: field.id, answer: answerFor(random, field, portable) }];
    }
    const rows = Math.floor(random() * 4);
    return Array.from({ length: rows }, (_, n): readonly Action[] => {
      const row = `${field.id}r${n}`;
      const removed = random() < 0.2;
      const inner = field.fields.flatMap((each): readonly Action[] =>
        random() < share
          ? [{ do: "answer", key: `${field.id}/${row}/${each.id}`, answer: answerFor(random, each, portable) }]
          : [],
      );
      return [{ do: "row", repeat: field.id, row, removed, position: n }, ...inner];
    }).flat();
  });
}

export const emptyState: FormState = { answers: {}, rows: {}, attached: {}, notForeseen: "" };

export function act(state: FormState, action: Action): FormState {
  if (action.do === "row") {
    const { repeat, position, removed } = action;
    return { ...state, rows: { ...state.rows, [action.row]: { repeat, position, removed } } };
  }
  const { [action.key]: _before, ...rest } = state.answers;
  return { ...state, answers: action.answer === null ? rest : { ...rest, [action.key]: action.answer } };
}
