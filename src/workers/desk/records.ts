/**
 * What a desk keeps of a letter, sealed in the organisation's own store; and how a stranger's letter becomes that.
 * Pure but for the parsing. Runs in the desk worker.
 *
 * Surprising fact: the record has the letter's own id, so two helpers' browsers that receive the same letter write the
 * same record, and a letter that comes again is known at once (INV-4).
 */

import * as v from "valibot";
import type { LetterBlob, OpenedLetter } from "../../crypto/letter.ts";
import { fixedB64, principalIdField, randomIdField } from "../../protocol/fields.ts";
import type { BlobRef, Deployment, Signed } from "../../protocol/wire.ts";
import type {
  DecisionSaid,
  DossierPayload,
  GivenPaper,
  MandateDomain,
  MandatePayload,
  ReturnActPayload,
  ReturnPayload,
  SharePayload,
} from "../../satchel/model.ts";
import type { B64 } from "../../shared/bytes.ts";
import type { BlobId, LetterId, PrincipalId, ThreadId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";

export interface SentAnswer {
  readonly at: number;
  readonly status: "received" | "missing-piece" | "message";
  readonly requirement: string | null;
  readonly text: string;
}

/** Decided or handed over from here: the person has it, the organisation has the words. */
export interface SentGiven {
  readonly at: number;
  readonly text: string;
  readonly decision: DecisionSaid | null;
  readonly papers: readonly GivenPaper[];
  /** Of its letter: what a proof of the server has to name. */
  readonly manifest: B64;
}

/** A helper's word to the others of the organisation. */
export interface NoteKept {
  readonly at: number;
  /** Null at a desk that names nobody. */
  readonly by: PrincipalId | null;
  readonly text: string;
}

/** One thing that was set; the newest of each kind counts, and none is ever taken away (two helpers at once lose nothing). */
export type MarkKept = {
  readonly at: number;
  readonly by: PrincipalId | null;
} & ({ readonly set: "assigned"; readonly to: PrincipalId | null } | { readonly set: "closed"; readonly to: boolean });

export interface ReceivedRecord {
  readonly t: "received";
  readonly from: PrincipalId;
  readonly senderStatements: readonly Signed[];
  readonly manifest: B64;
  readonly thread: ThreadId;
  readonly n: number;
  readonly replaces: LetterId | null;
  /** Server time of its deposit. */
  readonly depositedAt: number;
  readonly refs: readonly BlobRef[];
  readonly blobs: readonly LetterBlob[];
  readonly payload: DossierPayload;
  readonly opened: boolean;
  readonly answers: Readonly<Record<LetterId, SentAnswer>>;
  readonly given?: Readonly<Record<LetterId, SentGiven>>;
  /** By random id. Sealed with this record: in no letter, so the person and the server never have them. */
  readonly notes?: Readonly<Record<string, NoteKept>>;
  readonly marks?: Readonly<Record<string, MarkKept>>;
  /** What the person was told of her pages, by the letter that told it. */
  readonly acts?: Readonly<Record<LetterId, ToldAct>>;
}

/** A paper that was looked at here. */
export interface ToldAct {
  readonly paper: number;
  readonly helper: string;
  /** "YYYY-MM-DD" by the clock of this computer: it is told once a day. */
  readonly day: string;
}

/** Papers for a time (SPEC P-L7): as long as this record stands, and no longer, this desk can open them. */
export interface SharedRecord {
  readonly t: "shared";
  readonly from: PrincipalId;
  readonly senderStatements: readonly Signed[];
  readonly manifest: B64;
  readonly thread: ThreadId;
  readonly until: number;
  /** Server time of its deposit. */
  readonly depositedAt: number;
  readonly refs: readonly BlobRef[];
  readonly blobs: readonly LetterBlob[];
  readonly payload: SharePayload;
  readonly opened: boolean;
  readonly acts?: Readonly<Record<LetterId, ToldAct>>;
}

/** It ended: who, what, why and every key are gone from here; that there was one is not. */
export interface ShareOverRecord {
  readonly t: "share-over";
  readonly from: PrincipalId;
  readonly depositedAt: number;
  readonly at: number;
  readonly why: "time" | "person";
}

/** The organisation may act for this person (decisions/0041), as long as this record stands. */
export interface MandatedRecord {
  readonly t: "mandated";
  readonly from: PrincipalId;
  readonly senderStatements: readonly Signed[];
  readonly manifest: B64;
  readonly thread: ThreadId;
  readonly until: number;
  /** Server time of its deposit. */
  readonly depositedAt: number;
  readonly payload: MandatePayload;
  readonly opened: boolean;
  /** What was done under it, by the letter that told the person. */
  readonly deeds?: Readonly<Record<LetterId, WrittenDeed>>;
}

export interface WrittenDeed {
  readonly domain: MandateDomain;
  readonly what: string;
  readonly helper: string;
  /** Clock of the computer at which it was written down. */
  readonly at: number;
}

/** It ended: who, what and every deed are gone from here; that there was one is not. */
export interface MandateOverRecord {
  readonly t: "mandate-over";
  readonly from: PrincipalId;
  readonly depositedAt: number;
  readonly at: number;
  readonly why: "time" | "person";
}

/** The person ended one domain of a mandate. A record of its own: it may come before the mandate does. Written once. */
export interface MandateLessRecord {
  readonly t: "mandate-less";
  readonly from: PrincipalId;
  readonly about: LetterId;
  readonly domain: MandateDomain;
  /** Clock of the person's device. */
  readonly at: number;
}

/** A letter that cannot be used: shown with its reason, never dropped. */
export interface TroubleRecord {
  readonly t: "trouble";
  readonly from: PrincipalId | null;
  readonly depositedAt: number;
  readonly reason: string;
}

/** The person took it back before it was opened: what it said is gone, that it was here is not. */
export interface WithdrawnRecord {
  readonly t: "withdrawn";
  readonly from: PrincipalId;
  readonly number: string;
  readonly procedure: string;
  readonly depositedAt: number;
  /** Clock of the person's device. */
  readonly at: number;
}

/** Keys of the server, as they were seen first (pins.ts); written once. */
export interface PinsRecord {
  readonly t: "pins";
  /** Clock of the browser that pinned. */
  readonly at: number;
  readonly serverKeys: Deployment["serverKeys"];
}

/** What a helper is called here: nowhere else is it written in a form that the server could read. */
export interface HelperRecord {
  readonly t: "helper";
  readonly helper: PrincipalId;
  readonly name: string;
}

/** An invitation that is open: any manager's browser can read who answered. */
export interface InvitationRecord {
  readonly t: "invitation";
  /** SHA-256 of what proves the code: its name at the server. */
  readonly auth: B64;
  readonly secret: B64;
  readonly role: "helper" | "manager";
  readonly until: number;
}

/** Somebody agreed that this organisation helps her come back (DESIGN 3), and what was done about it here. */
export interface ReturnRecord {
  readonly t: "return";
  readonly from: PrincipalId;
  readonly senderStatements: readonly Signed[];
  readonly thread: ThreadId;
  readonly n: number;
  /** Server time of its deposit. */
  readonly depositedAt: number;
  readonly payload: ReturnPayload;
  /** By the letter that told the person. */
  readonly checks: Readonly<Record<LetterId, ReturnCheck>>;
  /** What the server last said of an S+O. */
  readonly asked?: { readonly asks: readonly number[]; readonly opensAt: number | null };
}

export interface ReturnCheck extends Pick<ReturnActPayload, "act" | "pair" | "paper" | "at"> {
  readonly helper: PrincipalId;
  readonly name: string;
}

export type DeskRecord =
  | ReturnRecord
  | ReceivedRecord
  | TroubleRecord
  | WithdrawnRecord
  | SharedRecord
  | ShareOverRecord
  | MandatedRecord
  | MandateOverRecord
  | MandateLessRecord
  | PinsRecord
  | HelperRecord
  | InvitationRecord;

const short = v.pipe(v.string(), v.maxLength(300));
const long = v.pipe(v.string(), v.maxLength(20_000));
const count = v.pipe(v.number(), v.finite());
/** Milliseconds that a date can be made of: beyond it every screen that writes it in words would fail. */
const moment = v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15));
const answer = v.variant("v", [
  v.object({ v: v.literal("text"), text: long }),
  v.object({ v: v.literal("choice"), id: short }),
  v.object({ v: v.literal("other"), text: long }),
  v.object({
    v: v.literal("choices"),
    ids: v.pipe(v.array(short), v.maxLength(100)),
    other: v.exactOptional(long),
  }),
  v.object({ v: v.literal("pair"), first: short, second: v.nullable(short) }),
  v.object({ v: v.literal("date"), date: short }),
  v.object({ v: v.literal("datetime"), at: short }),
  v.object({ v: v.literal("number"), number: short }),
  v.object({ v: v.literal("yesno"), yes: v.boolean() }),
  v.object({ v: v.literal("place"), code: v.nullable(short), name: long, postal: v.exactOptional(short) }),
  v.object({
    v: v.literal("address"),
    street: long,
    more: long,
    postal: short,
    city: long,
    code: v.nullable(short),
    country: long,
  }),
  v.object({
    v: v.literal("signature"),
    ink: v.nullable(long),
    name: long,
    text: long,
    language: short,
    at: moment,
  }),
  v.object({ v: v.literal("unknown") }),
]);
const help = v.object({
  name: short,
  structure: short,
  consent: long,
  language: short,
  at: moment,
  ended: v.exactOptional(moment),
});

