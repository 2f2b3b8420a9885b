/**
 * The catalogue: every form is well made, has its words in every language, and plain French.
 *
 * Runs in Node and reads locales/. Words are found by the keys of forms/model.ts, as the screens find them.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isProcedureId, loadProcedure, procedureFamilies, procedures } from "../../../src/forms/catalogue/index.ts";
import { checkForm } from "../../../src/forms/check.ts";
import {
  allProblems,
  checkStep,
  nextStep,
  problemsOf,
  reviewLines,
  viewForm,
  visibleParts,
} from "../../../src/forms/engine.ts";
import { migrateAnswers } from "../../../src/forms/migrate.ts";
import type { Answers, AnswerValue, Field, Form, FormState } from "../../../src/forms/model.ts";
import { neededKeys, wordGroups, wordKeys } from "../../../src/forms/words.ts";
import { paperType, paperTypes } from "../../../src/satchel/paper-types.ts";

const root = new URL("../../..", import.meta.url).pathname;
const languages = ["fr", "en", "ar"] as const;
const today = "2026-11-21";

const words = (language: string, area: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const collect = (value: unknown, key: string): void => {
    if (typeof value === "string") found.set(key, value);
    else for (const [name, inner] of Object.entries(value ?? {})) collect(inner, key === "" ? name : `${key}.${name}`);
  };
  collect(JSON.parse(readFileSync(`${root}/locales/${language}/${area}.json`, "utf8")), "");
  return found;
};

/** Beyond what `neededKeys` asks of any author: a procedure of ours says what it is, and what to do without a paper. */
const ownKeys = (form: Form): readonly string[] => [
  ...wordGroups.filter((group) => !["sections", "pages", "requirements", "declaration"].includes(group)),
  ...(form.declaration ? ["declaration"] : []),
  ...form.requirements.map(({ id }) => `requirements.${id}.missing`),
  ...(form.remedies ?? []).map(({ id }) => `remedies.${id}.label`),
];

const forms = await Promise.all(procedures.map((entry) => loadProcedure(entry.id)));
const named = forms.map((form) => [form.id, form] as const);

