/** The parsers of both sides: what the server says is understood, what is strange is refused, and nothing throws. */

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errors, isErrorCode } from "../../../src/protocol/errors.ts";
import * as parse from "../../../src/protocol/parse.ts";
import { demonstration } from "../../../src/server/deployment.ts";
import type { Result } from "../../../src/shared/result.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson } from "./people.ts";

const parsers: readonly ((input: unknown) => Result<unknown, "bad-format">)[] = [
  parse.parseSigned,
  parse.parseOp,
  parse.parseLetter,
  parse.parseRegisterRequest,
  parse.parseChallengeRequest,
  parse.parseSessionRequest,
  parse.parsePushRequest,
  parse.parsePushItems,
  parse.parseLetterRequest,
  parse.parseProofRequest,
  parse.parseEnrolRequest,
  parse.parseCursor,
  parse.parseBlobName,
  parse.parseTicketMetadata,
  parse.parseRegisterAnswer,
  parse.parseChallengeAnswer,
  parse.parseSessionAnswer,
  parse.parsePrincipalAnswer,
  parse.parsePushAnswer,
  parse.parsePullAnswer,
  parse.parseLetterAnswer,
  parse.parseErrorAnswer,
  parse.parseEnrolAnswer,
  parse.parseDeployment,
];

test("no parser throws, whatever it is given", () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }), (value) => {
      for (const read of parsers) expect(typeof read(value).ok).toBe("boolean");
      expect(typeof parse.parsePullQuery({ cursor: value, limit: value }).ok).toBe("boolean");
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const read of parsers) expect(typeof parse.parseJson(text, read).ok).toBe("boolean");
    }),
  );
});

describe("what the real server says", () => {
  let server: Harness;
  beforeEach(async () => {
    server = await createHarness();
  });
  afterEach(() => server.close());

  test("is read by the answer parsers, with fields of a newer server dropped", async () => {
    const person = await createPerson();
    const desk = await createPerson("organisation");
    const newer = (answer: { json: () => object }) => ({ ...answer.json(), "added-later": true });
    expect(parse.parseRegisterAnswer(newer(await server.register(person))).ok).toBe(true);
    await server.register(desk);
    const who = { principal: person.id, device: person.device };
    expect(parse.parseChallengeAnswer(newer(await server.post("/v1/challenge", who))).ok).toBe(true);
    const token = server.bearer(await server.session(person));
    const { op, head } = await person.op();
    const rival = await person.op({ record: head.record });
    const pushed = await server.post("/v1/push", { ops: [op, rival.op, (await desk.op({ satchel: person.id })).op] });
    const verdicts = parse.parsePushAnswer(newer(pushed));
    expect(verdicts.ok && verdicts.value.verdicts.map((one) => one.type)).toEqual(["ok", "conflict", "reject"]);
    const blob = await person.blob();
    await server.createUpload(person, blob);
    await server.patch(person, blob, 0);
    const { letter } = await person.letter(person, [blob.ref]);
    const sent = parse.parseLetterAnswer(newer(await server.post("/v1/letters", { letter })));
    expect(sent.ok && sent.value.verdict.type).toBe("ok");
    const pulled = parse.parsePullAnswer(newer(await server.ask("GET", "/v1/pull", undefined, token)));
    expect(pulled.ok && pulled.value.rows.map((row) => row.type).sort()).toEqual([
      "blob",
      "letter",
      "proof",
      "proof",
      "record",
    ]);
    expect(pulled.ok && "added-later" in pulled.value).toBe(false);
    const chain = await server.ask("GET", `/v1/principals/${desk.id}`, undefined, token);
    expect(parse.parsePrincipalAnswer(newer(chain)).ok).toBe(true);
    expect(parse.parseErrorAnswer(newer(await server.ask("GET", "/v1/pull"))).ok).toBe(true);
    expect(parse.parseDeployment(newer(await server.http.inject("/deployment.json"))).ok).toBe(true);
  });
});

test("requests refuse an unknown field, a second spelling of bytes, a size over the limit", async () => {
  const { op } = await (await createPerson()).op();
  expect(parse.parsePushRequest({ ops: [op] }).ok).toBe(true);
  for (const bad of [
    { ops: [] },
    { ops: [op], extra: 1 },
    { ops: [{ ...op, extra: 1 }] },
    { ops: Array.from({ length: 11 }, () => op) },
    { ops: [{ ...op, sig: `${op.sig}=` }] },
    { ops: [{ ...op, sig: op.sig.replace(/.$/, "+") }] },
    { ops: [{ ...op, body: "A".repeat(400_000) }] },
  ])
    expect(parse.parsePushRequest(bad).ok).toBe(false);
});

test("cursors, blob names and ranges of pages", () => {
  expect(parse.parseCursor("0.0")).toEqual({ ok: true, value: { epoch: "0", seq: 0 } });
  for (const bad of ["", "0", "0.00", "0.-1", "0.1.2", "A.1", "0.99999999999999999999", "0.1 ", null, ["0.0"]])
    expect(parse.parseCursor(bad).ok).toBe(false);
  const name = `${"A".repeat(27)}.${"A".repeat(22)}`;
  expect(parse.parseBlobName(name).ok).toBe(true);
  for (const bad of [`${name}.x`, name.slice(1), `${"A".repeat(27)}/${"A".repeat(22)}`, "", 7])
    expect(parse.parseBlobName(bad).ok).toBe(false);
  expect(parse.parsePullQuery({ limit: "5" })).toMatchObject({ value: { bytes: 1024 } });
  expect(parse.parsePullQuery({ limit: "99999999" })).toMatchObject({ value: { bytes: 1024 * 1024 } });
  expect(parse.parsePullQuery({ limit: "-1" }).ok).toBe(false);
  for (const limit of [{ toString: 0 }, ["5"], 5, "", "1e3", "9".repeat(16)])
    expect(parse.parsePullQuery({ limit }).ok).toBe(false);
});

test("the demonstration's deployment is one, and every error code has a sane rule", () => {
  expect(parse.parseDeployment(demonstration("http://localhost:8080"))).toEqual({
    ok: true,
    value: demonstration("http://localhost:8080"),
  });
  for (const [code, rule] of Object.entries(errors)) {
    expect(isErrorCode(code)).toBe(true);
    expect(rule.status).toBeGreaterThanOrEqual(400);
    expect(rule.reason.length).toBeGreaterThan(10);
  }
  expect(isErrorCode("toString")).toBe(false);
});
