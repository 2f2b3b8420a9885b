/**
 * What every database of the server must do about opening by the phone (SPEC P-V); run on each implementation by
 * server-store.test.ts and server-store.postgres.test.ts.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApprovalId } from "../../src/protocol/approval.ts";
import { approvals as limits } from "../../src/protocol/limits.ts";
import { b64 } from "../../src/protocol/sign.ts";
import type { B64, ServerTime } from "../../src/protocol/wire.ts";
import type { NewAct, NewGrant } from "../../src/server/stores/approval-ports.ts";
import type { Store } from "../../src/server/stores/ports.ts";
import { createPerson, random, type TestPerson } from "../unit/server/people.ts";
import type { StoreCase } from "./server-store.ts";

const at = (value: number) => value as ServerTime;
const text = (): B64 => b64(random.bytes(32));
const signed = () => ({ body: text(), sig: text() });
const newId = (): ApprovalId => b64(random.bytes(20)) as string as ApprovalId;

export function approvalContract(name: string, open: () => Promise<StoreCase>): void {
  describe(`server store, opening by the phone: ${name}`, () => {
    let here: StoreCase;
    let store: Store;
    let person: TestPerson;
    let id: ApprovalId;
    const reader = () => ({ principal: person.id, device: person.device, number: text() });
    const grant = (fields: Partial<NewGrant> = {}): NewGrant => ({
      id,
      principal: person.id,
      device: person.device,
      certificate: signed(),
      enc: text(),
      sealed: text(),
      hash: text(),
      until: at(1000),
      at: at(10),
      ...fields,
    });
    const act = (n: number, fields: Partial<NewAct> = {}): NewAct => ({
      id,
      n,
      act: signed(),
      hash: text(),
      ends: false,
      page: null,
      at: at(20),
      ...fields,
    });
    const page = (size = 100) => ({ enc: text(), sealed: text(), principal: person.id, size });
    const begin = async (): Promise<void> => {
      id = newId();
      await store.putAsk({ id, ask: text(), sign: text(), until: at(100) });
      await store.greet(id, reader(), at(5));
      await store.reveal(id, text(), at(6));
    };
    beforeEach(async () => {
      here = await open();
      store = here.store;
      person = await createPerson();
      await store.saveChain({ ...person, sign: person.principal.sign, devices: person.principal.devices }, 0, at(1));
    });
    afterEach(() => here.close());

    test("P-V7 one question an id, one reader a question, and it outlives a restart", async () => {
      id = newId();
      const ask = { id, ask: text(), sign: text(), until: at(100) };
      expect(await store.putAsk(ask)).toBe(true);
      expect(await store.putAsk(ask)).toBe(true);
      expect(await store.putAsk({ ...ask, ask: text() })).toBe(false);
      expect(await store.reveal(id, text(), at(5))).toBe("ended");
      const readers = Array.from({ length: 10 }, reader);
      const heard = await Promise.all(readers.map((each) => store.greet(id, each, at(5))));
      expect(heard.filter((each) => each === "ok")).toHaveLength(1);
      expect(heard.filter((each) => each === "id-taken")).toHaveLength(9);
      const first = readers[heard.indexOf("ok")];
      store = await here.reopen();
      expect((await store.approval(id))?.reader).toEqual(first);
      expect(await store.greet(newId(), reader(), at(5))).toBe("ended");
      expect(await store.reveal(id, text(), at(100))).toBe("ended");
    });

    test("P-V8 a grant is given once, by the reader, after the secret, before the question ends", async () => {
      await begin();
      const other = await createPerson();
      expect(await store.grantApproval(grant({ principal: other.id }))).toBe("ended");
      expect(await store.grantApproval(grant({ at: at(100) }))).toBe("ended");
      const mine = grant();
      expect(await store.grantApproval(mine)).toBe("ok");
      expect(await store.grantApproval(mine)).toBe("ok");
      expect(await store.grantApproval(grant())).toBe("id-taken");
      expect(await store.approval(id)).toMatchObject({
        until: 1000,
        grant: { certificate: mine.certificate, enc: mine.enc, sealed: mine.sealed, at: 10 },
        acts: 0,
        last: mine.hash,
      });
    });

    test("P-V9 of ten acts for one place one is taken; none after the end, whoever says it", async () => {
      await begin();
      await store.grantApproval(grant());
      const heard = await Promise.all(Array.from({ length: 10 }, () => store.addAct(act(0))));
      expect(heard.filter((each) => each === "ok")).toHaveLength(1);
      expect(heard.filter((each) => each === "changed")).toHaveLength(9);
      expect(await store.addAct(act(1, { at: at(1000) }))).toBe("ended");
      const stranger = await createPerson();
      expect(await store.endApproval(id, stranger.id, at(30))).toBe(false);
      expect(await store.addAct(act(1))).toBe("ok");
      expect(await store.endApproval(id, person.id, at(30))).toBe(true);
      expect(await store.addAct(act(2))).toBe("ended");
      const [listed] = await store.approvalsOf(person.id, 5);
      expect(listed?.acts).toHaveLength(2);
      expect(listed?.approval.endedAt).toBe(30);
      await begin();
      await store.grantApproval(grant());
      expect(await store.addAct(act(0, { ends: true }))).toBe("ok");
      expect(await store.addAct(act(1))).toBe("ended");
    });

    test("P-V13 what waits is bounded, and the act that brought too much is not there either", async () => {
      await begin();
      await store.grantApproval(grant());
      const half = limits.waitingBytes / 2;
      expect(await store.addAct(act(0, { page: page(half) }))).toBe("ok");
      expect(await store.addAct(act(1, { page: page(half) }))).toBe("ok");
      expect(await store.addAct(act(2, { page: page(1) }))).toBe("quota");
      expect((await store.approval(id))?.acts).toBe(2);
      await store.dropApprovalPage(id, 0, person.id);
      expect(await store.addAct(act(2, { page: page(1) }))).toBe("ok");
      expect((await store.approvalsOf(person.id, 5))[0]?.waiting).toEqual([1, 2]);
      expect((await store.approval(id))?.pages).toBe(3);
    });

    test("P-V12 questions and approvals are forgotten, but for those of which a page waits; erasing takes all", async () => {
      await begin();
      const asked = id;
      await begin();
      await store.grantApproval(grant());
      await store.addAct(act(0, { page: page() }));
      const waiting = id;
      await begin();
      await store.grantApproval(grant({ until: at(2000) }));
      expect(await store.forgetApprovals(at(101), at(1500))).toBe(1);
      expect(await store.approval(asked)).toBeUndefined();
      expect(await store.approvalsOf(person.id, 5)).toHaveLength(2);
      await store.dropApprovalPage(waiting, 0, person.id);
      expect(await store.forgetApprovals(at(101), at(1500))).toBe(1);
      await store.addAct(act(0, { page: page() }));
      await store.erase(person.id, at(50));
      expect(await store.approvalsOf(person.id, 5)).toEqual([]);
      expect(await store.approval(id)).toBeUndefined();
    });
  });
}
