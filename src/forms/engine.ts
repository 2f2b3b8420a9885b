/**
 * What a form shows and asks, given the answers: visible steps, order, progress, validity, what leaves. Pure, no screen.
 *
 * Surprising fact: it never throws on answers, whatever they are (another version's, another type's, a removed row's): an
 * answer that does not fit its field counts as blank for conditions, and is reported on "Continuer".
 */

import { assert } from "../shared/assert.ts";
import { notForeseenStep, voiceSlot } from "../shared/voice.ts";
import {
  compiledForm,
  createRun,
  type Env,
  isPageShown,
  isShown,
  type Run,
  read,
  rowsOf,
  type Slot,
} from "./compiled.ts";
import { decimalText } from "./decimal.ts";
import type { Value } from "./expr.ts";
import type { Answers, AnswerValue, Field, Form, FormState, Requirement } from "./model.ts";
import { checkAnswer, type Problem } from "./validity.ts";

export type { Problem, ProblemCode } from "./validity.ts";
/** Ids of the two steps that every form may end with; no page may use them (checkForm). */
export { checkAnswer, notForeseenStep };
export const checkStep = "check";

/** One screen of the form. */
export type Step =
  | { readonly kind: "question"; readonly id: string; readonly section: string; readonly fields: readonly Field[] }
  | {
      readonly kind: "papers";
      readonly id: string;
      readonly section: string;
      readonly requirement: Requirement;
    }
  /** "My case is not foreseen": free text. */
  | { readonly kind: "not-foreseen"; readonly id: typeof notForeseenStep }
  /** Read everything again, declare, send. Always the last. */
  | { readonly kind: "check"; readonly id: typeof checkStep };

export interface RowView {
  readonly row: string;
  /** Visible fields of this row. */
  readonly fields: readonly Field[];
}

export interface FormView {
  readonly form: Form;
  readonly state: FormState;
  /** Visible steps in order; never empty. */
  readonly steps: readonly Step[];
  /** Rows of visible repeats that were not removed, in order, by repeat id. */
  readonly rows: ReadonlyMap<string, readonly RowView[]>;
  /** Keys of answers whose question is visible: only these leave. */
  readonly answerKeys: ReadonlySet<string>;
  /** Ids of the rows that leave. */
  readonly rowKeys: ReadonlySet<string>;
  /** Visible requirements in the order of the form. */
  readonly requirements: readonly Requirement[];
  /** Visible calculations that have a value, by key: shown and sent, never stored. */
  readonly calculated: Answers;
  /** The answer of a key, only if it is visible; calculations too. */
  readonly answer: (key: string) => AnswerValue | undefined;
  /** Of the engine, for constraints. */
  readonly run: Run;
}

/** The field of that id at the top of the form, or inside a repeat. */
export function findField(form: Form, id: string): Field | undefined {
  const { slots, placeOf } = compiledForm(form);
  const slot = slots[placeOf.get(id) ?? -1] ?? slots.flatMap(({ inner }) => inner).find(({ field }) => field.id === id);
  return slot?.field;
}

/** Key under which the answer of a field is stored; `row` in a repeat. */
export const answerKey = (field: string, at?: { readonly repeat: string; readonly row: string }): string =>
  at === undefined ? field : `${at.repeat}/${at.row}/${field}`;

/** A calculation as an answer, as it is shown and sent; undefined for a blank one. */
function calculatedAnswer(value: Value): AnswerValue | undefined {
  if (typeof value === "bigint") return { v: "number", number: decimalText(value) };
  if (typeof value === "boolean") return { v: "yesno", yes: value };
  if (typeof value !== "string") return undefined;
  return /^\d{4}-\d\d-\d\d$/.test(value) ? { v: "date", date: value } : { v: "text", text: value };
}

/**
 * Everything that the answers make visible. Cheap (one pass; conditions are compiled once a form and evaluated once each):
 * call it again after each change. The order in which answers were given does not matter. `today`: "YYYY-MM-DD"; without
 * it, what depends on the day is blank.
 */
