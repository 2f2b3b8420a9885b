/**
 * The two requests that only a desk makes: opening it with the one-time code, and reading a page's sealed bytes. Runs in
 * the desk worker; fetch is handed in.
 *
 * Surprising fact: pages are read in ranges and put together here, so a line that is cut costs one range, not the page.
 */

import { parseEnrolAnswer, parseErrorAnswer, parseJson } from "../../protocol/parse.ts";
import { type EnrolAnswer, type EnrolRequest, headers, protocolVersion, routes } from "../../protocol/wire.ts";
import { type Bytes, concat, toBase64Url } from "../../shared/bytes.ts";
import type { BlobId, PrincipalId } from "../../shared/ids.ts";
import type { Random, Timers } from "../../shared/ports.ts";

export type EnrolOutcome =
  | { readonly type: "answer"; readonly value: EnrolAnswer }
  | { readonly type: "wrong-code" }
  | { readonly type: "too-many"; readonly waitMs: number }
  | { readonly type: "refused"; readonly error: string }
  | { readonly type: "no-network" };

export type BlobOutcome =
  | { readonly type: "bytes"; readonly bytes: Bytes }
  | { readonly type: "absent" }
  | { readonly type: "session" }
  | { readonly type: "no-network" };

export interface DeskLink {
  readonly enrol: (slug: string, request: EnrolRequest) => Promise<EnrolOutcome>;
  /** `length`: sealed bytes asked for from the start; the whole blob, or 1 to ask whether it is there. */
  readonly blob: (session: string, owner: PrincipalId, blob: BlobId, length: number) => Promise<BlobOutcome>;
}

export interface LinkDeps {
  readonly fetch: WindowOrWorkerGlobalScope["fetch"];
  readonly random: Random;
  readonly timers: Timers;
}

const requestMs = 60_000;
const rangeBytes = 512 * 1024;
const rangeTries = 4;
const defaultWaitMs = 60_000;

export function createDeskLink(deps: LinkDeps): DeskLink {
  async function ask(path: string, init: RequestInit): Promise<{ response: Response; nonce: string } | undefined> {
    const nonce = toBase64Url(deps.random.bytes(16));
    const abort = new AbortController();
    const cancel = deps.timers.after(requestMs, () => abort.abort());
    try {
      const response = await deps.fetch(path, {
        redirect: "error",
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: abort.signal,
        ...init,
        headers: { ...init.headers, [headers.protocol]: String(protocolVersion), [headers.nonce]: nonce },
      });
      // Without our protocol's header it is not our server that speaks.
      return response.headers.get(headers.protocol) === String(protocolVersion) ? { response, nonce } : undefined;
    } catch (error) {
      if (error instanceof TypeError || (error instanceof Error && error.name === "AbortError")) return undefined;
      throw error;
    } finally {
      cancel();
    }
  }

  /** A body that is cut while it comes is a lost answer. */
  async function bodyOf(response: Response): Promise<Bytes | undefined> {
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      if (error instanceof TypeError || (error instanceof Error && error.name === "AbortError")) return undefined;
      throw error;
    }
  }

  async function range(session: string, path: string, start: number, end: number): Promise<BlobOutcome> {
    const asked = await ask(path, {
      headers: { authorization: `Bearer ${session}`, range: `bytes=${start}-${end - 1}` },
    });
    if (asked === undefined) return { type: "no-network" };
    const { status } = asked.response;
    if (status === 401) return { type: "session" };
    if (status === 404 || status === 410) return { type: "absent" };
    if (status !== 206) return { type: "no-network" };
    const bytes = await bodyOf(asked.response);
    return bytes === undefined || bytes.length === 0 || bytes.length > end - start
      ? { type: "no-network" }
      : { type: "bytes", bytes };
  }

  return {
    async enrol(slug, request) {
      const asked = await ask(`${routes.organisations}/${encodeURIComponent(slug)}/enrol`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request),
      });
      const body = asked === undefined ? undefined : await bodyOf(asked.response);
      if (asked === undefined || body === undefined) return { type: "no-network" };
      const text = new TextDecoder().decode(body);
      if (asked.response.ok) {
        const answer = parseJson(text, parseEnrolAnswer);
        return answer.ok && answer.value.nonce === asked.nonce
          ? { type: "answer", value: answer.value }
          : { type: "no-network" };
      }
      const error = parseJson(text, parseErrorAnswer);
      if (!error.ok || error.value.nonce !== asked.nonce) return { type: "no-network" };
      if (error.value.error === "wrong-code") return { type: "wrong-code" };
      if (error.value.error === "too-many") {
        const seconds = Number(asked.response.headers.get("retry-after") ?? Number.NaN);
        return { type: "too-many", waitMs: Number.isFinite(seconds) ? seconds * 1000 : defaultWaitMs };
      }
      return { type: "refused", error: error.value.error };
    },

    async blob(session, owner, blob, length) {
      const path = `${routes.blobs}/${owner}.${blob}`;
      const parts: Bytes[] = [];
      let have = 0;
      let lost = 0;
      while (have < length) {
        const part = await range(session, path, have, Math.min(length, have + rangeBytes));
        if (part.type === "bytes") {
          parts.push(part.bytes);
          have += part.bytes.length;
          lost = 0;
          continue;
        }
        lost += 1;
        if (part.type !== "no-network" || lost >= rangeTries) return part;
      }
      return { type: "bytes", bytes: concat(...parts) };
    },
  };
}
