/**
 * A bad network on loopback: a TCP proxy in front of a real server with bandwidth, delay, cuts, and the lies that
 * networks tell. Runs in Node.
 *
 * Surprising fact: the sender's kernel takes some hundred kilobytes before it feels the link, as on a real phone;
 * what counts as sent is what the receiver got (`counters().up.delivered`).
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { Cuts, Rate } from "./capacity.ts";
import { createHttpWatcher, type HttpHead } from "./http-watch.ts";
import { createPipe, type Lane } from "./pipe.ts";

export { bestTimeMs, type Cuts, capacity, PACKET_BYTES, parseTrace, type Rate, type Trace } from "./capacity.ts";

export type Direction = "up" | "down";

/**
 * What happens while the link is off. "refuse": connections are reset, new ones are reset at once. "blackhole":
 * connections are reset, new ones are taken and never answered, and reset when the link returns. "stall": nothing is
 * reset, nothing moves, everything goes on when the link returns (a radio gap).
 */
export type CutStyle = "refuse" | "blackhole" | "stall";

/** "half-open": connections are taken and never answered. "portal": any request gets the portal's answer. */
export type LinkMode = "pass" | "half-open" | "portal";

export type PortalAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export const PORTAL_PAGE: PortalAnswer = {
  status: 200,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: "<!doctype html><title>Wi-Fi</title><h1>Bienvenue</h1><p>Acceptez les conditions pour continuer.</p>",
};

/** Everything here may be changed while the link runs. */
export type LinkSettings = {
  /** Client to server. Bits per second, a trace, or "unlimited" (default). */
  readonly up?: Rate;
  /** Server to client. */
  readonly down?: Rate;
  /** One way, both directions; a new connection waits two of them before its first byte moves. Default 0. */
  readonly delayMs?: number;
  /** Periodic cuts, beginning with a time on, counted from the moment of the setting. */
  readonly cuts?: Cuts | "none";
  readonly cutStyle?: CutStyle;
  readonly mode?: LinkMode;
  readonly portal?: PortalAnswer;
  /** A middle box that passes a request on only when it has all of it. */
  readonly bufferRequests?: boolean;
  /** The same for answers. */
  readonly bufferResponses?: boolean;
};

export type LinkRequest = { readonly number: number; readonly connection: number; readonly head: HttpHead };

export type LinkOptions = LinkSettings & {
  /** Port of the real server on loopback. */
  readonly target: number;
  readonly targetHost?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Every byte that a side gave to the link, in order per connection, before any loss. */
  readonly onBytes?: (direction: Direction, connection: number, bytes: Buffer) => void;
  /** Called when a request's head has reached the server's side. */
  readonly onRequest?: (request: LinkRequest) => void;
  /** Folder that receives what `onBytes` sees, as `<connection>.up` and `<connection>.down`. */
  readonly recordTo?: string;
};

export type DirectionCounters = { readonly offered: number; readonly delivered: number };

export type LinkCounters = {
  readonly up: DirectionCounters;
  readonly down: DirectionCounters;
  readonly connections: number;
  /** Requests whose head reached the server's side. */
  readonly requests: number;
  readonly cuts: number;
  /** Socket errors seen, by code. */
  readonly errors: Readonly<Record<string, number>>;
};

export type Link = {
  readonly port: number;
  /** "http://127.0.0.1:<port>" */
  readonly url: string;
  set(settings: LinkSettings): void;
  offline(style?: CutStyle): void;
  online(): void;
  isOnline(): boolean;
  /** Milliseconds since the link began: where traces and cuts are now, for `bestTimeMs({ startMs })`. */
  elapsedMs(): number;
  /** Resets all connections now; the link stays on. */
  cutNow(): void;
  /**
   * Lets exactly `bytes` more through in this direction, then resets all connections. Resolves when that happened.
   * See `dropResponse` for what Chromium does about it when the link stays on.
   */
  cutAfter(direction: Direction, bytes: number, then?: "online" | "offline"): Promise<void>;
  /**
   * The server gets the n-th request from now on (1 = the next) that matches, and its answer is thrown away with the
   * connection. Resolves when that happened. Chromium itself repeats a request, POST too, when a connection that had
   * carried others is reset before the answer: the server then sees it twice and the app notices nothing; with
   * "offline" the app notices.
   */
  dropResponse(nth: number, matches?: (head: HttpHead) => boolean, then?: "online" | "offline"): Promise<HttpHead>;
  counters(): LinkCounters;
  resetCounters(): void;
  close(): Promise<void>;
};

