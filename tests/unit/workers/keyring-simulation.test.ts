/**
 * The keyring's life on several devices, thousands of times (SPEC S-Y): codes changed, cards replaced, devices put out, added,
 * opened with card and code, all at once, over a line that loses requests and answers, with crashes at every await and now
 * and then a server that was set back. Seeded: a failing run is named by its number.
 */
import { describe, expect, test, vi } from "vitest";
import type { KeyringAnswer } from "../../../src/protocol/wire.ts";
import type { Random } from "../../../src/shared/ports.ts";
import { err, ok } from "../../../src/shared/result.ts";
import type { Profile, Registry, StoredKeyring } from "../../../src/storage/ports.ts";
import { bothWishes, createKeysExchange } from "../../../src/sync/keys.ts";
import type { KeysTransport, Outcome } from "../../../src/sync/ports.ts";
import { createKeyringLife } from "../../../src/workers/satchel/keyring-life.ts";
import {
  type Body,
  bodyOf,
  boxModule,
  genesis,
  type Identity,
  identityFrom,
  identityModule,
  lockOf,
  principalOf,
  type Statement,
} from "./keyring-model.ts";

const model = vi.hoisted(() => () => import("./keyring-model.ts"));
vi.mock("../../../src/crypto/identity.ts", async () => (await model()).identityModule);
vi.mock("../../../src/crypto/device-box.ts", async () => (await model()).boxModule);
vi.mock("../../../src/crypto/keyring.ts", async () => (await model()).wrapModule);
vi.mock("../../../src/crypto/ways.ts", async () => (await model()).waysModule);
vi.mock("../../../src/crypto/card.ts", async () => (await model()).cardTextModule);
vi.mock("../../../src/protocol/keyring.ts", async () => (await model()).keyringModule);
vi.mock("../../../src/protocol/statements.ts", async () => (await model()).statementsModule);
vi.mock("../../../src/protocol/sign.ts", async () => (await model()).signModule);
vi.mock("../../../src/workers/satchel/sealed-card.ts", async () => (await model()).cardModule);

/** mulberry32. */
function createChance(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: (n: number) => Math.floor(next() * n), odds: (p: number) => next() < p };
}
type Chance = ReturnType<typeof createChance>;

class Crash extends Error {}

/** The parts of a profile that the life of keyrings knows, as the model fills them. */
type Row = Profile & { readonly name: string };
interface Wrap {
  readonly rootId: string;
  readonly opens: string;
  readonly epoch: number;
  readonly order: number;
}

interface World {
  readonly chance: Chance;
  /** Faults are over: everything that is due gets through. */
  calm: boolean;
  chain: readonly Statement[];
  keyring: Statement | null;
  /** What a backup holds. */
  backup: { readonly chain: readonly Statement[]; readonly keyring: Statement | null };
  readonly rows: Map<string, Row>;
  codes: number;
  cards: number;
}

/** Every await of a device is a moment at which it may die, or another one may go first. */
async function moment(world: World): Promise<void> {
  const turns = world.calm ? 0 : world.chance.below(4);
  for (let n = 0; n < turns; n += 1) await Promise.resolve();
  if (!world.calm && world.chance.odds(0.02)) throw new Crash();
}

const registryOf = (world: World): Pick<Registry, "get" | "update"> => ({
  async get(name) {
    await moment(world);
    return ok(world.rows.get(name));
  },
  async update(name, revision, patch) {
    await moment(world);
    const row = world.rows.get(name);
    if (row === undefined || row.revision !== revision) return err({ type: "stale", revision: row?.revision ?? 0 });
    world.rows.set(name, { ...row, ...patch, revision: revision + 1 } as Row);
    // Written, and dead before it knew.
    await moment(world);
    return ok({ revision: revision + 1 });
  },
});

const answer = <T>(value: T): Outcome<T> => ({ type: "answer", value, time: 0, tookMs: 1 });
const refuse = (status: number, error: string): Outcome<never> => ({
  type: "refused",
  status,
  error,
  retry: null,
  retryAfterMs: null,
  time: 0,
});
const way = { tries: 0, frozen: false, blockedAt: null, openedAt: null };

