/**
 * The kinds of paper that a person can choose, as data. Pure, runs everywhere; names are in locales/<lang>/papers-types.json.
 * What only a screen about one kind asks (fields, advice, sources) is in types/catalogue.ts, a chunk of its own.
 *
 * Surprising fact: a kind never says how long a paper is accepted. `hasExpiry` means that a date is printed on it;
 * "less than 3 months old" is a rule of a requirement (forms/model.ts), because it depends on who asks.
 */

export type PaperFamily =
  | "identity"
  | "residence"
  | "family"
  | "home"
  | "money"
  | "work"
  | "health"
  | "rights"
  | "mail"
  | "other";

/** What to photograph: one side, front then back, or as many pages as there are. */
export type PaperSides = "one" | "two" | "many";

export interface PaperType {
  /** Stored in records and sent to desks: never renamed, never reused. */
  readonly id: string;
  /** Icon of the design language. */
  readonly icon: string;
  readonly family: PaperFamily;
  readonly sides: PaperSides;
  readonly hasExpiry: boolean;
  /** It names one person, so the app asks for whom it is. */
  readonly personal: boolean;
  /** Proposed answer to "keep on this phone only": true for papers that speak of health (PRODUCT, law). */
  readonly localOnlyByDefault: boolean;
}

/** `expires`: a last day is printed on it. `personal`: it names one person. `health`: it says something of their health. */
type Trait = "expires" | "personal" | "health";

const type = (
  id: string,
  icon: string,
  family: PaperFamily,
  sides: PaperSides,
  ...traits: readonly Trait[]
): PaperType => ({
  id,
  icon,
  family,
  sides,
  hasExpiry: traits.includes("expires"),
  personal: traits.includes("personal"),
  localOnlyByDefault: traits.includes("health"),
});

/** The few that most people have: offered at once, before anybody searches. */
export const commonTypes: readonly PaperType[] = [
  type("identity-card", "carte-identite", "identity", "two", "expires", "personal"),
  type("passport", "carte-identite", "identity", "one", "expires", "personal"),
  type("residence-permit", "carte-identite", "residence", "two", "expires", "personal"),
  type("recepisse", "papier", "residence", "two", "expires", "personal"),
  type("birth-certificate", "personne", "family", "many", "personal"),
  type("family-book", "famille", "family", "many"),
  type("proof-of-address", "maison", "home", "many"),
  type("domicile-attestation", "boite", "home", "many", "expires", "personal"),
  type("tax-notice", "argent", "money", "many"),
  type("pay-slip", "travail", "work", "many", "personal"),
  type("benefit-notice", "argent", "money", "many"),
  type("bank-details", "argent", "money", "one", "personal"),
  type("health-attestation", "sante", "health", "many", "expires", "personal", "health"),
  type("letter-received", "boite", "mail", "many"),
  type("other", "autre", "other", "many", "expires"),
];

