/** E5: what is imported from the public schema of Démarches simplifiées, and what is refused with reasons. */
import { describe, expect, test } from "vitest";
import { checkForm } from "../../../../src/forms/check.ts";
import { viewForm } from "../../../../src/forms/engine.ts";
import { importDs, importDsText } from "../../../../src/forms/import/ds.ts";
import { limits, readSchema } from "../../../../src/forms/import/schema.ts";
import { dsTypeOf, dsTypes } from "../../../../src/forms/import/types.ts";
import type { Field } from "../../../../src/forms/model.ts";
import { keysIn, neededKeys, wordAt, wordKeys } from "../../../../src/forms/words.ts";
import { champs, context, idOf, schemaOf } from "./fixture.ts";

const read = (schema: unknown) => {
  const found = readSchema(schema);
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return importDs(found.value, context);
};
const refused = (schema: unknown): readonly string[] => {
  const found = readSchema(schema);
  return found.ok ? [] : found.error.map(({ code, path }) => `${code} ${path}`);
};
const whole = read(schemaOf(champs));
const { form } = whole.file;
const french = whole.file.words.fr;
const fieldOf = (n: number): Field | undefined => form.fields.find(({ id }) => id === `q_${n}`);

describe("E5 all 41 types", () => {
  test("are known, each once, and the fixture has every one of them", () => {
    expect(dsTypes).toHaveLength(41);
    expect(new Set(dsTypes.map(({ name }) => name)).size).toBe(41);
    expect(dsTypes.filter(({ prefilled }) => prefilled)).toHaveLength(24);
    const inner = champs.flatMap((one) => (Array.isArray(one.champDescriptors) ? one.champDescriptors : []));
    const seen = new Set([...champs, ...inner].map((one) => dsTypeOf(String(one.__typename))?.name));
    expect(seen).toEqual(new Set(dsTypes.map(({ name }) => name)));
  });

  test("become a form that the engine takes, with all of its words and no other", () => {
    expect(checkForm(form)).toMatchObject({ ok: true });
    expect(neededKeys(form).filter((key) => wordAt(french, key) === undefined)).toEqual([]);
    const may = new Set(wordKeys(form));
    expect(keysIn(french ?? {}).filter((key) => !may.has(key))).toEqual([]);
    const view = viewForm(form, { answers: {}, rows: {}, attached: {}, notForeseen: "" });
    expect(view.steps.length).toBeGreaterThan(form.pages.length);
  });

  test("are asked as what they are", () => {
    const types = Object.fromEntries(form.fields.map(({ id, type }) => [id, type]));
    expect(types).toEqual({
      person_genre: "civility",
      person_prenom: "text",
      person_nom: "text",
      q_2: "civility",
      q_3: "text",
      q_4: "text",
      q_5: "date",
      q_6: "email",
      q_7: "phone",
      q_10: "address",
      q_11: "commune",
      q_12: "departement",
      q_13: "region",
      q_14: "country",
      q_15: "text",
      q_16: "info",
      q_17: "iban",
      q_18: "siret",
      q_19: "longText",
      q_20: "integer",
      q_21: "decimal",
      q_22: "integer",
      q_23: "text",
      q_24: "datetime",
      q_25: "checkbox",
      q_26: "yesno",
      q_27: "choice",
      q_28: "choices",
      q_29: "linked",
      q_32: "repeat",
      q_37: "text",
      ...Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`q_${38 + at}`, "text"])),
    });
    for (let n = 38; n <= 48; n += 1) expect(fieldOf(n)).toMatchObject({ online: true });
    expect(fieldOf(3)).toMatchObject({
      required: true,
      unknown: true,
      ref: { ds: `champ_${idOf(3).replace(/=+$/, "")}` },
    });
    // A box that must be ticked there may be hidden by a condition that nobody publishes: it blocks nobody here.
    expect(fieldOf(25)).toMatchObject({ required: false });
  });

  test("lists keep their words as the site writes them, whatever their ids", () => {
    expect(fieldOf(27)).toMatchObject({ choices: [{ id: "pere" }, { id: "mere" }, { id: "autre" }], other: true });
    expect(wordAt(french, "q_27.choices.pere")).toBe("Père");
    expect(wordAt(french, "q_27.other")).toBe("Autre");
    // Two choices with one label stay two.
    expect(fieldOf(28)).toMatchObject({ choices: [{ id: "salaire" }, { id: "retraite" }, { id: "salaire-2" }] });
    expect(fieldOf(29)).toMatchObject({
      choices: [
        { id: "train", choices: [{ id: "ter" }, { id: "tgv" }] },
        { id: "car", choices: [{ id: "ligne-1" }] },
        { id: "a-pied", choices: [] },
      ],
    });
    expect(wordAt(french, "q_29.choices.a-pied")).toBe("À pied");
    const odd = read(
      schemaOf([{ ...champs[26], options: ["Other", "other", "東京", "…", "--Groupe--", "a".repeat(300)] }]),
    );
    const [list] = odd.file.form.fields.slice(-1);
    expect(list?.type === "choice" && list.choices.map(({ id }) => id)).toEqual([
      "other-2",
      "other-3",
      "choix",
      "choix-2",
      "a".repeat(40),
    ]);
  });

  test("papers become slots of the satchel, those of repetitions too", () => {
    expect(form.requirements.map(({ id, required, accept, kinds }) => [id, required, accept, kinds])).toEqual([
      ["piece-30", true, undefined, []],
      ["piece-31", false, ["image"], ["identity-card", "passport"]],
      ["piece-35", false, undefined, []],
    ]);
    expect(wordAt(french, "requirements.piece-35.label")).toBe("Enfants à charge – Acte de naissance");
    expect(fieldOf(32)).toMatchObject({
      fields: [
        { id: "q_33", type: "text" },
        { id: "q_34", type: "date" },
      ],
    });
  });

  test("one question per page; names, places and ways to be reached together; headings become sections", () => {
    const pages = form.pages.map(({ fields, requirement }) => fields.join(" ") || requirement);
    expect(pages.slice(0, 6)).toEqual([
      "person_genre person_prenom person_nom",
      "q_2 q_3 q_4",
      "q_5",
      "q_6 q_7",
      "q_10 q_11",
      "q_12",
    ]);
    const sections = form.pages.map(({ section }) => wordAt(french, `sections.${section}`));
    expect([...new Set(sections)]).toEqual(["Identité", "Vous", "Votre logement – Adresse"]);
    expect(wordAt(french, "pages.q-5.title")).toBe("Date de naissance");
    expect(wordAt(french, "q_3.hint")).toBe("Comme sur votre pièce d’identité.");
    expect(wordAt(french, "q_16.hint")).toBe("Lisez ceci.\n\nEt cela.");
  });

  test("what came from where is written down, and that conditions are missing", () => {
    expect(form).toMatchObject({
      id: "ds-4321",
      receiver: "portal",
      portal: "https://demarche.example.fr/commencer/aide-facultative",
      reviewBefore: "2027-05-22",
      languages: ["fr"],
      origin: { kind: "ds", number: 4321, hash: "00ff", fetchedOn: "2026-11-22", logic: "missing" },
    });
    expect(form.minutes).toBeGreaterThan(5);
    expect(whole.report).toMatchObject({
      questions: 42,
      understood: 31,
      prefillable: 29,
      onlineOnly: 11,
      unknown: 0,
      documents: 3,
      logic: "missing",
    });
    // Nothing of the annotations of whoever examines the dossier.
    expect(JSON.stringify(whole.file)).not.toContain("instructeur");
  });

  test("a procedure for organisations asks for no person's names", () => {
    const other = read(schemaOf([champs[4]], { forIndividual: false })).file.form;
    expect(other.fields.map(({ id }) => id)).toEqual(["q_5"]);
    expect(read(schemaOf([champs[4]], { forIndividual: true })).report.notes).toEqual([]);
    expect(read(schemaOf([champs[4]])).report.notes).toMatchObject([{ code: "missing", path: "forIndividual" }]);
  });
});

