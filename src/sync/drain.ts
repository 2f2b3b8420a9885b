/**
 * The one drainer: asks the core for the next request, sends it, books the outcome, and begins again from disk.
 * Runs in the page's worker and in the service worker; needs no key (SPEC S-D).
 *
 * Surprising fact: nothing is carried in memory that matters. Two drainers on one database, or one that dies at any
 * await, give the result of one that lived.
 */

import { letterHead } from "../protocol/letters.ts";
import { opHead } from "../protocol/ops.ts";
import type { B64, PullRow, Signed } from "../protocol/wire.ts";
import { unreachable } from "../shared/assert.ts";
import { type Bytes, concat } from "../shared/bytes.ts";
import type { BlobId, LetterId, OpId } from "../shared/ids.ts";
import type { Clock, Random, Timers } from "../shared/ports.ts";
import type { Result } from "../shared/result.ts";
import type { QueueView, SatchelStore, StorageError, SyncMeta } from "../storage/ports.ts";
import {
  type Booking,
  book,
  carried,
  choose,
  freshRun,
  type Lane,
  laneOf,
  limits,
  type Patch,
  type RunState,
  type Situation,
  type Step,
  type StepOutcome,
} from "./core.ts";
import type { KeysExchange } from "./keys.ts";
import type { Hints, Identity, Locks, LossReason, Outcome, PullPage, RunReason, Transport } from "./ports.ts";

export interface DrainerDeps {
  readonly identity: Identity;
  readonly store: SatchelStore;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  /** Signs a session challenge with the device's transport key (session.ts makes one from the key). */
  readonly signChallenge: (challenge: B64) => Promise<B64>;
  /** The public chain: genesis and device certificates. */
  readonly register: () => Promise<readonly Signed[]>;
  /** Keyrings (S-Y). Absent: none are spoken of. */
  readonly keys?: KeysExchange;
  /** A kiosk's postbox: it has no key and reads nothing, so no session is asked (SPEC P-W3). */
  readonly sendOnly?: boolean;
  readonly locks?: Locks;
  readonly hints?: () => Hints;
  readonly onProgress?: (progress: Progress) => void;
  /** Uploads under way at once, so that the line never idles for a round trip; 2 when absent. */
  readonly width?: number;
}

/** What moves, for "n of m parts"; ids only. */
export type Progress =
  | { readonly type: "part"; readonly blob: BlobId; readonly offset: number; readonly length: number }
  | { readonly type: "verified"; readonly blob: BlobId }
  | { readonly type: "letter"; readonly letter: LetterId }
  | { readonly type: "answered"; readonly at: number }
  | { readonly type: "lost"; readonly reason: LossReason };

export interface RunOptions {
  readonly reason: RunReason;
  /** At most this long, and never more than two minutes (S-D3). */
  readonly budgetMs?: number;
}

export interface RunReport {
  /** empty: nothing is left that could leave; waiting: a time has to come; elsewhere: another tab is at it. */
  readonly ended: "empty" | "waiting" | "network" | "auth" | "budget" | "storage" | "elsewhere";
  /** When to run again, ms from now; null = when something happens. */
  readonly nextInMs: number | null;
  readonly answers: number;
  readonly left: number;
  readonly trouble: LossReason | "server-busy" | "quota" | null;
}

export interface Drainer {
  /** Never rejects for what the network or the disk does. A call during a run joins it and wakes it. */
  readonly run: (options: RunOptions) => Promise<RunReport>;
}

const maxBudgetMs = 120_000;
const defaultBudgetMs = 110_000;
/** A rest longer than this ends the run: the caller's timer goes on. */
const restInRunMs = 15_000;
/** What is under way at the end of a sync event's budget is waited for this long; after that HEAD or a repeat will tell. */
const graceMs = 20_000;
/** S-T4: a wish outlives slices and cuts; a line of another day is another line. */
const personMs = 30 * 60_000;
/** Ahead of what is sent beside it. */
const headStartMs = 60;
/** A slice that follows another one within this time goes on: no question is asked twice because two minutes are over. */
const goesOnMs = 5_000;
/** S-D2: a lock held by a tab that got no answer for this long is a frozen tab's. */
const frozenHolderMs = 150_000;
const elsewhereMs = 5_000;

