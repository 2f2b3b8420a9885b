/**
 * A form that an organisation wrote, from its desk to a phone and back (SPEC P-Q): published over the real server, filled in
 * without network, delivered, read with its words. And what a phone refuses, whoever brings it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { publishedProcedure } from "../../../src/forms/published.ts";
import { type Publication, publishedHash, signPublication } from "../../../src/protocol/published.ts";
import { readChain } from "../../../src/protocol/statements.ts";
import type { ServerTime, Signed } from "../../../src/protocol/wire.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import { type Bytes, utf8 } from "../../../src/shared/bytes.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createPerson } from "../server/people.ts";
import {
  createConnectedBrowser,
  createLine,
  eventually,
  type Line,
  must,
  openDesk,
  openTab,
  random,
  type TestClock,
} from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
const example = readFileSync(join(import.meta.dirname, "../../../src/forms/examples/rendez-vous.json"), "utf8");
const version = (n: number, title = "Demander un rendez-vous"): string =>
  example
    .replace('"version": 1', `"version": ${n}`)
    .replace('"title": "Demander un rendez-vous"', `"title": "${title}"`);

let server: Harness;
let base: string;
let desk: ReturnType<typeof openDesk>["api"];
let deskLine: Line;
let procedure: string;

beforeEach(async () => {
  server = await createHarness();
  base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
  deskLine = createLine(base);
  desk = openDesk(createConnectedBrowser(deskLine)).api;
  must(await desk.enrol({ slug, deskCode, code: "582914" }));
  const chain = must(await readChain(must(await desk.organisation())?.statements ?? []));
  procedure = publishedProcedure(chain.id, "rendez-vous");
});
afterEach(async () => server.close());

/** A person's open satchel; `answers` may change what the server says to paths under /v1/forms. */
async function phone(answers?: (path: string, response: Response) => Promise<Response>) {
  const line = createLine(base);
  const at = { now: Date.now() };
  const clock: TestClock = {
    now: () => at.now,
    set: () => undefined,
    pass: (ms) => {
      at.now += ms;
    },
  };
  const watched = {
    ...line,
    fetch: (async (path, init) => {
      const response = await line.fetch(path, init);
      const isForms = String(path).includes("/forms");
      return isForms && answers !== undefined ? answers(String(path), response) : response;
    }) as typeof fetch,
  };
  const browser = { ...createConnectedBrowser(watched), clock };
  const tab = openTab(browser);
  await tab.refresh();
  must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  const forms = () => tab.api.publishedForms().then(must);
  return { line, browser, tab, api: tab.api, clock, forms, look: () => tab.api.sendNow() };
}
type Phone = Awaited<ReturnType<typeof phone>>;
const arrived = (person: Phone, wanted = 1): ReturnType<Phone["forms"]> =>
  eventually(async () => {
    const list = await person.forms();
    return list.forms.find((form) => form.version === wanted) === undefined ? undefined : list;
  });
const refused = (person: Phone) =>
  eventually(async () => {
    const [first] = (await person.forms()).refused;
    return first?.why;
  });

test("published at the desk, filled in without network, delivered, read with the words of the file", async () => {
  const text = version(1);
  expect(must(await desk.publishForm(text))).toMatchObject({ form: "rendez-vous", version: 1, newest: true });
  expect(must(await desk.publications())).toMatchObject([
    { form: "rendez-vous", version: 1, title: "Demander un rendez-vous", withdrawnAt: null },
  ]);
  const person = await phone();
  const list = await arrived(person);
  expect(list).toMatchObject({
    forms: [{ procedure, organisation: slug, titles: { fr: "Demander un rendez-vous", en: "Ask for an appointment" } }],
    refused: [],
  });
  // Without network from here on, in a browser that was closed since.
  person.line.online = false;
  const again = openTab(person.browser);
  const { api } = again;
  const opening = must(await api.opening());
  const database = opening.type === "locked" ? (opening.profiles[0]?.database ?? "") : "";
  must(await api.unlock({ database, code }));
  const { form, words } = must(await api.publishedForm(procedure, null));
  expect(form).toMatchObject({ id: procedure, version: 1 });
  expect(words.en?.title).toBe("Ask for an appointment");
  const dossier = must(await api.startDossier({ procedure, language: "fr", organisation: slug }));
  expect(dossier.record).toMatchObject({ procedure, formVersion: 1, page: "name" });
  must(
    await api.saveAnswers(dossier.id, {
      answers: { family_name: { v: "text", text: "Morel" }, day: { v: "date", date: "2026-12-01" } },
    }),
  );
  must(await api.send(dossier.id, null));
  // Meanwhile the desk has a newer version, and what was begun leaves under its own.
  must(await desk.publishForm(version(2, "Prendre rendez-vous")));
  person.line.online = true;
  must(await api.sendNow());
  const [row] = await eventually(async () => {
    must(await desk.refresh());
    const { rows } = must(await desk.inbox());
    return rows.length === 0 ? undefined : rows;
  });
  const opened = must(await desk.open(row?.letter as never));
  expect(opened.payload).toMatchObject({
    procedure,
    formVersion: 1,
    answers: { family_name: { v: "text", text: "Morel" } },
  });
  const read = must(await desk.publishedForm(opened.payload.procedure, opened.payload.formVersion));
  expect(read.words.fr?.title).toBe("Demander un rendez-vous");
  expect(must(await desk.publishedForm(procedure, 2)).words.fr?.title).toBe("Prendre rendez-vous");
  expect(await desk.publishedForm(procedure, 3)).toMatchObject({ ok: false, error: { type: "not-found" } });
});

