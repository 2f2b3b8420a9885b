/**
 * D7: a 2D-Doc printed on a paper is read off a picture by the code of the scan worker, offline: real DataMatrix symbols, drawn by
 * the library's writer, on pages as Besace keeps them. Runs in Node.
 */
import { describe, expect, test, vi } from "vitest";
import { readTwoDDoc } from "../../../src/satchel/twoddoc/read.ts";
import { createMatrixReader } from "../../../src/workers/scan/matrix.ts";
import { codeNamed, printedPage, zxingProgram } from "../../support/printed-code.ts";

const reader = createMatrixReader(async () => zxingProgram("reader"));

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
    const found = await reader.read(await printedPage(codeNamed(name), print));
    expect(found.map((each) => Buffer.from(each).toString("latin1"))).toEqual([
      Buffer.from(codeNamed(name)).toString("latin1"),
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
      const picture = await printedPage(codeNamed(bill), { module: 4, ink });
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
