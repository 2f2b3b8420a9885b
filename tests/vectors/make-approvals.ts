/**
 * Makes the frozen vectors of opening by the phone (SPEC P-V, C-V), once: `node tests/vectors/make-approvals.ts`. A file that
 * exists is never written again. Node only. As in make-ways.ts, nothing here is made with the code under test.
 */

import { createHash } from "node:crypto";
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import {
  type B64,
  type Bytes,
  concat,
  fromBase64Url,
  lengthPrefixed,
  toHex,
  u32,
  utf8,
} from "../../src/shared/bytes.ts";
import { flipped, own, random, write } from "./spec.ts";

const { subtle } = globalThis.crypto;
const b64 = (bytes: Uint8Array): B64 => Buffer.from(bytes).toString("base64url") as B64;
const raw = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array(0);
const sha = (bytes: Uint8Array): Bytes => own(createHash("sha256").update(bytes).digest());
const labelled = (label: string, ...parts: readonly Uint8Array[]): Bytes => concat(utf8(`${label}\0`), ...parts);
const json = (value: object): Bytes => utf8(JSON.stringify(value));
const id = (length = 16): B64 => b64(random.bytes(length));

interface Pair {
  readonly raw: B64;
  readonly pkcs8: B64;
  readonly key: CryptoKeyPair;
}
async function pair(name: "ECDSA" | "ECDH"): Promise<Pair> {
  const usages: KeyUsage[] = name === "ECDSA" ? ["sign", "verify"] : ["deriveBits"];
  const key = (await subtle.generateKey({ name, namedCurve: "P-256" }, true, usages)) as CryptoKeyPair;
  const point = b64(own(await subtle.exportKey("raw", key.publicKey)));
  return { raw: point, pkcs8: b64(own(await subtle.exportKey("pkcs8", key.privateKey))), key };
}

interface Signed {
  readonly body: B64;
  readonly sig: B64;
}
const sign = async (by: Pair, label: string, bytes: Bytes): Promise<Signed> => ({
  body: b64(bytes),
  sig: b64(own(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, by.key.privateKey, labelled(label, bytes)))),
});

async function hpke(to: Pair, label: string, context: Bytes, plain: Bytes): Promise<{ enc: B64; sealed: B64 }> {
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const info = sha(labelled(label, context)).buffer;
  const sender = await suite.createSenderContext({ recipientPublicKey: to.key.publicKey, info });
  const sealed = await sender.seal(plain.slice().buffer, context.slice().buffer);
  return { enc: b64(own(sender.enc)), sealed: b64(own(sealed)) };
}

/** SPEC P-R4 and C-R4. */
function padded(content: Bytes): Bytes {
  const used = content.length + 4;
  const bucket = [256, 1024, 4096, 16384, 65536].find((size) => size >= used) ?? Math.ceil(used / 65536) * 65536;
  return concat(u32(content.length), content, new Uint8Array(bucket - used));
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
function base32(bytes: Bytes): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const whole = bits.padEnd(Math.ceil(bits.length / 5) * 5, "0");
  return (whole.match(/.{5}/g) ?? []).map((five) => crockford.charAt(Number.parseInt(five, 2))).join("");
}

/* ---- the cast ---- */

interface Cast {
  readonly id: B64;
  readonly sign: Pair;
  readonly box: Pair;
  readonly statements: readonly Signed[];
}
async function satchel(kind = "satchel"): Promise<Cast> {
  const [signs, receives] = await Promise.all([pair("ECDSA"), pair("ECDH")]);
  const body = json({ t: "genesis", v: 1, suite: 1, kind, sign: signs.raw, box: receives.raw, nonce: id() });
  const name = b64(sha(labelled("besace/v1/principal-id", body)).slice(0, 20));
  return { id: name, sign: signs, box: receives, statements: [await sign(signs, "besace/v1/statement", body)] };
}
async function longer(
  of: Cast,
  { t, ...rest }: { readonly t: string; readonly [field: string]: unknown },
): Promise<Cast> {
  const link = { principal: of.id, n: of.statements.length, prev: b64(sha(raw(of.statements.at(-1)?.body ?? ""))) };
  const body = json({ t, v: 1, ...link, ...rest });
  return { ...of, statements: [...of.statements, await sign(of.sign, "besace/v1/statement", body)] };
}

