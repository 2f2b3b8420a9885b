/**
 * The database port on `node:sqlite`: one file, WAL, synchronous=FULL, every write on the disk before it is answered.
 *
 * Runs in Node, synchronous inside: a piece of work runs without await, so nothing can come between. Writes that arrive
 * while the loop turns once share one commit, and so one fsync.
 */

import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { assert } from "../../shared/assert.ts";
import type { Clock, Random } from "../../shared/ports.ts";
import type { Store } from "./ports.ts";
import { createSqlStore } from "./sql-store.ts";
import type { Driver, Outcome, Query, Row, Rows, Work } from "./work.ts";

export interface SqliteDeps {
  /** Path of the database file; ":memory:" is refused, since nothing there is durable. */
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
}

interface Prepared {
  readonly statement: StatementSync;
  /** Which value stands at which place. */
  readonly order: readonly number[];
  readonly hasRows: boolean;
  readonly writes: boolean;
}

interface Waiting {
  /**
   * Does the work; what it returns is called after the commit. `apart`: inside a savepoint of its own. Undefined, only
   * without one: it wrote what must not stay.
   */
  readonly apply: (apart: boolean) => (() => void) | undefined;
  readonly fail: (error: unknown) => void;
}

/** One file as a driver. @throws when the file is no database or its settings do not hold. */
export function createSqliteDriver(file: string): Driver {
  assert(file !== ":memory:", "the server's database is a file");
  const db = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true });
  const statements = new Map<string, Prepared>();
  /** Whether anything was written since somebody set it to false. */
  let written = false;

  const prepared = (sql: string): Prepared => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    // "$1" is a position for PostgreSQL and a name for SQLite, which finds places much faster than names.
    const order: number[] = [];
    const placed = sql.replace(/\$(\d+)/g, (_, place: string) => {
      order.push(Number(place) - 1);
      return "?";
    });
    const statement = db.prepare(placed);
    const writes = !/^\s*SELECT\b/i.test(sql);
    const made = { statement, order, hasRows: statement.columns().length > 0, writes };
    statements.set(sql, made);
    return made;
  };
  const ask = ({ sql, values }: Query): Rows => {
    const { statement, order, hasRows, writes } = prepared(sql);
    if (writes) written = true;
    const bound = order.map((at): SQLInputValue => values[at] ?? null);
    if (!hasRows) return { rows: [], changes: Number(statement.run(...bound).changes) };
    const rows = statement.all(...bound) as unknown as readonly Row[];
    return { rows, changes: rows.length };
  };
  const answer = (query: Query): Rows => {
    const rows = ask(query);
    return query.next === undefined ? rows : { ...rows, next: answer(query.next) };
  };
  const drive = <T>(work: Work<T>): T => {
    let step = work.next();
    while (step.done !== true) step = work.next(answer(step.value));
    return step.value;
  };
  const exec = (sql: string): void => {
    ask({ sql, values: [] });
  };

  /** Writes that wait for the next commit. Nobody hears of a write before that commit is on the disk. */
  let group: Waiting[] = [];
  /** @returns what everybody hears once it is committed; undefined: somebody's writes must go, and cannot go alone. */
  const applyAll = (writes: readonly Waiting[], apart: boolean): readonly (() => void)[] | undefined => {
    exec("BEGIN IMMEDIATE");
    const answers: (() => void)[] = [];
    for (const { apply } of writes) {
      const answer = apply(apart);
      if (answer === undefined) return undefined;
      answers.push(answer);
    }
    exec("COMMIT");
    return answers;
  };
  const commitGroup = (): void => {
    const writes = group;
    group = [];
    if (writes.length === 0) return;
    const rollback = (): void => {
      if (db.isTransaction) exec("ROLLBACK");
    };
    try {
      // A savepoint each costs a fifth of the work, and mostly nobody has anything to undo.
      let answers = applyAll(writes, false);
      if (answers === undefined) {
        rollback();
        answers = applyAll(writes, true);
      }
      assert(answers !== undefined, "with savepoints each is undone alone");
      for (const answer of answers) answer();
    } catch (error) {
      rollback();
      for (const { fail } of writes) fail(error);
    }
  };
  const undo = (): void => {
    exec("ROLLBACK TO one");
    exec("RELEASE one");
  };
  const write = <T>(work: () => Work<Outcome<T>>): Promise<T> =>
    new Promise((done, fail) => {
      const apply = (apart: boolean): (() => void) | undefined => {
        if (apart) exec("SAVEPOINT one");
        written = false;
        try {
          const { keep, value } = drive(work());
          if (!keep && written && !apart) return undefined;
          if (apart && keep) exec("RELEASE one");
          if (apart && !keep) undo();
          return () => done(value);
        } catch (error) {
          // SQLite ends the whole transaction by itself when the disk is full: then nobody's write is there.
          if (!db.isTransaction) throw error;
          if (!apart) return undefined;
          undo();
          return () => fail(error);
        }
      };
      group.push({ apply, fail });
      if (group.length === 1) setImmediate(commitGroup);
    });

  const pragma = (name: string) => Object.values(ask({ sql: `PRAGMA ${name}`, values: [] }).rows[0] ?? {})[0];
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  db.exec("PRAGMA foreign_keys = ON");
  db.exec("PRAGMA busy_timeout = 5000");
  // 16 MB of log: what is changed often is copied into the file, and synced there, a quarter as often.
  db.exec("PRAGMA wal_autocheckpoint = 4000");
  assert(pragma("journal_mode") === "wal", "the database is in WAL mode");
  assert(pragma("synchronous") === 2, "the database syncs every commit");
  assert(pragma("foreign_keys") === 1, "foreign keys are checked");
  assert(pragma("busy_timeout") === 5000, "a busy database is waited for");

  return {
    dialect: "sqlite",
    read: async (work) => drive(work()),
    write,
    // One process per file, and it does one write after the other.
    exclusive: write,
    backupTo: async (target) => {
      await backup(db, target);
    },
    close: async () => {
      commitGroup();
      db.close();
    },
  };
}

/** Opens (and, when new, makes) the database. @throws when the file is no database, is newer than this server, or its settings do not hold. */
export async function openSqlite(deps: SqliteDeps): Promise<Store> {
  const driver = createSqliteDriver(deps.file);
  try {
    return await createSqlStore({ driver, clock: deps.clock, random: deps.random });
  } catch (error) {
    await driver.close();
    throw error;
  }
}
