/**
 * Reads the public schema of a procedure of Démarches simplifiées as far as we use it, and says what is wrong with it and where.
 * Pure; takes anything: a mutated, huge or hostile input is refused with reasons or read with remarks, never thrown at.
 */
import { err, ok, type Result } from "../../shared/result.ts";
import { cleanLine, cleanText } from "./clean.ts";

export const limits = {
  /** Letters of the whole file. */
  text: 4_000_000,
  descriptors: 2000,
  options: 2000,
  label: 1000,
  description: 20_000,
  option: 1000,
} as const;

export interface Note {
  readonly code:
    | "not-json"
    | "not-a-schema"
    | "missing"
    | "wrong-type"
    | "too-long"
    | "too-many"
    | "duplicate"
    | "nested"
    | "unknown-type"
    | "no-label"
    | "no-options"
    | "empty-section"
    | "not-a-date";
  /** Such as "revision.champDescriptors[3].label". */
  readonly path: string;
  /** One sentence for the author. */
  readonly message: string;
}

export interface Descriptor {
  readonly path: string;
  readonly typename: string;
  /** base64 of "Champ-12". */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly required: boolean;
  readonly options: readonly string[];
  readonly other: boolean;
  readonly level: number;
  /** More to read, folded away there. */
  readonly more: string;
  readonly inner: readonly Descriptor[];
}

export interface Schema {
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly state: string;
  readonly revision: string;
  readonly url: string;
  /** Null: the schema does not say whether a person or an organisation files. */
  readonly forIndividual: boolean | null;
  readonly service: string;
  readonly fields: readonly Descriptor[];
}

export interface ReadSchema {
  readonly schema: Schema;
  /** What was passed over. */
  readonly notes: readonly Note[];
}

type Map = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Map => typeof value === "object" && value !== null && !Array.isArray(value);

const inside = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/** Own fields only: nothing is read from a prototype. */
const at = (map: Map, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);

/** From JSON text; a byte order mark is passed over. */
export function parseSchema(text: string): Result<ReadSchema, readonly Note[]> {
  if (text.length > limits.text)
    return err([{ code: "too-long", path: "", message: `the file has more than ${limits.text} letters` }]);
  try {
    return readSchema(JSON.parse(text.replace(/^\ufeff/, "")));
  } catch (error) {
    // Deeply nested arrays end JSON.parse with a RangeError.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return err([{ code: "not-json", path: "", message: "the file is no JSON" }]);
  }
}

