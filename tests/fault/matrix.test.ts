/**
 * B4 and B5 on real sockets: the real drainer and transport against the real server behind a proxy that does one thing
 * wrong to the first request of each kind. While it lasts nothing is lost and the words are right; after it, everything
 * is delivered, once.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blobLayout } from "../../src/protocol/blob-root.ts";
import { opHead } from "../../src/protocol/ops.ts";
import { describeOutbox } from "../../src/satchel/describe.ts";
import type { Bytes } from "../../src/shared/bytes.ts";
import type { OpId, RecordId } from "../../src/shared/ids.ts";
import { createMemoryStore } from "../../src/storage/memory/index.ts";
import type { NewBlob, SatchelStore, StorageError } from "../../src/storage/ports.ts";
import { createDrainer, type Drainer } from "../../src/sync/drain.ts";
import { createHttpTransport } from "../../src/sync/http.ts";
import { challengeSigner } from "../../src/sync/session.ts";
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from "../support/fault-proxy.ts";
import { createHarness, type Harness } from "../unit/server/harness.ts";
import { createPerson, newRecordId, random, type TestBlob, type TestPerson } from "../unit/server/people.ts";

let server: Harness;
let url: string;
let desk: TestPerson;
beforeAll(async () => {
  server = await createHarness();
  url = await server.listen();
  desk = await createPerson("organisation");
  await server.register(desk);
});
afterAll(() => server.close());

/** Virtual seconds pass fifty times faster: limits and back-offs are short, and yet longer than a busy machine stands still. */
const speed = 50;
const clockAt = (error: number) => {
  const origin = Date.now();
  return { now: () => origin + error + (Date.now() - origin) * speed };
};
const timers = {
  after: (delayMs: number, task: () => void) => {
    const timer = setTimeout(task, delayMs / speed);
    return () => clearTimeout(timer);
  },
};

interface Phone {
  readonly person: TestPerson;
  readonly store: SatchelStore;
  readonly record: RecordId;
  readonly blob: TestBlob;
  readonly drainer: (store?: SatchelStore) => Drainer;
}

async function must<T>(promise: Promise<{ ok: true; value: T } | { ok: false; error: unknown }>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** A phone with one dossier: a record, a letter, a photo of several parts. */
async function phoneOver(base: string, clockError = 0): Promise<Phone> {
  const person = await createPerson();
  const clock = clockAt(clockError);
  const store = createMemoryStore({ clock });
  const blob = await person.blob(90_000);
  const header = blob.bytes.slice(0, blobLayout.headerBytes) as Bytes;
  const segments: Bytes[] = [];
  for (let at = header.length; at < blob.bytes.length; at += blobLayout.sealedSegmentBytes)
    segments.push(blob.bytes.slice(at, at + blobLayout.sealedSegmentBytes) as Bytes);
  await must(store.putSegments(blob.ref.blob, 0, segments));
  const { head, op } = await person.op({ record: newRecordId() });
  const { id, letter } = await person.letter(desk, [blob.ref]);
  const kept: NewBlob = {
    ...{ ...blob.ref, header, segments: segments.length, ticket: await person.ticket(blob.ref) },
    ...{ sendClass: 4, localOnly: false },
  };
  await must(
    store.saveRecord({
      ...{ record: head.record, op, opId: head.op, base: null, deleted: false, expectedRevision: 0, blobs: [kept] },
      ...{ letters: [{ letter: id, wire: letter, blobs: [blob.ref.blob] }], release: [], merged: null },
      now: clock.now(),
    }),
  );
  const drainer = (over: SatchelStore = store): Drainer =>
    createDrainer({
      identity: { principal: person.id, device: person.device },
      store: over,
      transport: createHttpTransport({
        ...{ baseUrl: base, clock, random, fetch: (...request) => fetch(...request) },
        timers: { after: (delayMs, task) => timers.after(delayMs, task) },
      }),
      ...{ clock, random, timers, signChallenge: challengeSigner(person.transport.privateKey) },
      register: async () => person.statements,
    });
  return { person, store, record: head.record, blob, drainer };
}

/** The words of "Mes envois", without opening anything: a chain in conflict waits. */
async function wordsOf({ store }: Phone): Promise<readonly string[]> {
  const { ops, ...view } = await must(store.queue());
  const rows = {
    ...view,
    ops: ops.map((op) => ({ ...op, state: op.state === "conflict" ? ("waiting" as const) : op.state })),
  };
  return describeOutbox(rows, new Map()).map((line) => line.state);
}

/** What "Réessayer" does with items that are aside. */
async function retryAll({ store }: Phone): Promise<void> {
  const view = await must(store.queue());
  const again = { attempts: 0, nextAt: 0, lastCode: null } as const;
  for (const op of view.ops)
    if (op.state === "aside") await must(store.setOpAttempt(op.op, { ...again, state: "frozen" }));
  for (const row of view.letters)
    if (row.state === "aside") await must(store.setLetter(row.letter, { ...again, state: "frozen" }));
  for (const row of view.blobs)
    if (row.state === "aside") await must(store.setBlob(row.blob, { ...again, state: "waiting" }));
}

async function drainUntilDelivered(phone: Phone, drainer = phone.drainer()): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    const report = await drainer.run({ reason: "person" });
    const words = await wordsOf(phone);
    const proofs = await must(phone.store.listProofs());
    if (report.left === 0 && words.every((word) => word === "arrived") && proofs.length > 1) return;
    if (words.includes("needs-person")) await retryAll(phone);
  }
  throw new Error(`still waiting: ${JSON.stringify(await must(phone.store.queue()))}`);
}

