/**
 * Every language says everything: the catalogues under locales/ have the same areas, keys and placeholders.
 *
 * Runs in Node. French is the source. Surprising: a counted sentence has as many forms as the language has plurals
 * (two in French, six in Arabic), so forms are compared by their base key and by Intl.PluralRules.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const FOLDER = new URL("../../locales", import.meta.url).pathname;
const SOURCE = "fr";
const PLURAL = /_(zero|one|two|few|many|other)$/;
// French and English reach "many" only at a million: those counts fall to "other".
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  fr: ["one", "other"],
  en: ["one", "other"],
  ar: ["zero", "one", "two", "few", "many", "other"],
};

const languages = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

const areasOf = (language: string): readonly string[] =>
  readdirSync(join(FOLDER, language))
    .filter((name) => name.endsWith(".json"))
    .sort();

/** A catalogue as full dotted keys and their texts. */
function texts(language: string, area: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const collect = (value: unknown, key: string): void => {
    if (typeof value === "string") found.set(key, value);
    else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) collect(inner, key === "" ? name : `${key}.${name}`);
    } else throw new Error(`${language}/${area}: ${key} is neither a text nor a group of texts`);
  };
  collect(JSON.parse(readFileSync(join(FOLDER, language, area), "utf8")), "");
  return found;
}

/** Base keys of counted sentences: those with an "other" form beside them. */
const counted = (catalogue: ReadonlyMap<string, string>): ReadonlySet<string> =>
  new Set([...catalogue.keys()].filter((key) => key.endsWith("_other")).map((key) => key.replace(PLURAL, "")));

const baseOf = (key: string, plurals: ReadonlySet<string>): string => {
  const base = key.replace(PLURAL, "");
  return plurals.has(base) ? base : key;
};

const placeholders = (text: string): readonly string[] =>
  [...text.matchAll(/\{\{\s*-?\s*([\w.]+)/g), ...text.matchAll(/<\/?(\w+)\s*\/?>/g)].map((match) => match[1] ?? "");

/** Base key to its placeholders, sorted; the count itself may be left out of a form ("one paper"). */
function shape(catalogue: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const plurals = counted(catalogue);
  const shapes = new Map<string, Set<string>>();
  for (const [key, text] of catalogue) {
    const base = baseOf(key, plurals);
    const names = shapes.get(base) ?? new Set();
    for (const name of placeholders(text)) if (!(plurals.has(base) && name === "count")) names.add(name);
    shapes.set(base, names);
  }
  return Object.fromEntries([...shapes].sort().map(([key, names]) => [key, [...names].sort().join(" ")]));
}

describe("the catalogues", () => {
  test("are there in French, English and Arabic", () => {
    expect(languages).toEqual(expect.arrayContaining(["ar", "en", SOURCE]));
  });

  test.each(languages)("%s has the areas of the source", (language) => {
    expect(areasOf(language)).toEqual(areasOf(SOURCE));
  });

  for (const area of areasOf(SOURCE)) {
    const source = texts(SOURCE, area);
    for (const language of languages.filter((name) => areasOf(name).includes(area))) {
      const own = texts(language, area);
      test(`${language}/${area} has the keys and placeholders of the source`, () => {
        expect(shape(own)).toEqual(shape(source));
      });
      test(`${language}/${area} has every plural form, and no empty text`, () => {
        const categories = CATEGORIES[language] ?? new Intl.PluralRules(language).resolvedOptions().pluralCategories;
        const missing = [...counted(own)].flatMap((base) =>
          categories.map((category) => `${base}_${category}`).filter((key) => !own.has(key)),
        );
        expect(missing).toEqual([]);
        expect([...own].filter(([, text]) => text.trim() === "").map(([key]) => key)).toEqual([]);
      });
    }
  }
});

describe("the words", () => {
  const every = (language: string): readonly (readonly [string, string])[] =>
    areasOf(language).flatMap((area) =>
      [...texts(language, area)].map(([key, text]) => [`${area} ${key}`, text] as const),
    );
  const those = (language: string, wrong: RegExp): readonly string[] =>
    every(language).flatMap(([key, text]) => (wrong.test(text) ? [`${key}: ${text}`] : []));

  test("French never promises what nobody can keep, and is not stiff", () => {
    expect(those("fr", /sécuris|100\s?%|coffre|veuillez|merci de/i)).toEqual([]);
  });

  test("no placeholder lost its name", () => {
    expect(languages.flatMap((language) => those(language, /\{\s*\}/))).toEqual([]);
  });

  test("French holds its double signs, quotes and phone numbers together", () => {
    expect(those("fr", /[^\u00a0\u202f][;!?»]|[^\d\u00a0\u202f]:|«[^\u00a0\u202f]|\d \d|[nN]° /)).toEqual([]);
  });

  test("Arabic has Western digits, its own commas and question marks", () => {
    expect(those("ar", /[\u0660-\u0669\u06f0-\u06f9]|[\u0621-\u064a][,;?]/)).toEqual([]);
  });
});
