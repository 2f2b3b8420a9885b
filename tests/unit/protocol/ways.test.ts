/** What the server is told to find, block and unblock a way in (SPEC P-Y), and the clear rules of a keyring. */

import { expect, test } from "vitest";
import {
  type KeyringBody,
  keyringClaim,
  keyringLockOf,
  provedBytes,
  readKeyring,
  signKeyring,
} from "../../../src/protocol/keyring.ts";
import { labels } from "../../../src/protocol/labels.ts";
import { ways } from "../../../src/protocol/limits.ts";
import { parseSigned } from "../../../src/protocol/parse.ts";
import { b64, bodyBytes, signBody } from "../../../src/protocol/sign.ts";
import {
  blockVerifierOf,
  cardVerifierOf,
  codeVerifierOf,
  type Escrow,
  readBlockNumber,
  readErase,
  readEscrow,
  readUnblock,
  signErase,
  signEscrow,
  signUnblock,
  unblockClaim,
  writeBlockNumber,
} from "../../../src/protocol/ways.ts";
import { utf8, utf8ToText } from "../../../src/shared/bytes.ts";
import { type DeviceId, randomId } from "../../../src/shared/ids.ts";
import { anIdentity, bytesOf, random } from "../crypto/support.ts";
import { aWorld, must } from "../crypto/ways-world.ts";

const refused = (type: string) => ({ ok: false, error: { type } });

test("P-Y9 a block number reads as it is written, spaced or not, in Arabic and Persian digits", () => {
  const shown = writeBlockNumber("01234567890");
  expect(shown).toMatch(/^[0-9]{4} [0-9]{4} [0-9]{4}$/);
  const number = shown.replaceAll(" ", "");
  const foreign = (zero: number) => number.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));
  for (const typed of [
    shown,
    number,
    ` ${number} `,
    shown.replaceAll(" ", "-"),
    shown.replaceAll(" ", " . "),
    foreign(0x660),
    foreign(0x6f0),
  ])
    expect(readBlockNumber(typed), typed).toBe(number);
  for (const odd of ["", "1234", `${number}0`, number.slice(1), "a".repeat(12), number.replace(/.$/, "x")])
    expect(readBlockNumber(odd), odd).toBeUndefined();
  expect(() => writeBlockNumber("123")).toThrow("eleven digits");
});

test("P-Y9 any wrong digit and any two neighbours swapped are seen", () => {
  for (let round = 0; round < 50; round += 1) {
    const digits = String(random.bytes(6).reduce((sum, byte) => sum * 256 + byte, 0) % 1e11).padStart(11, "0");
    const number = writeBlockNumber(digits).replaceAll(" ", "");
    for (let at = 0; at < 12; at += 1) {
      for (let digit = 0; digit < 10; digit += 1) {
        const changed = number.slice(0, at) + digit + number.slice(at + 1);
        expect(readBlockNumber(changed)).toBe(changed === number ? number : undefined);
      }
      const swapped = number.slice(0, at) + (number[at + 1] ?? "") + (number[at] ?? "") + number.slice(at + 2);
      expect(readBlockNumber(swapped)).toBe(swapped === number ? number : undefined);
    }
  }
});

test("P-Y6 verifiers of card, code and number are of different kinds, whatever they are made of", async () => {
  const proof = utf8("12345678901");
  const all = [await cardVerifierOf(proof), await codeVerifierOf(proof), await blockVerifierOf("123456789012")];
  expect(new Set([...all, await keyringLockOf(proof)]).size).toBe(4);
});

test("P-Y10 an unblocking is an organisation's, about one number", async () => {
  const [desk, other, person] = [
    await anIdentity("organisation"),
    await anIdentity("organisation"),
    await anIdentity(),
  ];
  const block = await blockVerifierOf("123456789012");
  const signed = await signUnblock(desk.sign, { block, by: desk.id, at: 5 });
  expect(must(await readUnblock(signed, desk.principal))).toMatchObject({ block, by: desk.id });
  expect(must(unblockClaim(signed)).by).toBe(desk.id);
  expect(await readUnblock(signed, other.principal)).toEqual(refused("bad-signature"));
  const lying = await signUnblock(other.sign, { block, by: desk.id, at: 5 });
  expect(await readUnblock(lying, other.principal)).toEqual(refused("wrong-signer"));
  const own = await signUnblock(person.sign, { block, by: person.id, at: 5 });
  expect(await readUnblock(own, person.principal)).toEqual(refused("wrong-signer"));
  const more = await signBody(desk.sign, labels.unblock, { t: "unblock", v: 1, block, by: desk.id, at: 5, note: "x" });
  expect(await readUnblock(more, desk.principal)).toMatchObject(refused("bad-format"));
  const erase = await signErase(desk.sign, desk.id, 5);
  expect(await readUnblock(erase, desk.principal)).toEqual(refused("bad-signature"));
});

