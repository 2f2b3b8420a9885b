/**
 * B2: whatever comes in over the wire, at the server or at a client, a parser answers; it never throws, and a request
 * with anything that the server does not know is refused.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCardGroups, readCardText } from "../../../src/crypto/card.ts";
import { parseCarriedAnswer, readReceipt } from "../../../src/protocol/carried.ts";
import { carrierClaim, parseCarriedRequest, readCarrier } from "../../../src/protocol/carrier.ts";
import { readDeskCode } from "../../../src/protocol/desk-code.ts";
import { keyringClaim, readKeyring } from "../../../src/protocol/keyring.ts";
import { labels } from "../../../src/protocol/labels.ts";
import { letterHead } from "../../../src/protocol/letters.ts";
import { opHead } from "../../../src/protocol/ops.ts";
import * as parsers from "../../../src/protocol/parse.ts";
import { proofClaim } from "../../../src/protocol/proofs.ts";
import { parseBody, signBody } from "../../../src/protocol/sign.ts";
import { readChain } from "../../../src/protocol/statements.ts";
import { ticketClaim } from "../../../src/protocol/tickets.ts";
import { readVisit } from "../../../src/protocol/visits.ts";
import { eraseClaim, escrowClaim, readBlockNumber, unblockClaim } from "../../../src/protocol/ways.ts";
import { wrapHead } from "../../../src/protocol/wrap-head.ts";
import { demonstration } from "../../../src/server/deployment.ts";
import { ok } from "../../../src/shared/result.ts";
import { aWorld } from "../crypto/ways-world.ts";
import { createPerson, newRecordId } from "../server/people.ts";
import { mutated } from "./mutate.ts";

const person = await createPerson();
const desk = await createPerson("organisation");
const { op, head } = await person.op({ record: newRecordId() });
const blob = await person.blob(500);
const { letter, id, manifest } = await person.letter(desk, [blob.ref]);
const proof = await desk.opened(id, manifest);
const answered = { nonce: "test-nonce-0123456789", time: 1_800_000_000_000 };
const signature = proof.sig;

type Parser = (input: unknown) => { readonly ok: boolean; readonly value?: unknown };
const requests: readonly (readonly [string, Parser, unknown])[] = [
  ["signed", parsers.parseSigned, proof],
  ["op", parsers.parseOp, op],
  ["letter", parsers.parseLetter, letter],
  ["register", parsers.parseRegisterRequest, { statements: person.statements }],
  ["challenge", parsers.parseChallengeRequest, { principal: person.id, device: person.device }],
  [
    "session",
    parsers.parseSessionRequest,
    { principal: person.id, device: person.device, challenge: "AAAA", sig: signature },
  ],
  [
    "session of a visit",
    parsers.parseSessionRequest,
    { principal: person.id, device: person.device, challenge: "AAAA", sig: signature, visit: proof },
  ],
  ["push", parsers.parsePushRequest, { ops: [op] }],
  ["letters", parsers.parseLetterRequest, { letter }],
  ["proofs", parsers.parseProofRequest, { proof }],
  ["carried", parseCarriedRequest, { manifest: proof }],
  ["keyring", parsers.parseKeyringRequest, { keyring: proof }],
  ["ways look", parsers.parseLookRequest, { locator: person.id, card: manifest }],
  ["ways open", parsers.parseWayOpenRequest, { locator: person.id, card: manifest, code: manifest }],
  ["block", parsers.parseBlockRequest, { number: "123456789012" }],
  ["a way's statement", parsers.parseWayStatementRequest, { statement: proof }],
];
const escrow = { by: desk.id, asks: [5], opensAt: null, openedAt: null };
const way = { tries: 1, frozen: false, blockedAt: null, openedAt: 5, escrow };
const pullAnswer = {
  ...answered,
  rows: [
    { seq: 1, type: "record", op },
    { seq: 2, type: "letter", letter, at: 5 },
    { seq: 3, type: "proof", letter: id, proof },
    { seq: 4, type: "blob", blob: blob.ref.blob, state: "verified", at: 9 },
  ],
  cursor: "abc.4",
  more: false,
  reset: false,
  backup: null,
  keyring: 2,
  way,
};
const verdicts = [
  { op: head.op, type: "ok", seq: 3 },
  { op: head.op, type: "conflict", current: op, seq: 3 },
  { op: head.op, type: "reject", code: "quota", retry: "later" },
];
const answers: readonly (readonly [string, Parser, unknown])[] = [
  ["register", parsers.parseRegisterAnswer, { ...answered, epoch: "abc" }],
  ["challenge", parsers.parseChallengeAnswer, { ...answered, challenge: "AAAA" }],
  ["session", parsers.parseSessionAnswer, { ...answered, token: "t", lifetimeMs: 5 }],
  ["push", parsers.parsePushAnswer, { ...answered, verdicts }],
  ["pull", parsers.parsePullAnswer, pullAnswer],
  ["letter", parsers.parseLetterAnswer, { ...answered, verdict: { type: "ok", proofs: [proof] } }],
  ["error", parsers.parseErrorAnswer, { ...answered, error: "busy", retry: "later" }],
  ["principal", parsers.parsePrincipalAnswer, { ...answered, statements: person.statements }],
  ["keyring", parsers.parseKeyringAnswer, { ...answered, verdict: { type: "conflict", current: proof } }],
  ["held keyring", parsers.parseHeldKeyringAnswer, { ...answered, keyring: null, way }],
  [
    "ways look",
    parsers.parseLookAnswer,
    { ...answered, salt: head.op, params: { memoryKiB: 19456, passes: 2, lanes: 1 }, left: 9 },
  ],
  [
    "ways open",
    parsers.parseWayOpenAnswer,
    {
      ...answered,
      principal: person.id,
      statements: person.statements,
      keyring: proof,
      share: manifest,
      visit: { pass: manifest, from: 5, until: 6 },
    },
  ],
  ["block", parsers.parseBlockAnswer, { ...answered, blockedAt: 5 }],
  ["unblock", parsers.parseUnblockAnswer, { ...answered, unblocked: true }],
  ["escrow", parsers.parseEscrowAnswer, { ...answered, escrow }],
  ["erase", parsers.parseEraseAnswer, { ...answered, erasedAt: 5 }],
  ["deployment", parsers.parseDeployment, JSON.parse(JSON.stringify(demonstration("http://localhost")))],
  [
    "carried",
    parseCarriedAnswer,
    { nonce: answered.nonce, time: answered.time, statement: proof, proofs: [{ letter: id, proofs: [proof] }] },
  ],
];

describe("parsers of the protocol never throw", () => {
  for (const [name, parse, valid] of [
    ...requests.map((each) => ["request", ...each] as const),
    ...answers.map((each) => ["answer", ...each] as const),
  ].map(([kind, name, parse, valid]) => [`${kind} ${name}`, parse, valid] as const)) {
    test(`${name}: the valid one is read, anything else is answered`, () => {
      const read = parse(valid);
      // deployment.json of a server whose desks are closed has no statements yet; it is valid all the same.
      expect(read.ok).toBe(true);
      fc.assert(
        fc.property(
          fc.anything({ withBigInt: true, withNullPrototype: true }),
          (input) => typeof parse(input).ok === "boolean",
        ),
        { numRuns: 200 },
      );
      fc.assert(
        fc.property(mutated(valid), (input) => typeof parse(input).ok === "boolean"),
        { numRuns: 400 },
      );
    });
  }

  for (const [name, parse, valid] of requests)
    test(`request ${name}: what is accepted is exactly what came`, () => {
      fc.assert(
        fc.property(mutated(valid), (input) => {
          const read = parse(input);
          if (read.ok && name !== "carried") expect(read.value).toEqual(input);
        }),
        { numRuns: 400 },
      );
    });
});

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ maxLength: 300 }),
  fc.base64String({ maxLength: 300 }),
);

describe("readers of signed bodies, texts and files never throw", () => {
  test("heads and claims, with a body that is anything", () => {
    const body = fc.oneof(
      text,
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString("base64url")),
      mutated(JSON.parse(Buffer.from(op.head, "base64url").toString())).map((value) =>
        Buffer.from(JSON.stringify(value) ?? "").toString("base64url"),
      ),
    );
    fc.assert(
      fc.property(body, (input) => {
        const signed = { body: input as never, sig: signature };
        parseBody(input);
        opHead({ ...op, head: input as never });
        letterHead({ ...letter, head: input as never });
        proofClaim(signed);
        ticketClaim(signed);
        carrierClaim(signed);
        keyringClaim(signed);
        unblockClaim(signed);
        escrowClaim(signed);
        eraseClaim(signed);
        wrapHead({ head: input as never });
        readBlockNumber(input);
        parsers.parseTicketMetadata(`ticket ${input}`);
        parsers.parseTicketMetadata(input);
      }),
      { numRuns: 1500 },
    );
  });

  test("a keyring whose body is almost one, rightly signed", async () => {
    const { keyring, identity } = await aWorld();
    await fc.assert(
      fc.asyncProperty(mutated(keyring.body), async (value) => {
        const signed = await signBody(identity.sign, labels.keyring, Object(value));
        const read = await readKeyring(signed, identity.principal);
        if (read.ok) expect(read.value.body).toEqual(value);
        expect(keyringClaim(signed).ok).toBeTypeOf("boolean");
      }),
      { numRuns: 300 },
    );
  });

  test("a visit whose body is almost one, rightly signed", async () => {
    const { identity } = await aWorld();
    const body = {
      t: "visit",
      v: 1,
      principal: identity.principal.id,
      device: "AAECAwQFBgcICQoLDA0ODw",
      transport: person.principal.sign,
      pass: "AAECAwQFBgc",
      from: 5,
      until: 1000,
    };
    await fc.assert(
      fc.asyncProperty(mutated(body), async (value) => {
        const signed = await signBody(identity.sign, labels.visit, Object(value));
        const read = await readVisit(signed, identity.principal, 6);
        if (read.ok) expect(read.value).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  test("queries, cursors and names of blobs", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), text, (cursor, limit, name) => {
        parsers.parsePullQuery({ cursor, limit });
        parsers.parseCursor(name);
        parsers.parseBlobName(name);
        parsers.parseBlobName(cursor);
        parsers.parseTicketMetadata(limit);
        parsers.parseJson(name, parsers.parseSigned);
        parsers.parsePushItems({ ops: [cursor, limit, { head: name }] });
      }),
      { numRuns: 800 },
    );
  });

  test("chains of anything", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutated(person.statements[0]), { maxLength: 3 }), async (statements) => {
        const parsed = parsers.parseRegisterRequest({ statements });
        if (parsed.ok) await readChain(parsed.value.statements);
      }),
      { numRuns: 150 },
    );
  });

  test("card texts, typed groups, desk codes, receipts", async () => {
    const typed = fc.oneof(
      text,
      fc.array(
        fc.string({ unit: fc.constantFrom(..."ABCDEFGHJKLMNPQRSTUVWXYZ23456789O01I -.".split("")), maxLength: 6 }),
        { maxLength: 12 },
      ),
    );
    await fc.assert(
      fc.asyncProperty(typed, async (input) => {
        const line = typeof input === "string" ? input : input.join(" ");
        for (const read of [
          await readCardText(line),
          await readCardText(`BSC1${line}`),
          await readCardGroups(input),
          await readDeskCode(input),
          readReceipt(line),
          readReceipt(`BESACE-RECEPISSE-1 ${line}`),
        ])
          expect(read.ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test("a carrier's file of random bytes, in pieces", async () => {
    const sink = { opened: async () => ok(undefined), bytes: async () => ok(undefined) };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), async (pieces) => {
        async function* chunks(): AsyncGenerator<Uint8Array> {
          yield* pieces;
        }
        expect((await readCarrier(chunks(), sink)).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
