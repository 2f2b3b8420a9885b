/**
 * The reader's words, in all its languages at once: it is one file and can ask nobody. Bundled into the reader.
 *
 * Surprising: i18next would weigh more than the whole reader, so every sentence is written to need no plural.
 */

import { size as arSize } from "../../locales/ar/common.json";
import { pictures as arPictures } from "../../locales/ar/opening.json";
import { out as arOut, reader as arReader, refused as arRefused } from "../../locales/ar/sortie.json";
import { size as enSize } from "../../locales/en/common.json";
import { pictures as enPictures } from "../../locales/en/opening.json";
import { out as enOut, reader as enReader, refused as enRefused } from "../../locales/en/sortie.json";
import { size as frSize } from "../../locales/fr/common.json";
import { pictures as frPictures } from "../../locales/fr/opening.json";
import { out as frOut, reader as frReader, refused as frRefused } from "../../locales/fr/sortie.json";

export interface Words {
  readonly reader: typeof frReader;
  readonly refused: typeof frRefused;
  readonly out: typeof frOut;
  /** The app's own: "Ko" there is no "ko" here. */
  readonly size: typeof frSize;
  /** In the order of the codes: 00 to 11. */
  readonly pictures: readonly string[];
}

export const languages = [
  { code: "fr", name: "Français", dir: "ltr" },
  { code: "en", name: "English", dir: "ltr" },
  { code: "ar", name: "العربية", dir: "rtl" },
] as const;

export type Language = (typeof languages)[number]["code"];

/** Sorted by name as in ui/pictures.ts, whose order is part of every code. */
const inOrder = (names: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(names)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, name]) => name);

export const words: Readonly<Record<Language, Words>> = {
  fr: { reader: frReader, refused: frRefused, out: frOut, size: frSize, pictures: inOrder(frPictures) },
  en: { reader: enReader, refused: enRefused, out: enOut, size: enSize, pictures: inOrder(enPictures) },
  ar: { reader: arReader, refused: arRefused, out: arOut, size: arSize, pictures: inOrder(arPictures) },
};

/** The text with its values put in. */
export const filled = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ""));

/** The first of the browser's languages that the reader speaks; else French. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const found = languages.find(({ code }) => tag.toLowerCase().startsWith(code));
    if (found !== undefined) return found.code;
  }
  return "fr";
}

/** "1,4 Mo", as the app says it. */
export function sizeText(bytes: number, language: Language): string {
  const number = (value: number, digits: number): string =>
    new Intl.NumberFormat(`${language}-u-nu-latn`, { maximumFractionDigits: digits }).format(value);
  const { kb, mb } = words[language].size;
  if (bytes >= 999_500) return filled(mb, { n: number(bytes / 1e6, 1) });
  return filled(kb, { n: number(bytes === 0 ? 0 : Math.max(1, Math.round(bytes / 1000)), 0) });
}
