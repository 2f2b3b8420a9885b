/** Laws of the merge (DESIGN 4, INV-1, INV-4). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addReply,
  attachPapers,
  freezeForSending,
  markReady,
  nextVersion,
  setAnswer,
  setNotForeseen,
  setPage,
  setRowRemoved,
} from "../../../src/satchel/dossier.ts";
import { mergeRecords, sameValue } from "../../../src/satchel/merge.ts";
import type { AnswerValue, DossierRecord, PaperRecord, ProfileRecord } from "../../../src/satchel/model.ts";
import { settleOther } from "../../../src/satchel/others.ts";
import {
  binPaper,
  movePage,
  putPage,
  removePage,
  renamePaper,
  setPaperExpiry,
  turnPage,
} from "../../../src/satchel/paper.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { dossier, keptPaper, letterId, page, paper } from "./fixtures.ts";

const text = (value: string): AnswerValue => ({ v: "text", text: value });
const id = (name: string): RecordId => name as RecordId;
const { position: _position, ...bare } = page("new");

describe("a paper", () => {
  const base = keptPaper({ title: "Card" });

  test("takes what one side changed", () => {
    const mine = renamePaper(base, "My card", 2);
    const theirs = setPaperExpiry(base, "2030", 3);
    expect(mergeRecords({ base, mine, theirs })).toEqual({ ...base, title: "My card", expiry: "2030", updatedAt: 3 });
  });

  test("keeps this device's title and puts the other one tap away", () => {
    const merged = mergeRecords({ base, mine: renamePaper(base, "A", 2), theirs: renamePaper(base, "B", 3) });
    expect(merged.title).toBe("A");
    expect(merged.others).toEqual({ title: ["B"] });
    expect(settleOther(merged, "title").others).toBeUndefined();
    expect(settleOther(merged, "expiry").others).toEqual({ title: ["B"] });
  });

  test("never drops a page that a side added or touched", () => {
    const mine = putPage(turnPage(base, "p1", 1, 2), "mine", bare, 2);
    const gone = removePage(putPage(base, "theirs", bare, 3), "p1", 3);
    if (!gone.ok) throw new Error("assertion failed: two pages are left");
    const merged = mergeRecords({ base, mine, theirs: gone.value });
    expect(Object.keys(merged.pages).sort()).toEqual(["mine", "p1", "p2", "theirs"]);
    expect(merged.pages.p1?.turn).toBe(90);
  });

  test("lets go a page that one side took out and the other left alone", () => {
    const gone = removePage(base, "p1", 3);
    if (!gone.ok) throw new Error("assertion failed: two pages are left");
    const merged = mergeRecords({ base, mine: renamePaper(base, "A", 2), theirs: gone.value });
    expect(Object.keys(merged.pages)).toEqual(["p2"]);
  });

  test("takes the highest step, in the bin with the latest date", () => {
    const draft: PaperRecord = paper({ pages: { p1: page("p1") } });
    const kept: PaperRecord = { ...draft, status: "kept" };
    expect(mergeRecords({ base: draft, mine: kept, theirs: binPaper(draft, 50, 2) }).status).toBe("binned");
    const both = mergeRecords({ base, mine: binPaper(base, 50, 2), theirs: binPaper(base, 70, 3) });
    expect(both).toMatchObject({ status: "binned", binnedAt: 70 });
    expect(both.others).toBeUndefined();
  });

  test("a picture reduced on one side stays reduced, and no stream is forgotten", () => {
    const raw = keptPaper({ pages: { a: page("raw", { state: "raw", readable: null, preview: null }) } });
    const mine = putPage(raw, "a", { ...page("mine"), state: "ready" }, 2);
    const theirs = putPage(raw, "a", { ...page("theirs"), state: "ready" }, 3);
    const merged = mergeRecords({ base: raw, mine, theirs });
    expect(merged.pages.a?.readable?.blob).toBe("mine-readable");
    expect(JSON.stringify(merged.others)).toContain("theirs-readable");
  });
});

describe("a dossier", () => {
  const base = dossier({
    answers: { name: text("Ana"), links: { v: "choices", ids: ["work", "family"] }, "kids/r1/name": text("Léo") },
    rows: { r1: { repeat: "kids", position: 1, removed: false } },
  });

  test("merges answers one by one", () => {
    const mine = setAnswer(base, "phone", text("06"), 2);
    const theirs = setAnswer(base, "name", text("Anaïs"), 3);
    expect(mergeRecords({ base, mine, theirs }).answers).toMatchObject({ phone: text("06"), name: text("Anaïs") });
  });

  test("two answers to one question: mine stands, theirs is kept", () => {
    const merged = mergeRecords({
      base,
      mine: setAnswer(base, "name", text("A"), 2),
      theirs: setAnswer(base, "name", text("B"), 3),
    });
    expect(merged.answers.name).toEqual(text("A"));
    expect(merged.others).toEqual({ "answers.name": [text("B")] });
  });

  test("cleared here, changed there: what was written stays", () => {
    const theirs = setAnswer(base, "name", text("B"), 3);
    expect(mergeRecords({ base, mine: setAnswer(base, "name", null, 2), theirs }).answers.name).toEqual(text("B"));
  });

  test("several choices are a set: additions of both, removals of either", () => {
    const mine = setAnswer(base, "links", { v: "choices", ids: ["work", "family", "stays-here"] }, 2);
    const theirs = setAnswer(base, "links", { v: "choices", ids: ["work", "other"] }, 3);
    const merged = mergeRecords({ base, mine, theirs });
    expect(merged.answers.links).toEqual({ v: "choices", ids: ["work", "stays-here", "other"] });
    expect(merged.others).toBeUndefined();
  });

  test("papers of a requirement are a set, and finding one ends I do not have it", () => {
    const none = attachPapers(base, "identity", [], true, 2);
    const some = attachPapers(base, "identity", [id("p")], false, 3);
    expect(mergeRecords({ base, mine: none, theirs: some }).attached.identity).toEqual({
      papers: ["p"],
      missing: false,
    });
    const both = mergeRecords({ base, mine: some, theirs: attachPapers(base, "identity", [id("q")], false, 3) });
    expect(both.attached.identity?.papers).toEqual(["p", "q"]);
  });

  test("a row removed here while the other side wrote in it stays (INV-1)", () => {
    const mine = setRowRemoved(base, "r1", true, 2);
    const written = setAnswer(base, "kids/r1/name", text("Léon"), 3);
    expect(mergeRecords({ base, mine, theirs: written }).rows.r1?.removed).toBe(false);
    expect(mergeRecords({ base, mine: written, theirs: mine }).rows.r1?.removed).toBe(false);
    const elsewhere = setAnswer(base, "name", text("B"), 3);
    expect(mergeRecords({ base, mine, theirs: elsewhere }).rows.r1?.removed).toBe(true);
  });

  test("sent stays sent, versions and replies are never lost, seen stays seen", () => {
    const sent = freezeForSending(base, letterId("l1"), 0, 2);
    const reply = { at: 1, status: "received", requirement: null, text: "", about: letterId("l1") } as const;
    const mine = addReply(sent, letterId("r"), reply, 3);
    const theirs: DossierRecord = {
      ...freezeForSending(base, letterId("l2"), 0, 4),
      replies: { [letterId("r")]: { ...reply, seen: true } },
    };
    const merged = mergeRecords({ base, mine, theirs });
    expect(merged.status).toBe("sent");
    expect(Object.keys(merged.sent).sort()).toEqual(["l1", "l2"]);
    expect(merged.replies[letterId("r")]?.seen).toBe(true);
    expect(merged.others).toBeUndefined();
  });

  test("declared here, sent there: the highest step", () => {
    const mine = markReady(base, "I declare", 2);
    const theirs = freezeForSending(mine, letterId("l1"), 0, 3);
    const merged = mergeRecords({ base, mine: setPage(mine, "phone", 4), theirs });
    expect(merged).toMatchObject({ status: "sent", page: "phone", declaration: { text: "I declare" } });
    expect(merged.others).toBeUndefined();
  });

  test("sent here while the other side wrote on: a draft again, version 2, nothing pretends to have left (INV-2)", () => {
    const sent = freezeForSending(markReady(base, "I declare", 2), letterId("l1"), 0, 3);
    const written = setAnswer(base, "phone", text("06"), 4);
    for (const merged of [
      mergeRecords({ base, mine: sent, theirs: written }),
      mergeRecords({ base, mine: written, theirs: sent }),
    ]) {
      expect(merged).toMatchObject({ status: "draft", declaration: null, sent: { l1: { n: 1 } } });
      expect(merged.answers.phone).toEqual(text("06"));
      expect(nextVersion(merged)).toBe(2);
    }
  });

  test("without a common state (after a reset) both values stay in reach", () => {
    const mine = setAnswer(base, "name", text("A"), 2);
    const merged = mergeRecords({ base: null, mine, theirs: setNotForeseen(base, "dog", 3) });
    expect(merged.answers.name).toEqual(text("A"));
    expect(merged.others).toEqual({ "answers.name": [text("Ana")], notForeseen: ["dog"] });
  });

  test("fields of a newer version pass through and merge", () => {
    const newer = (fields: object) => ({ ...base, ...fields }) as DossierRecord;
    const mine = newer({ later: { a: 1, both: { x: 1 } }, only: "mine" });
    const theirs = newer({ later: { b: 2, both: { y: 2 } }, list: [1, 2] });
    expect(mergeRecords({ base, mine, theirs })).toMatchObject({
      later: { a: 1, b: 2, both: { x: 1, y: 2 } },
      only: "mine",
      list: [1, 2],
    });
  });

  test("what one side settled stays settled", () => {
    const asked: DossierRecord = { ...base, others: { "answers.name": [text("B")] } };
    const settled = settleOther(asked, "answers.name");
    const merged = mergeRecords({ base: asked, mine: settled, theirs: setAnswer(asked, "phone", text("06"), 3) });
    expect(merged.others).toBeUndefined();
  });
});

test("a profile merges per claim", () => {
  const base: ProfileRecord = { t: "profile", given_name: "Ana" };
  const mine: ProfileRecord = { ...base, phone_number: "06", given_name: "A" };
  const theirs: ProfileRecord = { ...base, email: "a@b.fr", given_name: "B" };
  expect(mergeRecords({ base, mine, theirs })).toEqual({
    t: "profile",
    given_name: "A",
    phone_number: "06",
    email: "a@b.fr",
    others: { given_name: ["B"] },
  });
});

/* ---- laws, over random edits ---- */

