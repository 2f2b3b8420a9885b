/**
 * The root of the desk: closed or open, which screen stands where, what all of them share. Runs in the page.
 *
 * Surprising: like the person's app, the lock screen has no address; after the code the helper is where they were. The
 * desk closes itself after fifteen minutes without a gesture, seen or unseen: helpers work in other windows meanwhile.
 */

import { useCallback, useEffect, useErrorBoundary, useMemo, useRef, useState } from "preact/hooks";
import type { LetterId } from "../../shared/ids.ts";
import type { Clock, Timers } from "../../shared/ports.ts";
import { useT } from "../i18n/useT.ts";
import type { Operator } from "../platform/deployment.ts";
import { markOf } from "../platform/diagnostics.ts";
import { type IdleLimits, type IdleWatch, watchIdle } from "../platform/idle.ts";
import { matchPath, type Router } from "../platform/router.ts";
import type { ServiceWorkerLink } from "../platform/service-worker.ts";
import { usePlace } from "../platform/useScreen.ts";
import { UpdateNotice } from "../shell/Notices.tsx";
import type { NetworkState } from "../ui/NetworkLine.tsx";
import { FailedState, Loading } from "../ui/States.tsx";
import type { ToastMessage } from "../ui/Toast.tsx";
import { UiWorld } from "../ui/world.ts";
import { DoorFrame } from "./DeskFrame.tsx";
import { DeskLock, type DeskLockProps, type DeskLockReason } from "./DeskLock.tsx";
import { Dossier } from "./Dossier.tsx";
import { Enrol } from "./Enrol.tsx";
import { FiguresScreen } from "./figures/FiguresScreen.tsx";
import { FormsDoor } from "./forms/FormsDoor.tsx";
import { Inbox } from "./Inbox.tsx";
import { KeysDialog } from "./KeysDialog.tsx";
import { MandatesDoor } from "./mandates/MandatesDoor.tsx";
import { BesideDoor } from "./recovery/BesideDoor.tsx";
import type { ReplyDraft } from "./reply-draft.ts";
import { DeskShares } from "./shares/DeskShares.tsx";
import { SheetDoor } from "./sheet/SheetDoor.tsx";
import {
  DeskContext,
  type DeskHandle,
  type DeskShell,
  DeskShellContext,
  deskPaths,
  failureMark,
  failureText,
  type ListView,
  useDesk,
  useDeskAsk,
} from "./state.ts";
import { JoinWait } from "./team/JoinWait.tsx";
import { TeamDoor } from "./team/TeamDoor.tsx";

const MINUTE = 60_000;
/** Without a gesture; the same out of sight. */
export const DESK_IDLE_LIMITS: IdleLimits = { idleMs: 15 * MINUTE, hiddenMs: 15 * MINUTE, awayMs: 15 * MINUTE };
/** Between two looks for news while the desk is open. */
const LOOK_MS = MINUTE;

/** Everything that the desk is handed by its composition root (main.tsx), or by a test. */
export interface DeskDeps {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly router: Router;
  readonly desk: DeskHandle;
  readonly idleLimits: IdleLimits;
  readonly feedIdle: (watch: IdleWatch) => () => void;
  readonly watchPage: (on: {
    readonly network: (online: boolean) => void;
    readonly shown: () => void;
    readonly hidden: () => void;
  }) => () => void;
  readonly online: () => boolean;
  readonly loadOperator: () => Promise<Operator | null>;
  /** `onWaiting`: a newer version is here and waits. */
  readonly linkServiceWorker: (onWaiting: () => void) => Promise<ServiceWorkerLink | null>;
  readonly copyText: (text: string) => Promise<boolean>;
  readonly print: () => void;
  readonly saveFile: DeskShell["saveFile"];
}

interface OpenDeskProps {
  readonly deps: DeskDeps;
  readonly browserOnline: boolean;
  readonly operator: Operator | null;
  readonly drafts: Map<LetterId, ReplyDraft>;
  readonly updateWaits: boolean;
  readonly onUpdate: () => void;
  readonly onLock: (reason: DeskLockReason) => void;
  readonly onUnreachable: (isUnreachable: boolean) => void;
  readonly network: NetworkState;
}