/** Raised inside a run when the disk fails; `run` turns it into its report. */
class StorageFault extends Error {
  readonly reason: StorageError;
  constructor(reason: StorageError) {
    super(`storage: ${reason.type}`);
    this.reason = reason;
  }
}

const must = async <T>(promise: Promise<Result<T, StorageError>>): Promise<T> => {
  const result = await promise;
  if (!result.ok) throw new StorageFault(result.error);
  return result.value;
};

/** What could still leave by itself. */
export const leftOf = (view: QueueView): number =>
  view.ops.filter((op) => op.state === "waiting" || op.state === "frozen").length +
  view.letters.filter((letter) => letter.state === "waiting" || letter.state === "frozen").length +
  view.blobs.filter((blob) => (blob.state === "waiting" || blob.state === "sending") && !blob.localOnly).length +
  view.proofs.filter((proof) => proof.state === "waiting").length;

/** The cursor that asks for everything. */
const everything = "0.0";
const everyLane: ReadonlySet<Lane> = new Set(["alone", "send", "read", "ask", "data", "crumb"]);

export function createDrainer(deps: DrainerDeps): Drainer {
  const { store, transport, clock, identity } = deps;
  const width = deps.width ?? 2;
  let run: RunState = freshRun(null);
  let trouble: RunReport["trouble"] = null;
  /** Device clock when a slice was ended by its time alone: what comes next goes on where it stood. */
  let cutAt: number | null = null;
  /** What is under way outlives the slice that began it. */
  const busy = new Set<string>();
  const inFlight = new Map<Promise<void>, { readonly step: Step; readonly at: number }>();
  /** What the last part took, ms. */
  let lastPartMs: number | null = null;
  /** One outcome is booked at a time, each on what the disk says then. */
  let turn: Promise<void> = Promise.resolve();
  let losses = 0;
  /** Resets of the server that were pulled. */
  let resets = 0;
  let failure: { readonly error: unknown } | null = null;
  let running: Promise<RunReport> | null = null;
  let wake: () => void = () => undefined;
  /** Device clock until which "Envoyer maintenant" holds (S-T4); 0 = nobody asked, or all has left. */
  let personUntil = 0;
  /** Reasons of calls that joined the run under way. */
  const joined: RunReason[] = [];

  const takeFailure = (): { readonly error: unknown } | null => {
    const held = failure;
    failure = null;
    return held;
  };

  const roll = (): number => {
    const bytes = deps.random.bytes(4);
    return new DataView(bytes.buffer).getUint32(0) / 0x1_0000_0000;
  };

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = deps.timers.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  /** Bytes [offset, offset + length) of header and segments as they travel. */
  const readPart = async (blob: BlobId, offset: number, length: number): Promise<Bytes | undefined> => {
    const row = await must(store.getBlob(blob));
    const first = row === undefined ? undefined : await must(store.getSegment(blob, 0));
    if (row === undefined || first === undefined) return undefined;
    const parts: Uint8Array[] = [];
    const end = offset + length;
    if (offset < row.header.length) parts.push(row.header.subarray(offset, end));
    const from = Math.max(0, offset - row.header.length);
    for (let n = Math.floor(from / first.length); n < row.segments; n += 1) {
      const start = row.header.length + n * first.length;
      if (start >= end) break;
      const segment = n === 0 ? first : await must(store.getSegment(blob, n));
      if (segment === undefined) return undefined;
      parts.push(segment.subarray(Math.max(0, offset - start), end - start));
    }
    const bytes = concat(...parts);
    return bytes.length === length ? bytes : undefined;
  };

  /** Sends one step. null = the item went away meanwhile: choose again. */
  const send = async (step: Step, session: string): Promise<StepOutcome | null> => {
    switch (step.type) {
      case "register":
        return { step, outcome: await transport.register(await deps.register()) };
      case "session": {
        const challenge = await transport.challenge(identity);
        if (challenge.type !== "answer") return { step, outcome: challenge };
        const sig = await deps.signChallenge(challenge.value.challenge);
        return { step, outcome: await transport.session(identity, challenge.value.challenge, sig) };
      }
      case "push": {
        // S-F1: frozen on disk before the first byte leaves.
        const ops = await must(store.freezeOps(step.ops));
        if (ops.length === 0) return null;
        const frozen: Step = { type: "push", ops: ops.map((op) => op.op) };
        return {
          step: frozen,
          outcome: await transport.push(
            session,
            ops.map((op) => op.wire),
          ),
        };
      }
      case "letter": {
        const letter = await must(store.freezeLetter(step.letter));
        return letter === undefined ? null : { step, outcome: await transport.letter(session, letter.wire) };
      }
      case "proof": {
        const { proofs } = await must(store.queue());
        const row = proofs.find((proof) => proof.letter === step.letter);
        return row === undefined ? null : { step, outcome: await transport.proof(session, row.proof) };
      }
      case "pull":
        // S-R6: a server that was set back before it was ever pulled from shows no reset.
        if (step.cursor === everything) await must(store.expectAll());
        return { step, outcome: await transport.pull(session, step.cursor, step.limit) };
      case "blob-create": {
        const row = await must(store.getBlob(step.blob));
        if (row === undefined) return null;
        // S-B2: "sending" is on disk first, so that a crash asks HEAD before it creates again.
        if (row.state !== "sending") await must(store.setBlob(step.blob, { state: "sending" }));
        const name = { owner: identity.principal, blob: step.blob };
        return { step, outcome: await transport.blobCreate(session, name, row.length, row.ticket) };
      }
      case "blob-head":
        return { step, outcome: await transport.blobHead(session, { owner: identity.principal, blob: step.blob }) };
      case "blob-patch": {
        const bytes = await readPart(step.blob, step.offset, step.bytes);
        if (bytes === undefined) {
          // The bytes are not here (deleted, or a damaged disk): visible, never silently skipped (INV-1).
          await must(store.setBlob(step.blob, { state: "aside", lastCode: "blob-missing" }));
          return null;
        }
        const name = { owner: identity.principal, blob: step.blob };
        return { step, outcome: await transport.blobPatch(session, name, step.offset, bytes) };
      }
      case "offer":
      case "rest":
        return null;
      default:
        return unreachable(step);
    }
  };

  const storePulled = async (rows: readonly PullRow[], patch: Extract<Patch, { type: "pull" }>): Promise<void> => {
    const { answer } = patch;
    await must(
      store.storePull({
        records: rows.flatMap((row) => {
          if (row.type !== "record") return [];
          const head = opHead(row.op);
          return head.ok ? [{ seq: row.seq, record: head.value.record, opId: head.value.op, op: row.op }] : [];
        }),
        letters: rows.flatMap((row) => {
          if (row.type !== "letter") return [];
          const head = letterHead(row.letter);
          return head.ok ? [{ seq: row.seq, id: head.value.letter, letter: row.letter, at: row.at }] : [];
        }),
        proofs: rows.flatMap((row) => (row.type === "proof" ? [{ letter: row.letter, proof: row.proof }] : [])),
        blobs: rows.flatMap((row) =>
          row.type === "blob" ? [{ blob: row.blob, state: row.state, at: row.at ?? null }] : [],
        ),
        cursor: answer.cursor,
        reset: answer.reset,
        ...(answer.backup === undefined ? {} : { backup: answer.backup }),
        ...(patch.ended ? { endedAt: clock.now() } : {}),
      }),
    );
  };

  /** The server's own word that it has not the whole blob; no answer is none. */
  const isGone = async (blob: BlobId): Promise<boolean> => {
    const held = await transport.blobHead("", { owner: identity.principal, blob });
    if (held.type === "answer") return held.value.state !== "verified";
    return held.type === "refused" && (held.status === 404 || held.status === 410);
  };

  const sendBlobsAgain = async (item: OpId | LetterId): Promise<void> => {
    const op = await must(store.readOp(item as OpId));
    const letter = op === undefined ? await must(store.readLetter(item as LetterId)) : undefined;
    const head = op === undefined ? undefined : opHead(op.wire);
    const named = head === undefined ? (letter?.blobs ?? []) : head.ok ? head.value.blobs : [];
    let nowhere = false;
    for (const blob of named) {
      const row = await must(store.getBlob(blob));
      if (row === undefined || row.lastCode === "blob-missing") nowhere = true;
      if (row?.state === "verified")
        await must(store.setBlob(blob, { state: "waiting", offset: 0, attempts: 0, verifiedAt: null }));
      // S-V8: its bytes are not here any more. The word is about the item: whether this blob is meant, HEAD knows.
      if (row?.state === "away" && (await isGone(blob))) {
        nowhere = true;
        await must(store.setBlob(blob, { state: "aside", lastCode: "blob-missing" }));
      }
    }
    // Pages that are nowhere any more (erased on another device, written on here, and never here or gone to make room):
    // asking again brings nothing.
    if (nowhere && op !== undefined)
      await must(store.setOpAttempt(op.op, { state: "aside", lastCode: "blob-missing" }));
  };

  const apply = async (patch: Patch): Promise<void> => {
    switch (patch.type) {
      case "ok":
        return await must(store.bookOk(patch.op, patch.seq));
      case "conflict":
        return await must(store.bookConflict(patch.verdict.op, patch.verdict.current, patch.verdict.seq));
      case "op":
        return await must(store.setOpAttempt(patch.op, patch.patch));
      case "letter":
        await must(store.setLetter(patch.letter, patch.patch));
        if (patch.patch.state === "accepted") deps.onProgress?.({ type: "letter", letter: patch.letter });
        return;
      case "proof":
        return await must(store.setOutProof(patch.letter, patch.patch));
      case "blob": {
        await must(store.setBlob(patch.blob, patch.patch));
        if (patch.patch.state === "verified") deps.onProgress?.({ type: "verified", blob: patch.blob });
        return;
      }
      case "blobs-again":
        return await sendBlobsAgain(patch.item);
      case "pull":
        return await storePulled(patch.answer.rows, patch);
      case "meta":
        return await must(store.setMeta(patch.patch));
      default:
        return unreachable(patch);
    }
  };

  /** "online" is a hint: one try at once, the count of failures stays (S-D4). */
  const tryAtOnce = async (): Promise<void> => {
    await must(store.setMeta({ networkNextAt: 0 }));
  };

  /** "Envoyer maintenant" (S-T4): no back-off holds, of the network or of an item. */
  const forgiveWaiting = async (now: number): Promise<void> => {
    const view = await must(store.queue());
    await must(store.setMeta({ networkAttempts: 0, networkNextAt: 0 }));
    for (const op of view.ops)
      if (op.nextAt > now && op.state !== "aside") await must(store.setOpAttempt(op.op, { nextAt: 0 }));
    for (const blob of view.blobs)
      if (blob.nextAt > now && blob.state !== "aside") await must(store.setBlob(blob.blob, { nextAt: 0 }));
    for (const letter of view.letters)
      if (letter.nextAt > now && letter.state !== "aside") await must(store.setLetter(letter.letter, { nextAt: 0 }));
    for (const proof of view.proofs)
      if (proof.nextAt > now && proof.state !== "aside") await must(store.setOutProof(proof.letter, { nextAt: 0 }));
  };

  const drainOnce = async (options: RunOptions): Promise<RunReport> => {
    const started = clock.now();
    const budget = Math.min(options.budgetMs ?? defaultBudgetMs, maxBudgetMs);
    const sinceCut = cutAt === null ? Number.NaN : started - cutAt;
    if (sinceCut >= 0 && sinceCut < goesOnMs) run = { ...run, renewals: 0 };
    else {
      run = freshRun(run);
      trouble = null;
    }
    cutAt = null;
    // The disk may be well again; a bug is not forgotten for having come after the end of a run.
    const late = takeFailure();
    if (late !== null && !(late.error instanceof StorageFault)) throw late.error;
    const answersBefore = run.answers;
    /** S-Y1: once a run what is due is published; again when something was heard of. */
    let askKeys = deps.keys !== undefined;
    /** S-Y4: the chain here and the one at the server have parted. */
    let forked = false;

    /** S-O7: what may not begin beside what is under way. */
    const closedLanes = (meta: SyncMeta): ReadonlySet<Lane> => {
      const under = [...inFlight.values()].map(({ step }) => step);
      if (under.length === 0) return new Set();
      const count = (lane: Lane): number => under.filter((step) => laneOf(step) === lane).length;
      // S-O3: a line that was lost is tried with one request.
      if (!run.canary && meta.networkAttempts > 0) return everyLane;
      const parts = count("data");
      const closed = new Set<Lane>(["alone"]);
      // S-O9: beside the registration only what asks for nothing but the principal's name.
      if (count("alone") > 0) closed.add("read").add("data").add("crumb");
      if (count("send") >= (run.canary ? 2 : 1)) closed.add("send");
      if (count("read") >= 1) closed.add("read");
      if (count("ask") >= 3) closed.add("ask");
      if (parts >= width) closed.add("data");
      // Six connections in all, in a browser.
      if (count("crumb") >= (parts > 0 ? 2 : 3)) closed.add("crumb");
      return closed;
    };

    const situation = async (): Promise<Situation> => {
      const meta = await must(store.meta());
      const isSendOnly = deps.sendOnly === true;
      return {
        view: await must(store.queue()),
        meta: isSendOnly ? { ...meta, offerDue: false } : meta,
        now: clock.now(),
        run: isSendOnly ? { ...run, pullDue: false } : run,
        hints: deps.hints?.() ?? { slow: false, metered: false },
        person: clock.now() < personUntil && personUntil - clock.now() <= personMs,
        busy,
        closed: closedLanes(meta),
        stagger: isStaggered(),
      };
    };

    const partsNow = () => [...inFlight.values()].filter(({ step }) => step.type === "blob-patch");
    const partsUnderWay = (): number => partsNow().length;
    /** Parts that begin and end together leave the line idle for a round trip each time. */
    const isStaggered = (): boolean =>
      partsNow().some(
        ({ step, at }) =>
          step.type === "blob-patch" &&
          laneOf(step) === "data" &&
          (lastPartMs === null || clock.now() - at < lastPartMs / 4),
      );

    const outcomeOf = async (step: Step, { session, registered }: SyncMeta): Promise<void> => {
      const lossesBefore = losses;
      const resetsBefore = resets;
      const abreastBefore = partsUnderWay() + 1;
      const done = await send(step, session ?? "");
      if (done === null) return;
      if (done.step.type === "blob-patch" && done.outcome.type === "answer") lastPartMs = done.outcome.tookMs;
      const abreast = (abreastBefore + Math.max(1, partsUnderWay())) / 2;
      const before = turn;
      let free: () => void = () => undefined;
      turn = new Promise((resolve) => {
        free = resolve;
      });
      await before;
      try {
        // S-R5: what the server said before it was reset says nothing about what it has now: asked again.
        if (resets !== resetsBefore) return;
        const counted = losses > lossesBefore;
        const booking: Booking = book({ ...(await situation()), counted, abreast, early: !registered }, done, roll());
        run = booking.run;
        note(done.outcome, done.step);
        for (const patch of booking.patches) {
          try {
            await apply(patch);
            if (patch.type === "pull" && patch.answer.reset) {
              resets += 1;
              run = { ...run, uploads: new Map() };
            }
          } catch (error) {
            // S-D5: what was pulled does not fit on the disk: sending goes on, pulling waits.
            if (!(error instanceof StorageFault) || patch.type !== "pull") throw error;
            run = { ...run, pullDue: true, pullNextAt: clock.now() + limits.authPauseMs };
          }
        }
        await hear(done);
      } finally {
        free();
      }
    };

    const hear = async ({ step, outcome }: StepOutcome): Promise<void> => {
      if (deps.keys === undefined) return;
      if (outcome.type === "refused" && (await deps.keys.refused(step.type, outcome.error, outcome.time))) {
        askKeys = true;
        // S-Y4: another device was first with the next statement: the server knows this satchel, and its chain can be read.
        // Once a run; a device that it does not know waits like anybody else.
        if (step.type === "register" && !forked) await must(store.setMeta({ registered: true, networkNextAt: 0 }));
        forked ||= step.type === "register";
      }
      if (outcome.type !== "answer") return;
      // S-Y1: a chain that was refused is fetched as soon as there is a session.
      if (step.type === "session" || step.type === "register") askKeys = true;
      if (step.type === "pull" && (await deps.keys.heard(outcome.value as PullPage))) askKeys = true;
    };

    const note = (outcome: Outcome<unknown>, step: Step): void => {
      if (outcome.type === "lost") {
        losses += 1;
        trouble = outcome.reason;
        deps.onProgress?.({ type: "lost", reason: outcome.reason });
        return;
      }
      trouble =
        outcome.type === "refused" && (outcome.status === 503 || outcome.status === 429)
          ? "server-busy"
          : outcome.type === "refused" && outcome.status === 507
            ? "quota"
            : null;
      deps.onProgress?.({ type: "answered", at: clock.now() });
      if (step.type === "blob-patch" && outcome.type === "answer") void progressOf(step.blob);
    };
    const progressOf = async (blob: BlobId): Promise<void> => {
      if (deps.onProgress === undefined) return;
      const row = await store.getBlob(blob);
      if (row.ok && row.value !== undefined)
        deps.onProgress({ type: "part", blob, offset: row.value.offset, length: row.value.length });
    };

    const report = async (ended: RunReport["ended"], until: number | null): Promise<RunReport> => {
      const view = await store.queue();
      const left = view.ok ? leftOf(view.value) : 0;
      return {
        ended: ended === "empty" && left > 0 ? "waiting" : ended,
        nextInMs: until === null ? null : Math.max(0, until - clock.now()),
        answers: run.answers - answersBefore,
        left,
        trouble,
      };
    };

    /** S-D3: what is still under way when a slice of its own time ends (a sync event) gets a little more. */
    const settle = async (): Promise<void> => {
      await new Promise<void>((resolve) => {
        const cancel = deps.timers.after(graceMs, resolve);
        void Promise.allSettled([...inFlight.keys()]).then(() => {
          cancel();
          resolve();
        });
      });
    };

    const begin = (step: Step, meta: SyncMeta): void => {
      const keys = carried(step);
      for (const key of keys) busy.add(key);
      const request: Promise<void> = outcomeOf(step, meta)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          for (const key of keys) busy.delete(key);
          inFlight.delete(request);
        });
      inFlight.set(request, { step, at: clock.now() });
    };

    const loop = async (): Promise<RunReport> => {
      for (;;) {
        const failed = takeFailure();
        if (failed !== null) throw failed.error;
        if (joined.length > 0) {
          const reasons = joined.splice(0);
          // What is kept here brings nothing new from there.
          if (reasons.some((reason) => reason !== "commit")) run = { ...run, pullDue: true };
          if (reasons.includes("person")) await forgiveWaiting(clock.now());
          if (reasons.includes("online")) await tryAtOnce();
        }
        const elapsed = clock.now() - started;
        if (elapsed >= budget || elapsed < -budget) return await report("budget", clock.now());
        const now = await situation();
        // S-T3: a back-off of the line holds keys like anything else.
        const backOffMs = now.meta.networkNextAt - now.now;
        if (askKeys && now.meta.registered && (backOffMs <= 0 || backOffMs > limits.retryAfter.maxMs)) {
          askKeys = false;
          if (await deps.keys?.isOut()) {
            // S-Y7: one word of the server put this device out; one word lets it in again.
            const knocked = await send({ type: "session" }, "");
            if (knocked?.outcome.type !== "answer") return await report("auth", null);
            await deps.keys?.isIn();
          }
          await deps.keys?.turn(now.meta.session);
          continue;
        }
        const step = choose(now);
        if (step.type === "offer" && inFlight.size === 0) {
          await must(store.offerAgain(clock.now()));
          continue;
        }
        const mayBegin = inFlight.size === 0 || laneOf(step) !== "alone";
        if (step.type !== "rest" && step.type !== "offer" && mayBegin) {
          begin(step, now.meta);
          // S-O9: what goes beside the registration must not overtake it on the way.
          if (step.type === "register") await Promise.race([...inFlight.keys(), rest(headStartMs)]);
          continue;
        }
        const remaining = Math.max(0, budget - elapsed);
        if (inFlight.size > 0) {
          const pause = step.type === "rest" && step.until !== null ? step.until - now.now : remaining;
          await Promise.race([...inFlight.keys(), rest(Math.max(1, Math.min(pause, remaining)))]);
          wake();
          continue;
        }
        if (step.type !== "rest") continue;
        if (step.until === null) return await report("empty", null);
        const wait = Math.max(0, step.until - now.now);
        if (wait > Math.min(restInRunMs, remaining))
          return await report(step.why === "items" ? "waiting" : step.why, step.until);
        await rest(wait);
      }
    };

    try {
      if (options.reason === "person") await forgiveWaiting(started);
      // A sync event says the same as "online", and comes three times at most.
      if (options.reason === "online" || options.reason === "sync") await tryAtOnce();
      const ended = await loop();
      if (ended.ended !== "budget") return ended;
      cutAt = clock.now();
      if (options.budgetMs === undefined) return ended;
      await settle();
      return await report("budget", clock.now());
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      return await report("storage", clock.now() + limits.item.firstMs);
    } finally {
      wake = () => undefined;
    }
  };

  const holdAndDrain = async (options: RunOptions): Promise<RunReport> => {
    if (deps.locks === undefined || options.reason === "person") return await drainOnce(options);
    const held = await deps.locks.tryHold(`besace-drain-${identity.principal}`, () => drainOnce(options));
    if (held !== "taken") return held.held;
    // The hint was heard here and not by the one that runs: whoever looks at the timer next finds it due (S-D4).
    if (options.reason === "online") await store.setMeta({ networkNextAt: 0 });
    const meta = await store.meta();
    if (meta.ok && Math.abs(clock.now() - meta.value.lastAnswerAt) > frozenHolderMs) return await drainOnce(options);
    return { ended: "elsewhere", nextInMs: elsewhereMs, answers: 0, left: 0, trouble: null };
  };

  /** S-D6: a call that joined while the run was already ending is not dropped: another run follows. */
  const drainAll = async (options: RunOptions): Promise<RunReport> => {
    let ended = await holdAndDrain(options);
    while (joined.length > 0) {
      const reasons = joined.splice(0);
      const reason =
        reasons.find((each) => each === "person") ?? reasons.find((each) => each === "online") ?? reasons[0];
      const before = ended.answers;
      ended = await holdAndDrain({ ...options, reason: reason ?? options.reason });
      ended = { ...ended, answers: ended.answers + before };
    }
    return ended;
  };

  return {
    run: async (options) => {
      if (options.reason === "person") personUntil = clock.now() + personMs;
      if (running !== null) {
        joined.push(options.reason);
        wake();
        return await running;
      }
      running = drainAll(options).finally(() => {
        running = null;
        joined.length = 0;
      });
      const report = await running;
      // All that was meant has left: what comes later was not meant.
      if (report.left === 0 && report.ended === "empty") personUntil = 0;
      return report;
    },
  };
}
