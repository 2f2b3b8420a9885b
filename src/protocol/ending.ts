/**
 * The notice that a service ends (SPEC P-E): signed by a key of the server, served in deployment.json, believed only by that
 * signature. Runs everywhere.
 *
 * Surprising: a notice can be taken back by leaving it out. It deletes nothing anywhere; it makes phones bring everything home.
 */

import * as v from "valibot";
import { err, ok, type Result } from "../shared/result.ts";
import { fixedB64, serverTimeField } from "./fields.ts";
import { labels } from "./labels.ts";
import { rawKeyBytes, readSigned, type SignKey, signBody } from "./sign.ts";
import type { B64, ServerTime, Signed } from "./wire.ts";

export interface Ending {
  /** From then on the server may be gone. */
  readonly at: ServerTime;
  /** Where Besace goes on, if anywhere: an https origin. */
  readonly next: string | null;
}

const origin = /^https:\/\/[a-z0-9.-]+(:[0-9]{1,5})?$/;
export const isOrigin = (text: string): boolean => text.length <= 200 && origin.test(text);

const shape = v.strictObject({
  t: v.literal("ending"),
  v: v.literal(1),
  by: fixedB64(rawKeyBytes),
  at: serverTimeField,
  next: v.nullable(v.pipe(v.string(), v.check(isOrigin))),
});

/** `by`: the raw public key that `key` signs for. */
export const signEnding = (key: SignKey, by: B64, { at, next }: Ending): Promise<Signed> =>
  signBody(key, labels.ending, { t: "ending", v: 1, by, at, next });

/** "not-believed": signed by none of the keys, or not of this shape. */
export async function readEnding(
  statement: Signed,
  serverKeys: readonly { readonly sign: B64 }[],
): Promise<Result<Ending, "not-believed">> {
  for (const { sign } of serverKeys) {
    const read = await readSigned(sign, labels.ending, statement);
    const body = read.ok ? v.safeParse(shape, read.value) : undefined;
    if (body?.success === true && body.output.by === sign) return ok({ at: body.output.at, next: body.output.next });
  }
  return err("not-believed");
}
