/**
 * How long the page's main thread was blocked: by which script, as Chromium's own long-frame timing tells, and how much
 * processor time its tasks took. Runs in Node over a Playwright page.
 *
 * Surprising fact: Chromium's throttle stretches the time that passes, also while another program has the processor: on a
 * busy machine a task of 5 ms lasts 100. Processor time does not see the others; times the rate, without a throttle, it is
 * what a quiet machine would show.
 */
import type { CDPSession, Page } from "playwright-core";

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

/** Processor time of one task of the page's main thread, ms. */
export type PageTask = {
  readonly ms: number;
  /** message: what a worker said was handled in it; frame: it was painted. Others are the person's, or the tests' own. */
  readonly kind: "message" | "frame" | "other";
};

type TraceEvent = {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly src_func?: string };
};

const TASK = "ThreadControllerImpl::RunTask";
/** Shorter ones are none of a budget's business. */
const LEAST_MS = 1;

/** Tasks of the main thread that handled most messages of workers: the page's, not those of another renderer. */
function tasksOf(events: readonly TraceEvent[]): readonly PageTask[] {
  const threads = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const handled = events.filter(({ name, pid, tid }) => name === "HandlePostMessage" && threads.has(`${pid} ${tid}`));
  const count = new Map<string, number>();
  for (const { pid, tid } of handled) count.set(`${pid} ${tid}`, (count.get(`${pid} ${tid}`) ?? 0) + 1);
  const [page] = [...count].sort(([, a], [, b]) => b - a)[0] ?? [""];
  const messages = handled.filter(({ pid, tid }) => `${pid} ${tid}` === page).map(({ ts }) => ts);
  return events
    .filter(({ name, pid, tid, tdur = 0 }) => name === TASK && `${pid} ${tid}` === page && tdur >= LEAST_MS * 1000)
    .map(({ ts, dur = 0, tdur = 0, args }) => {
      const isMessage = messages.some((at) => at >= ts && at <= ts + dur);
      const isFrame = args?.src_func === "ScheduledActionSendBeginMainFrame";
      return { ms: tdur / 1000, kind: isMessage ? "message" : isFrame ? "frame" : "other" };
    });
}

/** Watches every task from now on; the returned function ends that and tells them. One at a time in a browser. */
export async function traceTasks(page: Page): Promise<() => Promise<readonly PageTask[]>> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  cdp.on("Tracing.dataCollected", ({ value }) => {
    for (const event of value as unknown as readonly TraceEvent[])
      if (["thread_name", "HandlePostMessage", TASK].includes(event.name)) events.push(event);
  });
  await cdp.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "devtools.timeline"] },
  });
  return async () => {
    const ended = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
    await cdp.send("Tracing.end");
    await ended;
    await cdp.detach();
    return tasksOf(events);
  };
}
