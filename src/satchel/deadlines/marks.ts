/**
 * What may lie open on a disk so that a locked phone can still say "look at your papers this week": week numbers, some true and
 * some not, always the same count. Pure.
 *
 * Surprising fact: decoys are not drawn anew each time. What stays while the rest changes would be the truth; so each week has a
 * rank of its own, from a secret of the satchel, and the decoys are the lowest ranks.
 */
import { type CivilDate, weekNumber } from "./civil.ts";

/** How many weeks are marked, whatever is ahead. */
export const markCount = 8;
/** Weeks that can be marked: this one and those that follow. */
export const markWeeks = 26;
/** At least so many marks mean nothing. */
export const decoysAtLeast = 2;

/**
 * @param days of `markedDays`; the nearest weeks come first when there are too many.
 * @param rank of a week: any number that only this satchel can compute (a keyed hash), always the same for a week.
 * @returns `markCount` different weeks, sorted. Nothing else may be stored beside them.
 */
export function drawWeekMarks(
  days: readonly CivilDate[],
  today: CivilDate,
  rank: (week: number) => number,
): readonly number[] {
  const first = weekNumber(today);
  const weeks = Array.from({ length: markWeeks }, (_, ahead) => first + ahead);
  const wanted = new Set(days.map(weekNumber));
  const real = weeks.filter((week) => wanted.has(week)).slice(0, markCount - decoysAtLeast);
  const decoys = weeks
    .filter((week) => !wanted.has(week))
    .map((week) => ({ week, rank: rank(week) }))
    .sort((a, b) => a.rank - b.rank || a.week - b.week)
    .map(({ week }) => week);
  // Where nearly every week is wanted there are not enough others: true ones fill up, so that the count never tells.
  const spare = weeks.filter((week) => wanted.has(week) && !real.includes(week));
  return [...real, ...decoys, ...spare].slice(0, markCount).sort((a, b) => a - b);
}

/** True when the neutral sentence may be said this week. A mark that is past says nothing. */
export const isMarkedWeek = (marks: readonly number[], today: CivilDate): boolean => marks.includes(weekNumber(today));