/** The server's rules, as SPEC P-Y and P-S have them. */
function transportOf(world: World, device: string): KeysTransport {
  const call = async <T>(serve: () => Outcome<T>): Promise<Outcome<T>> => {
    await moment(world);
    if (!world.calm && world.chance.odds(0.1)) return { type: "lost", reason: "unreachable" };
    const said = serve();
    await moment(world);
    return !world.calm && world.chance.odds(0.1) ? { type: "lost", reason: "timeout" } : said;
  };
  const session = <T>(serve: () => Outcome<T>): Outcome<T> => {
    const who = principalOf(world.chain);
    if (who?.removed.has(device)) return refuse(403, "device-removed");
    return who?.devices.has(device) === true ? serve() : refuse(404, "unknown-principal");
  };
  return {
    register: (statements) =>
      call<{ readonly epoch: string }>(() => {
        const known = world.chain;
        const given = statements as unknown as readonly Statement[];
        if (!known.every(({ body }, n) => given[n] === undefined || given[n]?.body === body))
          return refuse(409, "id-taken");
        if (given.length > known.length) world.chain = given;
        return answer({ epoch: "e" });
      }),
    keyring: (signed) =>
      call<{ readonly verdict: KeyringAnswer["verdict"] }>(() => {
        const given = signed as unknown as Statement;
        const [body, stored] = [bodyOf(given), world.keyring];
        const reject = (code: "other-root" | "bad-format", retry: "after-person" | "never") =>
          answer<{ readonly verdict: KeyringAnswer["verdict"] }>({ verdict: { type: "reject", code, retry } });
        if (body.chain > world.chain.length - 1) return reject("bad-format", "never");
        if (stored?.body === given.body) return answer({ verdict: { type: "ok", epoch: body.epoch } });
        if (stored !== null) {
          const held = bodyOf(stored);
          if (body.epoch <= held.epoch) return answer({ verdict: { type: "conflict", current: stored as never } });
          if (body.opens !== lockOf(held) || body.root < held.root) return reject("other-root", "after-person");
        }
        world.keyring = given;
        return answer({ verdict: { type: "ok", epoch: body.epoch } });
      }),
    heldKeyring: () => call(() => session(() => answer({ keyring: world.keyring as never, way }))),
    chain: () => call(() => session(() => answer({ statements: world.chain as never }))),
  };
}

/* ---- a device ---- */

const stretch = {
  derive: async (code: string) => ok(new TextEncoder().encode(code)),
  enrol: async (code: string) =>
    ok({ output: new TextEncoder().encode(code), parameters: { memoryKiB: 1, passes: 1, lanes: 1 as const } }),
};
const noChance: Random = { bytes: (length) => new Uint8Array(length) };

