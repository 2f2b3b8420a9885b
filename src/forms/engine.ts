/**
 * What a form shows and asks, given the answers: visible steps, order, progress, validity, what leaves. Pure, no screen.
 *
 * Surprising fact: it never throws on answers, whatever they are (another version's, another type's, a removed row's): an
 * answer that does not fit its field counts as blank for conditions, and is reported on "Continuer".
 */

import { assert } from "../shared/assert.ts";
import { type DateParts, datePartsOf, readDate } from "./dates.ts";
import { holds, type Value } from "./expr.ts";
import { isEmail, isPhone } from "./input.ts";
import type { AnswerValue, Expr, Field, Form, FormPage, FormState, Requirement } from "./model.ts";

/** Ids of the two steps that every form may end with; no page may use them (checkForm). */
export const notForeseenStep = "not-foreseen";
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
  /** The answer of a key, only if it is visible. */
  readonly answer: (key: string) => AnswerValue | undefined;
}

interface Index {
  readonly fields: ReadonlyMap<string, Field>;
  readonly pageOf: ReadonlyMap<string, FormPage>;
  readonly requirements: ReadonlyMap<string, Requirement>;
  readonly pageOfRequirement: ReadonlyMap<string, FormPage>;
}

const indexes = new WeakMap<Form, Index>();

function indexOf(form: Form): Index {
  const known = indexes.get(form);
  if (known !== undefined) return known;
  const pageOf = new Map<string, FormPage>();
  const pageOfRequirement = new Map<string, FormPage>();
  for (const page of form.pages) {
    for (const field of page.fields) pageOf.set(field, page);
    if (page.requirement !== undefined) pageOfRequirement.set(page.requirement, page);
  }
  const index: Index = {
    fields: new Map(form.fields.map((field) => [field.id, field])),
    pageOf,
    requirements: new Map(form.requirements.map((requirement) => [requirement.id, requirement])),
    pageOfRequirement,
  };
  indexes.set(form, index);
  return index;
}

