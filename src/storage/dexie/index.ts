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

/**
 * Opens (creates, migrates) the database of one satchel. Writing methods of a database made by a newer app answer
 * "read-only" (INV-8).
 */
export async function openDexieStore(
  databaseName: string,
  deps: DexieStoreDeps,
): Promise<Result<SatchelStore, StorageError>> {
  const connection = await openConnection(databaseName, satchelMigrations, deps, true);
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
  const connection = await openConnection(deps.name ?? registryName, registryMigrations, deps, false);
  if (!connection.ok) return connection;
  const { run } = connection.value;
  return ok({
    list: () => run(["profiles"], "read", async (tx) => ok((await tx.table("profiles").toArray()) as Profile[]), false),
    get: (database) =>
      run(
        ["profiles"],
        "read",
        async (tx) => ok((await tx.table("profiles").get(database)) as Profile | undefined),
        false,
      ),
    add: (profile) =>
      run<void>(
        ["profiles"],
        "strict",
        async (tx) => {
          const held: Profile | undefined = await tx.table("profiles").get(profile.database);
          if (held !== undefined) return err({ type: "stale", revision: held.revision });
          await tx.table("profiles").put(profile);
          return ok(undefined);
        },
        false,
      ),
    update: (database, expectedRevision, patch) =>
      run(
        ["profiles"],
        "strict",
        async (tx) => {
          const held: Profile | undefined = await tx.table("profiles").get(database);
          if (held === undefined || held.revision !== expectedRevision)
            return err<StorageError>({ type: "stale", revision: held?.revision ?? 0 });
          const revision = held.revision + 1;
          await tx.table("profiles").put({ ...held, ...patch, revision });
          return ok({ revision });
        },
        false,
      ),
    remove: async (database) => {
      const removed = await run<void>(
        ["profiles"],
        "strict",
        async (tx) => {
          await tx.table("profiles").delete(database);
          return ok(undefined);
        },
        false,
      );
      return removed.ok ? await deleteDatabase(database, deps) : removed;
    },
    close: connection.value.close,
  });
}
