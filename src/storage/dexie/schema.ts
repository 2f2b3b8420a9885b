/**
 * The chain of migrations: each version adds a file to migrations/ and a line here (INV-8). Runs in workers and the
 * service worker.
 */

import type { Dexie } from "dexie";
import { migrateRegistry, migrateSatchel } from "./migrations/001-first.ts";
import { migrateRegistryTries } from "./migrations/002-spare-tries.ts";

type Migration = (db: Dexie) => void;

/** Oldest first. The version of the database is the number of its migrations. */
export const satchelMigrations: readonly Migration[] = [migrateSatchel];
export const registryMigrations: readonly Migration[] = [migrateRegistry, migrateRegistryTries];
