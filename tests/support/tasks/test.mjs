/**
 * `npm test`: everything that decides whether a commit is good, from a bare machine, in one command.
 *
 * Installs what is missing, then runs types, lint, build, sizes and the Vitest projects, adds their counts up, and
 * ends with `N passed, N failed` alone on the last line. A check that is not a test suite counts as one. A skipped
 * test counts as failed: a suite that hides a hole must not look green.
 *
 * `--long` sets BESACE_LONG=1, by which suites run their long form (kill loops, all languages, load), adds tests/long,
 * and writes what they measured to tests/results. Plain JavaScript for any Node from 20 up: nothing is installed yet
 * when it begins.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium } from "./chromium.mjs";
import { install, root, runPinned, say } from "./common.mjs";
import { ensureFirefox } from "./firefox.mjs";
import { ensurePostgres, ensureStrace } from "./postgres.mjs";

const REPORTS = join(root, "test-results");
const long = process.argv.includes("--long");

// Written to a file, colours are noise.
const plain = process.stdout.isTTY === true ? [] : ["--colors=off"];

const checks = [
  { name: "types", args: ["node_modules/typescript/bin/tsc", "-b"] },
  { name: "lint", args: ["node_modules/@biomejs/biome/bin/biome", "ci", "--error-on-warnings", ...plain] },
  { name: "build", args: ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"] },
  { name: "size", args: ["tests/support/tasks/size.ts"] },
];
const suites = [
  // Coverage decides nothing here and costs a tenth of the time: it is told with the long form.
  { name: "unit and component", projects: ["unit", "postgres", "component"], coverage: long },
  { name: "e2e", projects: long ? ["e2e", "long"] : ["e2e"], coverage: false },
];

/**
 * @typedef {{ passed: number, failed: number, notes: string[] }} Counts
 * @typedef {{ status: string, fullName: string }} TestResult
 * @typedef {{ name: string, status: string, message: string, assertionResults: TestResult[] }} FileResult
 */

/**
 * Counts of one Vitest run, read from its JSON report; a file that failed to load counts as one failed test.
 *
 * @param {string} report
 * @param {number} exitCode
 * @returns {Counts}
 */
function counts(report, exitCode) {
  if (!existsSync(report)) return { passed: 0, failed: 1, notes: ["Vitest left no report"] };
  /** @type {{ testResults: FileResult[] }} */
  const json = JSON.parse(readFileSync(report, "utf8"));
  /** @type {string[]} */
  const notes = [];
  let passed = 0;
  let failed = 0;
  for (const file of json.testResults) {
    const name = file.name.replace(`${root}/`, "");
    if (file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed")) {
      failed += 1;
      notes.push(`${name}: ${file.message || "could not be run"}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === "passed") passed += 1;
      else {
        failed += 1;
        notes.push(`${test.status}: ${name}: ${test.fullName}`);
      }
    }
  }
  if (passed + failed === 0) notes.push("no test was run");
  else if (exitCode !== 0 && failed === 0)
    notes.push(`Vitest ended with code ${exitCode} (an error outside the tests)`);
  if (notes.length > 0 && failed === 0) failed = 1;
  return { passed, failed, notes };
}

const started = Date.now();
/** @type {(Counts & { name: string, seconds: number })[]} */
const rows = [];

/**
 * Runs one step, says which, and keeps its counts and duration in seconds for the table at the end.
 *
 * @param {string} name
 * @param {() => Promise<Counts>} work
 */
async function step(name, work) {
  say(`\n== ${name}`);
  const from = Date.now();
  const result = await work();
  rows.push({ name, ...result, seconds: (Date.now() - from) / 1000 });
}

await install();
const env = {
  ...(process.stdout.isTTY === true ? {} : { NO_COLOR: "1", FORCE_COLOR: undefined }),
  CHROMIUM: await ensureChromium(),
  FIREFOX: long ? await ensureFirefox() : undefined,
  BESACE_POSTGRES: await ensurePostgres(),
  BESACE_STRACE: await ensureStrace(),
  BESACE_LONG: long ? "1" : undefined,
};
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

for (const check of checks) {
  await step(check.name, async () => {
    const code = await runPinned(check.args, { env });
    const ok = code === 0;
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, notes: ok ? [] : [`${check.name} ended with code ${code}`] };
  });
}
for (const suite of suites) {
  await step(suite.name, async () => {
    const report = join(REPORTS, `${suite.projects.join("-")}.json`);
    const code = await runPinned(
      [
        "node_modules/vitest/vitest.mjs",
        "run",
        ...suite.projects.flatMap((project) => ["--project", project]),
        ...(suite.coverage ? ["--coverage"] : []),
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
      ],
      { env },
    );
    return counts(report, code);
  });
}
if (long) {
  await step("summary", async () => {
    const code = await runPinned(["tests/support/tasks/summary.ts", join(REPORTS, "e2e-long.json")], { env });
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, notes: code === 0 ? [] : [`code ${code}`] };
  });
}

console.log("\nstep                  passed  failed  seconds");
for (const row of rows) {
  const cells = [String(row.passed).padStart(6), String(row.failed).padStart(6), row.seconds.toFixed(1).padStart(7)];
  console.log(`${row.name.padEnd(20)}  ${cells.join("  ")}`);
}
for (const row of rows) for (const note of row.notes) console.log(`FAILED  ${row.name}: ${note}`);
const passed = rows.reduce((sum, row) => sum + row.passed, 0);
const failed = rows.reduce((sum, row) => sum + row.failed, 0);
console.log(`took ${((Date.now() - started) / 60_000).toFixed(1)} minutes\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
