/**
 * Takes the records and streams of another satchel, or of a sealed copy, into the open one (DESIGN 4, last paragraph). Runs
 * in the satchel worker.
 *
 * Surprising fact: each record is one strict transaction with its own streams, sealed under new ids and keys of this
 * satchel, and says where it came from; so a kill in the middle, or doing all of it twice, ends in the same place.
 */

import { b64, sha256 } from "../../protocol/sign.ts";
import { joinAhead } from "../../satchel/deadlines/rights.ts";
import { withoutKeys } from "../../satchel/export-manifest.ts";
import {
  adoptDossier,
  adoptPaper,
  fillPages,
  joinProfile,
  joinRecord,
  originText,
  pointersIn,
  sameStream,
} from "../../satchel/join.ts";
import { staysHere } from "../../satchel/keeping.ts";
import { sameValue } from "../../satchel/merge.ts";
import type {
  BlobPointer,
  DossierRecord,
  Origin,
  PaperRecord,
  ProfileRecord,
  SatchelRecord,
  SignedText,
} from "../../satchel/model.ts";
import { streamsNamed } from "../../satchel/paper.ts";
import { utf8 } from "../../shared/bytes.ts";
import type { BlobId, LetterId, PrincipalId, RecordId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { NewBlob, SendClass } from "../../storage/ports.ts";
import { putBlob } from "../common/blobs.ts";
import { storageErr } from "../common/errors.ts";
import type { TakenIn, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { released } from "./papers.ts";
import { findProfile, saveProfile } from "./pins.ts";

export interface Source {
  readonly from: PrincipalId;
  readonly records: readonly { readonly id: RecordId; readonly record: SatchelRecord }[];
  /** As signed, by letter; verified when they are shown (INV-2). */
  readonly proofs: ReadonlyMap<LetterId, readonly SignedText[]>;
  /** The plain bytes of a stream; null: the source does not have them (now). Fewer than promised: they could not be read. */
  readonly open: (pointer: Pick<BlobPointer, "blob" | "hash" | "bytes">) => Promise<AsyncIterable<Uint8Array> | null>;
  /** What was erased here comes back: the person asked for it. Else a deletion stands. */
  readonly revive: boolean;
}

type AdoptDeps = Pick<SatchelDeps, "random">;

const classOf = (record: PaperRecord, blob: BlobId): SendClass => {
  const pages = Object.values(record.pages);
  if (pages.some((page) => page.preview?.blob === blob)) return 3;
  return pages.some((page) => page.readable?.blob === blob) ? 4 : 5;
};

interface Put {
  readonly pointers: ReadonlyMap<BlobId, BlobPointer>;
  readonly blobs: readonly NewBlob[];
  readonly missing: readonly BlobId[];
}

/** Streams of this satchel for those of the source: the same picture that is here already, or a fresh sealing. */
async function bring(
  session: Session,
  deps: AdoptDeps,
  source: Source,
  record: PaperRecord,
  mine: SatchelRecord | undefined,
): Promise<Result<Put, WorkerError>> {
  const here = new Set<BlobId>();
  for (const held of pointersIn(mine)) {
    const row = await session.store.getBlob(held.blob);
    if (!row.ok) return storageErr(row.error);
    if (row.value !== undefined) here.add(held.blob);
  }
  const pointers = new Map<BlobId, BlobPointer>();
  const blobs: NewBlob[] = [];
  const missing: BlobId[] = [];
  const own = mine?.t === "paper" || mine?.t === "dossier" ? mine : undefined;
  for (const pointer of pointersIn(record)) {
    if (pointers.has(pointer.blob)) continue;
    const held = sameStream(own, pointer, (blob) => here.has(blob));
    if (held !== undefined) {
      pointers.set(pointer.blob, held);
      continue;
    }
    const chunks = await source.open(pointer);
    if (chunks === null) {
      missing.push(pointer.blob);
      continue;
    }
    const put = await putBlob(
      { ...session, random: deps.random },
      { size: pointer.bytes, chunks },
      {
        mime: pointer.mime,
        ...(pointer.width === undefined ? {} : { width: pointer.width }),
        ...(pointer.height === undefined ? {} : { height: pointer.height }),
        sendClass: classOf(record, pointer.blob),
        localOnly: staysHere(record),
      },
    );
    if (!put.ok && put.error.type !== "changed") {
      await session.store.deleteBlobs(blobs.map(({ blob }) => blob));
      return err(put.error);
    }
    if (!put.ok) missing.push(pointer.blob);
    else if (put.value.pointer.hash !== pointer.hash) {
      // Other bytes than the record speaks of.
      await session.store.deleteBlobs([put.value.blob.blob]);
      missing.push(pointer.blob);
    } else {
      pointers.set(pointer.blob, put.value.pointer);
      blobs.push(put.value.blob);
    }
  }
  return ok({ pointers, blobs, missing });
}

type Outcome = "taken" | "known" | "partly" | "nothing";

async function digestOf(record: SatchelRecord, proofs: readonly SignedText[], missing: readonly BlobId[]) {
  const text = originText(withoutKeys(record), proofs);
  return b64(await sha256(utf8(missing.length === 0 ? text : `${text} ${[...missing].sort().join(" ")}`)));
}

async function takePaper(
  session: Session,
  deps: AdoptDeps,
  source: Source,
  id: RecordId,
  record: PaperRecord,
  mine: SatchelRecord | undefined,
): Promise<Result<Outcome, WorkerError>> {
  const own = source.from === session.identity.id;
  const whole = await digestOf(record, [], []);
  if (!own && mine?.t === "paper" && mine.origin?.from === source.from && mine.origin.digest === whole)
    return ok("known");
  const put = await bring(session, deps, source, record, mine);
  if (!put.ok) return put;
  const { pointers, blobs, missing } = put.value;
  // Previews are drawn again: a paper is whole without them.
  const isPicture = (blob: BlobId): boolean => !Object.values(record.pages).some((page) => page.preview?.blob === blob);
  const partly = missing.some(isPicture);
  const origin: Origin | null = own
    ? null
    : { from: source.from, digest: await digestOf(record, [], partly ? missing : []) };
  const theirs = adoptPaper(record, pointers, origin);
  let changed = false;
  const saved = await session.records.save<"nothing" | "other-kind">(id, (current) => {
    if (current !== undefined && current.t !== "paper") return err("other-kind");
    if (theirs === null) return err("nothing");
    const filled = current === undefined ? theirs : fillPages(current, theirs, (blob) => !isHeld(blob));
    const known = current?.origin?.from === source.from;
    const next = current === undefined || own ? filled : (joinRecord(filled, theirs, known) as PaperRecord);
    changed = current === undefined || !sameValue(next, current);
    if (!changed) return ok({ next: current ?? next });
    const named = new Set(streamsNamed(next));
    return ok({
      next,
      blobs: blobs.filter(({ blob }) => named.has(blob)),
      release: released(next),
      hold: staysHere(next) ? [...named] : [],
    });
  });
  if (!saved.ok && saved.error !== "nothing" && saved.error !== "other-kind") return err(saved.error);
  const kept = saved.ok && saved.value?.record.t === "paper" ? new Set(streamsNamed(saved.value.record)) : new Set();
  const unused = blobs.flatMap(({ blob }) => (kept.has(blob) ? [] : [blob]));
  if (unused.length > 0) {
    const dropped = await session.store.deleteBlobs(unused);
    if (!dropped.ok) return storageErr(dropped.error);
  }
  if (!saved.ok) return ok("nothing");
  if (partly) return ok("partly");
  return ok(changed ? "taken" : "known");

  function isHeld(blob: BlobId): boolean {
    return [...pointers.values()].some((pointer) => pointer.blob === blob);
  }
}

async function takeDossier(
  session: Session,
  source: Source,
  id: RecordId,
  record: DossierRecord,
  mine: SatchelRecord | undefined,
): Promise<Result<Outcome, WorkerError>> {
  if (source.from === session.identity.id && mine !== undefined) return ok("known");
  const proofs = (Object.keys(record.sent) as LetterId[]).flatMap((letter) => source.proofs.get(letter) ?? []);
  const own = source.from === session.identity.id;
  const origin = own ? null : { from: source.from, digest: await digestOf(record, proofs, []) };
  const theirs = adoptDossier(record, source.from, source.proofs, origin);
  let changed = false;
  const saved = await session.records.save<"other-kind">(id, (current) => {
    if (current !== undefined && current.t !== "dossier") return err("other-kind");
    const next = joinRecord(current, theirs, current?.origin?.from === source.from);
    changed = current === undefined || !sameValue(next, current);
    return ok({ next: changed ? next : (current ?? next) });
  });
  if (!saved.ok) return saved.error === "other-kind" ? ok("nothing") : err(saved.error);
  return ok(changed ? "taken" : "known");
}

async function takeProfile(
  session: Session,
  deps: AdoptDeps,
  source: Source,
  theirs: ProfileRecord,
): Promise<Result<void, WorkerError>> {
  const held = await findProfile(session);
  if (!held.ok) return held;
  const { devices: _devices, seen: _seen, others: _others, ...said } = theirs;
  const digest = await digestOf({ ...said, pinned: undefined } as ProfileRecord, [], []);
  if (held.value?.record.pinned?.taken?.[source.from] === digest) return ok(undefined);
  const saved = await saveProfile(session, deps, (profile) => {
    const pinned = profile.pinned ?? { serverKeys: {}, organisations: {} };
    return {
      ...joinAhead(joinProfile(profile, theirs), theirs),
      pinned: { ...pinned, taken: { ...pinned.taken, [source.from]: digest } },
    };
  });
  return saved.ok ? ok(undefined) : saved;
}

/** What was erased here, and is not to come back. */
async function isErased(session: Session, id: RecordId): Promise<Result<boolean, WorkerError>> {
  const row = await session.store.getRecord(id);
  return row.ok ? ok(row.value?.deleted === true) : storageErr(row.error);
}

/** Takes everything in, record by record; what was taken before is left as it is. Call again after any failure. */
export async function adopt(session: Session, deps: AdoptDeps, source: Source): Promise<Result<TakenIn, WorkerError>> {
  const counts = { papers: 0, dossiers: 0, known: 0, missing: 0 };
  for (const { id, record } of source.records) {
    if (record.t === "profile") {
      const taken = await takeProfile(session, deps, source, record);
      if (!taken.ok) return taken;
      continue;
    }
    // Of an older copy; newer ones have none (export-streams.ts).
    if (record.t === "share") continue;
    const held = await session.records.get(id);
    if (!held.ok && held.error.type !== "not-found") return held;
    const mine = held.ok ? held.value.record : undefined;
    if (mine === undefined && !source.revive) {
      const erased = await isErased(session, id);
      if (!erased.ok) return erased;
      if (erased.value) continue;
    }
    const outcome =
      record.t === "paper"
        ? await takePaper(session, deps, source, id, record, mine)
        : await takeDossier(session, source, id, record, mine);
    if (!outcome.ok) return outcome;
    if (outcome.value === "known") counts.known += 1;
    else if (outcome.value === "nothing") counts.missing += 1;
    else {
      counts[record.t === "paper" ? "papers" : "dossiers"] += 1;
      if (outcome.value === "partly") counts.missing += 1;
    }
  }
  return ok(counts);
}
