/** "Vous aviez commencé un papier": what a killed browser left behind, one tap away. */
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { pageCount, paperName } from "../../ui/papers/names.ts";
import { PaperThumb } from "../../ui/papers/PaperThumb.tsx";
import { pagesPath } from "./paths.ts";

/** A card for an unfinished capture. It says where the pages are before it asks anything. */
export function DraftCard({ paper, main = false }: { readonly paper: PaperView; readonly main?: boolean }) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  async function bin(): Promise<void> {
    const result = await api.binPaper(paper.id);
    if (result.ok) say(t("papers.draft.binned"), () => void api.restorePaper(paper.id));
    else say(t("papers.refusal.other.title"));
  }
  return (
    <section class="card stack-m">
      <div class="row row--nowrap row--top">
        <PaperThumb paper={paper} />
        <div>
          <h2 class="h3">
            {t("papers.draft.title", { pages: t("common.pages", { count: pageCount(paper.record) }) })}
          </h2>
          <p class="meta">{t("papers.draft.text", { name: isolated(paperName(paper.record)) })}</p>
        </div>
      </div>
      <LinkButton href={pagesPath(paper.id)} kind={main ? "main" : "second"} wide>
        {t("papers.draft.continue")}
      </LinkButton>
      <Button kind="plain" icon="corbeille" onPress={() => void bin()}>
        {t("papers.draft.bin")}
      </Button>
    </section>
  );
}
