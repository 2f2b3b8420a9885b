/** The bar that says whose computer this is and when it closes, and what the kiosk's own screens share. In the page. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { focusHeading } from "../platform/useScreen.ts";
import { HumanFooter } from "../ui/HumanFooter.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import type { IconName } from "../ui/icons/names.ts";
import { Page } from "../ui/Page.tsx";
import type { KioskDeployment } from "./config.ts";

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
    <section class="kbar poste-bar" aria-label={t("poste.bar.label")}>
      <div class="kbar__in">
        <p class="row row--tight">
          <Icon name="ordinateur" />
          <span>
            <b>{t("poste.shared")}</b>
            <br />
            {place ?? t("poste.nothingStays")}
          </span>
        </p>
        {left !== null && (
          <p class="kbar__time" role="timer">
            <span>{t(onEnd === undefined ? "poste.end.closesIn" : "poste.bar.closesIn")} </span>
            <span class="num">{timeText(left)}</span>
          </p>
        )}
        {onEnd !== undefined && (
          <button type="button" class="btn btn--end" onClick={onEnd}>
            <Icon name="sortie-rapide" />
            {t("poste.bar.end")}
          </button>
        )}
      </div>
    </section>
  );
}

export interface TileProps {
  readonly icon: IconName;
  readonly title: string;
  readonly detail: string;
  readonly onPress: () => void;
}

/** One thing to do at a shared computer; a list of them has the class "tiles". */
export function Tile({ icon, title, detail, onPress }: TileProps) {
  return (
    <li>
      <button type="button" class="tile" onClick={onPress}>
        <span class="item__ico">
          <Icon name={icon} />
        </span>
        <span>
          <b>{title}</b> {detail}
        </span>
      </button>
    </li>
  );
}

interface SheetProps {
  readonly deployment: KioskDeployment | null;
  readonly left?: number | null;
  readonly children: ComponentChildren;
}

/** The place as its people call it. */
export const placeOf = (deployment: KioskDeployment | null): string | null =>
  deployment === null ? null : (deployment.config.name ?? deployment.operator?.contact.organisation ?? null);

/** A page of the kiosk outside any session. */
export function Sheet({ deployment, left = null, children }: SheetProps) {
  useEffect(() => focusHeading(), []);
  return (
    <Page
      kind="wide"
      top={<Bar place={placeOf(deployment)} left={left} />}
      human={deployment?.operator == null ? null : <HumanFooter contact={deployment.operator.contact} />}
    >
      {children}
    </Page>
  );
}
