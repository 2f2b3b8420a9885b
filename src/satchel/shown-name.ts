/**
 * The name of a file as it may be shown: without what a name can do to a screen. Pure.
 *
 * Surprising: "annexe\u202Efdp.exe" is shown by a browser as "annexeexe.pdf"; marks of direction and of control, and folders in
 * front, are taken out, not only set apart. What a file is, is read from its bytes anyway.
 */

const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu;
/** Letters: what one line of a phone takes twice. */
const longest = 60;

/** At most `longest` letters, the ending kept; "" where nothing readable is left. */
export function shownName(name: string): string {
  const plain = (name.split(/[\\/]/).at(-1) ?? "").normalize("NFC").replace(hidden, "").replace(/\s+/gu, " ").trim();
  const letters = Array.from(plain);
  if (letters.length <= longest) return plain;
  return `${letters.slice(0, longest - 11).join("")}…${letters.slice(-10).join("")}`;
}
