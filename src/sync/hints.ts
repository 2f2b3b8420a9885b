/**
 * What the browser says of the line (S-D4): a reason to hold originals (S-O6) or photos (S-O8), never a gate. Runs in
 * workers and the service worker.
 *
 * Surprising fact: a line is metered unless it is known not to be. Where a browser says nothing, "photos on Wi-Fi only" is a
 * choice that the person made about this line too, and "Envoyer maintenant" is there.
 */

import type { Hints } from "./ports.ts";

/** The part of `navigator` that is used; Chromium alone has `connection`, and not in every version of it. */
interface LineTeller {
  readonly connection?: { readonly saveData?: unknown; readonly type?: unknown } | undefined;
}

const unmetered: readonly unknown[] = ["wifi", "ethernet"];

/** Read anew at each choice: the person may turn the data saver on in the middle of a run. */
export const hintsOf = (navigator: object) => (): Hints => {
  const { connection } = navigator as LineTeller;
  return {
    slow: connection?.saveData === true,
    metered: connection?.saveData === true || !unmetered.includes(connection?.type),
  };
};
