/**
 * One row of a repeat on its own page: its fields, kept as they are typed. "Continuer" leads back to the list; going
 * back from a row that was never touched takes it out again.
 */
import { Fragment } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import {
  answerKey,
  type FormView,
  isVoiced,
  type Problem,
  problemsOf,
  type RowView,
  viewForm,
} from "../../../forms/engine.ts";
import type { AnswerValue, Field, Form } from "../../../forms/model.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { DossierView } from "../../../workers/satchel.contract.ts";
import type { ScreenProps } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSettled } from "../../state/Others.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { today } from "../../ui/papers/StateChip.tsx";
import { QuestionPage } from "../../ui/Question.tsx";
import { FailedState } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { AnswerOther } from "./AnswerOther.tsx";
import { Signed, useMayChange } from "./changing.tsx";
import { FieldInput } from "./FieldInput.tsx";
import { questionPath } from "./places.ts";
import { Spoken } from "./Spoken.tsx";
import { overlaid } from "./steps.ts";
import { Helping, SaveTrouble } from "./turn.tsx";
import { useAutosave } from "./useAutosave.ts";
import { useDossier, useFormView, WaitingScreen } from "./useDossier.tsx";
import { useOutside } from "./useOutside.ts";
import { formText, frenchText, inOwnFrench, problemId, problemText } from "./words.ts";

interface Found {
  readonly repeat: string;
  readonly row: RowView;
  readonly n: number;
}

function findRow(view: FormView, id: string): Found | undefined {
  for (const [repeat, rows] of view.rows) {
    const at = rows.findIndex((row) => row.row === id);
    const row = rows[at];
    if (row !== undefined) return { repeat, row, n: at + 1 };
  }
  return undefined;
}

/** "/dossiers/:dossier/question/:page/fiche/:row" */
export function RowScreen({ params }: ScreenProps) {
  const loaded = useDossier(params.dossier as RecordId);
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  const { dossier, form } = loaded;
  return <AskedRow dossier={dossier} form={form} page={params.page ?? ""} row={params.row ?? ""} />;
}

interface AskedRowProps {
  readonly dossier: DossierView;
  readonly form: Form;
  readonly page: string;
  readonly row: string;
}

function AskedRow({ dossier, form, page, row }: AskedRowProps) {
  const t = useT();
  const mayChange = useMayChange(dossier, true);
  const view = useFormView(form, dossier.record);
  const found = findRow(view, row);
  if (!mayChange) return <Signed id={dossier.id} />;
  if (found === undefined) {
    const title = t("dossiers.one");
    return (
      <Frame title={title} back={questionPath(dossier.id, page)}>
        <h1>{title}</h1>
        <FailedState title={t("dossiers.row.gone")} text={t("errors.not-found")} mark="D-206" />
      </Frame>
    );
  }
  return <RowForm key={found.row.row} dossier={dossier} found={found} page={page} view={view} />;
}

/** Somebody who goes back without a word leaves no empty person behind, who would then have to be answered for. */
function useUntouched(dossier: RecordId, before: FormView, { repeat, row }: Found, isTyped: boolean): void {
  const { api } = useSatchel();
  const isEmpty = row.fields.every((field) => {
    const key = answerKey(field.id, { repeat, row: row.row });
    return before.answer(key) === undefined && !isVoiced(before, key);
  });
  const drop = useRef(false);
  drop.current = isEmpty && !isTyped;
  useEffect(
    () => () => {
      // Refused when the satchel has just closed: the row stays, and can be taken out of the list.
      if (drop.current) void api.removeRow(dossier, row.row);
    },
    [api, dossier, row.row],
  );
}

interface RowFormProps {
  readonly dossier: DossierView;
  readonly view: FormView;
  readonly found: Found;
  readonly page: string;
}

function RowForm({ dossier, view: before, found, page }: RowFormProps) {
  const t = useT();
  const shell = useShell();
  const { clock } = useWorld();
  const { form } = before;
  const { repeat, n } = found;
  const row = found.row.row;
  const autosave = useAutosave(dossier);
  const [typed, setTyped] = useState<Readonly<Record<string, AnswerValue | null>>>({});
  const [attempt, setAttempt] = useState(0);
  const [reported, setReported] = useState<readonly Problem[]>([]);
  const [leaving, setLeaving] = useState(false);
  const forget = useCallback(
    (path: string) => setTyped(({ [path.slice("answers.".length)]: _typed, ...rest }) => rest),
    [],
  );
  const decided = useSettled(dossier.record, forget);
  const outside = useOutside(dossier.record.answers, typed);
  useUntouched(dossier.id, before, found, Object.keys(typed).length > 0);

  const view = viewForm(form, overlaid(dossier.record, typed), { today: today(clock.now()) });
  const fields: readonly Field[] = findRow(view, row)?.row.fields ?? found.row.fields;
  const keyOf = (field: Field): string => answerKey(field.id, { repeat, row });
  const problemsNow = (): readonly Problem[] =>
    problemsOf(view, page, today(clock.now())).filter((problem) => problem.key.startsWith(`${repeat}/${row}/`));
  const problems =
    reported.length === 0 ? [] : problemsNow().filter((now) => reported.some((then) => then.key === now.key));
  const back = questionPath(dossier.id, page);

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
    const wrong = problemsNow();
    setReported(wrong);
    setAttempt(attempt + 1);
    if (wrong.length > 0 || leaving) return;
    setLeaving(true);
    const kept = await autosave.flush();
    setLeaving(false);
    // Back, so that the way to the list of answers stays as it was.
    if (kept) shell.router.back(back);
  }

  const title = t("dossiers.row.name", { n });
  return (
    <Frame title={title} back={back} arrival={row} failing={problems.length > 0}>
      <QuestionPage
        question={title}
        french={frenchText(form.id, `${repeat}.label`)}
        hint={formText(form.id, `${repeat}.label`)}
        save={autosave.save}
        onContinue={() => void onward()}
        continueText={t("dossiers.row.done")}
        busy={leaving ? t("common.saved.now") : undefined}
        review={problems.map((problem) => ({ field: problemId(problem), text: problemText(form, problem) }))}
        attempt={attempt}
        why={fields.map((field) => <p key={field.id}>{formText(form.id, `${field.id}.why`)}</p>)}
      >
        <SaveTrouble autosave={autosave} />
        <Helping dossier={dossier} />
        {fields.map((field) =>
          field.type === "repeat" ? null : (
            <Fragment key={`${field.id} ${decided.times(`answers.${keyOf(field)}`)} ${outside(keyOf(field))}`}>
              <FieldInput
                view={view}
                field={field}
                answerKey={keyOf(field)}
                answer={view.state.answers[keyOf(field)]}
                onAnswer={change}
                onLeave={leaveField}
                problems={problems}
                alone={false}
              />
              {field.type === "longText" && (
                <Spoken dossier={dossier} answerKey={keyOf(field)} label={inOwnFrench(form, field)} />
              )}
              <AnswerOther
                form={form}
                record={dossier.record}
                id={dossier.id}
                field={field}
                answerKey={keyOf(field)}
                before={autosave.flush}
                after={() => decided.note(`answers.${keyOf(field)}`)}
              />
            </Fragment>
          ),
        )}
      </QuestionPage>
    </Frame>
  );
}
