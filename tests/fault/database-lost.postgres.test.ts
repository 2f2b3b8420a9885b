/**
 * PostgreSQL that refuses, interrupts, dies and comes back, under the server's store: an error never looks like success,
 * and what was answered is there (I3, I5, I6). Runs one PostgreSQL of its own: it is killed here.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ServerTime } from "../../src/protocol/wire.ts";
import { openStore } from "../../src/server/stores/open.ts";
import type { OpVerdict, Store } from "../../src/server/stores/ports.ts";
import { createPostgresDriver, openPostgres } from "../../src/server/stores/postgres.ts";
import { all, kept, later, one, run, two, undone } from "../../src/server/stores/work.ts";
import { createDatabase, runSql, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { createPerson, random, type TestPerson } from "../unit/server/people.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const open = (url: string) => openPostgres({ url, clock: { now: () => 1 }, random, connections: 5 });
const at = 2 as ServerTime;
async function register(store: Store): Promise<TestPerson> {
  const person = await createPerson();
  await store.saveChain({ ...person, sign: person.principal.sign, devices: person.principal.devices }, 0, at);
  return person;
}
const apply = (store: Store, { op, head }: Awaited<ReturnType<TestPerson["op"]>>): Promise<OpVerdict> =>
  store.applyOp(op, head, head.op as never, 1e9, at);

/** Every row of the person's feed, from a cursor that goes on while others write. */
async function readRows(store: Store, person: TestPerson, done: () => boolean): Promise<readonly number[]> {
  const epoch = await store.epoch();
  const seen: number[] = [];
  for (let seq = 0; ; ) {
    const last = done();
    const page = await store.pull(person.id, epoch, seq, 20_000);
    seen.push(...page.rows.map((row) => row.seq));
    seq = page.next;
    if (last && !page.more) return seen;
  }
}

test("I5: two processes write for one person, a third reads behind its cursor: no number is lost, twice or out of order", async () => {
  const url = await createDatabase(server.url);
  const stores = await Promise.all([open(url), open(url), open(url)]);
  const [one, two, reader] = stores as [Store, Store, Store];
  const person = await register(one);
  const made = await Promise.all(Array.from({ length: 120 }, () => person.op()));
  let writing = true;
  const [seen, verdicts] = await Promise.all([
    readRows(reader, person, () => !writing),
    Promise.all(made.map((each, index) => apply(index % 2 === 0 ? one : two, each))).then((done) => {
      writing = false;
      return done;
    }),
  ]);
  const numbers = verdicts.map((verdict) => (verdict.type === "ok" ? verdict.seq : -1));
  expect([...numbers].sort((a, b) => a - b)).toEqual(made.map((_, index) => index + 1));
  expect(seen).toEqual(made.map((_, index) => index + 1));
  for (const store of stores) await store.close();
});

test("five processes migrate and draw an epoch at once: one of them does", async () => {
  const url = await createDatabase(server.url);
  const stores = await Promise.all(Array.from({ length: 5 }, () => open(url)));
  expect(new Set(await Promise.all(stores.map((store) => store.epoch()))).size).toBe(1);
  for (const store of stores) await store.close();
});

test("two writes that wait for each other are both done in the end", async () => {
  const driver = createPostgresDriver(await createDatabase(server.url), random, 4);
  await driver.write(function* () {
    yield* run("CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)");
    yield* run("INSERT INTO counter VALUES ('a', 0), ('b', 0)");
    return kept(undefined);
  });
  const both = (names: readonly string[]) =>
    driver.write(function* () {
      for (const name of names) {
        yield* run("UPDATE counter SET value = value + 1 WHERE name = $1", name);
        yield* one("SELECT 1 AS yes FROM pg_sleep(0.2)");
      }
      return kept(undefined);
    });
  await Promise.all([both(["a", "b"]), both(["b", "a"])]);
  expect(await driver.read(() => all("SELECT value FROM counter"))).toEqual([{ value: 2 }, { value: 2 }]);
  await driver.close();
});