test("P-Y11 an escrow is asked for and opened by an organisation, and stopped by the satchel alone", async () => {
  const [desk, person] = [await anIdentity("organisation"), await anIdentity()];
  const common = { v: 1, principal: person.id, at: 5 } as const;
  const ask: Escrow = { t: "escrow-ask", ...common, by: desk.id, helper: b64(random.bytes(16)) };
  const open: Escrow = { t: "escrow-open", ...common, by: desk.id };
  const stop: Escrow = { t: "escrow-stop", ...common };
  for (const one of [ask, open]) {
    expect(must(await readEscrow(await signEscrow(desk.sign, one), desk.principal))).toEqual(one);
    expect(await readEscrow(await signEscrow(person.sign, one), person.principal)).toEqual(refused("wrong-signer"));
  }
  expect(must(await readEscrow(await signEscrow(person.sign, stop), person.principal))).toEqual(stop);
  expect(await readEscrow(await signEscrow(desk.sign, stop), desk.principal)).toEqual(refused("wrong-signer"));
});

test("P-Y12 only the satchel itself erases itself", async () => {
  const [desk, person, other] = [await anIdentity("organisation"), await anIdentity(), await anIdentity()];
  const signed = await signErase(person.sign, person.id, 5);
  expect((await readErase(signed, person.principal)).ok).toBe(true);
  expect(await readErase(await signErase(other.sign, person.id, 5), other.principal)).toEqual(refused("wrong-signer"));
  expect(await readErase(await signErase(desk.sign, desk.id, 5), desk.principal)).toEqual(refused("wrong-signer"));
});

const rest = ({ proof: _proof, ...body }: KeyringBody) => body;
const noProof = async () => b64(new Uint8Array(32));

test("P-Y1 a keyring says exactly its fields, the proof last; a larger one than the limits is refused", async () => {
  const { keyring, identity } = await aWorld();
  const read = async (body: object) =>
    readKeyring(await signBody(identity.sign, labels.keyring, body), identity.principal);
  const body = keyring.body;
  expect((await read(body)).ok).toBe(true);
  const entry = body.devices[0];
  if (entry === undefined) throw new Error("a device");
  const { proof, ...first } = body;
  const many = Array.from({ length: ways.devices + 1 }, () => ({ ...entry, device: randomId<DeviceId>(random) }));
  for (const [name, odd] of Object.entries({
    "one more field": { ...body, more: 1 },
    "proof not last": { proof, ...first },
    "no proof": first,
    "epoch 0": { ...body, epoch: 0 },
    "another suite": { ...body, suite: 2 },
    "another version": { ...body, v: 2 },
    "older roots that are too many": { ...body, past: b64(new Uint8Array(64)) },
    "a device twice": { ...body, devices: [entry, entry] },
    "too many devices": { ...body, devices: many },
    "a desk twice": { ...body, desks: [body.desks[0], body.desks[0]] },
    "C+O with a share": { ...body, desks: [{ ...body.desks[0], share: body.card?.share }] },
    "S+O without one": { ...body, desks: [{ ...body.desks[1], share: null }] },
    "S+P": { ...body, desks: [{ ...body.desks[1], pair: "S+P" }] },
    "a card without a share": { ...body, card: { ...body.card, share: null } },
    "a set of 16": { ...body, card: { ...body.card, set: 16 } },
  }))
    expect(await read(odd), name).toEqual(refused("bad-format"));
});

test("P-Y1 the largest keyring still fits into a message", async () => {
  const { keyring, identity } = await aWorld();
  const { body } = keyring;
  const [entry, desk] = [body.devices[0], body.desks[1]];
  if (entry === undefined || desk === undefined) throw new Error("a device and a desk");
  const signed = await signKeyring(
    identity.sign,
    {
      ...rest(body),
      past: b64(new Uint8Array(32 + 32 * ways.roots)),
      devices: Array.from({ length: ways.devices }, () => ({ ...entry, device: randomId<DeviceId>(random) })),
      desks: Array.from({ length: ways.desks }, () => desk),
    },
    noProof,
  );
  expect(parseSigned(signed).ok).toBe(true);
});

test("C-Y5 the proof covers every byte before it and nothing else", async () => {
  const { keyring, identity } = await aWorld();
  const bytes = bytesOf(keyring.signed.body);
  const text = utf8ToText(provedBytes(bytes)) ?? "";
  expect(text.endsWith(`"lock":"${keyring.body.lock}"`)).toBe(true);
  expect(`${text},"proof":"${keyring.body.proof}"}`).toBe(utf8ToText(bytes));
  const covered: string[] = [];
  await signKeyring(identity.sign, rest(keyring.body), async (before) => {
    covered.push(utf8ToText(before) ?? "");
    return keyring.body.proof;
  });
  expect(covered).toEqual([text]);
  expect(must(keyringClaim(keyring.signed))).toEqual(keyring.body);
  expect(bodyBytes(keyring.body)).toEqual(bytes);
});
