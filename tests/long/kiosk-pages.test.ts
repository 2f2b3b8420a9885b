/**
 * C3 on a small disk: sixty photographs in one session at a shared computer whose browser has a small disk to write into, with
 * little memory (Chromium is told so again and again, which is when it moves blobs to disk), until the disk is full; then
 * the power is cut. Nothing of the photographs or of the pages made from them lies anywhere. Chromium and Firefox.
 *
 * Surprising: that the search is not blind is shown by what `searched` plants each time; blobs cannot be made to lie on the
 * disk for it.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findLeaks } from "../support/leak.ts";
import { type Engine, engines, type Machine } from "../support/real-browser.ts";
import { report } from "./figures.ts";
import { filesField } from "./kiosk-person.ts";
import { CODE, openScene, type Scene, searched, typed } from "./kiosk-scene.ts";

/** Firefox lets a site have a tenth of the disk: sixty pages would not fit into that of 256 MB. */
const DISK_MB = { chromium: 256, firefox: 768 };
const PAGES = 60;
const BATCH = 6;
const PLANTED = "Blob-Planté-1107 ";
const TITLE = "Soixante-Pages-Marquées-2204";

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 });

let scene: Scene;
const mounted: string[] = [];
beforeAll(async () => {
  scene = await openScene({ photos: BATCH });
});
afterAll(async () => {
  for (const path of mounted) execFileSync("umount", ["--lazy", path]);
  await scene?.close();
});

/** All that the browser writes lies on a disk of its own. */
function smallMachine(engine: Engine): Machine {
  const name = `${engine}-small`;
  const root = join(scene.folder, name);
  mkdirSync(root);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB[engine]}m`, "none", root]);
  mounted.push(root);
  return scene.machine(name);
}

const free = (machine: Machine): number => {
  const { bavail, bsize } = statfsSync(machine.root);
  return bavail * bsize;
};

describe.each(engines)("%s", (engine) => {
  test("sixty pages, little memory, a full disk, a cut: no blob and no page on the disk", async (context) => {
    const started = Date.now();
    const { control, machine: first } = await scene.control(engine);
    const pictures = scene.pictures(engine);
    // Whether blobs reach the disk of this browser at all when memory is short is told, not asked: on a machine with much
    // memory Chromium keeps up to 2 GB of them.
    await control.hands.page.evaluate(
      `globalThis.planted = Array.from({ length: 48 }, () => new Blob([${JSON.stringify(PLANTED)}.repeat(120000)])), true`,
    );
    await control.browser.squeeze?.();
    await sleep(5000);
    const { leaks } = await findLeaks([{ name: "planted", value: PLANTED }], [first.root]);
    await control.browser.killGroup();

    const machine = smallMachine(engine);
    const { browser, hands } = await scene.sit(engine, machine);
    const card = await hands.begin(CODE);
    const markers = [...typed({ title: TITLE }, card), ...pictures];
    await hands.beginPaper();
    const blobFolder = join(machine.profile, "Default/blob_storage");
    let spilled = 0;
    for (let pages = BATCH; pages <= PAGES; pages += BATCH) {
      await hands.addPages(scene.files, pages);
      await browser.squeeze?.();
      await sleep(300);
      if (engine === "chromium") spilled += readdirSync(blobFolder, { recursive: true }).length - 1;
    }
    const during = await searched(machine, markers);
    expect(during.said).toBe("");
    // The disk is full: what comes now is refused or kept, in words, and writes nothing readable either.
    const room = free(machine);
    writeFileSync(join(machine.home, "others.bin"), Buffer.alloc(Math.max(0, room - 300_000)));
    await hands.page.setFiles(filesField, scene.files);
    await hands.until('document.querySelector("main [aria-busy=true]") === null', 120_000);
    await browser.squeeze?.();
    await sleep(2000);
    await browser.killGroup();
    rmSync(join(machine.home, "others.bin"));
    const after = await searched(machine, markers);
    expect(after.said).toBe("");
    report(context, {
      seconds: (Date.now() - started) / 1000,
      "MB left after 60 pages": room / 1e6,
      "planted blobs on the disk": leaks.filter(({ where }) => where.includes("blob_storage")).length,
      "blob files seen": spilled,
      files: after.search.files,
      markers: markers.length,
    });
  });
});