export function viewForm(form: Form, state: FormState, { today }: { readonly today?: string } = {}): FormView {
  const compiled = compiledForm(form);
  const run = createRun(compiled, state, today);
  const rows = new Map<string, readonly RowView[]>();
  const answerKeys = new Set<string>();
  const rowKeys = new Set<string>();
  const calculated: Record<string, AnswerValue> = {};
  /** Takes what a visible field leaves with. */
  const take = (env: Env, slot: Slot): void => {
    // A text to read is never answered: what stands under its id is another version's.
    if (slot.field.type === "info") return;
    const key = env.prefix + slot.field.id;
    if (slot.calc === null) {
      if (state.answers[key] !== undefined) answerKeys.add(key);
      return;
    }
    const answer = calculatedAnswer(read(env, slot));
    if (answer !== undefined) calculated[key] = answer;
  };
  for (const slot of compiled.slots) {
    if (!isShown(run, slot)) continue;
    if (slot.field.type !== "repeat") {
      take(run, slot);
      continue;
    }
    const views = rowsOf(run, slot).map((env): RowView => {
      rowKeys.add(env.row);
      const inner = slot.inner.filter((each) => isShown(env, each));
      for (const each of inner) take(env, each);
      return { row: env.row, fields: inner.map(({ field }) => field) };
    });
    rows.set(slot.field.id, views);
  }

  const requirements = compiled.requirements
    .filter(({ page, test }) => isPageShown(run, page) && (test === null || test(run)))
    .map(({ requirement }) => requirement);
  const steps: Step[] = [];
  for (const [at, { page, slots }] of compiled.pages.entries()) {
    if (!isPageShown(run, at)) continue;
    const { id, section } = page;
    const requirement = requirements.find((each) => each.id === page.requirement);
    if (requirement !== undefined) steps.push({ kind: "papers", id, section, requirement });
    if (page.requirement !== undefined) continue;
    const fields = slots.filter((slot) => isShown(run, slot)).map(({ field }) => field);
    if (fields.length > 0) steps.push({ kind: "question", id, section, fields });
  }
  if (form.notForeseen) steps.push({ kind: "not-foreseen", id: notForeseenStep });
  steps.push({ kind: "check", id: checkStep });

  return {
    form,
    state,
    steps,
    rows,
    answerKeys,
    rowKeys,
    requirements,
    calculated,
    answer: (key) => (answerKeys.has(key) ? state.answers[key] : calculated[key]),
    run,
  };
}

/** The visible step of that id. */
export const stepOf = (view: FormView, id: string): Step | undefined => view.steps.find((step) => step.id === id);

/** All step ids of a form in order, hidden ones too. */
const allSteps = (form: Form): readonly string[] => [
  ...form.pages.map((page) => page.id),
  ...(form.notForeseen ? [notForeseenStep] : []),
  checkStep,
];

const first = (view: FormView): Step => {
  const step = view.steps[0];
  assert(step !== undefined, "a form ends with a check step");
  return step;
};

/** The step after `id`, undefined after the last. When `id` is hidden now: the next visible one behind its place. */
export function nextStep(view: FormView, id: string): Step | undefined {
  const order = allSteps(view.form);
  const place = order.indexOf(id);
  return view.steps.find((step) => order.indexOf(step.id) > place);
}

/** The step before `id`, undefined before the first. */
export function previousStep(view: FormView, id: string): Step | undefined {
  const order = allSteps(view.form);
  const place = order.indexOf(id);
  return view.steps.filter((step) => order.indexOf(step.id) < place).at(-1);
}

/** Where to take up again: the step of that id, or if it is hidden or gone the one before its place, else the first. */
export const resumeStep = (view: FormView, id: string): Step =>
  stepOf(view, id) ?? previousStep(view, id) ?? first(view);

/** "Question n sur total", counted from 1 over questions, papers and the free page; the total may change. Null on check. */
export function progressOf(view: FormView, id: string): { readonly n: number; readonly total: number } | null {
  const counted = view.steps.filter((step) => step.kind !== "check");
  const place = counted.findIndex((step) => step.id === id);
  return place < 0 ? null : { n: place + 1, total: counted.length };
}

/* ---- validity ---- */

/** Constraints of a field that are broken. One whose comparisons read a blank is not judged (model.ts). */
function brokenConstraints(slot: Slot, key: string, env: Env): readonly Problem[] {
  return slot.constraints.flatMap(({ constraint, test, reads }): readonly Problem[] => {
    if (reads.some((read) => (read(env) ?? null) === null) || test(env)) return [];
    return [{ key, field: slot.field.id, code: "constraint", message: constraint.message }];
  });
}

const isBlank = (answer: AnswerValue | undefined): boolean =>
  answer === undefined ||
  answer.v === "unknown" ||
  (answer.v === "text" && answer.text.trim() === "") ||
  (answer.v === "choices" && answer.ids.length === 0 && answer.other === undefined);

/** Said aloud: a recording stands for the answer, or beside it. */
export const isVoiced = (view: Pick<FormView, "state">, key: string): boolean =>
  (view.state.attached[voiceSlot(key)]?.papers.length ?? 0) > 0;

/** Slots of the recordings of questions that are shown. */
const voiceSlots = (view: FormView): readonly string[] =>
  reviewLines(view).flatMap((line) => {
    const key = line.kind === "answer" ? line.key : line.kind === "not-foreseen" ? line.step : undefined;
    return key !== undefined && isVoiced(view, key) ? [voiceSlot(key)] : [];
  });

/** What is wrong with an answer by itself, else with what it must be. */
function problemsOfSlot(view: FormView, slot: Slot, env: Env, today: string): readonly Problem[] {
  const key = env.prefix + slot.field.id;
  const answer = view.answer(key);
  if (isBlank(answer) && isVoiced(view, key)) return [];
  const own = checkAnswer(slot.field, key, slot.calc === null ? answer : undefined, today);
  return own.length > 0 || isBlank(answer) ? own : brokenConstraints(slot, key, env);
}

