/**
 * Several real processes on one PostgreSQL and one S3, behind a plain TCP balancer and a bad link: any of them answers
 * anything, an upload goes on whichever is asked, and only the death of the one that stages it begins it again. Shared by
 * the short test here and the long one in tests/long.
 *
 * The S3 is in this process and so outlives every server; the phone is `uploader.ts`, on a new connection every few
 * requests, so that it meets all of them.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { LetterAnswer, PullAnswer, PushAnswer, ServerTime } from "../../src/protocol/wire.ts";
import { openBlobFiles } from "../../src/server/stores/blob-files.ts";
import { openVault } from "../../src/server/stores/blob-open.ts";
import { createBalancer } from "../support/balancer.ts";
import { createLink, type LinkSettings } from "../support/link.ts";
import { runSql } from "../support/postgres.ts";
import { startMemoryS3, type TestS3 } from "../support/s3.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { createAsker, openSession, type Upload, uploadAll } from "../support/uploader.ts";
import { createPerson, newRecordId, type TestBlob } from "../unit/server/people.ts";

export interface ClusterOptions {
  readonly processes: number;
  /** Address of a new, empty database. */
  readonly database: string;
  readonly link: LinkSettings;
  /** Plain bytes of each blob; the owner of the last one is killed in its middle. */
  readonly blobs: readonly number[];
  readonly partBytes: number;
  /** After how many milliseconds of silence a process is dead. */
  readonly staleMs: number;
}

export interface ClusterCounts {
  readonly processes: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Bytes of parts that were sent / bytes of blobs; what the killed owner had taken with it counts. */
  readonly sentRatio: number;
  readonly restarts: number;
  readonly busy: number;
  readonly unanswered: number;
  /** Requests that one process handed to another. */
  readonly forwarded: number;
  readonly connections: string;
  readonly cuts: number;
  readonly seconds: number;
}

