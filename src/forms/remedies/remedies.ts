/**
 * What can still be done after a decision, until when, and the appeal as answers of the procedure "recours". Pure.
 *
 * Surprising fact: every doubt makes the last day earlier, never later. A day too many costs a right; a day too few costs a
 * day. So the clear days that courts add are not counted, and without a date of reception the date of the letter counts.
 */

import type { Answers, AnswerValue } from "../model.ts";
import { addDays, addMonths, type Day, daysFrom, isDay, workingDayFrom } from "./calendar.ts";
import { type DecisionKind, type DecisionRule, decisionRule, type RemedyRule, reviewBefore } from "./kinds.ts";

export interface Decision {
  readonly kind: DecisionKind;
  /** Written on the letter; null or no day: not known. */
  readonly written: Day | null;
  /** When it came to the person. */
  readonly received: Day | null;
  /** No letter came: `written` is the day on which silence became a refusal. */
  readonly silent?: boolean;
}

export interface Remedy {
  readonly rule: RemedyRule;
  /** Null: no date is known to count from. */
  readonly last: Day | null;
  /** Days left, today not counted: 0 is "today is the last day", negative is past. */
  readonly left: number | null;
}

/** The last day of a time limit that begins to run on `from`; the day itself does not count. */
export function lastDay(from: Day, rule: Pick<RemedyRule, "within" | "moves">): Day {
  const { months = 0, days = 0 } = rule.within;
  const last = addDays(addMonths(from, months), days);
  return rule.moves ? workingDayFrom(last) : last;
}

const known = (day: Day | null): Day | null => (day !== null && isDay(day) ? day : null);

/**
 * The day from which time runs: when the letter came, else what is written on it. No letter comes before it is written: such
 * a reception is a slip of the pen, and the date of the letter counts.
 */
export function countedFrom({ written, received }: Decision): Day | null {
  const [on, came] = [known(written), known(received)];
  if (on === null || came === null) return came ?? on;
  return came < on ? on : came;
}

/** The rules are hidden once they should have been read again. */
const ruleOn = (kind: string, today: Day): DecisionRule | undefined =>
  today < reviewBefore ? decisionRule(kind) : undefined;

/** What can be done, in the order to offer it; empty where only the letter says it. Past ones too: somebody may have had a reason. */
export function remediesOf(decision: Decision, today: Day): readonly Remedy[] {
  const from = countedFrom(decision);
  return (ruleOn(decision.kind, today)?.remedies ?? []).map((rule) => {
    const last = from === null ? null : lastDay(from, rule);
    return { rule, last, left: last === null ? null : daysFrom(today, last) };
  });
}

export interface Silence {
  readonly means: "accepted" | "refused";
  /** The first day on which silence means this. */
  readonly on: Day;
  readonly reached: boolean;
}

/**
 * What no answer means, and from when; null where no source says it.
 * @param of the request, or the first remedy.
 * @param asked the day on which it was surely received, whole.
 */
export function silenceOf(kind: DecisionKind, of: "request" | "remedy", asked: Day, today: Day): Silence | null {
  const rule = ruleOn(kind, today);
  const silence = of === "request" ? rule?.silence : rule?.silenceAfter;
  if (silence === undefined || !isDay(asked)) return null;
  const end = addMonths(asked, silence.months);
  // A yes is said one day late, a no one day early: the time to contest a no runs from there.
  const on = silence.means === "accepted" ? addDays(end, 1) : end;
  return { means: silence.means, on, reached: today >= on };
}

const day = (date: Day): AnswerValue => ({ v: "date", date });

/** Answers to begin the procedure "recours" with: proposals, every one of them can be changed. */
export function appealAnswers(decision: Decision, remedy: Remedy | null): Answers {
  const by = decisionRule(decision.kind)?.by;
  const [written, received] = [known(decision.written), known(decision.received)];
  return {
    ...(by === undefined || by === "other" ? {} : { decision_by: { v: "choice", id: by } }),
    ...(decision.silent === true ? { decision_kind: { v: "choice", id: "no-answer" } } : {}),
    ...(written === null || decision.silent === true ? {} : { decision_date: day(written) }),
    ...(received === null ? {} : { received_date: day(received) }),
    // From a letter's dates the form counts the last day itself, each time one of them is corrected.
    ...(decision.silent !== true || remedy?.last == null ? {} : { last_day: day(remedy.last) }),
    ...(remedy === null ? {} : { to_whom: { v: "choice", id: remedy.rule.to } }),
  };
}
