/**
 * The root of the person's app: which screen stands where, and what all of them share. Runs in the page.
 *
 * Surprising: the lock screen has no address. It stands in front of whatever the address is, so that after the code
 * the person is exactly where they were.
 */
import type { ComponentType } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { paths } from "../feature.ts";
import { StartScreen } from "../features/start/StartScreen.tsx";
import { language, loadAreas, t } from "../i18n/i18n.ts";
import type { Operator } from "../platform/deployment.ts";
import { markOf } from "../platform/diagnostics.ts";
import { watchIdle } from "../platform/idle.ts";
import type { ServiceWorkerLink } from "../platform/service-worker.ts";
import { usePlace } from "../platform/useScreen.ts";
import { CarrierContext } from "../state/carrier.ts";
import { type LockReason, RootContext, type RootHandle } from "../state/root.ts";
import { SatchelContext } from "../state/satchel.ts";
import { ShellContext, type ShellHandle } from "../state/shell.ts";
import type { ToastMessage } from "../ui/Toast.tsx";
import { UiWorld } from "../ui/world.ts";
import { useCarrierWatch } from "./carrier.ts";
import type { ShellDeps } from "./deps.ts";
import { FailedScreen } from "./Failed.tsx";
import { UpdateNotice } from "./Notices.tsx";
import { useNetwork } from "./network.ts";
import { useOpening } from "./opening.ts";
import { LoadingScreen, Routed } from "./Routed.tsx";
import { loadScreen } from "./routes.ts";

const PERSIST_ASKED = "persist-asked";
const LOOK_FOR_UPDATE_MS = 60 * 60_000;
/** What was said that shortly before going to another screen is about the way there, and comes along. */
const COMES_ALONG_MS = 1000;
/** Nobody waits for it. */
const WEEKLY_MS = 5000;
/** Making a satchel, bringing one from another device or with the card, carrying for somebody, another name for the app: what can be done while none is open. */
const isFirstPath = (path: string): boolean =>
  [paths.code, paths.join, paths.comeBack, paths.comeBackDesk, paths.carrier, paths.discreet, paths.verifier].some(
    (one) => one === path,
  );

/** The lock screen is drawn first. */
const BEHIND_MS = 400;

/** "Sortir" does not wait longer than this for the last words to be sealed; the page is hidden from the first moment. */
const LEAVE_MS = 1500;

/** A chunk that is drawn when it is here; `LoadingScreen` until then, the failed state when it cannot be read. */
function Later({ load }: { readonly load: () => Promise<ComponentType> }) {
  const [loaded, setLoaded] = useState<{ readonly Screen: ComponentType } | { readonly mark: string } | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    load().then(
      (Screen) => setLoaded({ Screen }),
      (error: unknown) => setLoaded({ mark: markOf(error) }),
    );
  }, [load, attempt]);
  if (loaded === null) return <LoadingScreen />;
  if ("mark" in loaded) return <FailedScreen mark={loaded.mark} onRetry={() => setAttempt((n) => n + 1)} />;
  const { Screen } = loaded;
  return <Screen />;
}

async function loadLock(): Promise<ComponentType> {
  const [module] = await Promise.all([
    import("../features/opening/LockScreen.tsx"),
    import("../ui/app.ts"),
    loadAreas("opening", "errors"),
  ]);
  return module.LockScreen;
}

/** Listeners that come and go with screens. */
function useTasks<T>() {
  const tasks = useRef(new Set<T>());
  const add = useCallback((task: T) => {
    tasks.current.add(task);
    return () => void tasks.current.delete(task);
  }, []);
  return { tasks, add };
}

