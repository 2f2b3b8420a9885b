/**
 * What every SatchelStore must do (ports.ts), whatever holds its rows. Runs in Node and in a browser: it imports no
 * test runner. Each case opens its own store through `open` and throws when a rule is broken.
 */

import type { Cursor, Letter, Op, Signed } from "../../src/protocol/wire.ts";
import { type B64, type Bytes, toBase64Url, utf8 } from "../../src/shared/bytes.ts";
import type { BlobId, LetterId, OpId, RecordId } from "../../src/shared/ids.ts";
import type { Result } from "../../src/shared/result.ts";
import type { NewBlob, SatchelStore, SaveInput } from "../../src/storage/ports.ts";

export interface StoreBench {
  /** A second call within a case opens the same database again (another tab). */
  readonly open: () => Promise<SatchelStore>;
  readonly setNow: (now: number) => void;
}

export interface StoreCase {
  readonly title: string;
  readonly run: (bench: StoreBench) => Promise<void>;
}

const r1 = "record-1" as RecordId;
const id = <T extends string>(text: string): T => text as T;
export const wireOp = (name: string): Op => ({
  head: `head-${name}` as B64,
  body: `body-${name}` as B64,
  sig: `sig-${name}` as B64,
});
const letterWire: Letter = { head: "h" as B64, enc: "e" as B64, body: "b" as B64, sig: "s" as B64 };
const signed = (name: string): Signed => ({ body: name as B64, sig: "s" as B64 });
const cursor = (text: string): Cursor => text as Cursor;

async function must<T, E>(promise: Promise<Result<T, E>>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
  return result.value;
}
async function refused<T, E>(promise: Promise<Result<T, E>>, type: string): Promise<E> {
  const result = await promise;
  if (result.ok) throw new Error(`expected ${type}, got a value`);
  if ((result.error as { readonly type: string }).type !== type)
    throw new Error(`expected ${type}, got ${JSON.stringify(result.error)}`);
  return result.error;
}
function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

export const saving = (
  op: string,
  base: string | null,
  revision: number,
  more: Partial<SaveInput> = {},
): SaveInput => ({
  record: r1,
  op: wireOp(op),
  opId: id<OpId>(op),
  base: base as OpId | null,
  deleted: false,
  expectedRevision: revision,
  blobs: [],
  letters: [],
  release: [],
  merged: null,
  now: 1000,
  ...more,
});
const pulled = (op: string, seq: number, record: RecordId = r1) => ({
  seq,
  record,
  opId: id<OpId>(op),
  op: wireOp(op),
});
const pull = (more: Partial<Parameters<SatchelStore["storePull"]>[0]>) => ({
  records: [],
  letters: [],
  proofs: [],
  blobs: [],
  cursor: cursor("e.1"),
  reset: false,
  ...more,
});
const opsOf = async (store: SatchelStore) => (await must(store.queue())).ops.map((op) => `${op.op}:${op.state}`);
const newBlob = (name: string, segments: number, localOnly = false): NewBlob => ({
  blob: id<BlobId>(name),
  header: new Uint8Array([1, 2, 3]),
  segments,
  length: 100,
  root: "root" as B64,
  ticket: signed("ticket"),
  sendClass: 4,
  localOnly,
});
const segment = (...bytes: number[]): Bytes => new Uint8Array(bytes);

/** An op whose clear head names blobs, as real ones do. */
const naming = (name: string, blobs: readonly string[]): Op => ({
  ...wireOp(name),
  head: toBase64Url(utf8(JSON.stringify({ op: name, blobs }))) as B64,
});
const proofOf = (t: string): Signed => signed(toBase64Url(utf8(JSON.stringify({ t }))));
const photo = id<BlobId>("photo");

/** A photo of one paper: delivered, its record accepted with number 4, and (unless told) covered by a backup. */
async function delivered(store: SatchelStore, { verifiedAt = 50, backup = 60 as number | null } = {}): Promise<void> {
  await must(store.putSegments(photo, 0, [segment(1, 2), segment(3)]));
  await must(
    store.saveRecord({ ...saving("a", null, 0, { blobs: [newBlob("photo", 2)] }), op: naming("a", ["photo"]) }),
  );
  await must(store.freezeOps([id("a")]));
  await must(store.bookOk(id("a"), 4));
  await must(store.setBlob(photo, { state: "verified", offset: 100, verifiedAt }));
  await must(store.setMeta({ backup }));
}
const blobOf = async (store: SatchelStore, blob = photo) => {
  const row = await must(store.getBlob(blob));
  return [row?.state, row?.verifiedAt];
};

