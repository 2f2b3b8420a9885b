/**
 * Drives the desk (/guichet) as a helper of an organisation would, by roles and names. The counterpart of person.ts;
 * runs in Node over a Playwright page of 1280x800, without Vitest.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { pictureBytes } from "./pictures.ts";
import { createWords, type Language, plain, type Words } from "./words.ts";

export type HelperOptions = {
  /** Address of the desk without a path: "http://127.0.0.1:8080". */
  readonly url: string;
  readonly language?: Language;
  /** Default 60 s. */
  readonly timeoutMs?: number;
  /** Folder of `screenshot`; default: the environment's BESACE_SCREENS. */
  readonly screens?: string | undefined;
};

export type RowSeen = {
  readonly name: string;
  /** As it is spoken: "ABCD EFGH". */
  readonly number: string;
  readonly procedure: string;
  /** Papers that are whole at the desk, and papers in all. */
  readonly papers: { readonly here: number; readonly of: number };
  readonly state: string;
  readonly notForeseen: boolean;
  readonly isNewVersion: boolean;
};

export type AnswerSeen = { readonly label: string; readonly value: string };

export type PageSeen = { readonly label: string; readonly bytes: Buffer };

export type Helper = {
  readonly page: Page;
  words(): Words;
  /** Opens /guichet. */
  open(): Promise<void>;
  /** First time in this browser: the one-time code as printed (ten groups), then six digits twice. */
  enrol(deskCode: string, code: string): Promise<void>;
  unlock(code: string): Promise<void>;
  lock(): Promise<void>;
  chooseLanguage(language: Language): Promise<void>;
  screen(): Promise<string>;
  /** The table of dossiers, after asking the server for news. */
  inbox(): Promise<readonly RowSeen[]>;
  /** Asks until `found` holds; throws after `timeoutMs` with what is there. */
  waitForRow(found: (row: RowSeen) => boolean, timeoutMs?: number): Promise<RowSeen>;
  /** Opens a dossier by its number. The person will see that. */
  openDossier(number: string): Promise<void>;
  /** The table of answers of the open dossier, without headings. */
  answers(): Promise<readonly AnswerSeen[]>;
  /** Names on the buttons of papers. */
  papers(): Promise<readonly string[]>;
  /** Every page of every paper, as the browser decrypted it. The page must have been watched (`watchPictures`). */
  pageBytes(): Promise<readonly PageSeen[]>;
  markReceived(message?: string): Promise<void>;
  missingPiece(requirement: string, procedure: string, message?: string): Promise<void>;
  message(text: string): Promise<void>;
  backToInbox(): Promise<void>;
  screenshot(name: string): Promise<void>;
};