type Edit<R> = (record: R, now: number) => R;
const small = fc.constantFrom("a", "b", "c");

const paperEdit: fc.Arbitrary<Edit<PaperRecord>> = fc.oneof(
  small.map(
    (title): Edit<PaperRecord> =>
      (record, now) =>
        renamePaper(record, title, now),
  ),
  fc.constantFrom("2030", "2031", null).map(
    (date): Edit<PaperRecord> =>
      (record, now) =>
        setPaperExpiry(record, date, now),
  ),
  small.map(
    (name): Edit<PaperRecord> =>
      (record, now) =>
        putPage(record, name, bare, now),
  ),
  fc.tuple(small, fc.nat(3)).map(
    ([name, to]): Edit<PaperRecord> =>
      (record, now) =>
        movePage(record, name, to, now),
  ),
  fc.tuple(small, fc.nat(3)).map(
    ([name, by]): Edit<PaperRecord> =>
      (record, now) =>
        turnPage(record, name, by, now),
  ),
  small.map(
    (name): Edit<PaperRecord> =>
      (record, now) => {
        const result = removePage(record, name, now);
        return result.ok ? result.value : record;
      },
  ),
  fc.nat(9).map(
    (time): Edit<PaperRecord> =>
      (record, now) =>
        binPaper(record, time, now),
  ),
);

