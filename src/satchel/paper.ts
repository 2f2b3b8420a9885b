/**
 * The life of one paper: draft, kept, binned, purged. Pure; every function takes a record and returns a new one.
 *
 * Surprising fact: `now` is the device's clock and orders nothing. Only `serverTime` (the last one seen, ms) may make
 * something disappear (DESIGN 4): a phone whose clock jumps a year ahead destroys no paper.
 */

import { assert } from "../shared/assert.ts";
import type { BlobId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import type { BlobPointer, Page, PaperRecord, PartialDate, SatchelRecord, ShownPaper } from "./model.ts";

/** Days of server time that a binned paper is kept. */
export const binDays = 30;
const dayMs = 86_400_000;

export type PageId = string;

/** A paper that was just begun. Nothing is asked first: kind and title may come later. */
export const createPaper = (now: number, kind: string | null = null): PaperRecord => ({
  t: "paper",
  kind,
  title: "",
  holder: "me",
  expiry: null,
  pages: {},
  status: "draft",
  binnedAt: null,
  createdAt: now,
  updatedAt: now,
});

/** Pages in reading order: by position, then by id, so that all devices agree. */
export const pagesInOrder = <Pointer>(
  paper: Pick<PaperRecord<Pointer>, "pages">,
): readonly (readonly [PageId, Page<Pointer>])[] =>
  Object.entries(paper.pages).sort(
    ([idA, a], [idB, b]) => a.position - b.position || (idA < idB ? -1 : idA > idB ? 1 : 0),
  );

/** Position behind the last page. */
const lastPosition = (paper: PaperRecord): number =>
  Object.values(paper.pages).reduce((last, page) => Math.max(last, page.position), 0);

/**
 * Adds a page at the end, or puts a newer capture in the place of the page with that id (re-crop, raw page read later).
 * The page keeps its place when it was there.
 */
export function putPage(paper: PaperRecord, id: PageId, page: Omit<Page, "position">, now: number): PaperRecord {
  const position = paper.pages[id]?.position ?? lastPosition(paper) + 1;
  return { ...paper, pages: { ...paper.pages, [id]: { ...page, position } }, updatedAt: now };
}

/** There is something to keep: a page, or words on where the paper is ("l'original est chez ma soeur"). */
export const hasSubstance = (paper: Pick<ShownPaper, "pages" | "note">): boolean =>
  Object.keys(paper.pages).length > 0 || (paper.note ?? "") !== "";

/**
 * Takes a page out. The last page of a kept paper without a note cannot go: a kept paper with nothing in it would be a paper
 * that is nowhere (INV-1); the person bins the paper instead.
 */
export function removePage(paper: PaperRecord, id: PageId, now: number): Result<PaperRecord, "last-page"> {
  if (paper.pages[id] === undefined) return ok(paper);
  const last = Object.keys(paper.pages).length === 1;
  if (paper.status !== "draft" && last && !hasSubstance({ ...paper, pages: {} })) return err("last-page");
  const { [id]: _gone, ...pages } = paper.pages;
  return ok({ ...paper, pages, updatedAt: now });
}

/** Puts the page at place `to` (0 = first) by giving it a position between its new neighbours. */
export function movePage(paper: PaperRecord, id: PageId, to: number, now: number): PaperRecord {
  const page = paper.pages[id];
  if (page === undefined) return paper;
  const rest = pagesInOrder(paper).filter(([other]) => other !== id);
  const at = Math.min(Math.max(Math.trunc(to), 0), rest.length);
  const before = rest[at - 1]?.[1].position;
  const after = rest[at]?.[1].position;
  if (before === undefined && after === undefined) return paper;
  const position = before === undefined ? (after ?? 0) - 1 : after === undefined ? before + 1 : (before + after) / 2;
  // Two pages added by two devices can share a position: no number lies between them, so all get new ones.
  if (position === before || position === after) {
    const order = [...rest.slice(0, at), [id, page] as const, ...rest.slice(at)];
    const pages = Object.fromEntries(order.map(([each, one], place) => [each, { ...one, position: place + 1 }]));
    return { ...paper, pages, updatedAt: now };
  }
  return { ...paper, pages: { ...paper.pages, [id]: { ...page, position } }, updatedAt: now };
}

const turns = [0, 90, 180, 270] as const;

/** Turns a page by quarter turns clockwise; negative ones go back. The stored picture is not touched. */
export function turnPage(paper: PaperRecord, id: PageId, quarters: number, now: number): PaperRecord {
  const page = paper.pages[id];
  if (page === undefined) return paper;
  const place = (((turns.indexOf(page.turn) + Math.trunc(quarters)) % 4) + 4) % 4;
  return { ...paper, pages: { ...paper.pages, [id]: { ...page, turn: turns[place] ?? 0 } }, updatedAt: now };
}

/** Ends the capture. Refused without a page or a note: "kept" must mean that there is something to keep. */
export function keepPaper(paper: PaperRecord, now: number): Result<PaperRecord, "no-page"> {
  if (!hasSubstance(paper)) return err("no-page");
  return ok({ ...paper, status: "kept", binnedAt: null, updatedAt: now });
}

/** Spaces at the ends and doubled ones are dropped; an empty title falls back to the kind's name when shown. */
export const renamePaper = (paper: PaperRecord, title: string, now: number): PaperRecord => ({
  ...paper,
  title: title.trim().replace(/\s+/g, " "),
  updatedAt: now,
});

/** `kind`: a key of paper-types.ts, or null for "not chosen". */
export const setPaperKind = (paper: PaperRecord, kind: string | null, now: number): PaperRecord => ({
  ...paper,
  kind,
  updatedAt: now,
});

/** `holder`: "me" or a free name; an empty name is the person. */
export const setPaperHolder = (paper: PaperRecord, holder: string, now: number): PaperRecord => ({
  ...paper,
  holder: holder.trim() === "" ? "me" : holder.trim(),
  updatedAt: now,
});

export const setPaperExpiry = (paper: PaperRecord, expiry: PartialDate | null, now: number): PaperRecord => ({
  ...paper,
  expiry,
  updatedAt: now,
});

/**
 * Words of the person; line breaks stay. Empty: no note any more, but for a kept paper that is nothing else: there the words
 * stay, and the person bins the paper instead.
 */
export function setPaperNote(paper: PaperRecord, note: string, now: number): PaperRecord {
  const text = note.trim();
  if (text !== "") return { ...paper, note: text, updatedAt: now };
  const { note: _gone, ...rest } = paper;
  return paper.status !== "draft" && !hasSubstance(rest) ? paper : { ...rest, updatedAt: now };
}

/** Writes what is printed on it, field by field; null or an empty text takes one out. Other fields stay as they are. */
export function setPaperFacts(
  paper: PaperRecord,
  patch: Readonly<Record<string, string | null>>,
  now: number,
): PaperRecord {
  const written = Object.entries({ ...paper.facts, ...patch }).flatMap(([field, value]) => {
    const text = (value ?? "").trim();
    return text === "" ? [] : [[field, text] as const];
  });
  const { facts: _before, ...rest } = paper;
  return { ...rest, ...(written.length === 0 ? {} : { facts: Object.fromEntries(written) }), updatedAt: now };
}

/** Where it is kept (keeping.ts); null: as its kind says. */
export function setPaperStay(paper: PaperRecord, stay: boolean | null, now: number): PaperRecord {
  const { stay: _before, ...rest } = paper;
  return { ...rest, ...(stay === null ? {} : { stay }), updatedAt: now };
}

/** Puts the paper in the bin. `serverTime`: last server time seen, or null when no server was ever met. */
export const binPaper = (paper: PaperRecord, serverTime: number | null, now: number): PaperRecord => ({
  ...paper,
  status: "binned",
  binnedAt: serverTime,
  updatedAt: now,
});

/** Takes it out of the bin; a paper with nothing in it comes back as a draft. */
export const restorePaper = (paper: PaperRecord, now: number): PaperRecord => ({
  ...paper,
  status: hasSubstance(paper) ? "kept" : "draft",
  binnedAt: null,
  updatedAt: now,
});

/**
 * True when the 30 days are over on the server's clock. A paper binned before any server was met has no date: call
 * `startBinClock` once a server time is known; until then it never goes.
 */
export const isPurgeDue = (paper: ShownPaper, serverTime: number | null): boolean =>
  paper.status === "binned" &&
  paper.binnedAt !== null &&
  serverTime !== null &&
  serverTime - paper.binnedAt >= binDays * dayMs;

/** Gives a paper that was binned before any server was met the first server time seen. Others come back as they are. */
export const startBinClock = (paper: PaperRecord, serverTime: number): PaperRecord =>
  paper.status === "binned" && paper.binnedAt === null ? { ...paper, binnedAt: serverTime } : paper;

/** Whole days left in the bin, at least 0; null while no server time is known. */
export function binDaysLeft(paper: ShownPaper, serverTime: number | null): number | null {
  if (paper.status !== "binned") return null;
  if (paper.binnedAt === null || serverTime === null) return binDays;
  return Math.max(0, Math.ceil((paper.binnedAt + binDays * dayMs - serverTime) / dayMs));
}

/** Newest first, then by id. For a list of kept papers, or of the bin. */
export const sortPapers = <P extends { readonly record: string; readonly paper: PaperRecord }>(
  papers: readonly P[],
): readonly P[] => [...papers].sort((a, b) => b.paper.createdAt - a.paper.createdAt || (a.record < b.record ? -1 : 1));

/** What to call it: the person's title, else the name of its kind, else `unnamed`. `nameOf` resolves a kind in words. */
export function paperTitle(paper: ShownPaper, nameOf: (kind: string) => string, unnamed: string): string {
  if (paper.title !== "") return paper.title;
  return paper.kind === null ? unnamed : nameOf(paper.kind);
}

const pointersOf = (page: Page): readonly BlobPointer[] =>
  [page.readable, page.preview, page.original].filter((pointer) => pointer !== null);

/** Every sealed stream that a whole copy of this paper needs, previews and originals included. */
export const paperBlobs = (paper: PaperRecord): readonly BlobPointer[] =>
  pagesInOrder(paper).flatMap(([, page]) => pointersOf(page));

/**
 * Every stream that a record names: a paper's own, and those of values that a merge put aside in `others`. Whoever drops
 * streams asks this: a page that waits there for the person's choice is a page (INV-1).
 */
export function streamsNamed(record: SatchelRecord): readonly BlobId[] {
  const found = new Set<BlobId>(record.t === "paper" ? paperBlobs(record).map((pointer) => pointer.blob) : []);
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { blob } = value as { readonly blob?: unknown };
    if (typeof blob === "string") found.add(blob as BlobId);
    for (const inner of Object.values(value)) walk(inner);
  };
  walk(record.others);
  return [...found];
}

/** The stream that a receiver reads: the readable page, or the original where it could not be reduced yet. */
export function pageContent(page: Page): BlobPointer {
  const pointer = page.readable ?? page.original;
  assert(pointer !== null, "a page has a readable picture or an original");
  return pointer;
}

/** Readable pages and their previews, in order: what leaves with a dossier. */
export const paperPagesToSend = (
  paper: PaperRecord,
): readonly { readonly blob: BlobId; readonly turn: number; readonly preview: BlobId | null }[] =>
  pagesInOrder(paper).map(([, page]) => ({
    blob: pageContent(page).blob,
    turn: page.turn,
    preview: page.preview?.blob ?? null,
  }));
