/**
 * The store of a satchel in memory, for tests and simulations. Runs anywhere.
 *
 * Surprising fact: a "disk" outlives the stores opened on it, so that a crash is: drop the store, open another.
 */

import type { Clock } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile, Registry, SatchelStore, StorageError } from "../ports.ts";
import { createStore } from "../rules.ts";
import {
  type Backend,
  type ChangeChannel,
  type ChangeKind,
  type Keys,
  keyOf,
  type Rows,
  type Table,
} from "../tables.ts";
import { type ProfileStored, profileShown, profileToStore, spareTries } from "../tries.ts";

type Held = { readonly [T in Table]: Map<string, Rows[T]> };

export interface MemoryDisk {
  readonly tables: Held;
  /** Turns: one transaction after the other. */
  turn: Promise<void>;
  readonly channels: Set<(kinds: readonly ChangeKind[], from: object) => void>;
  /** A fault for tests: the next write answers this. */
  fault: StorageError | null;
}

export const createMemoryDisk = (): MemoryDisk => ({
  tables: {
    records: new Map(),
    ops: new Map(),
    blobs: new Map(),
    segments: new Map(),
    letters: new Map(),
    proofs: new Map(),
    outProofs: new Map(),
    inbox: new Map(),
    settings: new Map(),
  },
  turn: Promise.resolve(),
  channels: new Set(),
  fault: null,
});

const textOf = (key: Keys[Table]): string => (typeof key === "object" ? key.join("/") : String(key));

function memoryBackend(disk: MemoryDisk): Backend {
  const table = <T extends Table>(name: T): Map<string, Rows[T]> => disk.tables[name];
  return {
    run: async (tables, durability, body) => {
      const before = disk.turn;
      let free: () => void = () => undefined;
      disk.turn = new Promise((resolve) => {
        free = resolve;
      });
      await before;
      const undo: (() => void)[] = [];
      const remember = <T extends Table>(name: T, key: string): void => {
        const held = table(name);
        const old = held.get(key);
        undo.push(() => (old === undefined ? held.delete(key) : held.set(key, old)));
      };
      const check = (name: Table): void => {
        if (!tables.includes(name)) throw new Error(`assertion failed: table ${name} is not part of this transaction`);
      };
      try {
        if (durability !== "read" && disk.fault !== null) {
          const fault = disk.fault;
          disk.fault = null;
          return err(fault);
        }
        return await body({
          get: async (name, key) => {
            check(name);
            return table(name).get(textOf(key));
          },
          all: async (name) => {
            check(name);
            return [...table(name).values()];
          },
          by: async (name, index, value) => {
            check(name);
            return [...table(name).values()].filter((row) => Object(row)[index] === value);
          },
          keysBy: async (name, index, value) => {
            check(name);
            const found = [...table(name).values()].filter((row) => Object(row)[index] === value);
            return found.map((row) => keyOf[name](row));
          },
          keys: async (name) => {
            check(name);
            return [...table(name).values()].map((row) => keyOf[name](row));
          },
          put: async (name, row) => {
            check(name);
            const key = textOf(keyOf[name](row));
            remember(name, key);
            table(name).set(key, row);
          },
          delete: async (name, key) => {
            check(name);
            remember(name, textOf(key));
            table(name).delete(textOf(key));
          },
        });
      } catch (error) {
        for (const step of undo.reverse()) step();
        throw error;
      } finally {
        free();
      }
    },
    close: async () => undefined,
  };
}

function memoryChannel(disk: MemoryDisk): ChangeChannel {
  const self = {};
  let receive: ((kinds: readonly ChangeKind[], from: object) => void) | undefined;
  return {
    post: (kinds) => {
      for (const other of [...disk.channels]) other(kinds, self);
    },
    listen: (listener) => {
      receive = (kinds, from) => {
        if (from !== self) listener(kinds);
      };
      disk.channels.add(receive);
    },
    close: () => {
      if (receive !== undefined) disk.channels.delete(receive);
    },
  };
}

export interface MemoryStoreDeps {
  readonly clock: Clock;
  /** Give the same disk twice for two tabs, or again after a crash. */
  readonly disk?: MemoryDisk;
}

export function createMemoryStore(deps: MemoryStoreDeps): SatchelStore {
  const disk = deps.disk ?? createMemoryDisk();
  return createStore({ backend: memoryBackend(disk), clock: deps.clock, channel: memoryChannel(disk) });
}

/** @param disk a fault for tests: while `full` is true nothing can be added or changed, only taken away. */
export function createMemoryRegistry(disk: { full: boolean } = { full: false }): Registry {
  const rows = new Map<string, { readonly row: ProfileStored; readonly left: number }>();
  const listeners = new Set<(database: string) => void>();
  const shown = (database: string): Profile | undefined => {
    const held = rows.get(database);
    return held && profileShown(held.row, held.left);
  };
  const put = (row: ProfileStored): void => void rows.set(row.database, { row, left: spareTries });
  return {
    list: async () => ok([...rows.values()].map(({ row, left }) => profileShown(row, left))),
    get: async (database) => ok(shown(database)),
    add: async (profile) => {
      const held = shown(profile.database);
      if (held !== undefined) return err({ type: "stale", revision: held.revision });
      if (disk.full) return err({ type: "full" });
      put({ ...profile, spare: spareTries });
      return ok(undefined);
    },
    update: async (database, expectedRevision, patch): Promise<Result<{ readonly revision: number }, StorageError>> => {
      const held = shown(database);
      if (held === undefined || held.revision !== expectedRevision)
        return err({ type: "stale", revision: held?.revision ?? 0 });
      if (disk.full) return err({ type: "full" });
      const row = profileToStore(held, patch);
      put(row);
      return ok({ revision: row.revision });
    },
    spendTry: async (database, expectedRevision) => {
      const held = rows.get(database);
      const profile = shown(database);
      if (held === undefined || profile?.revision !== expectedRevision)
        return err({ type: "stale", revision: profile?.revision ?? 0 });
      if (held.left === 0) return err({ type: "full" });
      rows.set(database, { ...held, left: held.left - 1 });
      return ok({ revision: profile.revision + 1 });
    },
    remove: async (database) => {
      rows.delete(database);
      for (const listener of listeners) listener(database);
      return ok(undefined);
    },
    onRemoved: (listener) => void listeners.add(listener),
    close: async () => undefined,
  };
}
