/**
 * The journal of a satchel: what its server did or saw happen with what is hers (SPEC P-J). Runs everywhere.
 *
 * Surprising: each line is sealed to the satchel before it is stored, all of one length. The server, and who has its database, can count
 * lines and no more; what makes a rollback visible is the chain over the sealed bytes, whose head the phone signs and keeps.
 */

import * as v from "valibot";
import { type B64, type Bytes, fromBase64Url, lengthPrefixed, u32, u64, utf8, utf8ToText } from "../shared/bytes.ts";
import { type DeviceId, idBytes, type LetterId, type PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { type ApprovalId, isApprovalId } from "./approval.ts";
import { countField, fixedB64, principalIdField, randomIdField, serverTimeField } from "./fields.ts";
import { type BoxKey, hpkeOpen, hpkeSeal, type Sealed } from "./hpke.ts";
import { labels } from "./labels.ts";
import { journal as limits } from "./limits.ts";
import { b64, labelled, readSigned, type SignedError, type SignKey, sha256, signBody } from "./sign.ts";
import type { Principal } from "./statements.ts";
import type { Answered, Signed } from "./wire.ts";

const letter = randomIdField<LetterId>();
const device = randomIdField<DeviceId>();
const common = { v: v.literal(1), at: serverTimeField };

/** What a line may say; a kind that this version does not know is kept and shown as one. */
const eventShape = v.variant("k", [
  /** A letter of hers was taken in, for `to`; one came for her, from `from`. */
  v.strictObject({ ...common, k: v.literal("deposited"), letter, to: principalIdField }),
  v.strictObject({ ...common, k: v.literal("came"), letter, from: principalIdField }),
  /** Sealed bytes of a letter were handed to its receiver; once a day. */
  v.strictObject({ ...common, k: v.literal("handed"), letter, to: principalIdField, device }),
  v.strictObject({ ...common, k: v.picklist(["opened", "withdrawn", "ended"]), letter }),
  /** A device opened a session, or read sealed pages, once a day each; one that was put out tried to. */
  v.strictObject({ ...common, k: v.picklist(["session", "read", "refused"]), device }),
  /** Opened at a shared computer: with card and code; by a phone's yes. */
  v.strictObject({ ...common, k: v.literal("visit") }),
  v.strictObject({ ...common, k: v.literal("approval"), session: v.custom<ApprovalId>(isApprovalId) }),
  /** So many wrong codes since the card last opened, noted when the satchel asks; card and code opened. */
  v.strictObject({ ...common, k: v.literal("card-tried"), tries: countField }),
  v.strictObject({ ...common, k: v.picklist(["card-opened", "blocked", "unblocked", "escrow-stopped"]) }),
  v.strictObject({ ...common, k: v.literal("escrow-asked"), by: principalIdField, asks: countField }),
  v.strictObject({ ...common, k: v.literal("escrow-opened"), by: principalIdField }),
  /** Ways back in were made anew; the chain has grown: a device came or went. */
  v.strictObject({ ...common, k: v.literal("keyring"), epoch: countField }),
  v.strictObject({ ...common, k: v.literal("chain"), length: countField }),
]);

export type JournalEvent = v.InferOutput<typeof eventShape>;
type WithoutCommon<E> = E extends unknown ? Omit<E, "v" | "at"> : never;
/** An event before the journal puts version and time to it. */
export type JournalNews = WithoutCommon<JournalEvent>;

/** A line as it is stored and handed out: opaque to everybody but the satchel. */
export type JournalLine = Sealed;

export interface NumberedLine extends JournalLine {
  /** From 1. */
  readonly n: number;
}

/** GET /v1/journal?after=<n> */
export interface JournalAnswer extends Answered {
  readonly lines: readonly NumberedLine[];
  /** How many lines there are. */
  readonly length: number;
  /** Of line n, as it stands there now; null where there is none. */
  readonly hash: B64 | null;
}

const contextOf = (satchel: PrincipalId): Bytes => lengthPrefixed(idBytes(satchel));

/** `u32(length) || text || zeros`: every line has one length (SPEC P-J2). */
function padded(text: Bytes): Bytes {
  const bytes = new Uint8Array(limits.lineBytes);
  bytes.set(u32(text.length));
  bytes.set(text, 4);
  return bytes;
}

function unpadded(bytes: Bytes): Bytes | undefined {
  if (bytes.length !== limits.lineBytes) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length > limits.lineBytes - 4) return undefined;
  return bytes.subarray(4 + length).every((byte) => byte === 0) ? bytes.slice(4, 4 + length) : undefined;
}

