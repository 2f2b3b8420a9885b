import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { RowScreen } from "../../../src/app/features/dossiers/RowScreen.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

afterEach(cleanup);

const ROW = "AAAAAAAAAAAAAAAAAAAAHA";
const satchelWith = (removed = false) =>
  createFakeSatchel({
    dossiers: [
      fakeDossier(
        {
          answers: { has_dependants: { v: "yesno", yes: true } },
          rows: { [ROW]: { repeat: "dependants", position: 1, removed } },
        },
        { id: DOSSIER },
      ),
    ],
    deployment: deployment(),
  });
const look = (satchel: ReturnType<typeof satchelWith>) =>
  show(RowScreen, { dossier: DOSSIER, page: "dependants", row: ROW }, satchel);

describe("one row of a repeat", () => {
  test("its fields are kept as typed, checked on leaving, and lead back to the list", async () => {
    const satchel = satchelWith();
    const shown = await look(satchel);
    await screen.findByRole("heading", { level: 1, name: "Personne 1" });
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Garder et revenir à la liste" }));
    const summary = await screen.findByRole("alert");
    expect(within(summary).getAllByRole("link")).toHaveLength(2);
    expect(shown.went).toEqual([]);
    fireEvent.input(screen.getByLabelText("Prénom"), { target: { value: "Lina" } });
    fireEvent.click(screen.getByRole("radio", { name: "Mon enfant" }));
    fireEvent.click(screen.getByRole("button", { name: "Garder et revenir à la liste" }));
    await expect.poll(() => shown.went).toEqual([`/dossiers/${DOSSIER}/question/dependants`]);
    expect(satchel.data.dossiers[0]?.record.answers).toMatchObject({
      [`dependants/${ROW}/dependant_given_name`]: { v: "text", text: "Lina" },
      [`dependants/${ROW}/dependant_link`]: { v: "choice", id: "child" },
    });
  });

  test("one that was left without a word is taken out again; one with a word stays", async () => {
    const satchel = satchelWith();
    const isThere = () => satchel.data.dossiers[0]?.record.rows[ROW]?.removed === false;
    await look(satchel);
    fireEvent.input(await screen.findByLabelText("Prénom"), { target: { value: "Lina" } });
    cleanup();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isThere()).toBe(true);
    const other = satchelWith();
    await look(other);
    await screen.findByLabelText("Prénom");
    await new Promise((resolve) => setTimeout(resolve, 50));
    cleanup();
    await expect.poll(() => other.data.dossiers[0]?.record.rows[ROW]?.removed ?? true).toBe(true);
  });

  test("one that was taken out elsewhere is said to be gone", async () => {
    await look(satchelWith(true));
    expect(await screen.findByText("Cette personne n’est plus dans la liste")).toBeTruthy();
  });
});
