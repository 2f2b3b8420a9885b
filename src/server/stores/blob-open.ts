/** Opens the vault that `BLOB_URL` names: the staging folder itself when there is none, else S3. Runs in Node. */

import { vaultInPlace } from "./blob-files.ts";
import type { BlobStaging, BlobVault } from "./blob-ports.ts";

/** @throws with words for the operator, never with the URL: it may hold a secret. */
export async function openVault(deps: {
  readonly url: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly staging: BlobStaging;
}): Promise<BlobVault> {
  if (deps.url === undefined) return vaultInPlace(deps.staging);
  const { openS3Vault, readS3Url } = await import("./blob-s3.ts");
  const place = readS3Url(deps.url, deps.env);
  if (!place.ok) throw new Error(`BLOB_URL cannot be used: ${place.error}`);
  return openS3Vault(place.value, deps.staging);
}
