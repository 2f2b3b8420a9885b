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

/** Rows as the storage port gives them; only what the lines need. */
export interface OutboxRows {
  readonly ops: readonly {
    readonly record: RecordId;
    readonly bytes: number;
    readonly state: "waiting" | "frozen" | "aside";
    readonly lastCode: string | null;
    readonly queuedAt: number;
  }[];
  readonly blobs: readonly {
    readonly blob: BlobId;
    readonly length: number;
    readonly offset: number;
    readonly state: "waiting" | "sending" | "verified" | "aside";
    readonly localOnly: boolean;
    readonly lastCode: string | null;
    readonly queuedAt: number;
  }[];
  readonly letters: readonly {
    readonly letter: LetterId;
    readonly about: RecordId;
    readonly bytes: number;
    readonly blobs: readonly BlobId[];
    readonly state: "waiting" | "frozen" | "accepted" | "aside";
    readonly lastCode: string | null;
    readonly queuedAt: number;
  }[];
}

export interface OutboxLine {
  /** Null for sealed bytes set aside that no record on this device explains. */
  readonly record: RecordId | null;
  /** The letter that a line of kind "dossier" speaks of. */
  readonly letter: LetterId | null;
  /** dossier = on its way to a desk; draft = a copy of a dossier that is not sent; paper, profile = copies. */
  readonly kind: "dossier" | "draft" | "paper" | "profile" | "unknown";
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
  readonly state: "waits" | "moving" | "needs-person" | "arrived";
  /** Code of the first item set aside. */
  readonly reason: string | null;
  /** Device clock, when its first part was queued. */
  readonly queuedAt: number;
}

interface Part {
  readonly arrived: boolean;
  readonly left: number;
  readonly moving: boolean;
  readonly aside: string | null;
  readonly queuedAt: number;
}

const opPart = (op: OutboxRows["ops"][number]): Part => ({
  arrived: false,
  left: op.bytes,
  moving: op.state === "frozen",
  aside: op.state === "aside" ? (op.lastCode ?? "unknown") : null,
  queuedAt: op.queuedAt,
});

const letterPart = (letter: OutboxRows["letters"][number]): Part => ({
  arrived: letter.state === "accepted",
  left: letter.state === "accepted" ? 0 : letter.bytes,
  moving: letter.state === "frozen",
  aside: letter.state === "aside" ? (letter.lastCode ?? "unknown") : null,
  queuedAt: letter.queuedAt,
});

const blobPart = (blob: OutboxRows["blobs"][number]): Part => ({
  arrived: blob.state === "verified",
  left: blob.state === "verified" ? 0 : Math.max(0, blob.length - blob.offset),
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
): OutboxLine {
  const dossier = opened?.t === "dossier" ? opened : null;
  const paper = opened?.t === "paper" ? opened : null;
  const aside = parts.find((part) => part.aside !== null)?.aside ?? null;
  const n = parts.filter((part) => part.arrived).length;
  return {
    record,
    letter: delivery,
    kind: delivery !== null ? "dossier" : dossier !== null ? "draft" : dossierless(opened),
    procedure: dossier?.procedure ?? null,
    number: dossier?.number ?? null,
    organisation: dossier?.organisation ?? null,
    title: paper?.title ?? "",
    paperKind: paper?.kind ?? null,
    n,
    m: parts.length,
    bytesLeft: parts.reduce((sum, part) => sum + part.left, 0),
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

  for (const letter of rows.letters) {
    const parts = letter.blobs.flatMap((id) => {
      const blob = blobs.get(id);
      told.add(id);
      // A stream whose row is gone was verified and let go.
      return [
        blob === undefined
          ? { arrived: true, left: 0, moving: false, aside: null, queuedAt: letter.queuedAt }
          : blobPart(blob),
      ];
    });
    lines.push(line(letter.about, records.get(letter.about), letter.letter, [letterPart(letter), ...parts]));
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
    (blob) => blob.state !== "verified" && travelling(blob.blob) && !owned.has(blob.blob) && blob.state === "aside",
  );
  for (const stray of strays) lines.push(line(null, undefined, null, [blobPart(stray)]));

  const rank = (each: OutboxLine): number =>
    each.state === "needs-person" ? 0 : each.kind === "dossier" ? 1 : each.kind === "paper" ? 2 : 3;
  return lines.sort((a, b) => rank(a) - rank(b) || a.queuedAt - b.queuedAt || (`${a.record}` < `${b.record}` ? -1 : 1));
}
