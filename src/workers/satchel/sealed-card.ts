/**
 * The card as this device keeps it: sealed in the format of a record that never leaves, so that there is nothing new to get
 * wrong. Runs in the satchel worker.
 */

import { type CardTextError, readCardGroups, readCardText } from "../../crypto/card.ts";
import type { Identity } from "../../crypto/identity.ts";
import { openRecord, sealRecord } from "../../crypto/record.ts";
import type { Secret } from "../../crypto/secret.ts";
import type { Op } from "../../protocol/wire.ts";
import { type Bytes, utf8, utf8ToText } from "../../shared/bytes.ts";
import { type OpId, type RecordId, randomId } from "../../shared/ids.ts";
import type { Random } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";

/** What stands on a card. */
export interface CardFace {
  readonly qr: string;
  readonly groups: readonly string[];
  readonly set: number;
}

export async function sealCard(identity: Identity, { qr, groups, set }: CardFace, random: Random): Promise<Bytes> {
  const facts = {
    record: randomId<RecordId>(random),
    op: randomId<OpId>(random),
    base: null,
    deleted: false,
    blobs: [],
  };
  return utf8(JSON.stringify(await sealRecord(identity, facts, { qr, groups, set }, random)));
}

/** @returns undefined when it does not open: the satchel opens with the code all the same. */
export async function openCard(identity: Identity, sealed: Bytes): Promise<CardFace | undefined> {
  const text = utf8ToText(sealed);
  if (text === undefined) return undefined;
  const opened = await openRecord(identity, JSON.parse(text) as Op);
  const content = opened.ok ? utf8ToText(opened.value.content) : undefined;
  return content === undefined ? undefined : (JSON.parse(content) as CardFace);
}

export type TypedCardError =
  | { readonly type: "wrong-card" }
  /** Counted from 1, as they are printed. */
  | { readonly type: "wrong-groups"; readonly groups: readonly number[] };

export interface TypedCard {
  readonly secret: Secret;
  readonly set: number;
  /** Only a scanned text says it. */
  readonly home: string | null;
}

const wrong = (_error: CardTextError): TypedCardError => ({ type: "wrong-card" });

/** A typed or scanned card. */
export async function readTypedCard(typed: string): Promise<Result<TypedCard, TypedCardError>> {
  if (/^\s*bsc[0-9]+\./i.test(typed)) {
    const read = await readCardText(typed);
    return read.ok ? ok(read.value) : err(wrong(read.error));
  }
  const read = await readCardGroups(typed);
  if (read.ok) return ok({ ...read.value, home: null });
  return read.error.type === "wrong-groups"
    ? err({ type: "wrong-groups", groups: read.error.groups })
    : err({ type: "wrong-card" });
}
