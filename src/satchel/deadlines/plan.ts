/**
 * "À prévoir": what lies ahead, computed on the phone from papers and from what a person follows. Pure; a day goes in, a calm list
 * comes out. Words by keys: `reminders.rules.<rule>`, `reminders.notes.<note>`, `reminders.human.<human>`.
 *
 * Surprising fact: two passports are both shown, because people have two nationalities; two C2S attestations are not: the
 * newer one has done what the older asks for.
 */
import { holderKey, me, sameHolder } from "../holders.ts";
import type { PartialDate } from "../model.ts";
import { addDays, type CivilDate, covered, daysBetween, lastDayOfTerm } from "./civil.ts";
import {
  c2sWindow,
  contactWindow,
  type Dated,
  domicileWindow,
  type End,
  type HumanId,
  identityCardEnd,
  monthWindow,
  type NoteId,
  noticeDays,
  passportEnd,
  quarterWindow,
  type RuleId,
  residencePermitWindow,
  ruleFacts,
  socialHousingWindow,
  termEnd,
  type Window,
  windowBefore,
} from "./rules.ts";

/** What the rules need of a kept paper. */
export interface PaperFacts extends Dated {
  readonly id: string;
  readonly kind: string | null;
  /** "me", or a free name. */
  readonly holder: string;
  /** Days before the end, where the person chose; 0 and more. */
  readonly notice: number | null;
  /** False: the person wants to hear nothing of this paper. */
  readonly remind: boolean;
}

/** Something that a person asked to be told again and again. */
export interface Followed {
  readonly id: string;
  readonly rule: "domicile-contact" | "social-housing" | "quarter" | "month" | "c2s";
  /** The last visit, the day of the request, the first day of a right, or a month in which a declaration was due. */
  readonly since: CivilDate | null;
  /** The day on which it was done last. */
  readonly done: CivilDate | null;
}

/** Any date that a person enters. */
export interface OwnDate {
  readonly id: string;
  readonly date: PartialDate;
  readonly notice: number | null;
}

/** A mandate that stands, and that no newer one replaces. */
export interface EndingMandate {
  readonly id: string;
  readonly last: CivilDate;
  /** Days before its end from which it is spoken of. */
  readonly notice: number;
}

/**
 * `later`: nothing to do yet. `now`: a good time. `late`: the good time is over, and it is worth doing at once. `over`: it has
 * ended. `undated`: a date is missing to say more.
 */
export type Stage = "later" | "now" | "late" | "over" | "undated";

export interface Foreseen {
  /** The same from run to run; each round of what comes back has its own. Becomes the id of an event in a calendar. */
  readonly key: string;
  readonly rule: RuleId;
  readonly about: { readonly type: "paper" | "followed" | "own" | "mandate"; readonly id: string };
  readonly kind: string | null;
  readonly holder: string;
  readonly stage: Stage;
  readonly from: CivilDate | null;
  readonly until: CivilDate | null;
  readonly end: CivilDate | null;
  readonly notes: readonly NoteId[];
  /** Kinds of paper that help. */
  readonly papers: readonly string[];
  readonly human: HumanId;
}

/** What lies farther ahead is not shown; what ended longer ago is left in peace. */
const horizonDays = 365;
const silentAfterDays = 365;

interface Rule {
  readonly id: RuleId;
  /**
   * When a paper of the same kind and person that ends later answers for this one. `at-once`: there is one at a time. `over`: a
   * person may have two, so only once this one has ended. `never`: several are usual.
   */
  readonly renewed: "at-once" | "over" | "never";
  readonly end: (paper: PaperFacts) => End | undefined;
  readonly window: (end: End, paper: PaperFacts) => Window;
}

const printedOnly = (paper: PaperFacts): End | undefined => termEnd({ ...paper, issued: null }, 0);
const year = 12;

const stayPaper: Rule = {
  id: "stay-paper",
  renewed: "at-once",
  end: printedOnly,
  window: (end, { notice }) => windowBefore(end, notice ?? 30),
};

