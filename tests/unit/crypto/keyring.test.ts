import fc from "fast-check";
import { expect, test } from "vitest";
import {
  cardFactor,
  createDeviceFactor,
  newSalt,
  openDeviceFactor,
  openUnderCode,
  type PairFactors,
  sealUnderCode,
  unwrapRoot,
  type Wrap,
  type WrapMeta,
  wrapHead,
  wrapRoot,
} from "../../../src/crypto/keyring.ts";
import { generateDeviceKey, importAesKey } from "../../../src/crypto/primitives.ts";
import { createSecret } from "../../../src/crypto/secret.ts";
import { floor } from "../../../src/crypto/stretch.ts";
import { createDeskCode, readDeskCode } from "../../../src/protocol/desk-code.ts";
import { b64, bodyBytes } from "../../../src/protocol/sign.ts";
import { anIdentity, bytesOf, cut, damaged, random } from "./support.ts";

const secret = () => createSecret(random.bytes(32));

async function aKeyring() {
  const me = await anIdentity();
  const daily: PairFactors["D+P"] = { device: secret(), code: secret() };
  const byCard: PairFactors["D+C"] = { device: daily.device, card: await cardFactor(createSecret(random.bytes(16))) };
  const meta = (more: Partial<WrapMeta> = {}): WrapMeta => ({
    principal: me.id,
    epoch: 1,
    order: 1,
    salt: newSalt(random),
    params: floor,
    ...more,
  });
  return { me, daily, byCard, meta };
}

test("INV-7 each built pair opens with both its factors", async () => {
  const { me, daily, byCard, meta } = await aKeyring();
  const dp = await wrapRoot(me.root, "D+P", daily, meta(), random);
  const dc = await wrapRoot(me.root, "D+C", byCard, meta({ params: null }), random);
  for (const opened of [await unwrapRoot(dp, "D+P", daily), await unwrapRoot(dc, "D+C", byCard)])
    expect(opened.ok && opened.value.reveal()).toEqual(me.root.reveal());
});

test("INV-7 no other combination opens: one wrong, both wrong, swapped, or another pair's", async () => {
  const { me, daily, byCard, meta } = await aKeyring();
  const dp = await wrapRoot(me.root, "D+P", daily, meta(), random);
  const dc = await wrapRoot(me.root, "D+C", byCard, meta({ params: null }), random);
  const wrong = { ok: false, error: { type: "wrong-factors" } };
  expect(await unwrapRoot(dp, "D+P", { ...daily, code: secret() })).toEqual(wrong);
  expect(await unwrapRoot(dp, "D+P", { ...daily, device: secret() })).toEqual(wrong);
  expect(await unwrapRoot(dp, "D+P", { device: daily.code, code: daily.device })).toEqual(wrong);
  expect(await unwrapRoot(dp, "D+P", { device: daily.device, code: byCard.card })).toEqual(wrong);
  expect(await unwrapRoot(dc, "D+C", { ...byCard, card: secret() })).toEqual(wrong);
  expect(await unwrapRoot(dc, "D+C", { ...byCard, device: secret() })).toEqual(wrong);
  expect(await unwrapRoot(dp, "D+C", byCard)).toEqual({ ok: false, error: { type: "other-pair" } });
  expect(await unwrapRoot(dc, "D+P", daily)).toEqual({ ok: false, error: { type: "other-pair" } });
});

test("INV-7 one factor twice, an empty or a short one never wraps", async () => {
  const { me, daily, meta } = await aKeyring();
  const bad = async (factors: PairFactors["D+P"], message: string) =>
    await expect(wrapRoot(me.root, "D+P", factors, meta(), random)).rejects.toThrow(message);
  await bad({ device: daily.device, code: daily.device }, "INV-7");
  await bad({ ...daily, code: createSecret(new Uint8Array(32)) }, "SPEC C-K2");
  await bad({ ...daily, code: createSecret(random.bytes(16)) }, "SPEC C-K2");
});

test("every changed or cut byte of a wrap is refused", async () => {
  const { me, daily, meta } = await aKeyring();
  const wrap = await wrapRoot(me.root, "D+P", daily, meta(), random);
  for (const field of ["head", "sealed"] as const)
    for (const text of [...damaged(wrap[field]), ...cut(wrap[field])])
      expect((await unwrapRoot({ ...wrap, [field]: text }, "D+P", daily)).ok, field).toBe(false);
});

test("weak parameters in a wrap are refused when its head is read, before the code is asked", async () => {
  const { me, daily, meta } = await aKeyring();
  const wrap = await wrapRoot(me.root, "D+P", daily, meta(), random);
  const head = wrapHead(wrap);
  if (!head.ok) throw new Error("reads");
  const weak: Wrap = { ...wrap, head: b64(bodyBytes({ ...head.value, params: { ...floor, memoryKiB: 1024 } })) };
  expect(wrapHead(weak)).toEqual({ ok: false, error: { type: "weak-parameters" } });
  expect(await unwrapRoot(weak, "D+P", daily)).toEqual({ ok: false, error: { type: "weak-parameters" } });
  await expect(wrapRoot(me.root, "D+P", daily, meta({ params: { ...floor, passes: 1 } }), random)).rejects.toThrow(
    "SPEC C-K",
  );
  await expect(wrapRoot(me.root, "D+P", daily, meta({ params: null }), random)).rejects.toThrow("SPEC C-K");
});

test("a device factor opens with its browser's key only, and that key cannot be exported", async () => {
  const key = await generateDeviceKey();
  const made = await createDeviceFactor(key, random);
  const opened = await openDeviceFactor(key, made.sealed);
  expect(opened.ok && opened.value.reveal()).toEqual(made.factor.reveal());
  expect(await openDeviceFactor(await generateDeviceKey(), made.sealed)).toEqual({
    ok: false,
    error: { type: "cannot-open" },
  });
  await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  const exportable = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  await expect(createDeviceFactor(exportable, random)).rejects.toThrow("SPEC C-K5");
  for (const text of [...damaged(b64(made.sealed)), ...cut(b64(made.sealed))])
    expect((await openDeviceFactor(key, bytesOf(text))).ok).toBe(false);
});

test("a desk's one-time code opens what it sealed, for its own organisation", async () => {
  const [desk, other] = [await anIdentity("organisation"), await anIdentity("organisation")];
  const code = await createDeskCode(random);
  const read = await readDeskCode(code.groups.join(" "));
  if (!read.ok) throw new Error("reads");
  const sealed = await sealUnderCode(desk.root, read.value, desk.id, random);
  const opened = await openUnderCode(sealed, read.value, desk.id);
  expect(opened.ok && opened.value.reveal()).toEqual(desk.root.reveal());
  expect((await openUnderCode(sealed, read.value, other.id)).ok).toBe(false);
  expect((await openUnderCode(sealed, random.bytes(16), desk.id)).ok).toBe(false);
});

test("bytes that are no wrap are refused, never thrown at", async () => {
  const { daily } = await aKeyring();
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (head, sealed) => {
      const opened = await unwrapRoot({ head, sealed } as unknown as Wrap, "D+P", daily);
      expect(opened.ok).toBe(false);
    }),
  );
  expect(await importAesKey(random.bytes(32))).toMatchObject({ extractable: false });
});
