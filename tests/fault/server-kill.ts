/**
 * INV-1, on the server's side: SIGKILL the real process again and again while people push, deposit and upload; whatever
 * it acknowledged is there afterwards, byte for byte. Shared by the short test here and the long one in tests/long.
 *
 * Runs the real main.ts on a loopback port. A kill does not test power loss (the page cache survives it): that the
 * database syncs every commit is asserted when it is opened, and seen by server-fsync.test.ts. The seed decides when it is killed and what is
 * edited; which request is under way at that moment is the machine's own chance.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { labels } from "../../src/protocol/labels.ts";
import { proofClaim } from "../../src/protocol/proofs.ts";
import { signBytes } from "../../src/protocol/sign.ts";
import type { LetterAnswer, Op, PullAnswer, PullRow, PushAnswer } from "../../src/protocol/wire.ts";
import { fromBase64Url } from "../../src/shared/bytes.ts";
import type { OpId, RecordId } from "../../src/shared/ids.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { type Dice, seeded } from "../support/simulation/random.ts";
import { createPerson, newRecordId, type TestBlob, type TestPerson } from "../unit/server/people.ts";

const partBytes = 64 * 1024;
const headers = { "besace-protocol": "1", "besace-nonce": "kill-test-nonce-00000" };

interface Journal {
  readonly person: TestPerson;
  /** Acknowledged, in order, per record. */
  readonly acked: Map<OpId, { readonly op: Op; readonly seq: number; readonly record: RecordId }>;
  readonly lastOf: Map<RecordId, { readonly op: OpId; readonly seq: number }>;
  readonly sent: Set<string>;
  readonly uploads: Map<TestBlob, { acked: number; verified: boolean }>;
  readonly letters: { readonly letter: Parameters<typeof letterBody>[0]; readonly at: number }[];
}
const letterBody = (letter: Awaited<ReturnType<TestPerson["letter"]>>["letter"]) => ({ letter });

export interface KillOptions {
  /** SIGKILLs. */
  readonly rounds: number;
  readonly seed: number;
  /** Each pushes, uploads and deposits at the same time. Default 3. */
  readonly people?: number;
  /** Default: SQLite in the server's folder. */
  readonly database?: {
    readonly url: string;
    /** SIGKILL to the database itself, then its next start. */
    readonly kill: () => Promise<void>;
    /** Every how many rounds it is the database that is killed, under a server that lives on. */
    readonly every: number;
  };
}

/** What the server had acknowledged before one of its ends, and had after it. */
export interface KillCounts {
  readonly kills: number;
  /** Of these, kills of the database itself. */
  readonly databaseKills: number;
  readonly ops: number;
  readonly letters: number;
  readonly bytes: number;
  readonly verified: number;
  /** Requests without an answer: cut through by a kill, or refused while the process was on its way out. */
  readonly unanswered: number;
}

