/**
 * Makes the frozen vectors of shares (SPEC P-L7, P-P6), once: `node tests/vectors/make-share-letters.ts`. A file that exists is
 * never written again. Node only. As in make-ways.ts, nothing here is made with the code under test.
 */

import { createHash } from "node:crypto";
import { type B64, type Bytes, concat, utf8 } from "../../src/shared/bytes.ts";
import { flipped, own, random, write } from "./spec.ts";

const { subtle } = globalThis.crypto;
const b64 = (bytes: Uint8Array): B64 => Buffer.from(bytes).toString("base64url") as B64;
const sha = (bytes: Uint8Array): Bytes => own(createHash("sha256").update(bytes).digest());
const labelled = (label: string, bytes: Uint8Array): Bytes => concat(utf8(`${label}\0`), bytes);
const json = (value: object): Bytes => utf8(JSON.stringify(value));
const id = (length = 16): B64 => b64(random.bytes(length));
const sized = (bytes: Bytes): Bytes => {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat(length, bytes);
};

async function pair() {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = (await subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  return { raw: b64(own(await subtle.exportKey("raw", key.publicKey))), key };
}
type Pair = Awaited<ReturnType<typeof pair>>;
const sign = async (by: Pair, label: string, bytes: Bytes): Promise<B64> =>
  b64(own(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, by.key.privateKey, labelled(label, bytes))));
const signed = async (by: Pair, label: string, body: Bytes) => ({ body: b64(body), sig: await sign(by, label, body) });

async function principal(kind: string) {
  const [signs, receives] = [await pair(), await pair()];
  const genesis = json({ t: "genesis", v: 1, suite: 1, kind, sign: signs.raw, box: receives.raw, nonce: id() });
  const name = b64(sha(labelled("besace/v1/principal-id", genesis)).slice(0, 20));
  return { id: name, sign: signs, statements: [await signed(signs, "besace/v1/statement", genesis)] };
}

const [person, desk] = [await principal("satchel"), await principal("organisation")];
const until = Date.UTC(2026, 11, 23, 10);
const headOf = (patch: object = {}): object => ({
  v: 2,
  suite: 1,
  letter: "AAECAwQFBgcICQoLDA0ODw",
  from: person.id,
  to: desk.id,
  toKey: b64(new Uint8Array(16).fill(5)),
  until,
  blobs: [{ blob: b64(new Uint8Array(16).fill(6)), length: 57 + 16 + 8, root: b64(new Uint8Array(32).fill(7)) }],
  ...patch,
});
async function letterOf(head: object | string, by = person.sign) {
  const bytes = typeof head === "string" ? utf8(head) : json(head);
  const enc = own(random.bytes(65));
  enc[0] = 4;
  const body = own(random.bytes(256 + 16));
  const sig = await sign(by, "besace/v1/letter", concat(sized(bytes), sized(enc), sized(sha(body))));
  return { head: b64(bytes), enc: b64(enc), body: b64(body), sig };
}
const key = person.sign.raw;
const share = await letterOf(headOf());
const { until: _until, ...endless } = headOf() as { readonly until: number };
const bad = async (name: string, head: object | string) => ({
  name,
  input: { letter: await letterOf(head), key },
  expect: "bad-format",
  value: { type: "bad-format", what: "head" },
});

const manifest = b64(random.bytes(32));
const said = (patch: object = {}) => ({
  t: "ended",
  v: 1,
  letter: id(),
  manifest,
  by: person.id,
  at: until - 1,
  ...patch,
});
const ended = said();
const label = "besace/v1/proof";
const sender = person.statements;
const proof = async (body: object, by = person.sign, under = label) => signed(by, under, json(body));

write("share-letters", {
  letters: [
    {
      name: "a share",
      input: { letter: share, key },
      expect: "ok",
      value: { head: headOf(), manifest: b64(sha(json(headOf()))) },
    },
    {
      name: "a changed signature",
      input: { letter: { ...share, sig: flipped(share.sig) }, key },
      expect: "bad-signature",
    },
    {
      name: "a later end under the same signature",
      input: { letter: { ...share, head: b64(json(headOf({ until: until + 1 }))) }, key },
      expect: "bad-signature",
    },
    await bad("version 2 without an end", endless),
    await bad("version 1 with an end", headOf({ v: 1 })),
    await bad("an end that is a text", headOf({ until: String(until) })),
    await bad("an end before time began", headOf({ until: -1 })),
    await bad("no whole millisecond", headOf({ until: until + 0.5 })),
    await bad("a version of tomorrow", headOf({ v: 3 })),
    await bad("a field beside", headOf({ days: 31 })),
    await bad("an end said twice", JSON.stringify(headOf()).replace('"until"', '"until":1,"until"')),
  ],
  ends: [
    { name: "ended", input: { signed: await proof(ended), sender }, expect: "ok", value: ended },
    {
      name: "in another's name",
      input: { signed: await proof(said({ by: desk.id })), sender },
      expect: "wrong-signer",
    },
    {
      name: "signed by the receiver",
      input: { signed: await proof(ended, desk.sign), sender },
      expect: "bad-signature",
    },
    {
      name: "withdrawn in its place",
      input: { signed: await proof(said({ t: "withdrawn" })), sender },
      expect: "wrong-signer",
    },
    {
      name: "opened in its place",
      input: { signed: await proof(said({ t: "opened" })), sender },
      expect: "wrong-signer",
    },
    { name: "an end beside", input: { signed: await proof(said({ until })), sender }, expect: "bad-format" },
    { name: "no time", input: { signed: await proof(said({ at: -1 })), sender }, expect: "bad-format" },
    {
      name: "another label",
      input: { signed: await proof(ended, person.sign, "besace/v1/ticket"), sender },
      expect: "bad-signature",
    },
  ],
});
