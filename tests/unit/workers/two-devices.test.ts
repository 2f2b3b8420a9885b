/**
 * One satchel on two devices: the transfer without network, then what each writes alone, merged (DESIGN 4, SPEC C-T). Two
 * services on memory stores and the real server; the real browsers do the same in tests/e2e/two-devices.test.ts (B7).
 */
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sameValue } from "../../../src/satchel/merge.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { LetterId } from "../../../src/shared/ids.ts";
import type { SatchelApi } from "../../../src/workers/satchel.contract.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import {
  type Browser,
  createBrowser,
  createConnectedBrowser,
  createLine,
  eventually,
  type Line,
  must,
  openDesk,
  openTab,
  random,
  type Tab,
} from "./world.ts";

const code = "417233";
const otherCode = "582914";
const text = (value: string) => ({ v: "text", text: value }) as const;
const address = {
  v: "address",
  street: "1 rue X",
  more: "",
  postal: "93200",
  city: "S",
  code: null,
  country: "",
} as const;
const signature = {
  v: "signature",
  ink: "s1 1,2 30,40",
  name: "Amina",
  text: "Je le dis.",
  language: "fr",
  at: 1,
} as const;

/** The transfer as a person with two phones does it. */
async function transfer(from: SatchelApi, to: SatchelApi): Promise<void> {
  const request = must(await to.transferRequest());
  const offer = must(await from.transferOffer({ code, request: request.text }));
  const shown = must(await to.transferNumber(offer.number));
  expect(shown.pictures).toEqual(offer.pictures);
  const answer = must(await from.transferConfirm());
  must(await to.transferAccept(answer.text));
  must(await to.transferFinish(otherCode));
}

async function first(browser: Browser = createBrowser()) {
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  return { browser, tab, profile };
}

