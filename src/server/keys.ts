/**
 * The server's own secrets: the pair that signs proofs, the secret behind session tokens, the pair that shares are sealed
 * to, and the key that they are stored under. Runs in Node.
 *
 * They live in a key file beside the database, never in it nor in its backups. Losing the file makes no proof false, but
 * devices that pinned its key could follow no new one, and no card would open until a phone made a new keyring: keep a
 * copy of it in another place than the backups. Surprising: in a file of an earlier version the last two are derived from
 * its session secret, so that every process with its own copy, and the operator's old copy, comes to the same ones.
 */

import { createECDH, hkdfSync } from "node:crypto";
import { access, link, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import type { BoxKey } from "../protocol/hpke.ts";
import { endorseServerKey, signServerBox } from "../protocol/server-keys.ts";
import { b64, generateSignPair, rawKeyBytes, rawPublicKey, type SignKey, sha256 } from "../protocol/sign.ts";
import type { B64, ServerKey, Signed } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import { type Bytes, fromBase64Url, toHex } from "../shared/bytes.ts";
import type { Random } from "../shared/ports.ts";

export interface ServerKeys {
  readonly sign: SignKey;
  /** What deployment.json pins for the key that signs now. */
  readonly public: ServerKey;
  /** Keys that signed before, newest first: they verify what they signed. */
  readonly older: readonly ServerKey[];
  readonly sessionSecret: Bytes;
  /** What devices seal shares to (DESIGN 3, S). */
  readonly box: BoxKey;
  /** What deployment.json says of that key, signed by the key that signs now. */
  readonly shareBox: Signed;
  /** AES-256-GCM, 32 bytes: shares lie in the database under it. */
  readonly shareKey: Bytes;
}

const curve = { name: "ECDSA", namedCurve: "P-256" } as const;
const { subtle } = globalThis.crypto;
const secretBytes = 32;

const bytesField = v.pipe(
  v.string(),
  v.transform((text) => fromBase64Url(text)),
  v.instance(Uint8Array),
);
const keyField = v.custom<B64>((text) => typeof text === "string" && fromBase64Url(text)?.length === rawKeyBytes);
const firstShape = v.strictObject({
  v: v.literal(1),
  /** PKCS #8 of the signing key. */
  private: bytesField,
  /** Raw public key. */
  public: keyField,
  session: bytesField,
});
const signedShape = v.strictObject({ body: v.custom<B64>(isText), sig: v.custom<B64>(isText) });
const secondFields = {
  private: bytesField,
  /** Newest first; the first one belongs to `private`. Each but the last is endorsed by the one after it (SPEC P-K1). */
  keys: v.pipe(
    v.array(
      v.strictObject({
        sign: keyField,
        endorsed: v.optional(signedShape),
      }),
    ),
    v.minLength(1),
  ),
  session: bytesField,
};
const secondShape = v.strictObject({ v: v.literal(2), ...secondFields });
const secretField = v.pipe(
  bytesField,
  v.transform((bytes): Bytes => Uint8Array.from(bytes)),
  v.check((bytes) => bytes.length === secretBytes),
);
const fileShape = v.strictObject({
  v: v.literal(3),
  ...secondFields,
  /** Private scalar of the pair that shares are sealed to; kept by every rotation. */
  box: v.pipe(
    secretField,
    v.check((scalar) => pointOf(scalar) !== undefined),
  ),
  shareKey: secretField,
  /**
   * By the signing key over `box`: kept, so that deployment.json is the same after a restart and in every process. Absent
   * where the file was of an earlier version: signed at each start until the next rotation.
   */
  shareBox: v.optional(signedShape),
});
type KeyFile = v.InferOutput<typeof fileShape>;

function isText(input: unknown): boolean {
  return typeof input === "string";
}

/** The raw public point; undefined for the scalars that P-256 has not (zero, the order and above: one in 2^32). */
function pointOf(scalar: Uint8Array): Uint8Array | undefined {
  const pair = createECDH("prime256v1");
  try {
    pair.setPrivateKey(scalar);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
  return pair.getPublicKey();
}

async function importBox(scalar: Uint8Array): Promise<BoxKey> {
  const point = pointOf(scalar);
  assert(point !== undefined, "a box key was checked when it was read");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)];
  const jwk = { kty: "EC", crv: "P-256", d: b64(scalar), x: b64(x), y: b64(y) };
  const exchange = { name: "ECDH", namedCurve: "P-256" };
  return { privateKey: await subtle.importKey("jwk", jwk, exchange, false, ["deriveBits"]), box: b64(point) };
}