const transport = await pair("ECDSA");
const device = id();
const bare = await satchel();
const person = await longer(bare, { t: "device", device, transport: transport.raw });
const other = await longer(await satchel(), { t: "device", device, transport: transport.raw });
const out = await longer(person, { t: "device-removed", device });
const server = b64(sha(labelled("besace/v1/approval-server", raw((await pair("ECDSA")).raw))).slice(0, 16));

/* ---- questions (P-V1, C-V1) ---- */

interface Ask {
  readonly bytes: Bytes;
  readonly id: B64;
  readonly text: string;
  readonly sign: Pair;
  readonly box: Pair;
  readonly secret: B64;
}
const textOf = (bytes: Bytes, prefix = "BSK1."): string =>
  `${prefix}${base32(concat(bytes, sha(labelled("besace/v1/approval-text", utf8("BSK"), bytes)).slice(0, 4)))}`;
const askBytes = (facts: { sign: B64; box: B64; secret: B64; name: string; head?: number; length?: number }): Bytes => {
  const name = utf8(facts.name);
  return concat(
    Uint8Array.of(facts.head ?? 0x11),
    sha(labelled("besace/v1/approval-secret", raw(facts.secret))),
    raw(facts.sign),
    raw(facts.box),
    raw(server),
    Uint8Array.of(facts.length ?? name.length),
    name,
  );
};
async function question(name: string): Promise<Ask> {
  const [signs, receives, secret] = [await pair("ECDSA"), await pair("ECDH"), id(32)];
  const bytes = askBytes({ sign: signs.raw, box: receives.raw, secret, name });
  const asked = b64(sha(labelled("besace/v1/approval-id", bytes)).slice(0, 20));
  return { bytes, id: asked, text: textOf(bytes), sign: signs, box: receives, secret };
}

const ask = await question("Médiathèque de la Gare");
const again = await question("Médiathèque de la Gare");
const base = { sign: ask.sign.raw, box: ask.box.raw, secret: ask.secret, name: "Poste" };
const changed = (patch: Partial<Parameters<typeof askBytes>[0]>) => textOf(askBytes({ ...base, ...patch }));
const value = {
  id: ask.id,
  sign: ask.sign.raw,
  box: ask.box.raw,
  commitment: b64(sha(labelled("besace/v1/approval-secret", raw(ask.secret)))),
  server,
  name: "Médiathèque de la Gare",
};
const noPoint = b64(concat(Uint8Array.of(4), random.bytes(64)));
const questions = [
  { name: "as it is shown", input: ask.text, expect: "ok", value },
  { name: "folded, in small letters", input: ask.text.toLowerCase().replace(/(.{30})/g, "$1\n "), expect: "ok", value },
  { name: "without a name", input: changed({ name: "" }), expect: "ok" },
  { name: "a letter is missing", input: ask.text.slice(0, -1), expect: "damaged" },
  { name: "a wrong checksum", input: textOf(ask.bytes).slice(0, -3).concat("000"), expect: "damaged" },
  {
    name: "another version",
    input: ask.text.replace("BSK1", "BSK7"),
    expect: "other-version",
    value: { type: "other-version", version: 7 },
  },
  { name: "a request for a transfer", input: textOf(ask.bytes, "BSR1."), expect: "not-a-question" },
  { name: "an address around it", input: `https://besace.example/${ask.text}`, expect: "not-a-question" },
  { name: "another head byte", input: changed({ head: 0x12 }), expect: "damaged" },
  { name: "a name longer than it says", input: changed({ length: 3 }), expect: "damaged" },
  { name: "a name of 61 bytes", input: changed({ name: "a".repeat(61) }), expect: "damaged" },
  { name: "a name that turns the writing round", input: changed({ name: "Poste\u202e" }), expect: "damaged" },
  { name: "a name with a line end", input: changed({ name: "Poste\nouvert" }), expect: "damaged" },
  { name: "a key that is no point", input: changed({ box: noPoint }), expect: "damaged" },
  { name: "one key for both", input: changed({ box: ask.sign.raw }), expect: "damaged" },
];

/* ---- pictures (C-V3) ---- */

