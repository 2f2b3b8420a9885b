/**
 * Coming back at a desk, on a device of the person's own: with the card and no code (C+O), or with nothing left (S+O). In the
 * page; works while no satchel is open here.
 *
 * Surprising: everything is put together on this device. The desk reads a question, answers it, and learns nothing that opens. The
 * keys of the question live in the worker's memory only: a page that is loaded again begins again.
 */
import { useEffect, useState } from "preact/hooks";
import type { PrincipalId } from "../../../shared/ids.ts";
import type { ReturnTextRefusal } from "../../../workers/recovery.contract.ts";
import type { CodeRefusal, ComeBackRefusal, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatList } from "../../i18n/format.ts";
import { t as text } from "../../i18n/i18n.ts";
import { westernDigits } from "../../i18n/months.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { CardEntry } from "../../state/CardEntry.tsx";
import { ChosenCode } from "../../state/ChosenCode.tsx";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { HandOver } from "../../state/HandOver.tsx";
import { PasteText } from "../../state/PasteText.tsx";
import { freePicture } from "../../state/pictures.ts";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { TextField } from "../../ui/Field.tsx";
import { FourPictures } from "../../ui/FourPictures.tsx";
import { Item, List } from "../../ui/List.tsx";
import { PersonalForm } from "../../ui/personal.tsx";

type Stage =
  | { readonly at: "choose" }
  | { readonly at: "card" }
  | { readonly at: "desk"; readonly organisations: readonly PrincipalId[] }
  | { readonly at: "question"; readonly text: string }
  | { readonly at: "number" }
  | { readonly at: "compare"; readonly pictures: readonly number[] }
  | { readonly at: "code" }
  | { readonly at: "arrived" };

type Refusal = WorkerError | ReturnTextRefusal | ComeBackRefusal | CodeRefusal;

/** A refusal in words: those of a desk's answer are this screen's, those of a card are of coming back with a code. */
function refusalText(error: Refusal): string {
  switch (error.type) {
    case "no-way":
    case "not-an-answer":
    case "other-version":
    case "damaged":
    case "other-question":
    case "cannot-open":
    case "bad-number":
    case "expired":
    case "not-found":
      return text(`returns.back.refused.${error.type}`);
    case "code-shape":
    case "code-too-common":
      return text(`opening.refused.${error.type}`);
    case "wrong-groups":
      return text("card.groupsWrong", { groups: formatList(error.groups.map(String)) });
    case "wrong-code":
      return text("retour.codeShape");
    default:
      if (isWorkerError(error)) return errorText(error);
      return `${text(`retour.refused.${error.type}.title`)} ${text(`retour.refused.${error.type}.text`)}`;
  }
}

function Arrived() {
  const t = useT();
  return (
    <>
      <Banner tone="done" icon="valider" quiet>
        {t("returns.back.arrivedText")}
      </Banner>
      <List>
        <Item
          icon="cle-carte"
          href={paths.newCard}
          title={t("returns.back.cardNow")}
          detail={t("returns.back.cardNowMore")}
        />
        <Item icon="telephone" href={paths.devices} title={t("returns.back.out")} detail={t("returns.back.outMore")} />
      </List>
      <LinkButton kind="second" wide href={paths.home}>
        {t("returns.back.home")}
      </LinkButton>
    </>
  );
}