function createDevice(world: World, name: string) {
  const registry = registryOf(world);
  const clock = { now: () => 1 };
  const life = createKeyringLife({ registry: registry as Registry, random: noChance, clock, stretch });
  const transport = transportOf(world, name);
  const exchange = createKeysExchange({ registry, database: name, principal: "p" as never, transport, clock });
  const row = (): Row => {
    const held = world.rows.get(name);
    if (held === undefined) throw new Error("model: the device has a row");
    return held;
  };
  const wrapOf = (pair: string): Wrap | undefined =>
    row()
      .wraps.filter((stored) => stored.pair === pair)
      .at(-1)?.wrap as Wrap | undefined;

  /** D+P: everything that an unlock needs is under the root that the wrap holds, whatever happened before. */
  function open(code: string): Identity {
    const { sealedIdentity, sealedPast, rootEpoch = 0, statements } = row();
    const wrap = wrapOf("D+P");
    expect(wrap, "INV-7 D+P is there").toBeDefined();
    expect(wrap?.opens, "INV-7 the code opens").toBe(code);
    const sealed = sealedIdentity as unknown as { under: string };
    const past = sealedPast as unknown as { under: string; roots: readonly string[] } | undefined;
    expect(sealed.under, "the identity is under the wrap's root").toBe(wrap?.rootId);
    expect(past === undefined ? 0 : past.roots.length, "older roots are complete").toBe(rootEpoch);
    return identityFrom([...(past?.roots ?? []), wrap?.rootId ?? ""], statements as unknown as readonly Statement[]);
  }

  const codeOf = (): string => wrapOf("D+P")?.opens ?? "";

  const facts = () => ({ code: codeOf(), isRight: () => true, serverBox: "box" as never, organisations: [] });
  const must = <T>(
    result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
  ): T => {
    if (!result.ok) throw new Error(`model: ${JSON.stringify(result.error)}`);
    return result.value;
  };

  async function unlock(): Promise<Identity> {
    const looked = must(await life.look(name, open(codeOf()) as never));
    return must(await life.renew(name, looked.identity, facts())).identity as unknown as Identity;
  }
  async function drain(): Promise<void> {
    if (await exchange.isOut()) return;
    // As the drainer does for a principal or device that the server does not know (any more).
    if (principalOf(world.chain)?.devices.has(name) !== true) await transport.register(row().statements);
    await exchange.turn(null);
    const page = {
      keyring: world.keyring === null ? 0 : bodyOf(world.keyring).epoch,
      chain: world.chain.length,
      way,
    };
    const who = principalOf(world.chain);
    if (who?.devices.has(name) !== true) {
      await exchange.refused("session", who?.removed.has(name) ? "device-removed" : "unknown-principal", 0);
      return;
    }
    await exchange.heard(page as never);
    await exchange.turn("session");
  }
  /** What the screens' calls write (opening.ts, card-life.ts). */
  async function write(change: (held: Row) => Partial<Row>): Promise<void> {
    for (;;) {
      const held = await registry.get(name);
      if (!held.ok || held.value === undefined) return;
      const done = await registry.update(name, held.value.revision, change(held.value as Row));
      if (done.ok) return;
    }
  }
  const wrapFor = (pair: string, opens: string): Row["wraps"][number] => {
    const [held] = row().wraps.map(({ wrap }) => wrap as Wrap);
    const order = Math.max(...row().wraps.map(({ wrap }) => (wrap as Wrap).order)) + 1;
    return { pair, epoch: held?.epoch ?? 0, wrap: { rootId: held?.rootId, opens, epoch: held?.epoch ?? 0, order } };
  };
  return {
    name,
    row,
    unlock,
    drain,
    open: () => open(codeOf()),
    async changeCode() {
      world.codes += 1;
      const code = `code${world.codes}`;
      await write(({ wraps, keyringWish }) => ({
        wraps: [...wraps.filter(({ pair }) => pair !== "D+P"), wrapFor("D+P", code)],
        keyringWish: bothWishes(keyringWish, "renew"),
      }));
      await unlock();
    },
    async replaceCard() {
      world.cards += 1;
      const card = `card${world.cards}`;
      await write(({ wraps, keyringWish }) => ({
        wraps: [...wraps.filter(({ pair }) => pair !== "D+C"), wrapFor("D+C", card)],
        sealedCard: { card } as never,
        cardFresh: true,
        cardDrilled: true,
        keyringWish: bothWishes(keyringWish, "rotate"),
      }));
    },
    async putOut(other: string) {
      const looked = must(await life.look(name, open(codeOf()) as never));
      if (!(looked.identity as unknown as Identity).principal.devices.has(other)) return;
      must(await life.putOut(name, looked.identity, other as never));
      await unlock();
    },
  };
}
type SimDevice = ReturnType<typeof createDevice>;

/** A row as opening.ts `enter` makes it. */
async function enter(
  world: World,
  name: string,
  identity: Identity,
  more: { readonly card: string | null; readonly keyring?: StoredKeyring; readonly wish?: Profile["keyringWish"] },
): Promise<void> {
  const own = await boxModule.createDeviceBox(identity.root, "p", name);
  const statements = await identityModule.certifyDevice(identity, identity.statements, name, `t-${name}`, own.box);
  world.codes += 1;
  const { epoch, root } = identity;
  const past = (await identityModule.sealPast(identity)) as unknown;
  const wrap = (pair: string, opens: string, order: number) => ({
    pair,
    epoch,
    wrap: { rootId: root.id, opens, epoch, order },
  });
  world.rows.set(name, {
    name,
    database: name,
    device: name,
    revision: 1,
    statements,
    statementsDue: true,
    rootEpoch: epoch,
    sealedIdentity: identity.sealed,
    sealedPast: past,
    sealedBox: own.sealed,
    sealedCard: more.card === null ? null : { card: more.card },
    wraps: [wrap("D+P", `code${world.codes}`, 1), ...(more.card === null ? [] : [wrap("D+C", more.card, 2)])],
    ...(more.keyring === undefined ? {} : { keyring: more.keyring }),
    ...(more.wish === undefined ? {} : { keyringWish: more.wish }),
  } as unknown as Row);
}

