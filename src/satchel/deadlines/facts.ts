/**
 * What the rules may know of a kept paper, from its record as it is today. Pure.
 *
 * Surprising fact: a record has an end date and no other. Rules that count from a start (a year, three months) say nothing until
 * the record learns to hold one; they are handed what there is.
 */
import { holderKey, me } from "../holders.ts";
import type { PartialDate, ProfileRecord, ShownPaper } from "../model.ts";
import type { PaperFacts } from "./plan.ts";

/** What a person wrote of a paper beside its end, where the caller knows it. */
export interface Beside {
  readonly issued?: PartialDate | null;
  readonly notice?: number | null;
  readonly remind?: boolean;
}

/** Undefined for a draft and for what is in the bin: they remind of nothing. */
export function paperFacts(
  id: string,
  paper: Pick<ShownPaper, "kind" | "holder" | "expiry" | "status">,
  profile: Pick<ProfileRecord, "birthdate"> | null,
  { issued = null, notice = null, remind = true }: Beside = {},
): PaperFacts | undefined {
  if (paper.status !== "kept") return undefined;
  const { kind, holder, expiry } = paper;
  const born = holderKey(holder) === me ? (profile?.birthdate ?? null) : null;
  return { id, kind, holder, expiry, issued, born, notice, remind };
}
