/**
 * The one neutral sentence that a phone may say while Besace is closed: what the page writes and the service worker reads
 * (decisions/0028). Runs in both.
 *
 * Surprising fact: the words lie on the disk ready made, because a service worker knows no language; they name no paper and hold
 * in any week, so that a week that is marked for nothing gives the same.
 */

export const weekly = {
  /** With the marks of the satchels (workers/common/browser.ts), one list of week numbers for each. */
  cache: "besace-marks",
  weeks: "/weeks/",
  words: "/weekly/words",
  /** Number of the last week in which it was said. */
  said: "/weekly/said",
  /** Of the browser's event, and of the notification: a newer one takes its place. */
  tag: "besace-weekly",
  opens: "/a-prevoir",
} as const;

export interface WeeklyWords {
  /** Name of the app as this phone shows it. */
  readonly title: string;
  readonly text: string;
  readonly lang: string;
  readonly dir: "ltr" | "rtl";
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Number of the week, Monday to Sunday, on the wall calendar of that place: as satchel/deadlines/civil.ts counts them (a test
 * holds the two together).
 */
export const weekAt = (now: number, minutesEast: number): number =>
  Math.floor((Math.floor((now + minutesEast * minuteMs) / dayMs) + 3) / 7);
