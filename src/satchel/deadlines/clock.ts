/**
 * Which day it is, and how sure that is. Pure. A phone whose battery was empty may believe that it is 2019, and one whose date
 * was set by hand may be a year ahead: both would hide a deadline or cry wolf.
 *
 * Surprising fact: without a network nothing can tell a clock that was set a year ahead from a phone that slept for a year.
 * Then the day is used and the person is asked to look at it.
 */
import { type CivilDate, civilDateAt } from "./civil.ts";

export interface ServerSeen {
  /** The phone's clock at the last authentic answer, ms. */
  readonly at: number;
  /** Server time minus the phone's clock at that moment, ms. */
  readonly offset: number;
}

/**
 * `checked`: the clock agreed with the server when they last met. `corrected`: it did not, and what was wrong is taken off.
 * `backwards`: it was set back since; the day of the last answer is used. `far`: so long after the last answer that it may have been
 * set ahead. `unchecked`: no server was ever met.
 */
export type ClockTrust = "checked" | "corrected" | "backwards" | "far" | "unchecked";

export interface Today {
  readonly today: CivilDate;
  readonly trust: ClockTrust;
}

const hourMs = 3_600_000;
/** A wrong time zone is not a wrong date by more than this. */
export const clockSlackMs = 36 * hourMs;
/** Longer than this without any answer, the day is worth a look. */
export const clockFarMs = 200 * 24 * hourMs;

/** @param seen of the last authentic answer; null when no server was ever met. */
export function readClock(now: number, minutesEast: number, seen: ServerSeen | null): Today {
  if (seen === null) return { today: civilDateAt(now, minutesEast), trust: "unchecked" };
  if (now < seen.at - clockSlackMs)
    return { today: civilDateAt(seen.at + seen.offset, minutesEast), trust: "backwards" };
  const today = civilDateAt(now + seen.offset, minutesEast);
  if (now - seen.at > clockFarMs) return { today, trust: "far" };
  return { today, trust: Math.abs(seen.offset) > clockSlackMs ? "corrected" : "checked" };
}
