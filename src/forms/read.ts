/**
 * A form from outside (an organisation's file, an import): checked whole before anything of it is used. Pure; loaded only where
 * such forms are read.
 *
 * Three sieves: the shape (schema.ts), what its parts are to each other (check.ts), its words. Each fault has one plain sentence
 * and the path to where it is; a tool that has the text of the file adds the line. Surprising fact: what an author may leave out
 * is filled in here, so that everybody else has a whole form.
 */

import { type OutputUnit, Validator } from "@cfworker/json-schema";
import { err, ok, type Result } from "../shared/result.ts";
import { checkForm, type FormFault } from "./check.ts";
import type { Field, Form, FormFile, Requirement, Words } from "./model.ts";
import { checkOfficial } from "./official/check.ts";
import { readOfficial } from "./official/read.ts";
import { fieldTypes, formFileSchema } from "./schema.ts";
import { keysIn, neededKeys, wordAt, wordKeys } from "./words.ts";

type Path = readonly (string | number)[];

/** Deeper than any form; a hostile file must not reach the recursion of others. */
const MAX_DEPTH = 60;
const MAX_PARTS = 60_000;
/** One file has so many faults when it is not a form at all. */
const MAX_FAULTS = 200;

/** Depth and number of parts, without recursion. */
function isTooLarge(data: unknown): boolean {
  let level: readonly unknown[] = [data];
  let parts = 0;
  for (let depth = 0; level.length > 0; depth++) {
    parts += level.length;
    if (depth > MAX_DEPTH || parts > MAX_PARTS) return true;
    level = level.flatMap((part) => (typeof part === "object" && part !== null ? Object.values(part) : []));
  }
  return false;
}

/* ---- shape ---- */

/** Those that say what is wrong; the others only say that something inside is. */
const telling = new Set([
  "type",
  "enum",
  "const",
  "pattern",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "maxLength",
  "required",
  "false",
]);

const pathOfPointer = (pointer: string, data: unknown): Path => {
  const parts = pointer
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "")
    .map((part) => decodeURIComponent(part.replace(/~1/g, "/").replace(/~0/g, "~")));
  let at: unknown = data;
  return parts.map((part) => {
    const place = Array.isArray(at) ? Number(part) : part;
    at = typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[place] : undefined;
    return place;
  });
};

const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, part) => (typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[part] : undefined),
    data,
  );

const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

/** How people name it: "field birthdate", "page where", else its path. */
function nameOf(data: unknown, path: Path): string {
  const kinds: Readonly<Record<string, string>> = { fields: "field", pages: "page", requirements: "requirement" };
  for (let length = path.length; length > 1; length--) {
    const kind = kinds[String(path[length - 2])];
    if (kind === undefined || typeof path[length - 1] !== "number") continue;
    const id = valueAt(data, [...path.slice(0, length), "id"]);
    return `${kind} ${typeof id === "string" ? id : `number ${Number(path[length - 1]) + 1}`}`;
  }
  return path.length === 0 ? "the file" : path.join(".");
}

const kindWords: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a group of named parts",
};

function sentenceOf(unit: OutputUnit, data: unknown, path: Path): string {
  const value = valueAt(data, path);
  const last = String(path.at(-1));
  if (unit.keywordLocation.includes("/propertyNames/") || unit.keyword === "false")
    return `"${last}" means nothing here`;
  const detail = unit.error.replace(/^Instance /, "").replace(/\.$/, "");
  switch (unit.keyword) {
    case "required":
      return `${/property "(.*)"/.exec(unit.error)?.[1] ?? "something"} is missing`;
    case "enum":
      if (last === "type") return `there is no type ${quoted(value)}; there are: ${fieldTypes.join(", ")}`;
      return `${last}: ${quoted(value)} is none of ${/any of (\[.*\])/.exec(unit.error)?.[1] ?? "the values it may have"}`;
    case "type":
      return `${last}: ${quoted(value)} is not ${kindWords[/Expected "(.*)"/.exec(unit.error)?.[1] ?? ""] ?? "what it must be"}`;
    case "pattern":
      return `${last}: ${quoted(value)} is not written as it must be`;
    default:
      return `${last}: ${detail}`;
  }
}

