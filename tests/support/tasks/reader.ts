/**
 * Builds the reader into one HTML file. Runs in Node, from vite.config.ts and from the tests.
 *
 * Surprising: the page's own policy names its script and style by their hashes and allows nothing else, so even a reader that
 * somebody has tampered with in one of them does not run, and an untouched one cannot ask the network for anything.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (name: string): string => fileURLToPath(new URL(`../../../src/reader/${name}`, import.meta.url));

const hashed = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The whole file. @param target what the app is built for. */
export async function readerHtml(target: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    root: here("."),
    publicDir: false,
    build: {
      target,
      write: false,
      modulePreload: { polyfill: false },
      lib: { entry: here("main.ts"), formats: ["iife"], name: "reader", fileName: "reader" },
    },
  });
  const outputs = [built].flat().flatMap((each) => ("output" in each ? each.output : []));
  const chunks = outputs.flatMap((each) => (each.type === "chunk" ? [each.code] : []));
  const [code] = chunks;
  if (code === undefined || chunks.length !== 1) throw new Error("the reader is one script, with nothing beside it");
  // The only text that would end a script element early.
  const script = code.replaceAll("</script", "<\\/script").trim();
  const style = readFileSync(here("style.css"), "utf8").replaceAll(/\s+/g, " ").trim();
  const policy = [
    "default-src 'none'",
    `script-src ${hashed(script)} 'wasm-unsafe-eval'`,
    `style-src ${hashed(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return [
    "<!doctype html>",
    '<html lang="fr" dir="ltr">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    "<title>Besace</title>",
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    `<script>${script}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
