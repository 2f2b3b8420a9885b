/** The renderer processes of a browser under measurement, their memory and processor time. Runs in Node, on Linux. */
import { readdirSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { processTree } from "../support/processes.ts";

/** Process ids of all renderers below the browser's process. */
export const renderersOf = (browser: { readonly pid: number }): readonly number[] =>
  processTree(browser.pid)
    .filter(({ args }) => args.some((arg) => arg.includes("--type=renderer")))
    .map(({ pid }) => pid);

/** Memory that is nobody else's, of all of them, MiB. One that has ended meanwhile counts as none. */
export function memoryOf(pids: readonly number[]): number {
  let kib = 0;
  for (const pid of pids) {
    try {
      kib += Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ESRCH") throw error;
    }
  }
  return kib / 1024;
}

/** Processor time that all their threads have had so far, ms: it does not depend on who else uses the machine. */
export function processorTime(pids: readonly number[]): number {
  let nanoseconds = 0;
  for (const pid of pids) {
    try {
      for (const thread of readdirSync(`/proc/${pid}/task`))
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ESRCH") throw error;
    }
  }
  return nanoseconds / 1e6;
}

/**
 * Chromium gives its renderers the ordinary priority, whatever it was started with: a bench that was started before all others
 * (`nice -n -12`) wants them to be so too. Their threads one by one: on Linux each has its own.
 */
export function raise(pids: readonly number[]): void {
  for (const pid of pids)
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), getPriority());
}
