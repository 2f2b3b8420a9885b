/** The bar that says whose computer this is and when it closes, and what the kiosk's own screens share. In the page. */
import { t } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/icons/Icon.tsx";

/** "1 min 40 s"; a timer for the eyes, read out only when it becomes short. */
export function timeText(ms: number): string {
  const all = Math.ceil(ms / 1000);
  const [minutes, seconds] = [Math.floor(all / 60), all % 60];
  return minutes === 0 ? t("poste.bar.seconds", { seconds }) : t("poste.bar.minutes", { minutes, seconds });
}

export interface BarProps {
  readonly place: string | null;
  /** Null: nothing closes. */
  readonly left: number | null;
  readonly onEnd?: (() => void) | undefined;
}

export function Bar({ place, left, onEnd }: BarProps) {
  const t = useT();
  return (
    <section class="poste-bar" aria-label={t("poste.bar.label")}>
      <p class="poste-bar__who">
        <Icon name="ordinateur" />
        <span>
          <b>{t("poste.shared")}</b>
          <br />
          {place ?? t("poste.nothingStays")}
        </span>
      </p>
      {left !== null && (
        <p class="poste-bar__time" role="timer">
          {t(onEnd === undefined ? "poste.end.closesIn" : "poste.bar.closesIn", { time: timeText(left) })}
        </p>
      )}
      {onEnd !== undefined && (
        <Button kind="flap" icon="sortie-rapide" onPress={onEnd}>
          {t("poste.bar.end")}
        </Button>
      )}
    </section>
  );
}
