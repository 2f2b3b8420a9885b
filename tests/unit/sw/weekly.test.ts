/** The sentence of the week: asked for, marked, once, and the same for a week that is marked for nothing (decisions/0028). */
import { describe, expect, test } from "vitest";
import { civilDateAt, weekNumber } from "../../../src/satchel/deadlines/civil.ts";
import { drawWeekMarks } from "../../../src/satchel/deadlines/marks.ts";
import { type WeeklyWords, weekAt, weekly } from "../../../src/shared/weekly.ts";
import { sayWeekly } from "../../../src/sw/weekly.ts";
import { cacheMarks } from "../../../src/workers/common/browser.ts";

const day = 86_400_000;
const words: WeeklyWords = { title: "Besace", text: "Jetez un œil.", lang: "fr", dir: "ltr" };

function phone(now: number, minutesEast = 60) {
  const held = new Map<string, Response>();
  const cache = {
    match: async (key: string | { readonly url: string }) =>
      held.get(typeof key === "string" ? key : new URL(key.url).pathname)?.clone(),
    put: async (path: string, response: Response) => void held.set(path, response),
    keys: async () => [...held.keys()].map((path) => ({ url: `https://besace.test${path}` })),
  };
  const caches = { open: async () => cache as unknown as Cache };
  const at = { now, mayShow: true, isSeen: false };
  const shown: WeeklyWords[] = [];
  const say = (): Promise<boolean> =>
    sayWeekly({
      caches,
      now: () => at.now,
      minutesEast: () => minutesEast,
      mayShow: () => at.mayShow,
      isSeen: async () => at.isSeen,
      show: async (said) => void shown.push(said),
    });
  const turnOn = (): void => void held.set(weekly.words, Response.json(words));
  return { held, marks: cacheMarks(caches), at, shown, say, turnOn };
}

// Sunday 22 November 2026, noon in Paris.
const sunday = Date.UTC(2026, 10, 22, 11);

test("a week is the same number for the service worker and for the marks, at every edge", () => {
  for (const minutesEast of [-720, -60, 0, 60, 120, 345, 840])
    for (let at = Date.UTC(2025, 11, 20, 22, 30); at < Date.UTC(2028, 2, 3); at += day / 2)
      expect(weekAt(at, minutesEast)).toBe(weekNumber(civilDateAt(at, minutesEast)));
});

describe("the sentence of the week", () => {
  test("is said once in a marked week, in the words that lie ready, and again in the next marked one", async () => {
    const { marks, at, shown, say, turnOn } = phone(sunday);
    turnOn();
    const week = weekAt(sunday, 60);
    await marks.weeks("one", [week - 3]);
    await marks.weeks("two", [week, week + 2]);
    expect([await say(), await say()]).toEqual([true, false]);
    expect(shown).toEqual([words]);
    at.now = sunday + day;
    expect(await say(), "Monday is another week, without a mark").toBe(false);
    at.now = sunday + 10 * day;
    expect([await say(), await say()]).toEqual([true, false]);
  });

  test("is not said unasked, without permission, or where no satchel is marked", async () => {
    const { held, marks, at, shown, say, turnOn } = phone(sunday);
    await marks.weeks("one", [weekAt(sunday, 60)]);
    expect(await say()).toBe(false);
    turnOn();
    at.mayShow = false;
    expect(await say()).toBe(false);
    at.mayShow = true;
    await marks.weeks("one", [weekAt(sunday, 60) + 1]);
    expect(await say()).toBe(false);
    held.set("/weeks/one", Response.json({ not: "a list" }));
    expect(await say()).toBe(false);
    expect(shown).toEqual([]);
  });

  test("is not said to somebody who has Besace open, nor later in that week", async () => {
    const { marks, at, shown, say, turnOn } = phone(sunday - 3 * day);
    turnOn();
    await marks.weeks("one", [weekAt(sunday, 60), weekAt(sunday, 60) + 1]);
    at.isSeen = true;
    expect(await say()).toBe(false);
    at.isSeen = false;
    at.now = sunday;
    expect(await say()).toBe(false);
    expect(shown).toEqual([]);
    at.now += 2 * day;
    expect(await say()).toBe(true);
  });

  test("a week that is marked for nothing gives the very same", async () => {
    const today = civilDateAt(sunday, 60);
    const drawn = drawWeekMarks(["2026-12-03" as typeof today], today, (week) => (week * 7919) % 1009);
    const due = weekNumber("2026-12-03" as typeof today);
    const said: string[] = [];
    for (const week of drawn) {
      const { marks, at, shown, say, turnOn } = phone(sunday);
      turnOn();
      await marks.weeks("one", drawn);
      at.now = (week * 7 - 3) * day + day / 2;
      expect(await say()).toBe(true);
      said.push(JSON.stringify(shown));
    }
    expect(drawn).toContain(due);
    expect(drawn.length).toBeGreaterThan(2);
    expect(new Set(said).size).toBe(1);
  });
});
