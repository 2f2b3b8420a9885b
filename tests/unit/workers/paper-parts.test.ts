/**
 * The list of papers, gathered part by part, is the list of the records, whatever is written meanwhile (decisions/0031, INV-1).
 * Two tabs on one memory disk, another device, kills; seeded. Runs in Node.
 */
import { describe, expect, test } from "vitest";
import { gather, type PaperList } from "../../../src/app/features/papers/usePaperList.ts";
import { createIdentity, type Identity } from "../../../src/crypto/identity.ts";
import { openRecord, sealRecord } from "../../../src/crypto/record.ts";
import type { PaperRecord, SatchelRecord } from "../../../src/satchel/model.ts";
import { binPaper, createPaper, keepPaper, putPage, renamePaper, setPaperExpiry } from "../../../src/satchel/paper.ts";
import { likelyFirst } from "../../../src/satchel/paper-index.ts";
import { daysUntil, soonDays } from "../../../src/satchel/where.ts";
import { assert } from "../../../src/shared/assert.ts";
import { utf8, utf8ToText } from "../../../src/shared/bytes.ts";
import { type OpId, type RecordId, randomId } from "../../../src/shared/ids.ts";
import { err, ok } from "../../../src/shared/result.ts";
import { createMemoryDisk, createMemoryStore, type MemoryDisk } from "../../../src/storage/memory/index.ts";
import type { Profile } from "../../../src/storage/ports.ts";
import { sealHint } from "../../../src/workers/common/hint.ts";
import { createShownQueue } from "../../../src/workers/common/queue.ts";
import { createRecords } from "../../../src/workers/common/records.ts";
import { createTurns, noTurns } from "../../../src/workers/common/turns.ts";
import type { Session } from "../../../src/workers/satchel/deps.ts";
import { createPaperLists } from "../../../src/workers/satchel/paper-list.ts";
import type { PaperView } from "../../../src/workers/satchel.contract.ts";
import { type Dice, seeded } from "../../support/simulation/random.ts";
import { quietLog } from "./world.ts";

const emptyHint = { v: 1, first: [], drafts: [], kept: 100, kinds: {}, binned: 0 } as const;
const day = "2026-11-22";
const clock = { now: () => 1 };
const sealed = await createIdentity("satchel", seeded(1));

function openTab(disk: MemoryDisk, identity: Identity, random: Dice, turns = noTurns) {
  const store = createMemoryStore({ clock, disk });
  const { giveWay } = turns;
  const given = { store, identity, random, clock, log: quietLog, giveWay };
  const records = createRecords<SatchelRecord>({ ...given, blobsOf: () => [] });
  const profile = { database: "d" } as Profile;
  const session: Session = { profile, identity, store, records, queue: createShownQueue(store) };
  const lists = createPaperLists({
    around: (_id, drilledElsewhere) => ({ fetching: undefined, damaged: new Set(), drilledElsewhere }),
    elsewhere: async () => ok(true),
    ...{ clock, random, turns },
    log: quietLog,
    hintFrom: 8,
  });
  return { store, records, session, lists };
}
type Tab = ReturnType<typeof openTab>;

/** What stands in the rows, opened one by one: nothing is remembered. */
async function truth(disk: MemoryDisk, identity: Identity): Promise<readonly { id: RecordId; record: PaperRecord }[]> {
  const rows = await createMemoryStore({ clock, disk }).listRecords();
  assert(rows.ok, "a memory store lists");
  const found: { id: RecordId; record: PaperRecord }[] = [];
  for (const row of rows.value) {
    const opened = await openRecord(identity, row.local, "verified");
    const record = opened.ok ? (JSON.parse(utf8ToText(opened.value.content) ?? "") as PaperRecord) : undefined;
    if (!row.deleted && record?.status === "kept") found.push({ id: row.record, record });
  }
  return likelyFirst(found, day);
}

const faces = (papers: readonly { readonly id: RecordId; readonly record: PaperView["record"] }[]) =>
  papers.map(({ id, record }) => `${id} ${record.title} ${record.expiry}`);

async function gathered(
  tab: Tab,
  before: PaperList | null,
  between: () => Promise<void> = async () => undefined,
): Promise<PaperList> {
  let last = before;
  const end = await gather(
    {
      papersPart: async (asked) => {
        await between();
        // Small parts here, so that there are many.
        return tab.lists.part(tab.session, { ...asked, count: Math.min(asked.count, 4) });
      },
    },
    day,
    { before, isWanted: () => true, pause: async () => undefined, onList: (list) => (last = list) },
  );
  expect(end.ok).toBe(true);
  assert(last !== null, "a list was shown");
  return last;
}

