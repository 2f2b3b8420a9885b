/**
 * A satchel at a shared computer: the same service as on a phone, with a registry in memory, deposits beside every save and
 * an end after which nothing here opens what lies on the disk (INV-6, decisions/0018). Runs in the kiosk's worker; tests
 * run it in Node.
 */

import type { Clock, Random, Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Registry, SatchelStore, StorageError } from "../../storage/ports.ts";
import type { Postboxes } from "../../storage/postbox-ports.ts";
import { leftOf } from "../../sync/drain.ts";
import { createApprovalTransport } from "../common/approval-transport.ts";
import type { Couriers } from "../common/couriers.ts";
import { storageErr } from "../common/errors.ts";
import { createStores, type Stores } from "../common/stores.ts";
import type { Farewell, KioskApi } from "../kiosk.contract.ts";
import { createSatchel, type SatchelService, type SatchelServiceDeps } from "../satchel/satchel.ts";
import type { WorkerError } from "../satchel.contract.ts";
import { createKioskApproval } from "./approval.ts";
import { countOf, type Delivery } from "./delivery.ts";
import { createDepositKeeper } from "./deposits.ts";
import { createPostboxFile } from "./postbox-file.ts";
import { createSessionRegistry } from "./registry.ts";
import { createVisitEnd } from "./visit-end.ts";

export interface KioskDeps
  extends Omit<SatchelServiceDeps, "registry" | "stores" | "couriers" | "marks" | "wipeDatabases" | "shared"> {
  readonly postboxes: Postboxes;
  readonly openStore: (database: string) => Promise<Result<SatchelStore, StorageError>>;
  readonly makeCouriers: (parts: {
    readonly registry: Registry;
    readonly stores: Stores;
    readonly clock: Clock;
    readonly random: Random;
    readonly timers: Timers;
    readonly onEvent: SatchelService["onCourier"];
  }) => Couriers;
  readonly delivery: Delivery;
}

/** What the end says to the server may take, where there is a network. */
const lastWordMs = 2000;
/** A keyring is made in the background; a line that was cut is tried again. */
const lookAgainMs = 200;

export interface KioskService {
  readonly api: KioskApi;
  readonly start: () => Promise<void>;
}

export function createKiosk(deps: KioskDeps): KioskService {
  const { postboxes, openStore, makeCouriers, delivery, ...rest } = deps;
  const { clock, random, timers } = deps;
  const { registry, opened, noted } = createSessionRegistry(postboxes);
  const keeper = createDepositKeeper({ random, clock });
  /** The stores behind what the session sees. */
  const behind = new Map<string, SatchelStore>();
  const stores = createStores(registry, async (database) => {
    const opened = await openStore(database);
    if (!opened.ok) return opened;
    behind.set(database, opened.value);
    return ok(keeper.hide(opened.value));
  });
  const couriers = makeCouriers({
    registry,
    stores,
    clock,
    random,
    timers,
    onEvent: (database, event) => satchel.onCourier(database, event),
  });
  const file = createPostboxFile(deps);
  const endVisit = createVisitEnd(deps);
  const marks = new Set<string>();
  const satchel = createSatchel({
    ...rest,
    registry,
    stores,
    couriers,
    shared: {
      ...keeper.shared,
      opened(session) {
        keeper.shared.opened(session);
        opened(session);
      },
    },
    marks: {
      has: async (database) => marks.has(database),
      put: async (database) => void marks.add(database),
      drop: async (database) => void marks.delete(database),
      // Nobody is reminded by a computer that others use.
      weeks: async () => undefined,
    },
    // What others left here is not this person's to wipe.
    wipeDatabases: async () => 0,
  });

  const approval = createKioskApproval({
    ...deps,
    transport: createApprovalTransport(deps),
    onChange: () => deps.emitter.emit({ type: "approvals" }),
  });

  const within = (ms: number, work: Promise<unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const cancel = timers.after(ms, () => resolve(undefined));
      work.then(resolve, reject).finally(cancel);
    });

  /** Ops, letters and pages that the session itself could still bring away, and its keyring. */
  async function isEmpty(database: string): Promise<boolean> {
    const store = await stores.open(database);
    const view = store.ok ? await store.value.queue() : undefined;
    const row = await registry.get(database);
    return view?.ok === true && leftOf(view.value) === 0 && row.ok && row.value?.keyringDue == null;
  }

  /** As much as the network takes until then. */
  async function leave(database: string, until: number): Promise<void> {
    while (!(await isEmpty(database)) && clock.now() < until) {
      await within(until - clock.now(), couriers.runNow(database));
      await new Promise<void>((resolve) => void timers.after(lookAgainMs, resolve));
    }
  }

  /** The session of a visit: it never is on the disk, so it is asked of what the session sees. */
  async function tokenOf(database: string): Promise<string | null> {
    const store = await stores.open(database);
    const meta = store.ok ? await store.value.meta() : undefined;
    return meta?.ok === true ? meta.value.session : null;
  }

  async function finish(patienceMs: number): Promise<Result<Farewell, WorkerError>> {
    const listed = await registry.list();
    if (!listed.ok) return storageErr(listed.error);
    const [profile] = listed.value;
    if (profile === undefined) return ok({ items: 0, papers: 0, dossiers: 0 });
    const { database } = profile;
    const flushed = await satchel.api.flush();
    if (!flushed.ok && flushed.error.type !== "locked") return flushed;
    const until = clock.now() + patienceMs;
    await leave(database, until);
    const settled = await keeper.settle();
    await noted();
    // Keys go whatever the disk says; what was kept before stays kept.
    await satchel.api.lock();
    couriers.stop(database);
    const store = behind.get(database);
    const [view, row] = [await store?.queue(), await registry.get(database)];
    const count = view?.ok === true ? countOf(view.value) : 1;
    const token = profile.visit === undefined ? null : await tokenOf(database);
    let items = count + (row.ok && row.value?.keyringDue != null ? 1 : 0);
    await stores.forget(database);
    behind.delete(database);
    const left = await postboxes.update(database, { state: "left" });
    // The visit is over, or the device of this session puts itself out of the chain, as long as somebody waits for it.
    const going = Promise.all([
      delivery.deliver(database).then((still) => {
        items = still;
      }),
      token === null ? undefined : endVisit(token),
    ]);
    if (patienceMs > 0) await within(Math.max(until - clock.now(), lastWordMs), going);
    if (!settled.ok) return settled;
    const known = items === 0 ? { papers: 0, dossiers: 0 } : settled.value;
    return left.ok ? ok({ items, ...known }) : storageErr(left.error);
  }

  return {
    api: {
      ...satchel.api,
      ...approval,
      finish,
      packPostbox: file.pack,
      async takePostboxReceipt(receipt) {
        const taken = await file.takeReceipt(receipt);
        deps.emitter.emit({ type: "outbox" });
        return taken;
      },
      async postbox() {
        const waiting = await delivery.waiting();
        return waiting.ok ? ok(waiting.value) : err({ type: "unavailable", mark: waiting.error.type });
      },
      async hint(why) {
        delivery.kick(why);
        return satchel.api.hint(why);
      },
    },
    async start() {
      await satchel.start();
      await delivery.start("killed");
    },
  };
}
