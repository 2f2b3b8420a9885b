/**
 * A satchel with every way in (D+P, D+C, C+P+S, C+O, S+O), two devices, a server and an organisation, as pure keys: no
 * Argon2, no network. `rotate` makes everything again under a new root.
 */

import {
  certifyDevice,
  createIdentity,
  type Identity,
  removeDevice,
  rotateRoot,
  withStatements,
} from "../../../src/crypto/identity.ts";
import { cardFactor, newSalt, type PairFactors, type Wrap, wrapRoot } from "../../../src/crypto/keyring.ts";
import { generateBoxPair } from "../../../src/crypto/primitives.ts";
import { createSecret, type RootKey, type Secret } from "../../../src/crypto/secret.ts";
import { floor } from "../../../src/crypto/stretch-parameters.ts";
import {
  cardShareContext,
  createCardWay,
  createDeskWay,
  createKeyring,
  type DeviceBox,
  openOrganisationFactor,
} from "../../../src/crypto/ways.ts";
import type { BoxKey } from "../../../src/protocol/hpke.ts";
import { type Keyring, type KeyringCard, readKeyring } from "../../../src/protocol/keyring.ts";
import { openShare } from "../../../src/protocol/share.ts";
import { generateSignPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import type { Pair } from "../../../src/protocol/wrap-head.ts";
import type { Bytes } from "../../../src/shared/bytes.ts";
import { type DeviceId, randomId } from "../../../src/shared/ids.ts";
import type { Result } from "../../../src/shared/result.ts";
import { random } from "./support.ts";

export const must = <T>(result: Result<T, { readonly type: string } | string>): T => {
  if (result.ok) return result.value;
  throw new Error(typeof result.error === "string" ? result.error : result.error.type);
};

export const aSecret = (length = 32): Secret => createSecret(random.bytes(length));

export async function aBoxKey(): Promise<BoxKey> {
  const pair = await generateBoxPair();
  return { privateKey: pair.privateKey, box: await rawPublicKey(pair.publicKey) };
}

async function certified(identity: Identity, device: DeviceId, key: BoxKey): Promise<Identity> {
  const transport = await rawPublicKey(await generateSignPair(false));
  return must(
    await withStatements(identity, await certifyDevice(identity, identity.statements, device, transport, key.box)),
  );
}

/** What a person and her helpers hold; each part alone opens nothing. */
export interface Held {
  /** P factor, as Argon2id would give it. */
  readonly code: Secret;
  /** D factor. */
  readonly device: Secret;
  /** The card's 16 bytes. */
  readonly card: Secret;
  readonly set: number;
}

export interface World {
  readonly identity: Identity;
  readonly server: BoxKey;
  readonly organisation: Identity;
  readonly devices: readonly DeviceBox[];
  readonly held: Held;
  /** Every wrap by its pair, and what each of them takes. */
  readonly wraps: { readonly [P in Pair]: Wrap };
  readonly factors: { readonly [P in Pair]: PairFactors[P] };
  readonly keyring: Keyring;
  /** S of the card, and of the desk, as the server keeps them. */
  readonly shares: { readonly card: Bytes; readonly desk: Bytes };
}

interface Base {
  readonly identity: Identity;
  readonly server: BoxKey;
  readonly organisation: Identity;
  readonly devices: readonly DeviceBox[];
  readonly held: Held;
  readonly before: Keyring | null;
  readonly order: number;
  readonly at: number;
}

async function build(base: Base): Promise<World> {
  const { identity, server, organisation, devices, held, before, order, at } = base;
  const { id, epoch, root } = identity;
  const card = await cardFactor(held.card);
  const salt = newSalt(random);
  const meta = { principal: id, epoch, order, salt, params: floor };
  const serverBox = server.box;
  const cardWay = await createCardWay(
    identity,
    { card: { secret: held.card, set: held.set }, code: held.code, salt, params: floor, serverBox, order },
    random,
  );
  const byCard = await createDeskWay(identity, organisation.principal, { pair: "C+O", card, order }, random);
  const byShare = await createDeskWay(identity, organisation.principal, { pair: "S+O", serverBox, order }, random);
  const signed = await createKeyring(identity, { before, card: cardWay, desks: [byCard, byShare], at }, random);
  const keyring = must(await readKeyring(signed, identity.principal));
  const share = must(await openShare(server, cardShareContext(id, epoch, cardWay.locator), cardWay.share));
  if (byShare.share === null) throw new Error("S+O has a share");
  const deskContext = { use: "desk", principal: id, root: epoch, name: organisation.id } as const;
  const deskShare = must(await openShare(server, deskContext, byShare.share));
  const factors = {
    "D+P": { device: held.device, code: held.code },
    "D+C": { device: held.device, card },
    "C+P+S": { card, code: held.code, share: createSecret(share) },
    "C+O": { card, organisation: must(await openOrganisationFactor(organisation, keyring, "C+O")) },
    "S+O": {
      share: createSecret(deskShare),
      organisation: must(await openOrganisationFactor(organisation, keyring, "S+O")),
    },
  };
  const wraps = {
    "D+P": await wrapRoot(root, "D+P", factors["D+P"], meta, random),
    "D+C": await wrapRoot(root, "D+C", factors["D+C"], { ...meta, params: null }, random),
    "C+P+S": cardWay.wrap,
    "C+O": byCard.wrap,
    "S+O": byShare.wrap,
  };
  return {
    identity,
    server,
    organisation,
    devices,
    held,
    wraps,
    factors,
    keyring,
    shares: { card: share, desk: deskShare },
  };
}

export async function aWorld(at = Date.UTC(2026, 10, 22)): Promise<World> {
  let identity = await createIdentity("satchel", random);
  const devices: DeviceBox[] = [];
  for (const _ of ["old phone", "new phone"]) {
    const own = { device: randomId<DeviceId>(random), key: await aBoxKey() };
    devices.push(own);
    identity = await certified(identity, own.device, own.key);
  }
  const held = { code: aSecret(), device: aSecret(), card: aSecret(16), set: 0 };
  const organisation = await createIdentity("organisation", random);
  return build({ identity, server: await aBoxKey(), organisation, devices, held, before: null, order: 1, at });
}

/** A new root, and every way in made again: with the same card and code, or with a new card. */
export async function rotate(
  world: World,
  change: { readonly card?: boolean; readonly remove?: DeviceId; readonly at?: number } = {},
): Promise<World> {
  const { held } = world;
  const { remove } = change;
  const statements = world.identity.statements;
  const shorter = remove === undefined ? statements : await removeDevice(world.identity, statements, remove);
  const identity = await rotateRoot(must(await withStatements(world.identity, shorter)), random);
  return build({
    ...world,
    identity,
    held: change.card ? { ...held, card: aSecret(16), set: held.set + 1 } : held,
    before: world.keyring,
    order: identity.epoch + 1,
    at: change.at ?? world.keyring.body.at,
  });
}

export const sameRoot = (a: RootKey, b: RootKey): boolean => Buffer.from(a.reveal()).equals(Buffer.from(b.reveal()));

/** What an honest server says before the code is asked for. */
export function lookOf({ keyring }: Pick<World, "keyring">): Pick<KeyringCard, "salt" | "params"> {
  const { card } = keyring.body;
  if (card === null) throw new Error("a card");
  return card;
}
