/**
 * `npm run bench:server` (B9): durable pushes per second and their p99 on 50 connections with every signature checked,
 * next to a floor (bare node:http, SQLite FULL, one commit each) in the same run; the same on PostgreSQL with 1, 2 and 4
 * server processes; and what a pull of ten changed records costs in satchels of 10 to 100,000. Runs in Node on Linux.
 *
 * Surprising fact: the disk of a shared machine swings by half within a minute, so server and floor take turns, and the
 * ratio is of the sums. The load runs on the same cores as what it measures: absolute figures are a lower bound.
 *
 * `-- --seconds 4 --rounds 5 --only sqlite,postgres,pull --write` (into tests/results, as a table and as JSON). Processor
 * per push says more than pushes per second on a machine that does other work.
 */

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { labels } from "../../src/protocol/labels.ts";
import { signBytes } from "../../src/protocol/sign.ts";
import type { B64, ServerTime } from "../../src/protocol/wire.ts";
import { openStore, readStoreUrl } from "../../src/server/stores/open.ts";
import { createPostgresDriver } from "../../src/server/stores/postgres.ts";
import { createSqliteDriver } from "../../src/server/stores/sqlite.ts";
import { kept, run, type Value, type Work } from "../../src/server/stores/work.ts";
import { fromBase64Url } from "../../src/shared/bytes.ts";
import { createDatabase, startPostgres } from "../support/postgres.ts";
import { startMemoryS3 } from "../support/s3.ts";
import { freePort, pinnedNode, ROOT, startServer, type TestServer } from "../support/server.ts";
import { createPerson, random, type TestPerson } from "../unit/server/people.ts";
import { type LoadResult, load, openConnection, percentile, postBytes, processorOf } from "./server-load.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "sqlite,postgres,pull" },
    write: { type: "boolean", default: false },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const parts = new Set(values.only.split(","));

const connections = 50;
/** People per connection: with sessions, as clients push, none comes near its limit of requests. */
const peoplePer = 6;
const bodyBytes = 1024;
const headers = { "besace-protocol": "1", "besace-nonce": "bench-nonce-0000000" };
const folder = mkdtempSync(join(tmpdir(), "besace-bench-"));

interface Row {
  readonly what: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of processor per answer in the servers' processes: where JavaScript runs, and in all threads. */
  readonly script: number | null;
  readonly processor: number | null;
  /** The same of this process, which asks; it shares the cores. */
  readonly client: number | null;
  /** To the floor's turns in the same part. */
  readonly ratio: number | null;
}
const loadNow = (): string => loadavg()[0]?.toFixed(1) ?? "";
const loadBefore = loadNow();
const rows: Row[] = [];
const columns = ["per s", "p50 ms", "p99 ms", "script us", "cpu us", "client us", "x floor"];
const digits = [0, 1, 1, 0, 0, 0, 2];
const cellsOf = (row: Row): readonly string[] =>
  [row.perSecond, row.p50, row.p99, row.script, row.processor, row.client, row.ratio].map((value, at) =>
    value === null ? "" : value.toFixed(digits[at]),
  );
const say = (row: Row): void => {
  rows.push(row);
  console.log(
    `${row.what.padEnd(52)}${cellsOf(row)
      .map((cell) => cell.padStart(10))
      .join("")}`,
  );
};

interface Client {
  readonly person: TestPerson;
  readonly token: string;
}

