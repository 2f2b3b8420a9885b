/** Whether it is worth a look if an answer is late (overdue.ts): small, because the first screens ask it. Pure, runs in the page. */

export interface SentDossier {
  readonly stage: string;
  readonly proofs: readonly { readonly type: string; readonly at: number }[];
  readonly record: { readonly replies: Readonly<Record<string, { readonly status: string }>> };
}

/** Server time of the deposit, by what is proven. */
export const depositOf = ({ proofs }: SentDossier): number | null => {
  const times = proofs.filter(({ type }) => type === "deposited" || type === "complete").map(({ at }) => at);
  return times.length === 0 ? null : Math.min(...times);
};

/** No procedure answers sooner: nothing has to be looked up before. */
const soonestMs = 7 * 86_400_000;

/** Worth a look: sent long enough ago, and nobody has said anything. */
export const mayBeOverdue = (dossier: SentDossier, now: number): boolean => {
  const at = depositOf(dossier);
  return (
    at !== null &&
    now - at > soonestMs &&
    ["deposited", "complete", "opened"].includes(dossier.stage) &&
    Object.values(dossier.record.replies).every(({ status }) => status === "message")
  );
};
