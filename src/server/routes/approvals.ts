/**
 * Opening at a shared computer by the person's phone (SPEC P-V): the question, the meeting, the grant, the acts. Runs in Node.
 *
 * Surprising: the computer has no session. Each act carries the signature of the key that its question brought, and is on
 * the disk before the bytes that it asks for leave: what the phone is shown is what was given out.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  type ApprovalCertificate,
  type ApprovalId,
  actStands,
  approvalBodyHash,
  depositHash,
  isApprovalId,
  isApprovalSecret,
  readAsk,
  readCertificate,
  verifyAct,
} from "../../protocol/approval.ts";
import {
  type ActAnswer,
  type ApprovalAnswer,
  type ApprovalState,
  type ApprovalsAnswer,
  type AskAnswer,
  type DepositAnswer,
  parseActRequest,
  parseAskRequest,
  parseGrantRequest,
  parseHelloRequest,
  parseRevealRequest,
} from "../../protocol/approval-wire.ts";
import type { ErrorCode } from "../../protocol/errors.ts";
import { bodies, approvals as limits } from "../../protocol/limits.ts";
import { readChain } from "../../protocol/statements.ts";
import { routes, type ServerTime } from "../../protocol/wire.ts";
import { fromBase64Url } from "../../shared/bytes.ts";
import { whyNot } from "../admission.ts";
import { describeError } from "../log.ts";
import type { StoredApproval } from "../stores/approval-ports.ts";
import type { BlobVault } from "../stores/blob-ports.ts";
import type { RouteDeps } from "./deps.ts";

/** Approvals in one list: the newest. */
const listed = 50;

export interface ApprovalDeps extends RouteDeps {
  readonly vault: BlobVault;
}

type At<Params> = FastifyRequest<{ Params: Params }>;
type One = At<{ readonly id: string }>;
type OnePage = At<{ readonly id: string; readonly n: string }>;

function stateOf(approval: StoredApproval, now: number): ApprovalState {
  if (approval.endedAt !== null || approval.until <= now) return "ended";
  if (approval.grant !== null) return "open";
  return approval.reader === null ? "asked" : "greeted";
}

const certificateOf = (approval: StoredApproval): ApprovalCertificate | undefined => {
  const bytes = approval.grant === null ? undefined : fromBase64Url(approval.grant.certificate.body);
  // It was verified before it was stored.
  return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as ApprovalCertificate);
};

