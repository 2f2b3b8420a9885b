/** What is kept, and the end of the service, as they are shown. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { DataScreen } from "../../../src/app/features/donnees/DataScreen.tsx";
import { EndScreen } from "../../../src/app/features/donnees/EndScreen.tsx";
import { kept } from "../../../src/satchel/kept.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakePaper } from "../../support/fake-satchel.ts";
import { showRootScreen } from "../shell/root-screen.tsx";

afterEach(cleanup);
const areas = ["donnees"] as const;
const at = Date.UTC(2027, 5, 30);

test("every rule has its line with how long, under the place where it is", async () => {
  await showRootScreen(<DataScreen />, { satchel: createFakeSatchel(), areas });
  await screen.findByRole("heading", { level: 1, name: "Ce qui est gardé" });
  const places = ["Sur ce téléphone", "Sur le serveur", "Chez l’organisme à qui vous envoyez"];
  const lines = places.map((name) => within(screen.getByRole("region", { name })).getAllByRole("term").length);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBe(kept.length);
  expect(screen.getByText("3 ans")).toBeTruthy();
  expect(screen.getAllByText("400 jours")).toHaveLength(2);
  expect(await axeProblems()).toEqual([]);
});

test("no end announced: it says so", async () => {
  await showRootScreen(<EndScreen />, { satchel: createFakeSatchel(), areas });
  expect(await screen.findByRole("heading", { level: 1, name: "Besace continue" })).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
});

test("an end: the day, papers brought home with what failed said, the file, the next address", async () => {
  const [one, two] = [fakePaper(), fakePaper()];
  const papers = [one, two].map(({ id }) => ({ id, bytes: 1000, state: "away" as const, why: null }));
  const space = { left: null, here: 0, freeable: 0, papers };
  const ending = { at, next: "https://ailleurs.exemple.fr" };
  const satchel = createFakeSatchel({ papers: [one, two], space, ending });
  await showRootScreen(<EndScreen />, { satchel, areas });
  expect(await screen.findByText(/Ce service s’arrête le .*30 juin 2027/)).toBeTruthy();
  expect(await screen.findByText("2 papiers ne sont plus sur ce téléphone.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Tout emporter" }).getAttribute("href")).toBe("/sortie");
  expect(screen.getByText("https://ailleurs.exemple.fr")).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
  satchel.fail("fetchBack", { type: "unavailable", mark: "x" });
  fireEvent.click(screen.getByRole("button", { name: "Tout ramener maintenant" }));
  expect(await screen.findByText(/2 papiers ne sont pas revenus/)).toBeTruthy();
  satchel.heal("fetchBack");
  fireEvent.click(screen.getByRole("button", { name: "Tout ramener maintenant" }));
  await waitFor(() => expect(screen.queryByText(/ne sont pas revenus/)).toBeNull());
  expect(satchel.calls("fetchBack")).toHaveLength(4);
});
