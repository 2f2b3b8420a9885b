/**
 * What processes really write and sync, in the order in which the kernel saw it: strace, attached while they run. Runs in
 * Node on Linux.
 *
 * Surprising fact: a call of one thread may be written in two lines with calls of others in between; `from` and `to` are
 * the places of its begin and of its end, and only a call that ended before another began came before it.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findStrace } from "./tasks/postgres.mjs";

export type TracedCall = {
  readonly name: string;
  /** Path or socket behind the first argument. */
  readonly target: string;
  /** All arguments, bytes that are no text escaped. */
  readonly args: string;
  readonly from: number;
  readonly to: number;
};

/** How much of each buffer is written down: whole pages of a database's log. */
const longest = 40_000;
const calls = "fsync,fdatasync,pwrite64,pwritev,write,writev,sendto,sendmsg";

function parse(lines: readonly string[]): readonly TracedCall[] {
  const found: TracedCall[] = [];
  const open = new Map<string, { readonly name: string; readonly args: string; readonly from: number }>();
  const add = (name: string, args: string, from: number, to: number): void => {
    found.push({ name, target: /^\d+<(.*?)>(,|\)|$)/.exec(args)?.[1] ?? "", args, from, to });
  };
  for (const [at, line] of lines.entries()) {
    const [, pid = "", rest = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const begun = /^(\w+)\((.*) <unfinished \.\.\.>$/.exec(rest);
    const ended = /^<\.\.\. (\w+) resumed>(.*) = (-?\d+)/.exec(rest);
    const whole = /^(\w+)\((.*)\) += (-?\d+)/.exec(rest);
    if (begun !== null) open.set(pid, { name: begun[1] ?? "", args: begun[2] ?? "", from: at });
    else if (ended !== null) {
      const start = open.get(pid);
      open.delete(pid);
      if (start !== undefined && Number(ended[3]) >= 0) add(start.name, start.args + ended[2], start.from, at);
    } else if (whole !== null && Number(whole[3]) >= 0) add(whole[1] ?? "", whole[2] ?? "", at, at);
  }
  return found;
}

/** Attaches to these processes, and to what they start; `stop` detaches and returns the calls that succeeded, by their end. */
export async function traceWrites(pids: readonly number[]): Promise<{ stop(): Promise<readonly TracedCall[]> }> {
  const strace = process.env.BESACE_STRACE ?? findStrace();
  if (strace === undefined) throw new Error("strace is not installed; `npm test` installs it");
  const folder = mkdtempSync(join(tmpdir(), "besace-trace-"));
  const file = join(folder, "calls");
  const args = [
    "-f",
    "-y",
    "-s",
    String(longest),
    "-e",
    `trace=${calls}`,
    "-o",
    file,
    ...pids.flatMap((pid) => ["-p", String(pid)]),
  ];
  const child = spawn(strace, args, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((done) => child.on("exit", () => done()));
  let said = "";
  await new Promise<void>((done, fail) => {
    child.stderr.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      if (pids.every((pid) => said.includes(`Process ${pid} attached`))) done();
    });
    ended.then(() => fail(new Error(`strace ended: ${said}`)));
  });
  return {
    stop: async () => {
      child.kill("SIGINT");
      await ended;
      const found = parse(readFileSync(file, "latin1").split("\n"));
      rmSync(folder, { recursive: true, force: true });
      return found;
    },
  };
}
