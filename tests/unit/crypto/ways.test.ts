import { describe, expect, test } from "vitest";
import { openIdentity, openPast, removeDevice, rotateRoot, withStatements } from "../../../src/crypto/identity.ts";
import { cardFactor, type PairFactors, unwrapRoot, wrapRoot } from "../../../src/crypto/keyring.ts";
import { openRecord, sealRecord } from "../../../src/crypto/record.ts";
import { createSecret, type Secret } from "../../../src/crypto/secret.ts";
import { floor } from "../../../src/crypto/stretch-parameters.ts";
import {
  cardProofs,
  codeProof,
  createKeyring,
  followKeyring,
  openCardWay,
  openDeskWay,
  openKeyring,
} from "../../../src/crypto/ways.ts";
import { type KeyringBody, keyringFollows, readKeyring, signKeyring } from "../../../src/protocol/keyring.ts";
import { isProved, readBlockNumber } from "../../../src/protocol/ways.ts";
import { type Pair, pairs } from "../../../src/protocol/wrap-head.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import { type OpId, type RecordId, randomId } from "../../../src/shared/ids.ts";
import { bytesOf, random } from "./support.ts";
import { aSecret, aWorld, lookOf, must, rotate, sameRoot, type World } from "./ways-world.ts";

/* ---- C1: the recovery matrix ---- */

type Letter = "P" | "D" | "C" | "S" | "O";
const letters: readonly Letter[] = ["P", "D", "C", "S", "O"];
const nameOf: Readonly<Record<string, Letter>> = { code: "P", device: "D", card: "C", share: "S", organisation: "O" };
const allowed: readonly (readonly Letter[])[] = [
  ["D", "P"],
  ["D", "C"],
  ["C", "P", "S"],
  ["C", "O"],
  ["S", "O"],
];
const subsets = Array.from({ length: 2 ** letters.length }, (_, bits) => letters.filter((_, at) => bits & (1 << at)));
const isAllowed = (subset: readonly Letter[]): boolean =>
  allowed.some((pair) => pair.every((letter) => subset.includes(letter)));

type AnyFactors = Readonly<Record<string, Secret>>;
const factorsOf = (world: World, pair: Pair): AnyFactors => world.factors[pair] as unknown as AnyFactors;
const tryPair = (world: World, pair: Pair, factors: AnyFactors) =>
  unwrapRoot(world.wraps[pair], pair, factors as unknown as PairFactors[typeof pair]);

/** Whether whoever holds these factors, and everything that is written down, opens the root by any pair. */
async function opensWith(world: World, subset: readonly Letter[], lies: readonly Secret[]): Promise<boolean> {
  for (const pair of pairs) {
    const right = factorsOf(world, pair);
    const missing = Object.keys(right).filter((name) => !subset.includes(nameOf[name] as Letter));
    // What is missing is filled with each thing that an attacker may have instead.
    const fills = missing.length === 0 ? [undefined] : lies;
    for (const lie of fills) {
      const tried = { ...right, ...Object.fromEntries(missing.map((name) => [name, lie as Secret])) };
      const values = Object.values(tried).map((one) => Buffer.from(one.reveal()).toString("hex"));
      // One factor given twice is refused before anything is derived (INV-7, tested in keyring.test.ts).
      if (new Set(values).size < values.length) continue;
      const root = await tryPair(world, pair, tried);
      if (root.ok && sameRoot(root.value, world.identity.root)) return true;
    }
  }
  return false;
}

async function turned(times: number, change: Parameters<typeof rotate>[1] = {}): Promise<readonly World[]> {
  const worlds = [await aWorld()];
  for (let at = 0; at < times; at += 1) worlds.push(await rotate(worlds[at] as World, change));
  return worlds;
}

