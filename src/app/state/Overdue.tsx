/**
 * "Pas ouvert à la date prévue": each dossier that its organisation has not opened, or not answered, in time, with the number to call. In
 * the page, on the screen of the dossier, on home and in "À prévoir". Loaded only where a dossier is old enough (LateDoor.tsx).
 */
import { overdueOf } from "../../satchel/overdue.ts";
import { showSpoken } from "../../satchel/spoken.ts";
import { localDay } from "../../shared/day.ts";
import type { DossierView } from "../../workers/satchel.contract.ts";
import { paths } from "../feature.ts";
import { formatCalendarDate, formatDate } from "../i18n/format.ts";
import { isolated } from "../i18n/rich.tsx";
import { useAreas, useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { useWorld } from "../ui/world.ts";
import { useAnswerTimes } from "./answer-times.ts";
import { useAsk } from "./satchel.ts";

export interface OverdueProps {
  readonly dossiers: readonly DossierView[];
  /** Leads to the dossier: not on its own screen. */
  readonly linked: boolean;
}

export function Overdue({ dossiers, linked }: OverdueProps) {
  const t = useT();
  const isReady = useAreas("overdue");
  const { clock } = useWorld();
  const times = useAnswerTimes(dossiers.map(({ record }) => record.procedure));
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  if (!isReady || deployment.state !== "ready") return null;
  return (
    <>
      {dossiers.map((dossier) => {
        const { procedure, organisation, number } = dossier.record;
        const late = overdueOf(dossier, times.get(procedure), clock.now(), localDay);
        if (late === null) return null;
        const desk = deployment.value?.organisations.find(({ slug }) => slug === organisation);
        const { phone, phoneShown } = desk?.human ?? deployment.value?.human ?? { phone: "", phoneShown: "" };
        const values = {
          desk: isolated(desk?.name ?? organisation),
          deposited: formatDate(late.depositedAt, "long"),
          day: formatCalendarDate(late.day),
        };
        const own = { number: isolated(showSpoken(number)) };
        return (
          <Banner
            key={dossier.id}
            tone="soon"
            icon="appeler"
            quiet
            title={t(`overdue.${late.why}.title`)}
            link={linked ? { href: paths.dossier(dossier.id), text: t("overdue.see", own) } : undefined}
          >
            {t(`overdue.${late.why}.text`, values)} {t("overdue.call", own)}{" "}
            {phone !== "" && (
              <a class="num" href={`tel:${phone}`}>
                {isolated(phoneShown)}
              </a>
            )}{" "}
          </Banner>
        );
      })}
    </>
  );
}
