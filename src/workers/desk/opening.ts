/**
 * Opening a desk: once with the one-time code, then with six digits in this browser (DESIGN 6, SPEC P-O). Runs in the
 * desk worker. The organisation's keys are made here; the server gets them only sealed under the one-time code.
 *
 * Surprising fact: whoever comes first with the code makes the organisation; a second browser with the same code opens
 * what the first one sealed. So a try that broke off after the server's answer is simply made again.
 */

import {
  certifyDevice,
  createIdentity,
  type Identity,
  openIdentity,
  wipeIdentity,
  withStatements,
} from "../../crypto/identity.ts";
import { createDeviceFactor, openUnderCode, sealUnderCode } from "../../crypto/keyring.ts";
import { generateDeviceKey } from "../../crypto/primitives.ts";
import type { RootKey } from "../../crypto/secret.ts";
import { deskAuthOf, readDeskCode } from "../../protocol/desk-code.ts";
import { b64, generateSignPair, rawPublicKey } from "../../protocol/sign.ts";
import { readChain } from "../../protocol/statements.ts";
import type { DeployedOrganisation, Deployment, EnrolAnswer, Signed } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import { type B64, type Bytes, fromBase64Url, lengthPrefixed, toBase64Url } from "../../shared/bytes.ts";
import { type DeviceId, type PrincipalId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile, SatchelStore, StoredWrap } from "../../storage/ports.ts";
import { type CodeDeps, refusedCode, tryCode, updateProfile, wrapUnderCode } from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import { createRecords } from "../common/records.ts";
import type { DeskOpening, EnrolRefusal } from "../desk.contract.ts";
import type { UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { type Held, heldOf, openForHelper, openHelper, packHeld } from "./held.ts";
import type { DeskRecord } from "./records.ts";

type DeskError = WorkerError | { readonly type: "no-network" };

export interface PendingJoin {
  readonly profile: Profile;
  readonly helper: Identity;
  readonly held: Held;
}

export interface NewProfile {
  readonly organisation: PrincipalId;
  readonly statements: readonly Signed[];
  readonly helper: Identity;
  readonly held: Held;
  readonly device: DeviceId;
  readonly transportKey: CryptoKey;
  readonly code: string;
}

export interface DeskOpeningModule {
  readonly state: () => Promise<Result<DeskOpening, WorkerError>>;
  readonly enrol: (input: {
    readonly slug: string;
    readonly deskCode: string;
    readonly code: string;
  }) => Promise<Result<void, DeskError | EnrolRefusal>>;
  /** An answered invitation that is not confirmed yet opens no session: see `pending`. */
  readonly unlock: (code: string) => Promise<Result<void, WorkerError | UnlockRefusal>>;
  /** The invitation that this browser has answered, once its code was typed. */
  readonly pending: () => PendingJoin | undefined;
  /** A browser in which a helper has just made her keys: her profile. */
  readonly addHelper: (input: NewProfile) => Promise<Result<void, WorkerError>>;
  /** Forgets an answered invitation that came to nothing. */
  readonly dropPending: () => Promise<Result<void, WorkerError>>;
  /** The organisation as this helper holds it from now on: written first, then used. `wrap`: her root under her six digits. */
  readonly adopt: (next: {
    readonly held: Held;
    readonly statements: readonly Signed[];
    readonly helper: Identity;
    readonly wrap?: StoredWrap;
  }) => Promise<Result<DeskSession, WorkerError>>;
  readonly lock: () => Promise<void>;
  readonly within: <T, E>(use: (session: DeskSession) => Promise<Result<T, E>>) => Promise<Result<T, E | WorkerError>>;
  /** The deployment's words about the organisation of this browser. */
  readonly organisation: () => Promise<DeployedOrganisation | null>;
}

/** The two parts of what a code seals (SPEC P-O3). */
export const codeParts = (bytes: Bytes): readonly [Bytes, Bytes] | undefined => {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const middle = 4 + view.getUint32(0);
  if (middle + 4 > bytes.length || middle + 4 + view.getUint32(middle) !== bytes.length) return undefined;
  return [bytes.slice(4, middle), bytes.slice(middle + 4)];
};

/** The organisation that a deployment lists under this principal. */
async function organisationOf(deployment: Deployment | null, principal: string): Promise<DeployedOrganisation | null> {
  for (const organisation of deployment?.organisations ?? []) {
    const chain = organisation.statements.length === 0 ? undefined : await readChain(organisation.statements);
    if (chain?.ok === true && chain.value.id === principal) return organisation;
  }
  return null;
}

export function createDeskOpening(deps: DeskDeps): DeskOpeningModule {
  const codes: CodeDeps = deps;
  let session: DeskSession | undefined;
  let pending: PendingJoin | undefined;
  /** How often somebody asked to lock: an opening that was under way then must not end open. */
  let locks = 0;
  const tasks = new Set<Promise<unknown>>();

  async function profileHere(): Promise<Result<Profile | undefined, WorkerError>> {
    const listed = await deps.registry.list();
    if (!listed.ok) return storageErr(listed.error);
    const desks = listed.value.filter((profile) => profile.kind === "organisation");
    return ok([...desks].sort((a, b) => b.createdAt - a.createdAt)[0]);
  }

  const openSession = (profile: Profile, identity: Identity, helper: Identity | null, store: SatchelStore): void => {
    const { random, clock, log } = deps;
    const records = createRecords<DeskRecord>({
      store,
      identity,
      random,
      clock,
      log,
      blobsOf: () => [],
      onSaved: () => deps.couriers.kick("commit", profile.database),
    });
    pending = undefined;
    session = { profile, identity, helper, store, records };
    deps.emit({ type: "opening" });
    deps.emit({ type: "inbox" });
  };

  async function lock(): Promise<void> {
    if (pending !== undefined) wipeIdentity(pending.helper);
    pending = undefined;
    const open = session;
    if (open === undefined) return;
    session = undefined;
    while (tasks.size > 0) await Promise.allSettled(tasks);
    await open.records.settled();
    open.records.close();
    wipeIdentity(open.identity);
    if (open.helper !== null) wipeIdentity(open.helper);
    deps.emit({ type: "opening" });
  }

  /** Writes the profile of a browser in which keys were just made; the desk opens with it. */
  async function addProfile(input: {
    readonly principal: PrincipalId;
    readonly root: RootKey;
    readonly statements: readonly Signed[];
    readonly sealedIdentity: Bytes;
    readonly device: DeviceId;
    readonly transportKey: CryptoKey;
    readonly code: string;
  }): Promise<Result<{ readonly profile: Profile; readonly store: SatchelStore }, WorkerError>> {
    const { random, clock } = deps;
    const { principal, root, statements, sealedIdentity, device, transportKey, code } = input;
    const deviceKey = await generateDeviceKey();
    const { factor, sealed: sealedDeviceFactor } = await createDeviceFactor(deviceKey, random);
    const asked = { root, epoch: 0, principal, device: factor, code, order: 1, parameters: null };
    const wrap = await wrapUnderCode(codes, asked);
    if (!wrap.ok) return wrap;
    const profile: Profile = {
      database: `b-${toBase64Url(random.bytes(16))}`,
      principal,
      kind: "organisation",
      pictogram: "guichet",
      device,
      statements,
      sealedIdentity,
      wraps: [wrap.value],
      deviceKey,
      sealedDeviceFactor,
      transportKey,
      cardDrilled: false,
      sealedCard: null,
      wrongTries: 0,
      nextTryAt: 0,
      createdAt: clock.now(),
      revision: 1,
    };
    const store = await deps.stores.open(profile.database);
    if (!store.ok) return store;
    const added = await deps.registry.add(profile);
    return added.ok ? ok({ profile, store: store.value }) : storageErr(added.error);
  }

  /** What was typed opened `root`: the organisation's in an old desk, else the helper's. */
  async function openProfile(root: RootKey, profile: Profile, locksBefore = locks): Promise<Result<void, WorkerError>> {
    const lockedMeanwhile = (): Result<void, WorkerError> | undefined => {
      if (locks === locksBefore) return undefined;
      root.wipe();
      return err({ type: "locked" });
    };
    const held = heldOf(profile.sealedIdentity);
    const store = await deps.stores.open(profile.database);
    if (!store.ok) return store;
    if (held === undefined) {
      const identity = await openIdentity(root, profile.sealedIdentity, profile.statements);
      if (!identity.ok) return err({ type: "unavailable", mark: `identity-${identity.error.type}` });
      const stopped = lockedMeanwhile();
      if (stopped === undefined) openSession(profile, identity.value, null, store.value);
      return stopped ?? ok(undefined);
    }
    const helper = await openHelper(root, held);
    if (!helper.ok) return err({ type: "unavailable", mark: helper.error });
    if (held.box === null) {
      const stopped = lockedMeanwhile();
      if (stopped === undefined) pending = { profile, helper: helper.value, held };
      deps.emit({ type: "opening" });
      return stopped ?? ok(undefined);
    }
    const organisation = profile.principal as PrincipalId;
    const identity = await openForHelper(helper.value, held, organisation, profile.statements, deps.clock.now());
    if (!identity.ok) return err({ type: "unavailable", mark: identity.error });
    const stopped = lockedMeanwhile();
    if (stopped === undefined) openSession(profile, identity.value, helper.value, store.value);
    return stopped ?? ok(undefined);
  }

  /** The identity that the server knows: the one made here, or the one that the same code had sealed before. */
  async function enrolledIdentity(
    mine: Identity,
    sealed: B64,
    answer: EnrolAnswer,
    secret: Bytes,
  ): Promise<Result<Identity, WorkerError>> {
    if (answer.sealedRoot === sealed) return ok(mine);
    const parts = codeParts(fromBase64Url(answer.sealedRoot) ?? new Uint8Array(0));
    const chain = await readChain(answer.organisation.statements);
    if (parts === undefined || !chain.ok) return err({ type: "unavailable", mark: "desk-damaged" });
    const root = await openUnderCode(parts[0], secret, chain.value.id);
    if (!root.ok) return err({ type: "unavailable", mark: "desk-damaged" });
    const identity = await openIdentity(root.value, parts[1], answer.organisation.statements);
    return identity.ok ? identity : err({ type: "unavailable", mark: "desk-damaged" });
  }

  return {
    lock() {
      locks += 1;
      return lock();
    },

    async within(use) {
      if (session === undefined) return err({ type: "locked" });
      const task = use(session);
      tasks.add(task);
      try {
        return await task;
      } finally {
        tasks.delete(task);
      }
    },

    async state() {
      const profile = await profileHere();
      if (!profile.ok) return profile;
      if (profile.value === undefined) return ok({ type: "none" });
      const named = await organisationOf(await deps.deployments.current(), profile.value.principal);
      const organisation = named?.name ?? "";
      return ok({ type: session === undefined ? "locked" : "open", organisation });
    },

    async organisation() {
      const profile = await profileHere();
      if (!profile.ok || profile.value === undefined) return null;
      return organisationOf(await deps.deployments.current(), profile.value.principal);
    },

    async enrol({ slug, deskCode, code }) {
      const refused = refusedCode(code);
      if (refused !== undefined) return err(refused);
      const secret = await readDeskCode(deskCode);
      if (!secret.ok) {
        return secret.error.type === "wrong-groups"
          ? err({ type: "wrong-groups", groups: secret.error.groups })
          : err({ type: "wrong-desk-code" });
      }
      const { random } = deps;
      const fresh = await createIdentity("organisation", random);
      const transport = await generateSignPair(false);
      const publicKey = await rawPublicKey(transport);
      const device = randomId<DeviceId>(random);
      const statements = await certifyDevice(fresh, fresh.statements, device, publicKey);
      const sealedRoot = await sealUnderCode(fresh.root, secret.value, fresh.id, random);
      const sealed = b64(lengthPrefixed(sealedRoot, fresh.sealed));
      const outcome = await deps.link.enrol(slug, {
        auth: await deskAuthOf(secret.value),
        statements,
        sealedRoot: sealed,
      });
      if (outcome.type === "no-network") return err({ type: "no-network" });
      if (outcome.type === "wrong-code") return err({ type: "wrong-desk-code" });
      if (outcome.type === "too-many") return err({ type: "too-many-tries", waitMs: outcome.waitMs });
      if (outcome.type === "refused") return err({ type: "unavailable", mark: outcome.error });
      const made = await enrolledIdentity(fresh, sealed, outcome.value, secret.value);
      if (!made.ok) return made;
      const chain = await certifyDevice(made.value, outcome.value.organisation.statements, device, publicKey);
      const identity = await withStatements(made.value, chain);
      if (!identity.ok) return err({ type: "unavailable", mark: "desk-damaged" });
      const { root, id, sealed: sealedIdentity } = identity.value;
      const { privateKey: transportKey } = transport;
      const facts = { principal: id, root, statements: chain, sealedIdentity, device, transportKey, code };
      const added = await addProfile(facts);
      if (!added.ok) return added;
      // An older desk of this browser stays and delivers what it still holds; the newest one is shown.
      await deps.deployments.refresh();
      openSession(added.value.profile, identity.value, null, added.value.store);
      return ok(undefined);
    },

    async unlock(code) {
      const locksBefore = locks;
      const profile = await profileHere();
      if (!profile.ok) return profile;
      if (profile.value === undefined) return err({ type: "not-found" });
      const opened = await tryCode(codes, profile.value.database, code);
      if (!opened.ok) return opened;
      const { root, profile: now } = opened.value;
      assert(now.kind === "organisation", "a desk opens an organisation");
      await lock();
      if (locks !== locksBefore) {
        root.wipe();
        return err({ type: "locked" });
      }
      return openProfile(root, now, locksBefore);
    },

    pending: () => pending,

    async addHelper({ organisation, statements, helper, held, device, transportKey, code }) {
      const sealedIdentity = packHeld(held);
      const facts = { principal: organisation, statements, sealedIdentity, device, transportKey, code };
      const added = await addProfile({ ...facts, root: helper.root });
      if (!added.ok) return added;
      await deps.deployments.refresh();
      await lock();
      return openProfile(helper.root, added.value.profile);
    },

    async dropPending() {
      if (pending === undefined) return ok(undefined);
      const { profile, helper } = pending;
      pending = undefined;
      wipeIdentity(helper);
      deps.couriers.stop(profile.database);
      const removed = await deps.registry.remove(profile.database);
      deps.emit({ type: "opening" });
      return removed.ok ? ok(undefined) : storageErr(removed.error);
    },

    async adopt({ held, statements, helper, wrap }) {
      const profile = session?.profile ?? pending?.profile;
      if (profile === undefined) return err({ type: "locked" });
      // Overtaken by a change made here, or taken over already by another question: nothing is stopped and begun anew for it.
      if (session?.helper != null && statements.length <= session.identity.statements.length) return ok(session);
      const organisation = profile.principal as PrincipalId;
      const opened = await openForHelper(helper, held, organisation, statements, deps.clock.now());
      if (!opened.ok) return err({ type: "unavailable", mark: opened.error });
      const written = await updateProfile(deps.registry, profile.database, () => ({
        statements,
        sealedIdentity: packHeld(held),
        ...(wrap === undefined ? {} : { wraps: [wrap] }),
      }));
      if (!written.ok) return written;
      if (session === undefined) {
        const store = await deps.stores.open(profile.database);
        if (!store.ok) return store;
        openSession(written.value, opened.value, helper, store.value);
      } else {
        session.records.follow(opened.value);
        session = { ...session, profile: written.value, identity: opened.value, helper };
        deps.emit({ type: "opening" });
      }
      // The drainer signs in by the chain that the profile has now, even if it was refused with the one before.
      deps.couriers.stop(profile.database);
      deps.couriers.kick("person", profile.database);
      return session === undefined ? err({ type: "locked" }) : ok(session);
    },
  };
}
