/**
 * The peer of `npm run bench:sync`: PouchDB in the same Chromium, replicating as many bytes over the same link to
 * express-pouchdb on a memory database. Runs in Node. The peer is no dependency of the project: it is installed when
 * the bench first asks for it, with the versions of peers/package.json, into a folder under the system's temporary one.
 *
 * Surprising fact: "never" is a result. A replication that begins again after each cut may not end at all, so there is
 * a time limit.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "vite";
import { launchBrowser } from "../support/browser.ts";
import { createLink } from "../support/link.ts";
import { freePort, pinnedNode } from "../support/server.ts";
import { type Profile, settingsOf } from "./sync-links.ts";

const PEERS = join(import.meta.dirname, "peers");

export type PeerMode = "defaults" | "one by one";

export type PeerRun = {
  /** Null: not all had arrived when the time was up. */
  readonly ms: number | null;
  readonly formMs: number | null;
  readonly bytesUp: number;
  readonly arrived: number;
};

/** Installs the peers once and bundles the page's script; gives the folder. Needs the package registry the first time. */
export async function installPeers(): Promise<string> {
  const wanted = readFileSync(join(PEERS, "package.json"));
  const hash = createHash("sha256").update(wanted).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `besace-peers-${hash}`);
  if (!existsSync(join(folder, "peer.js"))) {
    const making = mkdtempSync(`${folder}-`);
    copyFileSync(join(PEERS, "package.json"), join(making, "package.json"));
    const npm = join(dirname(process.execPath), "npm");
    execFileSync(
      existsSync(npm) ? npm : "npm",
      ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
      {
        cwd: making,
        stdio: "inherit",
      },
    );
    writeFileSync(join(making, "page.js"), 'import PouchDB from "pouchdb-browser";\nwindow.PouchDB = PouchDB;\n');
    await build({
      root: making,
      configFile: false,
      logLevel: "error",
      build: {
        outDir: making,
        emptyOutDir: false,
        lib: { entry: join(making, "page.js"), formats: ["iife"], name: "peer", fileName: () => "peer.js" },
      },
    });
    renameSync(making, folder);
  }
  copyFileSync(join(PEERS, "server.mjs"), join(folder, "server.mjs"));
  return folder;
}

type Pouch = {
  put(doc: object): Promise<unknown>;
  readonly replicate: { to(remote: string, options: object): unknown };
};

/** One replication of `photos` documents with an attachment of `photoBytes` each, then a form of `formBytes`. */
export async function runPeer(
  folder: string,
  profile: Profile,
  mode: PeerMode,
  {
    photos,
    photoBytes,
    formBytes,
    limitMs,
  }: { photos: number; photoBytes: number; formBytes: number; limitMs: number },
): Promise<PeerRun> {
  const [port, linkPort] = [await freePort(), await freePort()];
  const server: ChildProcess = spawn(pinnedNode(), ["server.mjs"], {
    cwd: folder,
    env: { ...process.env, PORT: String(port), NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const arrived = new Map<string, number>();
  const ready = Promise.withResolvers<void>();
  server.on("exit", () => ready.reject(new Error("the peer's server ended")));
  if (server.stdout === null) throw new Error("no output");
  createInterface({ input: server.stdout }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    const said = JSON.parse(line) as { readonly id?: string; readonly at?: number };
    if (said.id === undefined) ready.resolve();
    else arrived.set(said.id, said.at ?? 0);
  });
  await ready.promise;
  const profileFolder = mkdtempSync(join(tmpdir(), "besace-peer-"));
  const browser = await launchBrowser({ profile: join(profileFolder, "phone") });
  let link = await createLink({ target: port, port: linkPort });
  try {
    await browser.page.goto(link.url);
    await link.close();
    await browser.context.setOffline(true);
    const contents = Array.from({ length: photos }, () => randomBytes(photoBytes).toString("base64"));
    await browser.page.evaluate(
      async ([pictures, form]) => {
        const { PouchDB } = window as unknown as { PouchDB: new (name: string) => Pouch };
        const db = new PouchDB("bench");
        for (const [n, data] of pictures.entries())
          await db.put({ _id: `photo-${n}`, _attachments: { page: { content_type: "image/webp", data } } });
        await db.put({ _id: "x-form", text: form });
        Object.assign(window, { db });
      },
      [contents, randomBytes(Math.ceil(formBytes / 2)).toString("hex")] as const,
    );

    const startedAt = Date.now();
    link = await createLink({ target: port, port: linkPort, ...settingsOf(profile) });
    await browser.context.setOffline(false);
    await browser.page.evaluate(
      ([url, options]) => {
        const { db } = window as unknown as { db: Pouch };
        db.replicate.to(url, options);
      },
      [
        `${link.url}/db/bench`,
        { live: true, retry: true, ...(mode === "one by one" ? { batch_size: 1, batches_limit: 1 } : {}) },
      ] as const,
    );
    while (arrived.size <= photos && Date.now() - startedAt < limitMs) await sleep(50);
    const since = (at: number | undefined): number | null => (at === undefined ? null : at - startedAt);
    return {
      ms: arrived.size > photos ? since(Math.max(...arrived.values())) : null,
      formMs: since(arrived.get("x-form")),
      bytesUp: link.counters().up.delivered,
      arrived: arrived.size,
    };
  } finally {
    await browser.kill();
    await link.close();
    server.removeAllListeners("exit");
    server.kill("SIGKILL");
    rmSync(profileFolder, { recursive: true, force: true });
  }
}
