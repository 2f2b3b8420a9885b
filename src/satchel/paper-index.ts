/**
 * Finding papers as one types, and the order in which they are likely to be needed. Pure; runs in the page, over the list that
 * it shows (decisions/0029, 0031).
 *
 * Surprising fact: what people call a kind ("papier de la caf") is looked for once per kind and word, not once per paper. A
 * thousand papers cost a key press what their own titles cost.
 */
import type { ShownPaper } from "./model.ts";
import { daysUntil, soonDays } from "./where.ts";

/** Case, accents, vowel signs and letter forms of Arabic are dropped; apostrophes and unbreakable spaces are spaces. */
export const foldText = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/[\p{M}\u0640]/gu, "")
    .toLowerCase()
    .replace(/[\u0027\u2019\u00a0\u202f]/g, " ")
    .replace(/œ/g, "oe")
    .replace(/\u0629/g, "\u0647")
    .replace(/\u0649/g, "\u064a");

interface Findable {
  readonly record: ShownPaper;
}

export interface PaperIndex {
  /**
   * Papers in which every word typed stands somewhere, those that say it themselves before those whose kind is only called
   * so; otherwise in the order given. An empty query finds all.
   * @param calledOf what people call a kind, folded; empty where that is not known.
   */
  readonly search: <P extends Findable>(
    papers: readonly P[],
    query: string,
    calledOf: (kind: string) => string,
  ) => PaperSearch<P>;
}

export interface PaperSearch<P> {
  /** Looks through more papers. @param enough asked after each one: stop here, go on later. @returns true when all are seen. */
  readonly look: (enough: () => boolean) => boolean;
  /** So far; the same list again as long as no more were found. */
  readonly found: () => readonly P[];
}

/** @param textOf what the language shown says of a paper: title, kind, holder, dates in words. Note and facts are added. */
export function createPaperIndex(textOf: (record: ShownPaper) => string): PaperIndex {
  // Records do not change: a list that is asked again has the same ones (app/state/kept.ts).
  const texts = new WeakMap<ShownPaper, string>();

  function folded(record: ShownPaper): string {
    const known = texts.get(record);
    if (known !== undefined) return known;
    const text = foldText([textOf(record), record.note ?? "", ...Object.values(record.facts ?? {})].join(" "));
    texts.set(record, text);
    return text;
  }

  return {
    search(papers, query, calledOf) {
      const typed = foldText(query).split(/\s+/).filter(Boolean);
      if (typed.length === 0) return { look: () => true, found: () => papers };
      const words = typed.map((word) => ({ word, kinds: new Map<string, boolean>() }));
      const isCalled = (kind: string, { word, kinds }: (typeof words)[number]): boolean => {
        const known = kinds.get(kind) ?? calledOf(kind).includes(word);
        kinds.set(kind, known);
        return known;
      };
      const own: (typeof papers)[number][] = [];
      const byKind: (typeof papers)[number][] = [];
      let found: typeof papers = [];
      let at = 0;
      return {
        look(enough) {
          for (let paper = papers[at]; paper !== undefined; paper = papers[at]) {
            at += 1;
            const { kind } = paper.record;
            const text = folded(paper.record);
            const missing = words.filter(({ word }) => !text.includes(word));
            if (missing.length === 0) own.push(paper);
            else if (kind !== null && missing.every((word) => isCalled(kind, word))) byKind.push(paper);
            if (enough()) break;
          }
          if (found.length < own.length + byKind.length) found = [...own, ...byKind];
          return at >= papers.length;
        },
        found: () => found,
      };
    },
  };
}

/** So long after its last day a paper is still among those to see to. */
const overDays = 60;

export interface Likely {
  readonly id: string;
  readonly record: Pick<ShownPaper, "expiry" | "createdAt" | "updatedAt">;
  /** When a dossier last had to do with it, ms. */
  readonly usedAt?: number | undefined;
}

/**
 * By what is likely needed next: papers that end soon or ended lately, the earliest first; then those used, changed or added
 * last. Ties by id, so that all devices agree.
 * @param today "YYYY-MM-DD" on this device.
 */
export function likelyFirst<P extends Likely>(papers: readonly P[], today: string): readonly P[] {
  const keyed = papers.map((paper) => {
    const { expiry, createdAt, updatedAt } = paper.record;
    const days = expiry === null ? null : daysUntil(expiry, today);
    const isDue = days !== null && days <= soonDays && days >= -overDays;
    return { paper, due: isDue ? days : null, at: Math.max(createdAt, updatedAt, paper.usedAt ?? 0) };
  });
  keyed.sort((a, b) => {
    if (a.due !== null && b.due !== null && a.due !== b.due) return a.due - b.due;
    if ((a.due === null) !== (b.due === null)) return a.due === null ? 1 : -1;
    return b.at - a.at || (a.paper.id < b.paper.id ? -1 : a.paper.id > b.paper.id ? 1 : 0);
  });
  return keyed.map(({ paper }) => paper);
}
