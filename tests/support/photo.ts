/**
 * Realistic photographs of papers, as a cheap phone takes them: 12 megapixels, askew, badly lit, grainy, lying on their
 * side with an EXIF note to turn them. Runs in Node; draws in a headless Chromium.
 *
 * Surprising fact: the same options give the same bytes on one machine, but fonts and encoders differ between
 * machines: compare words and corners, never hashes.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { QUIET_ARGS, requireChromium } from "./browser.ts";
import { type ExifFields, withExif } from "./exif.ts";
import { type CanvasJob, drawPhoto } from "./photo-canvas.ts";
import { makeSheet, type PaperTexts, type Template } from "./photo-templates.ts";

export type { PaperTexts, Template } from "./photo-templates.ts";

export type PhotoOptions = {
  /** Default 1. Other seeds: other names, sums, tilt, light. */
  readonly seed?: number;
  /** Default "lettre"; "no-sheet" is a photograph of the bare table. */
  readonly template?: Template | "no-sheet";
  readonly texts?: PaperTexts;
  /** Pixels as stored. Default 4000 x 3000. */
  readonly width?: number;
  readonly height?: number;
  /** Default 6: stored on its side, to be turned 90 degrees clockwise. Only JPEG carries it; others must take 1. */
  readonly orientation?: 1 | 3 | 6 | 8;
  readonly type?: CanvasJob["type"];
  /** Default 0.9. */
  readonly quality?: number;
  /** 0 to 1 or a little more. Defaults 1, 0.7 (pixels), 1, 1. */
  readonly noise?: number;
  readonly blur?: number;
  readonly shadow?: number;
  /** How much the sheet is tilted and turned; 0 is straight from above. */
  readonly tilt?: number;
  readonly make?: string;
  readonly model?: string;
  readonly gps?: ExifFields["gps"];
};

export type Photo = {
  readonly bytes: Buffer;
  /** A copy on disk, to hand to a file input; do not change it. */
  readonly path: string;
  readonly type: CanvasJob["type"];
  readonly width: number;
  readonly height: number;
  readonly orientation: 1 | 3 | 6 | 8;
  /** The words printed on the sheet. */
  readonly words: readonly string[];
  /** Corners of the sheet in the upright picture, from the top left on, clockwise, in pixels. Empty for "no-sheet". */
  readonly corners: readonly (readonly [number, number])[];
};

export type Camera = {
  take(options?: PhotoOptions): Promise<Photo>;
  close(): Promise<void>;
};

/** Changes when the drawing changes, so that old cached photographs are not taken for new ones. */
const DRAWING = 1;

const EXTENSION: Record<CanvasJob["type"], string> = { "image/jpeg": "jpg", "image/webp": "webp", "image/png": "png" };

function createRandom(seed: number): () => number {
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

/** The sheet in the middle of the upright picture, as large as fits with a margin, turned and tilted by chance. */
function placeSheet(
  picture: { readonly width: number; readonly height: number },
  sheet: { readonly width: number; readonly height: number },
  tilt: number,
  random: () => number,
): [number, number][] {
  const scale = Math.min((picture.width * 0.84) / sheet.width, (picture.height * 0.84) / sheet.height);
  const halfWidth = (sheet.width * scale) / 2;
  const halfHeight = (sheet.height * scale) / 2;
  const angle = (random() - 0.5) * 0.09 * tilt;
  const cx = picture.width * (0.5 + (random() - 0.5) * 0.02 * tilt);
  const cy = picture.height * (0.5 + (random() - 0.5) * 0.02 * tilt);
  const signs = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const;
  const lean = 1 - (0.03 + random() * 0.05) * tilt;
  return signs.map(([sx, sy]) => {
    const x = sx * halfWidth * (sy < 0 ? lean : 1) * (1 + (random() - 0.5) * 0.025 * tilt);
    const y = sy * halfHeight * (1 + (random() - 0.5) * 0.025 * tilt);
    const turn = (value: number): number => Math.round(value * 10) / 10;
    return [turn(cx + x * Math.cos(angle) - y * Math.sin(angle)), turn(cy + x * Math.sin(angle) + y * Math.cos(angle))];
  });
}

/**
 * A camera keeps one browser, started at the first photograph that is not in the cache.
 * @param folder where photographs are kept between runs; default under the system's temporary folder.
 */
export function createCamera(folder = join(tmpdir(), "besace-photos")): Camera {
  let starting: Promise<{ browser: Browser; page: Page }> | undefined;
  mkdirSync(folder, { recursive: true });

  async function start(): Promise<{ browser: Browser; page: Page }> {
    const browser = await chromium.launch({
      executablePath: requireChromium(),
      chromiumSandbox: false,
      args: [...QUIET_ARGS],
    });
    return { browser, page: await browser.newPage() };
  }

  function cached(path: string): Buffer | undefined {
    try {
      return readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  return {
    async take(options = {}) {
      const { seed = 1, template = "lettre", texts = {}, width = 4000, height = 3000, type = "image/jpeg" } = options;
      const {
        quality = 0.9,
        noise = 1,
        blur = 0.7,
        shadow = 1,
        tilt = 1,
        make = "Tecno",
        model = "Pop 8 Lite",
        gps,
      } = options;
      const orientation = options.orientation ?? (type === "image/jpeg" ? 6 : 1);
      if (type !== "image/jpeg" && orientation !== 1) throw new Error("only a JPEG carries an orientation here");
      const random = createRandom(seed);
      const turned = orientation === 6 || orientation === 8;
      const upright = turned ? { width: height, height: width } : { width, height };
      const sheet = template === "no-sheet" ? undefined : makeSheet(template, texts, random);
      const corners = placeSheet(upright, sheet ?? { width: 1240, height: 1754 }, tilt, random);
      const job: CanvasJob = {
        width,
        height,
        orientation,
        ...(sheet === undefined ? {} : { markup: sheet.markup }),
        sheetWidth: sheet?.width ?? 1240,
        sheetHeight: sheet?.height ?? 1754,
        corners,
        seed: Math.floor(random() * 4294967295) + 1,
        type,
        quality,
        noise,
        blur,
        shadow,
        folded: template !== "carte",
      };
      const key = JSON.stringify([DRAWING, job, make, model, gps]);
      const path = join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 24)}.${EXTENSION[type]}`);
      let bytes = cached(path);
      if (bytes === undefined) {
        starting ??= start();
        const { page } = await starting;
        const drawn = Buffer.from(await page.evaluate(drawPhoto, job), "base64");
        const fields = { orientation, make, model, dateTime: "2026:03:14 09:26:53", width, height };
        bytes = type === "image/jpeg" ? withExif(drawn, gps === undefined ? fields : { ...fields, gps }) : drawn;
        // Two test files may want the same photograph at once: each writes its own, the last name wins.
        const part = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
        writeFileSync(part, bytes);
        renameSync(part, path);
      }
      return {
        bytes,
        path,
        type,
        width,
        height,
        orientation,
        words: sheet?.words ?? [],
        corners: sheet ? corners : [],
      };
    },
    async close() {
      if (starting === undefined) return;
      const { browser } = await starting;
      starting = undefined;
      await browser.close();
    },
  };
}

/** One photograph with a camera of its own. */
export async function takePhoto(options: PhotoOptions = {}): Promise<Photo> {
  const camera = createCamera();
  try {
    return await camera.take(options);
  } finally {
    await camera.close();
  }
}
