/**
 * A piece of database work that does not know which database does it: a generator that yields statements and is handed
 * their rows. Runs in Node.
 *
 * SQLite drives it in one go, without ever giving way; PostgreSQL drives it over a connection, awaiting each answer. So
 * one text serves both: $1 placeholders, ON CONFLICT, RETURNING, no now(), only TEXT and BIGINT.
 */

import { assert } from "../../shared/assert.ts";

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

export interface Query {
  readonly sql: string;
  readonly values: readonly Value[];
  /** Asked in the same breath, before this one has answered. */
  readonly next?: Query;
  /** Nobody waits for what it answers; what is kept is kept only if it worked. */
  readonly later?: true;
}

export interface Rows {
  readonly rows: readonly Row[];
  /** Rows that the statement changed or returned. */
  readonly changes: number;
  /** What `next` answered. */
  readonly next?: Rows;
}

export type Work<T> = Generator<Query, T, Rows>;

/** What a write answers, and whether what it wrote stays. */
export interface Outcome<T> {
  readonly keep: boolean;
  readonly value: T;
}

export const kept = <T>(value: T): Outcome<T> => ({ keep: true, value });
export const undone = <T>(value: T): Outcome<T> => ({ keep: false, value });

/** For the few statements that have no common text. */
export type Dialect = "sqlite" | "postgres";

/** A database that can do work. `work` is a factory, because a database may have to begin again. */
export interface Driver {
  readonly dialect: Dialect;
  /** Statements that change nothing; each sees what is committed when it runs. */
  readonly read: <T>(work: () => Work<T>) => Promise<T>;
  /** One transaction of its own, on the disk before the promise resolves; undone when it throws or says so. */
  readonly write: <T>(work: () => Work<Outcome<T>>) => Promise<T>;
  /** A write during which no other process of the server does one of these: migrations. */
  readonly exclusive: <T>(work: () => Work<Outcome<T>>) => Promise<T>;
  readonly backupTo: ((file: string) => Promise<void>) | undefined;
  readonly close: () => Promise<void>;
}

export function* one(sql: string, ...values: readonly Value[]): Work<Row | undefined> {
  return (yield { sql, values }).rows[0];
}
export function* all(sql: string, ...values: readonly Value[]): Work<readonly Row[]> {
  return (yield { sql, values }).rows;
}
/** Two statements in one turn. @returns the first row of each. */
export function* two(first: Query, second: Query): Work<readonly [Row | undefined, Row | undefined]> {
  const { rows, next } = yield { ...first, next: second };
  assert(next !== undefined, "what was asked in the same breath is answered in it");
  return [rows[0], next.rows[0]];
}
/** For a write whose answer says nothing: it need not be waited for. */
export function* later(sql: string, ...values: readonly Value[]): Work<void> {
  yield { sql, values, later: true };
}
/** @returns how many rows it changed. */
export function* run(sql: string, ...values: readonly Value[]): Work<number> {
  return (yield { sql, values }).changes;
}

export const text = (row: Row, column: string): string => {
  const value = row[column];
  assert(typeof value === "string", "a TEXT column holds text");
  return value;
};
export const number = (row: Row, column: string): number => {
  const value = row[column];
  assert(typeof value === "number", "a BIGINT column holds a number");
  return value;
};
export const numberOrNull = (row: Row, column: string): number | null =>
  row[column] === null ? null : number(row, column);
export const textOrNull = (row: Row, column: string): string | null =>
  row[column] === null ? null : text(row, column);

const batchSize = 16;

/**
 * Runs `sql` for many ids, sixteen at a time, so that few texts have to be prepared; "IN ($ids)" stands where they go,
 * behind the values that all batches share.
 */
export function* inBatches(sql: string, shared: readonly Value[], ids: readonly string[]): Work<readonly Row[]> {
  if (ids.length === 0) return [];
  const rows: Row[] = [];
  const places = Array.from({ length: batchSize }, (_, index) => `$${shared.length + index + 1}`).join(", ");
  const filled = sql.replace("$ids", places);
  for (let from = 0; from < ids.length; from += batchSize) {
    // No id is empty: the rest of the last batch matches nothing.
    const batch = Array.from({ length: batchSize }, (_, index) => ids[from + index] ?? "");
    rows.push(...(yield* all(filled, ...shared, ...batch)));
  }
  return rows;
}
