/** E6: a dossier that another site prepares: told before anything leaves, one act, never "déposé" before the site said when. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { later } from "../../../src/app/features/dossiers/later.tsx";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import { importDs } from "../../../src/forms/import/ds.ts";
import { readSchema } from "../../../src/forms/import/schema.ts";
import type { Answers } from "../../../src/forms/model.ts";
import { asProcedure, publishedProcedure } from "../../../src/forms/published.ts";
import { orphanMs } from "../../../src/satchel/hand-off.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_NOW, fakeDossier } from "../../support/fake-satchel.ts";
import { type SiteProcedure, siteKey, siteSchema } from "../../support/prefill-site.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

const url = "https://site.example";
const procedure: SiteProcedure = {
  number: 12,
  path: "aide",
  fields: [
    { type: "Text", id: 1, label: "Métier" },
    { type: "LinkedDropDownList", id: 2, label: "Transport", options: ["--Train--", "TER"] },
    { type: "Text", id: 3, label: "Quartier" },
    { type: "Address", id: 4, label: "Adresse" },
    { type: "PieceJustificative", id: 5, label: "Avis" },
  ],
};
const schema = readSchema(siteSchema(procedure, url));
if (!schema.ok) throw new Error("the procedure has a shape");
const { file } = importDs(schema.value, { today: "2026-11-22", reviewBefore: "2027-05-22" });
const id = publishedProcedure("B".repeat(27), file.form.id);

const answers: Answers = {
  q_1: { v: "text", text: "Menuisière" },
  q_2: { v: "choice", id: "ter" },
  q_3: { v: "text", text: "Les Minimes" },
  q_4: { v: "text", text: "12 rue Haute 31000 Toulouse" },
};
/** "Quartier" is not asked there any more. */
const shape = {
  number: 12,
  state: "publiee",
  revision: "2",
  fields: [
    { key: siteKey(1), type: "TextChampDescriptor" },
    { key: siteKey(2), type: "LinkedDropDownListChampDescriptor", options: ["--Train--", "TER"] },
    { key: siteKey(4), type: "AddressChampDescriptor" },
  ],
};
const server = { ...deployment(), prefill: { name: "Site d’essai", url } };
const satchelWith = (patch: Parameters<typeof createFakeSatchel>[0] = {}) =>
  createFakeSatchel({
    dossiers: [fakeDossier({ procedure: id, organisation: "", formVersion: 1, answers }, { id: DOSSIER })],
    deployment: server,
    site: { shape, state: null },
    published: { list: { forms: [], refused: [], checkedAt: 0 }, forms: { [id]: asProcedure(id, file) } },
    ...patch,
  });
type Satchel = ReturnType<typeof satchelWith>;

async function sheet(satchel: Satchel, options: Parameters<typeof show>[3] = {}) {
  await loadAreas("official", "journey");
  return show(later("SheetScreen"), { dossier: DOSSIER }, satchel, options);
}
async function looked(satchel: Satchel, options: Parameters<typeof show>[3] = {}) {
  const shown = await sheet(satchel, options);
  fireEvent.click(await screen.findByRole("button", { name: "Voir ce que le site reprendra" }));
  return shown;
}
const region = () => screen.findByRole("region", { name: /Préparer sur .?Site d’essai/ });

test("before anything leaves: what is not taken over and why, who reads it, the five days; then one act", async () => {
  const satchel = satchelWith();
  await looked(satchel);
  expect(await screen.findByText("Le site reprendra 2 réponses.")).toBeTruthy();
  const part = await region();
  const [left] = within(part).getAllByRole("list");
  expect(left?.textContent).toMatch(/Transport.*le site ne prend pas ce genre de réponse/);
  expect(left?.textContent).toMatch(/Quartier.*le site ne pose plus cette question.*Les Minimes/);
  expect(part.textContent).toContain("À vérifier sur le site");
  expect(part.textContent).toContain("Avis");
  expect(part.textContent).toContain("Ce site lira vos réponses.");
  expect(part.textContent).toContain("5 jours");
  expect(satchel.calls("handOff")).toEqual([]);
  expect(await axeProblems()).toEqual([]);

  fireEvent.click(within(part).getByRole("button", { name: /^Préparer sur/ }));
  expect(await within(await region()).findByText("Préparé, pas encore déposé.")).toBeTruthy();
  expect(satchel.calls("handOff")).toHaveLength(1);
  expect(satchel.calls("handOff")[0]?.[1]).toMatchObject({
    procedure: 12,
    values: { [siteKey(1)]: "Menuisière", [siteKey(4)]: "12 rue Haute 31000 Toulouse" },
    left: [
      { key: "q_2", reason: "not-taken" },
      { key: "q_3", reason: "gone" },
    ],
    unsure: ["q_4"],
  });
  // Told once more, with the answers to copy; address and number.
  const after = await region();
  expect(after.textContent).toMatch(/Quartier.*Les Minimes/);
  expect(
    within(after)
      .getByRole("link", { name: /Ouvrir sur/ })
      .getAttribute("href"),
  ).toContain("/commencer/aide");
  expect(after.textContent).toContain("1000");
  expect(after.textContent).not.toMatch(/Déposé le/);
  expect(await axeProblems()).toEqual([]);
});

