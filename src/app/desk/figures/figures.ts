/**
 * Figures of a desk without anybody's data: how many dossiers of which procedure stand where, and how long they waited. Pure.
 *
 * Surprising: they are worked out in the helper's browser, over what it holds. No server could: it reads nothing.
 */

import type { LetterId } from "../../../shared/ids.ts";
import type { DeskDossierRow } from "../../../workers/desk.contract.ts";
import { type RowState, rowState } from "../rows.ts";

const DAY = 86_400_000;

export interface ProcedureFigures {
  /** Id of the procedure. */
  readonly procedure: string;
  /** Versions that another one replaces, letters taken back and letters that do not open are not counted. */
  readonly all: number;
  /** Not opened yet. */
  readonly new: number;
  /** Opened, no word said about it. */
  readonly opened: number;
  /** A paper was asked for. */
  readonly asked: number;
  /** Marked received. */
  readonly received: number;
  /** Decided, or closed without a decision. */
  readonly done: number;
  /** Whole days since the oldest of `new` and `opened` was deposited; null: none waits. */
  readonly oldest: number | null;
  /** Whole days from deposit to the first reply, the middle one; null: none was answered. */
  readonly reply: number | null;
}

const median = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : ([...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? null);

/** One line for each procedure, the one with most dossiers first. @param now milliseconds. */
export function figuresOf(
  rows: readonly DeskDossierRow[],
  replaced: ReadonlySet<LetterId>,
  now: number,
): readonly ProcedureFigures[] {
  const byProcedure = new Map<string, DeskDossierRow[]>();
  for (const row of rows) {
    if (["replaced", "withdrawn", "trouble"].includes(rowState(row, replaced))) continue;
    const own = byProcedure.get(row.procedure);
    if (own === undefined) byProcedure.set(row.procedure, [row]);
    else own.push(row);
  }
  const figures = [...byProcedure].map(([procedure, own]): ProcedureFigures => {
    const count = (...states: readonly RowState[]): number =>
      own.filter((row) => states.includes(rowState(row, replaced))).length;
    const waiting = own.filter((row) => ["new", "opened"].includes(rowState(row, replaced)));
    const oldest = Math.min(...waiting.map((row) => row.depositedAt));
    const replies = own.flatMap(({ repliedAt, depositedAt }) =>
      repliedAt === undefined ? [] : [Math.max(0, Math.floor((repliedAt - depositedAt) / DAY))],
    );
    return {
      procedure,
      all: own.length,
      new: count("new"),
      opened: count("opened"),
      asked: count("missing-piece"),
      received: count("received"),
      done: count("decided", "closed"),
      oldest: waiting.length === 0 ? null : Math.max(0, Math.floor((now - oldest) / DAY)),
      reply: median(replies),
    };
  });
  return figures.sort((a, b) => b.all - a.all || (a.procedure < b.procedure ? -1 : 1));
}
