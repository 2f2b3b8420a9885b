/** Devices whose WebAssembly gives zeros, or wrong bytes, or other bytes each time: seen in the field (DESIGN 3). */

import { beforeEach, expect, test, vi } from "vitest";

type Argon2 = typeof import("hash-wasm")["argon2id"];
const device = vi.hoisted(() => ({ outputs: [] as Uint8Array[], knowsAnswer: true, trap: false }));

vi.mock("hash-wasm", async (original) => {
  const real = (await original()) as { argon2id: Argon2 };
  return {
    ...real,
    argon2id: async (options: Parameters<Argon2>[0]) => {
      if (device.trap) throw new WebAssembly.RuntimeError("unreachable");
      const isTest = new TextDecoder().decode(options.password as Uint8Array) !== "482915";
      if (isTest && device.knowsAnswer) return await real.argon2id(options);
      return device.outputs.shift() ?? new Uint8Array(32).fill(9);
    },
  };
});

const salt = new Uint8Array(16);
const broken = { ok: false, error: { type: "broken" } };
const fresh = async () => await import("../../../src/crypto/stretch.ts");

beforeEach(() => {
  vi.resetModules();
  Object.assign(device, { outputs: [], knowsAnswer: true, trap: false });
});

test("wrong bytes for the known answer: nothing is derived", async () => {
  device.knowsAnswer = false;
  const { selfTest, stretch, stretchForEnrolment, floor } = await fresh();
  expect(await selfTest()).toBe(false);
  expect(await stretch("482915", salt, floor)).toEqual(broken);
  expect(await stretchForEnrolment("482915", salt, floor)).toEqual(broken);
});

test("zeros are refused even when the known answer was right", async () => {
  device.outputs = [new Uint8Array(32), new Uint8Array(32), new Uint8Array(32)];
  const { stretch, stretchForEnrolment, floor } = await fresh();
  expect(await stretch("482915", salt, floor)).toEqual(broken);
  expect(await stretchForEnrolment("482915", salt, floor)).toEqual(broken);
});

test("two different answers at enrolment are refused", async () => {
  device.outputs = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const { stretchForEnrolment, floor } = await fresh();
  expect(await stretchForEnrolment("482915", salt, floor)).toEqual(broken);
});

test("a trap inside WebAssembly is told as broken, not thrown", async () => {
  device.trap = true;
  const { selfTest, stretch, floor } = await fresh();
  expect(await selfTest()).toBe(false);
  expect(await stretch("482915", salt, floor)).toEqual(broken);
});
