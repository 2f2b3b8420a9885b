/**
 * C3 on real profiles, Chromium and Firefox: after "Terminer", after the time is over, after a kill of the browser in the
 * middle of a capture and of a save, after a kill of everything at once, the computer holds nothing of the person, and
 * whoever comes next sees nothing. All folders that the browser may write are searched (kiosk-scene.ts).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findLeaks, type Marker, sliceMarkers } from "../support/leak.ts";
import { engines } from "../support/real-browser.ts";
import { report } from "./figures.ts";
import { createHands, filesField } from "./kiosk-person.ts";
import { CODE, openScene, type Scene, searched, typed } from "./kiosk-scene.ts";

/** Long enough for a session file or a journal to be written by itself. */
const written = 2500;

const TITLES = { kept: "Facture-Marquée-Zoé-7741", half: "Quittance-Marquée-À-Moitié-5512" };

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 });

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ idleSeconds: 90 });
});
afterAll(async () => {
  await scene?.close();
});

/** Puts texts and bytes where a careless page would: each must be found afterwards. */
const plant = (marks: Readonly<Record<string, string>>, bytes: Uint8Array): string => `(async () => {
  const marks = ${JSON.stringify(marks)};
  const bytes = Uint8Array.from(atob(${JSON.stringify(Buffer.from(bytes).toString("base64"))}), (one) => one.charCodeAt(0));
  localStorage.setItem("k", marks.local);
  history.pushState({ note: marks.state }, "", "#" + encodeURIComponent(marks.address));
  const cache = await caches.open("planted");
  await cache.put("/planted", new Response(marks.cache));
  await cache.put("/planted-bytes", new Response(bytes));
  const field = document.createElement("input");
  field.name = "planted";
  document.body.append(field);
  field.focus();
  const opened = indexedDB.open("planted", 1);
  opened.onupgradeneeded = () => opened.result.createObjectStore("rows");
  await new Promise((done, fail) => { opened.onsuccess = done; opened.onerror = fail; });
  const writing = opened.result.transaction("rows", "readwrite", { durability: "strict" });
  const rows = writing.objectStore("rows");
  rows.put({ text: marks.row }, 1);
  rows.put({ text: "Serré-Zoé-44".repeat(7000) + marks.packed }, 2);
  rows.put({ text: "Large-Zoé-44".repeat(150000) + marks.large }, 3);
  rows.put({ text: "x" }, marks.key);
  rows.put(bytes.buffer, 4);
  rows.put(new Blob([bytes, marks.blob]), 5);
  await new Promise((done, fail) => { writing.oncomplete = done; writing.onerror = fail; });
  return true;
})()`;

/** Shows a picture of noise as an `<img>`; its value is the picture's bytes, in base64. */
const showImage = `(async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 900;
  canvas.height = 1200;
  const drawing = canvas.getContext("2d");
  for (let at = 0; at < 6000; at += 1) {
    drawing.fillStyle = "#" + ((at * 2654435761) % 16777216).toString(16).padStart(6, "0");
    drawing.fillRect((at * 7919) % 900, (at * 104729) % 1200, 3 + (at % 23), 3 + (at % 17));
  }
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  image.width = 400;
  document.body.append(image);
  await image.decode();
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
})()`;

