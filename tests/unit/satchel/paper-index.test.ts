/** D5: papers are found as one types, by any of their words; the list begins with what is likely needed next. Runs in Node. */
import { describe, expect, test } from "vitest";
import type { ShownPaper } from "../../../src/satchel/model.ts";
import { createPaperIndex, foldText, likelyFirst } from "../../../src/satchel/paper-index.ts";

let n = 0;
const paper = (record: Partial<ShownPaper>, usedAt?: number) => {
  n += 1;
  return {
    id: `p${String(n).padStart(4, "0")}`,
    usedAt,
    record: {
      t: "paper" as const,
      kind: null,
      title: "",
      holder: "me",
      expiry: null,
      pages: {},
      status: "kept" as const,
      binnedAt: null,
      createdAt: 1,
      updatedAt: 1,
      ...record,
    },
  };
};
const said = ({ title, kind, holder }: ShownPaper): string => `${title} ${kind ?? ""} ${holder}`;
const called = (kind: string): string => foldText({ benefit: "papier de la caf, allocations" }[kind] ?? "");
function search(papers: readonly ReturnType<typeof paper>[], query: string): readonly string[] {
  const begun = createPaperIndex(said).search(papers, query, called);
  begun.look(() => false);
  return begun.found().map(({ record }) => record.title);
}

describe("finding papers", () => {
  const bill = paper({ title: "Facture d’électricité", kind: "energy", note: "L’original est chez ma sœur" });
  const notice = paper({ title: "Novembre", kind: "benefit", holder: "Ayoub" });
  const own = paper({ title: "Courrier de la CAF" });
  const tax = paper({ title: "Impôts", facts: { "reference-income": "63198" } });
  const papers = [bill, notice, own, tax];

  test.each([
    ["ELECTRI", ["Facture d’électricité"]],
    ["l'original", ["Facture d’électricité"]],
    ["soeur", ["Facture d’électricité"]],
    ["chez  ma", ["Facture d’électricité"]],
    ["63198", ["Impôts"]],
    ["ayoub novembre", ["Novembre"]],
    ["allocations ayoub", ["Novembre"]],
    ["zzz", []],
    ["ayoub zzz", []],
  ])("by %j", (query, titles) => {
    expect(search(papers, query)).toEqual(titles);
  });

  test("those that say it themselves stand before those whose kind is called so", () => {
    expect(search(papers, "caf")).toEqual(["Courrier de la CAF", "Novembre"]);
  });

  test("nothing typed finds all, in their order", () => {
    expect(search(papers, "  ")).toEqual(papers.map(({ record }) => record.title));
  });

  test("in Arabic, whatever the form of the letters and the vowels", () => {
    const rent = paper({ title: "عَقْد الإيجار" });
    const photo = paper({ title: "صورة المدرسة" });
    expect(search([rent, photo], "الايجار")).toEqual(["عَقْد الإيجار"]);
    expect(search([rent, photo], "مدرسه")).toEqual(["صورة المدرسة"]);
  });

  test("each paper is read once, in slices, by a search for nothing too", () => {
    let reads = 0;
    const index = createPaperIndex((record) => {
      reads += 1;
      return said(record);
    });
    let left = 2;
    const nothing = index.search(papers, "\ue000", called);
    const enough = (): boolean => {
      left -= 1;
      return left === 0;
    };
    expect(nothing.look(enough)).toBe(false);
    expect(reads).toBe(2);
    const begun = index.search(papers, "impots", called);
    expect(begun.look(() => false)).toBe(true);
    expect(begun.found()).toEqual([tax]);
    expect(reads).toBe(4);
    expect([nothing.look(() => false), nothing.found()]).toEqual([true, []]);
    expect(reads).toBe(4);
  });

  test("a changed record is read anew", () => {
    const index = createPaperIndex(said);
    const before = index.search([bill], "gaz", called);
    expect([before.look(() => false), before.found()]).toEqual([true, []]);
    const renamed = { ...bill, record: { ...bill.record, title: "Gaz" } };
    const after = index.search([renamed], "gaz", called);
    expect([after.look(() => false), after.found()]).toEqual([true, [renamed]]);
  });

  test("D5: a search is looked through in slices, and tells what it has found so far", () => {
    const begun = createPaperIndex(said).search(papers, "caf", called);
    expect(begun.found()).toEqual([]);
    expect(begun.look(() => true)).toBe(false);
    expect(begun.look(() => true)).toBe(false);
    expect(begun.found()).toEqual([notice]);
    expect(begun.look(() => true)).toBe(false);
    const found = begun.found();
    expect(found).toEqual([own, notice]);
    expect(begun.look(() => true)).toBe(true);
    expect(begun.found()).toBe(found);
  });
});

describe("what is likely needed next", () => {
  const day = "2026-11-22";
  const order = (papers: readonly ReturnType<typeof paper>[]) =>
    likelyFirst(papers, day).map(({ record }) => record.title);

  test("what ends soon or ended lately, the earliest first; then what was used, changed or added last", () => {
    const papers = [
      paper({ title: "added", createdAt: 50, updatedAt: 50 }),
      paper({ title: "far", expiry: "2030-01-01", createdAt: 40, updatedAt: 40 }),
      paper({ title: "in three weeks", expiry: "2026-12-14" }),
      paper({ title: "used", createdAt: 10, updatedAt: 20 }, 90),
      paper({ title: "over since October", expiry: "2026-10-30" }),
      paper({ title: "over for years", expiry: "2020-10-30" }),
      paper({ title: "changed", createdAt: 5, updatedAt: 60 }),
      paper({ title: "ends this year", expiry: "2026" }),
    ];
    const expected = [
      "over since October",
      "in three weeks",
      "ends this year",
      "used",
      "changed",
      "added",
      "far",
      "over for years",
    ];
    expect(order(papers)).toEqual(expected);
    expect(order([...papers].reverse())).toEqual(expected);
  });

  test("is the same on all devices: ties by id, and what is given is left as it is", () => {
    const [a, b] = [paper({ title: "a" }), paper({ title: "b" })];
    const given = [b, a];
    expect(order(given)).toEqual(["a", "b"]);
    expect(given).toEqual([b, a]);
  });

  test("a date that is none counts as no date", () => {
    expect(
      order([paper({ title: "odd", expiry: "soon" as never }), paper({ title: "due", expiry: "2026-12-01" })]),
    ).toEqual(["due", "odd"]);
  });
});
