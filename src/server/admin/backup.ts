/**
 * Backup of a one-machine server into a folder, and the way back (README, "Backup"). Runs in Node.
 *
 * The database is copied first, in one consistent state, then every blob that this copy speaks of; so a backup is whole
 * for its start time, and the server states that time to the phones. A blob never changes, so the next backup into the
 * same folder copies only what is new. Surprising: the server's key file is not in it. Who finds the backup can then
 * sign nothing in the server's name.
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as v from "valibot";
import { blobRootOf } from "../../protocol/blob-root.ts";
import type { ServerTime } from "../../protocol/wire.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { type BlobStaging, type BlobVault, blobName } from "../stores/blob-ports.ts";
import type { Store } from "../stores/ports.ts";

const files = { manifest: "besace-backup.json", blobs: "blobs" } as const;
const databaseName = (startedAt: number): string => `besace-${startedAt}.sqlite`;
const isDatabase = (name: string): boolean => /^besace-\d+\.sqlite(\.half)?(-wal|-shm)?$/.test(name);

const manifestShape = v.object({
  v: v.literal(1),
  startedAt: v.pipe(v.number(), v.safeInteger()),
  finishedAt: v.pipe(v.number(), v.safeInteger()),
  blobs: v.number(),
  bytes: v.number(),
  database: v.object({ file: v.pipe(v.string(), v.check(isDatabase)), /** SHA-256, hex. */ sha256: v.string() }),
});
export type BackupManifest = v.InferOutput<typeof manifestShape>;

export type BackupRefusal =
  /** PostgreSQL has its own tools. */
  | { readonly type: "not-this-database" }
  /** Blobs that the database promises and that are not there, or are not right: run `check`. */
  | { readonly type: "blobs-missing"; readonly count: number };

export type RestoreRefusal =
  | { readonly type: "no-backup" }
  | { readonly type: "damaged-backup" }
  | { readonly type: "data-not-empty" }
  | { readonly type: "no-key-file" };

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