/** What a stranger may have written: bounded, and nothing else than what a screen knows to show. */
const payloadShape = v.object({
  t: v.literal("dossier"),
  procedure: short,
  formVersion: count,
  number: short,
  filledAt: moment,
  language: short,
  answers: v.pipe(v.record(short, answer), v.maxEntries(2000)),
  rows: v.pipe(v.record(short, v.object({ repeat: short, position: count, removed: v.boolean() })), v.maxEntries(500)),
  notForeseen: long,
  declaration: v.nullable(v.object({ text: long, at: moment })),
  papers: v.pipe(
    v.array(
      v.object({
        requirement: short,
        kind: v.nullable(short),
        title: short,
        holder: short,
        expiry: v.nullable(short),
        issued: v.exactOptional(short),
        pages: v.pipe(
          v.array(
            v.object({ blob: randomIdField<BlobId>(), turn: count, preview: v.nullable(randomIdField<BlobId>()) }),
          ),
          v.maxLength(200),
        ),
        seconds: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(86_400))),
      }),
    ),
    v.maxLength(200),
  ),
  missing: v.pipe(v.array(short), v.maxLength(200)),
  later: v.exactOptional(v.pipe(v.array(short), v.maxLength(200))),
  helped: v.exactOptional(v.pipe(v.record(short, help), v.maxEntries(100))),
  typedBy: v.exactOptional(v.pipe(v.record(short, v.record(short, v.literal(true))), v.maxEntries(2000))),
});

