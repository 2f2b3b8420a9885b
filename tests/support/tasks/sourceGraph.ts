/**
 * Reads the import graph of a folder of TypeScript, for the tests that hold the layout of DESIGN 2 in place.
 *
 * Runs in Node. Surprising: with `verbatimModuleSyntax`, `import { type A } from` still loads the module when it
 * runs; only `import type` and `export type` are erased, and only those count as type edges here.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type ESTree, parseSync } from "vite";

/** How one file names another: erased types, a plain import, `import()`,
 * `new URL(..., import.meta.url)`, or `import.meta.glob` (whose `to` is the pattern). */
export type EdgeKind = "type" | "static" | "dynamic" | "url" | "glob";

/** One import. `from` and `to` are paths with slashes under the root; `to` is a bare specifier for a package. */
export type Edge = {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly line: number;
  /** package: a bare specifier; missing: a relative path that names no file. */
  readonly target: "file" | "package" | "missing";
};

/** A use of a global that only roots and platform code may touch. */
export type GlobalUse = { readonly from: string; readonly name: string; readonly line: number };

export type SourceFile = {
  readonly path: string;
  readonly edges: readonly Edge[];
  readonly globals: readonly GlobalUse[];
};

const WATCHED_GLOBALS = new Set(["localStorage", "sessionStorage", "indexedDB", "fetch"]);
const WATCHED_MEMBERS = new Set(["Date.now", "Math.random"]);
const GLOBAL_OBJECTS = new Set(["globalThis", "self", "window"]);

/** Every .ts and .tsx file under `folder` of `root`, sorted. */
export function sourceFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** Parses one file. Throws when it is not valid TypeScript: a graph with holes would prove nothing. */
export function readSource(root: string, path: string): SourceFile {
  return parseSource(root, path, readFileSync(join(root, path), "utf8"));
}

/** As `readSource`, for text that is not (yet) on disk. */
export function parseSource(root: string, path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  const error = parsed.errors[0];
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);

  const edges: Edge[] = [];
  const found: GlobalUse[] = [];
  const bound = new Set<string>();
  const lineOf = (offset: number): number => text.slice(0, offset).split("\n").length;
  const edge = (specifier: string, kind: EdgeKind, offset: number): void => {
    const line = lineOf(offset);
    if (!specifier.startsWith(".")) {
      edges.push({ from: path, to: specifier, kind, line, target: "package" });
      return;
    }
    const clean = specifier.replace(/[?#].*$/, "");
    const full = resolve(root, dirname(path), clean);
    const to = relative(root, full).replaceAll("\\", "/");
    edges.push({ from: path, to, kind, line, target: kind === "glob" || existsSync(full) ? "file" : "missing" });
  };

  walk(parsed.program, (node, parent, key) => {
    switch (node.type) {
      case "ImportDeclaration":
        edge(node.source.value, node.importKind === "type" ? "type" : "static", node.start);
        break;
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
        if (node.source !== null) edge(node.source.value, node.exportKind === "type" ? "type" : "static", node.start);
        break;
      case "ImportExpression":
        if (node.source.type === "Literal" && typeof node.source.value === "string") {
          edge(node.source.value, "dynamic", node.start);
        }
        break;
      case "TSImportType":
        edge(node.source.value, "type", node.start);
        break;
      case "CallExpression":
        if (text.slice(node.callee.start, node.callee.end) !== "import.meta.glob") break;
        for (const pattern of text.slice(node.start, node.end).matchAll(/"!?(\.[^"]*)"/g)) {
          edge(pattern[1] ?? "", "glob", node.start);
        }
        break;
      case "NewExpression": {
        const [path0, base] = node.arguments;
        const isUrl = node.callee.type === "Identifier" && node.callee.name === "URL";
        const here = base !== undefined && text.slice(base.start, base.end) === "import.meta.url";
        if (isUrl && here && path0?.type === "Literal" && typeof path0.value === "string") {
          edge(path0.value, "url", node.start);
        }
        break;
      }
      case "MemberExpression": {
        const name = text.slice(node.start, node.end);
        const object = node.object.type === "Identifier" ? node.object.name : "";
        const property = !node.computed && node.property.type === "Identifier" ? node.property.name : "";
        if (WATCHED_MEMBERS.has(name)) found.push({ from: path, name, line: lineOf(node.start) });
        else if (GLOBAL_OBJECTS.has(object) && WATCHED_GLOBALS.has(property)) {
          found.push({ from: path, name, line: lineOf(node.start) });
        }
        break;
      }
      case "ObjectPattern":
        for (const property of node.properties) {
          const value = property.type === "Property" ? property.value : property.argument;
          const name = value.type === "AssignmentPattern" ? value.left : value;
          if (name.type === "Identifier") bound.add(name.name);
        }
        break;
      case "Identifier":
        if (!WATCHED_GLOBALS.has(node.name)) break;
        if (isBinding(parent, key)) bound.add(node.name);
        else if (isReference(parent, key)) found.push({ from: path, name: node.name, line: lineOf(node.start) });
        break;
    }
  });
  // A file that receives `fetch` as a parameter may call it by that name.
  return { path, edges, globals: found.filter((use) => !bound.has(use.name)) };
}

/** Groups of files that import each other when they run (static imports only), each sorted. */
export function cycles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const next = new Map<string, readonly string[]>(
    files.map((file) => [file.path, file.edges.filter((e) => e.kind === "static").map((e) => e.to)]),
  );
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const groups: string[][] = [];
  const visit = (path: string): void => {
    const own = index.size;
    index.set(path, own);
    low.set(path, own);
    stack.push(path);
    for (const to of next.get(path) ?? []) {
      if (!next.has(to)) continue;
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) low.set(path, Math.min(low.get(path) ?? own, low.get(to) ?? own));
    }
    if (low.get(path) !== own) return;
    const group = stack.splice(stack.indexOf(path)).sort();
    if (group.length > 1 || next.get(path)?.includes(path) === true) groups.push(group);
  };
  for (const path of next.keys()) if (!index.has(path)) visit(path);
  return groups;
}

type Visit = (node: ESTree.Node, parent: ESTree.Node | undefined, key: string) => void;

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function walk(node: ESTree.Node, visit: Visit, parent?: ESTree.Node, key = ""): void {
  visit(node, parent, key);
  for (const [name, value] of Object.entries(node)) {
    if (name === "parent") continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, node, name);
  }
}

/** Whether an identifier at this place declares a name (a parameter, a destructured or declared variable). */
function isBinding(parent: ESTree.Node | undefined, key: string): boolean {
  switch (parent?.type) {
    case "VariableDeclarator":
      return key === "id";
    case "ArrowFunctionExpression":
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "TSFunctionType":
      return key === "params" || key === "id";
    default:
      return false;
  }
}

/** Whether an identifier at this place reads a variable, rather than naming a property or a type member. */
function isReference(parent: ESTree.Node | undefined, key: string): boolean {
  switch (parent?.type) {
    case "MemberExpression":
      return key === "object" || parent.computed;
    case "Property":
      return key === "value" || parent.computed;
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "PropertyDefinition":
    case "MethodDefinition":
      return key !== "key" || parent.computed;
    case "TSQualifiedName":
    case "TSTypeQuery":
    case "TSTypeReference":
    case "ImportSpecifier":
    case "ExportSpecifier":
      return false;
    default:
      return true;
  }
}
