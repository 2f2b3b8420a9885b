/**
 * A form of ours as an ODK XForm, and the engine of ODK Web Forms driven by the same actions (E2). Runs in Node; the other
 * engine wants a page, so jsdom's classes become globals when it is first started.
 *
 * What XForms has otherwise is bridged here, and each bridge is a line of `differences`: the table of what the two engines do
 * not do alike, with the reason why ours does what it does. A form that needs what XForms cannot say is not translated.
 */
import type { AnyChildNode, RepeatRangeNode, RootNode } from "@getodk/xforms-engine";
import { JSDOM } from "jsdom";
import { maxDepth } from "../../src/forms/expr.ts";
import type { AnswerValue, Expr, Field, Form, Operand } from "../../src/forms/model.ts";
import type { Action } from "./random-form.ts";

export const differences: readonly {
  readonly what: string;
  readonly xforms: string;
  readonly ours: string;
  readonly why: string;
}[] = [
  {
    what: "a comparison with a blank",
    xforms: "'' != 'a' is true; '' = '' is true",
    ours: "every comparison with a blank is false, != too",
    why: "The rule of Démarches simplifiées, whose forms are imported; a question must not open because nothing was answered.",
  },
  {
    what: "plus and minus with a blank",
    xforms: "NaN, shown as such",
    ours: "blank",
    why: "A person reads a number or nothing.",
  },
  {
    what: "a sum over rows of which one is blank",
    xforms: "NaN",
    ours: "adds what is answered",
    why: "An amount that is not known yet must not take the others away; who decides sees the blank line.",
  },
  {
    what: "a sum of nothing",
    xforms: "blank (the text of the standard says 0)",
    ours: "0",
    why: "No income is an answer: resources minus charges must not be blank for who has neither.",
  },
  {
    what: "the rows of a hidden repeat",
    xforms: "count() counts them all the same, though their answers are blank",
    ours: "there are none while their question is hidden",
    why: "A hidden answer counts for nothing anywhere else; found by this test.",
  },
  {
    what: "decimals",
    xforms: "binary floating point: 0.1 + 0.2 is 0.30000000000000004",
    ours: "exact to six digits",
    why: "Euros. Compared here to a millionth.",
  },
  {
    what: "dates beside each other",
    xforms: "< on two date texts compares NaN; they are turned into numbers first",
    ours: "dates are compared as dates",
    why: "An author writes what is meant.",
  },
  {
    what: "yes and no",
    xforms: "a choice of 'yes' and 'no'",
    ours: "a type of its own",
    why: "XForms has no such question; the translation is exact.",
  },
  {
    what: "a constraint that compares with another blank answer",
    xforms: "judged: NaN makes it false, so a right answer is wrong until the other is given",
    ours: "not judged until what it compares is there",
    why: "The order of answering does not matter.",
  },
];

/** Types that both engines judge alike; others are translated as text, without a check of their own. */
const judged: ReadonlySet<Field["type"]> = new Set([
  "text",
  "integer",
  "decimal",
  "yesno",
  "choice",
  "choices",
  "calc",
]);
/** A plain date only: partial ones do not exist in XForms. */
const isJudged = (field: Field): boolean => judged.has(field.type) || (field.type === "date" && !field.partial);

class NotTranslatable extends Error {}

const escaped = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
const literalOf = (value: string | number): string =>
  typeof value === "number" ? String(value) : `'${value.replace(/'/g, "")}'`;

interface Place {
  readonly field: Field;
  /** In which repeat. */
  readonly repeat: string | null;
}

