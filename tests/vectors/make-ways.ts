/**
 * Makes the frozen vectors of the ways back in, once: `node tests/vectors/make-ways.ts`. A file that exists is never written
 * again. Node only.
 *
 * Surprising: everything here is built from the words of SPEC.md with node:crypto (HPKE by its library, ECDSA by WebCrypto),
 * nothing with the code under test: a keyring that opens shows that somebody else could have written it.
 */

import { createHash, hkdfSync } from "node:crypto";
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import type { OpHead } from "../../src/protocol/wire.ts";
import {
  type B64,
  type Bytes,
  concat,
  fromBase64Url,
  lengthPrefixed,
  toHex,
  u32,
  u64,
  utf8,
} from "../../src/shared/bytes.ts";
import { idBytes } from "../../src/shared/ids.ts";
import { aesSpec, blobSpec, flipped, hkdfSpec, own, random, recordBodySpec, write } from "./spec.ts";

/** SPEC C-B8. */
function padme(length: number): number {
  const e = Math.floor(Math.log2(length));
  const step = 2 ** (e - (Math.floor(Math.log2(e)) + 1));
  return Math.ceil(length / step) * step;
}

const { subtle } = globalThis.crypto;
const b64 = (bytes: Uint8Array): B64 => Buffer.from(bytes).toString("base64url") as B64;
const raw = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array(0);
const sha = (...parts: readonly Uint8Array[]): Bytes =>
  own(
    createHash("sha256")
      .update(concat(...parts))
      .digest(),
  );
/** SPEC P-1. */
const labelled = (label: string, ...parts: readonly Uint8Array[]): Bytes => concat(utf8(`${label}\0`), ...parts);
const json = (value: object): Bytes => utf8(JSON.stringify(value));
const id = (length = 16): B64 => b64(random.bytes(length));
const none = new Uint8Array(0);

interface Pair {
  readonly raw: B64;
  readonly pkcs8: Bytes;
  readonly key: CryptoKeyPair;
}

async function pair(name: "ECDSA" | "ECDH"): Promise<Pair> {
  const usages: KeyUsage[] = name === "ECDSA" ? ["sign", "verify"] : ["deriveBits"];
  const key = (await subtle.generateKey({ name, namedCurve: "P-256" }, true, usages)) as CryptoKeyPair;
  const point = b64(own(await subtle.exportKey("raw", key.publicKey)));
  return { raw: point, pkcs8: own(await subtle.exportKey("pkcs8", key.privateKey)), key };
}

interface Signed {
  readonly body: B64;
  readonly sig: B64;
}
const sign = async (by: Pair, label: string, bytes: Bytes): Promise<Signed> => ({
  body: b64(bytes),
  sig: b64(own(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, by.key.privateKey, labelled(label, bytes)))),
});

/** HPKE base mode with info = SHA-256(label || 0 || context) and the context as associated data. */
async function hpke(to: Pair, label: string, context: Bytes, plain: Bytes): Promise<{ enc: B64; sealed: B64 }> {
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const info = sha(labelled(label, context)).buffer;
  const sender = await suite.createSenderContext({ recipientPublicKey: to.key.publicKey, info });
  const sealed = await sender.seal(plain.slice().buffer, context.slice().buffer);
  return { enc: b64(own(sender.enc)), sealed: b64(own(sealed)) };
}

/** SPEC C-2. */
function boxed(key: Bytes, plain: Bytes, clear: Bytes): Bytes {
  const nonce = random.bytes(12);
  return concat(nonce, aesSpec(key, nonce, plain, clear));
}

/* ---- the cast ---- */

interface Cast {
  readonly id: B64;
  readonly sign: Pair;
  readonly box: Pair;
  readonly statements: readonly Signed[];
}

async function principal(kind: string): Promise<Cast> {
  const [signs, receives] = await Promise.all([pair("ECDSA"), pair("ECDH")]);
  const body = json({ t: "genesis", v: 1, suite: 1, kind, sign: signs.raw, box: receives.raw, nonce: id() });
  const name = b64(sha(labelled("besace/v1/principal-id", body)).slice(0, 20));
  return { id: name, sign: signs, box: receives, statements: [await sign(signs, "besace/v1/statement", body)] };
}

type Said = { readonly t: string; readonly v: number } & Readonly<Record<string, unknown>>;

/** SPEC P-S4: the next statement of a chain. */
function next(of: Cast, { t, v, ...rest }: Said, change: object = {}, by: Pair = of.sign): Promise<Signed> {
  const before = of.statements.at(-1);
  const link = { principal: of.id, n: of.statements.length, prev: b64(sha(raw(before?.body ?? ""))) };
  return sign(by, "besace/v1/statement", json({ t, v, ...link, ...rest, ...change }));
}
const longer = async (of: Cast, said: Said): Promise<Cast> => ({
  ...of,
  statements: [...of.statements, await next(of, said)],
});

const [bare, stranger, organisation] = await Promise.all([
  principal("satchel"),
  principal("satchel"),
  principal("organisation"),
]);
const [server, phone, tablet, serverSign] = await Promise.all([
  pair("ECDH"),
  pair("ECDH"),
  pair("ECDH"),
  pair("ECDSA"),
]);
const [phoneTransport, tabletTransport] = await Promise.all([pair("ECDSA"), pair("ECDSA")]);
const [phoneId, tabletId] = [id(), id()];
const phoneOld = { t: "device", v: 1, device: phoneId, transport: phoneTransport.raw };
const phoneNew = { ...phoneOld, v: 2, box: phone.raw };
const tabletNew = { t: "device", v: 2, device: tabletId, transport: tabletTransport.raw, box: tablet.raw };
const person = await longer(await longer(bare, phoneNew), tabletNew);
const personId = idBytes(person.id);
const roots = [random.bytes(32), random.bytes(32), random.bytes(32)] as const;
const keyIdOf = (point: B64): B64 => b64(sha(raw(point)).slice(0, 16));

