/** "Une autre réponse existe": what a merge left to decide, and deciding it (DESIGN 4; delete against edit). */
import { describe, expect, test } from "vitest";
import { setAnswer, setRowRemoved } from "../../../src/satchel/dossier.ts";
import { mergeRecords } from "../../../src/satchel/merge.ts";
import type { DossierRecord, PaperRecord, ProfileRecord } from "../../../src/satchel/model.ts";
import { chooseOther, otherAt, othersOf, settleOther } from "../../../src/satchel/others.ts";
import { binPaper, putPage, removePage, renamePaper, streamsNamed, turnPage } from "../../../src/satchel/paper.ts";
import { dossier, keptPaper, page } from "./fixtures.ts";

const text = (value: string) => ({ v: "text", text: value }) as const;

describe("a paper", () => {
  const base = keptPaper({ title: "Facture", pages: { a: page("a"), b: page("b", { position: 2 }) } });

  test("two titles: shown, chosen, settled; keeping mine settles too", () => {
    const merged = mergeRecords({ base, mine: renamePaper(base, "A", 2), theirs: renamePaper(base, "B", 3) });
    expect(othersOf(merged)).toEqual([{ path: "title", mine: "A", others: ["B"] }]);
    expect(chooseOther(merged, "title", 0, 9)).toMatchObject({ title: "B", updatedAt: 9 });
    expect(othersOf(chooseOther(merged, "title", 0, 9))).toEqual([]);
    expect(settleOther(merged, "title")).toMatchObject({ title: "A" });
    expect(settleOther(merged, "title").others).toBeUndefined();
    // Typed by hand meanwhile: nothing is left to ask, whatever the record still lists.
    expect(othersOf(renamePaper(merged, "B", 4))).toEqual([]);
    // A press on a line that is gone changes nothing.
    expect(chooseOther(merged, "title", 5, 9)).toBe(merged);
    expect(chooseOther(merged, "holder", 0, 9)).toBe(merged);
  });

  test("put in the bin here, changed there: it stays and says so; bin against untouched is the bin", () => {
    const binned = binPaper(base, 50, 2);
    for (const [mine, theirs] of [
      [binned, renamePaper(base, "B", 3)],
      [putPage(base, "c", page("c"), 3), binned],
    ] as const) {
      const merged = mergeRecords({ base, mine, theirs });
      expect(merged).toMatchObject({ status: "kept", binnedAt: null });
      expect(othersOf(merged)).toEqual([{ path: "status", mine: "kept", others: ["binned"] }]);
      expect(othersOf(binPaper(merged, 60, 4))).toEqual([]);
    }
    expect(mergeRecords({ base, mine: binned, theirs: base }).status).toBe("binned");
    expect(mergeRecords({ base, mine: binned, theirs: binPaper(base, 70, 3) })).toMatchObject({ binnedAt: 70 });
  });

  test("a page taken out here and turned there stays; taking it out is one tap away", () => {
    const out = removePage(base, "b", 2);
    if (!out.ok) throw new Error("two pages");
    const merged = mergeRecords({ base, mine: out.value, theirs: turnPage(base, "b", 1, 3) });
    expect(merged.pages.b?.turn).toBe(90);
    const other = otherAt(merged, "pages.b");
    expect(other?.others).toEqual([null]);
    expect(Object.keys(chooseOther(merged, "pages.b", 0, 9).pages)).toEqual(["a"]);
  });

  test("two new pictures of one page: one decision for all three streams, and none is forgotten before", () => {
    const mine = putPage(base, "a", { ...page("mine") }, 2);
    const theirs = putPage(base, "a", { ...page("theirs") }, 3);
    const merged: PaperRecord = mergeRecords({ base, mine, theirs });
    const [other] = othersOf(merged);
    expect(othersOf(merged)).toHaveLength(1);
    expect(other?.path).toBe("pages.a");
    expect(streamsNamed(merged)).toEqual(expect.arrayContaining(["mine-readable", "theirs-readable"]));
    const chosen = chooseOther(merged, "pages.a", 0, 9);
    expect(chosen.pages.a?.readable?.blob).toBe("theirs-readable");
    expect(chosen.pages.a?.preview?.blob).toBe("theirs-preview");
    expect(chosen.others).toBeUndefined();
    expect(settleOther(merged, "pages.a").others).toBeUndefined();
  });
});

