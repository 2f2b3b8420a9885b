/** What keeps one thing here, and what the person can do about it: again, another photo, a copy, the end of it. */
import { useState } from "preact/hooks";
import type { OutboxLine } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { useSaveFile } from "../../state/useSaveFile.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { HUMAN_ID, moveTo } from "../../ui/places.ts";
import { QueueRow } from "../../ui/Queue.tsx";
import { detailOf, type Names, reasonText, titleOf } from "./names.ts";
import { copyOf } from "./take-out.ts";

/** Another photo helps: the page is too heavy, or can no longer be read here. */
const RETAKE: ReadonlySet<string> = new Set(["too-large", "blob-missing"]);

interface FixProps {
  readonly line: OutboxLine;
  readonly names: Names;
}

export function Fix({ line, names }: FixProps) {
  const t = useT();
  const { api } = useSatchel();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(false);
  const title = titleOf(line, names);
  async function retry(): Promise<void> {
    setBusy(true);
    const again = await api.retry(line.id);
    setBusy(false);
    setRefused(!again.ok);
  }
  const { what, id, reason } = line;
  return (
    <QueueRow state="fix" title={title} detail={detailOf(line, names)}>
      <p>{reasonText(reason)}</p>
      {refused && (
        <Banner tone="redo" icon="attention">
          {t("outbox.refused")}
        </Banner>
      )}
      <div class="row row--tight">
        {what === "paper" && RETAKE.has(reason ?? "") && (
          <LinkButton kind="second" small icon="appareil-photo" href={paths.pages(id)}>
            {t("outbox.retake")}
          </LinkButton>
        )}
        <Button
          kind="second"
          small
          icon="synchroniser"
          busy={busy ? t("outbox.trying") : undefined}
          onPress={() => void retry()}
        >
          {t("common.action.retry")}
          <span class="sr"> {title}</span>
        </Button>
        {what === "dossier" && (
          <LinkButton kind="second" small icon="papier" href={paths.check(id)}>
            {t("outbox.changePapers")}
          </LinkButton>
        )}
        {what === "paper" && (
          <LinkButton kind="second" small icon="papier" href={paths.paper(id)}>
            {t("outbox.seePaper")}
          </LinkButton>
        )}
        {what !== "profile" && <SaveOut line={line} names={names} onRefused={() => setRefused(true)} />}
        {(what === "paper" || what === "dossier") && (
          <Delete line={line} names={names} onRefused={() => setRefused(true)} />
        )}
        <Button kind="plain" small icon="parler" onPress={() => moveTo(HUMAN_ID)}>
          {t("common.human.title")}
        </Button>
      </div>
    </QueueRow>
  );
}

interface ActProps extends FixProps {
  readonly onRefused: () => void;
}

/** Said first what an open copy means; what does not open here is saved as it is, sealed. */
function SaveOut({ line, names, onRefused }: ActProps) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const saveFile = useSaveFile();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const title = titleOf(line, names);
  async function save(): Promise<void> {
    setBusy(true);
    const files = await api.exportItem(line.id);
    setBusy(false);
    setAsking(false);
    if (!files.ok) return onRefused();
    const record = names.dossiers.find((each) => each.id === line.id)?.record;
    const { name, content } = copyOf(line, files.value, record);
    saveFile(content, name);
    say(t("outbox.export.saved"));
  }
  return (
    <>
      <Button kind="second" small icon="fichier" onPress={() => setAsking(true)}>
        {t("outbox.export.action")}
        <span class="sr"> {title}</span>
      </Button>
      <Dialog
        open={asking}
        title={t(line.what === "unknown" ? "outbox.export.action" : "outbox.export.ask")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button
              kind={line.what === "unknown" ? "second" : "redo"}
              wide
              busy={busy ? t("outbox.export.busy") : undefined}
              onPress={() => void save()}
            >
              {t("outbox.export.action")}
            </Button>
            <Button kind="second" wide onPress={() => setAsking(false)}>
              {t("outbox.export.no")}
            </Button>
          </>
        }
      >
        <p>{t(line.what === "unknown" ? "outbox.export.sealed" : "outbox.export.warn")}</p>
      </Dialog>
    </>
  );
}

/** Says what is lost, and what is not, before it is. */
function Delete({ line, names, onRefused }: ActProps) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const isPaper = line.what === "paper";
  const title = titleOf(line, names);
  async function erase(): Promise<void> {
    setBusy(true);
    const erased = isPaper ? await api.erasePaper(line.id) : await api.eraseDossier(line.id);
    setBusy(false);
    setAsking(false);
    if (erased.ok) say(t("outbox.delete.done"));
    else onRefused();
  }
  return (
    <>
      <Button kind="plain" small icon="corbeille" onPress={() => setAsking(true)}>
        {t("outbox.delete.action")}
        <span class="sr"> {title}</span>
      </Button>
      <Dialog
        open={asking}
        title={t(isPaper ? "outbox.delete.askPaper" : "outbox.delete.askDossier")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button kind="second" wide onPress={() => setAsking(false)}>
              {t(isPaper ? "outbox.delete.keepPaper" : "outbox.delete.keepDossier")}
            </Button>
            <Button kind="redo" wide busy={busy ? t("outbox.delete.busy") : undefined} onPress={() => void erase()}>
              {t("outbox.delete.yes")}
            </Button>
          </>
        }
      >
        <p>{isPaper ? t("outbox.delete.paper", { name: title }) : t("outbox.delete.dossier")}</p>
        <p>{t("outbox.delete.sent")}</p>
      </Dialog>
    </>
  );
}
