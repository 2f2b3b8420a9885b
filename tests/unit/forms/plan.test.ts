/** Papers that fit, what is missing, sections, time, what is kept back, other versions, and what is known of the person. */
import { describe, expect, test } from "vitest";
import { mdph } from "../../../src/forms/catalogue/mdph.ts";
import { viewForm, visibleParts } from "../../../src/forms/engine.ts";
import { migrateAnswers } from "../../../src/forms/migrate.ts";
import type { AnswerValue, Field, Form, Requirement } from "../../../src/forms/model.ts";
import { fitPapers, type PaperFacts, supplyOf } from "../../../src/forms/papers.ts";
import { hiddenAnswers, minutesFor, missingList, secondsFor, sectionStates } from "../../../src/forms/plan.ts";
import { offers, proposals, taken } from "../../../src/forms/profile.ts";
import { choice, field, formOf, no, shelter, stateOf, text, unknown, when, yes } from "./fixtures.ts";

const today = "2026-11-22";
const paper = (id: string, kind: string | null, more: Partial<PaperFacts> = {}): PaperFacts => ({
  id,
  kind,
  pages: 2,
  issued: "2026-11-01",
  expiry: null,
  ...more,
});

describe("papers", () => {
  const slips: Requirement = {
    id: "income",
    kinds: ["pay-slip"],
    required: true,
    maxPapers: 6,
    count: 3,
    maxAgeDays: 120,
    alternatives: [{ id: "tax", kinds: ["tax-notice"] }],
  };
  const card: Requirement = { id: "id", kinds: ["identity-card", "passport"], required: true, maxPapers: 2, sides: 2 };
  const fits = (requirement: Requirement, ...papers: readonly PaperFacts[]) =>
    fitPapers(requirement, papers, today).map(({ paper: id, rule, faults }) => [id, rule, ...faults]);

  test("those that fit come first, then the newest, then what is taken instead", () => {
    expect(
      fits(
        slips,
        paper("tax", "tax-notice"),
        paper("old", "pay-slip", { issued: "2026-01-01" }),
        paper("june", "pay-slip", { issued: "2026-09" }),
        paper("last", "pay-slip", { issued: "2026-10-31" }),
        paper("other", "passport"),
      ),
    ).toEqual([
      ["last", null],
      ["june", null],
      ["tax", "tax"],
      ["old", null, "too-old"],
    ]);
  });
  test("say why they do not fit", () => {
    expect(fits(slips, paper("undated", "pay-slip", { issued: null }))).toEqual([["undated", null, "undated"]]);
    expect(fits(card, paper("front", "identity-card", { pages: 1 }))).toEqual([["front", null, "sides"]]);
    expect(fits(card, paper("over", "passport", { expiry: "2026-11-21" }))).toEqual([["over", null, "expired"]]);
    expect(fits(card, paper("today", "passport", { expiry: today }))).toEqual([["today", null]]);
    const pictures: Requirement = { ...card, accept: ["image"], maxBytes: 1000 };
    expect(fits(pictures, paper("pdf", "passport", { files: ["pdf"], bytes: 2000 }))).toEqual([
      ["pdf", null, "wrong-file", "too-big"],
    ]);
  });
  test("a date known in part is judged by its newest day", () => {
    const recent: Requirement = { ...card, sides: 1, maxAgeDays: 90 };
    expect(fits(recent, paper("august", "passport", { issued: "2026-08" }))).toEqual([["august", null]]);
    expect(fits(recent, paper("year", "passport", { issued: "2026" }))).toEqual([["year", null]]);
    expect(fits(recent, paper("july", "passport", { issued: "2026-07" }))).toEqual([["july", null, "too-old"]]);
    expect(fits(recent, paper("day", "passport", { issued: "2026-08-24" }))).toEqual([["day", null]]);
    expect(fits(recent, paper("eve", "passport", { issued: "2026-08-23" }))).toEqual([["eve", null, "too-old"]]);
  });
  test("any paper where no kind is named, even one without a kind", () => {
    expect(fits({ ...card, kinds: [], sides: 1 }, paper("x", null), paper("y", "passport"))).toEqual([
      ["x", null],
      ["y", null],
    ]);
  });
  test("what is chosen is whole, a part, or nothing; two halves are no whole", () => {
    const three = ["a", "b", "c"].map((id) => paper(id, "pay-slip"));
    expect(supplyOf(slips, [], today)).toMatchObject({ state: "none", have: 0, need: 3 });
    expect(supplyOf(slips, three.slice(0, 2), today)).toMatchObject({ state: "part", rule: null, have: 2, need: 3 });
    expect(supplyOf(slips, three, today)).toMatchObject({ state: "whole", rule: null, unfit: [] });
    expect(supplyOf(slips, [paper("t", "tax-notice")], today)).toMatchObject({ state: "whole", rule: "tax" });
    expect(supplyOf(card, [paper("p", "passport", { pages: 1 })], today)).toMatchObject({
      state: "part",
      unfit: [{ paper: "p", faults: ["sides"] }],
    });
  });
});

