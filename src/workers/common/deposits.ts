/**
 * Deposits (DESIGN 4): work that leaves its key behind becomes a letter from the satchel to itself. Runs in the workers that
 * hold keys.
 *
 * Surprising fact: a deposit is never in conflict. It carries what its author had started from beside what it became, and
 * any unlocked device of the person can merge it, once or twice, with the same result (INV-4).
 */

import * as v from "valibot";
import type { Identity } from "../../crypto/identity.ts";
import { type LetterBlob, sealLetter } from "../../crypto/letter.ts";
import { randomIdField } from "../../protocol/fields.ts";
import type { BlobRef, Letter } from "../../protocol/wire.ts";
import type { DepositPayload, SatchelRecord } from "../../satchel/model.ts";
import { type LetterId, type RecordId, randomId, type ThreadId } from "../../shared/ids.ts";
import type { Clock, Random } from "../../shared/ports.ts";

/** A stream that travels with a deposit: outside for the server, inside for whoever merges. */
export interface DepositBlob {
  readonly ref: BlobRef;
  readonly inside: LetterBlob;
}

/** Seals what a session has made of each record; `base` null for what it has begun. */
export async function sealDeposit(
  deps: { readonly identity: Identity; readonly random: Random; readonly clock: Clock },
  records: DepositPayload["records"],
  blobs: readonly DepositBlob[] = [],
): Promise<{ readonly letter: LetterId; readonly wire: Letter }> {
  const { identity, random, clock } = deps;
  const letter = randomId<LetterId>(random);
  const payload: DepositPayload = { t: "deposit", records };
  const wire = await sealLetter({
    identity,
    to: identity.principal,
    letter,
    blobs: blobs.map((blob) => blob.ref),
    inner: {
      thread: randomId<ThreadId>(random),
      n: 1,
      replaces: null,
      kind: "deposit",
      sentAt: clock.now(),
      blobs: blobs.map((blob) => blob.inside),
      payload,
    },
  });
  return { letter, wire };
}

const record = v.looseObject({ t: v.picklist(["paper", "dossier", "profile", "share"]) });
const shape = v.object({
  t: v.literal("deposit"),
  records: v.pipe(
    v.record(randomIdField<RecordId>(), v.object({ base: v.nullable(record), next: record })),
    v.maxEntries(1000),
  ),
});

/** What a deposit says, or undefined. It was sealed by the satchel itself: only its outline is checked. */
export function readDeposit(
  payload: unknown,
): readonly { readonly id: RecordId; readonly base: SatchelRecord | null; readonly next: SatchelRecord }[] | undefined {
  const read = v.safeParse(shape, payload);
  if (!read.success) return undefined;
  const entries = Object.entries(read.output.records) as [RecordId, { base: unknown; next: unknown }][];
  const all = entries.map(([id, { base, next }]) => ({
    id,
    base: base as SatchelRecord | null,
    next: next as SatchelRecord,
  }));
  return all.every(({ base, next }) => base === null || base.t === next.t) ? all : undefined;
}
