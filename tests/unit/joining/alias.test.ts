/** A joined satchel goes on delivering and receiving; what comes is seen in the one that adopted it (DESIGN 4, INV-1, INV-2). */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { RecordId } from "../../../src/shared/ids.ts";
import { createHttpTransport } from "../../../src/sync/http.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "../workers/files.ts";
import {
  createConnectedBrowser,
  createLine,
  eventually,
  must,
  openDesk,
  openTab,
  random,
  type Tab,
  timers,
} from "../workers/world.ts";

const slug = "ccas-brevigny";
const code = "417233";
const other = "582914";
const text = (value: string) => ({ v: "text", text: value }) as const;

let server: Harness;
let base: string;
let deskCode: string;

beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
}, 60_000);
afterEach(async () => server.close(), 60_000);

async function sendOne(tab: Tab, paper: RecordId, request: string): Promise<RecordId> {
  const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
  must(await tab.api.saveAnswers(id, { answers: { request: text(request) } }));
  must(await tab.api.attach(id, "papers", [paper], false));
  must(await tab.api.send(id, null));
  return id;
}

describe("an alias", { timeout: 120_000 }, () => {
  test("delivers what it had sealed offline, hears the desk, and takes back what is withdrawn", async () => {
    const helper = openDesk(createConnectedBrowser(createLine(base)));
    must(await helper.api.enrol({ slug, deskCode, code: "284611" }));
    const line = createLine(base);
    const browser = createConnectedBrowser(line);
    const tab = openTab(browser);
    await tab.refresh();
    const { database: old } = must(await tab.api.create({ code: other, language: "fr", pictogram: "bateau" }));
    await eventually(async () => (must(await tab.api.outbox()).pulledAt > 0 ? true : undefined));
    line.online = false;
    const { id: paper } = must(await tab.api.startPaper({ kind: "identity-card", title: "Carte" }));
    must(await tab.api.addPage(paper, file(jpeg({ width: 3000, height: 2000 }))));
    must(await tab.api.keepPaper(paper));
    const [kept, back] = [await sendOne(tab, paper, "Bonjour"), await sendOne(tab, paper, "À reprendre")];
    expect(must(await tab.api.dossier(kept)).stage).toBe("waits");

    // Still without network: a second satchel adopts the first.
    must(await tab.api.create({ code, language: "fr", pictogram: "arbre" }));
    const taken = must(await tab.api.joinSatchel({ database: old, code: other }));
    expect(taken).toEqual({ papers: 1, dossiers: 2, known: 0, missing: 0 });
    // INV-2: nothing is proven yet, and nothing more is said.
    expect(must(await tab.api.dossier(kept)).proofs).toEqual([]);
    expect(["waits", "deposited"]).toContain(must(await tab.api.dossier(kept)).stage);
    expect(must(await tab.api.aliases())[0]?.left).toBeGreaterThan(0);

    line.online = true;
    must(await tab.api.sendNow());
    const complete = await eventually(async () => {
      const view = must(await tab.api.dossier(kept));
      return view.stage === "complete" ? view : undefined;
    });
    expect(complete.proofs.map((proof) => proof.type)).toEqual(["deposited", "complete"]);

    must(await tab.api.withdraw(back));
    await eventually(async () => (must(await tab.api.dossier(back)).stage === "withdrawn" ? true : undefined));

    const row = await eventually(async () => {
      must(await helper.api.refresh());
      return must(await helper.api.inbox()).rows.find((each) => each.number === complete.record.number);
    });
    must(await helper.api.open(row.letter));
    must(
      await helper.api.answer(row.letter, { status: "missing-piece", requirement: "papers", text: "Il manque le dos" }),
    );
    const answered = await eventually(async () => {
      must(await tab.api.sendNow());
      const view = must(await tab.api.dossier(kept));
      return view.stage === "opened" && Object.keys(view.record.replies).length > 0 ? view : undefined;
    });
    expect(Object.values(answered.record.replies)).toMatchObject([
      { status: "missing-piece", text: "Il manque le dos" },
    ]);
    await eventually(async () => (must(await tab.api.aliases())[0]?.left === 0 ? true : undefined));

    // Both go on after the satchel was closed and opened again, by the adopting one's code alone.
    must(await tab.api.lock());
    const again = openTab(browser);
    const state = must(await again.api.opening());
    const [profile] = state.type === "locked" ? state.profiles : [];
    must(await again.api.unlock({ database: profile?.database ?? "", code }));
    expect(must(await again.api.dossier(kept)).stage).toBe("opened");
    expect(must(await again.api.papers()).map(({ record }) => record.title)).toEqual(["Carte"]);
  });

  test("goes from the server with the satchel that adopted it, by its own key", async () => {
    const line = createLine(base);
    const browser = createConnectedBrowser(line);
    const tab = openTab(browser);
    const { database: old } = must(await tab.api.create({ code: other, language: "fr", pictogram: "bateau" }));
    await eventually(async () => (must(await tab.api.outbox()).pulledAt > 0 ? true : undefined));
    must(await tab.api.create({ code, language: "fr", pictogram: "arbre" }));
    must(await tab.api.joinSatchel({ database: old, code: other }));
    await eventually(async () => (must(await tab.api.outbox()).pulledAt > 0 ? true : undefined));
    const rows = must(await browser.registry.list());
    expect(rows.find((row) => row.database === old)?.aliasOf).toBe(rows.find((row) => row.database !== old)?.principal);
    line.online = false;
    expect(await tab.api.eraseEverywhere({ code })).toMatchObject({ ok: false, error: { type: "no-network" } });
    expect(must(await browser.registry.list())).toHaveLength(2);
    line.online = true;
    must(await tab.api.eraseEverywhere({ code }));
    expect(must(await browser.registry.list())).toEqual([]);
    const transport = createHttpTransport({ fetch: line.fetch, baseUrl: "", random, timers, clock: browser.clock });
    for (const { statements } of rows)
      expect(await transport.register(statements)).toMatchObject({ type: "refused", error: "gone" });
  });
});
