/**
 * The invariants I1 to I13 (and INV-1, INV-2, INV-4, INV-5) as code, each named in what it reports. What a life has kept is
 * in its chronicle; here it is compared with what devices, desk and server hold.
 *
 * I3, I8, I10 and I5 are also watched while the life goes on (device.ts, server.ts).
 */

import type { BlobId, RecordId } from "../../../src/shared/ids.ts";
import type { Chronicle, ClientFaults, DeskDevice, Device, SatchelDevice } from "./device.ts";
import { count, editsOf, filedAt, shownOf } from "./device.ts";
import type { LinkState, PoisonKind } from "./link.ts";
import { type Content, headOf, proofHolds, proofOf, type Sealer, satchel } from "./sealing.ts";
import type { ModelServer, ServerState } from "./server.ts";

export interface Life {
  readonly chronicle: Chronicle;
  readonly server: ModelServer;
  readonly devices: readonly SatchelDevice[];
  readonly desks: readonly DeskDevice[];
  /** In the order of devices, then desks. */
  readonly links: readonly LinkState[];
  readonly sealer: Sealer;
  readonly deskSealer: Sealer;
  readonly clientFaults: ClientFaults;
  readonly poisoned: { readonly device: Device; readonly record: RecordId; readonly kind: PoisonKind } | undefined;
  readonly restores: number;
}

const everyone = (life: Life): readonly Device[] => [...life.devices, ...life.desks];
const here = (state: string): boolean => state === "verified" || state === "away";

/** Nothing but the poisoned record waits anywhere. */
export const quiet = (life: Life): boolean => waiting(life).length === 0;

/** Bytes that had left to make room, of a page that was deleted elsewhere and collected meanwhile: said, with a reason. */
const collectedWhileAway = (life: Life, blob: { readonly blob: BlobId; readonly lastCode: string | null }): boolean =>
  blob.lastCode === "blob-missing" && life.server.state().blobs.get(blob.blob)?.state === "collected";

/**
 * Records whose op waits for pages that nobody can bring: deleted elsewhere, collected after a month, and then written on by a
 * device that had been away and never had their bytes, or had let them go. The op stays, with its reason.
 */
function lostPages(life: Life): ReadonlySet<RecordId> {
  const lost = new Set<RecordId>();
  for (const { disk } of life.devices)
    for (const op of disk.tables.ops.values()) {
      const named = headOf(op.wire).blobs;
      const gone = (blob: BlobId): boolean => {
        const row = disk.tables.blobs.get(blob);
        return row === undefined || collectedWhileAway(life, row);
      };
      if (op.lastCode === "blob-missing" && named.some(gone)) lost.add(op.record);
    }
  return lost;
}

function waiting(life: Life): readonly string[] {
  const lost = lostPages(life);
  return everyone(life).flatMap(({ name, disk: { tables } }) => [
    ...[...tables.ops.values()]
      .filter((op) => op.record !== life.poisoned?.record && !lost.has(op.record))
      .map((op) => `op ${op.op} ${op.state} ${op.lastCode ?? ""} on ${name}`),
    ...[...tables.inbox.values()].filter((row) => !row.aside).map((row) => `row ${row.seq} on ${name}`),
    ...[...tables.blobs.values()]
      .filter((blob) => !here(blob.state))
      // Its bytes had left for a backup that a server without a new epoch has disowned.
      .filter((blob) => !(blob.lastCode === "blob-missing" && life.chronicle.counts.forgotten !== undefined))
      .filter((blob) => !collectedWhileAway(life, blob))
      .map((blob) => `blob ${blob.blob} ${blob.state} ${blob.lastCode ?? ""} on ${name}`),
    ...[...tables.letters.values()]
      .filter((letter) => letter.state !== "accepted")
      .map((letter) => `letter ${letter.letter} ${letter.state} ${letter.lastCode ?? ""} on ${name}`),
    ...[...tables.outProofs.values()]
      // Of a letter that the server does not have and nobody can bring back (a deposit before a restored backup).
      .filter((proof) => life.server.changes.has(proof.letter) && life.server.has(proof.letter))
      // A refusal that stands: the other side was first (P-P5).
      .filter((proof) => !(proof.state === "aside" && (proof.lastCode === "opened" || proof.lastCode === "gone")))
      .map((proof) => `proof of ${proof.letter} ${proof.state} ${proof.lastCode ?? ""} on ${name}`),
  ]);
}

/** What could leave at once. */
export const pendingIds = (tables: Device["disk"]["tables"]): readonly string[] => [
  ...[...tables.ops.values()].filter((op) => op.state === "waiting" || op.state === "frozen").map((op) => op.op),
  ...[...tables.blobs.values()].filter((blob) => !here(blob.state)).map((blob) => blob.blob),
  ...[...tables.letters.values()].filter((letter) => letter.state !== "accepted").map((letter) => letter.letter),
];

