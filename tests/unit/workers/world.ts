/**
 * A browser without a screen for the worker services: memory stores that survive a "restart", a clock that is set by
 * hand, timers that run when told, imaging replaced at the decoder, the code stretched by one quick hash.
 */
import { createIdentity, type Identity } from "../../../src/crypto/identity.ts";
import { generateSignPair, rawPublicKey, sha256 } from "../../../src/protocol/sign.ts";
import type { Deployment, Signed } from "../../../src/protocol/wire.ts";
import { type B64, type Bytes, concat, utf8 } from "../../../src/shared/bytes.ts";
import type { Clock, Log, Random, Timers } from "../../../src/shared/ports.ts";
import { err, ok, type Result } from "../../../src/shared/result.ts";
import {
  createMemoryDisk,
  createMemoryRegistry,
  createMemoryStore,
  type MemoryDisk,
} from "../../../src/storage/memory/index.ts";
import type { Registry, SatchelStore, StorageError } from "../../../src/storage/ports.ts";
import { createHttpTransport } from "../../../src/sync/http.ts";
import { createBlobReader } from "../../../src/workers/common/blob-reader.ts";
import { drainerMaker } from "../../../src/workers/common/browser.ts";
import { type Couriers, createCouriers } from "../../../src/workers/common/couriers.ts";
import { createDeployments, type DeploymentSource } from "../../../src/workers/common/deployments.ts";
import { createEmitter } from "../../../src/workers/common/emitter.ts";
import { createStores } from "../../../src/workers/common/stores.ts";
import { createDesk } from "../../../src/workers/desk/desk.ts";
import { createDeskLink } from "../../../src/workers/desk/link.ts";
import { createPasses } from "../../../src/workers/desk/passes.ts";
import { withSession } from "../../../src/workers/desk/session-fetch.ts";
import type { DeskApi, DeskChange } from "../../../src/workers/desk.contract.ts";
import { reduce } from "../../../src/workers/imaging/reduce.ts";
import type { PageMaker } from "../../../src/workers/imaging.contract.ts";
import { createSatchel } from "../../../src/workers/satchel/satchel.ts";
import type { Change, SatchelApi } from "../../../src/workers/satchel.contract.ts";
import type { StretchApi, Stretching } from "../../../src/workers/stretch.contract.ts";
import { createFakeCaches, type FakeCaches } from "../../support/fake-caches.ts";

export const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

export interface TestClock extends Clock {
  set: (now: number) => void;
  pass: (ms: number) => void;
}

