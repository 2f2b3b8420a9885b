/** The satchel service on the store that browsers have (Dexie over fake-indexeddb). */
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { expect, test } from "vitest";
import { openDexieStore, openRegistry } from "../../../src/storage/dexie/index.ts";
import { file, jpeg } from "./files.ts";
import { type Browser, createBrowser, eventually, must, openTab, timers } from "./world.ts";

const code = "417233";

async function dexieBrowser(indexedDB: IDBFactory): Promise<Browser> {
  const browser = createBrowser();
  const deps = { indexedDB, IDBKeyRange, timers };
  return {
    ...browser,
    registry: must(await openRegistry(deps)),
    openStore: (database) => openDexieStore(database, { ...deps, clock: browser.clock }),
  };
}

test("a satchel made on IndexedDB opens again after a restart, with its papers and answers; erasing leaves nothing", async () => {
  const indexedDB = new IDBFactory();
  const browser = await dexieBrowser(indexedDB);
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  const { id } = must(await tab.api.startPaper({ kind: "tax-notice", title: "Avis" }));
  const { page } = must(await tab.api.addPage(id, file(jpeg({ width: 4000, height: 3000 }))));
  must(await tab.api.keepPaper(id));
  const dossier = must(
    await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
  );
  must(await tab.api.saveAnswers(dossier.id, { answers: { request: { v: "text", text: "Bonjour" } } }));
  const { groups } = must(await tab.api.card());

  const later = openTab(await dexieBrowser(indexedDB));
  expect(must(await later.api.opening())).toEqual({ type: "locked", profiles: [profile] });
  expect(await later.api.unlock({ database: profile.database, code: "999998" })).toMatchObject({
    error: { type: "wrong-code", triesLeft: 9 },
  });
  must(await later.api.unlock({ database: profile.database, code }));
  expect(must(await later.api.papers()).map((paper) => paper.record.title)).toEqual(["Avis"]);
  expect(must(await later.api.readPage(id, page, "readable")).bytes.byteLength).toBeGreaterThan(5000);
  expect(must(await later.api.dossier(dossier.id)).record.answers).toEqual({ request: { v: "text", text: "Bonjour" } });
  must(await later.api.lock());
  must(await later.api.unlockWithCard({ database: profile.database, card: groups.join(" ") }));
  must(await later.api.erase(profile.database));
  expect(must(await later.api.opening())).toEqual({ type: "none" });
  expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(profile.database);
});

test("a satchel erased in one tab is let go by another, which makes nothing of it again", async () => {
  const indexedDB = new IDBFactory();
  const first = openTab(await dexieBrowser(indexedDB));
  const { database } = must(await first.api.create({ code, language: "fr", pictogram: "bateau" }));
  const second = openTab(await dexieBrowser(indexedDB));
  must(await second.api.unlock({ database, code }));
  const dossier = must(
    await second.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
  );
  const store = await second.store(database);
  second.changes.length = 0;

  const typing = second.api.saveAnswers(dossier.id, { answers: { request: { v: "text", text: "Bonjour" } } });
  must(await first.api.erase(database));
  await typing;
  await eventually(async () => (second.changes.some((change) => change.type === "opening") ? true : undefined));
  expect(must(await second.api.opening())).toEqual({ type: "none" });
  expect(await second.api.papers()).toEqual({ ok: false, error: { type: "locked" } });
  expect(await store.setMeta({ registered: true })).toMatchObject({ error: { type: "unavailable" } });
  expect(await second.api.unlock({ database, code })).toMatchObject({ error: { type: "not-found" } });
  expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(["besace"]);
});
