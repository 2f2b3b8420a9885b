/**
 * The database port, written once for every database: what is asked, in which order, under which lock. Runs in Node.
 *
 * Every write that touches what a principal has locks that principal's row first (two principals: in the order of their
 * ids), so READ COMMITTED is enough, and the counter in that row is the commit order (SPEC P-W8).
 */

import { createHash } from "node:crypto";
import { pull as pullLimits, quotas, ways } from "../../protocol/limits.ts";
import type { B64, BlobRef, Op, OpHead, PrincipalKind, PullRow, ServerTime, Signed } from "../../protocol/wire.ts";
import { assert, unreachable } from "../../shared/assert.ts";
import { fromBase64Url, toHex } from "../../shared/bytes.ts";
import type { BlobId, LetterId, OpId, PrincipalId } from "../../shared/ids.ts";
import type { Clock, Random } from "../../shared/ports.ts";
import { createApprovals } from "./approvals.ts";
import { storeChain } from "./chain-rows.ts";
import { createInactive, epochOf } from "./inactive.ts";
import { createJournal } from "./journal.ts";
import { createLogins } from "./logins.ts";
import { migrate } from "./migrations.ts";
import type { OpVerdict, Store, StoredBlob, StoredLetter } from "./ports.ts";
import { createPublished } from "./published.ts";
import { createTeam } from "./team.ts";
import { closedColumns, closedOf, createWays, lockOpen } from "./ways.ts";
import {
  all,
  type Driver,
  inBatches,
  kept,
  later,
  number,
  numberOrNull,
  type Outcome,
  one,
  type Row,
  run,
  text,
  textOrNull,
  two,
  undone,
  type Work,
} from "./work.ts";

type FeedKind = "record" | "letter" | "proof" | "blob";

export interface SqlStoreDeps {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly random: Random;
}

/** base64url letters to bytes, near enough for quotas. */
const weight = (...texts: readonly string[]): number =>
  texts.reduce((sum, letters) => sum + Math.ceil((letters.length * 3) / 4), 0);
const letters = (...texts: readonly string[]): number => texts.reduce((sum, { length }) => sum + length, 0);

/** What a row weighs in a page beside its texts. */
const frame = { record: 60, letter: 120, proof: 100, blob: 100 } as const;

const toOp = (row: Row): Op => ({
  head: text(row, "head") as B64,
  body: text(row, "body") as B64,
  sig: text(row, "sig") as B64,
});
const toSigned = (row: Row): Signed => ({ body: text(row, "body") as B64, sig: text(row, "sig") as B64 });
const toLetter = (row: Row): StoredLetter => ({
  from: text(row, "sender") as PrincipalId,
  to: text(row, "receiver") as PrincipalId,
  letter: text(row, "letter") as LetterId,
  manifest: text(row, "manifest") as B64,
  depositedAt: number(row, "deposited_at") as ServerTime,
  until: numberOrNull(row, "until") as ServerTime | null,
});
const toBlob = (row: Row): StoredBlob => ({
  owner: text(row, "owner") as PrincipalId,
  blob: text(row, "blob") as BlobId,
  length: number(row, "length"),
  root: text(row, "root") as B64,
  state: text(row, "state") as StoredBlob["state"],
  createdAt: number(row, "created_at") as ServerTime,
  verifiedAt: numberOrNull(row, "verified_at") as ServerTime | null,
  unreferencedSince: numberOrNull(row, "unreferenced_since") as ServerTime | null,
  node: textOrNull(row, "node"),
});

/** What a feed row and the thing that it points at become on the wire. */
function toPullRow(row: Row): PullRow {
  const seq = number(row, "seq");
  const ref = text(row, "ref");
  const kind = text(row, "kind") as FeedKind;
  switch (kind) {
    case "record": {
      const bodyHash = textOrNull(row, "body_hash");
      return { seq, type: "record", op: bodyHash === null ? toOp(row) : { ...toOp(row), bodyHash: bodyHash as B64 } };
    }
    case "letter":
      return {
        seq,
        type: "letter",
        letter: { ...toOp(row), enc: text(row, "enc") as B64 },
        at: number(row, "deposited_at") as ServerTime,
      };
    case "proof": {
      const letter = ref.split(".")[1] ?? "";
      return { seq, type: "proof", letter: letter as LetterId, proof: toSigned(row) };
    }
    case "blob": {
      const state = text(row, "state");
      assert(state === "verified" || state === "again", "a blob that is said is verified or asked for again");
      const at = state === "verified" ? { at: number(row, "verified_at") as ServerTime } : {};
      return { seq, type: "blob", blob: ref as BlobId, state, ...at };
    }
    default:
      return unreachable(kind);
  }
}

/** Waits for the principal's row and holds it; false when there is none. */
function* lock(principal: PrincipalId): Work<boolean> {
  return (yield* run("UPDATE principal SET seq = seq WHERE id = $1", principal)) === 1;
}

/** Locks the principal's row and takes the next number; undefined for an unknown principal. */
function* bump(principal: PrincipalId): Work<number | undefined> {
  const row = yield* one("UPDATE principal SET seq = seq + 1 WHERE id = $1 RETURNING seq", principal);
  return row === undefined ? undefined : number(row, "seq");
}

/** Counters of all of them, in the order of their ids: two writes that cross each other cannot wait in a ring. */
function* bumpAll(principals: readonly PrincipalId[]): Work<ReadonlyMap<PrincipalId, number>> {
  const seqs = new Map<PrincipalId, number>();
  for (const id of [...new Set(principals)].sort()) {
    const seq = yield* bump(id);
    assert(seq !== undefined, "a feed belongs to a known principal");
    seqs.set(id, seq);
  }
  return seqs;
}

