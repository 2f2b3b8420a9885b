/**
 * "On this phone only": which papers stay, what it means to change that, and what a dossier may take all the same. Pure.
 *
 * Surprising fact: to stay is no lock. A person may send such a paper to one desk after an explicit yes; the yes is for that dossier
 * and no other, and the paper still enters no copy of their own.
 */
import type { RecordId } from "../shared/ids.ts";
import { paperType } from "./paper-types.ts";

/** What decides: the person's own choice, or else the kind. */
export interface Keeping {
  readonly kind: string | null;
  /**
   * true: on this device only. false: sealed copies go to the server and the person's other devices. Absent while the person has
   * not chosen.
   */
  readonly stay?: boolean | undefined;
}

/** True for a paper that enters no lane between devices: by choice, or because its kind speaks of health (PRODUCT). */
export const staysHere = ({ kind, stay }: Keeping): boolean => stay ?? paperType(kind)?.localOnlyByDefault ?? false;

/** What has to be said when a choice or a kind changes where a paper is kept. Words by these ids. */
export type KeepingChange =
  /** No new copy leaves from now on. */
  | "no-more-copies"
  /** The server holds a sealed copy; it goes only when it is asked to erase it. */
  | "copy-at-server"
  /** Other devices of the person may hold one: nobody can take it back from a device that is off. */
  | "copy-on-devices"
  /** If the phone is lost, it is lost with it. */
  | "lost-with-phone"
  /** Sealed copies leave with the next network. */
  | "copied-from-now";

/** @param copies where copies of it are already. */
export function keepingChange(
  before: Keeping,
  after: Keeping,
  copies: { readonly server: boolean; readonly devices: boolean },
): readonly KeepingChange[] {
  const [was, is] = [staysHere(before), staysHere(after)];
  if (was === is) return [];
  if (!is) return ["copied-from-now"];
  return [
    "no-more-copies",
    ...(copies.server ? (["copy-at-server"] as const) : []),
    ...(copies.devices ? (["copy-on-devices"] as const) : []),
    "lost-with-phone",
  ];
}

export interface Attached extends Keeping {
  readonly id: RecordId;
}

/**
 * Parts the papers of one dossier: those that go with it, and those to ask for first.
 * @param agreed papers that the person said yes to, for this very dossier.
 */
export function partForDossier<P extends Attached>(
  papers: readonly P[],
  agreed: ReadonlySet<RecordId>,
): { readonly go: readonly P[]; readonly ask: readonly P[] } {
  const asks = (paper: P): boolean => staysHere(paper) && !agreed.has(paper.id);
  return { go: papers.filter((paper) => !asks(paper)), ask: papers.filter(asks) };
}
