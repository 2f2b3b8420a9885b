/**
 * Making, opening and closing a satchel (DESIGN 3). Runs in the satchel worker; needs no network, ever.
 *
 * Surprising fact: locking waits for everything that holds the session, then forgets the keys. A task that began before
 * the lock is finished and kept; one that comes after it hears "locked".
 */

import { createCard } from "../../crypto/card.ts";
import { codeKind } from "../../crypto/codes.ts";
import { createDeviceBox } from "../../crypto/device-box.ts";
import {
  certifyDevice,
  createIdentity,
  type Identity,
  openIdentity,
  openPast,
  sealPast,
  wipeIdentity,
  withStatements,
} from "../../crypto/identity.ts";
import { cardFactor, createDeviceFactor, newSalt, unwrapRoot, wrapHead, wrapRoot } from "../../crypto/keyring.ts";
import { generateDeviceKey } from "../../crypto/primitives.ts";
import type { RootKey, Secret } from "../../crypto/secret.ts";
import { generateSignPair, rawPublicKey } from "../../protocol/sign.ts";
import { chainLimits } from "../../protocol/statements.ts";
import { signVisit } from "../../protocol/visits.ts";
import type { VisitPass } from "../../protocol/wire.ts";
import type { SatchelRecord } from "../../satchel/model.ts";
import { streamsNamed } from "../../satchel/paper.ts";
import { assert } from "../../shared/assert.ts";
import { type B64, toBase64Url } from "../../shared/bytes.ts";
import { type DeviceId, type PrincipalId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { DeskWish, Profile, SatchelStore, StoredKeyring } from "../../storage/ports.ts";
import { bothWishes } from "../../sync/keys.ts";
import {
  type CodeDeps,
  currentWrap,
  deviceFactor,
  forgiveTries,
  nextOrder,
  type RightCode,
  refusedCode,
  tryCode,
  tryCodeNow,
  updateProfile,
  wrapUnderCode,
} from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import { createShownQueue } from "../common/queue.ts";
import { createRecords } from "../common/records.ts";
import type {
  CodeRefusal,
  OpeningState,
  ProfileView,
  ShownCard,
  UnlockRefusal,
  WorkerError,
} from "../satchel.contract.ts";
import { asksOf, wayOf } from "./asks.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import type { Held } from "./keyring-life.ts";
import { type CardFace, openCard, readTypedCard, sealCard } from "./sealed-card.ts";

/** A card with its secret, for the pair D+C. */
export type CardToKeep = CardFace & { readonly secret: Secret };

/** What a device brings that opened with card and code. */
export interface CameBack {
  /** The keyring that it opened with: older ones are refused from now on. */
  readonly keyring: StoredKeyring;
  /** What a shared computer takes in place of a place in the chain (SPEC P-N2); any other device its time only. */
  readonly visit?: VisitPass;
  /** With a desk's help: whatever was used for it is made anew. */
  readonly desks?: DeskWish;
}

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
    readonly transport?: B64;
    readonly transportKey: CryptoKey;
    readonly code: string;
    readonly pictogram: string;
    readonly card: CardToKeep | null;
    readonly cameBack?: CameBack;
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
  readonly card: () => Promise<Result<ShownCard, WorkerError>>;
  /** The open satchel goes on with what a look at its keyrings gave; nothing when it was locked meanwhile. */
  readonly follow: (held: Held) => void;
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

/**
 * True on a device that joined until the profile record of the others is here (they wrote down there that it was added):
 * what it shows until then is not all there is. One that came back with card and code: until its first pull has ended.
 */
async function isArriving({ profile, records, store }: Session): Promise<Result<boolean, WorkerError>> {
  if (profile.joinedAt === undefined) return ok(false);
  if (profile.cameBack === true) {
    const meta = await store.meta();
    return meta.ok ? ok(meta.value.lastPullAt === 0) : storageErr(meta.error);
  }
  const all = await records.list();
  if (!all.ok) return all;
  return ok(!all.value.some(({ record }) => record.t === "profile" && record.devices !== undefined));
}

export function createOpening(deps: SatchelDeps): Opening {
  const codes: CodeDeps = deps;
  let session: Session | undefined;
  let closing: Promise<void> | undefined;
  /** How often somebody asked to lock: an opening that was under way then must not end open. */
  let locks = 0;
  const tasks = new Set<Promise<unknown>>();
  /** Identities of the open satchel before it followed a new root: their roots are forgotten with it. */
  const before: Identity[] = [];

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
      ...(deps.turns === undefined ? {} : { giveWay: deps.turns.giveWay }),
      ...(deps.shared === undefined ? {} : { beside: deps.shared.beside(identity, store) }),
    });
    session = { profile, identity, store, records, queue: createShownQueue(store) };
    deps.shared?.opened(session);
    deps.emit({ type: "opening" });
  };

  /** Every key of a profile whose root was opened. */
  async function identityOf(profile: Profile, root: RootKey): Promise<Result<Identity, WorkerError>> {
    const { sealedPast, rootEpoch = 0 } = profile;
    const older = sealedPast && (await openPast(root, profile.principal as PrincipalId, rootEpoch, sealedPast));
    if (older?.ok === false) return err({ type: "unavailable", mark: `roots-${older.error.type}` });
    const opened = await openIdentity(root, profile.sealedIdentity, profile.statements, older?.value ?? []);
    return opened.ok ? opened : err({ type: "unavailable", mark: `identity-${opened.error.type}` });
  }

  /** Opens with what a try gave, unless the person locked (or left by the quick exit) while it ran. */
  async function openWith(
    { profile: tried, root, forgiven }: RightCode,
    locksBefore: number,
  ): Promise<Result<ProfileView, WorkerError>> {
    const [profile, opened, store] = await Promise.all([
      forgiven,
      identityOf(tried, root),
      deps.stores.open(tried.database),
    ]);
    if (!profile.ok) {
      if (opened.ok) wipeIdentity(opened.value);
      return profile;
    }
    // Another tab followed a new root while this code was tried: what opens is what stands there now.
    if ((profile.value.rootEpoch ?? 0) !== (tried.rootEpoch ?? 0))
      return openWith({ profile: profile.value, root, forgiven: Promise.resolve(profile) }, locksBefore);
    if (!opened.ok) return opened;
    if (!store.ok) return store;
    const looked = await deps.lookAtKeys(profile.value, opened.value);
    if (locks !== locksBefore) {
      wipeIdentity(opened.value);
      wipeIdentity(looked.identity);
      return err({ type: "locked" });
    }
    before.push(opened.value);
    openSession(looked.profile, looked.identity, store.value);
    return ok(view(looked.profile));
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
      for (const identity of [open.identity, ...before.splice(0)]) wipeIdentity(identity);
    })();
    await closing;
    closing = undefined;
    deps.emit({ type: "opening" });
  }

  /** Opens the root with this device and a card. */
  async function openByCard(profile: Profile, typed: string): Promise<Result<RootKey, WorkerError | UnlockRefusal>> {
    const card = await readTypedCard(typed);
    if (!card.ok) return card;
    const wrap = currentWrap(profile, "D+C");
    if (wrap === undefined) return err({ type: "wrong-card" });
    const device = await deviceFactor(profile);
    if (!device.ok) return device;
    const root = await unwrapRoot(wrap, "D+C", { device: device.value, card: await cardFactor(card.value.secret) });
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
    /** Raw public half, where the chain does not name the device yet. */
    readonly transport?: B64;
    readonly transportKey: CryptoKey;
    readonly code: string;
    readonly pictogram: string;
    readonly card: CardToKeep | null;
    readonly joinedAt: number | null;
    readonly cameBack?: CameBack | undefined;
  }): Promise<Result<ProfileView, WorkerError>> {
    const { random, clock } = deps;
    const { card, device, cameBack } = input;
    const { root, id, epoch } = input.identity;
    const own = await createDeviceBox(root, id, device, random);
    const transport = input.identity.principal.devices.get(device)?.transport ?? input.transport;
    assert(transport !== undefined, "SPEC C-T5: the chain, or who enters, names the device's key");
    const pass = deps.shared === undefined ? undefined : cameBack?.visit;
    const visit = pass && (await signVisit(input.identity.sign, { principal: id, device, transport, ...pass }));
    // A shared computer follows no later root. Where it has no visit (a satchel that is made there, an older server) its
    // device stands in the chain without a box key, and puts itself out (decisions/0018, 0024).
    const box = deps.shared === undefined ? own.box : null;
    const statements =
      visit === undefined
        ? await certifyDevice(input.identity, input.identity.statements, device, transport, box)
        : input.identity.statements;
    const certified = await withStatements(input.identity, statements);
    assert(certified.ok, "SPEC P-S: a chain that was just extended reads");
    const identity = certified.value;
    const deviceKey = await generateDeviceKey();
    const { factor, sealed } = await createDeviceFactor(deviceKey, random);
    const byCode = await wrapUnderCode(codes, {
      root,
      epoch,
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
      const meta = { principal: id, epoch, order: 2, salt: newSalt(random), params: null };
      wraps.push({ pair: "D+C", epoch, wrap: await wrapRoot(root, "D+C", factors, meta, random) });
    }
    const at = clock.now();
    const profile: Profile = {
      database: `b-${toBase64Url(random.bytes(16))}`,
      principal: id,
      kind: "satchel",
      pictogram: input.pictogram,
      device,
      statements,
      sealedIdentity: identity.sealed,
      rootEpoch: epoch,
      ...(epoch === 0 ? {} : { sealedPast: await sealPast(identity, random) }),
      sealedBox: own.sealed,
      wraps,
      deviceKey,
      sealedDeviceFactor: sealed,
      transportKey: input.transportKey,
      // Who came back with the card has just tried it.
      cardDrilled: cameBack !== undefined && card !== null,
      cardDrilledAt: cameBack === undefined || card === null ? null : at,
      sealedCard: card === null ? null : await sealCard(identity, card, random),
      codeKind: codeKind(input.code) ?? "digits",
      codeAskedAt: at,
      // S is used once: the next keyring has another.
      ...(cameBack === undefined ? {} : { cameBack: true, keyring: cameBack.keyring, keyringWish: "renew" }),
      ...(cameBack?.desks === undefined ? {} : { deskWish: cameBack.desks, keyringWish: "rotate" }),
      wrongTries: 0,
      nextTryAt: 0,
      createdAt: at,
      ...(input.joinedAt === null ? {} : { joinedAt: input.joinedAt }),
      ...(visit === undefined ? {} : { visit }),
      // Visits of before are no news to who opens now.
      ...(cameBack?.visit === undefined ? {} : { visitsNoted: cameBack.visit.from }),
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
      const open = session;
      if (open !== undefined) {
        const held = profiles.find((profile) => profile.database === open.profile.database);
        if (held === undefined) await lock();
        else {
          // A screen waits for this: what each has to read is read at the same time.
          const [arriving, asks, way] = await Promise.all([
            isArriving(open),
            asksOf(deps, held, open.store),
            wayOf(held, open),
          ]);
          if (!arriving.ok) return arriving;
          // Locked meanwhile: what follows says so.
          if (session !== undefined)
            return ok({
              type: "open",
              profile: view(held),
              cardDrilled: held.cardDrilled,
              ...(arriving.value ? { arriving: true } : {}),
              asks,
              way,
              putOut: held.removedAt != null,
            });
        }
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
      const card = await createCard(random, { home: deps.home(), set: 0 });
      return enter({
        identity: fresh,
        device,
        transport: publicKey,
        transportKey: transport.privateKey,
        code,
        pictogram,
        card,
        joinedAt: null,
      });
    },

    async join({ code, ...input }) {
      const refused = refusedCode(code);
      // The code of a satchel that is opened again is what it is.
      if (refused !== undefined && (input.cameBack === undefined || refused.type === "code-shape")) return err(refused);
      await lock();
      return enter({ ...input, code, joinedAt: deps.clock.now() });
    },

    follow({ profile, identity }) {
      if (session === undefined || session.profile.database !== profile.database) {
        wipeIdentity(identity);
        return;
      }
      const { records } = session;
      if (identity.epoch !== session.identity.epoch) {
        before.push(session.identity);
        records.follow(identity);
      }
      session = { ...session, profile, identity };
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
            now.statements.length === statements.length ? { statements: longer, statementsDue: true } : null,
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
      const opened = await tryCodeNow(codes, database, code);
      if (!opened.ok) return opened;
      await lock();
      return openWith(opened.value, locksBefore);
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
      return openWith({ profile: reset.value, root: root.value, forgiven: Promise.resolve(reset) }, locksBefore);
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
        // The root that this device's other wraps hold; all of them follow a newer one together (keyring-life.ts).
        const epoch = held.value.rootEpoch ?? 0;
        const root = identity.roots.get(epoch);
        assert(root !== undefined, "SPEC C-Y2: an identity has every root so far");
        const wrap = await wrapUnderCode(codes, {
          root,
          epoch,
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
          codeKind: codeKind(code) ?? "digits",
          codeAskedAt: deps.clock.now(),
          codeAskStep: 0,
          // Card and code together open with the new one once the server has it.
          keyringWish: bothWishes(now.keyringWish, "renew"),
        }));
        return changed.ok ? ok(undefined) : changed;
      }),

    card: () =>
      within(async ({ profile, identity }): Promise<Result<ShownCard, WorkerError>> => {
        const held = await profileOf(profile.database);
        if (!held.ok) return held;
        const sealed = held.value.sealedCard;
        const card = sealed === null ? undefined : await openCard(identity, sealed);
        return card === undefined ? err({ type: "not-found" }) : ok({ ...card, drilled: held.value.cardDrilled });
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
