/**
 * What is known of each kind of paper: fields, where they are printed, usual validity, who could be harmed by it, advice,
 * and where that was read. Data only; words are in locales/<lang>/papers-guide.json. A chunk of its own in the page.
 *
 * Surprising fact: most of it is "usual", not law. A date on the paper always wins, and what a desk asks for is a rule of the
 * procedure (forms/), never of the paper.
 */
import type { Mask } from "./masks.ts";
import type {
  AdviceId,
  Drawing,
  FieldId,
  PaperField,
  PaperTypeDetails,
  Place,
  Sensitivity,
  Source,
  Validity,
} from "./model.ts";

/** After this day the catalogue has to be read again against its sources. */
export const reviewBefore = "2027-05-21";

const sources = {
  labels: {
    title: "cozy-client 60.30.1, qualifications.json: 99 labels of papers with their attributes",
    reading: "read",
    verifiedOn: "2026-11-21",
  },
  identity: {
    title: "Service-public.fr F21091 and siblings (identity card, passport)",
    reading: "copy-2020",
    verifiedOn: "2020-11-12",
  },
  cardTerm: { title: "Service-public.fr F35005 (old identity cards)", reading: "copy-2020", verifiedOn: "2020-11-12" },
  permit: {
    title: "Pages on ANEF and CESEDA L.433-3 (residence permits)",
    reading: "secondary",
    verifiedOn: "2026-11-21",
  },
  domicile: {
    title: "Service-public.fr F17317, Cerfa 16029 and 16030 (election of domicile)",
    reading: "copy-2020",
    verifiedOn: "2020-11-12",
  },
  health: { title: "Service-public.fr F10027, Cerfa 12504 (C2S)", reading: "copy-2020", verifiedOn: "2020-11-12" },
  housing: {
    title: "Order of 22 December 2020, Cerfa 14069 and notice 51423 (social housing)",
    reading: "read",
    verifiedOn: "2026-11-21",
  },
  rsa: { title: "Service-public.fr F19778 and R1350 (RSA)", reading: "copy-2020", verifiedOn: "2020-11-12" },
  bonus: { title: "Service-public.fr F2882 (activity bonus)", reading: "copy-2020", verifiedOn: "2020-11-12" },
  housingAid: {
    title: "Service-public.fr F12006, Cerfa 10842 (housing aids)",
    reading: "copy-2020",
    verifiedOn: "2020-11-12",
  },
  aspa: { title: "Service-public.fr F16871, Cerfa 13710 (ASPA)", reading: "copy-2020", verifiedOn: "2020-11-12" },
  mdph: {
    title: "Decree 2021-391, R.146-26 CASF, Cerfa 15692 and 15695 (MDPH)",
    reading: "read",
    verifiedOn: "2026-11-21",
  },
  legalAid: { title: "Cerfa 16146, decree 2020-1717 (legal aid)", reading: "read", verifiedOn: "2026-11-21" },
  work: { title: "francetravail.fr and Service-public.fr F24465", reading: "secondary", verifiedOn: "2026-11-21" },
  voucher: { title: "Pages on the energy voucher, campaign of 2025", reading: "secondary", verifiedOn: "2026-11-21" },
  mandate: {
    title: "betagouv/Aidants_Connect 42814c5a: template and durations of mandates",
    reading: "read",
    verifiedOn: "2026-11-21",
  },
  vehicle: {
    title: "Service-public.fr F1050 (vehicle registration)",
    reading: "copy-2020",
    verifiedOn: "2020-11-12",
  },
  proofs: {
    title: "DossierFacile: proofs that are accepted and refused, by kind of document",
    reading: "read",
    verifiedOn: "2026-11-21",
  },
  none: {
    title: "Not read anywhere: what the paper is called and looks like",
    reading: "unread",
    verifiedOn: "2026-11-22",
  },
} as const satisfies Readonly<Record<string, Source>>;
type SourceId = keyof typeof sources;

