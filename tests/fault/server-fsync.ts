/**
 * B3: no answer of the server precedes its fsync, seen from the kernel's side. Shared by the test on SQLite and the one on
 * PostgreSQL. Each op is found in the database's log as it was written, then the sync of that log, then the answer.
 */

import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { PushAnswer } from "../../src/protocol/wire.ts";
import { startServer } from "../support/server.ts";
import { type TracedCall, traceWrites } from "../support/trace.ts";
import { createPerson } from "../unit/server/people.ts";

export interface FsyncCase {
  readonly env: Readonly<Record<string, string>>;
  /** Path of the log that a commit is written to first. */
  readonly log: RegExp;
  /** Processes beside the server that write. */
  readonly others: () => readonly number[];
}

export interface FsyncCounts {
  readonly pushes: number;
  /** Syncs of the log while they were pushed: several pushes may share one. */
  readonly syncs: number;
  readonly blobs: number;
}

const clients = 6;
const each = 8;
const blobs = 3;
const isSync = ({ name }: TracedCall): boolean => name === "fsync" || name === "fdatasync";
const isWrite = ({ name }: TracedCall): boolean => !name.startsWith("f");

export async function watchFsync({ env, log, others }: FsyncCase): Promise<FsyncCounts> {
  const folder = mkdtempSync(join(tmpdir(), "besace-fsync-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>fsync</title>");
  const server = await startServer({
    data: join(folder, "data"),
    env: { BESACE_DIST: join(folder, "dist"), BESACE_LOG_LEVEL: "warn", HOST: "127.0.0.1", ...env },
  });
  const nonce = (): string => randomBytes(24).toString("base64url");
  const ask = (path: string, token: string, init: RequestInit): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { "besace-protocol": "1", "besace-nonce": token, "tus-resumable": "1.0.0", ...init.headers },
    });
  const post = (path: string, token: string, body: unknown): Promise<Response> =>
    ask(path, token, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  try {
    const people = await Promise.all(Array.from({ length: clients }, () => createPerson()));
    for (const person of people) await post("/v1/register", nonce(), { statements: person.statements });
    const ops = await Promise.all(people.map((person) => Promise.all(Array.from({ length: each }, () => person.op()))));
    // Before it is watched: what a process opens first is opened.
    await post("/v1/push", nonce(), {
      ops: (await Promise.all(people.map((person) => person.op()))).map(({ op }) => op),
    });
    const trace = await traceWrites([server.pid() ?? 0, ...others()]);
    const answered: { readonly id: string; readonly token: string }[] = [];
    await Promise.all(
      ops.map(async (own) => {
        for (const { op, head } of own) {
          const token = nonce();
          const answer = (await (await post("/v1/push", token, { ops: [op] })).json()) as PushAnswer;
          expect(answer.verdicts).toMatchObject([{ type: "ok" }]);
          answered.push({ id: head.op, token });
        }
      }),
    );
    const uploads: { readonly name: string; readonly token: string }[] = [];
    const [person] = people;
    for (let at = 0; at < blobs && person !== undefined; at += 1) {
      const { ref, bytes } = await person.blob(150_000);
      const name = `${person.id}.${ref.blob}`;
      const ticket = Buffer.from(JSON.stringify(await person.ticket(ref))).toString("base64");
      await ask("/v1/blobs", nonce(), {
        method: "POST",
        headers: { "upload-length": String(ref.length), "upload-metadata": `ticket ${ticket}` },
      });
      const token = nonce();
      const answer = await ask(`/v1/blobs/${name}`, token, {
        method: "PATCH",
        headers: { "upload-offset": "0", "content-type": "application/offset+octet-stream" },
        body: bytes,
      });
      expect(answer.headers.get("besace-blob")).toBe("verified");
      uploads.push({ name, token });
    }
    // The client may have the last answer before the tracer has noted it; the server goes on only once it has.
    await post("/v1/push", nonce(), { ops: [] });
    const calls = await trace.stop();

    /** The first call that fits and began after `after` had ended. */
    const next = (after: TracedCall | undefined, fits: (call: TracedCall) => boolean): TracedCall | undefined =>
      after === undefined ? undefined : calls.find((call) => call.from > after.to && fits(call));
    const answerOf = (token: string) =>
      calls.find(
        (call) => call.target.startsWith("socket") && isWrite(call) && call.args.includes(`besace-nonce: ${token}`),
      );
    const syncedFor = (id: string) => {
      const written = calls.find((call) => log.test(call.target) && isWrite(call) && call.args.includes(id));
      expect(written, `${id} is written to the log`).toBeDefined();
      return next(written, (call) => isSync(call) && log.test(call.target));
    };
    for (const { id, token } of answered) {
      const [synced, answer] = [syncedFor(id), answerOf(token)];
      expect(synced, "the log is synced").toBeDefined();
      expect(answer, "the answer is seen").toBeDefined();
      expect(synced?.to).toBeLessThan(answer?.from ?? 0);
    }
    for (const { name, token } of uploads) {
      const file = calls.find((call) => isSync(call) && call.target.endsWith(`/${name}`));
      const holder = next(file, (call) => isSync(call) && call.target.endsWith("/blobs"));
      // Only then does the database say "verified".
      const committed = next(holder, (call) => isSync(call) && log.test(call.target));
      for (const call of [file, holder, committed]) expect(call?.to).toBeLessThan(answerOf(token)?.from ?? 0);
    }
    const lastAnswer = Math.max(...answered.map(({ token }) => answerOf(token)?.to ?? 0));
    const syncs = calls.filter((call) => isSync(call) && log.test(call.target) && call.to <= lastAnswer).length;
    return { pushes: answered.length, syncs, blobs: uploads.length };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
