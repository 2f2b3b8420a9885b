/**
 * Secret bytes that do not show themselves: printed, logged, put into JSON or posted to another thread, they say
 * nothing (INV-3). Runs everywhere.
 *
 * Surprising: a Secret cannot be cloned between threads (it holds functions); that is meant.
 */

import type { Brand } from "../shared/brand.ts";
import type { Bytes } from "../shared/bytes.ts";

export interface Secret {
  /** The bytes themselves (a copy), for the one call that needs them. */
  readonly reveal: () => Bytes;
  /** Overwrites the bytes; revealing afterwards gives zeros, which every user refuses. */
  readonly wipe: () => void;
  readonly toString: () => string;
  readonly toJSON: () => string;
}

/** 32 bytes from which everything of one satchel or organisation is derived or opened. */
export type RootKey = Brand<Secret, "RootKey">;

const shown = "[secret]";

/** Takes a copy; the caller's bytes stay the caller's. */
export function createSecret(bytes: Uint8Array): Secret {
  const own = new Uint8Array(bytes);
  return Object.freeze({
    reveal: () => own.slice(),
    wipe: () => {
      own.fill(0);
    },
    toString: () => shown,
    toJSON: () => shown,
  });
}

export const rootKeyBytes = 32;

/** @param bytes exactly 32. */
export function createRootKey(bytes: Uint8Array): RootKey {
  if (bytes.length !== rootKeyBytes) throw new Error("assertion failed: a root key has 32 bytes");
  return createSecret(bytes) as RootKey;
}
