/** Asks for the rear camera and shows it in a `<video>`: what reading a code and photographing a paper share. Runs in the page. */
import { err, ok, type Result } from "../../shared/result.ts";

export type CameraRefusal =
  /** The person, or a policy, said no. */
  | { readonly type: "denied" }
  /** No camera here, or none that answers. */
  | { readonly type: "no-camera" }
  /** Another program has it. */
  | { readonly type: "busy" };

function refusalOf(error: unknown): CameraRefusal {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return { type: "denied" };
  return { type: name === "NotReadableError" || name === "AbortError" ? "busy" : "no-camera" };
}

/** The rear camera where there is one, else any. Whoever has the stream stops its tracks. */
export async function askRearCamera(video: MediaTrackConstraints): Promise<Result<MediaStream, CameraRefusal>> {
  try {
    const wanted = { facingMode: { ideal: "environment" }, ...video };
    return ok(await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted }));
  } catch (error) {
    return err(refusalOf(error));
  }
}

/** False: the element left the page, or the browser refuses to play; as good as no camera. */
export async function playIn(video: HTMLVideoElement, stream: MediaStream): Promise<boolean> {
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  try {
    await video.play();
    return true;
  } catch {
    return false;
  }
}
