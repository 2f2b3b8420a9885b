/**
 * Where a paper or a dossier is, as one word for the screen (INV-2). Pure, runs in page and worker.
 *
 * Surprising fact: these functions never see a signature. They are handed proofs that were verified before
 * (VerifiedProof); an unverified one must never reach them, and what is not proven is said as waiting.
 */

import type { BlobId, LetterId } from "../shared/ids.ts";
import type { DossierRecord, PartialDate } from "./model.ts";

/** The parts of a proof that the words need. Structurally a ProofBody of the protocol, after verification. */
export type VerifiedProof =
  | { readonly t: "deposited"; readonly at: number; readonly have: readonly BlobId[]; readonly of: number }
  | { readonly t: "complete"; readonly depositedAt: number; readonly at: number }
  | { readonly t: "opened"; readonly at: number }
  /** By the person's own key; the server let the letter go. "ended": only a share does, and no dossier shows it. */
  | { readonly t: "withdrawn" | "ended"; readonly at: number };

/* ---- papers ---- */

export interface PaperFacts {
  readonly status: "draft" | "kept" | "binned";
  /** The person chose "keep on this phone only". */
  readonly localOnly: boolean;
  /** Every byte is on this device. */
  readonly here: boolean;
  /** This device knows of every stream, here or gone; false for a paper that came from another device without its pages. */
  readonly known: boolean;
  /** Streams that a whole copy needs (paperBlobs). */
  readonly total: number;
  /** Of those, how many the server says it has verified. */
  readonly verified: number;
  /** An op of this record that names these streams was accepted: without it their keys are nowhere else. */
  readonly recordAccepted: boolean;
  /** A part of it is under way at this moment. */
  readonly moving: boolean;
  /** A way in that works without this device was drilled. */
  readonly drilledElsewhere: boolean;
  /** Code of an item that was set aside, or null. */
  readonly aside: string | null;
  /** Verified proof "complete" or "opened" of a letter that names this paper: its receiver and its date, ms. */
  readonly received: { readonly by: string; readonly at: number } | null;
  readonly expiry: PartialDate | null;
  /** "YYYY-MM-DD" on this device. */
  readonly today: string;
}

export type PaperState =
  | { readonly state: "redo"; readonly reason: string }
  /** The printed date is over or comes within `soonDays`. `days` is negative when it is over. */
  | { readonly state: "soon"; readonly expiry: PartialDate; readonly days: number }
  | { readonly state: "leaving"; readonly n: number; readonly m: number }
  | { readonly state: "waits"; readonly n: number; readonly m: number }
  /** On this phone only. */
  | { readonly state: "here" }
  | { readonly state: "received"; readonly by: string; readonly at: number }
  /** "2 copies". */
  | { readonly state: "copies" }
  /** A whole sealed copy is at the server, but without a drilled way in nobody can reopen it. */
  | { readonly state: "sealed" }
  /** A whole copy is at the server and none on this device. */
  | { readonly state: "elsewhere" }
  /** The record is here, its pages are not, and nothing tells where they are. */
  | { readonly state: "absent" };

/** Days before an expiry from which a paper is "soon". */
export const soonDays = 60;
const dayMs = 86_400_000;

/** Last day that a partial date covers ("2027" ends on 2027-12-31), as a day number; NaN for what is no date. */
function lastDay(date: PartialDate): number {
  const [year, month, day] = date.split("-").map(Number);
  if (year === undefined) return Number.NaN;
  const end =
    month === undefined
      ? Date.UTC(year, 12, 0)
      : day === undefined
        ? Date.UTC(year, month, 0)
        : Date.UTC(year, month - 1, day);
  return end / dayMs;
}

/** Whole days from `today` to the end of `expiry`; negative when it is over, null when one of them is no date. */
export function daysUntil(expiry: PartialDate, today: string): number | null {
  const days = lastDay(expiry) - lastDay(today);
  return Number.isFinite(days) ? days : null;
}

/**
 * Everything true of the paper, most useful first: redo > soon > absent > waits > here > received > copies (design
 * language 5).
 * The first is the chip of a list; the page of one paper shows all. Never empty.
 */
export function paperStates(facts: PaperFacts): readonly PaperState[] {
  const states: PaperState[] = [];
  if (facts.aside !== null) states.push({ state: "redo", reason: facts.aside });
  if (facts.expiry !== null) {
    const days = daysUntil(facts.expiry, facts.today);
    if (days !== null && days <= soonDays) states.push({ state: "soon", expiry: facts.expiry, days });
  }
  const whole = facts.total > 0 && facts.verified >= facts.total && facts.recordAccepted;
  const travels = facts.status !== "draft" && !facts.localOnly && facts.total > 0;
  if (!whole && !facts.known && facts.recordAccepted) states.push({ state: "absent" });
  else if (!whole) {
    const parts = { n: Math.min(facts.verified, facts.total), m: facts.total };
    if (travels && facts.aside === null) states.push({ state: facts.moving ? "leaving" : "waits", ...parts });
    else if (!travels) states.push({ state: "here" });
  }
  if (facts.received !== null) states.push({ state: "received", ...facts.received });
  if (whole) states.push({ state: !facts.here ? "elsewhere" : facts.drilledElsewhere ? "copies" : "sealed" });
  if (states.length === 0) states.push({ state: "here" });
  return states;
}

/** The one state that a list shows (INV-2). */
export const paperState = (facts: PaperFacts): PaperState => paperStates(facts)[0] ?? { state: "here" };

/* ---- dossiers ---- */

