/** The mind of the sync, rule by rule (src/sync/SPEC.md): what it chooses, and what it makes of outcomes. */

import { describe, expect, test } from "vitest";
import { errors } from "../../../src/protocol/errors.ts";
import { type Cursor, rejectCodes } from "../../../src/protocol/wire.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import type { BlobId, LetterId, OpId, RecordId } from "../../../src/shared/ids.ts";
import type { QueueView, SyncMeta } from "../../../src/storage/ports.ts";
import {
  book,
  carried,
  choose,
  freshRun,
  laneOf,
  limits,
  nextPartSize,
  type RunState,
  type Situation,
  type Step,
  type StepOutcome,
} from "../../../src/sync/core.ts";

const now = 1_000_000_000;
const HOUR = 3_600_000;
const attempt = { attempts: 0, nextAt: 0, queuedAt: now, lastCode: null } as const;

const op = (id: string, more: Partial<QueueView["ops"][number]> = {}): QueueView["ops"][number] => ({
  ...attempt,
  op: id as OpId,
  record: `r-${id}` as RecordId,
  base: null,
  bytes: 1000,
  state: "waiting",
  order: 1,
  ...more,
});
const letter = (id: string, more: Partial<QueueView["letters"][number]> = {}): QueueView["letters"][number] => ({
  ...attempt,
  letter: id as LetterId,
  bytes: 4000,
  blobs: [],
  state: "waiting",
  about: "r" as RecordId,
  order: 1,
  ...more,
});
const blob = (id: string, more: Partial<QueueView["blobs"][number]> = {}): QueueView["blobs"][number] => ({
  ...attempt,
  blob: id as BlobId,
  segments: 2,
  length: 100_000,
  root: "root" as B64,
  sendClass: 4,
  state: "waiting",
  offset: 0,
  verifiedAt: null,
  complete: true,
  localOnly: false,
  order: 1,
  ...more,
});
const meta: SyncMeta = {
  cursor: "e.1" as Cursor,
  registered: true,
  epoch: "e",
  clockOffset: 0,
  lastAnswerAt: 0,
  networkAttempts: 0,
  networkNextAt: 0,
  partSize: 65_536,
  session: "token",
  pausedFor: null,
  offerDue: false,
  backup: null,
  photosOnWifi: false,
  lastPullAt: 0,
};
interface Given {
  readonly view?: Partial<QueueView>;
  readonly meta?: Partial<SyncMeta>;
  readonly run?: Partial<RunState>;
  readonly slow?: boolean;
  readonly metered?: boolean;
  readonly person?: boolean;
  readonly busy?: ReadonlySet<string>;
  readonly closed?: Situation["closed"];
}
const situation = (given: Given): Situation => ({
  view: { ops: [], blobs: [], letters: [], proofs: [], ...given.view },
  meta: { ...meta, ...given.meta },
  now,
  run: { ...freshRun(null), canary: true, pullDue: false, ...given.run },
  hints: { slow: given.slow === true, metered: given.metered === true },
  person: given.person === true,
  ...(given.busy === undefined ? {} : { busy: given.busy }),
  ...(given.closed === undefined ? {} : { closed: given.closed }),
});
const chosen = (given: Given): Step => choose(situation(given));
const refusal = (step: Step, status: number, error = "", retryAfterMs: number | null = null, retry = null) =>
  ({ step, outcome: { type: "refused", status, error, retry, retryAfterMs, time: now } }) as StepOutcome;
const lost = (step: Step) => ({ step, outcome: { type: "lost", reason: "timeout" } }) as StepOutcome;
const answer = (step: Step, value: unknown, tookMs = 100) =>
  ({ step, outcome: { type: "answer", value, time: now + 5000, tookMs } }) as StepOutcome;

const pushA: Step = { type: "push", ops: ["a" as OpId] };
const patchP: Step = { type: "blob-patch", blob: "p" as BlobId, offset: 0, bytes: 65_536 };

describe("S-R1 a reset that the server cannot tell", () => {
  const pullFrom = (cursor: string): Step => ({ type: "pull", cursor: cursor as Cursor, limit: 1000 });
  const page = { rows: [], cursor: "new.7", more: false, reset: false };
  const resetOf = (cursor: string): boolean => {
    const patch = book(situation({}), answer(pullFrom(cursor), page), 0).patches.find((each) => each.type === "pull");
    return patch?.type === "pull" && patch.answer.reset;
  };

  test("who has never pulled sees another epoch: what was sent before is offered again", () => {
    expect(resetOf("0.0")).toBe(true);
  });

  test("any other cursor is the server's to judge, also when the new epoch was not noted before a crash", () => {
    expect(resetOf("new.3")).toBe(false);
  });
});

