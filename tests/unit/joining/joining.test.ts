/** A sealed copy taken into another Besace, and two satchels joined: nothing lost, nothing twice (C7, DESIGN 4, INV-1, INV-4). */

import { describe, expect, test } from "vitest";
import type { RecordId } from "../../../src/shared/ids.ts";
import { exportWords, wordsFor } from "../../support/export-words.ts";
import { file, jpeg } from "../workers/files.ts";
import { type Browser, createBrowser, eventually, must, openTab, quickStretch, type Tab } from "../workers/world.ts";

const code = "417233";
const other = "582914";
const text = (value: string) => ({ v: "text", text: value }) as const;

async function satchel(browser: Browser, chosen = code): Promise<{ readonly tab: Tab; readonly database: string }> {
  const tab = openTab(browser);
  const { database } = must(await tab.api.create({ code: chosen, language: "fr", pictogram: "bateau" }));
  return { tab, database };
}

async function addPaper({ tab }: { readonly tab: Tab }, title: string, kind = "other"): Promise<RecordId> {
  const { id } = must(await tab.api.startPaper({ kind, title }));
  const entropy = Array.from(title, (letter) => letter.charCodeAt(0) & 127);
  must(await tab.api.addPage(id, file(jpeg({ width: 3000, height: 2000, entropy }), `${title}.jpg`)));
  must(await tab.api.keepPaper(id));
  return id;
}

const wordsOf = async ({ tab }: { readonly tab: Tab }) =>
  wordsFor(must(await tab.api.papers()), must(await tab.api.dossiers()));

async function copyOf(one: { readonly tab: Tab }, chosen = code) {
  const card = must(await one.tab.api.card());
  const made = must(await one.tab.api.exportSealed({ code: chosen, words: await wordsOf(one) }));
  return { card: card.qr, groups: card.groups, file: made.file, made };
}

const titles = async ({ tab }: { readonly tab: Tab }) =>
  must(await tab.api.papers())
    .map(({ record }) => record.title)
    .sort();

async function pageText({ tab }: { readonly tab: Tab }, id: RecordId): Promise<string> {
  const { record } = must(await tab.api.paper(id));
  const [page = ""] = Object.keys(record.pages);
  return Buffer.from(must(await tab.api.readPage(id, page, "readable")).bytes).toString("latin1");
}

