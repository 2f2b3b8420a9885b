/**
 * One device of the simulated person: the real store rules on a memory disk, the real drainer, and a small model of the
 * unlocked worker (edits, opens the inbox, merges). A crash leaves the disk and nothing else.
 *
 * Surprising fact: after a crash the old incarnation's promises simply never settle; that is what a killed process is.
 */

import { letterHeadBytes } from "../../../src/protocol/letters.ts";
import { opHead, opHeadBytes } from "../../../src/protocol/ops.ts";
import { padme } from "../../../src/protocol/padding.ts";
import type { B64, Letter, Op } from "../../../src/protocol/wire.ts";
import { assert } from "../../../src/shared/assert.ts";
import { type Bytes, fromBase64Url, toBase64Url, utf8, utf8ToText } from "../../../src/shared/bytes.ts";
import {
  type BlobId,
  type DeviceId,
  type LetterId,
  type OpId,
  type PrincipalId,
  type RecordId,
  randomId,
} from "../../../src/shared/ids.ts";
import { createMemoryDisk, createMemoryStore, type MemoryDisk } from "../../../src/storage/memory/index.ts";
import type { SatchelStore } from "../../../src/storage/ports.ts";
import { createDrainer, type Drainer, type RunReport } from "../../../src/sync/drain.ts";
import type { Transport } from "../../../src/sync/ports.ts";
import type { Dice } from "./random.ts";
import type { World } from "./world.ts";

export const satchel = toBase64Url(new Uint8Array(20).fill(7)) as PrincipalId;
const desk = toBase64Url(new Uint8Array(20).fill(9)) as PrincipalId;

/** What a sealed record says in the model: every edit ever made, and a scalar with the answers that lost. */
export interface Content {
  readonly edits: readonly string[];
  readonly scalar: string;
  readonly others: readonly string[];
}

const emptyContent: Content = { edits: [], scalar: "", others: [] };

export function contentOf(op: Op | null): Content {
  if (op === null) return emptyContent;
  const text = utf8ToText(fromBase64Url(op.body) ?? new Uint8Array());
  return text === undefined ? emptyContent : (JSON.parse(text) as Content);
}

const union = (...lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())].sort();

/**
 * Three ways (DESIGN 4): what one side added or took away is taken; a scalar changed on both sides keeps mine and lists
 * the other. Nobody ever takes an edit away, so one that is gone was lost by the protocol.
 */
export function mergeContent(base: Content, mine: Content, theirs: Content): Content {
  const both = mine.scalar !== base.scalar && theirs.scalar !== base.scalar && mine.scalar !== theirs.scalar;
  const scalar = mine.scalar !== base.scalar ? mine.scalar : theirs.scalar;
  return {
    edits: union(
      theirs.edits.filter((edit) => mine.edits.includes(edit) || !base.edits.includes(edit)),
      mine.edits.filter((edit) => !base.edits.includes(edit)),
    ),
    scalar,
    others: union(mine.others, theirs.others, both ? [theirs.scalar] : []).filter((other) => other !== scalar),
  };
}

/** Client-side bugs that the harness must catch; all false in real runs. */
export interface ClientFaults {
  /** A frozen op is changed in place when the person goes on typing. */
  readonly mutableRetry: boolean;
  /** A pulled row is merged while an op of the record is in flight. */
  readonly noParking: boolean;
  /** The oldest item must leave before any other. */
  readonly headOfLine: boolean;
}

export const soundClient: ClientFaults = { mutableRetry: false, noParking: false, headOfLine: false };

export interface Device {
  readonly name: string;
  readonly disk: MemoryDisk;
  /** The store of the present incarnation. */
  readonly store: () => SatchelStore;
  readonly alive: () => boolean;
  readonly edit: (record: RecordId) => Promise<string | null>;
  /** Adds a page of `plain` bytes and sends a letter that names it. @returns undefined when the save was stale. */
  readonly sendLetter: (record: RecordId, plain: number) => Promise<{ letter: LetterId; blob: BlobId } | undefined>;
  readonly openInbox: () => Promise<void>;
  /** `which`: 0 = page worker, 1 = service worker: two drainers on one disk. */
  readonly drain: (which: 0 | 1, person: boolean) => Promise<RunReport | null>;
  readonly crash: () => void;
  readonly restart: () => void;
  readonly jumpClock: (ms: number) => void;
  readonly bytesOf: ReadonlyMap<BlobId, Uint8Array>;
}