export function approvalRoutes(app: FastifyInstance, deps: ApprovalDeps): void {
  const { answers, store, admit, vault } = deps;
  const { now } = answers;
  const path = `${routes.approvals}/:id`;

  const found = async (request: One): Promise<StoredApproval | undefined> =>
    isApprovalId(request.params.id) ? await store.approval(request.params.id) : undefined;
  const said = (request: FastifyRequest, reply: FastifyReply): FastifyReply => reply.send(answers.answered(request));

  /** The satchel was blocked or erased since, or the device that approved was put out. */
  const shut = async (approval: StoredApproval): Promise<ErrorCode | undefined> => {
    const { reader } = approval;
    return reader === null ? undefined : whyNot(await store.standing(reader.principal, reader.device));
  };

  app.post(routes.approvals, { bodyLimit: bodies.approvalAsk }, async (request, reply) => {
    const body = parseAskRequest(request.body);
    const bytes = body.ok ? fromBase64Url(body.value.ask) : undefined;
    const ask = bytes === undefined ? undefined : await readAsk(bytes);
    if (!body.ok || ask === undefined) return answers.refuse(request, reply, "bad-format");
    const until = (now() + limits.askMs) as ServerTime;
    if (!(await store.putAsk({ id: ask.id, ask: body.value.ask, sign: ask.sign, until })))
      return answers.refuse(request, reply, "id-taken");
    const answer: AskAnswer = { ...answers.answered(request), id: ask.id, until };
    return reply.send(answer);
  });

  app.get(path, async (request: One, reply) => {
    const approval = await found(request);
    if (approval === undefined) return answers.refuse(request, reply, "not-found");
    const state = stateOf(approval, now());
    const isOver = state === "ended" || (state === "open" && (await shut(approval)) !== undefined);
    const answer: ApprovalAnswer = {
      ...answers.answered(request),
      state: isOver ? "ended" : state,
      number: approval.reader?.number ?? null,
      secret: approval.secret,
      grant:
        isOver || approval.grant === null
          ? null
          : {
              certificate: approval.grant.certificate,
              enc: approval.grant.enc,
              sealed: approval.grant.sealed,
            },
      until: approval.endedAt ?? approval.until,
    };
    return reply.send(answer);
  });

  app.post(`${path}/hello`, { bodyLimit: bodies.approvalAsk }, async (request: One, reply) => {
    const who = await admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    // Another shared computer is opened by a device of the satchel, never by a visit (SPEC P-N5).
    if (who.value.visitUntil !== undefined) return answers.refuse(request, reply, "forbidden");
    const body = parseHelloRequest(request.body);
    if (!body.ok) return answers.refuse(request, reply, "bad-format");
    const approval = await found(request);
    if (approval === undefined) return answers.refuse(request, reply, "not-found");
    const { principal, device } = who.value;
    const done = await store.greet(approval.id, { principal, device, number: body.value.number }, now());
    return done === "ok" ? said(request, reply) : answers.refuse(request, reply, done);
  });

  app.post(`${path}/secret`, { bodyLimit: bodies.approvalAsk }, async (request: One, reply) => {
    const body = parseRevealRequest(request.body);
    if (!body.ok) return answers.refuse(request, reply, "bad-format");
    const approval = await found(request);
    const bytes = approval === undefined ? undefined : fromBase64Url(approval.ask);
    const ask = bytes === undefined ? undefined : await readAsk(bytes);
    if (approval === undefined || ask === undefined) return answers.refuse(request, reply, "not-found");
    if (!(await isApprovalSecret(ask, body.value.secret))) return answers.refuse(request, reply, "bad-signature");
    const done = await store.reveal(approval.id, body.value.secret, now());
    return done === "ok" ? said(request, reply) : answers.refuse(request, reply, done);
  });

  app.post(`${path}/grant`, { bodyLimit: bodies.approvalGrant }, async (request: One, reply) => {
    const who = await admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const body = parseGrantRequest(request.body);
    if (!body.ok) return answers.refuse(request, reply, "bad-format");
    const approval = await found(request);
    const bytes = approval === undefined ? undefined : fromBase64Url(approval.ask);
    const ask = bytes === undefined ? undefined : await readAsk(bytes);
    if (approval === undefined || ask === undefined) return answers.refuse(request, reply, "not-found");
    const { principal, device } = who.value;
    const stored = await store.principal(principal);
    if (stored === undefined || stored.kind !== "satchel") return answers.refuse(request, reply, "unknown-principal");
    const chain = await readChain(stored.statements);
    if (!chain.ok) return answers.refuse(request, reply, "unknown-principal");
    const at = now();
    const { certificate: signed, enc, sealed } = body.value;
    const read = await readCertificate(signed, { ask, principal: chain.value, now: at });
    if (!read.ok) {
      const code: Readonly<Record<typeof read.error.type, ErrorCode>> = {
        "bad-format": "bad-format",
        "bad-signature": "bad-signature",
        "other-satchel": "forbidden",
        "other-session": "forbidden",
        "device-removed": "device-removed",
        "too-long": "bad-format",
        "not-yet": "not-yet",
        expired: "ended",
      };
      return answers.refuse(request, reply, code[read.error.type]);
    }
    // Signed by the satchel, and handed in by the very device that it names: who was put out has the one and not the other.
    if (read.value.device !== device) return answers.refuse(request, reply, "forbidden");
    for (const blob of read.value.blobs)
      if ((await store.blob(principal, blob))?.state !== "verified")
        return answers.refuse(request, reply, "blob-missing");
    const done = await store.grantApproval({
      id: approval.id,
      principal,
      device,
      certificate: signed,
      enc,
      sealed,
      hash: await approvalBodyHash(signed),
      until: Math.min(read.value.until, at + limits.lifetimeMs) as ServerTime,
      at,
    });
    return done === "ok" ? said(request, reply) : answers.refuse(request, reply, done);
  });

  const done = (request: FastifyRequest, reply: FastifyReply, acts: number): FastifyReply => {
    const answer: ActAnswer = { ...answers.answered(request), acts };
    return reply.send(answer);
  };

  app.post(`${path}/acts`, { bodyLimit: bodies.approvalAct }, async (request: One, reply) => {
    const body = parseActRequest(request.body);
    if (!body.ok) return answers.refuse(request, reply, "bad-format");
    const approval = await found(request);
    const certificate = approval && certificateOf(approval);
    if (approval === undefined) return answers.refuse(request, reply, "not-found");
    if (certificate === undefined || approval.last === null) return answers.refuse(request, reply, "ended");
    const { act: signed, deposit } = body.value;
    const read = await verifyAct(signed, approval.sign);
    if (!read.ok) return answers.refuse(request, reply, read.error.type);
    const hash = await approvalBodyHash(signed);
    // Its answer was lost, and it says it again.
    const again = hash === approval.last && approval.acts > 0;
    const place = { session: approval.id, n: approval.acts, prev: approval.last };
    if (!again && !actStands(read.value, place)) return answers.refuse(request, reply, "offset");
    const { deed } = read.value;
    if ((deed.do === "deposit") !== (deposit !== null)) return answers.refuse(request, reply, "bad-format");
    if (deposit !== null && deed.do === "deposit" && (await depositHash(deposit)) !== deed.hash)
      return answers.refuse(request, reply, "bad-format");
    const at = now();
    if (again && deed.do !== "read") return done(request, reply, approval.acts);
    if (stateOf(approval, at) !== "open") return answers.refuse(request, reply, "ended");
    const why = await shut(approval);
    if (why !== undefined) return answers.refuse(request, reply, why);
    const { principal } = certificate;
    if (deed.do === "read" && !certificate.blobs.includes(deed.blob))
      return answers.refuse(request, reply, "forbidden");
    const row = deed.do === "read" ? await store.blob(principal, deed.blob) : undefined;
    if (deed.do === "read" && row?.state !== "verified") return answers.refuse(request, reply, "blob-missing");
    if (deposit !== null && approval.pages >= certificate.deposits) return answers.refuse(request, reply, "forbidden");
    if (!again) {
      const added = await store.addAct({
        id: approval.id,
        n: place.n,
        act: signed,
        hash,
        ends: deed.do === "end",
        page: deposit === null ? null : { ...deposit, principal, size: deposit.sealed.length + deposit.enc.length },
        at,
      });
      // Said twice at once, because its answer was late: the other one of the two was first.
      const isThere = added === "changed" && (await store.approval(approval.id))?.last === hash;
      if (added !== "ok" && !isThere) return answers.refuse(request, reply, added === "changed" ? "offset" : added);
    }
    if (row === undefined) return done(request, reply, approval.acts + 1);
    const bytes = await vault.read(row, { start: 0, end: row.length - 1 }).catch((error: unknown) => {
      deps.log.note("vault-read-failed", { ...describeError(error) });
      return undefined;
    });
    if (bytes === undefined) return answers.refuse(request, reply, "busy");
    return reply.header("content-length", String(row.length)).type("application/octet-stream").send(bytes);
  });

  app.post(`${path}/end`, { bodyLimit: 1024 }, async (request: One, reply) => {
    const who = await admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const { id } = request.params;
    const mine = isApprovalId(id) && (await store.endApproval(id, who.value.principal, now()));
    return mine ? said(request, reply) : answers.refuse(request, reply, "not-found");
  });

  app.get(routes.approvals, async (request, reply) => {
    const who = await admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const rows = await store.approvalsOf(who.value.principal, listed);
    const answer: ApprovalsAnswer = {
      ...answers.answered(request),
      approvals: rows.flatMap(({ approval, acts, waiting }) =>
        approval.grant === null
          ? []
          : [
              {
                id: approval.id,
                ask: approval.ask,
                certificate: approval.grant.certificate,
                until: approval.until,
                endedAt: approval.endedAt,
                acts,
                waiting,
              },
            ],
      ),
    };
    return reply.send(answer);
  });

  const pageOf = (request: OnePage): { readonly id: ApprovalId; readonly n: number } | undefined => {
    const { id, n } = request.params;
    return isApprovalId(id) && /^[0-9]{1,5}$/.test(n) ? { id, n: Number(n) } : undefined;
  };

  app.get(`${path}/pages/:n`, async (request: OnePage, reply) => {
    const who = await admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const place = pageOf(request);
    const page = place && (await store.approvalPage(place.id, place.n, who.value.principal));
    if (page === undefined) return answers.refuse(request, reply, "not-found");
    const answer: DepositAnswer = { ...answers.answered(request), ...page };
    return reply.send(answer);
  });

  app.post(`${path}/pages/:n/kept`, { bodyLimit: 1024 }, async (request: OnePage, reply) => {
    const who = await admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const place = pageOf(request);
    if (place === undefined) return answers.refuse(request, reply, "not-found");
    await store.dropApprovalPage(place.id, place.n, who.value.principal);
    return said(request, reply);
  });
}
