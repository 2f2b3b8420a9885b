/**
 * Fifty connections that push without pause: requests are made and signed before the clock starts, sent over plain
 * sockets, so that what is measured is the server. Runs in Node.
 */

import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";

export interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly answers: number;
  /** Answers that did not contain what was wanted. */
  readonly wrong: number;
}

/** Microseconds of processor that a process has used: its first thread (where JavaScript runs), and all its threads. */
export function processorOf(pid: number): { readonly first: number; readonly all: number } {
  const used = (thread: string): number => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1000;
    } catch (error) {
      // A thread that ended since the list was made.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
      throw error;
    }
  };
  const all = readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + used(thread), 0);
  return { first: used(String(pid)), all };
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

const headEnd = Buffer.from("\r\n\r\n");

/** One request after the other on one connection; the answer's body has a Content-Length. */
export async function openConnection(port: number): Promise<{
  readonly ask: (request: Buffer) => Promise<string>;
  readonly close: () => void;
}> {
  let waiting: { readonly done: (body: string) => void; readonly fail: (error: Error) => void } | undefined;
  const lost = (error?: Error): void => waiting?.fail(error ?? new Error("the connection was closed"));
  let before: Buffer = Buffer.alloc(0);
  const heard = (part: Buffer): void => {
    const answer = before.length === 0 ? part : Buffer.concat([before, part]);
    const bodyAt = answer.indexOf(headEnd) + headEnd.length;
    const length = Number(/content-length: (\d+)/i.exec(answer.toString("latin1", 0, bodyAt))?.[1] ?? Number.NaN);
    if (bodyAt >= headEnd.length && Number.isNaN(length)) lost(new Error("an answer without a length"));
    if (!(answer.length >= bodyAt + length)) {
      before = Buffer.from(answer);
      return;
    }
    before = Buffer.alloc(0);
    const asked = waiting;
    waiting = undefined;
    asked?.done(answer.toString("utf8", bodyAt, bodyAt + length));
  };
  // Into the same memory each time: what the load costs is taken from the server's processor.
  const buffer = Buffer.allocUnsafe(64 * 1024);
  const callback = (bytes: number): boolean => {
    heard(buffer.subarray(0, bytes));
    return true;
  };
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer, callback } });
  await new Promise<void>((done, fail) => socket.once("connect", done).once("error", fail));
  socket.on("error", lost);
  socket.on("close", () => lost());
  return {
    ask: (request) =>
      new Promise((done, fail) => {
        waiting = { done, fail };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** The bytes of one POST with a JSON body on a connection that stays. */
export function postBytes(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries({
    host: "127.0.0.1",
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/**
 * Sends from `queues` (one per connection, requests in order) for `seconds`, connections spread over `ports`. A queue that
 * is at its end begins again when `cyclic`, else ends the turn for all.
 */
export async function load(
  ports: readonly number[],
  queues: readonly (readonly Buffer[])[],
  seconds: number,
  isRight: (body: string) => boolean,
  cyclic: boolean,
): Promise<LoadResult> {
  const times: number[] = [];
  let wrong = 0;
  const connections = await Promise.all(queues.map((_, at) => openConnection(ports[at % ports.length] ?? 0)));
  const started = performance.now();
  let until = started + seconds * 1000;
  await Promise.all(
    connections.map(async ({ ask }, at) => {
      const queue = queues[at] ?? [];
      for (let n = 0; n < queue.length || cyclic; n += 1) {
        const request = queue[n % queue.length];
        const from = performance.now();
        if (from >= until || request === undefined) return;
        if (!isRight(await ask(request))) wrong += 1;
        times.push(performance.now() - from);
      }
      until = Math.min(until, performance.now());
    }),
  );
  const elapsed = (performance.now() - started) / 1000;
  for (const { close } of connections) close();
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / elapsed,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    answers: times.length,
    wrong,
  };
}