function translator(form: Form) {
  const places = new Map<string, Place>();
  for (const field of form.fields) {
    places.set(field.id, { field, repeat: null });
    if (field.type === "repeat")
      for (const each of field.fields) places.set(each.id, { field: each, repeat: field.id });
  }
  const placeOf = (id: string): Place => {
    const place = places.get(id);
    if (place === undefined) throw new NotTranslatable(`no field ${id}`);
    return place;
  };
  const path = (id: string, inRow: string | null): string => {
    const { repeat } = placeOf(id);
    if (repeat === null) return `/data/${id}`;
    return repeat === inRow ? `../${id}` : `/data/${repeat}/${id}`;
  };
  const isNumber = (operand: Operand): boolean => {
    if (typeof operand === "number") return true;
    if (!Array.isArray(operand)) return false;
    if (operand[0] === "answer") return ["integer", "decimal", "calc"].includes(placeOf(String(operand[1])).field.type);
    return ["+", "-", "*", "/", "sum", "count", "min", "max"].includes(String(operand[0]));
  };
  const isDate = (operand: Operand): boolean =>
    Array.isArray(operand) && operand[0] === "answer" && placeOf(String(operand[1])).field.type === "date";

  /** How many rows are seen: the other engine counts those of a hidden repeat too. */
  function rowsOf(field: Field): string {
    const page = form.pages.find((each) => each.fields.includes(field.id));
    const shown = [page?.if, field.if].flatMap((expr) => (expr === undefined ? [] : [condition(expr, null)]));
    return shown.length === 0 ? `count(/data/${field.id})` : `if(${shown.join(" and ")}, count(/data/${field.id}), 0)`;
  }

  /** The value, and what must be filled for it to be there. */
  function value(operand: Operand, row: string | null): { readonly text: string; readonly filled: readonly string[] } {
    if (typeof operand === "boolean") return { text: operand ? "'yes'" : "'no'", filled: [] };
    if (typeof operand === "string" || typeof operand === "number") return { text: literalOf(operand), filled: [] };
    const expr = operand as Expr;
    switch (expr[0]) {
      case "answer": {
        const { field, repeat } = placeOf(expr[1]);
        if (!isJudged(field) || (repeat !== null && repeat !== row)) throw new NotTranslatable(`reads ${field.type}`);
        const at = path(expr[1], row);
        return { text: at, filled: [at] };
      }
      case "+":
      case "-": {
        const parts = (expr.slice(1) as readonly Operand[]).map((each) => value(each, row));
        return {
          text: `(${parts.map(({ text }) => text).join(` ${expr[0]} `)})`,
          filled: parts.flatMap(({ filled }) => filled),
        };
      }
      case "sum":
      case "count": {
        const of = expr[1];
        if (expr.length !== 2 || !Array.isArray(of) || of[0] !== "answer") throw new NotTranslatable(expr[0]);
        const { field, repeat } = placeOf(String(of[1]));
        if (field.type === "repeat" && expr[0] === "count") return { text: rowsOf(field), filled: [] };
        if (repeat === null) throw new NotTranslatable(`${expr[0]} of ${field.type}`);
        const answered = `/data/${repeat}/${field.id}[. != '']`;
        if (expr[0] === "count") return { text: `count(${answered})`, filled: [] };
        return { text: `if(count(${answered}) = 0, 0, sum(${answered}))`, filled: [] };
      }
      default:
        throw new NotTranslatable(String(expr[0]));
    }
  }

  function condition(expr: Expr, row: string | null, depth = 0): string {
    if (depth > maxDepth) throw new NotTranslatable("depth");
    const inner = (each: unknown): string => condition(each as Expr, row, depth + 1);
    switch (expr[0]) {
      case "answer":
        return `${value(expr, row).text} = 'yes'`;
      case "and":
      case "or": {
        const parts = expr.slice(1).map(inner);
        if (parts.length === 0) return expr[0] === "and" ? "true()" : "false()";
        return `(${parts.join(` ${expr[0]} `)})`;
      }
      case "not":
        return `not(${inner(expr[1])})`;
      case "empty": {
        const [, of] = expr;
        if (of[0] !== "answer") throw new NotTranslatable("empty");
        const { field, repeat } = placeOf(of[1]);
        if (field.type === "repeat") return `${rowsOf(field)} = 0`;
        if (repeat !== null && repeat !== row) throw new NotTranslatable("empty of rows");
        return `${path(of[1], row)} = ''`;
      }
      case "in": {
        const { text } = value(expr[1], row);
        return `(${expr[2].map((id) => `${text} = ${literalOf(id)}`).join(" or ")})`;
      }
      case "contains":
        return `selected(${value(expr[1], row).text}, ${literalOf(expr[2])})`;
      case "=":
      case "!=":
      case "<":
      case "<=":
      case ">":
      case ">=": {
        const [, a, b] = expr as readonly ["=", Operand, Operand];
        const [x, y] = [value(a, row), value(b, row)];
        const as = (text: string): string =>
          isDate(a) || isDate(b) ? `decimal-date-time(${text})` : isNumber(a) || isNumber(b) ? `number(${text})` : text;
        const guards = [...x.filled, ...y.filled].map((at) => `${at} != ''`);
        return `(${[...guards, `${as(x.text)} ${expr[0]} ${as(y.text)}`].join(" and ")})`;
      }
      default:
        throw new NotTranslatable(String(expr[0]));
    }
  }

  /** "" while something that it needs is blank. */
  function calculation(expr: Expr, row: string | null): string {
    const { text, filled } = value(expr, row);
    return filled.length === 0 ? text : `if(${filled.map((at) => `${at} = ''`).join(" or ")}, '', ${text})`;
  }
  return { condition, calculation };
}

