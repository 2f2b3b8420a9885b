/**
 * What every store of a satchel does, whatever holds its rows: saves, chains of ops, bookings, pulls (ports.ts says
 * each contract; src/sync/SPEC.md numbers the rules of the queue). Runs in workers, the service worker and Node.
 *
 * Surprising fact: a chain in conflict keeps its ops, unsent, until a merge replaces them: that is how a change that
 * the server does not have stays visible (INV-1).
 */

import type { B64, Op } from "../protocol/wire.ts";
import { type Bytes, fromBase64Url, utf8ToText } from "../shared/bytes.ts";
import type { BlobId, LetterId, OpId, RecordId } from "../shared/ids.ts";
import type { Clock } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { mayGo } from "./may-go.ts";
import { initialCursor } from "./meta.ts";
import type { Attempt, BlobRow, InboxRow, OutOp, SatchelStore, StorageError, SyncMeta } from "./ports.ts";
import {
  type Backend,
  type BlobStored,
  bufferOf,
  type ChangeChannel,
  type ChangeKind,
  type Durability,
  type InboxStored,
  type RecordStored,
  type SegmentStored,
  sameOp,
  type Table,
  type Transaction,
} from "./tables.ts";

type Outcome<T> = Promise<Result<T, StorageError>>;

/** Segments of a save that was interrupted this long ago are swept; younger ones may be another tab's at work. */
export const sweepAfterMs = 10 * 60_000;

const takenBackTimes = 3;

const freshAttempt = (queuedAt: number): Attempt => ({ attempts: 0, nextAt: 0, queuedAt, lastCode: null });
const done = ok(undefined);
const byOrder = (a: { readonly order: number }, b: { readonly order: number }): number => a.order - b.order;

const sizeOf = (wire: object): number => {
  let bytes = 0;
  for (const part of Object.values(wire)) bytes += String(part).length + 12;
  return bytes;
};

const publicRecord = ({ serverOp: _op, serverSeq: _seq, ...row }: RecordStored) => row;
const publicBlob = ({ header, seen: _seen, ...row }: BlobStored): BlobRow => ({
  ...row,
  // A row of the first version does not say when it was verified.
  verifiedAt: row.verifiedAt ?? null,
  header: new Uint8Array(header),
});
const publicInbox = (row: InboxStored): InboxRow =>
  row.type === "record"
    ? {
        ...{ order: row.order, seq: row.seq, type: row.type, record: row.record, op: row.op },
        ...(row.early === true ? { early: true } : {}),
      }
    : { order: row.order, seq: row.seq, type: row.type, id: row.id, letter: row.letter, at: row.at };

const initialMeta: SyncMeta = {
  cursor: initialCursor,
  registered: false,
  epoch: "",
  clockOffset: 0,
  lastAnswerAt: 0,
  networkAttempts: 0,
  networkNextAt: 0,
  partSize: 64 * 1024,
  session: null,
  pausedFor: null,
  offerDue: false,
  backup: null,
  photosOnWifi: false,
  lastPullAt: 0,
};

const readMeta = async (tx: Transaction): Promise<SyncMeta> => {
  const row = await tx.get("settings", "sync");
  // A field that is newer than the stored row has its first value.
  return row?.key === "sync" ? { ...initialMeta, ...row.value } : initialMeta;
};

const nextOrder = async (tx: Transaction): Promise<number> => {
  const row = await tx.get("settings", "order");
  const order = row?.key === "order" ? row.value + 1 : 1;
  await tx.put("settings", { key: "order", value: order });
  return order;
};

const chainOf = async (tx: Transaction, record: RecordId): Promise<readonly OutOp[]> =>
  [...(await tx.by("ops", "record", record))].sort(byOrder);

const inboxOf = async (
  tx: Transaction,
  record: RecordId,
): Promise<readonly Extract<InboxStored, { type: "record" }>[]> =>
  (await tx.all("inbox")).flatMap((row) => (row.type === "record" && row.record === record && !row.aside ? [row] : []));

const dropInboxUpTo = async (tx: Transaction, record: RecordId, seq: number): Promise<void> => {
  for (const row of await inboxOf(tx, record)) if (row.seq <= seq) await tx.delete("inbox", row.order);
};

/** SPEC S-C3: what is left of a chain that cannot be accepted any more waits for a merge. */
const holdChain = async (tx: Transaction, record: RecordId): Promise<void> => {
  for (const op of await chainOf(tx, record))
    if (op.state !== "conflict") await tx.put("ops", { ...op, state: "conflict" });
};

/** The ops that a new save takes the place of: those after the last one that may have left. */
function placeInChain(
  chain: readonly OutOp[],
  accepted: OpId | null,
): { base: OpId | null; replaces: readonly OutOp[] } {
  const lastFrozen = chain.map((op) => op.state).lastIndexOf("frozen");
  const replaces = chain.slice(lastFrozen + 1);
  const first = replaces[0];
  return { base: first === undefined ? (chain[lastFrozen]?.op ?? accepted) : first.base, replaces };
}

