/**
 * A page that can only be driven by keyboard: the same calls as Playwright's, but `click`, `check` and `fill` walk to
 * the place with Tab (arrows inside a group of radio buttons) and press keys there. So person.ts tells a whole journey
 * without a pointer, and fails where the focus cannot get. Runs in Node.
 *
 * Surprising fact: the walk is told from inside the page (`document.activeElement`), never by calling `focus()`.
 */
import type { Locator, Page } from "playwright-core";

/** More stops than any screen has, twice around. */
const MOST_STOPS = 160;

export type Keyboard = {
  /** For `createPerson`. */
  readonly page: Page;
  /** Keys pressed so far. */
  keys(): number;
  /** Presses of a pointer that the app has felt; must stay 0. */
  pointers(): Promise<number>;
};

type Place = "here" | "group" | "elsewhere";

/** Wraps `page`; call before the app is opened. */
export async function createKeyboard(page: Page): Promise<Keyboard> {
  let pressed = 0;
  const known = new WeakMap<object, object>();
  await page.context().addInitScript(() => {
    const felt = { count: 0 };
    Object.assign(window, { besacePointers: felt });
    addEventListener("pointerdown", () => (felt.count += 1), { capture: true });
  });

  async function press(key: string): Promise<void> {
    pressed += 1;
    await page.keyboard.press(key);
  }

  /** Where the focus is, seen from the wanted place. */
  const placeOf = (wanted: Locator): Promise<Place> =>
    wanted.evaluate((element): Place => {
      const active = document.activeElement;
      if (active === element) return "here";
      const isRadio = (each: Element | null): each is HTMLInputElement =>
        each instanceof HTMLInputElement && each.type === "radio";
      return isRadio(element) && isRadio(active) && active.name === element.name && active.form === element.form
        ? "group"
        : "elsewhere";
    });

  async function walkTo(wanted: Locator): Promise<void> {
    await wanted.waitFor({ state: "attached" });
    for (let stops = 0; stops < MOST_STOPS; stops += 1) {
      const place = await placeOf(wanted);
      if (place === "here") return;
      // Inside a group Tab would leave it.
      await press(place === "group" ? "ArrowDown" : "Tab");
    }
    throw new Error(`no key leads to ${wanted}`);
  }

  const actions = (wanted: Locator): Record<string, (...given: never[]) => Promise<void>> => ({
    async click() {
      await walkTo(wanted);
      await press("Enter");
    },
    async check() {
      await walkTo(wanted);
      if (!(await wanted.isChecked())) await press("Space");
      if (!(await wanted.isChecked())) throw new Error(`Space does not choose ${wanted}`);
    },
    async fill(text: string) {
      await walkTo(wanted);
      await press("Control+A");
      await press("Delete");
      pressed += text.length;
      await page.keyboard.type(text);
    },
    async setInputFiles(files: readonly string[]) {
      await walkTo(wanted);
      const chooser = page.waitForEvent("filechooser");
      await press("Space");
      await (await chooser).setFiles([...files]);
    },
  });

  /** Locators that come out are wrapped, wrapped ones that go in are taken out. */
  function wrap<T extends object>(inner: T, own: Record<string, unknown>): T {
    const outer = new Proxy(inner, {
      get(target, name) {
        if (typeof name === "string" && Object.hasOwn(own, name)) return own[name];
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...given: unknown[]): unknown =>
          outside(
            value.apply(
              target,
              given.map((each) => known.get(each as object) ?? each),
            ),
          );
      },
    });
    known.set(outer, inner);
    return outer;
  }
  const isLocator = (value: unknown): value is Locator =>
    typeof value === "object" &&
    value !== null &&
    "elementHandle" in value &&
    "setInputFiles" in value &&
    "nth" in value;
  const outside = (value: unknown): unknown => (isLocator(value) ? wrap(value, actions(value)) : value);

  return {
    page: wrap(page, {}),
    keys: () => pressed,
    pointers: () =>
      page.evaluate(() => (window as unknown as { besacePointers: { count: number } }).besacePointers.count),
  };
}
