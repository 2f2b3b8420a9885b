/**
 * The database port on `node:sqlite`: one file, WAL, synchronous=FULL, every write on the disk before it is answered.
 *
 * Runs in Node, synchronous inside: a write is one function without await, so nothing can come between. The SQL
 * ($1 placeholders, ON CONFLICT, RETURNING, no now()) is meant for PostgreSQL too.
 */

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { pull as pullLimits, quotas } from "../../protocol/limits.ts";
import type { B64, BlobRef, Op, PrincipalKind, PullRow, ServerTime, Signed } from "../../protocol/wire.ts";
import { assert, unreachable } from "../../shared/assert.ts";
import { toHex } from "../../shared/bytes.ts";
import type { BlobId, LetterId, PrincipalId } from "../../shared/ids.ts";
import type { Clock, Random } from "../../shared/ports.ts";
import { migrations } from "./migrations.ts";
import type { Store, StoredBlob, StoredLetter } from "./ports.ts";

type Value = string | number | null;
type Row = Readonly<Record<string, Value>>;
type FeedKind = "record" | "letter" | "proof" | "blob";

export interface SqliteDeps {
  /** Path of the database file; ":memory:" is refused, since nothing there is durable. */
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
}

const text = (row: Row, column: string): string => {
  const value = row[column];
  assert(typeof value === "string", "a TEXT column holds text");
  return value;
};
const number = (row: Row, column: string): number => {
  const value = row[column];
  assert(typeof value === "number", "a BIGINT column holds a number");
  return value;
};
/** base64url letters to bytes, near enough for quotas. */
const weight = (...texts: readonly string[]): number =>
  texts.reduce((sum, letters) => sum + Math.ceil((letters.length * 3) / 4), 0);

