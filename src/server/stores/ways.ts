/**
 * The ways back in, written once for every database (way-ports.ts). Runs in Node.
 *
 * As everywhere, a write locks its principal's row first. The one exception counts a try: a single statement whose own row
 * is the lock, so that ten processes with four tries each count to ten and not to forty.
 */

import { ways as limits } from "../../protocol/limits.ts";
import type { B64, EscrowState, ServerTime, Signed, StretchParameters } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import type { PrincipalId } from "../../shared/ids.ts";
import { eraseApprovals } from "./approvals.ts";
import type { StoredLetter } from "./ports.ts";
import type {
  Closed,
  EscrowAnswer,
  EscrowOpening,
  EscrowRefusal,
  Standing,
  StoredCard,
  StoredKeyring,
  WayStore,
} from "./way-ports.ts";
import {
  all,
  type Driver,
  kept,
  number,
  numberOrNull,
  one,
  type Row,
  run,
  text,
  textOrNull,
  undone,
  type Work,
} from "./work.ts";

export interface WayStoreDeps {
  readonly driver: Driver;
  /** Body and references of a letter go; what only it named is collectable from `since` on. */
  readonly dropLetter: (letter: StoredLetter, at: ServerTime, since: number) => Work<void>;
  readonly toLetter: (row: Row) => StoredLetter;
}

/** Columns of principal that say whether anything is taken from it. */
export const closedColumns = "blocked_at, erased_at";
export const closedOf = (row: Row): Closed | null => {
  if (numberOrNull(row, "erased_at") !== null) return "gone";
  return numberOrNull(row, "blocked_at") === null ? null : "blocked";
};

/** Waits for the principal's row and holds it; "unknown-principal" when there is none. */
export function* lockOpen(principal: PrincipalId): Work<Closed | "unknown-principal" | null> {
  const row = yield* one(`UPDATE principal SET seq = seq WHERE id = $1 RETURNING ${closedColumns}`, principal);
  return row === undefined ? "unknown-principal" : closedOf(row);
}

const signedOf = (row: Row): Signed => ({ body: text(row, "body") as B64, sig: text(row, "sig") as B64 });
const timeOrNull = (row: Row, column: string): ServerTime | null => numberOrNull(row, column) as ServerTime | null;
const paramsOf = (row: Row): StretchParameters => JSON.parse(text(row, "params")) as StretchParameters;

/** Undefined when nobody asked. */
function escrowOf(row: Row): EscrowState | undefined {
  const first = timeOrNull(row, "first_at");
  if (first === null) return undefined;
  const second = timeOrNull(row, "second_at");
  return {
    by: text(row, "organisation") as PrincipalId,
    asks: second === null ? [first] : [first, second],
    opensAt: second === null ? null : ((second + limits.escrowMs) as ServerTime),
    openedAt: timeOrNull(row, "given_at"),
  };
}

/** Who asked, and when; first one first. */
function asksOf(row: Row): readonly { readonly by: PrincipalId; readonly at: ServerTime }[] {
  return (["first", "second"] as const).flatMap((which) => {
    const [by, at] = [textOrNull(row, `${which}_by`), timeOrNull(row, `${which}_at`)];
    return by === null || at === null ? [] : [{ by: by as PrincipalId, at }];
  });
}

const escrowSql = "SELECT * FROM escrow WHERE principal = $1 AND organisation = $2";

