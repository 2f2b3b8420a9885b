/**
 * A stream that somebody else sealed and a letter named: fetched whole, and opened only if it is what the sender signed. Runs in
 * the workers that hold keys.
 */

import { contentHash, openStream, splitBlob, streamKeyFrom } from "../../crypto/stream.ts";
import { blobRootOfPieces } from "../../protocol/blob-root.ts";
import type { B64, Bytes } from "../../shared/bytes.ts";
import type { BlobId, PrincipalId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { type DownloadDeps, downloadBlob } from "./blob-reader.ts";

/** What a letter says of a stream, outside and inside. */
export interface ForeignStream {
  readonly owner: PrincipalId;
  readonly blob: BlobId;
  /** Sealed. */
  readonly length: number;
  readonly root: B64;
  readonly key: B64;
  readonly hash: B64;
}

/** "not-arrived": the server does not give it (yet). */
export async function readForeign(
  line: DownloadDeps,
  { owner, blob, length, root, key: keyText, hash }: ForeignStream,
): Promise<Result<Bytes, WorkerError | { readonly type: "no-network" | "not-arrived" }>> {
  const key = streamKeyFrom(blob, keyText);
  if (key === undefined) return err({ type: "not-found" });
  const sealed = await downloadBlob(line, owner, blob, length);
  if (!sealed.ok) return err(sealed.error.type === "absent" ? { type: "not-arrived" } : sealed.error);
  const parts = splitBlob(sealed.value);
  // The root is the one that the sender signed: other bytes are a server's fault or worse.
  const came = parts === undefined ? undefined : await blobRootOfPieces(parts.header, parts.segments);
  if (parts === undefined || came !== root) return err({ type: "unavailable", mark: "other-bytes" });
  const content = await openStream(key, parts.header, async (n) => parts.segments[n], parts.segments.length);
  if (!content.ok) return err({ type: "unavailable", mark: content.error.type });
  if ((await contentHash(content.value)) !== hash) return err({ type: "unavailable", mark: "other-content" });
  return ok(content.value);
}
