/**
 * What every database of the server must do about journals (SPEC P-J); run on each implementation by server-store.test.ts and
 * server-store.postgres.test.ts. `driver`: another way into the same database, for who would change it.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { journalHash, journalStart, sealJournalLine } from "../../src/protocol/journal.ts";
import { b64 } from "../../src/protocol/sign.ts";
import type { B64, ServerTime } from "../../src/protocol/wire.ts";
import type { Store } from "../../src/server/stores/ports.ts";
import { all, type Driver, kept, run, text } from "../../src/server/stores/work.ts";
import { createPerson, random, type TestPerson } from "../unit/server/people.ts";

export interface JournalCase {
  readonly store: Store;
  readonly driver: Driver;
  readonly close: () => Promise<void>;
}

const at = (value: number) => value as ServerTime;

export function journalContract(name: string, open: () => Promise<JournalCase>): void {
  describe(`server store, journals: ${name}`, () => {
    let here: JournalCase;
    let store: Store;
    let person: TestPerson;
    const add = async (about: string) => {
      const line = await sealJournalLine(person.boxKey.box, person.id, { v: 1, at: at(1), k: "visit" });
      if (line === undefined) throw new Error("the key is a point");
      return store.addLine({ principal: person.id, about: about as B64, ...line });
    };
    const change = (sql: string) =>
      here.driver.write(function* () {
        return kept(yield* run(sql));
      });
    beforeEach(async () => {
      here = await open();
      store = here.store;
      person = await createPerson();
      await store.saveChain({ ...person, sign: person.principal.sign, devices: person.principal.devices }, 0, at(1));
    });
    afterEach(() => here.close());

    test("P-J3 lines are numbered from 1, each hash covers the one before, and each thing is told once", async () => {
      expect(await add("a")).toBe("added");
      expect(await add("b")).toBe("added");
      expect(await add("a")).toBe("same");
      const { lines, length } = await store.journal(person.id, 0, 10);
      expect([lines.map(({ n }) => n), length]).toEqual([[1, 2], 2]);
      let hash = await journalStart(person.id);
      for (const line of lines) hash = await journalHash(hash, line.n, line);
      const rows = await here.driver.read(() => all("SELECT hash FROM journal ORDER BY n DESC"));
      expect(rows[0] && text(rows[0], "hash")).toBe(hash);
      expect((await store.journal(person.id, 1, 10)).lines.map(({ n }) => n)).toEqual([2]);
      expect((await store.journal(person.id, 2, 10)).hash).toBe(hash);
      expect(await store.journal((await createPerson()).id, 0, 10)).toEqual({ lines: [], length: 0, hash: null });
      expect(
        await store.addLine({
          principal: (await createPerson()).id,
          about: "x" as B64,
          enc: b64(random.bytes(65)),
          sealed: b64(random.bytes(16)),
        }),
      ).toBe("gone");
    });

    test("P-J3 two writers at once make one order", async () => {
      await Promise.all(Array.from({ length: 12 }, (_, n) => add(`at-${n % 6}`)));
      const { lines, length } = await store.journal(person.id, 0, 20);
      expect([lines.map(({ n }) => n), length]).toEqual([[1, 2, 3, 4, 5, 6], 6]);
    });

    test("P-J4 nothing changes a line or takes one away, until its satchel is erased", async () => {
      await add("a");
      await add("b");
      for (const sql of [
        "UPDATE journal SET sealed = ''",
        "UPDATE journal SET n = n + 1",
        "DELETE FROM journal",
        "DELETE FROM journal WHERE n = 2",
      ])
        await expect(change(sql)).rejects.toThrow(/only added to/);
      expect((await store.journal(person.id, 0, 10)).length).toBe(2);
      await store.erase(person.id, at(9));
      expect(await store.journal(person.id, 0, 10)).toEqual({ lines: [], length: 0, hash: null });
      expect(await add("c")).toBe("gone");
    });

    test("P-Z3 a journal goes when its satchel rests, begins again with its next session, and is then only added to again", async () => {
      await add("a");
      expect(await store.tellInactive(at(10), at(11))).toBe(1);
      expect(await store.removeInactive(person.id, at(10), at(12))).toBe(true);
      expect(await store.journal(person.id, 0, 10)).toEqual({ lines: [], length: 0, hash: null });
      await store.noteSeen(person.id, at(20));
      expect(await add("a")).toBe("added");
      expect((await store.journal(person.id, 0, 10)).lines.map(({ n }) => n)).toEqual([1]);
      await expect(change("DELETE FROM journal")).rejects.toThrow(/only added to/);
    });
  });
}
