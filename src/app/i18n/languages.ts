/** The languages of the interface. Names are written in their own language and never translated. */

export type Language = "fr" | "en" | "ar";

export interface LanguageInfo {
  readonly code: Language;
  readonly name: string;
  readonly dir: "ltr" | "rtl";
  /** For dates and numbers. Western digits everywhere, in Arabic too: papers and forms carry them (DESIGN-LANGUAGE 7). */
  readonly locale: string;
}

export const LANGUAGES: readonly LanguageInfo[] = [
  { code: "fr", name: "Français", dir: "ltr", locale: "fr-FR" },
  { code: "en", name: "English", dir: "ltr", locale: "en-GB" },
  { code: "ar", name: "العربية", dir: "rtl", locale: "ar-u-nu-latn" },
];

export const SOURCE_LANGUAGE: Language = "fr";

export const isLanguage = (text: unknown): text is Language => LANGUAGES.some((language) => language.code === text);

/** What is known about `code`; always one of the list. */
export function languageInfo(code: Language): LanguageInfo {
  return LANGUAGES.find((language) => language.code === code) ?? (LANGUAGES[0] as LanguageInfo);
}

/** The first of `preferred` (such as navigator.languages) that the interface speaks; else French. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const code = tag.toLowerCase().split("-")[0];
    if (isLanguage(code)) return code;
  }
  return SOURCE_LANGUAGE;
}
