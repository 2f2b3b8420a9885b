/** The wedge detector: tells what is stuck, and is silent about what waits with a reason of its own. */
import { describe, expect, test } from "vitest";
import type { BlobId, LetterId, OpId, RecordId } from "../../../src/shared/ids.ts";
import type { QueueView } from "../../../src/storage/ports.ts";
import { wedgeOf } from "../../../src/sync/wedge.ts";

const day = 86_400_000;
const now = 100 * day;
const attempt = { attempts: 0, nextAt: 0, queuedAt: now - 3 * day, lastCode: null } as const;
const op = {
  ...attempt,
  op: "o" as OpId,
  record: "r" as RecordId,
  base: null,
  bytes: 1,
  state: "waiting",
  order: 1,
} as const;
const blob = {
  ...attempt,
  blob: "b" as BlobId,
  segments: 1,
  length: 10,
  root: "" as never,
  sendClass: 4,
  state: "waiting",
  offset: 0,
  verifiedAt: null,
  complete: true,
  localOnly: false,
  order: 1,
} as const;
const letter = {
  ...attempt,
  letter: "l" as LetterId,
  about: "d" as RecordId,
  bytes: 1,
  blobs: [],
  state: "frozen",
  order: 1,
} as const;
const queue = (more: Partial<QueueView>): QueueView => ({ ops: [], blobs: [], letters: [], proofs: [], ...more });
const meta = { lastPullAt: now, pausedFor: null } as const;
const free = { photos: false, originals: false };

describe("wedge", () => {
  test("three days in the queue with a pull since: told, with the age of the oldest", () => {
    const view = queue({ ops: [op], letters: [{ ...letter, queuedAt: now - 2 * day }], blobs: [blob] });
    expect(wedgeOf(view, meta, now, free)).toEqual({ count: 3, days: 3 });
  });

  test.each<[string, QueueView, Parameters<typeof wedgeOf>[1], Parameters<typeof wedgeOf>[3]]>([
    ["an empty queue", queue({}), meta, free],
    ["less than a day", queue({ ops: [{ ...op, queuedAt: now - day / 2 }] }), meta, free],
    ["days without network: no pull since", queue({ ops: [op] }), { ...meta, lastPullAt: now - 3 * day }, free],
    [
      "the first pull after days: it has only just been tried",
      queue({ ops: [{ ...op, queuedAt: now - day }] }),
      { ...meta, lastPullAt: now - day / 2 },
      free,
    ],
    ["what was set aside has its own line", queue({ ops: [{ ...op, state: "aside" }] }), meta, free],
    ["what waits for a merge", queue({ ops: [{ ...op, state: "conflict" }] }), meta, free],
    ["health papers stay by choice", queue({ blobs: [{ ...blob, localOnly: true }] }), meta, free],
    ["photos that wait for Wi-Fi", queue({ blobs: [blob] }), meta, { ...free, photos: true }],
    ["photos that the quota holds", queue({ blobs: [blob] }), { ...meta, pausedFor: "quota" }, free],
    ["originals on a slow line", queue({ blobs: [{ ...blob, sendClass: 5 }] }), meta, { ...free, originals: true }],
    [
      "what arrived, or left this phone",
      queue({ blobs: [{ ...blob, state: "away" }], letters: [{ ...letter, state: "accepted" }] }),
      meta,
      free,
    ],
    ["a clock that was turned back", queue({ ops: [{ ...op, queuedAt: now + 9 * day }] }), meta, free],
  ])("silent: %s", (_name, view, about, held) => {
    expect(wedgeOf(view, about, now, held)).toBeNull();
  });

  test("words are stuck although photos are held", () => {
    expect(wedgeOf(queue({ ops: [op], blobs: [blob] }), meta, now, { ...free, photos: true })).toEqual({
      count: 1,
      days: 3,
    });
  });
});