const most = 4;

async function run(seed: number): Promise<{ readonly rotations: number; readonly crashes: number }> {
  const chance = createChance(seed);
  const world: World = {
    chance,
    calm: false,
    chain: genesis(),
    keyring: null,
    backup: { chain: genesis(), keyring: null },
    rows: new Map(),
    codes: 0,
    cards: 1,
  };
  world.backup = { chain: world.chain, keyring: null };
  const devices: SimDevice[] = [];
  const out = new Set<string>();
  let crashes = 0;
  let setBack = false;
  let made = 1;
  await enter(world, "d0", identityFrom(["r0"], world.chain), { card: "card1", wish: "renew" });
  devices.push(createDevice(world, "d0"));
  const restores = chance.odds(0.15);

  const added = async (name: string, enterIt: () => Promise<void>): Promise<void> => {
    await enterIt();
    devices.push(createDevice(world, name));
  };
  const act = async (device: SimDevice): Promise<void> => {
    const dice = chance.below(20);
    if (dice < 7) return device.drain();
    if (dice < 12) return void (await device.unlock());
    if (dice < 14) return device.changeCode();
    if (dice < 16) return device.replaceCard();
    const inside = devices.filter(({ name }) => !out.has(name));
    if (dice < 17 && inside.length > 1) {
      const other = inside[chance.below(inside.length)];
      // One device stays in every life, so that there is somebody to ask.
      if (other === undefined || other === device || other.name === "d0") return;
      out.add(other.name);
      return device.putOut(other.name);
    }
    if (made >= most) return;
    const name = `d${made}`;
    made += 1;
    if (dice < 18) {
      // A transfer: the old device writes the new one into its chain, and gives it what it has.
      const identity = await device.unlock();
      const statements = await identityModule.certifyDevice(identity, identity.statements, name, `t-${name}`);
      const held = device.row();
      world.rows.set(device.name, { ...held, statements, statementsDue: true, revision: held.revision + 1 } as never);
      const card = (held.sealedCard as unknown as { card: string } | null)?.card ?? null;
      return added(name, () =>
        enter(
          world,
          name,
          identityFrom(
            [...identity.roots.values()].map(({ id }) => id),
            statements,
          ),
          { card },
        ),
      );
    }
    // C+P+S: whatever the server has opens, whole.
    const signed = world.keyring;
    const body: Body | null = signed === null ? null : bodyOf(signed);
    if (signed === null || body?.card === null || body === null) return;
    expect(body.card.rootId, "C+P+S holds the root of its keyring").toBe(body.rootId);
    const identity = identityFrom([...body.past, body.card.rootId], world.chain);
    const keyring = { epoch: body.epoch, hash: signed.body, root: body.root, signed: signed as never };
    const { locator } = body.card;
    return added(name, () => enter(world, name, identity, { card: locator, keyring, wish: "renew" } as never));
  };
  const guarded = (work: Promise<unknown>): Promise<void> =>
    work.then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof Crash)) throw error;
        crashes += 1;
      },
    );

  for (let step = 0; step < 25; step += 1) {
    const [one, two] = [devices[chance.below(devices.length)], devices[chance.below(devices.length)]];
    if (one === undefined || two === undefined) break;
    // Two devices at once, or one alone.
    await Promise.all([guarded(act(one)), ...(one === two ? [] : [guarded(act(two))])]);
    for (const device of devices) device.open();
    if (restores && chance.odds(0.1)) world.backup = { chain: world.chain, keyring: world.keyring };
    if (restores && chance.odds(0.05)) {
      world.chain = world.backup.chain;
      world.keyring = world.backup.keyring;
      setBack = true;
    }
  }

  world.calm = true;
  // A person gives her code on each of them now and then; devices that were put out have heard it by then.
  const revisions = (): string => devices.map((device) => device.row().revision).join();
  for (let round = 0, before = ""; round < 16 && before !== revisions(); round += 1) {
    before = revisions();
    for (const device of devices) {
      for (let n = 0; n < 3; n += 1) await device.drain();
      await device.unlock();
    }
  }
  const who = principalOf(world.chain);
  if (world.keyring === null || who === undefined) throw new Error("the keyring is at the server");
  const last = bodyOf(world.keyring);
  const inside = devices.filter(({ name }) => who.devices.has(name));
  // A backup older than a device, and another statement in its place: that device opens, and the server knows it no more.
  if (setBack && devices.some(({ name }) => !who.devices.has(name) && !who.removed.has(name)))
    return { rotations: last.root, crashes };
  expect(inside.map(({ name }) => name)).toContain("d0");
  for (const device of devices) {
    const identity = device.open();
    if (!who.devices.has(device.name)) {
      expect(device.row().removedAt, "it heard that it was put out").not.toBeNull();
      expect(last.devices.map((entry) => entry.device)).not.toContain(device.name);
      continue;
    }
    const held = device.row();
    // A backup older than a rotation, and a second rotation by a device that had not heard of the first: two roots of one
    // number. Nothing is overwritten, each device goes on opening, and the one that cannot follow says so as soon as it sees
    // another epoch than its own.
    const twice = held.keyring?.epoch === last.epoch && held.keyring.hash !== world.keyring.body;
    if (setBack && (held.keyringTrouble != null || twice)) return { rotations: last.root, crashes };
    expect(held.keyring?.hash, "all believe the same keyring").toBe(world.keyring.body);
    // A rotation waits where the newest card is not known: made without it, the card's way would be lost.
    const waits = held.sealedCard === null && held.keyringWish === "rotate-later";
    const wish = waits ? null : (held.keyringWish ?? null);
    expect([held.keyringDue ?? null, wish, held.keyringSeen ?? null]).toEqual([null, null, null]);
    expect(held.keyringTrouble ?? null).toBeNull();
    expect(identity.root.id, "every device is under the newest root").toBe(last.rootId);
    expect([...identity.roots.values()].map(({ id }) => id)).toEqual([...last.past, last.rootId]);
    expect(last.devices.map((entry) => entry.device)).toContain(device.name);
  }
  // C+P+S opens with a code and a card that a device of the person has.
  expect(last.card?.rootId).toBe(last.rootId);
  const known = inside.map((device) => device.row());
  // Where nobody here knows the newest card, that way stays as a device that was put out had left it.
  const cards = known.map(({ sealedCard }) => (sealedCard as unknown as { card: string } | null)?.card);
  if (cards.some((card) => card !== undefined)) expect(cards).toContain(last.card?.locator);
  if (!known.some(({ keyringWish }) => keyringWish === "rotate-later"))
    expect(known.flatMap(({ wraps }) => wraps.map(({ wrap }) => (wrap as Wrap).opens))).toContain(last.card?.code);
  // A device whose card was replaced elsewhere keeps no wrap of it.
  for (const { sealedCard, wraps } of known)
    for (const { pair, wrap } of wraps)
      if (pair === "D+C") expect((wrap as Wrap).opens).toBe((sealedCard as unknown as { card: string }).card);
  return { rotations: last.root, crashes };
}

describe("two and more devices over many lives", () => {
  const lives = Number(process.env.BESACE_KEYRING_LIVES ?? 500);
  const only = process.env.BESACE_KEYRING_SEED;

  test(`INV-7 ${lives} lives: no way in is ever lost, all agree in the end`, { timeout: 120_000 }, async () => {
    let [rotations, crashes] = [0, 0];
    const seeds = only === undefined ? Array.from({ length: lives }, (_, n) => n) : [Number(only)];
    for (const seed of seeds) {
      const life = await run(seed).catch((error: unknown) => {
        throw new Error(`BESACE_KEYRING_SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      });
      rotations += life.rotations;
      crashes += life.crashes;
    }
    if (only !== undefined) return;
    // The lives are worth something: roots changed, devices died in the middle.
    expect(rotations).toBeGreaterThan(lives / 2);
    expect(crashes).toBeGreaterThan(lives / 2);
  });
});
