/** The sheet's outline over the camera's picture; while there is none, a dashed frame to fill. Decorative. */
import type { Corners, Point } from "../../../workers/imaging.contract.ts";
import { CORNERS } from "./corners.ts";

/** Share of a side that the mark of a corner covers. */
const MARK = 0.16;
/** Share of the picture that the dashed frame leaves free. */
const FRAME = 0.84;
/** Long side to short side: ISO 216 and ISO 7810. */
const A4 = Math.SQRT2;
const CARD = 1.586;

export interface OutlineProps {
  /** Pixels of the camera's picture, which is shown whole. */
  readonly width: number;
  readonly height: number;
  readonly corners: Corners | null;
  readonly found: boolean;
  /** The paper is a card: it lies. */
  readonly card: boolean;
}

export function Outline({ width, height, corners, found, card }: OutlineProps) {
  const at = ({ x, y }: Point): string => `${Math.round(x * width)} ${Math.round(y * height)}`;
  const between = (a: Point, b: Point): Point => ({ x: a.x + (b.x - a.x) * MARK, y: a.y + (b.y - a.y) * MARK });
  const ratio = card ? CARD : 1 / A4;
  const frameHeight = Math.min(height * FRAME, (width * FRAME) / ratio);
  const frameWidth = frameHeight * ratio;
  return (
    <svg class="cam__lines" viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
      {corners === null ? (
        <rect
          class="cam__dash"
          x={(width - frameWidth) / 2}
          y={(height - frameHeight) / 2}
          width={frameWidth}
          height={frameHeight}
        />
      ) : (
        <>
          <path class="cam__back" d={`M${CORNERS.map((corner) => at(corners[corner])).join("L")}Z`} />
          <path
            class={found ? "cam__edge" : "cam__edge cam__edge--unsure"}
            d={`M${CORNERS.map((corner) => at(corners[corner])).join("L")}Z`}
          />
          <path
            class="cam__mark"
            d={CORNERS.map((corner, n) => {
              const here = corners[corner];
              const [before, after] = [CORNERS[(n + 3) % 4] ?? corner, CORNERS[(n + 1) % 4] ?? corner];
              return `M${at(between(here, corners[before]))}L${at(here)}L${at(between(here, corners[after]))}`;
            }).join("")}
          />
        </>
      )}
    </svg>
  );
}
