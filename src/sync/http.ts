/**
 * The transport: the only part of the sync that knows fetch (handed in). Says for every request whether the answer was
 * authentic: protocol header, JSON type, echoed nonce, no redirect (SPEC S-A1). Runs in workers, the service worker, Node.
 *
 * Surprising fact: a captive portal's 200 with HTML is "lost", exactly like a dead line.
 */

import { parseCarriedAnswer } from "../protocol/carried.ts";
import {
  parseChallengeAnswer,
  parseEraseAnswer,
  parseErrorAnswer,
  parseHeldKeyringAnswer,
  parseJson,
  parseKeyringAnswer,
  parseLetterAnswer,
  parseLookAnswer,
  parsePrincipalAnswer,
  parsePullAnswer,
  parsePushAnswer,
  parseRegisterAnswer,
  parseSessionAnswer,
  parseWayOpenAnswer,
} from "../protocol/parse.ts";
import { type Answered, headers, protocolVersion, routes, type Signed } from "../protocol/wire.ts";
import { type Bytes, toBase64Url, utf8 } from "../shared/bytes.ts";
import type { Clock, Random, Timers } from "../shared/ports.ts";
import { ok, type Result } from "../shared/result.ts";
import type {
  BlobName,
  BlobStatus,
  CarrierTransport,
  KeysTransport,
  LossReason,
  Outcome,
  Transport,
  WaysTransport,
} from "./ports.ts";

export interface HttpDeps {
  readonly fetch: WindowOrWorkerGlobalScope["fetch"];
  /** Without a slash at the end; "" = this origin. */
  readonly baseUrl: string;
  readonly random: Random;
  readonly timers: Timers;
  readonly clock: Clock;
}

/**
 * Facts 2.6: 20 s to an answer for small things; a part gets three times what the measured speed of the line says, at most
 * 120 s. After a loss a small thing gets six times the shortest way there and back that was seen (a connection that
 * is never answered comes back no sooner for being waited for), twice that after each further loss by time.
 */
export const timeouts = {
  smallMs: 20_000,
  probeMs: 5_000,
  probeTrips: 6,
  partMinMs: 12_000,
  partMaxMs: 120_000,
  slack: 3,
  slowestBytesPerMs: 2,
} as const;

type Parser<T> = (input: unknown) => Result<T, "bad-format">;

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly session?: string;
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bytes?: Bytes;
}

type Raw =
  | {
      readonly type: "response";
      readonly response: Response;
      readonly text: string;
      readonly nonce: string;
      readonly tookMs: number;
    }
  | { readonly type: "lost"; readonly reason: LossReason };

/** Standard base64, which tus asks for in Upload-Metadata. */
const base64Of = (text: string): string => {
  const letters = toBase64Url(utf8(text)).replaceAll("-", "+").replaceAll("_", "/");
  return letters.padEnd(Math.ceil(letters.length / 4) * 4, "=");
};

