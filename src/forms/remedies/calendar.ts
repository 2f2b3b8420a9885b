/**
 * Days for counting time limits: adding months, French public holidays, the next working day. Pure, texts "YYYY-MM-DD".
 *
 * Surprising fact: only UTC is used, so no hour and no change of clocks can move a last day. The two more holidays of Alsace
 * and Moselle, and those of overseas, are left out: a last day is then at worst one day early, never late.
 */

export type Day = string;

const dayMs = 86_400_000;
const textOf = (at: number): Day => new Date(at).toISOString().slice(0, 10);
const momentOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

/** A day that exists, written whole. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(momentOf(text)) && textOf(momentOf(text)) === text;

export const addDays = (day: Day, days: number): Day => textOf(momentOf(day) + days * dayMs);

/** `to` minus `from`. */
export const daysFrom = (from: Day, to: Day): number => Math.round((momentOf(to) - momentOf(from)) / dayMs);

/** The same day number so many months later; where that month has no such day, its last one. */
export function addMonths(day: Day, months: number): Day {
  const [year = 0, month = 1, number = 1] = day.split("-").map(Number);
  const end = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return textOf(Date.UTC(year, month - 1 + months, Math.min(number, end)));
}

/** Sunday of Easter in the Gregorian calendar (Meeus). */
export function easter(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const march = h + l - 7 * m + 22;
  return addDays(`${String(year).padStart(4, "0")}-03-01`, march - 1);
}

const fixedHolidays = ["01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"];
/** Easter Monday, Ascension, Whit Monday. */
const afterEaster = [1, 39, 50];

/** The eleven public holidays of all France, in order. */
export const publicHolidays = (year: number): readonly Day[] =>
  [
    ...fixedHolidays.map((day) => `${String(year).padStart(4, "0")}-${day}`),
    ...afterEaster.map((days) => addDays(easter(year), days)),
  ].sort();

/** Neither Saturday, Sunday nor a public holiday. */
export function isWorkingDay(day: Day): boolean {
  const weekday = new Date(momentOf(day)).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !publicHolidays(Number(day.slice(0, 4))).includes(day);
}

/** That day, or the first working one after it. */
export function workingDayFrom(day: Day): Day {
  let found = day;
  while (!isWorkingDay(found)) found = addDays(found, 1);
  return found;
}
