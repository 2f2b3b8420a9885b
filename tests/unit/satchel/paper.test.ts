/** The life of a paper: pages, keeping, bin, purge. */
import { describe, expect, test } from "vitest";
import { mergeRecords } from "../../../src/satchel/merge.ts";
import { chooseOther, othersOf, settleOther } from "../../../src/satchel/others.ts";
import {
  binDays,
  binDaysLeft,
  binPaper,
  createPaper,
  isPurgeDue,
  keepPaper,
  movePage,
  pagesInOrder,
  paperBlobs,
  paperPagesToSend,
  paperTitle,
  putPage,
  removePage,
  renamePaper,
  restorePaper,
  setPaperFacts,
  setPaperHolder,
  setPaperNote,
  setPaperStay,
  sortPapers,
  startBinClock,
  streamsNamed,
  turnPage,
} from "../../../src/satchel/paper.ts";
import { keptPaper, page, paper, pointer } from "./fixtures.ts";

const { position: _position, ...bare } = page("x");
const day = 86_400_000;
const order = (record: ReturnType<typeof paper>) => pagesInOrder(record).map(([id]) => id);

describe("pages", () => {
  test("are added at the end and keep their place when captured again", () => {
    let record = putPage(createPaper(1), "a", bare, 2);
    record = putPage(record, "b", bare, 3);
    record = putPage(record, "a", { ...bare, readable: pointer("again") }, 4);
    expect(order(record)).toEqual(["a", "b"]);
    expect(record.pages.a?.readable?.blob).toBe("again");
    expect(record.updatedAt).toBe(4);
  });

  test.each([
    ["c", 0, ["c", "a", "b"]],
    ["a", 2, ["b", "c", "a"]],
    ["a", 1, ["b", "a", "c"]],
    ["b", 99, ["a", "c", "b"]],
    ["b", -5, ["b", "a", "c"]],
    ["zz", 0, ["a", "b", "c"]],
  ])("%s goes to place %i", (id, to, expected) => {
    const record = ["a", "b", "c"].reduce((all, each) => putPage(all, each, bare, 1), createPaper(1));
    expect(order(movePage(record, id, to, 2))).toEqual(expected);
  });

  test("go between two pages that share a position", () => {
    const record = paper({ pages: { a: page("a"), b: page("b"), c: page("c", { position: 5 }) } });
    expect(order(movePage(record, "c", 1, 2))).toEqual(["a", "c", "b"]);
  });

  test("can be moved to and fro a thousand times", () => {
    let record = ["a", "b", "c"].reduce((all, each) => putPage(all, each, bare, 1), createPaper(1));
    for (let time = 0; time < 1000; time += 1) {
      record = movePage(record, order(record)[2] ?? "", 1, time);
      expect(order(record)[1]).toBe(time % 2 === 0 ? "c" : "b");
    }
  });

  test("turn by quarters, both ways", () => {
    const record = paper({ pages: { a: page("a") } });
    expect(turnPage(record, "a", 1, 2).pages.a?.turn).toBe(90);
    expect(turnPage(record, "a", -1, 2).pages.a?.turn).toBe(270);
    expect(turnPage(record, "a", 6, 2).pages.a?.turn).toBe(180);
  });

  test("the last one of a kept paper stays (INV-1)", () => {
    const one = keptPaper({ pages: { a: page("a") } });
    expect(removePage(one, "a", 2)).toEqual({ ok: false, error: "last-page" });
    expect(removePage({ ...one, status: "draft" }, "a", 2).ok).toBe(true);
    const two = removePage(keptPaper(), "p1", 2);
    expect(two.ok && order(two.value)).toEqual(["p2"]);
  });
});

describe("keeping and naming", () => {
  test("nothing is kept without a page", () => {
    expect(keepPaper(createPaper(1), 2)).toEqual({ ok: false, error: "no-page" });
    const kept = keepPaper(paper({ pages: { a: page("a") } }), 2);
    expect(kept.ok && kept.value.status).toBe("kept");
  });

  test("the title falls back to the kind, then to a word", () => {
    const nameOf = (kind: string) => `name of ${kind}`;
    expect(paperTitle(paper({ title: "Mine", kind: "passport" }), nameOf, "Paper")).toBe("Mine");
    expect(paperTitle(paper({ kind: "passport" }), nameOf, "Paper")).toBe("name of passport");
    expect(paperTitle(paper(), nameOf, "Paper")).toBe("Paper");
    expect(renamePaper(paper(), "  a   b ", 2).title).toBe("a b");
    expect(setPaperHolder(paper(), "  ", 2).holder).toBe("me");
  });

  test("the newest is first", () => {
    const listed = [
      { record: "b", paper: paper({ createdAt: 1 }) },
      { record: "c", paper: paper({ createdAt: 2 }) },
      { record: "a", paper: paper({ createdAt: 1 }) },
    ];
    expect(sortPapers(listed).map((each) => each.record)).toEqual(["c", "a", "b"]);
  });

  test("a raw page sends its original", () => {
    const raw = page("r", { state: "raw", readable: null, preview: null, original: pointer("raw") });
    const record = paper({ pages: { r: raw, a: page("a", { position: 0, turn: 90 }) } });
    expect(paperPagesToSend(record)).toEqual([
      { blob: "a-readable", turn: 90, preview: "a-preview" },
      { blob: "raw", turn: 0, preview: null },
    ]);
    expect(paperBlobs(record).map((each) => each.blob)).toEqual(["a-readable", "a-preview", "raw"]);
  });
});

