/**
 * Whether a 2D-Doc code is what its issuer signed. Pure but for the verify port; no network: keys come in a pack that was signed and
 * fetched before.
 *
 * Surprising fact: there are three answers, not two. Without the issuer's key nothing can be said, and "read, not checked" must
 * never look like "genuine" nor like "false".
 */
import type { Bytes } from "../../shared/bytes.ts";
import type { CivilDate } from "../deadlines/civil.ts";
import type { TwoDDoc } from "./read.ts";

/** One certificate of the pack. `Key` is what the port understands (a CryptoKey in a worker). */
export interface IssuerKey<Key> {
  readonly authority: string;
  readonly certificate: string;
  readonly curve: "P-256" | "P-384" | "P-521";
  readonly key: Key;
  /** Days on which it could sign; null where the pack does not say. */
  readonly from: CivilDate | null;
  readonly until: CivilDate | null;
}

/** Keys taken from the list of trust (TSL) of the ANTS, whose own signature was checked when the pack was made. */
export interface KeyPack<Key> {
  readonly keys: readonly IssuerKey<Key>[];
  /** The day on which the list promised a newer one. */
  readonly nextUpdate: CivilDate;
}

/** ECDSA with the hash of the curve (SHA-256 for P-256) over `signed`; the signature is r and s, raw. False, never a throw. */
export type VerifyTwoDDoc<Key> = (key: Key, signature: Bytes, signed: Bytes) => Promise<boolean>;

export type TwoDDocState =
  /** Read and not checked. `no-list`: no keys on this device. `unknown-key`: not in the list. `not-its-time`: the key was not valid then. */
  | { readonly state: "not-checked"; readonly why: "no-list" | "unknown-key" | "not-its-time" }
  /** The issuer signed exactly this. `oldList`: a newer list may have withdrawn the key. */
  | { readonly state: "checked"; readonly oldList: boolean }
  /** The issuer's key is here, and did not sign this: changed, or copied wrongly. */
  | { readonly state: "does-not-match" };

const curveOf: Readonly<Record<number, IssuerKey<unknown>["curve"]>> = { 64: "P-256", 96: "P-384", 132: "P-521" };

/** @param pack null when this device has none. @param today from `readClock`. */
export async function checkTwoDDoc<Key>(
  doc: TwoDDoc,
  pack: KeyPack<Key> | null,
  verify: VerifyTwoDDoc<Key>,
  today: CivilDate,
): Promise<TwoDDocState> {
  if (pack === null) return { state: "not-checked", why: "no-list" };
  const { authority, certificate, signed } = doc.header;
  const own = pack.keys.filter((each) => each.authority === authority && each.certificate === certificate);
  if (own.length === 0) return { state: "not-checked", why: "unknown-key" };
  const inTime = own.filter(
    ({ from, until }) => signed === null || ((from === null || from <= signed) && (until === null || signed <= until)),
  );
  for (const { key, curve } of inTime) {
    // A signature of another length is of another curve: this key cannot have made it.
    if (curve === curveOf[doc.signature.length] && (await verify(key, doc.signature, doc.signedBytes)))
      return { state: "checked", oldList: today > pack.nextUpdate };
  }
  return inTime.length === 0 ? { state: "not-checked", why: "not-its-time" } : { state: "does-not-match" };
}
