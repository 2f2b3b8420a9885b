/**
 * Room on the phone against the real server: what may leave, what comes back, what the browser erased by itself, what
 * waits for Wi-Fi; and the facts for a developer, which must hold nothing of the person (INV-3).
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { BlobId, OpId, RecordId } from "../../../src/shared/ids.ts";
import { createMemoryDisk } from "../../../src/storage/memory/index.ts";
import type { QueueView, SyncMeta } from "../../../src/storage/ports.ts";
import { ageClass, diagnosticLines, sizeClass } from "../../../src/workers/satchel/diagnostics.ts";
import { findLeaks } from "../../support/leak.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import {
  type Browser,
  createConnectedBrowser,
  createLine,
  eventually,
  must,
  openDesk,
  openTab,
  random,
} from "./world.ts";

const code = "417233";
const slug = "ccas-brevigny";
let server: Harness;
let base: string;

beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
});
afterEach(async () => server.close());

async function person() {
  const line = createLine(base);
  const browser: Browser = createConnectedBrowser(line);
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  return { line, browser, tab, profile };
}
type Person = Awaited<ReturnType<typeof person>>;

async function keptPaper({ tab }: Person, title = "Carte", kind: string | null = "identity-card"): Promise<RecordId> {
  const { id } = must(await tab.api.startPaper({ kind, title }));
  must(await tab.api.addPage(id, file(jpeg({ width: 4000, height: 3000 }), "photo.jpg")));
  must(await tab.api.keepPaper(id));
  return id;
}
const arrived = ({ tab }: Person, id: RecordId) =>
  eventually(async () => (must(await tab.api.paper(id)).state === "sealed-copy" ? true : undefined));
/** A backup that begins now covers what is whole, and the phone has heard of it. */
async function backedUp({ tab }: Person): Promise<void> {
  await server.store.setLastBackup((server.time.now + 1) as never);
  must(await tab.api.sendNow());
  await eventually(async () => (must(await tab.api.space()).freeable > 0 ? true : undefined));
}
const pageOf = async ({ tab }: Person, id: RecordId): Promise<string> =>
  Object.keys(must(await tab.api.paper(id)).record.pages)[0] ?? "";
const segmentsOf = ({ browser, profile }: Person) => browser.disks.get(profile.database);