/** Made when the first form is read. */
let validator: Validator | undefined;

function shapeFaults(data: unknown): readonly FormFault[] {
  validator ??= new Validator(formFileSchema, "2020-12", false);
  const { valid, errors } = validator.validate(data);
  if (valid) return [];
  const faults = new Map<string, { readonly keyword: string; readonly path: Path; readonly fault: FormFault }>();
  for (const unit of errors) {
    if (!telling.has(unit.keyword)) continue;
    const path = pathOfPointer(unit.instanceLocation, data);
    const where = path.join("/") + (unit.keyword === "required" ? unit.error : "");
    // Of several ways in which one value is wrong, the first is told.
    if (faults.has(where)) continue;
    const fault: FormFault = { code: "shape", at: nameOf(data, path), message: sentenceOf(unit, data, path), path };
    faults.set(where, { keyword: unit.keyword, path, fault });
  }
  // What is of two kinds at will (words) is wrong by what is inside it.
  const paths = [...faults.keys()];
  const isOuter = (where: string): boolean =>
    typeof valueAt(data, faults.get(where)?.path ?? []) === "object" &&
    faults.get(where)?.keyword === "type" &&
    paths.some((other) => other.startsWith(`${where}/`));
  return paths
    .filter((where) => !isOuter(where))
    .flatMap((where) => faults.get(where)?.fault ?? [])
    .slice(0, MAX_FAULTS);
}

/* ---- what may be left out ---- */

type Loose = Readonly<Record<string, unknown>>;

const lengths: Readonly<Record<string, number>> = { text: 200, longText: 4000, phone: 40, email: 200 };

function wholeField(field: Loose): Field {
  const type = String(field.type);
  return {
    required: false,
    unknown: false,
    ...(lengths[type] === undefined ? {} : { maxLength: lengths[type] }),
    ...(type === "date" ? { partial: false } : {}),
    ...(type === "repeat" ? { max: 10 } : {}),
    ...field,
    ...(type === "repeat" ? { fields: (field.fields as readonly Loose[]).map(wholeField) } : {}),
  } as unknown as Field;
}

const wholeRequirement = (requirement: Loose): Requirement =>
  ({
    kinds: [],
    required: false,
    maxPapers: Math.max(5, Number(requirement.count ?? 1)),
    ...requirement,
  }) as unknown as Requirement;

function wholeForm(form: Loose): Form {
  const loose = (name: string): readonly Loose[] => (form[name] ?? []) as readonly Loose[];
  return {
    icon: "autre",
    official: null,
    sources: [],
    minutes: 10,
    notForeseen: true,
    declaration: false,
    ...form,
    fields: loose("fields").map(wholeField),
    pages: loose("pages").map((page) => ({ fields: [], ...page })),
    requirements: loose("requirements").map(wholeRequirement),
  } as unknown as Form;
}

/* ---- words ---- */

function wordFaults(file: FormFile): readonly FormFault[] {
  const needed = neededKeys(file.form);
  const known = new Set(wordKeys(file.form));
  const languages = [...new Set(["fr", ...(file.form.languages ?? []), ...Object.keys(file.words)])];
  return languages.flatMap((language): readonly FormFault[] => {
    const words: Words | undefined = file.words[language];
    const fault = (code: "missing-word" | "unknown-word", key: string, message: string): FormFault => ({
      code,
      at: `words ${language}`,
      message,
      path: ["words", language, ...(code === "unknown-word" ? key.split(".") : [])],
    });
    if (words === undefined) return [fault("missing-word", "", `there are no words in "${language}"`)];
    return [
      ...needed
        .filter((key) => (wordAt(words, key) ?? "").trim() === "")
        .map((key) => fault("missing-word", key, `"${key}" has no text`)),
      ...keysIn(words)
        .filter((key) => !known.has(key))
        .map((key) => fault("unknown-word", key, `"${key}" is asked by nothing in the form`)),
    ];
  });
}

