/**
 * What every database of the server must do about satchels that nobody opened for years (SPEC P-Z); run on each
 * implementation by server-store.test.ts and server-store.postgres.test.ts.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { b64 } from "../../src/protocol/sign.ts";
import type { B64, ServerTime } from "../../src/protocol/wire.ts";
import type { Store } from "../../src/server/stores/ports.ts";
import { createPerson, newBlobId, newRecordId, random, type TestPerson } from "../unit/server/people.ts";
import type { StoreCase } from "./server-store.ts";

const at = (value: number) => value as ServerTime;
const text = (): B64 => b64(random.bytes(32));
const plenty = 1e9;

export function inactiveContract(name: string, open: () => Promise<StoreCase>): void {
  describe(`server store, satchels that nobody opened for years: ${name}`, () => {
    let here: StoreCase;
    let store: Store;
    let person: TestPerson;
    let desk: TestPerson;
    const save = (who: TestPerson) =>
      store.saveChain(
        {
          id: who.id,
          kind: who.kind,
          sign: who.principal.sign,
          devices: who.principal.devices,
          statements: who.statements,
        },
        0,
        at(10),
      );
    const push = async (fields: Parameters<TestPerson["op"]>[0] = {}, when = 20) => {
      const { op, head } = await person.op(fields);
      expect((await store.applyOp(op, head, text(), plenty, at(when))).type).toBe("ok");
      return head;
    };
    const upload = async (who: TestPerson) => {
      const ticket = { t: "ticket", v: 1, owner: who.id, blob: newBlobId(), length: 100, root: text() } as const;
      await store.openUpload(ticket, plenty, at(20));
      await store.markBlob(who.id, ticket.blob, "verified", at(20));
      return { blob: ticket.blob, length: ticket.length, root: ticket.root };
    };
    const write = async (
      from: TestPerson,
      to: TestPerson,
      blobs: Parameters<TestPerson["letter"]>[1] = [],
      when = 20,
    ) => {
      const { letter, id, manifest } = await from.letter(to, blobs);
      const head = {
        v: 1,
        suite: 1,
        letter: id,
        from: from.id,
        to: to.id,
        toKey: to.principal.boxKeyId,
        blobs,
      } as const;
      const deposited = { body: text(), sig: text() };
      const whole = { head, letter, manifest, digest: text(), deposited, at: at(when), quota: plenty };
      expect(await store.saveLetter(whole)).toBe("saved");
      return whole;
    };
    const feed = async (who: TestPerson) => store.pull(who.id, "0", 0, plenty);
    const told = async () => (await store.inactiveFor(desk.id, 10)).map((each) => each.satchel);
    beforeEach(async () => {
      here = await open();
      store = here.store;
      person = await createPerson();
      desk = await createPerson("organisation");
      for (const who of [person, desk]) await save(who);
    });
    afterEach(() => here.close());

    test("P-Z1 announced once nothing was heard; a session, a record or a letter ends the announcement", async () => {
      await push();
      await write(person, desk);
      expect(await store.tellInactive(at(20), at(100))).toBe(0);
      expect(await store.tellInactive(at(21), at(100))).toBe(1);
      expect(await store.tellInactive(at(22), at(101))).toBe(0);
      store = await here.reopen();
      expect(await store.inactiveFor(desk.id, 10)).toEqual([{ satchel: person.id, toldAt: 100 }]);
      expect(await store.inactiveCount()).toBe(1);
      await store.noteSeen(person.id, at(110));
      expect(await told()).toEqual([]);
      expect(await store.tellInactive(at(110), at(120))).toBe(0);
      // Carried, so without a session.
      expect(await store.tellInactive(at(130), at(140))).toBe(1);
      await push({}, 150);
      expect(await store.tellInactive(at(130), at(160))).toBe(0);
      expect(await told()).toEqual([]);
      expect(await store.toRemove(at(130), at(1000), 10)).toEqual([]);
    });

    test("P-Z2 only organisations that it wrote to hear of it, and an organisation never goes", async () => {
      const stranger = await createPerson("organisation");
      await save(stranger);
      await write(person, desk);
      await store.tellInactive(at(1000), at(1001));
      expect(await told()).toEqual([person.id]);
      expect(await store.inactiveFor(stranger.id, 10)).toEqual([]);
      expect(await store.inactiveCount()).toBe(1);
    });

    test("P-Z3 removed: what was kept for it goes, what it sent stays, and a phone that comes back offers all again", async () => {
      const [own, sent, answered] = [await upload(person), await upload(person), await upload(desk)];
      const record = newRecordId();
      const first = await push({ record, blobs: [own.blob] });
      await push({ record, base: first.op, blobs: [own.blob] });
      await write(person, desk, [sent]);
      await write(desk, person, [answered]);
      const before = await feed(person);
      expect(before.rows.length).toBeGreaterThan(2);

      expect(await store.removeInactive(person.id, at(1000), at(1100))).toBe(false);
      await store.tellInactive(at(1000), at(1001));
      expect(await store.toRemove(at(1000), at(1001), 10)).toEqual([]);
      expect(await store.toRemove(at(1000), at(1002), 10)).toEqual([person.id]);
      expect(await store.removeInactive(person.id, at(1000), at(1100))).toBe(true);
      expect(await store.removeInactive(person.id, at(1000), at(1101))).toBe(false);
      store = await here.reopen();

      expect(await store.toRemove(at(2000), at(2000), 10)).toEqual([]);
      expect(await store.tellInactive(at(2000), at(2001))).toBe(0);
      expect(await told()).toEqual([]);
      const collectable = (await store.collectable(at(1), 10)).map((row) => row.blob);
      expect(collectable).toContain(own.blob);
      expect(collectable).toContain(answered.blob);
      expect(collectable).not.toContain(sent.blob);
      expect((await feed(desk)).rows.filter((row) => row.type === "letter")).toHaveLength(1);

      // The phone goes on from where it was: it hears that this is over, and what it then offers is taken as new.
      const { next, epoch } = before;
      const back = await store.pull(person.id, epoch, next, plenty);
      expect(back).toMatchObject({ rows: [], reset: true });
      expect(back.epoch).not.toBe(epoch);
      expect(back.epoch).toMatch(/^[0-9a-z]{1,32}$/);
      await store.noteSeen(person.id, at(3000));
      await push({ record }, 3000);
      const after = await store.pull(person.id, back.epoch, back.next, plenty);
      expect(after.reset).toBe(false);
      expect(after.rows).toHaveLength(1);
      expect(await store.tellInactive(at(5000), at(5001))).toBe(1);
    });

    test("P-Z1 one at rest that a carrier brings things of is at rest no more: it is announced and removed again in its time", async () => {
      await store.tellInactive(at(1000), at(1001));
      expect(await store.removeInactive(person.id, at(1000), at(1100))).toBe(true);
      await push({}, 3000);
      await write(person, desk, [], 3000);
      expect(await store.tellInactive(at(2000), at(3001))).toBe(0);
      expect(await store.tellInactive(at(5000), at(5001))).toBe(1);
      expect(await told()).toEqual([person.id]);
      expect(await store.removeInactive(person.id, at(5000), at(5100))).toBe(true);
    });

    test("P-Y12 what its person erased is announced to nobody", async () => {
      await write(person, desk);
      expect(await store.tellInactive(at(1000), at(1001))).toBe(1);
      await store.erase(person.id, at(1002));
      expect(await told()).toEqual([]);
      expect(await store.inactiveCount()).toBe(0);
    });

    test("P-Z3 space is given back: as much can be kept again as before", async () => {
      const quota = 20_000;
      const fill = async (): Promise<number> => {
        for (let count = 0; ; count += 1) {
          const { op, head } = await person.op();
          const verdict = await store.applyOp(op, head, text(), quota, at(20));
          if (verdict.type === "quota") return count;
        }
      };
      const many = await fill();
      await store.tellInactive(at(1000), at(1001));
      expect(await store.removeInactive(person.id, at(1000), at(1100))).toBe(true);
      expect(await fill()).toBe(many);
    });
  });
}
