/**
 * The codes printed on an opened picture, or on a drawn page of a PDF. Runs in the page; the looking is the scan worker's, which ends with each picture and
 * holds no key. Pixels are wiped on both sides.
 */
import { err, ok, type Result } from "../../../shared/result.ts";
import { connectScan } from "../../../workers/scan.client.ts";
import { draw, type PictureFile, type Size, wipe } from "../../ui/drawing.ts";

export type CodesRefusal =
  /** Damaged, or a kind that this browser does not read. */
  | "unread"
  /** The reader is neither on this device nor to be had now. */
  | "absent";

/** Bytes of each code, at most four; none found: empty. @param picture an opened picture, or a drawn page, which is closed. */
export type ReadCodes = (picture: PictureFile | ImageBitmap) => Promise<Result<readonly Uint8Array[], CodesRefusal>>;

/** A photograph has more pixels than a code needs: its longer side is looked at in at most so many. */
const LONGEST = 2400;

/** False: nothing can be drawn of it. */
async function drawOn(canvas: HTMLCanvasElement, picture: PictureFile | ImageBitmap): Promise<boolean> {
  if ("bytes" in picture) {
    const fitting = ({ width, height }: Size): number => LONGEST / Math.max(width, height);
    return (await draw(canvas, picture, fitting, () => true)).type === "drawn";
  }
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d", { alpha: false })?.drawImage(picture, 0, 0);
  picture.close();
  return true;
}

export const readCodes: ReadCodes = async (picture) => {
  const canvas = document.createElement("canvas");
  const scan = connectScan();
  try {
    const isDrawn = await drawOn(canvas, picture);
    const { width, height } = canvas;
    const pixels = isDrawn ? canvas.getContext("2d")?.getImageData(0, 0, width, height) : undefined;
    if (pixels === undefined) return err("unread");
    const codes = await scan.api.codes({ data: pixels.data, width, height });
    return codes.ok ? ok(codes.value) : err("absent");
  } finally {
    wipe(canvas);
    scan.stop();
  }
};
