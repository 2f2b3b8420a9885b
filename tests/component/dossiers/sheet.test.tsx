/** The sheet for who reads French, whatever the person reads. */
import { cleanup, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { later } from "../../../src/app/features/dossiers/later.tsx";
import { loadAreas, setLanguage } from "../../../src/app/i18n/i18n.ts";
import { createFakeSatchel, fakeDossier } from "../../support/fake-satchel.ts";
import { DOSSIER, deployment, show } from "./show.tsx";

const SheetScreen = later("SheetScreen");

afterEach(async () => {
  cleanup();
  await setLanguage("fr");
});

test("a country chosen by its Arabic name is printed in French; one that was typed stays as it is", async () => {
  await setLanguage("ar");
  await loadAreas("form-aspa", "journey");
  const sheetOf = async (code: string | null): Promise<string> => {
    const answers = { birth_country: { v: "place", code, name: "بلجيكا" } } as const;
    const dossiers = [fakeDossier({ procedure: "aspa", formVersion: 1, answers }, { id: DOSSIER })];
    await show(SheetScreen, { dossier: DOSSIER }, createFakeSatchel({ deployment: deployment(), dossiers }));
    const text = (await screen.findByRole("article")).textContent ?? "";
    cleanup();
    return text;
  };
  const chosen = await sheetOf("99131");
  expect(chosen).toContain("Belgique");
  expect(chosen).not.toContain("بلجيكا");
  expect(await sheetOf(null)).toContain("بلجيكا");
});
