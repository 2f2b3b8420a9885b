/** Draws a screen that also asks the root (useRoot): showScreen with a root that remembers what it was asked. */
import type { ComponentChildren } from "preact";
import { RootContext, type RootHandle } from "../../../src/app/state/root.ts";
import { addIcons } from "../../../src/app/ui/icons/registry.ts";
import { REST_ICONS } from "../../../src/app/ui/icons/rest.ts";
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
  let theme: "auto" | "light" | "dark" = "auto";
  const root: RootHandle = {
    version: "0.1.0 (test)",
    random: { bytes: (length) => new Uint8Array(length) },
    theme: {
      get: () => theme,
      set(next) {
        theme = next;
        acts.push(`theme ${next}`);
      },
    },
    operator: null,
    lockReason: "asked",
    evicted: false,
    readiness: async () => ({ texts: true, photos: true, codes: false, ways: true, carrier: true }),
    room: async () => ({ used: 12_000_000, quota: 1_000_000_000, persisted: true }),
    askToKeep: async () => {
      acts.push("ask-to-keep");
      return true;
    },
    lock: () => void acts.push("lock"),
    diagnostics: (mark) => `facts ${mark}`,
    copy: async () => true,
    print: () => void acts.push("print"),
    discreet: { on: false, set: (on) => void acts.push(`discreet ${on ? "on" : "off"}`) },
    wipe: async () => {
      acts.push("wipe");
      return { ok: true, value: undefined };
    },
    forget: () => void acts.push("forget"),
    ...options.root,
  };
  const shown = await showScreen(<RootContext.Provider value={root}>{screen}</RootContext.Provider>, options);
  return { ...shown, acts };
}
