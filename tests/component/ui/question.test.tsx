import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseMonth } from "../../../src/app/i18n/months.ts";
import { CheckGroup, RadioGroup } from "../../../src/app/ui/Choice.tsx";
import { ErrorSummary } from "../../../src/app/ui/ErrorSummary.tsx";
import { DateField, type DateParts, TextArea, TextField } from "../../../src/app/ui/Field.tsx";
import { QuestionPage } from "../../../src/app/ui/Question.tsx";
import { reflectLikeBrowsers } from "./harness.tsx";

reflectLikeBrowsers();
afterEach(cleanup);

describe("DateField", () => {
  function Field({ onValue, error }: { readonly onValue: (value: DateParts) => void; readonly error?: string }) {
    const [value, setValue] = useState<DateParts>({ day: "12", month: "", year: "2026" });
    const [unknown, setUnknown] = useState(false);
    return (
      <DateField
        id="d"
        legend="Quelle est la date ?"
        hint="Elle est écrite en haut."
        error={error}
        errorPart="month"
        value={value}
        onChange={(next) => {
          setValue(next);
          onValue(next);
        }}
        unknown={{ value: unknown, onChange: setUnknown }}
      />
    );
  }

  test("three named fields; typing keeps what was typed", () => {
    const onValue = vi.fn();
    render(<Field onValue={onValue} />);
    const group = screen.getByRole("group", { name: "Quelle est la date ?" });
    expect(within(group).getAllByRole("textbox")).toHaveLength(3);
    fireEvent.input(screen.getByLabelText("Mois"), { target: { value: "mars" } });
    expect(onValue).toHaveBeenLastCalledWith({ day: "12", month: "mars", year: "2026" });
    expect(screen.getByLabelText<HTMLInputElement>("Mois").value).toBe("mars");
  });

  test("not knowing the date is an answer", () => {
    render(<Field onValue={vi.fn()} />);
    const unknown = screen.getByRole<HTMLInputElement>("checkbox", { name: "Je ne sais pas la date" });
    fireEvent.click(unknown);
    expect(unknown.checked).toBe(true);
  });

  test("an error marks its own field and is tied to it", () => {
    render(<Field onValue={vi.fn()} error="Il manque le mois. Écrivez un chiffre de 1 à 12." />);
    const month = screen.getByLabelText("Mois");
    expect(month.getAttribute("aria-invalid")).toBe("true");
    const said = document.getElementById(month.getAttribute("aria-describedby") ?? "");
    expect(said?.textContent).toContain("Il manque le mois");
    expect(screen.getByLabelText("Jour").getAttribute("aria-invalid")).toBeNull();
    expect(screen.getByRole("group").getAttribute("aria-describedby")).toBe("d-hint d-error");
  });

  test.each([
    ["3", 3],
    ["03", 3],
    ["mars", 3],
    ["Août", 8],
    ["aout", 8],
    ["sept.", 9],
    ["٣", 3],
    ["13", undefined],
    ["jui", undefined],
    ["truc", undefined],
  ])("the month %s is %s", (typed, month) => {
    expect(parseMonth(typed)).toBe(month);
  });
});

describe("fields", () => {
  test("INV-3: every field a person types in is off for browsers, spell checkers and translators", () => {
    render(
      <>
        <TextField label="Nom" value="" onChange={vi.fn()} />
        <TextArea label="Votre situation" value="" onChange={vi.fn()} />
        <DateField legend="Date" value={{ day: "", month: "", year: "" }} onChange={vi.fn()} />
      </>,
    );
    const fields = screen.getAllByRole("textbox");
    expect(fields).toHaveLength(5);
    for (const field of fields) {
      expect(field.getAttribute("autocomplete")).toBe("off");
      expect(field.getAttribute("spellcheck")).toBe("false");
      expect(field.getAttribute("translate")).toBe("no");
    }
  });
});

describe("choices", () => {
  const options = [
    { value: "home", label: "Dans mon logement", more: "Je suis locataire", icon: "maison" },
    { value: "outside", label: "Dehors ou dans un abri", icon: "abri" },
  ] as const;

  test("radios share a name; the unknown answer comes last", () => {
    const onChange = vi.fn();
    render(
      <RadioGroup
        options={options}
        value="home"
        onChange={onChange}
        unknown={{ value: "unknown", label: "Je ne sais pas" }}
      />,
    );
    const radios = screen.getAllByRole<HTMLInputElement>("radio");
    expect(radios.map((radio) => radio.value)).toEqual(["home", "outside", "unknown"]);
    expect(new Set(radios.map((radio) => radio.name)).size).toBe(1);
    expect(screen.getByRole<HTMLInputElement>("radio", { name: /Dans mon logement/ }).checked).toBe(true);
    fireEvent.click(screen.getByRole("radio", { name: "Je ne sais pas" }));
    expect(onChange).toHaveBeenCalledWith("unknown");
  });

  test("checkboxes add and remove", () => {
    const onChange = vi.fn();
    render(<CheckGroup options={options} values={["home"]} onChange={onChange} />);
    fireEvent.click(screen.getByRole("checkbox", { name: /Dehors/ }));
    expect(onChange).toHaveBeenLastCalledWith(["home", "outside"]);
    fireEvent.click(screen.getByRole("checkbox", { name: /Dans mon logement/ }));
    expect(onChange).toHaveBeenLastCalledWith([]);
  });
});

describe("ErrorSummary", () => {
  test("takes the focus at each attempt, counts, and leads to the fields", () => {
    const items = [{ field: "mois", text: "Date : il manque le mois" }];
    const view = (attempt: number) => (
      <>
        <ErrorSummary items={items} attempt={attempt} />
        <input id="mois" />
      </>
    );
    const { rerender } = render(view(1));
    const summary = screen.getByRole("alert");
    expect(document.activeElement).toBe(summary);
    expect(within(summary).getByRole("heading").textContent).toBe("1 chose à revoir");
    fireEvent.click(screen.getByRole("link", { name: "Date : il manque le mois" }));
    expect(document.activeElement?.id).toBe("mois");
    rerender(view(1));
    expect(document.activeElement?.id).toBe("mois");
    rerender(view(2));
    expect(document.activeElement).toBe(summary);
  });
});

describe("QuestionPage", () => {
  test("the h1 is the legend; continuing never leaves the page", () => {
    const onContinue = vi.fn();
    render(
      <QuestionPage
        question="Où vivez-vous en ce moment ?"
        hint="Là où vous dormez le plus souvent."
        save={{ kind: "kept", at: new Date(2026, 10, 21, 10, 42).getTime() }}
        onContinue={onContinue}
        progress={{ step: "Question 3 sur 11", section: "Votre logement", part: 2 / 11 }}
        later={{ href: "/accueil" }}
      >
        <RadioGroup options={[{ value: "a", label: "Chez quelqu’un" }]} value={undefined} onChange={vi.fn()} />
      </QuestionPage>,
    );
    const group = screen.getByRole("group", { name: "Où vivez-vous en ce moment ?" });
    expect(within(group).getByRole("heading", { level: 1 })).toBeDefined();
    expect(screen.getByText("Gardé sur ce téléphone à 10 h 42")).toBeDefined();
    const form = group.closest("form");
    expect(form?.getAttribute("autocomplete")).toBe("off");
    const submit = new Event("submit", { bubbles: true, cancelable: true });
    form?.dispatchEvent(submit);
    expect(submit.defaultPrevented).toBe(true);
    expect(onContinue).toHaveBeenCalledTimes(1);
  });
});