async function makeStatements(): Promise<void> {
  const one = await longer(bare, phoneOld);
  const added = await longer(one, phoneNew);
  const two = await longer(added, tabletNew);
  const gone = { t: "device-removed", v: 1, device: phoneId };
  const without = await longer(two, gone);
  const spare = (await pair("ECDH")).raw;
  const end = { n: without.statements.length - 1, hash: b64(sha(raw(without.statements.at(-1)?.body ?? ""))) };
  const value = {
    ...{ id: bare.id, kind: "satchel", sign: bare.sign.raw, box: bare.box.raw, boxKeyId: keyIdOf(bare.box.raw) },
    ...{ devices: [[tabletId, { transport: tabletTransport.raw, box: tablet.raw }]], head: end, removed: [phoneId] },
  };
  const off = b64(concat(Uint8Array.of(4), new Uint8Array(64).fill(1)));
  const after = async (of: Cast, said: Said, change: object = {}, by: Pair = of.sign) => ({
    statements: [...of.statements, await next(of, said, change, by)],
  });
  const { statements } = without;
  const vectors: readonly (readonly [string, { readonly statements: readonly Signed[] }, string])[] = [
    ["a box at once", await after(bare, phoneNew), "ok"],
    ["the same device again", await after(added, phoneNew), "device-twice"],
    ["another box for it", await after(added, phoneNew, { box: spare }), "device-twice"],
    ["another transport key", await after(one, phoneNew, { transport: tabletTransport.raw }), "device-twice"],
    ["a box that is the transport key", await after(bare, phoneNew, { box: phoneTransport.raw }), "bad-key"],
    ["a box that is the principal's", await after(bare, phoneNew, { box: bare.box.raw }), "bad-key"],
    ["a box off the curve", await after(bare, phoneNew, { box: off }), "bad-key"],
    ["version 2 without a box", await after(bare, { ...phoneOld, v: 2 }), "bad-format"],
    ["version 1 with a box", await after(bare, { ...phoneNew, v: 1 }), "bad-format"],
    ["version 3", await after(bare, { ...phoneNew, v: 3 }), "bad-format"],
    ["put out twice", await after(without, gone), "no-device"],
    ["a stranger put out", await after(two, gone, { device: id() }), "no-device"],
    ["back again", await after(without, phoneNew), "no-device"],
    ["put out by another", await after(two, gone, {}, stranger.sign), "bad-signature"],
    ["put out of another chain", await after(two, gone, { principal: stranger.id }), "broken-chain"],
    ["put out at another place", await after(two, gone, { n: 7 }), "broken-chain"],
    ["put out with a reason", await after(two, gone, { why: "lost" }), "bad-format"],
  ];
  write("statements-2", [
    { name: "a box added, a second device, the first put out", input: { statements }, expect: "ok", value },
    ...vectors.map(([name, input, expect]) => ({ name, input, expect })),
  ]);
}

/* ---- roots (C-Y2, C-Y3) ---- */

function keysUnder(root: Bytes, of: Cast = person): Bytes {
  const clear = concat(utf8("BSI1"), personId);
  const key = hkdfSpec(root, personId, "besace/v1/identity-seal");
  return concat(utf8("BSI1"), boxed(key, lengthPrefixed(of.sign.pkcs8, of.box.pkcs8), clear));
}

function pastUnder(root: Bytes, epoch: number, older: readonly Bytes[]): Bytes {
  const clear = concat(utf8("BSP1"), personId, u32(epoch));
  const key = hkdfSpec(root, personId, "besace/v1/past-roots", u32(epoch));
  return concat(utf8("BSP1"), boxed(key, concat(...older), clear));
}

async function recordUnder(epoch: number, root: Bytes) {
  const head = {
    v: 1,
    suite: 1,
    epoch,
    satchel: person.id,
    record: id(),
    op: id(),
    base: null,
    deleted: false,
    blobs: [],
  };
  const text = json({ title: `sous la racine ${epoch}` });
  const plain = concat(u32(text.length), text, new Uint8Array(256 - 4 - text.length));
  const body = recordBodySpec(root, head as unknown as OpHead, json(head), plain);
  const { sig } = await sign(person.sign, "besace/v1/op", lengthPrefixed(json(head), sha(body)));
  return { head: b64(json(head)), body: b64(body), sig };
}

async function makeRoots(): Promise<void> {
  const [r0, r1, r2] = roots;
  const sealed = pastUnder(r2, 2, [r0, r1]);
  const input = { root: b64(r2), principal: person.id, epoch: 2, past: b64(sealed) };
  const past = (bytes: Bytes) => ({ ...input, past: b64(bytes) });
  const identity = { root: b64(r1), sealed: b64(keysUnder(r1)), statements: person.statements, older: [b64(r0)] };
  const first = { root: b64(r0), sealed: b64(keysUnder(r0)), statements: person.statements, older: [] };
  const [old, fresh] = [await recordUnder(0, r0), await recordUnder(1, r1)];
  write("roots", {
    past: [
      { name: "two older roots", input, expect: "ok", value: [toHex(r0), toHex(r1)] },
      {
        name: "none",
        input: { ...input, root: b64(r0), epoch: 0, past: b64(pastUnder(r0, 0, [])) },
        expect: "ok",
        value: [],
      },
      { name: "another root", input: { ...input, root: b64(r1) }, expect: "cannot-open" },
      { name: "another epoch", input: { ...input, epoch: 1 }, expect: "cannot-open" },
      { name: "another satchel", input: { ...input, principal: stranger.id }, expect: "cannot-open" },
      { name: "a changed byte", input: { ...input, past: flipped(input.past) }, expect: "cannot-open" },
      { name: "one root too few", input: past(pastUnder(r2, 2, [r0])), expect: "bad-format" },
      { name: "half a root more", input: past(pastUnder(r2, 2, [r0, r1, r0.slice(16)])), expect: "bad-format" },
      { name: "another magic", input: past(concat(utf8("BSP2"), sealed.slice(4))), expect: "bad-format" },
    ],
    records: [
      { name: "of the root before", input: { identity, op: old }, expect: "ok", value: '{"title":"sous la racine 0"}' },
      { name: "of the root", input: { identity, op: fresh }, expect: "ok", value: '{"title":"sous la racine 1"}' },
      { name: "of a root to come", input: { identity: first, op: fresh }, expect: "unknown-epoch" },
      {
        name: "of another root under this epoch",
        input: { identity: { ...identity, older: [b64(r2)] }, op: old },
        expect: "cannot-open",
      },
    ],
  });
}

