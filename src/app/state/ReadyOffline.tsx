/** "Prêt sans réseau": what works now without any network, as the service worker itself says. Needs the area "settings". */
import { useEffect, useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { Icon } from "../ui/icons/Icon.tsx";
import { useWorld } from "../ui/world.ts";
import { useRoot } from "./root.ts";
import type { Readiness } from "./shell.ts";

const AGAIN_MS = 5000;
const TOOLS = ["texts", "ways", "photos", "codes", "carrier"] as const;
/** Not waited for: a phone that saves data is asked before they come. */
const HEAVY = ["pdf", "twoddoc"] as const;

/** Asked again every few seconds until everything is here; null while nobody answers. */
export function useReadiness(): { readonly state: Readiness | null; readonly asked: boolean } {
  const { readiness } = useRoot();
  const { timers } = useWorld();
  const [known, setKnown] = useState<{ readonly state: Readiness | null; readonly turn: number }>({
    state: null,
    turn: 0,
  });
  useEffect(() => {
    let isGone = false;
    let cancel = (): void => undefined;
    const ask = (turn: number): void =>
      void readiness().then((state) => {
        if (isGone) return;
        setKnown({ state, turn });
        if (state === null || !TOOLS.every((tool) => state[tool])) cancel = timers.after(AGAIN_MS, () => ask(turn + 1));
      });
    ask(1);
    return () => {
      isGone = true;
      cancel();
    };
  }, [readiness, timers]);
  return { state: known.state, asked: known.turn > 0 };
}

/** One line per tool: here, or still on its way. Nothing is claimed that was not answered. */
export function ReadyOffline() {
  const t = useT();
  const { state, asked } = useReadiness();
  return (
    <div role="status" class="stack-s">
      {state === null ? (
        <p>{asked && t("settings.ready.unknown")}</p>
      ) : (
        <ul class="stack-s">
          {TOOLS.map((tool) => (
            <li class="line" key={tool}>
              <Icon name={state[tool] ? "valider" : "en-attente"} size="s" />
              <span>
                {t(`settings.ready.${tool}`)} {t(state[tool] ? "settings.ready.here" : "settings.ready.coming")}
              </span>
            </li>
          ))}
          {HEAVY.map((tool) => (
            <li class="line" key={tool}>
              <Icon name={state[tool] ? "valider" : "en-attente"} size="s" />
              <span>
                {t(`settings.ready.${tool}`)} {t(state[tool] ? "settings.ready.here" : `settings.ready.${tool}Later`)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
