/**
 * Makes frozen vectors, once: `node tests/vectors/make.ts`. A file that exists is never written again; a later format or
 * case gets a file of its own. Node only.
 *
 * Surprising: what must fail for an inner reason (wrong padding, inner differs from outer) is built here from node:crypto
 * and the words of SPEC.md, not with the code under test, so a vector that fails for the right reason also shows that
 * the specification can be implemented by somebody else.
 */

import { argon2Sync, createHash } from "node:crypto";
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { createCard } from "../../src/crypto/card.ts";
import { certifyDevice, createIdentity, type Identity, withStatements } from "../../src/crypto/identity.ts";
import { cardFactor, createDeviceFactor, sealUnderCode, wrapRoot } from "../../src/crypto/keyring.ts";
import { type LetterContent, type LetterInner, sealLetter } from "../../src/crypto/letter.ts";
import { pad } from "../../src/crypto/padding.ts";
import { generateExportablePair, importAesKey, importBoxPublic } from "../../src/crypto/primitives.ts";
import { sealRecord } from "../../src/crypto/record.ts";
import { createRootKey, createSecret } from "../../src/crypto/secret.ts";
import { type SealedBlob, sealStream } from "../../src/crypto/stream.ts";
import { blobRootOf, blobWireBytes } from "../../src/protocol/blob-root.ts";
import { signCarried } from "../../src/protocol/carried.ts";
import { blobItem, composeCarrier, packChain, packOp, packTicket } from "../../src/protocol/carrier.ts";
import { createDeskCode, deskAuthOf } from "../../src/protocol/desk-code.ts";
import { labels } from "../../src/protocol/labels.ts";
import { letterHeadBytes, letterManifest, signLetter } from "../../src/protocol/letters.ts";
import { opHeadBytes, signOp } from "../../src/protocol/ops.ts";
import { bucketOf, padme } from "../../src/protocol/padding.ts";
import { signProof } from "../../src/protocol/proofs.ts";
import { b64, bodyBytes, generateSignPair, rawPublicKey, signBody, signBytes } from "../../src/protocol/sign.ts";
import { readChain } from "../../src/protocol/statements.ts";
import { signTicket } from "../../src/protocol/tickets.ts";
import type { Letter, LetterHead, Op, OpHead, ProofBody, ServerTime, Signed } from "../../src/protocol/wire.ts";
import { type B64, type Bytes, concat, fromBase64Url, lengthPrefixed, toHex, utf8 } from "../../src/shared/bytes.ts";
import {
  type BlobId,
  type DeviceId,
  idBytes,
  type LetterId,
  type OpId,
  type RecordId,
  randomId,
  type ThreadId,
} from "../../src/shared/ids.ts";
import { aesSpec, blobSpec, flipped, hkdfSpec, own, random, recordBodySpec, write } from "./spec.ts";

/* ---- independent of src/crypto: SPEC.md only ---- */

/** SPEC C-L: HPKE by the library, everything around it by hand. */
async function letterSpec(sender: Identity, to: Identity, head: LetterHead, inner: object | Bytes): Promise<Letter> {
  const headBytes = letterHeadBytes(head);
  const recipientPublicKey = await importBoxPublic(to.principal.box);
  if (recipientPublicKey === undefined) throw new Error("a point");
  const hpke = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const info = own(createHash("sha256").update(headBytes).digest());
  const context = await hpke.createSenderContext({ recipientPublicKey, info: info.buffer });
  const plain = inner instanceof Uint8Array ? inner : pad(bodyBytes(inner));
  const body = own(await context.seal(plain.buffer as ArrayBuffer, headBytes.slice().buffer));
  return await signLetter(sender.sign, headBytes, own(context.enc), body);
}

/* ---- the cast ---- */

const identityText = (identity: Identity) => ({
  root: b64(identity.root.reveal()),
  sealed: b64(identity.sealed),
  statements: identity.statements,
});

async function withDevice(identity: Identity): Promise<Identity> {
  const transport = await rawPublicKey(await generateSignPair(true));
  const extended = await withStatements(
    identity,
    await certifyDevice(identity, identity.statements, randomId<DeviceId>(random), transport),
  );
  if (!extended.ok) throw new Error("a device was certified");
  return extended.value;
}

const person = await withDevice(await createIdentity("satchel", random));
const stranger = await createIdentity("satchel", random);
const organisation = await createIdentity("organisation", random);
const server = await generateSignPair(true);
const serverKey = await rawPublicKey(server);

async function makeSignatures(): Promise<void> {
  const pair = await generateSignPair(true);
  const key = await rawPublicKey(pair);
  const bytes = utf8("frozen");
  const sig = await signBytes(pair.privateKey, labels.session, bytes);
  const input = { key, label: labels.session, bytes: b64(bytes), sig };
  const offCurve = concat(Uint8Array.of(4), new Uint8Array(64).fill(1));
  write("signatures", [
    { name: "a challenge", input, expect: "ok" },
    { name: "under another label", input: { ...input, label: labels.op }, expect: "refused" },
    { name: "other bytes", input: { ...input, bytes: b64(utf8("frozeN")) }, expect: "refused" },
    { name: "a changed signature", input: { ...input, sig: flipped(sig) }, expect: "refused" },
    {
      name: "a signature one byte short",
      input: { ...input, sig: b64((fromBase64Url(sig) ?? bytes).slice(0, 63)) },
      expect: "refused",
    },
    { name: "no signature", input: { ...input, sig: "" }, expect: "refused" },
    { name: "not base64url", input: { ...input, sig: `${sig.slice(0, -1)}+` }, expect: "refused" },
    { name: "another key", input: { ...input, key: person.principal.sign }, expect: "refused" },
    { name: "a key that is no point", input: { ...input, key: b64(offCurve) }, expect: "refused" },
    {
      name: "a compressed key",
      input: { ...input, key: b64(concat(Uint8Array.of(2), new Uint8Array(32).fill(1))) },
      expect: "refused",
    },
  ]);
}

