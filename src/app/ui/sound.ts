/**
 * Plays a recording from memory, in the page.
 *
 * Surprising fact: there is no <audio> and no blob: address. Sound is decoded into memory and played from there, so that nothing of it is
 * handed to the browser's stores (INV-3, decisions/0038), and no policy is loosened for it. It can be played and stopped, no more.
 */

/** Decoded at this rate three minutes are 11 MB; speech loses nothing. */
const RATE = 16_000;

export interface Sound {
  readonly stop: () => void;
}

/** To be made in the press of a button: some browsers play nothing otherwise. */
export function openSound(): {
  /** Null: this browser cannot decode it. `onEnd`: it ended by itself. */
  readonly play: (bytes: ArrayBuffer, onEnd: () => void) => Promise<Sound | null>;
  readonly close: () => void;
} {
  const context = new AudioContext({ sampleRate: RATE });
  let isClosed = false;
  const close = (): void => {
    if (!isClosed) void context.close();
    isClosed = true;
  };
  return {
    close,
    async play(bytes, onEnd) {
      // A copy: decoding takes its bytes away.
      const decoded = await context.decodeAudioData(bytes.slice(0)).catch(() => null);
      if (decoded === null || isClosed) {
        close();
        return null;
      }
      const source = context.createBufferSource();
      source.buffer = decoded;
      source.connect(context.destination);
      source.onended = () => {
        close();
        onEnd();
      };
      source.start();
      return {
        stop: () => {
          source.onended = null;
          close();
        },
      };
    },
  };
}
