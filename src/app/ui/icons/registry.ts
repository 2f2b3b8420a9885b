/**
 * Where `Icon` finds its path data. Runs in the page.
 *
 * The first screen's icons are always here; the others arrive with the app chunk (`ui/app.ts`), so that the very
 * first load stays small.
 */
import { FIRST_ICONS } from "./first.ts";
import type { IconName } from "./names.ts";

type PathData = Readonly<Partial<Record<IconName, string>>>;

let known: PathData = FIRST_ICONS;

/** Adds path data; called once by the app chunk. */
export function addIcons(more: PathData): void {
  known = { ...known, ...more };
}

/** Path data of `name`, or nothing while the app chunk is not loaded. */
export function pathOf(name: IconName): string | undefined {
  return known[name];
}
