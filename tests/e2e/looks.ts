/**
 * Looking at a screen as everybody may meet it: axe, twice the text size, the keyboard alone, both directions, light and
 * dark. With BESACE_SCREENS set, a picture of each is written there, to be looked at beside the mock-ups. Runs in Node.
 *
 * Without BESACE_SCREENS axe looks at French in light and Arabic in dark: the colours and the directions, each once.
 */
import type { Page } from "playwright-core";
import { describeAxe, runAxe } from "../support/axe.ts";
import { standsStill } from "../support/still.ts";
import type { Language } from "../support/words.ts";

const all = (process.env.BESACE_SCREENS ?? "") !== "";

/** What does not fit, at twice the text size. */
async function overflow(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const root = document.documentElement;
    root.style.fontSize = "200%";
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const wide: string[] = [];
    if (root.scrollWidth > root.clientWidth + 1) {
      for (const element of document.body.querySelectorAll("*")) {
        const { left, right } = element.getBoundingClientRect();
        if ((right > root.clientWidth + 1 || left < -1) && element.children.length === 0)
          wide.push(`${element.tagName.toLowerCase()}.${element.className} "${element.textContent?.slice(0, 30)}"`);
      }
      wide.unshift(`${root.scrollWidth} px wide in ${root.clientWidth}`);
    }
    root.style.fontSize = "";
    return wide.slice(0, 5);
  });
}

/** What a person with a keyboard alone does not reach. */
async function unreached(page: Page): Promise<readonly string[]> {
  const wanted = await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    window.getSelection()?.removeAllRanges();
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    const groups = new Set<string>();
    let n = 0;
    for (const element of document.querySelectorAll<HTMLElement>(
      "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']",
    )) {
      // What a closed <details> holds has a place, and is not shown.
      if (!element.checkVisibility() || element.closest("[inert]") !== null) continue;
      const input = element instanceof HTMLInputElement ? element : undefined;
      // One stop for all radios of a group.
      if (input?.type === "radio") {
        if (groups.has(input.name)) continue;
        const checked = document.querySelector<HTMLElement>(`input[name="${CSS.escape(input.name)}"]:checked`);
        groups.add(input.name);
        (checked ?? input).dataset.wanted = "";
      } else element.dataset.wanted = "";
      n += 1;
    }
    return n;
  });
  for (let n = 0; n < wanted + 5; n++) {
    await page.keyboard.press("Tab");
    const done = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (element !== null) delete element.dataset.wanted;
      return document.querySelector("[data-wanted]") === null;
    });
    if (done) return [];
  }
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("[data-wanted]")].map((element) => {
      delete element.dataset.wanted;
      return `${element.tagName.toLowerCase()} "${(element.textContent ?? "").trim().slice(0, 30)}"`;
    }),
  );
}

export interface Looks {
  /** Everything that is wrong anywhere, so that one run tells all of it. */
  readonly problems: string[];
  /** Names of the screens that were looked at. */
  readonly looked: Set<string>;
  /**
   * Looks at the screen that is shown, in this language and both colour schemes. `shoot` writes its picture.
   * @param keys False where any key changes the screen.
   */
  readonly look: (
    page: Page,
    name: string,
    language: Language,
    shoot: (name: string) => Promise<void>,
    keys?: boolean,
  ) => Promise<void>;
}

export function createLooks(): Looks {
  const problems: string[] = [];
  const looked = new Set<string>();
  return {
    problems,
    looked,
    async look(page, name, language, shoot, keys = true) {
      looked.add(name);
      for (const scheme of ["light", "dark"] as const) {
        if (!all && (scheme === "light") !== (language === "fr")) continue;
        await page.emulateMedia({ colorScheme: scheme });
        if (all) await standsStill(page, 300);
        const title = `${name}-${language}-${scheme}`;
        const axe = describeAxe(await runAxe(page));
        if (axe !== "") problems.push(`${title}: ${axe}`);
        for (const part of await overflow(page)) problems.push(`${title} at 200 %: ${part}`);
        if (keys && language === "fr" && scheme === "light")
          for (const part of await unreached(page)) problems.push(`${title} by keyboard: ${part}`);
        const dir = await page.locator("html").getAttribute("dir");
        if (dir !== (language === "ar" ? "rtl" : "ltr")) problems.push(`${title}: dir is ${dir}`);
        await page.evaluate(() => {
          (document.activeElement as HTMLElement | null)?.blur();
          window.scrollTo(0, 0);
        });
        await shoot(title);
      }
    },
  };
}
