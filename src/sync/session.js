/** How a device answers a session challenge: with its transport key, which can do nothing else (DESIGN 5, Session). */
import { labels } from "../protocol/labels.ts";
import { signBytes } from "../protocol/sign.ts";
import { assert } from "../shared/assert.ts";
import { fromBase64Url } from "../shared/bytes.ts";
/** @param transportKey the profile's non-extractable ECDSA P-256 private key. */
export const challengeSigner = (transportKey) => async (challenge) => {
  const bytes = fromBase64Url(challenge);
  assert(bytes !== undefined, "S-A1: an answer was parsed before it is used");
  return await signBytes(transportKey, labels.session, bytes);
};
