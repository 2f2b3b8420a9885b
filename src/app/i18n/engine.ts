/** i18next as this app uses it: plurals of each language, values, French where a text is missing. In the page, lazily. */
import { createInstance, type i18n } from "i18next";
import type { Language } from "./languages.ts";
import type { Strings } from "./lazy.ts";

/** Ready at once: everything that it needs is handed to it. */
export function createEngine(source: Language, areas: Readonly<Record<string, Strings>>): i18n {
  const instance = createInstance();
  // Everything needed is already here, so the promise of init has nothing to wait for.
  void instance.init({
    lng: source,
    fallbackLng: source,
    resources: { [source]: areas },
    initAsync: false,
    nsSeparator: false,
    keySeparator: ".",
    interpolation: { escapeValue: false },
  });
  return instance;
}
