/**
 * C2 at the level of keys: what a server that lies, alone or with a device that was put out (which still has the signing
 * key), can put before a client, and the reason with which each is refused.
 */

import { describe, expect, test } from "vitest";
import { cardFactor } from "../../../src/crypto/keyring.ts";
import { hkdf, importAesKey, sealBox } from "../../../src/crypto/primitives.ts";
import { createSecret } from "../../../src/crypto/secret.ts";
import { assertParameters, floor } from "../../../src/crypto/stretch-parameters.ts";
import {
  createDeskWay,
  createKeyring,
  followKeyring,
  openCardWay,
  openDeskWay,
  openKeyring,
  openOrganisationFactor,
} from "../../../src/crypto/ways.ts";
import { type KeyringBody, type KeyringCard, readKeyring, signKeyring } from "../../../src/protocol/keyring.ts";
import { labels } from "../../../src/protocol/labels.ts";
import { readServerBox, signServerBox } from "../../../src/protocol/server-keys.ts";
import { openShare, sealShare } from "../../../src/protocol/share.ts";
import { b64, bodyBytes, generateSignPair, parseBody, rawPublicKey, signBody } from "../../../src/protocol/sign.ts";
import { type Principal, readChain, readExtendedChain, signGenesis } from "../../../src/protocol/statements.ts";
import type { Signed } from "../../../src/protocol/wire.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import { concat, utf8 } from "../../../src/shared/bytes.ts";
import { idBytes } from "../../../src/shared/ids.ts";
import { anIdentity, bytesOf, cut, damaged, random } from "./support.ts";
import { aBoxKey, aWorld, lookOf, must, rotate, type World } from "./ways-world.ts";

const refused = (type: string) => ({ ok: false, error: { type } });
const withoutProof = ({ proof: _proof, ...body }: KeyringBody) => body;

/** A body that a put-out device signed; its proof is its own invention. */
const resigned = (world: World, change: Partial<KeyringBody>): Promise<Signed> =>
  signKeyring(world.identity.sign, { ...withoutProof(world.keyring.body), ...change }, async () =>
    b64(random.bytes(32)),
  );

const cardOf = (world: World): KeyringCard => {
  const { card } = world.keyring.body;
  if (card === null) throw new Error("a card");
  return card;
};
const headWith = (head: B64, change: object): B64 =>
  b64(bodyBytes({ ...(parseBody(head)?.value as object), ...change }));

