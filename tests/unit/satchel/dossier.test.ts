/** One filled procedure: number, answers, rows, sending, second versions, what leaves. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FormState } from "../../../src/forms/model.ts";
import {
  addReply,
  addRow,
  attachedPapers,
  attachPapers,
  buildPayload,
  freezeForSending,
  markReady,
  markRepliesSeen,
  nextVersion,
  renew,
  replaces,
  resumePage,
  rowKey,
  setAnswer,
  setNotForeseen,
  setPage,
  setRowRemoved,
} from "../../../src/satchel/dossier.ts";
import type { DossierRecord, PaperRecord } from "../../../src/satchel/model.ts";
import { readSpoken, showSpoken, spokenAlphabet, spokenNumber } from "../../../src/satchel/spoken.ts";
import { isRandomId, type RecordId } from "../../../src/shared/ids.ts";
import { countingRandom, dossier, keptPaper, letterId, page } from "./fixtures.ts";

const text = (value: string) => ({ v: "text", text: value }) as const;
const id = (name: string): RecordId => name as RecordId;

describe("the spoken number", () => {
  const numbers = fc.uint8Array({ minLength: 7, maxLength: 7 }).map((bytes) => {
    const copy = new Uint8Array(bytes);
    return spokenNumber({ bytes: () => copy });
  });

  test("has eight characters that cannot be mixed up", () => {
    expect(new Set(spokenAlphabet).size).toBe(32);
    expect(spokenAlphabet).not.toMatch(/[IO01]/);
    fc.assert(
      fc.property(numbers, (number) => {
        expect(number).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
        expect(readSpoken(number)).toEqual({ ok: true, value: number });
        expect(readSpoken(` ${showSpoken(number).toLowerCase()}. `)).toEqual({ ok: true, value: number });
      }),
    );
  });

  // Both worked out by a second program with logarithm tables.
  test("frozen: these bytes give this number for ever", () => {
    expect(spokenNumber({ bytes: () => new Uint8Array([0, 1, 2, 3, 4, 5, 6]) })).toBe("ABCDEFGY");
    expect(spokenNumber({ bytes: () => new Uint8Array([255, 77, 18, 9, 200, 31, 64]) })).toBe("9PUKJ9AW");
  });

  test("every wrong character and every swap is noticed", () => {
    fc.assert(
      fc.property(numbers, fc.nat(7), fc.nat(7), fc.constantFrom(...spokenAlphabet), (number, at, to, other) => {
        const wrong = number.slice(0, at) + other + number.slice(at + 1);
        if (wrong !== number) expect(readSpoken(wrong)).toEqual({ ok: false, error: { type: "check" } });
        const letters = [...number];
        [letters[at], letters[to]] = [letters[to] ?? "", letters[at] ?? ""];
        const swapped = letters.join("");
        if (swapped !== number) expect(readSpoken(swapped)).toEqual({ ok: false, error: { type: "check" } });
      }),
    );
  });

  test("says what is wrong", () => {
    expect(readSpoken("ABCD EFG")).toEqual({ ok: false, error: { type: "length", count: 7 } });
    expect(readSpoken("ABCD EFG0")).toEqual({ ok: false, error: { type: "character", character: "0" } });
  });
});

describe("filling in", () => {
  test("a dossier is what the engine reads, as it is", () => {
    const state: FormState = dossier();
    expect(state.answers).toEqual({});
  });

  test("sets, replaces and clears answers; the same again changes nothing", () => {
    const one = setAnswer(dossier(), "given_name", text("Ana"), 2);
    expect(one.answers).toEqual({ given_name: text("Ana") });
    expect(setAnswer(one, "given_name", text("Ana"), 3)).toBe(one);
    expect(setAnswer(one, "given_name", null, 3).answers).toEqual({});
    expect(setAnswer(dossier(), "given_name", null, 3).updatedAt).toBe(1000);
  });

  test("any change of content takes the declaration back", () => {
    const ready = markReady(dossier(), "I declare", 2);
    expect(ready).toMatchObject({ status: "ready", declaration: { text: "I declare", at: 2 } });
    for (const changed of [
      setAnswer(ready, "a", text("x"), 3),
      setNotForeseen(ready, "x", 3),
      attachPapers(ready, "identity", [id("p")], false, 3),
      addRow(ready, "dependants", countingRandom(), 3).dossier,
    ]) {
      expect(changed).toMatchObject({ status: "draft", declaration: null, updatedAt: 3 });
    }
    expect(setPage(ready, "phone", 3)).toMatchObject({ status: "ready", page: "phone" });
    expect(setNotForeseen(ready, "", 3)).toBe(ready);
  });

  test("rows have random ids and come back with their answers", () => {
    const random = countingRandom();
    const first = addRow(dossier(), "dependants", random, 2);
    const second = addRow(first.dossier, "dependants", random, 3);
    expect(isRandomId(first.row) && isRandomId(second.row) && first.row !== second.row).toBe(true);
    const filled = setAnswer(second.dossier, rowKey("dependants", first.row, "name"), text("Léo"), 4);
    const removed = setRowRemoved(filled, first.row, true, 5);
    expect(removed.rows[first.row]?.removed).toBe(true);
    expect(setRowRemoved(removed, first.row, false, 6).answers).toEqual(filled.answers);
    expect(setRowRemoved(removed, "none", true, 6)).toBe(removed);
    expect((removed.rows[second.row]?.position ?? 0) > (removed.rows[first.row]?.position ?? 0)).toBe(true);
  });

  test("papers win over I do not have it", () => {
    const none = attachPapers(dossier(), "identity", [], true, 2);
    expect(none.attached.identity).toEqual({ papers: [], missing: true });
    const some = attachPapers(none, "identity", [id("p"), id("p"), id("q")], true, 3);
    expect(some.attached.identity).toEqual({ papers: ["p", "q"], missing: false });
    expect(attachedPapers(attachPapers(some, "useful", [id("q"), id("r")], false, 4))).toEqual(["p", "q", "r"]);
  });

  test("resumes where the person was", () => {
    expect(resumePage(dossier({ page: "phone" }), ["names", "phone"])).toBe("phone");
    expect(resumePage(dossier({ page: "gone" }), ["names", "phone"])).toBe("names");
  });
});

describe("sending", () => {
  const l1 = letterId("l1");
  const l2 = letterId("l2");

  test("version 2 replaces version 1", () => {
    const fresh = dossier();
    expect([replaces(fresh), nextVersion(fresh)]).toEqual([null, 1]);
    const first = freezeForSending(markReady(fresh, "I declare", 2), l1, 3, 4);
    expect(first).toMatchObject({ status: "sent", sent: { l1: { n: 1, at: 4, papers: 3 } } });
    const edited = setAnswer(first, "given_name", text("Ana"), 5);
    expect(edited).toMatchObject({ status: "draft", declaration: null });
    expect(replaces(edited)).toEqual({ letter: l1, n: 1 });
    const second = freezeForSending(markReady(edited, "I declare", 6), l2, 3, 7);
    expect(second.sent[l2]?.n).toBe(2);
    expect(second.number).toBe(fresh.number);
    expect(second.thread).toBe(fresh.thread);
    expect(() => freezeForSending(second, l2, 3, 8)).toThrow("INV-4");
  });

  test("a reply is booked once (INV-4)", () => {
    const reply = { at: 5, status: "received", requirement: null, text: "", about: l1 } as const;
    const once = addReply(dossier(), l2, reply, 6);
    expect(once.replies[l2]).toEqual({ ...reply, seen: false });
    const seen = markRepliesSeen(once, 7);
    expect(addReply(seen, l2, reply, 8)).toBe(seen);
    expect(markRepliesSeen(seen, 9)).toBe(seen);
  });

  test("only what is visible leaves, with papers in the order of the form", () => {
    let record: DossierRecord = dossier({ notForeseen: "my dog" });
    record = setAnswer(record, "shown", text("a"), 2);
    record = setAnswer(record, "hidden", text("MARKER"), 2);
    record = {
      ...record,
      rows: { r1: { repeat: "x", position: 1, removed: false }, r2: { repeat: "x", position: 2, removed: true } },
    };
    record = attachPapers(record, "useful", [id("p1"), id("gone")], false, 2);
    record = attachPapers(record, "identity", [id("p2")], false, 2);
    record = attachPapers(record, "hidden-one", [id("p1")], false, 2);
    const papers = new Map<RecordId, PaperRecord>([
      [id("p1"), keptPaper({ title: "Pay slip", kind: "pay-slip", holder: "Ana" })],
      [id("p2"), keptPaper({ kind: "passport", expiry: "2030", pages: { a: page("a", { turn: 180 }) } })],
    ]);
    const visible = {
      answers: new Set(["shown"]),
      rows: new Set(["r1"]),
      requirements: ["identity", "link", "useful"],
    };
    const payload = buildPayload(record, visible, papers, 99);
    expect(payload).toMatchObject({
      t: "dossier",
      procedure: "domiciliation",
      number: record.number,
      filledAt: 99,
      answers: { shown: text("a") },
      notForeseen: "my dog",
      missing: ["link"],
    });
    expect(Object.keys(payload.rows)).toEqual(["r1"]);
    expect(payload.papers.map((each) => [each.requirement, each.kind, each.title, each.pages.length])).toEqual([
      ["identity", "passport", "", 1],
      ["useful", "pay-slip", "Pay slip", 2],
    ]);
    expect(payload.papers[0]?.pages).toEqual([{ blob: "a-readable", turn: 180, preview: "a-preview" }]);
    const said = JSON.stringify(payload);
    expect(said).not.toContain("MARKER");
    expect(said).not.toContain("key-");
  });
});

describe("a newer version of the form", () => {
  test("INV-1 an answer that another tab changed meanwhile is brought over as it is then, never as it was", () => {
    const read = dossier({ formVersion: 1, answers: { kind: text("avant") } });
    const patch = { from: 1, to: 2, answers: { kind: null, "kind@1": text("avant") }, before: read.answers };
    const changed = setAnswer(read, "kind", text("changé"), 5, null);
    expect(renew(changed, patch, 6)).toBe(changed);
    const again = { ...patch, answers: { kind: null, "kind@1": text("changé") }, before: changed.answers };
    expect(renew(changed, again, 7)).toMatchObject({ formVersion: 2, answers: { "kind@1": text("changé") } });
  });
});
