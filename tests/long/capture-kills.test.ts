/**
 * D3: Chromium is killed at each step of a three-page capture with our own camera: camera open, shutter pressed, corners shown,
 * page confirmed, page said to be kept. After each kill the draft is there, with every page that the screen had said to be
 * kept, and with what was shot as a page of its own; no shot is there twice, however often it was killed.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Phone, type Stage } from "../e2e/stage.ts";
import type { Person } from "../support/person.ts";
import { createCamera } from "../support/photo.ts";
import { report } from "./figures.ts";

const CODE = "418273";
const PAGES = 3;
const STEPS = ["open", "shot", "corners", "confirmed", "kept"] as const;
type Step = (typeof STEPS)[number];

let stage: Stage;
let film: string;

beforeAll(async () => {
  stage = await openStage();
  film = join(stage.folder, "table.mjpeg");
  const camera = createCamera();
  const photo = await camera.take({
    seed: 75,
    template: "lettre",
    width: 960,
    height: 1280,
    orientation: 1,
    tilt: 0.8,
  });
  await camera.close();
  writeFileSync(film, Buffer.concat(Array.from({ length: 3 }, () => photo.bytes)));
});
afterAll(async () => {
  await stage?.close();
});

const start = (): Promise<Phone> =>
  stage.phone("phone", {
    permissions: ["camera"],
    args: ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`],
  });
const press = ({ page, words }: Person, key: string) =>
  page.getByRole("button", { name: words().matcher(key) }).click();
const says = ({ page, words }: Person, key: string) =>
  page.getByText(words().within(key)).first().waitFor({ state: "attached" });
const readyPages = ({ page, words }: Person) => page.getByText(words().matcher("papers.page.kept")).count();

/** From the pages of the draft up to a step of one page. */
async function upTo(person: Person, step: Step): Promise<void> {
  const { page, words } = person;
  const wanted = STEPS.indexOf(step);
  await page
    .getByRole("button", { name: words().within("papers.add.photo") })
    .or(page.getByRole("button", { name: words().within("papers.add.photoMore") }))
    .click();
  const shutter = page.getByRole("button", { name: words().matcher("capture.take"), disabled: false });
  await shutter.waitFor();
  if (wanted === 0) return;
  await shutter.click();
  if (wanted === 1) return;
  await page.getByRole("button", { name: words().matcher("capture.keep.next") }).waitFor();
  await says(person, "capture.sealed");
  if (wanted === 2) return;
  await press(person, "capture.keep.next");
  if (wanted === 3) return;
  await page.getByRole("status").getByText(words().matcher("capture.kept")).waitFor({ state: "attached" });
}

test("D3: killed at each step of a three-page capture, what was kept is there", async (context) => {
  let phone = await start();
  await phone.person.open();
  await phone.person.readyOffline();
  await phone.person.createSatchel(CODE);
  await phone.person.laterCard();
  await phone.person.beginPaper("tax-notice");
  /** Least and most pages that there may be: a kill comes before or after what was pressed. */
  let [least, most] = [0, 0];
  let kills = 0;
  for (let n = 0; n < PAGES; n += 1)
    for (const step of STEPS) {
      await upTo(phone.person, step);
      if (STEPS.indexOf(step) >= STEPS.indexOf("corners")) least += 1;
      if (step !== "open") most += 1;
      await phone.browser.kill();
      kills += 1;
      phone = await start();
      const { person } = phone;
      await person.open("/papiers");
      await person.unlock(CODE);
      await person.goto("papers");
      const pages = (await person.draft()) ?? 0;
      console.log(`kill ${kills}: ${step} of page ${n + 1}: ${pages} pages, ${least} to ${most} expected`);
      expect(pages).toBeGreaterThanOrEqual(least);
      expect(pages).toBeLessThanOrEqual(most);
      [least, most] = [pages, pages];
      if (pages === 0) await person.beginPaper("tax-notice");
      else await person.resumePaper();
      // What nobody confirmed is made a page, whole.
      await expect.poll(() => readyPages(person)).toBe(pages);
    }
  await phone.person.finishPaper({ title: "Avis" });
  const bytes = await phone.person.paperBytes("Avis");
  expect(bytes).toHaveLength(most);
  for (const page of bytes) expect(page.byteLength).toBeGreaterThan(10_000);
  report(context, { kills, "pages kept": most });
}, 1_800_000);