export function DeskBackScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { copy, random } = useRoot();
  const { open: isOpen, go } = useShell();
  const deployment = useAsk("deployment", (each) => each.deployment(), ["deployment"]);
  const [stage, setStage] = useState<Stage>({ at: "choose" });
  const [number, setNumber] = useState("");
  const [answer, setAnswer] = useState("");
  const [wrong, setWrong] = useState<readonly number[]>([]);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [isAgain, setAgain] = useState(false);
  useHold(stage.at !== "choose" && stage.at !== "arrived");
  useEffect(() => () => void api.returnForget(), [api]);
  useEffect(() => {
    if (isOpen && stage.at !== "arrived" && !busy) go(paths.home, { replace: true });
  }, [isOpen, stage.at, busy, go]);

  const restart = (): void => {
    setStage({ at: "choose" });
    setNumber("");
    setAnswer("");
    setWrong([]);
    setError(undefined);
  };
  /** One thing at a time; what is refused is said on the same page. */
  function work<T>(
    asked: Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Refusal }>,
    next: (value: T) => void,
  ): void {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    setWrong([]);
    void asked.then((answered) => {
      setBusy(false);
      if (answered.ok) return next(answered.value);
      if (answered.error.type === "wrong-groups") setWrong(answered.error.groups);
      setError(refusalText(answered.error));
    });
  }
  const ask = (organisation: PrincipalId | null): void =>
    work(api.returnQuestion(organisation), ({ text: question }) => setStage({ at: "question", text: question }));
  const nameOf = (id: PrincipalId, n: number): string => {
    const all = deployment.state === "ready" ? (deployment.value?.organisations ?? []) : [];
    // The card names desks by their ids; with one desk on this Besace there is nothing to choose.
    return all.length === 1 && n === 0
      ? isolated(all[0]?.name ?? "")
      : `${t("returns.back.other")} (${id.slice(0, 6)})`;
  };
  const finish = (code: string): void => {
    const begin = async () => {
      const opening = await api.opening();
      const others = opening.ok && opening.value.type === "locked" ? opening.value.profiles : [];
      const taken = others.map((profile) => profile.pictogram);
      return api.returnFinish({ code, pictogram: freePicture(taken, random) });
    };
    work(begin(), () => setStage({ at: "arrived" }));
  };
  const titles: Readonly<Record<Stage["at"], string>> = {
    choose: t("returns.back.title"),
    card: t("returns.back.cardTitle"),
    desk: t("returns.back.desk"),
    question: t("returns.back.question"),
    number: t("returns.back.number"),
    compare: t("returns.back.compare"),
    code: t(isAgain ? "opening.again" : "returns.back.code"),
    arrived: t("returns.back.arrived"),
  };
  const title = titles[stage.at];
  return (
    <Frame
      title={title}
      back={stage.at === "arrived" ? undefined : paths.comeBack}
      onBack={stage.at === "choose" || stage.at === "arrived" ? undefined : restart}
      arrival={`${stage.at} ${isAgain}`}
      failing={error !== undefined}
      needsNetwork={stage.at === "card"}
    >
      <h1>{title}</h1>
      {stage.at === "choose" && (
        <>
          <p>{t("returns.back.lead")}</p>
          <ReadAloud
            text={[title, t("returns.back.lead"), t("returns.back.cardMore"), t("returns.back.nothingMore")]}
          />
          <section class="stack-s" aria-labelledby="quoi">
            <h2 id="quoi">{t("returns.back.choose")}</h2>
            <List>
              <Item
                icon="cle-carte"
                title={t("returns.back.card")}
                detail={t("returns.back.cardMore")}
                onPress={() => setStage({ at: "card" })}
              />
              <Item
                icon="personne"
                title={t("returns.back.nothing")}
                detail={t("returns.back.nothingMore")}
                onPress={() => ask(null)}
              />
            </List>
          </section>
          <div role="alert">{error !== undefined && <p class="err">{error}</p>}</div>
        </>
      )}
      {stage.at === "card" && (
        <>
          <p>{t("returns.back.cardText")}</p>
          <CardEntry
            onCard={(card) =>
              work(api.returnLook({ card }), ({ organisations }) => {
                const [only] = organisations;
                if (organisations.length === 1 && only !== undefined) {
                  void api.returnQuestion(only).then((made) => {
                    if (made.ok) setStage({ at: "question", text: made.value.text });
                    else setError(refusalText(made.error));
                  });
                } else setStage({ at: "desk", organisations });
              })
            }
            action={t("returns.back.next")}
            busy={busy ? t("returns.back.busy") : undefined}
            wrong={wrong}
            error={error}
          />
        </>
      )}
      {stage.at === "desk" && (
        <List>
          {stage.organisations.map((id, n) => (
            <Item key={id} icon="parler" title={nameOf(id, n)} onPress={() => ask(id)} />
          ))}
        </List>
      )}
      {stage.at === "question" && (
        <>
          <p>{t("returns.back.questionText")}</p>
          <HandOver id="question" value={stage.text} copy={copy} />
          <Button wide iconEnd="fleche" onPress={() => setStage({ at: "number" })}>
            {t("returns.back.questionNext")}
          </Button>
        </>
      )}
      {stage.at === "number" && (
        <PersonalForm
          class="stack"
          onSubmit={() =>
            work(api.returnNumber(westernDigits(number).replace(/\D/g, "")), ({ pictures }) =>
              setStage({ at: "compare", pictures }),
            )
          }
        >
          <TextField
            label={t("returns.back.number")}
            hint={t("returns.back.numberHint")}
            value={number}
            onChange={setNumber}
            inputMode="numeric"
            maxLength={9}
            ltr
            error={error}
          />
          <Button type="submit" wide iconEnd="fleche">
            {t("returns.back.check")}
          </Button>
        </PersonalForm>
      )}
      {stage.at === "compare" && (
        <>
          <p>{t("returns.back.compareText")}</p>
          <FourPictures pictures={stage.pictures} label={t("devices.pictures")} />
          <PersonalForm class="stack" onSubmit={() => work(api.returnAnswer(answer), () => setStage({ at: "code" }))}>
            <PasteText
              label={t("returns.back.answer")}
              hint={t("returns.back.answerHint")}
              value={answer}
              onChange={setAnswer}
              error={error}
            />
            <Button type="submit" wide busy={busy ? t("returns.back.opening") : undefined}>
              {t("returns.back.open")}
            </Button>
          </PersonalForm>
        </>
      )}
      {stage.at === "code" && (
        <>
          <p>{t("returns.back.codeText")}</p>
          <ChosenCode busy={busy} error={error} onStage={(at) => setAgain(at === "again")} onChosen={finish} />
        </>
      )}
      {stage.at === "arrived" && <Arrived />}
      {(stage.at === "number" || stage.at === "compare" || stage.at === "question") && (
        <Button kind="plain" wide onPress={restart}>
          {t("returns.back.restart")}
        </Button>
      )}
    </Frame>
  );
}
