/**
 * Goes through a whole form of the built app by keyboard alone, and looks at each screen on the way. Runs in Node over a
 * Playwright page; what is answered comes from answerer.ts.
 *
 * Surprising fact: it never asks the browser to focus anything. It works out in the page how many stops of the Tab key away a
 * field is, presses as often, and fails where the focus is then elsewhere.
 */
import type { Page } from "playwright-core";
import type { Deed } from "./answerer.ts";
import { describeAxe, runAxe } from "./axe.ts";
import { type Language, plain } from "./words.ts";

export type Hand = {
  readonly page: Page;
  /** To an element by Tab. */
  reach(selector: string): Promise<void>;
  /** To an element, then Enter. */
  press(selector: string): Promise<void>;
  /** A deed at a field, by its id. */
  act(id: string, deed: Deed): Promise<void>;
  /** Empties the box under the focus and types. */
  write(text: string): Promise<void>;
  /** Waits for a screen: another address than `from`, what is wanted on it, nothing that loads, the focus on its h1. */
  arrive(from: string, selector?: string): Promise<string>;
  /** Waits until an element is there. */
  wait(selector: string): Promise<void>;
  /** Everything in `main`, as one line of plain text. */
  read(selector?: string): Promise<string>;
  keys(): number;
};

type Stops = { readonly n: number; readonly inGroup: boolean } | null;

/** In the page: how many Tabs from the focus to an element, a group of radio buttons being one stop. */
function stopsTo(selector: string): Stops {
  const wanted = document.querySelector(selector);
  if (wanted === null) return null;
  const isRadio = (each: Element): each is HTMLInputElement =>
    each instanceof HTMLInputElement && each.type === "radio";
  const all = [
    ...document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary, [tabindex]"),
  ].filter((each) => each.tabIndex >= 0 && each.checkVisibility() && !(each as HTMLInputElement).disabled);
  const group = (each: Element): Element => {
    if (!isRadio(each)) return each;
    const radios = all.filter((other) => isRadio(other) && other.name === each.name) as HTMLInputElement[];
    return radios.find((radio) => radio.checked) ?? radios[0] ?? each;
  };
  const stops = [...new Set(all.map(group))];
  const target = stops.indexOf(group(wanted) as HTMLElement);
  if (target < 0) return null;
  const active = document.activeElement ?? document.body;
  const inGroup = active === wanted || (isRadio(active) && isRadio(wanted) && active.name === wanted.name);
  if (inGroup) return { n: 0, inGroup };
  const here = stops.indexOf(group(active) as HTMLElement);
  if (here >= 0) return { n: target - here, inGroup };
  // On a heading: the next stop is the first one behind it. Nowhere: the first of all.
  const before =
    active === document.body
      ? 0
      : stops.filter((stop) => (active.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING) === 0).length;
  return { n: target >= before ? target - before + 1 : target - before, inGroup };
}

export function createHand(page: Page, { timeoutMs = 30_000 } = {}): Hand {
  let pressed = 0;
  const key = async (name: string): Promise<void> => {
    pressed += 1;
    await page.keyboard.press(name);
  };
  const fail = async (what: string): Promise<never> => {
    throw new Error(`${what} at ${page.url()}; the screen says: ${await read("body")}`);
  };
  const read = async (selector = "main"): Promise<string> => plain(await page.locator(selector).first().innerText());

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + timeoutMs; !(await isSo()); await page.waitForTimeout(10))
      if (Date.now() > end) await fail(`${what} did not come`);
  }
  const wait = (selector: string): Promise<void> =>
    until(selector, () => page.evaluate((each) => document.querySelector(each) !== null, selector));

  async function reach(selector: string): Promise<void> {
    await wait(selector);
    // What is drawn meanwhile moves the stops: counted again, a few times.
    for (let tries = 0; tries < 6; tries += 1) {
      const stops = await page.evaluate(stopsTo, selector);
      if (stops === null) return void (await fail(`no key leads to ${selector}`));
      if (stops.inGroup) return;
      for (let left = Math.abs(stops.n); left > 0; left -= 1) await key(stops.n > 0 ? "Tab" : "Shift+Tab");
    }
    await fail(`the focus never came to ${selector}`);
  }
  async function press(selector: string): Promise<void> {
    await reach(selector);
    await key("Enter");
  }
  async function write(text: string): Promise<void> {
    const holds = await page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.value ?? "");
    if (holds !== "") {
      await key("Control+A");
      await key("Delete");
    }
    pressed += text.length;
    await page.keyboard.type(text);
  }
  const type = async (selector: string, text: string): Promise<void> => {
    await reach(selector);
    await write(text);
  };
  const isChecked = (selector: string): Promise<boolean> =>
    page.evaluate((each) => (document.querySelector(each) as HTMLInputElement | null)?.checked === true, selector);

  /** Arrows inside a group, in the direction that is shorter. */
  async function choose(selector: string): Promise<void> {
    await reach(selector);
    const { at, to } = await page.evaluate((each) => {
      const wanted = document.querySelector(each) as HTMLInputElement;
      const group = [...document.querySelectorAll<HTMLInputElement>("input[type=radio]")].filter(
        (radio) => radio.name === wanted.name,
      );
      return { at: group.indexOf(document.activeElement as HTMLInputElement), to: group.indexOf(wanted) };
    }, selector);
    if (at === to) await key("Space");
    for (let left = Math.abs(to - at); left > 0; left -= 1) await key(to > at ? "ArrowDown" : "ArrowUp");
    await until(`choosing ${selector}`, () => isChecked(selector));
  }
  async function tick(selector: string): Promise<void> {
    await reach(selector);
    if (!(await isChecked(selector))) await key("Space");
    await until(`ticking ${selector}`, () => isChecked(selector));
  }
  /** Beside its first option, all of a group share a name. */
  const option = async (first: string, value: string): Promise<string> => {
    await wait(first);
    const name = await page.evaluate((each) => (document.querySelector(each) as HTMLInputElement).name, first);
    return `input[name="${name}"][value="${value}"]`;
  };

  async function act(id: string, deed: Deed): Promise<void> {
    const own = `#${escaped(id)}`;
    const dated = async ({ day, month, year }: { day: string; month: string; year: string }): Promise<void> => {
      if (day !== "") await type(`#${escaped(`${id}-day`)}`, day);
      if (month !== "") await type(`#${escaped(`${id}-month`)}`, month);
      await type(`#${escaped(`${id}-year`)}`, year);
    };
    switch (deed.do) {
      case "type":
        return type(own, deed.text);
      case "date":
        return dated(deed);
      case "moment":
        await dated(deed);
        return type(`#${escaped(`${id}-time`)}`, deed.time);
      case "pick":
        return choose(await option(own, deed.value));
      case "tick":
        for (const value of deed.values) await tick(await option(own, value));
        return;
      case "pair":
        await choose(await option(own, deed.first));
        if (deed.second !== null) await choose(await option(`#${escaped(`${id}-second`)}`, deed.second));
        return;
      case "box":
        return tick(own);
      case "find":
        await type(own, deed.text);
        return choose(`fieldset input[type=radio][value="${deed.code}"]`);
      case "address":
        await type(own, deed.street);
        await type(`#${escaped(`${id}-postal`)}`, deed.postal);
        return type(`#${escaped(`${id}-city`)}`, deed.city);
      case "sign":
        return type(own, deed.name);
      case "unknown": {
        const box = await page.evaluate((each) => {
          const field = document.getElementById(each) ?? document.getElementById(`${each}-day`);
          const marks = [...document.querySelectorAll('main label svg[data-icon="je-ne-sais-pas"]')];
          const next = marks.find(
            (mark) => field === null || (field.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
          );
          return next?.closest("label")?.htmlFor ?? "";
        }, id);
        if (box === "") await fail(`no box "Je ne sais pas" for ${id}`);
        return tick(`#${escaped(box)}`);
      }
    }
  }

  return {
    page,
    reach,
    press,
    act,
    write,
    wait,
    read,
    async arrive(from, selector = "main h1") {
      await until("another screen", async () => new URL(page.url()).pathname !== new URL(from).pathname);
      await until(selector, () =>
        page.evaluate(
          (each) => document.querySelector(each) !== null && document.querySelector('main [aria-busy="true"]') === null,
          selector,
        ),
      );
      // Whoever hears the screen is told where they are.
      await until("the focus on the heading", () => page.evaluate(() => document.activeElement?.tagName === "H1"));
      return page.url();
    },
    keys: () => pressed,
  };
}