const page = { position: 1, turn: 0, state: "ready", readable: null, preview: null, original: null } as const;

function newPaper(dice: Dice, at: number): PaperRecord {
  const named = renamePaper(createPaper(at), `titre ${dice.below(99)}`, at);
  const kept = keepPaper(putPage(setPaperExpiry(named, expiry(dice), at), "p", page, at), at);
  assert(kept.ok, "a paper with a page is kept");
  return kept.value;
}
const expiry = (dice: Dice): string | null => (dice.chance(0.5) ? null : `2026-${dice.pick(["10", "11", "12"])}-14`);

/** One change of one paper, or a new one: by this tab, or as another device made it and a pull brought it. */
async function act(tab: Tab, dice: Dice, ids: RecordId[], identity: Identity): Promise<void> {
  const at = dice.below(1000);
  const isNew = ids.length === 0 || dice.chance(0.3);
  const id = isNew ? randomId<RecordId>(dice) : dice.pick(ids);
  if (isNew) ids.push(id);
  const kind = dice.below(6);
  const next = (record: PaperRecord | undefined): PaperRecord | null => {
    if (record === undefined) return newPaper(dice, at);
    if (kind === 0) return null;
    if (kind === 1) return binPaper(record, 1, at);
    if (kind === 2) return setPaperExpiry(record, expiry(dice), at);
    return renamePaper({ ...record, status: "kept" }, `nom ${dice.below(99)}`, at);
  };
  const row = await tab.store.getRecord(id);
  assert(row.ok, "a memory store reads");
  if (dice.chance(0.7) || row.value?.deleted === true) {
    await tab.records.save<"gone">(id, (current) =>
      current === undefined && row.value !== undefined
        ? err("gone")
        : ok({ next: next(current?.t === "paper" ? current : undefined) }),
    );
    return;
  }
  // Another device's: taken over as it is, without a save of this one.
  const op = randomId<OpId>(dice);
  const facts = { record: id, op, base: null, deleted: false, blobs: [] };
  const wire = await sealRecord(identity, facts, newPaper(dice, at), dice);
  const pulled = { records: [{ seq: at + 1, record: id, opId: op, op: wire }], letters: [], proofs: [], blobs: [] };
  await tab.store.storePull({ ...pulled, cursor: "e.1" as never, reset: false });
  const expectedRevision = row.value?.revision ?? 0;
  await tab.store.adoptRecord({ record: id, op: wire, opId: op, deleted: false, expectedRevision });
}

const daysLeft = ({ record }: PaperView): number => daysUntil(record.expiry ?? "2999", day) ?? 0;

/** What the home screen would count by itself in the whole list; of papers that end soon their days. */
function pocketOf(views: readonly PaperView[]) {
  const kept = views.filter(({ record }) => record.status === "kept");
  return {
    kept: kept.length,
    states: { here: kept.length },
    newest: kept.slice(0, 3).map(() => null),
    soon: kept
      .map(daysLeft)
      .filter((days) => days <= soonDays)
      .toSorted((a, b) => a - b)
      .slice(0, 3),
    draft: null,
  };
}

