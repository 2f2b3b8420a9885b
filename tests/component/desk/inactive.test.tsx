/** SPEC P-Z2: who has not opened her satchel for years is named above the list of dossiers. */
import { cleanup, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeDesk, FAKE_NOW, fakeDeskDossier } from "../../support/fake-desk.ts";
import { showDesk } from "./harness.tsx";

afterEach(cleanup);
const dossiers = [fakeDeskDossier({ name: "Camille Morel" })];

test("named with the day from which the server has no copy; nobody: nothing is said", async () => {
  const removedFrom = FAKE_NOW + 365 * 86_400_000;
  const inactive = [
    { name: "Amina Diallo", removedFrom },
    { name: "", removedFrom },
  ];
  await showDesk(createFakeDesk({ dossiers, inactive }));
  await screen.findByText("2 personnes n’ont pas ouvert leur besace depuis deux ans");
  expect(screen.getByText("Amina Diallo")).toBeTruthy();
  expect(screen.getAllByText(/À partir du .*2027, le serveur n’a plus sa copie/)).toHaveLength(2);
  expect(await axeProblems()).toEqual([]);
  cleanup();
  await showDesk(createFakeDesk({ dossiers }));
  await screen.findByRole("link", { name: "Camille Morel" });
  expect(screen.queryByText(/depuis deux ans/)).toBeNull();
});

test("offline the list is there as ever", async () => {
  const desk = createFakeDesk({ dossiers });
  desk.fail("inactive", { type: "no-network" });
  await showDesk(desk);
  await screen.findByRole("link", { name: "Camille Morel" });
  expect(screen.queryByText(/depuis deux ans/)).toBeNull();
});
