/**
 * Sealed blobs as files of one folder, one file each: the staging folder, and on one machine the vault too. Runs in Node.
 *
 * Surprising: the name `<owner>.<blob>` tells upper from lower case; on a disk that does not, two names would have to
 * agree in 49 letters to meet. A new name is durable only once its folder was synced too.
 */

import { createReadStream } from "node:fs";
import { mkdir, open, readdir, stat, statfs, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../../shared/assert.ts";
import { type BlobItem, type BlobStaging, type BlobVault, blobName } from "./blob-ports.ts";

const namePattern = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** Makes the folder when it is missing. */
export async function openBlobFiles(folder: string): Promise<BlobStaging> {
  await mkdir(folder, { recursive: true });
  const path = (name: string): string => {
    assert(namePattern.test(name), "a blob's name was checked before");
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

  const size = async (name: string): Promise<number | undefined> => {
    try {
      return (await stat(path(name))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const names = async (): Promise<readonly string[]> =>
    (await readdir(folder)).filter((name) => namePattern.test(name)).sort();

  return {
    folder,
    create: (name) => withFile(path(name), "a", async () => undefined),
    size,
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
    names,
    bytes: async () => {
      let sum = 0;
      for (const name of await names()) sum += (await size(name)) ?? 0;
      return sum;
    },
    check: async () => {
      const probe = join(folder, `.probe-${process.pid}`);
      await writeFile(probe, "besace");
      await unlink(probe);
    },
    free: async () => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}

/** The vault of one machine: the staging folder itself. A verified blob stays where it is. */
export function vaultInPlace(staging: BlobStaging): BlobVault {
  const name = (item: BlobItem): string => blobName(item.owner, item.blob);
  return {
    inPlace: true,
    put: (item) => staging.sync(name(item)),
    size: (item) => staging.size(name(item)),
    read: async (item, range) => {
      const stream = staging.read(name(item), range);
      // A missing file shows when it is opened; the caller must hear of it before the answer begins.
      await new Promise<void>((opened, failed) => stream.once("open", () => opened()).once("error", failed));
      return stream;
    },
    remove: (item) => staging.remove(name(item)),
    keyOf: name,
    async *entries() {
      for (const key of await staging.names()) {
        const length = await staging.size(key);
        if (length !== undefined) yield { key, length };
      }
    },
    check: async () => {
      await readdir(staging.folder);
    },
    close: () => undefined,
  };
}
