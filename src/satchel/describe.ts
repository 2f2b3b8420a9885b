/**
 * "Mes envois": one line per thing the person knows (a dossier, a paper), made from queue rows and opened records.
 * Pure; runs in the worker, because rows hold ids only and the words are sealed (INV-3).
 *
 * Surprising fact: a stream that a letter names belongs to the dossier's line, not to the paper's: the person waits for
 * the dossier. A dossier's own record is a copy for other devices and never makes its delivery look unfinished.
 */

import type { BlobId, LetterId, RecordId } from "../shared/ids.ts";
import type { SatchelRecord } from "./model.ts";
import { paperBlobs } from "./paper.ts";
import { versionsInOrder } from "./where.ts";

/** Rows as the storage port gives them; only what the lines need. */
export interface OutboxRows {
  readonly ops: readonly {
    readonly record: RecordId;
    readonly bytes: number;
    readonly state: "waiting" | "frozen" | "aside";
    readonly lastCode: string | null;
    readonly queuedAt: number;
    readonly nextAt: number;
  }[];
  readonly blobs: readonly {
    readonly blob: BlobId;
    readonly length: number;
    readonly offset: number;
    readonly state: "waiting" | "sending" | "verified" | "aside" | "away";
    readonly localOnly: boolean;
    readonly lastCode: string | null;
    readonly queuedAt: number;
    readonly nextAt: number;
    /** 5 = an original. */
    readonly sendClass: number;
  }[];
  readonly letters: readonly {
    readonly letter: LetterId;
    readonly about: RecordId;
    readonly bytes: number;
    readonly blobs: readonly BlobId[];
    readonly state: "waiting" | "frozen" | "accepted" | "aside";
    readonly lastCode: string | null;
    readonly queuedAt: number;
    readonly nextAt: number;
  }[];
}

/** A part of a dossier that the person knows. */
export interface OutboxPiece {
  readonly what: "answers" | "paper";
  /** Null for the answers, and for streams that no paper here names any more. */
  readonly paper: RecordId | null;
  readonly bytes: number;
  readonly left: number;
  readonly arrived: boolean;
}

export interface OutboxLine {
  /** Null for sealed bytes set aside that no record on this device explains. */
  readonly record: RecordId | null;
  /** The letter that a line of kind "dossier" or "share" speaks of. */
  readonly letter: LetterId | null;
  /** dossier, share = on its way to a desk; draft = a copy of a dossier that is not sent; paper, profile = copies. */
  readonly kind: "dossier" | "share" | "draft" | "paper" | "profile" | "unknown";
  readonly procedure: string | null;
  /** Number of the dossier. */
  readonly number: string | null;
  readonly organisation: string | null;
  /** Title and kind of the paper. */
  readonly title: string;
  readonly paperKind: string | null;
  /** Parts that have arrived, of all: the letter or record, and each stream. */
  readonly n: number;
  readonly m: number;
  readonly bytesLeft: number;
  /** Of them, bytes of records and letters: they leave first, on any line. */
  readonly textLeft: number;
  /** All that is left are originals. */
  readonly originalsOnly: boolean;
  /** Device clock before which nothing of it is tried again by itself; 0 = now. */
  readonly notBefore: number;
  /** Answers, then each paper; empty for copies. */
  readonly pieces: readonly OutboxPiece[];
  readonly state: "waits" | "moving" | "needs-person" | "arrived";
  /** Code of the first item set aside. */
  readonly reason: string | null;
  /** Device clock, when its first part was queued. */
  readonly queuedAt: number;
}

interface Part {
  readonly kind: "text" | "photo" | "original";
  readonly arrived: boolean;
  readonly bytes: number;
  readonly left: number;
  readonly nextAt: number;
  readonly moving: boolean;
  readonly aside: string | null;
  readonly queuedAt: number;
}

const opPart = (op: OutboxRows["ops"][number]): Part => ({
  kind: "text",
  arrived: false,
  bytes: op.bytes,
  left: op.bytes,
  nextAt: op.nextAt,
  moving: op.state === "frozen",
  aside: op.state === "aside" ? (op.lastCode ?? "unknown") : null,
  queuedAt: op.queuedAt,
});

