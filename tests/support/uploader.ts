/**
 * A phone's upload in its plainest form, for tests on real sockets: HEAD, POST, PATCH, HEAD again after any error, the
 * server believed. Runs in Node; its bytes are made-up sealed blobs.
 *
 * Surprising: it takes a new connection for every so many requests, so that a balancer sends it to another process.
 */

import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { labels } from "../../src/protocol/labels.ts";
import { signBytes } from "../../src/protocol/sign.ts";
import { fromBase64Url } from "../../src/shared/bytes.ts";
import type { TestBlob, TestPerson } from "../unit/server/people.ts";

const nonce = "upload-test-nonce-0000";
const common = { "besace-protocol": "1", "besace-nonce": nonce };

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Asker {
  /** Undefined when no answer came: nothing is known. */
  readonly ask: (
    method: string,
    path: string,
    headers?: Readonly<Record<string, string>>,
    body?: Uint8Array | string,
  ) => Promise<Answer | undefined>;
  readonly post: <T>(path: string, body: unknown) => Promise<T>;
  /** How many requests got no answer. */
  readonly unanswered: () => number;
  readonly close: () => void;
}

/** @param perConnection requests on one connection before the next one is made. */
export function createAsker(url: string, perConnection = 3, silenceMs = 60_000): Asker {
  let agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let used = 0;
  let unanswered = 0;
  const ask: Asker["ask"] = (method, path, headers = {}, body) =>
    new Promise((done) => {
      used += 1;
      if (used % perConnection === 0) {
        agent.destroy();
        agent = new Agent({ keepAlive: true, maxSockets: 1 });
      }
      const nothing = (): void => {
        unanswered += 1;
        done(undefined);
      };
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const asked = request(
        `${url}${path}`,
        { method, agent, headers: { ...common, ...length, ...headers } },
        (back) => {
          const parts: Buffer[] = [];
          back.on("data", (part: Buffer) => parts.push(part));
          back.on("error", nothing);
          back.on("end", () => {
            // An answer that does not echo the nonce is not the server's.
            if (back.headers["besace-nonce"] !== nonce) return nothing();
            return done({ status: back.statusCode ?? 0, headers: back.headers, body: Buffer.concat(parts) });
          });
        },
      );
      asked.setTimeout(silenceMs, () => asked.destroy());
      asked.on("error", nothing);
      asked.end(body);
    });
  return {
    ask,
    post: async <T>(path: string, body: unknown): Promise<T> => {
      for (;;) {
        const answer = await ask("POST", path, { "content-type": "application/json" }, JSON.stringify(body));
        if (answer !== undefined && answer.status < 500) return JSON.parse(answer.body.toString()) as T;
        await sleep(100);
      }
    },
    unanswered: () => unanswered,
    close: () => agent.destroy(),
  };
}

export async function openSession(asker: Asker, person: TestPerson): Promise<string> {
  for (;;) {
    const who = { principal: person.id, device: person.device };
    const { challenge } = await asker.post<{ challenge: string }>("/v1/challenge", who);
    const bytes = fromBase64Url(challenge);
    if (bytes === undefined) throw new Error("a challenge is base64url");
    const sig = await signBytes(person.transport.privateKey, labels.session, bytes);
    // An answer that was lost has used the challenge up: the next one is asked for.
    const { token } = await asker.post<{ token?: string }>("/v1/session", { ...who, challenge, sig });
    if (token !== undefined) return token;
  }
}

export interface Upload {
  readonly parts: number;
  /** Bytes of parts that were sent, acknowledged or not. */
  readonly sent: number;
  /** How often the server stood lower than it had acknowledged. */
  readonly restarts: number;
  readonly busy: number;
  readonly unanswered: number;
  readonly read: (blob: TestBlob) => Promise<Buffer>;
}

/** Uploads one blob until the server says "verified". `onOffset` is told each acknowledged offset. */
export async function uploadAll(options: {
  readonly url: string;
  readonly person: TestPerson;
  readonly blob: TestBlob;
  readonly partBytes: number;
  readonly perConnection?: number;
  readonly onOffset?: (offset: number) => void;
}): Promise<Upload> {
  const { url, person, blob, partBytes } = options;
  const asker = createAsker(url, options.perConnection);
  const path = `/v1/blobs/${person.id}.${blob.ref.blob}`;
  const tus = { "tus-resumable": "1.0.0" };
  let [parts, sent, restarts, busy, acked] = [0, 0, 0, 0, 0];
  const waitAsTold = async (answer: Answer | undefined): Promise<void> => {
    if (answer?.status === 503) busy += 1;
    await sleep(answer?.status === 503 ? Number(answer.headers["retry-after"] ?? "1") * 250 : 50);
  };
  await asker.post("/v1/register", { statements: person.statements });
  for (;;) {
    const head = await asker.ask("HEAD", path, tus);
    if (head?.status === 404) {
      if (acked > 0) restarts += 1;
      acked = 0;
      const ticket = Buffer.from(JSON.stringify(await person.ticket(blob.ref))).toString("base64");
      await asker.ask("POST", "/v1/blobs", {
        ...tus,
        "upload-length": String(blob.ref.length),
        "upload-metadata": `ticket ${ticket}`,
      });
      continue;
    }
    if (head?.status !== 200) {
      await waitAsTold(head);
      continue;
    }
    if (head.headers["besace-blob"] === "verified") break;
    let offset = Number(head.headers["upload-offset"]);
    if (offset < acked) restarts += 1;
    acked = offset;
    if (offset >= blob.ref.length) await sleep(200);
    while (offset < blob.ref.length) {
      const part = blob.bytes.slice(offset, offset + partBytes);
      parts += 1;
      sent += part.length;
      const answer = await asker.ask(
        "PATCH",
        path,
        { ...tus, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" },
        part,
      );
      if (answer?.status !== 204) {
        await waitAsTold(answer);
        break;
      }
      offset = Number(answer.headers["upload-offset"]);
      acked = offset;
      options.onOffset?.(offset);
    }
  }
  asker.close();
  return {
    parts,
    sent,
    restarts,
    busy,
    unanswered: asker.unanswered(),
    read: async (wanted) => {
      const reader = createAsker(url);
      const token = await openSession(reader, person);
      const answer = await reader.ask("GET", `/v1/blobs/${person.id}.${wanted.ref.blob}`, {
        authorization: `Bearer ${token}`,
      });
      reader.close();
      return answer?.body ?? Buffer.alloc(0);
    },
  };
}
