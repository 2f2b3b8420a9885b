/**
 * The sealed envelope of one save of one record (SPEC C-R). Runs in workers that hold keys, and Node.
 *
 * Surprising: every op has a key of its own, from the root, the epoch and its op id; the random nonce is a second net.
 */

import { labels } from "../protocol/labels.ts";
import { isErased, opHead, opHeadBytes, signOp, verifyOp } from "../protocol/ops.ts";
import type { Op, OpHead } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import { type B64, type Bytes, fromBase64Url, u32, utf8 } from "../shared/bytes.ts";
import { type BlobId, idBytes, type OpId, type RecordId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import type { Identity } from "./identity.ts";
import { pad, unpad } from "./padding.ts";
import { deriveAesKey, hkdf, importHkdfKey, keyBytes, nonceBytes, openBox, sealBox } from "./primitives.ts";
import type { RootKey } from "./secret.ts";

export interface RecordToSeal {
  readonly record: RecordId;
  readonly op: OpId;
  readonly base: OpId | null;
  readonly deleted: boolean;
  readonly blobs: readonly BlobId[];
}

export interface OpenedRecord {
  readonly head: OpHead;
  readonly content: Bytes;
}

export type RecordError =
  | { readonly type: "bad-format" }
  | { readonly type: "bad-signature" }
  | { readonly type: "other-satchel" }
  /** Sealed under a root that this identity does not have: a newer one, or one before it joined. */
  | { readonly type: "unknown-epoch" }
  /** Another key or epoch, or a body that was sealed under another head. */
  | { readonly type: "cannot-open" }
  | { readonly type: "bad-padding" };

/** The content of a tombstone whose body is no more: an object without fields. */
const nothing = utf8("{}");

/** HKDF key per root, so that a list of a thousand papers opens at once; it goes with the root. */
const epochKeys = new WeakMap<RootKey, Promise<CryptoKey>>();

function epochKeyOf(identity: Identity, root: RootKey, epoch: number): Promise<CryptoKey> {
  const key =
    epochKeys.get(root) ??
    hkdf(root.reveal(), idBytes(identity.id), labels.recordRoot, keyBytes, u32(epoch)).then(importHkdfKey);
  epochKeys.set(root, key);
  return key;
}

/** @returns undefined when this identity has no root of that epoch. */
async function recordKeyOf(identity: Identity, head: OpHead): Promise<CryptoKey | undefined> {
  const root = identity.roots.get(head.epoch);
  if (root === undefined) return undefined;
  return await deriveAesKey(await epochKeyOf(identity, root, head.epoch), idBytes(head.op), labels.recordKey);
}

/** An organisation's keys change with its root: an op is signed by the key of the epoch that it was sealed in (SPEC P-H9). */
const signerOf = ({ principal }: Identity, epoch: number): B64 => principal.former[epoch]?.sign ?? principal.sign;

/** Seals under the current root and signs a complete op. An object becomes JSON; its undefined fields vanish. */
export async function sealRecord(
  identity: Identity,
  facts: RecordToSeal,
  content: object,
  random: Random,
): Promise<Op> {
  const head: OpHead = {
    v: 1,
    suite: 1,
    epoch: identity.epoch,
    satchel: identity.id,
    record: facts.record,
    op: facts.op,
    base: facts.base,
    deleted: facts.deleted,
    blobs: facts.blobs,
  };
  const headBytes = opHeadBytes(head);
  const plain = pad(content instanceof Uint8Array ? content : utf8(JSON.stringify(content)));
  const key = await recordKeyOf(identity, head);
  assert(key !== undefined, "SPEC C-R1: an identity has its current root");
  const body = await sealBox(key, random.bytes(nonceBytes), plain, headBytes);
  const op = await signOp(identity.sign, headBytes, body);
  assert(opHead(op).ok, "SPEC P-R: a head that was just written reads");
  return op;
}

/**
 * Verifies the signature, then opens. Only ops of this identity's own satchel open.
 * @param trust "verified" skips the signature of an op that was verified before it was stored; the tag, which only a
 * holder of the root can make, is checked in any case.
 */
export async function openRecord(
  identity: Identity,
  op: Op,
  trust: "unknown" | "verified" = "unknown",
): Promise<Result<OpenedRecord, RecordError>> {
  const head = opHead(op);
  if (!head.ok) return err({ type: "bad-format" });
  if (head.value.satchel !== identity.id) return err({ type: "other-satchel" });
  if (trust === "unknown") {
    const verified = await verifyOp(op, signerOf(identity, head.value.epoch));
    if (!verified.ok) return err({ type: verified.error.type });
  }
  if (isErased(op)) {
    // No body, no tag: its signature alone says that the deletion is real.
    const verified = await verifyOp(op, signerOf(identity, head.value.epoch));
    return verified.ok ? ok({ head: verified.value, content: nothing }) : err({ type: verified.error.type });
  }
  const headBytes = fromBase64Url(op.head);
  const body = fromBase64Url(op.body);
  if (headBytes === undefined || body === undefined) return err({ type: "bad-format" });
  const key = await recordKeyOf(identity, head.value);
  if (key === undefined) return err({ type: "unknown-epoch" });
  const plain = await openBox(key, body, headBytes);
  if (plain === undefined) return err({ type: "cannot-open" });
  const content = unpad(plain);
  return content === undefined ? err({ type: "bad-padding" }) : ok({ head: head.value, content });
}