export function createWays({ driver, dropLetter, toLetter }: WayStoreDeps): WayStore {
  const { read, write } = driver;

  function* escrowRow(principal: PrincipalId, organisation: PrincipalId): Work<Row | EscrowRefusal> {
    const closed = yield* lockOpen(principal);
    const row = yield* one(escrowSql, principal, organisation);
    if (closed === "unknown-principal" || (row === undefined && closed === null)) return "not-found";
    if (closed !== null) return closed;
    assert(row !== undefined, "it was looked at");
    return numberOrNull(row, "stopped_at") === null ? row : "forbidden";
  }

  /** In the order of their ids: two writes that cross each other cannot wait in a ring. */
  function* withNumber(block: B64): Work<readonly string[]> {
    const rows = yield* all("SELECT principal FROM way WHERE block = $1 AND replaced_at IS NULL", block);
    return rows.map((row) => text(row, "principal")).sort();
  }

  /** Everything of one card but who it was. */
  const emptied = "code = '', salt = '', params = '', block = '', share = '', tries = 0";

  return {
    standing: (principal, device) =>
      read(function* () {
        const rows = yield* all(
          `SELECT principal.blocked_at AS blocked_at, principal.erased_at AS erased_at,
             principal.sessions_from AS sessions_from, principal.length AS length, device.device AS device, device.removed_at AS removed_at,
             principal.visited_at AS visited_at, principal.visits_from AS visits_from, keyring.epoch AS epoch, keyring.opened_at AS opened_at, way.tries AS tries,
             escrow.organisation AS organisation, escrow.first_at AS first_at, escrow.second_at AS second_at,
             escrow.given_at AS given_at
           FROM principal
             LEFT JOIN device ON device.principal = principal.id AND device.device = $2
             LEFT JOIN keyring ON keyring.principal = principal.id
             LEFT JOIN way ON way.principal = principal.id AND way.replaced_at IS NULL
             LEFT JOIN escrow ON escrow.principal = principal.id AND escrow.first_at IS NOT NULL
               AND escrow.stopped_at IS NULL
           WHERE principal.id = $1`,
          principal,
          device,
        );
        const [row] = rows;
        if (row === undefined) return undefined;
        const tries = numberOrNull(row, "tries") ?? 0;
        const removed = numberOrNull(row, "removed_at") !== null;
        const standing: Standing = {
          closed: closedOf(row),
          sessionsFrom: number(row, "sessions_from") as ServerTime,
          visitsFrom: number(row, "visits_from") as ServerTime,
          device: textOrNull(row, "device") === null ? "unknown" : removed ? "removed" : "here",
          keyring: numberOrNull(row, "epoch") ?? 0,
          chain: number(row, "length"),
          way: {
            tries,
            frozen: tries >= limits.tries,
            blockedAt: timeOrNull(row, "blocked_at"),
            openedAt: timeOrNull(row, "opened_at"),
            visitedAt: timeOrNull(row, "visited_at"),
            // Several organisations may hold a share: the one that is furthest is shown.
            escrow:
              rows
                .flatMap((each) => (each.organisation === null ? [] : [escrowOf(each)]))
                .filter((escrow) => escrow !== undefined)
                // A share that was given before one that waits: who was helped proves by it whose keyring it is (P-Y13).
                .sort((a, b) => b.asks.length - a.asks.length || (b.openedAt ?? 0) - (a.openedAt ?? 0))[0] ?? null,
          },
        };
        return standing;
      }),

    keyring: (principal) =>
      read(function* () {
        const row = yield* one("SELECT epoch, hash, body, sig FROM keyring WHERE principal = $1", principal);
        return row && { epoch: number(row, "epoch"), hash: text(row, "hash") as B64, signed: signedOf(row) };
      }),

    putKeyring: ({ principal, epoch, hash, signed, after, newRoot, card, desks, at }) =>
      write(function* () {
        const closed = yield* lockOpen(principal);
        if (closed !== null) return undone(closed);
        const before = yield* one("SELECT hash FROM keyring WHERE principal = $1", principal);
        if ((before === undefined ? null : text(before, "hash")) !== after) return undone("changed");
        yield* run(
          `INSERT INTO keyring (principal, epoch, hash, body, sig, at) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (principal) DO UPDATE SET epoch = excluded.epoch, hash = excluded.hash, body = excluded.body,
             sig = excluded.sig, at = excluded.at`,
          principal,
          epoch,
          hash,
          signed.body,
          signed.sig,
          at,
        );
        if (newRoot === true) yield* run("UPDATE principal SET visits_from = $2 WHERE id = $1", principal, at + 1);
        yield* run(
          `UPDATE way SET ${emptied}, replaced_at = $3 WHERE principal = $1 AND replaced_at IS NULL AND locator <> $2`,
          principal,
          card?.locator ?? "",
          at,
        );
        if (card !== null) {
          const taken = yield* run(
            `INSERT INTO way (locator, principal, epoch, card, code, salt, params, block, share, tries)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
             ON CONFLICT (locator) DO UPDATE SET epoch = excluded.epoch, card = excluded.card, code = excluded.code,
               salt = excluded.salt, params = excluded.params, block = excluded.block, share = excluded.share, tries = 0
             WHERE way.principal = excluded.principal AND way.replaced_at IS NULL`,
            card.locator,
            principal,
            epoch,
            card.card,
            card.code,
            card.salt,
            JSON.stringify(card.params),
            card.block,
            card.share,
          );
          if (taken === 0) return undone("id-taken");
        }
        // Nobody fills the database with cards.
        yield* run(
          `DELETE FROM way WHERE principal = $1 AND replaced_at = (SELECT MIN(replaced_at) FROM way WHERE principal = $1)
             AND (SELECT COUNT(*) FROM way WHERE principal = $1 AND replaced_at IS NOT NULL) > $2`,
          principal,
          limits.replacedCards,
        );
        yield* run("DELETE FROM escrow WHERE principal = $1", principal);
        for (const { organisation, share } of desks)
          yield* run(
            "INSERT INTO escrow (principal, organisation, epoch, share) VALUES ($1, $2, $3, $4)",
            principal,
            organisation,
            epoch,
            share,
          );
        return kept("ok");
      }),

    cardOf: (locator) =>
      read(function* () {
        const row = yield* one(
          `SELECT way.locator AS locator, way.principal AS principal, way.epoch AS epoch, way.card AS card, way.salt AS salt,
             way.params AS params, way.tries AS tries, way.replaced_at AS replaced_at,
             principal.blocked_at AS blocked_at, principal.erased_at AS erased_at
           FROM way JOIN principal ON principal.id = way.principal WHERE way.locator = $1`,
          locator,
        );
        if (row === undefined) return undefined;
        const replaced = numberOrNull(row, "replaced_at") !== null;
        const card: StoredCard = {
          locator,
          principal: text(row, "principal") as PrincipalId,
          epoch: number(row, "epoch"),
          card: text(row, "card") as B64,
          current: replaced
            ? null
            : { salt: text(row, "salt") as B64, params: paramsOf(row), tries: number(row, "tries") },
          closed: closedOf(row),
        };
        return card;
      }),

    countTry: (locator, epoch) =>
      write(function* () {
        const row = yield* one(
          `UPDATE way SET tries = tries + 1
           WHERE locator = $1 AND epoch = $2 AND tries < $3 AND replaced_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM principal WHERE principal.id = way.principal
               AND (principal.blocked_at IS NOT NULL OR principal.erased_at IS NOT NULL))
           RETURNING tries, code`,
          locator,
          epoch,
          limits.tries,
        );
        return kept(row && { tries: number(row, "tries"), code: text(row, "code") as B64 });
      }),

    openWay: (principal, locator, epoch, at) =>
      write(function* () {
        if ((yield* lockOpen(principal)) !== null) return undone(undefined);
        const row = yield* one(
          `UPDATE way SET tries = 0 WHERE locator = $1 AND principal = $2 AND epoch = $3 AND replaced_at IS NULL
           RETURNING share`,
          locator,
          principal,
          epoch,
        );
        if (row === undefined) return undone(undefined);
        yield* run("UPDATE keyring SET opened_at = $2 WHERE principal = $1", principal, at);
        const whole = yield* one(
          `SELECT keyring.body AS body, keyring.sig AS sig, principal.statements AS statements
           FROM keyring JOIN principal ON principal.id = keyring.principal WHERE keyring.principal = $1`,
          principal,
        );
        assert(whole !== undefined, "a card stands in a keyring");
        return kept({
          statements: JSON.parse(text(whole, "statements")) as readonly Signed[],
          keyring: signedOf(whole),
          share: text(row, "share") as B64,
        });
      }),

    noteVisit: (principal, at) =>
      write(function* () {
        yield* run(
          "UPDATE principal SET visited_at = $2 WHERE id = $1 AND COALESCE(visited_at, 0) < $2",
          principal,
          at,
        );
        return kept(undefined);
      }),

    block: (block, at) =>
      write(function* () {
        let since: ServerTime | undefined;
        for (const principal of yield* withNumber(block)) {
          const row = yield* one(
            `UPDATE principal SET blocked_at = COALESCE(blocked_at, $2), sessions_from = $3 WHERE id = $1
             RETURNING blocked_at`,
            principal,
            at,
            at + 1,
          );
          assert(row !== undefined, "a card belongs to a principal");
          const began = number(row, "blocked_at") as ServerTime;
          since = since === undefined || began < since ? began : since;
        }
        return kept(since);
      }),

    unblock: (block, until) =>
      write(function* () {
        const principals = yield* withNumber(block);
        if (principals.length === 0) return undone(undefined);
        let count = 0;
        for (const principal of principals)
          count += yield* run(
            "UPDATE principal SET blocked_at = NULL WHERE id = $1 AND blocked_at <= $2",
            principal,
            until,
          );
        return kept(count);
      }),

    askEscrow: (principal, organisation, helper, people, at) =>
      write<EscrowAnswer>(function* () {
        const row = yield* escrowRow(principal, organisation);
        if (typeof row === "string") return undone({ type: "reject", code: row });
        const standing = asksOf(row).filter(({ by }) => people.includes(by));
        const [first, second] =
          standing.length === 2 || standing.some(({ by }) => by === helper)
            ? standing
            : [...standing, { by: helper, at }];
        const asked = yield* one(
          `UPDATE escrow SET first_by = $3, first_at = $4, second_by = $5, second_at = $6
           WHERE principal = $1 AND organisation = $2 RETURNING *`,
          principal,
          organisation,
          first?.by ?? null,
          first?.at ?? null,
          second?.by ?? null,
          second?.at ?? null,
        );
        const escrow = asked && escrowOf(asked);
        assert(escrow !== undefined, "an escrow that was asked for says so");
        return kept({ type: "ok", escrow });
      }),

    openEscrow: (principal, organisation, people, at) =>
      write<EscrowOpening>(function* () {
        const row = yield* escrowRow(principal, organisation);
        if (typeof row === "string") return undone({ type: "reject", code: row });
        const escrow = escrowOf(row);
        const hasLeft = asksOf(row).some(({ by }) => !people.includes(by));
        if (escrow === undefined || escrow.opensAt === null || at < escrow.opensAt || hasLeft)
          return undone({ type: "reject", code: "not-yet" });
        const given = yield* one(
          `UPDATE escrow SET given_at = COALESCE(given_at, $3) WHERE principal = $1 AND organisation = $2
           RETURNING *`,
          principal,
          organisation,
          at,
        );
        const held = yield* one("SELECT body, sig FROM keyring WHERE principal = $1", principal);
        const after = given && escrowOf(given);
        assert(held !== undefined && after !== undefined, "a share stands in a keyring");
        const share = text(row, "share") as B64;
        return kept({ type: "ok", escrow: after, share, keyring: signedOf(held), epoch: number(row, "epoch") });
      }),

    stopEscrow: (principal, at) =>
      write(function* () {
        const closed = yield* lockOpen(principal);
        if (closed !== null) return undone(closed);
        yield* run("UPDATE escrow SET stopped_at = $2 WHERE principal = $1 AND stopped_at IS NULL", principal, at);
        return kept("done");
      }),

    erase: (principal, at) =>
      write<Awaited<ReturnType<WayStore["erase"]>>>(function* () {
        const closed = yield* lockOpen(principal);
        if (closed === "gone") {
          const row = yield* one("SELECT erased_at FROM principal WHERE id = $1", principal);
          assert(row !== undefined, "a locked principal is there");
          return undone({ at: number(row, "erased_at") as ServerTime });
        }
        if (closed !== null) return undone(closed);
        yield* run(
          "UPDATE principal SET erased_at = $2, sessions_from = $3, told_at = NULL WHERE id = $1",
          principal,
          at,
          at + 1,
        );
        // What lies here of others: their rows are held too, because what only these letters name is collectable then.
        const letters = (yield* all("SELECT * FROM letter WHERE receiver = $1 AND dropped_at IS NULL", principal)).map(
          toLetter,
        );
        for (const sender of [...new Set(letters.map(({ from }) => from))].sort()) yield* lockOpen(sender);
        for (const table of ["record_blob", "record", "applied", "escrow", "way", "keyring", "device", "journal"])
          yield* run(`DELETE FROM ${table} WHERE principal = $1`, principal);
        for (const letter of letters) yield* dropLetter(letter, at, 0);
        yield* run("DELETE FROM feed WHERE principal = $1", principal);
        yield* eraseApprovals(principal);
        // What a letter to somebody else names stays with that letter.
        yield* run(
          `UPDATE blob SET unreferenced_since = 0 WHERE owner = $1 AND NOT EXISTS (
             SELECT 1 FROM letter_blob WHERE letter_blob.sender = blob.owner AND letter_blob.blob = blob.blob)`,
          principal,
        );
        return kept({ at });
      }),

    forgetReplaced: (before) =>
      write(function* () {
        return kept(yield* run("DELETE FROM way WHERE replaced_at < $1", before));
      }),

    keyrings: async function* () {
      for (let principal = ""; ; ) {
        const rows = await read(() =>
          all(
            `SELECT keyring.principal AS principal, keyring.epoch AS epoch, keyring.body AS body, keyring.sig AS sig,
               principal.sign AS sign, way.locator AS locator, way.share AS share
             FROM keyring JOIN principal ON principal.id = keyring.principal
               LEFT JOIN way ON way.principal = keyring.principal AND way.replaced_at IS NULL
             WHERE keyring.principal > $1 ORDER BY keyring.principal LIMIT 200`,
            principal,
          ),
        );
        for (const row of rows) {
          principal = text(row, "principal");
          const desks = await read(() => all("SELECT organisation, share FROM escrow WHERE principal = $1", principal));
          const locator = textOrNull(row, "locator");
          const keyring: StoredKeyring = {
            principal: principal as PrincipalId,
            sign: text(row, "sign") as B64,
            epoch: number(row, "epoch"),
            signed: signedOf(row),
            card: locator === null ? null : { locator: locator as B64, share: text(row, "share") as B64 },
            desks: desks.map((desk) => ({
              organisation: text(desk, "organisation") as PrincipalId,
              share: text(desk, "share") as B64,
            })),
          };
          yield keyring;
        }
        if (rows.length === 0) return;
      }
    },
  };
}
