/** Months typed as words or figures. Runs in the page. */
import { language } from "./i18n.ts";
import { languageInfo } from "./languages.ts";

const fold = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim().replace(/\.$/, "");

/** Western figures for Arabic-Indic and Persian ones; everything else as it is. */
export const westernDigits = (text: string): string =>
  text.replace(/[٠-٩۰-۹]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));

/** 1 to 12 for "3", "03", "mars", "Mars", "sept." in French or in the language shown; nothing when it is no month. */
export function parseMonth(text: string): number | undefined {
  const typed = fold(westernDigits(text));
  if (/^\d{1,2}$/.test(typed)) {
    const number = Number(typed);
    return number >= 1 && number <= 12 ? number : undefined;
  }
  if (typed.length < 3) return undefined;
  for (const locale of [languageInfo(language()).locale, "fr-FR"]) {
    const format = new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" });
    const names = Array.from({ length: 12 }, (_, month) => fold(format.format(Date.UTC(2026, month, 15))));
    const fitting = names.flatMap((name, month) => (name.startsWith(typed) ? [month + 1] : []));
    if (fitting.length === 1) return fitting[0];
  }
  return undefined;
}
