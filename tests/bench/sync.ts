/**
 * `npm run bench:sync`: ten photos of 300 KB and a form of 4 KB, made offline in the built app, then the line comes up.
 * Bytes sent / sealed payload, time / the link's own best, delay of the form, next to a raw PUT and to PouchDB on the same
 * links in the same run, against the budgets of QUALITY. Runs in Node; build the app first.
 *
 *   --quick            one link, no floor, no peer, all photos in one paper: under 90 s
 *   --only a,b         of fixed, cuts, slow, trace, reload, kill, page
 *   --trace FILE[@15/15]  a recorded uplink, with seconds on and off; may be given again
 *   --repeat n         each delivery n times, medians are shown
 *   --peers none|one|both  PouchDB with batches of one (default one), and with its defaults
 *   --photos n         default 10
 *   --timeline FILE    every request of every delivery
 *   --write            JSON into tests/results
 *
 * Surprising fact: the link's own best counts each sealed byte once, one delay, and its outages from the moment it came
 * up; nothing of HTTP is in it, so 1.00 cannot be reached.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../support/server.ts";
import { type AppRun, type Event, payloadOf, prepare, runApp } from "./sync-app.ts";
import { isOfWorkers, type PageTask } from "./sync-blocks.ts";
import { runFloor } from "./sync-floor.ts";
import { bestMs, type Profile, profiles, traceProfile } from "./sync-links.ts";
import { installPeers, type PeerMode, runPeer } from "./sync-peer.ts";
import { describeExchanges } from "./sync-watch.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    trace: { type: "string", multiple: true, default: [] },
    repeat: { type: "string", default: "1" },
    peers: { type: "string", default: "one" },
    photos: { type: "string", default: "10" },
    timeline: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const only = values.quick ? ["fixed"] : values.only?.split(",");
const wanted = (id: string): boolean => only?.includes(id) ?? true;
const repeat = Number(values.repeat);
const photos = Number(values.photos);
const modes: readonly PeerMode[] =
  values.quick || values.peers === "none" ? [] : values.peers === "both" ? ["one by one", "defaults"] : ["one by one"];
/** The reference phone. */
const RATE = 6;
/** A budget is kept when the first two decimals are. */
const within = (value: number, budget: number): boolean => Math.round(value * 100) <= budget * 100;

/** A form's budget where QUALITY names no seconds: registration, session, the form, and one first part before it. */
const PART_BYTES = 64 * 1024;
const BEFORE_BYTES = 12 * 1024;
const BEFORE_TRIPS = 5;
const formBudget = (link: Profile): number =>
  link.formMs ?? bestMs(link, PART_BYTES + BEFORE_BYTES) + BEFORE_TRIPS * 2 * link.delayMs;

type Row = {
  readonly link: string;
  readonly what: string;
  readonly seconds: number | null;
  readonly bestSeconds: number;
  readonly timeRatio: number | null;
  readonly timeBudget?: number;
  readonly bytesRatio: number;
  readonly bytesBudget?: number;
  readonly formSeconds?: number | null;
  readonly formBudgetSeconds?: number;
  readonly requests?: number;
  readonly bytesDown?: number;
  readonly lost?: number;
  readonly passed?: boolean;
};
const rows: Row[] = [];
const fixed = (value: number | null | undefined, digits: number): string =>
  value === undefined ? "" : value === null ? "never" : value.toFixed(digits);

