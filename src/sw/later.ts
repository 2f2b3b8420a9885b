/**
 * Groups of files that follow the shell: tools, other languages, the desk. Fetched one by one, each kept at once, so a
 * fill that a dead line ends goes on where it stopped. Runs in the service worker.
 *
 * Surprising fact: one cache serves all versions. The next version finds here what has not changed, and takes away what
 * is no longer listed only when it takes over.
 */

import { isAuthentic } from "./authentic.ts";
import type { LaterGroup, ListedFile } from "./groups.ts";

export const laterCacheName = "besace-later";
const REVISION = "__BESACE_REVISION__";

export type LaterFile = ListedFile & { readonly group: LaterGroup };

export interface LaterDeps {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly caches: Pick<CacheStorage, "open">;
  readonly files: readonly LaterFile[];
}

export interface LaterFiles {
  /** `path` without origin, such as "/assets/qr-1.js". */
  readonly lists: (path: string) => boolean;
  /** Every file of `group` is in the cache. */
  readonly has: (group: LaterGroup) => Promise<boolean>;
  /** `path` is here in this version or an older one: it was wanted on this device. */
  readonly knew: (path: string) => Promise<boolean>;
  /** Brings what is missing, in this order. True: all is here. Never rejects for what the network does. */
  readonly fill: (groups: readonly LaterGroup[]) => Promise<boolean>;
  /** The kept file, else the network's, kept on the way; else an error response, never another file. */
  readonly respond: (path: string) => Promise<Response>;
  /** The kept file, if it is here. */
  readonly kept: (path: string) => Promise<Response | undefined>;
  /** Drops what this version does not list. */
  readonly sweep: () => Promise<void>;
}

type Brought = Response | "refused" | "down";

const pathOf = (file: LaterFile): string => `/${file.url.replace(/^\//, "")}`;
const keyOf = (file: LaterFile): string =>
  file.revision === null ? pathOf(file) : `${pathOf(file)}?${REVISION}=${file.revision}`;

export function createLaterFiles({ fetch, caches, files }: LaterDeps): LaterFiles {
  const byPath = new Map(files.map((file) => [pathOf(file), file]));
  const onTheWay = new Map<string, Promise<Brought>>();

  async function kept(path: string): Promise<Response | undefined> {
    const file = byPath.get(path);
    if (file === undefined) return undefined;
    const cache = await caches.open(laterCacheName);
    return await cache.match(keyOf(file));
  }

  async function bring(file: LaterFile): Promise<Brought> {
    try {
      const response = await fetch(pathOf(file), {
        cache: file.revision === null ? "default" : "reload",
        credentials: "same-origin",
        redirect: "error",
        ...(file.integrity === undefined ? {} : { integrity: file.integrity }),
      });
      if (!isAuthentic(pathOf(file), response)) return "refused";
      const cache = await caches.open(laterCacheName);
      await cache.put(keyOf(file), response.clone());
      return response;
    } catch (error) {
      // A dead line, a cut body, a portal's page (TypeError); no room left (DOMException): the run ends here.
      if (error instanceof TypeError || error instanceof DOMException) return "down";
      throw error;
    }
  }

  /** One request per file, however many ask for it. */
  function brought(file: LaterFile): Promise<Brought> {
    const path = pathOf(file);
    const running = onTheWay.get(path) ?? bring(file).finally(() => onTheWay.delete(path));
    onTheWay.set(path, running);
    return running;
  }

  const missing = async (group: LaterGroup): Promise<readonly LaterFile[]> => {
    const absent: LaterFile[] = [];
    for (const file of files) if (file.group === group && (await kept(pathOf(file))) === undefined) absent.push(file);
    return absent;
  };

  return {
    lists: (path) => byPath.has(path),
    kept,
    has: async (group) => (await missing(group)).length === 0,
    async knew(path) {
      const cache = await caches.open(laterCacheName);
      return (await cache.keys()).some((request) => new URL(request.url).pathname === path);
    },
    async fill(groups) {
      let isWhole = true;
      for (const group of groups)
        for (const file of await missing(group)) {
          const answer = await brought(file);
          // A line that is down is not asked for each file; one file that the server lacks holds nothing up.
          if (answer === "down") return false;
          if (answer === "refused") isWhole = false;
        }
      return isWhole;
    },
    async respond(path) {
      const file = byPath.get(path);
      const held = await kept(path);
      if (held !== undefined || file === undefined) return held ?? Response.error();
      const answer = await brought(file);
      return typeof answer === "string" ? Response.error() : answer.clone();
    },
    async sweep() {
      const keys = new Set(files.map(keyOf));
      const cache = await caches.open(laterCacheName);
      for (const request of await cache.keys()) {
        const { pathname, search } = new URL(request.url);
        if (!keys.has(pathname + search)) await cache.delete(request);
      }
    },
  };
}
