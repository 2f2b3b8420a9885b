/**
 * The deadlines of papers and rights, as rules from a date to a window: when to begin, until when, when it ends. Pure; days
 * only. Each says where it was read; words are in locales/<lang>/reminders.json.
 *
 * Surprising fact: most laws say when something ends and not when to begin. Where a start is our choice, `start` says so, and no
 * sentence may present it as a duty.
 */
import type { PartialDate } from "../model.ts";
import { addDays, addMonths, type CivilDate, covered, lastDayOfTerm, monthOf } from "./civil.ts";

export type RuleId =
  | "identity-card"
  | "passport"
  | "residence-permit"
  | "stay-paper"
  | "domicile-renewal"
  | "domicile-contact"
  | "c2s"
  | "social-housing"
  | "quarter"
  | "month"
  | "end-date"
  | "own-date"
  | "mandate-end";

export type NoteId =
  | "longer-in-france"
  | "maybe-longer"
  | "about-this-date"
  | "other-window"
  | "after-the-end"
  | "struck-off"
  | "may-stop"
  | "look-for-the-day"
  | "february"
  | "automatic-for-some";

/** Who can do it with the person, without a screen. */
export type HumanId =
  | "town-hall"
  | "prefecture"
  | "address-desk"
  | "caf"
  | "health-insurance"
  | "housing-desk"
  | "france-travail"
  | "someone";

/** Numbers to call, free of surtax (facts read on 2026-11-21). None where none was verified. */
export const humanPhones: Readonly<Partial<Record<HumanId, string>>> = {
  caf: "3230",
  "health-insurance": "3646",
  "france-travail": "3949",
};

export interface RuleFacts {
  readonly human: HumanId;
  /** Kinds of paper that are usually asked for, where that was read. */
  readonly papers: readonly string[];
  /** `rule`: a text says when to begin. `choice`: we do, so that there is time. */
  readonly start: "rule" | "choice";
  readonly sources: readonly { readonly title: string; readonly verifiedOn: string }[];
}

/** After this day the rules have to be read again. */
export const rulesReviewBefore = "2027-05-21";

const official2020 = (title: string) => ({
  title: `Service-public.fr ${title}, copy of 2020`,
  verifiedOn: "2020-11-12",
});
const secondary = (title: string, verifiedOn = "2026-11-21") => ({ title: `${title} (secondary pages)`, verifiedOn });
const identityPapers = ["identity-photo", "proof-of-address"];

export const ruleFacts: Readonly<Record<RuleId, RuleFacts>> = {
  "identity-card": {
    human: "town-hall",
    papers: ["identity-card", ...identityPapers],
    start: "choice",
    sources: [official2020("F21091 and F35005"), secondary("Identity card of 2021: 10 years")],
  },
  passport: {
    human: "town-hall",
    papers: ["passport", ...identityPapers],
    start: "choice",
    sources: [official2020("F21091 and siblings")],
  },
  "residence-permit": {
    human: "prefecture",
    papers: ["residence-permit", "proof-of-address"],
    start: "rule",
    sources: [secondary("ANEF: between day 120 and day 60 before the end; CESEDA L.433-3")],
  },
  "stay-paper": { human: "prefecture", papers: [], start: "choice", sources: [] },
  "domicile-renewal": {
    human: "address-desk",
    papers: ["domicile-attestation"],
    start: "choice",
    sources: [official2020("F17317")],
  },
  "domicile-contact": {
    human: "address-desk",
    papers: [],
    start: "choice",
    sources: [official2020("F17317"), secondary("CNLE, on striking off after three months")],
  },
  c2s: {
    human: "health-insurance",
    papers: ["tax-notice", "tax-situation-notice"],
    start: "rule",
    sources: [official2020("F10027"), secondary("Automatic renewal for some, December 2025")],
  },
  "social-housing": {
    human: "housing-desk",
    papers: ["social-housing-attestation", "identity-card", "residence-permit", "tax-notice"],
    start: "choice",
    sources: [
      { title: "Order of 22 December 2020, Cerfa 14069", verifiedOn: "2026-11-21" },
      secondary("Service-public.fr F32880: a reminder comes at least a month before", "2026-11-22"),
    ],
  },
  quarter: { human: "caf", papers: ["pay-slip"], start: "choice", sources: [official2020("F19778 and F2882")] },
  month: {
    human: "france-travail",
    papers: ["pay-slip"],
    start: "rule",
    sources: [
      { title: "Service-public.fr, each month, copy of 2020", verifiedOn: "2020-11-12" },
      secondary("From the 28th to the 15th of the next month", "2026-11-22"),
    ],
  },
  "end-date": { human: "someone", papers: [], start: "choice", sources: [] },
  "own-date": { human: "someone", papers: [], start: "choice", sources: [] },
  "mandate-end": {
    human: "someone",
    papers: [],
    start: "choice",
    sources: [{ title: "Aidants Connect, warning 30 days before the end of long mandates", verifiedOn: "2026-11-22" }],
  },
};

