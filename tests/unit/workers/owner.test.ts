/**
 * The eight acts of the owner (owner.contract.ts), each end to end in the worker: deposit, read, destroy, read metadata, check integrity, read
 * the journal, list, count. And the receipt that anybody can check (SPEC P-P8), from a real server.
 */
import { afterEach, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { checkReceipt } from "../../../src/workers/verify/check.ts";
import { createHarness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import {
  createBrowser,
  createConnectedBrowser,
  createLine,
  eventually,
  must,
  openDesk,
  openTab,
  random,
} from "./world.ts";

let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

async function open() {
  const tab = openTab(createBrowser());
  const { database } = must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const deposit = (title: string) =>
    tab.api.ownDeposit({ file: file(jpeg({ width: 400, height: 300 }), "avis.jpg"), kind: "tax-notice", title });
  return { api: tab.api, deposit, store: await tab.store(database) };
}

test("deposit, read metadata, read: what was kept is what is given, under the hash of its deposit", async () => {
  const { api, deposit } = await open();
  const paper = must(await deposit("Avis 2025"));
  expect(paper).toMatchObject({ kind: "tax-notice", title: "Avis 2025", status: "kept" });
  expect(must(await api.ownMetadata(paper.id))).toEqual(paper);
  const [page] = paper.pages;
  const read = must(await api.ownRead(paper.id, page?.page ?? ""));
  const hash = Buffer.from(await crypto.subtle.digest("SHA-256", read.bytes)).toString("hex");
  expect([hash, read.bytes.byteLength, read.mime]).toEqual([page?.sha256, page?.bytes, page?.mime]);
  // The same paper as on every screen.
  expect(must(await api.paper(paper.id)).record.title).toBe("Avis 2025");
  expect((await api.ownRead(paper.id, "none")).ok).toBe(false);
  const refused = await api.ownDeposit({ file: file([], "vide.jpg"), kind: null, title: "" });
  expect(refused).toMatchObject({ ok: false, error: { type: "refused", why: "file-empty" } });
  expect(must(await api.ownList())).toHaveLength(1);
});

test("check integrity: whole; a bit that changed on the disk is damaged", async () => {
  const { api, deposit, store } = await open();
  const { id } = must(await deposit("Avis"));
  expect(must(await api.ownCheck(id)).pages.map(({ state }) => state)).toEqual(["whole"]);
  const readable = Object.values(must(await api.paper(id)).record.pages)[0]?.readable;
  if (readable == null) throw new Error("a page was made");
  const segment = must(await store.getSegment(readable.blob, 0));
  if (segment === undefined) throw new Error("its bytes are here");
  segment[9] = (segment[9] ?? 0) ^ 1;
  must(await store.putSegments(readable.blob, 0, [segment]));
  expect(must(await api.ownCheck(id)).pages.map(({ state }) => state)).toEqual(["damaged"]);
});

test("list, count, destroy: what is destroyed is in no list, and opens no more", async () => {
  const { api, deposit } = await open();
  const [one, two] = [must(await deposit("Un")), must(await deposit("Deux"))];
  const bytes = [one, two].flatMap(({ pages }) => pages).reduce((sum, page) => sum + (page.bytes ?? 0), 0);
  expect(must(await api.ownCount())).toEqual({ papers: 2, pages: 2, bytes });
  expect(must(await api.ownDestroy(one.id)).destroyedAt).toBeGreaterThan(0);
  expect(must(await api.ownList()).map(({ title }) => title)).toEqual(["Deux"]);
  expect(await api.ownRead(one.id, one.pages[0]?.page ?? "")).toEqual({ ok: false, error: { type: "not-found" } });
  expect(await api.ownMetadata("AAAAAAAAAAAAAAAAAAAAAA" as RecordId)).toMatchObject({ ok: false });
  expect(must(await api.ownCount()).papers).toBe(1);
});

test("read the journal: without network it is what this device has read", async () => {
  const { api } = await open();
  expect(must(await api.ownJournal())).toEqual({ lines: [], breaks: [], said: [], checkedAt: null, head: null });
  expect(await api.lookJournal()).toEqual({ ok: false, error: { type: "no-network" } });
});

test("the receipt of a dossier is true on the verifier page, as a file and as a code; changed, it is not", {
  timeout: 60_000,
}, async () => {
  const server = await createHarness();
  close = () => server.close();
  const base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  const slug = "ccas-brevigny";
  const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
  must(await openDesk(createConnectedBrowser(createLine(base))).api.enrol({ slug, deskCode, code: "582914" }));
  const { api, refresh } = openTab(createConnectedBrowser(createLine(base)));
  await refresh();
  must(await api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const { id } = must(await api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
  expect(await api.ownReceipt(id)).toMatchObject({ ok: false, error: { type: "not-found" } });
  must(await api.send(id, null));
  const receipt = await eventually(async () => {
    must(await api.sendNow());
    const written = await api.ownReceipt(id);
    const isComplete = must(await api.dossier(id)).stage === "complete";
    return written.ok && isComplete ? written.value : undefined;
  });
  const load = async () => (await fetch(`${base}/deployment.json`)).json();
  const seen = { operator: expect.any(String), depositedAt: server.time.now, of: 0, to: { name: expect.any(String) } };
  expect(must(await checkReceipt(`Mots\n\n${receipt.line}\n`, load))).toMatchObject({ ...seen, roots: [] });
  expect(receipt.code?.length).toBeLessThan(1101);
  expect(must(await checkReceipt(receipt.code ?? "", load))).toMatchObject({ ...seen, roots: null });
  expect(await checkReceipt(receipt.line.slice(0, -9), load)).toEqual({ ok: false, error: { type: "damaged" } });
  expect(await checkReceipt(receipt.line, async () => null)).toEqual({ ok: false, error: { type: "no-deployment" } });
  const other = await createHarness();
  const foreign = other.http.inject({ method: "GET", url: "/deployment.json" });
  expect(await checkReceipt(receipt.line, async () => (await foreign).json())).toMatchObject({
    ok: false,
    error: { type: "other-operator" },
  });
  await other.close();
});