/** Found by searching (types/search.ts) or under their family. */
const furtherTypes: readonly PaperType[] = [
  type("identity-photo", "personne", "identity", "one", "personal"),
  type("driving-licence", "transport", "identity", "two", "expires", "personal"),
  type("voter-card", "carte-identite", "identity", "one", "personal"),
  type("loss-declaration", "papier", "identity", "one", "personal"),
  type("nationality-certificate", "papier", "identity", "many", "personal"),

  type("visa", "papier", "residence", "one", "expires", "personal"),
  type("asylum-attestation", "papier", "residence", "two", "expires", "personal"),
  type("extension-attestation", "papier", "residence", "many", "expires", "personal"),
  type("protection-decision", "papier", "residence", "many", "personal"),
  type("prefecture-appointment", "calendrier", "residence", "many", "expires", "personal"),
  type("prefecture-decision", "boite", "residence", "many", "personal"),
  type("integration-contract", "dossier", "residence", "many", "personal"),
  type("consular-card", "carte-identite", "residence", "two", "expires", "personal"),

  type("foreign-civil-status", "langue", "family", "many", "personal"),
  type("marriage-certificate", "famille", "family", "many"),
  type("pacs-certificate", "famille", "family", "many"),
  type("divorce-judgment", "famille", "family", "many"),
  type("custody-decision", "famille", "family", "many"),
  type("death-certificate", "famille", "family", "many", "personal"),
  type("pregnancy-declaration", "famille", "family", "many", "personal", "health"),
  type("large-family-card", "famille", "family", "two", "expires", "personal"),
  type("alimony-proof", "famille", "family", "many"),
  type("school-certificate", "famille", "family", "many", "personal"),

  type("lease", "maison", "home", "many"),
  type("rent-receipt", "maison", "home", "many"),
  type("landlord-attestation", "maison", "home", "many"),
  type("energy-bill", "energie", "home", "many"),
  type("water-bill", "maison", "home", "many"),
  type("phone-bill", "telephone", "home", "many"),
  type("home-insurance", "maison", "home", "many", "expires"),
  type("hosting-attestation", "heberge", "home", "many", "personal"),
  type("hosting-bundle", "heberge", "home", "many", "personal"),
  type("shelter-attestation", "lit", "home", "many", "personal"),
  type("property-tax", "maison", "home", "many"),
  type("inventory-of-fixtures", "maison", "home", "many"),
  type("social-housing-attestation", "maison", "home", "many", "expires"),
  type("eviction-notice", "attention", "home", "many"),

  type("tax-declaration", "argent", "money", "many"),
  type("tax-situation-notice", "argent", "money", "many"),
  type("bank-statement", "argent", "money", "many", "personal"),
  type("pension-notice", "argent", "money", "many", "personal"),
  type("pension-payment", "argent", "money", "many", "personal"),
  type("disability-pension", "argent", "money", "many", "personal", "health"),
  type("sick-pay-statement", "argent", "money", "many", "personal", "health"),
  type("student-grant", "argent", "money", "many", "personal"),
  type("energy-voucher", "energie", "money", "one", "expires"),
  type("debt-file", "argent", "money", "many"),

  type("work-contract", "travail", "work", "many", "personal"),
  type("employer-attestation", "travail", "work", "many", "personal"),
  type("work-certificate", "travail", "work", "one", "personal"),
  type("work-authorisation", "travail", "work", "many", "expires", "personal"),
  type("jobseeker-attestation", "travail", "work", "many", "personal"),
  type("unemployment-notice", "travail", "work", "many", "personal"),
  type("end-of-unemployment", "travail", "work", "many", "personal"),
  type("self-employed-proof", "travail", "work", "many", "personal"),
  type("curriculum-vitae", "travail", "work", "many", "personal"),
  type("diploma", "travail", "work", "many", "personal"),
  type("training-attestation", "travail", "work", "many", "personal"),
  type("student-card", "travail", "work", "two", "expires", "personal"),

  type("vitale-card", "sante", "health", "one", "personal", "health"),
  type("c2s-attestation", "sante", "health", "many", "expires", "health"),
  type("ame-card", "sante", "health", "two", "expires", "personal", "health"),
  type("health-insurance-card", "sante", "health", "two", "expires", "health"),
  type("prescription", "sante", "health", "many", "personal", "health"),
  type("medical-certificate", "sante", "health", "many", "personal", "health"),
  type("mdph-medical-certificate", "sante", "health", "many", "personal", "health"),
  type("health-record", "sante", "health", "many", "personal", "health"),
  type("hospital-report", "sante", "health", "many", "personal", "health"),
  type("sick-leave", "sante", "health", "many", "personal", "health"),
  type("long-illness-notice", "sante", "health", "many", "personal", "health"),
  type("medical-bill", "sante", "health", "many", "personal", "health"),

  type("rsa-notice", "recu", "rights", "many"),
  type("activity-bonus-notice", "recu", "rights", "many"),
  type("housing-aid-notice", "recu", "rights", "many"),
  type("aspa-notice", "recu", "rights", "many", "personal"),
  type("mdph-notice", "recu", "rights", "many", "expires", "personal", "health"),
  type("mobility-inclusion-card", "carte-identite", "rights", "two", "expires", "personal", "health"),
  type("protection-judgment", "mandat", "rights", "many", "expires", "personal"),
  type("court-decision", "mandat", "rights", "many"),
  type("legal-aid-decision", "mandat", "rights", "many", "personal"),
  type("complaint", "mandat", "rights", "many", "personal"),
  type("protection-order", "mandat", "rights", "many", "expires", "personal"),
  type("sworn-statement", "modifier", "rights", "many", "personal"),
  type("mandate", "mandat", "rights", "many", "expires", "personal"),
  type("refusal-decision", "boite", "rights", "many"),
  type("appeal-letter", "envoi", "rights", "many"),
  type("filing-receipt", "recu", "rights", "many"),
  type("fine", "attention", "rights", "many", "personal"),

  type("vehicle-registration", "transport", "other", "two"),
  type("vehicle-insurance", "transport", "other", "many", "expires"),
  type("transport-card", "transport", "other", "two", "expires", "personal"),
];

/** All of them. "other" is among the first, and stays what an unknown kind is shown as. */
export const paperTypes: readonly PaperType[] = [...commonTypes, ...furtherTypes];

const byId: ReadonlyMap<string, PaperType> = new Map(paperTypes.map((entry) => [entry.id, entry]));

/** The kind of that id; undefined for null and for a kind of a newer version, which is shown as "other" and kept. */
export const paperType = (id: string | null): PaperType | undefined => (id === null ? undefined : byId.get(id));
