/** The team of an organisation as it is shown: first helper, invitation compared on both screens, leaving, the card. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { deskPaths } from "../../../src/app/desk/state.ts";
import type { PrincipalId } from "../../../src/shared/ids.ts";
import type { TeamHelper, TeamView } from "../../../src/workers/team-desk.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeDesk, FAKE_NOW } from "../../support/fake-desk.ts";
import { showDesk } from "./harness.tsx";

window.scrollTo = () => undefined;
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};
afterEach(cleanup);

const person = (name: string, patch: Partial<TeamHelper> = {}): TeamHelper => ({
  id: `id-${name}` as PrincipalId,
  role: "helper",
  name,
  isMe: false,
  ...patch,
});
const team = (patch: Partial<TeamView> = {}): TeamView => ({
  state: "helpers",
  mayManage: true,
  helpers: [person("Nadia", { role: "manager", isMe: true }), person("Paul")],
  receives: true,
  invitations: [],
  ...patch,
});
const show = async (patch: Partial<TeamView> = {}) => {
  const desk = createFakeDesk({ team: team(patch) });
  await showDesk(desk, { path: deskPaths.team });
  await screen.findByRole("heading", { level: 2, name: "Qui ouvre ce guichet" });
  return desk;
};
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));

test("a desk that opened with its code alone: the list says so, and she becomes the first manager", async () => {
  const desk = createFakeDesk({ team: team({ state: "old", mayManage: false, helpers: [] }) });
  const shown = await showDesk(desk);
  expect(await screen.findByText("Ce guichet s’ouvre avec le code seul")).toBeTruthy();
  shown.go(deskPaths.team);
  await screen.findByRole("heading", { level: 2, name: "Dire qui vous êtes" });
  expect(await axeProblems()).toEqual([]);
  press("Continuer");
  expect(await screen.findByText("Écrivez votre nom.")).toBeTruthy();
  fireEvent.input(screen.getByLabelText("Votre nom"), { target: { value: " Nadia " } });
  press("Continuer");
  await screen.findByLabelText("Vos 6 chiffres");
  for (const digit of "582914") press(digit);
  press("Valider");
  await screen.findByText("Nadia", { exact: false });
  expect(desk.calls("becomeFirstHelper")).toEqual([[{ name: "Nadia", code: "582914" }]]);
  expect(await screen.findByText("La structure ne reçoit pas encore")).toBeTruthy();
});

test("an invitation: groups once, then what both screens show, then confirmed", async () => {
  const desk = await show();
  fireEvent.click(screen.getByRole("radio", { name: /Responsable/ }));
  press("Préparer une invitation");
  expect(await screen.findByRole("heading", { level: 3, name: "Code d’invitation" })).toBeTruthy();
  expect(desk.calls("invite")).toEqual([["manager"]]);
  expect(await axeProblems()).toEqual([]);
  cleanup();
  const asked = { name: "Inès", pictures: [0, 3, 7, 11], digits: "04712290" };
  const other = await show({ invitations: [{ id: "i1", role: "helper", until: FAKE_NOW + 1000, asked }] });
  const card = (await screen.findByText("Inès")).closest("li") as HTMLElement;
  await waitFor(() => expect(within(card).getAllByRole("listitem")).toHaveLength(4));
  expect(card.textContent).toContain("0471 2290");
  expect(await axeProblems()).toEqual([]);
  press("C’est pareil, la prendre dans l’équipe");
  await waitFor(() => expect(other.calls("confirmHelper")).toEqual([["i1"]]));
  await waitFor(() => expect(screen.queryByText(/Demandez à cette personne/)).toBeNull());
});

test("putting somebody out is asked first, and says what it cannot undo; a refusal is said", async () => {
  const desk = await show();
  press("Retirer");
  await screen.findByRole("heading", { name: /Retirer .*Paul.* de l’équipe/ });
  expect(screen.getByText(/ne peut pas être repris/)).toBeTruthy();
  press("Garder dans l’équipe");
  expect(desk.calls("removeHelper")).toEqual([]);
  desk.fail("removeHelper", { type: "no-network" });
  press("Retirer");
  press("Retirer de l’équipe");
  expect(await screen.findByText(/Pas de réseau pour le moment/)).toBeTruthy();
  desk.heal("removeHelper");
  press("Retirer");
  press("Retirer de l’équipe");
  await waitFor(() => expect(screen.queryByText("Paul", { exact: false })).toBeNull());
});

test("the organisation's card serves once it was typed back", async () => {
  const desk = await show({ receives: false, helpers: [person("Nadia", { role: "manager", isMe: true })] });
  press("Faire la carte");
  await screen.findByRole("heading", { level: 3, name: "Carte de la structure" });
  press("C’est recopié, essayer la carte");
  const fields = screen.getAllByRole("textbox");
  for (const [at, field] of fields.entries()) fireEvent.input(field, { target: { value: desk.data.deskCode[at] } });
  expect(await axeProblems()).toEqual([]);
  press("Essayer la carte");
  expect(await screen.findByText("Ouvre le guichet si plus personne ne le peut")).toBeTruthy();
  expect(screen.queryByText("La structure ne reçoit pas encore")).toBeNull();
});

test("a helper sees who is in the team and nothing to change", async () => {
  await show({ mayManage: false });
  expect(screen.queryByRole("button", { name: "Retirer" })).toBeNull();
  expect(screen.queryByRole("heading", { name: "Inviter quelqu’un" })).toBeNull();
  expect(screen.getByText(/parlez à une personne responsable/)).toBeTruthy();
});

test("an invitation answered in a browser without a desk: name, code, then what to compare", async () => {
  const desk = createFakeDesk({ opening: { type: "none" } });
  await showDesk(desk);
  await screen.findByRole("heading", { level: 1, name: "Ouvrir ce guichet" });
  await screen.findByRole("button", { name: "On m’a donné un code d’invitation" });
  press("On m’a donné un code d’invitation");
  const groups = screen.getAllByRole("textbox").slice(1);
  for (const [at, field] of groups.entries()) fireEvent.input(field, { target: { value: desk.data.deskCode[at] } });
  press("Continuer");
  expect(await screen.findByText("Écrivez votre nom.")).toBeTruthy();
  fireEvent.input(screen.getByLabelText("Votre nom"), { target: { value: "Inès" } });
  press("Continuer");
  await screen.findByRole("heading", { level: 1, name: "Choisissez 6 chiffres pour cet ordinateur" });
  for (let twice = 0; twice < 2; twice += 1) {
    for (const digit of "417233") press(digit);
    press("Valider");
  }
  await screen.findByRole("heading", { level: 1, name: "Attendez la personne responsable" });
  expect(await screen.findByText("0471 2290")).toBeTruthy();
  expect(desk.calls("join")).toMatchObject([[{ name: "Inès", code: "417233" }]]);
  expect(await axeProblems()).toEqual([]);
});
