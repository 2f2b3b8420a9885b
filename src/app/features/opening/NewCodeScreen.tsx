/** Choosing another code for an open satchel: after a forgotten one, or from the settings. Runs in the page. */
import { useState } from "preact/hooks";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { ChosenCode } from "../../state/ChosenCode.tsx";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { LinkRow } from "../../ui/Button.tsx";

export function NewCodeScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { go, say } = useShell();
  const [stage, setStage] = useState<"first" | "again">("first");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const change = (code: string): void => {
    setBusy(true);
    setError(undefined);
    void api.changeCode(code).then((answer) => {
      setBusy(false);
      if (answer.ok) {
        say(t("opening.changed"));
        go(paths.home, { replace: true });
      } else
        setError(isWorkerError(answer.error) ? errorText(answer.error) : t(`opening.refused.${answer.error.type}`));
    });
  };
  const title = t(stage === "first" ? "opening.chooseNew" : "opening.again");
  return (
    <Frame title={title} back={paths.home} arrival={stage}>
      <h1>{title}</h1>
      <ChosenCode busy={busy} error={error} onStage={setStage} onChosen={change} />
      <LinkRow href={paths.home}>{t("opening.keepOld")}</LinkRow>
    </Frame>
  );
}
