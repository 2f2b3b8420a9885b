/**
 * How many bytes a link may carry between two moments: a constant rate, a recorded trace, or no limit. Pure; runs
 * anywhere. Source of the trace format: mahimahi (Netravali et al., USENIX ATC 2015): one line per opportunity to
 * carry one packet of 1500 bytes, in milliseconds, repeated from the last line on.
 */

export const PACKET_BYTES = 1500;

export type Trace = { readonly timesMs: readonly number[] };

/** Bits per second, a trace, or "unlimited". */
export type Rate = number | Trace | "unlimited";

/** Reads the mahimahi text format. Throws on a line that is no number, on times that go back, on an empty trace. */
export function parseTrace(text: string): Trace {
  const timesMs = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(Number);
  let before = 0;
  for (const [index, time] of timesMs.entries()) {
    if (!Number.isFinite(time) || time < before) throw new Error(`trace line ${index + 1}: ${time} after ${before}`);
    before = time;
  }
  if (before <= 0) throw new Error("a trace needs at least one time above 0");
  return { timesMs };
}

/** Number of opportunities in [0, t]. */
function opportunities(trace: Trace, t: number): number {
  const { timesMs } = trace;
  const period = timesMs.at(-1) ?? 1;
  const rounds = Math.floor(t / period);
  const rest = t - rounds * period;
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesMs[middle] ?? 0) <= rest) low = middle + 1;
    else high = middle;
  }
  return rounds * timesMs.length + low;
}

/** Bytes that may cross in (fromMs, toMs]; times count from the link's start. */
export function capacity(rate: Rate, fromMs: number, toMs: number): number {
  if (rate === "unlimited") return Number.POSITIVE_INFINITY;
  if (typeof rate === "number") return (rate * (toMs - fromMs)) / 8000;
  return (opportunities(rate, toMs) - opportunities(rate, fromMs)) * PACKET_BYTES;
}

export type Cuts = { readonly onMs: number; readonly offMs: number };

/**
 * The link's own best: milliseconds until `bytes` have crossed from `startMs` on, when nothing is ever sent twice, the
 * link never idles and delay counts once. What a measured delivery is compared with.
 */
export function bestTimeMs(options: {
  readonly bytes: number;
  readonly rate: Rate;
  readonly delayMs?: number;
  readonly cuts?: Cuts;
  readonly startMs?: number;
}): number {
  const { bytes, rate, delayMs = 0, cuts, startMs = 0 } = options;
  if (rate === "unlimited") return delayMs;
  if (rate === 0) return Number.POSITIVE_INFINITY;
  let left = bytes;
  let now = startMs;
  const step = typeof rate === "number" ? Math.max(1, Math.min(100, (bytes * 8000) / rate / 1000)) : 5;
  while (left > 0) {
    const next = now + step;
    const on = cuts === undefined || now % (cuts.onMs + cuts.offMs) < cuts.onMs;
    if (on) left -= capacity(rate, now, next);
    now = next;
  }
  return now - startMs + delayMs;
}
