/**
 * Opening at a shared computer by the person's phone (SPEC P-V): the question that a computer shows, the certificate that a
 * phone signs, the acts that the computer signs under it. Runs everywhere; no function here opens anything.
 *
 * Surprising: there is no session and no token. Each reading and each added page is an act signed by the key that was drawn
 * for this one question, numbered and chained, so that what the server gave out and what the phone shows are one list.
 */

import * as v from "valibot";
import { type B64, type Bytes, concat, fromBase64Url, toBase64Url, utf8, utf8ToText } from "../shared/bytes.ts";
import type { BlobId, DeviceId, PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allDifferent, countField, fixedB64, principalIdField, randomIdField, serverTimeField } from "./fields.ts";
import { labels } from "./labels.ts";
import { approvals as limits } from "./limits.ts";
import {
  b64,
  isPublicKey,
  labelled,
  parseBody,
  rawKeyBytes,
  readSigned,
  type SignKey,
  sha256,
  signBody,
} from "./sign.ts";
import type { Principal } from "./statements.ts";
import type { ServerTime, Signed } from "./wire.ts";

/** What a shared computer asks. Its bytes are what everything else is bound to. */
export interface ApprovalAsk {
  /** First 20 bytes of SHA-256 of the bytes. */
  readonly id: ApprovalId;
  /** Raw public keys, 65 bytes: acts are signed with one, the grant is sealed to the other. */
  readonly sign: B64;
  readonly box: B64;
  /** SHA-256 of a secret that is shown only after the phone has drawn its number. */
  readonly commitment: B64;
  /** First 16 bytes of the hash of a key of the computer's server. */
  readonly server: B64;
  /** Name of the computer's place, as its deployment says it; may be empty. */
  readonly name: string;
  readonly bytes: Bytes;
}

export type ApprovalId = string & { readonly approvalId: true };

const head = 0x11;
const commitmentBytes = 32;
const serverBytes = 16;
const idLength = 20;
const fixedBytes = 1 + commitmentBytes + 2 * rawKeyBytes + serverBytes + 1;

export const isApprovalId = (text: unknown): text is ApprovalId =>
  typeof text === "string" && fromBase64Url(text)?.length === idLength;
const approvalIdField = v.custom<ApprovalId>(isApprovalId);

const approvalIdOf = async (bytes: Bytes): Promise<ApprovalId> =>
  toBase64Url((await sha256(labelled(labels.approvalId, bytes))).slice(0, idLength)) as ApprovalId;

/** How a question names the server: by a key that stands in its deployment. */
export const approvalServerOf = async (serverKey: B64): Promise<B64> =>
  b64(
    (await sha256(labelled(labels.approvalServer, fromBase64Url(serverKey) ?? new Uint8Array(0)))).slice(
      0,
      serverBytes,
    ),
  );

export const approvalCommitment = async (secret: Bytes): Promise<B64> =>
  b64(await sha256(labelled(labels.approvalSecret, secret)));

/** True for the secret that the question committed to. */
export const isApprovalSecret = async (ask: Pick<ApprovalAsk, "commitment">, secret: B64): Promise<boolean> => {
  const bytes = fromBase64Url(secret);
  return bytes !== undefined && (await approvalCommitment(bytes)) === ask.commitment;
};

/** Writes a question (SPEC P-V1). `name`: at most 60 bytes. */
export async function writeAsk(facts: Omit<ApprovalAsk, "id" | "bytes">): Promise<ApprovalAsk> {
  const name = utf8(facts.name);
  const raw = [facts.commitment, facts.sign, facts.box, facts.server].map(
    (text) => fromBase64Url(text) ?? new Uint8Array(0),
  );
  const bytes = concat(Uint8Array.of(head), ...raw, Uint8Array.of(name.length), name);
  const read = await readAsk(bytes);
  if (read === undefined) throw new Error("assertion failed: SPEC P-V1: a question that was written reads");
  return read;
}

