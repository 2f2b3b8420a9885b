/**
 * What the long tests of the shared computer share: the real server behind a link, photographs, a browser of either engine
 * in folders of its own, the markers of what a person did there, and the search of all of it. Runs in Node.
 *
 * Surprising: the pages that the app makes of a photograph are markers too. They are the same bytes each time in the same
 * engine, so a first session on a machine of its own says what to look for.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect } from "vitest";
import { demonstration } from "../../src/server/deployment.ts";
import { launchRealChromium } from "../support/chromium.ts";
import { launchRealFirefox } from "../support/firefox.ts";
import { findLeaks, type LeakSearch, type Marker, sliceMarkers } from "../support/leak.ts";
import { createLink, type Link } from "../support/link.ts";
import { createCamera } from "../support/photo.ts";
import {
  createMachine,
  type Engine,
  type Machine,
  type RealBrowser,
  type RealOptions,
} from "../support/real-browser.ts";
import { freePort, startServer } from "../support/server.ts";
import { createHands, type Hands } from "./kiosk-person.ts";

export const CODE = "418273";

export interface SceneOptions {
  readonly photos?: number;
  readonly idleSeconds?: number;
  readonly printing?: boolean;
}

export interface Sitting {
  readonly browser: RealBrowser;
  readonly hands: Hands;
}

export interface Scene {
  /** Address of the kiosk's server without a path. */
  readonly url: string;
  readonly link: Link;
  readonly folder: string;
  /** Files of the person, on a USB stick that is not searched. */
  readonly files: readonly string[];
  /** `tmp`: where temporary files go instead. */
  readonly machine: (name: string, tmp?: string) => Machine;
  /** A person sits down: the browser is open at `/poste` and everything is there; the network is away. */
  readonly sit: (engine: Engine, machine: Machine, options?: RealOptions) => Promise<Sitting>;
  readonly launch: (engine: Engine, machine: Machine, options?: RealOptions) => Promise<RealBrowser>;
  /** A whole session on a machine of its own, for the bytes that its pages become. It stays open. */
  readonly control: (engine: Engine) => Promise<{ readonly control: Sitting; readonly machine: Machine }>;
  /** Of photographs and of the pages made from them; `control` first. */
  readonly pictures: (engine: Engine) => readonly Marker[];
  readonly close: () => Promise<void>;
}

/** A marker for each text; the card with and without spaces. */
export const typed = (texts: Readonly<Record<string, string>>, card?: string): readonly Marker[] => [
  ...Object.entries(texts).map(([name, value]) => ({ name, value })),
  ...(card === undefined
    ? []
    : [
        { name: "card", value: card },
        { name: "card without spaces", value: card.replaceAll(" ", "") },
      ]),
];

/** What was found where, one line each, shortened; "" for nothing. Says so when there was nothing to look at. */
export async function searched(
  machine: Machine,
  markers: readonly Marker[],
  more: readonly { readonly where: string; readonly bytes: Uint8Array }[] = [],
  except: (path: string) => boolean = () => false,
): Promise<{ readonly said: string; readonly search: LeakSearch }> {
  const planted = join(machine.profile, "planted.bin");
  const [first] = markers;
  if (first === undefined) throw new Error("no markers");
  const bytes = typeof first.value === "string" ? Buffer.from(first.value, "utf16le") : first.value;
  writeFileSync(planted, Buffer.concat([Buffer.from("xx"), bytes]));
  const search = await findLeaks(markers, [machine.root, ...more], { except });
  rmSync(planted);
  expect(search.leaks.some(({ where }) => where.startsWith(planted))).toBe(true);
  expect(search.files).toBeGreaterThan(20);
  const leaks = search.leaks.filter(({ where }) => !where.startsWith(planted));
  const lines = leaks.map(
    ({ marker, encoding, where, offset }) =>
      `${marker} as ${encoding} in ${where.replaceAll(machine.root, "")} @ ${offset}`,
  );
  return { said: [...new Set(lines)].join("\n"), search: { ...search, leaks } };
}

/**
 * The policy file of the administrator's checklist, for this server. Developer tools stay as they are: they are how a test
 * drives the browser.
 */
export function policiesOf(engine: Engine, url: string): string {
  const page = readFileSync(join(import.meta.dirname, "../../src/app/kiosk/CHECKLIST.md"), "utf8");
  const title = { chromium: "### Chromium", firefox: "### Firefox" }[engine];
  const [, text = ""] = /```json\n([\s\S]*?)```/.exec(page.slice(page.indexOf(title))) ?? [];
  // Patterns of addresses name no port.
  const here = text.replaceAll("https://besace.example/*", `http://${new URL(url).hostname}/*`);
  const file = JSON.parse(here.replaceAll("https://besace.example", url)) as Record<string, unknown>;
  const rules = (file.policies ?? file) as Record<string, unknown>;
  expect(Object.keys(rules).length).toBeGreaterThan(15);
  delete rules.DeveloperToolsAvailability;
  delete rules.DisableDeveloperTools;
  return JSON.stringify(file);
}

