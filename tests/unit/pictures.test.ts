/**
 * INV-3, decisions/0025: no person's picture is shown as an image, because Chromium would write its bytes to the disk in
 * clear. Runs in Node over the text of src.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { securityHeaders } from "../../src/server/security.ts";
import { sourceFiles } from "../support/tasks/sourceGraph.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** They hand a file to the browser's downloads; nothing is shown. */
const SAVES = ["src/app/desk/save-file.ts", "src/app/platform/save-file.ts", "src/reader/page.ts"];

test("no image element, and no address for bytes but where they are saved", () => {
  const code = ["src/app", "src/reader"].flatMap((folder) =>
    sourceFiles(ROOT, folder).map((path) => ({
      path,
      // Comments may speak of images.
      text: readFileSync(join(ROOT, path), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ""),
    })),
  );
  expect(code.length).toBeGreaterThan(100);
  const holding = (pattern: RegExp): readonly string[] =>
    code.flatMap(({ path, text }) => (pattern.test(text) ? [path] : []));
  expect(holding(/<img\b|<image\b|new Image\(|\(\s*"img"/)).toEqual([]);
  expect(holding(/createObjectURL/)).toEqual(SAVES);
});

test("the browser shows no image from an address of bytes, whatever the page asks for", async () => {
  const policy = Object.entries(await securityHeaders(false)).find(([name]) => /^content-security-policy$/i.test(name));
  expect(policy?.[1]).toMatch(/img-src 'self' data:(;|$)/);
});
