/** Beside the person: a visit, C+O and S+O at the desk, what the helper has to say first, what is refused; axe. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeDesk, FAKE_NOW } from "../../support/fake-desk.ts";
import { FAKE_HELPED, FAKE_NUMBER } from "../../support/fake-returns.ts";
import { showDesk } from "./harness.tsx";

vi.mock("../../../src/app/platform/scan.ts", () => ({
  canUseCamera: () => false,
  openCamera: async () => ({ ok: false, error: { type: "no-camera" } }),
  scanQr: async () => undefined,
}));
afterEach(cleanup);
const heading = () => screen.getByRole("heading", { level: 1 }).textContent;
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const returns = { people: [FAKE_HELPED], mayHelp: true, operates: false };
const hour = 3_600_000;
async function show(start: Parameters<typeof createFakeDesk>[0] = { returns }) {
  const desk = createFakeDesk(start);
  const shown = await showDesk(desk, { path: "/guichet/accompagner" });
  await waitFor(() => expect(screen.getByRole("link", { name: "Ouvrir une visite" })).toBeTruthy());
  return { desk, shown };
}
const confirm = (paper: string): void => {
  fireEvent.click(screen.getByLabelText(paper));
  fireEvent.click(screen.getByLabelText(/Le nom et la date/));
};

test("F5 C+O: read, compared with a paper, pictures, the answer; nothing goes on before both were said", async () => {
  const { desk, shown } = await show();
  const visit = screen.getByRole("link", { name: "Ouvrir une visite" });
  expect([visit.getAttribute("href"), visit.getAttribute("rel")]).toEqual(["/poste", "noopener noreferrer"]);
  expect(await axeProblems()).toEqual([]);
  press("L’aider avec sa carte");
  const field = screen.getByLabelText(/Texte de son appareil/);
  fireEvent.input(field, { target: { value: "bonjour" } });
  press("Lire");
  await waitFor(() => expect(screen.getByText(/ne vient pas de l’appareil/)).toBeTruthy());
  fireEvent.input(field, { target: { value: "BSG1.AAAA" } });
  press("Lire");
  await waitFor(() => expect(screen.getByText("Amina Diallo")).toBeTruthy());
  expect(await axeProblems()).toEqual([]);
  press("C’est bien elle");
  expect(screen.getByText(/Choisissez la pièce/)).toBeTruthy();
  expect(desk.calls("returnChecked")).toEqual([]);
  confirm("Passeport");
  press("C’est bien elle");
  await waitFor(() => expect(screen.getByText(FAKE_NUMBER)).toBeTruthy());
  expect(desk.calls("returnChecked")[0]?.[0]).toMatchObject({ paper: "passport", pair: "C+O" });
  expect(await axeProblems()).toEqual([]);
  desk.fail("returnGive", { type: "other-desk" });
  press("Ce sont les mêmes");
  await waitFor(() => expect(screen.getByText(/pour une autre structure/)).toBeTruthy());
  desk.heal("returnGive");
  press("Ce sont les mêmes");
  await waitFor(() => expect(heading()).toBe("Pour son appareil, et lui seul"));
  press(/Copier/);
  await waitFor(() => expect(shown.copied[0]).toMatch(/^BSF1\./));
});

test("F5 C+O: other pictures stop everything", async () => {
  const { desk } = await show();
  press("L’aider avec sa carte");
  fireEvent.input(screen.getByLabelText(/Texte de son appareil/), { target: { value: "BSG1.AAAA" } });
  press("Lire");
  await waitFor(() => expect(screen.getByText("Amina Diallo")).toBeTruthy());
  confirm("Je connais cette personne");
  press("C’est bien elle");
  await waitFor(() => expect(screen.getByText(FAKE_NUMBER)).toBeTruthy());
  press("Elles sont différentes");
  await waitFor(() => expect(heading()).toBe("À côté de la personne"));
  expect([desk.calls("returnGive"), desk.calls("returnDrop").length > 0]).toEqual([[], true]);
});

test("F5 S+O: asked by name after a paper was seen; after the wait it goes on like the other", async () => {
  const { desk } = await show();
  press("Chercher son nom");
  fireEvent.input(screen.getByLabelText("Nom"), { target: { value: "dialló" } });
  press(/Amina Diallo/);
  confirm("Carte d’identité");
  press("Demander l’ouverture");
  await waitFor(() => expect(screen.getByText(/Une personne l’a demandé/)).toBeTruthy());
  expect(desk.calls("returnAsk")[0]?.[0]).toEqual({ person: FAKE_HELPED.id, paper: "id-card" });
  cleanup();
  const asked = { asks: [FAKE_NOW - 80 * hour, FAKE_NOW - 79 * hour], opensAt: FAKE_NOW - 7 * hour };
  const later = await show({ returns: { ...returns, people: [{ ...FAKE_HELPED, asked }] } });
  press("Chercher son nom");
  expect(screen.getByText(/Le délai est passé/)).toBeTruthy();
  press(/Amina Diallo/);
  fireEvent.input(screen.getByLabelText(/Texte de son appareil/), { target: { value: "BSG1.AAAA" } });
  press("Lire");
  confirm("Carte d’identité");
  press("C’est bien elle");
  await waitFor(() => expect(screen.getByText(FAKE_NUMBER)).toBeTruthy());
  expect(later.desk.calls("returnChecked")[0]?.[0]).toMatchObject({ pair: "S+O", text: "BSG1.AAAA" });
});

test("a desk that names nobody helps nobody; one body with the operator has no S+O; both are said", async () => {
  await show({ returns: { people: [], mayHelp: false, operates: true } });
  expect(screen.getByText(/ne nomme personne/)).toBeTruthy();
  expect(screen.getByText(/tient aussi le serveur/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "L’aider avec sa carte" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Chercher son nom" })).toBeNull();
});
