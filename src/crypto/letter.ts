/**
 * Letters: sealed to one receiver with HPKE, signed by the sender (SPEC C-L). Runs in workers that hold keys, and Node.
 *
 * Surprising: what is clear outside is repeated inside, and the receiver requires both to be equal: a server that
 * re-addresses a letter or swaps a paper is caught even with a valid signature of its own.
 */

import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import * as v from "valibot";
import { anyB64, countField, fixedB64, principalIdField, randomIdField } from "../protocol/fields.ts";
import { signsOf } from "../protocol/helpers.ts";
import type { BoxKey } from "../protocol/hpke.ts";
import {
  letterHead,
  letterHeadBytes,
  letterLimits,
  letterManifest,
  signLetter,
  verifyLetter,
} from "../protocol/letters.ts";
import { b64, bodyBytes, parseBody } from "../protocol/sign.ts";
import { type ChainError, type Principal, readChain, readExtendedChain } from "../protocol/statements.ts";
import type { BlobRef, Letter, LetterHead, ServerTime, Signed } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import { type B64, type Bytes, fromBase64Url } from "../shared/bytes.ts";
import type { BlobId, LetterId, PrincipalId, ThreadId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import type { Identity } from "./identity.ts";
import { pad, unpad } from "./padding.ts";
import { importBoxPublic, keyBytes, sha256 } from "./primitives.ts";

export type LetterKind = "dossier" | "status" | "message" | "deposit" | "share" | "act" | "return" | "mandate";

/** A blob that travels with a letter, with what opens it. */
export interface LetterBlob {
  readonly blob: BlobId;
  readonly root: B64;
  /** Stream key, 32 bytes. */
  readonly key: B64;
  /** SHA-256 of the plain content: the receiver compares it after opening. */
  readonly hash: B64;
  readonly name?: string;
  readonly mime: string;
  readonly role: string;
}

/** What the sender chooses; the rest of the inner text is filled in by `sealLetter`. */
export interface LetterContent {
  readonly thread: ThreadId;
  /** Counter in the thread; a receiver refuses a known letter id or a counter that is not higher. */
  readonly n: number;
  readonly replaces: LetterId | null;
  readonly kind: LetterKind;
  /** Milliseconds, as the sender's device believes. */
  readonly sentAt: number;
  readonly blobs: readonly LetterBlob[];
  readonly payload: unknown;
}

export interface LetterInner extends LetterContent {
  readonly from: PrincipalId;
  readonly to: PrincipalId;
  readonly toKey: B64;
  readonly letter: LetterId;
  readonly senderStatements: readonly Signed[];
}

export interface LetterToSeal {
  readonly identity: Identity;
  readonly to: Principal;
  readonly letter: LetterId;
  /** Same blobs, same order as `inner.blobs`. */
  readonly blobs: readonly BlobRef[];
  /** Of a share: from then on the server gives it to nobody (SPEC P-L7). */
  readonly until?: ServerTime;
  readonly inner: LetterContent;
}

export interface OpenedLetter {
  readonly head: LetterHead;
  readonly manifest: B64;
  readonly inner: LetterInner;
  readonly sender: Principal;
}

export type OpenLetterError =
  | { readonly type: "bad-format" }
  | { readonly type: "bad-signature" }
  | { readonly type: "other-receiver" }
  /** Sealed to a key that this identity does not hold. */
  | { readonly type: "other-key" }
  | { readonly type: "cannot-open" }
  | { readonly type: "bad-padding" }
  | { readonly type: "bad-inner" }
  /** A field that stands outside and inside says two things. */
  | { readonly type: "inner-differs"; readonly field: "from" | "to" | "toKey" | "letter" | "blobs" }
  | { readonly type: "bad-sender"; readonly chain: ChainError }
  | { readonly type: "other-sender" };

const innerShape = v.strictObject({
  from: principalIdField,
  to: principalIdField,
  toKey: fixedB64(16),
  letter: randomIdField<LetterId>(),
  thread: randomIdField<ThreadId>(),
  n: countField,
  replaces: v.nullable(randomIdField<LetterId>()),
  kind: v.picklist(["dossier", "status", "message", "deposit", "share", "act", "return", "mandate"]),
  sentAt: countField,
  senderStatements: v.array(v.strictObject({ body: anyB64(1, 4096), sig: fixedB64(64) })),
  blobs: v.pipe(
    v.array(
      v.strictObject({
        blob: randomIdField<BlobId>(),
        root: fixedB64(32),
        key: fixedB64(keyBytes),
        hash: fixedB64(32),
        name: v.exactOptional(v.string()),
        mime: v.string(),
        role: v.string(),
      }),
    ),
    v.maxLength(letterLimits.blobs),
  ),
  payload: v.unknown(),
});

const createSuite = () =>
  new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** Shared by sealing and opening: HPKE `info` is the hash of the head, the head itself is associated data. */
const infoOf = async (headBytes: Bytes): Promise<Bytes> => await sha256(headBytes);

const toBuffer = (bytes: Bytes): ArrayBuffer => bytes.slice().buffer;

/** Seals and signs. HPKE draws its own ephemeral key, so no two sealings are alike. */
export async function sealLetter({ identity, to, letter, blobs, until, inner }: LetterToSeal): Promise<Letter> {
  const same = inner.blobs.length === blobs.length && inner.blobs.every((one, at) => sameBlob(one, blobs[at]));
  assert(same, "SPEC C-L4: the same blobs outside and inside");
  const head: LetterHead = {
    ...(until === undefined ? { v: 1 } : { v: 2, until }),
    suite: 1,
    letter,
    from: identity.id,
    to: to.id,
    toKey: to.boxKeyId,
    blobs: blobs.map(({ blob, length, root }) => ({ blob, length, root })),
  };
  const whole: LetterInner = {
    from: identity.id,
    to: to.id,
    toKey: to.boxKeyId,
    letter,
    thread: inner.thread,
    n: inner.n,
    replaces: inner.replaces,
    kind: inner.kind,
    sentAt: inner.sentAt,
    senderStatements: identity.statements,
    blobs: inner.blobs,
    payload: inner.payload,
  };
  const text = bodyBytes(whole);
  assert(v.is(innerShape, parseBody(b64(text))?.value), "SPEC C-L3: the inner text has its form once it is JSON");
  const headBytes = letterHeadBytes(head);
  const recipientPublicKey = await importBoxPublic(to.box);
  assert(recipientPublicKey !== undefined, "SPEC P-S3: a principal's box key is a point");
  const sender = await createSuite().createSenderContext({
    recipientPublicKey,
    info: toBuffer(await infoOf(headBytes)),
  });
  const sealed = await sender.seal(toBuffer(pad(text)), toBuffer(headBytes));
  const result = await signLetter(identity.sign, headBytes, new Uint8Array(sender.enc), new Uint8Array(sealed));
  assert(letterHead(result).ok, "SPEC P-L: a head that was just written reads");
  return result;
}

const sameBlob = (inner: LetterBlob, outer: BlobRef | undefined): boolean =>
  inner.blob === outer?.blob && inner.root === outer.root;

/** The key that a letter names: the current one, or one that an organisation had within 400 days (SPEC P-H5). */
function boxOf({ box, principal, formerBoxes = [] }: Identity, toKey: B64): BoxKey | undefined {
  if (toKey === principal.boxKeyId) return { privateKey: box, box: principal.box };
  const former = principal.former.find(({ boxKeyId }) => boxKeyId === toKey);
  return formerBoxes.find((key) => key.box === former?.box);
}

/** By any key that the sender's chain has named (SPEC P-H9). */
async function verifiedBy(letter: Letter, sender: Principal): ReturnType<typeof verifyLetter> {
  let verified = await verifyLetter(letter, sender.sign);
  for (const sign of signsOf(sender).slice(1)) if (!verified.ok) verified = await verifyLetter(letter, sign);
  return verified;
}

async function decrypt(key: BoxKey, letter: Letter, headBytes: Bytes): Promise<Bytes | undefined> {
  const enc = fromBase64Url(letter.enc);
  const body = fromBase64Url(letter.body);
  const publicKey = await importBoxPublic(key.box);
  if (enc === undefined || body === undefined || publicKey === undefined) return undefined;
  try {
    const context = await createSuite().createRecipientContext({
      recipientKey: { privateKey: key.privateKey, publicKey },
      enc: toBuffer(enc),
      info: toBuffer(await infoOf(headBytes)),
    });
    return new Uint8Array(await context.open(toBuffer(body), toBuffer(headBytes)));
  } catch (error) {
    // HPKE names its refusals (DeserializeError, DecapError, OpenError); all of them mean the same to the receiver.
    if (error instanceof Error && /^(Deserialize|Decap|Open)Error$/.test(error.name)) return undefined;
    throw error;
  }
}

function differingField(
  head: LetterHead,
  inner: LetterInner,
): "from" | "to" | "toKey" | "letter" | "blobs" | undefined {
  const field = (["from", "to", "toKey", "letter"] as const).find((name) => head[name] !== inner[name]);
  if (field !== undefined) return field;
  const same =
    head.blobs.length === inner.blobs.length && inner.blobs.every((one, at) => sameBlob(one, head.blobs[at]));
  return same ? undefined : "blobs";
}

/**
 * Opens, requires inner = outer, then verifies the sender's signature. The sender's keys come from the statements inside
 * (their genesis has to hash to `head.from`); a pinned `sender` must be that same principal, and what it does not verify is
 * taken only from an organisation whose enclosed chain goes on from the pinned one: its keys were changed since (SPEC P-H9).
 * The caller still refuses a letter id that it knows, or a counter that is not higher, in the thread.
 */
export async function openLetter(
  identity: Identity,
  letter: Letter,
  sender: Principal | undefined,
): Promise<Result<OpenedLetter, OpenLetterError>> {
  const head = letterHead(letter);
  const headBytes = fromBase64Url(letter.head);
  if (!head.ok || headBytes === undefined) return err({ type: "bad-format" });
  if (head.value.to !== identity.id) return err({ type: "other-receiver" });
  const mine = boxOf(identity, head.value.toKey);
  if (mine === undefined) return err({ type: "other-key" });
  let isByPinned = true;
  if (sender !== undefined) {
    if (sender.id !== head.value.from) return err({ type: "other-sender" });
    const early = await verifiedBy(letter, sender);
    // An organisation's keys may have changed since its chain was pinned: then the chain inside has to go on from that one.
    if (!early.ok && sender.kind !== "organisation") return err({ type: early.error.type });
    isByPinned = early.ok;
  }
  const plain = await decrypt(mine, letter, headBytes);
  if (plain === undefined) return err({ type: "cannot-open" });
  const text = unpad(plain);
  if (text === undefined) return err({ type: "bad-padding" });
  const shape = v.safeParse(innerShape, parseBody(b64(text))?.value);
  if (!shape.success) return err({ type: "bad-inner" });
  const inner = shape.output as LetterInner;
  const field = differingField(head.value, inner);
  if (field !== undefined) return err({ type: "inner-differs", field });
  const chain = await readChain(inner.senderStatements);
  if (!chain.ok) return err({ type: "bad-sender", chain: chain.error });
  if (chain.value.id !== head.value.from) return err({ type: "other-sender" });
  if (sender !== undefined && !isByPinned && !(await readExtendedChain(sender, inner.senderStatements)).ok)
    return err({ type: "bad-signature" });
  const verified = await verifiedBy(letter, chain.value);
  if (!verified.ok) return err({ type: verified.error.type });
  const known = sender !== undefined && sender.head.n > chain.value.head.n ? sender : chain.value;
  return ok({ head: head.value, manifest: await letterManifest(letter), inner, sender: known });
}