/** Seconds or an HTTP date; null when absent or unreadable. */
function retryAfterMs(response: Response, now: number): number | null {
  const text = response.headers.get("retry-after");
  if (text === null) return null;
  if (/^\d{1,7}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

export function createHttpTransport(deps: HttpDeps): Transport & CarrierTransport & KeysTransport & WaysTransport {
  const { clock, timers } = deps;
  /** Bytes per millisecond that the line carried, over the parts so far; null = unknown. */
  let speed: number | null = null;
  /** Parts under way: they share the line. */
  let parts = 0;
  /** Shortest time from a small request to its answer; null = none was answered yet. */
  let trip: number | null = null;
  /** Requests lost one after the other by their time. */
  let lateInARow = 0;
  let lastWasLost = false;

  /** How long a small request is waited for. */
  const smallLimit = (): number => {
    if (!lastWasLost || trip === null) return timeouts.smallMs;
    const probe = Math.max(timeouts.probeMs, trip * timeouts.probeTrips) * 2 ** Math.min(lateInARow, 4);
    return Math.min(timeouts.smallMs, probe);
  };

  const ask = async (request: Ask, limitMs: number): Promise<Raw> => {
    const nonce = toBase64Url(deps.random.bytes(16));
    const abort = new AbortController();
    let late = false;
    const cancel = timers.after(limitMs, () => {
      late = true;
      abort.abort();
    });
    const body = request.bytes ?? (request.json === undefined ? undefined : JSON.stringify(request.json));
    const started = clock.now();
    try {
      const response = await deps.fetch(`${deps.baseUrl}${request.path}`, {
        method: request.method,
        redirect: "error",
        // What writes is never answered from a cache, and asking for that costs two headers.
        ...(request.method === "GET" || request.method === "HEAD" ? { cache: "no-store" as const } : {}),
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: abort.signal,
        ...(body === undefined ? {} : { body }),
        headers: {
          [headers.protocol]: String(protocolVersion),
          [headers.nonce]: nonce,
          ...(request.session === undefined ? {} : { authorization: `Bearer ${request.session}` }),
          ...(request.json === undefined ? {} : { "content-type": "application/json" }),
          ...request.headers,
        },
      });
      const text = request.method === "HEAD" ? "" : await response.text();
      const tookMs = clock.now() - started;
      if (request.bytes === undefined && tookMs >= 0) trip = Math.min(trip ?? tookMs, tookMs);
      lastWasLost = false;
      lateInARow = 0;
      return { type: "response", response, text, nonce, tookMs };
    } catch (error) {
      // fetch rejects with TypeError for a dead line, a refused redirect and a cut body, with AbortError when aborted.
      const name = error instanceof Error ? error.name : "";
      lastWasLost = true;
      lateInARow = late ? lateInARow + 1 : 0;
      if (late || name === "AbortError" || name === "TimeoutError") return { type: "lost", reason: "timeout" };
      if (error instanceof TypeError) return { type: "lost", reason: "unreachable" };
      throw error;
    } finally {
      cancel();
    }
  };

  const speaks = (response: Response): boolean =>
    response.headers.get(headers.protocol) === String(protocolVersion) && !response.redirected;
  const isJson = (response: Response): boolean =>
    /^application\/json(;|$)/i.test(response.headers.get("content-type") ?? "");

  const portal: Outcome<never> = { type: "lost", reason: "not-let-through" };

  const refusal = (raw: Extract<Raw, { type: "response" }>): Outcome<never> => {
    const error = parseJson(raw.text, parseErrorAnswer);
    if (!error.ok || error.value.nonce !== raw.nonce) return portal;
    return {
      type: "refused",
      status: raw.response.status,
      error: error.value.error,
      retry: error.value.retry,
      retryAfterMs: retryAfterMs(raw.response, clock.now()),
      time: error.value.time,
      ...(error.value.left === undefined ? {} : { left: error.value.left }),
    };
  };

  /** A JSON route. */
  const call = async <T extends Answered>(request: Ask, parse: Parser<T>, expected = 0): Promise<Outcome<T>> => {
    const bytes = expected + (request.json === undefined ? 0 : JSON.stringify(request.json).length);
    const raw = await ask(request, smallLimit() + sizeAllowance(bytes));
    if (raw.type === "lost") return raw;
    if (!speaks(raw.response) || !isJson(raw.response)) return portal;
    if (!raw.response.ok) return refusal(raw);
    const answer = parseJson(raw.text, parse);
    if (!answer.ok || answer.value.nonce !== raw.nonce) return portal;
    return { type: "answer", value: answer.value, time: answer.value.time, tookMs: raw.tookMs };
  };

  /** What a body or an answer of this size may take beyond the small limit. */
  const sizeAllowance = (bytes: number): number =>
    Math.min(timeouts.partMaxMs, (timeouts.slack * bytes) / (speed ?? timeouts.slack * timeouts.slowestBytesPerMs));

  /** A tus route: no JSON in a good answer, so the nonce comes back as a header. */
  const tus = async <T>(
    request: Ask,
    limitMs: number,
    read: (response: Response) => T | undefined,
  ): Promise<Outcome<T>> => {
    const raw = await ask({ ...request, headers: { "tus-resumable": "1.0.0", ...request.headers } }, limitMs);
    if (raw.type === "lost") return raw;
    const { response } = raw;
    if (!speaks(response)) return portal;
    const echoed = response.headers.get(headers.nonce) === raw.nonce;
    if (!response.ok) {
      if (isJson(response) && raw.text !== "") return refusal(raw);
      if (!echoed) return portal;
      return {
        type: "refused",
        status: response.status,
        error: "",
        retry: null,
        retryAfterMs: retryAfterMs(response, clock.now()),
        time: null,
      };
    }
    const value = echoed ? read(response) : undefined;
    if (value === undefined) return portal;
    // Its Date header has whole seconds and may be of a machine on the way: only JSON answers say the server's time (P-W2).
    return { type: "answer", value, time: null, tookMs: raw.tookMs };
  };

  const blobPath = (name: BlobName): string => `${routes.blobs}/${name.owner}.${name.blob}`;
  const readStatus = (response: Response): BlobStatus | undefined => {
    const offset = Number(response.headers.get("upload-offset") ?? Number.NaN);
    const state = response.headers.get(headers.blob) ?? "incomplete";
    if (!Number.isSafeInteger(offset) || offset < 0) return undefined;
    return state === "incomplete" || state === "verified" || state === "again" ? { offset, state } : undefined;
  };
  const post = (path: string, json: object): Ask => ({ method: "POST", path, json });

  return {
    register: (statements) => call(post(routes.register, { statements }), parseRegisterAnswer),
    challenge: (who) => call(post(routes.challenge, { ...who }), parseChallengeAnswer),
    session: (who, challenge, sig) => call(post(routes.session, { ...who, challenge, sig }), parseSessionAnswer),
    // P-W3: what writes authorises itself; a session would only cost its header.
    push: (_session, ops) => call(post(routes.push, { ops }), parsePushAnswer),
    letter: (_session, letter) => call(post(routes.letters, { letter }), parseLetterAnswer),
    proof: async (_session, proof) => {
      const done = await call(post(routes.proofs, { proof }), parseBare);
      return done.type === "answer" ? { ...done, value: null } : done;
    },
    keyring: (keyring) => call(post(routes.keyring, { keyring }), parseKeyringAnswer),
    heldKeyring: (session) => call({ method: "GET", path: routes.keyring, session }, parseHeldKeyringAnswer),
    chain: (session, principal) =>
      call({ method: "GET", path: `${routes.principals}/${principal}`, session }, parsePrincipalAnswer),
    look: (request) => call(post(routes.waysLook, request), parseLookAnswer),
    open: (request) => call(post(routes.waysOpen, request), parseWayOpenAnswer),
    erase: (statement) => call(post(routes.erase, { statement }), parseEraseAnswer),
    carried: (manifest) => call(post(routes.carried, { manifest }), parseCarriedAnswer),
    pull: (session, cursor, limit) =>
      call({ method: "GET", path: `${routes.pull}?cursor=${cursor}&limit=${limit}`, session }, parsePullAnswer, limit),
    blobCreate: (_session, _name, length, ticket: Signed) =>
      tus(
        {
          method: "POST",
          path: routes.blobs,
          headers: {
            "upload-length": String(length),
            "upload-metadata": `ticket ${base64Of(JSON.stringify(ticket))}`,
          },
        },
        smallLimit(),
        () => null,
      ).then((outcome) => (outcome.type === "answer" ? { ...outcome, value: null } : outcome)),
    blobHead: (_session, name) => tus({ method: "HEAD", path: blobPath(name) }, smallLimit(), readStatus),
    blobPatch: async (_session, name, offset, bytes) => {
      parts += 1;
      const beside = parts;
      const expected = speed === null ? timeouts.partMaxMs : (timeouts.slack * bytes.length * (beside + 1)) / speed;
      const limitMs = Math.min(timeouts.partMaxMs, Math.max(timeouts.partMinMs, expected));
      const outcome = await tus(
        {
          method: "PATCH",
          path: blobPath(name),
          bytes,
          headers: { "content-type": "application/offset+octet-stream", "upload-offset": String(offset) },
        },
        limitMs,
        readStatus,
      );
      const abreast = (beside + parts) / 2;
      parts -= 1;
      if (outcome.type === "answer") {
        const measured = (bytes.length * abreast) / Math.max(1, outcome.tookMs);
        speed = speed === null ? measured : speed * 0.7 + measured * 0.3;
      } else if (outcome.type === "lost" && speed !== null) speed /= 2;
      return outcome;
    },
  };
}

/** An answer that says only that it is authentic. */
const parseBare: Parser<Answered> = (input) => {
  const answer = input as Partial<Answered> | null;
  return typeof answer === "object" &&
    answer !== null &&
    typeof answer.nonce === "string" &&
    typeof answer.time === "number"
    ? ok({ nonce: answer.nonce, time: answer.time })
    : { ok: false, error: "bad-format" };
};
