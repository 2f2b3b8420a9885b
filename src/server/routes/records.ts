/** Push: one verdict per op, each its own durable transaction. Pull: rows after a cursor. Runs in Node. */

import type { FastifyInstance, FastifyRequest } from "fastify";
import { errors } from "../../protocol/errors.ts";
import { letterHead } from "../../protocol/letters.ts";
import { bodies } from "../../protocol/limits.ts";
import { type PushItem, parsePullQuery, parsePushItems } from "../../protocol/parse.ts";
import {
  type Cursor,
  type PullAnswer,
  type PullRow,
  type PushAnswer,
  type RejectCode,
  routes,
  type ServerTime,
  type Verdict,
} from "../../protocol/wire.ts";
import type { OpId, PrincipalId } from "../../shared/ids.ts";
import { createSigners } from "../chains.ts";
import { formerKey } from "../former.ts";
import { createCheckOp } from "../verify.ts";
import { isRight } from "../verify-now.ts";
import type { RouteDeps } from "./deps.ts";
import { noWay } from "./ways.ts";

const reject = (op: OpId, code: RejectCode): Verdict => ({ op, type: "reject", code, retry: errors[code].retry });

/** A share that is over is no row of its receiver, whether it was collected yet or not (SPEC P-L7). */
const isGiven =
  (reader: PrincipalId, now: ServerTime) =>
  (row: PullRow): boolean => {
    const head = row.type === "letter" ? letterHead(row.letter) : undefined;
    return head?.ok !== true || head.value.to !== reader || head.value.until === undefined || head.value.until > now;
  };

export function recordRoutes(app: FastifyInstance, deps: RouteDeps): void {
  const { answers, store, rates } = deps;
  const check = createCheckOp();
  const signerOf = createSigners(store);

  const judge = async (request: FastifyRequest, { op, read }: PushItem): Promise<Verdict> => {
    if (read === null) return reject(op, "bad-format");
    const { op: item, head } = read;
    const { satchel } = head;
    const owner = await signerOf(satchel);
    if (owner === undefined) return reject(op, "unknown-principal");
    let checked = await check({ key: owner.sign, op: item });
    if (!isRight(checked) && owner.kind === "organisation") {
      const who = await deps.admit(request);
      const here = who.ok ? who.value.principal : null;
      const former = await formerKey(store, satchel, here, answers.now(), async (key) => {
        const again = await check({ key, op: item });
        if (isRight(again)) checked = again;
        return isRight(again);
      });
      if (former?.ok === false) return reject(op, former.error);
    }
    if (!isRight(checked)) return reject(op, checked);
    if ((await rates.principal(request, satchel)) !== undefined) return reject(op, "busy");
    // Another number that the operator said stands in the database, and is read with the row that the op locks.
    const usual = await deps.quotaOf({ ...owner, quota: null });
    const verdict = await store.applyOp(item, head, checked, usual, answers.now());
    switch (verdict.type) {
      case "ok":
        return { op, type: "ok", seq: verdict.seq };
      case "conflict":
        return { op, type: "conflict", current: verdict.current, seq: verdict.seq };
      default:
        return reject(op, verdict.type);
    }
  };

  app.post(routes.push, { bodyLimit: bodies.push }, async (request, reply) => {
    const read = parsePushItems(request.body);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const verdicts: Verdict[] = [];
    // In order: an op may be the base of the next one.
    for (const item of read.value) verdicts.push(await judge(request, item));
    const answer: PushAnswer = { ...answers.answered(request), verdicts };
    return reply.send(answer);
  });

  app.get<{ Querystring: { cursor?: unknown; limit?: unknown } }>(routes.pull, async (request, reply) => {
    const who = await deps.admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const { principal, standing } = who.value;
    const read = parsePullQuery(request.query);
    if (!read.ok) return answers.refuse(request, reply, "bad-format");
    const { epoch, seq, bytes } = read.value;
    const page = await store.pull(principal, epoch, seq, bytes);
    const answer: PullAnswer = {
      ...answers.answered(request),
      rows: page.rows.filter(isGiven(principal, answers.now())),
      cursor: `${page.epoch}.${page.next}` as Cursor,
      more: page.more,
      reset: page.reset,
      backup: page.backup,
      keyring: standing?.keyring ?? 0,
      chain: standing?.chain ?? 0,
      way: standing?.way ?? noWay,
    };
    return reply.send(answer);
  });
}
