/**
 * What every place for sealed bytes must do: the staging folder and each vault (the folder itself, S3). The same suite
 * runs on an in-memory S3 in `npm test` and on a real OpenStack Swift in `npm run test:s3`.
 */

import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blobRootOf } from "../../src/protocol/blob-root.ts";
import { b64 } from "../../src/protocol/sign.ts";
import type { ServerTime } from "../../src/protocol/wire.ts";
import { type BlobItem, type BlobStaging, type BlobVault, blobName } from "../../src/server/stores/blob-ports.ts";
import type { BlobId, PrincipalId } from "../../src/shared/ids.ts";
import { newBlobId, random } from "../unit/server/people.ts";

export interface StagingCase {
  readonly staging: BlobStaging;
  readonly close: () => Promise<void>;
}

/** Appends bytes as the upload server does. */
const append = (staging: BlobStaging, name: string, bytes: Uint8Array) => appendFile(join(staging.folder, name), bytes);

export function stagingContract(name: string, open: () => Promise<StagingCase>): void {
  describe(`blob staging: ${name}`, () => {
    let one: StagingCase;
    beforeEach(async () => {
      one = await open();
    });
    afterEach(() => one.close());
    const blob = `${"A".repeat(27)}.${"B".repeat(22)}`;
    const read = async (range?: { start: number; end: number }) =>
      Buffer.concat(await one.staging.read(blob, range).toArray());

    test("makes a blob once and never cuts it by making it again", async () => {
      const { staging } = one;
      expect(await staging.size(blob)).toBeUndefined();
      await staging.create(blob);
      expect(await staging.size(blob)).toBe(0);
      await append(staging, blob, Uint8Array.of(1, 2, 3, 4));
      await staging.create(blob);
      expect(await staging.size(blob)).toBe(4);
      await staging.sync(blob);
      expect([...(await read())]).toEqual([1, 2, 3, 4]);
      expect([...(await read({ start: 1, end: 2 }))]).toEqual([2, 3]);
      expect(await staging.names()).toEqual([blob]);
      expect(await staging.bytes()).toBe(4);
      await staging.check();
      expect(await staging.names()).toEqual([blob]);
      expect(await staging.free()).toBeGreaterThan(0);
      await staging.empty(blob);
      expect(await staging.size(blob)).toBe(0);
      await staging.remove(blob);
      await staging.remove(blob);
      expect(await staging.size(blob)).toBeUndefined();
    });

    test("takes no name that could lead elsewhere", async () => {
      for (const bad of ["../x.y", "x/y.z", "", ".", "x", "x.y.z", "x.y\0"])
        await expect((async () => one.staging.create(bad))()).rejects.toThrow("name");
    });
  });
}

export interface VaultCase extends StagingCase {
  readonly vault: BlobVault;
}

export function vaultContract(name: string, open: () => Promise<VaultCase>): void {
  describe(`blob vault: ${name}`, () => {
    let one: VaultCase;
    beforeEach(async () => {
      one = await open();
    });
    afterEach(() => one.close());

    const stage = async (length: number, changes: Partial<BlobItem> = {}) => {
      const bytes = random.bytes(length);
      const item: BlobItem = {
        owner: Buffer.from(random.bytes(20)).toString("base64url") as PrincipalId,
        blob: newBlobId() as BlobId,
        length,
        root: (await blobRootOf([bytes])).root,
        createdAt: 1_800_000_000_000 as ServerTime,
        ...changes,
      };
      const file = blobName(item.owner, item.blob);
      await one.staging.create(file);
      await append(one.staging, file, bytes);
      return { item, bytes };
    };
    const bytesOf = async (item: BlobItem, range?: { start: number; end: number }) =>
      Buffer.concat(await (await one.vault.read(item, range)).toArray());

    test("is reached", async () => {
      await one.vault.check();
    });

    test.each([1, 1000, 65_552, 300_000, 5_300_000])(
      "gives %i bytes back as they came, whole and in ranges",
      async (length) => {
        const { item, bytes } = await stage(length);
        expect(one.vault.inPlace ? undefined : await one.vault.size(item)).toBeUndefined();
        await one.vault.put(item);
        await one.vault.put(item);
        expect(await one.vault.size(item)).toBe(length);
        const back = await blobRootOf(await one.vault.read(item));
        expect(back).toEqual({ root: item.root, length });
        for (const [start, end] of [
          [0, 0],
          [length - 1, length - 1],
          [0, length - 1],
          [Math.floor(length / 3), Math.floor(length / 2)],
        ] as const)
          expect((await bytesOf(item, { start, end })).equals(bytes.subarray(start, end + 1))).toBe(true);
        await one.vault.remove(item);
        await one.vault.remove(item);
        expect(await one.vault.size(item)).toBeUndefined();
        await expect(one.vault.read(item)).rejects.toThrow();
      },
    );

    test("another life of the same id is another object, unless everything lies in one folder", async () => {
      const { item } = await stage(500);
      const later = { ...item, createdAt: (item.createdAt + 1) as ServerTime };
      const other = { ...item, root: b64(random.bytes(32)) };
      await one.vault.put(item);
      if (one.vault.inPlace) return;
      await one.vault.remove(later);
      await one.vault.remove(other);
      expect(await one.vault.size(item)).toBe(500);
    });

    test("says what lies there, by keys that begin with the blobs' names", async () => {
      const staged = [await stage(300), await stage(70_000)];
      for (const { item } of staged) await one.vault.put(item);
      const found = [];
      for await (const entry of one.vault.entries()) found.push(entry);
      for (const { item } of staged) {
        const key = one.vault.keyOf(item);
        expect(key.startsWith(blobName(item.owner, item.blob))).toBe(true);
        expect(found.filter((entry) => entry.key === key)).toEqual([{ key, length: item.length }]);
      }
    });

    test("ten at once arrive as they left", async () => {
      const staged = await Promise.all(Array.from({ length: 10 }, (_, at) => stage(70_000 + at)));
      await Promise.all(staged.map(({ item }) => one.vault.put(item)));
      for (const { item, bytes } of staged) expect((await bytesOf(item)).equals(bytes)).toBe(true);
    });
  });
}
