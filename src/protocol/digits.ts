/** Digits as people type them: Arabic and Persian keyboards have their own. Runs everywhere. */

/** The text with Arabic-Indic and Persian digits as 0 to 9. */
export const latinDigits = (text: string): string =>
  text.replace(/[٠-٩۰-۹]/gu, (digit) => String((digit.codePointAt(0) ?? 0) & 15));
