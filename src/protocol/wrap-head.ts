/**
 * The clear words of a wrap (SPEC C-K) and the Argon2id parameters that may stand in them (SPEC C-A3). Runs everywhere:
 * a server that judges a keyring reads them too, and cannot open anything with them.
 *
 * Surprising: parameters below the floor are an error of their own, told before any code is asked for.
 */

import * as v from "valibot";
import type { B64 } from "../shared/bytes.ts";
import type { PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { fixedB64, principalIdField } from "./fields.ts";
import { parseBody } from "./sign.ts";
import type { StretchParameters } from "./wire.ts";

export type { StretchParameters } from "./wire.ts";

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

/** Every pair that DESIGN 3 allows. There is no S+P, and nothing with one factor. */
export const pairs = ["D+P", "D+C", "C+P+S", "C+O", "S+O"] as const;
export type Pair = (typeof pairs)[number];

/** True for the pairs with a code in them: only these have Argon2id parameters. */
export const hasCode = (pair: Pair): boolean => pair === "D+P" || pair === "C+P+S";

/** Clear words of a wrap; their exact bytes are its associated data. */
export interface WrapHead {
  readonly v: 1;
  readonly suite: 1;
  readonly pair: Pair;
  readonly principal: PrincipalId;
  /** Epoch of the root inside. */
  readonly epoch: number;
  /** Argon2id parameters when the pair has a code, else null. */
  readonly params: StretchParameters | null;
  /** 16 random bytes, for Argon2id and for the key derivation. */
  readonly salt: B64;
  /** Counts the wraps that this principal has made: the highest of a pair is the current one. */
  readonly order: number;
}

export interface Wrap {
  /** base64url of UTF-8 JSON of a WrapHead. */
  readonly head: B64;
  readonly sealed: B64;
}

export type WrapHeadError =
  | { readonly type: "bad-format" }
  /** The clear parameters are below the floor or above the ceiling. */
  | { readonly type: "weak-parameters" };

export const parametersField = v.strictObject({ memoryKiB: v.number(), passes: v.number(), lanes: v.literal(1) });

const headShape = v.pipe(
  v.strictObject({
    v: v.literal(1),
    suite: v.literal(1),
    pair: v.picklist(pairs),
    principal: principalIdField,
    epoch: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    params: v.nullable(parametersField),
    salt: fixedB64(stretchSaltBytes),
    order: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  }),
  v.check((head) => (head.params !== null) === hasCode(head.pair)),
);

/** Reads the clear words; refuses weak parameters, so that no code is ever stretched with them. */
export function wrapHead(wrap: Pick<Wrap, "head">): Result<WrapHead, WrapHeadError> {
  const shape = v.safeParse(headShape, parseBody(wrap.head)?.value);
  if (!shape.success) return err({ type: "bad-format" });
  if (shape.output.params !== null && !assertParameters(shape.output.params).ok)
    return err({ type: "weak-parameters" });
  return ok(shape.output);
}
