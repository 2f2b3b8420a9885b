/** Version 1 of a satchel's database, and of the registry. Never edited: a later shape is a file of its own. */

import type { Dexie } from "dexie";

export const satchelTables = {
  records: "record",
  ops: "op, record",
  blobs: "blob, state",
  segments: "[blob+n], blob",
  letters: "letter",
  proofs: "order, letter",
  outProofs: "letter",
  inbox: "order",
  settings: "key",
  /** One row of dead weight, freed when the disk is full so that a form can still be saved (DESIGN 5). */
  ballast: "id",
} as const;

export const migrateSatchel = (db: Dexie): void => {
  db.version(1).stores(satchelTables);
};

export const migrateRegistry = (db: Dexie): void => {
  db.version(1).stores({ profiles: "database" });
};
