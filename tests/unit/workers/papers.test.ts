/** Papers and dossiers of an open satchel, up to the letter that the organisation opens (INV-1, INV-2, INV-3). */
import { afterEach, describe, expect, test, vi } from "vitest";
import { createIdentity } from "../../../src/crypto/identity.ts";
import { openLetter, sealLetter } from "../../../src/crypto/letter.ts";
import { openStream, streamKeyFrom } from "../../../src/crypto/stream.ts";
import type * as Catalogue from "../../../src/forms/catalogue/index.ts";
import { letterManifest } from "../../../src/protocol/letters.ts";
import { signProof } from "../../../src/protocol/proofs.ts";
import type { Cursor, ServerTime } from "../../../src/protocol/wire.ts";
import type { DossierPayload } from "../../../src/satchel/model.ts";
import { type LetterId, type RecordId, randomId, type ThreadId } from "../../../src/shared/ids.ts";
import { ok } from "../../../src/shared/result.ts";
import type { SatchelDeps, Session } from "../../../src/workers/satchel/deps.ts";
import { createPapers } from "../../../src/workers/satchel/papers.ts";
import { file, jpeg, pdf } from "./files.ts";
import { type Browser, createBrowser, createServer, eventually, must, openTab, random, type Tab } from "./world.ts";

/** Procedures whose chunk is not on this device, without network. */
const absent = vi.hoisted(() => new Set<string>());
vi.mock("../../../src/forms/catalogue/index.ts", async (load) => {
  const real = await load<typeof Catalogue>();
  const loadProcedure: typeof real.loadProcedure = (id) =>
    absent.has(id) ? Promise.reject(new TypeError("Failed to fetch")) : real.loadProcedure(id);
  return { ...real, loadProcedure };
});
afterEach(() => absent.clear());

const code = "417233";
const photo = (name = "justificatif-MARQUEUR-FICHIER.jpg") => file(jpeg({ width: 4000, height: 3000 }), name);
const text = (value: string) => ({ v: "text", text: value }) as const;

async function opened(browser: Browser = createBrowser()) {
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  return { browser, tab, profile, store: await tab.store(profile.database) };
}

async function addKept(tab: Tab, kind: string, title: string): Promise<RecordId> {
  const { id } = must(await tab.api.startPaper({ kind, title }));
  must(await tab.api.addPage(id, photo()));
  must(await tab.api.keepPaper(id));
  return id;
}

/** Every byte that is at rest in this browser, as one text of Latin-1. */
async function atRest(browser: Browser): Promise<string> {
  const parts: string[] = [];
  const walk = (value: unknown): void => {
    if (value instanceof ArrayBuffer) parts.push(Buffer.from(value).toString("latin1"));
    else if (ArrayBuffer.isView(value)) parts.push(Buffer.from(value.buffer).toString("latin1"));
    else if (typeof value === "string") parts.push(value, Buffer.from(value, "base64url").toString("latin1"));
    else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) walk(inner);
  };
  for (const disk of browser.disks.values()) {
    for (const table of Object.values(disk.tables)) for (const row of table.values()) walk(row);
  }
  walk(must(await browser.registry.list()));
  return parts.join("\n");
}

