/**
 * Opening at a shared computer by the person's phone: what both sides draw, compare and seal (SPEC C-V). Runs in workers that
 * hold keys, and Node.
 *
 * Surprising: the grant has no place for a root, an identity key or a token: its shape is strict, and one with anything else
 * in it is refused. What opens is a list of stream keys; what may be done with it stands in a certificate that the server
 * holds the computer to.
 */

import * as v from "valibot";
import {
  type ApprovalAsk,
  type ApprovalCertificate,
  type ApprovalId,
  approvalCommitment,
  type CertificateError,
  isApprovalSecret,
  readAsk,
  readCertificate,
  writeAsk,
} from "../protocol/approval.ts";
import { anyB64, countField, fixedB64, randomIdField } from "../protocol/fields.ts";
import { type BoxKey, hpkeOpen, hpkeSeal, type Sealed } from "../protocol/hpke.ts";
import { type Label, labels } from "../protocol/labels.ts";
import { approvals as limits } from "../protocol/limits.ts";
import {
  b64,
  bodyBytes,
  generateSignPair,
  type KeyPair,
  labelled,
  parseBody,
  rawPublicKey,
  sha256,
} from "../protocol/sign.ts";
import { type Principal, readChain } from "../protocol/statements.ts";
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
  u32,
  utf8,
} from "../shared/bytes.ts";
import { type BlobId, idBytes, type PrincipalId, type RecordId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { fromBase32, toBase32 } from "./base32.ts";
import { pad, unpad } from "./padding.ts";
import { generateBoxPair } from "./primitives.ts";

/** A question with what only this computer's memory holds. */
export interface OwnAsk extends ApprovalAsk {
  /** What stands in the QR code; no URL. */
  readonly text: string;
  readonly signPair: KeyPair;
  readonly boxPair: KeyPair;
  /** 32 bytes, shown once the phone has drawn its number. */
  readonly secret: B64;
}

export type AskTextError =
  | { readonly type: "not-a-question" }
  | { readonly type: "other-version"; readonly version: number }
  | { readonly type: "damaged" };

const prefix = "BSK";
const checksumBytes = 4;

const checksumOf = async (bytes: Bytes): Promise<Bytes> =>
  (await sha256(labelled(labels.approvalText, utf8(prefix), bytes))).slice(0, checksumBytes);

/** `BSK1.` and base32: text, never a URL (SPEC C-V1). */
export const askText = async (ask: Pick<ApprovalAsk, "bytes">): Promise<string> =>
  `${prefix}1.${toBase32(concat(ask.bytes, await checksumOf(ask.bytes)))}`;

/** The longest beginning of `name` that fits, by whole letters. */
function shortName(name: string): string {
  let short = "";
  for (const letter of name.trim().replace(/\s+/g, " ")) {
    if (utf8(short + letter).length > limits.nameBytes) break;
    short += letter;
  }
  return short;
}

/** A fresh question with fresh keys, for one session. @param server as `approvalServerOf` gives it. */
export async function createAsk(
  random: Random,
  facts: { readonly server: B64; readonly name: string },
): Promise<OwnAsk> {
  const [signPair, boxPair] = await Promise.all([generateSignPair(false), generateBoxPair()]);
  const [sign, box] = await Promise.all([rawPublicKey(signPair), rawPublicKey(boxPair)]);
  const secret = random.bytes(32);
  const ask = await writeAsk({
    sign,
    box,
    commitment: await approvalCommitment(secret),
    server: facts.server,
    name: shortName(facts.name),
  });
  return { ...ask, text: await askText(ask), signPair, boxPair, secret: b64(secret) };
}

/** Reads the text of a QR code, or one that was pasted: white space and case say nothing. */
export async function readAskText(text: string): Promise<Result<ApprovalAsk, AskTextError>> {
  const upper = text.replace(/\s+/g, "").toUpperCase();
  const found = /^BSK([0-9]+)\./.exec(upper);
  if (found === null) return err({ type: "not-a-question" });
  if (found[1] !== "1") return err({ type: "other-version", version: Number(found[1]) });
  const bytes = fromBase32(upper.slice(prefix.length + 2));
  if (bytes === undefined || bytes.length <= checksumBytes) return err({ type: "damaged" });
  const content = bytes.slice(0, -checksumBytes);
  if (!equalBytes(await checksumOf(content), bytes.slice(-checksumBytes))) return err({ type: "damaged" });
  const ask = await readAsk(content);
  return ask === undefined ? err({ type: "damaged" }) : ok(ask);
}

/** Both sides know these once the computer has shown its secret. */
export interface Met {
  readonly ask: ApprovalAsk;
  /** 16 bytes that the phone drew after it had read the question. */
  readonly number: B64;
  readonly secret: B64;
}

const rawOf = (text: B64): Bytes => {
  const bytes = fromBase64Url(text);
  assert(bytes !== undefined, "SPEC P-3: checked texts are base64url");
  return bytes;
};

const metBytes = ({ ask, number, secret }: Met): Bytes => lengthPrefixed(ask.bytes, rawOf(number), rawOf(secret));

/** Four of twelve pictures, the same on both screens (SPEC C-V3). */
export async function approvalCheck(met: Met): Promise<readonly number[]> {
  assert(await isApprovalSecret(met.ask, met.secret), "SPEC C-V2: the secret is the one that was committed to");
  const hash = await sha256(labelled(labels.approvalCheck, metBytes(met)));
  let value = new DataView(hash.buffer).getUint32(0);
  return Array.from({ length: 4 }, () => {
    const picture = value % 12;
    value = Math.floor(value / 12);
    return picture;
  });
}

/* ---- grant ---- */

const streamShape = v.strictObject({
  blob: randomIdField<BlobId>(),
  key: fixedB64(32),
  hash: fixedB64(32),
  bytes: countField,
  sealedLength: countField,
  root: fixedB64(32),
  mime: v.pipe(v.string(), v.maxLength(100)),
  width: v.optional(countField),
  height: v.optional(countField),
});
const text = (letters: number) => v.pipe(v.string(), v.maxLength(letters));
const paperShape = v.strictObject({
  record: randomIdField<RecordId>(),
  kind: v.nullable(text(64)),
  title: text(400),
  pages: v.pipe(
    v.array(v.strictObject({ turn: v.picklist([0, 90, 180, 270]), stream: streamShape })),
    v.maxLength(limits.blobs),
    v.readonly(),
  ),
});
const signedShape = v.strictObject({ body: anyB64(1, 64 * 1024), sig: fixedB64(64) });
const grantShape = v.strictObject({
  v: v.literal(1),
  certificate: signedShape,
  statements: v.pipe(v.array(signedShape), v.minLength(1), v.maxLength(256), v.readonly()),
  papers: v.pipe(v.array(paperShape), v.maxLength(limits.blobs), v.readonly()),
});

/** A chosen paper: what opens its pages, and what is said of it. */
export type GrantedPaper = v.InferOutput<typeof paperShape>;

/** Streams of the papers, in their order: what a certificate names. */
export const grantedBlobs = (papers: readonly GrantedPaper[]): readonly BlobId[] =>
  papers.flatMap(({ pages }) => pages.map(({ stream }) => stream.blob));

export interface Grant {
  readonly certificate: Signed;
  /** The satchel's chain: whose certificate it is, and where added pages are sealed to. */
  readonly statements: readonly Signed[];
  readonly papers: readonly GrantedPaper[];
}

/** Seals to the question's key, bound to what both sides drew (SPEC C-V4). */
export async function sealGrant(met: Met, { certificate, statements, papers }: Grant): Promise<Sealed> {
  const plain = pad(bodyBytes({ v: 1, certificate, statements, papers }));
  const sealed = await hpkeSeal(met.ask.box, labels.approvalSeal, metBytes(met), plain);
  plain.fill(0);
  assert(sealed !== undefined, "SPEC C-V1: a question's key is a point");
  return sealed;
}

export interface OpenedGrant {
  readonly certificate: ApprovalCertificate;
  readonly signed: Signed;
  readonly principal: Principal;
  readonly papers: readonly GrantedPaper[];
}

export type GrantError =
  /** Sealed to another key, for another question or number, or changed on its way. */
  | { readonly type: "cannot-open" }
  | { readonly type: "bad-content" }
  /** The papers are not those that the certificate names. */
  | { readonly type: "wrong-scope" }
  | CertificateError;

/** Opens and holds everything against everything (SPEC C-V5). @param now server time. */
export async function openGrant(
  own: Pick<OwnAsk, "boxPair">,
  met: Met,
  sealed: Sealed,
  now: number,
): Promise<Result<OpenedGrant, GrantError>> {
  const key: BoxKey = { privateKey: own.boxPair.privateKey, box: met.ask.box };
  const plain = await hpkeOpen(key, labels.approvalSeal, metBytes(met), sealed);
  if (plain === undefined) return err({ type: "cannot-open" });
  const content = unpad(plain);
  const grant = v.safeParse(grantShape, content && parseBody(b64(content))?.value);
  plain.fill(0);
  if (!grant.success) return err({ type: "bad-content" });
  const { certificate: signed, statements, papers } = grant.output;
  const chain = await readChain(statements);
  if (!chain.ok || chain.value.kind !== "satchel") return err({ type: "bad-content" });
  const certificate = await readCertificate(signed, { ask: met.ask, principal: chain.value, now });
  if (!certificate.ok) return certificate;
  const named = grantedBlobs(papers);
  const { blobs } = certificate.value;
  if (named.length !== blobs.length || named.some((blob, at) => blob !== blobs[at]))
    return err({ type: "wrong-scope" });
  return ok({ certificate: certificate.value, signed, principal: chain.value, papers });
}

/* ---- pages that are added ---- */

const partShape = v.strictObject({
  mime: text(100),
  width: v.optional(countField),
  height: v.optional(countField),
});
const pageShape = v.strictObject({
  v: v.literal(1),
  /** Number of the act with which its paper began: its own, or an earlier one. */
  first: countField,
  title: text(400),
  at: countField,
  fileName: v.optional(text(200)),
  readable: partShape,
  preview: v.nullable(partShape),
});

type AddedFacts = v.InferOutput<typeof pageShape>;
export interface AddedPage extends Omit<AddedFacts, "v"> {
  readonly content: Bytes;
  /** Empty where there is no preview. */
  readonly previewContent: Bytes;
}

/** Where a page stands: sealed for one act of one session of one satchel, it opens for no other. */
export interface AddedPlace {
  readonly session: ApprovalId;
  readonly principal: PrincipalId;
  readonly n: number;
}

/**
 * Ids of the paper and of the page that an act brings (SPEC C-V6): every device makes the same ones, and a shared computer
 * cannot choose them, so it cannot put a page into a paper of the satchel.
 */
export async function addedIds(place: AddedPlace, first: number): Promise<{ record: RecordId; page: string }> {
  const idOf = async (label: Label, at: AddedPlace): Promise<string> =>
    b64((await sha256(labelled(label, placeBytes(at)))).slice(0, 16));
  return {
    record: (await idOf(labels.approvalPaper, { ...place, n: first })) as RecordId,
    page: await idOf(labels.approvalPage, place),
  };
}

const placeBytes = ({ session, principal, n }: AddedPlace): Bytes =>
  lengthPrefixed(idBytes(session), idBytes(principal), u32(n));

/** Seals a page to the satchel's box key (SPEC C-V6). @returns "too-large" for what no act takes. */
export async function sealAdded(box: B64, place: AddedPlace, page: AddedPage): Promise<Result<Sealed, "too-large">> {
  const { content, previewContent, ...facts } = page;
  const said = { v: 1, ...facts };
  const plain = pad(lengthPrefixed(bodyBytes(said), content, previewContent));
  if (plain.length + 16 > limits.depositBytes) return err("too-large");
  const sealed = await hpkeSeal(box, labels.approvalDeposit, placeBytes(place), plain);
  plain.fill(0);
  assert(sealed !== undefined, "SPEC P-S3: a satchel's box key is a point");
  return ok(sealed);
}

/** Opens a page on a device of the satchel. */
export async function openAdded(
  key: BoxKey,
  place: AddedPlace,
  sealed: Sealed,
): Promise<Result<AddedPage, "cannot-open" | "bad-content">> {
  const plain = await hpkeOpen(key, labels.approvalDeposit, placeBytes(place), sealed);
  if (plain === undefined) return err("cannot-open");
  const parts = lengthPrefixedParts(unpad(plain) ?? new Uint8Array(0));
  const [facts, content, previewContent] = parts ?? [];
  const read = v.safeParse(pageShape, facts && parseBody(b64(facts))?.value);
  if (!read.success || parts?.length !== 3 || content === undefined || previewContent === undefined)
    return err("bad-content");
  const { v: _version, ...said } = read.output;
  if (said.first > place.n || content.length === 0 || (said.preview === null) !== (previewContent.length === 0))
    return err("bad-content");
  return ok({ ...said, content, previewContent });
}
