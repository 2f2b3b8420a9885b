/**
 * Pages of white paper with a code printed on them (DataMatrix or QR), drawn by arithmetic from the library's own writer; as pixels
 * or as a PNG file. Runs in Node.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { crc32, deflateSync } from "node:zlib";
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";
import { ROOT } from "./server.ts";

const require = createRequire(import.meta.url);

/** The program of the library's reader or writer. */
export const zxingProgram = (name: "reader" | "writer"): ArrayBuffer =>
  new Uint8Array(readFileSync(require.resolve(`zxing-wasm/${name}/zxing_${name}.wasm`))).buffer;

const codes: readonly { readonly name: string; readonly code: string }[] = JSON.parse(
  readFileSync(`${ROOT}/tests/vectors/two-d-doc.json`, "utf8"),
).own;

/** A frozen 2D-Doc of the vectors, by its name. */
export function codeNamed(name: string): Uint8Array {
  const found = codes.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no vector is called "${name}"`);
  return new Uint8Array(Buffer.from(found.code, "base64url"));
}

export interface Print {
  /** Pixels of a module. */
  readonly module: number;
  /** Degrees. */
  readonly angle?: number;
  /** Pixels of the page; the code is in its middle. */
  readonly page?: readonly [number, number];
  readonly format?: "DataMatrix" | "QRCode";
  /** Grey of black ink, 0 to 255. */
  readonly ink?: number;
}

export interface Pixels {
  /** RGBA. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

const PAPER = 235;

/** Each pixel is the mean of sixteen points. */
export async function printedPage(code: Uint8Array, print: Print): Promise<Pixels> {
  const { module, angle = 0, page: [width, height] = [500, 700], format = "DataMatrix", ink = 40 } = print;
  prepareZXingModule({ overrides: { wasmBinary: zxingProgram("writer") } });
  const { symbol } = await writeBarcode(code, { format, scale: 1 });
  const { data: cells, width: across, height: down } = symbol;
  const [sin, cos] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
  const light = (x: number, y: number): number => {
    const [dx, dy] = [(x - width / 2) / module, (y - height / 2) / module];
    const [u, v] = [Math.floor(dx * cos + dy * sin + across / 2), Math.floor(dy * cos - dx * sin + down / 2)];
    return u < 0 || v < 0 || u >= across || v >= down || cells[v * across + u] !== 0 ? PAPER : ink;
  };
  const data = new Uint8ClampedArray(width * height * 4);
  // Nothing is printed further away than half a diagonal.
  const reach = module * Math.hypot(across, down) * 0.5 + 1;
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      let sum = 0;
      if (Math.hypot(x - width / 2, y - height / 2) > reach) sum = PAPER * 16;
      else for (let n = 0; n < 16; n += 1) sum += light(x + ((n & 3) + 0.5) / 4, y + ((n >> 2) + 0.5) / 4);
      data.fill(sum / 16, at, at + 3);
      data[at + 3] = 255;
    }
  return { data, width, height };
}

/** The picture as a PNG file, in grey. */
export function pngOf({ data, width, height }: Pixels): Buffer {
  const chunk = (type: string, body: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    check.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) lines[y * (width + 1) + x + 1] = data[(y * width + x) * 4] ?? 0;
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    start,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(lines)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
