/**
 * Writes and reads the EXIF block of a JPEG, as a phone's camera does. Runs in Node. Source: Exif 2.32 / TIFF 6.0.
 *
 * Surprising fact: a browser's canvas writes a JFIF block and no EXIF; a phone writes EXIF first and no JFIF. A reader
 * that only knows one of them fails on real photographs.
 */

export type ExifFields = {
  /** 1 upright, 3 upside down, 6 turn 90 degrees clockwise to see it upright, 8 the other way. */
  readonly orientation: 1 | 3 | 6 | 8;
  readonly make: string;
  readonly model: string;
  readonly software?: string;
  /** "2026:03:14 09:26:53" */
  readonly dateTime: string;
  readonly width: number;
  readonly height: number;
  /** Decimal degrees. */
  readonly gps?: { readonly latitude: number; readonly longitude: number };
};

type Entry = {
  readonly tag: number;
  readonly type: 2 | 3 | 4 | 5 | 7;
  readonly values: Buffer;
  readonly count: number;
};

function ascii(tag: number, text: string): Entry {
  const values = Buffer.from(`${text}\0`, "latin1");
  return { tag, type: 2, values, count: values.length };
}

function short(tag: number, value: number): Entry {
  const values = Buffer.alloc(2);
  values.writeUInt16BE(value);
  return { tag, type: 3, values, count: 1 };
}

function long(tag: number, value: number): Entry {
  const values = Buffer.alloc(4);
  values.writeUInt32BE(value);
  return { tag, type: 4, values, count: 1 };
}

function rationals(tag: number, fractions: readonly (readonly [number, number])[]): Entry {
  const values = Buffer.alloc(fractions.length * 8);
  for (const [index, [over, under]] of fractions.entries()) {
    values.writeUInt32BE(over, index * 8);
    values.writeUInt32BE(under, index * 8 + 4);
  }
  return { tag, type: 5, values, count: fractions.length };
}

function directorySize(entries: readonly Entry[]): number {
  const outside = entries.reduce(
    (sum, { values }) => sum + (values.length > 4 ? values.length + (values.length % 2) : 0),
    0,
  );
  return 2 + entries.length * 12 + 4 + outside;
}

/** One image file directory, to stand at `offset` of the TIFF block. */
function directory(entries: readonly Entry[], offset: number): Buffer {
  const sorted = [...entries].sort((a, b) => a.tag - b.tag);
  const out = Buffer.alloc(directorySize(sorted));
  out.writeUInt16BE(sorted.length, 0);
  let data = 2 + sorted.length * 12 + 4;
  for (const [index, { tag, type, values, count }] of sorted.entries()) {
    const at = 2 + index * 12;
    out.writeUInt16BE(tag, at);
    out.writeUInt16BE(type, at + 2);
    out.writeUInt32BE(count, at + 4);
    if (values.length <= 4) values.copy(out, at + 8);
    else {
      out.writeUInt32BE(offset + data, at + 8);
      values.copy(out, data);
      data += values.length + (values.length % 2);
    }
  }
  return out;
}

function degrees(value: number): [number, number][] {
  const whole = Math.abs(value);
  const minutes = (whole % 1) * 60;
  return [
    [Math.floor(whole), 1],
    [Math.floor(minutes), 1],
    [Math.round((minutes % 1) * 60 * 100), 100],
  ];
}

