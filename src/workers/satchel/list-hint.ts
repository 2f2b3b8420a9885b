/**
 * Which papers stood first in the list (common/hint.ts). Runs in the satchel worker (decisions/0031).
 *
 * Surprising fact: nothing is shown because it stands here. It says which records to read first; what they say is read from
 * themselves, and the whole list follows. So it may be of yesterday, of another tab or of an older app, and nothing is lost by it.
 */

import * as v from "valibot";
import type { Identity } from "../../crypto/identity.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { RecordId } from "../../shared/ids.ts";
import { openHint } from "../common/hint.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const ids = v.pipe(
  v.array(v.string()),
  v.transform((texts) => texts as readonly string[] as readonly RecordId[]),
);
const hintShape = v.object({
  v: v.literal(1),
  /** In the order of the list; some more than a screen shows, for those that are gone. */
  first: ids,
  drafts: ids,
  kept: count,
  kinds: v.record(v.string(), count),
  binned: count,
});
export type ListHint = v.InferOutput<typeof hintShape>;

/** @returns undefined when it does not open, or is of a newer app: then the list is read from its records at once. */
export const openListHint = (identity: Identity, sealed: Bytes): Promise<ListHint | undefined> =>
  openHint(identity, sealed, hintShape);
