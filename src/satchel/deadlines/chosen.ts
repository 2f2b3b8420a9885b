/**
 * What the person said about a line of "À prévoir": done, or later. Pure.
 *
 * Surprising fact: nothing is ticked off for good. "Done" is a day, and a line comes back when its next window opens after that
 * day: a new end date is typed in, and the paper reminds again without anybody having to take the tick away.
 */
import type { AheadChoice, Days } from "../model.ts";
import { addDays, type CivilDate, isCivilDate } from "./civil.ts";
import type { Foreseen } from "./plan.ts";

/** The last of them that is a day; null: none. */
export const lastDay = (days: Days | undefined): CivilDate | null =>
  Object.keys(days ?? {})
    .filter(isCivilDate)
    .sort()
    .at(-1) ?? null;

/** So many are kept: what two devices write at once is united, and nobody reads the older ones. */
const kept = 4;

export function withDay(days: Days | undefined, day: CivilDate): Days {
  const all = [...new Set([...Object.keys(days ?? {}), day])].sort().slice(-kept);
  return Object.fromEntries(all.map((each) => [each, true]));
}

export function withoutDay(days: Days | undefined, day: CivilDate): Days {
  return Object.fromEntries(Object.entries(days ?? {}).filter(([each]) => each !== day));
}

/** `shown`: in the list. `quiet`: put off until a day. `done`: said to be done for this window. */
export type Standing =
  | { readonly type: "shown" }
  | { readonly type: "quiet"; readonly until: CivilDate }
  | { readonly type: "done"; readonly on: CivilDate };

/**
 * What comes back is never "done": its rule has gone on to the next round, which is shown as later.
 * @param item of `foresee`.
 */
export function standingOf(item: Foreseen, choice: AheadChoice | undefined, today: CivilDate): Standing {
  const done = lastDay(choice?.done);
  if (item.about.type !== "followed" && done !== null && item.from !== null && done >= item.from)
    return { type: "done", on: done };
  const later = lastDay(choice?.later);
  return later !== null && later > today ? { type: "quiet", until: later } : { type: "shown" };
}

/** The day until which a line is quiet when it is put off: never behind its own last good day. */
export function putOffUntil({ until }: Pick<Foreseen, "until">, today: CivilDate, days: number): CivilDate {
  const day = addDays(today, days);
  return until !== null && until > today && until < day ? until : day;
}
