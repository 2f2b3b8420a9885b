/** The desk's figures and dates by which an answer is owed, as they are shown. */
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { deskPaths } from "../../../src/app/desk/state.ts";
import { createFakeDesk, FAKE_NOW, fakeDeskDossier } from "../../support/fake-desk.ts";
import { showDesk } from "./harness.tsx";

const DAY = 86_400_000;
window.scrollTo = () => undefined;
afterEach(cleanup);

async function structure(): Promise<readonly string[]> {
  const { violations } = await axe.run(document.body, {
    runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] },
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

test("figures: one line a procedure, nobody named, a file for a spreadsheet", async () => {
  const dossiers = [
    fakeDeskDossier({ name: "Camille Morel", depositedAt: FAKE_NOW - 3 * DAY }),
    fakeDeskDossier({
      name: "Zoé",
      status: "received",
      depositedAt: FAKE_NOW - 5 * DAY,
      repliedAt: FAKE_NOW - 4 * DAY,
    }),
    fakeDeskDossier({ procedure: "demande-libre", status: "opened" }),
  ];
  const shown = await showDesk(createFakeDesk({ dossiers }), { path: deskPaths.figures });
  await screen.findByRole("heading", { level: 1, name: "Chiffres" });
  const table = await screen.findByRole("table");
  await waitFor(() => expect(within(table).getAllByRole("rowheader")).toHaveLength(2));
  expect(table.textContent).toContain("3 jours");
  expect(table.textContent).toContain("1 jour");
  expect(document.body.textContent).not.toMatch(/Camille|Zoé|K7QF/);
  expect(await structure()).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Liste en CSV" }));
  expect(shown.saved).toEqual([{ mime: "text/csv", name: "chiffres.csv" }]);
});

test("the list says by when an answer is owed, louder when it is near or over", async () => {
  const dossiers = [
    fakeDeskDossier({ name: "Alix", depositedAt: FAKE_NOW - 2 * DAY }),
    fakeDeskDossier({ name: "Béa", depositedAt: FAKE_NOW - 55 * DAY }),
    fakeDeskDossier({ name: "Chloé", depositedAt: FAKE_NOW - 90 * DAY }),
    fakeDeskDossier({ name: "Driss", status: "decided", depositedAt: FAKE_NOW - 90 * DAY }),
  ];
  await showDesk(createFakeDesk({ dossiers }));
  const line = async (name: string) => (await screen.findByRole("link", { name })).closest("tr") as HTMLElement;
  await waitFor(async () => expect((await line("Alix")).textContent).toMatch(/Répondre avant le/));
  expect((await line("Alix")).querySelector(".need")).toBeNull();
  expect((await line("Béa")).querySelector(".need")?.textContent).toMatch(/Répondre avant le/);
  expect((await line("Chloé")).textContent).toMatch(/Délai passé le/);
  expect((await line("Driss")).textContent).not.toMatch(/Répondre|Délai/);
  expect(await structure()).toEqual([]);
});
