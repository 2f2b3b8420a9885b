/** Whether the person asked this phone to save data: a reason to ask before something heavy is fetched. Runs in the page. */

interface LineTeller {
  readonly connection?: { readonly saveData?: unknown } | undefined;
}

/** False where the browser does not say (only Chromium does). */
export const savesData = (teller: object = navigator): boolean => (teller as LineTeller).connection?.saveData === true;
