/**
 * How the two pages, the workers and the service worker are built, and how the tests run.
 *
 * Surprising: Vite emits an HTML entry at its path under the root. The desk's and the kiosk's pages live in
 * src/app, so that the repository's root keeps only index.html; `pagesByName` gives them their names (`/guichet`, `/poste`). The first screen
 * is drawn while building and written into index.html, so that it is there before any script (`firstScreenWritten`).
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { renderToString } from "preact-render-to-string";
import { type Plugin, runnerImport } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";
import { groupsOf, type ListedFile } from "./src/sw/groups.ts";
import { coreScript } from "./tests/support/tasks/core-script.ts";
import { LongestFirst } from "./tests/support/tasks/order.ts";
import { placePacks } from "./tests/support/tasks/places.ts";
import { readerHtml } from "./tests/support/tasks/reader.ts";

const PAGES = { guichet: "src/app/desk/guichet.html", poste: "src/app/kiosk/poste.html" } as const;
const BUILD_TARGET = "es2022";

/** Serves the desk's and the kiosk's pages by their public names in development and emits them so in a build. */
function pagesByName(): Plugin {
  return {
    name: "besace:pages-by-name",
    enforce: "post",
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const path = request.url?.split("?")[0];
        for (const [name, html] of Object.entries(PAGES))
          if (path === `/${name}` || path?.startsWith(`/${name}/`) === true) request.url = `/${html}`;
        next();
      });
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const [name, html] of Object.entries(PAGES)) {
          const page = bundle[html];
          if (page?.type !== "asset") continue;
          delete bundle[html];
          this.emitFile({ type: "asset", fileName: `${name}.html`, source: page.source });
        }
      },
    },
  };
}

/** Emits the offline reader of sealed copies: one file, handed out with a copy (tests/support/tasks/reader.ts). */
function readerBeside(): Plugin {
  return {
    name: "besace:reader-beside",
    apply: "build",
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: "lecteur.html", source: await readerHtml(BUILD_TARGET) });
    },
  };
}

const PLACE = '<div id="app"></div>';
const JSX = { runtime: "automatic", importSource: "preact" } as const;

/** Writes the French first screen into index.html in a build; in development the script draws it. */
function firstScreenWritten(): Plugin {
  return {
    name: "besace:first-screen-written",
    apply: "build",
    transformIndexHtml: {
      order: "pre",
      async handler(html, context) {
        if (!html.includes(PLACE) || !context.path.endsWith("/index.html")) return html;
        const { module } = await runnerImport<typeof import("./src/app/shell/written.tsx")>(
          "./src/app/shell/written.tsx",
          { configFile: false, oxc: { jsx: JSX } },
        );
        return html.replace(PLACE, () => `<div id="app">${renderToString(module.firstScreen())}</div>`);
      },
    },
  };
}

/** Metrics of pdf-lib's fonts, twelve of them: the official worker draws with one that it knows (workers/official/font.ts). */
const withoutFontData: Plugin = {
  name: "besace:without-font-data",
  load: {
    filter: { id: /@cantoo\/pdf-lib\/.*standard-fonts\/(?!all-encodings)[\w-]+\.compressed\.json$/ },
    handler: () => '""',
  },
};

const core = coreScript(import.meta.dirname, BUILD_TARGET);

let builtInto = "dist";

/** Learns where the build goes, for the list of the service worker. */
function outDirKnown(): Plugin {
  return {
    name: "besace:out-dir-known",
    configResolved(config) {
      builtInto = resolve(config.root, config.build.outDir);
    },
  };
}

/** Says of each file that the service worker lists which group it belongs to, and what a page must hash to. */
function inGroups<T extends ListedFile>(files: T[]): T[] {
  const names = readdirSync(builtInto, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/"));
  const isText = (name: string): boolean => /^(assets\/.*\.js|[^/]+\.html)$/.test(name);
  const texts = names
    .filter((name) => /^(assets\/.*\.\w+|[^/]+\.html)$/.test(name))
    .map((name) => [name, isText(name) ? readFileSync(join(builtInto, name), "utf8") : ""] as const);
  const chunks = JSON.parse(readFileSync(join(builtInto, ".vite/manifest.json"), "utf8")) as Record<
    string,
    { readonly file: string; readonly css?: readonly string[] }
  >;
  const groups = groupsOf(
    new Map(texts),
    new Map(Object.entries(chunks).map(([source, { file }]) => [source, file])),
    new Map(Object.values(chunks).map(({ file, css = [] }) => [file, css])),
  );
  return files.map((entry) => {
    const group = groups.get(entry.url) ?? "shell";
    const listed = group === "shell" ? entry : { ...entry, group };
    if (!entry.url.endsWith(".html")) return listed;
    const hash = createHash("sha256")
      .update(readFileSync(join(builtInto, entry.url)))
      .digest("base64");
    return { ...listed, integrity: `sha256-${hash}` };
  });
}

/** "0.1.0 (1a2b3c4)"; without git, as in an archive, the version alone. */
function versionText(): string {
  const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string };
  try {
    const commit = execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { stdio: ["ignore", "pipe", "ignore"] });
    return `${version} (${commit.toString().trim()})`;
  } catch (error) {
    // No git, or no repository: a build from an archive.
    if (error instanceof Error) return version;
    throw error;
  }
}

