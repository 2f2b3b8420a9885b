/**
 * What the server asks of its database about an organisation's helpers (SPEC P-H10 to P-H14). Part of `Store`; same rules
 * (ports.ts). Runs in Node.
 *
 * Surprising: chain, epochs and what is sealed to each helper change in one transaction, so that no crash leaves somebody in
 * the chain without keys, or keys for somebody who has left.
 */

import type { Sealed } from "../../protocol/hpke.ts";
import type { CardCopy, Invitation, TeamRequest } from "../../protocol/team.ts";
import type { B64, KeyEpoch, ServerTime } from "../../protocol/wire.ts";
import type { PrincipalId } from "../../shared/ids.ts";
import type { CheckedChain } from "./ports.ts";

export interface NewTeam extends Pick<TeamRequest, "from" | "epochs" | "boxes" | "card" | "invitation"> {
  readonly chain: CheckedChain;
  /** Statements that the stored chain has: others mean that somebody was quicker. */
  readonly knownLength: number;
  /** Standing helpers who have the organisation's keys; nothing sealed to others stays. */
  readonly holders: readonly PrincipalId[];
}

export interface StoredTeam {
  readonly epochs: readonly KeyEpoch[];
  /** Null: nothing is sealed to this helper. */
  readonly box: Sealed | null;
}

export interface StoredInvitation extends Pick<Invitation, "auth" | "role" | "until"> {
  readonly organisation: PrincipalId;
  readonly ask: B64 | null;
  readonly helper: PrincipalId | null;
}

export interface TeamStore {
  /**
   * "stale": chain or epochs are not what the change began with. "incomplete": a holder would stand there without keys. What
   * the one-time code sealed goes with the first one.
   */
  readonly saveTeam: (change: NewTeam, at: ServerTime) => Promise<"saved" | "stale" | "incomplete">;
  readonly team: (organisation: PrincipalId, helper: PrincipalId | null) => Promise<StoredTeam>;
  /** By the hash of what proves the card. */
  readonly teamCard: (
    auth: B64,
  ) => Promise<(Omit<CardCopy, "auth"> & { readonly organisation: PrincipalId }) | undefined>;
  /** "full": the organisation has as many as it may. Those that ended are forgotten. */
  readonly invite: (
    invitation: Pick<Invitation, "organisation" | "auth" | "role" | "until">,
    at: ServerTime,
  ) => Promise<"saved" | "full">;
  readonly invitations: (organisation: PrincipalId, at: ServerTime) => Promise<readonly StoredInvitation[]>;
  /** The first answer counts. @returns the invitation as it stands after it; undefined when there is none. */
  readonly answerInvitation: (auth: B64, ask: B64, at: ServerTime) => Promise<StoredInvitation | undefined>;
}
