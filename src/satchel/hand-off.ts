/**
 * What is known of a dossier that another site prepared (SPEC P-F): pure rules. Nothing here says "déposé" before the site said
 * when (INV-2).
 */
import type { DossierRecord, HandOff } from "./model.ts";

/** The site throws away what nobody opened. */
export const orphanMs = 5 * 86_400_000;

/**
 * `prepared`: to be opened in time. `lapsed`: the time is over by this device's clock, and the site was not asked since.
 * `missing`: the site did not know it when it was asked, before the time was over: it may know it again. `gone`: nor after.
 */
export type HandOffStage = "prepared" | "lapsed" | "missing" | "gone" | "filed" | "examined" | "decided";

export function handOffStage(handOff: HandOff, now: number): HandOffStage {
  if (handOff.decided !== undefined) return "decided";
  if (handOff.examined === true) return "examined";
  if (handOff.filedAt !== undefined) return "filed";
  const isOver = now - handOff.at > orphanMs;
  if (handOff.gone === true) return isOver ? "gone" : "missing";
  // Whoever opened it has it for longer: the site said so once the time was over.
  return isOver && now - (handOff.knownAt ?? handOff.at) > orphanMs ? "lapsed" : "prepared";
}

/** Nothing more is to be learned. What the site did not know once it may know the next time. */
export const isSettled = (handOff: HandOff): boolean => handOff.decided !== undefined;

/** As the site says it. */
export interface SiteState {
  readonly state: string;
  readonly submittedAt: string | null;
}

const decisions: readonly string[] = ["accepte", "refuse", "sans_suite"];

/**
 * `undefined`: the site does not know it now. A dossier that was filed is never gone: then it is only not told any more.
 * @param now clock of this device, ms.
 */
export function learned({ gone: _gone, ...handOff }: HandOff, said: SiteState | undefined, now: number): HandOff {
  if (said === undefined) return handOff.filedAt === undefined ? { ...handOff, gone: true } : handOff;
  const { state, submittedAt } = said;
  return {
    ...handOff,
    knownAt: now,
    ...(submittedAt === null || handOff.filedAt !== undefined ? {} : { filedAt: submittedAt }),
    ...(state === "en_instruction" ? { examined: true as const } : {}),
    ...(decisions.includes(state) ? { decided: state } : {}),
  };
}

/** The dossier with this draft, by its number there. */
export const withHandOff = (record: DossierRecord, number: number, handOff: HandOff): DossierRecord => ({
  ...record,
  handOffs: { ...record.handOffs, [String(number)]: handOff },
});
