/**
 * Answers given for one version of a form, read with another. By stable id. Pure.
 *
 * Surprising fact: nothing is dropped. An answer whose question is gone stays under its key and does not leave; one that
 * cannot be read any more moves to `<key>@<version>`, where no form looks, so that the person can still read it
 * (`hiddenAnswers` in plan.ts lists both).
 */

import { typeOfField } from "./compiled.ts";
import { findField } from "./engine.ts";
import type { AnswerValue, Field, Form, FormState } from "./model.ts";
import { checkAnswer } from "./validity.ts";

export type MigrationChange =
  /** No question asks it any more; kept, not sent. */
  | { readonly kind: "gone"; readonly key: string; readonly before: AnswerValue }
  /** The answer was written the new way; it says the same. */
  | { readonly kind: "rewritten"; readonly key: string; readonly before: AnswerValue; readonly after: AnswerValue }
  /** It fits no more; it was put aside under `keptAs` and the question is asked again. */
  | { readonly kind: "asked-again"; readonly key: string; readonly before: AnswerValue; readonly keptAs: string }
  /** A question that the old version did not have. Only told where the old version is known. */
  | { readonly kind: "new"; readonly field: string };

export interface Migration {
  /** What to write; null takes an answer away from its key (its value was put aside first). */
  readonly answers: Readonly<Record<string, AnswerValue | null>>;
  readonly changes: readonly MigrationChange[];
}

/** The same answer for a field of another type, undefined where it would not surely be the same. */
function rewritten(field: Field, answer: AnswerValue): AnswerValue | undefined {
  const { kind } = typeOfField(field);
  if (field.type === "choices" && answer.v === "choice") return { v: "choices", ids: [answer.id] };
  if (field.type === "choices" && answer.v === "other") return { v: "choices", ids: [], other: answer.text };
  if (
    field.type === "choice" &&
    answer.v === "choices" &&
    answer.ids.length + (answer.other === undefined ? 0 : 1) === 1
  ) {
    const [id] = answer.ids;
    return id === undefined ? { v: "other", text: answer.other ?? "" } : { v: "choice", id };
  }
  if (kind === "text" && answer.v === "number") return { v: "text", text: answer.number };
  if (kind === "text" && answer.v === "place") return { v: "text", text: answer.name };
  if (field.type === "datetime" || field.type === "date") {
    return field.type === "date" && answer.v === "datetime" ? { v: "date", date: answer.at.slice(0, 10) } : undefined;
  }
  return undefined;
}

/** Fits for good: what is only out of bounds or empty is told on "Continuer", not here. */
const misfits = (field: Field, key: string, answer: AnswerValue, today: string): boolean =>
  answer.v === "unknown"
    ? !field.unknown
    : checkAnswer(field, key, answer, today).some(
        ({ code }) => code === "choice" || code === "number" || code === "second" || code === "time",
      );

/**
 * @param before the version that the answers were given for; null where it is not known any more.
 * @param version its number: `state` was written for it.
 */
export function migrateAnswers(
  before: Form | null,
  version: number,
  after: Form,
  state: FormState,
  today: string,
): Migration {
  const answers: Record<string, AnswerValue | null> = {};
  const changes: MigrationChange[] = [];
  const repeats = new Map(
    after.fields.flatMap((field) =>
      field.type === "repeat" ? field.fields.map((each) => [each.id, field.id] as const) : [],
    ),
  );
  for (const [key, answer] of Object.entries(state.answers)) {
    if (key.includes("@")) continue;
    const [repeat = key, row, inRow] = key.split("/");
    const id = inRow ?? repeat;
    const field = findField(after, id);
    const home = repeats.get(id);
    const placed = row === undefined ? home === undefined : home === repeat;
    const isAsked = field !== undefined && field.type !== "info" && field.type !== "calc" && placed;
    if (!isAsked) {
      changes.push({ kind: "gone", key, before: answer });
      continue;
    }
    if (!misfits(field, key, answer, today)) continue;
    const again = rewritten(field, answer);
    if (again !== undefined && !misfits(field, key, again, today)) {
      answers[key] = again;
      changes.push({ kind: "rewritten", key, before: answer, after: again });
      continue;
    }
    const keptAs = `${key}@${version}`;
    answers[keptAs] = answer;
    answers[key] = null;
    changes.push({ kind: "asked-again", key, before: answer, keptAs });
  }
  if (before !== null) {
    const known = new Set(
      before.fields.flatMap((field) => [
        field.id,
        ...(field.type === "repeat" ? field.fields.map(({ id }) => id) : []),
      ]),
    );
    for (const field of after.fields) {
      const all = field.type === "repeat" ? [field, ...field.fields] : [field];
      for (const each of all) {
        if (!known.has(each.id) && each.type !== "info" && each.type !== "calc")
          changes.push({ kind: "new", field: each.id });
      }
    }
  }
  return { answers, changes };
}
