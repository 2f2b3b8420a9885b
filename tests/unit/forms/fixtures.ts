/** Small forms and states for the tests of the engine. */
import type { AnswerValue, Expr, Field, Form, FormState } from "../../../src/forms/model.ts";

export const text = (value: string): AnswerValue => ({ v: "text", text: value });
export const choice = (id: string): AnswerValue => ({ v: "choice", id });
export const yes: AnswerValue = { v: "yesno", yes: true };
export const no: AnswerValue = { v: "yesno", yes: false };
export const unknown: AnswerValue = { v: "unknown" };

export const stateOf = (answers: FormState["answers"], more: Partial<FormState> = {}): FormState => ({
  answers,
  rows: {},
  attached: {},
  notForeseen: "",
  ...more,
});

export const field = (id: string, more: Partial<Field> = {}): Field =>
  ({ id, type: "text", required: false, unknown: false, maxLength: 20, ...more }) as Field;

/** A form with one page per field, in order. */
export const formOf = (fields: readonly Field[], more: Partial<Form> = {}): Form => ({
  id: "test",
  version: 1,
  icon: "autre",
  official: null,
  sources: [],
  reviewBefore: "2027-01-01",
  minutes: 1,
  fields,
  pages: fields.map((each) => ({ id: each.id.replaceAll("_", "-"), section: "all", fields: [each.id] })),
  requirements: [],
  notForeseen: false,
  declaration: false,
  ...more,
});

export const shelter: Field = field("shelter", {
  type: "choice",
  unknown: true,
  choices: [{ id: "home" }, { id: "street" }, { id: "other" }],
} as Partial<Field>);

export const when = (id: string, condition: Expr): Field => field(id, { if: condition });
