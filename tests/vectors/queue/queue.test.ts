/** B4: the tables of this folder against src/sync/core.ts and the words of src/satchel/describe.ts. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Cursor, Verdict } from "../../../src/protocol/wire.ts";
import { describeOutbox } from "../../../src/satchel/describe.ts";
import type { BlobId, LetterId, OpId, RecordId } from "../../../src/shared/ids.ts";
import type { Attempt, QueueView, SyncMeta } from "../../../src/storage/ports.ts";
import { book, freshRun, type Situation, type Step, type StepOutcome } from "../../../src/sync/core.ts";
import { casesOf, type Kind, kinds, type VectorCase, type VectorEvent, type VectorState } from "./rules.ts";

const now = 1_800_000_000_000;
const HOUR = 3_600_000;
const record = "r" as RecordId;
const [op, second, letter, blob] = ["a" as OpId, "b" as OpId, "l" as LetterId, "p" as BlobId];

const steps: Readonly<Record<Kind, Step>> = {
  register: { type: "register" },
  session: { type: "session" },
  push: { type: "push", ops: [op] },
  "push-several": { type: "push", ops: [op, second] },
  letter: { type: "letter", letter },
  proof: { type: "proof", letter },
  pull: { type: "pull", cursor: "0.0" as Cursor, limit: 32_768 },
  create: { type: "blob-create", blob },
  head: { type: "blob-head", blob },
  patch: { type: "blob-patch", blob, offset: 0, bytes: 65_536 },
};

function situationOf(kind: Kind, state: VectorState): Situation {
  const attempt: Attempt = { attempts: state.attempts, nextAt: 0, queuedAt: now, lastCode: null };
  const ops = ([op, second] as const).map((id, i) => ({
    ...attempt,
    ...{
      op: id,
      record: (i === 0 ? record : "r2") as RecordId,
      base: null,
      bytes: 400,
      state: "frozen" as const,
      order: i,
    },
  }));
  const isBlob = kind === "create" || kind === "head" || kind === "patch";
  const view: QueueView = {
    ops: kind === "push" ? ops.slice(0, 1) : kind === "push-several" ? ops : [],
    letters:
      kind === "letter" || isBlob
        ? [
            {
              ...(isBlob ? { ...attempt, attempts: 0 } : attempt),
              ...{ letter, bytes: 900, blobs: isBlob ? [blob] : [], about: record, order: 3 },
              state: isBlob ? "accepted" : "frozen",
            },
          ]
        : [],
    proofs:
      kind === "proof"
        ? [{ ...attempt, letter, proof: { body: "" as never, sig: "" as never }, state: "waiting", order: 4 }]
        : [],
    blobs: isBlob
      ? [
          {
            // The vectors know one count of refusals; for "again" it is the count of its own kind.
            spoiled: state.attempts,
            ...attempt,
            ...{ blob, segments: 2, length: 100_000, root: "" as never, sendClass: 4, state: "sending", offset: 0 },
            ...{ verifiedAt: null, complete: true, localOnly: false, order: 5 },
          },
        ]
      : [],
  };
  const silent = state.line === "silent";
  const meta: SyncMeta = {
    ...{ cursor: "0.0" as Cursor, registered: kind !== "register", epoch: "e", clockOffset: 0 },
    lastAnswerAt: silent ? now - 2 * HOUR : now,
    networkAttempts: silent ? 3 : 0,
    networkNextAt: 0,
    ...{ partSize: 65_536, session: kind === "session" ? null : "token", pausedFor: null, offerDue: false },
    ...{ backup: null, photosOnWifi: false, lastPullAt: 0 },
  };
  const run = { ...freshRun(null), canary: true, pullDue: kind === "pull", lastAuthentic: !silent };
  return { view, meta, now, run, hints: { slow: false, metered: false }, person: false };
}

function outcomeOf(kind: Kind, event: VectorEvent): StepOutcome {
  const step = steps[kind];
  if (event.type === "lost") return { step, outcome: { type: "lost", reason: event.reason } } as StepOutcome;
  if (event.type === "refused") return { step, outcome: { ...event, time: now } } as StepOutcome;
  const [word = "", a = "", b = ""] = event.verdict.split(" ");
  const value = (): unknown => {
    if (kind === "register") return { epoch: "e" };
    if (kind === "session") return { token: "t" };
    if (kind === "pull") return { rows: [], cursor: "e.3", more: false, reset: word === "reset" };
    if (kind === "letter")
      return { verdict: word === "ok" ? { type: "ok", proofs: [] } : { type: "reject", retry: a, code: b } };
    if (kind === "push") {
      const verdict: Verdict =
        word === "ok"
          ? { op, type: "ok", seq: 3 }
          : word === "conflict"
            ? { op, type: "conflict", current: null, seq: 3 }
            : { op, type: "reject", retry: a as "later", code: b as "busy" };
      return { verdicts: [verdict] };
    }
    if (kind === "head" || kind === "patch")
      return { state: word, offset: word === "verified" ? 100_000 : word === "again" ? 0 : Number(a) };
    return null;
  };
  return { step, outcome: { type: "answer", value: value(), time: now, tookMs: 8000 } } as StepOutcome;
}

/** The queue after the patches, in the words of the table. */
function resultOf(kind: Kind, { state, event }: VectorCase, roll: number) {
  const situation = situationOf(kind, state);
  const { patches, run } = book(situation, outcomeOf(kind, event), roll);
  let meta = situation.meta;
  const rows = new Map<string, Record<string, unknown>>([
    ...situation.view.ops.map((row) => [row.op, { ...row }] as const),
    ...situation.view.letters.map((row) => [row.letter, { ...row }] as const),
    ...situation.view.proofs.map((row) => [`proof:${row.letter}`, { ...row }] as const),
    ...situation.view.blobs.map((row) => [row.blob, { ...row }] as const),
  ]);
  const put = (key: string, patch: object): void => void rows.set(key, { ...rows.get(key), ...patch });
  for (const patch of patches) {
    if (patch.type === "meta") meta = { ...meta, ...patch.patch };
    if (patch.type === "ok") put(patch.op, { state: "done", attempts: 0 });
    if (patch.type === "conflict") put(patch.verdict.op, { state: "conflict" });
    if (patch.type === "op") put(patch.op, patch.patch);
    if (patch.type === "letter") put(patch.letter, patch.patch);
    if (patch.type === "proof") put(`proof:${patch.letter}`, patch.patch);
    if (patch.type === "blob") put(patch.blob, patch.patch);
  }
  const step = steps[kind];
  const key =
    step.type === "push" ? op : step.type === "letter" ? letter : step.type === "proof" ? `proof:${letter}` : blob;
  const row = rows.get(key);
  const names: Readonly<Record<string, string>> = {
    ...{ frozen: "waits", waiting: "waits", sending: "waits", accepted: "done", verified: "done", sent: "done" },
  };
  const hasItem = kind !== "register" && kind !== "session" && kind !== "pull";
  const held = String(row?.state);
  const nextAt = Number(row?.nextAt ?? 0);
  const item = hasItem
    ? {
        state: names[held] ?? held,
        attempts: held === "sent" || held === "done" ? 0 : Number(row?.attempts),
        code: (row?.lastCode ?? null) as string | null,
        waitsMs: held === "aside" ? 0 : Math.max(0, nextAt - now),
      }
    : { state: "none", attempts: 0, code: null, waitsMs: 0 };
  const upload = run.uploads.get(blob);
  return {
    item,
    lineAttempts: meta.networkAttempts,
    lineWaits: Math.max(0, meta.networkNextAt - now),
    session: meta.session === null ? "dropped" : "kept",
    registered: meta.registered,
    paused: meta.pausedFor,
    upload:
      upload === undefined
        ? undefined
        : upload.at === "offset"
          ? upload.offset
          : upload.at === "absent"
            ? "create"
            : "ask",
    shown: hasItem && kind !== "proof" ? shownWord(rows) : null,
  };
}