export function readSchema(json: unknown): Result<ReadSchema, readonly Note[]> {
  const faults: Note[] = [];
  const notes: Note[] = [];
  const fault = (code: Note["code"], path: string, message: string): void => void faults.push({ code, path, message });
  const note = (code: Note["code"], path: string, message: string): void => void notes.push({ code, path, message });
  let count = 0;

  const line = (map: Map, key: string, path: string, most: number): string => {
    const value = at(map, key);
    if (value === undefined || value === null) return "";
    if (typeof value !== "string") fault("wrong-type", inside(path, key), "it is not a text");
    else if (value.length > most) fault("too-long", inside(path, key), `it has more than ${most} letters`);
    else return cleanLine(value);
    return "";
  };
  const text = (map: Map, key: string, path: string): string => {
    const value = at(map, key);
    if (value === undefined || value === null) return "";
    if (typeof value !== "string") fault("wrong-type", inside(path, key), "it is not a text");
    else if (value.length > limits.description)
      fault("too-long", inside(path, key), `it has more than ${limits.description} letters`);
    else return cleanText(value);
    return "";
  };
  const flag = (map: Map, key: string, path: string): boolean => {
    const value = at(map, key);
    if (value === undefined || value === null || typeof value === "boolean") return value === true;
    fault("wrong-type", inside(path, key), "it is neither true nor false");
    return false;
  };

  const optionsOf = (map: Map, path: string): readonly string[] => {
    const value = at(map, "options");
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      fault("wrong-type", `${path}.options`, "it is no list");
      return [];
    }
    if (value.length > limits.options) {
      fault("too-many", `${path}.options`, `more than ${limits.options} choices`);
      return [];
    }
    return value.flatMap((option: unknown, place) => {
      const here = `${path}.options[${place}]`;
      if (typeof option !== "string") fault("wrong-type", here, "it is not a text");
      else if (option.length > limits.option) fault("too-long", here, `it has more than ${limits.option} letters`);
      else return cleanLine(option) === "" ? [] : [cleanLine(option)];
      return [];
    });
  };

  const descriptorsOf = (value: unknown, path: string, isInner: boolean): readonly Descriptor[] => {
    if (!Array.isArray(value)) {
      fault(value === undefined ? "missing" : "wrong-type", path, "the list of questions is not there");
      return [];
    }
    const all: Descriptor[] = [];
    for (const [place, each] of value.entries()) {
      count += 1;
      if (count > limits.descriptors) {
        if (count === limits.descriptors + 1) fault("too-many", path, `more than ${limits.descriptors} questions`);
        break;
      }
      const here = `${path}[${place}]`;
      if (!isMap(each)) {
        fault("wrong-type", here, "it is no question");
        continue;
      }
      const read = descriptorOf(each, here, isInner);
      if (read !== undefined) all.push(read);
    }
    return all;
  };

  function descriptorOf(map: Map, path: string, isInner: boolean): Descriptor | undefined {
    const id = line(map, "id", path, 200);
    if (!/^[A-Za-z0-9+/_-]{1,100}={0,2}$/.test(id)) {
      fault(id === "" ? "missing" : "wrong-type", `${path}.id`, "without its id it cannot be told from others");
      return undefined;
    }
    const typename = line(map, "__typename", path, 100);
    const label = line(map, "label", path, limits.label);
    const inner = at(map, "champDescriptors");
    const nested = inner !== undefined && inner !== null;
    if (nested && isInner) fault("nested", `${path}.champDescriptors`, "a repetition inside a repetition");
    const level = Number(at(map, "level") ?? 1);
    return {
      path,
      typename,
      id,
      label,
      description: text(map, "description", path),
      required: flag(map, "required", path),
      options: optionsOf(map, path),
      other: flag(map, "otherOption", path),
      level: Number.isInteger(level) && level >= 1 && level <= 3 ? level : 1,
      more: flag(map, "collapsibleExplanationEnabled", path) ? text(map, "collapsibleExplanationText", path) : "",
      inner: nested && !isInner ? descriptorsOf(inner, `${path}.champDescriptors`, true) : [],
    };
  }

  const root = rootOf(json);
  if (root === undefined)
    return err([{ code: "not-a-schema", path: "", message: "this is not the public schema of a procedure" }]);
  const [top, base] = root;
  const revision = at(top, "revision");
  const number = at(top, "number");
  const numbered = typeof number === "string" && /^\d{1,12}$/.test(number) ? Number(number) : number;
  if (!Number.isSafeInteger(numbered) || Number(numbered) < 1)
    fault(number === undefined ? "missing" : "wrong-type", `${base}number`, "the procedure has no number");
  const title = line(top, "title", base.replace(/\.$/, ""), limits.label);
  if (title === "" && faults.length === 0) fault("missing", `${base}title`, "the procedure has no title");
  const fields = isMap(revision)
    ? descriptorsOf(at(revision, "champDescriptors"), `${base}revision.champDescriptors`, false)
    : [];
  if (!isMap(revision)) fault("missing", `${base}revision`, "it has no revision, so no questions");
  const seen = new Set<string>();
  for (const each of fields.flatMap((field) => [field, ...field.inner])) {
    if (seen.has(each.id)) fault("duplicate", `${each.path}.id`, "another question has this id");
    seen.add(each.id);
  }
  const individual = at(top, "forIndividual");
  const service = at(top, "service");
  const url = line(top, "demarcheURL", base.replace(/\.$/, ""), 500);
  if (url !== "" && !/^https?:\/\/[^\s]+$/.test(url))
    note("wrong-type", `${base}demarcheURL`, "it is no address of the web");
  const here = base.replace(/\.$/, "");
  const schema: Schema = {
    number: Number(numbered),
    title,
    description: text(top, "description", here),
    state: line(top, "state", here, 100),
    revision: isMap(revision) ? line(revision, "id", `${base}revision`, 200) : "",
    url: /^https?:\/\/[^\s]+$/.test(url) ? url : "",
    forIndividual: typeof individual === "boolean" ? individual : null,
    service: isMap(service) ? line(service, "nom", `${base}service`, limits.label) : "",
    fields,
  };
  return faults.length > 0 ? err(faults.slice(0, 100)) : ok({ schema, notes });
}

/** The description itself, or what the query language wraps around it. */
function rootOf(json: unknown): readonly [Map, string] | undefined {
  const ways: readonly (readonly string[])[] = [[], ["demarcheDescriptor"], ["data", "demarcheDescriptor"]];
  for (const way of ways) {
    let value: unknown = json;
    for (const key of way) value = isMap(value) ? at(value, key) : undefined;
    if (isMap(value) && (Object.hasOwn(value, "revision") || Object.hasOwn(value, "champDescriptors")))
      return [value, way.map((key) => `${key}.`).join("")];
  }
  return undefined;
}