/** The record of a letter that was opened; its payload must be a dossier whose pages the letter really names. */
export function receivedFrom(letter: OpenedLetter, at: number): Result<ReceivedRecord, "bad-payload" | "other-kind"> {
  const { inner, head } = letter;
  if (inner.kind !== "dossier") return err("other-kind");
  // Only what is given for a time has an end (SPEC P-L7): its pages would go while the dossier stands.
  if (head.until !== undefined) return err("bad-payload");
  const payload = v.safeParse(payloadShape, inner.payload);
  if (!payload.success) return err("bad-payload");
  const named = new Set(head.blobs.map((ref) => ref.blob));
  const foreign = payload.output.papers.some((paper) =>
    paper.pages.some((page) => !named.has(page.blob) || (page.preview !== null && !named.has(page.preview))),
  );
  if (foreign) return err("bad-payload");
  return ok({
    t: "received",
    from: head.from,
    senderStatements: inner.senderStatements,
    manifest: letter.manifest,
    thread: inner.thread,
    n: inner.n,
    replaces: inner.replaces,
    depositedAt: at,
    refs: head.blobs,
    blobs: inner.blobs,
    payload: payload.output as DossierPayload,
    opened: false,
    answers: {},
  });
}

const isOpened = (record: ReceivedRecord | SharedRecord): boolean => record.opened;

/** Every check that either browser made; of the asks, the newer state: an ask is only ever added. */
function mergeReturns(mine: DeskRecord, theirs: DeskRecord): DeskRecord {
  if (mine.t !== "return") return theirs;
  if (theirs.t !== "return") return mine;
  const asked = [mine.asked, theirs.asked].sort((a, b) => (b?.asks.length ?? 0) - (a?.asks.length ?? 0))[0];
  return { ...mine, checks: { ...theirs.checks, ...mine.checks }, ...(asked === undefined ? {} : { asked }) };
}

/** A letter has one kind: of two records under its id that are not both mandates, mine stands. */
function mergeMandates(mine: DeskRecord, theirs: DeskRecord): DeskRecord {
  if (mine.t !== "mandated" || theirs.t !== "mandated") return mine;
  const deeds = { ...theirs.deeds, ...mine.deeds };
  const told = Object.keys(deeds).length === 0 ? {} : { deeds };
  return { ...mine, opened: mine.opened || theirs.opened, ...told };
}