describe("E5 what is odd is said", () => {
  test("an unknown type is asked as a text and counted", () => {
    const { file, report } = read(schemaOf([{ ...champs[2], __typename: "HologramChampDescriptor" }]));
    expect(file.form.fields.at(-1)).toMatchObject({ type: "text" });
    expect(report).toMatchObject({ unknown: 1 });
    expect(report.notes).toContainEqual(
      expect.objectContaining({ code: "unknown-type", path: "revision.champDescriptors[0].__typename" }),
    );
  });

  test("lists without choices, questions without words, headings with nothing below", () => {
    const { report, file } = read(
      schemaOf([
        champs[0],
        { ...champs[7], id: idOf(77) },
        { ...champs[26], options: [] },
        { ...champs[2], label: "" },
        { ...champs[31], champDescriptors: [] },
        { ...champs[4], __typename: undefined },
      ]),
    );
    expect(report.notes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["no-options", "no-label", "empty-section", "missing", "unknown-type"]),
    );
    expect(checkForm(file.form).ok).toBe(true);
  });

  test("what cannot be read is refused, each fault with its place", () => {
    expect(refused(null)).toEqual(["not-a-schema "]);
    expect(refused({ number: 3 })).toEqual(["not-a-schema "]);
    expect(refused(schemaOf(champs, { number: undefined, title: 5 }))).toEqual(["missing number", "wrong-type title"]);
    expect(refused(schemaOf([5, { ...champs[2], id: 7 }, { ...champs[3], id: "a b" }]))).toEqual([
      "wrong-type revision.champDescriptors[0]",
      "wrong-type revision.champDescriptors[1].id",
      "missing revision.champDescriptors[1].id",
      "wrong-type revision.champDescriptors[2].id",
    ]);
    expect(refused(schemaOf([champs[2], champs[2]]))).toEqual(["duplicate revision.champDescriptors[1].id"]);
    expect(refused(schemaOf([{ ...champs[26], options: "a" }]))).toEqual([
      "wrong-type revision.champDescriptors[0].options",
    ]);
    expect(refused(schemaOf([{ ...champs[26], options: ["a", 5] }]))).toEqual([
      "wrong-type revision.champDescriptors[0].options[1]",
    ]);
    const inner = [{ ...champs[31], id: idOf(500) }];
    expect(refused(schemaOf([{ ...champs[31], champDescriptors: inner }]))).toEqual([
      "nested revision.champDescriptors[0].champDescriptors[0].champDescriptors",
    ]);
  });

  test("what is huge is refused: letters, questions, choices, the file itself, its depth", () => {
    expect(refused(schemaOf([{ ...champs[2], label: "x".repeat(limits.label + 1) }]))).toEqual([
      "too-long revision.champDescriptors[0].label",
    ]);
    expect(refused(schemaOf([{ ...champs[2], description: "x".repeat(limits.description + 1) }]))).toHaveLength(1);
    expect(
      refused(schemaOf([{ ...champs[26], options: Array.from({ length: limits.options + 1 }, () => "a") }])),
    ).toEqual(["too-many revision.champDescriptors[0].options"]);
    const many = Array.from({ length: limits.descriptors + 5 }, (_, at) => ({ ...champs[2], id: idOf(at) }));
    expect(refused(schemaOf(many))).toEqual(["too-many revision.champDescriptors"]);
    expect(importDsText("x".repeat(limits.text + 1), context)).toMatchObject({ error: [{ code: "too-long" }] });
    expect(importDsText("[".repeat(200_000), context)).toMatchObject({ error: [{ code: "not-json" }] });
    expect(importDsText("<html>", context)).toMatchObject({ error: [{ code: "not-json" }] });
  });

  test("what refers to itself ends", () => {
    const cyclic: Record<string, unknown> = { ...schemaOf([]) };
    cyclic.revision = cyclic;
    expect(refused(cyclic)).not.toEqual([]);
    const repetition: Record<string, unknown> = { ...champs[31] };
    repetition.champDescriptors = [repetition];
    expect(refused(schemaOf([repetition]))).not.toEqual([]);
  });

  test("from a file, from the query language, with a byte order mark", () => {
    const text = JSON.stringify(schemaOf(champs));
    expect(importDsText(`\ufeff${text}`, context)).toEqual({ ok: true, value: whole });
    expect(importDsText(JSON.stringify({ data: { demarcheDescriptor: JSON.parse(text) } }), context)).toEqual({
      ok: true,
      value: whole,
    });
    expect(read(schemaOf(champs, { number: "4321" }))).toEqual(whole);
  });
});

