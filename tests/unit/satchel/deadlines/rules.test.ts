/**
 * D6: every rule on its edge dates, as a table: 29 February, ends of months and years, vague dates, the day before and the day
 * after each window. Runs in Node.
 */
import { describe, expect, test } from "vitest";
import { foresee, type PaperFacts, papersFor, type Stage } from "../../../../src/satchel/deadlines/plan.ts";
import {
  adultOn,
  identityCardEnd,
  passportEnd,
  ruleFacts,
  rulesReviewBefore,
} from "../../../../src/satchel/deadlines/rules.ts";
import { paperType } from "../../../../src/satchel/paper-types.ts";

const paper = (kind: string | null, facts: Partial<PaperFacts>): PaperFacts => ({
  id: "p1",
  kind,
  holder: "me",
  expiry: null,
  issued: null,
  born: null,
  notice: null,
  remind: true,
  ...facts,
});

const one = (papers: readonly PaperFacts[], today: string) => foresee({ papers, followed: [], own: [] }, today);

describe("D6: papers, from when, until when, when they end", () => {
  test.each<[string, string, Partial<PaperFacts>, string, string, string]>([
    ["passport", "passport", { expiry: "2027-03-01" }, "2026-12-01", "2027-03-01", "2027-03-01"],
    ["passport, leap year", "passport", { expiry: "2028-03-01" }, "2027-12-02", "2028-03-01", "2028-03-01"],
    ["passport, end of year", "passport", { expiry: "2026-12-31" }, "2026-10-02", "2026-12-31", "2026-12-31"],
    ["passport, own notice", "passport", { expiry: "2027-03-01", notice: 7 }, "2027-02-22", "2027-03-01", "2027-03-01"],
    ["passport, a month only", "passport", { expiry: "2027-02" }, "2026-11-03", "2027-02-01", "2027-02-28"],
    ["card, new format", "identity-card", { expiry: "2027-10-04" }, "2027-07-06", "2027-10-04", "2027-10-04"],
    [
      "card, no date but made in 2022",
      "identity-card",
      { issued: "2022-02-28", born: "1980" },
      "2031-11-29",
      "2032-02-27",
      "2032-02-27",
    ],
    ["permit, 120 and 60 days", "residence-permit", { expiry: "2027-03-01" }, "2026-11-01", "2026-12-31", "2027-03-01"],
    ["permit, over a leap day", "residence-permit", { expiry: "2028-04-01" }, "2027-12-03", "2028-02-01", "2028-04-01"],
    ["permit, a year only", "residence-permit", { expiry: "2028" }, "2027-09-03", "2027-11-02", "2028-12-31"],
    ["récépissé", "recepisse", { expiry: "2027-01-15" }, "2026-12-16", "2027-01-15", "2027-01-15"],
    ["asylum", "asylum-attestation", { expiry: "2027-03-01" }, "2027-01-30", "2027-03-01", "2027-03-01"],
    ["domicile, printed", "domicile-attestation", { expiry: "2027-04-30" }, "2027-02-28", "2027-04-30", "2027-04-30"],
    [
      "domicile, a year from its start",
      "domicile-attestation",
      { issued: "2026-01-15" },
      "2026-11-14",
      "2027-01-14",
      "2027-01-14",
    ],
    [
      "domicile, begun on 29 February",
      "domicile-attestation",
      { issued: "2028-02-29" },
      "2028-12-28",
      "2029-02-28",
      "2029-02-28",
    ],
    ["C2S, 4 and 2 months", "c2s-attestation", { expiry: "2027-06-30" }, "2027-02-28", "2027-04-30", "2027-06-30"],
    [
      "C2S, a year from its start",
      "c2s-attestation",
      { issued: "2026-03-01" },
      "2026-10-28",
      "2026-12-28",
      "2027-02-28",
    ],
    ["C2S, end of August", "c2s-attestation", { expiry: "2027-08-31" }, "2027-04-30", "2027-06-30", "2027-08-31"],
    [
      "social housing",
      "social-housing-attestation",
      { issued: "2026-02-10" },
      "2026-12-09",
      "2027-02-09",
      "2027-02-09",
    ],
    ["an insurance", "home-insurance", { expiry: "2027-01-01" }, "2026-10-03", "2027-01-01", "2027-01-01"],
    ["an appointment", "prefecture-appointment", { expiry: "2027-01-10" }, "2026-12-27", "2027-01-10", "2027-01-10"],
    ["a kind of a newer version", "not-known-yet", { expiry: "2027-01-01" }, "2026-10-03", "2027-01-01", "2027-01-01"],
    ["no kind", null as unknown as string, { expiry: "2027-01-01" }, "2026-10-03", "2027-01-01", "2027-01-01"],
  ])("%s", (_case, kind, facts, from, until, end) => {
    const [found] = one([paper(kind, facts)], from);
    expect(found).toMatchObject({ from, until, end, stage: "now" });
  });

  test.each<[string, Stage | "nothing"]>([
    ["2026-10-31", "later"],
    ["2026-11-01", "now"],
    ["2026-12-31", "now"],
    ["2027-01-01", "late"],
    ["2027-03-01", "late"],
    ["2027-03-02", "over"],
    ["2028-02-29", "over"],
    ["2028-03-01", "nothing"],
    ["2025-11-01", "later"],
    ["2025-10-31", "nothing"],
  ])("a permit that ends on 1 March 2027, on %s: %s", (today, stage) => {
    expect(one([paper("residence-permit", { expiry: "2027-03-01" })], today)[0]?.stage ?? "nothing").toBe(stage);
  });

  test("a paper without a date, a wrong date, or one that should be silent, says nothing", () => {
    const papers = [
      paper("passport", {}),
      paper("residence-permit", { issued: "2026-01-01" }),
      paper("passport", { expiry: "2027-02-30" }),
      paper("passport", { expiry: "2027-01-01", remind: false }),
      paper("tax-notice", { issued: "2026-01-01" }),
    ];
    expect(one(papers, "2026-12-15")).toEqual([]);
  });

  test("a vague date is said to be vague", () => {
    expect(one([paper("passport", { expiry: "2027-02" })], "2027-01-01")[0]?.notes).toEqual(["about-this-date"]);
    expect(one([paper("passport", { expiry: "2027-02-14" })], "2027-01-01")[0]?.notes).toEqual([]);
  });
});

