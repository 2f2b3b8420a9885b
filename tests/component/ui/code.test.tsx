import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CardGroups, CodeEntry } from "../../../src/app/ui/Code.tsx";

afterEach(cleanup);

interface Spies {
  readonly onComplete?: (code: string) => void;
  readonly onConfirm?: (code: string) => void;
  readonly start?: string;
}

function Entry({ onComplete, onConfirm, start = "" }: Spies) {
  const [value, setValue] = useState(start);
  const [shown, setShown] = useState(false);
  return (
    <CodeEntry
      value={value}
      onChange={setValue}
      onComplete={onComplete}
      onConfirm={onConfirm}
      shown={shown}
      onShow={setShown}
    />
  );
}

const field = () => screen.getByLabelText<HTMLInputElement>("Code à 6 chiffres");
const count = () => screen.getByText(/chiffres? sur 6/).textContent;

describe("CodeEntry", () => {
  test("the keypad adds, erases and completes once", () => {
    const onComplete = vi.fn();
    render(<Entry onComplete={onComplete} />);
    for (const digit of "417") fireEvent.click(screen.getByRole("button", { name: digit }));
    expect(count()).toBe("3 chiffres sur 6");
    fireEvent.click(screen.getByRole("button", { name: "Effacer" }));
    expect(count()).toBe("2 chiffres sur 6");
    for (const digit of "2390") fireEvent.click(screen.getByRole("button", { name: digit }));
    fireEvent.click(screen.getByRole("button", { name: "5" }));
    expect(onComplete.mock.calls).toEqual([["412390"]]);
  });

  test("INV-3: typed, pasted and filled digits never stay in the field", () => {
    const onComplete = vi.fn();
    const { unmount } = render(<Entry onComplete={onComplete} />);
    fireEvent.input(field(), { target: { value: "417233" } });
    expect(field().value).toBe("");
    expect(onComplete).toHaveBeenCalledWith("417233");
    unmount();

    render(<Entry onComplete={onComplete} />);
    const paste = new Event("paste", { bubbles: true, cancelable: true });
    Object.assign(paste, { clipboardData: { getData: () => "98 76-54" } });
    fireEvent(field(), paste);
    expect(onComplete).toHaveBeenLastCalledWith("987654");
    expect(field().value).toBe("");
    expect(document.body.innerHTML).not.toContain("987654");
    expect(field().getAttribute("autocomplete")).toBe("off");
    expect(field().type).toBe("password");
  });

  test("Arabic digits are read as digits", () => {
    const onComplete = vi.fn();
    render(<Entry onComplete={onComplete} />);
    fireEvent.input(field(), { target: { value: "٤١٧٢٣٣" } });
    expect(onComplete).toHaveBeenCalledWith("417233");
  });

  test("Voir shows the digits without changing the field's type", () => {
    const { container } = render(<Entry start="41" />);
    expect(container.querySelector(".cells")?.textContent).toBe("");
    const show = screen.getByRole("button", { name: "Voir" });
    fireEvent.click(show);
    expect(show.getAttribute("aria-pressed")).toBe("true");
    expect(container.querySelector(".cells")?.textContent).toBe("41");
    expect(field().type).toBe("password");
  });

  test("Backspace erases; Enter and Valider confirm a whole code only", () => {
    const onConfirm = vi.fn();
    render(<Entry onConfirm={onConfirm} start="41723" />);
    const ok = screen.getByRole("button", { name: /^Valider/ });
    expect(ok.getAttribute("aria-disabled")).toBe("true");
    expect(ok.getAttribute("aria-label")).toContain("Il manque 1 chiffre");
    fireEvent.click(ok);
    expect(onConfirm).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(field());
    fireEvent.keyDown(field(), { key: "Backspace" });
    fireEvent.input(field(), { target: { value: "99" } });
    fireEvent.keyDown(field(), { key: "Enter" });
    expect(onConfirm.mock.calls).toEqual([["417299"]]);
  });
});

function Card({ onValue }: { readonly onValue: (value: readonly string[]) => void }) {
  const [value, setValue] = useState<readonly string[]>([]);
  return (
    <CardGroups
      value={value}
      onChange={(next) => {
        setValue(next);
        onValue(next);
      }}
    />
  );
}

describe("CardGroups", () => {
  const groups = ["K7QF", "2M9D", "X4HT", "P3WA", "8RNE", "V6CJ", "5YLB", "T9GK", "D2XS", "H4MU"];

  test("has ten named fields; a full group moves on to the next", () => {
    render(<Card onValue={vi.fn()} />);
    const first = screen.getByLabelText("Groupe 1 sur 10");
    fireEvent.input(first, { target: { value: "k7qf" } });
    expect(screen.getByLabelText<HTMLInputElement>("Groupe 1 sur 10").value).toBe("K7QF");
    expect(document.activeElement).toBe(screen.getByLabelText("Groupe 2 sur 10"));
    expect(screen.getAllByRole("textbox")).toHaveLength(10);
  });

  test("a whole card typed or pasted into one field fills all ten", () => {
    const onValue = vi.fn();
    render(<Card onValue={onValue} />);
    fireEvent.input(screen.getByLabelText("Groupe 1 sur 10"), { target: { value: groups.join(" - ").toLowerCase() } });
    expect(onValue).toHaveBeenLastCalledWith(groups);
  });
});