/** What a rule makes of a date. */
export interface Window {
  /** From this day on it makes sense to act. */
  readonly from: CivilDate;
  /** The last good day to act. */
  readonly until: CivilDate;
  /** When the paper or the right ends; null where nothing ends by itself. */
  readonly end: CivilDate | null;
  readonly notes: readonly NoteId[];
}

/** The earliest and the latest day that an end may be: the same day for a whole date. */
export interface End {
  readonly first: CivilDate;
  readonly last: CivilDate;
  readonly notes: readonly NoteId[];
}

const approximate = (first: CivilDate, last: CivilDate): readonly NoteId[] =>
  first === last ? [] : ["about-this-date"];

const endOf = (date: PartialDate | null): End | undefined => {
  const days = date === null ? undefined : covered(date);
  return days === undefined ? undefined : { ...days, notes: approximate(days.first, days.last) };
};

/** The end of a term that began on a date that may be only a month or a year. */
function endOfTerm(start: PartialDate | null, months: number): End | undefined {
  const days = start === null ? undefined : covered(start);
  if (days === undefined) return undefined;
  const [first, last] = [lastDayOfTerm(days.first, months), lastDayOfTerm(days.last, months)];
  return { first, last, notes: approximate(first, last) };
}

/** Whether a person was 18 on a day; null when dates are missing or too vague to say. */
export function adultOn(born: PartialDate | null, day: PartialDate | null): boolean | null {
  const birth = born === null ? undefined : covered(born);
  const days = day === null ? undefined : covered(day);
  if (birth === undefined || days === undefined) return null;
  const years18 = 18 * 12;
  // Born on 29 February: of age on 1 March where there is none.
  if (addDays(lastDayOfTerm(birth.last, years18), 1) <= days.first) return true;
  return addDays(lastDayOfTerm(birth.first, years18), 1) > days.last ? false : null;
}

export interface Dated {
  readonly expiry: PartialDate | null;
  readonly issued: PartialDate | null;
  /** Birth of whom it names. */
  readonly born: PartialDate | null;
}

const within = (date: PartialDate | null, firstYear: number, lastYear: number): boolean => {
  const year = Number((date ?? "").slice(0, 4));
  return year >= firstYear && year <= lastYear;
};

const tenYears = 120;
const fifteenYears = 180;

const later = (end: End, months: number): End => ({
  first: addMonths(end.first, months),
  last: addMonths(end.last, months),
  notes: [...end.notes, "longer-in-france"],
});

/**
 * The end of a French identity card. The printed date stands, but for cards made from 2004 to 2013 for an adult: printed for 10
 * years, they are good for 15 in France (F35005). Without a printed date: 15 years for an adult's card made from 2014 to 2020,
 * 10 for one of a minor or since 2021, and the shorter where it is not known.
 */
export function identityCardEnd({ expiry, issued, born }: Dated): End | undefined {
  const printed = endOf(expiry);
  if (printed !== undefined) {
    const made = issued ?? addMonths(printed.first, -tenYears);
    if (!within(made, 2004, 2013) || !within(expiry, 2014, 2023)) return printed;
    const adult = adultOn(born, made);
    if (adult === true) return later(printed, fifteenYears - tenYears);
    return adult === false ? printed : { ...printed, notes: [...printed.notes, "maybe-longer"] };
  }
  if (issued === null) return undefined;
  const short = endOfTerm(issued, tenYears);
  if (short === undefined || adultOn(born, issued) === false) return short;
  if (adultOn(born, issued) === null)
    return within(issued, 2004, 2020) ? { ...short, notes: [...short.notes, "maybe-longer"] } : short;
  if (within(issued, 2004, 2013)) return later(short, fifteenYears - tenYears);
  if (within(issued, 2014, 2020)) return endOfTerm(issued, fifteenYears);
  // In 2021 both formats were made.
  return within(issued, 2021, 2021) ? { ...short, notes: [...short.notes, "maybe-longer"] } : short;
}