const byKind: Readonly<Record<string, Rule>> = {
  "identity-card": {
    id: "identity-card",
    renewed: "over",
    end: identityCardEnd,
    window: (end, { kind, notice }) => windowBefore(end, noticeDays(kind, notice)),
  },
  passport: {
    id: "passport",
    renewed: "over",
    end: passportEnd,
    window: (end, { kind, notice }) => windowBefore(end, noticeDays(kind, notice)),
  },
  "residence-permit": { id: "residence-permit", renewed: "at-once", end: printedOnly, window: residencePermitWindow },
  recepisse: stayPaper,
  "asylum-attestation": stayPaper,
  "extension-attestation": stayPaper,
  visa: { ...stayPaper, renewed: "over" },
  "domicile-attestation": {
    id: "domicile-renewal",
    renewed: "at-once",
    end: (paper) => termEnd(paper, year),
    window: domicileWindow,
  },
  "c2s-attestation": { id: "c2s", renewed: "at-once", end: (paper) => termEnd(paper, year), window: c2sWindow },
  "social-housing-attestation": {
    id: "social-housing",
    renewed: "at-once",
    end: (paper) => termEnd(paper, year),
    window: socialHousingWindow,
  },
};

const anyPaper: Rule = {
  id: "end-date",
  renewed: "never",
  end: printedOnly,
  window: (end, { kind, notice }) => windowBefore(end, noticeDays(kind, notice)),
};

/** The rule for a kind of paper; any paper with an end date has one. */
const ruleOf = (kind: string | null): Rule => byKind[kind ?? ""] ?? anyPaper;

const stageOf = ({ from, until, end }: Window, today: CivilDate): Stage => {
  if (today < from) return "later";
  if (today <= until) return "now";
  return end !== null && today > end ? "over" : "late";
};

type About = Pick<Foreseen, "about" | "kind" | "holder">;

const keyOf = (rule: RuleId, { about }: About, round: string): string =>
  about.type === "followed" ? `${about.type}/${about.id}/${rule}/${round}` : `${about.type}/${about.id}/${rule}`;

const foreseen = (rule: RuleId, about: About, window: Window, today: CivilDate): Foreseen => ({
  ...about,
  key: keyOf(rule, about, window.until),
  rule,
  stage: stageOf(window, today),
  from: window.from,
  until: window.until,
  end: window.end,
  notes: window.notes,
  papers: ruleFacts[rule].papers,
  human: ruleFacts[rule].human,
});

const undated = (rule: RuleId, about: About): Foreseen => ({
  ...about,
  key: keyOf(rule, about, "undated"),
  rule,
  stage: "undated",
  from: null,
  until: null,
  end: null,
  notes: [],
  papers: ruleFacts[rule].papers,
  human: ruleFacts[rule].human,
});

interface Ending {
  readonly paper: PaperFacts;
  readonly rule: Rule;
  readonly end: End;
}

const ownerOf = ({ kind, holder }: PaperFacts): string => `${kind ?? ""}\n${holderKey(holder)}`;

/** Leaves out what another paper of the same kind and person, that ends later, answers for. */
function unanswered(all: readonly Ending[], today: CivilDate): readonly Ending[] {
  const latest = new Map<string, CivilDate>();
  for (const { paper, end } of all) {
    const owner = ownerOf(paper);
    if (end.last > (latest.get(owner) ?? "")) latest.set(owner, end.last);
  }
  return all.filter(({ paper, rule, end }) => {
    if (rule.renewed === "never" || end.last >= (latest.get(ownerOf(paper)) ?? "")) return true;
    return rule.renewed === "over" && end.last >= today;
  });
}

function ofPapers(papers: readonly PaperFacts[], today: CivilDate): readonly Foreseen[] {
  const ending = papers
    .filter((paper) => paper.remind)
    .flatMap((paper): readonly Ending[] => {
      const rule = ruleOf(paper.kind);
      const end = rule.end(paper);
      return end === undefined ? [] : [{ paper, rule, end }];
    });
  return unanswered(ending, today).map(({ paper, rule, end }) => {
    const { id, kind, holder } = paper;
    return foreseen(rule.id, { about: { type: "paper", id }, kind, holder }, rule.window(end, paper), today);
  });
}

function yearFrom(start: CivilDate): End {
  const last = lastDayOfTerm(start, year);
  return { first: last, last, notes: [] };
}

function ofFollowed({ id, rule, since, done }: Followed, today: CivilDate): Foreseen {
  const about: About = { about: { type: "followed", id }, kind: null, holder: "me" };
  const last = done ?? since;
  switch (rule) {
    case "month":
      return foreseen(rule, about, monthWindow(today, done), today);
    case "quarter":
      return since === null ? undated(rule, about) : foreseen(rule, about, quarterWindow(since, today, done), today);
    case "domicile-contact":
      return last === null ? undated(rule, about) : foreseen(rule, about, contactWindow(last), today);
    case "social-housing": {
      const end = termEnd({ expiry: null, issued: last, born: null }, year);
      return end === undefined ? undated(rule, about) : foreseen(rule, about, socialHousingWindow(end), today);
    }
    case "c2s": {
      if (since === null) return undated(rule, about);
      const window = c2sWindow(yearFrom(since));
      // Asked for again in time: the next year begins when this one ends.
      if (done === null || done < window.from || window.end === null) return foreseen(rule, about, window, today);
      return foreseen(rule, about, c2sWindow(yearFrom(addDays(window.end, 1))), today);
    }
  }
}

