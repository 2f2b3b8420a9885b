/** E7: the official PDF of a procedure, from the sheet: what is written, what stays blank, the ways out; without network too. */
import { createHash } from "node:crypto";
import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { later } from "../../../src/app/features/dossiers/later.tsx";
import { OfficialPart } from "../../../src/app/features/dossiers/official/OfficialPart.tsx";
import { setLanguage } from "../../../src/app/i18n/i18n.ts";
import { aspa } from "../../../src/forms/catalogue/aspa.ts";
import type { OfficialMap } from "../../../src/forms/official/model.ts";
import { err, ok } from "../../../src/shared/result.ts";
import { fillPdf, inspectPdf } from "../../../src/workers/official/fill.ts";
import type { OfficialApi } from "../../../src/workers/official.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { fillablePdf } from "../../support/fillable.ts";
import { reflectLikeBrowsers } from "../ui/harness.tsx";
import { DOSSIER, deployment, show } from "./show.tsx";

reflectLikeBrowsers();
afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

let blank = new ArrayBuffer(0);
beforeAll(async () => {
  blank = await fillablePdf();
});
const mapOf = (change: Partial<OfficialMap> = {}): OfficialMap => ({
  format: "besace-official",
  form: "aspa",
  version: aspa.version,
  title: "Cerfa d’essai",
  pdf: { sha256: createHash("sha256").update(Buffer.from(blank)).digest("hex"), bytes: blank.byteLength },
  fields: [
    { pdf: "demandeur.nom", from: "family_name", case: "upper" },
    { pdf: "demandeur.prenom", from: "given_name" },
    { pdf: "precisions", from: "used_name" },
  ],
  ...change,
});

/** A worker in this thread; `files` are what the server has. */
function tool(files: Readonly<Record<string, ArrayBuffer>>) {
  const asked: string[] = [];
  const api: OfficialApi = {
    ready: async () => ok(undefined),
    file: async (name) => {
      asked.push(name);
      const bytes = files[name];
      return bytes === undefined ? err({ type: "away" }) : ok(bytes.slice(0));
    },
    inspect: inspectPdf,
    fill: fillPdf,
  };
  return { asked, connect: () => ({ api, stop: () => undefined }) };
}
const json = (data: unknown): ArrayBuffer => new TextEncoder().encode(JSON.stringify(data)).buffer as ArrayBuffer;
const whole = (map = mapOf()) => ({ "aspa.json": json(map), [`${map.pdf.sha256}.pdf`]: blank });

const answers = {
  given_name: { v: "text", text: "محمد" },
  family_name: { v: "text", text: "Nguyễn" },
  // The PDF has no place for it.
  phone: { v: "text", text: "0612345678" },
} as const;
const dossier = fakeDossier({ procedure: "aspa", organisation: "", answers }, { id: DOSSIER });

async function open(files: Readonly<Record<string, ArrayBuffer>>, source: OfficialMap | "server" = "server") {
  const { asked, connect } = tool(files);
  const satchel = createFakeSatchel({ dossiers: [dossier], deployment: deployment() });
  const shown = await showScreen(<OfficialPart dossier={dossier} form={aspa} source={source} connect={connect} />, {
    satchel,
    areas: ["official", "dossiers", "journey", "form-aspa" as never],
  });
  return { ...shown, asked };
}

