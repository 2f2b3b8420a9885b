/**
 * Drives the built app as a person would: by the roles and names that a screen reader hears. (The steps of a
 * thread are the one exception: their stitching is a class; their words say the same.)
 * Runs in Node over a Playwright page; nothing here depends on Vitest, so any harness may use it.
 *
 * Words come from locales/ by key (words.ts). Forms come from src/forms, so answers are given by field id. A method
 * resolves when the screen shows what it promises, and throws with the words of the screen when it does not.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { loadProcedure, type ProcedureId } from "../../src/forms/catalogue/index.ts";
import { notForeseenStep } from "../../src/forms/engine.ts";
import type { Field, Form } from "../../src/forms/model.ts";
import { pictureBytes, waitForPicture } from "./pictures.ts";
import { createWords, type Language, plain, type Words } from "./words.ts";

export type DateGiven = { readonly day?: string; readonly month?: string; readonly year: string };

/** null: "Je ne sais pas". A string is typed, or is the id of a choice; a list holds ids of choices. */
export type Given = string | boolean | null | readonly string[] | DateGiven;

export type RowGiven = Readonly<Record<string, Given>>;

/** What to join to a requirement: titles of papers of the satchel, files photographed on the spot, or "Je ne l'ai pas". */
export type Joined =
  | { readonly papers: readonly string[] }
  | { readonly kind: string; readonly files: readonly string[] }
  | { readonly missing: true };

/** By id. Fields and requirements that are not named are left as they are. */
export type FormGiven = {
  readonly answers?: Readonly<Record<string, Given>>;
  /** One record per row of a repeat. */
  readonly rows?: Readonly<Record<string, readonly RowGiven[]>>;
  readonly joined?: Readonly<Record<string, Joined>>;
  readonly notForeseen?: string;
};

export type PaperGiven = {
  /** Id of src/satchel/paper-types.ts. */
  readonly kind: string;
  /** Paths of photographs and PDF; each becomes a page. */
  readonly files: readonly string[];
  /** Absent: the person. */
  readonly holder?: string;
  readonly title?: string;
  readonly expiry?: DateGiven;
};

/** A step of the thread of a dossier: done, under way, or to come. */
export type StepSeen = { readonly text: string; readonly state: "done" | "now" | "waiting" };

export type PaperSeen = { readonly title: string; readonly text: string; readonly path: string };

export type PersonOptions = {
  /** Address of the app without a path: "http://127.0.0.1:8080". */
  readonly url: string;
  /** Default "fr". Changed by `chooseLanguage`. */
  readonly language?: Language;
  /** How long a screen may take; default 60 s. */
  readonly timeoutMs?: number;
  /** Folder of `screenshot`; default: the environment's BESACE_SCREENS; without either nothing is written. */
  readonly screens?: string | undefined;
};

