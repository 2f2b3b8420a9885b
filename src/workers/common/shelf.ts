/**
 * Where published forms lie: the Cache API, beside the databases (SPEC P-Q; decisions/0035). Runs in workers; a browser that
 * refuses the cache keeps none, and forms are fetched again.
 */

import type { B64, Bytes } from "../../shared/bytes.ts";

export interface FormShelf {
  /** What is known of the forms, as it was written; undefined where nothing was. */
  readonly read: () => Promise<unknown>;
  readonly write: (known: object) => Promise<void>;
  readonly file: (hash: B64) => Promise<Bytes | undefined>;
  readonly keep: (hash: B64, file: Bytes) => Promise<void>;
  /** Takes every file away that is not named. */
  readonly keepOnly: (hashes: ReadonlySet<B64>) => Promise<void>;
}

const shelfCache = "besace-forms";
const listPath = "/published/list";
const filePath = (hash: string): string => `/published/file/${hash}`;

export function cacheShelf(caches: Pick<CacheStorage, "open">): FormShelf {
  const withCache = async <T>(use: (cache: Cache) => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await use(await caches.open(shelfCache));
    } catch (error) {
      // Refused, full, or a body that was cut.
      if (error instanceof DOMException || error instanceof TypeError || error instanceof SyntaxError) return otherwise;
      throw error;
    }
  };
  return {
    read: () => withCache<unknown>(async (cache) => (await cache.match(listPath))?.json(), undefined),
    write: (known) => withCache((cache) => cache.put(listPath, Response.json(known)), undefined),
    file: (hash) =>
      withCache<Bytes | undefined>(async (cache) => {
        const held = await cache.match(filePath(hash));
        return held === undefined ? undefined : new Uint8Array(await held.arrayBuffer());
      }, undefined),
    keep: (hash, file) => withCache((cache) => cache.put(filePath(hash), new Response(file)), undefined),
    keepOnly: (hashes) =>
      withCache(async (cache) => {
        for (const request of await cache.keys()) {
          const { pathname } = new URL(request.url);
          const isFile = pathname.startsWith(filePath(""));
          if (isFile && !hashes.has(pathname.slice(filePath("").length) as B64)) await cache.delete(request);
        }
      }, undefined),
  };
}