describe("a dossier", () => {
  const base: DossierRecord = dossier({
    answers: { name: text("Ana"), "kids/r1/name": text("Léo") },
    rows: { r1: { repeat: "kids", position: 1, removed: false } },
  });

  test("choosing the other answer is an edit: a draft again, undeclared", () => {
    const merged = mergeRecords({
      base,
      mine: setAnswer(base, "name", text("A"), 2),
      theirs: setAnswer(base, "name", text("B"), 3),
    });
    const declared: DossierRecord = { ...merged, status: "ready", declaration: { text: "oui", at: 1 } };
    expect(chooseOther(declared, "answers.name", 0, 9)).toMatchObject({
      status: "draft",
      declaration: null,
      answers: { name: text("B") },
    });
    expect(settleOther(declared, "answers.name")).toMatchObject({ status: "ready", answers: { name: text("A") } });
  });

  test("cleared here, changed there: the words stay, the empty answer is one tap away", () => {
    const mine = setAnswer(base, "name", null, 2);
    const merged = mergeRecords({ base, mine, theirs: setAnswer(base, "name", text("B"), 3) });
    expect(othersOf(merged)).toEqual([{ path: "answers.name", mine: text("B"), others: [null] }]);
    expect(chooseOther(merged, "answers.name", 0, 9).answers.name).toBeUndefined();
  });

  test("a row taken out here and filled in there stays; taking it out is one tap away", () => {
    const mine = setRowRemoved(base, "r1", true, 2);
    const merged = mergeRecords({ base, mine, theirs: setAnswer(base, "kids/r1/name", text("Lou"), 3) });
    expect(merged.rows.r1?.removed).toBe(false);
    expect(othersOf(merged)).toEqual([{ path: "rows.r1.removed", mine: false, others: [true] }]);
    expect(chooseOther(merged, "rows.r1.removed", 0, 9).rows.r1?.removed).toBe(true);
  });

  test("what nobody can be asked about is kept and not shown", () => {
    const merged: DossierRecord = { ...base, others: { declaration: [{ text: "x", at: 1 }], "zone.x": [1] } };
    expect(othersOf(merged)).toEqual([]);
    expect(settleOther(merged, "answers.name").others).toEqual(merged.others);
  });
});

describe("the profile", () => {
  test("claims are chosen one by one", () => {
    const base: ProfileRecord = { t: "profile", given_name: "Ana" };
    const merged = mergeRecords<ProfileRecord>({
      base,
      mine: { ...base, given_name: "A" },
      theirs: { ...base, given_name: "B" },
    });
    expect(chooseOther(merged, "given_name", 0, 9)).toEqual({ t: "profile", given_name: "B" });
  });

  test("pins: of one organisation the longer chain; another one never replaces what came first (INV-2)", () => {
    const pin = (id: string, n: number) => ({ id, statements: Array.from({ length: n }, (_, at) => ({ body: at })) });
    const profile = (organisation: object, serverKeys: object): ProfileRecord =>
      ({ t: "profile", pinned: { serverKeys, organisations: { ccas: organisation } } }) as unknown as ProfileRecord;
    const theirs = profile(pin("right", 1), { k: "one" });
    const longer = mergeRecords<ProfileRecord>({ base: null, mine: profile(pin("right", 2), { k: "one" }), theirs });
    expect(longer).toMatchObject({ pinned: { organisations: { ccas: pin("right", 2) } } });
    const fooled = mergeRecords<ProfileRecord>({ base: null, mine: profile(pin("wrong", 3), { k: "two" }), theirs });
    expect(fooled).toMatchObject({ pinned: { serverKeys: { k: "one" }, organisations: { ccas: pin("right", 1) } } });
    expect(fooled.others).toBeUndefined();
  });
});
