/**
 * Which papers stood first in the list, sealed in the format of a record that never leaves (as the card is: sealed-card.ts). Runs
 * in the satchel worker (decisions/0031).
 *
 * Surprising fact: nothing is shown because it stands here. It says which records to read first; what they say is read from
 * themselves, and the whole list follows. So it may be of yesterday, of another tab or of an older app, and nothing is lost by it.
 */

import * as v from "valibot";
import type { Identity } from "../../crypto/identity.ts";
import { openRecord, sealRecord } from "../../crypto/record.ts";
import type { Op } from "../../protocol/wire.ts";
import { type Bytes, utf8, utf8ToText } from "../../shared/bytes.ts";
import { type OpId, type RecordId, randomId } from "../../shared/ids.ts";
import type { Random } from "../../shared/ports.ts";

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

/** JSON as far as it is that. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function sealHint(identity: Identity, hint: ListHint, random: Random): Promise<Bytes> {
  const facts = {
    record: randomId<RecordId>(random),
    op: randomId<OpId>(random),
    base: null,
    deleted: false,
    blobs: [],
  };
  return utf8(JSON.stringify(await sealRecord(identity, facts, hint, random)));
}

const opShape = v.object({ head: v.string(), body: v.string(), sig: v.string() });

/** @returns undefined when it does not open, or is of a newer app: then the list is read from its records at once. */
export async function openHint(identity: Identity, sealed: Bytes): Promise<ListHint | undefined> {
  const op = v.safeParse(opShape, parsed(utf8ToText(sealed)));
  if (!op.success) return undefined;
  // The tag is checked, which only a holder of the root can make.
  const opened = await openRecord(identity, op.output as Op, "verified");
  const content = v.safeParse(hintShape, parsed(opened.ok ? utf8ToText(opened.value.content) : undefined));
  return content.success ? content.output : undefined;
}