/** At the server: the record, the letter once, every byte; on the phone: both proofs. */
async function expectDelivered(phone: Phone): Promise<void> {
  expect(Buffer.compare(server.readBlobFile(phone.person, phone.blob), Buffer.from(phone.blob.bytes))).toBe(0);
  const token = await server.session(phone.person);
  const { rows } = await server.pull(token, "0.0", 1_000_000);
  const records = rows.flatMap((row) => {
    const head = row.type === "record" ? opHead(row.op) : undefined;
    return head?.ok === true ? [head.value.record] : [];
  });
  expect(records).toEqual([phone.record]);
  expect((await must(phone.store.listProofs())).length).toBe(2);
  const atDesk = (await server.pull(await server.session(desk), "0.0", 1_000_000)).rows;
  const mine = atDesk.filter((row) => row.type === "letter" && row.letter.sig !== "").length;
  const ids = atDesk.flatMap((row) => (row.type === "letter" ? [row.letter.head] : []));
  expect(new Set(ids).size).toBe(mine);
}

const kindOf = ({ method, path }: SeenRequest): string =>
  `${method} ${path.replace(/\?.*/, "").replace(/\/v1\/blobs\/.*/, "/v1/blobs/*")}`;

/** Each kind of request meets the fault once. */
function once(fault: Fault): (request: SeenRequest) => Fault | null {
  const hit = new Set<string>();
  return (request) => {
    const kind = kindOf(request);
    if (hit.has(kind)) return null;
    hit.add(kind);
    return fault;
  };
}

