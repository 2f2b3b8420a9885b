/** Runs the frozen vectors of sheets on desks (make-desk-sheets.ts) against the code as it is now. No Node import. */

import { heldAgainst, readSheet, sheetCheck } from "../../src/crypto/desk-sheet.ts";
import sheets from "./desk-sheets.json" with { type: "json" };
import { family } from "./family.ts";

interface SheetInput {
  readonly text: string;
  readonly chain: Parameters<typeof heldAgainst>[1];
}

export const deskSheetRuns = [
  () =>
    family<SheetInput>("desk sheets", sheets, async ({ text, chain }) => {
      const sheet = readSheet(text);
      if (sheet === undefined) return { result: "no-sheet" };
      return { result: await heldAgainst(sheet, chain), value: await sheetCheck(sheet) };
    }),
];
