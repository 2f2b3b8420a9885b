/** Storing a principal's chain: read, compare with what is known, save what continues it. Runs in Node. */

import { readChain, readExtendedChain } from "../protocol/statements.ts";
import type { RejectCode, ServerTime, Signed } from "../protocol/wire.ts";
import { assert } from "../shared/assert.ts";
import type { PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { createMemory } from "./memory.ts";
import type { CheckedChain, Signer, Store } from "./stores/ports.ts";

/** What the store keeps of a chain. @returns "bad-signature" when a signature fails, "bad-format" for all else. */
export async function checkChain(
  statements: readonly Signed[],
): Promise<Result<CheckedChain & { readonly helped: boolean }, RejectCode>> {
  const read = await readChain(statements);
  if (!read.ok) return err(read.error.type === "bad-signature" ? "bad-signature" : "bad-format");
  const { id, kind, sign, devices, removed, helpers } = read.value;
  return ok({ id, kind, sign, devices, removed, statements, helped: helpers.size > 0 });
}

/**
 * Saves a chain that is new or continues the known one; a beginning of the known one changes nothing. "id-taken": it
 * forks from what is known. While it is blocked nothing continues it: a thief must not put the other devices out.
 */
export async function saveChain(
  store: Store,
  statements: readonly Signed[],
  at: ServerTime,
): Promise<Result<CheckedChain, RejectCode>> {
  const checked = await checkChain(statements);
  if (!checked.ok) return checked;
  for (;;) {
    const known = await store.principal(checked.value.id);
    if (known !== undefined) {
      // Erased for good: no other device brings it back.
      if (known.closed === "gone") return err("gone");
      const [shorter, longer] =
        known.statements.length <= statements.length ? [known.statements, statements] : [statements, known.statements];
      const base = await readChain(shorter);
      assert(base.ok, "a stored chain was checked before");
      if (!(await readExtendedChain(base.value, longer)).ok) return err("id-taken");
      if (longer.length === known.statements.length) return checked;
      if (known.closed !== null) return err(known.closed);
      // Its keys come with it, by another route (SPEC P-H10).
      if (checked.value.helped) return err("id-taken");
    }
    if (await store.saveChain(checked.value, known?.statements.length ?? 0, at)) return checked;
  }
}

/**
 * Key and kind of whom an op names. Asked of the store once for all but organisations, whose key their helpers change; no
 * principal ever goes.
 */
export function createSigners(store: Pick<Store, "signer">): (id: PrincipalId) => Promise<Signer | undefined> {
  const known = createMemory<Signer>(4096);
  return async (id) => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const found = await store.signer(id);
    return found?.kind === "organisation" ? found : found && known.keep(id, found);
  };
}
