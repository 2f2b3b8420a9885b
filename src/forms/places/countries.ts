/**
 * Countries: ISO 3166 code and the code that INSEE gives a country of birth ("99350"). Pure; names come from the browser
 * (`Intl.DisplayNames`), in the person's language on the screen and in French in what is sent.
 *
 * Source: Code officiel géographique of INSEE, 2025 (Licence Ouverte 2.0). Surprising: small territories share one code with
 * others of the same State. France overseas is not here: one is born there in a commune. A country that is no more
 * (Yougoslavie) is typed as text.
 */
import { fold } from "./fold.ts";

/** ISO code and the last three digits of INSEE's. */
const codes =
  "AD130 AE247 AF212 AG441 AI425 AL125 AM252 AO395 AR415 AS505 AT110 AU501 AW431 AX160 AZ253 BA118 BB434 BD246 " +
  "BE131 BF331 BG111 BH249 BI321 BJ327 BM425 BN225 BO418 BQ443 BR416 BS436 BT214 BW347 BY148 BZ429 CA401 CC265 " +
  "CD312 CF323 CG324 CH140 CI326 CK520 CL417 CM322 CN216 CO419 CR406 CU407 CV396 CW444 CX265 CY254 CZ116 DE109 " +
  "DJ399 DK101 DM438 DO408 DZ352 EC420 EE106 EG301 EH389 ER317 ES134 ET315 FI105 FJ508 FK427 FM516 FO158 GA328 " +
  "GB132 GD435 GE255 GG161 GH329 GI133 GL430 GM304 GN330 GQ314 GR126 GT409 GU505 GW392 GY428 HK230 HN411 HR119 " +
  "HT410 HU112 ID231 IE136 IL207 IM161 IN223 IO308 IQ203 IR204 IS102 IT127 JE161 JM426 JO222 JP217 KE332 KG257 " +
  "KH234 KI513 KM397 KN442 KP238 KR239 KW240 KY425 KZ256 LA241 LB205 LC439 LI113 LK235 LR302 LS348 LT108 LU137 " +
  "LV107 LY316 MA350 MC138 MD151 ME120 MG333 MH515 MK156 ML335 MM224 MN242 MO232 MP505 MR336 MS425 MT144 MU390 " +
  "MV229 MW334 MX405 MY227 MZ393 NA311 NE337 NF522 NG338 NI412 NL135 NO103 NP215 NR507 NU521 NZ502 OM250 PA413 " +
  "PE422 PG510 PH220 PK213 PL122 PN503 PR432 PS261 PT139 PW517 PY421 QA248 RO114 RS121 RU123 RW340 SA201 SB512 " +
  "SC398 SD343 SE104 SG226 SH306 SI145 SJ159 SK117 SL342 SM128 SN341 SO318 SR437 SS349 ST394 SV414 SX445 SY206 " +
  "SZ391 TC425 TD344 TG345 TH219 TJ259 TK519 TL262 TM260 TN351 TO509 TR208 TT433 TV511 TW236 TZ309 UA155 UG339 " +
  "US404 UY423 UZ258 VA129 VC440 VE424 VG425 VI432 VN243 VU514 WS506 XK157 YE251 ZA303 ZM346 ZW310";

export interface Country {
  /** ISO 3166-1 alpha-2, as Démarches simplifiées asks for. */
  readonly iso: string;
  /** INSEE code, "99100" for France, as FranceConnect's birthcountry. */
  readonly insee: string;
  readonly name: string;
}

/** "99350" for "MA"; undefined for what is no country here. */
export function inseeOf(iso: string): string | undefined {
  if (iso === "FR") return "99100";
  const at = /^[A-Z]{2}$/.test(iso) ? codes.indexOf(iso) : -1;
  return at < 0 ? undefined : `99${codes.slice(at + 2, at + 5)}`;
}

/** The ISO code of a country; undefined where several territories share the code, or none has it. */
export function isoOf(insee: string): string | undefined {
  if (insee === "99100") return "FR";
  const same = codes.split(" ").filter((code) => `99${code.slice(2)}` === insee);
  return same.length === 1 ? same[0]?.slice(0, 2) : undefined;
}

/** The name of a country in a language; undefined where the code is no country's, or that of several. */
export function countryName(insee: string, language: string): string | undefined {
  const iso = isoOf(insee);
  return iso === undefined ? undefined : new Intl.DisplayNames([language], { type: "region" }).of(iso);
}

/** France, then all others by name. `language` is a BCP 47 tag. */
export function countriesIn(language: string): readonly Country[] {
  const names = new Intl.DisplayNames([language], { type: "region" });
  const named = ["FR", ...codes.split(" ").map((code) => code.slice(0, 2))].map((iso) => ({
    iso,
    insee: inseeOf(iso) ?? "",
    name: names.of(iso) ?? iso,
  }));
  const order = new Intl.Collator(language);
  const [france, ...others] = named;
  return france === undefined ? [] : [france, ...others.sort((a, b) => order.compare(a.name, b.name))];
}

/** Names that hold the typed words' beginnings, in the order given. Names that are not in Latin letters are compared as they are. */
export function findCountries(countries: readonly Country[], query: string): readonly Country[] {
  const typed = fold(query);
  if (typed === "") {
    const plain = query.trim().toLowerCase();
    return plain === "" ? countries : countries.filter(({ name }) => name.toLowerCase().includes(plain));
  }
  const words = typed.split(" ");
  return countries.filter(({ name }) => {
    const spaced = ` ${fold(name)}`;
    return words.every((word) => spaced.includes(` ${word}`));
  });
}
