/**
 * The real drainer against the real server on loopback, with a fetch that loses requests and answers, answers as a
 * portal does, and cuts parts. Memory store; keys and signatures are real, sealed bytes are random.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blobLayout } from "../../src/protocol/blob-root.ts";
import { letterManifest } from "../../src/protocol/letters.ts";
import { proofClaim } from "../../src/protocol/proofs.ts";
import type { Bytes } from "../../src/shared/bytes.ts";
import type { BlobId, OpId } from "../../src/shared/ids.ts";
import { createMemoryStore } from "../../src/storage/memory/index.ts";
import type { NewBlob, SatchelStore } from "../../src/storage/ports.ts";
import { createDrainer, type Drainer } from "../../src/sync/drain.ts";
import { createHttpTransport } from "../../src/sync/http.ts";
import { challengeSigner } from "../../src/sync/session.ts";
import { seeded } from "../support/simulation/random.ts";
import { createHarness, type Harness } from "../unit/server/harness.ts";
import { createPerson, newRecordId, random, type TestBlob, type TestPerson } from "../unit/server/people.ts";

let server: Harness;
let url: string;
let person: TestPerson;
let desk: TestPerson;
beforeEach(async () => {
  server = await createHarness();
  url = await server.listen();
  [person, desk] = [await createPerson(), await createPerson("organisation")];
  await server.register(desk);
});
afterEach(() => server.close());

interface Device {
  readonly store: SatchelStore;
  readonly drainer: Drainer;
  /** What was asked, in order: "POST /v1/push". */
  readonly asked: string[];
}

/** `badness` 0 to 1. On a bad line time runs a hundred times faster, so that back-offs are short. */
function device(who: TestPerson, badness: number, seed = 1): Device {
  const dice = seeded(seed);
  const origin = Date.now();
  const speed = badness === 0 ? 1 : 100;
  const clock = { now: () => origin + (Date.now() - origin) * speed };
  const timers = {
    after: (delayMs: number, task: () => void) => {
      const timer = setTimeout(task, delayMs / speed);
      return () => clearTimeout(timer);
    },
  };
  const asked: string[] = [];
  const store = createMemoryStore({ clock });
  const transport = createHttpTransport({
    baseUrl: url,
    clock,
    random,
    timers: { after: (delayMs, task) => timers.after(delayMs * speed, task) },
    fetch: async (input, init = {}) => {
      asked.push(`${init.method} ${new URL(String(input)).pathname.replace(/\/v1\/blobs\/.*/, "/v1/blobs/*")}`);
      const roll = dice.next();
      if (roll < badness * 0.2) throw new TypeError("fetch failed");
      if (roll < badness * 0.3) return new Response("<html>login</html>", { headers: { "content-type": "text/html" } });
      if (roll < badness * 0.4 && init.method === "PATCH") {
        // A part of the body arrives, then the line is cut.
        const body = init.body as Uint8Array<ArrayBuffer>;
        await fetch(input, { ...init, body: body.subarray(0, Math.ceil(body.length / 2)) });
        throw new TypeError("fetch failed");
      }
      const response = await fetch(input, init);
      if (roll < badness * 0.6) {
        await response.arrayBuffer();
        throw new TypeError("fetch failed");
      }
      return response;
    },
  });
  const drainer = createDrainer({
    identity: { principal: who.id, device: who.device },
    store,
    transport,
    clock,
    random,
    timers,
    signChallenge: challengeSigner(who.transport.privateKey),
    register: async () => who.statements,
  });
  return { store, drainer, asked };
}