async function makeStatements(): Promise<void> {
  const [genesis, device] = person.statements;
  if (genesis === undefined || device === undefined) throw new Error("two statements");
  const value = { ...person.principal, devices: [...person.principal.devices] };
  const [certificate] = value.devices;
  if (certificate === undefined) throw new Error("one device");
  const [deviceId, { transport }] = certificate;
  const next = {
    t: "device",
    v: 1,
    principal: person.id,
    n: 2,
    prev: value.head.hash,
    device: randomId<DeviceId>(random),
    transport,
  };
  const signed = (body: object, key: CryptoKey = person.sign): Promise<Signed> => signBody(key, labels.statement, body);
  const raw = async (text: string, key: CryptoKey): Promise<Signed> => ({
    body: b64(utf8(text)),
    sig: await signBytes(key, labels.statement, utf8(text)),
  });
  const fresh = await generateExportablePair("sign");
  const sign = await rawPublicKey(fresh);
  const genesisBody = {
    t: "genesis",
    v: 1,
    suite: 1,
    kind: "satchel",
    sign,
    box: person.principal.box,
    nonce: b64(random.bytes(16)),
  };
  const own = (body: object) => signed(body, fresh.privateKey);
  const after = async (body: object) => ({ statements: [genesis, device, await signed(body)] });
  write("statements", [
    {
      name: "a genesis alone",
      input: { statements: organisation.statements },
      expect: "ok",
      value: { ...organisation.principal, devices: [] },
    },
    { name: "with one device", input: { statements: person.statements }, expect: "ok", value },
    { name: "with a second device", input: await after(next), expect: "ok" },
    { name: "nothing", input: { statements: [] }, expect: "empty" },
    { name: "a device first", input: { statements: [device] }, expect: "bad-format" },
    { name: "a genesis twice", input: { statements: [genesis, genesis] }, expect: "bad-format" },
    {
      name: "a changed genesis signature",
      input: { statements: [{ ...genesis, sig: flipped(genesis.sig) }] },
      expect: "bad-signature",
    },
    {
      name: "a genesis signed by another",
      input: { statements: [{ ...genesis, sig: (await signed(genesisBody)).sig }] },
      expect: "bad-signature",
    },
    {
      name: "a genesis with one more field",
      input: { statements: [await own({ ...genesisBody, more: 1 })] },
      expect: "bad-format",
    },
    { name: "another suite", input: { statements: [await own({ ...genesisBody, suite: 2 })] }, expect: "bad-format" },
    {
      name: "another kind",
      input: { statements: [await own({ ...genesisBody, kind: "server" })] },
      expect: "bad-format",
    },
    {
      name: "one key for both uses",
      input: { statements: [await own({ ...genesisBody, box: sign })] },
      expect: "bad-key",
    },
    {
      name: "a box key off the curve",
      input: {
        statements: [await own({ ...genesisBody, box: b64(concat(Uint8Array.of(4), new Uint8Array(64).fill(1))) })],
      },
      expect: "bad-key",
    },
    {
      name: "white space in the JSON",
      input: { statements: [await raw(`${JSON.stringify(genesisBody)} `, fresh.privateKey)] },
      expect: "bad-format",
    },
    {
      name: "a field twice",
      input: { statements: [await raw(JSON.stringify(genesisBody).replace("{", '{"t":"device",'), fresh.privateKey)] },
      expect: "bad-format",
    },
    {
      name: "a device signed by another",
      input: { statements: [genesis, await signed({ ...next, n: 1, prev: certificateHash(genesis) }, stranger.sign)] },
      expect: "bad-signature",
    },
    {
      name: "a device of another principal",
      input: await after({ ...next, principal: stranger.id }),
      expect: "broken-chain",
    },
    { name: "a place left out", input: await after({ ...next, n: 3 }), expect: "broken-chain" },
    {
      name: "another predecessor",
      input: await after({ ...next, prev: certificateHash(genesis) }),
      expect: "broken-chain",
    },
    { name: "the same device again", input: await after({ ...next, device: deviceId }), expect: "device-twice" },
    { name: "an unknown statement", input: await after({ ...next, t: "gift" }), expect: "bad-format" },
    { name: "a device with one more field", input: await after({ ...next, until: 5 }), expect: "bad-format" },
    {
      name: "a transport key off the curve",
      input: await after({ ...next, transport: b64(concat(Uint8Array.of(4), new Uint8Array(64).fill(1))) }),
      expect: "bad-key",
    },
  ]);
}

const certificateHash = (statement: Signed): B64 =>
  b64(
    own(
      createHash("sha256")
        .update(fromBase64Url(statement.body) ?? new Uint8Array(0))
        .digest(),
    ),
  );

function makeIdentities(): void {
  const input = identityText(person);
  const value = { id: person.id, kind: "satchel", extractable: false };
  write("identities", [
    { name: "a satchel", input, expect: "ok", value },
    { name: "an organisation", input: identityText(organisation), expect: "ok" },
    { name: "another root", input: { ...input, root: b64(random.bytes(32)) }, expect: "cannot-open" },
    { name: "another's statements", input: { ...input, statements: stranger.statements }, expect: "cannot-open" },
    { name: "another format", input: { ...input, sealed: flipped(input.sealed, 0) }, expect: "bad-format" },
    { name: "a changed nonce", input: { ...input, sealed: flipped(input.sealed, 4) }, expect: "cannot-open" },
    { name: "a changed tag", input: { ...input, sealed: flipped(input.sealed) }, expect: "cannot-open" },
    { name: "no chain", input: { ...input, statements: [] }, expect: "bad-chain" },
    { name: "nothing sealed", input: { ...input, sealed: "" }, expect: "bad-format" },
  ]);
}

async function makeRecords(): Promise<void> {
  const root = person.root.reveal();
  const facts = (more: Partial<OpHead> = {}) => ({
    record: randomId<RecordId>(random),
    op: randomId<OpId>(random),
    base: null,
    deleted: false,
    blobs: [],
    epoch: 1,
    ...more,
  });
  // An identity whose current root has this epoch.
  const at = (epoch: number): Identity => ({ ...person, epoch, roots: new Map([[epoch, createRootKey(root)]]) });
  const paper = await sealRecord(
    at(1),
    facts({ blobs: [randomId(random), randomId(random)] }),
    { t: "paper", title: "Titre de séjour" },
    random,
  );
  const bin = await sealRecord(at(1), facts({ base: randomId<OpId>(random), deleted: true }), {}, random);
  const large = await sealRecord(at(2), facts(), { t: "note", text: "é".repeat(3000) }, random);
  const headOf = (op: Op): OpHead => JSON.parse(new TextDecoder().decode(fromBase64Url(op.head)));
  const head: OpHead = { v: 1, suite: 1, ...facts(), satchel: person.id };
  const ordered = (one: OpHead): OpHead => ({
    v: 1,
    suite: 1,
    epoch: one.epoch,
    satchel: one.satchel,
    record: one.record,
    op: one.op,
    base: one.base,
    deleted: one.deleted,
    blobs: one.blobs,
  });
  const bySpec = async (plain: Bytes, one: OpHead = ordered(head), key: Bytes = root): Promise<Op> => {
    const bytes = opHeadBytes(one);
    return await signOp(person.sign, bytes, recordBodySpec(key, one, bytes, plain));
  };
  const content = utf8('{"t":"note"}');
  const dirty = pad(content);
  dirty[255] = 1;
  const longer = concat(pad(content), new Uint8Array(768));
  const tooLong = pad(content);
  tooLong[2] = 255;
  const swapped = async (): Promise<Op> =>
    await signOp(person.sign, fromBase64Url(bin.head) ?? content, fromBase64Url(paper.body) ?? content);
  const resigned = async (one: unknown): Promise<Op> =>
    await signOp(person.sign, bodyBytes(one as object), fromBase64Url(paper.body) ?? content);
  const changed = { ...headOf(paper), deleted: true };
  const plain = (op: Op, text: string) => ({ head: headOf(op), content: text });
  const input = (op: Op, identity = "person") => ({ identity, op });
  const key = person.principal.sign;
  const short = await signOp(person.sign, opHeadBytes(ordered(head)), random.bytes(300));
  write("records", {
    identities: { person: identityText(person), stranger: identityText(stranger) },
    vectors: [
      {
        name: "a paper with two blobs",
        input: input(paper),
        expect: "ok",
        value: plain(paper, '{"t":"paper","title":"Titre de séjour"}'),
      },
      { name: "a deletion", input: input(bin), expect: "ok", value: plain(bin, "{}") },
      { name: "a larger one, second epoch", input: input(large), expect: "ok" },
      {
        name: "sealed from the words of SPEC alone",
        input: input(await bySpec(pad(content))),
        expect: "ok",
        value: { head: ordered(head), content: '{"t":"note"}' },
      },
      { name: "another satchel's", input: input(paper, "stranger"), expect: "other-satchel" },
      { name: "a changed head", input: input({ ...paper, head: b64(bodyBytes(changed)) }), expect: "bad-signature" },
      { name: "a changed body", input: input({ ...paper, body: flipped(paper.body) }), expect: "bad-signature" },
      { name: "a changed signature", input: input({ ...paper, sig: flipped(paper.sig) }), expect: "bad-signature" },
      { name: "another op's body, signed again", input: input(await swapped()), expect: "cannot-open" },
      { name: "a head changed and signed again", input: input(await resigned(changed)), expect: "cannot-open" },
      {
        name: "another root",
        input: input(await bySpec(pad(content), ordered(head), random.bytes(32))),
        expect: "cannot-open",
      },
      { name: "padding that is not zero", input: input(await bySpec(dirty)), expect: "bad-padding" },
      { name: "a larger bucket than needed", input: input(await bySpec(longer)), expect: "bad-padding" },
      { name: "a length beyond the bucket", input: input(await bySpec(tooLong)), expect: "bad-padding" },
      {
        name: "a head with one more field",
        input: input(await resigned({ ...headOf(paper), title: "x" })),
        expect: "bad-format",
      },
      {
        name: "its own base",
        input: input(await resigned({ ...headOf(paper), base: headOf(paper).op })),
        expect: "bad-format",
      },
      {
        name: "a blob twice",
        input: input(await resigned({ ...headOf(paper), blobs: [headOf(paper).op, headOf(paper).op] })),
        expect: "bad-format",
      },
      { name: "no bucket", input: input(short), expect: "bad-format" },
    ],
    outside: [
      { name: "a paper", input: { op: paper, key }, expect: "ok", value: headOf(paper) },
      { name: "another's key", input: { op: paper, key: stranger.principal.sign }, expect: "bad-signature" },
      { name: "another op's signature", input: { op: { ...paper, sig: bin.sig }, key }, expect: "bad-signature" },
      { name: "no bucket", input: { op: short, key }, expect: "bad-format" },
      { name: "an empty head", input: { op: { ...paper, head: "" }, key }, expect: "bad-format" },
    ],
  });
}