async function clientsOf(url: string, people: readonly TestPerson[]): Promise<readonly Client[]> {
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const init = {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    const response = await fetch(`${url}${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.json()) as T;
  };
  const made: Client[] = [];
  for (const person of people) {
    await post("/v1/register", { statements: person.statements });
    const who = { principal: person.id, device: person.device };
    const { challenge } = await post<{ challenge: B64 }>("/v1/challenge", who);
    const bytes = fromBase64Url(challenge);
    if (bytes === undefined) throw new Error("a challenge is base64url");
    const sig = await signBytes(person.transport.privateKey, labels.session, bytes);
    made.push({ person, token: (await post<{ token: string }>("/v1/session", { ...who, challenge, sig })).token });
  }
  return made;
}

/** One queue of signed pushes per connection, each a new record; `floor` carries the same bytes to the floor. */
async function queuesOf(clients: readonly Client[], pushes: number): Promise<readonly (readonly Buffer[])[]> {
  const each = Math.ceil(pushes / connections);
  const queues: Buffer[][] = [];
  for (let at = 0; at < connections; at += 1) {
    const queue: Buffer[] = [];
    for (let n = 0; n < each; n += 1) {
      const client = clients[(at + n * connections) % clients.length];
      if (client === undefined) throw new Error("there are clients");
      const { op } = await client.person.op({}, bodyBytes);
      queue.push(
        postBytes("/v1/push", JSON.stringify({ ops: [op] }), { ...headers, authorization: `Bearer ${client.token}` }),
      );
    }
    queues.push(queue);
  }
  return queues;
}
const isOk = (body: string): boolean => body.includes('"type":"ok"');

const sum = (results: readonly LoadResult[]): LoadResult => ({
  perSecond: results.reduce((total, { perSecond }) => total + perSecond, 0) / results.length,
  // Of the middle turn: one bad moment of the disk is not the server's.
  p50: percentile(
    results.map(({ p50 }) => p50).sort((a, b) => a - b),
    0.5,
  ),
  p99: percentile(
    results.map(({ p99 }) => p99).sort((a, b) => a - b),
    0.5,
  ),
  answers: results.reduce((total, { answers }) => total + answers, 0),
  wrong: results.reduce((total, { wrong }) => total + wrong, 0),
});

async function startFloor(): Promise<{
  readonly port: number;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}> {
  const file = join(mkdtempSync(join(folder, "floor-")), "floor.sqlite");
  const child = spawn(pinnedNode(), [join(ROOT, "tests/bench/server-floor.ts"), file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((done) => child.on("exit", () => done()));
  const port = await new Promise<number>((done) => child.stdout.once("data", (text: Buffer) => done(Number(text))));
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function start(env: Readonly<Record<string, string>>, port?: number): Promise<TestServer> {
  const dist = join(folder, "dist");
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, "index.html"), "<!doctype html><title>bench</title>");
  return startServer({
    data: mkdtempSync(join(folder, "data-")),
    ...(port === undefined ? {} : { port }),
    env: { BESACE_DIST: dist, BESACE_LOG_LEVEL: "warn", HOST: "127.0.0.1", ...env },
  });
}

const over: string[] = [];

/** Server and floor in turns. @returns how many times the floor the server reached. */
async function compare(what: string, servers: readonly TestServer[], people: readonly TestPerson[]): Promise<number> {
  const [first] = servers;
  if (first === undefined) throw new Error("there is a server");
  const ports = servers.map(({ port }) => port);
  const clients = await clientsOf(first.url, people);
  const floor = await startFloor();
  const results: { readonly server: LoadResult[]; readonly floor: LoadResult[] } = { server: [], floor: [] };
  const nothing = { first: 0, all: 0, client: 0 };
  const used = { server: { ...nothing }, floor: { ...nothing } };
  const watched = async (who: "server" | "floor", pids: readonly number[], turn: () => Promise<LoadResult>) => {
    const before = pids.map(processorOf);
    const own = process.cpuUsage();
    const result = await turn();
    const { user, system } = process.cpuUsage(own);
    used[who].client += user + system;
    for (const [at, pid] of pids.entries()) {
      const after = processorOf(pid);
      used[who].first += after.first - (before[at]?.first ?? 0);
      used[who].all += after.all - (before[at]?.all ?? 0);
    }
    return result;
  };
  let perTurn = 4000 * seconds;
  for (let round = 0; round <= rounds; round += 1) {
    const own = await queuesOf(clients, perTurn);
    const turn = round === 0 ? Math.min(1, seconds) : seconds;
    if (round === 1) for (const who of ["server", "floor"] as const) used[who] = { ...nothing };
    const pids = servers.map((server) => server.pid() ?? 0);
    const ours = await watched("server", pids, () => load(ports, own, turn, isOk, false));
    // The same bytes: the floor reads and keeps what we read and keep.
    const theirs = await watched("floor", [floor.pid], () =>
      load([floor.port], own, turn, (body) => body.includes("seq"), true),
    );
    if (ours.wrong + theirs.wrong > 0) throw new Error(`${ours.wrong} pushes were not accepted`);
    perTurn = Math.ceil(Math.max(ours.perSecond * 2, 500) * seconds);
    // The first turn warms up.
    if (round === 0) continue;
    results.server.push(ours);
    results.floor.push(theirs);
  }
  await floor.stop();
  const [ours, theirs] = [sum(results.server), sum(results.floor)];
  const each = (who: "server" | "floor", { answers }: LoadResult) => ({
    script: used[who].first / answers,
    processor: used[who].all / answers,
    client: used[who].client / answers,
  });
  say({ what, ...ours, ...each("server", ours), ratio: ours.perSecond / theirs.perSecond });
  say({ what: "  floor in turns with it: bare http, one commit each", ...theirs, ...each("floor", theirs), ratio: 1 });
  return ours.perSecond / theirs.perSecond;
}
async function people(count = connections * peoplePer): Promise<readonly TestPerson[]> {
  return Promise.all(Array.from({ length: count }, () => createPerson()));
}

async function onSqlite(): Promise<void> {
  const server = await start({});
  try {
    const ratio = await compare("SQLite, 1 process", [server], await people());
    // QUALITY: at least bare HTTP with one commit each.
    if (ratio < 1) over.push(`pushes on SQLite reach ${ratio.toFixed(2)} of the floor, not 1`);
  } finally {
    await server.close();
  }
}

async function onPostgres(): Promise<void> {
  const postgres = await startPostgres();
  const s3 = await startMemoryS3();
  try {
    for (const processes of [1, 2, 4]) {
      const keys = join(mkdtempSync(join(folder, "keys-")), "server.json");
      const env = {
        DATABASE_URL: await createDatabase(postgres.url),
        BLOB_URL: await s3.newBucket(),
        BESACE_KEYS: keys,
      };
      const servers: TestServer[] = [];
      try {
        for (let at = 0; at < processes; at += 1) {
          const port = await freePort();
          servers.push(await start({ ...env, BESACE_NODE_URL: `http://127.0.0.1:${port}` }, port));
        }
        await compare(`PostgreSQL, ${processes} process${processes === 1 ? "" : "es"}`, servers, await people());
      } finally {
        for (const server of servers) await server.close();
      }
    }
  } finally {
    await s3.stop();
    await postgres.stop();
  }
}