const number = id();
const metOf = (of: Ask, drawn = number, secret = of.secret): Bytes => lengthPrefixed(of.bytes, raw(drawn), raw(secret));
const picturesOf = (met: Bytes): readonly number[] => {
  let left = new DataView(sha(labelled("besace/v1/approval-check", met)).buffer).getUint32(0);
  return [0, 1, 2, 3].map(() => {
    const one = left % 12;
    left = Math.floor(left / 12);
    return one;
  });
};
const met = (of: Ask, drawn = number) => ({ ask: of.text, number: drawn, secret: of.secret });
const secondNumber = id();
const pictures = [
  { name: "of question, number and secret", input: met(ask), expect: "ok", value: picturesOf(metOf(ask)) },
  { name: "another number", input: met(ask, secondNumber), expect: "ok", value: picturesOf(metOf(ask, secondNumber)) },
  { name: "another key", input: met(again), expect: "ok", value: picturesOf(metOf(again)) },
];

/* ---- grants (C-V4, C-V5) and certificates (P-V4) ---- */

const now = Date.UTC(2026, 10, 22, 8);
const minute = 60_000;
const stream = () => ({
  blob: id(),
  key: id(32),
  hash: id(32),
  bytes: 51_234,
  sealedLength: 53_336,
  root: id(32),
  mime: "image/jpeg",
  width: 1200,
  height: 1700,
});
const papers = [
  {
    record: id(),
    kind: "identity",
    title: "Carte de séjour",
    pages: [
      { turn: 0, stream: stream() },
      { turn: 90, stream: stream() },
    ],
  },
  { record: id(), kind: null, title: "", pages: [{ turn: 0, stream: stream() }] },
];
const blobsOf = (list: typeof papers) => list.flatMap(({ pages }) => pages.map((page) => page.stream.blob));
interface Certificate {
  readonly [field: string]: unknown;
}
const certificateOf = (patch: Certificate = {}, of: Ask = ask): Certificate => ({
  t: "approval",
  v: 1,
  principal: person.id,
  device,
  session: of.id,
  sign: of.sign.raw,
  box: of.box.raw,
  blobs: blobsOf(papers),
  deposits: 24,
  from: now,
  until: now + 20 * minute,
  ...patch,
});
const signedOf = (patch: Certificate = {}, by: Cast = person, of: Ask = ask, label = "besace/v1/approval") =>
  sign(by.sign, label, json(certificateOf(patch, of)));
