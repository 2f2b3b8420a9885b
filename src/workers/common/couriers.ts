/**
 * One drainer for each satchel of this browser, and when it runs (DESIGN 5: "One drainer", triggers). Runs in workers;
 * needs no content key, so it goes on while everything is locked.
 *
 * Surprising fact: the store's own change events start no run: a run changes the queue itself and would never end.
 * Only commits, hints, the person and timers do.
 */

import type { Clock, Log, Random, Timers } from "../../shared/ports.ts";
import type { Result } from "../../shared/result.ts";
import type { Profile, Registry, SatchelStore } from "../../storage/ports.ts";
import type { Drainer, Progress, RunReport } from "../../sync/drain.ts";
import type { RunReason } from "../../sync/ports.ts";
import type { OutboxView, WorkerError } from "../satchel.contract.ts";

export type Trouble = OutboxView["trouble"];

/** keys: something about keys was stored that an open satchel should look at. */
export type CourierEvent = "progress" | "arrived" | "answered" | "state" | "keys";

export interface CourierState {
  readonly moving: boolean;
  readonly trouble: Trouble;
}

export interface CourierDeps {
  readonly registry: Registry;
  readonly open: (database: string) => Promise<Result<SatchelStore, WorkerError>>;
  readonly createDrainer: (
    profile: Profile,
    store: SatchelStore,
    onProgress: (progress: Progress) => void,
    onKeys: () => void,
  ) => Drainer;
  readonly kind: Profile["kind"];
  readonly timers: Timers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A run got answers, or something moved: what screens show may be old. */
  readonly onEvent: (database: string, event: CourierEvent) => void;
  /** Ms between two looks at the server while nothing waits. */
  readonly idleMs: number;
}

export interface Couriers {
  /** Starts a drainer for every profile that has none yet, and runs each. */
  readonly startAll: () => Promise<void>;
  /** Runs one, or all; unknown ones are looked up first. Returns at once. */
  readonly kick: (why: RunReason, database?: string) => void;
  /** Runs one and waits for its end (or for the end of the run that it joined). */
  readonly runNow: (database: string) => Promise<void>;
  readonly state: (database: string) => CourierState;
  /** Forgets a satchel that was removed from this browser. */
  readonly stop: (database: string) => void;
}

interface Courier {
  readonly drainer: Drainer;
  running: number;
  trouble: Trouble;
  left: number;
  cancelTimer: () => void;
  cancelCommit: (() => void) | null;
  stopped: boolean;
}

/** Several commits in a row (a page's two streams, fast typing) start one run. */
const commitDelayMs = 300;
/** After a bug inside a run. */
const afterFailureMs = 60_000;

export function troubleOf(report: Pick<RunReport, "ended" | "trouble">): Trouble {
  if (report.ended === "storage") return "storage";
  switch (report.trouble) {
    case null:
      return "none";
    case "unreachable":
    case "timeout":
      return "no-network";
    default:
      return report.trouble;
  }
}

export function createCouriers(deps: CourierDeps): Couriers {
  const couriers = new Map<string, Courier>();
  const starting = new Map<string, Promise<Courier | undefined>>();

  /** A tenth to spare, so that the phones of one village do not call at the same second. */
  const jittered = (ms: number): number => {
    const [byte = 0] = deps.random.bytes(1);
    return ms + Math.round((ms * byte) / 2550);
  };

  function onProgress(database: string, courier: () => Courier | undefined) {
    return (progress: Progress): void => {
      const own = courier();
      if (own === undefined) return;
      if (progress.type === "lost") own.trouble = troubleOf({ ended: "network", trouble: progress.reason });
      if (progress.type === "answered") own.trouble = "none";
      const arrived = progress.type === "letter" || progress.type === "verified";
      deps.onEvent(database, arrived ? "arrived" : "progress");
    };
  }

  async function begin(profile: Profile): Promise<Courier | undefined> {
    const store = await deps.open(profile.database);
    if (!store.ok) {
      deps.log.note("courier-store", { error: store.error.type });
      return undefined;
    }
    let own: Courier | undefined;
    const drainer = deps.createDrainer(
      profile,
      store.value,
      onProgress(profile.database, () => own),
      () => deps.onEvent(profile.database, "keys"),
    );
    own = {
      drainer,
      running: 0,
      trouble: "none",
      left: 0,
      cancelTimer: () => undefined,
      cancelCommit: null,
      stopped: false,
    };
    couriers.set(profile.database, own);
    return own;
  }

  function courierOf(profile: Profile): Promise<Courier | undefined> {
    const known = couriers.get(profile.database);
    if (known !== undefined) return Promise.resolve(known);
    const under = starting.get(profile.database) ?? begin(profile);
    starting.set(profile.database, under);
    return under.finally(() => starting.delete(profile.database));
  }

  async function run(database: string, courier: Courier, reason: RunReason): Promise<void> {
    if (courier.stopped) return;
    courier.cancelTimer();
    courier.running += 1;
    deps.onEvent(database, "state");
    let report: RunReport | undefined;
    try {
      report = await courier.drainer.run({ reason });
    } catch (error) {
      // A bug in a run must not end deliveries for good: it is noted, and tried again later.
      deps.log.note("run-failed", { error: error instanceof Error ? error.name : "unknown" });
    } finally {
      courier.running -= 1;
    }
    if (report !== undefined && report.ended !== "elsewhere") {
      courier.trouble = troubleOf(report);
      courier.left = report.left;
    }
    deps.onEvent(database, report !== undefined && report.answers > 0 ? "answered" : "state");
    if (courier.running > 0 || courier.stopped) return;
    const wait = report === undefined ? afterFailureMs : Math.min(report.nextInMs ?? deps.idleMs, deps.idleMs);
    courier.cancelTimer();
    courier.cancelTimer = deps.timers.after(jittered(wait), () => void run(database, courier, "timer"));
  }

  async function kickOne(profile: Profile, why: RunReason): Promise<void> {
    const courier = await courierOf(profile);
    if (courier === undefined) return;
    if (why !== "commit") return run(profile.database, courier, why);
    if (courier.cancelCommit !== null) return;
    courier.cancelCommit = deps.timers.after(commitDelayMs, () => {
      courier.cancelCommit = null;
      void run(profile.database, courier, "commit");
    });
  }

  async function kickAll(why: RunReason, database?: string): Promise<void> {
    const listed = await deps.registry.list();
    if (!listed.ok) {
      deps.log.note("courier-registry", { error: listed.error.type });
      return;
    }
    const wanted = listed.value.filter(
      (profile) => profile.kind === deps.kind && (database === undefined || profile.database === database),
    );
    await Promise.all(wanted.map((profile) => kickOne(profile, why)));
  }

  return {
    startAll: () => kickAll("start"),
    kick: (why, database) => void kickAll(why, database),
    runNow: (database) => kickAll("person", database),
    state(database) {
      const courier = couriers.get(database);
      return { moving: (courier?.running ?? 0) > 0, trouble: courier?.trouble ?? "none" };
    },
    stop(database) {
      const courier = couriers.get(database);
      if (courier === undefined) return;
      courier.stopped = true;
      courier.cancelTimer();
      courier.cancelCommit?.();
      couriers.delete(database);
    },
  };
}
