/**
 * C4, INV-6 and INV-4 at the level of the worker: what a session at a shared computer leaves is delivered without anybody,
 * is merged by the person's phone, and opens to nobody at the computer. With real keys and the real server app.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keyringClaim } from "../../../src/protocol/keyring.ts";
import { readChain } from "../../../src/protocol/statements.ts";
import type { ServerTime } from "../../../src/protocol/wire.ts";
import type { DeviceId, PrincipalId } from "../../../src/shared/ids.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import { createKioskDisk, delivered, type Kiosk, type KioskTab, openKiosk } from "./kiosk-world.ts";
import { comeBack, newCard, quiet } from "./phones.ts";
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

describe("decisions/0024 a visit is no device", { timeout: 120_000 }, () => {
  /** The server's chain of the only satchel that this computer named. */
  async function chainAt(principal: string) {
    const found = await server.store.principal(principal as PrincipalId);
    const chain = await readChain(found?.statements ?? []);
    if (!chain.ok) throw new Error(chain.error.type);
    return chain.value;
  }
  /** Opened there with card and code. */
  async function visit(kiosk: Kiosk, card: string): Promise<KioskTab> {
    // Each visit begins at a moment of its own.
    server.time.now += 60_000;
    const tab = await openKiosk(kiosk);
    await eventually(async () => ((await tab.api.comeBack({ card })).ok ? true : undefined));
    must(await tab.api.comeBackOpen({ code, pictogram: "code-lune" }));
    await eventually(async () => (must(await tab.api.cardState()).atServer === "yes" ? true : undefined), 20);
    return tab;
  }
  /** Made and left at a computer with a network, then opened on a phone: three statements and a removal, for good. */
  async function madeAndLeft() {
    const first = await kioskHere();
    const one = await madeAt(first);
    const [row] = [...first.rows.values()];
    const principal = row?.principal ?? "";
    expect(must(await one.tab.api.finish(15_000)).items).toBe(0);
    await delivered(first, one.tab);
    one.tab.kill();
    server.time.now += 60_000;
    const owner = await comeBack(base, one.card);
    const mine = owner.tab;
    // Its own keyring has arrived: two that are made at once are another test's (keyring-simulation.test.ts).
    await quiet(owner);
    await eventually(async () => ((await chainAt(principal)).devices.size === 1 ? true : undefined));
    await eventually(async () => ((await mine.api.dossier(one.dossier)).ok ? true : undefined));
    const { head, removed } = await chainAt(principal);
    expect([head.n, removed.size]).toEqual([3, 1]);
    return { principal, owner, mine, card: one.card, dossier: one.dossier };
  }
  const asksWho = async (tab: Pick<Tab, "api">): Promise<boolean> => {
    const state = must(await tab.api.opening());
    return state.type === "open" && state.way.openedElsewhere;
  };

  test("two at once pull, save and end: the chain is as it was, no disk keeps anything, the ended session opens nothing", async () => {
    const { principal, mine, card, dossier } = await madeAndLeft();
    const [here, there] = [await kioskHere(), await kioskHere()];
    const [one, two] = [await visit(here, card), await visit(there, card)];
    const device = [...here.rows.values()][0]?.device as DeviceId;
    for (const tab of [one, two])
      await eventually(async () => ((await tab.api.dossier(dossier)).ok ? true : undefined));
    must(await one.api.saveAnswers(dossier, { answers: { family_name: text("Premier poste") } }));
    must(await two.api.saveAnswers(dossier, { answers: { request: text("Second poste") } }));
    for (const [kiosk, tab] of [
      [here, one],
      [there, two],
    ] as const) {
      expect(must(await tab.api.finish(15_000)).items).toBe(0);
      await delivered(kiosk, tab);
      tab.kill();
    }
    const over = await server.store.tallied(`visit-over.${principal}.${device}`, server.time.now as ServerTime);
    expect(over.count).toBe(1);
    const answers = await eventually(async () => {
      must(await mine.api.sendNow());
      const { record } = must(await mine.api.dossier(dossier));
      return record.answers.family_name === undefined || record.answers.request === undefined ? undefined : record;
    });
    expect(answers.answers).toMatchObject({ family_name: text("Premier poste"), request: text("Second poste") });
    const after = await chainAt(principal);
    expect([after.head.n, after.devices.size, after.removed.size]).toEqual([3, 1, 1]);
    expect(after.devices.has(device)).toBe(false);
  });

  test("the phone says that it was opened elsewhere, once for each visit; the visit itself does not ask", async () => {
    const { mine, card } = await madeAndLeft();
    expect(await asksWho(mine)).toBe(false);
    for (const computer of [await kioskHere(), await kioskHere()]) {
      const tab = await visit(computer, card);
      await eventually(async () => {
        must(await mine.api.sendNow());
        return (await asksWho(mine)) ? true : undefined;
      });
      expect(await asksWho(tab)).toBe(false);
      must(await tab.api.finish(15_000));
      tab.kill();
      must(await mine.api.ownDevice());
      expect(await asksWho(mine)).toBe(false);
    }
    // A phone that comes later is not asked about visits of before.
    server.time.now += 60_000;
    const later = await cameBack(card);
    must(await later.api.sendNow());
    expect(await asksWho(later)).toBe(false);
  });

  test("killed: nothing waits but what was saved, which is delivered when the visit has long ended", async () => {
    const { principal, mine, card } = await madeAndLeft();
    const kiosk = await kioskHere();
    const tab = await visit(kiosk, card);
    await eventually(async () => (must(await tab.api.outbox()).waiting === 0 ? true : undefined));
    kiosk.line.online = false;
    must(await tab.api.startPaper({ kind: "passport", title: "Du poste" }));
    expect([...kiosk.rows.values()].map(({ leaving }) => leaving ?? null)).toEqual([null]);
    tab.kill();
    // Days later.
    server.time.now += 3 * 86_400_000;
    kiosk.line.online = true;
    await delivered(kiosk, await openKiosk(kiosk));
    const paper = await eventually(async () => {
      must(await mine.api.sendNow());
      return must(await mine.api.papers()).find(({ record }) => record.title === "Du poste");
    });
    expect(paper.record.status).toBe("draft");
    expect((await chainAt(principal)).head.n).toBe(3);
  });

  test("a new card made during a visit takes the place of the old one, under the same root and without a statement", async () => {
    const { principal, card } = await madeAndLeft();
    const kiosk = await kioskHere();
    const tab = await visit(kiosk, card);
    const heldNow = async () => {
      const held = await server.store.keyring(principal as PrincipalId);
      const claim = held === undefined ? undefined : keyringClaim(held.signed);
      return claim?.ok === true ? claim.value : undefined;
    };
    const before = (await heldNow())?.card?.locator;
    const drawn = must(await tab.api.replaceCard());
    must(await tab.api.drill(drawn.groups.join(" ")));
    must(await tab.api.answerCode({ code }));
    await eventually(async () => ((await heldNow())?.card?.locator === before ? undefined : true), 20);
    expect(must(await tab.api.finish(15_000)).items).toBe(0);
    tab.kill();
    expect((await heldNow())?.root).toBe(0);
    expect((await chainAt(principal)).head.n).toBe(3);
    const other = await phone();
    expect(await other.api.comeBack({ card })).toMatchObject({ error: { type: "card-replaced" } });
    const again = await visit(await kioskHere(), drawn.qr);
    expect(must(await again.api.opening()).type).toBe("open");
    again.kill();
  });

  test("a new root made on a phone ends the visit; what it goes on saving arrives", async () => {
    const { principal, owner, card } = await madeAndLeft();
    const kiosk = await kioskHere();
    const tab = await visit(kiosk, card);
    await eventually(async () => (must(await tab.api.outbox()).waiting === 0 ? true : undefined));
    const device = [...kiosk.rows.values()][0]?.device as DeviceId;
    server.time.now += 60_000;
    await newCard(owner);
    const standing = await server.store.standing(principal as PrincipalId, device);
    expect(standing?.visitsFrom).toBeGreaterThan(server.time.now - 1);
    must(await tab.api.startPaper({ kind: "passport", title: "Après la carte" }));
    must(await tab.api.finish(1000));
    tab.kill();
    await delivered(kiosk, await openKiosk(kiosk));
    await eventually(async () => {
      must(await owner.tab.api.sendNow());
      return must(await owner.tab.api.papers()).find(({ record }) => record.title === "Après la carte");
    }, 20);
    expect((await chainAt(principal)).devices.has(device)).toBe(false);
  });

  /** Opened at a computer whose server is of before: its answer has no pass. */
  async function visitOfBefore() {
    const { principal, card } = await madeAndLeft();
    const kiosk = await kioskHere();
    const { fetch } = kiosk.line;
    const older: typeof fetch = async (path, init) => {
      const answer = await fetch(path, init);
      if (path !== "/v1/ways/open" || !answer.ok) return answer;
      const { visit: _visit, ...rest } = (await answer.json()) as Record<string, unknown>;
      return new Response(JSON.stringify(rest), { status: answer.status, headers: answer.headers });
    };
    Object.assign(kiosk.line, { fetch: older });
    const tab = await visit(kiosk, card);
    const device = [...kiosk.rows.values()][0]?.device as DeviceId;
    await eventually(async () => ((await chainAt(principal)).devices.has(device) ? true : undefined));
    expect((await chainAt(principal)).devices.get(device)?.box).toBeNull();
    return { principal, kiosk, tab, device };
  }
  const isOut = async ({ principal, device }: Awaited<ReturnType<typeof visitOfBefore>>): Promise<void> => {
    const after = await chainAt(principal);
    expect([after.removed.has(device), after.head.n]).toEqual([true, 5]);
  };

  test("a server of before gives no pass: the session is a device without a box key that puts itself out, as in 0018", async () => {
    const before = await visitOfBefore();
    // Killed without a network: the statement was signed before, and leaves with the postbox.
    before.kiosk.line.online = false;
    before.tab.kill();
    before.kiosk.line.online = true;
    await delivered(before.kiosk, await openKiosk(before.kiosk));
    await isOut(before);
  });

  test("such a device, ended without a network: out, and gone from here, as soon as there is one", async () => {
    const before = await visitOfBefore();
    const { kiosk, tab } = before;
    kiosk.line.online = false;
    must(await tab.api.startPaper({ kind: "passport", title: "Du poste" }));
    must(await tab.api.finish(0));
    // The postbox has tried, and waits.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    kiosk.line.online = true;
    // Said once, as a browser does.
    must(await tab.api.hint("online"));
    await eventually(() => (kiosk.rows.size + kiosk.disks.size === 0 ? true : undefined), 30);
    await isOut(before);
    tab.kill();
  });
});