describe("D6: the identity card", () => {
  const adult = "1970-05-01";
  const minor = "2000-05-01";
  test.each<[string, Parameters<typeof identityCardEnd>[0], string, readonly string[]]>([
    [
      "made 2012 for an adult: five years more",
      { expiry: "2022-06-14", issued: "2012-06-15", born: adult },
      "2027-06-14",
      ["longer-in-france"],
    ],
    [
      "the same, only the printed date known",
      { expiry: "2022-06-14", issued: null, born: adult },
      "2027-06-14",
      ["longer-in-france"],
    ],
    [
      "the same, end on 29 February",
      { expiry: "2016-02-29", issued: "2006-03-01", born: adult },
      "2021-02-28",
      ["longer-in-france"],
    ],
    ["made 2012 for a minor", { expiry: "2022-06-14", issued: "2012-06-15", born: minor }, "2022-06-14", []],
    [
      "of age the very day",
      { expiry: "2022-06-14", issued: "2012-06-15", born: "1994-06-15" },
      "2027-06-14",
      ["longer-in-france"],
    ],
    ["of age a day later", { expiry: "2022-06-14", issued: "2012-06-15", born: "1994-06-16" }, "2022-06-14", []],
    [
      "made 2012, birth unknown",
      { expiry: "2022-06-14", issued: "2012-06-15", born: null },
      "2022-06-14",
      ["maybe-longer"],
    ],
    [
      "last day of 2013",
      { expiry: "2023-12-30", issued: "2013-12-31", born: adult },
      "2028-12-30",
      ["longer-in-france"],
    ],
    [
      "first day of 2014: printed for 15",
      { expiry: "2028-12-31", issued: "2014-01-01", born: adult },
      "2028-12-31",
      [],
    ],
    ["made 2003", { expiry: "2013-05-05", issued: "2003-05-06", born: adult }, "2013-05-05", []],
    ["new format", { expiry: "2032-01-01", issued: "2022-01-02", born: adult }, "2032-01-01", []],
    [
      "no printed date, made 2012, adult",
      { expiry: null, issued: "2012-06-15", born: adult },
      "2027-06-14",
      ["longer-in-france"],
    ],
    ["no printed date, made 2016, adult", { expiry: null, issued: "2016-06-15", born: adult }, "2031-06-14", []],
    ["no printed date, made 2016, minor", { expiry: null, issued: "2016-06-15", born: "2005" }, "2026-06-14", []],
    [
      "no printed date, made 2016, birth unknown",
      { expiry: null, issued: "2016-06-15", born: null },
      "2026-06-14",
      ["maybe-longer"],
    ],
    [
      "no printed date, made 2021: two formats",
      { expiry: null, issued: "2021-06-15", born: adult },
      "2031-06-14",
      ["maybe-longer"],
    ],
    ["no printed date, made 2023", { expiry: null, issued: "2023-06-15", born: adult }, "2033-06-14", []],
  ])("%s", (_case, facts, last, notes) => {
    expect(identityCardEnd(facts)).toMatchObject({ last, notes });
  });

  test("without any date has no end", () => {
    expect(identityCardEnd({ expiry: null, issued: null, born: adult })).toBeUndefined();
    expect(identityCardEnd({ expiry: null, issued: "2012-02-31", born: adult })).toBeUndefined();
  });
});

