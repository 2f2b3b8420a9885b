/**
 * The carrier's file (SPEC P-C): everything of one satchel that waits, sealed and signed, to be carried out of a white
 * zone by somebody who can read nothing of it. Composes it, and reads it as it streams by. Runs everywhere.
 *
 * Surprising: a blob's hash in the manifest is its root (P-B2), so a file of 200 MB is checked holding one segment at a
 * time; and every byte of the file is covered by the manifest's signature, its page too. In a shared computer's file
 * (P-C11) that signature is a checksum and no more: each item is authentic by itself.
 */

import * as v from "valibot";
import { type B64, type Bytes, concat, fromBase64Url, u32, utf8, utf8ToText } from "../shared/bytes.ts";
import { isRandomId, type LetterId, type OpId, type PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { blobLayout, blobRootFromHashes, isBlobLength } from "./blob-root.ts";
import { carrierPage, type PageText } from "./carrier-page.ts";
import { allDifferent, countField, fixedB64, principalIdField } from "./fields.ts";
import { readKeyring } from "./keyring.ts";
import { labels } from "./labels.ts";
import { verifyLetter } from "./letters.ts";
import { carrier as limits } from "./limits.ts";
import { verifyOp } from "./ops.ts";
import { parseLetter, parseOp, parseSigned } from "./parse.ts";
import { readProof } from "./proofs.ts";
import { b64, labelled, rawKeyBytes, readSigned, type SignKey, sha256, signBody } from "./sign.ts";
import { type Principal, readChain } from "./statements.ts";
import { readTicket } from "./tickets.ts";
import type { BlobRef, Letter, Op, Signed } from "./wire.ts";

/** In this order in a file: who it is from, then what a desk needs first (P-C4). */
export const carrierKinds = ["chain", "op", "letter", "proof", "ticket", "blob"] as const;
export type CarrierKind = (typeof carrierKinds)[number];

/**
 * Kind; id (of the principal, op, letter, the proof's letter, or the blob); bytes in the file; hash: SHA-256 of the bytes, a
 * blob's root.
 */
export type CarrierItem = readonly [kind: CarrierKind, id: string, bytes: number, hash: B64];

/** The server that this is for: its address as text, and the ids of the keys by which it is known. */
export interface CarrierHome {
  readonly url: string;
  readonly keys: readonly B64[];
}

interface ManifestWords {
  readonly t: "carrier";
  readonly suite: 1;
  /** 16 random bytes: this file. */
  readonly file: B64;
  readonly from: PrincipalId;
  /** The sender's clock, corrected by the server's time where it was ever heard. */
  readonly madeAt: number;
  readonly home: CarrierHome;
  /** SHA-256 over what stands before and after the sealed part (P-C3). */
  readonly around: B64;
  /** Sum of the items' bytes. */
  readonly bytes: number;
  readonly items: readonly CarrierItem[];
}

/** What one person packed: signed by the satchel. */
export interface PersonManifest extends ManifestWords {
  readonly v: 1;
}

/** What a shared computer's postbox holds of one satchel (P-C11): signed by a key that was made for this file. */
export interface PostboxManifest extends ManifestWords {
  readonly v: 2;
  /** 16 random bytes: the file that this pack lies in with others. */
  readonly set: B64;
  /** Raw public key. */
  readonly by: B64;
}

export type CarrierManifest = PersonManifest | PostboxManifest;

export type CarrierError =
  /** Nothing of Besace is in it. */
  | { readonly type: "not-carrier" }
  /** Made by a newer version of the format. */
  | { readonly type: "newer" }
  /** It ends before its end. */
  | { readonly type: "cut" }
  /** Something in it is not what its maker signed; `what` is a fixed word. */
  | { readonly type: "damaged"; readonly what: string };

export interface OpenedCarrier {
  readonly manifest: CarrierManifest;
  readonly signed: Signed;
  readonly statements: readonly Signed[];
  /** The satchel's keyring, where a shared computer has one to publish. */
  readonly keyring: Signed | null;
  readonly principal: Principal;
  /** Where in the file the items begin. */
  readonly payloadAt: number;
}

const magicText = "BESACE-PORTEUR";
/** Of the sealed part: one person's pack, or a postbox's (P-C11). 2 was never made. */
export const carrierVersions = { person: 1, postbox: 3 } as const;
/** Begins the sealed part: a text that no page can hold, then the version. */
export const magicOf = (version: number): Bytes => concat(utf8(magicText), Uint8Array.of(0, version));
const magic = magicOf(carrierVersions.person);

/** In the place of a hash whose length counts. */
export const blank = b64(new Uint8Array(32));

const itemShape = v.pipe(
  v.strictTuple([
    v.picklist(carrierKinds),
    v.string(),
    v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    fixedB64(32),
  ]),
  v.check(([kind, id, bytes]) => (kind === "chain" || isRandomId(id)) && (kind !== "blob" || isBlobLength(bytes))),
);

const manifestWords = {
  t: v.literal("carrier"),
  suite: v.literal(1),
  file: fixedB64(16),
  from: principalIdField,
  madeAt: countField,
  home: v.strictObject({
    url: v.pipe(v.string(), v.maxLength(300)),
    keys: v.pipe(v.array(fixedB64(16)), v.minLength(1), v.maxLength(64)),
  }),
  around: fixedB64(32),
  bytes: countField,
};
const itemsShape = v.pipe(v.array(itemShape), v.minLength(1), v.maxLength(limits.items));

const manifestShape = v.pipe(
  v.variant("v", [
    v.strictObject({ v: v.literal(1), ...manifestWords, items: v.pipe(itemsShape, v.minLength(2)) }),
    v.strictObject({
      v: v.literal(2),
      ...manifestWords,
      set: fixedB64(16),
      by: fixedB64(rawKeyBytes),
      items: itemsShape,
    }),
  ]),
  // Nobody at a shared computer could merge what an op meets there, and what takes something back is the person's to send.
  v.check((each) => each.v === 1 || each.items.every(([kind]) => kind !== "op" && kind !== "proof")),
  v.check(({ items, bytes, from }) => {
    const ranks = items.map(([kind]) => Math.min(carrierKinds.indexOf(kind), 4));
    const names = items.map(([kind, id]) => `${kind} ${id}`);
    const [first] = items;
    return (
      bytes <= limits.payloadBytes &&
      bytes === items.reduce((sum, item) => sum + item[2], 0) &&
      first?.[0] === "chain" &&
      first[1] === from &&
      items.filter(([kind]) => kind === "chain").length === 1 &&
      allDifferent(names) &&
      ranks.every((rank, at) => at === 0 || rank >= (ranks[at - 1] ?? 0)) &&
      ticketsLead(items)
    );
  }),
);

/** Each blob stands right behind its ticket, and no ticket stands alone. */
function ticketsLead(items: readonly CarrierItem[]): boolean {
  return items.every(([kind, id], at) => {
    if (kind === "ticket") return items[at + 1]?.[0] === "blob" && items[at + 1]?.[1] === id;
    return kind !== "blob" || items[at - 1]?.[0] === "ticket";
  });
}

/** The manifest's own words, unverified: only to find out whose key to verify with. */
export function carrierClaim(signed: Signed): Result<CarrierManifest, "bad-format"> {
  const bytes = fromBase64Url(signed.body);
  const text = bytes === undefined ? undefined : utf8ToText(bytes);
  const value = text === undefined ? undefined : parseJson(text);
  const shape = v.safeParse(manifestShape, value);
  return shape.success && JSON.stringify(value) === text ? ok(shape.output) : err("bad-format");
}

/**
 * Verifies and reads. `signKey` is the raw identity key of the principal that `carrierClaim` named; a postbox's manifest
 * names the key itself, and says nothing of who made it.
 */
export async function readManifest(
  signed: Signed,
  signKey: B64,
): Promise<Result<CarrierManifest, "bad-format" | "bad-signature">> {
  const claim = carrierClaim(signed);
  if (!claim.ok) return claim;
  const body = await readSigned(claim.value.v === 2 ? claim.value.by : signKey, labels.carrier, signed);
  if (!body.ok) return err(body.error.type);
  const shape = v.safeParse(manifestShape, body.value);
  return shape.success ? ok(shape.output) : err("bad-format");
}

/** What a statement calls the manifest: SHA-256 of its body bytes. */
export const manifestHash = async (signed: Signed): Promise<B64> =>
  b64(await sha256(fromBase64Url(signed.body) ?? new Uint8Array(0)));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/* ---- writing ---- */

/** The bytes of an item that is no blob, and its line in the manifest. */
export interface PackedItem {
  readonly item: CarrierItem;
  readonly bytes: Bytes;
}

async function packed(kind: CarrierKind, id: string, value: object): Promise<PackedItem> {
  const bytes = utf8(JSON.stringify(value));
  return { item: [kind, id, bytes.length, b64(await sha256(bytes))], bytes };
}

/** `keyring`: to be published with it, from a postbox only. */
export const packChain = (
  from: PrincipalId,
  statements: readonly Signed[],
  keyring: Signed | null = null,
): Promise<PackedItem> =>
  packed("chain", from, {
    statements: statements.map(({ body, sig }) => ({ body, sig })),
    ...(keyring === null ? {} : { keyring: { body: keyring.body, sig: keyring.sig } }),
  });
export const packOp = (id: OpId, { head, body, sig }: Op): Promise<PackedItem> => packed("op", id, { head, body, sig });
export const packLetter = (id: LetterId, { head, enc, body, sig }: Letter): Promise<PackedItem> =>
  packed("letter", id, { head, enc, body, sig });
export const packProof = (letter: LetterId, { body, sig }: Signed): Promise<PackedItem> =>
  packed("proof", letter, { body, sig });
export const packTicket = (ref: BlobRef, { body, sig }: Signed): Promise<PackedItem> =>
  packed("ticket", ref.blob, { body, sig });
export const blobItem = (ref: BlobRef): CarrierItem => ["blob", ref.blob, ref.length, ref.root];

export const aroundHash = async (head: Uint8Array, tail: Uint8Array): Promise<B64> =>
  b64(await sha256(labelled(labels.carrierAround, u32(head.length), head, tail)));

/**
 * Signs the manifest and gives what stands before and after the items' bytes. The file is `before`, the bytes of the items
 * in order, `after`; nobody has to hold them together.
 */
export async function composeCarrier(
  key: SignKey,
  facts: Pick<CarrierManifest, "file" | "from" | "madeAt" | "home" | "items">,
  page: PageText,
): Promise<{ readonly before: Bytes; readonly after: Bytes; readonly bytes: number }> {
  const payload = facts.items.reduce((sum, item) => sum + item[2], 0);
  const manifest: PersonManifest = {
    t: "carrier",
    v: 1,
    suite: 1,
    file: facts.file,
    from: facts.from,
    madeAt: facts.madeAt,
    home: { url: facts.home.url, keys: facts.home.keys },
    around: blank,
    bytes: payload,
    items: facts.items,
  };
  // A hash and a signature have one length: how long the signed manifest will be is known before there is one.
  const signedLength = (await textOf(key, manifest)).length;
  const { head, tail } = carrierPage(page, magic.length + 4 + signedLength + payload);
  const text = await textOf(key, { ...manifest, around: await aroundHash(head, tail) });
  const before = concat(head, magic, u32(text.length), text);
  return { before, after: tail, bytes: before.length + payload + tail.length };
}

export const textOf = async (key: SignKey, manifest: CarrierManifest): Promise<Bytes> =>
  utf8(JSON.stringify(await signBody(key, labels.carrier, manifest)));

/* ---- reading ---- */

/** What a reader does with what streams by; a refusal of its own ends the reading. */
export interface CarrierSink<E> {
  /** Manifest and chain were verified; no byte of an item was handed over yet. Once for each pack of a postbox's file. */
  readonly opened: (opened: OpenedCarrier) => Promise<Result<void, E>>;
  /** Bytes of the items as they come, in order. They are proven only when `readCarrier` has answered ok. */
  readonly bytes: (bytes: Uint8Array) => Promise<Result<void, E>>;
}

/** Takes exact numbers of bytes from chunks of any size. */
interface Taker {
  /** Exactly `length` bytes, or fewer where the file ends. */
  readonly take: (length: number) => Promise<Bytes>;
  /** Puts bytes back in front. */
  readonly back: (bytes: Uint8Array) => void;
}

function takerOf(chunks: AsyncIterator<Uint8Array>): Taker {
  const held: Uint8Array[] = [];
  let length = 0;
  return {
    async take(wanted) {
      while (length < wanted) {
        const next = await chunks.next();
        if (next.done === true) break;
        held.push(next.value);
        length += next.value.length;
      }
      const taken: Uint8Array[] = [];
      let left = wanted;
      let used = 0;
      for (const chunk of held) {
        if (left === 0) break;
        const part = chunk.subarray(0, left);
        taken.push(part);
        left -= part.length;
        if (part.length < chunk.length) held[used] = chunk.subarray(part.length);
        else used += 1;
      }
      held.splice(0, used);
      length -= wanted - left;
      return concat(...taken);
    },
    back(bytes) {
      held.unshift(bytes);
      length += bytes.length;
    },
  };
}

const damaged = (what: string) => err<CarrierError>({ type: "damaged", what });
const cut = err<CarrierError>({ type: "cut" });

/** Where the sealed part begins; -1 when it does not within the length of a page. */
function findMagic(bytes: Uint8Array): number {
  const wanted = magic.subarray(0, magic.length - 1);
  const end = bytes.length - magic.length;
  for (let at = 0; at <= end; at += 1) {
    let same = 0;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same += 1;
    if (same === wanted.length) return at;
  }
  return -1;
}

/** A file of ours that ended inside its page; a whole PDF of somebody else is none. */
function looksCut(bytes: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(bytes);
  return text !== "" && ("%PDF-1.7\n".startsWith(text) || text.startsWith("%PDF-1.7\n")) && !text.includes("%%EOF");
}

/**
 * Reads and checks a whole file: the manifest's signature, the hash of every item and of the page, and each item's own
 * signature by the same principal. Holds one segment and one chunk at a time.
 * @returns the first pack; `sink.opened` is given each.
 */
export async function readCarrier<E = never>(
  chunks: AsyncIterable<Uint8Array>,
  sink: CarrierSink<E>,
): Promise<Result<OpenedCarrier, CarrierError | E>> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    return await readWhole(takerOf(iterator), sink);
  } finally {
    await iterator.return?.();
  }
}

