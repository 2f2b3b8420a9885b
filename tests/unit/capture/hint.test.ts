/** What the camera says while it looks for a sheet: one hint at a time, calm, and spoken rarely. */
import { describe, expect, test } from "vitest";
import { CORNERS, isWhole, WHOLE, withCorner } from "../../../src/app/ui/capture/corners.ts";
import { createHinter, movedBy } from "../../../src/app/ui/capture/hint.ts";
import type { Corners, Sight } from "../../../src/workers/imaging.contract.ts";

const corners = (by = 0): Corners => ({
  tl: { x: 0.1 + by, y: 0.1 },
  tr: { x: 0.9, y: 0.1 },
  br: { x: 0.9, y: 0.9 },
  bl: { x: 0.1, y: 0.9 },
});
const sight = (patch: Partial<Sight> = {}): Sight => ({
  corners: corners(),
  sheets: "one",
  cut: false,
  dark: false,
  glare: false,
  sharpness: 0.8,
  ...patch,
});

describe("hints", () => {
  const said = (...sights: readonly Sight[]) => {
    const hinter = createHinter();
    return sights.map((each, n) => hinter(each, n * 250));
  };

  test("a sheet that lies still is found; the first look at it cannot know that", () => {
    const told = said(sight(), sight(), sight());
    expect(told.map(({ hint }) => hint)).toEqual(["searching", "searching", "found"]);
    expect(told.at(-1)?.corners).toEqual(corners());
  });

  test.each([
    [{ dark: true, corners: null, sheets: "none" }, "dark"],
    [{ sheets: "several", glare: true }, "several"],
    [{ corners: null, sheets: "none" }, "searching"],
    [{ corners: null, sheets: "none", cut: true }, "cut"],
    [{ cut: true }, "cut"],
    [{ glare: true }, "glare"],
    [{ sharpness: 0.1 }, "still"],
  ] as const)("%o says %s", (patch, hint) => {
    expect(said(sight(patch), sight(patch)).at(-1)?.hint).toBe(hint);
  });

  test("one frame that lies changes nothing on the screen", () => {
    const told = said(sight(), sight(), sight(), sight({ dark: true }), sight(), sight());
    expect(told.slice(2).map(({ hint }) => hint)).toEqual(["found", "found", "found", "found"]);
  });

  test("a camera that moves is told so, by how far a corner went", () => {
    expect(movedBy(corners(), corners(0.1))).toBeCloseTo(0.1);
    const told = said(sight(), sight({ corners: corners(0.1) }), sight(), sight({ corners: corners(0.1) }));
    expect(told.at(-1)?.hint).toBe("still");
  });

  test("is spoken every three seconds at most, and never twice in a row", () => {
    const hinter = createHinter();
    const spoken: [number, string][] = [];
    for (let ms = 0; ms <= 9000; ms += 250) {
      const { say } = hinter(sight(ms < 1500 ? { dark: true } : ms < 2000 ? { glare: true } : {}), ms);
      if (say !== null) spoken.push([ms, say]);
    }
    expect(spoken).toEqual([
      [0, "searching"],
      [3000, "found"],
    ]);
  });

  test("is steady, for who lets it take the picture by itself, after more than a second without moving", () => {
    const hinter = createHinter();
    const steady: boolean[] = [];
    for (let ms = 0; ms <= 2000; ms += 250) steady.push(hinter(sight(), ms).isSteady);
    expect(steady).toEqual([false, false, false, false, false, false, true, true, true]);
    expect(hinter(sight({ corners: corners(0.2) }), 2250).isSteady).toBe(false);
  });
});

describe("corners moved by a person", () => {
  test("stay inside of the picture, and never cross", () => {
    const moved = withCorner(corners(), "tl", { x: -3, y: 0.2 });
    expect(moved.tl).toEqual({ x: 0, y: 0.2 });
    for (const at of CORNERS) expect(withCorner(corners(), at, { x: 0.5, y: 0.5 })).toEqual(corners());
    expect(withCorner(corners(), "tl", { x: 0.95, y: 0.95 })).toEqual(corners());
  });

  test("the whole picture is known as such", () => {
    expect(isWhole(WHOLE)).toBe(true);
    expect(isWhole(withCorner(WHOLE, "br", { x: 0.99, y: 1 }))).toBe(false);
  });
});
