/**
 * An unfinished upload lies on the disk of one process; the others hand HEAD, PATCH and POST on to it. Runs in Node.
 *
 * A body streams through with back pressure and is never held whole. A request handed on carries a keyed hash by a key
 * that only processes of this server have, and is never handed on again: two processes that believe each other the owner
 * answer "busy", not each other. Surprising: a slow owner is not a dead one. Only when no connection can be made and its
 * sign of life is stale does another process take over, and the upload begins again at 0.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { FastifyReply, FastifyRequest } from "fastify";
import { connections, nodes as limits } from "../protocol/limits.ts";
import { headers, type ServerTime } from "../protocol/wire.ts";
import type { Bytes } from "../shared/bytes.ts";
import type { Clock, Log, Timers } from "../shared/ports.ts";
import type { Answers } from "./answers.ts";
import { describeError } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { BlobItem } from "./stores/blob-ports.ts";
import type { Store } from "./stores/ports.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** True when another process of this server handed the request on, after counting it. */
    forwarded: boolean;
  }
}

/** This process among others. */
export interface Self {
  readonly node: string;
  /** Where the others reach it, without a slash at the end. */
  readonly url: string;
  /** Without a sign of life for this long, and without a connection, a process is dead. The same for all of them. */
  readonly staleMs: number;
}

export interface Forwarder {
  /**
   * Finds who stages this upload, which is unverified. "here": this process, go on. "answered": the owner was asked and
   * its answer passed on, or it could not be and the client was told to come again.
   */
  readonly place: (request: FastifyRequest, reply: FastifyReply, upload: StagedUpload) => Promise<"here" | "answered">;
  /**
   * "none" when the request does not claim to come from another process, "bad" when it claims so wrongly, "stranger" when
   * it was meant for a process that was at this address before.
   */
  readonly read: (request: FastifyRequest) => "none" | "forwarded" | "stranger" | "bad";
}

export type StagedUpload = Pick<BlobItem, "owner" | "blob"> & { readonly node: string | null };

export const forwardedHeader = "besace-forwarded";
/** What the answer to a "stranger" says in that header. */
export const notMe = "not-me";

const passedOn = [
  "tus-resumable",
  "upload-offset",
  "upload-length",
  "upload-metadata",
  "content-type",
  "content-length",
  headers.protocol,
  headers.nonce,
] as const;
/** What concerns one connection only. */
const notPassedBack = new Set(["connection", "keep-alive", "transfer-encoding", "date"]);

/** Never hands anything on: a server of one process. */
export const noForwarder: Forwarder = {
  place: async () => "here",
  read: (request) => (forwardedHeader in request.headers ? "bad" : "none"),
};