async function readWhole<E>(from: Taker, sink: CarrierSink<E>): Promise<Result<OpenedCarrier, CarrierError | E>> {
  const start = await from.take(limits.pageBytes + magic.length);
  const at = findMagic(start);
  if (at < 0) return start.length < limits.pageBytes && looksCut(start) ? cut : err({ type: "not-carrier" });
  const version = start[at + magic.length - 1];
  if (version !== carrierVersions.person && version !== carrierVersions.postbox) return err({ type: "newer" });
  const head = start.slice(0, at);
  from.back(start.subarray(at + magic.length));

  const packs: OpenedCarrier[] = [];
  let place = at + magic.length;
  for (;;) {
    const size = await from.take(4);
    if (size.length < 4) return cut;
    place += 4;
    const length = new DataView(size.buffer).getUint32(0);
    if (length === 0 && packs.length > 0) break;
    if (packs.length === limits.packs) return damaged("manifest");
    const read = await readPack(from, length, place, sink);
    if (!read.ok) return read;
    const { manifest } = read.value;
    packs.push(read.value);
    place = read.value.payloadAt + manifest.bytes;
    if ((version === carrierVersions.postbox) !== (manifest.v === 2)) return damaged("manifest");
    if (version === carrierVersions.person) break;
    if (!fitTogether(packs.map((each) => each.manifest))) return damaged("manifest");
  }
  const tail = await from.take(limits.pageBytes);
  const around = await aroundHash(head, tail);
  const [first] = packs;
  if (first !== undefined && packs.every(({ manifest }) => manifest.around === around)) return ok(first);
  const end = utf8ToText(tail.slice(-6));
  return end === "%%EOF\n" ? damaged("page") : cut;
}