const anyAnswer: fc.Arbitrary<AnswerValue | null> = fc.oneof(
  small.map(text),
  fc.subarray(["x", "y", "z"]).map((ids): AnswerValue => ({ v: "choices", ids })),
  fc.constant<AnswerValue>({ v: "unknown" }),
  fc.constant(null),
);
const dossierEdit: fc.Arbitrary<Edit<DossierRecord>> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom("a", "b", "kids/r1/name", "kids/r2/name"), anyAnswer).map(
      ([key, answer]): Edit<DossierRecord> =>
        (record, now) =>
          setAnswer(record, key, answer, now),
    ),
  },
  small.map(
    (words): Edit<DossierRecord> =>
      (record, now) =>
        setNotForeseen(record, words, now),
  ),
  fc.tuple(fc.constantFrom("r1", "r2"), fc.boolean()).map(
    ([row, removed]): Edit<DossierRecord> =>
      (record, now) =>
        setRowRemoved(
          { ...record, rows: { [row]: { repeat: "kids", position: 1, removed: false }, ...record.rows } },
          row,
          removed,
          now,
        ),
  ),
  fc.tuple(fc.constantFrom("identity", "link"), fc.subarray(["p", "q"].map(id)), fc.boolean()).map(
    ([slot, papers, missing]): Edit<DossierRecord> =>
      (record, now) =>
        attachPapers(record, slot, papers, missing, now),
  ),
  fc.constant<Edit<DossierRecord>>((record, now) => markReady(record, "I declare", now)),
  small.map(
    (name): Edit<DossierRecord> =>
      (record, now) =>
        record.sent[letterId(name)] === undefined ? freezeForSending(record, letterId(name), 1, now) : record,
  ),
);

