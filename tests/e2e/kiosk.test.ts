/**
 * C3 and C4, short: a shared computer without network in a real Chromium. A new satchel, its card tried, a paper; then
 * "Terminer": the disk holds no marker, the page shows nothing, the slip says what waits. tests/long goes on from there.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeAxe, runAxe } from "../support/axe.ts";
import { DESK } from "../support/browser.ts";
import { describeLeaks, findLeaks, type Marker, sliceMarkers } from "../support/leak.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { openStage, type Phone, type Stage } from "./stage.ts";

const CODE = "418273";
const TITLE = "Zoé-Marqueur-Facture-7741";
const HOLDER = "Tante-Marqueuse-5512";
const TYPED = "Demande-Marquante-9903";

let stage: Stage;
let photo: Photo;
let file: string;

beforeAll(async () => {
  stage = await openStage();
  const camera = createCamera();
  photo = await camera.take({ seed: 91, template: "facture", width: 1600, height: 1200 });
  await camera.close();
  mkdirSync(join(stage.folder, "usb"));
  file = join(stage.folder, "usb", "page.jpg");
  copyFileSync(photo.path, file);
});
afterAll(async () => {
  await stage?.close();
});

const kiosk = (name: string): Promise<Phone> => stage.phone(name, { viewport: DESK });

const press = ({ browser, person }: Phone, key: string): Promise<void> =>
  browser.page
    .getByRole("button", { name: person.words().within(key) })
    .first()
    .click();

/** The page's files are here: it works without a network. */
async function filled(page: Page): Promise<void> {
  await page.waitForFunction(
    async () => {
      const { active } = await navigator.serviceWorker.ready;
      const { port1, port2 } = new MessageChannel();
      const answer = new Promise<boolean>((resolve) => {
        port1.onmessage = (event) => resolve(event.data.done);
      });
      active?.postMessage({ type: "FILL", language: "fr" }, [port2]);
      return await answer;
    },
    undefined,
    { timeout: 120_000 },
  );
}

/** Everything of a person that might lie on the computer's disk. */
async function search(name: string, extra: readonly Marker[] = []) {
  const markers: Marker[] = [
    { name: "title", value: TITLE },
    { name: "holder", value: HOLDER },
    { name: "typed", value: TYPED },
    ...sliceMarkers("photo", photo.bytes),
    ...extra,
  ];
  return findLeaks(markers, [join(stage.folder, name)]);
}

test("C3, C4: a new satchel without network, the end, nothing on the disk", async () => {
  const here = await kiosk("poste");
  const { page } = here.browser;
  const { person } = here;
  await person.open("/poste");
  await person.sees("poste.start.title");
  expect(describeAxe(await runAxe(page))).toBe("");
  await filled(page);
  await here.browser.context.setOffline(true);
  stage.link.offline();
  await page.reload();
  await person.sees("poste.start.title");
  await press(here, "poste.start.new");
  await person.newSatchel(CODE);
  // Nothing is accepted before the card was tried.
  expect(await page.getByRole("navigation", { name: person.words().matcher("common.nav.label") }).count()).toBe(0);
  const groups = await person.cardGroups();
  await person.drillCard(groups);
  await person.addPaper({ kind: "proof-of-address", files: [file], title: TITLE });
  await person.goto("home");
  // A second tab is refused.
  const second = await here.browser.context.newPage();
  await second.goto(`${stage.link.url}/poste`);
  await second.getByRole("heading", { name: person.words().within("poste.second.title") }).waitFor();
  expect(await second.locator("body").innerText()).not.toContain(TITLE);
  await second.close();
  expect(await page.title()).toBe("Besace");
  expect(new URL(page.url()).pathname).toBe("/poste");

  await press(here, "poste.bar.end");
  await person.sees("poste.end.title");
  const said = await page.locator("body").innerText();
  expect(said).not.toContain(TITLE);
  expect(said).toContain(person.words().text("poste.slip.title"));
  expect(describeAxe(await runAxe(page))).toBe("");
  expect(page.workers().map((worker) => worker.url())).toEqual([]);
  await press(here, "poste.end.leave");
  await person.sees("poste.start.title");
  await page.goBack().catch(() => null);
  expect(await page.locator("body").innerText()).not.toContain(TITLE);

  await here.browser.kill();
  // A search that finds nothing proves something only where a planted leak is found.
  const planted = join(stage.folder, "poste", "planted.bin");
  writeFileSync(planted, Buffer.from(`xx${TITLE}`, "utf16le"));
  const groupsMarker: Marker = { name: "card", value: groups.join("") };
  const found = await search("poste", [groupsMarker, { name: "groups", value: groups.join(" ") }]);
  expect(found.leaks.filter(({ where }) => where.startsWith(planted))).not.toEqual([]);
  const others = { ...found, leaks: found.leaks.filter(({ where }) => !where.startsWith(planted)) };
  expect(describeLeaks(others)).toBe("");
});