export function createClock(start = Date.UTC(2026, 10, 21, 10)): TestClock {
  let now = start;
  return {
    now: () => now,
    set: (to) => {
      now = to;
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

/** Real timers, so that events come; nothing here waits long. */
export const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    timer.unref?.();
    return () => clearTimeout(timer);
  },
};

export const quietLog: Log & { readonly notes: string[] } = {
  notes: [],
  note(event, fields) {
    this.notes.push(`${event} ${JSON.stringify(fields ?? {})}`);
  },
};

/** One hash instead of Argon2id: the same shape, no strength. */
export const quickStretch: Stretching & { broken: boolean } = {
  broken: false,
  expect: () => undefined,
  dismiss: () => undefined,
  async derive(code, salt) {
    return this.broken ? err({ type: "broken" }) : ok(await sha256(concat(utf8(code), salt)));
  },
  async enrol(code, salt, parameters) {
    if (this.broken) return err({ type: "broken" });
    const output: Bytes = await sha256(concat(utf8(code), salt));
    return ok({ output, parameters: parameters ?? { memoryKiB: 19 * 1024, passes: 2, lanes: 1 } });
  },
};

/** Encodes what it is given as bytes that say so; decodes anything that the header reader accepted. */
const fakeReduce = (file: Blob, mark: string) =>
  reduce(file, {
    decode: async (_file, width) => ({ width: width ?? 1600, height: 1200, close: () => undefined }),
    encode: async (_picture, size, quality) => {
      const source = new Uint8Array(await file.arrayBuffer());
      const text = utf8(`${size.width}x${size.height}@${quality} ${mark}`);
      return new Blob([text, source], { type: "image/webp" });
    },
  });

export const fakeImaging: PageMaker = {
  reduce: (file) => fakeReduce(file, ""),
  /** The choice stands before the file's own bytes. */
  finish: (file, { corners, turn, look }) => fakeReduce(file, `${look} ${turn} ${corners === null ? "whole" : "cut"} `),
};

/** A deployment with one organisation whose desk may or may not have been opened. */
export interface TestServer {
  readonly keys: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
  readonly organisation: Identity;
  readonly deployment: (statements?: readonly Signed[]) => Promise<Deployment>;
}

export async function createServer(): Promise<TestServer> {
  const keys = await generateSignPair(false);
  const organisation = await createIdentity("organisation", random);
  const human = {
    name: "Accueil",
    phone: "+33123456789",
    phoneShown: "01 23 45 67 89",
    hours: [],
    timeZone: "Europe/Paris",
    address: "1 place de la Mairie",
  };
  return {
    keys,
    organisation,
    deployment: async (statements = organisation.statements) => ({
      v: 1,
      operator: "Département de démonstration",
      human,
      urls: { app: "http://localhost:8080", desk: "http://localhost:8080", kiosk: "http://localhost:8080" },
      languages: ["fr", "en", "ar"],
      serverKeys: [{ id: "AAAAAAAAAAAAAAAAAAAAAA" as B64, sign: await rawPublicKey(keys) }],
      organisations: [
        {
          slug: "ccas",
          name: "CCAS de Demo-Ville",
          sendTo: "au CCAS de Demo-Ville",
          demonstration: true,
          statements,
          human,
          procedures: ["domiciliation", "lettre-incomprise", "demande-libre"],
        },
      ],
      legal: { publisher: "Demo", privacy: "Demo" },
      quotas: { satchelBytes: 1e9, blobBytes: 1e8 },
    }),
  };
}

/** What survives a killed browser. */
export interface Browser {
  readonly registry: Registry;
  readonly disks: Map<string, MemoryDisk>;
  readonly clock: TestClock;
  /** What stands beside the databases. */
  readonly marks: Set<string>;
  /** Public things beside the databases. */
  readonly caches: FakeCaches;
  /** Weeks that lie open on disk, by database. */
  readonly weeks: Map<string, readonly number[]>;
  /** What /deployment.json answers; undefined = no network. */
  deployment: Deployment | undefined;
  kept: unknown;
  /** Bytes that the browser still allows. */
  room?: number;
  /** The line costs data. */
  metered?: boolean;
  /** A line to a real server; without it couriers only note that they were called. */
  readonly line?: Line;
  /** Other stores than memory (Dexie). */
  readonly openStore?: (database: string) => Promise<Result<SatchelStore, StorageError>>;
}

/** A line to a server on this machine that can be cut. */
export interface Line {
  online: boolean;
  readonly fetch: typeof fetch;
  /** Bodies and addresses of every request, for the search of what must not leave. */
  readonly sent: string[];
}

export function createLine(base: string): Line {
  const line: Line = {
    online: true,
    sent: [],
    fetch: async (path, init) => {
      if (!line.online) throw new TypeError("the line is cut");
      const body = init?.body;
      const text =
        typeof body === "string" ? body : body instanceof Uint8Array ? Buffer.from(body).toString("latin1") : "";
      line.sent.push(`${path} ${text}`);
      return fetch(`${base}${path}`, init);
    },
  };
  return line;
}

const noLine: typeof fetch = async () => {
  throw new TypeError("no line");
};

const realClock: TestClock = { now: () => Date.now(), set: () => undefined, pass: () => undefined };

/** A browser with a line: its clock is the real one, because transfers measure time. */
export const createConnectedBrowser = (line: Line): Browser => ({ ...createBrowser(), clock: realClock, line });

export const createBrowser = (): Browser => ({
  registry: createMemoryRegistry(),
  disks: new Map(),
  clock: createClock(),
  marks: new Set(),
  caches: createFakeCaches(),
  weeks: new Map(),
  deployment: undefined,
  kept: undefined,
});

export interface Tab {
  readonly api: SatchelApi;
  readonly changes: Change[];
  readonly store: (database: string) => Promise<SatchelStore>;
  readonly kicks: string[];
  /** As if the server had said something new about the deployment. */
  readonly refresh: () => Promise<void>;
  /** As if a run had got answers. */
  readonly answered: () => void;
}

/** What every worker of a browser is given, by the browser. */
function partsOf(
  browser: Browser,
  kind: "satchel" | "organisation",
  onEvent: Parameters<typeof createCouriers>[0]["onEvent"],
) {
  const diskOf = (database: string): MemoryDisk => {
    const held = browser.disks.get(database) ?? createMemoryDisk();
    browser.disks.set(database, held);
    return held;
  };
  const { clock, registry, line } = browser;
  const inMemory = async (database: string) => ok(createMemoryStore({ clock, disk: diskOf(database) }));
  const stores = createStores(registry, browser.openStore ?? inMemory);
  const kicks: string[] = [];
  const idle: Couriers = {
    startAll: async () => undefined,
    kick: (why) => void kicks.push(why),
    runNow: async () => void kicks.push("now"),
    state: () => ({ moving: false, trouble: "none" }),
    stop: () => undefined,
  };
  const couriers =
    line === undefined
      ? idle
      : createCouriers({
          registry,
          open: stores.open,
          createDrainer: drainerMaker({
            registry,
            fetch: kind === "organisation" ? withSession(line.fetch) : line.fetch,
            locks: undefined,
            hints: () => ({ slow: false, metered: browser.metered ?? false }),
            clock,
            random,
            timers,
          }),
          kind,
          timers,
          clock,
          random,
          log: quietLog,
          idleMs: 300,
          onEvent,
        });
  const asked = async (): Promise<unknown> => {
    if (line === undefined) return browser.deployment;
    try {
      return await (await line.fetch("/deployment.json")).json();
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  };
  const source: DeploymentSource = {
    kept: async () => browser.kept,
    fresh: asked,
    keep: async (deployment) => {
      browser.kept = deployment;
    },
  };
  const deployments = createDeployments(source, timers);
  return { registry, stores, clock, random, log: quietLog, couriers, deployments, kicks };
}

/** One worker of that browser: call again for a second tab, or after a kill. */
export function openTab(
  browser: Browser,
  options: {
    readonly stretch?: StretchApi & Partial<Stretching>;
    readonly imaging?: PageMaker;
    readonly firstScreen?: { readonly drawMs: number; readonly mostMs: number };
  } = {},
): Tab {
  const { kicks, ...parts } = partsOf(browser, "satchel", (database, event) => service.onCourier(database, event));
  const service = createSatchel({
    ...parts,
    timers,
    emitter: createEmitter<Change>(timers),
    stretch: options.stretch === undefined ? quickStretch : { ...quickStretch, ...options.stretch },
    firstScreen: options.firstScreen ?? { drawMs: 0, mostMs: 0 },
    imaging: options.imaging ?? fakeImaging,
    home: () => "besace.example",
    room: async () => browser.room ?? 123,
    lineKnown: () => true,
    hints: () => ({ slow: false, metered: browser.metered ?? false }),
    marks: {
      has: async (database) => browser.marks.has(database),
      put: async (database) => void browser.marks.add(database),
      drop: async (database) => {
        browser.marks.delete(database);
        browser.weeks.delete(database);
      },
      weeks: async (database, weeks) => void browser.weeks.set(database, weeks),
    },
    caches: browser.caches,
    reader: createBlobReader({ fetch: browser.line?.fetch ?? noLine, random, timers }),
    wipeDatabases: async () => {
      browser.disks.clear();
      return 0;
    },
    fetch: browser.line?.fetch ?? noLine,
    ways: createHttpTransport({
      fetch: browser.line?.fetch ?? noLine,
      baseUrl: "",
      random,
      timers,
      clock: browser.clock,
    }),
  });
  const { api } = service;
  const changes: Change[] = [];
  void api.onChange((change) => changes.push(change));
  if (browser.line !== undefined) void service.start();
  return {
    api,
    changes,
    kicks,
    refresh: () => parts.deployments.refresh(),
    answered: () => service.onCourier("", "answered"),
    store: async (database) => must(await parts.stores.open(database)),
  };
}

/** The desk's worker in that browser. */
export function openDesk(browser: Browser): { readonly api: DeskApi; readonly store: Tab["store"] } {
  if (browser.line === undefined) throw new Error("a desk needs a line");
  const { kicks: _kicks, ...parts } = partsOf(browser, "organisation", (database, event) =>
    service.onCourier(database, event),
  );
  const service = createDesk({
    ...parts,
    emitter: createEmitter<DeskChange>(timers),
    stretch: quickStretch,
    link: createDeskLink({ fetch: browser.line.fetch, random, timers }),
    fetch: browser.line.fetch,
    timers,
    caches: browser.caches,
    passes: createPasses(),
  });
  void service.start();
  return { api: service.api, store: async (database) => must(await parts.stores.open(database)) };
}

/** The value, or a failed test that says what was refused. */
export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** Resolves when `check` gives something, or fails after half a minute (or `seconds`): a busy machine is no fault. */
export async function eventually<T>(check: () => Promise<T | undefined> | T | undefined, seconds = 30): Promise<T> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const value = await check();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`it did not happen within ${seconds} seconds: ${quietLog.notes.slice(-5).join("; ")}`);
}
