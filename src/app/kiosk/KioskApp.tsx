/**
 * The root of `/poste`: start, session, end. Runs in the page.
 *
 * Surprising: one page is one session. After its end the worker is gone and the page is replaced, so that nothing of it is
 * left in the page's memory either; what is shown in between is a number and a date.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { usePlace } from "../platform/useScreen.ts";
import { useAskOf } from "../state/ask.ts";
import { Loading } from "../ui/States.tsx";
import { UiWorld } from "../ui/world.ts";
import { Approval } from "./approval/Approval.tsx";
import { carefulConfig, type KioskDeployment } from "./config.ts";
import type { KioskDeps } from "./deps.ts";
import { type Gate, kioskPhone, kioskStart } from "./places.ts";
import { type Ended, Farewell, KioskStart } from "./Screens.tsx";
import { Session } from "./Session.tsx";
import { StateScreen } from "./StateScreen.tsx";

/** What can leave at once leaves before the keys go. */
const patienceMs = 10_000;
/** How long the farewell stands. */
const farewellMs = 45_000;

type Phase = { readonly at: "here" } | { readonly at: "ending" } | { readonly at: "ended"; readonly ended: Ended };

export function KioskApp({ deps, page }: { readonly deps: KioskDeps; readonly page: "poste" | "etat" }) {
  const { clock, timers, router, kiosk } = deps;
  const t = useT();
  const place = usePlace(router);
  const [phase, setPhase] = useState<Phase>({ at: "here" });
  const [deployment, setDeployment] = useState<KioskDeployment | null>(null);
  const [online, setOnline] = useState(deps.online());
  const [left, setLeft] = useState(farewellMs);
  const opening = useAskOf(kiosk, "opening", (api) => api.opening(), ["opening"]);
  const gateNow: Gate =
    opening.state !== "ready" || opening.value.type !== "open"
      ? "closed"
      : opening.value.cardDrilled
        ? "open"
        : "drill";
  const gate = useRef<Gate>(gateNow);
  gate.current = gateNow;

  const load = useCallback(
    () => void deps.loadDeployment().then((found) => setDeployment((before) => found ?? before)),
    [deps],
  );
  useEffect(() => {
    load();
    void deps.linkServiceWorker();
  }, [deps, load]);
  useEffect(
    () =>
      deps.watchPage({
        network(now) {
          setOnline(now);
          if (!now) return;
          load();
          void kiosk.api.hint("online");
        },
        shown: () => setOnline(deps.online()),
        hidden: () => undefined,
      }),
    [deps, kiosk, load],
  );

  const end = useCallback(
    (why: Ended["why"], lastWords: () => Promise<unknown>) => {
      const untried = gate.current === "drill";
      setPhase({ at: "ending" });
      void (async () => {
        await lastWords();
        const done = await kiosk.api.finish(deps.online() ? patienceMs : 0);
        deps.stopWorker();
        if (why === "asked") await deps.clearClipboard();
        setPhase({ at: "ended", ended: { why, left: done.ok ? done.value : null, untried, at: clock.now() } });
      })();
    },
    [deps, kiosk, clock],
  );

  const hasEnded = phase.at === "ended";
  useEffect(() => {
    if (!hasEnded) return;
    const until = clock.now() + farewellMs;
    let cancel = (): void => undefined;
    const tick = (): void => {
      const rest = until - clock.now();
      setLeft(Math.max(0, rest));
      if (rest <= 0) deps.replacePage();
      else cancel = timers.after(1000, tick);
    };
    tick();
    return () => cancel();
  }, [hasEnded, clock, timers, deps]);

  const world = useMemo(() => ({ clock, timers }), [clock, timers]);
  const isStart = gateNow === "closed" && place.path === kioskStart;
  return (
    <UiWorld value={world}>
      {page === "etat" ? (
        <StateScreen deps={deps} deployment={deployment} />
      ) : phase.at === "ended" ? (
        <Farewell
          ended={phase.ended}
          closesIn={left}
          deployment={deployment}
          print={deps.print}
          leave={deps.replacePage}
        />
      ) : phase.at === "ending" ? (
        <main class="poste-ending">
          <h1>{t("poste.ending")}</h1>
          <Loading />
        </main>
      ) : gateNow === "closed" && place.path === kioskPhone ? (
        <Approval
          deps={deps}
          deployment={deployment}
          online={online}
          idleMs={deployment?.config.idleMs ?? carefulConfig.idleMs}
          onBack={() => router.go(kioskStart, { replace: true })}
          onEnd={end}
        />
      ) : isStart ? (
        <KioskStart deployment={deployment} online={online} go={router.go} />
      ) : (
        <Session
          deps={deps}
          deployment={deployment}
          idleMs={deployment?.config.idleMs ?? carefulConfig.idleMs}
          gate={gateNow}
          online={online}
          onNews={opening.again}
          onEnd={end}
        />
      )}
    </UiWorld>
  );
}
