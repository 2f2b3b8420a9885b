/** "Écouter la réponse (0 min 42)", and what is said when it cannot be heard. The words come from whoever shows it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./Button.tsx";
import { Icon } from "./icons/Icon.tsx";
import { openSound } from "./sound.ts";

export interface HearProps {
  /** The bytes, or words on why they are not here. */
  readonly read: () => Promise<{ readonly bytes: ArrayBuffer } | { readonly trouble: string }>;
  readonly words: { readonly listen: string; readonly stop: string; readonly coming: string; readonly unheard: string };
}

export function Hear({ read, words }: HearProps) {
  const [state, setState] = useState<"still" | "coming" | "playing">("still");
  const [trouble, setTrouble] = useState<string | undefined>();
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), []);
  const end = (): void => {
    stop.current?.();
    stop.current = null;
    setState("still");
  };
  async function play(): Promise<void> {
    setTrouble(undefined);
    setState("coming");
    const sound = openSound();
    let isLeft = false;
    stop.current = () => {
      isLeft = true;
      sound.close();
    };
    const got = await read();
    if (isLeft) return;
    const playing = "bytes" in got ? await sound.play(got.bytes, end) : null;
    if (isLeft) return;
    if (playing === null) {
      sound.close();
      stop.current = null;
      setState("still");
      setTrouble("trouble" in got ? got.trouble : words.unheard);
      return;
    }
    stop.current = playing.stop;
    setState("playing");
  }
  return (
    <>
      {trouble !== undefined && (
        <p class="err" role="alert">
          <Icon name="attention" />
          <span>{trouble}</span>
        </p>
      )}
      {state === "playing" ? (
        <Button kind="second" icon="pause" onPress={end}>
          {words.stop}
        </Button>
      ) : (
        <Button
          kind="second"
          icon="ecouter"
          busy={state === "coming" ? words.coming : undefined}
          onPress={() => void play()}
        >
          {words.listen}
        </Button>
      )}
    </>
  );
}
