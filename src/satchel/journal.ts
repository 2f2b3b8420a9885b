/**
 * The person's journal: what was given, and what others said and signed that they did with it, newest first. Pure, runs in the page.
 *
 * Surprising fact: nothing is kept for it. It is read out of shares, mandates and dossiers, whose proofs and acts were verified when they came,
 * so it is whole without network, the same on all devices of the person, and can say nothing that nobody signed.
 */

import type { LetterId, RecordId } from "../shared/ids.ts";
import type { DossierRecord, MandateDomain, MandateRecord, SaidAct, SharedPaper, ShareRecord } from "./model.ts";

/** Who says it: this satchel, the server or the organisation, each with its own clock. */
export type JournalEntry = {
  readonly at: number;
  /** When the server had it, where another clock says `at`; null where there is no second one. */
  readonly heardAt: number | null;
  readonly organisation: string;
  readonly id: RecordId;
} & (
  | { readonly about: "share"; readonly what: "given" | "deposited" | "opened" | "ended" }
  | { readonly about: "share"; readonly what: "paper-opened"; readonly helper: string; readonly paper: SharedPaper }
  | { readonly about: "mandate"; readonly what: "deposited" | "opened" | "ended" }
  /** `hash`: of the exact words that were signed. */
  | { readonly about: "mandate"; readonly what: "given"; readonly hash: string }
  | { readonly about: "mandate"; readonly what: "domain-ended"; readonly domain: MandateDomain }
  | {
      readonly about: "mandate";
      readonly what: "deed";
      readonly domain: MandateDomain;
      readonly helper: string;
      readonly said: string;
    }
  | { readonly about: "dossier"; readonly what: "deposited" | "opened"; readonly procedure: string }
  | {
      readonly about: "dossier";
      readonly what: "paper-opened";
      readonly procedure: string;
      readonly helper: string;
      /** Its place in the dossier, from 1. */
      readonly place: number;
    }
);

export interface JournalSources {
  readonly mandates?: readonly {
    readonly id: RecordId;
    readonly record: MandateRecord;
    readonly depositedAt: number | null;
    readonly openedAt: number | null;
  }[];
  readonly shares: readonly {
    readonly id: RecordId;
    readonly record: ShareRecord;
    readonly depositedAt: number | null;
    readonly openedAt: number | null;
  }[];
  readonly dossiers: readonly {
    readonly id: RecordId;
    readonly record: Pick<DossierRecord, "organisation" | "procedure" | "acts">;
    readonly proofs: readonly { readonly type: string; readonly at: number }[];
  }[];
}

const actsOf = (acts: Readonly<Record<LetterId, SaidAct>> | undefined): readonly SaidAct[] => Object.values(acts ?? {});

export function journalOf({ shares, dossiers, mandates = [] }: JournalSources): readonly JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const { id, record, depositedAt, openedAt } of shares) {
    const own = { id, organisation: record.organisation, about: "share", heardAt: null } as const;
    entries.push({ ...own, what: "given", at: record.createdAt });
    if (depositedAt !== null) entries.push({ ...own, what: "deposited", at: depositedAt });
    if (openedAt !== null) entries.push({ ...own, what: "opened", at: openedAt });
    if (record.ended !== undefined) entries.push({ ...own, what: "ended", at: record.ended.at });
    for (const { paper, helper, at, heardAt } of actsOf(record.acts)) {
      const held = record.papers[paper];
      if (held !== undefined) entries.push({ ...own, what: "paper-opened", at, heardAt, helper, paper: held });
    }
  }
  for (const { id, record, depositedAt, openedAt } of mandates) {
    const { organisation, createdAt, ended, mandate } = record;
    const own = { id, organisation, about: "mandate", heardAt: null } as const;
    entries.push({ ...own, what: "given", at: createdAt, hash: mandate.hash });
    if (depositedAt !== null) entries.push({ ...own, what: "deposited", at: depositedAt });
    if (openedAt !== null) entries.push({ ...own, what: "opened", at: openedAt });
    if (ended !== undefined) entries.push({ ...own, what: "ended", at: ended.at });
    for (const { domain, sent } of Object.values(mandate.ends ?? {}))
      entries.push({ ...own, what: "domain-ended", at: sent.at, domain });
    for (const { domain, what, helper, at, heardAt } of Object.values(mandate.deeds ?? {}))
      entries.push({ ...own, what: "deed", at, heardAt, domain, helper, said: what });
  }
  for (const { id, record, proofs } of dossiers) {
    const { organisation, procedure, acts } = record;
    const own = { id, organisation, procedure, about: "dossier" } as const;
    for (const { type, at } of proofs)
      if (type === "deposited" || type === "opened") entries.push({ ...own, what: type, at, heardAt: null });
    for (const { paper, helper, at, heardAt } of actsOf(acts))
      entries.push({ ...own, what: "paper-opened", at, heardAt, helper, place: paper + 1 });
  }
  return entries.sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1) || (a.what < b.what ? -1 : 1));
}

/** By calendar day, newest first. @param dayOf the day of a moment where the person is. */
export function byDay<T extends { readonly at: number }>(
  entries: readonly T[],
  dayOf: (at: number) => string,
): readonly { readonly day: string; readonly entries: readonly T[] }[] {
  const days = new Map<string, T[]>();
  for (const entry of entries) {
    const day = dayOf(entry.at);
    const held = days.get(day);
    if (held === undefined) days.set(day, [entry]);
    else held.push(entry);
  }
  return [...days].map(([day, own]) => ({ day, entries: own }));
}
