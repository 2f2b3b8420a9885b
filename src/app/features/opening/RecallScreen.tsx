/**
 * The gentle question: the code, asked now and then while the satchel is open, so that it is not forgotten (asks.code).
 * "Later" is always there; a wrong answer is no try and leads to another code. Runs in the page.
 */
import { useState } from "preact/hooks";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, failure, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";

export function RecallScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { go, say } = useShell();
  const opening = useAsk("opening", (ask) => ask.opening(), []);
  const kind = opening.state === "ready" && opening.value.type === "open" ? opening.value.profile.codeKind : "digits";
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const [isWrong, setWrong] = useState(false);

  const answer = async (code: string): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const answered = await api.answerCode({ code });
    setBusy(false);
    setTyped("");
    if (answered.ok) {
      say(t("opening.recall.right"));
      go(paths.home, { replace: true });
      return;
    }
    if (isWorkerError(answered.error)) setError(errorText(answered.error));
    else if (answered.error.type === "stretch-broken") setError(t("opening.broken"));
    else {
      setWrong(true);
      setError(t("opening.recall.wrong"));
    }
  };
  const later = (): void => {
    void api.postponeCode();
    go(paths.home, { replace: true });
  };
  const title = t(kind === "pictures" ? "opening.recall.titlePictures" : "opening.recall.title");
  return (
    <Frame title={title} back={paths.home} rhythm="stack">
      <h1 class="center">{title}</h1>
      {opening.state === "loading" && <Loading />}
      {opening.state === "failed" && <FailedState {...failure(opening.error)} onRetry={opening.again} />}
      {opening.state === "ready" && (
        <CodeEntry
          kind={kind}
          value={typed}
          onChange={(code) => {
            void api.expectCode();
            setTyped(code);
          }}
          onComplete={(code) => void answer(code)}
          shown={shown}
          onShow={setShown}
          hint={t(busy ? "opening.recall.checking" : "opening.recall.text")}
          error={error}
          busy={busy}
        />
      )}
      <div class="actions">
        {isWrong && (
          <LinkButton wide iconEnd="fleche" href={paths.newCode}>
            {t("opening.recall.change")}
          </LinkButton>
        )}
        <Button kind="second" wide onPress={later}>
          {t("opening.recall.later")}
        </Button>
      </div>
    </Frame>
  );
}
