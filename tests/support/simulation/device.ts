/**
 * One device of the simulated world: the real store rules on a simulated disk, the real drainer (twice: page and service
 * worker), and a small model of the unlocked worker. A crash leaves the disk and nothing else.
 *
 * Surprising fact: after a crash the old incarnation's promises simply never settle; that is what a killed process is.
 */

import { padme } from "../../../src/protocol/padding.ts";
import type { B64, Letter, Op, Signed } from "../../../src/protocol/wire.ts";
import { incoming, joinUnrelated } from "../../../src/satchel/incoming.ts";
import { mergeRecords, sameValue } from "../../../src/satchel/merge.ts";
import type { DossierRecord } from "../../../src/satchel/model.ts";
import type { Bytes } from "../../../src/shared/bytes.ts";
import type { BlobId, DeviceId, LetterId, OpId, PrincipalId, RecordId } from "../../../src/shared/ids.ts";
import type { InboxRow, NewBlob, SatchelStore, SaveInput, SendClass } from "../../../src/storage/ports.ts";
import { createDrainer, type Drainer, type RunReport } from "../../../src/sync/drain.ts";
import type { Transport } from "../../../src/sync/ports.ts";
import { createSimulatedDisk, createSimulatedStore, type SimulatedDisk } from "./disk.ts";
import type { Dice } from "./random.ts";
import {
  type Content,
  emptyContent,
  headOf,
  letterHeadOf,
  manifestOf,
  plainId,
  proofHolds,
  proofOf,
  type Sealer,
  signProofAs,
} from "./sealing.ts";
import type { ModelServer } from "./server.ts";
import type { World } from "./world.ts";

/** Bugs of a client that the harness must catch; all false in real runs. */
export interface ClientFaults {
  /** A frozen op is changed in place when the person goes on typing. */
  readonly mutableRetry: boolean;
  /** A pulled row is merged while an op of the record is in flight. */
  readonly noParking: boolean;
  /** The oldest item must leave before any other. */
  readonly headOfLine: boolean;
  /** Room is made with bytes that nobody has verified. */
  readonly dropsUnverified: boolean;
  /** A withdrawn letter is filed all the same. */
  readonly filesWithdrawn: boolean;
  /** A proof without a right signature is believed. */
  readonly believesForged: boolean;
  /** After a reset letters are not offered again. */
  readonly forgetsLetters: boolean;
  /** A deletion that the server has forgotten is forgotten here too. */
  readonly resurrects: boolean;
  /** Each drainer of a device seals a letter anew. */
  readonly sealsTwice: boolean;
  /** The cursor is stored before its rows. */
  readonly cursorFirst: boolean;
}

export const soundClient: ClientFaults = {
  mutableRetry: false,
  noParking: false,
  headOfLine: false,
  dropsUnverified: false,
  filesWithdrawn: false,
  believesForged: false,
  forgetsLetters: false,
  resurrects: false,
  sealsTwice: false,
  cursorFirst: false,
};

/** What happened in a life, for the checks at its end. Written by the devices, never read by them. */
export interface Chronicle {
  /** Saves that were answered "kept". */
  readonly edits: { readonly record: RecordId; readonly edit: string }[];
  /** Tried edits, and the answer that their author had before his eyes: a crash leaves some that were stored unheard. */
  readonly overwrote: { readonly edit: string; readonly seen: string }[];
  /** Deletions that were answered "kept", and what their author had seen. */
  readonly deletions: { readonly record: RecordId; readonly seen: ReadonlySet<string>; readonly op: OpId }[];
  /** Deletions that were tried: a crash leaves some that were stored unheard. */
  readonly erasures: { readonly record: RecordId; readonly seen: ReadonlySet<string> }[];
  /**
   * Records of which a device, after a restored backup, could not know the newer state (S-R3): joined without an ancestor,
   * kept against a deletion that follows nothing which the server has, or taken over from whoever wrote against one.
   */
  readonly unsure: Set<RecordId>;
  readonly letters: Map<LetterId, { readonly thread: string; readonly blobs: readonly BlobId[]; readonly by: string }>;
  /** Everything that was ever sealed as a stream. */
  readonly streams: Map<BlobId, { readonly bytes: Uint8Array; readonly device: Device; readonly ref: BlobRefOf }>;
  readonly roots: Map<B64, BlobId>;
  /** Streams whose save was answered "kept". */
  readonly keptStreams: Set<BlobId>;
  readonly deposits: {
    readonly letter: LetterId;
    readonly record: RecordId;
    readonly edits: readonly string[];
    readonly wire: Letter;
  }[];
  /** Letters whose withdrawal was kept. */
  readonly withdrawn: Set<LetterId>;
  /** Letters that a desk has opened: tried (a crash leaves some that were stored unheard), and kept. */
  readonly openedMaybe: Set<LetterId>;
  readonly opened: Set<LetterId>;
  /** Seen on the way, by rule. */
  readonly violations: string[];
  readonly counts: Record<string, number>;
}
type BlobRefOf = { readonly blob: BlobId; readonly length: number; readonly root: B64 };

