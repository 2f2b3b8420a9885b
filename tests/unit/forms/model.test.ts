/** The shapes that forms/ and satchel/ both write down, because neither may import the other (DESIGN 2). */
import { expectTypeOf, test } from "vitest";
import type { Answers, AnswerValue, FormState } from "../../../src/forms/model.ts";
import type * as satchel from "../../../src/satchel/model.ts";

test("an answer is the same thing in a form and in a satchel", () => {
  expectTypeOf<AnswerValue>().toEqualTypeOf<satchel.AnswerValue>();
  expectTypeOf<Answers>().toEqualTypeOf<satchel.Answers>();
});

test("a dossier is a state of its form as it is", () => {
  expectTypeOf<satchel.DossierRecord>().toExtend<FormState>();
});
