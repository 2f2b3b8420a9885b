/** "Montrer ce papier": nothing but the page, as large as the screen allows, to hold out to somebody. */
import { paths, type ScreenProps } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { paperName } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { Loading } from "../../ui/States.tsx";
import { Back } from "./Back.tsx";
import { Reader } from "./Reader.tsx";
import { usePaper } from "./usePaper.ts";

/** The page of a paper, large. */
export function ShowScreen({ params }: ScreenProps) {
  const t = useT();
  const asked = usePaper(params.paper ?? "");
  const isElsewhere = asked.state === "ready" && ["away", "not-here"].includes(asked.value.state);
  return (
    <Frame title={t("papers.view.title")} back={paths.paper(params.paper ?? "")} rhythm="stack-m">
      <h1 class="h3">
        {asked.state === "ready" ? <bdi>{paperName(asked.value.record)}</bdi> : t("papers.view.title")}
      </h1>
      {asked.state === "ready" && (isElsewhere ? <Back paper={asked.value} /> : <Reader paper={asked.value} large />)}
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
    </Frame>
  );
}
