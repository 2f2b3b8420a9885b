/**
 * What every journey needs: the real server on its own data, a link between it and the phone, browsers with profiles in
 * one temporary folder. Runs in Node; the app must have been built (BESACE_DIST names another build than ./dist).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserOptions, DESK, launchBrowser, type TestBrowser } from "../support/browser.ts";
import { createHelper, type Helper, type HelperOptions } from "../support/helper.ts";
import { createLink, type Link, type LinkSettings } from "../support/link.ts";
import { createPerson, type Person, type PersonOptions } from "../support/person.ts";
import { watchPictures } from "../support/pictures.ts";
import { startServer, type TestServer } from "../support/server.ts";

export type Phone = { readonly browser: TestBrowser; readonly person: Person };
export type Desk = { readonly browser: TestBrowser; readonly helper: Helper };

export type Stage = {
  readonly server: TestServer;
  /** The phone speaks through it; the desk speaks to the server directly. */
  readonly link: Link;
  /** Temporary; holds profiles and recordings. */
  readonly folder: string;
  /** Every byte that the phone sent and got. */
  readonly wire: string;
  /** The one-time code that the server printed. */
  deskCode(): Promise<string>;
  /** Starts the browser of a profile again and again; `name` is the profile. */
  phone(name: string, options?: Partial<BrowserOptions> & Partial<PersonOptions>): Promise<Phone>;
  desk(name: string, options?: Partial<BrowserOptions> & Partial<HelperOptions>): Promise<Desk>;
  close(): Promise<void>;
};

export type StageOptions = LinkSettings & { readonly env?: Readonly<Record<string, string>> };

export async function openStage({ env = {}, ...settings }: StageOptions = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "besace-e2e-"));
  const wire = join(folder, "wire");
  const server = await startServer({ data: join(folder, "data"), env });
  const link = await createLink({ target: server.port, recordTo: wire, ...settings });
  const browsers = new Set<TestBrowser>();

  async function launch(name: string, options: Partial<BrowserOptions>): Promise<TestBrowser> {
    const browser = await launchBrowser({ ...options, profile: join(folder, name) });
    browsers.add(browser);
    await watchPictures(browser.page);
    return browser;
  }

  return {
    server,
    link,
    folder,
    wire,
    async deskCode() {
      const [, code = ""] = await server.waitForLine(/^\s*((?:[0-9A-Z]{4} ){9}[0-9A-Z]{4})$/);
      return code;
    },
    async phone(name, options = {}) {
      const browser = await launch(name, options);
      return { browser, person: createPerson(browser.page, { url: link.url, ...options }) };
    },
    async desk(name, options = {}) {
      const browser = await launch(name, { viewport: DESK, ...options });
      return { browser, helper: createHelper(browser.page, { url: server.url, ...options }) };
    },
    async close() {
      await Promise.all([...browsers].map((browser) => browser.kill()));
      await link.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