describe("room on the phone", { timeout: 120_000 }, () => {
  test("a paper leaves only when verified, referred to and backed up; it comes back whole, and offline it says so", async () => {
    const someone = await person();
    const { tab, line } = someone;
    const id = await keptPaper(someone);
    const page = await pageOf(someone, id);
    const before = must(await tab.api.readPage(id, page, "readable"));
    await arrived(someone, id);
    expect(must(await tab.api.space()).papers).toMatchObject([{ id, state: "stays", why: "no-backup" }]);
    expect(must(await tab.api.freeSpace([id]))).toEqual({ freed: 0 });
    expect(must(await tab.api.readPage(id, page, "readable"))).toEqual(before);

    await backedUp(someone);
    const space = must(await tab.api.space());
    expect(space.papers).toMatchObject([{ id, state: "may-go", why: null }]);
    const { freed } = must(await tab.api.freeSpace([id]));
    expect(freed).toBe(space.freeable);
    expect(must(await tab.api.paper(id)).state).toBe("away");
    expect(must(await tab.api.space())).toMatchObject({ freeable: 0, here: space.here - freed });
    // The preview stays, by which it is recognised; the page is gone from here.
    expect((await tab.api.readPage(id, page, "preview")).ok).toBe(true);
    expect((await tab.api.readPage(id, page, "readable")).ok).toBe(false);

    line.online = false;
    expect(await tab.api.fetchBack(id)).toEqual({ ok: false, error: { type: "no-network" } });
    expect(must(await tab.api.paper(id))).toMatchObject({ state: "away" });
    line.online = true;
    // Two taps are one fetch.
    const both = await Promise.all([tab.api.fetchBack(id), tab.api.fetchBack(id)]);
    expect(both.map((each) => each.ok)).toEqual([true, true]);
    expect(must(await tab.api.readPage(id, page, "readable"))).toEqual(before);
    expect(must(await tab.api.paper(id))).toMatchObject({ state: "sealed-copy" });
    expect(must(await tab.api.paper(id)).fetching).toBeUndefined();
    expect(segmentsOf(someone)).toBeDefined();
  });

  test("what the server gives back is checked before it is kept; what it does not have is said", async () => {
    const someone = await person();
    const { tab, line } = someone;
    const id = await keptPaper(someone);
    await arrived(someone, id);
    await backedUp(someone);
    must(await tab.api.freeSpace([id]));
    const real = line.fetch;
    const answering = (change: (response: Response) => Promise<Response>): typeof fetch => {
      return async (path, init) => {
        const response = await real(path, init);
        return new Headers(init?.headers).has("range") ? change(response) : response;
      };
    };
    const liar = { ...line, fetch: real };
    Object.assign(line, {
      fetch: answering(async (response) => {
        const bytes = new Uint8Array(await response.arrayBuffer());
        bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
        return new Response(bytes, { status: 206, headers: response.headers });
      }),
    });
    const second = openTab(someone.browser);
    must(await second.api.unlock({ database: someone.profile.database, code }));
    expect(await second.api.fetchBack(id)).toEqual({ ok: false, error: { type: "other-bytes" } });
    // C2: another paper's bytes under this one's id, and a page whose end is missing.
    const stays = await keptPaper(someone, "Autre");
    await arrived(someone, stays);
    const blobOf = async (paper: RecordId) =>
      Object.values(must(await tab.api.paper(paper)).record.pages)[0]?.readable?.blob ?? "";
    const [asked, given] = [await blobOf(id), await blobOf(stays)];
    Object.assign(line, {
      fetch: (async (path, init) => real(String(path).replace(asked, given), init)) as typeof fetch,
    });
    const other = openTab(someone.browser);
    must(await other.api.unlock({ database: someone.profile.database, code }));
    expect(await other.api.fetchBack(id)).toEqual({ ok: false, error: { type: "other-bytes" } });
    Object.assign(line, {
      fetch: answering(async (response) => {
        const bytes = new Uint8Array(await response.arrayBuffer());
        return new Response(bytes.subarray(0, bytes.length - 17), { status: 206, headers: response.headers });
      }),
    });
    const short = openTab(someone.browser);
    must(await short.api.unlock({ database: someone.profile.database, code }));
    expect(await short.api.fetchBack(id)).toMatchObject({ ok: false });
    expect(must(await short.api.paper(id)).state).toBe("away");
    Object.assign(line, {
      fetch: answering(async (response) => new Response(null, { status: 404, headers: response.headers })),
    });
    const third = openTab(someone.browser);
    must(await third.api.unlock({ database: someone.profile.database, code }));
    expect(await third.api.fetchBack(id)).toEqual({ ok: false, error: { type: "not-there" } });
    expect(must(await third.api.paper(id)).state).toBe("away");
    Object.assign(line, liar);
  });

  test("a full disk: what only a letter still names leaves by itself, and the page is kept; else it is refused", async () => {
    const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
    const { api: desk } = openDesk(createConnectedBrowser(createLine(base)));
    must(await desk.enrol({ slug, deskCode, code: "582914" }));
    const someone = await person();
    const { tab } = someone;
    await tab.refresh();
    const id = await keptPaper(someone);
    const dossier = must(
      await tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: slug }),
    ).id;
    must(await tab.api.attach(dossier, "identity", [id], false));
    must(await tab.api.send(dossier, "Je certifie"));
    await eventually(async () => (must(await tab.api.dossier(dossier)).stage === "complete" ? true : undefined));
    await backedUp(someone);
    must(await tab.api.erasePaper(id));

    const next = must(await tab.api.startPaper({ kind: "pay-slip" })).id;
    const full = () => Object.assign(segmentsOf(someone) ?? {}, { fault: { type: "full" } });
    full();
    const added = must(await tab.api.addPage(next, file(jpeg({ width: 400, height: 300 }), "p.jpg")));
    expect(added.madeRoom).toBeGreaterThan(0);
    expect((await tab.api.readPage(next, added.page, "readable")).ok).toBe(true);
    // The letter still says what it sent.
    expect(must(await tab.api.dossier(dossier)).stage).toBe("complete");
    // Nothing is left that may leave: the page is refused, the paper stands as it was.
    full();
    expect(await tab.api.addPage(next, file(jpeg({ width: 400, height: 300 }), "q.jpg"))).toEqual({
      ok: false,
      error: { type: "full" },
    });
    expect(Object.keys(must(await tab.api.paper(next)).record.pages)).toEqual([added.page]);
  });

  test("a paper that left the phone can still be joined to a dossier: its bytes are at the server, and the desk reads it", async () => {
    const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
    const { api: desk } = openDesk(createConnectedBrowser(createLine(base)));
    must(await desk.enrol({ slug, deskCode, code: "582914" }));
    const someone = await person();
    const { tab } = someone;
    await tab.refresh();
    const id = await keptPaper(someone);
    const readable = must(await tab.api.readPage(id, await pageOf(someone, id), "readable"));
    await arrived(someone, id);
    await backedUp(someone);
    expect(must(await tab.api.freeSpace([id])).freed).toBeGreaterThan(0);
    const dossier = must(
      await tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: slug }),
    ).id;
    must(await tab.api.attach(dossier, "identity", [id], false));
    must(await tab.api.send(dossier, "Je certifie"));
    await eventually(async () => (must(await tab.api.dossier(dossier)).stage === "complete" ? true : undefined));
    must(await desk.refresh());
    const row = await eventually(async () => must(await desk.inbox()).rows[0]);
    const opened = must(await desk.open(row.letter));
    const blob = opened.papers[0]?.pages[0]?.blob;
    expect(must(await desk.page(row.letter, blob as BlobId))).toEqual(readable);
    expect(must(await tab.api.paper(id)).state).toBe("away");
  });

  test("INV-1: a paper that the server refused for ever: told, saved in the open, and erased for good", async () => {
    const someone = await person();
    const { tab, line, profile } = someone;
    line.online = false;
    const id = await keptPaper(someone);
    const page = await pageOf(someone, id);
    const readable = must(await tab.api.readPage(id, page, "readable"));
    const store = await tab.store(profile.database);
    const [op] = must(await store.queue()).ops.filter((row) => row.record === id);
    must(await store.setOpAttempt(op?.op as OpId, { state: "aside", lastCode: "too-large" }));
    const told = must(await tab.api.outbox()).lines.find((each) => each.id === id);
    expect(told).toMatchObject({ what: "paper", state: "needs-you", reason: "too-large", waits: null });
    expect(must(await tab.api.exportItem(id))).toEqual([{ name: "1.webp", ...readable }]);
    must(await tab.api.retry(id));
    expect(must(await tab.api.outbox()).lines.find((each) => each.id === id)?.state).not.toBe("needs-you");
    must(await store.setOpAttempt(op?.op as OpId, { state: "aside", lastCode: "too-large" }));
    must(await tab.api.erasePaper(id));
    expect(must(await tab.api.outbox()).lines).toEqual([]);
    // The news of the erasure is set aside in its turn: a line that nothing explains, saved as it is, sealed.
    const [news] = must(await store.queue()).ops.filter((row) => row.record === id);
    must(await store.setOpAttempt(news?.op as OpId, { state: "aside", lastCode: "bad-signature" }));
    expect(must(await tab.api.outbox()).lines).toMatchObject([{ id, what: "unknown", state: "needs-you" }]);
    const [sealed] = must(await tab.api.exportItem(id));
    expect(sealed).toMatchObject({ name: "1.json", mime: "application/json" });
    expect(JSON.parse(Buffer.from(sealed?.bytes ?? new ArrayBuffer()).toString())).toHaveLength(1);
  });

  test("papers that stay say why: kept here, not finished, no copy yet", async () => {
    const someone = await person();
    const { tab, line } = someone;
    line.online = false;
    const health = await keptPaper(someone, "Attestation", "health-attestation");
    const fresh = await keptPaper(someone);
    const draft = must(await tab.api.startPaper({ kind: "pay-slip" })).id;
    must(await tab.api.addPage(draft, file(jpeg({ width: 400, height: 300 }), "p.jpg")));
    const why = new Map(must(await tab.api.space()).papers.map((each) => [each.id, each.why]));
    expect(why.get(fresh)).toBe("not-copied");
    expect(why.get(draft)).toBe("unfinished");
    expect(why.get(health)).toBe("kept-here");
    expect(must(await tab.api.freeSpace([health, fresh, draft]))).toEqual({ freed: 0 });
  });

  test("photos wait for Wi-Fi while the words leave; sending anyway sends them", async () => {
    const someone = await person();
    const { tab, browser } = someone;
    browser.metered = true;
    must(await tab.api.setDataChoice({ photosOnWifi: true }));
    const id = await keptPaper(someone);
    const line = await eventually(async () => {
      const view = must(await tab.api.outbox());
      return view.lines.find((each) => each.id === id && each.waits === "wifi" && each.parts.done === 0);
    });
    expect(line).toMatchObject({ what: "paper", state: "waits" });
    const view = must(await tab.api.outbox());
    expect(view.data).toMatchObject({ photosOnWifi: true, metered: true });
    expect(view.data.held).toBe(view.bytesLeft);
    expect(view.data.held).toBeGreaterThan(0);
    expect(view.upToDate).toBe(false);
    must(await tab.api.sendNow());
    await arrived(someone, id);
    await eventually(async () => (must(await tab.api.outbox()).upToDate ? true : undefined));
  });

  test("a database that the browser emptied is noticed, said, and filled again by what the server had", async () => {
    const someone = await person();
    const { browser, profile } = someone;
    const id = await keptPaper(someone);
    await arrived(someone, id);
    expect(must(await someone.tab.api.lost())).toEqual({ type: "nothing" });
    must(await someone.tab.api.lock());
    must(await someone.tab.api.unlock({ database: profile.database, code }));
    expect(must(await someone.tab.api.lost())).toEqual({ type: "nothing" });
    must(await someone.tab.api.lock());

    // What was not sent yet is gone for good; the rest comes back without its pages, which come when asked for.
    browser.disks.set(profile.database, createMemoryDisk());
    const after = openTab(browser);
    must(await after.api.unlock({ database: profile.database, code }));
    expect(must(await after.api.lost())).toMatchObject({ type: "emptied" });
    const lost = await eventually(async () => {
      const now = must(await after.api.lost());
      return now.type === "emptied" && now.papers > 0 && now.pulled ? now : undefined;
    });
    expect(lost).toMatchObject({ papers: 1, dossiers: 0 });
    expect(must(await after.api.paper(id)).state).toBe("not-here");
    expect((await after.api.fetchBack(id)).ok).toBe(true);
    const page = Object.keys(must(await after.api.paper(id)).record.pages)[0] ?? "";
    expect((await after.api.readPage(id, page, "readable")).ok).toBe(true);
    expect(must(await after.api.paper(id)).state).toBe("sealed-copy");
    // A satchel that the person erases leaves no mark behind.
    must(await after.api.erase(profile.database));
    expect(browser.marks.size).toBe(0);
  });

  test("a database that began anew under the open satchel is noticed by its empty list", async () => {
    const someone = await person();
    const { tab, line } = someone;
    await keptPaper(someone);
    expect(must(await tab.api.lost())).toEqual({ type: "nothing" });
    line.online = false;
    const disk = segmentsOf(someone);
    for (const table of Object.values(disk?.tables ?? {})) table.clear();
    // The service worker has made it again, and pulled something into it.
    for (const tell of disk?.channels ?? []) tell(["records"], {});
    const openings = () => tab.changes.filter((change) => change.type === "opening").length;
    const before = openings();
    await eventually(async () => (must(await tab.api.papers()).length === 0 ? true : undefined));
    await eventually(() => (openings() > before ? true : undefined));
    expect(must(await tab.api.lost())).toMatchObject({ type: "emptied", pulled: false });
  });

  test("bytes that this phone lost under a row that stands are fetched again", async () => {
    const someone = await person();
    const { tab, profile } = someone;
    const id = await keptPaper(someone);
    await arrived(someone, id);
    const page = await pageOf(someone, id);
    const blob = must(await tab.api.paper(id)).record.pages[page]?.readable?.blob as BlobId;
    const disk = segmentsOf(someone);
    expect(disk).toBeDefined();
    // Bytes that rotted under a row that stands, then bytes that are gone: both are found when they are read.
    for (const [key, row] of disk?.tables.segments ?? [])
      if (row.blob === blob)
        disk?.tables.segments.set(key, { ...row, bytes: new Uint8Array(row.bytes.byteLength).buffer });
    expect((await tab.api.readPage(id, page, "readable")).ok).toBe(false);
    expect((await tab.api.fetchBack(id)).ok).toBe(true);
    expect((await tab.api.readPage(id, page, "readable")).ok).toBe(true);
    for (const [key, row] of disk?.tables.segments ?? []) if (row.blob === blob) disk?.tables.segments.delete(key);
    expect((await tab.api.readPage(id, page, "readable")).ok).toBe(false);
    expect(must(await tab.api.paper(id)).state).toBe("away");
    expect((await tab.api.fetchBack(id)).ok).toBe(true);
    expect((await tab.api.readPage(id, page, "readable")).ok).toBe(true);
    expect(must(await tab.api.paper(id)).state).toBe("sealed-copy");
    expect(profile.database).not.toBe("");
  });

  test("INV-3: the facts for a developer hold no name, no id, no time; the search finds a leak that was planted", async () => {
    const someone = await person();
    const { tab, line, profile } = someone;
    line.online = false;
    const id = await keptPaper(someone, "MARQUEUR-TITRE");
    must(await tab.api.saveProfile({ family_name: "MARQUEUR-NOM", phone_number: "0612345678" }));
    const text = must(await tab.api.diagnostics());
    const store = await tab.store(profile.database);
    const queue = must(await store.queue());
    const markers = [
      ["title", "MARQUEUR-TITRE"],
      ["name", "MARQUEUR-NOM"],
      ["phone", "0612345678"],
      ["record", id],
      ["database", profile.database],
      ...queue.ops.map((op) => ["op", op.op]),
      ...queue.blobs.map((blob) => ["blob", blob.blob]),
    ].map(([name = "", value = ""]) => ({ name, value }));
    const found = await findLeaks(markers, [{ where: "diagnostics", bytes: text }]);
    expect(found.leaks).toEqual([]);
    const planted = await findLeaks(markers, [{ where: "diagnostics", bytes: `${text}\n${id}` }]);
    expect(planted.leaks.length).toBeGreaterThan(0);
    expect(text).toMatch(/blob \d waiting code=none age=<1min tries=0 next=due/);
    expect(text).toMatch(/answered=never pulled=never/);
    // No number longer than a count: sizes and times are classes.
    expect(text).not.toMatch(/\d{5}/);
  });
});

