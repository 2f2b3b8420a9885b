/**
 * The links of `npm run bench:sync` and what each could carry at best. Runs in Node.
 *
 * Surprising fact: every run gets a link of its own that begins at the moment when it comes up, so that cuts and traces
 * fall at the same moments for the app, the floor and the peer.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { bestTimeMs, type Cuts, type LinkSettings, parseTrace, type Rate } from "../support/link.ts";

export type Profile = {
  readonly id: string;
  readonly name: string;
  readonly up: Rate;
  readonly down: Rate;
  readonly delayMs: number;
  readonly cuts?: Cuts;
  /** QUALITY: bytes sent / payload, and time / the link's own best. Absent: no budget names this link. */
  readonly budget?: { readonly bytes: number; readonly time: number };
  /** QUALITY: a form behind ten photos. Elsewhere it waits for one part at most. */
  readonly formMs?: number;
};

const steady = { up: 1_000_000, down: 1_000_000, delayMs: 50, formMs: 2000 } as const;

export const profiles: readonly Profile[] = [
  { id: "fixed", name: "1000 kbit/s", ...steady, budget: { bytes: 1.02, time: 1.05 } },
  {
    id: "cuts",
    name: "1000 kbit/s, 20 s on 10 s off",
    ...steady,
    cuts: { onMs: 20_000, offMs: 10_000 },
    budget: { bytes: 1.04, time: 1.12 },
  },
  {
    id: "slow",
    name: "40 kbit/s, 400 ms",
    up: 40_000,
    down: 40_000,
    delayMs: 400,
    budget: { bytes: 1.02, time: 1.05 },
  },
];

/**
 * A recorded uplink (mahimahi format): `path`, or `path@15/15` with seconds on and off. The downlink is the file of the same
 * name that ends in ".down", when there is one.
 */
export function traceProfile(argument: string): Profile {
  const [path = "", cut] = argument.split("@");
  const [on, off] = (cut ?? "").split("/").map(Number);
  const up = parseTrace(readFileSync(path, "utf8"));
  const down = path.endsWith(".up") ? parseTrace(readFileSync(path.replace(/\.up$/, ".down"), "utf8")) : up;
  const name = basename(path).replace(/\.up$/, "");
  return {
    id: "trace",
    name: cut === undefined ? name : `${name}, ${on} s on ${off} s off`,
    up,
    down,
    delayMs: 50,
    ...(on === undefined || off === undefined || cut === undefined
      ? {}
      : { cuts: { onMs: on * 1000, offMs: off * 1000 } }),
    budget: { bytes: 1.04, time: 1.1 },
  };
}

export const settingsOf = ({ up, down, delayMs, cuts }: Profile): LinkSettings => ({
  up,
  down,
  delayMs,
  ...(cuts === undefined ? {} : { cuts }),
});

/** Milliseconds from the moment the link comes up, its outages included, until `bytes` have crossed once. */
export const bestMs = ({ up, delayMs, cuts }: Profile, bytes: number): number =>
  bestTimeMs({ bytes, rate: up, delayMs, ...(cuts === undefined ? {} : { cuts }) });