const asked: Requirement = { id: "proof", kinds: ["passport"], required: true, maxPapers: 1 };
const planned: Form = formOf(
  [
    field("name", { required: true }),
    field("nick"),
    { ...shelter, required: true } as Field,
    when("other_words", ["=", ["answer", "shelter"], "other"]),
    field("age", { type: "integer" } as Partial<Field>),
  ],
  {
    pages: [
      { id: "name", section: "you", fields: ["name", "nick"] },
      { id: "shelter", section: "place", fields: ["shelter"] },
      { id: "more", section: "place", fields: ["other_words"] },
      { id: "age", section: "free", fields: ["age"] },
      { id: "proof", section: "papers", fields: [], requirement: "proof" },
    ],
    requirements: [asked],
    sections: [{ id: "you", icon: "personne" }],
  },
);

describe("sections", () => {
  const states = (answers: Readonly<Record<string, AnswerValue>>, page = "name") =>
    sectionStates(viewForm(planned, stateOf(answers), { today }), page, today).map(({ id, state, next }) => [
      id,
      state,
      next,
    ]);
  test("nothing yet", () => {
    expect(states({})).toEqual([
      ["you", "to-do", "name"],
      ["place", "to-do", "shelter"],
      ["free", "to-do", "age"],
      ["papers", "to-do", "proof"],
    ]);
  });
  test("begun, done, to mend, and gone past", () => {
    expect(states({ nick: text("x") })[0]).toEqual(["you", "begun", "name"]);
    expect(states({ name: text("x") })[0]).toEqual(["you", "done", "name"]);
    expect(states({ age: text("vingt") })[2]).toEqual(["free", "to-mend", "age"]);
    expect(states({}, "proof")[2]).toEqual(["free", "done", "age"]);
    expect(states({}, "proof")[0]).toEqual(["you", "to-do", "name"]);
    expect(states({}, "check")[2]).toEqual(["free", "done", "age"]);
    for (const nowhere of ["", "of-another-version"]) expect(states({}, nowhere)[2]).toEqual(["free", "to-do", "age"]);
  });
  test("have the icon of the form", () => {
    expect(sectionStates(viewForm(planned, stateOf({})), "name", today).map(({ icon }) => icon)).toEqual([
      "personne",
      null,
      null,
      null,
    ]);
  });
});

test("what is missing: blank, not known, and papers that are not whole", () => {
  const lines = (state: Parameters<typeof stateOf>[0], attached = {}) =>
    missingList(
      viewForm(planned, stateOf(state, { attached }), { today }),
      new Map([["p", paper("p", "passport", { expiry: "2020" })]]),
      today,
    ).map((line) =>
      line.kind === "answer" ? [line.key, line.unknown] : [line.requirement.id, line.said, line.supply.state],
    );
  expect(lines({})).toEqual([
    ["name", false],
    ["shelter", false],
    ["proof", false, "none"],
  ]);
  expect(lines({ name: text("x"), shelter: unknown }, { proof: { papers: [], missing: true } })).toEqual([
    ["shelter", true],
    ["proof", true, "none"],
  ]);
  expect(
    lines({ name: text("x"), shelter: choice("home") }, { proof: { papers: ["p", "gone"], missing: false } }),
  ).toEqual([["proof", false, "part"]]);
});

