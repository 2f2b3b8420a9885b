/**
 * Draws the PNG icons of the web app manifest from the SVG ones: `node tests/support/tasks/icons.ts`.
 *
 * Runs in Node with the system's Chromium. Its output is committed: a build needs no browser.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { findChromium } from "./chromium.mjs";
import { root } from "./common.mjs";

const ICONS = [
  { svg: "besace-icon.svg", png: "besace-192.png", side: 192 },
  { svg: "besace-icon.svg", png: "besace-512.png", side: 512 },
  { svg: "besace-icon-maskable.svg", png: "besace-maskable-512.png", side: 512 },
  { svg: "besace-icon-maskable.svg", png: "apple-touch-icon.png", side: 180 },
];

const folder = join(root, "public/icons");
const executablePath = findChromium();
if (executablePath === undefined) throw new Error("Drawing the icons needs Chromium.");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  for (const { svg, png, side } of ICONS) {
    const page = await browser.newPage({ viewport: { width: side, height: side } });
    const drawing = await readFile(join(folder, svg), "utf8");
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${side}px;height:${side}px}</style>${drawing}`);
    await page.screenshot({ path: join(folder, png), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
