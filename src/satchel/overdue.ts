/**
 * A dossier that nobody opened, or answered, by the day on which an answer was due. Pure, runs in the page.
 *
 * Surprising fact: this is how a dossier that a server holds back from its desk shows. No proof can say that something was not read; only
 * a day that went by can, and a telephone number beside it.
 */

import { addDays, addMonths, type CivilDate } from "./deadlines/civil.ts";
import { depositOf, mayBeOverdue, type SentDossier } from "./sent-long-ago.ts";

/** What a procedure's data says, or else the two months after which an administration's silence decides. */
export interface AnswerTime {
  readonly months?: number;
  readonly days?: number;
}
const usual: AnswerTime = { months: 2 };

export interface Overdue {
  readonly why: "not-opened" | "not-answered";
  /** Server time of the deposit. */
  readonly depositedAt: number;
  /** The last day on which an answer was in time. */
  readonly day: CivilDate;
}

/** @param dayOf the day of a moment where the person is. @returns null while an answer is in time, or came. */
export function overdueOf(
  dossier: SentDossier,
  within: AnswerTime | undefined,
  now: number,
  dayOf: (at: number) => CivilDate,
): Overdue | null {
  const depositedAt = depositOf(dossier);
  if (depositedAt === null || !mayBeOverdue(dossier, now)) return null;
  const { months = 0, days = 0 } = within ?? usual;
  const day = addDays(addMonths(dayOf(depositedAt), months), days);
  if (dayOf(now) <= day) return null;
  const isOpened = dossier.stage === "opened" || dossier.proofs.some(({ type }) => type === "opened");
  return { why: isOpened ? "not-answered" : "not-opened", depositedAt, day };
}
