/**
 * Running SHA-256 for contents that are never whole in memory (WebCrypto hashes whole buffers only). Runs in workers and
 * Node; the WebAssembly of hash-wasm is asked for only when a large file is sealed.
 */

import { createSHA256 } from "hash-wasm";
import type { RunningHash } from "./stream.ts";

export async function createSha256(): Promise<RunningHash> {
  const hash = await createSHA256();
  hash.init();
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: async () => new Uint8Array(hash.digest("binary")),
  };
}