/** Every file below a folder. */
export const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

const seen = "globalThis.besaceSeen";

/** From now on the page's pictures are kept by the page, so that `takeSeen` can give their bytes. */
const watchSeen = `(() => {
  ${seen} = [];
  if (typeof ImageDecoder === "function")
    globalThis.ImageDecoder = class extends ImageDecoder {
      constructor(init) { super(init); ${seen}.push(new Blob([init.data])); }
    };
  const decode = createImageBitmap.bind(globalThis);
  globalThis.createImageBitmap = (image, ...rest) => { ${seen}.push(image); return decode(image, ...rest); };
  return true;
})()`;
const takeSeen = `(async () => {
  const texts = [];
  for (const blob of ${seen}) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    texts.push(btoa(text));
  }
  ${seen} = [];
  return texts.join(" ");
})()`;

export async function openScene({ photos = 1, idleSeconds = 900, printing = true }: SceneOptions = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), "besace-kiosk-"));
  const port = await freePort();
  const deployment = join(folder, "deployment.json");
  const { urls, ...rest } = demonstration(`http://127.0.0.1:${port}`);
  writeFileSync(
    deployment,
    JSON.stringify({ ...rest, urls, kiosk: { name: "EPN de Brévigny", idleSeconds, printing } }),
  );
  const server = await startServer({ data: join(folder, "data"), port, env: { BESACE_DEPLOYMENT: deployment } });
  const link = await createLink({ target: server.port });
  const browsers = new Set<RealBrowser>();
  const made = new Map<Engine, readonly Marker[]>();

  mkdirSync(join(folder, "usb"));
  const camera = createCamera();
  const taken: { readonly file: string; readonly markers: readonly Marker[] }[] = [];
  for (let at = 0; at < photos; at++) {
    const photo = await camera.take({ seed: 910 + at, template: "facture", width: 1600, height: 1200 });
    const file = join(folder, "usb", `page-${at + 1}.jpg`);
    copyFileSync(photo.path, file);
    taken.push({ file, markers: sliceMarkers(`photograph ${at + 1}`, photo.bytes) });
  }
  await camera.close();
  const files = taken.map(({ file }) => file);

  async function launch(engine: Engine, machine: Machine, options?: RealOptions): Promise<RealBrowser> {
    const browser = await (engine === "chromium" ? launchRealChromium : launchRealFirefox)(machine, options);
    browsers.add(browser);
    return browser;
  }
  async function sit(engine: Engine, machine: Machine, options?: RealOptions): Promise<Sitting> {
    // A browser that opens /poste by policy at its start does so here.
    link.online();
    const browser = await launch(engine, machine, options);
    const hands = createHands(browser.page);
    await hands.arrive(link.url);
    link.offline();
    return { browser, hands };
  }
  const machine = (name: string, tmp?: string): Machine => createMachine(join(folder, name), tmp);

  return {
    url: link.url,
    link,
    folder,
    files,
    machine,
    launch,
    sit,
    async control(engine) {
      const its = machine(`control-${engine}`);
      const control = await sit(engine, its);
      const { hands } = control;
      await hands.begin(CODE);
      await hands.page.evaluate(watchSeen);
      await hands.beginPaper();
      await hands.addPages(files, files.length);
      await hands.typeTitle("Un papier");
      await hands.keep();
      await hands.look("Un papier");
      for (let at = 1; at < files.length; at++) {
        await hands.press("papers.view.nextFull");
        await hands.until(`${seen}.filter(({ size }) => size > 40000).length > ${at}`);
      }
      const pages = String(await hands.page.evaluate(takeSeen)).split(" ");
      expect(pages.length).toBeGreaterThan(files.length);
      const unique = [...new Set(pages)].map((text) => Buffer.from(text, "base64"));
      made.set(
        engine,
        unique.flatMap((bytes, at) => sliceMarkers(`page ${at + 1} of ${bytes.length} bytes`, bytes, 3)),
      );
      return { control, machine: its };
    },
    pictures(engine) {
      const pages = made.get(engine);
      if (pages === undefined) throw new Error(`no control session of ${engine} yet`);
      return [...taken.flatMap(({ markers }) => markers), ...pages];
    },
    async close() {
      for (const browser of browsers) await browser.killGroup();
      await link.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
