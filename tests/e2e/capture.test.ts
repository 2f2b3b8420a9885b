/**
 * D3, D4 in a real browser: the camera (a film of a sheet on a table, made here), refused, taken, killed between shot and
 * confirmation, absent; pages kept all the same.
 *
 * Surprising fact: Chromium looks for the film each time the camera is asked for, so without it there is no camera. A camera
 * that another program holds cannot be made with a film: the browser's answer is put in its place, once.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../support/person.ts";
import { createCamera, type Photo } from "../support/photo.ts";
import { openStage, type Stage } from "./stage.ts";

const CODE = "418273";
const FRAMES = 3;

let stage: Stage;
let photo: Photo;
let film: string;

beforeAll(async () => {
  stage = await openStage();
  film = join(stage.folder, "table.mjpeg");
  const camera = createCamera();
  photo = await camera.take({ seed: 75, template: "lettre", width: 960, height: 1280, orientation: 1, tilt: 0.8 });
  await camera.close();
  // JPEG files, one behind the other.
  writeFileSync(film, Buffer.concat(Array.from({ length: FRAMES }, () => photo.bytes)));
});
afterAll(async () => {
  await stage?.close();
});

const args = (): readonly string[] => [
  "--use-fake-device-for-media-stream",
  `--use-file-for-fake-video-capture=${film}`,
];
const press = (person: Person, key: string) =>
  person.page.getByRole("button", { name: person.words().matcher(key) }).click();
const says = (person: Person, key: string) => person.page.getByText(person.words().within(key)).first().waitFor();

const inDialog = (person: Person, key: string) =>
  person.page.getByRole("dialog").getByLabel(person.words().matcher(key));

/** On the pages of a paper: our own camera. */
async function openCamera(person: Person): Promise<void> {
  const words = person.words();
  const { page } = person;
  await page
    .getByRole("button", { name: words.within("papers.add.photo") })
    .or(page.getByRole("button", { name: words.within("papers.add.photoMore") }))
    .click();
  await page.getByRole("dialog").waitFor();
}

test("D3, D4: from the camera to kept pages, through a refusal, a camera that is taken, and a kill", async () => {
  const first = await stage.phone("phone", { args: args() });
  let { person } = first;
  await person.open();
  await person.readyOffline();
  await person.createSatchel(CODE);
  await person.laterCard();
  await person.beginPaper("identity-card");

  // Taken back while it is open, refused, held by another program: each said, and asked again.
  const session = await first.browser.context.newCDPSession(first.browser.page);
  const allow = (setting: "granted" | "denied") =>
    session.send("Browser.setPermission", { origin: stage.link.url, permission: { name: "camera" }, setting });
  await allow("granted");
  await openCamera(person);
  await says(person, "capture.hint.found");
  await allow("denied");
  await says(person, "capture.refused.ended");
  await press(person, "capture.again");
  await says(person, "capture.refused.denied");
  await inDialog(person, "capture.system").waitFor({ state: "attached" });
  await allow("granted");
  await person.page.evaluate(() => {
    const devices = navigator.mediaDevices;
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async () => {
      devices.getUserMedia = ask;
      throw new DOMException("Could not start video source", "NotReadableError");
    };
  });
  await press(person, "capture.again");
  await says(person, "capture.refused.busy");
  await press(person, "capture.again");

  // The sheet is found in the film, shot, and its corners are confirmed as proposed.
  await says(person, "capture.hint.found");
  await press(person, "capture.take");
  await says(person, "capture.corners.found");
  await press(person, "capture.keep.back");
  await person.page
    .getByRole("status")
    .getByText(person.words().matcher("capture.kept"))
    .waitFor({ state: "attached" });
  await press(person, "capture.take");
  await says(person, "capture.sealed");
  // Killed with one page confirmed and one only shot; when the browser is back there is no camera any more.
  await first.browser.kill();
  rmSync(film);

  ({ person } = await stage.phone("phone", { args: args() }));
  await person.open("/papiers");
  await person.unlock(CODE);
  await person.goto("papers");
  expect(await person.draft()).toBe(2);
  await person.resumePaper();
  await expect.poll(() => person.page.getByText(person.words().matcher("papers.page.kept")).count()).toBe(2);
  await openCamera(person);
  await says(person, "capture.refused.no-camera");
  await inDialog(person, "capture.file").setInputFiles(photo.path);
  await expect.poll(() => person.page.getByText(person.words().matcher("papers.page.kept")).count()).toBe(3);
  await person.finishPaper({ title: "Ma carte" });
  const pages = await person.paperBytes("Ma carte");
  expect(pages).toHaveLength(3);
  for (const page of pages) expect(page.byteLength).toBeLessThan(300_000);
});