describe("D6: the passport without a printed date", () => {
  test.each([
    ["adult", "2020-02-29", "1980-01-01", "2030-02-28", []],
    ["minor", "2020-02-29", "2010-01-01", "2025-02-28", []],
    ["birth unknown: the shorter", "2020-03-15", null, "2025-03-14", ["maybe-longer"]],
    ["made in an unknown month", "2020", "1980", "2030-12-30", ["about-this-date"]],
  ])("%s", (_case, issued, born, last, notes) => {
    expect(passportEnd({ expiry: null, issued, born })).toMatchObject({ last, notes });
  });
});

test.each([
  ["2008-02-29", "2026-02-28", false],
  ["2008-02-29", "2026-03-01", true],
  ["2008", "2026-06-01", null],
  ["2008", "2027", true],
  ["2008", "2025-12-31", false],
  ["2008-06", "2026-06-15", null],
  [null, "2026-06-15", null],
  ["2008-06-01", null, null],
])("born %s, of age on %s: %s", (born, day, expected) => {
  expect(adultOn(born, day)).toBe(expected);
});

describe("D6: what comes back", () => {
  const followed = (
    rule: "domicile-contact" | "social-housing" | "quarter" | "month",
    since: string | null,
    done: string | null,
    today: string,
  ) => foresee({ papers: [], followed: [{ id: "f1", rule, since, done }], own: [] }, today)[0];

  test.each<[string, string | null, string | null, string, string, Stage]>([
    ["2026-11-22", "2026-08-31", null, "2026-10-31", "2026-11-30", "now"],
    ["2026-10-30", "2026-08-31", null, "2026-10-31", "2026-11-30", "later"],
    ["2026-12-01", "2026-08-31", null, "2026-10-31", "2026-11-30", "late"],
    ["2026-12-01", "2026-08-31", "2026-11-20", "2027-01-21", "2027-02-20", "later"],
    ["2027-02-28", "2026-11-30", null, "2027-01-29", "2027-02-28", "now"],
    ["2028-02-29", "2027-11-30", null, "2028-01-30", "2028-02-29", "now"],
  ])("a visit at least every three months: on %s, last %s, then %s", (today, since, done, from, until, stage) => {
    expect(followed("domicile-contact", since, done, today)).toMatchObject({ from, until, stage, end: null });
  });

  test.each<[string, string, string | null, string, string, Stage]>([
    ["2026-11-22", "2026-02-10", null, "2026-11-01", "2026-11-30", "now"],
    ["2026-11-22", "2026-02-10", "2026-11-03", "2027-02-01", "2027-02-28", "later"],
    ["2026-12-01", "2026-02-10", null, "2027-02-01", "2027-02-28", "later"],
    ["2028-02-29", "2026-02-10", null, "2028-02-01", "2028-02-29", "now"],
    ["2026-01-31", "2026-04-01", null, "2026-01-01", "2026-01-31", "now"],
    ["2026-12-31", "2025-10-01", null, "2027-01-01", "2027-01-31", "later"],
    ["2025-12-31", "2026-03-01", null, "2025-12-01", "2025-12-31", "now"],
  ])("a declaration each quarter: on %s, known %s, done %s", (today, since, done, from, until, stage) => {
    expect(followed("quarter", since, done, today)).toMatchObject({ from, until, stage });
  });

  test.each<[string, string | null, string, string, Stage]>([
    ["2026-11-22", null, "2026-11-28", "2026-12-15", "later"],
    ["2026-11-28", null, "2026-11-28", "2026-12-15", "now"],
    ["2026-12-15", null, "2026-11-28", "2026-12-15", "now"],
    ["2026-12-16", null, "2026-12-28", "2027-01-15", "later"],
    ["2027-01-01", null, "2026-12-28", "2027-01-15", "now"],
    ["2027-01-01", "2026-12-29", "2027-01-28", "2027-02-15", "later"],
    ["2027-01-28", "2026-12-29", "2027-01-28", "2027-02-15", "now"],
    ["2027-01-30", "2027-01-29", "2027-02-28", "2027-03-15", "later"],
    ["2028-02-29", null, "2028-02-28", "2028-03-15", "now"],
    ["2026-12-10", "2026-11-27", "2026-11-28", "2026-12-15", "now"],
  ])("an update each month: on %s, done %s", (today, done, from, until, stage) => {
    expect(followed("month", null, done, today)).toMatchObject({ from, until, stage });
  });

  test("in February the days may be others, and it is said", () => {
    expect(followed("month", null, null, "2027-02-20")?.notes).toContain("february");
    expect(followed("month", null, null, "2027-03-20")?.notes).not.toContain("february");
  });

  test.each<[string, string, string | null, string, string, Stage]>([
    ["2026-11-22", "2026-01-20", null, "2026-11-19", "2027-01-19", "now"],
    ["2027-01-20", "2026-01-20", null, "2026-11-19", "2027-01-19", "over"],
    ["2027-01-20", "2026-01-20", "2027-01-05", "2027-11-04", "2028-01-04", "later"],
    ["2028-12-31", "2028-02-29", null, "2028-12-28", "2029-02-28", "now"],
  ])("social housing each year: on %s, since %s, done %s", (today, since, done, from, until, stage) => {
    expect(followed("social-housing", since, done, today)).toMatchObject({ from, until, end: until, stage });
  });

  test("what lacks a date is shown without one, and not forgotten", () => {
    for (const rule of ["domicile-contact", "social-housing", "quarter"] as const)
      expect(followed(rule, null, null, "2026-11-22")).toMatchObject({ stage: "undated", from: null, until: null });
  });

  test("each round has a key of its own; a paper keeps its key when its date is mended", () => {
    expect(followed("month", null, null, "2026-11-22")?.key).not.toBe(followed("month", null, null, "2026-12-22")?.key);
    const key = (expiry: string) => one([paper("passport", { expiry })], "2026-12-22")[0]?.key;
    expect(key("2027-01-01")).toBe(key("2027-01-02"));
  });
});

