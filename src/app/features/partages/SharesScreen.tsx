/** Everything that was ever shared with an organisation: what goes on, then what is over. In the page; works offline. */
import { isOver } from "../../../satchel/sharing.ts";
import type { Deployment, ShareView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Item, List } from "../../ui/List.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { CHIPS, deskName } from "./words.ts";

interface PartProps {
  readonly title: string;
  readonly shares: readonly ShareView[];
  readonly deployment: Deployment | null;
}

function Part({ title, shares, deployment }: PartProps) {
  const t = useT();
  if (shares.length === 0) return null;
  return (
    <section class="stack-s">
      <h2>{title}</h2>
      <List>
        {shares.map(({ id, record, stage }) => (
          <Item
            key={id}
            href={paths.given(id)}
            icon="partager"
            title={isolated(deskName(deployment, record.organisation))}
            detail={`${t("partages.papers", { count: record.papers.length })}. ${t("partages.until", { date: formatDate(record.until, "long") })}`}
            below={
              <Chip state={CHIPS[stage].state} icon={CHIPS[stage].icon}>
                {t(`partages.stage.${stage}`)}
              </Chip>
            }
          />
        ))}
      </List>
    </section>
  );
}

export function SharesScreen() {
  const t = useT();
  const asked = useAsk("shares", (api) => api.shares(), ["shares"]);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const known = deployment.state === "ready" ? deployment.value : null;
  const give = (
    <LinkButton wide icon="partager" href={paths.newShare}>
      {t("partages.new")}
    </LinkButton>
  );
  return (
    <Frame title={t("partages.title")} back={paths.settings} failing={asked.state === "failed"} arrival={asked.state}>
      <h1>{t("partages.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && asked.value.length === 0 && (
        <EmptyState title={t("partages.none")} text={t("partages.noneText")} action={give} />
      )}
      {asked.state === "ready" && asked.value.length > 0 && (
        <>
          <p>{t("partages.lead")}</p>
          <Part
            title={t("partages.now")}
            shares={asked.value.filter(({ stage }) => !isOver(stage))}
            deployment={known}
          />
          {give}
          <Part
            title={t("partages.past")}
            shares={asked.value.filter(({ stage }) => isOver(stage))}
            deployment={known}
          />
        </>
      )}
    </Frame>
  );
}
