/**
 * C3 with and without the administrator's checklist (src/app/kiosk/CHECKLIST.md, whose policy files are applied here): a page
 * and a browser that crash in the middle of a capture, with crash reports and core dumps on and off; printing allowed and
 * forbidden. Chromium and Firefox.
 *
 * Surprising: a crash is SIGSEGV from outside, which the browsers' own reporters handle as any other.
 */
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Marker, needlesOf } from "../support/leak.ts";
import { type Engine, engines, type Machine, type RealOptions } from "../support/real-browser.ts";
import { report } from "./figures.ts";
import { createHands } from "./kiosk-person.ts";
import { CODE, filesIn, openScene, policiesOf, type Scene, searched, typed } from "./kiosk-scene.ts";

const TITLE = "Quittance-Marquée-Au-Plantage-3390";

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 });

let scene: Scene;
/** A folder in memory, as the checklist's `TMPDIR` is. */
let memory: string;
beforeAll(async () => {
  scene = await openScene();
  memory = mkdtempSync("/dev/shm/besace-kiosk-");
});
afterAll(async () => {
  await scene?.close();
  rmSync(memory, { recursive: true, force: true });
});

/** A core dump is hundreds of megabytes, mostly nothing: the plain forms are looked for, piece by piece. */
function holds(path: string, marker: Marker): boolean {
  const needles = needlesOf(marker).filter(({ encoding }) => ["utf8", "utf16le", "latin1", "bytes"].includes(encoding));
  const piece = Buffer.alloc(16 * 1024 * 1024);
  const overlap = 4096;
  const file = openSync(path, "r");
  try {
    for (let at = 0, size = statSync(path).size; at < size; at += piece.length - overlap) {
      const bytes = piece.subarray(0, readSync(file, piece, 0, piece.length, at));
      if (needles.some((needle) => bytes.includes(needle.bytes))) return true;
    }
    return false;
  } finally {
    closeSync(file);
  }
}

/** True where the system writes core dumps into the folder of the process that crashed. */
const coresAreHere = !/^[|/]/.test(readFileSync("/proc/sys/kernel/core_pattern", "utf8"));

const isDump = (name: string): boolean => /\.(?:dmp|extra)$/.test(name);
const isCore = (name: string): boolean => /(?:^|\/)core(?:\.\d+)?$/.test(name);
/** Files that would let the browser open again what was open. */
const isSession = (name: string): boolean => /\/Sessions\/|sessionstore/.test(name);

async function crashed(engine: Engine, machine: Machine, options: RealOptions, pictures: readonly Marker[]) {
  const { browser, hands } = await scene.sit(engine, machine, options);
  const card = await hands.begin(CODE);
  await hands.beginPaper();
  await hands.addPages(scene.files, 1);
  await hands.typeTitle(TITLE);
  await sleep(2500);
  await browser.crash("page");
  await sleep(1000);
  await browser.crash("browser");
  await browser.killGroup();
  const files = filesIn(machine.root);
  const markers = [...typed({ title: TITLE }, card), ...pictures];
  const cores = files.filter(isCore).map((file) => join(machine.root, file));
  const { said, search } = await searched(machine, markers, [], (path) => isCore(path));
  return {
    machine,
    markers,
    card,
    said: said.split("\n").filter((line) => line !== ""),
    dumps: files.filter(isDump),
    sessions: files.filter(isSession),
    cores,
    inCores: markers.filter((marker) => cores.some((core) => holds(core, marker))).map((marker) => marker.name),
    files: search.files,
  };
}

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
  let pictures: readonly Marker[];
  beforeAll(async () => {
    const { control } = await scene.control(engine);
    await control.browser.killGroup();
    pictures = scene.pictures(engine);
  });

  test("crashes: with reports and core dumps on they hold what memory held, and nothing else does; with the checklist nothing is there", async (context) => {
    const started = Date.now();
    const bare = await crashed(engine, scene.machine(`${engine}-crash`), { crashReports: true, cores: true }, pictures);
    // A crash that leaves no report would prove nothing below.
    expect(bare.dumps.length).toBeGreaterThan(0);
    if (coresAreHere) expect(bare.inCores).toContain("title");
    // In the reports at most.
    expect(bare.said.filter((line) => !bare.dumps.some((dump) => line.includes(`/${dump}`)))).toEqual([]);

    const policies = policiesOf(engine, scene.url);
    const set = await crashed(engine, scene.machine(`${engine}-crash-checklist`, memory), { policies }, pictures);
    expect({ dumps: set.dumps, cores: set.cores, said: set.said }).toEqual({ dumps: [], cores: [], said: [] });
    // A restart, as the checklist's script does it, shows and names nothing.
    const again = await scene.launch(engine, set.machine, { policies, restore: true, args: [`${scene.url}/poste`] });
    await sleep(2500);
    for (const page of await again.pages()) expect(await createHands(page).screen()).not.toContain(TITLE);
    await again.killGroup();
    report(context, {
      seconds: (Date.now() - started) / 1000,
      "reports, without": bare.dumps.length,
      "markers in reports, without": bare.said.length,
      "core dumps, without": bare.cores.length,
      "in core dumps, without": bare.inCores.join(", "),
      "session files, without": bare.sessions.length,
      "session files, with": set.sessions.length,
      "reports and core dumps, with": set.dumps.length + set.cores.length,
    });
  });

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
    // The browser's own page stands there, or the empty one that was before: not the app's.
    await sleep(5000);
    expect(await other.evaluate('document.getElementById("app") === null')).toBe(true);
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