/* ---- cards, codes, numbers (C-Y7, P-Y6, P-Y9) ---- */

/** Damm's quasigroup, row by row. */
const table = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];
const damm = (digits: string): string =>
  [...digits].reduce((row, digit) => table[Number(row)]?.[Number(digit)] ?? "", "0");

function proofsOf(secret: Bytes) {
  const number = own(hkdfSync("sha256", secret, none, utf8("besace/v1/block-number\0"), 64));
  const many = 10n ** 11n;
  const limit = (2n ** 64n / many) * many;
  const values = Array.from({ length: 8 }, (_, at) => new DataView(number.buffer).getBigUint64(at * 8));
  const digits = String((values.find((value) => value < limit) ?? 0n) % many).padStart(11, "0");
  const whole = digits + damm(digits);
  return {
    locator: own(hkdfSync("sha256", secret, none, utf8("besace/v1/card-locator\0"), 20)),
    proof: hkdfSpec(secret, none, "besace/v1/card-proof"),
    factor: hkdfSpec(secret, none, "besace/v1/card-factor"),
    digits,
    block: `${whole.slice(0, 4)} ${whole.slice(4, 8)} ${whole.slice(8)}`,
  };
}
const codeProofOf = (card: Bytes, code: Bytes, salt: Bytes): Bytes =>
  hkdfSpec(lengthPrefixed(card, code), salt, "besace/v1/code-proof");
const verifier = (which: "card" | "code" | "block", proof: Bytes): B64 =>
  b64(sha(labelled(`besace/v1/${which}-verifier`, proof)));

const cardSecret = random.bytes(16);
const proofs = proofsOf(cardSecret);
const [code, salt] = [random.bytes(32), random.bytes(16)];

function makeProofs(): void {
  const card = (secret: Bytes) => {
    const { locator, proof, block } = proofsOf(secret);
    return { input: { card: b64(secret) }, expect: "ok", value: { locator: b64(locator), proof: b64(proof), block } };
  };
  const number = proofs.block.replaceAll(" ", "");
  const wrong = (at: number): string => number.slice(0, at) + ((Number(number[at]) + 1) % 10) + number.slice(at + 1);
  const proved = { which: "card", proof: b64(proofs.proof), verifier: verifier("card", proofs.proof) };
  const other = b64(random.bytes(32));
  write("way-proofs", {
    cards: [
      { name: "a card", ...card(cardSecret) },
      { name: "another card", ...card(random.bytes(16)) },
      { name: "a card of zeros", ...card(new Uint8Array(16)) },
    ],
    codes: [
      {
        name: "card, code and salt",
        input: { card: b64(proofs.factor), code: b64(code), salt: b64(salt) },
        expect: "ok",
        value: b64(codeProofOf(proofs.factor, code, salt)),
      },
    ],
    proved: [
      { name: "a card", input: proved, expect: "ok" },
      { name: "a code", input: { which: "code", proof: other, verifier: verifier("code", raw(other)) }, expect: "ok" },
      { name: "another proof", input: { ...proved, proof: other }, expect: "refused" },
      { name: "a card's as a code's", input: { ...proved, which: "code" }, expect: "refused" },
      { name: "the verifier itself", input: { ...proved, proof: proved.verifier }, expect: "refused" },
      { name: "nothing", input: { ...proved, proof: "" }, expect: "refused" },
    ],
    numbers: [
      {
        name: "as shown",
        input: proofs.block,
        expect: "ok",
        value: { number, verifier: verifier("block", utf8(proofs.digits)) },
      },
      { name: "in one piece", input: number, expect: "ok" },
      { name: "with dashes", input: proofs.block.replaceAll(" ", "-"), expect: "ok" },
      {
        name: "in Arabic digits",
        input: number.replace(/[0-9]/g, (digit) => String.fromCodePoint(0x660 + Number(digit))),
        expect: "ok",
      },
      ...[0, 5, 11].map((at) => ({ name: `digit ${at + 1} wrong`, input: wrong(at), expect: "refused" })),
      { name: "eleven digits", input: number.slice(1), expect: "refused" },
      { name: "thirteen digits", input: `${number}0`, expect: "refused" },
    ],
  });
}

/* ---- wraps and shares (C-K3, P-Y7) ---- */

const params = { memoryKiB: 19_456, passes: 2, lanes: 1 };
const [share, deskShare, factorCO, factorSO] = [32, 32, 32, 32].map((length) => random.bytes(length)) as [
  Bytes,
  Bytes,
  Bytes,
  Bytes,
];

function wrapUnder(root: Bytes, pairName: string, factors: readonly Bytes[], change: object = {}) {
  const withCode = pairName.includes("P");
  const own = withCode ? salt : random.bytes(16);
  const fields = { principal: person.id, epoch: 1, params: withCode ? params : null, salt: b64(own), order: 1 };
  const head = json({ v: 1, suite: 1, pair: pairName, ...fields, ...change });
  const key = hkdfSpec(lengthPrefixed(...factors), own, `besace/v1/wrap/${pairName}`);
  return { head: b64(head), sealed: b64(boxed(key, root, head)) };
}
const wrapsUnder = (root: Bytes, change: object = {}) => ({
  cps: wrapUnder(root, "C+P+S", [proofs.factor, code, share], change),
  co: wrapUnder(root, "C+O", [proofs.factor, factorCO], change),
  so: wrapUnder(root, "S+O", [deskShare, factorSO], change),
});

