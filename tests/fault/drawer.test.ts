/**
 * B10 with the real server, stores, keys and workers: a phone out of a drawer after two years, and a server that comes back
 * from a backup, for two devices of one person. The simulation plays the same a million times without keys.
 */

import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sameValue } from "../../src/satchel/merge.ts";
import { prepareDesk } from "../../src/server/desks.ts";
import type { LetterId, RecordId } from "../../src/shared/ids.ts";
import type { PaperView } from "../../src/workers/satchel.contract.ts";
import { createHarness, type Harness } from "../unit/server/harness.ts";
import { file, jpeg } from "../unit/workers/files.ts";
import {
  createConnectedBrowser,
  eventually,
  type Line,
  must,
  openDesk,
  openTab,
  random,
  type Tab,
} from "../unit/workers/world.ts";

const code = "417233";
const slug = "ccas-brevigny";
const day = 24 * 3_600_000;
const text = (value: string) => ({ v: "text", text: value }) as const;

let folder: string;
let server: Harness;
let base: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "besace-drawer-"));
  mkdirSync(join(folder, "data"));
  await open();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});
async function open(): Promise<void> {
  server = await createHarness({ folder: join(folder, "data") });
  base = await server.listen();
}

/** A line that follows the server to its next address. */
const aLine = (): Line => {
  const line: Line = {
    online: true,
    sent: [],
    fetch: async (path, init) => {
      if (!line.online) throw new TypeError("the line is cut");
      return fetch(`${base}${path}`, init);
    },
  };
  return line;
};

interface Phone {
  readonly tab: Tab;
  readonly line: Line;
}
const aPhone = (): Phone => {
  const line = aLine();
  return { line, tab: openTab(createConnectedBrowser(line)) };
};

/** One satchel on two phones. */
async function twoPhones(): Promise<readonly [Phone, Phone]> {
  const [a, b] = [aPhone(), aPhone()];
  must(await a.tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  await a.tab.refresh();
  const request = must(await b.tab.api.transferRequest());
  const offer = must(await a.tab.api.transferOffer({ code, request: request.text }));
  must(await b.tab.api.transferNumber(offer.number));
  must(await b.tab.api.transferAccept(must(await a.tab.api.transferConfirm()).text));
  must(await b.tab.api.transferFinish("582914"));
  return [a, b];
}

async function keepPaper({ tab }: Phone, title: string): Promise<RecordId> {
  const { id } = must(await tab.api.startPaper({ title }));
  must(await tab.api.addPage(id, file(jpeg({ width: 900, height: 700 }), `${title}.jpg`)));
  must(await tab.api.keepPaper(id));
  return id;
}
async function erase({ tab }: Phone, id: RecordId): Promise<void> {
  must(await tab.api.binPaper(id));
  must(await tab.api.erasePaper(id));
}
const titlesOf = async ({ tab }: Phone): Promise<readonly string[]> =>
  must(await tab.api.papers())
    .map((paper) => paper.record.title)
    .sort();

/** Both phones pull and send until `check` holds on each. */
const settled = (phones: readonly Phone[], check: (phone: Phone) => Promise<boolean>): Promise<true> =>
  eventually(async () => {
    for (const { tab } of phones) must(await tab.api.sendNow());
    for (const phone of phones) if (!(await check(phone))) return undefined;
    return true;
  }, 40);

/** In the end, not at once: what one has merged last may still be on its way to the other. */
async function equal(a: Phone, b: Phone): Promise<void> {
  await settled([a], async () => {
    must(await b.tab.api.sendNow());
    const [here, there] = [must(await a.tab.api.papers()), must(await b.tab.api.papers())];
    const isThere = ({ id, record }: PaperView): boolean =>
      there.some((p) => p.id === id && sameValue(p.record, record));
    return there.length === here.length && here.every(isThere);
  });
}

test("out of a drawer after two years: nothing deleted comes back, no old value wins, no letter is filed twice", {
  timeout: 120_000,
}, async () => {
  const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
  const helper = openDesk(createConnectedBrowser(aLine()));
  must(await helper.api.enrol({ slug, deskCode, code }));
  const [a, b] = await twoPhones();
  const erased = await keepPaper(a, "Ôté");
  const renamed = await keepPaper(a, "Vieux nom");
  const both = await keepPaper(a, "Écrit des deux côtés");
  await settled([a, b], async (phone) => (await titlesOf(phone)).length === 3);

  // B goes into the drawer, with a change that has not left.
  b.line.online = false;
  must(await b.tab.api.describePaper(both, { holder: "Amina" }));

  must(await a.tab.api.describePaper(renamed, { title: "Nouveau nom" }));
  must(await a.tab.api.describePaper(both, { title: "Écrit aussi ici" }));
  await erase(a, erased);
  await a.tab.refresh();
  const { id: dossier } = must(
    await a.tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }),
  );
  must(await a.tab.api.saveAnswers(dossier, { answers: { given_name: text("Amina") }, notForeseen: "" }));
  must(await a.tab.api.send(dossier, null));
  await settled([a], async ({ tab }) => ["deposited", "complete"].includes(must(await tab.api.dossier(dossier)).stage));
  const filed = (): Promise<readonly LetterId[]> =>
    eventually(async () => {
      must(await helper.api.refresh());
      const { rows } = must(await helper.api.inbox());
      return rows.length > 0 ? rows.map((row) => row.letter) : undefined;
    });
  const [letter] = await filed();
  if (letter === undefined) throw new Error("the letter is at the desk");
  must(await helper.api.open(letter));
  await settled([a], async ({ tab }) => must(await tab.api.dossier(dossier)).stage === "opened");

  // Two years: bodies of tombstones expire, what nothing names is collected.
  server.time.now += 760 * day;
  await server.app.collector.run();

  b.line.online = true;
  const wanted = ["Nouveau nom", "Écrit aussi ici"];
  await settled([b, a], async (phone) => JSON.stringify(await titlesOf(phone)) === JSON.stringify([...wanted].sort()));
  await settled([a, b], async ({ tab }) => must(await tab.api.paper(both)).record.holder === "Amina");
  await settled([b], async ({ tab }) => {
    const opened = await tab.api.dossier(dossier);
    return opened.ok && opened.value.stage === "opened";
  });
  await equal(a, b);
  expect(await filed()).toEqual([letter]);
});

