import { expect, test } from "vitest";
import { sealRecord } from "../../../src/crypto/record.ts";
import { opHead, opLimits, sealedOpBytes, signOp, verifyOp } from "../../../src/protocol/ops.ts";
import { parsePullAnswer, parsePushItems } from "../../../src/protocol/parse.ts";
import { b64, bodyBytes, sha256 } from "../../../src/protocol/sign.ts";
import type { B64 } from "../../../src/protocol/wire.ts";
import { type BlobId, type OpId, type RecordId, randomId } from "../../../src/shared/ids.ts";
import { anIdentity, bytesOf, cut, damaged, random } from "../crypto/support.ts";

async function anOp() {
  const me = await anIdentity();
  const facts = {
    record: randomId<RecordId>(random),
    op: randomId<OpId>(random),
    base: null,
    deleted: false,
    blobs: [],
    epoch: 0,
  };
  return { me, facts, op: await sealRecord(me, facts, { secret: "texte" }, random) };
}

test("whoever has the public key can verify an op and read its head, nothing else", async () => {
  const { me, facts, op } = await anOp();
  expect(await verifyOp(op, me.principal.sign)).toEqual({
    ok: true,
    value: { v: 1, suite: 1, satchel: me.id, ...facts },
  });
  expect(await verifyOp(op, (await anIdentity()).principal.sign)).toEqual({
    ok: false,
    error: { type: "bad-signature" },
  });
});

test("every changed or cut byte is refused", async () => {
  const { me, op } = await anOp();
  for (const field of ["head", "body", "sig"] as const)
    for (const text of [...damaged(op[field]), ...cut(op[field])])
      expect((await verifyOp({ ...op, [field]: text }, me.principal.sign)).ok, field).toBe(false);
});

test("P-R7: a tombstone whose body was dropped still verifies by the hash of its body; nothing else may come so", async () => {
  const { me, facts } = await anOp();
  const op = await sealRecord(me, { ...facts, deleted: true }, {}, random);
  const bodyHash = b64(await sha256(bytesOf(op.body)));
  const erased = { ...op, body: "" as B64, bodyHash };
  expect(await verifyOp(erased, me.principal.sign)).toMatchObject({ ok: true, value: { deleted: true, op: facts.op } });
  for (const text of [...damaged(bodyHash), ...cut(bodyHash)])
    expect((await verifyOp({ ...erased, bodyHash: text }, me.principal.sign)).ok).toBe(false);
  const living = await sealRecord(me, { ...facts, deleted: false }, {}, random);
  const stripped = { ...living, body: "" as B64, bodyHash: b64(await sha256(bytesOf(living.body))) };
  expect((await verifyOp(stripped, me.principal.sign)).ok).toBe(false);
  const row = { seq: 1, type: "record", op: erased };
  const answer = { nonce: "n".repeat(16), time: 1, rows: [row], cursor: "abc.1", more: false, reset: false };
  expect(parsePullAnswer(answer)).toMatchObject({ ok: true, value: { rows: [row] } });
  expect(parsePullAnswer({ ...answer, rows: [{ ...row, op: { ...op, body: "" } }] }).ok).toBe(false);
  // It is pulled, never pushed.
  expect(parsePushItems({ ops: [erased] })).toMatchObject({ ok: true, value: [{ read: null }] });
});

test("a push item carries what its clear part says; one that cannot be read still names its id", async () => {
  const { op } = await anOp();
  const head = opHead(op);
  if (!head.ok) throw new Error("reads");
  const { op: id } = head.value;
  expect(parsePushItems({ ops: [op] })).toEqual({ ok: true, value: [{ op: id, read: { op, head: head.value } }] });
  const spelled = (text: string) => ({ ...op, head: b64(new TextEncoder().encode(text)) });
  const clear = new TextDecoder().decode(bytesOf(op.head));
  for (const strange of [{ ...op, more: 1 }, { ...op, sig: "" }, spelled(` ${clear}`), spelled(`{"op":"${id}"}`)])
    expect(parsePushItems({ ops: [op, strange] })).toMatchObject({
      ok: true,
      value: [{ op: id }, { op: id, read: null }],
    });
  for (const nameless of [{ ...op, head: "" }, { ...op, head: `${op.head}=` }, spelled("{}"), spelled("no JSON"), null])
    expect(parsePushItems({ ops: [op, nameless] }).ok).toBe(false);
});

test("an op weighs what its parts weigh", async () => {
  const { op } = await anOp();
  expect(sealedOpBytes(op)).toBe(bytesOf(op.head).length + bytesOf(op.body).length + 64);
});

test("a head with too many blobs, or a strange field, is refused even when it is signed", async () => {
  const { me, op } = await anOp();
  const head = opHead(op);
  if (!head.ok) throw new Error("reads");
  const blobs = Array.from({ length: opLimits.blobs + 1 }, () => randomId<BlobId>(random));
  for (const odd of [
    { blobs },
    { suite: 2 },
    { epoch: 0.5 },
    { epoch: 2 ** 32 },
    { base: "x" },
    { deleted: 1 },
    { title: "x" },
  ]) {
    const signed = await signOp(me.sign, bodyBytes({ ...head.value, ...odd }), bytesOf(op.body));
    expect(await verifyOp(signed, me.principal.sign)).toEqual({
      ok: false,
      error: { type: "bad-format", what: "head" },
    });
  }
});
