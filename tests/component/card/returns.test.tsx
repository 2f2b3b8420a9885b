/** Which organisation may help the person come back: agreed, taken back, refused; and somebody who asks now; axe. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { ReturnsScreen } from "../../../src/app/features/card/ReturnsScreen.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { FAKE_RETURNS } from "../../support/fake-returns.ts";
import { createFakeSatchel, FAKE_CODE, FAKE_NOW, type FakeData } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";

afterEach(cleanup);
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const give = (code: string) => {
  for (const digit of code) press(digit);
};
async function show(start: Partial<FakeData> = {}) {
  const satchel = createFakeSatchel({ drilled: true, ...start });
  await showScreen(<ReturnsScreen />, { satchel, areas: ["returns", "opening"] });
  await waitFor(() => expect(screen.queryByText(/moitié de clé\. Seule|une moitié de clé/)).toBeTruthy());
  return satchel;
}
const only = FAKE_RETURNS.helpers.slice(0, 1);

test("F5 agreed with name, date and code; then taken back", async () => {
  const satchel = await show();
  expect(await axeProblems()).toEqual([]);
  press(/CCAS de Démo-Ville/);
  expect((screen.getByLabelText(/Votre nom/) as HTMLInputElement).value).toBe("Amina Diallo");
  fireEvent.click(screen.getByLabelText(/Même sans ma carte/));
  expect(await axeProblems()).toEqual([]);
  give("902746");
  await waitFor(() => expect(screen.getByText("Ce n’est pas ce code.")).toBeTruthy());
  give(FAKE_CODE);
  await waitFor(() => expect(screen.getByText(/Se prépare/)).toBeTruthy());
  expect(satchel.calls("agreeReturn").at(-1)?.[0]).toMatchObject({ organisation: "ccas", pairs: ["C+O", "S+O"] });
  press(/CCAS de Démo-Ville/);
  for (const choice of [/Avec ma carte/, /Même sans ma carte/]) fireEvent.click(screen.getByLabelText(choice));
  give(FAKE_CODE);
  await waitFor(() => expect(satchel.calls("agreeReturn").at(-1)?.[0]).toMatchObject({ pairs: [] }));
});

test("F5 where operator and organisation are one body, S+O is not offered and it is said why", async () => {
  await show({ returns: { ...FAKE_RETURNS, helpers: only.map((each) => ({ ...each, operates: true })) } });
  press(/CCAS de Démo-Ville/);
  expect(screen.queryByLabelText(/Même sans ma carte/)).toBeNull();
  expect(screen.getByText(/tient aussi le serveur/)).toBeTruthy();
});

test("F5 somebody asks now: who, from when, and one tap to stop; without a network the number on the card", async () => {
  const asked = {
    organisation: "ccas",
    asks: [FAKE_NOW, FAKE_NOW],
    opensAt: FAKE_NOW + 72 * 3_600_000,
    openedAt: null,
  };
  const satchel = await show({ returns: { ...FAKE_RETURNS, asked } });
  expect(screen.getByText(/CCAS de Démo-Ville.*pourra donner/)).toBeTruthy();
  expect(await axeProblems()).toEqual([]);
  satchel.fail("stopReturn", { type: "no-network" } as never);
  press(/Ce n’est pas moi/);
  await waitFor(() =>
    expect(screen.getByRole("link", { name: "Bloquer ma besace" }).getAttribute("href")).toBe("/carte/bloquer"),
  );
  satchel.heal("stopReturn");
  press(/Ce n’est pas moi/);
  await waitFor(() => expect(screen.getByText(/C’est arrêté/)).toBeTruthy());
});

test("a failure is said, with a way to try again", async () => {
  const satchel = createFakeSatchel();
  satchel.fail("returns", { type: "unavailable", mark: "not-loaded" });
  await showScreen(<ReturnsScreen />, { satchel, areas: ["returns", "opening"] });
  await waitFor(() => expect(screen.getByRole("button", { name: /Essayer|Réessayer/ })).toBeTruthy());
});
