/** What forms/papers.ts judges of a paper, read from its record; and its judgement in words. Runs in the page. */

import type { Form, PaperRule, Requirement } from "../../../forms/model.ts";
import { fitPapers, type PaperFacts, type PaperFit } from "../../../forms/papers.ts";
import { issuedOf } from "../../../satchel/dossier.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { formatCalendarDate } from "../../i18n/format.ts";
import { t } from "../../i18n/i18n.ts";
import { pageCount } from "../../ui/papers/names.ts";
import type { Verdict } from "../../ui/papers/PaperPicker.tsx";
import { formText } from "./words.ts";

const isPdf = (mime: string | undefined): boolean => mime === "application/pdf";

export function paperFacts(paper: PaperView): PaperFacts {
  const pages = Object.values(paper.record.pages);
  const files = pages.map((page) =>
    isPdf((page.original ?? page.readable)?.mime) ? ("pdf" as const) : ("image" as const),
  );
  return {
    id: paper.id,
    kind: paper.record.kind,
    // How many pages are in a PDF is not known here: it is taken to have both sides.
    pages: files.includes("pdf") ? Number.MAX_SAFE_INTEGER : pageCount(paper.record),
    issued: issuedOf(paper.record),
    expiry: paper.record.expiry,
    files,
    bytes: paper.bytes,
  };
}

/** Kinds of a requirement and of what is taken instead, best first. */
export const kindsOf = (requirement: Requirement): readonly string[] => [
  ...new Set([requirement, ...(requirement.alternatives ?? [])].flatMap((rule) => rule.kinds)),
];

/** The day after the last one on which a paper was recent enough. */
function tooOldSince(issued: string, maxAgeDays: number): string {
  const [year = 0, month = 12, day] = issued.split("-").map(Number);
  // A date known in part is judged by its newest day.
  const newest = Date.UTC(year, day === undefined ? month : month - 1, day ?? 0);
  return new Date(newest + (maxAgeDays + 1) * 86_400_000).toISOString().slice(0, 10);
}

const ruleOf = (requirement: Requirement, fit: PaperFit): PaperRule =>
  requirement.alternatives?.find(({ id }) => id === fit.rule) ?? requirement;

/** "Convient", or what is wrong first and since when. A paper that does not fit may still be chosen. */
export function fitVerdict(form: Form, requirement: Requirement, fit: PaperFit, paper: PaperFacts): Verdict {
  const [fault] = fit.faults;
  const { maxAgeDays = 0 } = ruleOf(requirement, fit);
  const soon = (text: string): Verdict => ({ tone: "soon", text });
  switch (fault) {
    case "expired":
      return soon(t("dossiers.fit.expired", { date: formatCalendarDate(paper.expiry ?? "") }));
    case "too-old":
      return soon(t("dossiers.fit.tooOld", { date: formatCalendarDate(tooOldSince(paper.issued ?? "", maxAgeDays)) }));
    case "sides":
      return soon(t("dossiers.fit.sides"));
    case "undated":
      return soon(t("dossiers.fit.undated"));
    case "wrong-file":
      return soon(t("dossiers.fit.wrongFile"));
    case "too-big":
      return soon(t("dossiers.fit.tooBig"));
    default: {
      const what = fit.rule === null ? undefined : alternativeText(form, requirement, fit.rule);
      const text = what === undefined ? t("dossiers.fit.fits") : t("dossiers.fit.instead", { what });
      return { tone: "done", text };
    }
  }
}

export const alternativeText = (form: Form, requirement: Requirement, id: string): string =>
  formText(form.id, `requirements.${requirement.id}.alternatives.${id}`) ?? id;

/** "Il a moins de 3 mois."; nothing where age does not matter. */
export function ageText(rule: PaperRule): string | undefined {
  const { maxAgeDays } = rule;
  if (maxAgeDays === undefined) return undefined;
  // As offices say it: 90 days are 3 months.
  return maxAgeDays % 30 === 0
    ? t("dossiers.fit.ageMonths", { count: maxAgeDays / 30 })
    : t("dossiers.fit.ageDays", { count: maxAgeDays });
}

/** Papers by how well they fit, best first, and each one's judgement. */
export function judged(requirement: Requirement, papers: readonly PaperView[], today: string) {
  const facts = papers.map(paperFacts);
  return { facts, fits: fitPapers(requirement, facts, today) };
}

/** The judgement of one paper; nothing where no rule is about it. */
export function verdictOf(form: Form, requirement: Requirement, paper: PaperView, today: string): Verdict | null {
  const { facts, fits } = judged(requirement, [paper], today);
  const [fact] = facts;
  const [fit] = fits;
  return fact === undefined || fit === undefined ? null : fitVerdict(form, requirement, fit, fact);
}
