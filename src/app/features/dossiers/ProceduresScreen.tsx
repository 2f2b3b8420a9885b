/** "Mes démarches": what was begun or handed in, with its state, and what can be begun. Works without network. */
import { procedures } from "../../../forms/catalogue/index.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import type { DossierView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Arriving } from "../../state/Arriving.tsx";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { Item, List } from "../../ui/List.tsx";
import { Loading } from "../../ui/States.tsx";
import { StageChip } from "./StageChip.tsx";
import { Trouble } from "./useDossier.tsx";
import { formArea, procedureTitle } from "./words.ts";

const FORM_AREAS = procedures.map((entry) => formArea(entry.id));

function DossierItem({ dossier }: { readonly dossier: DossierView }) {
  const t = useT();
  const { procedure, number, updatedAt } = dossier.record;
  const icon = procedures.find((entry) => entry.id === procedure)?.icon ?? "dossier";
  return (
    <Item
      icon={icon as IconName}
      href={paths.dossier(dossier.id)}
      title={procedureTitle(procedure)}
      detail={
        <>
          {t("dossiers.list.changed", { date: formatDate(updatedAt) })}{" "}
          <span class="nowrap">
            {t("dossiers.number.short")} <bdi class="num">{showSpoken(number)}</bdi>
          </span>
        </>
      }
      below={<StageChip dossier={dossier} />}
    />
  );
}

export function ProceduresScreen() {
  const t = useT();
  const worded = useAreas(...FORM_AREAS);
  const asked = useAsk("dossiers", (api) => api.dossiers(), ["dossiers", "outbox"]);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const title = t("dossiers.list.title");
  const known = deployment.state === "ready" ? deployment.value : null;
  const offered = procedures.filter((entry) =>
    known?.organisations.some((organisation) => organisation.procedures.includes(entry.id)),
  );
  const isReady = asked.state === "ready" && deployment.state !== "loading" && worded;
  return (
    <Frame title={title} tab="dossiers">
      <h1>{title}</h1>
      <Arriving />
      {!isReady && asked.state !== "failed" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {isReady && (
        <>
          <section class="stack-s" aria-labelledby="mes-dossiers">
            <h2 id="mes-dossiers">{t("dossiers.list.mine")}</h2>
            {asked.value.length === 0 ? (
              <p>{t("dossiers.list.empty")}</p>
            ) : (
              <List>
                {asked.value.map((dossier) => (
                  <DossierItem key={dossier.id} dossier={dossier} />
                ))}
              </List>
            )}
          </section>
          <section class="stack-s" aria-labelledby="commencer">
            <h2 id="commencer">{t("dossiers.list.begin")}</h2>
            {known === null ? (
              <Banner tone="quiet" icon="hors-ligne" quiet>
                {t("dossiers.list.noDeployment")}
              </Banner>
            ) : (
              <List>
                {offered.map((entry) => (
                  <Item
                    key={entry.id}
                    icon={entry.icon as IconName}
                    href={paths.procedure(entry.id)}
                    title={procedureTitle(entry.id)}
                    detail={t("dossiers.minutes", { count: entry.minutes })}
                  />
                ))}
              </List>
            )}
          </section>
        </>
      )}
    </Frame>
  );
}
