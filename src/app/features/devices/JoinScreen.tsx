/**
 * The new device of a transfer: shows its request, takes the number, shows the pictures, takes the answer, and asks for a
 * code of its own. Runs in the page; works while no satchel is open here.
 *
 * Surprising: the keys of the request live in the worker's memory only. A page that is loaded again begins again.
 */
import { useCallback, useEffect, useState } from "preact/hooks";
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { westernDigits } from "../../i18n/months.ts";
import { useT } from "../../i18n/useT.ts";
import { ChosenCode } from "../../state/ChosenCode.tsx";
import { errorText, failure, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { PasteText } from "../../state/PasteText.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useHold } from "../../state/shell.ts";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";
import { FourPictures, HandOver, refusalText } from "./parts.tsx";

type Stage =
  | { readonly at: "loading" }
  | { readonly at: "failed"; readonly error: WorkerError }
  | { readonly at: "request"; readonly text: string }
  | { readonly at: "number" }
  | { readonly at: "compare"; readonly pictures: readonly number[] }
  | { readonly at: "code" };

export function JoinScreen() {
  const t = useT();
  const { api } = useSatchel();
  const [stage, setStage] = useState<Stage>({ at: "loading" });
  const [number, setNumber] = useState("");
  const [answer, setAnswer] = useState("");
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  useHold(stage.at !== "loading" && stage.at !== "failed");

  const begin = useCallback((): void => {
    setStage({ at: "loading" });
    setNumber("");
    setAnswer("");
    setError(undefined);
    void api.transferRequest().then((made) => {
      setStage(made.ok ? { at: "request", text: made.value.text } : { at: "failed", error: made.error });
    });
  }, [api]);
  useEffect(() => {
    begin();
    return () => void api.transferForget();
  }, [api, begin]);

  const check = (): void => {
    setError(undefined);
    void api.transferNumber(westernDigits(number).replace(/\D/g, "")).then((checked) => {
      if (checked.ok) setStage({ at: "compare", pictures: checked.value.pictures });
      else setError(refusalText(checked.error));
    });
  };
  const accept = (): void => {
    setBusy(true);
    setError(undefined);
    void api.transferAccept(answer).then((opened) => {
      setBusy(false);
      if (opened.ok) setStage({ at: "code" });
      else setError(refusalText(opened.error));
    });
  };
  const finish = (code: string): void => {
    setBusy(true);
    setError(undefined);
    // The shell sees the open satchel and leads home.
    void api.transferFinish(code).then((done) => {
      if (done.ok) return;
      setBusy(false);
      const refusal = done.error;
      if (refusal.type === "code-shape" || refusal.type === "code-too-common")
        setError(t(`opening.refused.${refusal.type}`));
      else setError(isWorkerError(refusal) ? errorText(refusal) : refusalText(refusal));
    });
  };
  const titles: Readonly<Record<Stage["at"], string>> = {
    loading: t("devices.new.title"),
    failed: t("common.failed.title"),
    request: t("devices.new.request.title"),
    number: t("devices.new.number.title"),
    compare: t("devices.new.compare.title"),
    code: t("devices.new.code.title"),
  };
  return (
    <Frame
      title={titles[stage.at]}
      back={paths.start}
      arrival={stage.at}
      failing={error !== undefined || stage.at === "failed"}
    >
      <h1>{titles[stage.at]}</h1>
      {stage.at === "loading" && <Loading />}
      {stage.at === "failed" && <FailedState {...failure(stage.error)} onRetry={begin} />}
      {stage.at === "request" && (
        <>
          <p>{t("devices.new.text")}</p>
          <p>{t("devices.new.request.how")}</p>
          <HandOver id="demande" value={stage.text} />
          <Button wide iconEnd="fleche" onPress={() => setStage({ at: "number" })}>
            {t("devices.new.request.next")}
          </Button>
          <LinkRow icon="cle-carte" href={paths.comeBack}>
            {t("devices.new.withCard")}
          </LinkRow>
        </>
      )}
      {stage.at === "number" && (
        <PersonalForm class="stack" onSubmit={check}>
          <TextField
            label={t("devices.new.number.label")}
            hint={t("devices.new.number.hint")}
            value={number}
            onChange={setNumber}
            inputMode="numeric"
            maxLength={9}
            ltr
            error={error}
          />
          <Button type="submit" wide iconEnd="fleche">
            {t("devices.new.number.check")}
          </Button>
        </PersonalForm>
      )}
      {stage.at === "compare" && (
        <>
          <p>{t("devices.new.compare.text")}</p>
          <FourPictures pictures={stage.pictures} />
          <PersonalForm class="stack" onSubmit={accept}>
            <PasteText
              label={t("devices.new.compare.paste")}
              hint={t("devices.new.compare.pasteHint")}
              value={answer}
              onChange={setAnswer}
              error={error}
            />
            <Button type="submit" wide busy={busy ? t("devices.new.compare.busy") : undefined}>
              {t("devices.new.compare.open")}
            </Button>
          </PersonalForm>
        </>
      )}
      {stage.at === "code" && (
        <>
          <p>{t("devices.new.code.text")}</p>
          <ChosenCode busy={busy} error={error} onStage={() => undefined} onChosen={finish} />
        </>
      )}
      {(stage.at === "number" || stage.at === "compare") && (
        <Button kind="plain" wide onPress={begin}>
          {t("devices.new.restart")}
        </Button>
      )}
    </Frame>
  );
}
