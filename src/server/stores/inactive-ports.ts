/**
 * What the server asks of its database about satchels that nobody opened for years (SPEC P-Z). Part of `Store`; same rules
 * (ports.ts). Runs in Node.
 *
 * Surprising: only the day of the last session is noted (the moment at which it began, UTC), so that no row says when
 * somebody is up. What came without a session (by a carrier) counts as well: by the newest record or letter.
 */

import type { ServerTime } from "../../protocol/wire.ts";
import type { PrincipalId } from "../../shared/ids.ts";

export interface InactiveSatchel {
  readonly satchel: PrincipalId;
  /** Since when its removal is announced. */
  readonly toldAt: ServerTime;
}

export interface InactiveStore {
  /** One of its devices was here on the day that began at `day`: whatever was announced is off. */
  readonly noteSeen: (principal: PrincipalId, day: ServerTime) => Promise<void>;
  /** Announces the removal of what was not heard of since `before`. @returns how many. */
  readonly tellInactive: (before: ServerTime, at: ServerTime) => Promise<number>;
  /** Announced, to those organisations that it wrote to or chose as a way back; oldest first. */
  readonly inactiveFor: (organisation: PrincipalId, limit: number) => Promise<readonly InactiveSatchel[]>;
  /** How many removals are announced. */
  readonly inactiveCount: () => Promise<number>;
  /** Those whose removal was announced before `toldBefore` and that were not heard of since `before`. */
  readonly toRemove: (before: ServerTime, toldBefore: ServerTime, limit: number) => Promise<readonly PrincipalId[]>;
  /**
   * Takes everything that is kept for it, letters it sent excepted: they are their receivers'. Chain and devices stay, and
   * its epoch becomes another one: a phone that comes back offers all it has again.
   * @returns false when it was heard of meanwhile, or is not there.
   */
  readonly removeInactive: (principal: PrincipalId, before: ServerTime, at: ServerTime) => Promise<boolean>;
}
