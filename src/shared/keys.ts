/**
 * Check keys of numbers that administrations print: IBAN, social security, SIRET, tax. Pure. Shared by the facts of papers and
 * by forms, which know nothing of each other.
 */

const easternDigits = /[\u0660-\u0669\u06f0-\u06f9]/g;

/** Arabic and Persian digits become 0 to 9. */
export const westernDigits = (text: string): string =>
  text.replace(easternDigits, (digit) => String((digit.codePointAt(0) ?? 0) & 15));

/** The number that a text of digits is, modulo `by`, without going through floating point. */
const modulo = (digits: string, by: number): number =>
  [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % by, 0);

/** ISO 13616: the first four characters go to the end, letters are 10 to 35, and the whole is 1 modulo 97. */
export function ibanKeyFits(iban: string): boolean {
  const turned = iban.slice(4) + iban.slice(0, 4);
  return (
    modulo(
      turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55)),
      97,
    ) === 1
  );
}

/** Key = 97 - (number modulo 97); 2A counts as 19 and 2B as 18 (Corsica). Without its key there is nothing to check. */
export function nirKeyFits(nir: string): boolean {
  if (nir.length === 13) return true;
  const digits = nir.slice(0, 13).replace("2A", "19").replace("2B", "18");
  return 97 - modulo(digits, 97) === Number(nir.slice(13));
}

export function luhnFits(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** The establishments of La Poste ran out of Luhn keys: the sum of their digits is a multiple of five instead. */
export function siretKeyFits(siret: string): boolean {
  if (luhnFits(siret)) return true;
  return siret.startsWith("356000000") && [...siret].reduce((sum, digit) => sum + Number(digit), 0) % 5 === 0;
}