describe("C7: a sealed copy taken in", () => {
  test("into a fresh satchel: papers, dossiers and profile are there, and twice equals once", async () => {
    const old = await satchel(createBrowser());
    const id = await addPaper(old, "Carte");
    const health = await addPaper(old, "Ordonnance", "health-attestation");
    const binned = await addPaper(old, "Vieille facture");
    must(await old.tab.api.binPaper(binned));
    must(await old.tab.api.saveProfile({ given_name: "Amina", birthdate: "1984-07-02" }));
    const dossier = must(
      await old.tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
    );
    must(await old.tab.api.saveAnswers(dossier.id, { answers: { family_name: text("Benali") } }));
    must(await old.tab.api.attach(dossier.id, "any", [id], false));
    const copy = await copyOf(old);
    expect(copy.made).toMatchObject({ papers: 3, dossiers: 1, missing: 0, set: 0, drilled: false });
    const before = await pageText(old, id);

    const fresh = await satchel(createBrowser(), other);
    expect(must(await fresh.tab.api.lookSealed(copy.file))).toEqual({ set: 0, codeKind: "digits" });
    const taken = must(await fresh.tab.api.importSealed({ file: copy.file, card: copy.card, code }));
    expect(taken).toEqual({ papers: 3, dossiers: 1, known: 0, missing: 0 });
    expect(await titles(fresh)).toEqual(["Carte", "Ordonnance", "Vieille facture"]);
    expect(await pageText(fresh, id)).toBe(before);
    expect(must(await fresh.tab.api.profile())).toMatchObject({ given_name: "Amina", birthdate: "1984-07-02" });
    const [taking] = must(await fresh.tab.api.dossiers());
    expect(taking?.record.answers).toEqual({ family_name: text("Benali") });
    expect(taking?.record.attached.any?.papers).toEqual([id]);
    expect(must(await fresh.tab.api.paper(binned)).record.status).toBe("binned");
    expect(must(await fresh.tab.api.others())).toEqual([]);
    // Sealed anew under this satchel's own keys and ids; what is kept here only stays so.
    const store = await fresh.tab.store(fresh.database);
    const pointer = (one: { readonly tab: Tab }) =>
      one.tab.api
        .paper(id)
        .then(must)
        .then(({ record }) => Object.values(record.pages)[0]?.readable?.blob);
    expect(await pointer(fresh)).not.toBe(await pointer(old));
    const healthPage = Object.values(must(await fresh.tab.api.paper(health)).record.pages)[0]?.readable;
    if (!healthPage) throw new Error("a page");
    expect(must(await store.getBlob(healthPage.blob))?.localOnly).toBe(true);

    const blobs = must(await store.listBlobs()).length;
    const again = must(await fresh.tab.api.importSealed({ file: copy.file, card: copy.groups.join(" "), code }));
    expect(again).toEqual({ papers: 0, dossiers: 0, known: 4, missing: 0 });
    expect(must(await store.listBlobs())).toHaveLength(blobs);
    expect(await titles(fresh)).toEqual(["Carte", "Ordonnance", "Vieille facture"]);
    expect(must(await fresh.tab.api.others())).toEqual([]);
  });

  test("what was changed here since stands; what the newer copy adds comes in", async () => {
    const old = await satchel(createBrowser());
    const id = await addPaper(old, "Carte");
    const first = await copyOf(old);
    const fresh = await satchel(createBrowser(), other);
    must(await fresh.tab.api.importSealed({ file: first.file, card: first.card, code }));
    must(await fresh.tab.api.describePaper(id, { title: "Ma carte" }));
    must(await old.tab.api.addPage(id, file(jpeg({ width: 900, height: 700, entropy: [1, 1, 1] }), "verso.jpg")));
    await addPaper(old, "Bail");
    const second = await copyOf(old);
    const taken = must(await fresh.tab.api.importSealed({ file: second.file, card: second.card, code }));
    expect(taken).toEqual({ papers: 2, dossiers: 0, known: 0, missing: 0 });
    expect(await titles(fresh)).toEqual(["Bail", "Ma carte"]);
    expect(Object.keys(must(await fresh.tab.api.paper(id)).record.pages)).toHaveLength(2);
  });

  test("into its own satchel it brings back what was erased or lost, and nothing else", async () => {
    const own = await satchel(createBrowser());
    const [kept, erased, lost] = [
      await addPaper(own, "Reste"),
      await addPaper(own, "Effacé"),
      await addPaper(own, "Perdu"),
    ];
    const copy = await copyOf(own);
    must(await own.tab.api.describePaper(kept, { title: "Reste, renommé" }));
    must(await own.tab.api.binPaper(erased));
    must(await own.tab.api.erasePaper(erased));
    const store = await own.tab.store(own.database);
    const page = Object.values(must(await own.tab.api.paper(lost)).record.pages)[0];
    const gone = [page?.readable, page?.preview].flatMap((pointer) => (pointer ? [pointer.blob] : []));
    must(await store.deleteBlobs(gone));
    const taken = must(await own.tab.api.importSealed({ file: copy.file, card: copy.card, code }));
    expect(taken).toEqual({ papers: 2, dossiers: 0, known: 1, missing: 0 });
    expect(await titles(own)).toEqual(["Effacé", "Perdu", "Reste, renommé"]);
    expect(await pageText(own, lost)).toContain("1600x");
    expect(must(await own.tab.api.importSealed({ file: copy.file, card: copy.card, code }))).toMatchObject({
      papers: 0,
    });
  });

  test("each refusal has its own name and changes nothing", async () => {
    const old = await satchel(createBrowser());
    await addPaper(old, "Carte");
    const copy = await copyOf(old);
    const fresh = await satchel(createBrowser(), other);
    const own = must(await fresh.tab.api.card());
    const refused = async (input: { readonly file?: Blob; readonly card?: string; readonly code?: string }) => {
      const taken = await fresh.tab.api.importSealed({ file: copy.file, card: copy.card, code, ...input });
      return taken.ok ? "taken" : taken.error;
    };
    expect(await refused({ code: "000000" })).toEqual({ type: "wrong-code" });
    expect(await refused({ card: own.qr })).toEqual({ type: "other-card", set: 0 });
    expect(await refused({ card: "https://example.org" })).toEqual({ type: "not-a-card" });
    const typed = [...copy.groups];
    typed[2] = (typed[2] ?? "").startsWith("A") ? "B222" : "A222";
    expect(await refused({ card: typed.join(" ") })).toEqual({ type: "wrong-groups", groups: [3] });
    expect(await refused({ file: copy.file.slice(0, copy.file.size - 3) })).toEqual({ type: "truncated" });
    expect(await refused({ file: new Blob(["PK"]) })).toEqual({ type: "not-sealed-copy" });
    const bytes = new Uint8Array(await copy.file.arrayBuffer());
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    expect(await refused({ file: new Blob([bytes]) })).toEqual({ type: "damaged" });
    quickStretch.broken = true;
    expect(await refused({})).toEqual({ type: "stretch-broken" });
    quickStretch.broken = false;
    expect(await titles(fresh)).toEqual([]);
    expect(await old.tab.api.exportSealed({ code: "111222", words: exportWords() })).toMatchObject({
      ok: false,
      error: { type: "wrong-code" },
    });
  });
});

