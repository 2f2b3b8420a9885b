/**
 * Sealed blobs as files of one folder, one file each. Runs in Node.
 *
 * Surprising: the name `<owner>.<blob>` tells upper from lower case; on a disk that does not, two names would have to
 * agree in 49 letters to meet. A new name is durable only once its folder was synced too.
 */

import { createReadStream } from "node:fs";
import { mkdir, open, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../../shared/assert.ts";
import type { BlobPlace } from "./ports.ts";

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** Makes the folder when it is missing. */
export async function openBlobFiles(folder: string): Promise<BlobPlace> {
  await mkdir(folder, { recursive: true });
  const path = (name: string): string => {
    assert(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(name), "a blob's name was checked before");
    return join(folder, name);
  };
  const withFile = async (
    file: string,
    flags: string,
    work: (handle: Awaited<ReturnType<typeof open>>) => Promise<void>,
  ) => {
    const handle = await open(file, flags);
    try {
      await work(handle);
    } finally {
      await handle.close();
    }
  };

  return {
    create: (name) => withFile(path(name), "a", async () => undefined),
    size: async (name) => {
      try {
        return (await stat(path(name))).size;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    read: (name, range) => createReadStream(path(name), range),
    empty: (name) =>
      withFile(path(name), "r+", async (handle) => {
        await handle.truncate(0);
        await handle.sync();
      }),
    sync: async (name) => {
      await withFile(path(name), "r+", (handle) => handle.sync());
      await withFile(folder, "r", (handle) => handle.sync());
    },
    remove: async (name) => {
      try {
        await unlink(path(name));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
  };
}
