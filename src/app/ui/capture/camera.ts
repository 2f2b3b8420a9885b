/**
 * The camera of the device, shown in a `<video>`: light, focus, small frames to look at, one whole picture. Runs in the page.
 *
 * The page's own thread does not touch the pixels where the browser can hand a frame to a worker as it is: to draw one and read
 * it back takes a cheap phone longer than a frame lasts.
 *
 * Surprising: a camera can go at any moment (another app takes it, a cable, the page is hidden), and a system that takes it
 * often says nothing but "muted". Whatever the reason, the tracks are stopped here, so that no light stays on unseen.
 */
import { err, ok, type Result } from "../../../shared/result.ts";
import type { Frame, Point, SightApi } from "../../../workers/imaging.contract.ts";
import { askRearCamera, type CameraRefusal, playIn } from "../../platform/rear-camera.ts";

export interface Camera {
  /** Pixels of its moving picture. */
  readonly width: number;
  readonly height: number;
  readonly hasLight: boolean;
  readonly setLight: (on: boolean) => Promise<void>;
  /** It can be told where to look sharp. */
  readonly hasFocus: boolean;
  readonly focusAt: (point: Point) => Promise<void>;
  /** What it sees now: for a glance, which lets it go. Null while it has no picture. */
  readonly frame: () => Frame | VideoFrame | null;
  /** One whole picture, as large as this camera gives it; null when it gives none. */
  readonly take: () => Promise<File | null>;
  readonly stop: () => void;
}

/** hidden: the page went out of sight; ended: the camera stopped by itself, or somebody took it. */
export type CameraEnd = "hidden" | "ended";

/** Size of the moving picture, and how often it comes: a page of 1600 px needs no more. Uncut: some browsers cut it to fit. */
const VIDEO: MediaTrackConstraints & { readonly resizeMode: { readonly ideal: string } } = {
  width: { ideal: 1920 },
  height: { ideal: 1440 },
  frameRate: { ideal: 24 },
  resizeMode: { ideal: "none" },
};
/** Longer side of a frame for a glance. */
const GLANCE_SIDE = 320;
/** Longer side of a still picture: more is slower, and its page is 1600 px. */
const STILL_SIDE = 4096;
/** A still picture is asked for only where it has so many times the pixels of the moving one. */
const STILL_GAIN = 1.4;
/** A camera that takes longer than this for a still picture gives a frame instead. */
const STILL_MS = 5000;
/** Without a picture for so long, somebody else has it. */
const MUTED_MS = 3000;
const JPEG_QUALITY = 0.92;

/** Of the standards' own, what TypeScript does not know. */
interface Range {
  readonly max?: number;
}
interface StillCamera {
  readonly getPhotoCapabilities: () => Promise<{ readonly imageWidth?: Range; readonly imageHeight?: Range }>;
  readonly takePhoto: (settings: { readonly imageWidth: number; readonly imageHeight: number }) => Promise<Blob>;
}
type WithMore = MediaTrackCapabilities & { readonly torch?: boolean; readonly focusMode?: readonly string[] };

/** True where a camera may be asked for; whether there is one is known only by asking. */
export const canAskCamera = (): boolean => typeof navigator.mediaDevices?.getUserMedia === "function";

async function wish(track: MediaStreamTrack, constraints: Readonly<Record<string, unknown>>): Promise<void> {
  try {
    await track.applyConstraints({ advanced: [constraints as MediaTrackConstraintSet] });
  } catch (error) {
    // A light or a lens that is named and does not obey: nothing depends on it.
    if (!(error instanceof DOMException)) throw error;
  }
}

/** How large a still picture would be; null: not worth asking for. */
async function stillSize(
  still: StillCamera,
  video: HTMLVideoElement,
): Promise<{ readonly imageWidth: number; readonly imageHeight: number } | null> {
  try {
    const { imageWidth, imageHeight } = await still.getPhotoCapabilities();
    const [width, height] = [imageWidth?.max ?? 0, imageHeight?.max ?? 0];
    const scale = Math.min(1, STILL_SIDE / Math.max(width, height, 1));
    const gain = (width * height * scale * scale) / Math.max(1, video.videoWidth * video.videoHeight);
    if (gain < STILL_GAIN) return null;
    return { imageWidth: Math.round(width * scale), imageHeight: Math.round(height * scale) };
  } catch {
    // Named, and not there: its frames are what there is.
    return null;
  }
}

const asFile = (blob: Blob): File => new File([blob], "", { type: blob.type });