describe.each([0, 1, 3])("C1 recovery matrix after %i rotations", (times) => {
  test("INV-7 every allowed set of factors opens, every forbidden one fails, whatever stands in for what is missing", async () => {
    const worlds = await turned(times, { card: true });
    const world = worlds.at(-1) as World;
    const other = await aWorld();
    const old = worlds.slice(0, -1).flatMap((one) => pairs.flatMap((pair) => Object.values(factorsOf(one, pair))));
    const hex = (one: Secret) => Buffer.from(one.reveal()).toString("hex");
    const current = new Set(pairs.flatMap((pair) => Object.values(factorsOf(world, pair)).map(hex)));
    const replaced = old.filter((one) => !current.has(hex(one)));
    const foreign = pairs.flatMap((pair) => Object.values(factorsOf(other, pair)));
    for (const subset of subsets) {
      const own = pairs.flatMap((pair) =>
        Object.entries(factorsOf(world, pair)).flatMap(([name, secret]) =>
          subset.includes(nameOf[name] as Letter) ? [secret] : [],
        ),
      );
      const lies = isAllowed(subset) ? [] : [aSecret(), ...own, ...replaced.slice(-9), ...foreign.slice(0, 11)];
      expect(await opensWith(world, subset, lies), subset.join("+") || "nothing").toBe(isAllowed(subset));
    }
  });

  test("every remaining way in gives the same root, keys and older roots", async () => {
    const worlds = await turned(times);
    const world = worlds.at(-1) as World;
    const { keyring, identity, organisation, held, shares, factors } = world;
    const card = await cardFactor(held.card);
    const roots = [
      must(await tryPair(world, "D+P", factorsOf(world, "D+P"))),
      must(await tryPair(world, "D+C", factorsOf(world, "D+C"))),
      must(await openCardWay(keyring, { card: held.card, code: held.code, share: shares.card }, lookOf(world))),
      must(
        await openDeskWay(keyring, organisation.id, { pair: "C+O", card, organisation: factors["C+O"].organisation }),
      ),
      must(
        await openDeskWay(keyring, organisation.id, {
          pair: "S+O",
          share: shares.desk,
          organisation: factors["S+O"].organisation,
        }),
      ),
    ];
    for (const root of roots) {
      const opened = must(await openKeyring(keyring, root, identity.statements));
      expect(opened.epoch).toBe(times);
      expect(opened.id).toBe(identity.id);
      for (const [epoch, known] of identity.roots) expect(opened.roots.get(epoch)?.reveal()).toEqual(known.reveal());
    }
  });

  test("old wraps and old cards open nothing of the new root", async () => {
    const worlds = await turned(times, { card: true });
    const world = worlds.at(-1) as World;
    for (const old of worlds.slice(0, -1)) {
      for (const pair of pairs) {
        const stale = await tryPair(old, pair, factorsOf(old, pair));
        expect(sameRoot(must(stale), world.identity.root)).toBe(false);
        expect((await openIdentity(must(stale), world.identity.sealed, world.identity.statements)).ok).toBe(false);
        expect((await openPast(must(stale), world.identity.id, times, bytesOf(world.keyring.body.past))).ok).toBe(
          false,
        );
        if (pair !== "D+P") expect((await tryPair(world, pair, factorsOf(old, pair))).ok, pair).toBe(false);
      }
      const { held, shares } = old;
      const lost = { card: held.card, code: held.code, share: shares.card };
      expect(await openCardWay(world.keyring, lost, lookOf(world))).toEqual({
        ok: false,
        error: { type: "other-card" },
      });
    }
  });
});

test("C1 papers sealed before a rotation open after it, by whoever comes back with card, code and share", async () => {
  const before = await aWorld();
  const facts = () => ({
    record: randomId<RecordId>(random),
    op: randomId<OpId>(random),
    base: null,
    deleted: false,
    blobs: [],
  });
  const first = await sealRecord(before.identity, facts(), { title: "Titre de séjour" }, random);
  const after = await rotate(await rotate(before), { card: true, at: Date.UTC(2027, 10, 22) });
  const last = await sealRecord(after.identity, facts(), { title: "Attestation" }, random);
  const { held, shares, keyring } = after;
  const root = must(
    await openCardWay(keyring, { card: held.card, code: held.code, share: shares.card }, lookOf(after)),
  );
  const back = must(await openKeyring(keyring, root, after.identity.statements));
  for (const op of [first, last]) expect(await openRecord(back, op)).toMatchObject({ ok: true });
  expect(await openRecord(before.identity, last)).toEqual({ ok: false, error: { type: "unknown-epoch" } });
});

/* ---- devices ---- */

const withoutProof = ({ proof: _proof, ...body }: KeyringBody) => body;

