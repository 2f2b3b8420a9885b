/**
 * Makes the packs of places from the pinned package @etalab/decoupage-administratif and puts them into the build as
 * `/assets/places-<département>-<hash>.json`. Runs in Node while building (vite.config.ts) and in tests.
 *
 * Surprising: the page learns the names from the module `virtual:places`, and no service worker lists them: hundred
 * hashes would weigh on every first load. The page keeps the packs that its person needs (app/platform/place-packs.ts).
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { fold } from "../../../src/forms/places/fold.ts";
import { BIRTHS, departementOf, type Place, type PlacePack, writePack } from "../../../src/forms/places/pack.ts";

interface SourceRow {
  readonly code: string;
  readonly nom: string;
  readonly type: "commune-actuelle" | "commune-deleguee" | "commune-associee" | "arrondissement-municipal";
  readonly codesPostaux?: readonly string[];
  readonly population?: number;
}

const LARGE = 10_000;
const MODULE = "virtual:places";

const kindOf = (type: SourceRow["type"]): Place["kind"] =>
  type === "commune-actuelle" ? "commune" : type === "arrondissement-municipal" ? "district" : "former";

/** Every place of the source, sorted by folded name, then code. */
export function sourcePlaces(): readonly Place[] {
  const file = createRequire(import.meta.url).resolve("@etalab/decoupage-administratif/data/communes.json");
  const rows = JSON.parse(readFileSync(file, "utf8")) as readonly SourceRow[];
  const current = new Set(rows.flatMap((row) => (kindOf(row.type) === "former" ? [] : [`${row.code} ${row.nom}`])));
  const places = rows.map((row) => ({
    key: `${fold(row.nom)} ${row.code} ${row.type}`,
    place: {
      name: row.nom,
      code: row.code,
      departement: departementOf(row.code),
      postals: row.codesPostaux ?? [],
      kind: kindOf(row.type),
      large: (row.population ?? 0) >= LARGE,
    },
  }));
  return places
    .filter(({ place }) => place.kind !== "former" || !current.has(`${place.code} ${place.name}`))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ place }) => place);
}

/** What most postal codes of a département begin with. */
function commonPostal(places: readonly Place[], departement: string): string {
  const counts = new Map<string, number>();
  for (const { postals } of places)
    for (const postal of postals) {
      const head = postal.slice(0, Math.min(3, departement.length));
      counts.set(head, (counts.get(head) ?? 0) + 1);
    }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}

/** One pack per département that has a commune, by code, and the list of places of birth at the end. */
export function makePacks(places: readonly Place[] = sourcePlaces()): readonly PlacePack[] {
  const byDepartement = Map.groupBy(places, (place) => place.departement);
  const packs = [...byDepartement]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, own]) => writePack(code, commonPostal(own, code), own));
  const births = places.map((place) => ({ ...place, postals: [] }));
  return [...packs, writePack(BIRTHS, "", births)];
}

interface PackFile {
  readonly of: string;
  readonly hash: string;
  readonly path: string;
  readonly text: string;
}

export const packFiles = (): readonly PackFile[] =>
  makePacks().map((pack) => {
    const text = JSON.stringify(pack);
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
    return { of: pack.of, hash, path: `assets/places-${pack.of}-${hash}.json`, text };
  });

/** `virtual:places` holds the hash of each pack by what it is of; the build gets the files, the development server too. */
export function placePacks(): Plugin {
  let made: readonly PackFile[] | undefined;
  const files = (): readonly PackFile[] => {
    made ??= packFiles();
    return made;
  };
  return {
    name: "besace:places",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    load: (id) =>
      id === `\0${MODULE}`
        ? `export const packHashes = ${JSON.stringify(Object.fromEntries(files().map(({ of, hash }) => [of, hash])))};`
        : null,
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = request.url?.startsWith("/assets/places-")
          ? files().find(({ path }) => request.url === `/${path}`)
          : undefined;
        if (file === undefined) next();
        else response.setHeader("content-type", "application/json").end(file.text);
      });
    },
    generateBundle() {
      for (const { path, text } of files()) this.emitFile({ type: "asset", fileName: path, source: text });
    },
  };
}
