/** Small real picture and PDF files, byte by byte, and the same with something wrong. */

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const be16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
const be32 = (value: number): number[] => [...be16(Math.floor(value / 0x10000)), ...be16(value & 0xffff)];
const le16 = (value: number): number[] => [value & 255, (value >> 8) & 255];
const le24 = (value: number): number[] => [...le16(value & 0xffff), (value >> 16) & 255];
const le32 = (value: number): number[] => [...le16(value & 0xffff), ...le16(Math.floor(value / 0x10000))];

export const file = (bytes: readonly number[], name = "photo.jpg"): File => new File([new Uint8Array(bytes)], name);

const segment = (marker: number, body: readonly number[]): number[] => [
  0xff,
  marker,
  ...be16(body.length + 2),
  ...body,
];

/** A JPEG's skeleton: application data, EXIF orientation, frame header, one scan, end. No decoder could show it. */
export function jpeg(input: {
  readonly width: number;
  readonly height: number;
  readonly orientation?: number;
  readonly entropy?: readonly number[];
  readonly end?: readonly number[];
}): number[] {
  const { width, height, orientation = 1, entropy = [1, 2, 0xff, 0, 3, 0xff, 0xd0, 4], end = [0xff, 0xd9] } = input;
  const tiff = [
    ...ascii("MM"),
    0,
    42,
    ...be32(8),
    ...be16(1),
    ...be16(0x0112),
    ...be16(3),
    ...be32(1),
    ...be16(orientation),
  ];
  return [
    0xff,
    0xd8,
    ...segment(0xe1, [...ascii("Exif"), 0, 0, ...tiff, 0, 0, ...be32(0)]),
    ...segment(
      0xe2,
      Array.from({ length: 5000 }, () => 0xff),
    ),
    ...segment(0xc0, [8, ...be16(height), ...be16(width), 1, 1, 0x11, 0]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...entropy,
    ...end,
  ];
}

const chunk = (name: string, body: readonly number[]): number[] => [
  ...be32(body.length),
  ...ascii(name),
  ...body,
  ...be32(0),
];

export const png = (width: number, height: number): number[] => [
  0x89,
  ...ascii("PNG\r\n"),
  0x1a,
  0x0a,
  ...chunk("IHDR", [...be32(width), ...be32(height), 8, 2, 0, 0, 0]),
  ...chunk("IDAT", [1, 2, 3]),
  ...chunk("IEND", []),
];

export const gif = (width: number, height: number): number[] => [
  ...ascii("GIF89a"),
  ...le16(width),
  ...le16(height),
  0,
];

export const webpExtended = (width: number, height: number): number[] => {
  const body = [...ascii("WEBPVP8X"), ...le32(10), 0, 0, 0, 0, ...le24(width - 1), ...le24(height - 1)];
  return [...ascii("RIFF"), ...le32(body.length), ...body];
};

export const webpLossless = (width: number, height: number): number[] => {
  const bits = (width - 1) | ((height - 1) << 14);
  const body = [...ascii("WEBPVP8L"), ...le32(5), 0x2f, ...le32(bits >>> 0)];
  return [...ascii("RIFF"), ...le32(body.length), ...body];
};

export const webpLossy = (width: number, height: number): number[] => {
  const body = [...ascii("WEBPVP8 "), ...le32(10), 0, 0, 0, 0x9d, 0x01, 0x2a, ...le16(width), ...le16(height)];
  return [...ascii("RIFF"), ...le32(body.length), ...body];
};

const box = (name: string, body: readonly number[]): number[] => [...be32(body.length + 8), ...ascii(name), ...body];

/** HEIC or AVIF: tiles of 512 pixels before the picture's own extent. */
export const heif = (brand: string, width: number, height: number): number[] => {
  const extent = (w: number, h: number) => box("ispe", [0, 0, 0, 0, ...be32(w), ...be32(h)]);
  return [
    ...box("ftyp", [...ascii(brand), 0, 0, 0, 0, ...ascii("mif1"), ...ascii(brand)]),
    ...box("meta", [
      0,
      0,
      0,
      0,
      ...box("iprp", box("ipco", [...extent(512, 512), ...extent(width, height), ...extent(240, 180)])),
    ]),
    ...box("mdat", [1, 2, 3, 4]),
  ];
};

/** One empty page with a classic cross-reference table; `trailer` adds entries. */
export function pdf(trailer = "", end = "%%EOF\n"): number[] {
  const body = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Note (/Encrypt 9 0 R) >>\nendobj\n";
  const at = body.length;
  return ascii(
    `${body}xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R ${trailer}>>\nstartxref\n${at}\n${end}`,
  );
}

/** The same with a cross-reference stream. */
export function pdfStream(entries = ""): number[] {
  const body = "%PDF-1.5\n1 0 obj\n<< /Type /Catalog >>\nendobj\n";
  return ascii(
    `${body}2 0 obj\n<< /Type /XRef /Size 2 /Root 1 0 R ${entries}/Length 3 >>\nstream\nabc\nendstream\nendobj\nstartxref\n${body.length}\n%%EOF`,
  );
}
