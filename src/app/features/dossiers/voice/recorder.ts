/**
 * The microphone of the phone, in the page: from a press to the bytes of a recording.
 *
 * Surprising fact: nothing is kept while it runs. What was said is the page's until the worker has answered, so a page that is killed
 * meanwhile has recorded nothing, and the screen says "gardé" only afterwards.
 */
import type { Clock, Timers } from "../../../../shared/ports.ts";
import { err, ok, type Result } from "../../../../shared/result.ts";
import { longestVoiceMs } from "../../../../shared/voice.ts";

const BITS_PER_SECOND = 24_000;
/** The first that the browser writes. */
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/** refused: by the person or the system; none: no microphone; busy: it is there and does not answer. */
export type MicrophoneTrouble = "refused" | "none" | "busy";

export interface Recorded {
  readonly bytes: ArrayBuffer;
  readonly mime: string;
  readonly seconds: number;
  /** It was ended because it was as long as it may be. */
  readonly full: boolean;
}

export interface Recording {
  /** Ends it, once; the microphone is let go. Empty bytes: nothing was heard. */
  readonly stop: () => Promise<Recorded>;
}

export const canRecord = (): boolean =>
  typeof MediaRecorder !== "undefined" &&
  typeof AudioContext !== "undefined" &&
  typeof navigator.mediaDevices?.getUserMedia === "function";

function troubleOf(error: unknown): MicrophoneTrouble {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "busy";
}

/** @param onEnd it ended without `stop`: it was long enough, or the microphone was taken away. */
export async function record(
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  onEnd: (recorded: Recorded) => void,
): Promise<Result<Recording, MicrophoneTrouble>> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  } catch (error) {
    return err(troubleOf(error));
  }
  const letGo = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const parts: Blob[] = [];
  let recorder: MediaRecorder;
  try {
    recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: BITS_PER_SECOND,
      ...(mimeType === undefined ? {} : { mimeType }),
    });
    recorder.start();
  } catch (error) {
    letGo();
    return err(troubleOf(error));
  }
  const from = clock.now();
  let isAsked = false;
  recorder.ondataavailable = ({ data }) => void parts.push(data);
  const cancel = timers.after(longestVoiceMs, () => {
    if (recorder.state !== "inactive") recorder.stop();
  });
  const ended = new Promise<Recorded>((resolve) => {
    recorder.onstop = () => {
      cancel();
      letGo();
      const lasted = clock.now() - from;
      const whole = new Blob(parts);
      void whole.arrayBuffer().then((bytes) =>
        resolve({
          bytes,
          mime: recorder.mimeType || mimeType || "",
          seconds: Math.max(0, Math.round(Math.min(lasted, longestVoiceMs) / 1000)),
          full: lasted >= longestVoiceMs,
        }),
      );
    };
  });
  void ended.then((recorded) => {
    if (!isAsked) onEnd(recorded);
  });
  return ok({
    stop() {
      isAsked = true;
      if (recorder.state !== "inactive") recorder.stop();
      return ended;
    },
  });
}