describe("a transfer without network", () => {
  test("makes the same satchel on the new device: own code, same card, same chain, honestly empty", async () => {
    const old = await first();
    const fresh = openTab(createBrowser());
    await transfer(old.tab.api, fresh.api);
    const opening = must(await fresh.api.opening());
    expect(opening).toMatchObject({ type: "open", arriving: true, cardDrilled: false });
    expect(opening.type === "open" && opening.profile.pictogram).toBe("code-bateau");
    expect(must(await fresh.api.card())).toMatchObject({ qr: must(await old.tab.api.card()).qr });
    expect(must(await fresh.api.papers())).toEqual([]);
    const [here, there] = [must(await fresh.api.devices()), must(await old.tab.api.devices())];
    expect(here.map((device) => device.id)).toEqual(there.map((device) => device.id));
    expect(here.map((device) => device.here)).toEqual([false, true]);
    expect(there.map((device) => device.here)).toEqual([true, false]);
    expect(there.map((device) => device.addedAt)).toEqual([expect.any(Number), expect.any(Number)]);
  });

  test("the new device opens again with its own code and with the card, not with the old one's code", async () => {
    const old = await first();
    const browser = createBrowser();
    const fresh = openTab(browser);
    await transfer(old.tab.api, fresh.api);
    const card = must(await fresh.api.card()).qr;
    must(await fresh.api.lock());
    const later = openTab(browser);
    const { database } = must(await browser.registry.list())[0] ?? { database: "" };
    expect(await later.api.unlock({ database, code })).toMatchObject({ ok: false, error: { type: "wrong-code" } });
    must(await later.api.unlock({ database, code: otherCode }));
    must(await later.api.lock());
    must(await later.api.unlockWithCard({ database, card }));
  });

  test("C-T2 the code is asked again, and a wrong one counts", async () => {
    const old = await first();
    const fresh = openTab(createBrowser());
    const { text: request } = must(await fresh.api.transferRequest());
    expect(await old.tab.api.transferOffer({ code: "999990", request })).toMatchObject({
      ok: false,
      error: { type: "wrong-code", triesLeft: 9 },
    });
    expect(await old.tab.api.transferConfirm()).toEqual({ ok: false, error: { type: "expired" } });
    must(await old.tab.api.lock());
    expect(await old.tab.api.transferOffer({ code, request })).toEqual({ ok: false, error: { type: "locked" } });
  });

  test("C-T6 15 minutes, once: late, replayed, foreign and repeated texts are refused and leave nothing", async () => {
    const old = await first();
    const browser = createBrowser();
    const fresh = openTab(browser);
    expect(await fresh.api.transferNumber("402913")).toEqual({ ok: false, error: { type: "expired" } });
    const one = must(await fresh.api.transferRequest());
    const offer = must(await old.tab.api.transferOffer({ code, request: one.text }));
    old.browser.clock.pass(15 * 60_000 + 1);
    expect(await old.tab.api.transferConfirm()).toEqual({ ok: false, error: { type: "expired" } });
    // Read again in time: answered once.
    const again = must(await old.tab.api.transferOffer({ code, request: one.text }));
    expect(again.number).toMatch(/^\d{6}$/);
    const answer = must(await old.tab.api.transferConfirm()).text;
    expect(await old.tab.api.transferConfirm()).toEqual({ ok: false, error: { type: "expired" } });
    expect(await old.tab.api.transferOffer({ code, request: one.text })).toEqual({
      ok: false,
      error: { type: "already-added" },
    });
    // The number of the first reading is not the one that the answer is bound to.
    if (offer.number !== again.number) {
      must(await fresh.api.transferNumber(offer.number));
      expect(await fresh.api.transferAccept(answer)).toEqual({ ok: false, error: { type: "cannot-open" } });
    }
    // A new request forgets the old one: its answer is a foreign one now.
    must(await fresh.api.transferRequest());
    must(await fresh.api.transferNumber(again.number));
    expect(await fresh.api.transferAccept(answer)).toEqual({ ok: false, error: { type: "other-request" } });
    browser.clock.pass(15 * 60_000 + 1);
    expect(await fresh.api.transferAccept(answer)).toEqual({ ok: false, error: { type: "expired" } });
    expect(await fresh.api.transferFinish(otherCode)).toEqual({ ok: false, error: { type: "expired" } });
    expect(must(await browser.registry.list())).toEqual([]);
  });

  test("a code too easy is refused without losing the transfer; the same satchel is not taken twice", async () => {
    const old = await first();
    const fresh = openTab(createBrowser());
    const request = must(await fresh.api.transferRequest());
    const offer = must(await old.tab.api.transferOffer({ code, request: request.text }));
    must(await fresh.api.transferNumber(offer.number));
    must(await fresh.api.transferAccept(must(await old.tab.api.transferConfirm()).text));
    expect(await fresh.api.transferFinish("123456")).toEqual({ ok: false, error: { type: "code-too-common" } });
    must(await fresh.api.transferFinish(otherCode));
    // The same browser asks the same satchel again.
    const twice = must(await fresh.api.transferRequest());
    const second = must(await old.tab.api.transferOffer({ code, request: twice.text }));
    must(await fresh.api.transferNumber(second.number));
    const text = must(await old.tab.api.transferConfirm()).text;
    expect(await fresh.api.transferAccept(text)).toEqual({ ok: false, error: { type: "already-here" } });
  });

  test("a second transfer before any network goes behind the first; each device can pass it on", async () => {
    const old = await first();
    const [two, three, four] = [openTab(createBrowser()), openTab(createBrowser()), openTab(createBrowser())];
    await transfer(old.tab.api, two.api);
    await transfer(old.tab.api, three.api);
    expect(must(await three.api.devices())).toHaveLength(3);
    const request = must(await four.api.transferRequest());
    const offer = must(await three.api.transferOffer({ code: otherCode, request: request.text }));
    must(await four.api.transferNumber(offer.number));
    must(await four.api.transferAccept(must(await three.api.transferConfirm()).text));
    must(await four.api.transferFinish("739215"));
    expect(must(await four.api.devices())).toHaveLength(4);
  });
});

/** Every op of this device has its verdict, and nothing that was pulled waits to be merged. */
async function settled(tab: Tab): Promise<void> {
  await eventually(async () => {
    must(await tab.api.sendNow());
    const opening = must(await tab.api.opening());
    if (opening.type !== "open") throw new Error("the satchel is open");
    const store = await tab.store(opening.profile.database);
    const [queue, inbox] = [must(await store.queue()), must(await store.listInbox())];
    return queue.ops.length === 0 && inbox.length === 0 ? true : undefined;
  });
}