function* addRow(principal: PrincipalId, kind: FeedKind, ref: string, seq: number, weighs: number): Work<void> {
  yield* later(
    `INSERT INTO feed (principal, seq, kind, ref, weight) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (principal, kind, ref) DO UPDATE SET seq = excluded.seq, weight = excluded.weight`,
    principal,
    seq,
    kind,
    ref,
    weighs,
  );
}
function* removeRow(principal: PrincipalId, kind: FeedKind, ref: string): Work<void> {
  yield* run("DELETE FROM feed WHERE principal = $1 AND kind = $2 AND ref = $3", principal, kind, ref);
}

/** Adds to the space used unless that would exceed `quota`; giving back always works. */
function* take(principal: PrincipalId, bytes: number, quota: number): Work<boolean> {
  const changed = yield* run(
    "UPDATE principal SET used = used + $2 WHERE id = $1 AND ($2 <= 0 OR used + $2 <= $3)",
    principal,
    bytes,
    quota,
  );
  return changed === 1;
}
function* giveBack(principal: PrincipalId, bytes: number): Work<void> {
  yield* take(principal, -bytes, 0);
}

function* blobOf(owner: PrincipalId, blob: BlobId): Work<StoredBlob | undefined> {
  const row = yield* one("SELECT * FROM blob WHERE owner = $1 AND blob = $2", owner, blob);
  return row === undefined ? undefined : toBlob(row);
}

const named = `EXISTS (SELECT 1 FROM record_blob WHERE record_blob.principal = blob.owner AND record_blob.blob = blob.blob)
  OR EXISTS (SELECT 1 FROM letter_blob WHERE letter_blob.sender = blob.owner AND letter_blob.blob = blob.blob)`;

function* anyCollected(owner: PrincipalId, blobs: readonly BlobId[]): Work<boolean> {
  const sql = "SELECT blob FROM blob WHERE owner = $1 AND state = 'collected' AND blob IN ($ids)";
  return (yield* inBatches(sql, [owner], blobs)).length > 0;
}
function* nowNamed(owner: PrincipalId, blobs: readonly BlobId[]): Work<void> {
  yield* inBatches("UPDATE blob SET unreferenced_since = NULL WHERE owner = $1 AND blob IN ($ids)", [owner], blobs);
}
/** After a reference went: from `since` on for those that nothing names any more. */
function* maybeUnnamed(owner: PrincipalId, blobs: readonly BlobId[], since: number): Work<void> {
  const sql = `UPDATE blob SET unreferenced_since = $2
    WHERE owner = $1 AND unreferenced_since IS NULL AND blob IN ($ids) AND NOT (${named})`;
  yield* inBatches(sql, [owner, since], blobs);
}

/** Body and references of a letter go; the row stays with id, digest and manifest. `since`: see `maybeUnnamed`. */
function* dropLetter(letter: StoredLetter, at: ServerTime, since: number): Work<void> {
  const row = yield* one(
    "SELECT head, enc, body, sig FROM letter WHERE sender = $1 AND letter = $2 AND dropped_at IS NULL",
    letter.from,
    letter.letter,
  );
  if (row === undefined) return;
  yield* giveBack(letter.to, weight(text(row, "head"), text(row, "enc"), text(row, "body"), text(row, "sig")));
  yield* run(
    "UPDATE letter SET head = '', enc = '', body = '', sig = '', dropped_at = $3 WHERE sender = $1 AND letter = $2",
    letter.from,
    letter.letter,
    at,
  );
  const refs = yield* all(
    "DELETE FROM letter_blob WHERE sender = $1 AND letter = $2 RETURNING blob",
    letter.from,
    letter.letter,
  );
  yield* maybeUnnamed(
    letter.from,
    refs.map((ref) => text(ref, "blob") as BlobId),
    since,
  );
  yield* removeRow(letter.to, "letter", `${letter.from}.${letter.letter}`);
}

function* hasProof(letter: StoredLetter, type: string): Work<boolean> {
  const row = yield* one(
    "SELECT 1 AS yes FROM proof WHERE sender = $1 AND letter = $2 AND type = $3",
    letter.from,
    letter.letter,
    type,
  );
  return row !== undefined;
}

/** @returns false when one of this type is there. */
function* keepProof(letter: StoredLetter, type: string, proof: Signed, at: ServerTime): Work<boolean> {
  const added = yield* run(
    `INSERT INTO proof (sender, letter, type, body, sig, at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (sender, letter, type) DO NOTHING`,
    letter.from,
    letter.letter,
    type,
    proof.body,
    proof.sig,
    at,
  );
  return added === 1;
}

/** Its sender takes it away from the receiver: what nothing else names goes at once. False when that was said before. */
function* takeAway(
  letter: StoredLetter,
  type: "withdrawn" | "ended",
  proof: Signed,
  at: ServerTime,
  seqs: ReadonlyMap<PrincipalId, number>,
): Work<boolean> {
  if (!(yield* keepProof(letter, type, proof, at))) return false;
  yield* dropLetter(letter, at, 0);
  for (const [id, seq] of seqs)
    yield* addRow(
      id,
      "proof",
      `${letter.from}.${letter.letter}.${type}`,
      seq,
      frame.proof + proof.body.length + proof.sig.length,
    );
  return true;
}