export const createChronicle = (): Chronicle => ({
  edits: [],
  overwrote: [],
  deletions: [],
  erasures: [],
  unsure: new Set(),
  letters: new Map(),
  streams: new Map(),
  roots: new Map(),
  keptStreams: new Set(),
  deposits: [],
  withdrawn: new Set(),
  openedMaybe: new Set(),
  opened: new Set(),
  violations: [],
  counts: {},
});
export const count = (chronicle: Chronicle, what: string): void => {
  chronicle.counts[what] = (chronicle.counts[what] ?? 0) + 1;
};

export interface Device {
  readonly name: string;
  readonly principal: PrincipalId;
  readonly disk: SimulatedDisk;
  /** The store of the present incarnation. */
  readonly store: () => SatchelStore;
  readonly alive: () => boolean;
  /** `which`: 0 = page worker, 1 = service worker: two drainers on one disk. */
  readonly drain: (which: 0 | 1, person: boolean) => Promise<RunReport | null>;
  readonly crash: () => void;
  readonly restart: () => void;
  readonly jumpClock: (ms: number) => void;
  readonly openInbox: () => Promise<void>;
}

export interface DeviceDeps {
  readonly name: string;
  readonly principal: PrincipalId;
  readonly world: World;
  readonly dice: Dice;
  readonly sealer: Sealer;
  readonly chronicle: Chronicle;
  readonly transport: Transport;
  readonly faults: ClientFaults;
  /** Probability of dying at any one await of store or transport. */
  readonly crashAt: () => number;
  readonly trace: (line: string) => void;
  readonly server: ModelServer;
  /** Probability that the disk is full at any one write. */
  readonly fullAt: () => number;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

interface Base extends Omit<Device, "openInbox"> {
  readonly now: () => number;
  readonly nextName: (kind: string) => string;
}

function createBase(deps: DeviceDeps): Base {
  const { world, dice, faults, name, chronicle } = deps;
  const disk = createSimulatedDisk();
  disk.fault = () => (dice.chance(deps.fullAt()) ? { type: "full" } : null);
  const device = plainId<DeviceId>(`dev-${name}`);
  let life = 0;
  let dead = false;
  let clockError = 0;
  let names = 0;
  const clock = { now: () => Math.max(0, world.now() + clockError) };

  /** Every call may be the last thing that this incarnation does: before it, or after it but unheard. */
  const mortal = <T extends object>(target: T, mine: number): T => {
    const wrapped: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(target)) {
      if (typeof value !== "function" || key === "onChange" || key === "close") {
        wrapped[key] = value;
        continue;
      }
      wrapped[key] = async (...args: unknown[]): Promise<unknown> => {
        if (dead || life !== mine) return await never();
        const odds = deps.crashAt();
        const roll = odds === 0 ? 1 : dice.next();
        if (roll < odds / 2) {
          dead = true;
          return await never();
        }
        const result: unknown = await value(...args);
        if (dead || life !== mine) return await never();
        // What began before the calm may end in it: nobody dies then.
        if (roll < odds && deps.crashAt() > 0) {
          dead = true;
          return await never();
        }
        return result;
      };
    }
    return wrapped as T;
  };

  const own: Pick<Base, "store"> & { current: SatchelStore | null } = {
    current: null,
    store: () => {
      if (own.current === null) throw new Error("assertion failed: a device that never started");
      return own.current;
    },
  };
  let drainers: readonly Drainer[] = [];
  const boot = (): void => {
    life += 1;
    dead = false;
    const mine = life;
    const raw = createSimulatedStore(disk, clock);
    const seen = watched(raw, deps, disk);
    own.current = mortal(faulty(seen, deps, disk), mine);
    const drainerStore = own.current;
    const one = (which: number): Drainer =>
      createDrainer({
        identity: { principal: deps.principal, device },
        store: faults.sealsTwice && which === 1 ? sealingTwice(drainerStore, deps) : drainerStore,
        transport: mortal(deps.transport, mine),
        clock,
        random: dice,
        timers: {
          after: (ms, task) =>
            world.after(ms, () => {
              if (!dead && life === mine) task();
            }),
        },
        signChallenge: async (challenge) => challenge,
        register: async () => [],
      });
    drainers = [one(0), one(1)];
  };
  boot();

