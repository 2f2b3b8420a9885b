/**
 * D7: a 2D-Doc printed on a paper is read off a picture by the code of the scan worker, offline: real DataMatrix symbols, drawn by
 * the library's writer, on pages as Besace keeps them. Runs in Node.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";
import { readTwoDDoc } from "../../../src/satchel/twoddoc/read.ts";
import { createMatrixReader, type MatrixReader } from "../../../src/workers/scan/matrix.ts";

const root = new URL("../../..", import.meta.url).pathname;
const codes: readonly { readonly name: string; readonly code: string }[] = JSON.parse(
  readFileSync(`${root}/tests/vectors/two-d-doc.json`, "utf8"),
).own;
const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(Buffer.from(codes.find((each) => each.name === name)?.code ?? "", "base64url"));

const require = createRequire(import.meta.url);
const wasm = (name: "reader" | "writer"): ArrayBuffer =>
  new Uint8Array(readFileSync(require.resolve(`zxing-wasm/${name}/zxing_${name}.wasm`))).buffer;

let reader: MatrixReader;
beforeAll(() => {
  prepareZXingModule({ overrides: { wasmBinary: wasm("writer") } });
  reader = createMatrixReader(async () => wasm("reader"));
});

interface Print {
  /** Pixels of a module, at an angle (degrees), on a page of so many pixels. */
  readonly module: number;
  readonly angle?: number;
  readonly page?: readonly [number, number];
  readonly format?: "DataMatrix" | "QRCode";
  readonly ink?: number;
}

/** A page of white paper with one symbol on it, each pixel the mean of sixteen points. */
async function page(code: Uint8Array, { module, angle = 0, page: [w, h] = [500, 700], format, ink = 40 }: Print) {
  const drawn = await writeBarcode(code, { format: format ?? "DataMatrix", scale: 1 });
  const { data: symbol, width: across, height: down } = drawn.symbol;
  const [sin, cos] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
  const data = new Uint8ClampedArray(w * h * 4);
  const light = (x: number, y: number): number => {
    const [dx, dy] = [(x - w / 2) / module, (y - h / 2) / module];
    const [u, v] = [Math.floor(dx * cos + dy * sin + across / 2), Math.floor(dy * cos - dx * sin + down / 2)];
    return u < 0 || v < 0 || u >= across || v >= down || symbol[v * across + u] !== 0 ? 235 : ink;
  };
  for (let y = 0; y < h; y += 1)
    for (let x = 0; x < w; x += 1) {
      let sum = 0;
      for (let n = 0; n < 16; n += 1) sum += light(x + ((n & 3) + 0.5) / 4, y + ((n >> 2) + 0.5) / 4);
      data.set([sum / 16, sum / 16, sum / 16, 255], (y * w + x) * 4);
    }
  return { data, width: w, height: h };
}

describe("D7 the code of a paper is read off its picture", () => {
  const bill = "version 1, a bill";
  test.each([
    ["as a scanner sees it", bill, { module: 4 }],
    ["small, as on a kept page", "version 4, a tax notice", { module: 2.1 }],
    ["with fewer than two pixels a module", bill, { module: 1.6 }],
    ["held askew", bill, { module: 4.3, angle: 21 }],
    ["upside down, faded", "version 3, a pay slip", { module: 3.5, angle: 184, ink: 150 }],
    ["printed as a QR code", bill, { module: 3, format: "QRCode" as const }],
  ])("%s", async (_case, name, print) => {
    const found = await reader.read(await page(bytesOf(name), print));
    expect(found.map((each) => Buffer.from(each).toString("latin1"))).toEqual([
      Buffer.from(bytesOf(name)).toString("latin1"),
    ]);
    expect(found.map((each) => readTwoDDoc(each).ok)).toEqual([true]);
  });

  test("a page without a code, and a picture of one pixel, give nothing", async () => {
    const blank = { data: new Uint8ClampedArray(300 * 300 * 4).fill(220), width: 300, height: 300 };
    expect(await reader.read(blank)).toEqual([]);
    expect(await reader.read({ data: new Uint8ClampedArray(4), width: 1, height: 1 })).toEqual([]);
  });

  test("INV-3 the picture is wiped, read or not", async () => {
    for (const ink of [40, 235]) {
      const picture = await page(bytesOf(bill), { module: 4, ink });
      await reader.read(picture);
      expect(picture.data.every((byte) => byte === 0)).toBe(true);
    }
  });
});

test("a program that cannot be had is asked for again, and nothing is fetched from anywhere else", async () => {
  const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  const none = createMatrixReader(async () => {
    throw new TypeError("no program");
  });
  const picture = () => ({ data: new Uint8ClampedArray(16), width: 2, height: 2 });
  await expect(none.read(picture())).rejects.toThrow(TypeError);
  await expect(none.read(picture())).rejects.toThrow("no program");
  expect(fetched).not.toHaveBeenCalled();
  fetched.mockRestore();
});
