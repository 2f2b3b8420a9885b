/** The hands of the long test of procedures never give an answer that a form asks to mend, and see what there is to see. */
import { describe, expect, test } from "vitest";
import { loadProcedure, procedures } from "../../../src/forms/catalogue/index.ts";
import { allProblems, viewForm } from "../../../src/forms/engine.ts";
import type { Field, Form } from "../../../src/forms/model.ts";
import { type Taste, walk } from "../../support/answerer.ts";

const today = "2026-11-22";
const inFrench: Taste = { language: "fr", today, unknownEach: 11 };

const last = (key: string): string => key.split("/").at(-1) ?? key;
const wrongIn = (form: Form, walked: ReturnType<typeof walk>): unknown =>
  allProblems(viewForm(form, walked.state, { today }), today);

/** Both walks, as the long test makes them. */
function bothWalks(form: Form): readonly ReturnType<typeof walk>[] {
  const first = walk(form, inFrench);
  const avoid = Object.fromEntries(Object.entries(first.state.answers).map(([key, answer]) => [last(key), answer]));
  return [first, walk(form, { language: "ar", today, unknownEach: 7, avoid })];
}

describe("two walks through a procedure", () => {
  let pages = 0;
  let seen = 0;
  test.each(procedures.map(({ id }) => id))("%s: nothing to mend at the end", async (id) => {
    const form = await loadProcedure(id);
    const walks = bothWalks(form);
    for (const walked of walks) expect(wrongIn(form, walked)).toEqual([]);
    const steps = new Set(walks.flatMap((walked) => walked.steps.map((step) => step.id)));
    pages += form.pages.length;
    seen += form.pages.filter((page) => steps.has(page.id)).length;
  });

  test("ask 98 of 100 questions at least once", () => {
    expect(pages).toBeGreaterThan(400);
    expect(seen / pages).toBeGreaterThan(0.98);
  });
});

test("any type of question has an answer that fits", () => {
  const base = { required: true, unknown: true };
  const choices = [{ id: "a" }, { id: "b" }, { id: "none" }];
  const fields: readonly Field[] = [
    { ...base, id: "linked", type: "linked", choices: [{ id: "one", choices: [{ id: "first" }] }] },
    { ...base, id: "several", type: "choices", choices, none: "none" },
    { ...base, id: "moment", type: "datetime" },
    { ...base, id: "later", type: "date", partial: false, future: true },
    { ...base, id: "adult", type: "date", partial: false, past: true, max: "today-18y" },
    { ...base, id: "box", type: "checkbox" },
    { ...base, id: "signed", type: "signature" },
    { ...base, id: "masked", type: "formatted", masks: ["AA-999"] },
    { ...base, id: "small", type: "integer", min: 3, max: 4 },
    { ...base, id: "rate", type: "decimal", max: 1, decimals: 1 },
    ...(["departement", "region", "country", "commune", "address", "iban", "siret", "civility"] as const).map(
      (type): Field => ({ ...base, id: type, type }),
    ),
    ...(
      ["siren", "rna", "passport", "identity-card", "foreigner", "tax-reference", "postal-code", "year"] as const
    ).map((format): Field => ({ ...base, id: format, type: "formatted", format })),
  ];
  const form: Form = {
    id: "every-type",
    version: 1,
    icon: "modifier",
    official: null,
    sources: [],
    reviewBefore: "2027-01-01",
    minutes: 5,
    fields,
    pages: fields.map(({ id }) => ({ id, section: "all", fields: [id] })),
    requirements: [],
    notForeseen: false,
    declaration: false,
  };
  for (const language of ["fr", "en", "ar"] as const) {
    const walked = walk(form, { language, today, unknownEach: 1000 });
    expect(Object.keys(walked.state.answers)).toHaveLength(fields.length);
    expect(wrongIn(form, walked)).toEqual([]);
  }
  expect(
    Object.values(walk(form, { ...inFrench, unknownEach: 2 }).state.answers).some(({ v }) => v === "unknown"),
  ).toBe(true);
});
