/**
 * Does an encrypted PDF open without asking? Many official ones do: only changing them needs a password. The empty user
 * password is tried (ISO 32000-1 7.6.3, algorithms 2 and 4 to 6; ISO 32000-2 7.6.4, algorithms 2.B and 11). Runs in the
 * imaging worker and in Node; nothing is decrypted, the file is kept as it is.
 *
 * Surprising fact: the encryption dictionary is looked for by its number over the whole file, not through the
 * cross-reference: that also finds it where the table is compressed or wrong, and it may not lie in an object stream.
 */

import { md5Of } from "../../crypto/md5.ts";
import { type Bytes, concat, equalBytes } from "../../shared/bytes.ts";
import { latin } from "./pdf.ts";
import { isDictionary, type PdfDictionary, type PdfValue, readPdfValue } from "./pdf-values.ts";
import type { ByteSource } from "./source.ts";

const fromHex = (hex: string): Bytes => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** ISO 32000-1 7.6.3.3, algorithm 2, step a: what stands for an empty password. */
const padding = fromHex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a");
const windowBytes = 256 * 1024;
/** An encryption dictionary has a few hundred bytes. */
const objectBytes = 8 * 1024;
/** More objects of one number than any history of changes leaves. */
const maxCandidates = 64;

/** `trailer`: the newest one's text, as `inspectPdf` gives it. False for every handler but the standard one. */
export async function opensWithoutPassword(source: ByteSource, trailer: string): Promise<boolean> {
  const start = trailer.indexOf("<<");
  const entries = start < 0 ? undefined : readPdfValue(trailer, start);
  if (entries === undefined || !isDictionary(entries)) return false;
  const id = firstId(entries.get("ID"));
  const encrypt = entries.get("Encrypt");
  if (encrypt === undefined) return false;
  if (isDictionary(encrypt)) return acceptsEmpty(encrypt, id);
  if (encrypt.type !== "reference") return false;
  for await (const candidate of objectsNumbered(source, encrypt.number, encrypt.generation)) {
    if (await acceptsEmpty(candidate, id)) return true;
  }
  return false;
}

const firstId = (value: PdfValue | undefined): Bytes => {
  const first = value?.type === "array" ? value.items[0] : undefined;
  return first?.type === "text" ? first.bytes : new Uint8Array(0);
};

/** Every dictionary that stands behind "n g obj". */
async function* objectsNumbered(source: ByteSource, number: number, generation: number): AsyncGenerator<PdfDictionary> {
  const opening = new RegExp(`(?<![0-9])${number}\\s+${generation}\\s+obj\\b`, "g");
  let left = maxCandidates;
  let before = "";
  for (let at = 0; at < source.size && left > 0; at += windowBytes) {
    const piece = before + latin(await source.read(at, windowBytes));
    const pieceAt = at - before.length;
    for (const found of piece.matchAll(opening)) {
      left -= 1;
      // In the overlap and whole there: it was met in the window before.
      if (found.index + found[0].length < before.length) continue;
      const text = latin(await source.read(pieceAt + found.index + found[0].length, objectBytes));
      const value = readPdfValue(text, 0);
      if (value !== undefined && isDictionary(value)) yield value;
    }
    before = piece.slice(-32);
  }
}

const numberOf = (value: PdfValue | undefined): number | undefined =>
  value?.type === "number" ? value.value : undefined;
const bytesOf = (value: PdfValue | undefined): Bytes | undefined => (value?.type === "text" ? value.bytes : undefined);

