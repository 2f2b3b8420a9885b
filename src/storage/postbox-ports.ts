/**
 * The postboxes of a shared computer: which databases hold sealed things that somebody else's session left here, and what
 * is needed to deliver them (decisions/0018). All of it is public or signed by its sender.
 *
 * Surprising fact: there is no key in it, not even one that opens a session at the server: what is sent authorises itself
 * (SPEC P-W3).
 */

import type { Signed } from "../protocol/wire.ts";
import type { Stored } from "./ports.ts";

export interface PostboxRow {
  /** Random name of the database that holds the sealed rows. */
  readonly database: string;
  readonly principal: string;
  readonly device: string;
  /** Public chain: the server has to know it before anything else. */
  readonly statements: readonly Signed[];
  /** A keyring that is to be published; null: none. */
  readonly keyring: Signed | null;
  /** Behind `statements`: the session's own device puts itself out. Absent or null: there is nothing (more) to say. */
  readonly leaving?: Signed | null;
  /** live: its session is open, or was killed; left: it has ended. */
  readonly state: "live" | "left";
  /** Device clock. */
  readonly createdAt: number;
}

export interface Postboxes {
  readonly list: () => Stored<readonly PostboxRow[]>;
  /** strict */
  readonly put: (row: PostboxRow) => Stored<void>;
  /** strict. Nothing when there is no such row. */
  readonly update: (
    database: string,
    patch: Partial<Pick<PostboxRow, "statements" | "keyring" | "leaving" | "state">>,
  ) => Stored<void>;
  /** strict. Takes the row away, then its database with everything in it. */
  readonly remove: (database: string) => Stored<void>;
}
