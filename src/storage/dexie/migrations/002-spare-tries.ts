/**
 * Version 2 of the registry: rows that can be given up when the disk is full, so that a code can still be tried. Never
 * edited.
 */

import type { Dexie } from "dexie";

export const migrateRegistryTries = (db: Dexie): void => {
  db.version(2).stores({
    /** One row of dead weight, freed when the count of a try does not fit any more. */
    ballast: "id",
    /** Spare tries of each profile: taking one away counts where nothing can be written. */
    tries: "[database+n], database",
  });
};
