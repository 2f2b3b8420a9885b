/**
 * What the server asks of its database about helpers' logins (SPEC P-I5 to P-I7). Part of `Store`; same rules (ports.ts). Runs
 * in Node.
 */

import type { B64, ServerTime, Signed } from "../../protocol/wire.ts";
import type { PrincipalId } from "../../shared/ids.ts";

export interface StoredBinding {
  readonly helper: PrincipalId;
  /** SHA-256 over the other site and its name for her. */
  readonly subject: B64;
  /** Signed by the helper. */
  readonly statement: Signed;
}

export interface LoginStore {
  readonly loginBinding: (organisation: PrincipalId, helper: PrincipalId) => Promise<StoredBinding | undefined>;
  readonly loginBindings: (organisation: PrincipalId) => Promise<readonly StoredBinding[]>;
  /** The first one counts. @returns the binding as it stands after it. */
  readonly bindLogin: (organisation: PrincipalId, binding: StoredBinding, at: ServerTime) => Promise<StoredBinding>;
  /** @returns false when this helper has no such binding. */
  readonly unbindLogin: (organisation: PrincipalId, helper: PrincipalId, subject: B64) => Promise<boolean>;
}
