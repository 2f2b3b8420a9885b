/** F6: what an open desk says while the server hands out nothing without a login (SPEC P-I). */
import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeDesk, fakeDeskDossier } from "../../support/fake-desk.ts";
import { showDesk } from "./harness.tsx";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
const dossiers = [fakeDeskDossier({ name: "Camille Morel" })];
const needed = { needs: ["oidc"], site: "ProConnect", helper: true, isIn: false } as const;
const opens = () => vi.spyOn(window, "open").mockImplementation(() => null);

test("F6 needed: said above what is here already; the site in a tab beside; in, and a way out of it", async () => {
  const tabs = opens();
  const desk = createFakeDesk({ dossiers, login: needed, loginSteps: [{ type: "waiting" }, { type: "in" }] });
  const shown = await showDesk(desk);
  const button = await screen.findByRole("button", { name: "Se connecter avec ProConnect" });
  expect(screen.getByRole("link", { name: "Camille Morel" })).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
  fireEvent.click(button);
  const link = await screen.findByRole("link", { name: "Ouvrir la page de ProConnect" });
  expect(tabs.mock.calls).toEqual([["/connexion/guichet/partir", "_blank", "noopener"]]);
  expect([link.getAttribute("target"), link.getAttribute("href")]).toEqual(["_blank", "/connexion/guichet/partir"]);
  expect(desk.calls("beginLogin")).toEqual([["fr"]]);
  await shown.pass(2500);
  expect(screen.queryByText(/réussie/)).toBeNull();
  await shown.pass(2500);
  await screen.findByText(/Connexion avec ProConnect réussie/);
  expect(screen.queryByRole("button", { name: /ProConnect/ })).toBeNull();
  const out = screen.getByRole("link", { name: "Sortir de ProConnect" });
  expect(out.getAttribute("href")).toBe("/connexion/guichet/sortir");
});

test.each([
  ["cancelled", /Vous avez arrêté/],
  ["failed", /n’a pas répondu/],
  ["stale", /a trop attendu/],
  ["other-siret", /une autre structure/],
  ["other-person", /un autre compte ProConnect/],
] as const)("F6 %s: said in words, and begun again", async (why, words) => {
  opens();
  const desk = createFakeDesk({ dossiers, login: needed, loginSteps: [{ type: "refused", why }] });
  const shown = await showDesk(desk);
  fireEvent.click(await screen.findByRole("button", { name: /Se connecter/ }));
  await screen.findByRole("link", { name: "Ouvrir la page de ProConnect" });
  await shown.pass(2500);
  expect((await screen.findByRole("alert")).textContent).toMatch(words);
  expect(screen.getByRole("button", { name: "Recommencer avec ProConnect" })).toBeTruthy();
});

test("F6 no network when it is begun; a browser of nobody; not needed; not heard yet", async () => {
  const tabs = opens();
  const desk = createFakeDesk({ dossiers, login: needed });
  desk.fail("beginLogin", { type: "no-network" });
  await showDesk(desk);
  fireEvent.click(await screen.findByRole("button", { name: /Se connecter/ }));
  await screen.findByRole("alert");
  expect(tabs).not.toHaveBeenCalled();
  cleanup();
  await showDesk(createFakeDesk({ dossiers, login: { ...needed, helper: false } }));
  await screen.findByText(/n’est à personne de l’équipe/);
  expect(screen.queryByRole("button", { name: /ProConnect/ })).toBeNull();
  cleanup();
  const silent = createFakeDesk({ dossiers, login: needed });
  silent.fail("login", { type: "no-network" });
  for (const plain of [createFakeDesk({ dossiers }), silent]) {
    await showDesk(plain);
    await screen.findByRole("link", { name: "Camille Morel" });
    expect(screen.queryByText(/ProConnect/)).toBeNull();
    cleanup();
  }
});