interface Row {
  readonly name: string;
  readonly fault: Fault;
  /** SPEC S-V3: items are set aside by it and wait for the person. */
  readonly aside: boolean;
}
const refusing = (status: number, error: string, retry: string, aside: boolean): Row => ({
  name: `${status} ${error} of our server`,
  fault: { type: "refuse", status, error, retry },
  aside,
});
const rows: readonly Row[] = [
  refusing(401, "unauthenticated", "later", false),
  refusing(403, "forbidden", "never", false),
  refusing(404, "not-found", "never", false),
  refusing(409, "id-taken", "never", true),
  refusing(410, "gone", "never", true),
  refusing(413, "too-large", "never", true),
  refusing(422, "bad-format", "never", true),
  refusing(423, "", "later", false),
  refusing(429, "too-many", "later", false),
  refusing(500, "internal", "later", false),
  refusing(502, "", "later", false),
  refusing(503, "busy", "later", false),
  refusing(504, "", "later", false),
  refusing(507, "quota", "after-person", true),
  ...[200, 400, 401, 403, 404, 409, 410, 413, 422, 423, 429, 500, 502, 503, 504, 507, 511].flatMap((status): Row[] => [
    { name: `${status} of somebody else, HTML`, fault: { type: "foreign", status, html: true }, aside: false },
    { name: `${status} of somebody else, JSON`, fault: { type: "foreign", status, html: false }, aside: false },
  ]),
  { name: "a redirect", fault: { type: "redirect" }, aside: false },
  { name: "half-open", fault: { type: "half-open" }, aside: false },
  { name: "the answer is lost after success", fault: { type: "lost-answer" }, aside: false },
  { name: "the request comes twice", fault: { type: "twice" }, aside: false },
  { name: "truncated JSON", fault: { type: "truncated" }, aside: false },
  { name: "a buffering proxy", fault: { type: "buffered" }, aside: false },
  ...[0, 1, 57, 20_000].map(
    (after): Row => ({
      name: `cut after ${after} bytes of the request`,
      fault: { type: "cut-up", after },
      aside: false,
    }),
  ),
  ...[0, 1, 100].map(
    (after): Row => ({
      name: `cut after ${after} bytes of the answer`,
      fault: { type: "cut-down", after },
      aside: false,
    }),
  ),
];

describe("B4 one fault at every kind of request", () => {
  for (const { name, fault, aside } of rows)
    test(name, { timeout: 120_000 }, async () => {
      const proxy = await startFaultProxy(url, once(fault));
      try {
        const phone = await phoneOver(proxy.url);
        await phone.drainer().run({ reason: "commit", budgetMs: 3000 });
        const words = await wordsOf(phone);
        // Never "arrived" too early, never gone, and the person is asked only when it takes a person.
        expect(words.length).toBeGreaterThan(0);
        if (!aside) expect(words).not.toContain("needs-person");
        await drainUntilDelivered(phone);
        await expectDelivered(phone);
      } finally {
        await proxy.close();
      }
    });

  test("items that a server refuses are shown as needing the person, each with its reason", async () => {
    const proxy = await startFaultProxy(url, (request) =>
      kindOf(request) === "POST /v1/letters"
        ? { type: "refuse", status: 413, error: "too-large", retry: "never" }
        : null,
    );
    try {
      const phone = await phoneOver(proxy.url);
      await phone.drainer().run({ reason: "person" });
      expect(await wordsOf(phone)).toEqual(["needs-person"]);
      expect((await must(phone.store.queue())).letters.map((row) => [row.state, row.lastCode])).toEqual([
        ["aside", "too-large"],
      ]);
    } finally {
      await proxy.close();
    }
  });
});

describe("B4 clocks and disks", () => {
  const year = 365 * 24 * 3_600_000;
  for (const error of [-30 * year, -year, year, 30 * year])
    test(`a clock wrong by ${error / year} years delivers all the same`, async () => {
      const phone = await phoneOver(url, error);
      await drainUntilDelivered(phone);
      await expectDelivered(phone);
      const { clockOffset } = await must(phone.store.meta());
      expect(Math.abs(clockOffset)).toBeGreaterThan(year / 2);
    });

  /** The n-th call of the store fails, or never answers. */
  const failing = (store: SatchelStore, n: number, how: StorageError | "hangs"): SatchelStore => {
    let calls = 0;
    const wrapped: Record<string, unknown> = {};
    for (const [key, method] of Object.entries(store))
      wrapped[key] =
        key === "onChange" || key === "close"
          ? method
          : async (...args: unknown[]) => {
              calls += 1;
              if (calls !== n) return await (method as (...given: unknown[]) => unknown)(...args);
              if (how === "hangs") return await new Promise<never>(() => undefined);
              return { ok: false, error: how };
            };
    return wrapped as unknown as SatchelStore;
  };
  const faults: readonly (readonly [string, StorageError | "hangs"])[] = [
    ["a database that closes or throws", { type: "unavailable", detail: "UnknownError" }],
    ["a full disk", { type: "full" }],
    ["a database that hangs", "hangs"],
  ];
  for (const [name, how] of faults)
    test(`${name} at any one step: the next run delivers`, { timeout: 120_000 }, async () => {
      for (const n of [1, 2, 3, 5, 8, 12, 17, 23, 30, 38]) {
        const phone = await phoneOver(url);
        const first = phone.drainer(failing(phone.store, n, how)).run({ reason: "commit", budgetMs: 2000 });
        // A run over a database that hangs never ends; the person opens the app again.
        await Promise.race([first, new Promise((resolve) => setTimeout(resolve, how === "hangs" ? 300 : 5000))]);
        await drainUntilDelivered(phone);
        await expectDelivered(phone);
      }
    });
});

