/**
 * What every database of the server must do about published forms (SPEC P-Q); run on each implementation by
 * server-store.test.ts and server-store.postgres.test.ts.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { published as limits } from "../../src/protocol/limits.ts";
import { b64 } from "../../src/protocol/sign.ts";
import type { B64, ServerTime } from "../../src/protocol/wire.ts";
import type { Store } from "../../src/server/stores/ports.ts";
import type { NewPublication } from "../../src/server/stores/published-ports.ts";
import { createPerson, random, type TestPerson } from "../unit/server/people.ts";
import type { StoreCase } from "./server-store.ts";

const at = (value: number) => value as ServerTime;
const text = (): B64 => b64(random.bytes(32));

export function publishedContract(name: string, open: () => Promise<StoreCase>): void {
  describe(`server store, published forms: ${name}`, () => {
    let here: StoreCase;
    let store: Store;
    let desk: TestPerson;
    const made = (form: string, rank: number, fields: Partial<NewPublication> = {}): NewPublication => ({
      by: desk.id,
      form,
      rank,
      hash: text(),
      length: 100,
      statement: { body: text(), sig: text() },
      file: text(),
      at: at(10),
      ...fields,
    });
    const organisation = async (): Promise<TestPerson> => {
      const one = await createPerson("organisation");
      await store.saveChain({ ...one, sign: one.principal.sign, devices: one.principal.devices }, 0, at(1));
      return one;
    };
    beforeEach(async () => {
      here = await open();
      store = here.store;
      desk = await organisation();
    });
    afterEach(() => here.close());

    test("P-Q3 a higher version takes the place of a lower one, never the other way, and outlives a restart", async () => {
      const [one, two] = [made("aide", 2), made("aide", 4)];
      expect(await store.publish(two)).toBe("ok");
      expect(await store.publish(one)).toBe("older");
      const again = { ...two, statement: { ...two.statement, sig: text() } };
      expect(await store.publish(again)).toBe("ok");
      expect(await store.publish(made("aide", 4))).toBe("older");
      store = await here.reopen();
      expect(await store.publishedAfter(0, 10)).toEqual([{ seq: expect.any(Number), statement: two.statement }]);
      expect(await store.publishedFile(two.hash)).toBe(two.file);
      expect(await store.publishedFile(text())).toBeUndefined();
    });

    test("P-Q3 what is withdrawn is what was published, and stays to be read", async () => {
      const one = made("aide", 2);
      const withdrawn = made("aide", 3, { hash: one.hash, file: null });
      expect(await store.publish(withdrawn)).toBe("no-file");
      await store.publish(one);
      expect(await store.publish({ ...withdrawn, hash: text() })).toBe("no-file");
      expect(await store.publish(withdrawn)).toBe("ok");
      expect((await store.publishedAfter(0, 10)).map((row) => row.statement)).toEqual([withdrawn.statement]);
      expect(await store.publishedBy(desk.id)).toEqual([one.statement, withdrawn.statement]);
      expect(await store.publishedFile(one.hash)).toBe(one.file);
      expect(await store.publish(made("aide", 4))).toBe("ok");
    });

    test("P-Q6 the list goes on from a number, each form once, by its newest statement", async () => {
      const other = await organisation();
      for (const form of ["a", "b", "c"]) await store.publish(made(form, 2));
      const first = await store.publishedAfter(0, 2);
      expect(first).toHaveLength(2);
      const rest = await store.publishedAfter(first.at(-1)?.seq ?? 0, 10);
      expect(rest).toHaveLength(1);
      const last = await store.publishedLast();
      expect(last).toBe(rest[0]?.seq);
      const newer = made("a", 4);
      await store.publish(newer);
      await store.publish(made("a", 2, { by: other.id }));
      const news = await store.publishedAfter(last, 10);
      expect(news).toHaveLength(2);
      expect(news[0]?.statement).toEqual(newer.statement);
      expect(await store.publishedAfter(0, 10)).toHaveLength(4);
    });

    test("P-Q4 ten browsers publish one version at once: one is taken, and no number is given twice", async () => {
      const heard = await Promise.all(Array.from({ length: 10 }, () => store.publish(made("aide", 2))));
      expect(heard.filter((each) => each === "ok")).toHaveLength(1);
      await Promise.all(Array.from({ length: 10 }, (_, n) => store.publish(made(`form-${n}`, 2))));
      const rows = await store.publishedAfter(0, 100);
      expect(new Set(rows.map((row) => row.seq)).size).toBe(11);
      expect(await store.publishedLast()).toBe(Math.max(...rows.map((row) => row.seq)));
    });

    test("P-Q4 an organisation has so many bytes; what it published can be withdrawn all the same", async () => {
      const half = limits.bytes / 2;
      const one = made("a", 2, { length: half });
      expect(await store.publish(one)).toBe("ok");
      expect(await store.publish(made("b", 2, { length: half }))).toBe("ok");
      expect(await store.publish(made("c", 2, { length: 1 }))).toBe("quota");
      expect(await store.publish(made("a", 3, { hash: one.hash, length: half, file: null }))).toBe("ok");
      desk = await organisation();
      expect(await store.publish(made("c", 2, { length: 1 }))).toBe("ok");
    });
  });
}
