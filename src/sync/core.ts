/**
 * The sync's mind: from what waits, what is known and what time it is, the next request; from its outcome, what to
 * store. Pure: no I/O, no clock, no chance (SPEC.md numbers the rules). Runs in workers, the service worker and Node.
 *
 * Surprising fact: an answer that is not authentic changes timers and the order of trying, never an item.
 */

import { isErrorCode } from "../protocol/errors.ts";
import { pull as pullLimits, push as pushLimits } from "../protocol/limits.ts";
import type { Cursor, LetterAnswer, PushAnswer, RejectCode, RejectRetry, Verdict } from "../protocol/wire.ts";
import { rejectCodes } from "../protocol/wire.ts";
import { unreachable } from "../shared/assert.ts";
import type { BlobId, LetterId, OpId, RecordId } from "../shared/ids.ts";
import type { Attempt, BlobState, LetterState, OutState, QueueView, SyncMeta } from "../storage/ports.ts";
import type { BlobStatus, Hints, Outcome, PullPage } from "./ports.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const KIB = 1024;

export const limits = {
  /** S-T1: `quickForMs` after an answer the line was only cut: it is knocked at, slower and slower. */
  network: {
    firstMs: 5 * SECOND,
    maxMs: 300 * SECOND,
    quickForMs: 60 * SECOND,
    afterAnswerMs: SECOND / 2,
    knockMs: 600,
    knocksSlowBy: 15,
  },
  item: {
    firstMs: 30 * SECOND,
    maxMs: 6 * HOUR,
    triesOfUnknown: 3,
    triesOfAgain: 3,
    checkedAfterMs: 1500,
    triesOfChecked: 3,
  },
  retryAfter: { defaultMs: 10 * SECOND, maxMs: HOUR, busyInARow: 3 },
  part: { min: 16 * KIB, max: 1024 * KIB, fastMs: 8 * SECOND, slowMs: 20 * SECOND },
  agesUpMs: 24 * HOUR,
  authPauseMs: 5 * MINUTE,
  renewalsARun: 2,
  heldAnswersMax: 64,
} as const;

/** Where an upload stands on the server, as far as this run knows. */
type Upload =
  /** `lost`: the part that was under way when the line broke; HEAD says whether anything of it arrived (S-B5). */
  | {
      readonly at: "unknown";
      readonly lost?: { readonly offset: number; readonly bytes: number };
      /** How often the server said that every byte is there and not checked yet (S-B9). */
      readonly whole?: number;
    }
  | { readonly at: "absent" }
  | { readonly at: "offset"; readonly offset: number };

/** What one drainer remembers between requests; losing it costs a request or two, never an item. */
export interface RunState {
  /** Authentic answers so far. */
  readonly answers: number;
  readonly lastAuthentic: boolean;
  /** In this run: has anything been answered (canary, S-O3), is a pull due. */
  readonly canary: boolean;
  readonly pullDue: boolean;
  readonly pullNextAt: number;
  readonly pullBytes: number;
  readonly renewals: number;
  readonly busyInARow: number;
  readonly uploads: ReadonlyMap<BlobId, Upload>;
  /** Items whose last request got lost (S-O5): how often while others were answered, and when it was their turn. */
  readonly suspects: ReadonlyMap<
    string,
    { readonly losses: number; readonly untilAnswers: number; readonly turn: number }
  >;
  readonly turns: number;
  /** Something came to the server before the registration that was under way: the rest waits for that one's answer (S-O9). */
  readonly tooEarly: boolean;
}

export const freshRun = (before: RunState | null): RunState => ({
  answers: before?.answers ?? 0,
  lastAuthentic: before?.lastAuthentic ?? true,
  canary: false,
  pullDue: true,
  pullNextAt: 0,
  pullBytes: before?.pullBytes ?? pullLimits.defaultBytes,
  renewals: 0,
  busyInARow: 0,
  uploads: new Map(),
  suspects: before?.suspects ?? new Map(),
  turns: before?.turns ?? 0,
  tooEarly: false,
});

export type Step =
  | { readonly type: "register" }
  | { readonly type: "session" }
  | { readonly type: "push"; readonly ops: readonly OpId[] }
  | { readonly type: "letter"; readonly letter: LetterId }
  | { readonly type: "proof"; readonly letter: LetterId }
  | { readonly type: "pull"; readonly cursor: Cursor; readonly limit: number }
  | { readonly type: "blob-create"; readonly blob: BlobId }
  | { readonly type: "blob-head"; readonly blob: BlobId }
  /** `last`: nothing of the blob is left after it. */
  | {
      readonly type: "blob-patch";
      readonly blob: BlobId;
      readonly offset: number;
      readonly bytes: number;
      readonly last?: boolean;
    }
  /** Local: after a reset and its full pull. */
  | { readonly type: "offer" }
  /** Nothing may leave before `until` (device clock); null = nothing waits at all. */
  | { readonly type: "rest"; readonly until: number | null; readonly why: "network" | "items" | "auth" };

export interface Situation {
  readonly view: QueueView;
  readonly meta: SyncMeta;
  readonly now: number;
  readonly run: RunState;
  readonly hints: Hints;
  /** The person pressed "Envoyer maintenant": originals go too, and no hint holds anything back. */
  readonly person: boolean;
  /** Items that another request of this run carries at the moment. */
  readonly busy?: ReadonlySet<string>;
  /** The line broke once under several requests: this loss is counted already (S-T1). */
  readonly counted?: boolean;
  /** Another part began a moment ago: this one is cut in half, so that both do not end together (S-O7). */
  readonly stagger?: boolean;
  /** The request began while the registration was still under way (S-O9). */
  readonly early?: boolean;
  /** Lanes that are taken at the moment (S-O7). Absent: none. */
  readonly closed?: ReadonlySet<Lane>;
  /** Parts that shared the line while this one was under way, itself included; 1 when absent (S-B5). */
  readonly abreast?: number;
}