/** Page and service worker do not know what the other has just tried. */
const drainersOfADevice = 2;

/** INV-5, I7: until the last item that waited at the start of the calm is through, no drainer tries the poison twice in a row. */
export function checkIsolation(life: Life, pending: ReadonlySet<string>): void {
  const { poisoned, chronicle } = life;
  if (poisoned === undefined) return;
  const poison = new Set<string>(
    [...poisoned.device.disk.tables.ops.values()].filter((op) => op.record === poisoned.record).map((op) => op.op),
  );
  for (const link of life.links) {
    // What was refused for a while (30 s at least) is not kept waiting by the poison.
    const begun = (link.requests[0]?.at ?? 0) + 20_000;
    const last = link.requests.findLastIndex(
      ({ at, ids }) => at < begun && ids.some((id) => pending.has(id) && !poison.has(id)),
    );
    const before = link.requests.slice(0, Math.max(0, last + 1));
    /** Whether an item that went later could have gone now: the server had not asked for a pause. */
    const othersCouldGo = (index: number, at: number): boolean => {
      const paused = new Set(
        link.pauses.filter((pause) => pause.at <= at && at < pause.until).flatMap(({ ids }) => ids),
      );
      return before
        .slice(index + 1)
        .some(({ ids }) => ids.some((id) => pending.has(id) && !poison.has(id) && !paused.has(id)));
    };
    let inARow = 0;
    for (const [index, { at, ids }] of before.slice(0, -1).entries()) {
      if (ids.length === 0) continue;
      if (!ids.every((id) => poison.has(id))) inARow = 0;
      else if (othersCouldGo(index, at)) inARow += 1;
      if (inARow > drainersOfADevice)
        chronicle.violations.push("INV-5, I7: the poisoned item went again before others");
    }
  }
}

/**
 * I12: a form waits for one part at most. Looked at where every drainer starts afresh, with the queue of a whole life. Counted
 * up to each form's first request: what a reset offers once more has gone before.
 */
export function checkOrder(life: Life, pending: ReadonlySet<string>): void {
  for (const link of life.links) {
    const gone = new Set<string>();
    const first = link.requests.map(({ what, ids }) => {
      if (what !== "push" && what !== "letter") return false;
      const texts = ids.filter((id) => pending.has(id) && !link.poison.has(id) && !gone.has(id));
      for (const id of texts) gone.add(id);
      return texts.length > 0;
    });
    const text = first.lastIndexOf(true);
    const parts = link.requests.slice(0, Math.max(0, text)).filter(({ what }) => what === "patch");
    if (parts.length > drainersOfADevice)
      life.chronicle.violations.push(`I12: ${parts.length} parts of photos went before a form`);
  }
}

const textOf = (value: unknown): string => {
  const text = (value as { readonly text?: unknown } | undefined)?.text;
  return typeof text === "string" ? text : "";
};
const scalarsOf = (content: Content): ReadonlySet<string> =>
  new Set([textOf(content.answers.scalar), ...(content.others?.["answers.scalar"] ?? []).map(textOf)]);

function streamThere(state: ServerState, chronicle: Chronicle, blob: BlobId): boolean {
  const held = state.blobs.get(blob);
  const stream = chronicle.streams.get(blob);
  return held?.state === "verified" && stream !== undefined && Buffer.compare(held.bytes, stream.bytes) === 0;
}

/** Every byte of the stream lies on this device. */
const wholeHere = (device: Device, blob: BlobId): boolean => {
  const row = device.disk.tables.blobs.get(blob);
  if (row === undefined) return false;
  for (let n = 0; n < row.segments; n += 1) if (!device.disk.tables.segments.has(`${blob}/${n}`)) return false;
  return true;
};

/** I1, I6, I9: whatever happened so far, what was kept is somewhere, and no byte left before it was safe. */
export function checkDurable(life: Life): void {
  const { chronicle, devices, sealer } = life;
  const state = life.server.state();
  const held = new Map<RecordId, Set<string>>();
  const add = (record: RecordId, content: Content): void => {
    const all = held.get(record) ?? new Set<string>();
    held.set(record, all);
    for (const edit of editsOf(content)) all.add(edit);
  };
  for (const device of devices)
    for (const row of device.disk.tables.records.values()) add(row.record, sealer.open(row.local));
  for (const [record, row] of state.vaults.get(satchel)?.records ?? []) add(record, sealer.open(row.wire));
  // A server that went back without a new epoch cannot be told from one with news; that is its operator's to say (P-W9).
  const told = chronicle.counts.forgotten === undefined;
  for (const { record, edit } of told ? chronicle.edits : []) {
    if (held.get(record)?.has(edit) === true) continue;
    // After a restored backup a deletion is taken for news (S-R3).
    if (chronicle.counts.restored !== undefined && chronicle.erasures.some((each) => each.record === record)) continue;
    if (chronicle.erasures.some((erasure) => erasure.record === record && erasure.seen.has(edit))) continue;
    chronicle.violations.push(`I1: edit ${edit} was kept and is nowhere`);
  }
  checkStreams(life, state);
}

