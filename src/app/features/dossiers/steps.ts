/** Where "Continuer" leads. Pure. */
import { answerKey, type FormView, nextStep, type Step } from "../../../forms/engine.ts";
import type { AnswerValue, FormState } from "../../../forms/model.ts";
import { paths } from "../../feature.ts";
import { type Mode, questionPath } from "./places.ts";

/** The state of a form with what was typed on this screen and may not be kept yet; null takes an answer away. */
export function overlaid(state: FormState, typed: Readonly<Record<string, AnswerValue | null>>): FormState {
  const answers = Object.fromEntries(
    Object.entries({ ...state.answers, ...typed }).filter(
      (entry): entry is [string, AnswerValue] => entry[1] !== null && entry[1] !== undefined,
    ),
  );
  return { ...state, answers };
}

/** Nothing was ever answered on this step. */
export function isBlank(view: FormView, step: Step): boolean {
  if (step.kind === "papers") return view.state.attached[step.requirement.id] === undefined;
  if (step.kind !== "question") return true;
  return step.fields.every((field) =>
    field.type === "repeat"
      ? (view.rows.get(field.id) ?? []).length === 0
      : view.answer(answerKey(field.id)) === undefined,
  );
}

export interface Onward {
  readonly id: string;
  readonly mode: Mode;
  readonly step: Step;
  /** The form as it was on arrival. */
  readonly before: FormView;
  readonly after: FormView;
}

/**
 * The address after a step. From the list of answers back to it, unless the new answer made a question appear that was
 * not there: that one is asked first.
 */
export function onwardPath({ id, mode, step, before, after }: Onward): string {
  const next = nextStep(after, step.id);
  if (next === undefined || next.kind === "check") return paths.check(id);
  if (mode === "ask") return questionPath(id, next.id);
  const isNew = !before.steps.some((each) => each.id === next.id);
  const wasNew = isBlank(before, step) && next.kind === "question" && isBlank(after, next);
  return isNew || wasNew ? questionPath(id, next.id, "review") : paths.check(id);
}

/** Above this many questions or parts a form is shown by its parts. */
const MANY = { steps: 12, sections: 3 } as const;

const inSection = (step: Step): string | null =>
  step.kind === "question" || step.kind === "papers" ? step.section : null;

/** A form that takes several sittings: it has a list of its parts. */
export function isLong(view: FormView): boolean {
  const sections = view.steps.flatMap((step) => inSection(step) ?? []);
  return sections.length > MANY.steps || new Set(sections).size > MANY.sections;
}

/** Place from 1 in its own part, and how many questions that part has; null for a step of none. */
export function placeInSection(view: FormView, step: Step): { readonly n: number; readonly total: number } | null {
  const section = inSection(step);
  const steps = view.steps.filter((each) => section !== null && inSection(each) === section);
  const at = steps.findIndex((each) => each.id === step.id);
  return at < 0 ? null : { n: at + 1, total: steps.length };
}
