import { expect, test } from "vitest";
import { certifyDevice, removeDevice } from "../../../src/crypto/identity.ts";
import { labels } from "../../../src/protocol/labels.ts";
import {
  b64,
  generateSignPair,
  isPublicKey,
  rawPublicKey,
  readSigned,
  signBody,
  verifyBytes,
} from "../../../src/protocol/sign.ts";
import {
  boxKeyIdOf,
  chainLimits,
  principalIdOf,
  readChain,
  readExtendedChain,
  signDevice,
  signDeviceRemoved,
} from "../../../src/protocol/statements.ts";
import type { Signed } from "../../../src/protocol/wire.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import { type DeviceId, randomId } from "../../../src/shared/ids.ts";
import { anIdentity, bytesOf, cut, damaged, random } from "../crypto/support.ts";

async function aChain(devices: number) {
  const me = await anIdentity();
  let statements: readonly Signed[] = me.statements;
  for (let made = 0; made < devices; made += 1) {
    const transport = await rawPublicKey(await generateSignPair(false));
    statements = await certifyDevice(me, statements, randomId<DeviceId>(random), transport);
  }
  return { me, statements };
}

test("the id is fixed by the genesis body and by nothing later", async () => {
  const { me, statements } = await aChain(2);
  const [genesis] = statements;
  if (genesis === undefined) throw new Error("a genesis");
  expect(await principalIdOf(genesis.body)).toBe(me.id);
  const read = await readChain(statements);
  expect(read.ok && read.value).toMatchObject({ id: me.id, kind: "satchel", head: { n: 2 } });
  expect(read.ok && read.value.devices.size).toBe(2);
  expect(read.ok && read.value.boxKeyId).toBe(await boxKeyIdOf(me.principal.box));
});

test("every changed or cut byte of a chain is refused", { timeout: 120_000 }, async () => {
  const { statements } = await aChain(1);
  for (const [place, statement] of statements.entries()) {
    for (const field of ["body", "sig"] as const) {
      for (const text of [...damaged(statement[field]), ...cut(statement[field])]) {
        const read = await readChain(statements.with(place, { ...statement, [field]: text }));
        expect(read.ok, `${place} ${field}`).toBe(false);
      }
    }
  }
});

test("a statement left out, swapped or repeated breaks the chain", async () => {
  const { statements } = await aChain(3);
  const [a, b, c, d] = statements;
  if (!a || !b || !c || !d) throw new Error("four");
  for (const wrong of [
    [a, c, d],
    [a, c, b, d],
    [a, b, b, c, d],
    [b, c, d],
  ])
    expect((await readChain(wrong)).ok).toBe(false);
  expect(await readChain([a, b, c])).toMatchObject({ ok: true, value: { head: { n: 2 } } });
});

test("what is known may be continued or repeated, not forked or rolled back", async () => {
  const { me, statements } = await aChain(1);
  const known = await readChain(statements);
  if (!known.ok) throw new Error("reads");
  const longer = await certifyDevice(
    me,
    statements,
    randomId<DeviceId>(random),
    await rawPublicKey(await generateSignPair(false)),
  );
  const fork = await certifyDevice(
    me,
    me.statements,
    randomId<DeviceId>(random),
    await rawPublicKey(await generateSignPair(false)),
  );
  const other = await aChain(1);
  expect(await readExtendedChain(known.value, statements)).toEqual(known);
  expect(await readExtendedChain(known.value, longer)).toMatchObject({ ok: true, value: { head: { n: 2 } } });
  expect(await readExtendedChain(known.value, fork)).toEqual({ ok: false, error: { type: "fork" } });
  expect(await readExtendedChain(known.value, other.statements)).toEqual({ ok: false, error: { type: "fork" } });
  expect(await readExtendedChain(known.value, me.statements)).toEqual({ ok: false, error: { type: "rollback" } });
});

test("a chain may be long, not endless", async () => {
  const { statements } = await aChain(0);
  const [genesis] = statements;
  const endless = Array.from({ length: chainLimits.statements + 1 }, () => genesis as Signed);
  expect(await readChain(endless)).toEqual({ ok: false, error: { type: "too-long" } });
});

test("a device's transport key signs no statement", async () => {
  const { me } = await aChain(0);
  const device = await generateSignPair(false);
  const forged = await signDevice(
    device.privateKey,
    me.principal,
    randomId<DeviceId>(random),
    await rawPublicKey(device),
  );
  expect(await readChain([...me.statements, forged])).toEqual({ ok: false, error: { type: "bad-signature", n: 1 } });
});

async function withDevices() {
  const me = await anIdentity();
  const [transport, box] = [
    await rawPublicKey(await generateSignPair(false)),
    await rawPublicKey(await generateSignPair(false)),
  ];
  const device = randomId<DeviceId>(random);
  const principalOf = async (statements: readonly Signed[]) => {
    const read = await readChain(statements);
    if (!read.ok) throw new Error(read.error.type);
    return read.value;
  };
  return { me, transport, box, device, principalOf };
}

