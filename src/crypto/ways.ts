/**
 * The ways back in that go through the server or a desk (SPEC C-Y): what a card proves itself with, the entries of a
 * keyring, and opening with them. Runs in workers that hold keys, and Node.
 *
 * Surprising: a keyring is believed for its root, not for its signature. Whoever opens one checks that its author knew the
 * root inside, and, where this device held an older root, that every root it knows is among those before the new one.
 */

import { type BoxKey, hpkeOpen, hpkeSeal } from "../protocol/hpke.ts";
import {
  type Keyring,
  type KeyringBody,
  type KeyringCard,
  type KeyringDesk,
  type KeyringDevice,
  keyringLockOf,
  provedBytes,
  signKeyring,
} from "../protocol/keyring.ts";
import { labels } from "../protocol/labels.ts";
import { isShare, type SealedShare, type ShareContext, sealShare, shareBytes } from "../protocol/share.ts";
import { b64, sha256 } from "../protocol/sign.ts";
import type { Principal } from "../protocol/statements.ts";
import {
  blockVerifierOf,
  cardVerifierOf,
  codeVerifierOf,
  locatorBytes,
  proofBytes,
  readBlockNumber,
  writeBlockNumber,
} from "../protocol/ways.ts";
import type { Signed, StretchParameters } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import { type B64, type Bytes, equalBytes, fromBase64Url, lengthPrefixed, u32, u64, utf8 } from "../shared/bytes.ts";
import { type DeviceId, idBytes, type PrincipalId } from "../shared/ids.ts";
import type { Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { type Identity, keysFit, openIdentity, openPast, sealPast, wipeIdentity } from "./identity.ts";
import { cardFactor, newSalt, unwrapRoot, wrapRoot } from "./keyring.ts";
import { hkdf, keyBytes } from "./primitives.ts";
import { createRootKey, createSecret, type RootKey, rootKeyBytes, type Secret } from "./secret.ts";

/* ---- what a card and a code prove themselves with ---- */

const noSalt = new Uint8Array(0);

export interface CardProofs {
  /** 20 bytes: which card, for the server to find it. */
  readonly locator: B64;
  /** 32 bytes: proves the card to the server. Never stored. */
  readonly proof: B64;
  /** "1234 5678 9012", for the outer half of the card (SPEC C-Y7). */
  readonly block: string;
}

/** Eleven digits, evenly: the first of several 64-bit values that is below a multiple of 10^11. */
async function blockDigits(secret: Bytes): Promise<string> {
  const many = 10n ** 11n;
  const limit = (1n << 64n) - ((1n << 64n) % many);
  const bytes = await hkdf(secret, noSalt, labels.blockNumber, 64);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 8) {
    const value = view.getBigUint64(at);
    if (value < limit) return String(value % many).padStart(11, "0");
  }
  throw new Error("assertion failed: eight values out of range in a row");
}

/** What the 16 secret bytes of a card give besides its factor. */
export async function cardProofs(secret: Secret): Promise<CardProofs> {
  const bytes = secret.reveal();
  const [locator, proof, digits] = await Promise.all([
    hkdf(bytes, noSalt, labels.cardLocator, locatorBytes),
    hkdf(bytes, noSalt, labels.cardProof, proofBytes),
    blockDigits(bytes),
  ]);
  bytes.fill(0);
  return { locator: b64(locator), proof: b64(proof), block: writeBlockNumber(digits) };
}

/** What proves the code to the server (32 bytes): without the card nobody can try codes against its verifier. */
export async function codeProof(card: Secret, code: Secret, salt: Bytes): Promise<B64> {
  const parts = [card.reveal(), code.reveal()];
  const secret = lengthPrefixed(...parts);
  const proof = await hkdf(secret, salt, labels.codeProof, proofBytes);
  for (const bytes of [secret, ...parts]) bytes.fill(0);
  return b64(proof);
}

/* ---- entries ---- */

