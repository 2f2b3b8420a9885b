/**
 * A pack of places: the communes of one département with their codes, or every place of birth in France. Pure; written
 * while building (tests/support/tasks/places.ts), read in the page.
 *
 * One text holds all rows, so that a pack weighs little on the line and in memory: rows are cut only when they are looked at.
 * `name;code;postal codes;mark`, sorted by folded name, rows parted by "|". What all rows begin with (`code`, `postal`) is said once.
 */
import { err, ok, type Result } from "../../shared/result.ts";

/** Every place of birth in France, whatever its département: no postal codes. */
export const BIRTHS = "births";

/**
 * `commune`: of today. `district`: one of the 45 arrondissements of Paris, Lyon and Marseille, which are places of birth and
 * never communes. `former`: merged into another commune; older people were born there.
 */
export type PlaceKind = "commune" | "district" | "former";

export interface Place {
  readonly name: string;
  /** INSEE code, five characters ("2A004"). A former commune may share the code of the commune that it is part of. */
  readonly code: string;
  /** Code of its département ("2A", "974"). */
  readonly departement: string;
  /** In the order of the source; none for a former commune, in `BIRTHS`, and for five uninhabited places. */
  readonly postals: readonly string[];
  readonly kind: PlaceKind;
  /** At least 10,000 inhabitants: said first among equals. */
  readonly large: boolean;
}

export interface PlacePack {
  readonly v: 1;
  /** Code of a département, or `BIRTHS`. */
  readonly of: string;
  /** What every code and most postal codes begin with. */
  readonly code: string;
  readonly postal: string;
  readonly rows: string;
}

/** The département of an INSEE code: three characters overseas, two elsewhere. */
export const departementOf = (code: string): string => code.slice(0, /^9[78]/.test(code) ? 3 : 2);

const letters: Readonly<Record<PlaceKind, string>> = { commune: "", district: "a", former: "f" };

/** @param places sorted as they are to be shown. */
export function writePack(of: string, postal: string, places: readonly Place[]): PlacePack {
  const code = of === BIRTHS ? "" : of;
  const row = (place: Place): string => {
    const codes = place.postals.map((each) => (each.startsWith(postal) ? each.slice(postal.length) : each));
    const mark = `${letters[place.kind]}${place.large ? "!" : ""}`;
    return [place.name, place.code.slice(code.length), codes.join(), mark].join(";").replace(/;+$/, "");
  };
  return { v: 1, of, code, postal, rows: places.map(row).join("|") };
}

/** One row of `pack.rows`. Never throws: a field that is missing is empty. */
export function readRow(pack: PlacePack, row: string): Place {
  const [name = "", end = "", postals = "", mark = ""] = row.split(";");
  const code = pack.code + end;
  return {
    name,
    code,
    departement: departementOf(code),
    postals: postals === "" ? [] : postals.split(",").map((each) => (each.length === 5 ? each : pack.postal + each)),
    kind: mark.startsWith("f") ? "former" : mark.startsWith("a") ? "district" : "commune",
    large: mark.endsWith("!"),
  };
}

/** What came from the network or a cache. "not-a-pack": a portal's page, another version, a cut file. */
export function readPack(json: unknown): Result<PlacePack, "not-a-pack"> {
  const { v, of, code, postal, rows } = Object(json) as Record<string, unknown>;
  if (v !== 1 || typeof of !== "string" || typeof code !== "string" || typeof postal !== "string")
    return err("not-a-pack");
  if (typeof rows !== "string" || rows === "" || rows.length > 4_000_000) return err("not-a-pack");
  return ok({ v, of, code, postal, rows });
}
