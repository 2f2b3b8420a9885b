/**
 * Files that people really hand over and software chokes on, and small good ones to compare with. Runs in Node.
 *
 * Surprising fact: the 60-megapixel JPEG is a true one and takes 350 KB and a few milliseconds: with Huffman tables of
 * its own, every block of a flat colour is two zero bits.
 */
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

export function emptyFile(): Buffer {
  return Buffer.alloc(0);
}

/** To be saved as something.jpg. */
export function textAsJpeg(text = "Ceci n'est pas une photo.\n"): Buffer {
  return Buffer.from(text);
}

/** The first part of a good JPEG; `share` between 0 and 1. The head is there, most of the picture is not. */
export function truncatedJpeg(jpeg: Uint8Array, share = 0.4): Buffer {
  return Buffer.from(jpeg.subarray(0, Math.floor(jpeg.length * share)));
}

function segment(marker: number, body: readonly number[] | Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, Buffer.from(body)]);
}

/**
 * A decodable baseline JPEG of one colour (4:2:0). Default 10,000 x 6,000 = 60 megapixels.
 * @param luma first brightness coefficient, -7 to 7 (0 is middle grey).
 */
export function flatJpeg(width = 10_000, height = 6000, luma = 5): Buffer {
  const size = Math.abs(luma);
  if (size < 1 || size > 7) throw new Error("luma must be 1 to 7, either sign");
  const bits = 32 - Math.clz32(size);
  // DC table: "0" = no change, "10" = a change of `bits` bits. AC table: "0" = end of block.
  const dc = [0x00, 1, 1, ...Array<number>(14).fill(0), 0, bits];
  const ac = [0x10, 1, ...Array<number>(15).fill(0), 0];
  const units = Math.ceil(width / 16) * Math.ceil(height / 16);
  const first = `10${(luma > 0 ? luma : luma + 2 ** bits - 1).toString(2).padStart(bits, "0")}0`;
  const total = first.length + 2 * (6 * units - 1);
  const data = Buffer.alloc(Math.ceil(total / 8));
  for (const [index, bit] of [...first].entries()) {
    if (bit === "1") data[index >> 3] = (data[index >> 3] ?? 0) | (0x80 >> (index & 7));
  }
  // The last byte is filled up with ones.
  for (let index = total; index < data.length * 8; index++)
    data[index >> 3] = (data[index >> 3] ?? 0) | (0x80 >> (index & 7));
  const high = (value: number): [number, number] => [value >> 8, value & 255];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xdb, [0, ...Array<number>(64).fill(16)]),
    segment(0xc0, [8, ...high(height), ...high(width), 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]),
    segment(0xc4, dc),
    segment(0xc4, ac),
    segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
    data,
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A file of `bytes` bytes that begins like a JPEG and is sparse on disk: 200 MB cost nothing. */
export function writeLargeFile(path: string, bytes = 200_000_000): void {
  const file = openSync(path, "w");
  try {
    writeSync(file, flatJpeg(64, 64).subarray(0, -2));
    ftruncateSync(file, bytes);
  } finally {
    closeSync(file);
  }
}

