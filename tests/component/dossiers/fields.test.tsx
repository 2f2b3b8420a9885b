/** Every type of field as it is met: typed, chosen, drawn, read back. */
import { act, cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FieldInput } from "../../../src/app/features/dossiers/FieldInput.tsx";
import { answerText, problemText } from "../../../src/app/features/dossiers/words.ts";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import type * as Places from "../../../src/app/state/places.ts";
import { PersonalForm } from "../../../src/app/ui/personal.tsx";
import { problemsOf, viewForm } from "../../../src/forms/engine.ts";
import type { Answers, AnswerValue, Field } from "../../../src/forms/model.ts";
import { strokesOf } from "../../../src/forms/signature.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { reflectLikeBrowsers } from "../ui/harness.tsx";
import { ESSAI, emptyState, essaiWords, FIELDS } from "./essai.ts";

vi.mock("../../../src/app/i18n/lazy.ts", async (load) => {
  const real = await load<{ loadCatalogue: (language: string, area: string) => Promise<unknown> }>();
  return {
    loadCatalogue: (language: string, area: string) =>
      area === "form-essai" ? Promise.resolve(essaiWords(language)) : real.loadCatalogue(language, area),
  };
});

/** One pack is here, "absent" stands for any other. */
const pack = vi.hoisted(() => ({ here: "01" }));
vi.mock("../../../src/app/state/places.ts", () => ({
  usePlaces: (of: string | null): Places.Places => {
    const rows = [
      { name: "Bourg-en-Bresse", code: "01053", departement: "01", postals: ["01000"], kind: "commune", large: true },
      {
        name: "Bourg-Saint-Christophe",
        code: "01054",
        departement: "01",
        postals: ["01800"],
        kind: "commune",
        large: false,
      },
    ] as const;
    const find = (query: string) =>
      of === pack.here
        ? rows.filter((row) => row.name.startsWith(query) || row.postals.some((code) => code === query))
        : [];
    return { state: of === pack.here ? "here" : "absent", find, byCode: () => undefined, again: () => undefined };
  },
}));

reflectLikeBrowsers();
afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const TODAY = "2026-11-21";

function Harness({ field, answers, told }: { field: Field; answers: Answers; told: (answers: Answers) => unknown }) {
  const [now, setNow] = useState<Answers>(answers);
  const [asked, setAsked] = useState(false);
  const view = viewForm(ESSAI, { ...emptyState, answers: now }, { today: TODAY });
  const problems = problemsOf(view, "all", TODAY);
  return (
    <main>
      <h1>Essai</h1>
      <PersonalForm onSubmit={() => setAsked(true)}>
        <FieldInput
          view={view}
          field={field}
          answerKey={field.id}
          answer={now[field.id]}
          onAnswer={(key, answer) => {
            const { [key]: _before, ...rest } = now;
            const next = answer === null ? rest : { ...rest, [key]: answer };
            setNow(next);
            told(next);
          }}
          onLeave={() => undefined}
          problems={asked ? problems : []}
          alone={false}
        />
        <button type="submit">Continuer</button>
      </PersonalForm>
    </main>
  );
}

async function meet(field: Field, answers: Answers = {}) {
  const held = { answers };
  await loadAreas("form-essai", "dossiers", "fields");
  await showScreen(
    <Harness field={field} answers={answers} told={(next) => Object.assign(held, { answers: next })} />,
    {
      satchel: createFakeSatchel({}),
      areas: ["dossiers"],
    },
  );
  return {
    answer: (): AnswerValue | undefined => held.answers[field.id],
    onward: () => fireEvent.click(screen.getByRole("button", { name: "Continuer" })),
    type: (name: string | RegExp, text: string) =>
      fireEvent.input(screen.getByRole("textbox", { name }), { target: { value: text } }),
  };
}

