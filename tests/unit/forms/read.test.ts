/** E10: a form from outside is refused with one clear error, with its path; or it comes whole. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FormFile } from "../../../src/forms/model.ts";
import { readForm } from "../../../src/forms/read.ts";
import { wordKeys } from "../../../src/forms/words.ts";

type Json = Record<string, unknown>;

/** A small form that is right; `change` makes it wrong. */
function file(
  change: (file: { form: Json & { fields: Json[]; pages: Json[] }; words: Record<string, Json> }) => void = () =>
    undefined,
): unknown {
  const made = {
    format: "besace-form",
    form: {
      id: "aide-vacances",
      version: 1,
      reviewBefore: "2027-06-01",
      fields: [
        { id: "name", type: "text", required: true },
        { id: "kids", type: "yesno" },
        { id: "how_many", type: "integer", min: 1, max: 20, if: ["answer", "kids"] },
        { id: "where", type: "choice", choices: [{ id: "sea" }, { id: "hills" }], other: true },
        { id: "people", type: "repeat", fields: [{ id: "person", type: "text" }] },
      ],
      pages: [
        { id: "name", section: "you", fields: ["name"] },
        { id: "kids", section: "you", fields: ["kids", "how_many"] },
        { id: "where", section: "stay", fields: ["where", "people"] },
        { id: "proof", section: "stay", requirement: "proof" },
      ],
      requirements: [{ id: "proof", count: 2, alternatives: [{ id: "other-proof", kinds: ["tax-notice"] }] }],
    } as Json & { fields: Json[]; pages: Json[] },
    words: {
      fr: {
        title: "Aide aux vacances",
        sections: { you: "Vous", stay: "Séjour" },
        pages: {
          name: { title: "Nom" },
          kids: { title: "Enfants" },
          where: { title: "Lieu" },
          proof: { title: "Papier" },
        },
        name: { label: "Nom" },
        kids: { label: "Enfants" },
        how_many: { label: "Combien" },
        where: { label: "Où", choices: { sea: "Mer", hills: "Montagne" }, other: "Autre" },
        people: { label: "Personnes" },
        person: { label: "Personne" },
        requirements: { proof: { label: "Preuve", alternatives: { "other-proof": "Avis d’impôt" } } },
      },
    } as Record<string, Json>,
  };
  change(made);
  return made;
}

const faults = (data: unknown): readonly string[] => {
  const result = readForm(data);
  return result.ok ? [] : result.error.map(({ code, at, path }) => `${code} | ${at} | ${(path ?? []).join(".")}`);
};
const sentences = (data: unknown): readonly string[] => {
  const result = readForm(data);
  return result.ok ? [] : result.error.map(({ message }) => message);
};

test("a form with what authors leave out comes whole", () => {
  const result = readForm(file());
  expect(result.ok ? [] : result.error).toEqual([]);
  const { form } = (result.ok ? result.value : undefined) as FormFile;
  expect(form.fields[0]).toEqual({ id: "name", type: "text", required: true, unknown: false, maxLength: 200 });
  expect(form.fields[4]).toMatchObject({ max: 10, fields: [{ id: "person", required: false, maxLength: 200 }] });
  expect(form.pages[3]).toEqual({ id: "proof", section: "stay", fields: [], requirement: "proof" });
  expect(form.requirements[0]).toMatchObject({ kinds: [], required: false, maxPapers: 5 });
  expect(form).toMatchObject({ icon: "autre", notForeseen: true, declaration: false, official: null, minutes: 10 });
});