function makeWraps(): void {
  const root = roots[1];
  const value = toHex(root);
  const { cps, co, so } = wrapsUnder(root);
  const [card, other] = [b64(proofs.factor), b64(random.bytes(32))];
  const byCard = { pair: "C+P+S", wrap: cps, factors: { card, code: b64(code), share: b64(share) } };
  const byDesk = { pair: "C+O", wrap: co, factors: { card, organisation: b64(factorCO) } };
  const byBoth = { pair: "S+O", wrap: so, factors: { share: b64(deskShare), organisation: b64(factorSO) } };
  const lie = (of: { readonly factors: object }, change: object) => ({ ...of, factors: { ...of.factors, ...change } });
  write("wraps-2", [
    { name: "C+P+S", input: byCard, expect: "ok", value },
    { name: "C+O", input: byDesk, expect: "ok", value },
    { name: "S+O", input: byBoth, expect: "ok", value },
    ...["card", "code", "share"].map((name) => ({
      name: `C+P+S, another ${name}`,
      input: lie(byCard, { [name]: other }),
      expect: "wrong-factors",
    })),
    ...["card", "organisation"].map((name) => ({
      name: `C+O, another ${name}`,
      input: lie(byDesk, { [name]: other }),
      expect: "wrong-factors",
    })),
    ...["share", "organisation"].map((name) => ({
      name: `S+O, another ${name}`,
      input: lie(byBoth, { [name]: other }),
      expect: "wrong-factors",
    })),
    { name: "the share of the desk", input: lie(byCard, { share: b64(deskShare) }), expect: "wrong-factors" },
    { name: "in another order", input: lie(byCard, { card: b64(code), code: card }), expect: "wrong-factors" },
    {
      name: "C+P+S under the label of C+O",
      input: { ...byDesk, wrap: wrapUnder(root, "C+P+S", [proofs.factor, factorCO]) },
      expect: "other-pair",
    },
    {
      name: "a pair that does not exist",
      input: { ...byBoth, wrap: wrapUnder(root, "S+P", [deskShare, factorSO]) },
      expect: "bad-format",
    },
    {
      name: "C+P+S without parameters",
      input: { ...byCard, wrap: wrapUnder(root, "C+P+S", [proofs.factor, code, share], { params: null }) },
      expect: "bad-format",
    },
    {
      name: "C+O with parameters",
      input: { ...byDesk, wrap: wrapUnder(root, "C+O", [proofs.factor, factorCO], { params }) },
      expect: "bad-format",
    },
    ...[
      { ...params, memoryKiB: 19_455 },
      { ...params, passes: 1 },
      { ...params, memoryKiB: 65_537 },
      { ...params, passes: 4 },
    ].map((weak) => ({
      name: `${weak.memoryKiB} KiB, ${weak.passes} passes`,
      input: { ...byCard, wrap: wrapUnder(root, "C+P+S", [proofs.factor, code, share], { params: weak }) },
      expect: "weak-parameters",
    })),
  ]);
}

interface ShareContext {
  readonly use: string;
  readonly principal: B64;
  readonly root: number;
  readonly name: B64;
}
async function shareTo(to: Pair, { use, principal: of, root, name }: ShareContext, bytes: Bytes) {
  const context = lengthPrefixed(utf8(use), raw(of), u32(root), raw(name));
  const sealed = await hpke(to, "besace/v1/share-seal", context, bytes);
  return { key: keyIdOf(to.raw), ...sealed, hash: b64(sha(labelled("besace/v1/share-hash", bytes))) };
}
const cardContext: ShareContext = { use: "card", principal: person.id, root: 1, name: b64(proofs.locator) };
const deskContext: ShareContext = { use: "desk", principal: person.id, root: 1, name: organisation.id };

async function makeShares(): Promise<void> {
  const box = { box: server.raw, pkcs8: b64(server.pkcs8) };
  const sealed = await shareTo(server, cardContext, share);
  const input = { key: box, context: cardContext, share: sealed };
  const [other, foreign] = [await pair("ECDH"), await shareTo(server, cardContext, random.bytes(32))];
  const bound = (change: Partial<ShareContext>) => ({ ...input, context: { ...cardContext, ...change } });
  const desk = { key: box, context: deskContext, share: await shareTo(server, deskContext, deskShare) };
  const escrow = { ...deskContext, use: "escrow" };
  write("shares", [
    { name: "of a card", input, expect: "ok", value: toHex(share) },
    { name: "of a desk", input: desk, expect: "ok", value: toHex(deskShare) },
    {
      name: "to an organisation",
      input: {
        key: { box: organisation.box.raw, pkcs8: b64(organisation.box.pkcs8) },
        context: escrow,
        share: await shareTo(organisation.box, escrow, deskShare),
      },
      expect: "ok",
      value: toHex(deskShare),
    },
    { name: "a desk's as a card's", input: bound({ use: "desk" }), expect: "cannot-open" },
    { name: "of another satchel", input: bound({ principal: stranger.id }), expect: "cannot-open" },
    { name: "of another root", input: bound({ root: 0 }), expect: "cannot-open" },
    { name: "of another card", input: bound({ name: id(20) }), expect: "cannot-open" },
    {
      name: "to another key",
      input: { ...input, key: { box: other.raw, pkcs8: b64(other.pkcs8) } },
      expect: "other-key",
    },
    {
      name: "another share than the hash says",
      input: { ...input, share: { ...foreign, hash: sealed.hash } },
      expect: "other-share",
    },
    {
      name: "a share of 31 bytes",
      input: { ...input, share: await shareTo(server, cardContext, random.bytes(31)) },
      expect: "other-share",
    },
    {
      name: "a changed byte",
      input: { ...input, share: { ...sealed, sealed: flipped(sealed.sealed) } },
      expect: "cannot-open",
    },
  ]);
}

/* ---- keyrings (P-Y1, C-Y4, C-Y5, C-Y6) ---- */

const keyAt = (root: Bytes, epoch: number): Bytes => hkdfSpec(root, personId, "besace/v1/keyring-key", u64(epoch));
const lockAt = (root: Bytes, epoch: number): B64 => b64(sha(labelled("besace/v1/keyring-lock", keyAt(root, epoch))));