/** P-C11: packs of one file by one maker, each of another name, no more together than one file may hold. */
function fitTogether(manifests: readonly CarrierManifest[]): boolean {
  const sum = (of: (manifest: CarrierManifest) => number): number => manifests.reduce((all, each) => all + of(each), 0);
  const makers = new Set(manifests.map((each) => (each.v === 2 ? `${each.set} ${each.by}` : "")));
  return (
    makers.size === 1 &&
    allDifferent(manifests.map(({ file }) => file)) &&
    sum(({ bytes }) => bytes) <= limits.payloadBytes &&
    sum(({ items }) => items.length) <= limits.items
  );
}

async function readPack<E>(
  from: Taker,
  textLength: number,
  textAt: number,
  sink: CarrierSink<E>,
): Promise<Result<OpenedCarrier, CarrierError | E>> {
  if (textLength > limits.manifestBody + 1024) return damaged("manifest");
  const text = await from.take(textLength);
  if (text.length < textLength) return cut;
  const json = utf8ToText(text);
  const signed = parseSignedText(json);
  const claim = signed === undefined ? undefined : carrierClaim(signed);
  if (signed === undefined || claim?.ok !== true) return damaged("manifest");
  const [chainItem] = claim.value.items;
  if (chainItem === undefined) return damaged("manifest");

  const chainBytes = await from.take(chainItem[2]);
  if (chainBytes.length < chainItem[2]) return cut;
  const { statements, keyring } = chainOf(chainBytes) ?? {};
  const chain = statements === undefined ? undefined : await readChain(statements);
  if (statements === undefined || chain?.ok !== true || chain.value.id !== claim.value.from) return damaged("chain");
  const principal = chain.value;
  const manifest = await readManifest(signed, principal.sign);
  if (!manifest.ok) return damaged("manifest");
  if (b64(await sha256(chainBytes)) !== chainItem[3]) return damaged("chain");
  if (keyring !== undefined && (manifest.value.v === 1 || !(await readKeyring(keyring, principal)).ok))
    return damaged("chain");

  const opened: OpenedCarrier = {
    manifest: manifest.value,
    signed,
    statements,
    keyring: keyring ?? null,
    principal,
    payloadAt: textAt + text.length,
  };
  const accepted = await sink.opened(opened);
  if (!accepted.ok) return accepted;
  const given = await sink.bytes(chainBytes);
  if (!given.ok) return given;

  const { items } = manifest.value;
  for (const [n, item] of items.entries()) {
    if (n === 0) continue;
    const read =
      item[0] === "blob"
        ? await readBlob(from, item, sink)
        : await readSmall(from, item, items[n + 1], principal, sink);
    if (!read.ok) return read;
  }
  return ok(opened);
}

