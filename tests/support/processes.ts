/**
 * Reads the process table of Linux (/proc) so that tests can kill a browser or a server with everything it started,
 * and know that it is really gone. Runs in Node on Linux.
 *
 * Surprising fact: a killed child stays in /proc as a zombie until its parent reaps it; in a container the parent may
 * never do so. A zombie holds no file and no lock, so here it counts as gone.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** One row of the process table. `startTime` (clock ticks since boot) tells two users of one pid apart. */
export type ProcessRow = {
  readonly pid: number;
  readonly parent: number;
  /** Process group. */
  readonly group: number;
  readonly state: string;
  readonly startTime: string;
  readonly args: readonly string[];
};

/** An error that only means "that process ended while we looked". */
function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ESRCH";
}

function readRow(pid: number): ProcessRow | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name stands in parentheses and may contain spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
    return {
      pid,
      state: fields[0] ?? "?",
      parent: Number(fields[1]),
      group: Number(fields[2]),
      startTime: fields[19] ?? "",
      args,
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Every process of the machine that is not a zombie. */
export function listProcesses(): ProcessRow[] {
  const rows: ProcessRow[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const row = readRow(Number(name));
    if (row !== undefined && row.state !== "Z" && row.state !== "X") rows.push(row);
  }
  return rows;
}

/** `root` and everything below it, parents before children. Empty when `root` does not run. */
export function processTree(root: number, rows: readonly ProcessRow[] = listProcesses()): ProcessRow[] {
  const tree = rows.filter((row) => row.pid === root);
  for (let i = 0; i < tree.length; i++) {
    const parent = tree[i];
    tree.push(...rows.filter((row) => row.parent === parent?.pid));
  }
  return tree;
}

/** True while this very process (not a later one with the same pid) runs. */
export function isRunning(row: ProcessRow): boolean {
  const now = readRow(row.pid);
  return now !== undefined && now.state !== "Z" && now.state !== "X" && now.startTime === row.startTime;
}

/** Sends a signal to these processes; those that already ended are passed over. */
export function signalAll(rows: readonly ProcessRow[], signal: NodeJS.Signals): void {
  for (const row of rows) {
    if (!isRunning(row)) continue;
    try {
      process.kill(row.pid, signal);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Resolves when none of these processes runs any more; throws after `timeoutMs`. */
export async function waitUntilGone(rows: readonly ProcessRow[], timeoutMs = 30_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const left = rows.filter(isRunning);
    if (left.length === 0) return;
    if (performance.now() > end) throw new Error(`still running: ${left.map((row) => row.pid).join(", ")}`);
    await sleep(10);
  }
}
