/** Opening by the phone, written once for every database (approval-ports.ts). Runs in Node. */

import type { ApprovalId } from "../../protocol/approval.ts";
import { approvals as limits } from "../../protocol/limits.ts";
import type { B64, ServerTime, Signed } from "../../protocol/wire.ts";
import type { DeviceId, PrincipalId } from "../../shared/ids.ts";
import type { ApprovalStore, ListedActs, StoredApproval } from "./approval-ports.ts";
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

const b64 = (row: Row, column: string): B64 => text(row, column) as B64;
const signedOf = (row: Row): Signed => ({ body: b64(row, "body"), sig: b64(row, "sig") });

const approvalOf = (row: Row): StoredApproval => ({
  id: text(row, "id") as ApprovalId,
  ask: b64(row, "ask"),
  sign: b64(row, "sign"),
  until: number(row, "until") as ServerTime,
  reader:
    textOrNull(row, "number") === null
      ? null
      : {
          principal: text(row, "principal") as PrincipalId,
          device: text(row, "device") as DeviceId,
          number: b64(row, "number"),
        },
  secret: textOrNull(row, "secret") as B64 | null,
  grant:
    numberOrNull(row, "granted_at") === null
      ? null
      : {
          certificate: signedOf(row),
          enc: b64(row, "enc"),
          sealed: b64(row, "sealed"),
          at: number(row, "granted_at") as ServerTime,
        },
  endedAt: numberOrNull(row, "ended_at") as ServerTime | null,
  acts: number(row, "acts"),
  last: textOrNull(row, "last") as B64 | null,
  pages: number(row, "pages"),
});

function* find(id: ApprovalId): Work<StoredApproval | undefined> {
  const row = yield* one("SELECT * FROM approval WHERE id = $1", id);
  return row && approvalOf(row);
}

function* forget(id: string): Work<void> {
  yield* run("DELETE FROM approval_act WHERE approval = $1", id);
  yield* run("DELETE FROM approval_page WHERE approval = $1", id);
  yield* run("DELETE FROM approval WHERE id = $1", id);
}

/** With everything else of a satchel that was erased. */
export function* eraseApprovals(principal: PrincipalId): Work<void> {
  yield* run("DELETE FROM approval_page WHERE principal = $1", principal);
  for (const row of yield* all("SELECT id FROM approval WHERE principal = $1 AND granted_at IS NOT NULL", principal))
    yield* forget(text(row, "id"));
}