/** Opens (and, when new, makes) the database. @throws when the file is no database or its settings do not hold. */
export function openSqlite(deps: SqliteDeps): Store {
  assert(deps.file !== ":memory:", "the server's database is a file");
  const db = new DatabaseSync(deps.file, { timeout: 5000, enableForeignKeyConstraints: true });
  const statements = new Map<string, StatementSync>();

  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  // "$1" is a name for SQLite and a position for PostgreSQL.
  const bind = (values: readonly Value[]): Record<string, SQLInputValue> =>
    Object.fromEntries(values.map((value, at) => [String(at + 1), value]));
  const one = (sql: string, ...values: readonly Value[]): Row | undefined =>
    values.length === 0
      ? (prepared(sql).get() as Row | undefined)
      : (prepared(sql).get(bind(values)) as Row | undefined);
  const all = (sql: string, ...values: readonly Value[]): readonly Row[] =>
    (values.length === 0 ? prepared(sql).all() : prepared(sql).all(bind(values))) as unknown as readonly Row[];
  const run = (sql: string, ...values: readonly Value[]): number =>
    Number((values.length === 0 ? prepared(sql).run() : prepared(sql).run(bind(values))).changes);

  /** Runs `work` between two marks; undone when it throws, or when it says so with `abort`. Never leaves a mark open. */
  const aborted = Symbol("aborted");
  const attempt = <T>(begin: string, keep: string, undo: string, work: (abort: (value: T) => never) => T): T => {
    let result: T | undefined;
    const abort = (value: T): never => {
      result = value;
      throw aborted;
    };
    db.exec(begin);
    try {
      const value = work(abort);
      db.exec(keep);
      return value;
    } catch (error) {
      if (db.isTransaction) db.exec(undo);
      if (error === aborted) return result as T;
      throw error;
    }
  };
  const transaction = <T>(work: () => T): T => attempt("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", work);

  /**
   * Writes that arrive while the loop turns once share one commit, and so one fsync; each is undone alone. Nobody hears
   * of a write before that commit is on the disk.
   */
  let group: { readonly apply: () => () => void; readonly fail: (error: unknown) => void }[] = [];
  const commitGroup = (): void => {
    const writes = group;
    group = [];
    if (writes.length === 0) return;
    try {
      const answers = transaction(() => writes.map(({ apply }) => apply()));
      for (const answer of answers) answer();
    } catch (error) {
      for (const { fail } of writes) fail(error);
    }
  };
  const write = <T>(work: (abort: (value: T) => never) => T): Promise<T> =>
    new Promise((done, fail) => {
      const apply = (): (() => void) => {
        try {
          const value = attempt("SAVEPOINT one", "RELEASE one", "ROLLBACK TO one; RELEASE one", work);
          return () => done(value);
        } catch (error) {
          // SQLite ends the whole transaction by itself when the disk is full: then nobody's write is there.
          if (!db.isTransaction) throw error;
          return () => fail(error);
        }
      };
      group.push({ apply, fail });
      if (group.length === 1) setImmediate(commitGroup);
    });

  const pragma = (name: string): Value | undefined => Object.values(one(`PRAGMA ${name}`) ?? {})[0];
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  db.exec("PRAGMA foreign_keys = ON");
  db.exec("PRAGMA busy_timeout = 5000");
  assert(pragma("journal_mode") === "wal", "the database is in WAL mode");
  assert(pragma("synchronous") === 2, "the database syncs every commit");
  assert(pragma("foreign_keys") === 1, "foreign keys are checked");
  assert(pragma("busy_timeout") === 5000, "a busy database is waited for");

  db.exec("CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, at BIGINT NOT NULL)");
  const done = Number(one("SELECT COUNT(*) AS done FROM migration")?.done ?? 0);
  assert(done <= migrations.length, "the database is not newer than this server");
  for (const [at, steps] of migrations.entries()) {
    if (at < done) continue;
    transaction(() => {
      for (const step of steps) db.exec(step);
      run("INSERT INTO migration (number, at) VALUES ($1, $2)", at + 1, deps.clock.now());
    });
  }
  run(
    "INSERT INTO setting (name, value) VALUES ('epoch', $1) ON CONFLICT (name) DO NOTHING",
    toHex(deps.random.bytes(6)),
  );
  const epoch = text(one("SELECT value FROM setting WHERE name = 'epoch'") ?? {}, "value");

  /** Locks the principal's counter row and takes the next number; undefined for an unknown principal. */
  const bump = (principal: PrincipalId): number | undefined => {
    const row = one("UPDATE principal SET seq = seq + 1 WHERE id = $1 RETURNING seq", principal);
    return row === undefined ? undefined : number(row, "seq");
  };
  const addRow = (principal: PrincipalId, kind: FeedKind, ref: string, known?: number): number => {
    const seq = known ?? bump(principal);
    assert(seq !== undefined, "a feed belongs to a known principal");
    run(
      `INSERT INTO feed (principal, seq, kind, ref) VALUES ($1, $2, $3, $4)
       ON CONFLICT (principal, kind, ref) DO UPDATE SET seq = excluded.seq`,
      principal,
      seq,
      kind,
      ref,
    );
    return seq;
  };
  /** Adds to the space used unless that would exceed `quota`; giving back always works. */
  const take = (principal: PrincipalId, bytes: number, quota: number): boolean =>
    run(
      "UPDATE principal SET used = used + $2 WHERE id = $1 AND ($2 <= 0 OR used + $2 <= $3)",
      principal,
      bytes,
      quota,
    ) === 1;

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
  });
  const toBlob = (row: Row): StoredBlob => ({
    owner: text(row, "owner") as PrincipalId,
    blob: text(row, "blob") as BlobId,
    length: number(row, "length"),
    root: text(row, "root") as B64,
    state: text(row, "state") as StoredBlob["state"],
    createdAt: number(row, "created_at") as ServerTime,
  });
  const blobOf = (owner: PrincipalId, blob: BlobId): StoredBlob | undefined => {
    const row = one("SELECT * FROM blob WHERE owner = $1 AND blob = $2", owner, blob);
    return row === undefined ? undefined : toBlob(row);
  };

  /** What a feed row points at. */
  const rowBody = (principal: PrincipalId, seq: number, kind: FeedKind, ref: string): PullRow | undefined => {
    switch (kind) {
      case "record": {
        const row = one("SELECT head, body, sig FROM record WHERE principal = $1 AND record = $2", principal, ref);
        return row && { seq, type: "record", op: toOp(row) };
      }
      case "letter": {
        const [sender = "", letter = ""] = ref.split(".");
        const row = one(
          "SELECT head, enc, body, sig, deposited_at FROM letter WHERE sender = $1 AND letter = $2",
          sender,
          letter,
        );
        if (row === undefined) return undefined;
        const at = number(row, "deposited_at") as ServerTime;
        return { seq, type: "letter", letter: { ...toOp(row), enc: text(row, "enc") as B64 }, at };
      }
      case "proof": {
        const [sender = "", letter = "", type = ""] = ref.split(".");
        const row = one(
          "SELECT body, sig FROM proof WHERE sender = $1 AND letter = $2 AND type = $3",
          sender,
          letter,
          type,
        );
        return row && { seq, type: "proof", letter: letter as LetterId, proof: toSigned(row) };
      }
      case "blob": {
        const state = blobOf(principal, ref as BlobId)?.state;
        return state === undefined || state === "staged"
          ? undefined
          : { seq, type: "blob", blob: ref as BlobId, state };
      }
      default:
        return unreachable(kind);
    }
  };
  const rowWeight = (row: PullRow): number => {
    switch (row.type) {
      case "record":
        return 60 + row.op.head.length + row.op.body.length + row.op.sig.length;
      case "letter":
        return 120 + row.letter.head.length + row.letter.enc.length + row.letter.body.length + row.letter.sig.length;
      case "proof":
        return 100 + row.proof.body.length + row.proof.sig.length;
      case "blob":
        return 80;
      default:
        return unreachable(row);
    }
  };

  // Each method below is a whole transaction: async only because another database is.
  return {
    epoch: async () => epoch,

    principal: async (id) => {
      const row = one("SELECT id, kind, sign, statements FROM principal WHERE id = $1", id);
      return (
        row && {
          id,
          kind: text(row, "kind") as PrincipalKind,
          sign: text(row, "sign") as B64,
          statements: JSON.parse(text(row, "statements")) as readonly Signed[],
        }
      );
    },

    saveChain: async (chain, knownLength, at) =>
      write((abort) => {
        const length = one("SELECT length FROM principal WHERE id = $1", chain.id);
        if ((length === undefined ? 0 : number(length, "length")) !== knownLength) return abort(false);
        run(
          `INSERT INTO principal (id, kind, sign, statements, length, seq, used, created_at)
           VALUES ($1, $2, $3, $4, $5, 0, 0, $6)
           ON CONFLICT (id) DO UPDATE SET statements = excluded.statements, length = excluded.length`,
          chain.id,
          chain.kind,
          chain.sign,
          JSON.stringify(chain.statements),
          chain.statements.length,
          at,
        );
        for (const [device, { transport }] of chain.devices)
          run(
            `INSERT INTO device (principal, device, transport) VALUES ($1, $2, $3)
             ON CONFLICT (principal, device) DO UPDATE SET transport = excluded.transport`,
            chain.id,
            device,
            transport,
          );
        return true;
      }),

    transportKey: async (principal, device) => {
      const row = one("SELECT transport FROM device WHERE principal = $1 AND device = $2", principal, device);
      return row && (text(row, "transport") as B64);
    },

    applyOp: async (op, head, digest, quota) =>
      write((abort) => {
        const seq = bump(head.satchel);
        if (seq === undefined) return abort({ type: "unknown-principal" });
        const before = one("SELECT seq, digest FROM applied WHERE principal = $1 AND op = $2", head.satchel, head.op);
        if (before !== undefined)
          return abort(
            text(before, "digest") === digest ? { type: "ok", seq: number(before, "seq") } : { type: "id-taken" },
          );
        const current = one(
          "SELECT op, seq, size, head, body, sig FROM record WHERE principal = $1 AND record = $2",
          head.satchel,
          head.record,
        );
        if ((current === undefined ? null : text(current, "op")) !== head.base)
          return abort(
            current === undefined
              ? { type: "conflict", current: null, seq: seq - 1 }
              : { type: "conflict", current: toOp(current), seq: number(current, "seq") },
          );
        const size = weight(op.head, op.body, op.sig);
        const more = size - (current === undefined ? 0 : number(current, "size"));
        const room = more > 0 ? quota : quota + quotas.appliedReserveBytes;
        if (!take(head.satchel, more + quotas.appliedOpBytes, room)) return abort({ type: "quota" });
        run(
          "INSERT INTO applied (principal, op, seq, digest) VALUES ($1, $2, $3, $4)",
          head.satchel,
          head.op,
          seq,
          digest,
        );
        run(
          `INSERT INTO record (principal, record, op, seq, size, head, body, sig)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (principal, record) DO UPDATE SET op = excluded.op, seq = excluded.seq, size = excluded.size,
             head = excluded.head, body = excluded.body, sig = excluded.sig`,
          head.satchel,
          head.record,
          head.op,
          seq,
          size,
          op.head,
          op.body,
          op.sig,
        );
        addRow(head.satchel, "record", head.record, seq);
        return { type: "ok", seq };
      }),

    pull: async (principal, askedEpoch, askedSeq, bytes) => {
      const counter = one("SELECT seq FROM principal WHERE id = $1", principal);
      const last = counter === undefined ? 0 : number(counter, "seq");
      const fresh = askedEpoch === "0" && askedSeq === 0;
      const reset = !fresh && (askedEpoch !== epoch || askedSeq > last);
      const found = all(
        "SELECT seq, kind, ref FROM feed WHERE principal = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        principal,
        reset || fresh ? 0 : askedSeq,
        pullLimits.rows + 1,
      );
      const rows: PullRow[] = [];
      let total = 0;
      let next = last;
      let more = false;
      for (const entry of found) {
        const seq = number(entry, "seq");
        const row = rowBody(principal, seq, text(entry, "kind") as FeedKind, text(entry, "ref"));
        assert(row !== undefined, "a feed row points at something that is there");
        total += rowWeight(row);
        if (rows.length > 0 && (total > bytes || rows.length >= pullLimits.rows)) {
          more = true;
          next = rows.at(-1)?.seq ?? last;
          break;
        }
        rows.push(row);
      }
      return { rows, next, more, reset };
    },

    hasWritten: async (from, to) =>
      one("SELECT 1 AS yes FROM letter WHERE sender = $1 AND receiver = $2 LIMIT 1", from, to) !== undefined,

    received: async (to, letter, manifest) => {
      const row = one(
        "SELECT * FROM letter WHERE receiver = $1 AND letter = $2 AND manifest = $3",
        to,
        letter,
        manifest,
      );
      return row && toLetter(row);
    },

    saveLetter: async ({ head, letter, manifest, digest, deposited, at, quota }) =>
      write((abort) => {
        const before = one("SELECT digest FROM letter WHERE sender = $1 AND letter = $2", head.from, head.letter);
        if (before !== undefined) return abort(text(before, "digest") === digest ? "same" : "id-taken");
        // Both counter rows in the order of their ids, so that two letters crossing each other cannot wait in a ring.
        const seqs = new Map<PrincipalId, number>();
        for (const id of [...new Set([head.from, head.to])].sort()) seqs.set(id, bump(id) ?? 0);
        const size = weight(letter.head, letter.enc, letter.body, letter.sig);
        if (!take(head.to, size, quota)) return abort("quota");
        run(
          `INSERT INTO letter
             (sender, letter, receiver, manifest, digest, head, enc, body, sig, deposited_at, complete)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)`,
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
        );
        for (const ref of head.blobs)
          run(
            "INSERT INTO letter_blob (sender, letter, blob, length, root) VALUES ($1, $2, $3, $4, $5)",
            head.from,
            head.letter,
            ref.blob,
            ref.length,
            ref.root,
          );
        run(
          "INSERT INTO proof (sender, letter, type, body, sig, at) VALUES ($1, $2, 'deposited', $3, $4, $5)",
          head.from,
          head.letter,
          deposited.body,
          deposited.sig,
          at,
        );
        addRow(head.to, "letter", `${head.from}.${head.letter}`, seqs.get(head.to));
        addRow(
          head.from,
          "proof",
          `${head.from}.${head.letter}.deposited`,
          head.from === head.to ? undefined : seqs.get(head.from),
        );
        return "saved";
      }),

    proofs: async (from, letter) =>
      all("SELECT body, sig FROM proof WHERE sender = $1 AND letter = $2 ORDER BY at, type DESC", from, letter).map(
        toSigned,
      ),

    addProof: async (letter, type, proof, feeds, at) =>
      write(() => {
        const added = run(
          `INSERT INTO proof (sender, letter, type, body, sig, at) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (sender, letter, type) DO NOTHING`,
          letter.from,
          letter.letter,
          type,
          proof.body,
          proof.sig,
          at,
        );
        if (added === 0) return;
        if (type === "complete")
          run("UPDATE letter SET complete = 1 WHERE sender = $1 AND letter = $2", letter.from, letter.letter);
        for (const id of [...new Set(feeds)].sort()) addRow(id, "proof", `${letter.from}.${letter.letter}.${type}`);
      }),

    wholeLetters: async (from) =>
      all(
        `SELECT * FROM letter WHERE complete = 0 AND ($1 = '' OR sender = $1) AND NOT EXISTS (
           SELECT 1 FROM letter_blob WHERE letter_blob.sender = letter.sender AND letter_blob.letter = letter.letter
             AND NOT EXISTS (
               SELECT 1 FROM blob WHERE blob.owner = letter_blob.sender AND blob.blob = letter_blob.blob
                 AND blob.state = 'verified' AND blob.length = letter_blob.length AND blob.root = letter_blob.root))`,
        from ?? "",
      ).map(toLetter),

    verifiedOf: async (owner, refs: readonly BlobRef[]) =>
      refs
        .filter((ref) => {
          const found = blobOf(owner, ref.blob);
          return found?.state === "verified" && found.length === ref.length && found.root === ref.root;
        })
        .map((ref) => ref.blob),

    blob: async (owner, blob) => blobOf(owner, blob),

    openUpload: async (ticket, quota, at) =>
      write((abort) => {
        if (one("SELECT id FROM principal WHERE id = $1", ticket.owner) === undefined) return "unknown-principal";
        const before = blobOf(ticket.owner, ticket.blob);
        if (before !== undefined)
          return before.length === ticket.length && before.root === ticket.root ? "known" : "id-taken";
        if (!take(ticket.owner, ticket.length, quota)) return abort("quota");
        run(
          `INSERT INTO blob (owner, blob, length, root, state, created_at, changed_at)
           VALUES ($1, $2, $3, $4, 'staged', $5, $5)`,
          ticket.owner,
          ticket.blob,
          ticket.length,
          ticket.root,
          at,
        );
        return "opened";
      }),

    markBlob: async (owner, blob, state, at) =>
      write(() => {
        const changed = run(
          "UPDATE blob SET state = $3, changed_at = $4 WHERE owner = $1 AND blob = $2 AND state <> 'verified'",
          owner,
          blob,
          state,
          at,
        );
        if (changed === 1) addRow(owner, "blob", blob);
      }),

    unverifiedBlobs: async () => all("SELECT * FROM blob WHERE state <> 'verified'").map(toBlob),

    forgetUpload: async (owner, blob) =>
      write(() => {
        const row = one(
          "DELETE FROM blob WHERE owner = $1 AND blob = $2 AND state <> 'verified' RETURNING length",
          owner,
          blob,
        );
        if (row === undefined) return;
        take(owner, -number(row, "length"), 0);
        run("DELETE FROM feed WHERE principal = $1 AND kind = 'blob' AND ref = $2", owner, blob);
      }),

    mayRead: async (reader, owner, blob) =>
      reader === owner ||
      one(
        `SELECT 1 AS yes FROM letter_blob JOIN letter ON letter.sender = letter_blob.sender
           AND letter.letter = letter_blob.letter
         WHERE letter_blob.sender = $1 AND letter_blob.blob = $2 AND letter.receiver = $3 LIMIT 1`,
        owner,
        blob,
        reader,
      ) !== undefined,

    desk: async (slug) => {
      const row = one("SELECT * FROM desk WHERE slug = $1", slug);
      if (row === undefined) return undefined;
      return {
        slug,
        authHash: text(row, "auth_hash") as B64,
        opened:
          row.principal === null
            ? null
            : { principal: text(row, "principal") as PrincipalId, sealedRoot: text(row, "sealed_root") as B64 },
      };
    },

    isDesk: async (principal) => one("SELECT 1 AS yes FROM desk WHERE principal = $1 LIMIT 1", principal) !== undefined,

    setDeskCode: async (slug, authHash) =>
      run(
        `INSERT INTO desk (slug, auth_hash) VALUES ($1, $2)
         ON CONFLICT (slug) DO UPDATE SET auth_hash = excluded.auth_hash WHERE desk.principal IS NULL`,
        slug,
        authHash,
      ) === 1,

    openDesk: async (slug, principal, sealedRoot, at) =>
      run(
        "UPDATE desk SET principal = $2, sealed_root = $3, opened_at = $4 WHERE slug = $1 AND principal IS NULL",
        slug,
        principal,
        sealedRoot,
        at,
      ) === 1,

    close: async () => {
      commitGroup();
      db.close();
    },
  };
}