export type Person = {
  readonly page: Page;
  words(): Words;
  /** Opens an address of the app ("/"). Whatever was open is locked afterwards, as after any reload. */
  open(path?: string): Promise<void>;
  /** Waits until the service worker says that texts, photographs and codes work without network. */
  readyOffline(): Promise<void>;
  /** The h1 of the screen. */
  heading(): Promise<string>;
  /** Waits for a screen by the key of its h1. */
  sees(key: string): Promise<void>;
  /** Everything that the screen says, as one line of plain text. */
  screen(): Promise<string>;

  /* opening */
  chooseLanguage(language: Language): Promise<void>;
  /** From the first screen to the card of a new satchel. */
  createSatchel(code: string): Promise<void>;
  /** From the choice of a code to the card of a new satchel. */
  newSatchel(code: string): Promise<void>;
  /** The ten groups shown on the card's screen. */
  cardGroups(): Promise<readonly string[]>;
  /** From the card's screen: types the groups back and goes home. */
  drillCard(groups: readonly string[]): Promise<void>;
  /** From the card's screen: types groups that are not the card's; resolves when the screen has said so. */
  tryCard(groups: readonly string[]): Promise<void>;
  /** From the card's screen: "Le faire plus tard". */
  laterCard(): Promise<void>;
  /** Home, settings, "Fermer la besace maintenant". */
  lock(): Promise<void>;
  /** Types the code on the lock screen; resolves when the satchel is open. */
  unlock(code: string): Promise<void>;
  /** Types a code that does not open; resolves with what the screen says then. */
  tryCode(code: string): Promise<string>;
  /** On the lock screen: another language. */
  languageOfLock(language: Language): Promise<void>;
  /** The card in place of the code, then a new code. */
  unlockWithCard(groups: readonly string[], newCode: string): Promise<void>;

  /* places */
  goto(tab: "home" | "papers" | "dossiers" | "outbox"): Promise<void>;
  /** Home, then the settings. */
  settings(): Promise<void>;

  /* papers */
  /** From anywhere to the pages of a new paper of a kind. */
  beginPaper(kind: string): Promise<void>;
  /** On a screen that takes pages: hands files over; resolves when all are kept, or with what was refused. */
  addPages(files: readonly string[]): Promise<{ readonly kept: number; readonly refused: readonly string[] }>;
  /** Pages cannot be added because the disk is full: "Regarder la place encore une fois". */
  lookForRoom(): Promise<void>;
  /** From pages to the kept paper. */
  finishPaper(about?: Omit<PaperGiven, "kind" | "files">): Promise<void>;
  addPaper(paper: PaperGiven): Promise<void>;
  papers(): Promise<readonly PaperSeen[]>;
  /** From the list of papers: how many pages the unfinished capture has, or null when there is none. */
  draft(): Promise<number | null>;
  /** From the list of papers: "Continuer ce papier". */
  resumePaper(): Promise<void>;
  /**
   * Opens a paper by its title and gives its readable pages as the page decrypted them (`watchPictures` of pictures.ts
   * must have been called before the app was opened).
   */
  paperBytes(title: string): Promise<readonly Buffer[]>;

  /* dossiers */
  /** From anywhere to the first question of a new dossier. */
  startProcedure(procedure: ProcedureId): Promise<void>;
  /** Id of the question shown, or null when the list of answers or another screen is shown. */
  question(): string | null;
  /** Waits until what was typed is said to be kept. */
  kept(): Promise<void>;
  /** Answers the question shown, without going on. */
  answer(given: FormGiven): Promise<void>;
  /** "Continuer", until the next screen is there. */
  goOn(): Promise<void>;
  /** Question after question, until the one named by `until`, else until the list of answers. */
  fillIn(given: FormGiven, until?: string): Promise<void>;
  /** On the list of answers: the declaration where there is one, then "Envoyer". */
  send(): Promise<void>;
  /** A dossier by its number ("ABCD EFGH"), or the only one. */
  openDossier(number?: string): Promise<void>;
  /** On a draft: "Reprendre", until its question or its list of answers is there. */
  resumeDossier(): Promise<void>;
  /** On a dossier. */
  number(): Promise<string>;
  thread(): Promise<readonly StepSeen[]>;
  /** On a dossier: waits until a step of its thread is done whose text holds the words of `key`. */
  waitForStep(key: string, timeoutMs?: number): Promise<void>;
  /** On a dossier: the receipt, as plain text. */
  receipt(): Promise<string>;

  /* outbox */
  /** What "Mes envois" says, line by line. */
  outbox(): Promise<readonly string[]>;
  sendNow(): Promise<void>;
  /** "Envoyer maintenant" again and again, until a dossier says a text that only the desk can bring. */
  askUntil(number: string, key: string): Promise<void>;
  /** Waits until "Mes envois" says that nothing waits any more. */
  delivered(): Promise<void>;
  /** Waits until the screen says a text. */
  says(key: string): Promise<void>;

  screenshot(name: string): Promise<void>;
};

/** "form-domiciliation" as an area of words. */
const area = (form: Form): string => `form-${form.id}`;

/** The alerts that are not there yet: those that are get a mark. What is said again is drawn anew. */
async function unseenAlerts(inside: Locator): Promise<Locator> {
  await inside.getByRole("alert").evaluateAll((alerts: readonly HTMLElement[]) => {
    for (const alert of alerts) alert.dataset.seen = "";
  });
  return inside.locator('[role="alert"]:not([data-seen])');
}

