/**
 * Makes the frozen vectors of 2D-Doc codes, once: `node tests/vectors/make-2d-doc.ts`. A file that exists is never written again.
 * Node only. Keys and signatures are made here; what must be read from each code is written by hand, not with the code under test.
 *
 * Surprising fact: some of the codes are not ours. `outside` holds specimens that the ANTS printed in its specification, signed by its
 * own test certificate (FR00/0001, as carried by go2ddoc), and the DGFiP's specimen, which that certificate did not sign.
 */
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { write } from "./spec.ts";

const GS = "\u001d";
const RS = "\u001e";
const US = "\u001f";

interface Own {
  readonly name: string;
  /** Header and message. */
  readonly body: string;
  readonly curve?: "P-256" | "P-384" | "P-521";
  readonly as?: "raw";
  readonly behind?: string;
  readonly encoding?: "latin1";
  /** Version, document, issued, signed, country. */
  readonly header: readonly [number, string, string | null, string | null, string | null];
  /** Id, value, and what is not as usual. */
  readonly fields: readonly (readonly [string, string, Readonly<Record<string, unknown>>?])[];
}

/** Days since 2000-01-01 in hexadecimal: 26 and 27 March 2025. */
const dates = "24002401";

const made: readonly Own[] = [
  {
    name: "version 1, a bill",
    body: `DC01BS010001${dates}0110MME SPECIMEN NATACHA${GS}22145 AVENUE DES SPECIMENS${GS}247500125PARIS${GS}26FR`,
    header: [1, "01", "2025-03-26", "2025-03-27", null],
    fields: [
      ["10", "MME SPECIMEN NATACHA"],
      ["22", "145 AVENUE DES SPECIMENS"],
      ["24", "75001"],
      ["25", "PARIS"],
      ["26", "FR"],
    ],
  },
  {
    name: "version 2, bank details, no date of the document",
    body: `DC02BS010001FFFF24010330M EXEMPLE HENRY${GS}31FR7630006000011234567890189${GS}32AGRIFRPP${GS}`,
    header: [2, "03", null, "2025-03-27", null],
    fields: [
      ["30", "M EXEMPLE HENRY"],
      ["31", "FR7630006000011234567890189"],
      ["32", "AGRIFRPP"],
    ],
  },
  {
    name: "version 3, a pay slip",
    body: `DC03BS010001${dates}060110M/EXEMPLE/HENRY${GS}50732829320000745323E05423FF5A2115,00${GS}581689,24${GS}`,
    header: [3, "06", "2025-03-26", "2025-03-27", null],
    fields: [
      ["10", "M/EXEMPLE/HENRY"],
      ["50", "73282932000074"],
      ["53", "23E0", { date: "2025-02-22" }],
      ["54", "23FF", { date: "2025-03-25" }],
      ["5A", "2115,00"],
      ["58", "1689,24"],
    ],
  },
  {
    name: "version 4, a tax notice",
    body: `DC04BS010001FFFF24012801FR432,75${GS}44227801234567845202446SPECIMEN NATACHA${GS}4A310720254163198${GS}4730011234567894Y145 RUE DES SPECIMENS/78000/VERSAILLES`,
    header: [4, "28", null, "2025-03-27", "FR"],
    fields: [
      ["43", "2,75"],
      ["44", "2278012345678"],
      ["45", "2024"],
      ["46", "SPECIMEN NATACHA"],
      ["4A", "31072025", { date: "2025-07-31" }],
      ["41", "63198"],
      ["47", "3001123456789"],
      ["4Y", "145 RUE DES SPECIMENS/78000/VERSAILLES"],
    ],
  },
  {
    name: "a field shortened by its maker",
    body: `DC04BS010001${dates}0001FR10MME SPECIMEN NATACHA MARIE-CHARLOTTE${RS}22145 AVENUE DES SPECIMENS${GS}2475001`,
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["10", "MME SPECIMEN NATACHA MARIE-CHARLOTTE", { truncated: true }],
      ["22", "145 AVENUE DES SPECIMENS"],
      ["24", "75001"],
    ],
  },
  {
    name: "a field that is full, then the next one with no sign between",
    body: `DC04BS010001${dates}0001FR10${"A".repeat(38)}247500125PARIS`,
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["10", "A".repeat(38)],
      ["24", "75001"],
      ["25", "PARIS"],
    ],
  },
  {
    name: "a field that is full, and a separator all the same",
    body: `DC04BS010001${dates}0001FR10${"A".repeat(38)}${GS}2475001`,
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["10", "A".repeat(38)],
      ["24", "75001"],
    ],
  },
  {
    name: "a separator behind a field of fixed length",
    body: `DC04BS010001${dates}0001FR2475001${GS}26FR${GS}25PARIS`,
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["24", "75001"],
      ["26", "FR"],
      ["25", "PARIS"],
    ],
  },
  {
    name: "an id of a later specification",
    body: `DC04BS010001${dates}0001FRZ9ANYTHING 12${GS}2475001`,
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["Z9", "ANYTHING 12", { known: false, fits: false }],
      ["24", "75001"],
    ],
  },
  {
    name: "accents in UTF-8",
    body: `DC04BS010001${dates}0001FR25ORLÉANS${GS}2445000`,
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["25", "ORLÉANS"],
      ["24", "45000"],
    ],
  },
  {
    name: "accents in Latin-1",
    body: `DC04BS010001${dates}0001FR25ORLÉANS${GS}2445000`,
    encoding: "latin1",
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["25", "ORLÉANS"],
      ["24", "45000"],
    ],
  },
  {
    name: "an id that comes twice",
    body: `DC04BS010001${dates}0701FR60NATACHA${GS}60MARIE${GS}62SPECIMEN`,
    header: [4, "07", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["60", "NATACHA"],
      ["60", "MARIE"],
      ["62", "SPECIMEN"],
    ],
  },
  {
    name: "a day of birth, and one that does not exist",
    body: `DC04BS010001${dates}0701FR69290219846930021984`,
    header: [4, "07", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["69", "29021984", { date: "1984-02-29" }],
      ["69", "30021984", { fits: false }],
    ],
  },
  {
    name: "an empty field",
    body: `DC04BS010001${dates}0701FR62${GS}60NATACHA`,
    header: [4, "07", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["62", ""],
      ["60", "NATACHA"],
    ],
  },
  {
    name: "fields of fixed length that stop early",
    body: `DC04BS010001${dates}0001FR2475${GS}26FR`,
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [
      ["24", "75", { fits: false }],
      ["26", "FR"],
    ],
  },
  {
    name: "the signature as bytes, as in the first years",
    body: `DC01BS010001${dates}0126FR2406160`,
    as: "raw",
    header: [1, "01", "2025-03-26", "2025-03-27", null],
    fields: [
      ["26", "FR"],
      ["24", "06160"],
    ],
  },
  {
    name: "an annex that nobody signed",
    body: `DC04BS010001${dates}0001FR2475001`,
    behind: `${GS}25NOT SIGNED`,
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [["24", "75001"]],
  },
  {
    name: "a key of P-384",
    body: `DC04BS010002${dates}0001FR2475001`,
    curve: "P-384",
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [["24", "75001"]],
  },
  {
    name: "a key of P-521",
    body: `DC04BS010003${dates}0001FR2475001`,
    curve: "P-521",
    header: [4, "00", "2025-03-26", "2025-03-27", "FR"],
    fields: [["24", "75001"]],
  },
];

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
}