describe("S-O order", () => {
  test("S-O1 registration, session, letters, ops, pull, previews, pages, originals", () => {
    expect(chosen({ meta: { registered: false, session: null } }).type).toBe("register");
    expect(chosen({ meta: { session: null }, run: { pullDue: true } }).type).toBe("session");
    const all = {
      ops: [op("a")],
      letters: [letter("l")],
      blobs: [blob("original", { sendClass: 5 }), blob("page"), blob("preview", { sendClass: 3 })],
    };
    expect(chosen({ view: all, run: { pullDue: true } })).toEqual({ type: "letter", letter: "l" });
    expect(chosen({ view: { ...all, letters: [] }, run: { pullDue: true } })).toEqual({ type: "push", ops: ["a"] });
    expect(chosen({ view: { blobs: all.blobs }, run: { pullDue: true } }).type).toBe("pull");
    expect(chosen({ view: { blobs: all.blobs } })).toEqual({ type: "blob-create", blob: "preview" });
    expect(chosen({ view: { blobs: all.blobs.slice(0, 2) } })).toEqual({ type: "blob-create", blob: "page" });
    expect(chosen({})).toEqual({ type: "rest", until: null, why: "items" });
  });

  test("S-O9 beside its registration small things leave; what comes there first concludes nothing and holds the rest", () => {
    const view = { letters: [letter("l")], blobs: [blob("p")] };
    const meta = { registered: false, session: null };
    const busy = new Set(carried({ type: "register" }));
    const closed = new Set(["alone", "read", "data"] as const);
    const early: Given = { view, meta, busy, closed, run: { canary: false } };
    expect(chosen({ ...early, busy: new Set() }).type).toBe("register");
    expect(chosen(early)).toEqual({ type: "letter", letter: "l" });
    const given = { ...situation(early), early: true };
    const steps: readonly StepOutcome[] = [
      refusal({ type: "blob-create", blob: "p" as BlobId }, 422, "unknown-principal"),
      answer(
        { type: "letter", letter: "l" as LetterId },
        { verdict: { type: "reject", code: "unknown-principal", retry: "later" } },
      ),
      answer(pushA, { verdicts: [{ op: "a", type: "reject", code: "unknown-principal", retry: "later" }] }),
    ];
    for (const done of steps) {
      const { patches, run } = book(given, done, 0);
      expect(patches.map((patch) => patch.type)).toEqual(["meta"]);
      expect(patches[0]).not.toHaveProperty("patch.registered");
      expect(choose({ ...given, run })).toEqual({ type: "rest", until: null, why: "items" });
      const after = book({ ...given, run }, answer({ type: "register" }, { epoch: "e" }), 0).run;
      expect([after.tooEarly, after.renewals]).toEqual([false, 0]);
    }
  });

  test("P-W3 what is sent needs no session: nothing waits for one", () => {
    const without = { meta: { session: null } };
    expect(chosen({ ...without, view: { letters: [letter("l")] }, run: { pullDue: true } }).type).toBe("letter");
    expect(chosen({ ...without, view: { ops: [op("a")] }, run: { pullDue: true } }).type).toBe("push");
    expect(chosen({ ...without, view: { blobs: [blob("p")] } }).type).toBe("blob-create");
    expect(chosen(without).type).toBe("rest");
  });

  test("S-O3 before the first answer of a run no part leaves: HEAD tells whether the line lives", () => {
    const view = { blobs: [blob("p", { state: "sending" })] };
    const uploads = new Map([["p" as BlobId, { at: "offset" as const, offset: 0 }]]);
    expect(chosen({ view, run: { uploads } }).type).toBe("blob-patch");
    expect(chosen({ view, run: { uploads, canary: false } }).type).toBe("blob-head");
  });

  test("S-O7 a form that waits for its turn lets no part begin; beside one that is on its way parts go on", () => {
    const blobs = [blob("p", { state: "sending" }), blob("q")];
    const uploads = new Map([["p" as BlobId, { at: "offset" as const, offset: 0 }]]);
    const view = { letters: [letter("l")], blobs };
    const closed = new Set(["alone", "send"] as const);
    expect(chosen({ view, run: { uploads }, closed, busy: new Set(["x"]) }).type).toBe("blob-create");
    const onItsWay = { view, run: { uploads }, closed, busy: new Set(["l"]) };
    expect(chosen(onItsWay)).toMatchObject({ type: "blob-patch", blob: "p" });
  });

  test("S-O7 uploads are begun a little ahead of their bytes, not all at once", () => {
    const at = { at: "offset" as const, offset: 0 };
    const blobs = ["p", "q", "r"].map((name, order) => blob(name, { order, state: "sending" }));
    const uploads = (names: readonly string[]) => new Map(names.map((name) => [name as BlobId, at]));
    const closed = new Set(["alone", "data"] as const);
    const busy = new Set(["x"]);
    const next = (names: readonly string[], more: readonly QueueView["blobs"][number][] = []) =>
      chosen({ view: { blobs: [...blobs, ...more] }, run: { uploads: uploads(names) }, closed, busy }).type;
    expect(next(["p"])).toBe("blob-head");
    expect(next(["p", "q"])).toBe("rest");
    expect(next(["p", "q"], [blob("preview", { sendClass: 3 })]), "what goes first is begun first").toBe("blob-create");
  });

  test("S-O7 previews leave the line idle for their round trips: one page begins beside two of them, not two", () => {
    const previews = ["a", "b", "c"].map((name, order) => blob(name, { order, sendClass: 3, length: 8000 }));
    const view = { blobs: [...previews, blob("page", { length: 300_000 }), blob("other", { length: 300_000 })] };
    const next = (...busy: string[]): Step =>
      chosen({ view, busy: new Set(busy), closed: new Set(["alone"] as const) });
    expect(next("a")).toEqual({ type: "blob-create", blob: "b" });
    expect(next("a", "b")).toEqual({ type: "blob-create", blob: "page" });
    expect(next("a", "b", "page")).toEqual({ type: "blob-create", blob: "c" });
    const closed = new Set(["alone", "ask", "data"] as const);
    expect(chosen({ view, busy: new Set(["a", "b"]), closed }).type).toBe("rest");
  });

  test("S-O7 the end of a small blob is a crumb, a part of a large one is not, however short the parts are", () => {
    const part = (length: number, partSize: number): unknown => {
      const uploads = new Map([["p" as BlobId, { at: "offset" as const, offset: 0 }]]);
      const view = { blobs: [blob("p", { state: "sending", length })] };
      return laneOf(chosen({ view, run: { uploads }, meta: { partSize } }));
    };
    expect([part(8000, 65_536), part(33_000, 65_536), part(300_000, 16_384)]).toEqual(["crumb", "data", "data"]);
  });

  test("S-O7 a part that begins a moment after another is half as long; small ones are not cut", () => {
    const part = (length: number): unknown => {
      const uploads = new Map([["p" as BlobId, { at: "offset" as const, offset: 0 }]]);
      const given = situation({ view: { blobs: [blob("p", { state: "sending", length })] }, run: { uploads } });
      const step = choose({ ...given, stagger: true });
      return step.type === "blob-patch" && step.bytes;
    };
    expect([part(300_000), part(100_001), part(40_000)]).toEqual([32_768, 50_001, 40_000]);
  });

  test("S-B5 a rest that is shorter than a part rides along", () => {
    const part = (length: number) => {
      const uploads = new Map([["p" as BlobId, { at: "offset" as const, offset: 0 }]]);
      const step = chosen({ view: { blobs: [blob("p", { state: "sending", length })] }, run: { uploads } });
      return step.type === "blob-patch" && step.bytes;
    };
    expect([part(131_071), part(131_072), part(10)]).toEqual([131_071, 65_536, 10]);
  });

  test("S-O8 photos wait for a line that costs nothing, until the person; records and letters never wait", () => {
    const blobs = [blob("page", { queuedAt: now - 25 * HOUR }), blob("preview", { sendClass: 3 })];
    const wifi = { meta: { photosOnWifi: true }, metered: true };
    expect(chosen({ ...wifi, view: { blobs } })).toEqual({ type: "rest", until: null, why: "items" });
    expect(chosen({ ...wifi, metered: false, view: { blobs } }).type).toBe("blob-create");
    expect(chosen({ metered: true, view: { blobs } }).type).toBe("blob-create");
    expect(chosen({ ...wifi, person: true, view: { blobs } }).type).toBe("blob-create");
    expect(chosen({ ...wifi, view: { blobs, letters: [letter("l")] } }).type).toBe("letter");
    expect(chosen({ ...wifi, view: { blobs, ops: [op("a")] } }).type).toBe("push");
  });

  test("S-O2 fewest bytes left first; a day's wait moves up one class", () => {
    const blobs = [blob("long"), blob("nearly", { offset: 90_000, state: "sending" })];
    expect(chosen({ view: { blobs } })).toEqual({ type: "blob-head", blob: "nearly" });
    const old = [blob("old", { queuedAt: now - 25 * HOUR }), blob("preview", { sendClass: 3, length: 200_000 })];
    expect(chosen({ view: { blobs: old } })).toEqual({ type: "blob-create", blob: "old" });
  });

  test("S-O3 one small op first; then ten or 32 KiB together; troubled ones alone", () => {
    const ops = Array.from({ length: 12 }, (_, i) => op(`o${i}`, { bytes: 1000 + i, order: i }));
    expect(chosen({ view: { ops }, run: { canary: false } })).toEqual({ type: "push", ops: ["o0"] });
    const step = chosen({ view: { ops } });
    expect(step.type === "push" && step.ops.length).toBe(10);
    const big = [op("x", { bytes: 20_000 }), op("y", { bytes: 20_000, order: 2 })];
    expect(chosen({ view: { ops: big } })).toEqual({ type: "push", ops: ["x"] });
    const troubled = [op("bad", { attempts: 1, bytes: 1 }), op("good", { order: 2 }), op("fine", { order: 3 })];
    expect(chosen({ view: { ops: troubled } })).toEqual({ type: "push", ops: ["good", "fine"] });
    expect(chosen({ view: { ops: troubled.slice(0, 1) } })).toEqual({ type: "push", ops: ["bad"] });
  });

  test("S-O6 originals wait on a slow line, until the person or a day", () => {
    const blobs = [blob("o", { sendClass: 5 })];
    expect(chosen({ view: { blobs }, slow: true })).toEqual({ type: "rest", until: now + 24 * HOUR, why: "items" });
    expect(chosen({ view: { blobs }, slow: true, person: true }).type).toBe("blob-create");
  });

  test("a blob that stays on this device never leaves", () => {
    expect(chosen({ view: { blobs: [blob("health", { localOnly: true })] } }).type).toBe("rest");
  });

  test("S-C5 one op of a chain at a time; nothing passes what is aside or in conflict", () => {
    const record = "r" as RecordId;
    const chain = [op("a", { record, state: "frozen" }), op("b", { record, order: 2 })];
    expect(chosen({ view: { ops: chain } })).toEqual({ type: "push", ops: ["a"] });
    for (const state of ["aside", "conflict"] as const)
      expect(chosen({ view: { ops: [op("a", { record, state }), op("b", { record, order: 2 })] } }).type).toBe("rest");
  });

  test("S-T3 a time too far ahead is a wrong clock's: due", () => {
    expect(chosen({ view: { ops: [op("a", { nextAt: now + 1000 })] } })).toEqual({
      type: "rest",
      until: now + 1000,
      why: "items",
    });
    expect(chosen({ view: { ops: [op("a", { nextAt: now + 400 * 24 * HOUR })] } }).type).toBe("push");
    expect(chosen({ meta: { networkNextAt: now + 400 * 24 * HOUR }, view: { ops: [op("a")] } }).type).toBe("push");
  });
});

