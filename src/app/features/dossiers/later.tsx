/** Screens and parts of the journey that come after the shell, in two chunks with their words; said while they are not here. */
import type { ComponentType } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { paths, type ScreenProps } from "../../feature.ts";
import { loadAreas } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";

/** A chunk; null while it comes or cannot come. Parts that it adds to a screen are left out meanwhile. */
interface Brought<T> {
  readonly more: T | null;
  readonly absent: boolean;
  readonly again: () => void;
}

function chunk<T>(bring: () => Promise<T>): () => Brought<T> {
  /** Once here it is there at once. */
  let brought: T | null = null;
  return function useChunk() {
    const [more, setMore] = useState(() => brought);
    const [absent, setAbsent] = useState(false);
    const [turn, setTurn] = useState(0);
    const again = useCallback(() => setTurn((n) => n + 1), []);
    useEffect(() => {
      if (more !== null) return undefined;
      let isGone = false;
      setAbsent(false);
      bring().then(
        (loaded) => {
          brought = loaded;
          if (!isGone) setMore(() => loaded);
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
  };
}

export const useMore = chunk(() => Promise.all([import("./More.tsx"), loadAreas("journey")]).then(([more]) => more));

const useBeside = chunk(() =>
  Promise.all([import("./more/Beside.tsx"), loadAreas("lettre")]).then(([beside]) => beside),
);

function screenOf<K extends string>(
  use: () => Brought<Readonly<Record<K, ComponentType<ScreenProps>>>>,
  name: K,
): ComponentType<ScreenProps> {
  return function LaterScreen(props) {
    const t = useT();
    const { more, absent, again } = use();
    if (more !== null) {
      const Screen: ComponentType<ScreenProps> = more[name];
      return <Screen {...props} />;
    }
    const { dossier, procedure = "" } = props.params;
    const title = t("dossiers.one");
    return (
      <Frame
        title={title}
        back={dossier === undefined ? paths.procedure(procedure) : paths.dossier(dossier)}
        failing={absent}
        pending={!absent}
      >
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

/** A screen of the first chunk. */
export const later = (name: "LackScreen" | "SheetScreen" | "HelpScreen"): ComponentType<ScreenProps> =>
  screenOf(useMore, name);

/** A screen of the second. */
export const beside = (name: "LetterScreen" | "NeedScreen"): ComponentType<ScreenProps> => screenOf(useBeside, name);