/** What is wrong on one visible step, in the order of the screen. Asked on "Continuer" only. `today`: "YYYY-MM-DD". */
export function problemsOf(view: FormView, id: string, today: string): readonly Problem[] {
  const step = stepOf(view, id);
  if (step?.kind === "papers") {
    const { requirement } = step;
    const chosen = view.state.attached[requirement.id]?.papers.length ?? 0;
    // A missing paper is never a problem: it can be brought later, the receiver says so.
    return chosen > requirement.maxPapers
      ? [{ key: requirement.id, field: requirement.id, code: "too-many-papers", max: requirement.maxPapers }]
      : [];
  }
  if (step?.kind !== "question") return [];
  const { run, form, state } = view;
  const { slots = [] } = compiledForm(form).pages.find(({ page }) => page.id === id) ?? {};
  return slots.flatMap((slot): readonly Problem[] => {
    const { field } = slot;
    if (!isShown(run, slot)) return [];
    if (field.type !== "repeat") return problemsOfSlot(view, slot, run, today);
    const rows = rowsOf(run, slot);
    const problem = (code: Problem["code"], max?: number): readonly Problem[] => [
      { key: field.id, field: field.id, code, ...(max === undefined ? {} : { max }) },
    ];
    const many =
      rows.length > field.max
        ? problem("too-many-rows", field.max)
        : rows.length === 0
          ? field.required && state.answers[field.id]?.v !== "unknown"
            ? problem("missing")
            : []
          : rows.length < (field.min ?? 0)
            ? problem("too-few-rows", field.min)
            : brokenConstraints(slot, field.id, run);
    const inner = rows.flatMap((row) =>
      slot.inner.flatMap((each) => (isShown(row, each) ? problemsOfSlot(view, each, row, today) : [])),
    );
    return [...many, ...inner];
  });
}

/** Every step with something to look at again before sending, in order. Empty: the dossier can be sent. */
export const allProblems = (
  view: FormView,
  today: string,
): readonly { readonly step: string; readonly problems: readonly Problem[] }[] =>
  view.steps
    .map((step) => ({ step: step.id, problems: problemsOf(view, step.id, today) }))
    .filter((each) => each.problems.length > 0);

/* ---- check answers ---- */

export type ReviewLine =
  | {
      readonly kind: "answer";
      readonly step: string;
      readonly section: string;
      readonly field: Field;
      readonly key: string;
      /** Place of the row from 1, in a repeat. */
      readonly row: { readonly repeat: string; readonly id: string; readonly n: number } | null;
      /** Null: "Non renseigné". */
      readonly answer: AnswerValue | null;
    }
  /** A repeat without any row. */
  | { readonly kind: "no-rows"; readonly step: string; readonly section: string; readonly field: Field }
  | {
      readonly kind: "papers";
      readonly step: string;
      readonly section: string;
      readonly requirement: Requirement;
      readonly papers: readonly string[];
      readonly said: boolean;
    }
  | { readonly kind: "not-foreseen"; readonly step: typeof notForeseenStep; readonly text: string };

/** Only what is visible, in the order of the form: exactly what will leave, and what stays empty. */
export function reviewLines(view: FormView): readonly ReviewLine[] {
  return view.steps.flatMap((step): readonly ReviewLine[] => {
    if (step.kind === "check") return [];
    if (step.kind === "not-foreseen") return [{ kind: "not-foreseen", step: step.id, text: view.state.notForeseen }];
    const { id, section } = step;
    if (step.kind === "papers") {
      const attached = view.state.attached[step.requirement.id];
      const papers = attached?.papers ?? [];
      const said = attached?.missing === true && papers.length === 0;
      return [{ kind: "papers", step: id, section, requirement: step.requirement, papers, said }];
    }
    return step.fields.flatMap((field): readonly ReviewLine[] => {
      if (field.type === "info") return [];
      if (field.type !== "repeat") {
        const answer = view.answer(field.id) ?? null;
        return [{ kind: "answer", step: id, section, field, key: field.id, row: null, answer }];
      }
      const rows = view.rows.get(field.id) ?? [];
      if (rows.length === 0) return [{ kind: "no-rows", step: id, section, field }];
      return rows.flatMap((row, place) =>
        row.fields.flatMap((each): readonly ReviewLine[] => {
          if (each.type === "info") return [];
          const key = answerKey(each.id, { repeat: field.id, row: row.row });
          const answer = view.answer(key) ?? null;
          const at = { repeat: field.id, id: row.row, n: place + 1 };
          return [{ kind: "answer", step: id, section, field: each, key, row: at, answer }];
        }),
      );
    });
  });
}

/** What may leave, in the shape that satchel/dossier.ts `buildPayload` asks for. */
export const visibleParts = (
  view: FormView,
): {
  readonly answers: ReadonlySet<string>;
  readonly rows: ReadonlySet<string>;
  readonly requirements: readonly string[];
  readonly calculated: Answers;
} => ({
  calculated: view.calculated,
  answers: view.answerKeys,
  rows: view.rowKeys,
  requirements: [...view.requirements.map((requirement) => requirement.id), ...voiceSlots(view)],
});