async function makeStreams(): Promise<void> {
  const page = await sealStream(random.bytes(900), random);
  const long = await sealStream(random.bytes(66000), random);
  const empty = await sealStream(new Uint8Array(0), random);
  const text = utf8("page de papier ".repeat(7));
  const stream = (content: Bytes, length: number, total: number): Bytes => {
    const plain = new Uint8Array(total);
    new DataView(plain.buffer).setUint32(4, length);
    plain.set(content, 8);
    return plain;
  };
  const exact = padme(8 + text.length);
  const spec = blobSpec(stream(text, text.length, exact));
  const dirtyPlain = stream(text, text.length, exact);
  dirtyPlain[exact - 1] = 1;
  const dirty = blobSpec(dirtyPlain);
  const larger = blobSpec(stream(text, text.length, padme(exact + 8)));
  const lies = blobSpec(stream(text, exact, exact));
  const wireOf = (one: SealedBlob): string => b64(blobWireBytes(one.header, one.segments));
  const of = (one: { blob: BlobId; key: Bytes }, name: string, count: number) => ({
    blob: one.blob,
    key: b64(one.key),
    headerOf: name,
    segments: Array.from({ length: count }, (_, index) => `${name}/${index}`),
  });
  const two = of(long, "long", 2);
  write("streams", {
    blobs: {
      page: wireOf(page),
      long: wireOf(long),
      empty: wireOf(empty),
      spec: b64(spec.wire),
      dirty: b64(dirty.wire),
      larger: b64(larger.wire),
      lies: b64(lies.wire),
    },
    vectors: [
      { name: "one segment", input: of(page, "page", 1), expect: "ok", value: { length: 900, hash: page.hash } },
      { name: "two segments", input: two, expect: "ok", value: { length: 66000, hash: long.hash } },
      { name: "nothing inside", input: of(empty, "empty", 1), expect: "ok", value: { length: 0, hash: empty.hash } },
      { name: "sealed from the words of SPEC alone", input: of(spec, "spec", 1), expect: "ok" },
      { name: "another key", input: { ...two, key: b64(page.key) }, expect: "wrong-key" },
      { name: "another blob id", input: { ...two, blob: page.blob }, expect: "other-blob" },
      { name: "another blob's header", input: { ...two, headerOf: "page" }, expect: "other-blob" },
      { name: "the end cut off", input: { ...two, segments: ["long/0"] }, expect: "truncated" },
      { name: "no segment", input: { ...two, segments: [] }, expect: "truncated" },
      {
        name: "a segment after the last",
        input: { ...two, segments: ["long/0", "long/1", "long/1"] },
        expect: "extended",
      },
      { name: "swapped", input: { ...two, segments: ["long/1", "long/0"] }, expect: "bad-segment" },
      { name: "the first twice", input: { ...two, segments: ["long/0", "long/0"] }, expect: "bad-segment" },
      { name: "the start cut off", input: { ...two, segments: ["long/1"] }, expect: "bad-segment" },
      { name: "another blob's segment", input: { ...two, segments: ["long/0", "page/0"] }, expect: "bad-segment" },
      {
        name: "a segment that is not here",
        input: { ...two, segments: ["long/0", "long/9"] },
        expect: "missing-segment",
        value: { type: "missing-segment", index: 1 },
      },
      {
        name: "a changed segment",
        input: { ...two, flip: [1, 3] },
        expect: "bad-segment",
        value: { type: "bad-segment", index: 1 },
      },
      { name: "a changed magic", input: { ...two, flip: [-1, 0] }, expect: "bad-header" },
      { name: "another suite", input: { ...two, flip: [-1, 4] }, expect: "bad-header" },
      { name: "another segment size", input: { ...two, flip: [-1, 8] }, expect: "bad-header" },
      { name: "a changed id in the header", input: { ...two, flip: [-1, 9] }, expect: "other-blob" },
      { name: "a changed commitment", input: { ...two, flip: [-1, 56] }, expect: "wrong-key" },
      { name: "padding that is not zero", input: of(dirty, "dirty", 1), expect: "bad-padding" },
      { name: "more padding than Padmé gives", input: of(larger, "larger", 1), expect: "bad-length" },
      { name: "a length beyond the stream", input: of(lies, "lies", 1), expect: "bad-length" },
    ],
  });
}

