/** What the root knows that only a few screens need: settings, opening, the failed state. Given by src/app/shell. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { assert } from "../../shared/assert.ts";
import type { Random } from "../../shared/ports.ts";
import type { Answer } from "../../workers/satchel.contract.ts";
import type { Operator } from "../platform/deployment.ts";
import type { Room } from "../platform/storage.ts";
import type { ThemeChoice } from "../platform/theme.ts";
import type { Readiness } from "./shell.ts";

/** Why the lock screen is shown: at a start, after a while without anybody, or because the person asked. */
export type LockReason = "start" | "idle" | "asked";

export interface RootHandle {
  readonly version: string;
  readonly random: Random;
  readonly theme: ThemeChoice;
  readonly operator: Operator | null;
  readonly lockReason: LockReason;
  /** A satchel had been here and the browser erased it. */
  readonly evicted: boolean;
  /** A computer that others use too: nothing is saved in its Downloads (decisions/0018). */
  readonly shared?: true;
  /** What works without network now; null when nobody can say. */
  readonly readiness: () => Promise<Readiness | null>;
  readonly room: () => Promise<Room>;
  /** Asks the browser not to erase anything by itself; true when it promises. */
  readonly askToKeep: () => Promise<boolean>;
  /** Closes the satchel and shows the lock screen. */
  readonly lock: () => void;
  /** Facts for whoever helps, without content. */
  readonly diagnostics: (mark: string) => string;
  readonly copy: (text: string) => Promise<boolean>;
  readonly print: () => void;
  /** Another name and icon; `set` closes the satchel and starts the page again. */
  readonly discreet: { readonly on: boolean; readonly set: (on: boolean) => void };
  /** All of Besace goes from this browser, in every tab; a page of its own says so. Refused: something may be left. */
  readonly wipe: () => Answer<void>;
  /** The last satchel of this phone was erased by the person: no trace that there was one. */
  readonly forget: () => void;
}

export const RootContext = createContext<RootHandle | null>(null);

export function useRoot(): RootHandle {
  const root = useContext(RootContext);
  assert(root !== null, "a screen is drawn inside RootContext");
  return root;
}
