/**
 * What a helper's browser keeps of the organisation (decisions/0034), in the profile's place for sealed keys. Pure but for the
 * cryptography. Runs in the desk worker.
 *
 * Surprising fact: nothing in it needs a seal of its own. Her keys lie under her root, which her six digits open; the
 * organisation's root is sealed to her keys; all else is sealed under roots.
 */

import { createIdentity, type Identity, openIdentity } from "../../crypto/identity.ts";
import { type JoinCheck, joinCheck } from "../../crypto/invitation.ts";
import { openOrganisation, openRootFor } from "../../crypto/organisation.ts";
import { hkdf, importAesKey, keyBytes, nonceBytes, openBox, sealBox } from "../../crypto/primitives.ts";
import type { RootKey } from "../../crypto/secret.ts";
import type { Sealed } from "../../protocol/hpke.ts";
import { labels } from "../../protocol/labels.ts";
import { b64 } from "../../protocol/sign.ts";
import type { KeyEpoch, Signed } from "../../protocol/wire.ts";
import { type B64, type Bytes, concat, fromBase64Url, utf8, utf8ToText } from "../../shared/bytes.ts";
import { idBytes, type PrincipalId } from "../../shared/ids.ts";
import type { Random } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";

/** An invitation that was answered from here and not confirmed yet. */
export interface Asked {
  readonly slug: string;
  readonly ask: B64;
  /** The code's 16 bytes under the helper's root. */
  readonly secret: B64;
}

export interface Held {
  readonly v: 1;
  /** The helper's own chain, and her keys under her root (SPEC C-I2). */
  readonly statements: readonly Signed[];
  readonly keys: B64;
  readonly epochs: readonly KeyEpoch[];
  /** The organisation's root, sealed to her; null until she was confirmed. */
  readonly box: Sealed | null;
  readonly asked: Asked | null;
}

const magic = utf8("BSH1");

export const packHeld = (held: Held): Bytes => concat(magic, utf8(JSON.stringify(held)));

/** @returns undefined for the sealed keys of a desk that was opened the old way. */
export function heldOf(sealed: Bytes): Held | undefined {
  if (magic.some((byte, at) => sealed[at] !== byte)) return undefined;
  const text = utf8ToText(sealed.slice(magic.length));
  // This browser wrote it; what is in it is checked by the seals.
  return text === undefined ? undefined : (JSON.parse(text) as Held);
}

/** A fresh helper, holding nothing yet. */
export async function newHelper(random: Random): Promise<{ readonly helper: Identity; readonly held: Held }> {
  const helper = await createIdentity("helper", random);
  const held: Held = {
    v: 1,
    statements: helper.statements,
    keys: b64(helper.sealed),
    epochs: [],
    box: null,
    asked: null,
  };
  return { helper, held };
}

export async function openHelper(root: RootKey, held: Held): Promise<Result<Identity, string>> {
  const keys = fromBase64Url(held.keys);
  const helper = keys === undefined ? undefined : await openIdentity(root, keys, held.statements);
  return helper?.ok === true ? ok(helper.value) : err(`helper-${helper?.error.type ?? "damaged"}`);
}

/** The organisation as its chain `statements` says it, by what this helper holds. */
export async function openForHelper(
  helper: Identity,
  held: Pick<Held, "epochs" | "box">,
  organisation: PrincipalId,
  statements: readonly Signed[],
  now: number,
): Promise<Result<Identity, string>> {
  if (held.box === null) return err("nothing-held");
  const key = { privateKey: helper.box, box: helper.principal.box };
  const context = { organisation, epoch: held.epochs.length - 1, helper: helper.id };
  const root = await openRootFor(key, context, held.box);
  if (root === undefined) return err("root-cannot-open");
  const opened = await openOrganisation(root, held.epochs, statements, now);
  return opened.ok ? opened : err(`organisation-${opened.error.type}`);
}

const askedKey = async (helper: Identity): Promise<CryptoKey> =>
  importAesKey(await hkdf(helper.root.reveal(), idBytes(helper.id), labels.invitationHeld, keyBytes));

export const sealAsked = async (helper: Identity, secret: Bytes, random: Random): Promise<B64> =>
  b64(await sealBox(await askedKey(helper), random.bytes(nonceBytes), secret, idBytes(helper.id)));

/** The code's secret again, and what both screens show. */
export async function openAsked(
  helper: Identity,
  organisation: PrincipalId,
  asked: Asked,
): Promise<{ readonly secret: Bytes; readonly check: JoinCheck } | undefined> {
  const bytes = fromBase64Url(asked.secret);
  const secret = bytes && (await openBox(await askedKey(helper), bytes, idBytes(helper.id)));
  return secret && { secret, check: await joinCheck(secret, organisation, asked.ask) };
}
