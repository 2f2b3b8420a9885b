import { describe, expect, test } from "vitest";
import { readQr } from "../../../src/workers/scan/read.ts";
import { HARD_SCENE, manyScenes, photographQr, type QrScene } from "../../support/qr-picture.ts";

/** A card's code as `createCard` writes it, for a home with a long name: 41 modules a side with its quiet zone. */
const CARD = "BSC1.CEFJ5X7QXKQ4HXYM2V7C5YLBT9GKD2XSH4MUAQKZQ7M3FQ5ZJXHCZ4T6YWQ2";
const scenes = manyScenes();
const scene = (n: number): QrScene => scenes[n] ?? HARD_SCENE;

describe("C5 the QR of a card is read", () => {
  test("from a photograph that is skewed, folded, dark and noisy", () => {
    expect(readQr(photographQr(CARD, HARD_SCENE), "photo")).toBe(CARD);
  });

  test("upside down, and with the fold through another place", () => {
    const other = { ...HARD_SCENE, seed: 8, roll: 191, yaw: -19, pitch: 15, fold: { at: -0.2, bend: 9 } };
    expect(readQr(photographQr(CARD, other), "photo")).toBe(CARD);
  });

  test("out of focus in the evening", () => {
    const dim = { ...HARD_SCENE, seed: 9, fold: null, white: 70, black: 36, blur: 1.6, noise: 6 };
    expect(readQr(photographQr(CARD, dim), "photo")).toBe(CARD);
  });

  test("by the quick looks that a stream of pictures can afford, for the easier half of sixty photographs", () => {
    for (const n of [0, 9, 18, 27]) expect(readQr(photographQr(CARD, scene(n)), "frame"), `scene ${n}`).toBe(CARD);
  });
});

describe("a picture without a readable code", () => {
  test("gives nothing: no code at all, or one too blurred", () => {
    const blank = { data: new Uint8ClampedArray(320 * 240 * 4).fill(200), width: 320, height: 240 };
    expect(readQr(blank, "photo")).toBeNull();
    expect(readQr(photographQr(CARD, { ...HARD_SCENE, blur: 6 }), "photo")).toBeNull();
  });

  test("a photograph smaller than a code needs, or of one pixel, is no crash", () => {
    expect(readQr({ data: new Uint8ClampedArray(4), width: 1, height: 1 }, "photo")).toBeNull();
    expect(readQr({ data: new Uint8ClampedArray(40 * 40 * 4), width: 40, height: 40 }, "frame")).toBeNull();
  });
});

test("INV-3 the picture is wiped, read or not", () => {
  for (const picture of [photographQr(CARD, scene(0)), photographQr(CARD, { ...scene(0), blur: 9 })]) {
    readQr(picture, "frame");
    expect(picture.data.every((byte) => byte === 0)).toBe(true);
  }
});
