/**
 * Text that somebody else wrote, made fit to be shown as text. Pure. Nothing is ever read as HTML here or later: tags stay
 * the letters that they are (E5).
 */

/**
 * Controls (ends of lines apart), and what turns the direction of writing or cannot be seen: a label may not rearrange the
 * screen around it. The two joiners of Arabic and of emoji stay.
 */
const hidden = /[^\P{Cc}\n\t]|[^\P{Cf}\u200c\u200d]/gu;

/** One line. */
export const cleanLine = (text: string): string => text.replace(hidden, "").replace(/\s+/g, " ").trim();

/** Paragraphs: at most one empty line between them. */
export const cleanText = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(hidden, "")
    .split("\n")
    .map((line) => line.replace(/[^\S\n]+/g, " ").trim())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();

/** Small letters and dashes out of any words; empty when nothing of them can be written so. */
export const slug = (text: string): string =>
  text
    .replaceAll("œ", "oe")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
