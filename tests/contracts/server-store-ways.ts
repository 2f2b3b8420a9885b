/**
 * What every database of the server must do about ways back in (SPEC P-Y); run on each implementation by
 * server-store.test.ts and server-store.postgres.test.ts.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ways as limits } from "../../src/protocol/limits.ts";
import { b64 } from "../../src/protocol/sign.ts";
import type { B64, ServerTime } from "../../src/protocol/wire.ts";
import { floor } from "../../src/protocol/wrap-head.ts";
import type { Store } from "../../src/server/stores/ports.ts";
import type { NewCard, NewKeyring } from "../../src/server/stores/way-ports.ts";
import type { PrincipalId } from "../../src/shared/ids.ts";
import { createPerson, newBlobId, random, type TestPerson } from "../unit/server/people.ts";
import type { StoreCase } from "./server-store.ts";

const at = (value: number) => value as ServerTime;
const hash = (): B64 => b64(random.bytes(32));
const signed = () => ({ body: hash(), sig: hash() });
const newCard = (fields: Partial<NewCard> = {}): NewCard => ({
  locator: b64(random.bytes(20)),
  card: hash(),
  code: hash(),
  block: hash(),
  salt: hash(),
  params: floor,
  share: hash(),
  ...fields,
});

export function wayContract(name: string, open: () => Promise<StoreCase>): void {
  describe(`server store, ways back in: ${name}`, () => {
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
        at(1),
      );
    const keyring = (fields: Partial<NewKeyring> = {}): NewKeyring => ({
      principal: person.id,
      epoch: 1,
      hash: hash(),
      signed: signed(),
      after: null,
      card: null,
      desks: [],
      at: at(5),
      ...fields,
    });
    const standing = () => store.standing(person.id, person.device);
    beforeEach(async () => {
      here = await open();
      store = here.store;
      person = await createPerson();
      desk = await createPerson("organisation");
      for (const who of [person, desk]) await save(who);
    });
    afterEach(() => here.close());

    test("a keyring is put after the one that it was judged against, and after no other; it outlives a restart", async () => {
      const first = keyring({ card: newCard() });
      expect(await store.keyring(person.id)).toBeUndefined();
      expect(await store.putKeyring({ ...first, after: hash() })).toBe("changed");
      expect(await store.putKeyring(first)).toBe("ok");
      expect(await store.putKeyring(keyring({ epoch: 2 }))).toBe("changed");
      const many = Array.from({ length: 12 }, () => keyring({ epoch: 2, after: first.hash }));
      const answers = await Promise.all(many.map((next) => store.putKeyring(next)));
      expect(answers.filter((answer) => answer === "ok").length).toBe(1);
      expect(answers.filter((answer) => answer === "changed").length).toBe(11);
      const taken = many[answers.indexOf("ok")];
      store = await here.reopen();
      expect(await store.keyring(person.id)).toEqual({ epoch: 2, hash: taken?.hash, signed: taken?.signed });
      expect((await standing())?.keyring).toBe(2);
      expect(await store.putKeyring(keyring({ principal: (await createPerson()).id }))).toBe("unknown-principal");
    });

    test("P-N5, P-N7 the newest visit is remembered, and a keyring with a new root ends those of before", async () => {
      for (const time of [7, 6]) await store.noteVisit(person.id, at(time));
      const first = keyring();
      await store.putKeyring(first);
      const second = keyring({ epoch: 2, after: first.hash, newRoot: false });
      await store.putKeyring(second);
      expect(await standing()).toMatchObject({ visitsFrom: 0, way: { visitedAt: 7 } });
      await store.putKeyring(keyring({ epoch: 3, after: second.hash, newRoot: true, at: at(20) }));
      store = await here.reopen();
      expect(await standing()).toMatchObject({ visitsFrom: 21, sessionsFrom: 0, way: { visitedAt: 7 } });
    });

    test("tries are counted one by one, whoever counts at the same time, and not beyond ten", async () => {
      const card = newCard();
      await store.putKeyring(keyring({ card }));
      expect(await store.countTry(card.locator, 2)).toBeUndefined();
      expect(await store.countTry(hash(), 1)).toBeUndefined();
      const counted = await Promise.all(Array.from({ length: 40 }, () => store.countTry(card.locator, 1)));
      const tries = counted.flatMap((each) => (each === undefined ? [] : [each.tries])).sort((a, b) => a - b);
      expect(tries).toEqual(Array.from({ length: limits.tries }, (_, index) => index + 1));
      expect(counted.find((each) => each !== undefined)?.code).toBe(card.code);
      store = await here.reopen();
      expect((await standing())?.way).toMatchObject({ tries: 10, frozen: true, openedAt: null });
      expect((await store.cardOf(card.locator))?.current?.tries).toBe(10);
      expect((await store.usage()).frozen).toBe(1);
    });

    test("opening forgets the tries and notes the time; with an epoch that is past it gives nothing", async () => {
      const card = newCard();
      const first = keyring({ card });
      await store.putKeyring(first);
      await store.countTry(card.locator, 1);
      expect(await store.openWay(person.id, card.locator, 1, at(9))).toEqual({
        statements: person.statements,
        keyring: first.signed,
        share: card.share,
      });
      expect((await standing())?.way).toMatchObject({ tries: 0, openedAt: 9 });
      const next = newCard({ locator: card.locator, card: card.card });
      await store.countTry(card.locator, 1);
      expect(await store.putKeyring(keyring({ epoch: 2, after: first.hash, card: next }))).toBe("ok");
      expect((await standing())?.way).toMatchObject({ tries: 0, openedAt: 9 });
      expect(await store.openWay(person.id, card.locator, 1, at(10))).toBeUndefined();
      expect((await store.openWay(person.id, card.locator, 2, at(10)))?.share).toBe(next.share);
      expect(await store.openWay(desk.id, card.locator, 2, at(10))).toBeUndefined();
    });

    test("a replaced card keeps its locator and proof only, is nobody's again, and is forgotten in time", async () => {
      const [old, card] = [newCard(), newCard()];
      const first = keyring({ card: old });
      await store.putKeyring(first);
      const second = keyring({ epoch: 2, after: first.hash, card, at: at(100) });
      await store.putKeyring(second);
      expect(await store.cardOf(old.locator)).toEqual({
        locator: old.locator,
        principal: person.id,
        epoch: 1,
        card: old.card,
        current: null,
        closed: null,
      });
      expect(await store.countTry(old.locator, 1)).toBeUndefined();
      expect(await store.openWay(person.id, old.locator, 1, at(101))).toBeUndefined();
      expect(await store.block(old.block, at(102))).toBeUndefined();
      const back = keyring({ epoch: 3, after: second.hash, card: old });
      expect(await store.putKeyring(back)).toBe("id-taken");
      expect(await store.putKeyring(keyring({ principal: desk.id, card: newCard({ locator: card.locator }) }))).toBe(
        "id-taken",
      );
      expect((await store.keyring(desk.id)) ?? null).toBeNull();
      expect(await store.forgetReplaced(at(100))).toBe(0);
      expect(await store.forgetReplaced(at(101))).toBe(1);
      expect(await store.cardOf(old.locator)).toBeUndefined();
      expect((await store.cardOf(card.locator))?.current).toMatchObject({ salt: card.salt, params: floor, tries: 0 });
    });

    test("of the cards of one satchel that were replaced only the newest are remembered", async () => {
      const first = newCard();
      let after: B64 | null = null;
      for (let epoch = 1; epoch <= limits.replacedCards + 3; epoch += 1) {
        const next = keyring({ epoch, after, card: epoch === 1 ? first : newCard(), at: at(epoch) });
        expect(await store.putKeyring(next)).toBe("ok");
        after = next.hash;
        const known = (await store.cardOf(first.locator)) !== undefined;
        expect(known).toBe(epoch <= limits.replacedCards + 1);
      }
      expect(await store.forgetReplaced(at(1e6))).toBe(limits.replacedCards);
    });

    test("blocked: nothing is taken and no share is given; unblocked: all again", async () => {
      const card = newCard();
      const first = keyring({ card });
      await store.putKeyring(first);
      const { op, head } = await person.op();
      expect(await store.block(card.block, at(20))).toBe(20);
      expect(await store.block(card.block, at(30))).toBe(20);
      expect(await standing()).toMatchObject({ closed: "blocked", way: { blockedAt: 20 } });
      expect((await store.principal(person.id))?.closed).toBe("blocked");
      expect((await store.cardOf(card.locator))?.closed).toBe("blocked");
      expect(await store.countTry(card.locator, 1)).toBeUndefined();
      expect(await store.openWay(person.id, card.locator, 1, at(31))).toBeUndefined();
      expect(await store.putKeyring(keyring({ epoch: 2, after: first.hash }))).toBe("blocked");
      expect(await store.applyOp(op, head, hash(), 1e9, at(31))).toEqual({ type: "blocked" });
      const ticket = { t: "ticket", v: 1, owner: person.id, blob: newBlobId(), length: 100, root: hash() } as const;
      expect(await store.openUpload(ticket, 1e9, at(31))).toBe("blocked");
      expect(await store.erase(person.id, at(31))).toBe("blocked");
      expect(await store.stopEscrow(person.id, at(31))).toBe("blocked");
      const longer = (await person.withDevice()).statements;
      const chain = {
        id: person.id,
        kind: person.kind,
        sign: person.principal.sign,
        devices: new Map(),
        statements: longer,
      };
      expect(await store.saveChain(chain, person.statements.length, at(31))).toBe(false);
      expect((await store.usage()).blocked).toBe(1);
      expect(await store.unblock(card.block, at(19))).toBe(0);
      expect(await store.unblock(hash(), at(40))).toBeUndefined();
      expect(await store.unblock(card.block, at(40))).toBe(1);
      expect(await store.unblock(card.block, at(40))).toBe(0);
      expect(await standing()).toMatchObject({ closed: null, sessionsFrom: 31, way: { blockedAt: null } });
      expect((await store.applyOp(op, head, hash(), 1e9, at(41))).type).toBe("ok");
    });

    test("a number that two cards have blocks both", async () => {
      const card = newCard();
      const other = await createPerson();
      await save(other);
      await store.putKeyring(keyring({ card }));
      await store.putKeyring(keyring({ principal: other.id, card: newCard({ block: card.block }) }));
      expect(await store.block(card.block, at(20))).toBe(20);
      expect((await store.usage()).blocked).toBe(2);
      expect(await store.unblock(card.block, at(20))).toBe(2);
    });

    test("a device that was put out stays known as such, whatever chain comes later", async () => {
      const { id, kind } = person;
      const chain = { id, kind, sign: person.principal.sign, devices: new Map(), removed: new Set([person.device]) };
      expect((await standing())?.device).toBe("here");
      expect(await store.saveChain({ ...chain, statements: [...person.statements, signed()] }, 2, at(7))).toBe(true);
      expect((await standing())?.device).toBe("removed");
      const { devices } = person.principal;
      expect(
        await store.saveChain({ ...chain, devices, statements: [...person.statements, signed(), signed()] }, 3, at(8)),
      ).toBe(true);
      expect((await standing())?.device).toBe("removed");
      expect((await store.standing(id, desk.device))?.device).toBe("unknown");
      expect(await store.standing((await createPerson()).id, person.device)).toBeUndefined();
    });

    test("S+O: two helpers, the wait, the share; stopped, or a new keyring, and all begins again", async () => {
      const share = hash();
      const first = keyring({ desks: [{ organisation: desk.id, share }] });
      const people = ["one", "two", "three", "four", "five"] as unknown as readonly PrincipalId[];
      const ask = (helper: string, when: number, here = people) =>
        store.askEscrow(person.id, desk.id, helper as PrincipalId, here, at(when));
      const give = (when: number, here = people) => store.openEscrow(person.id, desk.id, here, at(when));
      expect(await ask("one", 10)).toEqual({ type: "reject", code: "not-found" });
      await store.putKeyring(first);
      expect((await standing())?.way.escrow).toBeNull();
      expect(await give(10)).toEqual({ type: "reject", code: "not-yet" });
      expect(await ask("one", 10)).toMatchObject({ escrow: { by: desk.id, asks: [10], opensAt: null } });
      expect(await ask("one", 11)).toMatchObject({ escrow: { asks: [10], opensAt: null } });
      expect(await ask("two", 12)).toMatchObject({ escrow: { asks: [10, 12], opensAt: 12 + limits.escrowMs } });
      expect(await ask("three", 13)).toMatchObject({ escrow: { asks: [10, 12] } });
      const due = 12 + limits.escrowMs;
      expect(await give(due - 1)).toEqual({ type: "reject", code: "not-yet" });
      const given = await give(due);
      expect(given).toMatchObject({ type: "ok", share, keyring: first.signed, epoch: 1, escrow: { openedAt: due } });
      expect(await give(due + 5)).toMatchObject({ escrow: { openedAt: due } });
      expect((await standing())?.way.escrow).toMatchObject({ asks: [10, 12], openedAt: due });
      expect(await store.stopEscrow(person.id, at(due + 6))).toBe("done");
      expect(await give(due + 7)).toEqual({ type: "reject", code: "forbidden" });
      expect(await ask("four", due + 8)).toEqual({ type: "reject", code: "forbidden" });
      expect((await standing())?.way.escrow).toBeNull();
      await store.putKeyring(keyring({ epoch: 2, after: first.hash, desks: first.desks }));
      expect(await give(due + 9)).toEqual({ type: "reject", code: "not-yet" });
      await store.putKeyring(keyring({ epoch: 3, after: (await store.keyring(person.id))?.hash ?? null }));
      expect(await ask("five", due + 10)).toEqual({ type: "reject", code: "not-found" });
    });

    test("S+O: who left has asked for nothing: another helper asks, and the wait begins again", async () => {
      const share = hash();
      await store.putKeyring(keyring({ desks: [{ organisation: desk.id, share }] }));
      const [one, two, three] = ["one", "two", "three"] as unknown as readonly [PrincipalId, PrincipalId, PrincipalId];
      const ask = (helper: PrincipalId, people: readonly PrincipalId[], when: number) =>
        store.askEscrow(person.id, desk.id, helper, people, at(when));
      await ask(one, [one, two], 10);
      expect(await ask(two, [one, two], 12)).toMatchObject({ escrow: { asks: [10, 12] } });
      const due = 12 + limits.escrowMs;
      const notYet = { type: "reject", code: "not-yet" };
      expect(await store.openEscrow(person.id, desk.id, [two, three], at(due))).toEqual(notYet);
      expect(await ask(two, [two, three], due)).toMatchObject({ escrow: { asks: [12], opensAt: null } });
      const opensAt = due + 1 + limits.escrowMs;
      expect(await ask(three, [two, three], due + 1)).toMatchObject({ escrow: { asks: [12, due + 1], opensAt } });
      expect(await store.openEscrow(person.id, desk.id, [two, three], at(opensAt - 1))).toEqual(notYet);
      expect(await store.openEscrow(person.id, desk.id, [two, three], at(opensAt))).toMatchObject({
        type: "ok",
        share,
      });
    });

    test("erased: everything that is the principal's own is gone, for good, and what it sent stays", async () => {
      const card = newCard();
      await store.putKeyring(keyring({ card, desks: [{ organisation: desk.id, share: hash() }] }));
      const upload = async (who: TestPerson) => {
        const ticket = { t: "ticket", v: 1, owner: who.id, blob: newBlobId(), length: 100, root: hash() } as const;
        await store.openUpload(ticket, 1e9, at(6));
        await store.markBlob(who.id, ticket.blob, "verified", at(6));
        return { blob: ticket.blob, length: ticket.length, root: ticket.root };
      };
      const [own, sent, answered] = [await upload(person), await upload(person), await upload(desk)];
      const record = await person.op({ blobs: [own.blob, sent.blob] });
      await store.applyOp(record.op, record.head, hash(), 1e9, at(7));
      const deposit = async (from: TestPerson, to: TestPerson, blobs: readonly (typeof own)[]) => {
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
        const whole = { head, letter, manifest, digest: hash(), deposited: signed(), at: at(8), quota: 1e9 };
        expect(await store.saveLetter(whole)).toBe("saved");
        return whole;
      };
      const letter = await deposit(person, desk, [sent]);
      await deposit(desk, person, [answered]);
      await deposit(person, person, []);
      expect(await store.erase((await createPerson()).id, at(10))).toBe("unknown-principal");
      expect(await store.erase(person.id, at(10))).toEqual({ at: 10 });
      store = await here.reopen();
      expect(await store.erase(person.id, at(11))).toEqual({ at: 10 });
      expect(await standing()).toMatchObject({ closed: "gone", keyring: 0, device: "unknown" });
      expect(await store.cardOf(card.locator)).toBeUndefined();
      expect(await store.keyring(person.id)).toBeUndefined();
      expect(await store.applied(person.id, [record.head.op])).toEqual([]);
      expect((await store.pull(person.id, "0", 0, 1e9)).rows).toEqual([]);
      expect(await store.applyOp(record.op, record.head, hash(), 1e9, at(12))).toEqual({ type: "gone" });
      expect(await store.putKeyring(keyring({ card: newCard() }))).toBe("gone");
      expect(await store.saveLetter({ ...letter, digest: hash() })).toBe("gone");
      const since = async (who: TestPerson, { blob }: typeof own) =>
        (await store.blob(who.id, blob))?.unreferencedSince;
      expect([await since(person, own), await since(person, sent), await since(desk, answered)]).toEqual([0, null, 0]);
      expect((await store.pull(desk.id, "0", 0, 1e9)).rows.filter(({ type }) => type === "letter").length).toBe(1);
      expect((await store.proofs(person.id, letter.head.letter)).length).toBe(1);
      expect(await store.mayRead(desk.id, person.id, sent.blob, at(6))).toBe(true);
      expect((await store.principal(person.id))?.statements).toEqual(person.statements);
    });

    test("the operator's check is shown every keyring with the shares as they are kept", async () => {
      const card = newCard();
      const desks = [{ organisation: desk.id, share: hash() }];
      const first = keyring({ card, desks });
      await store.putKeyring(first);
      const other = await createPerson();
      await save(other);
      const bare = keyring({ principal: other.id, epoch: 4 });
      await store.putKeyring(bare);
      const found = [];
      for await (const each of store.keyrings()) found.push(each);
      expect(found.sort((a, b) => a.epoch - b.epoch)).toEqual([
        {
          principal: person.id,
          sign: person.principal.sign,
          epoch: 1,
          signed: first.signed,
          card: { locator: card.locator, share: card.share },
          desks,
        },
        { principal: other.id, sign: other.principal.sign, epoch: 4, signed: bare.signed, card: null, desks: [] },
      ]);
    });
  });
}
