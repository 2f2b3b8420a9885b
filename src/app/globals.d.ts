/** Constants that vite.config.ts writes into the bundle. */

/** Version of package.json and commit, as "0.1.0 (1a2b3c4)". */
declare const __BESACE_VERSION__: string;

/** Made while building (tests/support/tasks/places.ts): the hash in the name of each pack, by what the pack is of. */
declare module "virtual:places" {
  export const packHashes: Readonly<Record<string, string>>;
}