async function must<T>(promise: Promise<{ ok: true; value: T } | { ok: false; error: unknown }>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Puts a sealed-looking blob into the store, as the worker does. */
async function keepBlob(store: SatchelStore, blob: TestBlob): Promise<NewBlob> {
  const header = blob.bytes.slice(0, blobLayout.headerBytes) as Bytes;
  const segments: Bytes[] = [];
  for (let at = header.length; at < blob.bytes.length; at += blobLayout.sealedSegmentBytes)
    segments.push(blob.bytes.slice(at, at + blobLayout.sealedSegmentBytes) as Bytes);
  await must(store.putSegments(blob.ref.blob, 0, segments));
  return {
    ...blob.ref,
    header,
    segments: segments.length,
    ticket: await person.ticket(blob.ref),
    sendClass: 4,
    localOnly: false,
  };
}

/** A dossier: one record, a letter to the desk, two papers of several parts. */
async function fill(store: SatchelStore) {
  const blobs = [await person.blob(300_000), await person.blob(90_000)];
  const kept = await Promise.all(blobs.map((blob) => keepBlob(store, blob)));
  const { head, op } = await person.op({ record: newRecordId() });
  const letter = await person.letter(
    desk,
    blobs.map((blob) => blob.ref),
  );
  await must(
    store.saveRecord({
      record: head.record,
      op,
      opId: head.op,
      base: null,
      deleted: false,
      expectedRevision: 0,
      blobs: kept,
      letters: [{ letter: letter.id, wire: letter.letter, blobs: blobs.map((blob) => blob.ref.blob) }],
      release: [],
      merged: null,
      now: 0,
    }),
  );
  return { blobs, letter: letter.id, head };
}

async function drainUntilEmpty({ drainer, store }: Device): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    const report = await drainer.run({ reason: "person" });
    expect(report.ended).not.toBe("storage");
    const proofs = await must(store.listProofs());
    if (report.left === 0 && proofs.length >= 2) return;
  }
  throw new Error(`still waiting: ${JSON.stringify(await must(store.queue()))}`);
}

