/** Packs of communes: what is in them, how they are searched, what they weigh (DESIGN 1: each its own budget). */
import { createRequire } from "node:module";
import { brotliCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { countriesIn, countryName, findCountries, inseeOf, isoOf } from "../../../../src/forms/places/countries.ts";
import { departements, regionOf, regions } from "../../../../src/forms/places/divisions.ts";
import { fold } from "../../../../src/forms/places/fold.ts";
import { BIRTHS, departementOf, type PlacePack, readPack, readRow } from "../../../../src/forms/places/pack.ts";
import { createPlaceSearch } from "../../../../src/forms/places/search.ts";
import { makePacks, sourcePlaces } from "../../../support/tasks/places.ts";

const places = sourcePlaces();
const packs = makePacks(places);
const pack = (of: string): PlacePack => {
  const found = packs.find((one) => one.of === of);
  if (found === undefined) throw new Error(`no pack of ${of}`);
  return found;
};
const searches = new Map<string, ReturnType<typeof createPlaceSearch>>();
const of = (code: string) => {
  const known = searches.get(code) ?? createPlaceSearch(pack(code));
  searches.set(code, known);
  return known;
};
const names = (code: string, query: string, births = false): readonly string[] =>
  of(code)
    .find(query, { births })
    .map(({ name }) => name);

describe("what is in the packs", () => {
  test("every place of the source comes back from its pack as it went in", () => {
    const read = packs
      .filter((one) => one.of !== BIRTHS)
      .flatMap((one) => one.rows.split("|").map((row) => readRow(one, row)));
    const key = (place: { code: string; name: string; kind: string }) => `${place.code} ${place.name} ${place.kind}`;
    expect(new Set(read.map(key))).toEqual(new Set(places.map(key)));
    expect(read).toHaveLength(places.length);
    const byKey = new Map(places.map((place) => [key(place), place]));
    for (const place of read) expect(place).toEqual(byKey.get(key(place)));
  });

  test("no name or code holds what parts the rows", () => {
    for (const { name, postals } of places) {
      expect(name).not.toMatch(/[;|,]/);
      for (const postal of postals) expect(postal).toMatch(/^\d{5}$/);
    }
  });

  test("the list of births has them all, without postal codes", () => {
    const births = pack(BIRTHS);
    const rows = births.rows.split("|");
    expect(rows).toHaveLength(places.length);
    expect(rows.some((row) => readRow(births, row).postals.length > 0)).toBe(false);
  });

  test("départements and régions are those of the source", () => {
    const source = createRequire(import.meta.url);
    const theirs: { code: string; nom: string; region: string }[] = source(
      "@etalab/decoupage-administratif/data/departements.json",
    );
    expect(departements).toEqual(theirs.map(({ code, nom, region }) => ({ code, name: nom, region })));
    const theirRegions: { code: string; nom: string }[] = source("@etalab/decoupage-administratif/data/regions.json");
    expect(regions).toEqual(theirRegions.map(({ code, nom }) => ({ code, name: nom })));
    const known = new Set(regions.map(({ code }) => code));
    for (const { region } of departements) expect(known).toContain(region);
    expect(regionOf("2A")).toBe("94");
    expect(regionOf("99")).toBeUndefined();
    const coded = new Set(departements.map(({ code }) => code));
    for (const { code } of places) expect(coded).toContain(departementOf(code));
  });

  test("a pack stays within its budget: 8 KB for a département", { timeout: 60_000 }, () => {
    const sizes = packs
      .filter((one) => ["62", "02", "76", "01", "974"].includes(one.of))
      .map((one) => brotliCompressSync(JSON.stringify(one)).length);
    expect(Math.max(...sizes)).toBeLessThan(8_000);
  });

  test("what is not a pack is refused", () => {
    expect(readPack(JSON.parse(JSON.stringify(pack("01"))))).toEqual({ ok: true, value: pack("01") });
    for (const bad of [
      null,
      1,
      "x",
      [],
      {},
      { ...pack("01"), v: 2 },
      { ...pack("01"), rows: "" },
      { ...pack("01"), of: 1 },
    ])
      expect(readPack(bad)).toEqual({ ok: false, error: "not-a-pack" });
  });
});

describe("finding a commune", () => {
  test("without accents, capitals, hyphens, articles", () => {
    expect(names("94", "hay les roses")).toEqual(["L'Haÿ-les-Roses"]);
    expect(names("94", "L’HAŸ")).toEqual(["L'Haÿ-les-Roses"]);
    expect(names("42", "SAINT ETIENNE")[0]).toBe("Saint-Étienne");
    expect(names("76", "havre")[0]).toBe("Le Havre");
    expect(names("62", "boulogne mer")[0]).toBe("Boulogne-sur-Mer");
    expect(fold("Œuilly  (L’)")).toBe("oeuilly l");
  });

  test("St and Ste are Saint and Sainte, also while they are being typed", () => {
    expect(names("42", "st-etienne")[0]).toBe("Saint-Étienne");
    expect(names("42", "St Étienne")[0]).toBe("Saint-Étienne");
    expect(names("50", "ste mere")[0]).toBe("Sainte-Mère-Église");
    expect(names("67", "st")).toContain("Strasbourg");
    expect(
      of("67")
        .find("st", { most: 600 })
        .some(({ name }) => name.startsWith("Saint-")),
    ).toBe(true);
  });

  test("the name itself first, then what begins so, larger ones first", () => {
    expect(names("31", "toulouse")[0]).toBe("Toulouse");
    expect(names("80", "Am")[0]).toBe("Amiens");
    expect(names("59", "lille")[0]).toBe("Lille");
    // "Y" in Somme is a commune of one letter.
    expect(names("80", "y")[0]).toBe("Y");
  });

  test("by postal code: several communes with one, one commune with several", () => {
    const shared = of("01").find("01300", { most: 100 });
    expect(shared.length).toBeGreaterThan(5);
    for (const { postals } of shared) expect(postals).toContain("01300");
    expect(names("31", "31500")).toEqual(["Toulouse"]);
    expect(of("31").byCode("31555")?.postals.length).toBeGreaterThan(4);
    expect(names("31", "31500 toul")).toEqual(["Toulouse"]);
    expect(names("31", "31500 Toulouse CEDEX")).toEqual(["Toulouse"]);
    // A postal code of another département's numbers.
    const foreign = places.find(
      ({ departement, postals }) => postals[0] !== undefined && !postals[0].startsWith(pack(departement).postal),
    );
    const found = of(foreign?.departement ?? "").find(foreign?.postals[0] ?? "", { most: 200 });
    expect(found.map(({ name }) => name)).toContain(foreign?.name);
  });

  test("arrondissements are places of birth, not communes", () => {
    expect(names("75", "paris")).toEqual(["Paris"]);
    expect(of("75").byCode("75056")?.postals).toHaveLength(21);
    expect(of("75").find("paris", { births: true, most: 50 })).toHaveLength(21);
    expect(of("75").find("paris 11", { births: true })[0]).toMatchObject({ code: "75111", kind: "district" });
    expect(of("69").find("lyon 3", { births: true })[0]).toMatchObject({ code: "69383" });
    expect(
      of("13")
        .find("13008", { births: true })
        .map(({ code }) => code),
    ).toEqual(["13055", "13208"]);
  });

  test("communes that are no more are places of birth only", () => {
    const former = places.filter(({ departement, kind }) => departement === "49" && kind === "former");
    expect(former.length).toBeGreaterThan(50);
    const one = former.find(({ name }) => !places.some((place) => place.kind === "commune" && place.name === name));
    expect(names("49", one?.name ?? "")).not.toContain(one?.name);
    expect(names("49", one?.name ?? "", true)).toContain(one?.name);
    // The commune of today before a former one that has its code.
    expect(of("01").byCode("01015")).toMatchObject({ kind: "commune" });
  });

  test("Corsica and overseas", () => {
    expect(of("2A").find("ajaccio")[0]).toMatchObject({
      code: "2A004",
      departement: "2A",
      postals: ["20000", "20090", "20167"],
    });
    expect(of("2B").find("20200")[0]).toMatchObject({ code: "2B033", name: "Bastia" });
    expect(of("974").find("saint denis")[0]).toMatchObject({ code: "97411", departement: "974" });
    expect(of("976").find("mamoudzou")[0]).toMatchObject({ code: "97611", postals: ["97600", "97605"] });
    expect(of("987").find("papeete")[0]).toMatchObject({ code: "98735", postals: ["98714"] });
    expect(of("984").find("kerguelen")[0]).toMatchObject({ postals: [] });
  });

  test("homonyms are told apart by their département", () => {
    const found = of(BIRTHS).find("saint denis", { births: true, most: 200 });
    const exact = found.filter(({ name }) => name === "Saint-Denis");
    expect(exact.map(({ departement }) => departement)).toEqual(expect.arrayContaining(["11", "30", "93", "974"]));
    // The large ones stand first.
    expect(
      exact
        .slice(0, 2)
        .map(({ departement }) => departement)
        .toSorted(),
    ).toEqual(["93", "974"]);
  });

  test("nothing typed, nothing known, and odd characters find nothing and never throw", () => {
    for (const query of [
      "",
      "   ",
      "-",
      "'",
      "zzzz",
      "99999",
      "東京",
      "تولوز",
      "\n",

      ".*",
      "\u0000",
      "x".repeat(5000),
    ])
      expect(names("31", query)).toEqual([]);
    expect(of("31").byCode("")).toBeUndefined();
    expect(of("31").byCode("31")).toBeUndefined();
    expect(of("31").byCode("01001")).toBeUndefined();
  });

  test("the list for France folds block by block", () => {
    const search = createPlaceSearch(pack(BIRTHS));
    let turns = 1;
    while (search.warm()) turns += 1;
    expect(turns).toBe(Math.ceil(places.length / 1000));
    expect(search.warm()).toBe(false);
    expect(search.find("plougastel", { births: true })[0]?.code).toBe("29189");
    expect(createPlaceSearch(pack("31")).warm()).toBe(false);
  });

  test("every commune is found by its own name and code", () => {
    const search = of("62");
    for (const place of places.filter(({ departement }) => departement === "62")) {
      const found = search.find(place.name, { births: true, most: 5 });
      expect(found.map(({ name }) => name)).toContain(place.name);
      expect(search.byCode(place.code)?.code).toBe(place.code);
    }
  });
});

describe("countries", () => {
  test("France first, then by name in the language", () => {
    const french = countriesIn("fr");
    expect(french[0]).toEqual({ iso: "FR", insee: "99100", name: "France" });
    expect(french.length).toBeGreaterThan(220);
    expect(new Set(french.map(({ iso }) => iso)).size).toBe(french.length);
    for (const { insee, name, iso } of french) {
      expect(insee).toMatch(/^99\d{3}$/);
      expect(name).not.toBe(iso);
    }
    expect(countriesIn("ar").find(({ iso }) => iso === "MA")?.name).toBe("المغرب");
  });

  test("codes of INSEE", () => {
    expect(["MA", "DZ", "TN", "AF", "SY", "PT", "XK", "JE"].map(inseeOf)).toEqual([
      "99350",
      "99352",
      "99351",
      "99212",
      "99206",
      "99139",
      "99157",
      "99161",
    ]);
    for (const bad of ["", "M", "ma", "35", "D1", "ZZ", "GP"]) expect(inseeOf(bad)).toBeUndefined();
  });

  test("back from INSEE's codes, where only one country has it", () => {
    expect(["99100", "99350", "99254"].map(isoOf)).toEqual(["FR", "MA", "CY"]);
    for (const bad of ["99161", "99115", "", "350", "31555"]) expect(isoOf(bad)).toBeUndefined();
  });

  test("by INSEE's code, in any language", () => {
    expect(["fr", "ar"].map((language) => countryName("99131", language))).toEqual(["Belgique", "بلجيكا"]);
    expect(countryName("99161", "fr")).toBeUndefined();
  });

  test("are found without accents and in other letters", () => {
    const french = countriesIn("fr");
    expect(findCountries(french, "algerie").map(({ iso }) => iso)).toEqual(["DZ"]);
    expect(findCountries(french, "cote d ivoire").map(({ iso }) => iso)).toEqual(["CI"]);
    expect(findCountries(countriesIn("ar"), "سوريا").map(({ iso }) => iso)).toEqual(["SY"]);
    expect(findCountries(french, " ")).toHaveLength(french.length);
  });
});
