/**
 * Numbered migrations of the server's database; a number once released never changes. Runs in Node.
 *
 * Only TEXT and BIGINT: the same text makes the tables in SQLite and in PostgreSQL. Sealed bytes are kept as the
 * base64url text that travelled, so that what goes out is letter for letter what came in. A step that has to read what
 * is there is work of its own (the clear heads of records are JSON inside base64url, which no SQL text reads).
 */

import { opHead } from "../../protocol/ops.ts";
import type { B64 } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import { all, type Dialect, number, one, run, text, type Work } from "./work.ts";

/** Two texts where the databases have no common one. */
type Step = string | Readonly<Record<Dialect, string>> | ((at: number) => Work<void>);

/** Which blobs each record names, whether it is a tombstone, and since when at the least: since now. */
function* readHeads(at: number): Work<void> {
  for (let principal = "", record = ""; ; ) {
    const rows = yield* all(
      `SELECT principal, record, head FROM record WHERE (principal, record) > ($1, $2)
       ORDER BY principal, record LIMIT 200`,
      principal,
      record,
    );
    for (const row of rows) {
      principal = text(row, "principal");
      record = text(row, "record");
      const read = opHead({ head: text(row, "head") as B64, body: "" as B64, sig: "" as B64 });
      assert(read.ok, "the head of an accepted op reads");
      const { blobs, deleted } = read.value;
      yield* run(
        "UPDATE record SET deleted = $3, changed_at = $4, blobs = $5 WHERE principal = $1 AND record = $2",
        principal,
        record,
        deleted ? 1 : 0,
        at,
        blobs.length,
      );
      for (const blob of blobs)
        yield* run("INSERT INTO record_blob (principal, record, blob) VALUES ($1, $2, $3)", principal, record, blob);
    }
    if (rows.length === 0) return;
  }
}

/** What nothing names counts from now: nobody knows since when it is so. */
function* countFromNow(at: number): Work<void> {
  yield* run(
    `UPDATE blob SET unreferenced_since = $1
     WHERE NOT EXISTS (SELECT 1 FROM record_blob WHERE record_blob.principal = blob.owner AND record_blob.blob = blob.blob)
       AND NOT EXISTS (SELECT 1 FROM letter_blob WHERE letter_blob.sender = blob.owner AND letter_blob.blob = blob.blob)`,
    at,
  );
}

/** Nobody noted before who was here when: everybody is taken as seen now. */
function* seenNow(at: number): Work<void> {
  yield* run("UPDATE principal SET seen_on = $1", at);
}

