/**
 * A PDF of pictures, each on its own A4 sheet, upright or lying as the picture is. Pure bytes; runs everywhere.
 *
 * Surprising: no PDF library. A JPEG stands in a PDF as it is (ISO 32000-1, 7.4.8), so what is written is sizes and offsets.
 * No date, no author, no program, no identifier: the file says nothing but its pages.
 *
 * Words of a drawn sheet, of any script, are laid over it unseen (pdf-words.ts), so that they can be searched and copied.
 */

import { type Bytes, concat } from "../shared/bytes.ts";
import { createWordFonts, type SheetWord, titleText } from "./pdf-words.ts";

/** A baseline or progressive JPEG of three colours, as canvases encode it, without EXIF turns. */
export interface SheetPicture {
  readonly bytes: Bytes;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** What is written on it, in its own pixels. */
  readonly words?: readonly SheetWord[];
  /** A line of the outline that leads here. */
  readonly title?: string;
}

const encoder = new TextEncoder();
/** In points of 1/72 inch. Printers cannot reach the edge: 5 mm stay white. */
const short = 595.28;
const long = 841.89;
const margin = 14.17;

const written = (value: number): string => value.toFixed(2).replace(/\.?0+$/, "");

/** Where a picture stands on its sheet: as large as fits, in the middle. */
export function placed({ width, height }: { readonly width: number; readonly height: number }) {
  const lies = width > height;
  const sheet = lies ? { width: long, height: short } : { width: short, height: long };
  const scale = Math.min((sheet.width - 2 * margin) / width, (sheet.height - 2 * margin) / height);
  const size = { width: width * scale, height: height * scale };
  return { sheet, size, x: (sheet.width - size.width) / 2, y: (sheet.height - size.height) / 2 };
}

/** One sheet for each picture, in order. The same pictures always give the same bytes. */
export function picturesPdf(pictures: readonly SheetPicture[]): Bytes {
  const pieces: Bytes[] = [];
  const offsets: number[] = [];
  let length = 0;
  const add = (piece: Bytes | string): void => {
    const bytes = typeof piece === "string" ? (encoder.encode(piece) as Bytes) : piece;
    pieces.push(bytes);
    length += bytes.length;
  };
  const object = (body: string, stream?: Bytes | string): void => {
    offsets.push(length);
    add(`${offsets.length} 0 obj\n${body}\n`);
    if (stream !== undefined) {
      add("stream\n");
      add(stream);
      add("\nendstream\n");
    }
    add("endobj\n");
  };

  // The comment of high bytes tells mail programs that this is no text.
  add("%PDF-1.4\n%");
  add(Uint8Array.of(0xe2, 0xe3, 0xcf, 0xd3, 0x0a));
  // Objects are numbered before they are written: catalog, pages, three a sheet, then fonts and outline where there are any.
  const pageOf = (at: number): number => 3 + at * 3;
  const fonts = createWordFonts();
  const drawings = pictures.map((picture) => {
    const { size, x, y } = placed(picture);
    const image = `q ${written(size.width)} 0 0 ${written(size.height)} ${written(x)} ${written(y)} cm /P Do Q`;
    const words = fonts.drawing(picture.words ?? [], { ...size, x, y }, picture);
    return { image: words.drawing === "" ? image : `${image}\n${words.drawing}`, fonts: words.fonts };
  });
  const firstFont = pageOf(pictures.length);
  const fontObject = (font: number): number => firstFont + font * 3;
  const titled = pictures.flatMap(({ title }, at) => (title === undefined ? [] : [{ title, at }]));
  const outline = fontObject(fonts.all().length);

  const hints = titled.length === 0 ? "" : ` /Outlines ${outline} 0 R /PageMode /UseOutlines`;
  object(`<< /Type /Catalog /Pages 2 0 R${hints} >>`);
  const kids = pictures.map((_, at) => `${pageOf(at)} 0 R`).join(" ");
  object(`<< /Type /Pages /Kids [${kids}] /Count ${pictures.length} >>`);
  for (const [at, picture] of pictures.entries()) {
    const first = pageOf(at);
    const { sheet } = placed(picture);
    const { image, fonts: used } = drawings[at] ?? { image: "", fonts: [] };
    const box = `[0 0 ${written(sheet.width)} ${written(sheet.height)}]`;
    const fontNames = used.map((font) => `/W${font} ${fontObject(font)} 0 R`).join(" ");
    const withFonts = used.length === 0 ? "" : ` /Font << ${fontNames} >>`;
    object(
      `<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Contents ${first + 1} 0 R /Resources << /XObject << /P ${first + 2} 0 R >>${withFonts} >> >>`,
    );
    object(`<< /Length ${image.length} >>`, image);
    object(
      `<< /Type /XObject /Subtype /Image /Width ${picture.width} /Height ${picture.height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${picture.bytes.length} >>`,
      picture.bytes,
    );
  }
  for (const [at, font] of fonts.all().entries()) {
    const first = fontObject(at);
    object(font.dictionary(first + 1, first + 2));
    object(`<< /Length ${font.glyph.length} >>`, font.glyph);
    object(`<< /Length ${font.toUnicode.length} >>`, font.toUnicode);
  }
  if (titled.length > 0) {
    object(
      `<< /Type /Outlines /First ${outline + 1} 0 R /Last ${outline + titled.length} 0 R /Count ${titled.length} >>`,
    );
    for (const [n, { title, at }] of titled.entries()) {
      const before = n === 0 ? "" : ` /Prev ${outline + n} 0 R`;
      const after = n === titled.length - 1 ? "" : ` /Next ${outline + n + 2} 0 R`;
      object(`<< /Title ${titleText(title)} /Parent ${outline} 0 R${before}${after} /Dest [${pageOf(at)} 0 R /Fit] >>`);
    }
  }
  const table = length;
  const count = offsets.length + 1;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  add(
    `xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`,
  );
  return concat(...pieces);
}
