/** F4: a dossier that its organisation did not open in time is said where the person looks, with the number to call. */
import { cleanup, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { LateDoor } from "../../../src/app/state/LateDoor.tsx";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_NOW, fakeDossier } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { plain, settled } from "../papers/support.ts";

afterEach(cleanup);
const DAY = 86_400_000;
const text = (): string => plain(document.body.textContent ?? "");
const proof = (type: "deposited" | "opened", daysAgo: number) => ({
  type,
  at: FAKE_NOW - daysAgo * DAY,
  have: 1,
  of: 1,
  fingerprint: "",
  by: "",
});

test.each([
  ["not opened after two months", "complete", [proof("deposited", 70)], "Pas ouvert à la date prévue"],
  [
    "opened, no answer after two months",
    "opened",
    [proof("deposited", 70), proof("opened", 60)],
    "Pas de réponse à la date prévue",
  ],
  ["still in time", "complete", [proof("deposited", 50)], null],
  ["sent yesterday", "complete", [proof("deposited", 1)], null],
] as const)("%s", async (_name, stage, proofs, title) => {
  const dossier = fakeDossier({ procedure: "domiciliation" }, { stage, proofs });
  const page = (
    <main>
      <LateDoor dossiers={[dossier]} linked />
    </main>
  );
  await showScreen(page, { satchel: createFakeSatchel({ dossiers: [dossier] }) });
  await settled();
  if (title === null) return expect(text()).not.toContain("date prévue");
  const seen = await screen.findByRole("link", { name: /Voir le dossier/ }, { timeout: 10_000 });
  expect(text()).toContain(title);
  expect(text()).toContain("au plus tard le");
  expect(screen.getByRole("link", { name: /^\u2068?0/ }).getAttribute("href")).toMatch(/^tel:\+33/);
  expect(seen.getAttribute("href")).toBe(`/dossiers/${dossier.id}`);
  expect(await axeProblems()).toEqual([]);
});
