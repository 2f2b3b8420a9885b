/**
 * A person at a shared computer, in either engine: finds what the page says, clicks with a mouse, types with keys. Runs in
 * Node over `real-browser.ts`.
 *
 * Surprising: every press is a real one. A script's `click()` is no gesture, and the kiosk closes a session without any.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { RealPage } from "../support/real-browser.ts";
import { createWords } from "../support/words.ts";

const words = createWords("fr");

export interface Hands {
  readonly page: RealPage;
  readonly until: (expression: string, timeoutMs?: number) => Promise<unknown>;
  /** All that the page says, on one line. */
  readonly screen: () => Promise<string>;
  /** Waits until the page says the text of a key. */
  readonly sees: (key: string, timeoutMs?: number) => Promise<void>;
  /** Presses the first button, link or choice that says the text of a key. */
  readonly press: (key: string) => Promise<void>;
  /** Clicks the element that an expression gives. */
  readonly click: (element: string) => Promise<void>;
  /** `/poste`, and all that it needs is on this computer. */
  readonly arrive: (url: string) => Promise<void>;
  /** From the start page to the card of a new satchel; gives its groups. */
  readonly beginCard: (code: string) => Promise<string>;
  /** A new satchel whose card was tried; gives the card's groups. */
  readonly begin: (code: string) => Promise<string>;
  /** From anywhere to the pages of a new paper. */
  readonly beginPaper: () => Promise<void>;
  /** Hands files over; resolves when all are kept. `count`: pages that are there then. */
  readonly addPages: (files: readonly string[], count: number) => Promise<void>;
  /** From the pages to the title, which is typed and not kept yet. */
  readonly typeTitle: (title: string) => Promise<void>;
  readonly keep: () => Promise<void>;
  readonly goto: (tab: "home" | "papers" | "dossiers" | "outbox") => Promise<void>;
  /** Opens the paper of this title and waits for its readable page. */
  readonly look: (title: string) => Promise<void>;
}

/** Where files are picked; the camera's field takes one only. */
export const filesField = "main input[type=file][multiple]";

const js = (value: string): string => JSON.stringify(value);

/** One kind of space, no marks of direction: as words.ts gives texts. */
const bare = (text: string): string =>
  `(${text} ?? "").replace(/[\\u200e\\u200f\\u061c\\u2066-\\u2069]/g, "").replace(/\\s+/g, " ").trim()`;

const pattern = (key: string): string => `new RegExp(${js(words.within(key).source)}, "u")`;
const whole = (key: string): string => `new RegExp(${js(words.matcher(key).source)}, "u")`;

/** Seen and not under something else. */
const visible = "((one) => one.getClientRects().length > 0 && one.closest('[hidden],[inert]') === null)";
const pressable = `[...document.querySelectorAll("button,a[href],summary,label,[role=button]")].filter(${visible})`;

