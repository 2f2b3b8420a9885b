/** base64url: one text for some bytes, and only that one is read (RFC 4648 section 5, without padding). Parts behind their lengths. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fromBase64Url as byEngine,
  fromBase64UrlByTable,
  isBase64Url,
  lengthPrefixed,
  lengthPrefixedParts,
  toBase64Url,
} from "../../../src/shared/bytes.ts";

describe.each([
  ["the engine", byEngine],
  ["our table", fromBase64UrlByTable],
] as const)("base64url, decoded by %s", (_name, fromBase64Url) => {
  test("is what Node says, both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64url");
        expect(toBase64Url(bytes)).toBe(text);
        expect(fromBase64Url(text)).toEqual(new Uint8Array(bytes));
      }),
      { numRuns: 1000 },
    );
    const long = crypto.getRandomValues(new Uint8Array(65_536));
    expect(fromBase64Url(toBase64Url(long))).toEqual(long);
    expect(toBase64Url(long.subarray(1, 8))).toBe(Buffer.from(long.subarray(1, 8)).toString("base64url"));
  });

  test("any text is refused, or is the one text of its bytes", () => {
    const letters = fc.constantFrom(
      "A",
      "B",
      "Z",
      "a",
      "9",
      "-",
      "_",
      "+",
      "/",
      "=",
      " ",
      "\n",
      "é",
      "\u0141",
      "\u{1f4c4}",
    );
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 9 }), (parts) => {
        const text = parts.join("");
        const bytes = fromBase64Url(text);
        expect(isBase64Url(text)).toBe(bytes !== undefined);
        if (bytes !== undefined) expect(toBase64Url(bytes)).toBe(text);
        else expect(Buffer.from(text, "base64url").toString("base64url")).not.toBe(text);
      }),
      { numRuns: 5000 },
    );
  });

  test("every single text of two and three letters", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (const a of alphabet) {
      for (const b of alphabet) {
        const two = fromBase64Url(a + b);
        expect(isBase64Url(a + b)).toBe(two !== undefined);
        expect(isBase64Url(`A${a}${b}`)).toBe(fromBase64Url(`A${a}${b}`) !== undefined);
        expect(two === undefined ? undefined : toBase64Url(two)).toBe(
          Buffer.from(a + b, "base64url").toString("base64url") === a + b ? a + b : undefined,
        );
      }
    }
    for (const text of ["A", "AAAAA", "AA=", "AA==", "AAB", "A\u0000", "A\u007f"])
      expect([fromBase64Url(text), isBase64Url(text)]).toEqual([undefined, false]);
  });
});

test("length-prefixed parts are read as they were written, and cut or longer bytes are refused", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (parts) => {
      const written = lengthPrefixed(...parts);
      expect(lengthPrefixedParts(written)).toEqual(parts.map((part) => new Uint8Array(part)));
      if (parts.length > 0) expect(lengthPrefixedParts(written.slice(0, -1))).toBeUndefined();
      expect(lengthPrefixedParts(new Uint8Array([...written, 0]))).toBeUndefined();
    }),
  );
});