describe("numbers and codes", () => {
  test("a whole number is read forgivingly; what is no number is kept, and told only on Continuer", async () => {
    const { answer, type, onward } = await meet(FIELDS.many);
    const box = screen.getByRole<HTMLInputElement>("textbox", { name: "many" });
    expect(box.inputMode).toBe("numeric");
    type("many", " 1 2 ");
    expect(answer()).toEqual({ v: "number", number: "12" });
    type("many", "deux");
    fireEvent.blur(box);
    expect(screen.queryByText(/écrivez des chiffres/)).toBeNull();
    onward();
    expect(screen.getByText(/many.: écrivez des chiffres/)).toBeTruthy();
    expect(answer()).toEqual({ v: "text", text: "deux" });
    type("many", "25");
    expect(screen.getByText(/écrivez 20 ou moins/)).toBeTruthy();
    fireEvent.click(screen.getByRole("checkbox", { name: /^Je ne sais pas.*many/ }));
    expect(answer()).toEqual({ v: "unknown" });
    expect(await axeProblems()).toEqual([]);
  });

  test("an amount has its sign behind it, and reads back in the comma's way", async () => {
    const { answer, type } = await meet(FIELDS.rent);
    type("rent", "1 084,5 €");
    expect(answer()).toEqual({ v: "number", number: "1084.5" });
    expect(screen.getByText("€")).toBeTruthy();
    fireEvent.blur(screen.getByRole("textbox", { name: "rent" }));
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "rent" }).value).toBe("1084,5");
    expect(answerText(ESSAI, FIELDS.rent, answer())?.replace(/\s/g, " ")).toBe("1 084,5 €");
  });

  test("an IBAN is shown in groups, left to right; one wrong character is told", async () => {
    const { answer, type, onward } = await meet(FIELDS.iban);
    const box = screen.getByRole<HTMLInputElement>("textbox", { name: "iban" });
    expect(box.dir).toBe("ltr");
    type("iban", "fr7630006000011234567890189");
    fireEvent.blur(box);
    expect(box.value.replace(/\s/g, " ")).toBe("FR76 3000 6000 0112 3456 7890 189");
    expect(answer()).toEqual({ v: "text", text: "FR7630006000011234567890189" });
    onward();
    expect(screen.queryByText(/ne va pas/)).toBeNull();
    type("iban", "FR7630006000011234567890188");
    expect(screen.getByText(/un chiffre ou une lettre ne va pas/)).toBeTruthy();
  });

  test("a social security number is grouped; a SIRET shows the digits of the phone", async () => {
    const { type } = await meet(FIELDS.nir);
    type("nir", "2550814168025");
    fireEvent.blur(screen.getByRole("textbox", { name: "nir" }));
    const shown = screen.getByRole<HTMLInputElement>("textbox", { name: "nir" }).value;
    expect(shown.replace(/\s/g, " ")).toBe("2 55 08 14 168 025");
    cleanup();
    await meet(FIELDS.siret);
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "siret" }).inputMode).toBe("numeric");
  });
});

describe("choices", () => {
  test("civility is a choice in the application's words", async () => {
    const { answer } = await meet(FIELDS.civility);
    fireEvent.click(screen.getByRole("radio", { name: "Madame" }));
    expect(answer()).toEqual({ v: "choice", id: "madame" });
    expect(answerText(ESSAI, FIELDS.civility, answer())).toBe("Madame");
    expect(await axeProblems()).toEqual([]);
  });

  test("one box: required means ticked, and unticked again is no", async () => {
    const { answer, onward } = await meet(FIELDS.agree);
    onward();
    expect(screen.getByText(/il manque une réponse/)).toBeTruthy();
    fireEvent.click(screen.getByRole("checkbox", { name: /^agree/ }));
    expect(answer()).toEqual({ v: "yesno", yes: true });
    expect(screen.queryByText(/il manque/)).toBeNull();
    fireEvent.click(screen.getByRole("checkbox", { name: /^agree/ }));
    expect(answer()).toEqual({ v: "yesno", yes: false });
  });

  test("autre opens its own box; a wrong touch does not empty it", async () => {
    const { answer, type, onward } = await meet(FIELDS.housing);
    fireEvent.click(screen.getByRole("radio", { name: "Autre logement" }));
    onward();
    expect(screen.getByText(/écrivez votre réponse avec vos mots/)).toBeTruthy();
    type(/Autre logement/, "Dans une péniche");
    expect(answer()).toEqual({ v: "other", text: "Dans une péniche" });
    fireEvent.click(screen.getByRole("radio", { name: "Locataire" }));
    expect(answer()).toEqual({ v: "choice", id: "tenant" });
    fireEvent.click(screen.getByRole("radio", { name: "Autre logement" }));
    expect(answer()).toEqual({ v: "other", text: "Dans une péniche" });
    expect(await axeProblems()).toEqual([]);
  });

  test("aucune excludes every other, and every other excludes it", async () => {
    const { answer, type } = await meet(FIELDS.help);
    const tick = (name: string) => fireEvent.click(screen.getByRole("checkbox", { name }));
    tick("APL");
    tick("RSA");
    tick("Autre");
    type(/Autre/, "Épicerie");
    expect(answer()).toEqual({ v: "choices", ids: ["rsa", "apl"], other: "Épicerie" });
    tick("Aucune aide");
    expect(answer()).toEqual({ v: "choices", ids: ["nothing"] });
    tick("APL");
    expect(answer()).toEqual({ v: "choices", ids: ["apl"] });
    tick("APL");
    expect(answer()).toBeUndefined();
  });

  test("the second question of a linked list appears only where there is one", async () => {
    const { answer, onward } = await meet(FIELDS.work);
    fireEvent.click(screen.getByRole("radio", { name: "Sans travail" }));
    expect(screen.queryByRole("group", { name: /Précisez/ })).toBeNull();
    fireEvent.click(screen.getByRole("radio", { name: "Salarié" }));
    onward();
    expect(screen.getByText(/il manque le deuxième choix/)).toBeTruthy();
    const second = screen.getByRole("group", { name: /Précisez.*Salarié/ });
    fireEvent.click(within(second).getByRole("radio", { name: "CDD" }));
    expect(answer()).toEqual({ v: "pair", first: "employee", second: "cdd" });
    expect(screen.queryByText(/il manque/)).toBeNull();
    fireEvent.click(screen.getByRole("radio", { name: "Sans travail" }));
    expect(answer()).toEqual({ v: "pair", first: "none", second: null });
  });
});

