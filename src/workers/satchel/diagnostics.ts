/**
 * Facts about the queue for a developer, as text that a person may copy and show to anybody. Pure; runs in the satchel
 * worker.
 *
 * Surprising fact: everything here is a fixed word, a count, or an age or size rounded up to a class. A reject code is told
 * only when it is one of the protocol's; ids, times and exact sizes never are, since sizes alone can tell papers apart
 * (INV-3).
 */

import { rejectCodes } from "../../protocol/wire.ts";
import type { QueueView, SyncMeta } from "../../storage/ports.ts";
import type { OutboxView } from "../satchel.contract.ts";

export interface DiagnosticFacts {
  readonly now: number;
  readonly queue: QueueView;
  readonly meta: SyncMeta;
  readonly inbox: number;
  /** Records that do not open. */
  readonly aside: number;
  readonly records: number;
  readonly view: Pick<OutboxView, "moving" | "trouble" | "waiting" | "stuck" | "data">;
  /** Bytes that the browser still allows; null when it does not say. */
  readonly room: number | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ages: readonly (readonly [number, string])[] = [
  [MINUTE, "1min"],
  [HOUR, "1h"],
  [DAY, "1d"],
  [7 * DAY, "1w"],
  [30 * DAY, "1m"],
];

/** "<1h": younger than an hour; "future" for a clock that was turned back. */
export function ageClass(ms: number): string {
  if (ms < 0) return "future";
  const found = ages.find(([below]) => ms < below);
  return found === undefined ? ">1m" : `<${found[1]}`;
}

const KIB = 1024;
const sizes: readonly (readonly [number, string])[] = [
  [4 * KIB, "4K"],
  [64 * KIB, "64K"],
  [KIB * KIB, "1M"],
  [16 * KIB * KIB, "16M"],
  [256 * KIB * KIB, "256M"],
  [1024 * KIB * KIB, "1G"],
];

export function sizeClass(bytes: number): string {
  if (bytes <= 0) return "0";
  const found = sizes.find(([below]) => bytes < below);
  return found === undefined ? ">1G" : `<${found[1]}`;
}

const known: ReadonlySet<string> = new Set(rejectCodes);
const codeWord = (code: string | null): string => (code === null ? "none" : known.has(code) ? code : "other");

interface Counted {
  readonly state: string;
  readonly lastCode: string | null;
  readonly queuedAt: number;
  readonly attempts: number;
  readonly nextAt: number;
}

/** One line per kind of row that is there: how many of which state, code, age, tries. */
function group(name: string, rows: readonly Counted[], now: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const tries = row.attempts === 0 ? "0" : row.attempts < 5 ? "<5" : row.attempts < 20 ? "<20" : ">20";
    const next = row.nextAt <= now ? "due" : ageClass(row.nextAt - now);
    const key = `${row.state} code=${codeWord(row.lastCode)} age=${ageClass(now - row.queuedAt)} tries=${tries} next=${next}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, n]) => `${name} ${n} ${key}`);
}

const ago = (now: number, at: number): string => (at === 0 ? "never" : ageClass(now - at));

/** One fact per line; fixed words in English, for whoever mends Besace. */
export function diagnosticLines(facts: DiagnosticFacts): string {
  const { now, queue, meta, view, room } = facts;
  const left = queue.blobs.filter((blob) => !blob.localOnly && blob.state !== "verified");
  return [
    `answered=${ago(now, meta.lastAnswerAt)} pulled=${ago(now, meta.lastPullAt)} registered=${meta.registered} session=${meta.session !== null}`,
    `paused=${meta.pausedFor ?? "no"} offer=${meta.offerDue} network-tries=${meta.networkAttempts} part=${sizeClass(meta.partSize)} clock=${ageClass(Math.abs(meta.clockOffset))}`,
    `moving=${view.moving} trouble=${view.trouble} waiting=${view.waiting} stuck=${view.stuck?.count ?? 0} wifi-only=${view.data.photosOnWifi} metered=${view.data.metered}`,
    `records=${facts.records} unreadable=${facts.aside} inbox=${facts.inbox} letters=${queue.letters.length} proofs=${queue.proofs.length}`,
    `blobs-left=${left.length} bytes-left=${sizeClass(left.reduce((sum, blob) => sum + blob.length - blob.offset, 0))} kept-here=${queue.blobs.filter((blob) => blob.localOnly).length}`,
    `room=${room === null ? "unknown" : sizeClass(room)}`,
    ...group("op", queue.ops, now),
    ...group(
      "letter",
      queue.letters.filter((letter) => letter.state !== "accepted"),
      now,
    ),
    ...group("blob", left, now),
    ...group("proof", queue.proofs, now),
  ].join("\n");
}
