/** A form is on this device and its words are not: said, nothing is shown without its question, and it is tried again. */
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { QuestionScreen } from "../../../src/app/features/dossiers/QuestionScreen.tsx";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { showScreen } from "../../support/fake-shell.tsx";
import { DOSSIER, deployment } from "./show.tsx";

const chunk = vi.hoisted(() => ({ here: false }));
vi.mock("../../../src/app/i18n/lazy.ts", async (load) => {
  const real = await load<{ loadCatalogue: (language: string, area: string) => Promise<unknown> }>();
  return {
    loadCatalogue: (language: string, area: string) =>
      area === "form-domiciliation" && !chunk.here
        ? Promise.reject(new TypeError("Failed to fetch"))
        : real.loadCatalogue(language, area),
  };
});

afterEach(cleanup);

test("the words of a form are missing: said, the answers stay, and it goes on once they are here", async () => {
  const answers = { given_name: { v: "text", text: "Camille" } } as const;
  const satchel = createFakeSatchel({
    dossiers: [fakeDossier({ answers, page: "names" }, { id: DOSSIER })],
    deployment: deployment(),
  });
  const params = { dossier: DOSSIER, page: "names" };
  await showScreen(<QuestionScreen params={params} />, { satchel, areas: ["dossiers", "errors"] });
  const again = await screen.findByRole("button", { name: "Essayer encore" });
  expect(screen.queryByRole("textbox")).toBeNull();
  chunk.here = true;
  fireEvent.click(again);
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>("textbox", { name: /Prénom/ }).value).toBe("Camille"));
});
