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

  test.each(["", "s1 ", "s2 1,2", "s1 1,2 <svg>", "s1 1,2;", "s1 1,2\n"])(
    "what is no drawing is refused: %j",
    (ink) => {
      expect(strokesOf(ink)).toBeNull();
    },
  );
});
