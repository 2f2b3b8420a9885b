import { expect, test } from "vitest";
import { sealRecord } from "../../../src/crypto/record.ts";
import { opHead, opLimits, sealedOpBytes, signOp, verifyOp } from "../../../src/protocol/ops.ts";
import { bodyBytes } from "../../../src/protocol/sign.ts";
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
    epoch: 1,
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
