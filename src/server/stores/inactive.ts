/** Satchels that nobody opened for years, written once for every database (inactive-ports.ts). Runs in Node. */

import { quotas } from "../../protocol/limits.ts";
import type { ServerTime } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import type { PrincipalId } from "../../shared/ids.ts";
import { eraseApprovals } from "./approvals.ts";
import type { InactiveStore } from "./inactive-ports.ts";
import type { StoredLetter } from "./ports.ts";
import { lockOpen } from "./ways.ts";
import { all, type Driver, kept, number, one, type Row, run, text, undone, type Work } from "./work.ts";

/** Of a satchel at rest the epoch is another one each time, in letters that a cursor may have. */
export const epochOf = (epoch: string, rests: number): string => (rests === 0 ? epoch : `${epoch}r${rests}`);

/** Nothing was heard of it since $1, and it is neither erased nor removed for that. */
const inactiveSql = `kind = 'satchel' AND erased_at IS NULL AND rested_at IS NULL AND seen_on < $1
  AND NOT EXISTS (SELECT 1 FROM record WHERE record.principal = principal.id AND record.changed_at >= $1)
  AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.sender = principal.id AND letter.deposited_at >= $1)`;

export function createInactive(deps: {
  readonly driver: Driver;
  readonly dropLetter: (letter: StoredLetter, at: ServerTime, since: number) => Work<void>;
  readonly toLetter: (row: Row) => StoredLetter;
}): InactiveStore {
  const { read, write } = deps.driver;
  return {
    noteSeen: async (principal, day) => {
      // Once a day it is a write, and so a wait for the disk; many times it is not.
      const known = await read(() =>
        one("SELECT 1 AS yes FROM principal WHERE id = $1 AND seen_on >= $2", principal, day),
      );
      if (known !== undefined) return;
      await write(function* () {
        yield* run(
          "UPDATE principal SET seen_on = $2, told_at = NULL, rested_at = NULL WHERE id = $1 AND seen_on < $2",
          principal,
          day,
        );
        return kept(undefined);
      });
    },

    tellInactive: (before, at) =>
      write(function* () {
        // What came by a carrier has no session; one at rest is not at rest any more.
        yield* run(
          `UPDATE principal SET told_at = NULL, rested_at = NULL WHERE (told_at IS NOT NULL OR rested_at IS NOT NULL) AND (
             EXISTS (SELECT 1 FROM record WHERE record.principal = principal.id AND record.changed_at >= $1)
             OR EXISTS (SELECT 1 FROM letter WHERE letter.sender = principal.id AND letter.deposited_at >= $1))`,
          before,
        );
        return kept(
          yield* run(`UPDATE principal SET told_at = $2 WHERE ${inactiveSql} AND told_at IS NULL`, before, at),
        );
      }),

    inactiveFor: (organisation, limit) =>
      read(function* () {
        const rows = yield* all(
          `SELECT id, told_at FROM principal WHERE told_at IS NOT NULL AND (
             EXISTS (SELECT 1 FROM letter WHERE letter.receiver = $1 AND letter.sender = principal.id AND letter.dropped_at IS NULL)
             OR EXISTS (SELECT 1 FROM escrow WHERE escrow.organisation = $1 AND escrow.principal = principal.id))
           ORDER BY told_at, id LIMIT $2`,
          organisation,
          limit,
        );
        return rows.map((row) => ({
          satchel: text(row, "id") as PrincipalId,
          toldAt: number(row, "told_at") as ServerTime,
        }));
      }),

    inactiveCount: () =>
      read(function* () {
        const row = yield* one("SELECT COUNT(*) AS told FROM principal WHERE told_at IS NOT NULL");
        assert(row !== undefined, "a count has a row");
        return number(row, "told");
      }),

    toRemove: (before, toldBefore, limit) =>
      read(function* () {
        const rows = yield* all(
          `SELECT id FROM principal WHERE ${inactiveSql} AND told_at < $2 ORDER BY id LIMIT $3`,
          before,
          toldBefore,
          limit,
        );
        return rows.map((row) => text(row, "id") as PrincipalId);
      }),

    removeInactive: (principal, before, at) =>
      write(function* () {
        // The row is locked by it, as by every write of this principal.
        const marked = yield* run(
          `UPDATE principal SET rested_at = $3, told_at = NULL, rests = rests + 1 WHERE ${inactiveSql} AND id = $2 AND told_at IS NOT NULL`,
          before,
          principal,
          at,
        );
        if (marked === 0) return undone(false);
        const letters = (yield* all("SELECT * FROM letter WHERE receiver = $1 AND dropped_at IS NULL", principal)).map(
          deps.toLetter,
        );
        // Their rows are held too: what only these letters name is collectable then.
        for (const sender of [...new Set(letters.map(({ from }) => from))].sort()) yield* lockOpen(sender);
        yield* run(
          `UPDATE principal SET used = used
             - (SELECT COALESCE(SUM(record.size), 0) FROM record WHERE record.principal = principal.id)
             - $2 * (SELECT COUNT(*) FROM applied WHERE applied.principal = principal.id)
           WHERE id = $1`,
          principal,
          quotas.appliedOpBytes,
        );
        for (const table of ["record_blob", "record", "applied", "escrow", "way", "keyring", "journal"])
          yield* run(`DELETE FROM ${table} WHERE principal = $1`, principal);
        for (const letter of letters) yield* deps.dropLetter(letter, at, 0);
        yield* run("DELETE FROM feed WHERE principal = $1", principal);
        yield* eraseApprovals(principal);
        // What a letter to somebody else names stays with that letter.
        yield* run(
          `UPDATE blob SET unreferenced_since = 0 WHERE owner = $1 AND NOT EXISTS (
             SELECT 1 FROM letter_blob WHERE letter_blob.sender = blob.owner AND letter_blob.blob = blob.blob)`,
          principal,
        );
        return kept(true);
      }),
  };
}
