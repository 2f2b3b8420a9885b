/**
 * Whether a mapping, its form and its PDF fit each other. Pure; an author asks with `npm run form -- official`, and nothing is
 * filled that was not asked.
 *
 * Surprising fact: a mapping that reads a field which the form does not have is a fault; an answer that goes nowhere is only
 * said, because many official forms ask for less than people need to be asked.
 */

import { compiledForm } from "../compiled.ts";
import { findField } from "../engine.ts";
import { readsOf } from "../expr.ts";
import type { Form } from "../model.ts";
import { isRows, isTick, type Mapped, type OfficialMap, type PdfField, type PdfForm } from "./model.ts";
import type { OfficialFault } from "./read.ts";
import { formWithMap, mappedFields } from "./values.ts";

export interface OfficialCheck {
  /** In the order of the mapping; none: it can be used. */
  readonly faults: readonly OfficialFault[];
  /** Fields of the PDF that nothing fills and that are not said to stay blank. */
  readonly unusedPdf: readonly string[];
  /** Answers that go nowhere. */
  readonly unusedAnswers: readonly string[];
}

/** Names of PDF fields of a mapped field, for each row that has a place. */
function namesOf(field: Mapped, rows: number | null): readonly string[] {
  const names = typeof field.pdf === "string" ? [field.pdf] : field.pdf;
  if (rows === null) return names;
  return Array.from({ length: rows }, (_, at) =>
    names.map((name) => name.replaceAll("{n}", String(at + 1)).replaceAll("{n0}", String(at))),
  ).flat();
}

/** What an answer of a choice may be, in words of `values`; null: anything. */
function choicesOf(form: Form, id: string): readonly string[] | null {
  const field = findField(form, id);
  switch (field?.type) {
    case "choice":
    case "choices":
      return [...field.choices.map((choice) => choice.id), ...(field.other === true ? ["other"] : [])];
    case "civility":
      return ["madame", "monsieur"];
    case "yesno":
    case "checkbox":
      return ["yes", "no"];
    case "linked":
      return field.choices.flatMap((choice) => [choice.id, ...choice.choices.map((each) => each.id)]);
    default:
      return null;
  }
}

/** @param pdf null where only the mapping and the form are looked at. */
export function checkOfficial(map: OfficialMap, form: Form, pdf: PdfForm | null): OfficialCheck {
  const faults: OfficialFault[] = [];
  const tell = (path: OfficialFault["path"], message: string): void => void faults.push({ path, message });
  if (map.form !== form.id) tell(["form"], `it is for "${map.form}", and this form is "${form.id}"`);
  if (map.version !== form.version)
    tell(["version"], `it was made for version ${map.version}, and the form is at ${form.version}`);

  const inPdf = new Map<string, PdfField>((pdf?.fields ?? []).map((field) => [field.name, field]));
  const isInRepeat = (id: string): string | null =>
    form.fields.find((field) => field.type === "repeat" && field.fields.some((each) => each.id === id))?.id ?? null;

  for (const [at, each] of map.fields.entries()) {
    if (isRows(each) && !form.fields.some((field) => field.type === "repeat" && field.id === each.rows))
      tell(["fields", at, "rows"], `there is no repeat "${each.rows}"`);
  }
  const read = new Set<string>();
  const filled = new Map<string, string>();
  for (const { field, repeat, path } of mappedFields(map)) {
    const rows = map.fields.find((each) => isRows(each) && each.fields.includes(field));
    const names = namesOf(field, rows !== undefined && isRows(rows) ? rows.max : null);
    const sources = "from" in field ? [field.from].flat() : readsOf(isTick(field) ? field.when : field.value);
    for (const id of sources) {
      read.add(id);
      if (!("from" in field)) continue;
      const found = findField(form, id);
      const home = isInRepeat(id);
      if (found === undefined) tell([...path, "from"], `there is no field "${id}"`);
      else if (home !== null && home !== repeat)
        tell([...path, "from"], `"${id}" is answered in each row of "${home}": map it under rows`);
      else if (found.type === "repeat" || found.type === "info") tell([...path, "from"], `"${id}" has no answer`);
    }
    if (rows !== undefined && isRows(rows) && rows.max > 1 && new Set(names).size !== names.length)
      tell([...path, "pdf"], "every row would be written into the same place: {n} is missing");
    if (pdf === null) continue;
    for (const name of names) {
      const there = inPdf.get(name);
      const key = isTick(field) ? `${name} ${field.on ?? ""}` : name;
      if (there === undefined) {
        tell([...path, "pdf"], `the PDF has no field "${name}"`);
        continue;
      }
      if (filled.has(key) && !isTick(field)) tell([...path, "pdf"], `"${name}" is filled twice`);
      filled.set(key, name);
      const states = there.states.map((state) => `"${state}"`).join(", ");
      if (there.kind === "signature" || there.kind === "button")
        tell([...path, "pdf"], `"${name}" is a ${there.kind}: nothing can be written there`);
      else if (isTick(field)) {
        if (there.kind !== "tick" && there.kind !== "radio") tell([...path, "pdf"], `"${name}" cannot be ticked`);
        else if (field.on !== undefined && !there.states.includes(field.on))
          tell([...path, "on"], `"${name}" has no state "${field.on}"; it has ${states}`);
        else if (field.on === undefined && there.states.length > 1)
          tell(path, `"${name}" has several states, say which with "on": ${states}`);
      } else if (there.kind === "tick") tell([...path, "pdf"], `"${name}" is a box to tick: use "when"`);
      else if (there.kind === "radio" || there.kind === "choice") {
        for (const [id, state] of Object.entries(field.values ?? {})) {
          if (!there.states.includes(state))
            tell([...path, "values", id], `"${name}" has no state "${state}"; it has ${states}`);
        }
        const choices = "from" in field && typeof field.from === "string" ? choicesOf(form, field.from) : null;
        for (const id of choices ?? []) {
          if (field.values?.[id] === undefined)
            tell([...path, "values"], `"${id}" is not said: "${name}" has ${states}`);
        }
      }
    }
  }

  const whole = formWithMap(form, map);
  const places = new Map<string, Mapped>([...whole.calcOf].map(([field, id]) => [`field ${id}`, field]));
  const pathOf = new Map(mappedFields(map).map(({ field, path }) => [field, path] as const));
  const before = new Set(compiledForm(form).faults.map(({ at }) => at));
  for (const { at, code, about } of compiledForm(whole.form).faults) {
    const field = places.get(at.split(",")[0] ?? "");
    if (field === undefined || before.has(at)) continue;
    tell([...(pathOf.get(field) ?? []), isTick(field) ? "when" : "value"], `${code}: ${about.join(", ")}`);
  }

  for (const [at, name] of (map.blank ?? []).entries()) {
    if (pdf !== null && !inPdf.has(name)) tell(["blank", at], `the PDF has no field "${name}"`);
  }
  const known = new Set([...filled.values(), ...(map.blank ?? [])]);
  const unusedPdf = (pdf?.fields ?? []).filter(({ name, kind }) => kind !== "button" && !known.has(name));
  for (const { name } of unusedPdf.filter(({ required }) => required))
    tell(["fields"], `the PDF must have "${name}", and nothing fills it (or say it under "blank")`);
  return {
    faults,
    unusedPdf: unusedPdf.map(({ name }) => name),
    unusedAnswers: form.fields
      .flatMap((field) => (field.type === "repeat" ? field.fields : [field]))
      .filter(({ id, type }) => type !== "info" && !read.has(id))
      .map(({ id }) => id),
  };
}