async function makeLetters(): Promise<void> {
  const page = await sealStream(random.bytes(300), random);
  const ref = { blob: page.blob, length: page.length, root: page.root };
  const inside = {
    blob: page.blob,
    root: page.root,
    key: b64(page.key),
    hash: page.hash,
    name: "carte.jpg",
    mime: "image/webp",
    role: "page",
  };
  const content: LetterContent = {
    thread: randomId<ThreadId>(random),
    n: 1,
    replaces: null,
    kind: "dossier",
    sentAt: 1_790_000_000_000,
    blobs: [inside],
    payload: { number: "K7QP2M4X", answers: { prenom: "Amine" } },
  };
  const letter = randomId<LetterId>(random);
  const dossier = await sealLetter({
    identity: person,
    to: organisation.principal,
    letter,
    blobs: [ref],
    inner: content,
  });
  const reply = await sealLetter({
    identity: organisation,
    to: person.principal,
    letter: randomId<LetterId>(random),
    blobs: [],
    inner: { ...content, n: 2, kind: "status", blobs: [], payload: { status: "received" } },
  });
  const self = await sealLetter({
    identity: person,
    to: person.principal,
    letter: randomId<LetterId>(random),
    blobs: [],
    inner: { ...content, kind: "deposit", blobs: [] },
  });
  const head: LetterHead = {
    v: 1,
    suite: 1,
    letter,
    from: person.id,
    to: organisation.id,
    toKey: organisation.principal.boxKeyId,
    blobs: [ref],
  };
  const inner: LetterInner = {
    from: person.id,
    to: organisation.id,
    toKey: organisation.principal.boxKeyId,
    letter,
    thread: content.thread,
    n: content.n,
    replaces: content.replaces,
    kind: content.kind,
    sentAt: content.sentAt,
    senderStatements: person.statements,
    blobs: content.blobs,
    payload: content.payload,
  };
  const spec = (one: object | Bytes, outer: LetterHead = head, by: Identity = person) =>
    letterSpec(by, organisation, outer, one);
  const dirty = pad(bodyBytes(inner));
  dirty[dirty.length - 1] = 1;
  const input = (one: Letter, sender: readonly Signed[] | null = null, to = "organisation") => ({
    to,
    letter: one,
    sender,
  });
  const otherPage = { ...ref, root: b64(random.bytes(32)) };
  const headText = (one: LetterHead): B64 => b64(letterHeadBytes(one));
  const manifest = await letterManifest(dossier);
  const noBucket = await spec(bodyBytes(inner));
  const stolen = await signLetter(
    stranger.sign,
    letterHeadBytes({ ...head, from: stranger.id }),
    fromBase64Url(dossier.enc) ?? new Uint8Array(0),
    fromBase64Url(dossier.body) ?? new Uint8Array(0),
  );
  write("letters", {
    identities: {
      person: identityText(person),
      organisation: identityText(organisation),
      stranger: identityText(stranger),
    },
    vectors: [
      {
        name: "a dossier, sender unknown",
        input: input(dossier),
        expect: "ok",
        value: { inner, manifest, from: person.id },
      },
      { name: "a dossier, sender pinned", input: input(dossier, person.statements), expect: "ok" },
      { name: "a reply", input: input(reply, organisation.statements, "person"), expect: "ok" },
      { name: "a deposit to oneself", input: input(self, null, "person"), expect: "ok" },
      { name: "written from the words of SPEC", input: input(await spec(inner)), expect: "ok" },
      { name: "to another", input: input(dossier, null, "stranger"), expect: "other-receiver" },
      { name: "from another than the pinned one", input: input(dossier, stranger.statements), expect: "other-sender" },
      {
        name: "to another key",
        input: input(await spec(inner, { ...head, toKey: person.principal.boxKeyId })),
        expect: "other-key",
      },
      {
        name: "a changed head",
        input: input({ ...dossier, head: headText({ ...head, letter: randomId<LetterId>(random) }) }),
        expect: "cannot-open",
      },
      {
        name: "a changed head, sender pinned",
        input: input(
          { ...dossier, head: headText({ ...head, letter: randomId<LetterId>(random) }) },
          person.statements,
        ),
        expect: "bad-signature",
      },
      {
        name: "a changed encapsulated key",
        input: input({ ...dossier, enc: flipped(dossier.enc) }),
        expect: "cannot-open",
      },
      { name: "a changed body", input: input({ ...dossier, body: flipped(dossier.body) }), expect: "cannot-open" },
      { name: "a changed signature", input: input({ ...dossier, sig: flipped(dossier.sig) }), expect: "bad-signature" },
      { name: "re-signed by another as its own", input: input(stolen), expect: "cannot-open" },
      {
        name: "inside another sender",
        input: input(await spec({ ...inner, from: stranger.id })),
        expect: "inner-differs",
        value: { type: "inner-differs", field: "from" },
      },
      {
        name: "inside another receiver",
        input: input(await spec({ ...inner, to: person.id })),
        expect: "inner-differs",
        value: { type: "inner-differs", field: "to" },
      },
      {
        name: "inside another key",
        input: input(await spec({ ...inner, toKey: person.principal.boxKeyId })),
        expect: "inner-differs",
        value: { type: "inner-differs", field: "toKey" },
      },
      {
        name: "inside another id",
        input: input(await spec({ ...inner, letter: randomId<LetterId>(random) })),
        expect: "inner-differs",
        value: { type: "inner-differs", field: "letter" },
      },
      {
        name: "a root swapped outside",
        input: input(await spec(inner, { ...head, blobs: [otherPage] })),
        expect: "inner-differs",
        value: { type: "inner-differs", field: "blobs" },
      },
      {
        name: "a blob left out outside",
        input: input(await spec(inner, { ...head, blobs: [] })),
        expect: "inner-differs",
        value: { type: "inner-differs", field: "blobs" },
      },
      {
        name: "a blob left out inside",
        input: input(await spec({ ...inner, blobs: [] })),
        expect: "inner-differs",
        value: { type: "inner-differs", field: "blobs" },
      },
      {
        name: "statements of another",
        input: input(await spec({ ...inner, senderStatements: stranger.statements })),
        expect: "other-sender",
      },
      { name: "no statements", input: input(await spec({ ...inner, senderStatements: [] })), expect: "bad-sender" },
      {
        name: "signed by another than it says",
        input: input(await spec(inner, head, stranger)),
        expect: "bad-signature",
      },
      { name: "one more field inside", input: input(await spec({ ...inner, more: 1 })), expect: "bad-inner" },
      { name: "an unknown kind", input: input(await spec({ ...inner, kind: "gift" })), expect: "bad-inner" },
      { name: "padding that is not zero", input: input(await spec(dirty)), expect: "bad-padding" },
      { name: "no bucket", input: input(noBucket), expect: "bad-padding" },
      {
        name: "one more field outside",
        input: input(await spec(inner, { ...head, more: 1 } as LetterHead)),
        expect: "bad-format",
      },
    ],
    outside: [
      {
        name: "a dossier",
        input: { letter: dossier, key: person.principal.sign },
        expect: "ok",
        value: { head, manifest },
      },
      { name: "another's key", input: { letter: dossier, key: organisation.principal.sign }, expect: "bad-signature" },
      {
        name: "another letter's body",
        input: { letter: { ...dossier, body: reply.body }, key: person.principal.sign },
        expect: "bad-signature",
      },
      {
        name: "another letter's encapsulated key",
        input: { letter: { ...dossier, enc: reply.enc }, key: person.principal.sign },
        expect: "bad-signature",
      },
      { name: "no bucket", input: { letter: noBucket, key: person.principal.sign }, expect: "bad-format" },
      {
        name: "a short encapsulated key",
        input: { letter: { ...dossier, enc: b64(random.bytes(64)) }, key: person.principal.sign },
        expect: "bad-format",
      },
    ],
  });
}

async function makeTickets(): Promise<void> {
  const page = await sealStream(random.bytes(300), random);
  const facts = { owner: person.id, blob: page.blob, length: page.length, root: page.root };
  const signed = await signTicket(person.sign, facts);
  const key = person.principal.sign;
  const body = { t: "ticket", v: 1, ...facts };
  const odd = (one: object) => signBody(person.sign, labels.ticket, one);
  write("tickets", [
    { name: "a ticket", input: { signed, key }, expect: "ok", value: body },
    { name: "another's key", input: { signed, key: stranger.principal.sign }, expect: "bad-signature" },
    {
      name: "a changed body",
      input: { signed: { ...signed, body: b64(bodyBytes({ ...body, length: sealedLength(2) })) }, key },
      expect: "bad-signature",
    },
    {
      name: "another label",
      input: { signed: await signBody(person.sign, labels.proof, body), key },
      expect: "bad-signature",
    },
    {
      name: "a length that no padded blob has",
      input: { signed: await odd({ ...body, length: 57 + 16 + 8 + 1000 }), key },
      expect: "bad-format",
    },
    {
      name: "a length that no blob has",
      input: { signed: await odd({ ...body, length: 57 + 65552 + 16 }), key },
      expect: "bad-format",
    },
    { name: "no length", input: { signed: await odd({ ...body, length: 0 }), key }, expect: "bad-format" },
    { name: "one more field", input: { signed: await odd({ ...body, note: "x" }), key }, expect: "bad-format" },
  ]);
}

