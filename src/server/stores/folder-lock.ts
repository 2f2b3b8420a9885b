/**
 * One process on a data folder. Runs in Node.
 *
 * Surprising fact: the lock is SQLite's own on a file of its own, held by the kernel: it ends with the process, however
 * that ends, so a kill -9 or a power cut leaves nothing to clean up.
 */

import { DatabaseSync } from "node:sqlite";

export interface FolderLock {
  readonly release: () => void;
}

/** SQLITE_BUSY */
const busy = 5;

/** @returns undefined when another process holds the file. @throws when it cannot be made. */
export function lockFolder(file: string): FolderLock | undefined {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec("BEGIN EXCLUSIVE");
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    if ((error as { readonly errcode?: unknown }).errcode === busy) return undefined;
    throw error;
  }
}
