/**
 * The floor of `npm run bench:sync`: one raw PUT of as many bytes over the same link, from Node to Node, restarted at the
 * offset that the other side has after each cut. Nothing is sealed, checked, stored or answered on the way.
 */
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createLink } from "../support/link.ts";
import { type Profile, settingsOf } from "./sync-links.ts";

/** How often it knocks while the line is off. */
const KNOCK_MS = 50;

export type Floor = { readonly ms: number; readonly bytesUp: number };

/** @returns milliseconds until the last byte was there. */
export async function runFloor(profile: Profile, bytes: number): Promise<Floor> {
  let here = 0;
  let endedAt = 0;
  const server = createServer((incoming, answer) => {
    if (incoming.method === "HEAD") {
      answer.writeHead(200, { "x-offset": String(here) }).end();
      return;
    }
    const from = Number(incoming.headers["x-offset"]);
    let got = 0;
    incoming.on("data", (chunk: Buffer) => {
      got += chunk.length;
      here = Math.max(here, from + got);
      if (here === bytes && endedAt === 0) endedAt = performance.now();
    });
    incoming.on("end", () => answer.writeHead(204).end());
    // A cut: what came so far counts.
    incoming.on("error", () => undefined);
  });
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const link = await createLink({ target: (server.address() as AddressInfo).port, ...settingsOf(profile) });
  const startedAt = performance.now();

  const ask = (method: string, from: number, body: Buffer | undefined): Promise<number> =>
    new Promise((done, fail) => {
      const outgoing = request({ port: link.port, method, headers: { "x-offset": String(from) } }, (answer) => {
        answer.resume();
        answer.on("end", () => done(Number(answer.headers["x-offset"] ?? bytes)));
        answer.on("error", fail);
      });
      outgoing.on("error", fail);
      if (body === undefined) outgoing.end();
      else {
        outgoing.setHeader("content-length", body.length);
        outgoing.end(body);
      }
    });

  const content = Buffer.alloc(bytes, 7);
  let offset = 0;
  let known = true;
  while (endedAt === 0) {
    try {
      if (!known) offset = await ask("HEAD", 0, undefined);
      known = true;
      if (offset < bytes) offset = await ask("PUT", offset, content.subarray(offset));
    } catch (error) {
      // The line was cut, or is still off; anything else is a fault of the bench.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ECONNRESET" && code !== "EPIPE" && code !== "ECONNREFUSED") throw error;
      known = false;
      await sleep(KNOCK_MS);
    }
  }
  const bytesUp = link.counters().up.delivered;
  await link.close();
  server.closeAllConnections();
  server.close();
  return { ms: endedAt - startedAt, bytesUp };
}
