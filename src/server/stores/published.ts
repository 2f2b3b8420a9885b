/** Published forms, written once for every database (published-ports.ts). Runs in Node. */

import { published as limits } from "../../protocol/limits.ts";
import type { B64, Signed } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import type { PublishedStore } from "./published-ports.ts";
import { all, type Driver, kept, number, one, type Row, run, text, undone } from "./work.ts";

const signedOf = (row: Row): Signed => ({ body: text(row, "body") as B64, sig: text(row, "sig") as B64 });

export function createPublished({ read, write }: Driver): PublishedStore {
  return {
    publish: ({ by, form, rank, hash, length, statement, file, at }) =>
      write(function* () {
        // One at a time: its lock makes the numbers an order, and holds two browsers of a desk apart.
        const counter = yield* one("UPDATE published_counter SET seq = seq + 1 WHERE id = 1 RETURNING seq");
        assert(counter !== undefined, "the counter of published forms is made with its table");
        const same = yield* one(
          "SELECT body FROM published WHERE principal = $1 AND form = $2 AND rank = $3",
          by,
          form,
          rank,
        );
        if (same !== undefined) return undone(text(same, "body") === statement.body ? "ok" : "older");
        const newest = yield* one(
          "SELECT rank, hash FROM published WHERE principal = $1 AND form = $2 AND newest = 1",
          by,
          form,
        );
        if (newest !== undefined && number(newest, "rank") > rank) return undone("older");
        if (file === null && (newest === undefined || number(newest, "rank") !== rank - 1 || newest.hash !== hash))
          return undone("no-file");
        const held = yield* one(
          `SELECT COUNT(*) AS statements, CAST(COALESCE(SUM(newest), 0) AS BIGINT) AS forms,
             CAST(COALESCE(SUM(length), 0) AS BIGINT) AS bytes FROM published WHERE principal = $1`,
          by,
        );
        assert(held !== undefined, "a count has a row");
        const isNew = newest === undefined ? 1 : 0;
        const isFull =
          number(held, "statements") >= limits.versions ||
          number(held, "forms") + isNew > limits.forms ||
          number(held, "bytes") + (file === null ? 0 : length) > limits.bytes;
        // What was published can always be withdrawn.
        if (isFull && file !== null) return undone("quota");
        yield* run("UPDATE published SET newest = 0 WHERE principal = $1 AND form = $2 AND newest = 1", by, form);
        yield* run(
          `INSERT INTO published (principal, form, rank, seq, newest, hash, length, body, sig, at)
           VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)`,
          by,
          form,
          rank,
          number(counter, "seq"),
          hash,
          file === null ? 0 : length,
          statement.body,
          statement.sig,
          at,
        );
        if (file !== null)
          yield* run(
            "INSERT INTO published_file (hash, bytes) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
            hash,
            file,
          );
        return kept("ok" as const);
      }),

    publishedAfter: (seq, limit) =>
      read(function* () {
        const rows = yield* all(
          "SELECT seq, body, sig FROM published WHERE newest = 1 AND seq > $1 ORDER BY seq LIMIT $2",
          seq,
          limit,
        );
        return rows.map((row) => ({ seq: number(row, "seq"), statement: signedOf(row) }));
      }),

    publishedLast: async () => {
      const row = await read(() => one("SELECT seq FROM published_counter WHERE id = 1"));
      assert(row !== undefined, "the counter of published forms is made with its table");
      return number(row, "seq");
    },

    publishedBy: (principal) =>
      read(function* () {
        const rows = yield* all("SELECT body, sig FROM published WHERE principal = $1 ORDER BY seq", principal);
        return rows.map(signedOf);
      }),

    publishedFile: async (hash) => {
      const row = await read(() => one("SELECT bytes FROM published_file WHERE hash = $1", hash));
      return row && (text(row, "bytes") as B64);
    },
  };
}
