/** D1: sheets are found in generated photographs, and nothing is found where there is none. */
import { describe, expect, test } from "vitest";
import { findSheet, glanceEffort, shotEffort } from "../../../src/workers/imaging/sheet.ts";
import type { Corners, Point } from "../../../src/workers/imaging.contract.ts";
import { photograph } from "../../support/sheets.ts";
import { farthestOff, shots } from "../../support/shots.ts";

/** Pages and largest share of the page's size by which a corner may be off (D1). */
const within = 0.02;

const seen = shots.map((shot) => {
  const { frame, corners } = photograph(shot);
  const found = findSheet(frame, shotEffort);
  const off = found.corners === null ? 1 : farthestOff(found.corners, corners, frame);
  return { shot, frame, corners, found, off };
});
const of = (expected: string) => seen.filter(({ shot }) => shot.expect === expected);

describe("D1 the sheet in a photograph", () => {
  test("corners are within 2 % of the page in at least 90 % of pictures of one sheet", () => {
    const single = of("one");
    expect(single.length).toBeGreaterThanOrEqual(30);
    const missed = single.filter(({ found, off }) => found.sheets !== "one" || off > within);
    expect(
      missed.length / single.length,
      missed.map(({ shot, found, off }) => `${shot.name}: ${found.sheets}, ${off}`).join("; "),
    ).toBeLessThanOrEqual(0.1);
  });

  test.each(of("none").map((one) => [one.shot.name, one] as const))("%s: nothing is found", (_, { found }) => {
    expect(found).toEqual({ corners: null, sheets: "none", cut: false });
  });

  test.each(of("several").map((one) => [one.shot.name, one] as const))("%s: told as several", (_, { found, off }) => {
    expect(found.sheets).toBe("several");
    expect(off).toBeLessThanOrEqual(within);
  });

  test("a sheet that leaves the picture is told as cut, one that does not is not", () => {
    const wrong = seen.filter(({ shot, found }) => found.cut !== (shot.expect === "cut"));
    expect(wrong.map(({ shot, found }) => `${shot.name}: ${JSON.stringify(found)}`)).toEqual([]);
  });

  test("no corner is given outside of the picture, and corners go clockwise from the upper left", () => {
    for (const { found } of seen) {
      if (found.corners === null) continue;
      const { tl, tr, br, bl } = found.corners as Corners;
      for (const { x, y } of [tl, tr, br, bl] as Point[]) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(1);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(1);
      }
      expect(tl.x + tl.y).toBeLessThanOrEqual(br.x + br.y);
    }
  });

  test("a frame of the camera is looked at with less effort, and rarely to another end", () => {
    const some = seen.filter((_, n) => n % 5 === 0);
    const missed = some.filter(({ shot, frame, corners }) => {
      const found = findSheet(frame, glanceEffort);
      if (found.sheets !== (shot.expect === "cut" ? "one" : shot.expect)) return true;
      return found.corners !== null && shot.expect !== "cut" && farthestOff(found.corners, corners, frame) > 2 * within;
    });
    expect(missed.map(({ shot }) => shot.name).length).toBeLessThanOrEqual(1);
  });
});