/** The frame that `video` shows, undrawn. Null: this browser has none to give, or would give it lying on its side. */
function wholeFrame(video: HTMLVideoElement): VideoFrame | null {
  if (typeof VideoFrame !== "function" || typeof OffscreenCanvas !== "function") return null;
  try {
    const frame = new VideoFrame(video);
    if (frame.displayWidth === video.videoWidth && frame.displayHeight === video.videoHeight) return frame;
    frame.close();
    return null;
  } catch (error) {
    // Nothing has come from the camera yet.
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** Shows the rear camera in `video`. `onEnd` once, when it is over for another reason than `stop`. */
export async function openCamera(
  video: HTMLVideoElement,
  encode: SightApi["still"],
  onEnd: (why: CameraEnd) => void,
): Promise<Result<Camera, CameraRefusal>> {
  const asked = await askRearCamera(VIDEO);
  if (!asked.ok) return asked;
  const stream = asked.value;
  const [track] = stream.getVideoTracks();
  const small = document.createElement("canvas");
  const smallContext = small.getContext("2d", { willReadFrequently: true, alpha: false });
  let isOver = false;
  let muted: ReturnType<typeof setTimeout> | undefined;

  const stop = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(muted);
    document.removeEventListener("visibilitychange", onVisibility);
    window.removeEventListener("pagehide", onHidden);
    for (const each of stream.getTracks()) each.stop();
    video.srcObject = null;
    small.width = 0;
    small.height = 0;
  };
  const end = (why: CameraEnd): void => {
    if (isOver) return;
    stop();
    onEnd(why);
  };
  function onHidden(): void {
    end("hidden");
  }
  function onVisibility(): void {
    if (document.visibilityState === "hidden") onHidden();
  }
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("pagehide", onHidden);
  track?.addEventListener("ended", () => end("ended"));
  track?.addEventListener("mute", () => {
    clearTimeout(muted);
    muted = setTimeout(() => end("ended"), MUTED_MS);
  });
  track?.addEventListener("unmute", () => clearTimeout(muted));

  if (!(await playIn(video, stream))) {
    stop();
    return err({ type: "busy" });
  }
  if (isOver || track === undefined) {
    stop();
    return err({ type: "busy" });
  }

  const Still = (globalThis as { readonly ImageCapture?: new (track: MediaStreamTrack) => StillCamera }).ImageCapture;
  const still = Still === undefined ? null : new Still(track);
  const stillAs = still === null ? null : await stillSize(still, video);
  const can = (track.getCapabilities?.() ?? {}) as WithMore;
  const supports = (navigator.mediaDevices.getSupportedConstraints?.() ?? {}) as Readonly<Record<string, boolean>>;

  async function takeStill(): Promise<File | null> {
    if (still === null || stillAs === null) return null;
    let late: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<null>((resolve) => {
      late = setTimeout(() => resolve(null), STILL_MS);
    });
    try {
      const blob = await Promise.race([still.takePhoto(stillAs), tooLong]);
      return blob === null || blob.size === 0 ? null : asFile(blob);
    } catch (error) {
      // Its driver gave up: a frame is nearly as good.
      if (error instanceof DOMException) return null;
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  async function takeFrame(): Promise<File | null> {
    const frame = isOver ? null : wholeFrame(video);
    const encoded = frame === null ? null : await encode(frame);
    if (encoded?.ok === true && encoded.value !== null) return asFile(encoded.value);
    const { videoWidth: width, videoHeight: height } = video;
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null || width === 0 || isOver) return null;
    canvas.width = width;
    canvas.height = height;
    context.drawImage(video, 0, 0, width, height);
    try {
      const blob = await new Promise<Blob | null>((give) => canvas.toBlob(give, "image/jpeg", JPEG_QUALITY));
      return blob === null ? null : asFile(blob);
    } finally {
      canvas.width = 0;
      canvas.height = 0;
    }
  }

  return ok({
    width: video.videoWidth,
    height: video.videoHeight,
    hasLight: can.torch === true,
    setLight: (on) => wish(track, { torch: on }),
    hasFocus: supports.pointsOfInterest === true && can.focusMode?.includes("single-shot") === true,
    focusAt: (point) => wish(track, { pointsOfInterest: [point], focusMode: "single-shot" }),
    frame() {
      const whole = isOver ? null : wholeFrame(video);
      if (whole !== null) return whole;
      const scale = Math.min(1, GLANCE_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
      const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
      if (isOver || smallContext === null || width < 1 || height < 1) return null;
      if (small.width !== width || small.height !== height) {
        small.width = width;
        small.height = height;
      }
      smallContext.drawImage(video, 0, 0, width, height);
      const { data } = smallContext.getImageData(0, 0, width, height);
      return { data, width, height };
    },
    take: async () => (await takeStill()) ?? (await takeFrame()),
    stop,
  });
}
