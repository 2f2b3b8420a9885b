/**
 * Decisions and papers that a desk hands to a person (decisions/0042), with person, server and desk together; notes and marks
 * between the browsers of one organisation.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { LetterId, RecordId } from "../../../src/shared/ids.ts";
import type { PageMaker } from "../../../src/workers/imaging.contract.ts";
import type { ToGive } from "../../../src/workers/work-desk.contract.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import {
  createConnectedBrowser,
  createLine,
  eventually,
  fakeImaging,
  must,
  openDesk,
  openTab,
  random,
} from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
let server: Harness;
let base: string;
let deskCode: string;

beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
});
afterEach(async () => server.close());

const pdf = new TextEncoder().encode(
  "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% MARQUEUR-PDF\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n",
);
const decision = { outcome: "granted", on: "2026-11-20", reason: "MARQUEUR-MOTIF", remedies: "" } as const;
const attestation = { file: new Blob([pdf]), kind: "domicile-attestation", title: "MARQUEUR-ATTESTATION" };

/** A line on which bytes of pages can be held back. */
function holdingLine() {
  const line = createLine(base);
  const held = { blobs: false };
  const send: typeof fetch = async (path, init) => {
    if (held.blobs && String(path).includes("/v1/blobs") && init?.method !== "GET" && init?.method !== undefined)
      throw new TypeError("held back");
    return line.fetch(path, init);
  };
  return { held, line, browser: createConnectedBrowser({ ...line, fetch: send }) };
}

async function office() {
  const { held, line, browser } = holdingLine();
  const desk = openDesk(browser);
  must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
  return { held, line, browser, desk };
}

/** A person who has sent a dossier, and the desk that has it. */
async function together(imaging?: PageMaker) {
  const at = await office();
  const line = createLine(base);
  const browser = createConnectedBrowser(line);
  const tab = openTab(browser, imaging === undefined ? {} : { imaging });
  await tab.refresh();
  const { database } = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  const { id: dossier } = must(
    await tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: slug }),
  );
  must(await tab.api.send(dossier, "Je certifie"));
  const row = await eventually(async () => {
    must(await tab.api.sendNow());
    must(await at.desk.api.refresh());
    await new Promise((resolve) => setTimeout(resolve, 100));
    return must(await at.desk.api.inbox()).rows[0];
  });
  const give = async (given: Partial<ToGive>) =>
    at.desk.api.give(row.letter, { text: "", decision: null, papers: [], ...given });
  const heard = () =>
    eventually(async () => {
      must(await at.desk.api.refresh());
      must(await tab.api.sendNow());
      await new Promise((resolve) => setTimeout(resolve, 100));
      return must(await tab.api.given(dossier))[0];
    });
  return { ...at, me: { line, browser, tab }, database, dossier, letter: row.letter, give, heard };
}

const keep = (tab: ReturnType<typeof openTab>, dossier: RecordId, letter: LetterId) =>
  eventually(async () => {
    const kept = await tab.api.keepGiven(dossier, letter, 0);
    if (kept.ok) return kept.value;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return undefined;
  });

