/**
 * By when a dossier has to be answered: the time that its procedure's data gives, counted from the deposit at the server.
 * Pure.
 *
 * Surprising: the day is the last one on which an answer is in time, whatever day of the week it is. Nothing is moved to a
 * working day: a desk that answers on the Friday is never late.
 */

import type { Delay } from "../../forms/model.ts";
import { addDays, addMonths, type Day, daysFrom } from "../../forms/remedies/calendar.ts";
import { localDay } from "../../shared/day.ts";
import type { DeskDossierRow } from "../../workers/desk.contract.ts";

/** From so many days before on it is said louder. */
const SOON_DAYS = 14;

export interface Due {
  readonly day: Day;
  readonly state: "later" | "soon" | "over";
}

/** Null: nothing is owed any more, or the procedure's data names no time. */
export function dueOf(
  row: Pick<DeskDossierRow, "depositedAt" | "status" | "trouble" | "closed">,
  within: Delay | undefined,
  today: Day,
): Due | null {
  const isOpen = row.trouble === null && row.closed !== true && ["new", "opened", "received"].includes(row.status);
  if (!isOpen || within === undefined) return null;
  const day = addDays(addMonths(localDay(row.depositedAt), within.months ?? 0), within.days ?? 0);
  const left = daysFrom(today, day);
  return { day, state: left < 0 ? "over" : left <= SOON_DAYS ? "soon" : "later" };
}
