/** The server's database of many processes: a real PostgreSQL. */

import { inject } from "vitest";
import { openPostgres } from "../../src/server/stores/postgres.ts";
import { createDatabase } from "../support/postgres.ts";
import { random } from "../unit/server/people.ts";
import { storeContract } from "./server-store.ts";

storeContract("PostgreSQL", async () => {
  const url = await createDatabase(inject("postgresUrl"));
  const open = () => openPostgres({ url, clock: { now: () => 1 }, random, connections: 6 });
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    close: () => store.close(),
  };
});
