/**
 * One step of a form on its page: fields, papers, or "mon cas n'est pas prévu". Every answer is kept as it is typed;
 * "Continuer" checks, waits until all is kept, then goes on.
 */
import { Fragment } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import {
  answerKey,
  notForeseenStep,
  type Problem,
  problemsOf,
  resumeStep,
  type Step,
  stepOf,
} from "../../../forms/engine.ts";
import type { AnswerValue, Field, Form } from "../../../forms/model.ts";
import { type Profile, proposals as proposedFrom } from "../../../forms/profile.ts";
import { otherAt } from "../../../satchel/others.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { DossierView } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatList } from "../../i18n/format.ts";
import { inFrench } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { OtherBox, useSettled } from "../../state/Others.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import type { ReviewItem } from "../../ui/ErrorSummary.tsx";
import { TextArea } from "../../ui/Field.tsx";
import { today } from "../../ui/papers/StateChip.tsx";
import { QuestionPage } from "../../ui/Question.tsx";
import { useWorld } from "../../ui/world.ts";
import { AnswerOther } from "./AnswerOther.tsx";
import { settled } from "./autosave.ts";
import { Signed, useMayChange } from "./changing.tsx";
import { FieldInput } from "./FieldInput.tsx";
import { knownProfile } from "./known.ts";
import { useMore } from "./later.tsx";
import { PapersStep } from "./PapersStep.tsx";
import { type Mode, modeOf, questionPath } from "./places.ts";
import { RepeatRows, rowProblems } from "./RepeatRows.tsx";
import { Spoken } from "./Spoken.tsx";
import { onwardPath, overlaid } from "./steps.ts";
import { Below, Helping, SaveTrouble, type TurnProps, useProgress } from "./turn.tsx";
import { useAutosave } from "./useAutosave.ts";
import { useDossier, useFormView, WaitingScreen } from "./useDossier.tsx";
import { useOutside } from "./useOutside.ts";
import { formText, frenchText, inOwnFrench, problemId, problemText, spokenField } from "./words.ts";

/** "/dossiers/:dossier/question/:page" and the same with a mode. */
export function QuestionScreen({ params }: ScreenProps) {
  const id = params.dossier as RecordId;
  const page = params.page ?? "";
  const mode = modeOf(params.mode);
  const loaded = useDossier(id);
  // A profile that cannot be read proposes nothing; the form works without it.
  const profile = useAsk("profile", (api) => api.profile(), []);
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  if (profile.state === "loading") return <WaitingScreen waiting={profile} />;
  const known = profile.state === "ready" ? knownProfile(profile.value) : {};
  return <Asked dossier={loaded.dossier} form={loaded.form} page={page} mode={mode} profile={known} />;
}

interface AskedProps {
  readonly dossier: DossierView;
  readonly form: Form;
  readonly page: string;
  readonly mode: Mode;
  readonly profile: Profile;
}

function Asked({ dossier, form, page, mode, profile }: AskedProps) {
  const { id } = dossier;
  const mayChange = useMayChange(dossier, mode !== "ask");
  const view = useFormView(form, dossier.record);
  const step = stepOf(view, page);
  if (!mayChange) return <Signed id={id} />;
  if (step === undefined || step.kind === "check") {
    const place = resumeStep(view, page);
    return <Elsewhere to={place.kind === "check" ? paths.check(id) : questionPath(id, place.id, mode)} />;
  }
  return <Turn key={`${step.id} ${mode}`} dossier={dossier} view={view} step={step} mode={mode} profile={profile} />;
}

/** Fields that are read say their hint themselves. */
const isShown = (field: Field): boolean => field.type === "info" || field.type === "calc";

/** The question is not asked any more: the one before its place is shown instead. */
function Elsewhere({ to }: { readonly to: string }) {
  const { go } = useShell();
  useEffect(() => go(to, { replace: true }), [go, to]);
  return <WaitingScreen waiting={{ state: "loading" }} />;
}

