/**
 * Single keys for who handles dossiers all day (F8). Runs in the page.
 *
 * Surprising facts: no key does anything that cannot be taken back, and none while somebody types or answers a question. They can be
 * switched off, since who dictates or uses one finger may hit them by chance (WCAG 2.1.4).
 */

import { useEffect, useRef } from "preact/hooks";
import { useDeskShell } from "./state.ts";

/** Every key with where it works; words are `desk.keys.<id>`. */
export const SHORTCUTS = [
  { id: "help", key: "?" },
  { id: "list", key: "l" },
  { id: "search", key: "/" },
  { id: "walk", key: "\u2191 \u2193" },
  { id: "nextDossier", key: "j" },
  { id: "previousDossier", key: "k" },
  { id: "nextPage", key: "n" },
  { id: "previousPage", key: "p" },
  { id: "larger", key: "+" },
  { id: "smaller", key: "-" },
  { id: "turn", key: "t" },
  { id: "beside", key: "b" },
  { id: "copyNext", key: "c" },
  { id: "reply", key: "r" },
  { id: "note", key: "i" },
] as const;
export type ShortcutId = (typeof SHORTCUTS)[number]["id"];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, dialog[open]") !== null;

/** Listens while the screen stands; what is absent does nothing here. */
export function useKeys(acts: { readonly [Id in ShortcutId]?: (() => void) | undefined }): void {
  const { keys } = useDeskShell();
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    if (!keys.on) return undefined;
    const press = (event: KeyboardEvent): void => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return;
      const act = SHORTCUTS.find(({ key }) => key === event.key || key === event.key.toLowerCase());
      const run = act && latest.current[act.id];
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [keys.on]);
}