function parseSignedText(text: string | undefined): Signed | undefined {
  const value = text === undefined ? undefined : parseJson(text);
  if (JSON.stringify(value) !== text) return undefined;
  const shape = v.safeParse(signedManifest, value);
  return shape.success ? shape.output : undefined;
}

const longText = (letters: number) =>
  v.custom<B64>((text) => typeof text === "string" && text.length <= letters && fromBase64Url(text) !== undefined);
const signedManifest = v.strictObject({ body: longText(limits.manifestBody), sig: fixedB64(64) });
const chainShape = v.strictObject({
  statements: v.array(v.unknown()),
  keyring: v.optional(v.strictObject({ body: longText(limits.manifestBody), sig: fixedB64(64) })),
});

/** A manifest as a request brings it: larger than other signed bodies. */
export const parseCarriedRequest = (input: unknown): Result<{ readonly manifest: Signed }, "bad-format"> => {
  const shape = v.safeParse(v.strictObject({ manifest: signedManifest }), input);
  return shape.success ? ok(shape.output) : err("bad-format");
};

/** What the first item of a pack holds. Undefined: it is no chain. */
export function chainOf(
  bytes: Bytes,
): { readonly statements: readonly Signed[]; readonly keyring: Signed | undefined } | undefined {
  const shape = v.safeParse(chainShape, parseJson(utf8ToText(bytes) ?? ""));
  if (!shape.success) return undefined;
  const read = shape.output.statements.map((each) => parseSigned(each));
  const statements = read.flatMap((each) => (each.ok ? [each.value] : []));
  return statements.length === read.length ? { statements, keyring: shape.output.keyring } : undefined;
}

