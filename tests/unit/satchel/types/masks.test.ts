/** Numbers as they are printed on papers: typed in any way, checked by their own keys, never refused. Runs in Node. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hidden, type Mask, masked } from "../../../../src/satchel/types/masks.ts";

describe("a number that looks right", () => {
  test.each<[Mask, string, string, string]>([
    ["iban", "fr14 2004 1010 0505 0001 3m02 606", "FR1420041010050500013M02606", "FR14 2004 1010 0505 0001 3M02 606"],
    ["nir", "2 69 05 49 588 157 80", "269054958815780", "2 69 05 49 588 157 80"],
    ["nir", "2690549588157", "2690549588157", "2 69 05 49 588 157"],
    ["identity-card", "880692310285", "880692310285", "880692310285"],
    ["identity-card", "x4rtbpfw4", "X4RTBPFW4", "X4RTBPFW4"],
    ["passport", "09 AE 12345", "09AE12345", "09AE12345"],
    ["siret", "732 829 320 00074", "73282932000074", "73282932000074"],
    ["tax-number", "12 34 567 890 123", "1234567890123", "1234567890123"],
    ["caf", "1234567 a", "1234567A", "1234567A"],
    ["year", "٢٠٢٦", "2026", "2026"],
    ["amount", "1 284,50 €", "1284,50", "1284,50"],
    ["text", "  A  12 ", "A 12", "A 12"],
    ["date", "2026-02", "2026-02", "2026-02"],
  ])("%s %j", (mask, typed, value, shown) => {
    expect(masked(mask, typed)).toEqual({ value, shown, looksRight: true });
  });

  test("of Corsica has letters in it", () => {
    const key = 97 - (1850519006084 % 97);
    expect(masked("nir", `1 85 05 2A 006 084 ${String(key).padStart(2, "0")}`).looksRight).toBe(true);
  });
});

describe("a number that looks wrong is kept as typed", () => {
  test.each<[Mask, string]>([
    ["iban", "FR1420041010050500013M02607"],
    ["nir", "269054958815781"],
    ["identity-card", "12345"],
    ["passport", "123"],
    ["siret", "73282932000075"],
    ["year", "26"],
    ["amount", "beaucoup"],
    ["date", "demain"],
  ])("%s %j", (mask, typed) => {
    expect(masked(mask, typed)).toMatchObject({ value: typed, looksRight: false });
  });

  test("and reading it again changes nothing, whatever it is", () => {
    const masks: readonly Mask[] = ["text", "amount", "iban", "nir", "siret", "caf"];
    fc.assert(
      fc.property(fc.constantFrom(...masks), fc.string(), (mask, typed) => {
        const once = masked(mask, typed);
        expect(masked(mask, once.value)).toEqual(once);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

test("what others may see keeps four letters at most, and none of a short number", () => {
  expect(hidden("FR14 2004 1010 0505 0001 3M02 606")).toBe(`${"•".repeat(23)}2606`);
  expect(hidden("12345678")).toBe("••••••••");
  expect(hidden("")).toBe("");
});
