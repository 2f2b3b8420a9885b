/** Every catalogue that is not in the first bundle: one precached chunk per language and area. Loaded on demand. */

export interface Strings {
  readonly [key: string]: string | Strings;
}

const files = import.meta.glob<Strings>(
  ["../../../locales/*/*.json", "!../../../locales/fr/common.json", "!../../../locales/fr/start.json"],
  { import: "default" },
);

/** The catalogue, or nothing when this area has no file in this language. Rejects when the chunk cannot be read. */
export async function loadCatalogue(language: string, area: string): Promise<Strings | undefined> {
  const load = files[`../../../locales/${language}/${area}.json`];
  return load === undefined ? undefined : load();
}
