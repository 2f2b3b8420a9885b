/**
 * The database port on PostgreSQL (15 or later, or what speaks its protocol): many server processes, one database.
 * Runs in Node.
 *
 * A write is one transaction on one connection of the pool, begun again when PostgreSQL took another one's side
 * (serialization, deadlock) or the connection was lost before COMMIT was sent. Lost after that, nobody can know: it is an
 * error, and the caller's item, which can be sent twice, is sent again. COMMIT of a failed transaction answers "ROLLBACK"
 * without an error; that is looked at. Surprising: BEGIN, COMMIT and what nobody has to hear are sent without waiting for
 * the answer before; the first failure is then the one that counts.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { Client, DatabaseError, Pool, type PoolClient, types } from "pg";
import { assert } from "../../shared/assert.ts";
import type { Clock, Random } from "../../shared/ports.ts";
import type { Store } from "./ports.ts";
import { createSqlStore } from "./sql-store.ts";
import { all, type Driver, type Outcome, type Query, type Row, type Rows, text, type Work } from "./work.ts";

export interface PostgresDeps {
  /** postgres://user@host:port/database */
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Connections of this process. */
  readonly connections?: number;
}

const defaultConnections = 10;
const tries = 6;
const firstWaitMs = 40;

/** Any number: servers of the same database wait for each other by it while one of them migrates. */
const migrationLock = 6_225_837;

const serialization = new Set(["40001", "40P01"]);
/** The session is of no use any more: ended by the operator or a crash, or its prepared texts are of an older schema. */
const sessionGone = /^(08|57P|0A000)/;

const bigint = 20;
const exactNumber = (letters: string): number => {
  const value = Number(letters);
  assert(Number.isSafeInteger(value), "a BIGINT of ours is a safe integer");
  return value;
};

/** Marks a failure after which the same work may be done again: nothing of it was kept. */
class Again extends Error {
  override readonly name = "Again";
}

interface Failure {
  readonly error: unknown;
}
/** Never rejects. */
const failureOf = (asked: Promise<unknown>): Promise<Failure | undefined> =>
  asked.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
/** What a piece of work sees of a statement that nobody waits for. */
const unheard: Rows = { rows: [], changes: 0 };

interface Connection {
  readonly ask: (query: Query) => Promise<Rows>;
  /** @returns what PostgreSQL says that it did. */
  readonly say: (sql: string) => Promise<string>;
  /** It failed in itself and will be thrown away. */
  readonly broken: () => boolean;
}

