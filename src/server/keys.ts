/**
 * The server's own secrets: the pair that signs proofs, and the secret behind session tokens. Runs in Node.
 *
 * They live in a key file beside the database, never in it nor in its backups. Losing the file makes no proof false, but
 * devices that pinned its key could follow no new one: keep a copy of it in another place than the backups.
 */

import { access, link, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import { endorseServerKey } from "../protocol/server-keys.ts";
import { b64, generateSignPair, rawKeyBytes, rawPublicKey, type SignKey, sha256 } from "../protocol/sign.ts";
import type { B64, ServerKey, Signed } from "../protocol/wire.ts";
import { type Bytes, fromBase64Url, toHex } from "../shared/bytes.ts";
import type { Random } from "../shared/ports.ts";

export interface ServerKeys {
  readonly sign: SignKey;
  /** What deployment.json pins for the key that signs now. */
  readonly public: ServerKey;
  /** Keys that signed before, newest first: they verify what they signed. */
  readonly older: readonly ServerKey[];
  readonly sessionSecret: Bytes;
}

const curve = { name: "ECDSA", namedCurve: "P-256" } as const;
const { subtle } = globalThis.crypto;

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
const fileShape = v.strictObject({
  v: v.literal(2),
  private: bytesField,
  /** Newest first; the first one belongs to `private`. Each but the last is endorsed by the one after it (SPEC P-K1). */
  keys: v.pipe(
    v.array(
      v.strictObject({
        sign: keyField,
        endorsed: v.optional(v.strictObject({ body: v.custom<B64>(isText), sig: v.custom<B64>(isText) })),
      }),
    ),
    v.minLength(1),
  ),
  session: bytesField,
});
type KeyFile = v.InferOutput<typeof fileShape>;

function isText(input: unknown): boolean {
  return typeof input === "string";
}

const write = (file: KeyFile): string =>
  JSON.stringify({
    ...file,
    private: b64(file.private),
    session: b64(file.session),
  });

async function freshPair(): Promise<{ readonly private: Bytes; readonly sign: B64 }> {
  const pair = await generateSignPair(true);
  return { private: new Uint8Array(await subtle.exportKey("pkcs8", pair.privateKey)), sign: await rawPublicKey(pair) };
}

async function readKeyFile(file: string): Promise<KeyFile> {
  const json: unknown = JSON.parse(await readFile(file, "utf8"));
  const first = v.safeParse(firstShape, json);
  if (!first.success) return v.parse(fileShape, json);
  const { private: key, public: sign, session } = first.output;
  return { v: 2, private: key, keys: [{ sign }], session };
}

const importSign = (key: Uint8Array): Promise<SignKey> =>
  subtle.importKey("pkcs8", Uint8Array.from(key), curve, false, ["sign"]);

async function named(key: { readonly sign: B64; readonly endorsed?: Signed | undefined }): Promise<ServerKey> {
  const raw = fromBase64Url(key.sign) ?? new Uint8Array(0);
  return { id: b64((await sha256(raw)).slice(0, 16)), ...key };
}

/** Several processes may start at once on one file: it appears whole, and the first one's stays. */
async function makeKeyFile(file: string, random: Random): Promise<void> {
  if (await exists(file)) return;
  const pair = await freshPair();
  const text = write({ v: 2, private: pair.private, keys: [{ sign: pair.sign }], session: random.bytes(32) });
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
  return {
    sign: await importSign(read.private),
    public: current,
    older,
    sessionSecret: Uint8Array.from(read.session),
  };
}

/**
 * A new signing key, endorsed by the one before it (SPEC P-K1), whose private half is thrown away. Servers that run take
 * it at their next start. Sessions go on.
 * @returns the new key as deployment.json will list it.
 */
export async function rotateKeys(file: string): Promise<ServerKey> {
  const before = await readKeyFile(file);
  const [current] = before.keys;
  if (current === undefined) throw new Error(`${file} names no key`);
  const pair = await freshPair();
  const endorsed = await endorseServerKey(await importSign(before.private), current.sign, pair.sign);
  const next = { sign: pair.sign, endorsed };
  await writeDurably(`${file}.new`, "w", write({ ...before, private: pair.private, keys: [next, ...before.keys] }));
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
