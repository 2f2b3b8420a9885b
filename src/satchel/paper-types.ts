/**
 * The kinds of paper that a person can choose, as data. Pure, runs everywhere; names are in locales/<lang>/papers-types.json.
 *
 * Surprising fact: a kind never says how long a paper is accepted. `hasExpiry` means that a date is printed on it;
 * "less than 3 months old" is a rule of a requirement (forms/model.ts), because it depends on who asks.
 */

export type PaperFamily = "identity" | "family" | "home" | "money" | "health" | "mail" | "other";

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
  /** Proposed answer to "keep on this phone only": true for health papers (PRODUCT, law). */
  readonly localOnlyByDefault: boolean;
}

const type = (
  id: string,
  icon: string,
  family: PaperFamily,
  sides: PaperSides,
  hasExpiry: boolean,
  personal: boolean,
): PaperType => ({ id, icon, family, sides, hasExpiry, personal, localOnlyByDefault: family === "health" });

/** In the order in which they are offered. */
export const paperTypes: readonly PaperType[] = [
  type("identity-card", "carte-identite", "identity", "two", true, true),
  type("passport", "carte-identite", "identity", "one", true, true),
  type("residence-permit", "carte-identite", "identity", "two", true, true),
  type("recepisse", "papier", "identity", "two", true, true),
  type("birth-certificate", "personne", "family", "many", false, true),
  type("family-book", "famille", "family", "many", false, false),
  type("proof-of-address", "maison", "home", "many", false, false),
  type("domicile-attestation", "boite", "home", "many", true, true),
  type("tax-notice", "argent", "money", "many", false, false),
  type("pay-slip", "travail", "money", "many", false, true),
  type("benefit-notice", "argent", "money", "many", false, false),
  type("bank-details", "argent", "money", "one", false, true),
  type("health-attestation", "sante", "health", "many", true, true),
  type("letter-received", "boite", "mail", "many", false, false),
  type("other", "autre", "other", "many", true, false),
];

const byId: ReadonlyMap<string, PaperType> = new Map(paperTypes.map((entry) => [entry.id, entry]));

/** The kind of that id; undefined for null and for a kind of a newer version, which is shown as "other" and kept. */
export const paperType = (id: string | null): PaperType | undefined => (id === null ? undefined : byId.get(id));
