/** D9: the PDF of a shared copy, opened by another program (pdf.js) and by hand. */
import { getDocument, OPS } from "pdfjs-dist/legacy/build/pdf.mjs";
import { describe, expect, test } from "vitest";
import { picturesPdf, placed } from "../../../src/satchel/pdf-out.ts";
import { asSeen } from "../../../src/satchel/pdf-words.ts";
import { flatJpeg } from "../../support/bad-files.ts";

const picture = (width: number, height: number, luma = 5) => ({
  bytes: new Uint8Array(flatJpeg(width, height, luma)),
  width,
  height,
});

const open = (bytes: Uint8Array) => getDocument({ data: new Uint8Array(bytes), verbosity: 0 }).promise;

describe("a PDF of pictures", () => {
  test("D9: one A4 sheet a picture, upright or lying as the picture is, each with its own JPEG", async () => {
    const pictures = [picture(1240, 1754), picture(1600, 1000, -4), picture(400, 400)];
    const pdf = await open(picturesPdf(pictures));
    expect(pdf.numPages).toBe(3);
    const sizes: (readonly number[])[] = [];
    for (let n = 1; n <= 3; n += 1) {
      const page = await pdf.getPage(n);
      const { width, height } = page.getViewport({ scale: 1 });
      sizes.push([Math.round(width), Math.round(height)]);
      const { fnArray } = await page.getOperatorList();
      expect(fnArray.filter((op) => op === OPS.paintImageXObject)).toHaveLength(1);
    }
    expect(sizes).toEqual([
      [595, 842],
      [842, 595],
      [595, 842],
    ]);
    await pdf.loadingTask.destroy();
  });

  test("the JPEGs stand in it as they are, and the file says nothing else", async () => {
    const pictures = [picture(64, 48), picture(48, 64, -3)];
    const bytes = Buffer.from(picturesPdf(pictures));
    for (const { bytes: jpeg } of pictures) expect(bytes.indexOf(Buffer.from(jpeg))).toBeGreaterThan(0);
    expect(bytes.toString("latin1")).not.toMatch(/\/(Info|Author|Producer|CreationDate|Metadata|ID)\b/);
    expect(Buffer.from(picturesPdf(pictures)).equals(bytes)).toBe(true);
    const pdf = await open(bytes);
    const { info } = await pdf.getMetadata();
    expect(Object.keys(info).filter((key) => /Date|Author|Producer|Creator|Title/.test(key))).toEqual([]);
    await pdf.loadingTask.destroy();
  });

  test.each([
    [1240, 1754],
    [1754, 1240],
    [3000, 200],
    [1, 4000],
  ])("a picture of %i by %i stays on its sheet, whole, in its own proportions", (width, height) => {
    const { sheet, size, x, y } = placed({ width, height });
    expect(size.width / size.height).toBeCloseTo(width / height, 6);
    expect(Math.min(x, y)).toBeGreaterThanOrEqual(14);
    expect(x + size.width).toBeLessThan(sheet.width);
    expect(y + size.height).toBeLessThan(sheet.height);
    expect(
      Math.abs(size.width - (sheet.width - 28.34)) < 0.1 || Math.abs(size.height - (sheet.height - 28.34)) < 0.1,
    ).toBe(true);
  });
});

describe("words laid over a sheet", () => {
  const line = (text: string, at: number) => ({
    text,
    x: 100,
    baseline: 100 + at * 40,
    width: Math.min(1000, 20 * text.length),
    size: 24,
  });
  const many = Array.from({ length: 300 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join("");
  const texts = ["Dossier de Zoé Quéffélec, née le 14 mars 1990", "Œuvre « n° 4 » 1 234,50 €", "فاطمة بن علي", many];
  const sheet = { ...picture(1240, 1754), words: texts.map(line), title: "Réponses (1)" };

  test("F9: another program reads them, in every script, and finds the outline", async () => {
    const bytes = picturesPdf([sheet, { ...picture(1000, 700), title: "هوية" }, picture(10, 10)]);
    const pdf = await open(bytes);
    const page = await pdf.getPage(1);
    const { items } = await page.getTextContent();
    const read = items.map((item) => ("str" in item ? item.str : "")).join("");
    for (const text of [texts[0], texts[1], texts[3]]) expect(read).toContain(text);
    for (const word of ["فاطمة", "علي"]) expect(read).toContain(word);
    expect((await pdf.getOutline()).map((one) => one.title)).toEqual(["Réponses (1)", "هوية"]);
    expect(pdf.numPages).toBe(3);
    await pdf.loadingTask.destroy();
  });

  test("a line stands where it was drawn", async () => {
    const pdf = await open(picturesPdf([sheet]));
    const { items } = await (await pdf.getPage(1)).getTextContent();
    const shown = items.flatMap((item) => ("str" in item && item.height > 0 ? [item] : []));
    const [first, last] = [
      shown[0],
      shown.findLast((item) => Math.abs(item.transform[5] - shown[0]?.transform[5]) < 1),
    ];
    if (first === undefined || last === undefined) throw new Error("there is a text");
    const { size, x, y } = placed(sheet);
    const scale = size.width / 1240;
    expect(first.transform[4]).toBeCloseTo(x + 100 * scale, 0);
    expect(first.transform[5]).toBeCloseTo(y + (1754 - 100) * scale, 0);
    expect(last.transform[4] + last.width - first.transform[4]).toBeCloseTo(20 * (texts[0] ?? "").length * scale, 0);
    await pdf.loadingTask.destroy();
  });

  test("what runs from right to left is laid as it is seen, numbers inside it as they are read", () => {
    expect(asSeen("abc 12").join("")).toBe("abc 12");
    expect(asSeen("אב").join("")).toBe("בא");
    expect(asSeen("منذ 35 يوم").join("")).toBe("موي 35 ذنم");
  });
});