/** The record's list of blobs becomes `next`; `before` says whether it had any. */
function* nameBlobs(
  head: { readonly satchel: PrincipalId; readonly record: string; readonly deleted: boolean },
  before: readonly BlobId[],
  next: readonly BlobId[],
  at: ServerTime,
): Work<void> {
  if (before.length === 0 && next.length === 0) return;
  const added = next.filter((blob) => !before.includes(blob));
  const removed = before.filter((blob) => !next.includes(blob));
  for (const blob of added)
    yield* run(
      "INSERT INTO record_blob (principal, record, blob) VALUES ($1, $2, $3)",
      head.satchel,
      head.record,
      blob,
    );
  yield* inBatches(
    "DELETE FROM record_blob WHERE principal = $1 AND record = $2 AND blob IN ($ids)",
    [head.satchel, head.record],
    removed,
  );
  yield* nowNamed(head.satchel, added);
  // What a person deletes is not kept for a month: it may be collected at once.
  yield* maybeUnnamed(head.satchel, removed, head.deleted ? 0 : at);
}

/** The lock, the number and the space that a new record takes, in one statement: mostly there is no more to it. */
const takeNumber = `UPDATE principal SET seq = seq + 1, used = used + $2 WHERE id = $1
  RETURNING seq, used, quota, ${closedColumns}`;
/** No row for what is new in both: mostly it is, and an empty answer is the cheapest. */
const opAndRecord = `SELECT applied.seq AS applied_seq, applied.digest AS digest, record.op AS op, record.seq AS seq,
    record.size AS size, record.blobs AS blobs, record.body_hash AS body_hash
  FROM principal LEFT JOIN applied ON applied.principal = principal.id AND applied.op = $2
    LEFT JOIN record ON record.principal = principal.id AND record.record = $3
  WHERE principal.id = $1 AND (applied.op IS NOT NULL OR record.op IS NOT NULL)`;

/** The rules of a push, once (SPEC P-R). `quota`: when the operator said no other number. */
function* applyOp(op: Op, head: OpHead, digest: B64, quota: number, at: ServerTime): Work<Outcome<OpVerdict>> {
  const size = weight(op.head, op.body, op.sig);
  const [counter, before] = yield* two(
    { sql: takeNumber, values: [head.satchel, size + quotas.appliedOpBytes] },
    { sql: opAndRecord, values: [head.satchel, head.op, head.record] },
  );
  if (counter === undefined) return undone({ type: "unknown-principal" });
  const closed = closedOf(counter);
  if (closed !== null) return undone({ type: closed });
  const seq = number(counter, "seq");
  if (before !== undefined && before.digest !== null)
    return undone(
      text(before, "digest") === digest ? { type: "ok", seq: number(before, "applied_seq") } : { type: "id-taken" },
    );
  // What is left of `before` is the record, if there is one.
  if (before === undefined && head.base !== null) return undone({ type: "conflict", current: null, seq: seq - 1 });
  if (before !== undefined && before.op !== head.base) {
    if (before.body_hash !== null) return undone({ type: "gone" });
    const current = yield* one(
      "SELECT head, body, sig FROM record WHERE principal = $1 AND record = $2",
      head.satchel,
      head.record,
    );
    assert(current !== undefined, "a record of a locked principal stays");
    return undone({ type: "conflict", current: toOp(current), seq: number(before, "seq") });
  }
  const named =
    before === undefined || before.blobs === 0
      ? []
      : (yield* all(
          "SELECT blob FROM record_blob WHERE principal = $1 AND record = $2",
          head.satchel,
          head.record,
        )).map((row) => text(row, "blob") as BlobId);
  const fresh = head.blobs.filter((blob) => !named.includes(blob));
  if (fresh.length > 0 && (yield* anyCollected(head.satchel, fresh))) return undone({ type: "blob-missing" });
  const replaced = before === undefined ? 0 : number(before, "size");
  const allowed = numberOrNull(counter, "quota") ?? quota;
  const room = size > replaced ? allowed : allowed + quotas.appliedReserveBytes;
  if (number(counter, "used") - replaced > room) return undone({ type: "quota" });
  if (replaced > 0) yield* giveBack(head.satchel, replaced);
  yield* later(
    "INSERT INTO applied (principal, op, seq, digest) VALUES ($1, $2, $3, $4)",
    head.satchel,
    head.op,
    seq,
    digest,
  );
  yield* later(
    `INSERT INTO record (principal, record, op, seq, size, head, body, sig, deleted, changed_at, blobs, body_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)
     ON CONFLICT (principal, record) DO UPDATE SET op = excluded.op, seq = excluded.seq, size = excluded.size,
       head = excluded.head, body = excluded.body, sig = excluded.sig, deleted = excluded.deleted,
       changed_at = excluded.changed_at, blobs = excluded.blobs, body_hash = NULL`,
    head.satchel,
    head.record,
    head.op,
    seq,
    size,
    op.head,
    op.body,
    op.sig,
    head.deleted ? 1 : 0,
    at,
    head.blobs.length,
  );
  yield* nameBlobs(head, named, head.blobs, at);
  yield* addRow(head.satchel, "record", head.record, seq, frame.record + letters(op.head, op.body, op.sig));
  return kept({ type: "ok", seq });
}

const setting = {
  epoch: "epoch",
  backup: "backup",
  seen: "seen",
} as const;

