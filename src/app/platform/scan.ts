/**
 * Reads QR codes: from the camera while it is shown, or from a picture file. Runs in the page, without network.
 *
 * Surprising: the browser's own reader is believed only when it reads. Some have one by name that finds nothing or stops
 * working, so ours (scan.worker.ts, in the group "codes") looks at every third picture too, and at each one where there is
 * no other. Pictures are wiped after each look, and the worker that saw them ends with the camera.
 */
import { err, ok, type Result } from "../../shared/result.ts";
import { connectScan } from "../../workers/scan.client.ts";
import { askRearCamera, type CameraRefusal, playIn } from "./rear-camera.ts";

export type ScanRefusal =
  | { readonly type: "no-code" }
  | { readonly type: "not-a-picture" }
  /** The reader is not on this device yet. */
  | { readonly type: "absent" };

export interface CameraScan {
  /** There is a light, and it can be switched. */
  readonly hasLight: boolean;
  readonly setLight: (on: boolean) => Promise<void>;
  /** Switches the camera off; called by itself when the page is hidden. */
  readonly stop: () => void;
}

export interface CameraEvents {
  /** A code was read; the camera is off by then. */
  readonly onText: (text: string) => void;
  /** Switched off from outside: the page was hidden, the camera unplugged or taken. */
  readonly onStopped: () => void;
  /** Neither the browser nor our reader can read here (its file is missing); the camera is off. */
  readonly onAbsent: () => void;
}

interface Detector {
  readonly detect: (image: ImageBitmapSource) => Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorMaker {
  new (options: { readonly formats: readonly string[] }): Detector;
  readonly getSupportedFormats: () => Promise<readonly string[]>;
}

/** Between two looks at the camera's picture. */
const LOOK_MS = 150;
/** Longest side of a picture that is looked at, from the camera and from a file. */
const FRAME_SIDE = 800;
const PHOTO_WIDTH = 1280;
const OURS_EVERY = 3;

async function nativeDetector(): Promise<Detector | null> {
  const maker = (globalThis as { readonly BarcodeDetector?: DetectorMaker }).BarcodeDetector;
  if (maker === undefined) return null;
  try {
    return (await maker.getSupportedFormats()).includes("qr_code") ? new maker({ formats: ["qr_code"] }) : null;
  } catch {
    // It cannot even say what it reads.
    return null;
  }
}

/** What `detector` reads; null: nothing; undefined: it does not work. */
async function readNative(detector: Detector, image: ImageBitmapSource): Promise<string | null | undefined> {
  try {
    return (await detector.detect(image))[0]?.rawValue ?? null;
  } catch {
    // Its service is missing or gave up: ours reads from now on.
    return undefined;
  }
}

/** True where a camera may be asked for; whether there is one is known only by asking. */
export const canUseCamera = (): boolean => typeof navigator.mediaDevices?.getUserMedia === "function";

/** Where pictures are drawn to be looked at; `clear` wipes the last one. */
function createEasel() {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  return {
    pixels(source: CanvasImageSource, width: number, height: number): ImageData | null {
      if (context === null || width < 1 || height < 1) return null;
      canvas.width = width;
      canvas.height = height;
      context.drawImage(source, 0, 0, width, height);
      return context.getImageData(0, 0, width, height);
    },
    clear() {
      canvas.width = 0;
      canvas.height = 0;
    },
  };
}

/** The text of the first QR code in a picture file. The file is read here and goes nowhere. */
export async function scanQr(file: Blob): Promise<Result<string, ScanRefusal>> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { resizeWidth: PHOTO_WIDTH, resizeQuality: "medium" });
  } catch {
    // The standard's one answer for "damaged, or not a format of this browser".
    return err({ type: "not-a-picture" });
  }
  const easel = createEasel();
  const reader = connectScan();
  try {
    const detector = await nativeDetector();
    const native = detector === null ? null : await readNative(detector, bitmap);
    if (typeof native === "string") return ok(native);
    const pixels = easel.pixels(bitmap, bitmap.width, bitmap.height);
    if (pixels === null) return err({ type: "not-a-picture" });
    const { data, width, height } = pixels;
    const read = await reader.api.read({ data, width, height }, "photo");
    if (!read.ok) return err({ type: "absent" });
    return read.value === null ? err({ type: "no-code" }) : ok(read.value);
  } finally {
    bitmap.close();
    easel.clear();
    reader.stop();
  }
}

/** Some cameras have a light; the standard's types do not know it. */
type WithTorch = MediaTrackCapabilities & { readonly torch?: boolean };

/** Shows the rear camera in `video` and looks for a code until one is read or `stop` is called. */
export async function openCamera(
  video: HTMLVideoElement,
  events: CameraEvents,
): Promise<Result<CameraScan, CameraRefusal>> {
  const asked = await askRearCamera({ width: { ideal: 1280 }, height: { ideal: 720 } });
  if (!asked.ok) return asked;
  const stream = asked.value;
  const [track] = stream.getVideoTracks();
  const easel = createEasel();
  const reader = connectScan();
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibility);
    for (const each of stream.getTracks()) each.stop();
    video.srcObject = null;
    easel.clear();
    reader.stop();
  };
  const end = (tell: () => void): void => {
    if (isOver) return;
    stop();
    tell();
  };
  function onVisibility(): void {
    if (document.visibilityState === "hidden") end(events.onStopped);
  }
  document.addEventListener("visibilitychange", onVisibility);
  track?.addEventListener("ended", () => end(events.onStopped));

  let detector = await nativeDetector();
  let turn = 0;
  const look = async (): Promise<void> => {
    turn += 1;
    let text: string | null = null;
    if (detector !== null) {
      const native = await readNative(detector, video);
      if (native === undefined) detector = null;
      else text = native;
    }
    if (text === null && !isOver && (detector === null || turn % OURS_EVERY === 0)) {
      const scale = Math.min(1, FRAME_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
      const pixels = easel.pixels(video, Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale));
      if (pixels !== null) {
        const { data, width, height } = pixels;
        const read = await reader.api.read({ data, width, height }, "frame");
        if (read.ok) text = read.value;
        else if (detector === null) return end(events.onAbsent);
      }
    }
    if (text !== null) {
      const found = text;
      return end(() => events.onText(found));
    }
    if (!isOver) timer = setTimeout(() => void look(), LOOK_MS);
  };

  if (!(await playIn(video, stream))) {
    stop();
    return err({ type: "busy" });
  }
  timer = setTimeout(() => void look(), LOOK_MS);
  const torch = (track?.getCapabilities?.() as WithTorch | undefined)?.torch === true;
  return ok({
    hasLight: torch,
    setLight: async (on) => {
      try {
        await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
      } catch (error) {
        // A light that is named and does not obey: nothing depends on it.
        if (!(error instanceof DOMException)) throw error;
      }
    },
    stop,
  });
}