/* ---- where ---- */

/** The path of what check.ts names: "field birthdate, constraint x". The last one of two with the same id. */
function pathOf(form: Form, { at, code }: FormFault): Path {
  const [named = "", part = ""] = at.split(", ");
  const [kind = "", id = ""] = named.split(" ");
  const lists: Readonly<Record<string, readonly { readonly id: string; readonly if?: unknown }[]>> = {
    page: form.pages,
    requirement: form.requirements,
    section: form.sections ?? [],
    human: form.humans ?? [],
    remedy: form.remedies ?? [],
    field: form.fields,
  };
  const names: Readonly<Record<string, string>> = { remedy: "remedies" };
  const all = lists[kind] ?? [];
  const place = all.map((each) => each.id).lastIndexOf(id);
  let path: Path = ["form", ...(place < 0 ? [] : [names[kind] ?? `${kind}s`, place])];
  let found: { readonly if?: unknown; readonly constraints?: readonly { readonly message: string }[] } | undefined =
    all[place];
  if (kind === "field") {
    for (const [outer, field] of form.fields.entries()) {
      const inner = field.type === "repeat" ? field.fields.map((each) => each.id).lastIndexOf(id) : -1;
      if (inner < 0 || field.type !== "repeat") continue;
      path = ["form", "fields", outer, "fields", inner];
      found = field.fields[inner];
    }
  }
  if (part === "value") return [...path, "value"];
  if (part.startsWith("constraint ")) {
    const which = found?.constraints?.findIndex(({ message }) => message === part.slice("constraint ".length)) ?? -1;
    return which < 0 ? path : [...path, "constraints", which, "must"];
  }
  const ofCondition: readonly FormFault["code"][] = [
    "unknown-field",
    "unknown-choice",
    "unknown-operator",
    "bad-operands",
    "bad-type",
    "too-deep",
    "cycle",
  ];
  return found?.if !== undefined && ofCondition.includes(code) ? [...path, "if"] : path;
}

/**
 * The form of a file, whole and checked, or every fault of the first sieve that finds any. Never throws, whatever the data.
 * `data`: as JSON.parse or a YAML reader made it.
 */
export function readForm(data: unknown): Result<FormFile, readonly FormFault[]> {
  if (isTooLarge(data)) {
    return err([{ code: "shape", at: "the file", message: "it is too large or too deep for a form", path: [] }]);
  }
  const shape = shapeFaults(data);
  if (shape.length > 0) return err(shape);
  const loose = data as { readonly form: Loose; readonly words: FormFile["words"] };
  const form = wholeForm(loose.form);
  const checked = checkForm(form);
  if (!checked.ok) return err(checked.error.map((fault) => ({ ...fault, path: pathOf(form, fault) })));
  const file: FormFile = { format: "besace-form", form, words: loose.words };
  const words = wordFaults(file);
  if (words.length > 0) return err(words.slice(0, MAX_FAULTS));
  const { official } = data as { readonly official?: unknown };
  return official === undefined ? ok(file) : withOfficial(file, official);
}

/** The same file with its mapping to an official PDF, once both fit; the PDF itself is looked at by the tool of authors. */
function withOfficial(file: FormFile, data: unknown): Result<FormFile, readonly FormFault[]> {
  const read = readOfficial(data);
  const faults = read.ok ? checkOfficial(read.value, file.form, null).faults : read.error;
  return read.ok && faults.length === 0
    ? ok({ ...file, official: read.value })
    : err(faults.map(({ path, message }) => ({ code: "shape", at: "official", message, path: ["official", ...path] })));
}
