/**
 * "Ce navigateur a effacé vos papiers": said on every screen of a satchel whose database had to begin anew, with what came
 * back from the server since, until the person has read it. Loaded when needed.
 */
import { useState } from "preact/hooks";
import { useAreas, useT } from "../i18n/useT.ts";
import { useAsk } from "../state/satchel.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";

export function LostNotice() {
  const t = useT();
  const hasWords = useAreas("space");
  const asked = useAsk("lost", (api) => api.lost(), ["papers", "dossiers", "outbox"]);
  const [isRead, setRead] = useState(false);
  if (!hasWords || isRead || asked.state !== "ready" || asked.value.type === "nothing") return null;
  const { pulled, papers, dossiers } = asked.value;
  const count = papers + dossiers;
  const back = count > 0 ? t("space.lost.back", { count }) : t(pulled ? "space.lost.none" : "space.lost.asking");
  return (
    <section class="stack-s" aria-label={t("space.lost.title")}>
      <Banner tone="redo" icon="attention" title={t("space.lost.title")}>
        {t("space.lost.why")}
      </Banner>
      <p role="status">{back}</p>
      <p>{t("space.lost.gone")}</p>
      <Button kind="second" small onPress={() => setRead(true)}>
        {t("space.lost.read")}
      </Button>
    </section>
  );
}
