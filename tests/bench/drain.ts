/**
 * The real drainer alone, from Node over a shaped link to a real server: ten photos of 300 KB with their previews, twelve
 * records, and a form of 4 KB that is saved last. `node tests/bench/drain.ts [fixed] [cuts] [slow] [trace.up@15/15]
 * [--photos=10] [--style=refuse|blackhole|stall]`. Prints a table beside a raw PUT's floor.
 *
 * Surprising fact: no browser and no disk: it shows in seconds what `npm run bench:sync` shows of the built app, without
 * a browser's own headers and pool of connections.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { blobLayout } from "../../src/protocol/blob-root.ts";
import { routes } from "../../src/protocol/wire.ts";
import type { Bytes } from "../../src/shared/bytes.ts";
import type { Clock, Timers } from "../../src/shared/ports.ts";
import { createMemoryStore } from "../../src/storage/memory/index.ts";
import type { NewBlob, SatchelStore } from "../../src/storage/ports.ts";
import { createDrainer } from "../../src/sync/drain.ts";
import { createHttpTransport } from "../../src/sync/http.ts";
import { challengeSigner } from "../../src/sync/session.ts";
import { type CutStyle, createLink } from "../support/link.ts";
import { startServer } from "../support/server.ts";
import { createPerson, newRecordId, random, type TestPerson } from "../unit/server/people.ts";
import { runFloor } from "./sync-floor.ts";
import { bestMs, type Profile, profiles, settingsOf, traceProfile } from "./sync-links.ts";

const photoBytes = 300_000;
const previewBytes = 12_000;
/** What a browser adds to each request (Chromium 156, from a worker), so that bytes are comparable. */
const browserHeaders = {
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  "sec-ch-ua": '"Chromium";v="156", "Not A Brand";v="24"',
  "sec-ch-ua-mobile": "?0",
  "sec-ch-ua-platform": '"Linux"',
  "accept-encoding": "gzip, deflate, br, zstd",
};

const clock: Clock = { now: () => Date.now() };
const timers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

