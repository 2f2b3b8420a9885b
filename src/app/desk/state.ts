/**
 * What the desk's screens share: the worker that holds the organisation's keys, and what the root tells every screen.
 * Runs in the page. Given by DeskApp.tsx (or by a test over tests/support/fake-desk.ts).
 */

import { createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { assert } from "../../shared/assert.ts";
import type { LetterId } from "../../shared/ids.ts";
import type { DeskAnswer, DeskApi, DeskChange, DeskDossierRow } from "../../workers/desk.contract.ts";
import type { WorkerError } from "../../workers/satchel.contract.ts";
import { t } from "../i18n/i18n.ts";
import { type Place, pathTo, type Router } from "../platform/router.ts";
import type { HumanContact } from "../ui/HumanFooter.tsx";
import type { NetworkState } from "../ui/NetworkLine.tsx";
import type { ToastMessage } from "../ui/Toast.tsx";
import type { ReplyDraft } from "./reply-draft.ts";
import type { RowFilter } from "./rows.ts";

/** Every path of the desk. */
export const deskPaths = {
  inbox: "/guichet",
  dossierPattern: "/guichet/dossiers/:letter",
  dossier: (letter: LetterId) => pathTo("/guichet/dossiers/:letter", { letter }),
} as const;

export interface DeskHandle {
  readonly api: DeskApi;
  /** Adds a listener for coarse changes; the returned function ends it. */
  readonly listen: (listener: (change: DeskChange) => void) => () => void;
}

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

export type Asked<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly error: DeskFailure }
  | { readonly state: "ready"; readonly value: T };

/**
 * Asks once, and again after each change of a kind in `on`; the last value stays on the screen meanwhile (INV-9). A new
 * `key` starts again from "loading".
 */
export function useDeskAsk<T>(
  key: string,
  ask: (api: DeskApi) => DeskAnswer<T>,
  on: readonly DeskChange["type"][],
): Asked<T> & { readonly again: () => void } {
  const { api, listen } = useDesk();
  const [answer, setAnswer] = useState<{ readonly key: string; readonly asked: Asked<T> }>({
    key,
    asked: { state: "loading" },
  });
  const latest = useRef(0);
  const asking = useRef(ask);
  asking.current = ask;

  const again = useCallback(() => {
    latest.current += 1;
    const turn = latest.current;
    void asking.current(api).then((result) => {
      // A slower, older answer never replaces a newer one.
      if (turn !== latest.current) return;
      setAnswer({
        key,
        asked: result.ok ? { state: "ready", value: result.value } : { state: "failed", error: result.error },
      });
    });
  }, [api, key]);

  const kinds = on.join(" ");
  useEffect(() => {
    again();
    const wanted = kinds.split(" ");
    const stop = listen((change) => {
      if (wanted.includes(change.type)) again();
    });
    return () => {
      latest.current += 1;
      stop();
    };
  }, [again, listen, kinds]);

  return answer.key === key ? { ...answer.asked, again } : { state: "loading", again };
}

export interface InboxView {
  readonly rows: readonly DeskDossierRow[];
  /** This computer's clock; 0: never. */
  readonly lastAnswerAt: number;
  /** Answers and proofs that wait for a network. */
  readonly waiting: number;
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
