import { expect, test } from "vitest";
import { createDeviceBox, moveDeviceBox, openDeviceBox } from "../../../src/crypto/device-box.ts";
import { certifyDevice, createIdentity, rotateRoot, withStatements } from "../../../src/crypto/identity.ts";
import { createKeyring, followKeyring } from "../../../src/crypto/ways.ts";
import { readKeyring } from "../../../src/protocol/keyring.ts";
import { b64, generateSignPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import { type DeviceId, randomId } from "../../../src/shared/ids.ts";
import { bytesOf, cut, damaged, random } from "./support.ts";
import { must, sameRoot } from "./ways-world.ts";

async function aDevice() {
  const bare = await createIdentity("satchel", random);
  const device = randomId<DeviceId>(random);
  const { box, sealed } = await createDeviceBox(bare.root, bare.id, device, random);
  const transport = await rawPublicKey(await generateSignPair(false));
  const chain = await certifyDevice(bare, bare.statements, device, transport, box);
  return { identity: must(await withStatements(bare, chain)), device, box, sealed };
}

test("C-Y9 a device's box key opens under the root of its wraps only, for its own device and satchel", async () => {
  const { identity, device, box, sealed } = await aDevice();
  const { id, root } = identity;
  const key = await openDeviceBox(root, id, device, sealed, box);
  expect(key?.privateKey.extractable).toBe(false);
  const other = await createIdentity("satchel", random);
  expect(await openDeviceBox(other.root, id, device, sealed, box)).toBeUndefined();
  expect(await openDeviceBox(root, other.id, device, sealed, box)).toBeUndefined();
  expect(await openDeviceBox(root, id, randomId<DeviceId>(random), sealed, box)).toBeUndefined();
  for (const text of [...damaged(b64(sealed)), ...cut(b64(sealed))].filter((_, at) => at % 7 === 0))
    expect(await openDeviceBox(root, id, device, bytesOf(text), box)).toBeUndefined();
});

test("INV-7 the registry and the keyring of a later root open nothing without the root that code or card open", async () => {
  const { identity, device, box, sealed } = await aDevice();
  const { id } = identity;
  const next = await rotateRoot(identity, random);
  const facts = { before: null, card: null, desks: [], at: 0 };
  const keyring = must(await readKeyring(await createKeyring(next, facts, random), identity.principal));
  // What lies on the device: `sealed`. What the server gives: the keyring. Neither holds a root that opens the other.
  expect(await openDeviceBox(next.root, id, device, sealed, box)).toBeUndefined();
  const key = await openDeviceBox(identity.root, id, device, sealed, box);
  if (key === undefined) throw new Error("the root of the wraps opens it");
  const followed = must(await followKeyring(identity, keyring, { device, key }, identity.statements));
  expect(sameRoot(followed.root, next.root)).toBe(true);
  // Once the wraps hold the new root, so does the box key, and the old root opens it no more.
  const moved = await moveDeviceBox({ from: identity.root, to: next.root }, id, device, sealed, random);
  if (moved === undefined) throw new Error("it moves");
  expect(await openDeviceBox(identity.root, id, device, moved, box)).toBeUndefined();
  expect((await openDeviceBox(next.root, id, device, moved, box))?.box).toBe(box);
  expect(await moveDeviceBox({ from: identity.root, to: next.root }, id, device, moved, random)).toBeUndefined();
});
