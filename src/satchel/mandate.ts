/**
 * Mandates: an organisation may act for a person, by named helpers, in chosen domains and for a time (civil code 1984 ff.;
 * decisions/0041). Pure, runs in page and worker.
 *
 * Surprising fact: a mandate is a share without papers. It is delivered, ended and refused after its end in the same way, and a
 * version of Besace that knows no mandates shows it as a share that can be ended.
 */

import { localDay } from "../shared/day.ts";
import type { LetterId } from "../shared/ids.ts";
import type {
  MandateAct,
  MandateDomain,
  MandateFacts,
  MandateRecord,
  MandateSignature,
  MandateText,
  SaidDeed,
  ShareDays,
  ShareRecord,
} from "./model.ts";
import { isOver, type ShareStage, shareDays, shareEnd } from "./sharing.ts";

/** In the order in which they are shown. */
export const mandateDomains: readonly MandateDomain[] = [
  "papers",
  "family",
  "social",
  "work",
  "housing",
  "transport",
  "money",
  "justice",
  "foreigners",
  "leisure",
];

export const mandateActs: readonly MandateAct[] = ["fill", "send", "follow", "answer", "appointment", "call"];

export const mandateDays: readonly ShareDays[] = shareDays;
/** Nothing says that a mandate should be long: the shortest that is of use is chosen first. */
export const usualMandateDays: ShareDays = 31;

export const mandateLimits = { purpose: 300, name: 200, text: 20_000, ink: 30_000, what: 300, helper: 200 } as const;

/** Domains that one mandate may see ended, and deeds that one record keeps: a record is no log without end. */
export const mostDeeds = 400;

/** Days before its end from which "À prévoir" speaks of it: as Aidants Connect for the long ones; a day needs no reminder. */
export const mandateNotice: Readonly<Record<ShareDays, number | null>> = { 1: null, 31: 7, 182: 30, 365: 30 };

export const isMandate = (record: { readonly t: string }): record is MandateRecord =>
  record.t === "share" && (record as ShareRecord).mandate !== undefined;

/**
 * The one text that the hash and the signature are about: the French, then the same in the language that the person read, with an
 * empty line between them. SHA-256 of it as UTF-8 is `hash`.
 */
export const signedText = ({ fr, shown }: MandateText): string => (shown === null ? fr : `${fr}\n\n${shown.text}`);

export type MandateFault =
  | "no-name"
  | "no-domain"
  | "no-act"
  | "no-purpose"
  | "too-long"
  | "no-text"
  | "no-signature"
  | "bad-end";

export interface MandateDraft {
  readonly name: string;
  readonly purpose: string;
  readonly domains: readonly MandateDomain[];
  readonly acts: readonly MandateAct[];
  readonly days: ShareDays;
  readonly until: number;
  readonly text: MandateText;
  readonly signature: MandateSignature;
}

/** What the server's time is known to be may change a little while she reads the text that names the end. */
const readingMs = 3_600_000;

const allKnown = <T>(given: readonly T[], known: readonly T[]): boolean =>
  given.length > 0 && given.every((one) => known.includes(one)) && new Set(given).size === given.length;

/** What is wrong with a mandate that is to be given; null when nothing is. @param now server time as far as it is known, ms. */
export function mandateFault(draft: MandateDraft, now: number): MandateFault | null {
  const { name, purpose, domains, acts, days, until, text, signature } = draft;
  if (name.trim() === "") return "no-name";
  if (!allKnown(domains, mandateDomains)) return "no-domain";
  if (!allKnown(acts, mandateActs)) return "no-act";
  if (purpose.trim() === "") return "no-purpose";
  if (name.length > mandateLimits.name || purpose.length > mandateLimits.purpose) return "too-long";
  if (text.fr.trim() === "" || text.shown?.text.trim() === "") return "no-text";
  if (signedText(text).length > mandateLimits.text) return "too-long";
  if (signature.ink === null && signature.name.trim() === "") return "no-signature";
  if ((signature.ink?.length ?? 0) > mandateLimits.ink || signature.name.length > mandateLimits.name) return "too-long";
  if (!mandateDays.includes(days)) return "bad-end";
  return until > now && until <= shareEnd(days, now) + readingMs ? null : "bad-end";
}

