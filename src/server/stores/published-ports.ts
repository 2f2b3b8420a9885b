/**
 * What the server asks of its database about published forms (SPEC P-Q). Part of `Store`; same rules (ports.ts). Runs in Node.
 *
 * Surprising: nothing is ever taken away. A phone finishes a dossier with the version that it was begun with, and a desk reads
 * it years later.
 */

import type { B64, ServerTime, Signed } from "../../protocol/wire.ts";
import type { PrincipalId } from "../../shared/ids.ts";

/** A statement that was verified, with the bytes that it speaks of. */
export interface NewPublication {
  readonly by: PrincipalId;
  readonly form: string;
  /** Orders statements about one form (SPEC P-Q3). */
  readonly rank: number;
  readonly hash: B64;
  readonly length: number;
  readonly statement: Signed;
  /** Null in a withdrawal: the file is here since its version was published. */
  readonly file: B64 | null;
  readonly at: ServerTime;
}

export interface ListedPublication {
  readonly seq: number;
  readonly statement: Signed;
}

export interface PublishedStore {
  /**
   * "ok": it is here, now or since before. "older": this form has one of that rank or above. "no-file": withdrawn is only
   * what was published. "quota": the organisation has as many as it may.
   */
  readonly publish: (publication: NewPublication) => Promise<"ok" | "older" | "no-file" | "quota">;
  /** The newest statement of each form, in order of arrival, after one number. */
  readonly publishedAfter: (seq: number, limit: number) => Promise<readonly ListedPublication[]>;
  /** Number of the newest of all; 0 where there is none. */
  readonly publishedLast: () => Promise<number>;
  /** Every statement of one organisation, oldest first. */
  readonly publishedBy: (principal: PrincipalId) => Promise<readonly Signed[]>;
  readonly publishedFile: (hash: B64) => Promise<B64 | undefined>;
}
