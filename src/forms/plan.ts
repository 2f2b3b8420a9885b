/**
 * A form seen from above: sections and how far each is, what is missing, how long it takes, what is kept back. Pure.
 */

import {
  allProblems,
  checkStep,
  type FormView,
  findField,
  notForeseenStep,
  type ReviewLine,
  reviewLines,
  type Step,
} from "./engine.ts";
import type { AnswerValue, Field, Form, Requirement } from "./model.ts";
import { type PaperFacts, type Supply, supplyOf } from "./papers.ts";

/* ---- sections ---- */

/**
 * `to-do`: nothing in it is answered. `begun`: something is, and something useful is missing. `done`: nothing useful is
 * missing, and something is answered or the person has gone past it. `to-mend`: an answer cannot stay as it is; the only
 * one to be marked red.
 */
export type SectionState = "to-do" | "begun" | "done" | "to-mend";

export interface SectionView {
  readonly id: string;
  readonly icon: string | null;
  /** Visible steps, in order; a section without any is left out. */
  readonly steps: readonly Step[];
  readonly state: SectionState;
  /** Where to go on: the first step with something to do, else its first. */
  readonly next: string;
}

const sectionIdOf = (step: Step): string | null =>
  step.kind === "question" || step.kind === "papers" ? step.section : null;

/** Ids in the order of the form. */
const orderOf = (form: Form): readonly string[] => [
  ...new Set([...(form.sections ?? []).map(({ id }) => id), ...form.pages.map(({ section }) => section)]),
];

const isAnswered = (line: ReviewLine): boolean => {
  if (line.kind === "answer") return line.answer !== null && line.field.type !== "calc";
  return line.kind === "papers" && (line.papers.length > 0 || line.said);
};

/** The task list. `page`: the step where the person is, as the dossier remembers it. */
export function sectionStates(view: FormView, page: string, today: string): readonly SectionView[] {
  const problems = new Map(allProblems(view, today).map(({ step, problems: found }) => [step, found]));
  const lines = reviewLines(view);
  const order = view.form.pages.map(({ id }) => id);
  const here = order.indexOf(page);
  const isEnd = page === checkStep || page === notForeseenStep;
  const passed = isEnd ? order.length : here;
  return orderOf(view.form).flatMap((id): readonly SectionView[] => {
    const steps = view.steps.filter((step) => sectionIdOf(step) === id);
    const [first] = steps;
    if (first === undefined) return [];
    const found = steps.flatMap((step) => problems.get(step.id) ?? []);
    const answered = lines.some((line) => line.kind !== "not-foreseen" && line.section === id && isAnswered(line));
    const wrong = found.some(({ code }) => code !== "missing");
    const behind = steps.every((step) => order.indexOf(step.id) < passed);
    const state: SectionState = wrong
      ? "to-mend"
      : found.length > 0
        ? answered
          ? "begun"
          : "to-do"
        : answered || behind
          ? "done"
          : "to-do";
    const next = steps.find((step) => (problems.get(step.id) ?? []).length > 0) ?? first;
    const icon = view.form.sections?.find((section) => section.id === id)?.icon ?? null;
    return [{ id, icon, steps, state, next: next.id }];
  });
}

/* ---- what is missing ---- */

export type MissingLine =
  /** `unknown`: the person said "I do not know": to be looked at together. */
  | {
      readonly kind: "answer";
      readonly step: string;
      readonly key: string;
      readonly field: Field;
      readonly row: number | null;
      readonly unknown: boolean;
    }
  | {
      readonly kind: "papers";
      readonly step: string;
      readonly requirement: Requirement;
      /** "Je ne l'ai pas" was said. */
      readonly said: boolean;
      readonly supply: Supply;
    };

/**
 * "Il vous manque": useful answers that are blank or unknown, and papers that are not all there or do not fit, in the order of
 * the form. `papers`: what is known of the chosen ones; one that is not in it counts as gone. None of it stops a sending.
 */