export const migrations: readonly (readonly Step[])[] = [
  [
    `CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
    // seq: the counter row that orders everything of this principal; its lock is the commit order (SPEC P-W8).
    `CREATE TABLE principal (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, sign TEXT NOT NULL, statements TEXT NOT NULL, length BIGINT NOT NULL,
      seq BIGINT NOT NULL, used BIGINT NOT NULL, created_at BIGINT NOT NULL)`,
    `CREATE TABLE device (
      principal TEXT NOT NULL REFERENCES principal (id), device TEXT NOT NULL, transport TEXT NOT NULL,
      PRIMARY KEY (principal, device))`,
    // Every op ever accepted, for ever: a repeated op gets its first verdict.
    `CREATE TABLE applied (
      principal TEXT NOT NULL REFERENCES principal (id), op TEXT NOT NULL, seq BIGINT NOT NULL, digest TEXT NOT NULL,
      PRIMARY KEY (principal, op))`,
    `CREATE TABLE record (
      principal TEXT NOT NULL REFERENCES principal (id), record TEXT NOT NULL, op TEXT NOT NULL, seq BIGINT NOT NULL,
      size BIGINT NOT NULL, head TEXT NOT NULL, body TEXT NOT NULL, sig TEXT NOT NULL,
      PRIMARY KEY (principal, record))`,
    // One row per thing that a principal pulls; ref: record id, <sender>.<letter>, <sender>.<letter>.<type>, blob id.
    `CREATE TABLE feed (
      principal TEXT NOT NULL REFERENCES principal (id), seq BIGINT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL,
      PRIMARY KEY (principal, seq), UNIQUE (principal, kind, ref))`,
    `CREATE TABLE letter (
      sender TEXT NOT NULL REFERENCES principal (id), letter TEXT NOT NULL,
      receiver TEXT NOT NULL REFERENCES principal (id), manifest TEXT NOT NULL, digest TEXT NOT NULL,
      head TEXT NOT NULL, enc TEXT NOT NULL, body TEXT NOT NULL, sig TEXT NOT NULL,
      deposited_at BIGINT NOT NULL, complete BIGINT NOT NULL,
      PRIMARY KEY (sender, letter))`,
    `CREATE INDEX letter_received ON letter (receiver, letter)`,
    `CREATE TABLE letter_blob (
      sender TEXT NOT NULL, letter TEXT NOT NULL, blob TEXT NOT NULL, length BIGINT NOT NULL, root TEXT NOT NULL,
      PRIMARY KEY (sender, letter, blob), FOREIGN KEY (sender, letter) REFERENCES letter (sender, letter))`,
    `CREATE INDEX letter_blob_named ON letter_blob (sender, blob)`,
    `CREATE TABLE proof (
      sender TEXT NOT NULL, letter TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, sig TEXT NOT NULL,
      at BIGINT NOT NULL,
      PRIMARY KEY (sender, letter, type), FOREIGN KEY (sender, letter) REFERENCES letter (sender, letter))`,
    `CREATE TABLE blob (
      owner TEXT NOT NULL REFERENCES principal (id), blob TEXT NOT NULL, length BIGINT NOT NULL, root TEXT NOT NULL,
      state TEXT NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
      PRIMARY KEY (owner, blob))`,
    `CREATE TABLE desk (
      slug TEXT PRIMARY KEY, auth_hash TEXT NOT NULL, principal TEXT REFERENCES principal (id), sealed_root TEXT,
      opened_at BIGINT)`,
  ],
  [
    // deleted: a tombstone; its body goes after a long time, then body_hash (SHA-256) stands for it.
    `ALTER TABLE record ADD COLUMN deleted BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE record ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE record ADD COLUMN body_hash TEXT`,
    // How many rows of record_blob are its own: most records have none, and then nobody looks.
    `ALTER TABLE record ADD COLUMN blobs BIGINT NOT NULL DEFAULT 0`,
    `CREATE TABLE record_blob (
      principal TEXT NOT NULL, record TEXT NOT NULL, blob TEXT NOT NULL,
      PRIMARY KEY (principal, record, blob), FOREIGN KEY (principal, record) REFERENCES record (principal, record))`,
    `CREATE INDEX record_blob_named ON record_blob (principal, blob)`,
    `CREATE INDEX record_tombstone ON record (changed_at) WHERE deleted = 1 AND body_hash IS NULL`,
    `ALTER TABLE blob ADD COLUMN verified_at BIGINT`,
    // Null while a record or a letter names the blob; 0 when the person deleted the last record that did.
    `ALTER TABLE blob ADD COLUMN unreferenced_since BIGINT`,
    `ALTER TABLE blob ADD COLUMN node TEXT`,
    // 1: collected, and its bytes may still lie there.
    `ALTER TABLE blob ADD COLUMN removing BIGINT NOT NULL DEFAULT 0`,
    `UPDATE blob SET verified_at = changed_at WHERE state = 'verified'`,
    readHeads,
    countFromNow,
    `CREATE INDEX blob_unreferenced ON blob (unreferenced_since) WHERE unreferenced_since IS NOT NULL`,
    `CREATE INDEX blob_unverified ON blob (created_at) WHERE state IN ('staged', 'again')`,
    `CREATE INDEX blob_removing ON blob (owner) WHERE removing = 1`,
    // dropped_at: withdrawn, or a deposit that was merged; head, enc, body and sig are empty then.
    `ALTER TABLE letter ADD COLUMN dropped_at BIGINT`,
    `CREATE INDEX letter_incomplete ON letter (sender) WHERE complete = 0 AND dropped_at IS NULL`,
    // Letters of text that the row travels with, so that a page is cut without reading what it does not take.
    `ALTER TABLE feed ADD COLUMN weight BIGINT NOT NULL DEFAULT 0`,
    `UPDATE feed SET weight = 60 + (SELECT LENGTH(head) + LENGTH(body) + LENGTH(sig) FROM record
       WHERE record.principal = feed.principal AND record.record = feed.ref) WHERE kind = 'record'`,
    `UPDATE feed SET weight = 120 + (SELECT LENGTH(head) + LENGTH(enc) + LENGTH(body) + LENGTH(sig) FROM letter
       WHERE letter.sender = SUBSTR(feed.ref, 1, 27) AND letter.letter = SUBSTR(feed.ref, 29, 22)) WHERE kind = 'letter'`,
    `UPDATE feed SET weight = 100 + (SELECT LENGTH(body) + LENGTH(sig) FROM proof
       WHERE proof.sender = SUBSTR(feed.ref, 1, 27) AND proof.letter = SUBSTR(feed.ref, 29, 22)
         AND proof.type = SUBSTR(feed.ref, 52)) WHERE kind = 'proof'`,
    `UPDATE feed SET weight = 100 WHERE kind = 'blob'`,
    // Bytes that the operator allows; null: what the principal's kind has.
    `ALTER TABLE principal ADD COLUMN quota BIGINT`,
    `CREATE TABLE node (id TEXT PRIMARY KEY, url TEXT NOT NULL, seen_at BIGINT NOT NULL)`,
  ],
  [
    // What happens at most so often whichever process is asked: challenges (once), wrong one-time codes.
    `CREATE TABLE tally (key TEXT PRIMARY KEY, count BIGINT NOT NULL, until BIGINT NOT NULL)`,
    `CREATE INDEX tally_until ON tally (until)`,
  ],
  [
    // blocked_at: somebody said the number on the card; nothing is taken from it or given to it until it is unblocked.
    `ALTER TABLE principal ADD COLUMN blocked_at BIGINT`,
    // Session tokens made before are void.
    `ALTER TABLE principal ADD COLUMN sessions_from BIGINT NOT NULL DEFAULT 0`,
    // The person erased it everywhere: id and chain stay, so that it cannot come back and its letters can be verified.
    `ALTER TABLE principal ADD COLUMN erased_at BIGINT`,
    `ALTER TABLE device ADD COLUMN removed_at BIGINT`,
    // One signed body per satchel; hash: SHA-256 of its bytes; opened_at: when a card last opened it.
    `CREATE TABLE keyring (
      principal TEXT PRIMARY KEY REFERENCES principal (id), epoch BIGINT NOT NULL, hash TEXT NOT NULL,
      body TEXT NOT NULL, sig TEXT NOT NULL, at BIGINT NOT NULL, opened_at BIGINT)`,
    // What a card asks for, by its locator. card, code, block: hashes of what proves them; share: under the key file's key.
    // Of a replaced one only who it was stays for a while, so that an old card hears that it is one.
    `CREATE TABLE way (
      locator TEXT PRIMARY KEY, principal TEXT NOT NULL REFERENCES principal (id), epoch BIGINT NOT NULL,
      card TEXT NOT NULL, code TEXT NOT NULL, salt TEXT NOT NULL, params TEXT NOT NULL, block TEXT NOT NULL,
      share TEXT NOT NULL, tries BIGINT NOT NULL, replaced_at BIGINT)`,
    `CREATE INDEX way_of ON way (principal)`,
    `CREATE INDEX way_block ON way (block)`,
    `CREATE INDEX way_replaced ON way (replaced_at) WHERE replaced_at IS NOT NULL`,
    // A desk's share of a satchel that chose S+O: who asked for it, when, and what became of it.
    `CREATE TABLE escrow (
      principal TEXT NOT NULL REFERENCES principal (id), organisation TEXT NOT NULL, epoch BIGINT NOT NULL,
      share TEXT NOT NULL, first_by TEXT, first_at BIGINT, second_by TEXT, second_at BIGINT, given_at BIGINT,
      stopped_at BIGINT,
      PRIMARY KEY (principal, organisation))`,
  ],
  [
    // Opening at a shared computer by the phone (SPEC P-V). until: of a question, when it is forgotten; once there is a
    // certificate (body, sig), its end. acts, last: how many there are, and the hash that the next one
    // names; pages: how many of them handed one in.
    `CREATE TABLE approval (
      id TEXT PRIMARY KEY, ask TEXT NOT NULL, sign TEXT NOT NULL, until BIGINT NOT NULL,
      principal TEXT REFERENCES principal (id), device TEXT, number TEXT, secret TEXT,
      body TEXT, sig TEXT, enc TEXT, sealed TEXT, granted_at BIGINT, ended_at BIGINT,
      acts BIGINT NOT NULL DEFAULT 0, pages BIGINT NOT NULL DEFAULT 0, last TEXT)`,
    `CREATE INDEX approval_of ON approval (principal, granted_at) WHERE granted_at IS NOT NULL`,
    `CREATE INDEX approval_until ON approval (until)`,
    `CREATE TABLE approval_act (
      approval TEXT NOT NULL REFERENCES approval (id), n BIGINT NOT NULL, body TEXT NOT NULL, sig TEXT NOT NULL,
      at BIGINT NOT NULL, PRIMARY KEY (approval, n))`,
    // Sealed pages that wait for a device of the satchel.
    `CREATE TABLE approval_page (
      approval TEXT NOT NULL REFERENCES approval (id), n BIGINT NOT NULL, principal TEXT NOT NULL REFERENCES principal (id),
      enc TEXT NOT NULL, sealed TEXT NOT NULL, size BIGINT NOT NULL, PRIMARY KEY (approval, n))`,
    `CREATE INDEX approval_page_of ON approval_page (principal)`,
  ],
  [
    // When the newest visit to a shared computer was opened (SPEC P-N5).
    `ALTER TABLE principal ADD COLUMN visited_at BIGINT`,
    // Visits that were opened before are over: there is a new root since.
    `ALTER TABLE principal ADD COLUMN visits_from BIGINT NOT NULL DEFAULT 0`,
  ],
  [
    // A share ends then (SPEC P-L7); null: a letter without an end.
    `ALTER TABLE letter ADD COLUMN until BIGINT`,
    `CREATE INDEX letter_until ON letter (until) WHERE until IS NOT NULL AND dropped_at IS NULL`,
  ],
  [
    // Forms that organisations publish (SPEC P-Q). rank: twice the version, one more when it is withdrawn; newest: 1 for the
    // highest of its form; length: of the file, 0 in a withdrawal, so that a sum counts each file once.
    `CREATE TABLE published (
      principal TEXT NOT NULL REFERENCES principal (id), form TEXT NOT NULL, rank BIGINT NOT NULL, seq BIGINT NOT NULL,
      newest BIGINT NOT NULL, hash TEXT NOT NULL, length BIGINT NOT NULL, body TEXT NOT NULL, sig TEXT NOT NULL,
      at BIGINT NOT NULL, PRIMARY KEY (principal, form, rank))`,
    `CREATE INDEX published_newest ON published (seq) WHERE newest = 1`,
    `CREATE INDEX published_by ON published (principal, seq)`,
    // By what the file is: bytes are base64url.
    `CREATE TABLE published_file (hash TEXT PRIMARY KEY, bytes TEXT NOT NULL)`,
    `CREATE TABLE published_counter (id BIGINT PRIMARY KEY, seq BIGINT NOT NULL)`,
    `INSERT INTO published_counter (id, seq) VALUES (1, 0)`,
  ],
  [
    // Who holds an organisation's keys (SPEC P-H10). sealed, past: private keys and older roots of an epoch, under its root.
    `CREATE TABLE team_epoch (
      principal TEXT NOT NULL REFERENCES principal (id), epoch BIGINT NOT NULL, sealed TEXT NOT NULL, past TEXT NOT NULL,
      PRIMARY KEY (principal, epoch))`,
    // The newest root, sealed to a helper.
    `CREATE TABLE team_box (
      principal TEXT NOT NULL REFERENCES principal (id), helper TEXT NOT NULL, epoch BIGINT NOT NULL, enc TEXT NOT NULL,
      sealed TEXT NOT NULL, PRIMARY KEY (principal, helper))`,
    // auth: hash of what proves the card; sealed: the card's own keys, under its secret.
    `CREATE TABLE team_card (
      auth TEXT PRIMARY KEY, principal TEXT NOT NULL REFERENCES principal (id), helper TEXT NOT NULL, sealed TEXT NOT NULL)`,
    `CREATE INDEX team_card_of ON team_card (principal)`,
    // ask: sealed under the code; helper: who came with it.
    `CREATE TABLE invitation (
      auth TEXT PRIMARY KEY, principal TEXT NOT NULL REFERENCES principal (id), role TEXT NOT NULL, until BIGINT NOT NULL,
      ask TEXT, helper TEXT)`,
    `CREATE INDEX invitation_of ON invitation (principal)`,
    `CREATE INDEX invitation_until ON invitation (until)`,
  ],
  [
    // seen_on: beginning of the day of the last session. told_at: its removal is announced since. rested_at: what was kept for
    // it was removed; rests: how often, part of its epoch (SPEC P-Z).
    `ALTER TABLE principal ADD COLUMN seen_on BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE principal ADD COLUMN told_at BIGINT`,
    `ALTER TABLE principal ADD COLUMN rested_at BIGINT`,
    `ALTER TABLE principal ADD COLUMN rests BIGINT NOT NULL DEFAULT 0`,
    seenNow,
    `CREATE INDEX principal_seen ON principal (seen_on)`,
    `CREATE INDEX principal_told ON principal (told_at) WHERE told_at IS NOT NULL`,
  ],
  [
    // Journals (SPEC P-J): lines sealed to their satchel. about: keyed hash of what a line is about; hash: of this line and the one before.
    `CREATE TABLE journal (
      principal TEXT NOT NULL REFERENCES principal (id), n BIGINT NOT NULL, about TEXT NOT NULL, hash TEXT NOT NULL,
      enc TEXT NOT NULL, sealed TEXT NOT NULL, PRIMARY KEY (principal, n), UNIQUE (principal, about))`,
    // Append-only, whoever asks: no line is changed, and none goes before its satchel was erased.
    {
      sqlite: `CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'a journal is only added to'); END`,
      postgres: `CREATE FUNCTION journal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM principal WHERE id = OLD.principal AND erased_at IS NOT NULL)
          THEN RETURN OLD; END IF;
          RAISE EXCEPTION 'a journal is only added to';
        END $$`,
    },
    {
      sqlite: `CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
        WHEN NOT EXISTS (SELECT 1 FROM principal WHERE id = OLD.principal AND erased_at IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, 'a journal is only added to'); END`,
      postgres: `CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE ON journal
        FOR EACH ROW EXECUTE FUNCTION journal_stays()`,
    },
  ],
  [
    // Which login at another site is a helper's (SPEC P-I6): a hash, in a statement that she signed.
    `CREATE TABLE login_binding (
      principal TEXT NOT NULL REFERENCES principal (id), helper TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
      sig TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (principal, helper))`,
  ],
  [
    // A satchel at rest (SPEC P-Z3) keeps no journal either: what it told of is gone, and its lines would be kept for nobody.
    { sqlite: "DROP TRIGGER journal_is_kept", postgres: "LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE" },
    {
      sqlite: `CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
        WHEN NOT EXISTS (
          SELECT 1 FROM principal WHERE id = OLD.principal AND (erased_at IS NOT NULL OR rested_at IS NOT NULL))
        BEGIN SELECT RAISE(ABORT, 'a journal is only added to'); END`,
      postgres: `CREATE OR REPLACE FUNCTION journal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' AND EXISTS (
            SELECT 1 FROM principal WHERE id = OLD.principal AND (erased_at IS NOT NULL OR rested_at IS NOT NULL))
          THEN RETURN OLD; END IF;
          RAISE EXCEPTION 'a journal is only added to';
        END $$`,
    },
  ],
];

/** Brings a database of any earlier version up to this one, in the one transaction that the driver holds. */
export function* migrate(at: number, dialect: Dialect): Work<void> {
  yield* run("CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, at BIGINT NOT NULL)");
  const row = yield* one("SELECT COUNT(*) AS done FROM migration");
  const done = row === undefined ? 0 : number(row, "done");
  if (done > migrations.length)
    throw new Error(
      `the database is of a newer version of Besace (${done}) than this server (${migrations.length}): start the newer one`,
    );
  for (const [index, steps] of migrations.entries()) {
    if (index < done) continue;
    for (const step of steps) {
      if (typeof step === "function") yield* step(at);
      else yield* run(typeof step === "string" ? step : step[dialect]);
    }
    yield* run("INSERT INTO migration (number, at) VALUES ($1, $2)", index + 1, at);
  }
}
