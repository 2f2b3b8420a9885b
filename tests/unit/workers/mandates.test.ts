/**
 * Mandates with person, server and desk together: given offline, told apart from shares, acted under by a named helper, ended by
 * domain and whole; and who lies about any of it is refused by the server, by the desk, or by the person's phone.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createIdentity } from "../../../src/crypto/identity.ts";
import { sealLetter } from "../../../src/crypto/letter.ts";
import { sha256 } from "../../../src/crypto/primitives.ts";
import { b64 } from "../../../src/protocol/sign.ts";
import { readChain } from "../../../src/protocol/statements.ts";
import type { Cursor, Letter, ServerTime } from "../../../src/protocol/wire.ts";
import type { MandateDomain } from "../../../src/satchel/model.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import { utf8 } from "../../../src/shared/bytes.ts";
import { type LetterId, type RecordId, randomId, type ThreadId } from "../../../src/shared/ids.ts";
import type { MandateInput } from "../../../src/workers/mandates.contract.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab, random } from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
const DAY = 24 * 3600 * 1000;
let server: Harness;
let base: string;
let deskCode: string;
/** How far the desk's clock is put forward. */
let late = 0;

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
const helper = () => {
  const line = createLine(base);
  const clock = { now: () => Date.now() + late, set: () => undefined, pass: () => undefined };
  const browser = { ...createConnectedBrowser(line), clock };
  return { line, browser, desk: openDesk(browser) };
};