/** As CSS.escape does in a page for ids of ours: colons of useId, digits. */
const escaped = (id: string): string => id.replace(/[^\w-]/g, (sign) => `\\${sign}`);

/* ---- what every screen must be ---- */

export interface LookOptions {
  readonly language: Language;
  /** One main button; a list has none. */
  readonly main: boolean;
}

/** Faults that can be seen without a person: empty when there is none. Cheap; for every screen. */
export async function faultsOf(page: Page, { language, main }: LookOptions): Promise<readonly string[]> {
  return page.evaluate(
    ([lang, dir, wantsMain]) => {
      const faults: string[] = [];
      const say = (fault: string): void => void faults.push(fault);
      const html = document.documentElement;
      if (html.lang !== lang || html.dir !== dir) say(`lang ${html.lang}, dir ${html.dir}`);
      const headings = document.querySelectorAll("h1");
      if (headings.length !== 1) say(`${headings.length} h1`);
      if ((headings[0]?.textContent ?? "").trim() === "") say("an empty h1");
      if (document.title.trim() === "") say("no title");
      const shown = (each: Element): boolean => each.checkVisibility();
      const mains = [...document.querySelectorAll("main .btn--main")].filter(shown).length;
      if (wantsMain && mains !== 1) say(`${mains} main buttons`);
      const nameOf = (each: Element): string =>
        (each.getAttribute("aria-label") ?? `${each.textContent}`).replace(/[\s\u2066-\u2069]/g, "");
      for (const each of document.querySelectorAll("button, a[href], summary, label, legend, h2, h3, dt, option"))
        if (shown(each) && nameOf(each) === "") say(`no words: ${each.outerHTML.slice(0, 120)}`);
      // The words of a choice that has none are its id.
      for (const each of document.querySelectorAll<HTMLInputElement>(
        "main input[value]:is([type=radio], [type=checkbox])",
      ))
        if (each.labels?.[0]?.textContent?.trim() === each.value) say(`a choice without words: ${each.value}`);
      const text = document.body.innerText;
      const leak =
        /\b(?:form-[a-z0-9-]+|common|dossiers|journey|fields|papers(?:-types)?|procedures|outbox|home|errors)\.[a-z_][\w.-]*|\{\{|\}\}|\bundefined\b|\[object|\bNaN\b/i.exec(
          text,
        );
      if (leak !== null) say(`"${leak[0]}" in: ${text.slice(Math.max(0, leak.index - 40), leak.index + 60)}`);
      if (html.scrollWidth > innerWidth) say(`wider than the screen by ${html.scrollWidth - innerWidth}`);
      return faults;
    },
    [language, language === "ar" ? "rtl" : "ltr", main] as const,
  );
}

/** What axe says of the screen; empty when it is clean. */
export async function axeOf(page: Page): Promise<string> {
  const report = await runAxe(page);
  return report.passes === 0 ? "axe saw nothing" : describeAxe(report);
}