function checkStreams(life: Life, state: ServerState): void {
  const { chronicle, devices } = life;
  // A server that went back under its old name has taken back what it said of its backup, too.
  if (chronicle.counts.forgotten !== undefined) return;
  for (const blob of chronicle.keptStreams) {
    const device = chronicle.streams.get(blob)?.device;
    if (device === undefined || streamThere(state, chronicle, blob)) continue;
    const row = device.disk.tables.blobs.get(blob);
    const somewhere = devices.some((each) => wholeHere(each, blob));
    // What nothing names any more may be collected at the server after it left the phone.
    if (!somewhere && state.blobs.get(blob)?.state !== "collected")
      chronicle.violations.push(`I9: ${blob} is ${row?.state ?? "gone"} here and not whole at the server`);
  }
}

export function checkEnd(life: Life): void {
  const { chronicle, server, devices, sealer } = life;
  const { violations } = chronicle;
  const state = server.state();
  const held = state.vaults.get(satchel)?.records ?? new Map();

  // I7.
  const still = waiting(life);
  if (still.length > 0) violations.push(`I7: still waiting after the calm: ${still.slice(0, 4).join(", ")}`);

  // I4, INV-4: all devices and the server are equal.
  const records = new Set<RecordId>([...chronicle.edits.map(({ record }) => record)]);
  if (life.poisoned !== undefined) records.delete(life.poisoned.record);
  for (const record of lostPages(life)) {
    records.delete(record);
    count(chronicle, "pages lost");
  }
  for (const record of records) {
    const row = held.get(record);
    for (const device of devices) {
      const mine = device.disk.tables.records.get(record);
      if ((mine?.localOp ?? null) !== (row?.op ?? null))
        violations.push(`I4: ${device.name} holds ${mine?.localOp ?? "nothing"}, the server ${row?.op ?? "nothing"}`);
      else if (row !== undefined && mine !== undefined && sealer.open(mine.local) !== sealer.open(row.wire))
        violations.push(`I4: ${device.name} and the server say different things under one op id`);
    }
  }
  checkEdits(life, state);
  checkStreams(life, state);
  checkLetters(life, state);

  // I3.
  for (const [id, times] of server.changes)
    if (times > 1 + life.restores && !chronicle.streams.has(id as BlobId))
      violations.push(`I3: ${id} changed the server ${times} times`);

  // I10: nothing that the server was given in clear says what a person wrote.
  for (const row of held.values()) {
    const keys = Object.keys(headOf(row.wire)).sort().join(" ");
    if (keys !== "base blobs deleted epoch op record satchel suite v")
      violations.push(`I10: an op shows more than it may: ${keys}`);
  }

  // I11: whatever the network said, an item is only blamed by what the server said of it.
  for (const [i, device] of everyone(life).entries()) {
    const heard = life.links[i]?.heard;
    const check = (id: string, attempts: number): void => {
      if (attempts > (heard?.get(id) ?? 0))
        violations.push(`I11: ${id} counts ${attempts} attempts and was answered ${heard?.get(id) ?? 0} times`);
    };
    for (const op of device.disk.tables.ops.values()) check(op.op, op.attempts);
    for (const letter of device.disk.tables.letters.values()) check(letter.letter, letter.attempts);
    for (const blob of device.disk.tables.blobs.values()) check(blob.blob, blob.attempts);
  }

  // INV-1: the poisoned item is still there to be seen.
  if (life.poisoned !== undefined) {
    const { device, record, kind } = life.poisoned;
    const rows = [...device.disk.tables.ops.values()].filter((op) => op.record === record);
    const carried = held.has(record);
    if (rows.length === 0 && !carried) violations.push("INV-1: the poisoned item vanished");
    if (kind === "refused" && !carried && !rows.some((op) => op.state === "aside"))
      violations.push("S-V3: a refused item was not set aside");
  }
}

