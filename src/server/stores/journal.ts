/** Journals, written once for every database (journal-ports.ts). Runs in Node. */

import { createHash } from "node:crypto";
import { type JournalLine, journalLineBytes, journalStartBytes } from "../../protocol/journal.ts";
import type { B64 } from "../../protocol/wire.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { LetterId, PrincipalId } from "../../shared/ids.ts";
import type { JournalStore } from "./journal-ports.ts";
import { lockOpen } from "./ways.ts";
import { all, type Driver, kept, number, one, run, text, undone } from "./work.ts";

const hashOf = (bytes: Bytes): B64 => createHash("sha256").update(bytes).digest("base64url") as B64;

export function createJournal({ read, write }: Driver): JournalStore {
  return {
    addLine: ({ principal, about, enc, sealed }) =>
      write(function* () {
        // Its lock makes the numbers an order. A blocked satchel's journal goes on: that it was blocked stands there too.
        const closed = yield* lockOpen(principal);
        if (closed === "gone" || closed === "unknown-principal") return undone("gone");
        const same = yield* one("SELECT 1 AS yes FROM journal WHERE principal = $1 AND about = $2", principal, about);
        if (same !== undefined) return undone("same");
        const last = yield* one("SELECT n, hash FROM journal WHERE principal = $1 ORDER BY n DESC LIMIT 1", principal);
        const n = last === undefined ? 1 : number(last, "n") + 1;
        const before = last === undefined ? hashOf(journalStartBytes(principal)) : (text(last, "hash") as B64);
        const line: JournalLine = { enc, sealed };
        yield* run(
          "INSERT INTO journal (principal, n, about, hash, enc, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
          principal,
          n,
          about,
          hashOf(journalLineBytes(before, n, line)),
          enc,
          sealed,
        );
        return kept("added" as const);
      }),

    journal: (principal, after, limit) =>
      read(function* () {
        const last = yield* one("SELECT MAX(n) AS n FROM journal WHERE principal = $1", principal);
        const before = yield* one("SELECT hash FROM journal WHERE principal = $1 AND n = $2", principal, after);
        const rows = yield* all(
          "SELECT n, enc, sealed FROM journal WHERE principal = $1 AND n > $2 ORDER BY n LIMIT $3",
          principal,
          after,
          limit,
        );
        const lines = rows.map((row) => ({
          n: number(row, "n"),
          enc: text(row, "enc") as B64,
          sealed: text(row, "sealed") as B64,
        }));
        // Read before the lines: what came between is there with them.
        const length = Math.max(last === undefined || last.n === null ? 0 : number(last, "n"), lines.at(-1)?.n ?? 0);
        return { lines, length, hash: before === undefined ? null : (text(before, "hash") as B64) };
      }),

    letterNaming: (reader, owner, blob, at) =>
      read(function* () {
        const row = yield* one(
          `SELECT letter.letter AS letter FROM letter_blob JOIN letter ON letter.sender = letter_blob.sender
             AND letter.letter = letter_blob.letter
           WHERE letter_blob.sender = $1 AND letter_blob.blob = $2 AND letter.receiver = $3
             AND (letter.until IS NULL OR letter.until > $4) ORDER BY letter.deposited_at LIMIT 1`,
          owner,
          blob,
          reader,
          at,
        );
        return row && (text(row, "letter") as LetterId);
      }),

    withBlockNumber: (block) =>
      read(function* () {
        const rows = yield* all("SELECT principal FROM way WHERE block = $1 AND replaced_at IS NULL", block);
        return rows.map((row) => text(row, "principal") as PrincipalId);
      }),
  };
}