describe("C2 the server alone", () => {
  test("changes a byte of a keyring, or cuts it: bad-signature or no text at all", async () => {
    const { keyring, identity } = await aWorld();
    const { body, sig } = keyring.signed;
    const some = [...damaged(body).filter((_, at) => at % 97 === 0), ...cut(body).filter((_, at) => at % 409 === 0)];
    for (const text of some) expect((await readKeyring({ body: text, sig }, identity.principal)).ok).toBe(false);
    for (const other of damaged(sig).slice(0, 8))
      expect(await readKeyring({ body, sig: other }, identity.principal)).toEqual(refused("bad-signature"));
  });

  test("weakens the Argon2id parameters in its answer: refused before the code is asked for", () => {
    for (const weak of [{ memoryKiB: 8 }, { passes: 1 }, { memoryKiB: 19 * 1024 - 1 }, { memoryKiB: 0 }, { passes: 0 }])
      expect(assertParameters({ ...floor, ...weak })).toEqual(refused("too-weak"));
    expect(assertParameters({ ...floor, memoryKiB: 1 << 30 })).toEqual(refused("too-strong"));
    expect(assertParameters({ ...floor, memoryKiB: Number.NaN })).toEqual(refused("bad-format"));
  });

  test("shows an older keyring, or another one of the same number, to a device that has seen more", async () => {
    const first = await aWorld();
    const second = await rotate(first);
    const fork = await rotate(first);
    const { epoch, root } = second.keyring.body;
    const pinned = { epoch, root, hash: second.keyring.hash };
    const read = (signed: Signed) => readKeyring(signed, second.identity.principal, pinned);
    expect((await read(second.keyring.signed)).ok).toBe(true);
    expect(await read(first.keyring.signed)).toEqual(refused("rolled-back"));
    expect(await read(fork.keyring.signed)).toEqual(refused("forked"));
    expect(await followKeyring(second.identity, first.keyring, second.devices[0] ?? never(), [])).toEqual(
      refused("rolled-back"),
    );
  });

  test("gives another satchel's keyring, chain or both", async () => {
    const [mine, other] = [await aWorld(), await aWorld()];
    expect(await readKeyring(other.keyring.signed, mine.identity.principal)).toEqual(refused("other-principal"));
    expect(await readKeyring(mine.keyring.signed, other.identity.principal)).toEqual(refused("other-principal"));
    // The whole of another satchel: the card does not open it.
    const { held, shares } = mine;
    const factors = { card: held.card, code: held.code, share: shares.card };
    expect(await openCardWay(other.keyring, factors, lookOf(other))).toEqual(refused("other-card"));
  });

  test("swaps a public key of the satchel: it is another satchel, or no chain", async () => {
    const { identity, keyring } = await aWorld();
    const genesis = parseBody((identity.statements[0] as Signed).body)?.value as { nonce: B64 };
    const evil = await generateSignPair(true);
    const swapped = await signGenesis(evil.privateKey, {
      kind: "satchel",
      sign: await rawPublicKey(evil),
      box: identity.principal.box,
      nonce: genesis.nonce,
    });
    const chain = must(await readChain([swapped]));
    expect(chain.id).not.toBe(identity.id);
    expect(await readKeyring(keyring.signed, chain)).toEqual(refused("other-principal"));
    expect(await readExtendedChain(identity.principal, [swapped])).toEqual(refused("fork"));
    expect(await readChain([swapped, ...identity.statements.slice(1)])).toMatchObject(refused("bad-signature"));
    const { root } = identity;
    expect(await openKeyring(keyring, root, [swapped])).toEqual(refused("other-key"));
  });

  test("holds statements back, so that a device that was put out seems to belong", async () => {
    const start = await aWorld();
    const next = await rotate(start, { remove: start.devices[0]?.device ?? never() });
    expect(await readKeyring(next.keyring.signed, start.identity.principal)).toEqual(refused("chain-behind"));
  });

  test("gives a changed share, the desk's share, or none", async () => {
    const world = await aWorld();
    const { keyring, held, shares } = world;
    for (const share of [random.bytes(32), shares.desk, new Uint8Array(32), random.bytes(31), new Uint8Array(0)])
      expect(await openCardWay(keyring, { card: held.card, code: held.code, share }, lookOf(world))).toEqual(
        refused("other-share"),
      );
  });

  test("has the code stretched with another salt or other parameters than the keyring's", async () => {
    const world = await aWorld();
    const { keyring, held, shares } = world;
    const factors = { card: held.card, code: held.code, share: shares.card };
    const { salt, params } = cardOf(world);
    expect((await openCardWay(keyring, factors, { salt, params })).ok).toBe(true);
    expect(await openCardWay(keyring, factors, { salt: b64(random.bytes(16)), params })).toEqual(refused("other-salt"));
    expect(await openCardWay(keyring, factors, { salt, params: { ...params, passes: 3 } })).toEqual(
      refused("other-salt"),
    );
  });

  test("swaps the organisation's key: the pinned chain forks, and what was sealed opens for the pinned key alone", async () => {
    const world = await aWorld();
    const { organisation, keyring } = world;
    const evil = await anIdentity("organisation");
    expect(await readExtendedChain(organisation.principal, evil.statements)).toEqual(refused("fork"));
    expect(await openOrganisationFactor(evil, keyring, "C+O")).toEqual(refused("no-way"));
    const posing = { ...evil, id: organisation.id };
    expect(await openOrganisationFactor(posing, keyring, "C+O")).toEqual(refused("other-key"));
    const facts = { pair: "S+O", serverBox: world.server.box, order: 2 } as const;
    await expect(createDeskWay(world.identity, world.identity.principal, facts, random)).rejects.toThrow("SPEC C-Y6");
  });

  test("names a box key for shares that no pinned key speaks for", async () => {
    const [key, evil] = [await generateSignPair(false), await generateSignPair(false)];
    const [by, other] = [await rawPublicKey(key), await rawPublicKey(evil)];
    const { box } = await aBoxKey();
    const pinned = [{ sign: by }];
    expect(await readServerBox(await signServerBox(key.privateKey, by, box), pinned)).toBe(box);
    expect(await readServerBox(await signServerBox(evil.privateKey, other, box), pinned)).toBeUndefined();
    expect(await readServerBox(await signServerBox(evil.privateKey, by, box), pinned)).toBeUndefined();
    expect(await readServerBox(await signServerBox(key.privateKey, other, box), pinned)).toBeUndefined();
    const off = b64(Uint8Array.of(4, ...new Uint8Array(64).fill(1)));
    expect(await readServerBox(await signServerBox(key.privateKey, by, off), pinned)).toBeUndefined();
    const signedAsKey = await signBody(key.privateKey, labels.serverKey, { t: "server-box", v: 1, by, box });
    expect(await readServerBox(signedAsKey, pinned)).toBeUndefined();
  });
});