const pairs = {
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
} as const;
const hashes = { "P-256": "sha256", "P-384": "sha384", "P-521": "sha512" } as const;
const certificates = { "P-256": "0001", "P-384": "0002", "P-521": "0003" } as const;

function code({ body, curve = "P-256", as, behind = "", encoding }: Own): string {
  const signed = Buffer.from(body, encoding ?? "utf8");
  const signature = sign(hashes[curve], signed, { key: pairs[curve].privateKey, dsaEncoding: "ieee-p1363" });
  const written = as === "raw" ? signature : Buffer.from(base32(signature) + behind);
  return Buffer.concat([signed, Buffer.from(US), written]).toString("base64url");
}

/** The ANTS's test certificate FR00/0001, its point as go2ddoc carries it. */
const testKey =
  "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqY8NfM1igIiTvsTUNuedGDSh1uAB1w8cTNzNnZ4v4in3JAUU6N3AypjQx0QMnMSShJoPvac/w5L02grgf4TCPA==\n-----END PUBLIC KEY-----\n";
const outside: readonly { readonly name: string; readonly text: string; readonly genuine: boolean }[] = [
  {
    name: "ANTS specimen, version 2, energy bill",
    text: "DC02FR000001125E125B0126FR247500010MME/SPECIMEN/NATACHA<GS>22145 AVENUE DES SPECIMENS<GS><US>54LDD5F7JD4JEFPR6WZYVZVB2JZXPZB73SP7WUTN5N44P3GESXW75JZUZD5FM3G4URAJ6IKDSSUB66Y3OWQIEH22G46QOAGWH7YHJWQ",
    genuine: true,
  },
  {
    name: "ANTS specimen, version 3, machine readable zone",
    text: "DC03FR000001092D163608016FP FRASPECIMEN  NATACHA                      07CD123044FRA7307122F1603062              04<GS><US>TYXD5GHXKAQ52NCB4IZGXJFYIYTX7UR5SIG7DPDJOS3KOW67ESGECFXFTZFE3MO263SYM7KY2GTNOR4Z5RROT7XDCOCTW3I7OREONIY",
    genuine: true,
  },
  {
    name: "ANTS specimen, version 3, identity title",
    text: "DC03FR000001092D1636070160NATACHA<GS>62SPECIMEN<GS>65P 6607CD12304<GS>67FR68F6CFR<US>EYLJXYH5R3HYO5YWTMELK7P277KKOK5TTNB26S6UAPDH2KJGT37YXNDEZTGEK2LX3OSRNAXOP4UHFWHNTOU6LTOSBMX2EBCQ36UZ4FA",
    genuine: true,
  },
  {
    name: "ANTS specimen, version 3, statement of account",
    text: "DC03FR00000112131636110130M EXEMPLE HENRY ET MME SPECIMEN NATACHA<GS>31FR7030002005500000157845Z02<GS>32CRLYFRPP<GS>36121337123038-234,78<GS><US>27SBQHRWLDWFSHQOEBCTVIZMZDHL4UF44K2R7RFSDCAGQIOAB243LPCY66ORXDN7CWHMSV6YKJE5MXN5VGEXSOSEHF2MXUOTQLNE5ZA",
    genuine: true,
  },
  {
    name: "ANTS specimen, version 4, act",
    text: "DC04FR000001198519D31201FR90MAITRE/SPECIMEN/NATACHA<GS>92RAISON SOCIALE DE TEST<GS>94SAISIE CONSERVATOIRE DE CREANCES<GS>962111201791MME/BERTHIER/CORINNE<GS>93RAISON SOCIALE DU TIERS CONCERNE<GS>951896547853AB<GS>0CNB2WS43TNFSXELLKOVZXI2LDMUXGM4RPGE4DSNRVGQ3TQNJTIFBA<GS><US>OOXND3NRRGDZKBYZ6VDMHSM7WHJ323ICLGTSEELJ74OW3E4GGFYI3GX6IXCN4HF45JWYZKHHU7GXTBMCSHOSU5GOUHJYN4PIH6VAA2Q",
    genuine: true,
  },
  {
    name: "DGFiP specimen, version 4, tax notice: another key signed it",
    text: "DC04FR000001FFFF23DC2801FR432,75<GS>44227801234567845202146RETI PATRICK<GS>4A310720224Y145 RUE JULLIARD/ZASPECIMEN/78320/LEVIS STNOM<GS>4163198<GS>47300112345678948RETISOPHIE<GS>4907019877654324V3542<GS>4W182<GS>4X3724<GS><US>6W76EBC3I2LWHBVGNNYTL34SC6V32S2GDCIQQZLZNMTKCHNVEUISJYUQH5WE3AJJICBNG3YMQ2NXXHP5ZHVOQE332R6TUJDHNOHQ6BI",
    genuine: false,
  },
];

