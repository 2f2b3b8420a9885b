/**
 * Programs of the distribution that open what Besace writes (poppler's pdftotext, unzip): a second opinion that shares no
 * code with us. Runs in Node on Linux.
 */
import { execFileSync, spawnSync } from "node:child_process";

const PACKAGES = { pdftotext: "poppler-utils", pdfinfo: "poppler-utils", unzip: "unzip" } as const;
export type StockTool = keyof typeof PACKAGES;

const isHere = (tool: StockTool): boolean => spawnSync("which", [tool]).status === 0;

/** What the program prints. It is installed from the distribution when it is missing, as tests/support/tasks do. */
export function stock(tool: StockTool, args: readonly string[]): string {
  if (!isHere(tool)) {
    execFileSync("apt-get", ["update"], { stdio: "ignore" });
    execFileSync("apt-get", ["install", "-y", "--no-install-recommends", PACKAGES[tool]], { stdio: "ignore" });
  }
  return execFileSync(tool, [...args], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}
