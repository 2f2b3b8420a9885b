/**
 * C4, INV-6 and INV-4 at the level of the worker: what a session at a shared computer leaves is delivered without anybody,
 * is merged by the person's phone, and opens to nobody at the computer. With real keys and the real server app.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readChain } from "../../../src/protocol/statements.ts";
import type { DeviceId, PrincipalId } from "../../../src/shared/ids.ts";
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
  await eventually(async () => ((await tab.api.comeBack({ card })).ok ? true : undefined));
  must(await tab.api.comeBackOpen({ code, pictogram: "code-lune" }));
  return tab;
}

describe("C4 a session at a shared computer", { timeout: 120_000 }, () => {
  test("offline: what is left is sealed, keyless, delivered without anybody; the phone opens it with the card", async () => {
    const kiosk = await kioskHere();
    // The keys of the server are known from the last time there was a network.
    const before = await openKiosk(kiosk);
    await eventually(() => (kiosk.kept === undefined ? undefined : true));
    before.kill();
    kiosk.line.online = false;
    const { tab, card, paper, dossier } = await madeAt(kiosk);
    const { items, papers, dossiers } = must(await tab.api.finish(200));
    // As the person would count: one paper and one dossier, whatever number of sealed things that makes.
    expect([papers, dossiers]).toEqual([1, 1]);
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
    await delivered(kiosk, later);
    expect(must(await later.api.postbox())).toEqual({ items: 0, since: null });
    later.kill();

    const mine = await cameBack(card);
    const view = await eventually(async () => {
      const list = must(await mine.api.papers());
      return list.find(({ id }) => id === paper);
    });
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
    await eventually(async () => ((await mine.api.dossier(one.dossier)).ok ? true : undefined));

    const two = await openKiosk(kiosk);
    await eventually(async () => ((await two.api.comeBack({ card: one.card })).ok ? true : undefined));
    must(await two.api.comeBackOpen({ code, pictogram: "code-lune" }));
    await eventually(async () => ((await two.api.dossier(one.dossier)).ok ? true : undefined));
    kiosk.line.online = false;
    must(await two.api.saveAnswers(one.dossier, { answers: { family_name: text("Du poste") } }));
    two.kill();
    must(await mine.api.saveAnswers(one.dossier, { answers: { request: text("Du téléphone") } }));
    await eventually(async () => (must(await mine.api.outbox()).waiting === 0 ? true : undefined));

    kiosk.line.online = true;
    const three = await openKiosk(kiosk);
    await delivered(kiosk, three);
    const answers = await eventually(async () => {
      must(await mine.api.sendNow());
      const { record } = must(await mine.api.dossier(one.dossier));
      return record.answers.family_name === undefined ? undefined : record;
    });
    expect(answers.answers).toMatchObject({
      given_name: text("Amina-Marqueur"),
      family_name: text("Du poste"),
      request: text("Du téléphone"),
    });
    expect(answers.others ?? {}).toEqual({});
    three.kill();
  });
});

describe("INV-6 the chain after a session: its device had no box key, and put itself out", { timeout: 120_000 }, () => {
  /** The server's chain of the only satchel that this computer named. */
  async function chainAt(principal: string) {
    const found = await server.store.principal(principal as PrincipalId);
    const chain = await readChain(found?.statements ?? []);
    if (!chain.ok) throw new Error(chain.error.type);
    return chain.value;
  }
  /** Made and left at a computer with a network; then opened at another one with card and code, with a phone there too. */
  async function openedAgain() {
    const first = await kioskHere();
    const one = await madeAt(first);
    const [row] = [...first.rows.values()];
    const principal = row?.principal ?? "";
    expect(must(await one.tab.api.finish(15_000)).items).toBe(0);
    one.tab.kill();
    await cameBack(one.card);
    await eventually(async () => ((await chainAt(principal)).devices.size === 1 ? true : undefined));
    const kiosk = await kioskHere();
    const two = await openKiosk(kiosk);
    await eventually(async () => ((await two.api.comeBack({ card: one.card })).ok ? true : undefined));
    must(await two.api.comeBackOpen({ code, pictogram: "code-lune" }));
    const device = [...kiosk.rows.values()][0]?.device as DeviceId;
    await eventually(async () => ((await chainAt(principal)).devices.has(device) ? true : undefined));
    return { principal, kiosk, two, card: one.card, device };
  }

  test("ended with a network: out before the page goes, in the satchel that was made here and in one that came", async () => {
    const { principal, kiosk, two, device } = await openedAgain();
    const during = await chainAt(principal);
    // The device of the first session is out; the phone and this one are in, and only the phone follows a new root.
    expect(during.removed.size).toBe(1);
    expect(during.devices.get(device)?.box).toBeNull();
    expect([...during.devices.values()].filter(({ box }) => box !== null)).toHaveLength(1);
    expect(must(await two.api.finish(15_000))).toMatchObject({ items: 0 });
    two.kill();
    const after = await chainAt(principal);
    expect(after.removed.has(device)).toBe(true);
    expect(after.devices.size).toBe(1);
    expect([kiosk.rows.size, kiosk.disks.size]).toEqual([0, 0]);
  });

  test("ended without a network: out, and gone from here, as soon as there is one", async () => {
    const { principal, kiosk, two, device } = await openedAgain();
    kiosk.line.online = false;
    must(await two.api.startPaper({ kind: "passport", title: "Du poste" }));
    must(await two.api.finish(0));
    // The postbox has tried, and waits.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    kiosk.line.online = true;
    // Said once, as a browser does.
    must(await two.api.hint("online"));
    await eventually(() => (kiosk.rows.size + kiosk.disks.size === 0 ? true : undefined), 30);
    expect((await chainAt(principal)).removed.has(device)).toBe(true);
    two.kill();
  });

  test("killed without a network: the statement was signed before, and leaves with the postbox", async () => {
    const { principal, kiosk, two, device } = await openedAgain();
    kiosk.line.online = false;
    two.kill();
    kiosk.line.online = true;
    await delivered(kiosk, await openKiosk(kiosk));
    expect((await chainAt(principal)).removed.has(device)).toBe(true);
  });

  test("another device was first with the next statement: what waits is delivered all the same, the list shows who is left", async () => {
    const { principal, kiosk, two, card, device } = await openedAgain();
    kiosk.line.online = false;
    must(await two.api.startPaper({ kind: "passport", title: "Du poste" }));
    two.kill();
    const third = await cameBack(card);
    await eventually(async () => ((await chainAt(principal)).devices.size === 3 ? true : undefined));
    kiosk.line.online = true;
    await delivered(kiosk, await openKiosk(kiosk));
    const chain = await chainAt(principal);
    expect(chain.devices.get(device)?.box).toBeNull();
    const paper = await eventually(async () => {
      must(await third.api.sendNow());
      return must(await third.api.papers()).find(({ record }) => record.title === "Du poste");
    });
    expect(paper.record.status).toBe("draft");
  });
});
