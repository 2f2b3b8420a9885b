/**
 * The stores of a browser: one database per satchel under a random name, and a small registry of them (DESIGN 4).
 * Runs in workers and the service worker.
 */

import type { Transaction as DexieTransaction } from "dexie";
import type { Clock } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile, Registry, SatchelStore, StorageError } from "../ports.ts";
import { createStore } from "../rules.ts";
import type { Backend, ChangeChannel, ChangeKind, Transaction } from "../tables.ts";
import { type ProfileStored, profileShown, profileToStore, spareTries } from "../tries.ts";
import { type Connection, type DexieDeps, deleteDatabase, openConnection } from "./connection.ts";
import { registryMigrations, satchelMigrations } from "./schema.ts";

export type { DexieDeps } from "./connection.ts";

export interface DexieStoreDeps extends DexieDeps {
  readonly clock: Clock;
}

/** Rows of our own tables, typed by rules.ts: Dexie knows them by name only. */
const over = (tx: DexieTransaction): Transaction =>
  ({
    get: (table: string, key: unknown) => tx.table(table).get(key as never),
    all: (table: string) => tx.table(table).toArray(),
    by: (table: string, index: string, value: string) => tx.table(table).where(index).equals(value).toArray(),
    keysBy: (table: string, index: string, value: string) => tx.table(table).where(index).equals(value).primaryKeys(),
    keys: (table: string) => tx.table(table).toCollection().primaryKeys(),
    put: (table: string, row: unknown) => tx.table(table).put(row),
    delete: (table: string, key: unknown) => tx.table(table).delete(key as never),
  }) as unknown as Transaction;

const backendOver = (connection: Connection): Backend => ({
  run: (tables, durability, body, reserve = false) =>
    connection.run(tables, durability, (tx) => body(over(tx)), reserve),
  close: connection.close,
});

const isKinds = (value: unknown): value is readonly ChangeKind[] =>
  Array.isArray(value) && value.every((kind) => ["records", "queue", "inbox", "meta"].includes(kind));

/** Tells other tabs what changed; its name is the database's, so it says nothing either. */
function broadcastChannel(name: string): ChangeChannel {
  const channel = new BroadcastChannel(name);
  let open = true;
  return {
    post: (kinds) => {
      if (open) channel.postMessage(kinds);
    },
    listen: (listener) => {
      channel.onmessage = (event: MessageEvent<unknown>) => {
        if (isKinds(event.data)) listener(event.data);
      };
    },
    close: () => {
      open = false;
      channel.close();
    },
  };
}

const mebibyte = 1024 * 1024;
const satchelKind = { migrations: satchelMigrations, ballastBytes: mebibyte, remade: false };
const registryKind = { migrations: registryMigrations, ballastBytes: mebibyte / 16, remade: true };

/**
 * Opens (creates, migrates) the database of one satchel. Writing methods of a database made by a newer app answer
 * "read-only" (INV-8).
 */
export async function openDexieStore(
  databaseName: string,
  deps: DexieStoreDeps,
): Promise<Result<SatchelStore, StorageError>> {
  const connection = await openConnection(databaseName, satchelKind, deps);
  if (!connection.ok) return connection;
  return ok(
    createStore({
      backend: backendOver(connection.value),
      clock: deps.clock,
      channel: broadcastChannel(databaseName),
    }),
  );
}

/** Default name of the registry's database. */
export const registryName = "besace";

/** Opens the list of the satchels that live in this browser. */
export async function openRegistry(
  deps: DexieDeps & { readonly name?: string },
): Promise<Result<Registry, StorageError>> {
  const name = deps.name ?? registryName;
  const connection = await openConnection(name, registryKind, deps);
  if (!connection.ok) return connection;
  const { run, refill, close } = connection.value;
  const tables = ["profiles", "tries"];
  const removals = `${name}-removals`;
  const listening: BroadcastChannel[] = [];
  const sparesOf = (tx: DexieTransaction, database: string) => tx.table("tries").where("database").equals(database);

  const shown = async (tx: DexieTransaction, database: string): Promise<Profile | undefined> => {
    const row: ProfileStored | undefined = await tx.table("profiles").get(database);
    return row && profileShown(row, await sparesOf(tx, database).count());
  };
  const put = async (tx: DexieTransaction, row: ProfileStored): Promise<void> => {
    await tx.table("profiles").put(row);
    for (let n = 0; n < spareTries; n += 1) await tx.table("tries").put({ database: row.database, n });
  };

  return ok({
    list: () =>
      run(
        tables,
        "read",
        async (tx) => {
          const databases = await tx.table("profiles").toCollection().primaryKeys();
          const profiles = await Promise.all(databases.map((database) => shown(tx, database as string)));
          return ok(profiles.filter((profile) => profile !== undefined));
        },
        false,
      ),
    get: (database) => run(tables, "read", async (tx) => ok(await shown(tx, database)), false),
    add: (profile) =>
      run<void>(
        tables,
        "strict",
        async (tx) => {
          const held: ProfileStored | undefined = await tx.table("profiles").get(profile.database);
          if (held !== undefined) return err({ type: "stale", revision: held.revision });
          await put(tx, { ...profile, spare: spareTries });
          return ok(undefined);
        },
        false,
      ),
    update: async (database, expectedRevision, patch) => {
      const updated = await run(
        tables,
        "strict",
        async (tx) => {
          const held = await shown(tx, database);
          if (held === undefined || held.revision !== expectedRevision)
            return err<StorageError>({ type: "stale", revision: held?.revision ?? 0 });
          const row = profileToStore(held, patch);
          await put(tx, row);
          return ok({ revision: row.revision });
        },
        true,
      );
      if (updated.ok) await refill();
      return updated;
    },
    spendTry: (database, expectedRevision) =>
      run<{ readonly revision: number }>(
        tables,
        "strict",
        async (tx) => {
          const held = await shown(tx, database);
          if (held === undefined || held.revision !== expectedRevision)
            return err({ type: "stale", revision: held?.revision ?? 0 });
          const [spare] = await sparesOf(tx, database).primaryKeys();
          if (spare === undefined) return err({ type: "full" });
          await tx.table("tries").delete(spare);
          return ok({ revision: held.revision + 1 });
        },
        false,
      ),
    remove: async (database) => {
      const removed = await run<void>(
        tables,
        "strict",
        async (tx) => {
          await tx.table("profiles").delete(database);
          await sparesOf(tx, database).delete();
          return ok(undefined);
        },
        false,
      );
      if (!removed.ok) return removed;
      const channel = new BroadcastChannel(removals);
      channel.postMessage(database);
      channel.close();
      return deleteDatabase(database, deps);
    },
    onRemoved: (listener) => {
      const channel = new BroadcastChannel(removals);
      channel.onmessage = (event: MessageEvent<unknown>) => {
        if (typeof event.data === "string") listener(event.data);
      };
      listening.push(channel);
    },
    close: async () => {
      for (const channel of listening.splice(0)) channel.close();
      await close();
    },
  });
}
