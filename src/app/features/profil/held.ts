/** What the profile holds, as answers by claim. Pure. */
import { type ClaimId, claimOf, claims } from "../../../forms/claims.ts";
import type { AnswerValue } from "../../../forms/model.ts";
import { isPlainClaim, knownAnswer, type PlainClaim, parsedProfile } from "../../../forms/profile.ts";
import { storedAnswer } from "../../../forms/stored.ts";
import type { ProfileRecord } from "../../../satchel/model.ts";

export interface Held {
  /** By claim of this version. */
  readonly answers: ReadonlyMap<ClaimId, AnswerValue>;
  /** What another version or another form taught, in the order of their names. */
  readonly others: readonly { readonly claim: string; readonly answer: AnswerValue }[];
}

export function heldIn(record: ProfileRecord): Held {
  const profile = parsedProfile(record);
  const answers = new Map(
    claims.flatMap(({ id, field }) => {
      const answer = knownAnswer(field, profile);
      return answer === null ? [] : [[id, answer] as const];
    }),
  );
  const { known } = profile;
  const others = Object.keys(known)
    .filter((claim) => claimOf(claim) === undefined)
    .sort()
    .flatMap((claim) => {
      const answer = storedAnswer(known[claim]);
      return answer === null ? [] : [{ claim, answer }];
    });
  return { answers, others };
}

export interface Change {
  readonly patch: Partial<Omit<ProfileRecord, "t">>;
  readonly removed: readonly PlainClaim[];
}

/** What to write so that the claim says that; null takes it out. All that the profile holds beside stays. */
export function changeOf(record: ProfileRecord, claim: string, answer: AnswerValue | null): Change {
  const { [claim]: _before, ...rest } = record.known ?? {};
  const isPlain = isPlainClaim(claim);
  const text = answer?.v === "text" ? answer.text : answer?.v === "date" ? answer.date : null;
  if (isPlain && text !== null) return { patch: { [claim]: text, known: rest }, removed: [] };
  const known = answer === null || isPlain ? rest : { ...rest, [claim]: JSON.stringify(answer) };
  return { patch: { known }, removed: isPlain ? [claim] : [] };
}