async function acceptsEmpty(encrypt: PdfDictionary, id: Bytes): Promise<boolean> {
  const filter = encrypt.get("Filter");
  const revision = numberOf(encrypt.get("R"));
  const owner = bytesOf(encrypt.get("O"));
  const user = bytesOf(encrypt.get("U"));
  if (filter?.type !== "name" || filter.name !== "Standard") return false;
  if (revision === undefined || owner === undefined || user === undefined) return false;
  if (revision === 5 || revision === 6) return acceptsEmptyByHash(revision, user);
  const permissions = numberOf(encrypt.get("P"));
  if (![2, 3, 4].includes(revision) || permissions === undefined || owner.length < 32 || user.length < 16) return false;
  const cleartextMetadata = encrypt.get("EncryptMetadata");
  const seed = concat(
    padding,
    owner.subarray(0, 32),
    littleEndian(permissions),
    id,
    // Algorithm 2, step f.
    cleartextMetadata?.type === "boolean" && !cleartextMetadata.value && revision === 4
      ? fromHex("ffffffff")
      : new Uint8Array(0),
  );
  for (const length of keyLengths(encrypt, revision)) {
    const key = await fileKey(seed, revision, length);
    if (revision === 2) {
      // Algorithm 4.
      if (equalBytes(rc4(key, padding), user.subarray(0, 32))) return true;
      continue;
    }
    // Algorithm 5: the last 16 bytes of U are arbitrary.
    let expected = rc4(key, await md5Of(concat(padding, id)));
    for (let round = 1; round < 20; round += 1)
      expected = rc4(
        key.map((byte) => byte ^ round),
        expected,
      );
    if (equalBytes(expected, user.subarray(0, 16))) return true;
  }
  return false;
}

/** Bytes of the key. Revision 4 says it in its crypt filter, and writers disagree on the unit: 16 is what they all mean. */
function keyLengths(encrypt: PdfDictionary, revision: number): readonly number[] {
  if (revision === 2) return [5];
  const bits = numberOf(encrypt.get("Length")) ?? 40;
  const said = bits % 8 === 0 && bits >= 40 && bits <= 128 ? bits / 8 : 5;
  return revision === 4 ? [...new Set([16, said])] : [said];
}

const littleEndian = (value: number): Bytes => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value | 0, true);
  return bytes;
};

/** Algorithm 2. */
async function fileKey(seed: Bytes, revision: number, length: number): Promise<Bytes> {
  let digest = await md5Of(seed);
  if (revision >= 3) for (let round = 0; round < 50; round += 1) digest = await md5Of(digest.slice(0, length));
  return digest.slice(0, length);
}

/** RC4, only because PDFs use it: it protects nothing here. */
function rc4(key: Bytes, input: Bytes): Bytes {
  const state = Uint8Array.from({ length: 256 }, (_, n) => n);
  const at = (n: number): number => state[n & 255] ?? 0;
  const swap = (a: number, b: number): void => {
    const kept = at(a);
    state[a & 255] = at(b);
    state[b & 255] = kept;
  };
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 255;
    swap(i, j);
  }
  let j = 0;
  return input.map((byte, n) => {
    j = (j + at(n + 1)) & 255;
    swap(n + 1, j);
    return byte ^ at(at(n + 1) + at(j));
  });
}

/** Revisions 5 and 6: U is a hash, the salt that it was made with, and the salt of the key. */
async function acceptsEmptyByHash(revision: 5 | 6, user: Bytes): Promise<boolean> {
  if (user.length < 48) return false;
  const salt = user.slice(32, 40);
  const hash = revision === 5 ? await digest("SHA-256", salt) : await hardened(salt);
  return equalBytes(hash, user.subarray(0, 32));
}

const digest = async (name: "SHA-256" | "SHA-384" | "SHA-512", bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest(name, bytes));

/** Algorithm 2.B with an empty password. */
async function hardened(salt: Bytes): Promise<Bytes> {
  let key = await digest("SHA-256", salt);
  for (let round = 0; ; round += 1) {
    const repeated = new Uint8Array(64 * key.length);
    for (let n = 0; n < 64; n += 1) repeated.set(key, n * key.length);
    const aes = await crypto.subtle.importKey("raw", key.slice(0, 16), "AES-CBC", false, ["encrypt"]);
    const padded = new Uint8Array(
      await crypto.subtle.encrypt({ name: "AES-CBC", iv: key.slice(16, 32) }, aes, repeated),
    );
    // WebCrypto always pads: the last block is not of the algorithm.
    const sealed = padded.slice(0, repeated.length);
    // 256 is 1 modulo 3: the sum of the bytes has the remainder of the big-endian number.
    const remainder = sealed.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3;
    key = await digest(remainder === 0 ? "SHA-256" : remainder === 1 ? "SHA-384" : "SHA-512", sealed);
    if (round >= 63 && (sealed.at(-1) ?? 0) <= round - 31) return key.slice(0, 32);
  }
}