/** Remembers where the person is, then shows the step. */
function Turn(props: TurnProps & { readonly profile: Profile }) {
  const { dossier, step, mode } = props;
  const { api } = useSatchel();
  const isHere = mode !== "ask" || dossier.record.page === step.id || dossier.record.status !== "draft";
  useEffect(() => {
    // A place that is not remembered costs a few presses after a kill, never an answer: nothing to say when it fails.
    if (!isHere) void settled(api).then(() => api.saveAnswers(dossier.id, { page: step.id }));
  }, [api, dossier.id, step.id, isHere]);
  if (step.kind === "papers") return <PapersStep {...props} step={step} />;
  if (step.kind === "not-foreseen") return <NotForeseen {...props} step={step} />;
  return <Questions {...props} step={step} />;
}

type QuestionsProps = TurnProps & {
  readonly step: Extract<Step, { readonly kind: "question" }>;
  readonly profile: Profile;
};

function Questions({ dossier, view: before, step, mode, profile }: QuestionsProps) {
  const t = useT();
  const shell = useShell();
  const { clock } = useWorld();
  const { form } = before;
  const { id, record } = dossier;
  const { more } = useMore();
  const autosave = useAutosave(dossier);
  const [typed, setTyped] = useState<Readonly<Record<string, AnswerValue | null>>>({});
  const [attempt, setAttempt] = useState(0);
  const [reported, setReported] = useState<readonly Problem[]>([]);
  const [leaving, setLeaving] = useState(false);
  // Chosen or put away: the field shows what stands now, not what was typed before.
  const forget = useCallback(
    (path: string) => setTyped(({ [path.slice("answers.".length)]: _typed, ...rest }) => rest),
    [],
  );
  const decided = useSettled(record, forget);
  const outside = useOutside(record.answers, typed);
  const arrived = useRef(before).current;
  const offered = useMemo(() => {
    const all = proposedFrom(form, arrived.state, profile);
    return Object.fromEntries(Object.entries(all).filter(([key]) => step.fields.some((field) => field.id === key)));
  }, [form, arrived, profile, step.id]);
  // Another device may answer while this screen is open: an answer is never overwritten by what is only proposed.
  const proposals = Object.fromEntries(Object.entries(offered).filter(([key]) => record.answers[key] === undefined));

  const view = useFormView(form, overlaid(record, { ...proposals, ...typed }));
  const shown = stepOf(view, step.id);
  const fields: readonly Field[] = shown?.kind === "question" ? shown.fields : step.fields;
  const alone = fields.length === 1;
  const problemsNow = (): readonly Problem[] => problemsOf(view, step.id, today(clock.now()));
  // Said on "Continuer" only; what was mended since is no longer said.
  const problems =
    reported.length === 0 ? [] : problemsNow().filter((now) => reported.some((then) => then.key === now.key));
  const review: readonly ReviewItem[] = [
    ...problems
      .filter((problem) => !problem.key.includes("/"))
      .map((problem) => ({ field: problemId(problem), text: problemText(form, problem) })),
    ...rowProblems(view, problems),
  ];

  const { put, flush } = autosave;
  const change = useCallback(
    (key: string, answer: AnswerValue | null): void => {
      setTyped((held) => ({ ...held, [key]: answer }));
      put({ answers: { [key]: answer } });
    },
    [put],
  );
  const leaveField = useCallback(() => void flush(), [flush]);
  async function onward(): Promise<void> {
    const found = problemsNow();
    setReported(found);
    setAttempt(attempt + 1);
    if (found.length > 0 || leaving) return;
    setLeaving(true);
    const accepted = Object.entries(proposals).filter(([key]) => !(key in typed));
    if (accepted.length > 0) autosave.put({ answers: Object.fromEntries(accepted) });
    const kept = await autosave.flush();
    setLeaving(false);
    if (kept) shell.go(onwardPath({ id, mode, step, before: arrived, after: view }));
  }

  const question = formText(form.id, `pages.${step.id}.title`) ?? "";
  const repeat = fields.find((field) => field.type === "repeat");
  const proposed = fields.filter((field) => field.id in proposals && !(field.id in typed));
  return (
    <Frame title={question} back={paths.dossier(id)} arrival={step.id} failing={review.length > 0}>
      <QuestionPage
        progress={useProgress(view, step, mode)}
        question={question}
        french={frenchText(form.id, `pages.${step.id}.title`)}
        hint={
          alone && fields[0] !== undefined && !isShown(fields[0])
            ? formText(form.id, `${fields[0].id}.hint`)
            : undefined
        }
        listen={<ReadAloud text={[question, ...fields.flatMap((field) => spokenField(form, field))]} />}
        words={fields.flatMap((field) => spokenField(form, field))}
        why={fields.map((field) => <p key={field.id}>{formText(form.id, `${field.id}.why`)}</p>)}
        save={autosave.save}
        onContinue={() => void onward()}
        busy={leaving ? t("common.saved.now") : undefined}
        later={{ href: paths.procedures }}
        review={review}
        attempt={attempt}
        below={<Below view={view} id={id} mode={mode} />}
      >
        <SaveTrouble autosave={autosave} />
        {more !== null && <more.Renewed dossier={dossier} view={view} />}
        <Helping dossier={dossier} />
        {proposed.length > 0 && (
          <Banner tone="quiet" icon="personne" link={{ href: paths.profile, text: t("dossiers.changeProfile") }} quiet>
            {t("dossiers.fromProfile", {
              labels: formatList(proposed.map((field) => formText(form.id, `${field.id}.label`) ?? "")),
            })}
          </Banner>
        )}
        {fields.map((field) =>
          field.type === "repeat" ? null : (
            <Fragment key={`${field.id} ${decided.times(`answers.${field.id}`)} ${outside(answerKey(field.id))}`}>
              <FieldInput
                view={view}
                field={field}
                answerKey={answerKey(field.id)}
                answer={view.state.answers[field.id]}
                onAnswer={change}
                onLeave={leaveField}
                problems={problems}
                alone={alone}
              />
              {field.type === "longText" && (
                <Spoken dossier={dossier} answerKey={field.id} label={inOwnFrench(form, field)} />
              )}
              <AnswerOther
                form={form}
                record={record}
                id={id}
                field={field}
                answerKey={answerKey(field.id)}
                before={autosave.flush}
                after={() => decided.note(`answers.${field.id}`)}
              />
            </Fragment>
          ),
        )}
        {repeat?.type === "repeat" && (
          <RepeatRows dossier={dossier} view={view} field={repeat} page={step.id} problems={problems} />
        )}
      </QuestionPage>
    </Frame>
  );
}

