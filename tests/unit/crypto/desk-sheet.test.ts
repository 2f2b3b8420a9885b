/** The sheet on a desk: its text, what it is held against, and the printed code read back (SPEC C-Q, decisions/0047). */
import { describe, expect, test } from "vitest";
import { drawQr } from "../../../src/app/ui/qr.ts";
import { heldAgainst, readSheet, sheetCheck, sheetOf, writeSheet } from "../../../src/crypto/desk-sheet.ts";
import { createIdentity } from "../../../src/crypto/identity.ts";
import { readQr } from "../../../src/workers/scan/read.ts";
import { HARD_SCENE, photographQr } from "../../support/qr-picture.ts";
import { random } from "../workers/world.ts";

const organisation = async () => (await createIdentity("organisation", random)).principal;

describe("the sheet on a desk", () => {
  test("its text is read back, and only as it was written", async () => {
    const sheet = await sheetOf(await organisation());
    const text = writeSheet(sheet);
    expect(text).toMatch(/^BSO1\.[0-9A-HJKMNP-TV-Z]{58}$/);
    expect(readSheet(text)).toEqual(sheet);
    expect(readSheet(` ${text.toLowerCase()}\n`)).toEqual(sheet);
    for (const wrong of ["", "BSO1.", text.slice(0, -1), `${text}0`, text.replace("BSO1", "BSC1"), `x${text}`])
      expect(readSheet(wrong), wrong).toBeUndefined();
  });

  test("true of its own keys, of no other organisation's, and of no other keys under the same id", async () => {
    const [own, other] = [await organisation(), await organisation()];
    const sheet = await sheetOf(own);
    expect(await heldAgainst(sheet, own)).toBe("now");
    expect(await heldAgainst(sheet, other)).toBe("no");
    expect(await heldAgainst(sheet, { ...own, sign: other.sign })).toBe("no");
    expect(await heldAgainst(sheet, { ...own, box: other.box })).toBe("no");
    const swapped = await sheetOf({ id: own.id, sign: other.sign, box: other.box });
    expect(await heldAgainst(swapped, own)).toBe("no");
  });

  test("an older sheet stays true after the keys changed in its chain", async () => {
    const [own, next] = [await organisation(), await organisation()];
    const { sign, box, boxKeyId } = own;
    const after = { ...own, sign: next.sign, box: next.box, former: [{ sign, box, boxKeyId, until: 1 }] };
    expect(await heldAgainst(await sheetOf(own), after)).toBe("before");
    expect(await heldAgainst(await sheetOf(after), after)).toBe("now");
  });

  test("four pictures and eight digits, others for other keys", async () => {
    const [own, other] = [await organisation(), await organisation()];
    const check = await sheetCheck(await sheetOf(own));
    expect(check.digits).toMatch(/^\d{8}$/);
    expect(check.pictures).toHaveLength(4);
    for (const picture of check.pictures) expect(picture).toSatisfy((n: number) => n >= 0 && n < 12);
    expect(await sheetCheck(await sheetOf(own))).toEqual(check);
    expect(await sheetCheck(await sheetOf({ ...own, box: other.box }))).not.toEqual(check);
  });

  test("the printed code is read by our own reader, from a hard photograph; it is small enough for a desk", async () => {
    const text = writeSheet(await sheetOf(await organisation()));
    expect(drawQr(text).size).toBeLessThanOrEqual(33);
    expect(readQr(photographQr(text, HARD_SCENE), "photo")).toBe(text);
  });
});
