import { argon2Sync } from "node:crypto";
import { expect, test } from "vitest";
import {
  assertParameters,
  calibrate,
  ceiling,
  floor,
  measureWith,
  type StretchParameters,
  selfTest,
  stretch,
  stretchForEnrolment,
} from "../../../src/crypto/stretch.ts";
import { random } from "./support.ts";

const salt = random.bytes(16);

test("equals OpenSSL's Argon2id", async () => {
  const seen = await stretch("482915", salt, floor);
  const expected = argon2Sync("argon2id", {
    message: "482915",
    nonce: salt,
    parallelism: 1,
    tagLength: 32,
    memory: floor.memoryKiB,
    passes: floor.passes,
  });
  expect(seen).toEqual({ ok: true, value: new Uint8Array(expected) });
  expect(await selfTest()).toBe(true);
});

test("derives twice for enrolment and gives the same", async () => {
  expect(await stretchForEnrolment("482915", salt, floor)).toEqual(await stretch("482915", salt, floor));
});

test("parameters outside floor and ceiling are refused before any work", () => {
  const typeOf = (more: object) => {
    const checked = assertParameters({ ...floor, ...more } as StretchParameters);
    return checked.ok ? "ok" : checked.error.type;
  };
  expect(typeOf({})).toBe("ok");
  expect(typeOf(ceiling)).toBe("ok");
  expect(typeOf({ memoryKiB: 19_455 })).toBe("too-weak");
  expect(typeOf({ memoryKiB: 65_536, passes: 1 })).toBe("too-weak");
  expect(typeOf({ memoryKiB: 65_537 })).toBe("too-strong");
  expect(typeOf({ passes: 4 })).toBe("too-strong");
  for (const odd of [{ lanes: 2 }, { passes: 2.5 }, { memoryKiB: Number.NaN }, { memoryKiB: "64" }])
    expect(typeOf(odd)).toBe("bad-format");
});

/** A device where one unit of cost (KiB x passes) takes so many milliseconds. */
const device = (perUnit: number) => {
  const tried: number[] = [];
  return {
    tried,
    measure: async (parameters: StretchParameters) => {
      tried.push(parameters.memoryKiB * parameters.passes);
      return parameters.memoryKiB * parameters.passes * perUnit;
    },
  };
};

test("calibration takes the dearest step within the target, the floor when none is", async () => {
  expect(await calibrate(device(0.001).measure)).toEqual(ceiling);
  expect(await calibrate(device(1).measure)).toEqual(floor);
  const middle = await calibrate(device(1500 / (32 * 1024 * 3)).measure);
  expect(middle).toEqual({ memoryKiB: 32 * 1024, passes: 3, lanes: 1 });
});

test("calibration never tries a step that would clearly take too long", async () => {
  const slow = device(0.03);
  await calibrate(slow.measure, 1500);
  expect(slow.tried).toHaveLength(1);
});

test("a device that fails above the floor stays at the last step that worked", async () => {
  const measure = async (parameters: StretchParameters) => (parameters.memoryKiB > 19_456 ? undefined : 10);
  expect(await calibrate(measure)).toEqual({ memoryKiB: 19_456, passes: 3, lanes: 1 });
});

test("measures with the clock it is given", async () => {
  let now = 0;
  const measure = measureWith({
    now: () => {
      now += 7;
      return now;
    },
  });
  expect(await measure(floor)).toBe(7);
});