const sealedLength = (segments: number): number => 57 + segments * 65552;

/** Added with "withdrawn": a file of its own. */
async function makeWithdrawals(): Promise<void> {
  const letter = randomId<LetterId>(random);
  const manifest = b64(random.bytes(32));
  const withdrawn: ProofBody = { t: "withdrawn", v: 1, letter, manifest, by: person.id, at: 1_790_000_003_000 };
  const said = await signProof(person.sign, withdrawn);
  const sender = person.statements;
  const opened: ProofBody = { t: "opened", v: 1, letter, manifest, by: person.id, at: 1_790_000_003_000 };
  const odd = (one: object) => signBody(person.sign, labels.proof, one);
  write("withdrawals", [
    { name: "withdrawn", input: { signed: said, sender }, expect: "ok", value: withdrawn },
    {
      name: "in another's name",
      input: { signed: await signProof(person.sign, { ...withdrawn, by: stranger.id }), sender },
      expect: "wrong-signer",
    },
    {
      name: "signed by the receiver",
      input: { signed: await signProof(organisation.sign, withdrawn), sender },
      expect: "bad-signature",
    },
    {
      name: "opened in its place",
      input: { signed: await signProof(person.sign, opened), sender },
      expect: "wrong-signer",
    },
    {
      name: "withdrawn, taken for opened",
      input: { signed: said, by: sender },
      expect: "wrong-signer",
    },
    {
      name: "withdrawn, said by the server",
      input: { signed: await signProof(server.privateKey, withdrawn), serverKeys: [serverKey] },
      expect: "wrong-signer",
    },
    {
      name: "a receiver beside",
      input: { signed: await odd({ ...withdrawn, to: organisation.id }), sender },
      expect: "bad-format",
    },
    { name: "no time", input: { signed: await odd({ ...withdrawn, at: -1 }), sender }, expect: "bad-format" },
    {
      name: "another label",
      input: { signed: await signBody(person.sign, labels.ticket, withdrawn), sender },
      expect: "bad-signature",
    },
  ]);
}

async function makeProofs(): Promise<void> {
  const at = 1_790_000_001_000 as ServerTime;
  const letter = randomId<LetterId>(random);
  const manifest = b64(random.bytes(32));
  const blob = randomId<BlobId>(random);
  const deposited: ProofBody = { t: "deposited", v: 1, letter, manifest, to: organisation.id, at, have: [blob], of: 2 };
  const complete: ProofBody = { t: "complete", v: 1, letter, manifest, to: organisation.id, depositedAt: at, at };
  const opened: ProofBody = { t: "opened", v: 1, letter, manifest, by: organisation.id, at: 1_790_000_002_000 };
  const said = await signProof(server.privateKey, deposited);
  const byOrganisation = await signProof(organisation.sign, opened);
  const odd = (one: object) => signBody(server.privateKey, labels.proof, one);
  const oldKey = await rawPublicKey(await generateSignPair(true));
  const by = organisation.statements;
  write("proofs", [
    { name: "deposited", input: { signed: said, key: serverKey }, expect: "ok", value: deposited },
    {
      name: "complete",
      input: { signed: await signProof(server.privateKey, complete), key: serverKey },
      expect: "ok",
      value: complete,
    },
    {
      name: "opened",
      input: { signed: byOrganisation, key: organisation.principal.sign },
      expect: "ok",
      value: opened,
    },
    {
      name: "by one of two server keys",
      input: { signed: said, serverKeys: [oldKey, serverKey] },
      expect: "ok",
      value: deposited,
    },
    { name: "by no pinned server key", input: { signed: said, serverKeys: [oldKey] }, expect: "bad-signature" },
    { name: "no pinned key", input: { signed: said, serverKeys: [] }, expect: "unknown-key" },
    {
      name: "opened, said by the server",
      input: { signed: await signProof(server.privateKey, opened), serverKeys: [serverKey] },
      expect: "wrong-signer",
    },
    { name: "opened, said by the receiver", input: { signed: byOrganisation, by }, expect: "ok", value: opened },
    {
      name: "opened in another's name",
      input: { signed: await signProof(organisation.sign, { ...opened, by: stranger.id }), by },
      expect: "wrong-signer",
    },
    {
      name: "deposited, said by the receiver",
      input: { signed: await signProof(organisation.sign, deposited), by },
      expect: "wrong-signer",
    },
    {
      name: "opened, signed by another",
      input: { signed: await signProof(stranger.sign, opened), by },
      expect: "bad-signature",
    },
    {
      name: "a changed body",
      input: { signed: { ...said, body: b64(bodyBytes({ ...deposited, of: 1 })) }, key: serverKey },
      expect: "bad-signature",
    },
    {
      name: "more blobs than there are",
      input: { signed: await odd({ ...deposited, of: 0 }), key: serverKey },
      expect: "bad-format",
    },
    {
      name: "a blob twice",
      input: { signed: await odd({ ...deposited, have: [blob, blob] }), key: serverKey },
      expect: "bad-format",
    },
    {
      name: "complete before it was deposited",
      input: { signed: await odd({ ...complete, depositedAt: at + 1 }), key: serverKey },
      expect: "bad-format",
    },
    {
      name: "an unknown word",
      input: { signed: await odd({ ...complete, t: "read" }), key: serverKey },
      expect: "bad-format",
    },
    {
      name: "one more field",
      input: { signed: await odd({ ...complete, note: "x" }), key: serverKey },
      expect: "bad-format",
    },
  ]);
}

async function makeBlobRoots(): Promise<void> {
  const pattern = (length: number): Bytes => new Uint8Array(length).map((_, i) => (i * 7 + (i >> 8)) & 255);
  /** SPEC P-B2, by node:crypto. */
  const rootSpec = (bytes: Bytes): string => {
    const hash = (part: Uint8Array): Buffer => createHash("sha256").update(part).digest();
    const total = Buffer.alloc(8);
    total.writeBigUInt64BE(BigInt(bytes.length));
    const parts = [hash(bytes.subarray(0, 57))];
    for (let at = 57; at < bytes.length; at += 65552) parts.push(hash(bytes.subarray(at, at + 65552)));
    return createHash("sha256")
      .update("besace/v1/blob-root\0")
      .update(total)
      .update(Buffer.concat(parts))
      .digest("base64url");
  };
  const lengths: readonly (readonly [number, string])[] = [
    [57 + 16 + 8, "ok"],
    [57 + 16 + 1024, "ok"],
    [57 + 65552, "ok"],
    [57 + 65552 + 16 + padme(65537) - 65536, "ok"],
    [57 + 65552 + 16 + 1, "no blob length"],
    [57 + 2 * 65552, "ok"],
    [57 + 65552 + 1, "no blob length"],
    [57 + 16 + 7, "no blob length"],
    [57, "no blob length"],
    [56, "no blob length"],
    [0, "no blob length"],
  ];
  const vectors = lengths.flatMap(([length, expect]) =>
    [1009, 65552, 1_000_000].map((chunk) => ({
      name: `${length} bytes in chunks of ${chunk}`,
      input: { length, chunk },
      expect,
      value: { root: rootSpec(pattern(length)), length },
    })),
  );
  for (const vector of vectors) {
    const seen = await blobRootOf([pattern(vector.input.length)]);
    if (seen.root !== vector.value.root) throw new Error(`the roots differ: ${vector.name}`);
  }
  write("blob-roots", vectors);
}