describe("joining two satchels of one person (DESIGN 4)", () => {
  /** Two satchels on one phone; the second is open. */
  async function two() {
    const browser = createBrowser();
    const first = await satchel(browser, other);
    must(await first.tab.api.saveProfile({ given_name: "Amina", family_name: "Benali" }));
    const [card, bin] = [await addPaper(first, "Carte du poste"), await addPaper(first, "Facture")];
    must(await first.tab.api.binPaper(bin));
    const dossier = must(
      await first.tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas" }),
    );
    must(await first.tab.api.saveAnswers(dossier.id, { answers: { family_name: text("Benali") } }));
    const { database } = must(await first.tab.api.create({ code, language: "fr", pictogram: "arbre" }));
    const tab = first.tab;
    must(await tab.api.saveProfile({ given_name: "Amina", family_name: "Haddad" }));
    await addPaper({ tab }, "Bail");
    return { browser, tab, old: first.database, database, card, bin, dossier: dossier.id };
  }

  test("the open one adopts everything; what differs in the profile is one tap away; the other is no longer offered", async () => {
    const { tab, old, card, dossier, browser } = await two();
    expect(await tab.api.joinSatchel({ database: old, code: "111223" })).toMatchObject({
      ok: false,
      error: { type: "wrong-code" },
    });
    const taken = must(await tab.api.joinSatchel({ database: old, code: other }));
    expect(taken).toEqual({ papers: 2, dossiers: 1, known: 0, missing: 0 });
    expect(await titles({ tab })).toEqual(["Bail", "Carte du poste", "Facture"]);
    expect(await pageText({ tab }, card)).toContain("1600x");
    expect(must(await tab.api.dossier(dossier)).record.answers).toEqual({ family_name: text("Benali") });
    expect(must(await tab.api.profile())).toMatchObject({ given_name: "Amina", family_name: "Haddad" });
    expect(must(await tab.api.others())).toMatchObject([{ what: "profile", path: "family_name", others: ["Benali"] }]);
    expect(must(await tab.api.aliases())).toMatchObject([{ pictogram: "bateau", here: true }]);
    // INV-3: the alias's roots are in the sealed record only; a screen never sees them.
    expect(JSON.stringify(must(await tab.api.profile()))).not.toContain("roots");
    must(await tab.api.lock());
    const state = must(await openTab(browser).api.opening());
    expect(state).toMatchObject({ type: "locked", profiles: [{ pictogram: "arbre" }] });
  });

  test("twice equals once, after a kill at any save it ends in the same place (INV-4)", async () => {
    const { tab, old, database, browser } = await two();
    must(await tab.api.joinSatchel({ database: old, code: other }));
    must(
      await tab.api.settleOther({
        id: must(await tab.api.others())[0]?.id as RecordId,
        path: "family_name",
        choice: null,
      }),
    );
    const store = await tab.store(database);
    const blobs = must(await store.listBlobs()).length;
    expect(must(await tab.api.joinSatchel({ database: old, code: other }))).toEqual({
      papers: 0,
      dossiers: 0,
      known: 3,
      missing: 0,
    });
    expect(must(await store.listBlobs())).toHaveLength(blobs);
    expect(must(await tab.api.others())).toEqual([]);
    // A second worker, as after a kill, opens and goes on by itself.
    const again = openTab(browser);
    must(await again.api.unlock({ database, code }));
    expect(await titles({ tab: again })).toEqual(["Bail", "Carte du poste", "Facture"]);
  });

  test("an adoption that the disk cut off is finished at the next opening, without the code", async () => {
    const { tab, old, database, browser, card } = await two();
    const store = await tab.store(database);
    const save = store.saveRecord;
    let saves = 0;
    // The third save of the adoption finds no room.
    const failing = {
      ...store,
      saveRecord: async (...given: Parameters<typeof save>) => {
        saves += 1;
        return saves === 3 ? ({ ok: false, error: { type: "full" } } as const) : save(...given);
      },
    };
    Object.assign(store, failing);
    expect(await tab.api.joinSatchel({ database: old, code: other })).toEqual({ ok: false, error: { type: "full" } });
    Object.assign(store, { saveRecord: save });
    must(await tab.api.lock());
    expect(must(await tab.api.opening())).toMatchObject({ type: "locked", profiles: [{}, {}] });
    const again = openTab(browser);
    must(await again.api.unlock({ database, code }));
    await eventually(async () => ((await titles({ tab: again })).length < 3 ? undefined : true));
    expect(await titles({ tab: again })).toEqual(["Bail", "Carte du poste", "Facture"]);
    expect(await pageText({ tab: again }, card)).toContain("1600x");
  });

  test("what is erased here after the joining does not come back, and erasing takes the old one along", async () => {
    const { tab, old, database, card, browser } = await two();
    must(await tab.api.joinSatchel({ database: old, code: other }));
    must(await tab.api.binPaper(card));
    must(await tab.api.erasePaper(card));
    must(await tab.api.lock());
    must(await tab.api.unlock({ database, code }));
    must(await tab.api.flush());
    tab.answered();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await titles({ tab })).toEqual(["Bail", "Facture"]);
    must(await tab.api.erase(database));
    expect(must(await openTab(browser).api.opening())).toEqual({ type: "none" });
  });

  test("a satchel cannot be joined to itself", async () => {
    const { tab, database } = await two();
    expect(await tab.api.joinSatchel({ database, code })).toEqual({ ok: false, error: { type: "same" } });
    expect(await tab.api.joinSatchel({ database: "b-none", code })).toEqual({
      ok: false,
      error: { type: "not-found" },
    });
  });
});
