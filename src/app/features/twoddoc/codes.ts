/**
 * The codes printed on an opened picture. Runs in the page; the looking is the scan worker's, which ends with each picture and
 * holds no key. Pixels are wiped on both sides.
 */
import { err, ok, type Result } from "../../../shared/result.ts";
import { connectScan } from "../../../workers/scan.client.ts";
import { draw, type PictureFile, wipe } from "../../ui/drawing.ts";

export type CodesRefusal =
  /** Damaged, or a kind that this browser does not read. */
  | "unread"
  /** The reader is neither on this device nor to be had now. */
  | "absent";

/** Bytes of each code, at most four; none found: empty. */
export type ReadCodes = (file: PictureFile) => Promise<Result<readonly Uint8Array[], CodesRefusal>>;

/** A photograph has more pixels than a code needs: its longer side is looked at in at most so many. */
const LONGEST = 2400;

export const readCodes: ReadCodes = async (file) => {
  const canvas = document.createElement("canvas");
  const scan = connectScan();
  try {
    const drawing = await draw(
      canvas,
      file,
      ({ width, height }) => LONGEST / Math.max(width, height),
      () => true,
    );
    const { width, height } = canvas;
    const pixels = drawing.type === "drawn" ? canvas.getContext("2d")?.getImageData(0, 0, width, height) : undefined;
    if (pixels === undefined) return err("unread");
    const codes = await scan.api.codes({ data: pixels.data, width, height });
    return codes.ok ? ok(codes.value) : err("absent");
  } finally {
    wipe(canvas);
    scan.stop();
  }
};
