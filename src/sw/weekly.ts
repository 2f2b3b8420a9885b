/**
 * Says the neutral sentence in a week that is marked, once (decisions/0028). Runs in the service worker, whenever something wakes
 * it up.
 *
 * Surprising fact: it cannot know whether the mark of this week is a true one, and need not.
 */
import { type WeeklyWords, weekAt, weekly } from "../shared/weekly.ts";

export interface WeeklyDeps {
  readonly caches: Pick<CacheStorage, "open">;
  readonly now: () => number;
  /** Of this phone at that moment. */
  readonly minutesEast: (at: number) => number;
  /** False where the person took the permission away. */
  readonly mayShow: () => boolean;
  /** Besace is before the person's eyes at this moment. */
  readonly isSeen: () => Promise<boolean>;
  readonly show: (words: WeeklyWords) => Promise<void>;
}

/** True when it was said. Not asked for, no mark, or said already this week: nothing happens. Who has Besace open has looked. */
export async function sayWeekly({ caches, now, minutesEast, mayShow, isSeen, show }: WeeklyDeps): Promise<boolean> {
  if (!mayShow()) return false;
  const cache = await caches.open(weekly.cache);
  const words = await cache.match(weekly.words);
  if (words === undefined) return false;
  const at = now();
  const week = weekAt(at, minutesEast(at));
  const said: unknown = await (await cache.match(weekly.said))?.json();
  if (said === week) return false;
  const kept = (await cache.keys()).filter(({ url }) => new URL(url).pathname.startsWith(weekly.weeks));
  const lists: readonly unknown[] = await Promise.all(kept.map(async (key) => (await cache.match(key))?.json()));
  if (!lists.some((list) => Array.isArray(list) && list.includes(week))) return false;
  // Written first: rather not said than said twice.
  await cache.put(weekly.said, Response.json(week));
  if (await isSeen()) return false;
  await show((await words.json()) as WeeklyWords);
  return true;
}
