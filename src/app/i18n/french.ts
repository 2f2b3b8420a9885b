/** The French of the first screen, in the first bundle. Every other catalogue is a chunk of its own (lazy.ts). */
import type { Strings } from "./lazy.ts";

const files = import.meta.glob<Strings>(["../../../locales/fr/common.json", "../../../locales/fr/start.json"], {
  eager: true,
  import: "default",
});

/** By area. */
export const FRENCH: Readonly<Record<string, Strings>> = Object.fromEntries(
  Object.entries(files).map(([path, strings]) => [path.replace(/^.*\/(.+)\.json$/, "$1"), strings]),
);