/** A PNG with a gradient, 8-bit RGB. */
export function smallPng(width = 64, height = 48): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      rows[at] = (x * 255) / width;
      rows[at + 1] = (y * 255) / height;
      rows[at + 2] = 128;
    }
  }
  const chunk = (type: string, body: Buffer): Buffer => {
    const content = Buffer.concat([Buffer.from(type), body]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(content));
    return Buffer.concat([length, content, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A lossy WebP, 8 x 6. Larger ones: `takePhoto({ type: "image/webp" })` of photo.ts. */
export function tinyWebp(): Buffer {
  return Buffer.from("UklGRioAAABXRUJQVlA4IB4AAACQAQCdASoIAAYAB0CWJZwAAudFrAAA/trPCGgAAAA=", "base64");
}

type PdfObject = { readonly dictionary: string; readonly stream?: Buffer };

/** Objects numbered from 1, with a cross-reference table. */
function pdfFile(objects: readonly PdfObject[], trailer: string): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  const add = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
  };
  for (const [index, { dictionary, stream }] of objects.entries()) {
    offsets.push(length);
    add(Buffer.from(`${index + 1} 0 obj\n${dictionary}\n`, "latin1"));
    if (stream !== undefined) add(Buffer.concat([Buffer.from("stream\n"), stream, Buffer.from("\nendstream\n")]));
    add(Buffer.from("endobj\n"));
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const start = length;
  add(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`));
  add(Buffer.from(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
}

function pdfText(text: string): string {
  return text.replace(/[\\()]/g, (sign) => `\\${sign}`);
}

/** Catalog, page tree, font, then a page and its content for each text. */
function pdfPages(pages: readonly string[], seal: (objectNumber: number, bytes: Buffer) => Buffer): PdfObject[] {
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(" ");
  const objects: PdfObject[] = [
    { dictionary: "<< /Type /Catalog /Pages 2 0 R >>" },
    { dictionary: `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>` },
    { dictionary: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>" },
  ];
  for (const [index, text] of pages.entries()) {
    const number = 4 + index * 2;
    objects.push({
      dictionary: `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${number + 1} 0 R >>`,
    });
    const lines = text.split("\n").map((line) => `(${pdfText(line)}) Tj T*`);
    const content = Buffer.from(`BT /F1 14 Tf 18 TL 60 770 Td ${lines.join(" ")} ET`, "latin1");
    const stream = seal(number + 1, content);
    objects.push({ dictionary: `<< /Length ${stream.length} >>`, stream });
  }
  return objects;
}

/** A good PDF, one page per text (letters of Latin-1). */
export function smallPdf(pages: readonly string[] = ["Attestation\npage 1", "Attestation\npage 2"]): Buffer {
  return pdfFile(
    pdfPages(pages, (_number, bytes) => bytes),
    "",
  );
}

const PDF_PADDING = Buffer.from("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a", "hex");

function md5(...parts: Buffer[]): Buffer {
  return createHash("md5").update(Buffer.concat(parts)).digest();
}

/** RC4, only because old password-protected PDFs use it. */
function rc4(key: Buffer, input: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 255] as number;
  const swap = (a: number, b: number): void => {
    const kept = at(a);
    state[a & 255] = at(b);
    state[b & 255] = kept;
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(i) + (key[i % key.length] as number)) & 255;
    swap(i, j);
  }
  let i = 0;
  let j = 0;
  return Buffer.from(
    input.map((byte) => {
      i = (i + 1) & 255;
      j = (j + at(i)) & 255;
      swap(i, j);
      return byte ^ at(at(i) + at(j));
    }),
  );
}

function rc4Rounds(key: Buffer, input: Buffer): Buffer {
  let out = input;
  for (let round = 0; round < 20; round++) out = rc4(Buffer.from(key.map((byte) => byte ^ round)), out);
  return out;
}

/**
 * A PDF that opens only with `password` (standard security handler, revision 3, 128-bit RC4; ISO 32000-1, 7.6.3).
 */
export function lockedPdf(password = "sesame", pages: readonly string[] = ["Relevé confidentiel"]): Buffer {
  const pad = (text: string): Buffer => Buffer.concat([Buffer.from(text, "latin1"), PDF_PADDING]).subarray(0, 32);
  const repeat = (start: Buffer): Buffer => {
    let digest = start;
    for (let round = 0; round < 50; round++) digest = md5(digest);
    return digest;
  };
  const id = md5(Buffer.from(`besace ${password}`));
  const permissions = Buffer.alloc(4);
  permissions.writeInt32LE(-4);
  const owner = rc4Rounds(repeat(md5(pad(`owner of ${password}`))), pad(password));
  const key = repeat(md5(pad(password), owner, permissions, id));
  const user = Buffer.concat([rc4Rounds(key, md5(PDF_PADDING, id)), Buffer.alloc(16)]);
  const objects = pdfPages(pages, (number, bytes) => {
    const numbers = Buffer.from([number & 255, (number >> 8) & 255, 0, 0, 0]);
    return rc4(md5(key, numbers), bytes);
  });
  objects.push({
    dictionary: `<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <${owner.toString("hex")}> /U <${user.toString("hex")}> >>`,
  });
  return pdfFile(objects, `/Encrypt ${objects.length} 0 R /ID [<${id.toString("hex")}> <${id.toString("hex")}>]`);
}
