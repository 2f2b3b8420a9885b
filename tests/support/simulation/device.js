/**
 * One device of the simulated person: the real store rules on a memory disk, the real drainer, and a small model of the
 * unlocked worker (edits, opens the inbox, merges). A crash leaves the disk and nothing else.
 *
 * Surprising fact: after a crash the old incarnation's promises simply never settle; that is what a killed process is.
 */
import { letterHeadBytes } from "../../../src/protocol/letters.ts";
import { opHead, opHeadBytes } from "../../../src/protocol/ops.ts";
import { padme } from "../../../src/protocol/padding.ts";
import { assert } from "../../../src/shared/assert.ts";
import { fromBase64Url, toBase64Url, utf8, utf8ToText } from "../../../src/shared/bytes.ts";
import { randomId } from "../../../src/shared/ids.ts";
import { createMemoryDisk, createMemoryStore } from "../../../src/storage/memory/index.ts";
import { createDrainer } from "../../../src/sync/drain.ts";
export const satchel = toBase64Url(new Uint8Array(20).fill(7));
const desk = toBase64Url(new Uint8Array(20).fill(9));
const emptyContent = { edits: [], scalar: "", others: [] };
export function contentOf(op) {
  if (op === null) return emptyContent;
  const text = utf8ToText(fromBase64Url(op.body) ?? new Uint8Array());
  return text === undefined ? emptyContent : JSON.parse(text);
}
const union = (...lists) => [...new Set(lists.flat())].sort();
/**
 * Three ways (DESIGN 4): what one side added or took away is taken; a scalar changed on both sides keeps mine and lists
 * the other. Nobody ever takes an edit away, so one that is gone was lost by the protocol.
 */
export function mergeContent(base, mine, theirs) {
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
export const soundClient = { mutableRetry: false, noParking: false, headOfLine: false };
const never = () => new Promise(() => undefined);
export function createDevice(deps) {
  const { world, dice, faults, name } = deps;
  const disk = createMemoryDisk();
  const device = randomId(dice);
  const sent = new Map();
  let life = 0;
  let dead = false;
  let clockError = 0;
  const clock = { now: () => Math.max(0, world.now() + clockError) };
  /** Every call may be the last thing that this incarnation does: before it, or after it but unheard. */
  const mortal = (target, mine) => {
    const wrapped = {};
    for (const [key, value] of Object.entries(target)) {
      if (typeof value !== "function" || key === "onChange" || key === "close") {
        wrapped[key] = value;
        continue;
      }
      wrapped[key] = async (...args) => {
        if (dead || life !== mine) return await never();
        const roll = dice.next();
        const odds = deps.crashAt();
        if (roll < odds / 2) {
          dead = true;
          return await never();
        }
        const result = await value(...args);
        if (dead || life !== mine) return await never();
        if (roll < odds) {
          dead = true;
          return await never();
        }
        return result;
      };
    }
    return wrapped;
  };
  const broken = (store) => ({
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
  const reseal = (op, id, base) => {
    const head = opHead(op);
    assert(head.ok, "the model's ops are well formed");
    return { ...op, head: toBase64Url(opHeadBytes({ ...head.value, op: id, base })) };
  };
  let store;
  let drainers;
  const boot = () => {
    life += 1;
    dead = false;
    const mine = life;
    store = mortal(broken(createMemoryStore({ clock, disk })), mine);
    // A transaction of the killed process that had begun is either finished or gone; turns start afresh.
    disk.turn = Promise.resolve();
    disk.channels.clear();
    const one = () =>
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
  const seal = (record, base, content) => {
    const opId = randomId(dice);
    const head = { v: 1, suite: 1, epoch: 0, satchel, record, op: opId, base, deleted: false, blobs: [] };
    return {
      opId,
      op: {
        head: toBase64Url(opHeadBytes(head)),
        body: toBase64Url(utf8(JSON.stringify(content))),
        sig: `${name}:${opId}`,
      },
    };
  };
  const nextContent = (before, edit) => ({
    edits: union(before.edits, [edit]),
    scalar: edit,
    others: before.others,
  });
  const save = async (record, edit, more = {}) => {
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
      const blob = randomId(dice);
      const letter = randomId(dice);
      const padded = padme(Math.max(8, plain));
      const size = 65_536;
      const header = new Uint8Array(57).fill(dice.below(256));
      const segments = [];
      for (let at = 0; at < padded; at += size)
        segments.push(new Uint8Array(Math.min(size, padded - at) + 16).fill(dice.below(256)));
      const length = header.length + segments.reduce((sum, segment) => sum + segment.length, 0);
      const root = toBase64Url(new Uint8Array(32));
      const put = await store.putSegments(blob, 0, segments);
      if (!put.ok) return undefined;
      const head = letterHeadBytes({
        v: 1,
        suite: 1,
        letter,
        from: satchel,
        to: desk,
        toKey: toBase64Url(new Uint8Array(16)),
        blobs: [{ blob, length, root }],
      });
      const wire = {
        head: toBase64Url(head),
        enc: "AA",
        body: "AA",
        sig: letter,
      };
      edits += 1;
      const ticket = { body: "AA", sig: "AA" };
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