describe("E5 hostile words", () => {
  test("stay words: nothing is read as HTML, nothing turns the screen, no prototype is touched", () => {
    const evil = '<img src=x onerror="alert(1)">{{count}}$t(common.yes)\u202egnirts\u0000\u200b';
    const schema = JSON.parse(
      JSON.stringify(
        schemaOf([{ ...champs[26], label: evil, description: evil, options: [evil, "__proto__", "constructor"] }], {
          title: evil,
        }),
      ).replace('"declarative"', '"__proto__": { "polluted": true }, "declarative"'),
    );
    const { file } = read(schema);
    const shown = '<img src=x onerror="alert(1)">{{count}}$t(common.yes)gnirts';
    expect(file.words.fr?.title).toBe(shown);
    expect(wordAt(file.words.fr, "q_27.label")).toBe(shown);
    expect(wordAt(file.words.fr, "q_27.hint")).toBe(shown);
    const list = file.form.fields.at(-1);
    expect(list?.type === "choice" && list.choices.map(({ id }) => id)).toEqual([
      "img-src-x-onerror-alert-1-count-t-common",
      "proto",
      "constructor-2",
    ]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(checkForm(file.form).ok).toBe(true);
  });

  test("an address that is no address of the web is left out", () => {
    const { file, report } = read(schemaOf(champs, { demarcheURL: "javascript:alert(1)" }));
    expect(file.form.portal).toBeUndefined();
    expect(JSON.stringify(file)).not.toContain("javascript:");
    expect(report.notes).toContainEqual(expect.objectContaining({ path: "demarcheURL" }));
  });
});

/** A number per call from 0 to 1, the same for the same seed. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Changes one place anywhere in the schema. */
function mutate(value: unknown, next: () => number): unknown {
  const strange: readonly unknown[] = [
    null,
    undefined,
    0,
    -1,
    1e99,
    Number.NaN,
    "",
    "x",
    "<b>",
    "--a--",
    true,
    [],
    {},
    [[]],
    "=".repeat(5),
    "\ud800",
  ];
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(next() * from.length)];
  if (next() < 0.12 || typeof value !== "object" || value === null) return pick(strange);
  if (Array.isArray(value)) {
    const at = Math.floor(next() * value.length);
    const act = next();
    if (act < 0.2) return [...value.slice(0, at), ...value.slice(at + 1)];
    if (act < 0.4) return [...value, value[at], pick(strange)];
    return value.map((each, place) => (place === at ? mutate(each, next) : each));
  }
  const keys = Object.keys(value);
  const key = pick(keys) ?? "x";
  const entries = Object.entries(value).filter(([name]) => name !== key || next() > 0.2);
  return Object.fromEntries(entries.map(([name, each]) => [name, name === key ? mutate(each, next) : each]));
}

test("E5 mutated schemas load or are refused with reasons, and never throw", () => {
  let loaded = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const next = chance(seed);
    let schema: unknown = schemaOf(champs);
    for (let turn = 0; turn < 1 + Math.floor(next() * 5); turn += 1) schema = mutate(schema, next);
    const found = readSchema(schema);
    if (!found.ok) {
      expect(found.error.length, `seed ${seed}`).toBeGreaterThan(0);
      for (const { message } of found.error) expect(message).not.toBe("");
      continue;
    }
    loaded += 1;
    const { file, report } = importDs(found.value, context);
    const checked = checkForm(file.form);
    expect(checked.ok ? [] : checked.error, `seed ${seed}`).toEqual([]);
    expect(
      neededKeys(file.form).filter((key) => wordAt(file.words.fr, key) === undefined),
      `seed ${seed}`,
    ).toEqual([]);
    expect(report.questions).toBe(
      report.understood +
        report.onlineOnly +
        report.unknown +
        report.notes.filter(({ code }) => code === "no-options").length,
    );
  }
  expect(loaded).toBeGreaterThan(60);
});
