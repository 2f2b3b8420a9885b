/**
 * Follows HTTP/1.1 messages inside a byte stream, only to know where each begins and ends. Runs in Node.
 *
 * Surprising fact: it changes no byte and never fails: what it does not understand (TLS, an upgraded connection) is
 * passed on as one message without end.
 */

export type HttpHead = {
  /** "PATCH /files/1 HTTP/1.1" or "HTTP/1.1 204 No Content". */
  readonly startLine: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Lower-case names; repeated headers joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
};

/** A run of bytes that belongs to one message. `head` is set on the run that completes the head. */
export type HttpRun = { readonly bytes: Buffer; readonly head?: HttpHead; readonly ends: boolean };

export type HttpWatcher = {
  /** Cuts `chunk` into runs at message boundaries; together the runs are exactly `chunk`. */
  push(chunk: Buffer): HttpRun[];
  /** True when the last byte pushed ended a message, or nothing was pushed yet. */
  betweenMessages(): boolean;
};

type State =
  | { readonly at: "head"; seen: Buffer }
  | { readonly at: "length"; left: number }
  | { readonly at: "chunk-size" | "chunk-end" | "trailer"; line: string }
  | { readonly at: "chunk-data"; left: number }
  | { readonly at: "opaque" };

const HEAD_LIMIT = 256 * 1024;
const HEAD_END = "\r\n\r\n";

function parseHead(text: string): HttpHead | undefined {
  const lines = text.split("\r\n");
  const startLine = lines[0] ?? "";
  const request = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(startLine);
  const response = /^HTTP\/1\.[01] (\d{3})/.exec(startLine);
  if (request === null && response === null) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return {
    startLine,
    method: request?.[1] ?? "",
    path: request?.[2] ?? "",
    status: Number(response?.[1] ?? 0),
    headers,
  };
}

/**
 * @param kind what flows here.
 * @param methodAnswered for responses: the method of the request being answered (a HEAD's answer has no body).
 */
export function createHttpWatcher(
  kind: "request" | "response",
  methodAnswered?: () => string | undefined,
): HttpWatcher {
  let state: State = { at: "head", seen: Buffer.alloc(0) };
  const newHead = (): State => ({ at: "head", seen: Buffer.alloc(0) });

  function bodyAfter(head: HttpHead): State | "none" {
    const { headers, status } = head;
    if (kind === "response") {
      if (status === 101) return { at: "opaque" };
      // An interim answer (100, 103) is followed by the real one.
      if (status >= 100 && status < 200) return newHead();
      if (status === 204 || status === 304 || methodAnswered?.() === "HEAD") return "none";
    }
    if ((headers.get("transfer-encoding") ?? "").toLowerCase().includes("chunked"))
      return { at: "chunk-size", line: "" };
    const length = headers.get("content-length");
    if (length !== undefined) return Number(length) === 0 ? "none" : { at: "length", left: Number(length) };
    return kind === "request" ? "none" : { at: "opaque" };
  }

  /** Consumes from `chunk` at `from`; returns how far, and whether a head or a message was completed there. */
  function step(chunk: Buffer, from: number): { to: number; head?: HttpHead; ends: boolean } {
    switch (state.at) {
      case "head": {
        const before = state.seen.length;
        const all = Buffer.concat([state.seen, chunk.subarray(from)]);
        const end = all.indexOf(HEAD_END);
        if (end < 0) {
          state = all.length > HEAD_LIMIT ? { at: "opaque" } : { at: "head", seen: all };
          return { to: chunk.length, ends: false };
        }
        const to = from + end + HEAD_END.length - before;
        const head = parseHead(all.toString("latin1", 0, end));
        if (head === undefined) {
          state = { at: "opaque" };
          return { to: chunk.length, ends: false };
        }
        const next = bodyAfter(head);
        const ends = next === "none";
        state = next === "none" ? newHead() : next;
        return { to, head, ends };
      }
      case "length": {
        const take = Math.min(state.left, chunk.length - from);
        state.left -= take;
        const ends = state.left === 0;
        if (ends) state = newHead();
        return { to: from + take, ends };
      }
      case "chunk-data": {
        const take = Math.min(state.left, chunk.length - from);
        state.left -= take;
        if (state.left === 0) state = { at: "chunk-end", line: "" };
        return { to: from + take, ends: false };
      }
      case "chunk-size":
      case "chunk-end":
      case "trailer": {
        const newline = chunk.indexOf(0x0a, from);
        const to = newline < 0 ? chunk.length : newline + 1;
        state.line += chunk.toString("latin1", from, to);
        if (newline < 0) return { to, ends: false };
        const line = state.line.trim();
        if (state.at === "chunk-end") state = { at: "chunk-size", line: "" };
        else if (state.at === "trailer") {
          if (line === "") {
            state = newHead();
            return { to, ends: true };
          }
          state = { at: "trailer", line: "" };
        } else {
          const size = Number.parseInt(line, 16);
          if (Number.isNaN(size)) state = { at: "opaque" };
          else state = size === 0 ? { at: "trailer", line: "" } : { at: "chunk-data", left: size };
        }
        return { to, ends: false };
      }
      case "opaque":
        return { to: chunk.length, ends: false };
    }
  }

  return {
    betweenMessages: () => state.at === "head" && state.seen.length === 0,
    push(chunk) {
      const runs: HttpRun[] = [];
      let start = 0;
      let at = 0;
      while (at < chunk.length) {
        const { to, head, ends } = step(chunk, at);
        at = to;
        if (head !== undefined || ends) {
          runs.push({ bytes: chunk.subarray(start, at), ends, ...(head === undefined ? {} : { head }) });
          start = at;
        }
      }
      if (start < chunk.length) runs.push({ bytes: chunk.subarray(start), ends: false });
      return runs;
    },
  };
}