/** Uses `page`, which may be anywhere. */
export function createHelper(page: Page, options: HelperOptions): Helper {
  const { url, timeoutMs = 60_000, screens = process.env.BESACE_SCREENS } = options;
  let w = createWords(options.language ?? "fr");
  page.setDefaultTimeout(timeoutMs);

  const main = (): Locator => page.locator("main");
  const screen = async (): Promise<string> => plain(await page.locator("body").innerText());

  async function said(what: string, wait: Promise<unknown>): Promise<void> {
    try {
      await wait;
    } catch (error) {
      const shown = await screen().catch(() => "(no page)");
      throw new Error(`${what} did not happen at ${page.url()}; the screen says: ${shown}`, { cause: error });
    }
  }
  const sees = (key: string): Promise<void> =>
    said(
      `the screen "${key}"`,
      page.getByRole("heading", { level: 1, name: w.matcher(key) }).waitFor({ state: "attached" }),
    );
  const press = (key: string): Promise<void> =>
    said(
      `pressing "${key}"`,
      page
        .getByRole("button", { name: w.matcher(key) })
        .first()
        .click(),
    );

  async function typeCode(code: string): Promise<void> {
    const pad = page.getByRole("group", { name: w.matcher("common.code.pad") });
    for (const digit of code) await pad.getByRole("button", { name: digit, exact: true }).click();
  }

  async function backToInbox(): Promise<void> {
    const nav = page.getByRole("navigation", { name: w.matcher("desk.title") });
    await said("the way to the inbox", nav.getByRole("link").first().click());
    await sees("desk.inbox.title");
  }

  async function rows(): Promise<readonly RowSeen[]> {
    const seen: RowSeen[] = [];
    for (const row of await page.locator("tbody tr").all()) {
      const cells = await row.locator("th, td").allInnerTexts();
      const [name = "", number = "", procedure = "", , papers = "", state = ""] = cells.map(plain);
      const counts = papers.match(/\d+/g)?.map(Number) ?? [];
      const notForeseen = w.text("desk.notForeseen");
      const newVersion = w.text("desk.newVersion");
      seen.push({
        name: plain(name.replace(notForeseen, "").replace(newVersion, "")),
        number,
        procedure,
        papers: { here: counts[0] ?? 0, of: counts[1] ?? 0 },
        state,
        notForeseen: name.includes(notForeseen),
        isNewVersion: name.includes(newVersion),
      });
    }
    return seen;
  }
  async function inbox(): Promise<readonly RowSeen[]> {
    if (!(await page.getByRole("heading", { level: 1, name: w.matcher("desk.inbox.title") }).isVisible()))
      await backToInbox();
    await press("desk.inbox.look");
    await said("the answer", page.getByRole("button", { name: w.matcher("desk.inbox.look") }).waitFor());
    return rows();
  }

  async function choose(key: string): Promise<void> {
    await said(`choosing "${key}"`, page.getByRole("radio", { name: w.matcher(key) }).check());
  }
  async function reply(kind: "received" | "missing-piece" | "message", text: string | undefined): Promise<void> {
    if (text !== undefined) await page.getByLabel(w.matcher("desk.reply.text")).fill(text);
    await press(`desk.reply.send.${kind}`);
    await said("the reply is kept", page.getByText(w.within("desk.reply.kept")).first().waitFor());
  }

  return {
    page,
    words: () => w,
    screen,
    async open() {
      await page.goto(`${url}/guichet`);
      await said("the desk", page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" }));
    },
    async enrol(deskCode, code) {
      await sees("desk.door.title");
      const groups = plain(deskCode).split(" ");
      for (const [at, group] of groups.entries())
        await page.getByLabel(w.matcher("common.card.group", { n: at + 1, total: groups.length })).fill(group);
      await press("common.action.continue");
      await sees("desk.code.choose");
      await typeCode(code);
      await press("common.action.confirm");
      await sees("desk.code.again");
      await typeCode(code);
      await press("common.action.confirm");
      await sees("desk.inbox.title");
    },
    async unlock(code) {
      await sees("desk.lock.title");
      await typeCode(code);
      await said("the desk opens", page.getByRole("navigation", { name: w.matcher("desk.title") }).waitFor());
    },
    async lock() {
      await press("desk.close");
      await sees("desk.lock.title");
    },
    async chooseLanguage(language) {
      const names = { fr: "Français", en: "English", ar: "العربية" };
      await page.getByRole("button", { name: names[language], exact: true }).click();
      w = createWords(language);
      await said("the other language", page.locator(`html[lang="${language}"]`).waitFor({ state: "attached" }));
    },
    inbox,
    async waitForRow(found, limit = timeoutMs) {
      const end = Date.now() + limit;
      for (;;) {
        const now = await inbox();
        const row = now.find(found);
        if (row !== undefined) return row;
        if (Date.now() > end) throw new Error(`no such dossier; at the desk: ${JSON.stringify(now)}`);
        await page.waitForTimeout(250);
      }
    },
    async openDossier(number) {
      if (!(await page.getByRole("heading", { level: 1, name: w.matcher("desk.inbox.title") }).isVisible()))
        await backToInbox();
      const row = page.getByRole("row").filter({ hasText: new RegExp(plain(number).replace(" ", "\\s+")) });
      await said(`the dossier ${number}`, row.getByRole("link").first().click());
      await said(
        "its answers",
        page.getByRole("heading", { level: 2, name: w.matcher("desk.answers.title") }).waitFor(),
      );
    },
    async answers() {
      const table = page.getByRole("table", { name: w.matcher("desk.answers.caption") });
      const seen: AnswerSeen[] = [];
      for (const row of await table.locator("tr").all()) {
        const value = row.locator(".ans__value");
        if ((await value.count()) === 0) continue;
        seen.push({ label: plain(await row.locator("th").innerText()), value: plain(await value.innerText()) });
      }
      return seen;
    },
    async papers() {
      const group = page.getByRole("group", { name: w.matcher("desk.papers.choose") });
      return (await group.getByRole("button").locator("bdi").allInnerTexts()).map(plain);
    },
    async pageBytes() {
      const seen: PageSeen[] = [];
      const group = page.getByRole("group", { name: w.matcher("desk.papers.choose") });
      const buttons = group.getByRole("button");
      const names = (await buttons.locator("bdi").allInnerTexts()).map(plain);
      const sheet = main().locator(".dsheet canvas");
      /** What the sheet says to be, once that is no longer `before`. While a page is fetched there is none. */
      const labelAfter = async (before: string, fits: (label: string) => boolean): Promise<string> => {
        for (const end = Date.now() + timeoutMs; Date.now() < end; await page.waitForTimeout(25)) {
          const alts = await sheet.evaluateAll((images) =>
            images.map((image) => image.getAttribute("aria-label") ?? ""),
          );
          const label = plain(alts[0] ?? "");
          if (label !== "" && label !== before && fits(label)) return label;
        }
        throw new Error(`no other page than "${before}" was shown; the screen says: ${await screen()}`);
      };
      for (const [n, name] of names.entries()) {
        await buttons.nth(n).click();
        const before = names[n - 1] === name ? "" : (seen.at(-1)?.label ?? "");
        let label = await labelAfter(before, (each) => each.startsWith(name));
        for (;;) {
          seen.push({ label, bytes: await pictureBytes(sheet) });
          const next = page.getByRole("button", { name: w.matcher("desk.tool.next") });
          if ((await next.count()) === 0 || (await next.getAttribute("aria-disabled")) === "true") break;
          await next.click();
          const after = await labelAfter(label, () => true);
          // The next page of the same paper only: the others have their own button.
          if (/^(.*)[,،] /.exec(after)?.[1] !== /^(.*)[,،] /.exec(label)?.[1]) break;
          label = after;
        }
      }
      return seen;
    },
    async markReceived(text) {
      await choose("desk.reply.kind.received");
      await reply("received", text);
    },
    async missingPiece(requirement, procedure, text) {
      await choose("desk.reply.kind.missing-piece");
      await choose(`form-${procedure}.requirements.${requirement}.label`);
      await reply("missing-piece", text);
    },
    async message(text) {
      await choose("desk.reply.kind.message");
      await reply("message", text);
    },
    backToInbox,
    async screenshot(name) {
      if (screens === undefined || screens === "") return;
      mkdirSync(screens, { recursive: true });
      await page.screenshot({ path: join(screens, `${name}.png`), fullPage: true });
    },
  };
}