const never = (): never => {
  throw new Error("it is there");
};

describe("C2 a server together with a device that was put out", () => {
  test("weakens the parameters of the card in a keyring that is rightly signed", async () => {
    const world = await aWorld();
    const card = cardOf(world);
    for (const weak of [
      { memoryKiB: 1024, passes: 2, lanes: 1 },
      { memoryKiB: 1 << 24, passes: 2, lanes: 1 },
      { ...floor, passes: 1 },
    ] as const) {
      const wrap = { ...card.wrap, head: headWith(card.wrap.head, { params: weak }) };
      const signed = await resigned(world, { card: { ...card, params: weak, wrap } });
      expect(await readKeyring(signed, world.identity.principal)).toEqual(refused("weak-parameters"));
    }
  });

  test("puts a wrap of another satchel, pair or root epoch into a place of this one", async () => {
    const [world, other] = [await aWorld(), await aWorld()];
    const later = await rotate(world);
    const card = cardOf(world);
    const desk = world.keyring.body.desks[0] ?? never();
    const foreign = [
      { card: cardOf(other) },
      { card: { ...card, wrap: cardOf(other).wrap } },
      { card: { ...card, wrap: cardOf(later).wrap } },
      { card: { ...card, wrap: world.wraps["D+P"] } },
      { desks: [{ ...desk, wrap: other.wraps["C+O"] }] },
      { desks: [{ ...desk, wrap: world.wraps["S+O"] }] },
      { root: 1, past: b64(random.bytes(64)) },
    ];
    for (const change of foreign)
      expect(await readKeyring(await resigned(world, change), world.identity.principal)).toEqual(
        refused("wrap-of-other"),
      );
  });

  test("changes the salt or the parameters beside a wrap", async () => {
    const world = await aWorld();
    const card = cardOf(world);
    for (const change of [{ salt: b64(random.bytes(16)) }, { params: { ...floor, passes: 3 } }])
      expect(
        await readKeyring(await resigned(world, { card: { ...card, ...change } }), world.identity.principal),
      ).toEqual(refused("other-salt"));
  });

  test("puts a share of its own into the keyring: the wrap does not open with it", async () => {
    const world = await aWorld();
    const { held, server, identity } = world;
    const card = cardOf(world);
    const mine = random.bytes(32);
    const context = { use: "card", principal: identity.id, root: 0, name: card.locator } as const;
    const share = (await sealShare(server.box, context, mine)) ?? never();
    const read = must(await readKeyring(await resigned(world, { card: { ...card, share } }), identity.principal));
    expect(await openCardWay(read, { card: held.card, code: held.code, share: mine }, lookOf(world))).toEqual(
      refused("wrong-factors"),
    );
  });

  test("gives a device another device's entry, or one of an earlier keyring", async () => {
    const world = await aWorld();
    const next = await rotate(world);
    const [one, two] = next.keyring.body.devices;
    const own = next.devices[0] ?? never();
    if (one === undefined || two === undefined) throw new Error("two devices");
    const moved = [
      { devices: [{ ...two, device: one.device }] },
      { devices: [{ ...one, ...(world.keyring.body.devices[0] ?? never()) }] },
      { devices: [{ ...one, sealed: b64(random.bytes(48)) }] },
    ];
    for (const change of moved) {
      const read = must(await readKeyring(await resigned(next, change), next.identity.principal));
      const followed = await followKeyring(world.identity, read, own, next.identity.statements);
      expect(followed).toEqual(refused("other-device"));
    }
  });

  test("changes anything else: whoever holds the root sees that its author did not know it", async () => {
    const world = await aWorld();
    const own = world.devices[0] ?? never();
    for (const change of [{ card: null }, { desks: [] }, { at: 1 }, { epoch: 9 }, { lock: b64(random.bytes(32)) }]) {
      const read = must(await readKeyring(await resigned(world, change), world.identity.principal));
      const followed = await followKeyring(world.identity, read, own, world.identity.statements);
      expect(followed).toEqual(refused("not-by-root"));
    }
  });

  test("who knows the root and swaps the keys inside is seen by the chain's public keys", async () => {
    const world = await aWorld();
    const { identity } = world;
    const [sign, box] = [await generateSignPair(true), await generateSignPair(true)];
    const pkcs8 = async (key: CryptoKey) => new Uint8Array(await crypto.subtle.exportKey("pkcs8", key));
    const parts = [await pkcs8(sign.privateKey), await pkcs8(box.privateKey)];
    const plain = concat(...parts.flatMap((part) => [Uint8Array.of(0, 0, part.length >> 8, part.length & 255), part]));
    const key = await importAesKey(await hkdf(identity.root.reveal(), idBytes(identity.id), labels.identitySeal, 32));
    const clear = concat(utf8("BSI1"), idBytes(identity.id));
    const sealed = concat(utf8("BSI1"), await sealBox(key, random.bytes(12), plain, clear));
    const posing = { ...identity, sealed };
    const signed = await createKeyring(posing, { before: null, card: null, desks: [], at: 0 }, random);
    const read = must(await readKeyring(signed, identity.principal));
    expect(await openKeyring(read, identity.root, identity.statements)).toEqual(refused("other-key"));
  });

  test("a desk's entry of another pair or satchel opens nothing", async () => {
    const [world, other] = [await aWorld(), await aWorld()];
    const card = await cardFactor(world.held.card);
    const o = world.factors["C+O"].organisation;
    const desk = { pair: "C+O", card, organisation: o } as const;
    expect((await openDeskWay(world.keyring, world.organisation.id, desk)).ok).toBe(true);
    expect(await openDeskWay(world.keyring, other.organisation.id, desk)).toEqual(refused("no-way"));
    const foreign = { ...desk, organisation: other.factors["C+O"].organisation };
    expect(await openDeskWay(world.keyring, world.organisation.id, foreign)).toEqual(refused("wrong-factors"));
    const crossed = { ...desk, organisation: world.factors["S+O"].organisation };
    expect(await openDeskWay(world.keyring, world.organisation.id, crossed)).toEqual(refused("wrong-factors"));
    const escrow = { pair: "S+O", share: world.shares.card, organisation: world.factors["S+O"].organisation } as const;
    expect(await openDeskWay(world.keyring, world.organisation.id, escrow)).toEqual(refused("other-share"));
  });
});