const letterPart = (letter: OutboxRows["letters"][number]): Part => ({
  kind: "text",
  arrived: letter.state === "accepted",
  bytes: letter.bytes,
  nextAt: letter.nextAt,
  left: letter.state === "accepted" ? 0 : letter.bytes,
  moving: letter.state === "frozen",
  aside: letter.state === "aside" ? (letter.lastCode ?? "unknown") : null,
  queuedAt: letter.queuedAt,
});

/** Bytes that left the phone had arrived before. */
const isThere = (state: OutboxRows["blobs"][number]["state"]): boolean => state === "verified" || state === "away";

const blobPart = (blob: OutboxRows["blobs"][number]): Part => ({
  kind: blob.sendClass === 5 ? "original" : "photo",
  arrived: isThere(blob.state),
  bytes: blob.length,
  left: isThere(blob.state) ? 0 : Math.max(0, blob.length - blob.offset),
  nextAt: blob.nextAt,
  moving: blob.state === "sending" || (blob.state === "waiting" && blob.offset > 0),
  aside: blob.state === "aside" ? (blob.lastCode ?? "unknown") : null,
  queuedAt: blob.queuedAt,
});

const dossierless = (opened: SatchelRecord | undefined): "paper" | "profile" | "unknown" =>
  opened?.t === "paper" || opened?.t === "profile" ? opened.t : "unknown";

function line(
  record: RecordId | null,
  opened: SatchelRecord | undefined,
  delivery: LetterId | null,
  parts: readonly Part[],
  pieces: readonly OutboxPiece[] = [],
): OutboxLine {
  const dossier = opened?.t === "dossier" ? opened : null;
  const paper = opened?.t === "paper" ? opened : null;
  const share = opened?.t === "share" ? opened : null;
  const sent = share === null ? "dossier" : "share";
  const aside = parts.find((part) => part.aside !== null)?.aside ?? null;
  const n = parts.filter((part) => part.arrived).length;
  const open = parts.filter((part) => !part.arrived);
  return {
    record,
    letter: delivery,
    kind: delivery !== null ? sent : dossier !== null ? "draft" : dossierless(opened),
    procedure: dossier?.procedure ?? null,
    number: dossier?.number ?? null,
    organisation: dossier?.organisation ?? share?.organisation ?? null,
    title: paper?.title ?? share?.organisation ?? "",
    paperKind: paper?.kind ?? null,
    n,
    m: parts.length,
    bytesLeft: parts.reduce((sum, part) => sum + part.left, 0),
    textLeft: open.reduce((sum, part) => sum + (part.kind === "text" ? part.left : 0), 0),
    originalsOnly: open.length > 0 && open.every((part) => part.kind === "original"),
    notBefore: open.length === 0 ? 0 : Math.min(...open.map((part) => part.nextAt)),
    pieces,
    state:
      aside !== null
        ? "needs-person"
        : n === parts.length
          ? "arrived"
          : parts.some((part) => part.moving)
            ? "moving"
            : "waits",
    reason: aside,
    queuedAt: parts.reduce((first, part) => Math.min(first, part.queuedAt), Number.MAX_SAFE_INTEGER),
  };
}

const pieceOf = (what: OutboxPiece["what"], paper: RecordId | null, parts: readonly Part[]): OutboxPiece => ({
  what,
  paper,
  bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
  left: parts.reduce((sum, part) => sum + part.left, 0),
  arrived: parts.every((part) => part.arrived),
});

/** Nobody waits for a version any more that a newer one replaces, or that is taken back; nor for a share that was ended. */
function isOver(letter: LetterId, record: SatchelRecord | undefined): boolean {
  if (record?.t === "share") return record.ended !== undefined;
  if (record?.t !== "dossier" || record.sent[letter] === undefined) return false;
  return record.withdrawn?.[letter] !== undefined || versionsInOrder(record).at(-1) !== letter;
}

/** What is known of the line and of the person's wishes when a line does not move. */
export interface WaitFacts {
  readonly now: number;
  /** The last run got no authentic answer, or there never was one. */
  readonly unreachable: boolean;
  readonly quota: boolean;
  readonly photosOnWifi: boolean;
  readonly metered: boolean;
  readonly slow: boolean;
}

export type WaitReason = "network" | "wifi" | "line" | "quota" | "later" | "turn";

