/**
 * What the desk's screens may ask about who sits there (SPEC P-I): the login at another site that the operator asked for. What
 * arrived before stays readable without it. Types, and the list of names.
 */

import type { FactorKind, LoginLanguage, LoginRefusal } from "../protocol/login.ts";
import type { DeskAnswer } from "./desk.contract.ts";

export interface DeskLogin {
  /** Of these one is needed; empty: none. */
  readonly needs: readonly FactorKind[];
  /** The other site's name, where "oidc" is needed. */
  readonly site: string | null;
  /** False: this browser is no helper's, nobody can log in from it. */
  readonly helper: boolean;
  /** True while the server hands out what comes. */
  readonly isIn: boolean;
}

export type LoginStep =
  | { readonly type: "waiting" }
  | { readonly type: "refused"; readonly why: LoginRefusal }
  | { readonly type: "in" };

export interface DeskLoginApi {
  /** As the server said it last. "no-network": it was not heard yet. */
  readonly login: () => DeskAnswer<DeskLogin>;
  /** The page to open in a tab of its own. A login that was begun before comes to nothing. */
  readonly beginLogin: (language: LoginLanguage) => DeskAnswer<{ readonly page: string }>;
  /** How the login that was begun stands; signs the binding at the first one. */
  readonly loginStep: () => DeskAnswer<LoginStep>;
}

export const deskLoginMethods = {
  login: true,
  beginLogin: true,
  loginStep: true,
} as const satisfies Record<keyof DeskLoginApi, true>;
