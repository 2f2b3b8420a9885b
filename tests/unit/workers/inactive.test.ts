/** SPEC P-Z2 with person, server and desk together: two years later the desk names who was not heard of; she comes back. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareDesk } from "../../../src/server/desks.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab, random } from "./world.ts";

const slug = "ccas-brevigny";
const code = "417233";
const DAY = 24 * 3600 * 1000;
const text = (value: string) => ({ v: "text", text: value }) as const;
let server: Harness;
beforeEach(async () => {
  server = await createHarness();
});
afterEach(async () => server.close());

test("P-Z2 a desk is told by name who has not been heard of for two years, until she opens her satchel again", {
  timeout: 60_000,
}, async () => {
  const base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  const deskCode = (await prepareDesk({ store: server.store, random }, slug, undefined))?.join(" ") ?? "";
  const desk = openDesk(createConnectedBrowser(createLine(base)));
  must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
  const line = createLine(base);
  const tab = openTab(createConnectedBrowser(line));
  await tab.refresh();
  must(await tab.api.create({ code, language: "fr", pictogram: "bateau" }));
  const { id } = must(await tab.api.startDossier({ procedure: "domiciliation", language: "fr", organisation: slug }));
  must(await tab.api.saveAnswers(id, { answers: { given_name: text("Amina"), family_name: text("Diallo") } }));
  must(await tab.api.send(id, "Je certifie"));
  must(await tab.api.sendNow());
  await eventually(async () => {
    await desk.api.refresh();
    return must(await desk.api.inbox()).rows[0];
  });
  expect(must(await desk.api.inactive())).toEqual([]);

  line.online = false;
  server.time.now += 731 * DAY;
  await server.app.collector.run();
  const told = await eventually(async () => {
    // The session of two years ago has ended: reading the inbox opens another one.
    await desk.api.refresh();
    const answer = await desk.api.inactive();
    return answer.ok && answer.value.length > 0 ? answer.value : undefined;
  });
  expect(told).toEqual([{ name: "Amina Diallo", removedFrom: server.time.now + 365 * DAY }]);

  line.online = true;
  await eventually(async () => {
    await tab.api.sendNow();
    const answer = await desk.api.inactive();
    return answer.ok && answer.value.length === 0 ? true : undefined;
  });
});
