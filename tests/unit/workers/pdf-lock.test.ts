/**
 * Encrypted PDFs: those that open without asking are taken, the others are refused (A6). The files of encrypted-pdfs.json
 * were written by qpdf 11 with owner password "patron" and user password "" or "sesame"; "r4meta" leaves its metadata
 * clear, "r4obj" has object streams and a cross-reference stream.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admit } from "../../../src/workers/imaging/admit.ts";
import { inspectPdf } from "../../../src/workers/imaging/pdf.ts";
import { opensWithoutPassword } from "../../../src/workers/imaging/pdf-lock.ts";
import { isDictionary, readPdfValue } from "../../../src/workers/imaging/pdf-values.ts";
import { reduce } from "../../../src/workers/imaging/reduce.ts";
import { blobSource } from "../../../src/workers/imaging/source.ts";
import { lockedPdf } from "../../support/bad-files.ts";
import files from "./encrypted-pdfs.json" with { type: "json" };

const noTools = { decode: async () => undefined, encode: async () => undefined };
const pdfFile = (bytes: Uint8Array) => new File([new Uint8Array(bytes)], "attestation.pdf");
const written = (name: keyof typeof files) => Buffer.from(files[name], "base64");

async function opens(bytes: Uint8Array): Promise<boolean | string> {
  const source = blobSource(pdfFile(bytes));
  const found = await inspectPdf(source);
  return found.type === "encrypted" ? opensWithoutPassword(source, found.trailer) : found.type;
}

describe("a PDF that only protects its changing", () => {
  test.each(["r2", "r3", "r4aes", "r4meta", "r4obj", "r5", "r6"] as const)(
    "%s is taken; with a password to open it is refused",
    async (revision) => {
      expect(await reduce(pdfFile(written(`${revision} owner`)), noTools)).toEqual({
        ok: true,
        value: { type: "file", mime: "application/pdf" },
      });
      expect(await reduce(pdfFile(written(`${revision} user`)), noTools)).toEqual({
        ok: false,
        error: { type: "pdf-locked" },
      });
    },
  );

  test("our own generator agrees", async () => {
    expect(await opens(lockedPdf("", ["Barème"]))).toBe(true);
    expect(await opens(lockedPdf("sesame"))).toBe(false);
  });

  test("the dictionary is found across two reads, and behind an older one of the same number", async () => {
    const text = written("r6 owner").toString("latin1");
    const other = "11 0 obj\n<< /Filter /Standard /R 6 /O (x) /U (y) >>\nendobj\n";
    const number = /\/Encrypt (\d+) 0 R/.exec(text)?.[1] ?? "";
    const decoy = other.replace("11", number);
    const at = text.indexOf(`${number} 0 obj`);
    for (const before of [0, 1, 3, 5, 8, 9]) {
      const filling = "%".padEnd(256 * 1024 - before - at - decoy.length - 1, " ");
      const moved = `${text.slice(0, at)}${decoy}${filling}\n${text.slice(at)}`;
      expect(await opens(Buffer.from(moved, "latin1"))).toBe(true);
    }
  });

  test("another handler, or a dictionary that is nowhere, asks", async () => {
    const text = written("r3 owner").toString("latin1");
    expect(await opens(Buffer.from(text.replace("/Standard", "/Standurd"), "latin1"))).toBe(false);
    expect(await opens(Buffer.from(text.replace(/\/Encrypt \d+ 0 R/, "/Encrypt 97 0 R"), "latin1"))).toBe(false);
  });

  test("without the tool nobody can tell, and nothing is refused", async () => {
    expect(await admit(pdfFile(written("r6 user")), null)).toEqual({ ok: true, value: { type: "pdf" } });
  });

  test("changed bytes give an answer and no exception", { timeout: 120_000 }, async () => {
    const whole = written("r4aes owner");
    const changed = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(changed, async (changes) => {
        const bytes = new Uint8Array(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        expect(["boolean", "string"]).toContain(typeof (await opens(bytes)));
      }),
      { numRuns: 300 },
    );
  });
});

describe("values of a PDF (ISO 32000-1 7.3)", () => {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

  test("texts, with their escapes, brackets and line ends", () => {
    const read = (text: string) => readPdfValue(text, 0);
    expect(read("(a(b)c\\)\\(\\\\)")).toEqual({ type: "text", bytes: bytes("a(b)c)(\\") });
    expect(read("(\\101\\7\\0531\\n\\q)")).toEqual({ type: "text", bytes: bytes("A\x07+1\nq") });
    expect(read("(a\\\r\nb\r\nc\rd)")).toEqual({ type: "text", bytes: bytes("ab\nc\nd") });
    expect(read(" %note\n<4 142 7>")).toEqual({ type: "text", bytes: bytes("AB\x70") });
    expect(read("(\xff\x00)")).toEqual({ type: "text", bytes: bytes("\xff\x00") });
    for (const open of ["(a", "(a\\", "<<", "<</A", "[1", "<4", ")", "", "endobj"]) expect(read(open)).toBeUndefined();
  });

  test("numbers, names, references, and everything in each other", () => {
    const value = readPdfValue("<</A#20B -1.5/C[1 0 R 2 true null/D]/E<</F .5>>/G/H>>", 0);
    if (value === undefined || !isDictionary(value)) throw new Error("a dictionary was expected");
    expect(value.get("A B")).toEqual({ type: "number", value: -1.5 });
    expect(value.get("C")).toEqual({
      type: "array",
      items: [
        { type: "reference", number: 1, generation: 0 },
        { type: "number", value: 2 },
        { type: "boolean", value: true },
        { type: "null" },
        { type: "name", name: "D" },
      ],
    });
    expect(value.get("E")).toEqual(new Map([["F", { type: "number", value: 0.5 }]]));
    expect(value.get("G")).toEqual({ type: "name", name: "H" });
  });

  test("hostile text ends", () => {
    const started = performance.now();
    for (const part of ["[", "<<", "<</A", "(", "(\\", "<", "/", "1 0 ", "%", "\\"])
      readPdfValue(part.repeat(60_000), 0);
    expect(performance.now() - started).toBeLessThan(2000);
    const letters = fc.constantFrom("<", ">", "(", ")", "[", "]", "/", "A", "1", " ", "R", "\\", "%", "\n", "\r", "#");
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 80 }), (text) => {
        readPdfValue(text.join(""), 0);
      }),
      { numRuns: 2000 },
    );
  });
});
