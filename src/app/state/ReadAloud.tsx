/** "Écouter": reads what is given, in the language shown; nothing where no voice of this device speaks it. In the page. */
import { useEffect, useRef, useState } from "preact/hooks";
import { language } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { localVoice, onVoices, readAloud } from "../platform/speech.ts";
import { Listen } from "../ui/Listen.tsx";

/** `text`: sentences in order; holes are left out. Never anything that the person typed: others may be near. */
export function ReadAloud({ text }: { readonly text: readonly (string | undefined)[] }) {
  useT();
  const [, again] = useState(0);
  const [speaking, setSpeaking] = useState(false);
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => onVoices(() => again((n) => n + 1)), []);
  useEffect(() => () => stop.current(), []);
  const voice = localVoice(language());
  const sentences = text.filter((each): each is string => each !== undefined && each !== "");
  if (voice === undefined || sentences.length === 0) return null;
  const toggle = (): void => {
    if (speaking) {
      stop.current();
      return;
    }
    setSpeaking(true);
    stop.current = readAloud(sentences, voice, () => setSpeaking(false));
  };
  return <Listen speaking={speaking} onToggle={toggle} />;
}
