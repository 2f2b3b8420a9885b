/** Every text of the catalogues under locales/, for tests that judge words. Runs in Node. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LOCALES = join(import.meta.dirname, "..", "..", "locales");

/** Names of the files of a language: "home.json". */
export const localeAreas = (language: string): readonly string[] =>
  readdirSync(join(LOCALES, language)).filter((name) => name.endsWith(".json"));

/** "home.json greeting morning" to its text, of one area or of all. */
export function localeTexts(
  language: string,
  areas: readonly string[] = localeAreas(language),
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const collect = (value: unknown, at: string): void => {
    if (typeof value === "string") found.set(at, value);
    else for (const [name, inner] of Object.entries(value ?? {})) collect(inner, `${at} ${name}`);
  };
  for (const area of areas) collect(JSON.parse(readFileSync(join(LOCALES, language, area), "utf8")), area);
  return found;
}
