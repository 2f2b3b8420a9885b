/**
 * One simulated life of a satchel on up to three devices, with a desk, from one seed, and the invariants it must keep.
 *
 * Replay: `simulate(seed)` is a pure function of its arguments; the failing seed is all that a report needs.
 */

import type { B64, Letter } from "../../../src/protocol/wire.ts";
import type { LetterId, RecordId } from "../../../src/shared/ids.ts";
import { deliver, forgedReceipt, type Pack, pack, receiptFor, takeReceipt } from "./carrier.ts";
import {
  type ClientFaults,
  count,
  createChronicle,
  createDeskDevice,
  createSatchelDevice,
  type DeskDevice,
  type Device,
  type SatchelDevice,
  soundClient,
} from "./device.ts";
import { checkDurable, checkEnd, checkIsolation, checkOrder, type Life, pendingIds, quiet } from "./invariants.ts";
import { createLink, createLinkState, type LinkState, type PoisonKind } from "./link.ts";
import { seeded } from "./random.ts";
import {
  createSealer,
  desk,
  emptyContent,
  letterHeadOf,
  manifestOf,
  plainId,
  type Sealer,
  satchel,
  signProofAs,
} from "./sealing.ts";
import { createModelServer, GC_MS, type ServerFaults, soundServer } from "./server.ts";
import { createWorld } from "./world.ts";

export interface SimulationOptions {
  readonly client?: Partial<ClientFaults>;
  readonly server?: Partial<Omit<ServerFaults, "commitDelayMs">>;
  /** Numbers of a global sequence are handed out before commit. */
  readonly globalSequence?: boolean;
  /** What is part of every life instead of some. */
  readonly always?: readonly Rare[];
  /** Told what happens, line by line, with the virtual time in seconds. */
  readonly trace?: (line: string) => void;
}

export type Rare = "a desk" | "withdrawals" | "deletions" | "restores" | "a bad disk";

export interface SimulationResult {
  readonly seed: number;
  /** Rule and what was seen; empty = all held. */
  readonly violations: readonly string[];
  readonly requests: number;
  /** How often what this life was about did happen. */
  readonly counts: Readonly<Record<string, number>>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  const dice = seeded(seed);
  const world = createWorld(1_800_000_000_000);
  const chronicle = createChronicle();
  const { violations } = chronicle;
  const trace = (name: string) => (line: string) =>
    options.trace?.(`${((world.now() - 1_800_000_000_000) / 1000).toFixed(1)} ${name} ${line}`);
  const clientFaults: ClientFaults = { ...soundClient, ...options.client };
  const calm = { now: false };
  const likely = (probability: number, what: Rare): boolean =>
    dice.chance(probability) || options.always?.includes(what) === true;
  // One registry for letters: what one principal sealed the other opens.
  const own = createSealer(satchel);
  const atDesk: Sealer = { ...createSealer(desk), letter: own.letter, openLetter: own.openLetter };

  let room = Number.MAX_SAFE_INTEGER;
  let spoiled = false;
  const server = createModelServer({
    faults: {
      ...soundServer,
      ...options.server,
      commitDelayMs: options.globalSequence === true ? () => (calm.now ? 0 : dice.below(3 * MINUTE)) : null,
    },
    sign: (body) => signProofAs("server", body),
    manifestOf: (letter: Letter) => manifestOf(letterHeadOf(letter).letter),
    principals: [satchel, desk],
    rootHolds: (root: B64, bytes) => {
      const blob = chronicle.roots.get(root);
      const stream = blob === undefined ? undefined : chronicle.streams.get(blob);
      return stream !== undefined && Buffer.compare(stream.bytes, bytes) === 0;
    },
    quota: () => room,
    // Once: the third time that an upload is refused it is set aside, for the person to see (S-B6).
    spoils: () => {
      if (!badDisk || calm.now || spoiled || !dice.chance(0.2)) return false;
      spoiled = true;
      return true;
    },
  });
  const badDisk = likely(0.1, "a bad disk");

  /* ---- who is in this life ---- */
  const crashOdds = dice.chance(0.6) ? 0.01 : 0;
  const fullOdds = dice.chance(0.15) ? 0.02 : 0;
  const badness = dice.pick([0, 0.3, 0.6, 1]);
  const withDesk = likely(0.45, "a desk");
  const devices: SatchelDevice[] = [];
  const desks: DeskDevice[] = [];
  const links: LinkState[] = [];
  const partsOf = (name: string, who: typeof satchel) => {
    const state = createLinkState();
    state.badness = badness;
    links.push(state);
    return {
      name,
      principal: who,
      world,
      dice,
      sealer: who === satchel ? own : atDesk,
      chronicle,
      server,
      transport: createLink({
        ...{ world, dice, server, state, who },
        trace: options.trace === undefined ? undefined : trace(name),
      }),
      trace: trace(name),
      faults: clientFaults,
      crashAt: () => (calm.now ? 0 : crashOdds),
      fullAt: () => (calm.now ? 0 : fullOdds),
    };
  };
  for (const name of ["a", "b", "c"].slice(0, dice.pick([1, 2, 3, 3, 3])))
    devices.push(createSatchelDevice(partsOf(name, satchel)));
  if (withDesk)
    for (const name of ["x", "y"].slice(0, dice.pick([1, 1, 1, 2]))) desks.push(createDeskDevice(partsOf(name, desk)));
  const everyone: readonly Device[] = [...devices, ...desks];