const satchels = [10, 1000, 100_000];
const changed = 10;

function* insertMany(table: string, rows: readonly Readonly<Record<string, Value>>[]): Work<void> {
  const names = Object.keys(rows[0] ?? {});
  const places = rows.map((_, row) => `(${names.map((_name, at) => `$${row * names.length + at + 1}`).join(", ")})`);
  const sql = `INSERT INTO ${table} (${names.join(", ")}) VALUES ${places.join(", ")}`;
  yield* run(sql, ...rows.flatMap((row) => Object.values(row)));
}

/** What pulling ten changed records costs in a small and in a huge satchel. */
async function pulls(what: string, databaseUrl: string | undefined): Promise<void> {
  const data = mkdtempSync(join(folder, "data-"));
  const url = databaseUrl ?? `sqlite:${join(data, "besace.sqlite")}`;
  const clock = { now: () => Date.now() };
  const store = await openStore({ url, clock, random });
  const address = readStoreUrl(url);
  const driver = address.type === "sqlite" ? createSqliteDriver(address.file) : createPostgresDriver(url, random, 1);
  const at = clock.now() as ServerTime;
  const owners: { readonly person: TestPerson; readonly records: number; readonly last: number }[] = [];
  for (const records of satchels) {
    const person = await createPerson();
    await store.saveChain({ ...person, sign: person.principal.sign, devices: person.principal.devices }, 0, at);
    // Sealed bytes are all alike to a server: one signed op stands for the bodies of all.
    const { head, body, sig } = (await person.op({}, bodyBytes)).op;
    const op = { head, body, sig };
    const id = (n: number) => Buffer.from(n.toString(16).padStart(32, "0"), "hex").toString("base64url") as never;
    // Straight into the tables, a hundred at a time: it is the reading that is measured.
    await driver.write(function* () {
      for (let n = 1; n <= records; n += 100) {
        const numbers = Array.from({ length: Math.min(100, records - n + 1) }, (_, index) => n + index);
        const principal = person.id;
        yield* insertMany(
          "applied",
          numbers.map((seq) => ({ principal, op: id(seq), seq, digest: id(seq) })),
        );
        yield* insertMany(
          "record",
          numbers.map((seq) => ({ principal, record: id(seq), op: id(seq), seq, size: bodyBytes, ...op })),
        );
        yield* insertMany(
          "feed",
          numbers.map((seq) => ({ principal, seq, kind: "record", ref: id(seq), weight: 2 * bodyBytes })),
        );
      }
      yield* run("UPDATE principal SET seq = $2 WHERE id = $1", person.id, records);
      return kept(undefined);
    });
    owners.push({ person, records, last: records });
  }
  await driver.close();
  await store.close();
  const server = await startServer({
    data,
    env: { BESACE_DIST: join(folder, "dist"), BESACE_LOG_LEVEL: "warn", HOST: "127.0.0.1", DATABASE_URL: url },
  });
  try {
    const connection = await openConnection(server.port);
    for (const { person, records, last } of owners) {
      const [client] = await clientsOf(server.url, [person]);
      if (client === undefined) throw new Error("there is a client");
      const { epoch } = (await (
        await fetch(`${server.url}/v1/register`, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify({ statements: person.statements }),
        })
      ).json()) as { readonly epoch: string };
      const lines = Object.entries({ host: "127.0.0.1", ...headers, authorization: `Bearer ${client.token}` })
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join("");
      const request = Buffer.from(`GET /v1/pull?cursor=${epoch}.${last - changed} HTTP/1.1\r\n${lines}\r\n`);
      const times: number[] = [];
      for (let turn = 0; turn < 400; turn += 1) {
        const from = performance.now();
        const answer = JSON.parse(await connection.ask(request)) as { readonly rows: readonly unknown[] };
        times.push(performance.now() - from);
        if (answer.rows.length !== changed) throw new Error(`${answer.rows.length} rows instead of ${changed}`);
      }
      const sorted = times.slice(100).sort((a, b) => a - b);
      const p50 = percentile(sorted, 0.5);
      const row = `${what}: pull of ${changed} changed of ${records.toLocaleString("en")} records`;
      say({
        what: row,
        perSecond: 1000 / p50,
        p50,
        p99: percentile(sorted, 0.99),
        script: null,
        processor: null,
        client: null,
        ratio: null,
      });
    }
    connection.close();
    // Ten thousand times the records may not cost three times as much.
    const costs = rows.filter((row) => row.what.startsWith(`${what}: pull`)).map(({ p50 }) => p50);
    const growth = (costs.at(-1) ?? Number.NaN) / (costs[0] ?? Number.NaN);
    if (!(growth < 3)) over.push(`${what}: a pull grows ${growth.toFixed(1)} times with what exists`);
  } finally {
    await server.close();
  }
}

