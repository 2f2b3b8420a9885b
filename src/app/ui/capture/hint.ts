/**
 * One hint at a time out of what the camera's frames say, and when to say it. Pure, but for what it remembers.
 *
 * Surprising: single frames lie (a hand passes, the light flickers). What is shown changes when two frames in a row agree;
 * what is spoken changes every three seconds at most, or nobody could listen to it (DESIGN-LANGUAGE 5).
 */
import type { Corners, Sight } from "../../../workers/imaging.contract.ts";

/** searching: no sheet yet; found: take it now. */
export type Hint = "searching" | "dark" | "several" | "cut" | "glare" | "still" | "found";

export interface Told {
  readonly hint: Hint;
  /** To be said now, for who does not see it; null: nothing new. */
  readonly say: Hint | null;
  /** The sheet lies still in the picture for long enough to be taken by itself. */
  readonly isSteady: boolean;
  readonly corners: Corners | null;
}

/** Share of the picture that a corner may move between two looks. */
const STILL = 0.025;
/** Below this a frame is not sharp (`Sight.sharpness`). */
const SHARP = 0.3;
const SAY_MS = 3000;
/** So long a sheet lies still before it is taken by itself. */
const STEADY_MS = 1200;

/** How far the corner moved that moved most, as a share of the picture. */
export const movedBy = (a: Corners, b: Corners): number =>
  Math.max(...(["tl", "tr", "br", "bl"] as const).map((at) => Math.hypot(a[at].x - b[at].x, a[at].y - b[at].y)));

function hintOf(sight: Sight, before: Corners | null): Hint {
  if (sight.dark) return "dark";
  if (sight.sheets === "several") return "several";
  if (sight.corners === null) return sight.cut ? "cut" : "searching";
  if (sight.cut) return "cut";
  if (sight.glare) return "glare";
  const isMoving = before === null || movedBy(before, sight.corners) > STILL;
  return isMoving || sight.sharpness < SHARP ? "still" : "found";
}

/** @returns what to do with each look at the camera's picture; `now` in ms. */
export function createHinter(): (sight: Sight, now: number) => Told {
  let shown: Hint = "searching";
  let candidate: Hint = "searching";
  let corners: Corners | null = null;
  let said: Hint | null = null;
  let saidAt = Number.NEGATIVE_INFINITY;
  let foundSince: number | null = null;
  return (sight, now) => {
    const hint = hintOf(sight, corners);
    corners = sight.corners;
    if (hint === candidate) shown = hint;
    candidate = hint;
    foundSince = hint === "found" ? (foundSince ?? now) : null;
    const isNew = shown !== said && now - saidAt >= SAY_MS;
    if (isNew) {
      said = shown;
      saidAt = now;
    }
    return {
      hint: shown,
      say: isNew ? shown : null,
      isSteady: shown === "found" && foundSince !== null && now - foundSince >= STEADY_MS,
      corners,
    };
  };
}