export interface CardWayFacts {
  /** The card's 16 secret bytes and set. */
  readonly card: { readonly secret: Secret; readonly set: number };
  /** P factor, 32 bytes: the code stretched with `salt` and `params`. */
  readonly code: Secret;
  readonly salt: Bytes;
  readonly params: StretchParameters;
  /** Raw box key of the server (`readServerBox`). */
  readonly serverBox: B64;
  /** Higher than that of every wrap so far. */
  readonly order: number;
}

/** The entry C+P+S under the identity's current root, with a fresh share that only the server's box key opens. */
export async function createCardWay(identity: Identity, facts: CardWayFacts, random: Random): Promise<KeyringCard> {
  const { secret, set } = facts.card;
  const card = await cardFactor(secret);
  const { locator, proof, block } = await cardProofs(secret);
  const share = random.bytes(shareBytes);
  const shareFactor = createSecret(share);
  const factors = { card, code: facts.code, share: shareFactor };
  const meta = {
    principal: identity.id,
    epoch: identity.epoch,
    order: facts.order,
    salt: facts.salt,
    params: facts.params,
  };
  const number = readBlockNumber(block);
  assert(number !== undefined, "SPEC C-Y7: a block number that was just written reads");
  const wrap = await wrapRoot(identity.root, "C+P+S", factors, meta, random);
  shareFactor.wipe();
  return {
    set,
    locator,
    card: await cardVerifierOf(bytesOf(proof)),
    code: await codeVerifierOf(bytesOf(await codeProof(card, facts.code, facts.salt))),
    salt: b64(facts.salt),
    params: { memoryKiB: facts.params.memoryKiB, passes: facts.params.passes, lanes: 1 },
    wrap,
    share: await sealedShare(facts.serverBox, cardShareContext(identity.id, identity.epoch, locator), share),
    block: await blockVerifierOf(number),
  };
}

const bytesOf = (text: B64): Bytes => {
  const bytes = fromBase64Url(text);
  assert(bytes !== undefined, "SPEC P-3: base64url");
  return bytes;
};

/** What the share of a card is bound to: shared with the server, which opens it. */
export const cardShareContext = (principal: PrincipalId, root: number, locator: B64): ShareContext => ({
  use: "card",
  principal,
  root,
  name: locator,
});

async function sealedShare(to: B64, context: ShareContext, share: Bytes): Promise<SealedShare> {
  const sealed = await sealShare(to, context, share);
  assert(sealed !== undefined, "SPEC P-K3: a server's box key is a point");
  share.fill(0);
  return sealed;
}

const organisationContext = (
  principal: PrincipalId,
  root: number,
  pair: KeyringDesk["pair"],
  organisation: PrincipalId,
): Bytes => lengthPrefixed(idBytes(principal), u32(root), utf8(pair), idBytes(organisation));

export type DeskWayFacts =
  | { readonly pair: "C+O"; readonly card: Secret; readonly order: number }
  | { readonly pair: "S+O"; readonly serverBox: B64; readonly order: number };

/**
 * The entry C+O or S+O for one organisation, with a fresh O factor that only its box key opens. `organisation` is the
 * pinned one: a key that the server brought is no reason to seal to it. `card` is the C factor.
 */
export async function createDeskWay(
  identity: Identity,
  organisation: Principal,
  facts: DeskWayFacts,
  random: Random,
): Promise<KeyringDesk> {
  assert(organisation.kind === "organisation", "SPEC C-Y6: O is an organisation's");
  const { pair, order } = facts;
  const { id, epoch } = identity;
  const o = random.bytes(keyBytes);
  const context = organisationContext(id, epoch, pair, organisation.id);
  const sealed = await hpkeSeal(organisation.box, labels.organisationSeal, context, o);
  assert(sealed !== undefined, "SPEC P-S3: a principal's box key is a point");
  const factor = createSecret(o);
  o.fill(0);
  const meta = { principal: id, epoch, order, salt: newSalt(random), params: null };
  const { enc, sealed: text } = sealed;
  const common = { organisation: organisation.id, pair, enc, sealed: text };
  if (facts.pair === "C+O") {
    const factors = { card: facts.card, organisation: factor };
    const wrap = await wrapRoot(identity.root, "C+O", factors, meta, random);
    factor.wipe();
    return { ...common, wrap, share: null };
  }
  const share = random.bytes(shareBytes);
  const shareFactor = createSecret(share);
  const wrap = await wrapRoot(identity.root, "S+O", { share: shareFactor, organisation: factor }, meta, random);
  for (const used of [factor, shareFactor]) used.wipe();
  const shareContext: ShareContext = { use: "desk", principal: id, root: epoch, name: organisation.id };
  return { ...common, wrap, share: await sealedShare(facts.serverBox, shareContext, share) };
}

