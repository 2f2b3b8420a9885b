import { expect, test } from "vitest";
import { codeKind, codeProblem, pictureCode } from "../../../src/crypto/codes.ts";

test.each([
  ["the same digit", "111111"],
  ["a sequence", "123456"],
  ["downwards", "987654"],
  ["over the end", "890123"],
  ["steps of two", "135791"],
  ["pairs again", "121212"],
  ["threes again", "123123"],
  ["two triples", "111222"],
  ["pairs that walk", "112233"],
  ["a mirror", "123321"],
  ["a year first", "198427"],
  ["a year last", "271984"],
  ["this century", "200512"],
  ["a path on the keys", "159753"],
  ["a favourite", "112358"],
])("%s is refused: %s", (_name, code) => {
  expect(codeProblem(code)).toBe("too-common");
});

test.each(["482915", "738204", "905172", "274913", "660381"])("%s is taken", (code) => {
  expect(codeProblem(code)).toBeUndefined();
});

test.each(["140783", "071483", "830714", "831407", "071983", "198307", "141983", "198314"])(
  "the birth date written %s is refused as such",
  (code) => {
    expect(codeProblem(code, { birthdate: "1983-07-14" })).toBe("birth-date");
  },
);

test("a date that is not the person's own is no birth date", () => {
  expect(codeProblem("140783")).toBeUndefined();
  expect(codeProblem("140783", { birthdate: "1984-01-01" })).toBeUndefined();
  expect(codeProblem("140783", { birthdate: null })).toBeUndefined();
});

test("most codes are free: at most one in twelve is refused", () => {
  let refused = 0;
  for (let code = 0; code < 1_000_000; code += 1)
    if (codeProblem(String(code).padStart(6, "0")) !== undefined) refused += 1;
  expect(refused).toBeGreaterThan(10_000);
  expect(refused).toBeLessThan(1_000_000 / 12);
});

test("a code is six digits or four pictures, and nothing else", () => {
  expect(codeKind("482915")).toBe("digits");
  expect(codeKind("i03110007")).toBe("pictures");
  for (const none of [
    "",
    "48291",
    "4829155",
    "i031100",
    "i03110012",
    "i0311000711",
    "j03110007",
    "I03110007",
    "٤٨٢٩١٥",
  ])
    expect(codeKind(none), none).toBeUndefined();
  expect(pictureCode([3, 11, 0, 7])).toBe("i03110007");
  expect(() => pictureCode([3, 11, 0])).toThrow("four pictures");
  expect(() => pictureCode([3, 11, 0, 12])).toThrow("four pictures");
});

test.each([
  ["the same four times", [5, 5, 5, 5]],
  ["in the order shown", [4, 5, 6, 7]],
  ["backwards", [7, 6, 5, 4]],
  ["over the end", [10, 11, 0, 1]],
  ["two, and again", [2, 9, 2, 9]],
  ["two twice", [2, 2, 9, 9]],
])("pictures: %s are refused", (_name, pictures) => {
  expect(codeProblem(pictureCode(pictures))).toBe("too-common");
});

test("most pictures are free, and a birth date is none of them", () => {
  let refused = 0;
  for (let code = 0; code < 12 ** 4; code += 1) {
    const pictures = [0, 1, 2, 3].map((at) => Math.floor(code / 12 ** at) % 12);
    if (codeProblem(pictureCode(pictures), { birthdate: "1983-07-14" }) !== undefined) refused += 1;
  }
  expect(refused).toBe(12 + 12 + 12 + 2 * 132);
});
