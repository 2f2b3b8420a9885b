/** What screens see of one opened paper: its record without keys, and the one honest word of where it is (INV-2). Runs in the satchel worker. */

import { opHead } from "../../protocol/ops.ts";
import { staysHere } from "../../satchel/keeping.ts";
import type { PaperRecord, SatchelRecord } from "../../satchel/model.ts";
import { paperBlobs } from "../../satchel/paper.ts";
import { shownPaper } from "../../satchel/shown.ts";
import { paperStates } from "../../satchel/where.ts";
import type { BlobId } from "../../shared/ids.ts";
import type { BlobRow } from "../../storage/ports.ts";
import type { Kept } from "../common/records.ts";
import type { CopyState, PaperView } from "../satchel.contract.ts";

const sealedSegment = 65_552;

export type KeptPaper = Kept<SatchelRecord> & { readonly record: PaperRecord };

export const isPaper = (kept: Kept<SatchelRecord>): kept is KeptPaper => kept.record.t === "paper";

/** What no row says: a fetch that runs, streams found damaged, and whether a way in without this device was drilled. */
export interface Around {
  readonly fetching: PaperView["fetching"] | undefined;
  readonly damaged: ReadonlySet<BlobId>;
  readonly drilledElsewhere: boolean;
}

const words: Readonly<Record<string, CopyState>> = {
  redo: "needs-you",
  leaving: "leaving",
  waits: "waits",
  here: "here",
  copies: "two-copies",
  sealed: "sealed-copy",
  elsewhere: "away",
  absent: "not-here",
};

const isThere = (row: BlobRow): boolean => row.state === "verified" || row.state === "away";

/** The one word that is true of a paper (INV-2): "two copies" needs a drilled way in without this device. */
export function stateOf(
  kept: KeptPaper,
  rows: ReadonlyMap<BlobId, BlobRow>,
  asideOp: string | null,
  around: Around,
): CopyState {
  const pointers = paperBlobs(kept.record);
  const known = pointers.flatMap((pointer) => rows.get(pointer.blob) ?? []);
  const head = kept.server === null || kept.accepted ? undefined : opHead(kept.server);
  const named = new Set(head?.ok === true ? head.value.blobs : []);
  const states = paperStates({
    status: kept.record.status,
    localOnly: known.some((row) => row.localOnly) || staysHere(kept.record),
    here:
      known.length === pointers.length && known.every((row) => row.state !== "away" && !around.damaged.has(row.blob)),
    known: known.length === pointers.length,
    total: pointers.length,
    verified: known.filter(isThere).length,
    recordAccepted: kept.accepted || (pointers.length > 0 && pointers.every((pointer) => named.has(pointer.blob))),
    moving: known.some((row) => row.state === "sending" || (row.state === "waiting" && row.offset > 0)),
    drilledElsewhere: around.drilledElsewhere,
    aside: known.find((row) => row.state === "aside")?.lastCode ?? asideOp,
    received: null,
    expiry: null,
    today: "",
  });
  return words[states[0]?.state ?? "here"] ?? "here";
}

/** What the list says of one paper. */
export function viewOf(
  kept: KeptPaper,
  rows: ReadonlyMap<BlobId, BlobRow>,
  asideOp: string | null,
  around: Around,
): PaperView {
  const pointers = paperBlobs(kept.record);
  const known = pointers.flatMap((pointer) => rows.get(pointer.blob) ?? []);
  const travels = known.filter((row) => !row.localOnly);
  const parts = {
    done: travels.reduce((sum, row) => sum + Math.floor(row.offset / sealedSegment) + (isThere(row) ? 1 : 0), 0),
    of: travels.reduce((sum, row) => sum + row.segments, 0),
  };
  return {
    id: kept.id,
    record: shownPaper(kept.record),
    state: stateOf(kept, rows, asideOp, around),
    parts: travels.length === 0 ? null : { done: Math.min(parts.done, parts.of), of: parts.of },
    bytes: pointers.reduce((sum, pointer) => sum + pointer.sealedLength, 0),
    ...(around.fetching === undefined ? {} : { fetching: around.fetching }),
  };
}