function* readSetting(name: string): Work<string | undefined> {
  const row = yield* one("SELECT value FROM setting WHERE name = $1", name);
  return row === undefined ? undefined : text(row, "value");
}
/** Keeps the larger of two times. */
function* raiseSetting(name: string, at: ServerTime): Work<void> {
  yield* run(
    `INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
     WHERE CAST(setting.value AS BIGINT) < CAST(excluded.value AS BIGINT)`,
    name,
    String(at),
  );
}
const timeOf = (value: string | undefined | null): ServerTime | null =>
  value === undefined || value === null ? null : (Number(value) as ServerTime);

/** SHA-256 of the bytes behind base64url text, as such text. */
const hashOfText = (body: string): string => {
  const bytes = fromBase64Url(body);
  assert(bytes !== undefined, "what is stored is base64url");
  return createHash("sha256").update(bytes).digest("base64url");
};

/** Migrates what is there and hands out the port. @throws when the database is of a newer version. */
export async function createSqlStore(deps: SqlStoreDeps): Promise<Store> {
  const { driver, clock, random } = deps;
  const { read, write } = driver;
  const drawEpoch = (): string => toHex(random.bytes(6));

  await driver.exclusive(function* () {
    yield* migrate(clock.now(), driver.dialect);
    yield* run("INSERT INTO setting (name, value) VALUES ('epoch', $1) ON CONFLICT (name) DO NOTHING", drawEpoch());
    return kept(undefined);
  });

  async function* verified(condition: string): AsyncGenerator<StoredBlob, void> {
    for (let owner = "", blob = ""; ; ) {
      const rows = await read(() =>
        all(
          `SELECT * FROM blob WHERE (owner, blob) > ($1, $2) AND state = 'verified' ${condition}
           ORDER BY owner, blob LIMIT 500`,
          owner,
          blob,
        ),
      );
      for (const row of rows) {
        const found = toBlob(row);
        owner = found.owner;
        blob = found.blob;
        yield found;
      }
      if (rows.length === 0) return;
    }
  }

  return {
    epoch: async () => {
      const epoch = await read(() => readSetting(setting.epoch));
      assert(epoch !== undefined, "a database has an epoch");
      return epoch;
    },
    bumpEpoch: () =>
      write(function* () {
        const next = drawEpoch();
        yield* run("UPDATE setting SET value = $2 WHERE name = $1", setting.epoch, next);
        return kept(next);
      }),
    lastBackup: async () => timeOf(await read(() => readSetting(setting.backup))),
    setLastBackup: (at) =>
      write(function* () {
        yield* raiseSetting(setting.backup, at);
        return kept(undefined);
      }),
    seen: (at) =>
      write(function* () {
        const before = timeOf(yield* readSetting(setting.seen));
        yield* raiseSetting(setting.seen, at);
        return kept(before);
      }),

    principal: (id) =>
      read(function* () {
        const row = yield* one(
          `SELECT id, kind, sign, statements, quota, ${closedColumns} FROM principal WHERE id = $1`,
          id,
        );
        return (
          row && {
            id,
            kind: text(row, "kind") as PrincipalKind,
            sign: text(row, "sign") as B64,
            statements: JSON.parse(text(row, "statements")) as readonly Signed[],
            quota: numberOrNull(row, "quota"),
            closed: closedOf(row),
          }
        );
      }),

    signer: (id) =>
      read(function* () {
        const row = yield* one("SELECT kind, sign FROM principal WHERE id = $1", id);
        return row && { id, kind: text(row, "kind") as PrincipalKind, sign: text(row, "sign") as B64 };
      }),

    saveChain: (chain, knownLength, at) =>
      write(function* () {
        return (yield* storeChain(chain, knownLength, at)) ? kept(true) : undone(false);
      }),

    transportKey: (principal, device) =>
      read(function* () {
        const row = yield* one("SELECT transport FROM device WHERE principal = $1 AND device = $2", principal, device);
        return row && (text(row, "transport") as B64);
      }),

    setQuota: (principal, bytes) =>
      write(function* () {
        return kept((yield* run("UPDATE principal SET quota = $2 WHERE id = $1", principal, bytes)) === 1);
      }),

    applyOp: (op, head, digest, quota, at) => write(() => applyOp(op, head, digest, quota, at)),

    applied: (principal, ops) =>
      read(function* () {
        const rows = yield* inBatches("SELECT op FROM applied WHERE principal = $1 AND op IN ($ids)", [principal], ops);
        return rows.map((row) => text(row, "op") as OpId);
      }),

    pull: (principal, askedEpoch, askedSeq, bytes) =>
      read(function* () {
        const fresh = askedEpoch === "0" && askedSeq === 0;
        const after = (seq: number) =>
          // Rows, counter and epoch in one statement: of one moment, whatever is written meanwhile.
          all(
            `SELECT principal.seq AS last, principal.rests AS rests, feed.seq AS seq, feed.weight AS weight,
               (SELECT value FROM setting WHERE name = 'epoch') AS epoch,
               (SELECT value FROM setting WHERE name = 'backup') AS backup
             FROM principal LEFT JOIN feed ON feed.principal = principal.id AND feed.seq > $2
             WHERE principal.id = $1 ORDER BY feed.seq LIMIT $3`,
            principal,
            seq,
            pullLimits.rows + 1,
          );
        let from = fresh ? 0 : askedSeq;
        let found = yield* after(from);
        const [first] = found;
        if (first === undefined) {
          const epoch = yield* readSetting(setting.epoch);
          assert(epoch !== undefined, "a database has an epoch");
          return {
            rows: [],
            next: 0,
            more: false,
            reset: !fresh,
            epoch,
            backup: timeOf(yield* readSetting(setting.backup)),
          };
        }
        const last = number(first, "last");
        const epoch = epochOf(text(first, "epoch"), number(first, "rests"));
        const backup = timeOf(textOrNull(first, "backup"));
        const reset = !fresh && (askedEpoch !== epoch || askedSeq > last);
        if (reset) {
          from = 0;
          found = yield* after(from);
        }
        let total = 0;
        let until = 0;
        let taken = 0;
        for (const row of found) {
          if (row.seq === null) break;
          total += number(row, "weight");
          if (taken > 0 && (total > bytes || taken >= pullLimits.rows)) break;
          until = number(row, "seq");
          taken += 1;
        }
        const more = taken < found.length && found[0]?.seq !== null;
        if (taken === 0) return { rows: [], next: last, more: false, reset, epoch, backup };
        // A row that moved on since the first statement comes with a later page.
        const rows = yield* all(
          `SELECT feed.seq AS seq, feed.kind AS kind, feed.ref AS ref,
             COALESCE(record.head, letter.head) AS head,
             COALESCE(record.body, letter.body, proof.body) AS body,
             COALESCE(record.sig, letter.sig, proof.sig) AS sig,
             record.body_hash AS body_hash, letter.enc AS enc, letter.deposited_at AS deposited_at,
             blob.state AS state, blob.verified_at AS verified_at
           FROM feed
             LEFT JOIN record ON feed.kind = 'record' AND record.principal = feed.principal AND record.record = feed.ref
             LEFT JOIN letter ON feed.kind = 'letter' AND letter.sender = SUBSTR(feed.ref, 1, 27)
               AND letter.letter = SUBSTR(feed.ref, 29, 22)
             LEFT JOIN proof ON feed.kind = 'proof' AND proof.sender = SUBSTR(feed.ref, 1, 27)
               AND proof.letter = SUBSTR(feed.ref, 29, 22) AND proof.type = SUBSTR(feed.ref, 52)
             LEFT JOIN blob ON feed.kind = 'blob' AND blob.owner = feed.principal AND blob.blob = feed.ref
           WHERE feed.principal = $1 AND feed.seq > $2 AND feed.seq <= $3 ORDER BY feed.seq`,
          principal,
          from,
          until,
        );
        return { rows: rows.map(toPullRow), next: more ? until : Math.max(last, until), more, reset, epoch, backup };
      }),

    hasWritten: (from, to) =>
      read(function* () {
        const row = yield* one("SELECT 1 AS yes FROM letter WHERE sender = $1 AND receiver = $2 LIMIT 1", from, to);
        return row !== undefined;
      }),

    received: (to, letter, manifest) =>
      read(function* () {
        const row = yield* one(
          "SELECT * FROM letter WHERE receiver = $1 AND letter = $2 AND manifest = $3",
          to,
          letter,
          manifest,
        );
        return row && toLetter(row);
      }),

    letters: (from, ids) =>
      read(function* () {
        return (yield* inBatches("SELECT * FROM letter WHERE sender = $1 AND letter IN ($ids)", [from], ids)).map(
          toLetter,
        );
      }),

    saveLetter: ({ head, letter, manifest, digest, deposited, at, quota }) =>
      write(function* () {
        const seqs = yield* bumpAll([head.from, head.to]);
        const sender = yield* one(`SELECT ${closedColumns} FROM principal WHERE id = $1`, head.from);
        const receiver = yield* one("SELECT erased_at FROM principal WHERE id = $1", head.to);
        const closed = sender === undefined ? null : closedOf(sender);
        if (closed !== null) return undone(closed);
        // Whoever wrote to a satchel that was erased since hears that nobody is there.
        if (receiver?.erased_at !== null) return undone("unknown-receiver");
        const seqOf = (id: PrincipalId): number => seqs.get(id) ?? 0;
        const before = yield* one(
          "SELECT digest FROM letter WHERE sender = $1 AND letter = $2",
          head.from,
          head.letter,
        );
        if (before !== undefined) return undone(text(before, "digest") === digest ? "same" : "id-taken");
        const blobs = head.blobs.map(({ blob }) => blob);
        if (yield* anyCollected(head.from, blobs)) return undone("blob-missing");
        if (!(yield* take(head.to, weight(letter.head, letter.enc, letter.body, letter.sig), quota)))
          return undone("quota");
        yield* run(
          `INSERT INTO letter
             (sender, letter, receiver, manifest, digest, head, enc, body, sig, deposited_at, complete, until)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11)`,
          head.from,
          head.letter,
          head.to,
          manifest,
          digest,
          letter.head,
          letter.enc,
          letter.body,
          letter.sig,
          at,
          head.until ?? null,
        );
        for (const ref of head.blobs)
          yield* run(
            "INSERT INTO letter_blob (sender, letter, blob, length, root) VALUES ($1, $2, $3, $4, $5)",
            head.from,
            head.letter,
            ref.blob,
            ref.length,
            ref.root,
          );
        yield* nowNamed(head.from, blobs);
        const { from, to, until = null } = head;
        const stored: StoredLetter = { from, to, letter: head.letter, manifest, depositedAt: at, until };
        yield* keepProof(stored, "deposited", deposited, at);
        const ref = `${head.from}.${head.letter}`;
        const weighs = frame.letter + letters(letter.head, letter.enc, letter.body, letter.sig);
        yield* addRow(head.to, "letter", ref, seqOf(head.to), weighs);
        const proofSeq = head.from === head.to ? ((yield* bump(head.from)) ?? 0) : seqOf(head.from);
        yield* addRow(
          head.from,
          "proof",
          `${ref}.deposited`,
          proofSeq,
          frame.proof + letters(deposited.body, deposited.sig),
        );
        return kept("saved");
      }),

    proofs: (from, letter) =>
      read(function* () {
        const rows = yield* all(
          `SELECT body, sig FROM proof WHERE sender = $1 AND letter = $2
           ORDER BY CASE type WHEN 'deposited' THEN 0 WHEN 'complete' THEN 1 ELSE 2 END`,
          from,
          letter,
        );
        return rows.map(toSigned);
      }),

    addProof: (letter, type, proof, feeds, at) =>
      write(function* () {
        const seqs = yield* bumpAll([letter.from, letter.to, ...feeds]);
        if ((yield* hasProof(letter, "withdrawn")) || (yield* hasProof(letter, "ended"))) return undone("gone");
        if (!(yield* keepProof(letter, type, proof, at))) return undone("same");
        if (type === "complete")
          yield* run("UPDATE letter SET complete = 1 WHERE sender = $1 AND letter = $2", letter.from, letter.letter);
        for (const id of new Set(feeds))
          yield* addRow(
            id,
            "proof",
            `${letter.from}.${letter.letter}.${type}`,
            seqs.get(id) ?? 0,
            frame.proof + proof.body.length + proof.sig.length,
          );
        if (type === "opened" && letter.from === letter.to) yield* dropLetter(letter, at, at);
        return kept("added");
      }),

    withdrawLetter: (letter, proof, at) =>
      write(function* () {
        const seqs = yield* bumpAll([letter.from, letter.to]);
        if (yield* hasProof(letter, "opened")) return undone("opened");
        return (yield* takeAway(letter, "withdrawn", proof, at, seqs)) ? kept("done") : undone("same");
      }),

    endShare: (letter, proof, at) =>
      write(function* () {
        const seqs = yield* bumpAll([letter.from, letter.to]);
        return (yield* takeAway(letter, "ended", proof, at, seqs)) ? kept("done") : undone("same");
      }),

    expireShares: async (at) => {
      for (let count = 0; ; ) {
        const rows = await read(() =>
          all(
            `SELECT * FROM letter WHERE until IS NOT NULL AND until <= $1 AND dropped_at IS NULL
             ORDER BY until LIMIT 100`,
            at,
          ),
        );
        if (rows.length === 0) return count;
        for (const letter of rows.map(toLetter)) {
          await write(function* () {
            for (const id of [letter.from, letter.to].sort()) yield* lock(id);
            yield* dropLetter(letter, at, 0);
            return kept(undefined);
          });
          count += 1;
        }
      }
    },

    wholeLetters: (from) =>
      read(function* () {
        const whole = `complete = 0 AND dropped_at IS NULL AND NOT EXISTS (
          SELECT 1 FROM letter_blob WHERE letter_blob.sender = letter.sender AND letter_blob.letter = letter.letter
            AND NOT EXISTS (
              SELECT 1 FROM blob WHERE blob.owner = letter_blob.sender AND blob.blob = letter_blob.blob
                AND blob.state = 'verified' AND blob.length = letter_blob.length AND blob.root = letter_blob.root))`;
        const rows =
          from === null
            ? yield* all(`SELECT * FROM letter WHERE ${whole}`)
            : yield* all(`SELECT * FROM letter WHERE sender = $1 AND ${whole}`, from);
        return rows.map(toLetter);
      }),

    verifiedOf: (owner, refs: readonly BlobRef[]) =>
      read(function* () {
        const rows = yield* inBatches(
          "SELECT * FROM blob WHERE owner = $1 AND state = 'verified' AND blob IN ($ids)",
          [owner],
          refs.map(({ blob }) => blob),
        );
        const found = new Map(rows.map(toBlob).map((blob) => [blob.blob, blob]));
        return refs
          .filter(({ blob, length, root }) => found.get(blob)?.length === length && found.get(blob)?.root === root)
          .map(({ blob }) => blob);
      }),

    blob: (owner, blob) => read(() => blobOf(owner, blob)),

    openUpload: (ticket, quota, at) =>
      write(function* () {
        const { owner, blob, length, root } = ticket;
        const closed = yield* lockOpen(owner);
        if (closed !== null) return undone(closed);
        const before = yield* one("SELECT * FROM blob WHERE owner = $1 AND blob = $2", owner, blob);
        if (before !== undefined) {
          if (number(before, "length") !== length || text(before, "root") !== root) return undone("id-taken");
          if (text(before, "state") !== "collected") return undone("known");
          if (number(before, "removing") === 1) return undone("busy");
        }
        if (!(yield* take(owner, length, quota))) return undone("quota");
        yield* run(
          `INSERT INTO blob (owner, blob, length, root, state, created_at, changed_at)
           VALUES ($1, $2, $3, $4, 'staged', $5, $5)
           ON CONFLICT (owner, blob) DO UPDATE SET state = 'staged', created_at = excluded.created_at,
             changed_at = excluded.changed_at, verified_at = NULL, node = NULL`,
          owner,
          blob,
          length,
          root,
          at,
        );
        // A record or a letter may have come before its blobs.
        yield* run(
          `UPDATE blob SET unreferenced_since = CASE WHEN ${named} THEN NULL ELSE created_at END
           WHERE owner = $1 AND blob = $2`,
          owner,
          blob,
        );
        return kept("opened");
      }),

    markBlob: (owner, blob, state, at) =>
      write(function* () {
        const seq = yield* bump(owner);
        if (seq === undefined) return undone(undefined);
        const changed = yield* run(
          `UPDATE blob SET state = $3, changed_at = $4, unreferenced_since = CASE WHEN unreferenced_since IS NULL THEN NULL ELSE CAST($4 AS BIGINT) END,
             verified_at = CASE WHEN $3 = 'verified' THEN CAST($4 AS BIGINT) ELSE NULL END
           WHERE owner = $1 AND blob = $2 AND state IN ('staged', 'again')`,
          owner,
          blob,
          state,
          at,
        );
        if (changed === 0) return undone(undefined);
        yield* addRow(owner, "blob", blob, seq, frame.blob);
        return kept(undefined);
      }),

    loseBlob: (owner, blob, at) =>
      write(function* () {
        const seq = yield* bump(owner);
        if (seq === undefined) return undone(false);
        const changed = yield* run(
          `UPDATE blob SET state = 'again', changed_at = $3, verified_at = NULL
           WHERE owner = $1 AND blob = $2 AND state = 'verified'`,
          owner,
          blob,
          at,
        );
        if (changed === 0) return undone(false);
        yield* addRow(owner, "blob", blob, seq, frame.blob);
        return kept(true);
      }),

    unverifiedBlobs: () =>
      read(function* () {
        return (yield* all("SELECT * FROM blob WHERE state IN ('staged', 'again')")).map(toBlob);
      }),

    staleUploads: (before) =>
      read(function* () {
        const sql = "SELECT * FROM blob WHERE state IN ('staged', 'again') AND created_at < $1 ORDER BY created_at";
        return (yield* all(sql, before)).map(toBlob);
      }),

    forgetUpload: (owner, blob) =>
      write(function* () {
        yield* lock(owner);
        const row = yield* one(
          "DELETE FROM blob WHERE owner = $1 AND blob = $2 AND state IN ('staged', 'again') RETURNING length",
          owner,
          blob,
        );
        if (row === undefined) return undone(undefined);
        yield* giveBack(owner, number(row, "length"));
        yield* removeRow(owner, "blob", blob);
        return kept(undefined);
      }),

    claimUpload: (owner, blob, node, at, staleBefore) =>
      write(function* () {
        const claimed = yield* run(
          `UPDATE blob SET node = $3, changed_at = $4 WHERE owner = $1 AND blob = $2 AND state IN ('staged', 'again')
             AND (node IS NULL OR NOT EXISTS (SELECT 1 FROM node WHERE node.id = blob.node AND node.seen_at >= $5))
             AND (node IS NULL OR node <> $3)`,
          owner,
          blob,
          node,
          at,
          staleBefore,
        );
        const row = yield* one(
          `SELECT blob.node AS node, node.url AS url FROM blob LEFT JOIN node ON node.id = blob.node
           WHERE blob.owner = $1 AND blob.blob = $2 AND blob.node IS NOT NULL`,
          owner,
          blob,
        );
        const answer = row && { node: text(row, "node"), url: textOrNull(row, "url") };
        return claimed === 0 ? undone(answer) : kept(answer);
      }),

    touchNode: (node, url, at) =>
      write(function* () {
        yield* run(
          `INSERT INTO node (id, url, seen_at) VALUES ($1, $2, $3)
           ON CONFLICT (id) DO UPDATE SET url = excluded.url, seen_at = excluded.seen_at`,
          node,
          url,
          at,
        );
        return kept(undefined);
      }),

    forgetNodes: (before) =>
      write(function* () {
        // What it staged was claimed by others long ago, or is claimed by whoever is asked for it.
        return kept(yield* run("DELETE FROM node WHERE seen_at < $1", before));
      }),

    nodes: (aliveSince) =>
      read(function* () {
        const rows = yield* all("SELECT id, url, seen_at FROM node WHERE seen_at >= $1 ORDER BY id", aliveSince);
        return rows.map((row) => ({
          node: text(row, "id"),
          url: text(row, "url"),
          seenAt: number(row, "seen_at") as ServerTime,
        }));
      }),

    collectable: (unreferencedBefore, limit) =>
      read(function* () {
        const removing = yield* all("SELECT * FROM blob WHERE removing = 1 LIMIT $1", limit);
        const idle = yield* all(
          `SELECT * FROM blob WHERE unreferenced_since < $1 AND state = 'verified' ORDER BY unreferenced_since LIMIT $2`,
          unreferencedBefore,
          limit - removing.length,
        );
        return [...removing, ...idle].map(toBlob);
      }),

    markCollected: (owner, blob, at) =>
      write(function* () {
        yield* lock(owner);
        const row = yield* one(
          `UPDATE blob SET state = 'collected', changed_at = $3, verified_at = NULL, removing = 1
           WHERE owner = $1 AND blob = $2 AND state = 'verified' AND unreferenced_since IS NOT NULL RETURNING length`,
          owner,
          blob,
          at,
        );
        if (row === undefined) {
          const again = yield* one(
            "SELECT 1 AS yes FROM blob WHERE owner = $1 AND blob = $2 AND removing = 1",
            owner,
            blob,
          );
          return undone(again !== undefined);
        }
        yield* giveBack(owner, number(row, "length"));
        yield* removeRow(owner, "blob", blob);
        return kept(true);
      }),

    bytesRemoved: (owner, blob) =>
      write(function* () {
        yield* run("UPDATE blob SET removing = 0 WHERE owner = $1 AND blob = $2", owner, blob);
        return kept(undefined);
      }),

    expireTombstoneBodies: async (before) => {
      for (let count = 0; ; ) {
        const rows = await read(() =>
          all(
            `SELECT principal, record, op, head, body, sig FROM record
             WHERE deleted = 1 AND body_hash IS NULL AND changed_at < $1 ORDER BY changed_at LIMIT 100`,
            before,
          ),
        );
        if (rows.length === 0) return count;
        for (const row of rows) {
          const principal = text(row, "principal") as PrincipalId;
          const body = text(row, "body");
          const size = weight(text(row, "head"), text(row, "sig"));
          count += await write(function* () {
            yield* lock(principal);
            const changed = yield* run(
              `UPDATE record SET body = '', body_hash = $4, size = $5
               WHERE principal = $1 AND record = $2 AND op = $3 AND body_hash IS NULL`,
              principal,
              text(row, "record"),
              text(row, "op"),
              hashOfText(body),
              size,
            );
            if (changed === 1) yield* giveBack(principal, weight(body));
            return kept(changed);
          });
        }
      }
    },

    verifiedBlobs: () => verified(""),
    referencedBlobs: () => verified("AND unreferenced_since IS NULL"),

    mayRead: (reader, owner, blob, at) =>
      read(function* () {
        if (reader === owner) return true;
        const row = yield* one(
          `SELECT 1 AS yes FROM letter_blob JOIN letter ON letter.sender = letter_blob.sender
             AND letter.letter = letter_blob.letter
           WHERE letter_blob.sender = $1 AND letter_blob.blob = $2 AND letter.receiver = $3
             AND (letter.until IS NULL OR letter.until > $4) LIMIT 1`,
          owner,
          blob,
          reader,
          at,
        );
        return row !== undefined;
      }),

    desk: (slug) =>
      read(function* () {
        const row = yield* one("SELECT * FROM desk WHERE slug = $1", slug);
        if (row === undefined) return undefined;
        return {
          slug,
          authHash: text(row, "auth_hash") as B64,
          opened:
            row.principal === null
              ? null
              : { principal: text(row, "principal") as PrincipalId, sealedRoot: text(row, "sealed_root") as B64 },
        };
      }),

    deskOf: (principal) =>
      read(function* () {
        const row = yield* one("SELECT slug FROM desk WHERE principal = $1 ORDER BY slug LIMIT 1", principal);
        return row && text(row, "slug");
      }),

    setDeskCode: (slug, authHash) =>
      write(function* () {
        const changed = yield* run(
          `INSERT INTO desk (slug, auth_hash) VALUES ($1, $2)
           ON CONFLICT (slug) DO UPDATE SET auth_hash = excluded.auth_hash WHERE desk.principal IS NULL`,
          slug,
          authHash,
        );
        return kept(changed === 1);
      }),

    openDesk: (slug, principal, sealedRoot, at) =>
      write(function* () {
        const changed = yield* run(
          "UPDATE desk SET principal = $2, sealed_root = $3, opened_at = $4 WHERE slug = $1 AND principal IS NULL",
          slug,
          principal,
          sealedRoot,
          at,
        );
        return kept(changed === 1);
      }),

    tally: (key, until, at) =>
      write(function* () {
        yield* later("DELETE FROM tally WHERE until <= $1", at);
        const row = yield* one(
          `INSERT INTO tally (key, count, until) VALUES ($1, 1, $2)
           ON CONFLICT (key) DO UPDATE SET count = tally.count + 1 RETURNING count, until`,
          key,
          until,
        );
        assert(row !== undefined, "an inserted row is returned");
        return kept({ count: number(row, "count"), until: number(row, "until") as ServerTime });
      }),

    tallied: (key, at) =>
      read(function* () {
        const row = yield* one("SELECT count, until FROM tally WHERE key = $1 AND until > $2", key, at);
        if (row === undefined) return { count: 0, until: at };
        return { count: number(row, "count"), until: number(row, "until") as ServerTime };
      }),

    usage: () =>
      read(function* () {
        const row = yield* one(
          `SELECT (SELECT COUNT(*) FROM principal) AS principals, (SELECT COUNT(*) FROM record) AS records,
             (SELECT COUNT(*) FROM letter) AS letters,
             (SELECT COUNT(*) FROM blob WHERE state IN ('staged', 'again')) AS staged,
             (SELECT COUNT(*) FROM blob WHERE state = 'verified') AS verified,
             (SELECT COUNT(*) FROM blob WHERE state = 'collected') AS collected,
             (SELECT CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM blob WHERE state = 'verified') AS bytes,
             (SELECT COUNT(*) FROM way WHERE replaced_at IS NULL) AS cards,
             (SELECT COUNT(*) FROM way WHERE replaced_at IS NULL AND tries >= $1) AS frozen,
             (SELECT COUNT(*) FROM principal WHERE blocked_at IS NOT NULL) AS blocked`,
          ways.tries,
        );
        assert(row !== undefined, "a count has a row");
        return {
          principals: number(row, "principals"),
          records: number(row, "records"),
          letters: number(row, "letters"),
          blobs: {
            staged: number(row, "staged"),
            verified: number(row, "verified"),
            collected: number(row, "collected"),
          },
          blobBytes: number(row, "bytes"),
          cards: number(row, "cards"),
          frozen: number(row, "frozen"),
          blocked: number(row, "blocked"),
        };
      }),

    ...createWays({ driver, dropLetter, toLetter }),
    ...createApprovals(driver),
    ...createPublished(driver),
    ...createTeam(driver),
    ...createInactive({ driver, dropLetter, toLetter }),
    ...createJournal(driver),
    ...createLogins(driver),
    backupTo: driver.backupTo,
    ping: async () => {
      await read(() => one("SELECT 1 AS yes"));
    },
    close: driver.close,
  };
}
