/**
 * "Enregistrer une copie" of a file that Besace cannot show: said first what it means, then a download.
 *
 * Surprising: browsers write the names of downloads into their history in clear, so the name says nothing (INV-3).
 */
import { useState } from "preact/hooks";
import type { RecordId } from "../../../shared/ids.ts";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { useSaveFile } from "../../state/useSaveFile.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";

const ENDINGS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "image/heic": "heic",
  "image/heif": "heif",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
};

export interface SaveCopyProps {
  readonly paper: RecordId;
  readonly page: string;
  readonly n: number;
  readonly mime: string;
}

/** The button with its question. */
export function SaveCopy({ paper, page, n, mime }: SaveCopyProps) {
  const t = useT();
  const { api } = useSatchel();
  const saveFile = useSaveFile();
  const { say } = useShell();
  const [asking, setAsking] = useState(false);

  async function save(): Promise<void> {
    setAsking(false);
    const read = await api.readPage(paper, page, "original");
    if (!read.ok) return say(t("papers.refusal.other.title"));
    const content = new Blob([read.value.bytes], { type: read.value.mime });
    saveFile(content, `${t("papers.file.name")}-${n}.${ENDINGS[mime] ?? "bin"}`);
    say(t("papers.file.saved"));
  }

  return (
    <>
      <Button kind="second" icon="fichier" onPress={() => setAsking(true)}>
        {t("papers.file.copy")}
      </Button>
      <Dialog
        open={asking}
        title={t("papers.file.ask")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button kind="redo" wide onPress={() => void save()}>
              {t("papers.file.copy")}
            </Button>
            <Button kind="second" wide onPress={() => setAsking(false)}>
              {t("papers.file.no")}
            </Button>
          </>
        }
      >
        <p>{t("papers.file.warn")}</p>
      </Dialog>
    </>
  );
}
