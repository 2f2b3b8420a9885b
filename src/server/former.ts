/**
 * What an organisation signed before its helpers changed its keys, and hands in after (SPEC P-H14). Runs in Node.
 *
 * Surprising: this is the one place where a session counts for more than reading. Whoever left still has the old key, and could
 * date anything before; whoever is still there shows it by the session of a browser that stands in the chain.
 */

import { formerKeysMs } from "../protocol/helpers.ts";
import { readChain } from "../protocol/statements.ts";
import type { B64, RejectCode, ServerTime } from "../protocol/wire.ts";
import type { PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import type { Store } from "./stores/ports.ts";

/**
 * The former key that signed; "wrong-epoch" when who hands it in has no session of the organisation: it may come again, with
 * one. Undefined: no key that this principal ever had.
 * @param here whose session the request carries.
 */
export async function formerKey(
  store: Pick<Store, "principal">,
  by: PrincipalId,
  here: PrincipalId | null,
  now: ServerTime,
  verifies: (sign: B64) => Promise<boolean>,
): Promise<Result<B64, RejectCode> | undefined> {
  const stored = await store.principal(by);
  if (stored?.kind !== "organisation") return undefined;
  const chain = await readChain(stored.statements);
  const former = chain.ok ? chain.value.former.filter(({ until }) => until + formerKeysMs > now) : [];
  for (const { sign } of former.toReversed())
    if (await verifies(sign)) return here === by ? ok(sign) : err("wrong-epoch");
  return undefined;
}