try {
  mkdirSync(join(folder, "dist"), { recursive: true });
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>bench</title>");
  console.log(`${"".padEnd(52)}${columns.map((cell) => cell.padStart(10)).join("")}`);
  if (parts.has("sqlite")) await onSqlite();
  if (parts.has("postgres")) await onPostgres();
  if (parts.has("pull")) {
    await pulls("SQLite", undefined);
    const postgres = await startPostgres();
    try {
      await pulls("PostgreSQL", await createDatabase(postgres.url));
    } finally {
      await postgres.stop();
    }
  }
  for (const each of over) console.log(`over budget: ${each}`);
  process.exitCode = over.length === 0 ? 0 : 1;
  if (values.write) {
    const date = new Date().toISOString().slice(0, 10);
    const commit = execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim();
    const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
    const loads = { before: loadBefore, after: loadNow() };
    const name = `bench-server-${date}`;
    const path = (ending: string): string => join(ROOT, "tests", "results", `${name}.${ending}`);
    const facts = { date, commit, machine, loads, seconds, rounds, connections, bodyBytes, over, rows };
    writeFileSync(path("json"), `${JSON.stringify(facts, null, 2)}\n`);
    const lines = [
      `# bench:server of ${date}`,
      "",
      `\`${name}.json\` is one run at ${commit}: ${machine}; load ${loadBefore} before it, ${loads.after} after it. ${connections} connections, ops of`,
      `${bodyBytes} bytes, ${rounds} turns of ${seconds} s each for the server and for the floor (bare node:http, one commit of SQLite FULL for`,
      "each request, the same bytes, the same client). Processor: microseconds per answer of the thread with the JavaScript, of",
      "all threads, and of the client, which shares the cores.",
      "",
      `| | ${columns.join(" | ")} |`,
      `|---${"|---:".repeat(columns.length)}|`,
      ...rows.map((row) => `| ${row.what.trim()} | ${cellsOf(row).join(" | ")} |`),
      "",
      over.length === 0 ? "Nothing is over its budget." : `Over budget: ${over.join("; ")}.`,
    ];
    writeFileSync(path("md"), `${lines.join("\n")}\n`);
    console.log(`written to tests/results/${name}.md and .json`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
