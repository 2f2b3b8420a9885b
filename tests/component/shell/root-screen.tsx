/** Draws a screen that also asks the root (useRoot): showScreen with a root that remembers what it was asked. */
import type { ComponentChildren } from "preact";
import { RootContext, type RootHandle } from "../../../src/app/state/root.ts";
import { addIcons } from "../../../src/app/ui/icons/registry.ts";
import { REST_ICONS } from "../../../src/app/ui/icons/rest.ts";
import { createFakeRoot } from "../../support/fake-root.ts";
import { type ShownScreen, type ShowOptions, showScreen } from "../../support/fake-shell.tsx";
import { reflectLikeBrowsers } from "../ui/harness.tsx";

reflectLikeBrowsers();
addIcons(REST_ICONS);

export interface RootScreen extends ShownScreen {
  /** Words of the acts asked of the root: "lock", "print", "forget", "theme dark". */
  readonly acts: readonly string[];
}

export async function showRootScreen(
  screen: ComponentChildren,
  options: ShowOptions & { readonly root?: Partial<RootHandle> },
): Promise<RootScreen> {
  const acts: string[] = [];
  const root = createFakeRoot(acts, options.root);
  const shown = await showScreen(<RootContext.Provider value={root}>{screen}</RootContext.Provider>, options);
  return { ...shown, acts };
}
