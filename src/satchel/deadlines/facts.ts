/**
 * What the rules may know of a kept paper, from its record. Pure.
 *
 * Surprising fact: a letter that has to be answered and a meeting have no end date of their own; the day to answer and the day of
 * the meeting stand in for it, where the record holds them.
 */
import { holderKey, me } from "../holders.ts";
import type { PartialDate, ProfileRecord, ShownPaper } from "../model.ts";
import type { FieldId } from "../types/model.ts";
import type { PaperFacts } from "./plan.ts";

/** Dates that a paper begins from; the first that is there counts. */
const startFields: readonly FieldId[] = ["starts", "issued", "decided", "deposited"];
/** Dates that are worth a reminder where no end is known. */
const dueFields: readonly FieldId[] = ["answer-before", "appointment"];

export type Reminded = Pick<ShownPaper, "kind" | "holder" | "expiry" | "status" | "facts" | "ahead">;

const firstOf = (facts: ShownPaper["facts"], fields: readonly FieldId[]): PartialDate | null =>
  fields.map((field) => facts?.[field]).find((date) => date !== undefined) ?? null;

/** Undefined for a draft and for what is in the bin: they remind of nothing. */
export function paperFacts(
  id: string,
  { status, kind, holder, expiry, facts, ahead }: Reminded,
  profile: Pick<ProfileRecord, "birthdate"> | null,
): PaperFacts | undefined {
  if (status !== "kept") return undefined;
  return {
    id,
    kind,
    holder,
    expiry: expiry ?? firstOf(facts, dueFields),
    issued: firstOf(facts, startFields),
    born: holderKey(holder) === me ? (profile?.birthdate ?? null) : null,
    notice: ahead?.notice ?? null,
    remind: ahead?.off !== true,
  };
}
