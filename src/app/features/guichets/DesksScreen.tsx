/** "/guichets": every organisation of this service, and whether somebody has checked it at its desk. In the page; needs no network. */
import type { DeskKeys } from "../../../workers/in-person.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { t as text } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { Item, List } from "../../ui/List.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";

/** One sentence: verified and when, stopped, not checked, or nothing known yet. */
export function deskWords({ known, said }: DeskKeys): string {
  if (said?.type === "verified") return text("guichets.said.verified", { date: formatDate(said.at, "long") });
  if (said?.type === "stopped") return text("guichets.said.stopped");
  return text(known === null ? "guichets.said.noKeys" : "guichets.said.never");
}

export function DesksScreen() {
  const t = useT();
  const asked = useAsk("deskKeys", (api) => api.deskKeys(), ["dossiers", "deployment"]);
  const title = t("guichets.title");
  return (
    <Frame title={title} back={paths.settings} failing={asked.state === "failed"} arrival={asked.state}>
      <h1>{title}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" &&
        (asked.value.length === 0 ? (
          <EmptyState title={t("guichets.none")} text={t("guichets.noneText")} />
        ) : (
          <>
            <p class="lead">{t("guichets.lead")}</p>
            <List>
              {asked.value.map((desk) => (
                <Item
                  key={desk.slug}
                  href={paths.desk(desk.slug)}
                  icon={desk.said?.type === "stopped" ? "attention" : desk.said === null ? "qr" : "valider"}
                  title={isolated(desk.name)}
                  detail={deskWords(desk)}
                />
              ))}
            </List>
          </>
        ))}
    </Frame>
  );
}
