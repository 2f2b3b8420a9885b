/**
 * A form as a person will meet it, before it is published: the same questions, fields and sentences, page by page. Nothing that
 * is typed here is kept. Runs in the page.
 *
 * Surprising fact: these are the components of the person's own screens, over answers that live in this component alone.
 */

import { useCallback, useEffect, useState } from "preact/hooks";
import {
  answerKey,
  checkStep,
  nextStep,
  notForeseenStep,
  type Problem,
  previousStep,
  problemsOf,
  progressOf,
  reviewLines,
  stepOf,
  viewForm,
} from "../../../forms/engine.ts";
import type { AnswerValue, FormFile } from "../../../forms/model.ts";
import { asProcedure, publishedProcedure } from "../../../forms/published.ts";
import { localDay } from "../../../shared/day.ts";
import { FieldInput } from "../../features/dossiers/FieldInput.tsx";
import { answerText, formText, frenchText, problemId, problemText } from "../../features/dossiers/words.ts";
import { addTexts } from "../../i18n/i18n.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { QuestionPage } from "../../ui/Question.tsx";
import { Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { DeskFrame } from "../DeskFrame.tsx";

/** No organisation has this id: the words of a preview stand beside those of what was published. */
const PREVIEW = publishedProcedure("-".repeat(27), "preview");

export interface PreviewProps {
  readonly file: FormFile;
  readonly onBack: () => void;
}

export function Preview({ file, onBack }: PreviewProps) {
  const t = useT();
  const { clock } = useWorld();
  const worded = useAreas("dossiers", "fields", "papers-types");
  const [form, setForm] = useState<FormFile["form"] | null>(null);
  useEffect(() => {
    const shown = asProcedure(PREVIEW, file);
    void addTexts([{ area: `form-${PREVIEW}`, texts: shown.words }]).then(() => setForm(shown.form));
  }, [file]);
  const [answers, setAnswers] = useState<Readonly<Record<string, AnswerValue>>>({});
  const [page, setPage] = useState("");
  const [reported, setReported] = useState<readonly Problem[]>([]);
  const [attempt, setAttempt] = useState(0);
  const change = useCallback(
    (key: string, answer: AnswerValue | null) =>
      setAnswers(({ [key]: _before, ...rest }) => (answer === null ? rest : { ...rest, [key]: answer })),
    [],
  );
  const leave = useCallback(() => undefined, []);
  if (form === null || !worded)
    return (
      <DeskFrame title={t("desk.forms.preview")}>
        <h1>{t("desk.forms.preview")}</h1>
        <Loading />
      </DeskFrame>
    );
  const day = localDay(clock.now());
  const view = viewForm(form, { answers, rows: {}, attached: {}, notForeseen: "" }, { today: day });
  const step = stepOf(view, page) ?? view.steps[0];
  const id = step?.id ?? checkStep;
  const go = (to: string | undefined): void => {
    setReported([]);
    setPage(to ?? checkStep);
  };
  const next = (): void => {
    const found = problemsOf(view, id, day);
    setReported(found);
    setAttempt(attempt + 1);
    if (found.length === 0) go(nextStep(view, id)?.id);
  };
  const problems = reported.filter((then) => problemsOf(view, id, day).some((now) => now.key === then.key));
  const fields = step?.kind === "question" ? step.fields : [];
  const own = formText(PREVIEW, `pages.${id}.title`);
  const question =
    own ??
    (id === notForeseenStep
      ? t("dossiers.notForeseen.title")
      : (formText(PREVIEW, "title") ?? t("desk.forms.preview")));
  const before = previousStep(view, id);
  const at = progressOf(view, id);
  return (
    <DeskFrame title={t("desk.forms.preview")} arrival={id} failing={problems.length > 0}>
      <Banner tone="quiet" icon="oeil" title={t("desk.forms.preview")} quiet>
        {t("desk.forms.previewText")}
      </Banner>
      <div class="row row--tight">
        <Button kind="second" small icon="retour" onPress={onBack}>
          {t("desk.forms.previewEnd")}
        </Button>
        {before !== undefined && (
          <Button kind="second" small onPress={() => go(before.id)}>
            {t("desk.forms.previewBefore")}
          </Button>
        )}
      </div>
      {id === checkStep ? (
        <>
          <h1>{t("desk.forms.previewAll")}</h1>
          <dl class="stack-s">
            {reviewLines(view).flatMap((line) =>
              line.kind === "answer"
                ? [
                    <div key={line.key}>
                      <dt class="meta">{formText(PREVIEW, `${line.field.id}.label`)}</dt>
                      <dd>{answerText(form, line.field, line.answer) ?? t("desk.answers.blank")}</dd>
                    </div>,
                  ]
                : [],
            )}
          </dl>
        </>
      ) : (
        <QuestionPage
          progress={at === null ? undefined : { step: t("common.question.step", at), part: at.n / at.total }}
          question={question}
          french={frenchText(PREVIEW, `pages.${id}.title`)}
          hint={fields.length === 1 ? formText(PREVIEW, `${fields[0]?.id}.hint`) : undefined}
          why={fields.map((field) => <p key={field.id}>{formText(PREVIEW, `${field.id}.why`)}</p>)}
          save={{ kind: "none" }}
          onContinue={next}
          review={problems.map((problem) => ({ field: problemId(problem), text: problemText(form, problem) }))}
          attempt={attempt}
        >
          {step?.kind === "papers" && (
            <Banner
              tone="quiet"
              icon="papier"
              title={formText(PREVIEW, `requirements.${step.requirement.id}.label`)}
              quiet
            >
              {t("desk.forms.previewPapers")}
            </Banner>
          )}
          {id === notForeseenStep && <p>{t("dossiers.notForeseen.hint")}</p>}
          {fields.map((field) =>
            field.type === "repeat" ? (
              <Banner key={field.id} tone="quiet" icon="plus" title={formText(PREVIEW, `${field.id}.label`)} quiet>
                {t("desk.forms.previewRows")}{" "}
                {field.fields.map((each) => formText(PREVIEW, `${each.id}.label`)).join(", ")}
              </Banner>
            ) : (
              <FieldInput
                key={field.id}
                view={view}
                field={field}
                answerKey={answerKey(field.id)}
                answer={answers[field.id]}
                onAnswer={change}
                onLeave={leave}
                problems={problems}
                alone={fields.length === 1}
              />
            ),
          )}
        </QuestionPage>
      )}
    </DeskFrame>
  );
}