describe("papers", () => {
  test("a page is kept sealed and read back equal; the draft is found after a kill", async () => {
    const { browser, tab, profile, store } = await opened();
    const paper = must(await tab.api.startPaper({ kind: "tax-notice" }));
    const added = must(await tab.api.addPage(paper.id, photo()));
    expect(added).toMatchObject({ state: "ready" });
    expect(must(await store.listBlobs()).map((row) => row.sendClass)).toEqual([4, 3]);
    // The browser dies while the camera is open.
    const later = openTab(browser);
    must(await later.api.unlock({ database: profile.database, code }));
    const draft = must(await later.api.draftPaper());
    expect(draft).toMatchObject({ id: paper.id, state: "here", record: { status: "draft", kind: "tax-notice" } });
    const preview = must(await later.api.readPage(paper.id, added.page, "preview"));
    const readable = must(await later.api.readPage(paper.id, added.page, "readable"));
    expect(Buffer.from(readable.bytes).toString("latin1").startsWith("1600x1200@0.6 ")).toBe(true);
    expect(Buffer.from(preview.bytes).toString("latin1").startsWith("360x270@0.6 ")).toBe(true);
    expect(readable.mime).toBe("image/webp");
    expect(await later.api.readPage(paper.id, added.page, "original")).toMatchObject({ error: { type: "not-found" } });
    const kept = must(await later.api.keepPaper(paper.id));
    expect(kept).toMatchObject({ state: "waits", record: { status: "kept" } });
    expect(must(await later.api.draftPaper())).toBeNull();
  });

  test("an empty capture is no paper; a file that is refused leaves nothing behind", async () => {
    const { tab, store } = await opened();
    const { id } = must(await tab.api.startPaper({}));
    expect(await tab.api.keepPaper(id)).toEqual({ ok: false, error: { type: "no-page" } });
    expect(await tab.api.addPage(id, file([], "vide.jpg"))).toEqual({ ok: false, error: { type: "file-empty" } });
    expect(await tab.api.addPage(id, file(pdf("/Encrypt 9 0 R "), "a.pdf"))).toMatchObject({
      error: { type: "pdf-locked" },
    });
    expect(must(await store.listBlobs())).toEqual([]);
    expect(must(await tab.api.paper(id)).record.pages).toEqual({});
  });

  test("a PDF is kept as it is", async () => {
    const { tab } = await opened();
    const { id } = must(await tab.api.startPaper({ kind: "tax-notice" }));
    const added = must(await tab.api.addPage(id, file(pdf(), "avis.pdf")));
    expect(added.state).toBe("file");
    const read = must(await tab.api.readPage(id, added.page, "readable"));
    expect([...new Uint8Array(read.bytes)]).toEqual(pdf());
    expect(read.mime).toBe("application/pdf");
  });

  test("a full disk is told, nothing half-kept stays, and the form is still saved", async () => {
    const { browser, tab, profile, store } = await opened();
    const { id } = must(await tab.api.startPaper({ kind: "tax-notice" }));
    const disk = browser.disks.get(profile.database);
    if (disk === undefined) throw new Error("a disk was made");
    disk.fault = { type: "full" };
    expect(await tab.api.addPage(id, photo())).toEqual({ ok: false, error: { type: "full" } });
    expect(must(await store.listBlobs())).toEqual([]);
    expect(disk.tables.segments.size).toBe(0);
    must(await tab.api.saveProfile({ given_name: "Amina" }));
  });

  test("F2 what the person takes out of the profile is gone, all else stays", async () => {
    const { tab } = await opened();
    must(await tab.api.saveProfile({ given_name: "Amina", email: "a@exemple.fr", known: { nir: "{}", iban: "{}" } }));
    must(await tab.api.saveProfile({ known: { iban: "{}" } }, ["email", "birthdate"]));
    const held = must(await tab.api.profile());
    expect(held).toMatchObject({ given_name: "Amina", known: { iban: "{}" } });
    expect("email" in held || "birthdate" in held || "nir" in (held.known ?? {})).toBe(false);
  });

  test("pages turn, move and go; health papers stay on this device", async () => {
    const { tab, store } = await opened();
    const { id } = must(await tab.api.startPaper({ kind: "health-attestation", title: "  Carte   vitale " }));
    const one = must(await tab.api.addPage(id, photo("1.jpg"))).page;
    const two = must(await tab.api.addPage(id, photo("2.jpg"))).page;
    must(await tab.api.turnPage(id, one, 270));
    must(await tab.api.movePage(id, two, one));
    const kept = must(await tab.api.keepPaper(id));
    expect(kept.record.title).toBe("Carte vitale");
    expect(kept.record.pages[one]?.turn).toBe(270);
    expect((kept.record.pages[two]?.position ?? 0) < (kept.record.pages[one]?.position ?? 0)).toBe(true);
    expect(kept).toMatchObject({ state: "here", parts: null });
    expect(must(await store.listBlobs()).every((row) => row.localOnly)).toBe(true);
    must(await tab.api.describePaper(id, { kind: "tax-notice" }));
    expect(must(await store.listBlobs()).some((row) => row.localOnly)).toBe(false);
    must(await tab.api.removePage(id, two));
    expect(Object.keys(must(await tab.api.paper(id)).record.pages)).toEqual([one]);
  });

  test("the bin counts server time only, and empties itself after 30 days of it", async () => {
    const { browser, tab, profile, store } = await opened();
    const id = await addKept(tab, "tax-notice", "Avis");
    must(await tab.api.binPaper(id));
    browser.clock.pass(400 * 86_400_000);
    must(await tab.api.lock());
    must(await tab.api.unlock({ database: profile.database, code }));
    must(await tab.api.flush());
    expect(must(await tab.api.paper(id)).record.status).toBe("binned");
    const seen = async (days: number) => {
      must(await store.setMeta({ lastAnswerAt: 86_400_000 * days, clockOffset: 5, epoch: "e" }));
      must(await tab.api.lock());
      must(await tab.api.unlock({ database: profile.database, code }));
    };
    await seen(100);
    await eventually(async () => (must(await tab.api.paper(id)).record.binnedAt === null ? undefined : true));
    must(await tab.api.restorePaper(id));
    must(await tab.api.binPaper(id));
    await seen(131);
    await eventually(async () => ((await tab.api.paper(id)).ok ? undefined : true));
    expect(must(await store.listBlobs())).toEqual([]);
    expect(must(await store.getRecord(id))).toMatchObject({ deleted: true });
  });

  test("INV-1 tidying keeps a page that a merge put aside for the person to choose, and drops what nothing names", async () => {
    const { tab, store } = await opened();
    await addKept(tab, "tax-notice", "Avis");
    const { record } = must(await tab.api.papers())[0] ?? {};
    if (record?.t !== "paper") throw new Error("a paper");
    const [[pageId, page] = []] = Object.entries(record.pages);
    if (pageId === undefined || page === undefined) throw new Error("a page");
    const aside = { ...record, pages: {}, others: { [`pages.${pageId}`]: [page] } };
    const named = must(await store.listBlobs()).map((row) => row.blob);
    const tidyWith = (records: readonly object[]) => {
      const list = async () => ok(records.map((each) => ({ id: "r", record: each })));
      const session = { store, records: { listNow: list, aside: () => 0 } } as unknown as Session;
      return createPapers({} as SatchelDeps, {
        fetching: () => undefined,
        makeRoom: async () => ok(0),
        damaged: new Set(),
      }).tidy(session);
    };
    must(await tidyWith([aside]));
    expect(must(await store.listBlobs()).map((row) => row.blob)).toEqual(named);
    must(await tidyWith([{ ...record, pages: {} }]));
    expect(must(await store.listBlobs())).toEqual([]);
  });

  test("tidying never drops the page that another tab has just kept (INV-1)", async () => {
    /** @returns whether the other tab's list was old when its tidying began. */
    const tidies = async (): Promise<boolean> => {
      const { browser, tab, profile, store } = await opened();
      const other = openTab(browser);
      must(await other.api.unlock({ database: profile.database, code }));
      must(await tab.api.papers());
      must(await other.api.papers());
      // The other tab's news are late: this tab's list is old while its tidying runs.
      browser.disks.get(profile.database)?.channels.clear();
      const { id } = must(await tab.api.startPaper({ kind: "tax-notice" }));
      must(await tab.api.addPage(id, photo()));
      must(await store.setMeta({ lastAnswerAt: 1, clockOffset: 0, epoch: "e" }));
      const isOld = must(await other.api.papers()).length === 0;
      other.answered();
      // Locking waits for the tidying.
      must(await other.api.lock());
      expect(must(await store.listBlobs())).toHaveLength(2);
      return isOld;
    };
    // What an opening does in the background may have read the list anew meanwhile.
    let wasOld = false;
    for (let tries = 0; tries < 10 && !wasOld; tries += 1) wasOld = await tidies();
    expect(wasOld).toBe(true);
  });
});

