/**
 * Reading aloud, with voices of this device only. Runs in the page.
 *
 * Surprising: many browsers offer voices that send the text to a server. Those are never used (INV-3); where no local
 * voice speaks the language, nothing is offered.
 */

const synthesis = (): SpeechSynthesis | undefined => ("speechSynthesis" in window ? window.speechSynthesis : undefined);

/** A voice of this device for a language ("fr", "ar"); nothing where there is none. */
export const localVoice = (language: string): SpeechSynthesisVoice | undefined =>
  synthesis()
    ?.getVoices()
    .find((voice) => voice.localService && voice.lang.toLowerCase().split(/[-_]/)[0] === language);

/** Calls `listener` when the voices become known, which may be long after the page; the returned function stops that. */
export function onVoices(listener: () => void): () => void {
  const speech = synthesis();
  speech?.addEventListener("voiceschanged", listener);
  return () => speech?.removeEventListener("voiceschanged", listener);
}

/** Reads the sentences one after the other; `onEnd` once, at the end or when stopped. The returned function stops. */
export function readAloud(sentences: readonly string[], voice: SpeechSynthesisVoice, onEnd: () => void): () => void {
  const speech = synthesis();
  speech?.cancel();
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    onEnd();
  };
  for (const [at, sentence] of sentences.entries()) {
    const words = new SpeechSynthesisUtterance(sentence);
    words.voice = voice;
    words.lang = voice.lang;
    words.onerror = end;
    if (at === sentences.length - 1) words.onend = end;
    speech?.speak(words);
  }
  return () => {
    speech?.cancel();
    end();
  };
}
