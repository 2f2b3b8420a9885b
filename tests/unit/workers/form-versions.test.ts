/**
 * A procedure whose questions changed: drafts are brought over, what was signed for other questions is read again, what was
 * sent stays as it is. Person, server and desk together, without a browser.
 */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { demandeLibre } from "../../../src/forms/catalogue/demande-libre.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { LetterId } from "../../../src/shared/ids.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab, random } from "./world.ts";

/** The version of the application, as far as its procedures are concerned. */
const app = vi.hoisted(() => ({ version: 1 }));
vi.mock("../../../src/forms/catalogue/index.ts", async (original) => ({
  ...(await original<object>()),
  loadProcedure: async () => ({ ...demandeLibre, version: app.version }),
}));

const slug = "ccas-brevigny";
const code = "417233";
const text = (value: string) => ({ v: "text", text: value }) as const;

let server: Harness;
let base: string;
let deskCode: string;

beforeEach(async () => {
  app.version = 1;
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
});
afterEach(async () => server.close());

async function person() {
  const tab = openTab(createConnectedBrowser(createLine(base)));
  must(await tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  await tab.refresh();
  const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
  must(await tab.api.saveAnswers(id, { answers: { request: text("MARQUEUR-DEMANDE"), kind: text("avant") } }));
  return { tab, id };
}
async function enrolled() {
  const desk = openDesk(createConnectedBrowser(createLine(base)));
  must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
  return desk;
}

test("a draft: its answers are brought over once, and the letter says which questions were shown", async () => {
  const desk = await enrolled();
  const { tab, id } = await person();
  app.version = 2;
  const before = must(await tab.api.dossier(id)).record.answers;
  const renew = { from: 1, to: 2, answers: { kind: null, "kind@1": text("avant") }, before };
  must(await tab.api.saveAnswers(id, { renew }));
  // Another tab comes too late: nothing is put aside twice.
  must(await tab.api.saveAnswers(id, { renew: { ...renew, answers: { "kind@1": null } } }));
  const { record } = must(await tab.api.dossier(id));
  expect(record).toMatchObject({ formVersion: 2, renewed: { from: 1, told: false } });
  expect(record.answers).toEqual({ request: text("MARQUEUR-DEMANDE"), "kind@1": text("avant") });
  must(await tab.api.saveAnswers(id, { told: true }));
  expect(must(await tab.api.dossier(id)).record.renewed).toEqual({ from: 1, told: true });

  must(await tab.api.send(id, null));
  const row = await eventually(async () => {
    must(await tab.api.sendNow());
    must(await desk.api.refresh());
    return must(await desk.api.inbox()).rows[0];
  });
  const { payload } = must(await desk.api.open(row.letter as LetterId));
  expect([payload.formVersion, payload.answers]).toEqual([2, { request: text("MARQUEUR-DEMANDE") }]);

  // What was sent keeps its version, whatever comes after.
  app.version = 3;
  must(await tab.api.saveAnswers(id, { renew: { from: 2, to: 3, answers: { request: null }, before } }));
  expect(must(await tab.api.dossier(id)).record).toMatchObject({ formVersion: 2, status: "sent" });
}, 60_000);

test("signed and not left: read and signed again for the new questions, never sent under them", async () => {
  const { tab, id } = await person();
  const waits = must(await tab.api.send(id, null));
  expect([waits.stage, waits.unsealed]).toEqual(["awaiting-desk", undefined]);
  app.version = 2;
  await enrolled();
  const reopened = await eventually(async () => {
    await tab.refresh();
    must(await tab.api.sendNow());
    const view = must(await tab.api.dossier(id));
    return view.stage === "draft" ? view : undefined;
  });
  expect(reopened.record).toMatchObject({ formVersion: 1, renewed: { from: 1, signed: true, told: false }, sent: {} });
  const before = reopened.record.answers;
  must(await tab.api.saveAnswers(id, { renew: { from: 1, to: 2, answers: {}, before } }));
  expect(must(await tab.api.dossier(id)).record.renewed).toEqual({ from: 1, signed: true, told: false });
}, 60_000);

test("signed on a device with newer questions: this one does not send it under older ones", async () => {
  const { tab, id } = await person();
  const before = must(await tab.api.dossier(id)).record.answers;
  must(await tab.api.saveAnswers(id, { renew: { from: 1, to: 2, answers: {}, before } }));
  await enrolled();
  await tab.refresh();
  expect(await tab.api.send(id, null)).toEqual({ ok: false, error: { type: "unavailable", mark: "form-older" } });
  // The desk is open: what it waits for is the form, and that is what the screen says.
  expect(must(await tab.api.dossier(id))).toMatchObject({ record: { status: "ready" }, unsealed: true });
}, 60_000);
