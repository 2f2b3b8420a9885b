/**
 * Brings content into a store as sealed streams and back. Runs in the workers that hold keys; one batch of segments is
 * in memory at a time.
 *
 * Surprising fact: what is put here is not kept yet. Only the strict transaction of the record that names the stream
 * makes it a blob; segments without one are swept (DESIGN 4).
 */

import type { Identity } from "../../crypto/identity.ts";
import {
  contentHash,
  openStream,
  type RunningHash,
  type SealedPiece,
  sealStreamPieces,
  streamKeyFrom,
} from "../../crypto/stream.ts";
import { b64, sha256 } from "../../protocol/sign.ts";
import { signTicket } from "../../protocol/tickets.ts";
import type { BlobPointer } from "../../satchel/model.ts";
import { type Bytes, concat } from "../../shared/bytes.ts";
import type { BlobId } from "../../shared/ids.ts";
import type { Random } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { NewBlob, SatchelStore, SendClass } from "../../storage/ports.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { storageErr, workerError } from "./errors.ts";

/** Segments that one relaxed transaction writes: 512 KiB. */
const batch = 8;
const inMemoryBytes = 2 * 1024 * 1024;

export interface BlobDeps {
  readonly store: SatchelStore;
  readonly identity: Identity;
  readonly random: Random;
}

export interface PutBlob {
  readonly pointer: BlobPointer;
  readonly blob: NewBlob;
}

export interface BlobFacts {
  readonly mime: string;
  readonly width?: number;
  readonly height?: number;
  readonly sendClass: SendClass;
  readonly localOnly: boolean;
}

/** A file's bytes as they come; WebKit has no async iteration of streams. */
async function* chunksOf(content: Blob): AsyncGenerator<Uint8Array> {
  const reader = content.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Plain bytes of known length that pass through memory piece by piece and touch no disk on the way. */
export interface Chunks {
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * For a large file, of which only a piece is in memory. Where its WebAssembly is not on the phone yet and cannot be fetched, the
 * file is hashed whole by WebCrypto: it takes its size in memory, and is not refused.
 */
async function runningHash(): Promise<RunningHash> {
  const tool = await import("../../crypto/sha256.ts").catch(() => undefined);
  if (tool !== undefined) return tool.createSha256();
  const held: Bytes[] = [];
  return { update: (bytes) => void held.push(bytes.slice()), digest: () => sha256(concat(...held)) };
}

/** Small contents are hashed by WebCrypto in one go; only large files ask for the running hash and its WebAssembly. */
async function piecesOf(content: Blob | Chunks, random: Random): Promise<AsyncGenerator<SealedPiece>> {
  if ("chunks" in content) {
    return sealStreamPieces(content.chunks, content.size, random, await runningHash());
  }
  if (content.size > inMemoryBytes) {
    return sealStreamPieces(chunksOf(content), content.size, random, await runningHash());
  }
  const bytes = new Uint8Array(await content.arrayBuffer());
  const hash: RunningHash = { update: () => undefined, digest: () => sha256(bytes) };
  return sealStreamPieces([bytes], content.size, random, hash);
}

/**
 * Seals under a fresh key and id and puts every segment. On any error nothing is left behind.
 * "changed": the file gave another number of bytes than it had said.
 */
export async function putBlob(
  deps: BlobDeps,
  content: Blob | Chunks,
  facts: BlobFacts,
): Promise<Result<PutBlob, WorkerError | { readonly type: "changed" }>> {
  const { store, identity, random } = deps;
  const waiting: Bytes[] = [];
  let written = 0;
  let blob: BlobId | undefined;
  let head: { readonly key: Bytes; readonly header: Bytes; readonly count: number } | undefined;
  const giveUp = async (error: WorkerError | { readonly type: "changed" }) => {
    if (blob !== undefined) await store.deleteBlobs([blob]);
    return err(error);
  };
  for await (const piece of await piecesOf(content, random)) {
    if (piece.type === "header") {
      blob = piece.blob;
      head = piece;
    } else if (piece.type === "length-differs") return giveUp({ type: "changed" });
    else if (piece.type === "segment") waiting.push(piece.segment);
    if (blob === undefined || head === undefined) continue;
    if (waiting.length >= batch || (piece.type === "done" && waiting.length > 0)) {
      const put = await store.putSegments(blob, written, waiting);
      if (!put.ok) return giveUp(workerError(put.error));
      written += waiting.length;
      waiting.length = 0;
    }
    if (piece.type !== "done") continue;
    const { length, root, hash } = piece;
    const ticket = await signTicket(identity.sign, { owner: identity.id, blob, length, root });
    const { sendClass, localOnly, mime, width, height } = facts;
    const pointer: BlobPointer = {
      blob,
      key: b64(head.key),
      hash,
      bytes: content.size,
      sealedLength: length,
      root,
      mime,
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
    };
    return ok({
      pointer,
      blob: { blob, header: head.header, segments: written, length, root, ticket, sendClass, localOnly },
    });
  }
  return giveUp({ type: "changed" });
}

/** The plain bytes of a stream that is on this device; their hash is the one that the record names. */
export async function readBlob(store: SatchelStore, pointer: BlobPointer): Promise<Result<Bytes, WorkerError>> {
  const row = await store.getBlob(pointer.blob);
  if (!row.ok) return storageErr(row.error);
  const key = streamKeyFrom(pointer.blob, pointer.key);
  if (row.value === undefined || key === undefined) return err({ type: "not-found" });
  let failure: WorkerError | undefined;
  const read = async (n: number): Promise<Bytes | undefined> => {
    const segment = await store.getSegment(pointer.blob, n);
    if (segment.ok) return segment.value;
    failure = workerError(segment.error);
    return undefined;
  };
  const opened = await openStream(key, row.value.header, read, row.value.segments);
  if (failure !== undefined) return err(failure);
  if (!opened.ok) return err({ type: "unavailable", mark: opened.error.type });
  if ((await contentHash(opened.value)) !== pointer.hash) return err({ type: "unavailable", mark: "other-content" });
  return ok(opened.value);
}
