/**
 * F3 with person, server and desk together: a share is given, looked at, told, ended; whoever lies about its end is refused by the
 * server and, where the server lies, by the desk.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createIdentity } from "../../../src/crypto/identity.ts";
import { sealLetter } from "../../../src/crypto/letter.ts";
import { signProof } from "../../../src/protocol/proofs.ts";
import { readChain } from "../../../src/protocol/statements.ts";
import type { Cursor, Letter, PullAnswer, ServerTime } from "../../../src/protocol/wire.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import { type LetterId, type PrincipalId, type RecordId, randomId, type ThreadId } from "../../../src/shared/ids.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab, random } from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
const DAY = 24 * 3600 * 1000;
let server: Harness;
let base: string;
let deskCode: string;

beforeEach(async () => {
  late = 0;
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
});
afterEach(async () => server.close());

/** Asks for news, and gives them time to come. */
async function look(ask: () => Promise<unknown>): Promise<void> {
  await ask();
  await new Promise((resolve) => setTimeout(resolve, 100));
}

const picture = new TextEncoder().encode("MARQUEUR-PAGE").buffer;
const person = () => {
  const line = createLine(base);
  const browser = createConnectedBrowser(line);
  return { line, browser, tab: openTab(browser) };
};
/** How far the desk's clock is put forward. */
let late = 0;
const helper = () => {
  const line = createLine(base);
  const clock = { now: () => Date.now() + late, set: () => undefined, pass: () => undefined };
  const browser = { ...createConnectedBrowser(line), clock };
  return { line, browser, desk: openDesk(browser) };
};

