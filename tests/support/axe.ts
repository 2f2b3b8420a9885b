/**
 * Runs axe-core in a page and says in plain lines what is wrong. Runs in Node; axe itself runs in the page.
 *
 * Surprising fact: the app's content security policy forbids inline scripts and eval, and forbids a test's script tag
 * just as well; a script sent over the debugging protocol is not subject to it. The window is made as high as the page
 * meanwhile: what lies half under a sticky bar at one place of scrolling is not a small target.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { standsStill } from "./still.ts";

/** WCAG 2.2 AA with everything below it, and axe's own good practice. */
export const AXE_TAGS: readonly string[] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export type AxeViolation = {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: string; readonly html: string; readonly summary: string }[];
};

export type AxeReport = {
  readonly violations: readonly AxeViolation[];
  /** Rules that passed: zero means that axe saw nothing. */
  readonly passes: number;
  /** Rules that a person has to judge. */
  readonly incomplete: readonly string[];
};

export type AxeOptions = {
  /** CSS selector of what to look at; default the whole document. */
  readonly include?: string;
  readonly tags?: readonly string[];
  /** Rules left out; each needs a reason at the caller's. */
  readonly without?: readonly string[];
};

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Looks when the screen stands still. Chromium only (uses the debugging protocol). */
export async function runAxe(page: Page, options: AxeOptions = {}): Promise<AxeReport> {
  const run: RunOptions = {
    runOnly: { type: "tag", values: [...(options.tags ?? AXE_TAGS)] },
    rules: Object.fromEntries((options.without ?? []).map((rule) => [rule, { enabled: false }])),
    // Of what is well one example is enough: to name every element costs more than to look at it.
    resultTypes: ["violations"],
  };
  await standsStill(page);
  const session = await page.context().newCDPSession(page);
  const window = page.viewportSize();
  try {
    if (window !== null) {
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      if (height > window.height) await page.setViewportSize({ width: window.width, height });
    }
    const context = options.include === undefined ? "document" : `{ include: ${JSON.stringify([[options.include]])} }`;
    const evaluate = async (expression: string): Promise<AxeResults | null> => {
      const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined)
        throw new Error(`axe failed: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
      return result.value;
    };
    const running = `window.axe.run(${context}, ${JSON.stringify(run)})`;
    // Half a megabyte, sent only to a page that has not got it yet; with the run in one expression: had the page
    // navigated in between, axe would be gone.
    const results =
      (await evaluate(`window.axe === undefined ? null : ${running}`)) ??
      (await evaluate(`if (window.axe === undefined) { ${source} }\n${running}`));
    if (results === null) throw new Error("axe gave no result");
    return {
      passes: results.passes.length,
      incomplete: results.incomplete.map((rule) => rule.id),
      violations: results.violations.map((rule) => ({
        rule: rule.id,
        impact: rule.impact ?? "unknown",
        help: rule.help,
        nodes: rule.nodes.map((node) => ({
          target: node.target.map(String).join(" "),
          html: node.html,
          summary: node.failureSummary ?? "",
        })),
      })),
    };
  } finally {
    if (window !== null) await page.setViewportSize(window);
    await session.detach();
  }
}

/** One paragraph per violation; empty when there is none. For `expect(describeAxe(report)).toBe("")`. */
export function describeAxe(report: AxeReport): string {
  return report.violations
    .map((violation) => {
      const nodes = violation.nodes.map(
        (node) => `  ${node.target}\n    ${node.html}\n    ${node.summary.replaceAll("\n", "\n    ")}`,
      );
      return `${violation.rule} (${violation.impact}): ${violation.help}\n${nodes.join("\n")}`;
    })
    .join("\n\n");
}
