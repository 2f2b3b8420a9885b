/**
 * The shape of a form file as JSON Schema (2020-12), for readers of forms from outside and for the editors of authors
 * (`npm run form -- schema`). Data only, built from one table by type, so that a type cannot be forgotten.
 *
 * It says what a part looks like; what parts must be to each other (ids, conditions, cycles, words) is in check.ts.
 */

import { formatNames } from "./formats.ts";
import type { FieldType } from "./model.ts";

type Schema = Readonly<Record<string, unknown>>;

const flag: Schema = { type: "boolean" };
const day: Schema = { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" };
const text = (most: number): Schema => ({ type: "string", maxLength: most });
const fieldId: Schema = { type: "string", pattern: "^[a-z][a-z0-9_]*$", maxLength: 60 };
const kebab: Schema = { type: "string", pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 60 };
const whole = (least: number, most: number): Schema => ({ type: "integer", minimum: least, maximum: most });
const amount: Schema = { type: "number", minimum: -1e12, maximum: 1e12 };
const list = (items: Schema, most: number, least = 0): Schema => ({
  type: "array",
  items,
  maxItems: most,
  minItems: least,
});
const map = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const address: Schema = { type: "string", pattern: "^https://[^\\s]+$", maxLength: 300 };
const refs: Schema = { type: "object", additionalProperties: text(200) };

/** What a list that begins with an operator holds is checked by the compiler, which explains it better. */
const expr: Schema = { type: "array", minItems: 1, maxItems: 200 };

const common: Readonly<Record<string, Schema>> = {
  id: fieldId,
  type: { type: "string" },
  required: flag,
  unknown: flag,
  if: expr,
  profile: { type: "string", pattern: "^[a-z][a-z0-9_]*$", maxLength: 60 },
  constraints: list(map({ must: expr, message: kebab }, ["must", "message"]), 20),
  ref: refs,
  online: { const: true },
};

const length = { maxLength: whole(1, 20_000) };
const unit: Schema = { enum: ["euro", "percent", "m2", "km", "own"] };
const decimals = whole(0, 6);
const choice = map({ id: kebab, icon: kebab }, ["id"]);
const bound: Schema = { type: "string", pattern: "^(today([+-]\\d{1,4}[dmy])?|\\d{4}-\\d\\d-\\d\\d)$" };
const bounds = { min: bound, max: bound };
const nothing = { own: {}, needs: [] as readonly string[] };

/** What each type has beside what all have, and what of it must be there. */
const byType: Readonly<
  Record<FieldType, { readonly own: Readonly<Record<string, Schema>>; readonly needs: readonly string[] }>
> = {
  text: { own: length, needs: [] },
  longText: { own: length, needs: [] },
  phone: { own: length, needs: [] },
  email: { own: length, needs: [] },
  integer: { own: { min: amount, max: amount, unit }, needs: [] },
  decimal: { own: { min: amount, max: amount, decimals, unit }, needs: [] },
  formatted: { own: { format: { enum: formatNames }, masks: list(text(60), 10, 1) }, needs: [] },
  iban: nothing,
  siret: nothing,
  civility: nothing,
  choice: { own: { choices: list(choice, 500, 1), other: flag }, needs: ["choices"] },
  choices: { own: { choices: list(choice, 500, 1), other: flag, none: kebab }, needs: ["choices"] },
  linked: {
    own: { choices: list(map({ id: kebab, icon: kebab, choices: list(choice, 500) }, ["id", "choices"]), 100, 1) },
    needs: ["choices"],
  },
  date: { own: { partial: flag, past: flag, future: flag, ...bounds }, needs: [] },
  datetime: { own: bounds, needs: [] },
  yesno: nothing,
  checkbox: nothing,
  commune: nothing,
  departement: nothing,
  region: nothing,
  country: nothing,
  address: nothing,
  repeat: { own: { fields: list(ref("field"), 60, 1), max: whole(1, 100), min: whole(0, 100) }, needs: ["fields"] },
  info: { own: { icon: kebab }, needs: [] },
  signature: nothing,
  calc: { own: { value: expr, decimals, unit }, needs: ["value"] },
};

export const fieldTypes = Object.keys(byType) as readonly FieldType[];

const paperRule: Readonly<Record<string, Schema>> = {
  kinds: list(kebab, 60),
  maxAgeDays: whole(1, 36_500),
  count: whole(1, 20),
  sides: whole(1, 20),
};
const delay: Readonly<Record<string, Schema>> = { days: whole(1, 3650), months: whole(1, 120), source: whole(0, 100) };

const form = map(
  {
    format: { const: 1 },
    id: kebab,
    version: whole(1, 1_000_000),
    icon: kebab,
    official: {
      anyOf: [
        { type: "null" },
        map({ cerfa: text(40), verified: flag, checked: text(2000) }, ["cerfa", "verified", "checked"]),
      ],
    },
    sources: list(map({ title: text(500), verifiedOn: day, url: address }, ["title", "verifiedOn"]), 60),
    reviewBefore: day,
    minutes: whole(1, 600),
    fields: list(ref("field"), 1000),
    pages: list(
      map({ id: kebab, section: kebab, fields: list(fieldId, 60), if: expr, requirement: kebab }, ["id", "section"]),
      1000,
      1,
    ),
    requirements: list(
      map(
        {
          id: kebab,
          ...paperRule,
          required: flag,
          maxPapers: whole(1, 50),
          if: expr,
          alternatives: list(map({ id: kebab, ...paperRule }, ["id", "kinds"]), 20),
          accept: list({ enum: ["image", "pdf"] }, 2, 1),
          maxBytes: whole(1, 1_000_000_000),
          ref: refs,
        },
        ["id"],
      ),
      100,
    ),
    notForeseen: flag,
    declaration: flag,
    languages: list({ type: "string", pattern: "^[a-z]{2,3}$" }, 50, 1),
    origin: map(
      {
        kind: { enum: ["ds", "author"] },
        number: whole(1, 1_000_000_000),
        revision: text(200),
        url: address,
        hash: text(64),
        fetchedOn: day,
        logic: { enum: ["missing", "imported", "reviewed"] },
      },
      ["kind"],
    ),
    sections: list(map({ id: kebab, icon: kebab }, ["id"]), 100),
    receiver: { enum: ["besace", "paper", "portal"] },
    portal: address,
    answerWithin: map({ ...delay, silence: { enum: ["accepted", "refused"] } }),
    humans: list(
      map({ id: kebab, phone: { type: "string", pattern: "^[+\\d ]{2,20}$" }, url: address, source: whole(0, 100) }, [
        "id",
      ]),
      20,
    ),
    remedies: list(map({ id: kebab, within: map(delay), procedure: kebab }, ["id", "within"]), 20),
  },
  ["id", "version", "reviewBefore", "fields", "pages"],
);

/** One schema; a field is checked by its own type only, so that one mistake is one error. */
export const formFileSchema: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Besace form",
  ...map(
    {
      format: { const: "besace-form" },
      form: ref("form"),
      words: { type: "object", required: ["fr"], additionalProperties: ref("words") },
      // Looked at by official/read.ts.
      official: { type: "object" },
    },
    ["format", "form", "words"],
  ),
  $defs: {
    form,
    words: { type: "object", additionalProperties: { anyOf: [text(10_000), ref("words")] } },
    field: {
      type: "object",
      required: ["id", "type"],
      properties: { ...common, type: { enum: fieldTypes } },
      // Of another type, or as this type is.
      allOf: fieldTypes.map((type) => ({
        anyOf: [
          { properties: { type: { not: { const: type } } } },
          {
            properties: byType[type].own,
            required: byType[type].needs,
            propertyNames: { enum: [...Object.keys(common), ...Object.keys(byType[type].own)] },
          },
        ],
      })),
    },
  },
};