export default defineConfig({
  appType: "mpa",
  oxc: { jsx: JSX },
  define: { __BESACE_VERSION__: JSON.stringify(versionText()) },
  build: {
    target: BUILD_TARGET,
    outDir: "dist",
    manifest: true,
    // The content security policy allows no inline script, style or data: URL.
    // Chunks after the first screen come from the precache: naming what each needs would only weigh on the first load.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, needs, { hostType }) => (hostType === "html" ? needs : []),
    },
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: "index.html", ...PAGES } },
  },
  worker: {
    format: "es",
    plugins: () => [core.shared("import"), withoutFontData],
    rolldownOptions: {
      // As Vite has it for pages: what a worker and a page both load (a procedure) is then one file, not two that differ in a word.
      output: { topLevelVar: true },
      // Its packages say nothing of side effects, and have none: only the parser and the writer are used.
      treeshake: { moduleSideEffects: (id) => !/@cantoo\/pdf-lib|culori|node-html-better/.test(id) },
    },
  },
  plugins: [
    outDirKnown(),
    pagesByName(),
    firstScreenWritten(),
    readerBeside(),
    placePacks(),
    core.emitted,
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src/sw",
      filename: "sw.ts",
      registerType: "prompt",
      injectRegister: false,
      includeManifestIcons: false,
      // Both manifests are in public/: index.html names one, and public/first.js the other before anybody reads it.
      manifest: false,
      injectManifest: {
        target: BUILD_TARGET,
        buildPlugins: { vite: [core.shared("importScripts")] },
        globPatterns: ["**/*.{html,js,css,svg,png,webp,woff2,wasm,pfb,json,webmanifest}"],
        // Only the system reads these, once, while it installs the app: 40 KB that no screen waits for.
        // Packs of places are fetched and kept by the page that needs one.
        globIgnores: ["icons/*.png", "assets/places-*.json"],
        // Content hashes in the name already tell versions apart.
        dontCacheBustURLsMatching: /^assets\//,
        maximumFileSizeToCacheInBytes: 8 * 1024 * 1024,
        manifestTransforms: [async (entries) => ({ manifest: inGroups(entries) })],
      },
    }),
  ],
  test: {
    // Every core works: Vitest's own choice leaves one idle, which is half of a machine that has two.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    // A machine that is busy or slow is no fault of what is tested: what is polled for may take its time.
    expect: { poll: { timeout: 20_000 } },
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: "coverage",
      reportOnFailure: true,
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          environment: "node",
          include: ["tests/{unit,contracts,vectors,fault}/**/*.test.ts"],
          exclude: ["tests/**/*.{postgres,swift}.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      // One PostgreSQL for all of these, a database per test.
      {
        extends: true,
        test: {
          name: "postgres",
          environment: "node",
          include: ["tests/**/*.postgres.test.ts"],
          globalSetup: "tests/support/postgres-setup.ts",
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
      // On an OpenStack Swift that the tests start: `npm run test:s3`.
      {
        extends: true,
        test: {
          name: "swift",
          environment: "node",
          include: ["tests/**/*.swift.test.ts"],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "component",
          environment: "happy-dom",
          include: ["tests/component/**/*.test.{ts,tsx}"],
          setupFiles: "tests/support/component-setup.ts",
          testTimeout: 60_000,
        },
      },
      // Real browsers and servers. Three journeys side by side, for each waits more than half of its time: its own server, ports
      // and folders, so that they share nothing but the machine. The long ones one after the other: they measure, too.
      ...(["e2e", "long"] as const).map((name) => ({
        extends: true as const,
        test: {
          name,
          environment: "node",
          include: [`tests/${name}/**/*.test.ts`],
          exclude: ["tests/**/*.postgres.test.ts"],
          pool: "forks" as const,
          maxWorkers: { e2e: 3, long: 1 }[name],
          sequence: { groupOrder: { e2e: 1, long: 2 }[name] },
          expect: { poll: { timeout: 60_000 } },
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      })),
    ],
  },
});
