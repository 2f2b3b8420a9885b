/**
 * Background Sync (issue 2, A5): the page is closed and the satchel locked; the browser's sync event alone delivers the
 * outbox. The event is dispatched as Chromium's own developer tools do it.
 */
import type { CDPSession } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { weekAt, weekly } from "../../src/shared/weekly.ts";
import { createPerson } from "../support/person.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { openStage, type Stage } from "./stage.ts";

const CODE = "418273";
const TITLE = "Lettre de la mairie";
const TAG = "besace-outbox";

let stage: Stage;
let photo: Photo;

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  photo = await camera.take({ seed: 72, template: "lettre" });
  await camera.close();
});
afterAll(async () => {
  await stage?.close();
});

/** The service worker's registration at the app's origin, as the debugging protocol names it. */
async function registrationOf(session: CDPSession, origin: string): Promise<string> {
  const found = new Promise<string>((done) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const own = registrations.find((each) => each.scopeURL === `${origin}/` && !each.isDeleted);
      if (own !== undefined) done(own.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  return found;
}

test("A5: with the page closed, a sync event delivers the outbox of a locked satchel", async () => {
  const desk = await stage.desk("desk");
  await desk.helper.open();
  await desk.helper.enrol(await stage.deskCode(), "284611");

  const { browser, person } = await stage.phone("phone");
  await person.open();
  await person.readyOffline();
  await browser.context.setOffline(true);
  stage.link.offline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.addPaper({ kind: "letter-received", files: [photo.path], title: TITLE });
  await person.startProcedure("lettre-incomprise");
  await person.fillIn({ joined: { letter: { papers: [TITLE] } }, answers: { note: "Que dit cette lettre ?" } });
  await person.send();
  const number = await person.number();
  await person.lock();

  // No page of the app is left; the browser lives on.
  const elsewhere = await browser.context.newPage();
  await person.page.close();
  const sent = stage.link.counters().up.delivered;
  stage.link.online();
  await browser.context.setOffline(false);
  await elsewhere.waitForTimeout(3000);
  expect(await desk.helper.inbox(), "nobody else delivers").toEqual([]);
  expect(stage.link.counters().up.delivered).toBe(sent);

  const session = await browser.context.newCDPSession(elsewhere);
  const registrationId = await registrationOf(session, stage.link.url);
  await session.send("ServiceWorker.dispatchSyncEvent", {
    origin: stage.link.url,
    registrationId,
    tag: TAG,
    lastChance: false,
  });

  const row = await desk.helper.waitForRow((each) => each.number === number && each.papers.here === each.papers.of);
  expect(row.papers).toEqual({ here: 1, of: 1 });
  await desk.helper.openDossier(number);
  expect((await desk.helper.answers()).map((answer) => answer.value).join()).toContain("Que dit cette lettre ?");
  expect(browser.context.pages().map((page) => page.url())).toEqual(["about:blank"]);

  // The person opens the app later: the proof is fetched, and what left does not leave again.
  const page = await browser.context.newPage();
  const later = createPerson(page, { url: stage.link.url });
  await later.open();
  await later.sees("opening.enter");
  const before = stage.link.counters().up.delivered;
  await later.unlock(CODE);
  await later.openDossier(number);
  await later.waitForStep("common.state.complete");
  expect(stage.link.counters().up.delivered - before).toBeLessThan(photo.bytes.length / 20);

  // The sentence of the week (decisions/0028): locked, in a marked week, the event alone has it said, once.
  await later.lock();
  await browser.context.grantPermissions(["notifications"], { origin: stage.link.url });
  const words = { title: "Besace", text: "Jetez un œil à votre besace.", lang: "fr", dir: "ltr" } as const;
  const now = Date.now();
  const week = weekAt(now, -new Date(now).getTimezoneOffset());
  await page.evaluate(
    async ([names, said, marked]) => {
      const cache = await caches.open(names.cache);
      await cache.put(names.words, Response.json(said));
      await cache.put(`${names.weeks}planted`, Response.json([marked, marked + 1]));
    },
    [weekly, words, week] as const,
  );
  const wake = () =>
    session.send("ServiceWorker.dispatchPeriodicSyncEvent", {
      origin: stage.link.url,
      registrationId,
      tag: weekly.tag,
    });
  /** What was said since the last look. */
  const heard = () =>
    page.evaluate(async () => {
      const all = await (await navigator.serviceWorker.ready).getNotifications();
      for (const one of all) one.close();
      return all.map(({ title, body, tag }) => ({ title, body, tag }));
    });
  const saidAt = () =>
    page.evaluate(
      async (names) => (await (await (await caches.open(names.cache)).match(names.said))?.json()) as unknown,
      weekly,
    );
  // Who has Besace open has looked.
  await wake();
  await expect.poll(saidAt).toBe(week);
  expect(await heard()).toEqual([]);
  await page.evaluate(async (names) => (await caches.open(names.cache)).delete(names.said), weekly);
  await page.goto(`${stage.link.url}/guichet`);
  await wake();
  await expect.poll(heard).toEqual([{ title: words.title, body: words.text, tag: weekly.tag }]);
  await wake();
  expect(await heard()).toEqual([]);
});
