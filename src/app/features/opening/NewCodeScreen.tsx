/**
 * Choosing another code for an open satchel: after a forgotten one, or from the settings. Runs in the page.
 *
 * Surprising: it is good on this device at once, but card and code together go on with the code before until the server
 * has confirmed; that is said.
 */
import { useState } from "preact/hooks";
import type { CodeKind } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { ChosenCode } from "../../state/ChosenCode.tsx";
import { errorText, failure, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { LinkRow } from "../../ui/Button.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";

export function NewCodeScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { go, say } = useShell();
  const opening = useAsk("opening", (ask) => ask.opening(), []);
  const before =
    opening.state === "ready" && opening.value.type === "open" ? opening.value.profile.codeKind : undefined;
  const [stage, setStage] = useState<"first" | "again">("first");
  const [kind, setKind] = useState<CodeKind | undefined>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();

  const change = async (code: string): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const changed = await api.changeCode(code);
    if (!changed.ok) {
      setBusy(false);
      setError(isWorkerError(changed.error) ? errorText(changed.error) : t(`opening.refused.${changed.error.type}`));
      return;
    }
    const card = await api.cardState();
    const waits = card.ok && card.value.atServer === "waits";
    setBusy(false);
    say(waits ? `${t("opening.changed")} ${t("opening.changedWaits")}` : t("opening.changed"));
    go(paths.home, { replace: true });
  };
  const isPictures = (kind ?? before) === "pictures";
  const title =
    stage === "first" ? t("opening.chooseNew") : t(isPictures ? "opening.images.againTitle" : "opening.again");
  return (
    <Frame title={title} back={paths.home} arrival={stage}>
      <h1>{title}</h1>
      {opening.state === "loading" && <Loading />}
      {opening.state === "failed" && <FailedState {...failure(opening.error)} onRetry={opening.again} />}
      {opening.state === "ready" && (
        <ChosenCode
          start={before}
          busy={busy}
          error={error}
          onStage={(next, chosen) => {
            setStage(next);
            setKind(chosen);
          }}
          onChosen={(code) => void change(code)}
        />
      )}
      <LinkRow href={paths.home}>{t("opening.keepOld")}</LinkRow>
    </Frame>
  );
}
