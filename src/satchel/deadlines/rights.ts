/**
 * The rights that a person may follow, as data: a simple list to tick. Pure. Words: `ahead.rights.<right>`.
 *
 * Surprising fact: ids are keys of a map in the profile, so that the same right ticked on two devices is one right. They are stored:
 * never renamed, never used again.
 */
import type { AheadChoice, FollowedRight, ProfileRecord } from "../model.ts";
import { lastDay } from "./chosen.ts";
import { covered } from "./civil.ts";
import type { Followed, OwnDate } from "./plan.ts";

export type RightId = "rsa" | "activity-bonus" | "france-travail" | "social-housing" | "domicile" | "c2s";

/** The one date that the rule counts from: a month of declaration, the last visit, the day of the request, the first day. */
export type Asked = "month" | "visit" | "request" | "start";

export interface Right {
  readonly id: RightId;
  readonly rule: Followed["rule"];
  /** Null: no date is needed. */
  readonly asks: Asked | null;
  /** Icon of the design language. */
  readonly icon: string;
}

export const rights: readonly Right[] = [
  { id: "rsa", rule: "quarter", asks: "month", icon: "argent" },
  { id: "activity-bonus", rule: "quarter", asks: "month", icon: "argent" },
  { id: "france-travail", rule: "month", asks: null, icon: "travail" },
  { id: "c2s", rule: "c2s", asks: "start", icon: "sante" },
  { id: "social-housing", rule: "social-housing", asks: "request", icon: "maison" },
  { id: "domicile", rule: "domicile-contact", asks: "visit", icon: "boite" },
];

export const rightOf = (id: string): Right | undefined => rights.find((right) => right.id === id);

/** The first day that a date covers; a date that cannot be read says nothing. */
const dayOf = (date: string | undefined): string | null => (date === undefined ? null : (covered(date)?.first ?? null));

/** What the rules need of what the profile holds. A right of a newer version is left to it. */
export function followedIn({ followed }: Pick<ProfileRecord, "followed">): readonly Followed[] {
  return Object.entries(followed ?? {}).flatMap(([id, { since, done }]) => {
    const right = rightOf(id);
    return right === undefined ? [] : [{ id, rule: right.rule, since: dayOf(since), done: lastDay(done) }];
  });
}

export const ownDatesIn = ({ dates }: Pick<ProfileRecord, "dates">): readonly OwnDate[] =>
  Object.entries(dates ?? {}).map(([id, { date, notice }]) => ({ id, date, notice: notice ?? null }));

type Ahead = Pick<ProfileRecord, "followed" | "dates">;

/** When another satchel of the person is taken in: what only it follows comes, what is here stays. */
export function joinAhead<P extends Ahead>(mine: P, theirs: Ahead): P {
  const unite = <T extends AheadChoice | FollowedRight>(
    a: Readonly<Record<string, T>> | undefined,
    b: Readonly<Record<string, T>> | undefined,
  ) => ({ ...b, ...a });
  const followed = unite(mine.followed, theirs.followed);
  const dates = unite(mine.dates, theirs.dates);
  return {
    ...mine,
    ...(Object.keys(followed).length === 0 ? {} : { followed }),
    ...(Object.keys(dates).length === 0 ? {} : { dates }),
  };
}