function say(row: Row): void {
  rows.push(row);
  const over = (value: string, budget: number | undefined): string =>
    budget === undefined ? value : `${value} (${budget})`;
  console.log(
    row.link.padEnd(38),
    row.what.padEnd(22),
    fixed(row.seconds, 1).padStart(7),
    fixed(row.bestSeconds, 1).padStart(7),
    over(fixed(row.timeRatio, 3), row.timeBudget).padStart(14),
    over(fixed(row.bytesRatio, 3), row.bytesBudget).padStart(14),
    over(fixed(row.formSeconds, 2), row.formBudgetSeconds).padStart(14),
    (row.requests === undefined ? "" : String(row.requests)).padStart(5),
    row.passed === undefined ? "" : row.passed ? "pass" : "FAIL",
  );
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const folder = mkdtempSync(join(tmpdir(), "besace-bench-sync-"));
try {
  const began = performance.now();
  const prepared = await prepare(folder, { photos, together: values.quick });
  const { waiting } = prepared;
  const payload = payloadOf(waiting);
  const kb = (bytes: number): string => `${(bytes / 1000).toFixed(0)} KB`;
  console.log(
    `${photos} photos: ${kb(waiting.blobBytes)} in ${waiting.blobs.length} sealed streams; ${waiting.ops.length} records:`,
    `${kb(waiting.opBytes)}; the form: ${kb(waiting.letterBytes)}. Payload ${kb(payload)}; made in`,
    `${((performance.now() - began) / 1000).toFixed(0)} s.`,
  );
  console.log("link".padEnd(38), "what".padEnd(22), "s".padStart(7), "best".padStart(7), "time".padStart(14));

  const timelines: string[] = [];
  /** The run with the median time; a run that lost something, or did not end, goes before all others. */
  async function deliver(link: Profile, event: Event): Promise<AppRun> {
    const runs: AppRun[] = [];
    for (let n = 0; n < repeat; n += 1)
      runs.push(await runApp(prepared, link, { event, limitMs: Math.max(120_000, 5 * bestMs(link, payload)) }));
    const unfinished = runs.find((run) => run.ms === null);
    const sorted = runs.toSorted((a, b) => (a.ms ?? 0) - (b.ms ?? 0));
    const shown = unfinished ?? sorted[Math.floor(sorted.length / 2)];
    if (shown === undefined) throw new Error("--repeat is at least 1");
    timelines.push(`${link.name}, ${event}`, describeExchanges(shown.exchanges));
    return shown;
  }
  function sayApp(link: Profile, what: string, run: AppRun, budgeted: boolean): void {
    const best = bestMs(link, payload);
    const time = run.ms === null ? null : run.ms / best;
    const bytes = run.bytesUp / payload;
    const { budget } = link;
    const form = formBudget(link);
    say({
      link: link.name,
      what,
      seconds: run.ms === null ? null : run.ms / 1000,
      bestSeconds: best / 1000,
      timeRatio: time,
      bytesRatio: bytes,
      formSeconds: run.formMs === null ? null : run.formMs / 1000,
      requests: run.requests,
      bytesDown: run.bytesDown,
      lost: run.missing.length,
      ...(budget === undefined || !budgeted
        ? { passed: run.missing.length === 0 }
        : {
            timeBudget: budget.time,
            bytesBudget: budget.bytes,
            formBudgetSeconds: Math.round(form / 100) / 10,
            passed:
              time !== null &&
              within(time, budget.time) &&
              within(bytes, budget.bytes) &&
              run.formMs !== null &&
              run.formMs <= form,
          }),
    });
    if (run.missing.length > 0) console.log(`  not at the server: ${run.missing.join(" ")}`);
  }

  const links = [
    ...profiles.filter(({ id }) => wanted(id)),
    ...(wanted("trace") ? values.trace.map(traceProfile) : []),
  ];
  const peers = modes.length > 0 && links.length > 0 ? await installPeers() : "";
  for (const link of links) {
    sayApp(link, "Besace", await deliver(link, "none"), true);
    const best = bestMs(link, payload);
    if (!values.quick) {
      const floors = [];
      for (let n = 0; n < repeat; n += 1) floors.push(await runFloor(link, payload));
      const ms = median(floors.map((floor) => floor.ms));
      const bytesRatio = median(floors.map((floor) => floor.bytesUp)) / payload;
      say({
        link: link.name,
        what: "floor: one raw PUT",
        seconds: ms / 1000,
        bestSeconds: best / 1000,
        timeRatio: ms / best,
        bytesRatio,
      });
    }
    for (const mode of modes) {
      const photoBytes = Math.round(waiting.blobBytes / photos);
      const formBytes = 4096;
      const plain = photos * photoBytes + formBytes;
      const peerBest = bestMs(link, plain);
      const run = await runPeer(peers, link, mode, { photos, photoBytes, formBytes, limitMs: 4 * peerBest });
      say({
        link: link.name,
        what: `PouchDB, ${mode}`,
        seconds: run.ms === null ? null : run.ms / 1000,
        bestSeconds: peerBest / 1000,
        timeRatio: run.ms === null ? null : run.ms / peerBest,
        bytesRatio: run.bytesUp / plain,
        formSeconds: run.formMs === null ? null : run.formMs / 1000,
      });
    }
  }
  const [steady] = profiles;
  if (steady === undefined) throw new Error("no link");
  const undisturbed = rows.find((row) => row.link === steady.name && row.what === "Besace");
  for (const event of ["reload", "kill"] as const) {
    if (!wanted(event)) continue;
    const what = event === "reload" ? "page reloaded at 10 s" : "browser killed at 10 s";
    const run = await deliver(steady, event);
    sayApp(steady, what, run, false);
    const more =
      undisturbed === undefined ? "" : `; ${kb(run.bytesUp - undisturbed.bytesRatio * payload)} more than undisturbed`;
    console.log(`  items lost: ${run.missing.length}; ${kb(run.bytesUp)} sent${more}`);
  }
  const pages: object[] = [];
  if (wanted("page")) {
    const slow = await prepare(mkdtempSync(join(folder, "page-")), { photos: 3, cpuThrottle: RATE });
    const run = await runApp(slow, steady, { cpuThrottle: RATE, limitMs: 120_000 });
    for (const [what, blocks] of [
      ["papers and a form are made", slow.blocks],
      ['all is delivered, "Mes envois" open', run.blocks],
    ] as const) {
      const workers = blocks.filter(isOfWorkers);
      const worst = Math.round(workers[0]?.ms ?? 0);
      console.log(
        `page at 6x while ${what}: ${blocks.length} blocks over 50 ms, ${workers.length} of them for what a worker said`,
        `(worst ${worst} ms; budget 50): ${workers.length === 0 ? "pass" : "FAIL"}`,
      );
      for (const { ms, at, by } of [...workers.slice(0, 4), ...blocks.filter((each) => !isOfWorkers(each)).slice(0, 4)])
        console.log(`  ${String(Math.round(ms)).padStart(5)} ms at ${(at / 1000).toFixed(1)} s: ${by}`);
      pages.push({ what, blocks: blocks.length, ofWorkers: workers.length, worstOfWorkersMs: worst });
    }
    const plain = await prepare(mkdtempSync(join(folder, "tasks-")), { photos: 3, traced: true });
    const delivered = await runApp(plain, steady, { traced: true, limitMs: 120_000 });
    for (const [what, tasks] of [
      ["papers and a form are made", plain.tasks],
      ['all is delivered, "Mes envois" open', delivered.tasks],
    ] as const) {
      const longest = (kind: PageTask["kind"]): number =>
        Math.max(0, ...tasks.filter((task) => task.kind === kind).map(({ ms }) => ms * RATE));
      const [messageMs, frameMs] = [longest("message"), longest("frame")];
      console.log(
        `processor time of the page, times ${RATE}, while ${what}: longest task for what a worker said ${messageMs.toFixed(0)} ms`,
        `(budget 50), longest frame ${frameMs.toFixed(0)} ms: ${messageMs <= 50 ? "pass" : "FAIL"}`,
      );
      pages.push({ what, processorMessageMs: messageMs, processorFrameMs: frameMs });
    }
  }
  if (values.timeline !== undefined) writeFileSync(values.timeline, `${timelines.join("\n")}\n`);
  if (values.write) {
    const date = new Date().toISOString().slice(0, 10);
    const commit = execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim();
    const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
    const path = join(ROOT, "tests", "results", `bench-sync-${date}.json`);
    writeFileSync(
      path,
      `${JSON.stringify({ date, commit, machine, repeat, photos, waiting: { ...waiting, ops: waiting.ops.length, letters: waiting.letters.length, blobs: waiting.blobs.length }, payload, rows, pages }, null, 2)}\n`,
    );
    console.log(`written to tests/results/bench-sync-${date}.json`);
  }
  process.exitCode = rows.some((row) => row.passed === false) ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// Seen once: everything was closed, and Node span for ever in its own clearing up of handles.
process.exit();
