/**
 * What happens at a shared computer, for the short form (every run) and the whole one (tests/long): a new satchel without
 * network, its card tried, a paper, a dossier where it is asked for, a second tab refused, "Terminer"; and the search of the disk that follows.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { describeAxe, runAxe } from "../support/axe.ts";
import { DESK } from "../support/browser.ts";
import { describeLeaks, findLeaks, type Marker, sliceMarkers } from "../support/leak.ts";
import { createCamera } from "../support/photo.ts";
import { kioskHands } from "./kiosk-hands.ts";
import { openStage, type Phone, type Stage } from "./stage.ts";

export const CODE = "418273";
export const TITLE = "Zoé-Marqueur-Facture-7741";

export interface KioskStory {
  readonly stage: Stage;
  /** The picture, as a file of the person. */
  readonly file: string;
  readonly kiosk: () => Promise<Phone>;
  readonly press: (phone: Phone, key: string) => Promise<void>;
  /** From the empty computer, without network, to the start page of the next person. `request`: and a dossier, signed. */
  readonly wholeSession: (also?: {
    readonly request: string;
  }) => Promise<{ readonly here: Phone; readonly groups: readonly string[] }>;
  /** The page's files are here: it works without a network. */
  readonly filled: (page: Page) => Promise<void>;
  /** Waits until what was left here is gone, database and all. Nothing is pressed. */
  readonly deliveredByNobody: (phone: Phone) => Promise<void>;
  /** Nothing of the person lies in the profile's folder, and a planted leak is found. `others`: more that was typed. */
  readonly searchDisk: (groups: readonly string[], others?: readonly string[]) => Promise<void>;
}

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

export async function openKioskStory(): Promise<KioskStory> {
  const stage = await openStage();
  const camera = createCamera();
  const photo = await camera.take({ seed: 91, template: "facture", width: 1600, height: 1200 });
  await camera.close();
  mkdirSync(join(stage.folder, "usb"));
  const file = join(stage.folder, "usb", "page.jpg");
  copyFileSync(photo.path, file);

  const kiosk = (): Promise<Phone> => stage.phone("poste", { viewport: DESK });
  const press = ({ browser, person }: Phone, key: string): Promise<void> =>
    browser.page
      .getByRole("button", { name: person.words().within(key) })
      .first()
      .click();

  async function wholeSession(also?: { readonly request: string }) {
    const here = await kiosk();
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
    if (also !== undefined) {
      const hands = kioskHands(here);
      await hands.startProcedure("demande-libre");
      await hands.fillIn(also, TITLE);
      await hands.send();
    }
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

    return { here, groups };
  }

  async function searchDisk(groups: readonly string[], others: readonly string[] = []): Promise<void> {
    const markers: Marker[] = [
      { name: "title", value: TITLE },
      ...sliceMarkers("photo", photo.bytes),
      { name: "card", value: groups.join("") },
      { name: "groups", value: groups.join(" ") },
      ...others.map((value) => ({ name: "typed", value })),
    ];
    // A search that finds nothing proves something only where a planted leak is found.
    const planted = join(stage.folder, "poste", "planted.bin");
    writeFileSync(planted, Buffer.from(`xx${TITLE}`, "utf16le"));
    const found = await findLeaks(markers, [join(stage.folder, "poste")]);
    expect(found.leaks.filter(({ where }) => where.startsWith(planted))).not.toEqual([]);
    const real = { ...found, leaks: found.leaks.filter(({ where }) => !where.startsWith(planted)) };
    expect(describeLeaks(real)).toBe("");
  }

  const deliveredByNobody = async ({ browser: { page } }: Phone): Promise<void> =>
    expect
      .poll(() => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), {
        timeout: 150_000,
      })
      .toEqual(["besace-poste"]);

  return { stage, file, kiosk, press, wholeSession, filled, deliveredByNobody, searchDisk };
}