async function together() {
  const office = helper();
  must(await office.desk.api.enrol({ slug, deskCode, code: "582914" }));
  const me = person();
  await me.tab.refresh();
  const { database } = must(await me.tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  must(await me.tab.api.saveProfile({ given_name: "Amina", family_name: "MARQUEUR-NOM" }));
  const { id: paper } = must(await me.tab.api.startPaper({ kind: "tax-notice", title: "MARQUEUR-TITRE" }));
  must(await me.tab.api.addPage(paper, file(jpeg({ width: 400, height: 300 }))));
  must(await me.tab.api.keepPaper(paper));
  const give = async (days: 1 | 31 = 31) => {
    const { until } = must(await me.tab.api.shareTerms(days));
    const page = { bytes: picture.slice(0), width: 400, height: 300 };
    const papers = [{ paper, pages: [page, page] }];
    const input = { organisation: slug, purpose: "MARQUEUR-MOTIF", days, until, language: "fr", papers };
    return must(await me.tab.api.startShare(input));
  };
  const stage = async (id: RecordId) => must(await me.tab.api.share(id)).stage;
  const isStage = (id: RecordId, wanted: string) =>
    eventually(async () => {
      await look(me.tab.api.sendNow);
      return (await stage(id)) === wanted ? true : undefined;
    });
  const received = () =>
    eventually(async () => {
      await look(office.desk.api.refresh);
      return must(await office.desk.api.shares()).find((row) => row.state === "new" || row.state === "opened");
    });
  const profile = must(await me.browser.registry.get(database));
  const deskProfile = must(await office.browser.registry.list())[0];
  if (profile === undefined || deskProfile === undefined) throw new Error("both are here");
  const store = await office.desk.store(deskProfile.database);
  return { office, me, database, paper, give, stage, isStage, received, profile, store };
}

describe("shares", { timeout: 120_000 }, () => {
  test("given for a time, opened, told to the person paper by paper; the server reads nothing", async () => {
    const { office, me, give, isStage, received } = await together();
    const { id, record } = await give();
    // The server's clock stands in 2027: the end is counted on it, not on the phone's.
    expect(record.until).toBeGreaterThan(server.time.now + 31 * DAY - 3_600_000);
    expect(record.until).toBeLessThan(server.time.now + 31 * DAY + 3_600_000);
    await isStage(id, "complete");
    const row = await received();
    expect(row).toMatchObject({ name: "Amina MARQUEUR-NOM", purpose: "MARQUEUR-MOTIF", papers: 1, state: "new" });
    const share = must(await office.desk.api.openShare(row.letter));
    const [shown] = share.papers;
    expect(shown).toMatchObject({ kind: "tax-notice", title: "MARQUEUR-TITRE" });
    expect(shown?.pages).toHaveLength(2);
    for (const blob of shown?.pages ?? []) {
      const page = must(await office.desk.api.page(row.letter, blob));
      expect([page.mime, new TextDecoder().decode(page.bytes)]).toEqual(["image/jpeg", "MARQUEUR-PAGE"]);
    }
    await isStage(id, "opened");
    // Two pages of one paper on one day: told once.
    const acts = await eventually(async () => {
      await look(me.tab.api.sendNow);
      const all = Object.values(must(await me.tab.api.share(id)).record.acts ?? {});
      return all.length > 0 ? all : undefined;
    });
    expect(acts).toMatchObject([{ paper: 0, helper: "" }]);
    const sent = [...me.line.sent, ...office.line.sent].join("\n");
    for (const marker of ["MARQUEUR-NOM", "MARQUEUR-TITRE", "MARQUEUR-MOTIF", "MARQUEUR-PAGE"]) {
      expect(sent).not.toContain(marker);
      expect(sent).not.toContain(Buffer.from(marker).toString("base64url").slice(0, 16));
    }
  });

  test("F3: ended while offline: nothing more after the first network of the phone, at the server and at the desk", async () => {
    const { office, me, give, isStage, stage, received, store, paper } = await together();
    const { id } = await give();
    const row = await received();
    const { papers } = must(await office.desk.api.openShare(row.letter));
    const blob = papers[0]?.pages[0];
    if (blob === undefined) throw new Error("a page is there");
    must(await office.desk.api.page(row.letter, blob));
    await isStage(id, "opened");
    me.line.online = false;
    expect(must(await me.tab.api.endShare(id)).stage).toBe("ending");
    expect(await stage(id)).toBe("ending");
    me.line.online = true;
    await isStage(id, "ended");
    // The server refuses, whatever the desk has heard.
    const refused = await office.desk.api.page(row.letter, blob);
    expect(refused.ok).toBe(false);
    const gone = await eventually(async () => {
      await look(office.desk.api.refresh);
      return must(await office.desk.api.shares()).find(({ state }) => state === "ended");
    });
    expect(gone).toMatchObject({ letter: row.letter, name: "", purpose: "" });
    expect(await office.desk.api.openShare(row.letter)).toEqual({ ok: false, error: { type: "not-found" } });
    expect(await office.desk.api.page(row.letter, blob)).toEqual({ ok: false, error: { type: "not-found" } });
    // Nothing of hers went with it, and what was sealed for it has left the phone too.
    expect(Object.keys(must(await me.tab.api.paper(paper)).record.pages)).toHaveLength(1);
    // Held against the desk's own key: the record that stands there has no key of a page any more.
    expect(JSON.stringify(must(await store.queue()))).not.toContain(blob);
  });

  test("F3: a server that was set back to an older state hears of the end again", async () => {
    const { me, give, isStage, database } = await together();
    const { id } = await give();
    await isStage(id, "complete");
    must(await me.tab.api.endShare(id));
    await isStage(id, "ended");
    const told = () => me.line.sent.filter((line) => line.startsWith("/v1/proofs ")).length;
    const before = told();
    const open = async () => {
      must(await me.tab.api.lock());
      must(await me.tab.api.unlock({ database, code }));
      await look(me.tab.api.sendNow);
    };
    await open();
    expect(told()).toBe(before);
    await server.store.bumpEpoch();
    await eventually(async () => {
      await look(me.tab.api.sendNow);
      await open();
      return told() > before ? true : undefined;
    });
  });

  test("F3: a server that does not stop, or says nothing of the end: the desk lets go by itself", async () => {
    const { office, give, received } = await together();
    await give(1);
    const row = await received();
    const { papers } = must(await office.desk.api.openShare(row.letter));
    const blob = papers[0]?.pages[0];
    if (blob === undefined) throw new Error("a page is there");
    must(await office.desk.api.page(row.letter, blob));
    office.line.online = false;
    late = DAY + 60_000;
    expect(await office.desk.api.page(row.letter, blob)).toEqual({ ok: false, error: { type: "not-found" } });
    expect(must(await office.desk.api.shares())).toMatchObject([{ letter: row.letter, name: "", state: "over" }]);
    // A clock that is set back brings nothing back: the keys are gone.
    late = 0;
    expect(await office.desk.api.openShare(row.letter)).toEqual({ ok: false, error: { type: "not-found" } });
  });

  test("F3: replayed, foreign, forged: a lying server shows letters and ends that the desk does not believe", async () => {
    const { office, give, received, profile, store, me } = await together();
    await give();
    const row = await received();
    let seq = 1_000_000;
    const show = async (rows: Pick<PullAnswer, "rows">["rows"]) => {
      seq += 1;
      const letters = rows.flatMap((one) =>
        one.type === "letter" ? [{ id: row.letter, letter: one.letter, seq, at: one.at }] : [],
      );
      const proofs = rows.flatMap((one) => (one.type === "proof" ? [{ letter: one.letter, proof: one.proof }] : []));
      const cursor = `e.${seq}` as Cursor;
      must(await store.storePull({ records: [], letters, proofs, blobs: [], cursor, reset: false }));
      await eventually(async () => (must(await store.listInbox()).length === 0 ? true : undefined));
    };
    // An end that somebody else signed.
    const stranger = await createIdentity("satchel", random);
    const manifest = must(await me.tab.api.share(row.letter as string as RecordId)).record.sent.manifest;
    if (manifest === undefined) throw new Error("it says what was sealed");
    for (const by of [stranger.id, profile.principal as PrincipalId]) {
      const end = { t: "ended", v: 1, letter: row.letter, manifest, by, at: 1 } as const;
      await show([{ type: "proof", seq, letter: row.letter, proof: await signProof(stranger.sign, end) }]);
      expect(must(await office.desk.api.shares())).toMatchObject([{ letter: row.letter, state: "new" }]);
    }
    // A share whose outside and inside say two ends, and one without any.
    const to = must(await readChain(must(await office.browser.registry.list())[0]?.statements ?? []));
    const forged = async (until: number | undefined, inside: number) => {
      const letter = randomId<LetterId>(random);
      const payload = { t: "share", purpose: "x", until: inside, language: "fr", name: "", papers: [] };
      const thread = randomId<ThreadId>(random);
      const inner = { thread, n: 1, replaces: null, kind: "share", sentAt: 1, blobs: [], payload } as const;
      const end = until === undefined ? {} : { until: until as ServerTime };
      const sealed: Letter = await sealLetter({ identity: stranger, to, letter, blobs: [], ...end, inner });
      seq += 1;
      const cursor = `e.${seq}` as Cursor;
      const letters = [{ id: letter, letter: sealed, seq, at: 5 }];
      must(await store.storePull({ records: [], letters, proofs: [], blobs: [], cursor, reset: false }));
      await eventually(async () => (must(await store.listInbox()).length === 0 ? true : undefined));
    };
    const later = server.time.now + DAY;
    await forged(later, later + 1);
    await forged(undefined, later);
    expect(must(await office.desk.api.shares())).toHaveLength(1);
    expect(must(await office.desk.api.inbox()).rows.map((one) => one.trouble)).toEqual(["bad-payload", "bad-payload"]);
  });

  test("taken back before it ever left: gone from the queue, nothing is sent", async () => {
    const { me, give, stage } = await together();
    me.line.online = false;
    const { id } = await give();
    expect(await stage(id)).toBe("waits");
    const before = me.line.sent.length;
    expect(["ended", "ending"]).toContain(must(await me.tab.api.endShare(id)).stage);
    expect(must(await me.tab.api.outbox()).lines.filter((line) => line.what === "share")).toEqual([]);
    expect(me.line.sent.length).toBe(before);
  });

  test("an act is believed from the organisation that was given the papers, in the share's own thread, and from nobody else", async () => {
    const { me, give, isStage, profile, database } = await together();
    const { id, record } = await give();
    await isStage(id, "complete");
    const to = must(await readChain(must(await me.browser.registry.get(database))?.statements ?? []));
    const store = await me.tab.store(database);
    const stranger = await createIdentity("organisation", random);
    const letter = randomId<LetterId>(random);
    const payload = { t: "act", about: id, act: "paper-opened", paper: 0, helper: "x", at: 1 };
    const inner = { thread: record.thread, n: 1, replaces: null, kind: "act", sentAt: 1, blobs: [], payload } as const;
    const sealed = await sealLetter({ identity: stranger, to, letter, blobs: [], inner });
    const cursor = "e.1000000" as Cursor;
    const letters = [{ id: letter, letter: sealed, seq: 1_000_000, at: 5 }];
    must(await store.storePull({ records: [], letters, proofs: [], blobs: [], cursor, reset: false }));
    await eventually(async () => (must(await store.listInbox()).length === 0 ? true : undefined));
    expect(must(await me.tab.api.share(id)).record.acts).toBeUndefined();
    expect(profile.principal).toBe(to.id);
  });
});