const grantOf = async (
  content: object = {},
  { to = ask.box, context = metOf(ask) }: { readonly to?: Pair; readonly context?: Bytes } = {},
  fill: (plain: Bytes) => Bytes = padded,
) => {
  const said = { v: 1, certificate: await signedOf(), statements: person.statements, papers, ...content };
  return hpke(to, "besace/v1/approval-seal", context, fill(json(said)));
};
const opened = { certificate: certificateOf(), papers };
const holding = { ...met(ask), key: ask.box.pkcs8, now };
const good = await grantOf();
const grants = [
  { name: "as it was made", input: { ...holding, ...good }, expect: "ok", value: opened },
  {
    name: "in its last millisecond",
    input: { ...holding, ...good, now: now + 20 * minute - 1 },
    expect: "ok",
    value: opened,
  },
  {
    name: "of a phone whose idea of the time is ahead",
    input: { ...holding, ...good, now: now - minute },
    expect: "ok",
    value: opened,
  },
  {
    name: "no paper, to add some only",
    input: { ...holding, ...(await grantOf({ papers: [], certificate: await signedOf({ blobs: [] }) })) },
    expect: "ok",
    value: { certificate: certificateOf({ blobs: [] }), papers: [] },
  },
  { name: "expired", input: { ...holding, ...good, now: now + 20 * minute }, expect: "expired" },
  { name: "not yet", input: { ...holding, ...good, now: now - minute - 1 }, expect: "not-yet" },
  {
    name: "longer than 20 minutes",
    input: { ...holding, ...(await grantOf({ certificate: await signedOf({ until: now + 20 * minute + 1 }) })) },
    expect: "too-long",
  },
  {
    name: "of no time",
    input: { ...holding, ...(await grantOf({ certificate: await signedOf({ until: now }) })) },
    expect: "too-long",
  },
  {
    name: "the certificate of another satchel",
    input: { ...holding, ...(await grantOf({ certificate: await signedOf({ principal: other.id }, other) })) },
    expect: "other-satchel",
  },
  {
    name: "another satchel's signature under this one's name",
    input: { ...holding, ...(await grantOf({ certificate: await signedOf({}, other) })) },
    expect: "bad-signature",
  },
  {
    name: "signed under another label",
    input: { ...holding, ...(await grantOf({ certificate: await signedOf({}, person, ask, "besace/v1/ticket") })) },
    expect: "bad-signature",
  },
  {
    name: "by a device that was put out",
    input: { ...holding, ...(await grantOf({ statements: out.statements })) },
    expect: "device-removed",
  },
  {
    name: "by a device that the chain does not name",
    input: { ...holding, ...(await grantOf({ statements: bare.statements })) },
    expect: "device-removed",
  },
  {
    name: "for another question",
    input: { ...holding, ...(await grantOf({ certificate: await signedOf({}, person, again) })) },
    expect: "other-session",
  },
  {
    name: "for this question with another key",
    input: { ...holding, ...(await grantOf({ certificate: await signedOf({ sign: again.sign.raw }) })) },
    expect: "other-session",
  },
  {
    name: "sealed to a key that was put in the place of the question's",
    input: { ...holding, ...(await grantOf({}, { to: again.box })) },
    expect: "cannot-open",
  },
  {
    name: "played again to a later question of the same computer",
    input: { ...met(again), key: again.box.pkcs8, now, ...good },
    expect: "cannot-open",
  },
  { name: "another number", input: { ...holding, ...good, number: secondNumber }, expect: "cannot-open" },
  { name: "a changed byte", input: { ...holding, ...good, sealed: flipped(good.sealed) }, expect: "cannot-open" },
  {
    name: "a paper more than the certificate names",
    input: { ...holding, ...(await grantOf({ certificate: await signedOf({ blobs: blobsOf(papers).slice(0, 2) }) })) },
    expect: "wrong-scope",
  },
  {
    name: "a certificate that names more than the papers",
    input: { ...holding, ...(await grantOf({ papers: papers.slice(0, 1) })) },
    expect: "wrong-scope",
  },
  { name: "a root inside", input: { ...holding, ...(await grantOf({ root: id(32) })) }, expect: "bad-content" },
  {
    name: "identity keys inside",
    input: { ...holding, ...(await grantOf({ identity: id(300) })) },
    expect: "bad-content",
  },
  {
    name: "a certificate of more than a certificate's words",
    input: { ...holding, ...(await grantOf({ certificate: await signedOf({ letters: true }) })) },
    expect: "bad-format",
  },
  {
    name: "the same stream twice",
    input: {
      ...holding,
      ...(await grantOf({ certificate: await signedOf({ blobs: [...blobsOf(papers), blobsOf(papers)[0]] }) })),
    },
    expect: "bad-format",
  },
  {
    name: "without padding",
    input: { ...holding, ...(await grantOf({}, {}, (plain) => plain)) },
    expect: "bad-content",
  },
];

/* ---- acts (P-V6) ---- */

