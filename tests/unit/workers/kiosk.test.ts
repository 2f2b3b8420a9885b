/**
 * C4, INV-6 and INV-4 at the level of the worker: what a session at a shared computer leaves is delivered without anybody,
 * is merged by the person's phone, and opens to nobody at the computer. With real keys and the real server app.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import { createKioskDisk, delivered, type Kiosk, openKiosk } from "./kiosk-world.ts";
import { createConnectedBrowser, createLine, eventually, must, openTab, type Tab } from "./world.ts";

const code = "417233";
const text = (value: string) => ({ v: "text", text: value }) as const;

let server: Harness;
let base: string;
beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
});
afterEach(async () => server.close());

async function phone(): Promise<Tab> {
  const tab = openTab(createConnectedBrowser(createLine(base)));
  await tab.refresh();
  return tab;
}

async function kioskHere(): Promise<Kiosk> {
  return createKioskDisk(createLine(base));
}

/** Everything on the computer's disk, as text. */
const diskText = (kiosk: Kiosk): string =>
  JSON.stringify(
    [[...kiosk.rows], [...kiosk.disks.values()].map(({ tables }) => Object.values(tables).map((rows) => [...rows]))],
    (_key, value: unknown) =>
      value instanceof ArrayBuffer
        ? Buffer.from(value).toString("latin1")
        : value instanceof Uint8Array
          ? Buffer.from(value).toString("latin1")
          : value,
  );

/** A new satchel at the computer, with its card tried, one paper and one dossier with an answer. */
async function madeAt(kiosk: Kiosk) {
  const tab = await openKiosk(kiosk);
  must(await tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  const card = must(await tab.api.card()).qr;
  must(await tab.api.drill(card));
  const paper = must(await tab.api.startPaper({ kind: "passport", title: "Passeport" })).id;
  must(await tab.api.addPage(paper, file(jpeg({ width: 400, height: 300 }))));
  must(await tab.api.keepPaper(paper));
  const dossier = must(
    await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas-brevigny" }),
  ).id;
  must(await tab.api.saveAnswers(dossier, { answers: { given_name: text("Amina-Marqueur") } }));
  return { tab, card, paper, dossier };
}

async function cameBack(card: string): Promise<Tab> {
  const tab = await phone();
  await eventually(async () => ((await tab.api.comeBack({ card })).ok ? true : undefined), 10);
  must(await tab.api.comeBackOpen({ code, pictogram: "code-lune" }));
  return tab;
}

describe("C4 a session at a shared computer", { timeout: 60_000 }, () => {
  test("offline: what is left is sealed, keyless, delivered without anybody; the phone opens it with the card", async () => {
    const kiosk = await kioskHere();
    // The keys of the server are known from the last time there was a network.
    const before = await openKiosk(kiosk);
    await eventually(() => (kiosk.kept === undefined ? undefined : true));
    before.kill();
    kiosk.line.online = false;
    const { tab, card, paper, dossier } = await madeAt(kiosk);
    const { items } = must(await tab.api.finish(200));
    expect(items).toBeGreaterThan(2);
    expect(await tab.api.papers()).toMatchObject({ error: { type: "locked" } });
    tab.kill();
    const lying = diskText(kiosk);
    expect(lying).not.toContain("Amina-Marqueur");
    for (const name of ["deviceKey", "wraps", "sealedIdentity", "transportKey", "sealedCard"])
      expect(lying).not.toContain(name);
    const later = await openKiosk(kiosk);
    expect(must(await later.api.opening())).toEqual({ type: "none" });
    expect(must(await later.api.postbox()).items).toBe(items);
    kiosk.line.online = true;
    console.time("delivered");
    await delivered(kiosk, later);
    console.timeEnd("delivered");
    expect(must(await later.api.postbox())).toEqual({ items: 0, since: null });
    later.kill();

    console.time("cb");
    const mine = await cameBack(card);
    console.timeEnd("cb");
    const view = await eventually(async () => {
      const list = must(await mine.api.papers());
      return list.find(({ id }) => id === paper);
    }, 15);
    expect(view.record).toMatchObject({ title: "Passeport", status: "kept" });
    expect(must(await mine.api.dossier(dossier)).record.answers.given_name).toEqual(text("Amina-Marqueur"));
    const [page] = Object.keys(view.record.pages);
    must(await mine.api.fetchBack(paper));
    expect(must(await mine.api.readPage(paper, page ?? "", "readable")).bytes.byteLength).toBeGreaterThan(100);
  });

  test("killed in the middle, with another edit on the phone meanwhile: both edits are there, nothing is in conflict", async () => {
    const kiosk = await kioskHere();
    const one = await madeAt(kiosk);
    expect(must(await one.tab.api.finish(15_000)).items).toBe(0);
    await delivered(kiosk, one.tab);
    one.tab.kill();
    const mine = await cameBack(one.card);
    await eventually(async () => ((await mine.api.dossier(one.dossier)).ok ? true : undefined), 15);

    const two = await openKiosk(kiosk);
    await eventually(async () => ((await two.api.comeBack({ card: one.card })).ok ? true : undefined), 10);
    must(await two.api.comeBackOpen({ code, pictogram: "code-lune" }));
    await eventually(async () => ((await two.api.dossier(one.dossier)).ok ? true : undefined), 15);
    kiosk.line.online = false;
    must(await two.api.saveAnswers(one.dossier, { answers: { family_name: text("Du poste") } }));
    two.kill();
    must(await mine.api.saveAnswers(one.dossier, { answers: { request: text("Du téléphone") } }));
    await eventually(async () => (must(await mine.api.outbox()).waiting === 0 ? true : undefined), 15);

    kiosk.line.online = true;
    const three = await openKiosk(kiosk);
    await delivered(kiosk, three);
    const answers = await eventually(async () => {
      must(await mine.api.sendNow());
      const { record } = must(await mine.api.dossier(one.dossier));
      return record.answers.family_name === undefined ? undefined : record;
    }, 20);
    expect(answers.answers).toMatchObject({
      given_name: text("Amina-Marqueur"),
      family_name: text("Du poste"),
      request: text("Du téléphone"),
    });
    expect(answers.others ?? {}).toEqual({});
    three.kill();
  });
});
