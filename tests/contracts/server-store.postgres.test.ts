/** The server's database of many processes: a real PostgreSQL. */

import { inject } from "vitest";
import { createPostgresDriver, openPostgres } from "../../src/server/stores/postgres.ts";
import { createDatabase } from "../support/postgres.ts";
import { random } from "../unit/server/people.ts";
import { type StoreCase, storeContract } from "./server-store.ts";
import { approvalContract } from "./server-store-approvals.ts";
import { inactiveContract } from "./server-store-inactive.ts";
import { journalContract } from "./server-store-journal.ts";
import { oldStoreContract } from "./server-store-old.ts";
import { publishedContract } from "./server-store-published.ts";
import { teamContract } from "./server-store-team.ts";
import { wayContract } from "./server-store-ways.ts";

const openCase = async (): Promise<StoreCase> => {
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
};
storeContract("PostgreSQL", openCase);
wayContract("PostgreSQL", openCase);
approvalContract("PostgreSQL", openCase);
publishedContract("PostgreSQL", openCase);
teamContract("PostgreSQL", openCase);
inactiveContract("PostgreSQL", openCase);

journalContract("PostgreSQL", async () => {
  const url = await createDatabase(inject("postgresUrl"));
  const store = await openPostgres({ url, clock: { now: () => 1 }, random, connections: 6 });
  const driver = createPostgresDriver(url, random, 2);
  return {
    store,
    driver,
    close: async () => {
      await driver.close();
      await store.close();
    },
  };
});

oldStoreContract("PostgreSQL", async () => {
  const url = await createDatabase(inject("postgresUrl"));
  const driver = createPostgresDriver(url, random, 2);
  return {
    driver,
    open: async () => {
      await driver.close();
      return openPostgres({ url, clock: { now: () => 50 }, random });
    },
    close: async () => undefined,
  };
});