/** @returns undefined for what is no question. */
export async function readAsk(bytes: Bytes): Promise<ApprovalAsk | undefined> {
  if (bytes.length < fixedBytes || bytes[0] !== head) return undefined;
  let at = 1;
  const take = (length: number): Bytes => {
    at += length;
    return bytes.slice(at - length, at);
  };
  const commitment = b64(take(commitmentBytes));
  const [sign, box] = [b64(take(rawKeyBytes)), b64(take(rawKeyBytes))];
  const server = b64(take(serverBytes));
  const length = take(1)[0] ?? 0;
  const name = utf8ToText(bytes.slice(at));
  if (length > limits.nameBytes || bytes.length !== fixedBytes + length || name === undefined) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name with line ends or directions could lie about the rest of the screen
  if (/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(name)) return undefined;
  if (sign === box || !(await isPublicKey(sign)) || !(await isPublicKey(box))) return undefined;
  return { id: await approvalIdOf(bytes), sign, box, commitment, server, name, bytes };
}

/* ---- certificate ---- */

/** "Until then, who holds this key may read these streams and hand in so many pages": signed by the satchel. */
export interface ApprovalCertificate {
  readonly t: "approval";
  readonly v: 1;
  readonly principal: PrincipalId;
  /** The device that approved. */
  readonly device: DeviceId;
  readonly session: ApprovalId;
  readonly sign: B64;
  readonly box: B64;
  readonly blobs: readonly BlobId[];
  readonly deposits: number;
  readonly from: ServerTime;
  readonly until: ServerTime;
}

export type CertificateError =
  | { readonly type: "bad-format" }
  | { readonly type: "bad-signature" }
  /** Of another satchel than the chain's. */
  | { readonly type: "other-satchel" }
  /** Made for another question, or names other keys than its question. */
  | { readonly type: "other-session" }
  /** The device was put out, or never belonged to the satchel. */
  | { readonly type: "device-removed" }
  /** Longer than 20 minutes, or of no time at all. */
  | { readonly type: "too-long" }
  | { readonly type: "not-yet" }
  | { readonly type: "expired" };

const certificateShape = v.strictObject({
  t: v.literal("approval"),
  v: v.literal(1),
  principal: principalIdField,
  device: randomIdField<DeviceId>(),
  session: approvalIdField,
  sign: fixedB64(rawKeyBytes),
  box: fixedB64(rawKeyBytes),
  blobs: v.pipe(
    v.array(randomIdField<BlobId>()),
    v.maxLength(limits.blobs),
    v.check((blobs) => allDifferent(blobs)),
    v.readonly(),
  ),
  deposits: v.pipe(countField, v.maxValue(limits.deposits)),
  from: serverTimeField,
  until: serverTimeField,
});

/** Signs with the satchel's identity key. */
export async function signCertificate(
  key: SignKey,
  facts: Omit<ApprovalCertificate, "t" | "v" | "session" | "sign" | "box">,
  ask: Pick<ApprovalAsk, "id" | "sign" | "box">,
): Promise<Signed> {
  const body: ApprovalCertificate = {
    t: "approval",
    v: 1,
    principal: facts.principal,
    device: facts.device,
    session: ask.id,
    sign: ask.sign,
    box: ask.box,
    blobs: facts.blobs,
    deposits: facts.deposits,
    from: facts.from,
    until: facts.until,
  };
  return await signBody(key, labels.approval, body);
}

/** What a certificate is held against besides its signature. */
export interface CertificatePlace {
  readonly ask: Pick<ApprovalAsk, "id" | "sign" | "box">;
  /** Of the satchel, as far as the reader knows its chain. */
  readonly principal: Pick<Principal, "id" | "sign" | "devices" | "removed">;
  /** Server time; null: a list of what is over, for which neither the time counts nor that the device was put out since. */
  readonly now: number | null;
}

/** Verifies and reads (SPEC P-V4). */
export async function readCertificate(
  signed: Signed,
  { ask, principal, now }: CertificatePlace,
): Promise<Result<ApprovalCertificate, CertificateError>> {
  if (signed.body.length > limits.certificateBody) return err({ type: "bad-format" });
  const claim = v.safeParse(certificateShape, parseBody(signed.body)?.value);
  if (!claim.success) return err({ type: "bad-format" });
  const certificate = claim.output;
  if (certificate.principal !== principal.id) return err({ type: "other-satchel" });
  const body = await readSigned(principal.sign, labels.approval, signed);
  if (!body.ok) return err({ type: body.error.type });
  if (certificate.session !== ask.id || certificate.sign !== ask.sign || certificate.box !== ask.box)
    return err({ type: "other-session" });
  const { devices, removed } = principal;
  const belongs = devices.has(certificate.device) || (now === null && removed.has(certificate.device));
  if (!belongs) return err({ type: "device-removed" });
  const { from, until } = certificate;
  if (until <= from || until - from > limits.lifetimeMs) return err({ type: "too-long" });
  if (now !== null && from > now + limits.aheadMs) return err({ type: "not-yet" });
  if (now !== null && now >= until) return err({ type: "expired" });
  return ok(certificate);
}

