/**
 * The old device of a transfer: takes the request, asks the code, shows number and pictures, gives the answer. In the page.
 *
 * Surprising: the answer exists only after the person has said that the pictures are the same; leaving before gives nothing.
 */
import { useEffect, useState } from "preact/hooks";
import type { TransferRefusal, UnlockRefusal, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { PasteText } from "../../state/PasteText.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { FourPictures, HandOver, Refused, refusalText } from "./parts.tsx";

type Stage =
  | { readonly at: "paste" }
  | { readonly at: "code" }
  | { readonly at: "compare"; readonly number: string; readonly pictures: readonly number[] }
  | { readonly at: "stopped" }
  | { readonly at: "answer"; readonly text: string };

const isUnlockRefusal = (error: { readonly type: string }): error is UnlockRefusal =>
  ["wrong-code", "wait", "code-dropped", "wrong-card", "wrong-groups", "stretch-broken"].includes(error.type);

export function AddDeviceScreen() {
  const t = useT();
  const { api } = useSatchel();
  const opening = useAsk("opening", (each) => each.opening(), ["opening"]);
  const kind = opening.state === "ready" && opening.value.type === "open" ? opening.value.profile.codeKind : "digits";
  const [stage, setStage] = useState<Stage>({ at: "paste" });
  const [request, setRequest] = useState("");
  const [code, setCode] = useState("");
  const [shown, setShown] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  useHold(stage.at === "compare" || stage.at === "answer");
  // Whatever was begun is forgotten when the person goes elsewhere.
  useEffect(() => () => void api.transferForget(), [api]);

  const words = (refusal: WorkerError | TransferRefusal | UnlockRefusal): string => {
    if (!isUnlockRefusal(refusal)) return refusalText(refusal);
    if (refusal.type === "wrong-code")
      return refusal.triesLeft === 0 ? t("opening.wrongMany") : t("opening.wrong", { count: refusal.triesLeft });
    if (refusal.type === "wait") return t("opening.wait.text");
    return t(refusal.type === "code-dropped" ? "opening.dropped" : "opening.broken");
  };
  const toPaste = (why: string | undefined): void => {
    setStage({ at: "paste" });
    setError(why);
  };
  const offer = (typed: string): void => {
    setBusy(true);
    setError(undefined);
    void api.transferOffer({ code: typed, request }).then((answer) => {
      setBusy(false);
      setCode("");
      if (answer.ok) setStage({ at: "compare", ...answer.value });
      else if (isUnlockRefusal(answer.error)) setError(words(answer.error));
      else toPaste(words(answer.error));
    });
  };
  const confirm = (): void => {
    setBusy(true);
    void api.transferConfirm().then((answer) => {
      setBusy(false);
      if (answer.ok) setStage({ at: "answer", text: answer.value.text });
      else toPaste(words(answer.error));
    });
  };
  const stop = (): void => {
    void api.transferForget();
    setStage({ at: "stopped" });
    setRequest("");
  };
  const titles: Readonly<Record<Stage["at"], string>> = {
    paste: t("devices.old.title"),
    code: t("devices.old.code.title"),
    compare: t("devices.old.compare.title"),
    stopped: t("devices.old.stopped.title"),
    answer: t("devices.old.answer.title"),
  };
  return (
    <Frame
      title={titles[stage.at]}
      back={paths.devices}
      arrival={stage.at}
      failing={error !== undefined || stage.at === "stopped"}
    >
      <h1>{titles[stage.at]}</h1>
      {stage.at === "paste" && (
        <PersonalForm
          class="stack"
          onSubmit={() => {
            setError(undefined);
            if (request.trim() === "") setError(t("devices.refused.not-a-request"));
            else setStage({ at: "code" });
          }}
        >
          <p>{t("devices.old.text")}</p>
          <PasteText
            label={t("devices.old.paste")}
            hint={t("devices.old.pasteHint")}
            value={request}
            onChange={setRequest}
            error={error}
          />
          <Button type="submit" wide iconEnd="fleche">
            {t("common.action.continue")}
          </Button>
        </PersonalForm>
      )}
      {stage.at === "code" && (
        <>
          <p>{t("devices.old.code.text")}</p>
          <CodeEntry
            kind={kind}
            value={code}
            onChange={setCode}
            onComplete={offer}
            shown={shown}
            onShow={setShown}
            hint={busy ? t("devices.old.code.opening") : undefined}
            error={error}
            busy={busy}
          />
        </>
      )}
      {stage.at === "compare" && (
        <>
          <section class="stack-s" aria-labelledby="nombre">
            <h2 id="nombre">{t("devices.old.compare.number")}</h2>
            <p class="sixdigits" dir="ltr" translate={false}>
              {stage.number}
            </p>
          </section>
          <section class="stack-s" aria-labelledby="images">
            <h2 id="images">{t("devices.old.compare.pictures")}</h2>
            <FourPictures pictures={stage.pictures} />
          </section>
          <div class="actions">
            <Button wide icon="valider" onPress={confirm} busy={busy ? t("devices.old.compare.busy") : undefined}>
              {t("devices.old.compare.same")}
            </Button>
            <Button kind="second" wide icon="fermer" onPress={stop}>
              {t("devices.old.compare.different")}
            </Button>
          </div>
        </>
      )}
      {stage.at === "stopped" && (
        <>
          <Refused>{t("devices.old.stopped.text")}</Refused>
          <Button wide onPress={() => toPaste(undefined)}>
            {t("devices.new.restart")}
          </Button>
        </>
      )}
      {stage.at === "answer" && (
        <>
          <Banner tone="quiet" icon="information" quiet>
            {t("devices.old.answer.text")}
          </Banner>
          <HandOver id="reponse" value={stage.text} />
          <LinkButton wide icon="valider" href={paths.devices}>
            {t("devices.old.answer.done")}
          </LinkButton>
        </>
      )}
    </Frame>
  );
}