/** The XForm, or why there is none. */
export function toXForm(form: Form): { readonly xml: string } | { readonly because: string } {
  const { condition, calculation } = translator(form);
  const pageOf = new Map(form.pages.flatMap((page) => page.fields.map((id) => [id, page] as const)));
  const binds: string[] = [];
  const controls: string[] = [];

  const constraintOf = (field: Field, row: string | null): string | null => {
    const parts: string[] = [];
    if ((field.type === "integer" || field.type === "decimal") && field.min !== undefined)
      parts.push(`. >= ${field.min}`);
    if ((field.type === "integer" || field.type === "decimal") && field.max !== undefined)
      parts.push(`. <= ${field.max}`);
    for (const { must } of field.constraints ?? []) parts.push(condition(must, row));
    return parts.length === 0 ? null : parts.join(" and ");
  };
  const bind = (field: Field, at: string, row: string | null): void => {
    const page = row === null ? pageOf.get(field.id) : undefined;
    const relevant = [page?.if, field.if].flatMap((expr) => (expr === undefined ? [] : [condition(expr, row)]));
    const constraint = field.type === "repeat" || field.type === "calc" ? null : constraintOf(field, row);
    const parts: readonly (readonly [string, string | null])[] = [
      ["relevant", relevant.length === 0 ? null : relevant.join(" and ")],
      ["constraint", constraint],
      ["required", field.required && field.type !== "repeat" && field.type !== "info" ? "true()" : null],
      ["calculate", field.type === "calc" ? calculation(field.value, row) : null],
    ];
    const attributes = parts.flatMap(([name, text]) => (text === null ? [] : [` ${name}="${escaped(text)}"`])).join("");
    binds.push(`<bind nodeset="${at}" type="string"${attributes}/>`);
  };
  const items = (ids: readonly string[]): string =>
    ids.map((id) => `<item><label>${id}</label><value>${id}</value></item>`).join("");
  const control = (field: Field, at: string): string => {
    if (field.type === "yesno") return `<select1 ref="${at}"><label>l</label>${items(["yes", "no"])}</select1>`;
    if (field.type === "choice")
      return `<select1 ref="${at}"><label>l</label>${items(field.choices.map(({ id }) => id))}</select1>`;
    if (field.type === "choices")
      return `<select ref="${at}"><label>l</label>${items(field.choices.map(({ id }) => id))}</select>`;
    return `<input ref="${at}"><label>l</label></input>`;
  };

  try {
    for (const field of form.fields) {
      const at = `/data/${field.id}`;
      bind(field, at, null);
      if (field.type === "repeat") {
        for (const each of field.fields) bind(each, `${at}/${each.id}`, field.id);
        const inner = field.fields
          .filter(({ type }) => type !== "calc")
          .map((each) => control(each, `${at}/${each.id}`));
        controls.push(`<group ref="${at}"><label>g</label><repeat nodeset="${at}">${inner.join("")}</repeat></group>`);
      } else if (field.type !== "calc") controls.push(control(field, at));
    }
  } catch (cause) {
    if (cause instanceof NotTranslatable) return { because: cause.message };
    throw cause;
  }
  const nodes = form.fields.map((field) =>
    field.type === "repeat"
      ? `<${field.id} jr:template="">${field.fields.map(({ id }) => `<${id}/>`).join("")}</${field.id}>`
      : `<${field.id}/>`,
  );
  return {
    xml: `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model><instance><data id="f">${nodes.join("")}<meta><instanceID/></meta></data></instance>${binds.join("")}<bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>${controls.join("")}</h:body></h:html>`,
  };
}

/** How an answer is written in XForms. */
function written(answer: AnswerValue | null): string {
  if (answer === null) return "";
  switch (answer.v) {
    case "text":
      return answer.text;
    case "number":
      return answer.number;
    case "choice":
      return answer.id;
    case "choices":
      return answer.ids.join(" ");
    case "yesno":
      return answer.yes ? "yes" : "no";
    case "date":
      return answer.date;
    default:
      throw new Error(`no script answers with ${answer.v}`);
  }
}

export interface Oracle {
  readonly apply: (action: Action) => void;
  /** Of every field in rows of the order of the form: key, and what it is now. */
  readonly read: () => ReadonlyMap<string, { readonly valid: boolean; readonly value: string }>;
}

