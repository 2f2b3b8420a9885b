/**
 * Words that people stumble over: which ones are explained, and where a rule of law named in an explanation was read. Data
 * only; the words and their explanations are in locales/<lang>/glossary.json.
 *
 * Surprising fact: most have no source, because they say only what a word means. Whatever says who decides, who pays or
 * what comes first has one, with the day on which it was read.
 */

export interface TermSource {
  readonly title: string;
  /** "YYYY-MM-DD". */
  readonly verifiedOn: string;
}

const read = (title: string, verifiedOn = "2026-11-21"): TermSource => ({ title, verifiedOn });
const old = (sheet: string): TermSource => read(`Service-public.fr ${sheet}, copy of 2020`, "2020-11-12");
const disability = read("Cerfa 15692, decree 2021-391");
const appeals = read("rsa-info.fr, appeals against the CAF", "2026-11-22");

/** By id: null where only the meaning is told. */
export const terms = {
  "quotient-familial": null,
  "avis-impot": null,
  "ayant-droit": null,
  recepisse: null,
  domiciliation: old("F17317"),
  ressources: null,
  justificatif: null,
  attestation: null,
  honneur: null,
  tutelle: null,
  curatelle: null,
  rib: null,
  iban: null,
  cerfa: null,
  mdph: disability,
  aah: disability,
  rqth: disability,
  pch: disability,
  cmi: disability,
  recours: appeals,
  "commission-recours": appeals,
  "mise-en-demeure": null,
  bailleur: null,
  bail: null,
  quittance: null,
  charges: null,
  hebergeant: null,
  allocataire: null,
  "a-charge": null,
  concubinage: null,
  pacs: null,
  rfr: null,
  "numero-fiscal": null,
  nir: null,
  caf: null,
  msa: null,
  cpam: null,
  ccas: null,
  "france-services": null,
  "france-travail": null,
  apl: old("F12006"),
  rsa: read("Service-public.fr F19778 and R1350"),
  "prime-activite": old("F2882"),
  c2s: read("Service-public.fr F10027, Cerfa 12504"),
  aspa: old("F16871"),
  "point-justice": null,
  defenseur: null,
  expulsion: null,
  surendettement: null,
  "trop-percu": appeals,
  "pension-alimentaire": null,
  mutuelle: null,
  "acte-naissance": null,
  "livret-famille": null,
  "titre-sejour": null,
  invalidite: null,
  "aide-juridictionnelle": read("Decree 2020-1717", "2026-11-22"),
  recommande: null,
  conciliation: read("mdph47.fr, contesting a decision", "2026-11-22"),
  "tribunal-administratif": null,
  procuration: null,
  "indemnites-journalieres": null,
  "net-social": null,
  "nom-usage": null,
  "cheque-energie": read("Pages on the energy voucher, campaign of 2025"),
  notification: null,
} as const satisfies Readonly<Record<string, TermSource | null>>;

export type TermId = keyof typeof terms;

export const termIds = Object.keys(terms) as readonly TermId[];
