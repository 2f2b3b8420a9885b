/** The server's stores of today: SQLite and files. */

import { mkdtempSync, rmSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBlobFiles } from "../../src/server/stores/blob-files.ts";
import { openSqlite } from "../../src/server/stores/sqlite.ts";
import { random } from "../unit/server/people.ts";
import { placeContract, storeContract } from "./server-store.ts";

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

placeContract("files", async () => {
  const folder = mkdtempSync(join(tmpdir(), "besace-place-"));
  return {
    place: await openBlobFiles(folder),
    append: (name, bytes) => appendFile(join(folder, name), bytes),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