/** The overtaken ops of a record and these: what was the server's state, and what may have left (SPEC S-R2). */
const pastOf = (row: RecordStored | undefined, overtaken: readonly (OpId | null | undefined)[]): readonly OpId[] => [
  ...new Set([...(row?.past ?? []), ...overtaken.filter((op) => op !== null && op !== undefined)]),
];
const mayHaveLeft = (chain: readonly OutOp[]): readonly OpId[] =>
  chain.filter((op) => op.state !== "waiting").map((op) => op.op);

/** An op of ours was accepted with this sequence (SPEC S-V1). */
async function accept(tx: Transaction, op: OutOp, seq: number): Promise<void> {
  await tx.delete("ops", op.op);
  const row = await tx.get("records", op.record);
  if (row !== undefined && seq >= row.serverSeq) {
    const past = row.serverOp === op.op ? pastOf(row, []) : pastOf(row, [row.serverOp]);
    // The same object is written and read once: a satchel that has delivered everything reads half the bytes.
    const server = sameOp(row.local, op.wire) ? row.local : op.wire;
    const { before: _before, ...held } = row;
    await tx.put("records", { ...held, server, serverOp: op.op, serverSeq: seq, past, unseen: false });
  } else if (row !== undefined) await tx.put("records", { ...row, past: pastOf(row, [op.op]) });
  await dropInboxUpTo(tx, op.record, seq);
  const rest = await chainOf(tx, op.record);
  const newer = await inboxOf(tx, op.record);
  // Accepted although a row of somebody else lies here: that row follows it, or is of a server that was reset since. Only a
  // pull tells which (SPEC S-R3).
  for (const other of newer) if (other.early !== true) await tx.put("inbox", { ...other, early: true });
  if (newer.length > 0 && !rest.some((other) => other.state === "frozen")) await holdChain(tx, op.record);
}

