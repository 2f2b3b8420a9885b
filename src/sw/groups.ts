/**
 * Which precached file belongs to which group: the shell comes first and whole, the others follow one by one (later.ts).
 * Runs in Node while building (vite.config.ts); the service worker takes only the types.
 *
 * Surprising fact: nothing is listed by hand. What only the desk needs is found by following file names from both pages,
 * so that a chunk that both share stays in the shell.
 */

/** `en`, `ar`: the words of a language other than French, which is the source and part of the shell. */
export const laterGroups = ["photos", "codes", "carrier", "en", "ar", "desk"] as const;
export type LaterGroup = (typeof laterGroups)[number];
export type Group = "shell" | LaterGroup;

/** One line of the list that the build writes into the service worker. */
export interface ListedFile {
  readonly url: string;
  /** Null when the name itself tells versions apart. */
  readonly revision: string | null;
  /** Only of pages: what a captive portal puts in their place must not be kept. */
  readonly integrity?: string;
  /** Absent: the shell. */
  readonly group?: LaterGroup;
}

/** Tools by the names of their source files, which a build keeps. */
const tools: readonly (readonly [LaterGroup, RegExp])[] = [
  ["photos", /^assets\/(imaging|reduce|heic|pdf)\b[^/]*\.(js|wasm)$/],
  ["codes", /^assets\/(u?qr|zxing|scan)\b[^/]*\.(js|wasm)$/],
  ["carrier", /^assets\/carrier\.worker\b[^/]*\.js$/],
];

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Everything that `page` names, and what that names in turn. A worker named by a page counts like a chunk. */
function reachedFrom(page: string, texts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const reached = new Set([page]);
  for (const file of reached) {
    const text = texts.get(file) ?? "";
    for (const other of texts.keys()) if (!reached.has(other) && text.includes(nameOf(other))) reached.add(other);
  }
  return reached;
}

/**
 * @param texts every built file by its path under dist; what is no text may be empty.
 * @param catalogues built file by source, such as "locales/ar/home.json" (Vite's manifest).
 * @throws Error when a group is empty: a tool was renamed and would silently count as ready.
 */
export function groupsOf(
  texts: ReadonlyMap<string, string>,
  catalogues: ReadonlyMap<string, string>,
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>([...texts.keys()].map((file) => [file, "shell"]));
  const person = reachedFrom("index.html", texts);
  const desk = reachedFrom("guichet.html", texts);
  for (const file of desk) if (!person.has(file)) groups.set(file, "desk");
  for (const file of texts.keys()) {
    const tool = tools.find(([, pattern]) => pattern.test(file));
    if (tool !== undefined) groups.set(file, tool[0]);
  }
  for (const [source, file] of catalogues) {
    const [, language, area] = /^locales\/(\w+)\/(.+)\.json$/.exec(source) ?? [];
    if (area === "desk") groups.set(file, "desk");
    else if (language === "en" || language === "ar") groups.set(file, language);
  }
  const found = new Set(groups.values());
  for (const group of laterGroups) if (!found.has(group)) throw new Error(`no built file belongs to "${group}"`);
  return groups;
}
