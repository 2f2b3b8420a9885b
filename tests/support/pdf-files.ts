/**
 * PDFs that were made to harm, and small honest ones: scripts, bombs, absurd boxes, files that are two things at once. Runs in
 * Node; the same arguments give the same bytes. Locked ones: bad-files.ts.
 */
import { deflateSync } from "node:zlib";

export interface PdfPart {
  readonly dictionary: string;
  readonly stream?: Buffer;
}

/** Objects from number 1 (the catalog), with a cross-reference table. */
export function pdfOf(parts: readonly PdfPart[], head = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"): Buffer {
  const pieces: Buffer[] = [Buffer.from(head, "latin1")];
  const offsets: number[] = [];
  let length = pieces[0]?.length ?? 0;
  const add = (piece: Buffer): void => {
    pieces.push(piece);
    length += piece.length;
  };
  for (const [at, { dictionary, stream }] of parts.entries()) {
    offsets.push(length);
    add(Buffer.from(`${at + 1} 0 obj\n${dictionary}\n`, "latin1"));
    if (stream !== undefined) add(Buffer.concat([Buffer.from("stream\n"), stream, Buffer.from("\nendstream\n")]));
    add(Buffer.from("endobj\n"));
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const start = length;
  const count = parts.length + 1;
  add(Buffer.from(`xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${count} /Root 1 0 R >>\n`));
  add(Buffer.from(`startxref\n${start}\n%%EOF\n`));
  return Buffer.concat(pieces);
}

const A4 = "[0 0 595 842]";
const content = (text: string | Buffer, extra = ""): PdfPart => {
  const stream = typeof text === "string" ? Buffer.from(text, "latin1") : text;
  return { dictionary: `<< /Length ${stream.length} ${extra} >>`, stream };
};
const font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

export interface OnePage {
  readonly box?: string;
  readonly text?: string;
  readonly content?: PdfPart;
  /** Into the catalog. */
  readonly catalog?: string;
  /** Into the page. */
  readonly page?: string;
  readonly rotate?: number;
  readonly count?: number;
  readonly head?: string;
  readonly more?: readonly PdfPart[];
}

/** A page with a black bar on top, so that "something was drawn" can be seen, and a line of text. */
export function onePage(given: OnePage = {}): Buffer {
  const text = given.text ?? "Attestation de domicile";
  return pdfOf(
    [
      { dictionary: `<< /Type /Catalog /Pages 2 0 R ${given.catalog ?? ""} >>` },
      { dictionary: `<< /Type /Pages /Kids [3 0 R] /Count ${given.count ?? 1} >>` },
      {
        dictionary: `<< /Type /Page /Parent 2 0 R /MediaBox ${given.box ?? A4} /Rotate ${given.rotate ?? 0} /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> ${given.page ?? ""} >>`,
      },
      given.content ?? content(`0 g 40 740 515 60 re f BT /F1 24 Tf 60 600 Td (${text}) Tj ET`),
      { dictionary: font },
      ...(given.more ?? []),
    ],
    given.head,
  );
}

/** An honest page that is one grey picture, as a scanner makes it. @param data RGBA. */
export function scannedPage(data: Uint8ClampedArray, width: number, height: number): Buffer {
  const grey = Buffer.alloc(width * height);
  for (let at = 0; at < grey.length; at += 1) grey[at] = data[at * 4] ?? 0;
  return onePage({
    content: content("q 595 0 0 842 0 0 cm /I Do Q"),
    page: "/Resources << /XObject << /I 6 0 R >> >>",
    more: [
      content(
        deflateSync(grey),
        `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode`,
      ),
    ],
  });
}

/** Several honest pages; page n has a bar at another height. */
export function manyPages(count: number): Buffer {
  const kids = Array.from({ length: count }, (_, at) => `${4 + at * 2} 0 R`).join(" ");
  const pages = Array.from({ length: count }, (_, at): readonly PdfPart[] => [
    {
      dictionary: `<< /Type /Page /Parent 2 0 R /MediaBox ${A4} /Contents ${5 + at * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
    },
    content(`0 g 40 ${740 - at * 100} 515 60 re f BT /F1 24 Tf 60 100 Td (Page ${at + 1}) Tj ET`),
  ]);
  return pdfOf([
    { dictionary: "<< /Type /Catalog /Pages 2 0 R >>" },
    { dictionary: `<< /Type /Pages /Kids [${kids}] /Count ${count} >>` },
    { dictionary: font },
    ...pages.flat(),
  ]);
}

/** Opens, closes and prints with scripts, asks the network, launches a program. `beacon`: what a script would call. */
export function scriptedPdf(beacon = "http://127.0.0.1:9/"): Buffer {
  const script = `app.alert("x"); this.submitForm("${beacon}"); fetch("${beacon}"); eval("1");`;
  return onePage({
    catalog: `/OpenAction << /S /JavaScript /JS (${script.replaceAll(/[()\\]/g, "\\$&")}) >> /AA << /WC 6 0 R /DP 6 0 R >> /Names << /JavaScript << /Names [(a) 6 0 R] >> >> /AcroForm << /Fields [7 0 R] /XFA 8 0 R >>`,
    page: `/AA << /O 6 0 R /C 9 0 R >> /Annots [7 0 R 10 0 R]`,
    more: [
      { dictionary: `<< /S /JavaScript /JS (${script.replaceAll(/[()\\]/g, "\\$&")}) >>` },
      {
        dictionary: `<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (valeur) /Rect [60 500 300 540] /AA << /K 6 0 R /F 6 0 R >> /DA (/F1 12 Tf) >>`,
      },
      content(`<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><script>${script}</script></xdp:xdp>`),
      { dictionary: `<< /S /Launch /F (cmd.exe) >>` },
      { dictionary: `<< /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A << /S /URI /URI (${beacon}) >> >>` },
    ],
  });
}

/** A content stream that is `megabytes` long once inflated, and a thousandth of it in the file. */
export function streamBomb(megabytes: number, line = "0 0 m 500 700 l S\n"): Buffer {
  const block = Buffer.alloc(1024 * 1024, line);
  const packed = deflateSync(Buffer.concat(Array.from({ length: Math.min(megabytes, 64) }, () => block)), { level: 9 });
  const times = Math.ceil(megabytes / 64);
  // Several such streams one after the other, and each inflates to 64 MB.
  return pdfOf([
    { dictionary: "<< /Type /Catalog /Pages 2 0 R >>" },
    { dictionary: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>" },
    {
      dictionary: `<< /Type /Page /Parent 2 0 R /MediaBox ${A4} /Resources << >> /Contents [${Array.from({ length: times }, () => "4 0 R").join(" ")}] >>`,
    },
    content(packed, "/Filter /FlateDecode"),
  ]);
}

/** Zeros deflated twice: a hundred kilobytes that inflate to `megabytes`. */
export function doubleBomb(megabytes: number): Buffer {
  const once = deflateSync(Buffer.alloc(megabytes * 1024 * 1024, " "), { level: 9 });
  return onePage({ content: content(deflateSync(once, { level: 9 }), "/Filter [/FlateDecode /FlateDecode]") });
}

/** One content stream, drawn `times` times, of letters that stand for 128 bytes each: run lengths need no inflater. */
export function runBomb(megabytes: number, times: number): Buffer {
  const packed = Buffer.alloc((megabytes * 1024 * 1024) / 64, Buffer.from([0x81, 0x20]));
  return pdfOf([
    { dictionary: "<< /Type /Catalog /Pages 2 0 R >>" },
    { dictionary: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>" },
    {
      dictionary: `<< /Type /Page /Parent 2 0 R /MediaBox ${A4} /Resources << >> /Contents [${Array.from({ length: times }, () => "4 0 R").join(" ")}] >>`,
    },
    content(packed, "/Filter /RunLengthDecode"),
  ]);
}

/** `count` pictures of `side` x `side` pixels on one page, each of one colour and small in the file. */
export function albumBomb(count: number, side: number, colours: "1 bit" | "grey" | "rgb" = "rgb"): Buffer {
  const [space, bits, bytes] = {
    "1 bit": ["[/Indexed /DeviceRGB 1 <000000ffffff>]", 1, side / 8],
    grey: ["/DeviceGray", 8, side],
    rgb: ["/DeviceRGB", 8, side * 3],
  }[colours] as [string, number, number];
  const packed = deflateSync(Buffer.alloc(Math.ceil(bytes) * side), { level: 9 });
  const all = Array.from({ length: count }, (_, n) => n);
  return onePage({
    content: content(all.map((n) => `q 100 0 0 100 ${n * 5} 100 cm /I${n} Do Q`).join("\n")),
    page: `/Resources << /XObject << ${all.map((n) => `/I${n} ${6 + n} 0 R`).join(" ")} >> >>`,
    more: all.map(() =>
      content(
        packed,
        `/Type /XObject /Subtype /Image /Width ${side} /Height ${side} /ColorSpace ${space} /BitsPerComponent ${bits} /Filter /FlateDecode`,
      ),
    ),
  });
}

/** An image that says it has `side` x `side` pixels, of one colour, deflated. */
export function imageBomb(side: number): Buffer {
  const row = Buffer.alloc(Math.ceil(side / 8), 0);
  const packed = deflateSync(Buffer.alloc(row.length * Math.min(side, 4096)), { level: 9 });
  return onePage({
    content: content("q 595 0 0 842 0 0 cm /I Do Q"),
    page: "/Resources << /XObject << /I 6 0 R >> >>",
    more: [
      content(
        packed,
        `/Type /XObject /Subtype /Image /Width ${side} /Height ${side} /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode`,
      ),
    ],
  });
}

/** A form that draws itself twice, `depth` levels deep: 2^depth drawings. */
export function formBomb(depth: number): Buffer {
  const forms = Array.from(
    { length: depth },
    (_, at): PdfPart =>
      content(
        at === depth - 1 ? "0 0 10 10 re f" : "/X Do /X Do",
        `/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X ${7 + at} 0 R >> >>`,
      ),
  );
  return onePage({
    content: content("/X Do"),
    page: "/Resources << /XObject << /X 6 0 R >> >>",
    more: forms,
  });
}

/** Pages whose tree leads back into itself. */
export function loopingTree(): Buffer {
  return pdfOf([
    { dictionary: "<< /Type /Catalog /Pages 2 0 R >>" },
    { dictionary: "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 999999999 >>" },
    { dictionary: `<< /Type /Page /Parent 2 0 R /MediaBox ${A4} >>` },
  ]);
}

/** A PDF that a browser would also take for a page, an unpacker for an archive. */
export function polyglot(kind: "html" | "zip" | "jpeg" | "late"): Buffer {
  const pdf = onePage();
  switch (kind) {
    case "html":
      return onePage({ head: "%PDF-1.7\n%<html><body><script>alert(1)</script></body></html>\n" });
    case "zip": {
      // An empty archive's end, behind the PDF: both say that the file is theirs.
      const end = Buffer.alloc(22);
      end.write("PK\x05\x06", "latin1");
      return Buffer.concat([pdf, end, Buffer.from("\n%%EOF\n")]);
    }
    case "jpeg":
      return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), Buffer.alloc(14), pdf]);
    case "late":
      // Readers look for the head in the first 1024 bytes.
      return Buffer.concat([Buffer.alloc(2000, "x"), pdf]);
  }
}
