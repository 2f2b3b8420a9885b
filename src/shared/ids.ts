/**
 * Ids. Random 128-bit ones are 22 base64url letters; principal ids (a satchel, an organisation, a helper) are
 * 160 bits of a genesis hash, 27 letters. None says anything about a person (INV-3).
 */

import type { Brand } from "./brand.ts";
import { fromBase64Url, toBase64Url } from "./bytes.ts";
import type { Random } from "./ports.ts";

export type PrincipalId = Brand<string, "PrincipalId">;
export type RecordId = Brand<string, "RecordId">;
export type OpId = Brand<string, "OpId">;
export type BlobId = Brand<string, "BlobId">;
export type LetterId = Brand<string, "LetterId">;
export type DeviceId = Brand<string, "DeviceId">;
export type ThreadId = Brand<string, "ThreadId">;

const randomIdPattern = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const principalIdPattern = /^[A-Za-z0-9_-]{26}[AEIMQUYcgkosw048]$/;

/** A fresh 128-bit id of the kind that the caller names. */
export const randomId = <Id extends RecordId | OpId | BlobId | LetterId | DeviceId | ThreadId>(random: Random): Id =>
  toBase64Url(random.bytes(16)) as Id;

/** True for the text of a random id (any kind): 22 letters, canonical. */
export const isRandomId = (text: unknown): text is string => typeof text === "string" && randomIdPattern.test(text);

/** True for the text of a principal id: 27 letters, canonical. */
export const isPrincipalId = (text: unknown): text is PrincipalId =>
  typeof text === "string" && principalIdPattern.test(text);

/** The 16 or 20 bytes of an id that was checked before. */
export function idBytes(id: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(id);
  if (bytes === undefined) throw new Error("assertion failed: an id is base64url");
  return bytes;
}
