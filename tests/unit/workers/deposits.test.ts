/**
 * Deposits (DESIGN 4): what a session without a key of its own left for the satchel is merged by the next unlocked device,
 * once or twice with the same result (INV-4), and acknowledged so that the server lets the body go.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Identity, openIdentity } from "../../../src/crypto/identity.ts";
import { setAnswer } from "../../../src/satchel/dossier.ts";
import type { DossierRecord, SatchelRecord } from "../../../src/satchel/model.ts";
import { type RecordId, randomId } from "../../../src/shared/ids.ts";
import { readDeposit, sealDeposit } from "../../../src/workers/common/deposits.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createConnectedBrowser, createLine, eventually, must, openTab, random, type Tab } from "./world.ts";

const code = "417233";
const text = (value: string) => ({ v: "text", text: value }) as const;
const clock = { now: () => Date.now() };

let server: Harness;
let base: string;
beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
});
afterEach(async () => server.close());

/** A satchel with one dossier, and its keys as a session at a kiosk would hold them for a while. */
async function world() {
  const line = createLine(base);
  const browser = createConnectedBrowser(line);
  const tab = openTab(browser);
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "code-bateau" }));
  const { id } = must(
    await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: "ccas-brevigny" }),
  );
  must(await tab.api.saveAnswers(id, { answers: { request: text("Bonjour"), given_name: text("Amina") } }));
  const store = await tab.store(profile.database);
  await eventually(async () => {
    must(await tab.api.sendNow());
    return must(await store.queue()).ops.length === 0 ? true : undefined;
  });
  return { line, browser, tab, profile, id, store };
}

/** The same keys, opened once more: the kiosk is another device, here it borrows this one's registry row. */
async function keysOf({ browser, profile }: Awaited<ReturnType<typeof world>>): Promise<Identity> {
  const row = must(await browser.registry.get(profile.database));
  if (row === undefined) throw new Error("a satchel was made");
  const { tryCode } = await import("../../../src/workers/common/codes.ts");
  const { quickStretch } = await import("./world.ts");
  const opened = must(
    await tryCode({ registry: browser.registry, random, clock, stretch: quickStretch }, profile.database, code),
  );
  return must(await openIdentity(opened.root, row.sealedIdentity, row.statements));
}

const dossierOf = async (tab: Tab, id: RecordId): Promise<DossierRecord> => must(await tab.api.dossier(id)).record;

async function deposit(identity: Identity, records: Parameters<typeof sealDeposit>[1]): Promise<void> {
  const { wire } = await sealDeposit({ identity, random, clock }, records);
  const answer = await server.post("/v1/letters", { letter: wire });
  expect(answer.statusCode).toBe(200);
}

const acknowledged = (tab: Tab, store: Awaited<ReturnType<Tab["store"]>>) =>
  eventually(async () => {
    must(await tab.api.sendNow());
    const [inbox, queue] = [must(await store.listInbox()), must(await store.queue())];
    return inbox.length === 0 && queue.proofs.length === 0 && queue.ops.length === 0 ? true : undefined;
  });

describe("a deposit", { timeout: 120_000 }, () => {
  test("merges three ways: what the session wrote is there, what was written here meanwhile too, a clash is asked", async () => {
    const around = await world();
    const { tab, id, store } = around;
    const identity = await keysOf(around);
    const start = await dossierOf(tab, id);
    const next = setAnswer(setAnswer(start, "phone", text("0600000001"), 5), "given_name", text("Aminata"), 6);
    const begun: SatchelRecord = { t: "profile", email: "a@example.org" };
    const fresh = randomId<RecordId>(random);
    // The phone writes on while the kiosk does.
    must(await tab.api.saveAnswers(id, { answers: { given_name: text("Amina B."), birthdate: text("1984") } }));
    await deposit(identity, { [id]: { base: start, next }, [fresh]: { base: null, next: begun } });
    await acknowledged(tab, store);
    const merged = await eventually(async () => {
      const record = await dossierOf(tab, id);
      return record.answers.phone === undefined ? undefined : record;
    });
    expect(merged.answers).toMatchObject({
      phone: text("0600000001"),
      birthdate: text("1984"),
      given_name: text("Amina B."),
    });
    expect(merged.others).toEqual({ "answers.given_name": [text("Aminata")] });
    // Two profiles become one, with everything that either says.
    const whole = await eventually(async () => {
      const profile = must(await tab.api.profile());
      return profile.language === undefined || profile.email === undefined ? undefined : profile;
    });
    expect(whole).toMatchObject({ email: "a@example.org", language: "fr" });
  });

  test("INV-4 taken in twice it is taken in once: the second time nothing is saved", async () => {
    const around = await world();
    const { tab, id, store, line } = around;
    const identity = await keysOf(around);
    const start = await dossierOf(tab, id);
    const { letter, wire } = await sealDeposit(
      { identity, random, clock },
      { [id]: { base: start, next: setAnswer(start, "phone", text("06"), 5) } },
    );
    line.online = false;
    const put = async (seq: number) =>
      must(
        await store.storePull({
          records: [],
          letters: [{ seq, id: letter, letter: wire, at: 1 }],
          proofs: [],
          blobs: [],
          cursor: must(await store.meta()).cursor,
          reset: false,
        }),
      );
    await put(50);
    await eventually(async () => ((await dossierOf(tab, id)).answers.phone === undefined ? undefined : true));
    await eventually(async () => (must(await store.listInbox()).length === 0 ? true : undefined));
    const before = must(await store.getRecord(id))?.localOp;
    await put(51);
    await eventually(async () => (must(await store.listInbox()).length === 0 ? true : undefined));
    expect(must(await store.getRecord(id))?.localOp).toBe(before);
    expect(must(await store.queue()).proofs.map((proof) => proof.letter)).toEqual([letter]);
  });

  test("waits for a device that is unlocked; a record that was erased here meanwhile comes back and says so", async () => {
    const around = await world();
    const { tab, id, store, profile } = around;
    const identity = await keysOf(around);
    const start = await dossierOf(tab, id);
    must(await tab.api.eraseDossier(id));
    await acknowledged(tab, store);
    must(await tab.api.lock());
    await deposit(identity, { [id]: { base: start, next: setAnswer(start, "phone", text("06"), 5) } });
    await eventually(async () => {
      must(await tab.api.hint("visible"));
      must(await tab.api.hint("online"));
      return must(await store.listInbox()).length === 1 ? true : undefined;
    });
    must(await tab.api.unlock({ database: profile.database, code }));
    await acknowledged(tab, store);
    expect((await dossierOf(tab, id)).others).toEqual({ erased: [true] });
    expect(must(await tab.api.others())).toMatchObject([{ id, what: "dossier", path: "erased" }]);
    must(await tab.api.settleOther({ id, path: "erased", choice: 0 }));
    expect(must(await tab.api.dossiers())).toEqual([]);
  });

  test("what is no deposit, or mixes kinds, is set aside and kept (INV-1)", async () => {
    const around = await world();
    const { tab, id, store } = around;
    const identity = await keysOf(around);
    const start = await dossierOf(tab, id);
    expect(readDeposit({ t: "deposit", records: { x: 1 } })).toBeUndefined();
    expect(readDeposit({ t: "deposit", records: { [id]: { base: start, next: { t: "profile" } } } })).toBeUndefined();
    await deposit(identity, { [id]: { base: null, next: { t: "profile" } } });
    await acknowledged(tab, store);
    expect(await dossierOf(tab, id)).toEqual(start);
  });
});