  return {
    name,
    principal: deps.principal,
    disk,
    store: own.store,
    alive: () => !dead,
    now: clock.now,
    nextName: (kind) => {
      names += 1;
      return `${kind}-${name}${names}`;
    },
    drain: async (which, person) => {
      const drainer = drainers[which];
      if (drainer === undefined || dead) return null;
      return await drainer.run({ reason: person ? "person" : "timer" });
    },
    crash: () => {
      deps.trace("crashes");
      dead = true;
    },
    restart: () => {
      count(chronicle, "crashes");
      deps.trace("starts again");
      boot();
    },
    jumpClock: (ms) => {
      clockError += ms;
    },
  };
}

/** A proof that holds says here that the letter was taken back. */
function takenBack(disk: SimulatedDisk, letter: LetterId): boolean {
  for (const row of disk.tables.proofs.values())
    if (row.letter === letter && proofOf(row.proof).t === "withdrawn" && proofHolds(row.proof)) return true;
  return false;
}

/** Rows of pulls that a disk has stored, as "epoch.seq". */
const rowsRead = new WeakMap<SimulatedDisk, Set<string>>();

/** What no store may ever do, looked at when it does it. */
function watched(store: SatchelStore, deps: DeviceDeps, disk: SimulatedDisk): SatchelStore {
  const { chronicle } = deps;
  const rows = rowsRead.get(disk) ?? new Set<string>();
  rowsRead.set(disk, rows);
  return {
    ...store,
    // I5: a cursor never passes a row that was not stored with it, or before it: of two runs at once the slower one sets the
    // cursor back to where it asked, and the faster one's next answer finds nothing left to tell.
    storePull: async (input) => {
      const before = await store.meta();
      const stored = await store.storePull(input);
      if (!stored.ok || !before.ok) return stored;
      const [epoch] = input.cursor.split(".");
      for (const row of [...input.records, ...input.letters]) rows.add(`${epoch}.${row.seq}`);
      if (input.reset) return stored;
      // One that went back under the same name cannot be held to it.
      if (chronicle.counts.forgotten !== undefined) return stored;
      for (const seq of deps.server.between(deps.principal, before.value.cursor, input.cursor))
        if (!rows.has(`${epoch}.${seq}`))
          chronicle.violations.push(`I5: ${deps.name} passed row ${seq} without reading it`);
      return stored;
    },
    // P-P5: what was taken back is not filed any more.
    saveRecord: async (input) => {
      const letter = input.record as string as LetterId;
      const isNew = !disk.tables.records.has(input.record);
      const saved = await store.saveRecord(input);
      if (saved.ok && isNew && takenBack(disk, letter))
        chronicle.violations.push(`P-P5: ${deps.name} has filed ${letter}, which was taken back`);
      return saved;
    },
    // I8: an op of one device is never refused because of that device's own earlier op.
    bookConflict: async (op, current, seq) => {
      const mine = disk.tables.ops.get(op)?.wire;
      count(chronicle, "conflicts");
      const author = (wire: Op): string | undefined => wire.sig.split(":")[0];
      if (mine !== undefined && current !== null && author(current) === author(mine)) {
        const overtaken = disk.tables.records.get(headOf(current).record)?.past?.includes(headOf(current).op);
        // A server that went back shows an old op of ours: that is no conflict with ourselves.
        if (overtaken !== true && chronicle.counts.restored === undefined && chronicle.counts.forgotten === undefined)
          chronicle.violations.push(`I8: ${mine.sig} was refused because of ${current.sig}`);
      }
      return await store.bookConflict(op, current, seq);
    },
  };
}

