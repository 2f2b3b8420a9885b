/**
 * Ways back in (SPEC P-Y): keyrings, cards, the block number, escrows, erasing. Runs in Node.
 *
 * Surprising: whoever asks for a card that there is not gets the same work done as for one that there is: the same hashes,
 * the same statements to the database, a count that touches no row. And a try is counted before it is looked at.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type ErrorCode, errors } from "../../protocol/errors.ts";
import { isPerson } from "../../protocol/helpers.ts";
import { bodies, ways as limits } from "../../protocol/limits.ts";
import {
  parseBlockRequest,
  parseKeyringRequest,
  parseLookRequest,
  parseWayDeskRequest,
  parseWayOpenRequest,
  parseWayStatementRequest,
} from "../../protocol/parse.ts";
import { isShare, sealShare } from "../../protocol/share.ts";
import { isPublicKey } from "../../protocol/sign.ts";
import { readChain } from "../../protocol/statements.ts";
import {
  blockVerifierOf,
  eraseClaim,
  escrowClaim,
  isHelpersAsk,
  isProved,
  readBlockNumber,
  readErase,
  readEscrow,
  readUnblock,
  type Signer,
  unblockClaim,
} from "../../protocol/ways.ts";
import {
  type B64,
  type BlockAnswer,
  type EraseAnswer,
  type EscrowAnswer,
  type HeldKeyringAnswer,
  type KeyringAnswer,
  type LookAnswer,
  type RejectCode,
  routes,
  type ServerTime,
  type Signed,
  type UnblockAnswer,
  type WayDeskAnswer,
  type WayDeskRequest,
  type WayOpenAnswer,
  type WayState,
} from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import { fromBase64Url, toBase64Url } from "../../shared/bytes.ts";
import type { DeviceId, PrincipalId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { FindDeployed } from "../deployment.ts";
import { createKeyrings } from "../keyrings.ts";
import type { Shares } from "../shares.ts";
import type { StoredPrincipal } from "../stores/ports.ts";
import type { StoredCard } from "../stores/way-ports.ts";
import type { RouteDeps } from "./deps.ts";

export interface WayDeps extends RouteDeps {
  readonly shares: Shares;
  readonly findDeployed: FindDeployed;
}

/** What a card that there is not would have for verifiers; no hash is all zeros. */
const noHash = "A".repeat(43) as B64;
/** No locator is empty: a count under it touches no row. */
const noLocator = "" as B64;

/** No device: what a principal's own standing is asked with. */
const noDevice = "" as DeviceId;

/** What a keyring without a card, or none, says of it. */
export const noWay: WayState = { tries: 0, frozen: false, blockedAt: null, openedAt: null, escrow: null };

/** Why nothing opens with this card, for somebody who has it. */
function shut(card: StoredCard): ErrorCode | undefined {
  if (card.closed === "gone") return "unknown-card";
  if (card.current === null) return "card-replaced";
  if (card.closed === "blocked") return "blocked";
  return card.current.tries >= limits.tries ? "frozen" : undefined;
}