describe("classes", () => {
  test.each([
    [-1, "future"],
    [0, "<1min"],
    [59 * 60_000, "<1h"],
    [25 * 3_600_000, "<1w"],
    [400 * 86_400_000, ">1m"],
  ])("age %d", (ms, said) => expect(ageClass(ms)).toBe(said));
  test.each([
    [0, "0"],
    [1, "<4K"],
    [5_000_000_000, ">1G"],
  ])("size %d", (bytes, said) => expect(sizeClass(bytes)).toBe(said));

  test("a code that is not the protocol's is not repeated: a server could write anything into it", () => {
    const queue = {
      ops: [
        {
          op: "o" as OpId,
          record: "r" as RecordId,
          base: null,
          bytes: 1,
          state: "aside",
          order: 1,
          attempts: 30,
          nextAt: 0,
          queuedAt: 0,
          lastCode: "MARQUEUR" as never,
        },
      ],
      blobs: [],
      letters: [],
      proofs: [],
    } satisfies QueueView;
    const meta = { pausedFor: null, partSize: 65_536, clockOffset: 0, lastAnswerAt: 0, lastPullAt: 0 } as SyncMeta;
    const view = {
      moving: false,
      trouble: "none",
      waiting: 1,
      stuck: null,
      data: { photosOnWifi: false, metered: true, lineKnown: true, held: 0 },
    } as const;
    const text = diagnosticLines({ now: 1, queue, meta, inbox: 0, aside: 0, records: 1, view, room: null });
    expect(text).toContain("op 1 aside code=other age=<1min tries=>20 next=due");
    expect(text).not.toContain("MARQUEUR");
  });
});
