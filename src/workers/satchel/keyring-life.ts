/**
 * The life of a keyring on one device (SPEC S-Y): what the server showed is verified and followed, and with the code in hand
 * the next one is made. A chunk of its own: an unlock loads it only when there is something to do.
 *
 * Surprising facts: nothing here changes what opens this device before the server has taken it. A rotation made here is
 * followed like anybody else's, through this device's own entry; so a device that dies at any await opens as before.
 */

import { readCardText } from "../../crypto/card.ts";
import { createDeviceBox, moveDeviceBox, openDeviceBox } from "../../crypto/device-box.ts";
import {
  certifyDevice,
  type Identity,
  removeDevice,
  rotateRoot,
  sealPast,
  withStatements,
} from "../../crypto/identity.ts";
import { cardFactor, newSalt, wrapHead, wrapRoot } from "../../crypto/keyring.ts";
import { createSecret, type Secret } from "../../crypto/secret.ts";
import { floor } from "../../crypto/stretch-parameters.ts";
import {
  cardProofs,
  createCardWay,
  createDeskWay,
  createKeyring,
  followKeyring,
  openKeyring,
} from "../../crypto/ways.ts";
import { type Keyring, type KeyringDesk, readKeyring } from "../../protocol/keyring.ts";
import { ways } from "../../protocol/limits.ts";
import { parseBody } from "../../protocol/sign.ts";
import { type Principal, readChain, readExtendedChain } from "../../protocol/statements.ts";
import type { Signed, Statement } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import { type B64, fromBase64Url } from "../../shared/bytes.ts";
import type { DeviceId, PrincipalId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { DeskKeys, DeskPair, KeyringTrouble, Profile, Registry, StoredKeyring } from "../../storage/ports.ts";
import { bothWishes } from "../../sync/keys.ts";
import { type CodeDeps, currentWrap, deviceFactor, nextOrder } from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { foldDesks, sealedKeys, wishedDesks } from "./desk-wish.ts";
import { openCard } from "./sealed-card.ts";

type Patch = Parameters<Registry["update"]>[2];

/** A profile and the identity that its newest believed keyring makes. */
export interface Held {
  readonly profile: Profile;
  readonly identity: Identity;
}

/** What a keyring is made of besides what this device holds. */
export interface RenewFacts {
  readonly code: string;
  /** False once the code was changed: what was being made with it is not kept. */
  readonly isRight: () => boolean;
  /** Raw box key of the server, said by a pinned key; null: none is known yet, and nothing can be made. */
  readonly serverBox: B64 | null;
  /** Chains of the organisations that this satchel has pinned. */
  readonly organisations: readonly (readonly Signed[])[];
}

export interface KeyringLife {
  /**
   * Takes over what came: a longer chain, a newer keyring. What does not verify is noted and changes nothing.
   * @param identity opened from the profile's wraps, or by an earlier look.
   */
  readonly look: (database: string, identity: Identity) => Promise<Result<Held, WorkerError>>;
  /** Code in hand: this device's wraps follow the root, and what is wished for is made and laid ready. */
  readonly renew: (database: string, identity: Identity, facts: RenewFacts) => Promise<Result<Held, WorkerError>>;
  /** The chain without `device` from now on, and the wish for a root that it does not know. `identity`: just looked. */
  readonly putOut: (database: string, identity: Identity, device: DeviceId) => Promise<Result<Held, WorkerError>>;
}

const later = (profile: Profile, epoch: number): boolean => epoch > (profile.keyring?.epoch ?? 0);

/** Another tab was first so often that something is wrong. */
const mostTries = 20;

const storedOf = ({ body, hash, signed }: Keyring): StoredKeyring => ({
  epoch: body.epoch,
  hash,
  root: body.root,
  signed,
});

/** Own statements that another device's chain does not have, made again behind it (S-Y4). */
async function behind(
  identity: Identity,
  own: readonly Signed[],
  theirs: readonly Signed[],
): Promise<readonly Signed[]> {
  let chain = theirs;
  const from = own.findIndex((statement, n) => statement.body !== theirs[n]?.body);
  for (const { body } of from < 0 ? [] : own.slice(from)) {
    const statement = parseBody(body)?.value as Statement;
    const read = await readChain(chain);
    assert(read.ok, "SPEC P-S: a chain that was read reads again");
    // Only an organisation has the other kind (SPEC P-H1).
    if (statement.t === "genesis" || statement.t === "helpers") continue;
    const { device } = statement;
    if (statement.t === "device-removed") {
      if (read.value.devices.has(device)) chain = await removeDevice(identity, chain, device);
      continue;
    }
    const known = read.value.devices.get(device);
    const box = statement.v === 2 ? statement.box : null;
    const fits = known === undefined || (known.transport === statement.transport && known.box === null);
    if (!read.value.removed.has(device) && fits)
      chain = await certifyDevice(identity, chain, device, statement.transport, box);
  }
  return chain;
}

/** The chain that stands when the server shows `theirs`; null when theirs is not of this satchel or does not verify. */
async function chainAfter(
  identity: Identity,
  own: readonly Signed[],
  theirs: readonly Signed[],
): Promise<readonly Signed[] | null> {
  const mine = await readChain(own);
  assert(mine.ok, "SPEC P-S: this device's own chain reads");
  const read = await readExtendedChain(mine.value, theirs);
  if (read.ok) return theirs;
  if (read.error.type !== "fork" && read.error.type !== "rollback") return null;
  // Shorter and otherwise the same: what is longer here has not arrived there yet.
  if (theirs.every(({ body }, n) => own[n]?.body === body)) return own;
  const other = await readChain(theirs);
  return other.ok && other.value.id === mine.value.id ? behind(identity, own, theirs) : null;
}

/** It lists exactly the devices that belong to the chain now and can be listed. */
function listsAll(principal: Principal, keyring: Keyring): boolean {
  const listed = new Set<DeviceId>(keyring.body.devices.map(({ device }) => device));
  const able = [...principal.devices].flatMap(([id, { box }]) => (box === null ? [] : [id]));
  return able.length === listed.size && able.every((id) => listed.has(id));
}

/** One way in with a desk that the next keyring is to have. */
interface PlannedDesk {
  readonly organisation: PrincipalId;
  readonly pair: DeskPair;
  /** As the newest keyring has it; null: it is new. */
  readonly held: KeyringDesk | null;
  /** Made anew though the root stays: wished for, or sealed to keys that the organisation has changed since. */
  readonly isFresh: boolean;
}

/** What becomes of the ways in with a desk. Without the card here a C+O stays as it is, and a new one waits. */
function desksPlan(
  profile: Profile,
  own: Keyring | null,
  organisations: ReadonlyMap<PrincipalId, Principal>,
  hasCard: boolean,
): { readonly ways: readonly PlannedDesk[]; readonly isStale: boolean; readonly needsCard: boolean } {
  const held = own?.body.desks ?? [];
  const wished = wishedDesks(profile)?.ways ?? {};
  const isOlder = ({ organisation, pair }: KeyringDesk, keys: DeskKeys): boolean =>
    (organisations.get(organisation)?.former.length ?? 0) > (keys?.[organisation] ?? 0) && (pair === "S+O" || hasCard);
  const can = (organisation: PrincipalId, pair: DeskPair): boolean =>
    organisations.has(organisation) && (pair === "S+O" || hasCard);
  const kept = held.flatMap((desk): readonly PlannedDesk[] => {
    const { organisation, pair } = desk;
    const pairs = wished[organisation];
    if (pairs !== undefined && !pairs.includes(pair)) return [];
    return [
      {
        organisation,
        pair,
        held: desk,
        isFresh: (pairs !== undefined && can(organisation, pair)) || isOlder(desk, sealedKeys(profile)),
      },
    ];
  });
  const isHeld = (organisation: PrincipalId, pair: DeskPair): boolean =>
    held.some((desk) => desk.organisation === organisation && desk.pair === pair);
  const added = (Object.entries(wished) as [PrincipalId, readonly DeskPair[]][]).flatMap(([organisation, pairs]) =>
    pairs
      .filter((pair) => !isHeld(organisation, pair) && can(organisation, pair))
      .map((pair): PlannedDesk => ({ organisation, pair, held: null, isFresh: true })),
  );
  const all = [...kept, ...added].slice(0, ways.desks);
  return {
    ways: all,
    isStale: held.some((desk) => isOlder(desk, profile.keyringDue?.deskKeys ?? sealedKeys(profile))),
    needsCard: all.some(({ pair }) => pair === "C+O"),
  };
}

export function createKeyringLife(deps: CodeDeps): KeyringLife {
  const { registry, random, clock } = deps;

  /** Compare-and-set around work that awaits: computed anew when somebody else wrote meanwhile. */
  async function settle(
    database: string,
    compute: (profile: Profile) => Promise<Result<{ readonly patch: Patch; readonly identity: Identity }, WorkerError>>,
  ): Promise<Result<Held, WorkerError>> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const held = await registry.get(database);
      if (!held.ok) return storageErr(held.error);
      if (held.value === undefined) return err({ type: "not-found" });
      const computed = await compute(held.value);
      if (!computed.ok) return computed;
      const { patch, identity } = computed.value;
      if (Object.keys(patch).length === 0) return ok({ profile: held.value, identity });
      const updated = await registry.update(database, held.value.revision, patch);
      if (updated.ok) {
        const after = await registry.get(database);
        if (!after.ok) return storageErr(after.error);
        return after.value === undefined ? err({ type: "not-found" }) : ok({ profile: after.value, identity });
      }
      if (updated.error.type !== "stale") return storageErr(updated.error);
    }
    return err({ type: "stale" });
  }

  const deviceOf = ({ device }: Profile): DeviceId => device as DeviceId;

  /** This device's box key, opened with the root that its wraps hold. */
  async function boxOf(profile: Profile, identity: Identity) {
    const root = identity.roots.get(profile.rootEpoch ?? 0);
    const box = identity.principal.devices.get(deviceOf(profile))?.box;
    if (root === undefined || profile.sealedBox === undefined || box == null) return undefined;
    return openDeviceBox(root, identity.id, deviceOf(profile), profile.sealedBox, box);
  }

  type Followed = { readonly identity: Identity; readonly keyring: Keyring };

  /** Verifies one keyring and gives the identity that it makes. */
  async function follow(
    profile: Profile,
    identity: Identity,
    signed: Signed,
  ): Promise<Result<Followed, KeyringTrouble | "chain-behind" | "put-out">> {
    const pinned = profile.keyring;
    const read = await readKeyring(signed, identity.principal, pinned);
    if (!read.ok) {
      const { type } = read.error;
      if (type === "chain-behind" || type === "rolled-back" || type === "forked" || type === "weak-parameters")
        return err(type);
      return err("not-authentic");
    }
    const keyring = read.value;
    const { root, devices } = keyring.body;
    if (root < identity.epoch) return err("rolled-back");
    if (identity.principal.removed.has(deviceOf(profile))) return err("put-out");
    if (root === identity.epoch) {
      const opened = await openKeyring(keyring, identity.root, identity.statements);
      return opened.ok ? ok({ identity, keyring }) : err("not-authentic");
    }
    // Added by a device that had not heard of the new root yet: the next keyring lists it.
    if (!devices.some(({ device }) => device === profile.device)) return err("cannot-follow");
    const key = await boxOf(profile, identity);
    if (key === undefined) return err("cannot-follow");
    const own = { device: deviceOf(profile), key };
    const followed = await followKeyring(identity, keyring, own, identity.statements);
    return followed.ok ? ok({ identity: followed.value, keyring }) : err("not-authentic");
  }

  /** An older or other keyring that this satchel did make once: the server was set back. The next one is made on it. */
  async function base(identity: Identity, signed: Signed): Promise<boolean> {
    const read = await readKeyring(signed, identity.principal);
    const root = read.ok ? identity.roots.get(read.value.body.root) : undefined;
    return read.ok && root !== undefined && (await openKeyring(read.value, root, identity.statements)).ok;
  }

  /** The card here, with its secret. */
  async function cardOf(profile: Profile, identity: Identity): Promise<{ secret: Secret; set: number } | undefined> {
    const sealed = profile.sealedCard;
    const shown = sealed === null ? undefined : await openCard(identity, sealed);
    const read = shown && (await readCardText(shown.qr));
    return read?.ok === true ? { secret: read.value.secret, set: read.value.set } : undefined;
  }

  /** Another device made a new card: the one here opens nothing any more, and must not go on opening this device. */
  async function cardPatch(profile: Profile, identity: Identity, keyring: Keyring): Promise<Patch> {
    const card = await cardOf(profile, identity);
    if (card === undefined || keyring.body.card === null) return {};
    if ((await cardProofs(card.secret)).locator === keyring.body.card.locator)
      return profile.cardFresh === true ? { cardFresh: false } : {};
    if (profile.cardFresh === true) return {};
    return {
      sealedCard: null,
      cardDrilled: false,
      cardDrilledAt: null,
      wraps: profile.wraps.filter(({ pair }) => pair !== "D+C"),
    };
  }

  async function seenPatch(
    profile: Profile,
    identity: Identity,
    seen: Signed,
  ): Promise<{ readonly identity: Identity; readonly patch: Patch }> {
    const followed = await follow(profile, identity, seen);
    if (followed.ok) {
      const { keyring } = followed.value;
      const due = profile.keyringDue;
      const overtaken = due != null && due.epoch <= keyring.body.epoch && due.hash !== keyring.hash;
      const patch: Patch = {
        keyringSeen: null,
        keyringTrouble: null,
        // S-Y6: it shows what is believed here, or newer; whatever it showed before, it is not behind.
        keyringBehind: null,
        ...(later(profile, keyring.body.epoch) ? { keyring: storedOf(keyring) } : {}),
        ...(due?.hash === keyring.hash ? { keyringDue: null } : {}),
        ...foldDesks(due?.hash === keyring.hash ? { ...profile, keyring: due } : profile),
        // What was due was made on an older one: it is made again with the next code.
        ...(overtaken ? { keyringDue: null, keyringWish: bothWishes(profile.keyringWish, due.wish) ?? "renew" } : {}),
        ...(await cardPatch(profile, followed.value.identity, keyring)),
      };
      return { identity: followed.value.identity, patch };
    }
    const why = followed.error;
    // The chain is fetched beside it; until then it stays to be looked at.
    if (why === "chain-behind") return { identity, patch: {} };
    if (why === "put-out")
      return { identity, patch: { keyringSeen: null, removedAt: profile.removedAt ?? clock.now() } };
    const back = (why === "rolled-back" || why === "forked") && (await base(identity, seen));
    return {
      identity,
      patch: {
        keyringSeen: null,
        keyringTrouble: why,
        ...(back ? { keyringBehind: seen, keyringWish: profile.keyringWish ?? "renew" } : {}),
      },
    };
  }

  async function lookOnce(profile: Profile, given: Identity): ReturnType<Parameters<typeof settle>[1]> {
    let patch: Patch = {};
    let { statements } = profile;
    if (profile.chainSeen != null) {
      const after = await chainAfter(given, statements, profile.chainSeen);
      const longer = after !== null && after.length > profile.chainSeen.length;
      patch = {
        chainSeen: null,
        ...(after === null ? { keyringTrouble: "not-authentic" } : { statements: after }),
        ...(longer ? { statementsDue: true } : {}),
      };
      statements = after ?? statements;
    }
    const own = await withStatements(given, statements);
    if (!own.ok) return err({ type: "unavailable", mark: "chain-damaged" });
    let identity = own.value;
    const device = deviceOf(profile);
    const known = identity.principal.devices.get(device);
    const root = identity.roots.get(profile.rootEpoch ?? 0);
    if (profile.sealedBox === undefined && known?.box === null && root !== undefined) {
      const { box, sealed } = await createDeviceBox(root, identity.id, device, random);
      statements = await certifyDevice(identity, statements, device, known.transport, box);
      const longer = await withStatements(identity, statements);
      assert(longer.ok, "SPEC P-S: a chain that was just extended reads");
      identity = longer.value;
      patch = { ...patch, sealedBox: sealed, statements, statementsDue: true };
    }
    if (identity.principal.removed.has(device) && profile.removedAt == null)
      patch = { ...patch, removedAt: clock.now() };
    let now: Profile = { ...profile, ...patch };
    if (now.keyring !== undefined && now.keyring.root > identity.epoch) {
      const followed = await follow(now, identity, now.keyring.signed);
      if (followed.ok) {
        identity = followed.value.identity;
        patch = { ...patch, ...(await cardPatch(now, identity, followed.value.keyring)) };
      }
    }
    now = { ...profile, ...patch };
    if (now.keyringSeen != null) {
      const seen = await seenPatch(now, identity, now.keyringSeen);
      identity = seen.identity;
      patch = { ...patch, ...seen.patch };
    }
    return ok({ patch, identity });
  }

  /* ---- with the code in hand ---- */

  /** Every way in of this device under the newest root, at once. */
  async function rewrap(profile: Profile, identity: Identity, code: string): Promise<Result<Patch, WorkerError>> {
    const before = currentWrap(profile, "D+P");
    const head = before === undefined ? undefined : wrapHead(before);
    const from = identity.roots.get(profile.rootEpoch ?? 0);
    // Without a code's way in here there is nothing to make it from: the card goes on opening the older root.
    if (before === undefined || head?.ok !== true || head.value.params === null || from === undefined) return ok({});
    const device = await deviceFactor(profile);
    if (!device.ok) return device;
    const salt = fromBase64Url(head.value.salt);
    assert(salt !== undefined, "SPEC C-K: a wrap's salt was checked");
    const { params } = head.value;
    const stretched = await deps.stretch.enrol(code, salt, params);
    if (!stretched.ok) return err({ type: "unavailable", mark: "stretch-broken" });
    const order = nextOrder(profile.wraps);
    const { epoch, id } = identity;
    const byCode = await wrapRoot(
      identity.root,
      "D+P",
      { device: device.value, code: createSecret(stretched.value.output) },
      { principal: id, epoch, order, salt, params },
      random,
    );
    const wraps = [{ pair: "D+P", epoch, wrap: byCode }];
    const card = currentWrap(profile, "D+C") === undefined ? undefined : await cardOf(profile, identity);
    if (card !== undefined) {
      const factors = { device: device.value, card: await cardFactor(card.secret) };
      const meta = { principal: id, epoch, order: order + 1, salt: newSalt(random), params: null };
      wraps.push({ pair: "D+C", epoch, wrap: await wrapRoot(identity.root, "D+C", factors, meta, random) });
    }
    const sealedBox =
      profile.sealedBox &&
      (await moveDeviceBox({ from, to: identity.root }, id, deviceOf(profile), profile.sealedBox, random));
    return ok({
      wraps,
      rootEpoch: epoch,
      sealedIdentity: identity.sealed,
      sealedPast: await sealPast(identity, random),
      ...(sealedBox === undefined ? {} : { sealedBox }),
    });
  }

  async function pinnedOrganisations(facts: RenewFacts): Promise<ReadonlyMap<PrincipalId, Principal>> {
    const read = await Promise.all(facts.organisations.map((statements) => readChain(statements)));
    return new Map(read.flatMap((chain) => (chain.ok ? [[chain.value.id, chain.value] as const] : [])));
  }

  async function keyringOf(identity: Identity, stored: StoredKeyring | undefined | null): Promise<Keyring | null> {
    const read = stored == null ? undefined : await readKeyring(stored.signed, identity.principal);
    return read?.ok === true ? read.value : null;
  }

  async function make(profile: Profile, identity: Identity, facts: RenewFacts): Promise<Result<Patch, WorkerError>> {
    const { serverBox } = facts;
    const newest = await keyringOf(identity, profile.keyringDue ?? profile.keyring);
    const organisations = await pinnedOrganisations(facts);
    const card = await cardOf(profile, identity);
    // What is carried over is this device's newest; what the server has only says which lock to open.
    const own = await keyringOf(identity, profile.keyring);
    const plan = desksPlan(profile, own, organisations, card !== undefined);
    const lacks = newest === null || !listsAll(identity.principal, newest) || plan.isStale;
    const asked = bothWishes(profile.keyringWish, lacks ? "renew" : null);
    // It takes the place of the one that is on its way, and settles what that one would have.
    const wish = asked === null ? null : bothWishes(asked, profile.keyringDue?.wish);
    // A device that was put out makes none, and one that cannot follow must not overwrite what it does not know.
    const behindRoot = (profile.keyring?.root ?? 0) > identity.epoch;
    if (wish === null || serverBox === null || profile.removedAt != null || behindRoot) return ok({});
    const back =
      profile.keyringBehind == null ? undefined : await readKeyring(profile.keyringBehind, identity.principal);
    const before = back?.ok === true ? back.value : own;
    // A rotation that would lose a way in waits until it can keep it.
    const keepsAll =
      (card !== undefined || ((own?.body.card ?? null) === null && !plan.needsCard)) &&
      // A visit makes no root: it would not follow it, and nothing of it is sealed one (SPEC P-N5).
      profile.visit === undefined &&
      [...identity.principal.devices.values()].every(({ box }) => box !== null) &&
      plan.ways.every(({ organisation }) => organisations.has(organisation)) &&
      identity.epoch < ways.roots;
    if (wish === "rotate-later" && !keepsAll && !lacks && wishedDesks(profile) === null) return ok({});
    const rotates = wish !== "renew" && keepsAll;
    const salt = newSalt(random);
    const stretched = await deps.stretch.enrol(facts.code, salt, floor);
    if (!stretched.ok) return err({ type: "unavailable", mark: "stretch-broken" });
    const next = rotates ? await rotateRoot(identity, random) : identity;
    let order = nextOrder(profile.wraps);
    const code = createSecret(stretched.value.output);
    const way =
      card === undefined
        ? (own?.body.card ?? null)
        : await createCardWay(next, { card, code, salt, params: floor, serverBox, order }, random);
    const isOther =
      card !== undefined && own?.body.card != null && (await cardProofs(card.secret)).locator !== own.body.card.locator;
    const deskKeys = { ...sealedKeys(profile) };
    const desks: KeyringDesk[] = [];
    for (const { held, organisation: id, pair, isFresh } of plan.ways) {
      const organisation = organisations.get(id);
      // With another card the pair of the card before ends, whether the root changes or not; but one whose keys this device has
      // not heard of yet stays until a rotation can keep it.
      const isEnded = isOther && pair === "C+O" && organisation !== undefined;
      if (held !== null && !rotates && !isFresh && !isEnded) {
        desks.push(held);
        continue;
      }
      assert(organisation !== undefined, "SPEC C-Y6: a way in with a desk is made for one that is pinned");
      order += 1;
      deskKeys[id] = organisation.former.length;
      if (pair === "S+O") {
        desks.push(await createDeskWay(next, organisation, { pair, serverBox, order }, random));
        continue;
      }
      assert(card !== undefined, "SPEC C-Y6: C+O is a way in with the card");
      const factor = await cardFactor(card.secret);
      desks.push(await createDeskWay(next, organisation, { pair, card: factor, order }, random));
    }
    const after = profile.keyring?.epoch ?? 0;
    const signed = await createKeyring(next, { before, after, card: way, desks, at: clock.now() }, random);
    const made = await readKeyring(signed, identity.principal);
    assert(made.ok, "SPEC P-Y: a keyring that was just made reads");
    if (rotates) next.root.wipe();
    return ok({
      keyringDue: {
        ...storedOf(made.value),
        wish: rotates ? "rotate" : "renew",
        // Settled by this one, or by one before that it carries over.
        ...(profile.deskWish == null ? {} : { desks: profile.deskWish.n }),
        deskKeys,
      },
      keyringWish: wish !== "renew" && !rotates ? "rotate-later" : null,
    });
  }

  return {
    look: (database, identity) => settle(database, (profile) => lookOnce(profile, identity)),

    renew: (database, identity, facts) =>
      settle(database, async (profile) => {
        const moved: Result<Patch, WorkerError> =
          (profile.rootEpoch ?? 0) < identity.epoch ? await rewrap(profile, identity, facts.code) : ok({});
        if (!moved.ok) return moved;
        const made = await make({ ...profile, ...moved.value }, identity, facts);
        if (!made.ok) return made;
        return ok({ patch: facts.isRight() ? { ...moved.value, ...made.value } : {}, identity });
      }),

    putOut: (database, identity, device) =>
      settle(database, async (profile) => {
        const own = await withStatements(identity, profile.statements);
        if (!own.ok) return err({ type: "unavailable", mark: "chain-damaged" });
        if (!own.value.principal.devices.has(device)) return ok({ patch: {}, identity: own.value });
        const statements = await removeDevice(own.value, profile.statements, device);
        const after = await withStatements(identity, statements);
        assert(after.ok, "SPEC P-S: a chain that was just extended reads");
        const keyringWish = bothWishes(profile.keyringWish, profile.keyringDue?.wish, "rotate");
        return ok({ patch: { statements, statementsDue: true, keyringWish }, identity: after.value });
      }),
  };
}