async function deskEntry(pairName: "C+O" | "S+O", factor: Bytes, wrap: object, to: Pair = organisation.box) {
  const context = lengthPrefixed(personId, u32(1), utf8(pairName), raw(organisation.id));
  const sealed = await hpke(to, "besace/v1/organisation-seal", context, factor);
  const own = pairName === "S+O" ? await shareTo(server, deskContext, deskShare) : null;
  return { organisation: organisation.id, pair: pairName, ...sealed, wrap, share: own };
}

async function deviceEntry(device: B64, to: Pair, root: Bytes, epoch: number, about: B64 = device) {
  const context = lengthPrefixed(personId, u64(epoch), u32(1), raw(about));
  return { device, ...(await hpke(to, "besace/v1/device-seal", context, root)) };
}

/** The second keyring of this satchel, of root epoch 1. */
async function bodyOf(): Promise<Record<string, unknown>> {
  const root = roots[1];
  const { cps, co, so } = wrapsUnder(root);
  return {
    ...{ t: "keyring", v: 1, suite: 1, principal: person.id, chain: 2, epoch: 2, root: 1 },
    ...{ keys: b64(keysUnder(root)), past: b64(pastUnder(root, 1, [roots[0]])) },
    card: {
      ...{ set: 1, locator: b64(proofs.locator), card: verifier("card", proofs.proof) },
      code: verifier("code", codeProofOf(proofs.factor, code, salt)),
      ...{ salt: b64(salt), params, wrap: cps, share: await shareTo(server, cardContext, share) },
      block: verifier("block", utf8(proofs.digits)),
    },
    desks: [await deskEntry("C+O", factorCO, co), await deskEntry("S+O", factorSO, so)],
    devices: [await deviceEntry(phoneId, phone, root, 2), await deviceEntry(tabletId, tablet, root, 2)],
    at: 1_795_300_000_000,
    opens: b64(keyAt(roots[0], 1)),
    lock: lockAt(root, 2),
  };
}

/** SPEC C-Y5: the proof is over every byte before it. */
async function keyring(
  body: object,
  root: Bytes = roots[1],
  by: Pair = person.sign,
  label = "keyring",
): Promise<Signed> {
  const covered = JSON.stringify(body).slice(0, -1);
  const proof = hkdfSpec(root, personId, "besace/v1/keyring-proof", sha(utf8(covered)));
  return sign(by, `besace/v1/${label}`, utf8(`${covered},"proof":"${b64(proof)}"}`));
}

