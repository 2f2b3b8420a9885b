/**
 * The app's part of `npm run bench:sync`: ten photographs and a form are made by a person's clicks on a phone that has
 * never met a server, then the line comes up. Runs in Node; the app must have been built.
 *
 * Surprising fact: all is prepared once. Every run begins from copies of the phone's profile and of the server's data, on
 * the same ports, so that runs differ by the link and by nothing else.
 */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { headers as protocolHeaders, routes } from "../../src/protocol/wire.ts";
import { DESK, launchBrowser, type TestBrowser } from "../support/browser.ts";
import { createHelper } from "../support/helper.ts";
import { createLink } from "../support/link.ts";
import { createPerson, type Person } from "../support/person.ts";
import { freePort, startServer } from "../support/server.ts";
import { longestBlocks, type PageBlock, type PageTask, pageNow, traceTasks, watchBlocks } from "./sync-blocks.ts";
import { type Profile, settingsOf } from "./sync-links.ts";
import { drawPictures } from "./sync-pictures.ts";
import { createWatch, type Exchange } from "./sync-watch.ts";

const CODE = "418273";
const DESK_CODE = "284611";
/** What the person wrote: with the rest, a form that is sealed in 4 KB. */
const REQUEST = "Bonjour, je vous écris au sujet de ma situation, que personne ne prévoit. ".repeat(20).trim();

/** What waits to leave, as the phone's own queue has it. */
export type Waiting = {
  readonly ops: readonly string[];
  readonly letters: readonly string[];
  readonly blobs: readonly string[];
  /** Sealed bytes of photographs and previews. */
  readonly blobBytes: number;
  /** Sealed bytes of records and of the form. */
  readonly opBytes: number;
  readonly letterBytes: number;
};

export type Prepared = {
  readonly folder: string;
  readonly linkPort: number;
  readonly serverPort: number;
  readonly waiting: Waiting;
  /** Longest times that the page was blocked while papers and form were made. */
  readonly blocks: readonly PageBlock[];
  /** Where asked for. */
  readonly tasks: readonly PageTask[];
};

export const payloadOf = ({ blobBytes, opBytes, letterBytes }: Waiting): number => blobBytes + opBytes + letterBytes;

/** Reads the queue in the page's own database; ids and lengths are clear there. */
async function waitingOf(page: Page): Promise<Waiting> {
  return page.evaluate(async () => {
    const wanted = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    type Row = Readonly<Record<string, unknown>>;
    const rows: Record<string, Row[]> = { ops: [], letters: [], blobs: [] };
    for (const { name = "" } of await indexedDB.databases()) {
      const db = await wanted(indexedDB.open(name));
      for (const [table, found] of Object.entries(rows))
        if (db.objectStoreNames.contains(table))
          found.push(...(await wanted<Row[]>(db.transaction(table).objectStore(table).getAll())));
      db.close();
    }
    const { ops = [], letters = [], blobs = [] } = rows;
    const unsent = letters.filter((row) => row.state !== "accepted");
    const leaving = blobs.filter((row) => row.state !== "verified" && row.localOnly !== true);
    const sum = (of: readonly Row[], field: string): number => of.reduce((all, row) => all + Number(row[field]), 0);
    return {
      ops: ops.map((row) => String(row.op)),
      letters: unsent.map((row) => String(row.letter)),
      blobs: leaving.map((row) => String(row.blob)),
      blobBytes: sum(leaving, "length"),
      opBytes: sum(ops, "bytes"),
      letterBytes: sum(unsent, "bytes"),
    };
  });
}

export type PrepareOptions = {
  readonly photos: number;
  /** One paper with all photos as its pages, which is made sooner, instead of a paper for each. */
  readonly together?: boolean;
  /** Of the page while papers and form are made. */
  readonly cpuThrottle?: number;
  /** Every task of the page is timed. */
  readonly traced?: boolean;
};

export async function prepare(folder: string, options: PrepareOptions): Promise<Prepared> {
  const { photos, together = false, cpuThrottle = 1, traced = false } = options;
  const [linkPort, serverPort] = [await freePort(), await freePort()];
  const data = join(folder, "data");
  const profile = join(folder, "profile");
  mkdirSync(data, { recursive: true });
  const server = await startServer({ data, port: serverPort });
  const link = await createLink({ target: serverPort, port: linkPort });

  const desk = await launchBrowser({ profile: join(folder, "desk"), viewport: DESK });
  const helper = createHelper(desk.page, { url: server.url });
  const [, code = ""] = await server.waitForLine(/^\s*((?:[0-9A-Z]{4} ){9}[0-9A-Z]{4})$/);
  await helper.open();
  await helper.enrol(code, DESK_CODE);
  const pictures = await drawPictures(desk.page, join(folder, "pictures"), photos);
  await desk.close();

  const browser = await launchBrowser({ profile, cpuThrottle });
  await watchBlocks(browser.page);
  const person = createPerson(browser.page, { url: link.url });
  await person.open();
  await person.readyOffline();
  await browser.context.setOffline(true);
  await link.close();
  await server.close();

  const trace = traced ? await traceTasks(browser.page) : undefined;
  await person.createSatchel(CODE);
  await person.laterCard();
  for (const [n, files] of (together ? [pictures] : pictures.map((picture) => [picture])).entries())
    await person.addPaper({ kind: "letter-received", files, title: `Courrier ${n + 1}` });
  await person.startProcedure("demande-libre");
  await person.fillIn({ answers: { request: REQUEST, given_name: "Zoé", family_name: "Martin" } });
  await person.send();
  await person.goto("outbox");
  await sleep(1500);
  const tasks = (await trace?.()) ?? [];
  const waiting = await waitingOf(browser.page);
  const blocks = await longestBlocks(browser.page);
  if (waiting.letters.length !== 1 || waiting.blobs.length !== 2 * photos)
    throw new Error(`the queue is not what was made: ${JSON.stringify(waiting)}`);
  await browser.close();
  return { folder, linkPort, serverPort, waiting, blocks, tasks };
}

