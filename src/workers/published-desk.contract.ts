/** An organisation's own forms, as the screens of its desk ask for them (SPEC P-Q). Types, and the names of the methods. */

import type { PublishedForm } from "../forms/published.ts";
import type { DeskAnswer } from "./desk.contract.ts";
import type { PublishedFault } from "./published.contract.ts";

/** One version that this organisation published, the newest first. */
export interface DeskPublication {
  readonly form: string;
  readonly version: number;
  /** Clock of the browser that published it. */
  readonly at: number;
  /** When it was withdrawn; null: phones offer it, where it is the newest of its form. */
  readonly withdrawnAt: number | null;
  readonly newest: boolean;
  readonly bytes: number;
  /** French, of the newest version; null of an older one, or where the file is not at hand. */
  readonly title: string | null;
}

export type PublishRefusal =
  /** This version, or a later one, is published already: a changed form needs a higher version. `newest`: the highest there is. */
  | { readonly type: "older" }
  | { readonly type: "too-large"; readonly most: number }
  /** No more forms or versions of this organisation are taken. */
  | { readonly type: "quota" }
  /** Not what it says of itself, or refused by the server for another reason. */
  | { readonly type: "refused"; readonly mark: string };

export interface DeskPublishedApi {
  readonly publications: () => DeskAnswer<readonly DeskPublication[]>;
  /** `text`: the file as JSON, checked by the screen; these very bytes are signed. Phones have it after their next look. */
  readonly publishForm: (text: string) => DeskAnswer<DeskPublication, PublishRefusal>;
  /** No new dossier begins with it; what was begun may be finished. */
  readonly withdrawForm: (form: string) => DeskAnswer<void, PublishRefusal>;
  /** The file of a version, for a new version of it. */
  readonly publishedFile: (form: string, version: number) => DeskAnswer<{ readonly text: string }>;
  /**
   * The form of a dossier that came, with its words, by the id and version that the dossier names. "not-found": no organisation
   * of this deployment published it.
   */
  readonly publishedForm: (
    procedure: string,
    version: number,
  ) => DeskAnswer<PublishedForm, { readonly type: "refused"; readonly why: PublishedFault }>;
}

export const deskPublishedMethods = {
  publications: true,
  publishForm: true,
  withdrawForm: true,
  publishedFile: true,
  publishedForm: true,
} as const satisfies Record<keyof DeskPublishedApi, true>;
