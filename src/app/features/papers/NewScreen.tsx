/** First step of adding a paper: which kind, one tap. What was begun before is offered first. */
import { useState } from "preact/hooks";
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { KindPicker } from "../../ui/papers/KindPicker.tsx";
import { pageCount } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { Loading } from "../../ui/States.tsx";
import { DraftCard } from "./DraftCard.tsx";
import { pagesPath } from "./paths.ts";
import "../../ui/papers/papers.css";

/** "Quel papier ajoutez-vous ?" */
export function NewScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const asked = useAsk("draft", (satchel) => satchel.draftPaper(), ["papers"]);
  const [error, setError] = useState<WorkerError | null>(null);
  const [busy, setBusy] = useState(false);
  const draft = asked.state === "ready" ? asked.value : null;

  async function choose(kind: string): Promise<void> {
    if (busy) return;
    setBusy(true);
    // A capture without a page yet is taken up again, so that none is left lying about.
    const empty = draft !== null && pageCount(draft.record) === 0;
    const result = empty ? await api.describePaper(draft.id, { kind }) : await api.startPaper({ kind });
    setBusy(false);
    if (result.ok) go(pagesPath(result.value.id));
    else setError(result.error);
  }

  return (
    <Frame title={t("papers.new.title")} back={paths.papers}>
      <div class="stack-s">
        <h1>{t("papers.new.title")}</h1>
        <p class="hint">{t("papers.new.hint")}</p>
      </div>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {error !== null && <Trouble error={error} onRetry={() => setError(null)} />}
      {draft !== null && pageCount(draft.record) > 0 && <DraftCard paper={draft} main />}
      {asked.state === "ready" && <KindPicker chosen={null} onChoose={(kind) => void choose(kind)} />}
    </Frame>
  );
}
