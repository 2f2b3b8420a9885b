/** What the browser says of the line (S-D4): a reason to hold originals (S-O6), never a gate. Runs in workers and the service worker. */

import type { Hints } from "./ports.ts";

/** The part of `navigator` that is used; Chromium alone has `connection`, and not in every version of it. */
interface LineTeller {
  readonly connection?: { readonly saveData?: unknown } | undefined;
}

/** Read anew at each choice: the person may turn the data saver on in the middle of a run. */
export const hintsOf = (navigator: object) => (): Hints => ({
  slow: (navigator as LineTeller).connection?.saveData === true,
});
