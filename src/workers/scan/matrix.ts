/**
 * Reads the codes of two dimensions that offices print on papers (DataMatrix, sometimes QR) out of a picture. Runs in the scan
 * worker and Node; the reader's WebAssembly is handed in.
 *
 * Surprising facts: left to itself the library fetches its WebAssembly from another host, so it never gets the chance. And a
 * code on a kept page has less than two pixels a module: the picture is looked at once more at twice its size.
 */
import { prepareZXingModule, type ReaderOptions, readBarcodes } from "zxing-wasm/reader";
import type { ScanPicture } from "../scan.contract.ts";
import { greyOf } from "./grey.ts";

/** A page has a few at most; a sheet of stamps is no paper. */
const MOST = 4;
/** Side above which doubling would cost more memory than it helps: pixels are large enough there. */
const DOUBLED_TO = 3600;

const OPTIONS: ReaderOptions = {
  formats: ["DataMatrix", "QRCode"],
  maxNumberOfSymbols: MOST,
  tryHarder: true,
  tryInvert: false,
};

export interface MatrixReader {
  /** Bytes of each code as they were printed, at most four; none found: empty. Wipes `picture`. */
  readonly read: (picture: ScanPicture) => Promise<readonly Uint8Array<ArrayBuffer>[]>;
}

/** Between two pixels their mean, in grey: the edges of modules that share a pixel come apart. */
function doubled({ data, width, height }: ScanPicture): ScanPicture {
  const light = greyOf({ data, width, height }).light;
  const [w, h] = [width * 2, height * 2];
  const to = new Uint8ClampedArray(w * h * 4);
  for (let y = 0; y < h; y += 1) {
    const top = (y >> 1) * width;
    const bottom = Math.min(height - 1, (y + 1) >> 1) * width;
    for (let x = 0; x < w; x += 1) {
      const left = x >> 1;
      const right = Math.min(width - 1, (x + 1) >> 1);
      const sum =
        (light[top + left] ?? 0) +
        (light[top + right] ?? 0) +
        (light[bottom + left] ?? 0) +
        (light[bottom + right] ?? 0);
      const at = (y * w + x) * 4;
      to[at] = sum >> 2;
      to[at + 1] = sum >> 2;
      to[at + 2] = sum >> 2;
      to[at + 3] = 255;
    }
  }
  light.fill(0);
  return { data: to, width: w, height: h };
}

/** @param wasm the reader's program (zxing-wasm/reader/zxing_reader.wasm); asked once, again after a failure. */
export function createMatrixReader(wasm: () => Promise<ArrayBuffer>): MatrixReader {
  let ready: Promise<unknown> | undefined;

  async function prepared(): Promise<void> {
    ready ??= wasm().then((wasmBinary) =>
      prepareZXingModule({
        overrides: { wasmBinary, locateFile: (path: string) => path },
        equalityFn: () => true,
        fireImmediately: true,
      }),
    );
    try {
      await ready;
    } catch (error) {
      ready = undefined;
      throw error;
    }
  }

  async function look(picture: ScanPicture): Promise<readonly Uint8Array<ArrayBuffer>[]> {
    const found = await readBarcodes(picture as ImageData, OPTIONS);
    return found.filter(({ isValid }) => isValid).map(({ bytes }) => new Uint8Array(bytes));
  }

  return {
    async read(picture) {
      const made = [picture];
      try {
        await prepared();
        const found = await look(picture);
        if (found.length > 0 || Math.max(picture.width, picture.height) * 2 > DOUBLED_TO) return found;
        const larger = doubled(picture);
        made.push(larger);
        return await look(larger);
      } finally {
        for (const each of made) each.data.fill(0);
      }
    },
  };
}
