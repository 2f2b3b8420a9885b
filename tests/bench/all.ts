/**
 * `npm run bench`: builds the app, then runs every script of package.json whose name begins with "bench:", one after the
 * other, whatever the one before said; what follows `--` goes to each. Runs in Node.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/server.ts";

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const run = (...args: readonly string[]): boolean => {
  console.log(`\n== npm ${args.join(" ")}`);
  return spawnSync("npm", args, { cwd: ROOT, stdio: "inherit" }).status === 0;
};

if (!run("run", "build")) process.exit(1);
const failed = Object.keys(scripts).filter(
  (name) =>
    name.startsWith("bench:") &&
    !run("run", name, ...(process.argv.length > 2 ? ["--"] : []), ...process.argv.slice(2)),
);
console.log(failed.length === 0 ? "\nevery bench kept its budgets" : `\nover budget: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
