/**
 * Two satchels of one person become one (DESIGN 4, last paragraph): the open one adopts what the other holds, and the other
 * stays as an alias that delivers and receives what is under way. Runs in the satchel worker.
 *
 * Surprising facts: the alias's keys are kept sealed in the adopting satchel's own record, so its code is asked for once and
 * never again; and what the alias still receives comes in by adopting again, which changes nothing but what is new.
 */

import { type Identity, olderRoots, openIdentity, openPast, wipeIdentity } from "../../crypto/identity.ts";
import { createRootKey } from "../../crypto/secret.ts";
import { createSha256 } from "../../crypto/sha256.ts";
import { b64 } from "../../protocol/sign.ts";
import { signErase } from "../../protocol/ways.ts";
import type { Signed } from "../../protocol/wire.ts";
import { pointersIn } from "../../satchel/join.ts";
import type { SatchelRecord } from "../../satchel/model.ts";
import { streamsNamed } from "../../satchel/paper.ts";
import { fromBase64Url } from "../../shared/bytes.ts";
import type { LetterId, PrincipalId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile } from "../../storage/ports.ts";
import { tryCode, updateProfile } from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import { createShownQueue } from "../common/queue.ts";
import { createRecords } from "../common/records.ts";
import type { AliasView, JoinRefusal, TakenIn, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { type Dossiers, isDossier } from "./dossiers.ts";
import { everythingOf, fetchAway, plainPieces } from "./export-streams.ts";
import { createInbox, type LetterTakers } from "./inbox.ts";
import { adopt, type Source } from "./joining-adopt.ts";
import type { KeyCare } from "./key-care.ts";
import { type Alias, pinsOf, saveProfile } from "./pins.ts";
import type { Space } from "./space.ts";

export interface JoiningDeps extends SatchelDeps {
  readonly space: Pick<Space, "fetchBack">;
  readonly dossiers: Pick<Dossiers, "withdraw" | "settleAll">;
  readonly care: Pick<KeyCare, "renewOther">;
  readonly takers: LetterTakers;
}

export interface Joining {
  readonly join: (
    session: Session,
    input: { readonly database: string; readonly code: string },
  ) => Promise<Result<TakenIn, WorkerError | JoinRefusal>>;
  /** Takes in what aliases of this device have received since, and hands them what was asked to be taken back. */
  readonly follow: (session: Session) => Promise<Result<void, WorkerError>>;
  /**
   * Says to the server, with each alias's own key, that it is erased everywhere. `say` brings the statement there; the first
   * that is not heard ends it, and asking again is answered the same.
   */
  readonly eraseThere: <E>(
    session: Session,
    say: (statement: Signed) => Promise<Result<void, E>>,
  ) => Promise<Result<void, E | WorkerError>>;
  readonly aliases: (session: Session) => Promise<Result<readonly AliasView[], WorkerError>>;
}

/** "erased" of the other's database must not close the open satchel. */
function mine<T, E>(result: Result<T, E>): Result<T, E | WorkerError> {
  const erased = !result.ok && Object(result.error).mark === "erased";
  return erased ? err({ type: "unavailable", mark: "alias-erased" }) : result;
}

export function createJoining(deps: JoiningDeps): Joining {
  /** An inbox of its own: one that works for the open satchel must not be asked to wait for another. */
  const inbox = createInbox(deps, deps.takers);

  async function profileOf(database: string): Promise<Result<Profile | undefined, WorkerError>> {
    const held = await deps.registry.get(database);
    if (!held.ok) return storageErr(held.error);
    return ok(held.value?.kind === "satchel" ? held.value : undefined);
  }

  /** The keys of an alias, wherever its database is; `use` has them for as long as it takes. */
  async function withKeys<T, E>(
    { roots, keys: sealed, statements }: Pick<Alias, "roots" | "keys" | "statements">,
    use: (identity: Identity) => Promise<Result<T, E>>,
  ): Promise<Result<T, E | WorkerError>> {
    const keys = roots.flatMap((root) => {
      const bytes = fromBase64Url(root);
      return bytes === undefined ? [] : [createRootKey(bytes)];
    });
    const root = keys.at(-1);
    if (root === undefined) return err({ type: "unavailable", mark: "alias-roots" });
    const sealedBytes = fromBase64Url(sealed) ?? new Uint8Array(0);
    const identity = await openIdentity(root, sealedBytes, statements, keys.slice(0, -1));
    if (!identity.ok) return err({ type: "unavailable", mark: `identity-${identity.error.type}` });
    try {
      return await use(identity.value);
    } finally {
      wipeIdentity(identity.value);
    }
  }

  /**
   * Opens the other satchel beside the open one for as long as `use` takes; its keys are forgotten afterwards. Its root may
   * have been changed on another device since: it is followed like at an unlock.
   */
  async function beside<T, E>(
    held: Profile,
    alias: Pick<Alias, "roots" | "keys">,
    use: (other: Session) => Promise<Result<T, E>>,
  ): Promise<Result<T, E | WorkerError>> {
    const { statements } = held;
    return withKeys<T, E | WorkerError>({ ...alias, statements }, async (opened) => {
      const { profile, identity } = await deps.lookAtKeys(held, opened);
      const store = await deps.stores.open(profile.database);
      if (!store.ok) {
        wipeIdentity(identity);
        return store;
      }
      const { random, clock, log } = deps;
      const records = createRecords<SatchelRecord>({
        store: store.value,
        identity,
        random,
        clock,
        log,
        blobsOf: streamsNamed,
        onSaved: () => deps.couriers.kick("commit", profile.database),
      });
      const queue = createShownQueue(store.value);
      try {
        return mine(await use({ profile, identity, store: store.value, records, queue }));
      } finally {
        await records.settled();
        records.close();
        queue.close();
        wipeIdentity(identity);
      }
    });
  }

  async function sourceOf(other: Session, revive: boolean): Promise<Result<Source, WorkerError>> {
    const all = await everythingOf(other);
    if (!all.ok) return all;
    const pointers = new Map(
      all.value.records
        .flatMap(({ record }) => (record.t === "paper" ? pointersIn(record) : []))
        .map((pointer) => [pointer.blob, pointer]),
    );
    return ok({
      from: other.identity.id,
      records: all.value.records,
      proofs: all.value.proofs,
      revive,
      async open({ blob }) {
        const pointer = pointers.get(blob);
        const row = await other.store.getBlob(blob);
        if (pointer === undefined || !row.ok || row.value === undefined || row.value.state === "away") return null;
        const hash = await createSha256();
        return (async function* () {
          for await (const piece of plainPieces(other.store, pointer, hash)) {
            if (!piece.ok) return;
            yield piece.value;
          }
        })();
      },
    });
  }

  /** Letters of the alias that the person takes back here: only the alias's own key can say so. */
  async function handWithdrawals(session: Session, other: Session): Promise<Result<void, WorkerError>> {
    const all = await session.records.list();
    if (!all.ok) return all;
    for (const { id, record } of all.value.filter(isDossier)) {
      const asked = (Object.keys(record.withdrawn ?? {}) as LetterId[]).some(
        (letter) => record.sent[letter]?.from === other.identity.id,
      );
      if (!asked) continue;
      const theirs = await other.records.get(id);
      if (!theirs.ok || !isDossier(theirs.value)) continue;
      const known = theirs.value.record.withdrawn ?? {};
      const isNews = (Object.keys(theirs.value.record.sent) as LetterId[]).some(
        (letter) => record.withdrawn?.[letter] !== undefined && known[letter] === undefined,
      );
      if (!isNews) continue;
      const withdrawn = await deps.dossiers.withdraw(other, id);
      // The desk had opened it: that comes back as a proof.
      if (!withdrawn.ok && withdrawn.error.type !== "opened") return err(withdrawn.error);
    }
    return ok(undefined);
  }

  /** Its keys are this satchel's from now on, with every root that it has. */
  async function noteAlias(
    session: Session,
    { profile, identity }: Session,
    inherited: readonly (readonly [PrincipalId, Alias])[],
  ): Promise<Result<unknown, WorkerError>> {
    const { database, pictogram } = profile;
    const alias: Alias = {
      database,
      pictogram,
      statements: identity.statements,
      roots: [...olderRoots(identity), identity.root].map((root) => b64(root.reveal())),
      keys: b64(identity.sealed),
      joinedAt: deps.clock.now(),
    };
    return saveProfile(session, deps, (record) => {
      const pinned = record.pinned ?? { serverKeys: {}, organisations: {} };
      const aliases = { ...Object.fromEntries(inherited), ...pinned.aliases, [identity.id]: alias };
      return { ...record, pinned: { ...pinned, aliases } };
    });
  }

  async function take(session: Session, other: Session, revive: boolean): Promise<Result<TakenIn, WorkerError>> {
    const worked = await inbox.work(other);
    if (!worked.ok) return worked;
    const handed = await handWithdrawals(session, other);
    if (!handed.ok) return handed;
    const fetched = await fetchAway(other, deps.space);
    if (!fetched.ok) return fetched;
    const source = await sourceOf(other, revive);
    if (!source.ok) return source;
    const taken = await adopt(session, deps, source.value);
    if (!taken.ok) return taken;
    // From now on it is part of this one, and no longer a satchel to choose.
    const marked = await updateProfile(deps.registry, other.profile.database, (held) =>
      held.aliasOf === session.identity.id ? null : { aliasOf: session.identity.id },
    );
    if (!marked.ok) return marked;
    if (taken.value.papers + taken.value.dossiers > 0) {
      deps.emit({ type: "papers" });
      deps.emit({ type: "dossiers" });
    }
    return taken;
  }

  async function aliasesOf(session: Session): Promise<Result<readonly (readonly [PrincipalId, Alias])[], WorkerError>> {
    const pins = await pinsOf(session);
    return pins.ok ? ok(Object.entries(pins.value.aliases ?? {}) as [PrincipalId, Alias][]) : pins;
  }

  /** What an alias looked like when all of it had been taken in: the same again is not opened again. */
  const seen = new Map<PrincipalId, string>();

  /** Changes with whatever there may be to take in, or to hand over; needs no key of the alias. */
  async function markOf(session: Session, id: PrincipalId, profile: Profile): Promise<Result<string, WorkerError>> {
    const store = await deps.stores.open(profile.database);
    if (!store.ok) return mine(store);
    const [inboxRows, rows, proofs, all] = await Promise.all([
      store.value.listInbox(),
      store.value.listRecords(),
      store.value.listProofs(),
      session.records.list(),
    ]);
    if (!inboxRows.ok) return mine(storageErr(inboxRows.error));
    if (!rows.ok) return mine(storageErr(rows.error));
    if (!proofs.ok) return mine(storageErr(proofs.error));
    if (!all.ok) return all;
    const withdrawn = all.value
      .filter(isDossier)
      .flatMap(({ record }) =>
        Object.keys(record.withdrawn ?? {}).filter((letter) => record.sent[letter as LetterId]?.from === id),
      );
    const records = rows.value.map((row) => `${row.record} ${row.revision}`).sort();
    const parts = [
      session.identity.id,
      inboxRows.value.map((row) => row.order),
      records,
      proofs.value.length,
      withdrawn,
      // A root that was changed on another device: what was sealed under it opens now.
      [profile.keyringSeen?.sig, profile.keyring?.hash, profile.chainSeen?.length],
    ];
    return ok(JSON.stringify(parts));
  }

  async function followAll(session: Session): Promise<Result<void, WorkerError>> {
    const listed = await aliasesOf(session);
    if (!listed.ok) return listed;
    for (const [id, alias] of listed.value) {
      const profile = await profileOf(alias.database);
      if (!profile.ok) return profile;
      // Joined on another device: its keys are there.
      if (profile.value === undefined || profile.value.principal !== id) continue;
      const mark = await markOf(session, id, profile.value);
      if (!mark.ok) return mark;
      if (seen.get(id) === mark.value) continue;
      // An adoption that was cut off goes on as it began; a finished one brings back nothing that was erased since.
      const finished = profile.value.aliasOf === session.identity.id;
      const taken = await beside(profile.value, alias, (other) => take(session, other, !finished));
      if (!taken.ok) return taken;
      if (taken.value.missing === 0) seen.set(id, mark.value);
    }
    return ok(undefined);
  }

  let running: Promise<Result<void, WorkerError>> | undefined;
  let again = false;

  return {
    async join(session, { database, code }) {
      if (database === session.profile.database) return err({ type: "same" });
      const held = await profileOf(database);
      if (!held.ok) return held;
      if (held.value === undefined) return err({ type: "not-found" });
      if (held.value.principal === session.identity.id) return err({ type: "same" });
      const opened = await tryCode(deps, database, code);
      if (!opened.ok) return opened;
      const { profile, root } = opened.value;
      const id = profile.principal as PrincipalId;
      const epoch = profile.rootEpoch ?? 0;
      const past = epoch === 0 ? ok([]) : await openPast(root, id, epoch, profile.sealedPast ?? new Uint8Array(0));
      if (!past.ok) return err({ type: "unavailable", mark: "past-roots" });
      const roots = [...past.value, root].map((one) => b64(one.reveal()));
      for (const one of [...past.value, root]) one.wipe();
      const keys = b64(profile.sealedIdentity);
      const taken = await beside(profile, { roots, keys }, async (other): Promise<Result<TakenIn, WorkerError>> => {
        // Its own aliases come along: what they still receive is looked at by this one.
        const inherited = await aliasesOf(other);
        if (!inherited.ok) return inherited;
        // The last time that its code is in hand: what is wished for of its ways in is made now, or stays as it is.
        const renewed = await deps.care.renewOther(other, code);
        if (!renewed.ok) deps.log.note("alias-renew", { error: renewed.error.type });
        const noted = await noteAlias(session, other, inherited.value);
        return noted.ok ? take(session, other, true) : noted;
      });
      deps.emit({ type: "opening" });
      return taken;
    },

    async follow(session) {
      again = true;
      running ??= (async () => {
        let result: Result<void, WorkerError> = ok(undefined);
        while (again && result.ok) {
          again = false;
          result = await followAll(session);
        }
        return result;
      })().finally(() => {
        running = undefined;
      });
      return running;
    },

    async eraseThere(session, say) {
      const listed = await aliasesOf(session);
      if (!listed.ok) return listed;
      for (const [id, alias] of listed.value) {
        const said = await withKeys(alias, async (identity) => {
          // Nothing of it is registered or sent behind this.
          deps.couriers.stop(alias.database);
          return say(await signErase(identity.sign, id, deps.clock.now()));
        });
        if (!said.ok) return said;
      }
      return ok(undefined);
    },

    async aliases(session) {
      const listed = await aliasesOf(session);
      if (!listed.ok) return listed;
      const views: AliasView[] = [];
      for (const [id, { database, pictogram, joinedAt }] of listed.value) {
        const profile = await profileOf(database);
        if (!profile.ok) return profile;
        const here = profile.value?.principal === id;
        const store = here ? await deps.stores.open(database) : undefined;
        if (store?.ok === false) return store;
        const queue = await store?.value.queue();
        if (queue?.ok === false) return storageErr(queue.error);
        const left =
          queue === undefined
            ? 0
            : queue.value.ops.length +
              queue.value.proofs.length +
              queue.value.letters.filter((letter) => letter.state !== "accepted").length +
              queue.value.blobs.filter((blob) => !blob.localOnly && blob.state !== "verified").length;
        views.push({ pictogram, joinedAt, here, left });
      }
      return ok(views);
    },
  };
}
