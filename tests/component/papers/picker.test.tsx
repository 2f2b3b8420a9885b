import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Frame } from "../../../src/app/state/Frame.tsx";
import { AddPaperInline } from "../../../src/app/ui/papers/AddPaperInline.tsx";
import { PaperPicker, type PaperPickerProps } from "../../../src/app/ui/papers/PaperPicker.tsx";
import type { RecordId } from "../../../src/shared/ids.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, type FakeSatchel, fakeId, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { AREAS, choose, pages, photo, plain, settled, watchUrls } from "./support.ts";

const areas = [...AREAS];
const kinds = ["proof-of-address"];

beforeEach(() => void watchUrls());
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

interface HostProps extends Partial<PaperPickerProps> {
  readonly onChosen: (ids: readonly RecordId[]) => void;
}

function Host({ onChosen, chosen: first = [], ...rest }: HostProps) {
  const [chosen, setChosen] = useState(first);
  const take = (ids: readonly RecordId[]) => {
    setChosen(ids);
    onChosen(ids);
  };
  return (
    <Frame title="x">
      <h1>x</h1>
      <fieldset>
        <legend>Un papier avec votre adresse</legend>
        <PaperPicker kinds={kinds} max={1} {...rest} chosen={chosen} onChosen={take} />
      </fieldset>
    </Frame>
  );
}

const gas = fakePaper({ kind: "proof-of-address", title: "Gaz" });
const water = fakePaper({ kind: "proof-of-address", title: "Eau" });
const tax = fakePaper({ kind: "tax-notice", title: "Impôts" });
const gone = fakePaper({ kind: "proof-of-address", title: "Jeté", status: "binned" });
const satchelWith = (papers = [gas, water, tax, gone]): FakeSatchel => createFakeSatchel({ papers });

describe("PaperPicker", () => {
  test("offers what fits; one is chosen", async () => {
    const onChosen = vi.fn();
    await showScreen(<Host onChosen={onChosen} />, { satchel: satchelWith(), areas });
    expect(await screen.findAllByRole("radio")).toHaveLength(2);
    fireEvent.click(screen.getByRole("radio", { name: /Eau/ }));
    expect(onChosen).toHaveBeenCalledWith([water.id]);
    expect(await axeProblems()).toEqual([]);
  });

  test("finds the others behind a search, chosen with a word of warning, never refused", async () => {
    const onChosen = vi.fn();
    await showScreen(<Host onChosen={onChosen} />, { satchel: satchelWith(), areas });
    fireEvent.click(await screen.findByRole("button", { name: /Chercher dans mon autre papier/ }));
    fireEvent.input(screen.getByLabelText("Chercher un papier"), { target: { value: "impots" } });
    fireEvent.click(screen.getByRole("radio", { name: /Impôts.*Vous pouvez quand même le joindre/ }));
    expect(onChosen).toHaveBeenCalledWith([tax.id]);
    fireEvent.input(screen.getByLabelText("Chercher un papier"), { target: { value: "rien" } });
    expect(screen.getByRole("radio", { name: /Impôts/ })).toBeTruthy();
  });

  test("several: at most so many", async () => {
    const onChosen = vi.fn();
    const satchel = satchelWith([gas, water, fakePaper({ kind: "proof-of-address", title: "Bois" })]);
    await showScreen(<Host onChosen={onChosen} max={2} />, { satchel, areas });
    fireEvent.click(await screen.findByRole("checkbox", { name: /Gaz/ }));
    fireEvent.click(screen.getByRole("checkbox", { name: /Eau/ }));
    fireEvent.click(screen.getByRole("checkbox", { name: /Bois/ }));
    expect(onChosen).toHaveBeenLastCalledWith([gas.id, water.id]);
    expect(plain(document.body.textContent)).toContain("Ici, vous pouvez joindre 2 papiers au plus.");
  });

  test("says what the place thinks of a paper", async () => {
    const verdict = () => ({ tone: "soon" as const, text: "Trop ancien" });
    await showScreen(<Host onChosen={vi.fn()} verdict={verdict} />, { satchel: satchelWith(), areas });
    expect(await screen.findByRole("radio", { name: /Gaz.*Trop ancien/ })).toBeTruthy();
  });

  test("INV-1: a chosen paper that is gone is told, not dropped in silence", async () => {
    await showScreen(<Host onChosen={vi.fn()} chosen={[gone.id]} />, { satchel: satchelWith(), areas });
    expect(await screen.findByText(/papier choisi n’est plus dans vos papiers/)).toBeTruthy();
    expect(screen.queryByRole("radio", { checked: true })).toBeNull();
  });

  test("empty, and locked", async () => {
    const satchel = satchelWith([]);
    const { view } = await showScreen(<Host onChosen={vi.fn()} />, { satchel, areas });
    expect(await screen.findByText("Votre besace n’a pas encore de papier.")).toBeTruthy();
    view.unmount();
    satchel.fail("papers", { type: "locked" });
    await showScreen(<Host onChosen={vi.fn()} />, { satchel, areas });
    expect(await screen.findByText(/Vos papiers sont gardés/)).toBeTruthy();
  });
});