interface Metric {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Lines of a Prometheus text that begin with `name`. */
export const readMetrics = (text: string, name: string): readonly Metric[] =>
  text.split("\n").flatMap((line) => {
    const [, found = "", labels = "", value = ""] = /^(\w+)(\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    return found === name ? [{ name: found, labels, value: Number(value) }] : [];
  });

export async function runCluster(options: ClusterOptions): Promise<ClusterCounts> {
  const folder = mkdtempSync(join(tmpdir(), "besace-cluster-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>cluster</title>");
  const s3 = await startMemoryS3();
  const blobUrl = await s3.newBucket();
  const servers: TestServer[] = [];
  const closing: (() => Promise<void>)[] = [];
  try {
    for (let made = 0; made < options.processes; made += 1) {
      const port = await freePort();
      servers.push(
        await startServer({
          port,
          data: join(folder, `node-${made}`),
          env: {
            BESACE_DIST: join(folder, "dist"),
            BESACE_LOG_LEVEL: "warn",
            HOST: "127.0.0.1",
            DATABASE_URL: options.database,
            BLOB_URL: blobUrl,
            BESACE_KEYS: join(folder, "keys.json"),
            BESACE_NODE_URL: `http://127.0.0.1:${port}`,
            BESACE_STALE_MS: String(options.staleMs),
          },
        }),
      );
    }
    const balancer = await createBalancer(servers.map(({ port }) => port));
    closing.push(balancer.close);
    const link = await createLink({ target: balancer.port, ...options.link });
    closing.push(link.close);
    const counts = await drive(options, servers, link.url);
    await checkAtRest(options, s3, blobUrl, folder, counts.blobs);
    for (const server of servers) {
      expect(readdirSync(join(server.data, "blobs"))).toEqual([]);
      expect(server.log()).not.toContain('"fault"');
    }
    return { ...counts.figures, connections: balancer.counts().join(" "), cuts: link.counters().cuts };
  } finally {
    for (const close of closing.reverse()) await close();
    for (const server of servers) await server.close();
    await s3.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Owned = { readonly owner: Awaited<ReturnType<typeof createPerson>>; readonly blob: TestBlob };

async function drive(options: ClusterOptions, servers: readonly TestServer[], url: string) {
  const from = performance.now();
  const person = await createPerson();
  const desk = await createPerson("organisation");
  const blobs = await Promise.all(options.blobs.map((plain) => person.blob(plain)));
  const doomed = blobs.at(-1);
  if (doomed === undefined) throw new Error("at least one blob");
  const ownerOf = async (blob: TestBlob): Promise<TestServer> => {
    const [row] = await runSql(options.database, `SELECT node FROM blob WHERE blob = '${blob.ref.blob}'`);
    const found = servers.find((one) => readFileSync(join(one.data, "node"), "utf8").trim() === row?.node);
    if (found === undefined) throw new Error("the upload has an owner");
    return found;
  };

  const asker = createAsker(url, 1);
  await asker.post("/v1/register", { statements: person.statements });
  await asker.post("/v1/register", { statements: desk.statements });
  const uploads: Upload[] = [];
  for (const blob of blobs) {
    let killed: Promise<void> | undefined;
    const progress = await uploadAll({
      url,
      person,
      blob,
      partBytes: options.partBytes,
      perConnection: 2,
      onOffset: (offset) => {
        if (blob === doomed && killed === undefined && offset > blob.ref.length / 2 && offset < blob.ref.length)
          killed = ownerOf(blob).then((owner) => owner.kill("SIGKILL"));
      },
    });
    await killed;
    if (blob === doomed) expect(killed, "the owner was killed in the middle").toBeDefined();
    else expect(progress.restarts, "no upload begins again while its owner lives").toBe(0);
    uploads.push(progress);
  }

  // Anything by anybody: each request on a connection of its own. The killed one is still dead.
  const token = await openSession(asker, person);
  const record = newRecordId();
  let base: Awaited<ReturnType<typeof person.op>>["head"]["op"] | null = null;
  for (let times = 0; times < 2 * servers.length; times += 1) {
    const { head, op } = await person.op({ record, base });
    const answer = await asker.post<PushAnswer>("/v1/push", { ops: [op] });
    expect(answer.verdicts[0]?.type).toBe("ok");
    base = head.op;
  }
  const { letter } = await person.letter(
    desk,
    blobs.map(({ ref }) => ref),
  );
  const deposited = await asker.post<LetterAnswer>("/v1/letters", { letter });
  expect(deposited.verdict.type === "ok" && deposited.verdict.proofs.length).toBe(2);
  const pulls = new Set<string>();
  for (let answered = 0; answered < servers.length; ) {
    const answer = await asker.ask("GET", "/v1/pull?cursor=0.0&limit=1000000", { authorization: `Bearer ${token}` });
    if (answer?.status !== 200) {
      await sleep(200);
      continue;
    }
    answered += 1;
    const page = JSON.parse(answer.body.toString()) as PullAnswer;
    pulls.add(JSON.stringify({ rows: page.rows, cursor: page.cursor }));
  }
  expect(pulls.size, "every process tells the same").toBe(1);
  asker.close();

  const dead = servers.find((server) => server.pid() === undefined);
  await dead?.restart();
  // What the restarted one had staged is of no use any more, and goes.
  for (let tries = 0; tries < 100 && dead !== undefined && readdirSync(join(dead.data, "blobs")).length > 0; tries += 1)
    await sleep(100);
  for (const server of servers) {
    const reader = createAsker(server.url);
    const session = await openSession(reader, person);
    for (const blob of blobs) {
      const path = `/v1/blobs/${person.id}.${blob.ref.blob}`;
      const answer = await reader.ask("GET", path, { authorization: `Bearer ${session}` });
      expect(answer?.body.equals(blob.bytes), "every process reads every byte").toBe(true);
    }
    reader.close();
  }
  let forwarded = 0;
  for (const server of servers) {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    for (const { labels, value } of readMetrics(text, "besace_forwards_total"))
      if (labels.includes("done")) forwarded += value;
  }
  const bytes = blobs.reduce((total, { ref }) => total + ref.length, 0);
  const sum = (count: (upload: Upload) => number) => uploads.reduce((total, upload) => total + count(upload), 0);
  return {
    blobs: blobs.map((blob): Owned => ({ owner: person, blob })),
    figures: {
      processes: servers.length,
      blobs: blobs.length,
      bytes,
      sentRatio: Math.round((sum(({ sent }) => sent) / bytes) * 1000) / 1000,
      restarts: sum(({ restarts }) => restarts),
      busy: sum(({ busy }) => busy),
      unanswered: sum(({ unanswered }) => unanswered),
      forwarded,
      seconds: Math.round((performance.now() - from) / 1000),
    },
  };
}

/** What lies in the S3 is, byte for byte, what was sent, and nothing else does. */
async function checkAtRest(
  options: ClusterOptions,
  s3: TestS3,
  url: string,
  folder: string,
  blobs: readonly Owned[],
): Promise<void> {
  const vault = await openVault({ url, env: {}, staging: await openBlobFiles(join(folder, "reader")) });
  for (const { owner, blob } of blobs) {
    const [row] = await runSql(options.database, `SELECT created_at, state FROM blob WHERE blob = '${blob.ref.blob}'`);
    expect(row?.state).toBe("verified");
    const item = { ...blob.ref, owner: owner.id, createdAt: Number(row?.created_at) as ServerTime };
    expect(Buffer.concat(await (await vault.read(item)).toArray()).equals(blob.bytes)).toBe(true);
  }
  expect(await s3.count(url)).toBe(blobs.length);
  vault.close();
}
