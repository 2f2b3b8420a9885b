import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ReadAloud } from "../../../src/app/state/ReadAloud.tsx";

interface Words {
  readonly text: string;
  onend: (() => void) | null;
}

const voices = { list: [] as { readonly lang: string; readonly localService: boolean }[] };
const spoken: Words[] = [];
const listeners = new Set<() => void>();
const cancel = vi.fn();

beforeEach(() => {
  spoken.length = 0;
  cancel.mockClear();
  vi.stubGlobal("speechSynthesis", {
    getVoices: () => voices.list,
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
    cancel,
    speak: (words: Words) => spoken.push(words),
  });
  vi.stubGlobal(
    "SpeechSynthesisUtterance",
    class {
      readonly text: string;
      onend: (() => void) | null = null;
      constructor(text: string) {
        this.text = text;
      }
    },
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const show = () => render(<ReadAloud text={["Bonjour.", undefined, "Où dormez-vous ?"]} />);

describe("reading aloud", () => {
  test("INV-3: a voice that would send the text away is not used, nor one of another language", () => {
    voices.list = [
      { lang: "fr-FR", localService: false },
      { lang: "en-GB", localService: true },
    ];
    show();
    expect(screen.queryByRole("button")).toBeNull();
  });

  test("reads all sentences in order, and can be stopped", () => {
    voices.list = [];
    show();
    expect(screen.queryByRole("button")).toBeNull();
    voices.list = [{ lang: "fr_FR", localService: true }];
    act(() => {
      for (const listener of listeners) listener();
    });
    fireEvent.click(screen.getByRole("button", { name: "Écouter" }));
    expect(spoken.map((words) => words.text)).toEqual(["Bonjour.", "Où dormez-vous ?"]);
    fireEvent.click(screen.getByRole("button", { name: "Arrêter" }));
    expect(cancel).toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Écouter" }));
    act(() => spoken.at(-1)?.onend?.());
    expect(screen.getByRole("button", { name: "Écouter" })).toBeTruthy();
  });

  test("leaving the screen ends it", async () => {
    voices.list = [{ lang: "fr-FR", localService: true }];
    show();
    fireEvent.click(screen.getByRole("button", { name: "Écouter" }));
    cancel.mockClear();
    cleanup();
    await expect.poll(() => cancel.mock.calls.length).toBe(1);
  });
});
