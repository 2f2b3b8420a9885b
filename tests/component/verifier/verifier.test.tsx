/** The verifier page: what is true is said in full; what is not has its sentence each (F4). */
import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { Verifier } from "../../../src/app/features/verifier/VerifierScreen.tsx";
import { err, ok, type Result } from "../../../src/shared/result.ts";
import type { CheckedReceipt, VerifyTrouble } from "../../../src/workers/verify.contract.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeSatchel, FAKE_DEPLOYMENT, FAKE_NOW } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { plain, settled } from "../papers/support.ts";

afterEach(cleanup);
const text = (): string => plain(document.querySelector("main")?.textContent ?? "");

async function show(answer: Result<CheckedReceipt, VerifyTrouble>) {
  const given: string[] = [];
  const connect = () =>
    ({
      api: {
        ready: async () => ok(undefined),
        verify: async (words: string) => {
          given.push(words);
          return answer;
        },
      },
      stop: () => undefined,
    }) as never;
  await showScreen(<Verifier connect={connect} />, { satchel: createFakeSatchel(), areas: ["verifier", "scan"] });
  await settled();
  fireEvent.input(screen.getByLabelText("Ou collez le texte du récépissé"), { target: { value: "BESACE-RECU-1 {}" } });
  fireEvent.click(screen.getByRole("button", { name: "Vérifier ce texte" }));
  await settled();
  return given;
}

const [organisation] = FAKE_DEPLOYMENT.organisations;
const receipt: CheckedReceipt = {
  letter: "L" as never,
  manifest: "7f3a91c2".repeat(8),
  to: organisation === undefined ? null : { name: organisation.name, human: organisation.human },
  operator: "Commune de Brévigny",
  depositedAt: FAKE_NOW,
  of: 3,
  have: 1,
  completeAt: null,
  openedAt: null,
  roots: ["ab".repeat(32), "cd".repeat(32)],
};

test("a true receipt says who, when by which clock, how many, and which hashes", async () => {
  expect(await show(ok(receipt))).toEqual(["BESACE-RECU-1 {}"]);
  expect(text()).toContain("Ce récépissé est vrai.");
  expect(text()).toContain("CCAS de Brévigny");
  expect(text()).toContain("Commune de Brévigny");
  expect(text()).toContain("Déposé le (heure du serveur)");
  expect(text()).toContain("1 sur 3 à ce moment");
  expect(text()).toContain("7f3a91c2 7f3a91c2");
  expect(text()).toContain("Empreintes des pages fermées (2)");
  expect(text()).toContain("n’a pas encore signé qu’il l’a ouvert");
  expect(await axeProblems()).toEqual([]);
});

test.each([
  ["forged", "Ce récépissé n’est pas vrai."],
  ["damaged", "Ce récépissé est coupé ou abîmé."],
  ["other-operator", "Ce récépissé est d’un autre serveur."],
  ["newer", "Ce récépissé est d’une version plus récente."],
  ["not-receipt", "Ce n’est pas un récépissé."],
  ["no-deployment", "Il manque de quoi vérifier."],
  ["unavailable", "La vérification ne démarre pas."],
] as const)("F4 %s", async (type, words) => {
  await show(err({ type, mark: "", operator: "" } as VerifyTrouble));
  expect(screen.getByRole("alert").textContent).toContain(words);
  expect(text()).not.toContain("est vrai.");
  expect(await axeProblems()).toEqual([]);
});
