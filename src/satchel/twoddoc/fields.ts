/**
 * The fields of a 2D-Doc code (perimeter 01) as data: how long they are, what they mean, of whom they speak. Words are in
 * locales/<lang>/twoddoc.json by `meanings` and `whose`.
 *
 * Surprising fact: without the lengths nothing can be read. A field of fixed length is followed by the next one with no sign between
 * them, so an id that is not in this table may swallow its neighbours. Lengths: ANTS specification 3.1.3 as carried by go2ddoc
 * (188 ids), and betagouv/2ddoc-parser for later ids; where they differ (06) the specification wins.
 */

export type Whose =
  | "self"
  | "co-holder"
  | "recipient"
  | "co-recipient"
  | "employer"
  | "father"
  | "mother"
  | "deceased"
  | "officer"
  | "applicant"
  | "third-party"
  | "seller"
  | "buyer"
  | "bank"
  | "none";

/** How a value is written. `hex`: four hexadecimal digits, days since 2000-01-01. `day`: DDMMYYYY. `minute`: DDMMYYYYHHMM. */
export type Form = "text" | "hex" | "day" | "minute";

export interface FieldSpec {
  readonly id: string;
  readonly min: number;
  /** Null: no limit. */
  readonly max: number | null;
  readonly form: Form;
  readonly meaning: string;
  readonly whose: Whose;
}

/** A line each: id, length ("4", "0-38", "0-" without limit), form, meaning, of whom. */
const table = `
01 0- text document-number none
02 0- text other none
03 0- text other none
04 0- text other none
05 0- text other none
06 4 hex other none
07 6 text other none
08 4 hex valid-until none
09 4 text other none
0A 9 text other none
0B 9 text other none
0C 0- text other none
10 0-38 text full-name self
11 0-38 text title self
12 0-38 text given-names self
13 0-38 text family-name self
14 0-38 text full-name recipient
15 0-38 text title recipient
16 0-38 text given-names recipient
17 0-38 text family-name recipient
18 0- text invoice-number none
19 0- text customer-number none
1A 0- text contract-number none
1B 0- text customer-number none
1C 8 day starts none
1D 0-16 text amount none
1E 0-30 text phone self
1F 0-30 text phone recipient
1G 1 text other none
1H 1 text other none
1I 0-38 text full-name co-holder
1J 0-38 text title co-holder
1K 0-38 text given-names co-holder
1L 0-38 text family-name co-holder
1M 0-38 text full-name co-recipient
1N 0-38 text title co-recipient
1O 0-38 text given-names co-recipient
1P 0-38 text family-name co-recipient
20 0-38 text address-line self
21 0-38 text address-line self
22 0-38 text address-line self
23 0-38 text address-line self
24 5 text postal-code self
25 0-32 text city self
26 2 text country self
27 0-38 text address-line recipient
28 0-38 text address-line recipient
29 0-38 text address-line recipient
2A 0-38 text address-line recipient
2B 5 text postal-code recipient
2C 0-32 text city recipient
2D 2 text country recipient
30 0-140 text full-name self
31 14-38 text iban self
32 8-11 text bic self
33 0-30 text account-number self
34 2 text country bank
35 14-34 text account-number self
36 4 hex period-start none
37 4 hex period-end none
38 0-11 text balance none
39 0-11 text balance none
40 13 text tax-number self
41 0- text reference-income none
42 0- text household none
43 0- text tax-parts none
44 13 text tax-reference none
45 4 text income-year none
46 0-38 text full-name self
47 13 text tax-number self
48 0-38 text full-name co-holder
49 13 text tax-number co-holder
4A 8 day collected-on none
4B 8 day declared-on none
4V 0- text net-tax none
4W 0- text left-to-pay none
4X 0- text tax-withheld none
4Y 0- text address self
50 14 text siret employer
51 6 text hours none
52 7 text hours none
53 4 hex period-start none
54 4 hex period-end none
55 8 day starts none
56 4 hex ends none
57 8 day signed-on none
58 0-11 text net-taxable none
59 0-12 text net-taxable none
5A 0-11 text gross-pay none
5B 0-12 text gross-pay none
5C 0-11 text net-pay none
5D 0-38 text address-line employer
5E 0-38 text address-line employer
5F 0-38 text address-line employer
5G 0-38 text address-line employer
5H 5 text postal-code employer
5I 0-32 text city employer
5J 2 text country employer
5K 0-50 text other none
5L 9-14 text siret employer
5M 0-38 text full-name employer
5N 21 text document-number none
5O 0-38 text family-name employer
5P 0-20 text given-names employer
60 0-60 text given-names self
61 0-20 text given-names self
62 0-38 text family-name self
63 0-38 text used-name self
64 0-38 text spouse-name self
65 2 text document-kind none
66 0-20 text document-number none
67 2 text nationality self
68 1 text gender self
69 8 day birthdate self
6A 0-32 text birthplace self
6B 3 text other none
6C 2 text birth-country self
6D 0-60 text full-name father
6E 0-60 text full-name mother
6F 0-90 text machine-zone self
6G 1-38 text family-name self
6H 1-10 text title self
6I 2 text issuing-country none
6J 1 text document-kind none
6K 19 text request-number none
6L 8 day requested-on none
6M 0-40 text document-kind none
6N 8 day valid-from none
6O 8 day valid-until none
6P 0-40 text permission none
6Q 0-10 text foreigner-number self
6R 12 text visa-number self
6S 0-38 text address-line self
6T 0-38 text address-line self
6U 0-38 text address-line self
6V 0-38 text address-line self
6W 5 text postal-code self
6X 0-32 text city self
6Y 2 text country self
6Z 9-11 text foreigner-number self
70 12 minute died-on deceased
71 12 minute other none
72 0-38 text family-name deceased
73 0-60 text given-names deceased
74 0-38 text birth-name deceased
75 8 day birthdate deceased
76 1 text gender deceased
77 0-45 text city deceased
78 5 text postal-code deceased
79 0-114 text address deceased
7A 5 text postal-code deceased
7B 0-45 text city deceased
7C 1 text other none
7D 1 text other none
7E 1 text other none
7F 1 text other none
7G 1 text other none
7H 2 text other none
7I 1 text other none
7J 1 text other none
7K 13 text other none
7L 9 text other none
7M 0-64 text other none
7N 0-128 text other none
7O 1 text other none
80 0-38 text family-name self
81 0-60 text given-names self
82 0-20 text document-number none
83 0-40 text organisation none
84 0-40 text profession self
85 17 text other none
86 12 text other none
90 0-38 text full-name officer
91 0-38 text full-name applicant
92 0-38 text full-name recipient
93 0-38 text full-name third-party
94 0-38 text subject none
95 0-18 text document-number none
96 8 day signed-on none
A0 2 text other none
A1 0-17 text vehicle-plate none
A2 0-17 text vehicle none
A3 0-17 text vehicle none
A4 17 text other none
A5 3 text other none
A6 2 text other none
A7 3 text other none
A8 0-12 text other none
A9 3 text other none
AA 8 day other none
AB 0-8 text other none
AC 0-19 text other none
AD 4 hex other none
AE 4 text other none
AF 1 text other none
AG 1 text other none
AH 0-30 text document-number none
AI 8 day valid-until none
AJ 13 text other none
AK 7 text other none
AL 11 text document-number none
AM 0-5 text other none
AN 8 text other none
B0 0-60 text given-names self
B1 0-20 text given-names self
B2 0-38 text family-name self
B3 0-38 text used-name self
B4 0-38 text spouse-name self
B5 2 text nationality self
B6 1 text gender self
B7 8 day birthdate self
B8 0-32 text birthplace self
B9 2 text birth-country self
BA 1 text other none
BB 0-50 text student-number self
BC 0-20 text document-number none
BD 1 text other none
BE 3 text other none
BF 3 text other none
BG 2 text other none
BH 0-30 text diploma none
BI 0-30 text diploma none
BJ 0-30 text diploma none
BK 14 text document-number none
C0 1 text gender seller
C1 0-38 text family-name seller
C2 0-20 text given-names seller
C3 12 minute sold-on none
C4 8 day other none
C5 1 text gender buyer
C6 0-38 text family-name buyer
C7 0-20 text given-names buyer
C8 0-38 text address-line buyer
C9 5 text postal-code buyer
CA 0-45 text city buyer
CB 10 text other none
CC 12 minute other none
`;

