/** "Chiffres": how many dossiers, where they stand, how long they waited. No name, no number, nobody. Runs in the page. */

import { isProcedureId } from "../../../forms/catalogue/index.ts";
import { inFrench } from "../../i18n/i18n.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Button } from "../../ui/Button.tsx";
import { EmptyState, FailedState, Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { DeskFrame } from "../DeskFrame.tsx";
import { procedureName } from "../Inbox.tsx";
import { csv } from "../out/csv.ts";
import { replacedLetters } from "../rows.ts";
import { failureMark, failureText, type InboxView, useDeskShell } from "../state.ts";
import { usePublishedNames } from "../useForm.ts";
import { figuresOf, type ProcedureFigures } from "./figures.ts";

const COLUMNS = ["all", "new", "opened", "asked", "received", "done", "oldest", "reply"] as const;

function Shown({ view }: { readonly view: InboxView }) {
  const t = useT();
  const { clock } = useWorld();
  const { saveFile } = useDeskShell();
  const figures = figuresOf(view.rows, replacedLetters(view.rows), clock.now());
  const procedures = figures.map((one) => one.procedure);
  useAreas(...procedures.filter(isProcedureId).map((id) => `form-${id}` as const));
  usePublishedNames(procedures);
  if (figures.length === 0) return <EmptyState title={t("desk.inbox.empty")} text={t("desk.figures.empty")} />;
  const text = (one: ProcedureFigures, column: (typeof COLUMNS)[number]): string => {
    const value = one[column];
    if (column !== "oldest" && column !== "reply") return String(value);
    return value === null ? "" : t("desk.figures.days", { count: value });
  };
  const save = (): void => {
    const header = [inFrench("desk.column.procedure"), ...COLUMNS.map((column) => inFrench(`desk.figures.${column}`))];
    const lines = figures.map((one) => [
      procedureName(one.procedure),
      ...COLUMNS.map((column) => (one[column] === null ? "" : String(one[column]))),
    ]);
    const bytes = new TextEncoder().encode(csv([header, ...lines]));
    saveFile(bytes.buffer, "text/csv", `${inFrench("desk.figures.file")}.csv`);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a scrolling box around one table, not a landmark */}
      <div class="desk__scroll" role="group" aria-label={t("desk.figures.title")}>
        <table class="table table--figures">
          <caption class="sr">{t("desk.figures.title")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("desk.column.procedure")}</th>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {t(`desk.figures.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figures.map((one) => (
              <tr key={one.procedure}>
                <th scope="row">{procedureName(one.procedure)}</th>
                {COLUMNS.map((column) => (
                  <td key={column}>{text(one, column)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="row row--tight noprint">
        <Button kind="second" small icon="boite" onPress={save}>
          {t("desk.out.csv")}
        </Button>
      </div>
    </>
  );
}

export function FiguresScreen() {
  const t = useT();
  const { inbox } = useDeskShell();
  return (
    <DeskFrame title={t("desk.figures.title")} failing={inbox.state === "failed"}>
      <h1>{t("desk.figures.title")}</h1>
      <p class="meta wide-p">{t("desk.figures.text")}</p>
      {inbox.state === "loading" && <Loading />}
      {inbox.state === "failed" && (
        <FailedState mark={failureMark(inbox.error)} text={failureText(inbox.error)} onRetry={inbox.again} />
      )}
      {inbox.state === "ready" && <Shown view={inbox.value} />}
    </DeskFrame>
  );
}
