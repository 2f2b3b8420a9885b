/** Who may act for the person, now and before. In the page; needs no network. */
import { isOver } from "../../../satchel/sharing.ts";
import type { MandateView } from "../../../workers/mandates.contract.ts";
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
import { CHIPS } from "./words.ts";

function Part({ title, mandates }: { readonly title: string; readonly mandates: readonly MandateView[] }) {
  const t = useT();
  if (mandates.length === 0) return null;
  return (
    <section class="stack-s">
      <h2>{title}</h2>
      <List>
        {mandates.map(({ id, record, stage }) => (
          <Item
            key={id}
            href={paths.mandate(id)}
            icon="mandat"
            title={isolated(record.mandate.desk)}
            detail={`${isolated(record.purpose)} · ${t("mandats.until", { date: formatDate(record.until, "long") })}`}
            below={
              <Chip state={CHIPS[stage].state} icon={CHIPS[stage].icon}>
                {t(`mandats.stage.${stage}`)}
              </Chip>
            }
          />
        ))}
      </List>
    </section>
  );
}

export function MandatesScreen() {
  const t = useT();
  const asked = useAsk("mandates", (api) => api.mandates(), ["shares"]);
  const give = (
    <LinkButton wide icon="mandat" href={paths.newMandate}>
      {t("mandats.new")}
    </LinkButton>
  );
  const all = asked.state === "ready" ? asked.value : [];
  return (
    <Frame title={t("mandats.title")} back={paths.settings} failing={asked.state === "failed"} arrival={asked.state}>
      <h1>{t("mandats.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && all.length === 0 && (
        <EmptyState title={t("mandats.none")} text={t("mandats.noneText")} action={give} />
      )}
      {all.length > 0 && (
        <>
          <p>{t("mandats.lead")}</p>
          <Part title={t("mandats.now")} mandates={all.filter(({ stage }) => !isOver(stage))} />
          {give}
          <Part title={t("mandats.past")} mandates={all.filter(({ stage }) => isOver(stage))} />
        </>
      )}
      {asked.state === "ready" && <p class="meta">{t("mandats.notAidants")}</p>}
    </Frame>
  );
}
