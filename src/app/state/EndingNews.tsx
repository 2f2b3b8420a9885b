/** On the first screen when the service ends: until when, and the way to what is to be done. Loaded only then. In the page. */
import { paths } from "../feature.ts";
import { formatDate } from "../i18n/format.ts";
import { useAreas, useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { LinkRow } from "../ui/Button.tsx";
import { useAsk } from "./satchel.ts";

export function EndingNews() {
  const t = useT();
  const isReady = useAreas("donnees");
  const asked = useAsk("ending", (api) => api.ending(), ["opening"]);
  if (!isReady || asked.state !== "ready" || asked.value === null) return null;
  return (
    <div class="stack-s">
      <Banner
        tone="soon"
        icon="attention"
        title={t("donnees.end.home.title", { date: formatDate(asked.value.at, "full") })}
      >
        {t("donnees.end.text")}
      </Banner>
      <LinkRow icon="fleche" href={paths.end}>
        {t("donnees.end.home.link")}
      </LinkRow>
    </div>
  );
}