test("a newer version takes the place of the older one; a withdrawn one is not offered, and may still be finished", async () => {
  must(await desk.publishForm(version(1)));
  const person = await phone();
  await arrived(person);
  const begun = must(await person.api.startDossier({ procedure, language: "fr", organisation: slug }));
  expect(await desk.publishForm(version(1, "Autre"))).toMatchObject({ ok: false, error: { type: "older" } });
  must(await desk.publishForm(version(2)));
  must(await person.look());
  expect((await arrived(person, 2)).forms).toHaveLength(1);
  expect(must(await person.api.publishedForm(procedure, begun.record.formVersion)).form.version).toBe(1);
  must(await desk.withdrawForm("rendez-vous"));
  expect(must(await desk.publications()).map((each) => each.withdrawnAt === null)).toEqual([false, true]);
  must(await person.look());
  await eventually(async () => ((await person.forms()).forms.length === 0 ? true : undefined));
  expect(must(await person.api.publishedForm(procedure, 1)).form.version).toBe(1);
  expect(await desk.withdrawForm("autre")).toMatchObject({ ok: false, error: { type: "not-found" } });
});

test("a phone asks at most once a day, for everything, and says nothing of itself", async () => {
  must(await desk.publishForm(version(1)));
  const person = await phone();
  await arrived(person);
  const asks = () => person.line.sent.filter((each) => each.startsWith("/v1/forms?")).length;
  const before = asks();
  const { database } = must(await person.api.opening()) as never as { database: string };
  const profile = must(await person.browser.registry.list())[0]?.database ?? database;
  const lockAndOpen = async () => {
    must(await person.api.lock());
    must(await person.api.unlock({ database: profile, code }));
    await new Promise((resolve) => setTimeout(resolve, 80));
  };
  await lockAndOpen();
  expect(asks()).toBe(before);
  person.clock.pass(25 * 3_600_000);
  await lockAndOpen();
  await eventually(() => (asks() > before ? true : undefined));
  for (const sent of person.line.sent.filter((each) => each.includes("/forms")))
    expect(sent).toMatch(/^\/v1\/forms(\?after=[0-9a-z.]+|\/[A-Za-z0-9_-]{43}) $/);
});

/** A server that says something else about forms than it was told. */
const lies = (forms: () => Promise<readonly Signed[]>, files: Readonly<Record<string, Bytes>> = {}) =>
  async function answer(path: string, response: Response): Promise<Response> {
    const hash = path.split("/v1/forms/")[1] ?? "";
    const headers = response.headers;
    if (Object.hasOwn(files, hash)) return new Response(files[hash], { headers });
    if (!path.includes("?after=")) return response;
    const body = (await response.json()) as object;
    return Response.json({ ...body, forms: await forms() }, { headers });
  };

async function signedBy(key: CryptoKey, file: Bytes, fields: Partial<Publication> = {}): Promise<Signed> {
  const facts = { form: "rendez-vous", version: 1, length: file.length, at: Date.now() as ServerTime };
  const by = procedure.slice(4, 31) as Publication["by"];
  return signPublication(key, { ...facts, by, hash: await publishedHash(file), withdrawn: false, ...fields });
}

