/**
 * What stands in files that leave this page: the page of a carrier's file, the lines above a receipt. In French first,
 * because whoever gets it may read French, and in the person's language where the file's fonts can draw it.
 */

import type { TextKey } from "../../i18n/catalogue.ts";
import { inFrench, language, t } from "../../i18n/i18n.ts";

/** Names that say nothing about a person: browsers write them into their history (INV-3). */
export const CARRIER_FILE = "besace-a-porter.pdf";
export const RECEIPT_FILE = "besace-recepisse.txt";

const PAGE: readonly TextKey[] = ["porteur.page.what", "porteur.page.whom", "porteur.page.how", "porteur.page.never"];

/** Latin letters are all that the fonts of a PDF can draw without carrying one along. */
const isLatin = (text: string): boolean => /^[ -\u00ff\u0152\u0153\u2010-\u20ac]*$/.test(text);

/** `home`: the address of the server, as text. */
export function carrierPageText(home: string): { readonly title: string; readonly paragraphs: readonly string[] } {
  const said = (speak: (key: TextKey, values: { readonly home: string }) => string): readonly string[] =>
    PAGE.map((key) => speak(key, { home }));
  const french = said(inFrench);
  const own = language() === "fr" ? [] : said(t).filter(isLatin);
  const heading = own.length === PAGE.length ? [t("porteur.page.title")] : [];
  return {
    title: inFrench("porteur.page.title"),
    paragraphs: [...french, ...(heading.length > 0 ? ["", ...heading, ...own] : [])],
  };
}

/** Lines above a receipt. */
export const receiptWords = (): readonly string[] => {
  const lines: readonly TextKey[] = ["porteur.page.receipt", "porteur.page.receiptHow"];
  const own = language() === "fr" ? [] : lines.map((key) => t(key));
  return [...lines.map((key) => inFrench(key)), ...own];
};
