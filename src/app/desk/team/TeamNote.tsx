/**
 * Above the list of dossiers, while the organisation's keys are not safely in several hands (decisions/0034, 0039): what is
 * missing, and the way to it. In the page.
 */
import { useAreas, useT } from "../../i18n/useT.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkRow } from "../../ui/Button.tsx";
import { deskPaths, useDeskAsk, useDeskShell } from "../state.ts";

export function TeamNote() {
  const t = useT();
  const { router } = useDeskShell();
  const isReady = useAreas("equipe");
  const asked = useDeskAsk("team", (api) => api.team(), ["team"]);
  if (!isReady || asked.state !== "ready") return null;
  const { state, receives } = asked.value;
  if (state === "helpers" && receives) return null;
  const which = state === "old" ? "old" : "alone";
  return (
    <div class="stack-s">
      <Banner tone={which === "old" ? "quiet" : "soon"} icon="information" quiet title={t(`equipe.note.${which}`)}>
        {t(`equipe.note.${which}Text`)}
      </Banner>
      <LinkRow icon="parler" href={deskPaths.team} onPress={() => router.go(deskPaths.team)}>
        {t("equipe.note.link")}
      </LinkRow>
    </div>
  );
}
