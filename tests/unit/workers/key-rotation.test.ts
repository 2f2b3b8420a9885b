/** The server's key changes between two dossiers: proofs of both are believed, on the phone and at the desk (SPEC P-K). */
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import { rotateKeys } from "../../../src/server/keys.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab, random } from "./world.ts";

const slug = "ccas-brevigny";
let server: Harness;
let base: string;
afterEach(() => server.close());

const line = () => {
  const made = createLine("");
  return { ...made, fetch: (path: Parameters<typeof fetch>[0], init?: RequestInit) => fetch(`${base}${path}`, init) };
};

test("INV-2 after a rotation of the server's key old and new proofs are believed", { timeout: 120_000 }, async () => {
  server = await createHarness();
  base = await server.listen();
  const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
  const desk = openDesk(createConnectedBrowser(line()));
  must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
  const tab = openTab(createConnectedBrowser(line()));
  must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  await tab.refresh();
  const send = async (words: string) => {
    const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
    must(await tab.api.saveAnswers(id, { answers: { request: { v: "text", text: words } } }));
    must(await tab.api.send(id, null));
    return id;
  };
  const complete = (id: Awaited<ReturnType<typeof send>>) =>
    eventually(async () => (must(await tab.api.dossier(id)).stage === "complete" ? true : undefined));
  const first = await send("Avant");
  await complete(first);

  const { folder } = server;
  await server.close(true);
  await rotateKeys(join(folder, "server.json"));
  server = await createHarness({ folder });
  base = await server.listen();
  await tab.refresh();

  const second = await send("Après");
  await complete(second);
  expect(must(await tab.api.dossier(first)).stage).toBe("complete");
  await eventually(async () => {
    must(await desk.api.refresh());
    return must(await desk.api.inbox()).rows.length === 2 ? true : undefined;
  });
});
