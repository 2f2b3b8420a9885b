/** An organisation's helpers, written once for every database (team-ports.ts). Runs in Node. */

import { team as limits } from "../../protocol/limits.ts";
import type { Invitation } from "../../protocol/team.ts";
import type { B64, ServerTime } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import type { PrincipalId } from "../../shared/ids.ts";
import { storeChain } from "./chain-rows.ts";
import type { StoredInvitation, TeamStore } from "./team-ports.ts";
import { all, type Driver, kept, number, one, type Row, run, text, textOrNull, undone } from "./work.ts";

const invitationOf = (row: Row): StoredInvitation => ({
  organisation: text(row, "principal") as PrincipalId,
  auth: text(row, "auth") as B64,
  role: text(row, "role") as Invitation["role"],
  until: number(row, "until") as ServerTime,
  ask: textOrNull(row, "ask") as B64 | null,
  helper: textOrNull(row, "helper") as PrincipalId | null,
});

export function createTeam({ read, write }: Driver): TeamStore {
  return {
    saveTeam: ({ chain, knownLength, from, epochs, boxes, card, invitation, holders }, at) =>
      write(function* () {
        const { id } = chain;
        if (!(yield* storeChain(chain, knownLength, at))) return undone("stale");
        const held = yield* one("SELECT COUNT(*) AS epochs FROM team_epoch WHERE principal = $1", id);
        assert(held !== undefined, "a count has a row");
        if (number(held, "epochs") !== from) return undone("stale");
        for (const [n, { sealed, past }] of epochs.entries())
          yield* run(
            "INSERT INTO team_epoch (principal, epoch, sealed, past) VALUES ($1, $2, $3, $4)",
            id,
            from + n,
            sealed,
            past,
          );
        const newest = from + epochs.length - 1;
        for (const { helper, enc, sealed } of boxes)
          yield* run(
            `INSERT INTO team_box (principal, helper, epoch, enc, sealed) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (principal, helper)
             DO UPDATE SET epoch = excluded.epoch, enc = excluded.enc, sealed = excluded.sealed`,
            id,
            helper,
            newest,
            enc,
            sealed,
          );
        if (card !== null)
          yield* run(
            "INSERT INTO team_card (auth, principal, helper, sealed) VALUES ($1, $2, $3, $4)",
            card.auth,
            id,
            card.helper,
            card.sealed,
          );
        const rows = yield* all("SELECT helper, epoch FROM team_box WHERE principal = $1", id);
        const current = new Set<string>();
        for (const row of rows) {
          const helper = text(row, "helper");
          if (number(row, "epoch") === newest && holders.some((each) => each === helper)) current.add(helper);
          else {
            yield* run("DELETE FROM team_box WHERE principal = $1 AND helper = $2", id, helper);
            yield* run("DELETE FROM team_card WHERE principal = $1 AND helper = $2", id, helper);
          }
        }
        if (holders.some((each) => !current.has(each))) return undone("incomplete");
        if (invitation !== null)
          yield* run(
            "UPDATE invitation SET helper = $3 WHERE auth = $1 AND principal = $2 AND ask IS NOT NULL AND helper IS NULL",
            invitation.auth,
            id,
            invitation.helper,
          );
        yield* run("UPDATE desk SET sealed_root = '' WHERE principal = $1", id);
        return kept("saved");
      }),

    team: (organisation, helper) =>
      read(function* () {
        const rows = yield* all(
          "SELECT sealed, past FROM team_epoch WHERE principal = $1 ORDER BY epoch",
          organisation,
        );
        const box = yield* one(
          "SELECT enc, sealed FROM team_box WHERE principal = $1 AND helper = $2",
          organisation,
          helper ?? "",
        );
        return {
          epochs: rows.map((row) => ({ sealed: text(row, "sealed") as B64, past: text(row, "past") as B64 })),
          box: box === undefined ? null : { enc: text(box, "enc") as B64, sealed: text(box, "sealed") as B64 },
        };
      }),

    teamCard: (auth) =>
      read(function* () {
        const row = yield* one("SELECT principal, helper, sealed FROM team_card WHERE auth = $1", auth);
        return (
          row && {
            organisation: text(row, "principal") as PrincipalId,
            helper: text(row, "helper") as PrincipalId,
            sealed: text(row, "sealed") as B64,
          }
        );
      }),

    invite: ({ organisation, auth, role, until }, at) =>
      write(function* () {
        yield* run("DELETE FROM invitation WHERE until <= $1", at);
        const held = yield* one("SELECT COUNT(*) AS standing FROM invitation WHERE principal = $1", organisation);
        assert(held !== undefined, "a count has a row");
        const known = yield* one("SELECT principal FROM invitation WHERE auth = $1", auth);
        if (known !== undefined) return undone("saved");
        if (number(held, "standing") >= limits.invitations) return undone("full");
        yield* run(
          "INSERT INTO invitation (auth, principal, role, until) VALUES ($1, $2, $3, $4)",
          auth,
          organisation,
          role,
          until,
        );
        return kept("saved");
      }),

    invitations: (organisation, at) =>
      read(function* () {
        const rows = yield* all(
          "SELECT * FROM invitation WHERE principal = $1 AND until > $2 ORDER BY until, auth",
          organisation,
          at,
        );
        return rows.map(invitationOf);
      }),

    answerInvitation: (auth, ask, at) =>
      write(function* () {
        yield* run("UPDATE invitation SET ask = $2 WHERE auth = $1 AND until > $3 AND ask IS NULL", auth, ask, at);
        const row = yield* one("SELECT * FROM invitation WHERE auth = $1 AND until > $2", auth, at);
        return row === undefined ? undone(undefined) : kept(invitationOf(row));
      }),
  };
}
