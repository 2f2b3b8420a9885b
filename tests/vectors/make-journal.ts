/**
 * Makes the frozen vectors of journals (SPEC P-J), once: `node tests/vectors/make-journal.ts`. A file that exists is never written
 * again. Node only. As in make-ways.ts, nothing here is made with the code under test (HPKE by its library).
 */

import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type Bytes, concat, utf8 } from "../../src/shared/bytes.ts";
import { b64, id, json, labelled, type Pair, principal, raw, sha, sign } from "./signed.ts";
import { flipped, own, random, write } from "./spec.ts";

const { subtle } = globalThis.crypto;
const boxes = (await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"])) as CryptoKeyPair;
const key = {
  box: b64(own(await subtle.exportKey("raw", boxes.publicKey))),
  pkcs8: b64(own(await subtle.exportKey("pkcs8", boxes.privateKey))),
};
const person = await principal("satchel");
const other = await principal("satchel");
const u32 = (value: number): Bytes => own(Uint8Array.of(0, 0, value >> 8, value & 255));
const u64 = (value: number): Bytes => concat(new Uint8Array(4), u32(value));
const prefixed = (...parts: readonly Bytes[]): Bytes => concat(...parts.flatMap((part) => [u32(part.length), part]));

async function sealed(plain: Bytes, label = "besace/v1/journal-seal", satchel = person.id) {
  const context = prefixed(raw(satchel));
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const info = sha(labelled(label, context)).buffer;
  const sender = await suite.createSenderContext({ recipientPublicKey: boxes.publicKey, info });
  const bytes = await sender.seal(plain.slice().buffer, context.slice().buffer);
  return { enc: b64(own(sender.enc)), sealed: b64(own(bytes)) };
}
const fill = (text: Bytes, size = 256): Bytes => concat(u32(text.length), text, new Uint8Array(size - 4 - text.length));
const at = 1_800_000_000_000;
const [letter, device] = [id(), id()];
const events = [
  { v: 1, at, k: "deposited", letter, to: other.id },
  { v: 1, at, k: "came", letter, from: other.id },
  { v: 1, at, k: "handed", letter, to: other.id, device },
  { v: 1, at, k: "opened", letter },
  { v: 1, at, k: "withdrawn", letter },
  { v: 1, at, k: "ended", letter },
  { v: 1, at, k: "session", device },
  { v: 1, at, k: "read", device },
  { v: 1, at, k: "refused", device },
  { v: 1, at, k: "visit" },
  { v: 1, at, k: "approval", session: other.id },
  { v: 1, at, k: "card-tried", tries: 3 },
  { v: 1, at, k: "card-opened" },
  { v: 1, at, k: "blocked" },
  { v: 1, at, k: "unblocked" },
  { v: 1, at, k: "escrow-asked", by: other.id, asks: 2 },
  { v: 1, at, k: "escrow-opened", by: other.id },
  { v: 1, at, k: "escrow-stopped" },
  { v: 1, at, k: "keyring", epoch: 4 },
  { v: 1, at, k: "chain", length: 3 },
];
const opens = { satchel: person.id, key };
const first = events[0] ?? {};
const right = await sealed(fill(json(first)));
const odd = fill(json(first));
odd[255] = 1;
write("journal-lines", [
  ...(await Promise.all(
    events.map(async (event) => ({
      name: event.k,
      input: { ...opens, line: await sealed(fill(json(event))) },
      expect: "ok",
      value: event,
    })),
  )),
  { name: "of another satchel", input: { ...opens, satchel: other.id, line: right }, expect: "cannot-open" },
  {
    name: "under the label of shares",
    input: { ...opens, line: await sealed(fill(json(first)), "besace/v1/share-seal") },
    expect: "cannot-open",
  },
  { name: "changed", input: { ...opens, line: { ...right, sealed: flipped(right.sealed) } }, expect: "cannot-open" },
  {
    name: "a kind of a newer version",
    input: { ...opens, line: await sealed(fill(json({ v: 1, at, k: "moved" }))) },
    expect: "unknown",
  },
  {
    name: "a word more",
    input: { ...opens, line: await sealed(fill(json({ v: 1, at, k: "visit", note: "" }))) },
    expect: "unknown",
  },
  { name: "no JSON", input: { ...opens, line: await sealed(fill(utf8("hello"))) }, expect: "unknown" },
  { name: "another length", input: { ...opens, line: await sealed(fill(json(first), 512)) }, expect: "unknown" },
  { name: "padded with something", input: { ...opens, line: await sealed(odd) }, expect: "unknown" },
]);

const lines = Array.from({ length: 3 }, () => ({ enc: b64(random.bytes(65)), sealed: b64(random.bytes(272)) }));
const hashes = [sha(labelled("besace/v1/journal-line", raw(person.id)))];
for (const [n, line] of lines.entries())
  hashes.push(
    sha(
      labelled(
        "besace/v1/journal-line",
        prefixed(hashes[n] ?? new Uint8Array(0), u64(n + 1), raw(line.enc), raw(line.sealed)),
      ),
    ),
  );
write("journal-chains", [
  { name: "three lines", input: { satchel: person.id, lines }, expect: "ok", value: hashes.map(b64) },
  { name: "none", input: { satchel: person.id, lines: [] }, expect: "ok", value: hashes.slice(0, 1).map(b64) },
]);

const headOf = (patch: object = {}): object => ({
  t: "journal-head",
  v: 1,
  satchel: person.id,
  device,
  n: 3,
  hash: b64(hashes[3] ?? new Uint8Array(32)),
  at,
  ...patch,
});
const signed = (patch: object = {}, by: Pair = person.sign, label = "besace/v1/journal-head") =>
  sign(by, label, json(headOf(patch)));
const head = await signed();
const of = async (name: string, given: object, expect: string) => ({
  name,
  input: { statements: person.statements, head: given },
  expect,
});
write("journal-heads", [
  { name: "a head", input: { statements: person.statements, head }, expect: "ok", value: headOf() },
  await of("no line yet", await signed({ n: 0, hash: b64(hashes[0] ?? new Uint8Array(32)) }), "ok"),
  await of("by another satchel", await signed({}, other.sign), "bad-signature"),
  await of("about another satchel", await signed({ satchel: other.id }), "wrong-signer"),
  await of("under the label of proofs", await signed({}, person.sign, "besace/v1/proof"), "bad-signature"),
  await of("a changed signature", { ...head, sig: flipped(head.sig) }, "bad-signature"),
  await of(
    "another number under this signature",
    { body: (await signed({ n: 2 })).body, sig: head.sig },
    "bad-signature",
  ),
  await of("a negative number", await signed({ n: -1 }), "bad-format"),
  await of("a short hash", await signed({ hash: id() }), "bad-format"),
  await of("a word more", await signed({ note: "" }), "bad-format"),
  await of("another version", await signed({ v: 2 }), "bad-format"),
]);
