/**
 * Making, opening and closing a satchel (DESIGN 3). Runs in the satchel worker; needs no network, ever.
 *
 * Surprising fact: locking waits for everything that holds the session, then forgets the keys. A task that began before
 * the lock is finished and kept; one that comes after it hears "locked".
 */

import { createCard, readCardGroups, readCardText } from "../../crypto/card.ts";
import {
  certifyDevice,
  createIdentity,
  type Identity,
  openIdentity,
  wipeIdentity,
  withStatements,
} from "../../crypto/identity.ts";
import { cardFactor, createDeviceFactor, newSalt, unwrapRoot, wrapHead, wrapRoot } from "../../crypto/keyring.ts";
import { generateDeviceKey } from "../../crypto/primitives.ts";
import { openRecord, sealRecord } from "../../crypto/record.ts";
import type { RootKey, Secret } from "../../crypto/secret.ts";
import { generateSignPair, rawPublicKey } from "../../protocol/sign.ts";
import { chainLimits } from "../../protocol/statements.ts";
import type { Op } from "../../protocol/wire.ts";
import type { SatchelRecord } from "../../satchel/model.ts";
import { streamsNamed } from "../../satchel/paper.ts";
import { assert } from "../../shared/assert.ts";
import { type B64, type Bytes, toBase64Url, utf8, utf8ToText } from "../../shared/bytes.ts";
import { type DeviceId, type OpId, type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile, SatchelStore } from "../../storage/ports.ts";
import {
  type CodeDeps,
  currentWrap,
  deviceFactor,
  firstEpoch,
  forgiveTries,
  nextOrder,
  refusedCode,
  tryCode,
  updateProfile,
  wrapUnderCode,
} from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import { createShownQueue } from "../common/queue.ts";
import { createRecords } from "../common/records.ts";
import type { CodeRefusal, OpeningState, ProfileView, UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";

export interface ShownCard {
  readonly qr: string;
  readonly groups: readonly string[];
  readonly set: number;
}

/** A card with its secret, for the pair D+C. */
export type CardToKeep = ShownCard & { readonly secret: Secret };

export interface Opening {
  readonly state: () => Promise<Result<OpeningState, WorkerError>>;
  readonly create: (input: {
    readonly code: string;
    readonly pictogram: string;
  }) => Promise<Result<ProfileView, WorkerError | CodeRefusal>>;
  /** The same with keys that another device of this satchel handed over (SPEC C-T6): nothing of it is here yet. */
  readonly join: (input: {
    readonly identity: Identity;
    readonly device: DeviceId;
    readonly transportKey: CryptoKey;
    readonly code: string;
    readonly pictogram: string;
    readonly card: CardToKeep | null;
  }) => Promise<Result<ProfileView, WorkerError | CodeRefusal>>;
  /** Adds a device to the chain; the longer chain is stored when this resolves. */
  readonly certify: (
    device: DeviceId,
    transport: B64,
  ) => Promise<Result<Identity, WorkerError | "device-twice" | "too-many">>;
  /** The code of the open satchel, asked again; a wrong one counts like any other. */
  readonly verifyCode: (code: string) => Promise<Result<void, WorkerError | UnlockRefusal>>;
  readonly unlock: (database: string, code: string) => Promise<Result<ProfileView, WorkerError | UnlockRefusal>>;
  readonly unlockWithCard: (
    database: string,
    card: string,
  ) => Promise<Result<ProfileView, WorkerError | UnlockRefusal>>;
  readonly lock: () => Promise<void>;
  readonly changeCode: (code: string, birthdate?: string) => Promise<Result<void, WorkerError | CodeRefusal>>;
  readonly card: () => Promise<Result<ShownCard & { readonly drilled: boolean }, WorkerError>>;
  readonly drill: (card: string) => Promise<Result<void, WorkerError | UnlockRefusal>>;
  readonly erase: (database: string) => Promise<Result<void, WorkerError>>;
  /** Another tab removed a satchel of this browser: nothing is kept of it here. */
  readonly erasedElsewhere: (database: string) => Promise<void>;
  /** Runs `use` with the open satchel; "locked" when there is none. Locking waits for it. */
  readonly within: <T, E>(use: (session: Session) => Promise<Result<T, E>>) => Promise<Result<T, E | WorkerError>>;
}

const view = ({ database, pictogram, codeKind = "digits" }: Profile): ProfileView => ({
  database,
  pictogram,
  codeKind,
});

/** The card is kept sealed in the format of a record that never leaves: nothing new to get wrong. */
async function sealCard(identity: Identity, card: ShownCard, deps: SatchelDeps): Promise<Bytes> {
  const facts = {
    record: randomId<RecordId>(deps.random),
    op: randomId<OpId>(deps.random),
    base: null,
    deleted: false,
    blobs: [],
  };
  return utf8(JSON.stringify(await sealRecord(identity, facts, card, deps.random)));
}

async function openCard(identity: Identity, sealed: Bytes): Promise<ShownCard | undefined> {
  const text = utf8ToText(sealed);
  if (text === undefined) return undefined;
  const opened = await openRecord(identity, JSON.parse(text) as Op);
  const content = opened.ok ? utf8ToText(opened.value.content) : undefined;
  return content === undefined ? undefined : (JSON.parse(content) as ShownCard);
}

/**
 * True on a device that joined until the profile record of the others is here (they wrote down there that it was added):
 * what it shows until then is not all there is.
 */
async function isArriving({ profile, records }: Session): Promise<Result<boolean, WorkerError>> {
  if (profile.joinedAt === undefined) return ok(false);
  const all = await records.list();
  if (!all.ok) return all;
  return ok(!all.value.some(({ record }) => record.t === "profile" && record.devices !== undefined));
}

/** The secret of a typed or scanned card. */
async function readCard(typed: string): Promise<Result<Secret, UnlockRefusal>> {
  if (/^\s*bsc[0-9]+\./i.test(typed)) {
    const read = await readCardText(typed);
    return read.ok ? ok(read.value.secret) : err({ type: "wrong-card" });
  }
  const read = await readCardGroups(typed);
  if (read.ok) return ok(read.value.secret);
  return read.error.type === "wrong-groups"
    ? err({ type: "wrong-groups", groups: read.error.groups })
    : err({ type: "wrong-card" });
}

export function createOpening(deps: SatchelDeps): Opening {
  const codes: CodeDeps = deps;
  let session: Session | undefined;
  let closing: Promise<void> | undefined;
  /** How often somebody asked to lock: an opening that was under way then must not end open. */
  let locks = 0;
  const tasks = new Set<Promise<unknown>>();

  const openSession = (profile: Profile, identity: Identity, store: SatchelStore): void => {
    const { random, clock, log } = deps;
    const records = createRecords<SatchelRecord>({
      store,
      identity,
      random,
      clock,
      log,
      blobsOf: streamsNamed,
      onSaved: () => deps.couriers.kick("commit", profile.database),
    });
    session = { profile, identity, store, records, queue: createShownQueue(store) };
    deps.emit({ type: "opening" });
  };

  /** Opens with what a try gave, unless the person locked (or left by the quick exit) while it ran. */
  async function openWith(
    profile: Profile,
    root: RootKey,
    locksBefore: number,
  ): Promise<Result<ProfileView, WorkerError>> {
    const identity = await openIdentity(root, profile.sealedIdentity, profile.statements);
    if (!identity.ok) return err({ type: "unavailable", mark: `identity-${identity.error.type}` });
    const store = await deps.stores.open(profile.database);
    if (!store.ok) return store;
    if (locks !== locksBefore) {
      root.wipe();
      return err({ type: "locked" });
    }
    openSession(profile, identity.value, store.value);
    return ok(view(profile));
  }

  async function lock(): Promise<void> {
    if (closing !== undefined) return closing;
    const open = session;
    if (open === undefined) return;
    session = undefined;
    closing = (async () => {
      while (tasks.size > 0) await Promise.allSettled(tasks);
      await open.records.settled();
      open.records.close();
      open.queue.close();
      wipeIdentity(open.identity);
    })();
    await closing;
    closing = undefined;
    deps.emit({ type: "opening" });
  }

  /** Opens the root with this device and a card. */
  async function openByCard(profile: Profile, typed: string): Promise<Result<RootKey, WorkerError | UnlockRefusal>> {
    const secret = await readCard(typed);
    if (!secret.ok) return secret;
    const wrap = currentWrap(profile, "D+C");
    if (wrap === undefined) return err({ type: "wrong-card" });
    const device = await deviceFactor(profile);
    if (!device.ok) return device;
    const root = await unwrapRoot(wrap, "D+C", { device: device.value, card: await cardFactor(secret.value) });
    return root.ok ? root : err({ type: "wrong-card" });
  }

  async function profileOf(database: string): Promise<Result<Profile, WorkerError>> {
    const held = await deps.registry.get(database);
    if (!held.ok) return storageErr(held.error);
    return held.value?.kind === "satchel" ? ok(held.value) : err({ type: "not-found" });
  }

  async function within<T, E>(use: (open: Session) => Promise<Result<T, E>>): Promise<Result<T, E | WorkerError>> {
    if (session === undefined) return err({ type: "locked" });
    const task = use(session);
    tasks.add(task);
    try {
      return await task;
    } finally {
      tasks.delete(task);
    }
  }

  /** A registry row, a database and an open session for keys that this device now holds. */
  async function enter(input: {
    readonly identity: Identity;
    readonly device: DeviceId;
    readonly transportKey: CryptoKey;
    readonly code: string;
    readonly pictogram: string;
    readonly card: CardToKeep | null;
    readonly joinedAt: number | null;
  }): Promise<Result<ProfileView, WorkerError>> {
    const { random, clock } = deps;
    const { identity, card } = input;
    const { root, id } = identity;
    const deviceKey = await generateDeviceKey();
    const { factor, sealed } = await createDeviceFactor(deviceKey, random);
    const byCode = await wrapUnderCode(codes, {
      root,
      principal: id,
      device: factor,
      code: input.code,
      order: 1,
      parameters: null,
    });
    if (!byCode.ok) return byCode;
    const wraps = [byCode.value];
    if (card !== null) {
      const factors = { device: factor, card: await cardFactor(card.secret) };
      const meta = { principal: id, epoch: firstEpoch, order: 2, salt: newSalt(random), params: null };
      wraps.push({ pair: "D+C", epoch: firstEpoch, wrap: await wrapRoot(root, "D+C", factors, meta, random) });
    }
    const shown = card === null ? null : { qr: card.qr, groups: card.groups, set: card.set };
    const profile: Profile = {
      database: `b-${toBase64Url(random.bytes(16))}`,
      principal: id,
      kind: "satchel",
      pictogram: input.pictogram,
      device: input.device,
      statements: identity.statements,
      sealedIdentity: identity.sealed,
      wraps,
      deviceKey,
      sealedDeviceFactor: sealed,
      transportKey: input.transportKey,
      cardDrilled: false,
      sealedCard: shown === null ? null : await sealCard(identity, shown, deps),
      wrongTries: 0,
      nextTryAt: 0,
      createdAt: clock.now(),
      ...(input.joinedAt === null ? {} : { joinedAt: input.joinedAt }),
      revision: 1,
    };
    const store = await deps.stores.open(profile.database);
    if (!store.ok) return store;
    const added = await deps.registry.add(profile);
    if (!added.ok) return storageErr(added.error);
    openSession(profile, identity, store.value);
    return ok(view(profile));
  }

  return {
    within,

    lock() {
      locks += 1;
      return lock();
    },

    async state() {
      const listed = await deps.registry.list();
      if (!listed.ok) return storageErr(listed.error);
      // One that was joined to another of this browser is opened through that one.
      const isAlias = ({ aliasOf }: Profile): boolean =>
        aliasOf !== undefined && listed.value.some((other) => other.principal === aliasOf);
      const profiles = listed.value.filter((profile) => profile.kind === "satchel" && !isAlias(profile));
      if (session !== undefined) {
        const { database } = session.profile;
        const held = profiles.find((profile) => profile.database === database);
        if (held !== undefined) {
          const arriving = await isArriving(session);
          if (!arriving.ok) return arriving;
          return ok({
            type: "open",
            profile: view(held),
            cardDrilled: held.cardDrilled,
            ...(arriving.value ? { arriving: true } : {}),
            asks: { code: false, drill: false },
            way: { tries: 0, left: 10, frozen: false, blockedAt: null, openedAt: null, openedElsewhere: false },
            putOut: false,
          });
        }
        await lock();
      }
      if (profiles.length === 0) return ok({ type: "none" });
      const oldestFirst = [...profiles].sort((a, b) => a.createdAt - b.createdAt);
      return ok({ type: "locked", profiles: oldestFirst.map(view) });
    },

    async create({ code, pictogram }) {
      const refused = refusedCode(code);
      if (refused !== undefined) return err(refused);
      await lock();
      const { random } = deps;
      const fresh = await createIdentity("satchel", random);
      const transport = await generateSignPair(false);
      const device = randomId<DeviceId>(random);
      const publicKey = await rawPublicKey(transport);
      const statements = await certifyDevice(fresh, fresh.statements, device, publicKey);
      const identity = await withStatements(fresh, statements);
      assert(identity.ok, "SPEC P-S: a chain that was just extended reads");
      const card = await createCard(random, { home: deps.home(), set: 0 });
      return enter({
        identity: identity.value,
        device,
        transportKey: transport.privateKey,
        code,
        pictogram,
        card,
        joinedAt: null,
      });
    },

    async join({ identity, device, transportKey, code, pictogram, card }) {
      const refused = refusedCode(code);
      if (refused !== undefined) return err(refused);
      await lock();
      return enter({ identity, device, transportKey, code, pictogram, card, joinedAt: deps.clock.now() });
    },

    certify: (device, transport) =>
      within(async ({ profile }): Promise<Result<Identity, WorkerError | "device-twice" | "too-many">> => {
        for (;;) {
          const held = await profileOf(profile.database);
          if (!held.ok) return held;
          const { statements } = held.value;
          const before = session;
          if (before === undefined) return err({ type: "locked" });
          const current = await withStatements(before.identity, statements);
          if (!current.ok) return err({ type: "unavailable", mark: "chain-damaged" });
          if (current.value.principal.devices.has(device)) return err("device-twice");
          if (statements.length >= chainLimits.statements) return err("too-many");
          const longer = await certifyDevice(current.value, statements, device, transport);
          const stored = await updateProfile(deps.registry, profile.database, (now) =>
            now.statements.length === statements.length ? { statements: longer } : null,
          );
          if (!stored.ok) return stored;
          // Another tab added a device in between: this one goes behind it.
          if (stored.value.statements.length !== longer.length) continue;
          const identity = await withStatements(current.value, longer);
          assert(identity.ok, "SPEC P-S: a chain that was just extended reads");
          if (session === before) session = { ...before, profile: stored.value, identity: identity.value };
          return identity;
        }
      }),

    async verifyCode(code) {
      if (session === undefined) return err({ type: "locked" });
      const opened = await tryCode(codes, session.profile.database, code);
      if (!opened.ok) return opened;
      opened.value.root.wipe();
      return ok(undefined);
    },

    async unlock(database, code) {
      const locksBefore = locks;
      const held = await profileOf(database);
      if (!held.ok) return held;
      const opened = await tryCode(codes, database, code);
      if (!opened.ok) return opened;
      await lock();
      return openWith(opened.value.profile, opened.value.root, locksBefore);
    },

    async unlockWithCard(database, typed) {
      const locksBefore = locks;
      const held = await profileOf(database);
      if (!held.ok) return held;
      const root = await openByCard(held.value, typed);
      if (!root.ok) return root;
      const reset = await forgiveTries(deps.registry, held.value);
      if (!reset.ok) return reset;
      await lock();
      return openWith(reset.value, root.value, locksBefore);
    },

    changeCode: (code, birthdate) =>
      within(async ({ profile, identity }): Promise<Result<void, WorkerError | CodeRefusal>> => {
        const refused = refusedCode(code, birthdate);
        if (refused !== undefined) return err(refused);
        const held = await profileOf(profile.database);
        if (!held.ok) return held;
        const device = await deviceFactor(held.value);
        if (!device.ok) return device;
        const before = currentWrap(held.value, "D+P");
        const head = before === undefined ? undefined : wrapHead(before);
        const wrap = await wrapUnderCode(codes, {
          root: identity.root,
          principal: identity.id,
          device: device.value,
          code,
          order: nextOrder(held.value.wraps),
          parameters: head?.ok === true ? head.value.params : null,
        });
        if (!wrap.ok) return wrap;
        const changed = await updateProfile(deps.registry, profile.database, (now) => ({
          wraps: [...now.wraps.filter((stored) => stored.pair !== "D+P"), wrap.value],
          wrongTries: 0,
          nextTryAt: 0,
        }));
        return changed.ok ? ok(undefined) : changed;
      }),

    card: () =>
      within(async ({ profile, identity }): Promise<Result<ShownCard & { readonly drilled: boolean }, WorkerError>> => {
        const held = await profileOf(profile.database);
        if (!held.ok) return held;
        const sealed = held.value.sealedCard;
        const card = sealed === null ? undefined : await openCard(identity, sealed);
        return card === undefined ? err({ type: "not-found" }) : ok({ ...card, drilled: held.value.cardDrilled });
      }),

    drill: (typed) =>
      within(async ({ profile }): Promise<Result<void, WorkerError | UnlockRefusal>> => {
        const held = await profileOf(profile.database);
        if (!held.ok) return held;
        // The drill is the real thing: the card opens the root key, or it was no drill.
        const root = await openByCard(held.value, typed);
        if (!root.ok) return root;
        root.value.wipe();
        const marked = await updateProfile(deps.registry, profile.database, () => ({ cardDrilled: true }));
        if (!marked.ok) return marked;
        deps.emit({ type: "opening" });
        return ok(undefined);
      }),

    async erase(database) {
      const held = await profileOf(database);
      if (!held.ok) return held;
      if (session?.profile.database === database) await lock();
      deps.couriers.stop(database);
      const removed = await deps.stores.remove(database);
      deps.emit({ type: "opening" });
      return removed;
    },

    async erasedElsewhere(database) {
      deps.couriers.stop(database);
      // First of all, so that what still waits to be saved is refused and does not make the database again.
      await deps.stores.forget(database);
      if (session?.profile.database === database) await lock();
      deps.emit({ type: "opening" });
    },
  };
}
