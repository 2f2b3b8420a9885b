/**
 * What papers are called and drawn like, in the language shown. Runs in the page; needs the areas "papers" and
 * "papers-types". Pure but for the language.
 */
import type { ShownPaper } from "../../../satchel/model.ts";
import { paperTitle } from "../../../satchel/paper.ts";
import { type PaperFamily, paperType } from "../../../satchel/paper-types.ts";
import type { TextKey } from "../../i18n/catalogue.ts";
import { formatCalendarDate, formatDate } from "../../i18n/format.ts";
import { language, t } from "../../i18n/i18n.ts";
import type { IconName } from "../icons/names.ts";
import type { SheetKind } from "../Sheet.tsx";

/** Areas that every screen with papers on it loads. */
export const PAPER_AREAS = ["papers", "papers-types"] as const;

/** Where the name of a kind stands; of a kind of a newer version, or none: that of "Autre papier". */
export const kindKey = (kind: string | null): TextKey =>
  `papers-types.${paperType(kind)?.id ?? "other"}` as Extract<TextKey, `papers-types.${string}`>;

export const kindName = (kind: string | null): string => t(kindKey(kind));

/** Families of kinds in the order in which they are offered; their names are in papers.list.family. */
export const FAMILIES: readonly { readonly family: PaperFamily; readonly icon: IconName }[] = [
  { family: "identity", icon: "carte-identite" },
  { family: "residence", icon: "papier" },
  { family: "family", icon: "famille" },
  { family: "home", icon: "maison" },
  { family: "money", icon: "argent" },
  { family: "work", icon: "travail" },
  { family: "health", icon: "sante" },
  { family: "rights", icon: "recu" },
  { family: "mail", icon: "boite" },
  { family: "other", icon: "autre" },
];

export const familyOf = (kind: string | null): PaperFamily => paperType(kind)?.family ?? "other";

export const kindIcon = (kind: string | null): IconName => (paperType(kind)?.icon ?? "papier") as IconName;

/** The person's own title, else the name of the kind, else "Papier sans nom". */
export const paperName = (record: ShownPaper): string => paperTitle(record, kindName, t("papers.unnamed"));

/** For whom it is, as shown. */
export const holderName = (holder: string): string => (holder === "me" ? t("papers.holder.me") : holder);

/** A value of a paper in words, where two devices wrote different ones (satchel/others.ts). */
export function paperOtherText(path: string, value: unknown): string {
  if (path === "kind") return kindName(typeof value === "string" ? value : null);
  if (path === "holder") return holderName(String(value));
  if (path === "expiry") return typeof value === "string" ? formatCalendarDate(value) : t("papers.view.noExpiry");
  if (path === "stay") return t(value === true ? "common.action.yes" : "common.action.no");
  return path.startsWith("facts.") ? formatCalendarDate(String(value)) : String(value);
}

const SHEETS: Readonly<Record<string, SheetKind>> = {
  "identity-card": "card",
  passport: "card",
  "residence-permit": "card",
  "proof-of-address": "bill",
  "tax-notice": "table",
  "benefit-notice": "table",
  "bank-details": "table",
  "pay-slip": "payslip",
  "health-attestation": "health",
};

/** The drawn sheet that stands for a kind while there is no preview. */
export const sheetOf = (kind: string | null): SheetKind => SHEETS[kind ?? ""] ?? "letter";

/** "2027-02-14"; shorter ones are a month or a year, which a paper outlives to the end. */
const FULL_DATE = 10;

/** How many pages it has. */
export const pageCount = (record: ShownPaper): number => Object.keys(record.pages).length;

/** One line under the name: the note where there is no page, whose it is, the date printed on it or the day it was added, pages when several. */
export function paperDetail(record: ShownPaper): string {
  const isNote = pageCount(record) === 0 && record.note !== undefined;
  const parts = [
    ...(isNote ? [record.note ?? ""] : []),
    record.expiry === null
      ? t("papers.detail.added", { date: formatDate(record.createdAt) })
      : t(record.expiry.length === FULL_DATE ? "papers.detail.until" : "papers.detail.untilEnd", {
          date: formatCalendarDate(record.expiry),
        }),
  ];
  if (record.holder !== "me") parts.unshift(t("papers.detail.for", { name: `\u2068${record.holder}\u2069` }));
  const pages = pageCount(record);
  if (pages > 1) parts.push(t("papers.detail.pages", { pages: t("common.pages", { count: pages }) }));
  return parts.join(" ");
}

/** Names of months already asked for, by language and month: making a formatter for each of a thousand papers is slow. */
const months = new Map<string, string>();

/** "12 octobre 2026" for a date "2026-10-12", as a person would type it. */
function spokenDate(date: string): string {
  const month = date.slice(0, 7);
  const key = `${language()} ${month}`;
  const known = months.get(key) ?? formatCalendarDate(month);
  months.set(key, known);
  return `${date.slice(8).replace(/^0/, "")} ${known}`;
}

/** What a search looks through beside the note and facts: title, kind, holder, dates in words (satchel/paper-index.ts). */
export function searchText(record: ShownPaper): string {
  const { title, kind, holder, expiry, createdAt } = record;
  const dates = [spokenDate(new Date(createdAt).toISOString().slice(0, 10)), expiry === null ? "" : spokenDate(expiry)];
  return [title, kindName(kind), holderName(holder), ...dates].join(" ");
}