test("backup, destroy, restore, new epoch: two devices end equal, and nothing that a phone still had is lost", {
  timeout: 120_000,
}, async () => {
  const [a, b] = await twoPhones();
  const old = await keepPaper(a, "Avant");
  const erased = await keepPaper(b, "Ôté après la sauvegarde");
  await settled([a, b], async (phone) => (await titlesOf(phone)).length === 2);

  await server.close(true);
  cpSync(join(folder, "data"), join(folder, "backup"), { recursive: true });
  await open();

  // What the backup does not know: on each phone a change, a paper, and a deletion; one of them has reached both.
  must(await a.tab.api.describePaper(old, { title: "Avant, renommé" }));
  const fresh = await keepPaper(a, "Après");
  await settled([a, b], async (phone) => (await titlesOf(phone)).includes("Après"));
  must(await b.tab.api.describePaper(old, { holder: "Amina" }));
  await erase(b, erased);
  await settled([b], async ({ tab }) => must(await tab.api.outbox()).bytesLeft === 0);
  a.line.online = false;
  must(await a.tab.api.describePaper(fresh, { title: "Après, sans réseau" }));

  await server.close(true);
  rmSync(join(folder, "data"), { recursive: true });
  cpSync(join(folder, "backup"), join(folder, "data"), { recursive: true });
  await open();
  await server.store.bumpEpoch();

  a.line.online = true;
  const wanted = JSON.stringify(["Après, sans réseau", "Avant, renommé"].sort());
  await settled([a, b], async (phone) => JSON.stringify(await titlesOf(phone)) === wanted);
  await settled([a, b], async ({ tab }) => must(await tab.api.paper(old)).record.holder === "Amina");
  // Every page is at the server again, also those that only a phone had.
  await settled([a], async ({ tab }) => must(await tab.api.papers()).every((paper) => paper.state === "sealed-copy"));
  await equal(a, b);
});
