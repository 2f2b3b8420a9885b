/**
 * Numbered migrations of the server's database; a number once released never changes. Runs in Node.
 *
 * Only TEXT and BIGINT: the same text makes the tables in SQLite and in PostgreSQL. Sealed bytes are kept as the
 * base64url text that travelled, so that what goes out is letter for letter what came in.
 */

export const migrations: readonly (readonly string[])[] = [
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
];