const pageClasses = [
  "document",
  "DOMParser",
  "XMLSerializer",
  "Node",
  "Element",
  "Document",
  "XMLDocument",
  "Attr",
  "Text",
  "Comment",
  "CDATASection",
  "ProcessingInstruction",
  "NodeFilter",
  "XPathResult",
  "HTMLElement",
] as const;

async function loadEngine() {
  const { window } = new JSDOM("");
  const globals = globalThis as unknown as Record<string, unknown>;
  globals.window = window;
  for (const name of pageClasses) globals[name] = (window as unknown as Record<string, unknown>)[name];
  // Its parser asks for the folder of a file that it does not read: its code is in a data address.
  globals.__dirname = "/";
  return import("@getodk/xforms-engine");
}

let engine: ReturnType<typeof loadEngine> | undefined;

/** The other engine, loaded with the form. */
export async function startOracle(form: Form, xml: string): Promise<Oracle> {
  engine ??= loadEngine();
  const loaded = await (await engine).loadForm(xml);
  if (loaded.status === "failure") throw new Error(String(loaded.error));
  const { root } = loaded.createInstance() as unknown as { root: RootNode };
  const nameOf = (node: AnyChildNode): string =>
    node.currentState.reference
      .replace(/\[\d+\]/g, "")
      .split("/")
      .at(-1) ?? "";
  const childOf = (children: readonly AnyChildNode[], name: string): AnyChildNode => {
    const found = children.find((node) => nameOf(node) === name);
    if (found === undefined) throw new Error(`no node ${name}`);
    return found;
  };
  const top = (name: string): AnyChildNode => childOf(root.currentState.children as readonly AnyChildNode[], name);
  /** Rows in the order in which they were made, as the other engine knows them by place only. */
  const rows = new Map<string, string[]>();
  const rangeOf = (repeat: string): RepeatRangeNode => top(repeat) as unknown as RepeatRangeNode;
  const instances = (repeat: string): readonly AnyChildNode[] =>
    (rangeOf(repeat).currentState.children ?? []) as unknown as readonly AnyChildNode[];
  const set = (node: AnyChildNode, text: string): void => {
    if (node.nodeType === "select") node.selectValues(text === "" ? [] : text.split(" "));
    else if (node.nodeType === "input") (node as unknown as { setValue: (value: string) => void }).setValue(text);
    else throw new Error(`cannot answer a ${node.nodeType}`);
  };
  for (const field of form.fields) {
    // A repeat begins with a row in XForms and without one here.
    if (field.type === "repeat") {
      const range = rangeOf(field.id) as unknown as { removeInstances: (at: number, count: number) => void };
      const count = instances(field.id).length;
      if (count > 0) range.removeInstances(0, count);
    }
  }
  return {
    apply(action) {
      if (action.do === "row") {
        if (action.removed) return;
        const list = rows.get(action.repeat) ?? [];
        rows.set(action.repeat, [...list, action.row]);
        (rangeOf(action.repeat) as unknown as { addInstances: () => void }).addInstances();
        return;
      }
      const [repeat = "", row, inRow] = action.key.split("/");
      if (row === undefined || inRow === undefined) return set(top(repeat), written(action.answer));
      const at = (rows.get(repeat) ?? []).indexOf(row);
      if (at < 0) return;
      const node = instances(repeat)[at];
      if (node !== undefined)
        set(childOf((node.currentState.children ?? []) as readonly AnyChildNode[], inRow), written(action.answer));
    },
    read() {
      const found = new Map<string, { valid: boolean; value: string }>();
      const add = (key: string, node: AnyChildNode): void => {
        if (!node.currentState.relevant) return;
        const { violation } = node.validationState as unknown as { violation: unknown };
        const { instanceValue } = node.currentState as unknown as { instanceValue: string };
        found.set(key, { valid: violation === null || violation === undefined, value: instanceValue ?? "" });
      };
      for (const field of form.fields) {
        const node = top(field.id);
        if (field.type !== "repeat") {
          add(field.id, node);
          continue;
        }
        if (!node.currentState.relevant) continue;
        for (const [at, instance] of instances(field.id).entries()) {
          const row = rows.get(field.id)?.[at] ?? "";
          for (const each of field.fields) {
            add(
              `${field.id}/${row}/${each.id}`,
              childOf((instance.currentState.children ?? []) as readonly AnyChildNode[], each.id),
            );
          }
        }
      }
      return found;
    },
  };
}

export { isJudged };