/** The seeded bugs that sit in a store. */
function faulty(store: SatchelStore, deps: DeviceDeps, disk: SimulatedDisk): SatchelStore {
  const { faults } = deps;
  if (!Object.values(faults).includes(true)) return store;
  return {
    ...store,
    saveRecord: async (input) => {
      const frozen = [...disk.tables.ops.values()].find((op) => op.record === input.record && op.state === "frozen");
      const saved = await store.saveRecord(input);
      const row = frozen && disk.tables.ops.get(frozen.op);
      const record = disk.tables.records.get(input.record);
      if (faults.mutableRetry && saved.ok && row !== undefined && record !== undefined && input.merged === null) {
        // The new bytes leave under the old id.
        const { satchel: _owner, v: _v, suite: _suite, epoch: _epoch, ...head } = headOf(input.op);
        const wire = deps.sealer.seal({ ...head, op: row.op, base: row.base }, deps.sealer.open(input.op), deps.name);
        disk.tables.ops.set(row.op, { ...row, wire });
        disk.tables.ops.delete(input.opId);
        disk.tables.records.set(input.record, { ...record, localOp: row.op, local: wire });
      }
      return saved;
    },
    listInbox: async () => {
      if (!faults.noParking) return await store.listInbox();
      const rows = [...disk.tables.inbox.values()].filter((row) => !row.aside).sort((a, b) => a.order - b.order);
      return { ok: true, value: rows };
    },
    queue: async () => {
      const view = await store.queue();
      if (!faults.headOfLine || !view.ok) return view;
      const { ops, blobs, letters, proofs } = view.value;
      const unsent = [
        ...ops.filter((op) => op.state !== "conflict"),
        ...blobs,
        ...letters.filter((letter) => letter.state !== "accepted"),
      ].map((item) => item.order);
      const first = Math.min(...unsent);
      return {
        ok: true,
        value: {
          ops: ops.filter((op) => op.order <= first || op.state === "conflict"),
          blobs: blobs.filter((blob) => blob.order <= first),
          letters: letters.filter((letter) => letter.order <= first || letter.state === "accepted"),
          proofs,
        },
      };
    },
    offerAgain: async (now) => {
      if (faults.forgetsLetters)
        for (const [id, letter] of disk.tables.letters) disk.tables.letters.set(id, { ...letter, seen: true });
      return await store.offerAgain(now);
    },
    storePull: async (input) => {
      if (faults.cursorFirst) {
        const first = await store.setMeta({ cursor: input.cursor });
        if (!first.ok || deps.dice.chance(0.2)) return { ok: false, error: { type: "unavailable", detail: "closed" } };
      }
      return await store.storePull(input);
    },
  };
}

/** A drainer that does not send the bytes that were stored, but seals the letter once more. */
function sealingTwice(store: SatchelStore, { sealer, name }: DeviceDeps): SatchelStore {
  return {
    ...store,
    freezeLetter: async (id) => {
      const row = await store.freezeLetter(id);
      if (!row.ok || row.value === undefined) return row;
      const { letter, from, to, blobs } = letterHeadOf(row.value.wire);
      const again = plainId<LetterId>(`${letter.replaceAll("_", "").slice(0, -1)}-${name}`);
      const wire = sealer.letter({ letter: again, from, to, blobs }, sealer.openLetter(row.value.wire));
      return { ok: true, value: { ...row.value, wire } };
    },
  };
}

/* ---- a device of the satchel ---- */

export interface SatchelDevice extends Device {
  readonly edit: (record: RecordId) => Promise<string | null>;
  /** Deletes the record, if it is here. */
  readonly erase: (record: RecordId) => Promise<boolean>;
  /** Adds a page of `plain` bytes to the record; `desk`: and sends a letter that names it. */
  readonly addPage: (
    record: RecordId,
    plain: number,
    sendClass: SendClass,
    desk: PrincipalId | null,
  ) => Promise<boolean>;
  /** Takes a letter back that this device knows. */
  readonly withdraw: (letter: LetterId) => Promise<boolean>;
  /** Drops bytes that may go. */
  readonly makeRoom: () => Promise<void>;
  /** What this device shows of a letter: only proofs that verify count (INV-2). */
  readonly shown: (letter: LetterId) => ReadonlySet<string>;
}

/** The shown state of a letter on any device (INV-2). */
export function shownOf(device: Device, letter: LetterId, faults: ClientFaults): ReadonlySet<string> {
  const shown = new Set<string>();
  for (const row of device.disk.tables.proofs.values())
    if (row.letter === letter && (faults.believesForged || proofHolds(row.proof))) shown.add(proofOf(row.proof).t);
  return shown;
}

export const editsOf = (content: Content): ReadonlySet<string> =>
  new Set(Object.keys(content.answers).filter((key) => key !== "scalar"));