describe("the bin", () => {
  test("counts server time only: a phone a year ahead destroys nothing", () => {
    const binned = binPaper(keptPaper(), 0, 1);
    const phoneAYearAhead = 365 * day;
    expect(isPurgeDue({ ...binned, updatedAt: phoneAYearAhead }, binDays * day - 1)).toBe(false);
    expect(isPurgeDue(binned, binDays * day)).toBe(true);
    expect(isPurgeDue(binned, null)).toBe(false);
    expect(isPurgeDue(keptPaper(), binDays * day)).toBe(false);
  });

  test("binned before any server was met: the clock starts with the first time seen", () => {
    const binned = binPaper(keptPaper(), null, 1);
    expect(isPurgeDue(binned, 1000 * day)).toBe(false);
    expect(binDaysLeft(binned, 1000 * day)).toBe(30);
    const started = startBinClock(binned, 1000 * day);
    expect(isPurgeDue(started, 1000 * day)).toBe(false);
    expect(isPurgeDue(started, 1030 * day)).toBe(true);
    expect(startBinClock(started, 1010 * day)).toBe(started);
    expect(startBinClock(keptPaper(), 5).binnedAt).toBeNull();
  });

  test("says the days left and gives back", () => {
    const binned = binPaper(keptPaper(), 0, 1);
    expect(binDaysLeft(binned, day + 1)).toBe(29);
    expect(binDaysLeft(binned, 99 * day)).toBe(0);
    expect(binDaysLeft(keptPaper(), day)).toBeNull();
    expect(restorePaper(binned, 2)).toMatchObject({ status: "kept", binnedAt: null });
    expect(restorePaper(binPaper(createPaper(1), 0, 1), 2).status).toBe("draft");
  });
});

test("INV-1 the streams of a page that a merge put aside are named too", () => {
  const mine = keptPaper({ pages: { a: { ...page("a"), readable: pointer("mine"), preview: null } } });
  const theirs = keptPaper({ pages: { a: { ...page("a"), readable: pointer("theirs"), preview: null } } });
  const merged = mergeRecords({ base: null, mine, theirs });
  const named = paperBlobs(merged).map(({ blob }) => blob as string);
  expect([...streamsNamed(merged)].sort()).toEqual([...new Set([...named, "mine", "theirs"])].sort());
  const settled = Object.keys(merged.others ?? {}).reduce((record, path) => settleOther(record, path), merged);
  expect(streamsNamed(settled)).toEqual(named);
  expect(streamsNamed({ t: "profile", others: { given_name: ["Amina", null, 3] } })).toEqual([]);
});

describe("a note without a photo", () => {
  const note = "L’original est chez ma soeur";

  test("is enough to keep a paper, to take it out of the bin, and to let its last page go", () => {
    const draft = setPaperNote(createPaper(1, "birth-certificate"), `  ${note} `, 2);
    const kept = keepPaper(draft, 3);
    if (!kept.ok) throw new Error("a note is something to keep");
    expect(kept.value).toMatchObject({ status: "kept", note, pages: {} });
    expect(restorePaper(binPaper(kept.value, 1, 4), 5).status).toBe("kept");
    const bare = removePage(keptPaper({ note, pages: { p1: page("p1") } }), "p1", 6);
    expect(bare.ok && bare.value.pages).toEqual({});
  });

  test("of a paper that is nothing else does not go; any other does", () => {
    const only = keptPaper({ note, pages: {} });
    expect(setPaperNote(only, "  ", 9)).toBe(only);
    expect(setPaperNote(keptPaper({ note }), "", 9).note).toBeUndefined();
    expect(setPaperNote(paper({ note }), "", 9).note).toBeUndefined();
  });
});

describe("what is written on a paper", () => {
  test("field by field: what is not named stays, what is empty goes, and with the last one the map", () => {
    const one = setPaperFacts(keptPaper(), { number: " 12AB34567 ", issued: "2024-02-29" }, 5);
    expect(one.facts).toEqual({ number: "12AB34567", issued: "2024-02-29" });
    const two = setPaperFacts(one, { number: null, "of-a-newer-version": "x" }, 6);
    expect(two.facts).toEqual({ issued: "2024-02-29", "of-a-newer-version": "x" });
    expect(setPaperFacts(two, { issued: "", "of-a-newer-version": null }, 7)).not.toHaveProperty("facts");
    expect(setPaperStay(setPaperStay(two, true, 8), null, 9)).not.toHaveProperty("stay");
  });

  test("two devices that write different fields keep both; the same field is asked about", () => {
    const base = setPaperFacts(keptPaper(), { number: "1", issuer: "CAF" }, 5);
    const mine = setPaperNote(setPaperFacts(base, { number: "2" }, 6), "ici", 6);
    const theirs = setPaperStay(setPaperFacts(base, { issuer: null, year: "2026" }, 7), true, 7);
    const merged = mergeRecords({ base, mine, theirs });
    expect(merged).toMatchObject({ facts: { number: "2", year: "2026" }, note: "ici", stay: true });
    expect(merged.facts).not.toHaveProperty("issuer");
    expect(merged.others).toBeUndefined();
    const clash = mergeRecords({ base, mine, theirs: setPaperFacts(base, { number: "3" }, 8) });
    expect(othersOf(clash)).toEqual([{ path: "facts.number", mine: "2", others: ["3"] }]);
    expect(chooseOther(clash, "facts.number", 0, 9)).toMatchObject({ facts: { number: "3", issuer: "CAF" } });
    const first = mergeRecords({
      base: keptPaper(),
      mine: { ...keptPaper(), note: "a" },
      theirs: { ...keptPaper(), note: "b" },
    });
    expect(chooseOther(first, "note", 0, 9)).toMatchObject({ note: "b" });
    const where = mergeRecords({
      base: keptPaper(),
      mine: { ...keptPaper(), stay: true },
      theirs: { ...keptPaper(), stay: false },
    });
    expect(chooseOther(where, "stay", 0, 9)).toMatchObject({ stay: false });
  });
});