export function createHands(page: RealPage): Hands {
  async function until(expression: string, timeoutMs = 180_000): Promise<unknown> {
    let last: unknown;
    for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(100)) {
      try {
        const value = await page.evaluate(expression);
        if (value) return value;
        last = undefined;
      } catch (error) {
        // The page is being replaced.
        last = error;
      }
    }
    const said = await screen().catch(() => "(no page)");
    throw new Error(`never: ${expression}; the page says: ${said}`, { cause: last });
  }
  /** Asked again while the page is being replaced. */
  async function screen(): Promise<string> {
    for (let tries = 0; ; tries++) {
      try {
        return String(await page.evaluate(bare("document.body?.innerText")));
      } catch (error) {
        if (tries === 20) throw error;
        await sleep(250);
      }
    }
  }
  const sees = async (key: string, timeoutMs?: number): Promise<void> =>
    void (await until(`${pattern(key)}.test(${bare("document.body?.innerText")})`, timeoutMs));

  async function click(element: string): Promise<void> {
    // Where it stands still, and nothing lies over it.
    const place = `(async () => {
      const one = ${element};
      if (one == null) return "";
      one.scrollIntoView({ block: "center", behavior: "instant" });
      const before = one.getBoundingClientRect();
      await new Promise((resolve) => setTimeout(resolve, 120));
      const box = one.getBoundingClientRect();
      const at = [box.x + box.width / 2, box.y + box.height / 2];
      const hit = document.elementFromPoint(...at);
      const isFree = hit !== null && (one.contains(hit) || hit.closest("label")?.contains(one) === true);
      return isFree && before.x === box.x && before.y === box.y && box.width > 0 ? at.join() : "";
    })()`;
    const [x = 0, y = 0] = String(await until(place))
      .split(",")
      .map(Number);
    await page.clickAt(x, y);
  }
  const pressed = (says: string): string =>
    `(${pressable}.find((one) => ${says}.test(${bare("one.textContent")})) ?? ${pressable}.find((one) => ${says}.test(${bare('one.getAttribute("aria-label")')})))`;
  async function press(key: string): Promise<void> {
    const exact = pressed(whole(key));
    const inside = pressed(pattern(key));
    await click(`(${exact} ?? ${inside})`);
  }

  async function typeCode(code: string): Promise<void> {
    for (const digit of code) await click(`${pressable}.find((one) => ${bare("one.textContent")} === ${js(digit)})`);
    await press("common.action.confirm");
  }

  async function beginCard(code: string): Promise<string> {
    await press("poste.start.new");
    await sees("opening.choose");
    await typeCode(code);
    await sees("opening.codeAgain");
    await typeCode(code);
    await sees("card.title");
    return String(
      await until(
        `/(?:\\b[0-9A-Z]{4}\\b ?){10}/.exec(${bare('document.querySelector("main").innerText')})?.[0].trim()`,
      ),
    );
  }

  const nav = 'document.querySelector("nav a[href=\\"/papiers\\"]")';
  async function goto(tab: "home" | "papers" | "dossiers" | "outbox"): Promise<void> {
    for (let tries = 0; tries < 8 && (await page.evaluate(`${nav} === null`)) === true; tries++) {
      await press(
        (await page.evaluate(`${pressed(pattern("common.question.later"))} !== undefined`)) === true
          ? "common.question.later"
          : "common.back",
      );
      await sleep(300);
    }
    const link = `[...document.querySelectorAll("nav a[href]")].find((one) => ${pattern(`common.nav.${tab}`)}.test(${bare("one.textContent")}))`;
    await click(link);
    await until(`${link}?.getAttribute("aria-current") === "page"`);
  }

  return {
    page,
    until,
    screen,
    sees,
    press,
    click,
    goto,
    async arrive(url) {
      await page.goto(`${url}/poste`);
      await sees("poste.start.title");
      await until(
        `(async () => {
          const { active } = await navigator.serviceWorker.ready;
          const { port1, port2 } = new MessageChannel();
          const answer = new Promise((resolve) => { port1.onmessage = (event) => resolve(event.data.done); });
          active.postMessage({ type: "FILL", language: "fr" }, [port2]);
          return await answer;
        })()`,
        120_000,
      );
    },
    beginCard,
    async begin(code) {
      const card = await beginCard(code);
      await press("card.try.first");
      await sees("card.drill.title");
      const fields = 'document.querySelectorAll("main input:not([type=file])")';
      await until(`${fields}.length >= 10`);
      for (const [at, group] of card.split(" ").entries()) {
        await click(`${fields}[${at}]`);
        await page.type(group);
      }
      await press("card.drill.check");
      await sees("card.works.title");
      await press("card.toHome");
      await until(`${nav} !== null`);
      return card;
    },
    async beginPaper() {
      await goto("papers");
      await press("papers.list.add");
      await sees("papers.new.title");
      await press("papers-types.proof-of-address");
      await until(`document.querySelector(${js(filesField)}) !== null`);
    },
    async addPages(files, count) {
      await page.setFiles(filesField, files);
      const kept = `[...document.querySelectorAll("main *")].filter((one) => one.children.length === 0 && ${whole("papers.page.kept")}.test(${bare("one.textContent")})).length`;
      await until(`${kept} >= ${count} && document.querySelector("main [aria-busy=true]") === null`, 300_000);
    },
    async typeTitle(title) {
      await press("common.action.continue");
      await sees("papers.details.title");
      const label = `[...document.querySelectorAll("main label")].find((one) => ${pattern("papers.details.name")}.test(${bare("one.textContent")}))`;
      await click(`(${label}?.control ?? null)`);
      await page.type(title);
    },
    async keep() {
      await press("papers.keep.action");
      await sees("papers.title");
    },
    async look(title) {
      await goto("papers");
      await click(
        `[...document.querySelectorAll("main a[href]")].find((one) => one.textContent.includes(${js(title)}))`,
      );
      await until('[...document.querySelectorAll("main canvas")].some((one) => one.width + one.height > 1000)');
    },
  };
}