const deviceContext = (principal: PrincipalId, epoch: number, root: number, device: DeviceId): Bytes =>
  lengthPrefixed(idBytes(principal), u64(epoch), u32(root), idBytes(device));

async function sealToDevices(identity: Identity, epoch: number): Promise<readonly KeyringDevice[]> {
  const entries: KeyringDevice[] = [];
  for (const [device, { box }] of identity.principal.devices) {
    if (box === null) continue;
    const root = identity.root.reveal();
    const context = deviceContext(identity.id, epoch, identity.epoch, device);
    const sealed = await hpkeSeal(box, labels.deviceSeal, context, root);
    root.fill(0);
    assert(sealed !== undefined, "SPEC P-S10: a device's box key is a point");
    entries.push({ device, enc: sealed.enc, sealed: sealed.sealed });
  }
  return entries;
}

/* ---- the keyring ---- */

export interface KeyringFacts {
  /** The one that it follows at the server, null when there is none. */
  readonly before: Pick<Keyring, "body"> | null;
  /** Highest epoch that this device has seen, where that is more (a server that restored a backup). */
  readonly after?: number;
  /** Made by `createCardWay` under the identity's current root, or taken over from one of the same root. */
  readonly card: KeyringCard | null;
  readonly desks: readonly KeyringDesk[];
  /** Milliseconds, as this device believes. */
  readonly at: number;
}

const keyringKeyOf = (root: RootKey, id: PrincipalId, epoch: number): Promise<Bytes> =>
  hkdf(root.reveal(), idBytes(id), labels.keyringKey, keyBytes, u64(epoch));

const keyringProofOf = async (root: RootKey, id: PrincipalId, covered: Bytes): Promise<Bytes> =>
  hkdf(root.reveal(), idBytes(id), labels.keyringProof, keyBytes, await sha256(covered));

/**
 * The keyring that follows `before`: identity keys and older roots under the current root, the root sealed to every device
 * that the chain has now and that has a box key (SPEC C-Y4). A device that was put out is not among them.
 */
export async function createKeyring(identity: Identity, facts: KeyringFacts, random: Random): Promise<Signed> {
  const { id, epoch: root, principal } = identity;
  const { before } = facts;
  const epoch = Math.max(before?.body.epoch ?? 0, facts.after ?? 0) + 1;
  const beforeRoot = before === null ? undefined : identity.roots.get(before.body.root);
  assert(before === null || beforeRoot !== undefined, "SPEC C-Y4: who follows a keyring knows its root");
  const opens =
    before === null || beforeRoot === undefined ? null : await keyringKeyOf(beforeRoot, id, before.body.epoch);
  const body: Omit<KeyringBody, "proof"> = {
    t: "keyring",
    v: 1,
    suite: 1,
    principal: id,
    chain: principal.head.n,
    epoch,
    root,
    keys: b64(identity.sealed),
    past: b64(await sealPast(identity, random)),
    card: facts.card,
    desks: facts.desks,
    devices: await sealToDevices(identity, epoch),
    at: facts.at,
    opens: opens === null ? null : b64(opens),
    lock: await keyringLockOf(await keyringKeyOf(identity.root, id, epoch)),
  };
  return await signKeyring(identity.sign, body, async (covered) =>
    b64(await keyringProofOf(identity.root, id, covered)),
  );
}

/* ---- opening ---- */

