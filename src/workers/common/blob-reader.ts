/**
 * Reads the sealed bytes of a blob from the server: a desk the pages of its letters, a satchel the pages that left this
 * phone. Runs in the workers that hold keys; fetch is handed in.
 *
 * Surprising fact: pages are read in ranges and put together here, so a line that is cut costs one range, not the page.
 */

import { headers, protocolVersion, routes } from "../../protocol/wire.ts";
import { type Bytes, concat, toBase64Url } from "../../shared/bytes.ts";
import type { BlobId, PrincipalId } from "../../shared/ids.ts";
import type { Random, Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { SatchelStore } from "../../storage/ports.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { Couriers } from "./couriers.ts";
import { storageErr } from "./errors.ts";

export type BlobOutcome =
  | { readonly type: "bytes"; readonly bytes: Bytes }
  | { readonly type: "absent" }
  | { readonly type: "session" }
  | { readonly type: "no-network" };

/** Called with the bytes that have come so far. */
export type OnPart = (bytes: number) => void;

export interface BlobReader {
  /** `length`: sealed bytes asked for from the start; the whole blob, or 1 to ask whether it is there. */
  readonly read: (
    session: string,
    owner: PrincipalId,
    blob: BlobId,
    length: number,
    onPart?: OnPart,
  ) => Promise<BlobOutcome>;
}

export interface AskDeps {
  readonly fetch: WindowOrWorkerGlobalScope["fetch"];
  readonly random: Random;
  readonly timers: Timers;
}

const requestMs = 60_000;
const rangeBytes = 512 * 1024;
const rangeTries = 4;
/** No answer of ours is longer: a server that never ends fills no memory. */
const answerBytes = 4 * 1024 * 1024;

const isLoss = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof Error && error.name === "AbortError");

/** One request with our headers; undefined when nothing authentic answered (SPEC S-A). */
export const askWith =
  (deps: AskDeps) =>
  async (path: string, init: RequestInit): Promise<{ response: Response; nonce: string } | undefined> => {
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
      if (isLoss(error)) return undefined;
      throw error;
    } finally {
      cancel();
    }
  };

/**
 * A body that is cut while it comes is a lost answer, and so is one of which nothing more comes: a lock waits for whoever
 * reads. A slow line that brings something is waited for, up to `most` bytes.
 */
export async function bodyOf(response: Response, timers: Timers, most = answerBytes): Promise<Bytes | undefined> {
  const reader = response.body?.getReader();
  const parts: Bytes[] = [];
  let have = 0;
  try {
    while (reader !== undefined) {
      const part = await beforeSilence(reader.read(), timers);
      have += part?.value?.length ?? 0;
      if (part === undefined || have > most) {
        await reader.cancel();
        return undefined;
      }
      if (part.done) break;
      parts.push(part.value);
    }
    return concat(...parts);
  } catch (error) {
    if (isLoss(error)) return undefined;
    throw error;
  }
}

/** Undefined: nothing came for as long as a request may take. */
async function beforeSilence<T>(coming: Promise<T>, timers: Timers): Promise<T | undefined> {
  let cancel = (): void => undefined;
  const silence = new Promise<undefined>((resolve) => {
    cancel = timers.after(requestMs, () => resolve(undefined));
  });
  try {
    return await Promise.race([coming, silence]);
  } finally {
    cancel();
  }
}

export function createBlobReader(deps: AskDeps): BlobReader {
  const ask = askWith(deps);

  async function range(session: string, path: string, start: number, end: number): Promise<BlobOutcome> {
    const asked = await ask(path, {
      headers: { authorization: `Bearer ${session}`, range: `bytes=${start}-${end - 1}` },
    });
    if (asked === undefined) return { type: "no-network" };
    const { status } = asked.response;
    if (status === 401) return { type: "session" };
    if (status === 404 || status === 410) return { type: "absent" };
    if (status !== 206) return { type: "no-network" };
    const bytes = await bodyOf(asked.response, deps.timers, end - start);
    return bytes === undefined || bytes.length === 0 ? { type: "no-network" } : { type: "bytes", bytes };
  }

  return {
    async read(session, owner, blob, length, onPart = () => undefined) {
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
          onPart(have);
          continue;
        }
        lost += 1;
        if (part.type !== "no-network" || lost >= rangeTries) return part;
      }
      return { type: "bytes", bytes: concat(...parts) };
    },
  };
}

export interface DownloadDeps {
  readonly store: SatchelStore;
  /** Whose drainer renews the session. */
  readonly database: string;
  readonly couriers: Pick<Couriers, "runNow">;
  readonly reader: BlobReader;
}

/** Waits for the session that a run asks for by itself when it has none; not for the rest of the run. */
export async function newSession({
  store,
  database,
  couriers,
}: Pick<DownloadDeps, "store" | "database" | "couriers">): Promise<void> {
  let stop: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    stop = store.onChange((what) => {
      if (what !== "meta") return;
      void store.meta().then((meta) => {
        if (!meta.ok || meta.value.session !== null) resolve();
      });
    });
  });
  await Promise.race([arrived, couriers.runNow(database)]);
  stop();
}

/** The sealed bytes of a blob, with a fresh session where the old one is over. "absent": the server does not give it. */
export async function downloadBlob(
  deps: DownloadDeps,
  owner: PrincipalId,
  blob: BlobId,
  length: number,
  onPart?: OnPart,
): Promise<Result<Bytes, WorkerError | { readonly type: "no-network" } | { readonly type: "absent" }>> {
  const { store, reader } = deps;
  for (let tries = 0; tries < 2; tries += 1) {
    const meta = await store.meta();
    if (!meta.ok) return storageErr(meta.error);
    const token = meta.value.session;
    if (token !== null) {
      const outcome = await reader.read(token, owner, blob, length, onPart);
      if (outcome.type === "bytes") return ok(outcome.bytes);
      if (outcome.type !== "session") return err({ type: outcome.type });
      const forgotten = await store.setMeta({ session: null });
      if (!forgotten.ok) return storageErr(forgotten.error);
    }
    await newSession(deps);
  }
  return err({ type: "no-network" });
}