/** True when `value` (an item that is no blob) was signed by the principal and is what its line in the manifest says (P-C5). */
export async function isGenuine(
  [kind, id]: CarrierItem,
  next: CarrierItem | undefined,
  value: unknown,
  principal: Principal,
): Promise<boolean> {
  if (kind === "op") {
    const op = parseOp(value);
    const head = op.ok ? await verifyOp(op.value, principal.sign) : undefined;
    return head?.ok === true && head.value.satchel === principal.id && head.value.op === id;
  }
  if (kind === "letter") {
    const letter = parseLetter(value);
    const head = letter.ok ? await verifyLetter(letter.value, principal.sign) : undefined;
    return head?.ok === true && head.value.from === principal.id && head.value.letter === id;
  }
  const signed = parseSigned(value);
  if (!signed.ok) return false;
  if (kind === "proof") {
    const proof = await readProof(signed.value, principal.sign);
    return proof.ok && "by" in proof.value && proof.value.by === principal.id && proof.value.letter === id;
  }
  const ticket = await readTicket(signed.value, principal.sign);
  if (!ticket.ok || ticket.value.owner !== principal.id || ticket.value.blob !== id) return false;
  return next?.[2] === ticket.value.length && next[3] === ticket.value.root;
}

async function readSmall<E>(
  from: Taker,
  item: CarrierItem,
  next: CarrierItem | undefined,
  principal: Principal,
  sink: CarrierSink<E>,
): Promise<Result<void, CarrierError | E>> {
  const [kind, , length, hash] = item;
  if (length > limits.manifestBody) return damaged(kind);
  const bytes = await from.take(length);
  if (bytes.length < length) return cut;
  if (b64(await sha256(bytes)) !== hash) return damaged(kind);
  const text = utf8ToText(bytes);
  const value = text === undefined ? undefined : parseJson(text);
  if (!(await isGenuine(item, next, value, principal))) return damaged(kind);
  return sink.bytes(bytes);
}