test("a remaining device follows every rotation by itself; one that was put out is not listed and opens nothing new", async () => {
  const start = await aWorld();
  const [lost, kept] = start.devices;
  if (lost === undefined || kept === undefined) throw new Error("two devices");
  const next = await rotate(start, { remove: lost.device });
  const { statements } = next.identity;
  const followed = must(await followKeyring(start.identity, next.keyring, kept, statements));
  expect(sameRoot(followed.root, next.identity.root)).toBe(true);
  expect(followed.principal.removed.has(lost.device)).toBe(true);
  expect(next.keyring.body.devices.map((entry) => entry.device)).toEqual([kept.device]);
  const refused = { ok: false, error: { type: "no-way" } };
  expect(await followKeyring(start.identity, next.keyring, lost, statements)).toEqual(refused);
  // Nor with the other device's entry, nor with its own of the keyring before.
  const asKept = { ...lost, device: kept.device };
  const other = { ok: false, error: { type: "other-device" } };
  expect(await followKeyring(start.identity, next.keyring, asKept, statements)).toEqual(other);
  // Twice on, a device that slept in between still arrives.
  const later = await rotate(await rotate(next));
  expect(must(await followKeyring(start.identity, later.keyring, kept, statements)).epoch).toBe(3);
});

test("a device that was put out keeps the signing key, and still nobody takes a keyring that it makes", async () => {
  const start = await aWorld();
  const [lost, kept] = start.devices;
  if (lost === undefined || kept === undefined) throw new Error("two devices");
  const next = await rotate(start, { remove: lost.device });
  // It rotates on its own from the root that it had, and signs rightly.
  const thief = await rotateRoot(must(await withStatements(start.identity, next.identity.statements)), random);
  const forged = await createKeyring(
    thief,
    { before: start.keyring, after: next.keyring.body.epoch, card: null, desks: [], at: 0 },
    random,
  );
  const read = must(await readKeyring(forged, next.identity.principal));
  expect(await keyringFollows(next.keyring, read)).toBe("other-root");
  const pinned = { epoch: next.keyring.body.epoch, hash: next.keyring.hash, root: 1 };
  expect((await readKeyring(forged, next.identity.principal, pinned)).ok).toBe(true);
  const honest = must(await followKeyring(start.identity, next.keyring, kept, next.identity.statements));
  // Same root epoch: its author did not know the root. A newer one: it does not continue the roots that are known.
  const same = await followKeyring(honest, read, kept, next.identity.statements);
  expect(same).toEqual({ ok: false, error: { type: "not-by-root" } });
  const twice = await rotateRoot(thief, random);
  const newer = must(
    await readKeyring(
      await createKeyring(twice, { before: start.keyring, after: 9, card: null, desks: [], at: 0 }, random),
      next.identity.principal,
    ),
  );
  const differs = await followKeyring(honest, newer, kept, next.identity.statements);
  expect(differs).toEqual({ ok: false, error: { type: "other-roots" } });
});

test("C-Y8 with the root that it has, a device is not put out by a list: only by who knows the root, or by the chain", async () => {
  const world = await aWorld();
  const [one, two] = world.devices;
  if (one === undefined || two === undefined) throw new Error("two devices");
  const { principal, statements } = world.identity;
  const only = new Map([...principal.devices].filter(([device]) => device === two.device));
  const facts = { before: world.keyring, card: null, desks: [], at: 0 };
  const unlisted = must(
    await readKeyring(
      await createKeyring({ ...world.identity, principal: { ...principal, devices: only } }, facts, random),
      principal,
    ),
  );
  expect(unlisted.body.devices).toHaveLength(1);
  expect((await followKeyring(world.identity, unlisted, one, statements)).ok).toBe(true);
  const forged = must(
    await readKeyring(
      await signKeyring(
        world.identity.sign,
        { ...withoutProof(unlisted.body), devices: [] },
        async () => world.keyring.body.proof,
      ),
      principal,
    ),
  );
  expect(await followKeyring(world.identity, forged, one, statements)).toEqual({
    ok: false,
    error: { type: "not-by-root" },
  });
});

test("a removal is said once, and the device it names has to belong to the satchel", async () => {
  const { identity, devices } = await aWorld();
  const device = devices[0]?.device ?? randomId(random);
  const shorter = await removeDevice(identity, identity.statements, device);
  expect(await removeDevice(identity, shorter, device)).toBe(shorter);
  await expect(removeDevice(identity, shorter, randomId(random))).rejects.toThrow("SPEC P-S11");
});

/* ---- keyrings ---- */

