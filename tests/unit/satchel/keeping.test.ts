/** "On this phone only", and whose papers these are: rules that screens and workers share. Runs in Node. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paperFacts } from "../../../src/satchel/deadlines/facts.ts";
import { holderKey, knownHolders, me, sameHolder } from "../../../src/satchel/holders.ts";
import { keepingChange, partForDossier, staysHere } from "../../../src/satchel/keeping.ts";
import { paperTypes } from "../../../src/satchel/paper-types.ts";
import type { RecordId } from "../../../src/shared/ids.ts";

describe("a paper stays on this phone", () => {
  test.each<[string, string | null, boolean | undefined, boolean]>([
    ["a prescription, nothing chosen", "prescription", undefined, true],
    ["a prescription, the person wants copies", "prescription", false, false],
    ["a bill, nothing chosen", "energy-bill", undefined, false],
    ["a bill that should stay", "energy-bill", true, true],
    ["no kind yet", null, undefined, false],
    ["a kind of a newer version, nothing chosen", "not-known-yet", undefined, false],
    ["a kind of a newer version that should stay", "not-known-yet", true, true],
  ])("%s: %s %s %s", (_case, kind, stay, expected) => {
    expect(staysHere({ kind, ...(stay === undefined ? {} : { stay }) })).toBe(expected);
  });

  test("by default when its kind speaks of health, and only then", () => {
    for (const type of paperTypes) expect(staysHere({ kind: type.id })).toBe(type.localOnlyByDefault);
  });
});

describe("changing where it is kept", () => {
  const bill = { kind: "energy-bill" };
  const nowhere = { server: false, devices: false };

  test("says nothing when nothing changes", () => {
    expect(keepingChange(bill, { ...bill, stay: false }, nowhere)).toEqual([]);
    expect(keepingChange({ kind: "prescription" }, { kind: "hospital-report" }, nowhere)).toEqual([]);
  });

  test("says that it may be lost, and which copies are still elsewhere", () => {
    const here = { ...bill, stay: true };
    expect(keepingChange(bill, here, nowhere)).toEqual(["no-more-copies", "lost-with-phone"]);
    expect(keepingChange(bill, here, { server: true, devices: true })).toEqual([
      ...["no-more-copies", "copy-at-server", "copy-on-devices", "lost-with-phone"],
    ]);
    expect(keepingChange(here, bill, { server: true, devices: false })).toEqual(["copied-from-now"]);
  });

  test("counts a change of kind too", () => {
    expect(keepingChange(bill, { kind: "prescription" }, nowhere)).toContain("lost-with-phone");
    expect(keepingChange({ kind: "prescription" }, bill, nowhere)).toEqual(["copied-from-now"]);
    expect(keepingChange({ ...bill, stay: false }, { kind: "prescription", stay: false }, nowhere)).toEqual([]);
  });
});

test("a dossier takes such a paper only after a yes that was for it", () => {
  const id = (text: string) => text as RecordId;
  const papers = [
    { id: id("bill"), kind: "energy-bill" },
    { id: id("certificate"), kind: "mdph-medical-certificate" },
    { id: id("letter"), kind: "letter-received", stay: true },
  ];
  const ids = (parts: ReturnType<typeof partForDossier>) => [
    parts.go.map((each) => each.id),
    parts.ask.map((each) => each.id),
  ];
  expect(ids(partForDossier(papers, new Set()))).toEqual([["bill"], ["certificate", "letter"]]);
  expect(ids(partForDossier(papers, new Set([id("certificate")])))).toEqual([["bill", "certificate"], ["letter"]]);
});

describe("whose papers these are", () => {
  test.each([
    ["Ayoub", "ayoub ", true],
    ["Ma mère", "ma  mere", true],
    ["Jean-Luc", "jean luc", true],
    ["Élise", "Elise", true],
    ["أيوب", "ايوب", true],
    ["me", "", true],
    ["me", "Me", false],
    ["Ayoub", "Aya", false],
    ["??", "!!", false],
  ])("%j and %j are one person: %s", (a, b, expected) => {
    expect(sameHolder(a, b)).toBe(expected);
  });

  test("nobody but the person is the person, whatever they are called", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(holderKey(name) === me).toBe(name === me || name.trim() === "");
      }),
      { seed: 21, numRuns: 100 },
    );
  });

  test("others are proposed by how many papers they have, as they are written most", () => {
    const papers = ["Aya", "me", "Ayoub", "ayoub", "Ayoub", "Ma mère", "ma mere"].map((holder) => ({ holder }));
    expect(knownHolders(papers)).toEqual([
      { name: "Ayoub", papers: 3 },
      { name: "Ma mère", papers: 2 },
      { name: "Aya", papers: 1 },
    ]);
    expect(knownHolders([])).toEqual([]);
  });
});

describe("what the rules may know of a record", () => {
  const record = { kind: "identity-card", holder: "me", expiry: "2022-06-14", status: "kept" } as const;

  test("is its end, whose it is, and the birth of the person where it is theirs", () => {
    const facts = { id: "p", kind: "identity-card", holder: "me", expiry: "2022-06-14", born: "1970-05-01" };
    expect(paperFacts("p", record, { birthdate: "1970-05-01" })).toEqual({
      ...{ ...facts, issued: null, notice: null, remind: true },
    });
    expect(paperFacts("p", { ...record, holder: "Ayoub" }, { birthdate: "1970-05-01" })?.born).toBeNull();
    expect(paperFacts("p", record, null)?.born).toBeNull();
    const told = { ...record, facts: { issued: "2012" }, ahead: { notice: 7, off: true } };
    expect(paperFacts("p", told, null)).toMatchObject({ issued: "2012", notice: 7, remind: false });
  });

  test("is the day to answer or to go where it has no end; what it starts from comes before when it was made", () => {
    const letter = { ...record, kind: "letter-received", expiry: null };
    expect(paperFacts("p", { ...letter, facts: { "answer-before": "2027-01-15" } }, null)?.expiry).toBe("2027-01-15");
    expect(paperFacts("p", { ...letter, facts: { appointment: "2027-02-01" } }, null)?.expiry).toBe("2027-02-01");
    expect(paperFacts("p", { ...record, facts: { appointment: "2027-02-01" } }, null)?.expiry).toBe("2022-06-14");
    expect(paperFacts("p", { ...record, facts: { issued: "2020", starts: "2021" } }, null)?.issued).toBe("2021");
  });

  test("is nothing for a draft and for what is in the bin", () => {
    expect(paperFacts("p", { ...record, status: "draft" }, null)).toBeUndefined();
    expect(paperFacts("p", { ...record, status: "binned" }, null)).toBeUndefined();
  });
});
