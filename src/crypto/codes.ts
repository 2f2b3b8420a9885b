/** Codes that too many people choose, or that anybody who knows the person would try first (DESIGN 3). Pure. */

export type CodeProblem = "too-common" | "birth-date";

/** Six digits, or four pictures of twelve: `i` and two digits for each, 00 to 11 (`i03110007`). */
export type CodeKind = "digits" | "pictures";

/** Which kind of code a text is, or undefined when it is none. */
export function codeKind(code: string): CodeKind | undefined {
  if (/^[0-9]{6}$/.test(code)) return "digits";
  return /^i(?:0[0-9]|1[01]){4}$/.test(code) ? "pictures" : undefined;
}

/** Four pictures, each 0 to 11, as the text that is stretched like any code. */
export function pictureCode(pictures: readonly number[]): string {
  const fits = pictures.length === 4 && pictures.every((one) => Number.isInteger(one) && one >= 0 && one < 12);
  if (!fits) throw new Error("assertion failed: a picture code has four pictures of twelve");
  return `i${pictures.map((one) => String(one).padStart(2, "0")).join("")}`;
}

/** Six-digit codes that lead every published count, and keyboard paths, which no rule below catches. */
const favourites = new Set(
  "131313 101010 159753 147258 258369 147852 789456 456789 741852 852963 963852 321654 654321 456123 112358 314159 271828 007007 696969 420420 666999 123789 147369 369258 159357 357159 951753 753951 142536 135790 246810 246800 102030 203040 110110 911911 121314 010203 314151 141592 123654 789123 123098 159159 258258 147147 235689 124578 134679 968574".split(
    " ",
  ),
);

const digitsOf = (code: string): readonly number[] => Array.from(code, Number);

/** One value over and over, or the same two or three digits again and again, or doubled digits in a row (112233). */
const isRepeated = (code: string): boolean =>
  /^(.)\1*$/.test(code) || /^(..)\1+$/.test(code) || /^(...)\1+$/.test(code) || /^(.)\1\1(.)\2\2$/.test(code);

/** Every digit one step (up or down, by the same 0 to 2) from the one before: 123456, 987654, 890123, 135791. */
function isSequence(digits: readonly number[]): boolean {
  const steps = digits.slice(1).map((digit, at) => (digit - (digits[at] ?? 0) + 10) % 10);
  return steps.every((step) => step === steps[0]) && [0, 1, 2, 8, 9].includes(steps[0] ?? 0);
}

/** 112233, 998877: pairs that walk. */
function isPairedSequence(code: string): boolean {
  if (!/^(.)\1(.)\2(.)\3$/.test(code)) return false;
  return isSequence([code[0], code[2], code[4]].map(Number));
}

const isMirror = (code: string): boolean => code === Array.from(code).reverse().join("");

/** A year from 1900 to 2039 at the start or at the end. */
const hasYear = (code: string): boolean => /^(?:19\d\d|20[0-3]\d)|(?:19\d\d|20[0-3]\d)$/.test(code);

/** Ways to write a date with six digits. `birthdate`: "YYYY-MM-DD", or less. */
function datesOf(birthdate: string): ReadonlySet<string> {
  const [year = "", month = "", day = ""] = birthdate.split("-");
  const short = year.slice(-2);
  const forms =
    day === ""
      ? [`${month}${year}`, `${year}${month}`]
      : [
          `${day}${month}${short}`,
          `${month}${day}${short}`,
          `${short}${month}${day}`,
          `${short}${day}${month}`,
          `${month}${year}`,
          `${year}${month}`,
          `${day}${year}`,
          `${year}${day}`,
        ];
  return new Set(forms.filter((form) => form.length === 6));
}

/** Four times the same, two and two, or four in the order in which they are shown, either way. */
function isCommonPictures(code: string): boolean {
  const pictures = [1, 3, 5, 7].map((at) => Number(code.slice(at, at + 2)));
  const [a, b, c, d] = pictures;
  const steps = pictures.slice(1).map((one, at) => (one - (pictures[at] ?? 0) + 12) % 12);
  const walks = steps.every((step) => step === steps[0]) && [0, 1, 11].includes(steps[0] ?? 0);
  return walks || (a === c && b === d) || (a === b && c === d);
}

/**
 * Why a code is refused at choice, or undefined. Birth dates come first: the words for them differ.
 * @param facts.birthdate "YYYY-MM-DD" or a part of it, if the person has given it.
 */
export function codeProblem(code: string, facts: { readonly birthdate?: string | null } = {}): CodeProblem | undefined {
  if (code.startsWith("i")) return isCommonPictures(code) ? "too-common" : undefined;
  if (facts.birthdate && datesOf(facts.birthdate).has(code)) return "birth-date";
  const digits = digitsOf(code);
  const common =
    favourites.has(code) ||
    isRepeated(code) ||
    isSequence(digits) ||
    isPairedSequence(code) ||
    isMirror(code) ||
    hasYear(code);
  return common ? "too-common" : undefined;
}
