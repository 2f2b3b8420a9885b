/**
 * The bytes of a carrier's file as Blobs of parts that the browser may put on its disk, so that 200 MB are never together in
 * a worker's memory. Runs in workers that pack (SPEC P-C).
 */

import { blobRootFromHashes } from "../../protocol/blob-root.ts";
import { sha256 } from "../../protocol/sign.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { BlobRow, SatchelStore } from "../../storage/ports.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { storageErr } from "./errors.ts";

/** Parts are joined to Blobs of this size, which the browser keeps where it likes. */
const partBytes = 4 * 1024 * 1024;

export interface Parts {
  readonly add: (bytes: Bytes) => void;
  readonly all: () => readonly Blob[];
}

/** Bytes of the items in order, held by the browser. */
export function createParts(): Parts {
  let held: Bytes[] = [];
  let length = 0;
  const blobs: Blob[] = [];
  const close = (): void => {
    if (length > 0) blobs.push(new Blob(held));
    held = [];
    length = 0;
  };
  return {
    add(bytes) {
      held.push(bytes);
      length += bytes.length;
      if (length >= partBytes) close();
    },
    all() {
      close();
      return blobs;
    },
  };
}

/** Header and segments, only where they give the root that the ticket names: a damaged disk must not spoil the file. */
export async function sealedBytes(store: SatchelStore, row: BlobRow): Promise<Result<Blob | undefined, WorkerError>> {
  const parts = createParts();
  const hashes: Bytes[] = [];
  let length = 0;
  for (let n = -1; n < row.segments; n += 1) {
    const read = n < 0 ? ok(row.header) : await store.getSegment(row.blob, n);
    if (!read.ok) return storageErr(read.error);
    if (read.value === undefined) return ok(undefined);
    hashes.push(await sha256(read.value));
    parts.add(read.value);
    length += read.value.length;
  }
  const whole = length === row.length && (await blobRootFromHashes(length, hashes)) === row.root;
  return ok(whole ? new Blob([...parts.all()]) : undefined);
}
