/** The last block of every screen: a phone number, opening hours, a desk. Brass, works offline, always in the same place. */
import { useEffect, useState } from "preact/hooks";
import { formatClock, formatDate } from "../i18n/format.ts";
import { t as text } from "../i18n/i18n.ts";
import { rich } from "../i18n/rich.tsx";
import { useT } from "../i18n/useT.ts";
import { Icon } from "./icons/Icon.tsx";
import { memo } from "./memo.tsx";
import { daysLater, type OpeningHours, openingAt } from "./opening.ts";
import { HUMAN_ID } from "./places.ts";
import { useWorld } from "./world.ts";

/** As in deployment.json. */
export interface HumanContact {
  readonly organisation: string;
  /** To dial: "+33465711230". */
  readonly phone: string;
  /** To read: "04 65 71 12 30". */
  readonly phoneDisplay: string;
  readonly hours: readonly OpeningHours[];
  /** Street address of the desk. */
  readonly address: string;
  /** IANA name; the desk's, not the phone's. Default Europe/Paris. */
  readonly timeZone?: string | undefined;
}

const MINUTE = 60_000;

function openingText(contact: HumanContact, now: number): string {
  const zone = contact.timeZone ?? "Europe/Paris";
  const opening = openingAt(contact.hours, now, zone);
  if (opening.kind === "unknown") return "";
  if (opening.kind === "open") return text("common.human.openUntil", { time: formatClock(opening.until) });
  const time = formatClock(opening.at);
  if (opening.inDays === 0) return text("common.human.opensToday", { time });
  if (opening.inDays === 1) return text("common.human.opensTomorrow", { time });
  const day = formatDate(daysLater(now, opening.inDays), "weekday", zone);
  return text("common.human.opensOn", { day, time });
}

export interface HumanFooterProps {
  readonly contact: HumanContact;
  /** Where directions or a map are, when there are any. */
  readonly deskHref?: string | undefined;
}

/** "Parler à quelqu'un". */
export const HumanFooter = memo(function HumanFooter({ contact, deskHref }: HumanFooterProps) {
  const t = useT();
  const { clock, timers } = useWorld();
  const [now, setNow] = useState(clock.now());
  useEffect(() => timers.after(MINUTE, () => setNow(clock.now())), [now, clock, timers]);
  const desk = (
    <>
      <Icon name="guichet" />
      <span>
        <b>{t("common.human.desk")}</b>
        <span>
          <bdi translate={false}>{contact.address}</bdi>
        </span>
      </span>
    </>
  );
  return (
    <footer class="human" id={HUMAN_ID} tabIndex={-1}>
      <div class="human__in">
        <h2>
          <span class="human__badge">
            <Icon name="parler" />
          </span>
          {t("common.human.title")}
        </h2>
        <ul class="human__list">
          <li>
            <a class="human__a" href={`tel:${contact.phone}`}>
              <Icon name="appeler" />
              <span>
                <b>
                  {rich("common.human.call", {
                    phone: (
                      <bdi class="tel" dir="ltr">
                        {contact.phoneDisplay}
                      </bdi>
                    ),
                  })}
                </b>
                <span>
                  {rich("common.human.place", { organisation: <bdi translate={false}>{contact.organisation}</bdi> })}{" "}
                  <span class="human__open">{openingText(contact, now)}</span>
                </span>
              </span>
            </a>
          </li>
          <li>
            {deskHref === undefined ? (
              <div class="human__a human__a--plain">{desk}</div>
            ) : (
              <a class="human__a" href={deskHref}>
                {desk}
              </a>
            )}
          </li>
        </ul>
      </div>
    </footer>
  );
});
