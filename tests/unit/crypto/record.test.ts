import fc from "fast-check";
import { expect, test } from "vitest";
import { rotateRoot } from "../../../src/crypto/identity.ts";
import { openRecord, type RecordToSeal, sealRecord } from "../../../src/crypto/record.ts";
import { b64, sha256 } from "../../../src/protocol/sign.ts";
import type { B64 } from "../../../src/protocol/wire.ts";
import { utf8, utf8ToText } from "../../../src/shared/bytes.ts";
import { type OpId, type RecordId, randomId } from "../../../src/shared/ids.ts";
import { anIdentity, bytesOf, cut, damaged, random } from "./support.ts";

const facts = (more: Partial<RecordToSeal> = {}): RecordToSeal => ({
  record: randomId<RecordId>(random),
  op: randomId<OpId>(random),
  base: null,
  deleted: false,
  blobs: [],
  ...more,
});

test("an object comes back as the JSON it became, bytes as they were", async () => {
  const me = await anIdentity();
  const object = await openRecord(
    me,
    await sealRecord(me, facts(), { title: "Titre de séjour", none: undefined }, random),
  );
  expect(object.ok && utf8ToText(object.value.content)).toBe('{"title":"Titre de séjour"}');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (content) => {
      const opened = await openRecord(me, await sealRecord(me, facts(), content, random));
      expect(opened.ok && opened.value.content).toEqual(content);
    }),
    { numRuns: 40 },
  );
});

test("a body shows only its bucket", async () => {
  const me = await anIdentity();
  const lengthOf = async (length: number) =>
    bytesOf((await sealRecord(me, facts(), new Uint8Array(length), random)).body).length - 28;
  expect(await lengthOf(0)).toBe(256);
  expect(await lengthOf(252)).toBe(256);
  expect(await lengthOf(253)).toBe(1024);
  expect(await lengthOf(65_533)).toBe(131_072);
});

test("the same content sealed twice has no byte of body in common by more than chance", async () => {
  const me = await anIdentity();
  const [one, two] = [await sealRecord(me, facts(), { a: 1 }, random), await sealRecord(me, facts(), { a: 1 }, random)];
  const [a, b] = [bytesOf(one.body), bytesOf(two.body)];
  expect(a.filter((byte, at) => byte === b[at]).length).toBeLessThan(16);
});

test("every changed or cut byte of head, body and signature is refused", { timeout: 120_000 }, async () => {
  const me = await anIdentity();
  const op = await sealRecord(me, facts(), utf8("x"), random);
  for (const field of ["head", "body", "sig"] as const) {
    for (const text of [...damaged(op[field]), ...cut(op[field])]) {
      const opened = await openRecord(me, { ...op, [field]: text });
      expect(opened.ok, `${field} ${text}`).toBe(false);
    }
  }
});

test("a changed head or body does not open either when the signature is not asked", { timeout: 120_000 }, async () => {
  const me = await anIdentity();
  const op = await sealRecord(me, facts(), utf8("x"), random);
  expect(await openRecord(me, op, "verified")).toMatchObject({ ok: true });
  for (const field of ["head", "body"] as const)
    for (const text of damaged(op[field]))
      expect((await openRecord(me, { ...op, [field]: text }, "verified")).ok).toBe(false);
});

test("P-R7: a tombstone without its body opens as what it is, by its signature alone", async () => {
  const me = await anIdentity();
  const op = await sealRecord(me, facts({ deleted: true }), {}, random);
  const erased = { ...op, body: "" as B64, bodyHash: b64(await sha256(bytesOf(op.body))) };
  for (const trust of ["unknown", "verified"] as const)
    expect(await openRecord(me, erased, trust)).toMatchObject({ ok: true, value: { head: { deleted: true } } });
  expect((await openRecord(me, { ...erased, bodyHash: b64(random.bytes(32)) }, "verified")).ok).toBe(false);
});

test("C-R1 a record opens with the root of its epoch; one of an epoch that this device has not is told apart", async () => {
  const before = await anIdentity();
  const old = await sealRecord(before, facts(), { title: "avant" }, random);
  const after = await rotateRoot(before, random);
  const fresh = await sealRecord(after, facts(), { title: "après" }, random);
  for (const op of [old, fresh]) expect(await openRecord(after, op)).toMatchObject({ ok: true });
  expect(await openRecord(before, fresh)).toEqual({ ok: false, error: { type: "unknown-epoch" } });
  const mixed = {
    ...after,
    roots: new Map([
      [0, after.root],
      [1, before.root],
    ]),
  };
  for (const op of [old, fresh])
    expect(await openRecord(mixed, op)).toEqual({ ok: false, error: { type: "cannot-open" } });
});

test("another satchel opens nothing", async () => {
  const [me, other] = [await anIdentity(), await anIdentity()];
  const op = await sealRecord(me, facts(), {}, random);
  expect(await openRecord(other, op)).toEqual({ ok: false, error: { type: "other-satchel" } });
});

test("a head that could not be read again is never made", async () => {
  const me = await anIdentity();
  const op = randomId<OpId>(random);
  await expect(sealRecord(me, facts({ op, base: op }), {}, random)).rejects.toThrow("SPEC P-R");
  await expect(sealRecord({ ...me, epoch: 1 }, facts(), {}, random)).rejects.toThrow("SPEC C-R1");
});
