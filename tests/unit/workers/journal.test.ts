/**
 * The server's journal as a phone reads it (SPEC P-J5): verified, kept sealed, its head signed into the shared state; what goes back or
 * forks is seen and said, and nothing that was read is lost.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type JournalAnswer, sealJournalLine } from "../../../src/protocol/journal.ts";
import { readChain } from "../../../src/protocol/statements.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import { cacheMarks } from "../../../src/workers/common/browser.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import {
  type Browser,
  createConnectedBrowser,
  createLine,
  eventually,
  must,
  openDesk,
  openTab,
  random,
  type Tab,
} from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
let server: Harness;
let base: string;
let deskCode: string;
/** What the lying server makes of a true answer. */
let lie: (answer: JournalAnswer) => JournalAnswer | Promise<JournalAnswer>;

beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
  lie = (answer) => answer;
});
afterEach(async () => server.close());

const connected = (): Browser => {
  const line = createLine(base);
  const honest = line.fetch;
  const liar: typeof fetch = async (path, init) => {
    const response = await honest(path, init);
    if (!String(path).startsWith("/v1/journal") || !response.ok) return response;
    const said = JSON.stringify(await lie((await response.json()) as JournalAnswer));
    return new Response(said, { status: response.status, headers: response.headers });
  };
  return createConnectedBrowser(Object.defineProperty(line, "fetch", { value: liar }));
};

async function phone(browser = connected()) {
  const tab = openTab(browser);
  await tab.refresh();
  const profile = must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  const looked = () =>
    eventually(async () => {
      const view = await tab.api.lookJournal();
      return view.ok && view.value.lines.length > 0 ? view.value : undefined;
    });
  return { browser, tab, profile, looked };
}

const sendFree = async ({ api }: Tab) => {
  const { id } = must(await api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
  must(await api.send(id, null));
  await eventually(async () => {
    must(await api.sendNow());
    return must(await api.dossier(id)).proofs.some(({ type }) => type === "complete") ? true : undefined;
  });
  return id;
};

describe("the journal on a phone", { timeout: 120_000 }, () => {
  test("P-J5 read, verified, kept sealed for offline, its head signed for all devices", async () => {
    must(await openDesk(connected()).api.enrol({ slug, deskCode, code: "582914" }));
    const { browser, tab, looked, profile } = await phone();
    expect(must(await tab.api.ownJournal())).toMatchObject({ lines: [], checkedAt: null, head: null });
    const id = await sendFree(tab);
    const view = await looked();
    expect(view.breaks).toEqual([]);
    const deposited = view.lines.find(({ k }) => k === "deposited");
    expect(deposited).toMatchObject({ organisation: slug, told: true, about: { type: "dossier", id } });
    expect(view.lines.find(({ k }) => k === "session")).toMatchObject({ device: "this" });
    // Signed at the first look of the day.
    expect(view.head?.n).toBeGreaterThan(0);
    expect(view.head?.n).toBeLessThanOrEqual(view.lines.length);
    // Both clocks: the server's stands in 2027.
    expect(deposited?.at).toBe(server.time.now);
    expect(deposited?.heardAt).toBeLessThan(server.time.now);
    // Sealed beside the database, and there again without network after a restart.
    const shelf = [...(browser.caches.held.get("besace-marks")?.values() ?? [])].map((bytes) =>
      new TextDecoder().decode(bytes),
    );
    expect(shelf).toHaveLength(1);
    expect(shelf.join()).not.toContain("deposited");
    must(await tab.api.lock());
    if (browser.line !== undefined) browser.line.online = false;
    const again = openTab(browser);
    must(await again.api.unlock({ database: profile.database, code }));
    expect(must(await again.api.ownJournal()).lines).toEqual(view.lines);
    expect((await again.api.lookJournal()).ok).toBe(false);
  });

  test("F4 a journal that was set back: seen, said, and what was read stays", async () => {
    must(await openDesk(connected()).api.enrol({ slug, deskCode, code: "582914" }));
    const { tab, looked } = await phone();
    await sendFree(tab);
    const before = await looked();
    const most = before.lines.length - 1;
    lie = (answer) => ({ ...answer, lines: answer.lines.filter(({ n }) => n <= most), length: most, hash: null });
    const after = must(await tab.api.lookJournal());
    expect(after.breaks).toMatchObject([{ why: "shorter", lines: 1 }]);
    expect(after.lines).toHaveLength(before.lines.length);
    expect(after.lines.filter(({ gone }) => gone === true)).toHaveLength(1);
    // Once is enough.
    expect(must(await tab.api.lookJournal()).breaks).toHaveLength(1);
    // What comes after is followed all the same.
    lie = (answer) => answer;
    expect(must(await tab.api.lookJournal()).breaks).toHaveLength(1);
  });

  test("F4 a line that was written anew, rightly sealed by the server: seen by the chain", async () => {
    const { tab, looked, browser, profile } = await phone();
    await eventually(async () => ((await server.store.usage()).principals > 0 ? true : undefined));
    const before = await looked();
    const held = must(await browser.registry.get(profile.database));
    const chain = await readChain(held?.statements ?? []);
    if (!chain.ok) throw new Error("the chain reads");
    const { box, id } = chain.value;
    const other = await sealJournalLine(box, id, { v: 1, at: 5 as never, k: "card-opened" });
    if (other === undefined) throw new Error("the key is a point");
    lie = async (answer) => ({
      ...answer,
      lines: answer.lines.map((line) => (line.n === 1 ? { n: 1, ...other } : line)),
      hash: answer.hash === null ? null : ("A".repeat(43) as never),
    });
    const after = must(await tab.api.lookJournal());
    expect(after.breaks).toMatchObject([{ why: "other", lines: before.lines.length }]);
    expect(after.lines.map(({ k }) => k)).toContain("card-opened");
    expect(after.lines.filter(({ gone }) => gone === true).map(({ k }) => k)).toContain("session");
  });

  test("P-J5 a phone that lost what it kept holds the server against the heads that it had signed", async () => {
    must(await openDesk(connected()).api.enrol({ slug, deskCode, code: "582914" }));
    const { browser, tab, looked, profile } = await phone();
    await sendFree(tab);
    const { head } = await looked();
    must(await tab.api.lock());
    await cacheMarks(browser.caches).drop(profile.database);
    expect(browser.caches.held.get("besace-marks")?.size).toBe(0);
    const again = openTab(browser);
    must(await again.api.unlock({ database: profile.database, code }));
    const most = (head?.n ?? 0) - 1;
    lie = (answer) => ({ ...answer, lines: answer.lines.filter(({ n }) => n <= most), length: most });
    const view = await eventually(async () => {
      const seen = await again.api.lookJournal();
      return seen.ok ? seen.value : undefined;
    });
    expect(view.breaks).toMatchObject([{ why: "shorter", lines: 1 }]);
  });
});