  const records = [plainId<RecordId>("rec-1"), plainId<RecordId>("rec-2")];
  const poisonKind: PoisonKind = dice.pick(["none", "none", "breaks-the-line", "server-error", "refused"]);
  let poisoned: Life["poisoned"];

  const at = (ms: number, task: () => Promise<unknown>): void => {
    world.after(ms, () => {
      void task().catch((error: unknown) => {
        violations.push(`bug: ${error instanceof Error ? (error.stack ?? error.message) : "unknown"}`);
      });
    });
  };

  /* ---- what happens in it ---- */
  const span = 20 * MINUTE;
  const knownLetters = (): readonly LetterId[] => [...chronicle.letters.keys()];
  const plan = (share: number): void => {
    const times = (most: number): number => Math.ceil(dice.below(most + 1) * share);
    for (const device of devices) {
      for (let n = 1 + times(3); n > 0; n -= 1) at(dice.below(span), () => device.edit(dice.pick(records)));
      if (dice.chance(0.35 * share))
        at(dice.below(span), () =>
          device.addPage(
            dice.pick(records),
            dice.pick([40, 3000, 90_000]),
            dice.pick([3, 4, 5]),
            withDesk && dice.chance(0.7) ? desk : null,
          ),
        );
      if (likely(0.12 * share, "deletions")) at(dice.below(span), () => device.erase(dice.pick(records)));
      if (withDesk && likely(0.2, "withdrawals"))
        at(dice.below(span), async () => {
          const mine = knownLetters().filter((letter) => device.disk.tables.letters.has(letter));
          if (mine.length > 0) await device.withdraw(dice.pick(mine));
        });
      if (dice.chance(0.2)) at(dice.below(span), () => device.makeRoom());
    }
    for (const desk_ of desks) for (let n = times(3); n > 0; n -= 1) at(dice.below(span), () => desk_.openOne());
    for (const [i, device] of everyone.entries()) {
      const link = links[i] as LinkState;
      for (let n = 1 + times(3); n > 0; n -= 1) at(dice.below(span), () => device.openInbox());
      for (let n = 1 + times(3); n > 0; n -= 1) {
        const when = dice.below(span);
        at(when, () => device.drain(0, dice.chance(0.2)));
        if (dice.chance(0.3)) at(when + dice.below(2000), () => device.drain(1, false));
      }
      if (dice.chance(0.15)) at(dice.below(span), async () => device.jumpClock((dice.next() - 0.5) * 20 * YEAR));
      if (dice.chance(0.2)) at(dice.below(span), async () => link.sessions.clear());
      if (crashOdds > 0) {
        at(dice.below(span), async () => device.crash());
        for (let when = 2 * MINUTE; when < span; when += 2 * MINUTE)
          at(when, async () => {
            if (!device.alive()) device.restart();
          });
      }
    }
  };
  plan(1);

  if (dice.chance(0.15))
    at(dice.below(span), async () => {
      for (const blob of chronicle.streams.keys()) server.harmUpload(blob, dice.pick([1000, 1_000_000]));
    });
  if (dice.chance(0.1)) {
    at(dice.below(span), async () => {
      room = 0;
      count(chronicle, "full server");
    });
  }
  const crashesOfServer = dice.chance(0.3);
  if (crashesOfServer)
    for (let when = 3 * MINUTE; when < span; when += 4 * MINUTE) at(when, async () => server.crash());

  // A deposit: written by a session that kept no key, delivered by whoever.
  if (dice.chance(0.15))
    at(dice.below(span), async () => {
      const name = `deposit${chronicle.deposits.length + 1}`;
      const letter = plainId<LetterId>(`let-${name}`);
      const record = dice.pick(records);
      const content = { ...emptyContent, answers: { [name]: { v: "text" as const, text: name } } };
      const wire = own.letter({ letter, from: satchel, to: satchel, blobs: [] }, { thread: record, deposit: content });
      server.letter(wire, world.now());
      chronicle.deposits.push({ letter, record, edits: [name], wire });
      count(chronicle, "deposits");
    });

