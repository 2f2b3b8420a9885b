/**
 * One simulated life of a satchel on three devices, from one seed, and the invariants it must keep (SPEC S-I).
 *
 * Replay: `simulate(seed)` is a pure function of its arguments; the failing seed is all that a report needs.
 */
import { randomId } from "../../../src/shared/ids.ts";
import { contentOf, createDevice, soundClient } from "./device.ts";
import { createLink, createLinkState } from "./link.ts";
import { seeded } from "./random.ts";
import { createModelServer } from "./server.ts";
import { createWorld } from "./world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export async function simulate(seed, options = {}) {
  const dice = seeded(seed);
  const world = createWorld(1_800_000_000_000);
  const violations = [];
  let crashes = 0;
  let conflicts = 0;
  const calm = { now: false };
  const server = createModelServer({
    lastWriterWins: options.lastWriterWins === true,
    commitDelayMs: options.globalSequence === true ? () => (calm.now ? 0 : dice.below(3 * MINUTE)) : null,
  });
  const devices = [];
  const links = [];
  const crashOdds = dice.chance(0.6) ? 0.01 : 0;
  const badness = dice.pick([0, 0.3, 0.6, 1]);
  const names = ["a", "b", "c"];
  for (const name of names) {
    const link = createLinkState();
    link.badness = badness;
    links.push(link);
    devices.push(
      createDevice({
        name,
        world,
        dice,
        transport: createLink({ world, dice, server, state: link }),
        faults: options.client ?? soundClient,
        crashAt: () => (calm.now ? 0 : crashOdds),
        onConflict: (mine, current) => {
          conflicts += 1;
          // I8: an op of one device is never refused because of that device's own earlier op.
          if (current !== null && current.sig.split(":")[0] === mine.sig.split(":")[0]) own.push(mine.sig);
        },
      }),
    );
  }
  const own = [];
  const records = [randomId(dice), randomId(dice)];
  const kept = [];
  const letters = [];
  const poisonKind = dice.pick(["none", "none", "breaks-the-line", "server-error", "refused"]);
  let poisoned;
  const at = (ms, task) => {
    world.after(ms, () => {
      void task().catch((error) => {
        violations.push(`bug: ${error instanceof Error ? error.message : "unknown"}`);
      });
    });
  };
  const span = 20 * MINUTE;
  for (const [i, device] of devices.entries()) {
    const link = links[i];
    if (link === undefined) continue;
    for (let n = 1 + dice.below(4); n > 0; n -= 1)
      at(dice.below(span), async () => {
        const record = dice.pick(records);
        const edit = await device.edit(record);
        if (edit !== null) kept.push({ record, edit });
      });
    if (dice.chance(0.4))
      at(dice.below(span), async () => {
        const plain = dice.pick([40, 3000, 90_000]);
        const sent = await device.sendLetter(dice.pick(records), plain);
        if (sent !== undefined) letters.push({ device, ...sent });
      });
    for (let n = 2 + dice.below(3); n > 0; n -= 1) at(dice.below(span), () => device.openInbox());
    for (let n = 2 + dice.below(3); n > 0; n -= 1) {
      const when = dice.below(span);
      at(when, () => device.drain(0, dice.chance(0.2)));
      if (dice.chance(0.3)) at(when + dice.below(2000), () => device.drain(1, false));
    }
    if (dice.chance(0.2)) at(dice.below(span), async () => device.jumpClock((dice.next() - 0.5) * 2000 * HOUR));
    if (dice.chance(0.2)) at(dice.below(span), async () => link.sessions.clear());
    if (crashOdds > 0) {
      at(dice.below(span), async () => device.crash());
      for (let when = 2 * MINUTE; when < span; when += 2 * MINUTE)
        at(when, async () => {
          if (device.alive()) return;
          crashes += 1;
          device.restart();
        });
    }
  }
  if (dice.chance(0.3))
    at(dice.below(span), async () => {
      for (const letter of letters) server.loseUpload(letter.blob, dice.pick([1000, 1_000_000]));
    });
  if (poisonKind !== "none")
    at(dice.below(span / 2), async () => {
      const device = dice.pick(devices);
      const record = randomId(dice);
      const edit = await device.edit(record);
      const op = [...device.disk.tables.ops.values()].find((row) => row.record === record);
      if (edit === null || op === undefined) return;
      for (const link of links) link.poison.set(op.op, poisonKind);
      poisoned = { device, record };
    });
  await world.run(world.now() + span);
  // Calm: the line is perfect, nobody dies, every device is unlocked from time to time; the poison stays.
  calm.now = true;
  for (const [i, device] of devices.entries()) {
    const link = links[i];
    if (link === undefined) continue;
    link.badness = 0;
    if (!device.alive()) device.restart();
    link.requests.length = 0;
  }
  const settle = async (person) => {
    for (const device of devices) {
      at(0, () => device.openInbox());
      at(1, () => device.drain(0, person));
    }
    await world.run(world.now() + 4 * MINUTE);
  };
  const pending = new Set(devices.flatMap(({ disk: { tables } }) => pendingIds(tables)));
  await settle(true);
  if (poisoned !== undefined) checkIsolation(poisoned.device, poisoned.record, links, pending, violations);
  // Twice quiet: in the round after the last push everybody has pulled it.
  for (let round = 0, still = 0; round < 12 && still < 2; round += 1) {
    await settle(true);
    still = quiet(devices, poisoned?.record) ? still + 1 : 0;
  }
  // I4, INV-4: all devices and the server are equal.
  for (const record of new Set(records)) {
    const held = server.records.get(record);
    for (const device of devices) {
      const row = device.disk.tables.records.get(record);
      if ((row?.localOp ?? null) !== (held?.op ?? null))
        violations.push(`I4: ${device.name} holds ${row?.localOp ?? "nothing"}, the server ${held?.op ?? "nothing"}`);
      else if (
        held !== undefined &&
        JSON.stringify(contentOf(row?.local ?? null)) !== JSON.stringify(contentOf(held.wire))
      )
        violations.push(`I4: ${device.name} and the server say different things under one op id`);
    }
  }
  // I2, INV-1: what was kept is there, whatever happened.
  for (const { record, edit } of kept) {
    const held = server.records.get(record);
    if (held === undefined || !contentOf(held.wire).edits.includes(edit)) violations.push(`I2: edit ${edit} is gone`);
  }
  // I8.
  if (own.length > 0) violations.push(`I8: ${own.length} conflicts against oneself`);
  // Letters: once, whole, proved; blobs: byte for byte; local bytes still there (I9).
  for (const { device, letter, blob } of letters) {
    if (server.deposits.get(letter) !== 1)
      violations.push(`INV-4: letter deposited ${server.deposits.get(letter) ?? 0} times`);
    const arrived = server.bytesOf(blob);
    const wanted = device.bytesOf.get(blob);
    if (arrived === undefined || wanted === undefined || !Buffer.from(arrived).equals(wanted))
      violations.push("I6: a blob is not at the server byte for byte");
    const proofs = [...device.disk.tables.proofs.values()].filter((proof) => proof.letter === letter);
    if (proofs.length !== 2) violations.push(`INV-2: ${proofs.length} proofs of a letter, not 2`);
    if (device.disk.tables.blobs.get(blob)?.state !== "verified")
      violations.push("I9: a blob is not booked as verified");
  }
  if (!quiet(devices, poisoned?.record)) violations.push("I7: something is still waiting after the calm");
  // INV-1: the poisoned item is still there to be seen.
  if (poisoned !== undefined) {
    const { device, record } = poisoned;
    const visible = [...device.disk.tables.ops.values()].some((op) => op.record === record);
    if (!visible) violations.push("INV-1: the poisoned item vanished");
    if (
      poisonKind === "refused" &&
      ![...device.disk.tables.ops.values()].some((op) => op.record === record && op.state === "aside")
    )
      violations.push("S-V3: a refused item was not set aside");
  }
  return {
    seed,
    violations: [...new Set(violations)],
    requests: links.reduce((sum, link) => sum + link.counts.healthy + link.counts.poisoned, 0),
    crashes,
    conflicts,
  };
}
/** Nothing but the poisoned record waits anywhere. */
function quiet(devices, poisonedRecord) {
  return devices.every(({ disk: { tables } }) => {
    const ops = [...tables.ops.values()].filter((op) => op.record !== poisonedRecord);
    const inbox = [...tables.inbox.values()].filter((row) => !row.aside);
    const blobs = [...tables.blobs.values()].filter((blob) => blob.state !== "verified");
    const open = [...tables.letters.values()].filter((letter) => letter.state !== "accepted");
    return ops.length + inbox.length + blobs.length + open.length === 0;
  });
}
/** What could leave at once. */
const pendingIds = (tables) => [
  ...[...tables.ops.values()].filter((op) => op.state === "waiting" || op.state === "frozen").map((op) => op.op),
  ...[...tables.blobs.values()].filter((blob) => blob.state !== "verified").map((blob) => blob.blob),
  ...[...tables.letters.values()].filter((letter) => letter.state !== "accepted").map((letter) => letter.letter),
];
/** Page and service worker do not know what the other has just tried. */
const drainersOfADevice = 2;
/** INV-5: until the last item that waited at the start of the calm is through, no drainer tries the poison twice in a row. */
function checkIsolation(device, record, links, pending, violations) {
  const poison = new Set([...device.disk.tables.ops.values()].filter((op) => op.record === record).map((op) => op.op));
  for (const link of links) {
    const last = link.requests.findLastIndex((ids) => ids.some((id) => pending.has(id) && !poison.has(id)));
    let inARow = 0;
    for (const ids of link.requests.slice(0, Math.max(0, last))) {
      if (ids.length === 0) continue;
      inARow = ids.every((id) => poison.has(id)) ? inARow + 1 : 0;
      if (inARow > drainersOfADevice) violations.push("INV-5: the poisoned item went again before others");
    }
  }
}