const outsideFields: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "ANTS specimen, version 2, energy bill": [
    ["26", "FR"],
    ["24", "75000"],
    ["10", "MME/SPECIMEN/NATACHA"],
    ["22", "145 AVENUE DES SPECIMENS"],
  ],
  "ANTS specimen, version 3, machine readable zone": [
    ["6F", "P FRASPECIMEN  NATACHA                      07CD123044FRA7307122F1603062              04"],
  ],
  "ANTS specimen, version 3, identity title": [
    ["60", "NATACHA"],
    ["62", "SPECIMEN"],
    ["65", "P "],
    ["66", "07CD12304"],
    ["67", "FR"],
    ["68", "F"],
    ["6C", "FR"],
  ],
  "ANTS specimen, version 3, statement of account": [
    ["30", "M EXEMPLE HENRY ET MME SPECIMEN NATACHA"],
    ["31", "FR7030002005500000157845Z02"],
    ["32", "CRLYFRPP"],
    ["36", "1213"],
    ["37", "1230"],
    ["38", "-234,78"],
  ],
  "ANTS specimen, version 4, act": [
    ["90", "MAITRE/SPECIMEN/NATACHA"],
    ["92", "RAISON SOCIALE DE TEST"],
    ["94", "SAISIE CONSERVATOIRE DE CREANCES"],
    ["96", "21112017"],
    ["91", "MME/BERTHIER/CORINNE"],
    ["93", "RAISON SOCIALE DU TIERS CONCERNE"],
    ["95", "1896547853AB"],
    ["0C", "NB2WS43TNFSXELLKOVZXI2LDMUXGM4RPGE4DSNRVGQ3TQNJTIFBA"],
  ],
  "DGFiP specimen, version 4, tax notice: another key signed it": [
    ["43", "2,75"],
    ["44", "2278012345678"],
    ["45", "2021"],
    ["46", "RETI PATRICK"],
    ["4A", "31072022"],
    ["4Y", "145 RUE JULLIARD/ZASPECIMEN/78320/LEVIS STNOM"],
    ["41", "63198"],
    ["47", "3001123456789"],
    ["48", "RETISOPHIE"],
    ["49", "0701987765432"],
    ["4V", "3542"],
    ["4W", "182"],
    ["4X", "3724"],
  ],
};

const spki = (key: ReturnType<typeof createPublicKey>): string =>
  key.export({ format: "der", type: "spki" }).toString("base64url");

write("two-d-doc", {
  keys: Object.entries(pairs).map(([curve, pair]) => ({
    authority: "BS01",
    certificate: certificates[curve as keyof typeof certificates],
    curve,
    spki: spki(pair.publicKey),
  })),
  own: made.map(({ name, header, fields, behind = "", ...rest }) => ({
    ...{ name, code: code({ name, header, fields, behind, ...rest }), header, fields, annex: behind },
  })),
  outsideKey: { authority: "FR00", certificate: "0001", curve: "P-256", spki: spki(createPublicKey(testKey)) },
  outside: outside.map(({ name, text, genuine }) => ({
    ...{ name, genuine },
    code: Buffer.from(text.replaceAll("<GS>", GS).replaceAll("<US>", US)).toString("base64url"),
    // Their fields as the text has them, parted by hand.
    fields: outsideFields[name],
  })),
});