export const merged = (base: Content | null, mine: Content, theirs: Content): Content =>
  mergeRecords({
    base: base as unknown as DossierRecord | null,
    mine: mine as unknown as DossierRecord,
    theirs: theirs as unknown as DossierRecord,
  }) as unknown as Content;

const joined = (known: Content | null, mine: Content, theirs: Content): Content =>
  joinUnrelated(
    known as unknown as DossierRecord | null,
    mine as unknown as DossierRecord,
    theirs as unknown as DossierRecord,
  ) as unknown as Content;

type More = Partial<Pick<SaveInput, "blobs" | "letters" | "recall">>;

export function createSatchelDevice(deps: DeviceDeps): SatchelDevice {
  const { sealer, chronicle, faults, dice } = deps;
  const base = createBase(deps);
  const { disk } = base;

  /**
   * As workers/common/records.ts: reads, seals on the head of the chain, writes; stale means another try.
   * `next` null deletes. @returns the op, or null when nothing was kept.
   */
  const save = async (
    record: RecordId,
    apply: (current: Content | null) => Content | null | "nothing",
    more: More = {},
    what: { readonly merged?: Op; readonly restart?: boolean } = {},
  ): Promise<OpId | null> => {
    const store = base.store();
    for (let tries = 0; tries < 6; tries += 1) {
      const row = await store.getRecord(record);
      if (!row.ok) return null;
      const living = row.value !== undefined && !row.value.deleted ? row.value : undefined;
      const next = apply(living === undefined ? null : sealer.open(living.local));
      if (next === "nothing") return null;
      const place = await store.baseFor(record);
      if (!place.ok) return null;
      if (place.value.revision !== (row.value?.revision ?? 0)) continue;
      const from = what.merged !== undefined ? headOf(what.merged).op : what.restart === true ? null : place.value.base;
      const opId = plainId<OpId>(base.nextName("op"));
      const blobs = next === null ? [] : (Object.keys(next.streams) as BlobId[]);
      const op = sealer.seal(
        { record, op: opId, base: from, deleted: next === null, blobs },
        next ?? emptyContent,
        base.name,
      );
      const saved = await store.saveRecord({
        record,
        op,
        opId,
        base: from,
        deleted: next === null,
        expectedRevision: place.value.revision,
        blobs: [],
        letters: [],
        release: [],
        merged: what.merged ?? null,
        now: base.now(),
        ...more,
      });
      deps.trace(
        `saves ${opId} of ${record} on ${from}${next === null ? " (deleted)" : ` ${[...editsOf(next)].join(",")}`}: ${saved.ok ? "kept" : saved.error.type}`,
      );
      if (saved.ok) return opId;
      if (saved.error.type !== "stale") return null;
    }
    return null;
  };

  const withEdit = (content: Content, edit: string): Content => ({
    ...content,
    answers: { ...content.answers, [edit]: { v: "text", text: edit }, scalar: { v: "text", text: edit } },
  });

  /** A save that the person made: noted when it was answered "kept". */
  const type = async (
    record: RecordId,
    change: (content: Content) => Content,
    more: More = {},
  ): Promise<string | null> => {
    const edit = base.nextName("edit");
    const kept = await save(
      record,
      (current) => {
        // Nobody writes in a record that he sees deleted.
        if (current === null && disk.tables.records.get(record)?.deleted === true) return "nothing";
        const seen = current?.answers.scalar?.text;
        if (seen !== undefined) chronicle.overwrote.push({ edit, seen });
        return withEdit(change(current ?? emptyContent), edit);
      },
      more,
    );
    if (kept === null) return null;
    chronicle.edits.push({ record, edit });
    return edit;
  };

  const keepStream = async (plain: number, sendClass: SendClass): Promise<NewBlob | null> => {
    const blob = plainId<BlobId>(base.nextName("blob"));
    const padded = padme(Math.max(8, plain));
    const size = 65_536;
    const header = new Uint8Array(57).fill(dice.below(256)) as Bytes;
    const segments: Bytes[] = [];
    for (let at = 0; at < padded; at += size) {
      const segment = new Uint8Array(Math.min(size, padded - at) + 16) as Bytes;
      // Each KiB is another: bytes at a wrong place are seen.
      for (let n = 0; n < segment.length; n += 1024) segment.fill(dice.below(256), n, n + 1024);
      segments.push(segment);
    }
    const whole = new Uint8Array(header.length + segments.reduce((sum, segment) => sum + segment.length, 0));
    whole.set(header);
    let at = header.length;
    for (const segment of segments) {
      whole.set(segment, at);
      at += segment.length;
    }
    const root = Buffer.from(blob.padEnd(32, "*").slice(0, 32)).toString("base64url") as B64;
    const ref = { blob, length: whole.length, root };
    chronicle.streams.set(blob, { bytes: whole, device, ref });
    chronicle.roots.set(root, blob);
    const put = await base.store().putSegments(blob, 0, segments);
    if (!put.ok) return null;
    const ticket = { body: root, sig: "ticket" as B64 };
    return { ...ref, header, segments: segments.length, ticket, sendClass, localOnly: false };
  };

  const takeRecord = async (row: Extract<InboxRow, { type: "record" }>): Promise<void> => {
    const store = base.store();
    const { op, deleted } = headOf(row.op);
    const held = await store.getRecord(row.record);
    if (!held.ok) return;
    const mine = held.value;
    let what = incoming(
      mine === undefined
        ? null
        : {
            untouched: mine.server?.sig === mine.local.sig,
            deleted: mine.deleted,
            past: mine.past ?? [],
            unseen: mine.unseen === true,
            serverOp: mine.server === null ? null : headOf(mine.server).op,
          },
      { op, base: headOf(row.op).base, deleted },
    );
    const tombstone = mine?.deleted === true && !deleted;
    if (tombstone && what === "adopt" && chronicle.counts.restored !== undefined) chronicle.unsure.add(row.record);
    if (faults.resurrects && mine?.deleted === true) what = "adopt";
    const frozen = [...disk.tables.ops.values()].some((each) => each.record === row.record && each.state === "frozen");
    const stored = disk.tables.records.get(row.record);
    if (faults.noParking && frozen && stored !== undefined) {
      // The bug: what has left is taken for accepted, so the record looks untouched and the row is simply taken.
      const state = { local: row.op, localOp: op, server: row.op, serverOp: op, serverSeq: row.seq };
      disk.tables.records.set(row.record, { ...stored, ...state, revision: stored.revision + 1 });
      disk.tables.inbox.delete(row.order);
      return;
    }
    deps.trace(`row ${op} of ${row.record}: ${what}`);
    const adopt = async (): Promise<void> => {
      const expectedRevision = mine?.revision ?? 0;
      await store.adoptRecord({ record: row.record, op: row.op, opId: op, deleted, expectedRevision });
    };
    if (what === "adopt") return await adopt();
    const theirs = sealer.open(row.op);
    const known = mine?.server == null ? null : sealer.open(mine.server);
    const erased = known ?? (mine?.before === undefined ? null : sealer.open(mine.before));
    if (what === "unrelated" && known !== null && mine?.server?.sig === mine?.local.sig)
      if (sameValue(joined(known, known, theirs), theirs)) return await adopt();
    if (what === "merge" && deleted && known !== null && mine !== undefined && !mine.deleted)
      if (mine.server?.sig !== mine.local.sig && sameValue(sealer.open(mine.local), known)) return await adopt();
    const untouched = mine !== undefined && mine.server?.sig === mine.local.sig;
    // A deletion that follows nothing does not say what it had seen: what began anew here is kept rather than lost.
    if (what === "unrelated" || (what === "merge" && deleted && (untouched || known === null)))
      chronicle.unsure.add(row.record);
    await save(
      row.record,
      (current) => {
        if (what === "again") return current;
        // What was written wins over a deletion, whoever made it.
        if (current === null) return erased !== null && sameValue(theirs, erased) ? null : theirs;
        if (deleted) return current;
        return what === "unrelated" ? joined(known, current, theirs) : merged(known, current, theirs);
      },
      {},
      { merged: row.op },
    );
  };

  /** A letter to this satchel: a deposit (merged, then acknowledged), or a desk's answer (filed in its record). */
  const takeLetter = async (row: Extract<InboxRow, { type: "letter" }>): Promise<void> => {
    const store = base.store();
    const head = letterHeadOf(row.letter);
    const inner = sealer.openLetter(row.letter);
    // Another device has merged it, and said so.
    const merged_ = [...disk.tables.proofs.values()].some(
      ({ letter, proof }) => letter === head.letter && proofOf(proof).t === "opened" && proofHolds(proof),
    );
    if (head.from === head.to && merged_) {
      await store.dropInbox([row.order], false);
      return;
    }
    const record = inner.thread as RecordId;
    const saved = await save(record, (current) => {
      const content = current ?? emptyContent;
      const with_ = inner.deposit === null ? content : merged(null, content, inner.deposit);
      return { ...with_, filed: { ...with_.filed, [head.letter]: 1 } };
    });
    if (saved === null) return;
    if (head.from === head.to) {
      const body = { letter: head.letter, manifest: manifestOf(head.letter), by: base.principal, at: 1 } as const;
      const queued = await store.queueProof(
        head.letter,
        signProofAs("satchel", { t: "opened", v: 1, ...body }),
        base.now(),
      );
      if (!queued.ok) return;
    }
    await store.dropInbox([row.order], false);
  };

  const device: SatchelDevice = {
    ...base,
    edit: (record) => type(record, (content) => content),
    erase: async (record) => {
      let seen: ReadonlySet<string> = new Set();
      const op = await save(record, (current) => {
        if (current === null) return "nothing";
        seen = editsOf(current);
        chronicle.erasures.push({ record, seen });
        return null;
      });
      if (op === null) return false;
      chronicle.deletions.push({ record, seen, op });
      count(chronicle, "deletions");
      return true;
    },
    addPage: async (record, plain, sendClass, desk) => {
      const blob = await keepStream(plain, sendClass);
      if (blob === null) return false;
      const thread = base.nextName("thread");
      const letter = plainId<LetterId>(base.nextName("letter"));
      const { length, root } = blob;
      const wire: Letter | null =
        desk === null
          ? null
          : sealer.letter(
              { letter, from: base.principal, to: desk, blobs: [{ blob: blob.blob, length, root }] },
              { thread, deposit: null },
            );
      const kept = await type(
        record,
        (content) => ({ ...content, streams: { ...content.streams, [blob.blob]: true } }),
        { blobs: [blob], letters: wire === null ? [] : [{ letter, wire, blobs: [blob.blob] }] },
      );
      if (kept === null) return false;
      chronicle.keptStreams.add(blob.blob);
      if (wire !== null) chronicle.letters.set(letter, { thread, blobs: [blob.blob], by: base.name });
      return true;
    },
    withdraw: async (letter) => {
      const row = disk.tables.letters.get(letter);
      if (row === undefined) return false;
      const body = { letter, manifest: manifestOf(letter), by: base.principal, at: 1 } as const;
      const queued = await base
        .store()
        .queueProof(letter, signProofAs("satchel", { t: "withdrawn", v: 1, ...body }), base.now());
      if (!queued.ok) return false;
      chronicle.withdrawn.add(letter);
      count(chronicle, "withdrawals");
      return true;
    },
    makeRoom: async () => {
      const store = base.store();
      const rows = [...disk.tables.blobs.values()];
      if (faults.dropsUnverified) {
        for (const row of rows)
          for (let n = 0; n < row.segments; n += 1) disk.tables.segments.delete(`${row.blob}/${n}`);
        for (const row of rows) disk.tables.blobs.set(row.blob, { ...row, state: "away" });
        return;
      }
      const done = await store.dropLocal(rows.map((row) => row.blob));
      if (done.ok) for (const _ of done.value.dropped) count(chronicle, "dropped");
    },
    shown: (letter) => shownOf(device, letter, faults),
    openInbox: async () => {
      const store = base.store();
      const inbox = await store.listInbox();
      if (!inbox.ok) return;
      for (const row of inbox.value) {
        if (row.type === "record" && row.early === true) continue;
        if (row.type === "record") await takeRecord(row);
        else await takeLetter(row);
      }
      // The server has lost a record that was changed here (conflict without a row): it starts again.
      const waiting = new Set(inbox.value.flatMap((row) => (row.type === "record" ? [row.record] : [])));
      const queue = await store.queue();
      if (!queue.ok) return;
      const lost = queue.value.ops.filter((op) => op.state === "conflict" && !waiting.has(op.record));
      for (const record of new Set(lost.map((op) => op.record)))
        await save(record, (current) => current, {}, { restart: true });
    },
  };
  return device;
}

