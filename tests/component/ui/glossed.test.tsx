/** Words explained in place (F1): real buttons, one explanation at a time, focus that comes back. */
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import { Glossed, GlossedPage, GlossedWords } from "../../../src/app/ui/Glossed.tsx";
import { axeProblems } from "../../support/axe-dom.ts";

afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  await setLanguage("fr");
});

const TITLE = "Quel est votre RIB\u00a0?";
const HINT = "Le RIB ou l’IBAN. Une attestation de la CAF, du CCAS ou de la MSA.";

async function show(texts: readonly string[] = ["Avis d’impôt", undefined as never, "IBAN"]) {
  await loadAreas("common", "glossary");
  const view = render(
    <main>
      <GlossedPage>
        <Glossed text={TITLE}>{(words) => <h1 tabIndex={-1}>{words}</h1>}</Glossed>
        <Glossed text={HINT}>{(words) => <p>{words}</p>}</Glossed>
        <GlossedWords texts={texts} />
      </GlossedPage>
    </main>,
  );
  return view;
}
const word = (name: string) => screen.findByRole("button", { name });

describe("words explained in place", () => {
  test("F1 the text is plain first and stays the same text, in the same elements that hold the focus", async () => {
    await show();
    const heading = screen.getByRole("heading", { level: 1 });
    heading.focus();
    await word("RIB");
    expect(screen.getByRole("heading", { level: 1 })).toBe(heading);
    expect(document.activeElement).toBe(heading);
    expect(heading.textContent).toBe(TITLE);
  });

  test("F1 a word is marked once a page, where it stands first, and only a few are", async () => {
    await show();
    await word("RIB");
    const names = screen.getAllByRole("button").map((button) => button.textContent);
    expect(names).toEqual(["RIB", "IBAN", "attestation", "CAF"]);
  });

  test("F1 the explanation opens under the text, takes the focus, is closed by its button, by Escape and by the word, and the focus returns", async () => {
    await show();
    const rib = await word("RIB");
    expect(rib.getAttribute("aria-expanded")).toBe("false");
    fireEvent.click(rib);
    const panel = screen.getByRole("region", { name: "RIB" });
    expect(rib.getAttribute("aria-expanded")).toBe("true");
    expect(rib.getAttribute("aria-controls")).toBe(panel.id);
    expect(document.activeElement).toBe(panel);
    expect(within(panel).getByText(/papier de la banque/)).toBeTruthy();
    expect(panel.previousElementSibling?.tagName).toBe("H1");
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(within(panel).getByRole("button", { name: "Fermer l’explication" }));
    expect(screen.queryByRole("region")).toBeNull();
    expect(document.activeElement).toBe(rib);

    fireEvent.click(rib);
    fireEvent.keyDown(screen.getByRole("region", { name: "RIB" }), { key: "Escape" });
    expect(document.activeElement).toBe(rib);
    fireEvent.click(rib);
    fireEvent.click(screen.getByRole("button", { name: "CAF" }));
    expect(screen.getAllByRole("region").map((group) => group.getAttribute("aria-label"))).toEqual(["CAF"]);
    fireEvent.click(screen.getByRole("button", { name: "CAF" }));
    expect(screen.queryByRole("region")).toBeNull();
  });

  test("F1 it is read aloud by a voice of this device, the button is absent without one", async () => {
    const spoken: string[] = [];
    vi.stubGlobal("speechSynthesis", {
      getVoices: () => [{ lang: "fr-FR", localService: true }],
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      cancel: () => undefined,
      speak: (words: { readonly text: string }) => spoken.push(words.text),
    });
    vi.stubGlobal(
      "SpeechSynthesisUtterance",
      class {
        readonly text: string;
        constructor(text: string) {
          this.text = text;
        }
      },
    );
    await show();
    fireEvent.click(await word("RIB"));
    fireEvent.click(screen.getByRole("button", { name: "Écouter" }));
    expect(spoken[0]).toBe("RIB");
    expect(spoken[1]).toMatch(/papier de la banque/);
  });

  test("F1 a rule says when it was read", async () => {
    await show(["Avez-vous la C2S\u00a0?"]);
    cleanup();
    await loadAreas("glossary");
    render(
      <GlossedPage>
        <GlossedWords texts={["Avez-vous la C2S\u00a0?"]} />
      </GlossedPage>,
    );
    fireEvent.click(await word("C2S"));
    expect(screen.getByText(/^Règle lue le 21.novembre.2026\.$/)).toBeTruthy();
  });

  test("F1 in Arabic the words are Arabic ones, and the text keeps its order", async () => {
    await loadAreas("common", "glossary");
    await act(async () => void (await setLanguage("ar")));
    render(
      <GlossedPage>
        <Glossed text="ما هو الوصل أو رقم IBAN؟">{(words) => <p>{words}</p>}</Glossed>
      </GlossedPage>,
    );
    fireEvent.click(await word("الوصل"));
    expect(screen.getByRole("region", { name: "الوصل" }).textContent).toMatch(/تثبت/);
  });
});