describe("the official PDF", () => {
  test("is offered on the sheet where the server holds one, and nowhere else", async () => {
    const SheetScreen = later("SheetScreen");
    const offered = createFakeSatchel({ dossiers: [dossier], deployment: { ...deployment(), official: ["aspa"] } });
    await show(SheetScreen, { dossier: DOSSIER }, offered);
    expect(await screen.findByRole("button", { name: "Remplir le formulaire officiel" })).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    cleanup();
    await show(SheetScreen, { dossier: DOSSIER }, createFakeSatchel({ dossiers: [dossier], deployment: deployment() }));
    await screen.findByRole("button", { name: "Imprimer cette feuille" });
    expect(screen.queryByRole("button", { name: "Remplir le formulaire officiel" })).toBeNull();
  });

  test("says what it will write, fills it, then what could not be written; never that it is filed", async () => {
    const saved: Blob[] = [];
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      saved.push(blob as Blob);
      return "blob:x";
    });
    await open(whole());
    expect(await screen.findByText("Besace va écrire 2 réponses dans le formulaire.")).toBeTruthy();
    expect(screen.getByText("Préparé, pas déposé.")).toBeTruthy();
    expect(screen.getByText(/Reste vide/)).toBeTruthy();
    expect(screen.getByText(/Sans place dans ce formulaire/).parentElement?.textContent).toMatch(/téléphone/i);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: /Remplir le formulaire/ }));
    const ready = await screen.findByRole("heading", { name: "Le formulaire est rempli" });
    await expect.poll(() => document.activeElement).toBe(ready);
    const listed = (title: RegExp) =>
      within(screen.getByText(title).parentElement as HTMLElement)
        .getAllByRole("listitem")
        .map((item) => item.textContent?.replace(/[\u2066-\u2069]/g, ""));
    expect(listed(/À écrire à la main/)).toEqual([expect.stringMatching(/[Pp]rénom/)]);
    expect(listed(/Écrit avec moins d’accents/)).toEqual(["NGUYÊN"]);
    expect(listed(/Sans place dans ce formulaire/)).toEqual([expect.stringMatching(/téléphone/i)]);
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Enregistrer sur cet appareil" }));
    expect(await screen.findByText(/Formulaire enregistré/)).toBeTruthy();
    const inside = await inspectPdf(await (saved[0] as Blob).arrayBuffer());
    expect(inside.ok && inside.value.pages).toBe(1);
    vi.restoreAllMocks();
  });

  test("without network it says so and asks again; a blank form from elsewhere does as well", async () => {
    const files: Record<string, ArrayBuffer> = {};
    const { asked } = await open(files);
    expect(await screen.findByText("Il faut du réseau pour charger ce formulaire")).toBeTruthy();
    Object.assign(files, { "aspa.json": json(mapOf()) });
    fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
    await screen.findByText("Besace va écrire 2 réponses dans le formulaire.");
    fireEvent.click(screen.getByRole("button", { name: /Remplir le formulaire/ }));
    expect(await screen.findByText("Il faut du réseau pour charger ce formulaire")).toBeTruthy();
    const own = (bytes: ArrayBuffer): void => {
      const picker = document.querySelector('input[type="file"]') as HTMLInputElement;
      Object.defineProperty(picker, "files", { configurable: true, value: [new File([bytes], "a.pdf")] });
      fireEvent.change(picker);
    };
    own(await fillablePdf({ change: (pdf) => pdf.setTitle("autre") }));
    expect(await screen.findByText("Ce n’est pas le bon fichier")).toBeTruthy();
    own(blank);
    expect(await screen.findByRole("heading", { name: "Le formulaire est rempli" })).toBeTruthy();
    expect(asked).toEqual(["aspa.json", "aspa.json", `${mapOf().pdf.sha256}.pdf`]);
  });

  test.each([
    ["of another version", mapOf({ version: aspa.version + 1 })],
    ["of another procedure", mapOf({ form: "rsa" })],
    ["that reads what is not asked", mapOf({ fields: [{ pdf: "a", from: "nowhere" }] })],
    ["that is none", { hello: 1 }],
  ])("a mapping %s fills nothing", async (_what, map) => {
    await open({ "aspa.json": json(map) });
    expect(await screen.findByText("Ce formulaire a changé")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Remplir le formulaire/ })).toBeNull();
  });

  test("a published form brings its own mapping: only the blank form is asked for", async () => {
    const files = whole();
    const { asked } = await open(files, mapOf());
    await screen.findByText("Besace va écrire 2 réponses dans le formulaire.");
    fireEvent.click(screen.getByRole("button", { name: /Remplir le formulaire/ }));
    expect(await screen.findByRole("heading", { name: "Le formulaire est rempli" })).toBeTruthy();
    expect(asked).toEqual([`${mapOf().pdf.sha256}.pdf`]);
  });

  test("in Arabic, what is written stays French", async () => {
    await setLanguage("ar");
    await open(whole());
    expect(await screen.findByText(/ستكتب Besace/)).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
  });
});
