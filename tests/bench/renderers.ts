/** The renderer processes of a browser under measurement, and the memory that they take. Runs in Node, on Linux. */
import { readFileSync } from "node:fs";
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