describe("drainer and server", () => {
  test("a good line: form before photos, both proofs, every byte, and nothing left", async () => {
    const phone = device(person, 0);
    const { blobs, letter } = await fill(phone.store);
    const report = await phone.drainer.run({ reason: "commit" });
    expect([report.ended, report.left, report.trouble]).toEqual(["empty", 0, null]);
    for (const blob of blobs)
      expect(Buffer.compare(server.readBlobFile(person, blob), Buffer.from(blob.bytes))).toBe(0);
    const kinds = (await must(phone.store.listProofs(letter))).map(({ proof }) => {
      const claim = proofClaim(proof);
      return claim.ok ? claim.value.t : "?";
    });
    expect(kinds.sort()).toEqual(["complete", "deposited"]);
    // Records and letters leave at once; the session, which only reading needs, is fetched beside them (P-W3).
    expect(phone.asked[0]).toBe("POST /v1/register");
    const first = (what: string): number => phone.asked.indexOf(what);
    for (const sent of ["POST /v1/letters", "POST /v1/push"])
      for (const after of ["POST /v1/session", "PATCH /v1/blobs/*"]) expect(first(sent)).toBeLessThan(first(after));
    const meta = await must(phone.store.meta());
    expect(meta.partSize).toBeGreaterThan(65_536);
  });

  for (const seed of [1, 2, 3])
    test(`a line that loses half of everything (seed ${seed}): the same in the end`, { timeout: 120_000 }, async () => {
      const phone = device(person, 0.8, seed);
      const { blobs, letter } = await fill(phone.store);
      await drainUntilEmpty(phone);
      for (const blob of blobs)
        expect(Buffer.compare(server.readBlobFile(person, blob), Buffer.from(blob.bytes))).toBe(0);
      const opened = await server.session(desk);
      const atDesk = (await server.pull(opened)).rows.filter((row) => row.type === "letter");
      expect(atDesk).toHaveLength(1);
      expect((await must(phone.store.readLetter(letter)))?.state).toBe("accepted");
    });

  test("an expired session is renewed and no item is blamed", async () => {
    const phone = device(person, 0);
    await must(phone.store.setMeta({ registered: true, session: "expired" }));
    await server.register(person);
    await fill(phone.store);
    const report = await phone.drainer.run({ reason: "commit" });
    expect(report.left).toBe(0);
    const view = await must(phone.store.queue());
    expect(view.letters.every((letter) => letter.attempts === 0)).toBe(true);
  });

  test("two drainers at once on one store give the result of one", async () => {
    const one = device(person, 0.4, 7);
    const two = device(person, 0.4, 8);
    const { blobs } = await fill(one.store);
    const other = createDrainer({
      identity: { principal: person.id, device: person.device },
      store: one.store,
      transport: createHttpTransport({
        baseUrl: url,
        fetch: (...request) => fetch(...request),
        random,
        clock: { now: () => Date.now() },
        timers: {
          after: (delayMs, task) => {
            const timer = setTimeout(task, delayMs);
            return () => clearTimeout(timer);
          },
        },
      }),
      clock: { now: () => Date.now() },
      random,
      timers: {
        after: (delayMs, task) => {
          const timer = setTimeout(task, delayMs);
          return () => clearTimeout(timer);
        },
      },
      signChallenge: challengeSigner(person.transport.privateKey),
      register: async () => person.statements,
    });
    await Promise.all([one.drainer.run({ reason: "person" }), other.run({ reason: "person" })]);
    await drainUntilEmpty(one);
    for (const blob of blobs)
      expect(Buffer.compare(server.readBlobFile(person, blob), Buffer.from(blob.bytes))).toBe(0);
    await two.store.close();
  });

  test("a second device's save meets the first one's: conflict, merge, then both are equal", async () => {
    const [one, two] = [device(person, 0), device(person, 0)];
    const first = await person.op({ record: newRecordId() });
    const record = first.head.record;
    const save = { record, deleted: false, blobs: [], letters: [], release: [], merged: null, now: 0 } as const;
    const { op, head } = first;
    await must(one.store.saveRecord({ ...save, op, opId: head.op, base: null, expectedRevision: 0 }));
    await one.drainer.run({ reason: "commit" });
    const theirs = await person.op({ record });
    await must(two.store.saveRecord({ ...save, op: theirs.op, opId: theirs.head.op, base: null, expectedRevision: 0 }));
    await two.drainer.run({ reason: "commit" });
    const [row] = await must(two.store.listInbox());
    expect(row?.type === "record" && row.op.sig).toBe(op.sig);
    const merged = await person.op({ record, base: head.op });
    await must(
      two.store.saveRecord({
        ...save,
        op: merged.op,
        opId: merged.head.op,
        base: head.op,
        merged: op,
        expectedRevision: 1,
      }),
    );
    await two.drainer.run({ reason: "commit" });
    await one.drainer.run({ reason: "timer" });
    const [news] = await must(one.store.listInbox());
    expect(news?.type === "record" && news.op.sig).toBe(merged.op.sig);
    const place = await must(two.store.baseFor(record));
    expect(place.base).toBe(merged.head.op satisfies OpId);
  });

  test("S-V8 what the server has collected goes up again, and the save that names it is accepted after it", async () => {
    const phone = device(person, 0);
    const { blobs } = await fill(phone.store);
    await phone.drainer.run({ reason: "commit" });
    const [collected] = blobs;
    if (collected === undefined) throw new Error("a blob");
    const { blob } = collected.ref;
    expect(await server.store.markCollected(person.id, blob, (server.time.now + 1) as never)).toBe(false);
    // Nothing names it but a letter that is taken back; then it may be collected.
    const [letter] = (await must(phone.store.queue())).letters;
    if (letter === undefined) throw new Error("a letter");
    const wire = (await must(phone.store.readLetter(letter.letter)))?.wire;
    if (wire === undefined) throw new Error("a letter");
    await must(
      phone.store.queueProof(letter.letter, await person.withdrawn(letter.letter, await letterManifest(wire)), 1),
    );
    await phone.drainer.run({ reason: "commit" });
    expect(await server.store.markCollected(person.id, blob, (server.time.now + 1) as never)).toBe(true);
    await server.staging.remove(`${person.id}.${blob}`);
    await server.store.bytesRemoved(person.id, blob);

    const { head, op } = await person.op({ record: newRecordId(), blobs: [blob] });
    await must(
      phone.store.saveRecord({
        record: head.record,
        op,
        opId: head.op,
        base: null,
        deleted: false,
        expectedRevision: 0,
        blobs: [],
        letters: [],
        release: [],
        merged: null,
        now: 0,
      }),
    );
    await phone.drainer.run({ reason: "commit" });
    const [waits] = (await must(phone.store.queue())).ops;
    expect([waits?.state, waits?.lastCode, (waits?.nextAt ?? 0) > Date.now()]).toEqual([
      "frozen",
      "blob-missing",
      true,
    ]);
    expect(Buffer.compare(server.readBlobFile(person, collected), Buffer.from(collected.bytes))).toBe(0);
    expect((await phone.drainer.run({ reason: "person" })).left).toBe(0);
    expect((await must(phone.store.getRecord(head.record)))?.server?.sig).toBe(op.sig);
  });

  test("S-W1 a letter that is taken back before it has left goes first; the desk finds it taken back", async () => {
    const phone = device(person, 0);
    const { letter } = await fill(phone.store);
    const wire = (await must(phone.store.readLetter(letter)))?.wire;
    if (wire === undefined) throw new Error("a letter");
    await must(phone.store.queueProof(letter, await person.withdrawn(letter, await letterManifest(wire)), 1));
    expect((await phone.drainer.run({ reason: "commit" })).left).toBe(0);
    expect(phone.asked.indexOf("POST /v1/letters")).toBeLessThan(phone.asked.indexOf("POST /v1/proofs"));
    const rows = (await server.pull(await server.session(desk))).rows;
    const proofs = rows.flatMap((row) => (row.type === "proof" ? [proofClaim(row.proof)] : []));
    expect(proofs.map((claim) => claim.ok && claim.value.t)).toContain("withdrawn");
    expect(rows.filter((row) => row.type === "letter")).toEqual([]);
  });

  test("S-W2 taken back after it was opened: too late, said with its code, and nothing else waits for it", async () => {
    const phone = device(person, 0);
    const { letter } = await fill(phone.store);
    await phone.drainer.run({ reason: "commit" });
    const wire = (await must(phone.store.readLetter(letter)))?.wire;
    if (wire === undefined) throw new Error("a letter");
    const manifest = await letterManifest(wire);
    expect((await server.post("/v1/proofs", { proof: await desk.opened(letter, manifest) })).statusCode).toBe(200);
    await must(phone.store.queueProof(letter, await person.withdrawn(letter, manifest), 1));
    expect((await phone.drainer.run({ reason: "commit" })).left).toBe(0);
    const [proof] = (await must(phone.store.queue())).proofs;
    expect([proof?.state, proof?.lastCode]).toEqual(["aside", "opened"]);
  });

  test("S-L1 the pull says when a blob was verified; without a backup nothing may leave the phone, with one it may", async () => {
    const phone = device(person, 0);
    const { blobs } = await fill(phone.store);
    await phone.drainer.run({ reason: "commit" });
    await phone.drainer.run({ reason: "timer" });
    const ids = blobs.map(({ ref }) => ref.blob);
    const rows = await must(phone.store.listBlobs());
    expect(rows.map((row) => row.verifiedAt)).toEqual(blobs.map(() => server.time.now));
    expect((await must(phone.store.dropLocal(ids))).bytes).toBe(0);
    await server.store.setLastBackup((server.time.now + 1) as never);
    await phone.drainer.run({ reason: "timer" });
    expect((await must(phone.store.dropLocal(ids))).dropped).toEqual(ids);
  });

  test("a blob whose bytes are gone is set aside, visibly, and holds nobody up", async () => {
    const phone = device(person, 0);
    const { blobs, letter } = await fill(phone.store);
    const gone = blobs[0]?.ref.blob as BlobId;
    const row = await must(phone.store.getBlob(gone));
    expect(row).toBeDefined();
    const broken: SatchelStore = {
      ...phone.store,
      getSegment: async (blob, n) =>
        blob === gone && n > 0 ? { ok: true, value: undefined } : await phone.store.getSegment(blob, n),
    };
    const drainer = createDrainer({
      identity: { principal: person.id, device: person.device },
      store: broken,
      transport: createHttpTransport({
        baseUrl: url,
        fetch: (...request) => fetch(...request),
        random,
        clock: { now: () => Date.now() },
        timers: { after: () => () => undefined },
      }),
      clock: { now: () => Date.now() },
      random,
      timers: {
        after: (delayMs, task) => {
          const timer = setTimeout(task, delayMs);
          return () => clearTimeout(timer);
        },
      },
      signChallenge: challengeSigner(person.transport.privateKey),
      register: async () => person.statements,
    });
    await drainer.run({ reason: "commit" });
    const view = await must(phone.store.queue());
    expect(view.blobs.map((blob) => [blob.blob, blob.state, blob.lastCode])).toEqual([[gone, "aside", "blob-missing"]]);
    expect((await must(phone.store.readLetter(letter)))?.state).toBe("accepted");
  });
});