/** Two helpers worked on the same dossier: everything that either did stays. */
export function mergeDesk(mine: DeskRecord, theirs: DeskRecord): DeskRecord {
  if (mine.t === "pins" || theirs.t === "pins") return mine;
  // Written once, each under an id of its own.
  if (mine.t === "helper" || mine.t === "invitation" || theirs.t === "helper" || theirs.t === "invitation") return mine;
  if (mine.t === "return" || theirs.t === "return") return mergeReturns(mine, theirs);
  if (mine.t === "withdrawn") return mine;
  if (theirs.t === "withdrawn") return theirs;
  // A share that one browser knows to be over is over in all of them.
  if (mine.t === "share-over") return mine;
  if (theirs.t === "share-over") return theirs;
  if (mine.t === "mandate-over") return mine;
  if (theirs.t === "mandate-over") return theirs;
  if (mine.t === "trouble") return theirs;
  if (theirs.t === "trouble") return mine;
  if (mine.t === "mandate-less" || theirs.t === "mandate-less") return mine;
  if (mine.t === "mandated" || theirs.t === "mandated") return mergeMandates(mine, theirs);
  const acts = { ...theirs.acts, ...mine.acts };
  const told = Object.keys(acts).length === 0 ? {} : { acts };
  if (mine.t === "shared") return { ...mine, opened: mine.opened || isOpened(theirs), ...told };
  if (theirs.t === "shared") return mine;
  return {
    ...mine,
    opened: mine.opened || theirs.opened,
    answers: { ...theirs.answers, ...mine.answers },
    ...bothOf(mine, theirs, "given"),
    ...bothOf(mine, theirs, "notes"),
    ...bothOf(mine, theirs, "marks"),
    ...told,
  };
}

/** A map that older records lack: entries of both, and none where neither has one. */
function bothOf(
  mine: ReceivedRecord,
  theirs: ReceivedRecord,
  key: "given" | "notes" | "marks",
): Partial<ReceivedRecord> {
  return mine[key] === undefined && theirs[key] === undefined ? {} : { [key]: { ...theirs[key], ...mine[key] } };
}

/** What was set last of a kind; of two at the same moment any browser chooses the same. */
export function markOf<Kind extends MarkKept["set"]>(
  record: Pick<ReceivedRecord, "marks">,
  set: Kind,
): Extract<MarkKept, { readonly set: Kind }> | undefined {
  const entries = Object.entries(record.marks ?? {}).filter(([, mark]) => mark.set === set);
  const last = entries.sort(([idA, a], [idB, b]) => a.at - b.at || (idA < idB ? -1 : 1)).at(-1);
  return last?.[1] as Extract<MarkKept, { readonly set: Kind }> | undefined;
}

/** The pages' own shape, as the store of this browser gives it back. */
export const isDeskRecord = (value: unknown): value is DeskRecord =>
  v.is(
    v.variant("t", [
      v.looseObject({ t: v.literal("received"), from: principalIdField, manifest: fixedB64(32) }),
      v.looseObject({ t: v.literal("trouble"), reason: v.string() }),
      v.looseObject({ t: v.literal("return"), from: principalIdField, n: count, depositedAt: count }),
      v.looseObject({ t: v.literal("shared"), from: principalIdField, manifest: fixedB64(32), until: count }),
      v.looseObject({ t: v.literal("helper"), helper: principalIdField, name: v.string() }),
      v.looseObject({ t: v.literal("invitation"), auth: fixedB64(32), secret: fixedB64(16), until: count }),
      v.looseObject({ t: v.literal("share-over"), from: principalIdField, at: count }),
      v.looseObject({ t: v.literal("mandated"), from: principalIdField, manifest: fixedB64(32), until: count }),
      v.looseObject({ t: v.literal("mandate-over"), from: principalIdField, at: count }),
      v.looseObject({ t: v.literal("mandate-less"), from: principalIdField, about: v.string(), domain: v.string() }),
      v.looseObject({ t: v.literal("withdrawn"), number: v.string(), procedure: v.string(), at: count }),
      v.looseObject({
        t: v.literal("pins"),
        at: count,
        serverKeys: v.array(v.looseObject({ sign: v.string() })),
      }),
    ]),
    value,
  );
