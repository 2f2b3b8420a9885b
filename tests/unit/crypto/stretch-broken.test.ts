import { expect, test, vi } from "vitest";
import { floor, selfTest, stretch, stretchForEnrolment } from "../../../src/crypto/stretch.ts";

/** A phone whose WebAssembly gives zeros: seen in the field (DESIGN 3). */
vi.mock("hash-wasm", () => ({ argon2id: async () => new Uint8Array(32) }));

test("a device that computes wrongly is found out before its output is trusted", async () => {
  expect(await selfTest()).toBe(false);
  const salt = new Uint8Array(16);
  expect(await stretch("482915", salt, floor)).toEqual({ ok: false, error: { type: "broken" } });
  expect(await stretchForEnrolment("482915", salt, floor)).toEqual({ ok: false, error: { type: "broken" } });
});