describe("dates", () => {
  test("a bound is told with its day", async () => {
    const { type, onward } = await meet(FIELDS.born);
    type("Jour", "1");
    type("Mois", "mars");
    type("Année", "2015");
    onward();
    expect(screen.getByText(/Le dernier jour possible est le 21.novembre 2008/)).toBeTruthy();
  });

  test("a day and a time; what cannot be read comes back as typed", async () => {
    const { answer, onward } = await meet(FIELDS.visit);
    await screen.findByRole("textbox", { name: "L’heure" });
    const type = (name: string, text: string) =>
      fireEvent.input(screen.getByRole("textbox", { name }), { target: { value: text } });
    type("Jour", "3");
    type("Mois", "12");
    type("Année", "2026");
    onward();
    expect(screen.getByText(/écrivez le jour, puis l’heure/)).toBeTruthy();
    type("L’heure", "14h30");
    expect(answer()).toEqual({ v: "datetime", at: "2026-12-03T14:30" });
    type("L’heure", "midi");
    const kept = answer();
    expect(kept?.v).toBe("text");
    cleanup();
    await meet(FIELDS.visit, kept === undefined ? {} : { visit: kept });
    expect((await screen.findByRole<HTMLInputElement>("textbox", { name: "L’heure" })).value).toBe("midi");
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Année" }).value).toBe("2026");
    expect(await axeProblems()).toEqual([]);
    cleanup();
    // The time alone, and a month of two words.
    for (const [text, day, month, time] of [
      ["14:30", "", "", "14:30"],
      ["3/كانون الثاني/ 9 h", "3", "كانون الثاني", "9 h"],
    ] as const) {
      await meet(FIELDS.visit, { visit: { v: "text", text } });
      expect((await screen.findByRole<HTMLInputElement>("textbox", { name: "L’heure" })).value).toBe(time);
      expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Jour" }).value).toBe(day);
      expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Mois" }).value).toBe(month);
      cleanup();
    }
  });
});

