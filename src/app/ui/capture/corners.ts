/** The four corners of a sheet in a picture, as a person moves them. Pure. */
import type { Corners, Point } from "../../../workers/imaging.contract.ts";

export const CORNERS = ["tl", "tr", "br", "bl"] as const;
export type CornerName = (typeof CORNERS)[number];

/** The whole picture. */
export const WHOLE: Corners = { tl: { x: 0, y: 0 }, tr: { x: 1, y: 0 }, br: { x: 1, y: 1 }, bl: { x: 0, y: 1 } };

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
/** Twice the area of the triangle; positive when it turns clockwise on a screen. */
const turn = (a: Point, b: Point, c: Point): number => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
/** A corner that is flatter than this, or a sheet this thin, is none. */
const FLAT = 0.002;

/** Each corner turns the same way round: the sides do not cross, and the sheet is not seen from its back. */
const isSheet = ({ tl, tr, br, bl }: Corners): boolean =>
  [turn(tl, tr, br), turn(tr, br, bl), turn(br, bl, tl), turn(bl, tl, tr)].every((each) => each > FLAT);

/** With one corner elsewhere; as it was when that would make no sheet. */
export function withCorner(corners: Corners, at: CornerName, to: Point): Corners {
  const next = { ...corners, [at]: { x: clamp(to.x), y: clamp(to.y) } };
  return isSheet(next) ? next : corners;
}

export const isWhole = (corners: Corners): boolean =>
  CORNERS.every((at) => corners[at].x === WHOLE[at].x && corners[at].y === WHOLE[at].y);
