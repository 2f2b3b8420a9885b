/**
 * The same satchel on a second device, without network: a request text of the new device and an answer text of the old
 * one (SPEC C-T). Runs in workers that hold keys, and Node.
 *
 * Surprising: neither text opens anything. The request holds public keys only; the answer is sealed to a key that lives in
 * the new device's memory and was drawn for this one request. What is shown on both screens depends on a number that the
 * old device draws AFTER it has read the request, so nobody can look for a second request with the same pictures.
 */

import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import * as v from "valibot";
import { anyB64, countField, fixedB64, randomIdField } from "../protocol/fields.ts";
import { labels } from "../protocol/labels.ts";
import { ways } from "../protocol/limits.ts";
import {
  b64,
  bodyBytes,
  generateSignPair,
  isPublicKey,
  type KeyPair,
  labelled,
  parseBody,
  rawKeyBytes,
  rawPublicKey,
} from "../protocol/sign.ts";
import { readChain } from "../protocol/statements.ts";
import type { Signed } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import {
  type B64,
  type Bytes,
  concat,
  equalBytes,
  fromBase64Url,
  lengthPrefixed,
  lengthPrefixedParts,
  toBase64Url,
  utf8,
} from "../shared/bytes.ts";
import { type DeviceId, idBytes, type RecordId, randomId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { fromBase32, toBase32 } from "./base32.ts";
import { type Identity, openIdentity, openPast, sealPast } from "./identity.ts";
import { generateBoxPair, importBoxPublic, sha256 } from "./primitives.ts";
import { createRootKey, rootKeyBytes } from "./secret.ts";

/** What the old device learns from a request. */
export interface TransferRequest {
  readonly device: DeviceId;
  /** Raw public keys, 65 bytes: to seal to, and the transport key to certify. */
  readonly box: B64;
  readonly transport: B64;
  /** The exact bytes, which number, pictures and answer are bound to. */
  readonly bytes: Bytes;
}

/** A request with its private keys; they are not extractable and are stored nowhere before the answer was opened. */
export interface OwnTransferRequest extends TransferRequest {
  readonly text: string;
  readonly boxPair: KeyPair;
  readonly transportPair: KeyPair;
}

/** Beside the keys: what the new device cannot know and needs before its first pull. */
export interface TransferSettings {
  /** The old device's clock when it answered, ms. Shown, never trusted. */
  readonly at: number;
  readonly pictogram: string;
  /** Id of the satchel's one profile record, so that the new device makes no second one. */
  readonly profile: RecordId | null;
  /** QR text of the rescue card. */
  readonly card: string | null;
  /** Keys of the server as they were pinned. */
  readonly serverKeys: Readonly<Record<string, B64>>;
}

export interface OpenedTransfer {
  readonly identity: Identity;
  readonly settings: TransferSettings;
}

export type TransferTextError =
  /** Another kind of text. */
  | { readonly type: "not-a-request" }
  | { readonly type: "not-an-answer" }
  | { readonly type: "other-version"; readonly version: number }
  /** The right kind, but letters are missing or wrong. */
  | { readonly type: "damaged" };

export type TransferAnswerError =
  | TransferTextError
  /** Made for another request: of another device, or of an earlier try on this one. */
  | { readonly type: "other-request" }
  /** Another number was typed, or the bytes are not the old device's. */
  | { readonly type: "cannot-open" }
  /** It opens, but what is inside does not make this device one of the satchel's. */
  | { readonly type: "bad-content" };

const head = 0x11;
const deviceBytes = 16;
const hashBytes = 16;
const checksumBytes = 4;
const requestBytes = 1 + deviceBytes + 2 * rawKeyBytes;
const encBytes = 65;
const fixedParts = 3;

/** R, A: request and answer of a transfer. G, F: question and answer of a return with a desk's help (desk-return.ts). */
type TextPrefix = "BSR" | "BSA" | "BSG" | "BSF";

const checksumOf = async (prefix: string, bytes: Bytes): Promise<Bytes> =>
  (await sha256(labelled(labels.transferText, utf8(prefix), bytes))).slice(0, checksumBytes);

export const textOf = async (prefix: TextPrefix, bytes: Bytes): Promise<string> =>
  `${prefix}1.${toBase32(concat(bytes, await checksumOf(prefix, bytes)))}`;

/** The bytes of a text; spaces and line ends that a messenger put in are no damage. */
export async function bytesOfText(
  prefix: TextPrefix,
  text: string,
): Promise<Result<Bytes, "other-kind" | "damaged" | { readonly version: number }>> {
  const upper = text.replace(/\s+/g, "").toUpperCase();
  const found = /^(BS[A-Z])([0-9]+)\./.exec(upper);
  if (found?.[1] !== prefix) return err("other-kind");
  if (found[2] !== "1") return err({ version: Number(found[2]) });
  const bytes = fromBase32(upper.slice(prefix.length + 2));
  if (bytes === undefined || bytes.length <= checksumBytes) return err("damaged");
  const content = bytes.slice(0, -checksumBytes);
  return equalBytes(await checksumOf(prefix, content), bytes.slice(-checksumBytes)) ? ok(content) : err("damaged");
}

const textError = (
  error: "other-kind" | "damaged" | { readonly version: number },
  otherKind: "not-a-request" | "not-an-answer",
): TransferTextError => {
  if (error === "other-kind") return { type: otherKind };
  return error === "damaged" ? { type: "damaged" } : { type: "other-version", version: error.version };
};

/** A request of this device, with fresh keys (SPEC C-T1). */
export async function createTransferRequest(random: Random): Promise<OwnTransferRequest> {
  const [boxPair, transportPair] = await Promise.all([generateBoxPair(), generateSignPair(false)]);
  const [box, transport] = await Promise.all([rawPublicKey(boxPair), rawPublicKey(transportPair)]);
  const device = randomId<DeviceId>(random);
  const bytes = concat(Uint8Array.of(head), idBytes(device), keyBytesOf(box), keyBytesOf(transport));
  return { device, box, transport, bytes, text: await textOf("BSR", bytes), boxPair, transportPair };
}

function keyBytesOf(raw: B64): Bytes {
  const bytes = fromBase64Url(raw);
  assert(bytes?.length === rawKeyBytes, "SPEC P-5: a public key is a raw point");
  return bytes;
}

/** Reads the request of another device (SPEC C-T2). */
export async function readTransferRequest(text: string): Promise<Result<TransferRequest, TransferTextError>> {
  const read = await bytesOfText("BSR", text);
  if (!read.ok) return err(textError(read.error, "not-a-request"));
  const bytes = read.value;
  if (bytes.length !== requestBytes || bytes[0] !== head) return err({ type: "damaged" });
  const keysAt = 1 + deviceBytes;
  const device = toBase64Url(bytes.slice(1, keysAt)) as DeviceId;
  const box = b64(bytes.slice(keysAt, keysAt + rawKeyBytes));
  const transport = b64(bytes.slice(keysAt + rawKeyBytes));
  if (box === transport || !(await isPublicKey(box)) || !(await isPublicKey(transport)))
    return err({ type: "damaged" });
  return ok({ device, box, transport, bytes });
}

/** Six digits, evenly drawn: shown by the old device once it has read a request, typed on the new one (SPEC C-T3). */
export function drawTransferNumber(random: Random): string {
  for (;;) {
    const bytes = random.bytes(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    // 4,294 times a million fit into 32 bits; the rest would make small numbers likelier.
    if (value < 4_294_000_000) return String(value % 1_000_000).padStart(6, "0");
  }
}

export const isTransferNumber = (text: string): boolean => /^[0-9]{6}$/.test(text);

/** Kinds of pictures and how many are shown. */
export const transferPictures = { kinds: 12, shown: 4 } as const;

/** Four pictures, each 0 to 11, the same on both devices for the same request and number (SPEC C-T4). */
export async function transferCheck(
  request: Pick<TransferRequest, "bytes">,
  number: string,
): Promise<readonly number[]> {
  assert(isTransferNumber(number), "SPEC C-T3: the number has six digits");
  return picturesOf(await sha256(labelled(labels.transferCheck, lengthPrefixed(request.bytes, utf8(number)))));
}

/** The first 32 bits of a hash in base 12, lowest digit first. */
export function picturesOf(hash: Bytes): readonly number[] {
  let value = new DataView(hash.buffer, hash.byteOffset).getUint32(0);
  return Array.from({ length: transferPictures.shown }, () => {
    const picture = value % transferPictures.kinds;
    value = Math.floor(value / transferPictures.kinds);
    return picture;
  });
}

const requestHash = async (bytes: Bytes): Promise<Bytes> =>
  (await sha256(labelled(labels.transferRequest, bytes))).slice(0, hashBytes);

/** Bound to the exact request and to the number: an answer opens once, for whom it was made. */
const infoOf = async (request: Bytes, number: string): Promise<ArrayBuffer> =>
  toBuffer(await sha256(labelled(labels.transferSeal, lengthPrefixed(request, utf8(number)))));

const toBuffer = (bytes: Bytes): ArrayBuffer => bytes.slice().buffer;

const createSuite = () =>
  new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

const settingsFields = {
  at: countField,
  pictogram: v.pipe(v.string(), v.maxLength(40)),
  profile: v.nullable(randomIdField<RecordId>()),
  card: v.nullable(v.pipe(v.string(), v.maxLength(300))),
  serverKeys: v.record(v.pipe(v.string(), v.maxLength(64)), fixedB64(rawKeyBytes)),
};
/** Version 2 is of a root that was rotated: with its epoch and the older ones sealed under it (SPEC C-T5). */
const settingsShape = v.variant("v", [
  v.strictObject({ v: v.literal(1), ...settingsFields }),
  v.strictObject({
    v: v.literal(2),
    ...settingsFields,
    epoch: v.pipe(countField, v.minValue(1), v.maxValue(ways.roots)),
    past: anyB64(32, 32 + 32 * ways.roots),
  }),
]);

/**
 * The answer of the old device (SPEC C-T5). `identity.statements` must already name the new device: its certificate is
 * part of the chain that travels.
 */
export async function sealTransferAnswer(
  identity: Identity,
  request: TransferRequest,
  number: string,
  settings: TransferSettings,
  random: Random,
): Promise<string> {
  const certified = identity.principal.devices.get(request.device)?.transport === request.transport;
  assert(certified, "SPEC C-T5: the chain names the new device");
  const recipientPublicKey = await importBoxPublic(request.box);
  assert(recipientPublicKey !== undefined, "SPEC C-T2: a request's key is a point");
  const { at, pictogram, profile, card, serverKeys } = settings;
  const facts = { at, pictogram, profile, card, serverKeys };
  const { epoch } = identity;
  const said =
    epoch === 0 ? { v: 1, ...facts } : { v: 2, ...facts, epoch, past: b64(await sealPast(identity, random)) };
  const root = identity.root.reveal();
  const plain = lengthPrefixed(
    root,
    identity.sealed,
    bodyBytes(said),
    ...identity.statements.flatMap(({ body, sig }) => [rawOf(body), rawOf(sig)]),
  );
  root.fill(0);
  const clear = concat(Uint8Array.of(head), await requestHash(request.bytes));
  const sender = await createSuite().createSenderContext({
    recipientPublicKey,
    info: await infoOf(request.bytes, number),
  });
  const sealed = new Uint8Array(await sender.seal(toBuffer(plain), toBuffer(clear)));
  plain.fill(0);
  return textOf("BSA", concat(clear, new Uint8Array(sender.enc), sealed));
}

const rawOf = (text: B64): Bytes => {
  const bytes = fromBase64Url(text);
  assert(bytes !== undefined, "SPEC P-3: signed bodies are base64url");
  return bytes;
};

async function decrypt(own: OwnTransferRequest, number: string, answer: Bytes): Promise<Bytes | undefined> {
  const clear = answer.slice(0, 1 + hashBytes);
  const enc = answer.slice(1 + hashBytes, 1 + hashBytes + encBytes);
  try {
    const context = await createSuite().createRecipientContext({
      recipientKey: own.boxPair,
      enc: toBuffer(enc),
      info: await infoOf(own.bytes, number),
    });
    const sealed = answer.slice(1 + hashBytes + encBytes);
    return new Uint8Array(await context.open(toBuffer(sealed), toBuffer(clear)));
  } catch (error) {
    // HPKE names its refusals (DeserializeError, DecapError, OpenError); all of them mean the same here.
    if (error instanceof Error && /^(Deserialize|Decap|Open)Error$/.test(error.name)) return undefined;
    throw error;
  }
}

/**
 * Opens the answer to this device's own request (SPEC C-T6): the keys open under the root that came with them, and the
 * chain certifies exactly the transport key that this device drew. Anything else is refused and nothing is kept.
 */
export async function openTransferAnswer(
  own: OwnTransferRequest,
  number: string,
  text: string,
): Promise<Result<OpenedTransfer, TransferAnswerError>> {
  const read = await bytesOfText("BSA", text);
  if (!read.ok) return err(textError(read.error, "not-an-answer"));
  const answer = read.value;
  if (answer.length <= 1 + hashBytes + encBytes || answer[0] !== head) return err({ type: "damaged" });
  if (!equalBytes(answer.slice(1, 1 + hashBytes), await requestHash(own.bytes))) return err({ type: "other-request" });
  const plain = await decrypt(own, number, answer);
  if (plain === undefined) return err({ type: "cannot-open" });
  const parts = lengthPrefixedParts(plain);
  plain.fill(0);
  const [root, sealed, settingsBytes, ...chain] = parts ?? [];
  const settings = v.safeParse(settingsShape, settingsBytes && parseBody(b64(settingsBytes))?.value);
  const whole = (parts?.length ?? 0) > fixedParts && chain.length % 2 === 0;
  if (!whole || root?.length !== rootKeyBytes || sealed === undefined || !settings.success)
    return err({ type: "bad-content" });
  const statements: Signed[] = [];
  for (let at = 0; at < chain.length; at += 2)
    statements.push({ body: b64(chain[at] as Bytes), sig: b64(chain[at + 1] as Bytes) });
  const rootKey = createRootKey(root);
  root.fill(0);
  const chainRead = await readChain(statements);
  const older =
    settings.output.v === 1 || !chainRead.ok
      ? ok([])
      : await openPast(rootKey, chainRead.value.id, settings.output.epoch, rawOf(settings.output.past));
  const identity = older.ok ? await openIdentity(rootKey, sealed, statements, older.value) : older;
  const certified = identity.ok && identity.value.principal.devices.get(own.device)?.transport === own.transport;
  if (!identity.ok || identity.value.kind !== "satchel" || !certified) {
    for (const one of [rootKey, ...(older.ok ? older.value : [])]) one.wipe();
    return err({ type: "bad-content" });
  }
  const { at, pictogram, profile, card, serverKeys } = settings.output;
  return ok({ identity: identity.value, settings: { at, pictogram, profile, card, serverKeys } });
}