test("a form that the organisation did not sign is refused and told, whoever brings it", async () => {
  const stranger = await createPerson("organisation");
  const file = utf8(version(1));
  const forged = await signedBy(stranger.identity.privateKey, file);
  const person = await phone(lies(async () => [forged], { [await publishedHash(file)]: file }));
  expect(await refused(person)).toBe("forged");
  expect((await person.forms()).forms).toEqual([]);
  expect(await person.api.publishedForm(procedure, null)).toMatchObject({ ok: false, error: { type: "not-found" } });
  expect((await person.api.startDossier({ procedure, language: "fr", organisation: slug })).ok).toBe(false);
});

test("a form of an organisation that is not known here is not offered; nothing is said of a stranger", async () => {
  const stranger = await createPerson("organisation");
  const file = utf8(version(1));
  const foreign = await signedBy(stranger.identity.privateKey, file, { by: stranger.id });
  const person = await phone(lies(async () => [foreign], { [await publishedHash(file)]: file }));
  await eventually(async () => ((await person.forms()).checkedAt === null ? undefined : true));
  expect(await person.forms()).toMatchObject({ forms: [], refused: [] });
});

test("an older version that a server brings back is refused and told; what was seen stays", async () => {
  must(await desk.publishForm(version(1)));
  const own = async () =>
    ((await (await fetch(`${base}/v1/organisations/${slug}/forms`, { headers: ask() })).json()) as { forms: Signed[] })
      .forms;
  const [first] = await own();
  must(await desk.publishForm(version(2)));
  let isOld = false;
  const person = await phone(lies(async () => (isOld ? [first as Signed] : (await own()).slice(-1))));
  await arrived(person, 2);
  isOld = true;
  must(await person.look());
  expect(await refused(person)).toBe("downgrade");
  expect((await person.forms()).forms).toMatchObject([{ version: 2 }]);
});
const ask = (): Record<string, string> => ({ "besace-protocol": "1", "besace-nonce": "test-nonce-0123456789" });

test("a file that was changed on the way, or on the disk, is refused", async () => {
  must(await desk.publishForm(version(1)));
  const hash = await publishedHash(utf8(version(1)));
  let changes = true;
  const person = await phone(async (path, response) =>
    changes && path.endsWith(hash)
      ? new Response(utf8(version(1, "Donnez votre code")), { headers: response.headers })
      : response,
  );
  expect(await refused(person)).toBe("changed");
  expect((await person.forms()).forms).toEqual([]);
  changes = false;
  must(await desk.publishForm(version(2)));
  must(await person.look());
  expect(await arrived(person, 2)).toMatchObject({ refused: [] });
  // Somebody writes into the browser's folder: the file is fetched again, and without network it is no form.
  const held = person.browser.caches.held.get("besace-forms");
  const path = `/published/file/${await publishedHash(utf8(version(2)))}`;
  expect(held?.has(path)).toBe(true);
  held?.set(path, utf8(version(2, "Donnez votre code")));
  person.line.online = false;
  const tab = openTab(person.browser);
  const database = must(await person.browser.registry.list())[0]?.database ?? "";
  must(await tab.api.unlock({ database, code }));
  expect(await tab.api.publishedForm(procedure, 2)).toMatchObject({ ok: false, error: { type: "unavailable" } });
  person.line.online = true;
  expect(must(await tab.api.publishedForm(procedure, 2)).words.fr?.title).toBe("Demander un rendez-vous");
});

test("what is no form is not published by a desk, and not taken by a phone; its words are text and nothing else", async () => {
  for (const text of ["", "{", "[]", '{"form":{}}', '{"form":{"id":"a","version":1}}', version(1).replace("fr", "xx")])
    expect(await desk.publishForm(text)).toMatchObject({ ok: false, error: { type: "refused" } });
  const huge = version(1, "a".repeat(300_000));
  expect(await desk.publishForm(huge)).toMatchObject({ ok: false, error: { type: "too-large" } });
  // Signed by the right key all the same: another reader's form, or another version inside than outside.
  const hostile = "<img src=x onerror=alert(1)> {{count}} $t(common.back)";
  must(await desk.publishForm(version(1, hostile)));
  const person = await phone();
  await arrived(person);
  const { words } = must(await person.api.publishedForm(procedure, null));
  expect(words.fr?.title).toBe("<img src=x onerror=alert(1)> {\u2060{count}} $\u2060t(common.back)");
});

test("publishing needs the line, and says so", async () => {
  deskLine.online = false;
  expect(await desk.publishForm(version(1))).toMatchObject({ ok: false, error: { type: "no-network" } });
  expect(await desk.publications()).toMatchObject({ ok: false, error: { type: "no-network" } });
});
