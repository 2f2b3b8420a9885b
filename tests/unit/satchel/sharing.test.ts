import { describe, expect, test } from "vitest";
import type { SaidAct, ShareRecord } from "../../../src/satchel/model.ts";
import {
  endShare,
  isOver,
  mostActs,
  type ShareFacts,
  shareDays,
  shareEnd,
  shareFault,
  shareLimits,
  shareStage,
  usualDays,
  withAct,
} from "../../../src/satchel/sharing.ts";
import type { LetterId, ThreadId } from "../../../src/shared/ids.ts";
import { fakeId } from "../../support/fake-satchel.ts";

const now = Date.UTC(2026, 10, 22);
const share = (patch: Partial<ShareRecord> = {}): ShareRecord => ({
  t: "share",
  organisation: "ccas",
  purpose: "Aide pour le loyer",
  days: 31,
  until: shareEnd(31, now),
  thread: fakeId<ThreadId>(),
  papers: [{ kind: "tax-notice", title: "", holder: "me", expiry: null, pages: 2 }],
  sent: { n: 1, at: now, papers: 1 },
  createdAt: now,
  ...patch,
});
const facts = (patch: Partial<ShareFacts> = {}): ShareFacts => ({
  proofs: new Set(),
  letter: "waiting",
  own: true,
  now,
  ...patch,
});

test("a share lasts 1, 31, 182 or 365 days, 31 where nobody chose", () => {
  expect(shareDays).toEqual([1, 31, 182, 365]);
  expect(usualDays).toBe(31);
  expect(shareEnd(1, now) - now).toBe(86_400_000);
});

describe("what is wrong with a share", () => {
  const fault = (patch: Partial<ShareRecord>) => shareFault(share(patch), now);
  const paper = share().papers[0];
  if (paper === undefined) throw new Error("one paper");
  test("nothing, when papers, purpose and end are there", () => expect(fault({})).toBeNull());
  test("no paper, or one without a page", () => {
    expect(fault({ papers: [] })).toBe("no-paper");
    expect(fault({ papers: [{ ...paper, pages: 0 }] })).toBe("no-paper");
  });
  test("too much for one share", () => {
    expect(fault({ papers: Array.from({ length: shareLimits.papers + 1 }, () => ({ ...paper, pages: 1 })) })).toBe(
      "too-many",
    );
    expect(fault({ papers: [{ ...paper, pages: shareLimits.pages + 1 }] })).toBe("too-many");
  });
  test("no purpose", () => {
    expect(fault({ purpose: "  " })).toBe("no-purpose");
    expect(fault({ purpose: "a".repeat(shareLimits.purpose + 1) })).toBe("no-purpose");
  });
  test("an end that is over, or later than was said", () => {
    expect(fault({ until: now })).toBe("bad-end");
    expect(fault({ until: shareEnd(31, now) + 1 })).toBe("bad-end");
    expect(fault({ days: 7 as 31 })).toBe("bad-end");
  });
});

describe("where a share stands (INV-2: by proofs only)", () => {
  const at = (record: Partial<ShareRecord>, patch: Partial<ShareFacts> = {}) => shareStage(share(record), facts(patch));
  test("on its way, there, opened", () => {
    expect(at({})).toBe("waits");
    expect(at({}, { letter: "accepted" })).toBe("waits");
    expect(at({}, { letter: "aside" })).toBe("needs-you");
    expect(at({}, { proofs: new Set(["deposited"]) })).toBe("deposited");
    expect(at({}, { proofs: new Set(["deposited", "complete"]) })).toBe("complete");
    expect(at({}, { proofs: new Set(["deposited", "opened"]) })).toBe("opened");
  });
  test("its time is over at its last millisecond, by the server's clock", () => {
    const { until } = share();
    const proofs = new Set(["deposited"]);
    expect(at({}, { now: until - 1, proofs })).toBe("deposited");
    expect(at({}, { now: until, proofs })).toBe("over");
    expect(at({}, { now: until })).toBe("late");
    // "Rien n'est parti" is said only where this device knows it.
    expect(at({}, { now: until, letter: "accepted" })).toBe("over");
    expect(at({}, { now: until, letter: null, own: false })).toBe("over");
  });
  test("F3: ended offline: said to be ending until the server's word, or its time, or when it never left", () => {
    const ended = { ended: { at: now } };
    expect(at(ended, { letter: "accepted", proofs: new Set(["deposited", "opened"]) })).toBe("ending");
    expect(at(ended, { letter: "accepted", proofs: new Set(["deposited", "ended"]) })).toBe("ended");
    expect(at(ended, { letter: "frozen" })).toBe("ending");
    expect(at(ended, { letter: null })).toBe("ended");
    // Another device sealed it: what became of the letter there is not known here.
    expect(at(ended, { letter: null, own: false })).toBe("ending");
    expect(at(ended, { letter: "accepted", proofs: new Set(["deposited"]), now: share().until })).toBe("ended");
  });
  test("what is over is over", () => {
    expect(["ending", "ended", "over", "late"].every((stage) => isOver(stage as "over"))).toBe(true);
    expect(["waits", "needs-you", "deposited", "complete", "opened"].some((stage) => isOver(stage as "over"))).toBe(
      false,
    );
  });
});

test("ended twice: the first time stands", () => {
  expect(endShare(endShare(share(), 5), 9).ended).toEqual({ at: 5 });
});

test("acts: each letter once, of papers that are in it, and not without end", () => {
  const act: SaidAct = { paper: 0, helper: "", at: 1, heardAt: 2 };
  const letter = fakeId<LetterId>();
  const once = withAct(share(), letter, act, 1);
  expect(once.acts).toEqual({ [letter]: act });
  expect(withAct(once, letter, { ...act, at: 9 }, 1)).toBe(once);
  expect(withAct(once, fakeId<LetterId>(), { ...act, paper: 1 }, 1)).toBe(once);
  let full = share();
  for (let n = 0; n < mostActs + 5; n += 1) full = withAct(full, fakeId<LetterId>(), act, 1);
  expect(Object.keys(full.acts ?? {})).toHaveLength(mostActs);
});