test("what is undone or fails leaves nothing, and a commit that fails is an error", async () => {
  const driver = createPostgresDriver(await createDatabase(server.url), random, 2);
  const count = async () => (await driver.read(() => one("SELECT COUNT(*) AS rows FROM child")))?.rows;
  await driver.write(function* () {
    yield* run("CREATE TABLE parent (id BIGINT PRIMARY KEY)");
    yield* run("CREATE TABLE child (id BIGINT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)");
    return kept(undefined);
  });
  const insert = (keep: boolean) =>
    driver.write(function* () {
      yield* run("INSERT INTO child VALUES ($1)", 1);
      return keep ? kept("kept") : undone("undone");
    });
  expect(await insert(false)).toBe("undone");
  // The foreign key is looked at when it commits, and only then.
  await expect(insert(true)).rejects.toThrow("foreign key");
  await expect(
    driver.write(function* () {
      yield* run("INSERT INTO parent VALUES (7)");
      yield* run("INSERT INTO nowhere VALUES (1)");
      return kept(undefined);
    }),
  ).rejects.toThrow("nowhere");
  await expect(
    driver.write(function* () {
      yield* run("INSERT INTO parent VALUES (8)");
      throw new Error("a bug of ours");
    }),
  ).rejects.toThrow("a bug of ours");
  // What nobody waited for fails the write all the same, with its own words, before and after something was heard.
  for (const hear of [false, true])
    await expect(
      driver.write(function* () {
        yield* later("INSERT INTO parent VALUES (9)");
        yield* later("INSERT INTO parent VALUES ($1)", hear ? 9 : "no number");
        if (hear) yield* one("SELECT 1 AS yes");
        return kept(undefined);
      }),
    ).rejects.toThrow(hear ? "duplicate key" : "invalid input syntax");
  await expect(driver.read(() => later("INSERT INTO parent VALUES (10)"))).rejects.toThrow("waited for");
  const pair = driver.read(() =>
    two({ sql: "SELECT 1 AS first", values: [] }, { sql: "SELECT $1 || 'b' AS second", values: ["a"] }),
  );
  expect(await pair).toEqual([{ first: 1 }, { second: "ab" }]);
  expect(await count()).toBe(0);
  expect(await driver.read(() => all("SELECT id FROM parent"))).toEqual([]);
  await driver.close();
});

/** Writes without pause while `disturb` works; returns what was acknowledged, and how many errors were heard. */
async function writeThrough(store: Store, person: TestPerson, disturb: () => Promise<void>) {
  const acked = new Map<string, number>();
  let errors = 0;
  let going = true;
  const writer = async () => {
    while (going) {
      const made = await person.op({}, 256);
      try {
        const verdict = await apply(store, made);
        expect(verdict.type).toBe("ok");
        if (verdict.type === "ok") acked.set(made.head.op, verdict.seq);
      } catch (error) {
        expect(String(error)).toMatch(/connection to the database/);
        errors += 1;
      }
    }
  };
  const writers = Promise.all(Array.from({ length: 4 }, writer));
  await disturb();
  going = false;
  await writers;
  return { acked, errors };
}

async function expectAll(store: Store, person: TestPerson, acked: ReadonlyMap<string, number>): Promise<void> {
  const rows = (await readRows(store, person, () => true)).length;
  expect(rows).toBeGreaterThanOrEqual(acked.size);
  const ids = [...acked.keys()] as never[];
  expect((await store.applied(person.id, ids)).length).toBe(acked.size);
  expect(new Set(acked.values()).size).toBe(acked.size);
}

test("I6: connections that the operator ends again and again lose nothing that was answered", async () => {
  const url = await createDatabase(server.url);
  const store = await open(url);
  const person = await register(store);
  const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'besace'";
  const { acked } = await writeThrough(store, person, async () => {
    for (let round = 0; round < 12; round += 1) {
      await sleep(60);
      await runSql(server.url, end);
    }
  });
  expect(acked.size).toBeGreaterThan(20);
  await expectAll(store, person, acked);
  await store.close();
});

test("I6: a PostgreSQL that is killed and started again: the same store goes on, with all that it had answered", async () => {
  const url = await createDatabase(server.url);
  const store = await open(url);
  const person = await register(store);
  const rounds = 3;
  const { acked } = await writeThrough(store, person, async () => {
    for (let round = 0; round < rounds; round += 1) {
      await sleep(300);
      await server.kill();
      await sleep(100);
      await server.restart();
    }
    await sleep(300);
  });
  expect(acked.size).toBeGreaterThan(20);
  await expectAll(store, person, acked);
  await store.close();
});

test("refuses a database that would not keep what it acknowledges, or not as it came", async () => {
  const refuse = async (url: string, words: string) => {
    const opened = openStore({ url, clock: { now: () => Date.UTC(2027, 0, 1) }, random });
    await expect(opened).rejects.toThrow(words);
  };
  const url = await createDatabase(server.url);
  const name = new URL(url).pathname.slice(1);
  await runSql(server.url, `ALTER DATABASE ${name} SET synchronous_commit = off`);
  await refuse(url, "synchronous_commit must not be off");
  await runSql(server.url, `ALTER DATABASE ${name} SET synchronous_commit = local`);
  await runSql(server.url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await refuse(url, "takes no writes");
  await runSql(server.url, "CREATE DATABASE letters TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
  const latin = new URL(url);
  latin.pathname = "/letters";
  await refuse(latin.href, "encoding UTF8");
  const careless = await startPostgres({ settings: { fsync: "off" } });
  await refuse(careless.url, "fsync must be on");
  await careless.stop();
});