describe("places", () => {
  test("what is typed is the answer; choosing makes it exact", async () => {
    const { answer } = await meet(FIELDS.commune);
    const box = await screen.findByRole<HTMLInputElement>("textbox", { name: /Commune ou code postal/ });
    fireEvent.input(box, { target: { value: "Bourg" } });
    expect(answer()).toEqual({ v: "place", code: null, name: "Bourg" });
    expect(screen.queryByRole("radio")).toBeNull();
    fireEvent.change(screen.getByRole("combobox", { name: "Département" }), { target: { value: "01" } });
    expect(screen.getByText("2 réponses possibles")).toBeTruthy();
    fireEvent.click(screen.getByRole("radio", { name: /^Bourg-en-Bresse/ }));
    expect(answer()).toEqual({ v: "place", code: "01053", name: "Bourg-en-Bresse", postal: "01000" });
    expect(box.value).toBe("Bourg-en-Bresse");
    expect(await axeProblems()).toEqual([]);
  });

  test("a postal code says its département; without its list the name is enough, and it is said", async () => {
    const { answer } = await meet(FIELDS.commune);
    const box = await screen.findByRole("textbox", { name: /Commune/ });
    fireEvent.input(box, { target: { value: "01000" } });
    expect(screen.getByRole("radio", { name: /^Bourg-en-Bresse/ })).toBeTruthy();
    fireEvent.input(box, { target: { value: "30100" } });
    expect(screen.queryByRole("radio")).toBeNull();
    expect(screen.getByText(/n’est pas sur ce téléphone/)).toBeTruthy();
    expect(answer()).toEqual({ v: "place", code: null, name: "30100" });
  });

  test("proposed by its code alone: its name where the list is here, else the code; never an empty box", async () => {
    const byCode = (code: string): AnswerValue => ({ v: "place", code, name: "" });
    await meet(FIELDS.country, { country: byCode("99350") });
    expect((await screen.findByRole<HTMLInputElement>("textbox", { name: "Pays" })).value).toBe("Maroc");
    cleanup();
    await meet(FIELDS.commune, { commune: byCode("93066") });
    expect((await screen.findByRole<HTMLInputElement>("textbox", { name: /Commune/ })).value).toBe("93066");
    expect(answerText(ESSAI, FIELDS.commune, byCode("93066"))).toContain("93066");
  });

  test("départements and countries are found by their beginnings", async () => {
    const first = await meet(FIELDS.departement);
    fireEvent.input(await screen.findByRole("textbox", { name: "Département" }), { target: { value: "cote d" } });
    fireEvent.click(screen.getByRole("radio", { name: "Côte-d'Or" }));
    expect(first.answer()).toEqual({ v: "place", code: "21", name: "Côte-d'Or" });
    cleanup();
    const second = await meet(FIELDS.country);
    fireEvent.input(await screen.findByRole("textbox", { name: "Pays" }), { target: { value: "maro" } });
    fireEvent.click(screen.getByRole("radio", { name: "Maroc" }));
    expect(second.answer()).toEqual({ v: "place", code: "99350", name: "Maroc" });
    fireEvent.click(screen.getByRole("checkbox", { name: /Je ne sais pas/ }));
    expect(second.answer()).toEqual({ v: "unknown" });
  });

  test("an address in parts, its commune chosen by the postal code, or in free words", async () => {
    const { answer } = await meet(FIELDS.address);
    const type = (name: string, text: string) =>
      fireEvent.input(screen.getByRole("textbox", { name }), { target: { value: text } });
    await screen.findByRole("textbox", { name: "Numéro et rue" });
    type("Numéro et rue", "3 rue du Pont");
    type("Code postal", "01000");
    fireEvent.click(screen.getByRole("radio", { name: "Bourg-en-Bresse" }));
    expect(answer()).toEqual({
      v: "address",
      street: "3 rue du Pont",
      more: "",
      postal: "01000",
      city: "Bourg-en-Bresse",
      code: "01053",
      country: "",
    });
    // Between isolates: in Arabic the number stays in front of the street.
    expect(answerText(ESSAI, FIELDS.address, answer())).toBe("\u20683 rue du Pont, 01000 Bourg-en-Bresse\u2069");
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Écrire l’adresse avec mes mots" }));
    expect(answer()).toEqual({ v: "text", text: "3 rue du Pont\n01000 Bourg-en-Bresse" });
    type("L’adresse, avec vos mots", "Caravane blanche");
    expect(answer()).toEqual({ v: "text", text: "Caravane blanche" });
    fireEvent.click(screen.getByRole("button", { name: "Écrire la rue et la commune" }));
    expect(answer()).toMatchObject({ v: "address", city: "Bourg-en-Bresse" });
    fireEvent.click(screen.getByRole("button", { name: "Écrire l’adresse avec mes mots" }));
    // What the box shows is what is kept.
    expect(screen.getByRole<HTMLTextAreaElement>("textbox").value).toBe("Caravane blanche");
    expect(answer()).toEqual({ v: "text", text: "Caravane blanche" });
  });
});

