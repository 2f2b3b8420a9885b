/** Screens and parts of the journey that come after the shell, in chunks of their own with their words; said while they are not here. */
import type { ComponentType } from "preact";
import { paths, type ScreenProps } from "../../feature.ts";
import { loadAreas } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { type Brought, chunk } from "../../state/chunk.ts";
import { Frame } from "../../state/Frame.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";

export const useMore = chunk(() => Promise.all([import("./More.tsx"), loadAreas("journey")]).then(([more]) => more));

const useBeside = chunk(() =>
  Promise.all([import("./more/Beside.tsx"), loadAreas("lettre")]).then(([beside]) => beside),
);

/** Answers that are spoken (Spoken.tsx). */
export const useVoice = chunk(() =>
  Promise.all([import("./voice/Voice.tsx"), loadAreas("voix")]).then(([more]) => more),
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
