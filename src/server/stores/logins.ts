/** Helpers' logins, written once for every database (login-ports.ts). Runs in Node. */

import type { B64 } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import type { PrincipalId } from "../../shared/ids.ts";
import type { LoginStore, StoredBinding } from "./login-ports.ts";
import { all, type Driver, kept, one, type Row, run, text, undone } from "./work.ts";

const bindingOf = (row: Row): StoredBinding => ({
  helper: text(row, "helper") as PrincipalId,
  subject: text(row, "subject") as B64,
  statement: { body: text(row, "body") as B64, sig: text(row, "sig") as B64 },
});
const columns = "helper, subject, body, sig";

export function createLogins({ read, write }: Driver): LoginStore {
  return {
    loginBinding: (organisation, helper) =>
      read(function* () {
        const row = yield* one(
          `SELECT ${columns} FROM login_binding WHERE principal = $1 AND helper = $2`,
          organisation,
          helper,
        );
        return row && bindingOf(row);
      }),

    loginBindings: (organisation) =>
      read(function* () {
        const rows = yield* all(
          `SELECT ${columns} FROM login_binding WHERE principal = $1 ORDER BY helper`,
          organisation,
        );
        return rows.map(bindingOf);
      }),

    bindLogin: (organisation, { helper, subject, statement }, at) =>
      write(function* () {
        yield* run(
          `INSERT INTO login_binding (principal, helper, subject, body, sig, at) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (principal, helper) DO NOTHING`,
          organisation,
          helper,
          subject,
          statement.body,
          statement.sig,
          at,
        );
        const row = yield* one(
          `SELECT ${columns} FROM login_binding WHERE principal = $1 AND helper = $2`,
          organisation,
          helper,
        );
        assert(row !== undefined, "a binding stands once it was written");
        return kept(bindingOf(row));
      }),

    unbindLogin: (organisation, helper, subject) =>
      write(function* () {
        const row = yield* one(
          "DELETE FROM login_binding WHERE principal = $1 AND helper = $2 AND subject = $3 RETURNING helper",
          organisation,
          helper,
          subject,
        );
        return row === undefined ? undone(false) : kept(true);
      }),
  };
}