describe("a decision and papers for her", { timeout: 120_000 }, () => {
  test("come sealed into the thread, become her own paper in one tap, once; the server reads nothing (INV-1, INV-3)", async () => {
    const { me, desk, line, dossier, letter, give, heard } = await together();
    line.online = false;
    must(await give({ text: "MARQUEUR-TEXTE", decision, papers: [attestation] }));
    expect(must(await desk.api.inbox()).rows[0]).toMatchObject({ status: "decided" });
    expect(must(await desk.api.open(letter)).given).toMatchObject([
      { decision, papers: [{ title: "MARQUEUR-ATTESTATION" }], stage: "waits" },
    ]);
    line.online = true;
    const given = await heard();
    expect(given).toMatchObject({
      decision,
      papers: [{ kind: "domicile-attestation", title: "MARQUEUR-ATTESTATION", paper: null }],
    });
    const view = must(await me.tab.api.dossier(dossier));
    expect(Object.values(view.record.replies)).toMatchObject([
      { status: "message", text: "MARQUEUR-TEXTE", seen: false, n: 1 },
    ]);
    // Keys stay in the worker.
    expect(JSON.stringify(view)).not.toContain("givenKeys");
    expect(must(await me.tab.api.papers())).toEqual([]);
    const { paper } = await keep(me.tab, dossier, given.letter);
    const own = must(await me.tab.api.paper(paper));
    expect(own.record).toMatchObject({ kind: "domicile-attestation", title: "MARQUEUR-ATTESTATION", status: "kept" });
    const [page = ""] = Object.keys(own.record.pages);
    expect(new Uint8Array(must(await me.tab.api.readPage(paper, page, "readable")).bytes)).toEqual(pdf);
    expect(must(await me.tab.api.keepGiven(dossier, given.letter, 0))).toEqual({ paper });
    expect(must(await me.tab.api.papers())).toHaveLength(1);
    expect(must(await me.tab.api.given(dossier))[0]?.papers[0]?.paper).toBe(paper);
    // Sealed anew: a copy of her own leaves, and what the desk sealed is not hers to name.
    await eventually(async () => {
      must(await me.tab.api.sendNow());
      return must(await me.tab.api.paper(paper)).state === "sealed-copy" ? true : undefined;
    });
    await eventually(async () => {
      must(await desk.api.refresh());
      return must(await desk.api.open(letter)).given?.[0]?.stage === "complete" ? true : undefined;
    });
    const sent = [...me.line.sent, ...line.sent].join("\n");
    for (const marker of ["MARQUEUR-TEXTE", "MARQUEUR-MOTIF", "MARQUEUR-ATTESTATION", "MARQUEUR-PDF"])
      expect(sent).not.toContain(marker);
  });

  test("INV-5: more words than a dossier can carry are set aside; the dossier goes on to be kept at the server", async () => {
    const { me, database, dossier, give } = await together();
    const long = "€".repeat(4000);
    for (let n = 0; n < 7; n += 1)
      must(await give({ text: long, decision: { ...decision, reason: long, remedies: long } }));
    const store = await me.tab.store(database);
    await eventually(async () => {
      must(await me.tab.api.sendNow());
      await new Promise((resolve) => setTimeout(resolve, 100));
      return must(await me.tab.api.given(dossier)).length === 6 ? true : undefined;
    });
    await eventually(async () => {
      must(await me.tab.api.sendNow());
      await new Promise((resolve) => setTimeout(resolve, 100));
      const [inbox, queue] = [must(await store.listInbox()), must(await store.queue())];
      return inbox.length === 0 && queue.ops.length === 0 ? true : undefined;
    });
    expect(must(await me.tab.api.given(dossier))).toHaveLength(6);
  });

  test("a paper that has not arrived is said, and kept when it has", async () => {
    const { me, held, dossier, give, heard } = await together();
    held.blobs = true;
    must(await give({ papers: [attestation] }));
    const given = await heard();
    expect(await me.tab.api.keepGiven(dossier, given.letter, 0)).toEqual({ ok: false, error: { type: "not-arrived" } });
    expect(must(await me.tab.api.papers())).toEqual([]);
    held.blobs = false;
    expect(await keep(me.tab, dossier, given.letter)).toMatchObject({ paper: expect.any(String) });
  });

  test("offline the words stay readable and the paper says that it needs a line; killed in the middle it is kept once", async () => {
    let stuck = true;
    const imaging: PageMaker = {
      ...fakeImaging,
      reduce: (picture) => (stuck ? new Promise(() => undefined) : fakeImaging.reduce(picture)),
    };
    const { me, database, dossier, give, heard } = await together(imaging);
    must(await give({ decision, papers: [{ ...attestation, file: file(jpeg({ width: 400, height: 300 })) }] }));
    const { letter } = await heard();
    me.line.online = false;
    expect(must(await me.tab.api.given(dossier))).toHaveLength(1);
    expect(await me.tab.api.keepGiven(dossier, letter, 0)).toEqual({ ok: false, error: { type: "no-network" } });
    me.line.online = true;
    void me.tab.api.keepGiven(dossier, letter, 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    // The worker is killed while the picture is drawn anew: the next one begins again.
    stuck = false;
    const next = openTab(me.browser);
    must(await next.api.unlock({ database, code }));
    const { paper } = await keep(next, dossier, letter);
    const pages = Object.values(must(await next.api.paper(paper)).record.pages);
    // A picture is drawn anew, whatever the desk put into it.
    expect(pages).toMatchObject([{ state: "ready", readable: { mime: "image/webp" }, original: null }]);
    expect(must(await next.api.papers())).toHaveLength(1);
  });

  test("what is no paper is refused at the desk; from a desk that lies, on the phone, and the words stay", async () => {
    const { me, give, heard, dossier, desk } = await together();
    const page = new TextEncoder().encode("<html><script>alert(1)</script></html>");
    const wrong = await give({ papers: [attestation, { ...attestation, file: new Blob([page]) }] });
    expect(wrong).toEqual({ ok: false, error: { type: "paper", at: 1, refusal: { type: "file-not-a-picture" } } });
    for (const fault of [
      {},
      { decision: { ...decision, reason: " " } },
      { decision: { ...decision, on: "20 novembre" } },
      { papers: Array.from({ length: 21 }, () => attestation) },
    ])
      expect(await give(fault)).toEqual({ ok: false, error: { type: "give-fault" } });
    expect(must(await desk.api.inbox()).rows[0]?.status).not.toBe("decided");
    const shown = new Blob([pdf]);
    const lie = new Uint8Array(pdf.length).fill(0x20);
    lie.set(page);
    Object.defineProperty(shown, "arrayBuffer", { value: async () => lie.buffer });
    must(await give({ decision, papers: [{ ...attestation, file: shown }] }));
    const given = await heard();
    const refused = await eventually(async () => {
      const kept = await me.tab.api.keepGiven(dossier, given.letter, 0);
      return !kept.ok && kept.error.type !== "not-arrived" ? kept.error : undefined;
    });
    expect(refused).toEqual({ type: "file-not-a-picture" });
    expect(must(await me.tab.api.papers())).toEqual([]);
    expect(must(await me.tab.api.given(dossier))[0]?.decision).toEqual(decision);
  });
});

describe("among helpers", { timeout: 60_000 }, () => {
  test("two at once lose nothing: notes, who looks after it, what is closed; none of it is in a letter", async () => {
    const { desk, line, letter, me, dossier } = await together();
    const other = await office();
    await eventually(async () => {
      must(await other.desk.api.refresh());
      return must(await other.desk.api.inbox()).rows[0];
    });
    line.online = false;
    other.line.online = false;
    must(await desk.api.addNote(letter, "MARQUEUR-NOTE-A"));
    must(await other.desk.api.addNote(letter, "MARQUEUR-NOTE-B"));
    must(await desk.api.answer(letter, { status: "message", requirement: null, text: "Bonjour" }));
    must(await other.desk.api.close(letter, true));
    line.online = true;
    other.line.online = true;
    for (const { api } of [desk, other.desk]) {
      const dossierThere = await eventually(async () => {
        must(await desk.api.refresh());
        must(await other.desk.api.refresh());
        await new Promise((resolve) => setTimeout(resolve, 50));
        const shown = must(await api.open(letter));
        return shown.work?.notes.length === 2 && shown.row.closed === true ? shown : undefined;
      });
      expect(dossierThere.work?.notes.map(({ text }) => text).toSorted()).toEqual([
        "MARQUEUR-NOTE-A",
        "MARQUEUR-NOTE-B",
      ]);
    }
    await eventually(async () => {
      must(await me.tab.api.sendNow());
      const { replies } = must(await me.tab.api.dossier(dossier)).record;
      return Object.keys(replies).length === 1 ? true : undefined;
    });
    const known = JSON.stringify(must(await me.tab.api.dossier(dossier)));
    const sent = [...line.sent, ...other.line.sent].join("\n");
    expect(`${known}${sent}`).not.toContain("MARQUEUR-NOTE");
  });
});
