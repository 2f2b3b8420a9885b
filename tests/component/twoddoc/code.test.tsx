/** D7: the code of a paper, shown thing by thing to keep or not, in three honest states. Over frozen vectors with own keys. */
import { readFileSync } from "node:fs";
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CodeScreen } from "../../../src/app/features/twoddoc/CodeScreen.tsx";
import type { ReadCodes } from "../../../src/app/features/twoddoc/codes.ts";
import type { Trust } from "../../../src/app/features/twoddoc/Fields.tsx";
import type { OpenFile } from "../../../src/app/features/twoddoc/useSearch.ts";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import type { PdfDocument } from "../../../src/app/ui/pdf/document.ts";
import { err, ok } from "../../../src/shared/result.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakePage, fakePaper } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const areas = ["papers", "papers-types", "twoddoc"] as const;
const codes: readonly { readonly name: string; readonly code: string }[] = JSON.parse(
  readFileSync("tests/vectors/two-d-doc.json", "utf8"),
).own;
const codeOf = (name: string): Uint8Array =>
  new Uint8Array(Buffer.from(codes.find((each) => each.name === name)?.code ?? "", "base64url"));
const notice = codeOf("version 4, a tax notice");
const pointer = { blob: "b", bytes: 1, mime: "image/webp" } as never;
const paged = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `page-${n}`,
      fakePage({ position: n, readable: pointer, preview: pointer }),
    ]),
  );

async function show(
  read: ReadCodes,
  { record = {}, ...given }: { trust?: Trust; open?: OpenFile; record?: object } = {},
) {
  const paper = fakePaper({ kind: "tax-notice", pages: paged(2), ...record });
  const satchel = createFakeSatchel({ papers: [paper] });
  const shown = await showScreen(<CodeScreen params={{ paper: paper.id }} read={read} {...given} />, {
    satchel,
    areas: [...areas],
  });
  return { satchel, paper, ...shown };
}

const ticked = (): readonly string[] =>
  screen
    .getAllByRole<HTMLInputElement>("checkbox")
    .filter((box) => box.checked)
    .map((box) => box.labels?.[0]?.textContent ?? "");

test("looks at one page after the other, says read and not checked, and keeps what was chosen", async () => {
  const read = vi
    .fn<ReadCodes>()
    .mockResolvedValueOnce(ok([]))
    .mockResolvedValueOnce(ok([notice]));
  const { satchel, paper, said, went } = await show(read);
  expect(await screen.findByText(/Lu, pas vérifié/)).toBeTruthy();
  expect(screen.getByText(/La liste des signatures n’est pas sur ce téléphone/)).toBeTruthy();
  expect(read).toHaveBeenCalledTimes(2);
  expect(screen.getByRole("checkbox", { name: /Revenu fiscal de référence.*63198.*Avec ce papier/ })).toBeTruthy();
  expect(ticked().join()).not.toMatch(/Numéro fiscal|Référence de l’avis/);
  expect(await axeProblems()).toEqual([]);
  fireEvent.click(screen.getByRole("checkbox", { name: /Nombre de parts/ }));
  fireEvent.click(screen.getByRole("button", { name: "Garder ce que j’ai choisi" }));
  await waitFor(() => expect(said.map(({ text }) => text)).toEqual(["C’est gardé sur ce téléphone."]));
  const [[id, patch] = []] = satchel.calls("describePaper");
  expect(id).toBe(paper.id);
  expect(patch).toMatchObject({ facts: { "reference-income": "63198", year: "2024" } });
  expect(JSON.stringify(patch)).toContain("Adresse");
  expect(JSON.stringify(patch)).not.toMatch(/3001123456789|2,75/);
  expect(satchel.calls("saveProfile")).toEqual([]);
  expect(went).toEqual([`/papiers/${paper.id}`]);
});

test("says that it was checked only where the issuer's key signed exactly this", async () => {
  const pack = {
    nextUpdate: "2027-01-01",
    keys: [{ authority: "BS01", certificate: "0001", curve: "P-256", key: {} as CryptoKey, from: null, until: null }],
  } as const;
  await show(async () => ok([notice]), { trust: { pack, verify: async () => true } });
  expect(await screen.findByText(/Vérifié.*a bien signé/)).toBeTruthy();
  cleanup();
  await show(async () => ok([notice]), { trust: { pack, verify: async () => false } });
  expect((await screen.findByRole("alert")).textContent).toMatch(/Ne correspond pas.*Comparez avec le papier/);
  expect(ticked()).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Garder ce que j’ai choisi" }));
  expect(await screen.findByText(/Choisissez au moins une chose/)).toBeTruthy();
});

test("names of the person's own paper go to the profile", async () => {
  const { satchel } = await show(async () => ok([codeOf("an id that comes twice")]), {
    record: { kind: "identity-card" },
  });
  fireEvent.click(await screen.findByRole("button", { name: "Garder ce que j’ai choisi" }));
  await waitFor(() =>
    expect(satchel.calls("saveProfile")).toEqual([[{ family_name: "SPECIMEN", given_name: "NATACHA" }]]),
  );
});

test("no code: a photo of the code alone is looked at, and kept nowhere", async () => {
  const read = vi.fn<ReadCodes>().mockResolvedValue(ok([]));
  const { satchel } = await show(read);
  expect(await screen.findByText(/Aucun code trouvé sur ces pages/)).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
  read.mockResolvedValue(ok([notice]));
  const photo = new File([new Uint8Array([1])], "code.jpg", { type: "image/jpeg" });
  fireEvent.change(screen.getByLabelText(/Prendre le code en photo/), { target: { files: [photo] } });
  expect(await screen.findByText(/Lu, pas vérifié/)).toBeTruthy();
  expect(satchel.calls("addPage")).toEqual([]);
});