/** Printed, else 10 years for an adult and 5 for a minor; the shorter where it is not known. */
export function passportEnd({ expiry, issued, born }: Dated): End | undefined {
  const adult = adultOn(born, issued);
  const end = endOf(expiry) ?? endOfTerm(issued, adult === true ? tenYears : tenYears / 2);
  return end === undefined || expiry !== null || adult !== null
    ? end
    : { ...end, notes: [...end.notes, "maybe-longer"] };
}

/** Printed, else so many months from its start. */
export const termEnd = ({ expiry, issued }: Dated, months: number): End | undefined =>
  endOf(expiry) ?? endOfTerm(issued, months);

/** Days before the end from which a paper with an end date is shown, by kind: our choice, changed paper by paper. */
const noticeByKind: Readonly<Record<string, number>> = {
  "prefecture-appointment": 14,
  "student-card": 30,
  "transport-card": 30,
  "energy-voucher": 60,
  mandate: 30,
};
/** As peers propose it, and long enough for an appointment at a town hall. */
export const usualNoticeDays = 90;
/** What a person may choose instead. */
export const noticeChoices = [7, 30, 90, 365] as const;

/** @param chosen by the person for this paper. */
export const noticeDays = (kind: string | null, chosen: number | null): number =>
  chosen ?? noticeByKind[kind ?? ""] ?? usualNoticeDays;

/** The window before an end date: from `days` before, until the end. Vague dates count from their first day. */
export const windowBefore = (end: End, days: number): Window => ({
  from: addDays(end.first, -Math.max(0, Math.trunc(days))),
  until: end.first,
  end: end.last,
  notes: end.notes,
});

/** ANEF: file between day 120 and day 60 before the end. Elsewhere it may be the last two months. */
export const residencePermitWindow = (end: End): Window => ({
  from: addDays(end.first, -120),
  until: addDays(end.first, -60),
  end: end.last,
  notes: [...end.notes, "other-window", "after-the-end"],
});

/** Ask again between 4 and 2 months before the end. */
export const c2sWindow = (end: End): Window => ({
  from: addMonths(end.first, -4),
  until: addMonths(end.first, -2),
  end: end.last,
  notes: [...end.notes, "automatic-for-some"],
});

/** The answer may take two months, so it begins two months before the end. */
export const domicileWindow = (end: End): Window => ({
  from: addMonths(end.first, -2),
  until: end.first,
  end: end.last,
  notes: end.notes,
});

/** At least one visit or call in three months. */
export function contactWindow(last: CivilDate): Window {
  const until = addMonths(last, 3);
  return { from: addDays(until, -30), until, end: null, notes: ["may-stop"] };
}

/** Each year, or struck off. A reminder comes by post a month before; two months leave time to gather papers. */
export const socialHousingWindow = (end: End): Window => ({
  from: addMonths(end.first, -2),
  until: end.first,
  end: end.last,
  notes: [...end.notes, "struck-off"],
});

/**
 * The declaration of every third month: its whole month, because the day is in the CAF's letter only.
 * @param known any day of a month in which one was due. @param done the day of the last one that was made.
 */
export function quarterWindow(known: CivilDate, today: CivilDate, done: CivilDate | null): Window {
  const months = (date: CivilDate): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
  const ahead = (((months(known) - months(today)) % 3) + 3) % 3;
  const due = monthOf(today, ahead);
  const { first, last } = done !== null && done >= due.first ? monthOf(today, ahead + 3) : due;
  return { from: first, until: last, end: null, notes: ["look-for-the-day"] };
}

/** The monthly update: from the 28th until the 15th of the next month. @param done the day of the last one. */
export function monthWindow(today: CivilDate, done: CivilDate | null): Window {
  const opening = (months: number): Window => {
    const from = `${monthOf(today, months).first.slice(0, 8)}28`;
    return {
      from,
      until: `${monthOf(today, months + 1).first.slice(0, 8)}15`,
      end: null,
      notes: from.slice(5, 7) === "02" ? ["look-for-the-day", "february"] : ["look-for-the-day"],
    };
  };
  const before = opening(-1);
  const open = today <= before.until ? before : opening(0);
  if (done === null || done < open.from) return open;
  return open === before ? opening(0) : opening(1);
}