test("P-S10 a device may bring a box key at once, or later under the same transport key, and then no other", async () => {
  const { me, transport, box, device, principalOf } = await withDevices();
  const old = await certifyDevice(me, me.statements, device, transport);
  expect((await principalOf(old)).devices.get(device)).toEqual({ transport, box: null });
  const both = await certifyDevice(me, old, device, transport, box);
  expect((await principalOf(both)).devices.get(device)).toEqual({ transport, box });
  expect(await certifyDevice(me, both, device, transport, box)).toBe(both);
  expect(await certifyDevice(me, both, device, transport)).toBe(both);
  const other = await rawPublicKey(await generateSignPair(false));
  const principal = await principalOf(both);
  const twice = { ok: false, error: { type: "device-twice", n: 3 } };
  for (const [again, point] of [
    [transport, other],
    [transport, null],
    [other, box],
    [transport, box],
  ] as const)
    expect(await readChain([...both, await signDevice(me.sign, principal, device, again, point)])).toEqual(twice);
  const atOnce = await certifyDevice(me, me.statements, device, transport, box);
  expect((await principalOf(atOnce)).devices.get(device)).toEqual({ transport, box });
});

test("P-S10 a box key is a point of its own", async () => {
  const { me, transport, device } = await withDevices();
  const off = b64(Uint8Array.of(4, ...new Uint8Array(64).fill(1)));
  for (const box of [transport, me.principal.sign, me.principal.box, off]) {
    const signed = await signDevice(me.sign, me.principal, device, transport, box);
    expect(await readChain([...me.statements, signed])).toEqual({ ok: false, error: { type: "bad-key", n: 1 } });
  }
});

test("P-S11 a device that was put out is not among the devices, and its id never comes back", async () => {
  const { me, transport, box, device, principalOf } = await withDevices();
  const with1 = await certifyDevice(me, me.statements, device, transport, box);
  const without = await removeDevice(me, with1, device);
  const principal = await principalOf(without);
  expect(principal.devices.size).toBe(0);
  expect([...principal.removed]).toEqual([device]);
  const none = { ok: false, error: { type: "no-device", n: 3 } };
  expect(await readChain([...without, await signDevice(me.sign, principal, device, transport, box)])).toEqual(none);
  expect(await readChain([...without, await signDeviceRemoved(me.sign, principal, device)])).toEqual(none);
  await expect(certifyDevice(me, without, device, transport, box)).rejects.toThrow("SPEC P-S11");
  const never = await signDeviceRemoved(me.sign, me.principal, device);
  expect(await readChain([...me.statements, never])).toEqual({ ok: false, error: { type: "no-device", n: 1 } });
  const fresh = randomId<DeviceId>(random);
  expect((await principalOf(await certifyDevice(me, without, fresh, transport, box))).devices.size).toBe(1);
  // Who knew the longer chain hears no shorter one.
  expect(await readExtendedChain(principal, with1)).toEqual({ ok: false, error: { type: "rollback" } });
});

test("malformed keys and signatures do not verify and do not throw", async () => {
  const { me } = await aChain(0);
  const bytes = random.bytes(5);
  for (const odd of ["", "A", "AAAA", "é", "=".repeat(86), me.principal.sign] as unknown as B64[]) {
    expect(await verifyBytes(me.principal.sign, labels.op, bytes, odd)).toBe(false);
    if (odd !== me.principal.sign) expect(await isPublicKey(odd)).toBe(false);
  }
  const hybrid = bytesOf(me.principal.sign);
  hybrid[0] = 6 + ((hybrid[64] ?? 0) & 1);
  expect(await isPublicKey(b64(hybrid))).toBe(false);
});

test("a signed body is read only under its own label", async () => {
  const pair = await generateSignPair(false);
  const key = await rawPublicKey(pair);
  const signed = await signBody(pair.privateKey, labels.ticket, { a: [1, "é"] });
  expect(await readSigned(key, labels.ticket, signed)).toEqual({ ok: true, value: { a: [1, "é"] } });
  expect(await readSigned(key, labels.proof, signed)).toEqual({ ok: false, error: { type: "bad-signature" } });
  expect(await readSigned(key, labels.ticket, { ...signed, body: "?" as B64 })).toMatchObject({
    error: { type: "bad-format" },
  });
});

test("no label is another's beginning, once its zero byte is there", () => {
  const all: readonly string[] = Object.values(labels);
  expect(new Set(all).size).toBe(all.length);
  for (const label of all) {
    expect(label).toMatch(/^besace\/v1\/[A-Za-z0-9+/-]+$/);
    for (const other of all) if (other !== label) expect(`${other}\0`.startsWith(`${label}\0`)).toBe(false);
  }
});
