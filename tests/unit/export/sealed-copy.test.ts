/** The sealed copy's format (SPEC C-X): C+P opens it, nothing else does, and whatever is wrong with the file has its own name (C7). */

import { describe, expect, test } from "vitest";
import {
  type CopyFactors,
  type CopySource,
  type CopyToSeal,
  openCopy,
  readCopyHead,
  sealCopy,
} from "../../../src/crypto/sealed-copy.ts";
import { createSecret } from "../../../src/crypto/secret.ts";
import { floor } from "../../../src/crypto/stretch-parameters.ts";
import { type Bytes, concat, utf8 } from "../../../src/shared/bytes.ts";
import { random, withBit } from "../crypto/support.ts";

const noHash = { update: () => undefined, digest: async () => new Uint8Array(32) };
const fill = (value: number) => createSecret(new Uint8Array(32).fill(value));
const factors: CopyFactors = { card: fill(1), code: fill(2) };
const salt = new Uint8Array(16).fill(9);

async function* of(...parts: readonly Bytes[]): AsyncGenerator<Bytes> {
  yield* parts;
}

async function sealed(content: Bytes, more: Partial<CopyToSeal> = {}): Promise<Bytes> {
  const parts: Bytes[] = [];
  const copy: CopyToSeal = {
    factors,
    set: 2,
    code: "digits",
    params: floor,
    salt,
    length: content.length,
    chunks: of(content),
    hash: noHash,
    ...more,
  };
  for await (const piece of sealCopy(copy, random)) {
    if (piece === null) throw new Error("another length");
    parts.push(piece);
  }
  return concat(...parts);
}

const source = (file: Bytes): CopySource => ({ size: file.length, read: async (from, to) => file.slice(from, to) });

async function open(file: Bytes, with_: CopyFactors = factors) {
  const head = await readCopyHead(source(file));
  return head.ok ? openCopy(source(file), head.value, with_) : head;
}

/** What opening, then reading everything, says. */
async function outcome(file: Bytes, with_?: CopyFactors): Promise<string | Bytes> {
  const opened = await open(file, with_);
  if (!opened.ok) return opened.error.type;
  const parts: Bytes[] = [];
  for await (const piece of opened.value.read(0, opened.value.length)) {
    if (!piece.ok) return piece.error.type;
    parts.push(piece.value);
  }
  return concat(...parts);
}

const content = random.bytes(200_000);

/** The file with other clear words. */
function withHead(file: Bytes, change: (head: Record<string, unknown>) => Record<string, unknown>): Bytes {
  const length = new DataView(file.buffer).getUint32(4);
  const head = utf8(JSON.stringify(change(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))))));
  const prefix = file.slice(0, 8);
  new DataView(prefix.buffer).setUint32(4, head.length);
  return concat(prefix, head, file.subarray(8 + length));
}

describe("C-X: a sealed copy", () => {
  test("opens with card and code, whole or in parts, and is padded", async () => {
    const file = await sealed(content);
    expect(await outcome(file)).toEqual(content);
    const opened = await open(file);
    if (!opened.ok) throw new Error(opened.error.type);
    const parts: Bytes[] = [];
    for await (const piece of opened.value.read(65_000, 140_001)) if (piece.ok) parts.push(piece.value);
    expect(concat(...parts)).toEqual(content.slice(65_000, 140_001));
    expect((await sealed(content.slice(0, 199_000))).length).toBe(file.length);
    expect(await outcome(await sealed(new Uint8Array(0)))).toEqual(new Uint8Array(0));
  });

  test("INV-7: neither factor alone, nor another one, opens it", async () => {
    const file = await sealed(content);
    expect(await outcome(file, { card: fill(3), code: fill(2) })).toBe("other-card");
    expect(await outcome(file, { card: fill(1), code: fill(3) })).toBe("wrong-code");
    await expect(outcome(file, { card: fill(1), code: fill(1) })).rejects.toThrow("INV-7");
    await expect(outcome(file, { card: fill(1), code: fill(0) })).rejects.toThrow("C-X3");
  });

  test("names what is wrong with the file", async () => {
    const file = await sealed(content);
    expect(await outcome(utf8("PK\u0003\u0004 a ZIP"))).toBe("not-sealed-copy");
    expect(await outcome(new Uint8Array(0))).toBe("not-sealed-copy");
    expect(await outcome(concat(utf8("BSX2"), file.subarray(4)))).toBe("newer");
    expect(await outcome(withHead(file, (head) => ({ ...head, v: 2, more: true })))).toBe("newer");
    expect(await outcome(concat(file, new Uint8Array(1)))).toBe("damaged");
    expect(await outcome(concat(file, new Uint8Array(65_552)))).toBe("damaged");
    for (const length of [5, 40, 250, 400, 70_000, file.length - 65_552, file.length - 1])
      expect(await outcome(file.slice(0, length)), String(length)).toBe("truncated");
  });

  test("refuses weak parameters before any code is asked for", async () => {
    const file = await sealed(content);
    const weak = (params: object) => outcome(withHead(file, (head) => ({ ...head, params })));
    expect(await weak({ memoryKiB: 8, passes: 1, lanes: 1 })).toBe("weak-parameters");
    expect(await weak({ memoryKiB: 19 * 1024, passes: 1, lanes: 1 })).toBe("weak-parameters");
    expect(await weak({ memoryKiB: 4 * 1024 * 1024, passes: 3, lanes: 1 })).toBe("weak-parameters");
    // Stronger than it was made with, and within bounds: its key is bound to the words.
    expect(await weak({ memoryKiB: 32 * 1024, passes: 3, lanes: 1 })).toBe("wrong-code");
    expect(await outcome(withHead(file, (head) => ({ ...head, set: 3 })))).toBe("wrong-code");
  });

  test("no changed byte goes unnoticed", async () => {
    const file = await sealed(content.slice(0, 70_000));
    for (let at = 0; at < file.length; at += at < 560 ? 5 : 4099)
      expect(typeof (await outcome(withBit(file, at * 8 + (at % 8)))), String(at)).toBe("string");
  });

  test("is not finished when its content has another length", async () => {
    await expect(sealed(content, { length: content.length + 1 })).rejects.toThrow("another length");
    await expect(sealed(content, { length: content.length - 1 })).rejects.toThrow("another length");
  });
});
