/**
 * "Prêt sans réseau": which groups of precached files are really in the cache. Runs in the service worker.
 *
 * Surprising fact: a group without files of its own is part of the shell, and as ready as the shell is.
 */

export interface Readiness {
  readonly shell: boolean;
  readonly tools: boolean;
  /** What a person can do without network. */
  readonly texts: boolean;
  readonly photos: boolean;
  readonly codes: boolean;
}

/** Files of the tools by the names that the build gives them; everything else is the shell. */
export const toolFiles = {
  photos: /\/(imaging|reduce|heic|pdf)[^/]*\.(js|wasm)$/i,
  codes: /\/(u?qr|zxing|scan)[^/]*\.(js|wasm)$/i,
} as const;

/**
 * @param urls every precached URL, without revision.
 * @param isCached asks the cache itself: storage can lose single files.
 */
export async function readiness(
  urls: readonly string[],
  isCached: (url: string) => Promise<boolean>,
): Promise<Readiness> {
  const held = await Promise.all(
    urls.map(async (url) => ({ url: `/${url.replace(/^\//, "")}`, ok: await isCached(url) })),
  );
  const all = (want: (url: string) => boolean): boolean => held.filter(({ url }) => want(url)).every(({ ok }) => ok);
  const isTool = (url: string): boolean => toolFiles.photos.test(url) || toolFiles.codes.test(url);
  const shell = urls.length > 0 && all((url) => !isTool(url));
  const photos = shell && all((url) => toolFiles.photos.test(url));
  const codes = shell && all((url) => toolFiles.codes.test(url));
  return { shell, tools: photos && codes, texts: shell, photos, codes };
}