test("filed only with the day that the site gave; not found is said, and can be asked again", async () => {
  const satchel = satchelWith();
  await looked(satchel);
  fireEvent.click(await screen.findByRole("button", { name: /^Préparer sur/ }));
  const ask = async (): Promise<void> => {
    fireEvent.click(await screen.findByRole("button", { name: "Demander où il en est" }));
  };
  await ask();
  expect(await screen.findByText(/ne l’a pas retrouvé cette fois/)).toBeTruthy();
  satchel.data.site = { shape, state: { state: "brouillon", submittedAt: null } };
  await ask();
  expect(await screen.findByText(/À ouvrir avant le/)).toBeTruthy();
  expect((await region()).textContent).not.toContain("Déposé le");
  satchel.data.site = { shape, state: { state: "en_construction", submittedAt: "2026-11-22T10:00:00+01:00" } };
  await ask();
  expect(await screen.findByText(/Déposé le 22 novembre 2026, dit le site/)).toBeTruthy();
  satchel.data.site = { shape, state: { state: "accepte", submittedAt: null } };
  await ask();
  expect(await screen.findByText(/La demande est acceptée/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Demander où il en est" })).toBeNull();
});

test("what ran out can be prepared once more, after the same words", async () => {
  const handOff = {
    site: "Site d’essai",
    procedure: 12,
    url: `${url}/commencer/aide?prefill_token=abcdefgh`,
    token: "abcdefgh",
    at: FAKE_NOW - orphanMs - 60_000,
    left: [],
    unsure: [],
    gone: true as const,
  };
  const record = { procedure: id, organisation: "", formVersion: 1, answers, handOffs: { "1000": handOff } };
  const satchel = satchelWith({ dossiers: [fakeDossier(record, { id: DOSSIER })] });
  await sheet(satchel);
  expect(await screen.findByText(/Le site ne l’a plus/)).toBeTruthy();
  expect(screen.queryByRole("link", { name: /Ouvrir sur/ })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Préparer encore une fois" }));
  expect(await screen.findByText("Ce site lira vos réponses.")).toBeTruthy();
  expect(satchel.calls("handOff")).toEqual([]);
});

test("offline, too often, a site that fails, a server that does not do it: said plainly, and nothing is put in a queue", async () => {
  const offline = satchelWith();
  await looked(offline, { shell: { network: "offline" } });
  expect(await screen.findByText("Il faut du réseau pour demander au site")).toBeTruthy();
  expect(screen.getByText(/Rien ne partira tout seul/)).toBeTruthy();
  expect(offline.calls("handOffShape")).toEqual([]);
  cleanup();

  const busy = satchelWith();
  busy.refuse("handOffShape", { type: "wait", seconds: 9 });
  await looked(busy);
  expect(await screen.findByText(/Essayez encore dans 9 secondes/)).toBeTruthy();
  busy.heal("handOffShape");
  fireEvent.click(screen.getByRole("button", { name: "Essayer encore" }));
  expect(await screen.findByText("Ce site lira vos réponses.")).toBeTruthy();
  busy.refuse("handOff", { type: "site-failed" });
  fireEvent.click(screen.getByRole("button", { name: /^Préparer sur/ }));
  expect(await screen.findByText(/Rien n’est déposé/)).toBeTruthy();
  expect(screen.queryByText("Préparé, pas encore déposé.")).toBeNull();
  cleanup();

  await sheet(satchelWith({ deployment: deployment() }));
  expect(await screen.findByText(/Ce serveur ne prépare rien sur un autre site/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Imprimer cette feuille" })).toBeTruthy();
  cleanup();

  const locked = satchelWith();
  locked.fail("handOffShape", { type: "locked" });
  await looked(locked);
  await waitFor(async () => expect((await region()).textContent).toContain("Votre besace est fermée"));
});

test("in Arabic and English every sentence is there", async () => {
  for (const [language, read] of [
    ["ar", "سيقرأ هذا الموقع أجوبتكم."],
    ["en", "This site will read your answers."],
  ] as const) {
    await setLanguage(language);
    const satchel = satchelWith();
    await sheet(satchel);
    fireEvent.click(await screen.findByRole("button", { name: /ما الذي سيأخذه|See what the site/ }));
    expect(await screen.findByText(read)).toBeTruthy();
    expect(document.body.textContent).not.toMatch(/handoff\./);
    expect(await axeProblems()).toEqual([]);
    cleanup();
  }
});
