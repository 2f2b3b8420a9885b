/** Forgiving input: what people type, what is stored, what comes back. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dateAnswer, datePartsOf, readDate } from "../../../src/forms/dates.ts";
import { emailAnswer, isPhone, phoneAnswer, showPhone, textAnswer } from "../../../src/forms/input.ts";
import { westernDigits } from "../../../src/shared/keys.ts";

const parts = (day: string, month: string, year: string) => ({ day, month, year });

describe("dates", () => {
  test.each([
    ["5", "7", "1984", "1984-07-05"],
    [" 05 ", "07", "1984", "1984-07-05"],
    ["1", "janvier", "2000", "2000-01-01"],
    ["1", "Févr.", "2000", "2000-02-01"],
    ["1", "fev", "2000", "2000-02-01"],
    ["1", "AOÛT", "2000", "2000-08-01"],
    ["1", "juil", "2000", "2000-07-01"],
    ["1", "December", "2000", "2000-12-01"],
    ["1", "آذار", "2000", "2000-03-01"],
    ["1", "كانون الثاني", "2000", "2000-01-01"],
    ["1", "تشرين الأول", "2000", "2000-10-01"],
    ["1", "جويلية", "2000", "2000-07-01"],
    ["٥", "٧", "١٩٨٤", "1984-07-05"],
    ["29", "2", "2024", "2024-02-29"],
    ["", "3", "2024", "2024-03"],
    ["", "", "2024", "2024"],
  ])("%s %s %s is %s", (day, month, year, expected) => {
    expect(dateAnswer(parts(day, month, year), true)).toEqual({ v: "date", date: expected });
  });

  test.each([
    ["29", "2", "2023", ["no-such-day"]],
    ["31", "avril", "2023", ["no-such-day"]],
    ["1", "jui", "2023", ["month-range"]],
    ["1", "13", "2023", ["month-range"]],
    ["0", "1", "2023", ["day-range"]],
    ["1", "1", "84", ["year-digits"]],
    ["1", "", "2023", ["month-missing"]],
    ["1", "2", "", ["year-missing"]],
    ["", "2", "", ["year-missing"]],
  ])("%s %s %s: %j", (day, month, year, codes) => {
    const typed = parts(day, month, year);
    expect(readDate(typed, { partial: true, past: false }).faults.map((fault) => fault.code)).toEqual(codes);
    const kept = dateAnswer(typed, true);
    expect(kept?.v).toBe("text");
    expect(datePartsOf(kept ?? undefined)).toEqual(typed);
  });

  test("three empty boxes are no answer", () => {
    expect(dateAnswer(parts("", " ", ""), true)).toBeNull();
  });

  test("whatever is typed without a slash comes back to its box", () => {
    const box = fc.string().map((typed) => typed.replaceAll("/", "").trim());
    fc.assert(
      fc.property(box, box, box, (day, month, year) => {
        const answer = dateAnswer(parts(day, month, year), true);
        if (answer?.v === "text") expect(datePartsOf(answer)).toEqual(parts(day, month, year));
      }),
    );
  });

  test("every real day goes there and back", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1850-01-01"), max: new Date("2150-01-01"), noInvalidDate: true }),
        (date) => {
          const day = date.toISOString().slice(0, 10);
          const answer = { v: "date", date: day } as const;
          expect(dateAnswer(datePartsOf(answer), false)).toEqual(answer);
        },
      ),
    );
  });
});

describe("phones", () => {
  test.each([
    ["06 12 34 56 78", "0612345678"],
    ["06.12.34.56.78", "0612345678"],
    ["06-12-34-56-78", "0612345678"],
    ["٠٦ ١٢ ٣٤ ٥٦ ٧٨", "0612345678"],
    ["+33 6 12 34 56 78", "+33612345678"],
    ["+33 (0)6 12 34 56 78", "+33612345678"],
    ["0033 6 12 34 56 78", "+33612345678"],
    ["00213 551 23 45 67", "+213551234567"],
  ])("%s is %s", (typed, kept) => {
    expect(phoneAnswer(typed)).toEqual({ v: "text", text: kept });
    expect(isPhone(kept)).toBe(true);
  });

  test("what is no number stays as typed", () => {
    expect(phoneAnswer(" chez Ana, 06 12 ")).toEqual({ v: "text", text: "chez Ana, 06 12" });
    expect(phoneAnswer("  ")).toBeNull();
  });

  test("shown in pairs", () => {
    expect(showPhone("0612345678")).toBe("06\u00a012\u00a034\u00a056\u00a078");
    expect(showPhone("+33612345678")).toBe("06\u00a012\u00a034\u00a056\u00a078");
    expect(showPhone("+213551234567")).toBe("+213551234567");
  });
});

describe("texts and choices", () => {
  test("ends and doubled spaces go, words stay", () => {
    expect(textAnswer("  Le   Goff ")).toEqual({ v: "text", text: "Le Goff" });
    expect(textAnswer(" ")).toBeNull();
    expect(emailAnswer(" a@ b.fr ")).toEqual({ v: "text", text: "a@b.fr" });
    expect(westernDigits("۱۲٣")).toBe("123");
  });
});
