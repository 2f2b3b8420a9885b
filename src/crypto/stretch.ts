/**
 * Argon2id for codes, and the distrust that WebAssembly on cheap phones has earned (SPEC C-A). Runs anywhere; a worker
 * that lives for one call keeps its memory from staying.
 *
 * Surprising: WASM Argon2 has returned wrong and all-zero keys on phones. So a known answer is asked for first, once per
 * realm, and whoever seals under an output derives it twice (`stretchForEnrolment`).
 */

import { argon2id } from "hash-wasm";
import { assert } from "../shared/assert.ts";
import { type Bytes, equalBytes, toHex, utf8 } from "../shared/bytes.ts";
import type { Clock } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allZero } from "./padding.ts";
import {
  assertParameters,
  ceiling,
  floor,
  type ParameterError,
  type StretchParameters,
  stretchSaltBytes,
} from "./stretch-parameters.ts";

export { assertParameters, ceiling, floor, type StretchParameters, stretchSaltBytes } from "./stretch-parameters.ts";

export type StretchError =
  | ParameterError
  /** This device computes wrongly or not at all (memory): nothing may be sealed or refused because of it. */
  | { readonly type: "broken" };

const outputBytes = 32;

/** Steps between floor and ceiling, each about a third dearer than the one before. */
const ladder: readonly StretchParameters[] = [
  floor,
  { memoryKiB: 19 * 1024, passes: 3, lanes: 1 },
  { memoryKiB: 32 * 1024, passes: 2, lanes: 1 },
  { memoryKiB: 32 * 1024, passes: 3, lanes: 1 },
  { memoryKiB: 47 * 1024, passes: 3, lanes: 1 },
  ceiling,
];

const knownCode = "besace/v1/known-answer";
const knownSalt = utf8("besace/v1/salt00");
/** Argon2id v1.3 of `knownCode`, `knownSalt`, floor parameters; computed with OpenSSL, not with this library. */
const knownAnswer = "7be2c8c73fd0594e17ea3d99ee270cd1d4ab04d69130b0138b40382df145f836";

/** One derivation. @returns undefined when the library gives up, for instance because memory is short. */
async function derive(code: string, salt: Bytes, parameters: StretchParameters): Promise<Bytes | undefined> {
  try {
    const output = await argon2id({
      password: utf8(code.normalize("NFKC")),
      salt,
      memorySize: parameters.memoryKiB,
      iterations: parameters.passes,
      parallelism: parameters.lanes,
      hashLength: outputBytes,
      outputType: "binary",
    });
    return new Uint8Array(output);
  } catch (error) {
    // Out of memory and traps inside WebAssembly: the device's trouble, told as "broken".
    if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) return undefined;
    throw error;
  }
}

let tested: Promise<boolean> | undefined;

/** True when this realm computes the known answer; asked once, kept. */
export function selfTest(): Promise<boolean> {
  tested ??= derive(knownCode, knownSalt, floor).then(
    (output) => output !== undefined && toHex(output) === knownAnswer,
  );
  return tested;
}

async function trusted(
  code: string,
  salt: Bytes,
  parameters: StretchParameters,
  times: 1 | 2,
): Promise<Result<Bytes, StretchError>> {
  assert(salt.length === stretchSaltBytes, "SPEC C-A2: the salt has 16 bytes");
  const checked = assertParameters(parameters);
  if (!checked.ok) return checked;
  if (!(await selfTest())) return err({ type: "broken" });
  const first = await derive(code, salt, checked.value);
  const second = times === 1 ? first : await derive(code, salt, checked.value);
  if (first === undefined || second === undefined || allZero(first) || !equalBytes(first, second))
    return err({ type: "broken" });
  return ok(first);
}

/**
 * The P factor, 32 bytes, of a code. `salt`: 16 bytes, from the wrap. For opening: a wrong output cannot open anything.
 * The code is taken in Unicode's NFKC form.
 */
export const stretch = (
  code: string,
  salt: Bytes,
  parameters: StretchParameters,
): Promise<Result<Bytes, StretchError>> => trusted(code, salt, parameters, 1);

/** The same, derived twice and compared: for sealing, where a wrong output would lock a person out. */
export const stretchForEnrolment = (
  code: string,
  salt: Bytes,
  parameters: StretchParameters,
): Promise<Result<Bytes, StretchError>> => trusted(code, salt, parameters, 2);

/** Milliseconds that one derivation takes here; undefined when it fails. */
export const measureWith =
  (clock: Clock) =>
  async (parameters: StretchParameters): Promise<number | undefined> => {
    const start = clock.now();
    const output = await derive(knownCode, knownSalt, parameters);
    return output === undefined ? undefined : clock.now() - start;
  };

const cost = (parameters: StretchParameters): number => parameters.memoryKiB * parameters.passes;

/**
 * The dearest step of the ladder that stays within `targetMs` on this device; the floor when none does. A step that would
 * clearly take too long is not tried.
 * @param measure milliseconds of one derivation with these parameters, undefined when it failed.
 */
export async function calibrate(
  measure: (parameters: StretchParameters) => Promise<number | undefined>,
  targetMs = 1500,
): Promise<StretchParameters> {
  let best = floor;
  let perUnit = 0;
  for (const step of ladder) {
    if (perUnit * cost(step) > targetMs) break;
    const taken = await measure(step);
    if (taken === undefined || taken > targetMs) break;
    best = step;
    perUnit = taken / cost(step);
  }
  return best;
}
