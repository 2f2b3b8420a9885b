/** What can be done with a paper in the bin: take it back, or erase it for ever after a question. */
import { useState } from "preact/hooks";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { paperName } from "../../ui/papers/names.ts";

export interface BinActionsProps {
  readonly paper: PaperView;
  /** The only paper on the screen: taking it back is the main button, and erasing leads to the bin. */
  readonly main?: boolean;
}

/** Two buttons and the question before the loss. */
export function BinActions({ paper, main = false }: BinActionsProps) {
  const t = useT();
  const { api } = useSatchel();
  const { go, say } = useShell();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);

  async function restore(): Promise<void> {
    const result = await api.restorePaper(paper.id);
    say(t(result.ok ? "papers.bin.restored" : "papers.refusal.other.title"));
  }
  async function erase(): Promise<void> {
    setBusy(true);
    const result = await api.erasePaper(paper.id);
    setBusy(false);
    setAsking(false);
    say(t(result.ok ? "papers.bin.erased" : "papers.refusal.other.title"));
    if (result.ok && main) go(paths.bin, { replace: true });
  }
  return (
    <div class="actions">
      <Button kind={main ? "main" : "second"} wide={main} icon="besace" onPress={() => void restore()}>
        {t("papers.bin.restore")}
      </Button>
      <Button kind="plain" wide={main} icon="effacer" onPress={() => setAsking(true)}>
        {t("papers.bin.erase")}
      </Button>
      <Dialog
        open={asking}
        title={t("papers.bin.ask")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button kind="redo" wide busy={busy ? t("papers.bin.erasing") : undefined} onPress={() => void erase()}>
              {t("papers.bin.erase")}
            </Button>
            <Button kind="second" wide onPress={() => setAsking(false)}>
              {t("papers.bin.keep")}
            </Button>
          </>
        }
      >
        <p>{t("papers.bin.askText", { name: isolated(paperName(paper.record)) })}</p>
      </Dialog>
    </div>
  );
}
