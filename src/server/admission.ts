/**
 * Who may read with a session, held against the database: a satchel that was blocked or erased, and a device that was put
 * out, read nothing any more, whatever their token says. Runs in Node.
 *
 * Surprising: a device that the database does not know is let in. After a restored backup its token is older than the
 * database, and the reset of its next pull is what brings its chain back.
 */

import type { FastifyRequest } from "fastify";
import type { ErrorCode } from "../protocol/errors.ts";
import type { ServerTime } from "../protocol/wire.ts";
import { err, ok, type Result } from "../shared/result.ts";
import type { Session } from "./sessions.ts";
import type { Store } from "./stores/ports.ts";
import type { Standing } from "./stores/way-ports.ts";

/** Why a device that proved itself reads nothing; undefined when it may. */
export function whyNot(standing: Standing | undefined): ErrorCode | undefined {
  if (standing === undefined) return undefined;
  if (standing.closed !== null) return standing.closed;
  return standing.device === "removed" ? "device-removed" : undefined;
}

/** Under this name it is remembered, until the visit would have ended, that it is over (SPEC P-N6). */
export const visitKey = ({ principal, device }: Session): string => `visit-over.${principal}.${device}`;

/** True for a visit that said that it is over. */
export const isOver = async (store: Pick<Store, "tallied">, visit: Session, now: ServerTime): Promise<boolean> =>
  (await store.tallied(visitKey(visit), now)).count > 0;

export interface Admitted extends Session {
  /** Undefined for a principal that the database does not know. */
  readonly standing: Standing | undefined;
}

export type Admit = (request: FastifyRequest) => Promise<Result<Admitted, ErrorCode>>;

export const createAdmit =
  (store: Pick<Store, "standing" | "tallied">, now: () => ServerTime): Admit =>
  async ({ session }) => {
    if (session === undefined) return err("unauthenticated");
    const { principal, device, issuedAt, visitUntil } = session;
    if (visitUntil !== undefined && (await isOver(store, { principal, device }, now()))) return err("ended");
    const standing = await store.standing(principal, device);
    const code = whyNot(standing);
    if (code !== undefined) return err(code);
    // Made before the satchel was blocked: who holds the device's key gets another one.
    if (standing !== undefined && issuedAt < standing.sessionsFrom) return err("unauthenticated");
    if (visitUntil !== undefined && issuedAt < (standing?.visitsFrom ?? 0)) return err("ended");
    return ok({ principal, device, standing, ...(visitUntil === undefined ? {} : { visitUntil }) });
  };
