/**
 * What every database and every blob place of the server must do; run on each implementation by server-store.test.ts.
 *
 * `reopen` ends the store and opens it again on the same data: what was answered must be there.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pull as pullLimits, quotas } from "../../src/protocol/limits.ts";
import { b64, sha256 } from "../../src/protocol/sign.ts";
import type { B64, ServerTime, Signed } from "../../src/protocol/wire.ts";
import type { NewLetter, Store } from "../../src/server/stores/ports.ts";
import { fromBase64Url } from "../../src/shared/bytes.ts";
import type { BlobId, LetterId, PrincipalId } from "../../src/shared/ids.ts";
import {
  createPerson,
  newBlobId,
  newLetterId,
  newOpId,
  newRecordId,
  random,
  type TestPerson,
} from "../unit/server/people.ts";

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
    let here: StoreCase;
    let store: Store;
    let person: TestPerson;
    let desk: TestPerson;
    beforeEach(async () => {
      here = await open();
      store = here.store;
      person = await createPerson();
      desk = await createPerson("organisation");
      for (const who of [person, desk]) await save(who);
    });
    afterEach(() => here.close());

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
      store = await here.reopen();
      expect(await store.epoch()).toBe(epoch);
    });

    test("saves a chain only on top of the length that the caller knew", async () => {
      expect(await save(person)).toBe(false);
      const { statements } = await person.withDevice();
      const both = await Promise.all([save(person, statements, 2), save(person, statements, 2)]);
      expect(both.filter(Boolean)).toHaveLength(1);
      store = await here.reopen();
      expect(await store.principal(person.id)).toEqual({
        id: person.id,
        kind: "satchel",
        sign: person.principal.sign,
        statements,
        quota: null,
        closed: null,
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
      store = await here.reopen();
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
      store = await here.reopen();
      expect((await pullAll(person.id)).map((row) => row.seq)).toEqual([1, 2]);
      expect(await pullAll(desk.id)).toEqual([]);
    });

    test("a letter is one row for its receiver and one proof for its sender, once", async () => {
      const letter = await newLetter();
      expect(await store.saveLetter({ ...letter, quota: 10 })).toBe("quota");
      expect(await store.saveLetter(letter)).toBe("saved");
      expect(await store.saveLetter({ ...letter, deposited: signed(), at: at(99) })).toBe("same");
      expect(await store.saveLetter({ ...letter, digest: digest() })).toBe("id-taken");
      store = await here.reopen();
      expect(await pullAll(desk.id)).toEqual([{ seq: 1, type: "letter", letter: letter.letter, at: 5 }]);
      const proof = { seq: 1, type: "proof", letter: letter.head.letter, proof: letter.deposited };
      expect(await pullAll(person.id)).toEqual([proof]);
      expect(await store.proofs(person.id, letter.head.letter)).toEqual([letter.deposited]);
    });

    test("a proof is kept once per type, in the order in which it came", async () => {
      const { head, manifest, ...rest } = await newLetter();
      await store.saveLetter({ head, manifest, ...rest });
      const [stored] = await store.wholeLetters(person.id);
      const whole = { from: person.id, to: desk.id, letter: head.letter, manifest, depositedAt: 5, until: null };
      expect(stored).toEqual(whole);
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
      expect(await store.mayRead(desk.id, person.id, right.ref.blob, at(6))).toBe(true);
      expect(await store.mayRead(desk.id, person.id, newBlobId(), at(6))).toBe(false);
      expect(await store.mayRead((await createPerson()).id, person.id, right.ref.blob, at(6))).toBe(false);
      expect(await store.mayRead(person.id, person.id, wrong.ref.blob, at(6))).toBe(true);
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
      store = await here.reopen();
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

    test("the promise of a verified blob can be taken back, which its owner hears; its bytes may come again", async () => {
      const { ref } = await person.blob();
      await store.openUpload({ t: "ticket", v: 1, owner: person.id, ...ref }, plenty, at(3));
      expect(await store.loseBlob(person.id, ref.blob, at(4))).toBe(false);
      await store.markBlob(person.id, ref.blob, "verified", at(5));
      expect(await store.loseBlob(person.id, ref.blob, at(6))).toBe(true);
      expect(await store.loseBlob(person.id, ref.blob, at(7))).toBe(false);
      expect(await store.blob(person.id, ref.blob)).toMatchObject({ state: "again", verifiedAt: null });
      expect(await pullAll(person.id)).toMatchObject([{ type: "blob", blob: ref.blob, state: "again" }]);
      expect(await store.verifiedOf(person.id, [ref])).toEqual([]);
      await store.markBlob(person.id, ref.blob, "verified", at(8));
      expect(await pullAll(person.id)).toMatchObject([{ state: "verified" }]);
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
      store = await here.reopen();
      expect(await store.tally("t", at(99), at(9))).toEqual({ count: 6, until: 10 });
      expect(await store.tallied("t", at(9))).toEqual({ count: 6, until: 10 });
      expect(await store.tallied("t", at(10))).toEqual({ count: 0, until: 10 });
      expect(await store.tally("t", at(20), at(10))).toEqual({ count: 1, until: 20 });
      expect(await store.tally("other", at(20), at(10))).toEqual({ count: 1, until: 20 });
    });

    const upload = async (who = person, plain = 1000) => {
      const { ref } = await who.blob(plain);
      await store.openUpload({ t: "ticket", v: 1, owner: who.id, ...ref }, plenty, at(10));
      await store.markBlob(who.id, ref.blob, "verified", at(11));
      return ref;
    };
    const sinceOf = async (blob: BlobId) => (await store.blob(person.id, blob))?.unreferencedSince;

    test("a blob counts as unnamed from the moment when the last record or letter that named it ceased to", async () => {
      const [one, two] = [await upload(), await upload()];
      expect(await store.blob(person.id, one.blob)).toMatchObject({ verifiedAt: 11, unreferencedSince: 11 });
      const record = newRecordId();
      const first = await person.op({ record, blobs: [one.blob, two.blob] });
      await store.applyOp(first.op, first.head, digest(), plenty, at(20));
      const letter = await newLetter({ at: at(21) }, [two]);
      await store.saveLetter(letter);
      expect([await sinceOf(one.blob), await sinceOf(two.blob)]).toEqual([null, null]);
      expect(await store.collectable(at(1000), 10)).toEqual([]);
      const second = await person.op({ record, base: first.head.op, blobs: [two.blob] });
      await store.applyOp(second.op, second.head, digest(), plenty, at(30));
      expect([await sinceOf(one.blob), await sinceOf(two.blob)]).toEqual([30, null]);
      // Another record takes it up again: nothing counts any more.
      const other = await person.op({ blobs: [one.blob] });
      await store.applyOp(other.op, other.head, digest(), plenty, at(40));
      expect(await sinceOf(one.blob)).toBeNull();
      // A deletion by the person is at once; a letter that names the blob keeps it all the same.
      for (const [{ record: gone, op: base }, time] of [
        [other.head, 50],
        [second.head, 51],
      ] as const) {
        const tombstone = await person.op({ record: gone, base, deleted: true });
        await store.applyOp(tombstone.op, tombstone.head, digest(), plenty, at(time));
      }
      store = await here.reopen();
      expect([await sinceOf(one.blob), await sinceOf(two.blob)]).toEqual([0, null]);
      expect((await store.collectable(at(1), 10)).map(({ blob }) => blob)).toEqual([one.blob]);
      const [stored] = await store.letters(person.id, [letter.head.letter]);
      if (stored === undefined) throw new Error("a saved letter is there");
      expect(await store.withdrawLetter(stored, signed(), at(60))).toBe("done");
      // Taking a letter back is a deletion by the person too.
      expect(await sinceOf(two.blob)).toBe(0);
      const both = [one.blob, two.blob].sort();
      expect((await store.collectable(at(1), 10)).map(({ blob }) => blob).sort()).toEqual(both);
    });

    test("a record or a letter that came before its blobs names them when they come", async () => {
      const { ref } = await person.blob();
      const made = await person.op({ blobs: [ref.blob] });
      expect(await apply(made)).toMatchObject({ type: "ok" });
      await store.openUpload({ t: "ticket", v: 1, owner: person.id, ...ref }, plenty, at(10));
      await store.markBlob(person.id, ref.blob, "verified", at(11));
      expect(await sinceOf(ref.blob)).toBeNull();
      const many = Array.from({ length: 40 }, () => newBlobId());
      expect(await apply(await person.op({ blobs: many }))).toMatchObject({ type: "ok" });
    });

    test("a collected blob is said to be missing until it was sent again, and its space is free meanwhile", async () => {
      const ref = await upload();
      const ticket = { t: "ticket", v: 1, owner: person.id, ...ref } as const;
      const keeper = await person.op({ blobs: [ref.blob] });
      await store.applyOp(keeper.op, keeper.head, digest(), plenty, at(20));
      expect(await store.markCollected(person.id, ref.blob, at(25))).toBe(false);
      expect(await store.markCollected(person.id, newBlobId(), at(25))).toBe(false);
      const tombstone = await person.op({ record: keeper.head.record, base: keeper.head.op, deleted: true });
      await store.applyOp(tombstone.op, tombstone.head, digest(), plenty, at(30));
      const pulled = (await pullAll(person.id)).map((row) => row.type);
      expect(pulled).toEqual(["blob", "record"]);

      expect(await store.markCollected(person.id, ref.blob, at(40))).toBe(true);
      expect(await store.markCollected(person.id, ref.blob, at(41))).toBe(true);
      expect((await pullAll(person.id)).map((row) => row.type)).toEqual(["record"]);
      const naming = await person.op({ blobs: [newBlobId(), ref.blob] });
      expect(await apply(naming)).toEqual({ type: "blob-missing" });
      expect(await store.saveLetter(await newLetter({}, [ref]))).toBe("blob-missing");
      expect(await store.verifiedOf(person.id, [ref])).toEqual([]);
      // A crash here leaves bytes behind: the blob is offered for removal again, and its ticket has to wait.
      store = await here.reopen();
      expect((await store.collectable(at(1), 10)).map(({ state }) => state)).toEqual(["collected"]);
      expect(await store.openUpload(ticket, plenty, at(50))).toBe("busy");
      await store.bytesRemoved(person.id, ref.blob);
      expect(await store.collectable(at(1000), 10)).toEqual([]);

      expect(await store.openUpload({ ...ticket, root: digest() }, plenty, at(51))).toBe("id-taken");
      expect(await store.openUpload(ticket, plenty, at(51))).toBe("opened");
      expect(await store.openUpload(ticket, plenty, at(52))).toBe("known");
      expect(await store.blob(person.id, ref.blob)).toMatchObject({ state: "staged", createdAt: 51, verifiedAt: null });
      expect(await apply(naming)).toMatchObject({ type: "ok" });
      await store.markBlob(person.id, ref.blob, "verified", at(60));
      expect(await pullAll(person.id)).toMatchObject([
        { type: "record" },
        { type: "record" },
        { type: "blob", blob: ref.blob, state: "verified", at: 60 },
      ]);
      expect(await sinceOf(ref.blob)).toBeNull();
    });

    test("collecting gives back what the upload took", async () => {
      const ref = await upload();
      const next = { ...(await person.blob()).ref, length: ref.length };
      const ticket = { t: "ticket", v: 1, owner: person.id, ...next } as const;
      expect(await store.openUpload(ticket, ref.length, at(20))).toBe("quota");
      await store.markCollected(person.id, ref.blob, at(21));
      expect(await store.openUpload(ticket, ref.length, at(22))).toBe("opened");
    });

    test("P-P5: a letter is taken back until it was opened; its body and its hold on blobs go at once", async () => {
      const ref = await upload();
      const taken = await newLetter({}, [ref]);
      const read = await newLetter({}, [ref]);
      for (const letter of [taken, read]) await store.saveLetter(letter);
      const stored = await store.letters(person.id, [newLetterId(), taken.head.letter, read.head.letter]);
      const find = (id: LetterId) => {
        const found = stored.find(({ letter }) => letter === id);
        if (found === undefined) throw new Error("a saved letter is there");
        return found;
      };
      expect(stored).toHaveLength(2);
      const [proof, later] = [signed(), signed()];
      expect(await store.addProof(find(read.head.letter), "opened", later, [person.id, desk.id], at(6))).toBe("added");
      expect(await store.withdrawLetter(find(read.head.letter), proof, at(7))).toBe("opened");
      expect(await store.withdrawLetter(find(taken.head.letter), proof, at(7))).toBe("done");
      expect(await store.withdrawLetter(find(taken.head.letter), signed(), at(8))).toBe("same");
      expect(await store.addProof(find(taken.head.letter), "opened", later, [person.id, desk.id], at(9))).toBe("gone");
      store = await here.reopen();
      expect(await store.proofs(person.id, taken.head.letter)).toEqual([taken.deposited, proof]);
      // The receiver sees that it is gone, nobody sees what it said, and it is known when it comes again.
      expect((await pullAll(desk.id)).map((row) => (row.type === "letter" ? row.letter : row.type))).toEqual([
        read.letter,
        "proof",
        "proof",
      ]);
      expect(JSON.stringify(await pullAll(desk.id))).not.toContain(taken.letter.body);
      expect(await store.saveLetter(taken)).toBe("same");
      expect((await store.wholeLetters(person.id)).map(({ letter }) => letter)).toEqual([read.head.letter]);
      expect(await store.received(desk.id, taken.head.letter, taken.manifest)).toEqual(find(taken.head.letter));
      expect(await store.mayRead(desk.id, person.id, ref.blob, at(6))).toBe(true);
    });

    test("F3: a share is given until its time or its end, and what nothing else names goes with it", async () => {
      const ref = await upload();
      const share = async (until: number) => {
        const made = await person.letter(desk, [ref], undefined, at(until));
        const toKey = desk.principal.boxKeyId;
        const head = { v: 2, suite: 1, letter: made.id, from: person.id, to: desk.id, toKey, blobs: [ref] } as const;
        const { letter, manifest } = made;
        const rest = { digest: digest(), deposited: signed(), at: at(5), quota: plenty };
        expect(await store.saveLetter({ head: { ...head, until: at(until) }, letter, manifest, ...rest })).toBe(
          "saved",
        );
        const [stored] = await store.letters(person.id, [made.id]);
        if (stored === undefined) throw new Error("a saved letter is there");
        expect(stored.until).toBe(until);
        return stored;
      };
      const read = (time: number, who = desk) => store.mayRead(who.id, person.id, ref.blob, at(time));
      const byTime = await share(100);
      expect([await read(99), await read(100), await read(100, person)]).toEqual([true, false, true]);
      expect(await store.expireShares(at(99))).toBe(0);
      expect(await store.expireShares(at(100))).toBe(1);
      expect(await store.expireShares(at(100))).toBe(0);
      // Nothing of it is left, whatever a clock says later; that it was here is.
      expect(await read(1)).toBe(false);
      expect((await pullAll(desk.id)).map((row) => row.type)).toEqual([]);
      expect(await store.received(desk.id, byTime.letter, byTime.manifest)).toEqual(byTime);
      const byHand = await share(1000);
      const opened = signed();
      expect(await store.addProof(byHand, "opened", opened, [person.id, desk.id], at(6))).toBe("added");
      const proof = signed();
      expect(await store.endShare(byHand, proof, at(7))).toBe("done");
      expect(await store.endShare(byHand, signed(), at(8))).toBe("same");
      expect(await read(7)).toBe(false);
      store = await here.reopen();
      expect(await read(7)).toBe(false);
      expect(await store.proofs(person.id, byHand.letter)).toContainEqual(proof);
      for (const who of [person, desk])
        expect((await pullAll(who.id)).at(-1)).toMatchObject({ type: "proof", letter: byHand.letter, proof });
      const late = await share(1000);
      expect(await store.endShare(late, signed(), at(9))).toBe("done");
      expect(await store.addProof(late, "opened", opened, [person.id, desk.id], at(10))).toBe("gone");
      expect((await store.collectable(at(1), 10)).map(({ blob }) => blob)).toEqual([ref.blob]);
    });

    test("a letter that was taken back gives its receiver the space again", async () => {
      const letter = await newLetter();
      const size = [letter.letter.head, letter.letter.enc, letter.letter.body, letter.letter.sig]
        .map(({ length }) => Math.ceil((length * 3) / 4))
        .reduce((sum, bytes) => sum + bytes);
      expect(await store.saveLetter({ ...letter, quota: size })).toBe("saved");
      expect(await store.saveLetter({ ...(await newLetter()), quota: size })).toBe("quota");
      const [stored] = await store.letters(person.id, [letter.head.letter]);
      if (stored !== undefined) await store.withdrawLetter(stored, signed(), at(7));
      expect(await store.saveLetter({ ...(await newLetter()), quota: size })).toBe("saved");
    });

    test("a deposit that was merged keeps its id and loses its body", async () => {
      const ref = await upload();
      const letter = await newLetter({}, [ref]);
      const own = { ...letter, head: { ...letter.head, to: person.id } };
      expect(await store.saveLetter(own)).toBe("saved");
      expect((await pullAll(person.id)).map((row) => row.type)).toEqual(["blob", "letter", "proof"]);
      const [stored] = await store.letters(person.id, [own.head.letter]);
      if (stored === undefined) throw new Error("a saved letter is there");
      expect(await store.addProof(stored, "opened", signed(), [person.id], at(30))).toBe("added");
      expect((await pullAll(person.id)).map((row) => row.type)).toEqual(["blob", "proof", "proof"]);
      expect(await sinceOf(ref.blob)).toBe(30);
      expect(await store.saveLetter(own)).toBe("same");
    });

    test("B10: the body of an old tombstone goes; its id refuses what does not know of it, for ever", async () => {
      const record = newRecordId();
      const first = await person.op({ record });
      await store.applyOp(first.op, first.head, digest(), plenty, at(20));
      const tombstone = await person.op({ record, base: first.head.op, deleted: true });
      const hash = digest();
      await store.applyOp(tombstone.op, tombstone.head, hash, plenty, at(30));
      const kept = await person.op();
      await store.applyOp(kept.op, kept.head, digest(), plenty, at(31));
      expect(await store.expireTombstoneBodies(at(30))).toBe(0);
      expect(await store.expireTombstoneBodies(at(1000))).toBe(1);
      expect(await store.expireTombstoneBodies(at(1000))).toBe(0);
      store = await here.reopen();
      const { head, body, sig } = tombstone.op;
      const bodyHash = b64(await sha256(fromBase64Url(body) ?? new Uint8Array()));
      expect(await pullAll(person.id)).toEqual([
        { seq: 2, type: "record", op: { head, body: "", sig, bodyHash } },
        { seq: 3, type: "record", op: kept.op },
      ]);
      // A phone out of a drawer, with the paper as it had been: as new, and as an edit.
      expect(await apply(await person.op({ record }))).toEqual({ type: "gone" });
      expect(await apply(await person.op({ record, base: first.head.op }))).toEqual({ type: "gone" });
      expect(await apply(tombstone, hash)).toEqual({ type: "ok", seq: 2 });
      // Who knows of the deletion may still undo it.
      expect(await apply(await person.op({ record, base: tombstone.head.op }))).toMatchObject({ type: "ok" });
      expect((await pullAll(person.id)).map((row) => row.type)).toEqual(["record", "record"]);
    });

    test("says which ops were ever accepted, and which letters lie here", async () => {
      const ops = await Promise.all(Array.from({ length: 20 }, () => person.op()));
      for (const made of ops) await apply(made);
      const ids = ops.map(({ head }) => head.op);
      expect([...(await store.applied(person.id, [...ids, newOpId()]))].sort()).toEqual([...ids].sort());
      expect(await store.applied(desk.id, ids)).toEqual([]);
      expect(await store.applied(person.id, [])).toEqual([]);
      expect(await store.letters(person.id, [newLetterId()])).toEqual([]);
    });

    test("an upload belongs to the process that took it, until that one is not seen any more", async () => {
      const { ref } = await person.blob();
      expect(await store.claimUpload(person.id, ref.blob, "one", at(10), at(5))).toBeUndefined();
      await store.openUpload({ t: "ticket", v: 1, owner: person.id, ...ref }, plenty, at(10));
      await store.touchNode("one", "http://one:1", at(10));
      await store.touchNode("two", "http://two:1", at(10));
      const claims = await Promise.all(
        ["one", "two"].map((node) => store.claimUpload(person.id, ref.blob, node, at(11), at(5))),
      );
      const [winner] = claims;
      expect(claims).toEqual([winner, winner]);
      const other = winner?.node === "one" ? "two" : "one";
      expect(winner).toEqual({ node: winner?.node, url: `http://${winner?.node}:1` });
      await store.touchNode(other, `http://${other}:2`, at(100));
      expect(await store.nodes(at(50))).toEqual([{ node: other, url: `http://${other}:2`, seenAt: 100 }]);
      expect(await store.claimUpload(person.id, ref.blob, other, at(101), at(50))).toEqual({
        node: other,
        url: `http://${other}:2`,
      });
      const names = async () => (await store.nodes(at(0))).map(({ node }) => node);
      expect(await names()).toEqual(["one", "two"]);
      expect([await store.forgetNodes(at(10)), await store.forgetNodes(at(11))]).toEqual([0, 1]);
      expect(await names()).toEqual([other]);
      store = await here.reopen();
      expect((await store.blob(person.id, ref.blob))?.node).toBe(other);
      expect((await store.staleUploads(at(10))).length).toBe(0);
      expect((await store.staleUploads(at(11))).map(({ blob }) => blob)).toEqual([ref.blob]);
    });

    test("what the operator says stays: quota, backup, another epoch, the last time seen", async () => {
      expect(await store.setQuota(person.id, 5)).toBe(true);
      expect(await store.setQuota((await createPerson()).id, 5)).toBe(false);
      expect(await store.lastBackup()).toBeNull();
      await store.setLastBackup(at(70));
      await store.setLastBackup(at(60));
      expect(await store.seen(at(80))).toBeNull();
      expect(await store.seen(at(79))).toBe(80);
      // The operator's number counts, whatever the caller says that the kind has.
      expect(await apply(await person.op())).toEqual({ type: "quota" });
      expect(await store.setQuota(person.id, plenty - 1)).toBe(true);
      expect(await apply(await person.op(), digest(), 5)).toMatchObject({ type: "ok" });
      const before = await store.epoch();
      const next = await store.bumpEpoch();
      expect(next).not.toBe(before);
      store = await here.reopen();
      expect(await store.seen(at(1))).toBe(80);
      expect(await store.epoch()).toBe(next);
      expect((await store.principal(person.id))?.quota).toBe(plenty - 1);
      expect(await store.pull(person.id, before, 1, plenty)).toMatchObject({
        epoch: next,
        backup: 70,
        reset: true,
        next: 1,
      });
      expect((await store.pull(person.id, next, 1, plenty)).reset).toBe(false);
      expect(await store.pull((await createPerson()).id, next, 1, plenty)).toMatchObject({
        rows: [],
        reset: true,
        next: 0,
      });
      await store.setQuota(person.id, null);
      expect((await store.principal(person.id))?.quota).toBeNull();
    });

    test("counts and lists what is here, without saying whose", async () => {
      const [one, two] = [await upload(), await upload(person, 3000)];
      const made = await person.op({ blobs: [one.blob] });
      await apply(made);
      await store.openUpload({ t: "ticket", v: 1, owner: desk.id, ...(await desk.blob()).ref }, plenty, at(9));
      expect(await store.usage()).toEqual({
        principals: 2,
        records: 1,
        cards: 0,
        frozen: 0,
        blocked: 0,
        letters: 0,
        blobs: { staged: 1, verified: 2, collected: 0 },
        blobBytes: one.length + two.length,
      });
      const verified = (await Array.fromAsync(store.verifiedBlobs())).map(({ blob }) => blob);
      expect(verified.sort()).toEqual([one.blob, two.blob].sort());
      expect((await Array.fromAsync(store.referencedBlobs())).map(({ blob }) => blob)).toEqual([one.blob]);
      await store.ping();
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
      store = await here.reopen();
      expect(await store.desk("d")).toEqual({
        slug: "d",
        authHash: second,
        opened: { principal: desk.id, sealedRoot: root },
      });
    });
  });
}