test("a share opens for its own use, satchel, root and name only", async () => {
  const [key, other] = [await aBoxKey(), await aBoxKey()];
  const { id } = await anIdentity();
  const name = b64(random.bytes(20));
  const context = { use: "card", principal: id, root: 3, name } as const;
  const share = random.bytes(32);
  const sealed = (await sealShare(key.box, context, share)) ?? never();
  expect(must(await openShare(key, context, sealed))).toEqual(share);
  expect(await openShare(other, context, sealed)).toEqual(refused("other-key"));
  expect(await openShare({ ...other, box: key.box }, context, sealed)).toEqual(refused("cannot-open"));
  const contexts = [{ use: "desk" }, { use: "escrow" }, { root: 2 }, { name: b64(random.bytes(20)) }] as const;
  for (const change of contexts)
    expect(await openShare(key, { ...context, ...change }, sealed)).toEqual(refused("cannot-open"));
  const lying = { ...sealed, hash: b64(random.bytes(32)) };
  expect(await openShare(key, context, lying)).toEqual(refused("other-share"));
  for (const text of [...damaged(sealed.sealed), ...cut(sealed.sealed)])
    expect((await openShare(key, context, { ...sealed, sealed: text })).ok).toBe(false);
  expect(await sealShare(b64(new Uint8Array(65).fill(4)), context, share)).toBeUndefined();
  expect(bytesOf(sealed.sealed)).toHaveLength(48);
  expect(createSecret(share).toJSON()).toBe("[secret]");
});

test("a principal that is no satchel has no keyring", async () => {
  const { keyring, identity } = await aWorld();
  const posing: Principal = { ...identity.principal, kind: "organisation" };
  expect(await readKeyring(keyring.signed, posing)).toEqual(refused("other-principal"));
});