const eighteen = 18;

/** True where the birth date says for sure that she is under 18 on that day. @param today "YYYY-MM-DD". */
export function isMinor(birthdate: string | undefined, today: string): boolean {
  const [, year, rest = ""] = /^(\d{4})(-\d{2}(?:-\d{2})?)?$/.exec(birthdate ?? "") ?? [];
  if (year === undefined) return false;
  const adultFrom = `${String(Number(year) + eighteen).padStart(4, "0")}${rest}`;
  return today.slice(0, adultFrom.length) < adultFrom;
}

/** Where one domain stands. `ending`: asked here, and no proof yet that the organisation was told. */
export interface DomainView {
  readonly domain: MandateDomain;
  readonly state: "on" | "ending" | "ended";
  /** When it was ended alone, by the clock of the device that asked; null: it was not. */
  readonly endedAt: number | null;
}

/**
 * @param stage of the whole mandate.
 * @param told letters of ended domains of which the server said that they are deposited.
 */
export function domainViews(
  { domains, ends }: Pick<MandateFacts, "domains" | "ends">,
  stage: ShareStage,
  told: ReadonlySet<LetterId>,
): readonly DomainView[] {
  const said = Object.entries(ends ?? {}) as [LetterId, NonNullable<MandateFacts["ends"]>[LetterId]][];
  return domains.map((domain) => {
    const own = said.filter(([, end]) => end.domain === domain);
    const endedAt = own.length === 0 ? null : Math.min(...own.map(([, { sent }]) => sent.at));
    if (stage === "ending") return { domain, state: "ending", endedAt };
    if (isOver(stage)) return { domain, state: "ended", endedAt };
    if (endedAt === null) return { domain, state: "on", endedAt };
    return { domain, state: own.some(([letter]) => told.has(letter)) ? "ended" : "ending", endedAt };
  });
}

/** Domains that nobody has ended alone. */
export const livingDomains = ({ domains, ends }: Pick<MandateFacts, "domains" | "ends">): readonly MandateDomain[] => {
  const gone = new Set(Object.values(ends ?? {}).map((end) => end.domain));
  return domains.filter((domain) => !gone.has(domain));
};

/** Why something that was done lies outside the mandate, as far as its date says; null: it does not. */
export type Outside = "before" | "after" | "ended" | "domain-ended";

/**
 * Both clocks are looked at: what the desk's own clock puts inside, and the server heard of long after the end, is said to have been
 * told late by the screen, not to lie outside.
 */
export function outsideOf(record: MandateRecord, deed: SaidDeed): Outside | null {
  const { createdAt, until, ended, mandate } = record;
  if (deed.at < createdAt - dayMs) return "before";
  if (deed.at >= until) return "after";
  if (ended !== undefined && deed.at > ended.at) return "ended";
  const ends = Object.values(mandate.ends ?? {}).filter(({ domain }) => domain === deed.domain);
  return ends.some(({ sent }) => deed.at > sent.at) ? "domain-ended" : null;
}

/** A phone whose clock is wrong by hours signs "later" than the desk that acts at once: a day's difference says nothing. */
const dayMs = 86_400_000;

/** Those whose end "À prévoir" speaks of: not ended, not renewed, and long enough to be reminded of. */
export function endingIn(
  given: ReadonlyMap<string, MandateRecord>,
): readonly { readonly id: string; readonly last: string; readonly notice: number }[] {
  const replaced = new Set([...given.values()].map(({ mandate }) => mandate.replaces as string | null));
  return [...given].flatMap(([id, { days, until, ended }]) => {
    const notice = mandateNotice[days];
    return notice === null || ended !== undefined || replaced.has(id) ? [] : [{ id, last: localDay(until), notice }];
  });
}

/** The record with what a letter says; the same record where that letter is known, or speaks of a domain that is not in it. */
export function withDeed(record: MandateRecord, letter: LetterId, deed: SaidDeed): MandateRecord {
  const { mandate } = record;
  const known = mandate.deeds ?? {};
  if (known[letter] !== undefined || Object.keys(known).length >= mostDeeds) return record;
  if (!mandate.domains.includes(deed.domain)) return record;
  return { ...record, mandate: { ...mandate, deeds: { ...known, [letter]: deed } } };
}
