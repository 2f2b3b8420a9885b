/**
 * E3: random forms and random answers. Nothing throws, no answer is lost, hidden answers never leave, the order of answering does
 * not matter.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkForm } from "../../../src/forms/check.ts";
import { allProblems, type FormView, reviewLines, viewForm, visibleParts } from "../../../src/forms/engine.ts";
import { migrateAnswers } from "../../../src/forms/migrate.ts";
import type { FormState } from "../../../src/forms/model.ts";
import { hiddenAnswers, missingList, secondsFor, sectionStates } from "../../../src/forms/plan.ts";
import { offers, proposals } from "../../../src/forms/profile.ts";
import {
  type Action,
  act,
  emptyState,
  type FormShape,
  randomForm,
  randomOf,
  randomScript,
} from "../../support/random-form.ts";

const today = "2026-11-22";
const shape: FormShape = { fields: 24, conditional: 0.7, repeats: 2, portable: false };
const seeds = fc.tuple(fc.integer(), fc.integer());
const RUNS = 40;

const stateAfter = (actions: readonly Action[]): FormState => actions.reduce(act, emptyState);
const seen = (view: FormView) => ({
  steps: view.steps.map(({ id }) => id),
  rows: [...view.rows],
  keys: [...view.answerKeys].sort(),
  calculated: view.calculated,
  problems: allProblems(view, today),
  lines: reviewLines(view),
});

function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const random = randomOf(seed);
  return [...list]
    .map((each) => ({ each, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

describe("E3", () => {
  test("a random form is well made, and nothing throws on the way through it", () => {
    fc.assert(
      fc.property(seeds, ([formSeed, seed]) => {
        const form = randomForm(formSeed, shape);
        expect(checkForm(form)).toEqual({ ok: true, value: form });
        let state = emptyState;
        for (const action of randomScript(form, seed, false)) {
          state = act(state, action);
          allProblems(viewForm(form, state, { today }), today);
        }
        const view = viewForm(form, state, { today });
        sectionStates(view, "p3", today);
        missingList(view, new Map(), today);
        secondsFor(view, view.steps);
        proposals(form, state, { f1: "x" });
        offers(view, {}, today);
      }),
      { numRuns: RUNS },
    );
  });

  test("the order of answering does not matter", () => {
    fc.assert(
      fc.property(seeds, ([formSeed, seed]) => {
        const form = randomForm(formSeed, shape);
        const actions = randomScript(form, seed, false);
        const straight = seen(viewForm(form, stateAfter(actions), { today }));
        expect(seen(viewForm(form, stateAfter(shuffled(actions, seed)), { today }))).toEqual(straight);
        expect(seen(viewForm(form, stateAfter([...actions].reverse()), { today }))).toEqual(straight);
      }),
      { numRuns: RUNS },
    );
  });

  test("every answer leaves or is listed as kept; none of both, none of neither", () => {
    fc.assert(
      fc.property(seeds, ([formSeed, seed]) => {
        const form = randomForm(formSeed, shape);
        const state = stateAfter(randomScript(form, seed, false));
        const view = viewForm(form, state, { today });
        const leaving = [...visibleParts(view).answers];
        const kept = hiddenAnswers(view).map(({ key }) => key);
        expect([...leaving, ...kept].sort()).toEqual(Object.keys(state.answers).sort());
        const shown = new Set(reviewLines(view).flatMap((line) => (line.kind === "answer" ? [line.key] : [])));
        expect(leaving.filter((key) => !shown.has(key))).toEqual([]);
        expect(Object.keys(visibleParts(view).calculated).filter((key) => !shown.has(key))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  test("what is hidden changes nothing that is seen, and comes back as it was", () => {
    fc.assert(
      fc.property(seeds, ([formSeed, seed]) => {
        const form = randomForm(formSeed, shape);
        const state = stateAfter(randomScript(form, seed, false));
        const view = viewForm(form, state, { today });
        const answers = Object.fromEntries(Object.entries(state.answers).filter(([key]) => view.answerKeys.has(key)));
        expect(seen(viewForm(form, { ...state, answers }, { today }))).toEqual(seen(view));
        // One answer changed and put back: everything is as before.
        for (const key of Object.keys(state.answers).slice(0, 4)) {
          const { [key]: before, ...rest } = state.answers;
          if (before === undefined) continue;
          const again = { ...state, answers: { ...rest, [key]: before } };
          expect(seen(viewForm(form, again, { today }))).toEqual(seen(view));
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("another version of the form loses no answer", () => {
    fc.assert(
      fc.property(fc.tuple(fc.integer(), fc.integer(), fc.integer()), ([a, b, seed]) => {
        const [before, after] = [randomForm(a, shape), randomForm(b, shape)];
        const state = stateAfter(randomScript(before, seed, false));
        const { answers, changes } = migrateAnswers(before, 1, after, state, today);
        const merged = { ...state.answers, ...answers };
        const held = Object.values(merged).map((answer) => JSON.stringify(answer));
        const said = changes.flatMap((change) => (change.kind === "rewritten" ? [JSON.stringify(change.before)] : []));
        for (const answer of Object.values(state.answers)) {
          const text = JSON.stringify(answer);
          expect(held.includes(text) || said.includes(text)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
