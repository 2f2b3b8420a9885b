/** When a desk is open, worked out on the phone from the hours of deployment.json. Pure. */

import { remembered } from "../i18n/remembered.ts";

export interface OpeningHours {
  /** 1 Monday to 7 Sunday. */
  readonly day: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** "09:00", local time of the desk. */
  readonly from: string;
  readonly to: string;
}

export type Opening =
  | { readonly kind: "open"; readonly until: string }
  /** `inDays`: 0 later today, 1 tomorrow, up to 7 for the same weekday next week. */
  | { readonly kind: "closed"; readonly at: string; readonly inDays: number }
  | { readonly kind: "unknown" };

const DAY_MS = 86_400_000;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

interface LocalTime {
  readonly day: number;
  readonly time: string;
}

const deskFormat = remembered(
  (timeZone: string) =>
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }),
);

function localTime(now: number, timeZone: string): LocalTime {
  const parts = new Map(
    deskFormat(timeZone)
      .formatToParts(new Date(now))
      .map((part) => [part.type, part.value]),
  );
  return {
    day: WEEKDAYS.indexOf(parts.get("weekday") ?? "") + 1,
    time: `${parts.get("hour")}:${parts.get("minute")}`,
  };
}

/** Open until, or closed until, seen from `now` (milliseconds) in the desk's own time zone. No hours: unknown. */
export function openingAt(hours: readonly OpeningHours[], now: number, timeZone = "Europe/Paris"): Opening {
  const { day, time } = localTime(now, timeZone);
  const open = hours.find((slot) => slot.day === day && slot.from <= time && time < slot.to);
  if (open !== undefined) return { kind: "open", until: open.to };
  for (let inDays = 0; inDays <= 7; inDays += 1) {
    const later = hours
      .filter((slot) => slot.day === ((day - 1 + inDays) % 7) + 1 && (inDays > 0 || slot.from > time))
      .map((slot) => slot.from)
      .sort();
    const at = later[0];
    if (at !== undefined) return { kind: "closed", at, inDays };
  }
  return { kind: "unknown" };
}

/** A moment `inDays` days after `now`, to name its weekday. */
export const daysLater = (now: number, inDays: number): number => now + inDays * DAY_MS;
