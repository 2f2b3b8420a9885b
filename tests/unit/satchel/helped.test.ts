/** Filled in with help: a consent each, who typed what, two devices, what leaves. */
import { describe, expect, test } from "vitest";
import { buildPayload, HELP_MS, newestHelp, runningHelp, setAnswer, setHelp } from "../../../src/satchel/dossier.ts";
import { mergeRecords } from "../../../src/satchel/merge.ts";
import { dossier } from "./fixtures.ts";

const text = (value: string) => ({ v: "text", text: value }) as const;
const about = { name: "Nadia", structure: "Mission locale", consent: "Nadia peut écrire avec moi.", language: "fr" };

describe("filled in with help", () => {
  const before = dossier();
  const helped = setHelp(before, about, "h1", 1000);

  test("goes on until it is ended, or another one begins, or the day is over", () => {
    expect(runningHelp(before, 1000)).toBeNull();
    expect(runningHelp(helped, 2000)).toEqual({ ...about, at: 1000 });
    expect(runningHelp(helped, 1000 + HELP_MS)).toBeNull();
    expect(runningHelp(setHelp(helped, null, "h2", 3000), 3001)).toBeNull();
    const next = setHelp(helped, { ...about, name: "Paul" }, "h2", 3000);
    expect(runningHelp(next, 3001)?.name).toBe("Paul");
    expect(next.helped?.h1?.ended).toBe(3000);
    expect(newestHelp(next)).toBe("h2");
  });

  test("each answer says whose hands wrote it; the person's own word takes it back", () => {
    const by = setAnswer(helped, "given_name", text("Camille"), 1100, "h1");
    const alone = setAnswer(by, "family_name", text("Morel"), 1200);
    expect(alone.typedBy).toEqual({ given_name: { h1: true } });
    const mended = setAnswer(alone, "given_name", text("Camilla"), 1300);
    expect(mended.typedBy).toEqual({ given_name: { me: true } });
    expect(setAnswer(by, "given_name", text("Camille"), 1400)).toBe(by);
  });

  test("two devices that each wrote merge without a question about it", () => {
    const mine = setAnswer(helped, "given_name", text("Camille"), 1100, "h1");
    const theirs = setAnswer(helped, "family_name", text("Morel"), 1100, "h1");
    const merged = mergeRecords({ base: helped, mine, theirs });
    expect(merged).toMatchObject({ typedBy: { given_name: { h1: true }, family_name: { h1: true } } });
    expect(Object.keys(merged.others ?? {}).filter((path) => path.startsWith("typedBy"))).toEqual([]);
  });

  test("only visible answers leave, and only with the help that wrote them", () => {
    const by = setAnswer(setHelp(helped, about, "h2", 2000), "given_name", text("Camille"), 2100, "h2");
    const hidden = setAnswer(by, "secret", text("x"), 2200, "h1");
    const payload = buildPayload(
      hidden,
      { answers: new Set(["given_name"]), rows: new Set(), requirements: [] },
      new Map(),
      5000,
    );
    expect(payload.typedBy).toEqual({ given_name: { h2: true } });
    expect(Object.keys(payload.helped ?? {})).toEqual(["h2"]);
    const alone = buildPayload(before, { answers: new Set(), rows: new Set(), requirements: [] }, new Map(), 5000);
    expect("typedBy" in alone || "helped" in alone).toBe(false);
  });
});
