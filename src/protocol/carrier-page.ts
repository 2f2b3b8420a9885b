/**
 * The one page that a carrier's file shows when somebody opens it, as a PDF whose attachment is the sealed part (SPEC
 * P-C1). Pure text and numbers; runs everywhere.
 *
 * Surprising: share sheets and messengers hand on only kinds of file that they know. A PDF may hold any bytes as an
 * attachment, uncompressed and in one piece, so that the sealed part is written and read without a PDF library.
 */

import { type Bytes, concat } from "../shared/bytes.ts";

/** What the page says. Each text is one paragraph; the first is the title. */
export interface PageText {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

const encoder = new TextEncoder();
const size = { width: 595, height: 842, margin: 56 } as const;
const face = { title: 20, text: 12, lead: 1.4, lettersTitle: 42, lettersText: 80 } as const;

/** Characters of WinAnsi (what the built-in fonts can draw) outside Latin-1, by code. */
const winAnsi: Readonly<Record<string, number>> = {
  "\u2026": 0x85,
  "\u2018": 0x91,
  "\u2019": 0x92,
  "\u201c": 0x93,
  "\u201d": 0x94,
  "\u2022": 0x95,
  "\u2013": 0x96,
  "\u2014": 0x97,
  "\u0153": 0x9c,
  "\u0152": 0x8c,
  "\u20ac": 0x80,
  "\u202f": 0xa0,
};

const codeOf = (character: string): number | undefined => {
  const special = winAnsi[character];
  if (special !== undefined) return special;
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff) ? code : undefined;
};

/** True when the built-in fonts can draw every character: other scripts would need a font inside the file. */
export const canPrint = (text: string): boolean => [...text].every((character) => codeOf(character) !== undefined);

/** A PDF string in hexadecimal: no character needs escaping. What cannot be drawn becomes a question mark. */
const hexText = (text: string): string =>
  `<${[...text].map((character) => (codeOf(character) ?? 0x3f).toString(16).padStart(2, "0")).join("")}>`;

/** Lines of at most `letters`; a longer word stands alone. No-break spaces hold together. */
function wrap(text: string, letters: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > letters) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function drawn(page: PageText): string {
  const out: string[] = ["BT", `${size.margin} ${size.height - size.margin - face.title} Td`];
  const say = (text: string, font: string, points: number, letters: number): void => {
    out.push(`/${font} ${points} Tf ${Math.round(points * face.lead)} TL`);
    for (const line of wrap(text, letters)) out.push(`${hexText(line)} Tj T*`);
    out.push(`0 -${Math.round(points * 0.7)} Td`);
  };
  say(page.title, "F2", face.title, face.lettersTitle);
  for (const paragraph of page.paragraphs) say(paragraph, "F1", face.text, face.lettersText);
  out.push("ET");
  return out.join("\n");
}

const font = (name: string): string =>
  `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;

/**
 * What stands before and after `sealedLength` bytes of an attachment. The same page and length always give the same
 * bytes. No date, no author, no name of a device.
 */
export function carrierPage(page: PageText, sealedLength: number): { readonly head: Bytes; readonly tail: Bytes } {
  const content = drawn(page);
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(besace.bin) 7 0 R] >> >> /AF [7 0 R] >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${size.width} ${size.height}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    font("Helvetica"),
    font("Helvetica-Bold"),
    "<< /Type /Filespec /F (besace.bin) /UF (besace.bin) /AFRelationship /Data /EF << /F 8 0 R >> >>",
  ];
  // The comment of high bytes tells mail programs that this is no text.
  const start = concat(encoder.encode("%PDF-1.7\n%"), Uint8Array.of(0xe2, 0xe3, 0xcf, 0xd3, 0x0a));
  let text = "";
  const offsets: number[] = [];
  for (const [at, object] of objects.entries()) {
    offsets.push(start.length + text.length);
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
  }
  offsets.push(start.length + text.length);
  text += `8 0 obj\n<< /Type /EmbeddedFile /Subtype /application#2Foctet-stream /Length ${sealedLength} >>\nstream\n`;
  const head = concat(start, encoder.encode(text));
  const after = "\nendstream\nendobj\n";
  const xref = head.length + sealedLength + after.length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const count = offsets.length + 1;
  const tail = `${after}xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return { head, tail: encoder.encode(tail) as Bytes };
}
