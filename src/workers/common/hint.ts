/**
 * A memory of what a screen showed last, sealed in the format of a record that never leaves (as the card is: sealed-card.ts). Runs
 * in the workers that hold keys (decisions/0031).
 *
 * Surprising fact: it may be of yesterday, of another tab or of an older app. Whoever reads it shows it only until the truth is
 * read, or takes from it nothing but what to read first.
 */

import * as v from "valibot";
import type { Identity } from "../../crypto/identity.ts";
import { openRecord, sealRecord } from "../../crypto/record.ts";
import type { Op } from "../../protocol/wire.ts";
import { type Bytes, utf8, utf8ToText } from "../../shared/bytes.ts";
import { type OpId, type RecordId, randomId } from "../../shared/ids.ts";
import type { Random } from "../../shared/ports.ts";

/** JSON as far as it is that. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @param content anything that JSON holds. */
export async function sealHint(identity: Identity, content: object, random: Random): Promise<Bytes> {
  const facts = {
    record: randomId<RecordId>(random),
    op: randomId<OpId>(random),
    base: null,
    deleted: false,
    blobs: [],
  };
  return utf8(JSON.stringify(await sealRecord(identity, facts, content, random)));
}

const opShape = v.object({ head: v.string(), body: v.string(), sig: v.string() });

/** @returns undefined when it does not open, or has another shape: a newer app left it. */
export async function openHint<T>(
  identity: Identity,
  sealed: Bytes,
  shape: v.GenericSchema<unknown, T>,
): Promise<T | undefined> {
  const op = v.safeParse(opShape, parsed(utf8ToText(sealed)));
  if (!op.success) return undefined;
  // The tag is checked, which only a holder of the root can make.
  const opened = await openRecord(identity, op.output as Op, "verified");
  const content = v.safeParse(shape, parsed(opened.ok ? utf8ToText(opened.value.content) : undefined));
  return content.success ? content.output : undefined;
}
