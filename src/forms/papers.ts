/**
 * Which papers fit what a procedure asks for, and why others do not. Pure; the papers come as plain data, because forms know
 * nothing of the satchel (DESIGN 2).
 *
 * Surprising facts: age here is for one procedure ("less than three months"), expiry is the paper's own. Nothing is forbidden:
 * a person may choose a paper that does not fit, and the receiver decides. A date that is known in part ("2026-09") is judged
 * by its newest day: nobody is turned away for a day that was not written down.
 */

import { spanOf } from "./expr.ts";
import type { PaperRule, Requirement } from "./model.ts";

export interface PaperFacts {
  readonly id: string;
  readonly kind: string | null;
  /** Pages that it has. */
  readonly pages: number;
  /** When it was made out, "YYYY-MM-DD" or its beginning; null where it is not known. */
  readonly issued: string | null;
  readonly expiry: string | null;
  /** What its pages are; absent: pictures. */
  readonly files?: readonly ("image" | "pdf")[];
  readonly bytes?: number;
}

/**
 * `undated`: it must be recent, and nobody knows its date. `sides`: a side is not there yet. Several may be true; the one that
 * can be mended least comes first.
 */
export type PaperFault = "expired" | "too-old" | "wrong-file" | "too-big" | "sides" | "undated";

export interface PaperFit {
  readonly paper: string;
  /** Null: what is asked for first; else the id of the alternative ("à défaut"). */
  readonly rule: string | null;
  /** Empty: it fits. */
  readonly faults: readonly PaperFault[];
}

type Rule = { readonly id: string | null; readonly rule: PaperRule };

const rulesOf = (requirement: Requirement): readonly Rule[] => [
  { id: null, rule: requirement },
  ...(requirement.alternatives ?? []).map((rule) => ({ id: rule.id, rule })),
];

const MINUTES_OF_DAY = 1440;

/** Days since the newest moment that a date may mean; negative for the future, undefined for what is no date. */
function daysSince(date: string, today: string): number | undefined {
  const [made, now] = [spanOf(date), spanOf(today)];
  return made === undefined || now === undefined ? undefined : Math.floor((now.from - made.to) / MINUTES_OF_DAY) + 1;
}

const accepts = (rule: PaperRule, paper: PaperFacts): boolean =>
  rule.kinds.length === 0 || (paper.kind !== null && rule.kinds.includes(paper.kind));

function faultsOf(requirement: Requirement, rule: PaperRule, paper: PaperFacts, today: string): readonly PaperFault[] {
  const sinceEnd = paper.expiry === null ? undefined : daysSince(paper.expiry, today);
  const age = paper.issued === null ? undefined : daysSince(paper.issued, today);
  const { maxAgeDays, sides = 1 } = rule;
  const { accept, maxBytes } = requirement;
  const found: readonly (readonly [PaperFault, boolean])[] = [
    ["expired", sinceEnd !== undefined && sinceEnd > 0],
    ["too-old", maxAgeDays !== undefined && age !== undefined && age > maxAgeDays],
    ["wrong-file", accept !== undefined && (paper.files ?? ["image"]).some((file) => !accept.includes(file))],
    ["too-big", maxBytes !== undefined && (paper.bytes ?? 0) > maxBytes],
    ["sides", paper.pages < sides],
    ["undated", maxAgeDays !== undefined && age === undefined],
  ];
  return found.filter(([, is]) => is).map(([fault]) => fault);
}

/** How bad the first fault is; 0 for none. */
const weight = ({ faults }: PaperFit): number => {
  const order: readonly PaperFault[] = ["undated", "sides", "too-big", "wrong-file", "too-old", "expired"];
  const [first] = faults;
  return first === undefined ? 0 : order.indexOf(first) + 1;
};

/** Newest first; undated ones last. */
const newness = (paper: PaperFacts): number => spanOf(paper.issued ?? "")?.to ?? Number.NEGATIVE_INFINITY;

/**
 * Every paper that one of the rules is about, best first: those that fit before those that do not, what is asked for before
 * what is taken instead, kinds in the order of the rule, newest first. `today`: "YYYY-MM-DD".
 */
export function fitPapers(requirement: Requirement, papers: readonly PaperFacts[], today: string): readonly PaperFit[] {
  const rules = rulesOf(requirement);
  const ranked = papers.flatMap((paper) => {
    const fits = rules.flatMap(({ id, rule }, order) => {
      if (!accepts(rule, paper)) return [];
      const fit: PaperFit = { paper: paper.id, rule: id, faults: faultsOf(requirement, rule, paper, today) };
      const place = paper.kind === null ? -1 : rule.kinds.indexOf(paper.kind);
      return [{ fit, rank: [weight(fit), order, place < 0 ? rule.kinds.length : place], paper }];
    });
    // A paper that two rules are about stands once, under the one that it fits best.
    return fits.sort((a, b) => (a.rank[0] ?? 0) - (b.rank[0] ?? 0) || (a.rank[1] ?? 0) - (b.rank[1] ?? 0)).slice(0, 1);
  });
  return ranked
    .sort((a, b) => {
      for (const [at, left] of a.rank.entries()) {
        const difference = left - (b.rank[at] ?? 0);
        if (difference !== 0) return difference;
      }
      const [x, y] = [newness(a.paper), newness(b.paper)];
      return x === y ? (a.paper.id < b.paper.id ? -1 : 1) : y - x;
    })
    .map(({ fit }) => fit);
}

export interface Supply {
  /** `whole`: what is asked for, or what is taken instead, is there. `part`: some of it, or it does not fit. */
  readonly state: "whole" | "part" | "none";
  /** The rule that the chosen papers come nearest to. */
  readonly rule: string | null;
  /** Fitting papers of that rule, and how many it takes. */
  readonly have: number;
  readonly need: number;
  /** The chosen papers that do not fit that rule, with their faults; another kind than it asks for has none. */
  readonly unfit: readonly PaperFit[];
}

/** What the chosen papers amount to. Alternatives are whole or not by themselves: two halves are no proof. */
export function supplyOf(requirement: Requirement, chosen: readonly PaperFacts[], today: string): Supply {
  const each = rulesOf(requirement).map(({ id, rule }) => {
    const need = rule.count ?? 1;
    const judged = chosen.map((paper) => ({
      is: accepts(rule, paper),
      fit: { paper: paper.id, rule: id, faults: faultsOf(requirement, rule, paper, today) },
    }));
    const have = judged.filter(({ is, fit }) => is && fit.faults.length === 0).length;
    const unfit = judged
      .filter(({ is, fit }) => !is || fit.faults.length > 0)
      .map(({ is, fit }): PaperFit => (is ? fit : { ...fit, faults: [] }));
    return { id, need, have, unfit };
  });
  const whole = each.find(({ have, need }) => have >= need);
  const best = whole ?? [...each].sort((a, b) => b.have / b.need - a.have / a.need)[0];
  const { id = null, have = 0, need = 1, unfit = [] } = best ?? {};
  return { state: whole !== undefined ? "whole" : chosen.length > 0 ? "part" : "none", rule: id, have, need, unfit };
}
