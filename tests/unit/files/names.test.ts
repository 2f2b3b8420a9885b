/** D8: names with path and direction tricks are shown without them, and cleaned where files are written. */
import { describe, expect, test } from "vitest";
import { safeName } from "../../../src/satchel/export-names.ts";
import { shownName } from "../../../src/satchel/shown-name.ts";

const RLO = "\u202e";
const TRICKS: readonly (readonly [string, string])[] = [
  ["../../etc/passwd", "passwd"],
  ["C:\\Windows\\notice.pdf", "notice.pdf"],
  [`annexe${RLO}fdp.exe`, "annexefdp.exe"],
  [`\u2066a\u2069\u200e\u200f.pdf`, "a.pdf"],
  ["a\u0000b\u0007\u001b[31m.jpg", "ab[31m.jpg"],
  ["ligne\n\r\u2028deux.jpg", "lignedeux.jpg"],
  ["  é\u0301tat   civil .pdf ", "\u00e9\u0301tat civil .pdf"],
  ["\ufeff\u200b\u2060", ""],
  ["/", ""],
];

describe("names of files", () => {
  test.each(TRICKS)("%j is shown as %j", (given, shown) => expect(shownName(given)).toBe(shown));

  test("a long one keeps its ending and is cut between letters", () => {
    const shown = shownName(`${"😀".repeat(300)}.pdf`);
    expect(Array.from(shown).length).toBeLessThanOrEqual(60);
    expect(shown.endsWith("😀.pdf")).toBe(true);
    expect(shown).not.toMatch(/\p{Cs}/u);
  });

  test("what is written to a disk has none of it either", () => {
    for (const [given] of TRICKS) {
      const name = safeName(given, "papier");
      expect(name).not.toMatch(/[\\/\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(name).not.toBe("");
    }
  });
});
