/**
 * Where a field of a 2D-Doc code may be kept: in the paper (its end, a field of its kind, its note) or in the profile. Pure, in the
 * page.
 *
 * Surprising fact: an address stands in a code as up to four lines, a postal code and a city. To a person it is one thing, so it is
 * offered as one.
 */
import type { PaperRecord, PartialDate, ProfileRecord } from "../model.ts";
import { paperType } from "../paper-types.ts";
import { paperTypeDetails } from "../types/catalogue.ts";
import type { FieldId } from "../types/model.ts";
import { documentKinds, type Whose } from "./fields.ts";
import { offersOf, type TwoDDoc } from "./read.ts";

type ProfileField = "given_name" | "family_name" | "birthdate" | "phone_number";

export type KeptIn =
  /** The day on which the paper ends. */
  | { readonly in: "expiry" }
  | { readonly in: "facts"; readonly field: FieldId }
  | { readonly in: "profile"; readonly field: ProfileField }
  | { readonly in: "note" };

/** One thing to keep or not. */
export interface Keepable {
  /** Stands for it on the screen: its place in the code. */
  readonly id: string;
  /** Words: twoddoc.meanings. */
  readonly meaning: string;
  readonly whose: Whose;
  /** As a person reads it. */
  readonly value: string;
  /** In place of `value` where it is a day. */
  readonly date: PartialDate | null;
  readonly truncated: boolean;
  /** Ticked at first. */
  readonly proposed: boolean;
  readonly to: KeptIn;
}

/** What a code calls it, and the field of a kind of paper that it is. */
const facts: Readonly<Record<string, FieldId>> = {
  amount: "amount",
  "collected-on": "issued",
  "contract-number": "reference",
  "customer-number": "reference",
  "document-number": "number",
  "foreigner-number": "foreigner-number",
  iban: "iban",
  "income-year": "year",
  "invoice-number": "reference",
  "net-pay": "amount",
  "reference-income": "reference-income",
  siret: "siret",
  starts: "starts",
  "tax-number": "tax-number",
  "tax-reference": "reference",
  "valid-from": "starts",
};

const profile: Readonly<Record<string, ProfileField>> = {
  birthdate: "birthdate",
  "family-name": "family_name",
  "given-names": "given_name",
  phone: "phone_number",
};

const ends: ReadonlySet<string> = new Set(["valid-until", "ends"]);
const address: ReadonlySet<string> = new Set(["address-line", "postal-code", "city"]);

/** The kind of paper that the code says it is; null where it says none that is known. */
export const kindOf = (doc: TwoDDoc): string | null => documentKinds[doc.header.document] ?? null;

/** Names are parted by slashes in a code, and so are lines of an address. */
const readable = (value: string): string =>
  value
    .replace(/\s*\/\s*/g, " ")
    .replace(/\s+/g, " ")
    .trim();

/** Lines of one person's address that follow each other, as one. */
function joined(all: readonly Omit<Keepable, "to">[]): readonly Omit<Keepable, "to">[] {
  const made: Omit<Keepable, "to">[] = [];
  let before: string | null = null;
  for (const each of all) {
    const last = made.at(-1);
    if (address.has(each.meaning) && last?.meaning === "address" && last.whose === each.whose && before !== null) {
      // "75001 PARIS" is one line.
      const between = before === "postal-code" && each.meaning === "city" ? " " : ", ";
      made[made.length - 1] = {
        ...last,
        value: `${last.value}${between}${each.value}`,
        truncated: last.truncated || each.truncated,
        proposed: last.proposed && each.proposed,
      };
    } else made.push(address.has(each.meaning) ? { ...each, meaning: "address" } : each);
    before = address.has(each.meaning) ? each.meaning : null;
  }
  return made;
}

/** What may be kept of `doc` with a paper of `kind`, in the order of the code. @param holder "me", or a free name. */
export function keepablesOf(doc: TwoDDoc, kind: string | null, holder: string): readonly Keepable[] {
  const known = new Set(paperTypeDetails(kind)?.fields.map((field) => field.id) ?? []);
  const taken = new Set<string>();
  function placeOf(meaning: string, whose: Whose, isDate: boolean): KeptIn {
    if (ends.has(meaning) && isDate) return { in: "expiry" };
    const own = whose === "self" && holder === "me" ? profile[meaning] : undefined;
    if (own !== undefined) return { in: "profile", field: own };
    const field = facts[meaning];
    return field !== undefined && known.has(field) ? { in: "facts", field } : { in: "note" };
  }
  const all = offersOf(doc).map(({ field, proposed }, at) => ({
    id: String(at),
    meaning: field.meaning ?? "",
    whose: field.whose,
    value: readable(field.value),
    date: field.date,
    truncated: field.truncated,
    proposed,
  }));
  return joined(all).map((each) => {
    const to = placeOf(each.meaning, each.whose, each.date !== null);
    // A place takes one value: what comes second goes into the note.
    const place = to.in === "facts" || to.in === "profile" ? `${to.in} ${to.field}` : to.in;
    if (to.in !== "note" && taken.has(place)) return { ...each, to: { in: "note" } };
    taken.add(place);
    return { ...each, to };
  });
}

export interface KeptPatch {
  readonly paper: {
    readonly kind?: string;
    readonly expiry?: PartialDate;
    readonly facts?: Readonly<Record<string, string>>;
    readonly note?: string;
  };
  readonly profile: Partial<Pick<ProfileRecord, ProfileField>>;
}

/**
 * The changes that keep `chosen`. The kind is taken where the paper had none, or "other".
 * @param line a field of the note in words, such as "Adresse : 3 rue des Lilas".
 */
export function keptPatch(
  record: Pick<PaperRecord, "kind" | "note">,
  doc: TwoDDoc,
  chosen: readonly Keepable[],
  line: (item: Keepable) => string,
): KeptPatch {
  const said = (item: Keepable): string => item.date ?? item.value;
  const kind = kindOf(doc);
  const lines = chosen.filter(({ to }) => to.in === "note").map(line);
  const before = record.note?.split("\n") ?? [];
  const added = lines.filter((each) => !before.includes(each));
  const expiry = chosen.find(({ to }) => to.in === "expiry")?.date ?? null;
  const inFacts = chosen.flatMap((item) => (item.to.in === "facts" ? [[item.to.field, said(item)] as const] : []));
  const inProfile = chosen.flatMap((item) => (item.to.in === "profile" ? [[item.to.field, said(item)] as const] : []));
  const isOpen = paperType(record.kind) === undefined || record.kind === "other";
  return {
    paper: {
      ...(isOpen && kind !== null && chosen.length > 0 ? { kind } : {}),
      ...(expiry === null ? {} : { expiry }),
      ...(inFacts.length === 0 ? {} : { facts: Object.fromEntries(inFacts) }),
      ...(added.length === 0 ? {} : { note: [...before, ...added].join("\n") }),
    },
    profile: Object.fromEntries(inProfile),
  };
}
