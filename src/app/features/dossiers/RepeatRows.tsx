/** Repeated rows of a form, such as the people of a family: a list, add, change, take out. Inside a question page. */
import { useState } from "preact/hooks";
import { answerKey, type FormView, type Problem, type RowView } from "../../../forms/engine.ts";
import type { Field } from "../../../forms/model.ts";
import { otherAt, othersOf } from "../../../satchel/others.ts";
import type { DossierView, WorkerError } from "../../../workers/satchel.contract.ts";
import { language, t as text } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { OtherBox, OtherCount } from "../../state/Others.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import type { ReviewItem } from "../../ui/ErrorSummary.tsx";
import { FieldError } from "../../ui/Field.tsx";
import { EditLink } from "../../ui/Rows.tsx";
import { rowPath } from "./places.ts";
import { Trouble } from "./useDossier.tsx";
import { answerText, fieldId, problemText } from "./words.ts";

type RepeatField = Extract<Field, { readonly type: "repeat" }>;

/** What a row is called: its short texts, else its place. */
export function rowName(view: FormView, repeat: string, row: RowView, n: number): string {
  const named = row.fields
    .filter((field) => field.type === "text")
    .map((field) => view.answer(answerKey(field.id, { repeat, row: row.row })))
    .flatMap((answer) => (answer?.v === "text" ? [answer.text] : []));
  return named.length === 0 ? text("dossiers.row.name", { n }) : `\u2068${named.join(" ")}\u2069`;
}

/** One line per row with something to look at again. */
export function rowProblems(view: FormView, problems: readonly Problem[]): readonly ReviewItem[] {
  return [...view.rows].flatMap(([repeat, rows]) =>
    rows.flatMap((row, at) =>
      problems.some((problem) => problem.key.startsWith(`${repeat}/${row.row}/`))
        ? [
            {
              field: fieldId(`${repeat}/${row.row}`),
              text: text("dossiers.row.incomplete", { name: rowName(view, repeat, row, at + 1) }),
            },
          ]
        : [],
    ),
  );
}

export interface RepeatRowsProps {
  readonly dossier: DossierView;
  readonly view: FormView;
  readonly field: RepeatField;
  readonly page: string;
  readonly problems: readonly Problem[];
}

/** The list. Taking a row out is asked first; a wrong touch on "Ajouter" leaves an empty row that can be taken out. */
export function RepeatRows({ dossier, view, field, page, problems }: RepeatRowsProps) {
  const t = useT();
  const { api } = useSatchel();
  const { go, say } = useShell();
  const [asked, setAsked] = useState<{ readonly row: string; readonly name: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const rows = view.rows.get(field.id) ?? [];
  const own = problems.filter((problem) => problem.key === field.id);
  const incomplete = new Set(rowProblems(view, problems).map((item) => item.field));

  async function add(): Promise<void> {
    setBusy(true);
    const added = await api.addRow(dossier.id, field.id);
    setBusy(false);
    if (added.ok) go(rowPath(dossier.id, page, added.value.row));
    else setError(added.error);
  }
  async function remove(row: string): Promise<void> {
    setAsked(null);
    const removed = await api.removeRow(dossier.id, row);
    if (removed.ok) say(t("dossiers.row.removed"));
    else setError(removed.error);
  }
  const paths = othersOf(dossier.record).map((other) => other.path);
  const rowOthers = (row: string): number =>
    paths.filter((path) => path.startsWith(`answers.${field.id}/${row}/`)).length;
  const details = (row: RowView): string =>
    row.fields
      .filter((each) => each.type !== "text")
      .flatMap((each) => {
        const said = answerText(view.form, each, view.answer(answerKey(each.id, { repeat: field.id, row: row.row })));
        return said === null ? [] : [said];
      })
      .join(language() === "ar" ? "، " : ", ");

  return (
    <div class="stack-m" id={fieldId(field.id)} tabIndex={-1}>
      {error !== null && <Trouble error={error} />}
      {own.map((problem) => (
        <FieldError key={problem.code} id={`${fieldId(field.id)}-error`}>
          {problemText(view.form, problem)}
        </FieldError>
      ))}
      {rows.length === 0 && <p>{t("dossiers.row.none")}</p>}
      {rows.length > 0 && (
        <ul class="list">
          {rows.map((row, at) => {
            const name = rowName(view, field.id, row, at + 1);
            const id = fieldId(`${field.id}/${row.row}`);
            return (
              <li key={row.row} class="item" id={id} tabIndex={-1}>
                <span class="item__body">
                  <span class="item__title">{name}</span>
                  <span class="meta">{details(row)}</span>
                  {incomplete.has(id) && (
                    <FieldError id={`${id}-error`}>{t("dossiers.row.incomplete", { name })}</FieldError>
                  )}
                  <OtherBox
                    id={dossier.id}
                    other={otherAt(dossier.record, `rows.${row.row}.removed`)}
                    show={String}
                    subject={name}
                  />
                  <OtherCount count={rowOthers(row.row)} />
                  <span class="row row--tight">
                    <EditLink href={rowPath(dossier.id, page, row.row)} subject={name} />
                    <Button kind="plain" small icon="corbeille" onPress={() => setAsked({ row: row.row, name })}>
                      {t("common.action.remove")}
                      <span class="sr"> {name}</span>
                    </Button>
                  </span>
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {rows.length < field.max && (
        <Button
          kind="second"
          wide
          icon="plus"
          busy={busy ? t("common.saved.now") : undefined}
          onPress={() => void add()}
        >
          {t(rows.length === 0 ? "dossiers.row.add" : "dossiers.row.addMore")}
        </Button>
      )}
      <Dialog
        open={asked !== null}
        title={t("dossiers.row.removeTitle", { name: asked?.name ?? "" })}
        onKeep={() => setAsked(null)}
        actions={
          <>
            <Button kind="redo" wide onPress={() => asked !== null && void remove(asked.row)}>
              {t("dossiers.row.removeYes")}
            </Button>
            <Button kind="second" wide onPress={() => setAsked(null)}>
              {t("dossiers.row.removeNo")}
            </Button>
          </>
        }
      />
    </div>
  );
}