const apply = <R>(record: R, edits: readonly Edit<R>[]): R =>
  edits.reduce((now, edit, at) => edit(now, 2000 + at), record);

/** Every leaf that `side` wrote and `base` had not, as path and text of its value. */
function written(base: unknown, side: unknown, path = ""): readonly (readonly [string, string])[] {
  if (sameValue(base, side)) return [];
  if (typeof side === "object" && side !== null && !Array.isArray(side) && !("v" in side)) {
    const before = (typeof base === "object" && base !== null ? base : {}) as Record<string, unknown>;
    return Object.entries(side).flatMap(([key, value]) =>
      written(before[key], value, path === "" ? key : `${path}.${key}`),
    );
  }
  return [[path, JSON.stringify(side)]];
}

/** Overtaken by rule, not lost: steps, dates, order, where one was. */
const byRule =
  /^(status|binnedAt|updatedAt|createdAt|page|language|declaration|pages\.[^.]+\.position|rows\.|attached\.[^.]+\.missing)/;

function laws<R extends PaperRecord | DossierRecord>(start: R, edit: fc.Arbitrary<Edit<R>>): void {
  const edits = fc.array(edit, { maxLength: 6 });
  const triple = fc.tuple(edits, edits, edits).map(([before, left, right]) => {
    const base = apply(start, before);
    return { base, mine: apply(base, left), theirs: apply(base, right) };
  });

  test("identity: an untouched side gives the other, and equal sides themselves", () => {
    fc.assert(
      fc.property(triple, ({ base, mine, theirs }) => {
        expect(mergeRecords({ base, mine, theirs: base })).toEqual(mine);
        expect(mergeRecords({ base, mine: base, theirs })).toEqual(theirs);
        expect(mergeRecords({ base, mine, theirs: mine })).toEqual(mine);
      }),
    );
  });

  test("determinism: the same three states give the same record, whatever the order of their keys", () => {
    const turned = <V>(value: V): V =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? (Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, turned(inner)]),
          ) as V)
        : value;
    fc.assert(
      fc.property(triple, ({ base, mine, theirs }) => {
        const merged = mergeRecords({ base, mine, theirs });
        const again = mergeRecords({ base: turned(base), mine: turned(mine), theirs: turned(theirs) });
        expect(sameValue(again, merged)).toBe(true);
      }),
    );
  });

  test("no loss: everything written is in the result, in the other answers, or overtaken by a rule (INV-1)", () => {
    fc.assert(
      fc.property(triple, ({ base, mine, theirs }) => {
        const merged = mergeRecords({ base, mine, theirs });
        const at = (path: string): unknown =>
          path
            .split(".")
            .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], merged);
        for (const side of [mine, theirs]) {
          for (const [path, value] of written(base, side)) {
            if (byRule.test(path)) continue;
            const parsed = JSON.parse(value) as { v?: string; ids?: readonly unknown[] } | readonly unknown[];
            const here = at(path) as { ids?: readonly unknown[] } | readonly unknown[] | undefined;
            const beside = (merged.others?.[path] ?? []).map((other) => JSON.stringify(other));
            const members = Array.isArray(parsed) ? parsed : ((parsed as { ids?: readonly unknown[] })?.ids ?? null);
            const before =
              written({}, base)
                .filter(([other]) => other === path)
                .map(([, one]) => one)[0] ?? "";
            const kept = Array.isArray(here) ? here : ((here as { ids?: readonly unknown[] })?.ids ?? []);
            const asSet = members?.every((each) => kept.includes(each) || before.includes(JSON.stringify(each)));
            expect(
              JSON.stringify(here) === value || beside.includes(value) || asSet === true,
              `${path}: ${value}`,
            ).toBe(true);
          }
        }
        if (mine.t === "paper" && merged.t === "paper") {
          const added = (side: R) =>
            Object.keys((side as PaperRecord).pages).filter((p) => !(p in (base as PaperRecord).pages));
          for (const name of [...added(mine), ...added(theirs)]) expect(merged.pages[name]).toBeDefined();
        }
        if (mine.t === "dossier" && merged.t === "dossier" && theirs.t === "dossier") {
          const same = (side: DossierRecord) =>
            side.status === merged.status &&
            sameValue([side.answers, side.rows, side.attached], [merged.answers, merged.rows, merged.attached]);
          if (merged.status !== "draft") expect(same(mine) || same(theirs)).toBe(true);
          expect(Object.keys(merged.sent)).toEqual(
            expect.arrayContaining([...Object.keys(mine.sent), ...Object.keys(theirs.sent)]),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  test("convergence: three devices through one server end equal, in whatever order they sync (INV-4)", () => {
    const step = fc.oneof(
      fc.record({ device: fc.nat(2), edit }),
      fc.record({ device: fc.nat(2), edit: fc.constant(null) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (script) => {
        let server = start;
        const devices = [0, 1, 2].map(() => ({ base: start, local: start }));
        const sync = (device: { base: R; local: R }): void => {
          // What the client does: merge against the last server state merged, push, and remember it as the base.
          server = mergeRecords({ base: device.base, mine: device.local, theirs: server });
          device.base = server;
          device.local = server;
        };
        script.forEach(({ device, edit: change }, at) => {
          const one = devices[device];
          if (one === undefined) return;
          if (change === null) sync(one);
          else one.local = change(one.local, 2000 + at);
        });
        for (const device of [...devices, ...devices]) sync(device);
        for (const device of devices) expect(device.local).toEqual(server);
      }),
      { numRuns: 200 },
    );
  });
}

describe("laws of papers", () =>
  laws(keptPaper({ pages: { a: page("a"), b: page("b", { position: 2 }) } }), paperEdit));
describe("laws of dossiers", () => laws(dossier(), dossierEdit));
