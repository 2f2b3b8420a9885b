/** Constants that vite.config.ts writes into the bundle. */

/** Version of package.json and commit, as "0.1.0 (1a2b3c4)". */
declare const __BESACE_VERSION__: string;
