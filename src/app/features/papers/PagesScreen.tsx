/** Second step of adding a paper, and later changes: its pages. Each is shown once it is kept. */
import { useState } from "preact/hooks";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import type { ScreenProps } from "../../feature.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { AddPages } from "../../ui/papers/AddPages.tsx";
import { useCapture } from "../../ui/papers/capture.ts";
import { kindName } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { Loading } from "../../ui/States.tsx";
import { infosPath } from "./paths.ts";
import { usePaper } from "./usePaper.ts";

function Pages({ paper }: { readonly paper: PaperView }) {
  const t = useT();
  const { api } = useSatchel();
  const { go, router } = useShell();
  const capture = useCapture(paper, () => api.paper(paper.id));
  const [busy, setBusy] = useState(false);
  const draft = paper.record.status === "draft";

  async function next(): Promise<void> {
    setBusy(true);
    const settled = await capture.settle();
    setBusy(false);
    if (!settled) return;
    if (draft) go(infosPath(paper.id));
    else router.back(paths.paper(paper.id));
  }

  return (
    <>
      <h1>{t("papers.add.titleOf", { kind: kindName(paper.record.kind) })}</h1>
      <AddPages capture={capture} kind={paper.record.kind} />
      {capture.pages.length > 0 && (
        <Button
          wide
          iconEnd="fleche"
          busy={busy ? t("papers.keep.busy") : undefined}
          missing={capture.count === 0 ? t("papers.add.none") : undefined}
          onPress={() => void next()}
        >
          {t("common.action.continue")}
        </Button>
      )}
      {draft && capture.pages.length === 0 && (
        <LinkRow icon="modifier" href={infosPath(paper.id)}>
          {t("papers.add.noPaper")}
        </LinkRow>
      )}
    </>
  );
}

/** "Les pages : Carte d’identité". */
export function PagesScreen({ params }: ScreenProps) {
  const t = useT();
  const asked = usePaper(params.paper ?? "");
  const draft = asked.state === "ready" && asked.value.record.status === "draft";
  return (
    <Frame title={t("papers.add.title")} back={draft ? paths.addPaper : paths.papers}>
      {asked.state === "ready" ? <Pages key={asked.value.id} paper={asked.value} /> : <h1>{t("papers.add.title")}</h1>}
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
    </Frame>
  );
}
