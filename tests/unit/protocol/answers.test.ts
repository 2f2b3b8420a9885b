/** Answers of older and newer servers: what is new may be absent, what is unknown is dropped (SPEC P-W6, P-W20, P-W22). */

import { expect, test } from "vitest";
import { parseErrorAnswer, parseLookAnswer, parsePullAnswer, parsePushAnswer } from "../../../src/protocol/parse.ts";
import { type BlobId, type OpId, randomId } from "../../../src/shared/ids.ts";
import { random } from "../crypto/support.ts";

const answered = { nonce: "n".repeat(22), time: 5 };
const blob = randomId<BlobId>(random);

test("P-W20 a pull says what a backup covers; an older server says nothing", () => {
  const page = { ...answered, rows: [], cursor: "e.1", more: false, reset: false };
  expect(parsePullAnswer(page)).toEqual({ ok: true, value: page });
  for (const backup of [null, 7])
    expect(parsePullAnswer({ ...page, backup })).toEqual({ ok: true, value: { ...page, backup } });
  for (const backup of [-1, "7", 0.5]) expect(parsePullAnswer({ ...page, backup }).ok).toBe(false);
  const row = { seq: 1, type: "blob", blob, state: "verified" };
  for (const rows of [[row], [{ ...row, at: 7 }]])
    expect(parsePullAnswer({ ...page, rows })).toEqual({ ok: true, value: { ...page, rows } });
  expect(parsePullAnswer({ ...page, rows: [{ ...row, at: -7 }] }).ok).toBe(false);
});

test("P-W22 a code of a newer server counts as bad-format, and its retry holds", () => {
  const op = randomId<OpId>(random);
  const verdicts = [{ type: "reject", op, code: "not-thought-of-yet", retry: "later" }];
  expect(parsePushAnswer({ ...answered, verdicts })).toEqual({
    ok: true,
    value: { ...answered, verdicts: [{ type: "reject", op, code: "bad-format", retry: "later" }] },
  });
  for (const code of ["", 7, null, "x".repeat(65)])
    expect(parsePushAnswer({ ...answered, verdicts: [{ type: "reject", op, code, retry: "later" }] }).ok).toBe(false);
});

test("P-Y5 an older server says nothing of keyrings; a newer one's words beside ours are dropped", () => {
  const page = { ...answered, rows: [], cursor: "e.1", more: false, reset: false };
  const way = { tries: 0, frozen: false, blockedAt: null, openedAt: null };
  for (const said of [{}, { keyring: 0 }, { keyring: 3, way }, { way: { ...way, escrow: null } }])
    expect(parsePullAnswer({ ...page, ...said })).toEqual({ ok: true, value: { ...page, ...said } });
  expect(parsePullAnswer({ ...page, way: { ...way, later: 1 } })).toEqual({ ok: true, value: { ...page, way } });
  for (const wrong of [{ keyring: -1 }, { keyring: 0.5 }, { way: null }, { way: { ...way, frozen: 1 } }])
    expect(parsePullAnswer({ ...page, ...wrong }).ok).toBe(false);
});

test("P-Y4 how many tries are left comes with the wrong code; weak parameters are read, to be refused by name", () => {
  const error = { ...answered, error: "wrong-code", retry: "after-person", left: 7 };
  expect(parseErrorAnswer(error)).toEqual({ ok: true, value: error });
  expect(parseErrorAnswer({ ...error, left: -1 }).ok).toBe(false);
  const look = { ...answered, salt: "A".repeat(22), params: { memoryKiB: 8, passes: 1, lanes: 1 }, left: 10 };
  expect(parseLookAnswer(look)).toEqual({ ok: true, value: look });
});
