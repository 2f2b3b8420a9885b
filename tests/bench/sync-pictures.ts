/**
 * Photographs that the app turns into readable pages of nearly the largest size it allows (300 KB), so that payload and
 * budgets speak of the same photos. Runs in Node over a Playwright page; writes PNG files.
 *
 * Surprising fact: a picture that already has the size of a readable page is encoded as it is, so the same encoder asked
 * here says beforehand what the app will get; grain is added until that is enough.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { readableRendition } from "../../src/workers/imaging/limits.ts";

const SMALLEST = 285_000;

/** @returns paths of `count` different pictures. */
export async function drawPictures(page: Page, folder: string, count: number): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  let strength = 60;
  for (let seed = 1; seed <= count; seed += 1) {
    // What suited one picture nearly always suits the next.
    const drawn = await page.evaluate(draw, {
      seed,
      strength,
      longSide: readableRendition.longSide,
      quality: readableRendition.quality,
      smallest: SMALLEST,
      largest: readableRendition.maxBytes,
    });
    const path = join(folder, `photo-${seed}.png`);
    strength = drawn.strength;
    writeFileSync(path, Buffer.from(drawn.base64, "base64"));
    paths.push(path);
  }
  return paths;
}

type Drawing = {
  readonly seed: number;
  /** Of the grain, tried first. */
  readonly strength: number;
  readonly longSide: number;
  readonly quality: number;
  readonly smallest: number;
  readonly largest: number;
};

/** Runs in the page. Lines of text on a shaded sheet, and grain whose strength is halved in until the size fits. */
async function draw(drawing: Drawing): Promise<{ readonly base64: string; readonly strength: number }> {
  const { seed, longSide, quality, smallest, largest } = drawing;
  const width = longSide;
  const height = (longSide / 4) * 3;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no canvas");
  const shade = context.createLinearGradient(0, 0, width, height);
  shade.addColorStop(0, "#f4f1e8");
  shade.addColorStop(1, "#b9b4a6");
  context.fillStyle = shade;
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#222";
  context.font = "22px serif";
  for (let line = 0; line < 34; line += 1)
    context.fillText(
      `Courrier ${seed}, ligne ${line} : votre demande du ${line + 1} mars a bien été reçue`,
      90,
      60 + line * 33,
    );
  const plain = context.getImageData(0, 0, width, height);
  let state = seed * 2654435761;
  const grain = new Float32Array(width * height);
  for (let at = 0; at < grain.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    grain[at] = state / 2147483648 - 1;
  }
  const encoded = (type: string): Promise<Blob> =>
    new Promise((done, fail) =>
      canvas.toBlob((blob) => (blob === null ? fail(new Error("no encoder")) : done(blob)), type, quality),
    );
  let low = 0;
  let high = 120;
  let { strength } = drawing;
  for (let tries = 0; tries < 16; tries += 1) {
    const grainy = new ImageData(new Uint8ClampedArray(plain.data), width, height);
    for (let at = 0; at < grain.length; at += 1)
      for (let channel = 0; channel < 3; channel += 1)
        grainy.data[at * 4 + channel] = (plain.data[at * 4 + channel] ?? 0) + (grain[at] ?? 0) * strength;
    context.putImageData(grainy, 0, 0);
    const { size } = await encoded("image/webp");
    if (size >= smallest && size <= largest) {
      const bytes = new Uint8Array(await (await encoded("image/png")).arrayBuffer());
      let binary = "";
      for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return { base64: btoa(binary), strength };
    }
    if (size < smallest) low = strength;
    else high = strength;
    strength = (low + high) / 2;
  }
  throw new Error("no grain gives a page of this size");
}
