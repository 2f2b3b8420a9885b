/**
 * Delivers every profile's outbox while all satchels are locked: sealed bytes and the transport key, nothing else
 * (DESIGN 5, "Session"). Runs in the service worker, inside waitUntil.
 */

import type { Result } from "../shared/result.ts";
import type { Profile, Registry, SatchelStore, StorageError } from "../storage/ports.ts";
import type { Drainer, RunReport } from "../sync/drain.ts";

export const syncTag = "besace-outbox";
/** A sync event may last three minutes; a run gives its last requests twenty seconds more than this. */
export const eventBudgetMs = 110_000;

export interface DeliverDeps {
  readonly openRegistry: () => Promise<Result<Registry, StorageError>>;
  readonly openStore: (database: string) => Promise<Result<SatchelStore, StorageError>>;
  readonly createDrainer: (profile: Profile, store: SatchelStore, registry: Registry) => Drainer;
}

export interface Delivery {
  /** Items that could still leave by themselves, of all profiles. */
  readonly left: number;
  /** True when only the time of the event ended it: go on at once. */
  readonly outOfTime: boolean;
  readonly reports: readonly RunReport[];
}

/** One bad profile does not keep the others at home: what cannot be opened counts as left. */
export async function deliverAll(deps: DeliverDeps, budgetMs = eventBudgetMs): Promise<Delivery> {
  const registry = await deps.openRegistry();
  if (!registry.ok) return { left: 1, outOfTime: false, reports: [] };
  try {
    const profiles = await registry.value.list();
    if (!profiles.ok) return { left: 1, outOfTime: false, reports: [] };
    const runs = await Promise.all(
      profiles.value.map(async (profile): Promise<RunReport | null> => {
        const store = await deps.openStore(profile.database);
        if (!store.ok) return null;
        try {
          return await deps.createDrainer(profile, store.value, registry.value).run({ reason: "sync", budgetMs });
        } finally {
          await store.value.close();
        }
      }),
    );
    const reports = runs.filter((report) => report !== null);
    return {
      left: reports.reduce((sum, report) => sum + report.left, runs.length - reports.length),
      outOfTime: reports.some((report) => report.ended === "budget"),
      reports,
    };
  } finally {
    await registry.value.close();
  }
}

export interface SyncManagerLike {
  readonly register: (tag: string) => Promise<void>;
}

/**
 * After a delivery: asks for another event when something is left. While the browser will try again by itself (it backs
 * off, three times), rejecting is that request; at its last chance, or out of time, the tag is registered anew.
 * @throws Error so that the browser counts the event as failed and repeats it.
 */
export async function askForMore(
  delivery: Delivery,
  sync: SyncManagerLike | undefined,
  event: "message" | { readonly lastChance: boolean },
): Promise<void> {
  if (delivery.left === 0) return;
  if (event === "message" || event.lastChance || delivery.outOfTime) {
    await sync?.register(syncTag);
    return;
  }
  throw new Error("besace: something is left to deliver");
}