async function makeKeyrings(): Promise<void> {
  const body = await bodyOf();
  const root = roots[1];
  const card = body.card as Record<string, unknown>;
  const [co, so] = body.desks as readonly [Record<string, unknown>, Record<string, unknown>];
  const signed = await keyring(body);
  const hash = b64(sha(raw(signed.body)));
  const { statements } = person;
  const good = { keyring: signed, statements, pinned: null };
  const changed = async (change: object) => ({ ...good, keyring: await keyring({ ...body, ...change }) });
  const withCard = (change: object) => changed({ card: { ...card, ...change } });
  const other = wrapsUnder(root, { principal: stranger.id });
  const before = wrapsUnder(roots[0], { epoch: 0 });
  const weak = { ...params, passes: 1 };
  const weakWrap = wrapUnder(root, "C+P+S", [proofs.factor, code, share], { params: weak });
  const proofFirst = utf8(`{"proof":"${b64(random.bytes(32))}",${JSON.stringify(body).slice(1)}`);
  const cases: readonly (readonly [string, object, string])[] = [
    ["the one that is known", { ...good, pinned: { epoch: 2, hash, root: 1 } }, "ok"],
    ["after an older one", { ...good, pinned: { epoch: 1, hash: id(32), root: 0 } }, "ok"],
    ["without a card", await changed({ card: null }), "ok"],
    ["another at a known epoch", { ...good, pinned: { epoch: 2, hash: id(32), root: 1 } }, "forked"],
    ["a lower epoch", { ...good, pinned: { epoch: 3, hash, root: 1 } }, "rolled-back"],
    ["a lower root", { ...good, pinned: { epoch: 1, hash, root: 2 } }, "rolled-back"],
    ["signed by another", { ...good, keyring: await keyring(body, root, stranger.sign) }, "bad-signature"],
    ["under another label", { ...good, keyring: await keyring(body, root, person.sign, "statement") }, "bad-signature"],
    ["a changed signature", { ...good, keyring: { ...signed, sig: flipped(signed.sig) } }, "bad-signature"],
    ["of another satchel", { ...good, statements: stranger.statements }, "other-principal"],
    ["with a chain cut short", { ...good, statements: statements.slice(0, 2) }, "chain-behind"],
    ["weak parameters", await withCard({ params: weak, wrap: weakWrap }), "weak-parameters"],
    ["weak parameters beside the wrap", await withCard({ params: weak }), "other-salt"],
    ["another salt beside the wrap", await withCard({ salt: id() }), "other-salt"],
    ["a wrap of another satchel", await withCard({ wrap: other.cps }), "wrap-of-other"],
    ["a wrap of the root before", await withCard({ wrap: before.cps }), "wrap-of-other"],
    ["a wrap of another pair", await changed({ desks: [{ ...co, wrap: so.wrap }, so] }), "wrap-of-other"],
    ["a desk's wrap of another satchel", await changed({ desks: [{ ...co, wrap: other.co }] }), "wrap-of-other"],
    ["one desk twice", await changed({ desks: [co, co] }), "bad-format"],
    ["S+P", await changed({ desks: [{ ...so, pair: "S+P" }] }), "bad-format"],
    ["C+O with a share", await changed({ desks: [{ ...co, share: so.share }] }), "bad-format"],
    ["older roots that are too few", await changed({ root: 2 }), "bad-format"],
    ["epoch 0", await changed({ epoch: 0 }), "bad-format"],
    ["another suite", await changed({ suite: 2 }), "bad-format"],
    ["one more field", await changed({ note: "x" }), "bad-format"],
    ["the proof first", { ...good, keyring: await sign(person.sign, "besace/v1/keyring", proofFirst) }, "bad-format"],
  ];
  const first = { ...body, epoch: 1, root: 0, past: b64(pastUnder(roots[0], 0, [])), keys: b64(keysUnder(roots[0])) };
  const one = await keyring(
    { ...first, card: null, desks: [], devices: [], opens: null, lock: lockAt(roots[0], 1) },
    roots[0],
  );
  const device = (mine: B64, to: Pair) => ({ id: mine, box: to.raw, pkcs8: b64(to.pkcs8) });
  const known = { root: b64(roots[0]), sealed: b64(keysUnder(roots[0])), statements, older: [] };
  const follow = { ...good, known, device: device(tabletId, tablet) };
  const entries = body.devices as readonly object[];
  const value = { epoch: 1, roots: [toHex(roots[0]), toHex(root)] };
  const followed = async (change: object, by: Bytes = root) => ({
    ...follow,
    keyring: await keyring({ ...body, ...change }, by),
  });
  const moved = { ...(await deviceEntry(phoneId, phone, root, 2)), device: tabletId };
  const swapped = b64(keysUnder(root, stranger));
  const elsewhere = { past: b64(pastUnder(root, 1, [roots[2]])) };
  const sameRoot = { ...known, root: b64(root), sealed: b64(keysUnder(root)), older: [b64(roots[0])] };
  write("keyrings", {
    read: [
      { name: "a keyring", input: good, expect: "ok", value: { epoch: 2, root: 1, hash } },
      ...cases.map(([name, input, expect]) => ({ name, input, expect })),
    ],
    follows: [
      { name: "the next", input: { stored: one, next: signed, statements }, expect: "next" },
      { name: "the same", input: { stored: signed, next: signed, statements }, expect: "same" },
      { name: "an older one", input: { stored: signed, next: one, statements }, expect: "conflict" },
      { name: "the first", input: { stored: null, next: one, statements }, expect: "next" },
      { name: "the newest after a loss", input: { stored: null, next: signed, statements }, expect: "next" },
      {
        name: "after a gap",
        input: { stored: one, next: await keyring({ ...body, epoch: 40, lock: lockAt(root, 40) }), statements },
        expect: "next",
      },
      {
        name: "too far",
        input: { stored: one, next: await keyring({ ...body, epoch: 1_000_002 }), statements },
        expect: "conflict",
      },
      {
        name: "without the key of the one before",
        input: { stored: one, next: await keyring({ ...body, opens: id(32) }), statements },
        expect: "other-root",
      },
      {
        name: "opening nothing",
        input: { stored: one, next: await keyring({ ...body, opens: null }), statements },
        expect: "other-root",
      },
    ],
    devices: [
      { name: "its own entry", input: follow, expect: "ok", value },
      { name: "the other device's", input: { ...follow, device: device(phoneId, phone) }, expect: "ok", value },
      { name: "with the root already", input: { ...follow, known: sameRoot }, expect: "ok", value },
      { name: "put out", input: { ...follow, device: device(id(), tablet) }, expect: "no-way" },
      { name: "with the other's key", input: { ...follow, device: device(tabletId, phone) }, expect: "other-device" },
      {
        name: "the other's entry under its name",
        input: await followed({ devices: [entries[0], moved] }),
        expect: "other-device",
      },
      {
        name: "an entry of the keyring before",
        input: await followed({ devices: [await deviceEntry(tabletId, tablet, root, 1)] }),
        expect: "other-device",
      },
      { name: "by somebody without the root", input: await followed({}, roots[2]), expect: "not-by-root" },
      {
        name: "by somebody without the root, same root",
        input: { ...(await followed({ at: 1 }, roots[0])), known: sameRoot },
        expect: "not-by-root",
      },
      { name: "another root before", input: await followed(elsewhere), expect: "other-roots" },
      { name: "another's keys inside", input: await followed({ keys: swapped }), expect: "other-key" },
      {
        name: "older than what it has",
        input: { ...follow, keyring: one, known: sameRoot },
        expect: "rolled-back",
      },
    ],
    cards: [
      {
        name: "card, code, share",
        input: { ...good, card: b64(cardSecret), code: b64(code), share: b64(share) },
        expect: "ok",
        value: toHex(root),
      },
      {
        name: "another code",
        input: { ...good, card: b64(cardSecret), code: id(32), share: b64(share) },
        expect: "wrong-factors",
      },
      {
        name: "another card",
        input: { ...good, card: id(), code: b64(code), share: b64(share) },
        expect: "other-card",
      },
      {
        name: "another share",
        input: { ...good, card: b64(cardSecret), code: b64(code), share: id(32) },
        expect: "other-share",
      },
      {
        name: "the desk's share",
        input: { ...good, card: b64(cardSecret), code: b64(code), share: b64(deskShare) },
        expect: "other-share",
      },
      {
        name: "stretched with another salt",
        input: { ...good, card: b64(cardSecret), code: b64(code), share: b64(share), look: { salt: id(), params } },
        expect: "other-salt",
      },
      {
        name: "stretched with other parameters",
        input: {
          ...good,
          card: b64(cardSecret),
          code: b64(code),
          share: b64(share),
          look: { salt: b64(salt), params: { ...params, passes: 3 } },
        },
        expect: "other-salt",
      },
      {
        name: "no card",
        input: { ...(await changed({ card: null })), card: b64(cardSecret), code: b64(code), share: b64(share) },
        expect: "no-way",
      },
    ],
    desks: await deskCases(good, root, changed, so),
  });
}

