/** Screens and parts of the journey that come after the shell, in one chunk with their words; said while it is not here. */
import type { ComponentType } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { paths, type ScreenProps } from "../../feature.ts";
import { loadAreas } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";

export type More = typeof import("./More.tsx");

/** Once here it is there at once. */
let brought: More | null = null;

/** The chunk; null while it comes or cannot come. Parts that it adds to a screen are left out meanwhile. */
export function useMore(): { readonly more: More | null; readonly absent: boolean; readonly again: () => void } {
  const [more, setMore] = useState(brought);
  const [absent, setAbsent] = useState(false);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => {
    if (more !== null) return undefined;
    let isGone = false;
    setAbsent(false);
    Promise.all([import("./More.tsx"), loadAreas("journey")]).then(
      ([loaded]) => {
        brought = loaded;
        if (!isGone) setMore(loaded);
      },
      // Neither on this device nor reachable now.
      () => {
        if (!isGone) setAbsent(true);
      },
    );
    return () => {
      isGone = true;
    };
  }, [more, turn]);
  return { more, absent, again };
}

/** A screen of that chunk. */
export function later(name: "LackScreen" | "SheetScreen" | "HelpScreen"): ComponentType<ScreenProps> {
  return function LaterScreen(props) {
    const t = useT();
    const { more, absent, again } = useMore();
    if (more !== null) {
      const Screen = more[name];
      return <Screen {...props} />;
    }
    const title = t("dossiers.one");
    return (
      <Frame title={title} back={paths.dossier(props.params.dossier ?? "")} failing={absent} pending={!absent}>
        <h1 class={absent ? undefined : "sr"}>{title}</h1>
        {absent ? (
          <FailedState
            title={t("dossiers.start.coming")}
            text={t("dossiers.start.comingMore")}
            mark="D-207"
            onRetry={again}
          />
        ) : (
          <Loading />
        )}
      </Frame>
    );
  };
}
