/**
 * A mapping file, checked for its shape before anything of it is used. Pure.
 *
 * Written by hand, not as a schema: a mapped field is one of three kinds, and an author is told what is wrong with the one
 * that was meant. Conditions are checked with the form (check.ts).
 */

import { err, ok, type Result } from "../../shared/result.ts";
import { answerParts, type OfficialMap } from "./model.ts";

export interface OfficialFault {
  /** From the top of the file. */
  readonly path: readonly (string | number)[];
  /** One sentence for the author. */
  readonly message: string;
}

type Path = readonly (string | number)[];
type Loose = Readonly<Record<string, unknown>>;
type Tell = (path: Path, message: string) => void;
type Look = (value: unknown, path: Path, tell: Tell) => void;

const MAX_FIELDS = 3000;
const MAX_BOXES = 100;
const MAX_TEXT = 300;
const MAX_FAULTS = 200;
const MAX_DEPTH = 40;

const isMap = (value: unknown): value is Loose => typeof value === "object" && value !== null && !Array.isArray(value);

const text: Look = (value, path, tell) => {
  if (typeof value !== "string" || value.trim() === "" || value.length > MAX_TEXT)
    tell(path, "it must be a short text");
};
const textOrTexts: Look = (value, path, tell) => {
  if (!Array.isArray(value)) return text(value, path, tell);
  if (value.length === 0 || value.length > MAX_BOXES) tell(path, `it must be a list of 1 to ${MAX_BOXES} names`);
  for (const [at, each] of value.entries()) text(each, [...path, at], tell);
};
const whole =
  (min: number, max: number): Look =>
  (value, path, tell) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max)
      tell(path, `it must be a whole number from ${min} to ${max}`);
  };
const oneOf =
  (...values: readonly unknown[]): Look =>
  (value, path, tell) => {
    if (!values.includes(value))
      tell(path, `it must be one of ${values.map((each) => JSON.stringify(each)).join(", ")}`);
  };
const values: Look = (value, path, tell) => {
  if (!isMap(value)) return tell(path, "it must be a text for each choice");
  for (const [id, each] of Object.entries(value)) text(each, [...path, id], tell);
};
const depthOf = (value: unknown, left: number): number =>
  left === 0 || !Array.isArray(value) ? 0 : 1 + Math.max(0, ...value.map((each) => depthOf(each, left - 1)));
const expression: Look = (value, path, tell) => {
  if (!Array.isArray(value) || typeof value[0] !== "string" || depthOf(value, MAX_DEPTH) >= MAX_DEPTH)
    tell(path, 'it must be an expression of forms, as ["answer", "has_children"]');
};

const writing: Readonly<Record<string, Look>> = {
  date: (value, path, tell) => {
    if (typeof value !== "string" || !/^(DD|MM|YYYY|YY|hh|mm|[^\p{L}\p{N}])+$/u.test(value))
      tell(path, 'it must be made of DD, MM, YYYY, YY, hh, mm, as "DD/MM/YYYY"');
  },
  part: oneOf(...answerParts),
  decimals: whole(0, 6),
  case: oneOf("upper"),
  compact: oneOf(true, false),
  between: (value, path, tell) => {
    if (typeof value !== "string" || value.length > 20) tell(path, "it must be a short text");
  },
  values,
};

/** What belongs to each kind of mapped field, and what it cannot be without. */
const kinds: readonly { readonly mark: string; readonly own: Readonly<Record<string, Look>> }[] = [
  { mark: "when", own: { pdf: text, when: expression, on: text } },
  { mark: "value", own: { pdf: textOrTexts, value: expression, ...writing } },
  { mark: "from", own: { pdf: textOrTexts, from: textOrTexts, ...writing } },
];

function lookAt(
  value: Loose,
  parts: Readonly<Record<string, Look>>,
  needed: readonly string[],
  path: Path,
  tell: Tell,
): void {
  for (const name of needed) if (value[name] === undefined) tell(path, `"${name}" is missing`);
  for (const [name, part] of Object.entries(value)) {
    const look = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (look === undefined) tell([...path, name], `"${name}" means nothing here`);
    else look(part, [...path, name], tell);
  }
}

const mapped: Look = (value, path, tell) => {
  if (!isMap(value)) return tell(path, 'it must be a group with "pdf" and one of "from", "value", "when"');
  const kind = kinds.filter(({ mark }) => value[mark] !== undefined);
  const [only] = kind;
  if (only === undefined || kind.length > 1) return tell(path, 'it has one of "from", "value", "when"');
  lookAt(value, only.own, ["pdf"], path, tell);
};

const fields: Look = (value, path, tell) => {
  if (!Array.isArray(value) || value.length > MAX_FIELDS) return tell(path, "it must be a list of mapped fields");
  for (const [at, each] of value.entries()) {
    const here = [...path, at];
    if (!isMap(each) || each.rows === undefined) {
      mapped(each, here, tell);
      continue;
    }
    const inner: Look = (list, where, say) => {
      if (!Array.isArray(list) || list.length > MAX_FIELDS) return say(where, "it must be a list of mapped fields");
      for (const [place, one] of list.entries()) mapped(one, [...where, place], say);
    };
    lookAt(each, { rows: text, max: whole(1, 100), fields: inner }, ["max", "fields"], here, tell);
  }
};

const names: Look = (value, path, tell) => {
  if (!Array.isArray(value) || value.length > MAX_FIELDS) return tell(path, "it must be a list of names");
  for (const [at, each] of value.entries()) text(each, [...path, at], tell);
};

const file: Readonly<Record<string, Look>> = {
  format: oneOf("besace-official"),
  form: text,
  version: whole(1, 1_000_000),
  title: text,
  pdf: (value, path, tell) => {
    if (!isMap(value)) return tell(path, 'it must be a group with "sha256" and "bytes"');
    const sha256: Look = (hash, where, say) => {
      if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) say(where, "it must be 64 small hex digits");
    };
    lookAt(value, { sha256, bytes: whole(1, maxOfficialBytes) }, ["sha256", "bytes"], path, tell);
  },
  fields,
  blank: names,
};

/** Of one blank PDF. The official forms that we know have 0.1 to 3 MB. */
export const maxOfficialBytes = 12_000_000;

/** @param data as JSON.parse or a YAML reader made it. Never throws. */
export function readOfficial(data: unknown): Result<OfficialMap, readonly OfficialFault[]> {
  const faults: OfficialFault[] = [];
  const tell: Tell = (path, message) => void (faults.length < MAX_FAULTS && faults.push({ path, message }));
  if (!isMap(data)) tell([], "the file is no mapping");
  else lookAt(data, file, ["format", "form", "version", "title", "pdf", "fields"], [], tell);
  return faults.length === 0 ? ok(data as unknown as OfficialMap) : err(faults);
}