/* ---- a desk ---- */

export interface DeskDevice extends Device {
  /** Opens one letter that lies here: files it and says so. */
  readonly openOne: () => Promise<LetterId | null>;
}

/** What a desk keeps of a letter: `thread` is what was said, whatever id it came under. */
interface Filed {
  readonly thread: string;
  readonly opened: boolean;
}
const filedIn = (content: Content): Filed => ({
  thread: content.answers.thread?.text ?? "",
  opened: content.answers.opened !== undefined,
});

export function createDeskDevice(deps: DeviceDeps): DeskDevice {
  const { sealer, chronicle, faults } = deps;
  const base = createBase(deps);
  const { disk } = base;
  const recordOf = (letter: LetterId): RecordId => letter as string as RecordId;

  const save = async (record: RecordId, content: Content, mergedOp: Op | null, restart = false): Promise<boolean> => {
    const store = base.store();
    const row = await store.getRecord(record);
    const place = await store.baseFor(record);
    if (!row.ok || !place.ok) return false;
    const from = restart ? null : mergedOp === null ? place.value.base : headOf(mergedOp).op;
    const opId = plainId<OpId>(base.nextName("op"));
    const op = sealer.seal({ record, op: opId, base: from, deleted: false, blobs: [] }, content, base.name);
    const saved = await store.saveRecord({
      record,
      op,
      opId,
      base: from,
      deleted: false,
      expectedRevision: place.value.revision,
      blobs: [],
      letters: [],
      release: [],
      merged: mergedOp,
      now: base.now(),
    });
    return saved.ok;
  };

  const device: DeskDevice = {
    ...base,
    openOne: async () => {
      for (const row of disk.tables.records.values()) {
        const filed = filedIn(sealer.open(row.local));
        const letter = row.record as string as LetterId;
        if (filed.opened || (takenBack(disk, letter) && !faults.filesWithdrawn)) continue;
        const body = { letter, manifest: manifestOf(letter), by: base.principal, at: 1 } as const;
        const content = sealer.open(row.local);
        const opened = { ...content, answers: { ...content.answers, opened: { v: "text" as const, text: "yes" } } };
        chronicle.openedMaybe.add(letter);
        const queued = await base
          .store()
          .queueProof(letter, signProofAs("desk", { t: "opened", v: 1, ...body }), base.now());
        if (!queued.ok || !(await save(row.record, opened, null))) return null;
        chronicle.opened.add(letter);
        count(chronicle, "opened");
        return letter;
      }
      return null;
    },
    openInbox: async () => {
      const store = base.store();
      const inbox = await store.listInbox();
      if (!inbox.ok) return;
      for (const row of inbox.value) {
        if (row.type === "record" && row.early === true) continue;
        if (row.type === "record") {
          const held = await store.getRecord(row.record);
          if (!held.ok) return;
          const theirs = sealer.open(row.op);
          const mine = held.value === undefined ? null : sealer.open(held.value.local);
          const clean = held.value === undefined || held.value.server?.sig === held.value.local.sig;
          const both = mine === null ? theirs : { ...mine, answers: { ...theirs.answers, ...mine.answers } };
          const nothingToAdd = Object.keys(both.answers).length === Object.keys(theirs.answers).length;
          if (clean && nothingToAdd)
            await store.adoptRecord({
              record: row.record,
              op: row.op,
              opId: headOf(row.op).op,
              deleted: false,
              expectedRevision: held.value?.revision ?? 0,
            });
          else await save(row.record, both, row.op);
          continue;
        }
        const { thread } = sealer.openLetter(row.letter);
        const known = disk.tables.records.has(recordOf(row.id));
        if (!known && (faults.filesWithdrawn || !takenBack(disk, row.id))) {
          const content = { ...emptyContent, answers: { thread: { v: "text" as const, text: thread } } };
          if (!(await save(recordOf(row.id), content, null))) return;
        }
        await store.dropInbox([row.order], false);
      }
      const waiting = new Set(inbox.value.flatMap((row) => (row.type === "record" ? [row.record] : [])));
      const queue = await store.queue();
      if (!queue.ok) return;
      for (const op of queue.value.ops) {
        const lost = disk.tables.records.get(op.record);
        if (op.state === "conflict" && !waiting.has(op.record) && lost !== undefined)
          await save(op.record, sealer.open(lost.local), null, true);
      }
    },
  };
  return device;
}

/** Everything that a desk has filed: thread to the letters under which it lies there. */
export function filedAt(device: Device, sealer: Sealer): ReadonlyMap<string, readonly LetterId[]> {
  const found = new Map<string, LetterId[]>();
  for (const row of device.disk.tables.records.values()) {
    const { thread } = filedIn(sealer.open(row.local));
    found.set(thread, [...(found.get(thread) ?? []), row.record as string as LetterId]);
  }
  return found;
}

export type { Signed };