/** One version that was sealed for the desk. */
export interface SentVersion {
  readonly letter: LetterId;
  /** State of its row in the outbox; "accepted" also when the row is gone. */
  readonly state: "waiting" | "frozen" | "accepted" | "aside";
  readonly lastCode: string | null;
  /** Streams of each paper that it names: "n papers of m" is counted from them. */
  readonly papers: readonly (readonly BlobId[])[];
  /** Streams that the server has said verified since; added to what the proof lists. */
  readonly verified: ReadonlySet<BlobId>;
  readonly proofs: readonly VerifiedProof[];
}

export type DossierState =
  | { readonly state: "draft" }
  /** Finished by the person; waits for the key of the desk. */
  | { readonly state: "ready" }
  | { readonly state: "waits"; readonly m: number }
  | { readonly state: "deposited"; readonly at: number; readonly n: number; readonly m: number }
  /** `at` is when the answers arrived: this date counts. */
  | { readonly state: "complete"; readonly at: number; readonly m: number }
  | { readonly state: "opened"; readonly at: number }
  | { readonly state: "needs-person"; readonly reason: string }
  | { readonly state: "received"; readonly at: number; readonly text: string }
  | {
      readonly state: "missing-piece";
      readonly at: number;
      readonly requirement: string | null;
      readonly text: string;
    };

const proofOf = <T extends VerifiedProof["t"]>(
  version: SentVersion,
  t: T,
): Extract<VerifiedProof, { t: T }> | undefined =>
  version.proofs
    .filter((proof): proof is Extract<VerifiedProof, { t: T }> => proof.t === t)
    .reduce<Extract<VerifiedProof, { t: T }> | undefined>(
      (first, proof) => (first === undefined || proof.at < first.at ? proof : first),
      undefined,
    );

/** Papers of a version whose every stream has arrived, by proof or by the server's word since. */
function papersArrived(version: SentVersion): number {
  const have = new Set(version.verified);
  for (const proof of version.proofs) if (proof.t === "deposited") for (const blob of proof.have) have.add(blob);
  return version.papers.filter((blobs) => blobs.every((blob) => have.has(blob))).length;
}

/** Versions sent, oldest first. */
export const versionsInOrder = (dossier: DossierRecord): readonly LetterId[] =>
  (Object.entries(dossier.sent) as [LetterId, DossierRecord["sent"][LetterId]][])
    .sort(([idA, a], [idB, b]) => a.n - b.n || a.at - b.at || (idA < idB ? -1 : 1))
    .map(([letter]) => letter);

/** Steps of the newest version that are proven, in the order of the thread on the receipt screen. */
export function provenSteps(
  version: SentVersion,
): readonly Extract<DossierState, { state: "deposited" | "complete" | "opened" }>[] {
  const m = version.papers.length;
  const deposited = proofOf(version, "deposited");
  const complete = proofOf(version, "complete");
  const opened = proofOf(version, "opened");
  const steps: Extract<DossierState, { state: "deposited" | "complete" | "opened" }>[] = [];
  const depositedAt = deposited?.at ?? complete?.depositedAt;
  if (depositedAt !== undefined) {
    const n = complete === undefined ? papersArrived(version) : m;
    steps.push({ state: "deposited", at: depositedAt, n, m });
  }
  if (complete !== undefined) steps.push({ state: "complete", at: complete.depositedAt, m });
  if (opened !== undefined) steps.push({ state: "opened", at: opened.at });
  return steps;
}

type Reply = DossierRecord["replies"][LetterId];

/**
 * The order in which the organisation wrote, by its own signed counter. The date is the server's word: it only settles
 * what two helpers wrote at once, so a server that holds a reply back cannot make it the newest (SPEC C-L6).
 */
export const byReplyOrder = (a: Reply, b: Reply): number => (a.n ?? 0) - (b.n ?? 0) || a.at - b.at;

/**
 * The state of a dossier: that of its newest version. A reply to an older version no longer counts once a newer one was
 * sealed. `versions` need hold only letters that this device knows; order does not matter.
 */
export function dossierState(dossier: DossierRecord, versions: readonly SentVersion[]): DossierState {
  const newest = versionsInOrder(dossier).at(-1);
  if (newest === undefined || dossier.status !== "sent") {
    return { state: dossier.status === "draft" ? "draft" : "ready" };
  }
  const version = versions.find((each) => each.letter === newest);
  const replies = Object.values(dossier.replies)
    .filter((reply) => reply.about === undefined || reply.about === newest)
    .filter((reply) => reply.status !== "message")
    .sort(byReplyOrder);
  const last = replies.at(-1);
  if (version?.state === "aside") return { state: "needs-person", reason: version.lastCode ?? "unknown" };
  if (last?.status === "missing-piece") {
    return { state: "missing-piece", at: last.at, requirement: last.requirement, text: last.text };
  }
  if (last?.status === "received") return { state: "received", at: last.at, text: last.text };
  const steps = version === undefined ? [] : provenSteps(version);
  return steps.at(-1) ?? { state: "waits", m: version?.papers.length ?? dossier.sent[newest]?.papers ?? 0 };
}

/** Replies that the person has not seen, oldest first. */
export const unseenReplies = (dossier: DossierRecord): readonly LetterId[] =>
  (Object.entries(dossier.replies) as [LetterId, DossierRecord["replies"][LetterId]][])
    .filter(([, reply]) => !reply.seen)
    .sort(([, a], [, b]) => byReplyOrder(a, b))
    .map(([letter]) => letter);
