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
import { deskAuthOf, readDeskCode } from "../../protocol/desk-code.ts";
import { b64, generateSignPair, rawPublicKey } from "../../protocol/sign.ts";
import { readChain } from "../../protocol/statements.ts";
import type { DeployedOrganisation, Deployment, EnrolAnswer } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import { type B64, type Bytes, fromBase64Url, lengthPrefixed, toBase64Url } from "../../shared/bytes.ts";
import { type DeviceId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile, SatchelStore } from "../../storage/ports.ts";
import { type CodeDeps, refusedCode, tryCode, wrapUnderCode } from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import { createRecords } from "../common/records.ts";
import type { DeskOpening, EnrolRefusal } from "../desk.contract.ts";
import type { UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import type { DeskRecord } from "./records.ts";

type DeskError = WorkerError | { readonly type: "no-network" };

export interface DeskOpeningModule {
  readonly state: () => Promise<Result<DeskOpening, WorkerError>>;
  readonly enrol: (input: {
    readonly slug: string;
    readonly deskCode: string;
    readonly code: string;
  }) => Promise<Result<void, DeskError | EnrolRefusal>>;
  readonly unlock: (code: string) => Promise<Result<void, WorkerError | UnlockRefusal>>;
  readonly lock: () => Promise<void>;
  readonly within: <T, E>(use: (session: DeskSession) => Promise<Result<T, E>>) => Promise<Result<T, E | WorkerError>>;
  /** The deployment's words about the organisation of this browser. */
  readonly organisation: () => Promise<DeployedOrganisation | null>;
}

const sealedParts = (bytes: Bytes): readonly [Bytes, Bytes] | undefined => {
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
  /** How often somebody asked to lock: an opening that was under way then must not end open. */
  let locks = 0;
  const tasks = new Set<Promise<unknown>>();

  async function profileHere(): Promise<Result<Profile | undefined, WorkerError>> {
    const listed = await deps.registry.list();
    if (!listed.ok) return storageErr(listed.error);
    const desks = listed.value.filter((profile) => profile.kind === "organisation");
    return ok([...desks].sort((a, b) => b.createdAt - a.createdAt)[0]);
  }

  const openSession = (profile: Profile, identity: Identity, store: SatchelStore): void => {
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
    session = { profile, identity, store, records };
    deps.emit({ type: "opening" });
    deps.emit({ type: "inbox" });
  };

  async function lock(): Promise<void> {
    const open = session;
    if (open === undefined) return;
    session = undefined;
    while (tasks.size > 0) await Promise.allSettled(tasks);
    await open.records.settled();
    open.records.close();
    wipeIdentity(open.identity);
    deps.emit({ type: "opening" });
  }

  /** The identity that the server knows: the one made here, or the one that the same code had sealed before. */
  async function enrolledIdentity(
    mine: Identity,
    sealed: B64,
    answer: EnrolAnswer,
    secret: Bytes,
  ): Promise<Result<Identity, WorkerError>> {
    if (answer.sealedRoot === sealed) return ok(mine);
    const parts = sealedParts(fromBase64Url(answer.sealedRoot) ?? new Uint8Array(0));
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
      const { random, clock } = deps;
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
      const deviceKey = await generateDeviceKey();
      const { factor, sealed: sealedDeviceFactor } = await createDeviceFactor(deviceKey, random);
      const { root, id } = identity.value;
      const wrap = await wrapUnderCode(codes, {
        root,
        epoch: 0,
        principal: id,
        device: factor,
        code,
        order: 1,
        parameters: null,
      });
      if (!wrap.ok) return wrap;
      const profile: Profile = {
        database: `b-${toBase64Url(random.bytes(16))}`,
        principal: id,
        kind: "organisation",
        pictogram: "guichet",
        device,
        statements: chain,
        sealedIdentity: identity.value.sealed,
        wraps: [wrap.value],
        deviceKey,
        sealedDeviceFactor,
        transportKey: transport.privateKey,
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
      if (!added.ok) return storageErr(added.error);
      // An older desk of this browser stays and delivers what it still holds; the newest one is shown.
      await deps.deployments.refresh();
      openSession(profile, identity.value, store.value);
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
      const identity = await openIdentity(root, now.sealedIdentity, now.statements);
      if (!identity.ok) return err({ type: "unavailable", mark: `identity-${identity.error.type}` });
      const store = await deps.stores.open(now.database);
      if (!store.ok) return store;
      await lock();
      if (locks !== locksBefore) {
        root.wipe();
        return err({ type: "locked" });
      }
      openSession(now, identity.value, store.value);
      return ok(undefined);
    },
  };
}
