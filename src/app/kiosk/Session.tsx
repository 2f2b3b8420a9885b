/**
 * An open session: the screens of the person's app under the bar of the shared computer, and the end of it all. In the page.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { paths } from "../feature.ts";
import { language, t } from "../i18n/i18n.ts";
import { usePlace } from "../platform/useScreen.ts";
import { useNetwork } from "../shell/network.ts";
import { LoadingScreen, Routed } from "../shell/Routed.tsx";
import { CarrierContext } from "../state/carrier.ts";
import { RootContext, type RootHandle } from "../state/root.ts";
import { SatchelContext } from "../state/satchel.ts";
import { ShellContext, type ShellHandle } from "../state/shell.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import type { ToastMessage } from "../ui/Toast.tsx";
import type { KioskDeployment } from "./config.ts";
import { createCountdown } from "./countdown.ts";
import type { KioskDeps } from "./deps.ts";
import { Bar, timeText } from "./parts.tsx";
import { type Gate, whereTo } from "./places.ts";

/** From here on the question stands over the screen; where the whole time is short, from its second half. */
const askFromMs = 30_000;
const nothing = (): void => undefined;

export interface SessionProps {
  readonly deps: KioskDeps;
  readonly deployment: KioskDeployment | null;
  readonly idleMs: number;
  readonly gate: Gate;
  readonly online: boolean;
  /** What is known of the satchel is not the newest any more. */
  readonly onNews: () => void;
  /** `lastWords`: hands over what was typed a moment ago. */
  readonly onEnd: (why: "asked" | "idle", lastWords: () => Promise<unknown>) => void;
}

export function Session({ deps, deployment, idleMs, gate, online, onNews, onEnd }: SessionProps) {
  const { clock, timers, router, kiosk } = deps;
  const place = usePlace(router);
  const [toasts, setToasts] = useState<readonly ToastMessage[]>([]);
  const [left, setLeft] = useState(idleMs);
  const serial = useRef(0);
  const tasks = useRef(new Set<() => Promise<unknown>>());
  const network = useNetwork(kiosk, gate !== "closed", online, nothing, gate !== "closed");

  const say = useCallback((text: string, onUndo?: () => void) => {
    serial.current += 1;
    const id = `toast-${serial.current}`;
    setToasts((all) => [...all.slice(-2), { id, text, onUndo }]);
  }, []);
  const dropToast = useCallback((id: string) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);

  /* ---- the end ---- */

  const lastWords = useCallback(() => Promise.allSettled([...tasks.current].map((task) => task())), []);
  const end = useRef(onEnd);
  end.current = onEnd;
  const finish = useCallback(() => end.current("asked", lastWords), [lastWords]);
  const watch = useRef<ReturnType<typeof createCountdown> | null>(null);
  useEffect(() => {
    const countdown = createCountdown({
      clock,
      timers,
      idleMs,
      onTick: setLeft,
      onEnd: () => end.current("idle", lastWords),
    });
    watch.current = countdown;
    return deps.feedIdle(countdown);
  }, [deps, clock, timers, idleMs, lastWords]);
  useEffect(
    () =>
      deps.watchPage({
        network: nothing,
        shown: nothing,
        hidden: () => {
          for (const task of tasks.current) void task();
          void kiosk.api.flush();
        },
      }),
    [deps, kiosk],
  );

  /* ---- where one may be ---- */

  const where = whereTo(place.path, gate);
  const instead = "instead" in where ? where.instead : null;
  const why = "instead" in where ? where.say : null;
  useEffect(() => {
    if (instead === null) return;
    let isGone = false;
    const turn = (): void => {
      if (isGone) return;
      if (why !== null) say(t(`poste.${why}`));
      router.go(instead, { replace: true });
    };
    if (why !== "drillFirst") turn();
    // The card may have been tried a moment ago, and the word of it be still on its way here.
    else
      void kiosk.api.opening().then((answer) => {
        if (answer.ok && answer.value.type === "open" && answer.value.cardDrilled) onNews();
        else turn();
      });
    return () => {
      isGone = true;
    };
  }, [instead, why, kiosk, router, say, onNews]);

  const beforeLock = useCallback((task: () => Promise<unknown>) => {
    tasks.current.add(task);
    return () => void tasks.current.delete(task);
  }, []);
  const hold = useCallback(() => nothing, []);
  const shell: ShellHandle = {
    router,
    place,
    network: network.state,
    waiting: network.waiting,
    leaving: network.waiting,
    contact: deployment?.operator?.contact ?? null,
    open: gate !== "closed",
    toasts,
    notice: null,
    go: router.go,
    quit: finish,
    endsElsewhere: true,
    say,
    dropToast,
    beforeLock,
    hold,
  };
  const root = useMemo<RootHandle>(
    () => ({
      version: deps.version,
      random: deps.random,
      theme: deps.theme,
      operator: deployment?.operator ?? null,
      lockReason: "start",
      evicted: false,
      shared: true,
      readiness: async () => null,
      room: async () => ({ used: null, quota: null, persisted: false }),
      askToKeep: async () => false,
      lock: finish,
      diagnostics: (mark) => `${deps.version} ${mark} ${language()}`,
      copy: deps.copyText,
      print: deps.print,
      discreet: { on: false, set: nothing },
      wipe: async () => ({ ok: false, error: { type: "unavailable", mark: "shared" } }),
      forget: nothing,
    }),
    [deps, deployment, finish],
  );
  const home = useCallback(() => router.go(gate === "closed" ? "/" : paths.home, { replace: true }), [router, gate]);
  const isShort = left <= Math.min(askFromMs, idleMs / 2);
  return (
    <SatchelContext.Provider value={kiosk}>
      <RootContext.Provider value={root}>
        <CarrierContext.Provider value={deps.carrier}>
          <ShellContext.Provider value={shell}>
            <Bar place={null} left={left} onEnd={finish} />
            {"show" in where ? <Routed key={where.show} path={where.show} onAbsent={home} /> : <LoadingScreen />}
            <Dialog
              open={isShort}
              title={t("poste.idle.title")}
              onKeep={() => watch.current?.gesture()}
              actions={
                <>
                  <Button onPress={() => watch.current?.gesture()}>{t("poste.bar.stay")}</Button>
                  <Button kind="second" onPress={finish}>
                    {t("poste.bar.end")}
                  </Button>
                </>
              }
            >
              <p>{t("poste.idle.text")}</p>
              <p role="timer">
                {t("poste.bar.closesIn")} {timeText(left)}
              </p>
            </Dialog>
          </ShellContext.Provider>
        </CarrierContext.Provider>
      </RootContext.Provider>
    </SatchelContext.Provider>
  );
}