export interface DeviceDeps {
  readonly name: string;
  readonly world: World;
  readonly dice: Dice;
  readonly transport: Transport;
  readonly faults: ClientFaults;
  /** Probability of dying at any one await of store or transport. */
  readonly crashAt: () => number;
  readonly onConflict: (mine: Op, current: Op | null) => void;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export function createDevice(deps: DeviceDeps): Device {
  const { world, dice, faults, name } = deps;
  const disk = createMemoryDisk();
  const device = randomId<DeviceId>(dice);
  const sent = new Map<BlobId, Uint8Array>();
  let life = 0;
  let dead = false;
  let clockError = 0;
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
        const roll = dice.next();
        const odds = deps.crashAt();
        if (roll < odds / 2) {
          dead = true;
          return await never();
        }
        const result: unknown = await value(...args);
        if (dead || life !== mine) return await never();
        if (roll < odds) {
          dead = true;
          return await never();
        }
        return result;
      };
    }
    return wrapped as T;
  };

  const broken = (store: SatchelStore): SatchelStore => ({
    ...store,
    bookConflict: async (op, current, seq) => {
      const mine = disk.tables.ops.get(op);
      if (mine !== undefined) deps.onConflict(mine.wire, current);
      return await store.bookConflict(op, current, seq);
    },
    saveRecord: async (input) => {
      const frozen = [...disk.tables.ops.values()].find((op) => op.record === input.record && op.state === "frozen");
      const saved = await store.saveRecord(input);
      if (faults.mutableRetry && saved.ok && frozen !== undefined && input.merged === null) {
        // The new bytes leave under the old id.
        const row = disk.tables.ops.get(frozen.op);
        const record = disk.tables.records.get(input.record);
        if (row !== undefined && record !== undefined) {
          const wire = reseal(input.op, row.op, row.base);
          disk.tables.ops.set(row.op, { ...row, wire });
          disk.tables.ops.delete(input.opId);
          disk.tables.records.set(input.record, { ...record, localOp: row.op, local: wire });
        }
      }
      return saved;
    },
    listInbox: async () => {
      if (!faults.noParking) return await store.listInbox();
      return {
        ok: true,
        value: [...disk.tables.inbox.values()].filter((row) => !row.aside).sort((a, b) => a.order - b.order),
      };
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
  });

  const reseal = (op: Op, id: OpId, base: OpId | null): Op => {
    const head = opHead(op);
    assert(head.ok, "the model's ops are well formed");
    return { ...op, head: toBase64Url(opHeadBytes({ ...head.value, op: id, base })) as B64 };
  };

  let store: SatchelStore;
  let drainers: readonly Drainer[];
  const boot = (): void => {
    life += 1;
    dead = false;
    const mine = life;
    store = mortal(broken(createMemoryStore({ clock, disk })), mine);
    // A transaction of the killed process that had begun is either finished or gone; turns start afresh.
    disk.turn = Promise.resolve();
    disk.channels.clear();
    const one = (): Drainer =>
      createDrainer({
        identity: { principal: satchel, device },
        store,
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
    drainers = [one(), one()];
  };
  boot();

  const seal = (record: RecordId, base: OpId | null, content: Content): { op: Op; opId: OpId } => {
    const opId = randomId<OpId>(dice);
    const head = { v: 1, suite: 1, epoch: 0, satchel, record, op: opId, base, deleted: false, blobs: [] } as const;
    return {
      opId,
      op: {
        head: toBase64Url(opHeadBytes(head)) as B64,
        body: toBase64Url(utf8(JSON.stringify(content))) as B64,
        sig: `${name}:${opId}` as B64,
      },
    };
  };

  const nextContent = (before: Content, edit: string): Content => ({
    edits: union(before.edits, [edit]),
    scalar: edit,
    others: before.others,
  });

  const save = async (
    record: RecordId,
    edit: string,
    more: Partial<Parameters<SatchelStore["saveRecord"]>[0]> = {},
  ): Promise<boolean> => {
    const row = await store.getRecord(record);
    const place = await store.baseFor(record);
    if (!row.ok || !place.ok) return false;
    if ((row.value?.revision ?? 0) !== place.value.revision) return false;
    const { op, opId } = seal(record, place.value.base, nextContent(contentOf(row.value?.local ?? null), edit));
    const saved = await store.saveRecord({
      record,
      op,
      opId,
      base: place.value.base,
      deleted: false,
      expectedRevision: place.value.revision,
      blobs: [],
      letters: [],
      release: [],
      merged: null,
      now: clock.now(),
      ...more,
    });
    return saved.ok;
  };

  let edits = 0;
  return {
    name,
    disk,
    store: () => store,
    alive: () => !dead,
    bytesOf: sent,
    edit: async (record) => {
      edits += 1;
      const edit = `${name}${edits}`;
      return (await save(record, edit)) ? edit : null;
    },
    sendLetter: async (record, plain) => {
      const blob = randomId<BlobId>(dice);
      const letter = randomId<LetterId>(dice);
      const padded = padme(Math.max(8, plain));
      const size = 65_536;
      const header = new Uint8Array(57).fill(dice.below(256)) as Bytes;
      const segments: Bytes[] = [];
      for (let at = 0; at < padded; at += size)
        segments.push(new Uint8Array(Math.min(size, padded - at) + 16).fill(dice.below(256)) as Bytes);
      const length = header.length + segments.reduce((sum, segment) => sum + segment.length, 0);
      const root = toBase64Url(new Uint8Array(32)) as B64;
      const put = await store.putSegments(blob, 0, segments);
      if (!put.ok) return undefined;
      const head = letterHeadBytes({
        v: 1,
        suite: 1,
        letter,
        from: satchel,
        to: desk,
        toKey: toBase64Url(new Uint8Array(16)) as B64,
        blobs: [{ blob, length, root }],
      });
      const wire: Letter = {
        head: toBase64Url(head) as B64,
        enc: "AA" as B64,
        body: "AA" as B64,
        sig: letter as string as B64,
      };
      edits += 1;
      const ticket = { body: "AA" as B64, sig: "AA" as B64 };
      const whole = new Uint8Array(length);
      let at = 0;
      for (const piece of [header, ...segments]) {
        whole.set(piece, at);
        at += piece.length;
      }
      const saved = await save(record, `${name}${edits}`, {
        blobs: [{ blob, header, segments: segments.length, length, root, ticket, sendClass: 4, localOnly: false }],
        letters: [{ letter, wire, blobs: [blob] }],
      });
      if (!saved) return undefined;
      sent.set(blob, whole);
      return { letter, blob };
    },
    openInbox: async () => {
      const inbox = await store.listInbox();
      if (!inbox.ok) return;
      for (const item of inbox.value) {
        if (item.type !== "record") {
          await store.dropInbox([item.order], false);
          continue;
        }
        const row = await store.getRecord(item.record);
        if (!row.ok) return;
        const head = opHead(item.op);
        assert(head.ok, "the model's ops are well formed");
        const local = row.value;
        const inFlight = [...disk.tables.ops.values()].some((op) => op.record === item.record && op.state === "frozen");
        if (faults.noParking && inFlight && local !== undefined) {
          // The bug: what has left is taken for accepted, so the record looks untouched and the row is simply taken.
          const stored = disk.tables.records.get(item.record);
          if (stored !== undefined)
            disk.tables.records.set(item.record, {
              ...stored,
              local: item.op,
              localOp: head.value.op,
              server: item.op,
              serverOp: head.value.op,
              serverSeq: item.seq,
              revision: stored.revision + 1,
            });
          disk.tables.inbox.delete(String(item.order));
          continue;
        }
        const theirs = contentOf(item.op);
        const merged = mergeContent(contentOf(local?.server ?? null), contentOf(local?.local ?? null), theirs);
        const adopting = local === undefined || JSON.stringify(merged) === JSON.stringify(theirs);
        if (adopting) {
          await store.adoptRecord({
            record: item.record,
            op: item.op,
            opId: head.value.op,
            deleted: false,
            expectedRevision: local?.revision ?? 0,
          });
          continue;
        }
        const { op, opId } = seal(item.record, head.value.op, merged);
        await store.saveRecord({
          record: item.record,
          op,
          opId,
          base: head.value.op,
          deleted: false,
          expectedRevision: local.revision,
          blobs: [],
          letters: [],
          release: [],
          merged: item.op,
          now: clock.now(),
        });
      }
    },
    drain: async (which, person) => {
      const drainer = drainers[which];
      if (drainer === undefined || dead) return null;
      return await drainer.run({ reason: person ? "person" : "timer" });
    },
    crash: () => {
      dead = true;
    },
    restart: () => boot(),
    jumpClock: (ms) => {
      clockError += ms;
    },
  };
}