export function missingList(
  view: FormView,
  papers: ReadonlyMap<string, PaperFacts>,
  today: string,
): readonly MissingLine[] {
  const blank = new Set(
    allProblems(view, today).flatMap(({ problems }) =>
      problems.filter(({ code }) => code === "missing").map(({ key }) => key),
    ),
  );
  return reviewLines(view).flatMap((line): readonly MissingLine[] => {
    if (line.kind === "not-foreseen") return [];
    if (line.kind === "papers") {
      const chosen = line.papers.flatMap((id) => papers.get(id) ?? []);
      const supply = supplyOf(line.requirement, chosen, today);
      if (supply.state === "whole" || (!line.requirement.required && supply.state === "none")) return [];
      return [{ kind: "papers", step: line.step, requirement: line.requirement, said: line.said, supply }];
    }
    const key = line.kind === "no-rows" ? line.field.id : line.key;
    const unknown = line.kind === "answer" && line.answer?.v === "unknown";
    if (!blank.has(key) && !(unknown && line.field.required)) return [];
    const row = line.kind === "answer" ? (line.row?.n ?? null) : null;
    return [{ kind: "answer", step: line.step, key, field: line.field, row, unknown }];
  });
}

/* ---- time ---- */

/** Seconds to answer one, after the estimate of Démarches simplifiées: 10 s, a minute, three minutes. */
function secondsOf(field: Field): number {
  switch (field.type) {
    case "info":
    case "calc":
      return 0;
    case "longText":
    case "address":
    case "iban":
    case "formatted":
    case "signature":
      return 60;
    case "repeat":
      return field.fields.reduce((sum, each) => sum + secondsOf(each), 0);
    default:
      return 10;
  }
}

const SECONDS_OF_PAPERS = 180;
const WORDS_PER_MINUTE = 140;

/**
 * Seconds for some steps. `text`: a word key of the form as it is read on that step, undefined where there is none. A repeat
 * counts the rows that are there, at least one.
 */
export function secondsFor(
  view: FormView,
  steps: readonly Step[],
  text: (key: string) => string | undefined = () => undefined,
): number {
  const reading = (keys: readonly string[]): number => {
    const words = keys.flatMap((key) =>
      (text(key) ?? "").split(/[\s\u00a0]+/u).filter((word) => /[\p{L}\d]/u.test(word)),
    );
    return (words.length * 60) / WORDS_PER_MINUTE;
  };
  return Math.round(
    steps.reduce((sum, step) => {
      if (step.kind === "papers") {
        const { id } = step.requirement;
        return sum + SECONDS_OF_PAPERS + reading([`requirements.${id}.label`, `requirements.${id}.hint`]);
      }
      if (step.kind !== "question") return sum;
      const fields = step.fields.reduce((all, field) => {
        const times = field.type === "repeat" ? Math.max(1, view.rows.get(field.id)?.length ?? 0) : 1;
        return all + secondsOf(field) * times + reading([`${field.id}.label`, `${field.id}.hint`]);
      }, 0);
      return sum + fields + reading([`pages.${step.id}.title`]);
    }, 0),
  );
}

/** As it is said: whole minutes, at least one. */
export const minutesFor = (seconds: number): number => Math.max(1, Math.round(seconds / 60));

/* ---- what stays ---- */

export interface HiddenAnswer {
  readonly key: string;
  readonly answer: AnswerValue;
  /** Undefined: no field of this version has it. */
  readonly field: Field | undefined;
  /**
   * `hidden`: its question is not asked now. `row`: its row was taken out. `gone`: this version does not ask it. `aside`: it
   * was put aside because this version asks otherwise (migrate.ts).
   */
  readonly why: "hidden" | "row" | "gone" | "aside";
}

/** Answers that are kept and do not leave. They come back with their question. */
export function hiddenAnswers(view: FormView): readonly HiddenAnswer[] {
  return Object.entries(view.state.answers).flatMap(([key, answer]): readonly HiddenAnswer[] => {
    if (view.answerKeys.has(key)) return [];
    const [asked = key, version] = key.split("@");
    const [repeat = asked, row, inRow] = asked.split("/");
    const field = findField(view.form, inRow ?? repeat);
    if (version !== undefined) return [{ key, answer, field, why: "aside" }];
    if (field === undefined) return [{ key, answer, field, why: "gone" }];
    if (field.type === "calc" || field.type === "info") return [{ key, answer, field: undefined, why: "gone" }];
    const removed = row !== undefined && view.state.rows[row]?.removed !== false;
    return [{ key, answer, field, why: removed ? "row" : "hidden" }];
  });
}
