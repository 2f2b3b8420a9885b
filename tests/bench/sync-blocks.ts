/**
 * How long the page's main thread was blocked, and by which script, as Chromium's own long-frame timing tells. Runs in
 * Node over a Playwright page.
 */
import type { Page } from "playwright-core";

/** `ms` without a pause for input; `by`: the script that took most of it, or "rendering". */
export type PageBlock = { readonly ms: number; readonly at: number; readonly by: string };

/** Begins with the next page that is loaded. */
export async function watchBlocks(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    const seen: { ms: number; at: number; by: string }[] = [];
    Object.assign(window, { besaceBlocks: seen });
    type Script = {
      readonly duration: number;
      readonly sourceURL: string;
      readonly sourceFunctionName: string;
      readonly invoker: string;
    };
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.entryType === "longtask") {
          seen.push({ ms: entry.duration, at: entry.startTime, by: "" });
          continue;
        }
        const { scripts = [] } = entry as PerformanceEntry & { readonly scripts?: readonly Script[] };
        const by = scripts
          .map(
            (script) =>
              `${script.sourceURL.split("/").at(-1)}:${script.sourceFunctionName || script.invoker} ${Math.round(script.duration)} ms`,
          )
          .join(", ");
        const inside = seen.find(
          ({ at, ms, by: known }) =>
            known === "" && at >= entry.startTime - 1 && at + ms <= entry.startTime + entry.duration + 1,
        );
        if (inside !== undefined) inside.by = by === "" ? "rendering" : by;
      }
    });
    for (const type of ["longtask", "long-animation-frame"]) observer.observe({ type, buffered: true });
  });
}

/** The page's own clock, for `longestBlocks`. */
export const pageNow = (page: Page): Promise<number> => page.evaluate(() => performance.now());

/** Blocks of more than 50 ms that began after `since` (milliseconds after the page was loaded), longest first. */
export async function longestBlocks(page: Page, since = 0): Promise<readonly PageBlock[]> {
  const blocks = await page.evaluate(() => (window as unknown as { besaceBlocks?: PageBlock[] }).besaceBlocks ?? []);
  return blocks.filter(({ at }) => at >= since).toSorted((a, b) => b.ms - a.ms);
}

/** True when only answers and events of the workers were handled: what sync, crypto and database cost the page. */
export const isOfWorkers = ({ by }: PageBlock): boolean =>
  by !== "" && by.split(", ").every((script) => script.includes("Worker.onmessage"));
