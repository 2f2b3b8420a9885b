/**
 * A dossier's words as lines on A4 sheets, before anything is drawn. Pure: how wide a text is, is asked of the caller.
 *
 * Surprising: nothing is cut off. A word that is wider than its column is broken, a long answer goes on on the next sheet.
 */

import type { SheetWord } from "../../../satchel/pdf-words.ts";

/** A4 at 150 dots per inch, in pixels. */
export const SHEET = { width: 1240, height: 1754, margin: 100 } as const;

export type Face = "title" | "section" | "label" | "text" | "small";

/** Size of letters and distance of lines, in pixels. */
export const FACES: Readonly<Record<Face, { readonly size: number; readonly line: number; readonly bold: boolean }>> = {
  title: { size: 42, line: 54, bold: true },
  section: { size: 30, line: 42, bold: true },
  label: { size: 22, line: 36, bold: false },
  text: { size: 25, line: 36, bold: false },
  small: { size: 20, line: 28, bold: false },
};

export type Block =
  | { readonly kind: "words"; readonly face: Face; readonly text: string; readonly space?: number }
  /** A question beside its answer. */
  | { readonly kind: "answer"; readonly label: string; readonly value: string }
  /** A drawn signature: a path in a box of that size. */
  | { readonly kind: "ink"; readonly path: string; readonly box: { readonly width: number; readonly height: number } }
  | { readonly kind: "rule" };

export type Placed =
  | (SheetWord & { readonly kind: "words"; readonly face: Face; readonly rtl: boolean })
  | { readonly kind: "ink"; readonly path: string; readonly x: number; readonly y: number; readonly scale: number }
  | { readonly kind: "rule"; readonly y: number };

export type Measure = (text: string, face: Face) => number;

const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const strong = /[\p{L}]/u;

/** True when the first letter that has a direction runs from the right. */
export function isRtl(text: string): boolean {
  for (const letter of text) {
    if (rightToLeft.test(letter)) return true;
    if (strong.test(letter)) return false;
  }
  return false;
}

/** Lines of at most `width` pixels; line breaks of the text are kept, words too wide are broken. */
export function wrap(text: string, width: number, fits: (text: string) => boolean): readonly string[] {
  if (!(width > 0)) return [];
  const lines: string[] = [];
  for (const paragraph of text.split(/\r\n|[\n\r\u2028\u2029]/u)) {
    let line = "";
    for (const word of paragraph.split(/[ \t]+/u)) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (fits(longer)) {
        line = longer;
        continue;
      }
      if (line !== "") lines.push(line);
      line = "";
      for (const letter of word) {
        if (line !== "" && !fits(line + letter)) {
          lines.push(line);
          line = "";
        }
        line += letter;
      }
    }
    lines.push(line);
  }
  return lines;
}

/** Where the label of an answer ends and its value begins. */
const labelShare = 0.4;
const gap = 24;
const inkWidth = 420;

/** Sheets, each a list of what stands where. There is at least one. */
export function layOut(blocks: readonly Block[], measure: Measure): readonly (readonly Placed[])[] {
  const left = SHEET.margin;
  const inner = SHEET.width - 2 * SHEET.margin;
  const bottom = SHEET.height - SHEET.margin;
  const sheets: Placed[][] = [[]];
  let y: number = SHEET.margin;

  const next = (): void => {
    sheets.push([]);
    y = SHEET.margin;
  };
  const put = (placed: Placed): void => void sheets.at(-1)?.push(placed);
  const linesOf = (text: string, face: Face, width: number): readonly string[] =>
    wrap(text, width, (piece) => measure(piece, face) <= width);
  const line = (text: string, face: Face, x: number, width: number, top: number): void => {
    const wide = measure(text, face);
    const rtl = isRtl(text);
    const { size, line: height } = FACES[face];
    const baseline = top + (height + size * 0.7) / 2;
    if (text !== "")
      put({ kind: "words", text, face, rtl, x: rtl ? x + width - wide : x, baseline, width: wide, size });
  };

  for (const block of blocks) {
    if (block.kind === "rule") {
      y += 10;
      if (y < bottom) put({ kind: "rule", y });
      y += 10;
    } else if (block.kind === "ink") {
      const scale = Math.min(1, inkWidth / block.box.width);
      if (y + block.box.height * scale > bottom) next();
      put({ kind: "ink", path: block.path, x: left + inner * labelShare + gap, y, scale });
      y += block.box.height * scale + 12;
    } else if (block.kind === "words") {
      y += block.space ?? 0;
      const height = FACES[block.face].line;
      // A heading never stands alone at the end of a sheet.
      const follows = block.face === "section" ? FACES.text.line * 2 : 0;
      for (const text of linesOf(block.text, block.face, inner)) {
        if (y + height + follows > bottom) next();
        line(text, block.face, left, inner, y);
        y += height;
      }
    } else {
      const labelWidth = inner * labelShare;
      const valueX = left + labelWidth + gap;
      const valueWidth = inner - labelWidth - gap;
      const labels = linesOf(block.label, "label", labelWidth);
      const values = linesOf(block.value, "text", valueWidth);
      const height = FACES.text.line;
      for (let n = 0; n < Math.max(labels.length, values.length); n += 1) {
        if (y + height > bottom) next();
        line(labels[n] ?? "", "label", left, labelWidth, y);
        line(values[n] ?? "", "text", valueX, valueWidth, y);
        y += height;
      }
      y += 8;
    }
  }
  return sheets;
}
