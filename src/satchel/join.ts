/**
 * Joining what another satchel of the same person holds (DESIGN 4, last paragraph): what a record becomes here. Pure, runs in
 * workers and Node.
 *
 * Surprising: record ids stay as they were. They are random, so two satchels never share one by chance, and the same copy
 * taken in twice, or on two devices, meets itself.
 */

import type { BlobId, LetterId, PrincipalId } from "../shared/ids.ts";
import { mergeRecords, sameValue, stable } from "./merge.ts";
import type {
  BlobPointer,
  DossierRecord,
  Origin,
  Page,
  PaperRecord,
  ProfileRecord,
  SatchelRecord,
  SentLetter,
  SignedText,
} from "./model.ts";

/** What both sides of a joining know: papers and dossiers; profiles go their own way (`joinProfile`). */
export type Joined = PaperRecord | DossierRecord;

const isPointer = (value: unknown): value is BlobPointer =>
  typeof value === "object" && value !== null && "blob" in value && "hash" in value;

/** Every stream that a value names, wherever it stands. */
export function pointersIn(value: unknown): readonly BlobPointer[] {
  if (isPointer(value)) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(pointersIn) : [];
}

/** Text of what is taken in, equal for equal content: its hash is the record's `origin.digest`. */
export const originText = (record: SatchelRecord, proofs: readonly SignedText[]): string =>
  stable([record, [...proofs].map(({ body, sig }) => `${body}.${sig}`).sort()]);

/** The streams of this satchel in place of the source's. A stream whose bytes did not come is null. */
function withPointers(value: unknown, pointers: ReadonlyMap<BlobId, BlobPointer>): unknown {
  if (isPointer(value)) return pointers.get(value.blob) ?? null;
  if (Array.isArray(value)) return value.map((each) => withPointers(each, pointers));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withPointers(each, pointers)]));
}

const hasPicture = (page: Page): boolean => page.readable !== null || page.original !== null;

/** A paper with this satchel's streams; null when none of its pages has come: it is taken in later. */
export function adoptPaper(
  record: PaperRecord,
  pointers: ReadonlyMap<BlobId, BlobPointer>,
  origin: Origin | null,
): PaperRecord | null {
  const taken = withPointers(record, pointers) as PaperRecord;
  const pages = Object.fromEntries(Object.entries(taken.pages).filter(([, page]) => hasPicture(page)));
  if (Object.keys(pages).length === 0) return null;
  const { others, origin: _before, ...rest } = taken;
  // A choice between pictures whose bytes did not come is no choice.
  const known = Object.entries(others ?? {}).flatMap(([path, values]) => {
    const left = values.filter((value, n) => value !== null || record.others?.[path]?.[n] === null);
    return left.length === 0 ? [] : [[path, left] as const];
  });
  return {
    ...rest,
    pages,
    // One capture at a time is under way in a satchel, and it is not this one.
    status: rest.status === "draft" ? "kept" : rest.status,
    ...(origin === null ? {} : { origin }),
    ...(known.length === 0 ? {} : { others: Object.fromEntries(known) }),
  };
}

/** A dossier whose versions say which satchel sent them, with the proofs that came back to it. */
export function adoptDossier(
  record: DossierRecord,
  from: PrincipalId,
  proofs: ReadonlyMap<LetterId, readonly SignedText[]>,
  origin: Origin | null,
): DossierRecord {
  const letters = Object.entries(record.sent) as [LetterId, SentLetter][];
  const told = letters.flatMap(([letter]) => {
    const held = [...(record.proofs?.[letter] ?? []), ...(proofs.get(letter) ?? [])];
    return held.length === 0 ? [] : [[letter, held] as const];
  });
  const { origin: _before, ...rest } = record;
  return {
    ...rest,
    sent: Object.fromEntries(letters.map(([letter, sent]) => [letter, { ...sent, from: sent.from ?? from }])),
    ...(told.length === 0 ? {} : { proofs: Object.fromEntries(told) }),
    ...(origin === null ? {} : { origin }),
  };
}

/** Maps that only ever grow: what is new in them is news, everything else was taken in before. */
const growing = ["pages", "sent", "replies", "proofs", "withdrawn"] as const;

function withoutNews<R extends Joined>(record: R): R {
  const empty = growing.filter((field) => field in record).map((field) => [field, {}] as const);
  return { ...record, ...Object.fromEntries(empty) };
}

/**
 * The record that stands here once `theirs` is joined to it (INV-4: twice equals once).
 * `known`: what came of this source before is in `mine`, so that only its news is taken; else the rules of a merge without
 * a common ancestor hold: this one's value stands, the other is one tap away, sets are united, no page is dropped.
 */
export function joinRecord(mine: Joined | undefined, theirs: Joined, known: boolean): Joined {
  if (mine === undefined) return theirs;
  if (mine.t !== theirs.t) return mine;
  if (mine.origin !== undefined && sameValue(mine.origin, theirs.origin)) return mine;
  const base = known ? withoutNews(theirs) : null;
  const merged = mergeRecords<Joined>({ base, mine, theirs });
  const origin = theirs.origin ?? mine.origin;
  return origin === undefined || sameValue(merged.origin, origin) ? merged : { ...merged, origin };
}

const facts = ["given_name", "family_name", "birthdate", "phone_number", "email"] as const;

/** The profile here stands; what the other satchel says otherwise is among the other answers. */
export function joinProfile<P extends ProfileRecord>(mine: P, theirs: ProfileRecord): P {
  const said = Object.fromEntries(
    facts.flatMap((fact) => (theirs[fact] === undefined ? [] : [[fact, theirs[fact]] as const])),
  );
  // What is only here is no difference: the other satchel was never asked.
  return mergeRecords<ProfileRecord>({ base: null, mine, theirs: { ...mine, ...said } }) as P;
}

/** A page of `mine` that shows the same picture: its stream is here already. */
export function sameStream(
  mine: Joined | undefined,
  pointer: Pick<BlobPointer, "hash" | "bytes">,
  isHere: (blob: BlobId) => boolean,
): BlobPointer | undefined {
  return pointersIn(mine).find(
    (held) => held.hash === pointer.hash && held.bytes === pointer.bytes && isHere(held.blob),
  );
}

const renditions = ["readable", "preview", "original"] as const;

/**
 * Pictures that `mine` lacks and `theirs` brings, page by page: one that had not come before, or whose bytes were lost here.
 */
export function fillPages(mine: PaperRecord, theirs: PaperRecord, isLost: (blob: BlobId) => boolean): PaperRecord {
  let changed = false;
  const pages = Object.entries(mine.pages).map(([id, page]) => {
    let filled = page;
    for (const which of renditions) {
      const [held, given] = [page[which], theirs.pages[id]?.[which] ?? null];
      if (given === null || held?.blob === given.blob) continue;
      if (held !== null && !(held.hash === given.hash && isLost(held.blob))) continue;
      filled = { ...filled, [which]: given };
      changed = true;
    }
    return [id, filled] as const;
  });
  return changed ? { ...mine, pages: Object.fromEntries(pages) } : mine;
}