describe("S-A2 lost requests change timers and turns only", () => {
  /** How long after this loss the line is tried again. */
  const waitAfter = (given: { attempts: number; sinceAnswer: number; roll: number; afterAnswer?: boolean }): number => {
    const run = { lastAuthentic: given.afterAnswer === true };
    const was = { networkAttempts: given.attempts - 1, lastAnswerAt: now - given.sinceAnswer };
    const [patch] = book(situation({ view: { ops: [op("a")] }, meta: was, run }), lost(pushA), given.roll).patches;
    if (patch?.type !== "meta") throw new Error("a loss changes timers only");
    expect(patch.patch.networkAttempts).toBe(given.attempts);
    return (patch.patch.networkNextAt ?? Number.NaN) - now;
  };

  test("S-T1 a line that was only cut is knocked at: at once, then slower and slower for a minute", () => {
    expect(waitAfter({ attempts: 1, sinceAnswer: 100, afterAnswer: true, roll: 0.999 })).toBe(499);
    for (const [attempts, sinceAnswer, least, most] of [
      [2, 700, 300, 899],
      [12, 9000, 300, 899],
      [17, 15_000, 500, 1499],
      [40, 59_999, 1999, 5995],
    ] as const) {
      expect(waitAfter({ attempts, sinceAnswer, roll: 0 })).toBe(least);
      expect(waitAfter({ attempts, sinceAnswer, roll: 0.999 })).toBe(most);
    }
  });

  test("S-T1 an outage of an hour costs some sixty knocks", () => {
    let sinceAnswer = 1000;
    let attempts = 1;
    for (; sinceAnswer < HOUR; attempts += 1) sinceAnswer += waitAfter({ attempts, sinceAnswer, roll: 0.5 });
    expect(attempts).toBeGreaterThan(50);
    expect(attempts).toBeLessThan(80);
  });

  test("S-T1 a longer outage: full jitter, at most half of what it has lasted, at most 300 s", () => {
    const most = (attempts: number, sinceAnswer: number): number =>
      Math.round(waitAfter({ attempts, sinceAnswer, roll: 0.999_999 }) / 1000);
    expect(waitAfter({ attempts: 30, sinceAnswer: 60_000, roll: 0 })).toBe(0);
    expect([most(46, 60_000), most(47, 120_000), most(60, 24 * HOUR)]).toEqual([30, 60, 300]);
    // An app that is opened after days begins softly, and a clock that was set back changes nothing.
    expect([1, 2, 3].map((attempts) => most(attempts, 72 * HOUR))).toEqual([5, 10, 20]);
    expect(most(2, -72 * HOUR)).toBe(10);
  });

  test("S-O5 the lost item lets the others go first, then has its turn", () => {
    const view = { ops: [op("a", { bytes: 1 })], blobs: [blob("p")] };
    const after = book(situation({ view }), lost(pushA), 0).run;
    expect(chosen({ view, run: after })).toEqual({ type: "blob-create", blob: "p" });
    expect(chosen({ view, run: { ...after, answers: after.answers + 1 } })).toEqual(pushA);
    expect(chosen({ view: { ops: view.ops }, run: after })).toEqual(pushA);
    expect(chosen({ view, run: after, busy: new Set(["p"]) }).type).toBe("rest");
  });

  test("S-B5 after a lost part HEAD is asked; only a part of which nothing arrived halves the next", () => {
    const view = { blobs: [blob("p", { state: "sending" })] };
    const head: Step = { type: "blob-head", blob: "p" as BlobId };
    const broken = book(situation({ view }), lost(patchP), 0);
    expect(chosen({ view, run: broken.run })).toEqual(head);
    const sizeAfter = (offset: number, run = broken.run) => {
      const { patches } = book(situation({ view, run }), answer(head, { offset, state: "incomplete" }), 0);
      return patches.flatMap((patch) => (patch.type === "meta" ? [patch.patch.partSize] : []))[0];
    };
    expect([sizeAfter(0), sizeAfter(1)]).toEqual([32_768, undefined]);
    // The question was lost too: what is known of the part stays known.
    expect(sizeAfter(0, book(situation({ view, run: broken.run }), lost(head), 0).run)).toBe(32_768);
  });

  test("S-B5 parts double under 8 s of the line's time and halve over 20 s", () => {
    expect(nextPartSize(65_536, 65_536, 7900)).toBe(131_072);
    // 40 kbit/s: halved once by what shared the line, a part finds its size again.
    expect(nextPartSize(32_768, 32_768, 6600)).toBe(65_536);
    expect(nextPartSize(65_536, 65_536, 13_200)).toBe(65_536);
    expect(nextPartSize(65_536, 100, 3000)).toBe(65_536);
    expect(nextPartSize(65_536, 65_536, 19_000)).toBe(65_536);
    expect(nextPartSize(65_536, 65_536, 21_000)).toBe(32_768);
    expect(nextPartSize(65_536, 130_000, 21_000), "with a rest").toBe(65_536);
    expect(nextPartSize(65_536, 130_000, 41_000)).toBe(32_768);
    const given = { ...situation({ view: { blobs: [blob("p", { state: "sending" })] } }), abreast: 2 };
    const shared = book(given, answer(patchP, { offset: 65_536, state: "incomplete" }, 8000), 0);
    expect(shared.patches).toContainEqual({ type: "meta", patch: expect.objectContaining({ partSize: 131_072 }) });
    expect(nextPartSize(limits.part.min, 1, 99_000)).toBe(limits.part.min);
    expect(nextPartSize(limits.part.max, limits.part.max, 1)).toBe(limits.part.max);
  });
});

