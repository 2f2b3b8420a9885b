/**
 * What makes vectors without the code under test: node:crypto and the words of SPEC.md. Node only.
 */

import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { b64 } from "../../src/protocol/sign.ts";
import type { OpHead } from "../../src/protocol/wire.ts";
import { type B64, type Bytes, concat, fromBase64Url, utf8 } from "../../src/shared/bytes.ts";
import { type BlobId, idBytes, randomId } from "../../src/shared/ids.ts";
import type { Random } from "../../src/shared/ports.ts";

export const random: Random = { bytes: (length) => new Uint8Array(randomBytes(length)) };
export const own = (buffer: ArrayBuffer | Uint8Array): Bytes => new Uint8Array(buffer);

export function write(name: string, content: unknown): void {
  const path = new URL(`./${name}.json`, import.meta.url);
  try {
    writeFileSync(path, `${JSON.stringify(content, null, 1)}\n`, { flag: "wx" });
    console.log(`${name}.json made`);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    console.log(`${name}.json is there: left alone`);
  }
}

/** The text with one bit of its last full byte changed. */
export function flipped(text: B64, at = -1): B64 {
  const bytes = fromBase64Url(text) ?? new Uint8Array(0);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return b64(bytes);
}

export const hkdfSpec = (secret: Bytes, salt: Bytes, label: string, context: Bytes = new Uint8Array(0)): Bytes =>
  own(hkdfSync("sha256", secret, salt, concat(utf8(`${label}\0`), context), 32));

export function aesSpec(key: Bytes, nonce: Bytes, plain: Bytes, clear: Bytes): Bytes {
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(clear);
  return concat(own(cipher.update(plain)), own(cipher.final()), own(cipher.getAuthTag()));
}

/** SPEC C-R: record key from root, satchel id, epoch and op id. */
export function recordBodySpec(root: Bytes, head: OpHead, headBytes: Bytes, plain: Bytes): Bytes {
  const epoch = new Uint8Array(4);
  new DataView(epoch.buffer).setUint32(0, head.epoch);
  const epochRoot = hkdfSpec(root, idBytes(head.satchel), "besace/v1/record-root", epoch);
  const nonce = random.bytes(12);
  return concat(nonce, aesSpec(hkdfSpec(epochRoot, idBytes(head.op), "besace/v1/record-key"), nonce, plain, headBytes));
}

/** SPEC C-B: a blob whose plain stream is given whole, padding and length words included. */
export function blobSpec(plain: Bytes): { blob: BlobId; key: Bytes; wire: Bytes } {
  const blob = randomId<BlobId>(random);
  const key = random.bytes(32);
  const commitment = hkdfSpec(key, idBytes(blob), "besace/v1/stream-commitment");
  const header = concat(utf8("BSS1"), Uint8Array.of(1, 0, 1, 0, 0), idBytes(blob), commitment);
  const aes = hkdfSpec(key, idBytes(blob), "besace/v1/stream-key");
  const count = Math.ceil(plain.length / 65536);
  const segments = Array.from({ length: count }, (_, index) => {
    const place = new Uint8Array(5);
    new DataView(place.buffer).setUint32(0, index);
    place[4] = index === count - 1 ? 1 : 0;
    return aesSpec(
      aes,
      concat(new Uint8Array(7), place),
      plain.slice(index * 65536, (index + 1) * 65536),
      concat(header, place),
    );
  });
  return { blob, key, wire: concat(header, ...segments) };
}
