/**
 * "Reprendre une copie fermée": file, card, code, one after the other; what is in it comes into the open satchel. In the page;
 * needs no network.
 *
 * Surprising: a file that cannot be opened is refused before a card is asked for, and another card before a code.
 */
import { useState } from "preact/hooks";
import type { CodeKind, SealedFileRefusal, TakenIn, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { CardEntry } from "../../state/CardEntry.tsx";
import { isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { FilePicker } from "../../ui/Pick.tsx";
import { Came, NotNow, refusedText } from "./parts.tsx";

interface Chosen {
  readonly file: File;
  readonly set: number;
  readonly codeKind: CodeKind;
}

type Stage =
  | { readonly at: "file" | "looking"; readonly refused: string | undefined }
  | { readonly at: "card"; readonly refusal: SealedFileRefusal | null }
  | { readonly at: "code"; readonly card: string; readonly refused: string | undefined }
  | { readonly at: "taking"; readonly card: string }
  | { readonly at: "done"; readonly taken: TakenIn }
  | { readonly at: "failed"; readonly error: WorkerError };

export function TakeInScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { open } = useShell();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [stage, setStage] = useState<Stage>({ at: "file", refused: undefined });
  const [code, setCode] = useState("");
  const [shown, setShown] = useState(false);
  useHold(stage.at === "card" || stage.at === "code" || stage.at === "taking");

  async function look(file: File): Promise<void> {
    setStage({ at: "looking", refused: undefined });
    const seen = await api.lookSealed(file);
    if (seen.ok) {
      setChosen({ file, ...seen.value });
      setStage({ at: "card", refusal: null });
    } else if (isWorkerError(seen.error)) setStage({ at: "failed", error: seen.error });
    else setStage({ at: "file", refused: refusedText(seen.error) });
  }

  async function take(card: string, typed: string): Promise<void> {
    if (chosen === null) return;
    setStage({ at: "taking", card });
    const taken = await api.importSealed({ file: chosen.file, card, code: typed });
    setCode("");
    if (taken.ok) return setStage({ at: "done", taken: taken.value });
    const { error } = taken;
    if (isWorkerError(error)) return setStage({ at: "failed", error });
    if (error.type === "wrong-code" || error.type === "stretch-broken")
      setStage({ at: "code", card, refused: refusedText(error) });
    else if (error.type === "other-card" || error.type === "not-a-card" || error.type === "wrong-groups")
      setStage({ at: "card", refusal: error });
    else setStage({ at: "file", refused: refusedText(error) });
  }

  const again = (): void => {
    setChosen(null);
    setStage({ at: "file", refused: undefined });
  };
  const locked: WorkerError | null = open ? null : { type: "locked" };
  const failed = stage.at === "failed" ? stage.error : locked;
  const isDone = stage.at === "done" && stage.taken;
  const changed = isDone !== false && isDone.papers + isDone.dossiers > 0;
  const title =
    stage.at === "card"
      ? t("sortie.takeIn.card", { n: (chosen?.set ?? 0) + 1 })
      : stage.at === "code" || stage.at === "taking"
        ? t("sortie.takeIn.codeTitle")
        : isDone
          ? t(changed ? "sortie.takeIn.done" : "sortie.takeIn.same")
          : t("sortie.takeIn.title");
  const isFile = stage.at === "file" || stage.at === "looking";
  const refused = "refused" in stage ? stage.refused : undefined;
  return (
    <Frame
      title={title}
      back={paths.out}
      arrival={isFile ? "file" : stage.at === "taking" ? "code" : stage.at}
      failing={failed !== null || refused !== undefined || (stage.at === "card" && stage.refusal !== null)}
    >
      <h1>{title}</h1>
      {failed !== null && <NotNow error={failed} onRetry={again} />}
      {failed === null && isFile && (
        <>
          <p>{t("sortie.takeIn.text")}</p>
          {refused !== undefined && (
            <Banner tone="redo" icon="attention">
              {refused}
            </Banner>
          )}
          <div role="status">{stage.at === "looking" && <p>{t("sortie.takeIn.busy")}</p>}</div>
          <FilePicker
            icon="fichier"
            title={t("sortie.takeIn.choose")}
            detail={t("sortie.takeIn.chooseText")}
            accept=".bsx,application/octet-stream"
            busy={stage.at === "looking"}
            onFiles={([file]) => {
              if (file !== undefined) void look(file);
            }}
          />
        </>
      )}
      {failed === null && stage.at === "card" && (
        <CardEntry
          onCard={(card) => setStage({ at: "code", card, refused: undefined })}
          action={t("sortie.takeIn.check")}
          busy={undefined}
          wrong={stage.refusal?.type === "wrong-groups" ? stage.refusal.groups : []}
          error={stage.refusal === null ? undefined : refusedText(stage.refusal)}
        />
      )}
      {failed === null && (stage.at === "code" || stage.at === "taking") && (
        <>
          <p>{t("sortie.takeIn.code")}</p>
          <CodeEntry
            kind={chosen?.codeKind ?? "digits"}
            value={code}
            onChange={setCode}
            onComplete={(typed) => void take(stage.card, typed)}
            shown={shown}
            onShow={setShown}
            hint={stage.at === "taking" ? t("sortie.takeIn.taking") : undefined}
            error={refused}
            busy={stage.at === "taking"}
          />
          <Button kind="plain" onPress={again}>
            {t("sortie.takeIn.again")}
          </Button>
        </>
      )}
      {failed === null && stage.at === "done" && (
        <>
          <Came taken={stage.taken} />
          <LinkButton wide icon="papier" href={paths.papers}>
            {t("sortie.out.papers")}
          </LinkButton>
          <Button kind="second" wide onPress={again}>
            {t("sortie.takeIn.again")}
          </Button>
        </>
      )}
    </Frame>
  );
}