/**
 * S-O7: what may be under way beside what. alone: nothing beside it; send: ops, letters, proofs; read: session and pull; ask:
 * creation and HEAD of an upload; data: a part; crumb: the last or only part of a blob, so small that it does not fill a line.
 */
export type Lane = "alone" | "send" | "read" | "ask" | "data" | "crumb";

const crumbBytes = 32 * KIB;
/** An upload that fills the line while previews wait for their round trips. */
const fillBytes = 64 * KIB;

export function laneOf(step: Step): Lane {
  switch (step.type) {
    case "push":
    case "letter":
    case "proof":
      return "send";
    case "session":
    case "pull":
      return "read";
    case "blob-create":
    case "blob-head":
      return "ask";
    case "blob-patch":
      return step.last === true && step.bytes <= crumbBytes ? "crumb" : "data";
    case "register":
    case "offer":
    case "rest":
      return "alone";
    default:
      return unreachable(step);
  }
}

type OpView = QueueView["ops"][number];
type BlobView = QueueView["blobs"][number];

/** S-T3: a time too far ahead comes from a clock that was wrong: it is due. */
const due = (nextAt: number, now: number, maxMs: number): boolean => nextAt <= now || nextAt > now + maxMs;
const itemDue = (item: Attempt, now: number): boolean => due(item.nextAt, now, limits.item.maxMs);

const heads = (ops: readonly OpView[]): readonly OpView[] => {
  const seen = new Set<RecordId>();
  return ops.filter((op) => {
    // S-C5: only the first op of a chain may leave, and nothing passes one that waits for the person or a merge.
    if (seen.has(op.record)) return false;
    seen.add(op.record);
    return op.state === "waiting" || op.state === "frozen";
  });
};

interface Candidate {
  readonly key: string;
  readonly rank: readonly number[];
  readonly step: Step;
}

