/** Runs the contract of SatchelStore on both implementations; Dexie over fake-indexeddb. */

import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { afterEach, describe, test } from "vitest";
import { openDexieStore } from "../../src/storage/dexie/index.ts";
import { createMemoryDisk, createMemoryStore } from "../../src/storage/memory/index.ts";
import type { SatchelStore } from "../../src/storage/ports.ts";
import { type StoreBench, storeCases } from "./satchel-store.ts";

const opened: SatchelStore[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

let databases = 0;
const benches: Readonly<Record<string, () => StoreBench>> = {
  memory: () => {
    const disk = createMemoryDisk();
    let now = 0;
    return {
      open: async () => createMemoryStore({ clock: { now: () => now }, disk }),
      setNow: (value) => {
        now = value;
      },
    };
  },
  dexie: () => {
    const indexedDB = new IDBFactory();
    databases += 1;
    const name = `satchel-${databases}`;
    let now = 0;
    return {
      open: async () => {
        const store = await openDexieStore(name, { clock: { now: () => now }, indexedDB, IDBKeyRange });
        if (!store.ok) throw new Error(JSON.stringify(store.error));
        return store.value;
      },
      setNow: (value) => {
        now = value;
      },
    };
  },
};

for (const [name, bench] of Object.entries(benches)) {
  describe(`SatchelStore contract: ${name}`, () => {
    for (const { title, run } of storeCases) {
      test(title, async () => {
        const { open, setNow } = bench();
        await run({
          setNow,
          open: async () => {
            const store = await open();
            opened.push(store);
            return store;
          },
        });
      });
    }
  });
}
