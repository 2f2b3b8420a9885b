/**
 * What crosses a shaped link as HTTP exchanges with their moments: when the phone offered a request, when its head was
 * at the server, when the server answered. Runs in Node; reads along, changes nothing.
 *
 * Surprising fact: the server's answer is read on the server's side of the link, before its delay: that is the moment at
 * which an item is durable, which is what a delivery is measured by.
 */
import { createHttpWatcher, type HttpHead } from "../support/http-watch.ts";
import type { Direction, LinkRequest } from "../support/link.ts";

export type Exchange = {
  readonly connection: number;
  readonly method: string;
  readonly path: string;
  readonly request: HttpHead;
  /** Bytes of head and body that the phone gave to the link. */
  offered: number;
  readonly offeredAt: number;
  /** The head was at the server's side. */
  reachedAt: number | null;
  answeredAt: number | null;
  status: number;
  answer: HttpHead | null;
  /** Of JSON answers. */
  body: string;
};

export type Watch = {
  readonly exchanges: readonly Exchange[];
  /** For `createLink`. */
  readonly onBytes: (direction: Direction, connection: number, bytes: Buffer) => void;
  readonly onRequest: (request: LinkRequest) => void;
};

type Talk = {
  readonly requests: ReturnType<typeof createHttpWatcher>;
  readonly answers: ReturnType<typeof createHttpWatcher>;
  readonly open: Exchange[];
  sending: Exchange | undefined;
  answering: { readonly exchange: Exchange; readonly parts: Buffer[] } | undefined;
};

/** @param now milliseconds since the link came up. @param onAnswer called when an answer is whole. */
export function createWatch(now: () => number, onAnswer: (exchange: Exchange) => void): Watch {
  const exchanges: Exchange[] = [];
  const talks = new Map<number, Talk>();

  function talkOf(connection: number): Talk {
    const known = talks.get(connection);
    if (known !== undefined) return known;
    const open: Exchange[] = [];
    const talk: Talk = {
      requests: createHttpWatcher("request"),
      answers: createHttpWatcher("response", () => open[0]?.method),
      open,
      sending: undefined,
      answering: undefined,
    };
    talks.set(connection, talk);
    return talk;
  }

  function sent(connection: number, bytes: Buffer): void {
    const talk = talkOf(connection);
    for (const run of talk.requests.push(bytes)) {
      if (run.head !== undefined) {
        const exchange: Exchange = {
          connection,
          method: run.head.method,
          path: run.head.path,
          request: run.head,
          offered: 0,
          offeredAt: now(),
          reachedAt: null,
          answeredAt: null,
          status: 0,
          answer: null,
          body: "",
        };
        exchanges.push(exchange);
        talk.open.push(exchange);
        talk.sending = exchange;
      }
      if (talk.sending !== undefined) talk.sending.offered += run.bytes.length;
      if (run.ends) talk.sending = undefined;
    }
  }

  function answered(connection: number, bytes: Buffer): void {
    const talk = talkOf(connection);
    for (const run of talk.answers.push(bytes)) {
      const exchange = talk.open[0];
      if (exchange === undefined) return;
      if (run.head !== undefined && run.head.status >= 200) {
        exchange.answer = run.head;
        exchange.status = run.head.status;
        exchange.answeredAt = now();
        talk.answering = { exchange, parts: [] };
      } else talk.answering?.parts.push(run.bytes);
      if (!run.ends || talk.answering === undefined) continue;
      if (exchange.answer?.headers.get("content-type")?.startsWith("application/json") === true)
        exchange.body = Buffer.concat(talk.answering.parts).toString("utf8");
      talk.answering = undefined;
      talk.open.shift();
      onAnswer(exchange);
    }
  }

  return {
    exchanges,
    onBytes(direction, connection, bytes) {
      if (direction === "up") sent(connection, bytes);
      else answered(connection, bytes);
    },
    onRequest({ connection }) {
      const waiting = talkOf(connection).open.find((exchange) => exchange.reachedAt === null);
      if (waiting !== undefined) waiting.reachedAt = now();
    },
  };
}

const seconds = (ms: number | null): string => (ms === null ? "-" : (ms / 1000).toFixed(2));

/** One line per exchange: offered, at the server, answered (seconds), method, path, status, KB. */
export function describeExchanges(exchanges: readonly Exchange[]): string {
  return exchanges
    .map(({ offeredAt, reachedAt, answeredAt, method, path, status, offered, request, connection }) => {
      const offset = request.headers.get("upload-offset");
      const where = path.replace(/\/[^/.]+\.([^/.]{6})[^/.]*$/, "/$1").split("?")[0] ?? path;
      const times = [offeredAt, reachedAt, answeredAt].map((at) => seconds(at).padStart(7)).join(" ");
      return `${times} c${String(connection).padEnd(3)} ${method.padEnd(5)} ${`${where}${offset === null ? "" : ` @${offset}`}`.padEnd(36)} ${status || "lost"} ${(offered / 1024).toFixed(1)} KB`;
    })
    .join("\n");
}