const fields: ReadonlyMap<string, FieldSpec> = new Map(
  table
    .trim()
    .split("\n")
    .map((line): readonly [string, FieldSpec] => {
      const [id = "", length = "", form = "", meaning = "", whose = ""] = line.split(" ");
      const [min = "", max] = length.split("-");
      const limit = max === undefined ? Number(min) : max === "" ? null : Number(max);
      return [id, { id, min: Number(min), max: limit, form: form as Form, meaning, whose: whose as Whose }];
    }),
);

/** Undefined for an id that this version does not know. */
export const fieldSpec = (id: string): FieldSpec | undefined => fields.get(id);

export const allFieldSpecs = (): readonly FieldSpec[] => [...fields.values()];

/** Never proposed: the person has to ask for them one by one. */
const secret = new Set(["iban", "bic", "account-number", "balance", "tax-number", "tax-reference", "machine-zone"]);

export const isSecret = (meaning: string): boolean => secret.has(meaning);

/** Kinds of document (perimeter 01) and the kind of paper that they are (satchel/paper-types.ts), where there is one. */
export const documentKinds: Readonly<Record<string, string | null>> = {
  "00": "proof-of-address",
  "01": "proof-of-address",
  "02": "proof-of-address",
  "03": "bank-details",
  "04": "tax-notice",
  "05": "bank-details",
  "06": "pay-slip",
  "07": "identity-card",
  "08": null,
  "09": null,
  "10": "work-contract",
  "11": "bank-statement",
  "12": null,
  "13": null,
  "14": null,
  "15": "work-authorisation",
  "16": "asylum-attestation",
  "17": null,
  "28": "tax-notice",
  A0: null,
  A1: null,
  A2: "mobility-inclusion-card",
  A4: "death-certificate",
  A7: null,
  A8: null,
  B0: "diploma",
  B1: null,
  B2: "medical-certificate",
};
