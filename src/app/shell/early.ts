/**
 * What was chosen and pressed on the page written into index.html before any script could answer: taken up once the
 * script is here, so that nobody presses twice on a slow line. Runs in the page; `public/first.js` notes the press.
 */
import { isLanguage, type Language } from "../i18n/languages.ts";

const PRESSABLE = "a[href^='/'], button";

export interface EarlyChoice {
  /** Another language than the page's, chosen before the script came. */
  readonly language: Language | null;
  /** Presses again what was pressed; call once the screen is drawn by the script. */
  readonly press: () => void;
}

export function earlyChoice(place: Element): EarlyChoice {
  const root = place.ownerDocument.documentElement;
  const chosen = place.querySelector<HTMLInputElement>("input[type=radio]:checked")?.value;
  // From here on presses are the script's own.
  root.dataset.started = "";
  return {
    language: isLanguage(chosen) && chosen !== root.lang ? chosen : null,
    press() {
      const { pressed } = root.dataset;
      if (pressed === undefined) return;
      delete root.dataset.pressed;
      place.querySelectorAll<HTMLElement>(PRESSABLE)[Number(pressed)]?.click();
    },
  };
}
