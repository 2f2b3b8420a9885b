/**
 * What the desk's screens share: the worker that holds the organisation's keys, and what the root tells every screen.
 * Runs in the page. Given by DeskApp.tsx (or by a test over tests/support/fake-desk.ts).
 */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { assert } from "../../shared/assert.ts";
import type { LetterId, PrincipalId } from "../../shared/ids.ts";
import type { DeskAnswer, DeskApi, DeskChange, DeskDossierRow } from "../../workers/desk.contract.ts";
import type { WorkerError } from "../../workers/satchel.contract.ts";
import type { TeamHelper } from "../../workers/team-desk.contract.ts";
import { t } from "../i18n/i18n.ts";
import { type Place, pathTo, type Router } from "../platform/router.ts";
import { type AskedOf, type AskHandle, useAskOf } from "../state/ask.ts";
import type { HumanContact } from "../ui/HumanFooter.tsx";
import type { NetworkState } from "../ui/NetworkLine.tsx";
import type { ToastMessage } from "../ui/Toast.tsx";
import type { ReplyDraft } from "./reply-draft.ts";
import type { RowFilter } from "./rows.ts";

/** Every path of the desk. */
export const deskPaths = {
  inbox: "/guichet",
  forms: "/guichet/formulaires",
  dossierPattern: "/guichet/dossiers/:letter",
  figures: "/guichet/chiffres",
  team: "/guichet/equipe",
  sheet: "/guichet/reconnaitre",
  beside: "/guichet/accompagner",
  shares: "/guichet/partages",
  sharePattern: "/guichet/partages/:letter",
  share: (letter: LetterId) => pathTo("/guichet/partages/:letter", { letter }),
  mandates: "/guichet/mandats",
  mandatePattern: "/guichet/mandats/:letter",
  mandate: (letter: LetterId) => pathTo("/guichet/mandats/:letter", { letter }),
  dossier: (letter: LetterId) => pathTo("/guichet/dossiers/:letter", { letter }),
} as const;

export type DeskHandle = AskHandle<DeskApi, DeskChange>;

export const DeskContext = createContext<DeskHandle | null>(null);

export function useDesk(): DeskHandle {
  const handle = useContext(DeskContext);
  assert(handle !== null, "a desk screen is drawn inside DeskContext");
  return handle;
}

/** What every method of the desk's worker may answer instead of doing it. */
export type DeskFailure = WorkerError | { readonly type: "no-network" };

export const isDeskFailure = (error: { readonly type: string }): error is DeskFailure =>
  ["locked", "full", "stale", "read-only", "unavailable", "not-found", "no-network"].includes(error.type);

/** The words for what the worker could not do. */
export function failureText(error: DeskFailure): string {
  return error.type === "unavailable"
    ? t("desk.error.unavailable", { mark: error.mark })
    : t(`desk.error.${error.type}`);
}

/** Short, to read out on the phone. */
export const failureMark = (error: DeskFailure): string => (error.type === "unavailable" ? error.mark : error.type);

export type Asked<T> = AskedOf<T, DeskFailure>;

/** See `useAskOf`. */
export const useDeskAsk = <T>(
  key: string,
  ask: (api: DeskApi) => DeskAnswer<T>,
  on: readonly DeskChange["type"][],
): Asked<T> & { readonly again: () => void } => useAskOf(useDesk(), key, ask, on);

export interface InboxView {
  readonly rows: readonly DeskDossierRow[];
  /** This computer's clock; 0: never. */
  readonly lastAnswerAt: number;
  /** Answers and proofs that wait for a network. */
  readonly waiting: number;
  /** As they were shown last; they are being read. */
  readonly early?: true;
}

export interface ListView {
  readonly filter: RowFilter;
  /** The search as typed. */
  readonly typed: string;
}

/** What the root tells the screens of an open desk. */
export interface DeskShell {
  readonly router: Router;
  readonly place: Place;
  readonly network: NetworkState;
  /** From deployment.json; null while it is not on this computer. */
  readonly contact: HumanContact | null;
  readonly organisation: string;
  /** An invented organisation for trying: said on every screen. */
  readonly demonstration: boolean;
  readonly inbox: Asked<InboxView> & { readonly again: () => void };
  /** Asks the server for news; resolves when it answered or could not be reached. */
  readonly refresh: () => Promise<void>;
  readonly lock: () => void;
  /** Single keys (keys.ts). In memory only. */
  readonly keys: {
    readonly on: boolean;
    readonly turn: (on: boolean) => void;
    readonly shown: boolean;
    readonly show: (shown: boolean) => void;
  };
  /** Who works here, the organisation's card left out; empty at a desk that names nobody. */
  readonly helpers: readonly TeamHelper[];
  /** Who is at this desk; null where it names nobody. */
  readonly me: PrincipalId | null;
  readonly toasts: readonly ToastMessage[];
  readonly say: (text: string) => void;
  readonly dropToast: (id: string) => void;
  /** False: this browser refuses. */
  readonly copy: (text: string) => Promise<boolean>;
  readonly print: () => void;
  /** Writes a file where the browser puts downloads. In clear: only after the helper agreed to that. */
  readonly saveFile: (bytes: ArrayBuffer, mime: string, name: string) => void;
  /** What the list was narrowed to, so that coming back from a dossier finds it again. In memory only. */
  readonly list: ListView;
  readonly setList: (list: ListView) => void;
  /** Replies begun and not sent, by letter: in memory only, so that a lock does not lose the sentence. */
  readonly drafts: Map<LetterId, ReplyDraft>;
  /** A newer version that waits. */
  readonly notice: preact.ComponentChildren;
}

export const DeskShellContext = createContext<DeskShell | null>(null);

export function useDeskShell(): DeskShell {
  const shell = useContext(DeskShellContext);
  assert(shell !== null, "a desk screen is drawn inside DeskShellContext");
  return shell;
}