const sizeOf = async (file: string): Promise<number | undefined> => {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes under another name first: a file with its own name is whole. */
async function writeWhole(file: string, source: Readable): Promise<void> {
  const half = `${file}.half`;
  const handle = await open(half, "w", 0o600);
  try {
    for await (const chunk of source) await handle.writeFile(chunk as string | Uint8Array);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(half, file);
}

/**
 * Makes or refreshes the backup in `folder`; the one before stands until the new one is whole. Refused when a blob that the
 * database promises cannot be copied.
 */
export async function backup(
  deps: {
    readonly store: Store;
    readonly vault: BlobVault;
    readonly now: () => ServerTime;
    /** Opens the copy of the database, to ask which blobs it speaks of. */
    readonly openCopy: (file: string) => Promise<Store>;
  },
  folder: string,
): Promise<Result<BackupManifest & { readonly copied: number }, BackupRefusal>> {
  if (deps.store.backupTo === undefined) return err({ type: "not-this-database" });
  const startedAt = deps.now();
  await mkdir(join(folder, files.blobs), { recursive: true, mode: 0o700 });
  const name = databaseName(startedAt);
  const copy = join(folder, `${name}.half`);
  for (const left of await readdir(folder))
    if (isDatabase(left) && left.includes(".half")) await rm(join(folder, left));
  await deps.store.backupTo(copy);

  const counts = { blobs: 0, bytes: 0, copied: 0, missing: 0 };
  const kept = new Set<string>();
  const snapshot = await deps.openCopy(copy);
  try {
    for await (const blob of snapshot.verifiedBlobs()) {
      const file = join(folder, files.blobs, blobName(blob.owner, blob.blob));
      counts.blobs += 1;
      counts.bytes += blob.length;
      kept.add(blobName(blob.owner, blob.blob));
      if ((await sizeOf(file)) === blob.length) continue;
      if ((await deps.vault.size(blob)) !== blob.length) {
        // Deleted since the copy was made: the copy's promise is void, and a restore will ask for it again.
        const now = await deps.store.blob(blob.owner, blob.blob);
        if (now?.state === "verified" && now.createdAt === blob.createdAt) counts.missing += 1;
        continue;
      }
      await writeWhole(file, await deps.vault.read(blob));
      const found = await blobRootOf(createReadStream(file));
      if (found.root !== blob.root) {
        counts.missing += 1;
        await unlink(file);
      } else counts.copied += 1;
    }
  } finally {
    await snapshot.close();
  }
  if (counts.missing > 0) return err({ type: "blobs-missing", count: counts.missing });

  const manifest: BackupManifest = {
    v: 1,
    startedAt,
    finishedAt: deps.now(),
    blobs: counts.blobs,
    bytes: counts.bytes,
    database: { file: name, sha256: await sha256Of(copy) },
  };
  await syncPath(copy);
  await rename(copy, join(folder, name));
  await syncPath(join(folder, files.blobs));
  await writeWhole(join(folder, files.manifest), Readable.from([`${JSON.stringify(manifest, null, 2)}\n`]));
  await syncPath(folder);
  // What the new copy does not speak of was deleted or collected: a backup is no place to keep it.
  for (const left of await readdir(join(folder, files.blobs)))
    if (!kept.has(left)) await unlink(join(folder, files.blobs, left));
  for (const left of await readdir(folder)) if (isDatabase(left) && left !== name) await rm(join(folder, left));
  await deps.store.setLastBackup(startedAt);
  return ok({ ...manifest, copied: counts.copied });
}

/** Reads the manifest of a finished backup. */
export async function readBackup(folder: string): Promise<BackupManifest | undefined> {
  try {
    const read = v.safeParse(manifestShape, JSON.parse(await readFile(join(folder, files.manifest), "utf8")));
    return read.success ? read.output : undefined;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Fills an empty data folder from a backup, under a new epoch: every device pulls all and offers all it has (SPEC P-W9).
 * Blobs that the backup's database promises and that are not in it, or not right, are asked for again. The key file must
 * be in place, unless `newKeys`: phones that pinned the old key would believe no proof of a server with another one.
 */
export async function restore(
  deps: {
    readonly openStore: (file: string) => Promise<Store>;
    readonly openStaging: (folder: string) => Promise<BlobStaging>;
    readonly now: () => ServerTime;
  },
  places: {
    readonly backup: string;
    readonly database: string;
    readonly blobs: string;
    readonly keyFile: string;
    readonly newKeys: boolean;
  },
): Promise<Result<{ readonly blobs: number; readonly asked: number; readonly epoch: string }, RestoreRefusal>> {
  const manifest = await readBackup(places.backup);
  if (manifest === undefined) return err({ type: "no-backup" });
  if ((await sizeOf(places.database)) !== undefined) return err({ type: "data-not-empty" });
  if (!places.newKeys && (await sizeOf(places.keyFile)) === undefined) return err({ type: "no-key-file" });
  const copy = join(places.backup, manifest.database.file);
  if ((await sizeOf(copy)) === undefined || (await sha256Of(copy)) !== manifest.database.sha256)
    return err({ type: "damaged-backup" });

  const half = `${places.database}.restoring`;
  for (const left of [half, `${half}-wal`, `${half}-shm`]) await rm(left, { force: true });
  await writeWhole(half, createReadStream(copy));
  const staging = await deps.openStaging(places.blobs);
  const counts = { blobs: 0, asked: 0 };
  const store = await deps.openStore(half);
  let epoch: string;
  try {
    for await (const blob of store.verifiedBlobs()) {
      const name = blobName(blob.owner, blob.blob);
      const source = join(places.backup, files.blobs, name);
      const target = join(places.blobs, name);
      counts.blobs += 1;
      if ((await sizeOf(source)) === blob.length) {
        await writeWhole(target, createReadStream(source));
        const found = await blobRootOf(createReadStream(target));
        if (found.root === blob.root) continue;
      }
      await staging.remove(name);
      await store.loseBlob(blob.owner, blob.blob, deps.now());
      counts.asked += 1;
    }
    await syncPath(places.blobs);
    epoch = await store.bumpEpoch();
    await store.setLastBackup(manifest.startedAt as ServerTime);
  } finally {
    await store.close();
  }
  // The data folder becomes a server's only now: a restore that was killed is begun again.
  await rename(half, places.database);
  for (const left of [`${half}-wal`, `${half}-shm`]) await rm(left, { force: true });
  return ok({ ...counts, epoch });
}