describe.each(engines)("%s", (engine) => {
  let first: Awaited<ReturnType<Scene["control"]>>;
  let pictures: readonly Marker[];
  beforeAll(async () => {
    first = await scene.control(engine);
    pictures = scene.pictures(engine);
  });
  afterAll(async () => {
    await first?.control.browser.killGroup();
  });

  test("the search is not blind: what is planted in unsealed stores is found", async (context) => {
    const started = Date.now();
    const { control, machine } = first;
    const { browser, hands } = control;
    const marks = Object.fromEntries(
      ["local", "state", "address", "cache", "row", "packed", "large", "key", "blob", "field"].map((name, at) => [
        name,
        `${name === "key" ? "Cle" : "Clé"}-${name}-440${at}`,
      ]),
    );
    const bytes = Buffer.from(
      Array.from({ length: 300_000 }, (_, at) => (at * at * 31 + (at >> 3) * 7 + (at >> 9)) & 255),
    );
    await hands.page.evaluate(plant(marks, bytes));
    await hands.page.type(marks.field ?? "");
    await sleep(2 * written);
    const markers = [
      ...Object.entries(marks).map(([name, value]) => ({ name, value })),
      ...sliceMarkers("bytes", bytes, 3),
    ];
    const names = async (): Promise<readonly string[]> =>
      [...new Set((await findLeaks(markers, [machine.root])).leaks.map(({ marker }) => marker))].sort();
    const all = markers.map(({ name }) => name).sort();
    await browser.killGroup();
    expect(await names()).toEqual(all);
    report(context, { seconds: (Date.now() - started) / 1000 });
  });

  test("Terminer: nothing on the disk; back, reload, a second tab, a restart and the next person show nothing", async (context) => {
    const started = Date.now();
    const machine = scene.machine(`${engine}-ended`);
    const { browser, hands } = await scene.sit(engine, machine);
    const nothingShown = async (said: string): Promise<void> => {
      for (const title of Object.values(TITLES)) expect(said).not.toContain(title);
      expect(said).not.toMatch(/\b[1-9]\d* (?:éléments?|papiers?|envois?|dossiers?)/);
    };
    const card = await hands.begin(CODE);
    await hands.beginPaper();
    await hands.addPages(scene.files, 1);
    await hands.typeTitle(TITLES.kept);
    await hands.keep();
    await hands.look(TITLES.kept);
    // A second tab is refused.
    const second = createHands(await browser.newPage());
    await second.page.goto(`${scene.url}/poste`);
    await second.sees("poste.second.title");
    await nothingShown(await second.screen());
    await second.page.close();
    await hands.press("poste.bar.end");
    await hands.sees("poste.end.title");
    expect(await hands.screen()).not.toContain(TITLES.kept);
    await hands.press("poste.end.leave");
    await hands.sees("poste.start.title");
    await nothingShown(await hands.screen());
    await hands.page.reload();
    await hands.sees("poste.start.title");
    await nothingShown(await hands.screen());
    // The next person, in the same browser.
    await hands.begin("528194");
    for (const tab of ["papers", "dossiers", "outbox", "home"] as const) {
      await hands.goto(tab);
      await sleep(500);
      expect(await hands.screen()).not.toContain(TITLES.kept);
    }
    await hands.goto("papers");
    await nothingShown(await hands.screen());
    await hands.press("poste.bar.end");
    await hands.sees("poste.end.title");
    await hands.press("poste.end.leave");
    await hands.sees("poste.start.title");
    // Back, as far as it goes: what the history holds is at most the start page.
    for (let tries = 0; tries < 4; tries++) {
      await hands.page.back().catch(() => undefined);
      await sleep(500);
      await nothingShown(await hands.screen());
    }
    await sleep(written);
    const markers = [...typed(TITLES, card), ...pictures];
    await browser.close();
    const after = await searched(machine, markers);
    expect(after.said).toBe("");
    const again = await scene.launch(engine, machine, { restore: true });
    for (const page of await again.pages()) {
      await sleep(1000);
      await nothingShown(await createHands(page).screen());
    }
    const tabs = await again.tabs();
    expect(
      tabs.filter((url) => !/^(about:|chrome:|chrome-|$)/.test(url) && new URL(url).pathname !== "/poste"),
    ).toEqual([]);
    await again.killGroup();
    report(context, {
      seconds: (Date.now() - started) / 1000,
      files: after.search.files,
      megabytes: after.search.bytes / 1e6,
      restored: tabs.join(" "),
    });
  });

  test("the time is over: counted down in sight, then nothing on the disk", async (context) => {
    const started = Date.now();
    const machine = scene.machine(`${engine}-idle`);
    const { browser, hands } = await scene.sit(engine, machine);
    const card = await hands.begin(CODE);
    await hands.beginPaper();
    await hands.addPages(scene.files, 1);
    await hands.typeTitle(TITLES.half);
    expect(await hands.screen()).toMatch(/Fermeture dans \d+/);
    await hands.sees("poste.idle.title", 180_000);
    await hands.sees("poste.end.idleTitle", 180_000);
    // The half-typed paper went into the satchel, sealed: it waits here.
    await hands.sees("poste.slip.title");
    expect(await hands.screen()).not.toContain(TITLES.half);
    // Nobody is there: the page goes by itself.
    await hands.sees("poste.start.title", 180_000);
    await sleep(written);
    await browser.close();
    const after = await searched(machine, [...typed(TITLES, card), ...pictures]);
    expect(after.said).toBe("");
    report(context, { seconds: (Date.now() - started) / 1000, files: after.search.files });
  });

  test.each(["kill", "killGroup"] as const)(
    "%s in the middle of a capture: nothing on the disk, a restart opens nothing",
    async (way) => {
      const machine = scene.machine(`${engine}-${way}`);
      const { browser, hands } = await scene.sit(engine, machine);
      const card = await hands.begin(CODE);
      await hands.beginPaper();
      await hands.addPages(scene.files, 1);
      await hands.typeTitle(TITLES.half);
      await sleep(written);
      await browser[way]();
      const markers = [...typed(TITLES, card), ...pictures];
      expect((await searched(machine, markers)).said).toBe("");
      // The browser offers what was open: it is the start page.
      const again = await scene.launch(engine, machine, { restore: true });
      await sleep(written);
      for (const page of await again.pages()) {
        const said = await createHands(page).screen();
        expect(said).not.toContain(TITLES.half);
      }
      const next = createHands(again.page);
      await next.page.goto(`${scene.url}/poste`);
      await next.sees("poste.start.title");
      expect(await next.screen()).not.toMatch(/\b[1-9]\d* (?:éléments?|papiers?|envois?|dossiers?)/);
      await next.begin("528194");
      await next.goto("papers");
      expect(await next.screen()).not.toContain(TITLES.half);
      await again.killGroup();
      expect((await searched(machine, markers)).said).toBe("");
    },
  );

  test("pages on the screen, when memory is short, in a hidden tab: the browser moves nothing of them out of memory; Chromium does so with an <img>", async (context) => {
    const started = Date.now();
    const machine = scene.machine(`${engine}-out`);
    const { browser, hands } = await scene.sit(engine, machine);
    await hands.begin(CODE);
    await hands.beginPaper();
    await hands.addPages(scene.files, 1);
    await hands.typeTitle(TITLES.kept);
    await hands.keep();
    await hands.look(TITLES.kept);
    expect(await hands.page.evaluate('document.querySelector("main canvas").width')).toBeGreaterThan(300);
    // What a second tab shows as an image is the control: it must be found.
    const other = await browser.newPage();
    const shown = Buffer.from(String(await other.evaluate(showImage)), "base64");
    await sleep(30_000);
    await browser.squeeze?.();
    const hidden = await browser.hide?.();
    await sleep(30_000);
    const control = sliceMarkers("control", shown);
    const { said } = await searched(machine, [...pictures, ...control], browser.unlinked());
    const lines = said.split("\n").filter(Boolean);
    await browser.killGroup();
    expect(lines.filter((line) => !line.startsWith("control"))).toEqual([]);
    // A file without a name: nothing of it is in any folder, and its blocks stay on the disk until they are written over.
    if (engine === "chromium") {
      expect(hidden).toBeGreaterThan(0);
      expect(lines.length).toBeGreaterThan(0);
    }
    for (const line of lines) expect(line).toContain("/tmp/");
    report(context, {
      seconds: (Date.now() - started) / 1000,
      "markers of the control in unnamed files of TMPDIR": lines.length,
    });
  });

  test("killed in the middle of saves, three times: nothing on the disk", async (context) => {
    const started = Date.now();
    const machine = scene.machine(`${engine}-saving`);
    for (let round = 0; round < 3; round++) {
      const { browser, hands } = await scene.sit(engine, machine);
      await hands.begin(CODE);
      await hands.beginPaper();
      await hands.page.setFiles(filesField, Array.from({ length: 6 }, () => scene.files).flat());
      // Decoding, encoding, sealing, writing: somewhere in there.
      await sleep(100 + round * 250);
      await browser.killGroup();
      expect((await searched(machine, pictures)).said).toBe("");
    }
    report(context, { seconds: (Date.now() - started) / 1000 });
  });
});