const field = (id: FieldId, mask: Mask, printed: Place, secret = false): PaperField => ({ id, mask, printed, secret });

/** What the short forms below stand for. */
const issued = (printed: Place = "top"): PaperField => field("issued", "date", printed);
const expires = (printed: Place = "front"): PaperField => field("expires", "date", printed);
const decided = field("decided", "date", "top");
const reference = field("reference", "text", "top");
const amount = (printed: Place = "bottom"): PaperField => field("amount", "amount", printed);
const period = field("period", "text", "top");
const cafNumber = field("caf-number", "caf", "top");
const socialNumber = (printed: Place = "top"): PaperField => field("social-number", "nir", printed, true);
const foreignerNumber = (printed: Place = "front"): PaperField => field("foreigner-number", "foreigner", printed);

interface Row {
  readonly drawing?: Drawing;
  readonly fields?: readonly PaperField[];
  readonly validity: Validity;
  readonly sensitivity?: readonly Sensitivity[];
  readonly advice?: readonly AdviceId[];
  readonly from: readonly SourceId[];
}

const rows: Readonly<Record<string, Row>> = {
  "identity-card": {
    drawing: "card",
    fields: [field("number", "identity-card", "front"), issued("back"), expires("front")],
    validity: "printed",
    sensitivity: ["identity"],
    advice: ["single-use-proof", "keep-original"],
    from: ["identity", "cardTerm", "labels"],
  },
  passport: {
    drawing: "card",
    fields: [field("number", "passport", "data-page"), issued("data-page"), expires("data-page")],
    validity: "printed",
    sensitivity: ["identity"],
    advice: ["single-use-proof", "keep-original"],
    from: ["identity", "labels"],
  },
  "identity-photo": {
    drawing: "card",
    fields: [issued("back")],
    validity: "recent",
    sensitivity: ["identity"],
    advice: ["photo-six-months"],
    from: ["identity", "labels"],
  },
  "driving-licence": {
    drawing: "card",
    fields: [field("number", "text", "front"), issued("front"), expires("front")],
    validity: "printed",
    sensitivity: ["identity"],
    advice: ["keep-original"],
    from: ["labels"],
  },
  "voter-card": {
    drawing: "card",
    fields: [field("number", "text", "front")],
    validity: "unknown",
    sensitivity: ["identity"],
    from: ["labels"],
  },
  "loss-declaration": {
    fields: [issued(), reference],
    validity: "unknown",
    sensitivity: ["identity"],
    advice: ["keep-proof"],
    from: ["none"],
  },
  "nationality-certificate": {
    fields: [issued(), reference],
    validity: "lasting",
    sensitivity: ["identity"],
    advice: ["keep-original"],
    from: ["none"],
  },

  "residence-permit": {
    drawing: "card",
    fields: [field("number", "text", "front"), foreignerNumber("back"), issued("front"), expires("front")],
    validity: "printed",
    sensitivity: ["identity"],
    advice: ["file-early", "keep-original"],
    from: ["permit", "labels"],
  },
  recepisse: {
    fields: [foreignerNumber("front"), issued("front"), expires("front")],
    validity: "printed",
    sensitivity: ["identity"],
    advice: ["file-early", "keep-older"],
    from: ["permit"],
  },
  visa: {
    drawing: "card",
    fields: [field("number", "text", "front"), field("starts", "date", "front"), expires("front")],
    validity: "printed",
    sensitivity: ["identity"],
    from: ["none"],
  },
  "asylum-attestation": {
    fields: [foreignerNumber("front"), issued("front"), expires("front")],
    validity: "printed",
    sensitivity: ["identity"],
    advice: ["file-early", "choose-who-sees"],
    from: ["none"],
  },
  "extension-attestation": {
    fields: [foreignerNumber("top"), issued(), expires("middle")],
    validity: "printed",
    sensitivity: ["identity"],
    advice: ["keep-proof", "keep-older"],
    from: ["permit"],
  },
  "protection-decision": {
    fields: [decided, reference],
    validity: "lasting",
    sensitivity: ["identity", "justice"],
    advice: ["keep-original", "choose-who-sees"],
    from: ["none"],
  },
  "prefecture-appointment": {
    fields: [field("appointment", "date", "middle"), reference],
    validity: "printed",
    sensitivity: ["identity"],
    advice: ["keep-proof"],
    from: ["permit"],
  },
  "prefecture-decision": {
    fields: [decided, field("answer-before", "date", "last-page"), reference],
    validity: "lasting",
    sensitivity: ["identity", "justice"],
    advice: ["answer-soon", "keep-envelope"],
    from: ["none"],
  },
  "integration-contract": {
    fields: [field("starts", "date", "first-page")],
    validity: "lasting",
    sensitivity: ["identity"],
    from: ["none"],
  },
  "consular-card": {
    drawing: "card",
    fields: [field("number", "text", "front"), expires("front")],
    validity: "printed",
    sensitivity: ["identity"],
    from: ["none"],
  },

  "birth-certificate": {
    fields: [issued("bottom")],
    validity: "recent",
    sensitivity: ["identity"],
    advice: ["asked-recent", "ask-copy-town-hall"],
    from: ["identity", "labels"],
  },
  "foreign-civil-status": {
    fields: [issued("bottom")],
    validity: "lasting",
    sensitivity: ["identity"],
    advice: ["keep-original", "translation"],
    from: ["none"],
  },
  "family-book": {
    fields: [issued("first-page")],
    validity: "lasting",
    sensitivity: ["identity", "children"],
    advice: ["keep-original"],
    from: ["labels"],
  },
  "marriage-certificate": {
    fields: [issued("bottom")],
    validity: "recent",
    advice: ["ask-copy-town-hall"],
    from: ["labels"],
  },
  "pacs-certificate": { fields: [issued("bottom")], validity: "recent", from: ["labels"] },
  "divorce-judgment": { fields: [decided, reference], validity: "lasting", sensitivity: ["justice"], from: ["labels"] },
  "custody-decision": {
    fields: [decided, reference],
    validity: "lasting",
    sensitivity: ["justice", "children"],
    advice: ["choose-who-sees"],
    from: ["none"],
  },
  "death-certificate": {
    fields: [issued("bottom")],
    validity: "lasting",
    sensitivity: ["identity"],
    advice: ["ask-copy-town-hall"],
    from: ["housing"],
  },
  "pregnancy-declaration": {
    fields: [issued()],
    validity: "unknown",
    sensitivity: ["health"],
    advice: ["choose-who-sees"],
    from: ["housing"],
  },
  "large-family-card": {
    drawing: "card",
    fields: [field("number", "text", "front"), expires("front")],
    validity: "printed",
    from: ["labels"],
  },
  "alimony-proof": { fields: [issued(), amount("middle")], validity: "latest", sensitivity: ["money"], from: ["rsa"] },
  "school-certificate": {
    fields: [issued("bottom"), field("year", "year", "top")],
    validity: "latest",
    sensitivity: ["children"],
    advice: ["latest-year"],
    from: ["labels"],
  },

  "proof-of-address": {
    drawing: "bill",
    fields: [issued()],
    validity: "recent",
    advice: ["asked-recent"],
    from: ["identity", "labels"],
  },
  "domicile-attestation": {
    fields: [field("starts", "date", "middle"), expires("middle")],
    validity: "year",
    advice: ["go-every-three-months", "renew-each-year"],
    from: ["domicile"],
  },
  lease: {
    fields: [field("starts", "date", "first-page"), amount("first-page")],
    validity: "lasting",
    advice: ["keep-original"],
    from: ["labels", "proofs"],
  },
  "rent-receipt": {
    drawing: "bill",
    fields: [period, amount()],
    validity: "last-three",
    advice: ["last-three"],
    from: ["proofs", "labels"],
  },
  "landlord-attestation": {
    drawing: "table",
    fields: [issued("bottom"), amount("middle")],
    validity: "latest",
    from: ["housingAid"],
  },
  "energy-bill": {
    drawing: "bill",
    fields: [issued(), field("delivery-point", "delivery-point", "first-page")],
    validity: "recent",
    advice: ["asked-recent"],
    from: ["identity", "voucher"],
  },
  "water-bill": {
    drawing: "bill",
    fields: [issued()],
    validity: "recent",
    advice: ["asked-recent"],
    from: ["identity", "labels"],
  },
  "phone-bill": {
    drawing: "bill",
    fields: [issued()],
    validity: "recent",
    advice: ["asked-recent"],
    from: ["identity", "labels"],
  },
  "home-insurance": {
    fields: [field("number", "text", "top"), field("starts", "date", "middle"), expires("middle")],
    validity: "printed",
    advice: ["asked-recent"],
    from: ["identity", "labels"],
  },
  "hosting-attestation": {
    fields: [issued("bottom")],
    validity: "recent",
    advice: ["three-papers", "asked-recent"],
    from: ["identity", "proofs"],
  },
  "hosting-bundle": {
    fields: [issued("first-page")],
    validity: "recent",
    sensitivity: ["identity"],
    advice: ["three-papers", "asked-recent"],
    from: ["identity", "proofs"],
  },
  "shelter-attestation": {
    fields: [issued("bottom")],
    validity: "recent",
    advice: ["asked-recent"],
    from: ["identity", "aspa"],
  },
  "property-tax": {
    drawing: "table",
    fields: [field("year", "year", "top"), field("tax-number", "tax-number", "top", true), amount("first-page")],
    validity: "latest",
    sensitivity: ["money"],
    from: ["proofs"],
  },
  "inventory-of-fixtures": { fields: [issued("first-page")], validity: "lasting", from: ["labels"] },
  "social-housing-attestation": {
    fields: [field("unique-number", "text", "top"), field("deposited", "date", "middle"), expires("middle")],
    validity: "year",
    advice: ["renew-each-year", "keep-proof"],
    from: ["housing"],
  },
  "eviction-notice": {
    fields: [decided, field("answer-before", "date", "letter"), reference],
    validity: "lasting",
    sensitivity: ["justice", "money"],
    advice: ["answer-soon", "keep-envelope"],
    from: ["none"],
  },

  "tax-notice": {
    drawing: "table",
    fields: [
      field("year", "year", "top"),
      field("reference-income", "amount", "first-page"),
      field("tax-number", "tax-number", "top", true),
      field("reference", "tax-reference", "top", true),
    ],
    validity: "latest",
    sensitivity: ["money"],
    advice: ["latest-year", "hide-numbers"],
    from: ["legalAid", "housing", "labels"],
  },
  "tax-declaration": {
    drawing: "table",
    fields: [field("year", "year", "top"), field("tax-number", "tax-number", "top", true)],
    validity: "latest",
    sensitivity: ["money"],
    from: ["labels"],
  },
  "tax-situation-notice": {
    drawing: "table",
    fields: [field("year", "year", "top"), field("reference-income", "amount", "first-page")],
    validity: "latest",
    sensitivity: ["money"],
    advice: ["latest-year"],
    from: ["health", "aspa"],
  },
  "bank-details": {
    drawing: "table",
    fields: [field("iban", "iban", "middle", true)],
    validity: "lasting",
    sensitivity: ["money"],
    advice: ["hide-numbers"],
    from: ["labels", "rsa"],
  },
  "bank-statement": {
    drawing: "table",
    fields: [period, field("iban", "iban", "top", true)],
    validity: "last-three",
    sensitivity: ["money"],
    advice: ["choose-who-sees"],
    from: ["labels", "aspa"],
  },
  "benefit-notice": {
    drawing: "table",
    fields: [issued(), cafNumber, amount("middle")],
    validity: "recent",
    sensitivity: ["money"],
    advice: ["asked-recent"],
    from: ["labels", "rsa"],
  },
  "pension-notice": {
    fields: [decided, socialNumber(), amount("middle")],
    validity: "lasting",
    sensitivity: ["money"],
    advice: ["keep-original"],
    from: ["labels", "aspa"],
  },
  "pension-payment": {
    drawing: "table",
    fields: [period, amount("middle")],
    validity: "latest",
    sensitivity: ["money"],
    from: ["labels", "aspa"],
  },
  "disability-pension": {
    fields: [decided, socialNumber(), amount("middle")],
    validity: "latest",
    sensitivity: ["health", "money"],
    advice: ["choose-who-sees"],
    from: ["labels"],
  },
  "sick-pay-statement": {
    drawing: "table",
    fields: [period, socialNumber(), amount()],
    validity: "last-three",
    sensitivity: ["health", "money"],
    advice: ["last-three"],
    from: ["rsa"],
  },
  "student-grant": {
    fields: [decided, field("year", "year", "top"), amount("middle")],
    validity: "latest",
    sensitivity: ["money"],
    from: ["none"],
  },
  "energy-voucher": {
    drawing: "table",
    fields: [field("number", "text", "middle", true), amount("middle"), expires("middle")],
    validity: "printed",
    sensitivity: ["money"],
    from: ["voucher"],
  },
  "debt-file": {
    fields: [decided, reference],
    validity: "lasting",
    sensitivity: ["money"],
    advice: ["answer-soon", "keep-proof"],
    from: ["none"],
  },

  "pay-slip": {
    drawing: "payslip",
    fields: [period, field("siret", "siret", "top"), amount(), socialNumber()],
    validity: "last-three",
    sensitivity: ["money"],
    advice: ["last-three", "keep-older"],
    from: ["housing", "rsa", "labels"],
  },
  "work-contract": {
    fields: [field("starts", "date", "first-page")],
    validity: "lasting",
    sensitivity: ["money"],
    advice: ["keep-original"],
    from: ["labels", "proofs"],
  },
  "employer-attestation": {
    drawing: "table",
    fields: [issued("last-page"), socialNumber()],
    validity: "lasting",
    sensitivity: ["money"],
    advice: ["keep-original"],
    from: ["work"],
  },
  "work-certificate": {
    fields: [issued("bottom")],
    validity: "lasting",
    advice: ["keep-original"],
    from: ["none"],
  },
  "work-authorisation": {
    fields: [field("number", "text", "top"), issued(), expires("middle")],
    validity: "printed",
    sensitivity: ["identity"],
    from: ["work"],
  },
  "jobseeker-attestation": {
    fields: [issued()],
    validity: "recent",
    advice: ["asked-recent", "update-each-month"],
    from: ["work", "labels"],
  },
  "unemployment-notice": {
    fields: [decided, amount("middle")],
    validity: "latest",
    sensitivity: ["money"],
    advice: ["update-each-month"],
    from: ["work", "rsa"],
  },
  "end-of-unemployment": { fields: [decided], validity: "latest", sensitivity: ["money"], from: ["rsa"] },
  "self-employed-proof": {
    drawing: "table",
    fields: [issued(), field("siret", "siret", "top")],
    validity: "recent",
    from: ["rsa"],
  },
  "curriculum-vitae": { validity: "latest", from: ["labels"] },
  diploma: {
    fields: [issued("bottom")],
    validity: "lasting",
    advice: ["keep-original", "translation"],
    from: ["labels"],
  },
  "training-attestation": { fields: [issued("bottom"), period], validity: "lasting", from: ["none"] },
  "student-card": {
    drawing: "card",
    fields: [field("number", "text", "front"), field("year", "year", "front"), expires("front")],
    validity: "printed",
    sensitivity: ["identity"],
    from: ["labels"],
  },

  "health-attestation": {
    drawing: "health",
    fields: [issued(), expires("middle"), socialNumber()],
    validity: "printed",
    sensitivity: ["health"],
    advice: ["choose-who-sees"],
    from: ["labels", "rsa"],
  },
  "vitale-card": {
    drawing: "card",
    fields: [socialNumber("front")],
    validity: "lasting",
    sensitivity: ["health", "identity"],
    advice: ["keep-original", "hide-numbers"],
    from: ["labels"],
  },
  "c2s-attestation": {
    drawing: "health",
    fields: [field("starts", "date", "middle"), expires("middle")],
    validity: "year",
    sensitivity: ["health", "money"],
    advice: ["renew-each-year"],
    from: ["health"],
  },
  "ame-card": {
    drawing: "card",
    fields: [field("number", "text", "front", true), expires("front")],
    validity: "printed",
    sensitivity: ["health", "identity"],
    advice: ["choose-who-sees", "keep-original"],
    from: ["none"],
  },
  "health-insurance-card": {
    drawing: "card",
    fields: [field("number", "text", "front"), expires("front")],
    validity: "printed",
    sensitivity: ["health"],
    from: ["labels"],
  },
  prescription: {
    drawing: "health",
    fields: [issued()],
    validity: "unknown",
    sensitivity: ["health"],
    advice: ["choose-who-sees"],
    from: ["labels"],
  },
  "medical-certificate": {
    drawing: "health",
    fields: [issued()],
    validity: "recent",
    sensitivity: ["health"],
    advice: ["choose-who-sees"],
    from: ["none"],
  },
  "mdph-medical-certificate": {
    drawing: "health",
    fields: [issued("last-page")],
    validity: "recent",
    sensitivity: ["health"],
    advice: ["certificate-one-year", "choose-who-sees"],
    from: ["mdph"],
  },
  "health-record": {
    drawing: "health",
    validity: "lasting",
    sensitivity: ["health", "children"],
    advice: ["keep-original", "choose-who-sees"],
    from: ["labels"],
  },
  "hospital-report": {
    drawing: "health",
    fields: [issued()],
    validity: "lasting",
    sensitivity: ["health"],
    advice: ["choose-who-sees"],
    from: ["none"],
  },
  "sick-leave": {
    drawing: "health",
    fields: [issued(), field("starts", "date", "middle")],
    validity: "unknown",
    sensitivity: ["health"],
    advice: ["choose-who-sees"],
    from: ["rsa"],
  },
  "long-illness-notice": {
    drawing: "health",
    fields: [decided],
    validity: "unknown",
    sensitivity: ["health"],
    advice: ["choose-who-sees"],
    from: ["none"],
  },
  "medical-bill": {
    drawing: "bill",
    fields: [issued(), amount()],
    validity: "lasting",
    sensitivity: ["health", "money"],
    from: ["none"],
  },

  "rsa-notice": {
    fields: [decided, cafNumber, amount("middle")],
    validity: "latest",
    sensitivity: ["money"],
    advice: ["declare-each-quarter"],
    from: ["rsa", "health"],
  },
  "activity-bonus-notice": {
    fields: [decided, cafNumber, amount("middle")],
    validity: "latest",
    sensitivity: ["money"],
    advice: ["declare-each-quarter"],
    from: ["bonus"],
  },
  "housing-aid-notice": {
    fields: [decided, cafNumber, amount("middle")],
    validity: "latest",
    sensitivity: ["money"],
    from: ["housingAid"],
  },
  "aspa-notice": {
    fields: [decided, amount("middle")],
    validity: "latest",
    sensitivity: ["money"],
    from: ["aspa"],
  },
  "mdph-notice": {
    fields: [decided, field("number", "text", "top"), expires("letter")],
    validity: "printed",
    sensitivity: ["health"],
    advice: ["choose-who-sees", "keep-original"],
    from: ["mdph"],
  },
  "mobility-inclusion-card": {
    drawing: "card",
    fields: [field("number", "text", "front"), expires("front")],
    validity: "printed",
    sensitivity: ["health", "identity"],
    advice: ["keep-original"],
    from: ["mdph"],
  },
  "protection-judgment": {
    fields: [decided, reference, expires("letter")],
    validity: "printed",
    sensitivity: ["justice"],
    advice: ["guardian-signs", "keep-original"],
    from: ["mdph", "mandate"],
  },
  "court-decision": {
    fields: [decided, field("answer-before", "date", "letter"), reference],
    validity: "lasting",
    sensitivity: ["justice"],
    advice: ["answer-soon", "keep-original"],
    from: ["none"],
  },
  "legal-aid-decision": {
    fields: [decided, reference],
    validity: "unknown",
    sensitivity: ["justice"],
    from: ["legalAid"],
  },
  complaint: {
    fields: [issued(), reference],
    validity: "lasting",
    sensitivity: ["justice"],
    advice: ["choose-who-sees", "keep-proof"],
    from: ["none"],
  },
  "protection-order": {
    fields: [decided, expires("letter"), reference],
    validity: "printed",
    sensitivity: ["justice"],
    advice: ["choose-who-sees", "keep-original"],
    from: ["none"],
  },
  "sworn-statement": {
    fields: [issued("bottom")],
    validity: "recent",
    advice: ["asked-recent"],
    from: ["rsa", "aspa"],
  },
  mandate: {
    fields: [field("starts", "date", "last-page"), expires("letter")],
    validity: "printed",
    sensitivity: ["identity"],
    advice: ["guardian-signs", "choose-who-sees"],
    from: ["mandate"],
  },
  "refusal-decision": {
    fields: [decided, field("answer-before", "date", "letter"), reference],
    validity: "lasting",
    advice: ["answer-soon", "keep-envelope"],
    from: ["health", "domicile"],
  },
  "appeal-letter": {
    fields: [field("deposited", "date", "top"), reference],
    validity: "lasting",
    advice: ["keep-proof"],
    from: ["health"],
  },
  "filing-receipt": {
    fields: [field("deposited", "date", "top"), reference],
    validity: "lasting",
    advice: ["keep-proof"],
    from: ["housing"],
  },
  fine: {
    drawing: "table",
    fields: [issued(), amount("middle"), field("answer-before", "date", "middle"), reference],
    validity: "lasting",
    sensitivity: ["money", "justice"],
    advice: ["answer-soon"],
    from: ["labels"],
  },

  "letter-received": {
    fields: [issued(), field("issuer", "text", "top"), field("answer-before", "date", "letter")],
    validity: "lasting",
    advice: ["keep-envelope", "answer-soon"],
    from: ["none"],
  },
  "vehicle-registration": {
    drawing: "card",
    fields: [field("number", "text", "front"), issued("front")],
    validity: "lasting",
    sensitivity: ["identity"],
    advice: ["keep-original"],
    from: ["vehicle", "labels"],
  },
  "vehicle-insurance": {
    fields: [field("number", "text", "middle"), expires("middle")],
    validity: "printed",
    from: ["labels"],
  },
  "transport-card": {
    drawing: "card",
    fields: [field("number", "text", "front"), expires("front")],
    validity: "printed",
    from: ["labels"],
  },
  other: { fields: [issued(), expires("letter")], validity: "unknown", from: ["none"] },
};

const detailsOf = (id: string, row: Row): PaperTypeDetails => ({
  id,
  drawing: row.drawing ?? "letter",
  fields: row.fields ?? [],
  validity: row.validity,
  sensitivity: row.sensitivity ?? [],
  advice: row.advice ?? [],
  sources: row.from.map((from) => sources[from]),
});

const all: ReadonlyMap<string, PaperTypeDetails> = new Map(
  Object.entries(rows).map(([id, row]) => [id, detailsOf(id, row)]),
);

/** Undefined for null, and for a kind of a newer version. */
export const paperTypeDetails = (id: string | null): PaperTypeDetails | undefined =>
  id === null ? undefined : all.get(id);

/** Every kind that the catalogue knows, in no order that means something. */
export const detailedTypes = (): readonly PaperTypeDetails[] => [...all.values()];
