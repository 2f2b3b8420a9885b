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

/** A line without the points that are nearer than `near` to the one before. */
function thinned(stroke: Stroke, near: number): Stroke {
  const points: Point[] = [];
  for (const [x, y] of stroke) {
    const [lastX, lastY] = points.at(-1) ?? [Number.NEGATIVE_INFINITY, 0];
    if (Math.hypot(x - lastX, y - lastY) >= near) points.push([x, y]);
  }
  return points;
}

/**
 * Null when nothing was drawn. Points outside the box are drawn to its edge. Where there are too many the whole drawing
 * becomes coarser: no line of it is left out.
 */
export function inkOf(strokes: readonly Stroke[]): string | null {
  const drawn = strokes
    .filter((stroke) => stroke.length > 0)
    .map((stroke) => stroke.map(([x, y]): Point => [within(x, inkBox.width), within(y, inkBox.height)]));
  if (drawn.length === 0) return null;
  let kept = drawn.map((stroke) => thinned(stroke, NEAR));
  for (let near = NEAR * 1.5; near < 2 * inkBox.width && kept.flat().length > MOST_POINTS; near *= 1.5) {
    const coarser = near;
    kept = drawn.map((stroke) => thinned(stroke, coarser));
  }
  // So many dots that no line is left to make coarser.
  return (
    MARK +
    kept
      .slice(0, MOST_POINTS)
      .map((stroke) => stroke.map((point) => point.join(",")).join(" "))
      .join(";")
  );
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
