/** Answers read beside the sync: a lock waits for them, so none may be waited for without end. */
import { expect, test } from "vitest";
import { headers, protocolVersion } from "../../../src/protocol/wire.ts";
import type { BlobId, PrincipalId } from "../../../src/shared/ids.ts";
import { createBlobReader } from "../../../src/workers/common/blob-reader.ts";

/** A server that gives the first bytes of a range, and then only what is pushed. */
function stalling() {
  const due = new Set<() => void>();
  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  let asked = 0;
  const reader = createBlobReader({
    random: { bytes: (length) => new Uint8Array(length) },
    timers: {
      after: (_delayMs, task) => {
        due.add(task);
        return () => void due.delete(task);
      },
    },
    fetch: async () => {
      asked += 1;
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          body = controller;
          controller.enqueue(new Uint8Array([1, 2]));
        },
      });
      return new Response(stream, { status: 206, headers: { [headers.protocol]: String(protocolVersion) } });
    },
  });
  return {
    read: () => reader.read("session", "who" as PrincipalId, "blob" as BlobId, 4),
    asked: () => asked,
    push: (bytes: readonly number[]) => body?.enqueue(new Uint8Array(bytes)),
    end: () => body?.close(),
    /** A minute goes by. */
    pass: () => {
      for (const task of [...due]) task();
    },
    waits: () => due.size,
  };
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a body of which nothing more comes is a lost answer, and the reader ends", async () => {
  const line = stalling();
  let outcome: unknown;
  void line.read().then((read) => {
    outcome = read;
  });
  for (let at = 0; at < 6 && outcome === undefined; at += 1) {
    await moment();
    line.pass();
  }
  await moment();
  expect([outcome, line.asked(), line.waits()]).toEqual([{ type: "no-network" }, 4, 0]);
});

test("a slow body is waited for as long as something comes", async () => {
  const line = stalling();
  const read = line.read();
  await moment();
  line.push([3]);
  await moment();
  line.push([4]);
  line.end();
  expect(await read).toEqual({ type: "bytes", bytes: new Uint8Array([1, 2, 3, 4]) });
  expect([line.asked(), line.waits()]).toEqual([1, 0]);
});
