/**
 * `npm run test:s3`: the vault's contract suite, and the server itself, on a real OpenStack Swift with its S3 interface.
 *
 * Installs what is missing, the distribution's Swift and memcached too; starts one in a temporary folder; stops it. Plain
 * JavaScript for any Node from 20 up.
 */
import { install, onPath, runPinned } from "./common.mjs";
import { ensureInstalled } from "./packages.mjs";

const servers = ["proxy", "account", "container", "object"].map((name) => `swift-${name}`);

await install();
await ensureInstalled({
  what: "OpenStack Swift",
  packages: [...servers, "memcached"],
  find: () => {
    const programs = [...servers.map((name) => `${name}-server`), "swift-ring-builder", "memcached"];
    return programs.every((name) => onPath([name]) !== undefined) ? programs : undefined;
  },
});
process.exitCode = await runPinned(["node_modules/vitest/vitest.mjs", "run", "--project", "swift"]);