describe("what is read", () => {
  test("something to know, and a total with what it was counted from", async () => {
    await meet(FIELDS.note);
    expect(screen.getByText("À savoir")).toBeTruthy();
    expect(screen.getByText("Rien ne part avant la fin.")).toBeTruthy();
    cleanup();
    await meet(FIELDS.total);
    expect(screen.getByText("Il manque une réponse pour le compter.")).toBeTruthy();
    cleanup();
    await meet(FIELDS.total, { rent: { v: "number", number: "400" }, charges: { v: "number", number: "50.5" } });
    expect(screen.getByRole("status").textContent?.replace(/\s/g, " ")).toBe("450,5 €");
    expect(screen.getByText("Comment c’est compté")).toBeTruthy();
    expect(screen.getByText(/^400/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });
});

describe("a signature", () => {
  const draw = async (pad: Element) => {
    pad.getBoundingClientRect = () => ({ left: 0, top: 0, width: 500, height: 200 }) as DOMRect;
    const at = (clientX: number, clientY: number) => ({ pointerId: 1, clientX, clientY, button: 0 });
    fireEvent.pointerDown(pad, at(50, 100));
    fireEvent.pointerMove(pad, at(100, 120));
    fireEvent.pointerMove(pad, at(150, 80));
    await act(async () => void fireEvent.pointerUp(pad, at(150, 80)));
  };

  test("is drawn, with the exact text beside it; redone; or the name is typed", async () => {
    const { answer, onward } = await meet(FIELDS.sign);
    const pad = await screen.findByRole("img", { name: "Cadre pour signer, vide" });
    expect(screen.getByText("Je dis la vérité.")).toBeTruthy();
    onward();
    expect(screen.getByText(/il manque une réponse/)).toBeTruthy();
    await draw(pad);
    const drawn = answer();
    expect(drawn).toMatchObject({ v: "signature", name: "", text: "Je dis la vérité.", language: "fr" });
    expect(drawn?.v === "signature" && strokesOf(drawn.ink ?? "")).toEqual([
      [
        [100, 200],
        [200, 240],
        [300, 160],
      ],
    ]);
    expect(answerText(ESSAI, FIELDS.sign, drawn)).toBe("Signé");
    fireEvent.click(screen.getByRole("button", { name: "Effacer et refaire" }));
    expect(answer()).toBeUndefined();
    fireEvent.input(screen.getByRole("textbox", { name: "Ou écrivez votre nom" }), { target: { value: "Camille M" } });
    expect(answer()).toMatchObject({ v: "signature", ink: null, name: "Camille M" });
    expect(await axeProblems()).toEqual([]);
  });

  test("fast strokes: every place of one event, the end before anything is drawn again, a finger that is gone already", async () => {
    const { answer } = await meet(FIELDS.sign);
    const pad = await screen.findByRole("img", { name: "Cadre pour signer, vide" });
    pad.getBoundingClientRect = () => ({ left: 0, top: 0, width: 500, height: 200 }) as DOMRect;
    pad.setPointerCapture = () => {
      throw new DOMException("gone", "NotFoundError");
    };
    const at = (clientX: number, clientY: number) => ({ pointerId: 1, clientX, clientY, button: 0 });
    const move = new MouseEvent("pointermove", { bubbles: true });
    Object.assign(move, { pointerId: 1, getCoalescedEvents: () => [at(60, 100), at(80, 60), at(100, 100)] });
    await act(async () => {
      fireEvent.pointerDown(pad, at(50, 100));
      pad.dispatchEvent(move);
      fireEvent.pointerUp(pad, at(140, 100));
    });
    const drawn = answer();
    expect(drawn?.v === "signature" && strokesOf(drawn.ink ?? "")).toEqual([
      [
        [100, 200],
        [120, 200],
        [160, 120],
        [200, 200],
        [280, 200],
      ],
    ]);
  });

  test("in Arabic the text that is signed is the Arabic one, with the French under it", async () => {
    const { answer } = await meet(FIELDS.sign);
    await screen.findByRole("img");
    await act(async () => void (await setLanguage("ar")));
    expect(screen.getByText("ar Je dis la vérité.")).toBeTruthy();
    expect(screen.getByText("Je dis la vérité.").lang).toBe("fr");
    fireEvent.input(screen.getByRole("textbox", { name: "أو اكتبوا اسمكم" }), { target: { value: "سمير" } });
    expect(answer()).toMatchObject({ language: "ar", text: "ar Je dis la vérité.", name: "سمير" });
    expect(await axeProblems()).toEqual([]);
  });
});

test("every problem has words of its own, and none is left without a label", () => {
  const view = viewForm(ESSAI, emptyState, { today: TODAY });
  for (const problem of problemsOf(view, "all", TODAY)) expect(problemText(ESSAI, problem)).toMatch(/\S/);
});