async function must<T>(promise: Promise<{ ok: true; value: T } | { ok: false; error: unknown }>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function keep(store: SatchelStore, person: TestPerson, plain: number, sendClass: 3 | 4): Promise<NewBlob> {
  const { ref, bytes } = await person.blob(plain);
  const header = bytes.slice(0, blobLayout.headerBytes) as Bytes;
  const segments: Bytes[] = [];
  for (let at = header.length; at < bytes.length; at += blobLayout.sealedSegmentBytes)
    segments.push(bytes.slice(at, at + blobLayout.sealedSegmentBytes) as Bytes);
  await must(store.putSegments(ref.blob, 0, segments));
  const ticket = await person.ticket(ref);
  return { ...ref, header, segments: segments.length, ticket, sendClass, localOnly: false };
}

/** Ten papers, a profile, and the dossier whose letter is the form. @returns the payload in bytes. */
async function fill(store: SatchelStore, person: TestPerson, desk: TestPerson, photos: number) {
  const save = { base: null, deleted: false, expectedRevision: 0, release: [], merged: null } as const;
  const all: NewBlob[] = [];
  for (let n = 0; n < photos; n += 1) {
    const blobs = [await keep(store, person, previewBytes, 3), await keep(store, person, photoBytes, 4)];
    all.push(...blobs);
    const { head, op } = await person.op({ record: newRecordId(), blobs: blobs.map(({ blob }) => blob) }, 1024);
    await must(
      store.saveRecord({ ...save, record: head.record, op, opId: head.op, blobs, letters: [], now: clock.now() }),
    );
  }
  const form = await person.letter(
    desk,
    all.map(({ blob, length, root }) => ({ blob, length, root })),
  );
  const { head, op } = await person.op({ record: newRecordId() }, 4096);
  const letters = [{ letter: form.id, wire: form.letter, blobs: all.map(({ blob }) => blob) }];
  await must(
    store.saveRecord({ ...save, record: head.record, op, opId: head.op, blobs: [], letters, now: clock.now() }),
  );
  const view = await must(store.queue());
  const sum = (rows: readonly { readonly bytes: number }[]): number =>
    rows.reduce((total, row) => total + row.bytes, 0);
  return sum(view.ops) + sum(view.letters) + all.reduce((total, blob) => total + blob.length, 0);
}

interface Run {
  readonly payload: number;
  readonly ms: number;
  readonly formMs: number;
  readonly bytesUp: number;
  readonly requests: number;
  readonly connections: number;
}

async function run(profile: Profile, photos: number, cutStyle: CutStyle, trace: boolean): Promise<Run> {
  const script = process.env.BESACE_SERVER;
  const server = await startServer(script === undefined ? {} : { script });
  const [person, desk] = [await createPerson(), await createPerson("organisation")];
  const register = createHttpTransport({ baseUrl: server.url, fetch, random, timers, clock });
  await register.register(desk.statements);
  const store = createMemoryStore({ clock });
  const payload = await fill(store, person, desk, photos);
  const link = await createLink({ target: server.port, ...settingsOf(profile), cutStyle });
  const startedAt = performance.now();
  const since = (): number => performance.now() - startedAt;
  let formMs = Number.NaN;
  let deliveredAt = 0;
  const transport = createHttpTransport({
    baseUrl: link.url,
    random,
    timers,
    clock,
    fetch: async (input, init = {}) => {
      const path = new URL(String(input)).pathname;
      const label = `${init.method} ${path.replace(/^(\/v1\/blobs\/).*(.{5})$/, "$1$2")}`;
      const size = typeof init.body === "string" ? init.body.length : (init.body as Uint8Array | undefined)?.length;
      const from = since();
      const note = (end: string): void => {
        if (trace)
          console.log(
            `${(from / 1000).toFixed(2)} +${((since() - from) / 1000).toFixed(2)} ${label} ${size ?? 0} ${end}`,
          );
      };
      try {
        const response = await fetch(input, { ...init, headers: { ...browserHeaders, ...Object(init.headers) } });
        if (path === routes.letters) formMs = since();
        note(String(response.status));
        return response;
      } catch (error) {
        note(String(error));
        throw error;
      }
    },
  });
  const drainer = createDrainer({
    identity: { principal: person.id, device: person.device },
    store,
    transport,
    clock,
    random,
    timers,
    signChallenge: challengeSigner(person.transport.privateKey),
    register: async () => person.statements,
    onProgress: ({ type }) => {
      if (type === "verified") deliveredAt = since();
    },
  });
  for (let first = true; ; first = false) {
    const report = await drainer.run({ reason: first ? "start" : "timer" });
    if (trace) console.log(`${(since() / 1000).toFixed(2)} run ended: ${JSON.stringify(report)}`);
    if (report.left === 0) break;
    await sleep(report.nextInMs ?? 1000);
  }
  const { up, requests, connections } = link.counters();
  await link.close();
  await server.close();
  // The last pull fetches proofs: the payload was there before it.
  return { payload, ms: deliveredAt, formMs, bytesUp: up.delivered, requests, connections };
}

const options = process.argv.slice(2);
const named = (name: string): string | undefined =>
  options.find((option) => option.startsWith(`--${name}=`))?.slice(name.length + 3);
const wanted = options.filter((option) => !option.startsWith("--"));
const chosen =
  wanted.length === 0
    ? profiles
    : wanted.map((id) => profiles.find((profile) => profile.id === id) ?? traceProfile(id));
const photos = Number(named("photos") ?? 10);
const style = (named("style") ?? "refuse") as CutStyle;

const rows: Record<string, string | number>[] = [];
for (const profile of chosen) {
  const done = await run(profile, photos, style, options.includes("--trace"));
  const best = bestMs(profile, done.payload);
  const floor = options.includes("--no-floor") ? undefined : await runFloor(profile, done.payload);
  rows.push({
    link: profile.name,
    s: (done.ms / 1000).toFixed(1),
    "time / best": (done.ms / best).toFixed(3),
    "floor / best": floor === undefined ? "" : (floor.ms / best).toFixed(3),
    "bytes / payload": (done.bytesUp / done.payload).toFixed(4),
    "form s": (done.formMs / 1000).toFixed(2),
    requests: done.requests,
    connections: done.connections,
  });
}
console.table(rows);