export function createForwarder(deps: {
  readonly self: Self;
  readonly secret: Bytes;
  readonly store: Pick<Store, "claimUpload">;
  readonly answers: Answers;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: Metrics;
}): Forwarder {
  const { self, store, answers, metrics } = deps;
  const now = () => deps.clock.now() as ServerTime;
  const key = createHmac("sha256", deps.secret).update("besace/v1/forward\0").digest();
  const mac = (...said: readonly string[]): Buffer => createHmac("sha256", key).update(said.join("\0")).digest();

  const read: Forwarder["read"] = (request) => {
    const claim = request.headers[forwardedHeader];
    if (claim === undefined) return "none";
    const [from = "", to = "", at = "", sum = ""] = typeof claim === "string" ? claim.split(".") : [];
    const nonce = request.headers[headers.nonce];
    const wanted = mac(request.method, request.url, typeof nonce === "string" ? nonce : "", from, to, at);
    const given = Buffer.from(sum, "base64url");
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return "bad";
    if (Math.abs(Number(at) - deps.clock.now()) > limits.clocksMs) return "bad";
    return to === self.node ? "forwarded" : "stranger";
  };

  /**
   * Passes the request on and the answer back.
   * @returns "unreachable" when no connection was made: nothing of the body was read. "stranger" when somebody else is at
   * that address now: the body may be gone. "done": the client has its answer.
   */
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    owner: { readonly node: string; readonly url: string },
  ): Promise<"done" | "unreachable" | "stranger"> =>
    new Promise((finish) => {
      const { url } = owner;
      const at = String(deps.clock.now());
      const incoming = request.raw;
      const sum = mac(request.method, request.url, request.nonce, self.node, owner.node, at).toString("base64url");
      const outgoing: Record<string, string> = {
        [forwardedHeader]: [self.node, owner.node, at, sum].join("."),
      };
      for (const name of passedOn) {
        const value = incoming.headers[name];
        if (typeof value === "string") outgoing[name] = value;
      }
      const open = url.startsWith("https:") ? httpsRequest : httpRequest;
      const onward: ClientRequest = open(`${url}${request.url}`, {
        method: request.method,
        headers: outgoing,
        agent: false,
      });
      let connected = false;
      let answered = false;
      const cancelConnect = deps.timers.after(limits.connectMs, () => onward.destroy());
      // An owner that stands still is waited for as long as a client is.
      onward.setTimeout(request.method === "PATCH" ? connections.idleMs : limits.silenceMs, () => onward.destroy());

      /** What has arrived from the client still goes to the owner: an end in order, not a reset. */
      const hangUp = (): void => {
        if (!incoming.complete) onward.socket?.end();
      };
      /** A body that nobody takes any more must still be read: Node leaves what was begun to us, and the connection hangs. */
      const letGo = (): void => {
        incoming.removeListener("close", hangUp);
        incoming.unpipe(onward);
        if (connected) incoming.resume();
      };
      const start = (): void => {
        connected = true;
        cancelConnect();
        // The client may have left before there was anybody to hand its request to.
        if (incoming.destroyed && !incoming.complete) {
          onward.destroy();
          return;
        }
        incoming.once("close", hangUp);
        incoming.pipe(onward);
      };
      onward.once("socket", (socket) => {
        if (socket.connecting) socket.once(url.startsWith("https:") ? "secureConnect" : "connect", start);
        else start();
      });
      onward.on("error", (error) => {
        cancelConnect();
        letGo();
        if (answered) return;
        answered = true;
        if (!connected) {
          deps.log.note("owner-unreachable", { ...describeError(error) });
          finish("unreachable");
          return;
        }
        metrics.forwarded("cut");
        answers.refuse(request, reply, "busy", limits.busySeconds);
        finish("done");
      });
      onward.once("response", (back: IncomingMessage) => {
        answered = true;
        if (back.headers[forwardedHeader] === notMe) {
          letGo();
          onward.destroy();
          finish("stranger");
          return;
        }
        reply.hijack();
        const kept = Object.entries(back.headers).filter(([name]) => !notPassedBack.has(name));
        // The owner spoke before it had the whole body: what is still coming on this connection is of no use.
        if (!incoming.complete) kept.push(["connection", "close"]);
        reply.raw.writeHead(back.statusCode ?? 502, Object.fromEntries(kept) as Record<string, string | string[]>);
        back.pipe(reply.raw);
        back.once("error", () => reply.raw.destroy());
        const over = (): void => {
          letGo();
          back.destroy();
          metrics.forwarded(back.complete ? "done" : "cut");
          finish("done");
        };
        if (reply.raw.closed) over();
        else reply.raw.once("close", over);
      });
    });

  return {
    read,
    place: async (request, reply, upload) => {
      if (upload.node === self.node) return "here";
      const { owner, blob } = upload;
      // Nobody is too stale here: who has it keeps it, unless nobody has.
      const holder = await store.claimUpload(owner, blob, self.node, now(), 0 as ServerTime);
      if (holder === undefined || holder.node === self.node) return "here";
      const tellBusy = (): "answered" => {
        answers.refuse(request, reply, "busy", limits.busySeconds);
        return "answered";
      };
      if (request.forwarded) return tellBusy();
      const { url } = holder;
      const sent = url === null ? "unreachable" : await send(request, reply, { node: holder.node, url });
      if (sent === "done") return "answered";
      const stale = (deps.clock.now() - self.staleMs) as ServerTime;
      const taken = await store.claimUpload(owner, blob, self.node, now(), stale);
      if (taken === undefined || taken.node === self.node) {
        metrics.forwarded("took-over");
        deps.log.note("upload-taken-over");
        // A part whose bytes went to the stranger is sent again after the next HEAD.
        return sent === "stranger" && request.method === "PATCH" ? tellBusy() : "here";
      }
      metrics.forwarded("unreachable");
      return tellBusy();
    },
  };
}

export interface Heartbeat {
  /** Says that this process lives, now and again and again. */
  readonly start: () => Promise<void>;
  readonly stop: () => void;
  /** How many processes lived at the last beat, this one included. */
  readonly alive: () => number;
  /** True for the one process, of those alive, that does what only one should do. */
  readonly isFirst: () => boolean;
}

/** For a server of one process: nothing is said to anybody. */
export const noHeartbeat: Heartbeat = {
  start: async () => undefined,
  stop: () => undefined,
  alive: () => 1,
  isFirst: () => true,
};

export function createHeartbeat(deps: {
  readonly self: Self;
  readonly store: Pick<Store, "touchNode" | "nodes">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}): Heartbeat {
  const { self, store } = deps;
  let cancel = (): void => undefined;
  let stopped = false;
  let seen: readonly string[] = [self.node];
  const beat = async (): Promise<void> => {
    const now = deps.clock.now();
    await store.touchNode(self.node, self.url, now as ServerTime);
    seen = (await store.nodes((now - self.staleMs) as ServerTime)).map(({ node }) => node).sort();
  };
  const goOn = (): void => {
    if (stopped) return;
    cancel = deps.timers.after(self.staleMs / limits.beatsPerStale, () => {
      beat()
        .catch((error: unknown) => deps.log.note("heartbeat-failed", { ...describeError(error) }))
        .finally(goOn);
    });
  };
  return {
    start: async () => {
      await beat();
      goOn();
    },
    stop: () => {
      stopped = true;
      cancel();
    },
    alive: () => Math.max(1, seen.length),
    isFirst: () => seen[0] === self.node,
  };
}
