/**
 * The right to store one blob, signed by its owner and verifiable alone (SPEC P-T). Runs everywhere, so that a service
 * worker or a carrier can deliver what somebody else sealed.
 */

import * as v from "valibot";
import type { B64 } from "../shared/bytes.ts";
import type { BlobId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { isBlobLength } from "./blob-root.ts";
import { fixedB64, principalIdField, randomIdField } from "./fields.ts";
import { labels } from "./labels.ts";
import { parseBody, readSigned, type SignedError, type SignKey, signBody } from "./sign.ts";
import type { BlobTicket, Signed } from "./wire.ts";

const ticketShape = v.strictObject({
  t: v.literal("ticket"),
  v: v.literal(1),
  owner: principalIdField,
  blob: randomIdField<BlobId>(),
  length: v.pipe(v.number(), v.check(isBlobLength)),
  root: fixedB64(32),
});

/** Signs with the owner's identity key. */
export async function signTicket(key: SignKey, ticket: Omit<BlobTicket, "t" | "v">): Promise<Signed> {
  const body: BlobTicket = {
    t: "ticket",
    v: 1,
    owner: ticket.owner,
    blob: ticket.blob,
    length: ticket.length,
    root: ticket.root,
  };
  return await signBody(key, labels.ticket, body);
}

const parse = (value: unknown): Result<BlobTicket, SignedError> => {
  const shape = v.safeParse(ticketShape, value);
  return shape.success ? ok(shape.output) : err({ type: "bad-format", what: "ticket" });
};

/** The ticket's own words, unverified: only to find out whose key to verify with. */
export const ticketClaim = (signed: Signed): Result<BlobTicket, SignedError> => parse(parseBody(signed.body)?.value);

/** Verifies and reads. `signKey` is the raw identity key of the owner that `ticketClaim` named. */
export async function readTicket(signed: Signed, signKey: B64): Promise<Result<BlobTicket, SignedError>> {
  const body = await readSigned(signKey, labels.ticket, signed);
  return body.ok ? parse(body.value) : body;
}
