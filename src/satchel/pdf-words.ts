/**
 * Words laid unseen over a drawn sheet of a PDF, so that readers can search and copy them. Pure text; runs everywhere.
 *
 * Surprising: nobody sees a letter of it, the sheet under it is a picture. So one font does for every script: a Type 3 font
 * (ISO 32000-1, 9.6.5) whose glyphs draw nothing, with a ToUnicode map (9.10.3) that says what each code means. What runs
 * from right to left is laid in the order in which it is seen, as readers expect it.
 */

/** One line, in the pixels of its picture, from the upper left corner. */
export interface SheetWord {
  readonly text: string;
  readonly x: number;
  /** Of the line that letters stand on. */
  readonly baseline: number;
  readonly width: number;
  /** Of the letters. */
  readonly size: number;
}

export interface WordFont {
  /** Numbers of the objects that hold the glyph and the map. */
  readonly dictionary: (glyph: number, toUnicode: number) => string;
  readonly glyph: string;
  readonly toUnicode: string;
}

/** Of every glyph, in thousandths of the letters' size. */
const advance = 500;
/** One byte a letter; 0 is left out, some readers end texts there. */
const codesPerFont = 255;
const perBlock = 100;

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, "0");
const utf16 = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => hex(text.charCodeAt(at), 4)).join("");

/** A text string of a PDF in UTF-16, as an outline shows it. */
export const titleText = (text: string): string => `<FEFF${utf16(text)}>`;

const number = (value: number): string => value.toFixed(2).replace(/\.?0+$/, "");

const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const leftToRight = /[\p{L}\p{N}]/u;

/** The letters in the order in which they are seen: runs of a line that begins at the right come from there. */
export function asSeen(text: string): readonly string[] {
  const letters = Array.from(text);
  if (!letters.some((letter) => rightToLeft.test(letter))) return letters;
  // What has no direction of its own goes with its neighbours where both agree, else with the line (UAX 9, N1 and N2).
  const ways = letters.map((letter) =>
    rightToLeft.test(letter) ? "turns" : leftToRight.test(letter) ? "stays" : null,
  );
  const runs: { readonly way: "turns" | "stays"; readonly letters: string[] }[] = [];
  let before: "turns" | "stays" = "turns";
  for (const [at, letter] of letters.entries()) {
    const own = ways[at] ?? null;
    const after = ways.slice(at).find((way) => way !== null) ?? "turns";
    const way = own ?? (before === after ? before : "turns");
    before = own ?? before;
    const last = runs.at(-1);
    if (last?.way === way) last.letters.push(letter);
    else runs.push({ way, letters: [letter] });
  }
  return runs.reverse().flatMap((run) => (run.way === "turns" ? run.letters.reverse() : run.letters));
}

function toUnicodeOf(letters: readonly string[]): string {
  const blocks: string[] = [];
  for (let from = 0; from < letters.length; from += perBlock) {
    const block = letters.slice(from, from + perBlock);
    const lines = block.map((letter, at) => `<${hex(from + at + 1, 2)}> <${utf16(letter)}>`);
    blocks.push(`${block.length} beginbfchar\n${lines.join("\n")}\nendbfchar`);
  }
  return [
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
    "/CMapName /Words def /CMapType 2 def",
    "1 begincodespacerange <00> <FF> endcodespacerange",
    ...blocks,
    "endcmap CMapName currentdict /CMap defineresource pop end end",
  ].join("\n");
}

function fontOf(letters: readonly string[]): WordFont {
  const names = letters.map(() => "/n").join(" ");
  const widths = letters.map(() => advance).join(" ");
  return {
    dictionary: (glyph, toUnicode) =>
      `<< /Type /Font /Subtype /Type3 /FontBBox [0 0 ${advance} 1000] /FontMatrix [0.001 0 0 0.001 0 0] ` +
      `/CharProcs << /n ${glyph} 0 R >> /Encoding << /Type /Encoding /Differences [1 ${names}] >> ` +
      `/FirstChar 1 /LastChar ${letters.length} /Widths [${widths}] /Resources << >> /ToUnicode ${toUnicode} 0 R >>`,
    glyph: `${advance} 0 d0`,
    toUnicode: toUnicodeOf(letters),
  };
}

export interface WordFonts {
  /**
   * What lays `words` over a picture of `own` pixels that stands in `box` (points, from the lower left corner), and the fonts
   * that it needs; an empty text where there are no words.
   */
  readonly drawing: (
    words: readonly SheetWord[],
    box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
    own: { readonly width: number; readonly height: number },
  ) => { readonly drawing: string; readonly fonts: readonly number[] };
  /** Every font of the file, by number; whole once all sheets are drawn. */
  readonly all: () => readonly WordFont[];
}

/** The fonts of one file: each letter has one code in one of them. */
export function createWordFonts(): WordFonts {
  const places = new Map<string, number>();
  const placeOf = (letter: string): { readonly font: number; readonly code: number } => {
    const at = places.get(letter) ?? places.size;
    places.set(letter, at);
    return { font: Math.floor(at / codesPerFont), code: (at % codesPerFont) + 1 };
  };
  return {
    drawing(words, box, own) {
      const scale = box.width / own.width;
      const used = new Set<number>();
      const lines = words.flatMap(({ text, x, baseline, width, size }) => {
        const letters = asSeen(text);
        if (letters.length === 0 || !(width > 0) || !(size > 0)) return [];
        const height = size * scale;
        const stretch = (100 * width * scale) / (letters.length * (advance / 1000) * height);
        const place = `1 0 0 1 ${number(box.x + x * scale)} ${number(box.y + (own.height - baseline) * scale)} Tm`;
        const shown: string[] = [];
        let font = -1;
        let codes = "";
        const flush = (): void => {
          if (codes !== "") shown.push(`/W${font} ${number(height)} Tf <${codes}> Tj`);
          codes = "";
        };
        for (const letter of letters) {
          const at = placeOf(letter);
          if (at.font !== font) flush();
          font = at.font;
          used.add(font);
          codes += hex(at.code, 2);
        }
        flush();
        return [`${number(stretch)} Tz ${place} ${shown.join(" ")}`];
      });
      return { drawing: lines.length === 0 ? "" : `BT ${lines.join("\n")} ET`, fonts: [...used].sort((a, b) => a - b) };
    },
    all() {
      const letters = [...places.keys()];
      const fonts: WordFont[] = [];
      for (let from = 0; from < letters.length; from += codesPerFont)
        fonts.push(fontOf(letters.slice(from, from + codesPerFont)));
      return fonts;
    },
  };
}
