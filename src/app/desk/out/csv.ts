/**
 * The inbox as a table for a spreadsheet: RFC 4180 with semicolons, as French spreadsheets read it, in UTF-8 with its mark.
 * Pure.
 *
 * Surprising: a cell that a spreadsheet would take for a formula gets an apostrophe in front. Names and words come from
 * strangers, and a formula may send what stands beside it elsewhere (OWASP, "CSV injection").
 */

const formula = /^[\s\p{Cf}]*[=+\-@|%]|^[\t\r]/u;

/** One cell, quoted whatever it holds. Line breaks stay inside it. */
export function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** All rows, the header among them. @returns the file's text, its byte order mark included. */
export const csv = (rows: readonly (readonly string[])[]): string =>
  `\u{FEFF}${rows.map((row) => `${row.map(cell).join(";")}\r\n`).join("")}`;
