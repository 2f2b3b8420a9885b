/** Words across a page: over the whole of it, legible on dark and light, never cut. */
import { describe, expect, test } from "vitest";
import { fitted, type Painter, paintMark, placesOf } from "../../../src/workers/sharing/mark.ts";

/** Letters half as wide as they are high. */
function painter() {
  const said: {
    readonly text: string;
    readonly colour: string;
    readonly size: number;
    readonly at: readonly number[];
  }[] = [];
  let at: readonly number[] = [];
  const own = {
    font: "",
    direction: "inherit",
    textAlign: "start",
    textBaseline: "alphabetic",
    fillStyle: "",
    strokeStyle: "",
    lineWidth: 0,
    lineJoin: "miter",
    measureText: (text: string) => ({
      width: Array.from(text).length * Number(/[\d.]+(?=px)/.exec(own.font)?.[0]) * 0.5,
    }),
    fillText: (text: string) =>
      void said.push({ text, colour: String(own.fillStyle), size: Number(/[\d.]+(?=px)/.exec(own.font)?.[0]), at }),
    strokeText: () => undefined,
    save: () => undefined,
    restore: () => undefined,
    translate: (x: number, y: number) => {
      at = [x, y];
    },
    rotate: () => undefined,
  } as Painter;
  return { own, said };
}
const text = "Copie pour Agence Loyer Clair · dossier de location · jusqu’au 22 décembre 2026";

describe("words across a page", () => {
  test("stand in every part of it", () => {
    const { own, said } = painter();
    paintMark(own, 1240, 1754, { text, direction: "ltr" }, () => 255);
    const thirds = new Set(said.map(({ at: [x = 0, y = 0] }) => `${Math.floor(x / 414)} ${Math.floor(y / 585)}`));
    for (let x = 0; x < 3; x += 1) for (let y = 0; y < 3; y += 1) expect([...thirds]).toContain(`${x} ${y}`);
    // All of the text, in order, each time.
    expect(
      said
        .slice(
          0,
          said.findIndex(({ at }) => at !== said[0]?.at),
        )
        .map((line) => line.text)
        .join(" "),
    ).toBe(text);
  });

  test("are letters of at least 4 mm on A4, however long the words are", () => {
    for (const words of [text, `Copie pour ${"Association ".repeat(5)}· ${"motif ".repeat(10)}· sans date`]) {
      const { own, said } = painter();
      paintMark(own, 1240, 1754, { text: words, direction: "ltr" }, () => 255);
      expect((Math.min(...said.map(({ size }) => size)) / 1240) * 210).toBeGreaterThan(words === text ? 4 : 2.5);
    }
  });

  test("are dark on light and light on dark places of the same page", () => {
    const { own, said } = painter();
    paintMark(own, 1000, 1400, { text, direction: "rtl" }, ({ y }) => (y < 700 ? 20 : 250));
    expect(own.direction).toBe("rtl");
    const colours = (isTop: boolean) =>
      new Set(said.filter(({ at: [, y = 0] }) => y < 700 === isTop).map(({ colour }) => colour));
    expect([[...colours(true)].length, [...colours(false)].length]).toEqual([1, 1]);
    expect([...colours(true)][0]).toMatch(/255, 255, 255/);
    expect([...colours(false)][0]).not.toMatch(/255, 255, 255/);
  });

  test("one word longer than the page ends, too", () => {
    const { lines, size } = fitted("a".repeat(500), 100, 40, (line, tried) => line.length * tried);
    expect(lines).toHaveLength(1);
    expect(size).toBeGreaterThan(0);
    expect(placesOf(1, 4000, { width: 50, height: 20 }).length).toBeLessThan(5000);
  });
});