describe("D6: any date that a person enters", () => {
  const own = (date: string, notice: number | null, today: string) =>
    foresee({ papers: [], followed: [], own: [{ id: "o1", date, notice }] }, today)[0];

  test.each<[string, number | null, string, string, string]>([
    ["2027-01-01", 30, "2026-12-02", "2027-01-01", "2026-12-02"],
    ["2027-01-01", null, "2026-10-03", "2027-01-01", "2026-12-02"],
    ["2027-01-01", 0, "2027-01-01", "2027-01-01", "2026-12-02"],
    ["2028-02-29", 365, "2027-03-01", "2028-02-29", "2027-12-02"],
    ["2027", 30, "2026-12-02", "2027-01-01", "2026-12-02"],
  ])("%s with %s days", (date, notice, from, until, today) => {
    expect(own(date, notice, today)).toMatchObject({ rule: "own-date", from, until });
  });

  test("that does not exist is left out", () => {
    expect(own("2027-02-29", 30, "2027-01-15")).toBeUndefined();
  });
});

describe("D6: the list", () => {
  test("says what matters first, and the same in whatever order papers come", () => {
    const papers = [
      paper("passport", { id: "later", expiry: "2027-09-01" }),
      paper("residence-permit", { id: "late", expiry: "2026-12-20" }),
      paper("home-insurance", { id: "now-2", expiry: "2027-01-20" }),
      paper("c2s-attestation", { id: "over", expiry: "2026-10-31" }),
      paper("vehicle-insurance", { id: "now-1", expiry: "2026-12-31" }),
    ];
    const followed = [{ id: "undated", rule: "quarter", since: null, done: null }] as const;
    const ids = (list: readonly PaperFacts[]) =>
      foresee({ papers: list, followed, own: [] }, "2026-11-22").map((each) => each.about.id);
    expect(ids(papers)).toEqual(["late", "now-1", "now-2", "undated", "over", "later"]);
    expect(ids([...papers].reverse())).toEqual(ids(papers));
  });

  test("is silent on a right that a newer paper of the same person has renewed", () => {
    const old = paper("c2s-attestation", { id: "old", expiry: "2026-12-31" });
    const renewed = paper("c2s-attestation", { id: "new", expiry: "2027-12-31" });
    const mother = paper("c2s-attestation", { id: "mother", expiry: "2026-12-31", holder: "Ma mère" });
    expect(one([old, renewed, mother], "2026-11-22").map((each) => each.about.id)).toEqual(["mother", "new"]);
    const hers = paper("c2s-attestation", { id: "hers", expiry: "2027-12-31", holder: "ma mere" });
    expect(one([mother, hers], "2026-11-22").map((each) => each.about.id)).toEqual(["hers"]);
  });

  test("shows two passports of two countries, and drops one that ended when another is good", () => {
    const first = paper("passport", { id: "first", expiry: "2027-01-01" });
    const second = paper("passport", { id: "second", expiry: "2027-02-01" });
    expect(one([first, second], "2026-11-22").map((each) => each.about.id)).toEqual(["first", "second"]);
    expect(one([first, second], "2027-01-15").map((each) => each.about.id)).toEqual(["second"]);
  });

  test("asks for social housing once when the person follows it", () => {
    const papers = [paper("social-housing-attestation", { expiry: "2027-01-01" })];
    const followed = [{ id: "f1", rule: "social-housing", since: "2026-01-02", done: null }] as const;
    expect(foresee({ papers, followed, own: [] }, "2026-12-01").map((each) => each.about.type)).toEqual(["followed"]);
  });

  test("says which of the papers that help are here", () => {
    const papers = [
      paper("residence-permit", { id: "permit", expiry: "2027-01-15" }),
      paper("proof-of-address", { id: "other", holder: "Ma mère" }),
    ];
    const [item] = one(papers, "2026-11-22");
    expect(item === undefined ? [] : papersFor(item, papers)).toEqual([
      { kind: "residence-permit", paper: "permit" },
      { kind: "proof-of-address", paper: null },
    ]);
  });

  test("is made of 10,000 papers, each with a date", () => {
    const papers = Array.from({ length: 10_000 }, (_, n) =>
      paper("home-insurance", { id: `p${n}`, expiry: `20${27 + (n % 3)}-0${1 + (n % 9)}-1${n % 10}` }),
    );
    expect(one(papers, "2026-11-22").length).toBeGreaterThan(3000);
  });
});

test("every rule names kinds of paper that exist, and was read not so long ago", () => {
  const kinds = Object.values(ruleFacts).flatMap((rule) => rule.papers);
  expect(kinds.filter((kind) => paperType(kind) === undefined)).toEqual([]);
  expect(rulesReviewBefore).toMatch(/^20\d\d-\d\d-\d\d$/);
  const unread = Object.entries(ruleFacts).filter(([, rule]) => rule.start === "rule" && rule.sources.length === 0);
  expect(unread).toEqual([]);
});
