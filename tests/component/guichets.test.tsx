/** A desk checked in person, as it is shown: verified with its date, a loud stop with both codes, each wrong code its sentence. */
import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { deskPaths } from "../../src/app/desk/state.ts";
import { DeskScreen } from "../../src/app/features/guichets/DeskScreen.tsx";
import { DesksScreen } from "../../src/app/features/guichets/DesksScreen.tsx";
import * as scanner from "../../src/app/platform/scan.ts";
import { err, ok } from "../../src/shared/result.ts";
import { axeProblems } from "../support/axe-dom.ts";
import { createFakeDesk } from "../support/fake-desk.ts";
import { FAKE_SHEET } from "../support/fake-in-person.ts";
import { createFakeSatchel, FAKE_DEPLOYMENT } from "../support/fake-satchel.ts";
import { showScreen } from "../support/fake-shell.tsx";
import { showDesk } from "./desk/harness.tsx";
import { plain, settled } from "./papers/support.ts";

window.scrollTo = () => undefined;
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
const text = (): string => plain(document.querySelector("main")?.textContent ?? "");
const areas = ["guichets", "scan", "opening"] as const;
const slug = FAKE_DEPLOYMENT.organisations[0]?.slug ?? "";

async function show() {
  const satchel = createFakeSatchel();
  await showScreen(<DeskScreen params={{ desk: slug }} />, { satchel, areas: [...areas] });
  await settled();
  return satchel;
}
async function reads(seen: string | Awaited<ReturnType<typeof scanner.scanQr>>): Promise<void> {
  vi.spyOn(scanner, "scanQr").mockResolvedValue(typeof seen === "string" ? ok(seen) : seen);
  const input = document.querySelector('input[type="file"]');
  if (input === null) throw new Error("a picture can be chosen");
  fireEvent.change(input, { target: { files: [new File(["x"], "x.png")] } });
  await settled();
}

test("the list says of each organisation what is known", async () => {
  await showScreen(<DesksScreen />, { satchel: createFakeSatchel(), areas: [...areas] });
  await settled();
  expect(text()).toContain("Pas encore vérifié au guichet");
  expect(await axeProblems()).toEqual([]);
});

test("the right sheet: verified in person, with the date; the code to compare by eye stays", async () => {
  const satchel = await show();
  await reads(FAKE_SHEET.text);
  expect(satchel.calls("checkDesk")).toEqual([[{ organisation: slug, text: FAKE_SHEET.text }]]);
  expect(text()).toMatch(/Vérifié en personne le \d/);
  expect(text()).toContain("4071 8265");
  expect(await axeProblems()).toEqual([]);
});

test("another sheet: a loud stop with both codes and a telephone number; only a second tap goes on", async () => {
  const satchel = await show();
  await reads("BSO1.FALSE");
  expect(screen.getByRole("alert").textContent).toContain("Arrêtez-vous");
  expect(text()).toContain("4071 8265");
  expect(text()).toContain("0091 2374");
  expect(document.querySelector('a[href^="tel:"]')).not.toBeNull();
  expect(await axeProblems()).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "J’ai parlé à quelqu’un, je décide" }));
  expect(satchel.calls("settleDesk")).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Continuer avec les clés connues" }));
  await settled();
  expect(satchel.calls("settleDesk")).toEqual([[slug]]);
  expect(text()).toContain("Pas encore vérifié au guichet");
});

test("a card, another code, a picture without any: a sentence each, nothing stopped", async () => {
  await show();
  await reads("BSC1.ABC");
  expect(text()).toContain("C’est une carte de secours");
  await reads("https://exemple.fr");
  expect(text()).toContain("Ce code n’est pas celui d’un guichet");
  await reads(err({ type: "no-code" }));
  expect(text()).toContain("Le dessin n’est pas lu.");
  expect(text()).not.toContain("Arrêtez-vous");
});

test("the desk's sheet: name, code, four pictures and eight digits, printed", async () => {
  const shown = await showDesk(createFakeDesk(), { path: deskPaths.sheet });
  await screen.findByRole("heading", { level: 2, name: FAKE_DEPLOYMENT.organisations[0]?.name ?? "" });
  expect(await screen.findByRole("img", { name: /à lire avec le téléphone/ })).toBeTruthy();
  expect(text()).toContain("4071 8265");
  expect(await axeProblems()).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Imprimer la feuille" }));
  expect(shown.printed()).toBe(1);
});
