/**
 * Another device that takes frozen items out of a white zone: it delivers them late, partly, twice, in any order, and may
 * bring back what the server says. It can read nothing and alter nothing.
 */

import type { B64, Letter, Op, ServerTime, Signed } from "../../../src/protocol/wire.ts";
import type { Bytes } from "../../../src/shared/bytes.ts";
import type { BlobId, LetterId, OpId, PrincipalId } from "../../../src/shared/ids.ts";
import type { SatchelStore } from "../../../src/storage/ports.ts";
import type { ClientFaults, Device } from "./device.ts";
import type { Dice } from "./random.ts";
import { desk, manifestOf, type Signer, signProofAs } from "./sealing.ts";
import type { ModelServer } from "./server.ts";

type Carried =
  | { readonly type: "op"; readonly op: Op }
  | { readonly type: "letter"; readonly letter: Letter }
  | { readonly type: "proof"; readonly proof: Signed }
  | {
      readonly type: "blob";
      readonly blob: BlobId;
      readonly length: number;
      readonly root: B64;
      readonly bytes: Bytes;
    };

export interface Pack {
  readonly from: Device;
  readonly items: readonly Carried[];
  readonly ops: readonly OpId[];
  readonly letters: readonly LetterId[];
  readonly proofs: readonly LetterId[];
  readonly blobs: readonly BlobId[];
}

/** Freezes what waits, as a file for a carrier does, and copies it. Null when nothing waits or the disk fails. */
export async function pack(device: Device): Promise<Pack | null> {
  const store = device.store();
  const frozen = await store.freezeAll();
  if (!frozen.ok) return null;
  const { ops, letters, proofs } = frozen.value;
  const items: Carried[] = [];
  for (const id of ops) {
    const row = await store.readOp(id);
    if (row.ok && row.value !== undefined) items.push({ type: "op", op: row.value.wire });
  }
  for (const id of letters) {
    const row = await store.readLetter(id);
    if (row.ok && row.value !== undefined) items.push({ type: "letter", letter: row.value.wire });
  }
  const queue = await store.queue();
  if (!queue.ok) return null;
  for (const row of queue.value.proofs)
    if (proofs.includes(row.letter)) items.push({ type: "proof", proof: row.proof });
  const blobs: BlobId[] = [];
  for (const id of frozen.value.blobs) {
    const row = await store.getBlob(id);
    if (!row.ok || row.value === undefined) continue;
    const bytes = new Uint8Array(row.value.length) as Bytes;
    bytes.set(row.value.header);
    let at = row.value.header.length;
    for (let n = 0; n < row.value.segments; n += 1) {
      const segment = await store.getSegment(id, n);
      if (!segment.ok || segment.value === undefined) break;
      bytes.set(segment.value, at);
      at += segment.value.length;
    }
    if (at < bytes.length) continue;
    const { blob, length, root } = row.value;
    items.push({ type: "blob", blob, length, root, bytes });
    blobs.push(blob);
  }
  return items.length === 0 ? null : { from: device, items, ops, letters, proofs, blobs };
}

/** One visit of the carrier to the server: some items, in any order, perhaps each twice. */
export function deliver(server: ModelServer, who: PrincipalId, { items }: Pack, dice: Dice, now: number): void {
  const order = dice.chance(0.5) ? items : dice.shuffled(items);
  const share = dice.pick([0.3, 0.7, 1]);
  for (const item of order) {
    if (!dice.chance(share)) continue;
    for (let times = dice.chance(0.2) ? 2 : 1; times > 0; times -= 1) {
      if (item.type === "op") server.push([item.op], now);
      else if (item.type === "letter") server.letter(item.letter, now);
      else if (item.type === "proof") server.proof(item.proof, now);
      else {
        server.create(who, item.blob, item.length, item.root, now);
        const at = server.head(item.blob);
        const end = dice.chance(0.8) ? item.length : dice.below(item.length);
        if (at?.state === "incomplete" && at.offset < end)
          server.patch(item.blob, at.offset, item.bytes.slice(at.offset, end) as Bytes, now);
      }
    }
  }
}

type Booked = Parameters<SatchelStore["bookCarried"]>[0];
export interface Receipt {
  readonly signer: Signer;
  readonly said: Booked;
}

/** What the server says of the pack, signed (SPEC P-C8). */
export function receiptFor(server: ModelServer, taken: Pack, now: number): Receipt {
  const state = server.state();
  const vault = state.vaults.get(taken.from.principal);
  const letters = taken.letters.flatMap((letter) => {
    const stored = state.letters.get(letter);
    return stored === undefined ? [] : [{ letter, proofs: Object.values(stored.proofs) }];
  });
  const told = (id: LetterId): boolean => {
    const proofs = state.letters.get(id)?.proofs;
    return proofs?.withdrawn !== undefined || proofs?.opened !== undefined;
  };
  return {
    signer: "server",
    said: {
      ops: taken.ops.filter((op) => vault?.applied.has(op) === true),
      letters,
      proofs: taken.proofs.filter(told),
      blobs: taken.blobs.filter((blob) => state.blobs.get(blob)?.state === "verified"),
      at: now,
    },
  };
}

/** A carrier that says that all has arrived. */
export function forgedReceipt(taken: Pack, now: number): Receipt {
  const letters = taken.letters.map((letter) => ({
    letter,
    proofs: [
      signProofAs("forged", {
        t: "deposited",
        v: 1,
        letter,
        manifest: manifestOf(letter),
        to: desk,
        at: now as ServerTime,
        have: [],
        of: 1,
      }),
    ],
  }));
  return { signer: "forged", said: { ops: taken.ops, letters, proofs: taken.proofs, blobs: taken.blobs, at: now } };
}

/** @returns true when the phone believed it. */
export async function takeReceipt(receipt: Receipt, taken: Pack, faults: ClientFaults): Promise<boolean> {
  if (receipt.signer !== "server" && !faults.believesForged) return false;
  const booked = await taken.from.store().bookCarried(receipt.said);
  return booked.ok;
}
