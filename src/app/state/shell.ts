/**
 * What the root tells every screen, and what a screen may ask of it: where we are, the network, messages, the way out.
 * Given by src/app/shell (or by a test: tests/support/fake-shell.tsx). Screens wrap themselves in `Frame` (Frame.tsx).
 */

import { createContext } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { assert } from "../../shared/assert.ts";
import type { Place, Router } from "../platform/router.ts";
import type { HumanContact } from "../ui/HumanFooter.tsx";
import type { NetworkState } from "../ui/NetworkLine.tsx";
import type { ToastMessage } from "../ui/Toast.tsx";

/** Which tools are on the phone (the service worker says so); `null`: nobody could be asked yet. */
export interface Readiness {
  readonly texts: boolean;
  readonly photos: boolean;
  readonly codes: boolean;
  /** The card, coming back, my devices. */
  readonly ways: boolean;
  readonly carrier: boolean;
  /** The pages of PDFs; last of all, and only when asked for where the phone saves data. */
  readonly pdf: boolean;
  /** Codes that offices print on papers are read; like `pdf`. */
  readonly twoddoc: boolean;
}

export interface ShellHandle {
  readonly router: Router;
  readonly place: Place;
  readonly network: NetworkState;
  /** Items that wait for a network; on the last tab. */
  readonly waiting: number;
  /** How many leave now that the network is back. */
  readonly leaving: number;
  /** From deployment.json; null while it is not on this device. */
  readonly contact: HumanContact | null;
  /** A satchel is open: the tab bar and "Sortir" make sense. */
  readonly open: boolean;
  readonly toasts: readonly ToastMessage[];
  /** Something to say above the content of every screen: an update that waits, an old copy erased by the browser. */
  readonly notice: preact.ComponentChildren;
  /** Goes to a screen; see feature.ts `paths`. */
  readonly go: (path: string, options?: { readonly replace?: boolean }) => void;
  /** "Sortir": locks, leaves, asks nothing. */
  readonly quit: () => void;
  /** A bar of its own ends everything here (a shared computer's "Terminer"): the head of a screen shows no "Sortir". */
  readonly endsElsewhere?: boolean;
  /** Says one sentence, with "Annuler" when `onUndo` is given. Said just before `go`, it stands on the next screen. */
  readonly say: (text: string, onUndo?: () => void) => void;
  readonly dropToast: (id: string) => void;
  /** Runs before the satchel is closed from here (idle, "Sortir"): hand over what was typed a moment ago. */
  readonly beforeLock: (task: () => Promise<unknown>) => () => void;
  /** Something typed is not kept yet: an update waits. The returned function ends that. */
  readonly hold: () => () => void;
}

export const ShellContext = createContext<ShellHandle | null>(null);

export function useShell(): ShellHandle {
  const shell = useContext(ShellContext);
  assert(shell !== null, "a screen is drawn inside ShellContext");
  return shell;
}

/** While `unsaved` is true no new version of the app takes over (INV-8). */
export function useHold(unsaved: boolean): void {
  const { hold } = useShell();
  useEffect(() => (unsaved ? hold() : undefined), [unsaved, hold]);
}

/** While the screen is there, `flush` runs before the satchel is closed by the shell. */
export function useBeforeLock(flush: () => Promise<unknown>): void {
  const { beforeLock } = useShell();
  const latest = useRef(flush);
  latest.current = flush;
  useEffect(() => beforeLock(() => latest.current()), [beforeLock]);
}
