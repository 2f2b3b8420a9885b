/**
 * Packs of places on this device: one file per département, fetched when somebody needs it and then kept, so that it works
 * without network. Runs in the page; a chunk of its own with the search (src/forms/places).
 *
 * Surprising: the service worker does not know these files. A new version of the app brings packs under new names; where there
 * is no network yet, the kept one of the version before is as good. On a shared computer nothing is kept, for the choice of
 * a département says something about a person.
 */
import { packHashes } from "virtual:places";
import { type PlacePack, readPack } from "../../forms/places/pack.ts";
import { createPlaceSearch, type PlaceSearch } from "../../forms/places/search.ts";
import { err, ok, type Result } from "../../shared/result.ts";

export const placesCacheName = "besace-places";

/** "unknown": no such pack. "offline": neither here nor reachable now; later it may be. */
export type PlacesTrouble = "unknown" | "offline";

export interface PlacePacks {
  /** @param of code of a département, or "births". Kept here, if anything may be kept. Never rejects for what a network does. */
  readonly open: (of: string) => Promise<Result<PlaceSearch, PlacesTrouble>>;
  /** What is kept on this device, sorted. */
  readonly here: () => Promise<readonly string[]>;
  /** Takes a kept pack away. */
  readonly drop: (of: string) => Promise<void>;
}

export interface PlacePacksDeps {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** Absent: nothing is kept. */
  readonly caches: Pick<CacheStorage, "open"> | undefined;
  /** Of this version, by what a pack is of. */
  readonly hashes: Readonly<Record<string, string>>;
}

const MOST_IN_MEMORY = 2;
const kept = /^\/assets\/places-(\w+)-[0-9a-f]+\.json$/;

export function createPlacePacks({ fetch, caches, hashes }: PlacePacksDeps): PlacePacks {
  const opened = new Map<string, Promise<Result<PlaceSearch, PlacesTrouble>>>();

  async function keptPaths(of?: string): Promise<readonly string[]> {
    if (caches === undefined) return [];
    const cache = await caches.open(placesCacheName);
    const paths = (await cache.keys()).map((request) => new URL(request.url).pathname);
    return paths.filter((path) => {
      const found = kept.exec(path)?.[1];
      return found !== undefined && (of === undefined || found === of);
    });
  }

  async function fromCache(path: string, of: string): Promise<PlacePack | undefined> {
    const held = await (await caches?.open(placesCacheName))?.match(path);
    return held === undefined ? undefined : parsed(await held.text(), of);
  }

  /** Kept under its name; packs of older versions go. What the disk refuses is used and not kept. */
  async function keep(path: string, of: string, text: string): Promise<void> {
    if (caches === undefined) return;
    try {
      const cache = await caches.open(placesCacheName);
      await cache.put(path, new Response(text, { headers: { "content-type": "application/json" } }));
      for (const other of await keptPaths(of)) if (other !== path) await cache.delete(other);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }

  async function fromNetwork(path: string, of: string): Promise<PlacePack | undefined> {
    try {
      const answer = await fetch(path, { cache: "no-store", credentials: "omit", redirect: "error" });
      if (!answer.ok) return undefined;
      const text = await answer.text();
      const pack = parsed(text, of);
      if (pack !== undefined) await keep(path, of, text);
      return pack;
    } catch (error) {
      // No network, or a body that was cut.
      if (error instanceof TypeError || error instanceof DOMException) return undefined;
      throw error;
    }
  }

  async function find(of: string): Promise<Result<PlaceSearch, PlacesTrouble>> {
    const hash = hashes[of];
    if (hash === undefined || !Object.hasOwn(hashes, of)) return err("unknown");
    const path = `/assets/places-${of}-${hash}.json`;
    let pack = (await fromCache(path, of)) ?? (await fromNetwork(path, of));
    for (const older of pack === undefined ? await keptPaths(of) : []) pack ??= await fromCache(older, of);
    return pack === undefined ? err("offline") : ok(createPlaceSearch(pack));
  }

  return {
    open(of) {
      const known = opened.get(of);
      if (known !== undefined) return known;
      const opening = find(of).then((result) => {
        // What is not here is asked for again; of the rest, two stay in memory: a département and the list of births.
        if (!result.ok) opened.delete(of);
        for (const other of opened.keys()) if (other !== of && opened.size > MOST_IN_MEMORY) opened.delete(other);
        return result;
      });
      opened.set(of, opening);
      return opening;
    },
    here: async () => [...new Set((await keptPaths()).map((path) => kept.exec(path)?.[1] ?? ""))].sort(),
    async drop(of) {
      opened.delete(of);
      const cache = await caches?.open(placesCacheName);
      for (const path of await keptPaths(of)) await cache?.delete(path);
    },
  };
}

function parsed(text: string, of: string): PlacePack | undefined {
  try {
    const read = readPack(JSON.parse(text));
    return read.ok && read.value.of === of ? read.value : undefined;
  } catch (error) {
    // A portal's page, or half a file.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const made = new Map<boolean, PlacePacks>();

/** The packs of this page. @param shared whether others use this computer too. */
export function browserPlacePacks(shared: boolean): PlacePacks {
  const known = made.get(shared);
  if (known !== undefined) return known;
  const packs = createPlacePacks({
    fetch: (path, init) => fetch(path, init),
    caches: shared ? undefined : window.caches,
    hashes: packHashes,
  });
  made.set(shared, packs);
  return packs;
}
