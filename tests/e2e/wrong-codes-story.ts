/**
 * A wrong code ten times (issue 2, A6), in three languages, with a card that was tried and without: for the form of every
 * run, where the clock is set forward over each wait, and the one of tests/long, where each wait is waited.
 */
import { expect } from "vitest";
import { codeTries, waitAfter } from "../../src/workers/common/codes.ts";
import type { Person } from "../support/person.ts";
import type { Language } from "../support/words.ts";
import type { Phone, Stage } from "./stage.ts";

const CODE = "418273";
const NEW_CODE = "730926";
const PICTURE = new URL("../../public/icons/besace-512.png", import.meta.url).pathname;
const LANGUAGES: readonly Language[] = ["fr", "en", "ar"];
/** A shorter wait may be over before a busy machine looks. */
const SEEN_MS = 8000;

/** A satchel with one paper, locked. In Arabic the card was tried: there it replaces the code after ten wrong ones. */
async function begin(stage: Stage, language: Language): Promise<{ phone: Phone; card: readonly string[] }> {
  const phone = await stage.phone(`codes-${language}`);
  const { person } = phone;
  await person.open();
  await person.chooseLanguage(language);
  await person.createSatchel(CODE);
  const card = await person.cardGroups();
  if (language === "ar") await person.drillCard(card);
  else await person.laterCard();
  await person.addPaper({ kind: "letter-received", files: [PICTURE], title: "6614" });
  await person.lock();
  return { phone, card };
}

/**
 * As if so much time had passed that the next try is allowed, and as if so many tries had been wrong: what the worker reads
 * on the disk before each try.
 */
async function setForward(person: Person, wrongTries?: number): Promise<void> {
  const changed = await person.page.evaluate(async (tries) => {
    const opened = indexedDB.open("besace");
    const db = await new Promise<IDBDatabase>((done, fail) => {
      opened.onsuccess = () => done(opened.result);
      opened.onerror = () => fail(opened.error);
    });
    let rowsChanged = 0;
    for (const name of db.objectStoreNames) {
      const store = db.transaction(name, "readwrite").objectStore(name);
      const rows = await new Promise<unknown[]>((done, fail) => {
        const all = store.getAll();
        all.onsuccess = () => done(all.result);
        all.onerror = () => fail(all.error);
      });
      for (const row of rows as { nextTryAt?: number }[]) {
        if (row.nextTryAt === undefined) continue;
        await new Promise<void>((done, fail) => {
          const put = store.put({ ...row, nextTryAt: 0, ...(tries === undefined ? {} : { wrongTries: tries }) });
          put.onsuccess = () => done();
          put.onerror = () => fail(put.error);
        });
        rowsChanged += 1;
      }
    }
    db.close();
    return rowsChanged;
  }, wrongTries);
  expect(changed, "a profile with a counter").toBe(1);
  // The page counts down what it was told; a new one asks the worker.
  await person.open();
}

export type Waits = "waited" | "set forward";

/**
 * Wrong codes until the tenth, each after the wait that is asked for; `skipped` are taken as done.
 * @returns what the screen said after each that was typed, by its number.
 */
async function tenWrongCodes(
  person: Person,
  waits: Waits,
  skipped: readonly number[] = [],
): Promise<ReadonlyMap<number, string>> {
  const said = new Map<number, string>();
  for (let n = 1; n <= codeTries; n += 1) {
    if (skipped.includes(n)) continue;
    const answer = await person.tryCode(`90217${n % 10}`);
    const waitMs = waitAfter(n);
    const isDropped = answer.includes(person.words().text("opening.droppedTitle"));
    if (waitMs >= SEEN_MS && !isDropped) await person.says("opening.wait.title");
    said.set(n, await person.screen());
    if (n === codeTries) break;
    if (skipped.includes(n + 1)) await setForward(person, n + skipped.length);
    else if (waitMs > 0 && waits === "set forward") await setForward(person);
    else if (waitMs > 0) {
      const wait = person.page.getByText(person.words().within("opening.wait.text"));
      await wait.waitFor({ state: "hidden", timeout: waitMs + 60_000 });
      await person.page.waitForTimeout(500);
    }
  }
  return said;
}

/**
 * The whole story in French without a tried card and in Arabic with one (`set forward`; there six of the ten are taken as done), or in three languages side by side,
 * because the waits are a minute each.
 */
export async function wrongCodes(stage: Stage, waits: Waits): Promise<void> {
  const story = async (language: Language, { phone: { person }, card }: Awaited<ReturnType<typeof begin>>) => {
    const said = await tenWrongCodes(person, waits, waits === "waited" || language !== "ar" ? [] : [3, 4, 5, 6, 7, 8]);
    const words = person.words();
    for (const [n, text] of said) {
      if (n === codeTries) continue;
      expect(text).toMatch(words.within("opening.wrong"));
      expect(text).toContain(words.text("opening.wrong", { count: codeTries - n }));
      if (waitAfter(n) >= SEEN_MS) expect(text).toMatch(words.within("opening.wait.title"));
    }
    const last = said.get(codeTries);
    if (language !== "ar") {
      // Without a tried card the code still opens, once the wait is over: nothing is lost.
      expect(last).toContain(words.text("opening.wrongMany"));
      expect(last).toMatch(words.within("opening.wait.title"));
      await setForward(person);
      await person.unlock(CODE);
      expect(await person.papers()).toHaveLength(1);
      return;
    }
    // With one, the code does not open any more, which is said in each language; the card does.
    expect(last).toContain(words.text("opening.droppedTitle"));
    for (const spoken of LANGUAGES) {
      await person.open();
      await person.languageOfLock(spoken);
      expect(await person.tryCode(CODE)).toContain(person.words().text("opening.droppedTitle"));
    }
    await person.unlockWithCard(card, NEW_CODE);
    expect(await person.papers()).toHaveLength(1);
    await person.lock();
    await person.unlock(NEW_CODE);
  };
  if (waits === "waited") {
    const begun = [];
    for (const language of LANGUAGES) begun.push([language, await begin(stage, language)] as const);
    await Promise.all(begun.map(([language, started]) => story(language, started)));
  } else
    for (const language of ["fr", "ar"] as const) {
      const started = await begin(stage, language);
      await story(language, started);
      await started.phone.browser.close();
    }
}