describe("AddPaperInline", () => {
  async function show(satchel: FakeSatchel) {
    const onKept = vi.fn();
    const onCancel = vi.fn();
    const inline = <AddPaperInline kind="proof-of-address" onKept={onKept} onCancel={onCancel} />;
    await showScreen(
      <Frame title="x">
        <h1>x</h1>
        {inline}
      </Frame>,
      { satchel, areas },
    );
    await screen.findByText(/Choisir des fichiers/);
    return { onKept, onCancel };
  }

  test("begins a paper of that kind with the first page, keeps it, hands over its id", async () => {
    const satchel = createFakeSatchel();
    const { onKept } = await show(satchel);
    expect(satchel.calls("startPaper")).toEqual([]);
    await choose(/Choisir des fichiers/, photo());
    expect(satchel.calls("startPaper")).toEqual([[{ kind: "proof-of-address" }]]);
    expect(await screen.findByText("Gardée sur ce téléphone")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Garder ce papier" }));
    await settled();
    const [paper] = satchel.data.papers;
    expect(paper?.record.status).toBe("kept");
    expect(onKept).toHaveBeenCalledWith(paper?.id);
  });

  test("two files chosen at once make one paper of two pages", async () => {
    const satchel = createFakeSatchel();
    await show(satchel);
    await choose(/Choisir des fichiers/, photo("a.jpg"), photo("b.jpg"));
    expect(await screen.findByRole("heading", { name: "Page 2" })).toBeTruthy();
    expect(satchel.calls("startPaper")).toHaveLength(1);
  });

  test("INV-1: takes up the capture that a killed browser left, of the same kind only", async () => {
    const draft = fakePaper({ kind: "proof-of-address", status: "draft", pages: pages(2) });
    await show(createFakeSatchel({ papers: [draft] }));
    expect(await screen.findByRole("heading", { name: "Page 2" })).toBeTruthy();
    cleanup();
    const other = fakePaper({ id: fakeId(), kind: "passport", status: "draft", pages: pages(2) } as never);
    await show(createFakeSatchel({ papers: [other] }));
    expect(screen.queryByRole("heading", { name: "Page 1" })).toBeNull();
  });

  test("can be left without adding anything", async () => {
    const satchel = createFakeSatchel();
    const { onCancel } = await show(satchel);
    satchel.refuse("addPage", { type: "file-empty" });
    await choose(/Choisir des fichiers/, photo());
    expect(satchel.data.papers).toHaveLength(1);
    fireEvent.click(screen.getByRole("button", { name: "Ne rien ajouter" }));
    await settled();
    expect(onCancel).toHaveBeenCalledOnce();
    expect(satchel.data.papers).toEqual([]);
  });
});
