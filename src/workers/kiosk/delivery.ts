/**
 * Delivers what sessions left at this computer, without anybody and without any key, and takes each postbox away once it is
 * empty (DESIGN 5: authority travels with the item). Runs in the kiosk's worker.
 *
 * Surprising fact: the ops in it never leave. Nobody here could merge a conflict, so only deposits, letters and pages go.
 */

import type { Signed } from "../../protocol/wire.ts";
import type { DeviceId, PrincipalId } from "../../shared/ids.ts";
import type { Clock, Log, Random, Timers } from "../../shared/ports.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { QueueView, SatchelStore, StorageError } from "../../storage/ports.ts";
import type { Postboxes, PostboxRow } from "../../storage/postbox-ports.ts";
import { createDrainer, type Drainer, type DrainerDeps } from "../../sync/drain.ts";
import type { KeysExchange } from "../../sync/keys.ts";
import type { KeysTransport, RunReason, Transport } from "../../sync/ports.ts";

export interface Waiting {
  /** Sealed things of all that left, keyrings included. */
  readonly items: number;
  /** Device clock of the oldest; null: nothing waits. */
  readonly since: number | null;
}

export interface Delivery {
  /** Looks at every postbox whose session has ended; with `live`, at those too whose session was killed. */
  readonly start: (live: "killed" | "ours") => Promise<void>;
  readonly kick: (why: RunReason) => void;
  /** One postbox now; resolves with the sealed things that are still in it, 0 when it is gone. */
  readonly deliver: (database: string) => Promise<number>;
  readonly waiting: () => Promise<Result<Waiting, StorageError>>;
  /** Every postbox whose session has ended, oldest first. The stores stay this module's: nobody else closes them. */
  readonly boxes: () => Promise<Result<readonly OpenBox[], StorageError>>;
}

export interface OpenBox {
  readonly row: PostboxRow;
  readonly store: SatchelStore;
}

export interface DeliveryDeps {
  readonly postboxes: Postboxes;
  readonly openStore: (database: string) => Promise<Result<SatchelStore, StorageError>>;
  readonly transport: Transport & KeysTransport;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly log: Log;
  readonly locks?: DrainerDeps["locks"] | undefined;
  readonly onChange: () => void;
}

const idleMs = 120_000;
const soonMs = 500;

/** What leaves from a postbox. */
const sealedOnly = (view: QueueView): QueueView => ({ ...view, ops: [], proofs: [] });

/** What is still here of a view: refused things count too, they wait for somebody. */
export const countOf = (view: QueueView): number =>
  view.letters.filter(({ state }) => state !== "accepted").length +
  view.blobs.filter(({ state, localOnly }) => !localOnly && state !== "verified" && state !== "away").length;

/** The chain, with the statement that puts the session's device out. */
export const chainOf = ({ statements, leaving }: PostboxRow): readonly Signed[] =>
  leaving == null ? statements : [...statements, leaving];

const onlySealed = (store: SatchelStore): SatchelStore => ({
  ...store,
  queue: async () => {
    const view = await store.queue();
    return view.ok ? ok(sealedOnly(view.value)) : view;
  },
});

