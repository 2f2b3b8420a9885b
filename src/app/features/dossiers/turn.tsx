/** What every step of a form has in common: where one is in it, a way out for what it does not foresee, what went wrong. */
import { type FormView, notForeseenStep, progressOf, type Step } from "../../../forms/engine.ts";
import { runningHelp } from "../../../satchel/dossier.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { DossierView } from "../../../workers/satchel.contract.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkRow } from "../../ui/Button.tsx";
import type { ProgressProps } from "../../ui/Thread.tsx";
import { useWorld } from "../../ui/world.ts";
import { helpPath, type Mode, questionPath } from "./places.ts";
import { isLong, placeInSection } from "./steps.ts";
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
  const at = (isLong(view) ? placeInSection(view, step) : null) ?? progressOf(view, step.id);
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

/** Said on every question while somebody helps: who writes now, and the way to end it. */
export function Helping({ dossier }: { readonly dossier: DossierView }) {
  const t = useT();
  const { clock } = useWorld();
  const help = runningHelp(dossier.record, clock.now());
  if (help === null) return null;
  const who = [help.name, help.structure].filter((part) => part !== "").join(", ");
  return (
    <Banner tone="quiet" icon="main" link={{ href: helpPath(dossier.id), text: t("dossiers.more.helpEnd") }} quiet>
      {who === "" ? t("dossiers.more.helpingSomebody") : t("dossiers.more.helping", { who: isolated(who) })}
    </Banner>
  );
}

/** Why the last save did not work, in words; nothing when it did. */
export function SaveTrouble({ autosave }: { readonly autosave: ReturnType<typeof useAutosave> }) {
  return autosave.error === null ? null : <Trouble error={autosave.error} onRetry={() => void autosave.flush()} />;
}