describe("S-V verdicts", () => {
  const view = { ops: [op("a"), op("b", { order: 2 })] };
  const both: Step = { type: "push", ops: ["a" as OpId, "b" as OpId] };

  test("S-V1 S-V2 S-V3 ok, conflict and reject each touch their own op", () => {
    const conflict = { op: "b", type: "conflict", current: null, seq: 3 };
    const booked = book(
      situation({ view }),
      answer(both, { verdicts: [{ op: "a", type: "ok", seq: 9 }, conflict] }),
      0,
    );
    expect(booked.patches.slice(0, 2)).toEqual([
      { type: "ok", op: "a", seq: 9 },
      { type: "conflict", verdict: conflict },
    ]);
    const reject = (retry: string) => ({ verdicts: [{ op: "a", type: "reject", code: "too-large", retry }] });
    expect(book(situation({ view }), answer(pushA, reject("never")), 0).patches[0]).toEqual({
      type: "op",
      op: "a",
      patch: { attempts: 1, lastCode: "too-large", state: "aside" },
    });
    expect(book(situation({ view }), answer(pushA, reject("later")), 0).patches[0]).toEqual({
      type: "op",
      op: "a",
      patch: { attempts: 1, lastCode: "too-large", nextAt: now + 30_000 },
    });
  });

  test("S-T2 item back-off doubles up to six hours", () => {
    const waits = [0, 1, 2, 20].map((attempts) => {
      const given = situation({ view: { ops: [op("a", { attempts })] } });
      const patch = book(given, refusal(pushA, 500, "internal"), 0).patches[0];
      return patch?.type === "op" ? (patch.patch.nextAt ?? 0) - now : -1;
    });
    expect(waits).toEqual([30_000, 60_000, 120_000, 6 * HOUR]);
  });

  test("S-V3 413 and 422 of one op set it aside; an unknown 4xx only after three", () => {
    const patchOf = (status: number, attempts = 0) =>
      book(situation({ view: { ops: [op("a", { attempts })] } }), refusal(pushA, status, "strange"), 0).patches[0];
    expect(patchOf(413)).toMatchObject({ patch: { state: "aside", lastCode: "too-large" } });
    expect(patchOf(422)).toMatchObject({ patch: { state: "aside", lastCode: "bad-format" } });
    expect(patchOf(418)).toMatchObject({ patch: { attempts: 1, nextAt: now + 30_000 } });
    expect(patchOf(418, 2)).toMatchObject({ patch: { attempts: 3, state: "aside" } });
  });

  test("S-V4 401 renews the session and touches no item; the third time pauses", () => {
    const first = book(situation({ view }), refusal(both, 401, "unauthenticated"), 0);
    expect(first.patches).toHaveLength(1);
    expect(first.patches[0]).toMatchObject({ patch: { session: null, pausedFor: "auth", networkNextAt: 0 } });
    const third = book(situation({ view, run: { renewals: 2 } }), refusal(both, 401, "unauthenticated"), 0);
    expect(third.patches[0]).toMatchObject({ patch: { networkNextAt: now + limits.authPauseMs } });
  });

  test("S-V5 a refusal of several sends each alone from then on", () => {
    const booked = book(situation({ view }), refusal(both, 422, "bad-format"), 0);
    expect(booked.patches.slice(0, 2)).toEqual([
      { type: "op", op: "a", patch: { attempts: 1, nextAt: 0 } },
      { type: "op", op: "b", patch: { attempts: 1, nextAt: 0 } },
    ]);
  });

  test("S-V6 Retry-After is honoured, at most an hour; 429 holds everything, 503 the item, three 503 everything", () => {
    const limited = book(situation({ view }), refusal(pushA, 429, "too-many", 9 * HOUR), 0);
    expect(limited.patches).toEqual([{ type: "meta", patch: expect.objectContaining({ networkNextAt: now + HOUR }) }]);
    const busy = book(situation({ view }), refusal(pushA, 503, "busy", 7000), 0);
    expect(busy.patches[0]).toMatchObject({ type: "op", patch: { nextAt: now + 7000 } });
    expect(busy.patches[1]).toMatchObject({ type: "meta", patch: { networkNextAt: 0 } });
    const third = book(situation({ view, run: { busyInARow: 2 } }), refusal(pushA, 503, "busy", 7000), 0);
    expect(third.patches.at(-1)).toMatchObject({ type: "meta", patch: { networkNextAt: now + 7000 } });
  });

  test("S-V7 an app that the server does not understand waits with all it has", () => {
    const booked = book(situation({ view }), refusal(both, 400, "bad-protocol"), 0);
    expect(booked.patches).toHaveLength(1);
    expect(booked.patches[0]).toMatchObject({ type: "meta", patch: { networkNextAt: now + HOUR } });
  });

  test("an authentic answer resets the network's back-off and sets the clock's offset", () => {
    const given = situation({ view, meta: { networkAttempts: 5, networkNextAt: now } });
    const booked = book(given, answer(pushA, { verdicts: [] }), 0);
    expect(booked.patches.at(-1)).toEqual({
      type: "meta",
      patch: { networkAttempts: 0, networkNextAt: 0, lastAnswerAt: now, clockOffset: 5000 },
    });
  });
});