test("time: ten seconds, a minute, three minutes, and reading", () => {
  const view = viewForm(planned, stateOf({}), { today });
  const [names] = view.steps;
  expect(secondsFor(view, names === undefined ? [] : [names])).toBe(20);
  expect(secondsFor(view, view.steps)).toBe(20 + 10 + 10 + 180);
  const words = "un deux trois quatre cinq six sept";
  expect(secondsFor(view, names === undefined ? [] : [names], (key) => (key === "name.hint" ? words : undefined))).toBe(
    23,
  );
  expect([0, 29, 90, 600].map(minutesFor)).toEqual([1, 1, 2, 10]);
});

test("what is kept and does not leave is listed, with its reason", () => {
  const rows: Field = { id: "kids", type: "repeat", required: false, unknown: false, max: 3, fields: [field("kid")] };
  const form = formOf([shelter, when("other_words", ["=", ["answer", "shelter"], "other"]), rows]);
  const state = stateOf(
    {
      shelter: choice("home"),
      other_words: text("kept"),
      "kids/r1/kid": text("a"),
      "kids/r2/kid": text("b"),
      "kids/none/kid": text("c"),
      old_field: text("d"),
      "shelter@1": text("e"),
    },
    {
      rows: { r1: { repeat: "kids", position: 1, removed: false }, r2: { repeat: "kids", position: 2, removed: true } },
    },
  );
  const view = viewForm(form, state, { today });
  expect(hiddenAnswers(view).map(({ key, why }) => [key, why])).toEqual([
    ["other_words", "hidden"],
    ["kids/r2/kid", "row"],
    ["kids/none/kid", "row"],
    ["old_field", "gone"],
    ["shelter@1", "aside"],
  ]);
  const leaving = visibleParts(view).answers;
  expect(hiddenAnswers(view).filter(({ key }) => leaving.has(key))).toEqual([]);
  expect(hiddenAnswers(view).length + leaving.size).toBe(Object.keys(state.answers).length);
});

describe("another version", () => {
  const before = formOf([shelter, field("gone"), field("kind"), field("amount"), field("when")]);
  const after = formOf(
    [
      { ...shelter, type: "choices" } as Field,
      field("kind", { type: "choice", choices: [{ id: "a" }] } as Partial<Field>),
      field("amount", { type: "decimal" } as Partial<Field>),
      field("when", { type: "date", partial: true } as Partial<Field>),
      field("fresh"),
    ],
    { version: 2 },
  );
  const state = stateOf({
    shelter: choice("home"),
    gone: text("kept"),
    kind: text("anything"),
    amount: text("douze"),
    when: text("5/7/1984"),
  });
  const migration = migrateAnswers(before, 1, after, state, today);
  test("says what changed and drops nothing", () => {
    expect(migration.changes.map((change) => [change.kind, "key" in change ? change.key : change.field])).toEqual([
      ["rewritten", "shelter"],
      ["gone", "gone"],
      ["asked-again", "kind"],
      ["asked-again", "amount"],
      ["new", "fresh"],
    ]);
    expect(migration.answers.shelter).toEqual({ v: "choices", ids: ["home"] });
    const merged = Object.fromEntries(
      Object.entries({ ...state.answers, ...migration.answers }).filter(
        (entry): entry is [string, AnswerValue] => entry[1] !== null,
      ),
    );
    const texts = Object.values(merged).map((answer) => JSON.stringify(answer));
    for (const answer of [text("kept"), text("anything"), text("douze"), text("5/7/1984")]) {
      expect(texts).toContain(JSON.stringify(answer));
    }
    const next = stateOf(merged);
    const kept = hiddenAnswers(viewForm(after, next, { today }));
    expect(kept.map(({ key, why, answer, field: asked }) => [key, why, answer, asked?.id])).toEqual([
      ["gone", "gone", text("kept"), undefined],
      ["kind@1", "aside", text("anything"), "kind"],
      ["amount@1", "aside", text("douze"), "amount"],
    ]);
    expect(migrateAnswers(before, 2, after, next, today).answers).toEqual({});
  });
  test("without the old one, nothing is said to be new", () => {
    expect(migrateAnswers(null, 1, after, state, today).changes.some(({ kind }) => kind === "new")).toBe(false);
  });
  test("the same one changes nothing", () => {
    expect(migrateAnswers(before, 1, before, state, today)).toEqual({ answers: {}, changes: [] });
  });
});