/** A pool of connections as a driver. Nothing is asked before the first work. */
export function createPostgresDriver(url: string, random: Random, connections = defaultConnections): Driver {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: "besace",
    // What is asked in one breath travels in one: a push is two turns, not seven.
    pipeline: true,
    statement_timeout: 60_000,
    lock_timeout: 20_000,
    // A process that vanishes in the middle must not hold a satchel for ever.
    idle_in_transaction_session_timeout: 60_000,
    types: {
      getTypeParser: ((oid: number, format?: "text" | "binary") =>
        oid === bigint && format !== "binary"
          ? exactNumber
          : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
    },
  });
  // A connection that dies tells whoever uses it through the query; one that nobody uses is simply left by the pool.
  const heard = (): void => undefined;
  pool.on("error", heard);
  pool.on("connect", (client) => client.on("error", heard));

  /** Each text is prepared once per connection, under the same name everywhere. */
  const names = new Map<string, string>();
  const nameOf = (sql: string): string => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    const name = `besace-${names.size + 1}`;
    names.set(sql, name);
    return name;
  };

  /** What is asked until this turn of the loop ends leaves in one piece. */
  const hold = (client: PoolClient): void => {
    if (!(client instanceof Client)) return;
    const { stream } = client.connection;
    if (stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => stream.uncork());
  };

  /** Lends a connection; one that failed in itself is thrown away, and the failure says whether to begin again. */
  const lend = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (cause) {
      throw new Again("no connection to the database", { cause });
    }
    let broken = false;
    let committing = false;
    const watch = async <R>(asked: Promise<R>): Promise<R> => {
      try {
        return await asked;
      } catch (cause) {
        const code = cause instanceof DatabaseError ? cause.code : undefined;
        if (code !== undefined && serialization.has(code))
          throw new Again("the database asks to begin again", { cause });
        if (code !== undefined && !sessionGone.test(code)) throw cause;
        broken = true;
        if (!committing) throw new Again("the connection to the database was lost", { cause });
        throw new Error("the connection to the database was lost while it committed: it may have or not", { cause });
      }
    };
    try {
      return await work({
        ask: async ({ sql, values }) => {
          const query = { text: sql, values: [...values], ...(values.length === 0 ? {} : { name: nameOf(sql) }) };
          hold(client);
          const { rows, rowCount } = await watch(client.query<Row>(query));
          return { rows, changes: rowCount ?? 0 };
        },
        say: async (sql) => {
          committing = sql === "COMMIT";
          hold(client);
          return (await watch(client.query(sql))).command;
        },
        broken: () => broken,
      });
    } finally {
      client.release(broken);
    }
  };

  const again = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Again) || attempt === tries) throw error;
        // Half of it by chance: two that disturbed each other must not meet again at once.
        const share = 0.5 + (random.bytes(1)[0] ?? 0) / 512;
        await sleep(firstWaitMs * 2 ** attempt * share);
      }
    }
  };

  const answer = async (connection: Connection, query: Query): Promise<Rows> => {
    if (query.next === undefined) return connection.ask(query);
    const [rows, next] = await Promise.all([connection.ask(query), answer(connection, query.next)]);
    return { ...rows, next };
  };
  /** `sent`, of a write, takes what nobody waits for. */
  const drive = async <T>(connection: Connection, work: Work<T>, sent?: Promise<Failure | undefined>[]): Promise<T> => {
    let step = work.next();
    while (step.done !== true) {
      assert(step.value.later !== true || sent !== undefined, "what is only read is waited for");
      const asked = answer(connection, step.value);
      if (step.value.later === true) {
        sent?.push(failureOf(asked));
        step = work.next(unheard);
      } else step = work.next(await asked);
    }
    return step.value;
  };

  const transaction = <T>(work: () => Work<Outcome<T>>, before: readonly string[] = []): Promise<T> =>
    again(() =>
      lend(async (connection) => {
        const sent = ["BEGIN", ...before].map((sql) => failureOf(connection.say(sql)));
        // After the first failure all that follows fails because of it.
        const firstFailure = async () => (await Promise.all(sent)).find((each) => each !== undefined);
        let outcome: Outcome<T>;
        try {
          outcome = await drive(connection, work(), sent);
        } catch (error) {
          const first = await firstFailure();
          if (!connection.broken()) await connection.say("ROLLBACK");
          throw first === undefined ? error : first.error;
        }
        const command = outcome.keep ? "COMMIT" : "ROLLBACK";
        const ending = connection.say(command);
        sent.push(failureOf(ending));
        const first = await firstFailure();
        if (first !== undefined) throw first.error;
        assert((await ending) === command, "what was answered was committed");
        return outcome.value;
      }),
    );

  return {
    dialect: "postgres",
    read: (work) => again(() => lend((connection) => drive(connection, work()))),
    write: (work) => transaction(work),
    exclusive: (work) =>
      transaction(work, ["SET LOCAL statement_timeout = 0", `SELECT pg_advisory_xact_lock(${migrationLock})`]),
    backupTo: undefined,
    close: () => pool.end(),
  };
}

const oldestVersion = 150_000;

/**
 * What makes a commit durable, said by the server itself. @throws Error that says what to change.
 */
async function checkServer(driver: Driver): Promise<void> {
  const settings = await driver.read(function* () {
    const rows = yield* all(
      `SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num', 'server_encoding', 'fsync',
         'full_page_writes', 'synchronous_commit', 'transaction_read_only')`,
    );
    return new Map(rows.map((row) => [text(row, "name"), text(row, "setting")]));
  });
  const must = (name: string, holds: (value: string) => boolean, what: string): void => {
    const value = settings.get(name);
    // What speaks PostgreSQL's protocol without being it may not know a setting.
    if (value !== undefined && !holds(value)) throw new Error(`DATABASE_URL: ${what} (${name} is ${value})`);
  };
  const isOn = (value: string): boolean => value === "on";
  must("server_version_num", (value) => Number(value) >= oldestVersion, "PostgreSQL 15 or later is needed");
  must("server_encoding", (value) => value === "UTF8", "the database must be made with the encoding UTF8");
  must("transaction_read_only", (value) => value === "off", "the database takes no writes: name its primary");
  must("fsync", isOn, "fsync must be on, or what was acknowledged is lost with the power");
  must("full_page_writes", isOn, "full_page_writes must be on, or a power cut may tear a page");
  must(
    "synchronous_commit",
    (value) => value !== "off",
    "synchronous_commit must not be off, or the server would acknowledge what is not on the disk",
  );
}

/** Opens the database and brings it up to this version. @throws when it does not answer, is not durable, or is newer than this server. */
export async function openPostgres(deps: PostgresDeps): Promise<Store> {
  const driver = createPostgresDriver(deps.url, deps.random, deps.connections);
  try {
    await checkServer(driver);
    return await createSqlStore({ driver, clock: deps.clock, random: deps.random });
  } catch (error) {
    await driver.close();
    throw error;
  }
}