export const storeCases: readonly StoreCase[] = [
  {
    title: "S-L1 a blob's bytes may go once it is verified, referred to and in a backup, and come back whole",
    run: async ({ open }) => {
      const store = await open();
      await delivered(store);
      same(await must(store.dropLocal([photo, id("never-here")])), { bytes: 100, dropped: ["photo"] }, "freed");
      same(await blobOf(store), ["away", 50], "away");
      same(await must(store.getSegment(photo, 0)), undefined, "no bytes");
      same((await must(store.queue())).blobs.length, 0, "does not wait for anything");
      same(await must(store.dropLocal([photo])), { bytes: 0, dropped: [] }, "twice is once");
      await refused(store.restoreLocal({ ...newBlob("photo", 2), verifiedAt: 50 }), "unavailable");
      same(await blobOf(store), ["away", 50], "half of it is not here");
      await must(store.putSegments(photo, 0, [segment(1, 2), segment(3)]));
      await must(store.restoreLocal({ ...newBlob("photo", 2), verifiedAt: 50 }));
      same(await blobOf(store), ["verified", 50], "here again");
      same([...((await must(store.getSegment(photo, 1))) ?? [])], [3], "its bytes");
    },
  },
  {
    title: "S-L1 bytes stay: not verified, not referred to, no backup, kept here only, after a reset",
    run: async ({ open }) => {
      const store = await open();
      const stays = async (why: string): Promise<void> => {
        same(await must(store.dropLocal([photo])), { bytes: 0, dropped: [] }, why);
        same((await must(store.getSegment(photo, 0)))?.length, 2, why);
      };
      await delivered(store, { backup: null });
      await stays("no backup");
      await must(store.setMeta({ backup: 49 }));
      await stays("the backup is older than the blob");
      await must(store.setMeta({ backup: 50 }));
      await must(store.setBlob(photo, { verifiedAt: null }));
      await stays("nobody said when it was verified");
      await must(store.setBlob(photo, { verifiedAt: 50, state: "sending" }));
      await stays("not verified");
      await must(store.setBlob(photo, { state: "verified" }));
      await must(store.storePull(pull({ reset: true, records: [], cursor: cursor("f.1"), backup: 90 })));
      await stays("the server was reset and has not spoken of it");
      const row = { seq: 1, record: r1, opId: id<OpId>("a"), op: naming("a", ["photo"]) };
      await must(store.storePull(pull({ records: [row], cursor: cursor("f.2") })));
      await must(store.storePull(pull({ blobs: [{ blob: photo, state: "verified", at: 80 }], cursor: cursor("f.3") })));
      await stays("the whole state of the server is not known yet");
      await must(store.offerAgain(1));
      same((await must(store.dropLocal([photo]))).bytes, 100, "everything was said again");
    },
  },
  {
    title: "S-L1 what only a waiting save names, or a letter that was taken back, is not referred to",
    run: async ({ open }) => {
      const store = await open();
      await must(store.putSegments(photo, 0, [segment(1, 2), segment(3)]));
      const letters = [{ letter: id<LetterId>("l"), wire: letterWire, blobs: [photo] }];
      const first = saving("a", null, 0, { blobs: [newBlob("photo", 2)], letters });
      await must(store.saveRecord({ ...first, op: naming("a", ["photo"]) }));
      await must(store.setBlob(photo, { state: "verified", verifiedAt: 1 }));
      await must(store.setMeta({ backup: 2 }));
      same((await must(store.dropLocal([photo]))).bytes, 0, "nothing was accepted");
      await must(store.setLetter(id("l"), { state: "accepted" }));
      await must(store.queueProof(id("l"), proofOf("withdrawn"), 1));
      same((await must(store.dropLocal([photo]))).bytes, 0, "being taken back");
      await must(store.setOutProof(id("l"), { state: "sent" }));
      await must(store.storePull(pull({ proofs: [{ letter: id("l"), proof: proofOf("withdrawn") }] })));
      same((await must(store.dropLocal([photo]))).bytes, 0, "taken back");
    },
  },
  {
    title: "S-L1 an accepted letter is a reference too",
    run: async ({ open }) => {
      const store = await open();
      await must(store.putSegments(photo, 0, [segment(1, 2), segment(3)]));
      const letters = [{ letter: id<LetterId>("l"), wire: letterWire, blobs: [photo] }];
      await must(store.saveRecord(saving("a", null, 0, { blobs: [newBlob("photo", 2)], letters })));
      await must(store.setBlob(photo, { state: "verified", verifiedAt: 1 }));
      await must(store.setMeta({ backup: 2 }));
      await must(store.setLetter(id("l"), { state: "accepted" }));
      same((await must(store.dropLocal([photo]))).bytes, 100, "freed");
    },
  },
  {
    title:
      "INV-1 a server that lost bytes which left this device: aside with its reason, and whole again when it has them",
    run: async ({ open }) => {
      const store = await open();
      await delivered(store);
      await must(store.dropLocal([photo]));
      await must(store.storePull(pull({ blobs: [{ blob: photo, state: "again" }] })));
      const lost = (await must(store.queue())).blobs.map((row) => [row.blob, row.state, row.lastCode]);
      same(lost, [["photo", "aside", "blob-missing"]], "asked again, and not here");
      await must(store.storePull(pull({ blobs: [{ blob: photo, state: "verified", at: 70 }] })));
      same(await blobOf(store), ["away", 70], "somebody else delivered it");
      await must(store.storePull(pull({ reset: true, cursor: cursor("f.1") })));
      await must(store.offerAgain(1));
      same(
        (await must(store.queue())).blobs.map((row) => [row.blob, row.state, row.lastCode]),
        [["photo", "aside", "blob-missing"]],
        "not in the restored server",
      );
    },
  },
  {
    title: "a blob of another device of the person comes here with everything that is known of it",
    run: async ({ open, setNow }) => {
      const store = await open();
      await must(store.putSegments(photo, 0, [segment(7), segment(8)]));
      await must(store.restoreLocal({ ...newBlob("photo", 2), verifiedAt: 9 }));
      setNow(24 * 3_600_000);
      same(await must(store.sweep()), 0, "nothing to sweep");
      same(await blobOf(store), ["verified", 9], "row");
      same([...((await must(store.getSegment(photo, 1))) ?? [])], [8], "its bytes");
    },
  },
  {
    title: "segments of a fetch that was interrupted are swept, later; the blob stays away",
    run: async ({ open, setNow }) => {
      const store = await open();
      await delivered(store);
      await must(store.dropLocal([photo]));
      await must(store.putSegments(photo, 0, [segment(1, 2)]));
      same(await must(store.sweep()), 0, "a fetch may be at work");
      setNow(24 * 3_600_000);
      same(await must(store.sweep()), 1, "left behind");
      same(await blobOf(store), ["away", 50], "away");
    },
  },
  {
    title: "S-R6 what was accepted before a pull of everything, and is not shown by it, is offered again",
    run: async ({ open }) => {
      const store = await open();
      await must(store.expectAll());
      same((await must(store.meta())).offerDue, false, "nothing was accepted: nothing to expect");
      const r2 = id<RecordId>("record-2");
      const r3 = id<RecordId>("record-3");
      for (const [record, name, seq] of [
        [r1, "a", 1],
        [r2, "b", 2],
      ] as const) {
        await must(store.saveRecord(saving(name, null, 0, { record })));
        await must(store.freezeOps([id(name)]));
        await must(store.bookOk(id(name), seq));
      }
      await must(store.expectAll());
      // Accepted after the question: not in the answer, and not missing either.
      await must(store.saveRecord(saving("c", null, 0, { record: r3 })));
      await must(store.freezeOps([id("c")]));
      await must(store.bookOk(id("c"), 3));
      await must(store.storePull(pull({ records: [pulled("a", 1)] })));
      same((await must(store.meta())).offerDue, true, "to be offered");
      same(await must(store.offerAgain(5)), 1, "one is missing there");
      same(await opsOf(store), ["b:frozen"], "the one that was lost");
    },
  },
  {
    title: "S-R6 what a carrier's receipt booked has no sequence, and is expected of a pull of everything too",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.bookCarried({ ops: [id("a")], letters: [], proofs: [], blobs: [], at: 9 }));
      await must(store.expectAll());
      same((await must(store.getRecord(r1)))?.unseen, true, "not shown yet");
      await must(store.storePull(pull({ records: [] })));
      same(await must(store.offerAgain(5)), 1, "it is missing there");
    },
  },
  {
    title: "S-P7 a pull keeps what it says of backups, and when it came to its end",
    run: async ({ open }) => {
      const store = await open();
      const said = async () => {
        const { backup, lastPullAt } = await must(store.meta());
        return [backup, lastPullAt];
      };
      same(await said(), [null, 0], "nothing yet");
      await must(store.storePull(pull({ backup: 5 })));
      same(await said(), [5, 0], "a page");
      await must(store.storePull(pull({ backup: 6, endedAt: 77 })));
      same(await said(), [6, 77], "the last page");
      await must(store.storePull(pull({})));
      same(await said(), [6, 77], "an older server says nothing: what was known stays");
      await must(store.storePull(pull({ backup: null })));
      same(await said(), [null, 77], "the backup is no more");
    },
  },
  {
    title: "a first save is read back, queued once, and based on nothing",
    run: async ({ open }) => {
      const store = await open();
      same(await must(store.baseFor(r1)), { base: null, revision: 0 }, "base");
      same(await must(store.saveRecord(saving("a", null, 0))), { revision: 1 }, "revision");
      const row = await must(store.getRecord(r1));
      same([row?.localOp, row?.server, row?.revision], ["a", null, 1], "row");
      same(await opsOf(store), ["a:waiting"], "queue");
      same((await must(store.listRecords())).length, 1, "list");
      same((await must(store.readOp(id("a"))))?.wire, wireOp("a"), "wire");
    },
  },
  {
    title: "a waiting op is replaced by the next save: same base, new id, old place in time",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      same(await must(store.baseFor(r1)), { base: null, revision: 1 }, "base");
      await must(store.saveRecord(saving("b", null, 1, { now: 9000 })));
      same(await opsOf(store), ["b:waiting"], "queue");
      same((await must(store.queue())).ops[0]?.queuedAt, 1000, "queuedAt");
    },
  },
  {
    title: "a frozen op is never replaced: the next save is chained on it",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      same(
        (await must(store.freezeOps([id("a")]))).map((op) => op.wire),
        [wireOp("a")],
        "frozen bytes",
      );
      same(await must(store.baseFor(r1)), { base: "a", revision: 1 }, "base");
      await must(store.saveRecord(saving("b", "a", 1)));
      same(await opsOf(store), ["a:frozen", "b:waiting"], "queue");
      await must(store.saveRecord(saving("c", "a", 2)));
      same(await opsOf(store), ["a:frozen", "c:waiting"], "queue after replacing");
    },
  },
  {
    title: "a save that would replace an op frozen meanwhile is stale; nothing is written",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      same(await refused(store.saveRecord(saving("b", null, 1)), "stale"), { type: "stale", revision: 1 }, "error");
      same(await opsOf(store), ["a:frozen"], "queue");
      same((await must(store.getRecord(r1)))?.localOp, "a", "row");
    },
  },
  {
    title: "two tabs: the second save with the same revision is stale",
    run: async ({ open }) => {
      const [one, two] = [await open(), await open()];
      await must(one.saveRecord(saving("a", null, 0)));
      await refused(two.saveRecord(saving("b", null, 0)), "stale");
      await must(two.saveRecord(saving("b", null, 1)));
      same((await must(one.getRecord(r1)))?.localOp, "b", "row");
    },
  },
  {
    title: "S-V1 ok: the op leaves and becomes the server state; the next save is based on it",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.saveRecord(saving("b", "a", 1)));
      await must(store.bookOk(id("a"), 5));
      await must(store.bookOk(id("a"), 5));
      same(await opsOf(store), ["b:waiting"], "queue");
      same((await must(store.getRecord(r1)))?.server, wireOp("a"), "server");
      await must(store.freezeOps([id("b")]));
      await must(store.bookOk(id("b"), 6));
      same(await must(store.baseFor(r1)), { base: "b", revision: 2 }, "base");
    },
  },
  {
    title: "S-C1 conflict: the whole chain waits, unsent, and the server's row is in the inbox",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.saveRecord(saving("b", "a", 1)));
      await must(store.bookConflict(id("a"), wireOp("x"), 7));
      same(await opsOf(store), ["a:conflict", "b:conflict"], "queue");
      same(
        (await must(store.listInbox())).map((row) => [row.type, row.seq]),
        [["record", 7]],
        "inbox",
      );
      same((await must(store.freezeOps([id("a"), id("b")]))).length, 0, "nothing freezes");
    },
  },
  {
    title: "S-C2 a save without merging stays in the conflict; the merge replaces the chain",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.bookConflict(id("a"), wireOp("x"), 7));
      const base = await must(store.baseFor(r1));
      await must(store.saveRecord(saving("b", base.base, 1)));
      same(await opsOf(store), ["b:conflict"], "queue");
      await must(store.saveRecord(saving("m", "x", 2, { merged: wireOp("x") })));
      same(await opsOf(store), ["m:waiting"], "queue after merge");
      same((await must(store.listInbox())).length, 0, "inbox");
      same((await must(store.getRecord(r1)))?.server, wireOp("x"), "server");
      same((await must(store.baseFor(r1))).base, "x", "base");
    },
  },
  {
    title: "S-C4 the server lost the record: a new first op may replace the chain in conflict",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.bookOk(id("a"), 3));
      await must(store.saveRecord(saving("b", "a", 1)));
      await must(store.freezeOps([id("b")]));
      await must(store.bookConflict(id("b"), null, 0));
      await must(store.saveRecord(saving("c", null, 2)));
      same(await opsOf(store), ["c:waiting"], "queue");
      same((await must(store.getRecord(r1)))?.server, null, "server");
    },
  },
  {
    title: "S-P2 a pulled row of a record with an op in flight is parked until the verdict",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.storePull(pull({ records: [pulled("x", 9)] })));
      same((await must(store.listInbox())).length, 0, "parked");
      await refused(store.saveRecord(saving("m", "x", 1, { merged: wireOp("x") })), "stale");
      await refused(
        store.adoptRecord({ record: r1, op: wireOp("x"), opId: id("x"), deleted: false, expectedRevision: 1 }),
        "stale",
      );
      await must(store.bookConflict(id("a"), wireOp("x"), 9));
      same((await must(store.listInbox())).length, 1, "opened by the verdict, once");
    },
  },
  {
    title: "S-P3 the verdict ok drops parked rows that are older, keeps newer ones and holds what is behind",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.saveRecord(saving("b", "a", 1)));
      await must(store.storePull(pull({ records: [pulled("x", 9)] })));
      await must(store.bookOk(id("a"), 8));
      same(
        (await must(store.listInbox())).map((row) => row.seq),
        [9],
        "newer row stays",
      );
      same(await opsOf(store), ["b:conflict"], "b can only be refused now");
    },
  },
  {
    title: "S-P4 a pulled row that is our own op in flight is its answer",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.storePull(pull({ records: [pulled("a", 4)], cursor: cursor("e.4") })));
      same(await opsOf(store), [], "queue");
      same((await must(store.listInbox())).length, 0, "inbox");
      same((await must(store.getRecord(r1)))?.server, wireOp("a"), "server");
      same((await must(store.meta())).cursor, "e.4", "cursor");
      await must(store.storePull(pull({ records: [pulled("a", 4)] })));
      same((await must(store.listInbox())).length, 0, "seen again: nothing");
    },
  },
  {
    title: "S-P5 a clean record's row is adopted without an op; the newest row replaces older ones",
    run: async ({ open }) => {
      const store = await open();
      await must(store.storePull(pull({ records: [pulled("x", 3)] })));
      await must(store.storePull(pull({ records: [pulled("y", 6)] })));
      const inbox = await must(store.listInbox());
      same(
        inbox.map((row) => row.seq),
        [6],
        "inbox",
      );
      await must(store.adoptRecord({ record: r1, op: wireOp("y"), opId: id("y"), deleted: true, expectedRevision: 0 }));
      const row = await must(store.getRecord(r1));
      same([row?.localOp, row?.deleted, row?.revision], ["y", true, 1], "row");
      same([(await must(store.listInbox())).length, (await opsOf(store)).length], [0, 0], "nothing left");
      await must(store.storePull(pull({ records: [pulled("x", 3)] })));
      same((await must(store.listInbox())).length, 0, "an older row changes nothing");
    },
  },
  {
    title: "S-P6 a row pulled over a waiting op holds the op back until the merge",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.storePull(pull({ records: [pulled("x", 3)] })));
      same(await opsOf(store), ["a:conflict"], "queue");
      same((await must(store.listInbox())).length, 1, "inbox");
    },
  },
  {
    title: "rows that cannot be opened are set aside, not lost; dropped ones go",
    run: async ({ open }) => {
      const store = await open();
      const letter = { seq: 4, id: id<LetterId>("l"), letter: letterWire, at: 5 };
      await must(store.storePull(pull({ records: [pulled("x", 3)], letters: [letter] })));
      const inbox = await must(store.listInbox());
      same(
        inbox.map((row) => row.type),
        ["record", "letter"],
        "inbox",
      );
      await must(store.dropInbox([inbox[0]?.order ?? -1], true));
      await must(store.dropInbox([inbox[1]?.order ?? -1], false));
      same((await must(store.listInbox())).length, 0, "inbox after");
      await must(store.storePull(pull({ letters: [letter, letter] })));
      same((await must(store.listInbox())).length, 1, "the same letter twice is one row");
    },
  },
  {
    title: "blobs: bytes come back exactly, only complete ones are queued, release lets a local one go",
    run: async ({ open }) => {
      const store = await open();
      const blob = id<BlobId>("p");
      await must(store.putSegments(blob, 0, [segment(1, 2), segment(3)]));
      same((await must(store.queue())).blobs.length, 0, "not queued before the save");
      await refused(store.saveRecord(saving("a", null, 0, { blobs: [newBlob("p", 3)] })), "unavailable");
      same(await must(store.getRecord(r1)), undefined, "a save without its bytes writes nothing");
      await must(store.saveRecord(saving("a", null, 0, { blobs: [newBlob("p", 2, true)] })));
      same(Array.from((await must(store.getSegment(blob, 1))) ?? []), [3], "segment");
      same(Array.from((await must(store.getBlob(blob)))?.header ?? []), [1, 2, 3], "header");
      same(
        (await must(store.queue())).blobs.map((row) => row.localOnly),
        [true],
        "local only",
      );
      await must(store.saveRecord(saving("b", null, 1, { release: [blob] })));
      same(
        (await must(store.queue())).blobs.map((row) => row.localOnly),
        [false],
        "released",
      );
      await must(store.setBlob(blob, { state: "verified", offset: 100 }));
      same((await must(store.queue())).blobs.length, 0, "verified ones leave the queue");
      same(
        (await must(store.listBlobs())).map((row) => row.state),
        ["verified"],
        "but stay",
      );
      await must(store.deleteBlobs([blob]));
      same([await must(store.getSegment(blob, 0)), (await must(store.listBlobs())).length], [undefined, 0], "deleted");
    },
  },
  {
    title: "sweep drops the bytes of an interrupted save, not those of another tab at work",
    run: async ({ open, setNow }) => {
      const store = await open();
      setNow(1_000_000);
      await must(store.putSegments(id("old"), 0, [segment(1)]));
      await must(store.putSegments(id("kept"), 0, [segment(1)]));
      await must(store.saveRecord(saving("a", null, 0, { blobs: [newBlob("kept", 1)] })));
      setNow(2_000_000);
      await must(store.putSegments(id("young"), 0, [segment(1)]));
      same(await must(store.sweep()), 1, "swept");
      same(await must(store.getSegment(id("old"), 0)), undefined, "old");
      same((await must(store.getSegment(id("young"), 0)))?.length, 1, "young");
      same((await must(store.getSegment(id("kept"), 0)))?.length, 1, "kept");
    },
  },
  {
    title: "pull: verified and asked-again blobs, proofs once, and a proof is the answer that got lost",
    run: async ({ open }) => {
      const store = await open();
      await must(store.putSegments(id("p"), 0, [segment(1)]));
      const letters = [{ letter: id<LetterId>("l"), wire: letterWire, blobs: [id<BlobId>("p")] }];
      await must(store.saveRecord(saving("a", null, 0, { blobs: [newBlob("p", 1)], letters })));
      same((await must(store.freezeLetter(id("l"))))?.state, "frozen", "frozen");
      const proofs = [{ letter: id<LetterId>("l"), proof: signed("deposited") }];
      const blobs = [{ blob: id<BlobId>("p"), state: "verified" as const }];
      await must(store.storePull(pull({ proofs, blobs })));
      await must(store.storePull(pull({ proofs })));
      same((await must(store.listProofs(id("l")))).length, 1, "proofs");
      same((await must(store.readLetter(id("l"))))?.state, "accepted", "letter");
      same((await must(store.readLetter(id("l"))))?.about, r1, "about");
      same(
        (await must(store.listBlobs())).map((row) => [row.state, row.offset]),
        [["verified", 100]],
        "blob",
      );
      await must(store.storePull(pull({ blobs: [{ blob: id("p"), state: "again" }] })));
      same(
        (await must(store.listBlobs())).map((row) => [row.state, row.offset]),
        [["waiting", 0]],
        "again",
      );
      same(await must(store.freezeLetter(id("l"))), undefined, "an accepted letter does not leave again");
    },
  },
  {
    title: "a false signature over a proof's words, come first, does not keep the true proof out",
    run: async ({ open }) => {
      const store = await open();
      const forged = { letter: id<LetterId>("l"), proof: { ...signed("deposited"), sig: "forged" as B64 } };
      const proof = { letter: id<LetterId>("l"), proof: signed("deposited") };
      await must(store.storePull(pull({ proofs: [forged] })));
      await must(store.storePull(pull({ proofs: [proof, forged, proof] })));
      await must(store.setLetter(id("l"), { state: "accepted", proofs: [proof.proof, forged.proof] }));
      same(
        (await must(store.listProofs(id("l")))).map((row) => row.proof.sig),
        ["forged", "s"],
        "signatures",
      );
    },
  },
  {
    title: "a closed store keeps nothing and says so; another one on the same database goes on",
    run: async ({ open }) => {
      const [store, other] = [await open(), await open()];
      await must(store.saveRecord(saving("a", null, 0)));
      await store.close();
      await refused(store.saveRecord(saving("b", null, 1)), "unavailable");
      await refused(store.listRecords(), "unavailable");
      await must(other.saveRecord(saving("c", null, 1)));
    },
  },
  {
    title: "letters keep their answer and proofs; a letter is queued once",
    run: async ({ open }) => {
      const store = await open();
      const letters = [{ letter: id<LetterId>("l"), wire: letterWire, blobs: [] }];
      await must(store.saveRecord(saving("a", null, 0, { letters })));
      await must(store.saveRecord(saving("b", null, 1, { letters })));
      same((await must(store.queue())).letters.length, 1, "queued");
      await must(store.setLetter(id("l"), { state: "accepted", proofs: [signed("deposited"), signed("deposited")] }));
      same(
        (await must(store.listProofs())).map((row) => row.proof.body),
        ["deposited"],
        "proofs",
      );
    },
  },
  {
    title: "an erased dossier takes back its letter, in one transaction, while it has not begun to leave",
    run: async ({ open }) => {
      const store = await open();
      const blob = id<BlobId>("p");
      const other = id<BlobId>("q");
      for (const each of [blob, other]) await must(store.putSegments(each, 0, [segment(1)]));
      const blobs = [newBlob("p", 1, true), newBlob("q", 1, true)];
      const letter = (name: string, names: readonly BlobId[]) => ({
        letter: id<LetterId>(name),
        wire: letterWire,
        blobs: names,
      });
      const letters = [letter("gone", [blob, other]), letter("left", [other]), letter("refused", [])];
      await must(store.saveRecord(saving("a", null, 0, { blobs, letters, release: [blob, other] })));
      await must(store.freezeLetter(id("left")));
      await must(store.setLetter(id("refused"), { state: "aside" }));
      const more: Partial<SaveInput> = {
        deleted: true,
        recall: [id("gone"), id("left"), id("refused"), id("unknown")],
        hold: [blob, other],
      };
      await refused(store.saveRecord(saving("b", null, 7, more)), "stale");
      same((await must(store.queue())).letters.length, 3, "nothing of a stale save");
      await must(store.saveRecord(saving("b", null, 1, more)));
      same(
        (await must(store.queue())).letters.map((row) => [row.letter, row.state]),
        [["left", "frozen"]],
        "what has left stays",
      );
      same(await must(store.freezeLetter(id("gone"))), undefined, "it cannot leave any more");
      same(
        (await must(store.listBlobs())).map((row) => [row.blob, row.localOnly]),
        [
          ["p", true],
          ["q", false],
        ],
        "its own stream stays here again, not one that a letter carries",
      );
    },
  },
  {
    title: "letters that are not needed any more are recalled as long as they have not begun to leave",
    run: async ({ open }) => {
      const store = await open();
      const letters = ["waits", "left", "there"].map((name) => ({
        letter: id<LetterId>(name),
        wire: letterWire,
        blobs: [],
      }));
      await must(store.saveRecord(saving("a", null, 0, { letters })));
      await must(store.freezeLetter(id("left")));
      await must(store.setLetter(id("there"), { state: "accepted" }));
      await must(store.recall([id("waits"), id("left"), id("there"), id("unknown")]));
      same(
        (await must(store.queue())).letters.map((row) => [row.letter, row.state]),
        [
          ["left", "frozen"],
          ["there", "accepted"],
        ],
        "what has left stays",
      );
    },
  },
  {
    title: "a proof that this principal signed waits, once, until it is sent",
    run: async ({ open }) => {
      const store = await open();
      await must(store.queueProof(id("l"), signed("opened"), 5));
      await must(store.queueProof(id("l"), signed("opened again"), 6));
      same(
        (await must(store.queue())).proofs.map((row) => row.proof.body),
        ["opened"],
        "queued",
      );
      await must(store.setOutProof(id("l"), { attempts: 2 }));
      same((await must(store.queue())).proofs[0]?.attempts, 2, "attempts");
      await must(store.setOutProof(id("l"), { state: "sent" }));
      same((await must(store.queue())).proofs.length, 0, "sent");
    },
  },
  {
    title: "an op set aside keeps its reason, and a later save takes its place",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.setOpAttempt(id("a"), { state: "aside", lastCode: "too-large", attempts: 1 }));
      same(
        (await must(store.queue())).ops.map((op) => [op.state, op.lastCode]),
        [["aside", "too-large"]],
        "aside",
      );
      same((await must(store.freezeOps([id("a")]))).length, 0, "does not leave");
      await must(store.saveRecord(saving("b", null, 1)));
      same(await opsOf(store), ["b:waiting"], "replaced");
    },
  },
  {
    title: "S-D7 what a late try met is no news of an item that was settled",
    run: async ({ open }) => {
      const store = await open();
      const late = { attempts: 3, nextAt: 99, lastCode: "busy" } as const;
      await must(store.queueProof(id("l"), signed("opened"), 5));
      await must(store.setOutProof(id("l"), { state: "aside", lastCode: "gone" }));
      await must(store.setOutProof(id("l"), late));
      same(
        (await must(store.queue())).proofs.map((row) => [row.state, row.lastCode, row.nextAt]),
        [["aside", "gone", 0]],
        "proof",
      );
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.setOpAttempt(id("a"), { state: "aside", lastCode: "too-large" }));
      await must(store.setOpAttempt(id("a"), late));
      same(
        (await must(store.queue())).ops.map((op) => [op.state, op.lastCode]),
        [["aside", "too-large"]],
        "op",
      );
      // "Réessayer" is news.
      await must(store.setOutProof(id("l"), { state: "waiting", lastCode: null }));
      same((await must(store.queue())).proofs[0]?.state, "waiting", "again");
    },
  },
  {
    title: "S-R1 after a reset, what the full pull did not show is offered again, clean things too",
    run: async ({ open }) => {
      const store = await open();
      const r2 = "record-2" as RecordId;
      for (const [record, op] of [
        [r1, "a"],
        [r2, "b"],
      ] as const) {
        await must(store.saveRecord({ ...saving(op, null, 0), record }));
        await must(store.freezeOps([id(op)]));
        await must(store.bookOk(id(op), 4));
      }
      await must(store.storePull(pull({ reset: true, records: [pulled("a", 1)], cursor: cursor("f.1") })));
      same(await must(store.offerAgain(50)), 1, "offered");
      same(await opsOf(store), ["b:frozen"], "queue");
    },
  },
  {
    title: "S-F1 a carrier's file freezes all that could leave, in order, and nothing that waits for somebody",
    run: async ({ open }) => {
      const store = await open();
      const r2 = "record-2" as RecordId;
      await must(store.putSegments(id("big"), 0, [segment(1)]));
      await must(store.putSegments(id("kept"), 0, [segment(1)]));
      await must(store.putSegments(id("small"), 0, [segment(1)]));
      const big = { ...newBlob("big", 1), length: 900 };
      const first = saving("a", null, 0, {
        blobs: [big, newBlob("kept", 1, true), newBlob("small", 1)],
        letters: [{ letter: id("l"), wire: letterWire, blobs: [id("small")] }],
      });
      await must(store.saveRecord(first));
      await must(store.freezeOps([id("a")]));
      await must(store.saveRecord(saving("b", "a", 1)));
      await must(store.saveRecord({ ...saving("c", null, 0), record: r2 }));
      await must(store.freezeOps([id("c")]));
      await must(store.setOpAttempt(id("c"), { state: "aside", lastCode: "too-large" }));
      await must(store.queueProof(id("told"), proofOf("opened"), 1000));
      const frozen = await must(store.freezeAll());
      same(
        frozen,
        { ops: ["a", "b"], letters: ["l"], proofs: ["told"], blobs: ["small", "big"] },
        "what may be carried",
      );
      same(await opsOf(store), ["a:frozen", "b:frozen", "c:aside"], "states");
      same((await must(store.readLetter(id("l"))))?.state, "frozen", "letter");
      same(await must(store.baseFor(r1)), { base: "b", revision: 2 }, "a later save stands on what is packed");
      same(await must(store.freezeAll()), frozen, "twice");
    },
  },
  {
    title:
      "INV-4 a receipt books ops, letters, proofs and blobs in one go; twice, or about strangers, it changes nothing",
    run: async ({ open }) => {
      const store = await open();
      await must(store.putSegments(photo, 0, [segment(1)]));
      const sent = saving("a", null, 0, {
        blobs: [newBlob("photo", 1)],
        letters: [{ letter: id("l"), wire: letterWire, blobs: [photo] }],
      });
      await must(store.saveRecord(sent));
      await must(store.freezeAll());
      await must(store.saveRecord(saving("b", "a", 1)));
      await must(store.queueProof(id("told"), proofOf("opened"), 1000));
      const booking = {
        ops: [id<OpId>("a"), id<OpId>("unknown")],
        letters: [
          { letter: id<LetterId>("l"), proofs: [proofOf("deposited"), proofOf("complete")] },
          { letter: id<LetterId>("unknown"), proofs: [proofOf("deposited")] },
        ],
        proofs: [id<LetterId>("told"), id<LetterId>("unknown")],
        blobs: [photo, id<BlobId>("unknown")],
        at: 77,
      };
      await must(store.bookCarried(booking));
      const look = async () => [
        await opsOf(store),
        (await must(store.readLetter(id("l"))))?.state,
        (await must(store.listProofs())).map((row) => row.letter),
        (await must(store.queue())).proofs.length,
        await blobOf(store),
        (await must(store.getRecord(r1)))?.server?.sig,
      ];
      const booked = await look();
      // What was told stays known, for a server that forgets it (S-R4).
      same(booked, [["b:waiting"], "accepted", ["l", "l", "told"], 0, ["verified", 77], "sig-a"], "booked");
      await must(store.bookCarried({ ...booking, at: 99 }));
      same(await look(), booked, "twice");
      // The ordinary sync learns the same, with the op's number.
      await must(store.storePull(pull({ records: [pulled("a", 4)] })));
      same(await look(), booked, "after the pull");
      same((await must(store.listInbox())).length, 0, "nothing to merge with oneself");
      await must(store.freezeOps([id("b")]));
      await must(store.bookOk(id("b"), 5));
      same((await must(store.getRecord(r1)))?.server?.sig, "sig-b", "the chain goes on");
    },
  },
  {
    title: "S-R3 after a reset a record is unseen until the server shows it, accepts it, or it is merged",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.bookOk(id("a"), 4));
      const unseen = async () => (await must(store.getRecord(r1)))?.unseen === true;
      same(await unseen(), false, "known");
      const reset = async () => await must(store.storePull(pull({ reset: true, cursor: cursor("f.1") })));
      await reset();
      same(await unseen(), true, "reset");
      await must(store.storePull(pull({ records: [pulled("a", 1)] })));
      same(await unseen(), false, "shown");
      await reset();
      await must(store.offerAgain(1));
      await must(store.bookOk(id("a"), 1));
      same(await unseen(), false, "accepted again");
      await reset();
      await must(store.storePull(pull({ records: [pulled("z", 2)] })));
      same(await unseen(), true, "another state says nothing about ours");
      await must(
        store.adoptRecord({ record: r1, op: wireOp("z"), opId: id("z"), deleted: false, expectedRevision: 1 }),
      );
      same(await unseen(), false, "adopted");
    },
  },
  {
    title: "S-R3 a row that came with a verdict is early until a pull has ended, and goes when that pull is a reset",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeOps([id("a")]));
      await must(store.bookConflict(id("a"), wireOp("x"), 7));
      const early = async () =>
        (await must(store.listInbox())).map((row) => row.type === "record" && row.early === true);
      same(await early(), [true], "early");
      await must(store.storePull(pull({ cursor: cursor("e.3") })));
      same(await early(), [true], "a page is not the end");
      await must(store.storePull(pull({ records: [pulled("x", 7)], endedAt: 5 })));
      same(await early(), [false], "the end, and the row itself");
      await must(store.saveRecord(saving("m", "x", 1, { merged: wireOp("x") })));
      await must(store.freezeOps([id("m")]));
      await must(store.bookConflict(id("m"), wireOp("y"), 9));
      await must(store.storePull(pull({ reset: true, cursor: cursor("f.1"), endedAt: 6 })));
      same(await early(), [], "what the server of before has said");
    },
  },
  {
    title: "S-R2 a row tells by its base which op it overtook",
    run: async ({ open }) => {
      const store = await open();
      const head = toBase64Url(utf8(JSON.stringify({ op: "z", base: "y", blobs: [] }))) as B64;
      const op = { ...wireOp("z"), head };
      await must(store.storePull(pull({ records: [{ seq: 3, record: r1, opId: id("z"), op }] })));
      await must(store.adoptRecord({ record: r1, op, opId: id("z"), deleted: false, expectedRevision: 0 }));
      same((await must(store.getRecord(r1)))?.past, ["y"], "never seen here, and overtaken");
    },
  },
  {
    title: "S-R4 after a reset an opened and a taken back letter are told again, other proofs are the server's own",
    run: async ({ open }) => {
      const store = await open();
      await must(store.queueProof(id("mine"), proofOf("withdrawn"), 1000));
      await must(store.setOutProof(id("mine"), { state: "sent" }));
      const theirs = [
        { letter: id<LetterId>("sent"), proof: proofOf("deposited") },
        { letter: id<LetterId>("sent"), proof: proofOf("opened") },
        { letter: id<LetterId>("other"), proof: proofOf("opened") },
      ];
      await must(store.storePull(pull({ proofs: theirs })));
      await must(store.storePull(pull({ reset: true, cursor: cursor("f.1"), proofs: theirs.slice(2) })));
      await must(store.offerAgain(50));
      const out = (await must(store.queue())).proofs.map((row) => [row.letter, row.state]);
      same(
        out,
        [
          ["mine", "waiting"],
          ["sent", "waiting"],
        ],
        "told again, but what the server has shown",
      );
      same((await must(store.listProofs(id("mine")))).length, 1, "each proof once");
    },
  },
  {
    title: "a receipt about an op that another device has overtaken leaves the newer row to be merged",
    run: async ({ open }) => {
      const store = await open();
      await must(store.saveRecord(saving("a", null, 0)));
      await must(store.freezeAll());
      await must(store.storePull(pull({ records: [pulled("z", 9)] })));
      await must(store.bookCarried({ ops: [id("a")], letters: [], proofs: [], blobs: [], at: 1 }));
      same(await opsOf(store), [], "accepted");
      same(
        (await must(store.listInbox())).map((row) => row.seq),
        [9],
        "the newer row waits",
      );
    },
  },
  {
    title: "meta has safe first values and takes patches",
    run: async ({ open }) => {
      const store = await open();
      const meta = await must(store.meta());
      same([meta.cursor, meta.registered, meta.partSize, meta.session], ["0.0", false, 65_536, null], "first values");
      same([meta.backup, meta.photosOnWifi, meta.lastPullAt], [null, false, 0], "first values of newer fields");
      await must(store.setMeta({ registered: true, session: "token" }));
      await must(store.setMeta({ partSize: 16_384 }));
      const after = await must(store.meta());
      same([after.registered, after.session, after.partSize], [true, "token", 16_384], "patched");
    },
  },
  {
    title:
      "some records come with the ops that wait, some blobs as they are, in the order asked and without what is not here",
    run: async ({ open }) => {
      const store = await open();
      const r2 = id<RecordId>("record-2");
      await must(store.putSegments(photo, 0, [segment(1)]));
      await must(store.saveRecord(saving("a", null, 0, { blobs: [newBlob("photo", 1)] })));
      await must(store.freezeOps([id("a")]));
      await must(store.saveRecord(saving("b", "a", 1)));
      await must(store.saveRecord(saving("c", null, 0, { record: r2 })));
      await must(store.freezeOps([id("c")]));
      await must(store.bookOk(id("c"), 1));
      const some = await must(store.someRecords([r2, id("never-here"), r1]));
      same(
        some.map(({ row, chain }) => [row.record, row.localOp, row.server !== null, chain.map((op) => op.op)]),
        [
          ["record-2", "c", true, []],
          ["record-1", "b", false, ["a", "b"]],
        ],
        "as they are now",
      );
      same(Object.keys(some[1]?.chain[0] ?? {}).includes("wire"), false, "without what is sealed");
      same(some[1]?.row, await must(store.getRecord(r1)), "the same row as one alone");
      const blobs = await must(store.someBlobs([id("never-here"), photo]));
      same(blobs, [await must(store.getBlob(photo))], "the same blob as one alone");
      same(await must(store.someRecords([])), [], "none");
      same(await must(store.someBlobs([])), [], "none");
    },
  },
  {
    title: "a hint is what was left last, in every tab, and tells nobody",
    run: async ({ open }) => {
      const [one, two] = [await open(), await open()];
      same(await must(one.hint()), undefined, "none at first");
      const heard: string[] = [];
      one.onChange((what) => heard.push(what));
      await must(one.setHint(segment(1, 2, 3)));
      await must(one.setHint(segment(7)));
      same([...((await must(two.hint())) ?? [])], [7], "the last one");
      same(heard, [], "silent");
      await must(one.setMeta({ epoch: "e" }));
      same([...((await must(one.hint())) ?? [])], [7], "beside what else is remembered");
    },
  },
  {
    title: "listeners of this and of other tabs hear of committed writes only",
    run: async ({ open }) => {
      const [one, two] = [await open(), await open()];
      const heard: string[] = [];
      const off = one.onChange((what) => heard.push(`one:${what}`));
      const other = new Promise<void>((resolve) => {
        two.onChange((what) => {
          if (what === "records") resolve();
        });
      });
      await refused(one.saveRecord(saving("a", null, 9)), "stale");
      same(heard, [], "nothing for a refused write");
      await must(one.saveRecord(saving("a", null, 0)));
      same(heard, ["one:records", "one:queue"], "own listener");
      await other;
      off();
      await must(one.setMeta({ epoch: "e" }));
      same(heard.length, 2, "silent after off");
    },
  },
];