test("the server takes the first, the next and the same again; an older, another or a foreign one never", async () => {
  const first = await aWorld();
  const second = await rotate(first);
  const fork = await rotate(first);
  expect(await keyringFollows(undefined, first.keyring)).toBe("next");
  expect(await keyringFollows(undefined, second.keyring)).toBe("next");
  expect(await keyringFollows(first.keyring, first.keyring)).toBe("same");
  expect(await keyringFollows(first.keyring, second.keyring)).toBe("next");
  expect(await keyringFollows(second.keyring, first.keyring)).toBe("conflict");
  expect(await keyringFollows(second.keyring, fork.keyring)).toBe("conflict");
  // After a restored backup a device goes on from the highest epoch that it knows.
  const third = await rotate(second);
  const facts = { before: first.keyring, after: third.keyring.body.epoch, card: null, desks: [], at: 0 };
  const climbed = must(await readKeyring(await createKeyring(third.identity, facts, random), third.identity.principal));
  expect(climbed.body.epoch).toBe(4);
  expect(await keyringFollows(first.keyring, climbed)).toBe("next");
  expect(await keyringFollows(third.keyring, climbed)).toBe("other-root");
  const far = must(
    await readKeyring(
      await createKeyring(third.identity, { ...facts, after: 2_000_000 }, random),
      third.identity.principal,
    ),
  );
  expect(await keyringFollows(first.keyring, far)).toBe("conflict");
});

test("the server's words of a card prove card and code, and nothing of them is in the keyring", async () => {
  const world = await aWorld();
  const way = world.keyring.body.card;
  if (way === null) throw new Error("a card");
  const proofs = await cardProofs(world.held.card);
  const card = await cardFactor(world.held.card);
  const code = await codeProof(card, world.held.code, bytesOf(way.salt));
  expect(proofs.locator).toBe(way.locator);
  expect(await isProved("card", proofs.proof, way.card)).toBe(true);
  expect(await isProved("code", code, way.code)).toBe(true);
  expect(await isProved("card", code, way.card)).toBe(false);
  expect(await isProved("code", proofs.proof, way.code)).toBe(false);
  expect(await isProved("code", await codeProof(card, aSecret(), bytesOf(way.salt)), way.code)).toBe(false);
  expect(await isProved("code", await codeProof(aSecret(), world.held.code, bytesOf(way.salt)), way.code)).toBe(false);
  expect(await isProved("code", await codeProof(card, world.held.code, random.bytes(16)), way.code)).toBe(false);
  for (const short of ["", "AAAA", proofs.locator] as B64[])
    expect(await isProved("card", short, way.card)).toBe(false);
  expect(readBlockNumber(proofs.block)).toHaveLength(12);
  const bytes = Buffer.from(bytesOf(world.keyring.signed.body));
  const secrets = [proofs.proof, code].map((text) => Buffer.from(bytesOf(text)));
  const all = [...secrets, ...[card, world.held.card, world.held.code].map((one) => Buffer.from(one.reveal()))];
  for (const secret of [...all, Buffer.from(world.shares.card), Buffer.from(world.identity.root.reveal())]) {
    expect(bytes.includes(secret)).toBe(false);
    expect(bytes.includes(secret.toString("base64url"))).toBe(false);
  }
});

test("two cards have nothing in common, and every part of a card's words is a derivation of its own", async () => {
  const [a, b] = [await cardProofs(aSecret(16)), await cardProofs(aSecret(16))];
  expect(new Set([a.locator, a.proof, a.block, b.locator, b.proof, b.block]).size).toBe(6);
  const secret = createSecret(new Uint8Array(16).fill(7));
  expect(await cardProofs(secret)).toEqual(await cardProofs(secret));
  expect(Buffer.from((await cardFactor(secret)).reveal()).toString("base64url")).not.toBe(
    (await cardProofs(secret)).proof,
  );
});

test("INV-7 three factors of which two are equal, or one too few, never wrap", async () => {
  const { identity, factors } = await aWorld();
  const meta = { principal: identity.id, epoch: 0, order: 9, salt: random.bytes(16), params: floor };
  const { card, code, share } = factors["C+P+S"];
  const bad = (given: AnyFactors, message: string) =>
    expect(wrapRoot(identity.root, "C+P+S", given as unknown as PairFactors["C+P+S"], meta, random)).rejects.toThrow(
      message,
    );
  await bad({ card, code, share: code }, "INV-7");
  await bad({ card, code: card, share }, "INV-7");
  await bad({ card, code } as AnyFactors, "SPEC C-K2");
  await bad({ code, share } as AnyFactors, "SPEC C-K2");
  await bad({ card, code, share, device: aSecret() }, "SPEC C-K2");
  await bad({ card, code, share: createSecret(new Uint8Array(32)) }, "SPEC C-K2");
});