describe("S-V3 what sets a signed letter aside (INV-1: nothing but a word about this very letter)", () => {
  const step: Step = { type: "letter", letter: "l" as LetterId };
  const view = { letters: [letter("l", { state: "frozen" })] };
  /** Whether the letter is aside after so many of these outcomes, one after the other. */
  const asideAfter = (done: StepOutcome, times: number): boolean => {
    let attempts = 0;
    for (let n = 0; n < times; n += 1) {
      const now = situation({ view: { letters: [letter("l", { state: "frozen", attempts })] } });
      for (const patch of book(now, done, 0.5).patches) {
        if (patch.type !== "letter") continue;
        if (patch.patch.state === "aside") return true;
        attempts = patch.patch.attempts ?? attempts;
      }
    }
    return false;
  };
  const refusedWith = (status: number, error: string, retry: string | null): StepOutcome =>
    ({ step, outcome: { type: "refused", status, error, retry, retryAfterMs: null, time: now } }) as StepOutcome;

  test("cut lines, portals and time: never, however often", () => {
    for (const reason of ["unreachable", "timeout", "not-let-through"])
      expect(asideAfter({ step, outcome: { type: "lost", reason } } as StepOutcome, 50)).toBe(false);
  });

  test("every code of the registry, as a verdict and as a refusal", () => {
    const aside = (times: number): readonly string[] =>
      Object.entries(errors).flatMap(([error, { status, retry }]) =>
        asideAfter(refusedWith(status, error, retry), times) ? [error] : [],
      );
    const forGood = [
      "bad-format",
      "bad-signature",
      "unknown-receiver",
      "too-large",
      "quota",
      "id-taken",
      "blob-foreign",
    ];
    expect(aside(1)).toEqual([...forGood, "gone", "opened"]);
    // What no letter can be meant by is believed at the third time.
    const ofKeyrings = ["weak-parameters", "bad-share", "other-root"];
    expect(aside(50)).toEqual([
      ...forGood,
      "gone",
      "opened",
      ...ofKeyrings,
      "not-found",
      "not-allowed",
      "forbidden",
      "wrong-code",
      "unknown-card",
      "card-replaced",
      "unknown-number",
      "device-removed",
      "login-needed",
      "not-yet",
      "ended",
      "offset",
      "prefill-off",
      "prefill-unknown",
    ]);
    const verdicts = rejectCodes.filter((code) => {
      const { retry } = errors[code];
      return asideAfter(answer(step, { verdict: { type: "reject", code, retry } }), 50);
    });
    // A satchel that was blocked waits with all its letters: none of them is set aside for it.
    expect(verdicts).toEqual([...forGood, "gone", "opened", ...ofKeyrings]);
  });

  test("statuses without a code of ours: servers in trouble never, 413 and 422 at once, other 4xx at the third time", () => {
    const when = (status: number): readonly boolean[] =>
      [1, 2, 3].map((n) => asideAfter(refusedWith(status, "", null), n));
    for (const status of [401, 423, 429, 500, 502, 503, 504, 507])
      expect(when(status), `${status}`).not.toContain(true);
    for (const status of [413, 422]) expect(when(status), `${status}`).toEqual([true, true, true]);
    for (const status of [400, 403, 404, 409, 410, 418])
      expect(when(status), `${status}`).toEqual([false, false, true]);
  });

  test("two drainers at once, and a kill between answer and booking: the same bytes again, the same answer, accepted", () => {
    const accepted = answer(step, { verdict: { type: "ok", proofs: [] } });
    for (const before of ["frozen", "accepted"] as const) {
      const given = situation({ view: { letters: [letter("l", { state: before })] } });
      expect(book(given, accepted, 0).patches[0]).toMatchObject({ patch: { state: "accepted" } });
    }
    expect(chosen({ view })).toEqual(step);
  });
});

