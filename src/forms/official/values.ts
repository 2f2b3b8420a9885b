/**
 * What goes into each field of an official PDF, from a mapping and the answers. Pure.
 *
 * Surprising fact: the expressions of a mapping become calculations of the form, on a page that nobody sees: they mean exactly
 * what they mean in a form. Only what is visible is written: a hidden answer never reaches the paper.
 */

import { typedOf } from "../codec.ts";
import { answerKey, type FormView, findField, viewForm } from "../engine.ts";
import { readsOf } from "../expr.ts";
import { compact } from "../formats.ts";
import type { AnswerValue, Expr, Field, Form } from "../model.ts";
import { shownAnswer } from "../show.ts";
import {
  type About,
  type AnswerPart,
  type Fill,
  isRows,
  isTick,
  type Mapped,
  type MappedAnswer,
  type MappedRows,
  type OfficialFills,
  type OfficialMap,
  type Writing,
} from "./model.ts";

/** French words of the form. */
export interface OfficialWords {
  readonly choice: (field: string, id: string) => string;
  readonly yes: string;
  readonly no: string;
}

/** Id of the calculation of one expression: field ids of forms never begin so. */
const calcId = (at: number): string => `official_map_${at}`;
const calcPage = "official-map";

const expressionOf = (field: Mapped): Expr | null =>
  isTick(field) ? field.when : "value" in field ? field.value : null;

export interface Placed {
  readonly field: Mapped;
  /** The repeat that it is in. */
  readonly repeat: string | null;
  /** From the top of the file. */
  readonly path: readonly (string | number)[];
}

/** All mapped fields in order. */
export const mappedFields = (map: OfficialMap): readonly Placed[] =>
  map.fields.flatMap((each, at): readonly Placed[] =>
    isRows(each)
      ? each.fields.map((field, inner) => ({ field, repeat: each.rows, path: ["fields", at, "fields", inner] }))
      : [{ field: each, repeat: null, path: ["fields", at] }],
  );

const calc = (at: number, value: Expr): Field => ({
  id: calcId(at),
  type: "calc",
  required: false,
  unknown: false,
  value,
  decimals: 6,
});

/** The form with a calculation for each expression of the mapping; `calcOf`: by mapped field. */
export function formWithMap(
  form: Form,
  map: OfficialMap,
): { readonly form: Form; readonly calcOf: ReadonlyMap<Mapped, string> } {
  const calcOf = new Map<Mapped, string>();
  const top: Field[] = [];
  const inRows = new Map<string, Field[]>();
  for (const [at, { field, repeat }] of mappedFields(map).entries()) {
    const expr = expressionOf(field);
    if (expr === null) continue;
    calcOf.set(field, calcId(at));
    if (repeat === null) top.push(calc(at, expr));
    else inRows.set(repeat, [...(inRows.get(repeat) ?? []), calc(at, expr)]);
  }
  const fields = form.fields.map((field) =>
    field.type === "repeat" ? { ...field, fields: [...field.fields, ...(inRows.get(field.id) ?? [])] } : field,
  );
  const page = { id: calcPage, section: calcPage, fields: top.map(({ id }) => id) };
  return {
    form: { ...form, fields: [...fields, ...top], pages: top.length === 0 ? form.pages : [...form.pages, page] },
    calcOf,
  };
}

/* ---- writing ---- */

