/**
 * The page half of papers.ts: the real list of papers over a worker that opens and lists a real satchel. Runs in Chromium.
 *
 * Surprising fact: only what a list asks for is answered. Previews are not there, so rows keep their drawn sheets; in the app
 * they come after the first paint, one by one.
 */
import { render } from "preact";
import { ListScreen } from "../../src/app/features/papers/ListScreen.tsx";
import { loadAreas } from "../../src/app/i18n/i18n.ts";
import { RootContext } from "../../src/app/state/root.ts";
import { SatchelContext, type SatchelHandle } from "../../src/app/state/satchel.ts";
import { ShellContext } from "../../src/app/state/shell.ts";
import { PAPER_AREAS } from "../../src/app/ui/papers/names.ts";
import { today } from "../../src/app/ui/papers/StateChip.tsx";
import { UiWorld } from "../../src/app/ui/world.ts";
import { err, type Result } from "../../src/shared/result.ts";
import type { PapersAsked, PapersPart, SatchelApi } from "../../src/workers/satchel.contract.ts";
import { createFakeRoot } from "../support/fake-root.ts";
import { benchShell, benchWorld } from "./shell.ts";
import "../../src/app/ui/styles/first.css";
import "../../src/app/ui/app.ts";

const worker = new Worker(new URL("./papers.worker.ts", import.meta.url), { type: "module" });
let last = 0;

/** One task of the worker. */
function ask<T>(task: string, arg: unknown): Promise<T> {
  last += 1;
  const mine = last;
  return new Promise((done, fail) => {
    worker.addEventListener("message", function heard({ data }: MessageEvent) {
      if (data.id !== mine) return;
      worker.removeEventListener("message", heard);
      if (data.error === undefined) done(data.value);
      else fail(new Error(data.error));
    });
    worker.postMessage([task, arg, mine]);
  });
}

const shell = benchShell("/papiers");
let isWhole = false;
const api = {
  async papersPart(asked: PapersAsked) {
    const part = await ask<Result<PapersPart, never>>("part", asked);
    isWhole = part.ok && asked.from + part.value.papers.length >= part.value.kept;
    return part;
  },
  opening: async () => err({ type: "locked" }),
  readPage: async () => err({ type: "not-found" }),
} as unknown as SatchelApi;
const handle: SatchelHandle = { api, listen: () => () => undefined };

/** Resolves once the screen was painted after `isThere` has become true. */
const painted = (isThere: () => boolean): Promise<number> =>
  new Promise((done) => {
    const look = (): void => {
      if (!isThere()) return void requestAnimationFrame(look);
      requestAnimationFrame(() => setTimeout(() => done(performance.now())));
    };
    look();
  });

const rows = (): number => document.querySelectorAll(".papers-list > li").length;

let tapped = 0;

const bench = {
  seed: (input: unknown) => ask("seed", input),
  /** Each step in the worker alone, and the list as the page takes it, ms. */
  async steps(keys: unknown) {
    const { steps } = await ask<{ readonly steps: Readonly<Record<string, number>> }>("open", keys);
    return steps;
  },
  /** An open satchel whose records nobody has read yet, as right after the code. */
  ready: (keys: unknown) => ask("ready", keys),
  /** Takes away what the last list has left. */
  forget: () => ask("forget", null),
  /** What the home screen asks of papers before anybody taps "Papiers". */
  async home() {
    await ask("home", today(Date.now()));
  },
  /** The tap comes so long after the home screen has begun to wait for that, ms. */
  async hurry(after: number): Promise<number> {
    void bench.home();
    await new Promise((done) => setTimeout(done, after));
    return bench.open();
  },
  floor: async (count: number) => (await ask<{ readonly ms: number }>("floor", { count })).ms,
  /** From the tap on "Papiers" to the first rows on the screen, ms. */
  async open(): Promise<number> {
    await loadAreas("common", "start", "errors", ...PAPER_AREAS);
    const began = performance.now();
    const root = document.querySelector("#app");
    if (root === null) throw new Error("the page has a place for the app");
    render(
      <UiWorld value={benchWorld}>
        <RootContext.Provider value={createFakeRoot([])}>
          <SatchelContext.Provider value={handle}>
            <ShellContext.Provider value={shell}>
              <ListScreen />
            </ShellContext.Provider>
          </SatchelContext.Provider>
        </RootContext.Provider>
      </UiWorld>,
      root,
    );
    tapped = began;
    return (await painted(() => rows() > 0)) - began;
  },
  /** From that tap until the whole list is in the page, ms. */
  whole: async () => (await painted(() => isWhole)) - tapped,
  /** Puts the cursor into the search field, lets its words come, and papers be read for that long. */
  async enter(ms: number) {
    document.querySelector<HTMLInputElement>("input[type=search]")?.focus();
    await new Promise((done) => setTimeout(done, ms));
  },
  /** One key: from the event to the painted answer, ms. */
  async key(text: string) {
    const field = document.querySelector<HTMLInputElement>("input[type=search]");
    if (field === null) throw new Error("a long list has a search");
    field.value = text;
    const began = performance.now();
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    // What the page does in answer is done, or done by this frame.
    const ms =
      (await new Promise<number>((done) => {
        requestAnimationFrame(() => setTimeout(() => done(performance.now())));
      })) - began;
    return ms;
  },
  rows,
  /** Everything of this page and its worker, bytes; the browser collects first. */
  async memory() {
    type Measured = { measureUserAgentSpecificMemory: () => Promise<{ readonly bytes: number }> };
    return (await (performance as unknown as Measured).measureUserAgentSpecificMemory()).bytes;
  },
};
export type Bench = typeof bench;
Object.assign(window, { bench });