export type KeyringOpenError =
  /** The keyring has no such way in. */
  | { readonly type: "no-way" }
  /** The card is not the one of the keyring: an older one, or of another satchel. */
  | { readonly type: "other-card" }
  /** The share is not the one that the keyring speaks of. */
  | { readonly type: "other-share" }
  /** The server had the code stretched with another salt or other parameters than the keyring's. */
  | { readonly type: "other-salt" }
  /** A wrong code or card, or another satchel's factors: they cannot be told apart. */
  | { readonly type: "wrong-factors" }
  | { readonly type: "weak-parameters" }
  /** This device's entry does not open with this device's key: it is another device's. */
  | { readonly type: "other-device" }
  /** Not made by somebody who knew the root inside. */
  | { readonly type: "not-by-root" }
  /** Does not continue the roots that this device knows. */
  | { readonly type: "other-roots" }
  /** Older than the root that this device has. */
  | { readonly type: "rolled-back" }
  /** The private keys inside are not those of the chain. */
  | { readonly type: "other-key" }
  | { readonly type: "bad-format" };

type Opened<T> = Promise<Result<T, KeyringOpenError>>;

const wrapError = (type: string): KeyringOpenError =>
  type === "wrong-factors" || type === "weak-parameters" ? { type } : { type: "bad-format" };

/**
 * C+P+S: opens the root with the card's 16 bytes, the P factor and the share that the server gave.
 * @param look what the server had said before the code was asked for, to find out whether it said the truth.
 */
export async function openCardWay(
  keyring: Keyring,
  factors: { readonly card: Secret; readonly code: Secret; readonly share: Bytes },
  look: { readonly salt: B64; readonly params: StretchParameters },
): Opened<RootKey> {
  const way = keyring.body.card;
  if (way === null) return err({ type: "no-way" });
  const { salt, params } = way;
  const same = look.params.memoryKiB === params.memoryKiB && look.params.passes === params.passes;
  if (look.salt !== salt || !same) return err({ type: "other-salt" });
  if ((await cardProofs(factors.card)).locator !== way.locator) return err({ type: "other-card" });
  if (!(await isShare(factors.share, way.share.hash))) return err({ type: "other-share" });
  const card = await cardFactor(factors.card);
  const share = createSecret(factors.share);
  const root = await unwrapRoot(way.wrap, "C+P+S", { card, code: factors.code, share });
  return root.ok ? root : err(wrapError(root.error.type));
}

const deskOf = (keyring: Keyring, organisation: PrincipalId, pair: KeyringDesk["pair"]): KeyringDesk | undefined =>
  keyring.body.desks.find((desk) => desk.organisation === organisation && desk.pair === pair);

/** The O factor of an organisation's entry, opened at its desk with its box key. */
export async function openOrganisationFactor(
  organisation: Identity,
  keyring: Keyring,
  pair: KeyringDesk["pair"],
): Opened<Secret> {
  const desk = deskOf(keyring, organisation.id, pair);
  if (desk === undefined) return err({ type: "no-way" });
  const { principal, root } = keyring.body;
  return openDeskEntry(organisation, { principal, root, pair, enc: desk.enc, sealed: desk.sealed });
}

/** What a desk needs of an entry of its own to open its factor. */
export interface DeskEntry extends Pick<KeyringDesk, "pair" | "enc" | "sealed"> {
  readonly principal: PrincipalId;
  /** Root epoch of the wrap. */
  readonly root: number;
}

/** The same without the keyring around it: with the keys of today, else with those of before (SPEC P-H5). */
export async function openDeskEntry(organisation: Identity, entry: DeskEntry): Opened<Secret> {
  const { principal, root, pair } = entry;
  const current: BoxKey = { privateKey: organisation.box, box: organisation.principal.box };
  const context = organisationContext(principal, root, pair, organisation.id);
  for (const key of [current, ...(organisation.formerBoxes ?? [])]) {
    const factor = await hpkeOpen(key, labels.organisationSeal, context, entry);
    if (factor !== undefined)
      return factor.length === keyBytes ? ok(createSecret(factor)) : err({ type: "bad-format" });
  }
  return err({ type: "other-key" });
}

