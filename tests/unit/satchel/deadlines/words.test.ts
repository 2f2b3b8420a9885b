/** Every rule, note, stage and human alternative has its words in each language, and no other. Runs in Node over locales/. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { foresee } from "../../../../src/satchel/deadlines/plan.ts";
import { humanPhones, type NoteId, ruleFacts } from "../../../../src/satchel/deadlines/rules.ts";

const root = new URL("../../../..", import.meta.url).pathname;
type Words = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
const read = (language: string): Words =>
  JSON.parse(readFileSync(`${root}/locales/${language}/reminders.json`, "utf8"));

const notes: Readonly<Record<NoteId, true>> = {
  "longer-in-france": true,
  "maybe-longer": true,
  "about-this-date": true,
  "other-window": true,
  "after-the-end": true,
  "struck-off": true,
  "may-stop": true,
  "look-for-the-day": true,
  february: true,
  "automatic-for-some": true,
};
const stages = { later: true, now: true, late: true, over: true, undated: true } satisfies Record<
  ReturnType<typeof foresee>[number]["stage"],
  true
>;
const humans = [...new Set(Object.values(ruleFacts).map((rule) => rule.human))].sort();

describe.each(["fr", "en", "ar"])("in %s", (language) => {
  const words = read(language);
  const keys = (group: string): readonly string[] => Object.keys(words[group] ?? {}).sort();

  test("all is said", () => {
    expect(keys("rules")).toEqual(Object.keys(ruleFacts).sort());
    for (const rule of Object.values(words.rules ?? {}))
      expect(Object.keys(rule as object).sort()).toEqual(["do", "what"]);
    expect(keys("notes")).toEqual(Object.keys(notes).sort());
    expect(keys("stage")).toEqual(Object.keys(stages).sort());
    expect(keys("human")).toEqual(humans);
    expect(keys("clock")).toEqual(["backwards", "corrected", "far"]);
  });

  test("a number is named exactly where there is one to call", () => {
    const named = Object.entries(words.human ?? {}).filter(([, text]) => String(text).includes("{{phone}}"));
    expect(named.map(([id]) => id).sort()).toEqual(Object.keys(humanPhones).sort());
  });

  test("what lies open on a lock screen or in a calendar names no paper, no right, no desk", () => {
    const open = [words.notice, words.calendar?.neutralSummary, words.calendar?.neutralText].map(String).join(" ");
    expect(open).not.toMatch(/besace|caf|rsa|c2s|passe?port|identi|s[ée]jour|permit|sant[ée]|health|housing|logement/i);
  });
});

test("the French promises nothing: no amount, no right, no threat", () => {
  const all = JSON.stringify(read("fr"));
  expect(all).not.toMatch(/€|euros?|vous avez droit|sanction|amende|radi[ée]|obligatoire|urgent/i);
});
