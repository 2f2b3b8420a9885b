/**
 * An HTTP proxy on loopback that lies, breaks and cuts as it is told, request by request. Runs in Node, in front of a real
 * server. For shaped links (bandwidth, delay, radio gaps) see link.ts.
 */

import { request as ask, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Fault =
  /** A refusal in our server's name: header, nonce, time, code. */
  | { readonly type: "refuse"; readonly status: number; readonly error: string; readonly retry: string }
  /** An answer of somebody else. */
  | { readonly type: "foreign"; readonly status: number; readonly html: boolean }
  | { readonly type: "redirect" }
  /** The real answer, cut after so many bytes of its body. */
  | { readonly type: "cut-down"; readonly after: number }
  /** The request passes until so many bytes of its body, then both sides are cut. */
  | { readonly type: "cut-up"; readonly after: number }
  /** Taken, never answered. */
  | { readonly type: "half-open" }
  /** The server did it; nobody hears. */
  | { readonly type: "lost-answer" }
  /** The server gets it twice; the second answer comes back. */
  | { readonly type: "twice" }
  /** The real answer without its last byte, as a whole one. */
  | { readonly type: "truncated" }
  /** Passed on when all of it has come, as middle boxes do. */
  | { readonly type: "buffered" };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
}

export interface FaultProxy {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  readonly close: () => Promise<void>;
}

/** @param faultOf what happens to a request; null = it passes. */
export async function startFaultProxy(
  upstream: string,
  faultOf: (request: SeenRequest) => Fault | null,
): Promise<FaultProxy> {
  const seen: SeenRequest[] = [];
  const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    return Buffer.concat(parts);
  };
  const forward = (incoming: IncomingMessage, body: Buffer, cutAfter?: number): Promise<IncomingMessage | null> =>
    new Promise((resolve) => {
      const headers = { ...incoming.headers, "content-length": String(body.length) };
      const up = ask(`${upstream}${incoming.url}`, { method: incoming.method, headers }, resolve);
      up.on("error", () => resolve(null));
      if (cutAfter === undefined) up.end(body);
      else
        up.write(body.subarray(0, cutAfter), () => {
          setTimeout(() => {
            up.destroy();
            resolve(null);
          }, 20);
        });
    });
  const copy = async (answer: IncomingMessage, response: ServerResponse, change: (body: Buffer) => Buffer) => {
    const body = change(await bodyOf(answer));
    const headers = { ...answer.headers };
    delete headers["transfer-encoding"];
    if (answer.statusCode !== 204 && headers["content-length"] !== undefined)
      headers["content-length"] = String(body.length);
    response.writeHead(answer.statusCode ?? 502, headers);
    response.end(body);
  };

  const server = createServer((incoming, response) => {
    const work = async (): Promise<void> => {
      const body = await bodyOf(incoming);
      const one: SeenRequest = { method: incoming.method ?? "", path: incoming.url ?? "", body };
      seen.push(one);
      const fault = faultOf(one);
      const cut = (): void => void incoming.socket.destroy();
      if (fault?.type === "half-open") return;
      if (fault?.type === "redirect") {
        response.writeHead(302, { location: "/login" }).end();
        return;
      }
      if (fault?.type === "foreign") {
        const [type, text] = fault.html ? ["text/html", "<h1>Wi-Fi</h1>"] : ["application/json", '{"error":"busy"}'];
        response.writeHead(fault.status, { "content-type": type }).end(text);
        return;
      }
      if (fault?.type === "refuse") {
        const nonce = String(incoming.headers["besace-nonce"]);
        const said = { nonce, time: Date.now(), error: fault.error, retry: fault.retry };
        response.writeHead(fault.status, {
          ...{ "besace-protocol": "1", "besace-nonce": nonce, "content-type": "application/json" },
        });
        response.end(incoming.method === "HEAD" ? undefined : JSON.stringify(said));
        return;
      }
      if (fault?.type === "cut-up") {
        await forward(incoming, body, Math.min(fault.after, body.length));
        return cut();
      }
      if (fault?.type === "twice") (await forward(incoming, body))?.resume();
      const answer = await forward(incoming, body);
      if (answer === null) return cut();
      if (fault?.type === "lost-answer") {
        answer.resume();
        return cut();
      }
      if (fault?.type === "cut-down") {
        const whole = await bodyOf(answer);
        response.writeHead(answer.statusCode ?? 502, { ...answer.headers, "content-length": String(whole.length + 9) });
        response.write(whole.subarray(0, fault.after), cut);
        return;
      }
      await copy(answer, response, (whole) => (fault?.type === "truncated" ? whole.subarray(0, -1) : whole));
    };
    work().catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 1000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