export type DeskFactors =
  /** C factor and O factor. */
  | { readonly pair: "C+O"; readonly card: Secret; readonly organisation: Secret }
  | { readonly pair: "S+O"; readonly share: Bytes; readonly organisation: Secret };

/** C+O or S+O: opens the root with an organisation's factor and the other one. */
export async function openDeskWay(keyring: Keyring, organisation: PrincipalId, factors: DeskFactors): Opened<RootKey> {
  const desk = deskOf(keyring, organisation, factors.pair);
  if (desk === undefined) return err({ type: "no-way" });
  if (factors.pair === "C+O") {
    const root = await unwrapRoot(desk.wrap, "C+O", { card: factors.card, organisation: factors.organisation });
    return root.ok ? root : err(wrapError(root.error.type));
  }
  if (desk.share === null || !(await isShare(factors.share, desk.share.hash))) return err({ type: "other-share" });
  const share = createSecret(factors.share);
  const root = await unwrapRoot(desk.wrap, "S+O", { share, organisation: factors.organisation });
  return root.ok ? root : err(wrapError(root.error.type));
}

/** The identity of a keyring whose root is known: proof first, then older roots, then keys (SPEC C-Y5). */
export async function openKeyring(keyring: Keyring, root: RootKey, statements: readonly Signed[]): Opened<Identity> {
  const { body, signed } = keyring;
  const bytes = fromBase64Url(signed.body);
  const [proof, keys, past] = [body.proof, body.keys, body.past].map((text) => fromBase64Url(text));
  if (bytes === undefined || proof === undefined || keys === undefined || past === undefined)
    return err({ type: "bad-format" });
  if (!equalBytes(await keyringProofOf(root, body.principal, provedBytes(bytes)), proof))
    return err({ type: "not-by-root" });
  const older = await openPast(root, body.principal, body.root, past);
  if (!older.ok) return err({ type: "bad-format" });
  const identity = await openIdentity(root, keys, statements, older.value);
  if (!identity.ok || identity.value.id !== body.principal) {
    for (const one of older.value) one.wipe();
    return err(
      identity.ok
        ? { type: "other-key" }
        : { type: identity.error.type === "cannot-open" ? "other-key" : "bad-format" },
    );
  }
  if (await keysFit(identity.value)) return identity;
  for (const one of older.value) one.wipe();
  return err({ type: "other-key" });
}

/** A device's own id and box key. */
export interface DeviceBox {
  readonly device: DeviceId;
  readonly key: BoxKey;
}

/**
 * What a device makes of a newer keyring (SPEC C-Y8): with the same root its author is checked and the identity stays; with
 * a newer one this device's entry gives the root, and every root that this device knows must be among the older ones. A
 * device that is not listed was put out ("no-way"). `statements` is the chain that came with it.
 */
export async function followKeyring(
  identity: Identity,
  keyring: Keyring,
  own: DeviceBox,
  statements: readonly Signed[],
): Opened<Identity> {
  const { body } = keyring;
  if (body.root < identity.epoch) return err({ type: "rolled-back" });
  // Nothing is taken from the list here: it could say "put out" in the name of somebody who does not know the root.
  if (body.root === identity.epoch) return await openKeyring(keyring, identity.root, statements);
  const entry = body.devices.find((one) => one.device === own.device);
  if (entry === undefined) return err({ type: "no-way" });
  const context = deviceContext(body.principal, body.epoch, body.root, own.device);
  const root = await hpkeOpen(own.key, labels.deviceSeal, context, entry);
  if (root?.length !== rootKeyBytes) return err({ type: "other-device" });
  const newer = createRootKey(root);
  root.fill(0);
  const next = await openKeyring(keyring, newer, statements);
  if (!next.ok) {
    newer.wipe();
    return next;
  }
  const continues = [...identity.roots].every(([epoch, known]) => {
    const there = next.value.roots.get(epoch);
    return there !== undefined && equalBytes(there.reveal(), known.reveal());
  });
  if (continues) return next;
  wipeIdentity(next.value);
  return err({ type: "other-roots" });
}