/** Uses `page`, which may be anywhere. */
export function createPerson(page: Page, options: PersonOptions): Person {
  const { url, timeoutMs = 60_000, screens = process.env.BESACE_SCREENS } = options;
  let w = createWords(options.language ?? "fr");
  page.setDefaultTimeout(timeoutMs);

  const button = (key: string): Locator => page.getByRole("button", { name: w.matcher(key) });
  const link = (key: string): Locator => page.getByRole("link", { name: w.matcher(key) });
  const either = (key: string): Locator => button(key).or(link(key));
  const h1 = (): Locator => page.getByRole("heading", { level: 1 });

  const heading = async (): Promise<string> => plain(await h1().first().innerText());
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
  const press = (key: string): Promise<void> => said(`pressing "${key}"`, either(key).first().click());

  async function chooseLanguage(language: Language): Promise<void> {
    const next = createWords(language);
    const names = { fr: "Français", en: "English", ar: "العربية" };
    await said(`choosing ${language}`, page.getByRole("radio", { name: names[language] }).check());
    w = next;
    await said("the other language", page.locator(`html[lang="${language}"]`).waitFor({ state: "attached" }));
  }
  async function typeCode(labelKey: string, code: string): Promise<void> {
    await said("a place for the code", page.getByLabel(w.matcher(labelKey)).waitFor({ state: "attached" }));
    for (const digit of code) await page.getByRole("button", { name: digit, exact: true }).click();
  }
  async function chooseCodeTwice(code: string): Promise<void> {
    for (const label of ["opening.codeLabel", "opening.codeAgain"]) {
      await typeCode(label, code);
      await press("common.action.confirm");
    }
  }
  const newCode = async (code: string): Promise<void> => {
    await sees("opening.choose");
    await chooseCodeTwice(code);
    await sees("card.title");
  };

  async function typeGroups(groups: readonly string[]): Promise<void> {
    for (const [at, group] of groups.entries())
      await page.getByLabel(w.matcher("common.card.group", { n: at + 1, total: groups.length })).fill(group);
  }

  /** Changes with the screen, also where the address does not. */
  const whereabouts = async (): Promise<string> =>
    `${page.url()} ${(await h1().allInnerTexts()).join(" ")} ${await page.getByRole("navigation").count()}`;

  async function goto(tab: "home" | "papers" | "dossiers" | "outbox"): Promise<void> {
    const nav = page.getByRole("navigation", { name: w.matcher("common.nav.label") });
    // Inside a question or a choice there is no tab bar: go back until there is one.
    const later = link("common.question.later");
    const back = link("common.back");
    for (let tries = 0; tries < 8; tries++) {
      // A screen that is still being drawn has none of the three.
      await said("a way on", nav.or(later).or(back).first().waitFor());
      if (await nav.isVisible()) break;
      const from = await whereabouts();
      // It may be gone by then, with the screen before: looked at again.
      await ((await later.isVisible()) ? later : back).click({ timeout: 5000 }).catch(() => undefined);
      // Until another screen is there: what is pressed twice leads too far.
      for (const end = Date.now() + 5000; (await whereabouts()) === from && Date.now() < end; )
        await page.waitForTimeout(25);
    }
    await said(`the tab "${tab}"`, nav.getByRole("link", { name: w.within(`common.nav.${tab}`) }).click());
    await said(
      `the place of the tab "${tab}"`,
      page.locator(`nav a[aria-current="page"]`, { hasText: w.within(`common.nav.${tab}`) }).waitFor(),
    );
  }

  async function typeDate(group: Locator, date: DateGiven): Promise<void> {
    for (const part of ["day", "month", "year"] as const)
      await group.getByLabel(w.matcher(`common.date.${part}`)).fill(date[part] ?? "");
  }

  /** On the list of papers: the way to the bin stands below it once it is read. */
  async function listRead(): Promise<void> {
    await sees("papers.title");
    const bin = link("papers.list.binEmpty").or(page.getByRole("link", { name: w.within("papers.list.bin") }));
    await said("the list of papers", bin.first().waitFor());
  }

  async function beginPaper(kind: string): Promise<void> {
    await goto("papers");
    await press("papers.list.add");
    await sees("papers.new.title");
    await press(`papers-types.${kind}`);
    await sees("papers.add.titleOf");
  }

  async function addPages(
    files: readonly string[],
  ): Promise<{ readonly kept: number; readonly refused: readonly string[] }> {
    const field = page.getByLabel(w.within("papers.add.files"));
    const main = page.locator("main");
    const kept = page.getByText(w.matcher("papers.page.kept")).or(page.getByText(w.matcher("papers.page.kept-file")));
    const before = await kept.count();
    const busy = main.locator("[aria-busy=true]");
    const refusals = await unseenAlerts(main);
    await field.setInputFiles([...files]);
    // Busy from the moment when files are handed over until the last one is kept or refused.
    const answered = async (): Promise<boolean> =>
      (await kept.count()) >= before + files.length || (await refusals.count()) > 0;
    for (const end = Date.now() + timeoutMs; !((await answered()) && (await busy.count()) === 0); ) {
      if (Date.now() > end) throw new Error(`not all files are kept or refused; the screen says: ${await screen()}`);
      await page.waitForTimeout(25);
    }
    const refused = (await main.getByRole("alert").allInnerTexts()).map(plain);
    return { kept: (await kept.count()) - before, refused };
  }

  async function finishPaper(about: Omit<PaperGiven, "kind" | "files"> = {}): Promise<void> {
    await press("common.action.continue");
    await sees("papers.details.title");
    if (about.holder !== undefined) {
      await page.getByRole("radio", { name: w.matcher("papers.holder.other") }).check();
      await page.getByLabel(w.matcher("papers.holder.name")).fill(about.holder);
    }
    if (about.expiry !== undefined)
      await typeDate(page.getByRole("group", { name: w.matcher("papers.details.expiry") }), about.expiry);
    if (about.title !== undefined) await page.getByLabel(w.matcher("papers.details.name")).fill(about.title);
    await press("papers.keep.action");
    await sees("papers.title");
  }

  /* forms */

  const place = (): { readonly dossier: string; readonly step: string; readonly last: string } | null => {
    const found = /\/dossiers\/([^/]+)\/question\/([^/?#]+)(?:\/([^/?#]+))?/.exec(page.url());
    return found === null ? null : { dossier: found[1] ?? "", step: found[2] ?? "", last: found[3] ?? "" };
  };
  let form: Form | undefined;
  /** The form of the dossier on the screen, found by the question that it asks. Waits while the question loads. */
  async function formHere(): Promise<Form> {
    const ids = ["domiciliation", "lettre-incomprise", "demande-libre"] as const;
    // Forms share questions: what was found by one of those may have been another form.
    const all = await Promise.all(ids.map(loadProcedure));
    const known = form === undefined ? all : [form, ...all];
    const end = Date.now() + timeoutMs;
    for (;;) {
      const shown = await heading();
      const title = `pages.${place()?.step}.title`;
      const fits = known.find((each) => plain(w.find(`${area(each)}.${title}`) ?? "") === shown);
      if (fits !== undefined) {
        form = fits;
        return fits;
      }
      if (Date.now() > end) throw new Error(`no form asks "${shown}" at ${page.url()}`);
      await page.waitForTimeout(25);
    }
  }

  const labelOf = (of: Form, field: Field): string => w.text(`${area(of)}.${field.id}.label`);

  async function tick(role: "radio" | "checkbox", name: RegExp, inside: Locator): Promise<void> {
    await said(`choosing ${name}`, inside.getByRole(role, { name }).first().check());
  }

  async function giveField(of: Form, field: Field, given: Given, alone: boolean, inside: Locator): Promise<void> {
    const label = labelOf(of, field);
    const group = alone ? inside : inside.getByRole("group", { name: label, exact: true });
    const choice = (id: string): RegExp => w.within(`${area(of)}.${field.id}.choices.${id}`);
    const unknown = w.within("common.question.unknown");
    switch (field.type) {
      case "text":
      case "longText":
      case "phone":
      case "email":
        if (given === null)
          return tick("checkbox", alone ? unknown : w.within("dossiers.field.unknown", { label }), inside);
        return inside.getByRole("textbox", { name: label, exact: true }).fill(String(given));
      case "commune":
      case "country":
        // A place of the person's own words: nothing is chosen from the list under the box.
        if (given === null) return tick("checkbox", w.within("dossiers.field.unknown", { label }), inside);
        return group.getByRole("textbox").first().fill(String(given));
      case "date":
        if (given === null) return tick("checkbox", w.within("common.date.unknown"), group);
        return typeDate(group, given as DateGiven);
      case "yesno":
        if (given === null) return tick("radio", unknown, group);
        return tick("radio", w.matcher(given === true ? "common.action.yes" : "common.action.no"), group);
      case "choice":
        return tick("radio", given === null ? unknown : choice(String(given)), group);
      case "choices":
        if (given === null) return tick("checkbox", unknown, group);
        for (const id of given as readonly string[]) await tick("checkbox", choice(id), group);
        return;
      default:
        throw new Error(`a ${field.type} has rows`);
    }
  }

  async function giveRows(
    of: Form,
    field: Field & { readonly type: "repeat" },
    rows: readonly RowGiven[],
  ): Promise<void> {
    for (const row of rows) {
      await said("adding a row", either("dossiers.row.add").or(either("dossiers.row.addMore")).first().click());
      await sees("dossiers.row.name");
      for (const each of field.fields) {
        const given = row[each.id];
        if (given !== undefined) await giveField(of, each, given, false, page.locator("main"));
      }
      await press("dossiers.row.done");
      await said(
        "the row is in the list",
        page.getByRole("heading", { level: 1, name: w.matcher("dossiers.row.name") }).waitFor({ state: "detached" }),
      );
    }
  }

  async function joinPapers(joined: Joined): Promise<void> {
    if ("missing" in joined) {
      await tick("checkbox", w.within("dossiers.papers.missing"), page.locator("main"));
      return kept();
    }
    if ("papers" in joined) {
      const picks = page.getByRole("region", { name: w.matcher("dossiers.papers.inSatchel") });
      for (const title of joined.papers) {
        const pick = picks.getByRole("checkbox", { name: title }).or(picks.getByRole("radio", { name: title }));
        await said(`the paper "${title}"`, pick.first().check());
        await kept();
      }
      return;
    }
    const asked = await heading();
    await page.getByRole("button", { name: w.within("dossiers.papers.photo") }).click();
    const which = page.getByRole("heading", { level: 1, name: w.matcher("dossiers.papers.which") });
    const files = page.getByLabel(w.within("papers.add.files"));
    await said("a place for pages", which.or(files).first().waitFor({ state: "attached" }));
    if (await which.isVisible()) await press(`papers-types.${joined.kind}`);
    const { refused } = await addPages(joined.files);
    if (refused.length > 0) throw new Error(`refused: ${refused.join(" | ")}`);
    await press("papers.keep.action");
    await said("back to the question", page.getByRole("heading", { level: 1, name: asked, exact: true }).waitFor());
    return kept();
  }

  async function kept(): Promise<void> {
    await said("what was typed is kept", page.getByText(w.within("common.saved.at")).first().waitFor());
  }

  async function answer(given: FormGiven): Promise<void> {
    const here = place();
    if (here === null) throw new Error(`no question at ${page.url()}`);
    if (here.step === notForeseenStep) {
      if (given.notForeseen !== undefined) await page.getByRole("textbox").first().fill(given.notForeseen);
      return;
    }
    const of = await formHere();
    const asked = of.pages.find((each) => each.id === here.step);
    if (asked === undefined) throw new Error(`${of.id} has no page ${here.step}`);
    const fields = of.fields.filter((field) => asked.fields.includes(field.id));
    for (const field of fields) {
      if (field.type === "repeat") await giveRows(of, field, given.rows?.[field.id] ?? []);
      else {
        const value = given.answers?.[field.id];
        if (value !== undefined) await giveField(of, field, value, fields.length === 1, page.locator("main"));
      }
    }
    const joined = asked.requirement === undefined ? undefined : given.joined?.[asked.requirement];
    if (joined !== undefined) await joinPapers(joined);
  }

  async function goOn(): Promise<void> {
    const from = page.url();
    const asked = await heading();
    await press("common.action.continue");
    await said(
      `going on from "${asked}"`,
      page.waitForURL((url) => url.href !== from),
    );
    const next = place()?.step;
    if (next === undefined) return sees("dossiers.check.title");
    if (next === notForeseenStep) return sees("dossiers.notForeseen.title");
    await formHere();
  }

  /* dossiers */

  const isDossier = /\/dossiers\/[^/]+$/;

  async function thread(): Promise<readonly StepSeen[]> {
    const rows = page.locator("main ol.thread > li");
    return rows.evaluateAll((items) =>
      items.map((item) => ({
        text: (item.textContent ?? "")
          .replace(/[\u2066-\u2069]/g, "")
          .replace(/\s+/g, " ")
          .trim(),
        state: item.classList.contains("is-done") ? "done" : item.classList.contains("is-now") ? "now" : "waiting",
      })),
    );
  }

  async function openDossier(number?: string): Promise<void> {
    await goto("dossiers");
    const mine = page.getByRole("region", { name: w.matcher("dossiers.list.mine") });
    const row = mine.getByRole("link", {
      name: number === undefined ? /./ : new RegExp(number.replace(/\s+/, "\\s+")),
    });
    await said(`the dossier ${number ?? ""}`, row.first().click());
    await said("the dossier", page.waitForURL(isDossier));
    await said("its number", page.getByText(w.within("dossiers.number.label")).first().waitFor());
  }

  async function sendNow(): Promise<void> {
    await goto("outbox");
    await press("common.action.sendNow");
  }

  return {
    page,
    words: () => w,
    async open(path = "/") {
      await page.goto(`${url}${path}`);
      await said("the first screen", h1().first().waitFor({ state: "attached" }));
    },
    async readyOffline() {
      const ready = await page.evaluate(async (limit) => {
        const end = Date.now() + limit;
        while (Date.now() < end) {
          const worker = navigator.serviceWorker.controller;
          const answer =
            worker === null
              ? undefined
              : await new Promise<unknown>((resolve) => {
                  const { port1, port2 } = new MessageChannel();
                  port1.onmessage = (event) => resolve(event.data);
                  setTimeout(() => resolve(undefined), 2000);
                  worker.postMessage({ type: "READY" }, [port2]);
                });
          const state = answer as { texts?: boolean; photos?: boolean; codes?: boolean } | undefined;
          if (state?.texts === true && state.photos === true && state.codes === true) return true;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        return false;
        // Two megabytes are fetched, one file after the other, and hashed: the longest wait that there is.
      }, 3 * timeoutMs);
      if (!ready) throw new Error("the service worker never said that the app is ready without network");
    },
    heading,
    sees,
    screen,

    chooseLanguage,
    async createSatchel(code) {
      await press("start.begin");
      await newCode(code);
    },
    newSatchel: newCode,
    async cardGroups() {
      await said("the card", page.getByText(w.within("card.groups")).first().waitFor({ state: "attached" }));
      const text = await page.locator("main").innerText();
      const groups = plain(text)
        .match(/(?:\b[0-9A-Z]{4}\b ?){10}/)?.[0]
        ?.trim()
        .split(" ");
      if (groups === undefined) throw new Error(`no ten groups on: ${plain(text)}`);
      return groups;
    },
    async drillCard(groups) {
      await press("card.try.first");
      await sees("card.drill.title");
      await typeGroups(groups);
      await press("card.drill.check");
      await sees("card.works.title");
      await press("card.toHome");
      await page.getByRole("navigation", { name: w.matcher("common.nav.label") }).waitFor();
    },
    async tryCard(groups) {
      await press("card.try.first");
      await sees("card.drill.title");
      await typeGroups(groups);
      await press("card.drill.check");
      await said("an answer to the card", page.getByRole("alert").first().waitFor());
    },
    async laterCard() {
      await press("card.try.later");
      await page.getByRole("navigation", { name: w.matcher("common.nav.label") }).waitFor();
    },
    async lock() {
      await goto("home");
      await press("home.more.settings");
      await press("settings.code.lock");
      await sees("opening.enter");
    },
    async unlock(code) {
      await sees("opening.enter");
      await typeCode("common.code.label", code);
      await said(
        "the satchel opens",
        page.getByRole("heading", { level: 1, name: w.matcher("opening.enter") }).waitFor({ state: "detached" }),
      );
    },
    async tryCode(code) {
      await sees("opening.enter");
      const answer = (await unseenAlerts(page.locator("body")))
        .or(page.getByText(w.within("opening.wait.text")))
        .or(page.getByText(w.within("opening.droppedTitle")));
      await typeCode("common.code.label", code);
      await said("an answer to the code", answer.first().waitFor());
      return screen();
    },
    async languageOfLock(language) {
      await press("opening.language");
      await chooseLanguage(language);
      await press("common.action.continue");
      await sees("opening.enter");
    },
    async unlockWithCard(groups, newCode) {
      const dropped = await page.getByText(w.within("opening.droppedTitle")).isVisible();
      await press(dropped ? "opening.droppedCard" : "opening.forgotten");
      await sees("opening.card.title");
      await typeGroups(groups);
      await press("opening.card.open");
      await sees("opening.chooseNew");
      await chooseCodeTwice(newCode);
      await page.getByRole("navigation", { name: w.matcher("common.nav.label") }).waitFor();
    },

    goto,
    async settings() {
      await goto("home");
      await press("home.more.settings");
      await sees("settings.title");
    },
    beginPaper,
    addPages,
    async lookForRoom() {
      const again = either("papers.room.again");
      if (await again.isVisible()) await again.click();
      await said("a place for pages", page.getByLabel(w.within("papers.add.files")).waitFor({ state: "attached" }));
    },
    finishPaper,
    async addPaper({ kind, files, ...about }) {
      await beginPaper(kind);
      const { kept, refused } = await addPages(files);
      if (kept !== files.length) throw new Error(`refused: ${refused.join(" | ")}`);
      await finishPaper(about);
    },
    async papers() {
      await goto("papers");
      await listRead();
      // A long list is drawn as it is scrolled, or asked for.
      const rest = page.getByRole("button", { name: w.matcher("papers.list.more") });
      while (await rest.isVisible()) {
        const before = await page.locator("main li").count();
        await rest.click();
        await page.locator("main li").nth(before).waitFor();
      }
      const rows = page.locator("main li").getByRole("link");
      const list: PaperSeen[] = [];
      for (const row of await rows.all()) {
        const path = (await row.getAttribute("href")) ?? "";
        const title = plain(await row.locator("bdi").first().innerText());
        list.push({ title, text: plain(await row.innerText()), path });
      }
      return list;
    },

    async startProcedure(procedure) {
      await goto("dossiers");
      form = await loadProcedure(procedure);
      const title = w.within(`form-${procedure}.title`);
      await said(
        `the procedure ${procedure}`,
        page
          .getByRole("region", { name: w.matcher("dossiers.list.begin") })
          .getByRole("link", { name: title })
          .click(),
      );
      await sees(`form-${procedure}.title`);
      await said("beginning", either("dossiers.start.begin").or(either("dossiers.start.another")).first().click());
      await said("the first question", page.waitForURL(/\/question\//));
      await sees(`form-${procedure}.pages.${form.pages[0]?.id}.title`);
    },
    question: () => place()?.step ?? null,
    kept,
    answer,
    goOn,
    async fillIn(given, until) {
      for (let steps = 0; steps < 80; steps++) {
        const here = place();
        if (here === null || here.step === until) return;
        await answer(given);
        await goOn();
      }
      throw new Error("the form never ends");
    },
    async send() {
      await sees("dossiers.check.title");
      const declaration = page.locator("main").getByRole("checkbox");
      if ((await declaration.count()) > 0) await declaration.last().check();
      await said("sending", page.getByRole("button", { name: w.within("dossiers.check.send") }).click());
      await said("the dossier", page.waitForURL(isDossier));
      await said("its thread", page.locator("main ol.thread").first().waitFor());
    },
    openDossier,
    async resumeDossier() {
      await said("resuming", either("dossiers.draft.resume").or(either("dossiers.draft.check")).first().click());
      await said("the place where it was", page.waitForURL(/\/(question\/|relire)/));
      if (place() === null) return sees("dossiers.check.title");
      if (place()?.step !== notForeseenStep) await formHere();
    },
    async number() {
      const text = plain(await page.locator("main").innerText());
      const found = /\b([A-HJ-NP-Z2-9]{4}) ([A-HJ-NP-Z2-9]{4})\b/.exec(text);
      if (found === null) throw new Error(`no number on: ${text}`);
      return `${found[1]} ${found[2]}`;
    },
    thread,
    async waitForStep(key, limit = timeoutMs) {
      const wanted = w.within(key);
      const end = Date.now() + limit;
      while (!(await thread()).some((step) => step.state === "done" && wanted.test(step.text))) {
        if (Date.now() > end)
          throw new Error(`"${wanted.source}" is not done after ${limit} ms; the screen says: ${await screen()}`);
        await page.waitForTimeout(100);
      }
    },
    async receipt() {
      await press("dossiers.thread.receipt");
      await said("the receipt", page.waitForURL(/\/recepisse$/));
      await said("its fingerprint", page.getByText(w.within("dossiers.receipt.fingerprint")).first().waitFor());
      // What lets others check it comes a moment later, and is no part of the slip.
      const slip = await page.locator("main").evaluate((main) => {
        const later = main.querySelector<HTMLElement>('[aria-labelledby="verifiable"]');
        if (later !== null) later.hidden = true;
        const text = (main as HTMLElement).innerText;
        if (later !== null) later.hidden = false;
        return text;
      });
      const text = plain(slip);
      await link("common.back").click();
      await said("the dossier", page.waitForURL(isDossier));
      return text;
    },

    async outbox() {
      await goto("outbox");
      await said("the list", page.locator("main h1").waitFor());
      await said("what it holds", page.getByText(w.matcher("common.loading")).waitFor({ state: "hidden" }));
      return (await page.locator("main li").allInnerTexts()).map(plain);
    },
    sendNow,
    async askUntil(number, key) {
      const wanted = w.within(key);
      for (const end = Date.now() + 2 * timeoutMs; ; ) {
        await openDossier(number);
        await page.waitForTimeout(500);
        if (wanted.test(await screen())) return;
        if (Date.now() > end) throw new Error(`"${key}" never came; the screen says: ${await screen()}`);
        await sendNow();
        await page.waitForTimeout(1500);
      }
    },
    async delivered() {
      await goto("outbox");
      await said("everything is delivered", page.getByText(w.within("outbox.upToDate")).first().waitFor());
    },
    async says(key) {
      await said(`"${key}"`, page.getByText(w.within(key)).first().waitFor());
    },

    async draft() {
      await goto("papers");
      await listRead();
      const title = page.getByRole("heading", { level: 2, name: w.matcher("papers.draft.title") });
      if ((await title.count()) === 0) return null;
      return Number(/\d+/.exec(await title.first().innerText())?.[0] ?? Number.NaN);
    },
    async resumePaper() {
      await press("papers.draft.continue");
      await sees("papers.add.titleOf");
    },
    async paperBytes(title) {
      await goto("papers");
      await said(`the paper "${title}"`, page.locator("main").getByRole("link", { name: title }).first().click());
      await said("its name", page.getByRole("heading", { level: 1, name: title }).waitFor());
      const pages: Buffer[] = [];
      for (;;) {
        const picture = page.getByRole("img", {
          name: w.within("papers.view.alt", { n: pages.length + 1, name: title }),
        });
        await said(`page ${pages.length + 1}`, picture.waitFor());
        // The preview comes first; the readable page takes its place.
        await said("the readable page", waitForPicture(picture, 1000));
        pages.push(await pictureBytes(picture));
        const next = button("papers.view.nextFull");
        if ((await next.count()) === 0 || (await next.getAttribute("aria-disabled")) === "true") return pages;
        await next.click();
      }
    },

    async screenshot(name) {
      if (screens === undefined || screens === "") return;
      mkdirSync(screens, { recursive: true });
      await page.screenshot({ path: join(screens, `${name}.png`), fullPage: true });
    },
  };
}
