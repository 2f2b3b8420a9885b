/**
 * axe over what a component test has drawn: structure, names and roles. Runs in happy-dom, which has no layout, so the
 * rules that need one (contrast, target size, scrolling) are left to the browser tests (axe.ts).
 */
import axe from "axe-core";

const NEEDS_LAYOUT = ["color-contrast", "color-contrast-enhanced", "target-size", "scrollable-region-focusable"];

/** Broken rules with the elements that break them, one line each; empty when all is well. */
export async function axeProblems(root: Element = document.body): Promise<readonly string[]> {
  const result = await axe.run(root, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: Object.fromEntries(NEEDS_LAYOUT.map((rule) => [rule, { enabled: false }])),
    // Of what is well one example is enough: to name every element costs more than to look at it.
    resultTypes: ["violations"],
  });
  // A whole document was looked at in vain if nothing passed.
  if (result.passes.length === 0) return ["axe saw nothing"];
  return result.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join(" | ")}`);
}