/** What happens to the phone ten seconds after the line came up. */
export type Event = "none" | "reload" | "kill";
const EVENT_MS = 10_000;

export type AppRun = {
  /** Null: not all had arrived when the time was up. */
  readonly ms: number | null;
  /** The form was durable at the server. */
  readonly formMs: number | null;
  /** Since the line came up, what the largest part on its way took: the form may wait for one part at most. */
  readonly firstAnswerMs: number | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly requests: number;
  readonly connections: number;
  /** Items of the queue that had not arrived when the run ended. */
  readonly missing: readonly string[];
  /** Times that the page was blocked while this was delivered; not known when the page was not there all the time. */
  readonly blocks: readonly PageBlock[];
  /** Where asked for. */
  readonly tasks: readonly PageTask[];
  readonly exchanges: readonly Exchange[];
};

/** Books what the server's answers say to be durable; an item that is not named by one is not there. */
function createArrivals(waiting: Waiting, now: () => number) {
  const left = new Set([...waiting.ops, ...waiting.letters, ...waiting.blobs]);
  const [letter = ""] = waiting.letters;
  const state: { endedAt: number | null; formAt: number | null; answeredAt: number | null } = {
    endedAt: null,
    formAt: null,
    answeredAt: null,
  };
  const arrived = (id: string): void => {
    left.delete(id);
    if (id === letter) state.formAt ??= now();
    if (left.size === 0) state.endedAt ??= now();
  };
  return {
    left,
    state,
    onAnswer({ path, answer, body, status }: Exchange): void {
      state.answeredAt ??= now();
      if (status >= 400) return;
      if (answer?.headers.get(protocolHeaders.blob) === "verified") {
        const name = /\.([^./]+)$/.exec(answer.headers.get("location") ?? path)?.[1];
        if (name !== undefined) arrived(name);
      }
      if (path !== routes.push && path !== routes.letters) return;
      const { verdicts, verdict } = JSON.parse(body) as {
        readonly verdicts?: readonly { readonly op: string; readonly type: string }[];
        readonly verdict?: { readonly type: string };
      };
      for (const each of verdicts ?? []) if (each.type === "ok") arrived(each.op);
      if (path === routes.letters && verdict?.type === "ok") arrived(letter);
    },
  };
}

export type RunOptions = {
  readonly event?: Event;
  readonly cpuThrottle?: number;
  /** Every task of the page is timed. */
  readonly traced?: boolean;
  /** Given up then. */
  readonly limitMs: number;
};

/** One delivery over one link, from copies of what was prepared. */
export async function runApp(prepared: Prepared, link: Profile, options: RunOptions): Promise<AppRun> {
  const { event = "none", cpuThrottle = 1, traced = false, limitMs } = options;
  const folder = join(prepared.folder, "run");
  rmSync(folder, { recursive: true, force: true });
  for (const name of ["data", "profile"]) cpSync(join(prepared.folder, name), join(folder, name), { recursive: true });
  const server = await startServer({ data: join(folder, "data"), port: prepared.serverPort });
  const url = `http://127.0.0.1:${prepared.linkPort}`;
  let browser: TestBrowser = await launchBrowser({ profile: join(folder, "profile"), cpuThrottle, offline: true });
  await watchBlocks(browser.page);
  const person: Person = createPerson(browser.page, { url });
  await person.open();
  await person.unlock(CODE);
  await person.goto("outbox");
  // What opening a satchel starts is over; the first tries have found no line.
  await sleep(3000);

  const trace = traced ? await traceTasks(browser.page) : undefined;
  const since = await pageNow(browser.page);
  const startedAt = performance.now();
  const now = (): number => performance.now() - startedAt;
  const arrivals = createArrivals(prepared.waiting, now);
  const watch = createWatch(now, arrivals.onAnswer);
  const line = await createLink({
    target: prepared.serverPort,
    port: prepared.linkPort,
    onBytes: watch.onBytes,
    onRequest: watch.onRequest,
    ...settingsOf(link),
  });
  try {
    await browser.context.setOffline(false);
    let due = event;
    while (arrivals.state.endedAt === null && now() < limitMs) {
      if (due !== "none" && now() >= EVENT_MS) {
        if (due === "reload") await browser.page.reload({ waitUntil: "commit" });
        else {
          await browser.kill();
          browser = await launchBrowser({ profile: join(folder, "profile"), cpuThrottle });
          await browser.page.goto(`${url}/`, { waitUntil: "commit" });
        }
        due = "none";
      }
      await sleep(20);
    }
    // What the last answers make the screen show.
    if (traced) await sleep(1000);
    const tasks = (await trace?.()) ?? [];
    const counters = line.counters();
    return {
      ms: arrivals.state.endedAt,
      formMs: arrivals.state.formAt,
      firstAnswerMs: arrivals.state.answeredAt,
      bytesUp: counters.up.delivered,
      bytesDown: counters.down.delivered,
      requests: counters.requests,
      connections: counters.connections,
      missing: [...arrivals.left],
      blocks: event === "none" ? await longestBlocks(browser.page, since) : [],
      tasks,
      exchanges: watch.exchanges,
    };
  } finally {
    await browser.kill();
    await line.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