describe("S-W withdrawals", () => {
  const proof = { ...attempt, letter: "l" as LetterId, proof: { body: "b" as B64, sig: "s" as B64 }, order: 2 };
  const waiting = { ...proof, state: "waiting" as const };
  const step: Step = { type: "proof", letter: "l" as LetterId };

  test("S-W1 a proof leaves after its letter was accepted; of a letter of somebody else at once", () => {
    const chosenWith = (state: "waiting" | "frozen" | "aside" | "accepted") =>
      chosen({ view: { letters: [letter("l", { state })], proofs: [waiting] } }).type;
    expect([chosenWith("waiting"), chosenWith("frozen")]).toEqual(["letter", "letter"]);
    expect([chosenWith("aside"), chosenWith("accepted")]).toEqual(["rest", "proof"]);
    expect(chosen({ view: { proofs: [waiting] } })).toEqual(step);
  });

  test.each([
    ["opened", 409],
    ["gone", 410],
  ] as const)("S-W2 %s is for ever: the proof is aside and says why", (error, status) => {
    const never = { type: "refused", status, error, retry: "never", retryAfterMs: null, time: now } as const;
    const { patches } = book(situation({ view: { proofs: [waiting] } }), { step, outcome: never } as StepOutcome, 0);
    expect(patches[0]).toEqual({
      type: "proof",
      letter: "l",
      patch: { attempts: 1, lastCode: error, state: "aside" },
    });
  });

  test("a 409 with another code is asked again: only its own word ends a proof", () => {
    const busy = {
      type: "refused",
      status: 409,
      error: "offset",
      retry: "later",
      retryAfterMs: null,
      time: now,
    } as const;
    const { patches } = book(situation({ view: { proofs: [waiting] } }), { step, outcome: busy } as StepOutcome, 0);
    expect(patches[0]).toMatchObject({ patch: { attempts: 1, nextAt: now + 30_000 } });
  });
});