interface Box {
  readonly store: SatchelStore;
  readonly drainer: Drainer;
  readonly keys: KeysExchange;
  running: boolean;
  /** Somebody asked while it ran: it looks once more soon, whatever its own timer would be. */
  again: boolean;
  cancel: () => void;
}

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { postboxes, transport, clock, random, timers } = deps;
  const boxes = new Map<string, Promise<Box | undefined>>();

  const rowOf = async (database: string): Promise<PostboxRow | undefined> => {
    const rows = await postboxes.list();
    return rows.ok ? rows.value.find((row) => row.database === database) : undefined;
  };

  /** The session's device puts itself out, if nobody has made the chain longer since. False: later. */
  async function leave(database: string): Promise<boolean> {
    const row = await rowOf(database);
    if (row?.leaving == null) return true;
    const statements = chainOf(row);
    const outcome = await transport.register(statements);
    if (outcome.type === "lost" || (outcome.type === "refused" && outcome.retry !== "never")) return false;
    if (outcome.type === "refused") deps.log.note("postbox-leaving", { error: outcome.error });
    await postboxes.update(database, { leaving: null, ...(outcome.type === "answer" ? { statements } : {}) });
    return true;
  }

  /** Publishes the keyring of a satchel that was made here: signed, so that no key is needed. */
  const keysOf = (database: string): KeysExchange => ({
    async statements() {
      const row = await rowOf(database);
      return row === undefined ? [] : chainOf(row);
    },
    isOut: async () => false,
    isIn: async () => undefined,
    heard: async () => false,
    // Another device was first with its own statement. The server knows this satchel, and what waits needs no more than that.
    refused: async (step, error) => step === "register" && error === "id-taken",
    async turn() {
      if (!(await leave(database))) return;
      const keyring = (await rowOf(database))?.keyring ?? null;
      if (keyring === null) return;
      const outcome = await transport.keyring(keyring);
      if (outcome.type !== "answer") return;
      const { verdict } = outcome.value;
      // Another device was first: its keyring holds every way in that this one would have had.
      if (verdict.type === "reject" && verdict.retry === "later") return;
      if (verdict.type !== "ok") deps.log.note("postbox-keyring", { verdict: verdict.type });
      await postboxes.update(database, { keyring: null });
    },
  });

  async function begin(row: PostboxRow): Promise<Box | undefined> {
    const opened = await deps.openStore(row.database);
    if (!opened.ok) {
      deps.log.note("postbox-store", { error: opened.error.type });
      return undefined;
    }
    const store = onlySealed(opened.value);
    const keys = keysOf(row.database);
    const drainer = createDrainer({
      identity: { principal: row.principal as PrincipalId, device: row.device as DeviceId },
      store,
      transport,
      clock,
      random,
      timers,
      sendOnly: true,
      signChallenge: async () => {
        throw new Error("assertion failed: P-W3: a postbox has no session");
      },
      register: keys.statements,
      keys,
      ...(deps.locks === undefined ? {} : { locks: deps.locks }),
    });
    return { store, drainer, keys, running: false, again: false, cancel: () => undefined };
  }

  function boxOf(row: PostboxRow): Promise<Box | undefined> {
    const held = boxes.get(row.database) ?? begin(row);
    boxes.set(row.database, held);
    return held;
  }

  /** Sealed things that are still here, the keyring and the registration that it needs included. Undefined: not known. */
  async function left(row: PostboxRow, store: SatchelStore): Promise<number | undefined> {
    const view = await store.queue();
    if (!view.ok) return undefined;
    return countOf(view.value) + (row.keyring === null ? 0 : 1);
  }

  async function run(database: string, why: RunReason): Promise<void> {
    const row = await rowOf(database);
    if (row === undefined) return;
    const box = await boxOf(row);
    if (box === undefined) {
      boxes.delete(database);
      timers.after(idleMs, () => void run(database, "timer"));
      return;
    }
    if (box.running) {
      box.again = true;
      // Joined and woken: a network that is back does not wait for a timer.
      if (why !== "timer") void box.drainer.run({ reason: why });
      return;
    }
    box.running = true;
    box.cancel();
    let next = idleMs;
    try {
      if (row.leaving != null || (await left(row, box.store)) !== 0) {
        const report = await box.drainer.run({ reason: why });
        next = Math.min(report.nextInMs ?? idleMs, idleMs);
        // A run asks for keys when it begins; a network that came back in the middle of it would find them waiting.
        await box.keys.turn(null);
      }
      const after = await rowOf(database);
      if (after !== undefined && after.leaving == null && (await left(after, box.store)) === 0) {
        await box.store.close();
        boxes.delete(database);
        const removed = await postboxes.remove(database);
        if (!removed.ok) deps.log.note("postbox-remove", { error: removed.error.type });
        deps.onChange();
        return;
      }
    } catch (error) {
      // A bug in one run must not end deliveries for good: it is noted, and tried again later.
      deps.log.note("postbox-run", { error: error instanceof Error ? error.name : "unknown" });
    } finally {
      box.running = false;
    }
    deps.onChange();
    const soon = box.again;
    box.again = false;
    box.cancel = timers.after(soon ? soonMs : Math.max(next, soonMs), () => void run(database, "timer"));
  }

  async function all(why: RunReason): Promise<void> {
    const rows = await postboxes.list();
    if (!rows.ok) {
      deps.log.note("postbox-list", { error: rows.error.type });
      return;
    }
    await Promise.all(rows.value.filter(({ state }) => state === "left").map(({ database }) => run(database, why)));
  }

  return {
    async start(live) {
      const rows = live === "killed" ? await postboxes.list() : ok([]);
      // A session that was killed has left what it left.
      if (rows.ok)
        for (const { database, state } of rows.value)
          if (state === "live") await postboxes.update(database, { state: "left" });
      await all("start");
    },
    kick: (why) => void all(why),
    async deliver(database) {
      // No back-off holds: somebody waits for it, or has just said what arrived.
      await run(database, "online");
      const row = await rowOf(database);
      if (row === undefined) return 0;
      const box = await boxOf(row);
      return (box && (await left(row, box.store))) ?? 1;
    },
    async boxes() {
      const rows = await postboxes.list();
      if (!rows.ok) return rows;
      const found: OpenBox[] = [];
      for (const row of [...rows.value].sort((a, b) => a.createdAt - b.createdAt)) {
        const box = row.state === "left" ? await boxOf(row) : undefined;
        if (box !== undefined) found.push({ row, store: box.store });
      }
      return ok(found);
    },
    async waiting() {
      const rows = await postboxes.list();
      if (!rows.ok) return rows;
      let items = 0;
      let since: number | null = null;
      for (const row of rows.value) {
        if (row.state !== "left") continue;
        const box = await boxOf(row);
        const count = box === undefined ? 1 : await left(row, box.store);
        if (count === 0) continue;
        items += count ?? 1;
        since = since === null ? row.createdAt : Math.min(since, row.createdAt);
      }
      return ok({ items, since });
    },
  };
}
