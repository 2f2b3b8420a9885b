/** What the network does, in one line, only when there is something to say. Spoken once per change. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { Banner } from "./Banner.tsx";
import { Icon } from "./icons/Icon.tsx";
import { memo } from "./memo.tsx";
import { useWorld } from "./world.ts";

/** `blocked`: something answers, but it is not our server (a captive portal, a filter). */
export type NetworkState = "online" | "offline" | "blocked";

const BACK_MS = 6000;

export interface NetworkLineProps {
  readonly state: NetworkState;
  /** How many items leave now that the network is back. */
  readonly leaving?: number | undefined;
  /** What is done on this screen needs the network: no promise that everything works without. */
  readonly needed?: boolean | undefined;
}

/** Under the head. Offline: a quiet line. Back again: a done banner for six seconds. Online: an empty live region. */
export const NetworkLine = memo(function NetworkLine({ state, leaving = 0, needed = false }: NetworkLineProps) {
  const t = useT();
  const { timers } = useWorld();
  const [isBack, setBack] = useState(false);
  const before = useRef(state);
  useEffect(() => {
    const returned = before.current !== "online" && state === "online";
    before.current = state;
    setBack(returned);
    return returned ? timers.after(BACK_MS, () => setBack(false)) : undefined;
  }, [state, timers]);
  return (
    <div role="status" class={state === "online" ? undefined : "net"}>
      {state !== "online" && (
        <p class="net__in">
          <Icon name="hors-ligne" />
          <span>
            <b>{t(state === "offline" ? "common.net.off" : "common.net.blocked")}</b>{" "}
            {!needed && t(state === "offline" ? "common.net.offMore" : "common.net.blockedMore")}
          </span>
        </p>
      )}
      {state === "online" && isBack && (
        <Banner tone="done" icon="valider" quiet title={t("common.net.back")}>
          {leaving > 0 && t("common.net.leaving", { count: leaving })}
        </Banner>
      )}
    </div>
  );
});
