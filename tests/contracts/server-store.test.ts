/** The server's database on SQLite. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../src/server/stores/sqlite.ts";
import { random } from "../unit/server/people.ts";
import { storeContract } from "./server-store.ts";

storeContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "besace-store-"));
  const open = () => openSqlite({ file: join(folder, "besace.sqlite"), clock: { now: () => 1 }, random });
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});
