import { expect, test } from "vitest";
import { certifyDevice, openIdentity, sealIdentity, withStatements } from "../../../src/crypto/identity.ts";
import { createRootKey, createSecret } from "../../../src/crypto/secret.ts";
import { labels } from "../../../src/protocol/labels.ts";
import { generateSignPair, rawPublicKey, signBytes, verifyBytes } from "../../../src/protocol/sign.ts";
import { readChain } from "../../../src/protocol/statements.ts";
import { type DeviceId, isPrincipalId, randomId } from "../../../src/shared/ids.ts";
import { anIdentity, random, withBit } from "./support.ts";

test("an identity opens again from its root and sealed keys, with keys that nobody can export", async () => {
  const made = await anIdentity();
  const opened = await openIdentity(made.root, await sealIdentity(made), made.statements);
  expect(isPrincipalId(made.id)).toBe(true);
  expect(opened).toMatchObject({ ok: true, value: { id: made.id, kind: "satchel" } });
  if (!opened.ok) return;
  for (const key of [opened.value.sign, opened.value.box, made.sign, made.box]) expect(key.extractable).toBe(false);
  const bytes = random.bytes(20);
  const sig = await signBytes(opened.value.sign, labels.session, bytes);
  expect(await verifyBytes(made.principal.sign, labels.session, bytes, sig)).toBe(true);
});

test("every changed or cut byte of a sealed identity is refused", async () => {
  const made = await anIdentity();
  const sealed = await sealIdentity(made);
  for (let at = 0; at < sealed.length; at += 1) {
    for (const bytes of [withBit(sealed, at * 8 + (at % 8)), sealed.slice(0, at)]) {
      const opened = await openIdentity(made.root, bytes, made.statements);
      expect(opened.ok).toBe(false);
    }
  }
});

test("another root, or another principal's statements, open nothing", async () => {
  const [made, other] = [await anIdentity(), await anIdentity()];
  const sealed = await sealIdentity(made);
  expect(await openIdentity(other.root, sealed, made.statements)).toEqual({
    ok: false,
    error: { type: "cannot-open" },
  });
  expect(await openIdentity(made.root, sealed, other.statements)).toEqual({
    ok: false,
    error: { type: "cannot-open" },
  });
});

test("a device is certified once, by a chain that reads and extends", async () => {
  const made = await anIdentity();
  const device = randomId<DeviceId>(random);
  const transport = await rawPublicKey(await generateSignPair(false));
  const chain = await certifyDevice(made, made.statements, device, transport);
  expect(chain).toHaveLength(2);
  expect(await certifyDevice(made, chain, device, transport)).toBe(chain);
  const read = await readChain(chain);
  expect(read.ok && read.value.devices.get(device)).toEqual({ transport, box: null });
  const second = await rawPublicKey(await generateSignPair(false));
  await expect(certifyDevice(made, chain, device, second)).rejects.toThrow("SPEC P-S4");
  const extended = await withStatements(made, chain);
  expect(extended.ok && extended.value.principal.head.n).toBe(1);
});

test("another principal's chain is not taken", async () => {
  const [made, other] = [await anIdentity(), await anIdentity()];
  expect(await withStatements(made, other.statements)).toEqual({ ok: false, error: { type: "cannot-open" } });
  const transport = await rawPublicKey(await generateSignPair(false));
  await expect(certifyDevice(made, other.statements, randomId<DeviceId>(random), transport)).rejects.toThrow(
    "SPEC P-S6",
  );
});

test("INV-3 a secret shows itself neither in text, nor in JSON, nor to another thread", async () => {
  const bytes = random.bytes(32);
  const secret = createSecret(bytes);
  expect(`${secret}`).toBe("[secret]");
  expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
  expect(() => structuredClone(secret)).toThrow();
  expect(secret.reveal()).toEqual(bytes);
  secret.wipe();
  expect(secret.reveal()).toEqual(new Uint8Array(32));
  expect(() => createRootKey(random.bytes(31))).toThrow("32 bytes");
});