describe("dossiers", () => {
  test("every answer is on disk when it resolves; a kill loses none; the place is found again", async () => {
    const { browser, tab, profile, store } = await opened();
    const dossier = must(
      await tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: "ccas" }),
    );
    expect(dossier.record.number).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
    await Promise.all([
      tab.api.saveAnswers(dossier.id, { answers: { given_name: text("Amina") } }),
      tab.api.saveAnswers(dossier.id, { answers: { family_name: text("Diallo") }, page: "birthdate" }),
      tab.api.saveAnswers(dossier.id, { answers: { given_name: text("Aminata") } }),
    ]);
    const { row } = must(await tab.api.addRow(dossier.id, "dependants"));
    const before = must(await store.getRecord(dossier.id))?.revision ?? 0;
    // Three calls of one moment were sealed as one op.
    expect(before).toBe(3);
    must(await tab.api.saveAnswers(dossier.id, { answers: { given_name: text("Aminata") } }));
    expect(must(await store.getRecord(dossier.id))?.revision).toBe(before);
    const later = openTab(browser);
    must(await later.api.unlock({ database: profile.database, code }));
    const again = must(await later.api.dossier(dossier.id));
    expect(again.record).toMatchObject({
      answers: { given_name: text("Aminata"), family_name: text("Diallo") },
      page: "birthdate",
      status: "draft",
      rows: { [row]: { repeat: "dependants", removed: false } },
    });
    expect(again.stage).toBe("draft");
  });

  test("two tabs save at once and both are kept", async () => {
    const { browser, tab, profile } = await opened();
    const other = openTab(browser);
    must(await other.api.unlock({ database: profile.database, code }));
    const { id } = must(
      await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
    );
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (n % 2 === 0 ? tab : other).api.saveAnswers(id, { answers: { [`a${n}`]: text(`${n}`) } }),
      ),
    );
    expect(Object.keys(must(await other.api.dossier(id)).record.answers)).toHaveLength(12);
  });

  test("waits for the desk's key, then leaves by itself, once, and opens with the organisation's key", async () => {
    const server = await createServer();
    const browser = createBrowser();
    browser.deployment = await server.deployment([]);
    const { tab, profile, store } = await opened(browser);
    const paper = await addKept(tab, "identity-card", "Carte MARQUEUR-TITRE");
    const health = await addKept(tab, "health-attestation", "Attestation");
    const { id } = must(
      await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
    );
    must(
      await tab.api.saveAnswers(id, { answers: { request: text("MARQUEUR-REPONSE"), hidden_field: text("never") } }),
    );
    must(await tab.api.attach(id, "papers", [paper, health], false, [health]));
    const waiting = must(await tab.api.send(id, null));
    expect(waiting).toMatchObject({ stage: "awaiting-desk", record: { status: "ready" } });
    expect(must(await tab.api.outbox()).lines).toContainEqual(
      expect.objectContaining({ id, what: "dossier", state: "awaiting-desk" }),
    );
    expect(must(await store.queue()).letters).toEqual([]);

    browser.deployment = await server.deployment();
    await tab.refresh();
    const sent = await eventually(async () => {
      const view = must(await tab.api.dossier(id));
      return view.record.status === "sent" ? view : undefined;
    });
    expect(sent).toMatchObject({ stage: "waits", papers: { sent: 0, of: 2 }, proofs: [] });
    // A second tap, in two tabs: no second letter.
    const other = openTab(browser);
    must(await other.api.unlock({ database: profile.database, code }));
    await Promise.all([tab.api.send(id, null), tab.api.send(id, null), other.api.send(id, null)]);
    const { letters } = must(await store.queue());
    expect(letters).toHaveLength(1);
    expect(must(await store.listBlobs()).some((row) => row.localOnly)).toBe(false);

    const letterId = letters[0]?.letter as LetterId;
    const wire = must(await store.readLetter(letterId))?.wire;
    if (wire === undefined) throw new Error("a letter was kept");
    const letter = must(await openLetter(server.organisation, wire, undefined));
    const payload = letter.inner.payload as DossierPayload;
    expect(payload.answers).toEqual({ request: text("MARQUEUR-REPONSE") });
    expect(payload.papers.map((each) => each.title)).toEqual(["Carte MARQUEUR-TITRE", "Attestation"]);
    expect(letter.inner).toMatchObject({ n: 1, replaces: null, kind: "dossier" });
    // The receiver opens the page with the key inside.
    const page = payload.papers[0]?.pages[0];
    const inside = letter.inner.blobs.find((blob) => blob.blob === page?.blob);
    if (inside === undefined) throw new Error("the page travels");
    const key = streamKeyFrom(inside.blob, inside.key);
    const row = must(await store.getBlob(inside.blob));
    if (key === undefined || row === undefined) throw new Error("the page is here");
    const read = async (n: number) => must(await store.getSegment(inside.blob, n));
    const content = must(await openStream(key, row.header, read, row.segments));
    expect(Buffer.from(content).toString("latin1").startsWith("1600x1200@0.6 ")).toBe(true);

    // INV-3: nothing that was typed or photographed is at rest in clear; a planted one is found.
    const disk = await atRest(browser);
    for (const marker of ["MARQUEUR-REPONSE", "MARQUEUR-TITRE", "MARQUEUR-FICHIER", "1600x1200@0.6"]) {
      expect(disk).not.toContain(marker);
    }
    const planted = browser.disks.get(profile.database);
    planted?.tables.segments.set("x", {
      blob: inside.blob,
      n: 9,
      bytes: new TextEncoder().encode("a MARQUEUR-REPONSE").buffer,
      at: 0,
    });
    expect(await atRest(browser)).toContain("MARQUEUR-REPONSE");
  });

  test("a form that is not on this device: said at the start, and it holds no other dossier up", async () => {
    const server = await createServer();
    const browser = createBrowser();
    browser.deployment = await server.deployment([]);
    const { tab } = await opened(browser);
    const sign = async (procedure: string): Promise<RecordId> => {
      const { id } = must(await tab.api.startDossier({ procedure, language: "fr", organisation: "ccas" }));
      must(await tab.api.send(id, null));
      return id;
    };
    const far = [await sign("lettre-incomprise"), await sign("lettre-incomprise"), await sign("lettre-incomprise")];
    const near = await sign("demande-libre");
    absent.add("lettre-incomprise");
    expect(
      await tab.api.startDossier({ procedure: "lettre-incomprise", language: "fr", organisation: "ccas" }),
    ).toEqual({ ok: false, error: { type: "unavailable", mark: "not-loaded" } });
    browser.deployment = await server.deployment();
    await tab.refresh();
    const statusOf = async (id: RecordId) => must(await tab.api.dossier(id)).record.status;
    await eventually(async () => ((await statusOf(near)) === "sent" ? true : undefined));
    for (const id of far) expect(await statusOf(id)).toBe("ready");
    absent.clear();
    expect(must(await tab.api.send(far[0] as RecordId, null)).record.status).toBe("sent");
  });

  test("an erased dossier takes its letter back while none of it has left; what has left is said to have left", async () => {
    const server = await createServer();
    const browser = createBrowser();
    browser.deployment = await server.deployment();
    const { tab, store } = await opened(browser);
    const health = await addKept(tab, "health-attestation", "Carte");
    const begin = async () => {
      const input = { procedure: "demande-libre", language: "fr", organisation: "ccas" };
      const { id } = must(await tab.api.startDossier(input));
      must(await tab.api.attach(id, "papers", [health], false, [health]));
      must(await tab.api.send(id, null));
      const letter = must(await store.queue()).letters.find((row) => row.about === id)?.letter;
      if (letter === undefined) throw new Error("a letter was booked");
      return { id, letter };
    };
    const travels = async () => must(await store.listBlobs()).some((row) => !row.localOnly);
    const waiting = await begin();
    expect(await travels()).toBe(true);
    expect(must(await tab.api.eraseDossier(waiting.id))).toEqual({ left: false });
    expect(must(await store.queue()).letters).toEqual([]);
    // The health paper is again one that stays on this device.
    expect(await travels()).toBe(false);
    expect(must(await tab.api.outbox()).lines.map((line) => line.title)).toEqual(["Carte"]);

    const leaving = await begin();
    must(await store.freezeLetter(leaving.letter));
    expect(must(await tab.api.dossier(leaving.id)).stage).toBe("waits");
    expect(must(await tab.api.eraseDossier(leaving.id))).toEqual({ left: true });
    expect(must(await store.queue()).letters.map((row) => row.state)).toEqual(["frozen"]);
    expect(await travels()).toBe(true);
    expect(await tab.api.eraseDossier(leaving.id)).toEqual({ ok: false, error: { type: "not-found" } });
  });

  test("INV-2: only proofs that verify are told, an edit is version 2, replies of strangers are set aside", async () => {
    const server = await createServer();
    const browser = createBrowser();
    browser.deployment = await server.deployment();
    const { tab, store } = await opened(browser);
    const paper = await addKept(tab, "identity-card", "Carte");
    const { id } = must(
      await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
    );
    must(await tab.api.saveAnswers(id, { answers: { request: text("un") } }));
    must(await tab.api.attach(id, "papers", [paper], false));
    const sent = must(await tab.api.send(id, null));
    const letter = Object.keys(sent.record.sent)[0] as LetterId;
    const wire = must(await store.readLetter(letter))?.wire;
    if (wire === undefined) throw new Error("a letter was kept");
    const manifest = await letterManifest(wire);
    const to = server.organisation.id;
    const blobs = must(await store.listBlobs()).map((row) => row.blob);
    const body = { v: 1, letter, manifest } as const;
    const at = 1000 as ServerTime;
    const book = async (proof: Awaited<ReturnType<typeof signProof>>) =>
      must(await store.setLetter(letter, { state: "accepted", proofs: [proof] }));
    const view = async () => must(await tab.api.dossier(id));

    const thief = await createIdentity("organisation", random);
    await book(await signProof(thief.sign, { t: "deposited", ...body, to, at, have: blobs, of: 2 }));
    await book(await signProof(server.keys.privateKey, { t: "opened", ...body, by: to, at: 1 }));
    await book(await signProof(thief.sign, { t: "opened", ...body, by: thief.id, at: 1 }));
    await book(
      await signProof(server.keys.privateKey, {
        t: "complete",
        ...body,
        manifest: "A".repeat(43) as never,
        to,
        depositedAt: at,
        at,
      }),
    );
    expect(await view()).toMatchObject({ stage: "waits", proofs: [] });

    await book(await signProof(server.keys.privateKey, { t: "deposited", ...body, to, at, have: [], of: 2 }));
    expect(await view()).toMatchObject({
      stage: "deposited",
      papers: { sent: 0, of: 1 },
      proofs: [{ type: "deposited", have: 0, of: 1, at: 1000 }],
    });
    await book(
      await signProof(server.keys.privateKey, { t: "complete", ...body, to, depositedAt: at, at: 2000 as ServerTime }),
    );
    expect(await view()).toMatchObject({ stage: "complete", papers: { sent: 1, of: 1 } });
    await book(await signProof(server.organisation.sign, { t: "opened", ...body, by: to, at: 3000 }));
    const open = await view();
    expect(open.stage).toBe("opened");
    expect(open.proofs.map((proof) => [proof.type, proof.by])).toEqual([
      ["deposited", "Département de démonstration"],
      ["complete", "Département de démonstration"],
      ["opened", "CCAS de Demo-Ville"],
    ]);
    expect(open.proofs[0]?.fingerprint).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);

    // Replies: from the desk, from a stranger.
    const profile = must(await browser.registry.list())[0];
    const { readChain } = await import("../../../src/protocol/statements.ts");
    const person = must(await readChain(profile?.statements ?? []));
    const reply = async (from: typeof thief, thread: ThreadId, word: string) =>
      sealLetter({
        identity: from,
        to: person,
        letter: randomId<LetterId>(random),
        blobs: [],
        inner: {
          thread,
          n: 1,
          replaces: null,
          kind: "status",
          sentAt: 1,
          blobs: [],
          payload: { t: "status", about: letter, status: "missing-piece", requirement: "papers", text: word },
        },
      });
    const { letterHead } = await import("../../../src/protocol/letters.ts");
    let seq = 0;
    const pull = async (wireLetter: Awaited<ReturnType<typeof reply>>) => {
      seq += 1;
      const head = must(letterHead(wireLetter));
      const row = { seq, id: head.letter, letter: wireLetter, at: 5000 + seq };
      must(
        await store.storePull({
          records: [],
          letters: [row],
          proofs: [],
          blobs: [],
          cursor: `e.${seq}` as Cursor,
          reset: false,
        }),
      );
    };
    const { thread } = open.record;
    await pull(await reply(thief, thread, "stranger"));
    await pull(await reply(server.organisation, randomId<ThreadId>(random), "another thread"));
    const right = await reply(server.organisation, thread, "Il manque une page");
    await pull(right);
    await pull(right);
    const replies = await eventually(async () => {
      const values = Object.values((await view()).record.replies);
      return values.length > 0 ? values : undefined;
    });
    expect(replies).toEqual([
      {
        at: 5003,
        status: "missing-piece",
        requirement: "papers",
        text: "Il manque une page",
        about: letter,
        n: 1,
        seen: false,
      },
    ]);
    must(await tab.api.markSeen(id));
    expect(Object.values((await view()).record.replies)[0]?.seen).toBe(true);

    // An edit after the sending: version 2, the first stays.
    must(await tab.api.saveAnswers(id, { answers: { request: text("deux") } }));
    expect((await view()).stage).toBe("draft");
    const second = must(await tab.api.send(id, null));
    expect(
      Object.values(second.record.sent)
        .map((version) => version.n)
        .sort(),
    ).toEqual([1, 2]);
    expect(second.stage).toBe("waits");
    const newest = must(await store.queue()).letters.find((row) => row.letter !== letter)?.letter as LetterId;
    const newestWire = must(await store.readLetter(newest))?.wire;
    const openedAgain = must(await openLetter(server.organisation, newestWire as never, undefined));
    expect(openedAgain.inner).toMatchObject({ n: 2, replaces: letter, thread });
  });

  test("an organisation that changes its keys is refused", async () => {
    const server = await createServer();
    const browser = createBrowser();
    browser.deployment = await server.deployment();
    const { tab, store } = await opened(browser);
    const { id } = must(
      await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
    );
    await eventually(async () => {
      const [profile] = must(await store.listRecords());
      return (profile?.revision ?? 0) > 1 ? true : undefined;
    });
    const attacker = await createServer();
    browser.deployment = await server.deployment(attacker.organisation.statements);
    await tab.refresh();
    expect(must(await tab.api.send(id, null))).toMatchObject({ stage: "needs-you", record: { status: "ready" } });
    expect(must(await store.queue()).letters).toEqual([]);
    browser.deployment = await server.deployment();
    await tab.refresh();
    await eventually(async () => (must(await tab.api.dossier(id)).record.status === "sent" ? true : undefined));
  });
});