/** Rejects at the first thing that was acknowledged and is not there. */
export async function killServers(options: KillOptions): Promise<KillCounts> {
  const { database } = options;
  const folder = mkdtempSync(join(tmpdir(), "besace-kill-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>kill</title>");
  const server = await startServer({
    data: join(folder, "data"),
    env: {
      BESACE_DIST: join(folder, "dist"),
      BESACE_LOG_LEVEL: "warn",
      HOST: "127.0.0.1",
      ...(database === undefined ? {} : { DATABASE_URL: database.url }),
    },
  });
  try {
    return await killRounds(server, options, seeded(options.seed));
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killRounds(
  server: TestServer,
  { rounds, people = 3, database }: KillOptions,
  dice: Dice,
): Promise<KillCounts> {
  let unanswered = 0;
  let databaseKills = 0;
  const desk = await createPerson("organisation");

  /** Undefined when the connection died: the client then knows nothing. */
  async function ask(path: string, init: RequestInit = {}): Promise<Response | undefined> {
    try {
      return await fetch(`${server.url}${path}`, { ...init, headers: { ...headers, ...init.headers } });
    } catch (error) {
      if (error instanceof TypeError) {
        unanswered += 1;
        return undefined;
      }
      throw error;
    }
  }
  async function post<T>(path: string, body: unknown): Promise<T | undefined> {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await ask(path, init);
    try {
      return response?.ok === true ? ((await response.json()) as T) : undefined;
    } catch (error) {
      // The answer itself was cut: not acknowledged.
      if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  async function pushSome(journal: Journal, running: () => boolean): Promise<void> {
    while (running()) {
      const known = [...journal.lastOf.keys()];
      const record = known.length > 5 && dice.chance(0.7) ? known[known.length - 3] : undefined;
      const base = record === undefined ? null : (journal.lastOf.get(record)?.op ?? null);
      const { head, op } = await journal.person.op({ record: record ?? newRecordId(), base });
      journal.sent.add(op.head);
      const answer = await post<PushAnswer>("/v1/push", { ops: [op] });
      const verdict = answer?.verdicts[0];
      if (verdict === undefined) {
        // Unknown what became of it: this record is left alone from here on.
        if (record !== undefined) journal.lastOf.delete(record);
        continue;
      }
      if (verdict.type !== "ok") throw new Error(`a lone writer got ${verdict.type}`);
      journal.acked.set(head.op, { op, seq: verdict.seq, record: head.record });
      journal.lastOf.set(head.record, { op: head.op, seq: verdict.seq });
    }
  }

  async function uploadSome(journal: Journal, running: () => boolean): Promise<void> {
    while (running()) {
      let blob = [...journal.uploads].find(([, state]) => !state.verified)?.[0];
      if (blob === undefined) {
        blob = await journal.person.blob(600_000);
        journal.uploads.set(blob, { acked: 0, verified: false });
      }
      const state = journal.uploads.get(blob);
      if (state === undefined) return;
      const path = `/v1/blobs/${journal.person.id}.${blob.ref.blob}`;
      const head = await ask(path, { method: "HEAD", headers: { "tus-resumable": "1.0.0" } });
      if (head === undefined) continue;
      if (head.status === 404) {
        const ticket = Buffer.from(JSON.stringify(await journal.person.ticket(blob.ref))).toString("base64");
        await ask("/v1/blobs", {
          method: "POST",
          headers: {
            "tus-resumable": "1.0.0",
            "upload-length": String(blob.ref.length),
            "upload-metadata": `ticket ${ticket}`,
          },
        });
        continue;
      }
      // The database was away: nothing is said about the upload.
      if (!head.ok) continue;
      const offset = Number(head.headers.get("upload-offset"));
      expect(offset).toBeGreaterThanOrEqual(state.acked);
      if (head.headers.get("besace-blob") === "verified") {
        state.verified = true;
        continue;
      }
      const patch = await ask(path, {
        method: "PATCH",
        headers: {
          "tus-resumable": "1.0.0",
          "upload-offset": String(offset),
          "content-type": "application/offset+octet-stream",
        },
        body: blob.bytes.slice(offset, offset + partBytes),
      });
      if (patch?.status !== 204) continue;
      state.acked = Number(patch.headers.get("upload-offset"));
      if (patch.headers.get("besace-blob") === "verified") state.verified = true;
    }
  }

  async function depositSome(journal: Journal, running: () => boolean): Promise<void> {
    while (running()) {
      const refs = [...journal.uploads.keys()].slice(-2).map((blob) => blob.ref);
      const { letter } = await journal.person.letter(desk, refs);
      const answer = await post<LetterAnswer>("/v1/letters", letterBody(letter));
      if (answer?.verdict.type !== "ok") continue;
      const first = answer.verdict.proofs[0];
      const claim = first === undefined ? undefined : proofClaim(first);
      if (claim?.ok !== true || claim.value.t !== "deposited") throw new Error("the first proof says deposited");
      journal.letters.push({ letter, at: claim.value.at });
    }
  }

  async function pullAll(person: TestPerson): Promise<readonly PullRow[]> {
    const who = { principal: person.id, device: person.device };
    const made = await post<{ challenge: string }>("/v1/challenge", who);
    const bytes = fromBase64Url(made?.challenge ?? "");
    if (made === undefined || bytes === undefined) throw new Error("no challenge");
    const sig = await signBytes(person.transport.privateKey, labels.session, bytes);
    const session = await post<{ token: string }>("/v1/session", { ...who, challenge: made.challenge, sig });
    const rows: PullRow[] = [];
    for (let cursor = "0.0"; ; ) {
      const response = await ask(`/v1/pull?cursor=${cursor}&limit=1000000`, {
        headers: { authorization: `Bearer ${session?.token}` },
      });
      const page = (await response?.json()) as PullAnswer;
      rows.push(...page.rows);
      cursor = page.cursor;
      if (!page.more) return rows;
    }
  }

  async function check(journal: Journal): Promise<void> {
    const rows = await pullAll(journal.person);
    const seqs = rows.map((row) => row.seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    const records = new Map<string, { readonly op: Op; readonly seq: number }>();
    for (const row of rows) if (row.type === "record") records.set(row.op.head, row);
    for (const { op } of records.values()) expect(journal.sent.has(op.head)).toBe(true);
    for (const { op, seq } of journal.lastOf.values()) {
      const acked = journal.acked.get(op);
      expect(records.get(acked?.op.head ?? "")).toMatchObject({ seq, op: acked?.op });
    }
    // Every op ever acknowledged gets its first verdict again.
    const all = [...journal.acked.values()];
    for (let at = 0; at < all.length; at += 10) {
      const some = all.slice(at, at + 10);
      const answer = await post<PushAnswer>("/v1/push", { ops: some.map(({ op }) => op) });
      expect(answer?.verdicts.map((verdict) => (verdict.type === "ok" ? verdict.seq : verdict))).toEqual(
        some.map(({ seq }) => seq),
      );
    }
    for (const [blob, state] of journal.uploads) {
      if (state.acked === 0) continue;
      const kept = readFileSync(join(server.data, "blobs", `${journal.person.id}.${blob.ref.blob}`));
      expect(kept.length).toBeGreaterThanOrEqual(state.acked);
      expect(kept.equals(blob.bytes.subarray(0, kept.length))).toBe(true);
      const path = `/v1/blobs/${journal.person.id}.${blob.ref.blob}`;
      const head = await ask(path, { method: "HEAD", headers: { "tus-resumable": "1.0.0" } });
      if (state.verified) expect(head?.headers.get("besace-blob")).toBe("verified");
    }
    for (const { letter, at } of journal.letters) {
      const answer = await post<LetterAnswer>("/v1/letters", letterBody(letter));
      const first = answer?.verdict.type === "ok" ? answer.verdict.proofs[0] : undefined;
      const claim = first === undefined ? undefined : proofClaim(first);
      expect(claim?.ok === true && claim.value.t === "deposited" && claim.value.at).toBe(at);
    }
  }

  await post("/v1/register", { statements: desk.statements });
  const journals: Journal[] = [];
  for (let at = 0; at < people; at += 1) {
    const person = await createPerson();
    await post("/v1/register", { statements: person.statements });
    journals.push({ person, acked: new Map(), lastOf: new Map(), sent: new Set(), uploads: new Map(), letters: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    let going = true;
    const running = () => going;
    const work = Promise.all(
      journals.flatMap((journal) => [
        pushSome(journal, running),
        uploadSome(journal, running),
        depositSome(journal, running),
      ]),
    );
    await sleep(150 + dice.below(350));
    if (database !== undefined && (round + 1) % database.every === 0) {
      await database.kill();
      databaseKills += 1;
      going = false;
      await work;
    } else {
      await server.kill("SIGKILL");
      going = false;
      await work;
      await server.restart();
    }
    for (const journal of journals) await check(journal);
  }
  const sum = (count: (journal: Journal) => number) => journals.reduce((total, journal) => total + count(journal), 0);
  return {
    kills: rounds,
    databaseKills,
    ops: sum((journal) => journal.acked.size),
    letters: sum((journal) => journal.letters.length),
    bytes: sum((journal) => [...journal.uploads.values()].reduce((total, state) => total + state.acked, 0)),
    verified: sum((journal) => [...journal.uploads.values()].filter((state) => state.verified).length),
    unanswered,
  };
}
