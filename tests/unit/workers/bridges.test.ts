/** The page's bridge, the helper workers, the couriers: what happens when one of them is not there. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { type Endpoint, expose } from "comlink";
import { afterEach, describe, expect, test } from "vitest";
import { ok } from "../../../src/shared/result.ts";
import { createMemoryRegistry, createMemoryStore } from "../../../src/storage/memory/index.ts";
import type { Profile } from "../../../src/storage/ports.ts";
import type { RunReport } from "../../../src/sync/drain.ts";
import type { RunReason } from "../../../src/sync/ports.ts";
import { bridge, type WorkerLike } from "../../../src/workers/bridge.client.ts";
import { createCouriers, troubleOf } from "../../../src/workers/common/couriers.ts";
import { createEmitter } from "../../../src/workers/common/emitter.ts";
import { createImagingHelper, createStretchHelper, type HelperWorker } from "../../../src/workers/common/helpers.ts";
import { file, heif, jpeg, pdf } from "./files.ts";
import { createClock, eventually, must, quietLog, random, timers } from "./world.ts";

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** A worker of this process: `api` answers on the other end of a channel; `die` says what a browser says. */
function fakeWorker(api: object | null): WorkerLike & HelperWorker & { die: () => void; ended: boolean } {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  if (api !== null) expose(api, port2 as unknown as Endpoint);
  const deaths = new Set<() => void>();
  const worker = {
    ended: false,
    die: () => {
      for (const tell of deaths) tell();
    },
    terminate() {
      worker.ended = true;
    },
    postMessage: (message: unknown, transfer?: Transferable[]) => port1.postMessage(message, transfer as never),
    addEventListener(type: string, listener: EventListenerOrEventListenerObject) {
      if (type === "error") deaths.add(listener as () => void);
      else port1.addEventListener(type as "message", listener as never);
    },
    removeEventListener: (type: string, listener: EventListenerOrEventListenerObject) =>
      port1.removeEventListener(type as "message", listener as never),
    start: () => port1.start(),
  };
  return worker as never;
}

interface Api {
  readonly ask: (n: number) => Promise<unknown>;
  readonly fail: () => Promise<unknown>;
  readonly quote?: () => Promise<unknown>;
  readonly onChange: (listener: (change: { type: string }) => void) => Promise<void>;
}

describe("the page's bridge", () => {
  test("asks and answers; a bug in the worker is told as unavailable with its mark", async () => {
    const worker = fakeWorker({
      ask: async (n: number) => ok(n + 1),
      fail: async () => {
        throw new Error("assertion failed: INV-9");
      },
      quote: async () => JSON.parse("what somebody wrote"),
    });
    const { api } = bridge<Api>(() => worker, ["ask", "fail", "quote"]);
    expect(await api.ask(1)).toEqual(ok(2));
    expect(await api.fail()).toEqual({ ok: false, error: { type: "unavailable", mark: "assertion failed: INV-9" } });
    expect(await api.quote?.()).toEqual({ ok: false, error: { type: "unavailable", mark: "SyntaxError" } });
    expect(await api.ask(2)).toEqual(ok(3));
    expect(worker.ended).toBe(false);
  });

  test("a worker that cannot be loaded: every call is answered, the next one starts another, listeners come along", async () => {
    const heard: string[] = [];
    const dead = fakeWorker(null);
    const alive = fakeWorker({
      ask: async () => ok("here"),
      onChange: async (listener: (change: { type: string }) => void) => listener({ type: "papers" }),
    });
    const workers = [dead, alive];
    const { api } = bridge<Api>(() => workers.shift() as never, ["ask", "onChange"]);
    void api.onChange((change) => heard.push(change.type));
    const waiting = [api.ask(1), api.ask(2)];
    dead.die();
    for (const call of waiting) {
      expect(await call).toEqual({ ok: false, error: { type: "unavailable", mark: "not-loaded" } });
    }
    expect(await api.ask(3)).toEqual(ok("here"));
    await eventually(() => (heard.includes("papers") ? true : undefined));
  });

  test("a listener hears each change once, whether it came before the worker or after it", async () => {
    const told: ((change: { type: string }) => void)[] = [];
    const worker = fakeWorker({
      ask: async () => ok("here"),
      onChange: async (listener: (change: { type: string }) => void) => void told.push(listener),
    });
    const { api } = bridge<Api>(() => worker, ["ask", "onChange"]);
    await api.onChange(() => undefined);
    await api.onChange(() => undefined);
    expect(told).toHaveLength(2);
  });

  test("an error event after the first answer ends nothing: a transaction may be under way", async () => {
    const worker = fakeWorker({ ask: async () => ok("here") });
    const { api } = bridge<Api>(() => worker, ["ask"]);
    await api.ask(1);
    worker.die();
    expect(worker.ended).toBe(false);
    expect(await api.ask(2)).toEqual(ok("here"));
  });
});

