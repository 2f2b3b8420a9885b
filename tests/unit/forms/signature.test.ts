import { describe, expect, test } from "vitest";
import { inkBox, inkOf, pathOf, type Stroke, strokesOf } from "../../../src/forms/signature.ts";

describe("a drawn signature", () => {
  test("is a text of strokes, and comes back as it was", () => {
    const strokes: readonly Stroke[] = [
      [
        [10, 20],
        [40, 60],
      ],
      [[500, 200]],
    ];
    expect(inkOf(strokes)).toBe("s1 10,20 40,60;500,200");
    expect(strokesOf("s1 10,20 40,60;500,200")).toEqual(strokes);
    expect(pathOf(strokes)).toBe("M10 20L40 60M500 200l0 0");
  });

  test("nothing drawn is no signature", () => {
    expect(inkOf([])).toBeNull();
    expect(inkOf([[], []])).toBeNull();
  });

  test("stays in its box and small, however long somebody scribbles", () => {
    const wild = Array.from({ length: 20_000 }, (_, n) => [n * 31, -n] as const);
    const ink = inkOf([wild]) ?? "";
    expect(ink.length).toBeLessThan(20_000);
    for (const [x, y] of strokesOf(ink)?.flat() ?? []) {
      expect(x).toBeLessThanOrEqual(inkBox.width);
      expect(y).toBeGreaterThanOrEqual(0);
    }
  });

  test("too many points make the whole drawing coarser; no line of it is left out", () => {
    const wave = (n: number): Stroke =>
      Array.from({ length: 2000 }, (_, at) => [at / 2, 200 + 150 * Math.sin(at / 9 + n)] as const);
    const back = strokesOf(inkOf(Array.from({ length: 12 }, (_, n) => wave(n))) ?? "") ?? [];
    expect(back.length).toBe(12);
    expect(back.flat().length).toBeLessThanOrEqual(1500);
    for (const stroke of back) expect(Math.max(...stroke.map(([x]) => x))).toBeGreaterThan(900);
    const dots = Array.from({ length: 5000 }, (_, n): Stroke => [[n % 1000, n % 400]]);
    expect((inkOf(dots) ?? "").length).toBeLessThan(20_000);
  });

  test.each(["", "s1 ", "s2 1,2", "s1 1,2 <svg>", "s1 1,2;", "s1 1,2\n"])(
    "what is no drawing is refused: %j",
    (ink) => {
      expect(strokesOf(ink)).toBeNull();
    },
  );
});
