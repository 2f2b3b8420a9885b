/**
 * Papers that are kept on this device only (health): no race and no change of mind lets their bytes leave, except with a
 * letter that the person sends.
 */
import { describe, expect, test } from "vitest";
import type { RecordId } from "../../src/shared/ids.ts";
import type { SatchelStore } from "../../src/storage/ports.ts";
import { file, jpeg } from "../unit/workers/files.ts";
import { createBrowser, createServer, must, openTab } from "../unit/workers/world.ts";

const leaving = async (store: SatchelStore) => must(await store.queue()).blobs.filter((blob) => !blob.localOnly);
const photo = () => file(jpeg({ width: 400, height: 300 }), "a.jpg");

async function openPerson() {
  const browser = createBrowser();
  const server = await createServer();
  browser.deployment = await server.deployment();
  const tab = openTab(browser);
  await tab.refresh();
  const profile = must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const store = await tab.store(profile.database);
  const keep = async (kind: string): Promise<RecordId> => {
    const { id } = must(await tab.api.startPaper({ kind }));
    must(await tab.api.addPage(id, photo()));
    must(await tab.api.keepPaper(id));
    return id;
  };
  return { tab, store, keep };
}

describe("a paper that stays here", () => {
  test("a page that was being sealed while the kind became a health paper stays here", async () => {
    const { tab, store, keep } = await openPerson();
    const id = await keep("other");
    for (const { blob } of await leaving(store)) must(await store.setBlob(blob, { state: "verified" }));
    const adding = tab.api.addPage(id, photo());
    must(await tab.api.describePaper(id, { kind: "health-attestation" }));
    must(await adding);
    expect(await leaving(store)).toEqual([]);
  });

  test("what had not left yet when the kind became a health paper stays here, and leaves again with another kind", async () => {
    const { tab, store, keep } = await openPerson();
    const id = await keep("other");
    expect(await leaving(store)).toHaveLength(2);
    must(await tab.api.describePaper(id, { kind: "health-attestation" }));
    expect(await leaving(store)).toEqual([]);
    must(await tab.api.describePaper(id, { kind: "other" }));
    expect(await leaving(store)).toHaveLength(2);
  });

  test("goes with no dossier without a yes for it, whatever the page says it is", async () => {
    const { tab, store, keep } = await openPerson();
    const paper = await keep("health-attestation");
    const input = { procedure: "domiciliation", language: "fr", organisation: "ccas" };
    const [one, other] = [must(await tab.api.startDossier(input)).id, must(await tab.api.startDossier(input)).id];
    const asked = { ok: false, error: { type: "stays-here", papers: [paper] } };
    expect(await tab.api.attach(one, "identity", [paper], false)).toEqual(asked);
    expect(await tab.api.attach(one, "identity", [paper], false, [one])).toEqual(asked);
    expect(must(await tab.api.dossier(one)).record.attached).toEqual({});
    // The yes is for that dossier, and holds there; the other one asks anew.
    must(await tab.api.attach(one, "identity", [paper], false, [paper]));
    must(await tab.api.attach(one, "commune-link", [paper], false));
    expect(await tab.api.attach(other, "identity", [paper], false)).toEqual(asked);
    must(await tab.api.send(other, null));
    expect(await leaving(store)).toEqual([]);
    // Taken out and chosen again, it is asked for again.
    must(await tab.api.attach(one, "identity", [], false));
    must(await tab.api.attach(one, "commune-link", [], false));
    expect(await tab.api.attach(one, "identity", [paper], false)).toEqual(asked);
  });

  test("what a letter promised goes on, whatever is written on the paper afterwards", async () => {
    const { tab, store, keep } = await openPerson();
    const paper = await keep("health-attestation");
    const { id } = must(
      await tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: "ccas" }),
    );
    must(await tab.api.attach(id, "identity", [paper], false, [paper]));
    must(await tab.api.send(id, null));
    const promised = await leaving(store);
    expect(promised.length).toBeGreaterThan(0);
    must(await tab.api.describePaper(paper, { title: "Carte Vitale" }));
    expect(await leaving(store)).toHaveLength(promised.length);
  });
});