describe("helper workers", () => {
  test("imaging serves page after page with one worker", async () => {
    let started = 0;
    const imaging = createImagingHelper(() => {
      started += 1;
      return fakeWorker({ reduce: async () => ok({ type: "raw", mime: "image/jpeg" }) });
    }, timers);
    const photo = file(jpeg({ width: 40, height: 30 }));
    for (let n = 0; n < 3; n += 1) expect(must(await imaging.reduce(photo))).toMatchObject({ type: "raw" });
    await Promise.all([imaging.reduce(photo), imaging.reduce(photo)]);
    expect(started).toBe(1);
  });

  test("without the tool a picture is kept as it is, and what is no picture is still refused", async () => {
    const imaging = createImagingHelper(() => {
      const worker = fakeWorker(null);
      setTimeout(() => worker.die(), 5);
      return worker;
    }, timers);
    expect(await imaging.reduce(file(jpeg({ width: 40, height: 30 })))).toEqual(
      ok({ type: "raw", mime: "image/jpeg", absent: true }),
    );
    expect(await imaging.reduce(file(heif("heic", 40, 30)))).toEqual(
      ok({ type: "raw", mime: "image/heic", absent: true }),
    );
    expect(await imaging.reduce(file(pdf()))).toEqual(ok({ type: "file", mime: "application/pdf" }));
    expect(await imaging.reduce(file([]))).toEqual({ ok: false, error: { type: "file-empty" } });
  });

  test("the stretch worker is ended after each code, and its absence is called broken", async () => {
    const workers: ReturnType<typeof fakeWorker>[] = [];
    const salt = random.bytes(16);
    const stretch = createStretchHelper(() => {
      const worker = fakeWorker({ derive: async () => ok(new Uint8Array(32)) });
      workers.push(worker);
      return worker;
    }, timers);
    const parameters = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 } as const;
    must(await stretch.derive("417233", salt, parameters));
    must(await stretch.derive("417233", salt, parameters));
    expect(workers.map((worker) => worker.ended)).toEqual([true, true]);
    const absent = createStretchHelper(() => {
      const worker = fakeWorker(null);
      setTimeout(() => worker.die(), 5);
      return worker;
    }, timers);
    expect(await absent.derive("417233", salt, parameters)).toEqual({ ok: false, error: { type: "broken" } });
  });
});

test("events of one moment become one of each kind", async () => {
  const emitter = createEmitter<{ readonly type: "papers" | "outbox" }>(timers);
  const heard: string[] = [];
  emitter.listen(({ type }) => heard.push(type));
  for (let n = 0; n < 5; n += 1) emitter.emit({ type: "outbox" });
  emitter.emit({ type: "papers" });
  await eventually(() => (heard.length === 2 ? true : undefined));
  expect(heard).toEqual(["outbox", "papers"]);
});