/** Why a line in state "waits" does not leave now: what the person can change comes before what only time changes. */
export function waitReason(
  line: Pick<OutboxLine, "textLeft" | "originalsOnly" | "notBefore">,
  facts: WaitFacts,
): WaitReason {
  const photosOnly = line.textLeft === 0;
  if (photosOnly && facts.photosOnWifi && facts.metered) return "wifi";
  if (facts.unreachable) return "network";
  if (photosOnly && facts.quota) return "quota";
  if (line.originalsOnly && facts.slow) return "line";
  return line.notBefore > facts.now ? "later" : "turn";
}

/**
 * One line per thing that has something in the queue: what needs the person first, then dossiers, then papers, then
 * the rest, each oldest first. Lines whose every part has arrived are left out, except dossiers, which say so.
 *
 * @param records what the ids mean, opened; an id that is not in it gives a line of kind "unknown", never none (INV-1).
 */
export function describeOutbox(rows: OutboxRows, records: ReadonlyMap<RecordId, SatchelRecord>): readonly OutboxLine[] {
  const blobs = new Map(rows.blobs.map((blob) => [blob.blob, blob]));
  const told = new Set<BlobId>();
  const lines: OutboxLine[] = [];
  const paperOf = new Map<BlobId, RecordId>();
  for (const [id, opened] of records)
    if (opened.t === "paper") for (const pointer of paperBlobs(opened)) paperOf.set(pointer.blob, id);

  for (const letter of rows.letters) {
    if (isOver(letter.letter, records.get(letter.about))) continue;
    const { queuedAt } = letter;
    const own = letterPart(letter);
    const streams = letter.blobs.map((id): readonly [RecordId | null, Part] => {
      const blob = blobs.get(id);
      told.add(id);
      // A stream whose row is gone was verified and let go.
      const gone: Part = {
        kind: "photo",
        arrived: true,
        bytes: 0,
        left: 0,
        nextAt: 0,
        moving: false,
        aside: null,
        queuedAt,
      };
      return [paperOf.get(id) ?? null, blob === undefined ? gone : blobPart(blob)];
    });
    const parts = [own, ...streams.map(([, part]) => part)];
    const pieces = [pieceOf("answers", null, [own])];
    for (const paper of new Set(streams.map(([id]) => id))) {
      const mine = streams.filter(([id]) => id === paper).map(([, part]) => part);
      pieces.push(pieceOf("paper", paper, mine));
    }
    lines.push(line(letter.about, records.get(letter.about), letter.letter, parts, pieces));
  }

  const opsOf = new Map<RecordId, Part[]>();
  for (const op of rows.ops) opsOf.set(op.record, [...(opsOf.get(op.record) ?? []), opPart(op)]);
  const delivered = new Set(lines.filter((each) => each.state !== "arrived").map((each) => each.record));
  const travelling = (id: BlobId): boolean => {
    const blob = blobs.get(id);
    return blob !== undefined && !blob.localOnly && !told.has(id);
  };
  const owned = new Set<BlobId>();
  for (const [record, opened] of records) {
    const own = opened.t === "paper" ? paperBlobs(opened).map((pointer) => pointer.blob) : [];
    for (const id of own) owned.add(id);
    const streams = own.filter(travelling).flatMap((id) => {
      const blob = blobs.get(id);
      return blob === undefined ? [] : [blobPart(blob)];
    });
    const parts = [...(opsOf.get(record) ?? []), ...streams];
    opsOf.delete(record);
    // What a dossier on its way still has in the queue for my other devices is no news for the person.
    const silent = delivered.has(record) && parts.every((part) => part.aside === null);
    if (parts.some((part) => !part.arrived) && !silent) lines.push(line(record, opened, null, parts));
  }
  for (const [record, parts] of opsOf) lines.push(line(record, undefined, null, parts));

  const strays = rows.blobs.filter(
    (blob) => !isThere(blob.state) && travelling(blob.blob) && !owned.has(blob.blob) && blob.state === "aside",
  );
  for (const stray of strays) lines.push(line(null, undefined, null, [blobPart(stray)]));

  const rank = (each: OutboxLine): number =>
    each.state === "needs-person"
      ? 0
      : each.kind === "dossier" || each.kind === "share"
        ? 1
        : each.kind === "paper"
          ? 2
          : 3;
  return lines.sort((a, b) => rank(a) - rank(b) || a.queuedAt - b.queuedAt || (`${a.record}` < `${b.record}` ? -1 : 1));
}
