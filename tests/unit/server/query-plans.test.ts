/**
 * B9: what a request asks of the database costs what it asks for, not what is there: every statement of every request
 * goes by an index, and no page is sorted. The plans are SQLite's own.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { b64 } from "../../../src/protocol/sign.ts";
import { floor } from "../../../src/protocol/wrap-head.ts";
import type { Store } from "../../../src/server/stores/ports.ts";
import { createSqlStore } from "../../../src/server/stores/sql-store.ts";
import { createSqliteDriver } from "../../../src/server/stores/sqlite.ts";
import type { Driver, Work } from "../../../src/server/stores/work.ts";
import { createPerson, random } from "./people.ts";

let folder: string;
let file: string;
let store: Store;
const asked = new Set<string>();

function* listen<T>(work: Work<T>): Work<T> {
  let step = work.next();
  while (step.done !== true) {
    asked.add(step.value.sql);
    step = work.next(yield step.value);
  }
  return step.value;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "besace-plans-"));
  file = join(folder, "besace.sqlite");
  const own = createSqliteDriver(file);
  const driver: Driver = {
    ...own,
    read: (work) => own.read(() => listen(work())),
    write: (work) => own.write(() => listen(work())),
  };
  store = await createSqlStore({ driver, clock: { now: () => 1 }, random });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (time: number) => time as never;
const text = () => b64(random.bytes(32));
const signed = () => ({ body: text(), sig: text() });

test("B9: no statement of a request walks through a table or sorts what it found", async () => {
  const [person, desk] = [await createPerson(), await createPerson("organisation")];
  for (const who of [person, desk])
    await store.saveChain({ ...who, sign: who.principal.sign, devices: who.principal.devices }, 0, at(1));
  asked.clear();

  const { ref } = await person.blob();
  await store.openUpload({ t: "ticket", v: 1, owner: person.id, ...ref }, 1e9, at(1));
  await store.touchNode("one", "http://one", at(1));
  await store.claimUpload(person.id, ref.blob, "one", at(1), at(0));
  await store.markBlob(person.id, ref.blob, "verified", at(2));
  const first = await person.op({ blobs: [ref.blob] });
  await store.applyOp(first.op, first.head, text(), 1e9, at(3));
  const second = await person.op({ record: first.head.record, base: first.head.op });
  await store.applyOp(second.op, second.head, text(), 1e9, at(4));
  const conflict = await person.op({ record: first.head.record });
  await store.applyOp(conflict.op, conflict.head, text(), 1e9, at(5));
  const made = await person.letter(desk, [ref]);
  const head = { v: 1, suite: 1, letter: made.id, from: person.id, to: desk.id, toKey: text(), blobs: [ref] } as const;
  await store.saveLetter({
    head,
    letter: made.letter,
    manifest: made.manifest,
    digest: text(),
    deposited: signed(),
    at: at(6),
    quota: 1e9,
  });
  const [letter] = await store.letters(person.id, [made.id]);
  if (letter === undefined) throw new Error("a saved letter is there");
  await store.wholeLetters(person.id);
  await store.addProof(letter, "complete", signed(), [person.id, desk.id], at(7));
  await store.proofs(person.id, made.id);
  await store.received(desk.id, made.id, made.manifest);
  await store.hasWritten(person.id, desk.id);
  await store.mayRead(desk.id, person.id, ref.blob, at(6));
  await store.verifiedOf(person.id, [ref]);
  await store.withdrawLetter(letter, signed(), at(8));
  await store.endShare(letter, signed(), at(8));
  await store.expireShares(at(8));
  await store.applied(person.id, [first.head.op]);
  await store.principal(person.id);
  await store.signer(person.id);
  await store.transportKey(person.id, person.device);
  const { epoch, next } = await store.pull(person.id, "0", 0, 1000);
  await store.pull(person.id, epoch, next, 1000);
  await store.pull(person.id, "other", 5, 1000);
  await store.tally("key", at(9), at(8));
  await store.tallied("key", at(8));
  const card = {
    locator: text(),
    card: text(),
    code: text(),
    block: text(),
    salt: text(),
    params: floor,
    share: text(),
  };
  const keyring = { principal: person.id, epoch: 1, hash: text(), signed: signed(), after: null, card, at: at(9) };
  await store.putKeyring({ ...keyring, desks: [{ organisation: desk.id, share: text() }] });
  await store.keyring(person.id);
  await store.standing(person.id, person.device);
  await store.cardOf(card.locator);
  await store.countTry(card.locator, 1);
  await store.openWay(person.id, card.locator, 1, at(9));
  const people = [person.id, desk.id];
  for (const helper of people) await store.askEscrow(person.id, desk.id, helper, people, at(9));
  await store.openEscrow(person.id, desk.id, people, at(1e12));
  await store.stopEscrow(person.id, at(10));
  await store.block(card.block, at(10));
  await store.unblock(card.block, at(10));
  const id = text() as never;
  await store.putAsk({ id, ask: text(), sign: text(), until: at(90) });
  await store.greet(id, { principal: person.id, device: person.device, number: text() }, at(11));
  await store.reveal(id, text(), at(12));
  const seal = { enc: text(), sealed: text() };
  const granted = { id, principal: person.id, device: person.device, certificate: signed(), ...seal, hash: text() };
  await store.grantApproval({ ...granted, until: at(90), at: at(13) });
  const page = { ...seal, principal: person.id, size: 10 };
  await store.addAct({ id, n: 0, act: signed(), hash: text(), ends: false, page, at: at(14) });
  await store.approval(id);
  await store.approvalsOf(person.id, 10);
  await store.approvalPage(id, 0, person.id);
  await store.dropApprovalPage(id, 0, person.id);
  await store.endApproval(id, person.id, at(15));
  await store.forgetReplaced(at(1));
  const letterBack = await desk.letter(person);
  const back = { ...head, letter: letterBack.id, from: desk.id, to: person.id, blobs: [] };
  const { letter: sealed, manifest } = letterBack;
  await store.saveLetter({
    head: back,
    letter: sealed,
    manifest,
    digest: text(),
    deposited: signed(),
    at: at(11),
    quota: 1e9,
  });
  await store.erase(person.id, at(12));
  // What collects garbage walks along its own index, not through what stays.
  await store.staleUploads(at(1));
  await store.collectable(at(100), 10);
  await store.markCollected(person.id, ref.blob, at(101));
  await store.bytesRemoved(person.id, ref.blob);
  await store.expireTombstoneBodies(at(1));
  const published = { by: desk.id, form: "aide", hash: text(), length: 1, statement: signed(), at: at(1) };
  await store.publish({ ...published, rank: 2, file: text() });
  await store.publish({ ...published, rank: 3, file: null });
  await store.publishedAfter(0, 10);
  await store.publishedLast();
  await store.publishedBy(desk.id);
  await store.publishedFile(text());

  expect(asked.size).toBeGreaterThan(40);
  const db = new DatabaseSync(file, { readOnly: true });
  const walks: string[] = [];
  for (const sql of asked)
    for (const { detail } of db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as unknown as { readonly detail: string }[])
      if (/^SCAN (?!CONSTANT ROW)|TEMP B-TREE/.test(detail)) walks.push(`${detail}: ${sql}`);
  db.close();
  // The proofs of one letter, four at most, are put in order; the index of what is being removed holds nothing else.
  expect(walks.filter((walk) => !/ORDER BY CASE type|USING INDEX blob_removing/.test(walk))).toEqual([]);
});
