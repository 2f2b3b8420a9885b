/** The photographs on which finding a sheet is judged (issue 5, D1). Pure; runs in Node. */
import type { Corners, Point } from "../../src/workers/imaging.contract.ts";
import {
  card,
  form,
  letter,
  type Paper,
  type Photograph,
  passport,
  randomOf,
  receipt,
  type Shot,
  tables,
} from "./sheets.ts";

export interface Judged extends Shot {
  /** cut: one sheet, a part of which lies outside of the picture. */
  readonly expect: "one" | "several" | "none" | "cut";
}

const landscape = { width: 400, height: 300 };
const portrait = { width: 300, height: 400 };

type Given = Partial<Omit<Judged, "name" | "sheets">> & {
  readonly turn?: number;
  readonly x?: number;
  readonly y?: number;
};

/** One sheet near the middle, so large that it fills `share` of the picture's height. */
function one(name: string, seed: number, paper: Paper, share: number, table: Shot["table"], given: Given = {}): Judged {
  const random = randomOf(seed);
  const { turn = (random() - 0.5) * 16, x = (random() - 0.5) * 8, y = (random() - 0.5) * 8, ...rest } = given;
  const { width, height } = paper.height > paper.width ? portrait : landscape;
  const scale = (share * 100 * Math.min(width / paper.width, height / paper.height)) / Math.min(width, height);
  return {
    name,
    sheets: [{ paper, x, y, turn }],
    table,
    lean: 12 * random(),
    towards: 360 * random(),
    scale,
    light: 0.92,
    noise: 2,
    blur: 0.7,
    seed,
    expect: "one",
    width,
    height,
    ...rest,
  };
}