function app1(fields: ExifFields): Buffer {
  const main = [
    ascii(0x010f, fields.make),
    ascii(0x0110, fields.model),
    short(0x0112, fields.orientation),
    rationals(0x011a, [[72, 1]]),
    rationals(0x011b, [[72, 1]]),
    short(0x0128, 2),
    ascii(0x0131, fields.software ?? "Camera 4.1"),
    ascii(0x0132, fields.dateTime),
    short(0x0213, 1),
  ];
  const photo: Entry[] = [
    rationals(0x829a, [[1, 50]]),
    rationals(0x829d, [[18, 10]]),
    short(0x8827, 200),
    { tag: 0x9000, type: 7, values: Buffer.from("0232"), count: 4 },
    ascii(0x9003, fields.dateTime),
    ascii(0x9004, fields.dateTime),
    rationals(0x920a, [[425, 100]]),
    short(0xa001, 1),
    long(0xa002, fields.width),
    long(0xa003, fields.height),
  ];
  const gps =
    fields.gps === undefined
      ? []
      : [
          ascii(0x0001, fields.gps.latitude >= 0 ? "N" : "S"),
          rationals(0x0002, degrees(fields.gps.latitude)),
          ascii(0x0003, fields.gps.longitude >= 0 ? "E" : "W"),
          rationals(0x0004, degrees(fields.gps.longitude)),
        ];
  const pointers = gps.length > 0 ? 2 : 1;
  const photoAt = 8 + directorySize(main) + pointers * 12;
  const gpsAt = photoAt + directorySize(photo);
  main.push(long(0x8769, photoAt));
  if (gps.length > 0) main.push(long(0x8825, gpsAt));
  const tiff = Buffer.concat([
    Buffer.from([0x4d, 0x4d, 0x00, 0x2a, 0, 0, 0, 8]),
    directory(main, 8),
    directory(photo, photoAt),
    gps.length > 0 ? directory(gps, gpsAt) : Buffer.alloc(0),
  ]);
  const head = Buffer.from([0xff, 0xe1, 0, 0, ...Buffer.from("Exif\0\0")]);
  head.writeUInt16BE(2 + 6 + tiff.length, 2);
  return Buffer.concat([head, tiff]);
}

/** The JPEG with this EXIF block first; a JFIF or EXIF block that was there is taken out. */
export function withExif(jpeg: Uint8Array, fields: ExifFields): Buffer {
  const bytes = Buffer.from(jpeg);
  if (bytes.readUInt16BE(0) !== 0xffd8) throw new Error("not a JPEG");
  const kept: Buffer[] = [];
  let at = 2;
  while (bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    const marker = bytes[at + 1] ?? 0;
    const next = at + 2 + bytes.readUInt16BE(at + 2);
    if (marker !== 0xe0 && marker !== 0xe1) kept.push(bytes.subarray(at, next));
    at = next;
  }
  return Buffer.concat([bytes.subarray(0, 2), app1(fields), ...kept, bytes.subarray(at)]);
}

/** What tests ask of a JPEG: its EXIF fields as found, undefined where absent. */
export function readExif(jpeg: Uint8Array): {
  readonly orientation: number | undefined;
  readonly make: string | undefined;
  readonly model: string | undefined;
  readonly hasGps: boolean;
} {
  const nothing = { orientation: undefined, make: undefined, model: undefined, hasGps: false };
  const bytes = Buffer.from(jpeg);
  let at = 2;
  while (bytes[at] === 0xff && bytes[at + 1] !== 0xe1 && bytes[at + 1] !== 0xda) at += 2 + bytes.readUInt16BE(at + 2);
  if (bytes[at + 1] !== 0xe1 || bytes.toString("latin1", at + 4, at + 8) !== "Exif") return nothing;
  const tiff = bytes.subarray(at + 10, at + 2 + bytes.readUInt16BE(at + 2));
  const little = tiff.toString("latin1", 0, 2) === "II";
  const u16 = (offset: number): number => (little ? tiff.readUInt16LE(offset) : tiff.readUInt16BE(offset));
  const u32 = (offset: number): number => (little ? tiff.readUInt32LE(offset) : tiff.readUInt32BE(offset));
  const start = u32(4);
  const found = new Map<number, number>();
  for (let i = 0; i < u16(start); i++) found.set(u16(start + 2 + i * 12), start + 2 + i * 12);
  const text = (tag: number): string | undefined => {
    const entry = found.get(tag);
    if (entry === undefined) return undefined;
    const count = u32(entry + 4);
    const from = count <= 4 ? entry + 8 : u32(entry + 8);
    return tiff.toString("latin1", from, from + count - 1);
  };
  const orientation = found.get(0x0112);
  return {
    orientation: orientation === undefined ? undefined : u16(orientation + 8),
    make: text(0x010f),
    model: text(0x0110),
    hasGps: found.has(0x8825),
  };
}