describe.each(named)("%s", (id, form) => {
  test("is well made", () => {
    expect(checkForm(form)).toEqual({ ok: true, value: form });
  });

  test("has each of its parts in one place: the sheet and the list of answers show them part by part", () => {
    const parts = form.pages.map(({ section }) => section).filter((section, at, all) => section !== all[at - 1]);
    expect(parts).toEqual([...new Set(parts)]);
  });

  test("stands in the list as it is", () => {
    const entry = procedures.find((each) => each.id === id);
    const receiver = form.receiver ?? "besace";
    expect(entry).toEqual({ id, icon: form.icon, minutes: form.minutes, family: entry?.family, receiver });
    expect(procedureFamilies).toContain(entry?.family);
    expect(isProcedureId(id)).toBe(true);
  });

  test.each(languages)("says everything in %s, and nothing else", (language) => {
    const said = words(language, `form-${id}`);
    expect([...neededKeys(form), ...ownKeys(form)].filter((key) => !said.has(key))).toEqual([]);
    const askedFor = new Set(wordKeys(form));
    expect([...said.keys()].filter((key) => !askedFor.has(key))).toEqual([]);
    // A hint in one language is a hint in all.
    expect([...said.keys()].sort()).toEqual([...words("fr", `form-${id}`).keys()].sort());
  });

  test.each(languages)("names papers in %s so that they can stand in a sentence: no full stop", (language) => {
    const named = [...words(language, `form-${id}`)].filter(([key]) =>
      /^requirements\.[^.]+\.(label|alternatives\.[^.]+)$/.test(key),
    );
    expect(named.filter(([, text]) => /[.?!؟]/.test(text))).toEqual([]);
  });

  test.each(languages)("stands in the list in %s under its own name, and is found by other words", (language) => {
    const list = words(language, "procedures");
    expect(list.get(`${id}.title`)).toBe(words(language, `form-${id}`).get("title"));
    expect(list.get(`${id}.line`)).toBeDefined();
    expect(words(language, "procedures-search").get(id)).toBeDefined();
  });

  test("uses icons and kinds of paper that exist", () => {
    const every = form.fields.flatMap((each) => (each.type === "repeat" ? each.fields : [each]));
    const used = [
      form.icon,
      ...every.flatMap((each) => ("choices" in each ? each.choices : []).map((c) => c.icon)),
      ...every.map((each) => (each.type === "info" ? each.icon : undefined)),
      ...(form.sections ?? []).map((each) => each.icon),
    ];
    expect(used.filter((icon) => icon !== undefined && !iconExists(icon))).toEqual([]);
    const rules = form.requirements.flatMap((each) => [each, ...(each.alternatives ?? [])]);
    expect(rules.flatMap((each) => each.kinds).filter((kind) => paperType(kind) === undefined)).toEqual([]);
  });

  test("can be gone through from the first step to the last without one answer", () => {
    let view = viewForm(form, { answers: {}, rows: {}, attached: {}, notForeseen: "" });
    let step = view.steps[0];
    const seen: string[] = [];
    while (step !== undefined) {
      seen.push(step.id);
      view = viewForm(form, view.state);
      step = nextStep(view, step.id);
    }
    expect(seen.at(-1)).toBe(checkStep);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("says where its rules come from and when to look again", () => {
    expect(form.reviewBefore).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(form.sources.filter(({ verifiedOn }) => verifiedOn >= form.reviewBefore)).toEqual([]);
    const cited = [...(form.humans ?? []), ...(form.remedies ?? []).map(({ within }) => within), form.answerWithin];
    for (const each of cited) if (each?.source !== undefined) expect(form.sources[each.source]).toBeDefined();
    // What a number or a silence means is never said without saying where it was read.
    expect((form.humans ?? []).filter(({ phone, source }) => phone !== undefined && source === undefined)).toEqual([]);
    if (form.answerWithin?.silence !== undefined) expect(form.answerWithin.source).toBeDefined();
    for (const { procedure } of form.remedies ?? [])
      if (procedure !== undefined) expect(isProcedureId(procedure)).toBe(true);
    if (form.official !== null) {
      expect(form.sources.length).toBeGreaterThan(0);
      expect(form.official.checked).not.toBe("");
    }
  });
});

/** FranceConnect's names where it has one; the others are ours. */
const claims: readonly string[] = [
  ...["given_name", "family_name", "preferred_username", "birthdate", "birthplace", "birthcountry", "gender"],
  ...["phone_number", "email", "address"],
  ...["nationality", "family_status", "housing_status", "work_situation"],
  ...["nir", "caf_number", "tax_number", "iban"],
];

const icons = new Set(readdirSync(`${root}/src/app/ui/icons/svg`));
const iconExists = (icon: string): boolean => icons.has(`${icon}.svg`);

test("answers of domiciliation's version 1 are read by this version, and say the same", async () => {
  const form = await loadProcedure("domiciliation");
  const answers: Answers = {
    given_name: { v: "text", text: "Zoé" },
    called_name: { v: "text", text: "Zo" },
    birthdate: { v: "date", date: "1984-07" },
    birth_place: { v: "text", text: "Alès, France" },
    nationality: { v: "choice", id: "eu" },
    commune_links: { v: "choices", ids: ["stays-here", "other"] },
    commune_link_other: { v: "text", text: "Ma sœur" },
    address_elsewhere: { v: "yesno", yes: true },
    address_elsewhere_where: { v: "text", text: "Nîmes" },
    phone: { v: "unknown" },
    "dependants/r1/dependant_given_name": { v: "text", text: "Lou" },
    has_dependants: { v: "yesno", yes: true },
  };
  const rows = { r1: { repeat: "dependants", position: 1, removed: false } };
  const state: FormState = { answers, rows, attached: {}, notForeseen: "" };
  const { changes } = migrateAnswers(null, 1, form, state, today);
  expect(changes.filter(({ kind }) => kind === "gone" || kind === "asked-again")).toEqual([]);
  const view = viewForm(form, state, { today });
  expect([...view.answerKeys].sort()).toEqual(Object.keys(answers).sort());
  const wrong = allProblems(view, today).flatMap(({ problems }) => problems.map(({ key }) => key));
  expect(wrong.filter((key) => key in answers)).toEqual([]);
});

test("a letter that is written too late is told so, and no days are left over", async () => {
  const form = await loadProcedure("recours");
  const shown = (last_day: string | null): readonly string[] => {
    const answers: Answers = last_day === null ? {} : { last_day: { v: "date", date: last_day } };
    const view = viewForm(form, { answers, rows: {}, attached: {}, notForeseen: "" }, { today });
    const step = view.steps.find(({ id }) => id === "last-day");
    return step?.kind === "question" ? step.fields.map(({ id }) => id) : [];
  };
  expect(shown("2026-11-20")).toEqual(["last_day", "day_passed"]);
  expect(shown(today)).toEqual(["last_day", "days_left"]);
  expect(shown("2026-12-24")).toEqual(["last_day", "days_left"]);
  expect(shown(null)).toEqual(["last_day"]);
});

test("one claim of the profile is one kind of question in all procedures", () => {
  const asked = new Map<string, string>();
  for (const field of forms.flatMap((form) => form.fields)) {
    if (field.profile === undefined) continue;
    const shape = [
      field.type,
      ...("choices" in field ? field.choices.map(({ id }) => id) : []),
      ...("format" in field ? [field.format] : []),
    ].join(" ");
    expect([field.profile, asked.get(field.profile) ?? shape]).toEqual([field.profile, shape]);
    asked.set(field.profile, shape);
  }
  expect([...asked.keys()].filter((claim) => !claims.includes(claim))).toEqual([]);
});

describe("kinds of paper", () => {
  test("have a name in every language, an icon, and one id each", () => {
    for (const language of languages) {
      const named = words(language, "papers-types");
      expect(paperTypes.filter((type) => !named.has(type.id)).map((type) => type.id)).toEqual([]);
      expect(paperTypes.filter((type) => !named.has(`families.${type.family}`))).toEqual([]);
      expect(paperTypes.filter((type) => !named.has(`sides.${type.sides}`))).toEqual([]);
    }
    expect(new Set(paperTypes.map((type) => type.id)).size).toBe(paperTypes.length);
    expect(paperTypes.filter((type) => !iconExists(type.icon)).map((type) => type.icon)).toEqual([]);
    expect(paperType(null)).toBeUndefined();
    expect(paperType("of-a-newer-version")).toBeUndefined();
  });
});

describe("the French words", () => {
  const areas = [...forms.map((form) => `form-${form.id}`), "procedures", "papers-types"];
  const sentences = areas.flatMap((area) =>
    [...words("fr", area)].flatMap(([key, text]) =>
      text.split(/(?<=[.?!])\s+/u).map((sentence) => ({ at: `${area} ${key}`, sentence })),
    ),
  );
  test("are polite, plain and well set", () => {
    const wrong = sentences.filter(
      ({ sentence }) =>
        /veuillez|merci de|obligatoirement|sécuris|coffre-fort|justificatif|100 %/iu.test(sentence) ||
        /[^\u00a0][:;!?]/u.test(sentence) ||
        /'/u.test(sentence),
    );
    expect(wrong).toEqual([]);
  });
});

/* ---- any answers at all ---- */

const anyAnswer: fc.Arbitrary<AnswerValue> = fc.oneof(
  fc.string().map((text): AnswerValue => ({ v: "text", text })),
  fc.string().map((id): AnswerValue => ({ v: "choice", id })),
  fc.array(fc.string(), { maxLength: 3 }).map((ids): AnswerValue => ({ v: "choices", ids })),
  fc
    .constantFrom("", "1984", "1984-13", "1984-02-30", "2030-01-01", "x")
    .map((date): AnswerValue => ({ v: "date", date })),
  fc.boolean().map((yes): AnswerValue => ({ v: "yesno", yes })),
  fc.constant<AnswerValue>({ v: "unknown" }),
);

/** An answer that fits, so that conditions are really met. */
function fitting(field: Field): readonly AnswerValue[] {
  switch (field.type) {
    case "choice":
      return field.choices.map(({ id }) => ({ v: "choice", id }));
    case "choices":
      return [...field.choices.map(({ id }) => [id]), field.choices.map(({ id }) => id)].map((ids) => ({
        v: "choices",
        ids,
      }));
    case "yesno":
      return [true, true, false].map((yes) => ({ v: "yesno", yes }));
    case "date":
      return ["1984", "1984-07", "1984-07-05", "2027-02-01"].map((date) => ({ v: "date", date }));
    case "integer":
    case "decimal":
      return ["0", "12", "450.5"].map((number) => ({ v: "number", number }));
    case "commune":
    case "country":
      return [{ v: "place", code: null, name: "Alès" }];
    default:
      return ["x", "06 12"].map((text) => ({ v: "text", text }));
  }
}

/** One number decides a whole state: forms are large, and drawing each answer by itself would take seconds. */
function anyState(form: Form): fc.Arbitrary<FormState> {
  const rowIds = ["r1", "r2"];
  const keys = form.fields.flatMap((field) =>
    field.type === "repeat"
      ? rowIds.flatMap((row) => field.fields.map((each) => ({ key: `${field.id}/${row}/${each.id}`, field: each })))
      : [{ key: field.id, field }],
  );
  const repeats = form.fields.filter((field) => field.type === "repeat").map((field) => field.id);
  const rows = fc.dictionary(
    fc.constantFrom(...rowIds, "stray"),
    fc.record({
      repeat: fc.constantFrom(...repeats, "gone"),
      position: fc.double({ noNaN: true }),
      removed: fc.boolean(),
    }),
  );
  const attached = fc.dictionary(
    fc.constantFrom(...form.requirements.map((each) => each.id), "gone"),
    fc.record({ papers: fc.array(fc.string(), { maxLength: 12 }), missing: fc.boolean() }),
  );
  const draws = fc.array(fc.nat(1000), { minLength: keys.length, maxLength: keys.length, size: "max" });
  return fc
    .record({
      draws,
      odd: fc.array(anyAnswer, { minLength: 1, maxLength: 4 }),
      rows,
      attached,
      notForeseen: fc.string(),
    })
    .map(({ draws: drawn, odd, ...rest }) => {
      const answers = keys.flatMap(({ key, field }, at): readonly (readonly [string, AnswerValue])[] => {
        const draw = drawn[at] ?? 0;
        const offered = draw % 5 === 1 ? odd : fitting(field);
        const answer = offered[draw % offered.length];
        return draw % 5 === 0 || answer === undefined ? [] : [[key, answer]];
      });
      return { ...rest, answers: Object.fromEntries(answers) as Answers };
    });
}

describe.each(named)("whatever is answered in %s", (_id, form) => {
  const conditions = new Map(form.fields.map((field) => [field.id, field]));

  test("the engine never throws, and only visible answers leave", () => {
    fc.assert(
      fc.property(anyState(form), (state) => {
        const view = viewForm(form, state, { today });
        allProblems(view, today);
        const lines = reviewLines(view);
        const leaving = visibleParts(view);
        const asked = new Set(lines.flatMap((line) => (line.kind === "answer" ? [line.key] : [])));
        expect([...leaving.answers].filter((key) => !asked.has(key))).toEqual([]);
        for (const key of leaving.answers) {
          const top = conditions.get(key.split("/")[0] ?? "");
          expect(view.steps.some((step) => step.kind === "question" && step.fields.some((f) => f.id === top?.id))).toBe(
            true,
          );
        }
        for (const row of leaving.rows) expect(state.rows[row]?.removed).toBe(false);
        for (const step of view.steps) problemsOf(view, step.id, today);
      }),
      { numRuns: 15 },
    );
  });

  test("answers of hidden questions change nothing that is seen", () => {
    fc.assert(
      fc.property(anyState(form), (state) => {
        const view = viewForm(form, state, { today });
        const shown = Object.fromEntries(Object.entries(state.answers).filter(([key]) => view.answerKeys.has(key)));
        const bare = viewForm(form, { ...state, answers: shown }, { today });
        expect(bare.steps).toEqual(view.steps);
        expect(reviewLines(bare)).toEqual(reviewLines(view));
        expect(bare.answerKeys).toEqual(view.answerKeys);
        expect(bare.calculated).toEqual(view.calculated);
      }),
      { numRuns: 8 },
    );
  });

  test("the order of answering does not matter", () => {
    fc.assert(
      fc.property(anyState(form), (state) => {
        const turned = (map: Readonly<Record<string, unknown>>) => Object.fromEntries(Object.entries(map).reverse());
        const other = { ...state, answers: turned(state.answers), rows: turned(state.rows) } as FormState;
        expect(reviewLines(viewForm(form, other))).toEqual(reviewLines(viewForm(form, state)));
      }),
      { numRuns: 15 },
    );
  });
});