describe("S-B blobs", () => {
  const view = {
    blobs: [blob("p", { state: "sending" })],
    letters: [letter("l", { blobs: ["p" as BlobId], state: "accepted" })],
  };
  const head: Step = { type: "blob-head", blob: "p" as BlobId };

  test("S-B1 the offset that HEAD says is believed, also when it went down", () => {
    const given = situation({ view: { blobs: [blob("p", { state: "sending", offset: 70_000 })] } });
    const booked = book(given, answer(head, { offset: 10_000, state: "incomplete" }), 0);
    expect(booked.patches[0]).toEqual({ type: "blob", blob: "p", patch: { offset: 10_000 } });
    expect(choose({ ...given, run: booked.run })).toMatchObject({ type: "blob-patch", offset: 10_000 });
  });

  test("S-B9 all bytes are there and not checked: asked again in a moment, three times, then as a refusal", () => {
    let run = situation({ view }).run;
    const waits = [1, 2, 3, 4].map(() => {
      const booked = book(situation({ view, run }), answer(head, { offset: 100_000, state: "incomplete" }), 0);
      run = booked.run;
      expect(chosen({ view, run })).toEqual(head);
      return booked.patches[0];
    });
    const waiting = (patch: object) => ({ type: "blob", blob: "p", patch: { offset: 100_000, ...patch } });
    expect(waits).toEqual([
      waiting({ nextAt: now + 1500 }),
      waiting({ nextAt: now + 3000 }),
      waiting({ nextAt: now + 4500 }),
      waiting({ attempts: 1, nextAt: now + 30_000 }),
    ]);
  });

  test("S-B3 S-B4 409 asks HEAD, 404 begins again", () => {
    const clash = book(situation({ view }), refusal(patchP, 409), 0);
    expect(chosen({ view, run: clash.run })).toEqual(head);
    const gone = book(situation({ view }), refusal(head, 404), 0);
    expect(chosen({ view, run: gone.run })).toEqual({ type: "blob-create", blob: "p" });
  });

  test("S-B6 again after the last byte: from the start after a pause, aside at the third time", () => {
    const again = (attempts: number, spoiled: number) =>
      book(
        situation({ view: { blobs: [blob("p", { state: "sending", attempts, spoiled })] } }),
        answer(patchP, { offset: 0, state: "again" }),
        0,
      ).patches[0];
    expect(again(0, 0)).toMatchObject({ patch: { attempts: 1, offset: 0, nextAt: now + 30_000 } });
    expect(again(2, 2)).toMatchObject({ patch: { state: "aside" } });
    // What a busy server refused before says nothing about the bytes.
    expect(again(2, 0)).toMatchObject({ patch: { spoiled: 1, attempts: 3, offset: 0 } });
    expect(again(2, 0)).not.toHaveProperty("patch.state");
  });

  test.each([0, 65_536])("S-B8 a part that brings nothing on waits, ever longer (offset %i again)", (offset) => {
    const stuck = (attempts: number) =>
      book(
        situation({ view: { blobs: [blob("p", { state: "sending", attempts })] } }),
        answer(
          { type: "blob-patch", blob: "p" as BlobId, offset: 65_536, bytes: 10_000 },
          { offset, state: "incomplete" },
        ),
        0,
      ).patches[0];
    expect(stuck(0)).toMatchObject({ patch: { offset, attempts: 1, nextAt: now + 30_000 } });
    expect(stuck(1)).toMatchObject({ patch: { attempts: 2, nextAt: now + 60_000 } });
  });

  test("S-O4 the last blob of a letter makes a pull due", () => {
    const booked = book(situation({ view }), answer(patchP, { offset: 100_000, state: "verified" }), 0);
    expect(booked.patches[0]).toMatchObject({ patch: { state: "verified", offset: 100_000 } });
    expect(booked.run.pullDue).toBe(true);
  });

  test("S-Q1 a full space holds blobs while records and letters go on", () => {
    const create: Step = { type: "blob-create", blob: "p" as BlobId };
    const booked = book(situation({ view }), refusal(create, 507, "quota"), 0);
    expect(booked.patches).toMatchObject([
      { type: "blob", patch: { attempts: 1, lastCode: "quota", nextAt: now + 30_000 } },
      { type: "meta", patch: { pausedFor: "quota" } },
    ]);
    const full: Given = { meta: { pausedFor: "quota" }, view: { blobs: [blob("q")], ops: [op("a")] } };
    expect(chosen(full)).toEqual(pushA);
    expect(chosen({ ...full, view: { blobs: [blob("q")] } }).type).toBe("rest");
    expect(chosen({ ...full, view: { blobs: [blob("q", { attempts: 1 })] } }).type).toBe("blob-head");
  });
});
