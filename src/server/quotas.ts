/**
 * How many bytes a principal may hold: what the operator said, else what its kind has. Runs in Node.
 *
 * Surprising: anybody can register a chain that calls itself an organisation; only an organisation of this deployment
 * gets an organisation's space.
 */

import { quotas } from "../protocol/limits.ts";
import { readChain } from "../protocol/statements.ts";
import type { PrincipalKind } from "../protocol/wire.ts";
import type { PrincipalId } from "../shared/ids.ts";
import type { DeploymentBase } from "./deployment.ts";
import type { Store } from "./stores/ports.ts";

export type QuotaOf = (principal: {
  readonly id: PrincipalId;
  readonly kind: PrincipalKind;
  readonly quota: number | null;
}) => Promise<number>;

export function createQuotas(store: Pick<Store, "isDesk">, deployment: DeploymentBase): QuotaOf {
  /** Organisations that the operator's file names with their chains. */
  let named: Promise<ReadonlySet<PrincipalId>> | undefined;
  const readNamed = async (): Promise<ReadonlySet<PrincipalId>> => {
    const chains = await Promise.all(deployment.organisations.map(({ statements }) => readChain(statements)));
    return new Set(chains.flatMap((chain) => (chain.ok ? [chain.value.id] : [])));
  };
  return async ({ id, kind, quota }) => {
    if (quota !== null) return quota;
    if (kind !== "organisation") return quotas.satchelBytes;
    named ??= readNamed();
    const known = (await named).has(id) || (await store.isDesk(id));
    return known ? quotas.organisationBytes : quotas.satchelBytes;
  };
}
