/**
 * The one-time code of a desk: made at start while the desk was never opened, shown once to whoever runs the server,
 * kept only as a hash of what proves it. Runs in Node.
 */

import { createDeskCode, deskAuthOf, readDeskCode } from "../protocol/desk-code.ts";
import { b64, sha256 } from "../protocol/sign.ts";
import type { B64 } from "../protocol/wire.ts";
import { fromBase64Url } from "../shared/bytes.ts";
import type { Random } from "../shared/ports.ts";
import type { Store } from "./stores/ports.ts";

/** SHA-256 of an auth value: what the store keeps. */
export const authHashOf = async (auth: B64): Promise<B64> =>
  b64(await sha256(fromBase64Url(auth) ?? new Uint8Array(0)));

/**
 * Gives a desk that was never opened a one-time code: `fixed` (ten groups) or a fresh one.
 * @returns the ten groups, to be shown once; undefined when the desk is open. @throws when `fixed` is not a code.
 */
export async function prepareDesk(
  deps: { readonly store: Store; readonly random: Random },
  slug: string,
  fixed: string | undefined,
): Promise<readonly string[] | undefined> {
  if ((await deps.store.desk(slug))?.opened) return undefined;
  const code = fixed === undefined ? await createDeskCode(deps.random) : await fixedCode(fixed);
  const set = await deps.store.setDeskCode(slug, await authHashOf(await deskAuthOf(code.secret)));
  return set ? code.groups : undefined;
}

async function fixedCode(text: string) {
  const read = await readDeskCode(text);
  if (!read.ok) throw new Error("BESACE_DESK_CODE is not a desk code: ten groups of four characters");
  return { secret: read.value, groups: (text.toUpperCase().match(/[A-Z2-9]/g) ?? []).join("").match(/.{4}/g) ?? [] };
}