export function wayRoutes(app: FastifyInstance, deps: WayDeps): void {
  const { answers, store, rates, keys, shares, admit } = deps;
  const { now } = answers;
  const keyrings = createKeyrings({ store, keys, shares, now });

  app.post(routes.keyring, { bodyLimit: bodies.keyring }, async (request, reply) => {
    const body = parseKeyringRequest(request.body);
    if (!body.ok) return answers.refuse(request, reply, "bad-format");
    const say = (verdict: KeyringAnswer["verdict"]): FastifyReply => {
      const answer: KeyringAnswer = { ...answers.answered(request), verdict };
      return reply.send(answer);
    };
    const reject = (code: RejectCode): FastifyReply => say({ type: "reject", code, retry: errors[code].retry });
    const read = await keyrings.read(body.value.keyring);
    if (!read.ok) return reject(read.error);
    const wait = await rates.principal(request, read.value.body.principal);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    const verdict = await keyrings.take(read.value);
    return verdict.type === "reject" ? reject(verdict.code) : say(verdict);
  });

  app.get(routes.keyring, async (request, reply) => {
    const who = await admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const held = await store.keyring(who.value.principal);
    const answer: HeldKeyringAnswer = {
      ...answers.answered(request),
      keyring: held?.signed ?? null,
      way: who.value.standing?.way ?? noWay,
    };
    return reply.send(answer);
  });

  /** The card, if the proof is its; the same work if there is none. */
  const proved = async (locator: B64, proof: B64): Promise<StoredCard | undefined> => {
    const card = await store.cardOf(locator);
    const right = await isProved("card", proof, card?.card ?? noHash);
    return right ? card : undefined;
  };

  app.post(routes.waysLook, { bodyLimit: bodies.ways }, async (request, reply) => {
    const body = parseLookRequest(request.body);
    if (!body.ok) return answers.refuse(request, reply, "bad-format");
    const wait = await rates.way(request, "card", body.value.locator);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    const card = await proved(body.value.locator, body.value.card);
    const code = card === undefined ? "unknown-card" : shut(card);
    if (code !== undefined) return answers.refuse(request, reply, code);
    assert(card?.current != null, "a card that is not shut is current");
    const { salt, params, tries } = card.current;
    const answer: LookAnswer = { ...answers.answered(request), salt, params, left: limits.tries - tries };
    return reply.send(answer);
  });

  app.post(routes.waysOpen, { bodyLimit: bodies.ways }, async (request, reply) => {
    const body = parseWayOpenRequest(request.body);
    if (!body.ok) return answers.refuse(request, reply, "bad-format");
    const { locator, card: cardProof, code: codeProof } = body.value;
    const wait = await rates.way(request, "card", locator);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    const card = await proved(locator, cardProof);
    const why = card === undefined ? "unknown-card" : shut(card);
    const tried = card !== undefined && why === undefined;
    // Counted, and on the disk, before anything is compared.
    const counted = await store.countTry(tried ? locator : noLocator, card?.epoch ?? 0);
    const right = await isProved("code", codeProof, counted?.code ?? noHash);
    if (card === undefined || why !== undefined) return answers.refuse(request, reply, why ?? "unknown-card");
    if (counted !== undefined && !right)
      return answers.refuse(request, reply, "wrong-code", undefined, limits.tries - counted.tries);

    const { principal, epoch } = card;
    const opened = counted && (await store.openWay(principal, locator, epoch, now()));
    if (opened === undefined) {
      // Others tried at the same time, or a device changed it meanwhile.
      const later = await store.cardOf(locator);
      return answers.refuse(request, reply, (later && shut(later)) ?? "busy");
    }
    const share = shares.give({ principal, epoch, use: "card", name: locator }, opened.share);
    if (share === undefined) {
      // Kept under another key file: only a new keyring helps, as after ten wrong codes.
      deps.log.note("share-lost");
      return answers.refuse(request, reply, "frozen");
    }
    const answer: WayOpenAnswer = {
      ...answers.answered(request),
      principal,
      statements: opened.statements,
      keyring: opened.keyring,
      share: toBase64Url(share) as B64,
      visit: deps.sessions.pass(principal),
    };
    return reply.send(answer);
  });

  /** Whose keyring is asked for with a desk's help; a refusal where nobody proved that it is his. */
  async function cameToDesk(asked: WayDeskRequest): Promise<Result<PrincipalId, ErrorCode>> {
    if ("locator" in asked) {
      const card = await proved(asked.locator, asked.card);
      if (card === undefined) return err("unknown-card");
      const why = shut(card);
      // Too many codes were tried: that is what the desk helps with.
      return why === undefined || why === "frozen" ? ok(card.principal) : err(why);
    }
    const { principal, share } = asked;
    const standing = await store.standing(principal, noDevice);
    const escrow = standing?.way.escrow;
    const held = escrow?.openedAt == null ? undefined : await store.keyring(principal);
    const read = held && (await keyrings.read(held.signed));
    const desk = read?.ok
      ? read.value.body.desks.find((each) => each.organisation === escrow?.by && each.pair === "S+O")
      : undefined;
    const right = await isShare(fromBase64Url(share) ?? new Uint8Array(0), desk?.share?.hash ?? noHash);
    if (!right || desk === undefined) return err("not-found");
    return standing?.closed == null ? ok(principal) : err(standing.closed);
  }

  app.post(routes.waysDesk, { bodyLimit: bodies.ways }, async (request, reply) => {
    const body = parseWayDeskRequest(request.body);
    if (!body.ok) return answers.refuse(request, reply, "bad-format");
    const name = "locator" in body.value ? body.value.locator : body.value.principal;
    const wait = await rates.way(request, "card", name);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    const came = await cameToDesk(body.value);
    if (!came.ok) return answers.refuse(request, reply, came.error);
    const [held, principal] = await Promise.all([store.keyring(came.value), store.principal(came.value)]);
    if (held === undefined || principal === undefined) return answers.refuse(request, reply, "not-found");
    const answer: WayDeskAnswer = {
      ...answers.answered(request),
      principal: principal.id,
      statements: principal.statements,
      keyring: held.signed,
    };
    return reply.send(answer);
  });

  app.post(routes.block, { bodyLimit: bodies.ways }, async (request, reply) => {
    const body = parseBlockRequest(request.body);
    const number = body.ok ? readBlockNumber(body.value.number) : undefined;
    if (number === undefined) return answers.refuse(request, reply, "bad-format");
    const block = await blockVerifierOf(number);
    const wait = await rates.way(request, "number", block);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    const blockedAt = await store.block(block, now());
    if (blockedAt === undefined) return answers.refuse(request, reply, "unknown-number");
    const answer: BlockAnswer = { ...answers.answered(request), blockedAt };
    return reply.send(answer);
  });

  /* ---- signed statements ---- */

  /** A statement whose signature and signer were checked. */
  const readStatement = async <T>(
    request: FastifyRequest,
    signed: Signed,
    by: PrincipalId,
    check: (signed: Signed, by: Signer) => Promise<Result<T, { readonly type: string }>>,
  ): Promise<
    Result<{ readonly statement: T; readonly by: StoredPrincipal }, readonly [code: ErrorCode, wait?: number]>
  > => {
    const signer = await store.principal(by);
    if (signer === undefined) return err(["unknown-principal"]);
    const statement = await check(signed, signer);
    if (!statement.ok) return err([statement.error.type === "bad-signature" ? "bad-signature" : "bad-format"]);
    const wait = await rates.principal(request, by);
    return wait === undefined ? ok({ statement: statement.value, by: signer }) : err(["too-many", wait]);
  };
  /** An old statement, heard by somebody and said again, does nothing. */
  const isFresh = (at: number): boolean => Math.abs(now() - at) <= limits.statementMs;

  app.post(routes.unblock, { bodyLimit: bodies.statement }, async (request, reply) => {
    const body = parseWayStatementRequest(request.body);
    const claim = body.ok ? unblockClaim(body.value.statement) : body;
    if (!body.ok || !claim.ok) return answers.refuse(request, reply, "bad-format");
    const read = await readStatement(request, body.value.statement, claim.value.by, readUnblock);
    if (!read.ok) return answers.refuse(request, reply, ...read.error);
    const { block, by, at } = read.value.statement;
    if ((await deps.findDeployed(by)) === undefined) return answers.refuse(request, reply, "forbidden");
    if (!isFresh(at)) return answers.refuse(request, reply, "bad-format");
    // A block that began after it was signed stands.
    const count = await store.unblock(block, at as ServerTime);
    if (count === undefined) return answers.refuse(request, reply, "unknown-number");
    const answer: UnblockAnswer = { ...answers.answered(request), unblocked: count > 0 };
    return reply.send(answer);
  });

  app.post(routes.escrow, { bodyLimit: bodies.statement }, async (request, reply) => {
    const body = parseWayStatementRequest(request.body);
    const claim = body.ok ? escrowClaim(body.value.statement) : body;
    if (!body.ok || !claim.ok) return answers.refuse(request, reply, "bad-format");
    const { t } = claim.value;
    const signer = t === "escrow-stop" ? claim.value.principal : claim.value.by;
    const read = await readStatement(request, body.value.statement, signer, readEscrow);
    if (!read.ok) return answers.refuse(request, reply, ...read.error);
    const { statement, by } = read.value;
    if (!isFresh(statement.at)) return answers.refuse(request, reply, "bad-format");
    const say = (escrow: EscrowAnswer["escrow"], share?: EscrowAnswer["share"]): FastifyReply => {
      const answer: EscrowAnswer = { ...answers.answered(request), escrow, ...(share === undefined ? {} : { share }) };
      return reply.send(answer);
    };
    if (statement.t === "escrow-stop") {
      const done = await store.stopEscrow(statement.principal, now());
      return done === "done" ? say(null) : answers.refuse(request, reply, done);
    }
    const organisation = await deps.findDeployed(by.id);
    // One body that held both factors could open every satchel by itself.
    if (organisation === undefined || organisation.operates === true)
      return answers.refuse(request, reply, "forbidden");
    const { principal } = statement;
    const chain = await readChain(by.statements);
    assert(chain.ok, "a stored chain was checked before");
    // Who left asks for nothing any more, and what she asked before does not count.
    const people = [...chain.value.helpers].flatMap(([id, helper]) => (isPerson(helper) ? [id] : []));
    if (statement.t === "escrow-ask") {
      // Two helpers are two people who each signed: the organisation's key, which both hold, names nobody.
      if (statement.v !== 2 || !(await isHelpersAsk(statement, chain.value)))
        return answers.refuse(request, reply, "forbidden");
      const asked = await store.askEscrow(principal, by.id, statement.helper, people, now());
      return asked.type === "ok" ? say(asked.escrow) : answers.refuse(request, reply, asked.code);
    }
    // Sealed to the organisation, as before, both halves would be in one hand.
    if (statement.v !== 2) return answers.refuse(request, reply, "forbidden");
    if (!(await isPublicKey(statement.to))) return answers.refuse(request, reply, "bad-format");
    const opened = await store.openEscrow(principal, by.id, people, now());
    if (opened.type === "reject") return answers.refuse(request, reply, opened.code);
    const share = shares.give({ principal, epoch: opened.epoch, use: "desk", name: by.id }, opened.share);
    if (share === undefined) {
      deps.log.note("share-lost");
      return answers.refuse(request, reply, "frozen");
    }
    const held = await keyrings.read(opened.keyring);
    assert(held.ok, "a stored keyring was checked before");
    const context = { use: "escrow", principal, root: held.value.body.root, name: by.id } as const;
    const sealed = await sealShare(statement.to, context, share);
    assert(sealed !== undefined, "what was said was looked at");
    return say(opened.escrow, { enc: sealed.enc, sealed: sealed.sealed, keyring: opened.keyring });
  });

  app.post(routes.erase, { bodyLimit: bodies.statement }, async (request, reply) => {
    const body = parseWayStatementRequest(request.body);
    const claim = body.ok ? eraseClaim(body.value.statement) : body;
    if (!body.ok || !claim.ok) return answers.refuse(request, reply, "bad-format");
    const read = await readStatement(request, body.value.statement, claim.value.principal, readErase);
    if (!read.ok) return answers.refuse(request, reply, ...read.error);
    const erased = await store.erase(read.value.statement.principal, now());
    if (typeof erased === "string") return answers.refuse(request, reply, erased);
    const answer: EraseAnswer = { ...answers.answered(request), erasedAt: erased.at };
    return reply.send(answer);
  });
}
