/** The server's database on SQLite. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createSqliteDriver, openSqlite } from "../../src/server/stores/sqlite.ts";
import { createPerson, random } from "../unit/server/people.ts";
import { type StoreCase, storeContract } from "./server-store.ts";
import { approvalContract } from "./server-store-approvals.ts";
import { inactiveContract } from "./server-store-inactive.ts";
import { journalContract } from "./server-store-journal.ts";
import { oldStoreContract } from "./server-store-old.ts";
import { publishedContract } from "./server-store-published.ts";
import { teamContract } from "./server-store-team.ts";
import { wayContract } from "./server-store-ways.ts";

const openCase = async (): Promise<StoreCase> => {
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
};
storeContract("SQLite", openCase);
wayContract("SQLite", openCase);
approvalContract("SQLite", openCase);
publishedContract("SQLite", openCase);
teamContract("SQLite", openCase);
inactiveContract("SQLite", openCase);

journalContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "besace-store-"));
  const file = join(folder, "besace.sqlite");
  const store = await openSqlite({ file, clock: { now: () => 1 }, random });
  const driver = createSqliteDriver(file);
  return {
    store,
    driver,
    close: async () => {
      await driver.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});

oldStoreContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "besace-store-"));
  const file = join(folder, "besace.sqlite");
  const driver = createSqliteDriver(file);
  return {
    driver,
    open: async () => {
      await driver.close();
      return openSqlite({ file, clock: { now: () => 50 }, random });
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

test("SQLite copies itself whole into a new file while it works", async () => {
  const folder = mkdtempSync(join(tmpdir(), "besace-store-"));
  const open = (name: string) => openSqlite({ file: join(folder, name), clock: { now: () => 1 }, random });
  const store = await open("one.sqlite");
  const person = await createPerson();
  await store.saveChain({ ...person, sign: person.principal.sign, devices: new Map() }, 0, 1 as never);
  const write = async () => {
    const { op, head } = await person.op();
    return store.applyOp(op, head, head.op as never, 1e9, 2 as never);
  };
  for (let at = 0; at < 50; at += 1) await write();
  await Promise.all([store.backupTo?.(join(folder, "two.sqlite")), write()]);
  const copy = await open("two.sqlite");
  expect((await copy.usage()).records).toBeGreaterThanOrEqual(50);
  expect(await copy.epoch()).toBe(await store.epoch());
  await copy.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