/** The field of that id at the top of the form, or inside a repeat. */
export function findField(form: Form, id: string): Field | undefined {
  const top = indexOf(form).fields.get(id);
  if (top !== undefined) return top;
  for (const field of form.fields) {
    if (field.type !== "repeat") continue;
    const inner = field.fields.find((each) => each.id === id);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Key under which the answer of a field is stored; `row` in a repeat. */
export const answerKey = (field: string, at?: { readonly repeat: string; readonly row: string }): string =>
  at === undefined ? field : `${at.repeat}/${at.row}/${field}`;

/** What an answer is worth in a condition; undefined when it does not fit the field. */
function worth(field: Field, answer: AnswerValue | undefined): Value {
  if (answer === undefined) return undefined;
  if (answer.v === "unknown") return field.unknown ? null : undefined;
  switch (field.type) {
    case "text":
    case "longText":
    case "phone":
    case "email":
      return answer.v === "text" ? answer.text : undefined;
    case "choice":
      return answer.v === "choice" ? answer.id : undefined;
    case "choices":
      return answer.v === "choices" ? answer.ids : undefined;
    case "date":
      return answer.v === "date" ? answer.date : undefined;
    case "yesno":
      return answer.v === "yesno" ? answer.yes : undefined;
    default:
      return undefined;
  }
}

/**
 * Everything that the answers make visible. Cheap (one pass; conditions are evaluated once each): call it again after
 * each change. The order in which answers were given does not matter.
 */
export function viewForm(form: Form, state: FormState): FormView {
  const index = indexOf(form);
  const shown = new Map<string, boolean>();
  const open = new Set<string>();

  /** Guards against a cycle that checkForm would have refused: such a thing is hidden. */
  const once = (key: string, compute: () => boolean): boolean => {
    const known = shown.get(key);
    if (known !== undefined) return known;
    if (open.has(key)) return false;
    open.add(key);
    const value = compute();
    open.delete(key);
    shown.set(key, value);
    return value;
  };
  const passes = (condition: Expr | undefined): boolean => condition === undefined || holds(condition, read);
  const pageShown = (page: FormPage): boolean => once(`page ${page.id}`, () => passes(page.if));
  const fieldShown = (field: Field): boolean =>
    once(`field ${field.id}`, () => {
      const page = index.pageOf.get(field.id);
      return page !== undefined && pageShown(page) && passes(field.if);
    });
  const rowsOf = (repeat: string): readonly string[] =>
    Object.entries(state.rows)
      .filter(([, row]) => row.repeat === repeat && !row.removed)
      .sort(([idA, a], [idB, b]) => a.position - b.position || (idA < idB ? -1 : 1))
      .map(([row]) => row);
  function read(id: string): Value {
    const field = index.fields.get(id);
    if (field === undefined || !fieldShown(field)) return undefined;
    return field.type === "repeat" ? rowsOf(id) : worth(field, state.answers[id]);
  }

  const rows = new Map<string, readonly RowView[]>();
  const answerKeys = new Set<string>();
  const rowKeys = new Set<string>();
  for (const field of form.fields) {
    if (!fieldShown(field)) continue;
    if (field.type !== "repeat") {
      if (state.answers[field.id] !== undefined) answerKeys.add(field.id);
      continue;
    }
    const inner = new Map(field.fields.map((each) => [each.id, each]));
    const views = rowsOf(field.id).map((row): RowView => {
      const visible = new Map<string, boolean>();
      const busy = new Set<string>();
      const inRow = (each: Field): boolean => {
        const known = visible.get(each.id);
        if (known !== undefined) return known;
        if (busy.has(each.id)) return false;
        busy.add(each.id);
        const value = each.if === undefined || holds(each.if, readInRow);
        visible.set(each.id, value);
        return value;
      };
      const readInRow = (id: string): Value => {
        const sibling = inner.get(id);
        if (sibling === undefined) return read(id);
        return inRow(sibling) ? worth(sibling, state.answers[answerKey(id, { repeat: field.id, row })]) : undefined;
      };
      return { row, fields: field.fields.filter(inRow) };
    });
    rows.set(field.id, views);
    for (const view of views) {
      rowKeys.add(view.row);
      for (const each of view.fields) {
        const key = answerKey(each.id, { repeat: field.id, row: view.row });
        if (state.answers[key] !== undefined) answerKeys.add(key);
      }
    }
  }

  const requirementShown = (requirement: Requirement): boolean => {
    const page = index.pageOfRequirement.get(requirement.id);
    return page !== undefined && pageShown(page) && passes(requirement.if);
  };
  const steps: Step[] = [];
  for (const page of form.pages) {
    if (!pageShown(page)) continue;
    const requirement = page.requirement === undefined ? undefined : index.requirements.get(page.requirement);
    if (requirement !== undefined) {
      if (requirementShown(requirement)) {
        steps.push({ kind: "papers", id: page.id, section: page.section, requirement });
      }
      continue;
    }
    const fields = page.fields.flatMap((id) => {
      const field = index.fields.get(id);
      return field !== undefined && fieldShown(field) ? [field] : [];
    });
    if (fields.length > 0) steps.push({ kind: "question", id: page.id, section: page.section, fields });
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
    requirements: form.requirements.filter(requirementShown),
    answer: (key) => (answerKeys.has(key) ? state.answers[key] : undefined),
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

export type ProblemCode =
  /** Useful to the receiver and not answered. */
  | "missing"
  | "too-long"
  | "phone"
  | "email"
  /** The answer is not one of the choices (any more), or of another type. */
  | "choice"
  | "too-many-rows"
  | "too-many-papers"
  | "day-missing"
  | "month-missing"
  | "year-missing"
  | "day-range"
  | "month-range"
  | "year-digits"
  | "no-such-day"
  | "future";

export interface Problem {
  /** Key of the answer (or id of the repeat, or of the requirement). */
  readonly key: string;
  readonly field: string;
  readonly code: ProblemCode;
  /** The box of a date. */
  readonly part?: "day" | "month" | "year";
  /** Letters, rows or papers allowed. */
  readonly max?: number;
}

const blankParts = (parts: DateParts): boolean => parts.day === "" && parts.month === "" && parts.year === "";

/** What is wrong with one answer; empty when nothing is. `today`: "YYYY-MM-DD". Never throws. */
export function checkAnswer(
  field: Field,
  key: string,
  answer: AnswerValue | undefined,
  today: string,
): readonly Problem[] {
  const problem = (code: ProblemCode, more: Partial<Problem> = {}): readonly Problem[] => [
    { key, field: field.id, code, ...more },
  ];
  if (answer?.v === "unknown" && field.unknown) return [];
  if (answer === undefined || (answer.v === "unknown" && !field.unknown)) {
    return field.required && field.type !== "repeat" ? problem("missing") : [];
  }
  switch (field.type) {
    case "text":
    case "longText":
    case "phone":
    case "email": {
      if (answer.v !== "text") return problem("choice");
      if (answer.text.trim() === "") return field.required ? problem("missing") : [];
      if (Array.from(answer.text).length > field.maxLength) return problem("too-long", { max: field.maxLength });
      if (field.type === "phone" && !isPhone(answer.text)) return problem("phone");
      if (field.type === "email" && !isEmail(answer.text)) return problem("email");
      return [];
    }
    case "choice":
      return answer.v === "choice" && field.choices.some((choice) => choice.id === answer.id) ? [] : problem("choice");
    case "choices": {
      if (answer.v !== "choices") return problem("choice");
      if (answer.ids.length === 0) return field.required ? problem("missing") : [];
      return answer.ids.every((id) => field.choices.some((choice) => choice.id === id)) ? [] : problem("choice");
    }
    case "date": {
      if (answer.v !== "date" && answer.v !== "text") return problem("choice");
      const parts = datePartsOf(answer);
      if (blankParts(parts)) return field.required ? problem("missing") : [];
      const { faults } = readDate(parts, { partial: field.partial, past: field.past === true, today });
      return faults.map((fault) => ({ key, field: field.id, ...fault }));
    }
    case "yesno":
      return answer.v === "yesno" ? [] : problem("choice");
    default:
      return [];
  }
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
  return step.fields.flatMap((field): readonly Problem[] => {
    if (field.type !== "repeat") return checkAnswer(field, field.id, view.state.answers[field.id], today);
    const rows = view.rows.get(field.id) ?? [];
    const many: readonly Problem[] =
      rows.length > field.max
        ? [{ key: field.id, field: field.id, code: "too-many-rows", max: field.max }]
        : rows.length === 0 && field.required && view.state.answers[field.id]?.v !== "unknown"
          ? [{ key: field.id, field: field.id, code: "missing" }]
          : [];
    const inner = rows.flatMap((row) =>
      row.fields.flatMap((each) => {
        const key = answerKey(each.id, { repeat: field.id, row: row.row });
        return checkAnswer(each, key, view.state.answers[key], today);
      }),
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

/** Visible requirements without a paper. `said`: the person answered "I do not have it". None of them stops a sending. */
export const missingRequirements = (
  view: FormView,
): readonly { readonly requirement: Requirement; readonly said: boolean }[] =>
  view.requirements.flatMap((requirement) => {
    const attached = view.state.attached[requirement.id];
    return (attached?.papers.length ?? 0) > 0 ? [] : [{ requirement, said: attached?.missing === true }];
  });

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
      if (field.type !== "repeat") {
        const answer = view.state.answers[field.id] ?? null;
        return [{ kind: "answer", step: id, section, field, key: field.id, row: null, answer }];
      }
      const rows = view.rows.get(field.id) ?? [];
      if (rows.length === 0) return [{ kind: "no-rows", step: id, section, field }];
      return rows.flatMap((row, place) =>
        row.fields.map((each): ReviewLine => {
          const key = answerKey(each.id, { repeat: field.id, row: row.row });
          const answer = view.state.answers[key] ?? null;
          const at = { repeat: field.id, id: row.row, n: place + 1 };
          return { kind: "answer", step: id, section, field: each, key, row: at, answer };
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
} => ({
  answers: view.answerKeys,
  rows: view.rowKeys,
  requirements: view.requirements.map((requirement) => requirement.id),
});

/**
 * Answers proposed from the profile (ask once): only for fields that have a claim and no answer yet. The screen shows
 * them as proposals; nothing is stored before the person continues.
 */
export function proposedAnswers(
  form: Form,
  state: FormState,
  profile: Readonly<Record<string, unknown>>,
): Readonly<Record<string, AnswerValue>> {
  const proposals: Record<string, AnswerValue> = {};
  for (const field of form.fields) {
    const known = field.profile === undefined ? undefined : profile[field.profile];
    if (typeof known !== "string" || known === "" || state.answers[field.id] !== undefined) continue;
    if (field.type === "date") proposals[field.id] = { v: "date", date: known };
    else if (field.type === "text" || field.type === "phone" || field.type === "email") {
      proposals[field.id] = { v: "text", text: known };
    }
  }
  return proposals;
}

/** What the profile learns from the visible, valid answers of a form, by claim. */
export function learnedProfile(view: FormView, today: string): Readonly<Record<string, string>> {
  const learned: Record<string, string> = {};
  for (const field of view.form.fields) {
    const answer = view.answer(field.id);
    if (field.profile === undefined || answer === undefined) continue;
    if (checkAnswer(field, field.id, answer, today).length > 0) continue;
    if (answer.v === "text") learned[field.profile] = answer.text;
    if (answer.v === "date") learned[field.profile] = answer.date;
  }
  return learned;
}
