/**
 * What only a page may take away from this browser: files kept for working offline, the service worker, small settings,
 * cookies. The databases are the worker's (workers/satchel/erase.ts). Runs in the page.
 *
 * Surprising: other tabs leave first (wipe-signal.ts). A tab that lives on would make a database again while it is being
 * taken away.
 */
import type { CookieJar } from "./mark.ts";

/** The part of the browser that is used. */
export interface WipedWorld {
  readonly caches: Pick<CacheStorage, "keys" | "delete"> | undefined;
  readonly serviceWorker: Pick<ServiceWorkerContainer, "getRegistrations"> | undefined;
  /** Read when used: some browsers throw on mere access. */
  readonly stores: () => readonly Pick<Storage, "clear">[];
  readonly jar: CookieJar;
}

/** Takes away everything of this origin that is no database. What the browser refuses to touch is left to it. */
export async function wipePage({ caches, serviceWorker, stores, jar }: WipedWorld): Promise<void> {
  const registrations = (await serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(registrations.map((registration) => registration.unregister()));
  const names = (await caches?.keys()) ?? [];
  await Promise.all(names.map((name) => caches?.delete(name)));
  for (const one of jar.cookie.split("; ")) {
    const [name = ""] = one.split("=");
    if (name !== "") jar.cookie = `${name}=; Max-Age=0; Path=/; SameSite=Strict`;
  }
  try {
    for (const store of stores()) store.clear();
  } catch (error) {
    // Storage is blocked: nothing was ever written there.
    if (!(error instanceof DOMException)) throw error;
  }
}