/** I2, INV-1: what was written is there, or whoever overwrote or deleted it had seen it; what was deleted stays so. */
function checkEdits(life: Life, state: ServerState): void {
  const { chronicle, sealer } = life;
  const { violations } = chronicle;
  const held = state.vaults.get(satchel)?.records;
  const lost = lostPages(life);
  if (chronicle.counts.forgotten !== undefined) return;
  const written = [
    ...chronicle.edits,
    // A deposit is the server's until a device has merged it: one that a restored backup has never seen is nowhere.
    ...(life.restores > 0 ? [] : chronicle.deposits).flatMap(({ record, edits }) =>
      edits.map((edit) => ({ record, edit })),
    ),
  ];
  for (const { record, edit } of written) {
    if (record === life.poisoned?.record || lost.has(record)) continue;
    if (chronicle.erasures.some((erasure) => erasure.record === record && erasure.seen.has(edit))) continue;
    const row = held?.get(record);
    // After a restored backup a deletion is taken for news (S-R3), also where another device then brings the record back with
    // what it had written itself: nobody can know which was first.
    if (chronicle.counts.restored !== undefined && chronicle.erasures.some((each) => each.record === record)) continue;
    const content = row === undefined ? undefined : sealer.open(row.wire);
    if (row === undefined || content === undefined || headOf(row.wire).deleted || !editsOf(content).has(edit)) {
      violations.push(`I2: edit ${edit} is gone`);
      continue;
    }
    const deposited = chronicle.deposits.some((deposit) => deposit.edits.includes(edit));
    const overwritten = chronicle.overwrote.some((each) => each.seen === edit && editsOf(content).has(each.edit));
    if (!deposited && !overwritten && !scalarsOf(content).has(edit))
      violations.push(`I2: answer ${edit} was overwritten by somebody who had not seen it`);
  }
  for (const { record, seen, op } of chronicle.deletions) {
    const row = held?.get(record);
    if (row === undefined || headOf(row.wire).deleted) continue;
    // What a deletion had seen that follows nothing which the restored server has is not known: kept rather than lost.
    if (chronicle.unsure.has(record)) continue;
    // A deposit that two devices merged at once brings the record back: what it said is kept rather than lost.
    if (chronicle.deposits.some((deposit) => deposit.record === record)) continue;
    const unseen = [...editsOf(sealer.open(row.wire))].some((edit) => !seen.has(edit));
    if (!unseen) violations.push(`I2: ${record} was deleted by ${op} and came back without a new word`);
  }
}

/** INV-2, INV-4, I6, I13: letters arrive once, whole, with proofs that hold; opened or withdrawn, never both. */
function checkLetters(life: Life, state: ServerState): void {
  const { chronicle, devices, desks, server } = life;
  const { violations } = chronicle;
  for (const device of [...devices, ...desks])
    for (const letter of chronicle.letters.keys()) {
      const shown = shownOf(device, letter, life.clientFaults);
      if ((shown.has("deposited") || shown.has("complete")) && !server.changes.has(letter))
        violations.push(`INV-2: ${device.name} shows ${letter} as deposited and the server never had it`);
      if (shown.has("opened") && !chronicle.openedMaybe.has(letter))
        violations.push(`INV-2: ${device.name} shows ${letter} as opened and no desk has opened it`);
    }
  for (const device of desks)
    for (const [thread, ids] of filedAt(device, life.deskSealer))
      if (ids.length > 1) violations.push(`INV-4, I13: ${device.name} has filed ${thread} ${ids.length} times`);

  for (const [id, letter] of chronicle.letters) {
    const author = devices.find((device) => device.name === letter.by);
    const row = author?.disk.tables.letters.get(id);
    const stored = state.letters.get(id);
    if (author === undefined || row === undefined) {
      violations.push(`INV-1: letter ${id} has left the queue of its author`);
      continue;
    }
    if (stored === undefined) {
      violations.push(`I7: letter ${id} is not at the server`);
      continue;
    }
    const { opened, withdrawn, complete } = stored.proofs;
    if (opened !== undefined && withdrawn !== undefined) violations.push(`P-P5: ${id} is opened and withdrawn`);
    if (chronicle.withdrawn.has(id) && opened === undefined && withdrawn === undefined)
      violations.push(`INV-1: ${id} was taken back and the server does not know it`);
    if (chronicle.opened.has(id) && opened === undefined && withdrawn === undefined)
      violations.push(`INV-1: ${id} was opened and the server does not know it`);
    if (withdrawn === undefined) {
      for (const blob of letter.blobs)
        if (!streamThere(state, chronicle, blob)) violations.push(`I6: ${blob} of ${id} is not at the server whole`);
      if (complete === undefined) violations.push(`INV-2: ${id} has no proof that it is complete`);
      for (const device of desks)
        if (!device.disk.tables.records.has(id as string as RecordId))
          violations.push(`INV-4: ${device.name} has not filed ${id}`);
    }
    // The author shows what the server has said, and only that.
    const shown = shownOf(author, id, life.clientFaults);
    for (const [t, proof] of Object.entries(stored.proofs))
      if (proof !== undefined && proofHolds(proof) && !shown.has(proofOf(proof).t))
        violations.push(`INV-2: ${author.name} does not show that ${id} is ${t}`);
  }
}
