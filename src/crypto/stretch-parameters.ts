/**
 * What a code may be stretched with (SPEC C-A), without Argon2 itself: who reads a wrap must not carry its WebAssembly.
 * Runs anywhere.
 */

import { err, ok, type Result } from "../shared/result.ts";

export interface StretchParameters {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: 1;
}

export type ParameterError =
  | { readonly type: "too-weak" }
  | { readonly type: "too-strong" }
  | { readonly type: "bad-format" };

export const floor: StretchParameters = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 };
export const ceiling: StretchParameters = { memoryKiB: 64 * 1024, passes: 3, lanes: 1 };
export const stretchSaltBytes = 16;

/** Refuses parameters below the floor (a server may not weaken them) and above the ceiling (nor freeze the phone). */
export function assertParameters(parameters: StretchParameters): Result<StretchParameters, ParameterError> {
  const { memoryKiB, passes, lanes } = parameters;
  if (!Number.isInteger(memoryKiB) || !Number.isInteger(passes) || lanes !== 1) return err({ type: "bad-format" });
  if (memoryKiB < floor.memoryKiB || passes < floor.passes) return err({ type: "too-weak" });
  if (memoryKiB > ceiling.memoryKiB || passes > ceiling.passes) return err({ type: "too-strong" });
  return ok({ memoryKiB, passes, lanes });
}
