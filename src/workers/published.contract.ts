/**
 * Forms that organisations published, as screens ask for them (SPEC P-Q). Types, and the names of the methods.
 *
 * Surprising fact: what is refused is part of the answer. A form that was forged or put back to an older version is not
 * offered, and the person is told of it, without being asked to judge.
 */

import type { FormFile } from "../forms/model.ts";
import type { PublishedForm } from "../forms/published.ts";
import type { Answer } from "./satchel.contract.ts";

/** One that a dossier can be begun with: its newest version that was verified and read. */
export interface PublishedEntry {
  /** Id for `startDossier`, for paths and for its words: forms/published.ts. */
  readonly procedure: string;
  /** Slug of the organisation that published it, and receives it. */
  readonly organisation: string;
  readonly version: number;
  /** Clock of the desk. */
  readonly at: number;
  readonly icon: string;
  readonly minutes: number;
  readonly receiver: NonNullable<FormFile["form"]["receiver"]>;
  /** By language; French is always there. */
  readonly titles: Readonly<Record<string, string>>;
  readonly intros: Readonly<Record<string, string>>;
}

/** `forged`: not signed by whom it names. `downgrade`: older than what was seen. `changed`: not the file that was signed. */
export type PublishedFault = "forged" | "downgrade" | "changed" | "unreadable";

export interface PublishedList {
  readonly forms: readonly PublishedEntry[];
  /** Of which organisation something was refused, and why, since the last look. */
  readonly refused: readonly { readonly organisation: string; readonly why: PublishedFault }[];
  /** Clock of this device; null: never looked. */
  readonly checkedAt: number | null;
}

export interface PublishedApi {
  /** What is on this device, offline too. A look for news is taken at most once a day, in the background. */
  readonly publishedForms: () => Answer<PublishedList>;
  /**
   * A form with its words, verified and read anew; `version` null: the newest. An older or withdrawn one is given for a dossier
   * that was begun with it. "unavailable": neither here nor to be fetched now.
   */
  readonly publishedForm: (
    procedure: string,
    version: number | null,
  ) => Answer<PublishedForm, { readonly type: "refused"; readonly why: PublishedFault }>;
}

export const publishedMethods = {
  publishedForms: true,
  publishedForm: true,
} as const satisfies Record<keyof PublishedApi, true>;