/* ---- acts ---- */

export type ApprovalDeed =
  /** Gets the sealed bytes of one stream. */
  | { readonly do: "read"; readonly blob: BlobId }
  /** Hands in one sealed page: SHA-256 of `enc || sealed`. */
  | { readonly do: "deposit"; readonly hash: B64 }
  | { readonly do: "end"; readonly why: "asked" | "idle" };

export interface ApprovalAct {
  readonly t: "approval-act";
  readonly v: 1;
  readonly session: ApprovalId;
  /** Its place, from 0. */
  readonly n: number;
  /** SHA-256 of the body bytes before it; the certificate's at place 0. */
  readonly prev: B64;
  readonly deed: ApprovalDeed;
}

const actShape = v.strictObject({
  t: v.literal("approval-act"),
  v: v.literal(1),
  session: approvalIdField,
  n: v.pipe(countField, v.maxValue(limits.acts - 1)),
  prev: fixedB64(32),
  deed: v.variant("do", [
    v.strictObject({ do: v.literal("read"), blob: randomIdField<BlobId>() }),
    v.strictObject({ do: v.literal("deposit"), hash: fixedB64(32) }),
    v.strictObject({ do: v.literal("end"), why: v.picklist(["asked", "idle"]) }),
  ]),
});

export const approvalBodyHash = async (signed: Pick<Signed, "body">): Promise<B64> =>
  b64(await sha256(fromBase64Url(signed.body) ?? new Uint8Array(0)));

/** What an act says of a sealed page. */
export const depositHash = async ({ enc, sealed }: { readonly enc: B64; readonly sealed: B64 }): Promise<B64> =>
  b64(await sha256(concat(fromBase64Url(enc) ?? new Uint8Array(0), fromBase64Url(sealed) ?? new Uint8Array(0))));

/** The next place in the list of acts. */
export interface ActPlace {
  readonly session: ApprovalId;
  readonly n: number;
  readonly prev: B64;
}

export async function signAct(key: SignKey, { session, n, prev }: ActPlace, deed: ApprovalDeed): Promise<Signed> {
  const body: ApprovalAct = { t: "approval-act", v: 1, session, n, prev, deed };
  return await signBody(key, labels.approvalAct, body);
}

export type ActError =
  | { readonly type: "bad-format" }
  | { readonly type: "bad-signature" }
  /** It does not continue this list. */
  | { readonly type: "broken-chain" };

/** Verifies with the question's key; where it stands is the caller's to compare (SPEC P-V6). */
export async function verifyAct(
  signed: Signed,
  sign: B64,
): Promise<Result<ApprovalAct, Exclude<ActError, { type: "broken-chain" }>>> {
  if (signed.body.length > limits.actBody) return err({ type: "bad-format" });
  const body = await readSigned(sign, labels.approvalAct, signed);
  if (!body.ok) return err({ type: body.error.type });
  const shape = v.safeParse(actShape, body.value);
  return shape.success ? ok(shape.output) : err({ type: "bad-format" });
}

export const actStands = (act: ApprovalAct, { session, n, prev }: ActPlace): boolean =>
  act.session === session && act.n === n && act.prev === prev;

/** Verifies, and that the act stands at this place. */
export async function readAct(signed: Signed, sign: B64, place: ActPlace): Promise<Result<ApprovalAct, ActError>> {
  const act = await verifyAct(signed, sign);
  if (!act.ok) return act;
  return actStands(act.value, place) ? act : err({ type: "broken-chain" });
}

/** Every act of a session, in order; stops at the first one that is not the kiosk's or not in its place. */
export async function readActs(
  certificate: Signed,
  ask: Pick<ApprovalAsk, "id" | "sign">,
  acts: readonly Signed[],
): Promise<{ readonly acts: readonly ApprovalAct[]; readonly whole: boolean }> {
  const read: ApprovalAct[] = [];
  let prev = await approvalBodyHash(certificate);
  for (const [n, signed] of acts.entries()) {
    const act = await readAct(signed, ask.sign, { session: ask.id, n, prev });
    if (!act.ok) return { acts: read, whole: false };
    read.push(act.value);
    prev = await approvalBodyHash(signed);
  }
  return { acts: read, whole: true };
}