describe("E10: one clear error, with its path", () => {
  test.each<[string, unknown, string, string]>([
    [
      "unknown type",
      file(({ form }) => {
        form.fields[1] = { id: "kids", type: "yes-no" };
      }),
      "shape | field kids | form.fields.1.type",
      'there is no type "yes-no"',
    ],
    [
      "dangling condition",
      file(({ form }) => {
        form.fields[2] = { id: "how_many", type: "integer", if: ["answer", "kidz"] };
      }),
      "unknown-field | field how_many | form.fields.2.if",
      'it reads "kidz", which it cannot',
    ],
    [
      "cycle",
      file(({ form }) => {
        form.fields[1] = { id: "kids", type: "yesno", if: ["not", ["empty", ["answer", "how_many"]]] };
      }),
      "cycle | field kids | form.fields.1.if",
      "field kids > field how_many > field kids",
    ],
    [
      "duplicate id",
      file(({ form }) => {
        form.fields.push({ id: "name", type: "text" });
      }),
      "duplicate-id | field name | form.fields.5",
      "two fields have this id",
    ],
    [
      "missing translation",
      file(({ words }) => {
        words.en = { ...words.fr, kids: {} };
      }),
      "missing-word | words en | words.en",
      '"kids.label" has no text',
    ],
    [
      "a word that nothing asks for",
      file(({ words }) => {
        words.fr = { ...words.fr, kid: { label: "x" } };
      }),
      "unknown-word | words fr | words.fr.kid.label",
      '"kid.label" is asked by nothing',
    ],
    [
      "a part that means nothing",
      file(({ form }) => {
        form.fields[0] = { id: "name", type: "text", lenght: 3 };
      }),
      "shape | field name | form.fields.0.lenght",
      '"lenght" means nothing here',
    ],
    [
      "a part that another type has",
      file(({ form }) => {
        form.fields[0] = { id: "name", type: "text", choices: [] };
      }),
      "shape | field name | form.fields.0.choices",
      '"choices" means nothing here',
    ],
    [
      "a part that is missing",
      file(({ form }) => {
        form.fields[3] = { id: "where", type: "choice" };
      }),
      "shape | field where | form.fields.3",
      "choices is missing",
    ],
    [
      "a number in quotes",
      file(({ form }) => {
        form.fields[2] = { id: "how_many", type: "integer", min: "1" };
      }),
      "shape | field how_many | form.fields.2.min",
      'min: "1" is not a number',
    ],
    [
      "a field inside a repeat",
      file(({ form }) => {
        form.fields[4] = { id: "people", type: "repeat", fields: [{ id: "person", type: "txt" }] };
      }),
      "shape | field person | form.fields.4.fields.0.type",
      'there is no type "txt"',
    ],
    [
      "a condition that compares a number with a word",
      file(({ form }) => {
        form.fields[3] = { ...form.fields[3], if: ["=", ["answer", "how_many"], "two"] };
      }),
      "bad-type | field where | form.fields.3.if",
      '"=" cannot compare a number with a text',
    ],
    [
      "a constraint that reads nothing",
      file(({ form, words }) => {
        form.fields[2] = { ...form.fields[2], constraints: [{ must: [">", ["answer", "zz"], 1], message: "few" }] };
        words.fr = { ...words.fr, how_many: { label: "Combien", problems: { few: "Trop peu" } } };
      }),
      "unknown-field | field how_many, constraint few | form.fields.2.constraints.0.must",
      'it reads "zz"',
    ],
    [
      "more papers than it takes",
      file(({ form }) => {
        form.requirements = [{ id: "proof", count: 3, maxPapers: 2 }];
      }),
      "bad-number | requirement proof | form.requirements.0",
      "more papers than it takes",
    ],
    [
      "a newer format",
      file(({ form }) => {
        form.format = 2;
      }),
      "shape | form.format | form.format",
      "format",
    ],
    [
      "a word that is a number, deep inside",
      file(({ words }) => {
        words.fr = { ...words.fr, kids: { label: 3 } };
      }),
      "shape | words.fr.kids.label | words.fr.kids.label",
      "label: 3 is not a text",
    ],
    ["no form at all", { hello: 1 }, "", ""],
    ["a list", [], "", ""],
    ["nothing", null, "", ""],
    ["a text", "form", "", ""],
  ])("%s", (_name, data, expected, words) => {
    const found = faults(data);
    if (expected === "") {
      expect(found.length).toBeGreaterThan(0);
      return;
    }
    expect(found).toEqual([expected]);
    expect(sentences(data)[0]).toContain(words);
  });
});

test("too deep or too large is refused before anything reads it", () => {
  let deep: unknown = "x";
  for (let level = 0; level < 20_000; level++) deep = { a: deep };
  expect(
    faults(
      file(({ words }) => {
        words.fr = { ...words.fr, deep } as Json;
      }),
    ),
  ).toEqual(["shape | the file | "]);
  expect(
    faults(
      file(({ form }) => {
        form.fields = Array.from({ length: 70_000 }, () => ({}));
      }),
    ),
  ).toEqual(["shape | the file | "]);
});

test("whatever is read, nothing throws, and what is accepted has words for all that must be said", () => {
  const mutated = fc.tuple(
    fc.nat(60),
    fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(["=", 1], "__proto__", { type: "repeat" })),
  );
  fc.assert(
    fc.property(mutated, ([place, value]) => {
      const data = file();
      const spots: [Record<string | number, unknown>, string | number][] = [];
      const walk = (part: unknown): void => {
        if (typeof part !== "object" || part === null) return;
        for (const key of Object.keys(part)) {
          spots.push([part as Record<string, unknown>, key]);
          walk((part as Record<string, unknown>)[key]);
        }
      };
      walk(data);
      const spot = spots[place % spots.length];
      if (spot !== undefined) spot[0][spot[1]] = value;
      const result = readForm(data);
      if (result.ok) expect(wordKeys(result.value.form).length).toBeGreaterThan(0);
      else expect(result.error.length).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
});