export function App({ deps }: { readonly deps: ShellDeps }) {
  const { clock, timers, router, satchel, carrier, keep } = deps;
  const place = usePlace(router);
  const { opening, evicted, again, forget } = useOpening(satchel, keep, timers);
  const [lockReason, setLockReason] = useState<LockReason>("start");
  const [browserOnline, setBrowserOnline] = useState(deps.online());
  const [operator, setOperator] = useState<Operator | null>(null);
  const [toasts, setToasts] = useState<readonly (ToastMessage & { readonly saidAt: number })[]>([]);
  const [holds, setHolds] = useState(0);
  const [updateWaits, setUpdateWaits] = useState(false);
  const link = useRef<Promise<ServiceWorkerLink | null> | null>(null);
  const { tasks: lastWords, add: beforeLock } = useTasks<() => Promise<unknown>>();
  const toastSerial = useRef(0);

  const state = opening.state === "known" ? opening.value.type : opening.state;
  const isOpen = state === "open";
  const isKnown = isOpen || state === "locked";

  /* ---- sentences said for a moment ---- */

  const dropToast = useCallback((id: string) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const say = useCallback(
    (text: string, onUndo?: () => void) => {
      toastSerial.current += 1;
      const id = `toast-${toastSerial.current}`;
      setToasts((all) => [...all.slice(-2), { id, text, onUndo, saidAt: clock.now() }]);
    },
    [clock],
  );
  // What was said about an open satchel is not for whoever sees the lock screen.
  useEffect(() => {
    if (!isOpen) setToasts((all) => (all.length === 0 ? all : []));
  }, [isOpen]);

  /* ---- network, queue, service worker ---- */

  const askDelivery = useCallback(() => void link.current?.then((worker) => worker?.askDelivery()), []);
  useCarrierWatch(carrier, keep, timers, browserOnline);
  // Where the person lets this phone say the weekly sentence: in the language and under the name of this start.
  useEffect(() => {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    return timers.after(WEEKLY_MS, () => {
      void Promise.all([import("../platform/weekly.ts"), loadAreas("ahead")]).then(
        ([{ browserWeekly, refreshWeekly }]) => refreshWeekly(browserWeekly),
        // Its file is not on this phone yet: the words stay as they are until the next start.
        () => undefined,
      );
    });
  }, [timers]);
  const network = useNetwork(satchel, isKnown, browserOnline, askDelivery, isOpen);

  useEffect(() => {
    link.current = deps.linkServiceWorker(() => setUpdateWaits(true));
    let cancel = (): void => undefined;
    const look = (): void => {
      cancel = timers.after(LOOK_FOR_UPDATE_MS, () => {
        void link.current?.then((worker) => worker?.lookForUpdate());
        look();
      });
    };
    look();
    return () => cancel();
  }, [deps, timers]);

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
          if (!online) return;
          if (operator === null) loadOperator();
          if (isKnown) void satchel.api.hint("online");
        },
        shown() {
          setBrowserOnline(deps.online());
          if (isKnown) void satchel.api.hint("visible");
        },
        hidden() {
          if (!isOpen) return;
          for (const task of lastWords.current) void task();
          void satchel.api.flush();
        },
      }),
    [deps, satchel, isKnown, isOpen, operator, loadOperator, lastWords],
  );

  /* ---- asked once, after the first kept paper: "do not erase this by yourself" ---- */

  useEffect(() => {
    if (!isOpen || keep.read(PERSIST_ASKED) !== null) return;
    return satchel.listen((change) => {
      if (change.type !== "papers" || keep.read(PERSIST_ASKED) !== null) return;
      void satchel.api.papers().then((answer) => {
        if (!answer.ok || !answer.value.some((paper) => paper.record.status === "kept")) return;
        // Another change may have asked while this one looked.
        if (keep.read(PERSIST_ASKED) !== null) return;
        keep.write(PERSIST_ASKED, "1");
        void deps.askToKeep().then(async (promised) => {
          // A refusal is said once, in plain words; the settings say it at any time.
          if (!promised && (await loadAreas("errors")).ok) say(t("errors.notKept"));
        });
      });
    });
  }, [deps, satchel, keep, isOpen, say]);

  /* ---- what the browser has erased by itself ---- */

  const [Lost, setLost] = useState<ComponentType | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    let isGone = false;
    const ask = (): void =>
      void satchel.api.lost().then(async (answer) => {
        if (!answer.ok || answer.value.type === "nothing") return;
        const { LostNotice } = await import("./Lost.tsx");
        if (!isGone) setLost(() => LostNotice);
      });
    ask();
    const stop = satchel.listen((change) => {
      if (change.type === "opening") ask();
    });
    return () => {
      isGone = true;
      stop();
      setLost(null);
    };
  }, [satchel, isOpen]);

  /* ---- closing ---- */

  const close = useCallback(async (): Promise<void> => {
    await Promise.allSettled([...lastWords.current].map((task) => task()));
    await satchel.api.lock();
  }, [satchel, lastWords]);

  const lock = useCallback(
    (reason: LockReason) => {
      setLockReason(reason);
      void close();
    },
    [close],
  );

  const quit = useCallback(() => {
    deps.hidePage();
    const leave = deps.leavePage;
    if (!isOpen) {
      leave();
      return;
    }
    let hasLeft = false;
    const leaveOnce = (): void => {
      if (!hasLeft) leave();
      hasLeft = true;
    };
    timers.after(LEAVE_MS, leaveOnce);
    void close().then(leaveOnce, leaveOnce);
  }, [deps, timers, close, isOpen]);

  useEffect(() => (isKnown ? deps.onEscapes(quit) : undefined), [deps, quit, isKnown]);

  useEffect(() => {
    if (!isOpen) return;
    const watch = watchIdle({ clock, timers, limits: deps.idleLimits, onIdle: () => lock("idle") });
    return deps.feedIdle(watch);
  }, [deps, clock, timers, lock, isOpen]);

  /* ---- leaving nothing behind ---- */

  const [Gone, setGone] = useState<ComponentType | null>(null);
  const wipe = useCallback(async (): ReturnType<RootHandle["wipe"]> => {
    // The last screen is fetched while its files are still here.
    const [{ GoneScreen }] = await Promise.all([import("./Gone.tsx"), loadAreas("erase")]);
    await deps.clearOtherTabs();
    const wiped = await satchel.api.wipeDevice();
    if (!wiped.ok) return wiped;
    setGone(() => GoneScreen);
    await deps.wipePage();
    return wiped;
  }, [deps, satchel]);

  /* ---- where one may be ---- */

  // Another person than before: nothing that the former one visited is shown again, not even as an address.
  const database = opening.state === "known" && opening.value.type === "open" ? opening.value.profile.database : null;
  const lastOpen = useRef<string | null>(null);
  useEffect(() => {
    if (database === null) return;
    if (lastOpen.current !== null && lastOpen.current !== database) router.begin(paths.home);
    lastOpen.current = database;
  }, [database, router]);

  const cardDrilled = opening.state === "known" && opening.value.type === "open" && opening.value.cardDrilled;
  const { path } = place;
  useEffect(() => {
    if (state === "none" && path !== paths.start && !isFirstPath(path)) router.go(paths.start, { replace: true });
    if (state !== "open") return;
    // A satchel that was just made has its card next; any other one starts at home.
    if (path === paths.code) router.go(cardDrilled ? paths.home : paths.card, { replace: true });
    // Coming back ends on a page of its own, which asks what to do about the old phone and the card.
    if (path === paths.start || path === paths.join) router.go(paths.home, { replace: true });
  }, [state, path, cardDrilled, router]);
  // While the code is typed, the screen behind the lock comes: opening does not wait for its files.
  useEffect(() => {
    if (state !== "locked") return;
    const behind = path === paths.start ? paths.home : path;
    return timers.after(BEHIND_MS, () => void Promise.allSettled([loadScreen(behind)]));
  }, [state, path, timers]);
  const goHome = useCallback(() => router.go(isOpen ? paths.home : paths.start, { replace: true }), [router, isOpen]);

  /* ---- what screens are handed ---- */

  const { visit } = place;
  useEffect(() => {
    setToasts((all) => {
      if (all.length === 0) return all;
      const along = all.filter((toast) => toast.arrived !== true && clock.now() - toast.saidAt < COMES_ALONG_MS);
      return along.map((toast) => ({ ...toast, arrived: true }));
    });
  }, [clock, visit]);
  const hold = useCallback(() => {
    setHolds((n) => n + 1);
    return () => setHolds((n) => n - 1);
  }, []);
  const update = useCallback(() => {
    // The last words are sealed first; the page then starts again, closed.
    const closed = isOpen ? close() : Promise.resolve();
    void closed.then(() => link.current?.then((worker) => worker?.update()));
  }, [close, isOpen]);

  const mayUpdate = updateWaits && holds === 0 && !network.moving;
  const notice = useMemo(
    () => (
      <>
        {Lost !== null && <Lost />}
        {mayUpdate && <UpdateNotice onUpdate={update} />}
      </>
    ),
    [Lost, mayUpdate, update],
  );
  // How much waits is between a person and an open satchel; several persons may share this phone.
  const waiting = isOpen ? network.waiting : 0;
  const contact = operator?.contact ?? null;
  // The same object while nothing in it changed: every screen listens to it.
  const shell = useMemo<ShellHandle>(
    () => ({
      router,
      place,
      network: network.state,
      waiting,
      leaving: waiting,
      contact,
      open: isOpen,
      toasts,
      notice,
      go: router.go,
      quit,
      say,
      dropToast,
      beforeLock,
      hold,
    }),
    [router, place, network.state, waiting, contact, isOpen, toasts, notice, quit, say, dropToast, beforeLock, hold],
  );
  const root = useMemo<RootHandle>(
    () => ({
      version: deps.version,
      random: deps.random,
      theme: deps.theme,
      operator,
      lockReason,
      evicted,
      readiness: async () => (await link.current)?.readiness() ?? null,
      room: deps.readRoom,
      askToKeep: deps.askToKeep,
      lock: () => lock("asked"),
      diagnostics: (mark) => deps.diagnostics(mark, `${path.split("/")[1] ?? ""} ${language()}`, clock.now()),
      copy: deps.copyText,
      print: deps.print,
      discreet: {
        on: deps.discreet.on,
        set(on) {
          deps.discreet.keep(on);
          const closed = isOpen ? close() : Promise.resolve();
          void closed.then(deps.startAgain, deps.startAgain);
        },
      },
      wipe,
      forget,
    }),
    [deps, operator, lockReason, evicted, lock, wipe, forget, clock, path, close, isOpen],
  );
  const world = useMemo(() => ({ clock, timers }), [clock, timers]);

  const isFirstUse = (state === "none" || state === "locked") && isFirstPath(path);
  return (
    <UiWorld value={world}>
      <SatchelContext.Provider value={satchel}>
        <RootContext.Provider value={root}>
          <CarrierContext.Provider value={carrier}>
            <ShellContext.Provider value={shell}>
              {Gone !== null ? (
                <Gone />
              ) : (
                <>
                  {opening.state === "failed" && (
                    <FailedScreen
                      mark={opening.error.type === "unavailable" ? opening.error.mark : opening.error.type}
                      onRetry={again}
                    />
                  )}
                  {state === "asking" && <LoadingScreen />}
                  {state === "none" && !isFirstUse && <StartScreen />}
                  {state === "locked" && !isFirstUse && <Later key="lock" load={loadLock} />}
                  {(isFirstUse || (isOpen && path !== paths.start)) && (
                    <Routed key={path} path={path} onAbsent={goHome} />
                  )}
                </>
              )}
            </ShellContext.Provider>
          </CarrierContext.Provider>
        </RootContext.Provider>
      </SatchelContext.Provider>
    </UiWorld>
  );
}
