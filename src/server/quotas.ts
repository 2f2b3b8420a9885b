/**
 * How many bytes a principal may hold: what the operator said, else what its kind has. Runs in Node.
 *
 * Surprising: anybody can register a chain that calls itself an organisation; only an organisation of this deployment
 * gets an organisation's space.
 */

import { quotas } from "../protocol/limits.ts";
import type { PrincipalKind } from "../protocol/wire.ts";
import type { PrincipalId } from "../shared/ids.ts";
import type { FindDeployed } from "./deployment.ts";

export type QuotaOf = (principal: {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  readonly quota: number | null;
}) => Promise<number>;

export const createQuotas =
  (findDeployed: FindDeployed): QuotaOf =>
  async ({ id, kind, quota }) => {
    if (quota !== null) return quota;
    if (kind !== "organisation") return quotas.satchelBytes;
    return (await findDeployed(id)) === undefined ? quotas.satchelBytes : quotas.organisationBytes;
  };
