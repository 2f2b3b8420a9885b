/**
 * A visit: a satchel that is open at a shared computer for hours, outside its chain (SPEC P-N). Runs everywhere.
 *
 * Surprising: the satchel's signature alone makes no visit. A device that was put out has the signing key too, so a visit
 * carries a pass, which the server gives with the answer to card and code and to nobody else.
 */

import * as v from "valibot";
import type { B64 } from "../shared/bytes.ts";
import type { DeviceId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { anyB64, fixedB64, principalIdField, randomIdField, serverTimeField } from "./fields.ts";
import { labels } from "./labels.ts";
import { sizes, visits } from "./limits.ts";
import { isPublicKey, rawKeyBytes, readSigned, type SignKey, signBody } from "./sign.ts";
import type { Principal } from "./statements.ts";
import type { Signed } from "./wire.ts";

const visitShape = v.strictObject({
  t: v.literal("visit"),
  v: v.literal(1),
  principal: principalIdField,
  /** The visit's own name: 16 random bytes, that of no device of the chain. */
  device: randomIdField<DeviceId>(),
  /** Raw public key, 65 bytes: signs session challenges only. */
  transport: fixedB64(rawKeyBytes),
  /** As the server gave it. */
  pass: anyB64(1, visits.passBytes),
  /** Milliseconds, by the server's clock. */
  from: serverTimeField,
  until: serverTimeField,
});

export type Visit = v.InferOutput<typeof visitShape>;

export type VisitError =
  | { readonly type: "bad-format" }
  | { readonly type: "bad-signature" }
  /** Another satchel's, or by a principal that is no satchel. */
  | { readonly type: "wrong-signer" }
  /** The transport key is no point, or one of the satchel's own. */
  | { readonly type: "bad-key" }
  /** The id is one of a device that belongs, or belonged, to the chain. */
  | { readonly type: "is-a-device" }
  | { readonly type: "too-long" }
  | { readonly type: "not-yet" }
  | { readonly type: "expired" };

export const signVisit = (key: SignKey, facts: Omit<Visit, "t" | "v">): Promise<Signed> =>
  signBody(key, labels.visit, {
    t: "visit",
    v: 1,
    principal: facts.principal,
    device: facts.device,
    transport: facts.transport,
    pass: facts.pass,
    from: facts.from,
    until: facts.until,
  });

/**
 * Verifies and reads (SPEC P-N1 to P-N3). What the pass is worth only the server that gave it knows.
 * @param now by the server's clock, in milliseconds.
 */
export async function readVisit(
  signed: Signed,
  by: Pick<Principal, "id" | "kind" | "sign" | "box" | "devices" | "removed">,
  now: number,
): Promise<Result<Visit, VisitError>> {
  const read: Result<unknown, { readonly type: "bad-format" | "bad-signature" }> =
    signed.body.length > sizes.visitBody
      ? err({ type: "bad-format" })
      : await readSigned(by.sign, labels.visit, signed);
  if (!read.ok) return err({ type: read.error.type });
  const shape = v.safeParse(visitShape, read.value);
  if (!shape.success) return err({ type: "bad-format" });
  const visit = shape.output;
  if (visit.principal !== by.id || by.kind !== "satchel") return err({ type: "wrong-signer" });
  const own: readonly B64[] = [by.sign, by.box];
  if (own.includes(visit.transport) || !(await isPublicKey(visit.transport))) return err({ type: "bad-key" });
  if (by.devices.has(visit.device) || by.removed.has(visit.device)) return err({ type: "is-a-device" });
  if (visit.until <= visit.from || visit.until - visit.from > visits.lifetimeMs) return err({ type: "too-long" });
  if (visit.from > now + visits.aheadMs) return err({ type: "not-yet" });
  return visit.until <= now ? err({ type: "expired" }) : ok(visit);
}