/** A clear field of bytes that this store was given as signed: its own words, for bookkeeping only. */
function fieldOf(body: B64, field: string): unknown {
  const bytes = fromBase64Url(body);
  const text = bytes === undefined ? undefined : utf8ToText(bytes);
  if (text === undefined) return undefined;
  try {
    return Object(JSON.parse(text))[field];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The op that this one replaced: overtaken, also where this device never saw it. */
const baseOf = (op: Op): OpId | null => {
  const base = fieldOf(op.head, "base");
  return typeof base === "string" ? (base as OpId) : null;
};

/** Blobs that the server keeps because of what it accepted: revisions of records, and letters that were not taken back. */
async function referredBlobs(tx: Transaction): Promise<ReadonlySet<BlobId>> {
  const referred = new Set<BlobId>();
  for (const row of await tx.all("records")) {
    if (row.server === null || row.serverSeq === 0) continue;
    const named = fieldOf(row.server.head, "blobs");
    if (Array.isArray(named)) for (const blob of named) referred.add(blob as BlobId);
  }
  const takenBack = new Set((await tx.all("outProofs")).map((proof) => proof.letter));
  for (const { letter, proof } of await tx.all("proofs"))
    if (fieldOf(proof.body, "t") === "withdrawn") takenBack.add(letter);
  for (const row of await tx.all("letters"))
    if (row.state === "accepted" && row.seen && !takenBack.has(row.letter))
      for (const blob of row.blobs) referred.add(blob);
  return referred;
}

async function recallLetters(tx: Transaction, letters: readonly LetterId[]): Promise<void> {
  for (const id of letters) {
    const letter = await tx.get("letters", id);
    if (letter?.state === "waiting" || letter?.state === "aside") await tx.delete("letters", id);
  }
}

export interface RuleDeps {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly channel: ChangeChannel;
}

const queueTables: readonly Table[] = ["ops", "blobs", "letters", "outProofs"];

/** A store over any backend. `channel` carries change events to other tabs; local listeners are told as well. */
export function createStore(deps: RuleDeps): SatchelStore {
  const { clock, channel } = deps;
  let closed = false;
  const backend: Backend = {
    ...deps.backend,
    run: async (...transaction) =>
      closed ? err({ type: "unavailable", detail: "closed" }) : deps.backend.run(...transaction),
  };
  const listeners = new Set<(what: ChangeKind) => void>();
  const tell = (kinds: readonly ChangeKind[]): void => {
    for (const kind of kinds) for (const listener of [...listeners]) listener(kind);
  };
  channel.listen(tell);

  const write = async <T>(
    tables: readonly Table[],
    durability: Exclude<Durability, "read">,
    kinds: readonly ChangeKind[],
    body: (tx: Transaction) => Outcome<T>,
    reserve = true,
  ): Outcome<T> => {
    const result = await backend.run(tables, durability, body, reserve);
    if (result.ok && kinds.length > 0) {
      tell(kinds);
      channel.post(kinds);
    }
    return result;
  };
  const read = <T>(tables: readonly Table[], body: (tx: Transaction) => Promise<T>): Outcome<T> =>
    backend.run(tables, "read", async (tx) => ok(await body(tx)));

  return {
    getRecord: (record) =>
      read(["records"], async (tx) => {
        const row = await tx.get("records", record);
        return row === undefined ? undefined : publicRecord(row);
      }),

    listRecords: () => read(["records"], async (tx) => (await tx.all("records")).map(publicRecord)),

    someRecords: (records) =>
      read(["records", "ops"], async (tx) => {
        const found = await Promise.all(
          records.map(async (record) => ({ row: await tx.get("records", record), chain: await chainOf(tx, record) })),
        );
        return found.flatMap(({ row, chain }) =>
          row === undefined ? [] : [{ row: publicRecord(row), chain: chain.map(({ wire: _wire, ...op }) => op) }],
        );
      }),

    baseFor: (record) =>
      read(["records", "ops"], async (tx) => {
        const row = await tx.get("records", record);
        const place = placeInChain(await chainOf(tx, record), row?.serverOp ?? null);
        return { base: place.base, revision: row?.revision ?? 0 };
      }),

    chain: (record) => read(["ops"], async (tx) => (await chainOf(tx, record)).map(({ wire: _wire, ...op }) => op)),

    saveRecord: (input) =>
      write(
        ["records", "ops", "blobs", "segments", "letters", "inbox", "settings"],
        "strict",
        ["records", "queue", ...(input.merged === null ? [] : (["inbox"] as const))],
        async (tx) => {
          const row = await tx.get("records", input.record);
          const revision = row?.revision ?? 0;
          if (revision !== input.expectedRevision) return err({ type: "stale", revision });
          const chain = await chainOf(tx, input.record);
          const inFlight = chain.some((op) => op.state === "frozen");
          const place = placeInChain(chain, row?.serverOp ?? null);
          const inbox = await inboxOf(tx, input.record);
          // The server lost the record (conflict without a row): only a new first op can bring it back.
          const restart =
            input.merged === null &&
            input.base === null &&
            place.base !== null &&
            chain.some((op) => op.state === "conflict") &&
            inbox.length === 0;
          const replacing = input.merged !== null || restart;
          if (replacing ? inFlight : input.base !== place.base) return err({ type: "stale", revision });
          for (const blob of input.blobs) {
            const held = await tx.keysBy("segments", "blob", blob.blob);
            if (held.length !== blob.segments) return err({ type: "unavailable", detail: "segments-missing" });
          }
          const merged = input.merged;
          const mergedSeq =
            merged === null ? 0 : (inbox.find((held) => sameOp(held.op, merged))?.seq ?? row?.serverSeq ?? 0);

          const replaced = replacing ? chain : place.replaces;
          for (const op of replaced) await tx.delete("ops", op.op);
          const newServer = merged !== null || restart;
          const before = restart ? (row?.server ?? row?.before) : merged === null ? row?.before : undefined;
          if (merged !== null)
            for (const held of inbox) if (held.seq <= mergedSeq) await tx.delete("inbox", held.order);
          await tx.put("records", {
            record: input.record,
            local: input.op,
            localOp: input.opId,
            server: merged ?? (restart ? null : (row?.server ?? null)),
            serverOp: merged !== null ? input.base : restart ? null : (row?.serverOp ?? null),
            serverSeq: merged !== null ? mergedSeq : restart ? 0 : (row?.serverSeq ?? 0),
            revision: revision + 1,
            deleted: input.deleted,
            past: pastOf(row, [
              ...mayHaveLeft(replaced),
              ...(newServer ? [row?.serverOp] : []),
              ...(merged === null ? [] : [baseOf(merged)]),
            ]),
            unseen: !newServer && row?.unseen === true,
            ...(input.deleted && before != null ? { before } : {}),
          });
          // A row that was pulled meanwhile, or a chain in conflict that was not merged, keeps the new op at home.
          const waitsForMerge =
            !replacing && place.replaces.some((op) => op.state === "conflict")
              ? true
              : !inFlight && inbox.some((held) => held.seq > mergedSeq);
          await tx.put("ops", {
            ...freshAttempt(place.replaces[0]?.queuedAt ?? input.now),
            op: input.opId,
            record: input.record,
            base: input.base,
            wire: input.op,
            bytes: sizeOf(input.op),
            state: waitsForMerge ? "conflict" : "waiting",
            order: await nextOrder(tx),
          });
          for (const blob of input.blobs) {
            await tx.put("blobs", {
              ...freshAttempt(input.now),
              ...blob,
              header: bufferOf(blob.header),
              state: "waiting",
              offset: 0,
              verifiedAt: null,
              complete: true,
              seen: true,
              order: await nextOrder(tx),
            });
          }
          for (const id of input.release) {
            const blob = await tx.get("blobs", id);
            if (blob?.localOnly === true) await tx.put("blobs", { ...blob, localOnly: false, queuedAt: input.now });
          }
          await recallLetters(tx, input.recall ?? []);
          const hold = input.hold ?? [];
          const promised = hold.length === 0 ? [] : (await tx.all("letters")).flatMap((letter) => letter.blobs);
          for (const id of hold) {
            const blob = await tx.get("blobs", id);
            if (blob === undefined || blob.localOnly || promised.includes(id)) continue;
            if (blob.state === "verified" || blob.state === "away") continue;
            await tx.put("blobs", { ...blob, localOnly: true });
          }
          for (const letter of input.letters) {
            if ((await tx.get("letters", letter.letter)) !== undefined) continue;
            await tx.put("letters", {
              ...freshAttempt(input.now),
              ...letter,
              bytes: sizeOf(letter.wire),
              state: "waiting",
              about: input.record,
              seen: true,
              order: await nextOrder(tx),
            });
          }
          return ok({ revision: revision + 1 });
        },
      ),

    recall: (letters) =>
      write(["letters"], "strict", ["queue"], async (tx) => {
        await recallLetters(tx, letters);
        return done;
      }),

    adoptRecord: (input) =>
      write(["records", "ops", "inbox"], "strict", ["records", "queue", "inbox"], async (tx) => {
        const row = await tx.get("records", input.record);
        const revision = row?.revision ?? 0;
        if (revision !== input.expectedRevision) return err({ type: "stale", revision });
        const chain = await chainOf(tx, input.record);
        if (chain.some((op) => op.state === "frozen")) return err({ type: "stale", revision });
        const held = (await inboxOf(tx, input.record)).find((candidate) => sameOp(candidate.op, input.op));
        const seq = held?.seq ?? row?.serverSeq ?? 0;
        for (const op of chain) await tx.delete("ops", op.op);
        await dropInboxUpTo(tx, input.record, seq);
        await tx.put("records", {
          record: input.record,
          local: input.op,
          localOp: input.opId,
          server: input.op,
          serverOp: input.opId,
          serverSeq: seq,
          revision: revision + 1,
          deleted: input.deleted,
          past: pastOf(row, [...mayHaveLeft(chain), row?.serverOp, baseOf(input.op)]).filter((op) => op !== input.opId),
          unseen: false,
        });
        return ok({ revision: revision + 1 });
      }),

    putSegments: (blob, first, segments) =>
      write(
        ["segments"],
        "relaxed",
        [],
        async (tx) => {
          const at = clock.now();
          for (const [i, bytes] of segments.entries())
            await tx.put("segments", { blob, n: first + i, bytes: bufferOf(bytes), at } satisfies SegmentStored);
          return done;
        },
        false,
      ),

    getSegment: (blob, n) =>
      read(["segments"], async (tx) => {
        const row = await tx.get("segments", [blob, n]);
        return row === undefined ? undefined : (new Uint8Array(row.bytes) as Bytes);
      }),

    getBlob: (blob) =>
      read(["blobs"], async (tx) => {
        const row = await tx.get("blobs", blob);
        return row === undefined ? undefined : publicBlob(row);
      }),

    someBlobs: (blobs) =>
      read(["blobs"], async (tx) =>
        (await Promise.all(blobs.map((blob) => tx.get("blobs", blob)))).flatMap((row) =>
          row === undefined ? [] : [publicBlob(row)],
        ),
      ),

    listBlobs: () => read(["blobs"], async (tx) => (await tx.all("blobs")).map(publicBlob).sort(byOrder)),

    deleteBlobs: (blobs) =>
      write(["blobs", "segments"], "relaxed", ["queue"], async (tx) => {
        for (const blob of blobs) {
          for (const segment of await tx.keysBy("segments", "blob", blob)) await tx.delete("segments", segment);
          await tx.delete("blobs", blob);
        }
        return done;
      }),

    dropLocal: (blobs) =>
      write(
        ["records", "blobs", "segments", "letters", "proofs", "outProofs", "settings"],
        "strict",
        ["queue"],
        async (tx) => {
          const { backup, offerDue } = await readMeta(tx);
          const referred = await referredBlobs(tx);
          const dropped: BlobId[] = [];
          let bytes = 0;
          for (const blob of blobs) {
            const row = await tx.get("blobs", blob);
            if (row === undefined) continue;
            const facts = { blob: publicBlob(row), referred: referred.has(blob), seen: row.seen && !offerDue, backup };
            if (!mayGo(facts)) continue;
            for (const segment of await tx.keysBy("segments", "blob", blob)) await tx.delete("segments", segment);
            await tx.put("blobs", { ...row, state: "away" });
            dropped.push(blob);
            bytes += row.length;
          }
          return ok({ bytes, dropped });
        },
      ),

    restoreLocal: ({ header, verifiedAt, ...blob }) =>
      write(
        ["blobs", "segments", "settings"],
        "strict",
        ["queue"],
        async (tx) => {
          const held = await tx.keysBy("segments", "blob", blob.blob);
          if (held.length !== blob.segments) return err({ type: "unavailable", detail: "segments-missing" });
          const row = await tx.get("blobs", blob.blob);
          await tx.put("blobs", {
            ...(row ?? { ...freshAttempt(clock.now()), order: await nextOrder(tx), seen: true }),
            ...blob,
            header: bufferOf(header),
            state: "verified",
            offset: blob.length,
            verifiedAt,
            complete: true,
          });
          return done;
        },
        false,
      ),

    sweep: () =>
      write(["blobs", "segments"], "relaxed", [], async (tx) => {
        const kept = new Set(await tx.keys("blobs"));
        // Of a blob that is away, the segments of a fetch that was interrupted.
        for (const row of await tx.by("blobs", "state", "away")) kept.delete(row.blob);
        const orphans = new Map<BlobId, number[]>();
        for (const [blob, n] of await tx.keys("segments"))
          if (!kept.has(blob)) orphans.set(blob, [...(orphans.get(blob) ?? []), n]);
        let swept = 0;
        for (const [blob, numbers] of orphans) {
          const newest = await tx.get("segments", [blob, Math.max(...numbers)]);
          if (newest !== undefined && Math.abs(clock.now() - newest.at) < sweepAfterMs) continue;
          for (const n of numbers) await tx.delete("segments", [blob, n]);
          swept += 1;
        }
        return ok(swept);
      }),

    queue: () =>
      read(queueTables, async (tx) => {
        const blobs: BlobStored[] = [];
        for (const state of ["waiting", "sending", "aside"]) blobs.push(...(await tx.by("blobs", "state", state)));
        return {
          ops: (await tx.all("ops")).map(({ wire: _wire, ...op }) => op).sort(byOrder),
          blobs: blobs
            .map(({ header: _header, ticket: _ticket, seen: _seen, ...blob }) => ({
              ...blob,
              verifiedAt: blob.verifiedAt ?? null,
            }))
            .sort(byOrder),
          letters: (await tx.all("letters")).map(({ wire: _wire, seen: _seen, ...letter }) => letter).sort(byOrder),
          proofs: [...(await tx.all("outProofs"))].sort(byOrder),
        };
      }),

    readOp: (op) => read(["ops"], (tx) => tx.get("ops", op)),

    readLetter: (letter) =>
      read(["letters"], async (tx) => {
        const row = await tx.get("letters", letter);
        if (row === undefined) return undefined;
        const { seen: _seen, ...rest } = row;
        return rest;
      }),

    freezeOps: (ids) =>
      write(["ops"], "strict", ["queue"], async (tx) => {
        const frozen: OutOp[] = [];
        for (const id of ids) {
          const op = await tx.get("ops", id);
          if (op === undefined || op.state === "aside" || op.state === "conflict") continue;
          const row: OutOp = { ...op, state: "frozen" };
          if (op.state !== "frozen") await tx.put("ops", row);
          frozen.push(row);
        }
        return ok(frozen);
      }),

    freezeLetter: (id) =>
      write(["letters"], "strict", ["queue"], async (tx) => {
        const row = await tx.get("letters", id);
        if (row === undefined || row.state === "aside" || row.state === "accepted") return ok(undefined);
        if (row.state !== "frozen") await tx.put("letters", { ...row, state: "frozen" });
        const { seen: _seen, ...rest } = row;
        return ok({ ...rest, state: "frozen" as const });
      }),

    bookOk: (id, seq) =>
      write(["records", "ops", "inbox"], "strict", ["queue", "records", "inbox"], async (tx) => {
        const op = await tx.get("ops", id);
        if (op !== undefined) await accept(tx, op, seq);
        return done;
      }),

    bookConflict: (id, current, seq) =>
      write(["records", "ops", "inbox", "settings"], "strict", ["queue", "inbox"], async (tx) => {
        const op = await tx.get("ops", id);
        if (op === undefined) return done;
        await holdChain(tx, op.record);
        if (current !== null) await putInInbox(tx, op.record, { opId: null, op: current, seq, early: true });
        return done;
      }),

    setOpAttempt: (id, patch) =>
      write(["ops"], "relaxed", ["queue"], async (tx) => {
        const op = await tx.get("ops", id);
        if (op !== undefined && !tooLate(op, patch)) await tx.put("ops", { ...op, ...patch });
        return done;
      }),

    setBlob: (id, patch) =>
      write(["blobs"], "relaxed", ["queue"], async (tx) => {
        const blob = await tx.get("blobs", id);
        if (blob !== undefined && !tooLate(blob, patch)) await tx.put("blobs", { ...blob, ...patch });
        return done;
      }),

    setLetter: (id, { proofs = [], ...patch }) =>
      write(["letters", "proofs", "settings"], "strict", ["queue"], async (tx) => {
        const letter = await tx.get("letters", id);
        if (letter !== undefined && !tooLate(letter, patch)) await tx.put("letters", { ...letter, ...patch });
        for (const proof of proofs) await putProof(tx, id, proof);
        return done;
      }),

    freezeAll: () =>
      write(queueTables, "strict", ["queue"], async (tx) => {
        const ops: OpId[] = [];
        const stopped = new Set<RecordId>();
        for (const op of [...(await tx.all("ops"))].sort(byOrder)) {
          // S-C5: nothing passes an op that waits for the person or for a merge.
          if (op.state === "aside" || op.state === "conflict") stopped.add(op.record);
          if (stopped.has(op.record)) continue;
          if (op.state !== "frozen") await tx.put("ops", { ...op, state: "frozen" });
          ops.push(op.op);
        }
        const letters: LetterId[] = [];
        for (const letter of [...(await tx.all("letters"))].sort(byOrder)) {
          if (letter.state === "waiting") await tx.put("letters", { ...letter, state: "frozen" });
          if (letter.state === "waiting" || letter.state === "frozen") letters.push(letter.letter);
        }
        const proofs = [...(await tx.all("outProofs"))].sort(byOrder).filter((proof) => proof.state === "waiting");
        const blobs = [...(await tx.by("blobs", "state", "waiting")), ...(await tx.by("blobs", "state", "sending"))]
          .filter((blob) => blob.complete && !blob.localOnly)
          .sort((a, b) => a.sendClass - b.sendClass || a.length - b.length || a.order - b.order);
        return ok({
          ops,
          letters,
          proofs: proofs.map((proof) => proof.letter),
          blobs: blobs.map((blob) => blob.blob),
        });
      }),

    bookCarried: ({ ops, letters, proofs, blobs, at }) =>
      write(
        ["records", "ops", "blobs", "letters", "proofs", "outProofs", "inbox", "settings"],
        "strict",
        ["queue", "records", "inbox"],
        async (tx) => {
          const named = new Set(ops);
          const accepted = [...(await tx.all("ops"))].filter((op) => named.has(op.op)).sort(byOrder);
          // Its number comes with the next pull; until then it follows what this device had last merged.
          for (const op of accepted) await accept(tx, op, (await tx.get("records", op.record))?.serverSeq ?? 0);
          for (const { letter, proofs: told } of letters) {
            const row = await tx.get("letters", letter);
            if (row === undefined) continue;
            const seen = row.state === "accepted" && row.seen;
            await tx.put("letters", { ...row, state: "accepted", seen, lastCode: null });
            for (const proof of told) await putProof(tx, letter, proof);
          }
          for (const letter of proofs) {
            const row = await tx.get("outProofs", letter);
            if (row === undefined) continue;
            await tx.delete("outProofs", letter);
            await putProof(tx, letter, row.proof);
          }
          for (const blob of blobs) {
            const row = await tx.get("blobs", blob);
            if (row === undefined) continue;
            const seen = row.seen && (row.state === "verified" || row.state === "away");
            await tx.put("blobs", { ...wholeThere(row, row.verifiedAt ?? at), seen });
          }
          // The receipt is of some day: what the next full look at the server does not show is offered again (S-R1).
          await tx.put("settings", { key: "sync", value: { ...(await readMeta(tx)), offerDue: true } });
          return done;
        },
      ),

    queueProof: (letter, proof, now) =>
      write(["outProofs", "settings"], "strict", ["queue"], async (tx) => {
        if ((await tx.get("outProofs", letter)) !== undefined) return done;
        await tx.put("outProofs", {
          ...freshAttempt(now),
          letter,
          proof,
          state: "waiting",
          order: await nextOrder(tx),
        });
        return done;
      }),

    setOutProof: (letter, { state, ...patch }) =>
      write(["proofs", "outProofs", "settings"], "strict", ["queue"], async (tx) => {
        const row = await tx.get("outProofs", letter);
        if (row === undefined || tooLate(row, { state, ...patch })) return done;
        if (state === "sent") {
          await tx.delete("outProofs", letter);
          await putProof(tx, letter, row.proof);
        } else await tx.put("outProofs", { ...row, ...patch, state: state ?? row.state });
        return done;
      }),

    expectAll: () =>
      write(["records", "blobs", "letters", "proofs", "inbox", "settings"], "strict", ["meta"], async (tx) => {
        const accepted =
          (await tx.all("records")).some((row) => row.serverOp !== null) ||
          (await tx.all("letters")).some((row) => row.state === "accepted") ||
          (await tx.by("blobs", "state", "verified")).length > 0;
        if (!accepted) return done;
        await forgetSequences(tx);
        await tx.put("settings", { key: "sync", value: { ...(await readMeta(tx)), offerDue: true } });
        return done;
      }),

    storePull: (input) =>
      write(
        ["records", "ops", "blobs", "letters", "proofs", "inbox", "settings"],
        "strict",
        ["inbox", "queue", "records", "meta"],
        async (tx) => {
          if (input.reset) await forgetSequences(tx);
          for (const pulled of input.records) await storeRecordRow(tx, pulled);
          for (const pulled of input.letters) {
            const known = (await tx.all("inbox")).some((row) => row.type === "letter" && row.id === pulled.id);
            if (!known) await tx.put("inbox", { ...pulled, type: "letter", aside: false, order: await nextOrder(tx) });
          }
          for (const { letter, proof } of input.proofs) {
            await putProof(tx, letter, proof);
            const row = await tx.get("letters", letter);
            // A proof is the answer that got lost.
            if (row !== undefined && (row.state !== "accepted" || !row.seen))
              await tx.put("letters", { ...row, state: "accepted", seen: true });
          }
          for (const { blob, state, at } of input.blobs) {
            const row = await tx.get("blobs", blob);
            if (row === undefined) continue;
            await tx.put("blobs", state === "again" ? askedAgain(row) : wholeThere(row, at));
          }
          // Now it is known which server this is.
          if (input.endedAt !== undefined)
            for (const row of await tx.all("inbox"))
              if (row.type === "record" && row.early === true) await tx.put("inbox", { ...row, early: false });
          const meta = await readMeta(tx);
          const value: SyncMeta = {
            ...meta,
            cursor: input.cursor,
            offerDue: meta.offerDue || input.reset,
            // A server that was set back has another backup, or none, until it says so.
            backup: input.backup ?? (input.reset || input.backup === null ? null : meta.backup),
            lastPullAt: input.endedAt ?? meta.lastPullAt,
          };
          await tx.put("settings", { key: "sync", value });
          return done;
        },
      ),

    listInbox: () =>
      read(["inbox", "ops"], async (tx) => {
        const inFlight = new Set((await tx.all("ops")).filter((op) => op.state === "frozen").map((op) => op.record));
        return (await tx.all("inbox"))
          .filter((row) => !row.aside && !(row.type === "record" && inFlight.has(row.record)))
          .map(publicInbox)
          .sort(byOrder);
      }),

    dropInbox: (orders, aside) =>
      write(["inbox"], "strict", ["inbox"], async (tx) => {
        for (const order of orders) {
          const row = await tx.get("inbox", order);
          if (row === undefined) continue;
          if (aside) await tx.put("inbox", { ...row, aside: true });
          else await tx.delete("inbox", order);
        }
        return done;
      }),

    offerAgain: (now) =>
      write(
        ["records", "ops", "blobs", "letters", "proofs", "outProofs", "settings"],
        "strict",
        ["queue"],
        async (tx) => {
          let offered = 0;
          for (const row of await tx.all("records")) {
            if (row.serverSeq > 0 || row.serverOp === null || row.server === null) continue;
            if ((await tx.by("ops", "record", row.record)).length > 0) continue;
            await tx.put("ops", {
              ...freshAttempt(now),
              op: row.serverOp,
              record: row.record,
              base: baseOf(row.server),
              wire: row.server,
              bytes: sizeOf(row.server),
              state: "frozen",
              order: await nextOrder(tx),
            });
            offered += 1;
          }
          for (const row of await tx.all("blobs")) {
            if (row.seen) continue;
            const offer = { ...row, ...freshAttempt(now), seen: true, offset: 0, verifiedAt: null };
            // Its bytes left this device for a server that has lost them: said, never passed over (INV-1).
            if (row.state === "away") await tx.put("blobs", { ...offer, state: "aside", lastCode: "blob-missing" });
            else await tx.put("blobs", { ...offer, state: "waiting" });
            offered += 1;
          }
          for (const row of await tx.all("letters")) {
            if (row.seen) continue;
            await tx.put("letters", { ...row, ...freshAttempt(now), seen: true, state: "frozen" });
            offered += 1;
          }
          // Opened and taken back: whoever holds such a proof may tell it again, its signature is its author's (P-P5).
          for (const { letter, proof, seen } of await tx.all("proofs")) {
            const type = fieldOf(proof.body, "t");
            if (seen !== false || (type !== "opened" && type !== "withdrawn")) continue;
            if ((await tx.get("outProofs", letter)) !== undefined) continue;
            const order = await nextOrder(tx);
            await tx.put("outProofs", { ...freshAttempt(now), letter, proof, state: "waiting", order });
            offered += 1;
          }
          await tx.put("settings", { key: "sync", value: { ...(await readMeta(tx)), offerDue: false } });
          return ok(offered);
        },
      ),

    listProofs: (letter) =>
      read(["proofs"], async (tx) =>
        [...(letter === undefined ? await tx.all("proofs") : await tx.by("proofs", "letter", letter))]
          .map(({ seen: _seen, ...row }) => row)
          .sort(byOrder),
      ),

    meta: () => read(["settings"], readMeta),

    setMeta: (patch) =>
      write(["settings"], "relaxed", ["meta"], async (tx) => {
        await tx.put("settings", { key: "sync", value: { ...(await readMeta(tx)), ...patch } });
        return done;
      }),

    hint: () =>
      read(["settings"], async (tx) => {
        const row = await tx.get("settings", "hint");
        return row?.key === "hint" ? new Uint8Array(row.value) : undefined;
      }),

    setHint: (sealed) =>
      write(
        ["settings"],
        "relaxed",
        [],
        async (tx) => {
          await tx.put("settings", { key: "hint", value: bufferOf(sealed) });
          return done;
        },
        false,
      ),

    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    close: async () => {
      closed = true;
      listeners.clear();
      channel.close();
      await backend.close();
    },
  };
}

/**
 * S-D7: two drainers tried the same item, and the other one's answer settled it. What this try met is no news: the reason for
 * which the item was set aside stays.
 */
const tooLate = (
  row: { readonly state: string },
  patch: { readonly state?: string | undefined; readonly lastCode?: string | null },
): boolean => settled.has(row.state) && patch.state === undefined && (patch.lastCode ?? null) !== null;
const settled: ReadonlySet<string> = new Set(["aside", "verified", "away", "accepted"]);

/** SPEC S-B8: what was verified and is wanted again goes up again, and is set aside the third time. */
function askedAgain(row: BlobStored): BlobStored {
  const again = { ...row, offset: 0, seen: true, verifiedAt: null, state: "waiting" as const };
  // Nothing is left here that could go up again: a person has to know (INV-1).
  if (row.state === "away") return { ...again, state: "aside", lastCode: "blob-missing" };
  if (row.state === "aside") return row;
  if (row.state !== "verified") return again;
  const spoiled = (row.spoiled ?? 0) + 1;
  return { ...again, spoiled, ...(spoiled < takenBackTimes ? {} : { state: "aside", lastCode: "bad-format" }) };
}

function wholeThere(row: BlobStored, at: number | null | undefined): BlobStored {
  // Whole there, and its bytes are not here (any more).
  const gone = row.state === "away" || (row.state === "aside" && row.lastCode === "blob-missing");
  const held = { state: gone ? ("away" as const) : ("verified" as const), lastCode: null };
  return { ...row, ...held, offset: row.length, seen: true, verifiedAt: at ?? row.verifiedAt ?? null };
}

async function putProof(tx: Transaction, letter: ProofOf["letter"], proof: ProofOf["proof"]): Promise<void> {
  const held = await tx.by("proofs", "letter", letter);
  // By signature too: the same words with a false one, come first, must not stand in the place of the true proof.
  const known = held.find((row) => row.proof.body === proof.body && row.proof.sig === proof.sig);
  if (known?.seen === false) await tx.put("proofs", { ...known, seen: true });
  if (known === undefined) await tx.put("proofs", { letter, proof, seen: true, order: await nextOrder(tx) });
}
type ProofOf = Parameters<SatchelStore["storePull"]>[0]["proofs"][number];

/** The newest row of a record replaces older unopened ones: its author had merged them (compare-and-swap). */
async function putInInbox(
  tx: Transaction,
  record: RecordId,
  row: Pick<Extract<InboxStored, { type: "record" }>, "opId" | "op" | "seq" | "early">,
): Promise<void> {
  const held = await inboxOf(tx, record);
  const newer = held.find((other) => other.seq >= row.seq);
  if (newer !== undefined) {
    if (newer.early === true && newer.seq === row.seq && row.early === false)
      await tx.put("inbox", { ...newer, early: false });
    return;
  }
  for (const older of held) await tx.delete("inbox", older.order);
  await tx.put("inbox", { type: "record", record, ...row, aside: false, order: await nextOrder(tx) });
}

async function storeRecordRow(
  tx: Transaction,
  pulled: Parameters<SatchelStore["storePull"]>[0]["records"][number],
): Promise<void> {
  const own = await tx.get("ops", pulled.opId);
  if (own !== undefined) return await accept(tx, own, pulled.seq);
  const row = await tx.get("records", pulled.record);
  if (row !== undefined && row.serverOp === pulled.opId) {
    await tx.put("records", { ...row, serverSeq: pulled.seq, unseen: false });
    return;
  }
  if (row !== undefined && pulled.seq <= row.serverSeq) return;
  await putInInbox(tx, pulled.record, { opId: pulled.opId, op: pulled.op, seq: pulled.seq, early: false });
  const chain = await chainOf(tx, pulled.record);
  // Nothing of this chain has left: its base is no longer the server's state, so sending it would only be refused.
  if (!chain.some((op) => op.state === "frozen")) await holdChain(tx, pulled.record);
}

/** After a reset the old sequences mean nothing; the full pull marks again what the server has (DESIGN 5). */
async function forgetSequences(tx: Transaction): Promise<void> {
  // What a carrier's receipt booked has no sequence either, and was shown by no pull.
  for (const row of await tx.all("records"))
    if (row.serverSeq !== 0 || row.serverOp !== null)
      await tx.put("records", { ...row, serverSeq: 0, unseen: row.serverOp !== null });
  for (const row of await tx.all("inbox")) if (row.type === "record" && !row.aside) await tx.delete("inbox", row.order);
  for (const row of await tx.all("blobs"))
    if (row.state === "verified" || row.state === "away") await tx.put("blobs", { ...row, seen: false });
  for (const row of await tx.all("letters"))
    if (row.state === "accepted") await tx.put("letters", { ...row, seen: false });
  for (const row of await tx.all("proofs")) if (row.seen !== false) await tx.put("proofs", { ...row, seen: false });
}
