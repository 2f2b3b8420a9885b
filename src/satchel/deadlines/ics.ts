/**
 * Deadlines as a file for the phone's calendar (RFC 5545). Pure: texts in, one text out. The events are whole days, so that no
 * time zone can move them.
 *
 * Surprising fact: a calendar is read by everybody who holds the phone, and often by a company. The neutral wording therefore says
 * neither the paper, nor the rule, nor the app; even the ids are hashes that the caller makes.
 */
import { utf8 } from "../../shared/bytes.ts";
import { addDays, type CivilDate } from "./civil.ts";
import type { Foreseen } from "./plan.ts";

export interface EventWords {
  readonly summary: string;
  readonly description: string;
}

export interface CalendarWords {
  /** What an event says: of the day on which it opens, or of its last day. */
  readonly full: (item: Foreseen, moment: "opens" | "last") => EventWords;
  /** The same for all. */
  readonly neutral: EventWords;
}

export interface CalendarOptions {
  readonly wording: "neutral" | "full";
  readonly today: CivilDate;
  /** When the file is made, ms: DTSTAMP of all events. */
  readonly now: number;
  /** Opaque text of a key: the same each time, and no way back (a hash with a secret of the satchel). */
  readonly uid: (key: string) => string;
  /** Raised when the events of the same keys are given out again. */
  readonly sequence?: number;
}

/** Longest content line, in bytes of UTF-8 without its end (RFC 5545, 3.1). */
const lineBytes = 75;

/** TEXT of RFC 5545, 3.3.11. Control characters have no place in it; a line break becomes the two characters "\n". */
export const escapeText = (text: string): string =>
  text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/[^\P{Cc}\n]/gu, " ")
    .replace(/[\\;,]/g, (sign) => `\\${sign}`)
    .replace(/\n/g, "\\n");

/** Folds a content line: continued lines begin with a space, no character is cut. */
export function foldLine(line: string): string {
  const lines: string[] = [];
  let current = "";
  let bytes = 0;
  for (const character of line) {
    const size = utf8(character).length;
    if (bytes + size > lineBytes) {
      lines.push(current);
      current = " ";
      bytes = 1;
    }
    current += character;
    bytes += size;
  }
  return [...lines, current].join("\r\n");
}

const compact = (date: CivilDate): string => date.replaceAll("-", "");

/** UTC, as "20261122T074000Z". The only instant in the file. */
const stampOf = (now: number): string => `${new Date(now).toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;

/** At 9 in the morning of the day, and of the day a week before: both counted from its first minute. */
const alarms = { sameDay: "PT9H", weekBefore: "-P6DT15H" } as const;

interface Moment {
  readonly item: Foreseen;
  readonly moment: "opens" | "last";
  readonly day: CivilDate;
}

/** The days of an item that are not past: when it opens, and its last day where that is another. */
function momentsOf(item: Foreseen, today: CivilDate): readonly Moment[] {
  const { from, until } = item;
  const opens = from !== null && from >= today ? [{ item, moment: "opens", day: from } as const] : [];
  const last =
    until !== null && until >= today && until !== from ? [{ item, moment: "last", day: until } as const] : [];
  return [...opens, ...last];
}

function eventOf({ item, moment, day }: Moment, words: CalendarWords, options: CalendarOptions): readonly string[] {
  const { summary, description } = options.wording === "neutral" ? words.neutral : words.full(item, moment);
  const weekBefore = moment === "last" && addDays(day, -7) >= options.today;
  const trigger = weekBefore ? [alarms.weekBefore, alarms.sameDay] : [alarms.sameDay];
  return [
    "BEGIN:VEVENT",
    `UID:${escapeText(options.uid(`${item.key}/${moment}`))}`,
    `DTSTAMP:${stampOf(options.now)}`,
    `SEQUENCE:${options.sequence ?? 0}`,
    `DTSTART;VALUE=DATE:${compact(day)}`,
    `DTEND;VALUE=DATE:${compact(addDays(day, 1))}`,
    `SUMMARY:${escapeText(summary)}`,
    `DESCRIPTION:${escapeText(description)}`,
    "CLASS:PRIVATE",
    "TRANSP:TRANSPARENT",
    ...trigger.flatMap((duration) => [
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      `DESCRIPTION:${escapeText(summary)}`,
      `TRIGGER:${duration}`,
      "END:VALARM",
    ]),
    "END:VEVENT",
  ];
}

/** True when there is a day to write: a calendar without events is not a valid file. */
export const hasEvents = (items: readonly Foreseen[], today: CivilDate): boolean =>
  items.some((item) => momentsOf(item, today).length > 0);

/** The file, `text/calendar; charset=utf-8`. Ask `hasEvents` before. */
export function writeCalendar(items: readonly Foreseen[], words: CalendarWords, options: CalendarOptions): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    options.wording === "neutral" ? "PRODID:-//calendar//1.0//FR" : "PRODID:-//Besace//1.0//FR",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    ...items.flatMap((item) => momentsOf(item, options.today).flatMap((moment) => eventOf(moment, words, options))),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${foldLine(line)}\r\n`).join("");
}
