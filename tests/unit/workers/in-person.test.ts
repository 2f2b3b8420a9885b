/** A desk checked in person, on a phone with a real worker: verified, stopped and held, settled (SPEC C-Q, decisions/0047). */
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSheet, sheetOf, writeSheet } from "../../../src/crypto/desk-sheet.ts";
import { createIdentity } from "../../../src/crypto/identity.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab, random } from "./world.ts";

const slug = "ccas-brevigny";
let server: Harness;
let base: string;
beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
});
afterEach(async () => server.close());

test("the desk's own sheet verifies; a swapped one stops what is new until the person decides", {
  timeout: 60_000,
}, async () => {
  const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
  const desk = openDesk(createConnectedBrowser(createLine(base)));
  const line = createLine(base);
  const tab = openTab(createConnectedBrowser(line));
  await tab.refresh();
  must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const check = async (text: string) => must(await tab.api.checkDesk({ organisation: slug, text }));
  const seen = async () => must(await tab.api.deskKeys()).find((each) => each.slug === slug);
  const stranger = (await createIdentity("organisation", random)).principal;
  const foreign = writeSheet(await sheetOf(stranger));
  expect(await check(foreign)).toEqual({ type: "no-keys" });

  must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
  const sheet = must(await desk.api.deskSheet());
  await tab.refresh();
  line.online = false;
  expect(await seen()).toMatchObject({ said: null, known: { pictures: sheet.pictures, digits: sheet.digits } });
  expect(await check("BSC1.CEFJ5X7QXKQ4")).toEqual({ type: "card" });
  expect(await check("https://exemple.fr")).toEqual({ type: "no-sheet" });
  expect(await seen()).toMatchObject({ said: null });
  expect(await check(sheet.text)).toEqual({ type: "verified", older: false });
  expect(await seen()).toMatchObject({ said: { type: "verified" } });
  expect((await tab.api.settleDesk(slug)).ok).toBe(false);

  // The same id with the keys of somebody else.
  const { id } = readSheet(sheet.text) ?? stranger;
  const swapped = writeSheet(await sheetOf({ ...stranger, id }));
  for (const wrong of [swapped, foreign]) {
    expect(await check(wrong)).toEqual({ type: "stopped" });
    expect((await seen())?.said).toMatchObject({ type: "stopped" });
  }
  const { id: dossier } = must(
    await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }),
  );
  must(await tab.api.saveAnswers(dossier, { answers: { request: { v: "text", text: "Bonjour" } } }));
  must(await tab.api.send(dossier, null));
  line.online = true;
  await tab.refresh();
  expect(must(await tab.api.dossier(dossier)).stage).toBe("needs-you");

  must(await tab.api.settleDesk(slug));
  expect(await seen()).toMatchObject({ said: null });
  await eventually(async () => (must(await tab.api.dossier(dossier)).stage === "complete" ? true : undefined));
});