/** Everything that a device shows of what two devices share. */
async function shown({ api }: Tab): Promise<unknown> {
  const sorted = <T extends { readonly id: string }>(all: readonly T[]) =>
    [...all].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    papers: sorted(must(await api.papers())).map(({ id, record }) => ({ id, record })),
    dossiers: sorted(must(await api.dossiers())).map(({ id, record }) => ({ id, record })),
    profile: must(await api.profile()),
    others: must(await api.others()),
  };
}

describe("two devices that write while they are offline, then meet", { timeout: 120_000 }, () => {
  let server: Harness;
  let base: string;
  beforeEach(async () => {
    server = await createHarness();
    base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  });
  afterEach(async () => server.close());

  const phone = () => {
    const line = createLine(base);
    return { line, tab: openTab(createConnectedBrowser(line)) };
  };

  test("B7 equal afterwards, nothing lost, other answers visible and settled by one choice on both", async () => {
    const [a, b] = [phone(), phone()];
    a.line.online = false;
    b.line.online = false;
    must(await a.tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
    must(await a.tab.api.saveProfile({ given_name: "Amina" }));
    const { id: paper } = must(await a.tab.api.startPaper({ kind: "identity-card", title: "Carte" }));
    must(await a.tab.api.addPage(paper, file(jpeg({ width: 400, height: 300 }))));
    must(await a.tab.api.keepPaper(paper));
    const { id: toBin } = must(await a.tab.api.startPaper({ kind: "passport", title: "Passeport" }));
    must(await a.tab.api.addPage(toBin, file(jpeg({ width: 400, height: 300 }))));
    must(await a.tab.api.keepPaper(toBin));
    const { id: toErase } = must(await a.tab.api.startPaper({ kind: "passport", title: "Vieux" }));
    must(await a.tab.api.addPage(toErase, file(jpeg({ width: 400, height: 300 }))));
    must(await a.tab.api.keepPaper(toErase));
    const { id } = must(
      await a.tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: "ccas-brevigny" }),
    );
    must(await a.tab.api.saveAnswers(id, { answers: { given_name: text("Amina") } }));
    const { row } = must(await a.tab.api.addRow(id, "household"));

    // The transfer needs no network; the papers need one.
    await transfer(a.tab.api, b.tab.api);
    expect(must(await b.tab.api.opening())).toMatchObject({ arriving: true });
    a.line.online = true;
    b.line.online = true;
    await settled(a.tab);
    await settled(b.tab);
    await eventually(async () => (must(await b.tab.api.papers()).length === 3 ? true : undefined));
    await eventually(async () => ("arriving" in must(await b.tab.api.opening()) ? undefined : true));
    await settled(a.tab);
    expect(await shown(b.tab)).toEqual(await shown(a.tab));
    expect(must(await b.tab.api.others())).toEqual([]);

    // Both offline, both write.
    a.line.online = false;
    b.line.online = false;
    must(
      await a.tab.api.saveAnswers(id, {
        answers: {
          given_name: text("Aminata"),
          phone: text("0600000001"),
          address,
          links: { v: "choices", ids: ["work"] },
          [`household/${row}/link`]: { v: "choice", id: "child" },
        },
      }),
    );
    must(
      await b.tab.api.saveAnswers(id, {
        answers: {
          given_name: text("Amina B."),
          birthdate: { v: "date", date: "1984" },
          sign: signature,
          links: { v: "choices", ids: ["family"], other: "le marché" },
          [`household/${row}/address`]: address,
        },
      }),
    );
    const rowA = must(await a.tab.api.addRow(id, "household")).row;
    const rowB = must(await b.tab.api.addRow(id, "household")).row;
    must(await a.tab.api.removeRow(id, row));
    must(await b.tab.api.saveAnswers(id, { answers: { [`household/${row}/name`]: text("Lou") } }));
    const pageA = must(await a.tab.api.addPage(paper, file(jpeg({ width: 500, height: 300 })))).page;
    const pageB = must(await b.tab.api.addPage(paper, file(jpeg({ width: 600, height: 300 })))).page;
    must(await a.tab.api.describePaper(paper, { title: "Carte A" }));
    must(await b.tab.api.describePaper(paper, { title: "Carte B" }));
    must(await a.tab.api.binPaper(toBin));
    must(await b.tab.api.describePaper(toBin, { title: "Passeport de Lou" }));
    must(await b.tab.api.erasePaper(toErase));
    must(await a.tab.api.describePaper(toErase, { title: "Vieux passeport" }));
    must(await a.tab.api.saveProfile({ given_name: "Aminata" }));
    must(await b.tab.api.saveProfile({ given_name: "Amina B." }));

    a.line.online = true;
    await settled(a.tab);
    b.line.online = true;
    await settled(b.tab);
    await settled(a.tab);
    await settled(b.tab);
    await eventually(async () => {
      const [left, right] = [await shown(a.tab), await shown(b.tab)];
      return sameValue(left, right) ? true : undefined;
    });
    expect(await shown(a.tab)).toEqual(await shown(b.tab));

    const dossier = must(await a.tab.api.dossier(id)).record;
    expect(dossier.answers).toMatchObject({
      phone: text("0600000001"),
      birthdate: { v: "date", date: "1984" },
      [`household/${row}/name`]: text("Lou"),
      links: { v: "choices", ids: expect.arrayContaining(["work", "family"]), other: "le marché" },
      // E8: by field, whatever its type, and in rows: an answer that only one of them gave stands for both.
      address,
      sign: signature,
      [`household/${row}/link`]: { v: "choice", id: "child" },
      [`household/${row}/address`]: address,
    });
    expect(Object.keys(dossier.rows).sort()).toEqual([row, rowA, rowB].sort());
    expect(dossier.rows[row]?.removed).toBe(false);
    const carte = must(await a.tab.api.paper(paper)).record;
    expect(Object.keys(carte.pages)).toEqual(expect.arrayContaining([pageA, pageB]));
    expect(Object.keys(carte.pages)).toHaveLength(3);
    expect(must(await a.tab.api.paper(toBin)).record.status).toBe("kept");
    expect(must(await b.tab.api.paper(toErase)).record.title).toBe("Vieux passeport");
    const names = new Map<string, string>([
      [paper, "card"],
      [toBin, "passport"],
      [toErase, "old one"],
    ]);
    const paths = must(await a.tab.api.others()).map((other) => `${names.get(other.id) ?? other.what} ${other.path}`);
    expect(paths.sort()).toEqual(
      [
        "dossier answers.given_name",
        `dossier rows.${row}.removed`,
        "old one erased",
        "passport status",
        "card title",
        "profile given_name",
      ].sort(),
    );

    // Settled on one device, by a choice each; the other one stops asking.
    for (const { id: about, path } of must(await b.tab.api.others())) {
      const choice = path === "erased" || path === "status" || path.startsWith("rows.") ? null : 0;
      must(await b.tab.api.settleOther({ id: about, path, choice }));
    }
    expect(must(await b.tab.api.others())).toEqual([]);
    await settled(b.tab);
    await settled(a.tab);
    await eventually(async () => (must(await a.tab.api.others()).length === 0 ? true : undefined));
    expect(await shown(a.tab)).toEqual(await shown(b.tab));
  });

  test("INV-2 the other device says where a dossier is by proofs alone, and that it leaves elsewhere until then", async () => {
    const [a, b] = [phone(), phone()];
    const deskCode = (await prepareDesk({ store: server.store, random }, "ccas-brevigny", undefined))?.join(" ") ?? "";
    const desk = openDesk(createConnectedBrowser(createLine(base)));
    must(await desk.api.enrol({ slug: "ccas-brevigny", deskCode, code: "582914" }));
    must(await a.tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
    await a.tab.refresh();
    await transfer(a.tab.api, b.tab.api);
    const { id } = must(
      await a.tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas-brevigny" }),
    );
    must(await a.tab.api.saveAnswers(id, { answers: { request: text("Bonjour") } }));
    await settled(a.tab);
    a.line.online = false;
    must(await a.tab.api.send(id, null));
    // The letter waits on the first device; its record is all that the second one hears of, once it may leave.
    const store = await a.tab.store(await databaseOf(a.tab));
    const letter = Object.keys(must(await a.tab.api.dossier(id)).record.sent)[0] as LetterId;
    must(await store.setLetter(letter, { nextAt: Date.now() + 3_600_000 }));
    a.line.online = true;
    must(await a.tab.api.hint("online"));
    await eventually(async () => (must(await store.queue()).ops.length === 0 ? true : undefined));
    const waiting = await eventually(async () => {
      must(await b.tab.api.sendNow());
      const view = await b.tab.api.dossier(id);
      return view.ok && view.value.record.status === "sent" ? view.value : undefined;
    });
    expect(waiting).toMatchObject({ stage: "waits", elsewhere: true, proofs: [] });
    must(await store.setLetter(letter, { nextAt: 0 }));
    must(await a.tab.api.sendNow());
    const proven = await eventually(async () => {
      must(await b.tab.api.sendNow());
      const view = must(await b.tab.api.dossier(id));
      return view.stage === "complete" ? view : undefined;
    });
    expect(proven).not.toHaveProperty("elsewhere");
    expect(proven.proofs.map((proof) => proof.type)).toEqual(["deposited", "complete"]);
    // The second device can take it back too.
    expect(must(await b.tab.api.withdraw(id)).stage).toBe("withdrawing");
    for (const { tab } of [b, a]) {
      await eventually(async () => {
        must(await tab.api.sendNow());
        return must(await tab.api.dossier(id)).stage === "withdrawn" ? true : undefined;
      });
    }
  });
});