function ofOwn({ id, date, notice }: OwnDate, today: CivilDate): readonly Foreseen[] {
  const days = covered(date);
  if (days === undefined) return [];
  const end: End = { ...days, notes: days.first === days.last ? [] : ["about-this-date"] };
  const about: About = { about: { type: "own", id }, kind: null, holder: "me" };
  return [foreseen("own-date", about, windowBefore(end, noticeDays(null, notice)), today)];
}

function ofMandate({ id, last, notice }: EndingMandate, today: CivilDate): Foreseen {
  const about: About = { about: { type: "mandate", id }, kind: null, holder: "me" };
  return foreseen("mandate-end", about, windowBefore({ first: last, last, notes: [] }, notice), today);
}

const order: Readonly<Record<Stage, number>> = { late: 0, now: 1, undated: 2, over: 3, later: 4 };

const inSight = ({ stage, from, end, until }: Foreseen, today: CivilDate): boolean => {
  if (stage === "later") return from !== null && from <= addDays(today, horizonDays);
  if (stage !== "over") return true;
  return daysBetween(end ?? until ?? today, today) <= silentAfterDays;
};

const byDay = (a: Foreseen): string => (a.stage === "later" ? a.from : a.until) ?? "";

export interface Ahead {
  readonly papers: readonly PaperFacts[];
  readonly followed: readonly Followed[];
  readonly own: readonly OwnDate[];
  readonly mandates?: readonly EndingMandate[];
}

/** Rules that a paper and a followed right may both call for. */
const twice: ReadonlySet<RuleId> = new Set(["social-housing", "c2s"]);

/**
 * Everything ahead within a year, what matters first: what is late, what is open now (by its last day), what lacks a date, what has
 * ended, what comes later (by its first day).
 * @param today from `readClock`.
 */
export function foresee({ papers, followed, own, mandates = [] }: Ahead, today: CivilDate): readonly Foreseen[] {
  const repeated = followed.map((each) => ofFollowed(each, today));
  const printed = ofPapers(papers, today);
  const follows = (rule: RuleId): boolean => repeated.some((each) => each.rule === rule && each.stage !== "undated");
  const mine = (rule: RuleId): boolean =>
    printed.some((each) => each.rule === rule && holderKey(each.holder) === me && each.stage !== "over");
  const all = [
    // Of one right the person hears once: what they follow knows when it was done last, a paper knows its date.
    ...printed.filter(({ rule, holder }) => !(twice.has(rule) && holderKey(holder) === me && follows(rule))),
    ...repeated.filter(({ rule, stage }) => !(twice.has(rule) && stage === "undated" && mine(rule))),
    ...own.flatMap((each) => ofOwn(each, today)),
    ...mandates.map((each) => ofMandate(each, today)),
  ];
  return all
    .filter((each) => inSight(each, today))
    .sort(
      (a, b) =>
        order[a.stage] - order[b.stage] ||
        (byDay(a) < byDay(b) ? -1 : byDay(a) > byDay(b) ? 1 : a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
    );
}

/** For each kind that helps: a paper of that kind and person that is here, or null. The newest end first. */
export const papersFor = (
  item: Foreseen,
  papers: readonly PaperFacts[],
): readonly { readonly kind: string; readonly paper: string | null }[] =>
  item.papers.map((kind) => {
    const own = papers.filter((paper) => paper.kind === kind && sameHolder(paper.holder, item.holder));
    const best = own.reduce<PaperFacts | null>(
      (newest, paper) => (newest === null || (paper.expiry ?? "") > (newest.expiry ?? "") ? paper : newest),
      null,
    );
    return { kind, paper: best?.id ?? null };
  });

/** Days that are worth a mark on disk or a notice: when a window opens, and its last day. Past ones are left out. */
export const markedDays = (items: readonly Foreseen[], today: CivilDate): readonly CivilDate[] =>
  [...new Set(items.flatMap(({ from, until }) => [from, until]))]
    .filter((day) => day !== null && day >= today)
    .sort() as readonly CivilDate[];