export function createApprovals({ read, write }: Driver): ApprovalStore {
  return {
    putAsk: ({ id, ask, sign, until }) =>
      write(function* () {
        yield* run(
          "INSERT INTO approval (id, ask, sign, until) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
          id,
          ask,
          sign,
          until,
        );
        return kept((yield* find(id))?.ask === ask);
      }),

    approval: (id) => read(() => find(id)),

    greet: (id, { principal, device, number: drawn }, at) =>
      write(function* () {
        const done = yield* run(
          `UPDATE approval SET principal = $2, device = $3, number = $4
           WHERE id = $1 AND number IS NULL AND ended_at IS NULL AND until > $5`,
          id,
          principal,
          device,
          drawn,
          at,
        );
        if (done === 1) return kept("ok" as const);
        const held = yield* find(id);
        const mine = held?.reader?.principal === principal && held.reader.number === drawn;
        if (mine && held.grant === null && held.until > at) return undone("ok" as const);
        return undone(held?.reader == null ? ("ended" as const) : ("id-taken" as const));
      }),

    reveal: (id, secret, at) =>
      write(function* () {
        const done = yield* run(
          "UPDATE approval SET secret = $2 WHERE id = $1 AND number IS NOT NULL AND ended_at IS NULL AND until > $3",
          id,
          secret,
          at,
        );
        return done === 1 ? kept("ok" as const) : undone("ended" as const);
      }),

    grantApproval: ({ id, principal, device, certificate, enc, sealed, hash, until, at }) =>
      write(function* () {
        const done = yield* run(
          `UPDATE approval SET body = $4, sig = $5, enc = $6, sealed = $7, last = $8, until = $9, granted_at = $10
           WHERE id = $1 AND principal = $2 AND device = $3 AND secret IS NOT NULL AND granted_at IS NULL
             AND ended_at IS NULL AND until > $10`,
          id,
          principal,
          device,
          certificate.body,
          certificate.sig,
          enc,
          sealed,
          hash,
          until,
          at,
        );
        if (done === 1) return kept("ok" as const);
        const held = yield* find(id);
        if (held?.reader?.principal !== principal) return undone("ended" as const);
        if (held.grant === null) return undone("ended" as const);
        return undone(held.grant.certificate.body === certificate.body ? ("ok" as const) : ("id-taken" as const));
      }),

    addAct: ({ id, n, act, hash, ends, page, at }) =>
      write(function* () {
        const done = yield* run(
          `UPDATE approval SET acts = acts + 1, pages = pages + $6, last = $3, ended_at = $4
           WHERE id = $1 AND acts = $2 AND granted_at IS NOT NULL AND ended_at IS NULL AND until > $5`,
          id,
          n,
          hash,
          ends ? at : null,
          at,
          page === null ? 0 : 1,
        );
        if (done === 0) {
          const held = yield* find(id);
          const isOpen = held?.grant != null && held.endedAt === null && held.until > at;
          return undone(isOpen ? ("changed" as const) : ("ended" as const));
        }
        yield* run(
          "INSERT INTO approval_act (approval, n, body, sig, at) VALUES ($1, $2, $3, $4, $5)",
          id,
          n,
          act.body,
          act.sig,
          at,
        );
        if (page === null) return kept("ok" as const);
        const waits = yield* one("SELECT SUM(size) AS bytes FROM approval_page WHERE principal = $1", page.principal);
        const before = waits === undefined ? 0 : Number(waits.bytes ?? 0);
        if (before + page.size > limits.waitingBytes) return undone("quota" as const);
        yield* run(
          "INSERT INTO approval_page (approval, n, principal, enc, sealed, size) VALUES ($1, $2, $3, $4, $5, $6)",
          id,
          n,
          page.principal,
          page.enc,
          page.sealed,
          page.size,
        );
        return kept("ok" as const);
      }),

    endApproval: (id, principal, at) =>
      write(function* () {
        yield* run(
          "UPDATE approval SET ended_at = $3 WHERE id = $1 AND principal = $2 AND ended_at IS NULL AND until > $3",
          id,
          principal,
          at,
        );
        return kept((yield* find(id))?.reader?.principal === principal);
      }),

    approvalsOf: (principal, limit) =>
      read(function* () {
        const rows = yield* all(
          `SELECT * FROM approval WHERE principal = $1 AND granted_at IS NOT NULL
           ORDER BY principal DESC, granted_at DESC LIMIT $2`,
          principal,
          limit,
        );
        const listed: ListedActs[] = [];
        for (const row of rows) {
          const approval = approvalOf(row);
          const acts = yield* all("SELECT body, sig, at FROM approval_act WHERE approval = $1 ORDER BY n", approval.id);
          const pages = yield* all("SELECT n FROM approval_page WHERE approval = $1 ORDER BY n", approval.id);
          listed.push({
            approval,
            acts: acts.map((each) => ({ act: signedOf(each), at: number(each, "at") as ServerTime })),
            waiting: pages.map((each) => number(each, "n")),
          });
        }
        return listed;
      }),

    approvalPage: (id, n, principal) =>
      read(function* () {
        const row = yield* one(
          "SELECT enc, sealed FROM approval_page WHERE approval = $1 AND n = $2 AND principal = $3",
          id,
          n,
          principal,
        );
        return row && { enc: b64(row, "enc"), sealed: b64(row, "sealed") };
      }),

    dropApprovalPage: (id, n, principal) =>
      write(function* () {
        yield* run("DELETE FROM approval_page WHERE approval = $1 AND n = $2 AND principal = $3", id, n, principal);
        return kept(undefined);
      }),

    forgetApprovals: (asksBefore, approvalsBefore) =>
      write(function* () {
        const over = yield* all(
          `SELECT id FROM approval WHERE (granted_at IS NULL AND until < $1) OR (until < $2 AND NOT EXISTS (
             SELECT 1 FROM approval_page WHERE approval_page.approval = approval.id))`,
          asksBefore,
          approvalsBefore,
        );
        for (const row of over) yield* forget(text(row, "id"));
        return kept(over.length);
      }),
  };
}