  // A carrier takes what waits on one device, and goes to the server when it gets there.
  if (dice.chance(0.2)) {
    const device = dice.pick(devices);
    const packs: Pack[] = [];
    at(dice.below(span / 2), async () => {
      const taken = await pack(device);
      if (taken !== null) packs.push(taken);
    });
    for (let visits = 1 + dice.below(3); visits > 0; visits -= 1)
      at(span / 4 + dice.below(span), async () => {
        for (const taken of packs) {
          deliver(server, satchel, taken, dice, world.now());
          count(chronicle, "carried");
        }
      });
    if (dice.chance(0.7))
      at(span / 2 + dice.below(span / 2), async () => {
        for (const taken of packs) {
          const receipt = receiptFor(server, taken, world.now());
          // A hostile carrier: a receipt that says all, signed by nobody.
          const forged = dice.chance(0.3);
          if (await takeReceipt(forged ? forgedReceipt(taken, world.now()) : receipt, taken, clientFaults))
            count(chronicle, "receipts");
        }
      });
  }

  // Backups, and one that has to come back: with a new epoch, or by an operator who forgot it for a while.
  const theme = dice.below(10);
  let forgotten = false;
  let restores = 0;
  const restoring = likely(0, "restores") || theme < 2;
  const backsUp = restoring || theme < 5;
  if (backsUp)
    for (let n = 1 + dice.below(2); n > 0; n -= 1)
      at(dice.below(span), async () => {
        trace("server")("backed up");
        server.backUp(world.now());
      });
  if (restoring)
    at(span / 3 + dice.below((2 * span) / 3), async () => {
      restores += 1;
      const epoch = dice.chance(0.7) ? `m${restores}` : null;
      if (!server.restore(epoch)) return;
      forgotten = epoch === null;
      trace("server")(`restored, epoch ${epoch ?? "as before"}`);
      count(chronicle, forgotten ? "forgotten" : "restored");
    });

  if (poisonKind !== "none")
    at(dice.below(span / 2), async () => {
      const device = dice.pick(devices);
      const record = plainId<RecordId>("rec-poison");
      const edit = await device.edit(record);
      const op = [...device.disk.tables.ops.values()].find((row) => row.record === record);
      if (edit === null || op === undefined) return;
      for (const link of links) link.poison.set(op.op, poisonKind);
      poisoned = { device, record, kind: poisonKind };
    });

  await world.run(world.now() + span);

  // Out of a drawer: months or years pass, some devices lie still, the server collects what nothing names.
  if (dice.chance(0.12)) {
    count(chronicle, "drawer");
    const gap = dice.pick([GC_MS + 2 * DAY, 100 * DAY, 2 * YEAR + 10 * DAY]);
    const step = gap / 4;
    for (let n = 0; n < 4; n += 1) {
      const awake = everyone.filter(() => dice.chance(0.4));
      for (const device of awake) {
        if (!device.alive()) device.restart();
        at(1, () => device.openInbox());
        at(2, () => device.drain(0, true));
      }
      if (dice.chance(0.4)) at(3 * MINUTE, () => dice.pick(devices).erase(dice.pick(records)));
      await world.run(world.now() + step);
      server.collect(world.now());
    }
    for (const device of everyone) if (!device.alive()) device.restart();
    plan(0.5);
    await world.run(world.now() + span);
  }

  /* ---- calm: the line is perfect, nobody dies, everybody is unlocked from time to time; the poison stays ---- */
  calm.now = true;
  trace("all")("calm");
  room = Number.MAX_SAFE_INTEGER;
  const life: Life = {
    chronicle,
    server,
    devices,
    desks,
    links,
    sealer: own,
    deskSealer: atDesk,
    clientFaults,
    poisoned,
    restores,
  };
  checkDurable(life);
  if (forgotten) server.setEpoch("m9");
  const fresh = dice.chance(0.5);
  for (const [i, device] of everyone.entries()) {
    const link = links[i] as LinkState;
    link.badness = 0;
    if (fresh || !device.alive()) device.restart();
    link.requests.length = 0;
  }
  const settle = async (person: boolean): Promise<void> => {
    for (const device of everyone) {
      at(0, () => device.openInbox());
      at(1, () => device.drain(0, person));
    }
    await world.run(world.now() + 4 * MINUTE);
  };
  for (const helper of desks)
    for (let n = dice.below(3); n > 0; n -= 1) at(dice.below(6 * MINUTE), () => helper.openOne());
  const pending = new Set(everyone.flatMap(({ disk: { tables } }) => pendingIds(tables)));
  await settle(true);
  if (poisoned !== undefined) checkIsolation(life, pending);
  if (fresh) checkOrder(life, pending);
  // Twice quiet: in the round after the last push everybody has pulled it.
  for (let round = 0, still = 0; round < 14 && still < 2; round += 1) {
    await settle(true);
    still = quiet(life) ? still + 1 : 0;
  }
  checkEnd(life);
  return {
    seed,
    violations: [...new Set(violations)],
    requests: links.reduce((sum, link) => sum + link.count, 0),
    counts: chronicle.counts,
  };
}