describe("the list in parts", () => {
  test.each([1, 2, 3])("D5, INV-1: equals the records after any changes, in both tabs (seed %i)", async (seed) => {
    const dice = seeded(seed);
    const disk = createMemoryDisk();
    const ids: RecordId[] = [];
    const tabs = [openTab(disk, sealed, dice), openTab(disk, sealed, dice)];
    const shown: (PaperList | null)[] = [null, null];
    let earlies = 0;
    for (let n = 0; n < 16; n += 1)
      await tabs[0]?.records.save(randomId<RecordId>(dice), () => ok({ next: newPaper(dice, n) }));
    for (const { id } of await truth(disk, sealed)) ids.push(id);
    for (let round = 0; round < 10; round += 1) {
      const n = dice.below(2);
      const tab = tabs[n];
      assert(tab !== undefined, "two tabs");
      for (let more = dice.below(4); more >= 0; more -= 1) await act(tab, dice, ids, sealed);
      if (dice.chance(0.2)) {
        // Killed while it writes: what was not committed is gone, what was is there, and nothing is remembered.
        void act(tab, dice, ids, sealed);
        for (let turns = dice.below(40); turns > 0; turns -= 1) await Promise.resolve();
        tabs[n] = openTab(disk, sealed, dice);
        shown[n] = null;
        await tab.records.settled();
      }
      // While one tab gathers, the other writes.
      const writer = tabs[1 - n];
      const reader = tabs[n];
      assert(writer !== undefined && reader !== undefined, "two tabs");
      const before = await truth(disk, sealed);
      const writes: Promise<void>[] = [];
      let calm = 0;
      const list = await gathered(reader, shown[n] ?? null, async () => {
        calm += 1;
        if (calm > 20 || dice.chance(0.7)) return;
        const write = act(writer, dice, ids, sealed);
        writes.push(write);
        if (dice.chance(0.7)) await write;
      });
      await Promise.all(writes);
      const after = new Set((await truth(disk, sealed)).map(({ id }) => id));
      const has = new Set(list.papers.map(({ id }) => id));
      expect(has.size).toBe(list.papers.length);
      expect(before.filter(({ id }) => after.has(id) && !has.has(id))).toEqual([]);
      // Whoever opens now is shown papers that are there, as they are, whatever the hint remembers.
      const cold = openTab(disk, sealed, dice);
      const early = await cold.lists.part(cold.session, { from: 0, count: 4, day, early: true });
      assert(early.ok, "a part reads");
      if (early.value.early === true) earlies += 1;
      const fresh = openTab(disk, sealed, dice);
      const whole = await fresh.lists.list(fresh.session);
      assert(whole.ok, "a list reads");
      const byId = new Map(whole.value.map((view) => [view.id, view]));
      expect(early.value.papers.map((view) => byId.get(view.id))).toEqual(early.value.papers);
      expect(early.value.papers.every(({ record }) => record.status === "kept")).toBe(true);
      for (const [m, other] of tabs.entries()) {
        const quiet = await gathered(other, m === n ? list : (shown[m] ?? null));
        expect(faces(quiet.papers)).toEqual(faces(await truth(disk, sealed)));
        expect(quiet.whole).toBe(true);
        expect(quiet.papers.map((view) => byId.get(view.id))).toEqual(quiet.papers);
        shown[m] = quiet;
        const pocket = await other.lists.pocket(other.session, day);
        assert(pocket.ok, "a pocket reads");
        const { soon, ...counts } = pocket.value;
        expect({ ...counts, soon: soon.map(daysLeft) }).toEqual(pocketOf(whole.value));
        expect(soon.map((view) => byId.get(view.id))).toEqual(soon);
      }
    }
    expect(ids.length).toBeGreaterThan(20);
    expect(earlies).toBeGreaterThan(5);
  });

  test("D5, INV-1: what is early says so, comes before anything else was read, and never from a hint that does not open", async () => {
    const dice = seeded(9);
    const disk = createMemoryDisk();
    const tab = openTab(disk, sealed, dice);
    for (let n = 0; n < 20; n += 1)
      await tab.records.save(randomId<RecordId>(dice), () => ok({ next: newPaper(dice, n) }));
    const ask = async (identity = sealed) => {
      const cold = openTab(disk, identity, dice);
      const part = await cold.lists.part(cold.session, { from: 0, count: 8, day, early: true });
      assert(part.ok, "a part reads");
      return { ...part.value, isRead: cold.records.isRead() };
    };
    expect(await ask()).toMatchObject({ kept: 20, isRead: true });
    expect((await ask()).early).toBeUndefined();
    const whole = await gathered(tab, null);
    const early = await ask();
    expect(early).toMatchObject({ early: true, kept: 20, isRead: false, binned: 0 });
    expect(early.papers).toEqual(whole.papers.slice(0, 8));
    // Sealed: no id of the list stands in it as it is.
    const hint = await tab.store.hint();
    assert(hint.ok && hint.value !== undefined, "a hint was left");
    expect(utf8ToText(hint.value)).not.toContain(whole.papers[0]?.id);
    // A list that is gone: the next one is read whole.
    for (const { id } of whole.papers.slice(0, 12)) await tab.records.save(id, () => ok({ next: null }));
    expect((await ask()).early).toBeUndefined();
    const bad = hint.value.slice();
    bad[60] = (bad[60] ?? 0) ^ 1;
    for (const left of [bad, utf8("{}"), utf8("?"), utf8('{"head":"","body":"","sig":""}'), new Uint8Array([255])]) {
      await tab.store.setHint(left);
      expect((await ask()).early).toBeUndefined();
    }
    await tab.store.setHint(await sealHint(await createIdentity("satchel", dice), emptyHint, dice));
    expect((await ask()).early).toBeUndefined();
    await tab.store.setHint(await sealHint(sealed, { ...emptyHint, v: 2 as 1 }, dice));
    expect((await ask()).early).toBeUndefined();
  });

  test("D5: records without a hint, of a restore, a join or an older format, get one without a list having been asked for", async () => {
    const dice = seeded(10);
    const disk = createMemoryDisk();
    const tab = openTab(disk, sealed, dice);
    for (let n = 0; n < 20; n += 1)
      await tab.records.save(randomId<RecordId>(dice), () => ok({ next: newPaper(dice, n) }));
    const early = async () => {
      const cold = openTab(disk, sealed, dice);
      const part = await cold.lists.part(cold.session, { from: 0, count: 4, day, early: true });
      assert(part.ok, "a part reads");
      return part.value.early;
    };
    const older = await sealHint(sealed, { ...emptyHint, v: 2 as 1 }, dice);
    const ofNone = await sealHint(sealed, { ...emptyHint, kept: 0 }, dice);
    for (const left of [undefined, utf8("?"), older, ofNone]) {
      if (left !== undefined) await tab.store.setHint(left);
      const next = openTab(disk, sealed, dice);
      expect(await next.lists.remember(next.session)).toEqual(ok(undefined));
      expect(await early()).toBe(true);
    }
    // One that is there stays, and nothing is read for it.
    const hint = await tab.store.hint();
    const again = openTab(disk, sealed, dice);
    await again.lists.remember(again.session);
    expect(again.records.isRead()).toBe(false);
    expect(await again.store.hint()).toEqual(hint);
  });

  test("D5: the tap that comes while everything is read is answered before that, and the hint is left at a save", async () => {
    const dice = seeded(11);
    const disk = createMemoryDisk();
    const tab = openTab(disk, sealed, dice);
    for (let n = 0; n < 90; n += 1)
      await tab.records.save(randomId<RecordId>(dice), () => ok({ next: newPaper(dice, n) }));
    expect((await tab.lists.pocket(tab.session, day)).ok).toBe(true);
    const added = randomId<RecordId>(dice);
    const next = setPaperExpiry(newPaper(dice, 1), "2026-09-30", 1);
    await tab.records.save(added, () => ok({ next }));
    await tab.lists.remember(tab.session);
    const turns = createTurns(() => new Promise((done) => setTimeout(done)));
    const cold = openTab(disk, sealed, dice, turns);
    const ends: string[] = [];
    const home = cold.lists.pocket(cold.session, day).then(() => ends.push("home"));
    const part = cold.lists.part(cold.session, { from: 0, count: 6, day, early: true }).then((first) => {
      ends.push("rows");
      return first;
    });
    const first = await part;
    expect(first).toMatchObject({ ok: true, value: { early: true, kept: 91 } });
    expect(first.ok && first.value.papers.some(({ id }) => id === added)).toBe(true);
    await home;
    expect(ends).toEqual(["rows", "home"]);
  });

  test("D5: the first rows of a list that no hint knows do not wait for the rows of all others", async () => {
    const dice = seeded(12);
    const disk = createMemoryDisk();
    const tab = openTab(disk, sealed, dice);
    for (let n = 0; n < 40; n += 1)
      await tab.records.save(randomId<RecordId>(dice), () => ok({ next: newPaper(dice, n) }));
    const cold = openTab(disk, sealed, dice);
    const first = await cold.lists.part(cold.session, { from: 0, count: 6, day, early: true });
    expect(cold.session.queue.isRead()).toBe(false);
    const rest = await cold.lists.part(cold.session, { from: 6, count: 100, day });
    expect(cold.session.queue.isRead()).toBe(true);
    assert(first.ok && rest.ok, "parts read");
    expect(rest.value.stamp).toBe(first.value.stamp);
    expect(faces([...first.value.papers, ...rest.value.papers])).toEqual(faces(await truth(disk, sealed)));
  });

  test("D5: begins again when something changed between two parts, and is asked for whole when that never ends", async () => {
    const view = (n: number) => ({ id: String(n) }) as unknown as PaperView;
    const asks: string[] = [];
    let stamp = 0;
    const lists: PaperList[] = [];
    const end = await gather(
      {
        papersPart: async ({ from, count }) => {
          asks.push(`${from}+${count > 1000 ? "all" : count}`);
          stamp += 1;
          const papers = Array.from({ length: 300 }, (_, n) => view(n)).slice(from, from + count);
          return ok({ stamp, papers, kept: 300, kinds: {}, drafts: [], binned: 0 });
        },
      },
      day,
      { before: null, isWanted: () => true, pause: async () => undefined, onList: (list) => void lists.push(list) },
    );
    expect(end.ok).toBe(true);
    expect(asks).toEqual(["0+6", "6+50", "0+50", "50+50", "0+50", "50+50", "0+50", "50+50", "0+all"]);
    // What is shown never becomes less.
    expect(lists.map(({ papers, whole }) => `${papers.length} ${whole}`)).toEqual([
      "6 false",
      "50 false",
      "50 false",
      "50 false",
      "300 true",
    ]);
  });
});
