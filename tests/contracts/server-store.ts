/**
 * What every database and every blob place of the server must do; run on each implementation by server-store.test.ts.
 *
 * `reopen` ends the store and opens it again on the same data: what was answered must be there.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pull as pullLimits, quotas } from "../../src/protocol/limits.ts";
import { b64 } from "../../src/protocol/sign.ts";
import type { B64, ServerTime, Signed } from "../../src/protocol/wire.ts";
import type { BlobPlace, NewLetter, Store } from "../../src/server/stores/ports.ts";
import type { PrincipalId } from "../../src/shared/ids.ts";
import { createPerson, newBlobId, newRecordId, random, type TestPerson } from "../unit/server/people.ts";

export interface StoreCase {
  readonly store: Store;
  readonly reopen: () => Promise<Store>;
  readonly close: () => Promise<void>;
}

const at = (value: number) => value as ServerTime;
const digest = (): B64 => b64(random.bytes(32));
const signed = (): Signed => ({ body: b64(random.bytes(40)), sig: b64(random.bytes(64)) });
const plenty = 1e9;

export function storeContract(name: string, open: () => Promise<StoreCase>): void {
  describe(`server store: ${name}`, () => {
    let one: StoreCase;
    let store: Store;
    let person: TestPerson;
    let desk: TestPerson;
    beforeEach(async () => {
      one = await open();
      store = one.store;
      person = await createPerson();
      desk = await createPerson("organisation");
      for (const who of [person, desk]) await save(who);
    });
    afterEach(() => one.close());

    const save = (who: TestPerson, statements = who.statements, knownLength = 0) =>
      store.saveChain(
        { id: who.id, kind: who.kind, sign: who.principal.sign, devices: who.principal.devices, statements },
        knownLength,
        at(1),
      );
    const apply = async (made: Awaited<ReturnType<TestPerson["op"]>>, hash = digest(), quota = plenty) =>
      store.applyOp(made.op, made.head, hash, quota, at(2));
    const pullAll = async (who: PrincipalId) => (await store.pull(who, "0", 0, plenty)).rows;
    const newLetter = async (fields: Partial<NewLetter> = {}, blobs = [] as Parameters<TestPerson["letter"]>[1]) => {
      const { letter, id, manifest } = await person.letter(desk, blobs);
      const head = {
        v: 1,
        suite: 1,
        letter: id,
        from: person.id,
        to: desk.id,
        toKey: desk.principal.boxKeyId,
        blobs: blobs ?? [],
      } as const;
      return { head, letter, manifest, digest: digest(), deposited: signed(), at: at(5), quota: plenty, ...fields };
    };

    test("keeps one epoch for the life of its data", async () => {
      const epoch = await store.epoch();
      expect(epoch).toMatch(/^[0-9a-z]{1,32}$/);
      expect(epoch).not.toBe("0");
      store = await one.reopen();
      expect(await store.epoch()).toBe(epoch);
    });

    test("saves a chain only on top of the length that the caller knew", async () => {
      expect(await save(person)).toBe(false);
      const { statements } = await person.withDevice();
      const both = await Promise.all([save(person, statements, 2), save(person, statements, 2)]);
      expect(both.filter(Boolean)).toHaveLength(1);
      store = await one.reopen();
      expect(await store.principal(person.id)).toEqual({
        id: person.id,
        kind: "satchel",
        sign: person.principal.sign,
        statements,
        quota: null,
      });
      const key = person.principal.devices.get(person.device)?.transport;
      expect(await store.transportKey(person.id, person.device)).toBe(key);
      expect(await store.transportKey(desk.id, person.device)).toBeUndefined();
      expect(await store.principal((await createPerson()).id)).toBeUndefined();
    });

    test("remembers every accepted op for ever, and counts without gaps", async () => {
      const record = newRecordId();
      const first = await person.op({ record });
      const hash = digest();
      expect(await apply(first, hash)).toEqual({ type: "ok", seq: 1 });
      const second = await person.op({ record, base: first.head.op });
      expect(await apply(second)).toEqual({ type: "ok", seq: 2 });
      expect(await apply(await person.op({ record }))).toEqual({ type: "conflict", current: second.op, seq: 2 });
      expect(await apply(first)).toEqual({ type: "id-taken" });
      expect(await apply(await person.op(), digest(), 10)).toEqual({ type: "quota" });
      expect(await apply(await (await createPerson()).op())).toEqual({ type: "unknown-principal" });
      store = await one.reopen();
      expect(await apply(first, hash)).toEqual({ type: "ok", seq: 1 });
      expect(await apply(await person.op())).toEqual({ type: "ok", seq: 3 });
      expect((await pullAll(person.id)).map((row) => row.seq)).toEqual([2, 3]);
      expect(await pullAll(desk.id)).toEqual([]);
    });

    test("I5: a reader that follows its cursor while many write loses no row", async () => {
      const ops = await Promise.all(Array.from({ length: 60 }, () => person.op()));
      const seen: number[] = [];
      let seq = 0;
      const epoch = await store.epoch();
      let writing = true;
      const read = async () => {
        for (;;) {
          const last = !writing;
          const page = await store.pull(person.id, epoch, seq, 2000);
          seen.push(...page.rows.map((row) => row.seq));
          seq = page.next;
          if (last && !page.more) return;
          // A whole turn of the loop: an implementation may group its commits.
          await new Promise((turn) => setImmediate(turn));
        }
      };
      await Promise.all([
        read(),
        Promise.all(ops.map((made) => apply(made))).then(() => {
          writing = false;
        }),
      ]);
      expect(seen).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    });

    test("a write that fails takes no other one with it, and answers come in order", async () => {
      const [first, second, third] = [await person.op(), await person.op(), await person.op()];
      const nobody = await createPerson("organisation");
      const letter = await newLetter();
      const results = await Promise.allSettled([
        apply(first),
        store.saveLetter({ ...letter, head: { ...letter.head, from: nobody.id } }),
        apply(third, digest(), 10),
        apply(second),
      ]);
      expect(results.map((result) => (result.status === "fulfilled" ? result.value : result.status))).toEqual([
        { type: "ok", seq: 1 },
        "rejected",
        { type: "quota" },
        { type: "ok", seq: 2 },
      ]);
      store = await one.reopen();
      expect((await pullAll(person.id)).map((row) => row.seq)).toEqual([1, 2]);
      expect(await pullAll(desk.id)).toEqual([]);
    });

    test("a letter is one row for its receiver and one proof for its sender, once", async () => {
      const letter = await newLetter();
      expect(await store.saveLetter({ ...letter, quota: 10 })).toBe("quota");
      expect(await store.saveLetter(letter)).toBe("saved");
      expect(await store.saveLetter({ ...letter, deposited: signed(), at: at(99) })).toBe("same");
      expect(await store.saveLetter({ ...letter, digest: digest() })).toBe("id-taken");
      store = await one.reopen();
      expect(await pullAll(desk.id)).toEqual([{ seq: 1, type: "letter", letter: letter.letter, at: 5 }]);
      const proof = { seq: 1, type: "proof", letter: letter.head.letter, proof: letter.deposited };
      expect(await pullAll(person.id)).toEqual([proof]);
      expect(await store.proofs(person.id, letter.head.letter)).toEqual([letter.deposited]);
    });

    test("a proof is kept once per type, in the order in which it came", async () => {
      const { head, manifest, ...rest } = await newLetter();
      await store.saveLetter({ head, manifest, ...rest });
      const [stored] = await store.wholeLetters(person.id);
      expect(stored).toEqual({ from: person.id, to: desk.id, letter: head.letter, manifest, depositedAt: 5 });
      if (stored === undefined) return;
      const [first, second] = [signed(), signed()];
      await store.addProof(stored, "complete", first, [person.id, desk.id], at(6));
      await store.addProof(stored, "complete", second, [person.id, desk.id], at(7));
      expect(await store.wholeLetters(null)).toEqual([]);
      expect(await store.proofs(person.id, head.letter)).toEqual([rest.deposited, first]);
      expect((await pullAll(person.id)).map((row) => row.type)).toEqual(["proof", "proof"]);
      expect((await pullAll(desk.id)).map((row) => row.type)).toEqual(["letter", "proof"]);
      expect(await store.received(desk.id, head.letter, manifest)).toEqual(stored);
      expect(await store.received(person.id, head.letter, manifest)).toBeUndefined();
      expect(await store.received(desk.id, head.letter, digest())).toBeUndefined();
    });

    test("a letter is whole when each named blob is verified with the named length and root", async () => {
      const [right, wrong] = [await person.blob(), await person.blob()];
      const whole = await newLetter({}, [right.ref]);
      const never = await newLetter({}, [right.ref, { ...wrong.ref, root: digest() }]);
      for (const letter of [whole, never]) await store.saveLetter(letter);
      for (const { ref } of [right, wrong])
        await store.openUpload({ t: "ticket", v: 1, owner: person.id, ...ref }, plenty, at(3));
      expect(await store.wholeLetters(person.id)).toEqual([]);
      for (const { ref } of [right, wrong]) await store.markBlob(person.id, ref.blob, "verified", at(4));
      expect((await store.wholeLetters(person.id)).map((letter) => letter.letter)).toEqual([whole.head.letter]);
      expect((await store.wholeLetters(null)).map((letter) => letter.letter)).toEqual([whole.head.letter]);
      expect(await store.wholeLetters(desk.id)).toEqual([]);
      expect(await store.verifiedOf(person.id, never.head.blobs)).toEqual([right.ref.blob]);
      // The receiver may read what a letter to it names, and nothing else.
      expect(await store.mayRead(desk.id, person.id, right.ref.blob)).toBe(true);
      expect(await store.mayRead(desk.id, person.id, newBlobId())).toBe(false);
      expect(await store.mayRead((await createPerson()).id, person.id, right.ref.blob)).toBe(false);
      expect(await store.mayRead(person.id, person.id, wrong.ref.blob)).toBe(true);
    });

    test("every accepted op weighs something for ever; what makes nothing larger goes on a little beyond the quota", async () => {
      const record = newRecordId();
      const weight = ({ op }: Awaited<ReturnType<TestPerson["op"]>>) =>
        Math.ceil((op.head.length * 3) / 4) + Math.ceil((op.body.length * 3) / 4) + Math.ceil((op.sig.length * 3) / 4);
      const { appliedOpBytes: each, appliedReserveBytes: reserve } = quotas;
      const first = await person.op({ record }, 4096);
      expect(await apply(first, digest(), weight(first) + each - 1)).toEqual({ type: "quota" });
      expect(await apply(first, digest(), weight(first) + each)).toMatchObject({ type: "ok" });
      const second = await person.op({ record, base: first.head.op }, 4096);
      expect(await apply(second)).toMatchObject({ type: "ok" });
      const third = await person.op({ record, base: second.head.op }, 4096);
      expect(weight(third)).toBe(weight(second));
      const used = weight(second) + 3 * each;
      expect(await apply(third, digest(), used - reserve - 1)).toEqual({ type: "quota" });
      expect(await apply(third, digest(), used - reserve)).toMatchObject({ type: "ok" });
      expect(await apply(await person.op({}, 256), digest(), used + each)).toEqual({ type: "quota" });
    });

    test("an upload takes its space when it is opened and gives it back when it is given up", async () => {
      const { ref } = await person.blob();
      const ticket = { t: "ticket", v: 1, owner: person.id, ...ref } as const;
      const quota = ref.length + 10;
      expect(await store.openUpload({ ...ticket, owner: (await createPerson()).id }, quota, at(3))).toBe(
        "unknown-principal",
      );
      expect(await store.openUpload(ticket, quota, at(3))).toBe("opened");
      expect(await store.openUpload(ticket, quota, at(4))).toBe("known");
      expect(await store.openUpload({ ...ticket, root: digest() }, quota, at(4))).toBe("id-taken");
      const other = { ...ticket, blob: newBlobId() };
      expect(await store.openUpload(other, quota, at(4))).toBe("quota");
      store = await one.reopen();
      expect(await store.unverifiedBlobs()).toMatchObject([
        { ...ref, owner: person.id, state: "staged", createdAt: 3 },
      ]);
      await store.markBlob(person.id, ref.blob, "again", at(5));
      expect(await pullAll(person.id)).toEqual([{ seq: 1, type: "blob", blob: ref.blob, state: "again" }]);
      await store.forgetUpload(person.id, ref.blob);
      expect(await pullAll(person.id)).toEqual([]);
      expect(await store.openUpload(other, quota, at(6))).toBe("opened");
      await store.markBlob(person.id, other.blob, "verified", at(7));
      await store.markBlob(person.id, other.blob, "again", at(8));
      await store.forgetUpload(person.id, other.blob);
      expect((await store.blob(person.id, other.blob))?.state).toBe("verified");
      expect((await pullAll(person.id)).map((row) => row.type)).toEqual(["blob"]);
    });

    test("rows that are no more do not hide those behind them", async () => {
      const { ref } = await person.blob();
      const blobs = Array.from({ length: 3 }, () => newBlobId());
      for (const blob of blobs) {
        await store.openUpload({ t: "ticket", v: 1, owner: person.id, ...ref, blob }, plenty, at(3));
        await store.markBlob(person.id, blob, "again", at(3));
      }
      await apply(await person.op());
      await store.forgetUpload(person.id, blobs[1] ?? newBlobId());
      expect((await pullAll(person.id)).map((row) => row.seq)).toEqual([1, 3, 4]);
    });

    test("a page ends at the row limit too, and the next one goes on behind it", async () => {
      const { ref } = await person.blob();
      const count = pullLimits.rows + 3;
      await Promise.all(
        Array.from({ length: count }, async () => {
          const blob = newBlobId();
          await store.openUpload({ t: "ticket", v: 1, owner: person.id, ...ref, blob }, plenty, at(3));
          await store.markBlob(person.id, blob, "verified", at(3));
        }),
      );
      const first = await store.pull(person.id, "0", 0, plenty);
      expect([first.rows.length, first.more]).toEqual([pullLimits.rows, true]);
      const second = await store.pull(person.id, await store.epoch(), first.next, plenty);
      expect([second.rows.length, second.more, second.next]).toEqual([3, false, count]);
    });

    test("a tally counts for every process, and forgets when its time is over", async () => {
      expect(await store.tallied("t", at(1))).toEqual({ count: 0, until: 1 });
      const counts = await Promise.all(Array.from({ length: 5 }, () => store.tally("t", at(10), at(1))));
      expect(counts.map(({ count }) => count).sort()).toEqual([1, 2, 3, 4, 5]);
      store = await one.reopen();
      expect(await store.tally("t", at(99), at(9))).toEqual({ count: 6, until: 10 });
      expect(await store.tallied("t", at(9))).toEqual({ count: 6, until: 10 });
      expect(await store.tallied("t", at(10))).toEqual({ count: 0, until: 10 });
      expect(await store.tally("t", at(20), at(10))).toEqual({ count: 1, until: 20 });
      expect(await store.tally("other", at(20), at(10))).toEqual({ count: 1, until: 20 });
    });

    test("a desk opens once", async () => {
      expect(await store.desk("d")).toBeUndefined();
      const [first, second] = [digest(), digest()];
      expect(await store.setDeskCode("d", first)).toBe(true);
      expect(await store.setDeskCode("d", second)).toBe(true);
      const root = b64(random.bytes(60));
      expect(await store.openDesk("d", desk.id, root, at(8))).toBe(true);
      expect(await store.openDesk("d", person.id, b64(random.bytes(60)), at(9))).toBe(false);
      expect(await store.setDeskCode("d", first)).toBe(false);
      store = await one.reopen();
      expect(await store.desk("d")).toEqual({
        slug: "d",
        authHash: second,
        opened: { principal: desk.id, sealedRoot: root },
      });
    });
  });
}

export interface PlaceCase {
  readonly place: BlobPlace;
  /** Appends bytes as the upload server does. */
  readonly append: (name: string, bytes: Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function placeContract(name: string, open: () => Promise<PlaceCase>): void {
  describe(`blob place: ${name}`, () => {
    let one: PlaceCase;
    beforeEach(async () => {
      one = await open();
    });
    afterEach(() => one.close());
    const blob = `${"A".repeat(27)}.${"B".repeat(22)}`;
    const read = async (range?: { start: number; end: number }) =>
      Buffer.concat(await one.place.read(blob, range).toArray());

    test("makes a blob once and never cuts it by making it again", async () => {
      expect(await one.place.size(blob)).toBeUndefined();
      await one.place.create(blob);
      expect(await one.place.size(blob)).toBe(0);
      await one.append(blob, Uint8Array.of(1, 2, 3, 4));
      await one.place.create(blob);
      expect(await one.place.size(blob)).toBe(4);
      await one.place.sync(blob);
      expect([...(await read())]).toEqual([1, 2, 3, 4]);
      expect([...(await read({ start: 1, end: 2 }))]).toEqual([2, 3]);
      await one.place.empty(blob);
      expect(await one.place.size(blob)).toBe(0);
      await one.place.remove(blob);
      await one.place.remove(blob);
      expect(await one.place.size(blob)).toBeUndefined();
    });

    test("takes no name that could lead elsewhere", async () => {
      for (const bad of ["../x.y", "x/y.z", "", ".", "x", "x.y.z", "x.y\0"])
        await expect((async () => one.place.create(bad))()).rejects.toThrow("name");
    });
  });
}
