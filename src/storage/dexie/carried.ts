/**
 * The carrier's files of a browser: a list, and one database for the bytes of each file. Runs in the carrier's worker.
 */

import type { Dexie } from "dexie";
import type { B64 } from "../../shared/bytes.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { CarriedRow, CarriedStore } from "../carried-ports.ts";
import type { StorageError } from "../ports.ts";
import { bufferOf } from "../tables.ts";
import { type Connection, type ConnectionKind, type DexieDeps, deleteDatabase, openConnection } from "./connection.ts";

/** Version 1 of both. Never edited: a later shape is a migration of its own. */
const listKind: ConnectionKind = {
  migrations: [(db: Dexie) => void db.version(1).stores({ files: "file", ballast: "id" })],
  ballastBytes: 0,
  remade: true,
};
const piecesKind: ConnectionKind = {
  migrations: [(db: Dexie) => void db.version(1).stores({ pieces: "n", ballast: "id" })],
  ballastBytes: 0,
  remade: true,
};

export const carriedListName = "besace-porteur";

const byTime = (a: CarriedRow, b: CarriedRow): number => a.takenAt - b.takenAt || (a.file < b.file ? -1 : 1);

export async function openCarried(
  deps: DexieDeps & { readonly name?: string },
): Promise<Result<CarriedStore, StorageError>> {
  const opened = await openConnection(deps.name ?? carriedListName, listKind, deps);
  if (!opened.ok) return opened;
  const list = opened.value;
  const open = new Map<string, Promise<Result<Connection, StorageError>>>();

  const piecesOf = async (database: string): Promise<Result<Connection, StorageError>> => {
    const held = open.get(database) ?? openConnection(database, piecesKind, deps);
    open.set(database, held);
    const connection = await held;
    if (!connection.ok) open.delete(database);
    return connection;
  };

  const get = (file: B64) =>
    list.run<CarriedRow | undefined>(["files"], "read", async (tx) => ok(await tx.table("files").get(file)), false);

  const dropPieces = async (file: B64): Promise<Result<void, StorageError>> => {
    const row = await get(file);
    if (!row.ok) return row;
    if (row.value === undefined) return ok(undefined);
    const { database } = row.value;
    const connection = await open.get(database);
    open.delete(database);
    if (connection?.ok === true) await connection.value.close();
    return deleteDatabase(database, deps);
  };

  return ok({
    list: () =>
      list.run<readonly CarriedRow[]>(
        ["files"],
        "read",
        async (tx) => ok(((await tx.table("files").toArray()) as CarriedRow[]).sort(byTime)),
        false,
      ),
    get,
    begin: async (row) => {
      const dropped = await dropPieces(row.file);
      if (!dropped.ok) return dropped;
      const fresh: CarriedRow = { ...row, state: "taking", said: null, saidAt: null, missing: row.count, given: false };
      return list.run<void>(
        ["files"],
        "strict",
        async (tx) => {
          await tx.table("files").put(fresh);
          return ok(undefined);
        },
        true,
      );
    },
    putPieces: async (database, first, pieces) => {
      const connection = await piecesOf(database);
      if (!connection.ok) return connection;
      return connection.value.run<void>(
        ["pieces"],
        "relaxed",
        async (tx) => {
          for (const [at, piece] of pieces.entries())
            await tx.table("pieces").put({ n: first + at, bytes: bufferOf(piece) });
          return ok(undefined);
        },
        false,
      );
    },
    piece: async (database, n) => {
      const connection = await piecesOf(database);
      if (!connection.ok) return connection;
      return connection.value.run(
        ["pieces"],
        "read",
        async (tx) => {
          const row = (await tx.table("pieces").get(n)) as { readonly bytes: ArrayBuffer } | undefined;
          return ok(row === undefined ? undefined : new Uint8Array(row.bytes));
        },
        false,
      );
    },
    update: (file, patch) =>
      list.run<void>(
        ["files"],
        "strict",
        async (tx) => {
          const row = (await tx.table("files").get(file)) as CarriedRow | undefined;
          if (row !== undefined) await tx.table("files").put({ ...row, ...patch });
          return ok(undefined);
        },
        true,
      ),
    dropPieces,
    remove: async (file) => {
      const dropped = await dropPieces(file);
      if (!dropped.ok) return dropped;
      return list.run<void>(
        ["files"],
        "strict",
        async (tx) => {
          await tx.table("files").delete(file);
          return ok(undefined);
        },
        false,
      );
    },
    close: async () => {
      for (const each of open.values()) {
        const connection = await each;
        if (connection.ok) await connection.value.close();
      }
      await list.close();
    },
  });
}
