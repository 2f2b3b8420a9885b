/** F9: what a spreadsheet is given, and how words are laid on sheets. */

import { describe, expect, test } from "vitest";
import { cell, csv } from "../../../src/app/desk/out/csv.ts";
import { type Block, FACES, isRtl, layOut, type Measure, SHEET, wrap } from "../../../src/app/desk/out/layout.ts";

describe("a table for a spreadsheet", () => {
  test("F9: quotes, semicolons and line breaks stay inside their cell; the file says that it is UTF-8", () => {
    expect(
      csv([
        ["a", 'b"c'],
        ["d;e", "f\ng"],
      ]),
    ).toBe('\u{FEFF}"a";"b""c"\r\n"d;e";"f\ng"\r\n');
  });

  test.each([
    "=1+1",
    "+33 6 12",
    "-2",
    "@SUM(A1)",
    '=HYPERLINK("http://x")',
    " =1",
    "\t=1",
    "\r=1",
    "\u200b=1",
    "\u202e=1",
    "|cmd",
    "%x",
  ])("F9: %j is no formula", (text) => {
    expect(cell(text).startsWith("\"'")).toBe(true);
  });

  test.each(["Zoé Quéffélec", "K7QF 2M9D", "2026-11-22 17:05", "فاطمة", "", "n° 4 = 5"])(
    "%j is left as it is",
    (text) => {
      expect(cell(text)).toBe(`"${text}"`);
    },
  );
});

/** Ten pixels a letter, whatever the face. */
const measure: Measure = (text) => text.length * 10;

describe("words on sheets", () => {
  test("nothing is cut off: a word too wide is broken, line breaks are kept", () => {
    const fits = (text: string): boolean => text.length <= 5;
    expect(wrap("un deux\ntrois quatre", 50, fits)).toEqual(["un", "deux", "trois", "quatr", "e"]);
    expect(wrap("abcdefghijk", 50, fits)).toEqual(["abcde", "fghij", "k"]);
    expect(wrap("", 50, fits)).toEqual([""]);
  });

  test("every letter of long answers stands on some sheet, inside its margins", () => {
    const value = Array.from({ length: 900 }, (_, n) => `mot${n}`).join(" ");
    const blocks: Block[] = [
      { kind: "words", face: "title", text: "Zoé" },
      { kind: "answer", label: "Une question", value },
      { kind: "words", face: "section", text: "Fin" },
    ];
    const sheets = layOut(blocks, measure);
    expect(sheets.length).toBeGreaterThan(1);
    const words = sheets.flat().flatMap((one) => (one.kind === "words" ? [one] : []));
    const all = words.map((one) => one.text).join(" ");
    for (let n = 0; n < 900; n += 1) expect(all).toContain(`mot${n}`);
    for (const one of words) {
      expect(one.x).toBeGreaterThanOrEqual(SHEET.margin);
      expect(one.x + one.width).toBeLessThanOrEqual(SHEET.width - SHEET.margin);
      expect(one.baseline).toBeLessThanOrEqual(SHEET.height - SHEET.margin);
      expect(one.baseline - FACES[one.face].size).toBeGreaterThanOrEqual(SHEET.margin - FACES[one.face].size);
    }
  });

  test("what runs from the right stands at the right of its column", () => {
    expect([isRtl("أهلا"), isRtl("12 أهلا"), isRtl("bonjour أهلا"), isRtl("123")]).toEqual([true, true, false, false]);
    const [sheet = []] = layOut([{ kind: "words", face: "text", text: "أهلا" }], measure);
    const word = sheet[0];
    expect(word?.kind === "words" && word.x + word.width).toBe(SHEET.width - SHEET.margin);
  });
});
