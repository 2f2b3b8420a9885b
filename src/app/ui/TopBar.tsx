/** The head of every phone screen: brand or back at the start, Sortir and Aide at the end, always in this order. */
import { useT } from "../i18n/useT.ts";
import { Brand } from "./Brand.tsx";
import { Pill } from "./Button.tsx";
import { Icon } from "./icons/Icon.tsx";
import { memo } from "./memo.tsx";
import { HUMAN_ID, moveTo } from "./places.ts";

export interface TopBarProps {
  /** Where "Retour" leads; without it the brand is shown. */
  readonly back?: string | undefined;
  /** What "Retour" does instead of following its address. */
  readonly onBack?: (() => void) | undefined;
  /** In place of the brand, in discreet mode: a neutral name, without the mark. */
  readonly name?: string | undefined;
  /** Where the brand leads; without it the brand is no link. */
  readonly home?: string | undefined;
  /** Quick exit. Absent where nothing is open. */
  readonly onQuit?: (() => void) | undefined;
  /** Nothing is open any more: the words for "Sortir" speak of another page instead of closing. */
  readonly locked?: boolean | undefined;
}

function Bar({ back, onBack, name, home, onQuit, locked }: TopBarProps) {
  const t = useT();
  return (
    <div class="top__in">
      {back === undefined ? (
        <Brand name={name ?? t("common.app")} href={home} bare={name !== undefined} />
      ) : (
        <Pill icon="retour" href={back} onPress={onBack}>
          {t("common.back")}
        </Pill>
      )}
      <div class="top__end">
        {onQuit !== undefined && (
          <Pill
            icon="sortie-rapide"
            label={t(locked === true ? "common.quit.locked" : "common.quit.full")}
            onPress={onQuit}
          >
            {t("common.quit.label")}
          </Pill>
        )}
        <Pill
          icon="parler"
          look="human"
          href={`#${HUMAN_ID}`}
          label={t("common.help.full")}
          onPress={() => moveTo(HUMAN_ID)}
        >
          {t("common.help.label")}
        </Pill>
      </div>
    </div>
  );
}

/** The ordinary head, which stays in sight. */
export const TopBar = memo(function TopBar(props: TopBarProps) {
  return (
    <header class="top">
      <Bar {...props} />
    </header>
  );
});

export interface FlapProps extends TopBarProps {
  /** `open` on first use, `closed` (with its buckle) when the satchel is locked. */
  readonly state: "open" | "closed";
}

/** The green flap with its stitching, with the bar inside: first use and lock only. */
export function Flap({ state, ...bar }: FlapProps) {
  return (
    <div class={state === "open" ? "flap flap--hero" : "flap"}>
      <header>
        <Bar {...bar} />
      </header>
      {state === "closed" && (
        <span class="buckle" aria-hidden="true">
          <Icon name="cadenas" />
        </span>
      )}
    </div>
  );
}
