/**
 * A drawn signature as text: strokes of points in a box 1000 wide and 400 high, whatever screen it was drawn on. Pure.
 *
 * "s1 120,200 130,210;300,180 ...": strokes parted by ";", points by spaces. Surprising fact: it is a drawing, not a
 * picture, so it weighs a kilobyte, prints sharp, and needs no file.
 */

export type Point = readonly [x: number, y: number];
export type Stroke = readonly Point[];

export const inkBox = { width: 1000, height: 400 } as const;

const MARK = "s1 ";
/** Points closer than this to the one before say nothing more about the line. */
const NEAR = 6;
/** Somebody who scribbles for minutes still has a small answer. */
const MOST_POINTS = 1500;

const within = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));

/** Null when nothing was drawn. Points outside the box are drawn to its edge. */
export function inkOf(strokes: readonly Stroke[]): string | null {
  let left = MOST_POINTS;
  const kept = strokes.flatMap((stroke): readonly string[] => {
    const points: [number, number][] = [];
    for (const [x, y] of stroke) {
      const next: [number, number] = [within(x, inkBox.width), within(y, inkBox.height)];
      const last = points.at(-1);
      if (left > 0 && (last === undefined || Math.hypot(next[0] - last[0], next[1] - last[1]) >= NEAR)) {
        points.push(next);
        left -= 1;
      }
    }
    return points.length === 0 ? [] : [points.map((point) => point.join(",")).join(" ")];
  });
  return kept.length === 0 ? null : MARK + kept.join(";");
}

/** Null for what is no drawing of this version. Never throws. */
export function strokesOf(ink: string): readonly Stroke[] | null {
  if (!/^s1 \d{1,4},\d{1,3}(?:[ ;]\d{1,4},\d{1,3})*$/.test(ink)) return null;
  return ink
    .slice(MARK.length)
    .split(";")
    .map((stroke) =>
      stroke.split(" ").map((point): Point => {
        const [x = 0, y = 0] = point.split(",").map(Number);
        return [within(x, inkBox.width), within(y, inkBox.height)];
      }),
    );
}

/** SVG path data in the box of `inkBox`, to be stroked with round ends: a single point is a dot. */
export const pathOf = (strokes: readonly Stroke[]): string =>
  strokes
    .filter((stroke) => stroke.length > 0)
    .map((stroke) => {
      const [first, ...rest] = stroke.map(([x, y]) => `${Math.round(x)} ${Math.round(y)}`);
      return `M${first}${rest.length === 0 ? "l0 0" : rest.map((point) => `L${point}`).join("")}`;
    })
    .join("");
