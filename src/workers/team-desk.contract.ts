/** The part of DeskApi about who holds the organisation's keys (desk/team.ts; decisions/0034). Types, and the methods by name. */

import type { PrincipalId } from "../shared/ids.ts";
import type { DeskAnswer, EnrolRefusal } from "./desk.contract.ts";
import type { UnlockRefusal } from "./satchel.contract.ts";

/** What both screens show, to be compared (SPEC C-O5). */
export interface JoinCheck {
  /** Four of twelve pictures, 0 to 11. */
  readonly pictures: readonly number[];
  /** Eight digits. */
  readonly digits: string;
}

export interface TeamHelper {
  readonly id: PrincipalId;
  readonly role: "helper" | "manager" | "kiosk" | "card";
  /** Opened in this browser; empty where nobody wrote one. */
  readonly name: string;
  readonly isMe: boolean;
}

export interface TeamInvitation {
  /** Its name at the server. */
  readonly id: string;
  readonly role: "helper" | "manager";
  readonly until: number;
  /** Who answered: compared on both screens before anything is confirmed. Null: nobody yet. */
  readonly asked: (JoinCheck & { readonly name: string }) | null;
}

export interface TeamView {
  /** old: opened with the one-time code alone, by any browser that had it; nobody is named, nobody can leave. */
  readonly state: "old" | "helpers";
  readonly mayManage: boolean;
  readonly helpers: readonly TeamHelper[];
  /** Two people, or a card, can open what is sealed to the organisation (SPEC P-H8). */
  readonly receives: boolean;
  readonly invitations: readonly TeamInvitation[];
}

export type TeamRefusal =
  /** Only a manager may. */
  | { readonly type: "not-allowed" }
  /** Somebody else changed the team at the same moment: look again, then decide again. */
  | { readonly type: "changed" }
  /** As many invitations, or helpers, as there may be. */
  | { readonly type: "too-many" };

export type JoinRefusal =
  | EnrolRefusal
  /** Somebody else has answered with this code. */
  | { readonly type: "taken" }
  | { readonly type: "name" };

export type Joining =
  | ({ readonly type: "asked" } & JoinCheck)
  /** A manager confirmed: this desk is open. */
  | { readonly type: "in" }
  /** Ended, or nobody confirmed within its time: another code is needed. */
  | { readonly type: "over" };

export interface DeskTeamApi {
  readonly team: () => DeskAnswer<TeamView>;
  /** The first one: she becomes a manager, with keys of her own, and the one-time code opens nothing any more. */
  readonly becomeFirstHelper: (input: {
    readonly name: string;
    /** The six digits of this browser. */
    readonly code: string;
  }) => DeskAnswer<void, TeamRefusal | UnlockRefusal | { readonly type: "name" }>;
  /** Ten groups, shown once, for 48 hours. */
  readonly invite: (
    role: "helper" | "manager",
  ) => DeskAnswer<{ readonly groups: readonly string[]; readonly until: number }, TeamRefusal>;
  /** After both screens were compared. */
  readonly confirmHelper: (invitation: string) => DeskAnswer<void, TeamRefusal>;
  readonly changeRole: (helper: PrincipalId, role: "helper" | "manager") => DeskAnswer<void, TeamRefusal>;
  /** She reads nothing from now on; the organisation gets new keys. */
  readonly removeHelper: (helper: PrincipalId) => DeskAnswer<void, TeamRefusal>;
  /** Shown once. It opens nothing before it was typed back (`drillOrganisationCard`), in this browser, while it is open. */
  readonly makeOrganisationCard: () => DeskAnswer<{ readonly groups: readonly string[] }, TeamRefusal>;
  /** Typed back right, it takes the place of the card before. */
  readonly drillOrganisationCard: (groups: string) => DeskAnswer<void, TeamRefusal | { readonly type: "other-card" }>;
  /** In a browser without a desk: answers an invitation. */
  readonly join: (input: {
    readonly slug: string;
    readonly deskCode: string;
    readonly name: string;
    readonly code: string;
  }) => DeskAnswer<Joining, JoinRefusal>;
  /** How an answered invitation stands; asked again until it is in or over. "not-found": nothing was asked from here. */
  readonly joining: () => DeskAnswer<Joining>;
  /** In a browser without a desk, when no helper's browser is left: the organisation's card makes a manager. */
  readonly openWithOrganisationCard: (input: {
    readonly slug: string;
    readonly deskCode: string;
    readonly name: string;
    readonly code: string;
  }) => DeskAnswer<void, JoinRefusal | TeamRefusal>;
}

export const deskTeamMethods = {
  team: true,
  becomeFirstHelper: true,
  invite: true,
  confirmHelper: true,
  changeRole: true,
  removeHelper: true,
  makeOrganisationCard: true,
  drillOrganisationCard: true,
  join: true,
  joining: true,
  openWithOrganisationCard: true,
} as const satisfies Record<keyof DeskTeamApi, true>;