test("a kind that comes all the time is told a few times a second, its last news included; others do not wait for it", () => {
  let now = 0;
  const due: { readonly at: number; readonly task: () => void }[] = [];
  const pass = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      due.sort((a, b) => a.at - b.at);
      const next = due[0];
      if (next === undefined || next.at > end) break;
      due.shift();
      now = next.at;
      next.task();
    }
    now = end;
  };
  const emitter = createEmitter<{ readonly type: "outbox" | "opening"; readonly n: number }>({
    after(delayMs, task) {
      due.push({ at: now + delayMs, task });
      return () => undefined;
    },
  });
  const heard: string[] = [];
  emitter.listen(({ type, n }) => heard.push(`${type} ${n} at ${now}`));
  for (let n = 0; n < 100; n += 1) {
    emitter.emit({ type: "outbox", n });
    if (n === 10) emitter.emit({ type: "opening", n });
    pass(10);
  }
  pass(1000);
  expect(heard).toEqual([
    "outbox 3 at 40",
    "opening 10 at 140",
    "outbox 28 at 290",
    "outbox 53 at 540",
    "outbox 78 at 790",
    "outbox 99 at 1040",
  ]);
});

describe("couriers", () => {
  const report = (patch: Partial<RunReport> = {}): RunReport => ({
    ended: "empty",
    nextInMs: null,
    answers: 1,
    left: 0,
    trouble: null,
    ...patch,
  });

  async function withCouriers(run: (reason: RunReason) => Promise<RunReport>, idleMs = 60_000) {
    const registry = createMemoryRegistry();
    for (const [database, kind] of [
      ["b-1", "satchel"],
      ["b-2", "satchel"],
      ["b-3", "organisation"],
    ] as const) {
      must(await registry.add({ database, kind, revision: 1 } as unknown as Profile));
    }
    const runs: string[] = [];
    const couriers = createCouriers({
      registry,
      open: async () => ok(createMemoryStore({ clock: createClock() })),
      createDrainer: (profile) => ({
        run: async ({ reason }) => {
          runs.push(`${profile.database} ${reason}`);
          return run(reason);
        },
      }),
      kind: "satchel",
      timers,
      clock: createClock(),
      random,
      log: quietLog,
      onEvent: () => undefined,
      idleMs,
    });
    return { couriers, runs };
  }

  test("every satchel of the browser is delivered, locked or not; desks are not this worker's", async () => {
    const { couriers, runs } = await withCouriers(async () => report());
    await couriers.startAll();
    expect(runs.sort()).toEqual(["b-1 start", "b-2 start"]);
  });

  test("commits of one moment start one run", async () => {
    const { couriers, runs } = await withCouriers(async () => report());
    for (let n = 0; n < 5; n += 1) couriers.kick("commit", "b-1");
    await eventually(() => (runs.length > 0 ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(runs).toEqual(["b-1 commit"]);
  });

  test("comes again when the report says so, and goes on after a bug", async () => {
    let calls = 0;
    const { couriers, runs } = await withCouriers(async () => {
      calls += 1;
      return report({ ended: "waiting", nextInMs: calls < 3 ? 10 : 1_000_000, trouble: "timeout" });
    });
    await couriers.runNow("b-1");
    expect(couriers.state("b-1")).toEqual({ moving: false, trouble: "no-network" });
    await eventually(() => (runs.length === 3 ? true : undefined));
    expect(runs).toEqual(["b-1 person", "b-1 timer", "b-1 timer"]);
    couriers.stop("b-1");
    expect(couriers.state("b-1")).toEqual({ moving: false, trouble: "none" });
  });

  test("troubles have the words of the outbox", () => {
    expect(troubleOf(report({ ended: "storage" }))).toBe("storage");
    expect(troubleOf(report({ trouble: "unreachable" }))).toBe("no-network");
    expect(troubleOf(report({ trouble: "not-let-through" }))).toBe("not-let-through");
    expect(troubleOf(report({ trouble: "quota" }))).toBe("quota");
    expect(troubleOf(report())).toBe("none");
  });
});