async function together() {
  const office = helper();
  must(await office.desk.api.enrol({ slug, deskCode, code: "582914" }));
  const line = createLine(base);
  const browser = createConnectedBrowser(line);
  const me = { line, browser, tab: openTab(browser) };
  await me.tab.refresh();
  const { database } = must(await me.tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  // The server's clock stands in 2027: ends are counted on it once the phone has heard of it.
  await eventually(async () => {
    await look(me.tab.api.sendNow);
    return must(await me.tab.api.shareTerms(1)).until > server.time.now ? true : undefined;
  });
  const input = async (patch: Partial<MandateInput> = {}): Promise<MandateInput> => {
    const days = patch.days ?? 31;
    const { until } = must(await me.tab.api.shareTerms(days));
    return {
      organisation: slug,
      name: "Amina MARQUEUR-NOM",
      purpose: "MARQUEUR-MOTIF",
      domains: ["housing", "money"],
      acts: ["fill", "call"],
      days,
      until,
      language: "ar",
      text: { fr: "MARQUEUR-TEXTE", shown: { language: "ar", text: "نص" } },
      signature: { ink: null, name: "Amina MARQUEUR-NOM", at: 1 },
      replaces: null,
      ...patch,
    };
  };
  const give = async (patch: Partial<MandateInput> = {}) => must(await me.tab.api.startMandate(await input(patch)));
  const seen = async (id: RecordId) => must(await me.tab.api.mandate(id));
  const isStage = (id: RecordId, wanted: string) =>
    eventually(async () => {
      await look(me.tab.api.sendNow);
      return (await seen(id)).stage === wanted ? true : undefined;
    });
  const received = () =>
    eventually(async () => {
      await look(office.desk.api.refresh);
      return must(await office.desk.api.mandates()).find((row) => row.state === "new" || row.state === "opened");
    });
  const deskProfile = must(await office.browser.registry.list())[0];
  if (deskProfile === undefined) throw new Error("the desk is here");
  const store = await office.desk.store(deskProfile.database);
  const act = (letter: LetterId, domain: MandateDomain, what = "MARQUEUR-ACTE") =>
    office.desk.api.recordDeed(letter, { domain, what, helper: "Nadia Petit" });
  const deeds = (id: RecordId) =>
    eventually(async () => {
      await look(me.tab.api.sendNow);
      const { deeds: told } = await seen(id);
      return told.length > 0 ? told : undefined;
    });
  return { office, me, database, input, give, seen, isStage, received, store, act, deeds };
}

describe("mandates", { timeout: 120_000 }, () => {
  test("signed without network, opened, acted under by a named helper, read by the person; the server reads nothing", async () => {
    const { office, me, give, seen, isStage, received, act, deeds } = await together();
    me.line.online = false;
    const { id, record, stage } = await give();
    expect(stage).toBe("waits");
    expect(record.mandate.hash).toBe(b64(await sha256(utf8("MARQUEUR-TEXTE\n\nنص"))));
    me.line.online = true;
    await isStage(id, "complete");
    const row = await received();
    expect(row).toMatchObject({ name: "Amina MARQUEUR-NOM", purpose: "MARQUEUR-MOTIF", state: "new", soon: false });
    const shown = must(await office.desk.api.openMandate(row.letter));
    expect(shown).toMatchObject({ days: 31, acts: ["fill", "call"], language: "ar", deeds: [], me: "" });
    expect([shown.text, shown.hash]).toEqual([record.mandate.text, record.mandate.hash]);
    await isStage(id, "opened");
    // Nobody acts without a name.
    const nameless = await office.desk.api.recordDeed(row.letter, { domain: "money", what: "x", helper: " " });
    expect(nameless).toEqual({ ok: false, error: { type: "no-name" } });
    expect(await act(row.letter, "money", "  ")).toEqual({ ok: false, error: { type: "no-words" } });
    expect(await act(row.letter, "justice")).toEqual({ ok: false, error: { type: "domain-over" } });
    must(await act(row.letter, "money"));
    expect(await deeds(id)).toMatchObject([{ domain: "money", what: "MARQUEUR-ACTE", helper: "Nadia Petit" }]);
    expect(must(await office.desk.api.openMandate(row.letter)).deeds).toHaveLength(1);
    // It is no share of papers, and the other way round.
    expect(must(await me.tab.api.shares())).toEqual([]);
    expect(must(await office.desk.api.shares())).toEqual([]);
    expect(must(await me.tab.api.mandates()).map((one) => one.id)).toEqual([id]);
    expect((await seen(id)).record.papers).toEqual([]);
    const sent = [...me.line.sent, ...office.line.sent].join("\n");
    for (const marker of ["MARQUEUR-NOM", "MARQUEUR-MOTIF", "MARQUEUR-TEXTE", "MARQUEUR-ACTE"]) {
      expect(sent).not.toContain(marker);
      expect(sent).not.toContain(Buffer.from(marker).toString("base64url").slice(0, 16));
    }
  });

  test("one domain ended without network: said at once here, honoured by the desk after the first network; the rest goes on", async () => {
    const { office, me, give, seen, isStage, received, act, deeds } = await together();
    const { id } = await give();
    const { letter } = await received();
    await isStage(id, "complete");
    me.line.online = false;
    const ended = must(await me.tab.api.endMandate({ id, domain: "money" }));
    expect(ended.domains.map(({ state }) => state)).toEqual(["on", "ending"]);
    // Twice is once.
    must(await me.tab.api.endMandate({ id, domain: "money" }));
    expect(Object.keys((await seen(id)).record.mandate.ends ?? {})).toHaveLength(1);
    me.line.online = true;
    await eventually(async () => {
      await look(me.tab.api.sendNow);
      return (await seen(id)).domains[1]?.state === "ended" ? true : undefined;
    });
    const less = await eventually(async () => {
      await look(office.desk.api.refresh);
      const row = must(await office.desk.api.mandates())[0];
      return row?.domains[1]?.ended === true ? row : undefined;
    });
    expect(less.domains).toEqual([
      { domain: "housing", ended: false },
      { domain: "money", ended: true },
    ]);
    expect(await act(letter, "money")).toEqual({ ok: false, error: { type: "domain-over" } });
    must(await act(letter, "housing"));
    const [deed] = await deeds(id);
    expect(deed?.outside).toBeNull();
    // All three moments are the server's, however wrong the clocks of phone and desk: nobody is accused by a clock.
    const { createdAt } = (await seen(id)).record;
    for (const moment of [createdAt, ended.domains[1]?.endedAt, deed?.at])
      expect(Math.abs((moment ?? 0) - server.time.now)).toBeLessThan(DAY);
    // The server's own journal names nothing that this satchel cannot explain.
    must(await me.tab.api.lookJournal());
    const { lines } = must(await me.tab.api.ownJournal());
    expect(lines.filter(({ k }) => k === "deposited").every(({ about }) => about !== null)).toBe(true);
    // The last one that stands ends the whole.
    must(await me.tab.api.endMandate({ id, domain: "housing" }));
    await isStage(id, "ended");
    expect(Math.abs(((await seen(id)).record.ended?.at ?? 0) - server.time.now)).toBeLessThan(DAY);
  });

  test("F3: ended whole while offline: nothing more at the desk after the first network, and nothing of it is left there", async () => {
    const { office, me, give, isStage, received, store, act } = await together();
    const { id } = await give();
    const { letter } = await received();
    must(await office.desk.api.openMandate(letter));
    must(await act(letter, "money"));
    await isStage(id, "opened");
    me.line.online = false;
    expect(must(await me.tab.api.endMandate({ id, domain: null })).stage).toBe("ending");
    me.line.online = true;
    await isStage(id, "ended");
    const gone = await eventually(async () => {
      await look(office.desk.api.refresh);
      return must(await office.desk.api.mandates()).find(({ state }) => state === "ended");
    });
    expect(gone).toMatchObject({ letter, name: "", purpose: "", domains: [] });
    expect(await office.desk.api.openMandate(letter)).toEqual({ ok: false, error: { type: "not-found" } });
    expect(await act(letter, "money")).toEqual({ ok: false, error: { type: "mandate-over" } });
    expect(JSON.stringify(must(await store.listInbox()))).not.toContain("MARQUEUR");
  });

  test("F3: over by its time: the desk lets go by its own clock, a clock set back brings nothing back, the server gives it to nobody", async () => {
    const { office, give, received, act, isStage } = await together();
    const { id } = await give({ days: 1 });
    const { letter } = await received();
    must(await office.desk.api.openMandate(letter));
    await isStage(id, "opened");
    office.line.online = false;
    late = DAY + 60_000;
    expect(await act(letter, "money")).toEqual({ ok: false, error: { type: "mandate-over" } });
    expect(must(await office.desk.api.mandates())).toMatchObject([{ letter, name: "", state: "over" }]);
    late = 0;
    expect(await office.desk.api.openMandate(letter)).toEqual({ ok: false, error: { type: "not-found" } });
    // A desk that was away until after the end is given nothing by the server.
    const second = await give({ days: 1 });
    await isStage(second.id, "complete");
    server.time.now += DAY + 60_000;
    office.line.online = true;
    await look(office.desk.api.refresh);
    expect(must(await office.desk.api.mandates()).map((row) => row.letter)).toEqual([letter]);
  });

  test("renewed: the new one names the old one, which is ended with it", async () => {
    const { office, me, give, seen, isStage } = await together();
    const first = await give();
    await isStage(first.id, "complete");
    const second = await give({ replaces: first.id, days: 182 });
    expect(second.record.mandate.replaces).toBe(first.id);
    await isStage(first.id, "ended");
    expect((await seen(first.id)).renewedBy).toBe(second.id);
    await eventually(async () => {
      await look(office.desk.api.refresh);
      const standing = must(await office.desk.api.mandates()).filter(({ state }) => state === "new");
      return standing.length === 1 && standing[0]?.letter === (second.id as string) ? true : undefined;
    });
    const [newest] = must(await me.tab.api.mandates());
    expect(newest?.id).toBe(second.id);
  });

  test("F3: foreign, forged, replayed, other words than the hash: the desk believes none", async () => {
    const { office, give, received, store } = await together();
    await give();
    const { letter } = await received();
    const stranger = await createIdentity("satchel", random);
    const to = must(await readChain(must(await office.browser.registry.list())[0]?.statements ?? []));
    let seq = 1_000_000;
    const bring = async (id: LetterId, sealed: Letter): Promise<void> => {
      seq += 1;
      const letters = [{ id, letter: sealed, seq, at: 5 }];
      const cursor = `e.${seq}` as Cursor;
      must(await store.storePull({ records: [], letters, proofs: [], blobs: [], cursor, reset: false }));
      await eventually(async () => (must(await store.listInbox()).length === 0 ? true : undefined));
    };
    const forge = async (payload: object, until: number | undefined): Promise<void> => {
      const id = randomId<LetterId>(random);
      const thread = randomId<ThreadId>(random);
      const inner = { thread, n: 1, replaces: null, kind: "mandate", sentAt: 1, blobs: [], payload } as const;
      const end = until === undefined ? {} : { until: until as ServerTime };
      await bring(id, await sealLetter({ identity: stranger, to, letter: id, blobs: [], ...end, inner }));
    };
    const until = server.time.now + DAY;
    const text = { fr: "Je donne mandat.", shown: null };
    const hash = b64(await sha256(utf8(text.fr)));
    const good = {
      ...{ t: "mandate", days: 1, until, language: "fr", name: "X", purpose: "Y", domains: ["money"], acts: ["fill"] },
      ...{ text, hash, signature: { ink: null, name: "X", at: 1 } },
    };
    // Somebody else's word that a domain of hers is over.
    await forge({ t: "mandate-less", about: letter, domain: "money", at: 1 }, until);
    expect(must(await office.desk.api.mandates())[0]?.domains.every(({ ended }) => !ended)).toBe(true);
    const before = must(await office.desk.api.mandates()).length;
    await forge({ ...good, text: { fr: "Je donne tout.", shown: null } }, until);
    await forge(good, until + 1);
    await forge(good, undefined);
    await forge({ ...good, domains: [] }, until);
    expect(must(await office.desk.api.mandates())).toHaveLength(before);
    expect(must(await office.desk.api.inbox()).rows.map((row) => row.trouble)).toEqual(
      Array.from({ length: 4 }, () => "bad-payload"),
    );
    await forge(good, until);
    expect(must(await office.desk.api.mandates())).toHaveLength(before + 1);
  });

  test("a deed is believed from the organisation that was given the mandate, in its own thread, and from nobody else", async () => {
    const { me, give, seen, isStage, database } = await together();
    const { id, record } = await give();
    await isStage(id, "complete");
    const to = must(await readChain(must(await me.browser.registry.get(database))?.statements ?? []));
    const store = await me.tab.store(database);
    const stranger = await createIdentity("organisation", random);
    const letter = randomId<LetterId>(random);
    const said = { domain: "money", what: "x", helper: "y", at: 1 };
    const payload = { t: "act", about: id, act: "mandate-act", ...said };
    const inner = { thread: record.thread, n: 1, replaces: null, kind: "act", sentAt: 1, blobs: [], payload } as const;
    const sealed = await sealLetter({ identity: stranger, to, letter, blobs: [], inner });
    const letters = [{ id: letter, letter: sealed, seq: 1_000_000, at: 5 }];
    const cursor = "e.1000000" as Cursor;
    must(await store.storePull({ records: [], letters, proofs: [], blobs: [], cursor, reset: false }));
    await eventually(async () => (must(await store.listInbox()).length === 0 ? true : undefined));
    expect((await seen(id)).deeds).toEqual([]);
  });

  test("taken back before it ever left: gone from the queue, nothing is sent; what is wrong is not kept", async () => {
    const { me, give, input, seen } = await together();
    expect(await me.tab.api.startMandate(await input({ domains: [] }))).toEqual({
      ok: false,
      error: { type: "mandate-fault", fault: "no-domain" },
    });
    expect(must(await me.tab.api.mandates())).toEqual([]);
    me.line.online = false;
    const { id } = await give();
    expect(must(await me.tab.api.outbox()).lines.filter((line) => line.what === "share")).toHaveLength(1);
    const before = me.line.sent.length;
    must(await me.tab.api.endMandate({ id, domain: null }));
    expect((await seen(id)).stage).toBe("ended");
    expect(must(await me.tab.api.outbox()).lines.filter((line) => line.what === "share")).toEqual([]);
    expect(me.line.sent.length).toBe(before);
  });
});
