/**
 * Shapes of single fields, shared by the readers of signed bodies. Runs everywhere. Strict: unknown fields are refused,
 * texts are the one canonical text of their bytes.
 */

import * as v from "valibot";
import { type B64, fromBase64Url } from "../shared/bytes.ts";
import { isPrincipalId, isRandomId, type PrincipalId } from "../shared/ids.ts";
import type { ServerTime } from "./wire.ts";

/** base64url of exactly `length` bytes. */
export const fixedB64 = (length: number) =>
  v.custom<B64>((input) => typeof input === "string" && fromBase64Url(input)?.length === length);

/** base64url of `least` to `most` bytes. */
export const anyB64 = (least: number, most: number) =>
  v.custom<B64>((input) => {
    if (typeof input !== "string" || input.length > Math.ceil((most * 4) / 3)) return false;
    const bytes = fromBase64Url(input);
    return bytes !== undefined && bytes.length >= least && bytes.length <= most;
  });

/** A random id of the kind that the caller names. */
export const randomIdField = <Id extends string>() => v.custom<Id>((input) => isRandomId(input));

export const principalIdField = v.custom<PrincipalId>((input) => isPrincipalId(input));

/** A whole number from 0 to 2^53 - 1. */
export const countField = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const serverTimeField = v.custom<ServerTime>((input) => Number.isSafeInteger(input) && Number(input) >= 0);

/** True when no text stands twice. */
export const allDifferent = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;
