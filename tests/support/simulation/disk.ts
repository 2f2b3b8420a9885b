/**
 * The disk of a simulated device: the real store rules over maps, made for speed, because a million lives are played on
 * it. It passes the contract suite of every store (tests/contracts).
 *
 * Surprising fact: a transaction never waits for anything outside itself, so a crash finds it whole or not begun; the
 * disk outlives the store, and a restart is: another store on the same disk.
 */

import type { Clock } from "../../../src/shared/ports.ts";
import { err } from "../../../src/shared/result.ts";
import type { SatchelStore, StorageError } from "../../../src/storage/ports.ts";
import { createStore } from "../../../src/storage/rules.ts";
import type { Backend, Keys, Rows, Table, Transaction } from "../../../src/storage/tables.ts";

type Key = string | number;
export type Tables = { readonly [T in Table]: Map<Key, Rows[T]> };

export interface SimulatedDisk {
  readonly tables: Tables;
  locked: boolean;
  readonly waiters: (() => void)[];
  /** Answered instead of a write; null = none. */
  fault: (() => StorageError | null) | null;
}

export const createSimulatedDisk = (): SimulatedDisk => ({
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
  } as unknown as Tables,
  locked: false,
  waiters: [],
  fault: null,
});

const textOf = (key: Keys[Table]): Key => (typeof key === "object" ? key.join("/") : key);
const keyFields: Readonly<Record<string, string>> = {
  records: "record",
  ops: "op",
  blobs: "blob",
  letters: "letter",
  proofs: "order",
  outProofs: "letter",
  inbox: "order",
  settings: "key",
};
type AnyRow = Readonly<Record<string, unknown>>;
const keyOfRow = (table: string, row: AnyRow): Keys[Table] =>
  table === "segments"
    ? ([row.blob, row.n] as unknown as Keys["segments"])
    : (row[keyFields[table] ?? ""] as Keys[Table]);

function backendOn(disk: SimulatedDisk): Backend {
  return {
    run: async (_tables, durability, body) => {
      if (disk.locked) await new Promise<void>((resolve) => disk.waiters.push(resolve));
      else disk.locked = true;
      const journal: [Map<Key, AnyRow>, Key, AnyRow | undefined][] = [];
      const rowsOf = (table: string): Map<Key, AnyRow> => disk.tables[table as Table] as unknown as Map<Key, AnyRow>;
      const matching = (table: string, index: string, value: string): AnyRow[] => {
        const found: AnyRow[] = [];
        for (const row of rowsOf(table).values()) if (row[index] === value) found.push(row);
        return found;
      };
      // Values instead of promises of values: the rules await either, and one turn of the engine is saved.
      const tx = {
        get: (table: string, key: Keys[Table]) => rowsOf(table).get(textOf(key)),
        all: (table: string) => [...rowsOf(table).values()],
        by: matching,
        keysBy: (table: string, index: string, value: string) =>
          matching(table, index, value).map((row) => keyOfRow(table, row)),
        keys: (table: string) => [...rowsOf(table).values()].map((row) => keyOfRow(table, row)),
        put: (table: string, row: AnyRow) => {
          const rows = rowsOf(table);
          const key = textOf(keyOfRow(table, row));
          journal.push([rows, key, rows.get(key)]);
          rows.set(key, row);
        },
        delete: (table: string, key: Keys[Table]) => {
          const rows = rowsOf(table);
          journal.push([rows, textOf(key), rows.get(textOf(key))]);
          rows.delete(textOf(key));
        },
      } as unknown as Transaction;
      try {
        const fault = durability === "read" ? null : (disk.fault?.() ?? null);
        return fault === null ? await body(tx) : err(fault);
      } catch (error) {
        for (const [rows, key, old] of journal.reverse()) {
          if (old === undefined) rows.delete(key);
          else rows.set(key, old);
        }
        throw error;
      } finally {
        const next = disk.waiters.shift();
        if (next === undefined) disk.locked = false;
        else next();
      }
    },
    close: async () => undefined,
  };
}

const nobody = { post: () => undefined, listen: () => undefined, close: () => undefined };

export const createSimulatedStore = (disk: SimulatedDisk, clock: Clock): SatchelStore =>
  createStore({ backend: backendOn(disk), clock, channel: nobody });