/** @param box raw box key of the satchel. @returns undefined when that is no point. */
export const sealJournalLine = (
  box: B64,
  satchel: PrincipalId,
  event: JournalEvent,
): Promise<JournalLine | undefined> =>
  hpkeSeal(box, labels.journalSeal, contextOf(satchel), padded(utf8(JSON.stringify(event))));

/** "unknown": it opens, and says what this version has no words for. "cannot-open": not sealed to this satchel. */
export async function openJournalLine(
  key: BoxKey,
  satchel: PrincipalId,
  line: JournalLine,
): Promise<Result<JournalEvent, "cannot-open" | "unknown">> {
  const plain = await hpkeOpen(key, labels.journalSeal, contextOf(satchel), line);
  const text = plain && utf8ToText(unpadded(plain) ?? new Uint8Array(0));
  if (plain === undefined) return err("cannot-open");
  try {
    const read = v.safeParse(eventShape, JSON.parse(text ?? ""));
    return read.success ? ok(read.output) : err("unknown");
  } catch (error) {
    if (error instanceof SyntaxError) return err("unknown");
    throw error;
  }
}

/** What the hash before the first line is of (SPEC P-J3). */
export const journalStartBytes = (satchel: PrincipalId): Bytes => labelled(labels.journalLine, idBytes(satchel));

/** What the hash of line `n` is of; `before` the hash of the line before it. */
export const journalLineBytes = (before: B64, n: number, { enc, sealed }: JournalLine): Bytes =>
  labelled(
    labels.journalLine,
    lengthPrefixed(
      fromBase64Url(before) ?? new Uint8Array(0),
      u64(n),
      fromBase64Url(enc) ?? new Uint8Array(0),
      fromBase64Url(sealed) ?? new Uint8Array(0),
    ),
  );

export const journalStart = async (satchel: PrincipalId): Promise<B64> => b64(await sha256(journalStartBytes(satchel)));
export const journalHash = async (before: B64, n: number, line: JournalLine): Promise<B64> =>
  b64(await sha256(journalLineBytes(before, n, line)));

/* ---- the head, as a device of the satchel countersigns it (SPEC P-J5) ---- */

const headShape = v.strictObject({
  t: v.literal("journal-head"),
  v: v.literal(1),
  satchel: principalIdField,
  device,
  /** Lines that it has verified, and the hash of the last one. */
  n: countField,
  hash: fixedB64(32),
  /** Clock of the device. */
  at: countField,
});
export type JournalHead = v.InferOutput<typeof headShape>;

export const signJournalHead = (
  key: SignKey,
  { satchel, device: by, n, hash, at }: Omit<JournalHead, "t" | "v">,
): Promise<Signed> => signBody(key, labels.journalHead, { t: "journal-head", v: 1, satchel, device: by, n, hash, at });

export async function readJournalHead(
  signed: Signed,
  by: Pick<Principal, "id" | "sign">,
): Promise<Result<JournalHead, SignedError | { readonly type: "wrong-signer" }>> {
  const read = await readSigned(by.sign, labels.journalHead, signed);
  if (!read.ok) return read;
  const shape = v.safeParse(headShape, read.value);
  if (!shape.success) return err({ type: "bad-format", what: "journal-head" });
  return shape.output.satchel === by.id ? ok(shape.output) : err({ type: "wrong-signer" });
}

/* ---- the route ---- */

const lineShape = v.object({
  n: v.pipe(countField, v.minValue(1)),
  enc: fixedB64(65),
  sealed: fixedB64(limits.lineBytes + 16),
});
const answerShape = v.object({
  nonce: v.pipe(v.string(), v.maxLength(64)),
  time: serverTimeField,
  lines: v.pipe(v.array(lineShape), v.maxLength(limits.page), v.readonly()),
  length: countField,
  hash: v.nullable(fixedB64(32)),
});

export function parseJournalAnswer(input: unknown): Result<JournalAnswer, "bad-format"> {
  const read = v.safeParse(answerShape, input, { abortEarly: true });
  return read.success ? ok(read.output) : err("bad-format");
}
