/**
 * C3 with and without the administrator's checklist (src/app/kiosk/CHECKLIST.md, whose policy files are applied here): printing
 * allowed and forbidden, in Chromium and Firefox; a whole session under Chromium's policies.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Marker } from "../support/leak.ts";
import { type Engine, engines, type Machine, type RealOptions } from "../support/real-browser.ts";
import { report } from "./figures.ts";
import { createHands } from "./kiosk-person.ts";
import { CODE, filesIn, openScene, policiesOf, type Scene, searched, typed } from "./kiosk-scene.ts";

const TITLE = "Quittance-Marquée-Au-Plantage-3390";

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 });

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene?.close();
});

/** The person presses "Imprimer" on the card's page; a job ends in the spool. */
async function printed(
  engine: Engine,
  name: string,
  options: RealOptions,
): Promise<{ machine: Machine; card: string }> {
  const machine = scene.machine(`${engine}-${name}`);
  const { browser, hands } = await scene.sit(engine, machine, { ...options, silentPrint: true });
  const card = await hands.beginCard(CODE);
  await hands.press("card.print.two");
  if (engine === "chromium") writeFileSync(join(machine.spool, "job.pdf"), await hands.page.print());
  for (const until = Date.now() + 20_000; Date.now() < until && filesIn(machine.spool).length === 0; ) await sleep(200);
  await sleep(2000);
  await browser.killGroup();
  return { machine, card };
}

describe.each(engines)("%s", (engine) => {
  test("printing the card: the spool has it and nothing else; Firefox with the checklist's policies prints nothing", async (context) => {
    const started = Date.now();
    const allowed = await printed(engine, "print", {});
    expect(filesIn(allowed.machine.spool).length).toBe(1);
    const inSpool = (path: string): boolean => path.startsWith(allowed.machine.spool);
    expect((await searched(allowed.machine, typed({}, allowed.card), [], inSpool)).said).toBe("");
    if (engine === "firefox") {
      const forbidden = await printed(engine, "print-checklist", { policies: policiesOf(engine, scene.url) });
      expect(filesIn(forbidden.machine.spool)).toEqual([]);
      expect((await searched(forbidden.machine, typed({}, forbidden.card))).said).toBe("");
    }
    report(context, { seconds: (Date.now() - started) / 1000 });
  });
});

describe("chromium", () => {
  const engine = "chromium";
  let pictures: readonly Marker[];
  beforeAll(async () => {
    const { control } = await scene.control(engine);
    await control.browser.killGroup();
    pictures = scene.pictures(engine);
  });

  test("an ordinary session with the checklist's policies: the same, and nothing but /poste opens", async (context) => {
    const started = Date.now();
    const machine = scene.machine(`${engine}-policies`);
    const policies = policiesOf(engine, scene.url);
    const { browser, hands } = await scene.sit(engine, machine, { policies });
    const card = await hands.begin(CODE);
    await hands.beginPaper();
    await hands.addPages(scene.files, 1);
    await hands.typeTitle(TITLE);
    await hands.keep();
    await hands.press("poste.bar.end");
    await hands.sees("poste.end.title");
    await hands.press("poste.end.leave");
    await hands.sees("poste.start.title");
    const other = await browser.newPage();
    await other.goto(scene.url.replace("127.0.0.1", "localhost")).catch(() => undefined);
    // The browser's own page stands there, not the app's.
    await createHands(other).until(
      'location.href !== "about:blank" && document.readyState === "complete" && document.getElementById("app") === null',
    );
    await sleep(2500);
    await browser.close();
    const { said, search } = await searched(machine, [...typed({ title: TITLE }, card), ...pictures]);
    expect(said).toBe("");
    report(context, {
      seconds: (Date.now() - started) / 1000,
      files: search.files,
      "history kept": [join(machine.profile, "Default/History"), join(machine.profile, "places.sqlite")].some(
        (path) => existsSync(path) && readFileSync(path).includes("/poste"),
      )
        ? "yes"
        : "no",
    });
  });
});
