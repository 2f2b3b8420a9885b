/**
 * Writes what a long run measured: `long-<date>.json` in tests/results, the same as a table in `long-<date>.md`, and the
 * table on the screen. Reads Vitest's JSON reports named on the command line; called by `npm run test:long`.
 *
 * `--note=...` adds a line for the reader: what was special about this run.
 *
 * Surprising fact: files of tests/long that no report mentions are listed as not run. A summary of half a run says so.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";

type Figures = Readonly<Record<string, number | string>>;

/** What is read of Vitest's report. */
type VitestReport = {
  readonly startTime: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly startTime: number;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number;
      readonly failureMessages: readonly string[];
      readonly meta?: { readonly figures?: Figures };
    }[];
  }[];
};

type TestRow = {
  readonly file: string;
  readonly test: string;
  readonly status: string;
  readonly seconds: number;
  readonly figures: Figures;
  /** First line of the failure. */
  readonly failure?: string;
};

type Summary = {
  /** UTC. */
  readonly startedAt: string;
  readonly commit: string;
  /** Files that differ from the commit, outside of tests/results. */
  readonly uncommitted: number;
  readonly machine: {
    readonly cores: number;
    readonly memoryGb: number;
    readonly node: string;
    readonly system: string;
  };
  /** Of whoever ran it; empty when there is nothing to say. */
  readonly note: string;
  readonly passed: number;
  readonly failed: number;
  readonly notRun: readonly string[];
  readonly tests: readonly TestRow[];
};

const ROOT = resolve(import.meta.dirname, "..", "..", "..");

const git = (...args: readonly string[]): string => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();

/** Paths of this machine say nothing to a reader elsewhere. */
const withoutPaths = (text: string): string =>
  text.replaceAll(`${ROOT}/`, "").replace(/\/(?:tmp|home|root|work)\/[^\s'"]*/g, "(path)");

function rowsOf(report: VitestReport): readonly TestRow[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }): readonly TestRow[] => {
    const file = name.replace(/^.*?\/(?=tests\/)/, "");
    if (assertionResults.length === 0)
      return [{ file, test: "(the file)", status, seconds: 0, figures: {}, failure: withoutPaths(message) }];
    return assertionResults.map((test) => {
      const [failure = ""] = test.failureMessages[0]?.split("\n") ?? [];
      return {
        file,
        test: test.fullName,
        status: test.status,
        seconds: Math.round((test.duration ?? 0) / 100) / 10,
        figures: test.meta?.figures ?? {},
        ...(failure === "" ? {} : { failure: withoutPaths(failure).slice(0, 400) }),
      };
    });
  });
}

/** All reports together; tests that were filtered out count as not run. */
function summarise(reports: readonly VitestReport[], note: string): Summary {
  const rows = reports.flatMap(rowsOf);
  const tests = rows.filter((row) => row.status === "passed" || row.status === "failed");
  const files = new Set(tests.map((row) => row.file));
  const absent = readdirSync(join(ROOT, "tests", "long"))
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `tests/long/${name}`)
    .filter((name) => !files.has(name));
  const ran = new Set(tests.map((row) => `${row.file}: ${row.test}`));
  const skipped = rows.map((row) => `${row.file}: ${row.test}`).filter((name) => !ran.has(name));
  return {
    startedAt: new Date(Math.min(...reports.map((report) => report.startTime))).toISOString(),
    commit: git("rev-parse", "HEAD"),
    uncommitted: git("status", "--porcelain")
      .split("\n")
      .filter((line) => line !== "" && !line.includes("tests/results/")).length,
    machine: {
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      system: process.platform,
    },
    note,
    passed: tests.filter((row) => row.status === "passed").length,
    failed: tests.filter((row) => row.status === "failed").length,
    notRun: [...absent, ...new Set(skipped)],
    tests,
  };
}

const shown = (figures: Figures): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** As Markdown. */
function table(summary: Summary): string {
  const { machine, tests, notRun } = summary;
  const lines = [
    `# Long run of ${summary.startedAt.slice(0, 10)}`,
    "",
    `${summary.passed} passed, ${summary.failed} failed, ${notRun.length} not run. Commit ${summary.commit.slice(0, 12)}, ` +
      `${summary.uncommitted} files uncommitted. ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}, ` +
      `${machine.system}. Began ${summary.startedAt}.`,
    "",
    ...(summary.note === "" ? [] : [summary.note, ""]),
    "| test | result | seconds | figures |",
    "|---|---|---|---|",
    ...tests.map(
      (row) =>
        `| ${row.test.replaceAll("|", "\\|")} | ${row.status} | ${row.seconds.toFixed(1)} | ${shown(row.figures).replaceAll("|", "\\|")} |`,
    ),
  ];
  const failures = tests.filter((row) => row.failure !== undefined);
  if (failures.length > 0) lines.push("", "Failed:", "", ...failures.map((row) => `- ${row.test}: ${row.failure}`));
  if (notRun.length > 0) lines.push("", "Not run:", "", ...notRun.map((name) => `- ${name}`));
  return `${lines.join("\n")}\n`;
}

const NOTE = "--note=";
const given = process.argv.slice(2);
const note = given.find((each) => each.startsWith(NOTE))?.slice(NOTE.length) ?? "";
const paths = given.filter((each) => !each.startsWith(NOTE));
const reports = paths.map((path) => JSON.parse(readFileSync(path, "utf8")) as VitestReport);
if (reports.length === 0) throw new Error("name the JSON reports of Vitest to summarise");
const summary = summarise(reports, note);
const name = join(ROOT, "tests", "results", `long-${summary.startedAt.slice(0, 10)}`);
writeFileSync(`${name}.json`, `${JSON.stringify(summary, null, 2)}\n`);
writeFileSync(`${name}.md`, table(summary));
console.log(`\n${table(summary)}`);