function makeSizes(): void {
  const lengths = [
    8,
    9,
    16,
    17,
    100,
    1000,
    1024,
    1025,
    65_535,
    65_536,
    65_537,
    100_000,
    1_000_000,
    2 ** 31,
    2 ** 31 + 1,
    2 ** 40 + 1,
  ];
  const contents = [0, 1, 256, 257, 1024, 1025, 4097, 16_385, 65_536, 65_537, 131_072, 131_073];
  write("sizes", [
    ...lengths.map((length) => ({
      name: `Padmé of ${length}`,
      input: { padme: length },
      expect: "ok",
      value: padme(length),
    })),
    ...contents.map((length) => ({
      name: `bucket of ${length}`,
      input: { bucket: length },
      expect: "ok",
      value: bucketOf(length),
    })),
  ]);
}

async function makeCards(): Promise<void> {
  const card = await createCard(random, { home: "besace.example:8443", set: 3 });
  const code = await createDeskCode(random);
  const value = { version: 1, set: 3, secret: toHex(card.secret.reveal()) };
  const typed = card.groups.join(" ");
  const [first = "", second = "", third = ""] = card.groups;
  const other = (letter: string): string => (letter === "A" ? "B" : "A");
  const wrong = (group: string, at: number): string =>
    group.slice(0, at) + other(group.charAt(at)) + group.slice(at + 1);
  const replaced = (place: number, group: string): string[] =>
    card.groups.map((one, at) => (at === place ? group : one));
  const groupsError = (...groups: number[]) => ({ type: "wrong-groups", groups });
  const text = (bytes: string): { text: string } => ({ text: bytes });
  write("cards", [
    { name: "typed with spaces", input: { groups: typed }, expect: "ok", value },
    { name: "typed without", input: { groups: typed.replaceAll(" ", "") }, expect: "ok", value },
    { name: "lower case and dashes", input: { groups: typed.toLowerCase().replaceAll(" ", "-") }, expect: "ok", value },
    { name: "ten fields", input: { groups: card.groups }, expect: "ok", value },
    {
      name: "one wrong letter",
      input: { groups: replaced(3, wrong(card.groups[3] ?? "", 1)) },
      expect: "wrong-groups",
      value: groupsError(4),
    },
    {
      name: "two wrong groups",
      input: { groups: [wrong(first, 0), second, wrong(third, 3), ...card.groups.slice(3)] },
      expect: "wrong-groups",
      value: groupsError(1, 3),
    },
    {
      name: "two groups swapped",
      input: { groups: [second, first, ...card.groups.slice(2)] },
      expect: "wrong-groups",
      value: groupsError(1, 2),
    },
    {
      name: "a field with three letters",
      input: { groups: replaced(9, (card.groups[9] ?? "").slice(1)) },
      expect: "wrong-groups",
      value: groupsError(10),
    },
    {
      name: "nine groups",
      input: { groups: card.groups.slice(1) },
      expect: "wrong-length",
      value: { type: "wrong-length", characters: 36 },
    },
    { name: "nothing", input: { groups: "" }, expect: "wrong-length" },
    {
      name: "letters of no alphabet",
      input: { groups: replaced(0, "éàç!") },
      expect: "wrong-groups",
      value: groupsError(1),
    },
    { name: "a desk's one-time code", input: { groups: code.groups }, expect: "wrong-checksum" },
    { name: "scanned", input: text(card.qr), expect: "ok", value: { ...value, home: "besace.example:8443" } },
    {
      name: "scanned, lower case",
      input: text(` ${card.qr.toLowerCase()} `),
      expect: "ok",
      value: { ...value, home: "besace.example:8443" },
    },
    { name: "scanned, cut", input: text(card.qr.slice(0, -1)), expect: "wrong-checksum" },
    {
      name: "scanned, a letter changed",
      input: text(card.qr.slice(0, 10) + (card.qr.charAt(10) === "A" ? "B" : "A") + card.qr.slice(11)),
      expect: "wrong-checksum",
    },
    { name: "a later format", input: text(card.qr.replace("BSC1.", "BSC2.")), expect: "other-version" },
    { name: "another code", input: text("https://example.org/"), expect: "not-a-card" },
    { name: "only the mark", input: text("BSC1."), expect: "wrong-checksum" },
  ]);
}

function makeStretch(): void {
  const salt = random.bytes(16);
  const input = { code: "482915", salt: b64(salt), memoryKiB: 19_456, passes: 2 };
  const answer = (one: typeof input): string =>
    argon2Sync("argon2id", {
      message: one.code,
      nonce: salt,
      parallelism: 1,
      tagLength: 32,
      memory: one.memoryKiB,
      passes: one.passes,
    }).toString("hex");
  const dear = { ...input, memoryKiB: 65_536, passes: 3 };
  write("stretch", [
    { name: "floor", input, expect: "ok", value: answer(input) },
    { name: "ceiling", input: dear, expect: "ok", value: answer(dear) },
    {
      name: "pictograms",
      input: { ...input, code: "soleil-bateau-cle-lune" },
      expect: "ok",
      value: answer({ ...input, code: "soleil-bateau-cle-lune" }),
    },
    { name: "too little memory", input: { ...input, memoryKiB: 19_455 }, expect: "too-weak" },
    { name: "one pass", input: { ...input, passes: 1 }, expect: "too-weak" },
    { name: "too much memory", input: { ...input, memoryKiB: 65_537 }, expect: "too-strong" },
    { name: "four passes", input: { ...input, passes: 4 }, expect: "too-strong" },
    { name: "half a pass", input: { ...input, passes: 2.5 }, expect: "bad-format" },
  ]);
}