export const shots: readonly Judged[] = [
  one("A4 letter, dark table", 1, letter(1), 0.85, tables.dark),
  one("A4 letter, wood", 2, letter(2), 0.8, tables.wood),
  one("A4 letter, pale oak", 3, letter(3), 0.82, tables.oak),
  one("A4 letter, white table", 4, letter(4), 0.8, tables.white),
  one("A4 form, white table", 5, form(5), 0.78, tables.white),
  one("A4 form, grey table", 6, form(6), 0.86, tables.grey),
  one("A4 form, planks", 7, form(7), 0.8, tables.planks),
  one("A4 letter, chequered cloth", 8, letter(8), 0.8, tables.cloth),
  one("A4 letter, granite", 9, letter(9), 0.82, tables.granite),
  one("A4 letter, blue sheet, noise", 10, letter(10), 0.8, tables.blue, { noise: 7, light: 0.7 }),
  one("A4 letter turned 35 degrees", 11, letter(11), 0.62, tables.wood, { turn: 35 }),
  one("A4 form turned -35 degrees", 12, form(12), 0.62, tables.dark, { turn: -35 }),
  one("A4 letter, camera leans 35 degrees", 13, letter(13), 0.68, tables.oak, { lean: 35, towards: 0 }),
  one("A4 letter, camera leans 35 degrees aside", 14, letter(14), 0.66, tables.grey, { lean: 35, towards: 75 }),
  one("A4 form, leans 30 and turned 25", 15, form(15), 0.58, tables.planks, { lean: 30, towards: 200, turn: 25 }),
  one("A4 letter, leans 35 on white", 16, letter(16), 0.64, tables.white, { lean: 35, towards: 330 }),
  one("card, dark table", 17, card(17), 0.8, tables.dark),
  one("card, wood", 18, card(18), 0.7, tables.wood),
  one("card, white table", 19, card(19), 0.72, tables.white),
  one("card far away, grey table", 20, card(20), 0.4, tables.grey),
  one("green card, granite, 30 degrees", 21, card(21, [120, 190, 150]), 0.6, tables.granite, { turn: 30 }),
  one("card with a reflection", 22, card(22), 0.75, tables.black, { glare: { x: 0.6, y: 0.4, size: 0.09 } }),
  one("card, chequered cloth", 23, card(23), 0.7, tables.cloth),
  one("passport, wood", 24, passport(24), 0.8, tables.wood),
  one("passport, leans 35", 25, passport(25), 0.64, tables.blue, { lean: 35, towards: 40 }),
  one("receipt, dark table", 26, receipt(26), 0.8, tables.dark, { crumple: 0.5 }),
  one("receipt, white table", 27, receipt(27), 0.8, tables.white, { crumple: 0.4 }),
  one("long receipt, wood", 28, receipt(28, 260), 0.88, tables.wood, { crumple: 0.7 }),
  one("receipt turned 30 degrees, granite", 29, receipt(29), 0.66, tables.granite, { turn: 30, crumple: 0.4 }),
  one("crumpled letter, dark table", 30, letter(30), 0.8, tables.dark, { crumple: 1 }),
  one("crumpled form, oak", 31, form(31), 0.8, tables.oak, { crumple: 1 }),
  one("letter in half a shadow, wood", 32, letter(32), 0.82, tables.wood, {
    shadow: { angle: 30, at: 10, depth: 0.5 },
  }),
  one("letter in half a shadow, white", 33, letter(33), 0.8, tables.white, {
    shadow: { angle: 110, at: -20, depth: 0.45 },
  }),
  one("form in a shadow, dark table", 34, form(34), 0.82, tables.dark, { shadow: { angle: 60, at: 0, depth: 0.6 } }),
  one("letter with a reflection, oak", 35, letter(35), 0.8, tables.oak, { glare: { x: 0.4, y: 0.45, size: 0.12 } }),
  one("letter in the evening, grey table", 36, letter(36), 0.8, tables.grey, { light: 0.28, noise: 6 }),
  one("letter, moved, wood", 37, letter(37), 0.8, tables.wood, { blur: 2.2 }),
  one("letter nearly fills the picture", 38, letter(38), 0.93, tables.dark, { turn: 1, x: 0, y: 0, lean: 3 }),
  one("form off the middle, planks", 39, form(39), 0.6, tables.planks, { x: 40, y: -50, turn: 14 }),
  one("letter, leans 20, cloth in a shadow", 40, letter(40), 0.74, tables.cloth, {
    lean: 20,
    towards: 140,
    shadow: { angle: 200, at: 30, depth: 0.4 },
  }),
  one("letter, its foot outside, wood", 50, letter(50), 1.05, tables.wood, { y: 60, turn: 3, expect: "cut" }),
  one("letter, a side outside, dark table", 51, letter(51), 0.95, tables.dark, { x: 70, turn: -5, expect: "cut" }),
  one("letter, a corner outside, planks", 53, letter(53), 0.86, tables.planks, {
    x: 30,
    y: 40,
    turn: 16,
    expect: "cut",
  }),
  ...(["dark", "wood", "white", "cloth", "granite", "planks"] as const).map(
    (table, n): Judged => ({
      ...one(`no sheet, ${table}`, 60 + n, letter(1), 0.8, tables[table], { lean: 15 }),
      sheets: [],
      expect: "none",
    }),
  ),
  ...(
    [
      ["two cards, dark table", card(71), card(72), tables.dark, 52],
      ["two cards, wood", card(73), card(74, [214, 190, 190]), tables.wood, 50],
      ["two receipts, grey table", receipt(75), receipt(76), tables.grey, 54],
      ["two letters, dark table", letter(77), letter(78), tables.dark, 118],
    ] as const
  ).map(([name, a, b, table, off], n): Judged => {
    const wide = a.width * 2 + 60;
    return {
      ...one(name, 71 + n, a, 0.5, table, { lean: 8 }),
      ...landscape,
      scale: (0.92 * 400 * 100) / (wide * 300 * Math.max(1, (a.height / wide) * (4 / 3) * 1.15)),
      sheets: [
        { paper: a, x: -off, y: 4, turn: 5 },
        { paper: b, x: off, y: -3, turn: -7 },
      ],
      expect: "several",
    };
  }),
];

/**
 * The farthest of the found corners from where it truly is, as a share of the page's longer side as it is seen; of the sheet
 * that fits best. Which corner is the paper's own upper left is not asked.
 */
export function farthestOff(
  { tl, tr, br, bl }: Corners,
  sheets: Photograph["corners"],
  { width, height }: { readonly width: number; readonly height: number },
): number {
  const found = [tl, tr, br, bl];
  const apart = (a: Point, b: Point): number => Math.hypot((a.x - b.x) * width, (a.y - b.y) * height);
  const offs = sheets.flatMap((sheet) => {
    const at = (n: number): Point => sheet[n % 4] as Point;
    const size = Math.max(apart(at(0), at(1)), apart(at(1), at(2)), apart(at(2), at(3)), apart(at(3), at(0)));
    return [0, 1, 2, 3].map((turn) => Math.max(...found.map((point, n) => apart(point, at(n + turn)))) / size);
  });
  return Math.min(...offs);
}