/** A side stops reading its socket above this many bytes waiting for the link. */
const QUEUE_BYTES = 32 * 1024;

type Connection = {
  readonly id: number;
  readonly client: Socket;
  readonly reset: () => void;
};

type Armed = { left: number; readonly then: "online" | "offline"; readonly done: () => void };
type Drop = {
  left: number;
  readonly matches: (head: HttpHead) => boolean;
  readonly then: "online" | "offline";
  readonly done: (head: HttpHead) => void;
};

/** Starts the link; it listens when the promise resolves. */
export async function createLink(options: LinkOptions): Promise<Link> {
  const startedAt = performance.now();
  const now = (): number => performance.now() - startedAt;
  let settings: Required<LinkSettings> = {
    up: "unlimited",
    down: "unlimited",
    delayMs: 0,
    cuts: "none",
    cutStyle: "refuse",
    mode: "pass",
    portal: PORTAL_PAGE,
    bufferRequests: false,
    bufferResponses: false,
    ...pick(options),
  };
  if (options.recordTo !== undefined) mkdirSync(options.recordTo, { recursive: true });

  const pipes = {
    up: createPipe(settings.up, settings.delayMs, now),
    down: createPipe(settings.down, settings.delayMs, now),
  };
  const connections = new Set<Connection>();
  /** Taken while the link was a black hole: reset when it returns. */
  const swallowed = new Set<Socket>();
  /** Talking to the portal. */
  const captive = new Set<Socket>();
  const armed: Record<Direction, Armed | undefined> = { up: undefined, down: undefined };
  /** Between the last byte before an armed cut and the cut itself nothing else passes. */
  let falling = false;
  let drops: Drop[] = [];
  let isOn = true;
  let offStyle: CutStyle = settings.cutStyle;
  let cutTimer: NodeJS.Timeout | undefined;
  let nextId = 1;
  let count = emptyCount();

  function noteError(error: NodeJS.ErrnoException): void {
    const code = error.code ?? error.message;
    count.errors[code] = (count.errors[code] ?? 0) + 1;
  }

  function saw(direction: Direction, id: number, bytes: Buffer): void {
    count[direction].offered += bytes.length;
    options.onBytes?.(direction, id, bytes);
    if (options.recordTo !== undefined) appendFileSync(join(options.recordTo, `${id}.${direction}`), bytes);
  }

  function resetAll(): void {
    count.cuts++;
    for (const connection of [...connections]) connection.reset();
  }

  /** Writes what may still pass before an armed cut; returns false when the cut falls into these bytes. */
  function deliverTo(socket: Socket, direction: Direction, bytes: Buffer): boolean {
    if (falling) return false;
    const cut = armed[direction];
    if (cut === undefined || bytes.length < cut.left) {
      if (cut !== undefined) cut.left -= bytes.length;
      count[direction].delivered += bytes.length;
      return socket.write(bytes);
    }
    const rest = bytes.subarray(0, cut.left);
    armed[direction] = undefined;
    count[direction].delivered += rest.length;
    falling = true;
    const fall = (): void => {
      falling = false;
      if (cut.then === "offline") goOffline(settings.cutStyle);
      resetAll();
      cut.done();
    };
    if (rest.length === 0) fall();
    else socket.write(rest, fall);
    return false;
  }

  function dropFor(head: HttpHead): Drop | undefined {
    for (const drop of drops) {
      if (!drop.matches(head)) continue;
      drop.left--;
      if (drop.left === 0) {
        drops = drops.filter((other) => other !== drop);
        return drop;
      }
    }
    return undefined;
  }

  function proxy(client: Socket): void {
    const id = nextId++;
    const server = connect({
      port: options.target,
      host: options.targetHost ?? "127.0.0.1",
      allowHalfOpen: true,
      noDelay: true,
    });
    let over = false;
    let dropping: { readonly drop: Drop; readonly head: HttpHead } | undefined;
    let method: string | undefined;
    let held: Buffer[] = [];
    const requests = createHttpWatcher("request");
    const responses = createHttpWatcher("response", () => method);

    const reset = (): void => {
      if (over) return;
      over = true;
      connections.delete(connection);
      upLane.close();
      downLane.close();
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    const connection: Connection = { id, client, reset };
    connections.add(connection);

    const resume = (socket: Socket, lane: Lane): void => {
      if (!over && lane.pending() < QUEUE_BYTES / 2 && socket.isPaused()) socket.resume();
    };

    const upLane = pipes.up.lane(
      {
        ready: () => !server.writableNeedDrain,
        drained: () => resume(client, upLane),
        end: () => server.end(),
        deliver(bytes) {
          if (settings.mode === "half-open") return;
          for (const run of requests.push(bytes)) {
            if (over) return;
            if (run.head !== undefined) {
              method = run.head.method;
              count.requests++;
              options.onRequest?.({ number: count.requests, connection: id, head: run.head });
              const drop = dropFor(run.head);
              if (drop !== undefined) dropping = { drop, head: run.head };
            }
            if (!settings.bufferRequests) deliverTo(server, "up", run.bytes);
            else {
              held.push(run.bytes);
              if (run.ends) {
                const whole = Buffer.concat(held);
                held = [];
                deliverTo(server, "up", whole);
              }
            }
          }
        },
      },
      now() + 2 * settings.delayMs,
    );
    let heldDown: Buffer[] = [];
    const downLane = pipes.down.lane(
      {
        ready: () => !client.writableNeedDrain,
        drained: () => resume(server, downLane),
        end: () => client.end(),
        deliver(bytes) {
          if (settings.mode !== "half-open") deliverTo(client, "down", bytes);
        },
      },
      0,
    );

    client.on("data", (bytes: Buffer) => {
      saw("up", id, bytes);
      upLane.push(bytes);
      if (upLane.pending() >= QUEUE_BYTES) client.pause();
    });
    server.on("data", (bytes: Buffer) => {
      saw("down", id, bytes);
      if (dropping !== undefined) {
        const { drop, head } = dropping;
        if (drop.then === "offline") goOffline(settings.cutStyle);
        reset();
        drop.done(head);
        return;
      }
      for (const run of responses.push(bytes)) {
        if (!settings.bufferResponses) downLane.push(run.bytes);
        else {
          heldDown.push(run.bytes);
          if (run.ends) {
            for (const part of heldDown) downLane.push(part);
            heldDown = [];
          }
        }
      }
      if (downLane.pending() >= QUEUE_BYTES) server.pause();
    });
    client.on("end", () => upLane.end());
    server.on("end", () => {
      for (const part of heldDown) downLane.push(part);
      heldDown = [];
      downLane.end();
    });
    for (const socket of [client, server]) {
      socket.on("error", (error) => {
        noteError(error);
        reset();
      });
      socket.on("close", () => {
        if (over) return;
        // Both ways are finished in order, or one side went away: the other must learn it.
        if (client.destroyed && server.destroyed) {
          over = true;
          connections.delete(connection);
          upLane.close();
          downLane.close();
        } else if (!(socket.readableEnded && socket.writableFinished)) reset();
      });
    }
  }

  function answerAsPortal(client: Socket): void {
    const watcher = createHttpWatcher("request");
    const { status, headers, body } = settings.portal;
    captive.add(client);
    client.on("error", noteError);
    client.on("close", () => captive.delete(client));
    client.on("end", () => client.end());
    client.on("data", (bytes: Buffer) => {
      for (const run of watcher.push(bytes)) {
        if (run.head === undefined) continue;
        const all = { ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" };
        const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
        const answer = `HTTP/1.1 ${status} Portal\r\n${lines.join("")}\r\n${run.head.method === "HEAD" ? "" : body}`;
        setTimeout(() => {
          if (!client.destroyed) client.end(answer);
        }, 2 * settings.delayMs);
      }
    });
  }

  function swallow(client: Socket): void {
    swallowed.add(client);
    client.on("error", noteError);
    client.on("close", () => swallowed.delete(client));
    client.resume();
  }

  function accept(client: Socket): void {
    count.connections++;
    client.setNoDelay(true);
    if (!isOn && offStyle === "refuse") {
      client.on("error", noteError);
      client.resetAndDestroy();
    } else if ((!isOn && offStyle === "blackhole") || settings.mode === "half-open") swallow(client);
    else if (settings.mode === "portal") answerAsPortal(client);
    else proxy(client);
  }

  function goOffline(style: CutStyle): void {
    isOn = false;
    offStyle = style;
    if (style === "stall") {
      pipes.up.freeze(true);
      pipes.down.freeze(true);
    } else resetAll();
  }

  function goOnline(): void {
    isOn = true;
    pipes.up.freeze(false);
    pipes.down.freeze(false);
    for (const socket of [...swallowed]) socket.resetAndDestroy();
  }

  function startCuts(): void {
    clearTimeout(cutTimer);
    const { cuts } = settings;
    if (cuts === "none") return;
    const origin = now();
    let edges = 0;
    const next = (): void => {
      // Each edge is planned from the origin, so late timers do not add up.
      const rounds = Math.floor(edges / 2);
      const edge = origin + rounds * (cuts.onMs + cuts.offMs) + (edges % 2 === 0 ? cuts.onMs : cuts.onMs + cuts.offMs);
      cutTimer = setTimeout(
        () => {
          if (edges % 2 === 0) goOffline(settings.cutStyle);
          else goOnline();
          edges++;
          next();
        },
        Math.max(0, edge - now()),
      );
    };
    next();
  }

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  await new Promise<void>((done, fail) => {
    listener.once("error", fail);
    listener.listen(options.port ?? 0, "127.0.0.1", () => {
      listener.off("error", fail);
      done();
    });
  });
  const { port } = listener.address() as AddressInfo;
  startCuts();

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    set(changes) {
      const before = settings;
      settings = { ...settings, ...pick(changes) };
      pipes.up.setRate(settings.up);
      pipes.down.setRate(settings.down);
      pipes.up.setDelay(settings.delayMs);
      pipes.down.setDelay(settings.delayMs);
      if (settings.mode !== before.mode) {
        // A connection begun under one regime does not live on under the next; half-open ones lose their server.
        if (settings.mode === "portal") resetAll();
        if (before.mode === "half-open") for (const socket of [...swallowed]) socket.resetAndDestroy();
      }
      if (changes.cuts !== undefined) {
        if (!isOn) goOnline();
        startCuts();
      }
    },
    offline: (style) => goOffline(style ?? settings.cutStyle),
    online: goOnline,
    isOnline: () => isOn,
    elapsedMs: now,
    cutNow: resetAll,
    cutAfter: (direction, bytes, then = "online") =>
      new Promise((done) => {
        armed[direction] = { left: bytes, then, done };
      }),
    dropResponse: (nth, matches = () => true, then = "online") =>
      new Promise((done) => {
        drops.push({ left: nth, matches, then, done });
      }),
    counters: () => structuredClone(count),
    resetCounters() {
      count = emptyCount();
    },
    async close() {
      clearTimeout(cutTimer);
      for (const connection of [...connections]) connection.reset();
      for (const socket of [...swallowed, ...captive]) socket.resetAndDestroy();
      pipes.up.close();
      pipes.down.close();
      await new Promise((done) => listener.close(done));
    },
  };
}

function emptyCount(): {
  up: { offered: number; delivered: number };
  down: { offered: number; delivered: number };
  connections: number;
  requests: number;
  cuts: number;
  errors: Record<string, number>;
} {
  return {
    up: { offered: 0, delivered: 0 },
    down: { offered: 0, delivered: 0 },
    connections: 0,
    requests: 0,
    cuts: 0,
    errors: {},
  };
}

/** The settings that were really given: an undefined must not overwrite a default. */
function pick(given: LinkSettings): LinkSettings {
  const names = [
    "up",
    "down",
    "delayMs",
    "cuts",
    "cutStyle",
    "mode",
    "portal",
    "bufferRequests",
    "bufferResponses",
  ] as const;
  return Object.fromEntries(names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]));
}