/** "DD/MM/YYYY" of a date, or of its beginning; what is not known is left out, or left open where characters have boxes. */
function dateText(moment: string, pattern: string, isCompact: boolean): string {
  const [day = "", time = ""] = moment.split("T");
  const [year = "", month = "", date = ""] = day.split("-");
  const [hour = "", minute = ""] = time.split(":");
  const parts: Readonly<Record<string, string>> = {
    DD: date,
    MM: month,
    YYYY: year,
    YY: year.slice(2),
    hh: hour,
    mm: minute,
  };
  const written = pattern.replace(/DD|MM|YYYY|YY|hh|mm/g, (token) => {
    const part = parts[token] ?? "";
    return part === "" && isCompact ? " ".repeat(token.length) : part;
  });
  if (written.trim() === "") return "";
  return isCompact ? written : written.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

function partText(answer: AnswerValue, part: AnswerPart): string | undefined {
  switch (answer.v) {
    case "address":
      return part === "street" || part === "more" || part === "postal" || part === "city" || part === "country"
        ? answer[part]
        : part === "code"
          ? (answer.code ?? "")
          : undefined;
    case "place":
      return part === "name" ? answer.name : part === "code" ? (answer.code ?? "") : (answer.postal ?? "");
    case "signature":
      return part === "name" ? answer.name : undefined;
    case "other":
      return part === "other" ? answer.text : undefined;
    case "choices":
      return part === "other" ? (answer.other ?? "") : undefined;
    default:
      return undefined;
  }
}

const groupedTypes: ReadonlySet<Field["type"]> = new Set(["iban", "siret", "formatted", "phone"]);

/** A canonical decimal in the comma's way, with so many digits behind it. */
function numberText(number: string, decimals: number | undefined): string {
  const [whole = "", rest = ""] = number.split(".");
  const digits = decimals === undefined ? rest : rest.slice(0, decimals).padEnd(decimals, "0");
  return digits === "" ? whole : `${whole},${digits}`;
}

function writtenAnswer(field: Field, answer: AnswerValue, how: Writing, words: OfficialWords): string {
  if (answer.v === "unknown") return "";
  const label = (id: string): string => how.values?.[id] ?? words.choice(field.id, id);
  if (answer.v === "pair" && how.part !== undefined) {
    const id = how.part === "first" ? answer.first : how.part === "second" ? answer.second : null;
    return id === null ? "" : label(id);
  }
  if (how.part !== undefined) {
    const part = partText(answer, how.part);
    // An address in free words has no parts: it stands whole where the street goes, and nowhere else.
    if (part !== undefined) return part;
    return answer.v === "text" && (how.part === "street" || how.part === "name") ? answer.text : "";
  }
  if ((answer.v === "date" || answer.v === "datetime") && (how.date !== undefined || how.compact === true)) {
    return dateText(answer.v === "date" ? answer.date : answer.at, how.date ?? "DDMMYYYY", how.compact === true);
  }
  if (answer.v === "date") return dateText(answer.date, "DD/MM/YYYY", false);
  if (answer.v === "datetime") return dateText(answer.at, "DD/MM/YYYY hh:mm", false);
  if (answer.v === "text" && groupedTypes.has(field.type)) return typedOf(field, answer);
  // The digits are cut, never rounded: what a form calculates is rounded already.
  if (answer.v === "number") return numberText(answer.number, how.decimals);
  if (answer.v === "yesno") return how.values?.[answer.yes ? "yes" : "no"] ?? (answer.yes ? words.yes : words.no);
  if (answer.v === "other" && how.values?.other !== undefined) return how.values.other;
  return shownAnswer(answer, {
    choice: label,
    date: (date) => date,
    time: (time) => time,
    number: (number) => number,
    yes: words.yes,
    no: words.no,
    unknown: "",
    signed: "",
    between: how.between ?? ", ",
  });
}

function finished(text: string, how: Writing, isNumber: boolean): string {
  const whole = how.case === "upper" ? text.toLocaleUpperCase("fr") : text;
  // Of a date in boxes, an open place is a space.
  if (how.compact !== true || how.date !== undefined) return whole;
  // Without its comma a number reads as another one, unless the mapping says how many digits stand behind it.
  return compact(whole).replace(isNumber && how.decimals === undefined ? /\//g : /[/,]/g, "");
}

/* ---- fills ---- */

const named = (pdf: string, row: number | null): string =>
  row === null ? pdf : pdf.replaceAll("{n}", String(row)).replaceAll("{n0}", String(row - 1));

/** Answers of a row that only tick boxes: a row without a line of its own has no box, so they are written out. */
function onlyTicked({ rows, fields }: MappedRows, form: Form): readonly MappedAnswer[] {
  const repeat = form.fields.find(({ id }) => id === rows);
  const inside = repeat?.type === "repeat" ? repeat.fields.map(({ id }) => id) : [];
  const written = fields.flatMap((field) => ("from" in field ? field.from : []));
  const ticking = fields.flatMap((field) => (isTick(field) ? readsOf(field.when) : []));
  return inside.filter((id) => ticking.includes(id) && !written.includes(id)).map((from) => ({ pdf: "", from }));
}

/**
 * What goes where. `view`: of the form itself; the mapping is for its id and version.
 * A field that is mapped twice gets what the last one of them says, where it says anything.
 */
export function officialFills(
  map: OfficialMap,
  view: FormView,
  words: OfficialWords,
  today: string | undefined,
): OfficialFills {
  const whole = formWithMap(view.form, map);
  const run = viewForm(whole.form, view.state, today === undefined ? {} : { today });
  const fills: Fill[] = [];
  const unanswered: About[] = [];

  const keyOf = (id: string, repeat: string | null, row: string | null): string =>
    repeat === null || row === null ? id : answerKey(id, { repeat, row });

  function textOf(field: Exclude<Mapped, { readonly when: Expr }>, repeat: string | null, row: string | null): string {
    const id = whole.calcOf.get(field);
    const sources = id === undefined && "from" in field ? [field.from].flat() : [id ?? ""];
    const texts = sources.map((source) => {
      // A field of the form's top may stand in every row.
      const inRow = run.answer(keyOf(source, repeat, row)) ?? run.answer(source);
      const asked = findField(whole.form, source);
      return inRow === undefined || asked === undefined ? "" : writtenAnswer(asked, inRow, field, words);
    });
    const text = texts.filter((each) => each.trim() !== "").join(field.between ?? " ");
    const isNumber = sources.some((source) =>
      ["integer", "decimal", "calc"].includes(findField(whole.form, source)?.type ?? ""),
    );
    return finished(text, field, isNumber);
  }

  function take(field: Mapped, repeat: string | null, row: string | null, n: number | null, hasPlace: boolean): void {
    const about: About = { field: "from" in field ? ([field.from].flat()[0] ?? null) : null, row: n };
    if (isTick(field)) {
      if (!hasPlace) return;
      const answer = run.answer(keyOf(whole.calcOf.get(field) ?? "", repeat, row));
      const ticked = answer?.v === "yesno" && answer.yes;
      fills.push({ kind: "tick", pdf: named(field.pdf, n), on: field.on ?? null, ticked, about });
      return;
    }
    const text = textOf(field, repeat, row);
    if (text.trim() === "") {
      if (hasPlace && about.field !== null) unanswered.push(about);
      return;
    }
    if (!hasPlace) fills.push({ kind: "beyond", text, about });
    else if (typeof field.pdf === "string") fills.push({ kind: "text", pdf: named(field.pdf, n), text, about });
    else fills.push({ kind: "boxes", pdf: field.pdf.map((name) => named(name, n)), text, about });
  }

  for (const each of map.fields) {
    if (!isRows(each)) {
      take(each, null, null, null, true);
      continue;
    }
    const beyond = [...each.fields, ...onlyTicked(each, view.form)];
    for (const [at, { row }] of (run.rows.get(each.rows) ?? []).entries()) {
      const hasPlace = at < each.max;
      for (const field of hasPlace ? each.fields : beyond) take(field, each.rows, row, at + 1, hasPlace);
    }
  }
  return { fills, unanswered };
}
