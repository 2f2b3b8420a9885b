/**
 * One Helvetica of the PDF standard for all that is written, without a font file. Pure.
 *
 * Surprising facts: no font is embedded, every reader has this one, with more letters than Latin-1: those of Polish, Turkish,
 * Romanian, Czech, Hungarian, Lithuanian names too. They get free codes as they are needed. A letter with an accent is as
 * wide as the letter alone.
 */

/** Widths in thousandths, from U+0020. Of Adobe's metrics, Helvetica. */
const ascii = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];
/** From U+00A0. */
const latin = [
  278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333, 400, 584, 333, 333, 333, 556, 537,
  278, 333, 333, 365, 556, 834, 834, 834, 611, 667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278,
  278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556, 556,
  556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556,
  556, 500, 556, 500,
];
/** Codes 0x80 to 0x9F of WinAnsiEncoding, and their widths. */
const windows: Readonly<Record<string, readonly [code: number, width: number]>> = {
  "€": [0x80, 556],
  "‚": [0x82, 222],
  ƒ: [0x83, 556],
  "„": [0x84, 333],
  "…": [0x85, 1000],
  "†": [0x86, 556],
  "‡": [0x87, 556],
  ˆ: [0x88, 333],
  "‰": [0x89, 1000],
  Š: [0x8a, 667],
  "‹": [0x8b, 333],
  Œ: [0x8c, 1000],
  Ž: [0x8e, 611],
  "‘": [0x91, 222],
  "’": [0x92, 222],
  "“": [0x93, 333],
  "”": [0x94, 333],
  "•": [0x95, 350],
  "–": [0x96, 556],
  "—": [0x97, 1000],
  "˜": [0x98, 333],
  "™": [0x99, 1000],
  š: [0x9a, 500],
  "›": [0x9b, 333],
  œ: [0x9c, 944],
  ž: [0x9e, 500],
  Ÿ: [0x9f, 667],
};

/** Letters of the standard Helvetica that WinAnsiEncoding has no code for, by their names there. */
const marks: Readonly<Record<string, string>> = {
  abreve: "AaGg",
  acute: "CcLlNnRrSsZz",
  caron: "CcDdEeLlNnRrTt",
  commaaccent: "GgKkLlNnRr",
  dotaccent: "EeZz",
  hungarumlaut: "OoUu",
  macron: "AaEeIiOoUu",
  ogonek: "AaEeIiUu",
  ring: "Uu",
};
const combining: Readonly<Record<string, string>> = {
  abreve: "\u0306",
  acute: "\u0301",
  caron: "\u030c",
  commaaccent: "\u0327",
  dotaccent: "\u0307",
  hungarumlaut: "\u030b",
  macron: "\u0304",
  ogonek: "\u0328",
  ring: "\u030a",
};

/** Glyph name and width by letter. */
const more = new Map<string, readonly [name: string, width: number]>([
  ["Ł", ["Lslash", 556]],
  ["ł", ["lslash", 222]],
  ["Đ", ["Dcroat", 722]],
  ["đ", ["dcroat", 556]],
  ["ı", ["dotlessi", 278]],
  ["İ", ["Idotaccent", 278]],
  ["Ş", ["Scedilla", 667]],
  ["ş", ["scedilla", 500]],
  ["Ș", ["Scommaaccent", 667]],
  ["ș", ["scommaaccent", 500]],
  ["Ț", ["Tcommaaccent", 611]],
  ["ț", ["tcommaaccent", 278]],
  ["Ţ", ["Tcommaaccent", 611]],
  ["ţ", ["tcommaaccent", 278]],
]);
for (const [mark, letters] of Object.entries(marks)) {
  for (const letter of letters) {
    const whole = `${letter}${combining[mark] ?? ""}`.normalize("NFC");
    more.set(whole, [letter + (mark === "abreve" ? "breve" : mark), ascii[(letter.codePointAt(0) ?? 32) - 32] ?? 556]);
  }
}

/** Written otherwise, and nobody minds. */
const alike: Readonly<Record<string, string>> = {
  "\u202f": "\u00a0",
  "\u2007": "\u00a0",
  "\u2009": " ",
  "\u2010": "-",
  "\u2011": "-",
  "\u2212": "-",
  "\u200e": "",
  "\u200f": "",
  "\u2066": "",
  "\u2067": "",
  "\u2068": "",
  "\u2069": "",
  "\t": " ",
};

const winAnsi = (char: string): number | null => {
  const point = char.codePointAt(0) ?? 0;
  if ((point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point <= 0xff)) return point;
  return Object.hasOwn(windows, char) ? (windows[char]?.[0] ?? null) : null;
};

/** Codes that WinAnsiEncoding leaves free; not those that readers take for line ends. */
const free = [
  ...Array.from({ length: 31 }, (_, at) => at + 1).filter((code) => code !== 9 && code !== 10 && code !== 13),
  0x7f,
  0x81,
  0x8d,
  0x8f,
  0x90,
  0x9d,
];

export interface Drawable {
  readonly text: string;
  /** Other than what was asked for: a letter lost a mark. */
  readonly isPlainer: boolean;
}

export interface Writer {
  /** The text as this font draws it, line ends kept; null where a character has no likeness in it. */
  readonly drawable: (text: string) => Drawable | null;
  /** Of a drawable text, in units of the font size. */
  readonly width: (text: string) => number;
  /** Codes in hex, for a string of a content stream. */
  readonly codes: (text: string) => string;
  /** What the font's encoding adds, and what its codes mean. */
  readonly added: () => readonly { readonly code: number; readonly name: string; readonly char: string }[];
}

export function createWriter(): Writer {
  const given = new Map<string, number>();
  const has = (char: string): boolean => {
    if (winAnsi(char) !== null || given.has(char)) return true;
    const code = free[given.size];
    if (!more.has(char) || code === undefined) return false;
    given.set(char, code);
    return true;
  };
  return {
    drawable(text) {
      let isPlainer = false;
      let drawn = "";
      for (const char of text.normalize("NFC").replace(/\r\n?/g, "\n")) {
        if (char === "\n" || has(char)) drawn += char;
        else if (Object.hasOwn(alike, char)) drawn += alike[char];
        else {
          // One mark less at a time: Nguyễn is drawn as Nguyên.
          const parts = [...char.normalize("NFD")];
          const plain = parts
            .map((_, at) =>
              parts
                .slice(0, parts.length - at)
                .join("")
                .normalize("NFC"),
            )
            .find((each) => [...each].length === 1 && has(each));
          if (plain === undefined) return null;
          drawn += plain;
          isPlainer = true;
        }
      }
      return { text: drawn, isPlainer };
    },
    width: (text) =>
      [...text].reduce((sum, char) => {
        const point = char.codePointAt(0) ?? 32;
        const own = ascii[point - 0x20] ?? latin[point - 0xa0] ?? windows[char]?.[1] ?? more.get(char)?.[1] ?? 556;
        return sum + own / 1000;
      }, 0),
    codes: (text) =>
      [...text].map((char) => (winAnsi(char) ?? given.get(char) ?? 0x20).toString(16).padStart(2, "0")).join(""),
    added: () => [...given].map(([char, code]) => ({ code, char, name: more.get(char)?.[0] ?? "space" })),
  };
}
