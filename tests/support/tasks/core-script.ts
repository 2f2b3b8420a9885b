/**
 * One script for what the service worker and the other workers would each bundle again: Dexie, the store's rules, the drainer,
 * and Valibot as far as anything of ours uses it (decisions/0020). Runs in Node while building (vite.config.ts).
 *
 * Surprising: nothing is listed by hand. Whatever the service worker takes from `src/storage`, `src/sync` and the protocol's
 * parsers is in it. Every worker's import of such a module is answered with the names that the script holds for it; they
 * are read from the script itself, which is run once here.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { runInThisContext } from "node:vm";
import { build, type InlineConfig, type Plugin, type Rolldown } from "vite";

const SHARED = /^src\/(storage|sync)\/|^src\/protocol\/(errors|parse)\.ts$/;
/** Folders whose modules come into workers. */
const OURS = ["crypto", "protocol", "satchel", "workers"] as const;
/** Starts anew with every code that is typed: it takes its own few shapes along instead of the whole script. */
const ALONE = /\/stretch\.worker\.ts/;
const SHAPES = "\0besace:shapes";
const ENTRY = "besace:core";
const LOADER = "\0besace:core-loader";
const GLOBAL = "besaceCore";

export interface CoreScript {
  /** Address under the app: its name tells versions apart. */
  readonly url: string;
  readonly text: string;
  /** Exported names by module, as a path from the root. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

async function chunkOf(config: InlineConfig): Promise<Rolldown.OutputChunk> {
  const built = await build({ configFile: false, logLevel: "error", ...config });
  const [result] = Array.isArray(built) ? built : [built];
  if (result === undefined || !("output" in result)) throw new Error("the shared script was not built");
  return result.output[0];
}

/** The functions of Valibot that our modules name, such as "pipe": everywhere it is imported as `v`. */
function shapesUsed(root: string): readonly string[] {
  const names = OURS.flatMap((folder) =>
    readdirSync(join(root, "src", folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(root, "src", folder, name), "utf8"))
      .filter((text) => text.includes('import * as v from "valibot"'))
      .flatMap((text) => [...text.matchAll(/\bv\.([a-z]\w*)/g)].map(([, name = ""]) => name)),
  );
  return [...new Set(names)].sort();
}

async function makeCore(root: string, target: string): Promise<CoreScript> {
  const common = { write: false, target, modulePreload: false } as const;
  const worker = await chunkOf({
    root,
    build: { ...common, minify: false, rolldownOptions: { input: "src/sw/sw.ts" } },
  });
  const modules = worker.moduleIds.map((id) => relative(root, id)).filter((path) => SHARED.test(path));
  const shapes = shapesUsed(root);
  const lines = [
    `import { ${shapes.join(", ")} } from "valibot";`,
    ...modules.map((path, at) => `import * as m${at} from "/${path}";`),
    `globalThis.${GLOBAL} = { valibot: { ${shapes.join(", ")} }, ${modules.map((path, at) => `${JSON.stringify(path)}: m${at}`).join(", ")} };`,
  ];
  const { code } = await chunkOf({
    root,
    plugins: [
      {
        name: "besace:core-entry",
        resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : null),
        load: (id) => (id === `\0${ENTRY}` ? lines.join("\n") : null),
      },
    ],
    build: { ...common, rolldownOptions: { input: ENTRY, output: { format: "iife" } } },
  });
  runInThisContext(code);
  const held = Object(globalThis)[GLOBAL] as Readonly<Record<string, object>>;
  const names = ["valibot", ...modules].map((path) => [path, Object.keys(held[path] ?? {})] as const);
  const hash = createHash("sha256").update(code).digest("hex").slice(0, 8);
  return { url: `/assets/core-${hash}.js`, text: code, names: new Map(names.filter(([, all]) => all.length > 0)) };
}

/** Three plugins over one script: for workers, for the service worker, and the one that puts it among the built files. */
export function coreScript(root: string, target: string) {
  let making: Promise<CoreScript> | undefined;
  const core = (): Promise<CoreScript> => {
    making ??= makeCore(root, target);
    return making;
  };

  /** A service worker, a classic script, knows `importScripts` only. */
  const shared = (how: "import" | "importScripts"): Plugin => {
    let isAlone = false;
    return {
      name: "besace:core-shared",
      apply: "build",
      enforce: "pre",
      buildStart({ input }) {
        isAlone = Object.values(input).some((file) => ALONE.test(file));
      },
      async resolveId(id) {
        if (id === LOADER) return id;
        if (id === "valibot" && !isAlone) return SHAPES;
        return id === (await core()).url ? { id, external: true } : null;
      },
      async load(id) {
        const { url, names } = await core();
        if (id === LOADER) {
          const load = how === "import" ? `import "${url}";` : `importScripts("${url}");`;
          return `${load} export const core = globalThis.${GLOBAL};`;
        }
        const path = id === SHAPES ? "valibot" : relative(root, id);
        const exported = names.get(path);
        if (exported === undefined) return null;
        return `import { core } from "${LOADER}"; export const { ${exported.join(", ")} } = core[${JSON.stringify(path)}];`;
      },
    };
  };
  const emitted: Plugin = {
    name: "besace:core-emitted",
    apply: "build",
    async generateBundle() {
      const { url, text } = await core();
      this.emitFile({ type: "asset", fileName: url.slice(1), source: text });
    },
  };
  return { shared, emitted };
}