async function deskCases(
  good: object,
  root: Bytes,
  changed: (change: object) => Promise<object>,
  so: object,
): Promise<readonly object[]> {
  const desk = {
    root: b64(roots[2]),
    id: organisation.id,
    box: organisation.box.raw,
    pkcs8: b64(organisation.box.pkcs8),
  };
  const co = { ...good, desk, pair: "C+O", card: b64(proofs.factor) };
  const both = { ...good, desk, pair: "S+O", share: b64(deskShare) };
  const wrongBox = { ...desk, box: stranger.box.raw, pkcs8: b64(stranger.box.pkcs8) };
  const crossed = await deskEntry("S+O", factorCO, (so as { wrap: object }).wrap);
  return [
    { name: "C+O", input: co, expect: "ok", value: toHex(root) },
    { name: "S+O", input: both, expect: "ok", value: toHex(root) },
    { name: "C+O, another card", input: { ...co, card: id(32) }, expect: "wrong-factors" },
    { name: "S+O, another share", input: { ...both, share: id(32) }, expect: "other-share" },
    { name: "S+O, the card's share", input: { ...both, share: b64(share) }, expect: "other-share" },
    { name: "another organisation", input: { ...co, desk: { ...desk, id: id(20) } }, expect: "no-way" },
    { name: "another box key", input: { ...co, desk: wrongBox }, expect: "other-key" },
    {
      name: "no such pair",
      input: { ...(await changed({ desks: [so] })), desk, pair: "C+O", card: co.card },
      expect: "no-way",
    },
    {
      name: "the factor of the other pair",
      input: { ...(await changed({ desks: [crossed] })), desk, pair: "S+O", share: both.share },
      expect: "wrong-factors",
    },
  ];
}

/* ---- a device's own box key (C-Y9) ---- */

function makeDeviceBoxes(): void {
  const context = lengthPrefixed(personId, raw(phoneId));
  const key = hkdfSpec(roots[1], personId, "besace/v1/device-box", context);
  const clear = concat(utf8("BSB1"), context);
  const sealed = b64(concat(utf8("BSB1"), boxed(key, phone.pkcs8, clear)));
  const input = { root: b64(roots[1]), principal: person.id, device: phoneId, box: phone.raw, sealed };
  write("device-boxes", [
    { name: "a device's box key", input, expect: "ok" },
    { name: "another root", input: { ...input, root: b64(roots[0]) }, expect: "refused" },
    { name: "another device", input: { ...input, device: tabletId }, expect: "refused" },
    { name: "another satchel", input: { ...input, principal: stranger.id }, expect: "refused" },
    { name: "a changed byte", input: { ...input, sealed: flipped(sealed) }, expect: "refused" },
    {
      name: "another magic",
      input: { ...input, sealed: b64(concat(utf8("BSB2"), raw(sealed).slice(4))) },
      expect: "refused",
    },
  ]);
}

/* ---- statements around the ways (P-K3, P-Y10 to P-Y12) ---- */

async function makeWayStatements(): Promise<void> {
  const block = verifier("block", utf8(proofs.digits));
  const unblock = { t: "unblock", v: 1, block, by: organisation.id, at: 5 };
  const ask = { t: "escrow-ask", v: 1, principal: person.id, by: organisation.id, helper: id(), at: 5 };
  const open = { t: "escrow-open", v: 1, principal: person.id, by: organisation.id, at: 5 };
  const stop = { t: "escrow-stop", v: 1, principal: person.id, at: 5 };
  const erase = { t: "erase", v: 1, principal: person.id, at: 5 };
  const said = async (what: string, body: object, by: Cast, label = what) => ({
    what,
    statement: await sign(by.sign, `besace/v1/${label}`, json(body)),
    by: by.statements,
  });
  const box = { t: "server-box", v: 1, by: serverSign.raw, box: server.raw };
  const boxed = async (body: object, by: Pair = serverSign, keys: readonly B64[] = [serverSign.raw]) => ({
    keys,
    statement: await sign(by, "besace/v1/server-box", json(body)),
  });
  const off = b64(concat(Uint8Array.of(4), new Uint8Array(64).fill(1)));
  write("way-statements", {
    statements: [
      { name: "an unblocking", input: await said("unblock", unblock, organisation), expect: "ok", value: unblock },
      { name: "an escrow's ask", input: await said("escrow", ask, organisation), expect: "ok", value: ask },
      { name: "an escrow's open", input: await said("escrow", open, organisation), expect: "ok", value: open },
      { name: "an escrow's stop", input: await said("escrow", stop, person), expect: "ok", value: stop },
      { name: "an erasure", input: await said("erase", erase, person), expect: "ok", value: erase },
      {
        name: "an unblocking by a satchel",
        input: await said("unblock", { ...unblock, by: person.id }, person),
        expect: "wrong-signer",
      },
      {
        name: "an unblocking in another's name",
        input: await said("unblock", { ...unblock, by: stranger.id }, organisation),
        expect: "wrong-signer",
      },
      { name: "an ask by the satchel", input: await said("escrow", ask, person), expect: "wrong-signer" },
      { name: "a stop by the organisation", input: await said("escrow", stop, organisation), expect: "wrong-signer" },
      { name: "a stop of another satchel", input: await said("escrow", stop, stranger), expect: "wrong-signer" },
      { name: "an erasure of another satchel", input: await said("erase", erase, stranger), expect: "wrong-signer" },
      {
        name: "an erasure under another label",
        input: await said("erase", erase, person, "escrow"),
        expect: "bad-signature",
      },
      {
        name: "an ask without a helper",
        input: await said("escrow", { ...open, t: "escrow-ask" }, organisation),
        expect: "bad-format",
      },
      {
        name: "one more field",
        input: await said("unblock", { ...unblock, note: "x" }, organisation),
        expect: "bad-format",
      },
    ],
    boxes: [
      { name: "a server's box", input: await boxed(box), expect: "ok", value: server.raw },
      { name: "by a key that is not believed", input: await boxed(box, stranger.sign), expect: "refused" },
      { name: "in another key's name", input: await boxed({ ...box, by: stranger.sign.raw }), expect: "refused" },
      { name: "off the curve", input: await boxed({ ...box, box: off }), expect: "refused" },
      { name: "no key is believed", input: await boxed(box, serverSign, []), expect: "refused" },
    ],
  });
}

/* ---- a transfer after a rotation (C-T5, settings of version 2) ---- */

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
function base32(bytes: Bytes): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const padded = bits.padEnd(Math.ceil(bits.length / 5) * 5, "0");
  return (padded.match(/.{5}/g) ?? []).map((five) => crockford.charAt(Number.parseInt(five, 2))).join("");
}