/** Draws until it is a scalar: practically once. */
function firstScalar(draw: (attempt: number) => Bytes): Bytes {
  for (let attempt = 0; ; attempt += 1) {
    const scalar = draw(attempt);
    if (pointOf(scalar) !== undefined) return scalar;
  }
}

/** What a file of an earlier version did not have. */
function derived(session: Uint8Array): Pick<KeyFile, "box" | "shareKey"> {
  const derive = (label: string): Bytes =>
    new Uint8Array(hkdfSync("sha256", session, new Uint8Array(0), `besace/v1/server-file/${label}\0`, secretBytes));
  return { box: firstScalar((attempt) => derive(`box/${attempt}`)), shareKey: derive("share-key") };
}

const write = (file: KeyFile): string =>
  JSON.stringify({
    ...file,
    private: b64(file.private),
    session: b64(file.session),
    box: b64(file.box),
    shareKey: b64(file.shareKey),
  });

async function freshPair(): Promise<{ readonly private: Bytes; readonly sign: B64 }> {
  const pair = await generateSignPair(true);
  return { private: new Uint8Array(await subtle.exportKey("pkcs8", pair.privateKey)), sign: await rawPublicKey(pair) };
}

async function readKeyFile(file: string): Promise<KeyFile> {
  const json: unknown = JSON.parse(await readFile(file, "utf8"));
  const first = v.safeParse(firstShape, json);
  if (first.success) {
    const { private: key, public: sign, session } = first.output;
    return { v: 3, private: key, keys: [{ sign }], session, ...derived(session) };
  }
  const second = v.safeParse(secondShape, json);
  return second.success ? { ...second.output, v: 3, ...derived(second.output.session) } : v.parse(fileShape, json);
}

const importSign = (key: Uint8Array): Promise<SignKey> =>
  subtle.importKey("pkcs8", Uint8Array.from(key), curve, false, ["sign"]);

const signBox = async (by: { readonly private: Uint8Array; readonly sign: B64 }, box: Uint8Array): Promise<Signed> =>
  signServerBox(await importSign(by.private), by.sign, (await importBox(box)).box);

async function named(key: { readonly sign: B64; readonly endorsed?: Signed | undefined }): Promise<ServerKey> {
  const raw = fromBase64Url(key.sign) ?? new Uint8Array(0);
  return { id: b64((await sha256(raw)).slice(0, 16)), ...key };
}

/** Several processes may start at once on one file: it appears whole, and the first one's stays. */
async function makeKeyFile(file: string, random: Random): Promise<void> {
  if (await exists(file)) return;
  const pair = await freshPair();
  const box = firstScalar(() => random.bytes(secretBytes));
  const text = write({
    v: 3,
    private: pair.private,
    keys: [{ sign: pair.sign }],
    session: random.bytes(secretBytes),
    box,
    shareKey: random.bytes(secretBytes),
    shareBox: await signBox(pair, box),
  });
  const part = `${file}.${toHex(random.bytes(6))}.part`;
  await writeDurably(part, "wx", text);
  try {
    await link(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(part);
  }
  await syncFolder(dirname(file));
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Reads the key file; makes it (mode 0600, on the disk before use) when there is none. @throws when it is damaged. */
export async function openKeys(file: string, random: Random): Promise<ServerKeys> {
  await makeKeyFile(file, random);
  const read = await readKeyFile(file);
  const [current, ...older] = await Promise.all(read.keys.map(named));
  if (current === undefined) throw new Error(`${file} names no key`);
  const sign = await importSign(read.private);
  const box = await importBox(read.box);
  return {
    sign,
    public: current,
    older,
    sessionSecret: Uint8Array.from(read.session),
    box,
    shareBox: read.shareBox ?? (await signServerBox(sign, current.sign, box.box)),
    shareKey: read.shareKey,
  };
}

/**
 * A new signing key, endorsed by the one before it (SPEC P-K1), whose private half is thrown away. Servers that run take
 * it at their next start. Sessions go on, and shares stay under the same keys.
 * @returns the new key as deployment.json will list it.
 */
export async function rotateKeys(file: string): Promise<ServerKey> {
  const before = await readKeyFile(file);
  const [current] = before.keys;
  if (current === undefined) throw new Error(`${file} names no key`);
  const pair = await freshPair();
  const endorsed = await endorseServerKey(await importSign(before.private), current.sign, pair.sign);
  const next = { sign: pair.sign, endorsed };
  const shareBox = await signBox(pair, before.box);
  const after = { ...before, private: pair.private, keys: [next, ...before.keys], shareBox };
  await writeDurably(`${file}.new`, "w", write(after));
  await rename(`${file}.new`, file);
  await syncFolder(dirname(file));
  return named(next);
}

async function writeDurably(file: string, flags: "w" | "wx", text: string): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
