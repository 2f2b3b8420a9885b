/**
 * The built app as files: published once into the data folder, compressed there, and served with the right lifetimes.
 *
 * Runs in Node. Surprising: the build is copied first, so that a later build cannot pull files from under open pages;
 * assets of earlier builds stay for a while, because a page that is open for days still asks for them.
 */

import { copyFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import type { Clock } from "../shared/ports.ts";

const DAY = 24 * 60 * 60 * 1000;
/** How long an asset that no build names any more is still served. */
const keepOldAssetsMs = 60 * DAY;
const compressible = /\.(?:html|js|mjs|css|svg|json|webmanifest|wasm|txt)$/;
const compressed = /\.(?:br|gz)$/;

const squeeze = promisify(brotliCompress);
const zip = promisify(gzip);

async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((name) => !name.split("/").some((part) => part.startsWith(".")));
}

/** Writes beside, then renames: a reader sees the old file or the new one, never half of one. */
async function put(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  await mkdir(dirname(path), { recursive: true });
  await write(temporary);
  await rename(temporary, path);
}

/**
 * Copies the build from `dist` to `folder` and drops what is too old. Without a build the folder stays empty and every
 * page is a 404.
 * @returns a function that compresses what is there (brotli 11, gzip 9); files are served uncompressed until it is done.
 */
export async function publishWeb(dist: string, folder: string, clock: Clock): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const names = await filesUnder(dist).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const now = clock.now();
  const wanted = new Set(names);
  for (const name of await filesUnder(folder)) {
    const path = join(folder, name);
    const source = name.replace(compressed, "");
    const old = now - (await stat(path)).mtimeMs > keepOldAssetsMs;
    // A changed file under an unchanged name (index.html, sw.js) must not keep the compressed form of its last build.
    const stale =
      compressed.test(name) && wanted.has(source) && !(await sameBytes(join(dist, source), join(folder, source)));
    if (name.endsWith(".part") || stale || (!wanted.has(source) && (old || !source.startsWith("assets/"))))
      await rm(path);
  }
  for (const name of names) {
    const path = join(folder, name);
    if (!(await sameBytes(join(dist, name), path))) await put(path, (part) => copyFile(join(dist, name), part));
    // The time of last use, from which an old asset is dropped; also of the compressed forms.
    for (const form of [path, `${path}.br`, `${path}.gz`])
      await utimes(form, now / 1000, now / 1000).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      });
  }
  return async () => {
    const there = new Set(await filesUnder(folder));
    for (const name of names) {
      if (!compressible.test(name)) continue;
      const path = join(folder, name);
      const bytes = await readFile(path);
      if (!there.has(`${name}.br`))
        await put(`${path}.br`, async (part) =>
          writeFile(part, await squeeze(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })),
        );
      if (!there.has(`${name}.gz`))
        await put(`${path}.gz`, async (part) => writeFile(part, await zip(bytes, { level: 9 })));
    }
  };
}

async function sameBytes(a: string, b: string): Promise<boolean> {
  try {
    const [left, right] = await Promise.all([readFile(a), readFile(b)]);
    return left.equals(right);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/**
 * A shared computer's page is neither kept by the browser nor brought back by "back". `Clear-Site-Data` would take along what
 * waits there for the network, so nothing of it is said (decisions/0018).
 */
const kioskHeaders = {
  "cache-control": "no-store",
  "permissions-policy":
    "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), midi=(), display-capture=(), publickey-credentials-get=(), browsing-topics=()",
};

/** Serves the published folder: `/`, `/guichet`, `/poste` and their inner paths give the right page, a missing file gives 404. */
export async function serveWeb(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: true,
    index: ["index.html"],
    dotfiles: "ignore",
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const name = relative(folder, path).replaceAll("\\", "/");
      if (name.startsWith("poste.html")) return;
      reply.header("cache-control", name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache");
      if (name.endsWith(".webmanifest")) reply.header("content-type", "application/manifest+json");
    },
  });
  const page = (name: string) => async (_request: unknown, reply: import("fastify").FastifyReply) =>
    reply.sendFile(name);
  app.get("/guichet", page("guichet.html"));
  app.get("/guichet/*", page("guichet.html"));
  for (const path of ["/poste", "/poste/*"])
    app.get(path, async (_request, reply) => reply.headers(kioskHeaders).sendFile("poste.html"));
}

/** True when a path that names no file is a screen of the app (its last part has no dot) and a page is wanted. */
export const isScreenPath = (method: string, url: string, accept: string | undefined): boolean => {
  const path = url.split(/[?#]/)[0] ?? "";
  return (
    (method === "GET" || method === "HEAD") &&
    !path.startsWith("/v1") &&
    !path.startsWith("/assets/") &&
    !(path.split("/").at(-1) ?? "").includes(".") &&
    (accept ?? "").includes("text/html")
  );
};
