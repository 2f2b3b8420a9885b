/**
 * The page half of forms.ts: the engine alone on a large form, and the real question screen with a form of a hundred fields. Runs in
 * Chromium.
 *
 * Surprising fact: the screen asks for the form of a procedure as always; the build of the bench puts forms of its own in the
 * place of two procedures (forms.ts).
 */
import { render } from "preact";
import { QuestionScreen } from "../../src/app/features/dossiers/QuestionScreen.tsx";
import { loadAreas } from "../../src/app/i18n/i18n.ts";
import { RootContext } from "../../src/app/state/root.ts";
import { SatchelContext } from "../../src/app/state/satchel.ts";
import { ShellContext } from "../../src/app/state/shell.ts";
import { UiWorld } from "../../src/app/ui/world.ts";
import { allProblems, viewForm } from "../../src/forms/engine.ts";
import { createFakeRoot } from "../support/fake-root.ts";
import { createFakeSatchel, fakeDossier } from "../support/fake-satchel.ts";
import { act, emptyState, randomForm, randomScript } from "../support/random-form.ts";
import { benchShell, benchWorld } from "./shell.ts";
import "../../src/app/ui/styles/first.css";
import "../../src/app/ui/app.ts";

const shell = benchShell("/dossiers/x/question/p0");

const framed = (): Promise<number> =>
  new Promise((done) => {
    requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  });
async function painted(isThere: () => boolean): Promise<number> {
  while (!isThere()) await framed();
  return framed();
}

const root = (): Element => {
  const found = document.querySelector("#app");
  if (found === null) throw new Error("the page has a place for the app");
  return found;
};
const boxes = (): NodeListOf<HTMLInputElement> =>
  document.querySelectorAll("input:not([type=radio]):not([type=checkbox])");

function typeInto(box: HTMLInputElement, text: string): void {
  box.value = text;
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

const large = { fields: 600, conditional: 0.65, repeats: 3, portable: false } as const;

const bench = {
  /** Conditions of the large form, and ms for one of `times` evaluations after one answer more: what is shorter than a slice of the throttle has to be a mean. */
  engine(times: number) {
    const form = randomForm(42, large);
    const conditions = form.fields
      .flatMap((field) => [field, ...(field.type === "repeat" ? field.fields : [])])
      .filter((each) => each.if).length;
    const pages = form.pages.filter((page) => page.if).length;
    const actions = randomScript(form, 7, false);
    const began = performance.now();
    viewForm(form, emptyState, { today: "2026-11-22" });
    const first = performance.now() - began;
    const whole = actions.reduce(act, emptyState);
    const start = performance.now();
    for (let n = 0; n < times; n += 1) {
      const state = { ...whole, answers: { ...whole.answers, f1: { v: "text", text: `x${n}` } as const } };
      viewForm(form, state, { today: "2026-11-22" });
    }
    const each = (performance.now() - start) / times;
    const from = performance.now();
    allProblems(viewForm(form, whole, { today: "2026-11-22" }), "2026-11-22");
    return { conditions: conditions + pages, first, each, whole: performance.now() - from };
  },
  /** So many closures that look two answers up and compare, and as many answers listed: nothing else. */
  floor(times: number) {
    const answers = new Map(
      Array.from({ length: 600 }, (_, n) => [`f${n}`, { v: "text", text: `x${n % 7}` }] as const),
    );
    const tests = Array.from(
      { length: 400 },
      (_, n) => () => answers.get(`f${n}`)?.text === answers.get(`f${n + 1}`)?.text,
    );
    const start = performance.now();
    let shown = 0;
    for (let n = 0; n < times; n += 1) {
      const keys = new Set<string>();
      for (const [at, key] of [...answers.keys()].entries()) if (tests[at]?.() ?? true) keys.add(key);
      shown += keys.size;
    }
    return shown === 0 ? 0 : (performance.now() - start) / times;
  },
  /** From the tap to the painted question with all its fields, ms. */
  async open(procedure: string) {
    await loadAreas("common", "start", "errors", "dossiers");
    const dossier = fakeDossier({ procedure, page: "p0" });
    const satchel = createFakeSatchel({ dossiers: [dossier] });
    const began = performance.now();
    render(
      <UiWorld value={benchWorld}>
        <RootContext.Provider value={createFakeRoot([])}>
          <SatchelContext.Provider value={satchel.handle}>
            <ShellContext.Provider value={shell}>
              <QuestionScreen params={{ dossier: dossier.id, page: "p0" }} />
            </ShellContext.Provider>
          </SatchelContext.Provider>
        </RootContext.Provider>
      </UiWorld>,
      root(),
    );
    return (await painted(() => boxes().length >= (procedure === "domiciliation" ? 2 : 40))) - began;
  },
  /** One key in the first box: from the event to the painted answer, ms. */
  async key(text: string) {
    const [box] = boxes();
    if (box === undefined) throw new Error("the form has a box");
    const began = performance.now();
    typeInto(box, text);
    return (await framed()) - began;
  },
  /** The same boxes without a form: what the browser needs by itself. */
  async plain() {
    const began = performance.now();
    const list = document.createElement("div");
    for (let n = 0; n < 100; n += 1) {
      const label = document.createElement("label");
      label.append(`Question ${n}`, document.createElement("input"));
      list.append(label);
    }
    root().replaceChildren(list);
    return (await framed()) - began;
  },
  count: () => document.querySelectorAll("input, textarea").length,
};
export type Bench = typeof bench;
Object.assign(window, { bench });