/** As the worker tells it: a chain in conflict waits. */
function shownWord(rows: ReadonlyMap<string, Record<string, unknown>>): string {
  const all = [...rows.values()];
  const left = all.filter((row) => row.state !== "done");
  const told = describeOutbox(
    {
      ops: left
        .filter((row) => "op" in row)
        .map((row) => ({ ...row, state: row.state === "conflict" ? "waiting" : row.state })),
      letters: all.filter((row) => "about" in row),
      blobs: all.filter((row) => "blob" in row),
    } as unknown as Parameters<typeof describeOutbox>[0],
    new Map(),
  );
  return told.find((line) => line.record === record)?.state ?? "arrived";
}

for (const kind of kinds) {
  const table = JSON.parse(readFileSync(new URL(`./${kind}.json`, import.meta.url), "utf8")) as readonly VectorCase[];
  describe(`B4 ${kind}`, () => {
    test("the table is the one that the rules give", () => {
      expect(table).toEqual(JSON.parse(JSON.stringify(casesOf(kind))));
    });
    for (const each of table) {
      const { event, state, expect: wanted } = each;
      const what =
        event.type === "refused"
          ? `${event.status} ${event.error}${event.retryAfterMs === null ? "" : ", Retry-After"}`
          : event.type === "lost"
            ? event.seen
            : event.verdict;
      test(`${what} (${state.attempts} before, ${state.line}): ${wanted.rule}`, () => {
        for (const roll of [0, 0.5, 0.999]) {
          const got = resultOf(kind, each, roll);
          expect(got.item).toEqual(wanted.item);
          expect(got.lineAttempts).toBe(wanted.line.attempts);
          expect(got.lineWaits).toBeGreaterThanOrEqual(wanted.line.waitsMs[0]);
          expect(got.lineWaits).toBeLessThanOrEqual(wanted.line.waitsMs[1]);
          expect([got.session, got.registered, got.paused]).toEqual([wanted.session, wanted.registered, wanted.paused]);
          if (wanted.upload !== undefined) expect(got.upload).toBe(wanted.upload);
          expect(got.shown).toBe(wanted.shown);
        }
      });
    }
  });
}
