/** Which département a commune lies in, and which région that is. Pure; codes only, names are in places/divisions.ts. */

/** Région, then its départements. Source: places/divisions.ts; a test holds the two together. */
const regions =
  "01:971|02:972|03:973|04:974|06:976|11:75,77,78,91,92,93,94,95|24:18,28,36,37,41,45|27:21,25,39,58,70,71,89,90|" +
  "28:14,27,50,61,76|32:02,59,60,62,80|44:08,10,51,52,54,55,57,67,68,88|52:44,49,53,72,85|53:22,29,35,56|" +
  "75:16,17,19,23,24,33,40,47,64,79,86,87|76:09,11,12,30,31,32,34,46,48,65,66,81,82|" +
  "84:01,03,07,15,26,38,42,43,63,69,73,74|93:04,05,06,13,83,84|94:2A,2B";

const regionBy = new Map(
  regions.split("|").flatMap((row) => {
    const [region = "", list = ""] = row.split(":");
    return list.split(",").map((departement) => [departement, region] as const);
  }),
);

/** Of an INSEE code of a commune ("2A004"), or of a département itself. Undefined for a birth abroad (99...). */
export function departementOf(code: string): string | undefined {
  if (!/^(\d[\dAB])\d{0,3}$/.test(code) || code.startsWith("99")) return undefined;
  return code.startsWith("97") || code.startsWith("98") ? code.slice(0, 3) : code.slice(0, 2);
}

/** By the postal code of an address without an INSEE code; Corsica is parted at 20200, as its codes are. */
export function departementOfPostal(postal: string): string | undefined {
  if (!/^\d{5}$/.test(postal)) return undefined;
  if (postal.startsWith("20")) return Number(postal) < 20200 ? "2A" : "2B";
  return departementOf(postal);
}

export const regionOf = (departement: string): string | undefined => regionBy.get(departement);
