/**
 * What can be done with a dossier that was signed: taken back until it is opened, sent without a paper, changed into a
 * version 2 that stands beside the first at the desk. Person, server and desk together, without a browser.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { LetterId, RecordId } from "../../../src/shared/ids.ts";
import { err, ok } from "../../../src/shared/result.ts";
import { createMemoryDisk, createMemoryStore } from "../../../src/storage/memory/index.ts";
import type { DeskDossierRow } from "../../../src/workers/desk.contract.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab, random, type Tab } from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
const text = (value: string) => ({ v: "text", text: value }) as const;

let server: Harness;
let base: string;
let deskCode: string;

beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
});
afterEach(async () => server.close());

async function world() {
  const desk = openDesk(createConnectedBrowser(createLine(base)));
  must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
  const line = createLine(base);
  const browser = createConnectedBrowser(line);
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  await tab.refresh();
  return { desk, line, browser, tab, profile, store: await tab.store(profile.database) };
}

async function dossierWith(tab: Tab, papers: readonly RecordId[] = []): Promise<RecordId> {
  const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
  must(await tab.api.saveAnswers(id, { answers: { request: text("MARQUEUR-DEMANDE") } }));
  if (papers.length > 0) must(await tab.api.attach(id, "papers", papers, false));
  return id;
}

async function paper(tab: Tab, title: string): Promise<RecordId> {
  const { id } = must(await tab.api.startPaper({ kind: "identity-card", title }));
  must(await tab.api.addPage(id, file(jpeg({ width: 400, height: 300 }))));
  must(await tab.api.keepPaper(id));
  return id;
}

const reaches = (tab: Tab, id: RecordId, stage: string) =>
  eventually(async () => {
    must(await tab.api.sendNow());
    const view = must(await tab.api.dossier(id));
    return view.stage === stage ? view : undefined;
  });

type Desk = ReturnType<typeof openDesk>;
const listed = (desk: Desk, wanted: (rows: readonly DeskDossierRow[]) => boolean) =>
  eventually(async () => {
    must(await desk.api.refresh());
    const { rows } = must(await desk.api.inbox());
    return wanted(rows) ? rows : undefined;
  });

describe("taking a dossier back", { timeout: 120_000 }, () => {
  test("before it left: a draft again, and nothing was ever at the server", async () => {
    const { tab, line, store } = await world();
    line.online = false;
    const id = await dossierWith(tab);
    // The line is known to be away: no run that is under way takes the letter into its hands.
    await eventually(async () => (must(await store.meta()).networkAttempts > 0 ? true : undefined));
    expect(must(await tab.api.send(id, null)).stage).toBe("waits");
    const back = must(await tab.api.withdraw(id));
    expect(back).toMatchObject({ stage: "draft", proofs: [] });
    expect(back.record.sent).toEqual({});
    expect(back.record.answers.request).toEqual(text("MARQUEUR-DEMANDE"));
    const queue = must(await store.queue());
    expect([queue.letters, queue.proofs]).toEqual([[], []]);
  });

  test("after it arrived: asked, then confirmed; it leaves the desk's inbox with everything it said (INV-2, INV-3)", async () => {
    const { tab, desk, line } = await world();
    const id = await dossierWith(tab);
    must(await tab.api.send(id, null));
    await reaches(tab, id, "complete");
    await listed(desk, (rows) => rows.length === 1);
    line.online = false;
    expect(must(await tab.api.withdraw(id)).stage).toBe("withdrawing");
    // Asked twice is asked once.
    expect(must(await tab.api.withdraw(id)).stage).toBe("withdrawing");
    line.online = true;
    const done = await reaches(tab, id, "withdrawn");
    expect(done.record.answers.request).toEqual(text("MARQUEUR-DEMANDE"));
    const [row] = await listed(desk, (rows) => rows[0]?.status === "withdrawn");
    expect(row).toMatchObject({ status: "withdrawn", name: "", trouble: null });
    expect(await desk.api.open(row?.letter as LetterId)).toEqual({ ok: false, error: { type: "not-found" } });

    // Changed and sent again it is a newer version, which stands alone at the desk.
    must(await tab.api.saveAnswers(id, { answers: { request: text("Deuxième") } }));
    must(await tab.api.send(id, null));
    await reaches(tab, id, "complete");
    const rows = await listed(desk, (all) => all.length === 2);
    expect(rows.map((each) => each.status).sort()).toEqual(["new", "withdrawn"]);
  });

  test("a desk that had it opened first keeps it, and the person is told", async () => {
    const { tab, desk, line } = await world();
    const id = await dossierWith(tab);
    must(await tab.api.send(id, null));
    await reaches(tab, id, "complete");
    const [row] = await listed(desk, (rows) => rows.length === 1);
    line.online = false;
    expect(must(await tab.api.withdraw(id)).stage).toBe("withdrawing");
    must(await desk.api.open(row?.letter as LetterId));
    must(await desk.api.refresh());
    await eventually(async () => (must(await desk.api.inbox()).waiting === 0 ? true : undefined));
    line.online = true;
    const told = await reaches(tab, id, "opened");
    expect(told.withdrawRefused).toBe(true);
    expect(await tab.api.withdraw(id)).toEqual({ ok: false, error: { type: "opened" } });
    expect((await listed(desk, (rows) => rows.length === 1))[0]?.status).toBe("opened");
  });

  test("a kill between the record and the signed withdrawal: the next opening sends it", async () => {
    const { browser, line, profile, tab } = await world();
    const id = await dossierWith(tab);
    must(await tab.api.send(id, null));
    await reaches(tab, id, "complete");
    line.online = false;
    must(await tab.api.lock());
    const disk = browser.disks.get(profile.database) ?? createMemoryDisk();
    const dying = openTab({
      ...browser,
      openStore: async () => {
        const store = createMemoryStore({ clock: browser.clock, disk });
        return ok({ ...store, queueProof: async () => err({ type: "unavailable", detail: "killed" } as const) });
      },
    });
    must(await dying.api.unlock({ database: profile.database, code }));
    expect(await dying.api.withdraw(id)).toMatchObject({ ok: false, error: { type: "unavailable" } });
    const later = openTab(browser);
    must(await later.api.unlock({ database: profile.database, code }));
    expect(must(await later.api.dossier(id)).stage).toBe("withdrawing");
    line.online = true;
    await reaches(later, id, "withdrawn");
  });
});

describe("sending", { timeout: 120_000 }, () => {
  test("without a paper that cannot arrive: a newer version says that it follows; later it leaves with it", async () => {
    const { tab, desk, store } = await world();
    const good = await paper(tab, "Carte");
    const bad = await paper(tab, "Trop lourd");
    const id = await dossierWith(tab, [good, bad]);
    // The server refuses this one for good.
    const blobs = Object.values(must(await tab.api.paper(bad)).record.pages).flatMap((page) =>
      [page.readable?.blob, page.preview?.blob].filter((blob) => blob !== undefined),
    );
    for (const blob of blobs) must(await store.setBlob(blob, { state: "aside", lastCode: "too-large" }));
    must(await tab.api.send(id, null));
    const stuck = await eventually(async () => {
      const view = must(await tab.api.dossier(id));
      return view.stuck !== undefined && view.stage === "deposited" ? view : undefined;
    });
    expect(stuck.stuck).toEqual([bad]);
    expect(await tab.api.sendWithout(id, [])).toEqual({ ok: false, error: { type: "not-found" } });
    must(await tab.api.sendWithout(id, [bad]));
    const without = await reaches(tab, id, "complete");
    expect(without.record.attached.papers).toEqual({ papers: [good, bad], missing: false, later: [bad] });
    expect(
      Object.values(without.record.sent)
        .map((sent) => sent.n)
        .sort(),
    ).toEqual([1, 2]);
    const rows = await listed(desk, (all) => all.length === 2);
    const newest = rows.find((row) => row.replaces !== null);
    const shown = must(await desk.api.open(newest?.letter as LetterId));
    expect(shown.papers).toHaveLength(1);
    expect(shown.payload.later).toEqual(["papers"]);
    // The photo can leave after all.
    for (const blob of blobs) must(await store.setBlob(blob, { state: "waiting", lastCode: null, attempts: 0 }));
    must(await tab.api.sendWithout(id, []));
    const whole = await reaches(tab, id, "complete");
    expect(whole.papers).toEqual({ sent: 2, of: 2 });
    expect(whole.record.attached.papers).toEqual({ papers: [good, bad], missing: false });
  });

  test("version 2 stands beside version 1 at the desk, says what it replaces, and both are kept", async () => {
    const { tab, desk } = await world();
    const id = await dossierWith(tab);
    must(await tab.api.send(id, null));
    await reaches(tab, id, "complete");
    const [first] = await listed(desk, (rows) => rows.length === 1);
    must(await desk.api.open(first?.letter as LetterId));
    must(await tab.api.saveAnswers(id, { answers: { request: text("Version 2") } }));
    must(await tab.api.send(id, null));
    const rows = await listed(desk, (all) => all.length === 2);
    const second = rows.find((row) => row.replaces !== null);
    expect(second).toMatchObject({ replaces: first?.letter });
    const [one, two] = [first, second].map((row) => row?.letter);
    expect(must(await desk.api.open(one as LetterId)).payload.answers.request).toEqual(text("MARQUEUR-DEMANDE"));
    expect(must(await desk.api.open(two as LetterId)).payload.answers.request).toEqual(text("Version 2"));
  });

  test("corrected before it left: the desk reads the correction, and nothing that comes late is in trouble", async () => {
    const { tab, desk, line } = await world();
    line.online = false;
    const id = await dossierWith(tab);
    must(await tab.api.send(id, null));
    must(await tab.api.saveAnswers(id, { answers: { request: text("Corrigé") } }));
    must(await tab.api.send(id, null));
    line.online = true;
    const { record } = await reaches(tab, id, "complete");
    const newest = Object.entries(record.sent).find(([, sent]) => sent.n === 2)?.[0] as LetterId;
    // The first version had perhaps begun to leave: then it comes too, before or after the one that replaces it.
    const rows = await listed(desk, (all) => all.some((row) => row.letter === newest));
    expect(must(await desk.api.open(newest)).payload.answers.request).toEqual(text("Corrigé"));
    expect(rows.map((row) => row.trouble).filter(Boolean)).toEqual([]);
  });
});