async function readBlob<E>(
  from: Taker,
  [, , length, root]: CarrierItem,
  sink: CarrierSink<E>,
): Promise<Result<void, CarrierError | E>> {
  const hashes: Bytes[] = [];
  for (let read = 0; read < length; ) {
    const wanted = Math.min(read === 0 ? blobLayout.headerBytes : blobLayout.sealedSegmentBytes, length - read);
    const piece = await from.take(wanted);
    if (piece.length < wanted) return cut;
    hashes.push(await sha256(piece));
    const given = await sink.bytes(piece);
    if (!given.ok) return given;
    read += wanted;
  }
  return (await blobRootFromHashes(length, hashes)) === root ? ok(undefined) : damaged("blob");
}

/* ---- where each item lies ---- */

export interface PlacedItem {
  readonly kind: CarrierKind;
  readonly id: string;
  /** From the first byte of the items. */
  readonly at: number;
  readonly bytes: number;
  readonly hash: B64;
}

export function placesOf(items: readonly CarrierItem[]): readonly PlacedItem[] {
  let at = 0;
  return items.map(([kind, id, bytes, hash]) => {
    const place = { kind, id, at, bytes, hash };
    at += bytes;
    return place;
  });
}

/* ---- what may be refused although it is whole ---- */

export type CarrierRefusal =
  /** For another server; its address, to be shown. */
  { readonly type: "foreign"; readonly home: string } | { readonly type: "old"; readonly madeAt: number };

/** P-C7: `keys` are the ids of this deployment's server keys, old ones too; `now` is the carrier's clock. */
export function judgeCarrier(
  manifest: CarrierManifest,
  keys: readonly B64[],
  now: number,
): Result<void, CarrierRefusal> {
  if (!manifest.home.keys.some((key) => keys.includes(key))) return err({ type: "foreign", home: manifest.home.url });
  // From the future is a wrong clock, and does no harm.
  return now - manifest.madeAt > limits.ageMs ? err({ type: "old", madeAt: manifest.madeAt }) : ok(undefined);
}

/** True when this is the name of a file: base64url of 16 bytes. */
export const isCarrierFile = (text: unknown): text is B64 => isRandomId(text);