const compare = (a: Candidate, b: Candidate): number => {
  for (const [i, value] of a.rank.entries()) {
    const difference = value - (b.rank[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const aged = (item: Attempt, now: number): number => (now - item.queuedAt >= limits.agesUpMs ? 1 : 0);

/** The key of the registration, which carries no item. */
const registration = "registration";

/** What may stand ready for its next part while others use the line: so many uploads, or so many bytes of small ones. */
const readyAhead = { uploads: 2, bytes: 64 * KIB } as const;

/** The next request (S-O1). */
export function choose(situation: Situation): Step {
  const { view, meta, now, run, hints, person, busy } = situation;
  // S-R1: needs no line, and waits for no item: one that breaks every connection would else hold it up for ever (INV-5).
  if (meta.offerDue && !run.pullDue) return { type: "offer" };
  if (!due(meta.networkNextAt, now, limits.retryAfter.maxMs))
    return { type: "rest", until: meta.networkNextAt, why: meta.pausedFor === "auth" ? "auth" : "network" };
  if (!meta.registered) {
    if (busy?.has(registration) !== true) return { type: "register" };
    if (run.tooEarly) return { type: "rest", until: null, why: "items" };
  }

  const candidates: Candidate[] = [];
  let earliest: number | null = null;
  const later = (at: number): void => {
    if (earliest === null || at < earliest) earliest = at;
  };
  const trouble = (key: string, item: Attempt): number => (item.attempts > 0 || run.suspects.has(key) ? 1 : 0);

  const sendable: OpView[] = [];
  for (const op of heads(view.ops)) {
    if (!itemDue(op, now)) later(op.nextAt);
    else if (busy?.has(op.op) !== true) sendable.push(op);
  }
  // S-O3: ops without trouble travel together, others alone; before the first answer one small op only.
  const clean = sendable
    .filter((op) => trouble(op.op, op) === 0)
    .sort((a, b) => a.bytes - b.bytes || a.order - b.order);
  const [smallest] = clean;
  if (smallest !== undefined) {
    const batch: OpView[] = [];
    let bytes = 0;
    for (const op of run.canary ? clean : [smallest]) {
      if (batch.length > 0 && (batch.length >= pushLimits.ops || bytes + op.bytes > pushLimits.aimBytes)) break;
      batch.push(op);
      bytes += op.bytes;
    }
    const ageing = Math.max(...batch.map((op) => aged(op, now)));
    candidates.push({
      key: smallest.op,
      rank: [1 - ageing, 0, run.canary ? 1 : 0, smallest.bytes, smallest.order],
      step: { type: "push", ops: batch.map((op) => op.op) },
    });
  }
  for (const op of sendable) {
    if (trouble(op.op, op) === 0) continue;
    candidates.push({
      key: op.op,
      rank: [1 - aged(op, now), 1, 1, op.bytes, op.order],
      step: { type: "push", ops: [op.op] },
    });
  }
  for (const letter of view.letters) {
    if (letter.state === "accepted" || letter.state === "aside") continue;
    if (!itemDue(letter, now)) later(letter.nextAt);
    else if (busy?.has(letter.letter) !== true)
      candidates.push({
        key: letter.letter,
        rank: [1 - aged(letter, now), trouble(letter.letter, letter), 0, letter.bytes, letter.order],
        step: { type: "letter", letter: letter.letter },
      });
  }
  const letterStates = new Map(view.letters.map(({ letter, state }) => [letter, state]));
  for (const proof of view.proofs) {
    if (proof.state === "aside") continue;
    // S-W1: of a letter that the server has not accepted it knows nothing that could be proven.
    if ((letterStates.get(proof.letter) ?? "accepted") !== "accepted") continue;
    const key = `proof:${proof.letter}`;
    if (!itemDue(proof, now)) later(proof.nextAt);
    else if (busy?.has(key) !== true)
      candidates.push({
        key,
        rank: [1 - aged(proof, now), trouble(key, proof), 0, 512, proof.order],
        step: { type: "proof", letter: proof.letter },
      });
  }
  if (run.pullDue && busy?.has("pull") !== true) {
    if (!due(run.pullNextAt, now, limits.item.maxMs)) later(run.pullNextAt);
    else
      candidates.push({
        key: "pull",
        rank: [2, 0, 0, 0, 0],
        // P-W3: what is sent authorises itself; only reading needs a session.
        step: meta.session === null ? { type: "session" } : { type: "pull", cursor: meta.cursor, limit: run.pullBytes },
      });
  }
  for (const blob of view.blobs) {
    if ((blob.state !== "waiting" && blob.state !== "sending") || blob.localOnly) continue;
    const ageing = aged(blob, now);
    // S-O8: the person chose not to pay for photos; only the person says otherwise.
    if (blob.sendClass >= 3 && meta.photosOnWifi && hints.metered && !person) continue;
    // S-O6: on a slow line originals wait for the person, or for a day.
    if (blob.sendClass === 5 && hints.slow && !person && ageing === 0) {
      later(blob.queuedAt + limits.agesUpMs);
      continue;
    }
    if (!itemDue(blob, now)) {
      later(blob.nextAt);
      continue;
    }
    // S-Q1: while the space is full only a blob that was refused before asks again, when its time comes.
    if (meta.pausedFor === "quota" && !person && blob.attempts === 0) continue;
    if (busy?.has(blob.blob) === true) continue;
    candidates.push({
      key: blob.blob,
      rank: [blob.sendClass - ageing, trouble(blob.blob, blob), 0, blob.length - blob.offset, blob.order],
      step: uploadStep(blob, run.uploads.get(blob.blob), meta.partSize, run.canary, situation.stagger === true),
    });
  }

  candidates.sort(compare);
  const isFree = ({ key }: Candidate): boolean => (run.suspects.get(key)?.untilAnswers ?? 0) <= run.answers;
  const free = candidates.filter(isFree);
  // S-O1: while a form or a record waits for its turn, no part begins.
  const sending = free.some(({ step }) => laneOf(step) === "send");
  const ready = free.filter(({ step }) => step.type === "blob-patch");
  const isOpen = (candidate: Candidate): boolean => {
    const lane = laneOf(candidate.step);
    if (situation.closed?.has(lane) === true) return false;
    if (lane === "data" || lane === "crumb") return !sending;
    // Uploads are begun a little ahead of their bytes, not all at once.
    if (lane !== "ask") return true;
    const before = ready.filter((one) => compare(one, candidate) < 0);
    const bytes = before.reduce((sum, { step }) => sum + (step.type === "blob-patch" ? step.bytes : 0), 0);
    return before.length < readyAhead.uploads || bytes < readyAhead.bytes;
  };
  const next = free.find(isOpen);
  if (next !== undefined) return (fillingFor(situation, next, free.filter(isOpen)) ?? next).step;
  // S-O5: a suspect lets others go first; when all are suspects, the one that was tried longest ago.
  const turnOf = ({ key }: Candidate): number => run.suspects.get(key)?.turn ?? 0;
  const held = candidates.filter((candidate) => !isFree(candidate)).sort((a, b) => turnOf(a) - turnOf(b));
  const alone = busy === undefined || busy.size === 0;
  // Beside a request that is under way only a suspect's HEAD is worth the line: it costs nothing, and clears it.
  const oldest = alone ? (free.length === 0 ? held[0] : undefined) : held.find(({ step }) => step.type === "blob-head");
  if (oldest !== undefined && isOpen(oldest)) return oldest.step;
  if (candidates.length > 0) return { type: "rest", until: earliest, why: "items" };
  return { type: "rest", until: earliest, why: "items" };
}

/** S-O7: while two small uploads wait for their round trips and none fills the line, the first large one begins beside them. */
function fillingFor({ view, busy }: Situation, next: Candidate, open: readonly Candidate[]): Candidate | undefined {
  const left = new Map<string, number>(view.blobs.map((blob) => [blob.blob, blob.length - blob.offset]));
  const under = [...(busy ?? [])].flatMap((key) => left.get(key) ?? []);
  const isLarge = (bytes: number): boolean => bytes >= fillBytes;
  if (under.length < 2 || under.some(isLarge) || isLarge(left.get(next.key) ?? fillBytes)) return undefined;
  return open.find(({ key }) => isLarge(left.get(key) ?? 0));
}

function uploadStep(
  blob: BlobView,
  upload: Upload | undefined,
  partSize: number,
  canary: boolean,
  stagger: boolean,
): Step {
  const known: Upload =
    upload ??
    (blob.state === "waiting" && blob.offset === 0 && blob.attempts === 0 ? { at: "absent" } : { at: "unknown" });
  if (known.at === "absent") return { type: "blob-create", blob: blob.blob };
  // S-O3: before the first answer only small things leave; HEAD tells whether the line lives.
  if (known.at === "unknown" || known.offset >= blob.length || !canary) return { type: "blob-head", blob: blob.blob };
  const left = blob.length - known.offset;
  // A rest that is shorter than a part rides along: a request of its own would cost more than it is worth.
  const whole = left < partSize * 2 ? left : partSize;
  const bytes = stagger && whole >= limits.part.min * 4 ? Math.ceil(whole / 2) : whole;
  return { type: "blob-patch", blob: blob.blob, offset: known.offset, bytes, last: bytes === left };
}

/* ---- booking ---- */

export type Patch =
  | { readonly type: "ok"; readonly op: OpId; readonly seq: number }
  | { readonly type: "conflict"; readonly verdict: Extract<Verdict, { readonly type: "conflict" }> }
  | { readonly type: "op"; readonly op: OpId; readonly patch: Partial<Attempt> & { readonly state?: OutState } }
  | {
      readonly type: "letter";
      readonly letter: LetterId;
      readonly patch: Partial<Attempt> & {
        readonly state?: LetterState;
        readonly proofs?: Extract<LetterAnswer["verdict"], { readonly type: "ok" }>["proofs"];
      };
    }
  | {
      readonly type: "proof";
      readonly letter: LetterId;
      readonly patch: Partial<Attempt> & { readonly state?: "waiting" | "aside" | "sent" };
    }
  | {
      readonly type: "blob";
      readonly blob: BlobId;
      readonly patch: Partial<Attempt> & {
        readonly state?: BlobState;
        readonly offset?: number;
        readonly spoiled?: number;
      };
    }
  /** The server no longer has blobs that this item names: they leave again. */
  | { readonly type: "blobs-again"; readonly item: OpId | LetterId }
  | { readonly type: "pull"; readonly answer: PullPage; readonly ended: boolean }
  | { readonly type: "meta"; readonly patch: Partial<SyncMeta> };

export interface Booking {
  readonly patches: readonly Patch[];
  readonly run: RunState;
}

export type StepOutcome =
  | { readonly step: Extract<Step, { type: "register" }>; readonly outcome: Outcome<{ readonly epoch: string }> }
  | { readonly step: Extract<Step, { type: "session" }>; readonly outcome: Outcome<{ readonly token: string }> }
  | { readonly step: Extract<Step, { type: "push" }>; readonly outcome: Outcome<Pick<PushAnswer, "verdicts">> }
  | { readonly step: Extract<Step, { type: "letter" }>; readonly outcome: Outcome<Pick<LetterAnswer, "verdict">> }
  | { readonly step: Extract<Step, { type: "proof" | "blob-create" }>; readonly outcome: Outcome<null> }
  | {
      readonly step: Extract<Step, { type: "pull" }>;
      readonly outcome: Outcome<PullPage>;
    }
  | { readonly step: Extract<Step, { type: "blob-head" | "blob-patch" }>; readonly outcome: Outcome<BlobStatus> };

/** A uniformly random number in [0, 1), drawn by the caller. */
export type Roll = number;

/** S-T1. `sinceAnswerMs` on the device's clock; negative when that was set back. */
const networkDelay = (attempts: number, afterAnswer: boolean, sinceAnswerMs: number, roll: Roll): number => {
  const { firstMs, maxMs, quickForMs, afterAnswerMs, knockMs, knocksSlowBy } = limits.network;
  // The line was only cut: at once, then every second or so for a minute. A knock costs less than a line that idles.
  if (afterAnswer && attempts === 1) return Math.floor(roll * afterAnswerMs);
  if (sinceAnswerMs >= 0 && sinceAnswerMs < quickForMs)
    return Math.floor((0.5 + roll) * Math.max(knockMs, sinceAnswerMs / knocksSlowBy));
  // Then full jitter under a ceiling that doubles, and that is not larger than what the outage has lasted already.
  const ceiling = Math.min(
    maxMs,
    firstMs * 2 ** Math.min(attempts - 1, 10),
    Math.max(firstMs, Math.abs(sinceAnswerMs) / 2),
  );
  return Math.floor(roll * ceiling);
};

const itemDelay = (attempts: number): number =>
  Math.min(limits.item.maxMs, limits.item.firstMs * 2 ** Math.min(Math.max(attempts - 1, 0), 12));

const knownCodes: ReadonlySet<string> = new Set(rejectCodes);
const codeOf = (error: string, status: number): RejectCode | null => {
  if (knownCodes.has(error)) return error as RejectCode;
  if (status === 413) return "too-large";
  return status === 422 ? "bad-format" : null;
};

const keysOf = (step: Step): readonly string[] => {
  switch (step.type) {
    case "push":
      return step.ops;
    case "letter":
      return [step.letter];
    case "proof":
      return [`proof:${step.letter}`];
    case "pull":
      return ["pull"];
    case "blob-create":
    case "blob-head":
    case "blob-patch":
      return [step.blob];
    case "register":
      return [registration];
    case "session":
    case "offer":
    case "rest":
      return [];
    default:
      return unreachable(step);
  }
};

/** The keys under which `choose` knows what a request carries (for `Situation.busy`). */
export const carried = keysOf;

const attemptOf = (situation: Situation, step: Step, key: string): Attempt => {
  const { view } = situation;
  const found =
    step.type === "push"
      ? view.ops.find((op) => op.op === key)
      : step.type === "letter"
        ? view.letters.find((letter) => letter.letter === key)
        : step.type === "proof"
          ? view.proofs.find((proof) => `proof:${proof.letter}` === key)
          : view.blobs.find((blob) => blob.blob === key);
  return found ?? { attempts: 0, nextAt: 0, queuedAt: 0, lastCode: null };
};

type Setback = Partial<Attempt> & { readonly state?: "aside" };

/** The patch of whatever kind of item the step carries. */
const itemPatch = (step: Step, key: string, patch: Setback): Patch => {
  if (step.type === "push") return { type: "op", op: key as OpId, patch };
  if (step.type === "letter") return { type: "letter", letter: key as LetterId, patch };
  if (step.type === "proof") return { type: "proof", letter: step.letter, patch };
  return { type: "blob", blob: key as BlobId, patch };
};

/** What is said of keyrings only: no item can be meant by it. */
const ofKeyrings: ReadonlySet<RejectCode | null> = new Set(["weak-parameters", "bad-share", "other-root"]);

/** S-V3: "blocked" is no word about an item: all of them wait until a desk has unblocked the satchel. */
const meantBy = (code: RejectCode | null, retry: RejectRetry | "unknown"): RejectRetry | "unknown" => {
  if (code === "blocked") return "later";
  return ofKeyrings.has(code) ? "unknown" : retry;
};

/** S-T2 and S-V3: an authentic "not this one, not now" or "not ever". */
function setback(
  attempt: Attempt,
  now: number,
  said: RejectRetry | "unknown",
  code: RejectCode | null,
  retryAfterMs: number | null = null,
): Setback {
  const retry = meantBy(code, said);
  const attempts = attempt.attempts + 1;
  if (retry === "never" || retry === "after-person") return { attempts, lastCode: code, state: "aside" };
  if (retry === "unknown" && attempts >= limits.item.triesOfUnknown)
    return { attempts, lastCode: code, state: "aside" };
  return { attempts, lastCode: code, nextAt: now + (retryAfterMs ?? itemDelay(attempts)) };
}

/** What an outcome means: patches to store in this order, and what the run remembers. */
export function book(situation: Situation, done: StepOutcome, roll: Roll): Booking {
  const { now } = situation;
  const { step, outcome } = done;
  if (outcome.type === "lost") return bookLost(situation, step, roll);

  const suspects = new Map(situation.run.suspects);
  for (const key of keysOf(step)) suspects.delete(key);
  const busyInARow = outcome.type === "refused" && outcome.status === 503 ? situation.run.busyInARow + 1 : 0;
  const run: RunState = {
    ...situation.run,
    answers: situation.run.answers + 1,
    lastAuthentic: true,
    canary: true,
    busyInARow,
    suspects,
  };
  const heard: Partial<SyncMeta> = {
    networkAttempts: 0,
    networkNextAt: 0,
    lastAnswerAt: now,
    // An answer without a time says nothing about clocks: what this situation held may be older than what another step heard.
    ...(outcome.time === null ? {} : { clockOffset: outcome.time - now }),
  };
  const booking =
    outcome.type === "refused"
      ? bookRefused({ ...situation, run }, step, outcome)
      : bookAnswer({ ...situation, run }, { step, outcome } as Answered);
  const patches: Patch[] = [];
  let metaPatch = heard;
  for (const patch of booking.patches) {
    if (patch.type === "meta") metaPatch = { ...metaPatch, ...patch.patch };
    else patches.push(patch);
  }
  return { patches: [...patches, { type: "meta", patch: metaPatch }], run: booking.run };
}

/** S-A2: timers, the size of the next part, and who goes first. */
function bookLost({ meta, now, run, counted, busy }: Situation, step: Step, roll: Roll): Booking {
  const networkAttempts = meta.networkAttempts + (counted === true ? 0 : 1);
  const suspects = new Map(run.suspects);
  const turns = run.turns + 1;
  // Answers to what is under way already give nobody a turn.
  const underWay = Math.max(0, (busy?.size ?? 0) - keysOf(step).length);
  for (const key of keysOf(step)) {
    // Only a loss on a line that had just worked says anything about the item; any loss gives the others a turn.
    const losses = (suspects.get(key)?.losses ?? 0) + (run.lastAuthentic ? 1 : 0);
    const heldFor = Math.min(2 ** Math.max(0, losses - 1), limits.heldAnswersMax);
    suspects.set(key, { losses, untilAnswers: run.answers + heldFor + underWay, turn: turns });
  }
  const uploads = new Map(run.uploads);
  if (step.type === "blob-patch" || step.type === "blob-head" || step.type === "blob-create") {
    const before = uploads.get(step.blob);
    const part =
      step.type === "blob-patch"
        ? { offset: step.offset, bytes: step.bytes }
        : before?.at === "unknown"
          ? before.lost
          : undefined;
    uploads.set(step.blob, { at: "unknown", ...(part === undefined ? {} : { lost: part }) });
  }
  const wait = networkDelay(networkAttempts, run.lastAuthentic, now - meta.lastAnswerAt, roll);
  return {
    patches: [{ type: "meta", patch: { networkAttempts, ...(counted === true ? {} : { networkNextAt: now + wait }) } }],
    run: {
      ...run,
      lastAuthentic: false,
      canary: false,
      suspects,
      turns,
      uploads,
      pullBytes: step.type === "pull" ? Math.max(pullLimits.minBytes, Math.floor(run.pullBytes / 2)) : run.pullBytes,
    },
  };
}

type Refused = Extract<Outcome<unknown>, { readonly type: "refused" }>;

function bookRefused(situation: Situation, step: Step, refused: Refused): Booking {
  const { now, meta, run } = situation;
  const retryAfterMs = Math.min(refused.retryAfterMs ?? limits.retryAfter.defaultMs, limits.retryAfter.maxMs);
  const wholeWaits = (ms: number, patch: Partial<SyncMeta> = {}, next: RunState = run): Booking => ({
    patches: [{ type: "meta", patch: { networkNextAt: now + ms, ...patch } }],
    run: next,
  });

  // S-V4: 401 pauses the satchel, not its items.
  if (refused.status === 401 || refused.error === "unauthenticated") {
    const renewals = run.renewals + 1;
    const again = renewals <= limits.renewalsARun && step.type !== "session" && step.type !== "register";
    return {
      patches: [
        {
          type: "meta",
          patch: { session: null, pausedFor: "auth", networkNextAt: again ? 0 : now + limits.authPauseMs },
        },
      ],
      run: { ...run, renewals },
    };
  }
  if (situation.early === true && refused.error === "unknown-principal") return tooEarly(situation, step);
  if (refused.error === "unknown-principal" || (step.type === "session" && refused.status === 404)) {
    const renewals = run.renewals + 1;
    return wholeWaits(
      renewals <= limits.renewalsARun ? 0 : limits.authPauseMs,
      { registered: false, session: null },
      { ...run, renewals },
    );
  }
  if (refused.status === 429) return wholeWaits(retryAfterMs);
  // S-V7: an app that the server no longer (or not yet) understands waits, with all its items.
  if (refused.error === "bad-protocol" || refused.error === "bad-nonce") return wholeWaits(limits.retryAfter.maxMs);
  if (step.type === "register" || step.type === "session")
    return wholeWaits(refused.retryAfterMs === null ? limits.authPauseMs : retryAfterMs, { pausedFor: "auth" });
  if (step.type === "pull") {
    // A cursor that the server cannot even read: ask for everything (rows that are known change nothing).
    if (refused.status === 422 && meta.cursor !== "0.0")
      return { patches: [{ type: "meta", patch: { cursor: "0.0" as Cursor } }], run };
    return {
      patches: run.busyInARow >= limits.retryAfter.busyInARow ? [busyPatch(now, retryAfterMs)] : [],
      run: { ...run, pullNextAt: now + Math.max(retryAfterMs, limits.item.firstMs) },
    };
  }
  if (step.type === "blob-create" || step.type === "blob-head" || step.type === "blob-patch")
    return bookBlobRefused(situation, step, refused, retryAfterMs);

  const keys = keysOf(step);
  const alone = keys.length === 1;
  const patches: Patch[] = keys.map((key) => {
    const attempt = attemptOf(situation, step, key);
    const code = codeOf(refused.error, refused.status);
    // S-V5: nobody knows which of several was meant: each travels alone from now on.
    if (!alone) return itemPatch(step, key, { attempts: attempt.attempts + 1, nextAt: 0 });
    // S-W2: the letter that it speaks of may come again (a restored backup).
    const retry = step.type === "proof" && refused.error === "unknown-receiver" ? "later" : retryOf(refused);
    return itemPatch(step, key, setback(attempt, now, retry, code, refusedDelay(refused, retryAfterMs)));
  });
  if (refused.error === "blob-missing" && step.type === "letter")
    patches.push({ type: "blobs-again", item: step.letter });
  if (run.busyInARow >= limits.retryAfter.busyInARow) patches.push(busyPatch(now, retryAfterMs));
  return { patches, run };
}

/** S-O9: overtaken by its own registration's lateness: nothing is known of the item, and nothing else is sent early. */
function tooEarly({ run }: Situation, step: Step): Booking {
  const uploads = new Map(run.uploads);
  if (step.type === "blob-create") uploads.set(step.blob, { at: "absent" });
  return { patches: [], run: { ...run, uploads, tooEarly: true } };
}

const busyPatch = (now: number, retryAfterMs: number): Patch => ({
  type: "meta",
  patch: { networkNextAt: now + retryAfterMs },
});

const refusedDelay = (refused: Refused, retryAfterMs: number): number | null =>
  refused.status === 423 || refused.status === 503 || refused.retryAfterMs !== null ? retryAfterMs : null;

/** S-V3: what the status means for the one item of the request. */
function retryOf(refused: Refused): RejectRetry | "unknown" {
  if (refused.status >= 500 && refused.status !== 507) return "later";
  if (refused.status === 423) return "later";
  if (isErrorCode(refused.error) && knownCodes.has(refused.error)) return refused.retry ?? "unknown";
  // A full disk somewhere on the way, in no words of ours.
  if (refused.status === 507) return "later";
  if (refused.status === 413 || refused.status === 422) return "after-person";
  return "unknown";
}

function bookBlobRefused(
  situation: Situation,
  step: Extract<Step, { type: "blob-create" | "blob-head" | "blob-patch" }>,
  refused: Refused,
  retryAfterMs: number,
): Booking {
  const { now, run } = situation;
  const attempt = attemptOf(situation, step, step.blob);
  const knowing = (upload: Upload): RunState => ({ ...run, uploads: new Map(run.uploads).set(step.blob, upload) });
  const patch = (setbackPatch: Setback): Patch => ({ type: "blob", blob: step.blob, patch: setbackPatch });

  // S-B4: the upload is gone or was never there: start again.
  if ((refused.status === 404 || refused.status === 410) && step.type !== "blob-create")
    return { patches: [{ type: "blob", blob: step.blob, patch: { offset: 0 } }], run: knowing({ at: "absent" }) };
  // S-B3: whatever it is, HEAD knows.
  if (refused.status === 409 && step.type !== "blob-head") {
    if (refused.error === "id-taken" && attempt.attempts >= limits.item.triesOfUnknown)
      return { patches: [patch({ ...setback(attempt, now, "never", "id-taken") })], run };
    const counted = refused.error === "id-taken" ? [patch({ attempts: attempt.attempts + 1 })] : [];
    return { patches: counted, run: knowing({ at: "unknown" }) };
  }
  // S-Q1: the space is full: blobs wait, records and letters go on.
  if (refused.status === 507 || refused.error === "quota")
    return {
      patches: [
        patch(setback(attempt, now, "later", "quota", refused.retryAfterMs === null ? null : retryAfterMs)),
        { type: "meta", patch: { pausedFor: "quota" } },
      ],
      run: knowing({ at: "unknown" }),
    };
  const patches: Patch[] = [
    patch(
      setback(
        attempt,
        now,
        retryOf(refused),
        codeOf(refused.error, refused.status),
        refusedDelay(refused, retryAfterMs),
      ),
    ),
  ];
  if (run.busyInARow >= limits.retryAfter.busyInARow) patches.push(busyPatch(now, retryAfterMs));
  return { patches, run: knowing({ at: "unknown" }) };
}

type AnswerOf<D> = D extends { readonly step: infer S; readonly outcome: infer O }
  ? { readonly step: S; readonly outcome: Extract<O, { readonly type: "answer" }> }
  : never;
type Answered = AnswerOf<StepOutcome>;

function bookAnswer(situation: Situation, { step, outcome }: Answered): Booking {
  const { now, meta, run } = situation;
  switch (step.type) {
    case "register": {
      // S-R1: the first epoch stays noted until a pull has seen another.
      const epoch = meta.epoch === "" ? (outcome.value as { readonly epoch: string }).epoch : meta.epoch;
      return {
        patches: [{ type: "meta", patch: { registered: true, epoch, pausedFor: null } }],
        run: { ...run, tooEarly: false },
      };
    }
    case "session": {
      const { token } = outcome.value as { readonly token: string };
      return { patches: [{ type: "meta", patch: { session: token, pausedFor: null } }], run };
    }
    case "push":
      return bookVerdicts(situation, step, (outcome.value as Pick<PushAnswer, "verdicts">).verdicts);
    case "letter": {
      const { verdict } = outcome.value as Pick<LetterAnswer, "verdict">;
      if (verdict.type === "ok")
        return {
          patches: [
            {
              type: "letter",
              letter: step.letter,
              patch: { state: "accepted", lastCode: null, proofs: verdict.proofs },
            },
          ],
          run,
        };
      if (verdict.code === "unknown-principal")
        return situation.early === true ? tooEarly(situation, step) : reRegister(run, now);
      const patches: Patch[] = [
        {
          type: "letter",
          letter: step.letter,
          patch: setback(attemptOf(situation, step, step.letter), now, verdict.retry, verdict.code),
        },
      ];
      if (verdict.code === "blob-missing") patches.push({ type: "blobs-again", item: step.letter });
      return { patches, run };
    }
    case "proof":
      return { patches: [{ type: "proof", letter: step.letter, patch: { state: "sent" } }], run };
    case "pull": {
      const page = outcome.value as PullPage;
      const [epoch = ""] = page.cursor.split(".");
      // S-R1: to whom has never pulled the server cannot say that it was reset; what was sent before is offered again.
      const other = step.cursor === "0.0" && meta.epoch !== "" && epoch !== meta.epoch;
      const answer = { ...page, reset: page.reset || other };
      // A page that does not move the cursor ends the pull: an honest server has nothing more.
      const more = answer.more && (answer.reset || answer.cursor !== step.cursor);
      return {
        patches: [
          { type: "pull", answer, ended: !more },
          ...(epoch === meta.epoch ? [] : [{ type: "meta", patch: { epoch } } as const]),
        ],
        run: {
          ...run,
          pullDue: more,
          pullBytes: pullLimits.defaultBytes,
        },
      };
    }
    case "blob-create": {
      const uploads = new Map(run.uploads).set(step.blob, { at: "offset", offset: 0 });
      const quota: readonly Patch[] = meta.pausedFor === "quota" ? [{ type: "meta", patch: { pausedFor: null } }] : [];
      return { patches: quota, run: { ...run, uploads } };
    }
    case "blob-head":
    case "blob-patch":
      return bookUpload(situation, step, outcome.value as BlobStatus, outcome.tookMs);
    default:
      return unreachable(step);
  }
}

const reRegister = (run: RunState, now: number): Booking => ({
  patches: [
    {
      type: "meta",
      patch: {
        registered: false,
        session: null,
        networkNextAt: run.renewals < limits.renewalsARun ? 0 : now + limits.authPauseMs,
      },
    },
  ],
  run: { ...run, renewals: run.renewals + 1 },
});

function bookVerdicts(
  situation: Situation,
  step: Extract<Step, { type: "push" }>,
  verdicts: readonly Verdict[],
): Booking {
  const { now, run } = situation;
  const patches: Patch[] = [];
  let unknown = false;
  for (const id of step.ops) {
    const verdict = verdicts.find((candidate) => candidate.op === id);
    const attempt = attemptOf(situation, step, id);
    if (verdict === undefined) patches.push({ type: "op", op: id, patch: setback(attempt, now, "later", null) });
    else if (verdict.type === "ok") patches.push({ type: "ok", op: id, seq: verdict.seq });
    else if (verdict.type === "conflict") patches.push({ type: "conflict", verdict });
    else if (verdict.code === "unknown-principal") unknown = true;
    else {
      patches.push({ type: "op", op: id, patch: setback(attempt, now, verdict.retry, verdict.code) });
      if (verdict.code === "blob-missing") patches.push({ type: "blobs-again", item: id });
    }
  }
  // S-R3: what a verdict shows is merged once a pull has ended.
  const conflict = verdicts.some((verdict) => verdict.type === "conflict");
  if (!unknown) return { patches, run: conflict ? { ...run, pullDue: true } : run };
  if (situation.early === true) return { patches, run: tooEarly(situation, step).run };
  const again = reRegister(run, now);
  return { patches: [...patches, ...again.patches], run: again.run };
}

/** S-B1 to S-B6. */
function bookUpload(
  situation: Situation,
  step: Extract<Step, { type: "blob-head" | "blob-patch" }>,
  status: BlobStatus,
  tookMs: number,
): Booking {
  const { meta, now, run, view } = situation;
  const { blob } = step;
  const row = view.blobs.find((candidate) => candidate.blob === blob);
  const uploads = new Map(run.uploads);
  if (status.state === "verified") {
    uploads.delete(blob);
    const patches: Patch[] = [
      { type: "blob", blob, patch: { state: "verified", offset: row?.length ?? status.offset, lastCode: null } },
    ];
    const unfinished = new Set(view.blobs.map((other) => other.blob));
    unfinished.delete(blob);
    // S-O4: a letter is whole now: its proof waits at the server; else proofs are asked for at the end.
    const whole = view.letters.some(
      (letter) => letter.blobs.includes(blob) && !letter.blobs.some((other) => unfinished.has(other)),
    );
    const last = ![...view.blobs].some(
      (other) => other.blob !== blob && (other.state === "waiting" || other.state === "sending") && !other.localOnly,
    );
    return { patches, run: { ...run, uploads, pullDue: run.pullDue || whole || last } };
  }
  // S-B6: after the last byte, "again" means that they did not give the root; HEAD only repeats it until bytes come.
  if (status.state === "again" && step.type === "blob-patch") {
    uploads.set(blob, { at: "offset", offset: 0 });
    const attempts = (row?.attempts ?? 0) + 1;
    // Counted apart: a busy server or a full quota says nothing about the bytes.
    const spoiled = (row?.spoiled ?? 0) + 1;
    const tooOften = spoiled >= limits.item.triesOfAgain;
    return {
      patches: [
        {
          type: "blob",
          blob,
          patch: {
            attempts,
            spoiled,
            offset: 0,
            lastCode: "bad-format",
            nextAt: tooOften ? 0 : now + itemDelay(attempts),
            ...(tooOften ? { state: "aside" as const } : {}),
          },
        },
      ],
      run: { ...run, uploads },
    };
  }
  const before = run.uploads.get(blob);
  uploads.set(blob, { at: "offset", offset: status.offset });
  const patches: Patch[] = [{ type: "blob", blob, patch: { offset: status.offset } }];
  // S-B5: a part of which nothing arrived was too long for this line (or for a proxy on it that keeps nothing).
  if (step.type === "blob-head" && before?.at === "unknown" && before.lost !== undefined) {
    const { offset, bytes } = before.lost;
    const smaller = Math.max(limits.part.min, Math.floor(Math.min(bytes, meta.partSize) / 2));
    if (status.offset <= offset && smaller < meta.partSize)
      patches.push({ type: "meta", patch: { partSize: smaller } });
  }
  if (row !== undefined && status.offset >= row.length) {
    // S-B9: every byte is there and the server is still checking: asked again in a moment, then as if it had refused.
    const times = (before?.at === "unknown" ? (before.whole ?? 0) : 0) + 1;
    uploads.set(blob, { at: "unknown", whole: times });
    const attempts = row.attempts + 1;
    const wait =
      times > limits.item.triesOfChecked
        ? { attempts, nextAt: now + itemDelay(attempts) }
        : { nextAt: now + times * limits.item.checkedAfterMs };
    patches[0] = { type: "blob", blob, patch: { offset: status.offset, ...wait } };
  }
  if (row !== undefined && step.type === "blob-patch" && status.offset <= step.offset) {
    // S-B8: a part was taken and brought nothing on: no prepaid byte more until the back-off is over.
    const attempts = row.attempts + 1;
    patches[0] = { type: "blob", blob, patch: { offset: status.offset, attempts, nextAt: now + itemDelay(attempts) } };
  }
  if (step.type === "blob-patch") {
    const partSize = nextPartSize(meta.partSize, step.bytes, tookMs / (situation.abreast ?? 1));
    if (partSize !== meta.partSize) patches.push({ type: "meta", patch: { partSize } });
  }
  return { patches, run: { ...run, uploads } };
}

/**
 * S-B5: parts double under 8 s, halve over 20 s (more than twice as much: a part that was halved once must find its size
 * again), between 16 KiB and 1 MiB; `tookMs` is what the line alone would have taken. Only whole parts tell anything good,
 * and one with a rest took as much longer as it was larger.
 */
export function nextPartSize(partSize: number, sent: number, tookMs: number): number {
  if (tookMs * Math.min(1, partSize / sent) > limits.part.slowMs)
    return Math.max(limits.part.min, Math.floor(partSize / 2));
  if (tookMs < limits.part.fastMs && sent >= partSize) return Math.min(limits.part.max, partSize * 2);
  return partSize;
}
