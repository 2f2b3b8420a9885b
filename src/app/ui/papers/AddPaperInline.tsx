/**
 * A paper photographed on the spot, from inside a dossier: pages, then "Garder ce papier". It goes into the satchel
 * like any other. Goes inside a screen. Runs in the page.
 *
 * Surprising: it takes up an unfinished capture of the same kind, because a phone's camera may have killed the browser.
 */
import { useEffect, useState } from "preact/hooks";
import type { RecordId } from "../../../shared/ids.ts";
import type { PaperView, WorkerError } from "../../../workers/satchel.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { Button } from "../Button.tsx";
import { Loading } from "../States.tsx";
import { AddPages } from "./AddPages.tsx";
import { useCapture } from "./capture.ts";
import { Trouble } from "./Trouble.tsx";

export interface AddPaperInlineProps {
  /** Key of satchel/paper-types.ts; null: not known. */
  readonly kind: string | null;
  /** The paper is kept on this phone. */
  readonly onKept: (id: RecordId) => void;
  /** Nothing was added; a capture with pages stays as a draft. */
  readonly onCancel: () => void;
}

/** Needs the areas "papers" and "papers-types". */
export function AddPaperInline(props: AddPaperInlineProps) {
  const { api } = useSatchel();
  const [id, setId] = useState<RecordId | null | undefined>(undefined);
  const [error, setError] = useState<WorkerError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let gone = false;
    void api.draftPaper().then((draft) => {
      if (gone) return;
      if (!draft.ok) return setError(draft.error);
      setError(null);
      setId(draft.value !== null && draft.value.record.kind === props.kind ? draft.value.id : null);
    });
    return () => {
      gone = true;
    };
  }, [api, props.kind, attempt]);
  if (error !== null) return <Trouble error={error} onRetry={() => setAttempt(attempt + 1)} />;
  if (id === undefined) return <Loading />;
  return <Inline {...props} id={id} onStarted={setId} />;
}

interface InlineProps extends AddPaperInlineProps {
  readonly id: RecordId | null;
  readonly onStarted: (id: RecordId) => void;
}

function Inline({ kind, onKept, onCancel, id, onStarted }: InlineProps) {
  const t = useT();
  const { api } = useSatchel();
  const asked = useAsk<PaperView | null>(
    id ?? "",
    async (satchel) => (id === null ? { ok: true, value: null } : satchel.paper(id)),
    ["papers"],
  );
  const paper = asked.state === "ready" ? asked.value : null;
  const capture = useCapture(paper, async () => {
    const result = await api.startPaper({ kind });
    if (result.ok) onStarted(result.value.id);
    return result;
  });
  const [keeping, setKeeping] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);

  async function keep(): Promise<void> {
    setKeeping(true);
    setError(null);
    const settled = await capture.settle();
    const kept = settled && capture.id !== null ? await api.keepPaper(capture.id) : null;
    setKeeping(false);
    if (kept === null) return;
    if (kept.ok) onKept(kept.value.id);
    else if (kept.error.type !== "no-page") setError(kept.error);
  }

  async function cancel(): Promise<void> {
    // Every file was refused: the paper that was begun for them holds nothing.
    if (capture.id !== null && capture.pages.length === 0 && capture.busy === null) await api.erasePaper(capture.id);
    onCancel();
  }

  if (asked.state === "failed") return <Trouble error={asked.error} onRetry={asked.again} />;
  return (
    <div class="stack-m">
      <AddPages capture={capture} kind={kind} />
      {error !== null && <Trouble error={error} onRetry={() => void keep()} />}
      {capture.count > 0 && (
        <Button wide icon="besace" busy={keeping ? t("papers.keep.busy") : undefined} onPress={() => void keep()}>
          {t("papers.keep.action")}
        </Button>
      )}
      <Button kind="plain" wide onPress={() => void cancel()}>
        {t(capture.count > 0 ? "papers.add.later" : "papers.add.cancel")}
      </Button>
    </div>
  );
}