async function databaseOf({ api }: Tab): Promise<string> {
  const state = must(await api.opening());
  if (state.type !== "open") throw new Error("the satchel is open");
  return state.profile.database;
}

test("S-R7 what was erased here does not come back from another phone's old copy after a restored backup", async () => {
  const before = await createHarness();
  const folder = mkdtempSync(join(tmpdir(), "besace-unit-"));
  copyFileSync(join(before.folder, "server.json"), join(folder, "server.json"));
  let base = await before.http.listen({ port: 0, host: "127.0.0.1" });
  const phone = () => {
    const line: Line = {
      online: true,
      sent: [],
      fetch: async (path, init) => {
        if (!line.online) throw new TypeError("the line is cut");
        return fetch(`${base}${path}`, init);
      },
    };
    return { line, tab: openTab(createConnectedBrowser(line)) };
  };
  const [a, b] = [phone(), phone()];
  const { database } = must(await a.tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  const { id } = must(
    await a.tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas-brevigny" }),
  );
  await settled(a.tab);
  must(await a.tab.api.saveAnswers(id, { answers: { request: text("Bonjour") } }));
  await settled(a.tab);
  await transfer(a.tab.api, b.tab.api);
  await settled(b.tab);
  await eventually(async () => (must(await b.tab.api.dossiers()).length === 1 ? true : undefined));
  await settled(b.tab);

  // Erased on one of them without a line; the server is set back to a time before the dossier.
  a.line.online = false;
  b.line.online = false;
  must(await a.tab.api.eraseDossier(id));
  await before.close();
  const after = await createHarness({ folder });
  base = await after.http.listen({ port: 0, host: "127.0.0.1" });

  // It hears that the server has no such record, and the line is cut before its new deletion leaves.
  const store = await a.tab.store(database);
  const [deletion] = must(await store.chain(id));
  if (deletion === undefined) throw new Error("a deletion waits");
  must(await store.bookConflict(deletion.op, null, 0));
  must(await a.tab.api.lock());
  must(await a.tab.api.unlock({ database, code }));
  await eventually(async () => (must(await store.getRecord(id))?.server === null ? true : undefined));

  b.line.online = true;
  const copy = await b.tab.store(await databaseOf(b.tab));
  const old = must(await copy.getRecord(id))?.server?.sig;
  await eventually(async () => {
    must(await b.tab.api.sendNow());
    const row = must(await copy.getRecord(id));
    return row?.server != null && row.server.sig !== old && row.server.sig === row.local.sig ? true : undefined;
  });
  expect(must(await b.tab.api.dossiers())).toHaveLength(1);
  a.line.online = true;
  await settled(a.tab);
  await settled(b.tab);
  await eventually(async () => (must(await b.tab.api.dossiers()).length === 0 ? true : undefined));
  await settled(a.tab);
  expect(must(await a.tab.api.dossiers())).toEqual([]);
  await after.close();
}, 120_000);