describe("a code that is printed in a PDF", () => {
  const pdfPage = (position: number) =>
    fakePage({
      position,
      readable: null,
      preview: null,
      original: { ...(pointer as object), mime: "application/pdf" } as never,
    });
  const opening = (pages: PdfDocument["pages"], draw: PdfDocument["draw"]) => {
    const close = vi.fn();
    return { close, open: vi.fn<OpenFile>(() => ({ pages, draw, close })) };
  };
  const bitmap = { close: () => undefined } as ImageBitmap;
  const drawn = ok({ bitmap, width: 595, height: 842 });

  test("its pages are drawn and looked at, one after the other, behind the pictures", async () => {
    const read = vi
      .fn<ReadCodes>()
      .mockResolvedValueOnce(ok([]))
      .mockResolvedValueOnce(ok([]))
      .mockResolvedValueOnce(ok([notice]));
    const draw = vi.fn<PdfDocument["draw"]>(async () => drawn);
    const { open, close } = opening(async () => ok(40), draw);
    const pages = { a: fakePage({ position: 0, readable: pointer, preview: pointer }), b: pdfPage(1) };
    await show(read, { open, record: { pages } });
    expect(await screen.findByText(/Lu, pas vérifié/)).toBeTruthy();
    expect(draw.mock.calls.map(([page]) => page)).toEqual([1, 2]);
    expect(read.mock.calls.slice(1)).toEqual([[bitmap], [bitmap]]);
    expect([open.mock.calls.length, close.mock.calls.length]).toEqual([1, 1]);
  });

  test("a page that cannot be drawn is passed over; of a long file only the first pages are looked at", async () => {
    const draw = vi.fn<PdfDocument["draw"]>(async (page) => (page === 3 ? err({ type: "pdf-too-heavy" }) : drawn));
    const { open, close } = opening(async () => ok(40), draw);
    const read = vi.fn<ReadCodes>(async () => ok([]));
    await show(read, { open, record: { pages: { b: pdfPage(0) } } });
    expect(await screen.findByText(/Aucun code trouvé sur ces pages/)).toBeTruthy();
    expect([draw.mock.calls.length, read.mock.calls.length, close.mock.calls.length]).toEqual([10, 9, 1]);
  });

  test("a phone that saves data is asked first, with the size of all that has to come", async () => {
    vi.stubGlobal("navigator", Object.assign(Object.create(navigator), { connection: { saveData: true } }));
    try {
      const read = vi.fn<ReadCodes>(async () => ok([notice]));
      const { open } = opening(
        async () => ok(1),
        async () => drawn,
      );
      await show(read, { open, record: { pages: { b: pdfPage(0) } } });
      expect(await screen.findByText(/Il pèse 900\sKo/)).toBeTruthy();
      expect(read).not.toHaveBeenCalled();
      fireEvent.click(screen.getByRole("button", { name: "Apporter l’outil" }));
      expect(await screen.findByText(/Lu, pas vérifié/)).toBeTruthy();
      cleanup();
      await show(read);
      expect(await screen.findByText(/Il pèse 350\sKo/)).toBeTruthy();
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("the tool that draws PDFs is not here; a file that nothing opens", async () => {
    const absent = opening(
      async () => err({ type: "unavailable", mark: "x" }),
      async () => drawn,
    );
    await show(async () => ok([]), { open: absent.open, record: { pages: { b: pdfPage(0) } } });
    expect(await screen.findByText(/Il manque l’outil qui lit ces codes/)).toBeTruthy();
    cleanup();
    const locked = opening(
      async () => err({ type: "pdf-locked" }),
      async () => drawn,
    );
    await show(async () => ok([]), { open: locked.open, record: { pages: { b: pdfPage(0) } } });
    expect(await screen.findByText(/Aucune page à regarder ici/)).toBeTruthy();
  });
});

test("another code, a damaged one, and a tool that is not here, each in its own words", async () => {
  await show(async () => ok([new TextEncoder().encode("https://example.org")]));
  expect(await screen.findByText("Ce code n’est pas un code 2D-Doc.")).toBeTruthy();
  cleanup();
  await show(async () => ok([notice.subarray(0, 60)]));
  expect(await screen.findByText(/Ce code n’est pas entier/)).toBeTruthy();
  cleanup();
  const read = vi.fn<ReadCodes>().mockResolvedValue(err("absent"));
  await show(read);
  expect(await screen.findByText(/Il manque l’outil qui lit ces codes/)).toBeTruthy();
  read.mockResolvedValue(ok([notice]));
  fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
  expect(await screen.findByText(/Lu, pas vérifié/)).toBeTruthy();
});

test("locked, failed, a paper without pictures, and in Arabic", async () => {
  const satchel = createFakeSatchel({ papers: [] });
  satchel.fail("paper", { type: "locked" });
  await showScreen(<CodeScreen params={{ paper: "x" }} />, { satchel, areas: [...areas] });
  expect(await screen.findByRole("button", { name: "Ouvrir ma besace" })).toBeTruthy();
  cleanup();
  await setLanguage("ar");
  const { view } = await show(async () => ok([]), { record: { pages: {} } });
  await waitFor(() => expect(view.container.querySelector("input[type=file]")).not.toBeNull());
  expect(view.container.textContent).not.toMatch(/twoddoc\./);
});
