/**
 * Makes the frozen vectors of a shared computer's carrier file (SPEC P-C11), once: `node tests/vectors/make-bundles.ts`. A
 * file that exists is never written again. Node only. Nothing here is made with the code under test.
 */

import { createHash } from "node:crypto";
import { type B64, type Bytes, concat, u32, u64, utf8 } from "../../src/shared/bytes.ts";
import { own, random, write } from "./spec.ts";

const { subtle } = globalThis.crypto;
const b64 = (bytes: Uint8Array): B64 => Buffer.from(bytes).toString("base64url") as B64;
const sha = (bytes: Uint8Array): Bytes => own(createHash("sha256").update(bytes).digest());
const labelled = (label: string, ...parts: readonly Uint8Array[]): Bytes => concat(utf8(`${label}\0`), ...parts);
const json = (value: object): Bytes => utf8(JSON.stringify(value));
const id = (): B64 => b64(random.bytes(16));

interface Pair {
  readonly raw: B64;
  readonly key: CryptoKeyPair;
}
async function pair(name: "ECDSA" | "ECDH"): Promise<Pair> {
  const usages: KeyUsage[] = name === "ECDSA" ? ["sign", "verify"] : ["deriveBits"];
  const key = (await subtle.generateKey({ name, namedCurve: "P-256" }, true, usages)) as CryptoKeyPair;
  return { raw: b64(own(await subtle.exportKey("raw", key.publicKey))), key };
}
const sign = async (by: Pair, label: string, value: object) => ({
  body: b64(json(value)),
  sig: b64(own(await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, by.key.privateKey, labelled(label, json(value))))),
});

type Item = readonly [kind: string, id: string, bytes: number, hash: B64];

/** One satchel with one stream: its chain, ticket and blob. */
async function satchel() {
  const [keys, box] = await Promise.all([pair("ECDSA"), pair("ECDH")]);
  const genesis = {
    t: "genesis",
    v: 1,
    suite: 1,
    kind: "satchel",
    sign: keys.raw,
    box: box.raw,
    nonce: b64(random.bytes(16)),
  };
  const from = b64(sha(labelled("besace/v1/principal-id", json(genesis))).slice(0, 20));
  const chain = json({ statements: [await sign(keys, "besace/v1/statement", genesis)] });
  const [header, segment] = [random.bytes(57), random.bytes(40 + 16)];
  const length = header.length + segment.length;
  const root = b64(sha(labelled("besace/v1/blob-root", u64(length), sha(header), sha(segment))));
  const blob = id();
  const ticket = json(await sign(keys, "besace/v1/ticket", { t: "ticket", v: 1, owner: from, blob, length, root }));
  const items: readonly Item[] = [
    ["chain", from, chain.length, b64(sha(chain))],
    ["ticket", blob, ticket.length, b64(sha(ticket))],
    ["blob", blob, length, root],
  ];
  return { keys, from, blob, items, bytes: concat(chain, ticket, header, segment) };
}

type Satchel = Awaited<ReturnType<typeof satchel>>;
interface Changes {
  readonly version?: number;
  readonly v?: number;
  readonly set?: readonly B64[];
  readonly by?: readonly Pair[];
  readonly files?: readonly B64[];
  readonly kind?: string;
}

const maker = await pair("ECDSA");
const set = id();
const page = { head: utf8("%PDF-1.7\n% Un envoi Besace\n"), tail: utf8("\nendobj\n%%EOF\n") };
const around = b64(sha(labelled("besace/v1/carrier-around", u32(page.head.length), page.head, page.tail)));

async function bundle(satchels: readonly Satchel[], change: Changes = {}) {
  const parts: Bytes[] = [page.head, labelled("BESACE-PORTEUR"), Uint8Array.of(change.version ?? 3)];
  const packs: { file: B64; from: string; payloadAt: number }[] = [];
  for (const [n, { from, items, bytes }] of satchels.entries()) {
    const by = change.by?.[n] ?? maker;
    const file = change.files?.[n] ?? id();
    const manifest = {
      t: "carrier",
      v: change.v ?? 2,
      suite: 1,
      file,
      set: change.set?.[n] ?? set,
      by: by.raw,
      from,
      madeAt: 1_795_400_000_000,
      home: { url: "https://besace.example/", keys: [b64(new Uint8Array(16).fill(3))] },
      around,
      bytes: bytes.length,
      items: items.map(([kind, ...rest]) => [kind === "blob" ? (change.kind ?? kind) : kind, ...rest]),
    };
    const text = json(await sign(by, "besace/v1/carrier", manifest));
    parts.push(u32(text.length), text);
    packs.push({ file, from, payloadAt: concat(...parts).length });
    parts.push(bytes);
  }
  return { bytes: concat(...parts, u32(0), page.tail), packs };
}

const [one, other] = [await satchel(), await satchel()];
const whole = await bundle([one, other]);
const file = ({ bytes }: { readonly bytes: Bytes }) => ({ file: b64(bytes) });
const changed = (at: number) => {
  const bytes = Uint8Array.from(whole.bytes);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return { bytes };
};
const name = id();
const second = whole.packs[1]?.payloadAt ?? 0;
write("bundles", [
  { name: "two satchels", input: file(whole), expect: "ok", value: whole.packs },
  { name: "a changed byte of the page", input: file(changed(12)), expect: "damaged" },
  { name: "a changed byte of the second list", input: file(changed(second - 20)), expect: "damaged" },
  {
    name: "a changed byte of the second stream",
    input: file(changed(second + other.bytes.length - 3)),
    expect: "damaged",
  },
  { name: "cut in the second pack", input: file({ bytes: whole.bytes.slice(0, second + 30) }), expect: "cut" },
  { name: "without an end", input: file({ bytes: whole.bytes.slice(0, second + other.bytes.length) }), expect: "cut" },
  { name: "the same name twice", input: file(await bundle([one, other], { files: [name, name] })), expect: "damaged" },
  { name: "of two sets", input: file(await bundle([one, other], { set: [set, id()] })), expect: "damaged" },
  {
    name: "by two makers",
    input: file(await bundle([one, other], { by: [maker, await pair("ECDSA")] })),
    expect: "damaged",
  },
  { name: "in a person's file", input: file(await bundle([one], { version: 1 })), expect: "damaged" },
  { name: "another version", input: file(await bundle([one], { version: 4 })), expect: "newer" },
  { name: "a list of another version", input: file(await bundle([one], { v: 3 })), expect: "damaged" },
  { name: "an op", input: file(await bundle([one], { kind: "op" })), expect: "damaged" },
  {
    name: "the bytes of another satchel",
    input: file(await bundle([{ ...one, bytes: other.bytes }])),
    expect: "damaged",
  },
]);

const server = await pair("ECDSA");
const said = {
  t: "carried",
  v: 2,
  file: id(),
  manifest: b64(random.bytes(32)),
  from: one.from,
  at: 1_795_400_100_000,
  ops: [],
  letters: [id()],
  proofs: [],
  blobs: [one.blob],
  chain: 3,
  keyring: 1,
};
const { chain: _chain, ...short } = said;
const by = (value: object, key = server) => sign(key, "besace/v1/carried", value);
const keys = [server.raw];
write("carried-2", [
  { name: "about a postbox's pack", input: { signed: await by(said), keys }, expect: "ok", value: said },
  { name: "without the chain", input: { signed: await by(short), keys }, expect: "bad-format" },
  { name: "version 1 with its fields", input: { signed: await by({ ...said, v: 1 }), keys }, expect: "bad-format" },
  { name: "another key", input: { signed: await by(said, one.keys), keys }, expect: "bad-signature" },
]);
