/**
 * An organisation's keys, epoch by epoch, and how its root reaches each helper (SPEC C-O). Runs in workers that hold keys,
 * and Node.
 *
 * Surprising: what is handed to a helper is one root of 32 bytes. All else (the private keys of every epoch, the older roots)
 * is sealed under roots and may lie anywhere, so a helper who joins late opens what was sealed before she came.
 */

import { formerKeysMs } from "../protocol/helpers.ts";
import { type BoxKey, hpkeOpen, hpkeSeal, type Sealed } from "../protocol/hpke.ts";
import { labels } from "../protocol/labels.ts";
import { readChain } from "../protocol/statements.ts";
import type { KeyEpoch, Signed } from "../protocol/wire.ts";
import { type Bytes, fromBase64Url, lengthPrefixed, u32 } from "../shared/bytes.ts";
import { idBytes, type PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { type Identity, type IdentityError, keysFit, openIdentity, openPast } from "./identity.ts";
import { createRootKey, type RootKey, rootKeyBytes } from "./secret.ts";

/** For whom, of what: what was sealed for one helper or epoch opens for no other. */
export interface RootContext {
  readonly organisation: PrincipalId;
  readonly epoch: number;
  readonly helper: PrincipalId;
}

export type OrganisationError =
  | IdentityError
  /** The private keys are not those that the chain names, or there are not as many epochs as the chain has. */
  | { readonly type: "other-keys" };

const contextOf = ({ organisation, epoch, helper }: RootContext): Bytes =>
  lengthPrefixed(idBytes(organisation), u32(epoch), idBytes(helper));

/** @param to raw box key of the helper. @returns undefined when that is no point. */
export async function sealRootTo(to: Sealed["enc"], context: RootContext, root: RootKey): Promise<Sealed | undefined> {
  const bytes = root.reveal();
  const sealed = await hpkeSeal(to, labels.organisationRoot, contextOf(context), bytes);
  bytes.fill(0);
  return sealed;
}

/** @returns undefined when it was sealed for another helper, organisation or epoch, or is damaged. */
export async function openRootFor(key: BoxKey, context: RootContext, sealed: Sealed): Promise<RootKey | undefined> {
  const bytes = await hpkeOpen(key, labels.organisationRoot, contextOf(context), sealed);
  return bytes?.length === rootKeyBytes ? createRootKey(bytes) : undefined;
}

/**
 * The organisation as its chain says it now.
 * @param root of the newest epoch. @param epochs all of them, in order. @param now ms: box keys that were replaced more than
 * 400 days before are left closed.
 */
export async function openOrganisation(
  root: RootKey,
  epochs: readonly KeyEpoch[],
  statements: readonly Signed[],
  now: number,
): Promise<Result<Identity, OrganisationError>> {
  const chain = await readChain(statements);
  if (!chain.ok) return err({ type: "bad-chain", chain: chain.error });
  const { id, former } = chain.value;
  const newest = epochs.at(-1);
  if (newest === undefined || epochs.length !== former.length + 1) return err({ type: "other-keys" });
  const [sealed, past] = [fromBase64Url(newest.sealed), fromBase64Url(newest.past)];
  if (sealed === undefined || past === undefined) return err({ type: "bad-format" });
  const older = await openPast(root, id, former.length, past);
  if (!older.ok) return older;
  const identity = await openIdentity(root, sealed, statements, older.value);
  if (!identity.ok) return identity;
  if (!(await keysFit(identity.value))) return err({ type: "other-keys" });
  const formerBoxes: BoxKey[] = [];
  for (const [epoch, { box, until }] of former.entries()) {
    if (until + formerKeysMs < now) continue;
    const [before, bytes] = [older.value[epoch], fromBase64Url(epochs[epoch]?.sealed ?? "")];
    if (before === undefined || bytes === undefined) return err({ type: "bad-format" });
    const then = await openIdentity(before, bytes, statements);
    if (!then.ok) return then;
    formerBoxes.push({ privateKey: then.value.box, box });
  }
  return ok({ ...identity.value, formerBoxes });
}
