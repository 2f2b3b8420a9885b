/**
 * A shared computer's carrier file (SPEC P-C11): what its postbox holds of several satchels, in one PDF, made without any of
 * their keys. Runs in the kiosk's worker and Node; `readCarrier` reads it like any other.
 *
 * Surprising: the key that signs the list is made for the file and forgotten. It finds a damaged byte, and proves nothing:
 * who carries may take something out and sign anew, and only the server's own word empties the postbox.
 */

import { type Bytes, concat, u32 } from "../shared/bytes.ts";
import { aroundHash, blank, carrierVersions, magicOf, type PostboxManifest, textOf } from "./carrier.ts";
import { carrierPage, type PageText } from "./carrier-page.ts";
import { generateSignPair, rawPublicKey } from "./sign.ts";

export type PackFacts = Pick<PostboxManifest, "file" | "from" | "items">;

export interface ComposedBundle {
  /** What stands before the items of each pack, in the order given. The file is these and the items in turn, then `after`. */
  readonly heads: readonly Bytes[];
  readonly after: Bytes;
  readonly bytes: number;
}

/** @param packs at least one, and together within the limits of a file (P-C6). */
export async function composeBundle(
  facts: Pick<PostboxManifest, "set" | "madeAt" | "home">,
  packs: readonly PackFacts[],
  page: PageText,
): Promise<ComposedBundle> {
  const pair = await generateSignPair(false);
  const by = await rawPublicKey(pair);
  const { set, madeAt, home } = facts;
  const manifestOf = ({ file, from, items }: PackFacts, around: PostboxManifest["around"]): PostboxManifest => ({
    v: 2,
    t: "carrier",
    suite: 1,
    file,
    from,
    madeAt,
    home: { url: home.url, keys: home.keys },
    around,
    bytes: items.reduce((sum, item) => sum + item[2], 0),
    set,
    by,
    items,
  });
  // A hash and a signature have one length: how long each signed manifest will be is known before there is one.
  const drafts = await Promise.all(packs.map((pack) => textOf(pair.privateKey, manifestOf(pack, blank))));
  const payload = packs.reduce((sum, pack) => sum + manifestOf(pack, blank).bytes, 0);
  const texts = drafts.reduce((sum, text) => sum + 4 + text.length, 0);
  const magic = magicOf(carrierVersions.postbox);
  const { head, tail } = carrierPage(page, magic.length + texts + payload + 4);
  const around = await aroundHash(head, tail);
  const signed = await Promise.all(packs.map((pack) => textOf(pair.privateKey, manifestOf(pack, around))));
  const heads = signed.map((text, n) => concat(...(n === 0 ? [head, magic] : []), u32(text.length), text));
  const after = concat(u32(0), tail);
  return { heads, after, bytes: heads.reduce((sum, each) => sum + each.length, 0) + payload + after.length };
}