async function makeWraps(): Promise<void> {
  const deviceBytes = random.bytes(32);
  const codeBytes = random.bytes(32);
  const cardBytes = random.bytes(16);
  const device = createSecret(deviceBytes);
  const params = { memoryKiB: 19_456, passes: 2, lanes: 1 } as const;
  const meta = { principal: person.id, epoch: 1, order: 1, salt: random.bytes(16), params };
  const daily = await wrapRoot(person.root, "D+P", { device, code: createSecret(codeBytes) }, meta, random);
  const card = await cardFactor(createSecret(cardBytes));
  const byCard = await wrapRoot(person.root, "D+C", { device, card }, { ...meta, order: 2, params: null }, random);
  const root = toHex(person.root.reveal());
  const dp = { wrap: daily, pair: "D+P", device: b64(deviceBytes), code: b64(codeBytes) };
  const dc = { wrap: byCard, pair: "D+C", device: b64(deviceBytes), card: b64(cardBytes) };
  const headText = (wrap: { head: B64 }): Record<string, unknown> =>
    JSON.parse(new TextDecoder().decode(fromBase64Url(wrap.head)));
  const withHead = (wrap: typeof daily, more: object) => ({
    ...wrap,
    head: b64(bodyBytes({ ...headText(wrap), ...more })),
  });
  /** SPEC C-K3, by node:crypto. */
  const specHead = {
    v: 1,
    suite: 1,
    pair: "D+C",
    principal: person.id,
    epoch: 1,
    params: null,
    salt: b64(meta.salt),
    order: 3,
  };
  const specNonce = random.bytes(12);
  const specCard = hkdfSpec(cardBytes, new Uint8Array(0), "besace/v1/card-factor");
  const specKey = hkdfSpec(lengthPrefixed(deviceBytes, specCard), meta.salt, "besace/v1/wrap/D+C");
  const specWrap = {
    head: b64(bodyBytes(specHead)),
    sealed: b64(concat(specNonce, aesSpec(specKey, specNonce, person.root.reveal(), bodyBytes(specHead)))),
  };
  const deviceKey = random.bytes(32);
  const factor = await createDeviceFactor(await importAesKey(deviceKey), random);
  write("wraps", {
    vectors: [
      { name: "D+P", input: dp, expect: "ok", value: root },
      { name: "D+C", input: dc, expect: "ok", value: root },
      { name: "D+C from the words of SPEC alone", input: { ...dc, wrap: specWrap }, expect: "ok", value: root },
      { name: "a wrong code", input: { ...dp, code: b64(random.bytes(32)) }, expect: "wrong-factors" },
      { name: "another device", input: { ...dp, device: b64(random.bytes(32)) }, expect: "wrong-factors" },
      { name: "a wrong card", input: { ...dc, card: b64(random.bytes(16)) }, expect: "wrong-factors" },
      {
        name: "the factors in the other order",
        input: { ...dp, device: dp.code, code: dp.device },
        expect: "wrong-factors",
      },
      { name: "a card's wrap asked with a code", input: { ...dp, wrap: byCard }, expect: "other-pair" },
      {
        name: "the pair renamed",
        input: { ...dc, wrap: withHead(daily, { pair: "D+C", params: null }) },
        expect: "wrong-factors",
      },
      { name: "another epoch", input: { ...dp, wrap: withHead(daily, { epoch: 2 }) }, expect: "wrong-factors" },
      { name: "another order", input: { ...dp, wrap: withHead(daily, { order: 9 }) }, expect: "wrong-factors" },
      {
        name: "another principal",
        input: { ...dp, wrap: withHead(daily, { principal: stranger.id }) },
        expect: "wrong-factors",
      },
      {
        name: "other parameters",
        input: { ...dp, wrap: withHead(daily, { params: { ...params, passes: 3 } }) },
        expect: "wrong-factors",
      },
      {
        name: "weak parameters",
        input: { ...dp, wrap: withHead(daily, { params: { ...params, memoryKiB: 8 } }) },
        expect: "weak-parameters",
      },
      {
        name: "a code without parameters",
        input: { ...dp, wrap: withHead(daily, { params: null }) },
        expect: "bad-format",
      },
      { name: "one factor", input: { ...dp, wrap: withHead(daily, { pair: "P" }) }, expect: "bad-format" },
      {
        name: "a changed tag",
        input: { ...dp, wrap: { ...daily, sealed: flipped(daily.sealed) } },
        expect: "wrong-factors",
      },
      { name: "one more field", input: { ...dp, wrap: withHead(daily, { hint: "x" }) }, expect: "bad-format" },
    ],
    devices: [
      {
        name: "this device",
        input: { deviceKey: b64(deviceKey), sealed: b64(factor.sealed) },
        expect: "ok",
        value: toHex(factor.factor.reveal()),
      },
      {
        name: "another device",
        input: { deviceKey: b64(random.bytes(32)), sealed: b64(factor.sealed) },
        expect: "cannot-open",
      },
      {
        name: "another format",
        input: { deviceKey: b64(deviceKey), sealed: flipped(b64(factor.sealed), 0) },
        expect: "bad-format",
      },
    ],
  });
}

async function makeDeskCodes(): Promise<void> {
  const code = await createDeskCode(random);
  const other = await createDeskCode(random);
  const card = await createCard(random, { home: "besace.example", set: 0 });
  const typed = code.groups.join(" ");
  const sealed = b64(await sealUnderCode(organisation.root, code.secret, organisation.id, random));
  const input = { typed, sealed, principal: organisation.id };
  write("desk-codes", [
    { name: "what proves it", input: { typed }, expect: "ok", value: { auth: await deskAuthOf(code.secret) } },
    { name: "what it seals", input, expect: "ok", value: toHex(organisation.root.reveal()) },
    { name: "another code", input: { ...input, typed: other.groups.join(" ") }, expect: "cannot-open" },
    { name: "another organisation", input: { ...input, principal: stranger.id }, expect: "cannot-open" },
    { name: "a card", input: { ...input, typed: card.groups.join(" ") }, expect: "wrong-checksum" },
    { name: "changed bytes", input: { ...input, sealed: flipped(sealed) }, expect: "cannot-open" },
    { name: "another format", input: { ...input, sealed: flipped(sealed, 0) }, expect: "bad-format" },
  ]);
}

