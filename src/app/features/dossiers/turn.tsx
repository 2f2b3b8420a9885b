/** What every step of a form has in common: where one is in it, a way out for what it does not foresee, what went wrong. */
import { type FormView, notForeseenStep, progressOf, type Step } from "../../../forms/engine.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { DossierView } from "../../../workers/satchel.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { LinkRow } from "../../ui/Button.tsx";
import type { ProgressProps } from "../../ui/Thread.tsx";
import { type Mode, questionPath } from "./places.ts";
import type { useAutosave } from "./useAutosave.ts";
import { Trouble } from "./useDossier.tsx";
import { formText } from "./words.ts";

export interface TurnProps {
  readonly dossier: DossierView;
  readonly view: FormView;
  readonly step: Exclude<Step, { readonly kind: "check" }>;
  readonly mode: Mode;
}

/** "Question 3 sur 22" with the part of the form; absent beside everything. */
export function useProgress(view: FormView, step: TurnProps["step"], mode: Mode): ProgressProps | undefined {
  const t = useT();
  const at = progressOf(view, step.id);
  if (at === null || mode === "aside") return undefined;
  const section = "section" in step ? formText(view.form.id, `sections.${step.section}`) : undefined;
  return { step: t("common.question.step", at), section, part: at.n / at.total };
}

/** What is under the form of each question: a way to say that no answer fits. */
export function Below({ view, id, mode }: { readonly view: FormView; readonly id: RecordId; readonly mode: Mode }) {
  const t = useT();
  if (!view.form.notForeseen || mode === "aside") return null;
  return (
    <LinkRow icon="autre" href={questionPath(id, notForeseenStep, "aside")}>
      {t("dossiers.notForeseen.link")}
    </LinkRow>
  );
}

/** Why the last save did not work, in words; nothing when it did. */
export function SaveTrouble({ autosave }: { readonly autosave: ReturnType<typeof useAutosave> }) {
  return autosave.error === null ? null : <Trouble error={autosave.error} onRetry={() => void autosave.flush()} />;
}