describe("B5 one item that is refused for ever, in the middle of ten", () => {
  async function tenOn(base: string, spoil: (op: OpId, n: number) => void) {
    const phone = await phoneOver(base);
    const ids: OpId[] = [];
    for (let n = 0; n < 10; n += 1) {
      const { head, op } = await phone.person.op({ record: newRecordId() });
      ids.push(head.op);
      spoil(head.op, n);
      const wire =
        n === 5 && base === url
          ? { ...op, sig: `${op.sig[0] === "A" ? "B" : "A"}${op.sig.slice(1)}` as typeof op.sig }
          : op;
      await must(
        phone.store.saveRecord({
          ...{ record: head.record, op: wire, opId: head.op, base: null, deleted: false, expectedRevision: 0 },
          ...{ blobs: [], letters: [], release: [], merged: null, now: n },
        }),
      );
    }
    return { phone, ids };
  }

  test("refused by its own verdict: the other nine are through with the same requests", async () => {
    const { phone, ids } = await tenOn(url, () => undefined);
    await phone.drainer().run({ reason: "commit" });
    const view = await must(phone.store.queue());
    expect(view.ops.map((op) => [op.op, op.state, op.lastCode])).toEqual([[ids[5], "aside", "bad-signature"]]);
    await expect(wordsOf(phone)).resolves.toContain("needs-person");
  });

  for (const [name, fault] of [
    ["breaks every connection", { type: "cut-up", after: 10 }],
    ["makes the server fail", { type: "refuse", status: 500, error: "internal", retry: "later" }],
    [
      "is refused with all that travels beside it",
      { type: "refuse", status: 422, error: "bad-format", retry: "never" },
    ],
  ] as const)
    test(`an item that ${name} costs the other nine one request each time`, { timeout: 120_000 }, async () => {
      let poison = "";
      const carries = ({ body }: SeenRequest): boolean =>
        poison !== "" &&
        (JSON.parse(body.toString() || "{}").ops ?? []).some((op: { head: never; body: never; sig: never }) => {
          const head = opHead(op);
          return head.ok && head.value.op === poison;
        });
      const proxy: FaultProxy = await startFaultProxy(url, (request) =>
        kindOf(request) === "POST /v1/push" && carries(request) ? fault : null,
      );
      try {
        const { phone, ids } = await tenOn(proxy.url, (op, n) => {
          if (n === 5) poison = op;
        });
        const drainer = phone.drainer();
        let left = 10;
        for (let round = 0; round < 10 && left > 1; round += 1) {
          await drainer.run({ reason: "person" });
          left = (await must(phone.store.queue())).ops.length;
        }
        expect((await must(phone.store.queue())).ops.map((op) => op.op)).toEqual([ids[5]]);
        // Until the ninth is through, no two requests in a row carry the bad one.
        const pushes = proxy.seen.filter((request) => kindOf(request) === "POST /v1/push");
        const lastGood = pushes.findLastIndex((request) => !carries(request));
        const bad = pushes.slice(0, lastGood).map(carries);
        expect(bad.some((each, i) => each && bad[i + 1] === true)).toBe(false);
      } finally {
        await proxy.close();
      }
    });
});
