/**
 * An S3 in memory for tests (fauxqs), and one that lies. Runs in Node on a loopback port of its own.
 *
 * Surprising: the liar answers every request as the honest one does, but what it keeps of a PutObject is changed on the
 * way, as one small S3 server did with framed bodies: only reading back and hashing again tells.
 */

import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { startFauxqs } from "fauxqs";

export interface TestS3 {
  readonly port: number;
  /** Makes a bucket and returns its `BLOB_URL`. `prefix`: "" or "/folder". */
  readonly newBucket: (prefix?: string) => Promise<string>;
  /** Objects in the bucket of this `BLOB_URL`. */
  readonly count: (url: string) => Promise<number>;
  readonly stop: () => Promise<void>;
}

let buckets = 0;
const urlOf = (port: number, bucket: string, prefix: string): string =>
  `s3://test:test@127.0.0.1:${port}/${bucket}${prefix}?tls=off`;

export async function startMemoryS3(): Promise<TestS3> {
  const server = await startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
  return {
    port: server.port,
    newBucket: async (prefix = "") => {
      buckets += 1;
      const name = `besace-${process.pid}-${buckets}`;
      server.createBucket(name);
      return urlOf(server.port, name, prefix);
    },
    count: async (url) => {
      const bucket = new URL(url).pathname.split("/")[1] ?? "";
      const answer = await (await fetch(`http://127.0.0.1:${server.port}/${bucket}?list-type=2`)).text();
      return answer.split("<Key>").length - 1;
    },
    stop: () => server.stop(),
  };
}

/** How the liar treats the body of a PutObject before it is kept. */
export type Lie = "none" | "flip-a-bit" | "frame" | "cut" | "nothing-kept" | "down";

export interface LyingS3 extends TestS3 {
  lie: Lie;
  /** Requests that came, as "METHOD". */
  readonly seen: string[];
}

/** A proxy before `honest` that can be told to lie; the buckets are those of `honest`. */
export async function startLyingS3(honest: TestS3): Promise<LyingS3> {
  const seen: string[] = [];
  const change = (bytes: Buffer, lie: Lie): Buffer => {
    if (lie === "flip-a-bit") {
      const copy = Buffer.from(bytes);
      copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
      return copy;
    }
    if (lie === "frame")
      return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n0\r\n")]);
    if (lie === "cut") return bytes.subarray(0, bytes.length - 1);
    return bytes;
  };
  const server = createServer((incoming, answer) => {
    const { lie } = liar;
    seen.push(incoming.method ?? "");
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      if (lie === "down") return answer.writeHead(503).end();
      const put = incoming.method === "PUT";
      if (put && lie === "nothing-kept") return answer.writeHead(200, { etag: '"0"' }).end();
      const body = put ? change(Buffer.concat(parts), lie) : Buffer.concat(parts);
      const onward = request(
        {
          port: honest.port,
          host: "127.0.0.1",
          method: incoming.method,
          path: incoming.url,
          headers: { ...incoming.headers, "content-length": String(body.length) },
        },
        (back) => {
          answer.writeHead(back.statusCode ?? 500, back.headers);
          back.pipe(answer);
        },
      );
      onward.on("error", () => answer.destroy());
      onward.end(body);
      return undefined;
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const liar: LyingS3 = {
    port,
    lie: "none",
    seen,
    newBucket: async (prefix = "") => (await honest.newBucket(prefix)).replace(`:${honest.port}/`, `:${port}/`),
    count: honest.count,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return liar;
}