const certificate = await signedOf();
const hashOf = (signed: Signed): B64 => b64(sha(raw(signed.body)));
async function acts(deeds: readonly object[], by: Pair = ask.sign, start = hashOf(certificate), session = ask.id) {
  const list: Signed[] = [];
  for (const [n, deed] of deeds.entries()) {
    const before = list.at(-1);
    const prev = before === undefined ? start : hashOf(before);
    list.push(await sign(by, "besace/v1/approval-act", json({ t: "approval-act", v: 1, session, n, prev, deed })));
  }
  return list;
}
const [firstBlob, , thirdBlob] = blobsOf(papers);
const deeds = [
  { do: "read", blob: firstBlob },
  { do: "deposit", hash: id(32) },
  { do: "read", blob: thirdBlob },
  { do: "end", why: "asked" },
];
const list = await acts(deeds);
const inOrder = (...places: readonly number[]): readonly Signed[] => places.flatMap((place) => list[place] ?? []);
const asked = { ask: ask.text, certificate };
const heard = (whole: boolean, count: number) => ({ whole, deeds: deeds.slice(0, count) });
const lists = [
  { name: "all of them", input: { ...asked, acts: list }, expect: "ok", value: heard(true, 4) },
  { name: "none", input: { ...asked, acts: [] }, expect: "ok", value: heard(true, 0) },
  { name: "one is left out", input: { ...asked, acts: inOrder(0, 2, 3) }, expect: "ok", value: heard(false, 1) },
  { name: "two are exchanged", input: { ...asked, acts: inOrder(0, 2, 1, 3) }, expect: "ok", value: heard(false, 1) },
  { name: "one comes twice", input: { ...asked, acts: inOrder(0, 0) }, expect: "ok", value: heard(false, 1) },
  {
    name: "signed by another key",
    input: { ...asked, acts: await acts(deeds, again.sign) },
    expect: "ok",
    value: heard(false, 0),
  },
  {
    name: "of another certificate",
    input: { ...asked, acts: await acts(deeds, ask.sign, id(32)) },
    expect: "ok",
    value: heard(false, 0),
  },
  {
    name: "of another session",
    input: { ...asked, acts: await acts(deeds, ask.sign, hashOf(certificate), again.id) },
    expect: "ok",
    value: heard(false, 0),
  },
  {
    name: "a deed that nobody knows",
    input: { ...asked, acts: await acts([{ do: "send", letter: id() }]) },
    expect: "ok",
    value: heard(false, 0),
  },
];

/* ---- pages that are added (C-V6) ---- */

const [content, small] = [random.bytes(3000), random.bytes(200)];
const facts = {
  v: 1,
  first: 0,
  title: "Facture d'électricité",
  at: now,
  readable: { mime: "image/jpeg", width: 900, height: 1200 },
  preview: { mime: "image/jpeg", width: 90, height: 120 },
};
const placeOf = (session: B64, n: number): Bytes => lengthPrefixed(raw(session), raw(person.id), u32(n));
const pageOf = (said: object = facts, parts: readonly Bytes[] = [content, small], to: Pair = person.box) =>
  hpke(to, "besace/v1/approval-deposit", placeOf(ask.id, 1), padded(lengthPrefixed(json(said), ...parts)));
const added = await pageOf();
const place = { session: ask.id, principal: person.id, n: 1, key: person.box.pkcs8, box: person.box.raw };
const { v: _version, ...shown } = facts;
const madeOf = (what: string, n: number): B64 =>
  b64(sha(labelled(`besace/v1/approval-${what}`, placeOf(ask.id, n))).slice(0, 16));
const pages = [
  {
    name: "in its place",
    input: { ...place, ...added },
    expect: "ok",
    value: {
      ...shown,
      content: toHex(content),
      previewContent: toHex(small),
      ids: { record: madeOf("paper", 0), page: madeOf("page", 1) },
    },
  },
  { name: "at another place", input: { ...place, ...added, n: 2 }, expect: "cannot-open" },
  { name: "of another session", input: { ...place, ...added, session: again.id }, expect: "cannot-open" },
  { name: "of another satchel", input: { ...place, ...added, principal: other.id }, expect: "cannot-open" },
  { name: "a changed byte", input: { ...place, ...added, sealed: flipped(added.sealed) }, expect: "cannot-open" },
  {
    name: "sealed to somebody else",
    input: { ...place, ...(await pageOf(facts, [content, small], other.box)) },
    expect: "cannot-open",
  },
  {
    name: "without content",
    input: { ...place, ...(await pageOf(facts, [new Uint8Array(0), small])) },
    expect: "bad-content",
  },
  {
    name: "a part more",
    input: { ...place, ...(await pageOf(facts, [content, small, small])) },
    expect: "bad-content",
  },
  {
    name: "a preview that was not announced",
    input: { ...place, ...(await pageOf({ ...facts, preview: null })) },
    expect: "bad-content",
  },
  {
    name: "of a paper that begins later",
    input: { ...place, ...(await pageOf({ ...facts, first: 2 })) },
    expect: "bad-content",
  },
  {
    name: "words that nobody knows",
    input: { ...place, ...(await pageOf({ ...facts, status: "binned" })) },
    expect: "bad-content",
  },
];

write("approvals", { questions, pictures, grants, acts: lists, pages });
