/**
 * The server's own secrets: the pair that signs proofs, and the secret behind session tokens. Runs in Node.
 *
 * They live in a key file beside the database, never in it nor in its backups. Losing the file makes no proof false:
 * old public keys stay in the file `deployment.json` is built from.
 */

import { open, readFile } from "node:fs/promises";
import * as v from "valibot";
import { b64, generateSignPair, rawPublicKey, type SignKey, sha256 } from "../protocol/sign.ts";
import type { B64 } from "../protocol/wire.ts";
import { type Bytes, fromBase64Url } from "../shared/bytes.ts";
import type { Random } from "../shared/ports.ts";

export interface ServerKeys {
  readonly sign: SignKey;
  /** What deployment.json pins: the id is the first 16 bytes of SHA-256 of the raw key. */
  readonly public: { readonly id: B64; readonly sign: B64 };
  readonly sessionSecret: Bytes;
}

const curve = { name: "ECDSA", namedCurve: "P-256" } as const;
const { subtle } = globalThis.crypto;

const bytesField = v.pipe(
  v.string(),
  v.transform((text) => fromBase64Url(text)),
  v.instance(Uint8Array),
);
const fileShape = v.strictObject({
  v: v.literal(1),
  /** PKCS #8 of the signing key. */
  private: bytesField,
  /** Raw public key. */
  public: bytesField,
  session: bytesField,
});

async function fresh(random: Random): Promise<string> {
  const pair = await generateSignPair(true);
  return JSON.stringify({
    v: 1,
    private: b64(new Uint8Array(await subtle.exportKey("pkcs8", pair.privateKey))),
    public: await rawPublicKey(pair),
    session: b64(random.bytes(32)),
  });
}

/** Reads the key file; makes it (mode 0600, on the disk before use) when there is none. @throws when it is damaged. */
export async function openKeys(file: string, random: Random): Promise<ServerKeys> {
  const text = await fresh(random);
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const read = v.parse(fileShape, JSON.parse(await readFile(file, "utf8")));
  const sign = await subtle.importKey("pkcs8", Uint8Array.from(read.private), curve, false, ["sign"]);
  const raw = Uint8Array.from(read.public);
  return {
    sign,
    public: { id: b64((await sha256(raw)).slice(0, 16)), sign: b64(raw) },
    sessionSecret: Uint8Array.from(read.session),
  };
}
