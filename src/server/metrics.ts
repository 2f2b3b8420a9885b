/**
 * Counters for whoever runs the server, as Prometheus text. Runs in Node.
 *
 * Nothing of a person goes in (INV-3): labels are route patterns, methods, status codes, verdicts and fixed words; no id,
 * no address, no name of a file. Surprising: what answers say is counted from the answers themselves, in one place.
 */

import { statSync } from "node:fs";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { routes } from "../protocol/wire.ts";
import type { Clock } from "../shared/ports.ts";
import type { BlobStaging } from "./stores/blob-ports.ts";
import type { Store, Usage } from "./stores/ports.ts";

export interface Metrics {
  /** `route` is the pattern, never the path. */
  readonly request: (method: string, route: string, status: number, seconds: number) => void;
  /** Counts what a JSON answer of /v1 says: verdicts per op, letter and keyring, error codes. `route` as in `request`. */
  readonly answer: (route: string, body: unknown) => void;
  /** Bytes that an upload grew by. */
  readonly staged: (bytes: number) => void;
  readonly promoted: (bytes: number) => void;
  readonly promotionFailed: (why: "wrong-bytes" | "unreachable") => void;
  readonly forwarded: (outcome: "done" | "cut" | "unreachable" | "silent" | "took-over") => void;
  readonly collected: (
    what: "blob" | "upload" | "tombstone" | "card" | "approval" | "share" | "satchel",
    count: number,
  ) => void;
  /** The whole text. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

export interface MetricsDeps {
  readonly store: Pick<Store, "usage">;
  readonly staging: BlobStaging;
  /** False when verified blobs lie in the staging folder too: their bytes are counted from the rows. */
  readonly stagingAlone: boolean;
  /** The database's own files, when it is one of this machine. */
  readonly databaseFile: string | undefined;
  readonly clock: Clock;
  /** True once per process: also what the process itself uses (memory, processor, delay of the event loop). */
  readonly ofProcess: boolean;
}

/** Counting rows costs a walk through the tables: the same figures for this long. */
const usageMs = 60_000;

const fileSize = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (deps.ofProcess) collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "besace_requests_total",
    help: "Answered requests",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const durations = new Histogram({
    name: "besace_request_seconds",
    help: "From the head of a request to the end of its answer; uploads on a bad line take long",
    labelNames: ["method", "route"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
    registers,
  });
  const count = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const verdicts = count("besace_verdicts_total", "Verdicts on ops, letters and keyrings", ["item", "verdict"]);
  const errors = count("besace_errors_total", "Coded refusals of whole requests", ["code"]);
  const stagedBytes = count("besace_staged_bytes_total", "Bytes that uploads grew by");
  const promotedBytes = count("besace_promoted_bytes_total", "Bytes of blobs that were verified");
  const promotedBlobs = count("besace_promoted_blobs_total", "Blobs that were verified");
  const failed = count("besace_promotion_failures_total", "Blobs that the vault did not take or not rightly", ["why"]);
  const forwards = count("besace_forwards_total", "Uploads handed to the process that stages them", ["outcome"]);
  const collected = count("besace_collected_total", "What garbage collection took away", ["what"]);

  let usage: { readonly at: number; readonly value: Usage } | undefined;
  const usageNow = async (): Promise<Usage> => {
    const now = deps.clock.now();
    if (usage === undefined || now - usage.at > usageMs) usage = { at: now, value: await deps.store.usage() };
    return usage.value;
  };
  const gauge = (
    name: string,
    help: string,
    read: () => Promise<Readonly<Record<string, number>>>,
    labelNames: readonly string[] = [],
  ) =>
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      async collect() {
        for (const [label, value] of Object.entries(await read())) {
          const [labelName] = labelNames;
          if (labelName === undefined) this.set(value);
          else this.set({ [labelName]: label }, value);
        }
      },
    });
  gauge(
    "besace_rows",
    "Rows of the database",
    async () => {
      const { principals, records, letters } = await usageNow();
      return { principals, records, letters };
    },
    ["what"],
  );
  gauge("besace_blobs", "Blobs by state", async () => ({ ...(await usageNow()).blobs }), ["state"]);
  gauge(
    "besace_cards",
    "Satchels with a card, frozen after ten wrong codes, blocked by their number",
    async () => {
      const { cards, frozen, blocked } = await usageNow();
      return { all: cards, frozen, blocked };
    },
    ["state"],
  );
  gauge("besace_blob_bytes", "Bytes of verified blobs", async () => ({ all: (await usageNow()).blobBytes }));
  if (deps.stagingAlone)
    gauge("besace_staging_bytes", "Bytes of unfinished uploads", async () => ({ all: await deps.staging.bytes() }));
  gauge("besace_staging_free_bytes", "Space left on the disk of the staging folder", async () => ({
    all: await deps.staging.free(),
  }));
  const { databaseFile } = deps;
  if (databaseFile !== undefined)
    gauge("besace_database_bytes", "Size of the database and its log", async () => ({
      all: fileSize(databaseFile) + fileSize(`${databaseFile}-wal`),
    }));

  const verdictOf = (verdict: unknown): string => {
    const { type, code } = verdict as { readonly type?: unknown; readonly code?: unknown };
    return typeof code === "string" ? code : String(type);
  };

  return {
    request: (method, route, status, seconds) => {
      requests.inc({ method, route, status });
      durations.observe({ method, route }, seconds);
    },
    answer: (route, body) => {
      if (typeof body !== "object" || body === null) return;
      if ("verdicts" in body && Array.isArray(body.verdicts))
        for (const verdict of body.verdicts) verdicts.inc({ item: "op", verdict: verdictOf(verdict) });
      const item = route === routes.keyring ? "keyring" : "letter";
      if ("verdict" in body) verdicts.inc({ item, verdict: verdictOf(body.verdict) });
      if ("error" in body && typeof body.error === "string") errors.inc({ code: body.error });
    },
    staged: (bytes) => stagedBytes.inc(bytes),
    promoted: (bytes) => {
      promotedBlobs.inc();
      promotedBytes.inc(bytes);
    },
    promotionFailed: (why) => failed.inc({ why }),
    forwarded: (outcome) => forwards.inc({ outcome }),
    collected: (what, many) => collected.inc({ what }, many),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
