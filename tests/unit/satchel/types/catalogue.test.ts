/**
 * The catalogue of kinds of paper is whole: each has its details, its words in every language, icons that exist, and says
 * where it was read. Runs in Node over the real words of locales/.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commonTypes, paperType, paperTypes } from "../../../../src/satchel/paper-types.ts";
import { detailedTypes, paperTypeDetails, reviewBefore } from "../../../../src/satchel/types/catalogue.ts";

const root = new URL("../../../..", import.meta.url).pathname;
const languages = ["fr", "en", "ar"] as const;

function words(language: string, area: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const collect = (value: unknown, key: string): void => {
    if (typeof value === "string") found.set(key, value);
    else for (const [name, inner] of Object.entries(value ?? {})) collect(inner, key === "" ? name : `${key}.${name}`);
  };
  collect(JSON.parse(readFileSync(`${root}/locales/${language}/${area}.json`, "utf8")), "");
  return found;
}

const details = detailedTypes();
const icons = new Set(readdirSync(`${root}/src/app/ui/icons/svg`));
const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();

/** What could be stored or sent before the catalogue grew: these stay for ever. */
const firstIds = [
  ...["identity-card", "passport", "residence-permit", "recepisse", "birth-certificate", "family-book"],
  ...["proof-of-address", "domicile-attestation", "tax-notice", "pay-slip", "benefit-notice", "bank-details"],
  ...["health-attestation", "letter-received", "other"],
];

/** What peers lack and people need (issue 5). */
const needed = [
  ...["domicile-attestation", "recepisse", "c2s-attestation", "ame-card", "rsa-notice", "mdph-notice"],
  ...["protection-judgment", "sworn-statement", "hosting-bundle", "mandate", "mobility-inclusion-card"],
];

describe("the list", () => {
  test("has at least 60 kinds, each id once, the first ones among them", () => {
    expect(paperTypes.length).toBeGreaterThanOrEqual(60);
    expect(unique(paperTypes.map((type) => type.id))).toHaveLength(paperTypes.length);
    expect([...firstIds, ...needed].filter((id) => paperType(id) === undefined)).toEqual([]);
    expect(commonTypes.map((type) => type.id)).toEqual(firstIds);
  });

  test("has ids that can stand in any file, and icons that exist", () => {
    expect(paperTypes.filter((type) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(type.id))).toEqual([]);
    expect(paperTypes.filter((type) => !icons.has(`${type.icon}.svg`)).map((type) => type.icon)).toEqual([]);
  });

  test("covers the families that people look under", () => {
    const families = unique(paperTypes.map((type) => type.family));
    expect(families).toEqual([
      ...["family", "health", "home", "identity", "mail", "money", "other", "residence", "rights", "work"],
    ]);
  });
});

describe("the details", () => {
  test("are there for each kind of the list, and for no other", () => {
    expect(unique(details.map((each) => each.id))).toEqual(unique(paperTypes.map((type) => type.id)));
    expect(paperTypeDetails(null)).toBeUndefined();
    expect(paperTypeDetails("of-a-newer-version")).toBeUndefined();
  });

  test("say where they were read and when, and the catalogue when it has to be read again", () => {
    const wrong = details.filter(
      (each) =>
        each.sources.length === 0 ||
        each.sources.some((source) => source.title === "" || !/^20\d\d-\d\d-\d\d$/.test(source.verifiedOn)),
    );
    expect(wrong.map((each) => each.id)).toEqual([]);
    expect(reviewBefore).toMatch(/^20\d\d-\d\d-\d\d$/);
  });

  test("ask for an end date where one is printed, and nowhere else", () => {
    const asks = details.filter((each) =>
      each.fields.some((field) => field.id === "expires" || field.id === "appointment"),
    );
    expect(unique(asks.map((each) => each.id))).toEqual(
      unique(paperTypes.filter((type) => type.hasExpiry).map((type) => type.id)),
    );
  });

  test("name no field twice in a kind", () => {
    for (const each of details) expect(unique(each.fields.map((field) => field.id))).toHaveLength(each.fields.length);
  });

  test("hide numbers that open accounts", () => {
    const open = details.flatMap((each) =>
      each.fields.filter((field) => ["iban", "social-number", "tax-number"].includes(field.id) && !field.secret),
    );
    expect(open).toEqual([]);
  });

  test("agree with what stays on this phone: papers that speak of health, and only they (PRODUCT)", () => {
    const health = details.filter((each) => each.sensitivity.includes("health")).map((each) => each.id);
    expect(unique(paperTypes.filter((type) => type.localOnlyByDefault).map((type) => type.id))).toEqual(unique(health));
    expect(paperTypes.filter((type) => type.family === "health" && !type.localOnlyByDefault)).toEqual([]);
  });
});

describe.each(languages)("the words in %s", (language) => {
  const guide = words(language, "papers-guide");
  const names = words(language, "papers-types");
  const search = words(language, "papers-search");

  test("name every kind, each differently, and give other words for it", () => {
    expect(paperTypes.filter((type) => !names.has(type.id)).map((type) => type.id)).toEqual([]);
    expect(unique(paperTypes.map((type) => names.get(type.id) ?? ""))).toHaveLength(paperTypes.length);
    expect([...search.keys()].sort()).toEqual(unique(paperTypes.map((type) => type.id)));
  });

  test("say every field, place, validity, sensitivity and advice that is used", () => {
    const used = details.flatMap((each) => [
      `validity.${each.validity}`,
      ...each.fields.flatMap((field) => [`fields.${field.id}`, `places.${field.printed}`]),
      ...each.sensitivity.map((id) => `sensitivity.${id}`),
      ...each.advice.map((id) => `advice.${id}`),
    ]);
    expect(unique(used).filter((key) => !guide.has(key))).toEqual([]);
    expect([...guide.keys()].filter((key) => key.includes(".") && !used.includes(key))).toEqual([]);
  });
});

test("the French sentences are short", () => {
  const long = [...words("fr", "papers-guide")].filter(([, text]) =>
    text
      .split(/(?<=[.?!])\s+/u)
      .some((sentence) => sentence.split(/[\s\u00a0]+/u).filter((word) => /[\p{L}\d]/u.test(word)).length > 18),
  );
  expect(long).toEqual([]);
});