describe("what is known of the person", () => {
  const claim = (id: string, profile: string, more: object = {}): Field =>
    ({ ...field(id, { profile }), ...more }) as Field;
  const form = formOf([
    claim("given_name", "given_name"),
    claim("birth", "birthdate", { type: "date", partial: true, past: true }),
    claim("civility", "gender", { type: "civility" }),
    claim("birth_town", "birthplace", { type: "commune" }),
    claim("home", "address", { type: "address" }),
    claim("nationality", "nationality", { type: "choice", choices: [{ id: "french" }, { id: "eu" }] }),
    claim("flag", "flag", { type: "yesno" }),
  ]);
  const home: AnswerValue = {
    v: "address",
    street: "1 rue X",
    more: "",
    postal: "93200",
    city: "Saint-Denis",
    code: null,
    country: "",
  };

  test("is proposed where it fits", () => {
    const profile = {
      given_name: "Awa",
      birthdate: "1985-00-00",
      gender: "female",
      birthplace: "93066",
      known: { address: home, nationality: choice("eu"), flag: yes },
    };
    expect(proposals(form, stateOf({}), profile)).toEqual({
      given_name: text("Awa"),
      birth: { v: "date", date: "1985" },
      civility: choice("madame"),
      birth_town: { v: "place", code: "93066", name: "" },
      home,
      nationality: choice("eu"),
      flag: yes,
    });
  });
  test("plain texts of older profiles too, and only what the answers leave open", () => {
    const plain = formOf([
      claim("name", "given_name"),
      claim("born", "birthdate", { type: "date", partial: true, past: true }),
      claim("phone", "phone_number", { type: "phone" }),
    ]);
    const profile = { given_name: "Ana", birthdate: "1984-07", phone_number: "" };
    expect(proposals(plain, stateOf({ name: text("Anaïs") }), profile)).toEqual({
      born: { v: "date", date: "1984-07" },
    });
    const answers = { name: text("Ana"), born: { v: "date", date: "2099" } as const, phone: text("12") };
    expect(offers(viewForm(plain, stateOf(answers)), {}, today).map(({ claim: name }) => name)).toEqual(["given_name"]);
  });
  test("is not where it does not fit, or is answered, or is nothing", () => {
    const profile = {
      given_name: " ",
      birthdate: "1985-13",
      gender: "x",
      known: { nationality: choice("moon"), flag: unknown, address: "<b>" },
    };
    expect(proposals(form, stateOf({}), profile)).toEqual({});
    expect(proposals(form, stateOf({ given_name: text("Zoé") }), { given_name: "Awa" })).toEqual({});
    expect(proposals(form, stateOf({}), {})).toEqual({});
  });
  test("is learned only where it is offered and taken, and not offered twice", () => {
    const view = viewForm(
      form,
      stateOf({
        given_name: text("Zoé"),
        birth: text("hier"),
        home,
        flag: no,
        nationality: unknown,
        civility: choice("madame"),
      }),
      { today },
    );
    const offered = offers(view, { given_name: "Awa", gender: "female", known: { flag: no } }, today);
    expect(offered.map(({ claim: name, before }) => [name, before])).toEqual([
      ["given_name", text("Awa")],
      ["address", null],
    ]);
    expect(taken(offered)).toEqual({ plain: { given_name: "Zoé" }, known: { address: home } });
    expect(taken([])).toEqual({ plain: {}, known: {} });
  });
  test("is not proposed as a child's, and what was written of a child is not offered to one's own profile", () => {
    const profile = { given_name: "Awa", birthdate: "1985", email: "awa@example.org", known: { nir: text("1") } };
    const of = (who: string) => stateOf({ for_whom: choice(who) });
    expect(Object.keys(proposals(mdph, of("me"), profile))).toEqual(
      expect.arrayContaining(["given_name", "birthdate"]),
    );
    expect(Object.keys(proposals(mdph, of("child"), profile))).toEqual(["email"]);
    expect(Object.keys(proposals(mdph, of("adult"), profile))).toEqual(["email"]);
    const written = stateOf({ for_whom: choice("child"), given_name: text("Zoé") });
    expect(offers(viewForm(mdph, written, { today }), {}, today)).toEqual([]);
  });
});