/** Whole carrier's files, small, and statements about them (SPEC P-C). */
async function makeCarriers(): Promise<void> {
  const sealed = await sealStream(random.bytes(40), random);
  const bytes = blobWireBytes(sealed.header, sealed.segments);
  const ref = { blob: sealed.blob, length: sealed.length, root: sealed.root };
  const head: OpHead = {
    v: 1,
    suite: 1,
    epoch: 0,
    satchel: person.id,
    record: randomId<RecordId>(random),
    op: randomId<OpId>(random),
    base: null,
    deleted: false,
    blobs: [],
  };
  const op = await signOp(person.sign, opHeadBytes(head), random.bytes(12 + 256 + 16));
  const ticket = await signTicket(person.sign, { owner: person.id, ...ref });
  const packed = [
    await packChain(person.id, person.statements),
    await packOp(head.op, op),
    await packTicket(ref, ticket),
  ];
  const items = [...packed.map((each) => each.item), blobItem(ref)];
  const home = { url: "https://besace.example/", keys: [b64(new Uint8Array(16).fill(3))] };
  const facts = { file: b64(random.bytes(16)), from: person.id, madeAt: 1_795_000_000_000, home, items };
  const page = { title: "Un envoi Besace à porter", paragraphs: ["Ce fichier est fermé."] };
  const { before, after } = await composeCarrier(person.sign, facts, page);
  const whole = concat(before, ...packed.map((each) => each.bytes), bytes, after);
  const file = (content: Bytes) => ({ file: b64(content) });
  const changed = (at: number): Bytes => {
    const copy = Uint8Array.from(whole);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const newer = Uint8Array.from(whole);
  newer[Buffer.from(whole).indexOf("BESACE-PORTEUR\0") + 15] = 2;
  const unsigned = await composeCarrier(stranger.sign, facts, page);
  const value = { file: facts.file, from: person.id, payloadAt: before.length, items };
  write("carriers", [
    { name: "a file", input: file(whole), expect: "ok", value },
    { name: "a changed letter on the page", input: file(changed(600)), expect: "damaged" },
    { name: "a changed byte of the manifest", input: file(changed(before.length - 40)), expect: "damaged" },
    { name: "a changed byte of the chain", input: file(changed(before.length + 60)), expect: "damaged" },
    { name: "a changed byte of a blob", input: file(changed(whole.length - after.length - 9)), expect: "damaged" },
    { name: "a changed byte behind", input: file(changed(whole.length - 40)), expect: "damaged" },
    { name: "cut in the page", input: file(whole.slice(0, 300)), expect: "cut" },
    { name: "cut in the items", input: file(whole.slice(0, before.length + 500)), expect: "cut" },
    { name: "cut at the end", input: file(whole.slice(0, -3)), expect: "cut" },
    { name: "another version", input: file(newer), expect: "newer" },
    { name: "no file of ours", input: file(utf8("%PDF-1.7\n%%EOF\n")), expect: "not-carrier" },
    {
      name: "signed by somebody else than its chain says",
      input: file(concat(unsigned.before, ...packed.map((each) => each.bytes), bytes, unsigned.after)),
      expect: "damaged",
    },
  ]);
  const said = {
    file: facts.file,
    manifest: b64(random.bytes(32)),
    from: person.id,
    at: 1_795_000_100_000 as ServerTime,
    ops: [head.op],
    letters: [],
    proofs: [],
    blobs: [ref.blob],
  };
  const statement = await signCarried(server.privateKey, said);
  const odd = await signBody(server.privateKey, labels.carried, { t: "carried", v: 1, ...said, note: "x" });
  const labelled = await signBody(server.privateKey, labels.proof, { t: "carried", v: 1, ...said });
  write("carried", [
    { name: "a statement", input: { signed: statement, keys: [serverKey] }, expect: "ok", value: said },
    { name: "another key", input: { signed: statement, keys: [person.principal.sign] }, expect: "bad-signature" },
    { name: "one more field", input: { signed: odd, keys: [serverKey] }, expect: "bad-format" },
    { name: "another label", input: { signed: labelled, keys: [serverKey] }, expect: "bad-signature" },
  ]);
}

/** SPEC C-T by hand, but for HPKE: texts, hashes and plain bytes are built here from the words of the specification. */
async function makeTransfers(): Promise<void> {
  const base32 = (bytes: Bytes): string => {
    const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    return (bits.match(/.{1,5}/g) ?? []).map((five) => letters[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
  };
  const sha = (label: string, ...parts: readonly Uint8Array[]): Bytes =>
    own(
      createHash("sha256")
        .update(concat(utf8(`${label}\0`), ...parts))
        .digest(),
    );
  const text = (prefix: string, bytes: Bytes, checked = bytes): string =>
    `${prefix}1.${base32(concat(bytes, sha("besace/v1/transfer-text", utf8(prefix), checked).slice(0, 4)))}`;
  const [boxPair, transportPair] = await Promise.all([generateExportablePair("box"), generateSignPair(true)]);
  const [box, transport] = await Promise.all([rawPublicKey(boxPair), rawPublicKey(transportPair)]);
  const raw = (key: B64): Bytes => fromBase64Url(key) ?? new Uint8Array(0);
  const device = randomId<DeviceId>(random);
  const request = concat(Uint8Array.of(0x11), idBytes(device), raw(box), raw(transport));
  const number = "402913";
  const joined = await withStatements(person, await certifyDevice(person, person.statements, device, transport));
  if (!joined.ok) throw new Error("a device was certified");
  const settings = {
    v: 1,
    at: 1_795_300_000_000,
    pictogram: "code-bateau",
    profile: randomId<RecordId>(random),
    card: null,
    serverKeys: { key: await rawPublicKey(await generateSignPair(true)) },
  };
  const bodies = (identity: Identity): readonly Bytes[] =>
    identity.statements.flatMap(({ body, sig }) => [raw(body), raw(sig)]);
  const plainOf = (identity: Identity, more: object = settings): Bytes =>
    lengthPrefixed(identity.root.reveal(), identity.sealed, utf8(JSON.stringify(more)), ...bodies(identity));
  const answer = async (plain: Bytes, about = request, said = number): Promise<string> => {
    const hpke = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
    const info = sha("besace/v1/transfer-seal", lengthPrefixed(request, utf8(said)));
    const context = await hpke.createSenderContext({ recipientPublicKey: boxPair.publicKey, info: info.buffer });
    const clear = concat(Uint8Array.of(0x11), sha("besace/v1/transfer-request", about).slice(0, 16));
    const sealed = own(await context.seal(plain.slice().buffer, clear.slice().buffer));
    return text("BSA", concat(clear, own(context.enc), sealed));
  };
  const hash = sha("besace/v1/transfer-check", lengthPrefixed(request, utf8(number)));
  let value = new DataView(hash.buffer).getUint32(0);
  const pictures = [0, 0, 0, 0].map(() => {
    const picture = value % 12;
    value = Math.floor(value / 12);
    return picture;
  });
  const keys = {
    box: b64(own(await crypto.subtle.exportKey("pkcs8", boxPair.privateKey))),
    transport: b64(own(await crypto.subtle.exportKey("pkcs8", transportPair.privateKey))),
  };
  const asked = { request: text("BSR", request), keys, number };
  const offCurve = concat(
    Uint8Array.of(0x11),
    idBytes(device),
    Uint8Array.of(4),
    new Uint8Array(64).fill(1),
    raw(transport),
  );
  const { v: _version, ...said } = settings;
  const opens = { id: person.id, root: toHex(person.root.reveal()), settings: said };
  const bytes = text("BSR", request);
  write("transfers", {
    requests: [
      { name: "a request", input: bytes, expect: "ok", value: { device, box, transport } },
      { name: "small letters, line ends", input: bytes.toLowerCase().replace(/(.{30})/g, "$1\n"), expect: "ok" },
      { name: "an answer", input: await answer(plainOf(joined.value)), expect: "not-a-request" },
      { name: "a card", input: "BSC1.0000", expect: "not-a-request" },
      { name: "another version", input: bytes.replace("BSR1.", "BSR2."), expect: "other-version" },
      { name: "a letter short", input: bytes.slice(0, -1), expect: "damaged" },
      { name: "another checksum", input: text("BSR", request, random.bytes(8)), expect: "damaged" },
      { name: "a key that is no point", input: text("BSR", offCurve), expect: "damaged" },
      { name: "one key twice", input: text("BSR", concat(request.slice(0, 82), raw(box))), expect: "damaged" },
      { name: "another suite", input: text("BSR", concat(Uint8Array.of(0x12), request.slice(1))), expect: "damaged" },
    ],
    pictures: [{ name: "number and request", input: asked, expect: "ok", value: pictures }],
    answers: [
      {
        name: "an answer",
        input: { ...asked, answer: await answer(plainOf(joined.value)) },
        expect: "ok",
        value: opens,
      },
      {
        name: "another number",
        input: { ...asked, number: "402914", answer: await answer(plainOf(joined.value)) },
        expect: "cannot-open",
      },
      {
        name: "of another request",
        input: { ...asked, answer: await answer(plainOf(joined.value), random.bytes(147)) },
        expect: "other-request",
      },
      { name: "a request", input: { ...asked, answer: bytes }, expect: "not-an-answer" },
      {
        name: "a letter short",
        input: { ...asked, answer: (await answer(plainOf(joined.value))).slice(0, -1) },
        expect: "damaged",
      },
      {
        name: "a chain without this device",
        input: { ...asked, answer: await answer(plainOf(person)) },
        expect: "bad-content",
      },
      {
        name: "another root",
        input: {
          ...asked,
          answer: await answer(
            lengthPrefixed(
              random.bytes(32),
              joined.value.sealed,
              utf8(JSON.stringify(settings)),
              ...bodies(joined.value),
            ),
          ),
        },
        expect: "bad-content",
      },
      {
        name: "an organisation",
        input: { ...asked, answer: await answer(plainOf(organisation)) },
        expect: "bad-content",
      },
      {
        name: "one more setting",
        input: { ...asked, answer: await answer(plainOf(joined.value, { ...settings, note: "x" })) },
        expect: "bad-content",
      },
      {
        name: "bytes behind the chain",
        input: { ...asked, answer: await answer(concat(plainOf(joined.value), Uint8Array.of(0))) },
        expect: "bad-content",
      },
    ],
  });
}

const chain = await readChain(person.statements);
if (!chain.ok) throw new Error("the cast reads");
await makeSignatures();
await makeStatements();
makeIdentities();
await makeRecords();
await makeStreams();
await makeLetters();
await makeTickets();
await makeProofs();
await makeBlobRoots();
makeSizes();
await makeCards();
makeStretch();
await makeWraps();
await makeDeskCodes();
await makeWithdrawals();
await makeCarriers();
await makeTransfers();