/** "Mon cas n'est pas prévu": free text, read by a human being. */
function NotForeseen({ dossier, view, step, mode }: TurnProps) {
  const t = useT();
  const shell = useShell();
  const { id, record } = dossier;
  const autosave = useAutosave(dossier);
  const [text, setText] = useState(record.notForeseen);
  // Read again once the answer of another device was chosen.
  const decided = useSettled(record, () => setText(record.notForeseen));
  const [leaving, setLeaving] = useState(false);
  async function onward(): Promise<void> {
    if (leaving) return;
    setLeaving(true);
    const kept = await autosave.flush();
    setLeaving(false);
    if (!kept) return;
    if (mode === "aside") shell.router.back(questionPath(id, resumeStep(view, record.page).id));
    else shell.go(paths.check(id));
  }
  const question = t("dossiers.notForeseen.title");
  return (
    <Frame title={question} back={paths.dossier(id)} arrival={step.id}>
      <QuestionPage
        progress={useProgress(view, step, mode)}
        question={question}
        hint={t("dossiers.notForeseen.hint")}
        listen={<ReadAloud text={[question, t("dossiers.notForeseen.hint")]} />}
        why={<p>{t("dossiers.notForeseen.why")}</p>}
        save={autosave.save}
        onContinue={() => void onward()}
        busy={leaving ? t("common.saved.now") : undefined}
        later={{ href: paths.procedures }}
      >
        <SaveTrouble autosave={autosave} />
        <TextArea
          label={t("dossiers.notForeseen.label")}
          labelHidden
          rows={7}
          value={text}
          onChange={(typed) => {
            setText(typed);
            autosave.put({ notForeseen: typed });
          }}
          onLeave={() => void autosave.flush()}
        />
        <Spoken dossier={dossier} answerKey={notForeseenStep} label={inFrench("dossiers.notForeseen.title")} />
        <OtherBox
          id={id}
          other={otherAt(record, "notForeseen")}
          show={String}
          before={autosave.flush}
          after={() => decided.note("notForeseen")}
        />
      </QuestionPage>
    </Frame>
  );
}