async function makeTransfers(): Promise<void> {
  const [box, transport] = [await pair("ECDH"), await pair("ECDSA")];
  const device = id();
  const request = concat(Uint8Array.of(0x11), raw(device), raw(box.raw), raw(transport.raw));
  const text = (prefix: string, bytes: Bytes): string =>
    `${prefix}1.${base32(concat(bytes, sha(labelled("besace/v1/transfer-text", utf8(prefix), bytes)).slice(0, 4)))}`;
  const number = "402913";
  const [r0, r1, r2] = roots;
  const joined = await longer(person, { t: "device", v: 1, device, transport: transport.raw });
  const settings = { at: 1_795_300_000_000, pictogram: "code-bateau", profile: null, card: null, serverKeys: {} };
  const answer = async (said: object, root: Bytes = r2): Promise<string> => {
    const chain = joined.statements.flatMap(({ body, sig }) => [raw(body), raw(sig)]);
    const plain = lengthPrefixed(root, keysUnder(root), json(said), ...chain);
    const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
    const info = sha(labelled("besace/v1/transfer-seal", lengthPrefixed(request, utf8(number)))).buffer;
    const sender = await suite.createSenderContext({ recipientPublicKey: box.key.publicKey, info });
    const clear = concat(Uint8Array.of(0x11), sha(labelled("besace/v1/transfer-request", request)).slice(0, 16));
    const sealed = own(await sender.seal(plain.slice().buffer, clear.slice().buffer));
    return text("BSA", concat(clear, own(sender.enc), sealed));
  };
  const keys = { box: b64(box.pkcs8), transport: b64(transport.pkcs8) };
  const past = b64(pastUnder(r2, 2, [r0, r1]));
  const asked = { request: text("BSR", request), keys, number };
  const with2 = async (change: object = {}) => ({
    ...asked,
    answer: await answer({ v: 2, ...settings, epoch: 2, past, ...change }),
  });
  write("transfers-2", [
    {
      name: "after two rotations",
      input: await with2(),
      expect: "ok",
      value: { id: person.id, roots: roots.map((root) => toHex(root)), settings },
    },
    {
      name: "before any, version 1",
      input: { ...asked, answer: await answer({ v: 1, ...settings }, r0) },
      expect: "ok",
      value: { id: person.id, roots: [toHex(r0)], settings },
    },
    { name: "another epoch than the sealed roots", input: await with2({ epoch: 1 }), expect: "bad-content" },
    { name: "version 2 at epoch 0", input: await with2({ epoch: 0 }), expect: "bad-content" },
    { name: "roots of another satchel", input: await with2({ past: id(96) }), expect: "bad-content" },
    {
      name: "version 1 with older roots",
      input: { ...asked, answer: await answer({ v: 1, ...settings, epoch: 2, past }) },
      expect: "bad-content",
    },
  ]);
}

/* ---- the sealed copy (C-X) ---- */

function makeCopies(): void {
  const content = utf8("Une besace entière, fermée.");
  const plain = concat(u64(content.length), content, new Uint8Array(padme(8 + content.length) - 8 - content.length));
  const stream = blobSpec(plain);
  const card = hkdfSpec(cardSecret, none, "besace/v1/card-factor");
  const check = own(hkdfSync("sha256", card, salt, utf8("besace/v1/sealed-copy-card\0"), 16));
  const whole = (change: object = {}, factors: readonly Bytes[] = [card, code], wire: Bytes = stream.wire): Bytes => {
    const facts = { set: 1, code: "digits", params, salt: b64(salt), stream: stream.wire.length, card: b64(check) };
    const head = json({ v: 1, suite: 1, ...facts, ...change });
    const clear = concat(utf8("BSX1"), u32(head.length), head);
    const key = hkdfSpec(lengthPrefixed(...factors), salt, "besace/v1/sealed-copy/C+P");
    return concat(clear, boxed(key, concat(stream.key, raw(stream.blob)), clear), wire);
  };
  const file = whole();
  const input = { file: b64(file), card: b64(cardSecret), code: b64(code) };
  const as = (bytes: Bytes) => ({ ...input, file: b64(bytes) });
  write("copies", [
    { name: "a sealed copy", input, expect: "ok", value: "Une besace entière, fermée." },
    { name: "another code", input: { ...input, code: id(32) }, expect: "wrong-code" },
    { name: "another card", input: { ...input, card: id() }, expect: "other-card" },
    { name: "the factors in the other order", input: as(whole({}, [code, card])), expect: "wrong-code" },
    { name: "one factor alone", input: as(whole({}, [card])), expect: "wrong-code" },
    { name: "weak parameters", input: as(whole({ params: { ...params, passes: 1 } })), expect: "weak-parameters" },
    {
      name: "parameters of 4 GiB",
      input: as(whole({ params: { ...params, memoryKiB: 4_194_304 } })),
      expect: "weak-parameters",
    },
    {
      name: "with pictures",
      input: as(whole({ code: "pictures" })),
      expect: "ok",
      value: "Une besace entière, fermée.",
    },
    { name: "a byte short", input: as(file.slice(0, -1)), expect: "truncated" },
    { name: "a byte long", input: as(concat(file, Uint8Array.of(0))), expect: "damaged" },
    { name: "a changed byte at the end", input: as(raw(flipped(input.file))), expect: "damaged" },
    { name: "another version", input: as(concat(utf8("BSX2"), file.slice(4))), expect: "newer" },
    { name: "a version 2 inside", input: as(whole({ v: 2 })), expect: "newer" },
    { name: "one more field", input: as(whole({ note: "x" })), expect: "damaged" },
    { name: "something else", input: as(utf8("%PDF-1.7")), expect: "not-sealed-copy" },
    { name: "nothing", input: as(none), expect: "not-sealed-copy" },
  ]);
}

await makeStatements();
await makeRoots();
makeProofs();
makeWraps();
await makeShares();
await makeKeyrings();
makeDeviceBoxes();
await makeWayStatements();
await makeTransfers();
makeCopies();
