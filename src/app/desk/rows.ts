/** The inbox as a list: what comes first, what a filter keeps, what a search finds. Pure. */

import { readSpoken } from "../../satchel/spoken.ts";
import type { LetterId, PrincipalId } from "../../shared/ids.ts";
import type { DeskDossierRow } from "../../workers/desk.contract.ts";

/** `mine`: assigned to whoever is at this desk. */
export const ROW_FILTERS = ["all", "new", "missing-piece", "progress", "done", "mine"] as const;
export type RowFilter = (typeof ROW_FILTERS)[number];

/** What a row is shown as: a dossier that a newer version replaces is done with, one that does not open is urgent. */
export type RowState = DeskDossierRow["status"] | "closed" | "trouble" | "replaced";

export function rowState(row: DeskDossierRow, replaced: ReadonlySet<LetterId>): RowState {
  if (row.trouble !== null) return "trouble";
  if (row.status === "withdrawn") return "withdrawn";
  if (replaced.has(row.letter)) return "replaced";
  return row.closed === true && row.status !== "decided" ? "closed" : row.status;
}

/** Letters that a newer version in the list replaces. */
export const replacedLetters = (rows: readonly DeskDossierRow[]): ReadonlySet<LetterId> =>
  new Set(rows.flatMap((row) => (row.replaces === null ? [] : [row.replaces])));

const ORDER: Readonly<Record<RowState, number>> = {
  trouble: 0,
  new: 1,
  opened: 2,
  "missing-piece": 3,
  received: 4,
  decided: 5,
  closed: 6,
  replaced: 7,
  withdrawn: 8,
};

/** Which filter keeps a state; null: none but "all". What does not open has to be looked at: it counts as unread. */
const FILTER_OF: Readonly<Record<RowState, Exclude<RowFilter, "all" | "mine"> | null>> = {
  trouble: "new",
  new: "new",
  opened: "progress",
  received: "progress",
  "missing-piece": "missing-piece",
  decided: "done",
  closed: "done",
  replaced: null,
  withdrawn: null,
};

/** Unread first; whoever waits longest comes first; what is done comes last, newest first. */
export function inOrder(rows: readonly DeskDossierRow[], replaced: ReadonlySet<LetterId>): readonly DeskDossierRow[] {
  return [...rows].sort((a, b) => {
    const places = [ORDER[rowState(a, replaced)], ORDER[rowState(b, replaced)]] as const;
    if (places[0] !== places[1]) return places[0] - places[1];
    const wait = a.depositedAt - b.depositedAt;
    return (places[0] >= ORDER.decided ? -wait : wait) || (a.letter < b.letter ? -1 : 1);
  });
}

/** @param me who is at this desk; null where it names nobody. */
export function passes(
  row: DeskDossierRow,
  filter: RowFilter,
  replaced: ReadonlySet<LetterId>,
  me: PrincipalId | null,
): boolean {
  if (filter === "all") return true;
  const kept = FILTER_OF[rowState(row, replaced)];
  if (filter === "mine") return me !== null && row.assigned === me && kept !== null && kept !== "done";
  return kept === filter;
}

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
const joined = (text: string): string => text.replace(/[\s\-._]/gu, "").toUpperCase();

/**
 * What a search keeps of `rows`, in their order: every word typed begins a word of the name, or what was typed is a part of
 * the number. Names are taken apart once: thousands of them for each key would be felt.
 */
export function createSearch(rows: readonly DeskDossierRow[]): (typed: string) => readonly DeskDossierRow[] {
  const names = rows.map((row) => fold(row.name).split(/[\s'’-]+/));
  return (typed) => {
    const words = fold(typed).split(/\s+/).filter(Boolean);
    if (words.length === 0) return rows;
    const number = joined(typed);
    return rows.filter(
      (row, at) =>
        (row.number !== "" && row.number.includes(number)) ||
        words.every((word) => names[at]?.some((part) => part.startsWith(word))),
    );
  };
}

/** The list as it is narrowed: in order, found, filtered. */
export function shownRows(
  rows: readonly DeskDossierRow[],
  { filter, typed }: { readonly filter: RowFilter; readonly typed: string },
  me: PrincipalId | null,
): readonly DeskDossierRow[] {
  const replaced = replacedLetters(rows);
  return createSearch(inOrder(rows, replaced))(typed).filter((row) => passes(row, filter, replaced, me));
}

/** How many each filter keeps. */
export function countsOf(
  rows: readonly DeskDossierRow[],
  replaced: ReadonlySet<LetterId>,
  me: PrincipalId | null,
): Readonly<Record<RowFilter, number>> {
  const counts: Record<RowFilter, number> = { all: 0, new: 0, "missing-piece": 0, progress: 0, done: 0, mine: 0 };
  for (const row of rows) for (const filter of ROW_FILTERS) if (passes(row, filter, replaced, me)) counts[filter] += 1;
  return counts;
}

/** A whole number with one character wrong or two swapped: worth saying when nothing is found. */
export function isMisheard(typed: string): boolean {
  const read = readSpoken(typed);
  return !read.ok && read.error.type === "check";
}