/** The screens of an open desk. */
function OpenDesk(props: OpenDeskProps) {
  const { deps, operator, drafts, updateWaits, onUpdate, onLock, onUnreachable, network, browserOnline } = props;
  const { clock, timers, router } = deps;
  const { api } = useDesk();
  const place = usePlace(router);
  const inbox = useDeskAsk("inbox", (desk) => desk.inbox(), ["inbox", "network"]);
  const organisation = useDeskAsk("organisation", (desk) => desk.organisation(), ["network"]);
  const team = useDeskAsk("team", (desk) => desk.team(), ["team"]);
  const helpers = team.state === "ready" ? team.value.helpers.filter(({ role }) => role !== "card") : [];
  const [list, setList] = useState<ListView>({ filter: "all", typed: "" });
  const [keysOn, turnKeys] = useState(true);
  const [keysShown, showKeys] = useState(false);
  const [toasts, setToasts] = useState<readonly ToastMessage[]>([]);
  const serial = useRef(0);

  const refresh = useCallback(async (): Promise<void> => {
    const answer = await api.refresh();
    onUnreachable(!answer.ok && answer.error.type === "no-network");
  }, [api, onUnreachable]);
  useEffect(() => {
    let cancel = (): void => undefined;
    const look = (): void => {
      void refresh();
      cancel = timers.after(LOOK_MS, look);
    };
    look();
    return () => cancel();
    // The browser says that a network is there or gone: a good moment to look.
  }, [refresh, timers, browserOnline]);

  useEffect(() => {
    const watch = watchIdle({ clock, timers, limits: deps.idleLimits, onIdle: () => onLock("idle") });
    return deps.feedIdle(watch);
  }, [deps, clock, timers, onLock]);

  const dropToast = useCallback((id: string) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const say = useCallback((text: string) => {
    serial.current += 1;
    const id = `toast-${serial.current}`;
    setToasts((all) => [...all.slice(-2), { id, text }]);
  }, []);

  const params = matchPath(deskPaths.dossierPattern, place.path);
  const isForms = place.path === deskPaths.forms;
  const shared = matchPath(deskPaths.sharePattern, place.path);
  const isShares = shared !== undefined || place.path === deskPaths.shares;
  const given = matchPath(deskPaths.mandatePattern, place.path);
  const isMandates = given !== undefined || place.path === deskPaths.mandates;
  const isFigures = place.path === deskPaths.figures;
  const isTeam = place.path === deskPaths.team;
  const isSheet = place.path === deskPaths.sheet;
  const isHere =
    params !== undefined ||
    isShares ||
    isMandates ||
    isForms ||
    isFigures ||
    place.path === deskPaths.beside ||
    isTeam ||
    isSheet ||
    place.path === deskPaths.inbox;
  const isBeside = place.path === deskPaths.beside;
  useEffect(() => {
    if (!isHere) router.go(deskPaths.inbox, { replace: true });
  }, [isHere, router]);

  const shell: DeskShell = {
    router,
    place,
    network,
    contact: operator?.contact ?? null,
    organisation: organisation.state === "ready" ? (organisation.value?.name ?? "") : "",
    demonstration: organisation.state === "ready" && organisation.value?.demonstration === true,
    inbox,
    refresh,
    helpers,
    me: helpers.find(({ isMe }) => isMe)?.id ?? null,
    keys: { on: keysOn, turn: turnKeys, shown: keysShown, show: showKeys },
    lock: () => onLock("asked"),
    toasts,
    say,
    dropToast,
    copy: deps.copyText,
    print: deps.print,
    saveFile: deps.saveFile,
    list,
    setList,
    drafts,
    // A reply that is being written comes first.
    notice: updateWaits && drafts.size === 0 ? <UpdateNotice onUpdate={onUpdate} /> : null,
  };
  return (
    <DeskShellContext.Provider value={shell}>
      <KeysDialog />
      {isForms ? (
        <FormsDoor />
      ) : isBeside ? (
        <BesideDoor />
      ) : isFigures ? (
        <FiguresScreen />
      ) : isTeam ? (
        <TeamDoor />
      ) : isSheet ? (
        <SheetDoor />
      ) : isShares ? (
        <DeskShares letter={shared?.letter} />
      ) : isMandates ? (
        <MandatesDoor letter={given?.letter} />
      ) : params === undefined ? (
        <Inbox />
      ) : (
        <Dossier key={params.letter} letter={params.letter} />
      )}
    </DeskShellContext.Provider>
  );
}

/** The six digits; where they open an invitation that nobody has confirmed yet, what is to be compared meanwhile. */
function Closed(props: DeskLockProps) {
  const joining = useDeskAsk("joining", (api) => api.joining(), ["opening"]);
  if (joining.state !== "ready" || joining.value.type === "in") return <DeskLock {...props} />;
  const { network, contact } = props;
  return <JoinWait first={joining.value} network={network} contact={contact} onOver={joining.again} />;
}

interface RootProps {
  readonly deps: DeskDeps;
}

function Root({ deps }: RootProps) {
  const t = useT();
  const { desk } = deps;
  const asked = useDeskAsk("opening", (api) => api.opening(), ["opening"]);
  const [reason, setReason] = useState<DeskLockReason>("start");
  const [browserOnline, setBrowserOnline] = useState(deps.online());
  const [isUnreachable, setUnreachable] = useState(false);
  const [operator, setOperator] = useState<Operator | null>(null);
  const [updateWaits, setUpdateWaits] = useState(false);
  const link = useRef<Promise<ServiceWorkerLink | null> | null>(null);
  const drafts = useRef(new Map<LetterId, ReplyDraft>());
  const [failure, resetFailure] = useErrorBoundary();

  useEffect(() => {
    link.current = deps.linkServiceWorker(() => setUpdateWaits(true));
  }, [deps]);
  const loadOperator = useCallback(
    () => void deps.loadOperator().then((found) => setOperator((before) => found ?? before)),
    [deps],
  );
  useEffect(loadOperator, [loadOperator]);
  useEffect(
    () =>
      deps.watchPage({
        network(online) {
          setBrowserOnline(online);
          if (online && operator === null) loadOperator();
        },
        shown: () => setBrowserOnline(deps.online()),
        hidden: () => undefined,
      }),
    [deps, operator, loadOperator],
  );

  const lock = useCallback(
    (why: DeskLockReason) => {
      setReason(why);
      void desk.api.lock();
    },
    [desk],
  );
  const update = useCallback(() => {
    void desk.api.lock().then(() => link.current?.then((worker) => worker?.update()));
  }, [desk]);

  const network: NetworkState = !browserOnline || isUnreachable ? "offline" : "online";
  const contact = operator?.contact ?? null;
  const opening = asked.state === "ready" ? asked.value : null;
  if (failure !== undefined)
    return (
      <DoorFrame title={t("common.failed.title")} arrival="error" network={network} contact={contact} failing>
        <h1 class="sr">{t("common.failed.title")}</h1>
        <FailedState mark={markOf(failure)} onRetry={resetFailure} />
      </DoorFrame>
    );
  if (opening === null)
    return (
      <DoorFrame title={t("desk.title")} arrival={asked.state} network={network} contact={contact}>
        <h1 class="sr">{t("desk.title")}</h1>
        {asked.state === "loading" && <Loading />}
        {asked.state === "failed" && (
          <FailedState mark={failureMark(asked.error)} text={failureText(asked.error)} onRetry={asked.again} />
        )}
      </DoorFrame>
    );
  if (opening.type === "none") return <Enrol network={network} contact={contact} />;
  if (opening.type === "locked")
    return <Closed organisation={opening.organisation} reason={reason} network={network} contact={contact} />;
  return (
    <OpenDesk
      deps={deps}
      browserOnline={browserOnline}
      operator={operator}
      drafts={drafts.current}
      updateWaits={updateWaits}
      onUpdate={update}
      onLock={lock}
      onUnreachable={setUnreachable}
      network={network}
    />
  );
}

/** The desk, over what its root or a test hands in. The catalogues "desk" and "errors" are loaded. */
export function DeskApp({ deps }: RootProps) {
  const { clock, timers } = deps;
  const world = useMemo(() => ({ clock, timers }), [clock, timers]);
  return (
    <UiWorld value={world}>
      <DeskContext.Provider value={deps.desk}>
        <Root deps={deps} />
      </DeskContext.Provider>
    </UiWorld>
  );
}
