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

const tickMicroseconds = 10_000;

/** Microseconds of processor that a process has used: its first thread (where JavaScript runs), and all its threads. */
export function processorOf(pid: number): { readonly first: number; readonly all: number } {
  const used = (thread: string): number => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * tickMicroseconds;
  };
  const all = readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + used(thread), 0);
  return { first: used(String(pid)), all };
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** One request after the other on one connection; the answer's body has a Content-Length. */
export async function openConnection(port: number): Promise<{
  readonly ask: (request: Buffer) => Promise<string>;
  readonly close: () => void;
}> {
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise<void>((done, fail) => socket.once("connect", done).once("error", fail));
  let waiting: { readonly done: (body: string) => void; readonly fail: (error: Error) => void } | undefined;
  let buffered: Buffer = Buffer.alloc(0);
  socket.on("data", (part: Buffer) => {
    buffered = buffered.length === 0 ? part : Buffer.concat([buffered, part]);
    const headEnd = buffered.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = buffered.toString("latin1", 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) waiting?.fail(new Error(`an answer without a length: ${head}`));
    if (buffered.length < headEnd + 4 + length) return;
    const body = buffered.toString("utf8", headEnd + 4, headEnd + 4 + length);
    buffered = buffered.subarray(headEnd + 4 + length);
    const heard = waiting;
    waiting = undefined;
    heard?.done(body);
  });
  const lost = (error?: Error): void => waiting?.fail(error ?? new Error("the connection was closed"));
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
