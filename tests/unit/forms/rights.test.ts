/** Rights worth asking about: verdicts, what the profile says, and that saying less never takes a right away. Node. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isProcedureId } from "../../../src/forms/catalogue/index.ts";
import {
  type Known,
  knownFrom,
  profileHints,
  questionsLeft,
  rightsWorthAsking,
  rulesPast,
} from "../../../src/forms/rights/rights.ts";
import { questions, rightRules } from "../../../src/forms/rights/rules.ts";

const today = "2026-11-22";
const verdicts = (known: Known) =>
  Object.fromEntries(rightsWorthAsking(known, today).map(({ rule, verdict }) => [rule.id, verdict]));
const worth = (known: Known): readonly string[] =>
  rightsWorthAsking(known, today)
    .filter(({ verdict }) => verdict === "worth-asking")
    .map(({ rule }) => rule.id)
    .sort();

describe("what is worth asking about", () => {
  test.each<[string, Known, readonly string[]]>([
    ["nothing known", {}, []],
    [
      "outside, without money, at 40",
      { housing: "no-home", work: "none", money: "short", health: "no", age: "25-59" },
      ["c2s", "ccas", "domiciliation", "france-travail", "rsa", "social-housing"],
    ],
    [
      "a tenant with a small wage",
      { housing: "tenant", work: "employee", money: "tight", health: "no", age: "25-59" },
      ["activity-bonus", "c2s", "energy-voucher", "housing-aid", "social-housing"],
    ],
    [
      "an old owner with a small pension",
      { housing: "owner", work: "retired", money: "tight", health: "no", age: "60-up" },
      ["aspa", "c2s", "energy-voucher"],
    ],
    [
      "ill, and enough money",
      { housing: "owner", work: "sick", money: "enough", health: "yes", age: "25-59" },
      ["mdph"],
    ],
    ["health alone is known", { health: "yes" }, ["mdph"]],
    [
      "a student with little",
      { housing: "hosted", work: "student", money: "short", health: "no", age: "under-25" },
      ["c2s", "ccas", "domiciliation", "social-housing"],
    ],
  ])("%s", (_name, known, expected) => {
    expect(worth(known)).toEqual([...expected].sort());
  });

  test("says what speaks for it, against it, and what is missing", () => {
    const aspa = rightsWorthAsking({ age: "60-up" }, today).find(({ rule }) => rule.id === "aspa");
    expect(aspa).toMatchObject({ verdict: "not-enough", because: ["age"], against: [], missing: ["money"] });
    const young = rightsWorthAsking({ age: "25-59", money: "short" }, today).find(({ rule }) => rule.id === "aspa");
    expect(young).toMatchObject({ verdict: "probably-not", because: ["money"], against: ["age"], missing: [] });
  });

  test("'another situation', and an age under 25 for the RSA, leave a rule open: neither is a reason against", () => {
    const open = verdicts({ housing: "other", work: "other", money: "short", health: "no", age: "under-25" });
    expect(open).toMatchObject({
      rsa: "not-enough",
      "activity-bonus": "not-enough",
      "housing-aid": "not-enough",
      domiciliation: "not-enough",
      "energy-voucher": "not-enough",
      "france-travail": "not-enough",
      "social-housing": "worth-asking",
      aspa: "probably-not",
      mdph: "probably-not",
    });
  });

  test("hides a rule on the day it should have been read again, and counts it as hidden", () => {
    const ids = (day: string) => rightsWorthAsking({}, day).map(({ rule }) => rule.id);
    expect(ids("2027-02-27")).toContain("energy-voucher");
    expect(ids("2027-02-28")).not.toContain("energy-voucher");
    expect(ids("2030-01-01")).toEqual([]);
    for (const day of [today, "2027-02-28", "2030-01-01"])
      expect(ids(day).length + rulesPast(day).length).toBe(rightRules.length);
  });

  test("the rules are dated, the procedures exist, and nothing is an amount", () => {
    expect(questions.length).toBeLessThanOrEqual(5);
    for (const rule of rightRules) {
      expect(isProcedureId(rule.procedure)).toBe(true);
      expect(rule.source.verifiedOn < rule.reviewBefore).toBe(true);
      for (const { fact, among } of rule.signs) {
        const offered = questions.find((each) => each.id === fact)?.choices.map((choice) => choice.id) ?? [];
        expect(among.filter((each) => !offered.includes(each))).toEqual([]);
        expect(among.length).toBeGreaterThan(0);
        expect(among.length).toBeLessThan(offered.length);
      }
    }
  });
});

describe("what the profile says", () => {
  test.each([
    ["1984-07-05", "25-59"],
    ["2001-11-22", "25-59"],
    ["2001-11-23", "under-25"],
    ["2001-11", undefined],
    ["2001", undefined],
    ["2002", "under-25"],
    ["1966-11-22", "60-up"],
    ["1966-11-23", "25-59"],
    ["1966", undefined],
    ["1965", "60-up"],
    ["1968-02-29", "25-59"],
    ["vers 1960", undefined],
    [undefined, undefined],
  ])("born %s: %s", (birthdate, age) => {
    expect(knownFrom(birthdate === undefined ? {} : { birthdate }, today).age).toBe(age);
  });

  test("claims are texts or answers; what is neither says nothing", () => {
    const known = { housing_status: { v: "choice", id: "tenant" }, work_situation: { v: "unknown" } };
    expect(profileHints({ birthdate: "1984-07", known })).toEqual({ birthdate: "1984-07", housing_status: "tenant" });
    expect(profileHints({ known: { birthdate: { v: "date", date: "1984" } } })).toEqual({ birthdate: "1984" });
    expect(profileHints({ birthdate: 1984, known: "x" })).toEqual({});
    const kept = { work_situation: JSON.stringify({ v: "choice", id: "student" }), housing_status: '{"v":' };
    expect(profileHints({ known: kept })).toEqual({ work_situation: "student" });
  });

  test("a known answer is not asked again; what no question knows says nothing", () => {
    const known = knownFrom(
      { birthdate: "1950", housing_status: "tenant", work_situation: "of-a-newer-version" },
      today,
    );
    expect(known).toEqual({ age: "60-up", housing: "tenant" });
    expect(questionsLeft(known).map(({ id }) => id)).toEqual(["work", "money", "health"]);
    expect(questionsLeft({})).toEqual(questions);
  });
});

describe("whatever is answered", () => {
  const anyKnown: fc.Arbitrary<Known> = fc
    .tuple(
      ...questions.map(({ id, choices }) => fc.option(fc.constantFrom(...choices)).map((c) => [id, c?.id] as const)),
    )
    .map((pairs) => Object.fromEntries(pairs.filter(([, value]) => value !== undefined)) as Known);

  test("what is not known never makes it probably not", () => {
    expect(new Set(Object.values(verdicts({})))).toEqual(new Set(["not-enough"]));
    fc.assert(
      fc.property(anyKnown, (known) => {
        for (const hint of rightsWorthAsking(known, today)) {
          if (hint.verdict === "probably-not") expect(hint.against.length).toBeGreaterThan(0);
          for (const fact of hint.against) expect(known[fact]).toBeDefined();
        }
      }),
    );
  });

  test("saying more settles a rule and never turns it round; saying less only opens it", () => {
    fc.assert(
      fc.property(anyKnown, fc.constantFrom(...questions), (known, { id }) => {
        const { [id]: _left, ...less } = known;
        const [more, before] = [verdicts(known), verdicts(less)];
        for (const [rule, verdict] of Object.entries(before)) {
          if (verdict === "worth-asking") expect(more[rule]).toBe("worth-asking");
          if (verdict === "probably-not") expect(more[rule]).toBe("probably-not");
        }
      }),
    );
  });

  test("every rule is always in exactly one of three places, those worth asking about first", () => {
    fc.assert(
      fc.property(anyKnown, (known) => {
        const hints = rightsWorthAsking(known, today);
        expect(hints.length).toBe(rightRules.length);
        const places = hints.map(({ verdict }) => ["worth-asking", "not-enough", "probably-not"].indexOf(verdict));
        expect(places).toEqual([...places].sort());
      }),
    );
  });
});
